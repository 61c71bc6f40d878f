"""JSON Lines: one development per line."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd

from tmt_dataset.characters import json_escaped
from tmt_dataset.dataset import Dataset
from tmt_dataset.descriptor import Descriptor, Table
from tmt_dataset.descriptor.links import ROOT, nested, targets
from tmt_dataset.errors import ExportError
from tmt_dataset.exports.tables import SEE_FINDINGS, at, cells, frames

__all__ = ["write"]


def write(ds: Dataset, path: Path) -> None:
    """Write one development per line, with the rows that belong to it and those that it names."""
    descriptor = ds.descriptor
    root = descriptor.table(ROOT)
    if len(root.primary_key) != 1:
        found = ", ".join(root.primary_key) or "none"
        raise ExportError(f"table {ROOT}: expected one field as primary key, found {found}; {SEE_FINDINGS}")
    key = root.primary_key[0]
    rows = {name: _rows(name, frame) for name, frame in frames(ds)}
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
            line = json.dumps({**item, **lists[row[key]]}, ensure_ascii=False, allow_nan=False)
            stream.write(json_escaped(line) + "\n")  # raw, some of them end a line for some readers


def _no_row(table: str, row: int, field: str, value: object, target: str) -> ExportError:
    return ExportError(f"{at(table, row, field)}: {target} has no row {value!r}; {SEE_FINDINGS}")


def _rows(name: str, frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the rows of a table for JSON: dates as text, every number of a field in the form of its type."""
    columns = {
        column: [c.isoformat() if isinstance(c, date) else c for c in values]
        for column, values in cells(name, frame).items()
    }
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


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
