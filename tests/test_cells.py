"""Text cells become their declared types and are written back; checks and schema say which cells break their form."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import factories
import pandas as pd
import pandera.errors
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tmt_dataset.cells import (
    CANONICAL,
    DATE_DTYPE,
    FORMULA,
    PANDAS_2,
    TEXT_DTYPE,
    as_text,
    cell_checks,
    code_table,
    csv_text,
    dtype,
    full_match,
    is_code,
    lenient_numbers,
    read_text,
    table_bytes,
    text,
    typed,
)
from tmt_dataset.descriptor import DESCRIPTOR, Descriptor, Table
from tmt_dataset.errors import PackageError, UnknownCodeError
from tmt_dataset.package import Archive, Package
from tmt_dataset.validation.schemas import derived, schema

#: Text as pandas has it where PyArrow is not installed.
WITHOUT_ARROW = TEXT_DTYPE if PANDAS_2 else pd.StringDtype("python", na_value=float("nan"))
SMALL = Descriptor.parse(factories.clean_files()[DESCRIPTOR].decode(), DESCRIPTOR)


def descriptor(*fields: dict[str, Any], key: str | list[str] = "") -> tuple[Descriptor, Table]:
    """Return a declaration of one table."""
    schema = {"fields": list(fields), "primaryKey": key or []}
    raw = {"name": "x", "version": "1.0.0", "resources": [{"name": "t", "path": "t.csv", "schema": schema}]}
    parsed = Descriptor.parse(json.dumps(raw), "here")
    return parsed, parsed.table("t")


def package(declared: Descriptor) -> Package:
    """Return a package of a declaration, with the files of the small one."""
    return Package(declared, Archive(Path("small.zip"), factories.clean_files()))


def rejected(cells: Sequence[str | None], **field: Any) -> set[int]:
    """Return which cells of a column the checks of its field refuse."""
    _, table = descriptor({"name": "a", **field})
    filled = pd.Series(list(cells), dtype="str").dropna()
    wrong = [filled.index[~meets(filled).astype(bool)] for _, meets in cell_checks(table.field("a"))]
    return {int(row) for rows in wrong for row in rows}


def rejected_by_schema(cells: Sequence[str | None], key: str = "", **field: Any) -> set[int]:
    """Return which cells of a column its pandera schema refuses: those that the checks refuse, and what it adds."""
    d, table = descriptor({"name": "a", **field}, key=key)
    column = pd.Series(list(cells), dtype="str")
    try:
        derived(package(d), table).validate(column.to_frame("a"), lazy=True)
    except pandera.errors.SchemaErrors as error:
        return {int(i) for i in error.failure_cases["index"].dropna()}
    return set()


def refused(cell: str, **field: Any) -> bool:
    return rejected([cell], **field) == {0}


def load_one(cell: str | None, **field: Any) -> Any:
    d, table = descriptor({"name": "a", **field})
    return typed(pd.DataFrame({"a": pd.Series([cell], dtype="str")}), d, table, {}, "t.csv")["a"].iloc[0]


# the form of cells
@settings(max_examples=40)
@given(st.integers(-(10**15) + 1, 10**15 - 1))
def test_every_integer_has_one_form_and_is_read_back(n: int) -> None:
    assert load_one(str(n), type="integer") == n
    others = [f"+{n}", f" {n}", f"{n} ", f"0{n}", f"{n}.0", f"{n}\n"]
    assert rejected([str(n), *others], type="integer") == set(range(1, 7))


@given(
    st.floats(allow_nan=False, allow_infinity=False, min_value=-1e15, max_value=1e15).map(
        lambda x: round(x, 6)
    )
)
@example(0.1)
@example(-0.5)
@example(117_900.5)
def test_every_number_has_one_form_and_is_read_back(x: float) -> None:
    cell = str(int(x)) if x == int(x) else f"{x:.6f}".rstrip("0")
    assert load_one(cell, type="number") == float(cell)
    others = [f" {cell}", f"{cell}\n", f"{cell}0" if "." in cell else f"{cell}.0"]
    assert rejected([cell, *others], type="number") == {1, 2, 3}


@given(st.dates())
def test_every_day_has_one_form_and_is_read_back(day: Any) -> None:
    assert not refused(day.isoformat(), type="date")
    assert load_one(day.isoformat(), type="date") == pd.Timestamp(day)


# fmt: off
FORMS = [
    ("integer", ["0", "7", "-7", "999999999999999"], ["", "-0", "00", "07", "+7", "7.", "7.0", "1e3", "1,000", "1_000", "0x1", " 7", "7 ", "7\n", "٧", "seven", "nan", "9" * 16]),
    ("number", ["0", "0.5", "-0.5", "12.25", "50000000000", "1" + "0" * 308], [".5", "5.", "0.50", "-0", "-0.0", "1e3", "1,000", "inf", "-inf", "nan", "NaN", " 7", "7\n", "٧", "1_0", "--1", "1" + "0" * 400, "-1" + "0" * 309, "1" + "0" * 400 + ".5"]),
    ("date", ["2024-02-29", "0001-01-01", "9999-12-31"], ["2023-02-29", "2024-02-30", "2024-13-01", "2024-00-01", "2024-1-5", "24-01-05", "2024-01-05 ", "2024-01-05T00:00", "2024/01/05", "20240105", "٢٠٢٤-٠١-٠٥", "2024-01-05\n"]),
    ("boolean", ["true", "false"], ["True", "TRUE", "1", "0", "yes", "t", " true", "true\n"]),
    ("string", ["", "x", "–5", "a = b", "007", "NA", "null", "nan"], ["=1+1", "+1", "-1", "@a", "=cmd|' /C calc'!A0", "＝cmd()", "＋1", "－1", "＠a", " ", "  ", "\u00a0", "\u3000 "]),
]
# fmt: on


@pytest.mark.parametrize(("kind", "good", "bad"), FORMS, ids=[f[0] for f in FORMS])
def test_each_type_has_one_form(kind: str, good: list[str], bad: list[str]) -> None:
    assert rejected([g or None for g in good], type=kind) == set()
    assert [b for b in bad if b and not refused(b, type=kind)] == []


def test_every_declared_type_is_checked() -> None:
    declared = {f.type for t in SMALL.tables.values() for f in t.fields}
    assert declared <= {*CANONICAL, "string"}


@pytest.mark.parametrize(
    ("constraints", "good", "bad"),
    [
        ({"enum": ["a", "b"]}, ["a", "b"], ["c", "A", "a ", "ab", "a\n", "a|b"]),
        ({"pattern": "x|yy"}, ["x", "yy"], ["xy", "xyy", "yyx", "zx", "x\n", " x", "X"]),
        ({"pattern": "^x|yy$"}, ["x", "yy"], ["xz", "zyy", "x\n"]),
        ({"pattern": r"\d{2}"}, ["12"], ["1", "123", "1x", "١٢", "１２"]),
        ({"pattern": "[^é]+"}, ["abc", "中"], ["é", "abé"]),
        ({"maxLength": 3}, ["abc", "中中中", "éé"], ["abcd", "中中中中"]),
    ],
)
def test_constraint_is_met_by_the_whole_cell(
    constraints: dict[str, Any], good: list[str], bad: list[str]
) -> None:
    assert rejected([*good, None], constraints=constraints) == set()
    assert [b for b in bad if not refused(b, constraints=constraints)] == []


@pytest.mark.parametrize("kind", ["integer", "number"])
def test_bounds_are_included(kind: str) -> None:
    limits = {"minimum": 1, "maximum": 10}
    assert rejected(["0", "1", "10", "11", None, "-5"], type=kind, constraints=limits) == {0, 3, 5}


def test_bounds_are_checked_beside_cells_that_are_not_numbers() -> None:
    assert rejected(["many", "0", "2"], type="integer", constraints={"minimum": 1}) == {0, 1}


def test_schema_adds_required_unique_and_keys() -> None:
    assert rejected_by_schema(["a", None], constraints={"required": True}) == {1}
    assert rejected_by_schema(["a", None]) == set()
    assert rejected_by_schema(["a", "b", "a", "a"], constraints={"unique": True}) == {
        2,
        3,
    }  # the first one stays
    assert rejected_by_schema(["a", "b", "a"], key="a") == {2}


@pytest.mark.parametrize(
    "field",
    [
        {"type": "number"},
        {"type": "date"},
        {"constraints": {"enum": ["a", "7"]}},
        {"constraints": {"maxLength": 2}},
    ],
)
def test_schema_refuses_the_cells_that_the_checks_refuse(field: dict[str, Any]) -> None:
    cells = ["7", "a", "2024-02-29", "2024-02-30", "7.50", None, "=a"]
    assert rejected_by_schema(cells, **field) == rejected(cells, **field) != set()


def test_compound_key_is_unique_as_a_whole() -> None:
    d, table = descriptor({"name": "a"}, {"name": "b"}, key=["a", "b"])
    schema = derived(package(d), table)
    sound = pd.DataFrame({"a": ["1", "1", "2"], "b": ["1", "2", "1"]}, dtype="str")
    assert len(schema.validate(sound)) == 3
    repeated = pd.concat([sound, sound.iloc[:1]], ignore_index=True)
    with pytest.raises(pandera.errors.SchemaErrors):
        schema.validate(repeated, lazy=True)


def test_columns_are_those_declared_in_their_order() -> None:
    d, table = descriptor({"name": "a"}, {"name": "b"})
    for columns in (["b", "a"], ["a"], ["a", "b", "c"]):
        frame = pd.DataFrame(columns=columns, dtype="str")
        with pytest.raises(pandera.errors.SchemaErrors):
            derived(package(d), table).validate(frame, lazy=True)


def test_table_without_rows_or_values_passes() -> None:
    for cells in ([], [None, None]):
        assert rejected(cells, type="integer", constraints={"minimum": 0}) == set()
        assert rejected(cells, type="date") == set()
        assert rejected(cells, constraints={"pattern": "x", "enum": ["x"], "maxLength": 1}) == set()


@given(st.lists(st.text("=+-@＝＋－＠a1", max_size=4), min_size=1, max_size=6))
def test_no_text_is_taken_for_a_formula(cells: list[str]) -> None:
    """A spreadsheet runs a cell that starts with one of these: a text from a source ran as a command."""
    assert rejected([c or None for c in cells]) == {n for n, c in enumerate(cells) if c.startswith(FORMULA)}


@given(
    st.lists(st.sampled_from(["x", "xy", "y", "x\n", "", "é", "٣", "3", "yy"]), min_size=1, max_size=5),
    st.sampled_from(["x|yy", r"\d", "[a-z]+", ".", "x?"]),
)
def test_full_match_is_that_of_python(cells: list[str], pattern: str) -> None:
    expected = [re.fullmatch(pattern, c, re.ASCII) is not None for c in cells]
    assert full_match(pd.Series(cells, dtype="str"), pattern).tolist() == expected
    # without PyArrow, pandas keeps text in another way
    assert full_match(pd.Series(cells, dtype=WITHOUT_ARROW), pattern).tolist() == expected


@given(st.lists(st.none() | st.text("0123456789.-e x", max_size=6) | st.integers().map(str), max_size=6))
def test_lenient_numbers_are_those_of_float(cells: list[str | None]) -> None:
    found = lenient_numbers(pd.Series(cells, dtype="str"))
    assert found.dtype == "float64"
    for cell, value in zip(cells, found, strict=True):
        try:
            expected = float(cell) if cell is not None else float("nan")
        except ValueError:
            expected = float("nan")
        assert (pd.isna(value) and pd.isna(expected)) or value == pytest.approx(expected)


# reading
def test_cells_are_read_as_text() -> None:
    _, table = descriptor({"name": "a"}, {"name": "b"})
    frame = read_text(b'a,b\n007,NA\nnull,"x, ""y"""\n,\xe4\xb8\xad\n', table, "t.csv")
    assert frame.to_dict("list") == {
        "a": ["007", "null", pytest.approx(float("nan"), nan_ok=True)],
        "b": ["NA", 'x, "y"', "中"],
    }
    assert set(frame.dtypes) == {TEXT_DTYPE}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "t.csv: not a readable CSV file"),
        (b"a,c\n1,2\n", "t.csv: expected the columns a, b; found a, c"),
        (b"b,a\n1,2\n", "expected the columns a, b; found b, a"),
        (b"a,b\n1,2,3\n", "rows have more cells than the header"),
        (b"a,b\n1,2\n1,2,3\n", "t.csv: not a readable CSV file"),
        (b'a,b\n"1,2\n', "t.csv: not a readable CSV file"),
        (b"a,b\n\xff,2\n", "t.csv: not UTF-8"),
    ],
)
def test_a_broken_table_is_one_error(data: bytes, message: str) -> None:
    _, table = descriptor({"name": "a"}, {"name": "b"})
    with pytest.raises(PackageError, match=message.replace(".", r"\.")):
        read_text(data, table, "t.csv")


