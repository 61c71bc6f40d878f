"""A release: one archive of a committed, valid tree, the same bytes on every machine."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pandas as pd

from tmt_dataset.cells import as_text, read_text, table_bytes
from tmt_dataset.coding import compile
from tmt_dataset.dataset import from_package
from tmt_dataset.descriptor import DESCRIPTOR, DEVELOPMENT, SEMVER, Descriptor, Table, version_numbers
from tmt_dataset.errors import PackageError, ReleaseError, TmtDatasetError
from tmt_dataset.files import beside, content, expanded, is_temporary, put_new, sha256, update
from tmt_dataset.package import SUMS, SWHIDS, Archive, Package, open_package
from tmt_dataset.publish import build
from tmt_dataset.publish.changes import CHANGES, STEPS, Diff, Step, diff
from tmt_dataset.releases import Release, releases
from tmt_dataset.validation import validate
from tmt_dataset.validation.identifiers import anchors

if TYPE_CHECKING:
    import click

__all__ = [
    "CODEBOOK",
    "DOCUMENTS",
    "RELEASED",
    "SHOWN",
    "SUFFIXES",
    "archive_bytes",
    "proved",
    "register",
    "release",
    "sums",
]


#: The table of identifiers that releases have carried.
RELEASED = "released_identifiers"
DOCUMENTS = ("CHANGELOG.md", "CITATION.cff", "DATASHEET.md", "LICENSE", "LICENSE-DATA", "README.md")
CODEBOOK = "validation/codebook.md"
#: What ``validation/`` may hold: documents and data, neither texts nor code.
SUFFIXES = frozenset({".csv", ".json", ".md", ".yaml"})
#: How many findings, changes or files a message shows.
SHOWN = 10
#: Variables by which git would look into another repository than the folder's.
_ELSEWHERE = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")


def release(
    folder: Path,
    version: str,
    out: Path,
    previous: Path | None = None,
    commands: click.Group | None = None,
) -> Path:
    """Build the archive of a release from the commit that is checked out.

    Parameters
    ----------
    folder
        The checkout: clean, committed, valid, every generated file in step, every development registered.
    version
        The version in the descriptor, ``MAJOR.MINOR.PATCH``.
    out
        Folder for the archive; made where it is missing.
    previous
        Archive of the release before; only the first one has none. The row-level difference from it is written beside the
        archive and into it (``changes/``) as text, CSV and JSON.
    commands
        The command line, to check that its reference is in step too.

    Returns
    -------
    Path
        ``out/tmt-dataset-<version>.zip``. The same commit (and the same ``previous``) gives the same bytes.

    Raises
    ------
    ReleaseError
        If anything speaks against the release; the message says what is wrong, where, and what to do. Nothing was written.
    PackageError
        If the descriptor or ``previous`` cannot be read.

    Examples
    --------
    >>> release(Path("."), "one", Path("dist"))
    Traceback (most recent call last):
    ...
    tmt_dataset.errors.ReleaseError: invalid version 'one'; expected MAJOR.MINOR.PATCH, as 1.0.0
    """
    _check_version(version)
    folder, out = expanded(folder), expanded(out)
    commit = _Commit.of(folder)
    _check_tag(folder, version)
    commit.read([DESCRIPTOR])
    package = open_package(folder)
    _check_declared(package.descriptor, version)
    released = releases(package).get(version)
    _check_commit(folder, released)
    contents = _contents(commit, package.descriptor)
    _check_changelog(contents["CHANGELOG.md"], version)
    stamp = _stamp(package.descriptor)
    _check_valid(package)
    identifiers = _identifiers(package, package.descriptor.table(RELEASED))
    _check_registered(package, identifiers)
    before = None if previous is None else _previous(previous, package.descriptor, identifiers)
    _check_order(version, identifiers, before)
    contents |= _generated(commit, package, contents, commands)
    products = {} if before is None else _difference(before, package)
    contents |= {CHANGES + name: data for name, data in products.items()}
    contents[SWHIDS] = _swhids(folder)
    contents[SUMS] = sums(contents)
    archive = f"{package.descriptor.name}-{version}.zip"
    products[archive] = archive_bytes(contents, archive.removesuffix(".zip"), stamp)
    _check_released(archive, products[archive], released)
    _place(out, archive, products, contents)
    return out / archive


def proved(folder: Path, version: str, out: Path, previous: Path | None = None) -> Path | None:
    """Build an older release again, from the commit that the list of releases names and by that commit's own code.

    Tags do not outlive every clone; the list (``data/released.csv``) does.

    Parameters
    ----------
    folder
        A checkout of any later commit, which is left as it is.
    version
        The version of the release.
    out
        Folder for the archive.
    previous
        Archive of the release before it, if it has one.

    Returns
    -------
    Path or None
        The archive, whose SHA-256 is the one in the list; None where the list does not name the version, or where the version is
        still the checkout's own.

    Raises
    ------
    ReleaseError
        If the clone lacks the commit, if the release cannot be built, or if it has other bytes than the list says.
    """
    folder, out = expanded(folder), expanded(out)
    try:
        package = open_package(folder)
        released = releases(package).get(version)
    except PackageError:  # `release` says what is wrong with it
        return None
    if released is None or package.descriptor.version == version:
        return None
    absent = f"this clone lacks the commit {released.commit} of {version}; fetch it (git fetch --unshallow)"
    _git(folder, "cat-file", "-e", f"{released.commit}^{{commit}}", why=absent)
    archive = f"{package.descriptor.name}-{version}.zip"
    with TemporaryDirectory() as place:
        at, made = Path(place, "checkout"), Path(place, "made")
        top = Path(os.fsdecode(_git(folder, "rev-parse", "--show-toplevel")).removesuffix("\n"))
        _git(folder, "clone", "--quiet", "--shared", "--no-checkout", "--no-tags", str(top), str(at))
        _git(at, "-c", "advice.detachedHead=false", "checkout", "--quiet", released.commit)
        own = at / folder.resolve().relative_to(top.resolve())
        _by_its_own_code(own, version, made, previous)
        products = {path.name: path.read_bytes() for path in sorted(made.iterdir())}
    _check_released(archive, products[archive], released)
    contents = _unpacked(products[archive], archive)
    _place(out, archive, products, contents)
    return out / archive


def _by_its_own_code(folder: Path, version: str, out: Path, previous: Path | None) -> None:
    """Build a release by the library as it was when it was released."""
    call = "from tmt_dataset.cli import main; main(prog_name='tmt-dataset')"
    command = [
        sys.executable,
        "-P",
        "-c",
        call,
        "release",
        version,
        "--folder",
        str(folder),
        "--out",
        str(out),
    ]
    command += [] if previous is None else ["--previous", str(expanded(previous).resolve())]
    kept = {k: v for k, v in os.environ.items() if k not in _ELSEWHERE}
    done = subprocess.run(
        command,
        cwd=folder,
        env={**kept, "PYTHONPATH": str(folder / "src"), "PYTHONUTF8": "1"},
        capture_output=True,
        check=False,
    )
    if done.returncode:
        told = done.stderr.decode("utf-8", "replace").strip()[-600:]
        raise ReleaseError(f"{version} could not be built from its commit by its own code: {told}")


def _unpacked(data: bytes, archive: str) -> dict[str, bytes]:
    """Return the files of an archive by their path in its one folder."""
    top = archive.removesuffix(".zip") + "/"
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        return {name.removeprefix(top): opened.read(name) for name in opened.namelist()}


def register(folder: Path, version: str) -> list[str]:
    """Add the developments that no release has carried yet to the list of released identifiers.

    Run before the commit from which a release is built. Existing entries stay as they are. The list is a declared table:
    run `tmt-dataset build` afterwards, which declares its new checksum.

    Parameters
    ----------
    folder
        The checkout.
    version
        The version in the descriptor, in which they will be released.

    Returns
    -------
    list of str
        The identifiers that were added.

    Raises
    ------
    ReleaseError
        If the version is not the descriptor's, or a development has no primary report.
    PackageError
        If a table cannot be read.
    ChecksumError
        If a table was edited after the last build.
    """
    _check_version(version)
    folder = expanded(folder)
    package = open_package(folder)
    _check_declared(package.descriptor, version)
    ds = from_package(package)
    ids = ds["developments"]["development_id"]
    table = package.descriptor.table(RELEASED)
    known, found = as_text(ds[RELEASED], table), anchors(ds)
    lost = ids[~ids.isin(found["development_id"])]
    if len(lost):
        raise ReleaseError(
            f"developments: row {int(lost.index[0]) + 2}: {lost.iloc[0]} has no primary report; run tmt_dataset.validate()"
        )
    new = found.loc[~found["development_id"].isin(known["development_id"])].assign(released_in=version)
    rows = pd.concat([known, new]).fillna("").sort_values("development_id", kind="stable")
    update(folder / table.path, table_bytes(table, _records(rows)))
    return list(new["development_id"])


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [dict(zip(frame.columns, row, strict=True)) for row in frame.itertuples(index=False, name=None)]


# -- the archive


def archive_bytes(contents: Mapping[str, bytes], top: str, stamp: datetime) -> bytes:
    """Return the bytes of a zip archive that depend on nothing but what is in it.

    Entries are sorted, stored (compressors differ from version to version), carry one time and the same permissions, and are
    marked as written on one system.

    Parameters
    ----------
    contents
        Bytes by path.
    top
        The folder that holds everything.
    stamp
        The time of all entries; years 1980 to 2107, to two seconds.

    Examples
    --------
    >>> from datetime import UTC
    >>> data = archive_bytes({"b": b"2", "a": b"1"}, "top", datetime(2025, 1, 2, tzinfo=UTC))
    >>> zipfile.ZipFile(io.BytesIO(data)).namelist()
    ['top/a', 'top/b']
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(contents):
            entry = zipfile.ZipInfo(f"{top}/{path}", stamp.timetuple()[:6])
            entry.create_system = 3  # as on Unix, where permissions mean something
            entry.external_attr = 0o100644 << 16
            archive.writestr(entry, contents[path])
    return stream.getvalue()


