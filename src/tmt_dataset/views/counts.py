"""Counts of developments by window and by what is coded, as a range where dates are intervals."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from math import prod
from typing import NamedTuple

import pandas as pd

from tmt_dataset.cells import TEXT_DTYPE, Tables
from tmt_dataset.errors import unknown
from tmt_dataset.guard import guarded
from tmt_dataset.views.windows import days_of, exposure, members, reports, windows

__all__ = [
    "DIMENSIONS",
    "FOLLOWS",
    "LEVELS",
    "MOST_ROWS",
    "OF_WINDOWS",
    "Dimension",
    "area_of",
    "counts",
    "level_of",
]


#: Level of government for each level of place.
LEVELS: dict[str, str] = {
    "country": "national",
    "province": "provincial",
    "city": "municipal",
    "international": "international",
}


def level_of(developments: pd.DataFrame, places: pd.DataFrame) -> pd.Series:
    """Return the level of government that each development belongs to, by the area that it governs.

    Parameters
    ----------
    developments, places
        The tables of these names.

    Returns
    -------
    pandas.Series
        Ordered categorical ``national`` < ``provincial`` < ``municipal`` < ``international``, with the
        index of ``developments``. Beijing, Chongqing, Shanghai and Tianjin are provincial units.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> level_of(ds.developments, ds.places).cat.categories.tolist()
    ['national', 'provincial', 'municipal', 'international']
    """
    levels = places.set_index(places["place_id"].astype("str"))["level"].astype("str").map(LEVELS)
    order = pd.CategoricalDtype(list(LEVELS.values()), ordered=True)
    return developments["jurisdiction"].astype("str").map(levels).astype(order).rename("level")


# -- what can be counted by


def _own(column: str) -> Callable[[Tables, pd.DataFrame], pd.Series]:
    """Read codes as they are coded."""
    return lambda ds, rows: rows[column]


def _register(ds: Tables, table: str, column: str, codes: pd.Series) -> pd.Series:
    """Look codes up in a register's column, whose order the result has."""
    register = ds[table]
    keys = register[ds.descriptor.table(table).primary_key[0]].astype("str")
    found = codes.astype("str").map(pd.Series(register[column].astype("str").array, keys))
    return found.astype(register[column].dtype)


def area_of(topics: pd.Series) -> pd.Series:
    """Return the areas that topics lie in: the first part of their path.

    Examples
    --------
    >>> area_of(pd.Series(["ai/ethics", "games"])).tolist()
    ['ai', 'games']
    """
    return topics.astype(TEXT_DTYPE).str.replace("/.*", "", regex=True)


def _area(ds: Tables, rows: pd.DataFrame) -> pd.Series:
    order = area_of(ds["topics"]["topic_id"]).drop_duplicates().tolist()
    return area_of(rows["topic_id"]).astype(pd.CategoricalDtype(order))


def _kind_of_instrument(ds: Tables, rows: pd.DataFrame) -> pd.Series:
    return _register(ds, "instruments", "kind", rows["instrument_id"])


class Dimension(NamedTuple):
    """What developments can be counted by: the table whose rows link them to codes, and the code of each row."""

    table: str
    codes: Callable[[Tables, pd.DataFrame], pd.Series]


