"""Parts that the charts share: rows with labels, texts near points, legends and time axes."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tmt_dataset.analysis import MONTHS
from tmt_dataset.plots.style import PALETTE, mpl, readable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

__all__ = [
    "day_number",
    "day_numbers",
    "label_rows",
    "legend",
    "marker",
    "rows_under_headings",
    "shade_coverage",
    "time_axis",
    "wrapped",
    "write_heading",
    "write_near",
]


def wrapped(text: str, width: int, lines: int = 2) -> str:
    r"""Return a text in lines, shortened after a word where it has too many; its own lines stay.

    Examples
    --------
    >>> wrapped("a draft with a long title", 10), wrapped("one line\nand another", 10)
    ('a draft\nwith a…', 'one line\nand another')
    """
    if "\n" in text:
        return text
    parts = textwrap.wrap(text, width, max_lines=lines, placeholder="…", break_on_hyphens=False)
    return "\n".join(parts)


def label_rows(ax: Axes, labels: Sequence[str]) -> None:
    """Put one row per label, the first on top, without the line and the ticks of an axis.

    Examples
    --------
    >>> ax = mpl("figure").Figure().subplots()
    >>> label_rows(ax, ["first", "second"])
    >>> [tick.get_text() for tick in ax.get_yticklabels()]
    ['first', 'second']
    """
    ax.set_yticks(range(len(labels)), [readable(label) for label in labels], parse_math=False)
    ax.set_ylim(max(len(labels), 1) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def rows_under_headings(
    labels: Sequence[str], groups: Sequence[str]
) -> tuple[list[int], list[str], list[tuple[int, str]]]:
    """Give each label a row, with one more row above the first of each group; a group without a name has none.

    Returns
    -------
    tuple
        The row of each label, the labels of all rows (empty for headings), the headings with their rows.

    Examples
    --------
    >>> rows_under_headings(["a", "b", "c"], ["x", "x", "y"])
    ([1, 2, 4], ['', 'a', 'b', '', 'c'], [(0, 'x'), (3, 'y')])
    >>> rows_under_headings(["a"], [""])
    ([0], ['a'], [])
    """
    places: list[int] = []
    rows: list[str] = []
    headings: list[tuple[int, str]] = []
    before = ""
    for label, group in zip(labels, groups, strict=True):
        if group != before:
            headings.append((len(rows), group))
            rows.append("")
        before = group
        places.append(len(rows))
        rows.append(label)
    return places, rows, headings


def write_heading(ax: Axes, text: str, row: float) -> None:
    """Write the heading of a group in its row, from the left edge of the panel.

    Examples
    --------
    >>> ax = mpl("figure").Figure().subplots()
    >>> write_heading(ax, "Fines", 0)
    >>> ax.texts[0].get_text()
    'Fines'
    """
    ax.text(
        0,
        row + 0.15,
        readable(text),
        transform=ax.get_yaxis_transform(),
        fontsize=7,
        fontweight="bold",
        va="center",
        parse_math=False,
        bbox={"pad": 0.8, "color": "white"},
    )


def write_near(
    ax: Axes, text: str, x: float, y: float, offset: tuple[float, float] = (4, 0), **properties: Any
) -> None:
    """Write a small text near a point, by default to the right of it.

    Parameters
    ----------
    ax
        The panel.
    text
        What is written.
    x, y
        The point, in data coordinates.
    offset
        From the point to the text, right and up, in points.
    **properties
        Of the text, as :meth:`matplotlib.axes.Axes.annotate` takes them.

    Examples
    --------
    >>> ax = mpl("figure").Figure().subplots()
    >>> write_near(ax, "3 of 7", 0.4, 0)
    >>> ax.texts[0].get_text(), ax.texts[0].xy
    ('3 of 7', (0.4, 0))
    """
    style: dict[str, Any] = {"va": "center", "fontsize": 6.5, "parse_math": False, **properties}
    ax.annotate(readable(text), (x, y), xytext=offset, textcoords="offset points", **style)


def marker(shape: str, label: str, color: str, *, hollow: bool = False) -> Line2D:
    """Return the entry of a legend for points of one shape and colour.

    Examples
    --------
    >>> marker("o", "stated", "#0072B2", hollow=True).get_markerfacecolor()
    'white'
    """
    from matplotlib.lines import Line2D

    face = "white" if hollow else color
    return Line2D(
        [], [], ls="", marker=shape, color=color, mfc=face, mec=color, mew=0.9, markersize=4.5, label=label
    )


def legend(fig: Figure, handles: Sequence[Any], ncols: int | None = None) -> None:
    """Put a legend above the panels, from the left edge of the chart; all in one line without ``ncols``.

    Examples
    --------
    >>> fig = mpl("figure").Figure()
    >>> legend(fig, [marker("o", "stated", "#0072B2")])
    >>> [text.get_text() for text in fig.legends[0].get_texts()]
    ['stated']
    """
    made = fig.legend(
        handles=list(handles),
        labels=[readable(str(handle.get_label())) for handle in handles],
        loc="outside upper left",
        ncols=ncols or len(handles),
        borderaxespad=0.1,
        borderpad=0.1,
        handletextpad=0.3,
        columnspacing=1.1,
        handlelength=1.1,
    )
    for text in made.get_texts():
        text.set_parse_math(False)


def day_numbers(days: pd.Series) -> np.ndarray:
    """Return dates as matplotlib's numbers of days (float64).

    Examples
    --------
    >>> day_numbers(pd.Series(pd.to_datetime(["1970-01-01", "1970-01-11"]))).tolist()
    [0.0, 10.0]
    """
    return np.asarray(mpl("dates").date2num(days.to_numpy("datetime64[s]")), dtype=float)


def day_number(day: pd.Timestamp) -> float:
    """Return one date as matplotlib's number of days.

    Examples
    --------
    >>> day_number(pd.Timestamp("1970-01-11"))
    10.0
    """
    return float(mpl("dates").date2num(day))


def time_axis(ax: Axes, first: pd.Timestamp, last: pd.Timestamp) -> None:
    r"""Tick January and July between two days, or each year where they are more than four years apart.

    Examples
    --------
    >>> ax = mpl("figure").Figure().subplots()
    >>> time_axis(ax, pd.Timestamp("2024-01-01"), pd.Timestamp("2024-12-31"))
    >>> [tick.get_text() for tick in ax.get_xticklabels()]
    ['Jan\n2024', 'Jul\n2024', 'Jan\n2025']
    """
    dates = mpl("dates")
    many_years = (last - first).days > 4 * 366
    ax.xaxis.set_major_locator(dates.YearLocator() if many_years else dates.MonthLocator(bymonth=(1, 7)))
    if not many_years:
        ax.xaxis.set_minor_locator(dates.MonthLocator())

    def label(number: float, _: float) -> str:
        day = dates.num2date(number)
        return str(day.year) if many_years else f"{MONTHS[day.month - 1]}\n{day.year}"

    ax.xaxis.set_major_formatter(label)
    margin = pd.Timedelta(days=max(10, (last - first).days // 60))
    ax.set_xlim(day_number(first - margin), day_number(last + margin))


def shade_coverage(ax: Axes, windows: pd.DataFrame | None) -> None:
    """Shade what the newsletters cover in full: elsewhere a missing event may only not have been reported.

    Parameters
    ----------
    ax
        With days on its x axis.
    windows
        As :func:`tmt_dataset.analysis.windows` returns them; nothing is shaded without them.

    Examples
    --------
    >>> ax = mpl("figure").Figure().subplots()
    >>> windows = pd.DataFrame({"kind": ["newsletter", "annual-review"]})
    >>> days = pd.to_datetime(["2024-07-01", "2024-01-01"]), pd.to_datetime(["2024-08-31", "2024-12-31"])
    >>> shade_coverage(ax, windows.assign(start=days[0], end=days[1]))
    >>> len(ax.patches)
    1
    """
    if windows is None:
        return
    for row in windows.loc[windows["kind"] == "newsletter"].itertuples():
        first, last = (day_number(pd.Timestamp(day)) for day in (row.start, row.end))  # type: ignore[arg-type]  # dates
        ax.axvspan(first, last + 1, color=PALETTE["light"], alpha=0.55, lw=0, zorder=0)
