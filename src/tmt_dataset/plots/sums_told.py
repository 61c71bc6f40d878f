"""What the numbers say, in sentences and in rows of tables."""

from __future__ import annotations

import pandas as pd

from tmt_dataset.analysis import collective, from_reviews, numbers, sources
from tmt_dataset.analysis.words import counted, listed, number, opened, spoken
from tmt_dataset.dataset import Dataset
from tmt_dataset.guard import guarded
from tmt_dataset.plots.article import record_link
from tmt_dataset.plots.style import amount

__all__ = [
    "NUMBER_COLUMNS",
    "PENALTY_CAPTION",
    "PENALTY_COLUMNS",
    "TARGET_COLUMNS",
    "highest_penalty",
    "largest_from",
    "largest_number",
    "largest_rows",
    "notices",
    "penalties_from",
    "penalty_alt",
    "penalty_claim",
    "penalty_measure",
    "penalty_rows",
    "rests_on",
    "target_rows",
    "targets_due",
]


#: The columns of the tables, with their names for readers.
PENALTY_COLUMNS = {
    "sum": "Sum",
    "payer": "Who pays",
    "sanctions": "Sanctions",
    "by": "Imposed by",
    "words": "Words of the report",
    "development_id": "Record",
}
NUMBER_COLUMNS = {
    "number": "Number",
    "definition": "What it counts",
    "by": "Reported by",
    "period": "Period",
    "words": "Words of the report",
    "development_id": "Record",
}
PENALTY_CAPTION = (
    "Left of each point the kind of party that has to pay, right of it the sum and the sanctions that it is part of. "
    "Circles are fines alone, squares include confiscated gains, diamonds are damages."
)
TARGET_COLUMNS = {
    "year": "Due",
    "aims": "Targets",
    "by": "Set by",
    "day": "On",
    "development_id": "Record",
}


def _words(frame: pd.DataFrame) -> pd.Series:
    """Return each number as a reader writes it, with its unit and its bound."""
    parts = zip(frame["value"], frame["unit"], frame["qualifier"], strict=True)
    return pd.Series([amount(*row) for row in parts], index=frame.index, dtype="str")


def _days(frame: pd.DataFrame) -> pd.Series:
    """Return the date of each row as a reader writes it."""
    spans = zip(frame["date_start"], frame["date_end"], strict=True)
    return pd.Series([spoken(*days) for days in spans], index=frame.index, dtype="str")


def highest_penalty(sums: pd.DataFrame) -> str:
    """Return a sentence on the highest penalty and the range of the others.

    Examples
    --------
    >>> highest_penalty(pd.DataFrame({"kind": ["damages"]}))
    'These sources report no penalty with its sum.'
    """
    fined = sums.loc[sums["kind"] == "penalty"]
    if fined.empty:
        return "These sources report no penalty with its sum."
    fined = fined.sort_values("value", ascending=False, kind="stable")
    top, others = fined.iloc[0], fined["value"].iloc[1:]
    first = (
        f"The highest of {counted(len(fined), 'penalty', 'penalties')} with a reported sum is "
        if len(fined) > 1
        else "The one penalty with a reported sum is "
    )
    rest = ""
    if len(others):
        least, most = amount(others.min()), amount(others.max(), "CNY")
        rest = (
            f"; the others range from {least} to {most}"
            if least != amount(others.max())
            else f"; {'the others are' if len(others) > 1 else 'the other is'} {most}"
        )
    link = record_link(top["development_id"], top["title"])
    return f"{first}{amount(top['value'], top['unit'], top['qualifier'])}, “{top['quote']}” ({link}){rest}."


def penalties_from(sums: pd.DataFrame) -> str:
    """Return sentences on the notices behind the penalties, on who pays, and on what a sum includes."""
    fined = sums.loc[sums["kind"] == "penalty"]
    if fined.empty:
        return highest_penalty(sums)
    notices = fined.drop_duplicates("development_id")
    bodies = list(dict.fromkeys(notices["body"].dropna()))
    by = f" of {listed(bodies)}" if bodies else ""
    first = notices.sort_values("date_start", kind="stable").iloc[0]
    payers = fined["offender"].where(fined["offender"] != "unspecified").value_counts()
    who = [f"{name} ({count})" for name, count in payers.items()]
    left = len(fined) - int(payers.sum())
    told = [
        f"The {counted(len(fined), 'penalty comes', 'penalties come')} from "
        f"{counted(len(notices), 'notice')}{by}, the earliest dated {spoken(first['date_start'], first['date_end'])}.",
        "No sum of an earlier penalty is reported, which does not mean that none was imposed.",
    ]
    if who:
        unnamed = f"; for {counted(left, 'sum')} the report does not say" if left else ""
        told.append(f"Those who have to pay are {listed(who)}{unnamed}.")
    mixed = int((fined["measure"] == "fine_and_confiscation_amount").sum())
    if mixed:
        told.append(
            f"{opened(counted(mixed, 'sum includes', 'sums include'))} confiscated gains, and the report does not say how "
            "much of each is the fine."
        )
    return " ".join(told)


