"""What the articles say of duties, support and sanctions."""

from __future__ import annotations

import pandas as pd

from tmt_dataset.analysis.provisions import STRENGTHS, demands
from tmt_dataset.analysis.words import counted, listed, lowered, number, opened

__all__ = [
    "fined",
    "grid_caption",
    "grid_claim",
    "how_firm",
    "how_much",
    "most_told",
    "told_apart",
    "who_is_told",
]


def how_much(rows: pd.DataFrame) -> str:
    """Return how many provisions a chart counts, and of how many developments.

    Examples
    --------
    >>> how_much(pd.DataFrame({"development_id": ["a", "a", "b"]}))
    'n = 3 provisions in 2 developments'
    """
    developments = rows["development_id"].nunique()
    return f"n = {len(rows)} provision{'s' * (len(rows) != 1)} in {developments} development{'s' * (developments != 1)}"


def _foremost(counted: pd.Series, most: int) -> str:
    """Name the most frequent labels with their numbers, and all that tie with the last of them."""
    kept = counted.loc[counted >= counted.nlargest(most).min()]
    kept = kept.sort_index().sort_values(ascending=False, kind="stable")
    return listed([f"{lowered(str(name))} ({n})" for name, n in kept.items()])


def who_is_told(rows: pd.DataFrame) -> str:
    """Return the finding on who bears duties and who gets support.

    Parameters
    ----------
    rows
        As returned by :func:`provisions`, or a part of it.

    Examples
    --------
    >>> rows = pd.DataFrame({"family": ["duty", "support"], "addressee": ["merchant", "enterprise"]})
    >>> print(who_is_told(rows.assign(addressee_label=["Merchants", "Enterprises"], modality=["must", "receives"])))
    One provision says must or must not, most often to merchants (1); one grants support, most often to enterprises (1).
    """
    duties, support = demands(rows), rows.loc[rows["family"] == "support"]
    parts: list[str] = []
    for part, most, one, more in (
        (duties, 2, "says must or must not", "say must or must not"),
        (support, 1, "grants support", "grant support"),
    ):
        named = part.loc[part["addressee"] != "unspecified", "addressee_label"].value_counts()
        what = f"{number(len(part)) if parts else counted(len(part), 'provision')} {one if len(part) == 1 else more}"
        if len(named):
            parts.append(f"{what}, most often to {_foremost(named, most)}")
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
    Of these duties, one stands in the final form of a binding text, one in the draft of one and one in a standard, \
    guideline or plan, which does not bind as law.
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
        f"Of these duties, {number(n['binding'])} {verb} in the final form of a binding text, {number(n['draft'])} in the draft of "
        f"one and {number(n['soft'])} in a standard, guideline or plan, which does not bind as law{rest}."
    )


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
    'Merchants bear the most duties, enterprises get the most support'
    """
    named = rows.loc[rows["addressee"] != "unspecified"]
    must = demands(named)["addressee_label"].value_counts()
    support = named.loc[named["family"] == "support", "addressee_label"].value_counts()
    if must.empty or support.empty or must.index[0] == support.index[0]:
        return "What is required of whom"
    return f"{must.index[0]} bear the most duties, {lowered(str(support.index[0]))} get the most support"


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
    'A development counts once in a cell, however many cases it has. One provision of a rare type or addressee is only in the list below.'
    """
    types = {name for _, name in shown.index}
    inside = rows["type_label"].isin(types) & rows["addressee_label"].isin(list(shown.columns))
    left = int((~inside).sum())
    told = "A development counts once in a cell, however many cases it has."
    if not left:
        return told
    verb = "is" if left == 1 else "are"
    return f"{told} {opened(counted(left, 'provision'))} of a rare type or addressee {verb} only in the list below."


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
    'Platforms: 24 times must or must not (1 in a final binding text), 4 times should.'
    """
    found = []
    for actor, part in counted.groupby("actor", sort=False):
        n = part.groupby("strength")["provisions"].sum().reindex(list(STRENGTHS), fill_value=0)
        must = int(n[["binding", "draft", "soft", "untold"]].sum())
        binding = f" ({n['binding']} in a final binding text)" if must else ""
        found.append(
            f"{actor}: {_digits(must)} must or must not{binding}, {_digits(int(n['advice']))} should"
        )
    return "; ".join(found) + "."


def _digits(n: int) -> str:
    return f"{n} time{'s' * (n != 1)}"


def _times(n: int) -> str:
    return {0: "never", 1: "once", 2: "twice"}.get(n, f"{number(n)} times")


def fined(found: pd.DataFrame) -> str:
    """Return how many cases are told, on whom they fall, and between which ends the largest sum of each lies.

    Parameters
    ----------
    found
        As returned by :func:`cases`, or a part of it.

    Examples
    --------
    >>> found = pd.DataFrame({"development_id": ["a", "a"], "title": "x", "addressees": "Merchants", "greatest": [4e5, 2e6]})
    >>> fined(found)
    'One report describes two cases one by one, most often against merchants (2); the largest sum of a case is between 400,000 and 2,000,000 yuan.'
    """
    if found.empty:
        return "No report describes its cases one by one."
    n = found["development_id"].nunique()
    sums = found["greatest"].dropna()
    between = ""
    if len(sums):
        low, high = f"{sums.min():,.15g}", f"{sums.max():,.15g}"
        between = (
            f"; the largest sum is {low} yuan"
            if low == high
            else f"; the largest sum of a case is between {low} and {high} yuan"
        )
    if len(found) == 1:
        return f"One report describes one case, against {lowered(str(found['addressees'].iloc[0]))}{between}."
    who = _foremost(found["addressees"].value_counts(), 1)
    return f"{opened(counted(n, 'report'))} {'describes' if n == 1 else 'describe'} {counted(len(found), 'case')} one by one, most often against {who}{between}."
