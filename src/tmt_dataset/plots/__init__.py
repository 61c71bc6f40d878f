"""Frames of :mod:`tmt_dataset.analysis` as charts, in one style that a paper can print.

>>> from tmt_dataset import plots
>>> fig, ax = plots.chart(width="column", height=1.6)
>>> [round(inches, 1) for inches in fig.get_size_inches().tolist()]
[3.5, 1.6]
"""

from tmt_dataset.plots.article import findings, record_address, record_link, say, show, source_line
from tmt_dataset.plots.compared import MEANINGS, ORIENTATIONS, forest, orientations, shares_and_rates
from tmt_dataset.plots.counting import bars
from tmt_dataset.plots.geography import tile_map
from tmt_dataset.plots.heat import heatmap
from tmt_dataset.plots.instruments import lifecycle, waiting_chart
from tmt_dataset.plots.levels import steering_chart
from tmt_dataset.plots.openings import openings
from tmt_dataset.plots.provisions import strength_chart
from tmt_dataset.plots.sources import stacked, window_strip
from tmt_dataset.plots.style import (
    INKS,
    PALETTE,
    STYLE,
    WIDTHS,
    amount,
    chart,
    drawn,
    ink_on,
    span,
    use_style,
)
from tmt_dataset.plots.sums import penalty_chart
from tmt_dataset.plots.tables import Table, table
from tmt_dataset.plots.timelines import timeline

__all__ = [
    "INKS",
    "MEANINGS",
    "ORIENTATIONS",
    "PALETTE",
    "STYLE",
    "WIDTHS",
    "Table",
    "amount",
    "bars",
    "chart",
    "drawn",
    "findings",
    "forest",
    "heatmap",
    "ink_on",
    "lifecycle",
    "openings",
    "orientations",
    "penalty_chart",
    "record_address",
    "record_link",
    "say",
    "shares_and_rates",
    "show",
    "source_line",
    "span",
    "stacked",
    "steering_chart",
    "strength_chart",
    "table",
    "tile_map",
    "timeline",
    "use_style",
    "waiting_chart",
    "window_strip",
]
