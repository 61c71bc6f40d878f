"""Rules of keys, ranks and records: rows refer to each other as they should."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from tmt_dataset.validation.findings import Finding, marked
from tmt_dataset.validation.tables import Check, Tables, runs

__all__ = [
    "CHECKS",
    "aggregation",
    "agreement_bounds",
    "primary_report",
    "ranks",
    "references",
    "scopes",
]


def _in_cycles(parents: pd.Series) -> pd.Index:
    """Return the identifiers that are their own ancestors; ``parents`` has the parent of each identifier of its index.

    Examples
    --------
    >>> _in_cycles(pd.Series({"a": "b", "b": "a", "c": "a", "d": "d", "e": None}, dtype="str")).tolist()
    ['a', 'b', 'd']
    """
    above = parents[parents.index.notna() & ~parents.index.duplicated()].dropna()
    # the ancestor twice as far up in each turn: one farther up than there are rows is on a cycle
    for _ in range(len(above).bit_length()):
        above = above.map(above).dropna()
    found: pd.Index = pd.Index(above.unique()).sort_values()
    return found


def references(t: Tables) -> Iterator[Finding]:
    """Rule of keys: a row refers to another one, and parents lead to a root.

    A place that was its own parent had no province, and whoever walked up from it did not arrive.
    """
    r, topics = t["relations"], t["topics"]
    yield from marked(
        "references",
        "relations",
        r,
        r["development_id"].notna() & (r["development_id"] == r["related_id"]),
        "related_id",
        "a development is related to itself",
        "another development",
        "{related_id}",
        "Name the development that is meant, or delete the relation.",
    )
    above = topics["topic_id"].str.extract("(.*)/")[0].fillna("")
    other = topics["topic_id"].notna() & (above != topics["parent"].fillna(""))
    yield from marked(
        "references",
        "topics",
        topics,
        other,
        "parent",
        "the parent of {topic_id} is not the one of its path",
        "{above}",
        "{parent}",
        above=above.replace("", "an empty cell"),
    )
    for table, key in (("places", "place_id"), ("authorities", "authority_id")):
        f = t[table]
        yield from marked(
            "references",
            table,
            f,
            f[key].isin(_in_cycles(f.set_index(key)["parent"])),
            "parent",
            f"{{{key}}} is its own parent, or a parent of one of its parents",
            "parents that lead to one without a parent",
            "{parent}",
        )


def scopes(t: Tables) -> Iterator[Finding]:
    """Rule of keys: the scope of a source names topics.

    A scope with a topic that is not in the register left out every development.
    """
    sources, topics = t["sources"], t["topics"]
    scope = sources["scope_topics"].str.split(" ").explode()
    unknown = scope.notna() & ~scope.isin(topics["topic_id"])
    yield from marked(
        "scope",
        "sources",
        sources,
        unknown.groupby(level=0).any(),
        "scope_topics",
        "a topic of the scope of {source_id} is not in the table topics",
        "topics, separated by spaces",
        "{scope_topics}",
    )


def ranks(t: Tables) -> Iterator[Finding]:
    """Rule 5: a development has one primary topic, and at most one lead authority.

    Two primary topics made the shares of all topics add up to more than one.
    """
    d, topics, bodies = t["developments"], t["development_topics"], t["development_authorities"]

    def rows_of(rows: pd.DataFrame) -> pd.Series:
        return d["development_id"].map(rows["development_id"].value_counts()).fillna(0).astype("int64")

    n = rows_of(topics.loc[topics["rank"] == "primary"])
    message, hint = "{development_id} needs exactly one primary topic", "Its rows are in development_topics."
    yield from marked("ranks", "developments", d, n != 1, None, message, "1", "{n}", hint, n=n)
    n = rows_of(bodies.loc[bodies["role"] == "lead"])
    message, hint = (
        "{development_id} may have only one lead authority",
        "The body named first leads, the others are joint.",
    )
    yield from marked("ranks", "developments", d, n > 1, None, message, "at most 1", "{n}", hint, n=n)


def primary_report(t: Tables) -> Iterator[Finding]:
    """Rule 5: a development has one primary report, which is a run of neighbouring segments.

    A second primary report would count the development in two windows.
    """
    d, m = t["developments"], t["mentions"]
    spans = m.loc[m["rank"] == "primary"].merge(t["segments"].drop_duplicates("segment_id"), on="segment_id")
    n = d["development_id"].map(runs(spans)["development_id"].value_counts()).fillna(0).astype("int64")
    yield from marked(
        "ranks",
        "developments",
        d,
        n != 1,
        None,
        "{development_id} needs exactly one primary report",
        "1 run of neighbouring segments",
        "{n}",
        "Its rows are in mentions; further reports are secondary.",
        n=n,
    )


def aggregation(t: Tables) -> Iterator[Finding]:
    """Rule 5: statistics, and no other figures, have an aggregation.

    A fine with an aggregation would be added up as a statistic.
    """
    f = t["figures"]
    statistic = f["kind"] == "statistic"
    for wrong, expected in (
        (statistic & f["aggregation"].isna(), "a value"),
        (~statistic & f["kind"].notna() & f["aggregation"].notna(), "an empty cell"),
    ):
        yield from marked(
            "ranks",
            "figures",
            f,
            wrong,
            "aggregation",
            "statistics have an aggregation, and other figures have none",
            expected,
            "{aggregation}",
        )


def agreement_bounds(t: Tables) -> Iterator[Finding]:
    """Rule of the records: a published statistic lies within its interval.

    A value outside its bounds was drawn as an interval that does not hold it.
    """
    a = t["agreement"]
    yield from marked(
        "agreement-bounds",
        "agreement",
        a,
        (a["low"] > a["value"]) | (a["high"] < a["value"]),
        "value",
        "{statistic} of {variable} lies outside its interval",
        "{low} to {high}",
        "{value}",
        "Run `tmt-dataset build`, which measures the agreement.",
    )


CHECKS: dict[Check, str] = {
    references: "Keys (parents lead to a root)",
    scopes: "Keys (scopes name topics)",
    ranks: "Rule 5 (one primary topic, at most one lead authority)",
    primary_report: "Rule 5 (one primary report)",
    aggregation: "Rule 5 (statistics have an aggregation)",
    agreement_bounds: "Records (a statistic lies within its interval)",
}
