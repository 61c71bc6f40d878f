"""The command line: each command is a thin cover of one public function.

Exit codes: 0 done and nothing wrong; 1 something is wrong with the data or the request could not be carried out (the
message says what); 2 the command was called wrongly.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tmt_dataset.errors import TmtDatasetError

if TYPE_CHECKING:
    import pandas as pd

CODES = "Exit codes: 0 done, 1 something is wrong (the message says what), 2 wrong usage."

package_option = click.option(
    "--package",
    type=click.Path(path_type=Path),
    help="Folder or release archive of a package; the installed one by default.",
)
format_option = click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    help="How rows are printed.",
)
sources_argument = click.argument("sources", type=click.Path(path_type=Path))


class _Group(click.Group):
    """Turns this package's own errors into one line on stderr, and unknown commands into near misses."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except TmtDatasetError as error:
            click.echo(click.style("error: ", fg="red", bold=True) + str(error), err=True)
            ctx.exit(1)
        except BrokenPipeError:
            # the reader of the pipe has seen enough (as `head`); nothing is wrong
            sys.stderr.close()
            ctx.exit(0)


def _emit(frame: pd.DataFrame, form: str, title: str = "") -> None:
    """Print rows in the form asked for."""
    if form == "csv":
        click.echo(frame.to_csv(index=False, lineterminator="\n"), nl=False)
    elif form == "json":
        click.echo(frame.to_json(orient="records", force_ascii=False, indent=2, date_format="iso"))
    else:
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text

        console = Console(width=None if sys.stdout.isatty() else 160, highlight=False)
        table = Table(title=title or None, show_lines=False, header_style="bold")
        for column in frame.columns:
            number = frame[column].dtype.kind in "iuf" or str(frame[column].dtype) == "Int64"
            table.add_column(str(column), justify="right" if number else "left", overflow="fold")
        for row in frame.itertuples(index=False):
            table.add_row(*(Text("" if v is None or v != v else str(v)) for v in row))
        console.print(table)


def _version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from tmt_dataset.descriptor import open_package

        click.echo(f"tmt-dataset {open_package()[0].version}")
        ctx.exit()


def _command(name: str, example: str) -> Callable[[Callable[..., Any]], click.Command]:
    """Return the decorator of a command whose help ends with an example and the exit codes."""
    return main.command(name, epilog=f"Example: {example}\n\n{CODES}")


@click.group(
    cls=_Group,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog=f"Example: tmt-dataset search deepfake --topic ai\n\n{CODES}",
)
@click.option(
    "--version",
    is_flag=True,
    expose_value=False,
    is_eager=True,
    callback=_version,
    help="Show the version and exit.",
)
def main() -> None:
    """Chinese technology, media and telecom regulation, 2023-2025: rows with a quote behind every value."""


@_command("info", "tmt-dataset info")
@package_option
@format_option
def info(package: Path | None, form: str) -> None:
    """Say what is in the package: version, period, and the rows of every table."""
    import pandas as pd

    from tmt_dataset.dataset import load

    ds = load(package)
    rows = pd.DataFrame(
        [{"table": n, "rows": len(ds[n]), "holds": ds.descriptor.tables[n].title} for n in ds]
    )
    period = "" if ds.period is None else f", {ds.period[0]:%Y-%m-%d} to {ds.period[1]:%Y-%m-%d}"
    _emit(rows, form, f"{ds.descriptor.name} {ds.version}{period}")


@_command("search", "tmt-dataset search deepfake --topic ai --year 2025 --format csv")
@click.argument("text", required=False)
@click.option("--topic", multiple=True, help="Topic; a parent matches its children.")
@click.option("--action", multiple=True, help="Kind of act.")
@click.option("--category", multiple=True, help="legislative, enforcement or industry.")
@click.option("--authority", multiple=True, help="Acting body.")
@click.option("--with-offices", is_flag=True, help="A body also matches the bodies under it.")
@click.option(
    "--place", multiple=True, help="Place that the act governs or is about; a province matches its cities."
)
@click.option("--jurisdiction", multiple=True, help="Area that the act governs, exactly.")
@click.option("--source", multiple=True, help="Source that reports the act.")
@click.option("--instrument", multiple=True, help="Document, in any stage.")
@click.option("--year", type=int, help="Year in which the act took place.")
@click.option("--date", help="EDTF date or interval, as 2024-07/2024-08.")
@click.option(
    "--dates",
    type=click.Choice(["overlap", "within"]),
    default="overlap",
    show_default=True,
    help="What a date that is an interval means.",
)
@package_option
@format_option
def search(
    text: str | None, year: int | None, date: str | None, package: Path | None, form: str, **criteria: Any
) -> None:
    """List the developments that fit words and codes."""
    from tmt_dataset.dataset import load

    lists: dict[str, Any] = {k: list(v) or None for k, v in criteria.items() if isinstance(v, tuple)}
    rest: dict[str, Any] = {k: v for k, v in criteria.items() if not isinstance(v, tuple)}
    span: str | tuple[str, str] | None = date
    if date is not None and "/" in date:
        low, _, high = date.partition("/")
        span = (low, high)
    try:
        found = load(package).select(text=text, year=year, date=span, **lists, **rest)
    except ValueError as error:
        if isinstance(error, TmtDatasetError):
            raise
        raise click.UsageError(str(error)) from None
    rows = found.flat()
    if form == "table":
        rows = rows[["development_id", "date", "action", "topic", "jurisdiction_name", "title"]]
    _emit(rows, form, f"{len(rows)} developments")


