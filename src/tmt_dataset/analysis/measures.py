"""The numbers that the sources report: figures, targets, series."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tmt_dataset.analysis.instruments import leads
from tmt_dataset.cells import TEXT_DTYPE
from tmt_dataset.errors import unknown
from tmt_dataset.guard import guarded
from tmt_dataset.views.windows import months

if TYPE_CHECKING:
    from tmt_dataset.dataset import Dataset

__all__ = ["implied", "numbers", "targets"]


_DAY = pd.Timedelta(days=1)


def _of_kind(ds: Dataset, kind: str | list[str] | None) -> pd.DataFrame:
    """Return the figures of one or several kinds."""
    figures = ds["figures"]
    if kind is None:
        return figures.reset_index(drop=True)
    wanted = [kind] if isinstance(kind, str) else list(kind)
    known = ds.descriptor.table("figures").field("kind").enum
    for code in wanted:
        if code not in known:
            raise unknown("kind of figure", code, list(known), ", ".join(known))
    return figures.loc[figures["kind"].isin(wanted)].reset_index(drop=True)


def _lengths(starts: pd.Series, ends: pd.Series) -> pd.Series:
    """Return the months of each period; missing where one of its ends is."""
    spans = zip(starts, ends, strict=True)
    length = [months(a, b) if pd.notna(a) and pd.notna(b) else np.nan for a, b in spans]
    return pd.Series(length, index=starts.index, dtype="float64")


@guarded
def numbers(ds: Dataset, kind: str | list[str] | None = None) -> pd.DataFrame:
    """Return the figures that the sources report, each with its development, leading body and quote.

    Parameters
    ----------
    ds
        The data set.
    kind
        ``statistic``, ``target``, ``requirement``, ``penalty``, ``damages``, ``funding``; several of them; or
        all.

    Returns
    -------
    pandas.DataFrame
        One row per figure: ``figure_id``, ``measure``, ``label``, ``value``, ``unit``, ``qualifier``, ``kind``,
        ``aggregation``, ``period_start``, ``period_end``, ``months`` (of the period, where both ends are known),
        ``body`` (that leads the development), ``development_id``, ``title``, ``action``, ``date``, ``date_start``,
        ``date_end``, ``quote``.

    Raises
    ------
    UnknownCodeError
        For an unknown kind.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> set(numbers(tmt.load(), "penalty")["unit"])
    {'CNY'}
    """
    figures = _of_kind(ds, kind)
    dev = ds["developments"].set_index("development_id").loc[figures["development_id"]].reset_index(drop=True)
    measures = ds["measures"].set_index("measure")
    measure = figures["measure"].astype(TEXT_DTYPE)
    bodies = leads(ds).groupby("development_id")["body"].agg(", ".join)
    return pd.DataFrame(
        {
            "figure_id": figures["figure_id"],
            "measure": measure,
            "label": measure.map(measures["label"]),
            "value": figures["value"],
            "unit": measure.map(measures["unit"].astype(TEXT_DTYPE)),
            "qualifier": figures["qualifier"].astype(TEXT_DTYPE),
            "kind": figures["kind"].astype(TEXT_DTYPE),
            "aggregation": figures["aggregation"].astype(TEXT_DTYPE),
            "period_start": figures["period_start"],
            "period_end": figures["period_end"],
            "months": _lengths(figures["period_start"], figures["period_end"]),
            "body": figures["development_id"].map(bodies),
            "development_id": figures["development_id"],
            "title": dev["title"],
            "action": dev["action"].astype(TEXT_DTYPE),
            "date": dev["date"],
            "date_start": dev["date_start"],
            "date_end": dev["date_end"],
            "quote": figures["quote_id"].map(ds["quotes"].set_index("quote_id")["exact"]),
        }
    )


@guarded
def targets(ds: Dataset) -> pd.DataFrame:
    """Return the targets that developments set, and how many results the sources report in the same measure.

    Returns
    -------
    pandas.DataFrame
        The columns of :func:`numbers`, with ``due`` (the target's day, where it has one) and ``results`` (int);
        soonest due first.

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


def implied(series: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Separate a measure's totals from its flows, and add what follows from them by subtraction.

    A total at the end of a period minus the flow within it is the total before the period; the difference of
    two totals is the flow between them. Only exact numbers are subtracted.

    Parameters
    ----------
    series
        As returned by :meth:`tmt_dataset.Dataset.series`.

    Returns
    -------
    totals : pandas.DataFrame
        ``place``, ``date``, ``value``, ``qualifier``, ``basis`` (``stated``, ``implied``). Where a total is
        known exactly, vaguer ones of the same day are left out.
    flows : pandas.DataFrame
        ``place``, ``start``, ``end``, ``months``, ``value``, ``per_month``, ``qualifier``, ``basis``. A flow
        whose period is unknown has missing days and no rate.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> totals, flows = implied(tmt.load().series("genai_services_filed"))
    >>> set(totals["basis"]) <= {"stated", "implied"}
    True
    """
    stated = series.assign(basis="stated", qualifier=series["qualifier"].astype(TEXT_DTYPE))
    totals, flows = _stated_totals(stated), _stated_flows(stated)
    totals = pd.concat([totals, _totals_before(totals, flows)]).drop_duplicates(["place", "date"])
    flows = pd.concat([flows, _flows_between(totals)])
    known = flows["start"].notna()
    flows = flows.loc[~(known & flows.duplicated(["place", "start", "end"]))]
    flows["months"] = _lengths(flows["start"], flows["end"])
    flows["per_month"] = flows["value"] / flows["months"]
    totals = totals.sort_values(["place", "date"], ignore_index=True)
    flows = flows.sort_values(["place", "start", "end"], ignore_index=True)
    order = ["place", "start", "end", "months", "value", "per_month", "qualifier", "basis"]
    return totals[["place", "date", "value", "qualifier", "basis"]], flows[order]


def _stated_totals(series: pd.DataFrame) -> pd.DataFrame:
    """Return the stated totals, for each place and day the exact one if there is one."""
    totals = series.loc[(series["aggregation"] == "cumulative") & series["period_end"].notna()]
    totals = totals.rename(columns={"period_end": "date"})
    totals = totals[["date", "place", "value", "qualifier", "basis"]]
    exact_first = totals.sort_values("qualifier", key=lambda q: q != "exact", kind="stable")
    return exact_first.drop_duplicates(["place", "date"])


def _stated_flows(series: pd.DataFrame) -> pd.DataFrame:
    """Return the stated flows; a period of which one end is missing is unknown."""
    flows = series.loc[series["aggregation"] == "flow"]
    flows = flows.rename(columns={"period_start": "start", "period_end": "end"})
    flows = flows[["start", "end", "place", "value", "qualifier", "basis"]]
    flows.loc[flows["start"].isna() | flows["end"].isna(), ["start", "end"]] = pd.NaT
    return flows


def _totals_before(totals: pd.DataFrame, flows: pd.DataFrame) -> pd.DataFrame:
    """Return the total before each exact flow at whose end the total is known exactly."""
    ends = flows.loc[flows["qualifier"] == "exact"].merge(
        totals.loc[totals["qualifier"] == "exact"],
        left_on=["place", "end"],
        right_on=["place", "date"],
        suffixes=("", "_total"),
    )
    return pd.DataFrame(
        {
            "place": ends["place"],
            "date": ends["start"] - _DAY,
            "value": ends["value_total"] - ends["value"],
            "qualifier": "exact",
            "basis": "implied",
        }
    )


def _flows_between(totals: pd.DataFrame) -> pd.DataFrame:
    """Return the flow between each two successive exact totals of a place."""
    known = totals.loc[totals["qualifier"] == "exact"].sort_values(["place", "date"])
    last = known.groupby("place", observed=True)[["date", "value"]].shift()
    between = pd.DataFrame(
        {
            "place": known["place"],
            "start": last["date"] + _DAY,
            "end": known["date"],
            "value": known["value"] - last["value"],
            "qualifier": "exact",
            "basis": "implied",
        }
    )
    return between.loc[between["start"].notna()]
