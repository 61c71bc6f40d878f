"""Frames of :mod:`tmt_dataset.analysis` as figures, in one look that a paper can print.

>>> from tmt_dataset import plots
>>> fig, ax = plots.figure(width="column", height=1.6)
>>> [round(inches, 1) for inches in fig.get_size_inches().tolist()]
[3.5, 1.6]
"""

from __future__ import annotations

import io
import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from tmt_dataset import atomic
from tmt_dataset.errors import MissingExtraError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

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
        atomic.write(path, buffer.getvalue())
        paths.append(path)
    return paths
