"""Commands that take the data away: export, cite."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from tmt_dataset.cli.face import FilePath, command, package_option
from tmt_dataset.cli.filters import Selecting, selected
from tmt_dataset.cli.printing import say, write_data

__all__ = ["cite", "export"]


@command("export", "tmt-dataset export ai.xlsx --topic ai --orientation control", Selecting)
@click.argument("target", type=FilePath())
@click.option(
    "--as", "form", help="csv, xlsx, parquet, sqlite or jsonl; by default the suffix of the target."
)
@click.option(
    "--partition-by", metavar="year", help="Divide the Parquet files by the year of the development's date."
)
@click.option("--overwrite", is_flag=True, help="Replace an existing export.")
@package_option
def export(
    target: Path,
    form: str | None,
    partition_by: str | None,
    overwrite: bool,
    package: Path | None,
    sha256: str | None,
    **filters: Any,
) -> None:
    """Write the data set, or the part of it that matches a text and codes, in a format that other tools read.

    A folder of CSV or Parquet files, an Excel workbook, an SQLite database, or JSON Lines.
    """
    from tmt_dataset.exports import export as write

    ds = selected(package, sha256, filters)
    say(write(ds, target, format=form, overwrite=overwrite, partition_by=partition_by))


@command("cite", "tmt-dataset cite --style bibtex")
@click.argument("record", required=False)
@click.option("--style", default="apa", show_default=True, help="apa, bibtex, ris or csl.")
@package_option
def cite(record: str | None, style: str, package: Path | None, sha256: str | None) -> None:
    """Print the citation of the package, or of one development (RECORD, as TMT-0001)."""
    from tmt_dataset.citation import cite as citation

    text = citation(package, style=style, record=record, sha256=sha256)
    if style == "apa":
        say(text)
    else:
        write_data(text + "\n")
