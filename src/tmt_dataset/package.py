"""A data package: its declaration, its files and where it lies. Opened once, verified once, handed on.

Only the standard library is imported, so that asking for the version or a citation does not cost pandas.
"""

from __future__ import annotations

import io
import os
import re
import stat
from collections.abc import Iterator, Mapping
from functools import cache, partial
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple, Protocol

from tmt_dataset import files
from tmt_dataset.descriptor import DESCRIPTOR, Descriptor, Table, fingerprint
from tmt_dataset.errors import ChecksumError, PackageError, PackageNotFoundError

if TYPE_CHECKING:
    import zipfile

__all__ = [
    "BLOCK",
    "FREE_GROWTH",
    "MAX_ARCHIVE",
    "MAX_BLANK_LINES",
    "MAX_CELLS",
    "MAX_DESCRIPTOR",
    "MAX_ENTRIES",
    "MAX_GROWTH",
    "MAX_LINE_CELLS",
    "MAX_ROWS",
    "MAX_UNPACKED",
    "SHOWN",
    "SUMS",
    "Archive",
    "Built",
    "Files",
    "Folder",
    "Package",
    "check_bounds",
    "check_sha256",
    "embedded",
    "find",
    "library_package",
    "mismatches",
    "open_files",
    "open_package",
    "own_patterns",
    "parse",
]


#: The checksums of all files of a release archive, as `sha256sum -c` reads them.
SUMS = "SHA256SUMS"
#: What a release archive was built from: the SWHID of the directory and that of the revision, a line each.
SWHIDS = "SWHIDS"
#: An archive is read in blocks of this size: what a compressed one gives is not known before.
BLOCK = 64 * 1024

# Bounds of what is read. A release has 60 files, three megabytes in all, a descriptor of 120 kilobytes and 11,000 rows in its largest
# table; a line has 60 commas at most. Archives are taken up to ten times that, tables of a folder up to what 600 sources have.
MAX_ARCHIVE = 32 * 1024 * 1024
MAX_UNPACKED = 32 * 1024 * 1024
MAX_ENTRIES = 1000
MAX_DESCRIPTOR = 2 * 1024 * 1024
MAX_ROWS = 1_500_000
MAX_CELLS = 6_000_000
MAX_LINE_CELLS = 1000
MAX_BLANK_LINES = 1000
#: How large an edited table may be: so many times its declared size, and a megabyte.
MAX_GROWTH, FREE_GROWTH = 10, 1024 * 1024
#: How many files a message names.
SHOWN = 50


class Files(Protocol):
    """Where the files of a package are read from."""

    @property
    def label(self) -> str:
        """The place as messages name it."""

    def read(self, path: str) -> bytes:
        """Return the bytes of a file; raise KeyError if it is missing."""

    def names(self) -> Iterator[str]:
        """Return the paths of all files, sorted, with forward slashes."""


class Folder(NamedTuple):
    """The files of a package in a folder."""

    root: Path

    @property
    def label(self) -> str:
        """The folder's path."""
        return str(self.root)

    def read(self, path: str) -> bytes:
        """Return the bytes of a file; raise KeyError if it is missing."""
        try:
            return files.read(self.root / path)
        except (FileNotFoundError, NotADirectoryError):
            raise KeyError(path) from None
        except OSError as error:
            raise PackageError(f"{self.root / path}: cannot be read ({error.strerror})") from None

    def names(self) -> Iterator[str]:
        """Return the paths of all files, sorted."""
        return iter(sorted(p.relative_to(self.root).as_posix() for p in self.root.rglob("*") if p.is_file()))


class Archive(NamedTuple):
    """The files of a release archive, read into memory: nothing is unpacked, so nothing can be left behind."""

    path: Path
    contents: Mapping[str, bytes]
    #: The checksum of the archive itself, in hexadecimal digits.
    sha256: str = ""
    #: The entries outside the folder of the package, which are not read.
    outside: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """The archive's path."""
        return str(self.path)

    def read(self, path: str) -> bytes:
        """Return the bytes of a file; raise KeyError if it is missing."""
        return self.contents[path]

    def names(self) -> Iterator[str]:
        """Return the paths of all files, sorted."""
        return iter(sorted(self.contents))


