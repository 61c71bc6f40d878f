"""Charts of what the sources cover and how far two codings agree."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from tmt_dataset.analysis import MONTHS, Recapture
from tmt_dataset.plots.parts import label_rows, legend, marker, write_near
from tmt_dataset.plots.style import PALETTE, chart, ink_on, readable, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


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
        Label of the axis; there is no axis without it.

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


def month_chart(months: pd.DataFrame, counted: pd.DataFrame) -> tuple[Figure, Axes]:
    """Draw the developments of each month, above the kinds of sources that cover it.

    Parameters
    ----------
    months
        As :func:`tmt_dataset.analysis.monthly_exposure` returns it; a month that several kinds cover has the
        colour of the first of them.
    counted
        As :func:`tmt_dataset.analysis.developments_by_month` returns it, for the same months.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        The upper panel. Its first container holds the developments that are certain, the second those that are
        only possible, on top of them.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset import analysis
    >>> ds = tmt.load()
    >>> months = analysis.monthly_exposure(ds.sources)
    >>> counted = analysis.developments_by_month(ds.developments, pd.DatetimeIndex(months.index))
    >>> fig, ax = month_chart(months, counted)
    >>> [bar.get_height() for bar in ax.containers[0]] == counted["certain"].tolist()
    True
    """
    kinds = [str(kind) for kind in months.columns]
    inks = dict(zip(kinds, [PALETTE["blue"], PALETTE["orange"], PALETTE["green"]], strict=False))
    with styled():
        ratios = [6, len(kinds) * 0.8]
        fig, panels = chart("page", 2.4, nrows=2, sharex=True, gridspec_kw={"height_ratios": ratios})
        top, strip = cast(Any, panels)  # two were asked for
        _draw_months(top, months, counted, inks)
        _draw_exposure(strip, months, inks)
        legend(fig, _month_handles(inks))
    return fig, top


def _draw_months(ax: Axes, months: pd.DataFrame, counted: pd.DataFrame, inks: Mapping[str, str]) -> None:
    """Draw a bar per month, filled for what is certain and hollow for what is only possible."""
    shades = [next((inks[k] for k in inks if row[k] > 0), PALETTE["grey"]) for _, row in months.iterrows()]
    x = range(len(months))
    certain = counted["certain"]
    style: dict[str, Any] = {"edgecolor": shades, "width": 0.78, "linewidth": 0.7}
    ax.bar(x, certain, color=shades, **style)
    ax.bar(x, counted["possible"] - certain, bottom=certain, color="white", **style)
    ax.set_ylabel("developments")


def _draw_exposure(ax: Axes, months: pd.DataFrame, inks: Mapping[str, str]) -> None:
    """Draw one row per kind of source: how much of each month it covers."""
    for row, (kind, ink) in enumerate(inks.items()):
        cells = [(month - 0.39, 0.78 * share) for month, share in enumerate(months[kind]) if share > 0]
        ax.broken_barh(cells, (row + 0.15, 0.7), color=ink)
    ax.set_yticks(
        [row + 0.5 for row in range(len(inks))], [readable(kind.replace("-", " ")) for kind in inks]
    )
    ax.set_ylim(len(inks), 0)
    ax.tick_params(length=0)
    ax.spines[["left", "bottom"]].set_visible(False)
    days = pd.DatetimeIndex(months.index)
    years = [f"\n{day.year}" if n == 0 or day.month == 1 else "" for n, day in enumerate(days)]
    ticks = [MONTHS[day.month - 1] + year for day, year in zip(days, years, strict=True)]
    ax.set_xticks(range(len(months)), ticks)


def _month_handles(inks: Mapping[str, str]) -> list[Any]:
    """Return the entries of the legend: what a bar is made of, then what its colour says."""
    from matplotlib.patches import Patch

    dark = PALETTE["black"]
    return [
        Patch(facecolor=dark, edgecolor=dark, label="in the month for certain"),
        Patch(facecolor="white", edgecolor=dark, label="possibly in the month"),
        *(Patch(color=ink, label=f"covered by {kind.replace('-', ' ')}") for kind, ink in inks.items()),
        Patch(color=PALETTE["grey"], label="not covered"),
    ]


def list_chart(
    both: pd.DataFrame, results: Mapping[str, Recapture], names: tuple[str, str]
) -> tuple[Figure, Axes]:
    """Draw which of two sources reports which developments, and below the estimates of how many there were.

    Parameters
    ----------
    both
        As :func:`tmt_dataset.analysis.comparable` returns it.
    results
        Estimates by label, as :func:`tmt_dataset.analysis.chapman` returns them; of those that are not carried
        only the interval is drawn.
    names
        Of the first and the second source.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        Each container of the axes holds one part of the bar; each line without a marker is an interval, each
        line with a marker an estimate.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> told = pd.DataFrame({"first": [True, True], "second": [True, False], "certain": True})
    >>> fig, ax = list_chart(told, {}, ("newsletter", "review"))
    >>> [int(bars[0].get_width()) for bars in ax.containers]
    [1, 1, 0, 0]
    """
    rows = ["observed", *results]
    bounds = [result.high for result in results.values() if math.isfinite(result.high)]
    with styled():
        fig, ax = chart("column", 0.95 + 0.3 * len(rows))
        _draw_lists(ax, both, names)
        for row, result in enumerate(results.values(), start=1):
            _draw_estimate(ax, row, result)
        label_rows(ax, rows)
        ax.set_xlim(0, 1.3 * max([len(both), *bounds]))
        ax.set_xlabel("developments")
        legend(fig, ax.containers, ncols=2)
    return fig, ax


def _draw_lists(ax: Axes, both: pd.DataFrame, names: tuple[str, str]) -> None:
    """Draw one bar: what the first source alone, both, and the second alone report, and what is uncertain."""
    sure = both.loc[both["certain"]]
    first, second = sure["first"], sure["second"]
    parts = [
        (f"{names[0]} only", int((first & ~second).sum()), "blue"),
        ("both", int((first & second).sum()), "black"),
        (f"{names[1]} only", int((second & ~first).sum()), "orange"),
        ("perhaps not in these months", len(both) - len(sure), "light"),
    ]
    style: dict[str, Any] = {"height": 0.7, "edgecolor": "white", "linewidth": 0.8}
    left = 0
    for label, width, name in parts:
        bars = ax.barh(0, width, left=left, color=PALETTE[name], **style)
        bars.set_label(f"{label}: {width}")
        left += width


def _draw_estimate(ax: Axes, row: int, result: Recapture) -> None:
    """Draw the interval of an estimate, where it is finite, and the estimate, where it is carried."""
    ink = PALETTE["vermilion"]
    if math.isfinite(result.high):
        end = result.high
        bounds = f"{result.low} to {result.high:.0f}"
        ax.plot([result.low, result.high], [row, row], color=ink, lw=1.2)
    else:
        end = result.low
        bounds = f"{result.low} or more"
    if result.carried:
        ax.plot(result.estimate, row, "o", color=ink)
        bounds = f"{result.estimate:.0f} ({bounds})"
    write_near(ax, bounds, end, row)


# Shape, colour and label of each statistic.
_STATISTICS = {
    "alpha": ("o", PALETTE["blue"], "α (values)"),
    "f1": ("s", PALETTE["vermilion"], "F1 (what was found)"),
}


def agreement_chart(table: pd.DataFrame) -> tuple[Figure, Axes]:
    """Draw the agreement on each variable with its interval, the highest on top.

    Parameters
    ----------
    table
        Rows of the table ``agreement``: of one scope, with one statistic per variable
        (``alpha`` or ``f1``).

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        Each line with a marker is one row, in the order of the table sorted by value.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> table = tmt.load().agreement
    >>> fig, ax = agreement_chart(table[(table["scope"] == "all") & (table["statistic"] == "alpha")])
    >>> bool(ax.get_xlim()[1] > 1)
    True
    """
    rows = table.sort_values(["value", "variable"], ascending=[False, True], kind="stable", ignore_index=True)
    with styled():
        fig, ax = chart("column", 0.6 + 0.135 * len(rows))
        columns = (rows[name] for name in ("statistic", "value", "low", "high"))
        for row, (name, value, low, high) in enumerate(zip(*columns, strict=True)):
            shape, colour, _ = _STATISTICS[str(name)]
            if low < high:
                ax.hlines(row, low, high, color=colour, lw=0.9)
            ax.plot(value, row, shape, color=colour, ms=3.5)
            style: dict[str, Any] = {"va": "center_baseline", "fontsize": 6}
            ax.text(1.03, row, f"{value:.2f}", transform=ax.get_yaxis_transform(), **style)
        label_rows(ax, [str(variable).replace("_", " ") for variable in rows["variable"]])
        ax.set_ylim(len(rows) - 0.3, -0.7)
        ax.set_xlim(right=1.01)
        ax.grid(axis="x")
        present = [_STATISTICS[name] for name in _STATISTICS if (rows["statistic"] == name).any()]
        legend(fig, [marker(shape, label, colour) for shape, colour, label in present])
    return fig, ax
