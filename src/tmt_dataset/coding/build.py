"""Everything that is generated, in its order: offsets, tables, agreement, metadata, documents."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tmt_dataset import atomic, metadata
from tmt_dataset.coding import agreement, compile, docs, locate
from tmt_dataset.errors import OutOfStepError
from tmt_dataset.validate import validate

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
    return {"validation/report.json": (report.to_json() + "\n").encode("utf-8")}


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
        Paths that were written.

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
        for path, data in generator(folder).items():
            target = folder / path
            if not target.is_file() or target.read_bytes() != data:
                target.parent.mkdir(parents=True, exist_ok=True)
                atomic.write(target, data)
                changed.append(path)
    return changed


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
        if not (folder / path).is_file() or (folder / path).read_bytes() != data
    ]
    if differing:
        raise OutOfStepError("out of step; run `tmt-dataset build`: " + ", ".join(differing))