#: Codes of one table are those of one row: ``authority`` and ``role`` are counted as one body in its role.
DIMENSIONS: dict[str, Dimension] = {
    "area": Dimension("development_topics", _area),
    "topic": Dimension("development_topics", _own("topic_id")),
    "action": Dimension("developments", _own("action")),
    "category": Dimension(
        "developments", lambda ds, rows: _register(ds, "actions", "category", rows["action"])
    ),
    "authority": Dimension("development_authorities", _own("authority_id")),
    "role": Dimension("development_authorities", _own("role")),
    "level": Dimension("developments", lambda ds, rows: level_of(rows, ds["places"])),
    "jurisdiction": Dimension("developments", _own("jurisdiction")),
    "place": Dimension("development_places", _own("place_id")),
    "orientation": Dimension("developments", _own("orientation")),
    "ai_role": Dimension("developments", _own("ai_role")),
    "date_basis": Dimension("developments", _own("date_basis")),
    "addressee": Dimension("provisions", _own("addressee")),
    "modality": Dimension("provisions", _own("modality")),
    "type": Dimension("provisions", _own("type")),
    "risk": Dimension("development_risks", _own("risk_id")),
    "instrument_kind": Dimension("development_instruments", _kind_of_instrument),
    "force": Dimension(
        "development_instruments",
        lambda ds, rows: _register(ds, "instrument_kinds", "force", _kind_of_instrument(ds, rows)),
    ),
}

#: Columns of the windows themselves.
OF_WINDOWS = ("window", "source")

#: Codes that follow from another one: no other pair of them can occur.
FOLLOWS = {
    "area": "topic",
    "category": "action",
    "level": "jurisdiction",
    "force": "instrument_kind",
}

#: A frame of more rows is nobody's table.
MOST_ROWS = 1_000_000


def _links(ds: Tables, table: str, any_topic: bool) -> pd.DataFrame:
    """Return the rows that link developments to codes, without those that are not counted."""
    rows = ds[table]
    if table == "development_topics" and not any_topic:
        return rows.loc[rows["rank"] == "primary"]
    if table == "development_instruments":
        return rows.loc[rows["stage"] != "cited"]
    if table == "development_places":  # a development is also about the area that it governs
        governed = ds["developments"][["development_id", "jurisdiction"]]
        governed = governed.rename(columns={"jurisdiction": "place_id"})
        return pd.concat([rows[["development_id", "place_id"]], governed], ignore_index=True)
    return rows


def _coded(ds: Tables, names: Iterable[str], any_topic: bool) -> list[pd.DataFrame]:
    """Return the developments with their codes, one frame a table, each combination once."""
    by_table: dict[str, list[str]] = {}
    for name in names:
        by_table.setdefault(DIMENSIONS[name].table, []).append(name)
    frames = []
    for table, columns in by_table.items():
        rows = _links(ds, table, any_topic)
        codes = {name: DIMENSIONS[name].codes(ds, rows).cat.remove_unused_categories() for name in columns}
        frame = pd.DataFrame({"development_id": rows["development_id"], **codes})
        frames.append(frame.dropna().drop_duplicates(ignore_index=True))
    return frames


# -- which developments belong to which windows


def _without_collective(ds: Tables, pairs: pd.DataFrame) -> pd.DataFrame:
    """Leave out the collective developments that would be counted beside one of their members."""
    relations = ds["relations"]
    includes = relations.loc[relations["relation"] == "includes", ["development_id", "related_id"]]
    told = pairs[["development_id", "kind"]].drop_duplicates()
    beside = includes.merge(told.rename(columns={"development_id": "related_id"}), on="related_id")
    left_out = pd.MultiIndex.from_frame(beside[["development_id", "kind"]])
    return pairs.loc[~pd.MultiIndex.from_frame(pairs[["development_id", "kind"]]).isin(left_out)]


def _belonging(ds: Tables, periods: pd.DataFrame, over: list[str]) -> pd.DataFrame:
    """Return each development once in a group of windows, and whether it certainly took place in them."""
    dated = ds["developments"][["development_id", "date_start", "date_end"]]
    pairs = _without_collective(ds, members(dated, periods.drop(columns="source"), reports(ds)))
    pairs = pairs.merge(periods[["source_id", "source", "start", "end"]], on="source_id")
    pairs["kind"] = pairs["kind"].astype(periods["kind"].dtype)
    grouped = pairs.groupby([*over, "development_id"], observed=True, sort=False)
    found = grouped.agg(certain=("certain", "any"), windows=("certain", "size")).reset_index()
    # no window holds the whole date, but several of them may
    for row in found.index[~found["certain"] & (found["windows"] > 1)]:
        key = tuple(found.loc[row, [*over, "development_id"]])
        found.loc[row, "certain"] = _covered(grouped.get_group(key))
    return found.drop(columns="windows")


