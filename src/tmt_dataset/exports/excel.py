"""An Excel workbook for readers: what it is, one row per development, then the tables with labels beside codes."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from itertools import accumulate
from math import ceil, sqrt
from pathlib import Path
from typing import Any

from tmt_dataset.dataset import Dataset
from tmt_dataset.errors import ExportError, MissingExtraError
from tmt_dataset.exports.about import About, about
from tmt_dataset.exports.tables import FLAT, Cell, at, frames, labelled, sheets

__all__ = [
    "ELSE",
    "EXCEL_ADDRESS",
    "EXCEL_CHARACTERS",
    "EXCEL_FIRST_YEAR",
    "EXCEL_LINKS",
    "EXCEL_ROWS",
    "EXCEL_SHEET_NAME",
    "README",
    "Columns",
    "write",
]


#: Limits of Excel; it counts UTF-16 code units as characters, and the header as a row.
EXCEL_CHARACTERS, EXCEL_ROWS, EXCEL_SHEET_NAME, EXCEL_FIRST_YEAR = 32_767, 1_048_576, 31, 1900
EXCEL_LINKS, EXCEL_ADDRESS = 65_530, 2_000
ELSE = "select less, or export as csv"
README = "README"
_A3 = 8
_DAY = "yyyy-mm-dd"
_WIDEST = 48
#: Of a line of text, in points; a row has at most 409.
_LINE, _TALLEST = 15, 409
#: What a page in landscape takes in a size that can be read, in characters.
_PAGE = 280
#: Widths of the two columns of the sheet README, in characters.
_LABEL, _TEXT = 26, 110

Columns = Mapping[str, Sequence[Cell]]


def write(ds: Dataset, path: Path) -> None:
    """Write a workbook: the sheet README, one row per development, and one sheet per table."""
    try:
        from xlsxwriter import Workbook
    except ImportError:
        raise MissingExtraError('xlsx needs XlsxWriter: pip install "tmt-dataset[exports]"') from None
    for name, frame in frames(ds):
        _check_sheet(name, len(frame))
    contents = sheets(ds)
    for name, cells in contents.items():
        _check_cells(name, cells)
    said = about(ds)
    _check_cells(README, {label: [text] for label, text in said.paragraphs})
    ordered = {FLAT: contents[FLAT], **contents}
    stream = io.BytesIO()
    # a text stays a text, whatever it looks like
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(stream, options) as book:
        book.set_properties(_properties(ds))
        formats = {
            "head": book.add_format(
                {"bold": True, "text_wrap": True, "valign": "top", "bg_color": "#E7EBF0"}
            ),
            "title": book.add_format({"bold": True, "font_size": 14, "text_wrap": True}),
            "text": book.add_format({"text_wrap": True, "valign": "top"}),
            "day": book.add_format({"num_format": _DAY, "valign": "top", "align": "left"}),
            "link": book.add_format(
                {"font_color": "#0B4F9E", "underline": 1, "text_wrap": True, "valign": "top"}
            ),
        }
        _write_readme(_sheet(book, README), said, {n: _rows(c) for n, c in ordered.items()}, formats)
        first_quote = _first_rows(contents, "quotes")
        in_flat = _first_rows(contents, FLAT)
        for name, cells in ordered.items():
            columns = cells if name == FLAT else labelled(ds, name, contents)
            target = ("quotes", first_quote) if name == FLAT else (FLAT, in_flat)
            _fill(_sheet(book, name), columns, _links(ds, name, columns, *target), formats)
    path.write_bytes(stream.getvalue())


def _sheet(book: Any, name: str) -> Any:
    from xlsxwriter.exceptions import XlsxWriterException

    try:
        sheet = book.add_worksheet(name)
    except XlsxWriterException as error:
        raise ExportError(f"table {name}: no name for a sheet ({error}); {ELSE}") from None
    sheet.add_write_handler(str, _write_text)
    sheet.set_landscape()
    sheet.set_paper(_A3)
    sheet.fit_to_pages(1, 0)  # one page wide, as long as it is
    sheet.set_footer("&L&A&R&P / &N")
    return sheet


# -- the sheet README


def _write_readme(sheet: Any, said: About, sizes: Mapping[str, int], formats: Mapping[str, Any]) -> None:
    """Write what the workbook is: pairs of a label and a text, the sources, and the sheets."""
    text, link, head = formats["text"], formats["link"], formats["head"]
    sheet.set_column(0, 0, _LABEL, text)
    sheet.set_column(1, 1, _TEXT, text)
    sheet.hide_gridlines(2)
    sheet.merge_range(0, 0, 0, 1, said.title, formats["title"])
    row = 2
    for label, paragraph in said.paragraphs:
        sheet.set_row(row, _height({1: paragraph}, {1: _TEXT}))
        sheet.write(row, 0, label, head)
        sheet.write(row, 1, paragraph, text)
        row += 1
    row += 1
    sheet.write(row, 0, "Source", head)
    sheet.write(row, 1, "Title, and the period that it covers", head)
    for source_id, words, url in said.sources:
        row += 1
        sheet.write(row, 0, source_id, text)
        _write_link(sheet, row, 1, url, words, link, text)
    row += 2
    sheet.write(row, 0, "Sheet", head)
    sheet.write(row, 1, "Rows, and what they are", head)
    for name, rows in sizes.items():
        row += 1
        _write_link(sheet, row, 0, f"internal:'{name}'!A1", name, link, text)
        words = f"{rows:,}: {said.sheets[name]}"
        sheet.set_row(row, _height({1: words}, {1: _TEXT}))
        sheet.write(row, 1, words, text)


# -- the sheets of tables


def _fill(
    sheet: Any, columns: Columns, links: Mapping[tuple[int, int], str], formats: Mapping[str, Any]
) -> None:
    """Write the cells of a table into its sheet, whose header and first columns stay in view."""
    widths = {n: _width(column, cells) for n, (column, cells) in enumerate(columns.items())}
    for row, across in enumerate(zip(*columns.values(), strict=True), start=1):
        sheet.set_row(row, _height(dict(enumerate(across)), widths))
    for number, (column, cells) in enumerate(columns.items()):
        sheet.set_column(number, number, widths[number], formats["text"])
        sheet.write(0, number, column, formats["head"])
        for row, cell in enumerate(cells, start=1):
            if (row, number) in links and isinstance(cell, str):
                _write_link(sheet, row, number, links[row, number], cell, formats["link"], formats["text"])
            elif isinstance(cell, date):
                sheet.write_datetime(row, number, cell, formats["day"])
            elif cell is not None:
                sheet.write(row, number, cell, formats["text"])
    sheet.autofilter(0, 0, _rows(columns), len(columns) - 1)
    # the header, and in the view the identifier and the title
    sheet.freeze_panes(1, 2 if list(columns)[1:2] == ["title"] else 1)
    sheet.repeat_rows(0)
    printed = sum(1 for total in accumulate(widths.values()) if total <= _PAGE)
    sheet.print_area(0, 0, _rows(columns), max(printed, 1) - 1)
    # codes of places are texts, though they look like numbers
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{EXCEL_ROWS}"})


def _links(
    ds: Dataset, name: str, columns: Columns, target: str, rows: Mapping[Cell, int]
) -> dict[tuple[int, int], str]:
    """Return where cells lead, by row and column: identifiers of developments to their row in a sheet, addresses to the page."""
    out = {}
    for number, (column, cells) in enumerate(columns.items()):
        if column in ("development_id", "related_id"):
            places = {row: rows[cell] for row, cell in enumerate(cells, start=1) if cell in rows}
            out.update({(row, number): f"internal:'{target}'!A{place + 1}" for row, place in places.items()})
        elif name in ds.descriptor.tables and column == "url":
            out.update(
                {(row, number): cell for row, cell in enumerate(cells, start=1) if isinstance(cell, str)}
            )
    return out if len(out) <= EXCEL_LINKS else {}


def _first_rows(contents: Mapping[str, Columns], name: str) -> dict[Cell, int]:
    """Return the first row of each development in a sheet."""
    cells = contents.get(name, {}).get("development_id", ())
    return {cell: len(cells) - n for n, cell in enumerate(reversed(cells))}


def _rows(columns: Columns) -> int:
    return len(next(iter(columns.values()), ()))


def _check_sheet(name: str, rows: int) -> None:
    if len(name) > EXCEL_SHEET_NAME:
        raise ExportError(f"table {name}: a sheet's name has at most {EXCEL_SHEET_NAME} characters; {ELSE}")
    if rows >= EXCEL_ROWS:
        raise ExportError(f"table {name}: {rows:,} rows; Excel takes {EXCEL_ROWS - 1:,}; {ELSE}")


def _check_cells(name: str, columns: Columns) -> None:
    """Refuse cells that Excel cannot hold: long texts would be left out, and early days written as text."""
    for column, cells in columns.items():
        for row, cell in enumerate(cells):
            if isinstance(cell, str) and (units := len(cell.encode("utf-16-le")) // 2) > EXCEL_CHARACTERS:
                limit = f"{units:,} characters; Excel takes at most {EXCEL_CHARACTERS:,} in a cell"
                raise ExportError(f"{at(name, row, column)}: {limit}; {ELSE}")
            if isinstance(cell, date) and cell.year < EXCEL_FIRST_YEAR:
                limit = f"{cell}; Excel has no dates before {EXCEL_FIRST_YEAR}"
                raise ExportError(f"{at(name, row, column)}: {limit}; {ELSE}")


def _properties(ds: Dataset) -> dict[str, Any]:
    return {
        "title": str(ds.descriptor.raw.get("title", "")),
        "comments": f"{ds.descriptor.name} {ds.version}",
        # not the time of the export, so that equal data give equal bytes
        "created": ds.descriptor.created or datetime(1980, 1, 1),
    }


def _is_markup(text: str) -> bool:
    """Whether XlsxWriter would take a text for markup of its own."""
    return text.startswith("<r>") and text.endswith("</r>")


def _write_text(sheet: Any, row: int, column: int, text: str, style: object = None) -> int | None:
    """Write a text as it is; one that XlsxWriter would take for markup of its own in parts, which it escapes."""
    if not text:
        return None  # XlsxWriter goes on as without a handler, and leaves the cell blank
    written: int
    if _is_markup(text):
        written = sheet.write_rich_string(row, column, text[:1], text[1:2], text[2:], style)
    else:  # not write(), which in older versions makes a formula of {=1+1}, whatever the options say
        written = sheet.write_string(row, column, text, style)
    return written


def _write_link(
    sheet: Any, row: int, column: int, url: str | None, text: str, link: object, plain: object
) -> None:
    """Write a text that leads to an address; to none that is too long for Excel, or leads to neither a page nor a sheet."""
    leads = url is not None and url.startswith(("internal:", "https://", "http://"))
    if url is not None and leads and len(url) <= EXCEL_ADDRESS and not _is_markup(text) and text.strip():
        sheet.write_url(row, column, url, link, text)
    else:
        sheet.write(row, column, text, plain)


def _height(cells: Mapping[int, Cell], widths: Mapping[int, float]) -> float:
    """Return the height of a row in points: not every program fits it to wrapped texts."""
    lines = max(
        (ceil(len(str(cell)) / widths[n] * 1.1) for n, cell in cells.items() if cell is not None), default=1
    )
    return float(min(_LINE * max(lines, 1), _TALLEST))


def _width(column: str, cells: Sequence[Cell]) -> float:
    """Return the width of a column, in characters: that of its longest word, and more for texts, which are wrapped."""
    texts = {str(cell) for cell in cells if cell is not None}
    word = max((len(word) for text in texts for word in re.split(r"[\s-]", text)), default=0)
    widest = max(map(len, texts), default=0)
    return min(max(word + 1, len(column) + 3, sqrt(8 * widest)), _WIDEST)
