"""Frames of :mod:`tmt_dataset.analysis` as charts, in one style that a paper can print.

>>> from tmt_dataset import plots
>>> fig, ax = plots.chart(width="column", height=1.6)
>>> [round(inches, 1) for inches in fig.get_size_inches().tolist()]
[3.5, 1.6]
"""

from tmt_dataset.plots.article import findings, record_address, record_link, say, show, source_line
from tmt_dataset.plots.counting import intervals, matrix
from tmt_dataset.plots.geography import level_chart, network_chart, tile_map
from tmt_dataset.plots.instruments import lifecycle, waiting_chart
from tmt_dataset.plots.measures import totals_and_flows
from tmt_dataset.plots.sources import agreement_chart, list_chart, month_chart, stacked
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
from tmt_dataset.plots.wording import sources_told

__all__ = [
    "INKS",
    "PALETTE",
    "STYLE",
    "WIDTHS",
    "Table",
    "agreement_chart",
    "amount",
    "chart",
    "drawn",
    "findings",
    "ink_on",
    "intervals",
    "level_chart",
    "lifecycle",
    "list_chart",
    "matrix",
    "month_chart",
    "network_chart",
    "penalty_chart",
    "record_address",
    "record_link",
    "say",
    "show",
    "source_line",
    "sources_told",
    "span",
    "stacked",
    "table",
    "tile_map",
    "totals_and_flows",
    "use_style",
    "waiting_chart",
]