@pytest.mark.parametrize(
    ("kind", "cell", "expected"),
    [
        ("integer", "1.5", "a number (integer)"),
        ("integer", "many", "a number (integer)"),
        ("integer", "9" * 30, "a number (integer)"),
        ("integer", "inf", "a number (integer)"),
        ("number", "many", "a number (number)"),
        ("number", "nan", "a number (number)"),
        ("number", "inf", "a number (number)"),
        ("number", "-inf", "a number (number)"),
        ("number", "1e400", "a number (number)"),
        ("number", "1" + "0" * 400, "a number (number)"),
        ("date", "2024-02-30", "a date YYYY-MM-DD"),
        ("date", "soon", "a date YYYY-MM-DD"),
        ("boolean", "True", "true or false"),
    ],
)
def test_cell_of_another_type_is_one_error_with_its_place(kind: str, cell: str, expected: str) -> None:
    """A value that was read as missing was lost, and nobody noticed."""
    d, table = descriptor({"name": "a", "type": kind})
    raw = pd.DataFrame({"a": pd.Series([None, cell], dtype="str")})
    with pytest.raises(PackageError) as caught:
        typed(raw, d, table, {}, "data/t.csv")
    assert str(caught.value).startswith(f"data/t.csv: row 3, field a: expected {expected}, found {cell!r}")


