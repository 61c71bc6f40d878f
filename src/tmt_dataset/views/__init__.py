"""Shapes of the data for a reader to take away: one row per development, the life of an instrument, a series."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from tmt_dataset.cells import DATE_DTYPE, TEXT_DTYPE, Tables, nullable
from tmt_dataset.edtf import bounds
from tmt_dataset.errors import PackageError, unknown
from tmt_dataset.guard import guarded
from tmt_dataset.record import labels, number
from tmt_dataset.views.counts import area_of, level_of
from tmt_dataset.views.windows import members, reports, windows

__all__ = ["STAGES", "Event", "days_between", "flat", "lifecycle", "lives", "series"]


#: Order of the stages of an instrument on one day; 'cited' is not part of its life.
STAGES = ["planned", "draft", "approved", "issued", "revised", "effective"]


def _joined(links: pd.DataFrame, text: pd.Series, index: pd.Index) -> pd.Series:
    """Join the texts of each development's links with ``"; "``, in their order."""
    grouped = text.groupby(links["development_id"].to_numpy(), sort=False).agg("; ".join)
    return grouped.astype("str").reindex(index)


def _labelled(ds: Tables, codes: pd.Series, register: str, column: str) -> pd.Series:
    """Return the labels of codes, missing where a code is."""
    # no labels would be numbers in pandas 2
    return codes.astype("str").map(labels(ds, register, column)).astype(TEXT_DTYPE)


@guarded
def flat(ds: Tables) -> pd.DataFrame:
    """See :meth:`tmt_dataset.Dataset.flat`."""
    dev = ds["developments"]
    index = pd.Index(dev["development_id"])
    own = {
        column: dev[column].array
        for column in ("development_id", "title", "summary", "date", "date_start", "date_end", "date_basis")
    }
    columns = {
        **own,
        "window": _flat_windows(ds, index),
        "action": dev["action"].astype("str"),
        "action_label": _labelled(ds, dev["action"], "actions", "label"),
        "category": _labelled(ds, dev["action"], "actions", "category"),
        "jurisdiction": dev["jurisdiction"].astype("str"),
        "jurisdiction_name": _labelled(ds, dev["jurisdiction"], "places", "name"),
        "level": level_of(dev, ds["places"]).astype("str"),
        **_flat_authorities(ds, index),
        "unnamed_authorities": dev["unnamed_authorities"],
        **_flat_topics(ds, index),
        "places": _flat_places(ds, index),
        "instruments": _flat_instruments(ds, index),
        "effective_date": dev["effective_date"],
        **_flat_requirements(ds, index),
        "figures": _flat_figures(ds, index),
        **_flat_sources(ds, index),
        "first_quote": ds["quotes"]
        .drop_duplicates("development_id")
        .set_index("development_id")["exact"]
        .reindex(index),
        "note": dev["note"],
    }
    # arrays: some columns are indexed by number, others by development
    return pd.DataFrame({name: pd.array(column, copy=False) for name, column in columns.items()})


def _flat_windows(ds: Tables, index: pd.Index) -> pd.Series:
    """Return the windows in which developments are counted, as :meth:`tmt_dataset.Dataset.counts` does."""
    dated = ds["developments"][["development_id", "date_start", "date_end"]]
    pairs = members(dated, windows(ds, reviews_last=True), reports(ds))
    pairs = pairs.drop_duplicates(["development_id", "window"])
    return _joined(pairs, pairs["window"].astype("str"), index)


def _flat_authorities(ds: Tables, index: pd.Index) -> dict[str, pd.Series]:
    links = ds["development_authorities"]
    columns = {}
    for role in ("lead", "court", "joint", "supporting"):
        part = links.loc[links["role"] == role]
        name = f"{role}_authority" if role in ("lead", "court") else f"{role}_authorities"
        columns[name] = _joined(part, _labelled(ds, part["authority_id"], "authorities", "name"), index)
        if role in ("lead", "court") and "short_name" in ds["authorities"]:  # an older release has none
            short = _labelled(ds, part["authority_id"], "authorities", "short_name")
            columns[f"{name}_short"] = _joined(part, short, index)
    return columns


def _flat_topics(ds: Tables, index: pd.Index) -> dict[str, pd.Series]:
    links = ds["development_topics"]
    primary = links.loc[links["rank"] == "primary"].set_index("development_id")["topic_id"].reindex(index)
    other = links.loc[links["rank"] == "secondary"]
    area = area_of(primary)
    return {
        "area": area,
        "area_label": _labelled(ds, area, "topics", "label"),
        "topic": primary.astype(TEXT_DTYPE),
        "topic_label": _labelled(ds, primary, "topics", "label"),
        "other_topics": _joined(other, _labelled(ds, other["topic_id"], "topics", "label"), index),
    }


