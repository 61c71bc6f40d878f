"""AI in the newsletters: what is counted, tested and said, on small frames and on the package."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from frames import make_members
from hypothesis import given
from hypothesis import strategies as st

import tmt_dataset as tmt
from tmt_dataset import analysis, plots
from tmt_dataset.analysis import ai, ai_findings, ai_sentences, inference, words
from tmt_dataset.dataset import Dataset
from tmt_dataset.errors import UnknownCodeError

mpl.use("Agg")
ARTICLE = Path(__file__).parents[1] / "notebooks" / "02_ai_governance_2023_2025.ipynb"


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Leave no chart open."""
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def ds() -> Dataset:
    return tmt.load()


@pytest.fixture(scope="module")
def reported(ds: Dataset) -> pd.DataFrame:
    return ai.reported(ds)


@pytest.fixture(scope="module")
def ways(ds: Dataset, reported: pd.DataFrame) -> pd.DataFrame:
    return ai.sensitivities(ds, reported, "Jul–Aug 2024", "Jul–Aug 2025")


def make_windows(*spans: tuple[str, str]) -> pd.DataFrame:
    days = pd.DataFrame(spans, columns=["start", "end"]).astype("datetime64[s]")
    labels = [f"{a:%m}/{a:%Y}" for a in days["start"]]
    return days.assign(window=labels, months=2.0)


def make_reported(**shares: tuple[int, int]) -> pd.DataFrame:
    """Return developments of windows as (on AI, on other topics), all dated."""
    frame = make_members(**{w: [(True, True)] * k + [(False, True)] * m for w, (k, m) in shares.items()})
    return frame.rename(columns={"hit": "ai"}).assign(development_id=[f"D{n}" for n in range(len(frame))])


class TestWords:
    @given(*[st.integers(0, 40)] * 4)
    def test_both_ends_of_a_share_follow_from_the_counts_beside_it(
        self, k: int, dk: int, m: int, dm: int
    ) -> None:
        row = {"k_min": k, "k_max": k + dk, "n_min": k + m, "n_max": k + dk + m + dm}
        text = words.fraction(row)
        if "(" not in text:
            assert k + m + dm == 0 or k + dk + m == 0
            return
        first, _, last = text.split(" (")[0].partition(" to ")
        (a, b), (c, d) = (part.split(" of ") for part in (first, last or first))
        lows, highs = (
            [int(n) for n in (a.split("–")[0], b.split("–")[-1])],
            [int(n) for n in (c.split("–")[-1], d.split("–")[0])],
        )
        assert lows[0] / lows[1] == pytest.approx(k / (k + m + dm))
        assert highs[0] / highs[1] == pytest.approx((k + dk) / (k + dk + m))

    def test_a_date_is_as_exact_as_its_ends(self) -> None:
        day = pd.Timestamp
        assert words.when(day("2025-06-30"), day("2025-08-31")) == "between 30 June and 31 August 2025"
        assert words.when(day("2023-12-01"), day("2024-02-29")) == "between December 2023 and February 2024"

    def test_a_record_that_is_not_there_is_an_error(self, ds: Dataset) -> None:
        with pytest.raises(UnknownCodeError, match="TMT-9999"):
            words.told(ds, "A [draft](TMT-9999)", str)


