"""Provinces, levels and joint developments, against small cases worked out by hand."""

from __future__ import annotations

import pandas as pd
import pytest

import tmt_dataset as tmt
from tmt_dataset import analysis
from tmt_dataset.analysis import geography

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
def test_neighbours_lie_side_by_side(west: str, east: str) -> None:
    (row, column), right = analysis.TILES[west], analysis.TILES[east]
    assert right == (row, column + 1)


@pytest.mark.parametrize(
    ("north", "south"),
    [("230000", "220000"), ("410000", "420000"), ("430000", "440000"), ("450000", "460000")],
)
def test_neighbours_lie_one_above_the_other(north: str, south: str) -> None:
    (row, column), below = analysis.TILES[north], analysis.TILES[south]
    assert below == (row + 1, column)


def test_a_city_lies_in_its_province_and_a_country_in_none() -> None:
    own = analysis.province_of(PLACES)
    assert own.dropna().to_dict() == {
        "310000": "310000",
        "440000": "440000",
        "440100": "440000",
        "440300": "440000",
    }
    assert own[["100000", "INT"]].isna().all()


def test_level_follows_from_the_jurisdiction() -> None:
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


def test_a_province_counts_its_cities_and_developments_that_name_them() -> None:
    links = pd.DataFrame(
        # naming two cities of a province counts once; a development does not name its own province
        [("a", "440100"), ("a", "440300"), ("a", "310000"), ("e", "440100"), ("b", "440300")],
        columns=["development_id", "place_id"],
    )
    counted = analysis.by_province(DEVELOPMENTS, links, PLACES)
    assert counted.loc["440000"].to_dict() == {"made": 2, "named": 2}
    assert counted.loc["310000"].to_dict() == {"made": 1, "named": 1}
    assert counted.to_numpy().sum() == 6


def test_makers_are_counted_named_and_unnamed() -> None:
    counted = analysis.makers(DEVELOPMENTS, AUTHORITIES).set_index("development_id")
    assert counted["named"].to_dict() == {"a": 2, "b": 1, "c": 1, "d": 0, "e": 3, "f": 0}
    assert counted["joint"].to_dict() == {"a": True, "b": False, "c": True, "d": False, "e": True, "f": False}


NAMES = pd.Series({"110000": "Beijing", "310000": "Shanghai", "330000": "Zhejiang"})


@pytest.mark.parametrize(
    ("made", "sentence"),
    [
        ([0, 0, 0], "None of the 9 developments comes from a province or a city."),
        (
            [1, 4, 0],
            "5 of the 9 developments come from provinces and cities, all of them from Shanghai and Beijing; "
            "one of the 3 provincial units has none in these windows.",
        ),
        (
            [0, 1, 0],
            "One of the 9 developments comes from a province or a city, Shanghai; "
            "two of the 3 provincial units have none in these windows.",
        ),
    ],
)
def test_the_sentence_on_provinces_fits_their_numbers(made: list[int], sentence: str) -> None:
    assert geography.where_from(pd.Series(made, NAMES.index), NAMES, 9) == sentence


@pytest.mark.parametrize(
    ("made", "claim"),
    [
        ([0, 0, 0], "No province acts in these windows"),
        ([2, 5, 1], "Shanghai and Beijing account for seven of the eight local developments"),
        ([0, 1, 0], "Shanghai accounts for the one local development"),
    ],
)
def test_the_claim_of_the_map_names_provinces_with_more_than_one_development(
    made: list[int], claim: str
) -> None:
    assert geography.provinces_claim(pd.Series(made, NAMES.index), NAMES) == claim


def test_without_reviews_none_is_said_to_add_a_development() -> None:
    every = pd.DataFrame({"level": ["provincial"], "jurisdiction": ["Beijing"], "told": ["newsletter"]})
    assert geography.which_cities(every) == "None of these developments come from cities below the provinces."
