"""Bars of counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from tmt_dataset.plots.parts import label_rows, write_near
from tmt_dataset.plots.style import PALETTE, chart, readable, span, styled

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["bars"]


def bars(frame: pd.DataFrame, label: str, colour: str) -> tuple[Figure, Axes]:
    """Draw a bar per row with its count, coloured by group; the groups are named in the colours of their bars.

    Parameters
    ----------
    frame
        ``least``, ``most`` (counts) and the two columns named next, in the order of the rows; where the two counts differ,
        the end of the bar is pale.
    label, colour
        Columns with the name and the group of each row.

    Returns
    -------
    tuple of matplotlib.figure.Figure and matplotlib.axes.Axes
        The first container of the axes holds the least counts, the second what dates leave uncertain.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> rows = pd.DataFrame({"least": [4, 1], "most": [5, 1], "label": ["Issuance", "Pilot"], "group": ["rules", "industry"]})
    >>> fig, ax = bars(rows, "label", "group")
    >>> [text.get_text() for text in ax.texts]
    ['4–5', '1', 'industry', 'rules']
    """
    groups = frame[colour].drop_duplicates().tolist()
    inks = dict(
        zip(groups, [PALETTE[name] for name in ("blue", "vermilion", "green", "purple")], strict=False)
    )
    shades = [inks.get(group, PALETTE["grey"]) for group in frame[colour]]
    with styled():
        fig, ax = chart("page", 0.25 + 0.19 * len(frame))
        rows = range(len(frame))
        ax.barh(rows, frame["least"], color=shades, height=0.72)
        ax.barh(
            rows, frame["most"] - frame["least"], left=frame["least"], color=shades, height=0.72, alpha=0.35
        )
        for row, (low, high) in enumerate(zip(frame["least"], frame["most"], strict=True)):
            write_near(ax, span(low, high), high, row)
        label_rows(ax, frame[label].astype("str").tolist())
        ax.set_xticks([])
        ax.spines["bottom"].set_visible(False)
        for n, group in enumerate(groups[::-1]):
            style: dict[str, Any] = {"color": inks.get(group), "fontweight": "bold", "ha": "right"}
            ax.text(
                1,
                0.04 + 0.16 * n / (0.25 + 0.19 * len(frame)),
                readable(str(group)),
                transform=ax.transAxes,
                **style,
            )
    return fig, ax
