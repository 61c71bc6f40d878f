"""Charts of counts, shares and rates by window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from tmt_dataset.plots.parts import label_rows, legend, marker, wrapped, write_near
from tmt_dataset.plots.style import PALETTE, chart, readable, span, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["bars", "intervals", "matrix"]


def intervals(
    frame: pd.DataFrame,
    name: Literal["share", "rate"],
    *,
    beside: pd.DataFrame | None = None,
    labels: tuple[str, str] = (
        "reported by the window's own source",
        "with the developments of the other sources",
    ),
    muted: Sequence[str] = (),
    xlabel: str = "",
    width: Literal["column", "page"] = "column",
) -> tuple[Figure, Axes]:
    """Draw the shares or the rates of the windows with their intervals.

    A point is the value where the dates allow only one; where they allow more, a thick bar spans them. The
    thin line is the interval. Names of the drawn data: ``point`` (the middle of each thick bar), ``bar`` and
    ``line``; of the second frame ``beside-point``, ``beside-bar`` and ``beside-line``.

    Parameters
    ----------
    frame
        As :func:`tmt_dataset.analysis.shares` or :func:`~tmt_dataset.analysis.rates` returns it.
    name
        Which of the two it is.
    beside
        The same windows counted in another way, drawn hollow under each row.
    labels
        What the two frames are.
    muted
        Windows to draw in grey: those that cannot be compared with the others.
    xlabel
        Label of the axis.
    width
        Of the chart.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        One row per window.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset import analysis, plots
    >>> ds = tmt.load()
    >>> frame = analysis.members(analysis.developments(ds).assign(all=True), analysis.windows(ds))
    >>> rates = analysis.rates(frame, "all")
    >>> fig, ax = intervals(rates, "rate")
    >>> bool((plots.drawn(ax, "line")[:, 0] == rates["low"]).all())
    True
    """
    rows = [str(window) for window in frame["window"]]
    paired = set() if beside is None else set(beside["window"].astype("str"))
    with styled():
        fig, ax = chart(width, 0.75 + (0.3 if beside is None else 0.42) * len(rows))
        heights = {window: row - 0.17 * (window in paired) for row, window in enumerate(rows)}
        _draw_intervals(ax, frame, name, heights, muted)
        if beside is not None:
            heights = {window: row + 0.2 for row, window in enumerate(rows)}
            _draw_intervals(ax, beside, name, heights, rows, prefix="beside-")
        label_rows(ax, rows)
        ax.set_xlim(left=0)
        ax.margins(x=0.2)
        if name == "share":
            ax.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        ax.grid(axis="x")
        ax.set_xlabel(readable(xlabel))
        if beside is not None:
            own = marker("o", labels[0], PALETTE["blue"])
            legend(fig, [own, marker("o", labels[1], PALETTE["grey"], hollow=True)], ncols=1)
    return fig, ax


def _draw_intervals(
    ax: Axes,
    frame: pd.DataFrame,
    name: str,
    heights: Mapping[str, float],
    muted: Sequence[str],
    prefix: str = "",
) -> None:
    """Draw the values of one frame with their intervals and counts, hollow where the names have a prefix."""
    shown = frame.loc[frame[f"{name}_min"].notna() & frame["window"].astype("str").isin(list(heights))]
    windows = shown["window"].astype("str")
    y = np.array([heights[window] for window in windows], dtype=float)
    colors = np.where(windows.isin(list(muted)).to_numpy(), PALETTE["grey"], PALETTE["blue"])
    low, high = (shown[f"{name}_{end}"].to_numpy(float) for end in ("min", "max"))
    ax.hlines(y, shown["low"], shown["high"], color=colors, lw=0.8, gid=f"{prefix}line")
    ax.hlines(y, low, high, color=colors, lw=4, gid=f"{prefix}bar", capstyle="butt")
    # a point only where there is no bar
    face = np.where(low == high, "white" if prefix else colors, "none")
    edge = list(np.where(low == high, colors, "none"))
    ax.scatter(
        (low + high) / 2, y, s=20, c=face, edgecolors=edge, linewidths=0.9, zorder=3, gid=f"{prefix}point"
    )
    text: dict[str, Any] = {
        "color": "#555555" if prefix else PALETTE["black"],
        "bbox": {"fc": "white", "ec": "none", "pad": 0.6},
    }
    for at, row in zip(y, shown.to_dict("records"), strict=True):
        of = f"of {span(row['n_min'], row['n_max'])}" if name == "share" else f"in {row['months']:g} months"
        write_near(ax, f"{span(row['k_min'], row['k_max'])} {of}", row["high"], at, (3, 0), **text)


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

    Where dates allow more, a ring around the disc is the greatest count. Names of the drawn data: ``min`` and
    ``max``; rows are the kinds, columns the windows.

    Parameters
    ----------
    frame
        As :func:`tmt_dataset.analysis.tally` returns it.
    by
        The column with the kinds.
    names
        Labels of the kinds.
    order
        The kinds from the top down; without it, the most frequent first.
    months
        How many months each window covers, written under its name.
    muted
        Windows to draw in grey.
    width
        Of the chart.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        Kinds without any development have no row.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset import analysis, plots
    >>> ds = tmt.load()
    >>> counted = analysis.tally(analysis.members(analysis.developments(ds), analysis.windows(ds)), "area")
    >>> fig, ax = matrix(counted, "area")
    >>> len(plots.drawn(ax, "max")) == len(counted.query("max > 0"))
    True
    """
    totals = frame.groupby(by, observed=True)["max"].sum()
    totals = totals.loc[totals > 0].sort_values(ascending=False, kind="stable")
    kinds = [k for k in order if k in totals.index] if order is not None else list(totals.index)
    columns = [str(window) for window in frame["window"].cat.categories]
    shown = frame.loc[frame[by].isin(kinds) & (frame["max"] > 0)]
    x = np.array([columns.index(str(window)) for window in shown["window"]])
    y = np.array([kinds.index(kind) for kind in shown[by]])
    grey = np.isin([str(window) for window in shown["window"]], list(muted))
    heads = [column.replace(" ", "\n") for column in columns]
    if months is not None:
        heads = [f"{head}\n{months[column]:g} mo." for head, column in zip(heads, columns, strict=True)]
    longest = 25 if width == "column" else 60
    with styled():
        fig, ax = chart(width, (0.6 if months is None else 0.72) + 0.31 * len(kinds))
        _draw_discs(ax, x, y, shown["min"].to_numpy(float), shown["max"].to_numpy(float), grey)
        label_rows(ax, [wrapped((names or {}).get(kind, str(kind)), longest) for kind in kinds])
        ax.set_xticks(range(len(columns)), [readable(head) for head in heads], fontsize=6.5)
        ax.set_xlim(-0.5, len(columns) - 0.4)
        ax.xaxis.tick_top()
        ax.tick_params(axis="x", length=0)
        ax.spines["bottom"].set_visible(False)
        ax.set_yticks(np.arange(len(kinds) + 1) - 0.5, minor=True)
        ax.tick_params(axis="y", which="minor", length=0)
        ax.grid(axis="y", which="minor")
    return fig, ax


