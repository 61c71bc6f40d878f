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

__all__ = ["heatmap"]


def heatmap(
    values: pd.DataFrame,
    texts: pd.DataFrame | None = None,
    *,
    heads: Mapping[str, str] | None = None,
    most: float | None = None,
    apart: Sequence[int] = (),
    slanted: bool = False,
    width: Literal["column", "page"] = "page",
    row_height: float = 0.235,
) -> tuple[Figure, Axes]:
    """Draw a table whose cells are the darker the greater their value, with a text in each cell.

    Parameters
    ----------
    values
        Rows and columns as they are drawn; a cell that is missing or 0 stays white. With two levels in the index, the
        first makes groups of rows, each below a heading.
    texts
        What is written into the cells, of the same shape; without it the values as whole numbers. Cells with an
        empty text stay empty.
    heads
        What is written under the name of a column, such as its size.
    most
        The value of the darkest colour; without it the greatest.
    apart
        Numbers of the rows under which a wider line is drawn.
    slanted
        Whether the names of the columns are, so that there is room for many of them.
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
    if texts is None:
        texts = values.map(lambda value: f"{value:.0f}" if pd.notna(value) and value else "")
    values, texts, headings = _headed(values, texts)
    cells = values.to_numpy(float)
    top = most or np.nanmax(cells, initial=0) or 1.0
    shades = mpl("colors").LinearSegmentedColormap.from_list(
        "blues", ["white", PALETTE["sky"], PALETTE["blue"]]
    )
    shown = np.clip(np.nan_to_num(cells) / top, 0, 1)
    columns = [str(column) for column in values.columns]
    titles = [f"{column}\n{heads[column]}" if heads and column in heads else column for column in columns]
    lines = max((title.count("\n") for title in titles), default=0) + 1
    with styled():
        top_room = 0.95 if slanted else 0.1 + 0.14 * lines
        fig, ax = chart(width, top_room + row_height * len(values))
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
        turned: dict[str, Any] = {"rotation": 55, "ha": "left", "rotation_mode": "anchor"} if slanted else {}
        ax.set_xticks(np.arange(len(columns)) + 0.5, [readable(title) for title in titles], **turned)
        ax.xaxis.tick_top()
        ax.tick_params(axis="x", length=0)
        ax.spines["bottom"].set_visible(False)
        for row in apart:
            ax.axhline(row, color=PALETTE["black"], lw=0.9)
        for row in headings:
            ax.axhspan(row, row + 1, color="white", lw=1.2)
            ax.get_yticklabels()[row].set_fontweight("bold")
    return fig, ax


def _headed(values: pd.DataFrame, texts: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, list[int]]:
    """Put an empty row with the heading above each group of rows, and return where these rows are.

    Examples
    --------
    >>> rows = pd.MultiIndex.from_tuples([("duty", "Filing"), ("support", "Funding")])
    >>> counted = pd.DataFrame({"Merchants": [2, 1]}, index=rows)
    >>> headed, _, headings = _headed(counted, counted)
    >>> headed.index.tolist(), headings
    (['Duty', 'Filing', 'Support', 'Funding'], [0, 2])
    """
    if values.index.nlevels == 1:
        return values, texts, []
    names: list[str] = []
    sources: list[int] = []
    for at, (group, name) in enumerate(values.index):
        if at == 0 or group != values.index[at - 1][0]:
            names.append(str(group).capitalize())
            sources.append(-1)
        names.append(str(name))
        sources.append(at)
    headings = [row for row, source in enumerate(sources) if source < 0]
    filled = [
        frame.iloc[sources].set_axis(names, axis=0).astype(object) if len(frame) else frame
        for frame in (values, texts)
    ]
    filled[0].iloc[headings] = 0
    filled[1].iloc[headings] = ""
    return filled[0], filled[1], headings
