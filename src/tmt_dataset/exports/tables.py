"""The tables of a data set as every format writes them: declared columns, values of Python, checked cells."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from datetime import date

import pandas as pd

from tmt_dataset.dataset import Dataset
from tmt_dataset.errors import ExportError

__all__ = ["FLAT", "SEE_FINDINGS", "Cell", "at", "cells", "columns", "frames", "labelled", "sheets"]


#: Name of the view with one row per development.
FLAT = "flat"
#: What to do about invalid data; serves Python and the shell.
SEE_FINDINGS = "run `tmt-dataset validate`"

Cell = str | int | float | bool | date | None


def frames(ds: Dataset) -> Iterator[tuple[str, pd.DataFrame]]:
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


def sheets(ds: Dataset) -> dict[str, dict[str, list[Cell]]]:
    """Return the cells of the declared tables and, after them, of the view with one row per development.

    In this order, so that an error names a cell in its table, and not where the view repeats it.
    """
    out = {name: cells(name, frame) for name, frame in frames(ds)}
    if FLAT in out:
        raise ExportError(
            f"table {FLAT}: no name for a sheet of its own, as the view has that name; export as sqlite"
        )
    try:
        flat = ds.flat()
    except (LookupError, ValueError, pd.errors.InvalidIndexError) as error:  # missing or duplicate keys
        raise ExportError(f"table {FLAT}: cannot be made ({error}); {SEE_FINDINGS}") from error
    return {**out, FLAT: cells(FLAT, flat)}


#: The fields by which people know a row, the first of them that a table has.
_NAMES = ("label", "name", "title")


def labelled(
    ds: Dataset, name: str, contents: Mapping[str, Mapping[str, list[Cell]]]
) -> dict[str, list[Cell]]:
    """Return the columns of a table, each code of another table followed by the name that it has there.

    Parameters
    ----------
    ds
        The data set.
    name
        The table.
    contents
        The cells of all tables, as :func:`sheets` returns them.
    """
    table = ds.descriptor.table(name)
    keys = {key.fields[0]: key for key in table.foreign_keys if len(key.fields) == len(key.reference) == 1}
    out: dict[str, list[Cell]] = {}
    for column, values in contents[name].items():
        out[column] = values
        added = f"{column.removesuffix('_id')}_label"
        key = keys.get(column)
        if key is None or added in table.field_names or key.table not in contents:
            continue
        target = contents[key.table]
        known = next((field for field in _NAMES if field in target), None)
        if known is not None and key.reference[0] in target:
            names = dict(zip(target[key.reference[0]], target[known], strict=True))
            out[added] = [names.get(value) for value in values]
    return out


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


def cells(name: str, frame: pd.DataFrame) -> dict[str, list[Cell]]:
    """Return the columns of a table, having checked that every format can hold their cells."""
    out = columns(frame)
    for column, values in out.items():
        for row, cell in enumerate(values):
            if not _plain(cell):
                wanted = "a text, a finite number, a date, true or false"
                raise ExportError(f"{at(name, row, column)}: expected {wanted}; found {cell!r}")
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


def at(name: str, row: int, column: object) -> str:
    """Return the place of a cell, counted as in a spreadsheet: the header is row 1."""
    return f"table {name}, row {row + 2}, field {column}"
