"""The numbers that the sources report: figures, targets, series."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from tmt_dataset.errors import unknown

if TYPE_CHECKING:
    from tmt_dataset.dataset import Dataset
from tmt_dataset.analysis.counting import months
from tmt_dataset.analysis.instruments import leads


def numbers(ds: Dataset, kind: str | list[str] | None = None) -> pd.DataFrame:
    """Return what the sources put in figures, each number with the act, the body and the quote it comes from.

    Parameters
    ----------
    ds
        The data.
    kind
        ``statistic``, ``target``, ``requirement``, ``penalty``, ``damages``, ``funding``; several of them; or
        all.

    Returns
    -------
    pandas.DataFrame
        ``figure_id``, ``measure``, ``label``, ``value``, ``unit``, ``qualifier``, ``kind``, ``aggregation``,
        ``period_start``, ``period_end``, ``months`` (of the period, where both ends are known), ``body``
        (that leads the act), ``development_id``, ``title``, ``action``, ``date``, ``date_start``,
        ``date_end``, ``quote``.

    Raises
    ------
    UnknownCodeError
        If there is no such kind.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> set(numbers(tmt.load(), "penalty")["unit"])
    {'CNY'}
    """
    figures = ds["figures"]
    if kind is not None:
        wanted = [kind] if isinstance(kind, str) else list(kind)
        known = ds.descriptor.table("figures").field("kind").enum
        for code in wanted:
            if code not in known:
                raise unknown("kind of figure", code, list(known), "ds.figures['kind'].cat.categories")
        figures = figures.loc[figures["kind"].isin(wanted)]
    figures = figures.reset_index(drop=True)
    dev = ds["developments"].set_index("development_id").loc[figures["development_id"]].reset_index(drop=True)
    measures = ds["measures"].set_index("measure")
    measure = figures["measure"].astype("str")
    bodies = leads(ds).groupby("development_id")["body"].agg(", ".join)
    spans = zip(figures["period_start"], figures["period_end"], strict=True)
    length = [months(a, b) if pd.notna(a) and pd.notna(b) else np.nan for a, b in spans]
    return pd.DataFrame(
        {
            "figure_id": figures["figure_id"],
            "measure": measure,
            "label": measure.map(measures["label"]),
            "value": figures["value"],
            "unit": measure.map(measures["unit"].astype("str")),
            "qualifier": figures["qualifier"].astype("str"),
            "kind": figures["kind"].astype("str"),
            "aggregation": figures["aggregation"].astype("str"),
            "period_start": figures["period_start"],
            "period_end": figures["period_end"],
            "months": pd.Series(length, dtype="float64"),
            "body": figures["development_id"].map(bodies),
            "development_id": figures["development_id"],
            "title": dev["title"],
            "action": dev["action"].astype("str"),
            "date": dev["date"],
            "date_start": dev["date_start"],
            "date_end": dev["date_end"],
            "quote": figures["quote_id"].map(ds["quotes"].set_index("quote_id")["exact"]),
        }
    )


def targets(ds: Dataset) -> pd.DataFrame:
    """Return the targets that acts set, and how many results the sources report in the same measure.

    Returns
    -------
    pandas.DataFrame
        As :func:`numbers`, with ``due`` (the target's day, where it has one) and ``results``; soonest due
        first.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> set(targets(tmt.load())["kind"])
    {'target'}
    """
    out = numbers(ds, "target")
    results = numbers(ds, "statistic")["measure"].value_counts()
    out["due"] = out["period_end"]
    out["results"] = out["measure"].map(results).fillna(0).astype("int64")
    return out.sort_values(["due", "date_start", "figure_id"], ignore_index=True)


def implied(
    series: pd.DataFrame, keep: Literal["all", "stated"] = "all"
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tell a measure's totals and its flows apart, and add what follows from them by subtraction.

    A total at the end of a period less the flow within it is the total before the period; the difference of
    two totals is the flow between them. Only exact numbers are subtracted.

    Parameters
    ----------
    series
        As :meth:`tmt_dataset.Dataset.series` gives it.
    keep
        ``"stated"`` leaves the subtractions out.

    Returns
    -------
    totals : pandas.DataFrame
        ``place``, ``date``, ``value``, ``qualifier``, ``basis`` (``stated``, ``implied``). Where a total is
        known exactly, vaguer ones of the same day are left out.
    flows : pandas.DataFrame
        ``place``, ``start``, ``end``, ``months``, ``value``, ``per_month``, ``qualifier``, ``basis``. A flow
        whose period is not known has missing days and no rate.

    Raises
    ------
    ValueError
        If ``keep`` is neither of its two values.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> totals, flows = implied(tmt.load().series("genai_services_filed"))
    >>> set(totals["basis"]) <= {"stated", "implied"}
    True
    """
    if keep not in ("all", "stated"):
        raise ValueError(f"keep={keep!r}: expected 'all' or 'stated'")
    columns = ["place", "value", "qualifier", "basis"]
    stated = series.assign(basis="stated", qualifier=series["qualifier"].astype("str"))
    totals = stated.loc[(stated["aggregation"] == "cumulative") & stated["period_end"].notna()]
    totals = totals.rename(columns={"period_end": "date"})[["date", *columns]]
    totals["exact"] = totals["qualifier"] == "exact"
    totals = totals.sort_values("exact", ascending=False, kind="stable").drop_duplicates(["place", "date"])
    flows = stated.loc[stated["aggregation"] == "flow"]
    flows = flows.rename(columns={"period_start": "start", "period_end": "end"})[["start", "end", *columns]]
    flows.loc[flows["start"].isna() | flows["end"].isna(), ["start", "end"]] = pd.NaT
    if keep == "all":
        day = pd.Timedelta(days=1)
        known = totals.loc[totals["exact"]]
        ends = flows.loc[flows["qualifier"] == "exact"].merge(
            known, left_on=["place", "end"], right_on=["place", "date"], suffixes=("", "_total")
        )
        before = pd.DataFrame(
            {
                "place": ends["place"],
                "date": ends["start"] - day,
                "value": ends["value_total"] - ends["value"],
                "qualifier": "exact",
                "basis": "implied",
                "exact": True,
            }
        )
        totals = pd.concat([totals, before]).drop_duplicates(["place", "date"])
        known = totals.loc[totals["exact"]].sort_values(["place", "date"])
        last = known.groupby("place", observed=True)[["date", "value"]].shift()
        between = pd.DataFrame(
            {
                "place": known["place"],
                "start": last["date"] + day,
                "end": known["date"],
                "value": known["value"] - last["value"],
                "qualifier": "exact",
                "basis": "implied",
            }
        )
        between = between.loc[between["start"].notna()]
        flows = pd.concat([flows, between])
        spans = flows["start"].notna()
        flows = flows.loc[~(spans & flows.duplicated(["place", "start", "end"]))]
    spans_of = zip(flows["start"], flows["end"], strict=True)
    flows["months"] = [months(a, b) if pd.notna(a) else np.nan for a, b in spans_of]
    flows["per_month"] = flows["value"] / flows["months"]
    totals = totals.sort_values(["place", "date"], ignore_index=True)
    flows = flows.sort_values(["place", "start", "end"], ignore_index=True)
    order = ["place", "start", "end", "months", "value", "per_month", "qualifier", "basis"]
    return totals[["place", "date", "value", "qualifier", "basis"]], flows[order]
