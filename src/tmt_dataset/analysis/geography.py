"""Authorities and places: levels of government, provinces, joint developments."""

from __future__ import annotations

import math
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from tmt_dataset.analysis.inference import AT_LEAST, wilson
from tmt_dataset.errors import MissingExtraError
from tmt_dataset.views.counts import LEVELS

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


def level_shares(
    levels: pd.Series, groups: pd.Series, *, confidence: float = 0.95, at_least: int = AT_LEAST
) -> pd.DataFrame:
    """Return how the developments of each group divide into levels of government, with Wilson intervals.

    Parameters
    ----------
    levels
        Level of each development, as returned by :func:`tmt_dataset.analysis.level_of`.
    groups
        Group of each development (such as its topic or action), with the same index.
    confidence
        Confidence level of the intervals.
    at_least
        Groups with fewer developments get no share.

    Returns
    -------
    pandas.DataFrame
        ``group``, ``level`` (both str), ``k`` (int, developments of the group on the level), ``n`` (int,
        developments of the group), ``share``, ``low``, ``high`` (float; missing where ``n`` is below
        ``at_least``). Every group has a row for every level that occurs; largest groups first.

    Raises
    ------
    ValueError
        If ``confidence`` does not lie between 0 and 1.
    MissingExtraError
        If scipy is not installed.

    Examples
    --------
    >>> frame = level_shares(pd.Series(["national"] * 10 + ["municipal"] * 10), pd.Series(["ai"] * 20))
    >>> frame["share"].tolist()
    [0.5, 0.5]
    """
    counts = pd.crosstab(groups.astype("str"), levels.astype("str"))
    known = [level for level in LEVELS.values() if level in counts.columns]
    totals = counts.sum(axis=1).sort_values(ascending=False, kind="stable")
    rows: list[tuple[str, str, int, int, float, float, float]] = []
    for group, n in totals.items():
        for level in known:
            k = int(counts.to_dict()[level][str(group)])
            low, high = wilson(k, n, confidence) if n >= at_least else (math.nan, math.nan)
            share = k / n if n >= at_least else math.nan
            rows.append((str(group), level, k, int(n), share, low, high))
    return pd.DataFrame(rows, columns=["group", "level", "k", "n", "share", "low", "high"])


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


def pairs(development_authorities: pd.DataFrame) -> pd.DataFrame:
    """Return how many developments each two authorities make together.

    Parameters
    ----------
    development_authorities
        The table of this name.

    Returns
    -------
    pandas.DataFrame
        ``first``, ``second`` (str, in alphabetical order), ``developments`` (int); most developments first.
        Authorities that only support a development are left out.

    Examples
    --------
    >>> links = pd.DataFrame([("a", "miit", "lead"), ("a", "cac", "joint")])
    >>> links.columns = ["development_id", "authority_id", "role"]
    >>> pairs(links).to_numpy().tolist()
    [['cac', 'miit', 1]]
    """
    acting = development_authorities.loc[development_authorities["role"].isin(MAKERS)]
    bodies = acting["authority_id"].astype("str").groupby(acting["development_id"].to_numpy()).agg(set)
    found = [pair for members in bodies for pair in combinations(sorted(members), 2)]
    counted = pd.DataFrame(found, columns=["first", "second"], dtype="str").value_counts()
    out = counted.reset_index(name="developments")
    return out.sort_values(
        ["developments", "first", "second"], ascending=[False, True, True], ignore_index=True
    )


def layout(joined: pd.DataFrame, seed: int = 1) -> pd.DataFrame:
    """Return a position on the plane for each authority of a network of joint developments.

    Parameters
    ----------
    joined
        As returned by :func:`pairs`.
    seed
        Seed of the placement; the same seed gives the same picture.

    Returns
    -------
    pandas.DataFrame
        Index ``authority_id``; ``x``, ``y`` (float, one unit is about one edge), ``part`` (int, 0 for the
        largest group of authorities that joint developments connect). Groups lie side by side.

    Raises
    ------
    MissingExtraError
        If networkx is not installed.

    Examples
    --------
    >>> joined = pd.DataFrame({"first": ["cac"], "second": ["miit"], "developments": [2]})
    >>> layout(joined).equals(layout(joined))
    True
    """
    try:
        import networkx as nx
    except ImportError:
        raise MissingExtraError('the network needs networkx: pip install "tmt-dataset[plots]"') from None
    graph = nx.Graph()
    graph.add_edges_from(zip(joined["first"], joined["second"], strict=True))
    groups = sorted(nx.connected_components(graph), key=lambda g: (-len(g), min(g)))
    rows: list[tuple[Any, ...]] = []
    left = 0.0
    for part, group in enumerate(groups):
        # nodes in alphabetical order: a graph keeps the order of its edges, on which the placement depends
        own = nx.Graph()
        own.add_nodes_from(sorted(group))
        own.add_edges_from(sorted(tuple(sorted(e)) for e in graph.subgraph(group).edges))
        start = nx.spring_layout(own, seed=seed)
        # as wide as the longest path through the group, so that an edge is about one unit long in every group
        placed = nx.kamada_kawai_layout(own, pos=start, scale=nx.diameter(own) / 2)
        points = _laid_flat(np.array([placed[node] for node in own]))
        points[:, 0] += left - points[:, 0].min()
        rows += [(node, x, y, part) for node, (x, y) in zip(own, points.tolist(), strict=True)]
        left = float(points[:, 0].max()) + 1.0
    out = pd.DataFrame(rows, columns=["authority_id", "x", "y", "part"]).set_index("authority_id")
    return out.astype({"x": "float64", "y": "float64", "part": "int64"})


def _laid_flat(points: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Rotate points so that their longest axis is horizontal, the first point to the left: a chart is wider than high."""
    points = points - points.mean(axis=0)
    points = points @ np.linalg.svd(points)[2].T
    return points * np.where(points[0] > 0, -1, 1)