class TestPairs:
    def test_windows_of_the_same_months_are_paired_year_by_year(self) -> None:
        spans = [("2024-07-01", "2024-08-31"), ("2025-01-01", "2025-02-28"), ("2025-07-01", "2025-08-31")]
        spans += [("2026-07-01", "2026-08-31"), ("2024-01-01", "2024-02-29")]
        pairs = ai.season_pairs(make_windows(*spans))
        assert pairs == [("01/2024", "01/2025"), ("07/2024", "07/2025"), ("07/2025", "07/2026")]

    def test_without_like_seasons_the_first_and_the_last_are_compared(self) -> None:
        periods = make_windows(("2024-07-01", "2024-08-31"), ("2025-12-01", "2026-01-31"))
        assert ai.season_pairs(periods) == []
        frame = make_reported(**{"07/2024": (4, 29), "12/2025": (3, 9)})
        assert ai.latest_pair(periods, frame) == ("07/2024", "12/2025")

    def test_a_window_of_few_developments_is_in_no_pair(self) -> None:
        spans = [("2024-07-01", "2024-08-31"), ("2025-07-01", "2025-08-31"), ("2026-07-01", "2026-08-31")]
        frame = make_reported(**{"07/2024": (4, 29), "07/2025": (11, 19), "07/2026": (1, 2)})
        assert ai.latest_pair(make_windows(*spans), frame) == ("07/2024", "07/2025")
        with pytest.raises(ValueError, match="found none"):
            ai.latest_pair(make_windows(spans[2]), frame)


class TestComparisons:
    def test_chi_squared_is_that_of_its_definition(self) -> None:
        k, n = np.array([8, 4, 10]), np.array([29, 33, 22])
        frame = make_members(
            **{w: [(True, True)] * a + [(False, True)] * (b - a) for w, a, b in zip("abc", k, n, strict=True)}
        )
        share, rate, _ = inference.differences(frame, "hit")
        p = k.sum() / n.sum()
        statistic = ((k - n * p) ** 2 / (n * p * (1 - p))).sum()
        assert (
            share["p_min"] == share["p_max"] == pytest.approx(np.exp(-statistic / 2))
        )  # two degrees of freedom
        mean = k.mean()
        assert rate["p_min"] == pytest.approx(np.exp(-((k - mean) ** 2 / mean).sum() / 2))

    def test_an_uncertain_date_makes_the_p_value_a_range(self) -> None:
        frame = make_members(
            a=[(True, True)] * 3 + [(False, True)] * 9,
            b=[(True, False), *[(True, True)] * 5, *[(False, True)] * 6],
        )
        assert all(row["p_min"] < row["p_max"] for row in inference.differences(frame, "hit"))

    def test_a_window_of_few_developments_enters_no_test(self) -> None:
        frame = make_reported(**{"07/2024": (4, 29), "01/2025": (1, 2), "07/2025": (11, 19)})
        periods = make_windows(
            ("2024-07-01", "2024-08-31"), ("2025-01-01", "2025-02-28"), ("2025-07-01", "2025-08-31")
        )
        tested = ai.comparisons(frame, periods)
        assert not tested["comparison"].str.contains("01/2025").any()
        assert tested["comparison"].drop_duplicates().tolist()[2:] == ["07/2024 to 07/2025"]

    def test_nothing_is_tested_where_one_window_is_left(self) -> None:
        frame = make_reported(**{"07/2024": (4, 29), "01/2025": (1, 2)})
        assert ai.comparisons(
            frame, make_windows(("2024-07-01", "2024-08-31"), ("2025-01-01", "2025-02-28"))
        ).empty


