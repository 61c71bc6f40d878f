"""What the sources cover, and how far the two codings agree."""

from __future__ import annotations

import io
import math
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from tmt_dataset.errors import MissingExtraError, PackageError, PackageNotFoundError, unknown
from tmt_dataset.package import open_package

if TYPE_CHECKING:
    pass

#: The file of a package that holds the agreement of the two codings.
AGREEMENT = "validation/agreement.csv"


ADJUDICATION = "validation/adjudication.csv"


ADJUDICATION_COLUMNS = [
    "development",
    "source_id",
    "variable",
    "first",
    "second",
    "decided",
    "rule",
    "reason",
]


AGREEMENT_COLUMNS = ["scope", "variable", "statistic", "value", "low", "high", "n"]


STATISTICS = ["precision", "recall", "f1", "agreement", "alpha"]


#: Units of the calendar from fine to coarse; the last holds the dates that no single year holds.
RESOLUTIONS = ["day", "month", "quarter", "year", "longer"]


#: Below seven shared units Chapman's estimator may be badly biased (Robson and Regier 1964).
FEWEST_SHARED = 7


def monthly_exposure(sources: pd.DataFrame) -> pd.DataFrame:
    """Return how much of each month each kind of source covers.

    Parameters
    ----------
    sources
        The table ``sources``.

    Returns
    -------
    pandas.DataFrame
        Index ``month`` (first day, ``datetime64[s]``), every month from the first window to the last,
        without gaps; one column a kind of source (float, 0 to 1: the share of the month's days that lie in
        the window of at least one source of the kind). The sum of a column is the number of months covered.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> covered = monthly_exposure(tmt.load().sources)
    >>> bool(covered["newsletter"].between(0, 1).all())
    True
    """
    kinds = sources["kind"].astype("str")
    days = {}
    for kind in kinds.unique():
        windows = sources.loc[kinds == kind]
        spans = [
            pd.date_range(start, end)
            for start, end in zip(windows["period_start"], windows["period_end"], strict=True)
        ]
        days[kind] = pd.DatetimeIndex(sorted({day for span in spans for day in span}))
    if not days:
        return pd.DataFrame(index=pd.DatetimeIndex([], name="month"))
    first = min(d[0] for d in days.values()).to_period("M")
    last = max(d[-1] for d in days.values()).to_period("M")
    months = pd.period_range(first, last, freq="M")
    out = pd.DataFrame(
        {
            kind: pd.Series(d.to_period("M")).value_counts().reindex(months, fill_value=0)
            / months.days_in_month
            for kind, d in days.items()
        },
        index=months,
    )
    out.index = pd.DatetimeIndex(months.to_timestamp(), name="month").as_unit("s")
    return out


def acts_by_month(developments: pd.DataFrame, months: pd.DatetimeIndex) -> pd.DataFrame:
    """Return how many acts lie in each month for certain, and how many could.

    Parameters
    ----------
    developments
        With ``date_start`` and ``date_end``.
    months
        First days of the months that are asked for.

    Returns
    -------
    pandas.DataFrame
        Index ``month``; ``certain`` (int, acts whose whole date lies in the month) and ``possible`` (int,
        acts whose date touches it, those included). An act with a long date is possible in many months and
        certain in none.

    Examples
    --------
    >>> first, last = ["2024-01-05", "2024-01-01"], ["2024-01-05", "2024-02-29"]
    >>> dates = pd.DataFrame({"date_start": first, "date_end": last}, dtype="datetime64[s]")
    >>> acts_by_month(dates, pd.date_range("2024-01-01", periods=2, freq="MS"))
                certain  possible
    month
    2024-01-01        1         2
    2024-02-01        0         1
    """
    starts = months.to_numpy()
    ends = (months + pd.offsets.MonthEnd(0)).to_numpy()
    first = developments["date_start"].to_numpy()[:, None]
    last = developments["date_end"].to_numpy()[:, None]
    return pd.DataFrame(
        {
            "certain": ((first >= starts) & (last <= ends)).sum(axis=0),
            "possible": ((first <= ends) & (last >= starts)).sum(axis=0),
        },
        index=months.rename("month"),
    )