def _flat_places(ds: Tables, index: pd.Index) -> pd.Series:
    links = ds["development_places"]
    return _joined(links, _labelled(ds, links["place_id"], "places", "name"), index)


def _flat_instruments(ds: Tables, index: pd.Index) -> pd.Series:
    links = ds["development_instruments"]
    titles = _labelled(ds, links["instrument_id"], "instruments", "title")
    return _joined(links, titles + " (" + links["stage"].astype("str") + ")", index)


def _flat_requirements(ds: Tables, index: pd.Index) -> dict[str, pd.Series]:
    """Return orientation, role of AI, risks and provisions; an older release has none of them."""
    dev, columns = ds["developments"], {}
    for name in ("orientation", "ai_role"):
        if name in dev:
            columns[name] = dev[name].astype("str")
    if "development_risks" in ds.descriptor.tables:
        risks = ds["development_risks"]
        columns["risks"] = _joined(risks, _labelled(ds, risks["risk_id"], "risks", "label"), index)
    if "provisions" in ds.descriptor.tables:
        rows = ds["provisions"]
        who = _labelled(ds, rows["addressee"], "addressees", "label")
        what = _labelled(ds, rows["type"], "provision_types", "label")
        cases = ["" if pd.isna(n) else f" (case {n})" for n in rows["case"]]
        case = pd.Series(cases, rows.index, TEXT_DTYPE)
        texts = who + " · " + rows["modality"].astype("str").str.replace("-", " ") + " · " + what + case
        columns["provisions"] = _joined(rows, texts, index)
    return columns


def _flat_figures(ds: Tables, index: pd.Index) -> pd.Series:
    figures = ds["figures"]
    measures = _labelled(ds, figures["measure"], "measures", "label")
    units = _labelled(ds, figures["measure"], "measures", "unit")
    values = figures["value"].map(number) if len(figures) else pd.Series(dtype="str")
    texts = measures + ": " + values + " " + units + " (" + figures["qualifier"].astype("str") + ")"
    return _joined(figures, texts, index)


def _flat_sources(ds: Tables, index: pd.Index) -> dict[str, pd.Series]:
    links = reports(ds)
    columns = {"sources": _joined(links, links["source_id"], index)}
    for name, column in (("source_titles", "title"), ("source_urls", "url")):
        texts = _labelled(ds, links["source_id"], "sources", column)
        columns[name] = _joined(links[texts.notna()], texts.dropna(), index)
    return columns


