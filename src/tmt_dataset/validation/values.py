"""The cells of a table: required, unique, what their fields ask, primary and foreign keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from tmt_dataset.cells import cell_checks, is_in
from tmt_dataset.descriptor import Descriptor, Field, Table
from tmt_dataset.errors import near
from tmt_dataset.validation.declaration import is_sound
from tmt_dataset.validation.findings import Finding, marked
from tmt_dataset.validation.misread import MAY_BE_MISREAD, MISREAD

__all__ = ["MAX_SUGGESTED", "VERBATIM", "check", "check_references"]


#: Near misses cost time on long lists; a vocabulary is short.
MAX_SUGGESTED = 5000
#: Its text is that of a source, right or wrong: whether it is the same is for `prove` to say.
VERBATIM = "quotes"


def check(table: Table, frame: pd.DataFrame) -> Iterator[Finding]:
    """Check the cells of a table by their fields, and its primary key."""
    for field in table.fields:
        yield from _field(table, field, frame)
        if field.type == "string" and not field.pattern and not field.enum:
            yield from _misread(table, field, frame)
    key = [name for name in table.primary_key if name in table.field_names]
    if key and (repeated := frame.duplicated(key)).any():
        yield from marked(
            "schema",
            table.name,
            frame,
            repeated,
            key[0] if len(key) == 1 else None,
            "duplicate primary key ({key})",
            "a unique key",
            "{cells}",
            "Identifiers are never reused: give the row another one, or delete the copy.",
            key=", ".join(key),
            cells=_joined(frame, key),
        )


def _field(table: Table, field: Field, frame: pd.DataFrame) -> Iterator[Finding]:
    """Check the cells of one field."""
    cells = frame[field.name]
    missing = cells.isna()
    filled = cells[~missing] if missing.any() else cells
    if field.required:
        message, hint = "a required cell is empty", "Fill it in."
        yield from marked("schema", table.name, frame, missing, field.name, message, "a value", "", hint)
    if field.unique:
        wrong = filled.duplicated()
        message, expected = "duplicate value", "a unique value"
        yield from marked(
            "schema", table.name, frame, wrong, field.name, message, expected, "{cell}", cell=cells
        )
    try:
        checks = cell_checks(field)
    except re.error:  # reported with the declaration
        return
    for expected, meets in checks:
        met = meets(filled)
        if met.all():
            continue
        wrong = filled[~met.astype(bool)]
        yield from marked(
            "schema",
            table.name,
            frame,
            wrong.notna(),
            field.name,
            "the value is not allowed{near}",
            "{wanted}",
            "{cell}",
            cell=wrong,
            wanted=expected,
            near=_near(wrong, pd.Series(field.enum, dtype="str")),
        )


def _misread(table: Table, field: Field, frame: pd.DataFrame) -> Iterator[Finding]:
    """Report text that was decoded or escaped wrongly before it came here; in a quote it may be the source's own."""
    cells = frame[field.name].dropna()
    if not re.search(MAY_BE_MISREAD, "\n".join(cells)):
        return
    cells = cells[cells.str.contains(MAY_BE_MISREAD)]
    part = cells.map(lambda cell: found[0] if (found := MISREAD.search(cell)) else None)
    for finding in marked(
        "schema",
        table.name,
        frame,
        part.notna(),
        field.name,
        "the text was decoded or escaped wrongly before it came here",
        "the characters themselves",
        "{part}",
        "Read the original as UTF-8, undo its escapes, and write what it says.",
        part=part,
    ):
        yield replace(finding, severity="warning") if table.name == VERBATIM else finding


def _near(wrong: pd.Series, known: pd.Series) -> pd.Series:
    """Return near misses for wrong values, looked up once for each value."""
    names = known.unique().tolist()
    if not 0 < len(names) <= MAX_SUGGESTED:
        return pd.Series("", index=wrong.index)
    return wrong.map({value: near(value, names) for value in wrong.unique()})


def check_references(
    descriptor: Descriptor, table: Table, frames: Mapping[str, pd.DataFrame]
) -> Iterator[Finding]:
    """Check the foreign keys of a table; a key with an empty cell refers to nothing."""
    frame = frames[table.name]
    for key in table.foreign_keys:
        # an unsound key is reported with the declaration, a missing file with the files
        if not is_sound(key, table, descriptor) or key.table not in frames:
            continue
        values, known = _joined(frame, key.fields), _joined(frames[key.table], key.reference)
        wrong = values[values.notna() & ~is_in(values, known)]
        if wrong.empty:
            continue
        yield from marked(
            "keys",
            table.name,
            frame,
            wrong.notna(),
            ", ".join(key.fields),
            "{target} has no such row{near}",
            "a value of {target}.{fields}",
            "{cells}",
            cells=wrong,
            target=key.table,
            fields=", ".join(key.reference),
            near=_near(wrong, known.dropna()),
        )


def _joined(frame: pd.DataFrame, fields: Sequence[str]) -> pd.Series:
    """Return the cells of some fields as one text per row, missing where one of them is."""
    joined = frame[fields[0]]
    for name in fields[1:]:
        joined = joined + ", " + frame[name]
    return joined
