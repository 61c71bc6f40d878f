"""The rules of the data model, one function each, each with the defect that it exists for.

A rule takes the tables of a package as lenient frames (a cell that is not of its type is missing: it has been reported
already), whose index is the line of the file, and yields findings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pandas as pd

from tmt_dataset.cells import is_in, nullable
from tmt_dataset.edtf import bounds
from tmt_dataset.validation import provisions
from tmt_dataset.validation.findings import Finding, marked
from tmt_dataset.validation.numbers import reads
from tmt_dataset.validation.verbatim import ESCAPE, visible

__all__ = [
    "AHEAD",
    "CHECKS",
    "LINKED",
    "QUOTED_SHARE",
    "REPORTING",
    "Check",
    "Tables",
    "aggregation",
    "agreement_bounds",
    "dates",
    "ends",
    "figure_in_quote",
    "identifier_parts",
    "ledger",
    "periods",
    "primary_report",
    "quote_length",
    "quoted_share",
    "quotes_in_reports",
    "quotes_needed",
    "ranks",
    "references",
    "report_words",
    "reports",
    "scopes",
    "values_proved",
    "windows",
    "within_source",
]


Tables = Mapping[str, pd.DataFrame]
Check = Callable[[Tables], Iterator[Finding]]

QUOTED_SHARE = 0.40
#: Roles of segments that may report a development.
REPORTING = ("heading", "development")
#: Actions that may lie ahead of the source that reports them.
AHEAD = ("effect", "agenda")
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


def _keyed(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    """Return a table by its key; rows without a key, or with one that an earlier row has, are left out."""
    return frame.dropna(subset=key).drop_duplicates(key).set_index(key)


def _spans(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that have a source and both offsets, in the order of the source."""
    whole = frame.dropna(subset=["source_id", "start", "end"]).astype({"start": "int64", "end": "int64"})
    return whole.sort_values(["source_id", "start", "end"], kind="stable")


def _covered(spans: pd.DataFrame) -> pd.Series:
    """Return how many characters the spans of each source cover, each counted once; they are in its order."""
    sources = spans["source_id"]
    reached = spans.groupby("source_id")["end"].cummax().groupby(sources).shift(fill_value=0)
    fresh = (spans["end"] - np.maximum(spans["start"], reached)).clip(lower=0)
    return fresh.groupby(sources).sum()


# -- rule 1: offsets and identifiers


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
    characters = _keyed(t["sources"], "source_id")["characters"].astype("float64")
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


# -- rule 2: proof


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
    f, q = t["figures"], _keyed(t["quotes"], "quote_id")
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


# -- rule 3: segments and reports


def ledger(t: Tables) -> Iterator[Finding]:
    """Rule 3: segments tile their source exactly.

    A paragraph between two segments was in nobody's reading, and nothing showed it.
    """
    s = _spans(t["segments"])
    yield from marked(
        "ledger",
        "segments",
        s,
        s["end"] <= s["start"],
        "end",
        "segment {segment_id} is empty or runs backwards",
        "more than {start}",
        "{end}",
    )
    before = s.groupby("source_id", sort=False)["end"].shift(fill_value=0)
    for wrong, what in (
        (s["start"] > before, "leaves a gap of {by} characters before it"),
        (s["start"] < before, "overlaps the one before it by {by} characters"),
    ):
        yield from marked(
            "ledger",
            "segments",
            s,
            wrong,
            "start",
            f"segment {{segment_id}} {what}",
            "{before}",
            "{start}",
            "Segments tile their source from its first character to its last.",
            before=before,
            by=(s["start"] - before).abs(),
        )


def ends(t: Tables) -> Iterator[Finding]:
    """Rule 3: the last segment of a source ends where the source ends.

    A paragraph behind the last segment would be in nobody's reading.
    """
    f = t["sources"]
    last = nullable(f["source_id"].map(_spans(t["segments"]).groupby("source_id")["end"].max()))
    known = f["source_id"].notna() & f["characters"].notna()
    yield from marked(
        "ledger",
        "sources",
        f,
        known & last.isna(),
        "source_id",
        "{source_id} has no segments",
        hint="Cut the source into segments from its first character to its last.",
    )
    yield from marked(
        "ledger",
        "sources",
        f,
        known & (last != f["characters"]),
        "characters",
        "the segments of {source_id} do not end where the source ends",
        "{characters}",
        "{last}",
        last=last,
    )


