"""Charts of places, levels of government and joint developments."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from tmt_dataset.errors import MissingExtraError, unknown

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
from tmt_dataset.analysis.geography import TILES
from tmt_dataset.plots.style import INKS, PALETTE, figure, ink_on, look, span


def level_figure(shares: pd.DataFrame, labels: Mapping[str, str]) -> tuple[Figure, Sequence[Axes]]:
    """Draw the shares of the levels, one panel a level, one row a group.

    Parameters
    ----------
    shares
        As :func:`level_shares` returns it; groups without a share are left out.
    labels
        Name of each group.

    Returns
    -------
    fig : matplotlib.figure.Figure
        A page wide.
    panels : list of matplotlib.axes.Axes
        One a level, in the order of the frame; each line with a marker is one group, from the top down.

    Examples
    --------
    >>> frame = level_shares(pd.Series(["national"] * 10 + ["municipal"] * 10), pd.Series(["ai"] * 20))
    >>> fig, panels = level_figure(frame, {"ai": "AI"})
    >>> [panel.get_title(loc="left") for panel in panels]
    ['national', 'municipal']
    """
    shown = shares.dropna(subset=["share"])
    groups, levels = list(dict.fromkeys(shown["group"])), list(dict.fromkeys(shown["level"]))
    fig, axes = figure(
        "page", 0.75 + 0.26 * len(groups), ncols=max(1, len(levels)), sharey=True, squeeze=False
    )
    # the last tick of a panel keeps clear of the first of the next
    cast(Any, fig.get_layout_engine()).set(wspace=0.12)
    panels = list(cast(Any, axes)[0])
    inks = ["blue", "vermilion", "green", "purple"]
    with look():
        for panel, level, ink in zip(panels, levels, inks, strict=False):
            part = shown.loc[shown["level"] == level]
            colour = PALETTE[ink]
            columns = (part[c] for c in ("group", "k", "share", "low", "high"))
            for group, k, share, low, high in zip(*columns, strict=True):
                row = groups.index(group)
                panel.hlines(row, low, high, color=colour, lw=0.9)
                panel.plot(share, row, "o", color=colour)
                panel.annotate(
                    f"{k}", (high, row), xytext=(3, 0), textcoords="offset points", va="center", fontsize=6.5
                )
            panel.set_title(level, color=INKS[ink])
            panel.set_xlim(0, 1.08)
            panel.set_xticks([0, 0.5, 1], ["0%", "50%", "100%"])
            panel.spines["left"].set_visible(False)
            panel.tick_params(axis="y", length=0)
            panel.grid(axis="x")
        sizes = dict(zip(shown["group"], shown["n"], strict=True))
        names = [f"{labels.get(group, group)} ({sizes[group]})" for group in groups]
        panels[0].set_yticks(range(len(groups)), names)
        panels[0].set_ylim(len(groups) - 0.5, -0.5)
    return fig, panels


def tile_map(
    ax: Axes,
    values: pd.Series,
    labels: Mapping[str, str],
    *,
    notes: Mapping[str, str] | None = None,
    colour: str = PALETTE["blue"],
    edges: Sequence[float] = (0, 1, 3, 6),
) -> pd.DataFrame:
    """Draw one tile a province, darker in steps; a province without a value, or with 0, stays empty.

    The steps have a key in the corner that has no province, as ranges of whole numbers; the last is open.

    Parameters
    ----------
    ax
        Where to draw; its axes are switched off.
    values
        Numbers by GB/T 2260 code of the province.
    labels
        Short name of each province by code.
    notes
        A second line for a tile, by code; by default the value where it is not 0.
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
        If a code is no provincial unit.
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> from tmt_dataset import plots
    >>> fig, ax = plots.figure("column", 3)
    >>> drawn = tile_map(ax, pd.Series({"310000": 4}), {"310000": "SH"})
    >>> drawn.loc[drawn["value"] > 0, "text"].tolist()
    ['SH 4']
    """
    try:
        from matplotlib.colors import to_rgb
        from matplotlib.patches import Rectangle
    except ImportError:
        raise MissingExtraError('figures need matplotlib: pip install "tmt-dataset[plots]"') from None
    for code in values.index:
        if code not in TILES:
            raise unknown("provincial unit", code, list(TILES), "maps.TILES")
    full = to_rgb(colour)

    def shaded(shade: int) -> tuple[float, float, float]:
        # from white towards the colour; the middle shades stay light enough for dark text
        share = (shade / len(edges)) ** 1.5
        red, green, blue = (1 - share * (1 - part) for part in full)
        return red, green, blue

    rows = []
    for code, (row, column) in TILES.items():
        value = float(values.get(code, 0))
        shade = 0 if math.isnan(value) else sum(value > edge for edge in edges)
        face = shaded(shade)
        ax.add_patch(
            Rectangle(
                (column + 0.04, row + 0.04),
                0.92,
                0.92,
                facecolor=face,
                edgecolor=PALETTE["light"] if shade == 0 else colour,
                linewidth=0.5,
            )
        )
        ink = ink_on(face) if shade else INKS["grey"]
        second = (notes or {}).get(code, f"{value:g}" if shade and notes is None else "")
        label = labels.get(code, code)
        middle: dict[str, Any] = {"ha": "center", "va": "center", "color": ink}
        ax.text(column + 0.5, row + (0.3 if second else 0.5), label, size=6, **middle)
        if second:
            ax.text(column + 0.5, row + 0.68, second, size=8, weight="bold", **middle)
        rows.append((code, row, column, value, shade, f"{label} {second}".strip()))
    for shade, edge in enumerate(edges, 1):
        upto = span(edge + 1, edges[shade]) if shade < len(edges) else f"{edge + 1:g} or more"
        x = 1.1 * (shade - 1) + 0.04
        ax.add_patch(Rectangle((x, 0.1), 0.3, 0.3, facecolor=shaded(shade), edgecolor=colour, linewidth=0.5))
        ax.text(x + 0.38, 0.25, upto, size=6.5, ha="left", va="center")
    ax.set_xlim(0, max(c for _, c in TILES.values()) + 1)
    ax.set_ylim(max(r for r, _ in TILES.values()) + 1, 0)
    ax.set_aspect("equal")
    ax.set_axis_off()
    return pd.DataFrame(rows, columns=["place_id", "row", "column", "value", "shade", "text"])


def draw_network(
    ax: Axes,
    joined: pd.DataFrame,
    placed: pd.DataFrame,
    labels: Mapping[str, str],
    *,
    colour: str = PALETTE["blue"],
) -> pd.DataFrame:
    """Draw authorities as boxes and joint acts as lines; a line of two or more acts is wider and numbered.

    Parameters
    ----------
    ax
        Where to draw; its axes are switched off.
    joined
        As :func:`pairs` returns it.
    placed
        As :func:`layout` returns it.
    labels
        Short name of each authority.
    colour
        Of the lines.

    Returns
    -------
    pandas.DataFrame
        ``first``, ``second``, ``developments``, ``width`` (points), as drawn.

    Examples
    --------
    >>> from tmt_dataset import plots
    >>> joined = pd.DataFrame({"first": ["cac"], "second": ["miit"], "developments": [2]})
    >>> fig, ax = plots.figure("column", 2)
    >>> draw_network(ax, joined, layout(joined), {"cac": "CAC", "miit": "MIIT"})["width"].tolist()
    [3.2]
    """
    drawn = joined.assign(width=joined["developments"] * 1.6)
    where = dict(zip(placed.index, zip(placed["x"], placed["y"], strict=True), strict=True))
    middle: dict[str, Any] = {"ha": "center", "va": "center", "size": 6.5}
    columns = (drawn[c] for c in ("first", "second", "developments", "width"))
    for first, second, acts, width in zip(*columns, strict=True):
        (x0, y0), (x1, y1) = where[first], where[second]
        ax.plot([x0, x1], [y0, y1], color=colour, alpha=0.55, lw=width, zorder=1)
        if acts > 1:
            box = {"boxstyle": "circle,pad=0.15", "facecolor": "white", "edgecolor": "none"}
            text = ax.text(
                (x0 + x1) / 2, (y0 + y1) / 2, f"{acts}", bbox=box, color=colour, zorder=3, **middle
            )
            text.set_in_layout(False)
    for name, (x, y) in where.items():
        frame = {"boxstyle": "round,pad=0.25", "facecolor": "white", "edgecolor": PALETTE["black"], "lw": 0.6}
        text = ax.text(x, y, labels.get(name, name), bbox=frame, zorder=4, **middle)
        # the panel keeps its size whatever stands in a box at its edge
        text.set_in_layout(False)
    ax.margins(0.12)
    ax.set_axis_off()
    return drawn
