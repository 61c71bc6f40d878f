"""Intervals and tests: shares, rates, two windows compared, and the overlap of two lists."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from tmt_dataset.errors import MissingExtraError, unknown

__all__ = [
    "AT_LEAST",
    "compare",
    "differences",
    "fisher",
    "none_seen",
    "odds",
    "poisson",
    "population",
    "rates",
    "shares",
    "wilson",
]


#: The fewest developments for which a share is given.
AT_LEAST = 10


_Counts = dict[str, int]


def _stats() -> Any:
    try:
        from scipy import stats
    except ImportError:
        raise MissingExtraError('intervals and tests need scipy: pip install "tmt-dataset[plots]"') from None
    return stats


def _check_confidence(confidence: float) -> None:
    if not 0 < confidence < 1:
        raise ValueError(f"confidence={confidence}: expected a number between 0 and 1, such as 0.95")


def wilson(k: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Return Wilson's score interval of a share.

    Parameters
    ----------
    k, n
        Number of hits, and of trials.
    confidence
        Confidence level of the interval.

    Returns
    -------
    tuple of float
        Lower and upper bound; 0 and 1 where ``n`` is 0.

    Raises
    ------
    ValueError
        If there are more hits than trials, a count is negative, or ``confidence`` does not lie between 0 and 1.
    MissingExtraError
        If scipy is not installed.

    Examples
    --------
    >>> [round(bound, 3) for bound in wilson(4, 33)]
    [0.048, 0.273]
    """
    _check_confidence(confidence)
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
        Number of events.
    time
        Time in which they happened.
    confidence
        Confidence level of the interval.

    Returns
    -------
    tuple of float
        Lower and upper bound, in events per unit of time.

    Raises
    ------
    ValueError
        If ``k`` is negative, ``time`` is not above 0, or ``confidence`` does not lie between 0 and 1.
    MissingExtraError
        If scipy is not installed.

    Examples
    --------
    >>> [round(bound, 2) for bound in poisson(4, 2)]
    [0.54, 5.12]
    """
    _check_confidence(confidence)
    if not k >= 0:
        raise ValueError(f"k={k}: expected a count of events, 0 or more")
    if not 0 < time < np.inf:
        raise ValueError(f"time={time}: expected a finite number above 0")
    chi2 = _stats().chi2
    alpha = 1 - confidence
    low = float(chi2.ppf(alpha / 2, 2 * k)) / 2 if k else 0.0
    return low / time, float(chi2.ppf(1 - alpha / 2, 2 * k + 2)) / 2 / time


def fisher(a: int, b: int, c: int, d: int) -> float:
    """Return the p-value of Fisher's exact test of a table of two rows, ``a, b`` and ``c, d`` (two-sided).

    Raises
    ------
    MissingExtraError
        If scipy is not installed.

    Examples
    --------
    >>> round(fisher(3, 1, 1, 3), 3)
    0.486
    """
    return float(_stats().fisher_exact([[a, b], [c, d]])[1])


def _ranges(frame: pd.DataFrame, hit: str) -> pd.DataFrame:
    """Return the least and greatest number of hits (``k``), misses (``m``) and both (``n``) of each window."""
    if hit not in frame.columns:
        raise unknown("column", hit, list(frame.columns), ", ".join(map(str, frame.columns)))
    kind = pd.api.types.infer_dtype(frame[hit], skipna=False)
    if kind not in ("boolean", "empty") or frame[hit].isna().any():
        raise TypeError(
            f"column {hit!r}: expected booleans without missing values, found {frame[hit].dtype}; mark the hits in a "
            "column of their own, for example frame.assign(hit=frame['area'].eq('ai'))"
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
    """Return the share of each window's developments that are hits, with Wilson intervals.

    Parameters
    ----------
    frame
        As returned by :func:`members`.
    hit
        Name of the boolean column that marks the hits.
    confidence
        Confidence level of the intervals.
    at_least
        Windows with fewer developments get no share.

    Returns
    -------
    pandas.DataFrame
        One row per window: ``window``, ``k_min``, ``k_max`` (hits), ``n_min``, ``n_max`` (developments),
        ``share_min``, ``share_max`` (what the dates allow), ``low`` (lower bound of the least share), ``high``
        (upper bound of the greatest share). The last four are missing where there are too few developments.

    Raises
    ------
    UnknownCodeError
        For an unknown column.
    TypeError
        If the column is not boolean.
    MissingExtraError
        If scipy is not installed.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset.analysis import developments, members, reports, windows
    >>> ds = tmt.load()
    >>> marked = developments(ds).assign(ai=lambda d: d["area"].eq("ai"))
    >>> shares(members(marked, windows(ds), reports(ds)), "ai")["window"].astype("str").tolist()[0]
    'Nov–Dec 2023'
    """
    out = _ranges(frame, hit)
    bounds = []
    for label in out.index:
        row = _row(out, label)
        # the share is least if no uncertain hit took place in the window and every uncertain miss did
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
    """Return the hits per covered month of each window, with exact Poisson intervals.

    Parameters
    ----------
    frame
        As returned by :func:`members`: all developments, with the hits marked. A window without any development has
        no row, so the hits alone would drop the windows whose rate is 0.
    hit
        Name of the boolean column that marks the hits.
    confidence
        Confidence level of the intervals.

    Returns
    -------
    pandas.DataFrame
        One row per window: ``window``, ``months``, ``k_min``, ``k_max`` (hits), ``rate_min``, ``rate_max`` (what the
        dates allow, per month), ``low``, ``high``.

    Raises
    ------
    UnknownCodeError
        For an unknown column.
    TypeError
        If the column is not boolean.
    MissingExtraError
        If scipy is not installed.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset.analysis import developments, members, reports, windows
    >>> ds = tmt.load()
    >>> frame = members(developments(ds).assign(any=True), windows(ds), reports(ds))
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
    """Compare two windows exactly: their shares (Fisher) and their rates (conditional on the sum of both counts).

    Every count that the dates allow is tried, so each result is a range. The p-value says how often a random
    labelling of these developments would separate the windows as far; the developments are a selection, so it says
    nothing about what the sources leave out.

    Parameters
    ----------
    frame
        As returned by :func:`members`.
    hit
        Name of the boolean column that marks the hits.
    before, after
        Labels of two windows.
    confidence
        Confidence level of the intervals.

    Returns
    -------
    pandas.DataFrame
        Rows ``share`` and ``rate``; columns ``before_min``, ``before_max``, ``after_min``, ``after_max``
        (shares, or hits per month), ``ratio_min``, ``ratio_max`` (odds ratio, conditional maximum likelihood;
        rate ratio), ``low``, ``high`` (widest ends of the exact interval of the ratio), ``p_min``, ``p_max``
        (two-sided), ``test``.

    Raises
    ------
    UnknownCodeError
        For an unknown window or column.
    TypeError
        If the column is not boolean.
    MissingExtraError
        If scipy is not installed.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset.analysis import developments, members, reports, windows
    >>> ds = tmt.load()
    >>> marked = developments(ds).assign(ai=lambda d: d["area"].eq("ai"))
    >>> frame = members(marked, windows(ds), reports(ds))
    >>> compare(frame, "ai", "Jul–Aug 2024", "Jul–Aug 2025").index.tolist()
    ['share', 'rate']
    """
    counts = _ranges(frame, hit)
    known = [str(label) for label in counts.index]
    for label in (before, after):
        if label not in known:
            raise unknown("window", label, known, ", ".join(known))
    time = frame.groupby("window", observed=False)["months"].first()
    a, b = (_row(counts, label) for label in (before, after))
    of_shares = _compare_shares(a, b, confidence)
    of_rates = _compare_rates(a, b, float(time[before]), float(time[after]), confidence)
    out = pd.DataFrame([of_shares, of_rates], index=["share", "rate"])
    out["test"] = ["Fisher, exact", "Poisson, exact, conditional"]
    return out


