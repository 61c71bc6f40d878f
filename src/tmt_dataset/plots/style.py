"""The style of the charts: palette, sizes, an empty chart to draw on, and numbers as a reader writes them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from tmt_dataset.analysis.words import span as span
from tmt_dataset.errors import MissingExtraError, unknown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = [
    "INKS",
    "PALETTE",
    "STYLE",
    "WIDTHS",
    "amount",
    "chart",
    "drawn",
    "ink_on",
    "mpl",
    "readable",
    "styled",
    "use_style",
]


# The style sheet, for plt.style.use() and plt.style.context().
STYLE = Path(__file__).with_name("paper.mplstyle")

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

# Texts of the charts are data: "fines of $5 million and $6 million" is not TeX. Not in the style sheet, with which a
# user's own log axes would show TeX instead of numbers.
_NO_TEX = {"text.parse_math": False, "text.usetex": False}
# What XML does not take, and control characters, which no font shows.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def mpl(name: str = "") -> ModuleType:
    """Import matplotlib or a module of it, which is needed when a chart is drawn and not before.

    Parameters
    ----------
    name
        Of the module within matplotlib.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> mpl("dates").date2num(np.datetime64("1970-01-02")).item()
    1.0
    """
    try:
        return import_module(f"matplotlib.{name}" if name else "matplotlib")
    except ImportError:
        raise MissingExtraError(
            'charts and colours need matplotlib: pip install "tmt-dataset[plots]"'
        ) from None


def readable(text: str) -> str:
    r"""Return a text as a chart can show it: control characters and lone surrogates, with which an SVG is not well-formed, escaped.

    Examples
    --------
    >>> print(readable("a\x1bb"), readable("\ud800"), readable("$5 million"))
    a\x1bb \ud800 $5 million
    """
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


@contextmanager
def styled() -> Iterator[None]:
    """Draw a block in the style of the charts, and restore the parameters that it sets; no text is read as TeX.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> import matplotlib
    >>> with styled():
    ...     matplotlib.rcParams["font.size"]
    7.5
    """
    # matplotlib.style.context() would restore all parameters. One of them, "interactive", is set by the backend
    # of a notebook when the first chart loads it; without it the notebook shows no further chart.
    params = mpl().rcParams
    sheet = {**mpl().rc_params_from_file(STYLE, use_default_template=False), **_NO_TEX}
    before = {key: params[key] for key in sheet}
    params.update(sheet)
    try:
        yield
    finally:
        params.update(before)


def use_style() -> None:
    """Use the style of the charts for everything that is drawn from now on.

    The charts of this package need no such call. For a block alone, there is
    ``with matplotlib.style.context(plots.STYLE):``.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> import matplotlib
    >>> with matplotlib.rc_context():
    ...     use_style()
    ...     matplotlib.rcParams["font.size"]
    7.5
    """
    mpl("style").use(STYLE)


def chart(
    width: Literal["column", "page"] = "column", height: float = 2.4, **subplots: Any
) -> tuple[Figure, Axes]:
    """Return an empty chart of a journal's width in the style of this package.

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
    >>> fig, ax = chart("page", 3)
    >>> fig.get_size_inches().tolist()
    [7.2, 3.0]
    """
    if width not in WIDTHS:
        raise ValueError(f"width={width!r}: expected one of {', '.join(map(repr, WIDTHS))}")
    with styled():
        fig, ax = mpl("pyplot").subplots(figsize=(WIDTHS[width], height), **subplots)
    for axis in (axis for panel in fig.axes for axis in (panel.xaxis, panel.yaxis)):
        # labels of a log axis are TeX that matplotlib writes itself
        axis.get_major_ticks(1)[0].label1.set_parse_math(mpl().rcParams["text.parse_math"])
    return fig, ax


def drawn(ax: Axes, name: str) -> np.ndarray:
    """Return the data that a chart of this package drew under a name, to compare them with a frame.

    Parameters
    ----------
    ax
        The panel.
    name
        One of the names that the docstring of the chart's function lists.

    Returns
    -------
    numpy.ndarray
        float64, in the order of drawing: points as rows ``x, y``, lines as rows ``x0, y0, x1, y1``. Days are
        matplotlib's numbers of days.

    Raises
    ------
    UnknownCodeError
        If nothing was drawn under the name.

    Examples
    --------
    >>> fig, ax = chart()
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
        raise unknown(
            "name of drawn data",
            name,
            sorted(set(known)),
            "the docstring of the function that drew the chart",
        )
    return np.concatenate(parts)


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
    srgb = mpl("colors").to_rgb(colour)
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in srgb]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "white" if luminance < 0.3 else PALETTE["black"]
