"""The data set in the formats that other tools read: CSV, Excel, Parquet, SQLite, JSON Lines.

Names, types, keys and the search index derive from the descriptor. An export is written to a temporary folder
beside its target and then renamed, so that a failure leaves nothing behind and changes nothing.
"""

from __future__ import annotations

import io
import json
import math
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import date, datetime
from itertools import chain
from pathlib import Path
from typing import Any

import pandas as pd

from tmt_dataset.cells import csv_text, is_code
from tmt_dataset.dataset import Dataset
from tmt_dataset.descriptor import Descriptor, Field, Table
from tmt_dataset.errors import ExportError, MissingExtraError, near
from tmt_dataset.search import ROOT, index, nested, targets

#: The formats, and what each gives.
FORMATS: dict[str, str] = {
    "csv": "a folder: one CSV file per table, and flat.csv with one row per development",
    "xlsx": "an Excel workbook: a sheet 'flat' with one row per development, then one sheet per table",
    "parquet": "a folder: one typed Parquet file per table",
    "sqlite": "an SQLite database: tables with keys and indexes, and the full-text index 'search'",
    "jsonl": "JSON Lines: one development per line, with all that belongs to it",
}
_FOLDERS = frozenset({"csv", "parquet"})
_SUFFIXES = {".db": "sqlite", ".sqlite3": "sqlite", ".ndjson": "jsonl"}
#: Files that file managers leave in a folder.
_CLUTTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})

FLAT = "flat"

#: Limits of Excel; it counts UTF-16 code units as characters, and the header as a row.
EXCEL_CHARACTERS, EXCEL_ROWS, EXCEL_SHEET_NAME, EXCEL_FIRST_YEAR = 32_767, 1_048_576, 31, 1900
_ELSE = "select less, or export as csv"
#: Serves Python and the shell.
_SEE_FINDINGS = "run `tmt-dataset validate`"

# line feeds, and the full-width forms in East Asian editions of Excel, start a formula too
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")

Cell = str | int | float | bool | date | None


def export(
    ds: Dataset,
    target: str | os.PathLike[str],
    *,
    format: str | None = None,
    overwrite: bool = False,
) -> Path:
    r"""Write a data set, or a selection of it, in a format that other tools read.

    ``csv``
        UTF-8, CRLF after each record (RFC 4180), dates ``YYYY-MM-DD``, an empty cell is missing. A text that
        a spreadsheet would take for a formula gets an apostrophe in front; :func:`restore` removes it.
    ``xlsx``
        Dates are dates, every text is a string and never a formula or a link, the header is frozen and has
        filters.
    ``parquet``
        Codes are dictionaries (pandas: categoricals), integers are nullable, dates are ``date32``. pandas
        reads dates as ``datetime64`` with ``read_parquet(path, to_pandas_kwargs={"date_as_object": False})``.
    ``sqlite``
        Primary and foreign keys, lists of values as checks, an index for each foreign key. ``search`` is an
        FTS5 index with one row per development: its own words, its quotes and notes, and the English and Chinese
        names of what it is linked to. A Chinese word finds the names that contain it (the column ``han``
        holds the parts of names). The table ``package`` says which release it is::

            SELECT development_id, title FROM search WHERE search MATCH '上海 OR deepfake*' ORDER BY rank

    ``jsonl``
        ``authorities``, ``topics``, ``places``, ``instruments``, ``figures``, ``quotes``, ``relations`` and
        ``mentions`` are lists inside their development. A field that names a row of another table holds
        that row, under its name without ``_id``: ``action.label``, ``authorities[0].authority.name``. A
        ``quote_id`` names a quote of the same line.

    Parameters
    ----------
    ds
        The data set; for a part of it, ``ds.select(...)``.
    target
        The file or folder to write; its parent must exist.
    format
        One of :data:`FORMATS`; ``None`` takes it from the suffix of ``target`` (``x.csv`` is then a folder).
    overwrite
        Whether to replace an existing export. A folder is replaced only if it holds nothing but files of
        such an export.

    Returns
    -------
    pathlib.Path
        The target.

    Raises
    ------
    ExportError
        If the format is unknown, the target exists or cannot be written, or the format cannot hold the data
        (a cell too long for Excel, a foreign key without its row). Nothing is left behind, and an existing export
        stays as it was.
    MissingExtraError
        If ``xlsx`` or ``parquet`` is asked for without the extra ``exports``.
    TypeError
        If ``ds`` is not a :class:`~tmt_dataset.Dataset`.

    Examples
    --------
    >>> import tempfile
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> ai = ds.select(topic="ai")
    >>> path = export(ai, Path(tempfile.mkdtemp()) / "ai.sqlite")
    >>> with closing(sqlite3.connect(path)) as database:
    ...     (rows,) = database.execute("SELECT count(*) FROM developments").fetchone()
    >>> rows == len(ai.developments)
    True
    """
    if not isinstance(ds, Dataset):
        raise TypeError(f"expected a Dataset, as tmt_dataset.load() returns it, found {type(ds).__name__}")
    path = Path(target)
    name = _format(path, format)
    try:
        place = Path(os.path.realpath(path))  # a symbolic link stays, and its target is replaced
        _check_place(place, name, ds.descriptor, overwrite)
        beside = Path(tempfile.mkdtemp(dir=place.parent, prefix=f".{place.name}."))
        try:
            built = beside / place.name
            _WRITERS[name](ds, built)
            _put(built, place, beside / "replaced")
        finally:
            shutil.rmtree(beside, ignore_errors=True)
    except ExportError as error:
        raise ExportError(f"{path}: {error}") from None
    except (OSError, ValueError, TypeError, sqlite3.Error) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ExportError(f"{path}: cannot be written as {name} ({said}); nothing was changed") from error
    return path


