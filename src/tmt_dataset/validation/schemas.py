"""A pandera schema for frames of the user's own, derived from the declaration.

``validate`` does not need it: both use the same checks of cells.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

import pandas as pd

from tmt_dataset.cells import as_text, cell_checks, code_table, read_text
from tmt_dataset.descriptor import DESCRIPTOR, Field, Table
from tmt_dataset.errors import MissingExtraError, PackageError
from tmt_dataset.package import Package, open_package

if TYPE_CHECKING:
    from collections.abc import Callable

    from pandera.pandas import DataFrameSchema

__all__ = ["derived", "schema"]


def schema(table: str, source: str | os.PathLike[str] | None = None) -> DataFrameSchema:
    """Return the pandera schema of a table, for frames of your own.

    It checks order and names of the columns, required cells, codes, patterns, lengths, bounds, unique fields and the
    primary key. Typed frames, as ``load`` gives them, and frames of text, as they are in the CSV files, both pass.

    Parameters
    ----------
    table
        Name of a table, as ``"developments"``.
    source
        The package whose declaration and vocabularies count; as for :func:`tmt_dataset.load`.

    Returns
    -------
    pandera.pandas.DataFrameSchema
        Call ``.validate(frame, lazy=True)`` to collect all failures.

    Raises
    ------
    UnknownCodeError
        For an unknown table, with near misses.
    PackageNotFoundError, PackageError, ChecksumError
        As for :func:`tmt_dataset.load`.
    MissingExtraError
        If pandera is not installed.
    TypeError
        If ``source`` is not a path.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> own = tmt.load().developments.head(3).assign(action="issuance")
    >>> len(tmt.schema("developments").validate(own))
    3
    >>> wrong = own.assign(action="issuence")
    >>> tmt.schema("developments").validate(wrong)
    Traceback (most recent call last):
    ...
    pandera.errors.SchemaError: ...
    """
    package = open_package(source)
    return derived(package, package.descriptor.table(table))


def derived(package: Package, table: Table) -> DataFrameSchema:
    """Return the schema of a table of a package; see :func:`schema`."""
    try:
        import pandera.pandas as pa
    except ImportError:
        raise MissingExtraError("schemas need pandera: pip install pandera") from None
    columns = {
        field.name: pa.Column(
            None,  # text and typed cells are both right
            [
                pa.Check(function, name=expected, error=expected, ignore_na=True)
                for expected, function in _checks(package, table, field)
            ],
            nullable=not field.required,
            unique=field.unique,
            report_duplicates="exclude_first",
            required=True,
            title=field.title,
        )
        for field in table.fields
    }
    return pa.DataFrameSchema(
        columns,
        name=table.name,
        strict=True,
        ordered=True,
        unique=list(table.primary_key) or None,
        report_duplicates="exclude_first",
    )


def _checks(package: Package, table: Table, field: Field) -> list[tuple[str, Callable[[pd.Series], Any]]]:
    """Return the checks of a field on cells of any type: as text, and among the codes of its vocabulary."""
    alone = Table(table.name, table.path, "", "", (field,), (), ())

    def on_text(function: Callable[[pd.Series], Any]) -> Callable[[pd.Series], Any]:
        return lambda values: function(as_text(values.to_frame(field.name), alone)[field.name])

    try:
        checks = [(expected, on_text(function)) for expected, function in cell_checks(field)]
    except re.error as error:
        raise PackageError(
            f"{DESCRIPTOR}: resource {table.name!r}, field {field.name}, pattern: {error}; found {field.pattern!r:.60}"
        ) from None
    target = code_table(package.descriptor, table, field)
    if target is not None:
        known = read_text(package.read(target), target, package.where(target))[target.primary_key[0]]
        checks.append((f"a code of {target.path}", lambda values: values.astype("str").isin(known)))
    return checks
