"""The data set in the formats that other tools read: CSV, Excel, Parquet, SQLite, JSON Lines.

Names, types, keys and what is searched derive from the descriptor. Whatever is exported is written to a
temporary folder beside its place and renamed, so that a failure leaves nothing behind and harms nothing.
"""

from __future__ import annotations

import csv
import io
import json
import math
import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tmt_dataset.cells import is_code
from tmt_dataset.dataset import Dataset
from tmt_dataset.descriptor import Descriptor, Field, Table
from tmt_dataset.errors import ExportError, MissingExtraError, near

#: The formats, and what each gives.
FORMATS: dict[str, str] = {
    "csv": "a folder: one CSV file a table, and flat.csv with one row a development",
    "xlsx": "an Excel workbook: a sheet 'flat' with one row a development, then one sheet a table",
    "parquet": "a folder: one typed Parquet file a table",
    "sqlite": "an SQLite database: tables with keys and indexes, and the full-text index 'search'",
    "jsonl": "JSON Lines: one development a line, with all that belongs to it",
}
_FOLDERS = frozenset({"csv", "parquet"})
_SUFFIXES = {".db": "sqlite", ".sqlite3": "sqlite", ".ndjson": "jsonl"}
#: What file managers leave in a folder that they have shown.
_CLUTTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})

FLAT = "flat"
ROOT = "developments"

#: Excel's own limits; its characters are UTF-16 code units, its rows include the header.
EXCEL_CHARACTERS, EXCEL_ROWS, EXCEL_SHEET_NAME, EXCEL_FIRST_YEAR = 32_767, 1_048_576, 31, 1900
_ELSE = "select less, or export as csv"

