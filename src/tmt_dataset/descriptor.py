"""Reads ``datapackage.json``: the one declaration of tables, fields, constraints, keys and version.

Nothing heavier than the standard library is imported here, so that asking for the version or a citation costs no pandas; named
tuples stand where data classes would, as these are compiled at every start.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from tmt_dataset.errors import ChecksumError, PackageError, PackageNotFoundError, unknown

if TYPE_CHECKING:
    import zipfile

DESCRIPTOR = "datapackage.json"
#: The checksums of all files of a release archive, as `sha256sum -c` reads them.
SUMS = "SHA256SUMS"
#: A release archive unpacks to a few megabytes; ten times the largest plausible one is a bomb.
MAX_UNPACKED = 256 * 1024 * 1024


def _of(raw: Mapping[str, Any], key: str, kind: type | tuple[type, ...], *, required: bool = False) -> Any:
    """Return a property that is of its type, or None where it is missing and may be."""
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
        )


class ForeignKey(NamedTuple):
    """One foreign key: ``fields`` of a table name a row of ``table`` by its ``reference`` fields."""

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

    @cached_property
    def tables(self) -> dict[str, Table]:
        """All tables by name, in the order of the declaration."""
        return {r["name"]: Table.from_json(r) for r in self.raw["resources"]}

    def table(self, name: str) -> Table:
        """Return one table by its name.

        Raises
        ------
        UnknownCodeError
            If there is no such table.
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
            If the text is no JSON object, or lacks what every data package of this kind has.
        """
        try:
            raw = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise PackageError(
                f"{where}: no valid JSON ({error}); restore the file from the release"
            ) from None
        if not isinstance(raw, dict):
            raise PackageError(f"{where}: expected a JSON object, found {type(raw).__name__}")
        for key in ("name", "version", "resources"):
            if key not in raw:
                raise PackageError(
                    f"{where}: the property {key!r} is missing; it is no descriptor of this data set"
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


class Files(Protocol):
    """Where the files of a package are read from."""

    @property
    def label(self) -> str:
        """How messages call the place."""

    def read(self, path: str) -> bytes:
        """Return the bytes of a file; raise KeyError where it is missing."""

    def names(self) -> Iterator[str]:
        """Return the paths of all files, sorted, with forward slashes."""


class Folder(NamedTuple):
    """A package in a folder."""

    root: Path

    @property
    def label(self) -> str:
        """The folder's path."""
        return str(self.root)

    def read(self, path: str) -> bytes:
        """Return the bytes of a file; raise KeyError where it is missing."""
        try:
            return (self.root / path).read_bytes()
        except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
            raise KeyError(path) from None
        except OSError as error:
            raise PackageError(f"{self.root / path}: cannot be read ({error.strerror})") from None

    def names(self) -> Iterator[str]:
        """Return the paths of all files, sorted."""
        return iter(sorted(p.relative_to(self.root).as_posix() for p in self.root.rglob("*") if p.is_file()))


def _judge_entries(path: Path, infos: list[zipfile.ZipInfo]) -> None:
    """Refuse an archive whose entries climb out of it, stand twice, or would unpack to absurd size."""
    for info in infos:
        name = PurePosixPath(info.filename)
        if name.is_absolute() or ".." in name.parts or "\\" in info.filename or ":" in info.filename:
            raise PackageError(
                f"{path}: entry {info.filename!r} points outside the archive; it is no release of this data set"
            )
    if len({i.filename for i in infos}) != len(infos):
        raise PackageError(f"{path}: an entry stands twice; it is no release of this data set")
    size = sum(i.file_size for i in infos)
    if size > MAX_UNPACKED:
        raise PackageError(f"{path}: would unpack to {size:,} bytes, expected at most {MAX_UNPACKED:,}")


