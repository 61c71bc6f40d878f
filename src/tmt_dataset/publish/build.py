"""Everything that is generated, in its order: annotations from reviewed drafts, offsets, tables, metadata, documents, the report of the validation."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from tmt_dataset.coding import compile, locate
from tmt_dataset.coding.annotation import read_all
from tmt_dataset.coding.draft import writing
from tmt_dataset.coding.draft.form import drafts
from tmt_dataset.errors import AnnotationError, OutOfStepError, PackageError, QuoteNotFoundError, counted
from tmt_dataset.files import content, expanded, update
from tmt_dataset.package import Package, open_package
from tmt_dataset.publish import docs, metadata
from tmt_dataset.validation import validate
from tmt_dataset.validation.findings import Report

if TYPE_CHECKING:
    import click

__all__ = ["REPORT", "SHOWN", "build", "built", "check", "refuse"]


REPORT = "validation/report.json"
#: How many findings a message shows.
SHOWN = 5


def built(
    folder: Path, package: Package, commands: click.Group | None = None, sources: Path | None = None
) -> tuple[dict[str, bytes], dict[str, bytes], Report]:
    """Return what a checkout gives: its tables, everything that derives from them, and its findings. Nothing is written.

    Parameters
    ----------
    folder
        The checkout.
    package
        The package in it.
    commands
        The command line, whose reference is generated too.
    sources
        Folder of source texts, by which the words of the reports are counted.

    Returns
    -------
    tuple
        The bytes of the tables and of the derived files, each by path, and what the validation finds.
    """
    descriptor, tables = compile.compiled(folder, package, sources)
    result = package.rebuilt(descriptor, tables)
    report = validate(result)
    derived = {
        REPORT: (report.to_json() + "\n").encode("utf-8"),
        **metadata.generated(result),
        **docs.generated(result, commands),
    }
    return tables, derived, report


def build(
    folder: Path, sources: Path | None = None, commands: click.Group | None = None
) -> tuple[list[str], Report]:
    """Write every generated file that differs, each whole or not at all.

    Parameters
    ----------
    folder
        The checkout.
    sources
        Folder of source texts: fill in the offsets of new quotes and segments first, and count the words of the reports.
    commands
        The command line, whose reference is generated too.

    Returns
    -------
    tuple
        The paths that were written, and what the validation finds: what was built need not be valid, because
        whoever corrects an annotation looks at what became of it. :func:`refuse` raises then.

    Raises
    ------
    TmtDatasetError
        If an annotation, a quote or a coding is not in order; then nothing that depends on it is written.
    """
    folder = expanded(folder)
    changed = writing.finish(folder / compile.ANNOTATIONS)
    changed += [] if sources is None else _located(folder, sources)
    tables, derived, report = built(folder, open_package(folder), commands, sources)
    changed += [path for path, data in {**tables, **derived}.items() if update(folder / path, data)]
    return changed, report


def _located(folder: Path, sources: Path) -> list[str]:
    """Fill in the offsets; what else is wrong with the annotations is refused in the same round."""
    try:
        return locate.locate(folder / compile.ANNOTATIONS, sources)
    except (AnnotationError, QuoteNotFoundError) as error:
        lines = str(error).splitlines()
        try:
            read_all(folder / compile.ANNOTATIONS, open_package(folder))
        except AnnotationError as more:
            lines += str(more).splitlines()
        raise type(error)("\n".join(dict.fromkeys(lines))) from None


def check(folder: Path, commands: click.Group | None = None) -> Report:
    """Prove that every generated file of a checkout is in step, and return what the validation finds.

    Raises
    ------
    OutOfStepError
        Naming the files, and for tables the rows, that differ.
    """
    folder = expanded(folder)
    if left := drafts(folder / compile.ANNOTATIONS):
        raise OutOfStepError(f"{left[0]}: a draft; review it and run `tmt-dataset build`")
    package = open_package(folder)
    tables, derived, report = built(folder, package, commands)
    compile.check(folder, package, tables)
    differing = [path for path, data in derived.items() if content(folder / path) != data]
    if differing:
        raise OutOfStepError("out of step; run `tmt-dataset build`: " + ", ".join(differing))
    return report


def refuse(report: Report, folder: Path) -> None:
    """Raise if what was built is not valid.

    Raises
    ------
    PackageError
        With the number of errors, and the first of them.
    """
    if report.valid:
        return
    errors = [f for f in report if f.severity == "error"]
    shown = [f"  {error}" for error in errors[:SHOWN]]
    more = [f"  and {len(errors) - SHOWN} more"] if len(errors) > SHOWN else []
    raise PackageError(
        f"what was built is NOT valid: {counted(len(errors), 'error')}; correct the annotations and build again. "
        f"All of them: run `tmt-dataset validate --package {folder}`\n" + "\n".join([*shown, *more])
    )
