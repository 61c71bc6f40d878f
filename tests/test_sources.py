"""Coverage, losses, overlap of sources and agreement, against small cases worked out by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from frames import make_developments, make_sources
from hypothesis import given, settings
from hypothesis import strategies as st

import tmt_dataset as tmt
from tmt_dataset import analysis
from tmt_dataset.dataset import Dataset
from tmt_dataset.descriptor import open_package
from tmt_dataset.errors import PackageError, PackageNotFoundError, UnknownCodeError

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


# -- two codings

HEADER = "scope,variable,statistic,value,low,high,n\n"
GOOD = HEADER + "all,unit,f1,0.9,,,40\nall,action,alpha,0.81,0.7,0.9,38\ns,action,alpha,-0.1,-0.4,0.2,9\n"


def write(package: Path, text: str, encoding: str = "utf-8") -> Path:
    path = package / "validation" / "agreement.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return package


def test_decisions_are_read_and_their_columns_checked(package: Path) -> None:
    header = ",".join(analysis.ADJUDICATION_COLUMNS)
    path = package / analysis.ADJUDICATION
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"{header}\nTMT-0001,n,action,pilot,pilot,call,A7,why\n", encoding="utf-8")
    assert analysis.adjudication_table(package)["decided"].tolist() == ["call"]
    path.write_text("a,b\n", encoding="utf-8")
    with pytest.raises(
        PackageError, match=r"adjudication.csv: expected the columns development, .* found a, b"
    ):
        analysis.adjudication_table(package)
    path.unlink()
    with pytest.raises(PackageNotFoundError, match=r"adjudication\.csv: the file is missing"):
        analysis.adjudication_table(package)


def test_agreement_is_read_with_types(package: Path) -> None:
    table = analysis.agreement_table(write(package, GOOD))
    assert table["value"].tolist() == [0.9, 0.81, -0.1]
    assert table["low"].isna().tolist() == [True, False, False]
    assert table["n"].dtype == "Int64"
    assert table["statistic"].tolist() == ["f1", "alpha", "alpha"]


def test_a_missing_file_is_an_error(package: Path) -> None:
    with pytest.raises(PackageNotFoundError, match=r"agreement\.csv: the file is missing"):
        analysis.agreement_table(package)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.replace("low,high", "high,low"), "expected the columns"),
        (lambda t: t.replace("f1", "kappa"), "row 2, field statistic: expected one of"),
        (lambda t: t.replace("0.81", "high"), "row 3, field value: expected a number, found 'high'"),
        (lambda t: t.replace("0.81", ""), "row 3, field value: expected a number of at most 1"),
        (lambda t: t.replace("0.81", "1.81"), "row 3, field value"),
        (lambda t: t.replace("0.7,", "0.85,"), "row 3, field low"),
        (lambda t: t.replace("0.9,38", "0.8,38"), "row 3, field high"),
        (lambda t: t.replace("38", "3.8"), "row 3, field n: expected a count"),
        (lambda t: t.replace("38", ""), "row 3, field n: expected a count"),
        (lambda t: t.replace("s,action", "all,action"), "row 4, field statistic: expected each"),
        (lambda t: t.replace("s,action", ",action"), "row 4, field scope: expected a name"),
        (lambda t: t + "all,date,alpha,1,1,1,1,1\n", "no readable CSV"),
        (lambda t: "", "no readable CSV"),
    ],
)
def test_a_broken_file_is_reported_with_its_row(
    package: Path, change: Callable[[str], str], message: str
) -> None:
    with pytest.raises(PackageError, match=message):
        analysis.agreement_table(write(package, change(GOOD)))


def test_a_file_in_another_encoding_is_refused(package: Path) -> None:
    with pytest.raises(PackageError, match="no readable CSV"):
        analysis.agreement_table(write(package, GOOD.replace("unit", "unité"), "latin-1"))


def test_the_published_agreement_is_about_sources_of_the_package() -> None:
    ds = tmt.load()
    scopes = set(analysis.agreement_table()["scope"])
    assert scopes - {"all"} <= set(ds.sources["source_id"])