def reports(t: Tables) -> Iterator[Finding]:
    """Rule 3: every development segment reports something, and only headings and developments do.

    An item that was read, marked as a development and then forgotten looked like a coded one.
    """
    s, m = t["segments"], t["mentions"]
    forgotten = (s["role"] == "development") & ~is_in(s["segment_id"], m["segment_id"])
    yield from marked(
        "reports",
        "segments",
        s,
        forgotten,
        "role",
        "segment {segment_id} has the role development, and no development is mentioned on it",
        hint="Code what it reports, or give it the role that says why it reports nothing.",
    )
    role = m["segment_id"].map(_keyed(s, "segment_id")["role"])
    yield from marked(
        "reports",
        "mentions",
        m,
        role.notna() & ~role.isin(REPORTING),
        "segment_id",
        "{development_id} is mentioned on segment {segment_id}, which may not carry a mention",
        "a segment with the role " + " or ".join(REPORTING),
        "{role}",
        role=role,
    )


def report_words(t: Tables) -> Iterator[Finding]:
    """Rule 3: the segments that report something have their words, and no others do.

    A report that was added without the text at hand would never be found by its words.
    """
    f, m, s = t["terms"], t["mentions"], t["segments"]
    reporting = is_in(s["segment_id"], m["segment_id"])
    hint = "Run `tmt-dataset build --locate SOURCES`, which counts the words of the reports."
    yield from marked(
        "report-words",
        "segments",
        s,
        reporting & ~is_in(s["segment_id"], f["segment_id"]),
        "segment_id",
        "segment {segment_id} reports a development, and its words are not in terms",
        hint=hint,
    )
    known = s["segment_id"][~reporting]
    yield from marked(
        "report-words",
        "terms",
        f,
        is_in(f["segment_id"], known) & ~f["segment_id"].duplicated(),
        "segment_id",
        "segment {segment_id} reports no development, and its words are in terms",
        hint=hint,
    )


def _runs(spans: pd.DataFrame) -> pd.DataFrame:
    """Return the runs of neighbouring segments that mention a development in a source: ``first`` and ``last`` offset."""
    keys = ["development_id", "source_id"]
    spans = spans.dropna(subset=[*keys, "start", "end"]).astype({"start": "int64", "end": "int64"})
    spans = spans.sort_values([*keys, "start"])
    run = (spans["start"] != spans.groupby(keys)["end"].shift()).cumsum().rename("run")
    grouped = spans.groupby([*keys, run], sort=False)
    return grouped.agg(first=("start", "min"), last=("end", "max")).reset_index()


def quotes_in_reports(t: Tables) -> Iterator[Finding]:
    """Rule 3: a quote lies inside segments that mention its development.

    A quote was taken from the next item, which used the same words for another development. A date that follows from the
    context may be proved by words beside the report.
    """
    q = t["quotes"].dropna(subset=["quote_id", "development_id", "source_id", "start", "end"])
    mentions = t["mentions"][["development_id", "segment_id"]].dropna()
    runs = _runs(mentions.merge(t["segments"].drop_duplicates("segment_id"), on="segment_id"))
    keys = ["development_id", "source_id"]
    joined = q.assign(line=q.index)[["line", *keys, "start", "end"]].merge(runs, on=keys)
    inside = joined.loc[(joined["start"] >= joined["first"]) & (joined["end"] <= joined["last"]), "line"]
    basis = q["development_id"].map(_keyed(t["developments"], "development_id")["date_basis"])
    beside = (basis == "context") & (q["supports"] == "date")
    yield from marked(
        "quotes-in-reports",
        "quotes",
        q,
        ~pd.Series(q.index.isin(inside), index=q.index) & ~beside,
        "start",
        "quote {quote_id} lies outside the segments that mention {development_id}",
        "a place inside a reporting segment",
        "{start}-{end}",
        "Mention the development on the quoted segment, or quote from its report.",
    )


# -- rule 4: dates


def _bounds(text: str) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    try:
        first, last = bounds(text)
    except ValueError:
        return None
    return pd.Timestamp(first), pd.Timestamp(last)


def dates(t: Tables) -> Iterator[Finding]:
    """Rule 4: dates are days of the calendar, and bounds are those of their date.

    Bounds that disagree with their date would put a development into another period.
    """
    d = t["developments"]
    known = {text: _bounds(text) for text in pd.concat([d["date"], d["effective_date"]]).dropna().unique()}
    invalid = [text for text, found in known.items() if found is None]
    for column in ("date", "effective_date"):
        yield from marked(
            "dates",
            "developments",
            d,
            d[column].isin(invalid),
            column,
            "{development_id} has an invalid date",
            "an EDTF date of the calendar",
            f"{{{column}}}",
        )
    for side, name in enumerate(("date_start", "date_end")):
        bound = pd.to_datetime(d["date"].map({k: v[side] for k, v in known.items() if v is not None}))
        yield from marked(
            "dates",
            "developments",
            d,
            bound.notna() & d[name].notna() & (bound != d[name]),
            name,
            f"{name} of {{development_id}} is not the bound of its date {{date}}",
            "{bound:%Y-%m-%d}",
            f"{{{name}:%Y-%m-%d}}",
            "Run `tmt-dataset build`.",
            bound=bound,
        )


