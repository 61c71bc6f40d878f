"""What developments require, of whom and how strictly; the harms that they name; sanctions case by case."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from tmt_dataset.analysis.counting import collective
from tmt_dataset.analysis.instruments import stages
from tmt_dataset.analysis.sources import kind_of_source
from tmt_dataset.analysis.words import listing, lowered, many, number, opened, ranged
from tmt_dataset.guard import guarded
from tmt_dataset.record import labels
from tmt_dataset.views.windows import members, reports, windows

if TYPE_CHECKING:
    from tmt_dataset.dataset import Dataset

#: How firmly a provision binds, from the firmest down. A duty binds as law does only in the final form of a binding text.
STRENGTHS: dict[str, str] = {
    "binding": "must, in a binding text",
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
        count as text, a range where they allow more than one.

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
    of = [ranged(*pair) for pair in zip(part["of_least"], part["of_most"], strict=True)]
    part["column"] = [f"{window}\nof {n}" for window, n in zip(part["window"].astype("str"), of, strict=True)]
    part["text"] = [ranged(*pair) for pair in zip(part["least"], part["most"], strict=True)]
    order = part.groupby("row")["most"].sum().sort_values(ascending=False, kind="stable").index
    columns = part["column"].drop_duplicates()
    values = part.pivot(index="row", columns="column", values="most").loc[order, columns].astype("int64")
    texts = part.pivot(index="row", columns="column", values="text").loc[order, columns]
    return values, texts


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
                listing(list(dict.fromkeys(part["addressee_label"]))),
                listing(list(dict.fromkeys(part["type_label"].str.lower()))),
                listing([f"{value:,.15g}" for value in values]),
                max(values, default=math.nan),
                " · ".join(dict.fromkeys(part["quote"])),
            )
        )
    columns = [
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
    return pd.DataFrame(found, columns=columns).astype({"case": "Int64", "greatest": "float64"})


def _sums(ds: Dataset) -> dict[str, list[float]]:
    """Return the sums in yuan by provision: its own, and those that its quote gives beside it."""
    figures = ds["figures"]
    money = figures.loc[figures["measure"].astype("str").map(labels(ds, "measures", "unit")) == "CNY"]
    told = money.set_index("figure_id")["quote_id"]
    values = money.groupby("quote_id", sort=False)["value"].agg(list).to_dict()
    own = ds["provisions"][["provision_id", "figure_id"]].dropna()
    own = own.loc[own["figure_id"].isin(told.index)]
    return {key: values[told[figure]] for key, figure in own.itertuples(index=False, name=None)}


# -- sentences


def _foremost(counted: pd.Series, most: int) -> str:
    """Name the most frequent labels with their numbers, and all that tie with the last of them."""
    kept = counted.loc[counted >= counted.nlargest(most).min()]
    kept = kept.sort_index().sort_values(ascending=False, kind="stable")
    return listing([f"{lowered(str(name))} ({n})" for name, n in kept.items()])


def how_much(rows: pd.DataFrame) -> str:
    """Return how many provisions a chart counts, and of how many acts.

    Examples
    --------
    >>> how_much(pd.DataFrame({"development_id": ["a", "a", "b"]}))
    'n = 3 provisions in 2 acts'
    """
    acts = rows["development_id"].nunique()
    return f"n = {len(rows)} provision{'s' * (len(rows) != 1)} in {acts} act{'s' * (acts != 1)}"


def who_is_told(rows: pd.DataFrame) -> str:
    """Return the finding on who bears duties and who gets support.

    Parameters
    ----------
    rows
        As returned by :func:`provisions`, or a part of it.

    Examples
    --------
    >>> rows = pd.DataFrame({"family": ["duty", "support"], "addressee": ["merchant", "enterprise"]})
    >>> who_is_told(rows.assign(addressee_label=["Merchants", "Enterprises"], modality=["must", "receives"]))
    'The one provision that says must or must not addresses merchants (1) most; the one provision of support goes to enterprises (1) most.'
    """
    duties, support = demands(rows), rows.loc[rows["family"] == "support"]
    parts = []
    for part, what, verb in (
        (duties, "that {say} must or must not", "address"),
        (support, "of support", "go"),
    ):
        named = part.loc[part["addressee"] != "unspecified", "addressee_label"].value_counts()
        if len(named):
            one = len(part) == 1
            verb = {"address": "addresses", "go": "goes"}[verb] if one else verb
            what = what.format(say="says" if one else "say")
            to = "to " if verb.startswith("go") else ""
            who = _foremost(named, 2 if part is duties else 1)
            parts.append(f"the {many(len(part), 'provision')} {what} {verb} {to}{who} most")
    return opened("; ".join(parts) + ".") if parts else "No provision is reported."


def how_firm(rows: pd.DataFrame) -> str:
    """Return the finding on how many duties stand in a text that binds as law.

    Parameters
    ----------
    rows
        As returned by :func:`provisions`, or a part of it.

    Examples
    --------
    >>> rows = pd.DataFrame({"family": ["duty"] * 3, "modality": ["must"] * 3})
    >>> print(how_firm(rows.assign(strength=["binding", "soft", "draft"])))
    Of these duties, one stands in a binding text in its final form, one in the draft of such a text and one in a \
    standard, guideline or plan, which binds nobody as law.
    """
    told = demands(rows)
    if told.empty:
        return "No provision says must or must not."
    n = {key: int((told["strength"] == key).sum()) for key in STRENGTHS}
    verb = "stands" if n["binding"] == 1 else "stand"
    rest = (
        f"; {number(n['untold'])} {'comes' if n['untold'] == 1 else 'come'} without a text"
        if n["untold"]
        else ""
    )
    return (
        f"Of these duties, {number(n['binding'])} {verb} in a binding text in its final form, {number(n['draft'])} in the "
        f"draft of such a text and {number(n['soft'])} in a standard, guideline or plan, which binds nobody as law{rest}."
    )


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
    'The harms named most are fraud (in 3 of 9 acts) and harm to minors (1–2).'
    """
    rows = counted.loc[counted["most"] > 0].sort_values("most", ascending=False, kind="stable").head(3)
    if rows.empty:
        return "No harm is named."
    told = [
        f"{lowered(str(names[str(row.risk)]))} ({ranged(row.least, row.most)})" for row in rows.itertuples()
    ]
    of = ranged(int(rows["of_least"].iloc[0]), int(rows["of_most"].iloc[0]))
    told[0] = f"{told[0].rpartition('(')[0]}(in {told[0].rpartition('(')[2][:-1]} of {of} acts)"
    return f"The {'harms named most are' if len(told) > 1 else 'harm named most is'} {listing(told)}."


