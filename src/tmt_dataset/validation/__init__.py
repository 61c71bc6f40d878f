"""Declaration, files, cells, keys and rules of a package: one run, one report."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

import pandas as pd

from tmt_dataset.cells import Tables, lenient
from tmt_dataset.descriptor import DESCRIPTOR, Descriptor, Table
from tmt_dataset.errors import DeclarationError, PackageError, PackageNotFoundError
from tmt_dataset.package import (
    SUMS,
    Archive,
    Files,
    Package,
    check_bounds,
    check_sha256,
    find,
    library_package,
    open_files,
    open_package,
    parse,
)
from tmt_dataset.releases import false_claim
from tmt_dataset.validation import declaration, form, identifiers, rules, values
from tmt_dataset.validation.findings import Finding, Report

__all__ = ["validate"]


def validate(
    source: str | os.PathLike[str] | Package | Tables | None = None, *, sha256: str | None = None
) -> Report:
    """Check a data package: everything that can be checked without the source texts, in one run.

    A release of an earlier version is valid if nothing is wrong in it: what later versions added to the declaration is
    no error of it, and is listed as not checked.

    Parameters
    ----------
    source
        As for :func:`tmt_dataset.load`, or an opened package. A data set that was loaded is checked as it is in memory, with what was
        changed in its frames since; the files of its package are not looked at.
    sha256
        The checksum that it must have, as for :func:`tmt_dataset.load`; another one is a finding. A data set has none.

    Returns
    -------
    Report
        All findings together; ``report.valid`` is the verdict. Each finding names table, row (the line of the file),
        field, what was expected and found, and what to do.

    Raises
    ------
    PackageNotFoundError
        If there is nothing to check.
    TypeError
        If ``source`` is neither a path, a package nor a data set.
    ValueError
        If ``source`` is a selection, which lacks what the rules compare, or a data set with ``sha256``.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> tmt.validate().valid
    True
    >>> ds = tmt.load()
    >>> ds.sources.loc[0, "characters"] += 1
    >>> print(tmt.validate(ds).findings[0])
    [ledger] ...
    """
    if isinstance(source, Tables):
        if sha256 is not None:
            raise ValueError("sha256= is a checksum of files; give the path of the package")
        return _in_memory(source)
    package = source if isinstance(source, Package) else _opened(find(source))
    if isinstance(package, Finding):
        return Report((package,))
    own = library_package(package)
    identity = _identity(package, own, sha256)
    return _checked(
        package.descriptor, own.descriptor, identity, partial(form.read, package.files), package.files
    )


def _in_memory(ds: Tables) -> Report:
    """Check the tables of a data set as they would be written."""
    if len(ds["developments"]) < len(ds.whole["developments"]):
        raise ValueError(
            "expected a whole data set, found a selection; validate the one that it was made from"
        )
    return _checked(ds.descriptor, open_package().descriptor, (), partial(form.written, ds), None)


def _checked(
    descriptor: Descriptor,
    library: Descriptor,
    identity: Iterable[Finding],
    read: Callable[[Table], tuple[pd.DataFrame | None, list[Finding]]],
    files: Files | None,
) -> Report:
    """Check a declaration and the tables that are read by it."""
    differing, lacking = declaration.compare(descriptor, library)
    findings = [*identity, *declaration.check(descriptor), *differing]
    unchecked = [f"not declared in {descriptor.version}: {', '.join(lacking)}"] if lacking else []
    frames: dict[str, pd.DataFrame] = {}
    for table in descriptor.tables.values():
        frame, found = read(table)
        findings += found
        if frame is not None:
            frames[table.name] = frame
    for name, frame in frames.items():
        findings += values.check(descriptor.tables[name], frame)
        findings += values.check_references(descriptor, descriptor.tables[name], frames)
    found, not_checked = _rules(_typed(descriptor, library, frames, files), descriptor, library)
    checked = {name: len(frame) for name, frame in frames.items()}
    return Report((*findings, *found), checked, (*unchecked, *not_checked))


def _opened(path: Path) -> Package | Finding:
    """Return the package at a path, or the finding that says why there is none."""
    try:
        return parse(open_files(path), DESCRIPTOR)
    except PackageNotFoundError:
        hint = "Point to the folder of a data package."
        return Finding("descriptor", f"{path} has no {DESCRIPTOR}", hint=hint)
    except DeclarationError as error:
        place = error.field or error.property or None
        message = f"{error.property or 'the resource'}: another form than is read"
        hint = "Restore the file from the release."
        return Finding("descriptor", message, error.table, None, place, error.expected, error.found, hint)
    except PackageError as error:
        return Finding("descriptor", str(error))


def _identity(package: Package, library: Package, sha256: str | None) -> Iterator[Finding]:
    """Check that a package is the one that is meant, and that an archive is whole."""
    try:
        if sha256 is not None:
            check_sha256(package, sha256)
        claim = false_claim(package, library)
    except PackageError as error:  # another checksum, or a table without one, which is a finding of its own
        claim = None
        if sha256 is not None:
            yield Finding("identity", str(error))
    if claim is not None:
        message = f"the package claims to be release {claim.version} and is not"
        hint = "Download the release again; a package of your own needs another name or version."
        yield Finding("identity", message, None, None, "version", claim.expected, claim.found, hint)
    if not isinstance(package.files, Archive):
        return
    if SUMS not in package.files.contents:
        message, hint = f"the archive has no {SUMS}", "What is not a table cannot be verified."
        yield Finding("files", message, hint=hint, severity="warning")
    if outside := package.files.outside:
        message = f"the archive has entries outside the folder of the package, as {outside[0]!r:.80}"
        hint = "A release has none: download it again."
        yield Finding("files", message, None, None, None, "none", str(len(outside)), hint)


def _typed(
    descriptor: Descriptor, library: Descriptor, frames: Mapping[str, pd.DataFrame], files: Files | None
) -> dict[str, pd.DataFrame]:
    """Return the tables as the rules take them.

    The rules rely on the types that the library declares; where the package declares another, that is a finding already.
    The file of a table that an older release does not declare is read by the library's declaration.
    """
    declared = descriptor.tables
    out = {name: lenient(library.tables.get(name, declared[name]), frame) for name, frame in frames.items()}
    if files is None or not declaration.is_older(descriptor, library):
        return out
    for name, table in library.tables.items():
        if name not in declared:
            try:
                data = files.read(table.path)
                check_bounds(table, data, table.path)
                text, wrong = form.decoded(data, name)
            except (KeyError, PackageError):
                continue
            frame, more = form.parsed(text, table)
            if not (wrong or more):
                out[name] = lenient(table, frame)
    return out


def _rules(
    tables: Mapping[str, pd.DataFrame], descriptor: Descriptor, library: Descriptor
) -> tuple[list[Finding], list[str]]:
    """Return what the rules find, and which of them could not be checked, and why."""
    checks: dict[Callable[[Mapping[str, pd.DataFrame]], Iterator[Finding]], str] = {
        **rules.CHECKS,
        partial(identifiers.check, version=descriptor.version): identifiers.NAME,
    }
    findings: list[Finding] = []
    unchecked = []
    if declaration.is_of_earlier_major(descriptor, library):
        checks = {check: name for check, name in checks.items() if check not in rules.CODEBOOK}
        unchecked.append(f"rules of the codebook: {descriptor.version} followed an earlier edition")
    for check, name in checks.items():
        try:
            findings += check(tables)
        except KeyError as error:
            unchecked.append(f"{name}: the table or column {error} is missing")
    return findings, unchecked
