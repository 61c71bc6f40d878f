from __future__ import annotations

import csv
import json
import os
import re
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from copy import deepcopy
from datetime import date, datetime
from pathlib import Path
from typing import Any

import factories
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

import tmt_dataset as tmt
from tmt_dataset import cells
from tmt_dataset.characters import UNSEEN
from tmt_dataset.dataset import Dataset
from tmt_dataset.descriptor import Descriptor
from tmt_dataset.errors import ExportError, MissingExtraError, TmtDatasetError
from tmt_dataset.exports import FORMATS, export, restore
from tmt_dataset.exports.excel import EXCEL_CHARACTERS, EXCEL_ROWS
from tmt_dataset.exports.text import inert

FORMAT = pytest.mark.parametrize("name", list(FORMATS))

#: What starts a formula in a spreadsheet: East Asian editions know the full-width forms too.
STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
HOSTILE = [
    "=cmd()",
    "=cmd|'/c calc'!A1",
    "+1+1",
    "-2+3",
    "@SUM(A1:A9)",
    "\t=1+1",
    "\r=1+1",
    "＝1+1",
    '=HYPERLINK("https://example.org","here")',
    "'=already inert",
    "''=twice",
    "{=SUM(A1)}",
    "https://example.org/x",
    "<r><t>markup</t></r>",
    "_x000D_ as it is",
    " leading and trailing ",
    'a "quote", a comma; a line\nand another',
    "-5",
    "007",
    "TRUE",
    "2024-01-01",
    "国家互联网信息办公室 🙂",
]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return tmt.load(factories.make_package(tmp_path_factory.mktemp("export") / "package"))


@pytest.fixture(scope="module")
def embedded() -> Dataset:
    return tmt.load()


def changed(ds: Dataset, **tables: pd.DataFrame) -> Dataset:
    """Return a data set in which some tables are others."""
    return Dataset(ds.descriptor, {**{name: ds[name] for name in ds}, **tables})


def with_cells(ds: Dataset, table: str, column: str, values: dict[int, object]) -> Dataset:
    """Return a data set in which some cells of a column are others, by row."""
    frame = ds[table].copy()
    cells = list(frame[column].astype("object"))
    for row, value in values.items():
        cells[row] = value
    frame[column] = pd.Series(cells, index=frame.index, dtype="object")
    return changed(ds, **{table: frame})


def with_cell(ds: Dataset, table: str, column: str, value: object, row: int = 0) -> Dataset:
    return with_cells(ds, table, column, {row: value})


def redeclared(ds: Dataset, edit: Callable[[list[Any]], None], **tables: pd.DataFrame) -> Dataset:
    """Return a data set whose descriptor has other resources."""
    raw = deepcopy(dict(ds.descriptor.raw))
    edit(raw["resources"])
    return Dataset(Descriptor(raw), {**{name: ds[name] for name in ds}, **tables})


def hostile(ds: Dataset) -> Dataset:
    """Return a data set with hostile cells in words of every kind: own words, quotes, names."""
    for table, column in (
        ("quotes", "exact"),
        ("places", "name"),
        ("authorities", "name"),
        ("topics", "label"),
        ("developments", "title"),
    ):
        ds = with_cells(
            ds, table, column, {row: HOSTILE[row % len(HOSTILE)] for row in range(len(ds[table]))}
        )
    # the longest column has fewer rows than there are hostile cells: the last of them are here
    ds = with_cells(
        ds, "developments", "summary", {row: HOSTILE[-1 - row] for row in range(len(ds["developments"]))}
    )
    assert {*ds["quotes"]["exact"], *ds["developments"]["summary"]} >= set(HOSTILE)
    return ds


def expected(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Return the rows of a frame: dates as such, None where missing."""
    columns = []
    for column in frame.columns:
        series = frame[column]
        values = (
            [None if pd.isna(v) else v.date() for v in series] if series.dtype.kind == "M" else list(series)
        )
        columns.append([None if not isinstance(v, list) and pd.isna(v) else v for v in values])
    return list(zip(*columns, strict=True))


def jsonish(frame: pd.DataFrame) -> list[tuple[Any, ...]]:
    """Return the rows of a frame, dates as text."""
    return [tuple(v.isoformat() if isinstance(v, date) else v for v in row) for row in expected(frame)]


def snapshot(folder: Path) -> dict[str, bytes | None]:
    """Return everything under a folder, hidden files too."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() if p.is_file() else None
        for p in sorted(folder.rglob("*"))
    }


def lines(path: Path) -> list[dict[str, Any]]:
    text = path.read_text(encoding="utf-8")
    assert text == "" or text.endswith("\n")
    return [json.loads(line) for line in text.split("\n")[:-1]]


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as database:
        yield database


def found(database: sqlite3.Connection, query: str) -> set[str]:
    rows = database.execute("SELECT development_id FROM search WHERE search MATCH ?", [query])
    return {row[0] for row in rows}


# -- what was written is what is read


@pytest.fixture(scope="module")
def whole_and_parts(small: Dataset, embedded: Dataset) -> dict[str, Dataset]:
    return {
        "small": small,
        "embedded": embedded,
        "selection": small.select(action="issuance"),
        "nothing": small.select(text="there is no such word"),
        "hostile": hostile(small),
    }


DATA = pytest.mark.parametrize("which", ["small", "embedded", "selection", "nothing", "hostile"])


@pytest.fixture
def ds(which: str, whole_and_parts: dict[str, Dataset]) -> Dataset:
    return whole_and_parts[which]


def read_csv(path: Path) -> tuple[list[str], list[list[str]]]:
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    return header, rows


def as_text(value: object) -> str:
    if value is None:
        return ""
    if pd.api.types.is_bool(value):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


