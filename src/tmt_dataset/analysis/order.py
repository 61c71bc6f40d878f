"""Who acted first under one name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tmt_dataset.analysis.counting import collective, developments
from tmt_dataset.analysis.instruments import leads
from tmt_dataset.analysis.sources import kind_of_source
from tmt_dataset.analysis.words import listed, opened, spoken
from tmt_dataset.guard import guarded
from tmt_dataset.record import labels

if TYPE_CHECKING:
    from tmt_dataset.dataset import Dataset

__all__ = ["naming", "who_came_first"]


@guarded
def naming(ds: Dataset, words: str) -> pd.DataFrame:
    """Return the developments whose quotes have some words, in the order of their dates.

    Parameters
    ----------
    ds
        The data set.
    words
        As the sources write them, such as ``"AI+"``; case does not matter.

    Returns
    -------
    pandas.DataFrame
        ``development_id``, ``title``, ``date``, ``date_start``, ``date_end``, ``day`` (the date in words), ``action``, ``orientation``, ``side``
        (national, local, or missing), ``place`` (name of the jurisdiction), ``body`` (short name of the body that leads
        it; the place where none is named), ``told`` (kind of source), ``quote`` (the first with the words).

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> naming(tmt.load(), "ai+")["date_start"].is_monotonic_increasing
    True
    """
    quotes = ds["quotes"]
    having = quotes.loc[quotes["exact"].str.casefold().str.contains(words.casefold(), regex=False)]
    first = having.drop_duplicates("development_id").set_index("development_id")["exact"]
    dev = developments(ds).merge(ds["developments"][["development_id", "orientation", "jurisdiction"]])
    dev = dev.loc[dev["development_id"].isin(first.index) & ~dev["development_id"].isin(collective(ds))]
    place = dev["jurisdiction"].astype("str").map(labels(ds, "places", "name"))
    lead = leads(ds).drop_duplicates("development_id").set_index("development_id")["body"]
    out = dev[["development_id", "title", "date", "date_start", "date_end", "action"]].assign(
        day=[spoken(*dates) for dates in zip(dev["date_start"], dev["date_end"], strict=True)],
        orientation=dev["orientation"].astype("str"),
        side=dev["level"].where(dev["level"].isin(["national", "local"])),
        place=place,
        body=dev["development_id"].map(lead).fillna(place),
        told=dev["development_id"].map(kind_of_source(ds)),
        quote=dev["development_id"].map(first),
    )
    return out.sort_values(["date_start", "date_end", "development_id"], ignore_index=True)


def who_came_first(named: pd.DataFrame, words: str) -> str:
    """Return the finding on which local developments came before the first that the nation issued under the same name.

    Parameters
    ----------
    named
        As returned by :func:`naming`.
    words
        The name.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> named = naming(tmt.load(), "AI+")
    >>> "before" in who_came_first(named, "AI+")
    True
    """
    issued = named.loc[(named["side"] == "national") & (named["action"] == "issuance")]
    if issued.empty:
        return f"No national body issues a text under the name {words} in these sources."
    nation = issued.iloc[0]
    local = named.loc[named["side"] == "local"]
    before = local.loc[local["date_end"] < nation["date_start"]]
    told = f"the {nation['body']} issued its text ({nation['day']})"
    if before.empty:
        return opened(f"no local development under the name {words} is dated before {told}.")
    marks = before["action"].map({"consultation": "a draft, "}).fillna("")
    told_of = zip(before["place"], marks, before["day"], strict=True)
    who = listed([f"{place} ({mark}{day})" for place, mark, day in told_of])
    return f"{who} acted under the name {words} before {told}."
