"""The words that a page searches: the stems of each development, and what a page needs to read a search as the library does."""

from __future__ import annotations

from typing import Any, NamedTuple

from tmt_dataset.cells import Tables
from tmt_dataset.search import NOT_RECORDED, stems
from tmt_dataset.search.index import index, vocabulary
from tmt_dataset.search.query import HAN, HAN_LENGTH
from tmt_dataset.search.spelling import RULES

__all__ = ["Words", "words"]


class Words(NamedTuple):
    """What is searched, by development, and how a search is read."""

    #: Stems in the order of the record, with a bar between columns, for words and phrases.
    record: dict[str, str]
    #: Stems of the reports, which have no order.
    report: dict[str, str]
    #: Chinese characters as a regular expression, the rules of spelling, and all words, to complete the beginning of one.
    reading: dict[str, Any]


def words(ds: Tables) -> Words:
    """Return the words of the full-text index as a page searches them, with every development that the library finds.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> found = words(tmt.load())
    >>> " label " in found.record["TMT-0145"], " | " in found.record["TMT-0145"]
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
        record[row[0]] = " | ".join(["", *filter(None, own), " ".join(sorted(forms)), ""])
        report[row[0]] = " ".join(["", *sorted({s for p, ss in by_place if p == "report" for s in ss}), ""])
    known = sorted(word for word in vocabulary(found) if not HAN.search(word))
    rules = [[pattern.pattern, other] for pattern, other in RULES]
    reading = {"han": HAN.pattern, "han_length": HAN_LENGTH, "spelling": rules, "known": known}
    return Words(record, report, reading)
