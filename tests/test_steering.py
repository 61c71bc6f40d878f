"""Who limits and who promotes, who acted first and who together: against small frames worked out by hand."""

from __future__ import annotations

import pandas as pd
import pytest

from tmt_dataset import analysis, plots
from tmt_dataset.analysis import order, steering, together
from tmt_dataset.dataset import Dataset
from tmt_dataset.package import open_package

COLUMNS = ["area", "level", "orientation", "most"]


def counts(*rows: tuple[str, str, str, int]) -> pd.DataFrame:
    return pd.DataFrame(list(rows), columns=COLUMNS)


SPLIT = counts(
    ("ai", "national", "control", 6),
    ("ai", "national", "both", 3),
    ("ai", "provincial", "promotion", 5),
    ("ai", "municipal", "promotion", 4),
    ("ai", "international", "promotion", 1),
    ("data", "national", "control", 5),
    ("data", "municipal", "promotion", 1),
    ("data", "municipal", "control", 1),
)


class TestSteering:
    def test_areas_have_a_row_for_each_side_and_rare_ones_come_last_together(self) -> None:
        rare = counts(("games", "national", "control", 2), ("ip", "provincial", "rights", 1))
        frame = analysis.by_area(pd.concat([rare, SPLIT]), pd.Series({"ai": "AI", "data": "Data"}), fewest=6)
        assert frame["area"].tolist() == ["AI", "AI", "Data", "Data", "Other areas", "Other areas"]
        assert frame["side"].tolist() == ["national", "local"] * 3
        assert frame["control"].tolist() == [6, 0, 5, 1, 2, 0]
        assert frame["promotion"].tolist() == [0, 9, 0, 1, 0, 0]
        assert frame["all"].tolist() == [9, 9, 5, 2, 2, 1]

    def test_the_chart_and_the_table_count_the_same_developments(self, ds: Dataset) -> None:
        counted = ds.counts(by=["area", "level", "orientation"]).query("kind == 'newsletter'")
        frame = analysis.by_area(counted, ds.topics.set_index("topic_id")["label"])
        inland = counted.loc[counted["level"] != "international", "most"].sum()
        assert frame["all"].sum() == inland

    def test_both_sides_are_told_apart_by_fishers_test(self) -> None:
        result = steering.divided(SPLIT.query("area == 'ai'"))
        assert result[:4] == (6, 0, 0, 9)
        # all of one side and none of the other: one of the 5005 ways to deal 6 of 15
        assert result.p == pytest.approx(1 / 5005)

    def test_without_developments_there_is_nothing_to_tell_apart(self) -> None:
        assert steering.divided(SPLIT.iloc[:0]) == (0, 0, 0, 0, 1.0)

    @pytest.mark.parametrize(
        ("rows", "claim"),
        [
            (SPLIT, "On AI, developments that only promote come from provinces and cities; on other topics no difference can be shown"),
            (SPLIT.assign(area="ai"), "On AI, developments that only promote come from provinces and cities; on other topics no difference can be shown"),
            (SPLIT.assign(most=1), "What the nation and what provinces and cities do, area by area"),
            (SPLIT.iloc[:0], "What the nation and what provinces and cities do, area by area"),
            (
                pd.concat([SPLIT, counts(("ai", "national", "promotion", 1), ("data", "municipal", "promotion", 20))]),
                "On AI, provinces and cities promote more often than the nation; on other topics the levels differ too",
            ),
        ],
    )  # fmt: skip
    def test_the_claim_is_made_where_the_counts_carry_it(self, rows: pd.DataFrame, claim: str) -> None:
        assert steering.steering_claim(rows) == claim

    def test_a_check_without_reviews_does_not_speak_of_them(self) -> None:
        every = pd.DataFrame(
            {"area": "ai", "level": ["national", "municipal"], "action": ["filing", "issuance"]}
        )
        every = every.assign(orientation=["control", "promotion"], told="newsletter")
        assert "review" not in steering.steering_checked(every)
        assert "review" in steering.steering_checked(every.assign(told=["annual-review", "newsletter"]))


class TestByWindow:
    def test_a_share_has_the_ends_that_the_dates_allow(self) -> None:
        counted = pd.DataFrame({"window": "Jul–Aug 2025", "level": ["national", "provincial", "municipal"]})
        counted = counted.assign(least=[17, 9, 2], most=[18, 10, 2], months=2.0, of_least=28, of_most=30)
        row = analysis.by_window(counted).iloc[0]
        assert row[["all", "national", "provincial", "municipal", "local"]].tolist() == [
            "28–30",
            "17–18",
            "9–10",
            "2",
            # 11 of 29 to 12 of 29
            "38–41%",
        ]

    def test_a_window_without_developments_has_no_share(self) -> None:
        counted = pd.DataFrame({"window": "May–Jun 2025", "level": ["national"], "months": 2.0})
        row = analysis.by_window(counted.assign(least=0, most=0, of_least=0, of_most=0)).iloc[0]
        assert row["local"] == ""


