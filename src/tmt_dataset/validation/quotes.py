"""Rules 1, 2 and 7: quotes and errata lie where they say, prove what is coded, and hold a limited share of their source."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from tmt_dataset.cells import is_in
from tmt_dataset.validation.findings import Finding, marked
from tmt_dataset.validation.numbers import reads
from tmt_dataset.validation.tables import Check, Tables, keyed, spans
from tmt_dataset.validation.verbatim import ESCAPE, visible

__all__ = [
    "CHECKS",
    "LINKED",
    "QUOTED_SHARE",
    "figure_in_quote",
    "identifier_parts",
    "quote_length",
    "quoted_share",
    "quotes_needed",
    "values_proved",
    "within_source",
]


QUOTED_SHARE = 0.40
#: Variables of which a development has any number of values, and the table that holds them.
LINKED = {
    "authorities": "development_authorities",
    "topics": "development_topics",
    "places": "development_places",
    "instruments": "development_instruments",
    "figures": "figures",
    "relations": "relations",
    "risks": "development_risks",
    "provisions": "provisions",
}


def quote_length(t: Tables) -> Iterator[Finding]:
    """Rule 1: quotes and errata are as long as their offsets say.

    A quote that was shortened by hand kept its offsets, and pointed at words that it no longer held.
    """
    for table, what, key, words in (
        ("quotes", "quote", "quote_id", "exact"),
        ("errata", "erratum", "erratum_id", "has"),
    ):
        f = t[table]
        length = f[words].str.replace(ESCAPE, "x", regex=True).str.len()
        span = (f["end"] - f["start"]).astype("float64")
        yield from marked(
            "quote-length",
            table,
            f,
            length.notna() & span.notna() & (length != span),
            words,
            f"{what} {{{key}}} does not have the length of its offsets",
            "{span:.0f} characters",
            "{length:.0f}",
            f"Correct the {what} in its annotation and run `tmt-dataset build --locate SOURCES`.",
            span=span,
            length=length,
        )


def identifier_parts(t: Tables) -> Iterator[Finding]:
    """Rule 1: an identifier that is made of other cells of its row agrees with them.

    A quote that was moved kept the identifier of its old place, and whoever cited it cited other words.
    """

    def place(f: pd.DataFrame) -> pd.Series:
        return f["source_id"] + ":" + f["start"].astype("str") + "-" + f["end"].astype("str")

    q, f, s, e = t["quotes"], t["figures"], t["segments"], t["errata"]
    # a table, its identifier, the number that may end it and is not a part of another cell, and what the rest has to be
    made = (
        ("quotes", "quote_id", None, q["development_id"] + ":" + place(q)),
        ("figures", "figure_id", r"#\d+$", f["quote_id"]),
        ("segments", "segment_id", r":\d+$", s["source_id"]),
        ("errata", "erratum_id", r"#\d+$", place(e)),
    )
    for table, key, number, rest in made:
        ids = t[table][key]
        stem = ids if number is None else ids.str.replace(number, "", regex=True)
        yield from marked(
            "identifier-parts",
            table,
            t[table],
            stem.notna() & rest.notna() & (stem != rest),
            key,
            "the identifier does not agree with the cells that it is made of",
            "{rest}" if number is None else "{rest} followed by a number",
            f"{{{key}}}",
            "Correct the annotation and run `tmt-dataset build`, which makes the identifiers.",
            rest=rest,
        )


def within_source(t: Tables) -> Iterator[Finding]:
    """Rule 1: quotes and errata lie within their source, as segments do by rule 3.

    An erratum beyond the last character of its source told of words that nobody could look up.
    """
    characters = keyed(t["sources"], "source_id")["characters"].astype("float64")
    for table, key in (("quotes", "quote_id"), ("errata", "erratum_id")):
        f = t[table]
        length = f["source_id"].map(characters).astype("float64")
        yield from marked(
            "within-source",
            table,
            f,
            f["end"].astype("float64") > length,
            "end",
            f"{{{key}}} lies beyond the end of its source",
            "at most {length:.0f}",
            "{end}",
            "Correct the offsets in the annotation and run `tmt-dataset build`.",
            length=length,
        )


def _supporting(quotes: pd.DataFrame, variable: str) -> pd.Series:
    """Return the development of each quote that names a variable among those that it supports."""
    rows = quotes[["development_id", "supports"]].dropna()
    # lists of variables are few: each is split once, not once per quote
    named = [text for text in rows["supports"].unique() if variable in text.split(" ")]
    return rows.loc[rows["supports"].isin(named), "development_id"]


def values_proved(t: Tables) -> Iterator[Finding]:
    """Rule 2: every coded value has its quote, and every relation a quote or a note.

    A date without a quote was a guess that looked like a fact.
    """
    d, q, r = t["developments"], t["quotes"], t["relations"]
    needs = {
        "action": pd.Series(True, index=d.index),
        "authorities": is_in(d["development_id"], t["development_authorities"]["development_id"]),
        "date": d["date_basis"] != "period",
        "effective_date": d["effective_date"].notna(),
    }
    for variable, needed in needs.items():
        proved = is_in(d["development_id"], _supporting(q, variable))
        yield from marked(
            "proof",
            "developments",
            d,
            needed & ~proved & d["development_id"].notna(),
            None if variable == "authorities" else variable,
            f"{{development_id}} has no quote that supports its {variable}",
            hint="Add a quote, or name the variable in the `supports` of one that proves it.",
        )
    yield from marked(
        "proof",
        "relations",
        r,
        r["quote_id"].isna() & r["note"].isna(),
        "note",
        "the relation {relation} of {development_id} has neither quote nor note",
        hint="Quote the words that state it, or say in a note what justifies it.",
    )


def quotes_needed(t: Tables) -> Iterator[Finding]:
    """Rule 2: the development of a quote has a value of each variable that the quote names.

    The authorities of a development were lost with the rows that linked them, and the quotes that still named them were
    the only trace.
    """
    d, q = t["developments"], t["quotes"]
    owners = {
        **{variable: t[table]["development_id"] for variable, table in LINKED.items() if table in t},
        "effective_date": d.loc[d["effective_date"].notna(), "development_id"],
        # a number that could not be read is some number
        "unnamed_authorities": d.loc[d["unnamed_authorities"].fillna(1) > 0, "development_id"],
    }
    for variable, owner in owners.items():
        named = _supporting(q, variable)
        # a development that is in no row is found with the keys
        yield from marked(
            "proof",
            "quotes",
            q,
            ~is_in(named, owner) & is_in(named, d["development_id"]),
            "supports",
            f"quote {{quote_id}} supports {variable}, of which {{development_id}} has none",
            "variables that the development has a value of",
            variable,
            "Code the value that the quote proves, or take the variable out of its `supports`.",
        )


def figure_in_quote(t: Tables) -> Iterator[Finding]:
    """Rule 2: a figure can be read in its quote, which is one of its development.

    A fine of 40,000 stood beside a quote that said 400,000.
    """
    f, q = t["figures"], keyed(t["quotes"], "quote_id")
    owner, words = f["quote_id"].map(q["development_id"]), f["quote_id"].map(q["exact"])
    yield from marked(
        "figure-in-quote",
        "figures",
        f,
        owner.notna() & (owner != f["development_id"]),
        "quote_id",
        "figure {figure_id} refers to a quote of another development",
        "a quote of {development_id}",
        "{owner}",
        "Give the figure a quote of its own development.",
        owner=owner,
    )
    known = words.notna() & f["value"].notna()
    unread = [
        not reads(visible(text), value) for text, value in zip(words[known], f["value"][known], strict=True)
    ]
    yield from marked(
        "figure-in-quote",
        "figures",
        f,
        pd.Series(unread, index=f.index[known], dtype=bool),
        "value",
        "the value cannot be read in its quote {words}",
        "a number that the quote contains",
        "{value:,}",
        "Correct the value, or quote the words that give it.",
        words=words.map(lambda text: repr(text[:80]), na_action="ignore"),
    )


def _covered(spans: pd.DataFrame) -> pd.Series:
    """Return how many characters the spans of each source cover, each counted once; they are in its order."""
    sources = spans["source_id"]
    reached = spans.groupby("source_id")["end"].cummax().groupby(sources).shift(fill_value=0)
    fresh = (spans["end"] - np.maximum(spans["start"], reached)).clip(lower=0)
    return fresh.groupby(sources).sum()


def quoted_share(t: Tables) -> Iterator[Finding]:
    """Rule 7: the quotes of a source together hold a limited share of its characters.

    Headings, bodies and figures quoted one by one had rebuilt most of a text that is its publisher's.
    """
    f = t["sources"]
    quoted = f["source_id"].map(_covered(spans(t["quotes"]))).astype("float64")
    characters = f["characters"].astype("float64")
    yield from marked(
        "quoted-share",
        "sources",
        f,
        quoted >= QUOTED_SHARE * characters,
        "characters",
        "the quotes of {source_id} hold too much of it",
        f"under {QUOTED_SHARE:.0%}",
        "{share:.1%}",
        "Quote the shortest spans that prove the values.",
        share=quoted / characters,
    )


CHECKS: dict[Check, str] = {
    quote_length: "Rule 1 (quotes and errata have the length of their offsets)",
    identifier_parts: "Rule 1 (identifiers agree with the cells that they are made of)",
    within_source: "Rule 1 (quotes and errata lie within their source)",
    values_proved: "Rule 2 (coded values have their quotes)",
    quotes_needed: "Rule 2 (quotes prove values that are coded)",
    figure_in_quote: "Rule 2 (figures can be read in their quotes)",
    quoted_share: "Rule 7 (quotes hold a limited share of their source)",
}
