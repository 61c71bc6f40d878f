"""Frames of :mod:`tmt_dataset.analysis` as figures, in one look that a paper can print.

>>> from tmt_dataset import plots
>>> fig, ax = plots.figure(width="column", height=1.6)
>>> [round(inches, 1) for inches in fig.get_size_inches().tolist()]
[3.5, 1.6]
"""

from tmt_dataset.plots.counting import intervals, matrix
from tmt_dataset.plots.geography import draw_network, level_figure, tile_map
from tmt_dataset.plots.instruments import STAGE_MARKS, durations, lifecycle, spans
from tmt_dataset.plots.measures import amounts, kinds, totals_and_flows
from tmt_dataset.plots.sources import agreement_figure, list_figure, month_figure, stacked
from tmt_dataset.plots.style import INKS, PALETTE, WIDTHS, amount, drawn, figure, ink_on, look, save, span

__all__ = [
    "INKS",
    "PALETTE",
    "STAGE_MARKS",
    "WIDTHS",
    "agreement_figure",
    "amount",
    "amounts",
    "draw_network",
    "drawn",
    "durations",
    "figure",
    "ink_on",
    "intervals",
    "kinds",
    "level_figure",
    "lifecycle",
    "list_figure",
    "look",
    "matrix",
    "month_figure",
    "save",
    "span",
    "spans",
    "stacked",
    "tile_map",
    "totals_and_flows",
]
