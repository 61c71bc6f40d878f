"""What only the text beside the coding shows: summaries that copy it, and numbers that no figure has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tmt_dataset.validation.numbers import reads

__all__ = ["RUN", "copied", "numbers"]


#: How many words in a row are a copy.
RUN = 12
_WORD = re.compile(r"\w+")
#: A number by itself: not one of a name (5G, GB 44495-2024), of a day, of a year, or of a list.
_NUMBER = re.compile(r"(?<![\w.,–-])\d[\d,]*(?:\.\d+)?(?![\w–)-]|\.\d)")
_MONTH = (
    r"(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b"
)
_OF_A_DATE = re.compile(
    rf"\d{{1,2}}(?:st|nd|rd|th)?(?: (?:and|to) \d{{1,2}})? (?:of )?{_MONTH}|{_MONTH}\.? \d{{1,2}}\b|\b(?:19|20)\d\d\b|^\s*\d+[.)]\s",
    re.MULTILINE,
)


def _runs(text: str) -> set[tuple[str, ...]]:
    words = _WORD.findall(text.casefold())
    return {tuple(words[n : n + RUN]) for n in range(len(words) - RUN + 1)}


def copied(own: str, text: str, titles: Iterable[str] = ()) -> str | None:
    """Return words of a summary that are a copy of the text, or None.

    Parameters
    ----------
    own
        What should be in the coder's own words.
    text
        The source.
    titles
        Official names, which may be as in the source.

    Examples
    --------
    >>> text = "The office promised to read all the letters and to answer those that it could understand."
    >>> copied("It promised to read all the letters and to answer those that it could.", text)
    'promised to read all the letters and to answer those that it'
    >>> copied("It will answer the letters.", text)
    """
    for title in sorted(titles, key=len, reverse=True):
        own = own.replace(title, "¶")
    words = _WORD.findall(own.replace("¶", " ¶0 ").casefold())
    source = _runs(text)
    for n in range(len(words) - RUN + 1):
        run = tuple(words[n : n + RUN])
        if run in source:
            return " ".join(run)
    return None


def numbers(report: str, values: Iterable[float]) -> Iterator[str]:
    """Yield the numbers of a report that are neither dates nor numbering, and that no figure has, with the words after them.

    Parameters
    ----------
    report
        The text of the segments that report a development.
    values
        The values of its figures.

    Examples
    --------
    >>> list(numbers("2. On 3 May 2025 it closed 40 sites and 1.2 million accounts by 5G.", [1_200_000]))
    ['40 sites and']
    """
    values = list(values)
    dated = {n for m in _OF_A_DATE.finditer(report) for n in range(*m.span())}
    for match in _NUMBER.finditer(report):
        # the words after a number may scale it, as 'million' does
        shown = report[match.start() : match.end() + 14].split("\n")[0].rsplit(" ", 1)[0].strip()
        if match.start() not in dated and not any(reads(shown, value) for value in values):
            yield shown
