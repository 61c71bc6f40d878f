"""Frames of :mod:`tmt_dataset.analysis` as figures, in one look that a paper can print.

>>> from tmt_dataset import plots
>>> fig, ax = plots.figure(width="column", height=1.6)
>>> [round(inches, 1) for inches in fig.get_size_inches().tolist()]
[3.5, 1.6]
"""

from __future__ import annotations

import io
import os
import textwrap
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from tmt_dataset.analysis import MONTHS
from tmt_dataset.errors import MissingExtraError, unknown
from tmt_dataset.files import write_whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D

# Okabe and Ito's colours without the yellow, which is too light on white: they stay apart for colour-blind
# readers. Context takes the greys. Where two series must be told apart in print, their markers differ too.
PALETTE: dict[str, str] = {
    "blue": "#0072B2",
    "orange": "#E69F00",
    "green": "#009E73",
    "vermilion": "#D55E00",
    "purple": "#CC79A7",
    "sky": "#56B4E9",
    "black": "#222222",
    "grey": "#8C8C8C",
    "light": "#D9D9D9",
}

# The same hues for small text on white: a contrast of at least 4.5:1 (WCAG AA).
INKS: dict[str, str] = {
    "blue": PALETTE["blue"],
    "vermilion": "#B34F00",
    "green": "#007A59",
    "purple": "#A8437A",
    "black": PALETTE["black"],
    "grey": "#666666",
}

# Widths of a journal's column and page, in inches (89 mm and 183 mm).
WIDTHS: dict[str, float] = {"column": 3.5, "page": 7.2}

_RC: dict[str, Any] = {
    "font.family": "sans-serif",
    "font.sans-serif": ["DejaVu Sans"],  # comes with matplotlib, so a figure is the same everywhere
    "font.size": 7.5,
    "axes.titlesize": 8,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.labelsize": 7.5,
    "axes.edgecolor": PALETTE["black"],
    "axes.labelcolor": PALETTE["black"],
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "axes.axisbelow": True,
    "grid.color": PALETTE["light"],
    "grid.linewidth": 0.5,
    "text.color": PALETTE["black"],
    "xtick.color": PALETTE["black"],
    "ytick.color": PALETTE["black"],
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.minor.width": 0.4,
    "ytick.minor.width": 0.4,
    "lines.linewidth": 1.2,
    "lines.markersize": 4.5,
    "legend.frameon": False,
    "legend.fontsize": 7,
    "figure.dpi": 200,
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
    "savefig.dpi": 300,
    "savefig.facecolor": "white",
    "savefig.bbox": None,  # a figure has the width that it was made for
    "svg.hashsalt": "tmt-dataset",
    "svg.fonttype": "path",
}


def _matplotlib() -> Any:
    try:
        import matplotlib as mpl
    except ImportError:
        raise MissingExtraError('figures need matplotlib: pip install "tmt-dataset[plots]"') from None
    return mpl


def _dates() -> Any:  # its functions carry no types
    import matplotlib.dates

    return matplotlib.dates


def look() -> ExitStack:
    """Set the look of the figures: for the session, or within ``with plots.look():`` for a block.

    Returns
    -------
    contextlib.ExitStack
        Restores what was set before when it is closed.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> import matplotlib
    >>> before = matplotlib.rcParams["font.size"]
    >>> with look():
    ...     matplotlib.rcParams["font.size"]
    7.5
    >>> matplotlib.rcParams["font.size"] == before
    True
    """
    params = _matplotlib().rcParams
    before = {key: params[key] for key in _RC}
    params.update(_RC)
    stack = ExitStack()
    stack.callback(params.update, before)
    return stack


def figure(
    width: Literal["column", "page"] = "column", height: float = 2.4, **subplots: Any
) -> tuple[Figure, Axes]:
    """Return a figure of a journal's width in the look of this module.

    Parameters
    ----------
    width
        ``"column"`` (3.5 inches) or ``"page"`` (7.2 inches).
    height
        In inches.
    **subplots
        Passed to :func:`matplotlib.pyplot.subplots`; with more than one panel the second value is an array of
        axes.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        Empty, with a layout that makes room for labels.

    Raises
    ------
    ValueError
        If ``width`` is neither of the two.
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> fig, ax = figure("page", 3)
    >>> fig.get_size_inches().tolist()
    [7.2, 3.0]
    """
    if width not in WIDTHS:
        raise ValueError(f"width={width!r}: expected one of {', '.join(map(repr, WIDTHS))}")
    with look():
        import matplotlib.pyplot as plt

        fig, ax = plt.subplots(figsize=(WIDTHS[width], height), **subplots)
    return fig, ax


