"""Stages, lifecycles and open drafts, against small cases worked out by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import factories
import pandas as pd
from frames import days

from tmt_dataset import analysis
from tmt_dataset.dataset import Dataset, load


class TestLinks:
    def test_instruments_that_are_only_cited_have_no_stage(self, ds: Dataset) -> None:
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
        # the joint body is left out
        assert found["TMT-0002"] == "Shanghai office"
        assert "TMT-0007" not in found


class TestLifecycles:
    def test_draft_issue_and_effect_come_in_order(self, ds: Dataset) -> None:
        events = analysis.lifecycles(ds)
        lamp = events[events["instrument_id"] == "talking-lamps-measures"]
        assert lamp["stage"].tolist() == ["draft", "issued", "effective"]
        assert lamp["days_min"].tolist() == lamp["days_max"].tolist() == [pd.NA, 65, 165]

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
        # the issue is not earlier than the draft
        narrow = analysis.narrowed(lamp).iloc[1]
        assert (narrow["date_start"], narrow["date_end"]) == (
            pd.Timestamp("2024-01-15"),
            pd.Timestamp("2024-12-31"),
        )

    def test_dates_that_prove_the_order_outrank_stages(self, tmp_path: Path) -> None:
        package = factories.make_package(tmp_path / "p")

        def earlier(frame: pd.DataFrame) -> None:
            frame.loc[4, ["date", "date_start", "date_end"]] = "2024-01-02", "2024-01-02", "2024-01-02"

        factories.edit_table(package, "developments", earlier)
        events = analysis.lifecycles(load(package))
        lamp = events[events["instrument_id"] == "talking-lamps-measures"]
        assert lamp["stage"].tolist() == ["issued", "draft", "effective"]

    def test_dates_are_narrowed_within_an_instrument_only(self) -> None:
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

    def test_days_between_intervals_are_a_range(self) -> None:
        first = pd.DataFrame({"date_start": days("2024-01-01", None), "date_end": days("2024-01-31", None)})
        last = pd.DataFrame(
            {"date_start": days("2024-01-20", "2024-03-01"), "date_end": days("2024-02-01", "2024-03-01")}
        )
        found: Any = analysis.days_between(first, last)
        assert found.loc[0].tolist() == [0, 31]
        assert found.loc[1].isna().all()

    def test_a_selection_without_instruments_has_no_lifecycles(self, ds: Dataset) -> None:
        empty = ds.select(action="judgment")
        assert analysis.lifecycles(empty).empty


class TestOpenDrafts:
    def test_an_instrument_that_was_issued_is_not_open(self, ds: Dataset) -> None:
        assert analysis.open_drafts(ds).empty

    def test_a_draft_without_issue_is_open(self, ds: Dataset) -> None:
        draft = ds.select(action="consultation")
        found = analysis.open_drafts(draft)
        assert found["instrument_id"].tolist() == ["talking-lamps-measures"]
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

    def test_it_has_its_first_and_its_latest_event(self) -> None:
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
        (row,) = analysis.open_drafts(load(), events).to_dict("records")
        assert (row["development_id"], row["date"]) == ("d0", "2024-01-01")
        assert (row["latest_id"], row["stage"]) == ("d1", "draft")
