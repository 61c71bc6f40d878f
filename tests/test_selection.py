"""Selections are sets of developments: criteria, names and masks choose them, operators combine them, tables follow."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from factories import SPRING, WINTER, edit_table
from hypothesis import given, settings
from hypothesis import strategies as st

from tmt_dataset.dataset import Dataset, load
from tmt_dataset.errors import UnknownCodeError
from tmt_dataset.selection import CRITERIA


def ids(part: Dataset) -> str:
    """Return the developments of a selection by their last digits."""
    return "".join(name[-1] for name in part.developments["development_id"])


# criteria, and the developments that meet them, read off the small package by hand
@pytest.mark.parametrize(
    ("criteria", "expected"),
    [
        ({"topic_rank": "secondary"}, "14"),
        (
            {"topic": "ai", "topic_rank": "primary"},
            "1357",
        ),  # 4 has it as a secondary topic beside a primary one
        ({"topic": "data", "topic_rank": "primary"}, "2"),
        ({"role": "joint"}, "2"),
        ({"authority": "communications-shanghai", "role": "lead"}, ""),  # another body leads 2
        ({"authority": "cac", "with_offices": True, "role": ["lead", "court"]}, "1245"),
        ({"stage": "issued"}, "25"),
        ({"instrument": "lamp-data-rules", "stage": "issued"}, "2"),  # 5 cites it, and issues another
        ({"instrument_kind": "local-rule"}, "25"),
        ({"instrument_kind": "local-rule", "stage": "cited"}, "5"),
        ({"instrument_kind": "departmental-rule", "stage": "cited"}, ""),
        ({"force": "binding"}, "125"),
        ({"force": "guidance"}, ""),
        ({"force": "binding", "stage": "draft"}, "1"),
        ({"source_kind": "newsletter"}, "1234567"),
        ({"source_kind": "annual-review"}, ""),
        ({"source": SPRING, "source_kind": "newsletter"}, "2567"),
        ({"measure": "accounts_closed"}, "46"),
        ({"measure": ["damages", "apps_removed"]}, "34"),
    ],
)
def test_criteria_of_one_link_are_met_by_one_row(
    ds: Dataset, criteria: dict[str, Any], expected: str
) -> None:
    assert ids(ds.select(**criteria)) == expected


def test_every_criterion_is_an_argument_with_a_help_text(ds: Dataset) -> None:
    for name, criterion in CRITERIA.items():
        asked: dict[str, Any] = {name: "no such code"}
        with pytest.raises(UnknownCodeError, match=f"unknown {criterion.what} 'no such code'"):
            ds.select(**asked)
        assert criterion.help.endswith(".")


# names
@pytest.mark.parametrize(
    ("criterion", "name", "code"),
    [
        ("authority", "CAC", "cac"),
        ("authority", "cyberspace administration of CHINA", "cac"),
        ("authority", "国家互联网信息办公室", "cac"),
        ("authority", "Shanghai communications", "communications-shanghai"),
        ("place", "Shanghai", "310000"),
        ("jurisdiction", "杭州市", "330100"),
        ("topic", "AI", "ai"),
        ("topic", "Artificial intelligence", "ai"),
        ("instrument", "Lamp Data Rules", "lamp-data-rules"),
        ("orientation", "CONTROL", "control"),
    ],
)
def test_a_name_of_one_code_means_that_code(ds: Dataset, criterion: str, name: str, code: str) -> None:
    by_name: dict[str, Any] = {criterion: name}
    by_code: dict[str, Any] = {criterion: [code]}
    assert ids(ds.select(**by_name)) == ids(ds.select(**by_code)) != ""


def test_a_name_of_several_codes_is_refused_and_an_exact_code_is_not(package: Path) -> None:
    edit_table(
        package, "authorities", lambda f: f.__setitem__("short_name", ["Office", "office", "cac", "Court"])
    )
    ds = load(package)
    with pytest.raises(UnknownCodeError, match=r"several have this name.*'cac', 'cac-shanghai'$"):
        ds.select(authority="OFFICE")
    assert ids(ds.select(authority="cac")) == "145"
    assert ids(ds.select(authority="court")) == "3"


# developments
@pytest.mark.parametrize("name", ["TMT-0001", "TMT-1", "tmt-01", " tmt-0001 "])
def test_a_development_is_known_by_the_number_alone(ds: Dataset, name: str) -> None:
    assert ds.record(name).development_id == "TMT-0001"
    assert ds.evidence(name).equals(ds.evidence("TMT-0001"))


@pytest.mark.parametrize("name", ["TMT-", "1", "TMT-10", "TMT-0", "TMX-1", "TMT--1", ""])
def test_another_form_of_an_identifier_is_unknown(ds: Dataset, name: str) -> None:
    with pytest.raises(UnknownCodeError, match="unknown development"):
        ds.record(name)


def test_a_development_outside_a_selection_is_said_to_be_so(ds: Dataset) -> None:
    part = ds.select(topic="data")
    for call in (part.record, part.evidence, lambda name: part.select(development=name)):
        with pytest.raises(UnknownCodeError, match="TMT-0003 is not in this selection"):
            call("tmt-3")
        with pytest.raises(UnknownCodeError, match="unknown development 'TMT-0009'"):
            call("TMT-0009")


# masks
def test_a_mask_selects_the_developments_that_it_marks(ds: Dataset) -> None:
    mask = ds.developments["action"] == "issuance"
    expected = ds.select(action="issuance")
    kinds: list[Any] = [mask, mask[::-1], mask.astype("boolean"), mask.tolist(), mask.to_numpy(), mask.array]
    for form in kinds:
        assert ds.where(form) == expected
    spring = ds.select(source=SPRING)
    assert ids(spring.where(spring.developments["action"] == "issuance")) == "25"


@pytest.mark.parametrize(
    "mask",
    [
        [True],
        [True] * 8,
        [1] * 7,
        [None, *[True] * 6],
        ["TMT-0001"] * 7,
        "TMT-0001",
        True,
        None,
        {"TMT-0001": True},
        pd.DataFrame({"mask": [True] * 7}),
        np.ones((7, 1), dtype=bool),
        pd.Series([True] * 7, index=range(1, 8)),
        pd.Series([True] * 7, index=[0] * 7),
        pd.Series([True] * 6),
        pd.Series([True] * 6 + [pd.NA], dtype="boolean"),
    ],
)
def test_any_other_mask_is_refused(ds: Dataset, mask: Any) -> None:
    with pytest.raises(
        ValueError, match="expected a boolean Series with the index of developments, or 7 truth"
    ):
        ds.where(mask)


# operators
SETS = st.sets(st.sampled_from("1234567"))


def of(ds: Dataset, wanted: set[str]) -> Dataset:
    return ds.where([name[-1] in wanted for name in ds.developments["development_id"]])


@settings(max_examples=10)
@given(SETS, SETS)
def test_operators_are_those_of_sets(ds: Dataset, first: set[str], second: set[str]) -> None:
    a, b = of(ds, first), of(ds, second)
    either = a | b
    assert either == of(ds, first | second)  # every table
    assert set(ids(a & b)) == first & second
    assert set(ids(a - b)) == first - second
    assert ids(~either) == ids(~a & ~b)
    assert ~~a == a


def test_tables_follow_what_is_combined(ds: Dataset) -> None:
    draft, rules = ds.select(action="consultation"), ds.select(development="TMT-0005")
    assert draft.relations.empty
    assert rules.relations.empty
    both = draft | rules
    assert len(both.relations) == 1  # between a development of each
    assert both.sources["source_id"].tolist() == [WINTER, SPRING]
    both.developments["title"] = "changed"
    assert "changed" not in set(ds.developments["title"])
    assert ids(~both) == "23467"
    assert ids(~(draft & rules).select(topic="ai")) == ids(ds)


def test_selections_of_equal_data_sets_are_combined(ds: Dataset) -> None:
    a, b = ds.select(topic="data"), pickle.loads(pickle.dumps(ds.select(topic="ai")))
    assert ids(a | b) == "123457"


def test_selections_of_two_data_sets_are_not_combined(ds: Dataset, package: Path) -> None:
    edit_table(package, "developments", lambda f: f.__setitem__("title", "other"))
    with pytest.raises(ValueError, match="expected two selections of one data set"):
        _ = ds | load(package)
    other: Any = ["TMT-0001"]
    with pytest.raises(TypeError, match="unsupported operand"):
        _ = ds & other
