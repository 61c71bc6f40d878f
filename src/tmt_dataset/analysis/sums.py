"""Sums of money that authorities and courts impose, and what the largest figures count."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from tmt_dataset.analysis.counting import collective
from tmt_dataset.analysis.measures import numbers, targets
from tmt_dataset.guard import guarded

if TYPE_CHECKING:
    from tmt_dataset.dataset import Dataset

__all__ = ["from_reviews", "largest", "penalties", "targets_by_development"]


#: A term that a quote gives where a target has no day.
_TERM = r"\b((?:over|within) \d+ (?:years?|months?))\b"


@guarded
def from_reviews(ds: Dataset) -> set[str]:
    """Return the developments that only annual reviews report: highlights of a year, and no window in full.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> from_reviews(ds) < set(ds.developments["development_id"])
    True
    """
    kinds = ds["sources"].set_index("source_id")["kind"].astype("str")
    source = ds["segments"].set_index("segment_id")["source_id"].astype("str")
    mentions = ds["mentions"]
    kind = mentions["segment_id"].astype("str").map(source).map(kinds)
    return set(mentions["development_id"]) - set(mentions.loc[kind != "annual-review", "development_id"])


@guarded
def penalties(ds: Dataset) -> pd.DataFrame:
    """Return each sum of money that was imposed, with the case, who has to pay it, and the sanctions it is part of.

    The provisions of a sum are those whose quote overlaps with its own: a sum can be part of several sanctions, and
    two parties can share a quote.

    Returns
    -------
    pandas.DataFrame
        One row per figure of the kinds ``penalty`` and ``damages``, the notices and judgments in the order of their
        dates, the sums in the order of the report: ``development_id``, ``title``, ``summary``, ``body``, ``date``,
        ``date_start``, ``date_end``, ``case`` (Int64), ``offender`` and ``sanctions`` (labels, missing where no
        provision is coded), ``kind``, ``measure``, ``value``, ``qualifier``, ``unit``, ``quote``, ``note``, ``figure_id``.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> imposed = penalties(tmt.load())
    >>> sorted(set(imposed["kind"]))
    ['damages', 'penalty']
    """
    out = numbers(ds, ["penalty", "damages"])
    places = ds["quotes"].set_index("quote_id")[["source_id", "start", "end"]]
    quoted = ds["figures"].set_index("figure_id")["quote_id"]
    out = out.merge(_sanctions(ds, quoted.reindex(out["figure_id"]), places), on="figure_id", how="left")
    out["note"] = out["figure_id"].map(ds["figures"].set_index("figure_id")["note"])
    out["summary"] = out["development_id"].map(ds["developments"].set_index("development_id")["summary"])
    out["start"] = out["figure_id"].map(quoted).map(places["start"])
    order = ["date_start", "date_end", "development_id", "start", "figure_id"]
    columns = ["development_id", "title", "summary", "body", "date", "date_start", "date_end"]
    columns += ["case", "offender", "sanctions", "kind", "measure", "value", "qualifier", "unit"]
    columns += ["quote", "note", "figure_id"]
    return out.sort_values(order, ignore_index=True)[columns]


def _sanctions(ds: Dataset, quoted: pd.Series, places: pd.DataFrame) -> pd.DataFrame:
    """Return case, offender and sanctions of figures, given the quote of each."""
    sums = quoted.rename_axis("figure_id").rename("quote_id").reset_index().join(places, on="quote_id")
    provisions = ds["provisions"]
    incurred = provisions.loc[provisions["modality"] == "incurs"].drop(columns="figure_id")
    sums["development_id"] = sums["figure_id"].map(ds["figures"].set_index("figure_id")["development_id"])
    pairs = sums.merge(
        incurred.join(places, on="quote_id"), on=["development_id", "source_id"], suffixes=("", "_of")
    )
    pairs = pairs.loc[(pairs["start"] < pairs["end_of"]) & (pairs["start_of"] < pairs["end"])]
    for column, register, key in (
        ("addressee", "addressees", "addressee"),
        ("type", "provision_types", "type"),
    ):
        known = ds[register].set_index(key)["label"].astype("str")
        rank = {code: n for n, code in enumerate(known.index)}
        pairs[f"{column}_rank"] = pairs[column].astype("str").map(rank)
        pairs[column] = pairs[column].astype("str").map(known).str.lower()
    pairs = pairs.sort_values(["figure_id", "addressee_rank", "type_rank"], kind="stable")
    found = pairs.groupby("figure_id", sort=False)
    return pd.DataFrame(
        {
            "case": found["case"].first().astype("Int64"),
            "offender": found["addressee"].agg(_joined).astype("str"),
            "sanctions": found["type"].agg(_joined).astype("str"),
        }
    ).reset_index()


def _joined(labels: pd.Series) -> str:
    """Join different labels, the last by "and"."""
    parts = list(dict.fromkeys(labels))
    return " and ".join([*([", ".join(parts[:-1])] if parts[:-1] else []), *parts[-1:]])


@guarded
def largest(ds: Dataset, n: int = 10) -> pd.DataFrame:
    """Return the largest counts that the sources report, with what they count.

    Counts of a collective development are left out: they include those of its members.

    Parameters
    ----------
    ds
        The data set.
    n
        How many; more where the last is shared.

    Returns
    -------
    pandas.DataFrame
        The columns of :func:`numbers`, with ``definition`` (of the measure); the largest first.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> largest(tmt.load(), 3)["value"].is_monotonic_decreasing
    True
    """
    out = numbers(ds, "statistic")
    out = out.loc[(out["unit"] == "count") & ~out["development_id"].isin(collective(ds))]
    out = out.nlargest(n, "value", keep="all").reset_index(drop=True)
    definitions = ds["measures"].set_index("measure")["definition"].astype("str")
    return out.assign(definition=out["measure"].map(definitions))


@guarded
def targets_by_development(ds: Dataset) -> pd.DataFrame:
    """Return the targets of each development together that fall due on one day.

    Returns
    -------
    pandas.DataFrame
        One row per development and day, soonest due first, those without a day last: ``development_id``, ``title``,
        ``body``, ``date_start``, ``date_end``, ``due`` (the day, where there is one), ``term`` (the words of a quote that
        give a term instead, or missing), ``figures`` (list of ``figure_id``), ``results`` (int: figures in the measure
        of one of the targets that report a result).

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> int(targets_by_development(ds)["figures"].str.len().sum()) == len(targets(ds))
    True
    """
    out = targets(ds)
    out["term"] = out["quote"].str.extract(_TERM, expand=False).where(out["due"].isna()).astype("str")
    grouped = out.groupby(["development_id", "due"], dropna=False, sort=False)
    rows = grouped.agg(
        title=("title", "first"),
        body=("body", "first"),
        date_start=("date_start", "first"),
        date_end=("date_end", "first"),
        term=("term", "first"),
        figures=("figure_id", list),
        results=("results", "sum"),
    ).reset_index()
    order = ["development_id", "title", "body", "date_start", "date_end", "due", "term", "figures", "results"]
    return rows.sort_values(["due", "date_start", "development_id"], ignore_index=True)[order]
