"""What is in the data set, in sentences and two small frames."""

from __future__ import annotations

import pandas as pd

from tmt_dataset.analysis.words import counted, listed, lowered, span, spoken
from tmt_dataset.dataset import Dataset
from tmt_dataset.guard import guarded

#: The variables whose values can do without a quote, and which of the values do.
_UNQUOTED = {
    "jurisdiction": "jurisdictions (national)",
    "ai_role": "roles of AI (none)",
    "date": "dates (only the window of the source)",
    "orientation": "orientations (information)",
    "relations": "relations (a note justifies them)",
}

__all__ = ["actions", "actions_alt", "actions_title", "actions_unit", "coders", "holds", "mostly", "proved"]


def holds(ds: Dataset) -> str:
    """Return how many developments there are, and who reports them.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> " developments in Chinese " in holds(tmt.load())
    True
    """
    kinds = ds["sources"]["kind"].astype("str").value_counts()
    named = listed(
        counted(int(kinds[kind]), kind.replace("-", " "))
        for kind in ("newsletter", "annual-review")
        if kind in kinds
    )
    firms = ds["sources"]["publisher"].nunique()
    of = "one law firm" if firms == 1 else f"{firms} publishers"
    n = counted(len(ds["developments"]), "development")
    return f"The data set holds {n} in Chinese technology, media and telecom regulation, as {named} of {of} report them."


def proved(ds: Dataset) -> str:
    """Return how many values have a quote, and of which variables those are that need none.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> "verbatim quotes" in proved(tmt.load())
    True
    """
    pairs = ds.evidence()
    values = pairs.drop_duplicates(["development_id", "variable", "value"])
    bare = values.loc[values["quote"].isna(), "variable"].astype("str").value_counts()
    text = (
        f"{len(values) - bare.sum():,} of {len(values):,} coded values have at least one of {len(ds['quotes']):,} verbatim quotes "
        "as their proof"
    )
    if bare.empty:
        return f"{text}."
    named = listed(
        f"{n} {_UNQUOTED.get(name, name.replace('_', ' '))}"
        for name, n in zip(map(str, bare.index), bare, strict=True)
    )
    return f"{text}; the other {bare.sum():,} need none by the codebook: {named}."


def mostly(ds: Dataset) -> str:
    """Return what the newsletters report most.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> mostly(tmt.load()).startswith("In the newsletters, ")
    True
    """
    ranked = actions(ds)
    shown = ranked.head(3)
    parts = [
        f"{lowered(row['label'])} ({span(row['least'], row['most'])})" for row in shown.to_dict("records")
    ]
    n = span(ranked["of_least"].iloc[0], ranked["of_most"].iloc[0])
    return (
        f"In the newsletters, the most frequent kinds of action among {n} developments are {listed(parts)}."
    )


@guarded
def actions(ds: Dataset) -> pd.DataFrame:
    """Return how many developments of the newsletters are actions of which kind, the most frequent first.

    Returns
    -------
    pandas.DataFrame
        As :meth:`tmt_dataset.Dataset.counts`, without kinds of which there are none, with ``label`` and ``category``.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> actions(tmt.load())["most"].is_monotonic_decreasing
    True
    """
    found = ds.counts(by="action")
    found = found.loc[(found["kind"] == "newsletter") & (found["most"] > 0)].astype({"action": "str"})
    names = ds["actions"][["action", "label", "category"]].astype("str")
    return found.merge(names, on="action").sort_values(
        ["most", "label"], ascending=[False, True], ignore_index=True
    )


def actions_alt(frame: pd.DataFrame) -> str:
    """Return the chart of :func:`actions` in words."""
    rows = [f"{row['label']} {span(row['least'], row['most'])}" for row in frame.to_dict("records")]
    return f"One bar per kind of action, the longest at the top, coloured by category: {', '.join(rows)}."


def actions_unit(frame: pd.DataFrame) -> str:
    """Return what the chart of :func:`actions` counts."""
    n = span(frame["of_least"].iloc[0], frame["of_most"].iloc[0])
    return f"Developments that newsletters date into their windows, by kind of action, n = {n}"


def actions_title(frame: pd.DataFrame) -> str:
    """Return the claim of the chart of :func:`actions`."""
    by = frame.groupby("category")["least"].sum().sort_values(ascending=False)
    order = [str(name) for name in by.index]
    if len(order) == 1:
        return f"All that the newsletters report is {order[0]}"
    share = "Most" if 2 * by.iloc[0] > frame["of_most"].iloc[0] else "The largest part"
    follow = "follows" if len(order) == 2 else "follow"
    return f"{share} of what the newsletters report is {order[0]}; {listed(order[1:])} {follow}"


def coders(ds: Dataset) -> str:
    """Return by whom the developments were coded, and over which time.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> coders(tmt.load()).startswith("Coded by ")
    True
    """
    first, last = ds["sources"]["period_start"].min(), ds["sources"]["period_end"].max()
    return f"Coded by automated readings of a language model, not by human experts; the windows of the sources lie between {spoken(first, first)} and {spoken(last, last)}."