def test_unknown_code_is_one_error_with_its_place() -> None:
    d, table = descriptor({"name": "a", "constraints": {"enum": ["x", "y"]}})
    with pytest.raises(PackageError, match=r"row 2, field a: expected one of x, y, found 'z'"):
        typed(pd.DataFrame({"a": pd.Series(["z"], dtype="str")}), d, table, {}, "t.csv")
    mentions = SMALL.table("development_topics")
    raw = pd.DataFrame(
        {"development_id": ["TMT-0001"], "topic_id": ["ai/x"], "rank": ["primary"]}, dtype="str"
    )
    with pytest.raises(
        PackageError, match=r"field topic_id: expected a code of data/vocabularies/topics\.csv, found 'ai/x'"
    ):
        typed(raw, SMALL, mentions, {"topics": pd.Index(["ai"])}, "t.csv")


def test_enum_with_a_duplicate_value_is_one_error() -> None:
    """Pandas cannot tell which of the two a cell is, and said so with an error of its own."""
    d, table = descriptor({"name": "a", "constraints": {"enum": ["x", "y", "x"]}})
    with pytest.raises(PackageError, match="resource 't', field a: its enum has a duplicate value"):
        typed(pd.DataFrame({"a": pd.Series(["x"], dtype="str")}), d, table, {}, "t.csv")