def sums(contents: Mapping[str, bytes]) -> bytes:
    r"""Return the checksums of some files, as ``sha256sum -c`` reads them.

    Examples
    --------
    >>> sums({"a.txt": b""})
    b'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a.txt\n'
    """
    return "".join(f"{sha256(contents[path])}  {path}\n" for path in sorted(contents)).encode("utf-8")


def _stamp(descriptor: Descriptor) -> datetime:
    """Return the time that all entries carry: when the descriptor says that the package was created."""
    try:
        stamp = descriptor.created
    except PackageError as error:
        raise ReleaseError(str(error)) from None
    if stamp is None:
        raise ReleaseError(
            f"{DESCRIPTOR}: field created: expected a time as 2026-11-22T00:00:00Z, found none"
        )
    if not 1980 <= stamp.year <= 2107:
        raise ReleaseError(
            f"{DESCRIPTOR}: field created: expected a year that a zip archive can hold (1980-2107), found {stamp.year}"
        )
    return stamp


def _reads_back(path: Path, contents: Mapping[str, bytes]) -> None:
    """Open an archive as its users will."""
    try:
        files = open_package(path).files
    except PackageError as error:
        raise ReleaseError(f"the archive could not be opened: {error}") from None
    if not isinstance(files, Archive) or files.contents != contents:
        raise ReleaseError(f"{path.name}: does not read back as it was written")


