"""Shapes of the data that a reader takes away: one row a development, an instrument's life, a series."""

from __future__ import annotations

from typing import Any

import pandas as pd

from tmt_dataset.cells import DATE_DTYPE, Tables
from tmt_dataset.edtf import bounds
from tmt_dataset.errors import PackageError, unknown
from tmt_dataset.record import number

#: Order of the stages of an instrument that fall on one day; 'cited' is no stage of its life.
STAGES = ["planned", "draft", "approved", "issued", "revised", "effective"]


def _joined(links: pd.DataFrame, text: pd.Series, index: pd.Index) -> pd.Series:
    """Join the texts of each development's links by ``"; "``, in their order."""
    grouped = text.groupby(links["development_id"].to_numpy(), sort=False).agg("; ".join)
    return grouped.astype("str").reindex(index)


def flat(ds: Tables) -> pd.DataFrame:
    """See :meth:`tmt_dataset.Dataset.flat`."""
    dev = ds["developments"]
    index = pd.Index(dev["development_id"])

    def label(codes: pd.Series, table: str, column: str) -> pd.Series:
        keys = ds[table].set_index(ds.descriptor.table(table).primary_key[0])[column].astype("str")
        return codes.astype("str").map(keys)

    authorities, topics = ds["development_authorities"], ds["development_topics"]
    places, instruments, figures, mentions = (
        ds[t] for t in ("development_places", "development_instruments", "figures", "mentions")
    )
    primary = topics.loc[topics["rank"] == "primary"].set_index("development_id")["topic_id"].reindex(index)
    units = label(figures["measure"], "measures", "unit")
    values = figures["value"].map(number) if len(figures) else pd.Series(dtype="str")
    figure_text = (
        label(figures["measure"], "measures", "label")
        + ": "
        + values
        + " "
        + units
        + " ("
        + figures["qualifier"].astype("str")
        + ")"
    )
    sources = ds["segments"].set_index("segment_id")["source_id"].astype("str")
    reports = pd.DataFrame(
        {"development_id": mentions["development_id"], "source_id": mentions["segment_id"].map(sources)}
    ).drop_duplicates()

    out = pd.DataFrame({"development_id": index})
    out["title"], out["summary"] = dev["title"].array, dev["summary"].array
    for column in ("date", "date_start", "date_end", "date_basis", "action"):
        out[column] = dev[column].array if column != "action" else dev[column].astype("str").array
    out["action_label"] = label(dev["action"], "actions", "label").array
    out["category"] = label(dev["action"], "actions", "category").array
    out["jurisdiction"] = dev["jurisdiction"].astype("str").array
    out["jurisdiction_name"] = label(dev["jurisdiction"], "places", "name").array
    for role in ("lead", "court", "joint", "supporting"):
        part = authorities.loc[authorities["role"] == role]
        name = f"{role}_authority" if role in ("lead", "court") else f"{role}_authorities"
        out[name] = _joined(part, label(part["authority_id"], "authorities", "name"), index).array
    out["unnamed_authorities"] = dev["unnamed_authorities"].array
    out["topic"] = primary.astype("str").array
    out["topic_label"] = label(primary, "topics", "label").array
    other = topics.loc[topics["rank"] == "secondary"]
    out["other_topics"] = _joined(other, label(other["topic_id"], "topics", "label"), index).array
    out["places"] = _joined(places, label(places["place_id"], "places", "name"), index).array
    titles = (
        label(instruments["instrument_id"], "instruments", "title")
        + " ("
        + instruments["stage"].astype("str")
        + ")"
    )
    out["instruments"] = _joined(instruments, titles, index).array
    out["effective_date"] = dev["effective_date"].array
    out["figures"] = _joined(figures, figure_text, index).array
    out["sources"] = _joined(reports, reports["source_id"], index).array
    out["note"] = dev["note"].array
    return out


