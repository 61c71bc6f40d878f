"""Charts of counts, shares and rates by window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
from tmt_dataset.plots.style import PALETTE, _legend, _mark, _rows, _wrapped, figure, look, span


def intervals(
    frame: pd.DataFrame,
    name: Literal["share", "rate"],
    *,
    beside: pd.DataFrame | None = None,
    labels: tuple[str, str] = ("reported by the window's own source", "with the acts of the other sources"),
    muted: Sequence[str] = (),
    xlabel: str = "",
    width: Literal["column", "page"] = "column",
) -> tuple[Figure, Axes]:
    """Draw the shares or the rates of the windows with their intervals.

    A point is what the sources give; where dates allow more than one value, a thick bar spans them. The thin
    line is the interval. What it draws is named ``point`` (the middle of each thick bar), ``bar`` and
    ``line``; of the second frame ``beside-point``, ``beside-bar`` and ``beside-line``.

    Parameters
    ----------
    frame
        As :func:`tmt_dataset.analysis.shares` or :func:`~tmt_dataset.analysis.rates` gives it.
    name
        Which of the two.
    beside
        The same windows counted otherwise, drawn hollow under each row.
    labels
        What the two frames are.
    muted
        Windows to draw in grey: those that cannot be compared with the others.
    xlabel
        Of the axis.
    width
        Of the figure.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        One row a window.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset import analysis
    >>> ds = tmt.load()
    >>> frame = analysis.members(analysis.developments(ds).assign(all=True), analysis.windows(ds))
    >>> rates = analysis.rates(frame, "all")
    >>> fig, ax = intervals(rates, "rate")
    >>> bool((drawn(ax, "line")[:, 0] == rates["low"]).all())
    True
    """
    rows = [str(window) for window in frame["window"]]
    fig, ax = figure(width, 0.75 + (0.3 if beside is None else 0.42) * len(rows))
    with look():
        paired = [] if beside is None else [str(window) for window in beside["window"]]
        for part, prefix, shift, hollow in ((frame, "", -0.17, False), (beside, "beside-", 0.2, True)):
            if part is None:
                continue
            shown = part.loc[part[f"{name}_min"].notna() & part["window"].astype("str").isin(rows)]
            windows = shown["window"].astype("str")
            y = np.array([rows.index(window) + shift * (window in paired) for window in windows])
            grey = windows.isin(muted).to_numpy() | hollow
            colors = np.where(grey, PALETTE["grey"], PALETTE["blue"])
            low, high = (shown[f"{name}_{end}"].to_numpy(float) for end in ("min", "max"))
            ax.hlines(y, shown["low"], shown["high"], color=colors, lw=0.8, gid=f"{prefix}line")
            ax.hlines(y, low, high, color=colors, lw=4, gid=f"{prefix}bar", capstyle="butt")
            face = np.where(low == high, np.where(hollow, "white", colors), "none")
            edge = np.where(low == high, colors, "none")
            ax.scatter(
                (low + high) / 2,
                y,
                s=20,
                c=face,
                edgecolors=list(edge),
                linewidths=0.9,
                zorder=3,
                gid=f"{prefix}point",
            )
            for at, row in zip(y, shown.to_dict("records"), strict=True):
                text = span(row["k_min"], row["k_max"])
                if name == "share":
                    text += f" of {span(row['n_min'], row['n_max'])}"
                else:
                    text += f" in {row['months']:g} months"
                ax.annotate(
                    text,
                    (row["high"], at),
                    xytext=(3, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=6.5,
                    color="#555555" if hollow else PALETTE["black"],
                    bbox={"fc": "white", "ec": "none", "pad": 0.6},
                )
        _rows(ax, rows)
        ax.set_xlim(left=0)
        ax.margins(x=0.2)
        if name == "share":
            ax.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        ax.grid(axis="x")
        ax.set_xlabel(xlabel)
        if beside is not None:
            handles = [
                _mark("o", labels[0], PALETTE["blue"]),
                _mark("o", labels[1], PALETTE["grey"], hollow=True),
            ]
            _legend(ax, handles, ncols=1)
    return fig, ax


def matrix(
    frame: pd.DataFrame,
    by: str,
    *,
    names: Mapping[str, str] | None = None,
    order: Sequence[str] | None = None,
    months: Mapping[str, float] | None = None,
    muted: Sequence[str] = (),
    width: Literal["column", "page"] = "column",
) -> tuple[Figure, Axes]:
    """Draw counts by window and kind: a disc whose area is the count, with the count in it.

    Where dates allow more, a ring around the disc is the greatest count. What it draws is named ``min`` and
    ``max``; rows are the kinds, columns the windows.

    Parameters
    ----------
    frame
        As :func:`tmt_dataset.analysis.tally` gives it.
    by
        The column that was counted apart.
    names
        Labels of its values.
    order
        Its values from the top down; without it, the most frequent first.
    months
        How many months each window covers, to stand under its name.
    muted
        Windows to draw in grey.
    width
        Of the figure.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        Rows with no act at all are left out.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset import analysis
    >>> ds = tmt.load()
    >>> counted = analysis.tally(analysis.members(analysis.developments(ds), analysis.windows(ds)), "area")
    >>> fig, ax = matrix(counted, "area")
    >>> len(drawn(ax, "max")) == len(counted.query("max > 0"))
    True
    """
    totals = frame.groupby(by, observed=True)["max"].sum()
    totals = totals.loc[totals > 0].sort_values(ascending=False, kind="stable")
    kinds = [k for k in order if k in totals.index] if order is not None else list(totals.index)
    columns = [str(window) for window in frame["window"].cat.categories]
    shown = frame.loc[frame[by].isin(kinds) & (frame["max"] > 0)]
    fig, ax = figure(width, (0.6 if months is None else 0.72) + 0.31 * len(kinds))
    with look():
        x = np.array([columns.index(str(window)) for window in shown["window"]])
        y = np.array([kinds.index(kind) for kind in shown[by]])
        least, most = shown["min"].to_numpy(float), shown["max"].to_numpy(float)
        grey = np.isin([str(window) for window in shown["window"]], list(muted))
        colors = np.where(grey, "#767676", PALETTE["blue"])
        # areas stand for counts, the largest still fits its row
        unit = min(70.0, 420.0 / max(1.0, most.max(initial=1.0)))
        some = least > 0
        ax.scatter(
            x,
            y,
            s=unit * most,
            facecolors="white",
            edgecolors=list(colors),
            linewidths=0.9,
            zorder=2,
            gid="max",
        )
        ax.scatter(x[some], y[some], s=unit * least[some], c=colors[some], linewidths=0, zorder=3, gid="min")
        for column, row, low, high in zip(x, y, least, most, strict=True):
            inside = low > 0 and unit * low >= (40 if low == high else 130)
            # the number stands in the disc, or beside the ring where the disc is too small for a range
            radius = (unit * high) ** 0.5 / 2
            ax.annotate(
                span(low, high),
                (column, row),
                xytext=(0 if inside else radius + 1, 0),
                textcoords="offset points",
                ha="center" if inside else "left",
                va="center_baseline",
                fontsize=6.5 if low == high else 6,
                zorder=4,
                color="white" if inside else PALETTE["black"],
            )
        _rows(
            ax,
            [_wrapped((names or {}).get(kind, str(kind)), 25 if width == "column" else 60) for kind in kinds],
        )
        heads = [column.replace(" ", "\n") for column in columns]
        if months is not None:
            heads = [f"{h}\n{months[c]:g} mo." for h, c in zip(heads, columns, strict=True)]
        ax.set_xticks(range(len(columns)), heads, fontsize=6.5)
        ax.set_xlim(-0.5, len(columns) - 0.4)
        ax.xaxis.tick_top()
        ax.tick_params(axis="x", length=0)
        ax.spines["bottom"].set_visible(False)
        ax.set_yticks(np.arange(len(kinds) + 1) - 0.5, minor=True)
        ax.tick_params(axis="y", which="minor", length=0)
        ax.grid(axis="y", which="minor")
    return fig, ax