def differences(frame: pd.DataFrame, hit: str) -> list[dict[str, Any]]:
    """Test all windows together: whether their shares and rates differ at all, and whether the share has a trend.

    Every window is taken at both ends of what its dates allow, in all combinations, so each p-value is a range.

    Parameters
    ----------
    frame
        As returned by :func:`members`, of two windows or more.
    hit
        Name of the boolean column that marks the hits.

    Returns
    -------
    list of dict
        Rows with ``comparison``, ``measure``, ``p_min``, ``p_max``, ``test``: shares and rates of all windows
        (chi-squared), and the trend of the shares over the order of the windows (Mann–Whitney).

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset.analysis import developments, members, reports, windows
    >>> ds = tmt.load()
    >>> marked = developments(ds).assign(ai=lambda d: d["area"].eq("ai"))
    >>> [row["measure"] for row in differences(members(marked, windows(ds), reports(ds)), "ai")]
    ['share', 'rate', 'share']
    """
    stats = _stats()
    counts = _ranges(frame, hit)
    months = frame.groupby("window", observed=False)["months"].first().to_numpy(float)
    ends = [
        sorted({(k, m) for k in (row["k_min"], row["k_max"]) for m in (row["m_min"], row["m_max"])})
        for row in (_row(counts, label) for label in counts.index)
    ]
    order = np.arange(len(ends))
    found: dict[str, list[float]] = {"share": [], "rate": [], "trend": []}
    for case in product(*ends):
        k, m = np.array(case).T
        if min(k.sum(), m.sum(), (k + m).min()) == 0:  # nothing to compare
            for values in found.values():
                values.append(1.0)
            continue
        found["share"].append(float(stats.chi2_contingency([k, m], correction=False).pvalue))
        found["rate"].append(float(stats.chisquare(k, months / months.sum() * k.sum()).pvalue))
        ranked = stats.mannwhitneyu(np.repeat(order, k), np.repeat(order, m), method="asymptotic")
        found["trend"].append(float(ranked.pvalue))
    named = (
        ("share", "all windows", "share", "chi-squared"),
        ("rate", "all windows", "rate", "chi-squared"),
        ("trend", "trend over all windows", "share", "Mann–Whitney"),
    )
    return [
        {
            "comparison": words,
            "measure": measure,
            "p_min": min(found[key]),
            "p_max": max(found[key]),
            "test": test,
        }
        for key, words, measure, test in named
    ]


