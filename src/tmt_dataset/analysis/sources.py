"""What the sources cover, what they lost, how far they overlap."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tmt_dataset.analysis.counting import primary_topics
from tmt_dataset.errors import unknown
from tmt_dataset.guard import guarded

if TYPE_CHECKING:
    from tmt_dataset.dataset import Dataset


@guarded
def coverage(ds: Dataset) -> pd.DataFrame:
    """Return what the characters of each source are used for.

    Returns
    -------
    pandas.DataFrame
        One row per source: ``source_id``, ``characters``, ``accounted`` (percent of the characters that lie in exactly
        one segment, rounded down: 100 means all of them), one column per role of segments (characters), ``items`` (a
        heading and the body below it count as one), ``developments`` (first reported here), ``mentions`` (of
        developments, first or further), ``quotes``, ``quoted`` (percent), ``dated`` and ``undated`` (whose date is
        only the window of the source: basis ``period``).

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> set(coverage(tmt.load())["accounted"])
    {100.0}
    """
    roles = ds.descriptor.table("segments").field("role").enum
    sources = zip(ds["sources"]["source_id"].astype("str"), ds["sources"]["characters"], strict=True)
    counts = ["items", "developments", "mentions", "quotes", "quoted", "dated", "undated"]
    columns = ["source_id", "characters", "accounted", *roles, *counts]
    types: dict[str, Any] = dict.fromkeys(columns, "int64")
    types.update(source_id="str", accounted="float64", quoted="float64")
    rows = [_account(ds, source_id, int(characters), roles) for source_id, characters in sources]
    return pd.DataFrame(rows, columns=columns).astype(types)


def _account(ds: Dataset, source_id: str, characters: int, roles: Iterable[str]) -> dict[str, object]:
    """Return the row of a source in the table of :func:`coverage`."""
    segments, quotes = (
        ds[table].loc[ds[table]["source_id"] == source_id] for table in ("segments", "quotes")
    )
    length = (segments["end"] - segments["start"]).astype("int64")
    mentions = ds["mentions"].loc[ds["mentions"]["segment_id"].isin(segments["segment_id"])]
    first = mentions.loc[mentions["rank"] == "primary", "development_id"]
    basis = ds["developments"].set_index("development_id")["date_basis"].loc[first.unique()]
    accounted = int((_depth(segments, characters) == 1).sum())
    quoted = int((_depth(quotes, characters) > 0).sum())
    return {
        "source_id": source_id,
        "characters": characters,
        "accounted": 10_000 * accounted // characters / 100,
        **{role: int(length[segments["role"] == role].sum()) for role in roles},
        "items": _items(segments["role"]),
        "developments": len(basis),
        "mentions": mentions["development_id"].nunique(),
        "quotes": len(quotes),
        "quoted": round(100 * quoted / characters, 1),
        "dated": int((basis != "period").sum()),
        "undated": int((basis == "period").sum()),
    }


def _depth(spans: pd.DataFrame, characters: int) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Return in how many spans each character of a source lies."""
    change = np.zeros(characters + 1, dtype="int64")
    for column, step in (("start", 1), ("end", -1)):
        np.add.at(change, spans[column].to_numpy("int64").clip(0, characters), step)
    return change.cumsum()[:-1]


def _items(roles: pd.Series) -> int:
    """Return how many items the segments of a source report, by their roles in order."""
    reporting = roles.isin(["heading", "development"])
    below_heading = (roles == "development") & (roles.shift() == "heading")
    return int((reporting & ~below_heading).sum())


