"""Counts, lists and dates as a sentence has them."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from tmt_dataset.analysis import MONTHS, windows
from tmt_dataset.dataset import Dataset
from tmt_dataset.guard import guarded

__all__ = ["capital", "counted", "listed", "number", "sources_told", "when"]


_WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def number(n: int) -> str:
    """Return a number, in words up to ten.

    Examples
    --------
    >>> number(0), number(3), number(1200)
    ('none', 'three', '1,200')
    """
    return "none" if n == 0 else _WORDS[n] if 0 < n < len(_WORDS) else f"{n:,}"


def counted(n: int, one: str, many: str | None = None) -> str:
    """Return a number with what it counts, in words up to ten.

    Examples
    --------
    >>> counted(1, "draft"), counted(0, "draft"), counted(22, "draft"), counted(2, "body", "bodies")
    ('one draft', 'no drafts', '22 drafts', 'two bodies')
    """
    return f"{'no' if n == 0 else number(n)} {one if n == 1 else many or one + 's'}"


def capital(text: str) -> str:
    """Return a sentence with a capital letter at its start.

    Examples
    --------
    >>> capital("two drafts of the CAC")
    'Two drafts of the CAC'
    """
    return text[:1].upper() + text[1:]


def listed(items: Sequence[str], word: str = "and") -> str:
    """Return items as a list within a sentence.

    Examples
    --------
    >>> listed(["a", "b", "c"]), listed(["a", "b"], "or"), listed(["a"]), listed([])
    ('a, b and c', 'a or b', 'a', '')
    """
    items = list(items)
    return f" {word} ".join([*([", ".join(items[:-1])] if items[:-1] else []), *items[-1:]])


def when(start: pd.Timestamp, end: pd.Timestamp) -> str:
    """Return a date as a reader writes it: a day, or the months that it may lie in.

    Examples
    --------
    >>> day = pd.Timestamp("2025-07-18")
    >>> when(day, day), when(pd.Timestamp("2025-07-01"), pd.Timestamp("2025-08-31"))
    ('18 Jul 2025', 'Jul–Aug 2025')
    >>> when(pd.Timestamp("2024-01-01"), pd.Timestamp("2024-12-31"))
    '2024'
    >>> when(pd.Timestamp("2024-01-01"), day), when(pd.Timestamp("2025-12-01"), pd.Timestamp("2026-01-31"))
    ('1 Jan 2024–18 Jul 2025', 'Dec 2025–Jan 2026')
    >>> when(pd.Timestamp("2025-01-01"), day)
    '1 Jan–18 Jul 2025'
    """
    if start == end:
        return f"{start.day} {MONTHS[start.month - 1]} {start.year}"
    if start.day != 1 or (end + pd.Timedelta(days=1)).day != 1:
        first = f"{start.day} {MONTHS[start.month - 1]}" if start.year == end.year else when(start, start)
        return f"{first}–{when(end, end)}"
    first, last = MONTHS[start.month - 1], MONTHS[end.month - 1]
    if start.year != end.year:
        return f"{first} {start.year}–{last} {end.year}"
    if (start.month, end.month) == (1, 12):
        return str(start.year)
    return f"{first} {end.year}" if first == last else f"{first}–{last} {end.year}"


@guarded
def sources_told(ds: Dataset) -> str:
    """Return what the sources are: windows in full as a firm selected them, and reviews with their scope.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> sources_told(tmt.load()).startswith("The sources are ")
    True
    """
    periods = windows(ds)
    review = periods["kind"] == "annual-review"
    scopes = ds["sources"].set_index("source_id")["scope"]
    publishers = ds["sources"]["publisher"].nunique()
    firm = "one law firm" if publishers == 1 else counted(publishers, "publisher")
    parts = []
    if (~review).any():
        names = listed(periods.loc[~review, "window"].tolist())
        parts.append(
            f"{counted(int((~review).sum()), 'newsletter')} in full as {firm} selected them ({names})"
        )
    for row in periods.loc[review].itertuples():
        scope = str(scopes.get(row.source_id, "")) if pd.notna(scopes.get(row.source_id)) else ""
        told = f" ({scope[:1].lower()}{scope[1:].rstrip('.')})" if scope else ""
        parts.append(f"the annual review of {row.window}{told}, which holds highlights")
    return f"The sources are {listed(parts)}." if parts else "There are no sources."
