"""What the articles on numbers and on lives say: every branch of a sentence, on small frames, and frames behind them."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from frames import days

from tmt_dataset import analysis
from tmt_dataset.analysis import sources
from tmt_dataset.analysis.lives import reach_told
from tmt_dataset.dataset import Dataset, load
from tmt_dataset.plots import lives_told, sums_told


@pytest.fixture(scope="module")
def real() -> Dataset:
    return load()


@pytest.fixture(scope="module")
def events(real: Dataset) -> pd.DataFrame:
    return analysis.lifecycles(real)


@pytest.fixture(scope="module")
def waiting(real: Dataset, events: pd.DataFrame) -> pd.DataFrame:
    return analysis.awaited(real, events)


def make_sums(*rows: tuple[str, str, float, str | None, str | None]) -> pd.DataFrame:
    """Return sums as (development, measure, value, offender, sanctions)."""
    frame = pd.DataFrame(rows, columns=["development_id", "measure", "value", "offender", "sanctions"])
    frame = frame.astype({"offender": "str", "sanctions": "str"})
    frame["kind"] = frame["measure"].eq("damages_amount").map({True: "damages", False: "penalty"})
    same = {
        "title": "A notice",
        "summary": "It fines.",
        "body": "SAMR",
        "unit": "CNY",
        "qualifier": "exact",
        "quote": "fined",
    }
    frame = frame.assign(**same, note=pd.Series([None] * len(frame), dtype="str"))
    return frame.assign(date_start=pd.Timestamp("2025-07-01"), date_end=pd.Timestamp("2025-08-31"))


class TestSums:
    def test_every_sum_has_its_case_its_payer_and_its_sanctions(self, real: Dataset) -> None:
        found = analysis.penalties(real).set_index("figure_id")
        money = real.figures["kind"].isin(["penalty", "damages"])
        assert set(found.index) == set(real.figures.loc[money, "figure_id"])
        assert found[["offender", "sanctions"]].notna().all(axis=None)

    def test_a_sum_belongs_to_the_provision_with_its_words(self, real: Dataset) -> None:
        # two fines of 200,000 in one notice: each has the case in whose sentence it is
        found = analysis.penalties(real)
        twice = found[(found["development_id"] == "TMT-0153") & (found["value"] == 200_000)]
        assert twice[["case", "offender"]].to_numpy().tolist() == [[2, "enterprises"], [5, "merchants"]]

    def test_two_parties_of_a_case_share_its_sanctions(self, real: Dataset) -> None:
        found = analysis.penalties(real)
        pair = found[(found["development_id"] == "TMT-0145") & (found["case"] == 7)]
        assert pair["value"].tolist() == [4877.6, 25600]
        assert set(pair["sanctions"]) == {"fine and confiscation"}

    def test_the_largest_counts_leave_out_collective_developments(self, real: Dataset) -> None:
        found = analysis.largest(real, 10_000)
        assert not set(found["development_id"]) & set(analysis.collective(real))
        assert set(found["unit"]) == {"count"}
        assert len(analysis.largest(real, 3)) == 3

    def test_targets_are_grouped_by_development_and_day(self, real: Dataset) -> None:
        found = analysis.targets_by_development(real)
        assert sorted(found["figures"].explode()) == sorted(analysis.targets(real)["figure_id"])
        assert not found.duplicated(["development_id", "due"]).any()
        plan = found[found["development_id"] == "TMT-0159"]
        assert plan["due"].isna().all()
        assert plan["term"].tolist() == ["over 3 years"]

    def test_developments_of_a_review_alone(self, real: Dataset) -> None:
        only = analysis.from_reviews(real)
        told = analysis.reports(real)
        newsletters = real.sources.loc[real.sources["kind"] == "newsletter", "source_id"].astype("str")
        assert not only & set(told.loc[told["source_id"].isin(newsletters), "development_id"])
        assert only <= set(told["development_id"])


class TestSumsTold:
    two = make_sums(
        ("TMT-0001", "fine_amount", 2e6, "merchants", "fine and revocation"),
        ("TMT-0001", "fine_and_confiscation_amount", 500, "unspecified", "fine"),
    )

    def test_the_highest_penalty(self) -> None:
        link = "[A notice](d/TMT-0001/index.html)"
        assert sums_told.highest_penalty(self.two) == (
            f"The highest of two penalties with a reported sum is 2 million yuan, “fined” ({link}); the other is 500 yuan."
        )
        assert sums_told.highest_penalty(self.two.iloc[:1]) == (
            f"The one penalty with a reported sum is 2 million yuan, “fined” ({link})."
        )
        same = pd.concat([self.two, self.two.iloc[[1]]], ignore_index=True)
        assert sums_told.highest_penalty(same).endswith("; the others are 500 yuan.")
        more = make_sums(*(("D", "fine_amount", v, None, None) for v in (1.0, 2.0, 3.0)))
        assert sums_told.highest_penalty(more).endswith("; the others range from 1 to 2 yuan.")

    def test_who_pays_and_what_a_sum_includes(self) -> None:
        assert sums_told.penalties_from(self.two) == (
            "The two penalties come from one notice of SAMR, the earliest dated July or August 2025. No sum of an earlier penalty "
            "is reported, which does not mean that none was imposed. Those who have to pay are merchants (1); for one sum "
            "the report does not say. One sum includes confiscated gains, and the report does not say how much of each is the "
            "fine."
        )
        nothing = self.two.iloc[:0]
        assert sums_told.penalties_from(nothing) == "These sources report no penalty with its sum."
        assert sums_told.notices(nothing) == ""

    def test_claims_of_the_chart(self) -> None:
        assert sums_told.penalty_claim(self.two) == "The sums range from 500 yuan to 2 million yuan"
        assert sums_told.penalty_claim(self.two.iloc[:1]) == "The one sum is 2 million yuan"
        assert sums_told.penalty_claim(self.two.iloc[:0]) == "No sum is reported"
        measure = "Sums in yuan, log scale; n = 2: one fine and one sum with confiscated gains"
        assert sums_told.penalty_measure(self.two) == measure
        assert "A notice: 2 million yuan, 500 yuan" in sums_told.penalty_alt(self.two)

    def test_the_table_has_every_sum_the_largest_first(self, real: Dataset) -> None:
        sums = analysis.penalties(real)
        found = sums_told.penalty_rows(sums)
        assert len(found) == len(sums)
        assert "not named" in set(found["payer"])
        assert found["value"].is_monotonic_decreasing

    def test_the_largest_numbers(self, real: Dataset) -> None:
        found = analysis.largest(real, 10)
        assert "more than 1.03 million, counts content items removed" in sums_told.largest_number(found)
        assert sums_told.largest_number(found.iloc[:1]).endswith(").")
        assert sums_told.largest_number(found.iloc[:0]) == "These sources report no count."
        assert "they can neither be added nor ranked" in sums_told.largest_from(found)
        assert sums_told.largest_from(found.iloc[:1]) == (
            "The one number comes from reports on enforcement, and one report in all gives them."
        )
        periods = set(sums_told.largest_rows(found)["period"])
        assert {
            "not reported",
            "2024",
            "between 1 January and 18 July 2025",
            "as of 28 February 2025",
        } <= periods

    @pytest.mark.parametrize(
        ("due", "results", "said"),
        [
            (
                ["2025-12-31", None],
                0,
                "none fell due before the sources end (31 August 2025), and no result is reported",
            ),
            (
                ["2025-06-30", None],
                2,
                "two fell due before the sources end (31 August 2025), and for two a number in",
            ),
            ([None, None], 0, "Of three targets in two developments, none has a day on which it falls due."),
        ],
    )
    def test_targets(self, due: list[str | None], results: int, said: str) -> None:
        groups = pd.DataFrame(
            {"development_id": ["A", "B"], "due": days(*due), "figures": [["x", "y"], ["z"]]}
        )
        assert said in sums_told.targets_due(groups.assign(results=[results, 0]), pd.Timestamp("2025-08-31"))

    def test_no_targets(self) -> None:
        groups = pd.DataFrame({"development_id": [], "due": days(), "figures": [], "results": []})
        assert sums_told.targets_due(groups, pd.Timestamp("2025-08-31")) == "These sources report no target."

    def test_what_it_rests_on_counts_no_collective_development(self, real: Dataset) -> None:
        told = analysis.numbers(real)
        left = told[~told["development_id"].isin(analysis.collective(real))]
        assert sums_told.rests_on(real).startswith(
            f"Rests on {len(left)} numbers of {left['development_id'].nunique()} "
        )


def make_drafts(*rows: tuple[str, list[str], float]) -> pd.DataFrame:
    """Return drafts as (force, later windows, months that they cover), of six months since."""
    frame = pd.DataFrame(rows, columns=["force", "windows", "covered"])
    frame["uncovered"] = 6 - frame["covered"]
    frame["date_start"] = frame["date_end"] = pd.Timestamp("2024-06-01")
    return frame.assign(
        instrument="Draft", development_id="TMT-0001", latest_id="TMT-0001", stage="draft", body="CAC"
    )


class TestLives:
    def test_paths_tell_steps_from_dates_and_repetitions(self) -> None:
        events = pd.DataFrame(
            {
                "instrument_id": ["a", "a", "b", "b", "c", "c", "d"],
                "stage": ["draft", "issued", "planned", "planned", "issued", "effective", "draft"],
                "development_id": ["1", "2", "3", "4", "5", "5", "6"],
                "date_start": days(*["2024-01-01", "2024-02-01"] * 3, "2024-01-01"),
                "date_end": days(*["2024-01-01", "2024-02-01"] * 3, "2024-01-01"),
                "days_min": [pd.NA, 31, pd.NA, 31, pd.NA, 31, pd.NA],
                "days_max": [pd.NA, 31, pd.NA, 31, pd.NA, 31, pd.NA],
                "instrument": list("aabbccd"),
            }
        )
        found = analysis.followed(events)
        paths = found.drop_duplicates("instrument_id").set_index("instrument_id")["path"].astype("str")
        assert paths.to_dict() == {"a": "moved", "b": "repeated", "c": "told"}
        (move,) = analysis.moves(found).to_dict("records")
        assert (move["from_id"], move["from_stage"], move["to_id"], move["to_stage"]) == (
            "1",
            "draft",
            "2",
            "issued",
        )

    def test_a_window_counts_where_it_begins_after_the_latest_event(
        self, real: Dataset, waiting: pd.DataFrame
    ) -> None:
        found = waiting.set_index("instrument_id")
        periods = analysis.windows(real)
        newsletters = periods[periods["kind"] == "newsletter"]
        for name in ("ai-law", "radar-radio-regulations", "minors-mode-technical-requirements"):
            day = real.lifecycle(name)["date_end"].iloc[-1]
            assert (
                found.loc[name, "windows"] == newsletters.loc[newsletters["start"] > day, "window"].tolist()
            )
        # the window that reports a draft of its first day would not have shown more
        assert "Jul–Aug 2024" not in found["windows"]["radar-radio-regulations"]

    def test_groups_hold_every_draft_once(self, waiting: pd.DataFrame) -> None:
        groups = analysis.by_windows(waiting)
        assert groups["drafts"].sum() == len(waiting)
        assert groups["binding"].sum() == waiting["force"].eq("binding").sum()
        assert groups["windows"].str.len().is_monotonic_decreasing

    def test_without_newsletters_the_last_day_is_that_of_any_source(self) -> None:
        periods = pd.DataFrame({"kind": ["annual-review"], "end": days("2024-12-31")})
        assert analysis.last_covered(periods) == pd.Timestamp("2024-12-31")


class TestLivesTold:
    def test_how_many_are_followed(self, real: Dataset, events: pd.DataFrame) -> None:
        moves = analysis.moves(analysis.followed(events))
        assert (
            "two can be followed from one stage to another in separate developments: ["
            in lives_told.moved(events, moves)
        )
        assert lives_told.moved(events, moves.iloc[:0]).endswith(
            "none can be followed from one stage to another."
        )
        many = pd.concat([moves] * 2, ignore_index=True)
        assert lives_told.moved(events, many).endswith(" and others.")
        assert lives_told.moved_claim(moves.iloc[:0]).startswith("The sources follow no instrument")
        assert lives_told.stories(real, moves).count("\n- ") == len(moves) - 1
        assert lives_told.basis(real, moves.iloc[:0]).startswith("No source reports two stages")

    def test_who_says_that_a_draft_became_final(self, real: Dataset, events: pd.DataFrame) -> None:
        moves = analysis.moves(analysis.followed(events))
        said = lives_told.basis(real, moves)
        pairs = real.relations.loc[real.relations["relation"] == "finalises"]
        assert pairs["quote_id"].isna().all()
        assert said.startswith(
            "No source says that the later development is the final form of the draft; the coder"
        )

    def test_drafts_without_a_later_stage(self) -> None:
        law, guide = ("binding", ["May–Jun 2024"], 2.0), ("guidance", list[str](), 0.0)
        link = "[Draft](d/TMT-0001/index.html) (draft 1 June 2024)"
        cases: dict[str, Any] = {
            "Two drafts and plans have no later stage in these sources; one is of a binding kind, "
            + link
            + ".": [law, guide],
            "Two drafts and plans have no later stage in these sources; two are of a binding kind, the oldest "
            + link
            + ".": [law, law],
            "One draft or plan has no later stage in these sources.": [guide],
        }
        for said, rows in cases.items():
            assert lives_told.waiting(make_drafts(*rows)) == said
        assert lives_told.waiting(make_drafts()) == "Every draft and plan has a later stage in these sources."

    def test_how_many_later_months_the_newsletters_cover(self) -> None:
        law, guide = ("binding", ["Jul–Aug 2024"], 2.0), ("guidance", list[str](), 0.0)
        shown = "newsletters cover 2 of the 6 later months; a final form issued in the others would not show"
        assert lives_told.shown(make_drafts(law, law, guide)) == (
            f"For two of the three drafts and plans, {shown}. For one no covered window came later."
        )
        assert lives_told.shown(make_drafts(law, law)) == f"For the two drafts and plans, {shown}."
        assert lives_told.shown(make_drafts(("binding", ["Jul–Dec 2024"], 6.0))) == (
            "For the one draft or plan, newsletters cover every later month."
        )
        assert lives_told.shown(make_drafts(guide)).startswith("No covered window came after")
        assert lives_told.shown(make_drafts()) == "No draft waits for a final form."
        assert lives_told.months_covered(make_drafts(law)).startswith(
            "Of the 6 months since this draft, windows"
        )

    def test_what_the_sources_cover_since_a_draft(self, real: Dataset, waiting: pd.DataFrame) -> None:
        said = {
            row["instrument_id"]: reach_told(row, analysis.windows(real)) for _, row in waiting.iterrows()
        }
        assert (
            "A later newsletter covers Jul–Aug 2025, 2 of the 6 months since."
            in said["wuhan-ai-fund-management-measures"]
        )
        assert "No source covers the time between March and June 2025." in said["ai-law"]
        assert said["ai-ethics-management-measures"].startswith(
            "No later stage is reported. No newsletter covers a later month. The sources end on 31 August 2025"
        )

    def test_tables_have_every_step_and_every_draft(
        self, events: pd.DataFrame, waiting: pd.DataFrame
    ) -> None:
        found = analysis.followed(events)
        steps = lives_told.step_rows(found)
        assert len(steps) == len(found) - found["instrument_id"].nunique()
        assert "TMT-0110, TMT-0135" in set(steps["records"])
        assert len(lives_told.draft_rows(waiting)) == len(waiting)
        assert set(lives_told.draft_rows(waiting, "binding")["force"]) == {"binding"}
        assert lives_told.window_rows(analysis.by_windows(waiting))["windows"].iloc[-1] == "none came later"


class TestSourcesTold:
    def test_a_review_has_its_scope_and_none_is_no_error(self, real: Dataset) -> None:
        review = real.sources.loc[real.sources["kind"] == "annual-review", "scope"].iloc[0]
        assert review[1:].rstrip(".") in sources.rests_on(real)
        assert "review" not in sources.rests_on(real.select(source="newsletter-2023-11"))
        assert sources.rests_on(real.select(year=1999)) == "There are no sources."
