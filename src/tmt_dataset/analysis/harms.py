"""The harms that developments name."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tmt_dataset.analysis.counting import collective
from tmt_dataset.analysis.words import listed, lowered, number, span
from tmt_dataset.guard import guarded
from tmt_dataset.record import labels
from tmt_dataset.views.windows import members, reports, windows

if TYPE_CHECKING:
    from tmt_dataset.dataset import Dataset

__all__ = ["harms_claim", "risks", "what_harms", "windowed"]


@guarded
def risks(ds: Dataset) -> pd.DataFrame:
    """Return every harm that a development names, in each window where a source reports it, with its quote.

    Returns
    -------
    pandas.DataFrame
        ``development_id``, ``title``, ``window`` (ordered categorical), ``kind`` (of its source), ``risk``,
        ``risk_label``, ``quote``. A development whose date may lie in two windows has a row in each.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> "Harm to minors" in set(risks(tmt.load())["risk_label"])
    True
    """
    dev = ds["developments"][["development_id", "title", "date_start", "date_end"]]
    told = members(dev, windows(ds, reviews_last=True), reports(ds))
    rows = told[["development_id", "title", "window", "kind"]].merge(
        ds["development_risks"], on="development_id"
    )
    rows = rows.loc[~rows["development_id"].isin(collective(ds))].reset_index(drop=True)
    out = rows[["development_id", "title", "window", "kind"]].assign(risk=rows["risk_id"].astype("str"))
    out["risk_label"] = out["risk"].map(labels(ds, "risks", "label"))
    out["quote"] = rows["quote_id"].map(labels(ds, "quotes", "exact"))
    return out


def windowed(counted: pd.DataFrame, by: str, names: pd.Series) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return counts by window as a table for a chart: the numbers, and how they are written.

    Parameters
    ----------
    counted
        As ``ds.counts(by=["window", by])`` returns it, of one kind of source.
    by
        The column whose codes are the rows.
    names
        Label of each code.

    Returns
    -------
    tuple of pandas.DataFrame
        Rows are labels, the most frequent first, columns the windows, each with its number of developments; codes that
        occur in none of them are left out. The first frame has the greatest count that the dates allow, the second the
        count as text, a range where they allow more than one, empty where there is none.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> counted = ds.counts(by=["window", "risk"]).query("kind == 'newsletter'")
    >>> values, texts = windowed(counted, "risk", ds.risks.set_index("risk_id")["label"])
    >>> values.shape == texts.shape
    True
    """
    part = counted.loc[counted.groupby(by, observed=True)["most"].transform("sum") > 0].copy()
    part["row"] = part[by].astype("str").map(names.astype("str"))
    of = [span(*pair) for pair in zip(part["of_least"], part["of_most"], strict=True)]
    part["column"] = [f"{window}\nof {n}" for window, n in zip(part["window"].astype("str"), of, strict=True)]
    counts = zip(part["least"], part["most"], strict=True)
    part["text"] = [span(*pair) if pair[1] else "" for pair in counts]
    order = part.groupby("row")["most"].sum().sort_values(ascending=False, kind="stable").index
    columns = part["column"].drop_duplicates()
    values = part.pivot(index="row", columns="column", values="most").loc[order, columns].astype("int64")
    texts = part.pivot(index="row", columns="column", values="text").loc[order, columns]
    return values, texts


def what_harms(counted: pd.DataFrame, names: pd.Series) -> str:
    """Return the finding on which harms are named most, and in which windows the first of them.

    Parameters
    ----------
    counted
        As ``ds.counts(by="risk")`` returns it, of one kind of source.
    names
        Label of each risk.

    Examples
    --------
    >>> counted = pd.DataFrame({"risk": ["fraud", "minors"], "least": [3, 1], "most": [3, 2], "of_least": 9, "of_most": 9})
    >>> what_harms(counted, pd.Series({"fraud": "Fraud", "minors": "Harm to minors"}))
    'The harms named most often are fraud (in 3 of 9 developments) and harm to minors (1–2).'
    """
    rows = counted.loc[counted["most"] > 0].sort_values("most", ascending=False, kind="stable").head(3)
    if rows.empty:
        return "No harm is named."
    told = [
        f"{lowered(str(names[str(risk)]))} ({span(least, most)})"
        for risk, least, most in zip(rows["risk"], rows["least"], rows["most"], strict=True)
    ]
    of = span(int(rows["of_least"].iloc[0]), int(rows["of_most"].iloc[0]))
    told[0] = f"{told[0].rpartition('(')[0]}(in {told[0].rpartition('(')[2][:-1]} of {of} developments)"
    return (
        f"The {'harms named most often are' if len(told) > 1 else 'harm named most often is'} {listed(told)}."
    )


def harms_claim(values: pd.DataFrame) -> str:
    """Return which harm is named most, and in how many of the windows, as the claim of the chart.

    Parameters
    ----------
    values
        The numbers that :func:`windowed` returns.

    Examples
    --------
    >>> values = pd.DataFrame({"Nov–Dec 2023": [2, 1], "Jul–Aug 2024": [4, 5]}, index=["Fraud", "Interference"])
    >>> harms_claim(values)
    'Fraud is the harm named most often, and first or tied for first in one of two windows'
    """
    if values.empty:
        return "No harm is named"
    leads = int((values.iloc[0] == values.max()).sum())
    share = (
        "every window"
        if leads == values.shape[1]
        else f"{number(leads)} of {number(values.shape[1])} windows"
    )
    return f"{values.index[0]} is the harm named most often, and first or tied for first in {share}"