class TestClaims:
    @pytest.mark.parametrize(
        ("shares", "claim"),
        [
            (
                {"a": (8, 21), "b": (2, 31), "c": (10, 12), "d": (11, 19)},
                "b is lowest (6%); after correction for five tests a difference can be shown, but no trend",
            ),
            (
                {"a": (2, 28), "b": (9, 21), "c": (16, 14), "d": (24, 6)},
                "a is lowest (7%); after correction for five tests a trend can be shown",
            ),
            (
                {"a": (9, 21), "b": (8, 22), "c": (9, 21)},
                "b is lowest (27%); after correction for five tests no difference can be shown",
            ),
        ],
    )
    def test_the_claim_follows_the_shares(self, shares: dict[str, tuple[int, int]], claim: str) -> None:
        frame = make_reported(**shares)
        two_months = [pd.Timestamp("2024-01-01") + pd.DateOffset(months=2 * n) for n in range(len(shares))]
        periods = pd.DataFrame({"window": list(shares), "start": two_months, "months": 2.0})
        periods["end"] = periods["start"] + pd.DateOffset(months=2) - pd.Timedelta(days=1)
        assert ai_sentences.windows_claim(frame, ai.comparisons(frame, periods)) == claim

    def test_a_window_is_lowest_only_whatever_the_dates(self) -> None:
        frame = make_reported(a=(9, 21), b=(9, 21))
        claim = ai_sentences.windows_claim(frame, pd.DataFrame())
        assert claim == "No window is lowest whatever the dates; too few developments for a test"

    def test_limits_are_counted_by_what_became_of_the_instruments(self) -> None:
        rows = [
            ("law", "national", "binding", "control", "issued"),
            ("plan", "national", "policy", "both", "issued"),
            ("guide", "national", "guidance", "control", "draft"),
            ("fund", "national", "policy", "promotion", "issued"),
            ("city", "local", "policy", "promotion", "draft"),
        ]
        columns = ["instrument_id", "level", "force", "orientation", "stage"]
        assert ai_sentences.timeline_claim(pd.DataFrame(rows, columns=columns)) == (
            "Of four national AI instruments reported, three are coded as limiting at least in part (one issued rule or standard, "
            "one other issued document and one draft or plan); the one local one as promoting"
        )

    def test_what_is_reported_of_rules_follows_their_latest_stage(self, ds: Dataset) -> None:
        events = ai.instruments(ds)
        plan = events.loc[events["instrument_id"].eq("ai-law")]
        assert "one is only planned (AI law, 6 June 2023 and May 2024)" in ai_findings.rules(plan)
        issued = ai_findings.rules(events.loc[events["instrument_id"].eq("generative-ai-measures")])
        assert issued.endswith("one is issued (generative AI measures, 2023).")
        assert ai_findings.rules(events.iloc[:0]) == "No AI instrument of a binding kind is reported."

    @pytest.mark.parametrize(
        ("base", "other", "said"),
        [
            (
                (3.0, 4.0, True),
                (3.0, 4.0, True),
                "rose from 1 of 9 to 5 of 9, and every other way of counting shows the rise too.",
            ),
            (
                (0.2, 0.3, True),
                (0.2, 0.9, False),
                "fell from 1 of 9 to 5 of 9, but the fall is not demonstrable in 1 of 1 other way",
            ),
            (
                (0.9, 1.1, False),
                (0.9, 1.1, False),
                "went from 1 of 9 to 5 of 9, which is not demonstrable as a change; none of 1",
            ),
            (
                (np.nan, np.nan, False),
                (2.0, 3.0, True),
                "went from 1 of 9 to 5 of 9, which is not demonstrable as a change; 1 of 1",
            ),
        ],
    )
    def test_a_comparison_says_how_far_it_holds(
        self, base: tuple[float, float, bool], other: tuple[float, float, bool], said: str
    ) -> None:
        rows = [
            (w, "1 of 9 (11%)", "5 of 9 (56%)", *v)
            for w, v in (("All developments", base), ("Without data", other))
        ]
        columns = ["way", "before", "after", "ratio_min", "ratio_max", "apart"]
        assert said in ai_sentences.compared(pd.DataFrame(rows, columns=columns), ("a", "b"))

    def test_areas_that_did_not_move_are_no_claim(self) -> None:
        rows = [(area, window, 1, 1) for area in ("AI", "Games") for window in ("a", "b")]
        table = pd.DataFrame(rows, columns=["area", "window", "least", "most"])
        assert ai_sentences.mix_claim(table, ("a", "b")) == "The other areas are as many in b as in a"


