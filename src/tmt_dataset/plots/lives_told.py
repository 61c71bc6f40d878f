"""Which instruments the sources follow, in sentences and in rows of tables."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pandas as pd

from tmt_dataset.analysis import from_reviews, sources
from tmt_dataset.analysis.words import counted, listed, number, opened, span, spoken
from tmt_dataset.dataset import Dataset
from tmt_dataset.guard import guarded
from tmt_dataset.plots.article import record_link

__all__ = [
    "DRAFT_COLUMNS",
    "LIVES_CAPTION",
    "WAITING_CAPTION",
    "WINDOW_COLUMNS",
    "basis",
    "draft_rows",
    "lives_alt",
    "lives_measure",
    "months_covered",
    "moved",
    "moved_claim",
    "other_paths",
    "rests_on",
    "shown",
    "step_rows",
    "stories",
    "waiting",
    "waiting_alt",
    "waiting_claim",
    "waiting_measure",
    "window_rows",
]


#: How many instruments a sentence names.
_NAMED = 3

#: The columns of the tables, with their names for readers.
WINDOW_COLUMNS = {
    "windows": "Later windows",
    "covered": "Months covered",
    "drafts": "Drafts and plans",
    "binding": "Of a binding kind",
    "records": "Records",
}
LIVES_CAPTION = (
    "All instruments with more than one event. Days are counted from the event before, at the least and at the most "
    "that the dates allow."
)
WAITING_CAPTION = (
    "Oldest first, each with the body that leads the first development on it. Only in a shaded month to the right of its "
    "mark would a final form have been likely to be reported."
)
DRAFT_COLUMNS = {
    "instrument": "Draft or plan",
    "body": "Body",
    "day": "Date",
    "seen": "Later windows",
    "since": "Covered of the months since",
    "latest_id": "Record",
}


def moved(events: pd.DataFrame, moves: pd.DataFrame) -> str:
    """Return a sentence on the instruments that separate developments take from one stage to another.

    Parameters
    ----------
    events
        As :func:`tmt_dataset.analysis.lifecycles` returns it.
    moves
        As :func:`tmt_dataset.analysis.moves` returns it.
    """
    total = counted(events["instrument_id"].nunique(), "instrument")
    first = f"Of {total} in these sources,"
    n = moves["instrument_id"].nunique()
    if n == 0:
        return f"{first} none can be followed from one stage to another."
    names = [record_link(row.to_id, row.instrument) for row in moves.head(_NAMED).itertuples()]  # type: ignore[arg-type]
    told = listed(names) if len(moves) <= _NAMED else f"{', '.join(names)} and others"
    return f"{first} {number(n)} can be followed from one stage to another in separate developments: {told}."


def waiting(drafts: pd.DataFrame) -> str:
    """Return a sentence on the drafts and plans without a later stage, and which of a binding kind is the oldest.

    Parameters
    ----------
    drafts
        As :func:`tmt_dataset.analysis.awaited` returns it.
    """
    if drafts.empty:
        return "Every draft and plan has a later stage in these sources."
    has = "has" if len(drafts) == 1 else "have"
    binding = drafts.loc[drafts["force"] == "binding"]
    text = f"{opened(counted(len(drafts), 'draft or plan', 'drafts and plans'))} {has} no later stage in these sources"
    if binding.empty:
        return f"{text}."
    top = binding.iloc[0]
    oldest = f"{record_link(top['development_id'], top['instrument'])} ({top['stage']} {spoken(top['date_start'], top['date_end'])})"
    if len(binding) == 1:
        return f"{text}; one is of a binding kind, {oldest}."
    return f"{text}; {number(len(binding))} are of a binding kind, the oldest {oldest}."


def shown(drafts: pd.DataFrame) -> str:
    """Return a sentence on how many drafts have a later window, and how much of the time since it covers.

    Parameters
    ----------
    drafts
        As :func:`tmt_dataset.analysis.awaited` returns it.
    """
    if drafts.empty:
        return "No draft waits for a final form."
    later = drafts.loc[drafts["covered"] > 0]
    seen, unseen = len(later), len(drafts) - len(later)
    if not seen:
        return "No covered window came after any of them, so that the sources could not show a final form."
    whole = counted(len(drafts), "draft or plan", "drafts and plans")
    which = f"{number(seen)} of the {whole}" if unseen else f"the {whole}"
    since = later["covered"] + later["uncovered"]
    covered, passed = (span(months.min(), months.max()) for months in (later["covered"], since))
    first = f"For {which}, newsletters cover {covered} of the {passed} later months; a final form issued in the others would not show"
    if not later["uncovered"].any():
        first = f"For {which}, newsletters cover every later month"
    return f"{first}. For {number(unseen)} no covered window came later." if unseen else f"{first}."


def months_covered(drafts: pd.DataFrame) -> str:
    """Return a sentence on how much of the time since the drafts the newsletters cover."""
    seen = drafts.loc[drafts["covered"] > 0]
    if seen.empty:
        return shown(drafts)
    since = seen["covered"] + seen["uncovered"]
    covered, passed = (span(months.min(), months.max()) for months in (seen["covered"], since))
    several = len(seen) > 1
    return (
        f"Of the {passed} months since {'these drafts' if several else 'this draft'}, windows that began later cover {covered}: "
        "a final form that fell into the others is not in the sources. Whoever needs to know whether a draft has become law must look it up."
    )


@guarded
def rests_on(ds: Dataset, drafts: pd.DataFrame) -> str:
    """Return what an article on lives rests on.

    Parameters
    ----------
    ds
        The data set.
    drafts
        As :func:`tmt_dataset.analysis.awaited` returns it.
    """
    only = int(drafts["development_id"].isin(from_reviews(ds)).sum())
    comes = "comes" if only == 1 else "come"
    review = f"has only highlights of its year; {number(only)} of the drafts and plans {comes} from one alone"
    told = sources.rests_on(
        ds,
        f"Rests on {counted(len(ds['developments']), 'development')}.",
        review if only else "has only highlights of its year",
    )
    return f"{told} A stage that lies in a month between the windows, or that the firm left out, is missing here."


def moved_claim(moves: pd.DataFrame) -> str:
    """Return what the chart of the lives shows."""
    n = moves["instrument_id"].nunique()
    what = "no instrument" if n == 0 else counted(n, "instrument")
    return f"The sources follow {what} from one stage to another in separate developments"


def lives_measure(followed: pd.DataFrame) -> str:
    """Return what the chart of the lives measures, with its n."""
    n = followed["instrument_id"].nunique()
    return f"Events of the instruments with more than one, n = {n}; grey bar: the date lies within it; shaded: months that a newsletter covers in full"


def lives_alt(followed: pd.DataFrame) -> str:
    """Return in words what the chart of the lives shows."""
    rows = step_rows(followed)
    told = [f"{r.instrument}: {r.before}; {r.after}" for r in rows.itertuples()]
    return f"A timeline with a row for each instrument. {'. '.join(told)}."


def waiting_claim(drafts: pd.DataFrame) -> str:
    """Return what the chart of the drafts shows."""
    if drafts.empty:
        return "Every draft and plan has a later stage in these sources"
    has = "has" if len(drafts) == 1 else "have"
    return f"{opened(counted(len(drafts), 'draft or plan', 'drafts and plans'))} {has} no later stage in these sources"


def waiting_measure(drafts: pd.DataFrame) -> str:
    """Return what the chart of the drafts measures, with its n."""
    binding = int((drafts["force"] == "binding").sum())
    return (
        f"Drafts and plans with the force of their kind, n = {len(drafts)}, {number(binding)} binding (orange); dashed: the date lies within "
        "it; shaded: months that a newsletter covers in full"
    )


def waiting_alt(drafts: pd.DataFrame, last: pd.Timestamp) -> str:
    """Return in words what the chart of the drafts shows."""
    rows = draft_rows(drafts)
    told = [f"{r.instrument}, {r.force}, {r.day}" for r in rows.itertuples()]
    return f"Lines from each draft that fade until {spoken(last, last)}, the last covered day. {'. '.join(told)}."


@guarded
def stories(ds: Dataset, moves: pd.DataFrame) -> str:
    """Return a list in Markdown of the instruments that moved: what the earlier and the later development are.

    Parameters
    ----------
    ds
        The data set.
    moves
        As :func:`tmt_dataset.analysis.moves` returns it.
    """
    told = ds["developments"].set_index("development_id")
    lines = []
    row: Any  # a row's fields have the types of their columns
    for row in moves.itertuples():
        parts = []
        for code, start, end in (
            (row.from_id, row.from_start, row.from_end),
            (row.to_id, row.to_start, row.to_end),
        ):
            development = told.loc[code]
            parts.append(
                f"{record_link(str(code), development['title'])}, {spoken(start, end)}. {development['summary']}"
            )
        lines.append(f"- {' Then '.join(parts)}")
    return "\n".join(lines)


@guarded
def basis(ds: Dataset, moves: pd.DataFrame) -> str:
    """Return sentences on who says that a later development continues an earlier one, and on what a review adds.

    Parameters
    ----------
    ds
        The data set.
    moves
        As :func:`tmt_dataset.analysis.moves` returns it.
    """
    reviewed = from_reviews(ds)
    if moves.empty:
        return "No source reports two stages of an instrument in separate developments."
    relations = ds["relations"]
    pairs = relations.loc[relations["relation"] == "finalises"].merge(
        moves[["from_id", "to_id"]], left_on=["related_id", "development_id"], right_on=["from_id", "to_id"]
    )
    stated = int(pairs["quote_id"].notna().sum())
    inferred = len(pairs) - stated
    told = []
    if len(pairs):
        told.append(_who_says(stated, inferred))
    only = int((moves["from_id"].isin(reviewed) | moves["to_id"].isin(reviewed)).sum())
    if only:
        rests = "pair rests" if only == 1 else "pairs rest"
        told.append(f"{opened(number(only))} {rests} on a review, which has only highlights of its year.")
    return " ".join(told)


def _who_says(stated: int, inferred: int) -> str:
    """Return who says that the later development of each pair is the final form of the draft.

    Examples
    --------
    >>> _who_says(1, 2)
    'For one of the three pairs a source says that the later development is the final form of the draft; for two the coder infers it.'
    >>> _who_says(0, 2)
    'No source says that the later development is the final form of the draft; the coder infers it from what the two have in common.'
    """
    final = "that the later development is the final form of the draft"
    if not stated:
        return f"No source says {final}; the coder infers it from what the two have in common."
    if not inferred:
        return f"The sources themselves say {final}."
    return f"For {number(stated)} of the {number(stated + inferred)} pairs a source says {final}; for {number(inferred)} the coder infers it."


@guarded
def other_paths(ds: Dataset, followed: pd.DataFrame) -> str:
    """Return sentences on the instruments whose two dates are no step, and on how often a day of effect is told.

    Parameters
    ----------
    ds
        The data set.
    followed
        As :func:`tmt_dataset.analysis.followed` returns it.
    """
    told = followed.loc[followed["path"] == "told"]
    last = told.loc[told["days_max"].notna()]
    out = []
    if len(last):
        same = int((last["days_max"] == 0).sum())
        day = f" (the same day for {number(same)})" if same else ""
        out.append(
            f"For {counted(last['instrument_id'].nunique(), 'instrument')} one report gives two dates, "
            f"{span(last['days_min'].min(), last['days_max'].max())} days apart{day}: these are two dates of one development."
        )
    again = followed.loc[followed["path"] == "repeated"].drop_duplicates("instrument_id")
    if len(again):
        names = [
            f"{record_link(code, title)} ({stage})"
            for code, title, stage in again[["development_id", "instrument", "stage"]].head(_NAMED).to_numpy()
        ]
        told_names = listed(names) if len(again) <= _NAMED else f"{', '.join(names)} and others"
        stays = counted(len(again), "instrument is", "instruments are")
        out.append(
            f"{opened(stays)} at the same stage in several developments, which is not a step: {told_names}."
        )
    links = ds["development_instruments"]
    issued = links.loc[links["stage"].isin(["issued", "revised", "approved"])]
    effect = ds["developments"].loc[ds["developments"]["effective_date"].notna(), "development_id"]
    applies = issued.loc[issued["development_id"].isin(effect), "instrument_id"].nunique()
    out.append(
        f"The reports give a day of effect for {number(applies)} of {counted(issued['instrument_id'].nunique(), 'instrument')} that were issued, "
        "approved or revised; silence on the others does not mean that they took effect at once."
    )
    return " ".join(out)


def step_rows(followed: pd.DataFrame) -> pd.DataFrame:
    """Return the steps of the instruments with more than one event, with the texts of a table.

    Returns
    -------
    pandas.DataFrame
        One row per pair of successive events: ``instrument``, ``before`` and ``after`` (stage and date), ``days``, ``records``
        (identifiers of the developments).
    """
    rows = []
    for _, life in followed.groupby("instrument_id", sort=False):
        events = list(life.itertuples())
        for one, two in pairwise(events):
            codes = dict.fromkeys([str(one.development_id), str(two.development_id)])
            rows.append(
                {
                    "instrument": one.instrument,
                    "before": f"{one.stage}, {spoken(one.date_start, one.date_end)}",  # type: ignore[arg-type]
                    "after": f"{two.stage}, {spoken(two.date_start, two.date_end)}",  # type: ignore[arg-type]
                    "days": span(two.days_min, two.days_max),  # type: ignore[arg-type]
                    "records": ", ".join(codes),
                }
            )
    return pd.DataFrame(rows, columns=["instrument", "before", "after", "days", "records"])


def window_rows(groups: pd.DataFrame) -> pd.DataFrame:
    """Return the groups of drafts with the texts of a table.

    Parameters
    ----------
    groups
        As :func:`tmt_dataset.analysis.by_windows` returns it.

    Returns
    -------
    pandas.DataFrame
        Its columns, ``windows`` and ``records`` as text.
    """
    windows = groups["windows"].map(lambda names: listed(names) or "none came later")
    return groups.assign(windows=windows, records=groups["records"].map(", ".join))


def draft_rows(drafts: pd.DataFrame, force: str | None = None) -> pd.DataFrame:
    """Return the drafts and plans of a force, or all, with the texts of a table.

    Parameters
    ----------
    drafts
        As :func:`tmt_dataset.analysis.awaited` returns it, with ``body``.
    force
        Of the kind of instrument: ``binding``, ``standard``, ``guidance``, ``policy``, ``other``.

    Returns
    -------
    pandas.DataFrame
        Its columns, with ``day``, ``seen`` (the windows as text) and ``since`` (months covered and months that passed).
    """
    out = drafts if force is None else drafts.loc[drafts["force"] == force]
    out = out.reset_index(drop=True)
    spans = zip(out["date_start"], out["date_end"], strict=True)
    out["day"] = pd.Series([spoken(*days) for days in spans], index=out.index, dtype="str")
    out["seen"] = out["windows"].map(lambda names: listed(names) or "none came later").astype("str")
    total = out["covered"] + out["uncovered"]
    pairs = zip(out["covered"], total, strict=True)
    out["since"] = pd.Series([f"{a:.0f} of {b:.0f}" for a, b in pairs], index=out.index, dtype="str")
    return out
