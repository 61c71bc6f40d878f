"""Commands for a checkout, which make what is generated from it: build, register, release."""

from __future__ import annotations

from pathlib import Path

import click

from tmt_dataset.characters import escaped
from tmt_dataset.cli.face import FilePath, command, main
from tmt_dataset.cli.printing import say

__all__ = ["build", "register", "release"]


@command("build", "tmt-dataset build --check")
@click.option(
    "--check",
    is_flag=True,
    help="Write nothing; fail where a generated file is out of step, and name its rows.",
)
@click.option(
    "--locate",
    type=FilePath(),
    help="Folder of source texts: fill in the offsets of new quotes and segments first, and count the words of the reports.",
)
@click.option(
    "--folder",
    type=FilePath(),
    default=Path(),
    show_default=True,
    help="The package's checkout.",
)
def build(check: bool, locate: Path | None, folder: Path) -> None:
    """Compile annotations and vocabularies into tables, checksums and everything that is generated from them.

    Exits with 1 if the result is not valid; it is written all the same, so that it can be inspected.
    """
    if check and locate is not None:
        raise click.UsageError("--check writes nothing, --locate fills in offsets: give one of them")
    from tmt_dataset.publish import build as generated

    if check:
        generated.refuse(generated.check(folder, main), folder)
        say("in step")
        return
    paths, report = generated.build(folder, locate, main)
    for path in paths:
        say(path)
    generated.refuse(report, folder)


@command("register", "tmt-dataset register 1.0.0")
@click.argument("version")
@click.option(
    "--folder",
    type=FilePath(),
    default=Path(),
    show_default=True,
    help="The package's checkout.",
)
def register(version: str, folder: Path) -> None:
    """Add the developments that no release has carried yet to the list of released identifiers, and print them.

    Run `tmt-dataset build` afterwards, which declares the new list.
    """
    from tmt_dataset.publish.release import register as add

    for development_id in add(folder, version):
        say(development_id)


@command("release", "tmt-dataset release 1.0.0 --out dist")
@click.argument("version")
@click.option(
    "--folder",
    type=FilePath(),
    default=Path(),
    show_default=True,
    help="The package's checkout.",
)
@click.option(
    "--out",
    type=FilePath(),
    default=Path("dist"),
    show_default=True,
    help="Where the archive goes.",
)
@click.option("--previous", type=FilePath(), help="Archive of the previous release.")
def release(version: str, folder: Path, out: Path, previous: Path | None) -> None:
    """Build the release archive from a clean, committed, valid tree.

    An older VERSION is built again from its commit, by the code of that commit, and must have the bytes that were released.
    """
    from tmt_dataset.citation import lacking
    from tmt_dataset.package import open_package
    from tmt_dataset.publish import release as made

    archive = made.proved(folder, version, out, previous)
    if archive is None:
        archive = made.release(folder, version, out, previous=previous, commands=main)
        for note in lacking(open_package(folder).descriptor):
            click.echo(escaped(f"note: {note}"), err=True)
    say(archive)
