"""An SQLite database as the descriptor declares it, with a full-text index."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

from tmt_dataset.dataset import Dataset
from tmt_dataset.descriptor import Field, Table
from tmt_dataset.errors import ExportError
from tmt_dataset.exports.tables import SEE_FINDINGS, cells, frames
from tmt_dataset.search.index import index
from tmt_dataset.search.index import write as write_index

__all__ = ["write"]


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
            named = _name("_".join((table.name, *key.fields)))
            yield f"CREATE INDEX {named} ON {_name(table.name)} ({_names(key.fields)})"


def write(ds: Dataset, path: Path) -> None:
    """Write a database with keys, indexes and the full-text index."""
    with closing(sqlite3.connect(path)) as database:
        for name, frame in frames(ds):
            for statement in _ddl(ds.descriptor.table(name)):
                database.execute(statement)
            columns = [
                [c.isoformat() if isinstance(c, date) else c for c in column]
                for column in cells(name, frame).values()
            ]
            try:
                _insert(database, name, zip(*columns, strict=True), len(columns))
            except sqlite3.IntegrityError as error:
                raise ExportError(f"table {name}: {error}; {SEE_FINDINGS}") from None
        _check_foreign_keys(database)
        _insert_facts(database, ds)
        write_index(database, index(ds))
        database.commit()


def _check_foreign_keys(database: sqlite3.Connection) -> None:
    lost = database.execute("PRAGMA foreign_key_check").fetchall()
    if lost:
        table, row, parent, _ = lost[0]
        more = f" (and {len(lost) - 1:,} more)" if len(lost) > 1 else ""
        raise ExportError(f"table {table}, row {row + 1}: {parent} has no row for it{more}; {SEE_FINDINGS}")


def _insert_facts(database: sqlite3.Connection, ds: Dataset) -> None:
    """Write what the descriptor says of the package into the table ``package``."""
    database.execute("CREATE TABLE package (property TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)")
    facts = {k: v for k, v in ds.descriptor.raw.items() if k != "resources"}
    rows = [(k, v if isinstance(v, str) else json.dumps(v, ensure_ascii=False)) for k, v in facts.items()]
    _insert(database, "package", rows, 2)


def _insert(database: sqlite3.Connection, table: str, rows: Iterable[Iterable[Any]], width: int) -> None:
    places = ", ".join("?" * width)
    database.executemany(f"INSERT INTO {_name(table)} VALUES ({places})", map(tuple, rows))
