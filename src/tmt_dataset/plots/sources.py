"""Charts of what the sources cover and how exactly they date."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from tmt_dataset.plots.parts import day_number, label_rows, legend, time_axis
from tmt_dataset.plots.style import PALETTE, chart, ink_on, readable, span, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["stacked", "window_strip"]


def stacked(
    frame: pd.DataFrame,
    colours: Mapping[str, str],
    *,
    form: str = "{:.0f}",
    least: float = 0.03,
    xlabel: str = "",
) -> tuple[Figure, Axes]:
    """Draw one bar per row, its parts end to end, each with its number.

    Parameters
    ----------
    frame
        Numbers; rows become bars, the first on top, columns become parts.
    colours
        Name in :data:`tmt_dataset.plots.PALETTE` for each column that is drawn, in their order.
    form
        Format of the numbers.
    least
        Parts below this share of the longest bar have no number.
    xlabel
        Label of the axis; without it the axis is left out.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        Each container of the axes holds the bars of one column.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> fig, ax = stacked(pd.DataFrame({"a": [1, 2], "b": [3, 0]}, index=["x", "y"]), {"a": "blue", "b": "sky"})
    >>> [[float(bar.get_width()) for bar in bars] for bars in ax.containers]
    [[1.0, 2.0], [3.0, 0.0]]
    """
    parts = frame[list(colours)].astype("float64")
    smallest = least * float(parts.sum(axis=1).max())
    with styled():
        fig, ax = chart("column", 0.55 + 0.24 * len(parts) + (0.35 if xlabel else 0))
        left = pd.Series(0.0, index=parts.index)
        for column, name in colours.items():
            _draw_part(ax, parts[column], left, PALETTE[name], label=column)
            _write_numbers(ax, parts[column].where(parts[column] >= smallest), left, PALETTE[name], form)
            left = left + parts[column]
        label_rows(ax, [str(label) for label in parts.index])
        if xlabel:
            ax.set_xlabel(readable(xlabel))
        else:
            ax.set_xticks([])
            ax.spines["bottom"].set_visible(False)
        legend(fig, ax.containers)
    return fig, ax


def _draw_part(ax: Axes, widths: pd.Series, left: pd.Series, colour: str, *, label: str) -> None:
    """Draw one part of every bar."""
    bars = ax.barh(range(len(widths)), widths, left=left, color=colour, edgecolor="white", linewidth=0.8)
    bars.set_label(label)


def _write_numbers(ax: Axes, widths: pd.Series, left: pd.Series, colour: str, form: str) -> None:
    """Write the numbers that are neither missing nor 0 into one part of every bar."""
    style: dict[str, Any] = {
        "ha": "center",
        "va": "center_baseline",
        "color": ink_on(colour),
        "fontsize": 6.5,
    }
    for row, (width, start) in enumerate(zip(widths, left, strict=True)):
        if width > 0:
            ax.text(start + width / 2, row, form.format(width), **style)


def window_strip(windows: pd.DataFrame) -> tuple[Figure, Axes]:
    """Draw the months that the sources cover, each window with its label and how many developments it has.

    Parameters
    ----------
    windows
        One row per window: ``window``, ``kind``, ``start``, ``end`` (days), ``min``, ``max`` (developments that certainly
        and possibly lie in it), as :func:`tmt_dataset.analysis.windows` and :func:`tmt_dataset.analysis.tally` give them.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        One row per kind of source; each patch of the axes is a window.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> days = pd.to_datetime(["2024-07-01"]), pd.to_datetime(["2024-08-31"])
    >>> one = pd.DataFrame({"window": ["Jul–Aug 2024"], "kind": ["newsletter"], "start": days[0], "end": days[1]})
    >>> fig, ax = window_strip(one.assign(min=30, max=33))
    >>> len(ax.patches), ax.texts[0].get_text()
    (1, '30–33')
    """
    kinds = windows["kind"].drop_duplicates().tolist()
    inks = dict(zip(kinds, [PALETTE["blue"], PALETTE["orange"], PALETTE["green"]], strict=False))
    with styled():
        fig, ax = chart("page", 0.45 + 0.28 * len(kinds))
        for row in windows.to_dict("records"):
            first, last = day_number(row["start"]), day_number(row["end"]) + 1
            line, ink = kinds.index(row["kind"]), inks[row["kind"]]
            ax.barh(line, last - first, 0.78, first, color=ink)
            text = span(row["min"], row["max"])
            middle = (first + last) / 2
            ax.text(middle, line, text, ha="center", va="center_baseline", color=ink_on(ink), fontsize=7)
        label_rows(ax, [str(kind).replace("-", " ") + "s" for kind in kinds])
        time_axis(ax, windows["start"].min(), windows["end"].max())
    return fig, ax
