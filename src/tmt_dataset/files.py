"""Files and folders: replaced whole or not at all, and told apart by their checksums.

What is new is built in a temporary folder ``.NAME.tmt-XXXXXXXX`` beside its target and then moved there in one step.
A killed run leaves that folder behind; the next run on the same target removes it.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Set
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from tmt_dataset.errors import PackageError, TargetError

__all__ = [
    "CLUTTER",
    "MAX_FILE",
    "Owns",
    "beside",
    "check_target",
    "content",
    "expanded",
    "is_temporary",
    "put_new",
    "read",
    "replace_file",
    "replace_folder",
    "sha256",
    "sweep",
    "update",
    "write_whole",
]


#: Files that file managers leave in a folder; they count as nothing.
CLUTTER = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
#: How a temporary folder is marked, after the name of its target.
_MARK = ".tmt-"
_TEMPORARY = re.compile(rf"(?:^|/)\.[^/]+{re.escape(_MARK)}[a-z0-9_]{{8}}(?:/|$)")
#: Seconds after which a temporary folder counts as left behind where the file system has no locks.
_STALE = 24 * 3600
#: In a temporary folder: what is not finished, what is whole, and what was at the target.
_BUILDING, _READY, _OLD = "building", "ready", "old"
#: Flags of renameat2(2).
_AT_FDCWD, _RENAME_EXCHANGE = -100, 2

#: The files in a folder that the command has written itself, as paths within it.
Owns = Callable[[Path], Set[str]]

#: Twice the largest table of a package of a million rows; a release has 80 kilobytes.
MAX_FILE = 64 * 1024 * 1024


def expanded(path: str | os.PathLike[str]) -> Path:
    """Return a path that a person typed or passed, with ``~`` expanded as the shell does; that of an unknown user stays.

    Examples
    --------
    >>> expanded("~/x") == Path.home() / "x", str(expanded("~no-such-user/x"))
    (True, '~no-such-user/x')
    """
    try:
        return Path(path).expanduser()
    except RuntimeError:
        return Path(path)


def read(path: Path, limit: int = MAX_FILE) -> bytes:
    """Return the bytes of a regular file of bounded size: a pipe would be waited for, a device never ends.

    Raises
    ------
    OSError
        As for :meth:`pathlib.Path.read_bytes`.
    PackageError
        If it is not a regular file, or larger than the limit.

    Examples
    --------
    >>> read(Path("/dev/zero"))
    Traceback (most recent call last):
    ...
    tmt_dataset.errors.PackageError: /dev/zero: not a regular file; expected a file on disk
    """
    mode = path.stat().st_mode
    # a folder is left to open(), which says so in the words of the system
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise PackageError(f"{path}: not a regular file; expected a file on disk")
    with path.open("rb") as stream:
        data = stream.read(limit + 1)
    if len(data) > limit:
        raise PackageError(f"{path}: larger than {limit:,} bytes; not a file of a package of this kind")
    return data


def sha256(data: bytes) -> str:
    """Return the hexadecimal SHA-256 of some bytes."""
    import hashlib  # asking for the version needs no checksum

    return hashlib.sha256(data).hexdigest()


def write_whole(path: Path, data: bytes) -> None:
    """Write a file beside its place and rename it, so that no reader ever sees half of it.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "a.txt"
    >>> write_whole(target, b"whole")
    >>> target.read_bytes(), len(list(target.parent.iterdir()))
    (b'whole', 1)
    """
    with beside(path) as folder:
        built = folder / _BUILDING
        built.write_bytes(data)
        built.chmod(0o644)
        built.replace(path)


def content(path: Path) -> bytes | None:
    """Return the bytes of a file, or None where it is missing.

    Raises
    ------
    PackageError
        If something of that name is there and cannot be read, or is not a regular file.
    """
    try:
        return read(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise PackageError(f"{path}: cannot be read ({error.strerror}); expected a file") from None


def update(path: Path, data: bytes) -> bool:
    """Write a file where its bytes differ, and return whether they did.

    Raises
    ------
    PackageError
        If it cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "validation" / "report.json"
    >>> update(target, b"{}"), update(target, b"{}")
    (True, False)
    """
    if content(path) == data:
        sweep(path)
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data)
    except OSError as error:
        raise PackageError(
            f"{path}: cannot be written ({error.strerror}); make its folder writable, and try again"
        ) from None
    return True


# -- replacing a file or a folder by what a function builds


def replace_file(build: Callable[[Path], None], target: Path, *, overwrite: bool = True) -> None:
    """Build a file beside its target, and move it there when it is whole.

    Parameters
    ----------
    build
        Writes the file to the path that it is given.
    target
        The file to write; its parent must exist.
    overwrite
        Whether to replace a file that is there. Of several runs at once without it, one succeeds.

    Raises
    ------
    TargetError
        If the target must not be replaced; the message leaves out its path, which the caller knows as it was typed.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "a.txt"
    >>> replace_file(lambda path: path.touch(), target, overwrite=False)
    >>> replace_file(lambda path: path.touch(), target, overwrite=False)
    Traceback (most recent call last):
    ...
    tmt_dataset.errors.TargetError: exists already; overwrite it with overwrite=True (--overwrite), or give another name
    """
    _check_parent(target)
    sweep(target)
    _check_file(target, overwrite)
    with beside(target) as folder:
        built = folder / _BUILDING
        build(built)
        if overwrite:
            built.replace(target)
            return
        try:
            put_new(built, target)
        except FileExistsError:
            raise _exists() from None


def replace_folder(
    build: Callable[[Path], None], target: Path, owns: Owns, *, overwrite: bool = True
) -> None:
    """Build a folder beside its target, and let the two change places when it is whole.

    Where the system cannot exchange two folders in one step, the old one is renamed first; a run that is killed in
    between leaves it in the temporary folder, from where the next run puts it back.

    Parameters
    ----------
    build
        Makes the folder at the path that it is given.
    target
        The folder to write; its parent must exist.
    owns
        Returns the files in a folder that the command has written itself. A target that holds anything else stays.
    overwrite
        Whether to replace a folder that is there. Of several runs at once without it, one succeeds.

    Raises
    ------
    TargetError
        If the target must not be replaced; the message leaves out its path, which the caller knows as it was typed.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "folder"
    >>> replace_folder(lambda path: path.mkdir(), target, lambda path: set())
    >>> _ = (target / "thesis.txt").write_text("ten years of work")
    >>> replace_folder(lambda path: path.mkdir(), target, lambda path: set())
    Traceback (most recent call last):
    ...
    tmt_dataset.errors.TargetError: holds what this command has not written (thesis.txt); give another name, or move that away
    """
    check_target(target, owns, overwrite=overwrite)
    place = Path(os.path.realpath(target))
    with beside(place, owns) as folder:
        build(folder / _BUILDING)
        (folder / _BUILDING).rename(folder / _READY)
        _swap(folder, place, owns, overwrite)


def check_target(target: Path, owns: Owns, *, overwrite: bool = True) -> None:
    """Refuse a folder that :func:`replace_folder` would not replace, so that nothing is made in vain.

    What a run that was killed left beside it is put in order first.

    Raises
    ------
    TargetError
        As for :func:`replace_folder`.
    """
    if target.is_symlink():
        raise TargetError("is a link; give the folder itself")
    place = Path(os.path.realpath(target))
    _check_parent(place)
    sweep(place, owns)
    _check_folder(place, overwrite, owns)


def put_new(built: Path, target: Path) -> None:
    """Move a file to a place in the same file system where nothing is.

    Raises
    ------
    FileExistsError
        If something is there.
    """
    try:
        os.link(built, target)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
        built.replace(target)
    else:
        built.unlink()


def _swap(folder: Path, place: Path, owns: Owns, overwrite: bool) -> None:
    """Move what is ready to its place; what was there is then in the temporary folder, and removed with it."""
    ready, old = folder / _READY, folder / _OLD
    try:
        ready.rename(place)  # where nothing is, or an empty folder
    except OSError:
        if not place.exists():
            raise
    else:
        return
    _check_folder(place, overwrite, owns)
    if exchanged := _exchange(ready, place):
        out = ready
    else:
        place.rename(old)
        out = old
        try:
            ready.rename(place)
        except BaseException:
            old.rename(place)
            raise
    try:
        _check_foreign(out, owns)
    except TargetError:  # it came while the folders changed places
        if not exchanged:
            place.rename(ready)
            old.rename(place)
        else:
            _exchange(ready, place)
        raise


def _exchange(one: Path, other: Path) -> bool:
    """Let two folders change places in one step, and return whether this system can."""
    if sys.platform != "linux":
        return False
    import ctypes

    libc = ctypes.CDLL(None)
    if not hasattr(libc, "renameat2"):
        return False
    paths = (_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other))
    # not every file system can; whatever else is wrong, the renames that follow tell
    return bool(libc.renameat2(*paths, _RENAME_EXCHANGE) == 0)


# -- what must not be replaced


def _exists() -> TargetError:
    return TargetError("exists already; overwrite it with overwrite=True (--overwrite), or give another name")


def _check_parent(place: Path) -> None:
    if not place.parent.is_dir():
        raise TargetError(f"the folder {place.parent} does not exist; create it first")


def _check_file(place: Path, overwrite: bool) -> None:
    if place.is_dir():
        raise TargetError("is a folder; expected the name of a file: give another name")
    if not os.path.lexists(place):
        return
    if not place.is_file():
        raise TargetError("is not a regular file; give another name")
    if not overwrite:
        raise _exists()


def _check_folder(place: Path, overwrite: bool, owns: Owns) -> None:
    if Path.cwd().is_relative_to(place):
        raise TargetError("is the current folder or holds it; give another name")
    if not os.path.lexists(place):
        return
    if place.is_symlink() or not place.is_dir():
        raise TargetError("is not a folder; expected the name of a folder: give another name")
    if not overwrite:
        raise _exists()
    _check_foreign(place, owns)


def _check_foreign(folder: Path, owns: Owns) -> None:
    """Refuse a folder that holds anything but own files and the folders that these are in."""
    own = owns(folder)
    folders = {parent.as_posix() for name in own for parent in Path(name).parents}
    foreign = []
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        known = folders if path.is_dir() else own
        if path.is_symlink() or not (name in known or (path.name in CLUTTER and path.is_file())):
            foreign.append(name)
    if foreign:
        shown = ", ".join(sorted(foreign)[:3]) + (" …" if len(foreign) > 3 else "")
        raise TargetError(
            f"holds what this command has not written ({shown}); give another name, or move that away"
        )


# -- temporary folders, and what killed runs have left


def is_temporary(path: str) -> bool:
    """Whether a path is that of a temporary folder, or in one.

    Examples
    --------
    >>> is_temporary("data/.quotes.csv.tmt-a1b2c3d4/building"), is_temporary("data/.quotes.csv")
    (True, False)
    """
    return _TEMPORARY.search(path) is not None


def _nothing(_folder: Path) -> Set[str]:
    return frozenset()


@contextmanager
def beside(target: Path, owns: Owns = _nothing) -> Iterator[Path]:
    """Yield a temporary folder beside a target, after those of killed runs were removed.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "a.txt"
    >>> with beside(target) as folder:
    ...     _ = (folder / "new").write_text("whole")
    ...     _ = (folder / "new").replace(target)
    >>> [path.name for path in target.parent.iterdir()]
    ['a.txt']
    """
    sweep(target, owns)
    held = False
    while not held:  # another run may take it for one left behind before it is locked
        folder = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}{_MARK}"))
        with ExitStack() as stack:
            held = stack.enter_context(_locked(folder, wait=True))
            lock = stack.pop_all()
        if not held:
            lock.close()
    with lock:
        try:
            yield folder
        finally:
            with suppress(OSError):  # the next run removes what stays
                _clear(folder, target, owns)


def sweep(target: Path, owns: Owns = _nothing) -> None:
    """Remove the temporary folders that killed runs left beside a target; put back what they had moved out of the way.

    Raises
    ------
    TargetError
        If such a folder holds what the command has not written.
    """
    name = re.compile(rf"\.{re.escape(target.name)}{re.escape(_MARK)}[a-z0-9_]{{8}}")
    with suppress(OSError):  # a folder that cannot be read or changed: the run itself says so
        for path in [p for p in target.parent.iterdir() if name.fullmatch(p.name)]:
            if path.is_symlink() or not path.is_dir():
                continue
            with _locked(path) as held, suppress(FileNotFoundError):
                if held:
                    _clear_stale(path, target, owns)


def _clear_stale(folder: Path, target: Path, owns: Owns) -> None:
    try:
        _clear(folder, target, owns)
    except TargetError as error:
        told = str(error).partition(";")[0]
        raise TargetError(
            f"a run that was killed left {folder}, which {told}; move it away, and try again"
        ) from None


@contextmanager
def _locked(folder: Path, *, wait: bool = False) -> Iterator[bool]:
    """Lock a folder until the end of the block or of the process; yield whether it is locked and still there."""
    try:
        import fcntl

        handle = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        yield False
        return
    except (ImportError, OSError):  # a system without such locks
        yield wait or _is_old(folder)
        return
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
            held = folder.exists()
        except BlockingIOError:
            held = False
        except OSError:  # a file system without locks
            held = wait or _is_old(folder)
        yield held
    finally:
        os.close(handle)


def _is_old(folder: Path) -> bool:
    return time.time() - folder.stat().st_mtime > _STALE


def _clear(folder: Path, target: Path, owns: Owns) -> None:
    """Remove a temporary folder; what was at the target goes back if nothing is there."""
    old = folder / _OLD
    if old.is_dir() and not os.path.lexists(target):
        old.rename(target)
    for path in (old, folder / _READY):
        if path.is_dir():
            _discard(path, owns)
    shutil.rmtree(folder, ignore_errors=True)


def _discard(folder: Path, owns: Owns) -> None:
    """Remove a folder file by file, so that what comes into it meanwhile stays.

    Hidden files at its top go last: a list of the own files may be among them.
    """
    paths = list(folder.rglob("*"))
    _check_foreign(folder, owns)
    paths.sort(key=lambda p: (p.parent == folder and p.name.startswith("."), -len(p.parts)))
    for path in paths:
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink()
    folder.rmdir()
