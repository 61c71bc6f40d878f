"""How far two codings agree, and what agreement does not show."""

from __future__ import annotations

import pandas as pd

from tmt_dataset.cells import Tables
from tmt_dataset.guard import guarded

__all__ = ["STATISTICS", "agreed", "corrected"]


#: Statistics of agreement that compare: one for values, one for what was found.
STATISTICS = ("alpha", "f1")
#: What the review log calls in the singular, and two things that it corrects which no quote proves.
_ALSO = {"figure": "figures", "mentions": "mentions", "unit": "unit"}


@guarded
def agreed(ds: Tables) -> pd.DataFrame:
    """Return the agreement of the two codings on each variable, over all sources.

    Returns
    -------
    pandas.DataFrame
        One row per variable, the lowest value first: ``variable``, ``statistic`` (``alpha``, ``f1``), ``value``, ``low``,
        ``high`` (95% bootstrap interval), ``n``, ``unseen`` (the greatest rate of disagreement with which n independent
        units show none one time in forty; missing where the codings disagree).

    Raises
    ------
    MissingExtraError
        If scipy is not installed.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> table = agreed(tmt.load())
    >>> bool(table["value"].is_monotonic_increasing)
    True
    """
    from tmt_dataset.analysis.inference import none_seen

    rows = ds["agreement"].astype({"variable": "str", "statistic": "str", "scope": "str"})
    rows = rows.loc[(rows["scope"] == "all") & rows["statistic"].isin(STATISTICS)].drop(columns="scope")
    rows = rows.sort_values(["value", "variable"], kind="stable", ignore_index=True)
    unseen = [
        none_seen(int(n)) if value == 1 else float("nan")
        for n, value in zip(rows["n"], rows["value"], strict=True)
    ]
    return rows.assign(unseen=unseen)


@guarded
def corrected(ds: Tables) -> pd.DataFrame:
    """Return the coded values that both codings had wrong, or that a reading after both corrected.

    Agreement shows none of them: an error that two readers share is not a disagreement, and a value that was decided is not
    compared again.

    Returns
    -------
    pandas.DataFrame
        One row per value: ``development_id``, ``variable``, ``before``, ``after`` (str, empty where none), ``found``
        (``adjudication``: both codings gave the same value and it was overruled; ``later reading``: the review log).

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> set(corrected(tmt.load())["found"]) <= {"adjudication", "later reading"}
    True
    """
    columns = ["development_id", "variable", "before", "after"]
    decided = ds["adjudication"].fillna({"first": "", "second": ""})
    same = decided.loc[(decided["first"] == decided["second"]) & (decided["decided"] != decided["first"])]
    same = same.rename(columns={"first": "before", "decided": "after"})[columns]
    log = ds["review_log"].rename(columns={"record": "development_id"})
    named = log["development_id"].isin(ds["developments"]["development_id"].tolist())
    names = {name: name for name in ds.descriptor.table("quotes").field("supports").item_enum} | _ALSO
    # "figures.cities_approved.period_end", "figure case_parties", "mentions, authorities"; words and quotes are no values
    first = log["variable"].str.extract(r"^([a-z_]+)")[0].str.removeprefix("secondary_").map(names)
    later = log.assign(variable=first).loc[named & first.notna(), columns]
    both = pd.concat({"adjudication": same, "later reading": later}, names=["found"]).reset_index("found")
    return both[[*columns, "found"]].fillna({"before": "", "after": ""}).astype("str").reset_index(drop=True)
