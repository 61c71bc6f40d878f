"""Commands that take the data away: export, cite, site."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from tmt_dataset.cli.face import FilePath, base_option, command, package_option
from tmt_dataset.cli.filters import Selecting, selected, wrong_usage
from tmt_dataset.cli.printing import say, write_data
from tmt_dataset.errors import TmtDatasetError

__all__ = ["cite", "export", "site"]


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


@command("site", "tmt-dataset site public --base https://example.org/tmt")
@click.argument("out", type=FilePath())
@click.option(
    "--base",
    help="Address under which the site will be published; OUT then has a folder for the version, and one for the latest.",
)
@click.option(
    "--notebooks",
    type=FilePath(),
    help="Folder of executed notebooks, which become the articles of the site.",
)
@click.option(
    "--previous",
    type=FilePath(),
    help="Folder or archive of an earlier version: each record says what has changed since.",
)
@package_option
def site(
    out: Path,
    base: str | None,
    notebooks: Path | None,
    previous: Path | None,
    package: Path | None,
    sha256: str | None,
) -> None:
    """Write a static site: a page for each record, for what records are linked to, and for the documents.

    It opens from a double click and from a server.
    """
    from tmt_dataset.dataset import from_package, load
    from tmt_dataset.package import open_package
    from tmt_dataset.publish import site as sites
    from tmt_dataset.publish.site import articles, documents

    opened = open_package(package, sha256)
    try:
        first = sites.write(
            from_package(opened),
            out,
            base=base,
            articles=articles.read(notebooks) if notebooks else (),
            documents=documents.read(opened),
            previous=load(previous) if previous else None,
        )
    except ValueError as error:
        if isinstance(error, TmtDatasetError):
            raise
        raise click.UsageError(str(error)) from None
    say(first)
