"""What the sources can carry: ranges of counts, shares and rates with intervals, lifecycles, numbers.

The sources are one law firm's selection: four two-month windows and a review of one year. Three rules follow,
and every function here keeps them. Counts belong to a window and its months, never to a calendar year. An act
whose date is an interval counts as a range: in a window's maximum where it may have happened there, in the
minimum only where it must have. A share of too few acts is not given.

>>> import tmt_dataset as tmt
>>> from tmt_dataset import analysis
>>> ds = tmt.load()
>>> analysis.windows(ds)["months"].tolist()
[2.0, 12.0, 2.0, 2.0, 2.0]
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
import pandas as pd

from tmt_dataset.cells import DATE_DTYPE
from tmt_dataset.errors import MissingExtraError, unknown

if TYPE_CHECKING:
    from tmt_dataset.dataset import Dataset

# not strftime, which follows the locale
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

#: Fewer acts than this carry no share.
AT_LEAST = 10


def _stats() -> Any:
    try:
        from scipy import stats
    except ImportError:
        raise MissingExtraError('intervals and tests need scipy: pip install "tmt-dataset[plots]"') from None
    return stats


# -- windows and months


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


# -- acts and the windows they may fall in


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


# -- intervals and tests


def _judge_level(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence={confidence}: expected a number between 0 and 1, as 0.95")


def wilson(k: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return Wilson's score interval of a share.

    Parameters
    ----------
    k, n
        Hits, of how many.
    confidence
        Of the interval.

    Returns
    -------
    tuple of float
        Lower and upper bound; 0 and 1 where ``n`` is 0.

    Raises
    ------
    ValueError
        If there are more hits than trials, a count is negative, or ``confidence`` does not lie between 0 and 1.

    Examples
    --------
    >>> [round(bound, 3) for bound in wilson(4, 33)]
    [0.048, 0.273]
    """
    _judge_level(confidence)
    if not 0 <= k <= n:
        raise ValueError(f"k={k}: expected 0 to n={n}")
    if n == 0:
        return 0.0, 1.0
    interval = _stats().binomtest(int(k), int(n)).proportion_ci(confidence, method="wilson")
    return float(interval.low), float(interval.high)


def poisson(k: int, time: float = 1.0, confidence: float = 0.95) -> tuple[float, float]:
    """Return the exact (Garwood) interval of a rate.

    Parameters
    ----------
    k
        Events.
    time
        In which they happened.
    confidence
        Of the interval.

    Returns
    -------
    tuple of float
        Lower and upper bound, events per unit of time.

    Raises
    ------
    ValueError
        If ``k`` is negative, ``time`` is not above 0, or ``confidence`` does not lie between 0 and 1.

    Examples
    --------
    >>> [round(bound, 2) for bound in poisson(4, 2)]
    [0.54, 5.12]
    """
    _judge_level(confidence)
    if not k >= 0:
        raise ValueError(f"k={k}: expected a count of events, 0 or more")
    if not 0 < time < np.inf:
        raise ValueError(f"time={time}: expected a finite number above 0")
    chi2 = _stats().chi2
    alpha = 1 - confidence
    low = float(chi2.ppf(alpha / 2, 2 * k)) / 2 if k else 0.0
    return low / time, float(chi2.ppf(1 - alpha / 2, 2 * k + 2)) / 2 / time


