"""Windows, the months that they cover, and which developments belong to them."""

from __future__ import annotations

import pandas as pd

from tmt_dataset.cells import TEXT_DTYPE, Tables
from tmt_dataset.guard import guarded

__all__ = ["MONTHS", "days_of", "exposure", "members", "months", "reports", "windows"]


# not strftime, which follows the locale
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


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


def days_of(starts: pd.Series, ends: pd.Series) -> pd.DatetimeIndex:
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
def windows(ds: Tables, *, reviews_last: bool = False) -> pd.DataFrame:
    """Return the periods that the sources cover, in time order: the only bins in which developments are counted.

    Parameters
    ----------
    ds
        The whole data set. A selection lacks the windows in which it has no development, so counting in its windows
        drops their zeros: take the developments from the selection, but the windows from the whole data set, as
        :meth:`tmt_dataset.Dataset.counts` does.
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
    >>> len(windows(ds.select(topic="games"))) < len(windows(ds))
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
    return _months(days_of(periods["start"], periods["end"]))


@guarded
def reports(ds: Tables) -> pd.DataFrame:
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
            "source_id": mentions["segment_id"].astype("str").map(sources).astype(TEXT_DTYPE),
        }
    )
    return frame.drop_duplicates(ignore_index=True)


def members(frame: pd.DataFrame, periods: pd.DataFrame, reported: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return which development may have taken place in which window, and whether it must have.

    Parameters
    ----------
    frame
        Developments: ``development_id``, ``date_start``, ``date_end`` and the columns to group by, as returned by
        :func:`tmt_dataset.analysis.developments`.
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
    >>> own = members(ds.developments, windows(ds), reports(ds))
    >>> len(own) <= len(members(ds.developments, windows(ds)))
    True
    """
    pairs = periods.merge(frame, how="cross")
    if reported is not None:
        pairs = pairs.merge(reported, on=["development_id", "source_id"], validate="one_to_one")
    pairs = pairs.loc[(pairs["date_start"] <= pairs["end"]) & (pairs["date_end"] >= pairs["start"])]
    pairs = pairs.reset_index(drop=True)
    certain = (pairs["date_start"] >= pairs["start"]) & (pairs["date_end"] <= pairs["end"])
    pairs.insert(list(periods.columns).index("end"), "certain", certain)
    pairs["window"] = pd.Categorical(pairs["window"], categories=periods["window"].unique(), ordered=True)
    return pairs.drop(columns=["start", "end"])