def _place(out: Path, archive: str, products: Mapping[str, bytes], contents: Mapping[str, bytes]) -> None:
    """Write the products beside their places, read the archive as its users will, and move all; or leave nothing."""
    if os.path.lexists(out) and not out.is_dir():
        raise ReleaseError(f"{out}: is not a folder; choose another one")
    missing = [p for p in (out, *out.parents) if not p.exists()]
    placed: list[Path] = []
    try:
        out.mkdir(parents=True, exist_ok=True)
        new = [name for name, data in products.items() if _is_new(out / name, data)]
        with beside(out / "release") as folder:
            for name in products:
                (folder / name).write_bytes(products[name])
            _reads_back(folder / archive, contents)
            for name in new:
                try:
                    put_new(folder / name, out / name)
                except FileExistsError:  # it came meanwhile
                    _is_new(out / name, products[name])
                else:
                    placed.append(out / name)
    except BaseException as error:
        for path in placed:
            path.unlink(missing_ok=True)
        for path in missing:
            with suppress(OSError):  # somebody may have put something there
                path.rmdir()
        if isinstance(error, OSError):
            raise ReleaseError(f"{out}: cannot be written ({error}); choose another folder") from None
        raise


def _is_new(path: Path, data: bytes) -> bool:
    """Whether nothing is there yet; refuse what is there with other bytes, or is not a file."""
    if not os.path.lexists(path):
        return True
    try:
        found = content(path)
    except PackageError as error:
        raise ReleaseError(f"{error}; move it away, or choose another folder") from None
    if found is None:
        raise ReleaseError(f"{path}: a link to nothing; remove it, or choose another folder")
    if found != data:
        raise ReleaseError(
            f"{path}: exists with other bytes; a version is released once: raise the version, "
            "or remove the file if it never was"
        )
    return False