def damaged(mentions: pd.DataFrame, segments: pd.DataFrame, errata: pd.DataFrame) -> pd.DataFrame:
    """Return the reports that have lost a part: those in which an erratum of the kind ``loss`` lies.

    Parameters
    ----------
    mentions, segments, errata
        The tables of these names.

    Returns
    -------
    pandas.DataFrame
        ``development_id``, ``source_id`` (str); one row per pair whose reporting segments share a character with
        such an erratum.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> list(damaged(ds.mentions, ds.segments, ds.errata).columns)
    ['development_id', 'source_id']
    """
    spans = mentions.merge(segments, on="segment_id", validate="many_to_one")
    lost = errata.loc[errata["kind"] == "loss", ["source_id", "start", "end"]]
    both = spans.astype({"source_id": "str"}).merge(
        lost.astype({"source_id": "str"}), on="source_id", suffixes=("", "_erratum")
    )
    hit = both.loc[(both["start_erratum"] < both["end"]) & (both["end_erratum"] > both["start"])]
    return hit[["development_id", "source_id"]].drop_duplicates().reset_index(drop=True)


def shared(reported: pd.DataFrame) -> pd.DataFrame:
    """Return how many developments each two sources both report.

    Parameters
    ----------
    reported
        As returned by :func:`tmt_dataset.analysis.reports`.

    Returns
    -------
    pandas.DataFrame
        Square and symmetric, sources on both axes (int); the diagonal has all developments that a source reports.

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
    """Return the developments that each of two sources could have reported and at least one did.

    A development counts if its date overlaps the days that lie in both windows, and if sources of both kinds report
    its primary topic: a topic that one kind leaves out on principle says nothing about overlap.

    Parameters
    ----------
    developments, topics, sources
        The tables ``developments``, ``development_topics`` and ``sources``.
    reported
        As returned by :func:`tmt_dataset.analysis.reports`, for all sources: the topics of a kind are those of all
        its sources.
    first, second
        Identifiers of two sources.
    every_topic
        Whether to count developments on all topics, including those that one kind of source leaves out.

    Returns
    -------
    pandas.DataFrame
        ``development_id``, ``topic_id`` (str), ``date``, ``first``, ``second`` (bool, which source reports it),
        ``certain`` (bool: the whole date lies in the shared days; otherwise the development may have taken place
        outside them). Empty if the windows share no day.

    Raises
    ------
    UnknownCodeError
        For an unknown source.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset import analysis
    >>> ds = tmt.load()
    >>> reported = analysis.reports(ds)
    >>> pair = ("newsletter-2024-07", "review-2024-1")
    >>> both = comparable(ds.developments, ds.development_topics, reported, ds.sources, *pair)
    >>> bool((both["first"] | both["second"]).all())
    True
    """
    windows = sources.assign(source_id=sources["source_id"].astype("str")).set_index("source_id")
    for name in (first, second):
        if name not in windows.index:
            raise unknown("source", name, windows.index.tolist(), "the table sources")
    pair = windows.loc[[first, second]]
    lower, upper = pair["period_start"].max(), pair["period_end"].min()
    primary = primary_topics(topics)
    frame = pd.DataFrame(
        {
            "development_id": developments["development_id"],
            "topic_id": developments["development_id"].map(primary),
            "date": developments["date"],
        }
    )
    for name, source in (("first", first), ("second", second)):
        own = reported.loc[reported["source_id"] == source, "development_id"]
        frame[name] = frame["development_id"].isin(own)
    frame["certain"] = (developments["date_start"] >= lower) & (developments["date_end"] <= upper)
    overlaps = (developments["date_start"] <= upper) & (developments["date_end"] >= lower)
    keep = (frame["first"] | frame["second"]) & (lower <= upper) & overlaps
    if not every_topic:
        keep &= frame["topic_id"].isin(_topics_of_all(reported, primary, windows["kind"], pair["kind"]))
    out: pd.DataFrame = frame.loc[keep].reset_index(drop=True)
    return out


def _topics_of_all(
    reported: pd.DataFrame, primary: pd.Series, kinds: pd.Series, wanted: pd.Series
) -> set[str]:
    """Return the primary topics that every wanted kind of source reports; ``kinds`` has the kind of each source."""
    topic = reported["development_id"].map(primary)
    kind = reported["source_id"].map(kinds.astype("str"))
    return set.intersection(*(set(topic[kind == k]) for k in wanted.astype("str")))