def most_told(counted: pd.DataFrame) -> str:
    """Return which actor is told most and which least, as the claim of the chart.

    Parameters
    ----------
    counted
        As returned by :func:`by_actor`.

    Examples
    --------
    >>> counted = pd.DataFrame({"actor": ["Platforms", "AI providers"], "strength": "soft", "provisions": [23, 1]})
    >>> most_told(counted)
    'Platforms are told to act most often (23 times), AI providers least (once)'
    """
    must = counted.loc[counted["strength"].isin(["binding", "draft", "soft", "untold"])]
    totals = must.groupby("actor", sort=False)["provisions"].sum().sort_values(ascending=False, kind="stable")
    if totals.nunique() < 2:
        return "How firmly duties bind, actor by actor"
    first, last = totals.index[0], lowered(str(totals.index[-1]))
    return f"{first} are told to act most often ({_times(int(totals.iloc[0]))}), {last} least ({_times(int(totals.iloc[-1]))})"


def _times(n: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(n, f"{number(n)} times")


def fined(found: pd.DataFrame) -> str:
    """Return how many cases are told, on whom they fall, and between which sums.

    Parameters
    ----------
    found
        As returned by :func:`cases`, or a part of it.

    Examples
    --------
    >>> found = pd.DataFrame({"development_id": ["a", "a"], "title": "x", "addressees": "Merchants", "greatest": [4e5, 2e6]})
    >>> fined(found)
    'One report tells two cases one by one, most on merchants (2); the sums run from 400,000 to 2,000,000 yuan.'
    """
    if found.empty:
        return "No report tells its cases one by one."
    n = found["development_id"].nunique()
    sums = found["greatest"].dropna()
    between = ""
    if len(sums):
        low, high = f"{sums.min():,.15g}", f"{sums.max():,.15g}"
        between = f"; the sum is {low} yuan" if low == high else f"; the sums run from {low} to {high} yuan"
    who = _foremost(found["addressees"].value_counts(), 1)
    return f"{opened(many(n, 'report'))} {'tells' if n == 1 else 'tell'} {many(len(found), 'case')} one by one, most on {who}{between}."


def grid_claim(rows: pd.DataFrame) -> str:
    """Return what the heat map of addressees and types shows, in one sentence that its numbers carry.

    Parameters
    ----------
    rows
        As returned by :func:`provisions`, or a part of it.

    Examples
    --------
    >>> rows = pd.DataFrame({"family": ["duty", "support"], "addressee": ["merchant", "enterprise"], "modality": "must"})
    >>> grid_claim(rows.assign(addressee_label=["Merchants", "Enterprises"]))
    'Merchants must act, enterprises are supported'
    """
    named = rows.loc[rows["addressee"] != "unspecified"]
    must = demands(named)["addressee_label"].value_counts()
    support = named.loc[named["family"] == "support", "addressee_label"].value_counts()
    if must.empty or support.empty or must.index[0] == support.index[0]:
        return "What is required of whom"
    return f"{must.index[0]} must act, {lowered(str(support.index[0]))} are supported"


def grid_caption(rows: pd.DataFrame, shown: pd.DataFrame) -> str:
    """Return how to read the heat map, and how many provisions it leaves out.

    Parameters
    ----------
    rows
        As returned by :func:`provisions`, or a part of it.
    shown
        What :func:`grid` made of them.

    Examples
    --------
    >>> rows = pd.DataFrame({"type_label": ["Filing", "Other duty"], "addressee_label": "Merchants"})
    >>> shown = pd.DataFrame({"Merchants": [1]}, index=pd.MultiIndex.from_tuples([("duty", "Filing")]))
    >>> grid_caption(rows, shown)
    'An act counts once in a cell, however many cases it tells. One provision of a rare type or addressee is in the list below alone.'
    """
    types = {name for _, name in shown.index}
    inside = rows["type_label"].isin(types) & rows["addressee_label"].isin(list(shown.columns))
    left = int((~inside).sum())
    told = "An act counts once in a cell, however many cases it tells."
    if not left:
        return told
    verb = "is" if left == 1 else "are"
    return f"{told} {opened(many(left, 'provision'))} of a rare type or addressee {verb} in the list below alone."


def told_apart(counted: pd.DataFrame) -> str:
    """Return how often each actor must act, and how much of it stands in a binding text.

    Parameters
    ----------
    counted
        As returned by :func:`by_actor`.

    Examples
    --------
    >>> rows = [("Platforms", "binding", 1), ("Platforms", "soft", 23), ("Platforms", "advice", 4)]
    >>> told_apart(pd.DataFrame(rows, columns=["actor", "strength", "provisions"]))
    'Platforms: 24 times must or must not, once of them in a final binding text, and four times should.'
    """
    found = []
    for actor, part in counted.groupby("actor", sort=False):
        n = part.groupby("strength")["provisions"].sum().reindex(list(STRENGTHS), fill_value=0)
        must = int(n[["binding", "draft", "soft", "untold"]].sum())
        binding = f", {_times(int(n['binding']))} of them in a final binding text," if must else ""
        found.append(
            f"{actor}: {_times(must)} must or must not{binding} and {_times(int(n['advice']))} should"
        )
    return "; ".join(found) + "."


def harms_claim(values: pd.DataFrame) -> str:
    """Return which harm is named most in how many of the windows, as the claim of the chart.

    Parameters
    ----------
    values
        The numbers that :func:`windowed` returns.

    Examples
    --------
    >>> values = pd.DataFrame({"Nov–Dec 2023": [2, 1], "Jul–Aug 2024": [4, 5]}, index=["Fraud", "Interference"])
    >>> harms_claim(values)
    'Fraud is the harm named most; it leads in one of two windows'
    """
    if values.empty:
        return "No harm is named"
    leads = int((values.iloc[0] == values.max()).sum())
    share = (
        "every window"
        if leads == values.shape[1]
        else f"{number(leads)} of {number(values.shape[1])} windows"
    )
    return f"{values.index[0]} is the harm named most; it leads in {share}"
