"""Which instruments the sources follow, and what they could have shown of the drafts that they do not."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pandas as pd

from tmt_dataset.analysis.counting import gaps
from tmt_dataset.analysis.instruments import leads, lifecycles, narrowed, open_drafts
from tmt_dataset.analysis.words import listed, spoken
from tmt_dataset.guard import guarded
from tmt_dataset.views.windows import exposure, months, windows

if TYPE_CHECKING:
    from tmt_dataset.dataset import Dataset

__all__ = [
    "PATHS",
    "awaited",
    "by_windows",
    "followed",
    "last_covered",
    "moves",
    "reach_told",
    "windows_after",
]


#: What several events of an instrument are: two developments on two stages, two on one stage, one with two dates.
PATHS = ("moved", "repeated", "told")


def followed(events: pd.DataFrame) -> pd.DataFrame:
    """Return the events of the instruments with more than one, and what makes them more than one.

    Parameters
    ----------
    events
        As returned by :func:`lifecycles`.

    Returns
    -------
    pandas.DataFrame
        The columns of ``events``, dates narrowed as :func:`narrowed` does, with ``path``: ``moved`` where separate
        developments put the instrument on different stages, ``repeated`` where they leave it on one stage, ``told``
        where one development gives both dates. In this order, within it by the first event.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset import analysis
    >>> guide = tmt.load().select(instrument="shake-to-activate-guide")
    >>> followed(analysis.lifecycles(guide))[["stage", "path"]].to_numpy().tolist()
    [['draft', 'moved'], ['issued', 'moved']]
    """
    grouped = events.groupby("instrument_id")
    out = narrowed(events.loc[grouped["stage"].transform("size") > 1])
    reported = out.groupby("instrument_id")["development_id"].transform("nunique")
    stages = out.groupby("instrument_id")["stage"].transform("nunique")
    out["path"] = "moved"
    out.loc[stages == 1, "path"] = "repeated"
    out.loc[reported == 1, "path"] = "told"
    out["path"] = pd.Categorical(out["path"], categories=PATHS, ordered=True)
    out["first"] = out.groupby("instrument_id")["date_start"].transform("first")
    out["place"] = range(len(out))
    out = out.sort_values(["path", "first", "instrument_id", "place"], ignore_index=True)
    return out.drop(columns=["first", "place"])


def moves(events: pd.DataFrame) -> pd.DataFrame:
    """Return each step of an instrument from one stage to another in a separate development.

    Parameters
    ----------
    events
        As returned by :func:`followed`.

    Returns
    -------
    pandas.DataFrame
        ``instrument_id``, ``instrument``, ``from_stage``, ``from_id``, ``from_start``, ``from_end``, ``to_stage``,
        ``to_id``, ``to_start``, ``to_end``, ``days_min``, ``days_max``.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset import analysis
    >>> guide = tmt.load().select(instrument="shake-to-activate-guide")
    >>> moves(followed(analysis.lifecycles(guide)))[["from_stage", "to_stage"]].to_numpy().tolist()
    [['draft', 'issued']]
    """
    names = {"stage": "stage", "development_id": "id", "date_start": "start", "date_end": "end"}
    before = events.groupby("instrument_id", sort=False)[list(names)].shift()
    out = events[["instrument_id", "instrument"]].copy()
    for prefix, frame in (("from", before), ("to", events)):
        for name, short in names.items():
            out[f"{prefix}_{short}"] = frame[name]
    out[["days_min", "days_max"]] = events[["days_min", "days_max"]]
    step = before["stage"].notna() & (before["stage"] != events["stage"].astype("str"))
    return out.loc[step & (out["from_id"] != out["to_id"])].reset_index(drop=True)


def windows_after(day: pd.Timestamp, periods: pd.DataFrame) -> pd.DataFrame:
    """Return the newsletters' windows that begin after a day: what happened then, they could have shown.

    Parameters
    ----------
    day
        The last on which a draft can have been published.
    periods
        As returned by :func:`windows`.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset import analysis
    >>> windows_after(pd.Timestamp("2024-06-30"), analysis.windows(tmt.load()))["window"].iloc[0]
    'Jul–Aug 2024'
    """
    return periods.loc[(periods["kind"] == "newsletter") & (periods["start"] > day)]


@guarded
def awaited(
    ds: Dataset, events: pd.DataFrame | None = None, periods: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Return the drafts and plans without a later stage in the sources, and which later windows could have shown a final form.

    Parameters
    ----------
    ds
        The data set.
    events
        As returned by :func:`lifecycles`; computed if not given.
    periods
        As returned by :func:`windows`; those of ``ds`` if not given.

    Returns
    -------
    pandas.DataFrame
        The columns of :func:`open_drafts`, the oldest first, with ``body`` (that leads the first event), ``latest_end`` (the last day of the latest event), ``windows`` (list of the newsletters' windows that
        begin after the latest event), ``covered`` (their months) and ``uncovered`` (the other months from that event to
        the end of the last window). A window in which the latest event itself lies does not count.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> waiting = awaited(tmt.load().select(topic="ai/legislation"))
    >>> bool((waiting["covered"] >= 0).all())
    True
    """
    events = lifecycles(ds) if events is None else events
    periods = windows(ds) if periods is None else periods
    out = open_drafts(ds, events)
    bodies = leads(ds).groupby("development_id")["body"].agg(", ".join)
    out["body"] = out["development_id"].map(bodies).astype("str").fillna("body not named")
    latest = events.drop_duplicates("instrument_id", keep="last").set_index("instrument_id")["date_end"]
    days = [latest[code] for code in out["instrument_id"]]
    after = [windows_after(day, periods) for day in days]
    out["windows"] = pd.Series([frame["window"].tolist() for frame in after], index=out.index, dtype="object")
    out["latest_end"] = pd.Series(days, index=out.index, dtype=out["date_end"].dtype)
    out["covered"] = pd.Series([exposure(frame) for frame in after], index=out.index, dtype="float64")
    end = last_covered(periods)
    since = [months(day + pd.Timedelta(days=1), end) if day < end else 0.0 for day in days]
    out["uncovered"] = (pd.Series(since, index=out.index, dtype="float64") - out["covered"]).round(6)
    return out


