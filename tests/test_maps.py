"""Provinces, levels and joint acts, each against cases worked out by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from tmt_dataset import analysis, plots
from tmt_dataset.errors import UnknownCodeError


def test_the_level_figure_draws_the_shares() -> None:
    levels = pd.Series(["national"] * 12 + ["municipal"] * 12)
    shares = analysis.level_shares(levels, pd.Series(["ai"] * 20 + ["data"] * 4))
    _, panels = plots.level_figure(shares, {"ai": "AI"})
    assert [panel.get_title(loc="left") for panel in panels] == ["national", "municipal"]
    assert [[np.asarray(line.get_xdata())[0] for line in panel.lines] for panel in panels] == [[0.6], [0.4]]
    assert [tick.get_text() for tick in panels[0].get_yticklabels()] == ["AI (20)"]


def luminance(colour: Any) -> float:
    """Return the relative luminance of a colour (WCAG)."""
    srgb = np.array(to_rgb(colour))
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def test_the_tile_map_returns_what_it_drew() -> None:
    _, ax = plots.figure("column", 3)
    drawn = plots.tile_map(
        ax, pd.Series({"310000": 4, "440000": 1, "110000": 0}), {"310000": "SH"}, edges=(0, 2)
    )
    by_code = drawn.set_index("place_id")
    assert len(drawn) == 34
    assert len(ax.patches) == 34 + 2
    assert by_code["shade"].loc[["310000", "440000", "110000", "650000"]].tolist() == [2, 1, 0, 0]
    assert by_code["text"].loc[["310000", "440000", "110000"]].tolist() == ["SH 4", "440000 1", "110000"]
    colours = [
        ax.patches[list(analysis.TILES).index(c)].get_facecolor() for c in ("310000", "440000", "110000")
    ]
    assert len(set(colours)) == 3
    assert colours[2] == (1.0, 1.0, 1.0, 1.0)
    # the key has the shades of the tiles, the lightest first
    assert [patch.get_facecolor() for patch in ax.patches[34:]] == [colours[1], colours[0]]
    assert [text.get_text() for text in ax.texts[-2:]] == ["1–2", "3 or more"]


@pytest.mark.parametrize("colour", [plots.INKS["blue"], plots.INKS["vermilion"]])
def test_what_stands_on_a_tile_can_be_read(colour: str) -> None:
    _, ax = plots.figure("column", 3)
    values = pd.Series({"310000": 1, "440000": 2, "110000": 4, "330000": 10})
    drawn = plots.tile_map(ax, values, {}, colour=colour, edges=(0, 1, 3, 9))
    assert set(drawn["shade"]) == {0, 1, 2, 3, 4}
    numbers = iter(ax.texts)
    for patch, shade in zip(ax.patches, drawn["shade"], strict=False):
        for _ in range(2 if shade else 1):
            ink = luminance(next(numbers).get_color())
            face = luminance(patch.get_facecolor())
            assert (max(ink, face) + 0.05) / (min(ink, face) + 0.05) >= 4.5


def test_the_tile_map_takes_provinces_only() -> None:
    _, ax = plots.figure("column", 3)
    with pytest.raises(UnknownCodeError, match="440300"):
        plots.tile_map(ax, pd.Series({"440300": 1}), {})


JOINED = pd.DataFrame(
    [("a", "b", 1), ("b", "c", 3), ("c", "d", 1), ("x", "y", 1)], columns=["first", "second", "developments"]
)


def test_the_network_returns_what_it_drew() -> None:
    _, ax = plots.figure("column", 2)
    drawn = plots.draw_network(ax, JOINED, analysis.layout(JOINED), {"a": "Alpha"})
    assert [line.get_linewidth() for line in ax.lines] == drawn["width"].tolist()
    assert drawn["width"].tolist()[1] == 3 * drawn["width"].tolist()[0]
    assert sorted(t.get_text() for t in ax.texts) == ["3", "Alpha", "b", "c", "d", "x", "y"]
