"""Rules of the codebook on instruments: their stages, their titles, and that each has one row."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from tmt_dataset.cells import is_in
from tmt_dataset.validation.findings import Finding, marked
from tmt_dataset.validation.tables import Check, Tables, keyed

__all__ = ["CHECKS", "STAGES", "instrument_rows", "instrument_titles", "one_stage", "stages"]


#: The stages that instruments of an action may have; any stage but `effective` goes with another action.
STAGES = {"consultation": ("planned", "draft", "cited"), "effect": ("effective", "cited")}
#: Stages that only one action has.
ONLY = {"effective": "effect", "draft": "consultation"}


def stages(t: Tables) -> Iterator[Finding]:
    """Rule I3: the stage of an instrument agrees with the action.

    A draft that was put out for comment counted as issued, half a year before it was.
    """
    f = t["development_instruments"]
    action = f["development_id"].map(keyed(t["developments"], "development_id")["action"])
    for code, allowed in STAGES.items():
        yield from marked(
            "stages",
            "development_instruments",
            f,
            (action == code) & f["stage"].notna() & ~f["stage"].isin(allowed),
            "stage",
            f"{{instrument_id}} in {{development_id}}, of the action {code}",
            " or ".join(allowed),
            "{stage}",
            "Correct the stage, or the action.",
        )
    for stage, code in ONLY.items():
        yield from marked(
            "stages",
            "development_instruments",
            f,
            (f["stage"] == stage) & action.notna() & (action != code) & ~action.isin([*STAGES]),
            "stage",
            f"{{instrument_id}} in {{development_id}} has the stage {stage}",
            f"the action {code}",
            "{action}",
            "`effective_date` says when an instrument takes effect; a text put out as a draft is a consultation.",
            action=action.astype("object"),
        )


def one_stage(t: Tables) -> Iterator[Finding]:
    """Rule I3: a revision is `revised` alone.

    A revised text counted as two instruments issued.
    """
    f = t["development_instruments"]
    pair = ["development_id", "instrument_id"]
    several = f.duplicated(pair, keep=False) & f[pair].notna().all(axis=1)
    yield from marked(
        "stages",
        "development_instruments",
        f,
        several & (f["stage"] == "revised"),
        "stage",
        "{instrument_id} is revised in {development_id}, and has another stage there",
        "revised alone",
        "revised and another",
        "A new edition or a revision has the stage `revised` and no other.",
    )


def instrument_titles(t: Tables) -> Iterator[Finding]:
    """Rule of instruments: a title is without '(Draft)', and a description is whole in square brackets.

    The draft and the final text of one document had two titles, and looked like two documents.
    """
    f = t["instruments"]
    title = f["title"]
    for wrong, expected in (
        (title.str.contains(r"\((?:[^()]* )?[Dd]raft\b", regex=True), "a title without '(Draft)'"),
        (title.str.fullmatch(r"[“\"'‘].*[”\"'’]"), "a title without quotation marks around it"),
        (
            title.str.startswith("[") & ~title.str.fullmatch(r"\[[A-Z0-9“].*\]"),
            "a description that begins with a capital and ends with a bracket",
        ),
    ):
        yield from marked(
            "instruments",
            "instruments",
            f,
            wrong,
            "title",
            "the title of {instrument_id} has another form",
            expected,
            "{title}",
            "Other wordings of the sources are aliases.",
        )


def _names(f: pd.DataFrame) -> pd.Series:
    """Return every title, alias and number of the instruments, by line, as they are compared."""
    names = pd.concat([f["title"], f["aliases"].str.split(" | ", regex=False).explode(), f["number"]])
    compared: pd.Series = names.dropna().str.casefold().str.split().str.join(" ")
    return compared


def instrument_rows(t: Tables) -> Iterator[Finding]:
    """Rule I2: an instrument has one row, and some development names it.

    A document that was entered again under another wording began a second life, and its draft was never finalised.
    """
    f, linked = t["instruments"], t["development_instruments"]
    yield from marked(
        "instruments",
        "instruments",
        f,
        f["instrument_id"].notna() & ~is_in(f["instrument_id"], linked["instrument_id"]),
        "instrument_id",
        "no development names the instrument {instrument_id}",
        "a development that has it",
        "none",
        "Link it to the development that it belongs to, or delete it.",
    )
    names = _names(f).rename("name").rename_axis("line").reset_index().drop_duplicates()
    first = names.drop_duplicates("name").set_index("name")["line"]
    again = names.assign(first=names["name"].map(first)).query("first != line").drop_duplicates("line")
    again = again.set_index("line")
    earlier = again["first"].map(f["instrument_id"])
    yield from marked(
        "instruments",
        "instruments",
        f,
        pd.Series(True, index=again.index, dtype=bool),
        "title",
        "{instrument_id} has a title, alias or number of {earlier}",
        "one row per instrument",
        "{name}",
        "Merge the two, or tell their titles apart by place or issuer.",
        earlier=earlier,
        name=again["name"],
    )


CHECKS: dict[Check, str] = {
    stages: "Codebook I3 (stages agree with the action)",
    one_stage: "Codebook I3 (revised alone)",
    instrument_titles: "Codebook 6 (the form of titles)",
    instrument_rows: "Codebook I2 (one row per instrument, which a development names)",
}