def _covered(pairs: pd.DataFrame) -> bool:
    """Whether some windows together hold the whole date of the one development that they are paired with."""
    first, last = pairs["date_start"].iloc[0], pairs["date_end"].iloc[0]
    days = days_of(pairs["start"].clip(lower=first), pairs["end"].clip(upper=last))
    return bool(len(days) == (last - first).days + 1)


def _ranges(found: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Count the developments of each group that certainly and that possibly belong to it."""
    return found.groupby(keys, observed=True)["certain"].agg(least="sum", most="size").reset_index()


# -- the table of counts


def _asked(by: str | Iterable[str]) -> list[str]:
    names = [by] if isinstance(by, str) or not isinstance(by, Iterable) else list(by)
    known = [*OF_WINDOWS, *DIMENSIONS]
    for name in names:
        if not isinstance(name, str) or name not in known:
            raise unknown("column to count by", name, known, ", ".join(known))
        if names.count(name) > 1:
            raise ValueError(f"by: duplicate value {name!r}")
    return names


def _axes(frames: list[pd.DataFrame], names: list[str]) -> list[pd.DataFrame]:
    """Return the codes that occur, one frame for each column together with those that follow from it."""
    axes = []
    for frame in frames:
        for name in names:
            if name in frame and FOLLOWS.get(name) not in names:
                columns = [name, *(other for other in names if FOLLOWS.get(other) == name)]
                axes.append(frame[columns].drop_duplicates())
    return axes


@guarded
def counts(
    ds: Tables, selected: pd.Series, by: str | Iterable[str] = (), *, any_topic: bool = False
) -> pd.DataFrame:
    """See :meth:`tmt_dataset.Dataset.counts`; ``ds`` is the whole data set, ``selected`` are the developments to count."""
    names = _asked(by)
    if not pd.api.types.is_bool(any_topic):
        raise TypeError(f"any_topic={any_topic!r:.60}: expected True or False")
    over = ["kind", *(name for name in names if name in OF_WINDOWS)]
    periods = windows(ds, reviews_last=True)
    periods["source"] = periods["source_id"]
    for name in ("kind", "window", "source"):
        periods[name] = pd.Categorical(periods[name], categories=periods[name].unique(), ordered=True)
    coded = _coded(ds, (name for name in names if name not in OF_WINDOWS), any_topic)
    axes = _axes(coded, names)
    groups = periods[over].drop_duplicates()
    rows = prod(map(len, [groups, *axes]))
    if rows > MOST_ROWS:
        raise ValueError(
            f"by: expected at most {MOST_ROWS:,} combinations, found {rows:,}; count by fewer columns"
        )
    out = reduce(lambda left, right: left.merge(right, how="cross"), axes, groups)
    covered = [exposure(part) for _, part in periods.groupby(over, observed=True)]
    months = groups.sort_values(over).assign(months=covered)
    found = _belonging(ds, periods, over)
    of = _ranges(found, over).rename(columns={"least": "of_least", "most": "of_most"})
    found = found.loc[found["development_id"].isin(selected)]
    found = reduce(lambda left, right: left.merge(right, on="development_id"), coded, found)
    keys = [*over, *(name for name in names if name not in OF_WINDOWS)]
    out = out.merge(_ranges(found, keys), on=keys, how="left")
    out = out.merge(months, on=over).merge(of, on=over, how="left")
    out = out.sort_values(["kind", *names], ignore_index=True)
    integers = ["least", "most", "of_least", "of_most"]
    out[integers] = out[integers].fillna(0).astype("Int64")
    return out[[*names, "kind", "least", "most", "months", "of_least", "of_most"]]