def _ranges(frame: pd.DataFrame, hit: str) -> pd.DataFrame:
    """Return least and most hits (``k``), misses (``m``) and acts (``n``) for each window."""
    if hit not in frame.columns:
        raise unknown("column", hit, list(frame.columns), "frame.columns")
    kind = pd.api.types.infer_dtype(frame[hit], skipna=False)
    if kind not in ("boolean", "empty") or frame[hit].isna().any():
        raise TypeError(
            f"column {hit!r}: expected booleans, without missing values, found {frame[hit].dtype}; mark the hits in a column "
            "of their own, as frame.assign(hit=frame['area'].eq('ai'))"
        )
    flags = frame.assign(hits=frame[hit].astype(bool), misses=~frame[hit].astype(bool))
    grouped = flags.groupby("window", observed=False)
    out = pd.DataFrame(index=grouped.size().index)
    for name, column in (("k", "hits"), ("m", "misses")):
        out[f"{name}_min"] = (flags[column] & flags["certain"]).groupby(flags["window"], observed=False).sum()
        out[f"{name}_max"] = grouped[column].sum()
    out["n_min"], out["n_max"] = out["k_min"] + out["m_min"], out["k_max"] + out["m_max"]
    return out.astype("int64")


def shares(
    frame: pd.DataFrame, hit: str, *, confidence: float = 0.95, at_least: int = AT_LEAST
) -> pd.DataFrame:
    """Return the share of the acts of each window that are hits, with Wilson intervals.

    Parameters
    ----------
    frame
        As :func:`members` gives them.
    hit
        Name of a column of booleans.
    confidence
        Of the intervals.
    at_least
        Windows with fewer acts get no share.

    Returns
    -------
    pandas.DataFrame
        ``window``, ``k_min``, ``k_max`` (hits), ``n_min``, ``n_max`` (acts), ``share_min``, ``share_max``
        (what the dates allow), ``low`` (lower bound of the least share), ``high`` (upper bound of the
        greatest). Not a number where there are too few acts.

    Raises
    ------
    UnknownCodeError
        If there is no such column.
    TypeError
        If it does not hold booleans.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> frame = members(acts(ds).assign(ai=lambda a: a["area"].eq("ai")), windows(ds), reports(ds))
    >>> shares(frame, "ai")["window"].astype("str").tolist()[0]
    'Nov–Dec 2023'
    """
    out = _ranges(frame, hit)
    bounds = []
    for label in out.index:
        row = _row(out, label)
        # the least share: no doubtful hit happened there and every doubtful miss did
        few = (row["k_min"], row["k_min"] + row["m_max"])
        many = (row["k_max"], row["k_max"] + row["m_min"])
        if row["n_min"] < max(at_least, 1):  # a window that may be empty has no share
            bounds.append((np.nan,) * 4)
        else:
            low, high = wilson(*few, confidence)[0], wilson(*many, confidence)[1]
            bounds.append((few[0] / few[1], many[0] / many[1], low, high))
    out[["share_min", "share_max", "low", "high"]] = np.array(bounds, dtype=float).reshape(-1, 4)
    return out.drop(columns=["m_min", "m_max"]).reset_index()


def rates(frame: pd.DataFrame, hit: str, *, confidence: float = 0.95) -> pd.DataFrame:
    """Return how many hits a covered month of each window has, with exact Poisson intervals.

    Parameters
    ----------
    frame
        As :func:`members` gives them.
    hit
        Name of a column of booleans.
    confidence
        Of the intervals.

    Returns
    -------
    pandas.DataFrame
        ``window``, ``months``, ``k_min``, ``k_max``, ``rate_min``, ``rate_max``, ``low``, ``high``. A window
        without any act has no row, so give it all acts, with the hits marked, and not the hits alone: a window
        without a hit has a rate, too.

    Raises
    ------
    UnknownCodeError
        If there is no such column.
    TypeError
        If it does not hold booleans.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> frame = members(acts(ds).assign(any=True), windows(ds), reports(ds))
    >>> bool((rates(frame, "any")["low"] > 0).all())
    True
    """
    out = _ranges(frame, hit)[["k_min", "k_max"]]
    out.insert(0, "months", frame.groupby("window", observed=False)["months"].first())
    out = out.dropna(subset=["months"])
    for end, name, which in (("k_min", "low", 0), ("k_max", "high", 1)):
        out[f"rate_{end[2:]}"] = out[end] / out["months"]
        pairs = zip(out[end], out["months"], strict=True)
        out[name] = [poisson(k, time, confidence)[which] for k, time in pairs]
    return out[["months", "k_min", "k_max", "rate_min", "rate_max", "low", "high"]].reset_index()


