"""Which developments a text is found in."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from tmt_dataset.cells import Tables

#: Registers whose names are searched: their columns, and the table that links them to developments.
_REGISTERS = (
    ("authorities", ["name", "abbreviation", "name_zh"], "development_authorities"),
    ("topics", ["label"], "development_topics"),
    ("instruments", ["title", "number", "aliases"], "development_instruments"),
    ("places", ["name", "name_zh"], "development_places"),
)


def found(ds: Tables, text: str) -> pd.Series:
    """Return the identifiers of the developments whose words or names contain a text, ignoring case.

    Parameters
    ----------
    ds
        The data set.
    text
        Looked for as it is in titles, summaries, quotes, and the English and Chinese names of authorities, places,
        topics and instruments.

    Returns
    -------
    pandas.Series
        ``development_id``; an identifier may occur several times.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> set(found(ds, "deepfake")) <= set(ds.developments["development_id"])
    True
    """
    dev, quotes = ds["developments"], ds["quotes"]
    parts: list[pd.Series] = [
        dev.loc[_contain(dev, ["title", "summary"], text), "development_id"],
        quotes.loc[_contain(quotes, ["exact"], text), "development_id"],
    ]
    for register, columns, link in _REGISTERS:
        key = ds.descriptor.table(register).primary_key[0]
        frame, links = ds[register], ds[link]
        codes = frame.loc[_contain(frame, columns, text), key]
        parts.append(links.loc[links[key].isin(codes), "development_id"])
        if register == "places":
            parts.append(dev.loc[dev["jurisdiction"].isin(codes), "development_id"])
    hits: pd.Series = pd.concat(parts)
    return hits


def _contain(frame: pd.DataFrame, columns: Sequence[str], text: str) -> pd.Series:
    hits = pd.Series(False, index=frame.index)
    for column in columns:
        hits |= frame[column].astype("str").str.contains(text, case=False, regex=False, na=False)
    return hits
