"""Bounds of EDTF dates: invariants, and the ``edtf`` package as an oracle."""

from __future__ import annotations

import contextlib
import itertools
import re
from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from tmt_dataset.edtf import bounds

years = st.integers(1, 9999)
days = st.dates()


@st.composite
def single(draw: st.DrawFn) -> str:
    """Draw a day, a month or a year."""
    day = draw(days)
    return draw(st.sampled_from([day.isoformat(), day.isoformat()[:7], day.isoformat()[:4]]))


@st.composite
def intervals(draw: st.DrawFn) -> str:
    first, last = draw(single()), draw(single())
    assume(bounds(first)[0] <= bounds(last)[0])
    return f"{first}/{last}"


@given(days)
def test_day_is_its_own_bounds(day: date) -> None:
    assert bounds(day.isoformat()) == (day, day)


@given(years, st.integers(1, 12))
def test_month_runs_from_its_first_to_its_last_day(year: int, month: int) -> None:
    first, last = bounds(f"{year:04}-{month:02}")
    assert (first.year, first.month, first.day) == (year, month, 1)
    assert (last.year, last.month, last.day) == (year, month, monthrange(year, month)[1])


@given(years)
def test_year_is_the_union_of_its_months(year: int) -> None:
    months = [bounds(f"{year:04}-{m:02}") for m in range(1, 13)]
    assert bounds(f"{year:04}") == (months[0][0], months[-1][1])
    assert all(b[0] - a[1] == timedelta(days=1) for a, b in itertools.pairwise(months))


@given(single(), single())
def test_interval_runs_from_first_of_first_to_last_of_last(first: str, last: str) -> None:
    if bounds(last)[0] < bounds(first)[0]:
        with pytest.raises(ValueError, match="ends before it starts"):
            bounds(f"{first}/{last}")
    else:
        start, end = bounds(f"{first}/{last}")
        assert (start, end) == (bounds(first)[0], bounds(last)[1])
        assert start <= end


@given(st.text(max_size=12) | st.text("0123456789-/", max_size=21))
@example("2024-02-30")
@example("2023-02-29")
@example("2024-13")
@example("2024-00")
@example("0000")
@example("2024-1-5")
@example("24")
@example("")
@example("/")
@example("2024/")
@example("/2024")
@example("2024-01-01/2024-01-02/2024-01-03")
@example("2024-01-15\n")
@example(" 2024")
@example("２０２４")
@example("٢٠٢٤-٠١")
@example("2024-02-29T00:00")
@example("2024?")
@example("-2024")
@example("+2024")
def test_anything_else_is_refused(text: str) -> None:
    found: tuple[date, date] | None = None
    with contextlib.suppress(ValueError):
        found = bounds(text)
    parts = [part.split("-") for part in text.split("/")]
    if found is None:
        # what is refused has another form, or names no days
        assert not (
            text.isascii()
            and len(parts) == 1
            and [len(p) for p in parts[0]] == [4]
            and "0001" <= text <= "9999"
            and text.isdigit()
        )
    else:
        # what is accepted says its own first and last day, in ASCII
        assert text.isascii()
        assert found[0].isoformat().startswith(text.partition("/")[0])
        assert found[1].isoformat().startswith(text.rpartition("/")[2])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2024-02-30", "'2024-02-30' is not a date of the calendar (day is out of range for month)"),
        ("2024-13", "'2024-13' is not a date of the calendar"),
        ("2024-00", "'2024-00' is not a date of the calendar"),
        ("2024-01-00", "'2024-01-00' is not a date of the calendar"),
        ("0000", "'0000' is not a date of the calendar"),
        ("2024-1-5", "'2024-1-5' is not an EDTF date; expected YYYY, YYYY-MM, YYYY-MM-DD"),
        ("2024-01/", "'' is not an EDTF date"),
        ("2024-05/2024-01", "'2024-05/2024-01' ends before it starts"),
    ],
)
def test_errors_say_what_is_wrong(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        bounds(text)


def reference(text: str) -> tuple[date, date]:
    import edtf

    parsed = edtf.parse_edtf(text)
    lower, upper = parsed.lower_strict(), parsed.upper_strict()
    return date(*lower[:3]), date(*upper[:3])


@settings(max_examples=40)
@given(single() | intervals())
@example("2024-02")
@example("1900-02")
@example("2000-02")
@example("2023-10-26/2023-11")
@example("2024-03-20/2024-03-20")
def test_bounds_are_those_of_the_edtf_package(text: str) -> None:
    assert bounds(text) == reference(text)


@pytest.mark.parametrize(
    "text", ["2024-02-30", "2024-13", "2024-00", "2024-01-00", "2024-1-5", "24", "２０２４", "2024-12-32"]
)
def test_what_is_refused_is_refused_by_the_edtf_package(text: str) -> None:
    import edtf

    with pytest.raises(edtf.EDTFParseException):
        edtf.parse_edtf(text)
    with pytest.raises(ValueError, match=r"not an EDTF date|not a date of the calendar"):
        bounds(text)
