"""Charts of places, levels of government and joint developments."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from tmt_dataset.analysis import TILES
from tmt_dataset.errors import unknown
from tmt_dataset.plots.parts import label_rows, write_near
from tmt_dataset.plots.style import INKS, PALETTE, chart, ink_on, mpl, readable, span, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# A red, a green and a blue, each from 0 to 1.
_RGB = tuple[float, float, float]


def level_chart(shares: pd.DataFrame, labels: Mapping[str, str]) -> tuple[Figure, Sequence[Axes]]:
    """Draw the shares of the levels of government, one panel per level, one row per group.

    Parameters
    ----------
    shares
        As :func:`tmt_dataset.analysis.level_shares` returns it; groups without a share are left out.
    labels
        Name of each group.

    Returns
    -------
    fig : matplotlib.figure.Figure
        A page wide.
    panels : list of matplotlib.axes.Axes
        One per level, in the order of the frame; each line with a marker is one group, from the top down.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> from tmt_dataset import analysis
    >>> levels = pd.Series(["national"] * 10 + ["municipal"] * 10)
    >>> fig, panels = level_chart(analysis.level_shares(levels, pd.Series(["ai"] * 20)), {"ai": "AI"})
    >>> [panel.get_title(loc="left") for panel in panels]
    ['national', 'municipal']
    """
    shown = shares.dropna(subset=["share"])
    groups, levels = list(dict.fromkeys(shown["group"])), list(dict.fromkeys(shown["level"]))
    sizes = dict(zip(shown["group"], shown["n"], strict=True))
    with styled():
        height = 0.75 + 0.26 * len(groups)
        fig, axes = chart("page", height, ncols=max(1, len(levels)), sharey=True, squeeze=False)
        # the last tick of a panel keeps clear of the first of the next
        cast(Any, fig.get_layout_engine()).set(wspace=0.12)
        panels = list(cast(Any, axes)[0])
        for panel, level, hue in zip(panels, levels, ("blue", "vermilion", "green", "purple"), strict=False):
            _draw_level(panel, shown.loc[shown["level"] == level], groups, PALETTE[hue])
            panel.set_title(readable(level), color=INKS[hue])
        label_rows(panels[0], [f"{labels.get(group, group)} ({sizes[group]})" for group in groups])
    return fig, panels


def _draw_level(ax: Axes, shares: pd.DataFrame, groups: Sequence[str], colour: str) -> None:
    """Draw the shares of one level with their intervals, each with the number of its developments."""
    columns = (shares[name] for name in ("group", "k", "share", "low", "high"))
    for group, k, share, low, high in zip(*columns, strict=True):
        row = groups.index(group)
        ax.hlines(row, low, high, color=colour, lw=0.9)
        ax.plot(share, row, "o", color=colour)
        write_near(ax, f"{k}", high, row, (3, 0))
    ax.set_xlim(0, 1.08)
    ax.set_xticks([0, 0.5, 1], ["0%", "50%", "100%"])
    ax.spines["left"].set_visible(False)
    ax.tick_params(axis="y", length=0)
    ax.grid(axis="x")


def tile_map(
    ax: Axes,
    values: pd.Series,
    labels: Mapping[str, str],
    *,
    colour: str = PALETTE["blue"],
    edges: Sequence[float] = (0, 1, 3, 6),
) -> pd.DataFrame:
    """Draw one tile per province, darker in steps; a province without a value, or with 0, stays empty.

    A legend in the corner without provinces gives the steps as ranges of whole numbers; the last is open.

    Parameters
    ----------
    ax
        Where to draw; its axes are switched off.
    values
        Numbers by GB/T 2260 code of the province.
    labels
        Short name of each province by code.
    colour
        Of the darkest tiles.
    edges
        Ascending: a value above the first edge has the lightest shade, above the next a darker one, and so
        on.

    Returns
    -------
    pandas.DataFrame
        ``place_id``, ``row``, ``column``, ``value``, ``shade`` (int, 0 is empty), ``text``, as drawn.

    Raises
    ------
    UnknownCodeError
        If a code is not that of a provincial unit.

    Examples
    --------
    >>> from tmt_dataset import plots
    >>> fig, ax = plots.chart("column", 3)
    >>> tiles = tile_map(ax, pd.Series({"310000": 4}), {"310000": "SH"})
    >>> tiles.loc[tiles["value"] > 0, "text"].tolist()
    ['SH 4']
    """
    for code in values.index:
        if code not in TILES:
            raise unknown("provincial unit", code, list(TILES), "the table places")
    shades = _shades(colour, len(edges))
    rows = []
    for code, (row, column) in TILES.items():
        value = float(values.get(code, 0))
        shade = 0 if math.isnan(value) else sum(value > edge for edge in edges)
        texts = [labels.get(code, code), *([f"{value:g}"] if shade else [])]
        _draw_tile(ax, row, column, shades[shade], colour if shade else PALETTE["light"])
        _write_tile(ax, row, column, texts, ink_on(shades[shade]) if shade else INKS["grey"])
        rows.append((code, row, column, value, shade, " ".join(texts)))
    _draw_steps(ax, edges, shades, colour)
    ax.set_xlim(0, max(column for _, column in TILES.values()) + 1)
    ax.set_ylim(max(row for row, _ in TILES.values()) + 1, 0)
    ax.set_aspect("equal")
    ax.set_axis_off()
    return pd.DataFrame(rows, columns=["place_id", "row", "column", "value", "shade", "text"])


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


def _write_tile(ax: Axes, row: int, column: int, texts: Sequence[str], ink: str) -> None:
    """Write a label on a tile and, if there are two texts, a number below it."""
    label, *number = texts
    style: dict[str, Any] = {"ha": "center", "va": "center", "color": ink, "parse_math": False}
    ax.text(column + 0.5, row + (0.3 if number else 0.5), readable(label), size=6, **style)
    for text in number:
        ax.text(column + 0.5, row + 0.68, text, size=8, weight="bold", **style)


def _draw_steps(ax: Axes, edges: Sequence[float], shades: Sequence[_RGB], colour: str) -> None:
    """Draw the legend of the shades, the lightest first, in the top left corner."""
    from matplotlib.patches import Rectangle

    for step, edge in enumerate(edges):
        reach = span(edge + 1, edges[step + 1]) if step + 1 < len(edges) else f"{edge + 1:g} or more"
        x = 1.1 * step + 0.04
        style: dict[str, Any] = {"facecolor": shades[step + 1], "edgecolor": colour, "linewidth": 0.5}
        ax.add_patch(Rectangle((x, 0.1), 0.3, 0.3, **style))
        ax.text(x + 0.38, 0.25, reach, size=6.5, ha="left", va="center")


def network_chart(
    ax: Axes,
    joined: pd.DataFrame,
    placed: pd.DataFrame,
    labels: Mapping[str, str],
    *,
    colour: str = PALETTE["blue"],
) -> pd.DataFrame:
    """Draw authorities as boxes and their joint developments as lines; a line of two or more is numbered.

    Parameters
    ----------
    ax
        Where to draw; its axes are switched off.
    joined
        As :func:`tmt_dataset.analysis.pairs` returns it.
    placed
        As :func:`tmt_dataset.analysis.layout` returns it.
    labels
        Short name of each authority.
    colour
        Of the lines.

    Returns
    -------
    pandas.DataFrame
        ``first``, ``second``, ``developments``, ``width`` (of the line, in points), as drawn.

    Examples
    --------
    >>> from tmt_dataset import analysis, plots
    >>> joined = pd.DataFrame({"first": ["cac"], "second": ["miit"], "developments": [2]})
    >>> fig, ax = plots.chart("column", 2)
    >>> lines = network_chart(ax, joined, analysis.layout(joined), {"cac": "CAC", "miit": "MIIT"})
    >>> lines["width"].tolist()
    [3.2]
    """
    lines = joined.assign(width=joined["developments"] * 1.6)
    where = dict(zip(placed.index, zip(placed["x"], placed["y"], strict=True), strict=True))
    columns = (lines[name] for name in ("first", "second", "developments", "width"))
    for first, second, count, width in zip(*columns, strict=True):
        (x0, y0), (x1, y1) = where[first], where[second]
        ax.plot([x0, x1], [y0, y1], color=colour, alpha=0.55, lw=width, zorder=1)
        if count > 1:
            box = {"boxstyle": "circle,pad=0.15", "facecolor": "white", "edgecolor": "none"}
            _write_box(ax, f"{count}", (x0 + x1) / 2, (y0 + y1) / 2, box, color=colour, zorder=3)
    box = {"boxstyle": "round,pad=0.25", "facecolor": "white", "edgecolor": PALETTE["black"]}
    for name, (x, y) in where.items():
        _write_box(ax, labels.get(name, name), x, y, box | {"lw": 0.6}, zorder=4)
    ax.margins(0.12)
    ax.set_axis_off()
    return lines


def _write_box(ax: Axes, text: str, x: float, y: float, box: Mapping[str, Any], **properties: Any) -> None:
    """Write a text in a box around a point."""
    style: dict[str, Any] = {"ha": "center", "va": "center", "size": 6.5, "parse_math": False, **properties}
    written = ax.text(x, y, readable(text), bbox=dict(box), **style)
    # the panel keeps its size, however long a text at its edge is
    written.set_in_layout(False)