def windows(t: Tables) -> Iterator[Finding]:
    """Rule 4: a development without a date has its source's window, and nothing is reported before it happened.

    The year of a heading without a year was taken from the day of coding.
    """
    d = t["developments"]
    primary = t["mentions"].loc[t["mentions"]["rank"] == "primary"].drop_duplicates("development_id")
    source = primary["segment_id"].map(_keyed(t["segments"], "segment_id")["source_id"])
    of = d["development_id"].map(source.set_axis(primary["development_id"]))
    sources = _keyed(t["sources"], "source_id").reindex(of).set_axis(d.index)
    first, last, published = sources["period_start"], sources["period_end"], sources["published"]
    known = first.notna() & last.notna() & d["date_start"].notna() & d["date_end"].notna()
    other = (d["date_start"] != first) | (d["date_end"] != last)
    yield from marked(
        "dates",
        "developments",
        d,
        (d["date_basis"] == "period") & known & other,
        "date",
        "{development_id} has the basis period, but not its source's window",
        "{first:%Y-%m-%d}/{last:%Y-%m-%d}",
        "{date}",
        "Code the window, or the basis that the date has.",
        first=first,
        last=last,
    )
    ahead = published.notna() & (d["date_start"] > published) & ~d["action"].isin(AHEAD)
    yield from marked(
        "dates",
        "developments",
        d,
        ahead,
        "date",
        "{development_id} is dated after the source that reports it",
        "at most {published:%Y-%m-%d}",
        "{date}",
        published=published,
    )


def periods(t: Tables) -> Iterator[Finding]:
    """Rule 4: a period ends on or after the day on which it starts.

    Days swapped by hand would give a period of negative length.
    """
    for table in ("sources", "figures"):
        f = t[table]
        yield from marked(
            "dates",
            table,
            f,
            f["period_end"] < f["period_start"],
            "period_end",
            "the period ends before it starts",
            "at least {period_start:%Y-%m-%d}",
            "{period_end:%Y-%m-%d}",
        )


# -- rule 5: ranks


def ranks(t: Tables) -> Iterator[Finding]:
    """Rule 5: a development has one primary topic, and at most one lead authority.

    Two primary topics made the shares of all topics add up to more than one.
    """
    d, topics, bodies = t["developments"], t["development_topics"], t["development_authorities"]

    def rows_of(rows: pd.DataFrame) -> pd.Series:
        return d["development_id"].map(rows["development_id"].value_counts()).fillna(0).astype("int64")

    n = rows_of(topics.loc[topics["rank"] == "primary"])
    message, hint = "{development_id} needs exactly one primary topic", "Its rows are in development_topics."
    yield from marked("ranks", "developments", d, n != 1, None, message, "1", "{n}", hint, n=n)
    n = rows_of(bodies.loc[bodies["role"] == "lead"])
    message, hint = (
        "{development_id} may have one lead authority",
        "The body named first leads, the others are joint.",
    )
    yield from marked("ranks", "developments", d, n > 1, None, message, "at most 1", "{n}", hint, n=n)


def primary_report(t: Tables) -> Iterator[Finding]:
    """Rule 5: a development has one primary report, which is a run of neighbouring segments.

    A second primary report would count the development in two windows.
    """
    d, m = t["developments"], t["mentions"]
    spans = m.loc[m["rank"] == "primary"].merge(t["segments"].drop_duplicates("segment_id"), on="segment_id")
    n = d["development_id"].map(_runs(spans)["development_id"].value_counts()).fillna(0).astype("int64")
    yield from marked(
        "ranks",
        "developments",
        d,
        n != 1,
        None,
        "{development_id} needs exactly one primary report",
        "1 run of neighbouring segments",
        "{n}",
        "Its rows are in mentions; further reports are secondary.",
        n=n,
    )


def aggregation(t: Tables) -> Iterator[Finding]:
    """Rule 5: statistics, and no other figures, have an aggregation.

    A fine with an aggregation would be added up as a statistic.
    """
    f = t["figures"]
    statistic = f["kind"] == "statistic"
    for wrong, expected in (
        (statistic & f["aggregation"].isna(), "a value"),
        (~statistic & f["kind"].notna() & f["aggregation"].notna(), "an empty cell"),
    ):
        yield from marked(
            "ranks",
            "figures",
            f,
            wrong,
            "aggregation",
            "statistics have an aggregation, and other figures have none",
            expected,
            "{aggregation}",
        )


# -- rule 7: how much is quoted


def quoted_share(t: Tables) -> Iterator[Finding]:
    """Rule 7: the quotes of a source together hold a limited share of its characters.

    Headings, bodies and figures quoted one by one had rebuilt most of a text that is its publisher's.
    """
    f = t["sources"]
    quoted = f["source_id"].map(_covered(_spans(t["quotes"]))).astype("float64")
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


