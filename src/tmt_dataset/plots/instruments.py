"""Charts of the lives of instruments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
from tmt_dataset.plots.style import (
    INKS,
    PALETTE,
    _coverage,
    _dates,
    _legend,
    _mark,
    _numbers_of_days,
    _rows,
    _time_axis,
    _wrapped,
    figure,
    look,
    span,
)


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
    """Draw one line a row from a date to a day: how long a draft has been open, or when a target falls due.

    Where the date is an interval, the line is dashed until its end. What it draws is named ``start``
    (dashed), ``line`` and ``end``.

    Parameters
    ----------
    frame
        With ``date_start`` and ``date_end``.
    label
        Column with the labels of the rows.
    end
        Column with the last days, or one day for all.
    text
        Column with what stands at the end of a line.
    mark, mark_label
        A day that is marked across all rows.
    periods
        As :func:`tmt_dataset.analysis.windows` gives them: shaded where an issue covers the months in full.
    width
        Of the figure.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        In the order of the frame.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset import analysis
    >>> ds = tmt.load().select(topic="ai/legislation")
    >>> drafts = analysis.open_drafts(ds)
    >>> fig, ax = spans(drafts, label="instrument", end=ds.period[1])
    >>> len(drawn(ax, "line")) == len(drafts)
    True
    """
    frame = frame.reset_index(drop=True)
    ends = frame[end] if isinstance(end, str) else pd.Series(end, index=frame.index)
    fig, ax = figure(width, 0.6 + 0.3 * len(frame))
    with look():
        y = np.arange(len(frame), dtype=float)
        first, known, last = (
            _numbers_of_days(days) for days in (frame["date_start"], frame["date_end"], ends)
        )
        _coverage(ax, periods)
        ax.hlines(
            y, first, np.minimum(known, last), color=PALETTE["blue"], lw=0.8, ls=(0, (2, 1.5)), gid="start"
        )
        ax.hlines(y, np.minimum(known, last), last, color=PALETTE["blue"], lw=2, gid="line", capstyle="butt")
        ax.scatter(last, y, s=14, c=PALETTE["blue"], marker="o" if text else "|", zorder=3, gid="end")
        if text is not None:
            for at, row, words in zip(last, y, frame[text], strict=True):
                ax.annotate(
                    str(words),
                    (at, row),
                    xytext=(4, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=6.5,
                )
        if mark is not None:
            ax.axvline(float(_dates().date2num(mark)), color=PALETTE["vermilion"], lw=0.8, zorder=1)
            ax.annotate(
                mark_label,
                (float(_dates().date2num(mark)), 1),
                xycoords=("data", "axes fraction"),
                xytext=(2, 1),
                textcoords="offset points",
                va="bottom",
                fontsize=6.5,
                color=INKS["vermilion"],
            )
        wide = 70 if width == "page" else 26
        _rows(ax, [_wrapped(str(words), wide, 3) for words in frame[label]])
        _time_axis(ax, frame["date_start"].min(), max(ends))
        ax.grid(axis="x")
    return fig, ax


# Stages as marks that stay apart without colour.
STAGE_MARKS: dict[str, tuple[str, str, bool]] = {
    "planned": ("o", PALETTE["grey"], True),
    "draft": ("s", PALETTE["orange"], True),
    "approved": ("^", PALETTE["green"], False),
    "issued": ("o", PALETTE["blue"], False),
    "revised": ("D", PALETTE["blue"], False),
    "effective": (">", PALETTE["vermilion"], False),
}


def lifecycle(frame: pd.DataFrame, *, periods: pd.DataFrame | None = None) -> tuple[Figure, Axes]:
    """Draw the events of one instrument or of several on a time line, a bar where a date is an interval.

    What it draws is named by stage (``draft``, ``issued`` …: the middle of each date) and ``interval`` (the
    dates that are intervals).

    Parameters
    ----------
    frame
        As :meth:`tmt_dataset.Dataset.lifecycle` or :func:`tmt_dataset.analysis.lifecycles` gives it.
    periods
        As :func:`tmt_dataset.analysis.windows` gives them: shaded where an issue covers the months in full.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        One row an instrument.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> fig, ax = lifecycle(tmt.load().lifecycle("shake-to-activate-guide"))
    >>> len(drawn(ax, "draft"))
    1
    """
    several = "instrument_id" in frame.columns
    frame = frame.reset_index(drop=True)
    keys = frame["instrument_id"] if several else pd.Series("", index=frame.index)
    rows = list(dict.fromkeys(keys))
    fig, ax = figure("page" if several else "column", 0.85 + 0.38 * len(rows))
    with look():
        _coverage(ax, periods)
        middle = frame["date_start"] + (frame["date_end"] - frame["date_start"]) / 2
        x, first, last = (_numbers_of_days(days) for days in (middle, frame["date_start"], frame["date_end"]))
        y = np.array([rows.index(key) for key in keys], dtype=float)
        # events that would cover each other step down within their row
        for i in range(1, len(frame)):
            if keys[i] == keys[i - 1] and abs(x[i] - x[i - 1]) < 12:
                y[i] = y[i - 1] + 0.3
        for row in range(len(rows)):
            here = np.array([rows.index(key) == row for key in keys])
            ax.plot(x[here], y[here], color=PALETTE["grey"], lw=0.8, zorder=1)
        wide = last > first
        if wide.any():
            ax.hlines(
                y[wide],
                first[wide],
                last[wide],
                color=PALETTE["grey"],
                lw=3.5,
                alpha=0.6,
                zorder=2,
                gid="interval",
            )
        stages = frame["stage"].astype("str").to_numpy()
        for stage, (marker, color, hollow) in STAGE_MARKS.items():
            here = stages == stage
            if here.any():
                ax.scatter(
                    x[here],
                    y[here],
                    s=26,
                    marker=marker,
                    c="white" if hollow else color,
                    edgecolors=color,
                    linewidths=1.1,
                    zorder=3,
                    gid=stage,
                )
        for i in range(1, len(frame)):
            if keys[i] == keys[i - 1]:
                days = span(frame["days_min"][i], frame["days_max"][i]) + " d"
                ax.annotate(
                    days,
                    (max(x[i], last[i]), y[i]),
                    xytext=(6, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=6.5,
                )
        titles = frame.groupby(keys.to_numpy(), sort=False)["instrument"].first() if several else {"": ""}
        _rows(ax, [_wrapped(str(titles[key]), 48, 3) for key in rows])
        ax.set_ylim(len(rows) - 0.4, -0.6)
        _time_axis(ax, frame["date_start"].min(), frame["date_end"].max() + pd.Timedelta(days=25))
        used = [(s, *STAGE_MARKS[s]) for s in STAGE_MARKS if s in set(stages)]
        _legend(ax, [_mark(marker, stage, color, hollow=hollow) for stage, marker, color, hollow in used])
        ax.grid(axis="x")
    return fig, ax


def durations(
    frame: pd.DataFrame, label: str, *, xlabel: str = "days", width: Literal["column", "page"] = "column"
) -> tuple[Figure, Axes]:
    """Draw how many days steps took: a point where the dates are known, a bar over what they allow where not.

    What it draws is named ``days`` (the bars) and ``point`` (the middle of each bar).

    Parameters
    ----------
    frame
        With ``days_min`` and ``days_max``.
    label
        Column with the labels of the rows; a label with lines of its own keeps them.
    xlabel
        Of the axis.
    width
        Of the figure.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        In the order of the frame.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"step": ["draft to issued"], "days_min": [144], "days_max": [202]})
    >>> fig, ax = durations(frame, "step")
    >>> drawn(ax, "days").tolist()
    [[144.0, 0.0, 202.0, 0.0]]
    """
    fig, ax = figure(width, 0.6 + 0.3 * len(frame))
    with look():
        y = np.arange(len(frame), dtype=float)
        low, high = (frame[f"days_{end}"].to_numpy(float) for end in ("min", "max"))
        ax.hlines(y, low, high, color=PALETTE["blue"], lw=4, capstyle="butt", gid="days")
        known = low == high
        ax.scatter(
            (low + high) / 2, y, s=20, c=np.where(known, PALETTE["blue"], "none"), zorder=3, gid="point"
        )
        for row, (least, most) in enumerate(zip(low, high, strict=True)):
            ax.annotate(
                span(least, most),
                (most, row),
                xytext=(5, 0),
                textcoords="offset points",
                va="center",
                fontsize=6.5,
            )
        _rows(ax, [_wrapped(str(words), 30 if width == "column" else 70, 3) for words in frame[label]])
        ax.set_xlim(
            left=-0.02 * max(1.0, high.max(initial=1.0)), right=1.15 * max(1.0, high.max(initial=1.0))
        )
        ax.grid(axis="x")
        ax.set_xlabel(xlabel)
    return fig, ax
