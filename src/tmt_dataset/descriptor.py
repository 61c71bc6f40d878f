"""``datapackage.json``: the one declaration of tables, fields, constraints, keys and version.

Only the standard library is imported, so that asking for the version or a citation does not cost pandas. Named tuples
are used instead of data classes, which would be compiled at every start.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any, Literal, NamedTuple

from tmt_dataset.errors import PackageError, unknown
from tmt_dataset.files import sha256

DESCRIPTOR = "datapackage.json"


def _of(raw: Mapping[str, Any], key: str, kind: type | tuple[type, ...], *, required: bool = False) -> Any:
    """Return a property of the expected type, or None if it is missing and optional."""
    value = raw.get(key)
    if value is None and not required:
        return None
    if not isinstance(value, kind):
        wanted = " or ".join(k.__name__ for k in (kind if isinstance(kind, tuple) else (kind,)))
        raise TypeError(f"{key}: expected {wanted}, found {value!r:.60}")
    return value


class Field(NamedTuple):
    """One column as it is declared."""

    name: str
    type: str
    title: str = ""
    description: str = ""
    example: Any = None
    required: bool = False
    unique: bool = False
    enum: tuple[str, ...] = ()
    pattern: str | None = None
    minimum: float | None = None
    maximum: float | None = None
    max_length: int | None = None
    #: The values of a cell that lists several, separated by spaces; its pattern is generated from them.
    item_enum: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Field:
        """Read a field of a table schema."""
        c = raw.get("constraints", {})
        return cls(
            name=_of(raw, "name", str, required=True),
            type=_of(raw, "type", str) or "string",
            title=raw.get("title", ""),
            description=raw.get("description", ""),
            example=raw.get("example"),
            required=bool(_of(c, "required", bool)),
            unique=bool(_of(c, "unique", bool)),
            enum=tuple(str(v) for v in _of(c, "enum", list) or ()),
            pattern=_of(c, "pattern", str),
            minimum=_of(c, "minimum", (int, float)),
            maximum=_of(c, "maximum", (int, float)),
            max_length=_of(c, "maxLength", int),
            item_enum=tuple(_of(raw, "itemEnum", list) or ()),
        )


class ForeignKey(NamedTuple):
    """One foreign key: ``fields`` of a table refer to a row of ``table`` by its ``reference`` fields."""

    fields: tuple[str, ...]
    table: str
    reference: tuple[str, ...]


def _names(value: str | list[str]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value)


class Table(NamedTuple):
    """One table as it is declared."""

    name: str
    path: str
    title: str
    description: str
    fields: tuple[Field, ...]
    primary_key: tuple[str, ...]
    foreign_keys: tuple[ForeignKey, ...]
    bytes: int | None = None
    hash: str | None = None

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Table:
        """Read a resource of the descriptor."""
        schema = raw["schema"]
        return cls(
            name=_of(raw, "name", str, required=True),
            path=_of(raw, "path", str, required=True),
            title=raw.get("title", ""),
            description=raw.get("description", ""),
            fields=tuple(Field.from_json(f) for f in schema["fields"]),
            primary_key=_names(schema.get("primaryKey", [])),
            foreign_keys=tuple(
                ForeignKey(
                    _names(k["fields"]),
                    k["reference"].get("resource") or raw["name"],
                    _names(k["reference"]["fields"]),
                )
                for k in schema.get("foreignKeys", [])
            ),
            bytes=_of(raw, "bytes", int),
            hash=_of(raw, "hash", str),
        )

    @property
    def field_names(self) -> list[str]:
        """Names of the fields, in order."""
        return [f.name for f in self.fields]

    @property
    def is_vocabulary(self) -> bool:
        """Whether the table is a controlled list or register, written by hand."""
        return PurePosixPath(self.path).parent.name == "vocabularies"

    @property
    def holds_codes(self) -> bool:
        """Whether the keys of the table are codes that other tables use: a vocabulary, a register, or the sources."""
        return self.is_vocabulary or self.name == "sources"

    def field(self, name: str) -> Field:
        """Return one field by its name.

        Raises
        ------
        UnknownCodeError
            If the table has no such field.
        """
        for f in self.fields:
            if f.name == name:
                return f
        raise unknown(f"field of {self.name}", name, self.field_names, DESCRIPTOR)


class Descriptor:
    """The declaration as a whole."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw

    @property
    def name(self) -> str:
        """Name of the package."""
        return str(self.raw["name"])

    @property
    def version(self) -> str:
        """Version of data and library: there is one."""
        return str(self.raw["version"])

    @property
    def created(self) -> datetime | None:
        """When the package was created, in UTC, so that it has one day everywhere; None where the descriptor does not say.

        Raises
        ------
        PackageError
            If it is an invalid time.
        """
        value = self.raw.get("created")
        if value is None:
            return None
        wanted = re.match(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?:T|$)", str(value))
        try:
            time = datetime.fromisoformat(str(value) if wanted else "")
            return time.astimezone(UTC) if time.tzinfo else time.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            raise PackageError(
                f"{DESCRIPTOR}: field created: expected a time as 2026-11-22T00:00:00Z, found {value!r:.80}"
            ) from None

    @cached_property
    def tables(self) -> dict[str, Table]:
        """All tables by name, in the order of the declaration."""
        return {r["name"]: Table.from_json(r) for r in self.raw["resources"]}

    def table(self, name: str) -> Table:
        """Return one table by its name.

        Raises
        ------
        UnknownCodeError
            For an unknown table.
        """
        if name not in self.tables:
            raise unknown("table", name, list(self.tables), DESCRIPTOR)
        return self.tables[name]

    @classmethod
    def parse(cls, text: str, where: str) -> Descriptor:
        """Read a descriptor from its text.

        Raises
        ------
        PackageError
            If the text is not a JSON object, or lacks what every data package of this kind has.
        """
        try:
            raw = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise PackageError(
                f"{where}: invalid JSON ({error}); restore the file from the release"
            ) from None
        if not isinstance(raw, dict):
            raise PackageError(f"{where}: expected a JSON object, found {type(raw).__name__}")
        for key in ("name", "version", "resources"):
            if key not in raw:
                raise PackageError(
                    f"{where}: the property {key!r} is missing; not the descriptor of this data set"
                )
        if not isinstance(raw["resources"], list):
            raise PackageError(
                f"{where}: resources: expected a list, found {type(raw['resources']).__name__}"
            )
        for n, resource in enumerate(raw["resources"], 1):
            try:
                Table.from_json(resource)
            except (KeyError, TypeError, AttributeError) as error:
                name = repr(resource.get("name", n)) if isinstance(resource, dict) else str(n)
                what = f"{error} is missing" if isinstance(error, KeyError) else str(error)
                raise PackageError(f"{where}: resource {name} is incomplete or malformed ({what})") from None
        descriptor = cls(raw)
        for table in descriptor.tables.values():
            path = PurePosixPath(table.path)
            if path.is_absolute() or ".." in path.parts or any(c in table.path for c in "\\:\0"):
                raise PackageError(
                    f"{where}: resource {table.name!r} has the path {table.path!r}; expected one inside the package"
                )
        return descriptor


