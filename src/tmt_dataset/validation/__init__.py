"""Descriptor, bytes and form, schemas, keys, rules: one run, one report."""

from __future__ import annotations

import io
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

import pandas as pd

from tmt_dataset.cells import cell_checks, is_in, lenient, lenient_numbers
from tmt_dataset.descriptor import (
    DESCRIPTOR,
    SEMVER,
    Descriptor,
    ForeignKey,
    Table,
    is_version,
    version_numbers,
)
from tmt_dataset.errors import PackageError, PackageNotFoundError, near
from tmt_dataset.package import Files, Package, find, library_descriptor, mismatches, open_files, parse
from tmt_dataset.validation import form, rules
from tmt_dataset.validation.findings import Finding, Report

#: Identifiers of developments that releases have carried, and where their primary report stands.
RELEASED = "data/released_identifiers.csv"
#: Its columns.
LEDGER = ("development_id", "source_id", "start", "end", "released_in", "retired")
_RESTORE = "Restore it from the release."


def validate(source: str | os.PathLike[str] | Package | None = None) -> Report:
    """Judge a data package: everything that can be judged without the source texts, in one run.

    Parameters
    ----------
    source
        As for :func:`tmt_dataset.load`.

    Returns
    -------
    Report
        All findings together; ``report.valid`` is the verdict. Each finding names table, row (the line of the file), field, what
        was expected and found, and what to do.

    Raises
    ------
    PackageNotFoundError
        If nothing is there to be judged.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> tmt.validate().valid
    True
    """
    if isinstance(source, Package):
        package = source
    else:
        path = find(source)
        try:
            package = parse(open_files(path), DESCRIPTOR)
        except PackageError as error:
            return Report((Finding("descriptor", str(error)),))
        except PackageNotFoundError:
            return Report(
                (
                    Finding(
                        "descriptor",
                        f"{path} has no {DESCRIPTOR}",
                        hint="Point to the folder of a data package.",
                    ),
                )
            )
    descriptor, files = package
    library = library_descriptor(package)
    findings = list(_descriptor(descriptor, library))
    frames: dict[str, pd.DataFrame] = {}
    for table in descriptor.tables.values():
        try:
            content = files.read(table.path)
        except KeyError:
            findings.append(
                Finding(
                    "files",
                    f"{table.path} is missing",
                    table.name,
                    hint="Restore the file, or run `tmt-dataset build`.",
                )
            )
            continue
        except PackageError as error:  # it is there: no permission, a loop of links
            findings.append(Finding("files", str(error), table.name, hint="Make it a file that can be read."))
            continue
        findings += _integrity(table, content)
        text, wrong = form.decoded(content, table.name)
        frames[table.name], more = form.parsed(text, table)
        findings += wrong + more
    unchecked = []
    for name, frame in frames.items():
        findings += _schema(descriptor.tables[name], frame)
        findings += _keys(descriptor, descriptor.tables[name], frames)
    # the rules rely on the types that this library knows; where another is declared, that is a finding already
    known = library.tables
    tables = {
        name: lenient(known.get(name, descriptor.tables[name]), frame) for name, frame in frames.items()
    }
    runs: list[tuple[Callable[..., Any], Iterator[Finding]]] = [(c, c(tables)) for c in rules.CHECKS]
    runs.append((_released, _released(files, descriptor.version, tables)))
    for rule, found in runs:
        try:
            findings += found
        except KeyError as error:
            title = (rule.__doc__ or rule.__name__).splitlines()[0]
            unchecked.append(f"{title} The file, table or column {error} is missing.")
    return Report(tuple(findings), {name: len(frame) for name, frame in frames.items()}, tuple(unchecked))


