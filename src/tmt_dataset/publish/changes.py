"""What differs between two releases: the declaration, the codes and, cell by cell, the rows.

Cells are compared as the text in the CSV, so that no difference is lost by typing. Rows are matched by
their primary key.
"""

from __future__ import annotations

import json
import os
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import PurePosixPath
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd

from tmt_dataset.cells import as_text, cell_checks, code_table, csv_text, read_text
from tmt_dataset.dataset import Dataset
from tmt_dataset.descriptor import DESCRIPTOR, Descriptor, Difference, Field, Table, differences
from tmt_dataset.errors import PackageError, counted
from tmt_dataset.package import SUMS, SWHIDS, Files, Package, open_package

__all__ = [
    "CHANGES",
    "READING",
    "SEPARATOR",
    "STEPS",
    "TYPING",
    "Cell",
    "Change",
    "Diff",
    "Happened",
    "Key",
    "Moved",
    "Places",
    "Row",
    "Source",
    "Step",
    "TableDiff",
    "diff",
]


Source = str | os.PathLike[str] | Dataset | Package | None
Step = Literal["none", "patch", "minor", "major"]
Key = tuple[str, ...]
Places = np.ndarray[Any, np.dtype[np.intp]]

#: Steps of a version, from the least to the greatest.
STEPS: tuple[Step, ...] = ("none", "patch", "minor", "major")
#: Where a release keeps its difference from the one before it; not compared itself.
CHANGES = "changes/"
#: Properties of a table that decide how its file is found and read.
READING = ("path", "format", "encoding", "dialect", "primaryKey", "missingValues", "type")
#: Properties of a field that a reader's code depends on.
TYPING = ("type", "format", "categories", "categoriesOrdered")
SEPARATOR = " | "
Happened = Literal["added", "removed", "changed"]


@dataclass(frozen=True)
class Change:
    """One difference of the declaration, of a code, or of another file of the release.

    ``step`` is what the rule of the data model proposes; ``least`` is what it certainly demands. They differ where
    only a reader can decide: a definition in new words may mean the same.
    """

    what: Literal["package", "table", "field", "code", "file"]
    change: Happened
    table: str = ""
    field: str = ""
    code: str = ""
    aspect: str = ""
    old: str = ""
    new: str = ""
    step: Step = "major"
    least: Step = "major"

    @property
    def name(self) -> str:
        """Name of what changed, as ``figures.value`` or ``actions: issuance``."""
        place = ".".join(part for part in (self.table, self.field) if part)
        return ": ".join(part for part in (place, self.code) if part)

    def __str__(self) -> str:
        """Return the change as one line."""
        text = " ".join(part for part in (self.what, self.name, self.aspect, self.change) if part)
        return f"{text}: {self.old!r} → {self.new!r}" if self.change == "changed" and self.aspect else text


class Row(NamedTuple):
    """A row that one side lacks: its key, its place (0 is the first row) and its cells on the side that has it."""

    key: Key
    at: int
    cells: tuple[str, ...]


class Cell(NamedTuple):
    """A cell whose row both sides have; ``""`` where it is empty, or where a side lacks the field."""

    key: Key
    field: str
    old: str
    new: str


class Moved(NamedTuple):
    """A row that changed its place among the rows that both sides have; ``at`` is its place on the newer side."""

    key: Key
    at: int