def compare(
    frame: pd.DataFrame, hit: str, before: str, after: str, *, confidence: float = 0.95
) -> pd.DataFrame:
    """Compare two windows exactly: their shares (Fisher) and their rates (given the sum of both counts).

    Every count that the dates allow is tried, so each result is a range. The p-value says how often a random
    labelling of these acts would part the windows as far; the acts are a selection, so it says nothing about
    acts that the sources leave out.

    Parameters
    ----------
    frame
        As :func:`members` gives them.
    hit
        Name of a column of booleans.
    before, after
        Two windows.
    confidence
        Of the intervals.

    Returns
    -------
    pandas.DataFrame
        Rows ``share`` and ``rate``; columns ``before_min``, ``before_max``, ``after_min``, ``after_max``
        (shares, or hits per month), ``ratio_min``, ``ratio_max`` (odds ratio, conditional maximum likelihood;
        rate ratio), ``low``, ``high`` (exact interval of the ratio, its widest ends), ``p_min``, ``p_max``
        (two-sided), ``test``.

    Raises
    ------
    UnknownCodeError
        If there is no such window or column.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> frame = members(acts(ds).assign(ai=lambda a: a["area"].eq("ai")), windows(ds), reports(ds))
    >>> compare(frame, "ai", "Jul–Aug 2024", "Jul–Aug 2025").index.tolist()
    ['share', 'rate']
    """
    counts = _ranges(frame, hit)
    known = [str(label) for label in counts.index]
    for label in (before, after):
        if label not in known:
            raise unknown("window", label, known, "analysis.windows(ds)")
    time = frame.groupby("window", observed=False)["months"].first()
    a, b = (_row(counts, label) for label in (before, after))
    of_shares = _compare_shares(a, b, confidence)
    of_rates = _compare_rates(a, b, float(time[before]), float(time[after]), confidence)
    out = pd.DataFrame([of_shares, of_rates], index=["share", "rate"])
    out["test"] = ["Fisher, exact", "Poisson, exact, conditional"]
    return out


Counts = dict[str, int]


def _row(counts: pd.DataFrame, label: str) -> Counts:
    return {str(name): int(counts[name].to_dict()[label]) for name in counts.columns}


def _upto(row: Counts, name: str) -> range:
    return range(row[f"{name}_min"], row[f"{name}_max"] + 1)


def _compare_shares(a: Counts, b: Counts, confidence: float) -> dict[str, float]:
    stats = _stats()
    grid = product(_upto(a, "k"), _upto(a, "m"), _upto(b, "k"), _upto(b, "m"))
    p = [float(stats.fisher_exact([[k2, m2], [k1, m1]])[1]) for k1, m1, k2, m2 in grid]

    def ratio(k1: int, m1: int, k2: int, m2: int) -> tuple[float, float, float]:
        if min(k1 + k2, m1 + m2, k1 + m1, k2 + m2) == 0:  # all alike: nothing to compare
            return np.nan, 0.0, np.inf
        result = stats.contingency.odds_ratio([[k2, m2], [k1, m1]])
        interval = result.confidence_interval(confidence)
        return float(result.statistic), float(interval.low), float(interval.high)

    # the odds ratio grows with hits after and misses before, so its ends are two corners of the grid
    least = ratio(a["k_max"], a["m_min"], b["k_min"], b["m_max"])
    most = ratio(a["k_min"], a["m_max"], b["k_max"], b["m_min"])

    def share(k: int, m: int) -> float:
        return k / (k + m) if k + m else np.nan

    return {
        "before_min": share(a["k_min"], a["m_max"]),
        "before_max": share(a["k_max"], a["m_min"]),
        "after_min": share(b["k_min"], b["m_max"]),
        "after_max": share(b["k_max"], b["m_min"]),
        "ratio_min": least[0],
        "ratio_max": most[0],
        "low": least[1],
        "high": most[2],
        "p_min": min(p),
        "p_max": max(p),
    }


