"""What was released: versions by commit, archive and fingerprint, and whether a package is what it claims to be.

Only the standard library is imported, as in the modules that this one builds on.
"""

from __future__ import annotations

import csv
import io
from typing import NamedTuple

from tmt_dataset.descriptor import DEVELOPMENT, Descriptor, fingerprint
from tmt_dataset.errors import PackageError
from tmt_dataset.package import Package, open_package

__all__ = ["RELEASES", "Claim", "Release", "false_claim", "releases", "swhids"]


#: The table of releases, written by hand after each of them.
RELEASES = "released"


class Release(NamedTuple):
    """A release: its version, the commit it was built from with its directory, the SHA-256 of its archive, and its fingerprint."""

    version: str
    commit: str
    directory: str
    sha256: str
    fingerprint: str

    @property
    def swhids(self) -> tuple[str, ...]:
        """Identifiers of directory and revision in git (SWHID, ISO/IEC 18670), where the list has them."""
        named = (("dir", self.directory), ("rev", self.commit))
        return tuple(f"swh:1:{kind}:{found}" for kind, found in named if found)


class Claim(NamedTuple):
    """A package that claims a released version and is another: the version, and both fingerprints."""

    version: str
    expected: str
    found: str

    def __str__(self) -> str:
        """Return the claim as a sentence."""
        return (
            f"claims to be release {self.version} and is not: expected the fingerprint {self.expected}, found {self.found}. "
            "Download the release again; a package of your own needs another name or version"
        )


def releases(package: Package) -> dict[str, Release]:
    """Return the releases that a package lists, by version; none where it does not declare the list.

    Raises
    ------
    PackageError
        If the list cannot be read.

    Examples
    --------
    >>> from tmt_dataset.package import open_package
    >>> releases(open_package())["1.0.0"].commit
    '576d3f3e5d11bf676504b3ccaafec5f7d7574803'
    """
    table = package.descriptor.tables.get(RELEASES)
    if table is None:
        return {}
    try:
        rows = list(csv.DictReader(io.StringIO(package.read(table).decode("utf-8")), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise PackageError(f"{package.where(table)}: cannot be read ({error}); restore the file") from None
    found = [Release(*(row.get(name) or "" for name in Release._fields)) for row in rows]
    return {release.version: release for release in found}


def swhids(descriptor: Descriptor) -> tuple[str, ...]:
    """Return the identifiers of directory and revision of a release: as its archive has them, or the library's list.

    A version in development has none, nor has a package that claims a released version and is another.

    Raises
    ------
    PackageError
        If a table declares no checksum.

    Examples
    --------
    >>> from tmt_dataset.package import open_package
    >>> releases(open_package())["1.0.0"].swhids
    ('swh:1:dir:022d47adddb1d249f2c91db224ba8e4b96e28209', 'swh:1:rev:576d3f3e5d11bf676504b3ccaafec5f7d7574803')
    """
    if descriptor.swhids or descriptor.version.endswith(DEVELOPMENT):
        return descriptor.swhids
    own = open_package()
    release = releases(own).get(descriptor.version)
    if release is None or own.descriptor.name != descriptor.name:
        return ()
    return release.swhids if release.fingerprint == fingerprint(descriptor) else ()


def false_claim(package: Package, library: Package) -> Claim | None:
    """Return how a package differs from the release that it claims to be, or None.

    The releases are those that the library's own package lists, and that package itself if it is a release.

    Raises
    ------
    PackageError
        If a table declares no checksum.

    Examples
    --------
    >>> from tmt_dataset.package import open_package
    >>> false_claim(open_package(), open_package()) is None
    True
    """
    declared, own = package.descriptor, library.descriptor
    if package is library or declared.name != own.name:
        return None
    if declared.version == own.version and not own.version.endswith(DEVELOPMENT):
        expected = fingerprint(own)
    elif (release := releases(library).get(declared.version)) is not None:
        expected = release.fingerprint
    else:
        return None
    found = fingerprint(declared)
    return Claim(declared.version, expected, found) if found != expected else None
