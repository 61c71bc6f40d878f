"""Rules of the codebook on the codes of a development: places, bodies, topics, relations, orientation, role of AI."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from tmt_dataset.cells import is_in
from tmt_dataset.validation.findings import Finding, marked
from tmt_dataset.validation.tables import Check, Tables, keyed

__all__ = [
    "AI",
    "CHECKS",
    "LIMITING",
    "NATIONAL",
    "SECONDARY",
    "SENTENCES",
    "ai_role",
    "bodies",
    "jurisdictions",
    "leads",
    "orientations",
    "places_apart",
    "relations_back",
    "sentences",
    "topic_leaves",
    "topics_bounded",
]


#: The root of the topics on artificial intelligence, and the roles of AI of a development that has one.
AI = "ai"
AI_ROLES = ("core", "part")
#: The jurisdiction that follows from the body, and needs no quote.
NATIONAL = "100000"
#: How many secondary topics a development has at most; an agenda or a batch of documents may have one more.
SECONDARY = 2
#: How many sentences a summary has at most.
SENTENCES = 3
#: Actions that limit or clear somebody (N2), and their orientations: `both` where a part of its own supports (N5).
LIMITING = ("filing", "agenda", "campaign", "enforcement", "inspection", "alert")
#: Relations to something that was there before.
BACK = ("finalises", "implements", "continues", "succeeds", "responds_to")


def _of(t: Tables, table: str, field: str) -> pd.Series:
    """Return a field of its development for each row of a table."""
    return t[table]["development_id"].map(keyed(t["developments"], "development_id")[field])


def places_apart(t: Tables) -> Iterator[Finding]:
    """Rule J1: a place is never the jurisdiction again.

    A city's own rules were counted among those that name the city, and its number was twice what it should be.
    """
    f = t["development_places"]
    yield from marked(
        "places",
        "development_places",
        f,
        f["place_id"].notna() & (f["place_id"] == _of(t, "development_places", "jurisdiction")),
        "place_id",
        "{place_id} is the jurisdiction of {development_id}",
        "another place that the act is about",
        "{place_id}",
        "Take it out of `places`: the jurisdiction says it already.",
    )


def jurisdictions(t: Tables) -> Iterator[Finding]:
    """Rule Q1: a jurisdiction that is not national has its quote.

    The office of a ministry in a city was taken for the ministry, and nothing showed which words had been read.
    """
    d, q = t["developments"], t["quotes"].dropna(subset=["development_id", "supports"])
    named = q["supports"].str.split(" ").map(lambda names: "jurisdiction" in names).astype(bool)
    local = d["jurisdiction"].notna() & (d["jurisdiction"] != NATIONAL)
    yield from marked(
        "proof",
        "developments",
        d,
        local & d["development_id"].notna() & ~is_in(d["development_id"], q.loc[named, "development_id"]),
        "jurisdiction",
        "{development_id} has no quote that supports its jurisdiction",
        f"a quote, or {NATIONAL}",
        "{jurisdiction}",
        "Name `jurisdiction` in the `supports` of the quote that names the place or its body.",
    )


def leads(t: Tables) -> Iterator[Finding]:
    """Rule O5: where authorities are named, one leads; in a judgment, a court decides.

    Two bodies were joint and none led, so that a count by lead authority lost the act.
    """
    d, bodies = t["developments"], t["development_authorities"]
    leading = bodies.loc[bodies["role"].isin(["lead", "court"]) | bodies["role"].isna(), "development_id"]
    yield from marked(
        "authorities",
        "developments",
        d,
        is_in(d["development_id"], bodies["development_id"]) & ~is_in(d["development_id"], leading),
        None,
        "{development_id} names authorities, and none of them leads",
        "one lead, or the court of a judgment",
        "none",
        "The body named first leads.",
    )
    none = d["development_id"].notna() & ~is_in(d["development_id"], bodies["development_id"])
    yield from marked(
        "authorities",
        "developments",
        d,
        none & (d["unnamed_authorities"] == 0),
        "unnamed_authorities",
        "{development_id} has neither a named nor an unnamed authority",
        "at least 1",
        "{unnamed_authorities}",
        "An act whose actor is not named has one unnamed authority (O2).",
    )


def bodies(t: Tables) -> Iterator[Finding]:
    """Rule O5: the role `court` is that of a court, in a judgment.

    A court that published cases as guidance was counted among those that decide.
    """
    f = t["development_authorities"]
    action, kind = (
        _of(t, "development_authorities", "action"),
        f["authority_id"].map(keyed(t["authorities"], "authority_id")["kind"]),
    )
    for wrong, expected, found in (
        (
            action.notna() & (action != "judgment"),
            "lead, joint or supporting, or the action judgment",
            action,
        ),
        (kind.notna() & (kind != "court"), "a body of the kind court", kind),
    ):
        yield from marked(
            "authorities",
            "development_authorities",
            f,
            (f["role"] == "court") & wrong,
            "role",
            "{authority_id} has the role court in {development_id}",
            expected,
            "{had}",
            "`court` is the court that hears or decides a case; one that publishes leads.",
            had=found.astype("object"),
        )


def topics_bounded(t: Tables) -> Iterator[Finding]:
    """Rule T4: a development has at most two secondary topics; an agenda or a batch of documents may have three.

    An act with every topic that its report touched was in every filter.
    """
    d, topics, linked = t["developments"], t["development_topics"], t["development_instruments"]
    own = linked.loc[linked["stage"] != "cited"].drop_duplicates(["development_id", "instrument_id"])
    batch = d["development_id"].map(own["development_id"].value_counts()) > 1
    limit = SECONDARY + ((d["action"] == "agenda") | batch).astype("int64")
    n = d["development_id"].map(topics.loc[topics["rank"] == "secondary", "development_id"].value_counts())
    n = n.fillna(0).astype("int64")
    yield from marked(
        "topics",
        "developments",
        d,
        n > limit,
        None,
        "{development_id} has too many secondary topics",
        "at most {limit}",
        "{n}",
        "Keep those that are named first; each has a provision of its own in the report.",
        limit=limit,
        n=n,
    )


def topic_leaves(t: Tables) -> Iterator[Finding]:
    """Rule of topics: a development has the topic itself, and not one that stands for several.

    An act under a parent alone was in no row of a table by topic.
    """
    f = t["development_topics"]
    yield from marked(
        "topics",
        "development_topics",
        f,
        is_in(f["topic_id"], t["topics"]["parent"]),
        "topic_id",
        "{topic_id} of {development_id} has topics under it",
        "one of the topics under it",
        "{topic_id}",
        "Code the one that the act is about: a filter on the parent finds it too.",
    )


def ai_role(t: Tables) -> Iterator[Finding]:
    """Rule A22: AI is at least a part of a development with a topic on AI.

    An act on generative AI was left out of every table of acts on AI.
    """
    d, topics = t["developments"], t["development_topics"].dropna(subset=["topic_id"])
    on_ai = topics["topic_id"].str.split("/").str[0] == AI
    yield from marked(
        "ai-role",
        "developments",
        d,
        is_in(d["development_id"], topics.loc[on_ai, "development_id"])
        & d["ai_role"].notna()
        & ~d["ai_role"].isin(AI_ROLES),
        "ai_role",
        "{development_id} has a topic on AI",
        " or ".join(AI_ROLES),
        "{ai_role}",
        "Correct the role of AI, or the topic.",
    )


def orientations(t: Tables) -> Iterator[Finding]:
    """Rule N2: filings, agendas, campaigns, results, inspections and alerts limit.

    A list of filings was called promotion for the words with which it was announced.
    """
    d = t["developments"]
    yield from marked(
        "orientation",
        "developments",
        d,
        d["action"].isin(LIMITING) & d["orientation"].notna() & ~d["orientation"].isin(["control", "both"]),
        "orientation",
        "{development_id} is of the action {action}",
        "control, or both",
        "{orientation}",
        "What the act does decides, not how it is praised.",
    )


def sentences(t: Tables) -> Iterator[Finding]:
    """Rule of summaries: a summary has one to three sentences.

    A summary as long as the report was the report in other words.
    """
    d = t["developments"]
    n = d["summary"].str.count(r"[.!?](?= [A-Z“\"'(])") + 1
    yield from marked(
        "summary",
        "developments",
        d,
        n > SENTENCES,
        "summary",
        "the summary of {development_id} is too long",
        f"one to {SENTENCES} sentences",
        "{n}",
        "Say who did what, and what it requires or shows.",
        n=n,
    )


def relations_back(t: Tables) -> Iterator[Finding]:
    """Rule of relations: what is finalised, implemented, continued, succeeded or answered was there before.

    A draft that finalised its own final text gave a life of negative length.
    """
    f, d = t["relations"], keyed(t["developments"], "development_id")
    last = d["date_end"].reindex(f["development_id"]).set_axis(f.index)
    first = d["date_start"].reindex(f["related_id"]).set_axis(f.index)
    yield from marked(
        "relations",
        "relations",
        f,
        f["relation"].isin(BACK) & (last < first),
        "related_id",
        "{development_id} {relation} {related_id}, which is later",
        "a development that began by {last:%Y-%m-%d}",
        "{first:%Y-%m-%d}",
        "Turn the relation round, or correct the date.",
        last=last,
        first=first,
    )
    before = f["related_id"].map(d["action"])
    for relation, wrong, expected in (
        ("finalises", before != "consultation", "a development of the action consultation"),
        ("implements", before == "consultation", "another action: a draft lays nothing down"),
    ):
        yield from marked(
            "relations",
            "relations",
            f,
            (f["relation"] == relation) & before.notna() & wrong,
            "related_id",
            "{development_id} {relation} {related_id}",
            expected,
            "{before}",
            "Choose the relation that the report states.",
            before=before.astype("object"),
        )


CHECKS: dict[Check, str] = {
    places_apart: "Codebook J1 (a place is not the jurisdiction again)",
    jurisdictions: "Codebook Q1 (a local jurisdiction has its quote)",
    leads: "Codebook O2, O5 (somebody acts, and somebody leads)",
    bodies: "Codebook O5 (courts in judgments alone)",
    topics_bounded: "Codebook T4 (how many secondary topics)",
    topic_leaves: "Codebook 5 (topics without topics under them)",
    ai_role: "Codebook A22 (AI is part of what has a topic on AI)",
    orientations: "Codebook N2 (what limits is control)",
    sentences: "Codebook 3 (one to three sentences)",
    relations_back: "Codebook 8 (relations lead back)",
}
