"""A data package: its declaration, its files and where it lies. Opened once, verified once, handed on.

Only the standard library is imported, so that asking for the version or a citation does not cost pandas.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, NamedTuple, Protocol

from tmt_dataset.descriptor import DESCRIPTOR, Descriptor, Table
from tmt_dataset.errors import ChecksumError, PackageError, PackageNotFoundError
from tmt_dataset.files import sha256

if TYPE_CHECKING:
    import zipfile

#: The checksums of all files of a release archive, as `sha256sum -c` reads them.
SUMS = "SHA256SUMS"
#: A release archive unpacks to a few megabytes; ten times the largest plausible one is a bomb.
MAX_UNPACKED = 256 * 1024 * 1024


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
            return (self.root / path).read_bytes()
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
    if table.hash != (found := f"sha256:{sha256(data)}"):
        out["hash"] = (str(table.hash), found)
    return out


# -- opening


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
    path = Path(source)
    try:
        is_file = stat.S_ISREG(path.stat().st_mode)
    except (FileNotFoundError, NotADirectoryError, ValueError):  # ValueError for a NUL character
        raise PackageNotFoundError(f"{path!s:.200}: no such file or folder; {wanted}") from None
    except OSError as error:  # a folder that may not be entered, a name that is too long
        raise PackageNotFoundError(f"{path!s:.200}: cannot be reached ({error.strerror}); {wanted}") from None
    return path.parent if is_file and path.name == DESCRIPTOR else path


def open_package(source: str | os.PathLike[str] | None = None) -> Package:
    """Find a package and read its declaration.

    Parameters
    ----------
    source
        ``None`` for the embedded package; the path of a folder, of its ``datapackage.json``, or of a release
        archive.

    Raises
    ------
    PackageNotFoundError
        If nothing is there.
    PackageError
        If what is there is not a data package of this kind.
    ChecksumError
        If a file of an archive differs from what the archive declares. The files of a folder are compared when
        they are read, by :meth:`Package.read_verified`.

    Examples
    --------
    >>> open_package().descriptor.name
    'tmt-dataset'
    """
    path = find(source)
    package = parse(open_files(path), f"{path}/{DESCRIPTOR}")
    if package.is_archive:
        _verify_tables(package)
    return package


def open_files(path: Path) -> Files:
    """Return the files of a folder, or those of an archive, verified against its own list of checksums."""
    return Folder(path) if path.is_dir() else _open_archive(path)


def parse(files: Files, where: str) -> Package:
    """Read the declaration among some files.

    Raises
    ------
    PackageNotFoundError
        If there is none.
    PackageError
        If it cannot be read.
    """
    try:
        text = files.read(DESCRIPTOR).decode("utf-8")
    except KeyError:
        raise PackageNotFoundError(
            f"{files.label}: has no {DESCRIPTOR}; expected the folder of a data package"
        ) from None
    except UnicodeDecodeError as error:
        raise PackageError(f"{where}: not UTF-8 ({error})") from None
    return Package(Descriptor.parse(text, where), files)


@cache
def own_patterns() -> frozenset[str]:
    """Return the patterns that the library itself declares: they have been tried on its data, and end in time."""
    tables = open_package().descriptor.tables.values()
    return frozenset(field.pattern for table in tables for field in table.fields if field.pattern)


def library_descriptor(package: Package) -> Descriptor:
    """Return the declaration that came with the library, which may be the one in hand."""
    own = embedded()
    if isinstance(package.files, Folder) and package.files.root.resolve() == own:
        return package.descriptor
    return open_package().descriptor


# -- archives


def _open_archive(path: Path) -> Archive:
    """Read an archive whole, after a look at its entries."""
    import zipfile  # asking for the version or for a citation opens no archive

    again = "download the release again"
    try:
        with zipfile.ZipFile(path) as archive:
            infos = [i for i in archive.infolist() if not i.is_dir()]
            _check_entries(path, infos)
            contents = {i.filename: archive.read(i) for i in infos}
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
    found = {n.removeprefix(prefix): data for n, data in contents.items() if n.startswith(prefix)}
    _verify_sums(path, found)
    return Archive(path, found)


def _check_entries(path: Path, infos: list[zipfile.ZipInfo]) -> None:
    """Refuse an archive with entries that climb out of it, are duplicates, or would unpack to an absurd size."""
    for info in infos:
        name = PurePosixPath(info.filename)
        if name.is_absolute() or ".." in name.parts or "\\" in info.filename or ":" in info.filename:
            raise PackageError(
                f"{path}: entry {info.filename!r} points outside the archive; not a release of this data set"
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
    found = {n: sha256(data) for n, data in contents.items() if n != SUMS}
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
        raise ChecksumError(f"{label}: not as released: {'; '.join(wrong)}. Download the release again")