class Archive:
    """A package in a release archive, read in memory: nothing is unpacked, so nothing can be left behind."""

    def __init__(self, path: Path, contents: Mapping[str, bytes]) -> None:
        self.path = path
        self.contents = contents

    @property
    def label(self) -> str:
        """The archive's path."""
        return str(self.path)

    def read(self, path: str) -> bytes:
        """Return the bytes of a file; raise KeyError where it is missing."""
        return self.contents[path]

    def names(self) -> Iterator[str]:
        """Return the paths of all files, sorted."""
        return iter(sorted(self.contents))

    @classmethod
    def open(cls, path: Path) -> Archive:
        """Read an archive whole, having judged it first.

        Raises
        ------
        PackageError
            If it is no zip file, is damaged, has entries that climb out of it, or would unpack to absurd size.
        """
        import zipfile  # here, as below: asking for the version or for a citation opens no archive

        try:
            with zipfile.ZipFile(path) as archive:
                infos = [i for i in archive.infolist() if not i.is_dir()]
                _judge_entries(path, infos)
                contents = {i.filename: archive.read(i) for i in infos}
        except PackageError:
            raise
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
            raise PackageError(
                f"{path}: no readable zip archive ({error}); download the release again"
            ) from None
        except Exception as error:  # zlib and lzma raise classes of their own for damaged streams
            raise PackageError(f"{path}: damaged zip archive ({error}); download the release again") from None
        # a release holds everything in one folder named for its version
        descriptors = [
            n for n in contents if PurePosixPath(n).name == DESCRIPTOR and len(PurePosixPath(n).parts) <= 2
        ]
        if len(descriptors) != 1:
            raise PackageError(
                f"{path}: expected one {DESCRIPTOR} at its top, found {len(descriptors)}; it is no release of this data set"
            )
        prefix = descriptors[0].removesuffix(DESCRIPTOR)
        found = cls(
            path, {n.removeprefix(prefix): data for n, data in contents.items() if n.startswith(prefix)}
        )
        found.verify()
        return found

    def verify(self) -> None:
        """Compare every file with the release's own list of checksums, where the archive has one.

        Raises
        ------
        ChecksumError
            Naming every file that is missing, differs, or is not in the list.
        """
        if SUMS not in self.contents:
            return
        listed: dict[str, str] = {}
        for line in self.contents[SUMS].decode("utf-8", errors="replace").splitlines():
            digest, _, name = line.partition("  ")
            listed[name] = digest
        found = {n: sha256(data) for n, data in self.contents.items() if n != SUMS}
        wrong = [f"{n} is missing" for n in listed if n not in found]
        wrong += [f"{n} is not in {SUMS}" for n in found if n not in listed]
        wrong += [
            f"{n}: expected sha256:{listed[n]}, found sha256:{d}"
            for n, d in found.items()
            if listed.get(n, d) != d
        ]
        if wrong:
            raise ChecksumError(
                f"{self.path}: not as released: " + "; ".join(wrong) + ". Download the release again"
            )


def embedded() -> Path:
    """Return the folder of the package that came with the library: in a wheel, or the checkout of an editable install."""
    here = Path(__file__).resolve()
    for folder in (here.parent / "package", here.parents[2]):
        if (folder / DESCRIPTOR).is_file():
            return folder
    raise PackageNotFoundError(
        f"no {DESCRIPTOR} came with this installation ({here.parent}); install tmt-dataset again"
    )


def find(source: str | os.PathLike[str] | None = None) -> Path:
    """Return the path of a package: of a folder, or of an archive.

    Parameters
    ----------
    source
        As for :func:`open_package`.

    Raises
    ------
    PackageNotFoundError
        If nothing is there, or what is there cannot be reached.
    TypeError
        If ``source`` is no path.

    Examples
    --------
    >>> find(find() / DESCRIPTOR) == find()
    True
    """
    if source is None:
        return embedded()
    if not isinstance(source, str | os.PathLike):
        raise TypeError(f"expected the path of a package or None, found {type(source).__name__}")
    wanted = f"expected a folder with {DESCRIPTOR}, or a release archive (.zip)"
    if not os.fspath(source):  # as a path it would be the current folder, which nobody named
        raise PackageNotFoundError(f"the path is empty; {wanted}; the current folder is '.'")
    path = Path(source)
    try:
        is_file = stat.S_ISREG(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError, ValueError):  # the last for a NUL character
        raise PackageNotFoundError(f"{path!s:.200}: no such file or folder; {wanted}") from None
    except OSError as error:  # a folder that may not be entered, a name that is too long
        raise PackageNotFoundError(f"{path!s:.200}: cannot be reached ({error.strerror}); {wanted}") from None
    return path.parent if is_file and path.name == DESCRIPTOR else path


