"""Bytes and form of a table: what CSV readers silently repair or overlook.

A table has one form: UTF-8 without BOM, LF, NFC, minimal quoting, a record a line. Whatever parses and, written again,
gives other bytes is not in it. The quick way proves that for a whole file at once; only where it fails are the lines
looked at one by one, to say which and why.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator

import numpy as np
import pandas as pd

from tmt_dataset.cells import read_cells
from tmt_dataset.descriptor import Table
from tmt_dataset.validation.findings import Finding

#: Characters that end a line for some readers, or that none expects: a text has spaces, and a record one line. And those that
#: nobody sees: they join and part words, turn the direction of writing, and make equal words unequal.
CONTROLS = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"
)
_ASCII_CONTROLS = bytes(n for n in (*range(0x20), 0x7F) if n != 0x0A)
_NAMED = {"\x00": "a NUL", "\r": "a carriage return", "\t": "a tab"}
#: What the csv module takes unless a library raises its limit, which holds for the whole process.
CELL_LIMIT = 131_072
SPREADSHEET = "Edit the annotations and run `tmt-dataset build`; do not save tables with a spreadsheet."
UNSEEN = "Delete it where it was pasted, in an annotation or a vocabulary, and run `tmt-dataset build`."


def decoded(data: bytes, table: str) -> tuple[str, list[Finding]]:
    """Return a file's text and what is wrong with its bytes; undecodable bytes are replaced."""
    found: list[Finding] = []
    if data.startswith(b"\xef\xbb\xbf"):
        found.append(
            Finding(
                "bytes",
                "the file starts with a byte order mark",
                table,
                1,
                None,
                "plain UTF-8",
                "BOM",
                "Save it without BOM.",
            )
        )
        data = data[3:]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        found.append(
            Finding(
                "bytes",
                "the file is not UTF-8",
                table,
                line,
                None,
                "UTF-8",
                f"byte 0x{data[error.start]:02x}",
                "Save it as UTF-8.",
            )
        )
        text = data.decode("utf-8", errors="replace")
    if not text.isascii() or len(data.translate(None, _ASCII_CONTROLS)) < len(data):
        for character in sorted(set(CONTROLS.findall(text))):
            line = text.count("\n", 0, text.find(character)) + 1
            unseen = unicodedata.category(character) == "Cf"
            kind = f"{'an invisible' if unseen else 'a control'} (U+{ord(character):04X})"
            found.append(
                Finding(
                    "bytes",
                    f"the file has {_NAMED.get(character, kind)} character",
                    table,
                    line,
                    None,
                    "none",
                    f"{text.count(character)}",
                    UNSEEN if unseen else SPREADSHEET,
                )
            )
            text = text.replace(character, "")
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        for n, line_text in enumerate(text.split("\n"), 1):
            if not unicodedata.is_normalized("NFC", line_text):
                found.append(
                    Finding(
                        "bytes",
                        "the text is not in NFC",
                        table,
                        n,
                        hint="Normalise it: equal words must be equal bytes.",
                    )
                )
    if not text.endswith("\n"):
        found.append(
            Finding(
                "bytes",
                "the file does not end with a line end",
                table,
                text.count("\n") + 1,
                hint=SPREADSHEET,
            )
        )
        text += "\n"
    return text, found


def _written(rows: Iterable[list[str]]) -> str:
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()


def _cells(line: str) -> list[str]:
    """Return the cells of one line; raise csv.Error where they cannot be told."""
    cells = next(csv.reader([line], strict=True))
    if max(map(len, cells)) > CELL_LIMIT:  # as csv says it where nobody raised its limit
        raise csv.Error(f"field larger than field limit ({CELL_LIMIT})")
    return cells


def _by_line(text: str, table: Table) -> Iterator[tuple[int, list[str] | None, list[Finding]]]:
    """Yield each line's number, its cells (None where they cannot be told), and what is wrong with its form."""
    open_quote = False
    for n, line in enumerate(text.removesuffix("\n").split("\n"), 1):
        found: list[Finding] = []
        if line == "":
            yield (
                n,
                None,
                [
                    Finding(
                        "form", "the line is blank", table.name, n, None, "a record", "", "Delete the line."
                    )
                ],
            )
            continue
        try:
            cells = _cells(line)
        except csv.Error as error:
            spread = line.count('"') % 2 == 1
            if "field limit" in str(error):
                message = f"a cell is longer than readers of CSV take ({CELL_LIMIT:,} characters)"
            elif spread and not open_quote:
                open_quote = True
                message = (
                    "a quotation mark is not closed on its line: a stray quote, or a newline within a cell"
                )
            elif spread:
                open_quote = False
                message = "the line continues a cell of a line before it: a newline within a cell"
            else:
                message = f"a stray quotation mark ({error})"
            yield (
                n,
                None,
                [
                    Finding(
                        "form",
                        message,
                        table.name,
                        n,
                        None,
                        "one record on one line",
                        line[:80],
                        "Quote cells whole, double quotation marks in them, keep newlines out.",
                    )
                ],
            )
            continue
        if _written([cells]) != line + "\n":
            found.append(
                Finding(
                    "form",
                    "the line is not in canonical form",
                    table.name,
                    n,
                    None,
                    _written([cells]).rstrip("\n")[:80],
                    line[:80],
                    SPREADSHEET,
                )
            )
        yield n, cells, found


