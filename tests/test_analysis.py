"""Counts, intervals, tests, lifecycles and numbers, against small cases worked out by hand."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Sequence
from datetime import date
from itertools import product
from math import comb, exp, factorial, isclose, isnan
from pathlib import Path
from typing import Any

import factories
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tmt_dataset import analysis
from tmt_dataset.cells import DATE_DTYPE
from tmt_dataset.dataset import Dataset, load
from tmt_dataset.errors import UnknownCodeError


@pytest.fixture(scope="module")
def ds(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return load(factories.make_package(tmp_path_factory.mktemp("small") / "package"))


def days(*texts: str | None) -> pd.Series:
    return pd.DataFrame({"day": texts}).astype({"day": DATE_DTYPE})["day"]


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


def make_acts(*spans: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "development_id": [f"d{i}" for i in range(len(spans))],
            "date_start": days(*(s for s, _ in spans)),
            "date_end": days(*(e for _, e in spans)),
        }
    )


def make_members(**windows: Sequence[tuple[bool, bool]]) -> pd.DataFrame:
    """Return members of windows of two months, each act as (hit, certain)."""
    rows = [(w, hit, certain) for w, acts in windows.items() for hit, certain in acts]
    frame = pd.DataFrame(rows, columns=["window", "hit", "certain"])
    frame["months"] = 2.0
    frame["window"] = pd.Categorical(frame["window"], categories=list(windows), ordered=True)
    return frame


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

    def test_exposure_adds_what_lies_apart(self) -> None:
        assert (
            analysis.exposure(make_windows(("2023-11-01", "2023-12-31"), ("2024-07-01", "2024-08-31"))) == 4.0
        )

    def test_gaps_lie_between_and_not_inside_a_longer_period(self) -> None:
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
    def test_labels(self, tmp_path: Path, start: str, end: str, label: str) -> None:
        package = factories.make_package(tmp_path / "p")

        def move(frame: pd.DataFrame) -> None:
            frame.loc[0, ["period_start", "period_end"]] = start, end

        factories.edit_table(package, "sources", move)
        assert label in set(analysis.windows(load(package))["window"])

    def test_reviews_stand_apart_on_request(self, tmp_path: Path) -> None:
        package = factories.make_package(tmp_path / "p")

        def review(frame: pd.DataFrame) -> None:
            frame.loc[0, "kind"] = "annual-review"

        factories.edit_table(package, "sources", review)
        small = load(package)
        assert analysis.windows(small)["window"].tolist() == ["Jan–Feb 2024", "Mar–Apr 2024"]
        apart = analysis.windows(small, reviews_last=True)
        assert apart["window"].tolist() == ["Mar–Apr 2024", "Jan–Feb 2024 (review)"]
        assert apart["kind"].tolist() == ["newsletter", "annual-review"]


class TestActsAndReports:
    def test_levels_areas_and_categories(self, ds: Dataset) -> None:
        acts = analysis.acts(ds).set_index("development_id")
        assert acts["level"].to_dict() == {
            "TMT-0001": "national",
            "TMT-0002": "local",
            "TMT-0003": "local",
            "TMT-0004": "national",
            "TMT-0005": "national",
            "TMT-0006": "national",
            "TMT-0007": "local",
        }
        assert acts.loc["TMT-0004", "topic"] == "platforms/accounts"  # its second topic does not count
        assert acts.loc["TMT-0004", "area"] == "platforms"
        assert acts["category"].notna().all()

    def test_a_source_reports_an_act_once_however_many_segments_do(self, ds: Dataset) -> None:
        reports = analysis.reports(ds)
        pairs = set(zip(reports["development_id"], reports["source_id"], strict=True))
        assert len(pairs) == len(reports)
        assert {s for d, s in pairs if d == "TMT-0002"} == {factories.WINTER, factories.SPRING}
        assert {s for d, s in pairs if d == "TMT-0007"} == {factories.SPRING}


class TestMembers:
    windows = make_windows(("2024-07-01", "2024-08-31"), ("2025-07-01", "2025-08-31"))

    def member(self, start: str, end: str) -> dict[str, bool]:
        found = analysis.members(make_acts((start, end)), self.windows)
        return dict(zip(found["window"].astype("str"), found["certain"].tolist(), strict=True))

    def test_a_date_inside_is_certain_on_both_edges(self) -> None:
        assert self.member("2024-07-01", "2024-08-31") == {"A": True}
        assert self.member("2024-08-31", "2024-08-31") == {"A": True}

    def test_a_day_outside_is_in_no_window(self) -> None:
        assert self.member("2024-06-30", "2024-06-30") == {}
        assert self.member("2024-09-01", "2024-09-30") == {}

    def test_an_interval_that_sticks_out_is_possible_only(self) -> None:
        assert self.member("2024-06-30", "2024-07-01") == {"A": False}
        assert self.member("2024-01-01", "2024-12-31") == {"A": False}

    def test_a_long_interval_is_possible_in_several_windows(self) -> None:
        assert self.member("2024-08-01", "2025-07-01") == {"A": False, "B": False}

    def test_only_the_windows_own_source_counts_where_asked(self) -> None:
        acts = make_acts(("2024-07-05", "2024-07-05"), ("2024-07-06", "2024-07-06"))
        reported = pd.DataFrame({"development_id": ["d0", "d1"], "source_id": ["source-a", "source-b"]})
        assert analysis.members(acts, self.windows, reported)["development_id"].tolist() == ["d0"]
        assert analysis.members(acts, self.windows)["development_id"].tolist() == ["d0", "d1"]

    def test_windows_without_acts_keep_their_category(self) -> None:
        found = analysis.members(make_acts(("2024-07-05", "2024-07-05")), self.windows)
        assert list(found["window"].cat.categories) == ["A", "B"]


class TestTally:
    def test_least_and_most_by_kind(self) -> None:
        members = make_members(A=[(True, True), (True, False), (False, True)], B=[])
        found: Any = analysis.tally(members, "hit").set_index(["window", "hit"])
        assert found.loc[("A", True)].tolist() == [1, 2]
        assert found.loc[("A", False)].tolist() == [1, 1]
        assert found.loc[("B", True)].tolist() == [0, 0]

    def test_all_together(self) -> None:
        members = make_members(A=[(True, True), (True, False)], B=[(False, True)])
        assert analysis.tally(members)[["min", "max"]].to_numpy().tolist() == [[1, 2], [1, 1]]


class TestIntervals:
    @pytest.mark.parametrize(("k", "n"), [(0, 10), (4, 33), (12, 31), (10, 10)])
    def test_wilson_is_the_root_of_its_equation(self, k: int, n: int) -> None:
        z = 1.959963984540054
        for bound in analysis.wilson(k, n):
            assert (k / n - bound) ** 2 == pytest.approx(z**2 * bound * (1 - bound) / n, abs=1e-9)

    def test_wilson_of_nothing_says_nothing(self) -> None:
        assert analysis.wilson(0, 0) == (0.0, 1.0)

    @pytest.mark.parametrize("k", [1, 4, 12])
    def test_garwood_tails_are_those_of_the_poisson(self, k: int) -> None:
        low, high = analysis.poisson(k, 2.0)

        def at_most(n: int, mean: float) -> float:
            return sum(exp(-mean) * mean**i / factorial(i) for i in range(n + 1))

        assert 1 - at_most(k - 1, 2 * low) == pytest.approx(0.025)
        assert at_most(k, 2 * high) == pytest.approx(0.025)

    def test_garwood_of_nothing_starts_at_nothing(self) -> None:
        low, high = analysis.poisson(0)
        assert low == 0.0
        assert exp(-high) == pytest.approx(0.025)


acts_of_a_window = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=7)


def possible(acts: Sequence[tuple[bool, bool]]) -> list[tuple[int, int]]:
    """Return every (hits, misses) that the doubtful acts allow."""
    doubtful = [hit for hit, certain in acts if not certain]
    sure = [hit for hit, certain in acts if certain]
    found = []
    for present in product([False, True], repeat=len(doubtful)):
        held = sure + [hit for hit, here in zip(doubtful, present, strict=True) if here]
        found.append((sum(held), len(held) - sum(held)))
    return found


class TestShares:
    def test_certain_acts_give_one_share(self) -> None:
        (row,) = analysis.shares(make_members(A=[(True, True)] * 4 + [(False, True)] * 29), "hit").to_dict(
            "records"
        )
        assert (row["k_min"], row["k_max"], row["n_min"], row["n_max"]) == (4, 4, 33, 33)
        assert row["share_min"] == row["share_max"] == 4 / 33
        assert (row["low"], row["high"]) == analysis.wilson(4, 33)

    def test_doubtful_acts_give_a_range(self) -> None:
        acts = [(True, True)] * 11 + [(True, False)] + [(False, True)] * 18 + [(False, False)]
        (row,) = analysis.shares(make_members(A=acts), "hit").to_dict("records")
        assert (row["share_min"], row["share_max"]) == (11 / 30, 12 / 30)
        assert (row["low"], row["high"]) == (analysis.wilson(11, 30)[0], analysis.wilson(12, 30)[1])

    def test_too_few_acts_carry_no_share(self) -> None:
        members = make_members(A=[(True, True)] * 9, B=[(True, True)] * 10)
        a, b = analysis.shares(members, "hit").to_dict("records")
        assert isnan(a["share_min"])
        assert isnan(a["low"])
        assert b["share_min"] == 1.0

    def test_an_unknown_column_names_what_is_near(self) -> None:
        with pytest.raises(UnknownCodeError, match="did you mean 'hit'"):
            analysis.shares(make_members(A=[(True, True)]), "hits")

    @settings(max_examples=40, deadline=None)
    @given(acts_of_a_window)
    def test_no_choice_of_doubtful_acts_leaves_the_range(self, acts: list[tuple[bool, bool]]) -> None:
        (row,) = analysis.shares(make_members(A=acts), "hit", at_least=0).to_dict("records")
        choices = [(k, k + m) for k, m in possible(acts)]
        if (0, 0) in choices:  # a window that may be empty has no share
            assert isnan(row["share_min"])
            return
        assert isclose(row["share_min"], min(k / n for k, n in choices))
        assert isclose(row["share_max"], max(k / n for k, n in choices))
        assert isclose(row["low"], min(analysis.wilson(k, n)[0] for k, n in choices), abs_tol=1e-12)
        assert isclose(row["high"], max(analysis.wilson(k, n)[1] for k, n in choices), abs_tol=1e-12)


class TestRates:
    def test_counts_are_divided_by_covered_months(self) -> None:
        members = make_members(A=[(True, True)] * 3 + [(True, False), (False, True)])
        (row,) = analysis.rates(members, "hit").to_dict("records")
        assert (row["rate_min"], row["rate_max"]) == (1.5, 2.0)
        assert (row["low"], row["high"]) == (analysis.poisson(3, 2)[0], analysis.poisson(4, 2)[1])

    def test_a_window_without_hits_has_a_rate_of_zero(self) -> None:
        (row,) = analysis.rates(make_members(A=[(False, True)]), "hit").to_dict("records")
        assert (row["rate_min"], row["low"]) == (0.0, 0.0)
        assert row["high"] > 0


def fisher(k1: int, m1: int, k2: int, m2: int) -> float:
    """Return the two-sided p-value from its definition."""
    n1, n2, k = k1 + m1, k2 + m2, k1 + k2

    def p(x: int) -> float:
        return comb(n1, k - x) * comb(n2, x) / comb(n1 + n2, k)

    reach = range(max(0, k - n1), min(k, n2) + 1)
    return min(1.0, sum(p(x) for x in reach if p(x) <= p(k2) * (1 + 1e-7)))


class TestCompare:
    def test_shares_by_fisher_and_rates_by_the_binomial(self) -> None:
        members = make_members(
            A=[(True, True)] * 4 + [(False, True)] * 29, B=[(True, True)] * 12 + [(False, True)] * 18
        )
        found: Any = analysis.compare(members, "hit", "A", "B")
        assert found.loc["share", "p_min"] == pytest.approx(fisher(4, 29, 12, 18))
        assert found.loc["share", ["before_min", "after_max"]].tolist() == [4 / 33, 12 / 30]
        assert found.loc["rate", ["before_min", "after_min"]].tolist() == [2.0, 6.0]
        assert found.loc["rate", "ratio_min"] == 3.0
        two_sided = 2 * sum(comb(16, i) for i in range(5)) / 2**16
        assert found.loc["rate", "p_max"] == pytest.approx(two_sided)

    def test_unequal_times_are_weighed(self) -> None:
        members = make_members(A=[(True, True)] * 6, B=[(True, True)] * 2)
        members.loc[members["window"] == "A", "months"] = 6.0
        found = analysis.compare(members, "hit", "A", "B").loc["rate"]
        assert found["ratio_min"] == 1.0
        assert found["p_max"] == pytest.approx(1.0)

    @settings(max_examples=15, deadline=None)
    @given(acts_of_a_window, acts_of_a_window)
    def test_ranges_hold_every_choice(self, a: list[tuple[bool, bool]], b: list[tuple[bool, bool]]) -> None:
        found = analysis.compare(make_members(A=a, B=b), "hit", "A", "B")
        p = [fisher(*one, *two) for one, two in product(possible(a), possible(b))]
        assert found.loc["share", "p_min"] == pytest.approx(min(p))
        assert found.loc["share", "p_max"] == pytest.approx(max(p))
        share, rate = found.loc["share"], found.loc["rate"]
        for row in (share, rate):
            assert row["p_min"] <= row["p_max"]
            if not np.isnan(row["ratio_min"]) and not np.isnan(row["ratio_max"]):
                assert row["low"] <= row["ratio_min"] <= row["ratio_max"] <= row["high"]

    def test_windows_without_hits_do_not_differ(self) -> None:
        found = analysis.compare(make_members(A=[(False, True)], B=[(False, True)]), "hit", "A", "B")
        assert found["p_min"].tolist() == [1.0, 1.0]
        assert found["ratio_min"].isna().all()

    def test_an_unknown_window_names_what_is_near(self) -> None:
        members = make_members(**{"Jul–Aug 2024": [(True, True)]})
        with pytest.raises(UnknownCodeError, match="did you mean 'Jul–Aug 2024'"):
            analysis.compare(members, "hit", "Jul–Aug 2023", "Jul–Aug 2024")


class TestLinks:
    def test_what_is_only_cited_is_no_stage(self, ds: Dataset) -> None:
        found = analysis.stages(ds)
        assert set(zip(found["development_id"], found["instrument_id"], found["step"], strict=True)) == {
            ("TMT-0001", "talking-lamps-measures", "draft"),
            ("TMT-0002", "lamp-data-rules", "final"),
            ("TMT-0005", "talking-lamps-measures", "final"),
        }
        assert found["kind_label"].notna().all()
        assert found["force"].notna().all()

    def test_leads_are_leads_and_courts(self, ds: Dataset) -> None:
        found = analysis.leads(ds).set_index("development_id")["body"].to_dict()
        assert found["TMT-0001"] == "CAC"
        assert found["TMT-0003"] == "Beijing Internet Court"
        assert (
            found["TMT-0002"] == "Shanghai office of the Cyberspace Administration"
        )  # the joint body is not here
        assert "TMT-0007" not in found


class TestLifecycles:
    def test_draft_issue_and_effect_in_order(self, ds: Dataset) -> None:
        events = analysis.lifecycles(ds)
        lamp = events[events["instrument_id"] == "talking-lamps-measures"]
        assert lamp["stage"].tolist() == ["draft", "issued", "effective"]
        assert lamp["days_min"].tolist() == lamp["days_max"].tolist() == [pd.NA, 65, 165]

    def test_steps_never_cross_from_one_instrument_to_another(self, ds: Dataset) -> None:
        found = analysis.steps(analysis.lifecycles(ds))
        assert set(zip(found["instrument_id"], found["step"], found["days_min"], strict=True)) == {
            ("talking-lamps-measures", "draft to issued", 65),
            ("talking-lamps-measures", "issued to effective", 165),
            ("lamp-data-rules", "issued to effective", 24),
        }

    def test_where_dates_overlap_the_stage_decides(self, tmp_path: Path) -> None:
        package = factories.make_package(tmp_path / "p")

        def vague(frame: pd.DataFrame) -> None:
            columns = ["date", "date_start", "date_end", "date_basis"]
            frame.loc[4, columns] = "2024", "2024-01-01", "2024-12-31", "period"
            frame.loc[4, "effective_date"] = ""

        factories.edit_table(package, "developments", vague)
        events = analysis.lifecycles(load(package))
        lamp = events[events["instrument_id"] == "talking-lamps-measures"]
        assert lamp["stage"].tolist() == ["draft", "issued"]
        assert lamp[["days_min", "days_max"]].iloc[1].tolist() == [0, 351]
        # the issue is not before the draft
        narrow = analysis.narrowed(lamp).iloc[1]
        assert (narrow["date_start"], narrow["date_end"]) == (
            pd.Timestamp("2024-01-15"),
            pd.Timestamp("2024-12-31"),
        )

    def test_dates_that_prove_the_order_go_before_stages(self, tmp_path: Path) -> None:
        package = factories.make_package(tmp_path / "p")

        def earlier(frame: pd.DataFrame) -> None:
            frame.loc[4, ["date", "date_start", "date_end"]] = "2024-01-02", "2024-01-02", "2024-01-02"

        factories.edit_table(package, "developments", earlier)
        events = analysis.lifecycles(load(package))
        lamp = events[events["instrument_id"] == "talking-lamps-measures"]
        assert lamp["stage"].tolist() == ["issued", "draft", "effective"]

    def test_narrowing_stays_within_an_instrument(self) -> None:
        events = pd.DataFrame(
            {
                "instrument_id": ["a", "a", "b", "b"],
                "date_start": days("2024-05-01", "2024-01-01", "2024-01-01", "2024-02-01"),
                "date_end": days("2024-05-31", "2024-12-31", "2024-12-31", "2024-02-02"),
            }
        )
        narrow = analysis.narrowed(events)
        assert narrow["date_start"].dt.strftime("%m-%d").tolist() == ["05-01", "05-01", "01-01", "02-01"]
        assert narrow["date_end"].dt.strftime("%m-%d").tolist() == ["05-31", "12-31", "02-02", "02-02"]

    def test_days_between_intervals(self) -> None:
        first = pd.DataFrame({"date_start": days("2024-01-01", None), "date_end": days("2024-01-31", None)})
        last = pd.DataFrame(
            {"date_start": days("2024-01-20", "2024-03-01"), "date_end": days("2024-02-01", "2024-03-01")}
        )
        found: Any = analysis.days_between(first, last)
        assert found.loc[0].tolist() == [0, 31]
        assert found.loc[1].isna().all()

    def test_a_package_without_instruments_has_no_lives(self, ds: Dataset) -> None:
        empty = ds.select(action="judgment")
        assert analysis.lifecycles(empty).empty
        assert analysis.steps(analysis.lifecycles(empty)).empty

    def test_relations_tell_what_followed_on_what(self, ds: Dataset) -> None:
        found: Any = analysis.related_steps(ds).set_index("relation")
        assert found.loc["finalises", ["from_id", "to_id", "days_min", "days_max", "basis"]].tolist() == [
            "TMT-0001",
            "TMT-0005",
            65,
            65,
            "quoted",
        ]
        assert found.loc["continues", ["days_min", "days_max", "basis"]].tolist() == [1, 120, "inferred"]


class TestOpenDrafts:
    def test_an_instrument_that_was_issued_is_not_open(self, ds: Dataset) -> None:
        assert analysis.open_drafts(ds).empty

    def test_a_draft_without_issue_is_open_and_ages(self, ds: Dataset) -> None:
        draft = ds.select(action="consultation")
        found = analysis.open_drafts(draft, until=pd.Timestamp("2024-02-29"))
        assert found["instrument_id"].tolist() == ["talking-lamps-measures"]
        assert found[["days_min", "days_max"]].iloc[0].tolist() == [45, 45]
        assert found["development_id"].tolist() == ["TMT-0001"]

    def test_a_draft_that_another_instrument_finalises_is_not_open(self, tmp_path: Path) -> None:
        package = factories.make_package(tmp_path / "p")

        def renamed(frame: pd.DataFrame) -> pd.DataFrame:
            issued = (frame["development_id"] == "TMT-0005") & (frame["stage"] == "issued")
            cited = (frame["development_id"] == "TMT-0005") & (frame["stage"] == "cited")
            frame.loc[issued, "instrument_id"] = "lamp-data-rules"
            return frame.loc[~cited]

        factories.edit_table(package, "development_instruments", renamed)
        assert analysis.open_drafts(load(package)).empty
        factories.edit_table(package, "relations", lambda frame: frame.iloc[1:])
        assert analysis.open_drafts(load(package))["instrument_id"].tolist() == ["talking-lamps-measures"]

    def test_age_counts_from_the_first_event(self) -> None:
        events = pd.DataFrame(
            {
                "instrument_id": ["law", "law"],
                "instrument": "Law",
                "kind": "law",
                "force": "binding",
                "stage": ["planned", "draft"],
                "date": ["2024-01-01", "2024-02-01"],
                "date_start": days("2024-01-01", "2024-02-01"),
                "date_end": days("2024-01-01", "2024-02-01"),
                "days_min": [pd.NA, 31],
                "days_max": [pd.NA, 31],
                "development_id": ["d0", "d1"],
            }
        )
        (row,) = analysis.open_drafts(load(), events, pd.Timestamp("2024-03-01")).to_dict("records")
        assert (row["development_id"], row["date"], row["days_min"]) == ("d0", "2024-01-01", 60)
        assert (row["latest_id"], row["stage"]) == ("d1", "draft")


class TestNumbers:
    def test_each_number_has_its_words_and_its_body(self, ds: Dataset) -> None:
        found = analysis.numbers(ds).set_index("figure_id")
        assert len(found) == len(ds.figures)
        damages = found[found["kind"] == "damages"].iloc[0]
        assert damages["value"] == 40000
        assert damages["unit"] == "CNY"
        assert damages["body"] == "Beijing Internet Court"
        assert "40,000" in damages["quote"]

    def test_months_only_where_both_ends_are_known(self, ds: Dataset) -> None:
        found = analysis.numbers(ds, "statistic").set_index("measure")["months"]
        assert found["apps_removed"] != found["apps_removed"]
        assert sorted(found["accounts_closed"].dropna()) == [2.0]

    def test_kinds_are_checked(self, ds: Dataset) -> None:
        with pytest.raises(UnknownCodeError, match="did you mean 'damages'"):
            analysis.numbers(ds, ["damage"])
        assert set(analysis.numbers(ds, ["damages"])["kind"]) == {"damages"}

    def test_targets_are_held_against_results_in_their_measure(self, tmp_path: Path) -> None:
        package = factories.make_package(tmp_path / "p")

        def aim(frame: pd.DataFrame) -> None:
            row = frame["measure"] == "accounts_closed"
            frame.loc[row.idxmax(), ["kind", "aggregation"]] = "target", ""

        factories.edit_table(package, "figures", aim)
        (target,) = analysis.targets(load(package)).to_dict("records")
        assert target["results"] == 1  # the other number of closed accounts
        assert target["due"] == pd.Timestamp("2024-02-29")


def make_series(*rows: tuple[str, str, str | None, str | None, float, str]) -> pd.DataFrame:
    columns = ["aggregation", "place", "period_start", "period_end", "value", "qualifier"]
    frame = pd.DataFrame(rows, columns=columns)
    return frame.astype({"period_start": DATE_DTYPE, "period_end": DATE_DTYPE})


class TestImplied:
    series = make_series(
        ("cumulative", "China", None, "2024-12-31", 302, "exact"),
        ("cumulative", "China", None, "2024-12-31", 300, "more_than"),
        ("flow", "China", "2024-01-01", "2024-12-31", 238, "exact"),
        ("flow", "China", "2025-04-01", "2025-06-30", 93, "exact"),
        ("cumulative", "China", None, "2025-06-30", 439, "exact"),
        ("cumulative", "Shanghai", None, "2025-02-22", 66, "exact"),
        ("flow", "Shanghai", None, None, 6, "exact"),
    )

    def test_totals_follow_from_totals_and_flows(self) -> None:
        totals, _ = analysis.implied(self.series)
        found = [(row.place, f"{row.date:%Y-%m-%d}", row.value, row.basis) for row in totals.itertuples()]
        assert found == [
            ("China", "2023-12-31", 64, "implied"),
            ("China", "2024-12-31", 302, "stated"),
            ("China", "2025-03-31", 346, "implied"),
            ("China", "2025-06-30", 439, "stated"),
            ("Shanghai", "2025-02-22", 66, "stated"),
        ]

    def test_flows_follow_from_the_difference_of_totals(self) -> None:
        _, flows = analysis.implied(self.series)
        china = flows[flows["place"] == "China"]
        assert china["value"].tolist() == [238, 44, 93]
        assert china["basis"].tolist() == ["stated", "implied", "stated"]
        assert china["per_month"].tolist() == [238 / 12, 44 / 3, 31]

    def test_a_flow_without_a_period_has_no_rate(self) -> None:
        _, flows = analysis.implied(self.series)
        (row,) = flows[flows["place"] == "Shanghai"].to_dict("records")
        assert row["value"] == 6
        assert isnan(row["per_month"])

    def test_nothing_is_implied_on_request(self) -> None:
        totals, flows = analysis.implied(self.series, keep="stated")
        assert set(totals["basis"]) | set(flows["basis"]) == {"stated"}

    def test_vague_numbers_are_not_subtracted(self) -> None:
        vague = self.series.assign(qualifier="more_than")
        totals, flows = analysis.implied(vague)
        assert set(totals["basis"]) | set(flows["basis"]) == {"stated"}

    def test_places_are_kept_apart(self) -> None:
        mixed = make_series(
            ("cumulative", "Beijing", None, "2025-06-30", 100, "exact"),
            ("flow", "Shanghai", "2025-04-01", "2025-06-30", 10, "exact"),
        )
        totals, flows = analysis.implied(mixed)
        assert totals["basis"].tolist() == flows["basis"].tolist() == ["stated"]


def test_collective_statements_cite_the_rule_and_span_a_period() -> None:
    developments = pd.DataFrame(
        {
            "development_id": ["a", "b", "c", "d"],
            "note": ["Seven batches in one clause (U6).", "A total (U6).", "Its series (U61).", pd.NA],
            "date_start": pd.to_datetime(["2024-01-01"] * 4),
            "date_end": pd.to_datetime(["2024-12-31", "2024-01-01", "2024-12-31", "2024-12-31"]),
        }
    )
    assert analysis.collective({"developments": developments}) == ["a"]  # type: ignore[arg-type]  # one table is read


# -- selections


def _members(part: Dataset) -> pd.DataFrame:
    frame = analysis.acts(part).assign(hit=lambda a: a["area"].eq("ai"))
    return analysis.members(frame, analysis.windows(part), analysis.reports(part))


OF_A_DATASET: dict[str, Any] = {
    name: function
    for name, function in vars(analysis).items()
    if getattr(function, "__module__", None) == analysis.__name__
    and not name.startswith("_")
    and next(iter(inspect.signature(function).parameters), None) == "ds"
}
DERIVED: dict[str, Any] = {
    "gaps": lambda part: analysis.gaps(analysis.windows(part)),
    "members": _members,
    "members of all windows": lambda part: analysis.members(analysis.acts(part), analysis.windows(part)),
    "tally": lambda part: analysis.tally(_members(part)),
    "tally by": lambda part: analysis.tally(_members(part), "level"),
    "shares": lambda part: analysis.shares(_members(part), "hit"),
    "rates": lambda part: analysis.rates(_members(part), "hit"),
    "narrowed": lambda part: analysis.narrowed(analysis.lifecycles(part)),
    "steps": lambda part: analysis.steps(analysis.lifecycles(part)),
    "numbers of a kind": lambda part: analysis.numbers(part, "statistic"),
    "totals": lambda part: analysis.implied(part.series("accounts_closed"))[0],
    "flows": lambda part: analysis.implied(part.series("accounts_closed"))[1],
}


@pytest.mark.parametrize("name", [*OF_A_DATASET, *DERIVED])
@pytest.mark.parametrize(
    "criteria", [{"year": 1999}, {"topic": "data"}, {"source": factories.SPRING}], ids=str
)
def test_a_selection_gives_the_same_columns_and_types(
    ds: Dataset, name: str, criteria: dict[str, Any]
) -> None:
    function = {**OF_A_DATASET, **DERIVED}[name]
    whole, part = function(ds), function(ds.select(**criteria))
    assert type(part) is type(whole)
    if isinstance(whole, pd.DataFrame):
        assert part.dtypes.astype("str").to_dict() == whole.dtypes.astype("str").to_dict()
        if criteria.get("year") == 1999:
            assert part.empty


def test_all_functions_of_a_data_set_are_tried() -> None:
    assert {"windows", "acts", "reports", "lifecycles", "open_drafts", "numbers", "targets"} <= set(
        OF_A_DATASET
    )


# -- what is refused


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: analysis.poisson(3, -1), "time=-1: expected a finite number above 0"),
        (lambda: analysis.poisson(3, 0), "time=0"),
        (lambda: analysis.poisson(3, float("nan")), "time=nan"),
        (lambda: analysis.poisson(-1), "k=-1: expected a count"),
        (lambda: analysis.poisson(3, 1, 2), "confidence=2: expected a number between 0 and 1"),
        (lambda: analysis.wilson(3, 4, 0), "confidence=0"),
        (lambda: analysis.wilson(5, 4), "k=5: expected 0 to n=4"),
        (lambda: analysis.wilson(3, 0), "k=3: expected 0 to n=0"),
    ],
)
def test_an_interval_of_what_cannot_be_is_refused(call: Callable[[], object], words: str) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        call()


def test_implied_takes_one_of_two_words(ds: Dataset) -> None:
    with pytest.raises(ValueError, match="keep='x': expected 'all' or 'stated'"):
        analysis.implied(ds.series("accounts_closed"), keep="x")  # type: ignore[arg-type]  # the error is what is tested


@pytest.mark.parametrize("function", [analysis.shares, analysis.rates])
def test_hits_are_booleans(ds: Dataset, function: Callable[[pd.DataFrame, str], pd.DataFrame]) -> None:
    frame = _members(ds).assign(
        number=1, missing=pd.array([True, None], "boolean").take([1] * len(_members(ds)))
    )
    for column in ("title", "number", "missing", "date_start"):
        with pytest.raises(TypeError, match=f"column '{column}': expected booleans"):
            function(frame, column)
    expected = function(frame, "hit")
    for kind in ("object", "boolean"):
        pd.testing.assert_frame_equal(function(frame.astype({"hit": kind}), "hit"), expected)


def test_a_column_that_is_not_there_is_named(ds: Dataset) -> None:
    with pytest.raises(UnknownCodeError, match="unknown column 'leve'; did you mean 'level'"):
        analysis.tally(_members(ds), "leve")
