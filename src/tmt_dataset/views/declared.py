"""What the declaration says of the tables: fields, their meanings, and the codes that they take."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from tmt_dataset.cells import TEXT_DTYPE, Tables, code_table
from tmt_dataset.descriptor import Field, Table
from tmt_dataset.errors import unknown
from tmt_dataset.guard import guarded

COLUMNS = ["field", "code", "type", "required", "meaning", "codes"]
Row = tuple[str, str | None, str | None, bool | None, str, str | None]


@guarded
def describe(ds: Tables, name: str | None = None) -> pd.DataFrame:
    """See :meth:`tmt_dataset.Dataset.describe`."""
    tables = ds.descriptor.tables
    if name is None:
        rows = [(table.name, len(ds[table.name]), table.description) for table in tables.values()]
        frame = pd.DataFrame(rows, columns=["table", "rows", "holds"])
        return frame.astype({"table": TEXT_DTYPE, "rows": "Int64", "holds": TEXT_DTYPE})
    if not isinstance(name, str) or name not in tables:
        raise unknown("name of a table", name, list(tables), ", ".join(tables))
    table = tables[name]
    described = [row for field in table.fields for row in _described(ds, table, field)]
    text = [column for column in COLUMNS if column != "required"]
    frame = pd.DataFrame(described, columns=COLUMNS)
    return frame.astype({**dict.fromkeys(text, TEXT_DTYPE), "required": "boolean"})


def _described(ds: Tables, table: Table, field: Field) -> Iterator[Row]:
    """Yield a field, and then its codes."""
    register = code_table(ds.descriptor, table, field)
    codes = register.name if register else ", ".join(field.enum or field.item_enum) or None
    yield field.name, None, field.type, field.required, field.description, codes
    if register and {"label", "definition"} <= {*register.field_names}:
        frame = ds[register.name]
        columns = (frame[register.primary_key[0]], frame["label"], frame["definition"])
        for code, label, definition in zip(*columns, strict=True):
            yield field.name, code, None, None, f"{label}: {definition}", None
    for code, label in field.categories:
        yield field.name, code, None, None, label, None
