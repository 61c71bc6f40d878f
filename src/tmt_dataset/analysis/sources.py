"""What the sources cover, what they lost, how far they overlap."""

from __future__ import annotations

from functools import partial
from itertools import product
from typing import Any

import numpy as np
import pandas as pd

from tmt_dataset.analysis.counting import collective, developments
from tmt_dataset.analysis.inference import population
from tmt_dataset.analysis.words import counted, listed, lowered, number
from tmt_dataset.cells import Tables
from tmt_dataset.errors import unknown
from tmt_dataset.guard import guarded
from tmt_dataset.views.windows import members, reports, windows

__all__ = [
    "HIGHLIGHTS",
    "IN_FULL",
    "Numbers",
    "comparable",
    "coverage",
    "damaged",
    "kind_of_source",
    "month_strip",
    "overlaps",
    "rests_on",
]


Numbers = np.ndarray[tuple[int], np.dtype[np.int64]]
#: How a strip marks a month.
IN_FULL, HIGHLIGHTS = "▇", "▁"


@guarded
def coverage(ds: Tables) -> pd.DataFrame:
    """Return what the characters of each source are used for.

    Returns
    -------
    pandas.DataFrame
        One row per source: ``source_id``, ``characters``, ``accounted`` (percent of the characters that lie in exactly
        one segment, rounded down: 100 means all of them), one column per role of segments (characters), ``items`` (a
        heading and the body below it count as one), ``developments`` (first reported here), ``mentions`` (of
        developments, first or further), ``quotes``, ``quoted`` (percent), ``dated`` and ``undated`` (whose date is
        only the window of the source: basis ``period``).

    Raises
    ------
    PackageError
        If the data set is not valid, and therefore cannot be accounted for.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> set(coverage(tmt.load())["accounted"])
    {100.0}
    """
    roles = ds.descriptor.table("segments").field("role").enum
    sources = ds["sources"]["source_id"].astype("str")
    characters = ds["sources"]["characters"].to_numpy("int64")
    segments, quotes = (_of_sources(ds[table], sources) for table in ("segments", "quotes"))
    mentions, basis = _reported(ds, segments)
    segments = segments.assign(length=(segments["end"] - segments["start"]).astype("int64"))
    accounted, quoted = _covered(segments, characters, once=True), _covered(quotes, characters)
    count = partial(_per_source, n=len(sources))
    columns = {
        "source_id": sources.tolist(),
        "characters": characters,
        "accounted": [10_000 * n // of / 100 for n, of in zip(accounted, characters.tolist(), strict=True)],
        **{role: count(segments.loc[segments["role"] == role], "length") for role in roles},
        "items": count(segments.loc[_begins_item(segments)]),
        "developments": count(basis),
        "mentions": count(mentions),
        "quotes": count(quotes),
        "quoted": [round(100 * n / of, 1) for n, of in zip(quoted, characters.tolist(), strict=True)],
        "dated": count(basis.loc[basis["date_basis"] != "period"]),
        "undated": count(basis.loc[basis["date_basis"] == "period"]),
    }
    types: dict[str, Any] = dict.fromkeys(columns, "int64")
    types.update(source_id="str", accounted="float64", quoted="float64")
    return pd.DataFrame(columns).astype(types)


def _of_sources(frame: pd.DataFrame, sources: pd.Series) -> pd.DataFrame:
    """Return the rows of a table that belong to a source, with its number in the column ``source``."""
    found = frame.assign(source=pd.Index(sources).get_indexer(frame["source_id"].astype("str")))
    return found.loc[found["source"] >= 0]


def _per_source(rows: pd.DataFrame, weights: str | None = None, *, n: int) -> list[int]:
    """Return for each of n sources how many rows it has, or the sum of a column."""
    counted = np.bincount(rows["source"], None if weights is None else rows[weights], minlength=n)
    total: list[int] = counted.astype("int64").tolist()
    return total


def _reported(ds: Tables, segments: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the developments of each source, and with the basis of its date each that it reports first."""
    where = segments[["segment_id", "source"]].drop_duplicates()
    found = ds["mentions"].merge(where, on="segment_id").dropna(subset="development_id")
    pair = ["source", "development_id"]
    first = found.loc[found["rank"] == "primary", pair].drop_duplicates()
    basis = ds["developments"].set_index("development_id")["date_basis"].loc[first["development_id"]]
    return found[pair].drop_duplicates(), first.assign(date_basis=basis.astype("str").to_numpy())


def _covered(spans: pd.DataFrame, characters: Numbers, *, once: bool = False) -> list[int]:
    """Return how many characters of each source lie in a span, or in exactly one: the sources are laid end to end."""
    sources = spans["source"].to_numpy("int64")
    # a character that belongs to no source keeps them apart
    begin = (np.cumsum(characters + 1) - characters - 1)[sources]
    ends = [
        begin + spans[column].to_numpy("int64").clip(0, characters[sources]) for column in ("start", "end")
    ]
    place, change = np.concatenate(ends), np.repeat([1, -1], len(spans))
    order = np.argsort(place, kind="stable")
    depth, length = np.cumsum(change[order])[:-1], np.diff(place[order])
    counted = depth == 1 if once else depth > 0
    of = np.tile(sources, 2)[order][:-1]
    stretches = pd.DataFrame({"source": of[counted], "length": length[counted]})
    return _per_source(stretches, "length", n=len(characters))


def _begins_item(segments: pd.DataFrame) -> pd.Series:
    """Mark the segments with which an item begins: a heading, or a body without one above it."""
    roles = segments["role"].astype("str")
    below_heading = roles.groupby(segments["source"]).shift() == "heading"
    begins: pd.Series = (roles == "heading") | ((roles == "development") & ~below_heading)
    return begins


@guarded
def kind_of_source(ds: Tables) -> pd.Series:
    """Return the kind of source in whose window each development lies: a newsletter's where one reports it there.

    What only a review reports is kept apart from what the newsletters report in full, as
    :meth:`tmt_dataset.Dataset.counts` does.

    Returns
    -------
    pandas.Series
        ``newsletter`` or ``annual-review`` (str) by ``development_id``; developments that their sources date outside
        their windows are missing.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> sorted(set(kind_of_source(tmt.load())))
    ['annual-review', 'newsletter']
    """
    dated = ds["developments"][["development_id", "date_start", "date_end"]]
    told = members(dated, windows(ds), reports(ds))
    # of the two kinds the newsletter comes last in the alphabet
    return told.groupby("development_id")["kind"].max().astype("str")


@guarded
def rests_on(
    ds: Tables, first: str = "", review: str = "enters no total: what it alone reports is shown apart"
) -> str:
    """Return what an article rests on: the newsletters, whose selection they are, and what part a review has.

    Parameters
    ----------
    ds
        The data set.
    first
        A sentence on what the article counts, which comes first; without it, how many developments newsletters report.
    review
        What a review does in the article, after "The review" or "A review".

    Returns
    -------
    str
        A few sentences; nothing is said of reviews where there is none.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> print(rests_on(tmt.load()).partition(".")[0])
    Rests on ... developments that newsletters report
    """
    periods, sources = windows(ds), ds["sources"]
    if periods.empty:
        return f"{first} There are no sources.".strip()
    own = periods.loc[periods["kind"] == "newsletter", "window"].tolist()
    reviews = periods.loc[periods["kind"] == "annual-review"]
    scopes = dict(zip(sources["source_id"].astype("str"), sources["scope"], strict=True))
    publishers = sources["publisher"].nunique()
    firm = "one law firm" if publishers == 1 else f"{number(publishers)} publishers"
    parts = []
    if own:
        them = "it" if len(own) == 1 else "them"
        parts = [f"{counted(len(own), 'newsletter')}, in full as {firm} selected {them} ({listed(own)})"]
    for window, source in zip(reviews["window"], reviews["source_id"].astype("str"), strict=True):
        scope = "" if pd.isna(scopes[source]) else lowered(str(scopes[source]).rstrip("."))
        parts.append(f"the annual review of {window}{f' ({scope})' if scope else ''}")
    several = len(periods) > 1
    *head, last = parts
    joined = f"{listed(head)}, and {last}" if head else last
    told = f"The {'sources are' if several else 'source is'} {joined}."
    if not first:
        n = int((kind_of_source(ds) == "newsletter").sum())
        first = f"Rests on {counted(n, 'development')} that newsletters report."
    which = "The" if len(reviews) == 1 else "A"
    return f"{first} {told}{f' {which} review {review}.' if len(reviews) else ''}"


@guarded
def month_strip(ds: Tables) -> str:
    """Return the months of the years that the sources reach into, one character each, as Markdown.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> strip = month_strip(tmt.load())
    >>> strip[:16], "`2024 ▁▁▁▁▁▁▇▇▁▁▁▁`" in strip
    ('Months covered: ', True)
    """
    frame = windows(ds).sort_values("kind", key=lambda kinds: kinds == "newsletter", kind="stable")
    marks: dict[pd.Period, str] = {}
    for kind, start, end in zip(frame["kind"], frame["start"], frame["end"], strict=True):
        mark = IN_FULL if kind == "newsletter" else HIGHLIGHTS  # a newsletter goes over a review
        marks |= dict.fromkeys(pd.period_range(start, end, freq="M"), mark)
    years = range(min(marks).year, max(marks).year + 1) if marks else ()
    rows = []
    for year in years:
        months = pd.period_range(f"{year}-01", f"{year}-12", freq="M")
        rows.append(f"`{year} {''.join(marks.get(month, '·') for month in months)}`")
    key = {IN_FULL: "in full by a newsletter", HIGHLIGHTS: "highlights in a review"}
    said = "; ".join(f"{mark} {words}" for mark, words in key.items() if mark in marks.values())
    return f"Months covered: {' '.join(rows) or 'none'}" + (f" ({said}; · not covered)" if said else "")


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


@guarded
def comparable(ds: Tables, first: str, second: str) -> pd.DataFrame:
    """Return the developments that each of two sources could have reported and at least one did.

    A development counts if its date overlaps the days that lie in both windows, and if its primary topic lies in the scope
    of both: a topic that a source leaves out on principle says nothing about overlap. Collective developments are left out.

    Parameters
    ----------
    ds
        The whole data set.
    first, second
        Identifiers of two sources.

    Returns
    -------
    pandas.DataFrame
        ``development_id``, ``topic`` (primary), ``date``, ``first``, ``second`` (bool, which source reports it),
        ``certain`` (bool: the whole date lies in the shared days; otherwise the development may have taken place
        outside them). Empty if the windows share no day.

    Raises
    ------
    UnknownCodeError
        For an unknown source.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> both = comparable(ds, *ds.sources["source_id"].iloc[:2])
    >>> bool((both["first"] | both["second"]).all())
    True
    """
    sources = ds["sources"].astype({"source_id": "str"}).set_index("source_id")
    for name in (first, second):
        if name not in sources.index:
            raise unknown("source", name, sources.index.tolist(), "the table sources")
    pair = sources.loc[[first, second]]
    lower, upper = pair["period_start"].max(), pair["period_end"].min()
    dev = developments(ds)
    frame = dev[["development_id", "topic", "date"]].copy()
    told = reports(ds)
    for name, source in (("first", first), ("second", second)):
        frame[name] = frame["development_id"].isin(told.loc[told["source_id"] == source, "development_id"])
    frame["certain"] = (dev["date_start"] >= lower) & (dev["date_end"] <= upper)
    overlaps = (dev["date_start"] <= upper) & (dev["date_end"] >= lower)
    keep = (frame["first"] | frame["second"]) & (lower <= upper) & overlaps
    keep &= ~frame["development_id"].isin(collective(ds))
    for scope in pair["scope_topics"].dropna():
        within = tuple(f"{code}/" for code in scope.split(" "))
        keep &= (dev["topic"] + "/").str.startswith(within)
    out: pd.DataFrame = frame.loc[keep].reset_index(drop=True)
    return out


@guarded
def overlaps(ds: Tables) -> pd.DataFrame:
    """Return how far newsletters and reviews report the same developments, where both could have.

    Returns
    -------
    pandas.DataFrame
        One row per pair of a newsletter and a review whose windows share days: ``newsletter``, ``review`` (identifiers),
        ``first``, ``second`` (developments of the newsletter and of the review that certainly lie in the shared days, on topics
        in the scope of both), ``both`` (of them reported by both), ``possible`` (further ones that may lie there), ``low``,
        ``high`` (how many there may have been, as :func:`tmt_dataset.analysis.population` has it).

    Raises
    ------
    MissingExtraError
        If scipy is not installed.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> pairs = overlaps(tmt.load())
    >>> bool((pairs["both"] <= pairs["second"]).all())
    True
    """
    sources = ds["sources"].astype({"source_id": "str", "kind": "str"})
    names = {kind: part["source_id"].tolist() for kind, part in sources.groupby("kind")}
    rows = []
    for newsletter, review in product(names.get("newsletter", []), names.get("annual-review", [])):
        found = comparable(ds, newsletter, review)
        sure = found.loc[found["certain"]]
        if found.empty:
            continue
        counts = [int(part.sum()) for part in (sure["first"], sure["second"], sure["first"] & sure["second"])]
        rows.append((newsletter, review, *counts, len(found) - len(sure), *population(*counts)))
    types = {
        "newsletter": "str",
        "review": "str",
        **dict.fromkeys(("first", "second", "both", "possible", "low"), "int64"),
    }
    return pd.DataFrame(rows, columns=[*types, "high"]).astype({**types, "high": "float64"})
