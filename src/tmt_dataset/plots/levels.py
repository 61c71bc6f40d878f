"""The chart of who limits and who promotes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import pandas as pd

from tmt_dataset.plots.compared import ORIENTATIONS
from tmt_dataset.plots.parts import (
    label_rows,
    write_near,
)
from tmt_dataset.plots.style import INKS, PALETTE, chart, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["SIDES", "steering_chart"]


#: Title of the panel of each side.
SIDES = {"national": "The nation", "local": "Provinces and cities"}


def steering_chart(frame: pd.DataFrame) -> tuple[Figure, Sequence[Axes]]:
    """Draw what the developments of each side do: limits to the left, promotion to the right, one row per area.

    Developments that do both lie in the middle; how many are on private disputes or inform is written beside the bars. Names of
    the drawn data: ``control``, ``both`` and ``promotion``.

    Parameters
    ----------
    frame
        As :func:`tmt_dataset.analysis.by_area` returns it.

    Returns
    -------
    fig : matplotlib.figure.Figure
        A page wide.
    panels : list of matplotlib.axes.Axes
        The nation, provinces and cities.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> from tmt_dataset import plots
    >>> frame = pd.DataFrame({"area": "AI", "side": ["national", "local"], "control": [6, 7], "both": [3, 0]})
    >>> fig, panels = steering_chart(frame.assign(promotion=[0, 9], rights=0, information=0))
    >>> plots.drawn(panels[1], "promotion").tolist()
    [[0.0, 0.0, 9.0, 0.0]]
    """
    areas = list(dict.fromkeys(frame["area"]))
    half = frame["both"] / 2
    left = float((frame["control"] + half).max()) if len(frame) else 1.0
    right = float((frame["promotion"] + half).max()) if len(frame) else 1.0
    with styled():
        fig, axes = chart("page", 0.62 + 0.29 * len(areas), ncols=2, sharey=True, squeeze=False)
        cast(Any, fig.get_layout_engine()).set(wspace=0.02)
        panels = list(cast(Any, axes)[0])
        for panel, side in zip(panels, SIDES, strict=True):
            part = frame.loc[frame["side"] == side].set_index("area").reindex(areas).fillna(0)
            _draw_side(panel, part, left, right)
            panel.set_title(SIDES[side], pad=16)
        label_rows(panels[0], areas)
    return fig, panels


def _draw_side(ax: Axes, part: pd.DataFrame, left: float, right: float) -> None:
    """Draw the developments of one side with their numbers."""
    rows = np.arange(len(part), dtype=float)
    control, both, promotion = (part[name].to_numpy(float) for name in ("control", "both", "promotion"))
    for name, start, end, colour in (
        ("control", -both / 2 - control, -both / 2, ORIENTATIONS["control"]),
        ("both", -both / 2, both / 2, ORIENTATIONS["both"]),
        ("promotion", both / 2, both / 2 + promotion, ORIENTATIONS["promotion"]),
    ):
        ax.hlines(rows, start, end, color=colour, lw=9, gid=name, capstyle="butt")
    for row, less, mid, more in zip(rows, control, both, promotion, strict=True):
        if less:
            write_near(ax, f"{less:g}", -mid / 2 - less, row, (-2, 0), ha="right", fontsize=7)
        if mid:
            write_near(ax, f"{mid:g}", 0, row, (0, 0), ha="center", fontsize=6.5)
        if more:
            write_near(ax, f"{more:g}", mid / 2 + more, row, (2, 0), fontsize=7)
    beside = zip(rows, part["rights"], part["information"], both / 2 + promotion, strict=True)
    for row, rights, told, more in beside:
        parts = [f"{n:g} {what}" for n, what in ((rights, "on disputes"), (told, "inform")) if n]
        if parts:
            write_near(ax, "  " + ", ".join(parts), more, row, (12, 0), color=INKS["grey"])
    ax.axvline(0, color=PALETTE["black"], lw=0.6, zorder=0)
    ax.set_xlim(-left * 1.15 - 1, right * 1.15 + 0.3 * (left + right))
    ax.set_xticks([])
    ax.tick_params(axis="y", length=0)
    for name in ("left", "bottom"):
        ax.spines[name].set_visible(False)
    for text, offset, ha, colour in (
        ("◄ limits", -14, "right", INKS["vermilion"]),
        ("both", 0, "center", INKS["purple"]),
        ("promotes ►", 14, "left", INKS["blue"]),
    ):
        place: dict[str, Any] = {"xycoords": ("data", "axes fraction"), "textcoords": "offset points"}
        ax.annotate(text, (0, 1), (offset, 3), ha=ha, color=colour, fontsize=7, **place)
