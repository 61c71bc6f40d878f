"""A table of counts as a heat map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from tmt_dataset.plots.parts import label_rows, wrapped, write_near
from tmt_dataset.plots.style import PALETTE, chart, ink_on, mpl, readable, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def heatmap(
    values: pd.DataFrame,
    texts: pd.DataFrame | None = None,
    *,
    heads: Mapping[str, str] | None = None,
    most: float | None = None,
    apart: Sequence[int] = (),
    width: Literal["column", "page"] = "page",
    row_height: float = 0.235,
) -> tuple[Figure, Axes]:
    """Draw a table whose cells are the darker the greater their value, with a text in each cell.

    Parameters
    ----------
    values
        Rows and columns as they are drawn; a cell that is missing or 0 stays white.
    texts
        What is written into the cells, of the same shape; without it the values as whole numbers. Cells with an
        empty text stay empty.
    heads
        What is written under the name of a column, such as its size.
    most
        The value of the darkest colour; without it the greatest.
    apart
        Numbers of the rows under which a wider line is drawn.
    width
        Of the chart.
    row_height
        In inches.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        The values are the array of the first collection, row by row.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> counted = pd.DataFrame({"2024": [14, 0], "2025": [0, 8]}, index=["Telecommunications", "Online content"])
    >>> fig, ax = heatmap(counted)
    >>> [text.get_text() for text in ax.texts]
    ['14', '8']
    """
    cells = values.to_numpy(float)
    if texts is None:
        texts = values.map(lambda value: f"{value:.0f}" if pd.notna(value) and value else "")
    top = most or np.nanmax(cells, initial=0) or 1.0
    shades = mpl("colors").LinearSegmentedColormap.from_list(
        "blues", ["white", PALETTE["sky"], PALETTE["blue"]]
    )
    shown = np.clip(np.nan_to_num(cells) / top, 0, 1)
    columns = [str(column) for column in values.columns]
    titles = [f"{column}\n{heads[column]}" if heads and column in heads else column for column in columns]
    lines = max((title.count("\n") for title in titles), default=0) + 1
    with styled():
        fig, ax = chart(width, 0.1 + 0.14 * lines + row_height * len(values))
        edges: dict[str, Any] = {"edgecolors": PALETTE["light"], "linewidth": 0.5}
        ax.pcolormesh(shown, cmap=shades, vmin=0, vmax=1, **edges)
        for row, column in np.ndindex(shown.shape):
            text: dict[str, Any] = {"ha": "center", "va": "center_baseline", "fontsize": 7}
            words = str(texts.iat[row, column])
            if words:
                ink = ink_on(shades(shown[row, column])[:3])
                write_near(ax, words, column + 0.5, row + 0.5, (0, 0), color=ink, **text)
        labels = [wrapped(str(label), 30 if width == "column" else 52) for label in values.index]
        label_rows(ax, labels)
        ax.set_yticks(np.arange(len(values)) + 0.5, [readable(label) for label in labels], parse_math=False)
        ax.set_ylim(len(values), 0)
        ax.set_xticks(np.arange(len(columns)) + 0.5, [readable(title) for title in titles])
        ax.xaxis.tick_top()
        ax.tick_params(axis="x", length=0)
        ax.spines["bottom"].set_visible(False)
        for row in apart:
            ax.axhline(row, color=PALETTE["black"], lw=0.9)
    return fig, ax