def _descriptor(descriptor: Descriptor, library: Descriptor) -> list[Finding]:
    """Judge the declaration itself, and whether it declares what this library knows."""
    found = []
    raw = descriptor.raw
    if not re.fullmatch(r"[a-z0-9._/-]+", str(raw["name"])):
        found.append(
            Finding(
                "descriptor",
                "the package name is no name",
                field="name",
                expected="lower case letters, digits, '.', '_', '-'",
                found=str(raw["name"]),
            )
        )
    if not is_version(str(raw["version"])):
        found.append(
            Finding(
                "descriptor",
                "the version is no version",
                field="version",
                expected="MAJOR.MINOR.PATCH",
                found=str(raw["version"]),
            )
        )
    if not raw.get("licenses"):
        found.append(Finding("descriptor", "the package names no licence", field="licenses"))
    found += _provenance(raw)
    names = [r.get("name") for r in raw["resources"]]
    for name in sorted({str(n) for n in names if names.count(n) > 1}):
        found.append(Finding("descriptor", "a table is declared twice", name))
    for resource in raw["resources"]:
        if str(resource.get("encoding", "")).lower() != "utf-8":
            found.append(
                Finding(
                    "descriptor",
                    "a table does not declare its encoding",
                    resource["name"],
                    field="encoding",
                    expected="utf-8",
                    found=str(resource.get("encoding")),
                )
            )
    for name, table in library.tables.items():
        here = descriptor.tables.get(name)
        if here is None:
            found.append(
                Finding(
                    "descriptor",
                    f"the table {name} is not declared",
                    name,
                    hint="Restore the resource from the release.",
                )
            )
            continue
        lacking = [f for f in table.field_names if f not in here.field_names]
        if lacking:
            found.append(Finding("descriptor", f"fields are not declared: {', '.join(lacking)}", name))
        for field in here.fields:
            if field.name in table.field_names and field.type != table.field(field.name).type:
                found.append(
                    Finding(
                        "descriptor",
                        "the field has another type",
                        name,
                        field=field.name,
                        expected=table.field(field.name).type,
                        found=field.type,
                    )
                )
        if here.primary_key != table.primary_key:
            found.append(
                Finding(
                    "descriptor",
                    "the table has another primary key",
                    name,
                    expected=", ".join(table.primary_key),
                    found=", ".join(here.primary_key),
                )
            )
        for fk in table.foreign_keys:
            if fk not in here.foreign_keys:
                found.append(
                    Finding(
                        "descriptor",
                        f"the foreign key from {', '.join(fk.fields)} to {fk.table}.{', '.join(fk.reference)} is not declared",
                        name,
                    )
                )
    for table in descriptor.tables.values():
        for n in sorted({n for n in table.field_names if table.field_names.count(n) > 1}):
            found.append(Finding("descriptor", "a field is declared twice", table.name, field=n))
        for key in table.primary_key:
            if key not in table.field_names:
                found.append(
                    Finding(
                        "descriptor",
                        f"the primary key names the unknown field {key!r}{near(key, table.field_names)}",
                        table.name,
                    )
                )
        for fk in table.foreign_keys:
            target = descriptor.tables.get(fk.table)
            if target is None:
                found.append(
                    Finding(
                        "descriptor",
                        f"a foreign key leads from {', '.join(fk.fields)} to the undeclared table {fk.table!r}{near(fk.table, descriptor.tables)}",
                        table.name,
                    )
                )
            elif not _sound(fk, table, target):
                found.append(
                    Finding(
                        "descriptor",
                        f"a foreign key leads from {', '.join(fk.fields)} to {fk.table}.{', '.join(fk.reference)}: not as many fields, or fields that are not declared",
                        table.name,
                    )
                )
        for field in table.fields:
            try:
                re.compile(field.pattern or "")
            except re.error as error:
                found.append(
                    Finding(
                        "descriptor",
                        f"the pattern is no regular expression ({error})",
                        table.name,
                        field=field.name,
                        found=field.pattern,
                    )
                )
            for value in sorted({v for v in field.enum if field.enum.count(v) > 1}):
                found.append(
                    Finding(
                        "descriptor",
                        "the enum has a value twice",
                        table.name,
                        field=field.name,
                        expected="each value once",
                        found=value,
                    )
                )
    return found


def _provenance(raw: Mapping[str, Any]) -> list[Finding]:
    """Judge who made the package and when: what a citation and the time of an archive are taken from."""
    found = []
    contributors = raw.get("contributors")
    named = isinstance(contributors, list) and all(
        isinstance(c, dict) and isinstance(c.get("title"), str) and c["title"].strip() for c in contributors
    )
    if not (named and contributors):
        found.append(
            Finding(
                "descriptor",
                "the package names no contributors",
                field="contributors",
                expected='a list of objects, each with a title: [{"title": "…"}]',
                found=f"{json.dumps(contributors, ensure_ascii=False):.80}",
                hint="A citation needs them.",
            )
        )
    if "created" in raw and not _is_time(raw["created"]):
        found.append(
            Finding(
                "descriptor",
                "the time of creation is none",
                field="created",
                expected="a date and time as 2026-01-31T00:00:00Z",
                found=f"{raw['created']!s:.80}",
            )
        )
    return found


