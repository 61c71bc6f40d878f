"""Authorities and places: provinces, their cities, the bodies of a development."""

from __future__ import annotations

import pandas as pd

from tmt_dataset.analysis.words import counted, listed, number, opened

__all__ = [
    "MAKERS",
    "TILES",
    "by_province",
    "makers",
    "province_of",
    "provinces_claim",
    "tiles_told",
    "where_from",
    "which_cities",
]


#: Position of each of the 34 provincial units on the grid, as (row, column) from the north-west, by GB/T 2260
#: code. As far as squares allow, a tile has the neighbours of the real unit; all have one size, so that area
#: suggests no weight.
TILES: dict[str, tuple[int, int]] = {
    "110000": (2, 5),  # Beijing
    "120000": (2, 6),  # Tianjin
    "130000": (2, 4),  # Hebei
    "140000": (2, 3),  # Shanxi
    "150000": (1, 4),  # Inner Mongolia
    "210000": (1, 6),  # Liaoning
    "220000": (1, 7),  # Jilin
    "230000": (0, 7),  # Heilongjiang
    "310000": (4, 6),  # Shanghai
    "320000": (4, 5),  # Jiangsu
    "330000": (5, 5),  # Zhejiang
    "340000": (4, 4),  # Anhui
    "350000": (6, 4),  # Fujian
    "360000": (5, 4),  # Jiangxi
    "370000": (3, 4),  # Shandong
    "410000": (3, 3),  # Henan
    "420000": (4, 3),  # Hubei
    "430000": (5, 3),  # Hunan
    "440000": (6, 3),  # Guangdong
    "450000": (6, 2),  # Guangxi
    "460000": (7, 2),  # Hainan
    "500000": (4, 2),  # Chongqing
    "510000": (4, 1),  # Sichuan
    "520000": (5, 2),  # Guizhou
    "530000": (5, 1),  # Yunnan
    "540000": (4, 0),  # Tibet
    "610000": (3, 2),  # Shaanxi
    "620000": (2, 1),  # Gansu
    "630000": (3, 1),  # Qinghai
    "640000": (2, 2),  # Ningxia
    "650000": (2, 0),  # Xinjiang
    "710000": (6, 6),  # Taiwan
    "810000": (7, 4),  # Hong Kong
    "820000": (7, 3),  # Macao
}

#: Roles of the authorities that make a development; those that only support it do not.
MAKERS = ("lead", "joint", "court")


def province_of(places: pd.DataFrame) -> pd.Series:
    """Return the province that each place is, or lies in.

    Parameters
    ----------
    places
        The table ``places``.

    Returns
    -------
    pandas.Series
        Code of the province (str) by ``place_id``; missing for places outside any province.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> province_of(tmt.load().places)["440300"]
    '440000'
    """
    codes = places["place_id"].astype("str")
    level, parent = places["level"].astype("str"), places["parent"].astype("str")
    own = codes.where(level == "province", parent.where(level == "city"))
    return pd.Series(own.to_numpy(), index=pd.Index(codes, name="place_id"), name="province", dtype="str")


def by_province(
    developments: pd.DataFrame, development_places: pd.DataFrame, places: pd.DataFrame
) -> pd.DataFrame:
    """Return how many developments govern each province or a city in it, and how many others name it.

    Parameters
    ----------
    developments, development_places, places
        The tables of these names.

    Returns
    -------
    pandas.DataFrame
        Index ``place_id`` (all 34 provincial units); ``made`` (int, developments whose jurisdiction is the
        province or a city in it) and ``named`` (int, developments of another jurisdiction that name it or a city
        in it, each counted once however many cities it names).

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> len(by_province(ds.developments, ds.development_places, ds.places))
    34
    """
    province = province_of(places)
    own = developments.set_index("development_id")["jurisdiction"].astype("str").map(province)
    links = pd.DataFrame(
        {
            "development_id": development_places["development_id"],
            "province": development_places["place_id"].astype("str").map(province),
        }
    )
    links = links.dropna().drop_duplicates()
    elsewhere = links.loc[links["province"] != links["development_id"].map(own)]
    out = pd.DataFrame(
        {"made": own.value_counts(), "named": elsewhere["province"].value_counts()},
        index=pd.Index(list(TILES), name="place_id"),
    )
    return out.fillna(0).astype("int64")


def makers(developments: pd.DataFrame, development_authorities: pd.DataFrame) -> pd.DataFrame:
    """Return how many authorities make each development, named and unnamed.

    Parameters
    ----------
    developments, development_authorities
        The tables of these names.

    Returns
    -------
    pandas.DataFrame
        ``development_id``, ``named`` (int, bodies that lead, join or hear it), ``unnamed`` (int, the least number
        of further bodies that take part without being named), ``joint`` (bool: two or more of both together).

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> counted = makers(ds.developments, ds.development_authorities)
    >>> bool((counted["joint"] == (counted["named"] + counted["unnamed"] > 1)).all())
    True
    """
    acting = development_authorities.loc[development_authorities["role"].isin(MAKERS)]
    named = acting["development_id"].value_counts()
    out = pd.DataFrame(
        {
            "development_id": developments["development_id"],
            "named": developments["development_id"].map(named).fillna(0).astype("int64"),
            "unnamed": developments["unnamed_authorities"].astype("int64"),
        }
    )
    out["joint"] = out["named"] + out["unnamed"] > 1
    return out


