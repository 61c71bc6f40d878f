"""Charts of the figures that the sources report."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tmt_dataset.plots.parts import (
    day_number,
    day_numbers,
    legend,
    marker,
    time_axis,
    wrapped,
    write_near,
)
from tmt_dataset.plots.style import INKS, PALETTE, chart, readable, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["totals_and_flows"]


# Markers of series, which stay apart without colour.
_SHAPES = "osD^v"


def totals_and_flows(
    panels: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]],
    *,
    until: pd.Timestamp | None = None,
) -> tuple[Figure, np.ndarray]:
    """Draw cumulative figures above flows, one column per measure.

    Above: totals at a day, filled where a source states them and hollow where they follow by subtraction; a
    line joins the totals of one place. Below: flows per month over the period in which they are counted,
    solid where stated and dashed where implied. Names of the drawn data: ``total-stated``,
    ``total-implied``, ``flow-stated``, ``flow-implied``.

    Parameters
    ----------
    panels
        A title and what :func:`tmt_dataset.analysis.implied` returns, for each measure.
    until
        Last day of the axis.

    Returns
    -------
    tuple of matplotlib.figure.Figure and numpy.ndarray
        The array holds the axes, in two rows.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset import analysis, plots
    >>> totals, flows = analysis.implied(tmt.load().series("genai_services_filed"))
    >>> fig, axes = totals_and_flows({"Services filed": (totals, flows)})
    >>> len(plots.drawn(axes[0, 0], "total-stated")) == len(totals.query("basis == 'stated'"))
    True
    """
    starts = [days for t, f in panels.values() for days in (t["date"], f["start"])]
    days = pd.concat(starts).dropna()
    last = days.max() if until is None else until
    places = list(dict.fromkeys(place for t, f in panels.values() for place in [*t["place"], *f["place"]]))
    hues = dict(zip(places, cycle(("blue", "vermilion", "green", "purple", "black")), strict=False))
    shapes = dict(zip(places, cycle(_SHAPES), strict=False))
    with styled():
        fig, grid = chart(
            "page" if len(panels) > 1 else "column",
            3.3,
            nrows=2,
            ncols=len(panels),
            sharex=True,
            sharey="row",
            squeeze=False,
            height_ratios=(2, 1),
        )
        axes = np.asarray(grid)
        for column, (title, (totals, flows)) in enumerate(panels.items()):
            above, below = axes[0, column], axes[1, column]
            above.set_title(readable(wrapped(title, 30)))
            for place, part in totals.groupby("place", sort=False, observed=True):
                _draw_totals(above, part, str(place), hues[str(place)], shapes[str(place)])
            _draw_flows(below, flows.loc[flows["start"].notna()], hues)
            for panel, margin in ((above, 0.15), (below, 0.3)):
                panel.margins(y=margin)
                panel.set_ylim(bottom=0)
            time_axis(below, days.min() - pd.Timedelta(days=45), last)
        axes[0, 0].set_ylabel("total at a day")
        axes[1, 0].set_ylabel("new per month")
        stated = marker("o", "stated", PALETTE["black"])
        legend(fig, [stated, marker("o", "implied by subtraction", PALETTE["black"], hollow=True)])
    return fig, axes


def _draw_totals(ax: Axes, totals: pd.DataFrame, place: str, hue: str, shape: str) -> None:
    """Draw the totals of one place, with their numbers and, at the last, the place."""
    color = PALETTE[hue]
    x, values = day_numbers(totals["date"]), totals["value"].to_numpy()
    ax.plot(x, values, color=color, lw=0.8, zorder=1)
    for basis, face in (("stated", color), ("implied", "white")):
        here = (totals["basis"] == basis).to_numpy()
        if here.any():
            ax.scatter(
                x[here],
                values[here],
                s=18,
                marker=shape,
                c=face,
                edgecolors=color,
                linewidths=0.9,
                zorder=2,
                gid=f"total-{basis}",
            )
    for at, value in zip(x, values, strict=True):
        if at == x[-1]:
            write_near(ax, f"{place} {value:,.0f}", at, value, (-5, 0), ha="right", color=INKS[hue])
        else:
            write_near(ax, f"{value:,.0f}", at, value, (-3, 3), ha="right", va="bottom")


def _draw_flows(ax: Axes, flows: pd.DataFrame, hues: Mapping[str, str]) -> None:
    """Draw each flow per month as a line over its period, with its number."""
    for row in flows.to_dict("records"):
        rate, first, end = row["per_month"], day_number(row["start"]), day_number(row["end"]) + 1
        dashes = "-" if row["basis"] == "stated" else (0, (1.2, 0.8))
        color = PALETTE[hues[row["place"]]]
        ax.hlines(rate, first, end, color=color, lw=2.4, ls=dashes, gid=f"flow-{row['basis']}")
        write_near(ax, f"{rate:.0f}", (first + end) / 2, rate, (0, 2.5), ha="center", va="baseline")
    if flows.empty:
        ax.text(0.5, 0.5, "no flow with a period", transform=ax.transAxes, ha="center", fontsize=6.5)