def _canonical(data: bytes, columns: int) -> bool:
    """Whether bytes that end in a newline are the one way to write their records, each on a line and of so many cells.

    What the csv module would write is told from where commas, newlines and quotation marks stand. A table of one column
    is left to the slow way: an empty cell of it has marks.
    """
    text = np.frombuffer(data, dtype=np.uint8)
    marks = np.flatnonzero(text == ord('"'))
    ends = np.flatnonzero((text == ord(",")) | (text == ord("\n")))
    before = np.searchsorted(marks, ends)
    inner = ends[before % 2 == 1]  # within quotation marks: a part of the cell
    ends, before = ends[before % 2 == 0], before[before % 2 == 0]
    if columns == 1 or len(marks) % 2 or len(ends) % columns or bool((text[inner] == ord("\n")).any()):
        return False
    if bool(((text[ends] == ord("\n")).reshape(-1, columns) != (np.arange(columns) == columns - 1)).any()):
        return False
    starts = np.concatenate([[0], ends[:-1] + 1])
    if int((ends - starts).max()) > CELL_LIMIT:
        return False
    # a cell with marks begins and ends with one, has a comma or marks between them, and these in neighbouring pairs
    held = np.diff(before, prepend=0)
    quoted = held > 0
    starts, ends, held, last = starts[quoted], ends[quoted], held[quoted], before[quoted] - 1
    first = last - held + 1
    if bool(((marks[first] != starts) | (marks[last] != ends - 1)).any()):
        return False
    if not bool(((held > 2) | (np.searchsorted(inner, starts) < np.searchsorted(inner, ends))).all()):
        return False
    between = np.delete(marks, np.concatenate([first, last]))
    return bool((between[1::2] == between[::2] + 1).all())


def parsed(text: str, table: Table) -> tuple[pd.DataFrame, list[Finding]]:
    """Return a table's cells as text, indexed by line, and what is wrong with its form.

    A record with too few or too many cells is reported, and judged no further. An empty cell is missing.
    """
    found: list[Finding] = []
    names = table.field_names
    data = text.encode("utf-8")
    if (
        text.startswith(",".join(names) + "\n")
        and len({*names}) == len(names)
        and _canonical(data, len(names))
    ):
        frame = read_cells(data, table, index_col=False)
        frame.index = pd.RangeIndex(2, len(frame) + 2)
        return frame, []
    rows: list[list[str]] = []
    lines: list[int] = []
    for n, cells, wrong in _by_line(text, table):
        found += wrong
        if cells is not None:
            rows.append(cells)
            lines.append(n)
    if not rows or rows[0] != names:
        found.append(
            Finding(
                "form",
                "the header is not the declared one",
                table.name,
                1,
                None,
                ",".join(names),
                ",".join(rows[0]) if rows else "",
                "Restore the header.",
            )
        )
        return pd.DataFrame(columns=list(dict.fromkeys(names)), dtype="str"), found
    wanted = len(names)
    whole = [len(cells) == wanted for cells in rows]
    if not all(whole):
        for n, cells, good in zip(lines, rows, whole, strict=True):
            if not good:
                what = "too few cells" if len(cells) < wanted else "too many cells"
                found.append(
                    Finding(
                        "form",
                        f"the record has {what}",
                        table.name,
                        n,
                        None,
                        str(wanted),
                        str(len(cells)),
                        "Each record has a cell for each column.",
                    )
                )
        rows = [cells for cells, good in zip(rows, whole, strict=True) if good]
        lines = [n for n, good in zip(lines, whole, strict=True) if good]
    columns = list(zip(*rows[1:], strict=True)) or [()] * wanted
    frame = pd.DataFrame(
        {name: pd.Series(column, dtype="str") for name, column in zip(names, columns, strict=True)}
    )
    frame = frame.mask(frame == "")
    frame.index = pd.Index(lines[1:], dtype="int64")
    return frame, found