# -- references


def _in_cycles(parents: pd.Series) -> pd.Index:
    """Return the identifiers that are their own ancestors; ``parents`` has the parent of each identifier of its index.

    Examples
    --------
    >>> _in_cycles(pd.Series({"a": "b", "b": "a", "c": "a", "d": "d", "e": None}, dtype="str")).tolist()
    ['a', 'b', 'd']
    """
    above = parents[parents.index.notna() & ~parents.index.duplicated()].dropna()
    # the ancestor twice as far up in each turn: one farther up than there are rows is on a cycle
    for _ in range(len(above).bit_length()):
        above = above.map(above).dropna()
    found: pd.Index = pd.Index(above.unique()).sort_values()
    return found


def references(t: Tables) -> Iterator[Finding]:
    """Rule of keys: a row refers to another one, and parents lead to a root.

    A place that was its own parent had no province, and whoever walked up from it did not arrive.
    """
    r, topics = t["relations"], t["topics"]
    yield from marked(
        "references",
        "relations",
        r,
        r["development_id"].notna() & (r["development_id"] == r["related_id"]),
        "related_id",
        "a development is related to itself",
        "another development",
        "{related_id}",
        "Name the development that is meant, or delete the relation.",
    )
    above = topics["topic_id"].str.extract("(.*)/")[0].fillna("")
    other = topics["topic_id"].notna() & (above != topics["parent"].fillna(""))
    yield from marked(
        "references",
        "topics",
        topics,
        other,
        "parent",
        "the parent of {topic_id} is not the one of its path",
        "{above}",
        "{parent}",
        above=above.replace("", "an empty cell"),
    )
    for table, key in (("places", "place_id"), ("authorities", "authority_id")):
        f = t[table]
        yield from marked(
            "references",
            table,
            f,
            f[key].isin(_in_cycles(f.set_index(key)["parent"])),
            "parent",
            f"{{{key}}} is its own parent, or a parent of one of its parents",
            "parents that lead to one without a parent",
            "{parent}",
        )


def scopes(t: Tables) -> Iterator[Finding]:
    """Rule of keys: the scope of a source names topics.

    A scope with a topic that is not in the register left out every development.
    """
    sources, topics = t["sources"], t["topics"]
    scope = sources["scope_topics"].str.split(" ").explode()
    unknown = scope.notna() & ~scope.isin(topics["topic_id"])
    yield from marked(
        "scope",
        "sources",
        sources,
        unknown.groupby(level=0).any(),
        "scope_topics",
        "a topic of the scope of {source_id} is not in the table topics",
        "topics, separated by spaces",
        "{scope_topics}",
    )


def agreement_bounds(t: Tables) -> Iterator[Finding]:
    """Rule of the records: a published statistic lies within its interval.

    A value outside its bounds was drawn as an interval that does not hold it.
    """
    a = t["agreement"]
    yield from marked(
        "agreement-bounds",
        "agreement",
        a,
        (a["low"] > a["value"]) | (a["high"] < a["value"]),
        "value",
        "{statistic} of {variable} lies outside its interval",
        "{low} to {high}",
        "{value}",
        "Run `tmt-dataset build`, which measures the agreement.",
    )


#: Every rule, and how a report names it where it could not be checked.
CHECKS: dict[Check, str] = {
    references: "Keys (parents lead to a root)",
    scopes: "Keys (scopes name topics)",
    quote_length: "Rule 1 (quotes and errata have the length of their offsets)",
    identifier_parts: "Rule 1 (identifiers agree with the cells that they are made of)",
    within_source: "Rule 1 (quotes and errata lie within their source)",
    values_proved: "Rule 2 (coded values have their quotes)",
    quotes_needed: "Rule 2 (quotes prove values that are coded)",
    figure_in_quote: "Rule 2 (figures can be read in their quotes)",
    ledger: "Rule 3 (segments tile their source)",
    ends: "Rule 3 (segments end where their source ends)",
    reports: "Rule 3 (development segments report something)",
    report_words: "Rule 3 (reports have their words)",
    quotes_in_reports: "Rule 3 (quotes lie inside the reports of their development)",
    dates: "Rule 4 (dates and their bounds agree)",
    windows: "Rule 4 (dates agree with the window of the source)",
    periods: "Rule 4 (periods end after they start)",
    ranks: "Rule 5 (one primary topic, at most one lead authority)",
    primary_report: "Rule 5 (one primary report)",
    aggregation: "Rule 5 (statistics have an aggregation)",
    agreement_bounds: "Records (a statistic lies within its interval)",
    quoted_share: "Rule 7 (quotes hold a limited share of their source)",
    **provisions.CHECKS,
}