# -- versions

#: A released version, and one that is being worked on towards it.
SEMVER = r"(?:0|[1-9][0-9]{0,8})\.(?:0|[1-9][0-9]{0,8})\.(?:0|[1-9][0-9]{0,8})"
DEVELOPMENT = ".dev"


def version_numbers(version: str) -> tuple[int, int, int, int]:
    """Return a version as numbers, which compare as versions do.

    Examples
    --------
    >>> version_numbers("1.10.0") > version_numbers("1.9.0")
    True
    >>> version_numbers("1.9.0") < version_numbers("2.0.0.dev") < version_numbers("2.0.0")
    True
    """
    major, minor, patch = (int(part) for part in version.removesuffix(DEVELOPMENT).split("."))
    return major, minor, patch, -1 if version.endswith(DEVELOPMENT) else 0


def is_version(text: str) -> bool:
    """Whether a text is a version: ``MAJOR.MINOR.PATCH``, or that with ``.dev`` while it is being worked on.

    Examples
    --------
    >>> is_version("2.0.0"), is_version("2.0.0.dev"), is_version("2.0")
    (True, True, False)
    """
    return re.fullmatch(SEMVER, text.removesuffix(DEVELOPMENT)) is not None


# -- identity


def fingerprint(descriptor: Descriptor) -> str:
    """Return the checksum that identifies a release: its declaration and its data.

    It is the SHA-256 of what ``sha256sum`` prints for the descriptor and all tables: in the order of their paths, a line for each
    with the hexadecimal checksum, two spaces, the path and a line feed (UTF-8). The checksums of the tables are those that the
    descriptor declares. That of the descriptor is taken of its canonical form: without the ``bytes`` and the ``hash`` of the
    resources, the resources in the order of their paths, as JSON in ASCII with sorted keys and no white space. It can be computed
    from the files; the name of the archive, its compression and the machine make no difference.

    The definition changed in 2.0.0. Before, only the tables were covered, so that citations made with 1.0.0 carry another
    fingerprint of the same release; the table ``released`` has that of each release by this definition.

    Parameters
    ----------
    descriptor
        The declaration.

    Returns
    -------
    str
        ``"sha256:"`` and 64 hexadecimal digits.

    Raises
    ------
    PackageError
        If a table declares no SHA-256.

    Examples
    --------
    >>> from tmt_dataset.package import open_package
    >>> fingerprint(open_package().descriptor)
    'sha256:...'
    """
    resources = [_without(r, ("bytes", "hash")) for r in descriptor.raw["resources"]]
    resources.sort(key=lambda r: str(r["path"]))
    declared = {**descriptor.raw, "resources": resources}
    try:
        canonical = json.dumps(declared, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    except RecursionError:
        raise PackageError(f"{DESCRIPTOR}: nested too deeply; restore it from the release") from None
    sums = [(DESCRIPTOR, sha256(canonical.encode("ascii")))]
    for table in descriptor.tables.values():
        match = re.fullmatch(r"sha256:([0-9a-f]{64})", table.hash or "")
        if match is None:
            raise PackageError(
                f"{DESCRIPTOR}: resource {table.name!r} declares the hash {table.hash!r:.80}; expected sha256: and 64 hexadecimal "
                "digits. Run `tmt-dataset build`"
            )
        sums.append((table.path, match[1]))
    lines = "".join(f"{digest}  {path}\n" for path, digest in sorted(sums))
    return f"sha256:{sha256(lines.encode('utf-8', errors='surrogatepass'))}"


# -- differences between two declarations


class Difference(NamedTuple):
    """One difference between two declarations; ``aspect`` is the property that changed, or the code of an ``enum``."""

    what: Literal["package", "table", "field", "code"]
    change: Literal["added", "removed", "changed"]
    table: str = ""
    field: str = ""
    aspect: str = ""
    old: Any = None
    new: Any = None


def differences(old: Descriptor, new: Descriptor) -> Iterator[Difference]:
    """Compare two declarations, property by property.

    What follows from the files (``bytes``, ``hash``) and from the release (``version``, ``created``) is left out.

    Parameters
    ----------
    old, new
        The declarations.

    Yields
    ------
    Difference
        Of the package, then table by table in the order of ``old``; tables that only ``new`` has come last.

    Examples
    --------
    >>> from tmt_dataset.package import open_package
    >>> own = open_package().descriptor
    >>> list(differences(own, own))
    []
    """
    left_out = ("version", "created", "resources")
    for key, a, b in _differing(_without(old.raw, left_out), _without(new.raw, left_out)):
        yield Difference("package", "changed", aspect=key, old=a, new=b)
    before, after = ({r["name"]: r for r in d.raw["resources"]} for d in (old, new))
    for name, resource in before.items():
        if name in after:
            yield from _table_differences(name, resource, after[name])
        else:
            yield Difference("table", "removed", name)
    yield from (Difference("table", "added", name) for name in after if name not in before)


def _table_differences(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    """Compare a table that both declarations have."""
    left_out = ("bytes", "hash", "fields", "$schema")
    for key, a, b in _differing(_flat(old, "schema", left_out), _flat(new, "schema", left_out)):
        yield Difference("table", "changed", name, aspect=key, old=a, new=b)
    before, after = ({f["name"]: f for f in r["schema"]["fields"]} for r in (old, new))
    for field in before:
        if field in after:
            yield from _field_differences(name, field, before[field], after[field])
        else:
            yield Difference("field", "removed", name, field)
    yield from (Difference("field", "added", name, field) for field in after if field not in before)
    kept, now = [f for f in before if f in after], [f for f in after if f in before]
    if kept != now:
        yield Difference(
            "table", "changed", name, aspect="order of fields", old=", ".join(kept), new=", ".join(now)
        )


def _field_differences(
    table: str, name: str, old: Mapping[str, Any], new: Mapping[str, Any]
) -> Iterator[Difference]:
    """Compare a field that both declarations have; a listed value that comes or goes is a code."""
    for key, a, b in _differing(_flat(old, "constraints"), _flat(new, "constraints")):
        if key == "enum" and a and b:
            yield from (Difference("code", "removed", table, name, str(v)) for v in a if v not in b)
            yield from (Difference("code", "added", table, name, str(v)) for v in b if v not in a)
            if sorted(map(str, a)) != sorted(map(str, b)):
                continue
        yield Difference("field", "changed", table, name, key, a, b)


def _without(raw: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {k: v for k, v in raw.items() if k not in names}


def _flat(raw: Mapping[str, Any], nested: str, left_out: Iterable[str] = ()) -> dict[str, Any]:
    """Return the properties of a resource or a field, those of its ``schema`` or ``constraints`` among them."""
    flat = _without({**raw, **raw.get(nested, {})}, {"name", nested, *left_out})
    if "primaryKey" in flat:
        flat["primaryKey"] = list(_names(flat["primaryKey"]))  # a single name may be given without a list
    return flat


def _differing(a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for key in dict.fromkeys([*a, *b]):
        if a.get(key) != b.get(key):
            yield key, a.get(key), b.get(key)
