"""The words that a page searches: the stems of each development and of other pages, and what is needed to read a search as the library does."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import unescape
from typing import Any, NamedTuple

from tmt_dataset.cells import Tables
from tmt_dataset.search import NOT_RECORDED, stems
from tmt_dataset.search.index import index, vocabulary
from tmt_dataset.search.query import HAN, HAN_LENGTH
from tmt_dataset.search.spelling import RULES

__all__ = ["PageWords", "Words", "page_words", "words"]


#: What a page shows beside its words: scripts, styles, drawings; and the navigation around its main part.
_ASIDE = re.compile(r"<(script|style|svg|nav)\b.*?</\1>", re.DOTALL)
#: What a page shows of other pages, where it is about one thing.
_OTHERS = re.compile(r'<(table|ol class="life")\b.*?</(table|ol)>', re.DOTALL)
#: The pages about the library and its commands, which are found after all others.
_LAST = ("api/", "docs/commands")
_TITLE = re.compile(r"<title>(.*?) – ", re.DOTALL)


class Words(NamedTuple):
    """What is searched, by development, and how a search is read."""

    #: Stems in the order of the record, with a bar between columns, for words and phrases.
    record: dict[str, str]
    #: Stems of the reports, which have no order.
    report: dict[str, str]
    #: Chinese characters as a regular expression, the rules of spelling, all words, to complete the beginning of one, and
    #: the places between the bars.
    reading: dict[str, Any]


class PageWords(NamedTuple):
    """The words of a page that is not one of a development."""

    address: str
    title: str
    #: Its stems in their order.
    words: str


def words(ds: Tables) -> Words:
    """Return the words of the full-text index as a page searches them, with every development that the library finds.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> found = words(tmt.load())
    >>> " fine " in found.record["TMT-0145"], " | " in found.record["TMT-0145"]
    (True, True)
    """
    found = index(ds)
    columns = range(1, len(found.columns))
    streams = iter(stems.streams(row[n] for row in found.rows for n in columns))
    record, report = {}, {}
    for row in found.rows:
        by_place = [(found.places[n], next(streams)) for n in columns]
        # a page finds a part of a Chinese name in the name itself
        own = [" ".join(s) for place, s in by_place if place not in NOT_RECORDED]
        forms = {s for place, ss in by_place if place == "forms" for s in ss if not HAN.search(s)}
        record[row[0]] = " | ".join(["", *own, " ".join(sorted(forms)), ""])
        report[row[0]] = " ".join(["", *sorted({s for p, ss in by_place if p == "report" for s in ss}), ""])
    known = sorted(word for word in vocabulary(found) if not HAN.search(word))
    rules = [[pattern, other] for pattern, other in RULES]
    places = [place for place in found.places[1:] if place not in NOT_RECORDED]
    reading = {
        "han": HAN.pattern,
        "han_length": HAN_LENGTH,
        "spelling": rules,
        "known": known,
        "places": places,
    }
    return Words(record, report, reading)


def page_words(files: Mapping[str, bytes], kinds: Mapping[str, str]) -> list[PageWords]:
    """Return the words of the pages of a site by which they are found; developments are found by their own words.

    Parameters
    ----------
    files
        The site.
    kinds
        The pages of its navigation: names by address. They are not found: they list pages that are.

    Examples
    --------
    >>> page = "<title>Games – site</title><nav>Topics</nav><main><h1>Games</h1><table>TMT-0001</table></main>"
    >>> page_words({"topics/games/index.html": page.encode()}, {"topics/index.html": "Topics"})
    [PageWords(address='topics/games/index.html', title='Topics: Games', words=' game ')]
    """
    pages = {at: data.decode("utf-8") for at, data in files.items() if at.endswith(".html")}
    found = [at for at in pages if at not in kinds and not at.startswith("d/")]
    found.sort(key=lambda at: at.startswith(_LAST))
    streams = stems.streams(
        _text(pages[at], "/" not in at or at.startswith(("docs/", "api/"))) for at in found
    )
    out = []
    for at, stream in zip(found, streams, strict=True):
        title = _TITLE.search(pages[at])
        kind = kinds.get(f"{at.partition('/')[0]}/index.html", "Articles")
        named = unescape(title[1]) if title else at
        out.append(PageWords(at, f"{kind}: {named}", f" {' '.join(stream)} "))
    return out


def _text(page: str, whole: bool) -> str:
    """Return the text of the main part of a page."""
    main = _ASIDE.sub(" ", page.partition("<main>")[2].partition("</main>")[0])
    return unescape(re.sub(r"<[^>]*>", " ", main if whole else _OTHERS.sub(" ", main)))
