"""What the commands print: text for people, data for programs, rows in either form, and errors in one line."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, NoReturn

import click

from tmt_dataset.characters import escaped, json_escaped
from tmt_dataset.errors import TmtDatasetError

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["discard_output", "emit", "errors_as_one_line", "fail", "say", "write", "write_data", "write_json"]


def write(text: str, encoding: str | None = None) -> None:
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


def say(text: object) -> None:
    """Print a text for people: nothing in it controls the terminal."""
    write(escaped(str(text)) + "\n")


def write_data(text: str) -> None:
    """Print a data format: in UTF-8, as its readers expect it, whatever the terminal's code page."""
    write(escaped(text) if sys.stdout.isatty() else text, "utf-8")


def write_json(text: str) -> None:
    """Print JSON, in which unseen characters are escaped."""
    write_data(json_escaped(text) + "\n")


def discard_output() -> None:
    """Send what is still in the buffer nowhere: it would raise the error again when Python exits."""
    with suppress(OSError, ValueError, AttributeError):  # there may be no output at all
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def fail(message: str, code: int = 1) -> NoReturn:
    """Print what went wrong on stderr, in one line, and exit."""
    with suppress(OSError, ValueError):
        click.echo(click.style("error: ", fg="red", bold=True) + escaped(message), err=True)
    sys.exit(code)


@contextmanager
def errors_as_one_line() -> Iterator[None]:
    """Print the errors of this package and of the system as one line on stderr."""
    try:
        yield
    except TmtDatasetError as error:
        fail(str(error))
    except UnicodeEncodeError as error:
        fail(f"{error.object!r:.80}: cannot be written as {error.encoding}")
    except BrokenPipeError:
        # the reader of the pipe, as `head`, has closed it: nothing is wrong
        discard_output()
        sys.exit(0)
    except OSError as error:
        if error.filename is not None:
            fail(f"{error.filename}: {error.strerror}")
        discard_output()
        fail(f"cannot write output: {error.strerror or error}")


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


def emit(frame: pd.DataFrame, form: str, title: str = "") -> None:
    """Print rows in one of the formats."""
    frame = _plain(frame)
    if form == "csv":
        write_data(_csv(frame))
    elif form == "json":
        write_json(frame.to_json(orient="records", force_ascii=False, indent=2, date_format="iso"))
    else:
        write(_table(frame, title))


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
