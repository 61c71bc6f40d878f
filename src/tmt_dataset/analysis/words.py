"""Numbers, dates and lists as a reader writes them, for the computed sentences of the articles."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

import pandas as pd

from tmt_dataset import errors

if TYPE_CHECKING:
    from tmt_dataset.dataset import Dataset

__all__ = [
    "counted",
    "fraction",
    "listed",
    "lowered",
    "number",
    "opened",
    "probability",
    "span",
    "spoken",
    "told",
    "when",
]


_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_MARK = re.compile(r"\{(TMT-\d+)\}|\]\((TMT-\d+)\)")
#: Numbers below ten are words in a sentence.
_SMALL = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def span(low: float, high: float, form: str = "{:,.0f}") -> str:
    """Return a range as a reader writes it: one number where both ends read the same.

    Examples
    --------
    >>> span(3, 4), span(4, 4), span(0.367, 0.4, "{:.0%}")
    ('3–4', '4', '37%–40%')
    """
    first, last = form.format(low), form.format(high)
    return first if first == last else f"{first}–{last}"


def listed(parts: Iterable[str], last: str = "and") -> str:
    """Return parts as an enumeration.

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b"]), listed(["a", "b", "c"], "or")
    ('a', 'a and b', 'a, b or c')
    """
    *head, tail = list(parts) or [""]
    return f"{', '.join(head)} {last} {tail}" if head else tail


def counted(number: int, one: str, many: str | None = None) -> str:
    """Return a count with its noun, small numbers as words.

    Examples
    --------
    >>> counted(0, "draft"), counted(1, "draft"), counted(12, "body", "bodies")
    ('no drafts', 'one draft', '12 bodies')
    """
    told = errors.counted(number, one, many or "")
    return _SMALL[number] + told[1:] if number < len(_SMALL) else told


def number(n: int) -> str:
    """Return a count without a noun, small ones as words.

    Examples
    --------
    >>> number(0), number(2), number(1234)
    ('none', 'two', '1,234')
    """
    return "none" if n == 0 else _SMALL[n] if n < len(_SMALL) else f"{n:,}"


def opened(sentence: str) -> str:
    """Return a sentence with a capital at its beginning; the rest stays as it is.

    Examples
    --------
    >>> opened("two drafts of the CAC")
    'Two drafts of the CAC'
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


def probability(low: float, high: float | None = None) -> str:
    """Return a p-value, or the range of one, as a paper prints it.

    Examples
    --------
    >>> probability(0.0191, 0.0368), probability(0.046), probability(0.00002)
    ('p = 0.02–0.04', 'p = 0.046', 'p < 0.001')
    """
    high = low if high is None else high
    if high < 0.001:
        return "p < 0.001"

    def shown(p: float) -> str:
        # near the level of 0.05 two digits do not say on which side
        return f"{p:.3f}" if p < 0.0095 or 0.045 <= p < 0.055 else f"{p:.2f}"

    return f"p = {'<0.001' if low < 0.001 else shown(low)}" + (
        f"–{shown(high)}" if shown(high) != shown(low) else ""
    )


def fraction(row: Any) -> str:
    """Return the share of a window with the counts from which a reader can compute both of its ends.

    The least share has no uncertain hit and every uncertain miss, the greatest the reverse.

    Parameters
    ----------
    row
        Of :func:`tmt_dataset.analysis.shares`, as a series or a dictionary: ``k_min``, ``k_max``, ``n_min``, ``n_max``.

    Examples
    --------
    >>> fraction({"k_min": 11, "k_max": 12, "n_min": 29, "n_max": 31}), fraction({"k_min": 8, "k_max": 8, "n_min": 29, "n_max": 29})
    ('11–12 of 30 (37–40%)', '8 of 29 (28%)')
    >>> fraction({"k_min": 3, "k_max": 4, "n_min": 11, "n_max": 16})
    '3 of 15 to 4 of 12 (20–33%)'
    >>> fraction({"k_min": 0, "k_max": 0, "n_min": 12, "n_max": 13})
    '0 of 12–13 (0%)'
    """
    k_min, k_max, n_min, n_max = (int(row[name]) for name in ("k_min", "k_max", "n_min", "n_max"))
    least, most = k_min + n_max - k_max, k_max + n_min - k_min
    if most == 0 or least == 0:
        return f"{span(k_min, k_max)} of {span(n_min, n_max)}"
    shares = f"({span(100 * k_min / least, 100 * k_max / most)}%)"
    if least == most:
        return f"{span(k_min, k_max)} of {least} {shares}"
    if k_min == k_max:
        return f"{k_min} of {span(min(least, most), max(least, most))} {shares}"
    return f"{k_min} of {least} to {k_max} of {most} {shares}"