def save(fig: Figure, folder: str | os.PathLike[str], name: str) -> list[Path]:
    """Write a figure as PNG (300 dpi) and SVG, the same bytes each time.

    Parameters
    ----------
    fig
        The figure.
    folder
        Where to; made if it is not there.
    name
        File name without a suffix.

    Returns
    -------
    list of pathlib.Path
        The PNG, then the SVG.

    Examples
    --------
    >>> import tempfile
    >>> fig, ax = figure()
    >>> [path.name for path in save(fig, tempfile.mkdtemp(), "empty")]
    ['empty.png', 'empty.svg']
    """
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    paths = []
    # neither the day nor the version of matplotlib goes into the file
    for suffix, metadata in (("png", {"Software": None}), ("svg", {"Date": None, "Creator": None})):
        buffer = io.BytesIO()
        with look():
            fig.savefig(buffer, format=suffix, metadata=metadata)
        path = target / f"{name}.{suffix}"
        write_whole(path, buffer.getvalue())
        paths.append(path)
    return paths


# -- what the figures share


def drawn(ax: Axes, name: str) -> np.ndarray:
    """Return the data of the artists that a figure of this module drew under a name, to compare with a frame.

    Parameters
    ----------
    ax
        The panel.
    name
        As the function that drew it says.

    Returns
    -------
    numpy.ndarray
        Points as rows ``x, y``; lines as rows ``x0, y0, x1, y1``; in the order in which they were drawn. Days
        are matplotlib's numbers of days.

    Raises
    ------
    UnknownCodeError
        If nothing was drawn under the name.

    Examples
    --------
    >>> fig, ax = figure()
    >>> points = ax.scatter([1, 2], [3, 4], gid="a")
    >>> drawn(ax, "a").tolist()
    [[1.0, 3.0], [2.0, 4.0]]
    """
    from matplotlib.collections import LineCollection, PathCollection

    parts, known = [], []
    for artist in ax.get_children():
        if isinstance(artist, PathCollection | LineCollection) and artist.get_gid():
            known.append(str(artist.get_gid()))
            if known[-1] != name:
                continue
            if isinstance(artist, LineCollection):
                parts.append(np.asarray(artist.get_segments(), dtype=float).reshape(-1, 4))
            else:
                parts.append(np.asarray(artist.get_offsets(), dtype=float).reshape(-1, 2))
    if not parts:
        raise unknown("name of drawn data", name, sorted(set(known)), "the function that made the figure")
    return np.concatenate(parts)


def span(low: float, high: float, form: str = "{:,.0f}", joint: str = "–") -> str:
    """Return a range as a reader writes it: one number where both ends read the same.

    Examples
    --------
    >>> span(3, 4), span(4, 4), span(0.367, 0.4, "{:.0%}")
    ('3–4', '4', '37%–40%')
    """
    first, last = form.format(low), form.format(high)
    return first if first == last else f"{first}{joint}{last}"


def amount(value: float, unit: str = "", qualifier: str = "exact") -> str:
    """Return a number as a reader writes it, with its unit and how it is bounded.

    Examples
    --------
    >>> amount(300e9, "CNY", "more_than"), amount(4877.6), amount(30, "km", "at_most"), amount(70, "percent")
    ('more than 300 billion yuan', '4,877.6', 'at most 30 km', '70%')
    >>> amount(6, "month"), amount(1, "hour")
    ('6 months', '1 hour')
    """
    for size, word in ((1e9, " billion"), (1e6, " million")):
        if abs(value) >= size:
            text = f"{value / size:,.6g}{word}"
            break
    else:
        text = f"{value:,.15g}"
    word = f"{unit}s" if unit in ("minute", "hour", "day", "month", "year") and value != 1 else unit
    text += {"": "", "count": "", "percent": "%", "CNY": " yuan"}.get(unit, f" {word}")
    return text if qualifier == "exact" else f"{qualifier.replace('_', ' ')} {text}"