@DATA
def test_csv_holds_every_cell(ds: Dataset, tmp_path: Path) -> None:
    folder = export(ds, tmp_path / "out", format="csv")
    assert {p.name for p in folder.iterdir()} == {f"{n}.csv" for n in [*ds, "flat"]}
    for name, frame in {**ds, "flat": ds.flat()}.items():
        header, rows = read_csv(folder / f"{name}.csv")
        assert header == list(frame.columns)
        assert [[restore(c) for c in row] for row in rows] == [
            [as_text(v) for v in row] for row in expected(frame)
        ]


@pytest.mark.parametrize("which", ["small", "embedded"])
def test_csv_is_typed_as_the_package_is(ds: Dataset, tmp_path: Path) -> None:
    """Numbers and dates are in the form that the package itself has, and no text had to be made inert."""
    folder = export(ds, tmp_path / "out", format="csv")
    codes = {
        name: pd.Index(ds[name][t.primary_key[0]])
        for name, t in ds.descriptor.tables.items()
        if t.holds_codes
    }
    for name, table in ds.descriptor.tables.items():
        data = (folder / f"{name}.csv").read_bytes()
        raw = cells.read_text(data, table, name)
        pd.testing.assert_frame_equal(cells.typed(raw, ds.descriptor, table, codes, name), ds[name])


def in_excel(value: Any) -> Any:
    """Return a cell as Excel shows it: openpyxl takes the escape of ``_x000D_`` away, but not that of CR."""
    return unescape(value) if isinstance(value, str) and value not in HOSTILE else value


def sheet_cells(sheet: Any) -> dict[str, list[Any]]:
    """Return the cells of a sheet by column, none of which is a formula."""
    header, *rows = sheet.iter_rows()
    read: dict[str, list[Any]] = {cell.value: [] for cell in header}
    for row in rows:
        for column, cell in zip(read, row, strict=True):
            assert cell.data_type != "f", f"{sheet.title} {cell.coordinate} is a formula"
            if isinstance(cell.value, datetime):
                assert cell.number_format == "yyyy-mm-dd"
                read[column].append(cell.value.date())
            else:
                read[column].append(in_excel(cell.value))
    return read


