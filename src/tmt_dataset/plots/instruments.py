"""Charts of the lives of instruments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from tmt_dataset.plots.parts import (
    day_number,
    day_numbers,
    label_rows,
    legend,
    marker,
    shade_coverage,
    time_axis,
    wrapped,
    write_near,
)
from tmt_dataset.plots.style import INKS, PALETTE, chart, readable, span, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Shape, colour and whether it is hollow: stages stay apart without colour.
STAGE_MARKS: dict[str, tuple[str, str, bool]] = {
    "planned": ("o", PALETTE["grey"], True),
    "draft": ("s", PALETTE["orange"], True),
    "approved": ("^", PALETTE["green"], False),
    "issued": ("o", PALETTE["blue"], False),
    "revised": ("D", PALETTE["blue"], False),
    "effective": (">", PALETTE["vermilion"], False),
}


def spans(
    frame: pd.DataFrame,
    *,
    label: str,
    end: str | pd.Timestamp,
    text: str | None = None,
    mark: pd.Timestamp | None = None,
    mark_label: str = "",
    periods: pd.DataFrame | None = None,
    width: Literal["column", "page"] = "page",
) -> tuple[Figure, Axes]:
    """Draw one line per row from a date to a day: how long a draft has been open, or when a target falls due.

    Where the date is an interval, the line is dashed until its end. Names of the drawn data: ``start``
    (dashed), ``line`` and ``end``.

    Parameters
    ----------
    frame
        With ``date_start`` and ``date_end``.
    label
        Column with the labels of the rows.
    end
        Column with the last days, or one day for all rows.
    text
        Column with the texts at the ends of the lines.
    mark, mark_label
        A day that is marked across all rows, and its label.
    periods
        As :func:`tmt_dataset.analysis.windows` returns them: the months that a newsletter covers in full are
        shaded.
    width
        Of the chart.

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
    >>> drafts = analysis.open_drafts(ds)
    >>> fig, ax = spans(drafts, label="instrument", end=ds.period[1])
    >>> len(plots.drawn(ax, "line")) == len(drafts)
    True
    """
    frame = frame.reset_index(drop=True)
    ends = frame[end] if isinstance(end, str) else pd.Series(end, index=frame.index)
    blue = PALETTE["blue"]
    longest = 70 if width == "page" else 26
    with styled():
        y = np.arange(len(frame), dtype=float)
        first, known, last = (day_numbers(days) for days in (frame["date_start"], frame["date_end"], ends))
        known = np.minimum(known, last)
        fig, ax = chart(width, 0.6 + 0.3 * len(frame))
        shade_coverage(ax, periods)
        ax.hlines(y, first, known, color=blue, lw=0.8, ls=(0, (2, 1.5)), gid="start")
        ax.hlines(y, known, last, color=blue, lw=2, gid="line", capstyle="butt")
        ax.scatter(last, y, s=14, c=blue, marker="o" if text else "|", zorder=3, gid="end")
        if text is not None:
            for at, row, words in zip(last, y, frame[text], strict=True):
                write_near(ax, str(words), at, row)
        if mark is not None:
            _mark_day(ax, mark, mark_label)
        label_rows(ax, [wrapped(str(words), longest, 3) for words in frame[label]])
        time_axis(ax, frame["date_start"].min(), max(ends))
        ax.grid(axis="x")
    return fig, ax


def _mark_day(ax: Axes, day: pd.Timestamp, label: str) -> None:
    """Draw a line across all rows at a day, with a label above the panel."""
    ax.axvline(day_number(day), color=PALETTE["vermilion"], lw=0.8, zorder=1)
    text: dict[str, Any] = {"xycoords": ("data", "axes fraction"), "color": INKS["vermilion"]}
    write_near(ax, label, day_number(day), 1, (2, 1), va="bottom", **text)


def lifecycle(frame: pd.DataFrame, *, periods: pd.DataFrame | None = None) -> tuple[Figure, Axes]:
    """Draw the events of one instrument or of several on a time line, with a bar where a date is an interval.

    Names of the drawn data: the stages (``draft``, ``issued`` …: the middle of each date) and ``interval``
    (the dates that are intervals).

    Parameters
    ----------
    frame
        As :meth:`tmt_dataset.Dataset.lifecycle` or :func:`tmt_dataset.analysis.lifecycles` returns it.
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
    several = "instrument_id" in frame.columns
    frame = frame.reset_index(drop=True)
    keys = frame["instrument_id"] if several else pd.Series("", index=frame.index)
    titles = frame.groupby(keys.to_numpy(), sort=False)["instrument"].first() if several else {"": ""}
    rows = list(dict.fromkeys(keys))
    row = np.array([rows.index(key) for key in keys])
    with styled():
        middle = frame["date_start"] + (frame["date_end"] - frame["date_start"]) / 2
        x, last = day_numbers(middle), day_numbers(frame["date_end"])
        y = _stepped(x, row)
        fig, ax = chart("page" if several else "column", 0.85 + 0.38 * len(rows))
        shade_coverage(ax, periods)
        for n in range(len(rows)):
            ax.plot(x[row == n], y[row == n], color=PALETTE["grey"], lw=0.8, zorder=1)
        _draw_intervals(ax, day_numbers(frame["date_start"]), last, y)
        _draw_stages(ax, frame["stage"].astype("str").to_numpy(), x, y)
        for i in range(1, len(frame)):
            if row[i] == row[i - 1]:
                days = span(frame["days_min"][i], frame["days_max"][i])
                write_near(ax, f"{days} d", max(x[i], last[i]), y[i], (6, 0))
        label_rows(ax, [wrapped(str(titles[key]), 48, 3) for key in rows])
        ax.set_ylim(len(rows) - 0.4, -0.6)
        time_axis(ax, frame["date_start"].min(), frame["date_end"].max() + pd.Timedelta(days=25))
        used = [(stage, *marks) for stage, marks in STAGE_MARKS.items() if stage in set(frame["stage"])]
        legend(fig, [marker(shape, stage, color, hollow=hollow) for stage, shape, color, hollow in used])
        ax.grid(axis="x")
    return fig, ax


