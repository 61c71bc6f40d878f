"""Rule 8: what acts require, of whom, against what; orientation, role of AI, risks and provisions with their quotes."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from tmt_dataset.cells import is_in
from tmt_dataset.validation.findings import Finding, marked
from tmt_dataset.validation.tables import Check, Tables, keyed

__all__ = [
    "CHECKS",
    "CLAUSE",
    "FAMILIES",
    "MAX_COVERED",
    "MAX_RISKS",
    "NEEDS",
    "QUOTED",
    "RULE",
    "bounds",
    "cases",
    "clauses",
    "families",
    "filings",
    "one_case_per_figure",
    "orientation_proved",
    "parts_of_provisions",
    "quotes_of_their_own",
]


RULE = "provisions"
MAX_RISKS = 4
MAX_COVERED = 6
#: The longest quote that is there for provisions alone.
CLAUSE = 160
#: The families of types that a modality goes with.
FAMILIES = {
    "must": ("duty",),
    "must-not": ("duty",),
    "should": ("duty", "support"),
    "covers": ("duty", "support"),
    "may": ("support",),
    "receives": ("support",),
    "incurs": ("sanction",),
}
#: The variables of a development that need a quote, but for one of their codes.
NEEDS = {"orientation": "information", "ai_role": "none"}
#: The tables whose rows have a quote of their own, and the variable that it supports.
QUOTED = {"development_risks": "risks", "provisions": "provisions"}


def orientation_proved(t: Tables) -> Iterator[Finding]:
    """Rule 8: orientation and role of AI have a quote.

    An act was called a restraint for the name of its issuer.
    """
    d, q = t["developments"], t["quotes"].dropna(subset=["development_id", "supports"])
    for variable, exempt in NEEDS.items():
        named = q["supports"].str.split(" ").map(lambda names, variable=variable: variable in names)
        proved = is_in(d["development_id"], q.loc[named.astype(bool), "development_id"])
        yield from marked(
            RULE,
            "developments",
            d,
            d[variable].notna() & (d[variable] != exempt) & ~proved,
            variable,
            f"{{development_id}} has no quote that supports its {variable}",
            f"a quote, or the code {exempt}",
            f"{{{variable}}}",
            "Add a quote, or name the variable in the `supports` of one that proves it.",
        )


def quotes_of_their_own(t: Tables) -> Iterator[Finding]:
    """Rule 8: the quote of a risk or a provision is one of its development, and says that it supports it.

    A duty of one act was proved by the words of its neighbour.
    """
    quotes = t["quotes"].dropna(subset="quote_id").drop_duplicates("quote_id").set_index("quote_id")
    for table, variable in QUOTED.items():
        f = t[table]
        owner, supports = f["quote_id"].map(quotes["development_id"]), f["quote_id"].map(quotes["supports"])
        yield from marked(
            RULE,
            table,
            f,
            owner.notna() & (owner != f["development_id"]),
            "quote_id",
            "the quote is one of another development",
            "a quote of {development_id}",
            "{owner}",
            "Move the value to a quote of its own development.",
            owner=owner,
        )
        silent = [isinstance(text, str) and variable not in text.split(" ") for text in supports]
        yield from marked(
            RULE,
            table,
            f,
            pd.Series(silent, index=f.index, dtype=bool),
            "quote_id",
            f"the quote does not say that it supports {variable}",
            variable,
            "{supports}",
            "Run `tmt-dataset build`, which fills `supports`.",
            supports=supports,
        )


def families(t: Tables) -> Iterator[Finding]:
    """Rule 8: the modality fits the family of the type.

    A subsidy that an enterprise incurs would be counted as a sanction.
    """
    p, types = t["provisions"], t["provision_types"].dropna(subset="type").drop_duplicates("type")
    family = p["type"].map(types.set_index("type")["family"])
    for modality, fitting in FAMILIES.items():
        yield from marked(
            RULE,
            "provisions",
            p,
            (p["modality"] == modality) & family.notna() & ~family.isin(fitting),
            "type",
            f"the type {{type}} does not go with the modality {modality}",
            f"a type of {' or '.join(fitting)}",
            "{family}",
            "Correct the modality or the type in the annotation.",
            family=family,
        )


def parts_of_provisions(t: Tables) -> Iterator[Finding]:
    """Rule 8: a provision has a figure of its own development, and the identifier that its cells make.

    The amount of one fine stood beside the offender of another.
    """
    p, figures = t["provisions"], t["figures"].dropna(subset="figure_id").drop_duplicates("figure_id")
    owner = p["figure_id"].map(figures.set_index("figure_id")["development_id"])
    yield from marked(
        RULE,
        "provisions",
        p,
        owner.notna() & (owner != p["development_id"]),
        "figure_id",
        "the figure is one of another development",
        "a figure of {development_id}",
        "{owner}",
        "Name a figure of its own development, or none.",
        owner=owner,
    )
    case = pd.Series(["" if pd.isna(n) else f":{n}" for n in p["case"]], p.index, "str")
    made = p["development_id"] + case + ":" + p["addressee"] + ":" + p["modality"] + ":" + p["type"]
    yield from marked(
        RULE,
        "provisions",
        p,
        made.notna() & p["provision_id"].notna() & (made != p["provision_id"]),
        "provision_id",
        "the identifier does not agree with the cells that it is made of",
        "{made}",
        "{provision_id}",
        "Run `tmt-dataset build`, which makes the identifiers.",
        made=made,
    )


def cases(t: Tables) -> Iterator[Finding]:
    """Rule 8: cases are numbered upwards in the order of the report.

    Two cases that had changed places gave each offender the penalty of the other.
    """
    p = t["provisions"].dropna(subset=["development_id", "case"])
    number = p["case"].astype("int64")
    before = number.groupby(p["development_id"]).cummax().groupby(p["development_id"]).shift(fill_value=0)
    yield from marked(
        RULE,
        "provisions",
        p,
        number < before,
        "case",
        "the cases of {development_id} are not in the order of the report",
        "at least {before}",
        "{case}",
        "Number the cases upwards from 1, as the report tells them.",
        before=before,
    )


def one_case_per_figure(t: Tables) -> Iterator[Finding]:
    """Rule 8: a figure belongs to one case.

    Two fines of one sum were one figure, and the second case had the sum of the fifth.
    """
    p = t["provisions"].dropna(subset=["figure_id", "case"])
    others = p.groupby("figure_id")["case"].transform("nunique")
    yield from marked(
        RULE,
        "provisions",
        p,
        others > 1,
        "figure_id",
        "provisions of several cases have the figure {figure_id}",
        "a figure of one case",
        "case {case}",
        "Let the quote of each provision share words with the quote of its own figure.",
    )


def bounds(t: Tables) -> Iterator[Finding]:
    """Rule 8: a development has at most four risks, and at most six matters that it only covers.

    A table of contents became a list of duties.
    """
    p = t["provisions"]
    covered = p.loc[p["modality"] == "covers"].drop_duplicates(["development_id", "type"])
    for table, rows, what, most in (
        ("development_risks", t["development_risks"], "risks", MAX_RISKS),
        ("provisions", covered, "matters with the modality covers", MAX_COVERED),
    ):
        n = rows["development_id"].map(rows["development_id"].value_counts()).fillna(0).astype("int64")
        first = ~rows["development_id"].duplicated()
        yield from marked(
            RULE,
            table,
            rows,
            first & (n > most),
            "development_id",
            f"{{development_id}} has too many {what}",
            f"at most {most}",
            "{n}",
            "Keep those that the report names first.",
            n=n,
        )


def clauses(t: Tables) -> Iterator[Finding]:
    """Rule V9: a quote for provisions alone is a clause; rule V4: what is only covered has a type of its own.

    A paragraph was quoted for each of its clauses, and a third of the report stood in the data.
    """
    q, p = t["quotes"], t["provisions"]
    length = (q["end"] - q["start"]).astype("float64")
    yield from marked(
        RULE,
        "quotes",
        q,
        (q["supports"] == "provisions") & (length > CLAUSE),
        "exact",
        "{quote_id} supports provisions alone, and is longer than a clause",
        f"at most {CLAUSE} characters",
        "{length:.0f}",
        "Quote the words that show what is asked: the addressee may be outside them.",
        length=length,
    )
    yield from marked(
        RULE,
        "provisions",
        p,
        (p["modality"] == "covers") & p["type"].str.startswith("other-"),
        "type",
        "a matter that is only covered has a type of its own",
        "a type that fits the matter",
        "{type}",
        "Leave out a matter that fits no type.",
    )


def filings(t: Tables) -> Iterator[Finding]:
    """Rule V11: what an announcement of filings grants is a permission.

    A number of services that were let in was counted as a duty to file.
    """
    p = t["provisions"]
    action = p["development_id"].map(keyed(t["developments"], "development_id")["action"])
    yield from marked(
        RULE,
        "provisions",
        p,
        (action == "filing")
        & p["type"].notna()
        & ((p["type"] != "permission") | (p["modality"] != "receives")),
        "type",
        "{development_id} announces filings",
        "receives permission",
        "{modality} {type}",
        "An announcement of filings or registrations has one row: whoever filed receives a permission.",
    )


CHECKS: dict[Check, str] = {
    orientation_proved: "Rule 8 (orientation and role of AI have a quote)",
    quotes_of_their_own: "Rule 8 (risks and provisions have a quote of their development)",
    families: "Rule 8 (the modality fits the family of the type)",
    parts_of_provisions: "Rule 8 (provisions agree with their figures and identifiers)",
    cases: "Rule 8 (cases are numbered upwards)",
    one_case_per_figure: "Rule 8 (a figure belongs to one case)",
    bounds: "Rule 8 (at most four risks, and six matters covered)",
    clauses: "Codebook V4, V9 (clauses, and types of what is covered)",
    filings: "Codebook V11 (filings are permissions)",
}
