"""Counts by window and month, and how finely the dates allow to count."""

from __future__ import annotations

import pandas as pd

from tmt_dataset.cells import DATE_DTYPE, Tables
from tmt_dataset.errors import unknown
from tmt_dataset.guard import guarded
from tmt_dataset.views.counts import area_of
from tmt_dataset.views.windows import months

__all__ = ["RESOLUTIONS", "collective", "developments", "gaps", "primary_topics", "resolution", "tally"]


#: How exactly a date is known, from fine to coarse.
RESOLUTIONS = ["day", "month", "two months", "longer"]


def gaps(periods: pd.DataFrame) -> pd.DataFrame:
    """Return the runs of days between the first and the last day that no period covers.

    Parameters
    ----------
    periods
        With ``start`` and ``end``, as returned by :func:`windows`.

    Returns
    -------
    pandas.DataFrame
        One row per gap: ``start``, ``end``, ``months``.

    Examples
    --------
    >>> spans = pd.DataFrame({"start": ["2024-01-01", "2024-03-01"], "end": ["2024-01-31", "2024-03-31"]})
    >>> gaps(spans.astype("datetime64[s]"))["end"].dt.strftime("%Y-%m-%d").tolist()
    ['2024-02-29']
    """
    rows = []
    reached: pd.Timestamp | None = None
    for start, end in sorted(zip(periods["start"], periods["end"], strict=True)):
        if reached is not None and start > reached + pd.Timedelta(days=1):
            first, last = reached + pd.Timedelta(days=1), start - pd.Timedelta(days=1)
            rows.append((first, last, months(first, last)))
        reached = end if reached is None else max(reached, end)
    frame = pd.DataFrame(rows, columns=["start", "end", "months"])
    return frame.astype({"start": DATE_DTYPE, "end": DATE_DTYPE, "months": "float64"})


def primary_topics(topics: pd.DataFrame) -> pd.Series:
    """Return the primary topic of each development.

    Parameters
    ----------
    topics
        The table ``development_topics``.

    Returns
    -------
    pandas.Series
        ``topic_id`` (str) by ``development_id``.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> len(primary_topics(ds.development_topics)) == len(ds.developments)
    True
    """
    primary = topics.loc[topics["rank"] == "primary"]
    return primary.set_index("development_id")["topic_id"].astype("str")


@guarded
def developments(ds: Tables) -> pd.DataFrame:
    """Return one row per development with what the analyses group by.

    Returns
    -------
    pandas.DataFrame
        ``development_id``, ``title``, ``date``, ``date_start``, ``date_end``, ``date_basis``, ``action``,
        ``category``, ``topic`` (primary), ``area`` (first part of the topic's path), ``level`` (national, local,
        international).

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> sorted(set(developments(tmt.load())["level"]))
    ['international', 'local', 'national']
    """
    dev = ds["developments"]
    out = dev[["development_id", "title", "date", "date_start", "date_end"]].copy()
    out["date_basis"] = dev["date_basis"].astype("str")
    out["action"] = dev["action"].astype("str")
    out["category"] = out["action"].map(ds["actions"].set_index("action")["category"].astype("str"))
    out["topic"] = out["development_id"].map(primary_topics(ds["development_topics"]))
    out["area"] = area_of(out["topic"])
    levels = ds["places"].set_index("place_id")["level"].astype("str")
    level = dev["jurisdiction"].astype("str").map(levels)
    out["level"] = level.map({"country": "national", "international": "international"}).fillna("local")
    return out


@guarded
def collective(ds: Tables) -> list[str]:
    """Return the developments that sum up others: a series that a source tells in one statement (rule U6).

    Its members are developments too (relation ``includes``), so an analysis that counts leaves out the one or the others.

    Returns
    -------
    list of str
        Their ``development_id``.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> set(collective(ds)) <= set(ds.relations["development_id"])
    True
    """
    relations = ds["relations"]
    return relations.loc[relations["relation"] == "includes", "development_id"].drop_duplicates().tolist()


def tally(frame: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """Count the developments of each window, as a minimum and a maximum.

    Parameters
    ----------
    frame
        As returned by :func:`members`, alone or joined with a table of links.
    by
        A column whose values are counted separately.

    Returns
    -------
    pandas.DataFrame
        ``window``, the column ``by``, ``min`` (developments that must have taken place in the window), ``max``
        (that may have). Every window has a row for every value.

    Raises
    ------
    UnknownCodeError
        For an unknown column.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset.analysis import members, reports, windows
    >>> ds = tmt.load()
    >>> counted = tally(members(developments(ds), windows(ds), reports(ds)), "level")
    >>> bool((counted["min"] <= counted["max"]).all())
    True
    """
    if by is not None and by not in frame.columns:
        raise unknown("column", by, list(frame.columns), ", ".join(map(str, frame.columns)))
    keys = ["window"] if by is None else ["window", by]
    part = frame[[*keys, "certain"]].copy()
    if by is not None:
        part[by] = part[by].astype("category")
    grouped = part.groupby(keys, observed=False)["certain"]
    out = pd.DataFrame({"min": grouped.sum(), "max": grouped.size()}).reset_index()
    return out.astype({"min": "int64", "max": "int64"})


def resolution(developments: pd.DataFrame) -> pd.Series:
    """Return how exactly the date of each development is known.

    Parameters
    ----------
    developments
        With ``date_start`` and ``date_end``.

    Returns
    -------
    pandas.Series
        Ordered categorical with the index of ``developments``: ``day``; ``month`` (within one month of the calendar); ``two
        months`` (within two that follow each other, as the window of a newsletter); ``longer``.

    Examples
    --------
    >>> first, last = ["2024-02-03", "2024-12-01"], ["2024-02-03", "2025-01-31"]
    >>> dates = pd.DataFrame({"date_start": first, "date_end": last}, dtype="datetime64[s]")
    >>> resolution(dates).tolist()
    ['day', 'two months']
    """
    first, last = developments["date_start"], developments["date_end"]
    apart = 12 * (last.dt.year - first.dt.year) + last.dt.month - first.dt.month
    out = pd.Series("longer", index=developments.index, dtype="str")
    for name, found in (("two months", apart <= 1), ("month", apart == 0), ("day", first == last)):
        out[found] = name
    return out.astype(pd.CategoricalDtype(RESOLUTIONS, ordered=True))
