"""Frames as tables that can be read: named columns, rounded numbers, identifiers linked to their records."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd
from pandas.api import types

from tmt_dataset.errors import unknown
from tmt_dataset.plots.article import record_address
from tmt_dataset.plots.style import readable

__all__ = ["Table", "table"]


#: An identifier of a development, alone or among others.
_RECORD = re.compile(r"\bTMT-\d{4}\b(?!:)")

#: Characters of a column that is not broken into lines, and of one that keeps room for words.
_SHORT, _LONG = 18, 40


class Table:
    """A table as an article shows it: :func:`table` makes it.

    Parameters
    ----------
    cells
        All rows as text, by the shown names of their columns.
    numeric
        Names of the columns with numbers.
    linked
        Identifiers to which the cells of a column lead, by its name.
    caption
        What the table holds.
    rows
        How many rows are in view.
    """

    def __init__(
        self,
        cells: pd.DataFrame,
        numeric: set[str],
        linked: Mapping[str, pd.Series],
        caption: str | None,
        rows: int,
    ) -> None:
        self.cells, self.numeric, self.linked = cells, numeric, linked
        self.caption, self.rows = caption, rows

    @property
    def columns(self) -> list[str]:
        """Return the names that readers see."""
        return [str(name) for name in self.cells]

    @property
    def more(self) -> str:
        """Return the line on the rows that are not in view, or nothing."""
        left = len(self.cells) - self.rows
        return f"and {left:,} more" if left > 0 else ""

    def __repr__(self) -> str:
        shown = self.cells.head(self.rows)
        widths = {name: max([len(name), *shown[name].str.len()]) for name in self.columns}
        pads = {name: str.rjust if name in self.numeric else str.ljust for name in self.columns}
        lines = [[pads[name](name, widths[name]) for name in self.columns]]
        lines += [
            [pads[name](row[name], widths[name]) for name in self.columns] for row in shown.to_dict("records")
        ]
        texts = ["  ".join(line).rstrip() for line in lines]
        return "\n".join(text for text in [self.caption or "", *texts, self.more] if text)

    def _repr_html_(self) -> str:
        heads = "".join(self._cell(name, escape(name), "th scope='col'") for name in self.columns)
        body = []
        for at, row in enumerate(self.cells.head(self.rows).itertuples(index=False, name=None)):
            named = zip(self.columns, row, strict=True)
            tags = ["th scope='row'", *["td"] * (len(row) - 1)]
            cells = [
                self._cell(n, self._html(n, c, at), tag) for (n, c), tag in zip(named, tags, strict=True)
            ]
            body.append(f"<tr>{''.join(cells)}</tr>")
        caption = escape(self.caption or "")
        label = caption or "Table"
        top = f"<caption style='text-align:left'>{caption}</caption>" if caption else ""
        more = f"<p class='tmt-more'>{self.more}</p>" if self.more else ""
        return (
            f"<div class='tmt-table tex2jax_ignore' role='group' aria-label=\"{label}\" tabindex='0' style='overflow-x:auto'>"
            f"<table>{top}<thead><tr>{heads}</tr></thead>\n<tbody>\n"
            + "\n".join(body)
            + f"\n</tbody></table>{more}</div>"
        )

    def _cell(self, name: str, html: str, tag: str) -> str:
        style = ["text-align:right" if name in self.numeric else "text-align:left"]
        longest = int(self.cells[name].str.len().max() or 0)
        if longest <= _SHORT:
            style.append("white-space:nowrap")
        elif longest > _LONG:
            style.append("min-width:14em")
        if "row" in tag:
            style.append("font-weight:normal")
        return f"<{tag} style='{';'.join(style)}'>{html}</{tag[:2]}>"

    def _html(self, name: str, cell: str, at: int) -> str:
        if name in self.linked and cell:
            target = self.linked[name].iloc[at]
            return f"<a href='{record_address(target)}'>{escape(cell)}</a>" if target else escape(cell)
        return _RECORD.sub(lambda found: f"<a href='{record_address(found[0])}'>{found[0]}</a>", escape(cell))


def table(
    frame: pd.DataFrame,
    *,
    columns: Mapping[str, str] | None = None,
    caption: str | None = None,
    digits: int = 1,
    forms: Mapping[str, str] | None = None,
    rows: int = 30,
    links: Mapping[str, str] | None = None,
) -> Table:
    """Return a frame as a table for readers.

    Numbers are rounded and stand right, texts left; an identifier of a development leads to its record.

    Parameters
    ----------
    frame
        The data; the levels of its index that have names can be named in ``columns`` too.
    columns
        The columns to show, in their order, each with the name that readers see; the others are hidden. Without
        it all columns are shown under their own names.
    caption
        What the table holds.
    digits
        Decimal places of the columns with fractions.
    forms
        How to write the numbers of a column otherwise, as ``{"share": "{:.0%}"}``.
    rows
        How many rows are shown; a line counts the others.
    links
        Columns whose texts lead to a record, each with the column that has its identifier.

    Returns
    -------
    Table
        It shows itself in a notebook, as HTML and as text.

    Raises
    ------
    UnknownCodeError
        If the frame has no column of a given name.

    Examples
    --------
    >>> frame = pd.DataFrame({"development_id": ["TMT-0145", "TMT-0002"], "mean": [1234.56, 2], "n": [7, 8]})
    >>> table(frame, columns={"development_id": "Record", "mean": "Mean"}, rows=1)
    Record       Mean
    TMT-0145  1,234.6
    and 1 more
    """
    named = [name for name in frame.index.names if name is not None]
    frame = frame.reset_index(named) if named else frame
    shown = {
        name: readable(str(label))
        for name, label in (columns or {str(name): str(name) for name in frame}).items()
    }
    links, forms = links or {}, forms or {}
    for name in [*shown, *links, *links.values(), *forms]:
        if name not in frame.columns:
            raise unknown("column", str(name), [str(c) for c in frame.columns], "the columns of the frame")
    cells = {label: _texts(frame[name], digits, forms.get(name)) for name, label in shown.items()}
    return Table(
        pd.DataFrame(cells, dtype="str"),
        {label for name, label in shown.items() if _is_number(frame[name])},
        {shown[name]: _texts(frame[key], 0, None) for name, key in links.items() if name in shown},
        None if caption is None else readable(caption),
        rows,
    )


def _is_number(column: pd.Series) -> bool:
    return bool(types.is_numeric_dtype(column) and not types.is_bool_dtype(column))


def _texts(column: pd.Series, digits: int, form: str | None) -> pd.Series:
    """Return a column as readers see it; what is missing is empty."""
    if form is None and _is_number(column):
        form = "{:,}" if types.is_integer_dtype(column) else f"{{:,.{digits}f}}"
    elif form is None and types.is_datetime64_any_dtype(column):
        form = "{:%Y-%m-%d}"
    texts = ["" if _missing(value) else _text(value, form) for value in column]
    return pd.Series(texts, index=column.index, dtype="str")


def _missing(value: Any) -> bool:
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))


def _text(value: object, form: str | None) -> str:
    if form is not None:
        return form.format(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return readable(" ".join(str(value).split()))