def _row(counts: pd.DataFrame, label: str) -> _Counts:
    return {str(name): int(counts[name].to_dict()[label]) for name in counts.columns}


def _possible(row: _Counts, name: str) -> range:
    return range(row[f"{name}_min"], row[f"{name}_max"] + 1)


def odds(
    frame: pd.DataFrame, hit: str, before: str, after: str, *, confidence: float = 0.95
) -> dict[str, float]:
    """Return the odds ratio of two windows with its exact interval, as :func:`compare` does, without a test.

    Parameters
    ----------
    frame
        As returned by :func:`members`.
    hit
        Name of the boolean column that marks the hits.
    before, after
        Labels of two windows.
    confidence
        Confidence level of the interval.

    Returns
    -------
    dict of float
        ``ratio_min``, ``ratio_max`` (what the dates allow), ``low``, ``high`` (widest ends of the interval).

    Examples
    --------
    >>> rows = {"window": ["a"] * 4 + ["b"] * 4, "hit": [True, False, False, False] + [True] * 3 + [False]}
    >>> round(odds(pd.DataFrame(rows).assign(certain=True), "hit", "a", "b")["ratio_min"], 2)
    6.41
    """
    counts = _ranges(frame, hit)
    return _odds(_row(counts, before), _row(counts, after), confidence)


def _odds(a: _Counts, b: _Counts, confidence: float) -> dict[str, float]:
    contingency = _stats().contingency

    def ratio(k1: int, m1: int, k2: int, m2: int) -> tuple[float, float, float]:
        if min(k1 + k2, m1 + m2, k1 + m1, k2 + m2) == 0:  # a margin of zero: nothing to compare
            return np.nan, 0.0, np.inf
        result = contingency.odds_ratio([[k2, m2], [k1, m1]])
        interval = result.confidence_interval(confidence)
        return float(result.statistic), float(interval.low), float(interval.high)

    # the odds ratio grows with hits after and misses before, so its extremes are two corners of the grid
    least = ratio(a["k_max"], a["m_min"], b["k_min"], b["m_max"])
    most = ratio(a["k_min"], a["m_max"], b["k_max"], b["m_min"])
    return {"ratio_min": least[0], "ratio_max": most[0], "low": least[1], "high": most[2]}


