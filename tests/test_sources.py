"""Coverage, losses, overlap of sources and agreement, against small cases worked out by hand."""

from __future__ import annotations

from collections import Counter

import pandas as pd
import pytest
from frames import make_developments, make_sources
from hypothesis import given, settings
from hypothesis import strategies as st

from tmt_dataset import analysis
from tmt_dataset.dataset import Dataset
from tmt_dataset.errors import UnknownCodeError
from tmt_dataset.package import open_package

DESCRIPTOR, _ = open_package()
spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted), max_size=12)


@settings(max_examples=20, deadline=None)
@given(spans, spans)
def test_coverage_counts_each_character_once(segments: list[list[int]], quotes: list[list[int]]) -> None:
    placed = pd.DataFrame(segments, columns=["start", "end"], dtype="int64")
    tables = {
        "sources": pd.DataFrame({"source_id": ["s"], "characters": [100]}),
        "segments": placed.assign(
            segment_id=[f"s:{n}" for n in range(len(segments))], source_id="s", role="outlook"
        ),
        "quotes": pd.DataFrame(quotes, columns=["start", "end"], dtype="int64").assign(source_id="s"),
        "mentions": pd.DataFrame(columns=["development_id", "segment_id", "rank"], dtype="str"),
        "developments": pd.DataFrame(columns=["development_id", "date_basis"], dtype="str"),
    }
    (row,) = analysis.coverage(Dataset(DESCRIPTOR, tables)).to_dict("records")
    depth = Counter(character for start, end in segments for character in range(start, end))
    assert row["accounted"] == sum(n == 1 for n in depth.values())
    assert row["quoted"] == len(set().union(*(range(start, end) for start, end in quotes)))


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
