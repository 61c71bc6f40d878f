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
from tmt_dataset.analysis.crosswalk import reach, unused
from tmt_dataset.analysis.geography import (
    MAKERS,
    TILES,
    by_province,
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
    related_steps,
    stages,
    steps,
)
from tmt_dataset.analysis.levels import (
    Divided,
    by_window,
    divided,
    how_joint,
    joint_acts,
    naming,
    steering,
    steering_claim,
    where_from,
    who_came_first,
    who_steers,
)
from tmt_dataset.analysis.measures import implied, numbers, targets
from tmt_dataset.analysis.provisions import (
    STRENGTHS,
    by_actor,
    cases,
    demands,
    grid,
    how_firm,
    provisions,
    risks,
    who_is_told,
)
from tmt_dataset.analysis.sources import (
    comparable,
    coverage,
    damaged,
    kind_of_source,
    review_note,
    shared,
)
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
    "STRENGTHS",
    "TILES",
    "Divided",
    "Recapture",
    "by_actor",
    "by_province",
    "by_window",
    "cases",
    "chapman",
    "collective",
    "comparable",
    "compare",
    "coverage",
    "damaged",
    "days_between",
    "demands",
    "developments",
    "developments_by_month",
    "divided",
    "exposure",
    "gaps",
    "grid",
    "how_firm",
    "how_joint",
    "implied",
    "joint_acts",
    "kind_of_source",
    "leads",
    "level_of",
    "lifecycles",
    "makers",
    "members",
    "monthly_exposure",
    "months",
    "naming",
    "narrowed",
    "numbers",
    "open_drafts",
    "pairs",
    "poisson",
    "primary_topics",
    "province_of",
    "provisions",
    "rates",
    "reach",
    "related_steps",
    "reports",
    "resolution",
    "review_note",
    "risks",
    "shared",
    "shares",
    "stages",
    "steering",
    "steering_claim",
    "steps",
    "tally",
    "targets",
    "unused",
    "where_from",
    "who_came_first",
    "who_is_told",
    "who_steers",
    "wilson",
    "windows",
]
