"""Windows, months and what falls into them: the only bins in which developments are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tmt_dataset.cells import DATE_DTYPE
from tmt_dataset.errors import unknown
from tmt_dataset.guard import guarded

if TYPE_CHECKING:
    from tmt_dataset.dataset import Dataset

# not strftime, which follows the locale
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

#: How exactly a date is known, from fine to coarse.
RESOLUTIONS = ["day", "month", "two months", "longer"]


def months(start: pd.Timestamp, end: pd.Timestamp) -> float:
    """Return the number of calendar months from one day to another, both included.

    Part of a month counts as its share of the month's days.

    Examples
    --------
    >>> months(pd.Timestamp("2025-01-01"), pd.Timestamp("2025-02-28"))
    2.0
    >>> months(pd.Timestamp("2024-02-01"), pd.Timestamp("2024-03-15")) == round(1 + 15 / 31, 6)
    True
    """
    return _months(pd.date_range(start, end))


def _months(days: pd.DatetimeIndex) -> float:
    return round(float((1 / days.days_in_month.to_numpy()).sum()), 6)


def _days(starts: pd.Series, ends: pd.Series) -> pd.DatetimeIndex:
    """Return the days of all periods, each day once."""
    days = pd.DatetimeIndex([])
    for start, end in zip(starts, ends, strict=True):
        days = days.union(pd.date_range(start, end))
    return days


def _window_label(start: pd.Timestamp, end: pd.Timestamp) -> str:
    first, last = MONTHS[start.month - 1], MONTHS[end.month - 1]
    if start.year != end.year:
        return f"{first} {start.year}–{last} {end.year}"
    if (start.month, end.month) == (1, 12):
        return str(start.year)
    return f"{first} {start.year}" if first == last else f"{first}–{last} {start.year}"


@guarded
def windows(ds: Dataset, *, reviews_last: bool = False) -> pd.DataFrame:
    """Return the periods that the sources cover, in time order: the only bins in which developments are counted.

    Parameters
    ----------
    ds
        The whole data set. A selection lacks the windows in which it has no development, so counting in its windows
        drops their zeros: take the developments from the selection, but the windows from the whole data set.
    reviews_last
        Whether annual reviews, which hold only highlights of their year, come last and are marked in their label.

    Returns
    -------
    pandas.DataFrame
        One row per source: ``source_id``, ``window`` (``"Jul–Aug 2024"``), ``kind``, ``start``, ``end``,
        ``months`` (length of the window).

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> windows(ds)["window"].iloc[0]
    'Nov–Dec 2023'
    >>> windows(ds, reviews_last=True)["window"].iloc[-1]
    '2024 (review)'
    >>> games = ds.select(topic="games")
    >>> len(windows(games)) < len(windows(ds))
    True
    >>> len(tally(members(developments(games), windows(ds), reports(ds)))) == len(windows(ds))
    True
    """
    sources = ds["sources"].assign(review=ds["sources"]["kind"].astype("str") == "annual-review")
    order = ["review"] if reviews_last else []
    sources = sources.sort_values([*order, "period_start", "period_end", "source_id"], ignore_index=True)
    spans = list(zip(sources["period_start"], sources["period_end"], strict=True))
    labels = pd.Series([_window_label(a, b) for a, b in spans], dtype="str")
    if reviews_last:
        labels += sources["review"].map({True: " (review)", False: ""})
    return pd.DataFrame(
        {
            "source_id": sources["source_id"].astype("str"),
            "window": labels,
            "kind": sources["kind"].astype("str"),
            "start": sources["period_start"],
            "end": sources["period_end"],
            "months": pd.Series([months(a, b) for a, b in spans], dtype="float64"),
        }
    )


def exposure(periods: pd.DataFrame) -> float:
    """Return how many months some periods cover together, each day counted once.

    Parameters
    ----------
    periods
        With ``start`` and ``end``, as returned by :func:`windows`.

    Examples
    --------
    >>> spans = pd.DataFrame({"start": ["2024-01-01", "2024-07-01"], "end": ["2024-12-31", "2024-08-31"]})
    >>> exposure(spans.astype("datetime64[s]"))
    12.0
    """
    return _months(_days(periods["start"], periods["end"]))


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
def developments(ds: Dataset) -> pd.DataFrame:
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
    out["area"] = out["topic"].str.replace("/.*", "", regex=True)
    levels = ds["places"].set_index("place_id")["level"].astype("str")
    level = dev["jurisdiction"].astype("str").map(levels)
    out["level"] = level.map({"country": "national", "international": "international"}).fillna("local")
    return out


@guarded
def collective(ds: Dataset) -> list[str]:
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


@guarded
def reports(ds: Dataset) -> pd.DataFrame:
    """Return which source reports which development, whether first or again.

    Returns
    -------
    pandas.DataFrame
        ``development_id``, ``source_id``; each pair once.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> reports(tmt.load()).duplicated().any().item()
    False
    """
    sources = ds["segments"].set_index("segment_id")["source_id"].astype("str")
    mentions = ds["mentions"]
    frame = pd.DataFrame(
        {
            "development_id": mentions["development_id"],
            "source_id": mentions["segment_id"].astype("str").map(sources),
        }
    )
    return frame.drop_duplicates(ignore_index=True)


def members(frame: pd.DataFrame, periods: pd.DataFrame, reported: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return which development may have taken place in which window, and whether it must have.

    Parameters
    ----------
    frame
        Developments: ``date_start``, ``date_end`` and the columns to group by, as returned by
        :func:`developments`.
    periods
        As returned by :func:`windows`.
    reported
        As returned by :func:`reports`: a development then counts in a window only where the window's own source
        reports it. Without it, a development counts whichever source reports it.

    Returns
    -------
    pandas.DataFrame
        One row per pair of window and development: the columns of ``periods`` without its dates (``window`` is an
        ordered categorical with every window), ``certain`` (bool), and the columns of ``frame``.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> own = members(developments(ds), windows(ds), reports(ds))
    >>> len(own) <= len(members(developments(ds), windows(ds)))
    True
    """
    pairs = periods.merge(frame, how="cross")
    if reported is not None:
        pairs = pairs.merge(reported, on=["development_id", "source_id"], validate="one_to_one")
    pairs = pairs.loc[(pairs["date_start"] <= pairs["end"]) & (pairs["date_end"] >= pairs["start"])]
    pairs = pairs.reset_index(drop=True)
    certain = (pairs["date_start"] >= pairs["start"]) & (pairs["date_end"] <= pairs["end"])
    pairs.insert(list(periods.columns).index("end"), "certain", certain)
    pairs["window"] = pd.Categorical(pairs["window"], categories=list(periods["window"]), ordered=True)
    return pairs.drop(columns=["start", "end"])


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