class Built(NamedTuple):
    """The files of another place, some of them replaced by what was just built and is not written yet."""

    base: Files
    contents: Mapping[str, bytes]

    @property
    def label(self) -> str:
        """The place as messages name it."""
        return self.base.label

    def read(self, path: str) -> bytes:
        """Return the bytes of a file; raise KeyError if it is missing."""
        return self.contents[path] if path in self.contents else self.base.read(path)

    def names(self) -> Iterator[str]:
        """Return the paths of all files, sorted."""
        return iter(sorted({*self.base.names(), *self.contents}))


class Package(NamedTuple):
    """A data package: what it declares, and its files."""

    descriptor: Descriptor
    files: Files

    @property
    def label(self) -> str:
        """The place as messages name it."""
        return self.files.label

    @property
    def is_archive(self) -> bool:
        """Whether it is a release archive, whose files were verified when it was opened."""
        return isinstance(self.files, Archive)

    def where(self, table: Table) -> str:
        """Return how messages name a table's file."""
        return f"{self.label}/{table.path}"

    def read(self, table: Table) -> bytes:
        """Return the bytes of a table.

        Raises
        ------
        PackageError
            If its file is missing or cannot be read.
        """
        try:
            return self.files.read(table.path)
        except KeyError:
            raise PackageError(
                f"{self.where(table)}: the file is missing; restore it, or run `tmt-dataset build`"
            ) from None

    def read_verified(self) -> dict[str, bytes]:
        """Return the bytes of all tables by name, each read once and compared with what is declared.

        A file that was cut off or edited may still be a table, and would be taken for the data. A table that
        declares no checksum is not compared.

        Raises
        ------
        PackageError
            If a file is missing.
        ChecksumError
            Naming every file that differs.

        Examples
        --------
        >>> package = open_package()
        >>> list(package.read_verified()) == list(package.descriptor.tables)
        True
        """
        contents = {name: self.read(table) for name, table in self.descriptor.tables.items()}
        wrong = []
        for name, data in contents.items():
            table = self.descriptor.tables[name]
            differing = mismatches(table, data) if table.hash is not None else {}
            if "hash" in differing:
                expected, found = (", ".join(side) for side in zip(*differing.values(), strict=True))
                wrong.append(f"{table.path}: expected {expected}, found {found}")
        if wrong:
            what = "the file" if len(wrong) == 1 else "these files"
            raise ChecksumError(
                f"{self.label}: not as {DESCRIPTOR} declares: {'; '.join(wrong)}. Restore {what} from the release, or, "
                "after an edit of your own, run `tmt-dataset build`; `tmt-dataset validate` tells what differs"
            )
        return contents

    def rebuilt(self, descriptor: Descriptor, contents: Mapping[str, bytes]) -> Package:
        """Return the package with another declaration and with some files replaced, before anything is written."""
        return Package(descriptor, Built(self.files, contents))


def mismatches(table: Table, data: bytes) -> dict[str, tuple[str, str]]:
    """Compare a table's bytes with the size and the checksum that are declared for it.

    Returns
    -------
    dict of str to tuple of str
        For each of ``bytes`` and ``hash`` that differs: what is expected, and what is found.

    Examples
    --------
    >>> table = open_package().descriptor.table("sources")
    >>> list(mismatches(table, b""))
    ['bytes', 'hash']
    """
    out = {}
    if table.bytes != len(data):
        out["bytes"] = (f"{table.bytes} bytes" if table.bytes is not None else "a size", f"{len(data)} bytes")
    if table.hash != (found := f"sha256:{files.sha256(data)}"):
        out["hash"] = (str(table.hash), found)
    return out


