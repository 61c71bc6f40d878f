"""Coverage, losses, overlap of sources and agreement, against small cases worked out by hand."""

from __future__ import annotations

from collections import Counter
from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from factories import edit_table
from hypothesis import given, settings
from hypothesis import strategies as st

from tmt_dataset import analysis
from tmt_dataset.analysis.reliability import agreed, corrected
from tmt_dataset.dataset import Dataset, load
from tmt_dataset.errors import PackageError, UnknownCodeError
from tmt_dataset.package import open_package

DESCRIPTOR, _ = open_package()
IDS = ("s", "t", "u")
ROLES = ("heading", "development", "outlook")
span = st.tuples(st.integers(0, 40), st.integers(0, 40)).map(sorted)
places = st.lists(st.tuples(st.sampled_from(IDS), span), max_size=12)


@st.composite
def sources(draw: st.DrawFn) -> Dataset:
    """Return three sources with segments and quotes in any order, which may overlap, leave gaps or be too long."""
    segments = [
        (f"S{n}", source, *at, draw(st.sampled_from(ROLES))) for n, (source, at) in enumerate(draw(places))
    ]
    quotes = [(source, *at) for source, at in draw(places)]
    names = [segment[0] for segment in segments]
    pairs = st.tuples(
        st.sampled_from("ABC"), st.sampled_from(names), st.sampled_from(["primary", "secondary"])
    )
    mentions = draw(st.lists(pairs, max_size=10)) if names else []
    tables: dict[str, tuple[list[str], list[Any]]] = {
        "sources": (["source_id", "characters"], list(zip(IDS, (30, 40, 7), strict=True))),
        "segments": (["segment_id", "source_id", "start", "end", "role"], segments),
        "quotes": (["source_id", "start", "end"], quotes),
        "mentions": (["development_id", "segment_id", "rank"], mentions),
        "developments": (
            ["development_id", "date_basis"],
            [("A", "stated"), ("B", "period"), ("C", "context")],
        ),
    }
    frames = {name: pd.DataFrame(rows, columns=columns) for name, (columns, rows) in tables.items()}
    whole = dict.fromkeys(["start", "end"], "int64")
    return Dataset(DESCRIPTOR, {n: f.astype(whole) if "start" in f else f for n, f in frames.items()})


def of(ds: Dataset, table: str, source: str) -> list[Any]:
    """Return the rows of a source, in their order."""
    return [row for row in ds[table].itertuples() if row.source_id == source]


@settings(max_examples=60)
@given(sources())
def test_coverage_is_what_a_count_of_each_source_by_itself_gives(ds: Dataset) -> None:
    counted = analysis.coverage(ds).to_dict("records")
    assert [row["source_id"] for row in counted] == list(IDS)
    for row in counted:
        segments, quotes = (of(ds, table, row["source_id"]) for table in ("segments", "quotes"))
        size = row["characters"]
        depth = Counter(n for s in segments for n in range(s.start, s.end) if n < size)
        quoted = {n for q in quotes for n in range(q.start, q.end) if n < size}
        roles = [s.role for s in segments]
        own = [s.segment_id for s in segments]
        told = [m for m in ds["mentions"].itertuples() if m.segment_id in own]
        first = {m.development_id for m in told if m.rank == "primary"}
        assert row == {
            "source_id": row["source_id"],
            "characters": size,
            "accounted": 10_000 * sum(n == 1 for n in depth.values()) // size / 100,
            **{
                role: sum(s.end - s.start for s in segments if s.role == role)
                for role in DESCRIPTOR.table("segments").field("role").enum
            },
            "items": roles.count("heading")
            + sum(b == "development" and a != "heading" for a, b in pairwise(["", *roles])),
            "developments": len(first),
            "mentions": len({m.development_id for m in told}),
            "quotes": len(quotes),
            "quoted": round(100 * len(quoted) / size, 1),
            "dated": len(first & {"A", "C"}),
            "undated": len(first & {"B"}),
        }


def test_coverage_of_a_package_that_is_not_valid_is_one_error(package: Path) -> None:
    edit_table(package, "developments", lambda frame: frame.iloc[1:])
    with pytest.raises(PackageError, match=r"^coverage: .*has no row.* run `tmt-dataset validate`"):
        analysis.coverage(load(package))


def test_damaged_reports_share_a_character_with_the_loss() -> None:
    segments = pd.DataFrame(
        [("s:1", "s", 0, 10), ("s:2", "s", 10, 20), ("t:1", "t", 0, 20)],
        columns=["segment_id", "source_id", "start", "end"],
    )
    mentions = pd.DataFrame(
        [("a", "s:1"), ("b", "s:2"), ("b", "t:1"), ("c", "t:1")], columns=["development_id", "segment_id"]
    )
    errata = pd.DataFrame(
        [("s", 10, 12, "loss"), ("s", 0, 5, "error")], columns=["source_id", "start", "end", "kind"]
    )
    lost = analysis.damaged(mentions, segments, errata)
    assert lost.to_numpy().tolist() == [["b", "s"]]  # the segment before ends where the loss begins


def test_comparable_keeps_what_both_sources_could_have_reported() -> None:
    ds = load()
    summed, topics = set(analysis.collective(ds)), analysis.primary_topics(ds.development_topics)
    told = set(analysis.reports(ds).itertuples(index=False, name=None))
    sources = {row["source_id"]: row for row in ds.sources.to_dict("records")}
    for first, second in combinations(sources, 2):
        pair = sources[first], sources[second]
        lower, upper = max(s["period_start"] for s in pair), min(s["period_end"] for s in pair)
        scopes = [s["scope_topics"].split(" ") for s in pair if isinstance(s["scope_topics"], str)]
        expected = {}
        for row in ds.developments.to_dict("records"):
            name, area = row["development_id"], topics[row["development_id"]].split("/")[0]
            reported = (name, first) in told, (name, second) in told
            overlaps = max(row["date_start"], lower) <= min(row["date_end"], upper)
            if any(reported) and overlaps and name not in summed and all(area in scope for scope in scopes):
                expected[name] = (*reported, lower <= row["date_start"] <= row["date_end"] <= upper)
        both = analysis.comparable(ds, first, second).set_index("development_id")
        found = zip(both["first"], both["second"], both["certain"], strict=True)
        assert dict(zip(both.index, found, strict=True)) == expected
    assert analysis.overlaps(ds)[["first", "second", "both"]].gt(0).to_numpy().any()
    with pytest.raises(UnknownCodeError, match="unknown source 'q'"):
        analysis.comparable(ds, next(iter(sources)), "q")


def test_a_value_that_both_codings_had_wrong_is_listed() -> None:
    ds = load()
    wrong = corrected(ds)
    decided = ds.adjudication.set_index(["development_id", "variable", "decided"]).sort_index()
    for row in wrong.loc[wrong["found"] == "adjudication"].to_dict("records"):
        rows = decided.loc[[(row["development_id"], row["variable"], row["after"])]]
        assert (rows["first"] == rows["second"]).all()
    assert not wrong["variable"].isin(["title", "summary", "quotes"]).any()
    assert agreed(ds)["unseen"].notna().equals(agreed(ds)["value"].eq(1))
