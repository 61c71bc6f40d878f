"""How a chart looks: palette, sizes, and the small parts that charts share."""

from __future__ import annotations

import io
import os
import textwrap
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from tmt_dataset.errors import MissingExtraError, unknown
from tmt_dataset.files import write_whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from matplotlib.lines import Line2D
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
from tmt_dataset.analysis.counting import MONTHS

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


def ink_on(colour: str | tuple[float, float, float]) -> str:
    """Return the colour of text that can be read on a colour, by its relative luminance (WCAG).

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> ink_on("#0072B2"), ink_on("#56B4E9")
    ('white', '#222222')
    """
    try:
        from matplotlib.colors import to_rgb
    except ImportError:
        raise MissingExtraError('colours need matplotlib: pip install "tmt-dataset[plots]"') from None

    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "white" if luminance < 0.3 else PALETTE["black"]


def _key(fig: Figure, handles: list[object], ncols: int) -> None:
    fig.legend(
        handles=handles,
        loc="outside upper left",
        ncols=ncols,
        borderaxespad=0.1,
        borderpad=0.1,
        handletextpad=0.4,
        columnspacing=1.1,
        handlelength=1.0,
    )