@_command("show", "tmt-dataset show TMT-0001")
@click.argument("development_id")
@package_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    help="Readable text, W3C Web Annotations (JSON-LD), or rows.",
)
def show(development_id: str, package: Path | None, form: str) -> None:
    """Show one development: each coded value beside the quotes that prove it."""
    import json

    from tmt_dataset.dataset import load

    record = load(package).record(development_id)
    if form == "csv":
        _emit(record.evidence, form)
    else:
        click.echo(
            json.dumps(record.to_jsonld(), ensure_ascii=False, indent=2) if form == "json" else str(record)
        )


@_command("coverage", "tmt-dataset coverage")
@package_option
@format_option
def coverage(package: Path | None, form: str) -> None:
    """Account for every character of every source: roles, items, developments, mentions, quotes."""
    from tmt_dataset.coding.prove import coverage as account
    from tmt_dataset.dataset import load

    frame = account(load(package))
    if form == "table":
        frame = frame.astype(object).set_index("source_id").T.rename_axis("").reset_index().astype("str")
    _emit(frame, form)


def _report(report: Any, form: str) -> None:
    if form == "json":
        click.echo(report.to_json())
    elif form == "csv":
        import pandas as pd

        rows = pd.DataFrame(
            report.to_dict()["findings"],
            columns=["rule", "severity", "table", "row", "field", "message", "expected", "found", "hint"],
        )
        _emit(rows.astype({"row": "Int64"}), form)
    else:
        click.echo(str(report))
    if not report.valid:
        sys.exit(1)


@_command("validate", "tmt-dataset validate --package tmt-dataset-1.0.0.zip")
@package_option
@format_option
def validate(package: Path | None, form: str) -> None:
    """Judge a package: descriptor, bytes and form, schemas, keys, rules; all findings in one run."""
    from tmt_dataset.validate import validate as judge

    _report(judge(package), form)


@_command("prove", "tmt-dataset prove ../sources")
@sources_argument
@package_option
@format_option
def prove(sources: Path, package: Path | None, form: str) -> None:
    """Check every quote, segment and source against the source texts in a folder (<source_id>.txt)."""
    from tmt_dataset.coding.prove import prove as check
    from tmt_dataset.dataset import load

    _report(check(load(package), sources), form)


@_command("build", "tmt-dataset build --check")
@click.option(
    "--check",
    is_flag=True,
    help="Write nothing; fail where a generated file is out of step, and name its rows.",
)
@click.option(
    "--locate",
    type=click.Path(path_type=Path),
    help="Folder of source texts: fill in the offsets of new quotes and segments first.",
)
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path(),
    show_default=True,
    help="The package's checkout.",
)
def build(check: bool, locate: Path | None, folder: Path) -> None:
    """Compile annotations and vocabularies into tables, checksums and everything that is generated from them."""
    from tmt_dataset.coding import build as generated

    if check:
        generated.check(folder)
        click.echo("in step")
        return
    for path in generated.build(folder, locate):
        click.echo(path)


@_command("export", "tmt-dataset export tmt.xlsx")
@click.argument("target", type=click.Path(path_type=Path))
@click.option(
    "--as", "form", help="csv, xlsx, parquet, sqlite or jsonl; by the target's suffix where it has one."
)
@click.option("--overwrite", is_flag=True, help="Replace what is there.")
@package_option
def export(target: Path, form: str | None, overwrite: bool, package: Path | None) -> None:
    """Write the data set as CSV folder, Excel, Parquet folder, SQLite or JSON Lines."""
    from tmt_dataset.dataset import load
    from tmt_dataset.export import export as write

    click.echo(write(load(package), target, format=form, overwrite=overwrite))


@_command("cite", "tmt-dataset cite --style bibtex")
@click.argument("record", required=False)
@click.option("--style", default="apa", show_default=True, help="apa, bibtex, ris or csl.")
@package_option
def cite(record: str | None, style: str, package: Path | None) -> None:
    """Print the citation of the package in hand, or of one development (RECORD, as TMT-0001)."""
    from tmt_dataset.citation import cite as citation

    click.echo(citation(package, style=style, record=record))


@_command("agreement", "tmt-dataset agreement validation")
@click.argument("validation", type=click.Path(path_type=Path), default=Path("validation"))
@click.option("--disagreements", is_flag=True, help="List every disagreement instead.")
@format_option
def agreement(validation: Path, disagreements: bool, form: str) -> None:
    """Compare the two codings in a validation folder, variable by variable (machine-machine agreement)."""
    from tmt_dataset.coding.agreement import agreement as compare

    measured, differing = compare(validation)
    _emit(differing if disagreements else measured, form)


@_command("diff", "tmt-dataset diff tmt-dataset-1.0.0.zip")
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path), required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "csv"]),
    default="text",
    show_default=True,
    help="How the difference is printed.",
)
def diff(old: Path, new: Path | None, form: str) -> None:
    """Compare two packages (archives or folders; NEW is the installed data by default), cell by cell."""
    from tmt_dataset.diff import diff as compare

    difference = compare(old, new)
    click.echo(
        {"text": difference.to_text, "json": difference.to_json, "csv": difference.to_csv}[form](),
        nl=form != "csv",
    )


@_command("release", "tmt-dataset release 1.0.0 --out dist")
@click.argument("version")
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default=Path(),
    show_default=True,
    help="The package's checkout.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    default=Path("dist"),
    show_default=True,
    help="Where the archive goes.",
)
@click.option("--previous", type=click.Path(path_type=Path), help="Archive of the release before.")
def release(version: str, folder: Path, out: Path, previous: Path | None) -> None:
    """Build the release archive from a clean, committed, valid tree."""
    from tmt_dataset.release import release as make

    click.echo(make(folder, version, out, previous=previous))


if __name__ == "__main__":
    main()