def _wrapped(text: str, width: int, lines: int = 2) -> str:
    r"""Return a text in lines, shortened after a word where it has too many; its own lines stay.

    Examples
    --------
    >>> _wrapped("a draft with a long title", 10), _wrapped("one line\nand another", 10)
    ('a draft\nwith a…', 'one line\nand another')
    """
    if "\n" in text:
        return text
    parts = textwrap.wrap(text, width, max_lines=lines, placeholder="…", break_on_hyphens=False)
    return "\n".join(parts)


def _rows(ax: Axes, labels: Sequence[str]) -> None:
    """Put one row a label, the first on top, without lines of an axis."""
    ax.set_yticks(range(len(labels)), labels)
    ax.set_ylim(len(labels) - 0.5, -0.5)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def _levels(values: pd.Series, gap: float) -> list[int]:
    """Return the lowest level for each value on which it keeps its distance from its neighbours.

    Examples
    --------
    >>> _levels(pd.Series([5.0, 1.0, 1.05, 1.2]), 0.1)
    [0, 0, 1, 0]
    """
    levels: dict[int, int] = {}
    reached: list[float] = []
    for position in np.argsort(values.to_numpy(), kind="stable"):
        value = float(values.iloc[position])
        free = [n for n, last in enumerate(reached) if value - last >= gap]
        level = free[0] if free else len(reached)
        reached[level : level + 1] = [value]
        levels[int(position)] = level
    return [levels[position] for position in range(len(values))]


def _legend(ax: Axes, handles: Sequence[Any], ncols: int | None = None) -> None:
    """Put a key above the panels, from the left edge of the figure."""
    fig = ax.get_figure(root=True)
    assert fig is not None  # an axes that was just made has one
    fig.legend(
        handles=list(handles),
        loc="outside upper left",
        ncols=ncols or len(handles),
        borderaxespad=0.1,
        borderpad=0.1,
        handletextpad=0.3,
        columnspacing=1.1,
        handlelength=1.1,
    )


def _mark(marker: str, label: str, color: str, *, hollow: bool = False) -> Line2D:
    from matplotlib.lines import Line2D

    face = "white" if hollow else color
    return Line2D(
        [], [], ls="", marker=marker, color=color, mfc=face, mec=color, mew=0.9, markersize=4.5, label=label
    )