def _draw_discs(
    ax: Axes, x: np.ndarray, y: np.ndarray, least: np.ndarray, most: np.ndarray, grey: np.ndarray
) -> None:
    """Draw a disc for the least and a ring for the greatest count, with the numbers in or beside them."""
    colors = np.where(grey, "#767676", PALETTE["blue"])
    # square points per development: the largest disc still fits its row
    unit = min(70.0, 420.0 / max(1.0, most.max(initial=1.0)))
    ring: dict[str, Any] = {"facecolors": "white", "edgecolors": list(colors), "linewidths": 0.9}
    ax.scatter(x, y, s=unit * most, zorder=2, gid="max", **ring)
    some = least > 0
    ax.scatter(x[some], y[some], s=unit * least[some], c=colors[some], linewidths=0, zorder=3, gid="min")
    for column, row, low, high in zip(x, y, least, most, strict=True):
        # beside the ring where the disc is too small for the text
        inside = low > 0 and (unit * low) ** 0.5 >= 2 + 3.7 * len(span(low, high))
        text: dict[str, Any] = {
            "offset": (0 if inside else (unit * high) ** 0.5 / 2 + 1, 0),
            "ha": "center" if inside else "left",
            "va": "center_baseline",
            "fontsize": 6.5 if low == high else 6,
            "color": "white" if inside else PALETTE["black"],
        }
        write_near(ax, span(low, high), column, row, zorder=4, **text)


def bars(frame: pd.DataFrame, label: str, colour: str) -> tuple[Figure, Axes]:
    """Draw a bar per row with its count, coloured by group; the groups are named in the colours of their bars.

    Parameters
    ----------
    frame
        ``least``, ``most`` (counts) and the two columns named next, in the order of the rows; where the two counts differ,
        the end of the bar is pale.
    label, colour
        Columns with the name and the group of each row.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        The first container of the axes holds the least counts, the second what dates leave uncertain.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> rows = pd.DataFrame({"least": [4, 1], "most": [5, 1], "label": ["Issuance", "Pilot"], "group": ["rules", "industry"]})
    >>> fig, ax = bars(rows, "label", "group")
    >>> [text.get_text() for text in ax.texts]
    ['4–5', '1', 'rules', 'industry']
    """
    groups = frame[colour].drop_duplicates().tolist()
    inks = dict(
        zip(groups, [PALETTE[name] for name in ("blue", "vermilion", "green", "purple")], strict=False)
    )
    shades = [inks.get(group, PALETTE["grey"]) for group in frame[colour]]
    with styled():
        fig, ax = chart("page", 0.25 + 0.19 * len(frame))
        rows = range(len(frame))
        ax.barh(rows, frame["least"], color=shades, height=0.72)
        ax.barh(
            rows, frame["most"] - frame["least"], left=frame["least"], color=shades, height=0.72, alpha=0.35
        )
        for row, (low, high) in enumerate(zip(frame["least"], frame["most"], strict=True)):
            write_near(ax, span(low, high), high, row)
        label_rows(ax, frame[label].astype("str").tolist())
        ax.set_xticks([])
        ax.spines["bottom"].set_visible(False)
        for n, group in enumerate(groups[::-1]):
            style: dict[str, Any] = {"color": inks.get(group), "fontweight": "bold", "ha": "right"}
            ax.text(
                1,
                0.04 + 0.16 * n / (0.25 + 0.19 * len(frame)),
                readable(str(group)),
                transform=ax.transAxes,
                **style,
            )
    return fig, ax