@pytest.mark.parametrize("name", list(SMALL.tables))
def test_tables_of_the_small_package_are_typed_as_announced(name: str) -> None:
    table = SMALL.table(name)
    files = factories.clean_files()
    codes = {
        n: pd.Index(read_text(files[t.path], t, n)[t.primary_key[0]])
        for n, t in SMALL.tables.items()
        if t.is_vocabulary or n == "sources"
    }
    raw = read_text(files[table.path], table, name)
    frame = typed(raw, SMALL, table, codes, name)
    for field in table.fields:
        announced = dtype(SMALL, table, field)
        assert frame[field.name].dtype == (TEXT_DTYPE if announced == "str" else announced)
        assert frame[field.name].isna().tolist() == raw[field.name].isna().tolist()  # nothing is lost
        assert is_code(SMALL, table, field) == (announced == "category")
    schema = derived(package(SMALL), table)
    assert len(schema.validate(raw)) == len(schema.validate(frame)) == len(raw)  # text and typed cells
    assert as_text(frame, table).equals(raw.fillna("").astype("str"))
    assert (
        csv_text([table.field_names, *as_text(frame, table).itertuples(index=False)]).encode()
        == files[table.path]
    )


def test_codes_come_from_vocabularies_registers_and_sources_alone() -> None:
    def target(table: str, field: str) -> str | None:
        found = code_table(SMALL, SMALL.table(table), SMALL.table(table).field(field))
        return None if found is None else found.name

    assert target("developments", "action") == "actions"
    assert target("quotes", "source_id") == "sources"
    assert target("mentions", "segment_id") is None  # an identifier
    assert target("topics", "parent") is None  # its own table
    assert target("developments", "title") is None


