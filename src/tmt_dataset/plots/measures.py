"""Charts of the figures that the sources report."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import cycle
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from tmt_dataset.plots.parts import (
    day_number,
    day_numbers,
    label_rows,
    legend,
    marker,
    time_axis,
    wrapped,
    write_near,
)
from tmt_dataset.plots.style import INKS, PALETTE, amount, chart, mpl, readable, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

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


def amounts(
    frame: pd.DataFrame,
    row: str,
    *,
    color: str | None = None,
    xlabel: str = "",
    width: Literal["column", "page"] = "column",
) -> tuple[Figure, Axes]:
    """Draw amounts as points on a log scale, one row per group.

    Amounts that would cover each other are stacked; those that are not exact are hollow. In a row of up to
    three values each is written out, in a longer one the least and the greatest, with the words that bound
    them. Name of the drawn data: ``amount``, in the order of the rows and of the frame within them.

    Parameters
    ----------
    frame
        With ``value`` and ``qualifier``, as :func:`tmt_dataset.analysis.numbers` returns it.
    row
        Column with the groups, which are drawn in the order of their first appearance.
    color
        Column whose values differ in colour and marker.
    xlabel
        Label of the axis.
    width
        Of the chart.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        With as many points as the frame has rows.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset import analysis, plots
    >>> fines = analysis.numbers(tmt.load(), "penalty")
    >>> fig, ax = amounts(fines, "body")
    >>> len(plots.drawn(ax, "amount")) == len(fines)
    True
    """
    groups = list(dict.fromkeys(frame[row].astype("str")))
    series = frame[color].astype("str") if color else pd.Series("", index=frame.index)
    inks = [PALETTE[name] for name in ("blue", "vermilion", "green", "purple", "orange")]
    looks = dict(zip(dict.fromkeys(series), cycle(zip(_SHAPES, inks, strict=True)), strict=False))
    with styled():
        fig, ax = chart(width, 0.75 + 0.4 * len(groups))
        ax.set_xscale("log")
        for y, group in enumerate(groups):
            here = frame[row].astype("str") == group
            _draw_amounts(ax, y, frame.loc[here], [looks[name] for name in series.loc[here]])
            _write_amounts(ax, y, frame.loc[here])
        label_rows(ax, [wrapped(group, 26) for group in groups])
        ax.margins(x=0.15)
        ax.xaxis.set_major_formatter(lambda value, _: amount(value))
        ax.minorticks_off()
        ax.grid(axis="x")
        ax.set_xlabel(readable(xlabel))
        handles = [marker(s, name.replace("_", " "), ink) for name, (s, ink) in looks.items() if color]
        if (frame["qualifier"] != "exact").any():
            handles.append(marker("o", "hollow: bounded or about", PALETTE["black"], hollow=True))
        if handles:
            legend(fig, handles, ncols=3 if width == "column" else 6)
    return fig, ax


def _draw_amounts(ax: Axes, y: float, part: pd.DataFrame, looks: list[tuple[str, str]]) -> None:
    """Draw the points of one row, each with its marker and colour, stacked where they would overlap."""
    levels = _levels(np.log10(part["value"]), 0.1)
    step = min(0.22, 0.6 / (max(levels) + 1))
    exact = part["qualifier"].eq("exact")
    for value, known, level, (shape, ink) in zip(part["value"], exact, levels, looks, strict=True):
        ax.scatter(
            [value],
            [y - level * step],
            s=20,
            marker=shape,
            c=ink if known else "white",
            edgecolors="white" if known else ink,
            linewidths=0.4 if known else 0.9,
            zorder=3,
            gid="amount",
        )


def _write_amounts(ax: Axes, y: float, part: pd.DataFrame) -> None:
    """Write the values of one row below its points: all of up to three, else the least and the greatest."""
    qualifiers = dict(zip(part["value"], part["qualifier"].astype("str"), strict=True))
    values = sorted(qualifiers)
    if len(values) > 3:
        values = [values[0], values[-1]]
    # the outer texts reach inwards, so that they stay on the panel
    sides = ["center"] if len(values) == 1 else ["right", *["center"] * (len(values) - 2), "left"]
    shift = {"right": 4, "left": -4, "center": 0}
    for value, side in zip(values, sides, strict=True):
        text = amount(value, qualifier=qualifiers[value])
        write_near(ax, text, value, y, (shift[side], -5), ha=side, va="top", fontsize=6)


def _levels(values: pd.Series, gap: float) -> list[int]:
    """Return the lowest level for each value on which it keeps its distance from its neighbours.

    Examples
    --------
    >>> _levels(pd.Series([5.0, 1.0, 1.05, 1.2]), 0.1)
    [0, 0, 1, 0]
    """
    levels: dict[int, int] = {}
    reached: list[float] = []
    for position in np.argsort(values.to_numpy(), kind="stable"):
        value = float(values.iloc[position])
        free = [n for n, last in enumerate(reached) if value - last >= gap]
        level = free[0] if free else len(reached)
        reached[level : level + 1] = [value]
        levels[int(position)] = level
    return [levels[position] for position in range(len(values))]


def kinds(frame: pd.DataFrame, *, width: Literal["column", "page"] = "column") -> tuple[Figure, Axes]:
    """Draw how many figures of each kind there are, and how many of them are exact.

    Names of the drawn data: ``exact`` and ``bounded``, as lines from the start to the end of each part of a
    row.

    Parameters
    ----------
    frame
        With ``kind`` and ``qualifier``, as :func:`tmt_dataset.analysis.numbers` returns it.
    width
        Of the chart.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        One row per kind, the most frequent first.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset import analysis, plots
    >>> numbers = analysis.numbers(tmt.load())
    >>> fig, ax = kinds(numbers)
    >>> int(plots.drawn(ax, "bounded")[:, 2].sum()) == len(numbers)
    True
    """
    exact = (frame["qualifier"] == "exact").groupby(frame["kind"].astype("str")).agg(["sum", "size"])
    exact = exact.sort_values("size", ascending=False, kind="stable")
    known, total = exact["sum"].to_numpy(float), exact["size"].to_numpy(float)
    y = np.arange(len(exact), dtype=float)
    with styled():
        fig, ax = chart(width, 0.75 + 0.27 * len(exact))
        ax.hlines(y, 0, known, color=PALETTE["blue"], lw=9, capstyle="butt", gid="exact")
        ax.hlines(y, known, total, color=PALETTE["orange"], lw=9, capstyle="butt", gid="bounded")
        for row, part, whole in zip(y, known, total, strict=True):
            write_near(ax, f"{part:.0f} of {whole:.0f} exact", whole, row)
        label_rows(ax, [str(kind) for kind in exact.index])
        ax.set_xlim(0, 1.3 * max(1.0, total.max(initial=1.0)))
        ax.xaxis.set_major_locator(mpl("ticker").MaxNLocator(integer=True))
        ax.set_xlabel("figures in the sources")
        parts = [marker("s", "exact", PALETTE["blue"]), marker("s", "bounded or about", PALETTE["orange"])]
        legend(fig, parts)
    return fig, ax
