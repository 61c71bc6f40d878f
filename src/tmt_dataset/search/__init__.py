"""One search for :meth:`Dataset.search`, ``select(text=)``, the command line and the SQLite export.

What may be asked is in :mod:`tmt_dataset.search.query`, what is searched in :mod:`tmt_dataset.search.index`. SQLite is
imported, and the index built, when something is searched.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pandas as pd

from tmt_dataset.cells import TEXT_DTYPE, Tables
from tmt_dataset.descriptor.links import ROOT
from tmt_dataset.guard import guarded
from tmt_dataset.search.query import FORMS, HAN, REPORT, expression, pieces, words_of

if TYPE_CHECKING:
    from tmt_dataset.search.index import Opened

__all__ = ["MARKS", "NOT_RECORDED", "SNIPPET", "found", "near", "search", "sql"]


#: How many words a snippet has at most.
SNIPPET = 16
#: The columns of the index that hold no words of the record.
NOT_RECORDED = (REPORT, FORMS)
#: Before and after a word that matched.
MARKS = ("[", "]")
#: The same within a hit, where a text may have brackets.
_START, _END = "\ue000", "\ue001"


@guarded
def search(ds: Tables, text: str) -> pd.DataFrame:
    """Return the developments in which a text is found, the best first; see :meth:`tmt_dataset.Dataset.search`."""
    from tmt_dataset.search.index import opened

    rows = list(_hits(opened(ds), text))
    names = [*ds.descriptor.table(ROOT).primary_key, "title", "where", "snippet", "score"]
    frame = pd.DataFrame(rows, columns=names)
    return frame.astype(dict.fromkeys(names[:-1], TEXT_DTYPE) | {"score": "float64"})


@guarded
def found(ds: Tables, text: str) -> list[str]:
    """Return the identifiers of the developments in which a text is found, the best first.

    Raises
    ------
    ValueError
        If the text is not a search.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> set(found(ds, "deepfakes")) <= set(ds.developments["development_id"])
    True
    """
    from tmt_dataset.search.index import opened

    whole = opened(ds)
    return [whole.found.rows[rowid - 1][0] for (rowid,) in _matches(whole, text, ["rowid"])]


def sql(ds: Tables, text: str) -> str:
    """Return the expression that a search is for the table ``search`` of a database exported from a data set.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> sql(tmt.load(), '"of minors" OR AI')
    '(- report : "of minors") OR "ai"'
    """
    from tmt_dataset.search.index import opened, vocabulary

    return expression(text, vocabulary(opened(ds).found) if "*" in text else ())


def near(ds: Tables, text: str, n: int = 3) -> list[str]:
    """Return the codes and words that are like those of a search that found nothing.

    Returns
    -------
    list of str
        As ``"topic content/minors"`` and ``"word lamps"``: the codes by which a development can be selected that have a
        word of the search or one like it in their label, then words of the data.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> near(tmt.load(), "minors xylophone")[0]
    'topic content/minors'
    """
    from difflib import get_close_matches

    from tmt_dataset.descriptor.links import targets
    from tmt_dataset.search.index import opened, vocabulary

    wanted = [word for word in words_of(text) if len(word) > 2]
    root = ds.descriptor.table(ROOT)
    tables = {
        t.name: t for link in ds.descriptor.tables.values() for t in targets(ds.descriptor, link).values()
    }
    codes = []
    for table in tables.values():
        if table is root or not table.holds_codes:
            continue
        register, key = ds[table.name], table.primary_key[0]
        names = register[[c for c in (key, "label", "name", "short_name") if c in register]].astype("str")
        for code, *labels in names.itertuples(index=False, name=None):
            have = words_of(" ".join([code, *labels]))
            if any(get_close_matches(word, have, n=1, cutoff=0.85) for word in wanted):
                codes.append(f"{key.removesuffix('_id')} {code}")
    known = vocabulary(opened(ds).found)
    words = [w for word in wanted for w in get_close_matches(word, known, n=n, cutoff=0.75)]
    return [*codes[:n], *(f"word {word}" for word in dict.fromkeys(words))][: 2 * n]


def _matches(whole: Opened, text: str, columns: list[str], of: str = "{}") -> list[tuple[Any, ...]]:
    """Return some columns of the rows of the index that meet a search, the best first; ``of`` restricts the expression."""
    from tmt_dataset.search.index import vocabulary

    if any("\ud800" <= character <= "\udfff" for character in text):  # no column of text holds half of a pair
        return []
    asked = of.format(expression(text, vocabulary(whole.found) if "*" in text else ()))
    statement = f"SELECT {', '.join(columns)} FROM search WHERE search MATCH ? ORDER BY rank, rowid"
    return whole.database.execute(statement, [asked]).fetchall()


def _hits(whole: Opened, text: str) -> Iterator[tuple[str, str, str, str | None, float]]:
    """Yield the row of each development that meets a search."""
    columns, places, rows = whole.found
    own = [n for n, place in enumerate(places) if n and place not in NOT_RECORDED]
    title = columns.index("title")
    marked = [f"highlight(search, {n}, '{_START}', '{_END}')" for n in own]
    recorded = {row[0] for row in _matches(whole, text, ["rowid"], f"- {REPORT} : ({{}})")}
    for rowid, score, *texts in _matches(whole, text, ["rowid", "rank", *marked]):
        by_column = {n: t for n, t in zip(own, texts, strict=True) if _START in t}
        if not by_column:  # parts of Chinese names
            by_column = dict(_chinese(text, dict(zip(own, texts, strict=True))))
        found_in = [places[n] for n in by_column] + ([] if rowid in recorded else [REPORT])
        best = max(by_column.values(), key=lambda t: len(_marked(t)), default=None)
        snippet = None if best is None else _snippet(best)
        row = rows[rowid - 1]
        yield row[0], row[title], ", ".join(dict.fromkeys(found_in)), snippet, -score


def _chinese(text: str, columns: dict[int, str]) -> Iterator[tuple[int, str]]:
    """Yield the columns of Chinese that have a part of a search, with marks: the tokenizer takes a run for one word."""
    parts = "|".join(map(re.escape, dict.fromkeys(part for word in words_of(text) for part in pieces(word))))
    for n, words in columns.items():
        marked = re.sub(parts, lambda found: f"{_START}{found[0]}{_END}", words, flags=re.IGNORECASE)
        if HAN.search(words) and marked != words:
            yield n, marked


def _marked(text: str) -> set[str]:
    """Return the words of a text that are marked."""
    return {part.partition(_END)[0].lower() for part in text.split(_START)[1:]}


def _snippet(text: str) -> str:
    """Return the words around those that are marked.

    Examples
    --------
    >>> _snippet(f"one | the {_START}lamp{_END} talks")
    'the [lamp] talks'
    """
    part = max(text.split(" | "), key=lambda p: len(_marked(p)))  # one of several quotes or names
    words = part.split(" ")
    first = next(n for n, word in enumerate(words) if _START in word)
    start = max(0, min(first - SNIPPET // 3, len(words) - SNIPPET))
    shown = " ".join(words[start : start + SNIPPET])
    before, after = "… " * (start > 0), " …" * (start + SNIPPET < len(words))
    return f"{before}{shown.replace(_START, MARKS[0]).replace(_END, MARKS[1])}{after}"
