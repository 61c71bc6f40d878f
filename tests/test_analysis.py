"""What holds of every analysis: a selection gives the columns and types of the whole."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import factories
import pandas as pd
import pytest

import tmt_dataset as tmt
from tmt_dataset import analysis
from tmt_dataset.dataset import Dataset
from tmt_dataset.errors import PackageError


def _members(part: Dataset) -> pd.DataFrame:
    frame = analysis.developments(part).assign(hit=lambda d: d["area"].eq("ai"))
    return analysis.members(frame, analysis.windows(part), analysis.reports(part))


OF_A_DATASET: dict[str, Any] = {
    name: function
    for name, function in inspect.getmembers(analysis, inspect.isfunction)
    if [p.name for p in inspect.signature(function).parameters.values() if p.default is p.empty] == ["ds"]
}
DERIVED: dict[str, Any] = {
    "gaps": lambda part: analysis.gaps(analysis.windows(part)),
    "members": _members,
    "members of all windows": lambda part: analysis.members(
        analysis.developments(part), analysis.windows(part)
    ),
    "tally": lambda part: analysis.tally(_members(part)),
    "tally by": lambda part: analysis.tally(_members(part), "level"),
    "shares": lambda part: analysis.shares(_members(part), "hit"),
    "rates": lambda part: analysis.rates(_members(part), "hit"),
    "narrowed": lambda part: analysis.narrowed(analysis.lifecycles(part)),
    "followed": lambda part: analysis.followed(analysis.lifecycles(part)),
    "moves": lambda part: analysis.moves(analysis.followed(analysis.lifecycles(part))),
    "by_windows": lambda part: analysis.by_windows(analysis.awaited(part)),
    "numbers of a kind": lambda part: analysis.numbers(part, "statistic"),
    "totals": lambda part: analysis.implied(part.series("accounts_closed"))[0],
    "flows": lambda part: analysis.implied(part.series("accounts_closed"))[1],
}


@pytest.fixture(
    scope="module", params=[{"year": 1999}, {"topic": "data"}, {"source": factories.SPRING}], ids=str
)
def part(ds: Dataset, request: pytest.FixtureRequest) -> Dataset:
    return ds.select(**request.param)


@pytest.mark.parametrize("name", [*OF_A_DATASET, *DERIVED])
def test_a_selection_gives_the_same_columns_and_types(ds: Dataset, part: Dataset, name: str) -> None:
    function = {**OF_A_DATASET, **DERIVED}[name]
    of_all, of_part = function(ds), function(part)
    assert type(of_part) is type(of_all)
    if isinstance(of_all, pd.DataFrame):
        assert of_part.dtypes.astype("str").to_dict() == of_all.dtypes.astype("str").to_dict()
        if part.developments.empty and name not in ("reach", "unused"):  # these list taxonomies
            assert of_part.empty


def test_the_year_without_developments_is_tried(ds: Dataset) -> None:
    assert ds.select(year=1999).developments.empty


def test_all_functions_of_a_data_set_are_tried() -> None:
    assert {
        "windows",
        "developments",
        "reports",
        "coverage",
        "lifecycles",
        "open_drafts",
        "numbers",
        "targets",
    } <= set(OF_A_DATASET)


def _without_days(sources: pd.DataFrame) -> None:
    sources.loc[:, ["period_start", "period_end"]] = ""


def _without_developments(figures: pd.DataFrame) -> None:
    figures.loc[:, "development_id"] = ""


@pytest.mark.parametrize(
    ("name", "table", "edit"),
    [("windows", "sources", _without_days), ("numbers", "figures", _without_developments)],
)
def test_an_analysis_of_invalid_data_says_what_is_wrong(
    package: Path, name: str, table: str, edit: Any
) -> None:
    factories.edit_table(package, table, edit)
    with pytest.raises(PackageError, match=f"{name}: {table}, row 2.*run `tmt-dataset validate`"):
        OF_A_DATASET[name](tmt.load(package))


@pytest.mark.parametrize("name", OF_A_DATASET)
def test_every_analysis_of_a_data_set_is_guarded(ds: Dataset, name: str) -> None:
    with pytest.raises(PackageError, match=r"unknown table .* run `tmt-dataset validate`"):
        OF_A_DATASET[name](Dataset(ds.descriptor, {}))


@pytest.mark.parametrize("criteria", [{}, {"year": 1999}])
def test_a_selection_of_nothing_gives_the_same_columns(criteria: dict[str, int]) -> None:
    ds = tmt.load()
    part = ds.select(**criteria)  # type: ignore[arg-type]  # one criterion
    assert analysis.resolution(part.developments).dtype == analysis.resolution(ds.developments).dtype
    assert analysis.damaged(part.mentions, part.segments, part.errata).dtypes.eq("str").all()
    assert analysis.overlaps(part).columns.tolist() == analysis.overlaps(ds).columns.tolist()
