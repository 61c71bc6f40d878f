"""Instruments on a time line, in lanes."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tmt_dataset.plots.instruments import STAGE_MARKS
from tmt_dataset.plots.parts import (
    day_numbers,
    label_rows,
    legend,
    marker,
    shade_coverage,
    time_axis,
    wrapped,
)
from tmt_dataset.plots.style import PALETTE, chart, mpl, readable, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["timeline"]


def timeline(
    events: pd.DataFrame,
    *,
    lane: str,
    colour: str,
    colours: Mapping[str, str],
    names: Mapping[str, str] | None = None,
    label: str = "label",
    periods: pd.DataFrame | None = None,
) -> tuple[Figure, Axes]:
    """Draw one row per instrument, in lanes: the shape of a mark is the stage, its colour what the event does.

    A date that is an interval is a bar from its first to its last day, with the mark in its middle. Names of the drawn
    data: the stages (``draft``, ``issued`` …) and ``interval``.

    Parameters
    ----------
    events
        In the order of the rows: ``instrument_id``, ``stage``, ``date_start``, ``date_end``, and the columns named
        below.
    lane
        Column by which the rows are grouped; its rows stand together.
    colour
        Column of what the colours show.
    colours
        Colour of each of its values.
    names
        What its values are called in the legend.
    label
        Column with the names of the rows.
    periods
        As :func:`tmt_dataset.analysis.windows` returns them: the months that a newsletter covers are shaded.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        The name of each lane stands above its rows.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset.analysis import ai
    >>> events = ai.instruments(tmt.load())
    >>> fig, ax = timeline(events, lane="level", colour="orientation", colours={"control": "#D55E00"})
    >>> len(ax.get_yticklabels()) == events["instrument_id"].nunique()
    True
    """
    rows = events.drop_duplicates("instrument_id")
    lanes = rows[lane].astype("str").reset_index(drop=True)
    places = np.arange(len(rows)) + 1.15 * (lanes.ne(lanes.shift()).cumsum().to_numpy(float))
    heights = dict(zip(rows["instrument_id"], places, strict=True))
    with styled():
        fig, ax = chart("page", 0.75 + 0.165 * (places.max(initial=0) + 1))
        shade_coverage(ax, periods)
        _draw_events(ax, events, events["instrument_id"].map(heights).to_numpy(float), colour, colours)
        labels = [wrapped(str(text), 62, 1) for text in rows[label]]
        label_rows(ax, labels)
        ax.set_yticks(places, [readable(text) for text in labels], parse_math=False, fontsize=6.5)
        ax.set_ylim(places.max(initial=0) + 0.7, places.min(initial=1) - 1.5)
        time_axis(ax, events["date_start"].min(), _last(events, periods))
        for name, at in zip(lanes, places, strict=True):
            if at == places[lanes.eq(name).to_numpy()].min():
                _name_lane(ax, name, at - 1.0)
        entries = _entries(events, colour, colours, names or {})
        legend(fig, entries, ncols=len(entries) // 2)
    return fig, ax


def _last(events: pd.DataFrame, periods: pd.DataFrame | None) -> pd.Timestamp:
    """Return the last day of the events and the windows."""
    last: pd.Timestamp = events["date_end"].max()
    return last if periods is None else max(last, periods["end"].max())


def _name_lane(ax: Axes, name: str, at: float) -> None:
    """Write the name of a lane at the left edge of the labels' column."""
    style: dict[str, Any] = {"ha": "right", "va": "center", "fontweight": "bold", "fontsize": 7}
    text = ax.annotate(
        readable(name.capitalize()),
        (0, at),
        xycoords=("axes fraction", "data"),
        xytext=(-4, 0),
        textcoords="offset points",
        **style,
    )
    text.set_parse_math(False)
    ax.axhline(at + 0.5, color=PALETTE["light"], lw=0.5, zorder=0)


def _draw_events(
    ax: Axes, events: pd.DataFrame, y: np.ndarray, colour: str, colours: Mapping[str, str]
) -> None:
    """Draw the mark of each event and, where its date is an interval, a bar."""
    first, last = (day_numbers(events[name]) for name in ("date_start", "date_end"))
    inks = np.array([colours.get(str(value), PALETTE["grey"]) for value in events[colour]])
    wide = last > first
    ax.hlines(
        y[wide],
        first[wide],
        last[wide] + 1,
        color=inks[wide],
        lw=3.2,
        alpha=0.35,
        gid="interval",
        capstyle="butt",
    )
    stages = events["stage"].astype("str").to_numpy()
    for stage, (shape, _, hollow) in STAGE_MARKS.items():
        own = stages == stage
        if own.any():
            face = ["white"] * own.sum() if hollow else list(inks[own])
            look: dict[str, Any] = {"marker": shape, "s": 22, "linewidths": 1.1, "zorder": 3, "gid": stage}
            ax.scatter((first[own] + last[own]) / 2, y[own], c=face, edgecolors=list(inks[own]), **look)


def _entries(
    events: pd.DataFrame, colour: str, colours: Mapping[str, str], names: Mapping[str, str]
) -> list[Any]:
    """Return the entries of a legend of two lines, column by column: the stages that occur, the colours that do."""
    stages, values = set(events["stage"].astype("str")), set(events[colour].astype("str"))
    shapes = [
        marker(shape, stage, PALETTE["black"], hollow=hollow)
        for stage, (shape, _, hollow) in STAGE_MARKS.items()
        if stage in stages
    ]
    patch = mpl("patches").Patch
    inks = [patch(color=ink, label=names.get(v, v)) for v, ink in colours.items() if v in values]
    nothing = patch(color="none", label=" ")
    pairs = zip_longest(shapes, inks, fillvalue=nothing)
    return [entry for pair in pairs for entry in pair]