def _in_order(events: pd.DataFrame) -> pd.DataFrame:
    """Put events in the order that their dates prove, and where these overlap, in that of their stages."""
    order = {stage: i for i, stage in enumerate(STAGES)}
    rest: list[Any] = list(events.itertuples())
    placed = []
    while rest:  # pairs alone would not do: three events may overlap in a ring
        first_end = min(event.date_end for event in rest)
        may_be_next = [event for event in rest if event.date_start <= first_end]
        placed.append(
            min(may_be_next, key=lambda e: (order[e.stage], e.date_start, e.date_end, e.development_id))
        )
        rest.remove(placed[-1])
    return events.loc[[event.Index for event in placed]].reset_index(drop=True)


def lifecycle(ds: Tables, instrument_id: str) -> pd.DataFrame:
    """See :meth:`tmt_dataset.Dataset.lifecycle`."""
    known = ds["instruments"]["instrument_id"]
    if not isinstance(instrument_id, str):
        raise TypeError(f"expected one instrument, as text; found {instrument_id!r:.60}")
    if instrument_id not in set(known):
        raise unknown("instrument", instrument_id, known.tolist(), "ds.instruments")
    links = ds["development_instruments"]
    links = links.loc[(links["instrument_id"] == instrument_id) & (links["stage"] != "cited")]
    dev = ds["developments"].set_index("development_id")
    events = []
    link: Any  # a row's fields have the types of their columns
    for link in links.itertuples():
        row = dev.loc[link.development_id]
        events.append(
            (link.stage, row["date"], row["date_start"], row["date_end"], link.development_id, row["title"])
        )
        # an act that issues an instrument may also say from when it applies: that day is an event of its own
        if isinstance(row["effective_date"], str) and link.stage in ("issued", "revised", "approved"):
            try:
                first, last = (pd.Timestamp(d) for d in bounds(row["effective_date"]))
            except ValueError as error:
                raise PackageError(
                    f"developments: {link.development_id}, field effective_date: {error}; run tmt_dataset.validate()"
                ) from None
            events.append(
                ("effective", row["effective_date"], first, last, link.development_id, row["title"])
            )
    frame = pd.DataFrame(
        events, columns=["stage", "date", "date_start", "date_end", "development_id", "title"]
    )
    frame = frame.astype({"date_start": DATE_DTYPE, "date_end": DATE_DTYPE})
    frame = _in_order(frame.drop_duplicates(["stage", "date"]))
    before = frame[["date_start", "date_end"]].shift()
    days_min = (frame["date_start"] - before["date_end"]).dt.days.clip(lower=0)
    days_max = (frame["date_end"] - before["date_start"]).dt.days.clip(lower=0)
    frame.insert(4, "days_min", days_min.astype("Int64"))
    frame.insert(5, "days_max", days_max.astype("Int64"))
    return frame


def series(ds: Tables, measure: str) -> pd.DataFrame:
    """See :meth:`tmt_dataset.Dataset.series`."""
    measures = ds["measures"].set_index("measure")
    if not isinstance(measure, str):
        raise TypeError(f"expected one measure, as text; found {measure!r:.60}")
    if measure not in measures.index:
        raise unknown("measure", measure, measures.index.tolist(), "ds.measures")
    rows = ds["figures"].loc[ds["figures"]["measure"] == measure]
    rows = rows.merge(
        ds["developments"][["development_id", "jurisdiction"]],
        on="development_id",
        how="left",
        validate="many_to_one",
    )
    rows = rows.merge(ds["quotes"][["quote_id", "exact"]], on="quote_id", how="left", validate="many_to_one")
    names = ds["places"].set_index("place_id")["name"]
    place = rows["place_id"].astype("str").fillna(rows["jurisdiction"].astype("str"))
    out = pd.DataFrame(
        {
            "aggregation": rows["aggregation"],
            "kind": rows["kind"],
            "place_id": place,
            "place": place.map(names),
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