def _stepped(x: np.ndarray, row: np.ndarray) -> np.ndarray:
    """Return the heights of events: those that would cover each other step down within their row.

    Examples
    --------
    >>> _stepped(np.array([0.0, 5.0, 100.0, 0.0]), np.array([0, 0, 0, 1])).tolist()
    [0.0, 0.3, 0.0, 1.0]
    """
    y = row.astype(float)
    for i in range(1, len(x)):
        if row[i] == row[i - 1] and abs(x[i] - x[i - 1]) < 12:
            y[i] = y[i - 1] + 0.3
    return y


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


def durations(
    frame: pd.DataFrame, label: str, *, xlabel: str = "days", width: Literal["column", "page"] = "column"
) -> tuple[Figure, Axes]:
    """Draw how many days steps took: a point where the dates are known, a bar over what they allow where not.

    Names of the drawn data: ``days`` (the bars) and ``point`` (the middle of each bar).

    Parameters
    ----------
    frame
        With ``days_min`` and ``days_max``.
    label
        Column with the labels of the rows; a label with lines of its own keeps them.
    xlabel
        Label of the axis.
    width
        Of the chart.

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
    >>> import pandas as pd
    >>> from tmt_dataset import plots
    >>> frame = pd.DataFrame({"step": ["draft to issued"], "days_min": [144], "days_max": [202]})
    >>> fig, ax = durations(frame, "step")
    >>> plots.drawn(ax, "days").tolist()
    [[144.0, 0.0, 202.0, 0.0]]
    """
    low, high = (frame[f"days_{end}"].to_numpy(float) for end in ("min", "max"))
    y = np.arange(len(frame), dtype=float)
    longest = 30 if width == "column" else 70
    with styled():
        fig, ax = chart(width, 0.6 + 0.3 * len(frame))
        ax.hlines(y, low, high, color=PALETTE["blue"], lw=4, capstyle="butt", gid="days")
        face = np.where(low == high, PALETTE["blue"], "none")
        ax.scatter((low + high) / 2, y, s=20, c=face, zorder=3, gid="point")
        for row, least, most in zip(y, low, high, strict=True):
            write_near(ax, span(least, most), most, row, (5, 0))
        label_rows(ax, [wrapped(str(words), longest, 3) for words in frame[label]])
        end = max(1.0, high.max(initial=1.0))
        ax.set_xlim(-0.02 * end, 1.15 * end)
        ax.grid(axis="x")
        ax.set_xlabel(readable(xlabel))
    return fig, ax
