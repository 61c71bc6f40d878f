"""What is required of whom, which harms are named, and what two taxonomies reach."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

import tmt_dataset as tmt
from tmt_dataset import analysis, plots
from tmt_dataset.analysis import crosswalk, duties, harms
from tmt_dataset.dataset import Dataset
from tmt_dataset.errors import UnknownCodeError

COLUMNS = ["development_id", "addressee", "modality", "type_label", "family", "strength"]


def rows(*stated: tuple[str, str, str, str, str, str | None]) -> pd.DataFrame:
    frame = pd.DataFrame(list(stated), columns=COLUMNS)
    names = {"merchant": "Merchants", "enterprise": "Enterprises", "ai-provider": "AI providers"}
    frame["addressee_label"] = frame["addressee"].map(names).fillna("Unspecified")
    return frame.assign(title="A title", quote="words")


RULES = rows(
    ("a", "merchant", "must", "Filing", "duty", "binding"),
    ("a", "merchant", "must-not", "Content", "duty", "binding"),
    ("b", "merchant", "must", "Filing", "duty", "draft"),
    ("b", "merchant", "should", "Filing", "duty", "advice"),
    ("c", "ai-provider", "must", "Filing", "duty", "soft"),
    ("c", "unspecified", "covers", "Content", "duty", "named"),
    ("d", "enterprise", "receives", "Funding", "support", None),
    ("e", "merchant", "incurs", "Fine", "sanction", None),
    ("e", "merchant", "incurs", "Fine", "sanction", None),
)
ACTORS = {"Merchants": ["merchant"], "AI": ["ai-provider", "ai-deployer"]}


@pytest.fixture(scope="module")
def real() -> Dataset:
    return tmt.load()


@pytest.fixture(scope="module")
def found(ds: Dataset) -> pd.DataFrame:
    return analysis.provisions(ds)


class TestProvisions:
    def test_each_provision_is_there_once_unless_its_act_sums_up_others(
        self, ds: Dataset, found: pd.DataFrame
    ) -> None:
        left = ds.provisions.loc[~ds.provisions["development_id"].isin(analysis.collective(ds))]
        assert found["provision_id"].tolist() == left["provision_id"].tolist()

    def test_a_duty_has_a_strength_and_nothing_else_has(self, found: pd.DataFrame) -> None:
        assert (found["strength"].notna() == (found["family"] == "duty")).all()
        assert set(found["strength"].dropna()) <= set(analysis.STRENGTHS)

    def test_only_the_final_form_of_a_binding_text_makes_a_duty_bind(
        self, ds: Dataset, found: pd.DataFrame
    ) -> None:
        texts = analysis.stages(ds)
        final = texts.loc[(texts["force"] == "binding") & (texts["step"] == "final"), "development_id"]
        binding = found.loc[found["strength"] == "binding"]
        assert set(binding["modality"]) <= {"must", "must-not"}
        assert set(binding["development_id"]) <= set(final)

    def test_quotes_are_those_of_the_table(self, ds: Dataset, found: pd.DataFrame) -> None:
        exact = ds.quotes.set_index("quote_id")["exact"]
        expected = ds.provisions.set_index("provision_id")["quote_id"].map(exact)
        assert (found["quote"] == found["provision_id"].map(expected)).all()


class TestGrid:
    def test_an_act_counts_once_in_a_cell(self) -> None:
        grid = analysis.grid(RULES)
        assert grid.loc[("duty", "Filing"), "Merchants"] == 2
        assert grid.loc[("sanction", "Fine"), "Merchants"] == 1

    def test_rare_types_and_addressees_are_left_out_and_said_to_be(self) -> None:
        grid = analysis.grid(RULES, fewest_rows=2, fewest_columns=2)
        assert grid.columns.tolist() == ["Merchants"]
        assert [name for _, name in grid.index] == ["Filing", "Content"]
        assert duties.grid_caption(RULES, grid).endswith(
            "Five provisions of a rare type or addressee are only in the list below."
        )
        assert "rare" not in duties.grid_caption(RULES, analysis.grid(RULES))

    def test_families_keep_their_order(self) -> None:
        assert list(dict.fromkeys(analysis.grid(RULES).index.get_level_values(0))) == [
            "duty",
            "support",
            "sanction",
        ]

    def test_nothing_makes_an_empty_grid(self) -> None:
        assert analysis.grid(RULES.iloc[:0]).empty


class TestActors:
    def test_every_strength_has_a_row(self) -> None:
        counted = analysis.by_actor(RULES, ACTORS)
        assert len(counted) == 2 * len(analysis.STRENGTHS)
        merchants = counted.query("actor == 'Merchants'").set_index("strength")
        assert merchants["provisions"].to_dict() == {
            "binding": 2,
            "draft": 1,
            "soft": 0,
            "untold": 0,
            "advice": 1,
            "named": 0,
        }
        assert merchants.loc["binding", "developments"] == 1

    def test_the_quotes_behind_the_bars_are_those_that_are_counted(self) -> None:
        quoted = analysis.of_actors(RULES, ACTORS)
        counted = analysis.by_actor(RULES, ACTORS)
        assert len(quoted) == counted["provisions"].sum()
        assert analysis.of_actors(RULES.iloc[:0], ACTORS).empty

    def test_the_claim_names_the_ends_where_there_are_two(self) -> None:
        counted = analysis.by_actor(RULES, ACTORS)
        assert (
            duties.most_told(counted) == "Merchants are told to act most often (three times), AI least (once)"
        )
        assert duties.most_told(counted.query("actor == 'AI'")) == "How firmly duties bind, actor by actor"


class TestSentences:
    @pytest.mark.parametrize(
        ("told", "sentence"),
        [
            (
                RULES,
                "Four provisions say must or must not, most often to merchants (3) and AI providers (1); "
                "one grants support, most often to enterprises (1).",
            ),
            (RULES.iloc[6:], "One provision grants support, most often to enterprises (1)."),
            (RULES.iloc[:0], "No provision is reported."),
        ],
    )
    def test_who_is_told_fits_what_is_there(self, told: pd.DataFrame, sentence: str) -> None:
        assert duties.who_is_told(told) == sentence

    def test_how_firm_counts_all_duties(self) -> None:
        assert duties.how_firm(RULES) == (
            "Of these duties, two stand in the final form of a binding text, one in the draft of one and one in a "
            "standard, guideline or plan, which does not bind as law."
        )
        assert duties.how_firm(RULES.iloc[6:]) == "No provision says must or must not."

    def test_a_claim_that_the_counts_do_not_carry_is_not_made(self) -> None:
        assert duties.grid_claim(RULES) == "Merchants bear the most duties, enterprises get the most support"
        assert duties.grid_claim(RULES.iloc[:6]) == "What is required of whom"

    def test_cases_without_sums_have_none_named(self) -> None:
        found = pd.DataFrame({"development_id": ["a"], "addressees": "Merchants", "greatest": [float("nan")]})
        assert duties.fined(found) == "One report describes one case, against merchants."
        assert duties.fined(found.iloc[:0]) == "No report describes its cases one by one."


class TestCases:
    def test_a_case_has_all_its_sanctions_and_the_sums_of_its_quote(self, real: Dataset) -> None:
        found = analysis.cases(real).set_index(["development_id", "case"])
        assert found.loc[("TMT-0145", 1), "sanctions"] == "fine and revocation"
        # the source gives two sums at once: for two offenders
        assert found.loc[("TMT-0145", 7), "sums"] == "4,877.6 and 25,600"
        assert found.loc[("TMT-0150", 4), "sums"] == ""

    def test_every_numbered_sanction_is_in_a_case(self, ds: Dataset) -> None:
        rows = analysis.provisions(ds)
        numbered = rows.loc[(rows["family"] == "sanction") & rows["case"].notna(), ["development_id", "case"]]
        assert len(analysis.cases(ds)) == len(numbered.drop_duplicates())


class TestHarms:
    def test_the_quotes_behind_a_cell_are_those_of_its_count(self, real: Dataset) -> None:
        counted = real.counts(by=["window", "risk"]).query("kind == 'newsletter' and most > 0")
        named = analysis.risks(real).query("kind == 'newsletter'").astype({"window": "str"})
        behind = named.groupby(["window", "risk"])["development_id"].agg("nunique")
        keys = pd.MultiIndex.from_frame(counted[["window", "risk"]].astype("str"))
        assert behind.loc[keys].tolist() == counted["most"].tolist()

    def test_a_count_that_dates_leave_open_is_a_range(self) -> None:
        counted: dict[str, Any] = {"window": ["w1", "w2"], "risk": "fraud", "least": [0, 2], "most": [0, 3]}
        frame = pd.DataFrame({**counted, "of_least": [4, 9], "of_most": [4, 10]})
        values, texts = analysis.windowed(frame, "risk", pd.Series({"fraud": "Fraud"}))
        assert values.columns.tolist() == ["w1\nof 4", "w2\nof 9–10"]
        assert list(values.loc["Fraud"]) == [0, 3]
        assert list(texts.loc["Fraud"]) == ["", "2–3"]
        assert (
            harms.harms_claim(values)
            == "Fraud is the harm named most often, and first or tied for first in every window"
        )

    def test_without_harms_there_is_no_claim(self) -> None:
        frame = pd.DataFrame(
            {"window": ["w1"], "risk": "fraud", "least": 0, "most": 0, "of_least": 4, "of_most": 4}
        )
        values, _ = analysis.windowed(frame, "risk", pd.Series({"fraud": "Fraud"}))
        assert harms.harms_claim(values) == "No harm is named"
        assert harms.what_harms(frame, pd.Series({"fraud": "Fraud"})) == "No harm is named."


class TestCrosswalk:
    def test_what_is_reached_and_what_is_left_out_make_up_all_rows(self, real: Dataset) -> None:
        frame = analysis.reach(real)
        left = [
            sum(int(part.rpartition("(")[2][:-1]) for part in text.split("; ")) for text in frame["left_out"]
        ]
        assert (frame["reached"] + left).tolist() == frame["rows"].tolist()

    def test_every_category_of_a_taxonomy_is_used_or_named(self, real: Dataset) -> None:
        frame = analysis.unused(real)
        assert frame["codes"].sum() == len(real["crosswalk_codes"])
        named = frame["left_out"].map(lambda text: len(text.split("; ")) if text else 0)
        assert (frame["used"] + named == frame["codes"]).all()

    def test_without_rows_no_share_is_given(self, ds: Dataset) -> None:
        nothing = analysis.reach(ds, kind="no such kind")
        assert nothing["share"].isna().all()
        assert crosswalk.what_is_left_out(nothing) == ""


class TestOpenings:
    def test_each_count_opens_to_its_quotes(self) -> None:
        shown = plots.openings(
            analysis.ordered(RULES, ["addressee_label"]), ["addressee_label", "type_label"], caption="Acts"
        )
        html = shown._repr_html_()
        assert html.count("<details>") == html.count("</details>") == 4 + 6
        assert "<summary>Merchants: 3</summary>" in html
        # the same quote of one development is listed once
        assert repr(shown).splitlines()[:4] == ["Acts", "  Merchants: 3", "    Filing: 2", "      a: “words”"]
        assert "href='d/" in html

    def test_hostile_text_stays_text(self) -> None:
        hostile = "<script>alert('x')</script>\" \x1b"
        frame = RULES.iloc[:1].assign(
            quote=hostile, title=hostile, type_label=hostile, development_id=hostile
        )
        html = plots.openings(frame, ["type_label"], caption=hostile)._repr_html_()
        assert "<script" not in html
        assert "\x1b" not in html

    def test_a_missing_column_is_named(self) -> None:
        with pytest.raises(UnknownCodeError, match="addresee_label"):
            plots.openings(RULES, ["addresee_label"], caption="Acts")

    def test_nothing_opens_to_nothing(self) -> None:
        assert repr(plots.openings(RULES.iloc[:0], ["type_label"], caption="Acts")) == "Acts"
