"""The findings on AI, computed: what was made first, then what the counts of the newsletters come to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from tmt_dataset.analysis import ai, ai_sentences
from tmt_dataset.analysis.counting import collective, developments
from tmt_dataset.analysis.instruments import UNFINISHED
from tmt_dataset.analysis.words import counted, listed, lowered, number, opened, span, spoken, when
from tmt_dataset.guard import guarded

if TYPE_CHECKING:
    from tmt_dataset.dataset import Dataset

__all__ = ["answer", "courts", "forms", "later", "limiting", "promoting", "rules"]


@guarded
def answer(
    ds: Dataset, frame: pd.DataFrame, tested: pd.DataFrame, ways: pd.DataFrame, pair: tuple[str, str]
) -> list[str]:
    """Return the answer: rules, standards, filings, courts, who promotes, and then the counts of the newsletters.

    Parameters
    ----------
    ds
        The data set.
    frame, tested, ways
        As :func:`tmt_dataset.analysis.ai.reported`, :func:`~tmt_dataset.analysis.ai.comparisons` and
        :func:`~tmt_dataset.analysis.ai.sensitivities` return them.
    pair
        Labels of the two windows that are compared in many ways.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> frame, periods = ai.reported(ds), ai.newsletters(ds)
    >>> pair = ai.latest_pair(periods, frame)
    >>> answer(ds, frame, ai.comparisons(frame, periods), ai.sensitivities(ds, frame, *pair), pair)[0][:3]
    'Of '
    """
    events = ai.instruments(ds)
    return [
        f"{rules(events)} {forms(events)}",
        limiting(ds, frame),
        ai_sentences.filed(ai.filings(ds)),
        courts(ds),
        promoting(frame, events),
        ai_sentences.shares_told(frame, tested),
        ai_sentences.comparison_told(frame, tested, ways, pair),
    ]


def rules(events: pd.DataFrame) -> str:
    """Return which instruments of a binding kind are reported, and how far each got.

    Parameters
    ----------
    events
        As :func:`tmt_dataset.analysis.ai.instruments` returns it.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> rules(ai.instruments(tmt.load())).startswith("Of ")
    True
    """
    own = events.loc[events["force"].astype("str").eq("binding")]
    if own.empty:
        return "No AI instrument of a binding kind is reported."
    last = own.drop_duplicates("instrument_id", keep="last")
    stage, parts = last["stage"].astype("str"), []
    for stages, one, many in (
        (None, "is issued", "are issued"),
        (["draft"], "is reported only as a draft", "are reported only as drafts"),
        (["planned"], "is only planned", "are only planned"),
    ):
        found = last.loc[~stage.isin(UNFINISHED) if stages is None else stage.isin(stages)]
        if len(found):
            named = [_dated(own.loc[own["instrument_id"].eq(code)]) for code in found["instrument_id"]]
            parts.append(f"{number(len(found))} {one if len(found) == 1 else many} ({'; '.join(named)})")
    months = (
        " A later stage may lie in a month that no newsletter covers." if stage.isin(UNFINISHED).any() else ""
    )
    return f"Of {counted(len(last), 'AI instrument')} of a binding kind that the sources report, {listed(parts)}.{months}"


def _dated(life: pd.DataFrame) -> str:
    """Return an instrument with the dates on which it was at its latest stage."""
    last: Any = life.iloc[-1]
    rows: list[Any] = list(life.loc[life["stage"].eq(last["stage"])].itertuples())
    days = listed(spoken(row.date_start, row.date_end) for row in rows)
    return f"{lowered(str(last['label']).partition(' · ')[0])}, {days}"


def forms(events: pd.DataFrame) -> str:
    """Return how many national standards and documents of guidance are issued, and how many are drafts.

    Parameters
    ----------
    events
        As :func:`tmt_dataset.analysis.ai.instruments` returns it.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> "guidance" in forms(ai.instruments(tmt.load()))
    True
    """
    soft = events["force"].astype("str").isin(["standard", "guidance"])
    last = events.loc[soft & events["level"].eq("national")].drop_duplicates("instrument_id", keep="last")
    if last.empty:
        return "No national standard or guidance on AI is reported."
    open_ = int(last["stage"].astype("str").isin(UNFINISHED).sum())
    what = counted(
        len(last), "national standard or document of guidance", "national standards and documents of guidance"
    )
    issued = len(last) - open_
    return f"{opened(what)} {'is' if len(last) == 1 else 'are'} reported beside them: {number(issued)} issued, {number(open_)} in draft."


@guarded
def limiting(ds: Dataset, frame: pd.DataFrame) -> str:
    """Return whether a final binding rule that limits AI falls in the months that the newsletters cover.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> limiting(ds, ai.reported(ds)).endswith(" reported.")
    True
    """
    found = ai.limits(ds, frame)["instrument_id"].nunique()
    verbs = ("limits", "is") if found <= 1 else ("limit", "are")
    rule = "no final binding rule" if not found else counted(found, "final binding rule")
    return f"For the months that the newsletters cover, {rule} that {verbs[0]} AI {verbs[1]} reported."


@guarded
def courts(ds: Dataset) -> str:
    """Return how many cases on AI the courts heard or decided, and on what.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> "courts" in courts(tmt.load())
    True
    """
    dev = developments(ds)
    own = dev.loc[dev["area"].eq("ai") & dev["action"].eq("judgment")]
    own = own.loc[~own["development_id"].isin(collective(ds))].sort_values(["date_start", "date_end"])
    if own.empty:
        return "No case on AI is reported from the courts."
    labels = ds["topics"].set_index("topic_id")["label"].astype("str")
    topics = own["topic"].value_counts()
    subjects = listed(
        f"{lowered(labels[code])} ({n})" for code, n in zip(map(str, topics.index), topics, strict=True)
    )
    first, last = (when(row["date_start"], row["date_end"]) for row in (own.iloc[0], own.iloc[-1]))
    told = counted(len(own), "judgment or hearing", "judgments and hearings")
    dates = first if len(own) == 1 else f"the first {first}, the latest {last}"
    return f"{opened(told)} on AI {'is' if len(own) == 1 else 'are'} reported from the courts: {subjects}; {dates}."


def promoting(frame: pd.DataFrame, events: pd.DataFrame) -> str:
    """Return at which levels developments only promote AI, and which do both or are reported elsewhere.

    Parameters
    ----------
    frame, events
        As :func:`tmt_dataset.analysis.ai.reported` and :func:`~tmt_dataset.analysis.ai.instruments` return them.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> promoting(ai.reported(ds), ai.instruments(ds)).startswith("In the newsletters, ")
    True
    """
    own = frame.loc[frame["ai"]].drop_duplicates("development_id")
    told = []
    for level in ai.LEVELS:
        part = own.loc[own["level"].eq(level)]
        hits = part.loc[part["orientation"].eq("promotion"), "certain"]
        if len(part):
            count = span(hits.sum(), len(hits)) if len(hits) else "none"
            told.append(f"{count} of {span(part['certain'].sum(), len(part))} {level}")
    if not told:
        return "No AI development is reported in the newsletters."
    text = f"In the newsletters, {listed(told)} AI developments only promote"
    both = int((own["level"].eq("national") & own["orientation"].eq("both")).sum())
    if both:
        text += f"; {number(both)} national {'one promotes and limits' if both == 1 else 'ones promote and limit'} at once"
    first = events.drop_duplicates("instrument_id", keep="last")
    elsewhere = first["level"].eq("national") & first["orientation"].eq("promotion")
    found = first.loc[elsewhere & ~first["development_id"].isin(own["development_id"])]
    if found.empty:
        return f"{text}."
    named = listed(_dated(found.loc[found["instrument_id"].eq(code)]) for code in found["instrument_id"])
    only = "a national one that only promotes" if len(found) == 1 else "national ones that only promote"
    return f"{text}. Apart from these, {only} {'is' if len(found) == 1 else 'are'} reported ({named})."


def later(events: pd.DataFrame, development_id: str) -> str:
    """Return what is reported of an instrument after a development.

    Parameters
    ----------
    events
        As :func:`tmt_dataset.analysis.ai.instruments` returns it.
    development_id
        Of the development.

    Examples
    --------
    >>> day = pd.to_datetime(["2023-06-06", "2024-05-31"])
    >>> rows = {"instrument_id": "law", "development_id": ["A", "B"], "stage": "planned", "date_start": day, "date_end": day}
    >>> later(pd.DataFrame(rows), "B"), later(pd.DataFrame(rows), "A")
    ('No later entry is reported.', 'Later entries: planned on 31 May 2024.')
    """
    own = events.loc[
        events["instrument_id"].isin(events.loc[events["development_id"].eq(development_id), "instrument_id"])
    ].reset_index(drop=True)
    at = own.index[own["development_id"].eq(development_id)]
    rows: list[Any] = list(own.iloc[at[-1] + 1 :].itertuples()) if len(at) else []
    told = listed(f"{row.stage} {when(row.date_start, row.date_end)}" for row in rows)
    return f"Later entries: {told}." if rows else "No later entry is reported."
