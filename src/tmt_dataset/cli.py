"""The command line: each command is a thin wrapper of one public function.

Exit codes: 0 done and nothing wrong; 1 something is wrong with the data, or the request could not be carried out (the
message says what); 2 wrong usage.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from tmt_dataset.characters import escaped, json_escaped
from tmt_dataset.errors import TmtDatasetError

if TYPE_CHECKING:
    import pandas as pd

    from tmt_dataset.dataset import Dataset

CODES = "Exit codes: 0 done, 1 something is wrong (the message says what), 2 wrong usage."


class _Path(click.Path):
    """The path of a file or folder, which the command that takes it looks for."""

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path; no system has one with a NUL character, and an empty one would be the current folder."""
        if value == "":
            self.fail("expected a path, found none; the current folder is '.'", param, ctx)
        if "\0" in str(value):
            self.fail(f"expected a path, found {str(value)!r:.60}, which has a NUL character", param, ctx)
        return super().convert(value, param, ctx)


def package_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say which package a command opens."""
    package = click.option(
        "--package",
        type=_Path(),
        help="Folder or release archive of a package; the installed one by default.",
    )
    sha256 = click.option(
        "--sha256",
        help="Checksum that the package must have: the SHA-256 of an archive, the fingerprint of a folder.",
    )
    return package(sha256(command))


format_option = click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    help="How rows are printed.",
)
sources_argument = click.argument("sources", type=_Path())


class _Text(click.types.StringParamType):
    """Text of the command line; without UTF-8 mode Python hands over what it could not decode as lone surrogates."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the text as UTF-8 has it."""
        text = super().convert(value, param, ctx)
        if not any("\ud800" <= character <= "\udfff" for character in text):
            return text
        try:
            return os.fsencode(text).decode("utf-8")
        except UnicodeError:
            name = param.get_error_hint(ctx) if param else "argument"
            _fail(f"{name}: expected text in UTF-8, found '{escaped(text)}'", code=2)


# -- the one way out


def _write(text: str, encoding: str | None = None) -> None:
    """Write to standard output at once, so that a failure is met here and not when Python exits.

    What the encoding, by default that of the terminal, cannot hold is written out.
    """
    stream = sys.stdout
    encoding = encoding or stream.encoding or "utf-8"
    data = text.encode(encoding, errors="backslashreplace")
    binary = getattr(stream, "buffer", None)
    if binary is None:  # redirected within Python
        stream.write(data.decode(encoding))
        return
    stream.flush()
    binary.write(data)
    binary.flush()


def _say(text: object) -> None:
    """Print a text for people: nothing in it controls the terminal."""
    _write(escaped(str(text)) + "\n")


def _write_data(text: str) -> None:
    """Print a data format: in UTF-8, as its readers expect it, whatever the terminal's code page."""
    _write(escaped(text) if sys.stdout.isatty() else text, "utf-8")


def _write_json(text: str) -> None:
    _write_data(json_escaped(text) + "\n")


def _discard_output() -> None:
    """Send what is still in the buffer nowhere: it would raise the error again when Python exits."""
    with suppress(OSError, ValueError, AttributeError):  # there may be no output at all
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _fail(message: str, code: int = 1) -> NoReturn:
    """Print what went wrong on stderr, in one line, and exit."""
    with suppress(OSError, ValueError):
        click.echo(click.style("error: ", fg="red", bold=True) + escaped(message), err=True)
    sys.exit(code)


@contextmanager
def _errors_as_one_line() -> Iterator[None]:
    """Print the errors of this package and of the system as one line on stderr."""
    try:
        yield
    except TmtDatasetError as error:
        _fail(str(error))
    except UnicodeEncodeError as error:
        _fail(f"{error.object!r:.80}: cannot be written as {error.encoding}")
    except BrokenPipeError:
        # the reader of the pipe, as `head`, has closed it: nothing is wrong
        _discard_output()
        sys.exit(0)
    except OSError as error:
        if error.filename is not None:
            _fail(f"{error.filename}: {error.strerror}")
        _discard_output()
        _fail(f"cannot write output: {error.strerror or error}")