# -- the commit


@dataclass(frozen=True)
class _Commit:
    """The commit that is checked out, and its files below the folder."""

    folder: Path
    blobs: Mapping[str, str]

    @classmethod
    def of(cls, folder: Path) -> _Commit:
        """Read the commit of a folder whose tree is clean."""
        if not folder.is_dir():
            raise ReleaseError(f"{folder}: no such folder; expected the checkout of the package")
        _git(folder, "rev-parse", "--show-prefix", why="no git repository: a release is built from a commit")
        _git(
            folder,
            "rev-parse",
            "--verify",
            "--quiet",
            "HEAD^{commit}",
            why="nothing is committed yet: a release is built from a commit",
        )
        status = _git(folder, "status", "--porcelain", "--untracked-files=all", "--ignore-submodules=none")
        lines = status.decode("utf-8", "replace").splitlines()
        # what a killed run left is not part of the tree, and goes with the next run
        if changed := [n for n in lines if not (n.startswith("?? ") and is_temporary(n[3:].strip('"')))]:
            raise ReleaseError(
                f"{folder}: not everything is committed; commit or remove:\n" + _shown(changed)
            )
        blobs = {}
        for entry in _git(folder, "ls-tree", "-r", "-z", "HEAD").split(b"\0")[:-1]:
            about, _, path = entry.partition(b"\t")
            mode, kind, name = about.decode("ascii").split()
            # a link or a submodule is not a file, and counts as missing where one is needed
            if kind == "blob" and mode != "120000":
                blobs[os.fsdecode(path)] = name
        return cls(folder, blobs)

    def read(self, paths: Iterable[str]) -> dict[str, bytes]:
        """Return committed files, which the folder must hold as they are committed."""
        paths = list(paths)
        missing = [p for p in paths if p not in self.blobs]
        if missing:
            raise ReleaseError(
                f"{self.folder}: not committed, but part of every release: {', '.join(missing)}"
            )
        data = _git(
            self.folder, "cat-file", "--batch", stdin="".join(f"{self.blobs[p]}\n" for p in paths).encode()
        )
        out: dict[str, bytes] = {}
        at = 0
        for path in paths:
            start = data.index(b"\n", at) + 1
            end = start + int(data[at:start].split()[2])
            out[path] = data[start:end]
            at = end + 1
        # files that git was told to overlook, or whose line ends it changed on the way
        differing = [p for p in paths if not self._holds(p, out[p])]
        if differing:
            raise ReleaseError(
                f"{self.folder}: not as committed: {', '.join(differing)}; check the files out again"
            )
        return out

    def _holds(self, path: str, data: bytes) -> bool:
        """Whether the folder has a file with these bytes."""
        try:
            return content(self.folder / path) == data
        except PackageError:  # a folder, a pipe
            return False


def _git(folder: Path, *arguments: str, stdin: bytes | None = None, why: str = "") -> bytes:
    environment = {k: v for k, v in os.environ.items() if k not in _ELSEWHERE} | {"LC_ALL": "C"}
    try:
        done = subprocess.run(
            ["git", "--no-optional-locks", *arguments],
            cwd=folder,
            input=stdin,
            capture_output=True,
            env=environment,
            check=False,
        )
    except FileNotFoundError:
        raise ReleaseError("git is not installed; a release is built from a commit") from None
    if done.returncode:
        told = done.stderr.decode("utf-8", "replace").strip()
        raise ReleaseError(
            f"{folder}: {why or f'git {arguments[0]} failed'}" + (f" ({told})" if told else "")
        )
    return done.stdout


def _contents(commit: _Commit, descriptor: Descriptor) -> dict[str, bytes]:
    """Return what a release is made of, but for the generated metadata; no source text, no notebook, no code."""
    needed = {DESCRIPTOR, CODEBOOK, *DOCUMENTS, *(t.path for t in descriptor.tables.values())}
    optional, foreign = set(), []
    for path in commit.blobs:
        place = PurePosixPath(path)
        folder = place.parts[0]
        if path in needed or folder not in ("data", "validation", "docs"):
            continue
        if (
            (folder == "validation" and place.suffix in SUFFIXES)
            or (place.parent.as_posix() == "data/annotations" and place.suffix == ".yaml")
            or (place.parent.as_posix() == "docs" and place.suffix == ".md")
        ):
            optional.add(path)
        elif folder != "docs":
            foreign.append(path)
    if foreign:
        raise ReleaseError(
            f"neither tables, annotations nor records of the validation, and not released: {', '.join(sorted(foreign))}; move it out of data/ and validation/"
        )
    return commit.read(sorted(needed | optional))


