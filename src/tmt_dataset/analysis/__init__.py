"""What the sources can carry: ranges of counts, shares and rates with intervals, lifecycles, numbers.

The sources are one law firm's selection: four two-month windows and a review of one year. Three rules follow,
and every function here keeps them. Counts belong to a window and its months, never to a calendar year. An act
whose date is an interval counts as a range: in a window's maximum where it may have happened there, in the
minimum only where it must have. A share of too few acts is not given.

>>> import tmt_dataset as tmt
>>> from tmt_dataset import analysis
>>> ds = tmt.load()
>>> analysis.windows(ds)["months"].tolist()
[2.0, 12.0, 2.0, 2.0, 2.0]
"""

from tmt_dataset.analysis.counting import (
    MONTHS,
    acts,
    collective,
    exposure,
    gaps,
    members,
    months,
    reports,
    tally,
    windows,
)
from tmt_dataset.analysis.geography import (
    LEVELS,
    MAKERS,
    TILES,
    by_province,
    layout,
    level_of,
    level_shares,
    makers,
    pairs,
    province_of,
)
from tmt_dataset.analysis.inference import AT_LEAST, compare, poisson, rates, shares, wilson
from tmt_dataset.analysis.instruments import (
    days_between,
    leads,
    lifecycles,
    narrowed,
    open_drafts,
    related_steps,
    stages,
    steps,
)
from tmt_dataset.analysis.measures import implied, numbers, targets
from tmt_dataset.analysis.sources import (
    ADJUDICATION,
    ADJUDICATION_COLUMNS,
    AGREEMENT,
    AGREEMENT_COLUMNS,
    FEWEST_SHARED,
    RESOLUTIONS,
    STATISTICS,
    Recapture,
    acts_by_month,
    adjudication_table,
    agreement_table,
    chapman,
    comparable,
    damaged,
    monthly_exposure,
    resolution,
    shared,
)

__all__ = [
    "ADJUDICATION",
    "ADJUDICATION_COLUMNS",
    "AGREEMENT",
    "AGREEMENT_COLUMNS",
    "AT_LEAST",
    "FEWEST_SHARED",
    "LEVELS",
    "MAKERS",
    "MONTHS",
    "RESOLUTIONS",
    "STATISTICS",
    "TILES",
    "Recapture",
    "acts",
    "acts_by_month",
    "adjudication_table",
    "agreement_table",
    "by_province",
    "chapman",
    "collective",
    "comparable",
    "compare",
    "damaged",
    "days_between",
    "exposure",
    "gaps",
    "implied",
    "layout",
    "leads",
    "level_of",
    "level_shares",
    "lifecycles",
    "makers",
    "members",
    "monthly_exposure",
    "months",
    "narrowed",
    "numbers",
    "open_drafts",
    "pairs",
    "poisson",
    "province_of",
    "rates",
    "related_steps",
    "reports",
    "resolution",
    "shared",
    "shares",
    "stages",
    "steps",
    "tally",
    "targets",
    "wilson",
    "windows",
]
