"""Dates as English texts write them, in day-first and month-first order, as EDTF."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

__all__ = ["DAY", "MONTH", "MONTHS", "Found", "Window", "days_in", "months_in", "only_dates"]

MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
#: A month by its name or its usual abbreviation.
MONTH = r"(?:" + "|".join(f"{m}|{m[:3]}\\b\\.?" if m != "May" else m for m in MONTHS) + r"|Sept\.?)"
_NUMBER = r"(?:[12]\d|3[01]|0?[1-9])(?:st|nd|rd|th)?(?!\d)"
_YEAR = r"(?:19|20)\d\d"
#: A day in either order, with or without its year.
DAY = rf"(?:\b{_NUMBER}\s+(?:of\s+)?{MONTH}(?:,?\s+{_YEAR})?|\b{MONTH}\s+{_NUMBER}(?:,?\s+{_YEAR})?)"

#: What stands beside a date and tells nothing else.
_BESIDE = frozenset(
    (
        *("on", "in", "at", "by", "from", "to", "since", "until", "and", "of", "the", "as"),
        *("early", "mid", "late", "end", "beginning"),
    )
)
Window = tuple[str, str]


@dataclass(frozen=True)
class Found:
    """A date and the span that states it; `given` tells whether the text has the year itself."""

    start: int
    end: int
    edtf: str
    given: bool


def _month(word: str) -> int:
    return next(n for n, name in enumerate(MONTHS, start=1) if name.startswith(word[:3]))


def _year(month: int, window: Window) -> int:
    """Return the year of a month without one: that in which it is nearest to the window, not after it."""
    first, last = date.fromisoformat(window[0]), date.fromisoformat(window[1])
    inside = [
        y
        for y in range(first.year, last.year + 1)
        if (first.year, first.month) <= (y, month) <= (last.year, last.month)
    ]
    return inside[-1] if inside else last.year if month <= last.month else last.year - 1


def days_in(text: str, window: Window) -> Iterator[Found]:
    """Yield the days that a text names; a day without a year takes the one that the window gives.

    Parameters
    ----------
    text
        Any text.
    window
        First and last day that the source covers, in ISO 8601.

    Examples
    --------
    >>> [f.edtf for f in days_in("on 3 July and September 1, 2025", ("2025-07-01", "2025-08-31"))]
    ['2025-07-03', '2025-09-01']
    """
    for m in re.finditer(DAY, text):
        month = _month(re.search(MONTH, m[0])[0])  # type: ignore[index]
        number = int(re.search(r"\d+", re.sub(_YEAR, "", m[0]))[0])  # type: ignore[index]
        year = re.search(_YEAR, m[0])
        when = int(year[0]) if year else _year(month, window)
        if number <= monthrange(when, month)[1]:
            yield Found(m.start(), m.end(), f"{when:04}-{month:02}-{number:02}", year is not None)


def months_in(text: str, window: Window) -> Iterator[Found]:
    """Yield the months that a text names without a day.

    Examples
    --------
    >>> [f.edtf for f in months_in("In July, and in May 2023 on 3 May", ("2025-07-01", "2025-08-31"))]
    ['2025-07', '2023-05']
    """
    taken = [m.span() for m in re.finditer(DAY, text)]
    for m in re.finditer(rf"\b({MONTH})(?:\s+({_YEAR}))?(?![\w’'])", text):
        verb = m[0] in ("May", "March") and not _dated(text, m)
        if verb or any(start <= m.start() < end for start, end in taken):
            continue
        month = _month(m[1])
        year = int(m[2]) if m[2] else _year(month, window)
        yield Found(m.start(), m.end(), f"{year:04}-{month:02}", m[2] is not None)


def only_dates(text: str) -> bool:
    """Return whether a text is nothing but dates, with their prepositions: it tells nothing of an act.

    Examples
    --------
    >>> only_dates("In late July 2025,"), only_dates("(3 July 2025)"), only_dates("On 3 July, lamps")
    (True, True, False)
    """
    rest = re.sub(rf"{DAY}|\b{MONTH}|\b{_YEAR}\b", " ", text)
    words = re.findall(r"\w+", rest.casefold())
    return all(w in _BESIDE or w.isdigit() for w in words)


def _dated(text: str, match: re.Match[str]) -> bool:
    """Return whether a word that is also a verb or a noun is a month here: a preposition goes before it."""
    before = re.findall(r"\w+", text[: match.start()].casefold())[-1:]
    return bool(before) and before[0] in (
        "in",
        "by",
        "of",
        "since",
        "until",
        "from",
        "to",
        "and",
        "late",
        "early",
        "mid",
    )
