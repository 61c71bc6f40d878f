"""The lives of instruments: their stages and events, and the drafts without a later one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tmt_dataset.cells import TEXT_DTYPE
from tmt_dataset.guard import guarded
from tmt_dataset.views import lives

if TYPE_CHECKING:
    from tmt_dataset.dataset import Dataset

__all__ = ["UNFINISHED", "leads", "lifecycles", "narrowed", "open_drafts", "stages"]

#: The stages of an instrument that is not yet final.
UNFINISHED = ("planned", "draft")


@guarded
def stages(ds: Dataset) -> pd.DataFrame:
    """Return the instruments that developments draft, issue or otherwise move, with their kind and force.

    Returns
    -------
    pandas.DataFrame
        One row per development and instrument: ``development_id``, ``instrument_id``, ``instrument`` (title),
        ``kind``, ``kind_label``, ``force``, ``stage``, ``step`` (``draft`` for planned and draft, ``final`` for
        approved, issued, revised and effective). Instruments that are only cited are left out.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> sorted(set(stages(tmt.load())["step"]))
    ['draft', 'final']
    """
    links = ds["development_instruments"]
    links = links.loc[links["stage"] != "cited"].astype({"stage": TEXT_DTYPE})
    instruments = ds["instruments"].set_index("instrument_id")
    kinds = ds["instrument_kinds"].set_index("kind")
    kind = links["instrument_id"].map(instruments["kind"].astype(TEXT_DTYPE))
    return pd.DataFrame(
        {
            "development_id": links["development_id"],
            "instrument_id": links["instrument_id"].astype(TEXT_DTYPE),
            "instrument": links["instrument_id"].map(instruments["title"]),
            "kind": kind,
            "kind_label": kind.map(kinds["label"]),
            "force": kind.map(kinds["force"].astype(TEXT_DTYPE)),
            "stage": links["stage"],
            "step": links["stage"].isin(UNFINISHED).map({True: "draft", False: "final"}),
        }
    ).reset_index(drop=True)


@guarded
def leads(ds: Dataset) -> pd.DataFrame:
    """Return the body that leads each development or decides it as a court, with its kind and level.

    Returns
    -------
    pandas.DataFrame
        ``development_id``, ``authority_id``, ``body`` (its short name), ``kind``, ``level``.
        Developments without such a body have no row.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> "CAC" in set(leads(tmt.load())["body"])
    True
    """
    links = ds["development_authorities"]
    links = links.loc[links["role"].isin(["lead", "court"])]
    register = ds["authorities"].set_index("authority_id")
    names = register["short_name"]
    codes = links["authority_id"].astype(TEXT_DTYPE)
    return pd.DataFrame(
        {
            "development_id": links["development_id"],
            "authority_id": codes,
            "body": codes.map(names),
            "kind": codes.map(register["kind"].astype(TEXT_DTYPE)),
            "level": codes.map(register["level"].astype(TEXT_DTYPE)),
        }
    ).reset_index(drop=True)


def narrowed(events: pd.DataFrame) -> pd.DataFrame:
    """Return events with their dates narrowed to what their order allows.

    Parameters
    ----------
    events
        As returned by :func:`lifecycles`: no event of an instrument is earlier than the one above it.

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


@guarded
def lifecycles(ds: Dataset) -> pd.DataFrame:
    """Return the events of every instrument: planned, draft, approved, issued, revised, effective.

    Returns
    -------
    pandas.DataFrame
        One row per event: ``instrument_id``, ``instrument`` (title), ``kind``, ``force``, ``stage``, ``date``,
        ``date_start``, ``date_end``, ``days_min`` and ``days_max`` since the previous event, ``development_id``.
        Where the dates of two events overlap, the order of the stages decides.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> events = lifecycles(tmt.load().select(instrument="shake-to-activate-guide"))
    >>> bool((events["days_min"].dropna() >= 0).all())
    True
    """
    columns = ["instrument_id", "instrument", "kind", "force"]
    register = stages(ds).drop_duplicates("instrument_id")[columns]
    events = lives(ds, ds["development_instruments"]).drop(columns="title")
    order = [
        "instrument_id",
        "stage",
        "date",
        "date_start",
        "date_end",
        "days_min",
        "days_max",
        "development_id",
    ]
    return register.merge(events[order], on="instrument_id", validate="one_to_many")


@guarded
def open_drafts(ds: Dataset, events: pd.DataFrame | None = None) -> pd.DataFrame:
    """Return the plans and drafts for which the sources report no later stage.

    That none is reported does not mean that there is none: months that no newsletter covers lie between.

    Parameters
    ----------
    ds
        The data set.
    events
        As returned by :func:`lifecycles`; computed if not given.

    Returns
    -------
    pandas.DataFrame
        One row per instrument, oldest first: ``instrument_id``, ``instrument``, ``kind``, ``force``, ``stage`` (the
        latest), ``date``, ``date_start``, ``date_end`` and ``development_id`` (of the first event), ``latest_id``
        (development of the latest event).

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> set(open_drafts(tmt.load().select(topic="ai/legislation"))["stage"]) <= {"planned", "draft"}
    True
    """
    events = lifecycles(ds) if events is None else events
    left = events.drop_duplicates("instrument_id").drop(columns=["days_min", "days_max"])
    last = events.drop_duplicates("instrument_id", keep="last").set_index("instrument_id")
    left["stage"] = left["instrument_id"].map(last["stage"])
    left["latest_id"] = left["instrument_id"].map(last["development_id"])
    relations = ds["relations"]
    # a draft may have become final as another instrument
    done = relations.loc[relations["relation"] == "finalises", "related_id"]
    left = left.loc[left["stage"].isin(UNFINISHED) & ~left["latest_id"].isin(done)]
    return left.sort_values(["date_start", "date_end", "instrument_id"], ignore_index=True)
