"""Files: written whole or not at all, and told apart by their checksums."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from tmt_dataset.errors import PackageError

#: Twice the largest table of a package of a million rows; a release has 80 kilobytes.
MAX_FILE = 64 * 1024 * 1024


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
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
        beside.chmod(0o644)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


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
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data)
    except OSError as error:
        raise PackageError(
            f"{path}: cannot be written ({error.strerror}); make its folder writable, and try again"
        ) from None
    return True