def _compare_rates(a: Counts, b: Counts, time_a: float, time_b: float, confidence: float) -> dict[str, float]:
    stats = _stats()

    def ratio(k1: int, k2: int) -> tuple[float, float, float, float]:
        if k1 + k2 == 0:
            return np.nan, 0.0, np.inf, 1.0
        test = stats.binomtest(int(k2), int(k1 + k2), time_b / (time_a + time_b))
        low, high = (
            float(p / (1 - p) * time_a / time_b) if p < 1 else np.inf
            for p in test.proportion_ci(confidence, method="exact")
        )
        return (k2 / time_b) / (k1 / time_a) if k1 else np.inf, low, high, float(test.pvalue)

    p = [ratio(k1, k2)[3] for k1, k2 in product(_upto(a, "k"), _upto(b, "k"))]
    least, most = ratio(a["k_max"], b["k_min"]), ratio(a["k_min"], b["k_max"])
    return {
        "before_min": a["k_min"] / time_a,
        "before_max": a["k_max"] / time_a,
        "after_min": b["k_min"] / time_b,
        "after_max": b["k_max"] / time_b,
        "ratio_min": least[0],
        "ratio_max": most[0],
        "low": least[1],
        "high": most[2],
        "p_min": min(p),
        "p_max": max(p),
    }


# -- links: instruments and bodies


def stages(ds: Dataset) -> pd.DataFrame:
    """Return the instruments that developments draft, issue or otherwise move, with their kind and force.

    Returns
    -------
    pandas.DataFrame
        ``development_id``, ``instrument_id``, ``instrument`` (title), ``kind``, ``kind_label``, ``force``,
        ``stage``, ``step`` (``draft`` for planned and draft, ``final`` for approved, issued, revised and
        effective). Instruments that are only cited are left out.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> sorted(set(stages(tmt.load())["step"]))
    ['draft', 'final']
    """
    links = ds["development_instruments"]
    links = links.loc[links["stage"] != "cited"].astype({"stage": "str"})
    instruments = ds["instruments"].set_index("instrument_id")
    kinds = ds["instrument_kinds"].set_index("kind")
    kind = links["instrument_id"].map(instruments["kind"].astype("str"))
    return pd.DataFrame(
        {
            "development_id": links["development_id"],
            "instrument_id": links["instrument_id"].astype("str"),
            "instrument": links["instrument_id"].map(instruments["title"]),
            "kind": kind,
            "kind_label": kind.map(kinds["label"]),
            "force": kind.map(kinds["force"].astype("str")),
            "stage": links["stage"],
            "step": links["stage"].isin(["planned", "draft"]).map({True: "draft", False: "final"}),
        }
    ).reset_index(drop=True)


def leads(ds: Dataset) -> pd.DataFrame:
    """Return the body that leads a development or decides it as a court, with its kind and level.

    Returns
    -------
    pandas.DataFrame
        ``development_id``, ``authority_id``, ``body`` (the abbreviation where there is one), ``kind``,
        ``level``. Developments without such a body have no row.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> "CAC" in set(leads(tmt.load())["body"])
    True
    """
    links = ds["development_authorities"]
    links = links.loc[links["role"].isin(["lead", "court"])]
    register = ds["authorities"].set_index("authority_id")
    names = register["abbreviation"].fillna(register["name"])
    codes = links["authority_id"].astype("str")
    return pd.DataFrame(
        {
            "development_id": links["development_id"],
            "authority_id": codes,
            "body": codes.map(names),
            "kind": codes.map(register["kind"].astype("str")),
            "level": codes.map(register["level"].astype("str")),
        }
    ).reset_index(drop=True)


