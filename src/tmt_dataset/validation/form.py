"""Files, bytes and form of a table: what CSV readers silently repair or overlook.

A table has one form: UTF-8 without BOM, LF, NFC, minimal quoting, one record per line. Whatever parses and, written again,
gives other bytes is not in it. The quick way proves that for a whole file at once; only where it fails are the lines
looked at one by one, to say which and why.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Iterator

import numpy as np
import pandas as pd

from tmt_dataset import characters
from tmt_dataset.cells import Tables, as_text, csv_text, read_cells
from tmt_dataset.descriptor import Table
from tmt_dataset.errors import PackageError
from tmt_dataset.package import Files, check_bounds, mismatches
from tmt_dataset.validation.findings import Finding

__all__ = ["CELL_LIMIT", "MAX_WRONG_LINES", "SPREADSHEET", "UNSEEN", "decoded", "parsed", "read", "written"]


_NAMED = {"\x00": "a NUL", "\r": "a carriage return", "\t": "a tab"}
#: What the csv module takes unless a library raises its limit, which holds for the whole process.
CELL_LIMIT = 131_072
#: How many lines of a table are found to be wrong before the rest is left.
MAX_WRONG_LINES = 10_000
SPREADSHEET = "Edit the annotations and run `tmt-dataset build`; do not save tables with a spreadsheet."
UNSEEN = "Delete it where it was pasted, in an annotation or a vocabulary, and run `tmt-dataset build`."


def read(files: Files, table: Table) -> tuple[pd.DataFrame | None, list[Finding]]:
    """Return a table's cells as :func:`parsed` does, or None without its file, and what is wrong with file and form."""
    try:
        data = files.read(table.path)
    except KeyError:
        hint = "Restore the file, or run `tmt-dataset build`."
        return None, [Finding("files", f"{table.path} is missing", table.name, hint=hint)]
    except PackageError as error:  # it is there: no permission, a loop of links
        return None, [Finding("files", str(error), table.name, hint="Make it a file that can be read.")]
    hint = "If the change is meant, run `tmt-dataset build`; if not, restore the file."
    message = f"{table.path} differs from the declared file"
    found = [
        Finding("integrity", message, table.name, None, field, *differing, hint)
        for field, differing in mismatches(table, data).items()
    ]
    try:
        check_bounds(table, data, table.path)
    except PackageError as error:
        return None, [*found, Finding("form", str(error), table.name)]
    text, wrong_bytes = decoded(data, table.name)
    frame, wrong_form = parsed(text, table)
    return frame, [*found, *wrong_bytes, *wrong_form]


def written(ds: Tables, table: Table) -> tuple[pd.DataFrame | None, list[Finding]]:
    """Return the cells of a table of a data set as they would be read from its file, and what is wrong with their form."""
    try:
        cells = as_text(ds[table.name], table)
        data = csv_text([table.field_names, *cells.to_numpy().tolist()]).encode("utf-8")
    except (PackageError, LookupError, TypeError, ValueError) as error:
        hint = "Load the data set again."
        return None, [Finding("form", f"the table cannot be written ({error})", table.name, hint=hint)]
    text, wrong_bytes = decoded(data, table.name)
    frame, wrong_form = parsed(text, table)
    return frame, [*wrong_bytes, *wrong_form]


# -- bytes


def decoded(data: bytes, table: str) -> tuple[str, list[Finding]]:
    """Return a file's text and what is wrong with its bytes; undecodable bytes are replaced."""
    found: list[Finding] = []
    if data.startswith(b"\xef\xbb\xbf"):
        message, hint = "the file starts with a byte order mark", "Save it without BOM."
        found.append(Finding("bytes", message, table, 1, None, "plain UTF-8", "BOM", hint))
        data = data[3:]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line, byte = data.count(b"\n", 0, error.start) + 1, f"byte 0x{data[error.start]:02x}"
        message, hint = "the file is not UTF-8", "Save it as UTF-8."
        found.append(Finding("bytes", message, table, line, None, "UTF-8", byte, hint))
        text = data.decode("utf-8", errors="replace")
    # each character once: a joiner that letters need is looked at in its place, below
    if characters.UNSEEN.search("".join(sorted({*text}))):
        found += _controls(text, table)
        text = characters.UNSEEN.sub("", text)
    if not text.isascii() and not unicodedata.is_normalized("NFC", text):
        hint = "Normalise it: equal words must be equal bytes."
        for n, line_text in enumerate(text.split("\n"), 1):
            if not unicodedata.is_normalized("NFC", line_text):
                found.append(Finding("bytes", "the text is not in NFC", table, n, hint=hint))
    if not text.endswith("\n"):
        message, line = "the file does not end with a line end", text.count("\n") + 1
        found.append(Finding("bytes", message, table, line, hint=SPREADSHEET))
        text += "\n"
    return text, found