@dataclass(frozen=True)
class TableDiff:
    """What differs between the rows of a table. A side that lacks the table has no fields."""

    name: str
    key: Key
    old_fields: tuple[str, ...]
    new_fields: tuple[str, ...]
    old_rows: int
    new_rows: int
    added: tuple[Row, ...] = ()
    removed: tuple[Row, ...] = ()
    changed: tuple[Cell, ...] = ()
    moved: tuple[Moved, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether the two tables are the same."""
        return self.old_fields == self.new_fields and not (
            self.added or self.removed or self.changed or self.moved
        )

    @property
    def one_sided(self) -> set[str]:
        """The fields that one of the two tables has alone, where both are there."""
        return {*self.old_fields} ^ {*self.new_fields} if self.old_fields and self.new_fields else set()

    def columns(self) -> Iterator[str]:
        """Yield a line for each field that one side has alone: how many values it has in the rows that both sides have."""
        filled = Counter(cell.field for cell in self.changed)
        for name in (*self.old_fields, *self.new_fields):
            if name in self.one_sided:
                which = "new" if name in self.new_fields else "removed"
                yield f"field {name}: {which}, {filled[name]:,} values in rows that both have"

    def lines(self) -> Iterator[tuple[Key, str, str, str, str]]:
        """Yield key, change, field, older and newer text: one line per changed cell, and per row added, removed or moved."""
        yield from ((row.key, "removed", "", "", "") for row in self.removed)
        yield from ((row.key, "added", "", "", "") for row in self.added)
        yield from ((cell.key, "changed", cell.field, cell.old, cell.new) for cell in self.changed)
        yield from ((row.key, "moved", "", "", "") for row in self.moved)


@dataclass(frozen=True)
class Diff:
    """The difference between two packages; true where there is one.

    Attributes
    ----------
    old, new : str
        The two versions; they are not a difference by themselves.
    changes : tuple of Change
        What differs in the declaration, in the codes (rows of vocabularies and values of an ``enum``), and, where a side
        is a release archive, in the other files of the release.
    tables : tuple of TableDiff
        What differs in the rows, for each table in which something does.
    """

    old: str
    new: str
    changes: tuple[Change, ...] = field(default=(), repr=False)
    tables: tuple[TableDiff, ...] = field(default=(), repr=False)

    @property
    def empty(self) -> bool:
        """Whether nothing differs."""
        return not self.changes and not self.tables

    def __bool__(self) -> bool:
        """Return whether something differs."""
        return not self.empty

    @property
    def step(self) -> Step:
        """The step that the rule of the data model proposes for the version: major, minor, patch, or none.

        Major: a table, a field or a code is removed (a renamed one is removed and added), is declared differently or
        more narrowly, or the words that define it were changed. Minor: rows, values, codes, fields or tables are added, rows
        are removed or moved, values corrected. Patch: anything else that is released.
        """
        return self._step([c.step for c in self.changes])

    @property
    def least(self) -> Step:
        """The least step that the rule allows: where words that define something were changed, but still mean the same."""
        return self._step([c.least for c in self.changes])

    def _step(self, steps: Iterable[Step]) -> Step:
        return max([*steps, "minor" if self.tables else "none"], key=STEPS.index)

    def reasons(self, step: Step) -> Iterator[str]:
        """Yield, a line each, what demands at least this step.

        Parameters
        ----------
        step
            ``"patch"``, ``"minor"`` or ``"major"``.
        """
        wanted = STEPS.index(step)
        yield from (str(c) for c in self.changes if STEPS.index(c.least) >= wanted)
        if wanted <= STEPS.index("minor"):
            for table in self.tables:
                yield from (_line(table.name, *line) for line in table.lines())

    def __str__(self) -> str:
        """Return the difference as text."""
        return self.to_text()

    def to_text(self, limit: int | None = 20) -> str:
        """Return the difference for a reader.

        Parameters
        ----------
        limit
            How many lines are shown per table; ``None`` for all of them.
        """
        if self.empty:
            return f"{self.old} → {self.new}: no difference"
        out = [
            f"{self.old} → {self.new}: proposed step {self.step}"
            + ("" if self.least == self.step else f" (at least {self.least})")
            + ("; both have the same version number" if self.old == self.new else "")
        ]
        out += [f"  {c} [{c.step}]" for c in self.changes]
        for table in self.tables:
            counts = {
                "added": len(table.added),
                "removed": len(table.removed),
                "changed": len({c.key for c in table.changed if c.field not in table.one_sided}),
                "moved": len(table.moved),
            }
            told = ", ".join(f"{n:,} {what}" for what, n in counts.items() if n) or "columns only"
            out.append(f"{table.name}: {table.old_rows:,} → {counted(table.new_rows, 'row')}; {told}")
            out += [f"  {told}" for told in table.columns()]
            lines = [line for line in table.lines() if line[2] not in table.one_sided]
            shown = len(lines) if limit is None else limit
            out += [f"  {_line('', *line)}" for line in lines[:shown]]
            out += [f"  and {len(lines) - shown:,} more"] if len(lines) > shown else []
        return "\n".join(out)

    def to_dict(self) -> dict[str, Any]:
        """Return the difference as plain data, with every cell of it."""
        return {
            "old": self.old,
            "new": self.new,
            "step": self.step,
            "least": self.least,
            "changes": [asdict(c) for c in self.changes],
            "tables": {
                t.name: {
                    "key": list(t.key),
                    "fields": {"old": list(t.old_fields), "new": list(t.new_fields)},
                    "rows": {"old": t.old_rows, "new": t.new_rows},
                    "added": [_row(row, t.new_fields) for row in t.added],
                    "removed": [_row(row, t.old_fields) for row in t.removed],
                    "changed": [
                        {"key": list(c.key), "field": c.field, "old": c.old, "new": c.new} for c in t.changed
                    ],
                    "moved": [{"key": list(m.key), "at": m.at} for m in t.moved],
                }
                for t in self.tables
            },
        }

    def to_json(self) -> str:
        """Return the difference as JSON, with every cell of it."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2)

    def to_csv(self) -> str:
        """Return the difference as CSV.

        ``table``, ``key`` (its parts separated by ``" | "``), ``change``, ``field``, ``old``, ``new``: one line per cell that
        changed, and per row that was ``added``, ``removed`` or ``moved``. A difference of the declaration has a
        ``change`` of two words (``field added``, ``code removed``, ``table changed``); its key is the code, or the aspect that changed.
        """
        rows = [["table", "key", "change", "field", "old", "new"]]
        rows += [
            [c.table, c.code or c.aspect, f"{c.what} {c.change}", c.field, c.old, c.new]
            for c in self.changes
            if c.what != "code" or c.field  # a row of a vocabulary is among the rows
        ]
        rows += [
            [table.name, SEPARATOR.join(key), *rest] for table in self.tables for key, *rest in table.lines()
        ]
        return csv_text(rows)


def _row(row: Row, fields: Sequence[str]) -> dict[str, Any]:
    return {"key": list(row.key), "at": row.at, "cells": dict(zip(fields, row.cells, strict=True))}


def _line(table: str, key: Key, change: str, name: str, old: str, new: str) -> str:
    text = f"{table + ', ' if table else ''}row {SEPARATOR.join(key)}"
    return f"{text}, field {name}: {old!r} → {new!r}" if change == "changed" else f"{text} {change}"


# -- the two sides


class _Content(NamedTuple):
    """A table of one side: its declaration, and its cells as text, empty where missing."""

    table: Table
    frame: pd.DataFrame


@dataclass(frozen=True)
class _Side:
    descriptor: Descriptor
    tables: Mapping[str, _Content]
    package: Package | None


def _side(source: Source, sha256: str | None) -> _Side:
    if sha256 is not None and isinstance(source, Dataset | Package):
        raise TypeError(
            f"a checksum is compared with a package given by its path, found {type(source).__name__}"
        )
    if isinstance(source, Dataset):
        declared = source.descriptor.tables
        frames = {n: as_text(source[n], declared[n]).reset_index(drop=True) for n in declared}
        tables = {n: _Content(declared[n], frame) for n, frame in frames.items()}
        return _Side(source.descriptor, tables, None)
    package = source if isinstance(source, Package) else open_package(source, sha256)
    tables = {name: _read(package, table) for name, table in package.descriptor.tables.items()}
    return _Side(package.descriptor, tables, package)


def _read(package: Package, table: Table) -> _Content:
    frame = read_text(package.read(table), table, package.where(table))
    return _Content(table, frame.fillna("").astype("str"))


def _both(name: str, before: _Side, after: _Side) -> tuple[_Content | None, _Content | None]:
    """Return a table of both sides; a side that does not declare it may hold it as a mere file."""
    old, new = before.tables.get(name), after.tables.get(name)
    return old or _undeclared(before, new), new or _undeclared(after, old)


def _undeclared(side: _Side, other: _Content | None) -> _Content | None:
    """Read a file as the table that only the other side declares it to be, or return None where it is not that table."""
    if side.package is None or other is None:
        return None
    try:
        return _read(side.package, other.table)
    except PackageError:
        return None


# -- comparing


def diff(
    old: Source, new: Source = None, *, sha256: str | None = None, new_sha256: str | None = None
) -> Diff:
    """Compare two packages: tables, fields, codes, and the rows cell by cell.

    Parameters
    ----------
    old, new
        Each ``None`` for the package that came with the library, a folder, a release archive, or a
        :class:`~tmt_dataset.Dataset`. The tables of a folder are compared as they are, even if they were
        edited and no longer have the declared checksums.
    sha256, new_sha256
        The checksums that ``old`` and ``new`` must have, as for :func:`tmt_dataset.load`.

    Returns
    -------
    Diff
        True where something differs; ``print`` it, or take ``to_csv()``, ``to_json()``; ``step`` is the step of the version that the
        rule of the data model proposes.

    Raises
    ------
    PackageNotFoundError
        If nothing is there.
    PackageError
        If a side cannot be read, or has a duplicate primary key.
    ChecksumError
        If a side has another checksum, or a file of an archive differs from what is declared.
    TypeError
        If a checksum is given for what is not a path.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> diff(ds, None).empty
    True
    >>> ai = diff(ds, ds.select(topic="ai"))
    >>> ai.step, len(ai.tables) > 0
    ('minor', True)
    """
    before, after = _side(old, sha256), _side(new, new_sha256)
    names = dict.fromkeys([*before.tables, *after.tables])
    found = [_rows(name, *_both(name, before, after)) for name in names]
    tables = [table for table in found if not table.empty]
    changes = [
        *_declared(before, after),
        *(c for t in tables for c in _vocabulary(t, before.descriptor, after.descriptor)),
        *_files(before, after),
    ]
    return Diff(before.descriptor.version, after.descriptor.version, tuple(changes), tuple(tables))


def _key_fields(side: _Content | None) -> Key:
    """Return the fields that tell the rows of a table apart: all of them where no key is declared."""
    if side is None:
        return ()
    table = side.table
    key = table.primary_key or tuple(table.field_names)
    for name in key:
        table.field(name)
    return key


def _index(frame: pd.DataFrame, key: Key, name: str) -> pd.Index:
    """Return the keys of a table's rows."""
    index = pd.Index(frame[key[0]]) if len(key) == 1 else pd.MultiIndex.from_frame(frame[list(key)])
    if not index.is_unique:
        at = int(index.duplicated().argmax())
        twice = SEPARATOR.join(str(frame.at[at, k]) for k in key)
        raise PackageError(
            f"{name}: row {at + 2}, field {', '.join(key)}: duplicate key {twice!r}; run tmt_dataset.validate()"
        )
    return index


def _keys(frame: pd.DataFrame, key: Key, at: Places) -> list[Key]:
    if not len(at):
        return []
    return list(frame[list(key)].iloc[at].itertuples(index=False, name=None))


def _column(frame: pd.DataFrame, name: str, at: Places) -> np.ndarray[Any, np.dtype[np.object_]]:
    """Return cells of a column by their places, empty where a side lacks the column."""
    if name not in frame.columns:
        return np.full(len(at), "", dtype=object)
    return frame[name].to_numpy(dtype=object)[at]


def _taken(frame: pd.DataFrame, key: Key, at: Places) -> tuple[Row, ...]:
    """Return whole rows of a table by their places."""
    whole = frame.iloc[at].itertuples(index=False, name=None)
    return tuple(Row(k, int(p), c) for k, p, c in zip(_keys(frame, key, at), at, whole, strict=True))


def _rows(name: str, before: _Content | None, after: _Content | None) -> TableDiff:
    """Compare the rows of a table; None is a side that lacks it."""
    old, new = (pd.DataFrame() if side is None else side.frame for side in (before, after))
    old_key, new_key = _key_fields(before), _key_fields(after)
    place = _places(name, old, old_key, new, new_key)
    kept_new = np.flatnonzero(place >= 0)
    kept_old = place[kept_new]
    gone = np.ones(len(old), dtype=bool)
    gone[kept_old] = False
    moved = kept_new[~_steady(kept_old)]
    return TableDiff(
        name,
        new_key or old_key,
        tuple(old.columns),
        tuple(new.columns),
        len(old),
        len(new),
        added=_taken(new, new_key, np.flatnonzero(place < 0)),
        removed=_taken(old, old_key, np.flatnonzero(gone)),
        changed=_changed(old, kept_old, new, kept_new, new_key),
        moved=tuple(Moved(k, int(at)) for k, at in zip(_keys(new, new_key, moved), moved, strict=True)),
    )


def _places(name: str, old: pd.DataFrame, old_key: Key, new: pd.DataFrame, new_key: Key) -> Places:
    """Return for each row of the newer table its place in the older one, -1 where it was not there.

    Another key tells other rows apart: then none of the older rows is a row of the newer table.
    """
    indexes = [_index(frame, key, name) if key else None for frame, key in ((old, old_key), (new, new_key))]
    if old_key != new_key or indexes[0] is None or indexes[1] is None:
        return np.full(len(new), -1, dtype=np.intp)
    return indexes[0].get_indexer(indexes[1])


def _changed(
    old: pd.DataFrame, old_at: Places, new: pd.DataFrame, new_at: Places, key: Key
) -> tuple[Cell, ...]:
    """Compare, cell by cell, the rows that both sides have: by row, then by column."""
    if not len(new_at):
        return ()
    fields = [*old.columns, *(f for f in new.columns if f not in old.columns)]
    found: list[tuple[int, int, str, str, str]] = []
    for rank, column in enumerate(fields):
        x, y = _column(old, column, old_at), _column(new, column, new_at)
        found += [(int(at), rank, column, x[at], y[at]) for at in np.flatnonzero(x != y)]
    found.sort()
    keys = _keys(new, key, new_at[[at for at, *_ in found]]) if found else []
    return tuple(Cell(k, *rest) for k, (_, _, *rest) in zip(keys, found, strict=True))


def _steady(places: Places) -> np.ndarray[Any, np.dtype[np.bool_]]:
    """Mark a longest rising run of places: the rows that stay where they are while the others move.

    Examples
    --------
    >>> _steady(np.array([0, 3, 1, 2]))
    array([ True, False,  True,  True])
    """
    out = np.ones(len(places), dtype=bool)
    if not len(places) or bool((np.diff(places) > 0).all()):
        return out
    ends: list[int] = []  # smallest place that ends a run of each length
    who: list[int] = []
    before = np.full(len(places), -1)
    for at, place in enumerate(places.tolist()):
        length = bisect_left(ends, place)
        if length == len(ends):
            ends.append(place)
            who.append(at)
        else:
            ends[length], who[length] = place, at
        before[at] = who[length - 1] if length else -1
    out[:] = False
    at = who[-1]
    while at >= 0:
        out[at] = True
        at = int(before[at])
    return out


def _shown(value: Any) -> str:
    """Return a declared value as text, empty where it is not declared."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _declared(before: _Side, after: _Side) -> Iterator[Change]:
    """Return what differs between two declarations, with the steps that it proposes and demands."""
    for d in differences(before.descriptor, after.descriptor):
        step, least = _steps(before, after, d)
        code = d.aspect if d.what == "code" else ""
        aspect = "" if d.what == "code" else d.aspect
        yield Change(
            d.what, d.change, d.table, d.field, code, aspect, _shown(d.old), _shown(d.new), step, least
        )


def _steps(before: _Side, after: _Side, d: Difference) -> tuple[Step, Step]:
    """Return the steps that a difference of the declarations proposes and demands."""
    if d.change == "added":
        return "minor", "minor"
    if d.change == "removed":
        return "major", "major"
    if d.what == "package":
        return "patch", "patch"
    return _table_steps(d.aspect) if d.what == "table" else _field_steps(before, after, d)


def _table_steps(aspect: str) -> tuple[Step, Step]:
    if aspect in READING:
        return "major", "major"
    if aspect == "foreignKeys":
        return "major", "minor"
    if aspect == "order of fields":
        return "minor", "minor"
    return ("major", "patch") if aspect == "description" else ("patch", "patch")


def _field_steps(before: _Side, after: _Side, d: Difference) -> tuple[Step, Step]:
    if d.aspect in TYPING:
        return "major", "major"
    if d.aspect == "description":
        return "major", "patch"
    if d.aspect in ("title", "example") or (d.aspect == "enum" and d.old and d.new):
        return "patch", "patch"  # of an enum: the same values in another order
    # what is left are constraints
    if not _narrower(d):
        return "minor", "minor"
    refused = _refuses(after.descriptor.tables[d.table].field(d.field), before.tables[d.table].frame[d.field])
    return "major", "major" if refused else "minor"


def _narrower(d: Difference) -> bool:
    """Whether a changed constraint may refuse what the older one allowed."""
    if d.new in (None, False):
        return False
    if d.old in (None, False):
        return True
    match d.aspect:
        case "maxLength" | "maximum":
            return bool(d.new < d.old)
        case "minLength" | "minimum":
            return bool(d.new > d.old)
    return True  # whether one pattern is wider than another cannot be decided


def _refuses(field: Field, column: pd.Series) -> bool:
    """Whether a newer declaration refuses a cell of an older release."""
    empty = column == ""
    filled = column[~empty]
    if (field.required and bool(empty.any())) or (field.unique and bool(filled.duplicated().any())):
        return True
    try:
        return not all(bool(meets(filled).all()) for _, meets in cell_checks(field))
    except re.error:
        return True


def _vocabulary(table: TableDiff, a: Descriptor, b: Descriptor) -> Iterator[Change]:
    """Return what became of the codes of a vocabulary that both sides have.

    Where a vocabulary defines its codes, its definitions and coded columns (a category, a unit, a parent) say what the codes
    mean; in a register of bodies and places they are facts, which are corrected like other values.
    """
    x, y = a.tables.get(table.name), b.tables.get(table.name)
    if x is None or y is None or not (x.is_vocabulary or y.is_vocabulary):
        return
    for row in table.removed:
        yield Change("code", "removed", table.name, code=SEPARATOR.join(row.key))
    for row in table.added:
        yield Change("code", "added", table.name, code=SEPARATOR.join(row.key), step="minor", least="minor")
    if "definition" not in x.field_names:
        return
    coded = {f.name for f in x.fields if f.enum or _refers(a, x, f)}
    for cell in table.changed:
        if cell.field == "definition" or cell.field in coded:
            least: Step = "minor" if cell.field == "definition" else "major"
            yield Change(
                "code",
                "changed",
                table.name,
                "",
                SEPARATOR.join(cell.key),
                cell.field,
                cell.old,
                cell.new,
                "major",
                least,
            )


def _refers(descriptor: Descriptor, table: Table, declared: Field) -> bool:
    return code_table(descriptor, table, declared) is not None or any(
        k.fields == (declared.name,) for k in table.foreign_keys
    )


def _files(before: _Side, after: _Side) -> Iterator[Change]:
    """Compare the other files of a release, where a side is an archive and so tells which they are."""
    if before.package is None or after.package is None:
        return
    declared = {DESCRIPTOR, SUMS, SWHIDS}
    for side in (before, after):
        declared |= {t.path for t in side.descriptor.tables.values()}
    names = {
        n
        for side in (before.package, after.package)
        if side.is_archive
        for n in side.files.names()
        if n not in declared and not n.startswith(CHANGES)
    }
    for name in sorted(names):
        old, new = _bytes(before.package.files, name), _bytes(after.package.files, name)
        if old != new:
            change: Happened = "removed" if new is None else "added" if old is None else "changed"
            step: Step = "minor" if PurePosixPath(name).parts[0] == "data" else "patch"
            yield Change("file", change, code=name, step=step, least=step)


def _bytes(files: Files, name: str) -> bytes | None:
    try:
        return files.read(name)
    except KeyError:
        return None
