"""The small, regular part of EDTF (ISO 8601-2) that the codebook uses: a day, a month, a year, an interval of these."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

__all__ = ["bounds"]


_ONE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


def _bounds_of_one(text: str) -> tuple[date, date]:
    match = _ONE.fullmatch(text)
    if match is None:
        raise ValueError(
            f"{text!r} is not an EDTF date; expected YYYY, YYYY-MM, YYYY-MM-DD, or two of these separated by '/'"
        )
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None  # the pattern has it
    try:
        first = date(year, 1 if month is None else month, 1 if day is None else day)
        last_month = 12 if month is None else month
        last = date(year, last_month, monthrange(year, last_month)[1] if day is None else day)
    except ValueError as error:
        raise ValueError(f"{text!r} is not a date of the calendar ({error})") from None
    return first, last


def bounds(text: str) -> tuple[date, date]:
    """Return the first and the last day that an EDTF date allows.

    Parameters
    ----------
    text
        ``YYYY``, ``YYYY-MM``, ``YYYY-MM-DD``, or an interval of two of these separated by ``/``.

    Returns
    -------
    tuple of datetime.date
        Both days included.

    Raises
    ------
    ValueError
        If the text has another form, is not a day of the calendar, or is an interval that ends before it starts.

    Examples
    --------
    >>> bounds("2024-02")
    (datetime.date(2024, 2, 1), datetime.date(2024, 2, 29))
    >>> bounds("2023-10-26/2023-11")
    (datetime.date(2023, 10, 26), datetime.date(2023, 11, 30))
    """
    first, slash, last = text.partition("/")
    start, end = _bounds_of_one(first)
    if slash:
        start_of_last, end = _bounds_of_one(last)
        if start_of_last < start:
            raise ValueError(f"{text!r} ends before it starts")
    return start, end
