"""Provinces, levels and joint acts, each against cases worked out by hand."""

from __future__ import annotations

import sys

import pandas as pd
import pytest

import tmt_dataset as tmt
from tmt_dataset import analysis
from tmt_dataset.errors import MissingExtraError

PLACES = pd.DataFrame(
    [
        ("100000", "country", None),
        ("310000", "province", "100000"),
        ("440000", "province", "100000"),
        ("440100", "city", "440000"),
        ("440300", "city", "440000"),
        ("INT", "international", None),
    ],
    columns=["place_id", "level", "parent"],
)
DEVELOPMENTS = pd.DataFrame(
    [
        ("a", "100000", 0),
        ("b", "310000", 0),
        ("c", "440300", 2),
        ("d", "INT", 0),
        ("e", "440000", 0),
        ("f", "100000", 1),
    ],
    columns=["development_id", "jurisdiction", "unnamed_authorities"],
)
AUTHORITIES = pd.DataFrame(
    [
        ("a", "miit", "lead"),
        ("a", "cac", "joint"),
        ("a", "samr", "supporting"),
        ("b", "court", "court"),
        ("c", "gov", "lead"),
        ("e", "miit", "lead"),
        ("e", "cac", "joint"),
        ("e", "mps", "joint"),
    ],
    columns=["development_id", "authority_id", "role"],
)


# -- places


def test_every_province_of_the_register_has_a_tile_of_its_own() -> None:
    places = tmt.load().places
    assert set(analysis.TILES) == set(places.loc[places["level"] == "province", "place_id"])
    assert len(set(analysis.TILES.values())) == len(analysis.TILES) == 34


@pytest.mark.parametrize(
    ("west", "east"),
    [
        ("650000", "620000"),
        ("620000", "640000"),
        ("130000", "110000"),
        ("510000", "500000"),
        ("320000", "310000"),
    ],
)
def test_neighbours_stand_side_by_side(west: str, east: str) -> None:
    (row, column), right = analysis.TILES[west], analysis.TILES[east]
    assert right == (row, column + 1)


@pytest.mark.parametrize(
    ("north", "south"),
    [("230000", "220000"), ("410000", "420000"), ("430000", "440000"), ("450000", "460000")],
)
def test_neighbours_stand_one_above_the_other(north: str, south: str) -> None:
    (row, column), below = analysis.TILES[north], analysis.TILES[south]
    assert below == (row + 1, column)


def test_province_of_a_place() -> None:
    own = analysis.province_of(PLACES)
    assert own.dropna().to_dict() == {
        "310000": "310000",
        "440000": "440000",
        "440100": "440000",
        "440300": "440000",
    }
    assert own[["100000", "INT"]].isna().all()


def test_level_follows_the_jurisdiction() -> None:
    assert analysis.level_of(DEVELOPMENTS, PLACES).tolist() == [
        "national",
        "provincial",
        "municipal",
        "international",
        "provincial",
        "national",
    ]


def test_every_level_of_the_register_is_known() -> None:
    ds = tmt.load()
    assert set(analysis.LEVELS) >= set(ds.places["level"])
    assert analysis.level_of(ds.developments, ds.places).notna().all()


def test_levels_of_a_group_add_up_and_small_groups_have_no_share() -> None:
    levels = pd.Series(["national"] * 6 + ["municipal"] * 6 + ["provincial"])
    groups = pd.Series(["ai"] * 8 + ["data"] * 5)
    shares = analysis.level_shares(levels, groups, at_least=8)
    assert shares["group"].tolist() == ["ai"] * 3 + ["data"] * 3
    assert shares["level"].tolist() == ["national", "provincial", "municipal"] * 2
    assert shares["k"].tolist() == [6, 0, 2, 0, 1, 4]
    assert shares["n"].tolist() == [8] * 3 + [5] * 3
    assert shares["share"].tolist()[:3] == [0.75, 0.0, 0.25]
    assert shares[["share", "low", "high"]].iloc[3:].isna().all(axis=None)
    known = shares.iloc[:3]
    assert ((known["low"] <= known["share"]) & (known["share"] <= known["high"])).all()


def test_a_province_counts_its_cities_and_what_names_them() -> None:
    links = pd.DataFrame(
        # an act that names two cities of a province names the province once; one's own province is not named
        [("a", "440100"), ("a", "440300"), ("a", "310000"), ("e", "440100"), ("b", "440300")],
        columns=["development_id", "place_id"],
    )
    counted = analysis.by_province(DEVELOPMENTS, links, PLACES)
    assert counted.loc["440000"].to_dict() == {"made": 2, "named": 2}
    assert counted.loc["310000"].to_dict() == {"made": 1, "named": 1}
    assert counted.to_numpy().sum() == 6


# -- joint acts


def test_makers_are_counted_named_and_unnamed() -> None:
    counted = analysis.makers(DEVELOPMENTS, AUTHORITIES).set_index("development_id")
    assert counted["named"].to_dict() == {"a": 2, "b": 1, "c": 1, "d": 0, "e": 3, "f": 0}
    assert counted["joint"].to_dict() == {"a": True, "b": False, "c": True, "d": False, "e": True, "f": False}


def test_pairs_leave_out_support_and_count_acts() -> None:
    assert analysis.pairs(AUTHORITIES).to_numpy().tolist() == [
        ["cac", "miit", 2],
        ["cac", "mps", 1],
        ["miit", "mps", 1],
    ]


def test_no_joint_act_makes_no_pair_and_no_picture() -> None:
    alone = analysis.pairs(AUTHORITIES.loc[AUTHORITIES["development_id"] == "b"])
    assert alone.empty
    assert list(alone.columns) == ["first", "second", "acts"]
    assert analysis.layout(alone).empty


JOINED = pd.DataFrame(
    [("a", "b", 1), ("b", "c", 3), ("c", "d", 1), ("x", "y", 1)], columns=["first", "second", "acts"]
)


def test_the_layout_is_the_same_whatever_the_order_of_rows() -> None:
    placed = analysis.layout(JOINED)
    assert placed.equals(analysis.layout(JOINED.iloc[::-1]))
    swapped = JOINED.rename(columns={"first": "second", "second": "first"})
    assert placed.equals(analysis.layout(swapped))


def test_groups_stand_side_by_side_largest_first() -> None:
    placed = analysis.layout(JOINED)
    assert placed["part"].to_dict() == {"a": 0, "b": 0, "c": 0, "d": 0, "x": 1, "y": 1}
    assert placed.loc[placed["part"] == 1, "x"].min() > placed.loc[placed["part"] == 0, "x"].max()


def test_without_networkx_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "networkx", None)
    with pytest.raises(MissingExtraError, match=r"tmt-dataset\[plots\]"):
        analysis.layout(JOINED)
