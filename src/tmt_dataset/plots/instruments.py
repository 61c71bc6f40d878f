"""Charts of the lives of instruments."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tmt_dataset.plots.parts import (
    day_number,
    day_numbers,
    label_rows,
    rows_under_headings,
    shade_coverage,
    time_axis,
    wrapped,
    write_heading,
    write_near,
)
from tmt_dataset.plots.style import PALETTE, chart, span, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["HEADINGS", "STAGE_MARKS", "lifecycle", "waiting_chart"]


# Shape, colour and whether it is hollow: stages stay apart without colour.
STAGE_MARKS: dict[str, tuple[str, str, bool]] = {
    "planned": ("o", PALETTE["grey"], True),
    "draft": ("s", PALETTE["orange"], True),
    "approved": ("^", PALETTE["green"], False),
    "issued": ("o", PALETTE["blue"], False),
    "revised": ("D", PALETTE["blue"], False),
    "effective": (">", PALETTE["vermilion"], False),
}
#: What stands above the instruments of each path of :func:`tmt_dataset.analysis.followed`.
HEADINGS: dict[str, str] = {
    "moved": "From one stage to another in separate developments",
    "repeated": "At the same stage again",
    "told": "One report gives both dates",
}
#: Pieces of a line that fades.
_PIECES = 12


def lifecycle(frame: pd.DataFrame, *, periods: pd.DataFrame | None = None) -> tuple[Figure, Axes]:
    """Draw the events of one instrument or of several on a time line, each with its stage and the days since the one before.

    A bar is drawn where a date is an interval. Names of the drawn data: the stages (``draft``, ``issued`` …: the middle
    of each date) and ``interval`` (the dates that are intervals).

    Parameters
    ----------
    frame
        As :meth:`tmt_dataset.Dataset.lifecycle`, :func:`tmt_dataset.analysis.lifecycles` or
        :func:`tmt_dataset.analysis.followed` returns it: a column ``path`` puts headings above its groups.
    periods
        As :func:`tmt_dataset.analysis.windows` returns them: the months that a newsletter covers in full are
        shaded.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        One row per instrument.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset import plots
    >>> fig, ax = lifecycle(tmt.load().lifecycle("shake-to-activate-guide"))
    >>> len(plots.drawn(ax, "draft"))
    1
    """
    frame = frame.reset_index(drop=True)
    several = "instrument_id" in frame.columns
    keys = frame["instrument_id"].astype("str") if several else pd.Series("", index=frame.index)
    firsts = frame.assign(key=keys).drop_duplicates("key")
    heads = firsts["path"].astype("str").tolist() if "path" in frame.columns else [""] * len(firsts)
    titles = firsts["instrument"].astype("str").tolist() if several else [""]
    places, labels, headings = rows_under_headings([wrapped(title, 46, 3) for title in titles], heads)
    row = keys.map(dict(zip(firsts["key"], places, strict=True))).to_numpy(float)
    with styled():
        middle = frame["date_start"] + (frame["date_end"] - frame["date_start"]) / 2
        x, last = day_numbers(middle), day_numbers(frame["date_end"])
        y = _stepped(x, row)
        fig, ax = chart("page" if several else "column", 0.6 + 0.38 * len(labels))
        shade_coverage(ax, periods)
        for place in places:
            ax.plot(x[row == place], y[row == place], color=PALETTE["grey"], lw=0.8, zorder=1)
        _draw_intervals(ax, day_numbers(frame["date_start"]), last, y)
        _draw_stages(ax, frame["stage"].astype("str").to_numpy(), x, y)
        label_rows(ax, labels)
        for place, path in headings:
            write_heading(ax, HEADINGS.get(path, path), place)
        first, end = frame["date_start"].min(), frame["date_end"].max()
        # room for the text left of the first mark
        time_axis(ax, first - max(0.15 * (end - first), pd.Timedelta(days=60)), end)
        near = 0.05 * float(np.ptp(ax.get_xlim()))
        for place in places:
            _write_stages(ax, frame.loc[row == place], x[row == place], place, near)
        ax.grid(axis="x")
    return fig, ax


def _stepped(x: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Return the heights of events: those that would cover each other step down within their row.

    Examples
    --------
    >>> _stepped(np.array([0.0, 5.0, 100.0, 0.0]), np.array([0, 0, 0, 1])).tolist()
    [0.0, 0.26, 0.0, 1.0]
    """
    y = row.astype(float)
    for i in range(1, len(x)):
        if row[i] == row[i - 1] and abs(x[i] - x[i - 1]) < 12:
            y[i] = y[i - 1] + 0.26
    return y