def notices(sums: pd.DataFrame) -> str:
    """Return a list in Markdown of the notices and judgments, each with its date and what it is about."""
    rows = sums.drop_duplicates("development_id").assign(day=_days)
    order = rows.assign(last=rows["kind"] != "penalty").sort_values(["last", "date_start"], kind="stable")
    return "\n".join(
        f"- {record_link(row.development_id, row.title)}, {row.day}. {row.summary}"  # type: ignore[arg-type]
        for row in order.itertuples()
    )


def penalty_rows(sums: pd.DataFrame) -> pd.DataFrame:
    """Return the sums with the texts of a table, the largest first.

    Parameters
    ----------
    sums
        As :func:`tmt_dataset.analysis.penalties` returns it.

    Returns
    -------
    pandas.DataFrame
        Its columns, with ``sum``, ``payer``, ``by``, ``day`` and ``words`` (the quote, with the note where there is one).
    """
    out = sums.sort_values("value", ascending=False, kind="stable", ignore_index=True)
    out = out.assign(sum=_words, day=_days, by=out["body"].fillna("not named"))
    out["payer"] = out["offender"].where(out["offender"] != "unspecified").fillna("not named")
    out["words"] = "“" + out["quote"] + "”" + (" (" + out["note"] + ")").fillna("")
    return out


def penalty_claim(sums: pd.DataFrame) -> str:
    """Return what the chart of the penalties shows: the most frequent fine and the highest, or else the range of the sums.

    Examples
    --------
    >>> fines = pd.DataFrame({"measure": "fine_amount", "value": [2e6, 2e5, 2e5]})
    >>> penalty_claim(fines)
    'The most frequent fine is 200,000 yuan, the highest 2 million yuan'
    """
    if sums.empty:
        return "No sum is reported"
    fines = sums.loc[sums["measure"] == "fine_amount", "value"]
    often = fines.value_counts()
    often = often.loc[often == often.max()] if len(often) else often
    if len(often) == 1 and often.iloc[0] > 1 and often.index[0] < fines.max():
        return f"The most frequent fine is {amount(often.index[0], 'CNY')}, the highest {amount(fines.max(), 'CNY')}"
    least, most = amount(sums["value"].min(), "CNY"), amount(sums["value"].max(), "CNY")
    return f"The sums range from {least} to {most}" if least != most else f"The one sum is {most}"


def penalty_measure(sums: pd.DataFrame) -> str:
    """Return what the chart of the penalties measures, with its n."""
    n = sums["measure"].value_counts()
    kinds = [
        counted(int(n.get(name, 0)), one, many)
        for name, one, many in (
            ("fine_amount", "fine", "fines"),
            ("fine_and_confiscation_amount", "sum with confiscated gains", "sums with confiscated gains"),
            ("damages_amount", "award of damages", "awards of damages"),
        )
        if n.get(name, 0)
    ]
    return f"Sums in yuan, log scale; n = {len(sums)}: {listed(kinds)}"


def penalty_alt(sums: pd.DataFrame) -> str:
    """Return in words what the chart of the penalties shows."""
    rows = [
        f"{title}: {', '.join(_words(part.sort_values('value', ascending=False)))}"
        for title, part in sums.groupby("title", sort=False)
    ]
    return f"Points on a log scale of yuan, by notice or judgment. {'. '.join(rows)}."


def largest_number(frame: pd.DataFrame) -> str:
    """Return a sentence on the largest number and on how many things the largest ones count."""
    if frame.empty:
        return "These sources report no count."
    top = frame.iloc[0]
    link = record_link(top["development_id"], top["title"])
    first = f"The largest number, {amount(top['value'], top['unit'], top['qualifier'])}, counts {top['label'].lower()} ({link})"
    if len(frame) == 1:
        return f"{first}."
    things, untold = frame["measure"].nunique(), int(frame["period_end"].isna().sum())
    what = counted(things, "thing", "different things")
    gap = f", and {counted(untold, 'has', 'have')} no period" if untold else ""
    return f"{first}; the {number(len(frame))} largest count {what}{gap}."