# A line feed and the full-width forms (East Asian editions of Excel) start a formula too.
_FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
_HAN = re.compile("[〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
#: Longest part of a Chinese name that is indexed; the name as a whole always is.
_HAN_LENGTH = 12

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
        a spreadsheet would take for a formula gets an apostrophe in front; :func:`restore` takes it away.
    ``xlsx``
        Dates are dates, every text is a string and never a formula or a link, the header is frozen and has
        filters.
    ``parquet``
        Codes are dictionaries (pandas: categoricals), integers are nullable, dates are ``date32``. pandas
        reads dates as ``datetime64`` with ``read_parquet(path, to_pandas_kwargs={"date_as_object": False})``.
    ``sqlite``
        Primary and foreign keys, lists of values as checks, an index for each foreign key. ``search`` is an
        FTS5 index of one row a development: its own words, its quotes and notes, and the English and Chinese
        names of what it is linked to. A Chinese word finds the names that it is a part of (its column ``han``
        holds these parts). The table ``package`` says which release it is::

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
        The file or folder to be written; its parent must exist.
    format
        One of :data:`FORMATS`; ``None`` takes it from the suffix of ``target`` (``x.csv`` is a folder then).
    overwrite
        Whether to replace an export that is there. A folder is replaced only if it holds nothing but files of
        such an export.

    Returns
    -------
    pathlib.Path
        The target.

    Raises
    ------
    ExportError
        If the format is unknown, the target exists or cannot be written, or the format cannot hold the data
        (a cell too long for Excel, a key that leads nowhere). Nothing is left behind, and what was there is as
        it was.
    MissingExtraError
        If ``xlsx`` or ``parquet`` is asked for without the extra ``exports``.
    TypeError
        If ``ds`` is no data set.

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
        place = Path(os.path.realpath(path))  # a link stays one, and leads to what was exported
        _judge(place, name, ds.descriptor, overwrite)
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
    """Return the format asked for, or that of the suffix."""
    if asked is None and not path.suffix:
        raise ExportError(f"{path}: no suffix tells the format; give format=, one of {', '.join(FORMATS)}")
    suffix = path.suffix.lower()
    name = _SUFFIXES.get(suffix, suffix.removeprefix(".")) if asked is None else asked
    if name not in FORMATS:
        meant = near(name, FORMATS) or ";"
        raise ExportError(f"{path}: unknown format {name!r}{meant} expected one of {', '.join(FORMATS)}")
    return name


def _judge(place: Path, name: str, descriptor: Descriptor, overwrite: bool) -> None:
    """Refuse a place where something stands that must not be replaced."""
    if not place.parent.is_dir():
        raise ExportError(f"there is no folder {place.parent}; make it first")
    if not place.exists():
        return
    if not overwrite:
        raise ExportError("exists already; give overwrite=True to replace it, or another name")
    if name not in _FOLDERS:
        if not place.is_file():
            raise ExportError(f"is no file, and {name} would be one; give another name")
        return
    if not place.is_dir():
        raise ExportError(f"is a file, and {name} would be a folder; give another name")
    own = {f"{table}.{name}" for table in (*descriptor.tables, FLAT)} | _CLUTTER
    others = sorted(p.name for p in place.iterdir() if p.name not in own or not p.is_file())
    if others:
        shown = ", ".join(others[:3]) + (" …" if len(others) > 3 else "")
        raise ExportError(f"holds what no export has written ({shown}); give a folder of its own")


def _put(built: Path, place: Path, aside: Path) -> None:
    """Rename what was built to its place; what is replaced steps aside first, where it is a folder."""
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
    """Return a text that no spreadsheet takes for a formula: one like it gets an apostrophe in front.

    So does one that has apostrophes before that, which makes it reversible: :func:`restore` is the inverse.

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
            raise ExportError(f"table {name}: is declared, and not there; load the data set again")
        frame = ds[name]
        if list(frame.columns) != table.field_names:
            found = ", ".join(map(str, frame.columns))
            raise ExportError(
                f"table {name}: expected the columns {', '.join(table.field_names)}; found {found}"
            )
        yield name, frame


def _sheets(ds: Dataset) -> dict[str, dict[str, list[Cell]]]:
    """Return the cells of the declared tables and, after them, of the view with one row a development.

    In this order, so that an error names a cell where it stands, and not where the view repeats it.
    """
    sheets = {name: _cells(name, frame) for name, frame in _frames(ds)}
    if FLAT in sheets:
        raise ExportError(f"table {FLAT}: no name for a sheet of its own, the view has it; export as sqlite")
    try:
        flat = ds.flat()
    except (LookupError, ValueError, pd.errors.InvalidIndexError) as error:  # keys that are none
        raise ExportError(f"table {FLAT}: cannot be made ({error}); run tmt_dataset.validate()") from error
    return {**sheets, FLAT: _cells(FLAT, flat)}


def _cells(name: str, frame: pd.DataFrame) -> dict[str, list[Cell]]:
    """Return the columns of a frame as plain values, None where missing."""
    out: dict[str, list[Cell]] = {}
    for column in frame.columns:
        series = frame[column]
        values = series.dt.date if pd.api.types.is_datetime64_any_dtype(series) else series
        missing = series.isna().tolist()
        cells = [None if m else v for v, m in zip(values.tolist(), missing, strict=True)]
        for row, cell in enumerate(cells):
            if not _plain(cell):
                wanted = "a text, a finite number, a date, true or false"
                raise ExportError(f"{_at(name, row, column)}: expected {wanted}; found {cell!r}")
        out[str(column)] = cells
    return out


def _plain(cell: object) -> bool:
    """Whether every format can hold a value."""
    if isinstance(cell, str):
        return cell.isascii() or not any("\ud800" <= c <= "\udfff" for c in cell)  # no UTF-8 has these
    return cell is None or (
        isinstance(cell, int | float | date) and not (isinstance(cell, float) and not math.isfinite(cell))
    )


def _at(name: str, row: int, column: object) -> str:
    """Return where a cell stands, as a spreadsheet counts: the header is row 1."""
    return f"table {name}, row {row + 2}, field {column}"


# -- csv


def _csv(ds: Dataset, folder: Path) -> None:
    folder.mkdir()
    for name, columns in _sheets(ds).items():
        with (folder / f"{name}.csv").open("x", encoding="utf-8", newline="") as stream:
            # CRLF is what RFC 4180 has, and with it the writer also quotes a cell with a lone carriage return
            writer = csv.writer(stream, lineterminator="\r\n")
            writer.writerow(inert(column) for column in columns)
            writer.writerows(zip(*([_text(c) for c in cells] for cells in columns.values()), strict=True))


def _text(cell: Cell) -> str:
    """Return a value as it stands in a CSV file, numbers as the package itself writes them."""
    match cell:
        case None:
            return ""
        case str():
            return inert(cell)
        case bool():
            return "true" if cell else "false"
        case float():
            return np.format_float_positional(cell + 0.0, trim="-")  # + 0.0: there is no minus zero
        case date():
            return cell.isoformat()
    return str(cell)


# -- xlsx


def _xlsx(ds: Dataset, path: Path) -> None:
    try:
        import xlsxwriter
        from xlsxwriter.exceptions import XlsxWriterException
    except ImportError:
        raise MissingExtraError('xlsx needs XlsxWriter: pip install "tmt-dataset[exports]"') from None
    for name, frame in _frames(ds):
        if len(name) > EXCEL_SHEET_NAME:
            raise ExportError(
                f"table {name}: a sheet's name has at most {EXCEL_SHEET_NAME} characters; {_ELSE}"
            )
        if len(frame) >= EXCEL_ROWS:
            raise ExportError(f"table {name}: {len(frame):,} rows; Excel takes {EXCEL_ROWS - 1:,}; {_ELSE}")
    sheets = _sheets(ds)
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    raw = ds.descriptor.raw
    created = raw.get("created")
    book.set_properties(
        {
            "title": str(raw.get("title", "")),
            "comments": f"{ds.descriptor.name} {ds.version}",
            # not the moment of the export, so that equal data are equal bytes
            "created": datetime.fromisoformat(created) if created else datetime(1980, 1, 1),
        }
    )
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
    for name, columns in {FLAT: sheets[FLAT], **sheets}.items():
        try:
            sheet = book.add_worksheet(name)
        except XlsxWriterException as error:
            raise ExportError(f"table {name}: no name for a sheet ({error}); {_ELSE}") from None
        for number, (column, cells) in enumerate(columns.items()):
            sheet.write_string(0, number, column, bold)
            for row, cell in enumerate(cells):
                _write(sheet, row + 1, number, cell, day, _at(name, row, column))
            widest = max((len(str(cell)) for cell in cells if cell is not None), default=0)
            sheet.set_column(number, number, min(max(widest, len(column) + 2, 10), 60))
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(next(iter(columns.values()), [])), max(len(columns) - 1, 0))
        # codes of places are no numbers, though they look like them
        sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{EXCEL_ROWS}"})
    book.close()
    path.write_bytes(stream.getvalue())


def _write(sheet: Any, row: int, column: int, cell: Cell, day: object, where: str) -> None:
    """Write one cell by its type; XlsxWriter's own guess would make formulas and links of texts."""
    match cell:
        case None:
            pass
        case str():
            units = len(cell) + sum(c > "\uffff" for c in cell)
            if units > EXCEL_CHARACTERS:
                limit = f"{units:,} characters; Excel takes at most {EXCEL_CHARACTERS:,} in a cell"
                raise ExportError(f"{where}: {limit}; {_ELSE}")
            if cell.startswith("<r>") and cell.endswith("</r>"):
                # XlsxWriter takes this for markup of its own and writes it raw; in parts it is escaped
                sheet.write_rich_string(row, column, cell[:1], cell[1:2], cell[2:])
            else:
                sheet.write_string(row, column, cell)
        case bool():
            sheet.write_boolean(row, column, cell)
        case date():
            if cell.year < EXCEL_FIRST_YEAR:
                raise ExportError(f"{where}: {cell}; Excel has no dates before {EXCEL_FIRST_YEAR}; {_ELSE}")
            sheet.write_datetime(row, column, cell, day)
        case _:
            sheet.write_number(row, column, cell)


# -- parquet


def _parquet(ds: Dataset, folder: Path) -> None:
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise MissingExtraError('parquet needs pyarrow: pip install "tmt-dataset[exports]"') from None
    types = {
        "string": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "date": pa.date32(),
        "boolean": pa.bool_(),
    }
    folder.mkdir()
    for name, frame in _frames(ds):
        # names a cell that is none; pyarrow would name its column alone, or take bytes for text
        _cells(name, frame)
        table = ds.descriptor.table(name)
        schema = pa.schema(
            [
                pa.field(
                    field.name,
                    pa.dictionary(pa.int32(), pa.string())
                    if is_code(ds.descriptor, table, field)
                    else types[field.type],
                    nullable=not field.required,
                )
                for field in table.fields
            ]
        )
        try:
            content = pa.Table.from_pandas(frame, schema=schema, preserve_index=False)
        except (ValueError, TypeError) as error:  # pyarrow's own errors are these too
            raise ExportError(f"table {name}: {error}; run tmt_dataset.validate() to see the row") from None
        release = {"package": ds.descriptor.name, "version": ds.version}
        pq.write_table(
            content.replace_schema_metadata({**content.schema.metadata, **release}),
            folder / f"{name}.parquet",
        )


# -- sqlite


def _name(name: str) -> str:
    """Return a name as SQL quotes it."""
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
                raise ExportError(
                    f"table {name}: {error}; run tmt_dataset.validate() to see the rows"
                ) from None
        lost = database.execute("PRAGMA foreign_key_check").fetchall()
        if lost:
            table, row, parent, _ = lost[0]
            also = f", nor do {len(lost) - 1:,} more" if len(lost) > 1 else ""
            raise ExportError(
                f"table {table}, row {row + 1}: leads to no row of {parent}{also}; run tmt_dataset.validate()"
            )
        database.execute("CREATE TABLE package (property TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)")
        facts = {k: v for k, v in ds.descriptor.raw.items() if k != "resources"}
        _insert(
            database,
            "package",
            ((k, v if isinstance(v, str) else json.dumps(v, ensure_ascii=False)) for k, v in facts.items()),
            2,
        )
        columns, rows = _search(ds)
        database.execute(
            f"CREATE VIRTUAL TABLE search USING fts5({_name(columns[0])} UNINDEXED, {_names(columns[1:])}, "
            "tokenize = 'unicode61 remove_diacritics 2')"
        )
        _insert(database, "search", rows, len(columns))
        database.commit()


def _insert(database: sqlite3.Connection, table: str, rows: Iterable[Iterable[Any]], width: int) -> None:
    places = ", ".join("?" * width)
    database.executemany(f"INSERT INTO {_name(table)} VALUES ({places})", map(tuple, rows))


# -- what belongs to a development


def _nested(descriptor: Descriptor) -> dict[str, Table]:
    """Return the tables whose rows belong to a development, by the name that they have inside of one."""
    (key,) = descriptor.table(ROOT).primary_key
    return {
        name.removeprefix(key.removesuffix("id")): table
        for name, table in descriptor.tables.items()
        if any(k.table == ROOT and k.fields == (key,) for k in table.foreign_keys)
    }


def _targets(descriptor: Descriptor, table: Table) -> dict[str, Table]:
    """Return the tables whose rows a table's fields name, by field; a development's own rows are none."""
    inside = {t.name for t in _nested(descriptor).values()}
    return {
        k.fields[0]: descriptor.table(k.table)
        for k in table.foreign_keys
        if len(k.fields) == 1 and k.table not in inside and k.fields != descriptor.table(ROOT).primary_key
    }


def _words(table: Table) -> list[str]:
    """Return the fields of a table that hold words: texts that no pattern, list of values or key binds."""
    bound = {*table.primary_key, *(f for k in table.foreign_keys for f in k.fields)}
    return [
        f.name
        for f in table.fields
        if f.type == "string" and not f.enum and not f.pattern and f.name not in bound
    ]


def _search(ds: Dataset) -> tuple[list[str], Iterator[list[str]]]:
    """Return columns and rows of the full-text index, one row a development.

    Its own words and those of the rows that belong to it; of the rows that it is linked to, all but the
    definition of a code, by whose prose every act of that code would be found. The measure of a figure and the
    source of a quote are none that a development is linked to: the key of a link has both its ends.
    """
    descriptor = ds.descriptor
    root = descriptor.table(ROOT)
    (key,) = root.primary_key
    texts: dict[str, dict[str, dict[str, None]]] = {}

    def add(column: str, ids: pd.Series, words: pd.Series) -> None:
        by_id = texts.setdefault(column, {})
        for development_id, text in zip(ids, words, strict=True):
            if isinstance(text, str):
                by_id.setdefault(development_id, {})[text] = None  # in order, each once

    for name, table in {"": root, **_nested(descriptor)}.items():
        frame = ds[table.name]
        for field in _words(table):
            add(f"{name}_{field}".removeprefix("_"), frame[key], frame[field])
        for code, target in _targets(descriptor, table).items():
            if target is root or (table is not root and code not in table.primary_key):
                continue
            register = ds[target.name].set_index(target.primary_key[0])
            for field in _words(target):
                if field != "definition":
                    add(
                        f"{target.name}_{field}",
                        frame[key],
                        frame[code].astype("object").map(register[field].astype("object")),
                    )

    def rows() -> Iterator[list[str]]:
        for development_id in ds[ROOT][key]:
            words = [" | ".join(by_id.get(development_id, ())) for by_id in texts.values()]
            yield [development_id, *words, " ".join(_han(words))]

    return [key, *texts, "han"], rows()


def _han(words: Iterable[str]) -> list[str]:
    """Return all parts of the Chinese in some texts: for lack of spaces the tokenizer takes a run as a word.

    Examples
    --------
    >>> _han(["CAC 网信办"])
    ['信', '信办', '办', '网', '网信', '网信办']
    """
    return sorted(
        {
            run[start : start + length]
            for text in words
            for run in _HAN.findall(text)
            for start in range(len(run))
            for length in range(1, min(_HAN_LENGTH, len(run) - start) + 1)
        }
    )


# -- jsonl


def _jsonl(ds: Dataset, path: Path) -> None:
    descriptor = ds.descriptor
    root = descriptor.table(ROOT)
    (key,) = root.primary_key
    rows = {name: _rows(name, frame) for name, frame in _frames(ds)}
    index = {
        name: {row[table.primary_key[0]]: row for row in rows[name]}
        for name, table in descriptor.tables.items()
        if len(table.primary_key) == 1
    }
    nested = _nested(descriptor)
    lists: dict[Any, dict[str, list[Any]]] = {row[key]: {name: [] for name in nested} for row in rows[ROOT]}
    for name, table in nested.items():
        for row, item in zip(rows[table.name], _with_targets(descriptor, table, rows, index), strict=True):
            if row[key] not in lists:
                raise _leads_nowhere(table.name, rows[table.name].index(row), key, row[key], ROOT)
            lists[row[key]][name].append({k: v for k, v in item.items() if k != key})
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        for row, item in zip(rows[ROOT], _with_targets(descriptor, root, rows, index), strict=True):
            stream.write(json.dumps({**item, **lists[row[key]]}, ensure_ascii=False, allow_nan=False) + "\n")


def _leads_nowhere(table: str, row: int, field: str, value: object, target: str) -> ExportError:
    return ExportError(
        f"{_at(table, row, field)}: there is no row {value!r} in {target}; run tmt_dataset.validate()"
    )


def _rows(name: str, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table as JSON has them: dates as text, whole numbers without a point."""
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
    index: Mapping[str, Mapping[Any, Mapping[str, Any]]],
) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table, in which each field that names a row of another table holds that row."""
    targets = _targets(descriptor, table)
    for number, row in enumerate(rows[table.name]):
        out: dict[str, Any] = {}
        for field, value in row.items():
            if field not in targets:
                out[field] = value
                continue
            target = targets[field].name
            if value is not None and value not in index[target]:
                raise _leads_nowhere(table.name, number, field, value, target)
            out[field.removesuffix("_id")] = None if value is None else index[target][value]
        yield out


_WRITERS: dict[str, Callable[[Dataset, Path], None]] = {
    "csv": _csv,
    "xlsx": _xlsx,
    "parquet": _parquet,
    "sqlite": _sqlite,
    "jsonl": _jsonl,
}