class TestPackage:
    def test_no_review_and_no_collective_development_is_counted(
        self, ds: Dataset, reported: pd.DataFrame
    ) -> None:
        kinds = ds.sources.set_index("source_id")["kind"].astype("str")
        assert set(reported["source_id"].map(kinds)) == {"newsletter"}
        assert not set(reported["development_id"]) & set(analysis.collective(ds))

    def test_counts_of_ai_are_those_of_the_data_set(self, ds: Dataset, reported: pd.DataFrame) -> None:
        rows = ds.counts(by=["window", "area"])
        rows = rows.loc[(rows["kind"] == "newsletter") & (rows["area"] == "ai")]
        found = analysis.shares(reported, "ai")
        for own, name in (("least", "k_min"), ("most", "k_max"), ("of_least", "n_min"), ("of_most", "n_max")):
            assert rows[own].tolist() == found[name].tolist()

    def test_the_first_way_of_counting_is_the_comparison_itself(
        self, ds: Dataset, reported: pd.DataFrame, ways: pd.DataFrame
    ) -> None:
        row: Any = analysis.compare(reported, "ai", "Jul–Aug 2024", "Jul–Aug 2025").loc["share"]
        names = ["ratio_min", "ratio_max", "low", "high"]
        assert ways.iloc[0][names].tolist() == pytest.approx(row[names].tolist())

    def test_an_area_that_is_left_out_is_left_out(self, reported: pd.DataFrame, ways: pd.DataFrame) -> None:
        own = reported.loc[reported["window"].eq("Jul–Aug 2024") & reported["area"].ne("telecom")]
        found = ways.set_index("way").loc["Without telecommunications", "before"]
        assert str(found).startswith(f"{own['ai'].sum()} of {len(own)} (")

    def test_undated_developments_may_all_fall_out_or_stay(
        self, reported: pd.DataFrame, ways: pd.DataFrame
    ) -> None:
        row = ways.set_index("way").loc["Undated ones free to fall out"]
        base = ways.iloc[0]
        assert row["ratio_min"] < base["ratio_min"]
        assert row["ratio_max"] > base["ratio_max"]

    def test_instruments_are_counted_once_by_force_and_level(
        self, ds: Dataset, reported: pd.DataFrame
    ) -> None:
        table = ai.final_by_force(ds, reported)
        own = reported.loc[reported["ai"], "development_id"]
        moved = analysis.stages(ds)
        moved = moved.loc[moved["development_id"].isin(own)].drop_duplicates(["instrument_id", "step"])
        assert table[list(ai.LEVELS)].to_numpy().sum() == len(moved)
        reports = table.loc[table["force"] == "report", "instruments"].str.split("; ").explode()
        assert len(reports) == moved["kind"].eq("report").sum()

    def test_final_binding_rules_are_those_of_the_table(self, ds: Dataset, reported: pd.DataFrame) -> None:
        table = ai.final_by_force(ds, reported).set_index(["force", "step"])
        assert len(ai.limits(ds, reported)) <= table.loc[("binding", "final"), list(ai.LEVELS)].sum()
        assert ("None is a binding rule" in ai_sentences.binding(ds, reported)) == ai.limits(
            ds, reported
        ).empty

    def test_the_time_line_has_no_reports_and_keeps_lanes_together(self, ds: Dataset) -> None:
        events = ai.instruments(ds)
        kinds = ds.instruments.set_index("instrument_id")["kind"].astype("str")
        assert not events["instrument_id"].map(kinds).eq("report").any()
        assert events["level"].is_monotonic_increasing
        assert events.groupby("instrument_id")["label"].nunique().eq(1).all()
        assert (events["date_start"] <= events["date_end"]).all()

    def test_levels_add_up_to_the_developments(self, ds: Dataset, reported: pd.DataFrame) -> None:
        assert ai.levels(ds)["most"].sum() == reported["development_id"].nunique()

    def test_filings_are_a_series_that_grows_by_its_pace(self, ds: Dataset) -> None:
        table = ai.filings(ds)
        for _, part in table.groupby("measure"):
            days = part["date"].tolist()
            for first, last, before, after, pace in zip(
                days, days[1:], part["value"], part["value"][1:], part["per_month"][1:], strict=False
            ):
                length = analysis.months(first + pd.Timedelta(days=1), last)
                assert pace * length == pytest.approx(after - before)

    def test_a_requirement_counts_a_development_once_in_a_window(
        self, ds: Dataset, reported: pd.DataFrame
    ) -> None:
        table = ai.requirements(ds, reported)
        own = reported.loc[reported["ai"], "development_id"].nunique()
        assert table["all"].between(1, own).all()
        assert not table.duplicated(["addressee", "strength"]).any()


