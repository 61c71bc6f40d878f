"""``datapackage.json``: the one declaration of tables, fields, constraints, keys and version.

Only the standard library is imported, so that asking for the version or a citation does not cost pandas. Named tuples
are used instead of data classes, which would be compiled at every start.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any, Literal, NamedTuple

from tmt_dataset.descriptor.shapes import (
    MAX_CHARACTERS,
    MAX_ENUM,
    MAX_FIELDS,
    MAX_FOREIGN_KEYS,
    MAX_NAME,
    MAX_PATTERN,
    MAX_TABLES,
    check_texts,
    count,
    each,
    of,
    parsed,
    text_of,
)
from tmt_dataset.errors import DeclarationError, PackageError, unknown
from tmt_dataset.files import sha256

__all__ = [
    "DESCRIPTOR",
    "DEVELOPMENT",
    "NAME",
    "SEMVER",
    "TYPES",
    "Descriptor",
    "Difference",
    "Field",
    "ForeignKey",
    "Table",
    "Unread",
    "differences",
    "fingerprint",
    "is_version",
    "version_numbers",
]


DESCRIPTOR = "datapackage.json"


#: Names become names of files: no path, no hidden file, no option of a command.
NAME = r"[a-z0-9][a-z0-9._-]*"
TYPES = ("string", "integer", "number", "date", "boolean")


def _name(raw: Mapping[str, Any]) -> str:
    """Return the name of a package or a table."""
    name = text_of(raw, "name", required=True)
    if len(name) > MAX_NAME or not re.fullmatch(NAME, name):
        expected = f"at most {MAX_NAME} lower-case letters, digits, '.', '_', '-', a letter or digit first"
        raise DeclarationError("name", expected, f"{name!r:.60}")
    return name


def _codes(raw: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the listed values of a field as the text of their cells."""
    found = of(raw, "enum", list, "a list of texts or numbers", most=MAX_ENUM)
    for value in found or ():
        if not isinstance(value, str | int | float) or isinstance(value, bool):
            raise DeclarationError("enum", "a list of texts or numbers", f"the item {value!r:.60}")
    if found == []:
        raise DeclarationError("enum", "at least one value", "none")
    return tuple(str(value) for value in found or ())


