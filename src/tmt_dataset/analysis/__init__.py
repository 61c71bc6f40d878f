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
from tmt_dataset.analysis.crosswalk import reach, unused, what_is_left_out
from tmt_dataset.analysis.duties import (
    fined,
    grid_caption,
    grid_claim,
    how_firm,
    how_much,
    most_told,
    told_apart,
    who_is_told,
)
from tmt_dataset.analysis.geography import (
    MAKERS,
    TILES,
    by_province,
    makers,
    province_of,
    provinces_claim,
    where_from,
    which_cities,
)
from tmt_dataset.analysis.harms import (
    harms_claim,
    risks,
    what_harms,
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
from tmt_dataset.analysis.order import (
    naming,
    order_labels,
    order_told,
    who_came_first,
)
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
    overlaps,
    rests_on,
    review_note,
)
from tmt_dataset.analysis.steering import (
    Divided,
    acts,
    by_window,
    divided,
    how_many,
    steering,
    steering_checked,
    steering_claim,
    steering_told,
    who_steers,
)
from tmt_dataset.analysis.sums import from_reviews, largest, penalties, targets_by_act
from tmt_dataset.analysis.together import (
    how_joint,
    joint_acts,
    who_pairs,
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
    "Divided",
    "acts",
    "awaited",
    "by_actor",
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
    "divided",
    "exposure",
    "fined",
    "followed",
    "from_reviews",
    "gaps",
    "grid",
    "grid_caption",
    "grid_claim",
    "harms_claim",
    "how_firm",
    "how_joint",
    "how_many",
    "how_much",
    "implied",
    "joint_acts",
    "kind_of_source",
    "largest",
    "last_covered",
    "leads",
    "level_of",
    "lifecycles",
    "makers",
    "members",
    "months",
    "most_told",
    "moves",
    "naming",
    "narrowed",
    "numbers",
    "of_actors",
    "open_drafts",
    "order_labels",
    "order_told",
    "ordered",
    "overlaps",
    "penalties",
    "poisson",
    "population",
    "primary_topics",
    "province_of",
    "provinces_claim",
    "provisions",
    "rates",
    "reach",
    "reports",
    "resolution",
    "rests_on",
    "review_note",
    "risks",
    "shares",
    "stages",
    "steering",
    "steering_checked",
    "steering_claim",
    "steering_told",
    "tally",
    "targets",
    "targets_by_act",
    "told_apart",
    "unused",
    "what_harms",
    "what_is_left_out",
    "where_from",
    "which_cities",
    "who_came_first",
    "who_is_told",
    "who_pairs",
    "who_steers",
    "wilson",
    "windowed",
    "windows",
]