def _swhids(folder: Path) -> bytes:
    """Return the identifiers of what is checked out in git (SWHID, ISO/IEC 18670): its directory, and its revision."""
    named = {"dir": "HEAD:./", "rev": "HEAD^{commit}"}
    found = {kind: _git(folder, "rev-parse", name).decode().strip() for kind, name in named.items()}
    return "".join(f"swh:1:{kind}:{name}\n" for kind, name in found.items()).encode("ascii")


# -- what speaks against a release


def _shown(lines: Iterable[str]) -> str:
    lines = list(lines)
    more = [f"and {len(lines) - SHOWN} more"] if len(lines) > SHOWN else []
    return "\n".join([*lines[:SHOWN], *more])


def _check_version(version: str) -> None:
    if re.fullmatch(SEMVER, version.removesuffix(DEVELOPMENT)) and version.endswith(DEVELOPMENT):
        raise ReleaseError(
            f"{version} is a version in development, and cannot be released; write "
            f"{version.removesuffix(DEVELOPMENT)} in {DESCRIPTOR} first, run `tmt-dataset build` and commit"
        )
    if not re.fullmatch(SEMVER, version):
        raise ReleaseError(f"invalid version {version!r}; expected MAJOR.MINOR.PATCH, as 1.0.0")


def _check_tag(folder: Path, version: str) -> None:
    """Refuse a version whose tag names another commit: its archive has been built from there."""
    tagged = _git(
        folder, "for-each-ref", "--format=%(objectname) %(*objectname)", f"refs/tags/v{version}"
    ).split()
    head = _git(folder, "rev-parse", "HEAD").strip()
    if tagged and head not in tagged:
        raise ReleaseError(
            f"{folder}: the tag v{version} names the commit {tagged[-1].decode()[:12]}, but {head.decode()[:12]} is checked out; "
            f"a version is released once: raise the version, or build it again from its tag (`git checkout v{version}`)"
        )


def _check_commit(folder: Path, released: Release | None) -> None:
    """Refuse a version that was released from another commit; tags do not outlive every clone, the list does."""
    head = _git(folder, "rev-parse", "HEAD").strip().decode()
    if released is not None and released.commit != head:
        raise ReleaseError(
            f"{folder}: {released.version} was released from the commit {released.commit[:12]}, but {head[:12]} is checked out; "
            "a version is released once: raise the version"
        )


def _check_released(name: str, data: bytes, released: Release | None) -> None:
    """Refuse an archive that differs from the one that was released."""
    if released is not None and released.sha256 != (found := sha256(data)):
        raise ReleaseError(
            f"{name}: expected the SHA-256 {released.sha256}, as released, found {found}; a version is released once: "
            "raise the version"
        )


def _check_declared(descriptor: Descriptor, version: str) -> None:
    if descriptor.version != version:
        raise ReleaseError(
            f"{DESCRIPTOR}: field version: expected {version!r}, found {descriptor.version!r}; the version is written "
            "there, and nowhere else: set it, and run `tmt-dataset build`"
        )


def _check_changelog(data: bytes, version: str) -> None:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ReleaseError(f"CHANGELOG.md: not UTF-8 ({error}); save it as UTF-8") from None
    if not re.search(rf"^## \[?v?{re.escape(version)}(?![\w.-])", text, re.MULTILINE):
        raise ReleaseError(f"CHANGELOG.md: has no section '## {version}'; describe there what changed")


def _check_valid(package: Package) -> None:
    report = validate(package)
    if not report.valid:
        raise ReleaseError(
            "the package is not valid:\n" + _shown(str(f) for f in report if f.severity == "error")
        )


def _generated(
    commit: _Commit, package: Package, contents: Mapping[str, bytes], commands: click.Group | None
) -> dict[str, bytes]:
    """Return the generated metadata; refuse released files that are generated and out of step."""
    try:
        tables, derived, _ = build.built(commit.folder, package, commands)
        compile.check(commit.folder, package, tables)
        described = commit.read([p for p in derived if p not in contents])
    except ReleaseError:
        raise
    except TmtDatasetError as error:
        raise ReleaseError(str(error)) from error
    differing = [p for p, data in {**contents, **described}.items() if derived.get(p, data) != data]
    if differing:
        raise ReleaseError(f"out of step; run `tmt-dataset build` and commit: {', '.join(sorted(differing))}")
    return described


