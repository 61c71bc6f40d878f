"""What developments require, of whom and how firmly; sanctions case by case."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from tmt_dataset.analysis.counting import collective
from tmt_dataset.analysis.instruments import stages
from tmt_dataset.analysis.sources import kind_of_source
from tmt_dataset.analysis.words import listed
from tmt_dataset.guard import guarded
from tmt_dataset.record import labels

if TYPE_CHECKING:
    from tmt_dataset.dataset import Dataset

__all__ = [
    "FAMILIES",
    "FORCES",
    "STRENGTHS",
    "by_actor",
    "cases",
    "demands",
    "grid",
    "of_actors",
    "ordered",
    "provisions",
]


#: How firmly a provision binds, from the firmest down. A duty binds as law does only in the final form of a binding text.
STRENGTHS: dict[str, str] = {
    "binding": "must, in a final binding text",
    "draft": "must, in a draft of a binding text",
    "soft": "must, in a standard, guideline or plan",
    "untold": "must, without a text",
    "advice": "should",
    "named": "matter only named",
}

#: Families of provisions in the order of the charts.
FAMILIES = ["duty", "support", "sanction"]

#: Order of the forces of instruments, the strongest first.
FORCES = ["binding", "standard", "guidance", "policy", "other"]


@guarded
def provisions(ds: Dataset) -> pd.DataFrame:
    """Return every provision with its labels, the text that holds it and the quote that proves it.

    Collective developments are left out: their members are counted.

    Returns
    -------
    pandas.DataFrame
        One row per provision: ``provision_id``, ``development_id``, ``title``, ``told`` (``newsletter`` where one
        reports the development, otherwise the kind of its source), ``addressee``, ``modality``, ``type`` (codes, str),
        ``addressee_label``, ``type_label``, ``family`` (duty, support, sanction), ``case`` (``Int64``), ``strength``
        (key of ``STRENGTHS``; missing unless a duty), ``quote``.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> rows = provisions(tmt.load())
    >>> sorted(set(rows["family"]))
    ['duty', 'sanction', 'support']
    """
    rows = ds["provisions"]
    rows = rows.loc[~rows["development_id"].isin(collective(ds))].reset_index(drop=True)
    rows = rows.astype({"addressee": "str", "modality": "str", "type": "str", "case": "Int64"})
    rows["title"] = rows["development_id"].map(labels(ds, "developments", "title"))
    rows["told"] = rows["development_id"].map(kind_of_source(ds))
    rows["addressee_label"] = rows["addressee"].map(labels(ds, "addressees", "label"))
    rows["type_label"] = rows["type"].map(labels(ds, "provision_types", "label"))
    rows["family"] = rows["type"].map(labels(ds, "provision_types", "family")).astype("str")
    rows["strength"] = _strength(rows, _strongest_text(ds))
    rows["quote"] = rows["quote_id"].map(labels(ds, "quotes", "exact"))
    return rows.drop(columns=["figure_id", "quote_id"])


def _strongest_text(ds: Dataset) -> pd.Series:
    """Return whether each development issues or drafts a binding text, or one of another force."""
    texts = stages(ds)
    order = texts["force"].map({force: place for place, force in enumerate(FORCES)})
    # of two texts of one development the stronger holds its duties, and a final one before a draft
    texts = texts.assign(order=order, open=texts["step"] != "final").sort_values(
        ["order", "open"], kind="stable"
    )
    first = texts.drop_duplicates("development_id").set_index("development_id")
    bound = first["step"].map({"final": "binding", "draft": "draft"})
    return bound.where(first["force"] == "binding", "soft")


def _strength(rows: pd.DataFrame, texts: pd.Series) -> pd.Series:
    """Return how firmly each duty binds."""
    must = rows["development_id"].map(texts).fillna("untold")
    other = rows["modality"].map({"should": "advice", "covers": "named"})
    return other.fillna(must).where(rows["family"] == "duty").astype("str")


def grid(rows: pd.DataFrame, *, fewest_rows: int = 1, fewest_columns: int = 1) -> pd.DataFrame:
    """Count the developments that have a provision of each type for each addressee.

    Parameters
    ----------
    rows
        As returned by :func:`provisions`, or a part of it.
    fewest_rows, fewest_columns
        Types and addressees whose cells add up to less are left out.

    Returns
    -------
    pandas.DataFrame
        Index ``family``, ``type_label`` (duties, support, sanctions; the most frequent type first); columns
        ``addressee_label``, the most frequent first. A development counts once in a cell, however many cases it
        tells.

    Examples
    --------
    >>> rows = pd.DataFrame({"development_id": ["a", "a", "b"], "addressee_label": "Platforms"})
    >>> rows = rows.assign(family="duty", type_label=["Filing", "Filing", "Content"])
    >>> grid(rows)["Platforms"].tolist()
    [1, 1]
    """
    one = rows.drop_duplicates(["development_id", "family", "type_label", "addressee_label"])
    types, bodies = one["type_label"].value_counts(), one["addressee_label"].value_counts()
    kept = one.loc[
        one["type_label"].map(types).ge(fewest_rows) & one["addressee_label"].map(bodies).ge(fewest_columns)
    ]
    counted = pd.crosstab([kept["family"], kept["type_label"]], kept["addressee_label"])
    order = sorted(counted.index, key=lambda key: (FAMILIES.index(key[0]), -types[key[1]], key[1]))
    columns = sorted(counted.columns, key=lambda name: (-bodies[name], name))
    out: pd.DataFrame = counted.loc[order, columns]
    return out


def by_actor(rows: pd.DataFrame, actors: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Count the duties of some actors by how firmly they bind.

    Parameters
    ----------
    rows
        As returned by :func:`provisions`, or a part of it.
    actors
        Codes of the addressees that make up each actor, by its name.

    Returns
    -------
    pandas.DataFrame
        One row per actor and key of ``STRENGTHS``, zeros included: ``actor``, ``strength``, ``label``,
        ``provisions``, ``developments``.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> counted = by_actor(provisions(tmt.load()), {"Car makers": ["vehicle-maker"]})
    >>> len(counted) == len(STRENGTHS)
    True
    """
    found = []
    for actor, codes in actors.items():
        own = rows.loc[rows["addressee"].isin(list(codes))]
        for strength, label in STRENGTHS.items():
            part = own.loc[own["strength"] == strength]
            found.append((actor, strength, label, len(part), part["development_id"].nunique()))
    return pd.DataFrame(found, columns=["actor", "strength", "label", "provisions", "developments"])


