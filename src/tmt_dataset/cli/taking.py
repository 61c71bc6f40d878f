"""Commands that take the data away: export, cite."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from tmt_dataset.cli.face import FilePath, base_option, command, package_option
from tmt_dataset.cli.filters import Selecting, selected, wrong_usage
from tmt_dataset.cli.printing import say, write_data

__all__ = ["cite", "export"]


@command("export", "tmt-dataset export ai.xlsx --topic ai --orientation control", Selecting)
@click.argument("target", type=FilePath())
@click.option(
    "--as", "form", help="csv, xlsx, parquet, sqlite or jsonl; by default the suffix of the target."
)
@click.option("--overwrite", is_flag=True, help="Replace an existing export.")
@package_option
def export(
    target: Path, form: str | None, overwrite: bool, package: Path | None, sha256: str | None, **filters: Any
) -> None:
    """Write the data set, or the part of it that matches a text and codes, in a format that other tools read.

    A folder of CSV or Parquet files, an Excel workbook, an SQLite database, or JSON Lines.
    """
    from tmt_dataset.exports import export as write

    say(write(selected(package, sha256, filters), target, format=form, overwrite=overwrite))


@command("cite", "tmt-dataset cite --style bibtex")
@click.argument("record", required=False)
@click.option("--style", default="apa", show_default=True, help="apa, bibtex, ris, csl, oscola or bluebook.")
@base_option
@package_option
def cite(record: str | None, style: str, base: str | None, package: Path | None, sha256: str | None) -> None:
    """Print the citation of the package, or of one development (RECORD, as TMT-0001)."""
    from tmt_dataset.citation import cite as citation

    with wrong_usage():
        text = citation(package, style=style, record=record, sha256=sha256, base=base)
    if style in ("apa", "oscola", "bluebook"):  # sentences
        say(text)
    else:
        write_data(text + "\n")
