"""Charts of who limits and who promotes, and of who acted first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from tmt_dataset.plots.parts import (
    day_number,
    day_numbers,
    label_rows,
    shade_coverage,
    time_axis,
    wrapped,
    write_near,
)
from tmt_dataset.plots.style import INKS, PALETTE, chart, readable, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["COLOURS", "SIDES", "order_chart", "steering_chart"]


#: Title of the panel of each side, and colours of its acts.
SIDES = {"national": "The nation", "local": "Provinces and cities"}
COLOURS = {"national": INKS["blue"], "local": INKS["vermilion"]}


def steering_chart(frame: pd.DataFrame) -> tuple[Figure, Sequence[Axes]]:
    """Draw what the acts of each side do: limits to the left, promotion to the right, one row per area.

    Acts that do both lie in the middle; how many are on private disputes or inform is written beside the bars. Names of
    the drawn data: ``control``, ``both`` and ``promotion``.

    Parameters
    ----------
    frame
        As :func:`tmt_dataset.analysis.steering` returns it.

    Returns
    -------
    fig : matplotlib.figure.Figure
        A page wide.
    panels : list of matplotlib.axes.Axes
        The nation, provinces and cities.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> from tmt_dataset import plots
    >>> frame = pd.DataFrame({"area": "AI", "side": ["national", "local"], "control": [6, 7], "both": [3, 0]})
    >>> fig, panels = steering_chart(frame.assign(promotion=[0, 9], rights=0, information=0))
    >>> plots.drawn(panels[1], "promotion").tolist()
    [[0.0, 0.0, 9.0, 0.0]]
    """
    areas = list(dict.fromkeys(frame["area"]))
    half = frame["both"] / 2
    left = float((frame["control"] + half).max()) if len(frame) else 1.0
    right = float((frame["promotion"] + half).max()) if len(frame) else 1.0
    with styled():
        fig, axes = chart("page", 0.62 + 0.29 * len(areas), ncols=2, sharey=True, squeeze=False)
        cast(Any, fig.get_layout_engine()).set(wspace=0.02)
        panels = list(cast(Any, axes)[0])
        for panel, side in zip(panels, SIDES, strict=True):
            part = frame.loc[frame["side"] == side].set_index("area").reindex(areas).fillna(0)
            _draw_side(panel, part, left, right)
            panel.set_title(SIDES[side], pad=16)
        label_rows(panels[0], areas)
    return fig, panels


def _draw_side(ax: Axes, part: pd.DataFrame, left: float, right: float) -> None:
    """Draw the acts of one side with their numbers."""
    rows = np.arange(len(part), dtype=float)
    control, both, promotion = (part[name].to_numpy(float) for name in ("control", "both", "promotion"))
    for name, start, end, colour in (
        ("control", -both / 2 - control, -both / 2, PALETTE["blue"]),
        ("both", -both / 2, both / 2, INKS["grey"]),
        ("promotion", both / 2, both / 2 + promotion, PALETTE["orange"]),
    ):
        ax.hlines(rows, start, end, color=colour, lw=9, gid=name, capstyle="butt")
    for row, less, mid, more in zip(rows, control, both, promotion, strict=True):
        if less:
            write_near(ax, f"{less:g}", -mid / 2 - less, row, (-2, 0), ha="right", fontsize=7)
        if mid:
            write_near(ax, f"{mid:g}", 0, row, (0, 0), ha="center", fontsize=6.5, color="white")
        if more:
            write_near(ax, f"{more:g}", mid / 2 + more, row, (2, 0), fontsize=7)
    beside = zip(rows, part["rights"], part["information"], both / 2 + promotion, strict=True)
    for row, rights, told, more in beside:
        parts = [f"{n:g} {what}" for n, what in ((rights, "on disputes"), (told, "inform")) if n]
        if parts:
            write_near(ax, "  " + ", ".join(parts), more, row, (12, 0), color=INKS["grey"])
    ax.axvline(0, color=PALETTE["black"], lw=0.6, zorder=0)
    ax.set_xlim(-left * 1.15 - 1, right * 1.15 + 0.3 * (left + right))
    ax.set_xticks([])
    ax.tick_params(axis="y", length=0)
    for name in ("left", "bottom"):
        ax.spines[name].set_visible(False)
    for text, offset, ha, colour in (
        ("◄ limits", -14, "right", INKS["blue"]),
        ("both", 0, "center", INKS["grey"]),
        ("promotes ►", 14, "left", "#8A5F00"),
    ):
        place: dict[str, Any] = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
        ax.annotate(text, (0, 1), (offset, 3), ha=ha, color=colour, fontsize=7, **place)


def order_chart(frame: pd.DataFrame, windows: pd.DataFrame | None = None) -> tuple[Figure, Axes]:
    """Draw acts in the order of their dates: a dot on its day, or a bar over the days on which it may have taken place.

    Names of the drawn data: ``day`` (points) and ``span`` (lines).

    Parameters
    ----------
    frame
        With ``label``, ``side`` (national, local), ``date_start`` and ``date_end``; one row per act.
    windows
        As :func:`tmt_dataset.analysis.windows` returns them: what the newsletters cover in full is shaded.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        One row per act, from the top down.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> from tmt_dataset import plots
    >>> days = pd.DataFrame({"date_start": ["2024-01-01", "2025-08-19"], "date_end": ["2024-12-31", "2025-08-19"]})
    >>> acts = days.astype("datetime64[s]").assign(label=["Zhejiang", "Shanghai"], side="local")
    >>> fig, ax = order_chart(acts)
    >>> len(plots.drawn(ax, "day")), len(plots.drawn(ax, "span"))
    (1, 1)
    """
    rows = np.arange(len(frame))
    start, end = day_numbers(frame["date_start"]), day_numbers(frame["date_end"])
    colours = np.array([COLOURS.get(str(side), INKS["grey"]) for side in frame["side"]], dtype=object)
    with styled():
        fig, ax = chart("page", 0.75 + 0.36 * len(frame))
        shade_coverage(ax, windows)
        exact = start == end
        ax.hlines(
            rows[~exact],
            start[~exact],
            end[~exact] + 1,
            color=list(colours[~exact]),
            lw=5,
            gid="span",
            capstyle="butt",
        )
        ax.scatter(start[exact], rows[exact], s=30, c=list(colours[exact]), zorder=3, gid="day")
        label_rows(ax, [wrapped(str(label), 48, 2) for label in frame["label"]])
        for tick, colour in zip(ax.get_yticklabels(), colours, strict=True):
            tick.set_color(str(colour))
        first, last = frame["date_start"].min(), frame["date_end"].max()
        if windows is not None and len(windows):
            covered = windows.loc[windows["kind"] == "newsletter"]
            first, last = min(first, covered["start"].min()), max(last, covered["end"].max())
            _name_windows(ax, covered)
        if len(frame):
            time_axis(ax, first, last)
            ax.set_xlim(right=day_number(last) + 20)
    return fig, ax


def _name_windows(ax: Axes, windows: pd.DataFrame) -> None:
    """Write the name of each window above its shade, the year in a line of its own."""
    middles = (day_numbers(windows["start"]) + day_numbers(windows["end"]) + 1) / 2
    for name, middle in zip(windows["window"].astype("str"), middles, strict=True):
        text = readable(name.replace(" ", "\n", 1))
        style: dict[str, Any] = {"ha": "center", "va": "bottom", "fontsize": 6, "color": INKS["grey"]}
        ax.annotate(text, (middle, 1), (0, 2), ("data", "axes fraction"), "offset points", **style)