def resolution(developments: pd.DataFrame) -> pd.Series:
    """Return the finest unit of the calendar that holds the whole date of each act.

    Parameters
    ----------
    developments
        With ``date_start`` and ``date_end``.

    Returns
    -------
    pandas.Series
        Ordered categorical ``day`` < ``month`` < ``quarter`` < ``year`` < ``longer``, with the index of
        ``developments``: a count by quarter may use every act up to ``quarter``, and no other.

    Examples
    --------
    >>> first, last = ["2024-02-03", "2024-01-01"], ["2024-02-03", "2024-02-29"]
    >>> dates = pd.DataFrame({"date_start": first, "date_end": last}, dtype="datetime64[s]")
    >>> resolution(dates).tolist()
    ['day', 'quarter']
    """
    first, last = developments["date_start"], developments["date_end"]
    out = pd.Series("longer", index=developments.index, dtype="str")
    for name, code in (("year", "Y"), ("quarter", "Q"), ("month", "M"), ("day", "D")):
        out[first.dt.to_period(code) == last.dt.to_period(code)] = name
    return out.astype(pd.CategoricalDtype(RESOLUTIONS, ordered=True))


def damaged(
    mentions: pd.DataFrame, segments: pd.DataFrame, errata: pd.DataFrame, kind: str = "loss"
) -> pd.DataFrame:
    """Return the reports in which an erratum of a kind lies: by default, those that have lost a part.

    Parameters
    ----------
    mentions, segments, errata
        The tables of these names.
    kind
        Of the erratum.

    Returns
    -------
    pandas.DataFrame
        ``development_id``, ``source_id`` (str); a row for each pair whose reporting segments share a
        character with an erratum of the kind.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> list(damaged(ds.mentions, ds.segments, ds.errata).columns)
    ['development_id', 'source_id']
    """
    spans = mentions.merge(segments, on="segment_id", validate="many_to_one")
    wanted = errata.loc[errata["kind"] == kind, ["source_id", "start", "end"]]
    both = spans.astype({"source_id": "str"}).merge(
        wanted.astype({"source_id": "str"}), on="source_id", suffixes=("", "_erratum")
    )
    hit = both.loc[(both["start_erratum"] < both["end"]) & (both["end_erratum"] > both["start"])]
    return hit[["development_id", "source_id"]].drop_duplicates().reset_index(drop=True)


def shared(reported: pd.DataFrame) -> pd.DataFrame:
    """Return how many acts each two sources both report.

    Parameters
    ----------
    reported
        As :func:`tmt_dataset.analysis.reports` returns it.

    Returns
    -------
    pandas.DataFrame
        Square and symmetric, sources on both axes (int); on the diagonal the acts that a source reports at
        all.

    Examples
    --------
    >>> shared(pd.DataFrame({"development_id": ["a", "a", "b"], "source_id": ["n", "r", "n"]}))
    source_id  n  r
    source_id
    n          2  1
    r          1  1
    """
    if reported.empty:
        none = pd.Index([], dtype="str", name="source_id")
        return pd.DataFrame(index=none, columns=none, dtype="int64")
    told = pd.crosstab(reported["development_id"], reported["source_id"]).clip(upper=1)
    out: pd.DataFrame = told.T.dot(told)
    return out


