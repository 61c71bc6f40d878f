"""Charts of what developments require."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from tmt_dataset.plots.parts import label_rows, wrapped, write_near
from tmt_dataset.plots.style import INKS, PALETTE, chart, readable, styled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["strength_chart"]


def strength_chart(
    counted: pd.DataFrame, beside: pd.DataFrame | None = None
) -> tuple[Figure, Sequence[Axes]]:
    """Draw how firmly the duties of each actor bind: one panel per strength, one row per actor.

    Names of the drawn data: ``bar`` and, for the second frame, ``beside``.

    Parameters
    ----------
    counted
        As :func:`tmt_dataset.analysis.by_actor` returns it.
    beside
        The same for other sources, drawn hollow after each bar.

    Returns
    -------
    fig : matplotlib.figure.Figure
        A page wide.
    panels : list of matplotlib.axes.Axes
        One per strength, in the order of the frame.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> from tmt_dataset import plots
    >>> counted = pd.DataFrame({"actor": ["Platforms"], "label": ["should"], "provisions": [3]})
    >>> fig, panels = strength_chart(counted)
    >>> plots.drawn(panels[0], "bar").tolist()
    [[0.0, 0.0, 3.0, 0.0]]
    """
    actors, labels = list(dict.fromkeys(counted["actor"])), list(dict.fromkeys(counted["label"]))
    first = _wide(counted, actors, labels)
    second = first * 0 if beside is None else _wide(beside, actors, labels)
    reach = float((first + second).max(initial=1))
    with styled():
        fig, axes = chart("page", 0.62 + 0.3 * len(actors), ncols=len(labels), sharey=True, squeeze=False)
        cast(Any, fig.get_layout_engine()).set(wspace=0.03)
        panels = list(cast(Any, axes)[0])
        # the firmer, the darker; what only advises or names has another hue
        hues = [INKS["blue"]] * (len(labels) - 2) + [PALETTE["orange"], PALETTE["grey"]]
        for at, (panel, label) in enumerate(zip(panels, labels, strict=True)):
            _draw_bars(panel, first[:, at], second[:, at], hues[at] if len(labels) > 2 else INKS["blue"])
            panel.set_title(readable(wrapped(label, 17, 3)), fontsize=7, fontweight="normal", va="bottom")
            panel.set_xlim(0, reach * 1.25)
            panel.set_xticks([])
            panel.spines["bottom"].set_visible(False)
        label_rows(panels[0], actors)
        for panel in panels:
            panel.spines["left"].set_visible(True)
            panel.tick_params(axis="y", length=0)
    return fig, panels


def _wide(counted: pd.DataFrame, actors: list[str], labels: list[str]) -> np.ndarray:
    wide = counted.pivot(index="actor", columns="label", values="provisions")
    return np.asarray(wide.reindex(index=actors, columns=labels).fillna(0), dtype=float)


def _draw_bars(ax: Axes, solid: np.ndarray, hollow: np.ndarray, colour: str) -> None:
    """Draw a bar for each actor, a hollow one after it, and the numbers of both."""
    rows = np.arange(len(solid), dtype=float)
    ax.hlines(rows, 0, solid, color=colour, lw=8, gid="bar", capstyle="butt")
    some = hollow > 0
    if some.any():
        ends = (solid + hollow)[some]
        ax.barh(rows[some], hollow[some], left=solid[some], height=0.38, fc="white", ec=colour, lw=0.8)
        ax.hlines(rows[some], solid[some], ends, color="none", lw=0, gid="beside")
    for row, own, more in zip(rows, solid, hollow, strict=True):
        text = f"{own:g}" + (f" + {more:g}" if more else "")
        write_near(ax, text, own + more, row, (3, 0), color=PALETTE["black"] if own + more else INKS["grey"])
