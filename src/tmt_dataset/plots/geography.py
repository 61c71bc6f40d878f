"""A map of the provinces."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from tmt_dataset.analysis import TILES
from tmt_dataset.errors import unknown
from tmt_dataset.plots.style import INKS, PALETTE, ink_on, mpl, readable, span

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["tile_map"]


# A red, a green and a blue, each from 0 to 1.
_RGB = tuple[float, float, float]


def tile_map(
    ax: Axes,
    values: pd.Series,
    names: Mapping[str, str],
    *,
    beside: pd.Series | None = None,
    colour: str = PALETTE["blue"],
    edges: Sequence[float] = (0, 1, 4, 9),
) -> pd.DataFrame:
    """Draw one tile per province with its name, darker in steps; a province without a value, or with 0, stays empty.

    A legend above the north-west gives the steps as ranges of whole numbers; the last is open.

    Parameters
    ----------
    ax
        Where to draw; its axes are switched off.
    values
        Numbers by GB/T 2260 code of the province.
    names
        Name of each province by code, written on its tile.
    beside
        A second number for each province, written small in the corner where it is above 0.
    colour
        Of the darkest tiles.
    edges
        Ascending: a value above the first edge has the lightest shade, above the next a darker one, and so
        on.

    Returns
    -------
    pandas.DataFrame
        ``place_id``, ``row``, ``column``, ``value``, ``beside``, ``shade`` (int, 0 is empty), ``text``, as drawn.

    Raises
    ------
    UnknownCodeError
        If a code is not that of a provincial unit.

    Examples
    --------
    >>> from tmt_dataset import plots
    >>> fig, ax = plots.chart("page", 3)
    >>> tiles = tile_map(ax, pd.Series({"310000": 4}), {"310000": "Shanghai"}, beside=pd.Series({"310000": 2}))
    >>> tiles.loc[tiles["value"] > 0, "text"].tolist()
    ['Shanghai 4 +2']
    """
    for code in values.index:
        if code not in TILES:
            raise unknown("provincial unit", code, list(TILES), "the table places")
    shades = _shades(colour, len(edges))
    rows = []
    for code, (row, column) in TILES.items():
        value = float(values.get(code, 0))
        more = 0 if beside is None else int(beside.get(code, 0))
        shade = 0 if math.isnan(value) else sum(value > edge for edge in edges)
        number, corner = f"{value:g}" if shade else "", f"+{more}" if more else ""
        name = names.get(code, code)
        _draw_tile(ax, row, column, shades[shade], colour if shade else PALETTE["light"])
        ink = ink_on(shades[shade]) if shade else PALETTE["black"] if more else INKS["grey"]
        _write_tile(ax, row, column, (name, number, corner), ink)
        rows.append((code, row, column, value, more, shade, " ".join(filter(None, (name, number, corner)))))
    _draw_steps(ax, edges, shades, colour)
    ax.set_xlim(0, max(column for _, column in TILES.values()) + 1)
    ax.set_ylim(max(row for row, _ in TILES.values()) + 1, 0)
    ax.set_axis_off()
    return pd.DataFrame(rows, columns=["place_id", "row", "column", "value", "beside", "shade", "text"])


def _shades(colour: str, steps: int) -> list[_RGB]:
    """Return white and the steps from it to a colour; those in the middle stay light enough for dark text.

    Examples
    --------
    >>> _shades("#000000", 1)
    [(1.0, 1.0, 1.0), (0.0, 0.0, 0.0)]
    """
    full = mpl("colors").to_rgb(colour)
    shades = []
    for shade in range(steps + 1):
        share = (shade / steps) ** 1.5
        red, green, blue = (1 - share * (1 - part) for part in full)
        shades.append((red, green, blue))
    return shades


def _draw_tile(ax: Axes, row: int, column: int, face: _RGB, edge: str) -> None:
    from matplotlib.patches import Rectangle

    corner = (column + 0.04, row + 0.04)
    ax.add_patch(Rectangle(corner, 0.92, 0.92, facecolor=face, edgecolor=edge, linewidth=0.5))


def _write_tile(ax: Axes, row: int, column: int, texts: tuple[str, str, str], ink: str) -> None:
    """Write a name on a tile, a number below it and another one in its corner."""
    name, number, corner = texts
    style: dict[str, Any] = {"ha": "center", "va": "center", "color": ink, "parse_math": False}
    height = 0.27 if number else 0.5
    ax.text(column + 0.5, row + height, readable(name), size=6.5, **style)
    ax.text(column + 0.5, row + 0.66, number, size=9, weight="bold", **style)
    ax.text(column + 0.93, row + 0.79, corner, size=6.5, **(style | {"ha": "right"}))


def _draw_steps(ax: Axes, edges: Sequence[float], shades: Sequence[_RGB], colour: str) -> None:
    """Draw the legend of the shades, the lightest first, in the top left corner."""
    from matplotlib.patches import Rectangle

    for step, edge in enumerate(edges):
        reach = span(edge + 1, edges[step + 1]) if step + 1 < len(edges) else f"{edge + 1:g} or more"
        x = 0.8 * step + 0.04
        style: dict[str, Any] = {"facecolor": shades[step + 1], "edgecolor": colour, "linewidth": 0.5}
        ax.add_patch(Rectangle((x, 0.1), 0.2, 0.34, **style))
        ax.text(x + 0.26, 0.27, reach, size=7, ha="left", va="center")
