"""CSV in which no spreadsheet finds a formula."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

from tmt_dataset.cells import csv_text
from tmt_dataset.dataset import Dataset
from tmt_dataset.exports.tables import Cell, sheets

__all__ = ["FORMULA", "csv_records", "inert", "restore", "write"]


# line feeds, and the full-width forms in East Asian editions of Excel, start a formula too
FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


def inert(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula: where one would, an apostrophe is put in front.

    A text that has apostrophes before the formula gets another one, so that :func:`restore` is the inverse.

    Examples
    --------
    >>> inert("=cmd()"), inert("'=cmd()"), inert("'Clear and Bright' campaign")
    ("'=cmd()", "''=cmd()", "'Clear and Bright' campaign")
    """
    return f"'{text}" if FORMULA.match(text) else text


def restore(text: str) -> str:
    """Return the text that :func:`inert` was given.

    Examples
    --------
    >>> restore("'=cmd()"), restore("'Clear and Bright' campaign")
    ('=cmd()', "'Clear and Bright' campaign")
    """
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text


def csv_records(columns: Mapping[str, Sequence[Cell]]) -> Iterator[str]:
    r"""Yield the header and the rows of a table as CSV records in which no spreadsheet finds a formula.

    Examples
    --------
    >>> list(csv_records({"title": ["=cmd()", None], "value": [-5.0, 0.5]}))
    ['title,value\r\n', "'=cmd(),-5\r\n", ',0.5\r\n']
    """
    for record in chain([columns], zip(*columns.values(), strict=True)):
        # CRLF is the end of a record in RFC 4180; with it, the writer also quotes a cell with a lone carriage return
        yield csv_text([[inert(cell) if isinstance(cell, str) else cell for cell in record]], end="\r\n")


def write(ds: Dataset, folder: Path) -> None:
    """Write a folder with one CSV file per table, and the view with one row per development."""
    folder.mkdir()
    for name, cells in sheets(ds).items():
        with (folder / f"{name}.csv").open("x", encoding="utf-8", newline="") as stream:
            stream.writelines(csv_records(cells))