def _time_axis(ax: Axes, first: pd.Timestamp, last: pd.Timestamp) -> None:
    """Tick January and July (years alone over a long time) between two days."""
    many = (last - first).days > 4 * 366
    ax.xaxis.set_major_locator(_dates().YearLocator() if many else _dates().MonthLocator(bymonth=(1, 7)))
    if not many:
        ax.xaxis.set_minor_locator(_dates().MonthLocator())

    def label(number: float, _: float) -> str:
        day = _dates().num2date(number)
        return str(day.year) if many else f"{MONTHS[day.month - 1]}\n{day.year}"

    ax.xaxis.set_major_formatter(label)
    margin = pd.Timedelta(days=max(10, (last - first).days // 60))
    ax.set_xlim(float(_dates().date2num(first - margin)), float(_dates().date2num(last + margin)))


def _coverage(ax: Axes, periods: pd.DataFrame | None) -> None:
    """Shade what the bi-monthly issues cover in full: elsewhere an event may only not have been reported."""
    if periods is None:
        return
    for row in periods.loc[periods["kind"] == "newsletter"].itertuples():
        first, last = (float(_dates().date2num(day)) for day in (row.start, row.end))
        ax.axvspan(first, last + 1, color=PALETTE["light"], alpha=0.55, lw=0, zorder=0)


def _numbers_of_days(days: pd.Series) -> np.ndarray:
    return np.asarray(_dates().date2num(days.to_numpy("datetime64[s]")), dtype=float)


# -- figures


def intervals(
    frame: pd.DataFrame,
    name: Literal["share", "rate"],
    *,
    beside: pd.DataFrame | None = None,
    labels: tuple[str, str] = ("reported by the window's own source", "with the acts of the other sources"),
    muted: Sequence[str] = (),
    xlabel: str = "",
    width: Literal["column", "page"] = "column",
) -> tuple[Figure, Axes]:
    """Draw the shares or the rates of the windows with their intervals.

    A point is what the sources give; where dates allow more than one value, a thick bar spans them. The thin
    line is the interval. What it draws is named ``point`` (the middle of each thick bar), ``bar`` and
    ``line``; of the second frame ``beside-point``, ``beside-bar`` and ``beside-line``.

    Parameters
    ----------
    frame
        As :func:`tmt_dataset.analysis.shares` or :func:`~tmt_dataset.analysis.rates` gives it.
    name
        Which of the two.
    beside
        The same windows counted otherwise, drawn hollow under each row.
    labels
        What the two frames are.
    muted
        Windows to draw in grey: those that cannot be compared with the others.
    xlabel
        Of the axis.
    width
        Of the figure.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        One row a window.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset import analysis
    >>> ds = tmt.load()
    >>> frame = analysis.members(analysis.acts(ds).assign(all=True), analysis.windows(ds))
    >>> rates = analysis.rates(frame, "all")
    >>> fig, ax = intervals(rates, "rate")
    >>> bool((drawn(ax, "line")[:, 0] == rates["low"]).all())
    True
    """
    rows = [str(window) for window in frame["window"]]
    fig, ax = figure(width, 0.75 + (0.3 if beside is None else 0.42) * len(rows))
    with look():
        paired = [] if beside is None else [str(window) for window in beside["window"]]
        for part, prefix, shift, hollow in ((frame, "", -0.17, False), (beside, "beside-", 0.2, True)):
            if part is None:
                continue
            shown = part.loc[part[f"{name}_min"].notna() & part["window"].astype("str").isin(rows)]
            windows = shown["window"].astype("str")
            y = np.array([rows.index(window) + shift * (window in paired) for window in windows])
            grey = windows.isin(muted).to_numpy() | hollow
            colors = np.where(grey, PALETTE["grey"], PALETTE["blue"])
            low, high = (shown[f"{name}_{end}"].to_numpy(float) for end in ("min", "max"))
            ax.hlines(y, shown["low"], shown["high"], color=colors, lw=0.8, gid=f"{prefix}line")
            ax.hlines(y, low, high, color=colors, lw=4, gid=f"{prefix}bar", capstyle="butt")
            face = np.where(low == high, np.where(hollow, "white", colors), "none")
            edge = np.where(low == high, colors, "none")
            ax.scatter(
                (low + high) / 2,
                y,
                s=20,
                c=face,
                edgecolors=list(edge),
                linewidths=0.9,
                zorder=3,
                gid=f"{prefix}point",
            )
            for at, row in zip(y, shown.to_dict("records"), strict=True):
                text = span(row["k_min"], row["k_max"])
                if name == "share":
                    text += f" of {span(row['n_min'], row['n_max'])}"
                else:
                    text += f" in {row['months']:g} months"
                ax.annotate(
                    text,
                    (row["high"], at),
                    xytext=(3, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=6.5,
                    color="#555555" if hollow else PALETTE["black"],
                    bbox={"fc": "white", "ec": "none", "pad": 0.6},
                )
        _rows(ax, rows)
        ax.set_xlim(left=0)
        ax.margins(x=0.2)
        if name == "share":
            ax.xaxis.set_major_formatter(lambda value, _: f"{value:.0%}")
        ax.grid(axis="x")
        ax.set_xlabel(xlabel)
        if beside is not None:
            handles = [
                _mark("o", labels[0], PALETTE["blue"]),
                _mark("o", labels[1], PALETTE["grey"], hollow=True),
            ]
            _legend(ax, handles, ncols=1)
    return fig, ax


def matrix(
    frame: pd.DataFrame,
    by: str,
    *,
    names: Mapping[str, str] | None = None,
    order: Sequence[str] | None = None,
    months: Mapping[str, float] | None = None,
    muted: Sequence[str] = (),
    width: Literal["column", "page"] = "column",
) -> tuple[Figure, Axes]:
    """Draw counts by window and kind: a disc whose area is the count, with the count in it.

    Where dates allow more, a ring around the disc is the greatest count. What it draws is named ``min`` and
    ``max``; rows are the kinds, columns the windows.

    Parameters
    ----------
    frame
        As :func:`tmt_dataset.analysis.tally` gives it.
    by
        The column that was counted apart.
    names
        Labels of its values.
    order
        Its values from the top down; without it, the most frequent first.
    months
        How many months each window covers, to stand under its name.
    muted
        Windows to draw in grey.
    width
        Of the figure.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        Rows with no act at all are left out.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset import analysis
    >>> ds = tmt.load()
    >>> counted = analysis.tally(analysis.members(analysis.acts(ds), analysis.windows(ds)), "area")
    >>> fig, ax = matrix(counted, "area")
    >>> len(drawn(ax, "max")) == len(counted.query("max > 0"))
    True
    """
    totals = frame.groupby(by, observed=True)["max"].sum()
    totals = totals.loc[totals > 0].sort_values(ascending=False, kind="stable")
    kinds = [k for k in order if k in totals.index] if order is not None else list(totals.index)
    columns = [str(window) for window in frame["window"].cat.categories]
    shown = frame.loc[frame[by].isin(kinds) & (frame["max"] > 0)]
    fig, ax = figure(width, (0.6 if months is None else 0.72) + 0.31 * len(kinds))
    with look():
        x = np.array([columns.index(str(window)) for window in shown["window"]])
        y = np.array([kinds.index(kind) for kind in shown[by]])
        least, most = shown["min"].to_numpy(float), shown["max"].to_numpy(float)
        grey = np.isin([str(window) for window in shown["window"]], list(muted))
        colors = np.where(grey, "#767676", PALETTE["blue"])
        # areas stand for counts, the largest still fits its row
        unit = min(70.0, 420.0 / max(1.0, most.max(initial=1.0)))
        some = least > 0
        ax.scatter(
            x,
            y,
            s=unit * most,
            facecolors="white",
            edgecolors=list(colors),
            linewidths=0.9,
            zorder=2,
            gid="max",
        )
        ax.scatter(x[some], y[some], s=unit * least[some], c=colors[some], linewidths=0, zorder=3, gid="min")
        for column, row, low, high in zip(x, y, least, most, strict=True):
            inside = low > 0 and unit * low >= (40 if low == high else 130)
            # the number stands in the disc, or beside the ring where the disc is too small for a range
            radius = (unit * high) ** 0.5 / 2
            ax.annotate(
                span(low, high),
                (column, row),
                xytext=(0 if inside else radius + 1, 0),
                textcoords="offset points",
                ha="center" if inside else "left",
                va="center_baseline",
                fontsize=6.5 if low == high else 6,
                zorder=4,
                color="white" if inside else PALETTE["black"],
            )
        _rows(
            ax,
            [_wrapped((names or {}).get(kind, str(kind)), 25 if width == "column" else 60) for kind in kinds],
        )
        heads = [column.replace(" ", "\n") for column in columns]
        if months is not None:
            heads = [f"{h}\n{months[c]:g} mo." for h, c in zip(heads, columns, strict=True)]
        ax.set_xticks(range(len(columns)), heads, fontsize=6.5)
        ax.set_xlim(-0.5, len(columns) - 0.4)
        ax.xaxis.tick_top()
        ax.tick_params(axis="x", length=0)
        ax.spines["bottom"].set_visible(False)
        ax.set_yticks(np.arange(len(kinds) + 1) - 0.5, minor=True)
        ax.tick_params(axis="y", which="minor", length=0)
        ax.grid(axis="y", which="minor")
    return fig, ax


def totals_and_flows(
    panels: Mapping[str, tuple[pd.DataFrame, pd.DataFrame]],
    *,
    until: pd.Timestamp | None = None,
) -> tuple[Figure, np.ndarray]:
    """Draw what is cumulative above what is a flow, one column a measure.

    Above: totals at a day, filled where a source states them and hollow where they follow by subtraction; a
    line joins the totals of one place. Below: flows per month over the period that they are counted in, solid
    where stated and dashed where implied. What it draws is named ``total-stated``, ``total-implied``,
    ``flow-stated``, ``flow-implied``.

    Parameters
    ----------
    panels
        A title and what :func:`tmt_dataset.analysis.implied` gives, for each measure.
    until
        Last day of the axis.

    Returns
    -------
    tuple of matplotlib.figure.Figure and numpy.ndarray
        Axes in two rows.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset import analysis
    >>> totals, flows = analysis.implied(tmt.load().series("genai_services_filed"))
    >>> fig, axes = totals_and_flows({"Services filed": (totals, flows)})
    >>> len(drawn(axes[0, 0], "total-stated")) == len(totals.query("basis == 'stated'"))
    True
    """
    days = pd.concat(
        [t["date"] for t, _ in panels.values()] + [f["start"] for _, f in panels.values()]
    ).dropna()
    last = days.max() if until is None else until
    fig, grid = figure(
        "page" if len(panels) > 1 else "column",
        3.3,
        nrows=2,
        ncols=len(panels),
        sharex=True,
        sharey="row",
        squeeze=False,
        height_ratios=(2, 1),
    )
    axes = np.asarray(grid)
    places = list(dict.fromkeys(place for t, f in panels.values() for place in [*t["place"], *f["place"]]))
    hues = dict(zip(places, ("blue", "vermilion", "green", "purple", "black"), strict=False))
    colors = {place: PALETTE[hue] for place, hue in hues.items()}
    marks = dict(zip(places, "osD^v", strict=False))
    with look():
        for column, (title, (totals, flows)) in enumerate(panels.items()):
            above, below = axes[0, column], axes[1, column]
            above.set_title(_wrapped(title, 30))
            for place, part in totals.groupby("place", sort=False, observed=True):
                color = colors[str(place)]
                x = _numbers_of_days(part["date"])
                above.plot(x, part["value"], color=color, lw=0.8, zorder=1)
                for basis in ("stated", "implied"):
                    here = (part["basis"] == basis).to_numpy()
                    if not here.any():
                        continue
                    above.scatter(
                        x[here],
                        part["value"].to_numpy()[here],
                        s=18,
                        marker=marks[str(place)],
                        c=color if basis == "stated" else "white",
                        edgecolors=color,
                        linewidths=0.9,
                        zorder=2,
                        gid=f"total-{basis}",
                    )
                for at, value in zip(x, part["value"], strict=True):
                    last_one = at == x[-1]
                    above.annotate(
                        f"{place} {value:,.0f}" if last_one else f"{value:,.0f}",
                        (at, value),
                        xytext=(-5, 0) if last_one else (-3, 3),
                        textcoords="offset points",
                        ha="right",
                        va="center" if last_one else "bottom",
                        fontsize=6.5,
                        color=INKS[hues[str(place)]] if last_one else PALETTE["black"],
                    )
            spans = flows.loc[flows["start"].notna()]
            for row in spans.to_dict("records"):
                first, end = float(_dates().date2num(row["start"])), float(_dates().date2num(row["end"])) + 1
                below.hlines(
                    row["per_month"],
                    first,
                    end,
                    color=colors[row["place"]],
                    lw=2.4,
                    ls="-" if row["basis"] == "stated" else (0, (1.2, 0.8)),
                    gid=f"flow-{row['basis']}",
                )
                below.annotate(
                    f"{row['per_month']:.0f}",
                    ((first + end) / 2, row["per_month"]),
                    xytext=(0, 2.5),
                    textcoords="offset points",
                    ha="center",
                    fontsize=6.5,
                )
            if spans.empty:
                below.text(
                    0.5, 0.5, "no flow with a period", transform=below.transAxes, ha="center", fontsize=6.5
                )
            above.margins(y=0.15)
            above.set_ylim(bottom=0)
            below.margins(y=0.3)
            below.set_ylim(bottom=0)
            _time_axis(below, days.min() - pd.Timedelta(days=45), last)
        axes[0, 0].set_ylabel("total at a day")
        axes[1, 0].set_ylabel("new per month")
        handles = [
            _mark("o", "stated", PALETTE["black"]),
            _mark("o", "implied by subtraction", PALETTE["black"], hollow=True),
        ]
        _legend(axes[0, 0], handles)
    return fig, axes


def amounts(
    frame: pd.DataFrame,
    row: str,
    *,
    color: str | None = None,
    xlabel: str = "",
    width: Literal["column", "page"] = "column",
) -> tuple[Figure, Axes]:
    """Draw amounts as points on a log scale, one row a group.

    Amounts that would cover each other stand above each other; those that are not exact are hollow. A row of
    up to three values has them all written out, a longer one its least and its greatest, each with how it is
    bounded.

    What it draws is named ``amount``, in the order of the rows and of the frame within them.

    Parameters
    ----------
    frame
        With ``value`` and ``qualifier``, as :func:`tmt_dataset.analysis.numbers` gives it.
    row
        Column whose values are the rows, in the order in which they first stand.
    color
        Column told apart by colour and marker.
    xlabel
        Of the axis.
    width
        Of the figure.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        With as many points as the frame has rows.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset import analysis
    >>> fines = analysis.numbers(tmt.load(), "penalty")
    >>> fig, ax = amounts(fines, "body")
    >>> len(drawn(ax, "amount")) == len(fines)
    True
    """
    groups = list(dict.fromkeys(frame[row].astype("str")))
    kinds = list(dict.fromkeys(frame[color].astype("str"))) if color else []
    hues = dict(
        zip(kinds, [PALETTE[c] for c in ("blue", "vermilion", "green", "purple", "orange")], strict=False)
    )
    marks = dict(zip(kinds, "osD^v", strict=False))
    fig, ax = figure(width, 0.75 + 0.4 * len(groups))
    with look():
        ax.set_xscale("log")
        for y, group in enumerate(groups):
            part = frame.loc[frame[row].astype("str") == group]
            level = _levels(np.log10(part["value"]), 0.1)
            step = min(0.22, 0.6 / (max(level) + 1))
            kind = part[color].astype("str") if color else part["qualifier"]
            bounds = part["qualifier"].astype("str")
            for value, qualifier, what, n in zip(part["value"], bounds, kind, level, strict=True):
                hollow = qualifier != "exact"
                hue = hues.get(what, PALETTE["blue"])
                ax.scatter(
                    [value],
                    [y - n * step],
                    s=20,
                    marker=marks.get(what, "o"),
                    c="white" if hollow else hue,
                    edgecolors=hue if hollow else "white",
                    linewidths=0.9 if hollow else 0.4,
                    zorder=3,
                    gid="amount",
                )
            told = dict(zip(part["value"], bounds, strict=True))
            values = sorted(told)
            if len(values) > 3:
                values = [values[0], values[-1]]
            sides = ["center"] if len(values) == 1 else ["right", *["center"] * (len(values) - 2), "left"]
            for value, side in zip(values, sides, strict=True):
                ax.annotate(
                    amount(value, qualifier=told[value]),
                    (value, y),
                    xytext=({"right": 4, "left": -4, "center": 0}[side], -5),
                    textcoords="offset points",
                    ha=side,
                    va="top",
                    fontsize=6,
                )
        _rows(ax, [_wrapped(group, 26) for group in groups])
        ax.margins(x=0.15)
        ax.xaxis.set_major_formatter(lambda value, _: amount(value))
        ax.minorticks_off()
        ax.grid(axis="x")
        ax.set_xlabel(xlabel)
        handles = [_mark(marks[kind], kind.replace("_", " "), hues[kind]) for kind in kinds]
        if (frame["qualifier"] != "exact").any():
            handles.append(_mark("o", "hollow: bounded or about", PALETTE["black"], hollow=True))
        if handles:
            _legend(ax, handles, ncols=3 if width == "column" else 6)
    return fig, ax


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


def kinds(frame: pd.DataFrame, *, width: Literal["column", "page"] = "column") -> tuple[Figure, Axes]:
    """Draw how many numbers of each kind there are, and how many of them are exact.

    What it draws is named ``exact`` and ``bounded``: lines from where a part of a row starts to where it
    ends.

    Parameters
    ----------
    frame
        With ``kind`` and ``qualifier``, as :func:`tmt_dataset.analysis.numbers` gives it.
    width
        Of the figure.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        One row a kind, the most frequent first.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset import analysis
    >>> numbers = analysis.numbers(tmt.load())
    >>> fig, ax = kinds(numbers)
    >>> int(drawn(ax, "bounded")[:, 2].sum()) == len(numbers)
    True
    """
    exact = (frame["qualifier"] == "exact").groupby(frame["kind"].astype("str")).agg(["sum", "size"])
    exact = exact.sort_values("size", ascending=False, kind="stable")
    fig, ax = figure(width, 0.75 + 0.27 * len(exact))
    with look():
        from matplotlib.ticker import MaxNLocator

        y = np.arange(len(exact), dtype=float)
        known, total = exact["sum"].to_numpy(float), exact["size"].to_numpy(float)
        ax.hlines(y, 0, known, color=PALETTE["blue"], lw=9, capstyle="butt", gid="exact")
        ax.hlines(y, known, total, color=PALETTE["orange"], lw=9, capstyle="butt", gid="bounded")
        for row, (part, whole) in enumerate(zip(known, total, strict=True)):
            ax.annotate(
                f"{part:.0f} of {whole:.0f} exact",
                (whole, row),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                fontsize=6.5,
            )
        _rows(ax, [str(kind) for kind in exact.index])
        ax.set_xlim(0, 1.3 * max(1.0, total.max(initial=1.0)))
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.set_xlabel("numbers in the sources")
        handles = [_mark("s", "exact", PALETTE["blue"]), _mark("s", "bounded or about", PALETTE["orange"])]
        _legend(ax, handles)
    return fig, ax