class _Group(click.Group):
    """The commands, whose errors are one line."""

    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """Read the arguments; help and version are printed here."""
        with _errors_as_one_line():
            if sys.stdout is None:  # closed by the caller: nothing is begun whose result could not be told
                raise OSError(errno.EBADF, "it is closed")
            return super().make_context(*args, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        with _errors_as_one_line():
            return super().invoke(ctx)


# -- rows


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame with its days as text, without a time of day."""
    days = frame.select_dtypes("datetime")
    return frame.assign(**{str(c): days[c].dt.strftime("%Y-%m-%d") for c in days})


def _csv(frame: pd.DataFrame) -> str:
    """Return rows as an export writes them, with the line ends of a terminal."""
    from tmt_dataset.exports.tables import columns
    from tmt_dataset.exports.text import csv_records

    return "".join(record.removesuffix("\r\n") + "\n" for record in csv_records(columns(frame)))


def _emit(frame: pd.DataFrame, form: str, title: str = "") -> None:
    """Print rows in one of the formats."""
    frame = _plain(frame)
    if form == "csv":
        _write_data(_csv(frame))
    elif form == "json":
        _write_json(frame.to_json(orient="records", force_ascii=False, indent=2, date_format="iso"))
    else:
        _write(_table(frame, title))


def _table(frame: pd.DataFrame, title: str) -> str:
    """Return rows as a table for people, with the colours that the terminal takes."""
    import pandas as pd
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else 160, highlight=False)
    # as text: a name may look like markup
    heading = Text(escaped(title), style="table.title") if title else None
    table = Table(title=heading, show_lines=False, header_style="bold")
    for column in frame.columns:
        number = frame[column].dtype.kind in "iuf" or str(frame[column].dtype) == "Int64"
        table.add_column(Text(escaped(str(column))), justify="right" if number else "left", overflow="fold")
    for row in frame.itertuples(index=False):
        table.add_row(*(Text("" if pd.isna(v) else escaped(str(v))) for v in row))
    with console.capture() as printed:
        console.print(table)
    return printed.get()


def _version(ctx: click.Context, _param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        from tmt_dataset.package import open_package

        _say(f"tmt-dataset {open_package().descriptor.version}")
        ctx.exit()


def _command(name: str, example: str) -> Callable[[Callable[..., Any]], click.Command]:
    """Return the decorator of a command whose help ends with an example and the exit codes."""

    def registered(function: Callable[..., Any]) -> click.Command:
        command = main.command(name, epilog=f"Example: {example}\n\n{CODES}")(function)
        for param in command.params:
            if param.type is click.STRING:
                param.type = _Text()
        return command

    return registered


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
def info(package: Path | None, sha256: str | None, form: str) -> None:
    """Show what is in the package: version, period, and the rows of every table."""
    import pandas as pd

    from tmt_dataset.dataset import load

    ds = load(package, sha256=sha256)
    rows = pd.DataFrame(
        [{"table": n, "rows": len(ds[n]), "holds": ds.descriptor.tables[n].title} for n in ds]
    )
    start, end = ("" if pd.isna(day) else f"{day:%Y-%m-%d}" for day in ds.period)
    if form != "table":  # the printed table has these in its title
        rows = rows.assign(version=ds.version, period_start=start or None, period_end=end or None)
    period = f", {start} to {end}" if start else ""
    _emit(rows, form, f"{ds.descriptor.name} {ds.version}{period}")


@_command("search", "tmt-dataset search deepfake --topic ai --year 2025 --format csv")
@click.argument("text", required=False)
@click.option("--topic", multiple=True, help="Topic; a parent matches its children.")
@click.option("--action", multiple=True, help="Kind of action.")
@click.option("--category", multiple=True, help="legislative, enforcement or industry.")
@click.option("--authority", multiple=True, help="Body that acts, in any role.")
@click.option("--with-offices", is_flag=True, help="A body also matches the bodies below it.")
@click.option(
    "--place", multiple=True, help="Place that it governs or is about; a province matches its cities."
)
@click.option("--jurisdiction", multiple=True, help="Area that it governs, exactly as coded.")
@click.option("--source", multiple=True, help="Source that reports it.")
@click.option("--instrument", multiple=True, help="Instrument, in any stage.")
@click.option("--year", type=int, help="Year in which it took place.")
@click.option("--date", help="EDTF date or interval, as 2024-07/2024-08.")
@click.option(
    "--dates",
    type=click.Choice(["overlap", "within"]),
    default="overlap",
    show_default=True,
    help="How a date that is an interval has to match.",
)
@package_option
@format_option
def search(
    text: str | None,
    year: int | None,
    date: str | None,
    package: Path | None,
    sha256: str | None,
    form: str,
    **criteria: Any,
) -> None:
    """List the developments that match a text and codes, the best match of the text first.

    TEXT is one or more words, all of which have to be found, "a phrase", either of two words with OR, or the beginning of a
    word with *, as algorithm*. Endings, capital letters and British or American spelling make no difference.
    """
    from tmt_dataset.dataset import load

    lists: dict[str, Any] = {k: list(v) or None for k, v in criteria.items() if isinstance(v, tuple)}
    rest: dict[str, Any] = {k: v for k, v in criteria.items() if not isinstance(v, tuple)}
    try:
        found = load(package, sha256=sha256).select(year=year, date=date, **lists, **rest)
        hits = None if text is None else found.search(text)
    except ValueError as error:
        if isinstance(error, TmtDatasetError):
            raise
        raise click.UsageError(str(error)) from None
    rows = found.flat()
    if hits is not None:
        rows = hits[["development_id"]].merge(rows, how="left").merge(hits.drop(columns="title"))
    if form == "table":
        last = ["title"] if hits is None else ["title", "where", "snippet"]
        rows = rows[["development_id", "date", "action", "topic", "jurisdiction_name", *last]]
    _emit(rows, form, f"{len(rows)} developments")
    if text is not None and rows.empty:
        _say_near(found, text)


def _say_near(ds: Dataset, text: str) -> None:
    """Say what is near a search that found nothing."""
    from tmt_dataset.search import near

    found = ", ".join(near(ds, text)) or "nothing"
    click.echo(escaped(f"nothing has all of {text!r:.80}; near it: {found}"), err=True)


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
def show(development_id: str, package: Path | None, sha256: str | None, form: str) -> None:
    """Show one development: each coded value beside the quotes that prove it."""
    import json

    from tmt_dataset.dataset import load

    record = load(package, sha256=sha256).record(development_id)
    if form == "csv":
        _emit(record.evidence, form)
    elif form == "json":
        _write_json(json.dumps(record.to_jsonld(), ensure_ascii=False, indent=2))
    else:
        _say(record)


@_command("coverage", "tmt-dataset coverage")
@package_option
@format_option
def coverage(package: Path | None, sha256: str | None, form: str) -> None:
    """Account for every character of every source: roles, items, developments, mentions, quotes."""
    from tmt_dataset.analysis import coverage as account
    from tmt_dataset.dataset import load

    frame = account(load(package, sha256=sha256))
    if form == "table":
        frame = frame.astype(object).set_index("source_id").T.rename_axis("").reset_index().astype("str")
    _emit(frame, form)


def _report(report: Any, form: str) -> None:
    if form == "json":
        _write_json(report.to_json())
    elif form == "csv":
        import pandas as pd

        from tmt_dataset.cells import nullable

        rows = pd.DataFrame(
            report.to_dict()["findings"],
            columns=["rule", "severity", "table", "row", "field", "message", "expected", "found", "hint"],
        )
        _emit(rows.assign(row=nullable(rows["row"])), form)
    else:
        _say(report)
    if not report.valid:
        sys.exit(1)


@_command("validate", "tmt-dataset validate --package tmt-dataset-1.0.0.zip")
@package_option
@format_option
def validate(package: Path | None, sha256: str | None, form: str) -> None:
    """Check a package: descriptor, bytes and form, schemas, keys, rules; all findings in one run."""
    from tmt_dataset.validation import validate as check

    _report(check(package, sha256=sha256), form)


@_command("prove", "tmt-dataset prove ../sources")
@sources_argument
@package_option
@format_option
def prove(sources: Path, package: Path | None, sha256: str | None, form: str) -> None:
    """Check every quote, segment, source and the words of the reports against the source texts in a folder (<source_id>.txt).

    Exits with 1 if anything is wrong, or if the text of any source is missing or cannot be read: a proof has to
    cover every source.
    """
    from tmt_dataset.coding.proof import prove as check
    from tmt_dataset.dataset import load

    _report(check(load(package, sha256=sha256), sources), form)


@_command("build", "tmt-dataset build --check")
@click.option(
    "--check",
    is_flag=True,
    help="Write nothing; fail where a generated file is out of step, and name its rows.",
)
@click.option(
    "--locate",
    type=_Path(),
    help="Folder of source texts: fill in the offsets of new quotes and segments first, and count the words of the reports.",
)
@click.option(
    "--folder",
    type=_Path(),
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
        _say("in step")
        return
    paths, report = generated.build(folder, locate, main)
    for path in paths:
        _say(path)
    generated.refuse(report, folder)


@_command("export", "tmt-dataset export tmt.xlsx")
@click.argument("target", type=_Path())
@click.option(
    "--as", "form", help="csv, xlsx, parquet, sqlite or jsonl; by default the suffix of the target."
)
@click.option("--overwrite", is_flag=True, help="Replace an existing export.")
@package_option
def export(target: Path, form: str | None, overwrite: bool, package: Path | None, sha256: str | None) -> None:
    """Write the data set as a folder of CSV or Parquet files, as Excel workbook, SQLite database or JSON Lines."""
    from tmt_dataset.dataset import load
    from tmt_dataset.exports import export as write

    _say(write(load(package, sha256=sha256), target, format=form, overwrite=overwrite))


@_command("cite", "tmt-dataset cite --style bibtex")
@click.argument("record", required=False)
@click.option("--style", default="apa", show_default=True, help="apa, bibtex, ris or csl.")
@package_option
def cite(record: str | None, style: str, package: Path | None, sha256: str | None) -> None:
    """Print the citation of the package, or of one development (RECORD, as TMT-0001)."""
    from tmt_dataset.citation import cite as citation

    text = citation(package, style=style, record=record, sha256=sha256)
    if style == "apa":
        _say(text)
    else:
        _write_data(text + "\n")


@_command("agreement", "tmt-dataset agreement validation")
@click.argument("validation", type=_Path(), default=Path("validation"))
@click.option("--disagreements", is_flag=True, help="List every disagreement instead.")
@format_option
def agreement(validation: Path, disagreements: bool, form: str) -> None:
    """Compare the two codings in a validation folder, variable by variable (machine-machine agreement)."""
    from tmt_dataset.coding.agreement import agreement as compare

    measured, differing = compare(validation)
    _emit(differing if disagreements else measured, form)


@_command("diff", "tmt-dataset diff tmt-dataset-1.0.0.zip")
@click.argument("old", type=_Path())
@click.argument("new", type=_Path(), required=False)
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

        _emit(pd.read_csv(io.StringIO(difference.to_csv()), dtype="str", keep_default_na=False), form)
    elif form == "json":
        _write_json(difference.to_json())
    else:
        _say(difference.to_text())


@_command("release", "tmt-dataset release 1.0.0 --out dist")
@click.argument("version")
@click.option(
    "--folder",
    type=_Path(),
    default=Path(),
    show_default=True,
    help="The package's checkout.",
)
@click.option(
    "--out",
    type=_Path(),
    default=Path("dist"),
    show_default=True,
    help="Where the archive goes.",
)
@click.option("--previous", type=_Path(), help="Archive of the previous release.")
def release(version: str, folder: Path, out: Path, previous: Path | None) -> None:
    """Build the release archive from a clean, committed, valid tree."""
    from tmt_dataset.publish.release import release as make

    _say(make(folder, version, out, previous=previous, commands=main))


if __name__ == "__main__":
    main()
