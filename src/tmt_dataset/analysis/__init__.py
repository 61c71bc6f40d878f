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
    gaps,
    primary_topics,
    resolution,
    tally,
)
from tmt_dataset.analysis.crosswalk import reach, unused
from tmt_dataset.analysis.geography import (
    MAKERS,
    TILES,
    by_province,
    makers,
    province_of,
)
from tmt_dataset.analysis.harms import (
    risks,
    windowed,
)
from tmt_dataset.analysis.inference import (
    AT_LEAST,
    compare,
    poisson,
    population,
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
from tmt_dataset.analysis.order import naming
from tmt_dataset.analysis.provisions import (
    STRENGTHS,
    by_actor,
    cases,
    demands,
    grid,
    of_actors,
    ordered,
    provisions,
)
from tmt_dataset.analysis.sources import (
    comparable,
    coverage,
    damaged,
    kind_of_source,
    month_strip,
    overlaps,
)
from tmt_dataset.analysis.steering import (
    by_area,
    by_level,
    by_window,
)
from tmt_dataset.analysis.sums import from_reviews, largest, penalties, targets_by_development
from tmt_dataset.analysis.together import (
    joint_developments,
)
from tmt_dataset.views import days_between
from tmt_dataset.views.counts import LEVELS, level_of
from tmt_dataset.views.windows import MONTHS, exposure, members, months, reports, windows

__all__ = [
    "AT_LEAST",
    "LEVELS",
    "MAKERS",
    "MONTHS",
    "RESOLUTIONS",
    "STRENGTHS",
    "TILES",
    "awaited",
    "by_actor",
    "by_area",
    "by_level",
    "by_province",
    "by_window",
    "by_windows",
    "cases",
    "collective",
    "comparable",
    "compare",
    "coverage",
    "damaged",
    "days_between",
    "demands",
    "developments",
    "exposure",
    "followed",
    "from_reviews",
    "gaps",
    "grid",
    "implied",
    "joint_developments",
    "kind_of_source",
    "largest",
    "last_covered",
    "leads",
    "level_of",
    "lifecycles",
    "makers",
    "members",
    "month_strip",
    "months",
    "moves",
    "naming",
    "narrowed",
    "numbers",
    "of_actors",
    "open_drafts",
    "ordered",
    "overlaps",
    "penalties",
    "poisson",
    "population",
    "primary_topics",
    "province_of",
    "provisions",
    "rates",
    "reach",
    "reports",
    "resolution",
    "risks",
    "shares",
    "stages",
    "tally",
    "targets",
    "targets_by_development",
    "unused",
    "wilson",
    "windowed",
    "windows",
]
