"""Numbers and lists in the words of a sentence."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from tmt_dataset.views.windows import MONTHS

_SMALL = [
    "none",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
]


def listing(parts: Sequence[str]) -> str:
    """Return texts as a list within a sentence.

    Examples
    --------
    >>> listing(["MIIT"]), listing(["MIIT", "CAC"]), listing(["MIIT", "CAC", "MPS"])
    ('MIIT', 'MIIT and CAC', 'MIIT, CAC and MPS')
    """
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"


def number(n: int) -> str:
    """Return a count, in words up to twelve.

    Examples
    --------
    >>> number(0), number(2), number(1234)
    ('none', 'two', '1,234')
    """
    return _SMALL[n] if 0 <= n < len(_SMALL) else f"{n:,}"


def many(n: int, one: str, more: str | None = None) -> str:
    """Return a count with its noun, in words up to twelve.

    Examples
    --------
    >>> many(1, "act"), many(0, "act"), many(3, "city", "cities"), many(29, "act")
    ('one act', 'no acts', 'three cities', '29 acts')
    """
    return f"{number(n) if n else 'no'} {one if n == 1 else more or f'{one}s'}"


def opened(sentence: str) -> str:
    """Return a sentence with a capital at its beginning; the rest stays as it is.

    Examples
    --------
    >>> opened("two acts name the CAC.")
    'Two acts name the CAC.'
    """
    return sentence[:1].upper() + sentence[1:]


def lowered(label: str) -> str:
    """Return a label as it is written within a sentence; abbreviations keep their capitals.

    Examples
    --------
    >>> lowered("Online platforms"), lowered("AI providers"), lowered("MCN agencies")
    ('online platforms', 'AI providers', 'MCN agencies')
    """
    return label if label[:2].isupper() else label[:1].lower() + label[1:]


def ranged(least: int, most: int) -> str:
    """Return a count that may be a range.

    Examples
    --------
    >>> ranged(3, 3), ranged(11, 12)
    ('3', '11–12')
    """
    return f"{least}" if least == most else f"{least}–{most}"


def when(start: pd.Timestamp, end: pd.Timestamp) -> str:
    """Return the days that a date allows, as a sentence names them.

    Examples
    --------
    >>> day = pd.Timestamp
    >>> when(day("2025-08-19"), day("2025-08-19")), when(day("2024-01-01"), day("2024-12-31"))
    ('19 Aug 2025', '2024')
    >>> when(day("2025-07-01"), day("2025-08-31")), when(day("2024-12-01"), day("2025-01-31"))
    ('Jul–Aug 2025', 'Dec 2024–Jan 2025')
    >>> when(day("2024-09-01"), day("2024-09-30"))
    'Sep 2024'
    """
    first, last = MONTHS[start.month - 1], MONTHS[end.month - 1]
    if start == end:
        return f"{start.day} {first} {start.year}"
    if start.year != end.year:
        return f"{first} {start.year}–{last} {end.year}"
    if (start.month, end.month) == (1, 12):
        return f"{start.year}"
    return f"{first} {start.year}" if first == last else f"{first}–{last} {start.year}"
