"""Charts of the numbers that the sources report."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
from tmt_dataset.plots.style import (
    INKS,
    PALETTE,
    _dates,
    _legend,
    _levels,
    _mark,
    _numbers_of_days,
    _rows,
    _time_axis,
    _wrapped,
    amount,
    figure,
    look,
)


def totals_and_flows(
    panels: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]],
    *,
    until: pd.Timestamp | None = None,
) -> tuple[Figure, np.ndarray]:
    """Draw what is cumulative above what is a flow, one column a measure.

    Above: totals at a day, filled where a source states them and hollow where they follow by subtraction; a
    line joins the totals of one place. Below: flows per month over the period that they are counted in, solid
    where stated and dashed where implied. What it draws is named ``total-stated``, ``total-implied``,
    ``flow-stated``, ``flow-implied``.

    Parameters
    ----------
    panels
        A title and what :func:`tmt_dataset.analysis.implied` gives, for each measure.
    until
        Last day of the axis.

    Returns
    -------
    tuple of matplotlib.figure.Figure and numpy.ndarray
        Axes in two rows.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset import analysis
    >>> totals, flows = analysis.implied(tmt.load().series("genai_services_filed"))
    >>> fig, axes = totals_and_flows({"Services filed": (totals, flows)})
    >>> len(drawn(axes[0, 0], "total-stated")) == len(totals.query("basis == 'stated'"))
    True
    """
    days = pd.concat(
        [t["date"] for t, _ in panels.values()] + [f["start"] for _, f in panels.values()]
    ).dropna()
    last = days.max() if until is None else until
    fig, grid = figure(
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
    places = list(dict.fromkeys(place for t, f in panels.values() for place in [*t["place"], *f["place"]]))
    hues = dict(zip(places, ("blue", "vermilion", "green", "purple", "black"), strict=False))
    colors = {place: PALETTE[hue] for place, hue in hues.items()}
    marks = dict(zip(places, "osD^v", strict=False))
    with look():
        for column, (title, (totals, flows)) in enumerate(panels.items()):
            above, below = axes[0, column], axes[1, column]
            above.set_title(_wrapped(title, 30))
            for place, part in totals.groupby("place", sort=False, observed=True):
                color = colors[str(place)]
                x = _numbers_of_days(part["date"])
                above.plot(x, part["value"], color=color, lw=0.8, zorder=1)
                for basis in ("stated", "implied"):
                    here = (part["basis"] == basis).to_numpy()
                    if not here.any():
                        continue
                    above.scatter(
                        x[here],
                        part["value"].to_numpy()[here],
                        s=18,
                        marker=marks[str(place)],
                        c=color if basis == "stated" else "white",
                        edgecolors=color,
                        linewidths=0.9,
                        zorder=2,
                        gid=f"total-{basis}",
                    )
                for at, value in zip(x, part["value"], strict=True):
                    last_one = at == x[-1]
                    above.annotate(
                        f"{place} {value:,.0f}" if last_one else f"{value:,.0f}",
                        (at, value),
                        xytext=(-5, 0) if last_one else (-3, 3),
                        textcoords="offset points",
                        ha="right",
                        va="center" if last_one else "bottom",
                        fontsize=6.5,
                        color=INKS[hues[str(place)]] if last_one else PALETTE["black"],
                    )
            spans = flows.loc[flows["start"].notna()]
            for row in spans.to_dict("records"):
                first, end = float(_dates().date2num(row["start"])), float(_dates().date2num(row["end"])) + 1
                below.hlines(
                    row["per_month"],
                    first,
                    end,
                    color=colors[row["place"]],
                    lw=2.4,
                    ls="-" if row["basis"] == "stated" else (0, (1.2, 0.8)),
                    gid=f"flow-{row['basis']}",
                )
                below.annotate(
                    f"{row['per_month']:.0f}",
                    ((first + end) / 2, row["per_month"]),
                    xytext=(0, 2.5),
                    textcoords="offset points",
                    ha="center",
                    fontsize=6.5,
                )
            if spans.empty:
                below.text(
                    0.5, 0.5, "no flow with a period", transform=below.transAxes, ha="center", fontsize=6.5
                )
            above.margins(y=0.15)
            above.set_ylim(bottom=0)
            below.margins(y=0.3)
            below.set_ylim(bottom=0)
            _time_axis(below, days.min() - pd.Timedelta(days=45), last)
        axes[0, 0].set_ylabel("total at a day")
        axes[1, 0].set_ylabel("new per month")
        handles = [
            _mark("o", "stated", PALETTE["black"]),
            _mark("o", "implied by subtraction", PALETTE["black"], hollow=True),
        ]
        _legend(axes[0, 0], handles)
    return fig, axes


def amounts(
    frame: pd.DataFrame,
    row: str,
    *,
    color: str | None = None,
    xlabel: str = "",
    width: Literal["column", "page"] = "column",
) -> tuple[Figure, Axes]:
    """Draw amounts as points on a log scale, one row a group.

    Amounts that would cover each other stand above each other; those that are not exact are hollow. A row of
    up to three values has them all written out, a longer one its least and its greatest, each with how it is
    bounded.

    What it draws is named ``amount``, in the order of the rows and of the frame within them.

    Parameters
    ----------
    frame
        With ``value`` and ``qualifier``, as :func:`tmt_dataset.analysis.numbers` gives it.
    row
        Column whose values are the rows, in the order in which they first stand.
    color
        Column told apart by colour and marker.
    xlabel
        Of the axis.
    width
        Of the figure.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        With as many points as the frame has rows.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset import analysis
    >>> fines = analysis.numbers(tmt.load(), "penalty")
    >>> fig, ax = amounts(fines, "body")
    >>> len(drawn(ax, "amount")) == len(fines)
    True
    """
    groups = list(dict.fromkeys(frame[row].astype("str")))
    kinds = list(dict.fromkeys(frame[color].astype("str"))) if color else []
    hues = dict(
        zip(kinds, [PALETTE[c] for c in ("blue", "vermilion", "green", "purple", "orange")], strict=False)
    )
    marks = dict(zip(kinds, "osD^v", strict=False))
    fig, ax = figure(width, 0.75 + 0.4 * len(groups))
    with look():
        ax.set_xscale("log")
        for y, group in enumerate(groups):
            part = frame.loc[frame[row].astype("str") == group]
            level = _levels(np.log10(part["value"]), 0.1)
            step = min(0.22, 0.6 / (max(level) + 1))
            kind = part[color].astype("str") if color else part["qualifier"]
            bounds = part["qualifier"].astype("str")
            for value, qualifier, what, n in zip(part["value"], bounds, kind, level, strict=True):
                hollow = qualifier != "exact"
                hue = hues.get(what, PALETTE["blue"])
                ax.scatter(
                    [value],
                    [y - n * step],
                    s=20,
                    marker=marks.get(what, "o"),
                    c="white" if hollow else hue,
                    edgecolors=hue if hollow else "white",
                    linewidths=0.9 if hollow else 0.4,
                    zorder=3,
                    gid="amount",
                )
            told = dict(zip(part["value"], bounds, strict=True))
            values = sorted(told)
            if len(values) > 3:
                values = [values[0], values[-1]]
            sides = ["center"] if len(values) == 1 else ["right", *["center"] * (len(values) - 2), "left"]
            for value, side in zip(values, sides, strict=True):
                ax.annotate(
                    amount(value, qualifier=told[value]),
                    (value, y),
                    xytext=({"right": 4, "left": -4, "center": 0}[side], -5),
                    textcoords="offset points",
                    ha=side,
                    va="top",
                    fontsize=6,
                )
        _rows(ax, [_wrapped(group, 26) for group in groups])
        ax.margins(x=0.15)
        ax.xaxis.set_major_formatter(lambda value, _: amount(value))
        ax.minorticks_off()
        ax.grid(axis="x")
        ax.set_xlabel(xlabel)
        handles = [_mark(marks[kind], kind.replace("_", " "), hues[kind]) for kind in kinds]
        if (frame["qualifier"] != "exact").any():
            handles.append(_mark("o", "hollow: bounded or about", PALETTE["black"], hollow=True))
        if handles:
            _legend(ax, handles, ncols=3 if width == "column" else 6)
    return fig, ax


def kinds(frame: pd.DataFrame, *, width: Literal["column", "page"] = "column") -> tuple[Figure, Axes]:
    """Draw how many numbers of each kind there are, and how many of them are exact.

    What it draws is named ``exact`` and ``bounded``: lines from where a part of a row starts to where it
    ends.

    Parameters
    ----------
    frame
        With ``kind`` and ``qualifier``, as :func:`tmt_dataset.analysis.numbers` gives it.
    width
        Of the figure.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        One row a kind, the most frequent first.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset import analysis
    >>> numbers = analysis.numbers(tmt.load())
    >>> fig, ax = kinds(numbers)
    >>> int(drawn(ax, "bounded")[:, 2].sum()) == len(numbers)
    True
    """
    exact = (frame["qualifier"] == "exact").groupby(frame["kind"].astype("str")).agg(["sum", "size"])
    exact = exact.sort_values("size", ascending=False, kind="stable")
    fig, ax = figure(width, 0.75 + 0.27 * len(exact))
    with look():
        from matplotlib.ticker import MaxNLocator

        y = np.arange(len(exact), dtype=float)
        known, total = exact["sum"].to_numpy(float), exact["size"].to_numpy(float)
        ax.hlines(y, 0, known, color=PALETTE["blue"], lw=9, capstyle="butt", gid="exact")
        ax.hlines(y, known, total, color=PALETTE["orange"], lw=9, capstyle="butt", gid="bounded")
        for row, (part, whole) in enumerate(zip(known, total, strict=True)):
            ax.annotate(
                f"{part:.0f} of {whole:.0f} exact",
                (whole, row),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                fontsize=6.5,
            )
        _rows(ax, [str(kind) for kind in exact.index])
        ax.set_xlim(0, 1.3 * max(1.0, total.max(initial=1.0)))
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_xlabel("numbers in the sources")
        handles = [_mark("s", "exact", PALETTE["blue"]), _mark("s", "bounded or about", PALETTE["orange"])]
        _legend(ax, handles)
    return fig, ax