def reach_told(draft: pd.Series, periods: pd.DataFrame) -> str:
    """Return sentences on what the sources could have shown of a draft since.

    Parameters
    ----------
    draft
        A row of :func:`awaited`.
    periods
        As returned by :func:`windows`.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset import analysis
    >>> ds = tmt.load()
    >>> labelling = awaited(ds).set_index("instrument_id").loc["ai-labelling-measures"]
    >>> print(reach_told(labelling, analysis.windows(ds)))
    No later stage is reported. Later newsletters cover Jan–Feb 2025 and Jul–Aug 2025, 4 of the 11 months since. No source covers the time between March and June 2025. ...
    """
    told = ["No later stage is reported."]
    if draft["windows"]:
        since = draft["covered"] + draft["uncovered"]
        several = len(draft["windows"]) > 1
        told.append(
            f"{'Later newsletters cover' if several else 'A later newsletter covers'} {listed(draft['windows'])}, "
            f"{draft['covered']:.0f} of the {since:.0f} months since."
        )
    else:
        told.append("No newsletter covers a later month.")
    bare = gaps(periods)
    bare = bare.loc[bare["end"] > draft["latest_end"]]
    if len(bare):
        spans = listed(
            spoken(max(start, draft["latest_end"] + pd.Timedelta(days=1)), end)
            for start, end in zip(bare["start"], bare["end"], strict=True)
        )
        told.append(f"No source covers {'the time ' if spans.startswith('between') else ''}{spans}.")
    last = last_covered(periods)
    told.append(f"The sources end on {spoken(last, last)}: look up what became of it.")
    return " ".join(told)


def last_covered(periods: pd.DataFrame) -> pd.Timestamp:
    """Return the last day that a newsletter covers; without newsletters, that a source covers.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset import analysis
    >>> ds = tmt.load()
    >>> last_covered(analysis.windows(ds)) == ds.period[1]
    True
    """
    full = periods.loc[periods["kind"] == "newsletter", "end"]
    return cast(pd.Timestamp, (full if len(full) else periods["end"]).max())


def by_windows(waiting: pd.DataFrame) -> pd.DataFrame:
    """Return the drafts grouped by the windows that could have shown a final form.

    Parameters
    ----------
    waiting
        As returned by :func:`awaited`.

    Returns
    -------
    pandas.DataFrame
        One row per set of windows, most windows first: ``windows`` (list), ``covered``, ``drafts`` (int), ``binding``
        (int, of a binding kind), ``records`` (list of the developments with the
        first event of each).

    Examples
    --------
    >>> frame = pd.DataFrame({"windows": [["A"], []], "covered": [2.0, 0.0], "force": "binding"})
    >>> frame["development_id"] = ["TMT-0001", "TMT-0002"]
    >>> by_windows(frame)["drafts"].tolist()
    [1, 1]
    """
    keys = [tuple(names) for names in waiting["windows"]]
    rows = []
    for key in sorted(dict.fromkeys(keys), key=len, reverse=True):
        part = waiting.loc[[other == key for other in keys]]
        rows.append(
            {
                "windows": list(key),
                "covered": float(part["covered"].iloc[0]),
                "drafts": len(part),
                "binding": int((part["force"] == "binding").sum()),
                "records": part["development_id"].drop_duplicates().tolist(),
            }
        )
    out = pd.DataFrame(rows, columns=["windows", "covered", "drafts", "binding", "records"])
    return out.astype({"windows": "object", "covered": "float64", "drafts": "int64", "binding": "int64"})
