"""One clear error where a view fails because the data are not valid: ``load`` reads them, and does not check them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import pandas as pd

from tmt_dataset.cells import PANDAS_2, Tables, dtype
from tmt_dataset.descriptor import Descriptor, Table
from tmt_dataset.errors import PackageError, TmtDatasetError, UnknownCodeError
from tmt_dataset.package import open_package

__all__ = ["guarded", "problem"]


P = ParamSpec("P")
R = TypeVar("R")
D = TypeVar("D", bound=Tables)

_SEE = "run `tmt-dataset validate` for all findings"


def guarded(view: Callable[Concatenate[D, P], R]) -> Callable[Concatenate[D, P], R]:
    """Let a view of a package that is not valid end in one clear error.

    Nothing is asked of the data beforehand: only where a view fails, the first thing that is wrong with the data is looked
    for and named. What is wrong with the arguments stays as it is.
    """
    name = view.__name__.lstrip("_")

    @wraps(view)
    def shown(ds: D, /, *args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return view(ds, *args, **kwargs)
        except TmtDatasetError as error:
            if isinstance(error, UnknownCodeError) and error.what.startswith(("table", "field of")):
                raise PackageError(f"{name}: {error}; {_SEE}") from None
            raise
        except Exception as error:
            wrong = problem(ds)
            if wrong is None:
                raise
            raise PackageError(f"{name}: {wrong}; {_SEE}") from error

    return shown


def problem(ds: Tables) -> str | None:
    """Return the first thing that is wrong with the tables of a data set, or None."""
    return next(_problems(ds, open_package().descriptor), None)


def _problems(ds: Tables, library: Descriptor) -> Iterator[str]:
    """Yield what is wrong with the tables that a library declares and a data set has."""
    tables = [table for name, table in library.tables.items() if name in ds.keys()]  # noqa: SIM118  # Tables has no iterator
    sound = []
    for table in tables:
        columns = list(_columns(ds, library, table))
        yield from columns
        if not columns:
            sound.append(table)
            yield from _cells(ds[table.name], table)
    names = {table.name for table in sound}
    for table in sound:
        for key in table.foreign_keys:
            if key.table in names and (lost := _lost(ds, table.name, key.fields, key.table, key.reference)):
                yield f"{table.name}, {', '.join(key.fields)}: {key.table} has no row {lost!r:.80}"
    for table in tables:
        found = ds.descriptor.tables[table.name].primary_key if table.name in ds.descriptor.tables else ()
        if found != table.primary_key:  # labels are looked up by it
            expected = ", ".join(table.primary_key)
            yield f"{table.name}: expected the primary key {expected}, found {', '.join(found) or 'none'}"
    present = {table.name for table in tables}
    yield from (f"the table {name} is missing" for name in library.tables if name not in present)


def _columns(ds: Tables, library: Descriptor, table: Table) -> Iterator[str]:
    """Yield the columns of a table that are missing or of another type."""
    frame = ds[table.name]
    for field in table.fields:
        if field.name not in frame:
            yield f"{table.name}: the column {field.name!r} is missing"
        elif (found := _named(frame[field.name].dtype)) != (expected := dtype(library, table, field)):
            yield f"{table.name}, {field.name}: expected the type {expected}, found {found}"


def _named(dtype: object) -> str:
    """Return the name of a dtype; pandas 2 has text as objects."""
    return "str" if PANDAS_2 and str(dtype) == "object" else str(dtype)


def _cells(frame: pd.DataFrame, table: Table) -> Iterator[str]:
    """Yield the fields of a table with an empty cell that is required, and the key with a duplicate value."""
    for field in table.fields:
        if field.required and frame[field.name].isna().any():
            row = int(frame[field.name].isna().argmax()) + 2
            yield f"{table.name}, row {row}, {field.name}: expected a value, found none"
    repeated = frame.duplicated(list(table.primary_key) or None)
    if repeated.any():
        key = frame.loc[repeated, list(table.primary_key)].iloc[0].tolist()
        yield f"{table.name}: duplicate primary key {', '.join(map(str, key))!r}"


def _lost(ds: Tables, table: str, fields: tuple[str, ...], target: str, reference: tuple[str, ...]) -> str:
    """Return the first key that refers to no row, or an empty text."""
    known = set(ds[target][list(reference)].astype("str").itertuples(index=False, name=None))
    used = ds[table][list(fields)].dropna().astype("str").itertuples(index=False, name=None)
    return next((", ".join(key) for key in used if key not in known), "")
