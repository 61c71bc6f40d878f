"""What the sources can support: counts as ranges, shares and rates with intervals, lifecycles, figures.

The sources are one law firm's selection: windows of two months in full, and a review of one year in highlights.
Every function here therefore keeps three rules of honest counting:

1. Counts belong to a window and its covered months, never to a calendar year.
2. A development whose date is an interval is counted as a range: in the maximum of a window where it may have taken
   place, and in the minimum only where it must have.
3. A share of too few developments is not given.

>>> import tmt_dataset as tmt
>>> from tmt_dataset import analysis
>>> ds = tmt.load()
>>> windows = analysis.windows(ds)
>>> len(windows) == len(ds.sources)
True
>>> own = analysis.members(analysis.developments(ds), windows, analysis.reports(ds))
>>> counted = analysis.tally(own)
>>> bool((counted["min"] <= counted["max"]).all())
True
"""

from tmt_dataset.analysis.counting import (
    RESOLUTIONS,
    collective,
    developments,
    developments_by_month,
    gaps,
    monthly_exposure,
    primary_topics,
    resolution,
    tally,
)
from tmt_dataset.analysis.geography import (
    MAKERS,
    TILES,
    by_province,
    layout,
    level_shares,
    makers,
    pairs,
    province_of,
)
from tmt_dataset.analysis.inference import (
    AT_LEAST,
    FEWEST_SHARED,
    Recapture,
    chapman,
    compare,
    poisson,
    rates,
    shares,
    wilson,
)
from tmt_dataset.analysis.instruments import (
    leads,
    lifecycles,
    narrowed,
    open_drafts,
    stages,
)
from tmt_dataset.analysis.lives import (
    awaited,
    by_windows,
    followed,
    last_covered,
    moves,
)
from tmt_dataset.analysis.measures import implied, numbers, targets
from tmt_dataset.analysis.sources import (
    comparable,
    coverage,
    damaged,
    shared,
)
from tmt_dataset.analysis.sums import from_reviews, largest, penalties, targets_by_act
from tmt_dataset.views import days_between
from tmt_dataset.views.counts import LEVELS, level_of
from tmt_dataset.views.windows import MONTHS, exposure, members, months, reports, windows

__all__ = [
    "AT_LEAST",
    "FEWEST_SHARED",
    "LEVELS",
    "MAKERS",
    "MONTHS",
    "RESOLUTIONS",
    "TILES",
    "Recapture",
    "awaited",
    "by_province",
    "by_windows",
    "chapman",
    "collective",
    "comparable",
    "compare",
    "coverage",
    "damaged",
    "days_between",
    "developments",
    "developments_by_month",
    "exposure",
    "followed",
    "from_reviews",
    "gaps",
    "implied",
    "largest",
    "last_covered",
    "layout",
    "leads",
    "level_of",
    "level_shares",
    "lifecycles",
    "makers",
    "members",
    "monthly_exposure",
    "months",
    "moves",
    "narrowed",
    "numbers",
    "open_drafts",
    "pairs",
    "penalties",
    "poisson",
    "primary_topics",
    "province_of",
    "rates",
    "reports",
    "resolution",
    "shared",
    "shares",
    "stages",
    "tally",
    "targets",
    "targets_by_act",
    "wilson",
    "windows",
]
