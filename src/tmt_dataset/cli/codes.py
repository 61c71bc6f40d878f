"""The command that lists codes: those of a vocabulary or register, and those that a field declares."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tmt_dataset.cli.face import command, format_option, package_option
from tmt_dataset.cli.printing import emit, say
from tmt_dataset.errors import unknown

if TYPE_CHECKING:
    import pandas as pd

    from tmt_dataset.dataset import Dataset

__all__ = ["codes"]


@command("codes", "tmt-dataset codes topics")
@click.argument("name", required=False)
@package_option
@format_option
def codes(name: str | None, package: Path | None, sha256: str | None, form: str) -> None:
    """List the codes of a vocabulary or register with their definitions; without NAME, what has codes.

    NAME is a table, as topics, or a filter, as ai-role.
    """
    import pandas as pd

    from tmt_dataset.dataset import load

    ds = load(package, sha256=sha256)
    if name is None:
        emit(_lists(ds), form)
        return
    table, column = _place(ds, name)
    declared = ds.descriptor.table(table)
    if column is None:
        frame, holds = ds[table], declared.description
    else:
        field = declared.field(column)
        labels = {"label": [label for _, label in field.categories]} if field.categories else {}
        frame, holds = pd.DataFrame({column: field.enum, **labels}), field.description
    if form == "table":
        say(holds)
        if "definition" in frame:  # what a code means, and not where it leads
            frame = frame[[c for c in frame if c in (*declared.primary_key, "label", "definition")]]
        frame = frame.dropna(axis="columns", how="all")
    emit(frame, form)


def _places(ds: Dataset) -> dict[str, tuple[str, str | None]]:
    """Return where codes are, by the name of the table or filter: their table, and the field that declares them, if one does."""
    from tmt_dataset.selection import CRITERIA

    asked = {name: (c.table, c.column) for name, c in CRITERIA.items() if c.table in ds}
    whole = {table for table, column in asked.values() if column is None}
    tables = [name for name, table in ds.descriptor.tables.items() if table.holds_codes or name in whole]
    return {**{name: (name, None) for name in tables}, **asked}


def _place(ds: Dataset, name: str) -> tuple[str, str | None]:
    """Return where the codes of a table or filter are."""
    places, asked = _places(ds), name.replace("-", "_")
    if asked not in places:
        raise unknown("list of codes", name, list(places), "`tmt-dataset codes`")
    return places[asked]


def _lists(ds: Dataset) -> pd.DataFrame:
    """Return what has codes, one row per table or field: its name, the number of codes, and what it holds."""
    import pandas as pd

    rows = []
    for name, (table, column) in _places(ds).items():
        declared = ds.descriptor.table(table)
        if column is not None:
            field = declared.field(column)
            rows.append((name, len(field.enum), field.description))
        elif name == table:
            rows.append((name, len(ds[table]), declared.description))
    return pd.DataFrame(rows, columns=["name", "codes", "holds"])
