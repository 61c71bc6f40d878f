"""Commands that check a package, and compare codings and packages: validate, prove, agreement, accuracy, diff."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from tmt_dataset.cli.face import FilePath, command, format_option, package_option, sources_argument
from tmt_dataset.cli.printing import emit, say, write_json

__all__ = ["accuracy", "agreement", "diff", "prove", "validate"]


def _report(report: Any, form: str) -> None:
    if form == "json":
        write_json(report.to_json())
    elif form == "csv":
        import pandas as pd

        from tmt_dataset.cells import nullable

        rows = pd.DataFrame(
            report.to_dict()["findings"],
            columns=["rule", "severity", "table", "row", "field", "message", "expected", "found", "hint"],
        )
        emit(rows.assign(row=nullable(rows["row"])), form)
    else:
        say(report)
    if not report.valid:
        sys.exit(1)


@command("validate", "tmt-dataset validate --package tmt-dataset-1.0.0.zip")
@package_option
@format_option
def validate(package: Path | None, sha256: str | None, form: str) -> None:
    """Check a package: descriptor, bytes and form, schemas, keys, rules; all findings in one run."""
    from tmt_dataset.validation import validate as check

    _report(check(package, sha256=sha256), form)


@command("prove", "tmt-dataset prove ../sources")
@sources_argument
@click.option("--hints", is_flag=True, help="List the numbers of the reports that no figure has instead.")
@package_option
@format_option
def prove(sources: Path, hints: bool, package: Path | None, sha256: str | None, form: str) -> None:
    """Check every quote, segment, source and the words of the reports against the source texts in a folder (<source_id>.txt).

    Summaries that copy a text are findings too.
    Exits with 1 if anything is wrong, or if the text of any source is missing or cannot be read: a proof has to
    cover every source.
    """
    from tmt_dataset.coding import proof
    from tmt_dataset.dataset import load

    ds = load(package, sha256=sha256)
    if hints:
        for line in proof.hints(ds, sources):
            say(line)
        return
    _report(proof.prove(ds, sources), form)


@command("agreement", "tmt-dataset agreement validation")
@click.argument("validation", type=FilePath(), default=Path("validation"))
@click.option("--disagreements", is_flag=True, help="List every disagreement instead.")
@format_option
def agreement(validation: Path, disagreements: bool, form: str) -> None:
    """Compare the two codings in a validation folder, variable by variable (machine-machine agreement)."""
    from tmt_dataset.coding.agreement import agreement as compare

    measured, differing = compare(validation)
    emit(differing if disagreements else measured, form)


@command("accuracy", "tmt-dataset accuracy ../sources --format csv > validation/draft_accuracy.csv")
@sources_argument
@package_option
@format_option
def accuracy(sources: Path, package: Path | None, sha256: str | None, form: str) -> None:
    """Measure how right drafting is on each source whose text is in SOURCES, by what is known without it."""
    from tmt_dataset.coding.draft.accuracy import measured
    from tmt_dataset.coding.draft.class_outcomes import class_outcomes
    from tmt_dataset.coding.proof import source_text, texts_folder
    from tmt_dataset.dataset import load

    ds, folder = load(package, sha256=sha256), texts_folder(sources)
    texts = {str(s): source_text(folder, str(s)) for s in ds.sources["source_id"]}
    at_hand = {source: text for source, text in texts.items() if text is not None}
    emit(measured(ds, at_hand, [class_outcomes]), form)


@command("diff", "tmt-dataset diff tmt-dataset-1.0.0.zip")
@click.argument("old", type=FilePath())
@click.argument("new", type=FilePath(), required=False)
@click.option("--sha256", help="Checksum that OLD must have.")
@click.option("--new-sha256", help="Checksum that NEW must have.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    show_default=True,
    help="How the difference is printed.",
)
def diff(old: Path, new: Path | None, sha256: str | None, new_sha256: str | None, form: str) -> None:
    """Compare two packages (archives or folders; NEW is the installed data by default), cell by cell."""
    from tmt_dataset.publish.changes import diff as compare

    difference = compare(old, new, sha256=sha256, new_sha256=new_sha256)
    if form == "csv":
        import io

        import pandas as pd

        emit(pd.read_csv(io.StringIO(difference.to_csv()), dtype="str", keep_default_na=False), form)
    elif form == "json":
        write_json(difference.to_json())
    else:
        say(difference.to_text())