def days_between(first: pd.DataFrame, last: pd.DataFrame) -> pd.DataFrame:
    """Return the days between pairs of dates, as a minimum and a maximum.

    Parameters
    ----------
    first, last
        Frames of one length with ``date_start`` and ``date_end``; the second date of a pair is not before the
        first.

    Returns
    -------
    pandas.DataFrame
        ``days_min``, ``days_max`` (``Int64``), missing where a date is missing.

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
    return pd.DataFrame({k: nullable(v.dt.days.clip(lower=0)) for k, v in columns.items()})


class Event(NamedTuple):
    """One event in the life of an instrument."""

    stage: str
    date: str
    date_start: pd.Timestamp
    date_end: pd.Timestamp
    development_id: str
    title: str


def _in_order(events: list[Event]) -> Iterator[Event]:
    """Yield events in the order that their dates prove; where dates overlap, in the order of their stages."""
    order = {stage: i for i, stage in enumerate(STAGES)}
    while events:  # sorting by pairs would not do: three events may overlap in a ring
        first_end = min(event.date_end for event in events)
        may_be_next = [event for event in events if event.date_start <= first_end]
        event = min(may_be_next, key=lambda e: (order[e.stage], e.date_start, e.date_end, e.development_id))
        events.remove(event)
        yield event


@guarded
def lifecycle(ds: Tables, instrument_id: str) -> pd.DataFrame:
    """See :meth:`tmt_dataset.Dataset.lifecycle`."""
    known = ds["instruments"]["instrument_id"]
    if not isinstance(instrument_id, str):
        raise TypeError(f"expected one instrument, as text; found {instrument_id!r:.60}")
    if instrument_id not in set(known):
        raise unknown("instrument", instrument_id, known.tolist(), "the table instruments")
    links = ds["development_instruments"]
    return lives(ds, links.loc[links["instrument_id"] == instrument_id]).drop(columns="instrument_id")


def lives(ds: Tables, links: pd.DataFrame) -> pd.DataFrame:
    """Return the events of the instruments of some links, each instrument's in order.

    Parameters
    ----------
    ds
        The data set.
    links
        Rows of ``development_instruments``.

    Returns
    -------
    pandas.DataFrame
        ``instrument_id``, in the order of the links, and the columns of :meth:`tmt_dataset.Dataset.lifecycle`.

    Raises
    ------
    PackageError
        If a date of effect is not a date.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> events = lives(ds, ds.development_instruments)
    >>> events["instrument_id"].nunique() > 100
    True
    """
    events: dict[str, dict[tuple[str, str], Event]] = {}  # what is told twice is one event
    for instrument_id, event in _events(ds, links.loc[links["stage"] != "cited"]):
        events.setdefault(instrument_id, {}).setdefault((event.stage, event.date), event)
    rows = [(code, *event) for code, life in events.items() for event in _in_order([*life.values()])]
    frame = pd.DataFrame(rows, columns=["instrument_id", *Event._fields])
    texts = dict.fromkeys(("instrument_id", "stage", "date", "development_id", "title"), TEXT_DTYPE)
    frame = frame.astype({**texts, "date_start": DATE_DTYPE, "date_end": DATE_DTYPE})
    before = frame.groupby("instrument_id", sort=False)[["date_start", "date_end"]].shift()
    days = days_between(before, frame)
    frame.insert(5, "days_min", days["days_min"])
    frame.insert(6, "days_max", days["days_max"])
    return frame


def _events(ds: Tables, links: pd.DataFrame) -> Iterator[tuple[str, Event]]:
    """Yield the events of links in their order, each with its instrument."""
    columns = ["date", "date_start", "date_end", "title", "effective_date"]
    dev = ds["developments"].set_index("development_id")[columns]
    if not dev.index.is_unique:
        raise ValueError("duplicate development")
    known = dict(zip(dev.index, dev.itertuples(index=False, name=None), strict=True))
    keys = (links[name] for name in ("instrument_id", "development_id", "stage"))
    for instrument_id, development_id, stage in zip(*keys, strict=True):
        date, first, last, title, effective = known[development_id]
        yield instrument_id, Event(stage, date, first, last, development_id, title)
        # the development that issues an instrument may also state when it takes effect: an event of its own
        if isinstance(effective, str) and stage in ("issued", "revised", "approved"):
            bounds_of = _effect(development_id, effective)
            yield instrument_id, Event("effective", effective, *bounds_of, development_id, title)


def _effect(development_id: str, date: str) -> tuple[pd.Timestamp, pd.Timestamp]:
    """Return the first and last day of a date of effect."""
    try:
        first, last = bounds(date)
    except ValueError as error:
        where = f"developments: {development_id}, field effective_date"
        raise PackageError(f"{where}: {error}; run `tmt-dataset validate`") from None
    return pd.Timestamp(first), pd.Timestamp(last)


@guarded
def series(ds: Tables, measure: str) -> pd.DataFrame:
    """See :meth:`tmt_dataset.Dataset.series`."""
    measures = ds["measures"].set_index("measure")
    if not isinstance(measure, str):
        raise TypeError(f"expected one measure, as text; found {measure!r:.60}")
    if measure not in measures.index:
        raise unknown("measure", measure, measures.index.tolist(), "the table measures")
    rows = ds["figures"].loc[ds["figures"]["measure"] == measure]
    rows = rows.merge(
        ds["developments"][["development_id", "jurisdiction"]],
        on="development_id",
        how="left",
        validate="many_to_one",
    )
    rows = rows.merge(ds["quotes"][["quote_id", "exact"]], on="quote_id", how="left", validate="many_to_one")
    place = rows["jurisdiction"].astype(TEXT_DTYPE)
    out = pd.DataFrame(
        {
            "aggregation": rows["aggregation"],
            "kind": rows["kind"],
            "place_id": place,
            "place": place.map(labels(ds, "places", "name")),
            "period_start": rows["period_start"],
            "period_end": rows["period_end"],
            "value": rows["value"],
            "unit": measures.loc[measure, "unit"],
            "qualifier": rows["qualifier"],
            "development_id": rows["development_id"],
            "quote": rows["exact"],
        }
    )
    return out.sort_values(
        ["aggregation", "place_id", "period_end", "period_start"], kind="stable"
    ).reset_index(drop=True)
