"""Everything that is generated, in its order: offsets, tables, agreement, metadata, documents."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from tmt_dataset.coding import agreement, compile, locate
from tmt_dataset.errors import OutOfStepError, PackageError
from tmt_dataset.publish import docs, metadata
from tmt_dataset.validation import validate
from tmt_dataset.validation.findings import Finding

REPORT = "validation/report.json"
#: How many findings a message shows.
SHOWN = 5

Generator = Callable[[Path], dict[str, bytes]]


def _agreement(folder: Path) -> dict[str, bytes]:
    """Return the published table of agreement, where the checkout keeps two codings."""
    validation = folder / "validation"
    if not (validation / "second_coding").is_dir():
        return {}
    measured, _ = agreement.agreement(validation)
    return {"validation/agreement.csv": agreement.csv_text(measured).encode("utf-8")}


def _report(folder: Path) -> dict[str, bytes]:
    """Return what the validation of the package finds: the latest report, for who has no Python at hand."""
    report = validate(folder)
    return {REPORT: (report.to_json() + "\n").encode("utf-8")}


#: After the tables: these read what the step before wrote.
DERIVED: tuple[Generator, ...] = (_agreement, _report, metadata.generated, docs.generated)


def build(folder: Path, sources: Path | None = None) -> list[str]:
    """Write every generated file that differs, each whole or not at all.

    Parameters
    ----------
    folder
        The checkout.
    sources
        Folder of source texts: fill in the offsets of new quotes and segments first.

    Returns
    -------
    list of str
        Paths that were written. What they hold need not be valid: :func:`judge` says so.

    Raises
    ------
    TmtDatasetError
        If an annotation, a quote or a coding is not in order; then nothing that depends on it is written.
    """
    changed = []
    if sources is not None:
        changed += locate.locate(folder / compile.ANNOTATIONS, sources)
    changed += compile.build(folder)
    for generator in DERIVED:
        changed += [path for path, data in generator(folder).items() if compile.replace(folder / path, data)]
    return changed


def judge(folder: Path) -> None:
    """Raise where what was built is not valid, as the report says that was built with it.

    Tables are written even so, because who mends an annotation looks at what became of it.

    Raises
    ------
    PackageError
        With the number of errors, and the first of them.
    """
    report = json.loads((folder / REPORT).read_bytes())
    if report["valid"]:
        return
    errors = [Finding(**f) for f in report["findings"] if f["severity"] == "error"]
    shown = [f"  {error}" for error in errors[:SHOWN]]
    more = [f"  and {len(errors) - SHOWN} more"] if len(errors) > SHOWN else []
    raise PackageError(
        f"what was built is NOT valid: {len(errors)} errors; mend the annotations and build again. "
        f"All of them: run `tmt-dataset validate --package {folder}`\n" + "\n".join([*shown, *more])
    )


def check(folder: Path) -> None:
    """Prove that every generated file of a checkout is in step.

    Raises
    ------
    OutOfStepError
        Naming the files, and for tables the rows, that differ.
    """
    compile.check(folder)
    differing = [
        path
        for generator in DERIVED
        for path, data in generator(folder).items()
        if compile.content(folder / path) != data
    ]
    if differing:
        raise OutOfStepError("out of step; run `tmt-dataset build`: " + ", ".join(differing))