# -- lives of instruments


def narrowed(events: pd.DataFrame) -> pd.DataFrame:
    """Return events with their dates narrowed to what their order allows.

    Parameters
    ----------
    events
        As :func:`lifecycles` gives them: no event of an instrument lies before the one above it.

    Returns
    -------
    pandas.DataFrame
        The same rows; ``date_start`` is not before that of the event above, ``date_end`` not after that of
        the event below.

    Examples
    --------
    >>> events = pd.DataFrame(
    ...     {
    ...         "instrument_id": ["a", "a"],
    ...         "date_start": ["2024-08-14", "2024-01-01"],
    ...         "date_end": ["2024-08-14", "2024-12-31"],
    ...     }
    ... ).astype({"date_start": "datetime64[s]", "date_end": "datetime64[s]"})
    >>> narrowed(events)["date_start"].dt.strftime("%Y-%m-%d").tolist()
    ['2024-08-14', '2024-08-14']
    """
    out = events.copy()
    out["date_start"] = out.groupby("instrument_id", sort=False)["date_start"].cummax()
    out["date_end"] = out[::-1].groupby("instrument_id", sort=False)["date_end"].cummin()[::-1]
    return out


def days_between(first: pd.DataFrame, last: pd.DataFrame) -> pd.DataFrame:
    """Return how many days lie between pairs of dates, at the least and at the most.

    Parameters
    ----------
    first, last
        Frames of one length with ``date_start`` and ``date_end``; the second date of a pair is not before the
        first.

    Returns
    -------
    pandas.DataFrame
        ``days_min``, ``days_max`` as nullable integers, missing where a date is.

    Examples
    --------
    >>> dates = pd.DataFrame(
    ...     {"date_start": ["2025-01-01", "2025-07-22"], "date_end": ["2025-02-28", "2025-07-22"]}
    ... ).astype("datetime64[s]")
    >>> days_between(dates[:1], dates[1:]).to_numpy().tolist()
    [[144, 202]]
    """
    least = last["date_start"].reset_index(drop=True) - first["date_end"].reset_index(drop=True)
    most = last["date_end"].reset_index(drop=True) - first["date_start"].reset_index(drop=True)
    columns = {"days_min": least, "days_max": most}
    return pd.DataFrame({k: v.dt.days.clip(lower=0).astype("Int64") for k, v in columns.items()})


def lifecycles(ds: Dataset) -> pd.DataFrame:
    """Return the events of every instrument: planned, draft, approved, issued, revised, effective.

    Returns
    -------
    pandas.DataFrame
        ``instrument_id``, ``instrument`` (title), ``kind``, ``force``, ``stage``, ``date``, ``date_start``,
        ``date_end``, ``days_min`` and ``days_max`` since the event before, ``development_id``. Where the
        dates of two events overlap, the order of the stages decides.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> events = lifecycles(tmt.load().select(instrument="shake-to-activate-guide"))
    >>> bool((events["days_min"].dropna() >= 0).all())
    True
    """
    register = stages(ds).drop_duplicates("instrument_id")
    columns = ["instrument_id", "instrument", "kind", "force"]
    lives = []
    for row in register.itertuples():
        events = ds.lifecycle(cast(str, row.instrument_id))
        events = events[["stage", "date", "date_start", "date_end", "development_id"]].copy()
        days = days_between(events[["date_start", "date_end"]].shift(), events)
        events.insert(4, "days_min", days["days_min"])
        events.insert(5, "days_max", days["days_max"])
        for position, column in enumerate(columns):
            events.insert(position, column, getattr(row, column))
        lives.append(events)
    if not lives:
        types: dict[Any, Any] = {
            **dict.fromkeys([*columns, "stage", "date"], "str"),
            **dict.fromkeys(["date_start", "date_end"], DATE_DTYPE),
            **dict.fromkeys(["days_min", "days_max"], "Int64"),
            "development_id": "str",
        }
        return pd.DataFrame(columns=list(types)).astype(types)
    return pd.concat(lives, ignore_index=True)


