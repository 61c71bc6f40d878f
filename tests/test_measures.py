"""Figures, targets and what totals and flows imply, against small cases worked out by hand."""

from __future__ import annotations

from math import isnan
from pathlib import Path

import factories
import pandas as pd
import pytest

from tmt_dataset import analysis
from tmt_dataset.cells import DATE_DTYPE
from tmt_dataset.dataset import Dataset, load
from tmt_dataset.errors import UnknownCodeError


class TestNumbers:
    def test_each_figure_has_its_quote_and_its_body(self, ds: Dataset) -> None:
        found = analysis.numbers(ds).set_index("figure_id")
        assert len(found) == len(ds.figures)
        damages = found[found["kind"] == "damages"].iloc[0]
        assert damages["value"] == 40000
        assert damages["unit"] == "CNY"
        assert damages["body"] == "Beijing Internet Court"
        assert "40,000" in damages["quote"]

    def test_months_need_both_ends_of_a_period(self, ds: Dataset) -> None:
        found = analysis.numbers(ds, "statistic").set_index("measure")["months"]
        assert found["apps_removed"] != found["apps_removed"]
        assert sorted(found["accounts_closed"].dropna()) == [2.0]

    def test_kinds_are_checked(self, ds: Dataset) -> None:
        with pytest.raises(UnknownCodeError, match="did you mean 'damages'"):
            analysis.numbers(ds, ["damage"])
        assert set(analysis.numbers(ds, ["damages"])["kind"]) == {"damages"}

    def test_targets_are_compared_with_results_in_their_measure(self, tmp_path: Path) -> None:
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