def largest_from(frame: pd.DataFrame) -> str:
    """Return sentences on who reports the largest numbers, and which measures more than one body reports."""
    if frame.empty:
        return largest_number(frame)
    enforced = int(frame["action"].isin(["enforcement", "campaign"]).sum())
    reports = frame["development_id"].nunique()
    total = counted(len(frame), "number")
    which = f"the {total}" if enforced == len(frame) else f"{number(enforced)} of the {total}"
    told = [
        f"{opened(which)} {'comes' if enforced == 1 else 'come'} from reports on enforcement, and "
        f"{counted(reports, 'report')} in all {'gives' if reports == 1 else 'give'} them."
    ]
    for label, part in frame.groupby("label", sort=False):
        if part["body"].nunique() > 1:
            by = [f"{amount(r.value, r.unit, r.qualifier)} by {r.body}" for r in part.itertuples()]  # type: ignore[arg-type]
            told.append(f"{label}: {listed(by)}.")
    if len(told) > 1:
        told.append(
            "Such counts differ in territory and period, and one for the whole country may include what local offices "
            "did: they can neither be added nor ranked."
        )
    return " ".join(told)


def largest_rows(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the largest numbers with the texts of a table.

    Returns
    -------
    pandas.DataFrame
        The columns of :func:`tmt_dataset.analysis.largest`, with ``number``, ``period``, ``by`` and ``words``.
    """
    out = frame.assign(number=_words, by=frame["body"].fillna("not named"), words="“" + frame["quote"] + "”")
    spans = zip(out["period_start"], out["period_end"], strict=True)
    out["period"] = pd.Series([_period(*days) for days in spans], index=out.index, dtype="str")
    return out


def _period(start: pd.Timestamp, end: pd.Timestamp) -> str:
    if pd.isna(end):
        return "not reported" if pd.isna(start) else f"since {spoken(start, start)}"
    return f"as of {spoken(end, end)}" if pd.isna(start) else spoken(start, end)


def targets_due(groups: pd.DataFrame, last: pd.Timestamp) -> str:
    """Return a sentence on when the targets fall due and whether a result is reported.

    Parameters
    ----------
    groups
        As :func:`tmt_dataset.analysis.targets_by_development` returns it.
    last
        The last day that the sources cover.
    """
    sizes = groups["figures"].map(len).astype("int64")
    total, dated = int(sizes.sum()), groups["due"].notna()
    if not total:
        return "These sources report no target."
    passed = int(sizes[groups["due"] <= last].sum())
    years = groups.loc[dated, "due"].dt.year
    first = f"Of {counted(total, 'target')} in {counted(groups['development_id'].nunique(), 'development')}, "
    if not dated.any():
        return f"{first}none has a day on which it falls due."
    due = int(sizes[dated].sum())
    between = f"in {years.min()}" if years.min() == years.max() else f"from {years.min()} to {years.max()}"
    gone = number(passed)
    answered = int(groups["results"].sum())
    result = (
        f"for {number(answered)} a number in the same measure is reported"
        if answered
        else "no result is reported for any of them"
    )
    return (
        f"{first}{counted(due, 'has a due year', 'have a due year')}, {between}; {gone} fell due before the sources end "
        f"({spoken(last, last)}), and {result}."
    )


def target_rows(groups: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """Return the targets of each development and due year with the texts of a table.

    Parameters
    ----------
    groups
        As :func:`tmt_dataset.analysis.targets_by_development` returns it.
    targets
        As :func:`tmt_dataset.analysis.targets` returns it.

    Returns
    -------
    pandas.DataFrame
        The columns of ``groups``, with ``aims`` (measure and number of each target), ``year``, ``by`` and ``day``.
    """
    words = (targets["label"] + ": " + _words(targets)).set_axis(targets["figure_id"])
    out = groups.assign(day=_days(groups), by=groups["body"].fillna("not named"))
    out["aims"] = pd.Series(
        ["; ".join(words[code] for code in codes) for codes in out["figures"]], index=out.index, dtype="str"
    )
    year = out["due"].dt.year.astype("Int64").astype("str").where(out["due"].notna())
    term = ("“" + out["term"] + "”").where(out["term"].notna())
    out["year"] = year.fillna(term).fillna("not reported")
    return out


@guarded
def rests_on(ds: Dataset) -> str:
    """Return what an article on numbers rests on: how many there are, how many only reviews report, and the sources."""
    told = numbers(ds)
    told = told.loc[~told["development_id"].isin(collective(ds))]
    only = int(told["development_id"].isin(from_reviews(ds)).sum())
    review = f", {number(only)} of them from a review alone" if only else ""
    return sources.rests_on(
        ds,
        f"Rests on {counted(len(told), 'number')} of {counted(told['development_id'].nunique(), 'development')}{review}: what authorities "
        "chose to publish and the firm to report, not a sample of fines or removals.",
        "has only highlights of its year",
    )