@DATA
def test_xlsx_holds_every_cell(ds: Dataset, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(export(ds, tmp_path / "out.xlsx"))
    assert book.sheetnames == ["README", "flat", *ds]
    for name, frame in {"flat": ds.flat(), **ds}.items():
        read = sheet_cells(book[name])
        assert [column for column in read if column in frame.columns] == list(frame.columns)
        # beside codes, and nowhere else, are labels
        assert all(column.endswith("_label") for column in read if column not in frame.columns)
        assert list(zip(*(read[column] for column in frame.columns), strict=True)) == expected(frame)
        last = openpyxl.utils.get_column_letter(len(read))
        assert book[name].auto_filter.ref == f"A1:{last}{len(frame) + 1}"


def test_xlsx_has_a_label_beside_each_code(small: Dataset, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(export(small, tmp_path / "out.xlsx"))
    read = sheet_cells(book["developments"])
    columns = list(read)
    assert columns.index("action_label") == columns.index("action") + 1
    labels = small.actions.set_index("action")["label"].to_dict()
    assert read["action_label"] == [labels[code] for code in read["action"]]
    read = sheet_cells(book["provisions"])
    titles = small.developments.set_index("development_id")["title"].to_dict()
    assert read["development_label"] == [titles[code] for code in read["development_id"]]
    assert "addressee_label" in read
    assert "modality_label" not in read  # listed words have no label
    missing = sheet_cells(book["topics"])
    assert [label is None for label in missing["parent_label"]] == small.topics["parent"].isna().tolist()


def test_xlsx_says_what_it_is(small: Dataset, tmp_path: Path) -> None:
    part = small.select(topic="ai")
    sheet = openpyxl.load_workbook(export(part, tmp_path / "out.xlsx"))["README"]
    words = [cell.value for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert words[0] == small.descriptor.title
    said = " ".join(map(str, words))
    raw = small.descriptor.raw
    for text in (
        tmt.cite(small),
        small.version,
        raw["licenses"][0]["title"],
        *raw["description"].split(". "),
        f"{len(part.developments)} development",
        f"a selection of {len(small.developments)}",
        *(table.description for table in small.descriptor.tables.values()),
    ):
        assert text in said
    links = {cell.value: cell.hyperlink for row in sheet.iter_rows() for cell in row if cell.hyperlink}
    assert links["flat"].location == "'flat'!A1"
    assert {link.target for link in links.values() if link.target} == {*part.sources["url"].dropna()}


def test_xlsx_leads_from_a_development_to_its_quotes_and_back(small: Dataset, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(export(small, tmp_path / "out.xlsx"))
    for name, target in (("flat", "quotes"), ("quotes", "flat"), ("relations", "flat")):
        sheet = book[name]
        columns = [cell.value for cell in sheet[1]]
        at = columns.index("development_id")
        for row in sheet.iter_rows(min_row=2):
            where, place = row[at].hyperlink.location.split("!")
            assert where == f"'{target}'"
            there = [cell.value for cell in book[target][1]].index("development_id")
            assert book[target].cell(int(place[1:]), there + 1).value == row[at].value


def test_xlsx_is_read_and_printed_by_people(small: Dataset, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(export(small, tmp_path / "out.xlsx"))
    assert book["flat"].freeze_panes == "C2"  # header, identifier and title stay
    for sheet in book:
        assert sheet.page_setup.orientation == "landscape"
        assert (sheet.page_setup.fitToWidth or 1, sheet.page_setup.fitToHeight) == (1, 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        if sheet.title != "README":
            assert sheet.print_title_rows == "$1:$1"
            assert all(cell.font.b for cell in sheet[1])
            assert all(cell.alignment.wrap_text for cell in sheet[2] if isinstance(cell.value, str))


def test_xlsx_shows_long_texts_whole_and_prints_what_can_be_read(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(export(tmt.load().select(topic="games"), tmp_path / "out.xlsx"))
    sheet = book["flat"]
    widths = {name: column.width for name, column in sheet.column_dimensions.items()}
    for row in sheet.iter_rows(min_row=2):
        summary = row[2]
        lines = len(summary.value) / widths[summary.column_letter]
        assert sheet.row_dimensions[summary.row].height >= min(15 * lines, 409)
    assert re.search(rf"\$A\$1:\$[A-Z]+\${sheet.max_row}$", sheet.print_area)
    printed = openpyxl.utils.cell.range_boundaries(sheet.print_area.split("!")[-1])[2]
    assert 3 <= printed < sheet.max_column


def test_xlsx_follows_no_link_of_another_kind(small: Dataset, tmp_path: Path) -> None:
    for row, url in enumerate(["javascript:alert(1)", "https://example.org/" + "x" * 3000]):
        ds = with_cell(small, "sources", "url", url, row)
        book = openpyxl.load_workbook(export(ds, tmp_path / f"{row}.xlsx"))
        cells = [cell for name in ("README", "sources") for r in book[name].iter_rows() for cell in r]
        assert url not in {cell.hyperlink.target for cell in cells if cell.hyperlink}
        assert url in {cell.value for cell in cells}


@DATA
def test_parquet_holds_every_cell_with_its_type(ds: Dataset, tmp_path: Path) -> None:
    folder = export(ds, tmp_path / "out.parquet")
    assert {p.name for p in folder.iterdir()} == {f"{n}.parquet" for n in ds}
    types = {
        "string": "string",
        "integer": "int64",
        "number": "double",
        "date": "date32[day]",
        "boolean": "bool",
    }
    for name, table in ds.descriptor.tables.items():
        path = folder / f"{name}.parquet"
        arrow = pq.read_schema(path)
        assert arrow.metadata[b"version"].decode() == ds.version
        for field in table.fields:
            column = arrow.field(field.name)
            if cells.is_code(ds.descriptor, table, field):
                assert pa.types.is_dictionary(column.type)
            else:
                assert str(column.type) == types[field.type]
            assert column.nullable is not field.required
        read = pq.read_table(path).to_pandas(date_as_object=False)
        assert list(read.columns) == table.field_names
        assert expected(read) == expected(ds[name])
        for field in table.fields:
            wanted = cells.dtype(ds.descriptor, table, field).replace("str", str(cells.TEXT_DTYPE))
            assert str(read[field.name].dtype).split("[")[0] == wanted.split("[")[0]


def test_parquet_keeps_the_vocabulary(small: Dataset, tmp_path: Path) -> None:
    """Codes that no row uses are still codes: their count is zero, not absent."""
    folder = export(small, tmp_path / "out.parquet")
    read = pd.read_parquet(folder / "figures.parquet")
    assert list(read["measure"].cat.categories) == list(small.measures["measure"])


@DATA
def test_sqlite_holds_every_cell(ds: Dataset, tmp_path: Path) -> None:
    with opened(export(ds, tmp_path / "out.sqlite")) as database:
        assert database.execute("PRAGMA foreign_key_check").fetchall() == []
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        for name, table in ds.descriptor.tables.items():
            read = pd.read_sql(f'SELECT * FROM "{name}" ORDER BY rowid', database)
            assert list(read.columns) == table.field_names
            assert expected(read) == jsonish(ds[name])
        rows = database.execute("SELECT development_id, title, summary, note FROM search").fetchall()
        dev = ds.developments[["development_id", "title", "summary", "note"]]
        assert rows == [tuple(v or "" for v in row) for row in expected(dev)]


@DATA
def test_jsonl_holds_every_row_of_a_development(ds: Dataset, tmp_path: Path) -> None:
    records = lines(export(ds, tmp_path / "out.jsonl"))
    assert [r["development_id"] for r in records] == list(ds.developments["development_id"])
    tables = {
        "authorities": "development_authorities",
        "topics": "development_topics",
        "places": "development_places",
        "instruments": "development_instruments",
        **{name: name for name in ("figures", "quotes", "relations", "mentions")},
    }

    def objects(table: str) -> dict[Any, list[Any]]:
        key = ds.descriptor.table(table).primary_key[0]
        return dict(zip(ds[table][key], map(list, jsonish(ds[table])), strict=True))

    whole = {table: objects(table) for table in ds if ds.descriptor.table(table).primary_key}

    def coded(table: str, item: dict[str, Any]) -> tuple[Any, ...]:
        """Return a row as its table has it: an object is replaced by its key."""
        declared = ds.descriptor.table(table)
        targets = {k.fields[0]: k.table for k in declared.foreign_keys}
        out = []
        for name in declared.field_names:
            value = item.get(name, item.get(name.removesuffix("_id")))
            if isinstance(value, dict):
                key = value[ds.descriptor.table(targets[name]).primary_key[0]]
                assert list(value.values()) == whole[targets[name]][key]
                value = key
            out.append(value)
        return tuple(out)

    assert [coded("developments", r) for r in records] == jsonish(ds.developments)
    for name, table in tables.items():
        read = [
            coded(table, {"development_id": r["development_id"], **item}) for r in records for item in r[name]
        ]
        assert sorted(read, key=repr) == sorted(jsonish(ds[table]), key=repr)


def test_jsonl_is_readable_without_the_other_tables(small: Dataset, tmp_path: Path) -> None:
    record = lines(export(small, tmp_path / "out.jsonl"))[0]
    assert record["action"]["label"] == "Consultation"
    assert record["authorities"][0]["authority"]["name_zh"] == "国家互联网信息办公室"
    assert record["authorities"][0]["role"] == "lead"
    assert record["mentions"][0]["segment"]["source_id"] == factories.WINTER
    assert record["places"] == []
    assert list(record)[-10:] == [
        "mentions",
        "quotes",
        "authorities",
        "topics",
        "places",
        "risks",
        "instruments",
        "figures",
        "provisions",
        "relations",
    ]


@FORMAT
def test_equal_data_are_equal_bytes(name: str, small: Dataset, tmp_path: Path) -> None:
    first, second = (export(small, tmp_path / n, format=name) for n in ("first", "second"))
    if first.is_file():
        assert first.read_bytes() == second.read_bytes()
    else:
        assert snapshot(first) == snapshot(second)


# -- formulas


@given(st.text())
@example("=1")
@example("'")
@example("''=")
@example("'x")
def test_inert_is_inert_and_reversible(text: str) -> None:
    assert not inert(text).startswith(STARTS)
    assert restore(inert(text)) == text


@given(st.text(alphabet="'=+-@\t\r\n＝＋－＠a1", max_size=6))
def test_inert_is_reversible_where_it_is_hard(text: str) -> None:
    assert not inert(text).startswith(STARTS)
    assert restore(inert(text)) == text


@given(st.text(alphabet=st.characters(categories=["Lu", "Ll", "Lo", "Nd"])))
def test_inert_leaves_words_alone(text: str) -> None:
    assert inert(text) == restore(text) == text


def test_no_csv_cell_starts_a_formula(small: Dataset, tmp_path: Path) -> None:
    ds = hostile(small)
    ds = with_cell(ds, "figures", "value", -5.5)
    folder = export(ds, tmp_path / "out", format="csv")
    for path in folder.iterdir():
        header, rows = read_csv(path)
        for row in rows:
            for column, cell in zip(header, row, strict=True):
                if column != "value":
                    assert not cell.startswith(STARTS), f"{path.name} {column}"
    header, rows = read_csv(folder / "figures.csv")
    assert rows[0][header.index("value")] == "-5.5", "a negative number is a number"
    titles = [row[1] for row in read_csv(folder / "flat.csv")[1]]
    assert [restore(t) for t in titles] == list(ds.developments["title"])


def test_a_lone_carriage_return_does_not_end_a_record(small: Dataset, tmp_path: Path) -> None:
    """CSV readers take it for one where the cell is not quoted."""
    ds = with_cell(small, "developments", "note", "one\rtwo")
    folder = export(ds, tmp_path / "out", format="csv")
    assert pd.read_csv(folder / "developments.csv")["note"][0] == "one\rtwo"


def test_numbers_are_written_in_full(small: Dataset, tmp_path: Path) -> None:
    for row, value in enumerate([5e22, 0.1, -0.0, 1e-7, 50_000_000_000.0]):
        small = with_cell(small, "figures", "value", value, row)
    header, rows = read_csv(export(small, tmp_path / "out", format="csv") / "figures.csv")
    read = [row[header.index("value")] for row in rows]
    assert read[:5] == ["50000000000000000000000", "0.1", "0", "0.0000001", "50000000000"]
    assert all(re.fullmatch(cells.CANONICAL["number"], cell) for cell in read)


def test_json_lines_end_where_a_record_ends(small: Dataset, tmp_path: Path) -> None:
    """Raw, these end a line for some readers, and the others nobody sees."""
    title = "one\u2028two\u2029three\x85four\x0bfive\u202esix\U000e0041"
    path = export(with_cell(small, "developments", "title", title), tmp_path / "out.jsonl")
    written = path.read_bytes().decode()
    assert written.splitlines() == written.removesuffix("\n").split("\n")
    assert not UNSEEN.search(written)
    assert lines(path)[0]["title"] == title


def test_json_lines_have_one_form_of_number_in_a_field(small: Dataset, tmp_path: Path) -> None:
    for row, value in enumerate([7.0, 4877.6, 5e22]):
        small = with_cell(small, "figures", "value", value, row)
    records = lines(export(small, tmp_path / "out.jsonl"))
    values = [item["value"] for record in records for item in record["figures"]]
    assert {type(value) for value in values} == {float}
    assert sorted(values) == sorted(small.figures["value"])
    whole = [item["segment"]["start"] for record in records for item in record["mentions"]]
    assert {type(value) for value in whole} == {int}


# -- sqlite: the database is as declared


@pytest.fixture(scope="module")
def database(small: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    with opened(export(small, tmp_path_factory.mktemp("sqlite") / "out.db")) as connection:
        yield connection


def test_keys_are_those_of_the_descriptor(small: Dataset, database: sqlite3.Connection) -> None:
    for name, table in small.descriptor.tables.items():
        info = database.execute(f"PRAGMA table_info({name})").fetchall()
        primary = [row[1] for row in sorted((r for r in info if r[5]), key=lambda r: r[5])]
        assert tuple(primary) == table.primary_key
        assert {row[1] for row in info if row[3]} == {f.name for f in table.fields if f.required}
        foreign = {(r[3], r[2], r[4]) for r in database.execute(f"PRAGMA foreign_key_list({name})")}
        assert foreign == {(k.fields[0], k.table, k.reference[0]) for k in table.foreign_keys}
        first = {
            database.execute(f'PRAGMA index_info("{index[1]}")').fetchone()[2]
            for index in database.execute(f"PRAGMA index_list({name})")
        }
        assert {k.fields[0] for k in table.foreign_keys} <= first, f"a foreign key of {name} has no index"


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("INSERT INTO development_topics VALUES ('TMT-0001', 'no/topic', 'secondary')", "FOREIGN KEY"),
        ("INSERT INTO development_topics VALUES ('TMT-0001', 'data', 'tertiary')", "CHECK"),
        ("INSERT INTO development_topics SELECT * FROM development_topics LIMIT 1", "UNIQUE"),
        ("INSERT INTO development_places VALUES ('TMT-0001', NULL)", "NOT NULL"),
        ("UPDATE sources SET sha256 = (SELECT max(sha256) FROM sources)", "UNIQUE"),
        ("DELETE FROM quotes", "FOREIGN KEY"),
    ],
)
def test_the_database_enforces_its_constraints(
    statement: str, broken: str, database: sqlite3.Connection
) -> None:
    database.execute("PRAGMA foreign_keys = ON")
    try:
        with pytest.raises(sqlite3.IntegrityError, match=broken):
            database.execute(statement)
    finally:
        database.rollback()


def test_the_database_says_which_release_it_is(small: Dataset, database: sqlite3.Connection) -> None:
    facts = dict(database.execute("SELECT property, value FROM package"))
    assert facts["version"] == small.version
    assert json.loads(facts["licenses"]) == small.descriptor.raw["licenses"]


@pytest.mark.parametrize(
    "query",
    [
        "consults",  # a title
        "wipe",  # a summary
        "actress",  # a report
        "Hangzhou",  # a place
        "Voices",  # a topic
        "Lamp",  # an instrument
        "Cyberspace",  # an authority
    ],
)
def test_words_are_found_where_select_finds_them(
    query: str, small: Dataset, database: sqlite3.Connection
) -> None:
    ids = set(small.select(text=query).developments["development_id"])
    assert found(database, query) == ids != set()


def texts_of(ds: Dataset, development_id: str) -> list[str]:
    """Return the words of a development and of what it is linked to."""

    def of(table: str) -> pd.DataFrame:
        return ds[table].loc[ds[table]["development_id"] == development_id]

    row = of("developments").iloc[0]
    texts = [row["title"], row["summary"], *of("quotes")["exact"]]
    for register, link, columns in (
        ("authorities", "development_authorities", ["name", "abbreviation", "name_zh"]),
        ("topics", "development_topics", ["label"]),
        ("places", "development_places", ["name", "name_zh"]),
        ("instruments", "development_instruments", ["title", "number", "aliases"]),
    ):
        key = ds.descriptor.table(register).primary_key[0]
        codes = [*of(link)[key], *([row["jurisdiction"]] if register == "places" else [])]
        for column in columns:
            texts += ds[register].loc[ds[register][key].isin(codes), column].dropna().tolist()
    return texts


@pytest.mark.parametrize("name", ["国家互联网信息办公室", "上海市", "北京市", "杭州市"])
def test_every_part_of_a_chinese_name_is_found(
    name: str, small: Dataset, database: sqlite3.Connection
) -> None:
    texts = {i: " | ".join(texts_of(small, i)) for i in small.developments["development_id"]}
    for start in range(len(name)):
        for end in range(start + 1, len(name) + 1):
            part = name[start:end]
            assert found(database, part) == {i for i, text in texts.items() if part in text} != set()


def test_chinese_within_a_text_is_found(small: Dataset, tmp_path: Path) -> None:
    long = "关于生成式人工智能服务管理暂行办法的若干问题的说明"
    ds = with_cell(small, "developments", "note", f"On {long}, 2024", row=3)
    with opened(export(ds, tmp_path / "out.sqlite")) as db:
        for query in ("人工智能", "生成式", "的", long):
            assert found(db, query) == {ds.developments["development_id"][3]}
        assert found(db, "人工智障") == set()


def test_definitions_find_nothing(database: sqlite3.Connection, small: Dataset) -> None:
    """The prose of a vocabulary would find every development of a code."""
    for table, used in (
        ("topics", small.development_topics["topic_id"]),
        ("actions", small.developments["action"]),
    ):
        codes = small[table].set_index(small.descriptor.table(table).primary_key[0])
        for code in used.unique():
            definition = codes.loc[code, "definition"]
            assert found(database, f'"{definition}"') == set()
            assert found(database, f'"{codes.loc[code, "label"]}"'), "its label does find it"


def test_the_search_index_follows_the_descriptor(small: Dataset, tmp_path: Path) -> None:
    """A name that the descriptor declares tomorrow is searched tomorrow."""

    def declare(raw: list[Any]) -> None:
        resources = {r["name"]: r for r in raw}
        resources["places"]["schema"]["fields"].append({"name": "name_pinyin", "type": "string"})
        resources["figures"]["schema"]["fields"].append(
            {"name": "basis", "type": "string", "constraints": {"enum": ["tallied"]}}
        )

    places = small.places.assign(name_pinyin="Shanghaishi")
    figures = small.figures.assign(basis="tallied")
    ds = redeclared(small, declare, places=places, figures=figures)
    with opened(export(ds, tmp_path / "out.sqlite")) as db:
        assert found(db, "places_name_pinyin : shanghaishi") == set(ds.developments["development_id"])
        assert found(db, "tallied") == set()
        with pytest.raises(sqlite3.IntegrityError):
            db.execute("UPDATE figures SET basis = 'guessed'")


# -- selections


def test_keys_hold_in_every_selection(small: Dataset, embedded: Dataset, tmp_path: Path) -> None:
    parts = [small.select(source=s) for s in small.sources["source_id"]]
    parts += [small.select(action=a) for a in small.actions["action"]]
    parts += [
        embedded.select(topic="ai"),
        embedded.select(year=2024),
        embedded.select(category="enforcement"),
    ]
    for number, part in enumerate(parts):
        with opened(export(part, tmp_path / f"{number}.sqlite")) as db:
            assert db.execute("PRAGMA foreign_key_check").fetchall() == []
            (rows,) = db.execute("SELECT count(*) FROM developments").fetchone()
            assert rows == len(part.developments)


# -- formats and places


@pytest.mark.parametrize(
    ("target", "name"),
    [
        ("a.CSV", "csv"),
        ("a.xlsx", "xlsx"),
        ("a.parquet", "parquet"),
        ("a.db", "sqlite"),
        ("a.sqlite3", "sqlite"),
        ("a.ndjson", "jsonl"),
        ("a.b.jsonl", "jsonl"),
    ],
)
def test_the_suffix_tells_the_format(target: str, name: str, small: Dataset, tmp_path: Path) -> None:
    path = export(small, str(tmp_path / target))
    assert path == tmp_path / target
    starts = {"xlsx": b"PK", "sqlite": b"SQLite format 3", "jsonl": b"{"}
    if name in starts:
        assert path.read_bytes().startswith(starts[name])
    else:
        assert (path / f"quotes.{name}").is_file()


@pytest.mark.parametrize(
    ("target", "name", "message"),
    [
        ("out.xslx", None, r"unknown format 'xslx'; did you mean 'xlsx'\?"),
        ("out", "parket", r"unknown format 'parket'; did you mean 'parquet'\?"),
        ("out", "sql", r"unknown format 'sql'; did you mean 'sqlite'\?"),
        ("out.docx", None, "expected one of csv, xlsx, parquet, sqlite, jsonl"),
        ("out", None, "no suffix tells the format"),
        ("out.xlsx", "", "unknown format ''"),
    ],
)
def test_an_unknown_format_is_refused(
    target: str, name: str | None, message: str, small: Dataset, tmp_path: Path
) -> None:
    with pytest.raises(ExportError, match=message):
        export(small, tmp_path / target, format=name)
    assert snapshot(tmp_path) == {}


@FORMAT
def test_nothing_is_overwritten_unasked(name: str, small: Dataset, tmp_path: Path) -> None:
    path = export(small, tmp_path / "out", format=name)
    before = snapshot(tmp_path)
    part = small.select(action="judgment")
    with pytest.raises(
        ExportError, match=r"exists already; overwrite it with overwrite=True \(--overwrite\)"
    ):
        export(part, path, format=name)
    assert snapshot(tmp_path) == before
    assert export(part, path, format=name, overwrite=True) == path
    export(part, tmp_path / "fresh", format=name)
    after = snapshot(tmp_path)
    assert {k: v for k, v in after.items() if k.startswith("out")} == {
        k.replace("fresh", "out"): v for k, v in after.items() if k.startswith("fresh")
    }
    assert not any(k.startswith(".") for k in after)


@pytest.mark.parametrize("name", ["csv", "parquet"])
def test_a_folder_with_other_files_is_never_replaced(name: str, small: Dataset, tmp_path: Path) -> None:
    folder = export(small, tmp_path / "out", format=name)
    (folder / ".DS_Store").write_bytes(b"what a file manager leaves does not count")
    export(small, folder, format=name, overwrite=True)
    (folder / "thesis.txt").write_text("ten years of work", encoding="utf-8")
    before = snapshot(tmp_path)
    with pytest.raises(ExportError, match=r"holds what this command has not written \(thesis.txt\)"):
        export(small, folder, format=name, overwrite=True)
    (folder / "thesis.txt").unlink()
    (folder / f"quotes.{name}").unlink()
    (folder / f"quotes.{name}").mkdir()
    with pytest.raises(ExportError, match="holds what this command has not written"):
        export(small, folder, format=name, overwrite=True)
    assert before["out/thesis.txt"] == b"ten years of work"


@FORMAT
def test_a_file_is_not_replaced_by_a_folder_nor_a_folder_by_a_file(
    name: str, small: Dataset, tmp_path: Path
) -> None:
    target = tmp_path / "out"
    if name in ("csv", "parquet"):
        target.write_text("a file", encoding="utf-8")
    else:
        target.mkdir()
    before = snapshot(tmp_path)
    with pytest.raises(ExportError, match="give another name"):
        export(small, target, format=name, overwrite=True)
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize(("name", "kind"), [("csv", "a folder"), ("jsonl", "a regular file")])
@pytest.mark.parametrize("overwrite", [False, True])
def test_a_pipe_is_not_replaced_and_nobody_is_told_to_overwrite_it(
    name: str, kind: str, overwrite: bool, small: Dataset, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    for target in ("pipe", "link"):
        with pytest.raises(ExportError, match=f"{target}: is not {kind}; .*give another name"):
            export(small, tmp_path / target, format=name, overwrite=overwrite)
    assert (tmp_path / "pipe").is_fifo()


@FORMAT
@pytest.mark.parametrize("overwrite", [False, True])
def test_a_link_that_leads_nowhere_is_not_replaced(
    name: str, overwrite: bool, small: Dataset, tmp_path: Path
) -> None:
    (tmp_path / "lost").symlink_to("nowhere/out")
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(ExportError, match=r"lost: the folder .*nowhere does not exist; create it first"):
        export(small, tmp_path / "lost", format=name, overwrite=overwrite)
    with pytest.raises(ExportError, match=r"loop: is (a link|not a regular file); give"):
        export(small, tmp_path / "loop", format=name, overwrite=overwrite)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["loop", "lost"]


@FORMAT
def test_a_link_stays_a_link(name: str, small: Dataset, tmp_path: Path) -> None:
    real = export(small, tmp_path / "real", format=name)
    link = tmp_path / "link"
    link.symlink_to(real)
    export(small.select(action="judgment"), link, format=name, overwrite=True)
    assert link.is_symlink()
    export(small.select(action="judgment"), tmp_path / "fresh", format=name)
    after = snapshot(tmp_path)
    assert after["real"] == after["fresh"]
    if real.is_dir():
        assert snapshot(real) == snapshot(tmp_path / "fresh")


# -- failures leave nothing behind


@FORMAT
@pytest.mark.parametrize("there", [False, True], ids=["new", "replacing"])
def test_a_failure_leaves_nothing_behind(name: str, there: bool, small: Dataset, tmp_path: Path) -> None:
    """The last table with rows fails, when the others are written already."""
    last = [table for table in small if len(small[table])][-1]
    column = small[last].columns[-1]
    broken = with_cell(small, last, column, object())
    if there:
        export(small, tmp_path / "out", format=name)
    before = snapshot(tmp_path)
    with pytest.raises(ExportError, match=rf"out: table {last}"):
        export(broken, tmp_path / "out", format=name, overwrite=True)
    assert snapshot(tmp_path) == before


@FORMAT
@pytest.mark.parametrize("value", ["\ud800", float("inf"), ["a", "b"], b"bytes"], ids=repr)
def test_a_cell_that_no_format_can_hold_is_named(
    name: str, value: object, small: Dataset, tmp_path: Path
) -> None:
    broken = with_cell(small, "topics", "label", value, row=2)
    with pytest.raises(ExportError, match="found") as caught:
        export(broken, tmp_path / "out", format=name)
    assert "table topics, row 4, field label: expected" in str(caught.value)
    assert snapshot(tmp_path) == {}


@contextmanager
def full_disk(size: int) -> Iterator[None]:
    """Let no file grow beyond a size: the operating system refuses, as on a full disk."""
    resource = pytest.importorskip("resource")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


@FORMAT
@pytest.mark.parametrize("there", [False, True], ids=["new", "replacing"])
def test_a_full_disk_is_an_error_and_leaves_nothing_behind(
    name: str, there: bool, small: Dataset, tmp_path: Path
) -> None:
    if there:
        export(small, tmp_path / "out", format=name)
    before = snapshot(tmp_path)
    with full_disk(2048), pytest.raises(ExportError, match=f"out: cannot be written as {name}"):
        export(small, tmp_path / "out", format=name, overwrite=True)
    assert snapshot(tmp_path) == before


@FORMAT
def test_a_target_that_cannot_be_written_is_an_error(name: str, small: Dataset, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    before = snapshot(tmp_path)
    with pytest.raises(ExportError, match=r"the folder .* does not exist"):
        export(small, tmp_path / "nowhere" / "out", format=name)
    with pytest.raises(ExportError, match=r"the folder .* does not exist"):
        export(small, tmp_path / "file" / "out", format=name)
    with pytest.raises(ExportError, match="cannot be written"):
        export(small, tmp_path / ("x" * 300), format=name)
    assert snapshot(tmp_path) == before


@pytest.fixture
def unwritable(tmp_path: Path) -> Iterator[Path]:
    """Return a folder in which nothing can be made."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        if not Path("/proc/self").exists():
            pytest.skip("root may write everywhere")
        yield Path("/proc")  # but here
        return
    tmp_path.chmod(0o555)
    yield tmp_path
    tmp_path.chmod(0o755)


@FORMAT
def test_an_unwritable_folder_is_an_error(name: str, small: Dataset, unwritable: Path) -> None:
    before = {p.name for p in unwritable.iterdir() if not p.name.isdigit()}  # processes come and go
    with pytest.raises(ExportError, match=f"cannot be written as {name}"):
        export(small, unwritable / "out", format=name)
    assert {p.name for p in unwritable.iterdir() if not p.name.isdigit()} == before


@FORMAT
@pytest.mark.parametrize(
    ("target", "message"),
    [("", "the path is empty"), (".", "give another name"), ("..", "give another name")],
    ids=repr,
)
def test_the_current_folder_is_never_the_target(
    name: str, target: str, message: str, small: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in" / "here").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "in" / "here")
    with pytest.raises(ExportError, match=message):
        export(small, target, format=name, overwrite=True)
    assert [p.name for p in tmp_path.rglob("*")] == ["in", "here"]


@FORMAT
@pytest.mark.parametrize("overwrite", [False, True])
def test_what_comes_to_the_target_while_an_export_runs_stays(
    name: str, overwrite: bool, small: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    is_folder, write = FORMATS[name].is_folder, FORMATS[name].write
    if is_folder and overwrite:
        export(small, out, format=name)
    thesis = out / "thesis.txt" if is_folder else out

    def slow(ds: Dataset, path: Path) -> None:
        write(ds, path)
        thesis.parent.mkdir(exist_ok=True)
        thesis.write_text("ten years of work", encoding="utf-8")

    monkeypatch.setitem(FORMATS, name, FORMATS[name]._replace(write=slow))
    if overwrite and not is_folder:
        export(small, out, format=name, overwrite=True)  # as asked
    else:
        with pytest.raises(ExportError, match="thesis.txt" if overwrite else "exists already"):
            export(small, out, format=name, overwrite=overwrite)
        assert thesis.read_text(encoding="utf-8") == "ten years of work"
    assert list(tmp_path.iterdir()) == [out]


# -- keys without a row, tables that are missing


@pytest.mark.parametrize("name", ["sqlite", "jsonl"])
def test_a_foreign_key_without_its_row_is_named(name: str, small: Dataset, tmp_path: Path) -> None:
    lost = small.places.iloc[1:].reset_index(drop=True)
    with pytest.raises(ExportError, match=r"row \d+.*places has no row") as caught:
        export(changed(small, places=lost), tmp_path / "out", format=name)
    assert "run `tmt-dataset validate`" in str(caught.value)
    orphans = small.developments.iloc[1:].reset_index(drop=True)
    with pytest.raises(ExportError, match=r"table \w+, row \d+.*developments has no row"):
        export(changed(small, developments=orphans), tmp_path / "out", format=name)
    assert snapshot(tmp_path) == {}


@pytest.mark.parametrize("name", ["csv", "xlsx", "sqlite"])
def test_a_duplicate_key_is_an_error(name: str, small: Dataset, tmp_path: Path) -> None:
    twice = pd.concat([small.segments, small.segments.iloc[:1]], ignore_index=True)
    with pytest.raises(ExportError, match="run `tmt-dataset validate`"):
        export(changed(small, segments=twice), tmp_path / "out", format=name)
    assert snapshot(tmp_path) == {}


@pytest.mark.parametrize("name", ["parquet", "sqlite"])
def test_an_empty_required_cell_is_an_error(name: str, small: Dataset, tmp_path: Path) -> None:
    """These two formats declare which cells may be empty."""
    with pytest.raises(ExportError, match=r"table errata: .*reason.*; run `tmt-dataset validate`"):
        export(with_cell(small, "errata", "reason", None), tmp_path / "out", format=name)
    assert snapshot(tmp_path) == {}


@FORMAT
def test_tables_and_columns_must_be_those_declared(name: str, small: Dataset, tmp_path: Path) -> None:
    short = changed(small, errata=small.errata.drop(columns="reason"))
    with pytest.raises(ExportError, match=r"table errata: expected the columns .*, reason; found"):
        export(short, tmp_path / "out", format=name)
    none = Dataset(small.descriptor, {n: small[n] for n in small if n != "errata"})
    with pytest.raises(ExportError, match="table errata: is declared, but missing"):
        export(none, tmp_path / "out", format=name)
    assert snapshot(tmp_path) == {}


def _with_two_keys(raw: dict[str, Any]) -> None:
    next(r for r in raw["resources"] if r["name"] == "developments")["schema"]["primaryKey"] = [
        "development_id",
        "title",
    ]


def test_what_lines_of_json_are_made_by_is_missed_by_name(package: Path, tmp_path: Path) -> None:
    def without_a_field(raw: dict[str, Any]) -> None:
        schema = next(r for r in raw["resources"] if r["name"] == "quotes")["schema"]
        schema["fields"] = [f for f in schema["fields"] if f["name"] != "development_id"]

    factories.edit_table(package, "quotes", lambda quotes: quotes.drop(columns="development_id"))
    factories.edit_descriptor(package, without_a_field)
    with pytest.raises(
        ExportError, match=r"quotes: the column 'development_id' is missing; run `tmt-dataset validate`"
    ):
        export(tmt.load(package), tmp_path / "out", format="jsonl")
    factories.edit_descriptor(package, _with_two_keys)
    with pytest.raises(
        ExportError,
        match="table developments: expected one field as primary key, found development_id, title",
    ):
        export(tmt.load(package), tmp_path / "out", format="jsonl")
    assert not (tmp_path / "out").exists()


# -- Excel's limits


def test_a_cell_too_long_for_excel_is_named(small: Dataset, tmp_path: Path) -> None:
    fits = with_cell(small, "errata", "reason", "x" * EXCEL_CHARACTERS)
    sheet = openpyxl.load_workbook(export(fits, tmp_path / "fits.xlsx"))["errata"]
    assert sheet_cells(sheet)["reason"][0] == "x" * EXCEL_CHARACTERS
    for text in ("x" * (EXCEL_CHARACTERS + 1), "🙂" * (EXCEL_CHARACTERS // 2 + 1)):
        long = with_cell(small, "errata", "reason", text)
        with pytest.raises(ExportError, match=r"table errata, row 2, field reason: 32,768 characters"):
            export(long, tmp_path / "long.xlsx")
        export(long, tmp_path / "long.csv", overwrite=True)
    assert not (tmp_path / "long.xlsx").exists()


@pytest.mark.parametrize("sheet", ["x" * 32, "flat", "readme"])
def test_a_name_that_no_sheet_may_have_is_refused(sheet: str, small: Dataset, tmp_path: Path) -> None:
    def add(resources: list[Any]) -> None:
        resources.append({**next(r for r in resources if r["name"] == "errata"), "name": sheet})

    ds = redeclared(small, add, **{sheet: small.errata})
    with pytest.raises(ExportError, match=rf"table {sheet}: .*(at most 31 characters|no name for a sheet)"):
        export(ds, tmp_path / "out.xlsx")
    assert snapshot(tmp_path) == {}


def test_more_rows_than_excel_takes_are_refused(small: Dataset, tmp_path: Path) -> None:
    many = small.errata.iloc[[0]].reindex(range(EXCEL_ROWS))
    with pytest.raises(ExportError, match=r"table errata: 1,048,576 rows; Excel takes 1,048,575"):
        export(changed(small, errata=many), tmp_path / "out.xlsx")
    assert snapshot(tmp_path) == {}


def test_a_day_before_those_of_excel_is_refused(small: Dataset, tmp_path: Path) -> None:
    figures = small.figures.copy()
    figures.loc[0, "period_start"] = pd.Timestamp("1899-12-31")
    early = changed(small, figures=figures)
    with pytest.raises(ExportError, match=r"row 2, field period_start: 1899-12-31; Excel has no dates"):
        export(early, tmp_path / "out.xlsx")
    figures.loc[0, "period_start"] = pd.Timestamp("1900-01-01")
    book = openpyxl.load_workbook(export(changed(small, figures=figures), tmp_path / "out.xlsx"))
    assert sheet_cells(book["figures"])["period_start"][0] == date(1900, 1, 1)


# -- extras


@pytest.mark.parametrize(("name", "module"), [("xlsx", "xlsxwriter"), ("parquet", "pyarrow")])
def test_a_missing_extra_is_named(
    name: str, module: str, small: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)  # as if it were not installed
    with pytest.raises(MissingExtraError, match=r'pip install "tmt-dataset\[exports\]"') as caught:
        export(small, tmp_path / "out", format=name)
    assert isinstance(caught.value, TmtDatasetError)
    assert snapshot(tmp_path) == {}


@pytest.mark.parametrize("data", [None, "tmt", pd.DataFrame()], ids=["None", "text", "frame"])
def test_anything_but_a_data_set_is_a_type_error(tmp_path: Path, data: Any) -> None:
    with pytest.raises(TypeError, match=r"expected a Dataset, as tmt_dataset\.load\(\) returns it, found"):
        export(data, tmp_path / "x.csv")
    assert not any(tmp_path.iterdir())


def test_wrong_types_of_other_arguments_are_named(small: Dataset, tmp_path: Path) -> None:
    unsuitable: Any
    for unsuitable in (5, b"out", None):
        with pytest.raises(TypeError, match="expected the path of a file or folder, found"):
            export(small, unsuitable, format="jsonl")
    for unsuitable in (pd.NA, "yes", None):
        with pytest.raises(TypeError, match=r"overwrite=.*: expected True or False"):
            export(small, tmp_path / "out", format="jsonl", overwrite=unsuitable)
    for unsuitable in (["csv"], {}):
        with pytest.raises(ExportError, match="unknown format"):
            export(small, tmp_path / "out", format=unsuitable)
    assert snapshot(tmp_path) == {}