def _labels(raw: Mapping[str, Any], codes: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Return the labels of the values of an enum, which are all of its values in their order."""
    expected = "objects, each with a value and a label"
    labels = tuple(
        (text_of(item, "value", required=True), text_of(item, "label", required=True))
        for item in each(raw, "categories", dict, expected, MAX_ENUM)
    )
    values = tuple(value for value, _ in labels)
    if labels and values != codes:
        found = ", ".join(values)
        raise DeclarationError(
            "categories", f"the values of the enum ({', '.join(codes) or 'none'})", f"{found:.60}"
        )
    return labels


def _names(raw: Mapping[str, Any], key: str, *, required: bool = False) -> tuple[str, ...]:
    """Return names of fields; a single one may be given without a list."""
    value = of(raw, key, (str, list), "a name or a list of names", required=required, most=MAX_FIELDS)
    names = (value,) if isinstance(value, str) else tuple(value or ())
    if not all(isinstance(name, str) for name in names) or (required and not names):
        raise DeclarationError(key, "a name or a list of names", f"{value!r:.60}")
    return names


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
    #: What the values of an enum are called, where that is declared: pairs of value and label.
    categories: tuple[tuple[str, str], ...] = ()

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Field:
        """Read a field of a table schema."""
        name = text_of(raw, "name", required=True)
        if not (name.isprintable() and name.strip() and len(name) <= MAX_NAME):
            expected = f"at most {MAX_NAME} printable characters"
            raise DeclarationError("name", expected, f"{name!r:.60}")
        try:
            return cls._from_json(name, raw)
        except DeclarationError as error:
            error.field = name
            raise

    @classmethod
    def _from_json(cls, name: str, raw: Mapping[str, Any]) -> Field:
        kind = text_of(raw, "type") or "string"
        if kind not in TYPES:
            raise DeclarationError("type", f"one of {', '.join(TYPES)}", f"{kind!r:.60}")
        c = of(raw, "constraints", dict, "an object") or {}
        pattern = of(c, "pattern", str, "text")
        if pattern is not None and len(pattern) > MAX_PATTERN:
            raise DeclarationError("pattern", f"at most {MAX_PATTERN:,} characters", f"{len(pattern):,}")
        count(c, "minLength")
        return cls(
            name=name,
            type=kind,
            title=text_of(raw, "title"),
            description=text_of(raw, "description"),
            example=raw.get("example"),
            required=bool(of(c, "required", bool, "true or false")),
            unique=bool(of(c, "unique", bool, "true or false")),
            enum=_codes(c),
            pattern=pattern,
            minimum=of(c, "minimum", (int, float), "a number"),
            maximum=of(c, "maximum", (int, float), "a number"),
            max_length=count(c, "maxLength"),
            item_enum=tuple(each(raw, "itemEnum", str, "texts", MAX_ENUM)),
            categories=_labels(raw, _codes(c)),
        )


class ForeignKey(NamedTuple):
    """One foreign key: ``fields`` of a table refer to a row of ``table`` by its ``reference`` fields."""

    fields: tuple[str, ...]
    table: str
    reference: tuple[str, ...]

    @classmethod
    def from_json(cls, raw: Mapping[str, Any], own: str) -> ForeignKey:
        """Read a foreign key of the table ``own``, which an empty name means too."""
        reference = of(raw, "reference", dict, "an object", required=True)
        table = text_of(reference, "resource") or own
        return cls(_names(raw, "fields", required=True), table, _names(reference, "fields", required=True))


class Unread(NamedTuple):
    """A property that says how a file is to be read, with a value by which no file is read here."""

    property: str
    expected: str
    found: str
    field: str = ""


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
    #: What the declaration asks of a reader and no reader here does.
    unread: tuple[Unread, ...] = ()

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Table:
        """Read a resource of the descriptor.

        Raises
        ------
        DeclarationError
            If a property has another form than is read, or the path leads outside the package.
        """
        name = _name(raw)
        schema = of(raw, "schema", dict, "an object", required=True)
        fields = each(schema, "fields", dict, "objects", MAX_FIELDS)
        if not fields:
            raise DeclarationError("fields", "at least one field", "none")
        read = tuple(Field.from_json(field) for field in fields)
        keys = each(schema, "foreignKeys", dict, "objects", MAX_FOREIGN_KEYS)
        for key in ("type", "profile", "format", "scheme", "mediatype", "encoding"):
            text_of(raw, key)
        return cls(
            name=name,
            path=_path(raw),
            title=text_of(raw, "title"),
            description=text_of(raw, "description"),
            fields=read,
            primary_key=_names(schema, "primaryKey"),
            foreign_keys=tuple(ForeignKey.from_json(key, name) for key in keys),
            bytes=count(raw, "bytes"),
            hash=of(raw, "hash", str, "text"),
            unread=tuple(_unread(raw, schema)),
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


def _path(raw: Mapping[str, Any]) -> str:
    """Return the path of a table, which stays inside the package."""
    text = text_of(raw, "path", required=True)
    path = PurePosixPath(text)
    if not path.name or path.is_absolute() or ".." in path.parts or any(c in text for c in "\\:\0"):
        raise DeclarationError("path", "one inside the package", f"{text!r:.60}")
    return text


# -- what says how a file is to be read

#: The values by which files are read, by property; a property that is missing means the first of them.
_RESOURCE: dict[str, list[Any]] = {
    "encoding": ["utf-8", "utf8", "UTF-8", "UTF8"],
    "format": ["csv"],
    "scheme": ["file"],
}
_RESOURCE |= {
    name: [None, "", "no"] for name in ("compression", "innerpath", "extrapaths", "layout", "control")
}
_DIALECT: dict[str, list[Any]] = {
    "delimiter": [","],
    "lineTerminator": ["\n", "\r\n"],
    "quoteChar": ['"'],
    "doubleQuote": [True],
    "header": [True],
    "skipInitialSpace": [False],
}
_MISSING: dict[str, list[Any]] = {"missingValues": [[""]]}
_SCHEMA: dict[str, list[Any]] = {**_MISSING, "fieldsMatch": ["exact", ["exact"]]}
_FIELD: dict[str, list[Any]] = {
    **_MISSING,
    "decimalChar": ["."],
    "groupChar": [None, ""],
    "bareNumber": [True],
    "trueValues": [["true"]],
    "falseValues": [["false"]],
}


def _unread(raw: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Unread]:
    """Yield what a resource asks of a reader and no reader here does."""
    yield from _other(raw, _RESOURCE)
    dialect = raw.get("dialect")
    if isinstance(dialect, dict):
        known: dict[str, list[Any]] = {
            **_DIALECT,
            **{name: [None] for name in dialect if name not in (*_DIALECT, "$schema")},
        }
        yield from _other(dialect, known, "dialect.")
    elif dialect is not None:
        yield Unread("dialect", "an object", f"{dialect!r:.60}")
    yield from _other(schema, _SCHEMA)
    for field in schema["fields"]:
        formats: dict[str, list[Any]] = (
            {} if field.get("type", "string") == "string" else {"format": ["default"]}
        )
        for found in _other(field, {**_FIELD, **formats}):
            yield found._replace(field=field["name"])


def _other(raw: Mapping[str, Any], read: Mapping[str, list[Any]], prefix: str = "") -> Iterator[Unread]:
    """Yield the properties that have none of the values that are read."""
    for name, values in read.items():
        value = raw.get(name, values[0])
        if not any(value == known and type(value) is type(known) for known in values):
            expected = "none" if values[0] is None else repr(values[0])
            yield Unread(prefix + name, expected, f"{value!r:.60}")


class Descriptor:
    """The declaration as a whole."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        self.raw = raw
        #: Identifiers of the directory and the revision in git that a release was built from, where they lie beside the declaration.
        self.swhids: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Name of the package."""
        return str(self.raw["name"])

    @property
    def title(self) -> str:
        """Title of the package, or its name."""
        return str(self.raw.get("title") or self.name)

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
        if not isinstance(name, str) or name not in self.tables:
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
        if len(text) > MAX_CHARACTERS:
            expected = f"expected at most {MAX_CHARACTERS:,} characters, found {len(text):,}"
            raise PackageError(f"{where}: {expected}; not the descriptor of this data set")
        try:
            raw = parsed(text)
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
        read = cls(raw)
        try:
            # read once, and kept
            read.tables = _check(raw)
        except DeclarationError as error:
            error.where = where
            raise
        return read


def _check(raw: dict[str, Any]) -> dict[str, Table]:
    """Refuse a declaration of another form than is read, and return its tables."""
    check_texts({key: value for key, value in raw.items() if key != "resources"})
    _name(raw)
    of(raw, "version", (str, int, float), "text", required=True)
    for key in ("$schema", "title", "description", "created", "homepage", "id", "doi"):
        text_of(raw, key)
    each(raw, "keywords", str, "texts")
    for license_ in each(raw, "licenses", dict, "objects"):
        for key in ("name", "path", "title"):
            _inside("licenses", text_of, license_, key)
    for contributor in each(raw, "contributors", dict, "objects, each with a title and a list of roles"):
        for key in ("title", "givenName", "familyName", "organization", "path", "email", "role"):
            _inside("contributors", text_of, contributor, key)
        _inside("contributors", each, contributor, "roles", str, "texts")
    return _tables(of(raw, "resources", list, "a list", required=True, most=MAX_TABLES))


def _inside(place: str, read: Callable[..., object], *arguments: object) -> None:
    """Read a property of an item of a list, which messages name by the list."""
    try:
        read(*arguments)
    except DeclarationError as error:
        raise DeclarationError(f"{place}.{error.property}", error.expected, error.found) from None


def _tables(resources: list[Any]) -> dict[str, Table]:
    """Refuse resources of another form than is read, and duplicate names; return the tables by name."""
    tables: dict[str, Table] = {}
    for n, resource in enumerate(resources, 1):
        try:
            table = _table(resource)
            _check_new("name", table.name, tables)
            fields: set[str] = set()
            for name in table.field_names:
                _check_new("fields", name, fields)
                fields.add(name)
            tables[table.name] = table
        except DeclarationError as error:
            named = resource.get("name") if isinstance(resource, dict) else None
            error.table = named if isinstance(named, str) else str(n)
            raise
    return tables


def _table(resource: Any) -> Table:
    if not isinstance(resource, dict):
        raise DeclarationError("", "an object", f"{resource!r:.60}")
    check_texts(resource)
    return Table.from_json(resource)


def _check_new(property: str, name: str, seen: Container[str]) -> None:
    if name in seen:
        raise DeclarationError(property, "distinct names", f"the duplicate {name!r}")


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
        if key == "foreignKeys":  # a reader looks for the one that came or went
            yield from (
                Difference("table", "changed", name, aspect=key, old=k) for k in a or () if k not in (b or ())
            )
            yield from (
                Difference("table", "changed", name, aspect=key, new=k) for k in b or () if k not in (a or ())
            )
            if sorted(map(str, a or ())) != sorted(map(str, b or ())):
                continue
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
        if key == "pattern" and new.get("itemEnum"):  # it is generated from the list
            continue
        if key in ("enum", "itemEnum") and a and b:
            yield from (Difference("code", "removed", table, name, str(v)) for v in a if v not in b)
            yield from (Difference("code", "added", table, name, str(v)) for v in b if v not in a)
            if sorted(map(str, a)) != sorted(map(str, b)):
                continue
        yield Difference("field", "changed", table, name, key, a, b)


def _without(raw: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {k: v for k, v in raw.items() if k not in names}


def _flat(raw: Mapping[str, Any], nested: str, left_out: Iterable[str] = ()) -> dict[str, Any]:
    """Return the properties of a resource or a field, those of its ``schema`` or ``constraints`` among them."""
    flat = _without({**raw, **(raw.get(nested) or {})}, {"name", nested, *left_out})
    if "primaryKey" in flat:
        flat["primaryKey"] = list(_names(flat, "primaryKey"))  # a single name may be given without a list
    return flat


def _differing(a: Mapping[str, Any], b: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    for key in dict.fromkeys([*a, *b]):
        if a.get(key) != b.get(key):
            yield key, a.get(key), b.get(key)