def steps(events: pd.DataFrame) -> pd.DataFrame:
    """Return each step from one event of an instrument to the next, with the days that it took.

    Parameters
    ----------
    events
        As :func:`lifecycles` gives them.

    Returns
    -------
    pandas.DataFrame
        ``instrument_id``, ``instrument``, ``step`` (``"draft to issued"``), ``from_date``, ``to_date``
        (EDTF), ``days_min``, ``days_max``, ``development_id`` of the later event.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> guide = tmt.load().select(instrument="shake-to-activate-guide")
    >>> steps(lifecycles(guide))["step"].tolist()
    ['draft to issued']
    """
    before = events.groupby("instrument_id", sort=False)[["stage", "date"]].shift()
    out = pd.DataFrame(
        {
            "instrument_id": events["instrument_id"],
            "instrument": events["instrument"],
            "step": before["stage"] + " to " + events["stage"].astype("str"),
            "from_date": before["date"],
            "to_date": events["date"],
            "days_min": events["days_min"],
            "days_max": events["days_max"],
            "development_id": events["development_id"],
        }
    )
    return out.loc[before["stage"].notna()].reset_index(drop=True)


def related_steps(ds: Dataset) -> pd.DataFrame:
    """Return what followed on what across instruments: related developments with the days between them.

    Returns
    -------
    pandas.DataFrame
        ``relation``, ``from_id``, ``from_title``, ``from_date``, ``to_id``, ``to_title``, ``to_date``,
        ``days_min``, ``days_max``, ``basis`` (``quoted`` where a quote states the relation, ``inferred``
        where a note argues it).

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> set(related_steps(tmt.load())["basis"]) <= {"quoted", "inferred"}
    True
    """
    relations = ds["relations"].reset_index(drop=True)
    dev = ds["developments"].set_index("development_id")
    earlier, later = (
        dev.loc[relations[name]].reset_index(drop=True) for name in ("related_id", "development_id")
    )
    days = days_between(earlier, later)
    return pd.DataFrame(
        {
            "relation": relations["relation"].astype("str"),
            "from_id": relations["related_id"],
            "from_title": earlier["title"],
            "from_date": earlier["date"],
            "to_id": relations["development_id"],
            "to_title": later["title"],
            "to_date": later["date"],
            "days_min": days["days_min"],
            "days_max": days["days_max"],
            "basis": relations["quote_id"].notna().map({True: "quoted", False: "inferred"}),
        }
    )


def open_drafts(
    ds: Dataset, events: pd.DataFrame | None = None, until: pd.Timestamp | None = None
) -> pd.DataFrame:
    """Return the plans and drafts of which the sources report no final form.

    Parameters
    ----------
    ds
        The data.
    events
        As :func:`lifecycles` gives them; without it, they are worked out here.
    until
        Day up to which their age counts; without it, the last day that the sources cover.

    Returns
    -------
    pandas.DataFrame
        ``instrument_id``, ``instrument``, ``kind``, ``force``, ``stage`` (the latest), ``date``,
        ``date_start``, ``date_end``, ``development_id`` (of the first event), ``days_min``, ``days_max``
        (age on that day), ``latest_id`` (the development of the latest event); oldest first.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> set(open_drafts(tmt.load().select(topic="ai/legislation"))["stage"]) <= {"planned", "draft"}
    True
    """
    events = lifecycles(ds) if events is None else events
    if until is None:
        # without sources there is nothing whose age counts
        until = ds.period[1] if ds.period else cast(pd.Timestamp, pd.NaT)
    left = events.drop_duplicates("instrument_id").reset_index(drop=True)
    last = events.drop_duplicates("instrument_id", keep="last").set_index("instrument_id")
    left["stage"] = left["instrument_id"].map(last["stage"])
    left["latest_id"] = left["instrument_id"].map(last["development_id"])
    relations = ds["relations"]
    # a draft may have become final under another instrument
    done = relations.loc[relations["relation"] == "finalises", "related_id"]
    left = left.loc[left["stage"].isin(["planned", "draft"]) & ~left["latest_id"].isin(done)]
    left = left.sort_values(["date_start", "date_end", "instrument_id"], ignore_index=True)
    today = pd.DataFrame({"date_start": until, "date_end": until}, index=left.index, dtype=DATE_DTYPE)
    left[["days_min", "days_max"]] = days_between(left, today)
    return left