def of_actors(rows: pd.DataFrame, actors: Mapping[str, Sequence[str]]) -> pd.DataFrame:
    """Return the duties of some actors with ``actor`` and ``strength_label``, both categorical in their order.

    Parameters
    ----------
    rows
        As returned by :func:`provisions`, or a part of it.
    actors
        Codes of the addressees that make up each actor, by its name.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> rows = of_actors(provisions(tmt.load()), {"Car makers": ["vehicle-maker"]})
    >>> set(rows["actor"])
    {'Car makers'}
    """
    parts = [
        rows.loc[rows["addressee"].isin(list(codes))].assign(actor=name) for name, codes in actors.items()
    ]
    own = pd.concat([rows.iloc[:0].assign(actor=""), *parts], ignore_index=True)
    own = own.loc[own["family"] == "duty"]
    return own.assign(
        actor=pd.Categorical(own["actor"], categories=list(actors), ordered=True),
        strength_label=pd.Categorical(
            own["strength"].map(STRENGTHS), categories=list(STRENGTHS.values()), ordered=True
        ),
    )


def ordered(rows: pd.DataFrame, columns: Sequence[str]) -> pd.DataFrame:
    """Return rows whose columns are categorical, the label with most developments first.

    Examples
    --------
    >>> rows = pd.DataFrame({"development_id": ["a", "b", "c"], "what": ["Filing", "Content", "Content"]})
    >>> ordered(rows, ["what"])["what"].cat.categories.tolist()
    ['Content', 'Filing']
    """
    out = rows.copy()
    for column in columns:
        counted = rows.groupby(column)["development_id"].nunique().sort_values(ascending=False, kind="stable")
        out[column] = pd.Categorical(rows[column], categories=list(counted.index), ordered=True)
    return out


def demands(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the provisions that set a duty in so many words: must, or must not.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> sorted(set(demands(provisions(tmt.load()))["modality"]))
    ['must', 'must-not']
    """
    return rows.loc[(rows["family"] == "duty") & rows["modality"].isin(["must", "must-not"])]


@guarded
def cases(ds: Dataset) -> pd.DataFrame:
    """Return the sanctions of each case that a development tells.

    Returns
    -------
    pandas.DataFrame
        One row per case, in the order of the reports: ``development_id``, ``title``, ``told`` (as in
        :func:`provisions`), ``case`` (``Int64``), ``addressees``, ``sanctions``, ``sums`` (in yuan, empty where the
        source gives none), ``greatest`` (float, the largest of them), ``quote``.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> bool(cases(tmt.load())["case"].notna().all())
    True
    """
    rows = provisions(ds)
    rows = rows.loc[(rows["family"] == "sanction") & rows["case"].notna()]
    sums = _sums(ds)
    found: list[tuple[Any, ...]] = []
    for (development, case), part in rows.groupby(["development_id", "case"], sort=True):
        values = list(dict.fromkeys(v for key in part["provision_id"] for v in sums.get(key, ())))
        found.append(
            (
                development,
                part["title"].iloc[0],
                part["told"].iloc[0],
                case,
                listed(list(dict.fromkeys(part["addressee_label"]))),
                listed(list(dict.fromkeys(part["type_label"].str.lower()))),
                listed([f"{value:,.15g}" for value in values]),
                max(values, default=math.nan),
                " · ".join(dict.fromkeys(part["quote"])),
            )
        )
    texts = ("development_id", "title", "told", "addressees", "sanctions", "sums", "quote")
    order = [
        "development_id",
        "title",
        "told",
        "case",
        "addressees",
        "sanctions",
        "sums",
        "greatest",
        "quote",
    ]
    types = {**dict.fromkeys(texts, "str"), "case": "Int64", "greatest": "float64"}
    return pd.DataFrame(found, columns=order).astype(types)


def _sums(ds: Dataset) -> dict[str, list[float]]:
    """Return the sums in yuan by provision: its own, and those that its quote gives beside it."""
    figures = ds["figures"]
    money = figures.loc[figures["measure"].astype("str").map(labels(ds, "measures", "unit")) == "CNY"]
    told = money.set_index("figure_id")["quote_id"]
    values = money.groupby("quote_id", sort=False)["value"].agg(list).to_dict()
    own = ds["provisions"][["provision_id", "figure_id"]].dropna()
    own = own.loc[own["figure_id"].isin(told.index)]
    return {key: values[told[figure]] for key, figure in own.itertuples(index=False, name=None)}