def _compare_shares(a: _Counts, b: _Counts, confidence: float) -> dict[str, float]:
    stats = _stats()
    grid = product(_possible(a, "k"), _possible(a, "m"), _possible(b, "k"), _possible(b, "m"))
    p = [float(stats.fisher_exact([[k2, m2], [k1, m1]])[1]) for k1, m1, k2, m2 in grid]

    def share(k: int, m: int) -> float:
        return k / (k + m) if k + m else np.nan

    return {
        "before_min": share(a["k_min"], a["m_max"]),
        "before_max": share(a["k_max"], a["m_min"]),
        "after_min": share(b["k_min"], b["m_max"]),
        "after_max": share(b["k_max"], b["m_min"]),
        **_odds(a, b, confidence),
        "p_min": min(p),
        "p_max": max(p),
    }


def _compare_rates(
    a: _Counts, b: _Counts, time_a: float, time_b: float, confidence: float
) -> dict[str, float]:
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

    p = [ratio(k1, k2)[3] for k1, k2 in product(_possible(a, "k"), _possible(b, "k"))]
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


def none_seen(n: int, confidence: float = 0.95) -> float:
    """Return the greatest rate of an event that n independent trials without one are compatible with (exact).

    Examples
    --------
    >>> round(none_seen(170), 3)
    0.021
    """
    _check_confidence(confidence)
    return float(_stats().binomtest(0, n).proportion_ci(confidence, method="exact").high)


def population(first: int, second: int, both: int, confidence: float = 0.95) -> tuple[int, float]:
    """Return how large a population may be from which two lists with some units in common were drawn.

    The interval holds every size that an exact test of the overlap (hypergeometric, equal tails) does not reject. It
    assumes that each unit is equally likely to be on a list, and that the lists are independent: lists that favour the
    same units make it too low.

    Parameters
    ----------
    first, second
        Units on each list.
    both
        Units on both lists.
    confidence
        Confidence level of the interval.

    Returns
    -------
    tuple of int and float
        Least and greatest size; the greatest is infinite where the overlap sets no bound.

    Raises
    ------
    ValueError
        If a count is negative, ``both`` exceeds a list, or ``confidence`` does not lie between 0 and 1.
    MissingExtraError
        If scipy is not installed.

    Examples
    --------
    >>> population(24, 19, 9)
    (38, 90)
    """
    _check_confidence(confidence)
    if both < 0 or both > min(first, second):
        raise ValueError(f"both={both}: expected 0 to {min(first, second)}, the length of the shorter list")
    hypergeom = _stats().hypergeom
    # a size at which the test is met exactly is kept, whatever the rounding of the two numbers
    tail = (1 - confidence) / 2 * (1 - 1e-9)

    # Larger populations make small overlaps likelier: both tails move one way, so the bounds are bisected.
    def large_enough(size: int) -> bool:
        return bool(hypergeom.cdf(both, size, first, second) >= tail)

    def too_large(size: int) -> bool:
        return bool(hypergeom.sf(both - 1, size, first, second) < tail)

    observed = first + second - both
    low = _first(observed, large_enough)
    high = math.inf if both == 0 else _first(observed, too_large) - 1
    return low, max(high, low)


def _first(start: int, holds: Callable[[int], bool]) -> int:
    """Return the first number from ``start`` on for which a condition holds; it then holds for all larger ones."""
    if holds(start):
        return start
    below, step = start, 1
    while not holds(below + step):
        below, step = below + step, 2 * step
    above = below + step
    while above - below > 1:
        middle = (below + above) // 2
        below, above = (below, middle) if holds(middle) else (middle, above)
    return above
