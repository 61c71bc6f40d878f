"""What the models read of a report: the stems of its words, its first words, and the act that these speak for."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Any

from tmt_dataset.coding.draft.acts import hints
from tmt_dataset.coding.draft.shapes import Unit
from tmt_dataset.search import stems

__all__ = ["Reader", "Reading", "clauses", "lead", "place", "read"]

#: What a reading has.
FEATURES = ("words", "pairs", "acts")
#: Words without a subject.
_EMPTY = frozenset(
    [
        "the",
        "a",
        "an",
        "of",
        "and",
        "to",
        "in",
        "on",
        "for",
        "by",
        "with",
        "at",
        "from",
        "as",
        "is",
        "ar",
        "were",
        "was",
        "be",
        "been",
        "it",
        "thi",
        "that",
        "which",
        "will",
        "also",
        "such",
        "or",
        "their",
        "ha",
        "have",
        "had",
        "other",
        "not",
    ]
)
_SENTENCE = re.compile(r"(?<![A-Z]\.)(?<=[.!?;:”)])\s+(?=[(“\"A-Z\d])")
_CLAUSE = re.compile(r"(?<=[.!?;:,”)])\s+")
_MARK = re.compile(r"\s*(?:\(?\d{1,3}[.、]\s+|[-–—•·*]\s+)?")


@dataclass(frozen=True)
class Reading:
    """A text as features, of which there is always one, as a matrix needs columns: the stems of its words, and those below."""

    words: Mapping[str, int]
    lead: str
    told: bool = True

    @cached_property
    def pairs(self) -> dict[str, int]:
        """The words of the lead and their pairs."""
        tokens = ["0" if t.isdigit() else t for t in re.findall(r"\w\w+", self.lead.casefold())]
        return {"": 1, **Counter(tokens + [f"{a} {b}" for a, b in pairwise(tokens)])}

    @cached_property
    def acts(self) -> dict[str, int]:
        """The actions that the lines of the lead speak for."""
        found = [hints(line) for line in self.lead.splitlines() if self.told]
        return {
            "": 1,
            **Counter(code for codes in found for code in [*codes, *(f"first {c}" for c in codes[:1])]),
        }


def read(texts: Sequence[str], leads: Sequence[str], acts: bool = True) -> list[Reading]:
    """Return what the models read of texts and their first words; without `acts`, not what these tell of the act."""
    return [Reading(words(c), one, acts) for c, one in zip(stems.counts(texts), leads, strict=True)]


def words(counted: Counter[str] | Mapping[str, int]) -> dict[str, int]:
    """Return the stems that say something of the subject; numbers are one."""
    out: Counter[str] = Counter({"": 1})
    for stem, count in counted.items():
        if stem not in _EMPTY:
            out["0" if stem.isdigit() else stem] += count
    return dict(out)


def _halves(unit: Unit) -> tuple[str, str]:
    """Return heading and body of a report."""
    length = unit.heading[1] - unit.heading[0] if unit.heading else 0
    return unit.text[:length].strip(), unit.text[length:].strip()


def lead(unit: Unit) -> str:
    r"""Return heading and first sentence of a report, one a line.

    Examples
    --------
    >>> lead(Unit(0, 37, (0, 13), "Rules issued. CAC issued them. It did."))
    'Rules issued.\nCAC issued them.'
    """
    heading, body = _halves(unit)
    first = _SENTENCE.split(body, maxsplit=1)[0][:350]
    return "\n".join(
        part for part in (_MARK.sub("", heading, count=1), _MARK.sub("", first, count=1)) if part
    )


def clauses(text: str, longest: int, whole: bool = True) -> list[tuple[int, int]]:
    """Return the spans of the sentences of a text, or of their clauses, none longer than a limit.

    Examples
    --------
    >>> text = "1. Lamps must be red, and shops sell them. They do."
    >>> [text[a:b] for a, b in clauses(text, 320)]
    ['Lamps must be red, and shops sell them.', 'They do.']
    >>> [text[a:b] for a, b in clauses(text, 30)]
    ['Lamps must be red,', 'and shops sell them.', 'They do.']
    """
    out: list[tuple[int, int]] = []
    for line in re.finditer(r"[^\n]+", text):
        start = line.start() + len(_MARK.match(line[0])[0])  # type: ignore[index]  # the mark may be empty: it always matches
        for a, b in _between(_SENTENCE, text, start, line.end()):
            out += [(a, b)] if b - a <= longest and whole else _shorter(text, a, b, longest)
    return [(a, b) for a, b in out if b - a > 3]


def _between(marks: re.Pattern[str], text: str, start: int, end: int) -> list[tuple[int, int]]:
    """Return the spans between separators, without space around them."""
    bounds = [start, *(at for m in marks.finditer(text, start, end) for at in m.span()), end]
    pairs = zip(bounds[::2], bounds[1::2], strict=True)
    return [(a + len(t) - len(t.lstrip()), a + len(t.rstrip())) for a, b in pairs if (t := text[a:b]).strip()]


def _shorter(text: str, start: int, end: int, longest: int) -> list[tuple[int, int]]:
    """Return the clauses of a sentence; one that is still too long ends with the last word that has room."""
    out = []
    for a, b in _between(_CLAUSE, text, start, end):
        room = text.rfind(" ", a, a + longest) if b - a > longest else b
        out.append((a, room if room > a else min(b, a + longest)))
    return out


def place(unit: Unit, start: int, end: int) -> tuple[int, int] | None:
    """Return where in the source a span of a report is; None if it lies across two parts of it.

    The report of one act among several under a heading has the heading and its own words, with others between.
    """
    before = len(unit.text) - (unit.end - unit.start)
    if start >= before:
        return unit.start + start - before, unit.start + end - before
    if end <= before and unit.heading:
        return unit.heading[0] + start, unit.heading[0] + end
    return None


class Reader:
    """Turns readings into rows of a matrix; what they have is weighted by how rare it is where the reader was made."""

    def __init__(self, readings: Sequence[Reading]) -> None:
        from sklearn.feature_extraction import DictVectorizer
        from sklearn.feature_extraction.text import TfidfTransformer

        self._columns = {name: DictVectorizer() for name in FEATURES}
        self._rarity = {name: TfidfTransformer(sublinear_tf=True) for name in FEATURES}
        for name in FEATURES:
            self._rarity[name].fit(self._columns[name].fit_transform(getattr(r, name) for r in readings))

    def matrix(self, readings: Sequence[Reading]) -> Any:
        """Return a row for each reading, with its features side by side."""
        from scipy.sparse import hstack

        blocks = [
            self._rarity[name].transform(self._columns[name].transform(getattr(r, name) for r in readings))
            for name in FEATURES
        ]
        return hstack(blocks).tocsr()

    def scale(self, weights: Mapping[str, float]) -> Any:
        """Return the weight of each column, from those of its kind of features."""
        import numpy as np

        lengths = [len(self._columns[name].vocabulary_) for name in FEATURES]
        return np.repeat([weights.get(name, 0.0) for name in FEATURES], lengths)
