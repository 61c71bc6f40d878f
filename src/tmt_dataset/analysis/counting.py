"""Windows, months and what falls into them: the only bins in which developments are counted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tmt_dataset.cells import DATE_DTYPE
from tmt_dataset.errors import unknown

if TYPE_CHECKING:
    from tmt_dataset.dataset import Dataset

# not strftime, which follows the locale
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def months(start: pd.Timestamp, end: pd.Timestamp) -> float:
    """Return how many calendar months two days span, both included; of a part of one, its share of days.

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


def _days(spans: pd.DataFrame) -> pd.DatetimeIndex:
    """Return the days of spans, each once."""
    days = pd.DatetimeIndex([])
    for start, end in zip(spans["start"], spans["end"], strict=True):
        days = days.union(pd.date_range(start, end))
    return days


def _window_label(start: pd.Timestamp, end: pd.Timestamp) -> str:
    first, last = MONTHS[start.month - 1], MONTHS[end.month - 1]
    if start.year != end.year:
        return f"{first} {start.year}–{last} {end.year}"
    if (start.month, end.month) == (1, 12):
        return str(start.year)
    return f"{first} {start.year}" if first == last else f"{first}–{last} {start.year}"


def windows(ds: Dataset, *, reviews_last: bool = False) -> pd.DataFrame:
    """Return the periods that the sources cover, in time order: the only bins in which acts are counted.

    Parameters
    ----------
    ds
        The whole data set. Of a selection, the windows without a hit are missing, and whatever is counted by window
        leaves their zeros out: take the acts of the selection, and the windows of the data set.
    reviews_last
        Whether annual reviews, which hold highlights of their year only, stand apart: last, and marked in
        their label.

    Returns
    -------
    pandas.DataFrame
        ``source_id``, ``window`` (``"Jul–Aug 2024"``), ``kind``, ``start``, ``end``, ``months`` (of the
        window).

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
    >>> len(tally(members(acts(games), windows(ds), reports(ds)))) == len(windows(ds))
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
        With ``start`` and ``end``, as :func:`windows` gives them.

    Examples
    --------
    >>> spans = pd.DataFrame({"start": ["2024-01-01", "2024-07-01"], "end": ["2024-12-31", "2024-08-31"]})
    >>> exposure(spans.astype("datetime64[s]"))
    12.0
    """
    return _months(_days(periods))


def gaps(periods: pd.DataFrame) -> pd.DataFrame:
    """Return the runs of days between the first and the last day that no period covers.

    Returns
    -------
    pandas.DataFrame
        ``start``, ``end``, ``months``.

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


def acts(ds: Dataset) -> pd.DataFrame:
    """Return one row a development with what the analyses group by.

    Returns
    -------
    pandas.DataFrame
        ``development_id``, ``title``, ``date``, ``date_start``, ``date_end``, ``date_basis``, ``action``,
        ``category``, ``topic`` (primary), ``area`` (the first part of its path), ``level`` (national, local,
        international).

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> sorted(set(acts(tmt.load())["level"]))
    ['international', 'local', 'national']
    """
    dev = ds["developments"]
    columns = ["development_id", "title", "date", "date_start", "date_end"]
    out = dev[columns].copy()
    out["date_basis"] = dev["date_basis"].astype("str")
    out["action"] = dev["action"].astype("str")
    out["category"] = out["action"].map(ds["actions"].set_index("action")["category"].astype("str"))
    topics = ds["development_topics"]
    primary = topics.loc[topics["rank"] == "primary"].set_index("development_id")["topic_id"].astype("str")
    out["topic"] = out["development_id"].map(primary)
    out["area"] = out["topic"].str.replace("/.*", "", regex=True)
    levels = ds["places"].set_index("place_id")["level"].astype("str")
    level = dev["jurisdiction"].astype("str").map(levels)
    out["level"] = level.map({"country": "national", "international": "international"}).fillna("local")
    return out


def collective(ds: Dataset) -> list[str]:
    """Return the developments that sum up a series of acts over a period, and are no single act themselves.

    The codebook codes such a statement as a development of its own where none sums the series up (rule U6): its note
    cites the rule, and its date is longer than a day. Members of the series may be developments too, so an analysis that
    places acts in time leaves the sum out.

    Returns
    -------
    list of str
        Their ``development_id``.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> set(collective(ds)) <= set(ds.developments["development_id"])
    True
    """
    dev = ds["developments"]
    cited = dev["note"].str.contains(r"\bU6\b", regex=True).fillna(False).astype("bool")
    return [str(i) for i in dev.loc[cited & (dev["date_start"] < dev["date_end"]), "development_id"]]


def reports(ds: Dataset) -> pd.DataFrame:
    """Return which source reports which development, first or again.

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
    """Return which act may have taken place in which window, and whether it must have.

    Parameters
    ----------
    frame
        Acts: ``development_id``, ``date_start``, ``date_end`` and whatever else is to be grouped by.
    periods
        As :func:`windows` gives them.
    reported
        As :func:`reports` gives them: an act then counts in a window only where the window's own source
        reports it. Without it, whichever source reports it.

    Returns
    -------
    pandas.DataFrame
        One row for each pair: ``source_id``, ``window`` (ordered categorical with every window), ``kind``,
        ``months``, ``certain``, and the columns of the acts.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> own = members(acts(ds), windows(ds), reports(ds))
    >>> len(own) <= len(members(acts(ds), windows(ds)))
    True
    """
    pairs = periods.merge(frame, how="cross")
    if reported is not None:
        pairs = pairs.merge(reported, on=["development_id", "source_id"], validate="one_to_one")
    pairs = pairs.loc[(pairs["date_start"] <= pairs["end"]) & (pairs["date_end"] >= pairs["start"])]
    pairs = pairs.reset_index(drop=True)
    certain = (pairs["date_start"] >= pairs["start"]) & (pairs["date_end"] <= pairs["end"])
    pairs.insert(4, "certain", certain)
    pairs["window"] = pd.Categorical(pairs["window"], categories=list(periods["window"]), ordered=True)
    return pairs.drop(columns=["start", "end"])


def tally(frame: pd.DataFrame, by: str | None = None) -> pd.DataFrame:
    """Return how many acts each window has, at the least and at the most.

    Parameters
    ----------
    frame
        As :func:`members` gives them, or joined with a table of links.
    by
        A column to count apart.

    Returns
    -------
    pandas.DataFrame
        ``window``, the column, ``min`` (acts that must have happened there), ``max`` (that may have). Every
        window has a row with every value.

    Raises
    ------
    UnknownCodeError
        If there is no such column.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> counted = tally(members(acts(ds), windows(ds), reports(ds)), "level")
    >>> bool((counted["min"] <= counted["max"]).all())
    True
    """
    if by is not None and by not in frame.columns:
        raise unknown("column", by, list(frame.columns), "frame.columns")
    keys = ["window"] if by is None else ["window", by]
    part = frame[[*keys, "certain"]].copy()
    if by is not None:
        part[by] = part[by].astype("category")
    grouped = part.groupby(keys, observed=False)["certain"]
    out = pd.DataFrame({"min": grouped.sum(), "max": grouped.size()}).reset_index()
    return out.astype({"min": "int64", "max": "int64"})
