"""The chart of the sums of money that were imposed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tmt_dataset.analysis.words import opened
from tmt_dataset.plots.parts import label_rows, rows_under_headings, wrapped, write_heading, write_near
from tmt_dataset.plots.style import PALETTE, amount, chart, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["MARKS", "penalty_chart"]


#: Shape and colour of a sum: a fine alone, a fine with confiscated gains, damages. The words beside a point say so too.
MARKS: dict[str, tuple[str, str]] = {
    "fine_amount": ("o", PALETTE["blue"]),
    "fine_and_confiscation_amount": ("s", PALETTE["orange"]),
    "damages_amount": ("D", PALETTE["green"]),
}
_OTHER = ("^", PALETTE["grey"])


def penalty_chart(frame: pd.DataFrame) -> tuple[Figure, Axes]:
    """Draw each sum as a point on a log scale, under the notice or judgment that it comes from.

    Left of a point stands who has to pay, right of it the sum and the sanctions that it is part of. Penalties come
    before damages; the largest sum of a notice comes first. Name of the drawn data: ``sum``, in the order of the rows.

    Parameters
    ----------
    frame
        As :func:`tmt_dataset.analysis.penalties` returns it.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        With one row per sum and one per notice above its sums.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset import analysis, plots
    >>> sums = analysis.penalties(tmt.load())
    >>> fig, ax = penalty_chart(sums)
    >>> len(plots.drawn(ax, "sum")) == len(sums)
    True
    """
    largest = frame.groupby("development_id")["value"].transform("max")
    rows = frame.assign(last=frame["kind"] != "penalty", largest=-largest, least=-frame["value"])
    rows = rows.sort_values(["last", "largest", "development_id", "least"], kind="stable", ignore_index=True)
    titles = [wrapped(str(title), 110, 1) for title in rows["title"]]
    places, labels, headings = rows_under_headings([_payer(row) for row in rows.itertuples()], titles)
    with styled():
        fig, ax = chart("page", 0.6 + 0.215 * len(labels))
        ax.set_xscale("log")
        for at, row in zip(places, rows.itertuples(), strict=True):
            shape, color = MARKS.get(str(row.measure), _OTHER)
            value = float(row.value)  # type: ignore[arg-type]  # a number
            ax.scatter([value], [at], s=24, marker=shape, c=color, linewidths=0, zorder=3, gid="sum")
            write_near(ax, _beside(row), value, at, (6, 0))
        label_rows(ax, labels)
        for at, title in headings:
            write_heading(ax, title, at)
        ax.margins(x=0.06)
        ax.xaxis.set_major_formatter(lambda value, _: amount(value))
        ax.minorticks_off()
        ax.grid(axis="x")
        ax.set_xlabel("yuan, log scale")
    return fig, ax


def _payer(row: object) -> str:
    """Return who has to pay, with the number of the case where the report numbers its cases."""
    case, offender = getattr(row, "case", pd.NA), getattr(row, "offender", None)
    unnamed = pd.isna(offender) or offender == "unspecified"
    who = "not named" if unnamed else str(offender)
    return opened(who if pd.isna(case) else f"{who}, case {case}")


def _beside(row: object) -> str:
    """Return the words beside a point: the sum and the sanctions that it is part of."""
    sanctions = getattr(row, "sanctions", None)
    text = amount(*(getattr(row, name) for name in ("value", "unit", "qualifier")))
    return text if pd.isna(sanctions) else f"{text}: {sanctions}"