# -- numbers


def numbers(ds: Dataset, kind: str | list[str] | None = None) -> pd.DataFrame:
    """Return what the sources put in figures, each number with the act, the body and the quote it comes from.

    Parameters
    ----------
    ds
        The data.
    kind
        ``statistic``, ``target``, ``requirement``, ``penalty``, ``damages``, ``funding``; several of them; or
        all.

    Returns
    -------
    pandas.DataFrame
        ``figure_id``, ``measure``, ``label``, ``value``, ``unit``, ``qualifier``, ``kind``, ``aggregation``,
        ``period_start``, ``period_end``, ``months`` (of the period, where both ends are known), ``body``
        (that leads the act), ``development_id``, ``title``, ``action``, ``date``, ``date_start``,
        ``date_end``, ``quote``.

    Raises
    ------
    UnknownCodeError
        If there is no such kind.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> set(numbers(tmt.load(), "penalty")["unit"])
    {'CNY'}
    """
    figures = ds["figures"]
    if kind is not None:
        wanted = [kind] if isinstance(kind, str) else list(kind)
        known = ds.descriptor.table("figures").field("kind").enum
        for code in wanted:
            if code not in known:
                raise unknown("kind of figure", code, list(known), "ds.figures['kind'].cat.categories")
        figures = figures.loc[figures["kind"].isin(wanted)]
    figures = figures.reset_index(drop=True)
    dev = ds["developments"].set_index("development_id").loc[figures["development_id"]].reset_index(drop=True)
    measures = ds["measures"].set_index("measure")
    measure = figures["measure"].astype("str")
    bodies = leads(ds).groupby("development_id")["body"].agg(", ".join)
    spans = zip(figures["period_start"], figures["period_end"], strict=True)
    length = [months(a, b) if pd.notna(a) and pd.notna(b) else np.nan for a, b in spans]
    return pd.DataFrame(
        {
            "figure_id": figures["figure_id"],
            "measure": measure,
            "label": measure.map(measures["label"]),
            "value": figures["value"],
            "unit": measure.map(measures["unit"].astype("str")),
            "qualifier": figures["qualifier"].astype("str"),
            "kind": figures["kind"].astype("str"),
            "aggregation": figures["aggregation"].astype("str"),
            "period_start": figures["period_start"],
            "period_end": figures["period_end"],
            "months": pd.Series(length, dtype="float64"),
            "body": figures["development_id"].map(bodies),
            "development_id": figures["development_id"],
            "title": dev["title"],
            "action": dev["action"].astype("str"),
            "date": dev["date"],
            "date_start": dev["date_start"],
            "date_end": dev["date_end"],
            "quote": figures["quote_id"].map(ds["quotes"].set_index("quote_id")["exact"]),
        }
    )


def targets(ds: Dataset) -> pd.DataFrame:
    """Return the targets that acts set, and how many results the sources report in the same measure.

    Returns
    -------
    pandas.DataFrame
        As :func:`numbers`, with ``due`` (the target's day, where it has one) and ``results``; soonest due
        first.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> set(targets(tmt.load())["kind"])
    {'target'}
    """
    out = numbers(ds, "target")
    results = numbers(ds, "statistic")["measure"].value_counts()
    out["due"] = out["period_end"]
    out["results"] = out["measure"].map(results).fillna(0).astype("int64")
    return out.sort_values(["due", "date_start", "figure_id"], ignore_index=True)