def _format(path: Path, asked: str | None) -> str:
    """Return the format asked for, or else that of the suffix."""
    if asked is None and not path.suffix:
        raise ExportError(
            f"{path}: no suffix tells the format; give format= (--as), one of {', '.join(FORMATS)}"
        )
    suffix = path.suffix.lower()
    name = _SUFFIXES.get(suffix, suffix.removeprefix(".")) if asked is None else asked
    if name not in FORMATS:
        meant = near(name, FORMATS) or ";"
        raise ExportError(f"{path}: unknown format {name!r}{meant} expected one of {', '.join(FORMATS)}")
    return name


def _check_place(place: Path, name: str, descriptor: Descriptor, overwrite: bool) -> None:
    """Refuse a place where something is that must not be replaced."""
    if not place.parent.is_dir():
        raise ExportError(f"there is no folder {place.parent}; create it first")
    if not place.exists():
        return
    if not overwrite:
        raise ExportError(
            "exists already; overwrite it with overwrite=True (--overwrite), or give another name"
        )
    if name not in _FOLDERS:
        if not place.is_file():
            raise ExportError(f"is a directory; {name} needs a file name: give another name")
        return
    if not place.is_dir():
        raise ExportError(f"is a file; {name} needs a folder name: give another name")
    own = {f"{table}.{name}" for table in (*descriptor.tables, FLAT)} | _CLUTTER
    others = sorted(p.name for p in place.iterdir() if p.name not in own or not p.is_file())
    if others:
        shown = ", ".join(others[:3]) + (" …" if len(others) > 3 else "")
        raise ExportError(f"holds what no export has written ({shown}); give another name")


def _put(built: Path, place: Path, aside: Path) -> None:
    """Rename what was built to its place; a folder that it replaces is renamed first."""
    if not (built.is_dir() and place.exists()):
        built.replace(place)
        return
    place.rename(aside)
    try:
        built.rename(place)
    except BaseException:
        aside.rename(place)
        raise


# -- cells


