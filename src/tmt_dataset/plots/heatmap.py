"""A table of counts whose cells are shaded by their value."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from tmt_dataset.plots.parts import wrapped
from tmt_dataset.plots.style import INKS, PALETTE, chart, ink_on, mpl, readable, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

#: Height of a row in inches, and the room between two groups of rows, in rows.
_ROW, _BREAK = 0.185, 0.35


def heatmap(
    values: pd.DataFrame,
    texts: pd.DataFrame | None = None,
    *,
    colour: str = PALETTE["blue"],
    width: Literal["column", "page"] = "page",
    row: float = _ROW,
) -> tuple[Figure, Axes]:
    """Draw a table of numbers, each cell the darker the greater its number; zeros stay empty.

    Parameters
    ----------
    values
        One row and one column of the chart for each of the frame. With two levels in the index, the first makes groups
        of rows with a heading each. Column names may have several lines.
    texts
        What is written in the cells, in the shape of ``values``; without it, the numbers.
    colour
        Of the greatest number.
    width
        Of the chart.
    row
        Height of a row in inches.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        Columns are 0, 1, … from the left, rows from the top, with room for the headings of groups. The cells are in
        ``drawn(ax, "cells")`` as points, row by row, those above 0 alone.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> from tmt_dataset import plots
    >>> fig, ax = heatmap(pd.DataFrame({"Nov–Dec 2023": [2, 0], "Jan–Feb 2025": [1, 5]}, index=["AI", "Data"]))
    >>> plots.drawn(ax, "cells").tolist()
    [[0.0, 0.0], [1.0, 0.0], [1.0, 1.0]]
    """
    texts = values.map("{:g}".format) if texts is None else texts
    heads = [readable(str(name)) for name in values.columns]
    upright = max((len(line) for head in heads for line in head.split("\n")), default=0) * len(heads) > 110
    places, headings = _places(values.index)
    names = [str(name[-1] if isinstance(name, tuple) else name) for name in values.index]
    with styled():
        fig, ax = chart(width, (1.15 if upright else 0.5) + row * max(places, default=0) + row)
        _draw_cells(ax, values.to_numpy(float), texts.to_numpy(str), places, colour)
        for heading, at in headings:
            style: dict[str, Any] = {"fontweight": "bold", "va": "center", "ha": "right", "parse_math": False}
            ax.annotate(
                readable(heading), (0, at), (-6, 0), ("axes fraction", "data"), "offset points", **style
            )
        ax.set_yticks(places, [readable(wrapped(name, 40)) for name in names], parse_math=False)
        turned: dict[str, Any] = {"rotation": 55, "ha": "left", "rotation_mode": "anchor"} if upright else {}
        ax.set_xticks(range(len(heads)), heads, parse_math=False, **turned)
        ax.xaxis.tick_top()
        ax.tick_params(axis="both", length=0)
        ax.set_xlim(-0.5, len(heads) - 0.5)
        ax.set_ylim(max(places, default=0) + 0.5, -0.5)
        for side in ax.spines.values():
            side.set_visible(False)
    return fig, ax


def _places(index: pd.Index) -> tuple[list[float], list[tuple[str, float]]]:
    """Return where each row lies, and the headings of groups with their place.

    Examples
    --------
    >>> _places(pd.Index(["a", "b"]))
    ([0.0, 1.0], [])
    >>> _places(pd.MultiIndex.from_tuples([("duty", "a"), ("support", "b")]))
    ([1.0, 3.35], [('Duty', 0.0), ('Support', 2.35)])
    """
    if index.nlevels == 1:
        return [float(row) for row in range(len(index))], []
    places, headings, at, before = [], [], -_BREAK, None
    for group, _ in index:
        if group != before:
            at += _BREAK
            headings.append((str(group).capitalize(), round(at, 6)))
            before = group
            at += 1
        places.append(round(at, 6))
        at += 1
    return places, headings


def _draw_cells(ax: Axes, values: np.ndarray, texts: np.ndarray, places: list[float], colour: str) -> None:
    """Draw the cells above 0 with their texts, and a faint frame for the others."""
    from matplotlib.patches import Rectangle

    greatest = float(np.nanmax(values, initial=0)) or 1.0
    full = np.array(mpl("colors").to_rgb(colour))
    some = []
    for row, at in enumerate(places):
        for column in range(values.shape[1]):
            share = values[row, column] / greatest
            # the lightest step is still seen on white
            face = tuple(1 - (1 - full) * (0.12 + 0.88 * share)) if share > 0 else (1.0, 1.0, 1.0)
            edge = "white" if share > 0 else "#EFEFEF"
            corner = (column - 0.47, at - 0.45)
            ax.add_patch(Rectangle(corner, 0.94, 0.9, facecolor=face, edgecolor=edge, linewidth=0.5))
            if share > 0:
                some.append((column, at))
                look: dict[str, Any] = {"ha": "center", "va": "center_baseline", "parse_math": False}
                ax.text(column, at, readable(str(texts[row, column])), size=7, color=ink_on(face), **look)
    points = np.array(some, dtype=float).reshape(-1, 2)
    ax.scatter(points[:, 0], points[:, 1], s=0, c=INKS["grey"], gid="cells")
