"""Windows compared: shares beside rates, one comparison counted in many ways, groups by orientation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tmt_dataset.analysis.inference import AT_LEAST
from tmt_dataset.analysis.words import fraction, span
from tmt_dataset.plots.parts import label_rows, legend, write_near
from tmt_dataset.plots.style import PALETTE, chart, mpl, readable, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["MEANINGS", "ORIENTATIONS", "forest", "orientations", "shares_and_rates"]


# Colour of each orientation: control and promotion are far apart in hue and in lightness.
ORIENTATIONS: dict[str, str] = {
    "control": PALETTE["vermilion"],
    "both": PALETTE["purple"],
    "promotion": PALETTE["sky"],
    "rights": PALETTE["green"],
    "information": PALETTE["grey"],
}

# How an orientation is named in a legend.
MEANINGS = {
    "control": "sets limits",
    "both": "limits and promotes",
    "promotion": "promotes",
    "rights": "decides disputes",
    "information": "informs",
}


def shares_and_rates(shares: pd.DataFrame, rates: pd.DataFrame) -> tuple[Figure, np.ndarray]:
    """Draw the share and the rate of each window in two panels, with their intervals and counts.

    Names of the drawn data in each panel: ``line`` (the interval) and ``bar`` (what the dates allow).

    Parameters
    ----------
    shares, rates
        As :func:`tmt_dataset.analysis.shares` and :func:`~tmt_dataset.analysis.rates` return them.

    Returns
    -------
    tuple of matplotlib.figure.Figure and numpy.ndarray
        The chart and its two panels; one row per window, the first on top.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset import analysis
    >>> from tmt_dataset.analysis import ai
    >>> frame = ai.reported(tmt.load())
    >>> fig, panels = shares_and_rates(analysis.shares(frame, "ai"), analysis.rates(frame, "ai"))
    >>> len(panels)
    2
    """
    rows = [str(window) for window in shares["window"]]
    with styled():
        made: Any = chart("page", 0.5 + 0.3 * len(rows), ncols=2, sharey=True)
        fig, panels = made
        for ax, frame, name in zip(panels, (shares, rates), ("share", "rate"), strict=True):
            _draw_windows(ax, frame, name, rows)
            ax.grid(axis="x")
        panels[0].set_xlabel("share of all developments of the window")
        panels[0].xaxis.set_major_formatter(lambda value, _: f"{100 * value:.0f}%")
        panels[1].set_xlabel("developments a covered month")
        label_rows(panels[0], rows)
        panels[1].tick_params(axis="y", length=0)
        panels[1].spines["left"].set_visible(False)
    return fig, panels


def _draw_windows(ax: Axes, frame: pd.DataFrame, name: str, rows: list[str]) -> None:
    """Draw one row per window: the interval, what the dates allow, and the counts above the line."""
    shown = frame.loc[frame[f"{name}_min"].notna()]
    y = np.array([rows.index(str(window)) for window in shown["window"]], dtype=float)
    low, high = (shown[f"{name}_{end}"].to_numpy(float) for end in ("min", "max"))
    ink = PALETTE["blue"]
    ax.hlines(y, shown["low"], shown["high"], color=ink, lw=1, gid="line")
    ax.hlines(y, low, high, color=ink, lw=5, gid="bar", capstyle="butt")
    exact = low == high
    ax.scatter(low[exact], y[exact], s=24, c=ink, zorder=3, gid="point")
    for at, row in zip(y, shown.to_dict("records"), strict=True):
        text = (
            fraction(row)
            if name == "share"
            else f"{span(row['k_min'], row['k_max'])} in {row['months']:.3g} months"
        )
        middle = (row[f"{name}_min"] + row[f"{name}_max"]) / 2
        write_near(ax, text, middle, at, (0, 7), ha="center", fontsize=6.5)
    ax.set_xlim(0, max(0.1, 1.08 * float(shown["high"].max() if len(shown) else 1)))
    ax.set_ylim(len(rows) - 0.5, -0.75)


def forest(
    frame: pd.DataFrame,
    *,
    heads: tuple[str, str] = ("before", "after"),
    xlabel: str = "odds ratio (log scale)",
) -> tuple[Figure, Axes]:
    """Draw one comparison counted in many ways: each row a ratio with its interval, and the two counts in words.

    Names of the drawn data: ``line`` (the interval) and ``bar`` (what the dates allow). A bound outside the axis ends
    in an arrow.

    Parameters
    ----------
    frame
        As :func:`tmt_dataset.analysis.ai.sensitivities` returns it: ``group``, ``way``, ``before``, ``after``,
        ``ratio_min``, ``ratio_max``, ``low``, ``high``, ``apart``.
    heads
        What stands above the two columns of counts.
    xlabel
        Label of the axis.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        Groups are set apart; intervals that leave out 1 are blue, the others grey.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> row = {"group": "as counted", "way": "All developments", "before": "4 of 33", "after": "12 of 30"}
    >>> row |= {"ratio_min": 4.1, "ratio_max": 4.7, "low": 1.02, "high": 23.2, "apart": True}
    >>> fig, ax = forest(pd.DataFrame([row]))
    >>> ax.get_xscale()
    'log'
    """
    limits = (0.1, 100.0)
    starts = frame["group"].ne(frame["group"].shift()).cumsum() - 1
    y = np.arange(len(frame)) + 0.45 * starts.to_numpy(float)
    with styled():
        made: Any = chart(
            "page", 0.75 + 0.19 * (y.max(initial=0) + 1), ncols=2, sharey=True, width_ratios=[1, 1.45]
        )
        fig, (ax, beside) = made
        ax.set_xscale("log")
        ax.set_xlim(*limits)
        _draw_ratios(ax, frame, y, limits)
        label_rows(ax, [str(way) for way in frame["way"]])
        ax.set_yticks(y, [readable(str(way)) for way in frame["way"]], parse_math=False)
        ax.set_ylim(y.max(initial=0) + 0.7, -1.4)
        ax.set_xticks([0.1, 1, 10, 100], ["0.1", "1", "10", "100"])
        ax.set_xlabel(readable(xlabel))
        beside.set_axis_off()
        beside.set_xlim(0, 1)
        for x, head, column in ((0.03, heads[0], "before"), (0.45, heads[1], "after")):
            write_near(beside, head, x, -1.0, (0, 0), fontweight="bold")
            for at, words in zip(y, frame[column], strict=True):
                write_near(beside, str(words), x, at, (0, 0))
    return fig, ax


def _draw_ratios(ax: Axes, frame: pd.DataFrame, y: np.ndarray, limits: tuple[float, float]) -> None:
    """Draw the ratios with their intervals, within the limits of the axis."""
    colors = np.where(frame["apart"], PALETTE["blue"], PALETTE["grey"])
    ax.axvline(1, color=PALETTE["black"], lw=0.8)
    low, high = (np.clip(frame[name].to_numpy(float), *limits) for name in ("low", "high"))
    ax.hlines(y, low, high, color=colors, lw=1, gid="line")
    ends = {"<": frame["low"].to_numpy(float) < limits[0], ">": frame["high"].to_numpy(float) > limits[1]}
    for shape, cut in ends.items():
        at = limits[0] if shape == "<" else limits[1]
        ax.scatter(np.full(cut.sum(), at), y[cut], marker=shape, s=16, c=colors[cut], clip_on=False, zorder=3)
    first, last = (frame[name].to_numpy(float) for name in ("ratio_min", "ratio_max"))
    known = np.isfinite(first) & np.isfinite(last)
    middle = np.sqrt(first[known] * last[known])
    ax.hlines(y[known], first[known], last[known], color=colors[known], lw=4, gid="bar", capstyle="butt")
    ax.scatter(middle, y[known], s=16, c=colors[known], zorder=3, gid="point")


def orientations(frame: pd.DataFrame, *, at_least: int = AT_LEAST) -> tuple[Figure, Axes]:
    """Draw how the developments of each group divide by orientation: one bar of 100% per group, with its counts.

    Parameters
    ----------
    frame
        As :func:`tmt_dataset.analysis.ai.levels` returns it: ``subject``, ``level``, ``orientation``, ``least``,
        ``most``.
    at_least
        Groups with fewer developments have no bar.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        One row per group; bars are drawn with the greatest counts.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> counts = {"subject": "AI", "level": ["national", "local"], "orientation": "control", "least": 1, "most": [1, 2]}
    >>> fig, ax = orientations(pd.DataFrame(counts), at_least=1)
    >>> [text.get_text() for text in ax.get_yticklabels()]
    ['AI, national (n = 1)', 'AI, local (n = 1–2)']
    """
    frame = frame.astype({"subject": "str", "level": "str", "orientation": "str"})
    groups = frame.groupby(["subject", "level"], sort=False)
    bars = [
        (f"{subject}, {level}", part)
        for (subject, level), part in groups
        if part["most"].sum() >= max(at_least, 1)
    ]
    used = [name for name in ORIENTATIONS if (frame.loc[frame["orientation"] == name, "most"] > 0).any()]
    with styled():
        fig, ax = chart("page", 0.45 + 0.3 * len(bars))
        for row, (_, part) in enumerate(bars):
            _draw_bar(ax, row, part)
        ends = [(part["least"].sum(), part["most"].sum()) for _, part in bars]
        label_rows(ax, [f"{name} (n = {span(*n)})" for (name, _), n in zip(bars, ends, strict=True)])
        ax.set_xlim(0, 1)
        ax.xaxis.set_visible(False)
        ax.spines["bottom"].set_visible(False)
        patch = mpl("patches").Patch
        legend(fig, [patch(color=ORIENTATIONS[name], label=MEANINGS[name]) for name in used])
    return fig, ax


def _draw_bar(ax: Axes, row: int, part: pd.DataFrame) -> None:
    """Draw one bar of 100% with the counts in its segments."""
    total, left = float(part["most"].sum()), 0.0
    for name, colour in ORIENTATIONS.items():
        cells = part.loc[part["orientation"] == name]
        least, most = int(cells["least"].sum()), int(cells["most"].sum())
        if not most:
            continue
        ax.barh(row, most / total, left=left, height=0.72, color=colour, edgecolor="white", linewidth=0.8)
        write_near(ax, span(least, most), left + most / total / 2, row, (0, 0), ha="center")
        left += most / total
