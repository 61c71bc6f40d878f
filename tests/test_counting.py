"""Windows, months and what falls into them, against small cases worked out by hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import factories
import pandas as pd
import pytest
from frames import days, make_developments, make_members
from hypothesis import given, settings
from hypothesis import strategies as st

from tmt_dataset import analysis
from tmt_dataset.dataset import Dataset, load
from tmt_dataset.errors import UnknownCodeError


def make_windows(*spans: tuple[str, str]) -> pd.DataFrame:
    names = [chr(ord("A") + i) for i in range(len(spans))]
    start, end = days(*(s for s, _ in spans)), days(*(e for _, e in spans))
    return pd.DataFrame(
        {
            "source_id": [f"source-{n.lower()}" for n in names],
            "window": names,
            "kind": "newsletter",
            "start": start,
            "end": end,
            "months": [analysis.months(a, b) for a, b in zip(start, end, strict=True)],
        }
    )


class TestMonths:
    @pytest.mark.parametrize(
        ("start", "end", "expected"),
        [
            ("2024-01-01", "2024-12-31", 12.0),
            ("2024-02-01", "2024-02-29", 1.0),
            ("2023-11-01", "2024-01-31", 3.0),
            ("2025-01-01", "2025-07-18", 6 + 18 / 31),
            ("2025-01-31", "2025-02-01", 1 / 31 + 1 / 28),
        ],
    )
    def test_parts_of_months_count_as_shares_of_their_days(
        self, start: str, end: str, expected: float
    ) -> None:
        assert analysis.months(pd.Timestamp(start), pd.Timestamp(end)) == pytest.approx(expected, abs=1e-6)

    def test_exposure_counts_a_day_once(self) -> None:
        overlapping = make_windows(("2024-01-01", "2024-12-31"), ("2024-07-01", "2024-08-31"))
        assert analysis.exposure(overlapping) == 12.0

    def test_exposure_adds_periods_that_lie_apart(self) -> None:
        assert (
            analysis.exposure(make_windows(("2023-11-01", "2023-12-31"), ("2024-07-01", "2024-08-31"))) == 4.0
        )

    def test_gaps_lie_between_periods_and_not_inside_a_longer_one(self) -> None:
        periods = make_windows(
            ("2025-03-01", "2025-03-31"), ("2024-01-01", "2024-12-31"), ("2024-02-01", "2024-02-29")
        )
        (gap,) = analysis.gaps(periods).to_dict("records")
        assert gap["start"] == pd.Timestamp("2025-01-01")
        assert gap["end"] == pd.Timestamp("2025-02-28")
        assert gap["months"] == 2.0

    def test_periods_that_touch_leave_no_gap(self) -> None:
        touching = make_windows(("2024-01-01", "2024-01-31"), ("2024-02-01", "2024-02-29"))
        assert analysis.gaps(touching).empty

    @given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(0, 800), st.integers(1, 800))
    def test_months_add_up(self, first: date, left: int, right: int) -> None:
        start = pd.Timestamp(first)
        middle = start + pd.Timedelta(days=left)
        end = middle + pd.Timedelta(days=right)
        parts = analysis.months(start, middle) + analysis.months(middle + pd.Timedelta(days=1), end)
        assert parts == pytest.approx(analysis.months(start, end), abs=1e-5)


class TestWindows:
    def test_the_sources_of_a_package_are_its_windows(self, ds: Dataset) -> None:
        found = analysis.windows(ds)
        assert found["window"].tolist() == ["Jan–Feb 2024", "Mar–Apr 2024"]
        assert found["months"].tolist() == [2.0, 2.0]
        assert found["source_id"].tolist() == [factories.WINTER, factories.SPRING]

    @pytest.mark.parametrize(
        ("start", "end", "label"),
        [
            ("2024-01-01", "2024-12-31", "2024"),
            ("2024-07-01", "2024-08-31", "Jul–Aug 2024"),
            ("2024-07-01", "2024-07-31", "Jul 2024"),
            ("2023-12-01", "2024-01-31", "Dec 2023–Jan 2024"),
        ],
    )
    def test_labels_name_months_and_whole_years(
        self, tmp_path: Path, start: str, end: str, label: str
    ) -> None:
        package = factories.make_package(tmp_path / "p")

        def move(frame: pd.DataFrame) -> None:
            frame.loc[0, ["period_start", "period_end"]] = start, end

        factories.edit_table(package, "sources", move)
        assert label in set(analysis.windows(load(package))["window"])

    def test_reviews_come_last_if_asked(self, tmp_path: Path) -> None:
        package = factories.make_package(tmp_path / "p")

        def review(frame: pd.DataFrame) -> None:
            frame.loc[0, "kind"] = "annual-review"

        factories.edit_table(package, "sources", review)
        small = load(package)
        assert analysis.windows(small)["window"].tolist() == ["Jan–Feb 2024", "Mar–Apr 2024"]
        apart = analysis.windows(small, reviews_last=True)
        assert apart["window"].tolist() == ["Mar–Apr 2024", "Jan–Feb 2024 (review)"]
        assert apart["kind"].tolist() == ["newsletter", "annual-review"]


class TestDevelopmentsAndReports:
    def test_levels_areas_and_categories(self, ds: Dataset) -> None:
        found = analysis.developments(ds).set_index("development_id")
        assert found["level"].to_dict() == {
            "TMT-0001": "national",
            "TMT-0002": "local",
            "TMT-0003": "local",
            "TMT-0004": "national",
            "TMT-0005": "national",
            "TMT-0006": "national",
            "TMT-0007": "local",
        }
        assert found.loc["TMT-0004", "topic"] == "platforms/accounts"  # its second topic does not count
        assert found.loc["TMT-0004", "area"] == "platforms"
        assert found["category"].notna().all()

    def test_a_source_reports_a_development_once_however_many_segments_do(self, ds: Dataset) -> None:
        reports = analysis.reports(ds)
        pairs = set(zip(reports["development_id"], reports["source_id"], strict=True))
        assert len(pairs) == len(reports)
        assert {s for d, s in pairs if d == "TMT-0002"} == {factories.WINTER, factories.SPRING}
        assert {s for d, s in pairs if d == "TMT-0007"} == {factories.SPRING}


def test_a_collective_statement_is_one_that_includes_others() -> None:
    relations = pd.DataFrame(
        {
            "development_id": ["a", "a", "b"],
            "relation": ["includes", "includes", "continues"],
            "related_id": ["b", "c", "c"],
        }
    )
    assert analysis.collective({"relations": relations}) == ["a"]  # type: ignore[arg-type]  # one table is read


class TestMembers:
    windows = make_windows(("2024-07-01", "2024-08-31"), ("2025-07-01", "2025-08-31"))

    def member(self, start: str, end: str) -> dict[str, bool]:
        found = analysis.members(make_developments((start, end)), self.windows)
        return dict(zip(found["window"].astype("str"), found["certain"].tolist(), strict=True))

    def test_a_date_inside_is_certain_on_both_edges(self) -> None:
        assert self.member("2024-07-01", "2024-08-31") == {"A": True}
        assert self.member("2024-08-31", "2024-08-31") == {"A": True}

    def test_a_day_outside_is_in_no_window(self) -> None:
        assert self.member("2024-06-30", "2024-06-30") == {}
        assert self.member("2024-09-01", "2024-09-30") == {}

    def test_an_interval_that_overlaps_an_edge_is_only_possible(self) -> None:
        assert self.member("2024-06-30", "2024-07-01") == {"A": False}
        assert self.member("2024-01-01", "2024-12-31") == {"A": False}

    def test_a_long_interval_is_possible_in_several_windows(self) -> None:
        assert self.member("2024-08-01", "2025-07-01") == {"A": False, "B": False}

    def test_only_the_own_source_of_a_window_counts_if_asked(self) -> None:
        dated = make_developments(("2024-07-05", "2024-07-05"), ("2024-07-06", "2024-07-06"))
        reported = pd.DataFrame({"development_id": ["D0", "D1"], "source_id": ["source-a", "source-b"]})
        assert analysis.members(dated, self.windows, reported)["development_id"].tolist() == ["D0"]
        assert analysis.members(dated, self.windows)["development_id"].tolist() == ["D0", "D1"]

    def test_windows_without_developments_keep_their_category(self) -> None:
        found = analysis.members(make_developments(("2024-07-05", "2024-07-05")), self.windows)
        assert list(found["window"].cat.categories) == ["A", "B"]


class TestTally:
    def test_minimum_and_maximum_of_each_value(self) -> None:
        members = make_members(A=[(True, True), (True, False), (False, True)], B=[])
        found: Any = analysis.tally(members, "hit").set_index(["window", "hit"])
        assert found.loc[("A", True)].tolist() == [1, 2]
        assert found.loc[("A", False)].tolist() == [1, 1]
        assert found.loc[("B", True)].tolist() == [0, 0]

    def test_minimum_and_maximum_of_all(self) -> None:
        members = make_members(A=[(True, True), (True, False)], B=[(False, True)])
        assert analysis.tally(members)[["min", "max"]].to_numpy().tolist() == [[1, 2], [1, 1]]


def test_resolution_is_the_finest_unit_that_contains_the_date() -> None:
    dated = make_developments(
        ("2024-02-29", "2024-02-29"),
        ("2024-02-01", "2024-02-29"),
        ("2023-12-01", "2024-01-31"),  # a window that crosses a year
        ("2024-01-31", "2024-03-01"),
    )
    assert analysis.resolution(dated).tolist() == analysis.RESOLUTIONS


four_days = st.lists(st.dates(date(2020, 1, 1), date(2029, 12, 31)), min_size=4, max_size=4).map(sorted)


@settings(max_examples=25)
@given(st.lists(four_days, min_size=1, max_size=20))
def test_a_wider_date_has_no_finer_resolution(dates: list[list[date]]) -> None:
    inner = make_developments(*((str(b), str(c)) for _, b, c, _ in dates))
    outer = make_developments(*((str(a), str(d)) for a, _, _, d in dates))
    assert (analysis.resolution(inner).cat.codes <= analysis.resolution(outer).cat.codes).all()


def test_tally_names_a_column_that_is_missing() -> None:
    members = make_members(A=[(True, True)]).rename(columns={"hit": "level"})
    with pytest.raises(UnknownCodeError, match="unknown column 'leve'; did you mean 'level'"):
        analysis.tally(members, "leve")


def test_a_development_without_a_topic_has_no_area(package: Path) -> None:
    factories.edit_table(package, "development_topics", lambda rows: rows.iloc[:0])
    assert analysis.developments(load(package))["area"].isna().all()
