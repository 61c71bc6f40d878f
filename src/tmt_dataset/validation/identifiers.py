"""Rule 6: identifiers that were released once keep their meaning."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from tmt_dataset.cells import is_in
from tmt_dataset.descriptor import SEMVER, is_version, version_numbers
from tmt_dataset.validation.findings import Finding, marked

__all__ = ["NAME", "TABLE", "anchors", "check"]


#: Identifiers of developments that releases have carried, and the places of their primary reports.
TABLE = "released_identifiers"
#: How a report names the rule where it could not be checked.
NAME = "Rule 6 (released identifiers keep their meaning)"


def anchors(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the place of each primary report: ``development_id``, ``source_id``, ``start``, ``end``.

    Offsets do not change once a source is fixed, so they tell whether an identifier still means the same development.
    """
    mentions, columns = tables["mentions"], ["segment_id", "source_id", "start", "end"]
    primary = mentions.loc[mentions["rank"] == "primary", ["development_id", "segment_id"]]
    spans = primary.merge(tables["segments"][columns], on="segment_id")
    return (
        spans.groupby("development_id", observed=True)
        .agg(source_id=("source_id", "first"), start=("start", "min"), end=("end", "max"))
        .reset_index()
    )


def check(tables: Mapping[str, pd.DataFrame], version: str) -> Iterator[Finding]:
    """Rule 6: a released identifier stays, and means the same development.

    An identifier that was free again was given to another development, and every citation of it changed its meaning.
    """
    released, developments = tables[TABLE], tables["developments"]
    known = released.dropna(subset="development_id").drop_duplicates("development_id")
    retired = known["retired"].notna()
    yield from marked(
        "identifiers",
        TABLE,
        known,
        ~retired & ~is_in(known["development_id"], developments["development_id"]),
        "development_id",
        "{development_id}, released in {released_in}, is missing from the developments",
        hint="Restore it, or give the reason in the column `retired`.",
    )
    reasons = known[retired].set_index("development_id")["retired"]
    reason = developments["development_id"].map(reasons)
    yield from marked(
        "identifiers",
        "developments",
        developments,
        reason.notna(),
        "development_id",
        "{development_id} was retired ({reason}) and is used again",
        hint="Take a new identifier.",
        reason=reason,
    )
    yield from _places(tables, known[~retired])
    yield from _later(released, version)


def _places(tables: Mapping[str, pd.DataFrame], released: pd.DataFrame) -> Iterator[Finding]:
    """Compare the primary reports with those at the release: they are the same as long as they overlap."""
    mentions = tables["mentions"]
    primary = mentions.loc[mentions["rank"] == "primary"].drop_duplicates("development_id")
    ids = primary["development_id"]
    now = anchors(tables).dropna().set_index("development_id").reindex(ids).set_axis(primary.index)
    then = released.set_index("development_id").reindex(ids).set_axis(primary.index)
    # a place that is missing or cannot be read contradicts nothing; it is found by its cells
    elsewhere = (now["source_id"] != then["source_id"]) & now["source_id"].notna() & then["source_id"].notna()
    apart = (now["end"] <= then["start"]) | (now["start"] >= then["end"])
    yield from marked(
        "identifiers",
        "mentions",
        primary,
        elsewhere | apart,
        "development_id",
        "{development_id}, released in {released_in}, now refers to another report",
        "{then}",
        "{now}",
        "Give the new development an identifier of its own.",
        released_in=then["released_in"],
        then=_place(then),
        now=_place(now),
    )


def _place(spans: pd.DataFrame) -> pd.Series:
    return spans["source_id"] + " " + spans["start"].astype("str") + "-" + spans["end"].astype("str")


def _later(released: pd.DataFrame, version: str) -> Iterator[Finding]:
    """Find releases that are later than the package."""
    releases = released["released_in"].dropna()
    later = [v for v in releases[releases.str.fullmatch(SEMVER)].unique() if _is_later(v, version)]
    yield from marked(
        "identifiers",
        TABLE,
        released,
        released["released_in"].isin(later),
        "released_in",
        "the release is later than this package",
        f"at most {version}",
        "{released_in}",
        "Restore the list from the release.",
    )


def _is_later(release: str, version: str) -> bool:
    # an invalid version is found in the declaration
    return is_version(version) and version_numbers(release) > version_numbers(version)