def inert(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: where one would, an apostrophe is put in front.

    A text that has apostrophes before the formula gets another one, so that :func:`restore` is the inverse.

    Examples
    --------
    >>> inert("=cmd()"), inert("'=cmd()"), inert("'Clear and Bright' campaign")
    ("'=cmd()", "''=cmd()", "'Clear and Bright' campaign")
    """
    return f"'{text}" if _FORMULA.match(text) else text


def restore(text: str) -> str:
    """Return the text that :func:`inert` was given.

    Examples
    --------
    >>> restore("'=cmd()"), restore("'Clear and Bright' campaign")
    ('=cmd()', "'Clear and Bright' campaign")
    """
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def _frames(ds: Dataset) -> Iterator[tuple[str, pd.DataFrame]]:
    """Yield the declared tables, each with its declared columns."""
    for name, table in ds.descriptor.tables.items():
        if name not in list(ds):
            raise ExportError(f"table {name}: is declared, but missing; load the data set again")
        frame = ds[name]
        if list(frame.columns) != table.field_names:
            found = ", ".join(map(str, frame.columns))
            raise ExportError(
                f"table {name}: expected the columns {', '.join(table.field_names)}; found {found}"
            )
        yield name, frame


def _sheets(ds: Dataset) -> dict[str, dict[str, list[Cell]]]:
    """Return the cells of the declared tables and, after them, of the view with one row per development.

    In this order, so that an error names a cell in its table, and not where the view repeats it.
    """
    sheets = {name: _cells(name, frame) for name, frame in _frames(ds)}
    if FLAT in sheets:
        raise ExportError(
            f"table {FLAT}: no name for a sheet of its own, as the view has that name; export as sqlite"
        )
    try:
        flat = ds.flat()
    except (LookupError, ValueError, pd.errors.InvalidIndexError) as error:  # missing or duplicate keys
        raise ExportError(f"table {FLAT}: cannot be made ({error}); {_SEE_FINDINGS}") from error
    return {**sheets, FLAT: _cells(FLAT, flat)}


def columns(frame: pd.DataFrame) -> dict[str, list[Cell]]:
    """Return the columns of a frame as values of Python: days as dates, None where missing.

    Examples
    --------
    >>> columns(pd.DataFrame({"day": pd.to_datetime(["2024-01-02", None]), "n": [1.5, None]}))
    {'day': [datetime.date(2024, 1, 2), None], 'n': [1.5, None]}
    """
    out: dict[str, list[Cell]] = {}
    for column in frame.columns:
        series = frame[column]
        values = series.dt.date if pd.api.types.is_datetime64_any_dtype(series) else series
        missing = series.isna().tolist()
        out[str(column)] = [None if m else v for v, m in zip(values.tolist(), missing, strict=True)]
    return out


def _cells(name: str, frame: pd.DataFrame) -> dict[str, list[Cell]]:
    """Return the columns of a table, having checked that every format can hold their cells."""
    out = columns(frame)
    for column, cells in out.items():
        for row, cell in enumerate(cells):
            if not _plain(cell):
                wanted = "a text, a finite number, a date, true or false"
                raise ExportError(f"{_at(name, row, column)}: expected {wanted}; found {cell!r}")
    return out


def _plain(cell: object) -> bool:
    """Whether every format can hold a value."""
    if isinstance(cell, str):
        return cell.isascii() or not any(
            "\ud800" <= c <= "\udfff" for c in cell
        )  # UTF-8 cannot encode surrogates
    return cell is None or (
        isinstance(cell, int | float | date) and not (isinstance(cell, float) and not math.isfinite(cell))
    )


def _at(name: str, row: int, column: object) -> str:
    """Return the place of a cell, counted as in a spreadsheet: the header is row 1."""
    return f"table {name}, row {row + 2}, field {column}"


# -- csv


def csv_records(columns: Mapping[str, Sequence[Cell]]) -> Iterator[str]:
    r"""Yield the header and the rows of a table as CSV records in which no spreadsheet finds a formula.

    Examples
    --------
    >>> list(csv_records({"title": ["=cmd()", None], "value": [-5.0, 0.5]}))
    ['title,value\r\n', "'=cmd(),-5\r\n", ',0.5\r\n']
    """
    for record in chain([columns], zip(*columns.values(), strict=True)):
        # CRLF is the end of a record in RFC 4180; with it, the writer also quotes a cell with a lone carriage return
        yield csv_text([[inert(cell) if isinstance(cell, str) else cell for cell in record]], end="\r\n")


def _csv(ds: Dataset, folder: Path) -> None:
    folder.mkdir()
    for name, cells in _sheets(ds).items():
        with (folder / f"{name}.csv").open("x", encoding="utf-8", newline="") as stream:
            stream.writelines(csv_records(cells))


# -- xlsx


def _xlsx(ds: Dataset, path: Path) -> None:
    try:
        from xlsxwriter import Workbook
        from xlsxwriter.exceptions import XlsxWriterException
    except ImportError:
        raise MissingExtraError('xlsx needs XlsxWriter: pip install "tmt-dataset[exports]"') from None
    for name, frame in _frames(ds):
        _check_sheet(name, len(frame))
    sheets = _sheets(ds)
    for name, cells in sheets.items():
        _check_excel_cells(name, cells)
    stream = io.BytesIO()
    day = "yyyy-mm-dd"
    with pd.ExcelWriter(
        stream,
        engine="xlsxwriter",
        date_format=day,
        datetime_format=day,
        # a text stays a text, whatever it looks like
        engine_kwargs={
            "options": {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        },
    ) as writer:
        book: Workbook = writer.book
        book.set_properties(_properties(ds))
        bold = book.add_format({"bold": True})
        for name, cells in {FLAT: sheets[FLAT], **sheets}.items():
            try:
                sheet = book.add_worksheet(name)
            except XlsxWriterException as error:
                raise ExportError(f"table {name}: no name for a sheet ({error}); {_ELSE}") from None
            sheet.add_write_handler(str, _write_markup)
            sheet.set_row(0, None, bold)
            frame = pd.DataFrame(cells, dtype="object")
            frame.to_excel(writer, sheet_name=name, index=False, freeze_panes=(1, 0), autofilter=True)
            for number, (column, values) in enumerate(cells.items()):
                sheet.set_column(number, number, _width(column, values))
            # codes of places are texts, though they look like numbers
            sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{EXCEL_ROWS}"})
    path.write_bytes(stream.getvalue())


def _check_sheet(name: str, rows: int) -> None:
    if len(name) > EXCEL_SHEET_NAME:
        raise ExportError(f"table {name}: a sheet's name has at most {EXCEL_SHEET_NAME} characters; {_ELSE}")
    if rows >= EXCEL_ROWS:
        raise ExportError(f"table {name}: {rows:,} rows; Excel takes {EXCEL_ROWS - 1:,}; {_ELSE}")


def _check_excel_cells(name: str, columns: Mapping[str, Sequence[Cell]]) -> None:
    """Refuse cells that Excel cannot hold: pandas would cut long texts off and write early days as text."""
    for column, cells in columns.items():
        for row, cell in enumerate(cells):
            if isinstance(cell, str) and (units := len(cell.encode("utf-16-le")) // 2) > EXCEL_CHARACTERS:
                limit = f"{units:,} characters; Excel takes at most {EXCEL_CHARACTERS:,} in a cell"
                raise ExportError(f"{_at(name, row, column)}: {limit}; {_ELSE}")
            if isinstance(cell, date) and cell.year < EXCEL_FIRST_YEAR:
                limit = f"{cell}; Excel has no dates before {EXCEL_FIRST_YEAR}"
                raise ExportError(f"{_at(name, row, column)}: {limit}; {_ELSE}")


def _properties(ds: Dataset) -> dict[str, Any]:
    created = ds.descriptor.raw.get("created")
    return {
        "title": str(ds.descriptor.raw.get("title", "")),
        "comments": f"{ds.descriptor.name} {ds.version}",
        # not the time of the export, so that equal data give equal bytes
        "created": datetime.fromisoformat(created) if created else datetime(1980, 1, 1),
    }


def _write_markup(sheet: Any, row: int, column: int, text: str, _style: object = None) -> int | None:
    """Write a text that XlsxWriter would take for markup of its own in parts, which it escapes."""
    if not (text.startswith("<r>") and text.endswith("</r>")):
        return None  # XlsxWriter goes on as without a handler
    written: int = sheet.write_rich_string(row, column, text[:1], text[1:2], text[2:])
    return written


def _width(column: str, cells: Sequence[Cell]) -> int:
    widest = max((len(str(cell)) for cell in cells if cell is not None), default=0)
    return min(max(widest, len(column) + 2, 10), 60)


# -- parquet


def _parquet(ds: Dataset, folder: Path) -> None:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise MissingExtraError('parquet needs pyarrow: pip install "tmt-dataset[exports]"') from None
    folder.mkdir()
    release = {"package": ds.descriptor.name, "version": ds.version}
    for name, frame in _frames(ds):
        # names the cell that no format can hold; pyarrow would name its column alone, or take bytes for text
        _cells(name, frame)
        schema = _arrow_schema(ds.descriptor, ds.descriptor.table(name))
        try:
            content = pa.Table.from_pandas(frame, schema=schema, preserve_index=False)
        except (ValueError, TypeError) as error:  # the base classes of pyarrow's own errors
            raise ExportError(f"table {name}: {error}; {_SEE_FINDINGS}") from None
        content = content.replace_schema_metadata({**content.schema.metadata, **release})
        pq.write_table(content, folder / f"{name}.parquet")


def _arrow_schema(descriptor: Descriptor, table: Table) -> Any:
    import pyarrow as pa

    types = {
        "string": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "date": pa.date32(),
        "boolean": pa.bool_(),
    }
    code = pa.dictionary(pa.int32(), pa.string())
    return pa.schema(
        [
            pa.field(
                field.name,
                code if is_code(descriptor, table, field) else types[field.type],
                nullable=not field.required,
            )
            for field in table.fields
        ]
    )


# -- sqlite


def _name(name: str) -> str:
    """Return a name in the quotes of SQL."""
    return '"' + name.replace('"', '""') + '"'


def _names(names: Iterable[str]) -> str:
    return ", ".join(_name(n) for n in names)


_SQL_TYPES = {"string": "TEXT", "integer": "INTEGER", "number": "REAL", "date": "TEXT", "boolean": "INTEGER"}


def _column(table: Table, field: Field) -> str:
    """Return the SQL definition of a column."""
    parts = [_name(field.name), _SQL_TYPES[field.type]]
    if field.required or field.name in table.primary_key:
        parts.append("NOT NULL")
    if field.unique:
        parts.append("UNIQUE")
    if field.enum:
        codes = ", ".join("'" + code.replace("'", "''") + "'" for code in field.enum)
        parts.append(f"CHECK ({_name(field.name)} IN ({codes}))")
    return " ".join(parts)


def _ddl(table: Table) -> Iterator[str]:
    """Yield the SQL statements that make a table and its indexes."""
    lines = [_column(table, field) for field in table.fields]
    if table.primary_key:
        lines.append(f"PRIMARY KEY ({_names(table.primary_key)})")
    lines += [
        f"FOREIGN KEY ({_names(key.fields)}) REFERENCES {_name(key.table)} ({_names(key.reference)})"
        for key in table.foreign_keys
    ]
    yield f"CREATE TABLE {_name(table.name)} (\n  " + ",\n  ".join(lines) + "\n)"
    for key in table.foreign_keys:
        if table.primary_key[: len(key.fields)] != key.fields:  # the key's own index serves its first fields
            index = _name("_".join((table.name, *key.fields)))
            yield f"CREATE INDEX {index} ON {_name(table.name)} ({_names(key.fields)})"


def _sqlite(ds: Dataset, path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        for name, frame in _frames(ds):
            for statement in _ddl(ds.descriptor.table(name)):
                database.execute(statement)
            cells = [
                [c.isoformat() if isinstance(c, date) else c for c in column]
                for column in _cells(name, frame).values()
            ]
            try:
                _insert(database, name, zip(*cells, strict=True), len(cells))
            except sqlite3.IntegrityError as error:
                raise ExportError(f"table {name}: {error}; {_SEE_FINDINGS}") from None
        _check_foreign_keys(database)
        _insert_facts(database, ds)
        _insert_index(database, ds)
        database.commit()


def _check_foreign_keys(database: sqlite3.Connection) -> None:
    lost = database.execute("PRAGMA foreign_key_check").fetchall()
    if lost:
        table, row, parent, _ = lost[0]
        more = f" (and {len(lost) - 1:,} more)" if len(lost) > 1 else ""
        raise ExportError(
            f"table {table}, row {row + 1}: there is no row for it in {parent}{more}; {_SEE_FINDINGS}"
        )


def _insert_facts(database: sqlite3.Connection, ds: Dataset) -> None:
    """Write what the descriptor says of the package into the table ``package``."""
    database.execute("CREATE TABLE package (property TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)")
    facts = {k: v for k, v in ds.descriptor.raw.items() if k != "resources"}
    rows = [(k, v if isinstance(v, str) else json.dumps(v, ensure_ascii=False)) for k, v in facts.items()]
    _insert(database, "package", rows, 2)


def _insert_index(database: sqlite3.Connection, ds: Dataset) -> None:
    """Write the full-text index into the table ``search``."""
    columns, rows = index(ds)
    database.execute(
        f"CREATE VIRTUAL TABLE search USING fts5({_name(columns[0])} UNINDEXED, {_names(columns[1:])}, "
        "tokenize = 'unicode61 remove_diacritics 2')"
    )
    _insert(database, "search", rows, len(columns))


def _insert(database: sqlite3.Connection, table: str, rows: Iterable[Iterable[Any]], width: int) -> None:
    places = ", ".join("?" * width)
    database.executemany(f"INSERT INTO {_name(table)} VALUES ({places})", map(tuple, rows))


# -- jsonl


def _jsonl(ds: Dataset, path: Path) -> None:
    descriptor = ds.descriptor
    root = descriptor.table(ROOT)
    (key,) = root.primary_key
    rows = {name: _rows(name, frame) for name, frame in _frames(ds)}
    by_key = {
        name: {row[table.primary_key[0]]: row for row in rows[name]}
        for name, table in descriptor.tables.items()
        if len(table.primary_key) == 1
    }
    inside = nested(descriptor)
    lists: dict[Any, dict[str, list[Any]]] = {row[key]: {name: [] for name in inside} for row in rows[ROOT]}
    for name, table in inside.items():
        for row, item in zip(rows[table.name], _with_targets(descriptor, table, rows, by_key), strict=True):
            if row[key] not in lists:
                raise _no_row(table.name, rows[table.name].index(row), key, row[key], ROOT)
            lists[row[key]][name].append({k: v for k, v in item.items() if k != key})
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for row, item in zip(rows[ROOT], _with_targets(descriptor, root, rows, by_key), strict=True):
            stream.write(json.dumps({**item, **lists[row[key]]}, ensure_ascii=False, allow_nan=False) + "\n")


def _no_row(table: str, row: int, field: str, value: object, target: str) -> ExportError:
    return ExportError(f"{_at(table, row, field)}: there is no row {value!r} in {target}; {_SEE_FINDINGS}")


def _rows(name: str, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table for JSON: dates as text, whole numbers without a point."""
    columns = {
        column: [
            c.isoformat() if isinstance(c, date) else int(c) if isinstance(c, float) and c.is_integer() else c
            for c in cells
        ]
        for column, cells in _cells(name, frame).items()
    }
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def _with_targets(
    descriptor: Descriptor,
    table: Table,
    rows: Mapping[str, list[dict[str, Any]]],
    by_key: Mapping[str, Mapping[Any, Mapping[str, Any]]],
) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table; a field that names a row of another table holds that row."""
    named = targets(descriptor, table)
    for number, row in enumerate(rows[table.name]):
        out: dict[str, Any] = {}
        for field, value in row.items():
            if field not in named:
                out[field] = value
                continue
            target = named[field].name
            if value is not None and value not in by_key[target]:
                raise _no_row(table.name, number, field, value, target)
            out[field.removesuffix("_id")] = None if value is None else by_key[target][value]
        yield out


_WRITERS: dict[str, Callable[[Dataset, Path], None]] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "parquet": _parquet,
    "sqlite": _sqlite,
    "jsonl": _jsonl,
}
