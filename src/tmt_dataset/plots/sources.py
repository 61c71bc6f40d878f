"""Charts of what the sources cover and how far two codings agree."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
from tmt_dataset.analysis.counting import MONTHS
from tmt_dataset.analysis.inference import Recapture
from tmt_dataset.plots.style import PALETTE, _key, figure, ink_on, look


def stacked(
    frame: pd.DataFrame,
    colours: Mapping[str, str],
    *,
    form: str = "{:.0f}",
    least: float = 0.03,
    xlabel: str = "",
) -> tuple[Figure, Axes]:
    """Draw one bar a row, its parts one after the other, each with its number.

    Parameters
    ----------
    frame
        Numbers; rows become bars, the first on top, columns become parts.
    colours
        Name in :data:`tmt_dataset.plots.PALETTE` for each column that is drawn, in their order.
    form
        Of the numbers.
    least
        Parts below this share of the longest bar have no number.
    xlabel
        Of the axis; without it there is none.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        Each container of the axes holds the bars of one column.

    Examples
    --------
    >>> fig, ax = stacked(pd.DataFrame({"a": [1, 2], "b": [3, 0]}, index=["x", "y"]), {"a": "blue", "b": "sky"})
    >>> [[float(bar.get_width()) for bar in bars] for bars in ax.containers]
    [[1.0, 2.0], [3.0, 0.0]]
    """
    parts = frame[list(colours)].astype("float64")
    longest = float(parts.sum(axis=1).max())
    fig, ax = figure("column", 0.55 + 0.24 * len(parts) + (0.35 if xlabel else 0))
    with look():
        left = [0.0] * len(parts)
        handles: list[object] = []
        for column, name in colours.items():
            colour = PALETTE[name]
            bars = ax.barh(
                range(len(parts)), parts[column], left=left, color=colour, edgecolor="white", linewidth=0.8
            )
            bars.set_label(column)
            handles.append(bars)
            for row, value in enumerate(parts[column]):
                if value > 0 and value >= least * longest:
                    ax.text(
                        left[row] + value / 2,
                        row,
                        form.format(value),
                        ha="center",
                        va="center_baseline",
                        color=ink_on(colour),
                        fontsize=6.5,
                    )
                left[row] += value
        ax.set_yticks(range(len(parts)), [str(label) for label in parts.index])
        ax.set_ylim(len(parts) - 0.5, -0.5)
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
        if xlabel:
            ax.set_xlabel(xlabel)
        else:
            ax.set_xticks([])
            ax.spines["bottom"].set_visible(False)
        _key(fig, handles, len(handles))
    return fig, ax


def month_figure(months: pd.DataFrame, counted: pd.DataFrame) -> tuple[Figure, Axes]:
    """Draw the acts of each month, over the kinds of sources that cover it.

    Parameters
    ----------
    months
        As :func:`monthly_exposure` returns it; its first kind counts as the fuller one.
    counted
        As :func:`acts_by_month` returns it, for the same months.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        The upper panel. The first container of the axes holds the acts that are certain, the second those
        that are only possible, on top of them.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> months = monthly_exposure(ds.sources)
    >>> counted = acts_by_month(ds.developments, pd.DatetimeIndex(months.index))
    >>> fig, ax = month_figure(months, counted)
    >>> [bar.get_height() for bar in ax.containers[0]] == counted["certain"].tolist()
    True
    """
    kinds = [str(kind) for kind in months.columns]
    inks = dict(zip(kinds, [PALETTE["blue"], PALETTE["orange"], PALETTE["green"]], strict=False))
    shades = [next((inks[k] for k in kinds if row[k] > 0), PALETTE["grey"]) for _, row in months.iterrows()]
    fig, panels = figure(
        "page", 2.4, nrows=2, sharex=True, gridspec_kw={"height_ratios": [6, len(kinds) * 0.8]}
    )
    top, strip = cast(Any, panels)  # two were asked for
    with look():
        from matplotlib.patches import Patch

        x = range(len(months))
        rest = counted["possible"] - counted["certain"]
        top.bar(x, counted["certain"], color=shades, edgecolor=shades, width=0.78, linewidth=0.7)
        top.bar(
            x, rest, bottom=counted["certain"], color="white", edgecolor=shades, width=0.78, linewidth=0.7
        )
        top.set_ylabel("acts")
        for row, kind in enumerate(kinds):
            cells = [(i - 0.39, 0.78 * share) for i, share in enumerate(months[kind]) if share > 0]
            strip.broken_barh(cells, (row + 0.15, 0.7), color=inks[kind])
        strip.set_yticks([row + 0.5 for row in range(len(kinds))], [kind.replace("-", " ") for kind in kinds])
        strip.set_ylim(len(kinds), 0)
        strip.tick_params(length=0)
        strip.spines[["left", "bottom"]].set_visible(False)
        ticks = [
            MONTHS[m.month - 1] + (f"\n{m.year}" if i == 0 or m.month == 1 else "")
            for i, m in enumerate(pd.DatetimeIndex(months.index))
        ]
        strip.set_xticks(list(x), ticks)
        dark = PALETTE["black"]
        _key(
            fig,
            [
                Patch(facecolor=dark, edgecolor=dark, label="lies in the month for certain"),
                Patch(facecolor="white", edgecolor=dark, label="may lie in it"),
                *(Patch(color=inks[k], label=f"covered by {k.replace('-', ' ')}") for k in kinds),
                Patch(color=PALETTE["grey"], label="not covered"),
            ],
            3 + len(kinds),
        )
    return fig, top


def list_figure(
    both: pd.DataFrame, results: Mapping[str, Recapture], names: tuple[str, str]
) -> tuple[Figure, Axes]:
    """Draw which of two sources tells of which acts, and under them what Chapman's estimator makes of it.

    Parameters
    ----------
    both
        As :func:`comparable` returns it.
    results
        Estimates by label; of those that are not carried only the interval is drawn.
    names
        Of the first and the second source.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        Each container of the axes holds one part of the bar; each line without a marker is an interval, each with
        one an estimate.

    Examples
    --------
    >>> told = pd.DataFrame({"first": [True, True], "second": [True, False], "certain": True})
    >>> fig, ax = list_figure(told, {}, ("newsletter", "review"))
    >>> [int(bars[0].get_width()) for bars in ax.containers]
    [1, 1, 0, 0]
    """
    sure = both.loc[both["certain"]]
    parts = [
        (f"{names[0]} only", int((sure["first"] & ~sure["second"]).sum()), "blue"),
        ("both", int((sure["first"] & sure["second"]).sum()), "black"),
        (f"{names[1]} only", int((sure["second"] & ~sure["first"]).sum()), "orange"),
        ("perhaps not in these months", len(both) - len(sure), "light"),
    ]
    rows = ["observed", *results]
    fig, ax = figure("column", 0.95 + 0.3 * len(rows))
    with look():
        left = 0
        for label, width, name in parts:
            bars = ax.barh(
                0, width, left=left, height=0.7, color=PALETTE[name], edgecolor="white", linewidth=0.8
            )
            bars.set_label(f"{label}: {width}")
            left += width
        for row, r in enumerate(results.values(), start=1):
            ink = PALETTE["vermilion"]
            if math.isfinite(r.high):
                ax.plot([r.low, r.high], [row, row], color=ink, lw=1.2)
            if r.carried:
                ax.plot(r.estimate, row, "o", color=ink)
            bounds = f"{r.low} to {r.high:.0f}" if math.isfinite(r.high) else f"{r.low} or more"
            ax.annotate(
                f"{r.estimate:.0f} ({bounds})" if r.carried else bounds,
                (r.high if math.isfinite(r.high) else r.low, row),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                fontsize=6.5,
            )
        ax.set_yticks(range(len(rows)), rows)
        ax.set_ylim(len(rows) - 0.5, -0.5)
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
        ax.set_xlim(0, 1.3 * max([left, *(r.high for r in results.values() if math.isfinite(r.high))]))
        ax.set_xlabel("acts")
        _key(fig, list(ax.containers), 2)
    return fig, ax


def agreement_figure(table: pd.DataFrame) -> tuple[Figure, Axes]:
    """Draw the agreement on each variable with its interval, the highest on top.

    Parameters
    ----------
    table
        Rows of :func:`agreement_table`: of one scope, with one statistic a variable (``alpha`` or ``f1``).

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        Each line with a marker is one row, in the order of the table sorted by value.

    Examples
    --------
    >>> table = agreement_table()
    >>> fig, ax = agreement_figure(table[(table["scope"] == "all") & (table["statistic"] == "alpha")])
    >>> bool(ax.get_xlim()[1] > 1)
    True
    """
    rows = table.sort_values(["value", "variable"], ascending=[False, True], kind="stable", ignore_index=True)
    marks = {"alpha": ("o", "blue", "α (values)"), "f1": ("s", "vermilion", "F1 (what was found)")}
    fig, ax = figure("column", 0.6 + 0.135 * len(rows))
    with look():
        from matplotlib.lines import Line2D

        for row, (name, value, low, high) in enumerate(
            zip(rows["statistic"], rows["value"], rows["low"], rows["high"], strict=True)
        ):
            shape, colour, _ = marks[str(name)]
            if low < high:
                ax.hlines(row, low, high, color=PALETTE[colour], lw=0.9)
            ax.plot(value, row, shape, color=PALETTE[colour], ms=3.5)
            ax.text(
                1.03,
                row,
                f"{value:.2f}",
                va="center_baseline",
                fontsize=6,
                transform=ax.get_yaxis_transform(),
            )
        ax.set_yticks(range(len(rows)), [str(v).replace("_", " ") for v in rows["variable"]])
        ax.set_ylim(len(rows) - 0.3, -0.7)
        ax.tick_params(axis="y", length=0)
        ax.spines["left"].set_visible(False)
        ax.set_xlim(right=1.01)
        ax.grid(axis="x")
        present = [marks[name] for name in marks if (rows["statistic"] == name).any()]
        _key(
            fig,
            [
                Line2D([], [], ls="", marker=m, color=PALETTE[c], ms=3.5, label=words)
                for m, c, words in present
            ],
            2,
        )
    return fig, ax