NAMED = pd.DataFrame(
    {
        "side": ["local", "local", "national", "local"],
        "action": ["consultation", "issuance", "issuance", "issuance"],
        "place": ["Zhejiang", "Suzhou", "China", "Shanghai"],
        "body": ["Zhejiang government", "Suzhou government", "State Council", "Shanghai EITC"],
        "day": ["2024", "January or February 2025", "July or August 2025", "19 August 2025"],
        "date_start": pd.to_datetime(["2024-01-01", "2025-01-01", "2025-07-01", "2025-08-19"]),
        "date_end": pd.to_datetime(["2024-12-31", "2025-02-28", "2025-08-31", "2025-08-19"]),
    }
)


class TestOrder:
    def test_only_developments_that_are_certainly_earlier_came_before(self) -> None:
        assert order.who_came_first(NAMED, "AI+") == (
            "Zhejiang (a draft, 2024) and Suzhou (January or February 2025) acted under the name AI+ before the "
            "State Council issued its text (July or August 2025)."
        )

    @pytest.mark.parametrize(
        ("rows", "sentence"),
        [
            (NAMED.iloc[:2], "No national body issues a text under the name AI+ in these sources."),
            (NAMED.iloc[:0], "No national body issues a text under the name AI+ in these sources."),
            (
                NAMED.iloc[2:],
                "No local development under the name AI+ is dated before the State Council issued its text (July or August 2025).",
            ),
        ],
    )
    def test_the_sentence_fits_what_is_missing(self, rows: pd.DataFrame, sentence: str) -> None:
        assert order.who_came_first(rows, "AI+") == sentence

    def test_words_are_found_as_they_are_written_whatever_their_case(self, ds: Dataset) -> None:
        quotes = ds.quotes["exact"]
        word = quotes.iloc[0].split()[0]
        found = analysis.naming(ds, word.upper())
        expected = ds.quotes.loc[quotes.str.lower().str.contains(word.lower(), regex=False), "development_id"]
        assert set(found["development_id"]) == set(expected) - set(analysis.collective(ds))

    def test_words_that_no_source_has_are_found_nowhere(self, ds: Dataset) -> None:
        found = analysis.naming(ds, "no such words")
        assert found.empty


class TestTogether:
    def test_every_joint_development_is_listed_once(self, ds: Dataset) -> None:
        counted = analysis.makers(ds.developments, ds.development_authorities)
        expected = set(counted.loc[counted["joint"], "development_id"]) - set(analysis.collective(ds))
        found = analysis.joint_developments(ds)
        assert set(found["development_id"]) == expected
        assert found["development_id"].is_unique

    @pytest.mark.parametrize(
        ("bodies", "sentence"),
        [
            ([], "No development names two of its bodies."),
            (["MIIT"], "No development names two of its bodies."),
            (["MIIT · CAC", "CAC · MIIT", "MIIT · MPS"], "The pair that acts together most often is CAC and MIIT (two developments)."),
            (["MIIT · CAC", "MIIT · MPS"], "No pair of bodies acts together more often than all others."),
        ],
    )  # fmt: skip
    def test_a_pair_is_named_where_one_is_ahead(self, bodies: list[str], sentence: str) -> None:
        assert together.who_pairs(pd.DataFrame({"bodies": bodies}, dtype="str")) == sentence

    def test_bodies_that_lead_the_list_together_are_all_named(self) -> None:
        joint = pd.DataFrame({"bodies": ["MIIT · CAC", ""], "unnamed": [0, 15], "named": [2, 0]})
        assert together.how_joint(joint, 9) == (
            "Two of the 9 developments come from several bodies together, and the sources name all of the bodies for one; "
            "CAC and MIIT each take part in one."
        )
        assert (
            together.how_joint(joint.iloc[:0], 9)
            == "None of the 9 developments comes from several bodies together."
        )


def test_every_orientation_that_is_declared_has_its_place() -> None:
    declared = open_package().descriptor.table("developments").field("orientation").enum
    assert set(steering.ORIENTATIONS) == set(declared) == set(plots.ORIENTATIONS)
