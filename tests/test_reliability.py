"""Coverage, dates, overlap and agreement, each against cases worked out by hand."""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import hypergeom

import tmt_dataset as tmt
from tmt_dataset import analysis
from tmt_dataset.errors import PackageError, PackageNotFoundError, UnknownCodeError


def dated(*spans: tuple[str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(list(spans), columns=["date_start", "date_end"])
    frame.insert(0, "development_id", [f"D{i}" for i in range(len(spans))])
    frame.insert(1, "date", [f"{a}/{b}" for a, b in spans])
    return frame.astype({"date_start": "datetime64[s]", "date_end": "datetime64[s]"})


def windows(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=["source_id", "kind", "period_start", "period_end"])
    return frame.astype({"period_start": "datetime64[s]", "period_end": "datetime64[s]"})


# -- exposure


def test_exposure_is_the_share_of_a_months_days() -> None:
    covered = analysis.monthly_exposure(
        windows(
            ("n1", "newsletter", "2024-01-16", "2024-02-29"),
            ("n2", "newsletter", "2024-02-15", "2024-02-29"),
            ("n3", "newsletter", "2024-04-01", "2024-04-30"),
            ("r", "annual-review", "2024-02-01", "2024-02-29"),
        )
    )
    assert pd.DatetimeIndex(covered.index).month.tolist() == [1, 2, 3, 4]
    assert covered["newsletter"].tolist() == [16 / 31, 1.0, 0.0, 1.0]  # two windows over one day count once
    assert covered["annual-review"].tolist() == [0.0, 1.0, 0.0, 0.0]


def test_exposure_of_no_sources_is_empty() -> None:
    assert analysis.monthly_exposure(windows()).empty


def test_acts_by_month_tells_certain_from_possible() -> None:
    acts = dated(
        ("2024-01-31", "2024-01-31"),
        ("2024-01-01", "2024-02-29"),
        ("2024-01-31", "2024-02-01"),
        ("2024-01-01", "2024-12-31"),
    )
    counted = analysis.acts_by_month(acts, pd.date_range("2024-01-01", periods=3, freq="MS"))
    assert counted["certain"].tolist() == [1, 0, 0]
    assert counted["possible"].tolist() == [4, 3, 1]


# -- undated acts


def test_resolution_is_the_finest_unit_that_holds_the_date() -> None:
    acts = dated(
        ("2024-02-29", "2024-02-29"),
        ("2024-02-01", "2024-02-02"),
        ("2024-01-31", "2024-02-01"),
        ("2024-03-31", "2024-04-01"),
        ("2023-12-31", "2024-01-01"),
    )
    assert analysis.resolution(acts).tolist() == analysis.RESOLUTIONS


@given(st.lists(st.dates(pd.Timestamp("2020-01-01").date(), pd.Timestamp("2029-12-31").date()), min_size=4))
def test_a_wider_date_has_no_finer_resolution(days: list[object]) -> None:
    a, b, c, d = sorted(map(str, days))[:4]
    narrow, wide = analysis.resolution(dated((b, c), (a, d)))
    order = analysis.RESOLUTIONS
    assert order.index(narrow) <= order.index(wide)


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
    assert analysis.damaged(mentions, segments, errata, "error").to_numpy().tolist() == [["a", "s"]]


# -- two sources

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


def test_shared_counts_each_act_once_for_each_pair() -> None:
    counted = analysis.shared(pd.concat([REPORTED, REPORTED]))
    assert counted.loc["n"].to_dict() == {"m": 0, "n": 3, "r": 1}
    assert counted.equals(counted.T)


def test_comparable_keeps_what_both_could_have_reported() -> None:
    acts = dated(
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
    sources = windows(
        ("n", "newsletter", "2024-07-01", "2024-08-31"),
        ("m", "newsletter", "2025-01-01", "2025-02-28"),
        ("r", "annual-review", "2024-01-01", "2024-12-31"),
    )
    both = analysis.comparable(acts, topics, REPORTED, sources, "n", "r")
    assert both["development_id"].tolist() == ["D0", "D1", "D2", "D7"]
    assert both["first"].tolist() == [True, True, False, False]
    assert both["second"].tolist() == [True, False, True, True]
    assert both["certain"].tolist() == [True, True, False, True]
    assert analysis.comparable(acts, topics, REPORTED, sources, "m", "r").empty  # no day in common
    whole = analysis.comparable(acts, topics, REPORTED, sources, "n", "r", every_topic=True)
    assert set(both["development_id"]) < set(whole["development_id"])
    with pytest.raises(UnknownCodeError, match="unknown source 'q'"):
        analysis.comparable(acts, topics, REPORTED, sources, "n", "q")


def test_chapman_by_hand() -> None:
    result = analysis.chapman(24, 19, 9)  # 25 * 20 / 10 - 1
    assert (result.observed, result.estimate) == (34, 49.0)
    assert result.carried
    assert not analysis.chapman(24, 19, 6).carried


def test_decisions_are_read_and_their_columns_judged(package: Path) -> None:
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


def test_an_overlap_that_is_complete_leaves_nothing_to_estimate() -> None:
    assert analysis.chapman(5, 5, 5).estimate == 5.0


def test_no_overlap_sets_no_upper_bound() -> None:
    result = analysis.chapman(3, 4, 0)
    assert math.isinf(result.high)
    assert result.low >= result.observed


COUNTS = st.tuples(st.integers(1, 40), st.integers(1, 40)).flatmap(
    lambda n: st.tuples(st.just(n[0]), st.just(n[1]), st.integers(1, min(n)))
)


@given(COUNTS)
@settings(deadline=None, max_examples=50)
def test_the_interval_holds_the_sizes_that_the_test_does_not_reject(counts: tuple[int, int, int]) -> None:
    first, second, both = counts
    result = analysis.chapman(first, second, both)

    def kept(size: int) -> bool:
        least = hypergeom.cdf(both, size, first, second)
        return bool(min(least, hypergeom.sf(both - 1, size, first, second)) >= 0.025 * (1 - 1e-9))

    assert kept(result.low)
    assert kept(int(result.high))
    assert result.low == result.observed or not kept(result.low - 1)
    assert not kept(int(result.high) + 1)


@given(st.integers(2, 40), st.data())
@settings(deadline=None, max_examples=25)
def test_the_interval_covers_the_true_size_at_its_level(size: int, data: st.DataObject) -> None:
    first, second = data.draw(st.integers(1, size)), data.draw(st.integers(1, size))
    overlaps = range(max(0, first + second - size), min(first, second) + 1)
    results = {m: analysis.chapman(first, second, m) for m in overlaps}
    covered = sum(
        float(hypergeom.pmf(m, size, first, second)) for m, r in results.items() if r.low <= size <= r.high
    )
    assert covered >= 0.95 - 1e-9


@pytest.mark.parametrize(
    ("counts", "level", "message"),
    [
        ((3, 4, 4), 0.95, "the shorter list"),
        ((3, 4, -1), 0.95, "0 to 3"),
        ((3, 4, 1), 1.0, "between 0 and 1"),
    ],
)
def test_chapman_refuses_what_cannot_be(counts: tuple[int, int, int], level: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        analysis.chapman(*counts, level=level)


# -- two codings

HEADER = "scope,variable,statistic,value,low,high,n\n"
GOOD = HEADER + "all,unit,f1,0.9,,,40\nall,action,alpha,0.81,0.7,0.9,38\ns,action,alpha,-0.1,-0.4,0.2,9\n"


def write(package: Path, text: str, encoding: str = "utf-8") -> Path:
    path = package / "validation" / "agreement.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return package


def test_agreement_is_read_with_types(package: Path) -> None:
    table = analysis.agreement_table(write(package, GOOD))
    assert table["value"].tolist() == [0.9, 0.81, -0.1]
    assert table["low"].isna().tolist() == [True, False, False]
    assert table["n"].dtype == "Int64"
    assert table["statistic"].tolist() == ["f1", "alpha", "alpha"]


def test_a_missing_file_is_no_empty_table(package: Path) -> None:
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
def test_a_broken_file_is_named_with_its_row(
    package: Path, change: Callable[[str], str], message: str
) -> None:
    with pytest.raises(PackageError, match=message):
        analysis.agreement_table(write(package, change(GOOD)))


def test_a_file_in_another_encoding_is_refused(package: Path) -> None:
    with pytest.raises(PackageError, match="no readable CSV"):
        analysis.agreement_table(write(package, GOOD.replace("unit", "unité"), "latin-1"))


def test_the_published_agreement_speaks_of_the_sources_that_are_there() -> None:
    ds = tmt.load()
    scopes = set(analysis.agreement_table()["scope"])
    assert scopes - {"all"} <= set(ds.sources["source_id"])


@pytest.mark.parametrize("criteria", [{}, {"year": 1999}])
def test_a_selection_of_nothing_gives_the_same_columns(criteria: dict[str, int]) -> None:
    ds = tmt.load()
    part, months = ds.select(**criteria), pd.date_range("2024-01-01", periods=2, freq="MS")  # type: ignore[arg-type]  # one criterion
    told = analysis.reports(part)
    tables = part.developments, part.development_topics, told, ds.sources
    assert analysis.shared(told).dtypes.eq("int64").all()
    assert analysis.shared(told).index.name == analysis.shared(told).columns.name == "source_id"
    assert analysis.monthly_exposure(part.sources).dtypes.eq("float64").all()
    assert analysis.acts_by_month(part.developments, months).columns.tolist() == ["certain", "possible"]
    assert analysis.resolution(part.developments).dtype == analysis.resolution(ds.developments).dtype
    assert analysis.damaged(part.mentions, part.segments, part.errata).dtypes.eq("str").all()
    both = analysis.comparable(*tables, "newsletter-2024-07", "review-2024-1")
    assert both.dtypes.astype("str").tolist() == ["str", "str", "str", "bool", "bool", "bool"]