def _is_time(value: object) -> bool:
    """Whether a value is a date-time as the Data Package standard has it (RFC 3339), and one that exists."""
    form = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})"
    if not isinstance(value, str) or not re.fullmatch(form, value, re.ASCII):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _sound(key: ForeignKey, table: Table, target: Table) -> bool:
    """Whether a foreign key leads from fields that are declared to as many that are."""
    return (
        0 < len(key.fields) == len(key.reference)
        and {*key.fields} <= {*table.field_names}
        and {*key.reference} <= {*target.field_names}
    )


def _integrity(table: Table, content: bytes) -> list[Finding]:
    """Compare a file with its declared size and checksum."""
    hint = "If the change is meant, run `tmt-dataset build`; if not, restore the file."
    return [
        Finding(
            "integrity",
            f"{table.path} is not the declared file",
            table.name,
            None,
            field,
            expected,
            found,
            hint,
        )
        for field, (expected, found) in mismatches(table, content).items()
    ]


def _schema(table: Table, frame: pd.DataFrame) -> Iterator[Finding]:
    """Check the cells of a table."""
    for field in table.fields:
        cells = frame[field.name]
        filled = cells.dropna()
        if field.required:
            for row in map(int, frame.index[cells.isna()]):
                yield Finding(
                    "schema",
                    "a required cell is empty",
                    table.name,
                    row,
                    field.name,
                    "a value",
                    "",
                    "Fill it in.",
                )
        if field.unique:
            for row, value in _rows(filled[filled.duplicated()]):
                yield Finding(
                    "schema", "duplicate value", table.name, row, field.name, "a unique value", value
                )
        try:
            checks = cell_checks(field)
        except re.error:  # reported with the descriptor
            continue
        for expected, meets in checks:
            wrong = filled[~meets(filled).astype(bool)]
            for row, value in _rows(wrong):
                hint = near(value, field.enum) if field.enum else ""
                yield Finding(
                    "schema", f"the value is not allowed{hint}", table.name, row, field.name, expected, value
                )
    key = [k for k in table.primary_key if k in frame]
    if key:
        for row in map(int, frame.index[frame.duplicated(key)]):
            shown = ", ".join(str(frame.at[row, k]) for k in key)
            yield Finding(
                "schema",
                f"duplicate primary key ({', '.join(key)})",
                table.name,
                row,
                key[0] if len(key) == 1 else None,
                "a unique key",
                shown,
                "Identifiers are never reused: give the row another one, or delete the copy.",
            )


def _rows(cells: pd.Series) -> Iterator[tuple[int, str]]:
    return ((int(str(row)), str(value)) for row, value in cells.items())


def _keys(descriptor: Descriptor, table: Table, frames: Mapping[str, pd.DataFrame]) -> list[Finding]:
    """Judge the foreign keys of a table."""
    found = []
    frame = frames[table.name]
    for key in table.foreign_keys:
        target = frames.get(key.table)
        if target is None or not _sound(
            key, table, descriptor.tables[key.table]
        ):  # reported with the descriptor
            continue
        if len(key.fields) > 1:
            known = set(target[list(key.reference)].itertuples(index=False, name=None))
            wrong = pd.Series(
                [t not in known for t in frame[list(key.fields)].itertuples(index=False, name=None)],
                index=frame.index,
            )
            values = frame[list(key.fields)].agg(", ".join, axis=1)
            all_known: pd.Series = pd.Series(dtype="str")
        else:
            values, all_known = frame[key.fields[0]], target[key.reference[0]].dropna()
            wrong = values.notna() & ~is_in(values, all_known)
        if not wrong.any():
            continue
        all_known = all_known.drop_duplicates()
        suggestions: dict[str, str] = {}
        for row in frame.index[wrong.to_numpy()]:
            value = str(values[row])
            if value not in suggestions:
                # near misses cost time on long lists; a vocabulary is short
                suggestions[value] = near(value, all_known) if len(all_known) <= 5000 else ""
            found.append(
                Finding(
                    "keys",
                    f"there is no such row in {key.table}{suggestions[value]}",
                    table.name,
                    row,
                    ", ".join(key.fields),
                    f"a value of {key.table}.{', '.join(key.reference)}",
                    value,
                )
            )
    return found