def check_bounds(table: Table, data: bytes, where: str) -> None:
    """Refuse the bytes of a table that no table of this kind has, before a parser makes cells of them.

    Two hundred million commas on a line are two hundred million columns, each of which takes kilobytes.

    Parameters
    ----------
    table
        The declaration.
    data
        The bytes of the file.
    where
        File name for messages.

    Raises
    ------
    PackageError
        If the file is far larger than declared, or has too many rows, cells, cells in a line, or blank lines.

    Examples
    --------
    >>> table = open_package().descriptor.table("actions")
    >>> check_bounds(table, b"," * 10_000, "actions.csv")
    Traceback (most recent call last):
    ...
    tmt_dataset.errors.PackageError: actions.csv: 10,001 cells in a line, expected at most 1,000; restore the file from the release
    """
    rows, commas = data.count(b"\n") + data.count(b"\r"), data.count(b",")
    found = {
        "bytes": (len(data), MAX_GROWTH * (len(data) if table.bytes is None else table.bytes) + FREE_GROWTH),
        "rows": (rows, MAX_ROWS),
        "cells": (rows + commas + data.count(b'"') // 2, MAX_CELLS),
    }
    if rows > MAX_BLANK_LINES:
        blank = data.count(b"\n\n") + data.count(b"\r\r") + data.count(b"\n\r\n")
        found["blank lines"] = (blank, MAX_BLANK_LINES)
    if commas >= MAX_LINE_CELLS and rows <= MAX_ROWS:
        lines = data.replace(b"\r", b"\n").split(b"\n")
        long = (line for line in lines if len(line) >= MAX_LINE_CELLS)  # no other can have as many commas
        found["cells in a line"] = (1 + max((line.count(b",") for line in long), default=0), MAX_LINE_CELLS)
    for what, (number, most) in found.items():
        if number > most:
            raise PackageError(
                f"{where}: {number:,} {what}, expected at most {most:,}; restore the file from the release"
            )


# -- opening


def embedded() -> Path:
    """Return the folder of the package that came with the library: in a wheel, or the checkout of an editable install."""
    here = Path(__file__).resolve()
    for folder in (here.parent / "package", here.parents[2]):
        if (folder / DESCRIPTOR).is_file():
            return folder
    if archive := next((folder for folder in here.parents if folder.is_file()), None):
        raise PackageNotFoundError(
            f"{archive}: the library is imported from an archive, where its data cannot be read as files; install it "
            "(pip install FILE) or unpack it"
        )
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
        If ``source`` is not a path.

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
    if address := re.match(
        r"([A-Za-z][A-Za-z0-9+.-]+):/+", os.fspath(source)
    ):  # a path has lost one of two slashes
        name = f"{address[1]}://{os.fspath(source)[address.end() :]}"
        raise PackageNotFoundError(
            f"{name:.200}: is an address; download the release archive, and give its path"
        )
    path = files.expanded(source)
    try:
        is_file = stat.S_ISREG(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError for a NUL character
        raise PackageNotFoundError(f"{path!s:.200}: no such file or folder; {wanted}") from None
    except OSError as error:  # a folder that may not be entered, a name that is too long
        raise PackageNotFoundError(f"{path!s:.200}: cannot be reached ({error.strerror}); {wanted}") from None
    return path.parent if is_file and path.name == DESCRIPTOR else path


def open_package(source: str | os.PathLike[str] | None = None, sha256: str | None = None) -> Package:
    """Find a package and read its declaration.

    Parameters
    ----------
    source
        ``None`` for the embedded package; the path of a folder, of its ``datapackage.json``, or of a release
        archive.
    sha256
        The checksum that it must have, from a place that you trust: the SHA-256 of an archive, as ``sha256sum`` prints it; of a
        folder the :func:`~tmt_dataset.descriptor.fingerprint`, and its tables are compared with it too.

    Raises
    ------
    PackageNotFoundError
        If nothing is there.
    PackageError
        If what is there is not a data package of this kind.
    ChecksumError
        If a file of an archive differs from what the archive declares, or the package has another checksum than ``sha256``. The
        files of a folder are compared when they are read, by :meth:`Package.read_verified`.

    Examples
    --------
    >>> open_package().descriptor.name
    'tmt-dataset'
    """
    path = find(source)
    package = parse(open_files(path), f"{path}/{DESCRIPTOR}")
    if sha256 is not None:
        check_sha256(package, sha256)
    if package.is_archive:
        _verify_tables(package)
    elif sha256 is not None:
        package.read_verified()
    return package


def check_sha256(package: Package, expected: str) -> None:
    """Refuse a package that has another checksum: of an archive that of its bytes, of a folder the fingerprint.

    Raises
    ------
    ChecksumError
        Naming what is expected and what is found.
    PackageError
        If a table of a folder declares no checksum.

    Examples
    --------
    >>> check_sha256(open_package(), "sha256:" + 64 * "0")
    Traceback (most recent call last):
    ...
    tmt_dataset.errors.ChecksumError: ...: expected the fingerprint sha256:000..., found sha256:...
    """
    digits = re.fullmatch(r"(?:sha256:)?([0-9a-f]{64})", str(expected).strip().lower())
    if digits is None:
        raise ChecksumError(
            f"{package.label}: sha256 is {expected!r:.80}; expected 64 hexadecimal digits, as `sha256sum` prints them"
        )
    is_archive = isinstance(package.files, Archive)
    what = "SHA-256" if is_archive else "fingerprint"
    found = (
        f"sha256:{package.files.sha256}"
        if isinstance(package.files, Archive)
        else fingerprint(package.descriptor)
    )
    if found != f"sha256:{digits[1]}":
        raise ChecksumError(
            f"{package.label}: expected the {what} sha256:{digits[1]}, found {found}; this is not the package that the checksum "
            "was made of: download the release again"
        )


def open_files(path: Path) -> Files:
    """Return the files of a folder, or those of an archive, verified against its own list of checksums."""
    return Folder(path) if path.is_dir() else _open_archive(path)


def parse(place: Files, where: str) -> Package:
    """Read the declaration among some files.

    Raises
    ------
    PackageNotFoundError
        If there is none.
    PackageError
        If it cannot be read.
    """
    try:
        data = place.read(DESCRIPTOR)
        if len(data) > MAX_DESCRIPTOR:
            raise PackageError(
                f"{where}: {len(data):,} bytes, expected at most {MAX_DESCRIPTOR:,}; not a descriptor"
            )
        text = data.decode("utf-8")
    except KeyError:
        raise PackageNotFoundError(
            f"{place.label}: has no {DESCRIPTOR}; expected the folder of a data package"
        ) from None
    except UnicodeDecodeError as error:
        raise PackageError(f"{where}: not UTF-8 ({error})") from None
    descriptor = Descriptor.parse(text, where)
    descriptor.swhids = _swhids(place)
    return Package(descriptor, place)


def _swhids(place: Files) -> tuple[str, ...]:
    """Return what a release was built from, as its archive says; nothing for a checkout."""
    try:
        text = place.read(SWHIDS).decode("ascii")
    except (KeyError, UnicodeDecodeError, PackageError):
        return ()
    found = re.fullmatch(r"(swh:1:dir:[0-9a-f]{40})\n(swh:1:rev:[0-9a-f]{40})\n", text)
    return found.groups() if found else ()


@cache
def own_patterns() -> frozenset[str]:
    """Return the patterns that the library itself declares: they have been tried on its data, and end in time."""
    tables = open_package().descriptor.tables.values()
    return frozenset(field.pattern for table in tables for field in table.fields if field.pattern)


def library_package(package: Package) -> Package:
    """Return the package that came with the library, which may be the one in hand, also where it is not written yet."""
    own = embedded()
    files = package.files.base if isinstance(package.files, Built) else package.files
    if isinstance(files, Folder) and files.root.resolve() == own:
        return package
    return open_package()


# -- archives


def _open_archive(path: Path) -> Archive:
    """Read an archive whole, after a look at its entries."""
    import zipfile  # asking for the version or for a citation opens no archive

    again = "download the release again"
    try:
        data = files.read(path, MAX_ARCHIVE)
        _check_directory(path, data)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            infos = [i for i in archive.infolist() if not i.is_dir()]
            _check_entries(path, infos)
            contents = {i.filename: _unpacked(archive, i) for i in infos}
    except PackageError:
        raise
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise PackageError(f"{path}: not a readable zip archive ({error}); {again}") from None
    except Exception as error:  # zlib and lzma raise classes of their own for damaged streams
        raise PackageError(f"{path}: damaged zip archive ({error}); {again}") from None
    # a release holds everything in one folder named for its version
    at_top = [n for n in contents if PurePosixPath(n).name == DESCRIPTOR and n.count("/") <= 1]
    if len(at_top) != 1:
        raise PackageError(
            f"{path}: expected one {DESCRIPTOR} at its top, found {len(at_top)}; not a release of this data set"
        )
    prefix = at_top[0].removesuffix(DESCRIPTOR)
    found = {n.removeprefix(prefix): content for n, content in contents.items() if n.startswith(prefix)}
    _verify_sums(path, found)
    outside = tuple(sorted(n for n in contents if not n.startswith(prefix)))
    return Archive(path, found, files.sha256(data), outside)


def _unpacked(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Return an entry, read in blocks up to the size that the directory gives: a small stream may unpack to gigabytes."""
    with archive.open(info) as stream:
        return b"".join(iter(partial(stream.read, BLOCK), b""))


def _check_directory(path: Path, data: bytes) -> None:
    """Refuse an archive with too many entries, before they are made objects: each of them begins in the same way."""
    if data.count(b"PK\x01\x02") > MAX_ENTRIES:
        raise PackageError(f"{path}: more than {MAX_ENTRIES:,} entries; not a release of this data set")


def _check_entries(path: Path, infos: list[zipfile.ZipInfo]) -> None:
    """Refuse an archive with entries that climb out of it, are duplicates, or would unpack to an absurd size."""
    import zipfile

    for info in infos:
        name = PurePosixPath(info.filename)
        if name.is_absolute() or ".." in name.parts or "\\" in info.filename or ":" in info.filename:
            raise PackageError(
                f"{path}: entry {info.filename!r} points outside the archive; not a release of this data set"
            )
        if info.compress_type not in (
            zipfile.ZIP_STORED,
            zipfile.ZIP_DEFLATED,
        ):  # others unpack without a bound
            raise PackageError(
                f"{path}: entry {info.filename!r:.80} is packed by method {info.compress_type}; expected a stored or deflated one"
            )
    if len({i.filename for i in infos}) != len(infos):
        raise PackageError(f"{path}: duplicate entry; not a release of this data set")
    size = sum(i.file_size for i in infos)
    if size > MAX_UNPACKED:
        raise PackageError(f"{path}: would unpack to {size:,} bytes, expected at most {MAX_UNPACKED:,}")


def _verify_sums(path: Path, contents: Mapping[str, bytes]) -> None:
    """Compare every file with the release's own list of checksums, if the archive has one."""
    if SUMS not in contents:
        return
    lines = contents[SUMS].decode("utf-8", errors="replace").splitlines()
    listed = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    found = {n: files.sha256(data) for n, data in contents.items() if n != SUMS}
    wrong = [f"{n} is missing" for n in listed if n not in found]
    wrong += [f"{n} is not in {SUMS}" for n in found if n not in listed]
    wrong += [
        f"{n}: expected sha256:{listed[n]}, found sha256:{digest}"
        for n, digest in found.items()
        if listed.get(n, digest) != digest
    ]
    _refuse(str(path), wrong)


def _verify_tables(package: Package) -> None:
    """Compare each table of an archive with what the archive declares."""
    wrong = []
    for table in package.descriptor.tables.values():
        try:
            differing = mismatches(table, package.files.read(table.path))
        except KeyError:
            wrong.append(f"{table.path} is missing")
            continue
        if "hash" in differing:
            wrong.append("{}: expected {}, found {}".format(table.path, *differing["hash"]))
    _refuse(package.label, wrong)


def _refuse(label: str, wrong: list[str]) -> None:
    if wrong:
        more = [f"and {len(wrong) - SHOWN} more"] if len(wrong) > SHOWN else []
        told = "; ".join([*wrong[:SHOWN], *more])
        raise ChecksumError(f"{label}: not as released: {told}. Download the release again")