def _controls(text: str, table: str) -> Iterator[Finding]:
    """Report each control or invisible character once, on the first line that has it."""
    found: dict[str, list[int]] = {}
    for match in characters.UNSEEN.finditer(text):
        found.setdefault(match[0], []).append(match.start())
    for character in sorted(found):
        line = text.count("\n", 0, found[character][0]) + 1
        pasted = unicodedata.category(character) != "Cc" and character not in "\u2028\u2029"
        kind = f"{'an invisible' if pasted else 'a control'} (U+{ord(character):04X})"
        message, n = f"the file has {_NAMED.get(character, kind)} character", str(len(found[character]))
        yield Finding("bytes", message, table, line, None, "none", n, UNSEEN if pasted else SPREADSHEET)


# -- form


def parsed(text: str, table: Table) -> tuple[pd.DataFrame, list[Finding]]:
    """Return a table's cells as text, indexed by line, and what is wrong with its form.

    A record with too few or too many cells is reported and left out. An empty cell is missing.
    """
    names = table.field_names
    data = text.encode("utf-8")
    header_met = text.startswith(",".join(names) + "\n") and len({*names}) == len(names)
    if header_met and _canonical(data, len(names)):
        frame = read_cells(data, table, index_col=False)
        frame.index = pd.RangeIndex(2, len(frame) + 2)
        return frame, []
    return _parsed_by_line(text, table)


def _canonical(data: bytes, columns: int) -> bool:
    """Whether bytes that end in a newline are the one way to write their records, each on a line and of so many cells.

    What the csv module would write follows from the places of commas, newlines and quotation marks. A table of one column
    is left to the slow way: an empty cell of it has marks. Measured on 771 thousand rows: 1.3 s, against 16.4 s line by line.
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


def _parsed_by_line(text: str, table: Table) -> tuple[pd.DataFrame, list[Finding]]:
    """Return what :func:`parsed` does, line by line."""
    names = table.field_names
    records, found = _records(text, table.name)
    header = next(iter(records.values()), [])
    if header != names:
        message, hint = "the header differs from the declared one", "Restore the header."
        given = ",".join(header)
        found.append(Finding("form", message, table.name, 1, None, ",".join(names), given, hint))
        return pd.DataFrame(columns=list(dict.fromkeys(names)), dtype="str"), found
    del records[next(iter(records))]
    for n, cells in records.items():
        if len(found) >= MAX_WRONG_LINES:
            found.append(_too_many(table.name, n))
            break
        if (number := len(cells)) != len(names):
            message = f"the record has too {'few' if number < len(names) else 'many'} cells"
            hint = "Each record has a cell for each column."
            found.append(Finding("form", message, table.name, n, None, str(len(names)), str(number), hint))
    whole = {n: cells for n, cells in records.items() if len(cells) == len(names)}
    columns = list(zip(*whole.values(), strict=True)) or [()] * len(names)
    frame = pd.DataFrame({k: pd.Series(v, dtype="str") for k, v in zip(names, columns, strict=True)})
    frame = frame.mask(frame == "")
    frame.index = pd.Index(list(whole), dtype="int64")
    return frame, found


def _records(text: str, table: str) -> tuple[dict[int, list[str]], list[Finding]]:
    """Return the cells of each line on which they can be told apart, and what is wrong with the form of the lines."""
    records: dict[int, list[str]] = {}
    found: list[Finding] = []
    open_quote = False
    for n, line in enumerate(text.removesuffix("\n").split("\n"), 1):
        if len(found) >= MAX_WRONG_LINES:
            found.append(_too_many(table, n))
            break
        if line == "":
            found.append(
                Finding("form", "the line is blank", table, n, None, "a record", "", "Delete the line.")
            )
            continue
        try:
            cells = records[n] = _cells(line)
        except csv.Error as error:
            message = _unread(line, error, open_quote)
            open_quote ^= line.count('"') % 2 == 1
            hint = "Quote cells whole, double quotation marks in them, keep newlines out."
            wanted = "one record on one line"
            found.append(Finding("form", message, table, n, None, wanted, line[:80], hint))
            continue
        if (wanted := csv_text([cells]).removesuffix("\n")) != line:
            message = "the line is not in canonical form"
            found.append(Finding("form", message, table, n, None, wanted[:80], line[:80], SPREADSHEET))
    return records, found


def _too_many(table: str, line: int) -> Finding:
    message = f"{MAX_WRONG_LINES:,} lines are wrong; those from here on were not looked at"
    return Finding("form", message, table, line, hint="Restore the file.")


def _cells(line: str) -> list[str]:
    """Return the cells of one line; raise csv.Error where they cannot be told apart."""
    cells = next(csv.reader([line], strict=True))
    if max(map(len, cells)) > CELL_LIMIT:  # as csv says it where nobody raised its limit
        raise csv.Error(f"field larger than field limit ({CELL_LIMIT})")
    return cells


def _unread(line: str, error: csv.Error, open_quote: bool) -> str:
    """Say why the cells of a line cannot be told apart."""
    if "field limit" in str(error):
        return f"a cell is longer than readers of CSV take ({CELL_LIMIT:,} characters)"
    if line.count('"') % 2 == 0:
        return f"a stray quotation mark ({error})"
    if open_quote:
        return "the line continues a cell of a line before it: a newline within a cell"
    return "a quotation mark is not closed on its line: a stray quote, or a newline within a cell"
