"""An Excel workbook, within the limits of Excel."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from tmt_dataset.dataset import Dataset
from tmt_dataset.errors import ExportError, MissingExtraError
from tmt_dataset.exports.tables import FLAT, Cell, at, frames, sheets

#: Limits of Excel; it counts UTF-16 code units as characters, and the header as a row.
EXCEL_CHARACTERS, EXCEL_ROWS, EXCEL_SHEET_NAME, EXCEL_FIRST_YEAR = 32_767, 1_048_576, 31, 1900
ELSE = "select less, or export as csv"


def write(ds: Dataset, path: Path) -> None:
    """Write a workbook with one sheet per table, after a sheet with one row per development."""
    try:
        from xlsxwriter import Workbook
        from xlsxwriter.exceptions import XlsxWriterException
    except ImportError:
        raise MissingExtraError('xlsx needs XlsxWriter: pip install "tmt-dataset[exports]"') from None
    for name, frame in frames(ds):
        _check_sheet(name, len(frame))
    contents = sheets(ds)
    for name, cells in contents.items():
        _check_cells(name, cells)
    stream = io.BytesIO()
    day = "yyyy-mm-dd"
    with pd.ExcelWriter(
        stream,
        engine="xlsxwriter",
        date_format=day,
        datetime_format=day,
        # a text stays a text, whatever it looks like
        engine_kwargs={
            "options": {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
        },
    ) as writer:
        book: Workbook = writer.book
        book.set_properties(_properties(ds))
        bold = book.add_format({"bold": True})
        for name, cells in {FLAT: contents[FLAT], **contents}.items():
            try:
                sheet = book.add_worksheet(name)
            except XlsxWriterException as error:
                raise ExportError(f"table {name}: no name for a sheet ({error}); {ELSE}") from None
            sheet.add_write_handler(str, _write_markup)
            _fill(writer, sheet, cells, bold)
    path.write_bytes(stream.getvalue())


def _fill(writer: pd.ExcelWriter, sheet: Any, cells: Mapping[str, Sequence[Cell]], bold: Any) -> None:
    """Write the cells of a table into its sheet."""
    frame = pd.DataFrame(cells, dtype="object")
    sheet.set_row(0, None, bold)
    frame.to_excel(writer, sheet_name=sheet.name, index=False, freeze_panes=(1, 0))
    # that of pandas is wrong from the 27th column on
    sheet.autofilter(0, 0, len(frame), len(cells) - 1)
    for number, (column, values) in enumerate(cells.items()):
        sheet.set_column(number, number, _width(column, values))
    # codes of places are texts, though they look like numbers
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{EXCEL_ROWS}"})


def _check_sheet(name: str, rows: int) -> None:
    if len(name) > EXCEL_SHEET_NAME:
        raise ExportError(f"table {name}: a sheet's name has at most {EXCEL_SHEET_NAME} characters; {ELSE}")
    if rows >= EXCEL_ROWS:
        raise ExportError(f"table {name}: {rows:,} rows; Excel takes {EXCEL_ROWS - 1:,}; {ELSE}")


def _check_cells(name: str, columns: Mapping[str, Sequence[Cell]]) -> None:
    """Refuse cells that Excel cannot hold: pandas would cut long texts off and write early days as text."""
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


def _write_markup(sheet: Any, row: int, column: int, text: str, _style: object = None) -> int | None:
    """Write a text that XlsxWriter would take for markup of its own in parts, which it escapes."""
    if not (text.startswith("<r>") and text.endswith("</r>")):
        return None  # XlsxWriter goes on as without a handler
    written: int = sheet.write_rich_string(row, column, text[:1], text[1:2], text[2:])
    return written


def _width(column: str, cells: Sequence[Cell]) -> int:
    widest = max((len(str(cell)) for cell in cells if cell is not None), default=0)
    return min(max(widest, len(column) + 2, 10), 60)