def where_from(made: pd.Series, names: pd.Series, of: int) -> str:
    """Return the finding on which provinces act.

    Parameters
    ----------
    made
        Developments of each provincial unit or a city in it, by its code, zeros included.
    names
        Names of places by code.
    of
        Number of all developments that the same sources report.

    Examples
    --------
    >>> made = pd.Series({"110000": 2, "310000": 1, "330000": 0})
    >>> print(where_from(made, pd.Series({"110000": "Beijing", "310000": "Shanghai"}), 9))
    3 of the 9 developments come from provinces and cities, all of them from Beijing and Shanghai; one of the 3 provincial \
    units has none in these windows.
    """
    total = int(made.sum())
    top = made.loc[made > 0].sort_values(ascending=False, kind="stable").head(3)
    idle = int((made == 0).sum())
    if not total:
        return f"None of the {of} developments comes from a province or a city."
    who = listed([str(names[str(code)]) for code in top.index])
    rest = f"{number(idle)} of the {len(made)} provincial units {'has' if idle == 1 else 'have'} none in these windows"
    if total == 1:
        return f"One of the {of} developments comes from a province or a city, {who}; {rest}."
    part = "all" if top.sum() == total else f"{top.sum()}"
    return (
        f"{total} of the {of} developments come from provinces and cities, {part} of them from {who}; {rest}."
    )


def tiles_told(made: pd.Series, names: pd.Series) -> str:
    """Return the numbers on the map of provinces in words.

    Parameters
    ----------
    made, names
        As for :func:`where_from`.

    Examples
    --------
    >>> tiles_told(pd.Series({"110000": 2, "310000": 3, "330000": 0}), pd.Series({"110000": "Beijing", "310000": "Shanghai"}))
    'A map with a tile for each province. Developments: Shanghai 3, Beijing 2; none in the others.'
    """
    some = made.loc[made > 0].sort_values(ascending=False, kind="stable")
    numbers = ", ".join(f"{names[str(code)]} {n}" for code, n in some.items())
    shown = f"{numbers}; none in the others" if numbers else "none"
    return f"A map with a tile for each province. Developments: {shown}."


def provinces_claim(made: pd.Series, names: pd.Series) -> str:
    """Return which provinces act most, as the claim of the map.

    Parameters
    ----------
    made
        Developments of each provincial unit or a city in it, by its code.
    names
        Names of places by code.

    Examples
    --------
    >>> provinces_claim(pd.Series({"110000": 3, "310000": 2, "330000": 1}), pd.Series({"110000": "Beijing", "310000": "Shanghai"}))
    'Beijing and Shanghai account for five of the six local developments'
    """
    total, top = int(made.sum()), made.loc[made > 0].sort_values(ascending=False, kind="stable").head(3)
    while len(top) > 1 and top.iloc[-1] < 2:
        top = top.iloc[:-1]
    if top.empty:
        return "No province acts in these windows"
    local = counted(total, "local development")
    share = f"{number(int(top.sum()))} of the {local}" if top.sum() < total else f"the {local}"
    return f"{listed([str(names[code]) for code in top.index])} {'accounts' if len(top) == 1 else 'account'} for {share}"


def which_cities(every: pd.DataFrame) -> str:
    """Return which cities act, and how many local developments a review adds.

    Parameters
    ----------
    every
        As returned by :func:`tmt_dataset.analysis.by_level`.

    Examples
    --------
    >>> rows = pd.DataFrame({"level": ["municipal", "municipal"], "jurisdiction": ["Wuhan", "Hefei"]})
    >>> which_cities(rows.assign(told=["newsletter", "annual-review"]))
    'One of these developments comes from a city below the provinces: Wuhan (1). Reviews add one local development: Hefei (1).'
    """
    local = every.loc[every["level"].isin(["provincial", "municipal"])]
    own, other = local.loc[local["told"] == "newsletter"], local.loc[local["told"] == "annual-review"]
    cities = own.loc[own["level"] == "municipal"]
    come = "comes from a city" if len(cities) == 1 else "come from cities"
    told = opened(f"{number(len(cities))} of these developments {come} below the provinces")
    told += f": {_places(cities)}." if len(cities) else "."
    return (
        f"{told} Reviews add {counted(len(other), 'local development')}: {_places(other)}."
        if len(other)
        else told
    )


def _places(rows: pd.DataFrame) -> str:
    counted = rows["jurisdiction"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    return listed([f"{place} ({n})" for place, n in counted.items()])
