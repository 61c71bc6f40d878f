"""Coverage, losses, overlap of sources and agreement, against small cases worked out by hand."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from factories import edit_table
from frames import make_developments, make_sources
from hypothesis import given, settings
from hypothesis import strategies as st

from tmt_dataset import analysis
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


@settings(max_examples=60, deadline=None)
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
    with pytest.raises(PackageError, match=r"^coverage: .*there is no row.* run `tmt-dataset validate`"):
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


REPORTED = pd.DataFrame(
    [
        ("D0", "n"),
        ("D0", "r"),
        ("D1", "n"),
        ("D2", "r"),
        ("D3", "r"),
        ("D4", "n"),
        ("D5", "r"),
        ("D6", "m"),
        ("D7", "r"),
    ],
    columns=["development_id", "source_id"],
)


def test_shared_counts_each_development_once_per_pair() -> None:
    counted = analysis.shared(pd.concat([REPORTED, REPORTED]))
    assert counted.loc["n"].to_dict() == {"m": 0, "n": 3, "r": 1}
    assert counted.equals(counted.T)


def test_comparable_keeps_what_both_sources_could_have_reported() -> None:
    dated = make_developments(
        ("2024-07-05", "2024-07-05"),  # both
        ("2024-08-01", "2024-08-31"),  # the newsletter alone
        ("2024-01-01", "2024-12-31"),  # the review alone, perhaps outside the window
        ("2024-06-30", "2024-06-30"),  # outside it
        ("2024-07-06", "2024-07-06"),  # on a topic that reviews leave out
        ("2024-07-07", "2024-07-07"),  # on a topic that newsletters leave out
        ("2025-02-01", "2025-02-01"),  # in another newsletter: shows that newsletters have the topic 'data'
        ("2024-07-08", "2024-07-08"),  # the review alone
    )
    topics = pd.DataFrame(
        [
            (f"D{i}", t, "primary")
            for i, t in enumerate(["ai", "ai", "ai", "ai", "games", "law", "data", "data"])
        ]
        + [("D4", "ai", "secondary")],
        columns=["development_id", "topic_id", "rank"],
    )
    sources = make_sources(
        ("n", "newsletter", "2024-07-01", "2024-08-31"),
        ("m", "newsletter", "2025-01-01", "2025-02-28"),
        ("r", "annual-review", "2024-01-01", "2024-12-31"),
    )
    both = analysis.comparable(dated, topics, REPORTED, sources, "n", "r")
    assert both["development_id"].tolist() == ["D0", "D1", "D2", "D7"]
    assert both["first"].tolist() == [True, True, False, False]
    assert both["second"].tolist() == [True, False, True, True]
    assert both["certain"].tolist() == [True, True, False, True]
    assert analysis.comparable(dated, topics, REPORTED, sources, "m", "r").empty  # no day in common
    whole = analysis.comparable(dated, topics, REPORTED, sources, "n", "r", every_topic=True)
    assert set(both["development_id"]) < set(whole["development_id"])
    with pytest.raises(UnknownCodeError, match="unknown source 'q'"):
        analysis.comparable(dated, topics, REPORTED, sources, "n", "q")
