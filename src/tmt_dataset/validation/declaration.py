"""The declaration by itself, and beside the one that came with the library."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from tmt_dataset.cells import check_pattern
from tmt_dataset.characters import UNSEEN
from tmt_dataset.descriptor import (
    Descriptor,
    Difference,
    ForeignKey,
    Table,
    differences,
    is_version,
    version_numbers,
)
from tmt_dataset.descriptor.shapes import texts
from tmt_dataset.errors import near
from tmt_dataset.validation.findings import Finding

__all__ = [
    "CONSTRAINTS",
    "REWRITE",
    "RULE",
    "check",
    "compare",
    "is_of_earlier_major",
    "is_older",
    "is_sound",
]


RULE = "descriptor"
REWRITE = "Write the file and its declaration in this way."
#: The constraints that are checked.
CONSTRAINTS = {"required", "unique", "enum", "pattern", "minimum", "maximum", "maxLength"}


def is_older(descriptor: Descriptor, library: Descriptor) -> bool:
    """Whether a package is of an earlier version than the library."""
    version = descriptor.version
    return is_version(version) and version_numbers(version) < version_numbers(library.version)


def is_of_earlier_major(descriptor: Descriptor, library: Descriptor) -> bool:
    """Whether a package is of an earlier major version than the library: codes and rules may have had another meaning."""
    version = descriptor.version
    return is_version(version) and version_numbers(version)[0] < version_numbers(library.version)[0]


def check(descriptor: Descriptor) -> Iterator[Finding]:
    """Check the declaration by itself."""
    raw = descriptor.raw
    yield from _identity(raw)
    yield from _provenance(raw)
    for resource in raw["resources"]:
        yield from _unchecked(resource)
        if resource.get("encoding") is None:
            message = "the table does not declare its encoding"
            yield Finding(RULE, message, resource["name"], None, "encoding", "utf-8", "None")
    for table in descriptor.tables.values():
        for property, expected, found, field in table.unread:
            message = f"{property}: files are read in no other way"
            place = field or property
            yield Finding(RULE, message, table.name, None, place, expected, found, REWRITE)
        yield from _keys(descriptor, table)
        yield from _fields(table)


def compare(descriptor: Descriptor, library: Descriptor) -> tuple[list[Finding], list[str]]:
    """Compare a declaration with the library's own.

    Returns
    -------
    tuple
        What is wrong; and what the declaration lacks because it is an older one. What a later version added is no
        error of an earlier one.
    """
    wrong: list[Finding] = []
    lacking: list[tuple[str, Finding]] = []
    for difference in differences(library, descriptor):
        lacking += _lacking(difference, descriptor, library)
        wrong += _changed(difference)
    if is_older(descriptor, library):
        return wrong, [name for name, _ in lacking]
    return [*wrong, *(finding for _, finding in lacking)], []


# -- the declaration by itself


def _identity(raw: Mapping[str, Any]) -> Iterator[Finding]:
    """Check version, licence and texts."""
    for place, text in texts(raw):
        if unseen := UNSEEN.search(text.replace("\n", " ")):
            message = f"{place}: the text has a control or invisible character (U+{ord(unseen[0]):04X})"
            yield Finding(RULE, message, expected="none", found=f"{text!a:.80}", hint="Delete it.")
    if not is_version(version := str(raw["version"])):
        yield Finding(RULE, "invalid version", None, None, "version", "MAJOR.MINOR.PATCH", version)
    if not raw.get("licenses"):
        yield Finding(RULE, "the package has no licence", field="licenses")


def _provenance(raw: Mapping[str, Any]) -> Iterator[Finding]:
    """Check who made the package and when: what a citation and the time of an archive are taken from."""
    contributors = raw.get("contributors") or []
    if not contributors or not all((c.get("title") or "").strip() for c in contributors):
        expected = 'a list of objects, each with a title: [{"title": "…"}]'
        found, hint = f"{json.dumps(contributors, ensure_ascii=False):.80}", "A citation needs them."
        yield Finding(
            RULE, "the package has no contributors", None, None, "contributors", expected, found, hint
        )
    if "created" in raw and not _is_time(raw["created"]):
        expected, found = "a date and time as 2026-01-31T00:00:00Z", f"{raw['created']!s:.80}"
        yield Finding(RULE, "invalid time of creation", None, None, "created", expected, found)


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


def _unchecked(resource: Mapping[str, Any]) -> Iterator[Finding]:
    """Report constraints that nothing checks: a table would pass without having been asked."""
    for field in resource["schema"]["fields"]:
        for name in field.get("constraints") or {}:
            if name not in CONSTRAINTS:
                expected = f"one of {', '.join(sorted(CONSTRAINTS))}"
                message = "the constraint is not checked"
                yield Finding(RULE, message, resource["name"], None, field["name"], expected, name)


def _keys(descriptor: Descriptor, table: Table) -> Iterator[Finding]:
    """Check that the keys of a table have fields."""
    for name in table.primary_key:
        if name not in table.field_names:
            message = f"the primary key has the unknown field {name!r}{near(name, table.field_names)}"
            yield Finding(RULE, message, table.name)
    for key in table.foreign_keys:
        if key.table not in list(descriptor.tables):
            unknown = f"the undeclared table {key.table!r}{near(key.table, descriptor.tables)}"
            yield Finding(RULE, f"a foreign key leads from {_shown(key.fields)} to {unknown}", table.name)
        elif not is_sound(key, table, descriptor):
            message = f"the foreign key {_path(key)} has unknown fields, or not as many on both sides"
            yield Finding(RULE, message, table.name)


def is_sound(key: ForeignKey, table: Table, descriptor: Descriptor) -> bool:
    """Whether a foreign key leads from declared fields to as many declared fields of a declared table."""
    return (
        key.table in list(descriptor.tables)  # a list: what a broken declaration has here may have no hash
        and 0 < len(key.fields) == len(key.reference)
        and all(name in table.field_names for name in key.fields)
        and all(name in descriptor.tables[key.table].field_names for name in key.reference)
    )


def _fields(table: Table) -> Iterator[Finding]:
    """Check the fields of a table."""
    for field in table.fields:
        try:
            check_pattern(field.pattern or "")
        except re.error as error:
            message = f"the pattern cannot be checked ({error})"
            yield Finding(RULE, message, table.name, None, field.name, found=field.pattern)
        for value in _duplicates(field.enum):
            message = "duplicate value in the enum"
            yield Finding(RULE, message, table.name, None, field.name, "each value once", value)


def _duplicates(names: list[str] | tuple[str, ...]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})


# -- beside the library's own


def _lacking(
    difference: Difference, descriptor: Descriptor, library: Descriptor
) -> Iterator[tuple[str, Finding]]:
    """Yield what the library declares and the package does not: what it is called, and the finding."""
    name, field = difference.table, difference.field
    restore = "Restore the declaration from the release."
    match difference:
        case Difference("table", "removed"):
            yield name, Finding(RULE, f"the table {name} is not declared", name, hint=restore)
        case Difference("field", "removed"):
            message = "the field is not declared"
            yield f"{name}.{field}", Finding(RULE, message, name, None, field, hint=restore)
        case Difference("table", "changed", aspect="foreignKeys"):
            for key in library.table(name).foreign_keys:
                if key not in descriptor.table(name).foreign_keys:
                    message = f"the foreign key {_path(key)} is not declared"
                    yield f"the foreign key {name}.{_path(key)}", Finding(RULE, message, name, hint=restore)


def _changed(difference: Difference) -> Iterator[Finding]:
    """Report what the library declares otherwise, and its rules rely on."""
    name, old, new = difference.table, difference.old, difference.new
    match difference:
        case Difference("field", "changed", aspect="type"):
            yield Finding(RULE, "the field has another type", name, None, difference.field, old, str(new))
        case Difference("table", "changed", aspect="primaryKey"):
            message = "the table has another primary key"
            yield Finding(RULE, message, name, None, None, _shown(old or ()), _shown(new or ()))


def _path(key: ForeignKey) -> str:
    return f"{_shown(key.fields)} → {key.table}.{_shown(key.reference)}"


def _shown(names: list[str] | tuple[str, ...]) -> str:
    return ", ".join(map(str, names))