def anchors(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return where the primary report of each development stands: ``development_id``, ``source_id``, ``start``, ``end``.

    Offsets do not change once a source is fixed, so they tell whether an identifier still means the same act.
    """
    primary = tables["mentions"].loc[
        tables["mentions"]["rank"] == "primary", ["development_id", "segment_id"]
    ]
    spans = primary.merge(tables["segments"][["segment_id", "source_id", "start", "end"]], on="segment_id")
    return (
        spans.groupby("development_id", observed=True)
        .agg(source_id=("source_id", "first"), start=("start", "min"), end=("end", "max"))
        .reset_index()
    )


def _released(files: Files, version: str, tables: Mapping[str, pd.DataFrame]) -> Iterator[Finding]:
    """Rule 6: identifiers that were released once stay.

    An identifier that was free again was given to another act, and every citation of it changed its meaning.

    Raises
    ------
    KeyError
        If the list of released identifiers, or a table or column that the rule needs, is missing.
    """
    try:
        content = files.read(RELEASED)
        released = pd.read_csv(io.BytesIO(content), dtype="str", keep_default_na=False).fillna("")
    except (ValueError, PackageError) as error:
        yield Finding("identifiers", f"{RELEASED} cannot be read ({error})", hint=_RESTORE)
        return
    if not isinstance(released.index, pd.RangeIndex):  # pandas takes surplus cells for an index
        yield Finding("identifiers", f"{RELEASED} has more cells than columns", hint=_RESTORE)
        return
    lacking = [c for c in LEDGER if c not in released]
    if lacking:
        yield Finding(
            "identifiers", f"{RELEASED} lacks the columns {', '.join(lacking)}", None, 1, hint=_RESTORE
        )
        return
    yield from _released_rows(released, version)
    released = released.drop_duplicates("development_id")
    now = anchors(tables).dropna().set_index("development_id")
    present = set(tables["developments"]["development_id"].dropna())
    row: Any  # a named tuple of the columns
    for row in released.assign(
        start=lenient_numbers(released["start"]), end=lenient_numbers(released["end"])
    ).itertuples():
        retired = bool(row.retired)
        if row.development_id not in present:
            if not retired:
                yield Finding(
                    "identifiers",
                    f"{row.development_id}, released in {row.released_in}, is gone",
                    "developments",
                    None,
                    "development_id",
                    row.development_id,
                    None,
                    f"Restore it, or give the reason in the column `retired` of {RELEASED}.",
                )
        elif retired:
            yield Finding(
                "identifiers",
                f"{row.development_id} was retired ({row.retired}) and is used again",
                "developments",
                None,
                "development_id",
                hint="Take a new identifier.",
            )
        elif row.development_id in now.index:
            place = now.loc[row.development_id]
            # offsets that are no numbers are found above, and contradict nothing
            if (
                place["source_id"] != row.source_id
                or int(place["end"]) <= row.start
                or int(place["start"]) >= row.end
            ):
                yield Finding(
                    "identifiers",
                    f"{row.development_id}, released in {row.released_in}, now stands for another report",
                    "mentions",
                    None,
                    "development_id",
                    f"{row.source_id} {row.start:.0f}-{row.end:.0f}",
                    f"{place['source_id']} {place['start']}-{place['end']}",
                    "Give the new act an identifier of its own.",
                )


def _released_rows(released: pd.DataFrame, version: str) -> Iterator[Finding]:
    """Judge the rows of the list of released identifiers by themselves."""

    def wrong(field: str, mask: pd.Series, message: str, expected: str) -> Iterator[Finding]:
        for at in released.index[mask]:
            found = str(released.at[at, field])
            yield Finding(
                "identifiers", f"{RELEASED}: {message}", None, int(at) + 2, field, expected, found, _RESTORE
            )

    ids, released_in = released["development_id"], released["released_in"]
    yield from wrong("development_id", ids.duplicated(), "the identifier stands twice", "one row each")
    for field in ("start", "end"):
        mask = ~released[field].str.fullmatch("[0-9]{1,15}")
        yield from wrong(field, mask, "the offset is no number", "a number of characters")
    sound = released_in.str.fullmatch(SEMVER)
    yield from wrong("released_in", ~sound, "the version is no version", "MAJOR.MINOR.PATCH")
    if is_version(version):  # if not, that is a finding of the descriptor
        later = [v for v in released_in[sound].unique() if version_numbers(v) > version_numbers(version)]
        mask = released_in.isin(later)
        yield from wrong("released_in", mask, "the release is later than this package", f"at most {version}")
