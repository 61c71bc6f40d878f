"""Values are written in one form, and read back."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re

from hypothesis import given
from hypothesis import strategies as st

from tmt_dataset.cells import CANONICAL, table_bytes, text
from tmt_dataset.descriptor import Table


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_number_is_written_in_one_form_and_reads_back(value: float) -> None:
    cell = text(value)
    assert float(cell) == value
    assert re.fullmatch(CANONICAL["number"], cell)


@given(st.integers(min_value=-(10**15) + 1, max_value=10**15 - 1))
def test_a_whole_number_is_written_in_one_form_and_reads_back(value: int) -> None:
    cell = text(value)
    assert int(cell) == value
    assert re.fullmatch(CANONICAL["integer"], cell)


@given(st.integers(min_value=-(2**53), max_value=2**53))
def test_equal_numbers_are_equal_cells(value: int) -> None:
    assert text(float(value)) == text(value)


@given(st.dates(min_value=dt.date(1000, 1, 1)))
def test_a_day_is_written_in_one_form_and_reads_back(value: dt.date) -> None:
    cell = text(value)
    assert dt.date.fromisoformat(cell) == value
    assert re.fullmatch(CANONICAL["date"], cell)


def test_text_is_written_as_it_is_and_no_value_as_nothing() -> None:
    assert [text(v) for v in (None, True, False, "", "a b", -0.0, 0.00001)] == [
        "", "true", "false", "", "a b", "0", "0.00001",
    ]  # fmt: skip


#: A cell has no line break.
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\n"))


@given(st.lists(st.tuples(TEXTS, TEXTS), max_size=5))
def test_cells_of_any_text_read_back(rows: list[tuple[str, str]]) -> None:
    table = Table.from_json(
        {"name": "t", "path": "t.csv", "schema": {"fields": [{"name": "a"}, {"name": "b"}]}}
    )
    data = table_bytes(table, [{"b": b, "a": a, "undeclared": "x"} for a, b in rows])
    read = list(csv.reader(io.StringIO(data.decode("utf-8"), newline="")))
    assert read == [["a", "b"], *map(list, rows)]