def spoken(start: pd.Timestamp, end: pd.Timestamp) -> str:
    """Return a date in words, as exactly as its two ends allow.

    Examples
    --------
    >>> day = pd.Timestamp
    >>> spoken(day("2025-08-19"), day("2025-08-19")), spoken(day("2024-03-01"), day("2024-03-31"))
    ('19 August 2025', 'March 2024')
    >>> spoken(day("2024-01-01"), day("2024-12-31")), spoken(day("2025-07-01"), day("2025-08-31"))
    ('2024', 'July or August 2025')
    >>> spoken(day("2024-03-01"), day("2024-12-31"))
    'between March and December 2024'
    >>> spoken(day("2025-01-01"), day("2025-07-18")), spoken(day("2024-12-01"), day("2025-07-18"))
    ('between 1 January and 18 July 2025', 'between 1 December 2024 and 18 July 2025')
    """
    first, last = _MONTHS[start.month - 1], _MONTHS[end.month - 1]
    if start == end:
        return f"{start.day} {first} {start.year}"
    if (start.day, end) != (1, end + pd.offsets.MonthEnd(0)):
        year = "" if start.year == end.year else f" {start.year}"
        return f"between {start.day} {first}{year} and {end.day} {last} {end.year}"
    if start.year != end.year:
        return f"between {first} {start.year} and {last} {end.year}"
    if (start.month, end.month) == (1, 12):
        return str(start.year)
    if start.month == end.month:
        return f"{first} {start.year}"
    return (
        f"{first} or {last} {start.year}"
        if end.month - start.month == 1
        else f"between {first} and {last} {start.year}"
    )


def when(start: pd.Timestamp, end: pd.Timestamp) -> str:
    """Return a date in words with its preposition.

    Examples
    --------
    >>> when(pd.Timestamp("2025-08-19"), pd.Timestamp("2025-08-19")), when(pd.Timestamp("2024-03-01"), pd.Timestamp("2024-03-31"))
    ('on 19 August 2025', 'in March 2024')
    """
    words = spoken(start, end)
    return words if words.startswith("between") else f"{'on' if start == end else 'in'} {words}"


def told(ds: Dataset, text: str, link: Callable[[str], str]) -> str:
    """Return prose in which records are named, with their dates and links taken from the data.

    Parameters
    ----------
    ds
        The data set.
    text
        Markdown: ``[words](TMT-0001)`` becomes a link, ``{TMT-0001}`` when it was ("in March 2024").
    link
        Gives the address of a record.

    Raises
    ------
    UnknownCodeError
        If the data set has no such record.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> told(tmt.load(), "A [guide](TMT-0067) came {TMT-0067}", "d/{}/index.html".format)
    'A [guide](d/TMT-0067/index.html) came in March 2024'
    """
    dates = ds["developments"].set_index("development_id")[["date_start", "date_end"]]

    def filled(found: re.Match[str]) -> str:
        code = found[1] or found[2]
        if code not in dates.index:
            raise errors.unknown("record", code, list(dates.index), "ds.developments")
        return when(*dates.loc[code]) if found[1] else f"]({link(code)})"

    return _MARK.sub(filled, text)