def implied(
    series: pd.DataFrame, keep: Literal["all", "stated"] = "all"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tell a measure's totals and its flows apart, and add what follows from them by subtraction.

    A total at the end of a period less the flow within it is the total before the period; the difference of
    two totals is the flow between them. Only exact numbers are subtracted.

    Parameters
    ----------
    series
        As :meth:`tmt_dataset.Dataset.series` gives it.
    keep
        ``"stated"`` leaves the subtractions out.

    Returns
    -------
    totals : pandas.DataFrame
        ``place``, ``date``, ``value``, ``qualifier``, ``basis`` (``stated``, ``implied``). Where a total is
        known exactly, vaguer ones of the same day are left out.
    flows : pandas.DataFrame
        ``place``, ``start``, ``end``, ``months``, ``value``, ``per_month``, ``qualifier``, ``basis``. A flow
        whose period is not known has missing days and no rate.

    Raises
    ------
    ValueError
        If ``keep`` is neither of its two values.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> totals, flows = implied(tmt.load().series("genai_services_filed"))
    >>> set(totals["basis"]) <= {"stated", "implied"}
    True
    """
    if keep not in ("all", "stated"):
        raise ValueError(f"keep={keep!r}: expected 'all' or 'stated'")
    columns = ["place", "value", "qualifier", "basis"]
    stated = series.assign(basis="stated", qualifier=series["qualifier"].astype("str"))
    totals = stated.loc[(stated["aggregation"] == "cumulative") & stated["period_end"].notna()]
    totals = totals.rename(columns={"period_end": "date"})[["date", *columns]]
    totals["exact"] = totals["qualifier"] == "exact"
    totals = totals.sort_values("exact", ascending=False, kind="stable").drop_duplicates(["place", "date"])
    flows = stated.loc[stated["aggregation"] == "flow"]
    flows = flows.rename(columns={"period_start": "start", "period_end": "end"})[["start", "end", *columns]]
    flows.loc[flows["start"].isna() | flows["end"].isna(), ["start", "end"]] = pd.NaT
    if keep == "all":
        day = pd.Timedelta(days=1)
        known = totals.loc[totals["exact"]]
        ends = flows.loc[flows["qualifier"] == "exact"].merge(
            known, left_on=["place", "end"], right_on=["place", "date"], suffixes=("", "_total")
        )
        before = pd.DataFrame(
            {
                "place": ends["place"],
                "date": ends["start"] - day,
                "value": ends["value_total"] - ends["value"],
                "qualifier": "exact",
                "basis": "implied",
                "exact": True,
            }
        )
        totals = pd.concat([totals, before]).drop_duplicates(["place", "date"])
        known = totals.loc[totals["exact"]].sort_values(["place", "date"])
        last = known.groupby("place", observed=True)[["date", "value"]].shift()
        between = pd.DataFrame(
            {
                "place": known["place"],
                "start": last["date"] + day,
                "end": known["date"],
                "value": known["value"] - last["value"],
                "qualifier": "exact",
                "basis": "implied",
            }
        )
        between = between.loc[between["start"].notna()]
        flows = pd.concat([flows, between])
        spans = flows["start"].notna()
        flows = flows.loc[~(spans & flows.duplicated(["place", "start", "end"]))]
    spans_of = zip(flows["start"], flows["end"], strict=True)
    flows["months"] = [months(a, b) if pd.notna(a) else np.nan for a, b in spans_of]
    flows["per_month"] = flows["value"] / flows["months"]
    totals = totals.sort_values(["place", "date"], ignore_index=True)
    flows = flows.sort_values(["place", "start", "end"], ignore_index=True)
    order = ["place", "start", "end", "months", "value", "per_month", "qualifier", "basis"]
    return totals[["place", "date", "value", "qualifier", "basis"]], flows[order]