def _write_stages(ax: Axes, events: pd.DataFrame, x: np.ndarray, place: float, near: float) -> None:
    """Write the stages of one row beside their marks; those close together share a text."""
    texts = [_stage_words(row, first=n == 0) for n, row in enumerate(events.itertuples())]
    edges = list(zip(day_numbers(events["date_start"]), day_numbers(events["date_end"]), strict=True))
    apart = [0, *np.flatnonzero(np.diff(x) > near) + 1, len(x)]
    clusters = [range(a, b) for a, b in pairwise(apart)]
    for n, cluster in enumerate(clusters):
        text = ", ".join(texts[i] for i in cluster)
        if n == len(clusters) - 1:
            write_near(ax, text, max(edges[i][1] for i in cluster), place, (6, 0))
        elif n == 0:
            write_near(ax, text, min(edges[i][0] for i in cluster), place, (-6, 0), ha="right")
        else:
            write_near(ax, text, float(np.mean(x[list(cluster)])), place, (0, 5), ha="center", va="bottom")


def _stage_words(row: Any, *, first: bool) -> str:
    """Return the stage of an event with the days since the one before."""
    if first or pd.isna(row.days_min):
        return str(row.stage)
    if row.days_max == 0:
        return f"{row.stage} the same day"
    return f"{row.stage} {span(row.days_min, row.days_max)} {'day' if row.days_max == 1 else 'days'} later"


def _draw_intervals(ax: Axes, first: np.ndarray, last: np.ndarray, y: np.ndarray) -> None:
    """Draw a bar over each date that is an interval."""
    wide = last > first
    if wide.any():
        style: dict[str, Any] = {"color": PALETTE["grey"], "lw": 3.5, "alpha": 0.6, "zorder": 2}
        ax.hlines(y[wide], first[wide], last[wide], gid="interval", **style)


def _draw_stages(ax: Axes, stages: np.ndarray, x: np.ndarray, y: np.ndarray) -> None:
    """Draw each event as the mark of its stage."""
    for stage, (shape, color, hollow) in STAGE_MARKS.items():
        here = stages == stage
        if here.any():
            face = "white" if hollow else color
            style: dict[str, Any] = {"marker": shape, "c": face, "edgecolors": color, "linewidths": 1.1}
            ax.scatter(x[here], y[here], s=26, zorder=3, gid=stage, **style)


def waiting_chart(frame: pd.DataFrame, periods: pd.DataFrame, last: pd.Timestamp) -> tuple[Figure, Axes]:
    """Draw drafts and plans without a later stage: a line from each that fades towards the end of what is covered.

    The line says how long the sources could have reported a later stage, not how long the draft was open. It is dashed
    where the date of the draft is an interval, and strong where its kind is binding. Names of the drawn data: ``draft``
    (the last day that the date can be), ``interval`` (dates that are intervals) and ``line`` (its pieces).

    Parameters
    ----------
    frame
        As :func:`tmt_dataset.analysis.awaited` returns it, with ``body`` where the label says who drafts.
    periods
        As :func:`tmt_dataset.analysis.windows` returns them: the months that a newsletter covers in full are shaded.
    last
        The last day that is covered.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        Rows in the order of the frame.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset import analysis, plots
    >>> ds = tmt.load().select(topic="ai/legislation")
    >>> periods = analysis.windows(ds)
    >>> waiting = analysis.awaited(ds)
    >>> fig, ax = waiting_chart(waiting, periods, analysis.last_covered(periods))
    >>> len(plots.drawn(ax, "draft")) == len(waiting)
    True
    """
    labels = frame["instrument"].astype("str")
    if "body" in frame.columns:
        labels = frame["body"].astype("str") + ": " + labels
    with styled():
        fig, ax = chart("page", 0.6 + 0.285 * len(frame))
        shade_coverage(ax, periods)
        end = day_number(last)
        known = np.minimum(day_numbers(frame["date_end"]), end)
        first = np.minimum(day_numbers(frame["date_start"]), known)
        inks = [PALETTE["vermilion"] if force == "binding" else PALETTE["blue"] for force in frame["force"]]
        wide = first < known
        y = np.arange(len(frame), dtype=float)
        if wide.any():
            inked = [ink for ink, here in zip(inks, wide, strict=True) if here]
            ax.hlines(y[wide], first[wide], known[wide], color=inked, lw=1, ls=(0, (2, 1.5)), gid="interval")
        ax.scatter(known, y, s=22, c=inks, marker="s", linewidths=0, zorder=3, gid="draft")
        for row, start, ink in zip(y, known, inks, strict=True):
            _draw_fading(ax, row, start, end, ink)
        for row, force in zip(y, frame["force"].astype("str"), strict=True):
            write_near(ax, force, end, row, (5, 0))
        label_rows(ax, [wrapped(label, 62, 2) for label in labels])
        time_axis(ax, min([*frame["date_start"], last]), last)
        ax.grid(axis="x")
    return fig, ax


def _draw_fading(ax: Axes, row: float, start: float, end: float, ink: str) -> None:
    """Draw a line in pieces, each fainter than the one before it."""
    edges = np.linspace(start, end, _PIECES + 1)
    shades = [(ink, 1 - 0.9 * n / (_PIECES - 1)) for n in range(_PIECES)]
    ax.hlines([row] * _PIECES, edges[:-1], edges[1:], color=shades, lw=2, capstyle="butt", gid="line")