def open_package(source: str | os.PathLike[str] | None = None) -> tuple[Descriptor, Files]:
    """Find a package and read its descriptor.

    Parameters
    ----------
    source
        ``None`` for the embedded package; the path of a folder, of its ``datapackage.json``, or of a release archive.

    Raises
    ------
    PackageNotFoundError
        If nothing is there.
    PackageError
        If what is there is no data package of this kind.
    ChecksumError
        If a file of an archive is not the one that its descriptor declares. The files of a folder are read, and
        judged, by :func:`read_tables`.

    Examples
    --------
    >>> descriptor, files = open_package()
    >>> descriptor.name
    'tmt-dataset'
    """
    path = find(source)
    files: Files = Folder(path) if path.is_dir() else Archive.open(path)
    try:
        data = files.read(DESCRIPTOR)
    except KeyError:
        raise PackageNotFoundError(
            f"{path}: has no {DESCRIPTOR}; expected the folder of a data package"
        ) from None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise PackageError(f"{files.label}/{DESCRIPTOR}: not UTF-8 ({error})") from None
    descriptor = Descriptor.parse(text, f"{files.label}/{DESCRIPTOR}")
    if isinstance(files, Archive):
        verify_checksums(descriptor, files)
    return descriptor, files


def read_table(files: Files, table: Table) -> bytes:
    """Return the bytes of a table.

    Raises
    ------
    PackageError
        If its file is missing.
    """
    try:
        return files.read(table.path)
    except KeyError:
        raise PackageError(
            f"{files.label}/{table.path}: the file is missing; restore it, or run `tmt-dataset build`"
        ) from None


def read_tables(descriptor: Descriptor, files: Files) -> dict[str, bytes]:
    """Return the bytes of all tables by name, each read once and compared with what the descriptor declares.

    A file that was cut off or edited may still be a table, and would be taken for the data. Of a table that declares no
    checksum nothing can be said.

    Raises
    ------
    PackageError
        If a file is missing.
    ChecksumError
        Naming every file that differs.

    Examples
    --------
    >>> descriptor, files = open_package()
    >>> list(read_tables(descriptor, files)) == list(descriptor.tables)
    True
    """
    contents = {name: read_table(files, table) for name, table in descriptor.tables.items()}
    wrong = []
    for name, data in contents.items():
        table = descriptor.tables[name]
        if table.hash is None or table.hash == (found := f"sha256:{sha256(data)}"):
            continue
        expected = table.hash
        if table.bytes not in (None, len(data)):
            expected, found = f"{table.bytes:,} bytes, {expected}", f"{len(data):,} bytes, {found}"
        wrong.append(f"{table.path}: expected {expected}, found {found}")
    if wrong:
        what = "the file" if len(wrong) == 1 else "these files"
        raise ChecksumError(
            f"{files.label}: not as {DESCRIPTOR} declares: {'; '.join(wrong)}. Restore {what} from the release, or, after an "
            "edit of your own, run `tmt-dataset build`; `tmt-dataset validate` tells what differs"
        )
    return contents


def sha256(data: bytes) -> str:
    """Return the hexadecimal SHA-256 of some bytes."""
    import hashlib

    return hashlib.sha256(data).hexdigest()


def verify_checksums(descriptor: Descriptor, files: Files) -> None:
    """Compare each table's bytes with what the descriptor declares.

    Raises
    ------
    ChecksumError
        Naming every file that is missing or differs.
    """
    wrong = []
    for table in descriptor.tables.values():
        try:
            data = files.read(table.path)
        except KeyError:
            wrong.append(f"{table.path} is missing")
            continue
        if table.hash != f"sha256:{sha256(data)}":
            wrong.append(f"{table.path}: expected {table.hash}, found sha256:{sha256(data)}")
    if wrong:
        raise ChecksumError(
            f"{files.label}: not as released: " + "; ".join(wrong) + ". Download the release again"
        )