# -- the identifiers and the release before


def _identifiers(package: Package, table: Table) -> pd.DataFrame:
    """Return the list of released identifiers of a package, as text; the first releases did not declare it as a table."""
    return read_text(package.read(table), table, package.where(table)).fillna("").astype("str")


def _check_registered(package: Package, identifiers: pd.DataFrame) -> None:
    """Refuse a list of released identifiers that lacks a development."""
    table = package.descriptor.table("developments")
    now = read_text(package.read(table), table, package.where(table))["development_id"]
    lacking = now[~now.isin(identifiers["development_id"])]
    if len(lacking):
        raise ReleaseError(
            f"{package.descriptor.table(RELEASED).path}: not registered: {', '.join(lacking)}; "
            f"run `tmt-dataset register {package.descriptor.version}` and `tmt-dataset build`, and commit"
        )


def _previous(path: Path, descriptor: Descriptor, identifiers: pd.DataFrame) -> Package:
    """Return the archive of the release before, whose identifiers must have been kept."""
    package = open_package(path)
    before, table = package.descriptor, descriptor.table(RELEASED)
    if before.name != descriptor.name or not package.is_archive or table.path not in package.files.names():
        raise ReleaseError(f"{path}: not a release archive of {descriptor.name}")
    _check_version(before.version)
    if version_numbers(descriptor.version) <= version_numbers(before.version):
        raise ReleaseError(
            f"{DESCRIPTOR}: field version: expected one after {before.version} of {path}, found {descriptor.version!r}"
        )
    _check_kept(_identifiers(package, table), identifiers, table.path)
    return package


def _check_order(version: str, identifiers: pd.DataFrame, before: Package | None) -> None:
    """Refuse an archive of the release before that is not the last one that the identifiers name."""
    earlier = sorted(set(identifiers["released_in"]) - {version}, key=version_numbers)
    if not earlier:
        return
    if before is None:
        raise ReleaseError(
            f"{RELEASED} names the earlier release {earlier[-1]}; give its archive as `previous`"
        )
    if version_numbers(earlier[-1]) > version_numbers(before.descriptor.version):
        raise ReleaseError(
            f"{before.label}: is release {before.descriptor.version}, but {RELEASED} names the later {earlier[-1]}; "
            "give that one as `previous`"
        )


def _check_kept(before: pd.DataFrame, now: pd.DataFrame, where: str) -> None:
    """Refuse a list in which an earlier entry was changed: only ``retired`` may be filled in."""
    rows = {row["development_id"]: (at + 2, row) for at, row in enumerate(_records(now))}
    for old in _records(before):
        name = old["development_id"]
        if name not in rows:
            raise ReleaseError(
                f"{where}: {name}, released in {old['released_in']}, is gone; restore its row, "
                "and give the reason in `retired` if it was retired"
            )
        line, new = rows[name]
        for field, value in old.items():
            if new[field] != value and not (field == "retired" and value == ""):
                raise ReleaseError(
                    f"{where}: row {line}, field {field}: expected {value!r}, as released, "
                    f"found {new[field]!r}; a released identifier is not changed or reused"
                )


def _difference(before: Package, package: Package) -> dict[str, bytes]:
    """Return the files of the difference from the release before; refuse a step of the version that is too small for it."""
    difference = diff(before, package)
    _check_step(difference)
    name = f"diff-{difference.old}-{difference.new}"
    return {
        f"{name}.csv": difference.to_csv().encode("utf-8"),
        f"{name}.json": (difference.to_json() + "\n").encode("utf-8"),
        f"{name}.txt": (difference.to_text(limit=None) + "\n").encode("utf-8"),
    }


def _check_step(difference: Diff) -> None:
    """Refuse a step of the version that is less than what changed demands."""
    taken = _step(difference.old, difference.new)
    if STEPS.index(taken) < STEPS.index(difference.least):
        raise ReleaseError(
            f"{DESCRIPTOR}: field version: {difference.old} → {difference.new} is a {taken} step, "
            f"expected a {difference.least} one, because of:\n" + _shown(difference.reasons(difference.least))
        )


def _step(old: str, new: str) -> Step:
    """Return the step between two versions."""
    differing = [x != y for x, y in zip(version_numbers(old)[:3], version_numbers(new)[:3], strict=True)]
    return STEPS[3 - differing.index(True)]