def comparable(
    developments: pd.DataFrame,
    topics: pd.DataFrame,
    reported: pd.DataFrame,
    sources: pd.DataFrame,
    first: str,
    second: str,
    *,
    every_topic: bool = False,
) -> pd.DataFrame:
    """Return the acts that each of two sources could have reported and at least one did.

    An act counts where its date touches the days that lie in both windows, and where its primary topic is
    one that sources of both kinds report: a topic that one of the two leaves out on principle says nothing
    about overlap.

    Parameters
    ----------
    developments, topics, sources
        The tables ``developments``, ``development_topics`` and ``sources``.
    reported
        As :func:`tmt_dataset.analysis.reports` returns it, for all sources: the topics of a kind are those
        of all sources of that kind.
    first, second
        Two sources.
    every_topic
        Whether acts on all topics count, also those that one kind of source leaves out.

    Returns
    -------
    pandas.DataFrame
        ``development_id``, ``topic_id`` (str), ``date``, ``first``, ``second`` (bool, who reports it),
        ``certain`` (bool: the whole date lies in the shared days; otherwise the act may have taken place
        outside them). Empty where no day is shared.

    Raises
    ------
    UnknownCodeError
        If there is no such source.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset import analysis
    >>> ds = tmt.load()
    >>> told = analysis.reports(ds)
    >>> pair = ("newsletter-2024-07", "review-2024-1")
    >>> both = comparable(ds.developments, ds.development_topics, told, ds.sources, *pair)
    >>> bool((both["first"] | both["second"]).all())
    True
    """
    windows = sources.assign(source_id=sources["source_id"].astype("str")).set_index("source_id")
    for name in (first, second):
        if name not in windows.index:
            raise unknown("source", name, windows.index.tolist(), "ds.sources")
    pair = windows.loc[[first, second]]
    lower, upper = pair["period_start"].max(), pair["period_end"].min()

    primary = topics.loc[topics["rank"] == "primary"].set_index("development_id")["topic_id"].astype("str")
    told = reported.assign(
        topic_id=reported["development_id"].map(primary),
        kind=reported["source_id"].map(windows["kind"].astype("str")),
    )
    of_kind = [
        set(told.loc[told["kind"] == str(windows.loc[s, "kind"]), "topic_id"]) for s in (first, second)
    ]

    frame: pd.DataFrame = developments[["development_id", "date"]].assign(
        topic_id=developments["development_id"].map(primary)
    )
    for name, source in (("first", first), ("second", second)):
        frame[name] = frame["development_id"].isin(
            reported.loc[reported["source_id"] == source, "development_id"]
        )
    frame["certain"] = (developments["date_start"] >= lower) & (developments["date_end"] <= upper)
    keep = (
        (frame["first"] | frame["second"])
        & (every_topic | frame["topic_id"].isin(of_kind[0] & of_kind[1]))
        & (lower <= upper)
        & (developments["date_start"] <= upper)
        & (developments["date_end"] >= lower)
    )
    columns = ["development_id", "topic_id", "date", "first", "second", "certain"]
    out: pd.DataFrame = frame.loc[keep, columns].reset_index(drop=True)
    return out


@dataclass(frozen=True)
class Recapture:
    """Two lists of one population, and what their overlap says of its size.

    Attributes
    ----------
    first, second, both
        Units on each list, and on both.
    observed
        Units on either.
    estimate
        Chapman's estimate of the population.
    low, high
        Its exact confidence interval; ``high`` is infinite where the overlap sets no upper bound.
    level
        Of the interval.
    """

    first: int
    second: int
    both: int
    observed: int
    estimate: float
    low: int
    high: float
    level: float

    @property
    def carried(self) -> bool:
        """Whether the overlap is large enough for the estimate to be shown."""
        return self.both >= FEWEST_SHARED


def chapman(first: int, second: int, both: int, level: float = 0.95) -> Recapture:
    """Estimate the size of a population from the overlap of two lists.

    Chapman's estimator ``(n1 + 1)(n2 + 1) / (m + 1) - 1``, with the interval of all sizes that an exact
    test of the overlap (hypergeometric, equal tails) does not reject. Both suppose that each unit is as
    likely as any other to be on a list, and that being on one says nothing of being on the other. Lists
    that favour the same units make the estimate too low.

    Parameters
    ----------
    first, second
        Units on each list.
    both
        Units on both.
    level
        Of the interval, between 0 and 1.

    Returns
    -------
    Recapture
        With the counts beside the estimate.

    Raises
    ------
    ValueError
        If a count is negative, ``both`` exceeds a list, or ``level`` does not lie between 0 and 1.
    MissingExtraError
        If scipy is not installed.

    Examples
    --------
    >>> result = chapman(24, 19, 9)
    >>> result.observed, result.estimate
    (34, 49.0)
    >>> result.low <= 49 <= result.high
    True
    """
    if both < 0 or both > min(first, second):
        raise ValueError(f"both={both}: expected 0 to {min(first, second)}, the shorter list")
    if not 0 < level < 1:
        raise ValueError(f"level={level}: expected a number between 0 and 1")
    try:
        from scipy.stats import hypergeom
    except ImportError:
        raise MissingExtraError('intervals need scipy: pip install "tmt-dataset[plots]"') from None
    # a size that the test meets exactly is kept, whatever the last bits of the two numbers
    tail = (1 - level) / 2 * (1 - 1e-9)
    observed = first + second - both

    # Larger populations make small overlaps likelier: both tails move one way, so bounds are bisected.
    def too_small(size: int) -> bool:
        return bool(hypergeom.cdf(both, size, first, second) < tail)

    def too_large(size: int) -> bool:
        return bool(hypergeom.sf(both - 1, size, first, second) < tail)

    low = _first(observed, lambda size: not too_small(size))
    high = math.inf if both == 0 else _first(observed, too_large) - 1
    estimate = (first + 1) * (second + 1) / (both + 1) - 1
    return Recapture(first, second, both, observed, estimate, low, max(high, low), level)


