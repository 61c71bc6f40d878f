"""What the categories of two other taxonomies reach in the data, and what they leave out."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from tmt_dataset.analysis.counting import collective
from tmt_dataset.analysis.sources import kind_of_source
from tmt_dataset.analysis.words import listed, lowered
from tmt_dataset.guard import guarded
from tmt_dataset.record import labels

if TYPE_CHECKING:
    from tmt_dataset.dataset import Dataset

__all__ = ["BRIDGES", "Bridge", "reach", "unused", "what_is_left_out"]


class Bridge(NamedTuple):
    """A column that leads from one of the data's vocabularies to the codes of another taxonomy."""

    name: str
    scheme: str
    rows: str
    coded: str
    vocabulary: str
    column: str
    unit: str


#: Column ``coded`` of the table ``rows`` has codes of the vocabulary, whose ``column`` leads to codes of the scheme.
BRIDGES = [
    Bridge("AGORA", "agora-tag", "provisions", "type", "provision_types", "agora_tags", "provisions"),
    Bridge("AGORA", "agora-tag", "development_risks", "risk_id", "risks", "agora_tags", "harms named"),
    Bridge("AGORA", "agora-tag", "development_topics", "topic_id", "topics", "agora_tags", "primary topics"),
    Bridge(
        "Digital Policy Alert",
        "dpa-policy-area",
        "development_topics",
        "topic_id",
        "topics",
        "dpa_policy_area",
        "primary topics",
    ),
    Bridge(
        "Digital Policy Alert",
        "dpa-action-type",
        "developments",
        "action",
        "actions",
        "dpa_action_type",
        "actions",
    ),
    Bridge(
        "Digital Policy Alert",
        "dpa-economic-activity",
        "provisions",
        "addressee",
        "addressees",
        "dpa_economic_activity",
        "addressees of provisions",
    ),
]


def _coded(ds: Dataset, bridge: Bridge, kind: str) -> pd.Series:
    """Return the codes of the rows that sources of a kind report; of topics only the primary ones compare."""
    rows = ds[bridge.rows]
    if bridge.rows == "development_topics":
        rows = rows.loc[rows["rank"] == "primary"]
    told = rows["development_id"].map(kind_of_source(ds)) == kind
    return rows.loc[told & ~rows["development_id"].isin(collective(ds)), bridge.coded].astype("str")


def _codes(ds: Dataset, bridge: Bridge) -> pd.Series:
    """Return the codes of the other taxonomy, as a list, by the code of the vocabulary."""
    texts = labels(ds, bridge.vocabulary, bridge.column)
    return texts.fillna("").map(lambda text: [code for code in text.split(" | ") if code])


@guarded
def reach(ds: Dataset, kind: str = "newsletter") -> pd.DataFrame:
    """Return what share of the data's rows each taxonomy has a category for, and what it has none for.

    Parameters
    ----------
    ds
        The data set.
    kind
        Kind of the sources whose developments are counted.

    Returns
    -------
    pandas.DataFrame
        One row per column that leads to a taxonomy: ``taxonomy``, ``scheme``, ``unit`` (what is counted), ``rows``
        and ``reached`` (int), ``share`` (float, missing without a row), ``left_out`` (labels of the codes without a
        category that rows have, with their number, the most frequent first), ``foremost`` (the first five of them, and how
        many more).

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> frame = reach(tmt.load())
    >>> bool((frame["reached"] <= frame["rows"]).all())
    True
    """
    found = []
    for bridge in BRIDGES:
        coded = _coded(ds, bridge, kind)
        has = coded.map(_codes(ds, bridge).map(bool)).astype("bool")
        names = coded[~has].map(labels(ds, bridge.vocabulary, "label")).value_counts()
        names = names.sort_index().sort_values(ascending=False, kind="stable")
        share = float(has.mean()) if len(coded) else float("nan")
        left = [f"{name} ({n})" for name, n in names.items()]
        more = [f"{len(left) - 5} more"] if len(left) > 5 else []
        texts = ("; ".join(left), "; ".join([*left[:5], *more]))
        found.append((bridge.name, bridge.scheme, bridge.unit, len(coded), int(has.sum()), share, *texts))
    columns = ["taxonomy", "scheme", "unit", "rows", "reached", "share", "left_out", "foremost"]
    return pd.DataFrame(found, columns=columns)


@guarded
def unused(ds: Dataset, kind: str = "newsletter") -> pd.DataFrame:
    """Return how many categories of each taxonomy some row of the data leads to, and which none does.

    Parameters
    ----------
    ds
        The data set.
    kind
        Kind of the sources whose developments are counted.

    Returns
    -------
    pandas.DataFrame
        One row per list of categories (the tags of AGORA by their facet): ``taxonomy``, ``categories``, ``codes``
        and ``used`` (int), ``left_out`` (labels of the others).

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> frame = unused(tmt.load())
    >>> bool((frame["used"] <= frame["codes"]).all())
    True
    """
    used: dict[str, set[str]] = {}
    for bridge in BRIDGES:
        codes = _codes(ds, bridge)
        for code in _coded(ds, bridge, kind).unique():
            used.setdefault(bridge.scheme, set()).update(codes[code])
    listed = ds["crosswalk_codes"].astype("str")
    facet = listed["code"].str.replace(": .*", "", regex=True).where(listed["scheme"] == "agora-tag", "")
    names = {bridge.scheme: bridge.name for bridge in BRIDGES}
    found = []
    for key, rows in listed.groupby(["scheme", facet], sort=False):
        scheme, part = map(str, key)
        here = rows["code"].isin(used.get(scheme, set()))
        kind_of = part or scheme.partition("-")[2].replace("-", " ") + "s"
        left = "; ".join(rows.loc[~here, "label"])
        found.append((names[scheme], _plural(kind_of), len(rows), int(here.sum()), left))
    return pd.DataFrame(found, columns=["taxonomy", "categories", "codes", "used", "left_out"])


def _plural(name: str) -> str:
    """Write a list of categories as readers do.

    Examples
    --------
    >>> _plural("economic activitys"), _plural("Risk factors")
    ('economic activities', 'risk factors')
    """
    return name.replace("activitys", "activities").lower()


def what_is_left_out(reached: pd.DataFrame) -> str:
    """Return where each taxonomy reaches most and least of what is coded, and what it misses first.

    Parameters
    ----------
    reached
        As returned by :func:`reach`.

    Examples
    --------
    >>> rows = [("AGORA", "provisions", 0.36, "Deployment (29); Content (15)"), ("AGORA", "harms named", 0.5, "Fraud (2)")]
    >>> what_is_left_out(pd.DataFrame(rows, columns=["taxonomy", "unit", "share", "left_out"]))
    'AGORA reaches 50% of the harms named and 36% of the provisions; what it leaves out most often is deployment.'
    """
    told = []
    for taxonomy, part in reached.dropna(subset=["share"]).groupby("taxonomy", sort=False):
        part = part.sort_values("share", ascending=False, kind="stable")
        shares = [f"{share:.0%}" for share in part["share"]]
        parts = [f"{share} of the {unit}" for share, unit in zip(shares, part["unit"], strict=True)]
        first = str(part["left_out"].iloc[-1]).partition(" (")[0]
        missing = f"; what it leaves out most often is {lowered(first)}" if first else ""
        told.append(f"{taxonomy} reaches {listed(parts)}{missing}.")
    return " ".join(told)
