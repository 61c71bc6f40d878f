"""The statistics of agreement: Krippendorff's α with nominal values or sets, shares of what was found, and their intervals."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from tmt_dataset.errors import MissingExtraError

try:
    import krippendorff
    from scipy.stats import bootstrap
except ImportError:
    raise MissingExtraError(
        'agreement needs krippendorff and scipy: pip install "tmt-dataset[coding]"'
    ) from None

__all__ = [
    "RESAMPLES",
    "SEED",
    "SHARED",
    "Array",
    "Coded",
    "Distance",
    "Row",
    "alpha",
    "alphas",
    "interval",
    "masi",
    "rounded",
    "row",
    "set_rows",
    "shares",
    "value_rows",
]


RESAMPLES = 1000
SEED = 2025
SHARED = ("precision", "recall", "f1")

Array = np.ndarray[Any, np.dtype[Any]]
#: Number of the pair, first value, second value.
Coded = tuple[int, Hashable, Hashable]
Row = dict[str, object]
Distance = Callable[[Any, Any], float]


def masi(a: frozenset[str], b: frozenset[str]) -> float:
    """Return the MASI distance of two sets (Passonneau 2006): 0 if equal, 1 if disjoint; subsets are closer than overlaps.

    Examples
    --------
    >>> masi(frozenset("ab"), frozenset("ab")), round(masi(frozenset("a"), frozenset("ab")), 3), masi(frozenset("a"), frozenset("b"))
    (0.0, 0.667, 1.0)
    """
    if a == b:
        return 0.0
    if not a & b:
        return 1.0
    monotone = 2 / 3 if a <= b or b <= a else 1 / 3
    return 1 - monotone * len(a & b) / len(a | b)


def alpha(first: Sequence[Hashable], second: Sequence[Hashable], distance: Distance | None = None) -> float:
    """Return Krippendorff's α of two coders.

    Parameters
    ----------
    first, second
        Their values, unit by unit.
    distance
        Distance of two values, from 0 to 1; None for nominal values.

    Returns
    -------
    float
        1 if all units agree (also if there is only one value, for which α is not defined).

    Examples
    --------
    >>> round(alpha(["a", "a", "b", "b"], ["a", "b", "b", "b"]), 3)
    0.533
    """
    if list(first) == list(second):
        return 1.0
    values, codes = _positions(first, second)
    counts = np.zeros((len(first), len(values)), dtype="int64")
    for side in codes:
        counts[np.arange(len(side)), side] += 1  # one value per unit and coder
    if distance is None:
        return float(krippendorff.alpha(value_counts=counts, level_of_measurement="nominal"))
    table = _distances(values, distance)

    def metric(v1: Array, v2: Array, i1: Array, i2: Array, n_v: Array, dtype: Any = np.float64) -> Array:
        return np.asarray(table[i1.astype(int), i2.astype(int)], dtype=dtype)

    return float(krippendorff.alpha(value_counts=counts, level_of_measurement=metric))


def _positions(
    first: Sequence[Hashable], second: Sequence[Hashable]
) -> tuple[list[Hashable], tuple[Array, Array]]:
    """Return the distinct values of two coders, and their values as positions in that list."""
    values = list(dict.fromkeys([*first, *second]))
    position = {v: n for n, v in enumerate(values)}
    return values, (np.array([position[v] for v in first]), np.array([position[v] for v in second]))


def _distances(values: Sequence[Any], distance: Distance | None) -> Array:
    """Return the distance of each value from each other; None for nominal values."""
    if distance is None:
        return 1.0 - np.eye(len(values))
    return np.array([[distance(a, b) for b in values] for a in values])


def alphas(
    developments: Array,
    first: Sequence[Hashable],
    second: Sequence[Hashable],
    distance: Distance | None = None,
) -> Callable[[Array], Array]:
    """Return a function that gives Krippendorff's α of many resamples of developments at once.

    It is :func:`alpha` in closed form for two coders without missing values, 50 times as fast on a thousand resamples.

    Parameters
    ----------
    developments
        The development of each unit, numbered from 0 on: units of one development are resampled together.
    first, second, distance
        As for :func:`alpha`.

    Returns
    -------
    callable
        From an array of how often each development is drawn, of shape (resamples, developments), to one α per resample.

    Examples
    --------
    >>> of = alphas(np.array([0, 1, 2, 3]), ["a", "a", "b", "b"], ["a", "b", "b", "b"])
    >>> of(np.array([[1, 1, 1, 1], [2, 0, 2, 0]])).round(3).tolist()
    [0.533, 1.0]
    """
    values, (left, right) = _positions(first, second)
    distances = _distances(values, distance)
    disagreement = np.bincount(developments, weights=distances[left, right])
    counts = np.zeros((len(disagreement), len(values)))
    for side in (left, right):
        np.add.at(counts, (developments, side), 1)

    def of(drawn: Array) -> Array:
        observed, totals = drawn @ disagreement, drawn @ counts
        expected = ((totals @ distances) * totals).sum(axis=-1)
        with np.errstate(invalid="ignore"):  # without disagreement α is 1, also where one value is left
            result = 1 - 2 * observed * (totals.sum(axis=-1) - 1) / expected
        return np.where(observed == 0, 1.0, result)

    return of


def interval(n: int, statistic: Callable[[Array], Array]) -> tuple[float, float]:
    """Return the 95% percentile bootstrap interval of a statistic over n resampled developments.

    The statistic gets how often each development is drawn, of shape (resamples, n), and returns one value per resample.
    """
    if n < 2:
        return float("nan"), float("nan")

    def of(index: Array, axis: int) -> Array:
        rows = index.reshape(-1, n)
        offsets = n * np.arange(len(rows))[:, np.newaxis]
        drawn = np.bincount((rows + offsets).ravel(), minlength=rows.size)
        return statistic(drawn.reshape(rows.shape))

    result = bootstrap(
        (np.arange(n),),
        of,
        vectorized=True,
        n_resamples=RESAMPLES,
        method="percentile",
        rng=np.random.default_rng(SEED),
    )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)


def shares(counts: Array) -> Array:
    """Return precision, recall and F1 of the second coding against the first; NaN where nothing was coded.

    The last axis of ``counts`` is: in both codings, in the first, in the second.
    """
    both, first, second = np.moveaxis(counts, -1, 0)
    with np.errstate(invalid="ignore"):
        return np.stack([both / second, both / first, 2 * both / (first + second)], axis=-1)


def row(
    scope: str,
    variable: str,
    statistic: str,
    value: object,
    n: int,
    bounds: tuple[float, float] | None = None,
) -> Row:
    """Return a row of the table of agreement."""
    low, high = bounds or (None, None)
    return {
        "scope": scope, "variable": variable, "statistic": statistic, "value": value, "low": low, "high": high, "n": n,
    }  # fmt: skip


def set_rows(scope: str, variable: str, sets: Sequence[tuple[set[Any], set[Any]]]) -> list[Row]:
    """Return precision, recall and F1 of what the second coding has of each development, against the first."""
    counts = np.array([(len(a & b), len(a), len(b)) for a, b in sets], dtype=int).reshape(-1, 3)

    def f1(drawn: Array) -> Array:
        return np.asarray(shares(drawn @ counts)[..., 2])

    rows: list[Row] = []
    n = int(counts[:, 1:].sum())
    for statistic, value in zip(SHARED, shares(counts.sum(axis=0)), strict=True):
        bounds = interval(len(sets), f1) if statistic == "f1" else None
        rows.append(row(scope, variable, statistic, value, n, bounds))
    return rows


def value_rows(
    scope: str, variable: str, values: Sequence[Coded], distance: Distance | None = None
) -> list[Row]:
    """Return percent agreement and α of one variable."""
    if not values:
        return []
    numbers, first, second = zip(*values, strict=True)
    developments, unit = np.unique(numbers, return_inverse=True)
    bounds = interval(len(developments), alphas(unit, first, second, distance))
    same = float(np.mean([a == b for a, b in zip(first, second, strict=True)]))
    n = len(values)
    return [
        row(scope, variable, "agreement", same, n),
        row(scope, variable, "alpha", alpha(first, second, distance), n, bounds),
    ]


def rounded(rows: Sequence[Row]) -> pd.DataFrame:
    """Return the table of agreement as it is published: to three places."""
    measured = pd.DataFrame(rows)
    numbers = ["value", "low", "high"]
    measured[numbers] = measured[numbers].astype("float64").round(3)
    return measured
