"""Counts that open to the quotes behind them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pandas as pd

from tmt_dataset.errors import unknown
from tmt_dataset.plots.article import record_address
from tmt_dataset.plots.style import readable

__all__ = ["Openings", "openings"]


class Openings:
    """Groups of quotes, each behind its count: :func:`openings` makes it.

    Parameters
    ----------
    rows
        ``development_id``, ``quote`` and the columns of groups, as text.
    by
        The columns, from the outer to the inner group.
    caption
        What is counted.
    """

    def __init__(self, rows: pd.DataFrame, by: Sequence[str], caption: str) -> None:
        self.rows, self.by, self.caption = rows, list(by), caption

    def __repr__(self) -> str:
        return "\n".join([self.caption, *self._lines(self.rows, self.by, "  ")])

    def _repr_html_(self) -> str:
        return (
            f"<div class='tmt-openings' role='group' aria-label=\"{escape(self.caption)}\">"
            f"<p>{escape(self.caption)}</p>\n{self._details(self.rows, self.by)}</div>"
        )

    def _lines(self, rows: pd.DataFrame, by: list[str], indent: str) -> list[str]:
        if not by:
            pairs = zip(rows["development_id"], rows["quote"], strict=True)
            return [f"{indent}{development}: “{quote}”" for development, quote in pairs]
        lines = []
        for name, part in rows.groupby(by[0], sort=False):
            lines += [f"{indent}{_counted(str(name), part)}", *self._lines(part, by[1:], f"{indent}  ")]
        return lines

    def _details(self, rows: pd.DataFrame, by: list[str]) -> str:
        if not by:
            pairs = zip(rows["development_id"], rows["title"], rows["quote"], strict=True)
            return f"<ul>{''.join(_item(*pair) for pair in pairs)}</ul>"
        parts = [
            f"<details><summary>{escape(_counted(str(name), part))}</summary>{self._details(part, by[1:])}</details>"
            for name, part in rows.groupby(by[0], sort=False)
        ]
        return "\n".join(parts)


def _counted(name: str, rows: pd.DataFrame) -> str:
    return f"{name}: {rows['development_id'].nunique():,}"


def _item(development: str, title: str, quote: str) -> str:
    link = (
        f"<a href='{escape(record_address(development))}' title=\"{escape(title)}\">{escape(development)}</a>"
    )
    return f"<li>{link}: “{escape(quote)}”</li>"


def openings(rows: pd.DataFrame, by: Sequence[str], *, caption: str) -> Openings:
    """Return counts of developments, each of which opens to the quotes behind it.

    Parameters
    ----------
    rows
        One row per coded value: ``development_id``, ``title``, ``quote`` and the columns of groups.
    by
        Names of these columns, from the outer to the inner group; groups keep the order of the rows if they are text,
        and their own order if they are categorical.
    caption
        What is counted.

    Returns
    -------
    Openings
        It shows itself in a notebook: as HTML, where a group opens at a click, and as text.

    Raises
    ------
    UnknownCodeError
        For a column that the frame does not have.

    Examples
    --------
    >>> rows = pd.DataFrame({"development_id": ["TMT-0013", "TMT-0020"], "title": ["A plan", "A campaign"]})
    >>> openings(rows.assign(type="Removal", quote=["delisted", "taken down"]), ["type"], caption="Developments")
    Developments
      Removal: 2
        TMT-0013: “delisted”
        TMT-0020: “taken down”
    """
    for name in [*by, "development_id", "title", "quote"]:
        if name not in rows.columns:
            raise unknown("column", name, [str(c) for c in rows.columns], "the columns of the frame")
    kept = rows[[*by, "development_id", "title", "quote"]].dropna(subset=list(by)).drop_duplicates()
    order = [name for name in by if isinstance(kept[name].dtype, pd.CategoricalDtype)]
    if order:
        kept = kept.sort_values(order, kind="stable")
    texts = {name: [readable(" ".join(str(text).split())) for text in kept[name]] for name in kept.columns}
    return Openings(pd.DataFrame(texts, dtype="str"), by, readable(caption))