def _first(start: int, holds: Callable[[int], bool]) -> int:
    """Return the first number from ``start`` on for which a condition holds that never ceases to hold."""
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


def _published(
    source: str | os.PathLike[str] | None, path: str, columns: list[str], lost: str
) -> tuple[pd.DataFrame, str]:
    """Return a file of the package's validation folder as text, and what messages call it."""
    files = open_package(source).files
    where = f"{files.label}/{path}"
    try:
        data = files.read(path)
    except KeyError:
        raise PackageNotFoundError(
            f"{where}: the file is missing, so {lost}; restore it from the release"
        ) from None
    try:
        text = data.decode("utf-8")
        raw = pd.read_csv(io.StringIO(text), dtype="str", keep_default_na=False)
    except (UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise PackageError(f"{where}: no readable CSV ({error}); restore it from the release") from None
    if list(raw.columns) != columns:
        raise PackageError(
            f"{where}: expected the columns {', '.join(columns)}, found {', '.join(raw.columns)}"
        )
    return raw, where


def adjudication_table(source: str | os.PathLike[str] | None = None) -> pd.DataFrame:
    """Return how each disagreement of the two codings was decided, as it was published with the package.

    Parameters
    ----------
    source
        As for :func:`tmt_dataset.load`: ``None`` for the package that came with the library, or a folder,
        or a release archive.

    Returns
    -------
    pandas.DataFrame
        A row for each decision, all text: ``development``, ``source_id``, ``variable``, ``first``, ``second``,
        ``decided``, ``rule``, ``reason``. Where ``first`` equals ``second``, both codings were overruled.

    Raises
    ------
    PackageNotFoundError
        If there is no such package, or its file of decisions is missing.
    PackageError
        If the file is no CSV or has other columns.

    Examples
    --------
    >>> bool((adjudication_table()["decided"] != "").all())
    True
    """
    return _published(source, ADJUDICATION, ADJUDICATION_COLUMNS, "no decision can be traced")[0]


def agreement_table(source: str | os.PathLike[str] | None = None) -> pd.DataFrame:
    """Return how far the two codings of the package agree, as it was published with the package.

    Parameters
    ----------
    source
        As for :func:`tmt_dataset.load`: ``None`` for the package that came with the library, or a folder,
        or a release archive.

    Returns
    -------
    pandas.DataFrame
        A row for each statistic: ``scope`` (str, ``all`` or a source), ``variable`` (str), ``statistic``
        (categorical: ``precision``, ``recall``, ``f1``, ``agreement``, ``alpha``), ``value``, ``low``,
        ``high`` (float, at most 1; bounds of the interval, missing where none was computed), ``n`` (Int64,
        units compared).

    Raises
    ------
    PackageNotFoundError
        If there is no such package, or its file of agreement is missing.
    PackageError
        If the file has other columns, an unknown statistic, a row twice, or a value that is none or lies
        outside its bounds.

    Examples
    --------
    >>> table = agreement_table()
    >>> bool((table["value"] <= 1).all())
    True
    """
    raw, where = _published(source, AGREEMENT, AGREEMENT_COLUMNS, "nothing can be said of agreement")

    def stop(bad: pd.Series, field: str, expected: str) -> None:
        if bad.any():
            row = int(bad.to_numpy().argmax())
            raise PackageError(
                f"{where}, row {row + 2}, field {field}: expected {expected}, found {raw[field].iloc[row]!r}"
            )

    out = raw.copy()
    for field in ("value", "low", "high", "n"):
        out[field] = pd.to_numeric(raw[field].replace("", None), errors="coerce")
        stop(out[field].isna() & (raw[field] != ""), field, "a number")
    for field in ("scope", "variable"):
        stop(raw[field] == "", field, "a name")
    stop(~raw["statistic"].isin(STATISTICS), "statistic", "one of " + ", ".join(STATISTICS))
    stop(raw.duplicated(["scope", "variable", "statistic"]), "statistic", "each statistic of a variable once")
    stop(out["value"].isna() | (out["value"] > 1), "value", "a number of at most 1")
    stop(out["low"] > out["value"], "low", "a bound below the value")
    stop(out["high"] < out["value"], "high", "a bound above the value")
    stop(out["n"].isna() | (out["n"] < 0) | (out["n"] % 1 != 0), "n", "a count")
    return out.astype(
        {"statistic": pd.CategoricalDtype(STATISTICS), "low": "float64", "high": "float64", "n": "Int64"}
    )