def test_dates_are_kept_to_the_second() -> None:
    assert DATE_DTYPE == "datetime64[s]"
    assert load_one("0001-01-01", type="date") == pd.Timestamp("0001-01-01")


# writing
@given(st.floats(allow_nan=False, allow_infinity=False))
@example(-0.0)
@example(5e22)
@example(1e-7)
def test_every_number_is_written_in_its_one_form_and_read_back(x: float) -> None:
    assert re.fullmatch(CANONICAL["number"], text(x))
    assert float(text(x)) == x


@given(st.lists(st.tuples(st.text(), st.integers() | st.none()), max_size=5))
def test_rows_are_written_so_that_csv_reads_them_back(rows: list[tuple[str, int | None]]) -> None:
    written = csv_text([("a", "b"), *rows], end="\r\n")
    expected = [["a", "b"], *([a, "" if b is None else str(b)] for a, b in rows)]
    assert list(csv.reader(io.StringIO(written, newline=""))) == expected


def test_a_table_is_written_with_its_declared_columns_whatever_a_row_holds() -> None:
    _, table = descriptor({"name": "a"}, {"name": "b", "type": "number"})
    assert table_bytes(table, [{"b": 1.0, "c": "x"}, {"a": "中"}]) == "a,b\n,1\n中,\n".encode()


# the schema for frames of the user's own
def test_schema_takes_frames_as_loaded_and_as_they_stand_in_the_file() -> None:
    import tmt_dataset as tmt

    ds = tmt.load()
    for name in ("developments", "figures", "agreement"):
        assert len(tmt.schema(name).validate(ds[name])) == len(ds[name])
        assert len(
            tmt.schema(name).validate(as_text(ds[name], ds.descriptor.table(name)).replace("", None))
        ) == len(ds[name])


@pytest.mark.parametrize(
    ("column", "value", "expected"),
    [
        ("action", "issuence", "a code of data/vocabularies/actions.csv"),
        ("date_basis", "guess", "one of stated, context, period"),
        ("development_id", "TMT-1", "the pattern"),
        ("unnamed_authorities", -1, "at least 0"),
    ],
)
def test_schema_names_what_a_frame_breaks(column: str, value: Any, expected: str) -> None:
    import tmt_dataset as tmt

    frame = tmt.load().developments.head(2).astype(object)
    frame[column] = value
    with pytest.raises(pandera.errors.SchemaErrors) as caught:
        schema("developments").validate(frame, lazy=True)
    checks = caught.value.failure_cases
    assert checks.loc[checks["column"] == column, "check"].str.startswith(expected).any()


def test_schema_of_an_unknown_table_names_near_misses() -> None:
    with pytest.raises(UnknownCodeError, match="did you mean 'developments'"):
        schema("development")