class TestCharts:
    def test_intervals_and_bars_are_those_of_the_frames(self, reported: pd.DataFrame) -> None:
        shares, rates = analysis.shares(reported, "ai"), analysis.rates(reported, "ai")
        _, panels = plots.shares_and_rates(shares, rates)
        for ax, frame, name in zip(panels, (shares, rates), ("share", "rate"), strict=True):
            assert np.allclose(plots.drawn(ax, "line")[:, [0, 2]], frame[["low", "high"]])
            assert np.allclose(plots.drawn(ax, "bar")[:, [0, 2]], frame[[f"{name}_min", f"{name}_max"]])

    def test_a_forest_cuts_what_its_axis_does_not_hold(self) -> None:
        row: dict[str, Any] = {"group": "a", "way": "b", "before": "0 of 9", "after": "9 of 9", "apart": True}
        cut = row | {"ratio_min": np.inf, "ratio_max": np.inf, "low": 3.0, "high": np.inf}
        none = row | {"ratio_min": np.nan, "ratio_max": np.nan, "low": 0.0, "high": np.inf, "apart": False}
        _, ax = plots.forest(
            pd.DataFrame([row | {"ratio_min": 2, "ratio_max": 3, "low": 1, "high": 9}, cut, none])
        )
        assert plots.drawn(ax, "line")[:, [0, 2]].tolist() == [[1, 9], [3, 100], [0.1, 100]]
        assert plots.drawn(ax, "bar")[:, [0, 2]].tolist() == [[2, 3]]

    def test_a_heat_map_has_the_values_row_by_row(self) -> None:
        values = pd.DataFrame({"a": [1.0, np.nan], "b": [0.0, 4.0]}, index=["x", "<y>"])
        _, ax = plots.heatmap(values, apart=[1])
        mesh: Any = ax.collections[0]
        assert mesh.get_array().ravel().tolist() == [0.25, 0, 0, 1]
        assert [text.get_text() for text in ax.texts] == ["1", "4"]
        assert [label.get_text() for label in ax.get_yticklabels()] == ["x", "<y>"]

    def test_the_time_line_draws_every_event_once(self, ds: Dataset) -> None:
        events = ai.instruments(ds)
        _, ax = plots.timeline(events, lane="level", colour="orientation", colours=plots.ORIENTATIONS)
        for stage, part in events.groupby("stage"):
            assert len(plots.drawn(ax, str(stage))) == len(part)
        assert len(plots.drawn(ax, "interval")) == (events["date_start"] < events["date_end"]).sum()

    def test_bars_of_orientations_are_a_hundred_percent(self, ds: Dataset) -> None:
        _, ax = plots.orientations(ai.levels(ds))
        rows: dict[float, float] = {}
        bars: list[Any] = list(ax.patches)
        for bar in bars:
            rows[bar.get_y()] = rows.get(bar.get_y(), 0) + bar.get_width()
        assert list(rows.values()) == pytest.approx([1.0] * len(rows))


def test_every_record_that_the_article_names_exists(ds: Dataset) -> None:
    cells = json.loads(ARTICLE.read_text(encoding="utf-8"))["cells"]
    named = set(re.findall(r"TMT-\d{4}", "".join("".join(cell["source"]) for cell in cells)))
    assert len(named) > 30
    assert named <= set(ds.developments["development_id"])
