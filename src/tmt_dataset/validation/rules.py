"""The rules of the data model, one function each, each with the defect that it exists for.

Every check takes the tables of a package as lenient frames (a cell that is not of its type is missing: the schema has
reported it already), whose index is the line of the file, and yields findings.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from tmt_dataset.cells import is_in
from tmt_dataset.edtf import bounds
from tmt_dataset.validation.findings import Finding
from tmt_dataset.validation.numbers import reads

Tables = Mapping[str, pd.DataFrame]
Check = Callable[[Tables], Iterator[Finding]]

QUOTE_LIMIT = 320
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
}


def _at(frame: pd.DataFrame, row: Hashable, column: str) -> Any:
    """Return one cell, whatever its type."""
    return frame.at[row, column]


def _lines(frame: pd.DataFrame, mask: pd.Series) -> list[int]:
    """Return the lines of the file at which a mask is true."""
    return [int(line) for line in frame.index[mask.to_numpy(dtype=bool, na_value=False)]]


def quote_length(t: Tables) -> Iterator[Finding]:
    """Rule 1: a quote is as long as its offsets say, and short; so are the words of an erratum, whose field says how short.

    A quote that was shortened by hand kept its offsets, and pointed at words that it no longer held.
    """
    for table, what, key, words in (
        ("quotes", "quote", "quote_id", "exact"),
        ("errata", "erratum", "erratum_id", "has"),
    ):
        f = t[table]
        length = f[words].str.len()
        span = (f["end"] - f["start"]).astype("float64")
        for row in _lines(f, length.notna() & span.notna() & (length != span)):
            yield Finding(
                "quote-length",
                f"{what} {_at(f, row, key)} does not have the length of its offsets",
                table,
                row,
                words,
                f"{int(span[row])} characters",
                str(int(length[row])),
                f"Correct the {what} in its annotation and run `tmt-dataset build --locate SOURCES`.",
            )
    q = t["quotes"]
    length = q["exact"].str.len()
    for row in _lines(q, length > QUOTE_LIMIT):
        yield Finding(
            "quote-length",
            f"quote {_at(q, row, 'quote_id')} is too long to be quoted",
            "quotes",
            row,
            "exact",
            f"at most {QUOTE_LIMIT} characters",
            str(int(length[row])),
            "Quote the shortest span that proves the value.",
        )


def identifier_parts(t: Tables) -> Iterator[Finding]:
    """Rule 1: an identifier that is made of other cells of its row agrees with them.

    A quote that was moved kept the identifier of its old place, and whoever cited it cited other words.
    """

    def place(f: pd.DataFrame) -> pd.Series:
        return f["source_id"] + ":" + f["start"].astype("str") + "-" + f["end"].astype("str")

    q, f, s, e = t["quotes"], t["figures"], t["segments"], t["errata"]
    # a table, its identifier, the number that may end it and is no part of another cell, and what the rest has to be
    made = (
        ("quotes", "quote_id", None, q["development_id"] + ":" + place(q)),
        ("figures", "figure_id", r"#\d+$", f["quote_id"]),
        ("segments", "segment_id", r":\d+$", s["source_id"]),
        ("errata", "erratum_id", r"#\d+$", place(e)),
    )
    for table, key, number, expected in made:
        ids = t[table][key]
        stem = ids if number is None else ids.str.replace(number, "", regex=True)
        for row in _lines(t[table], stem.notna() & expected.notna() & (stem != expected)):
            yield Finding(
                "identifier-parts",
                "the identifier does not agree with the cells that it is made of",
                table,
                row,
                key,
                str(expected[row]) if number is None else f"{expected[row]} with a number behind it",
                str(ids[row]),
                "Correct the annotation and run `tmt-dataset build`, which makes the identifiers.",
            )


def within_source(t: Tables) -> Iterator[Finding]:
    """Rule 1: quotes and errata lie within their source, as segments do by rule 3.

    An erratum beyond the last character of its source told of words that nobody could look up.
    """
    sources = t["sources"].dropna(subset="source_id").drop_duplicates("source_id").set_index("source_id")
    characters = sources["characters"].astype("float64")
    for table, key in (("quotes", "quote_id"), ("errata", "erratum_id")):
        f = t[table]
        length = f["source_id"].map(characters).astype("float64")
        for row in _lines(f, f["end"].astype("float64") > length):
            yield Finding(
                "within-source",
                f"{_at(f, row, key)} lies beyond the end of its source",
                table,
                row,
                "end",
                f"at most {int(length[row])}",
                str(_at(f, row, "end")),
                "Correct the offsets in the annotation and run `tmt-dataset build`.",
            )


def proof(t: Tables) -> Iterator[Finding]:
    """Rule 2: every coded value has its quote, and every quote a value of each variable that it names.

    A date without a quote was a guess that looked like a fact. The bodies of an act were lost with the rows that linked them, and
    the quotes that still named them were the only trace.
    """
    d, q = t["developments"], t["quotes"]
    # lists of variables are few: each is looked at once, not once a quote
    supported = q[["development_id", "supports"]].dropna()
    lists = {text: text.split(" ") for text in supported["supports"].unique()}

    def naming(variable: str) -> pd.DataFrame:
        named = [text for text, variables in lists.items() if variable in variables]
        return supported.loc[supported["supports"].isin(named)]

    def proved(variable: str) -> pd.Series:
        return is_in(d["development_id"], naming(variable)["development_id"])

    needs = {
        "action": pd.Series(True, index=d.index),
        "authorities": is_in(d["development_id"], t["development_authorities"]["development_id"]),
        "date": d["date_basis"] != "period",
        "effective_date": d["effective_date"].notna(),
    }
    for variable, needed in needs.items():
        for row in _lines(d, needed & ~proved(variable) & d["development_id"].notna()):
            yield Finding(
                "proof",
                f"{_at(d, row, 'development_id')} has no quote that supports its {variable}",
                "developments",
                row,
                None if variable == "authorities" else variable,
                hint="Add a quote, or name the variable in the `supports` of one that proves it.",
            )
    owners = {
        **{variable: t[table]["development_id"] for variable, table in LINKED.items()},
        "effective_date": d.loc[d["effective_date"].notna(), "development_id"],
        # a number that could not be read is some number
        "unnamed_authorities": d.loc[d["unnamed_authorities"].fillna(1) > 0, "development_id"],
    }
    for variable, owner in owners.items():
        named = naming(variable)
        lacking = named.loc[~is_in(named["development_id"], owner)]
        # a development that is in no row is found with the keys
        for row in _lines(lacking, is_in(lacking["development_id"], d["development_id"])):
            yield Finding(
                "proof",
                f"quote {_at(q, row, 'quote_id')} supports {variable}, of which {_at(q, row, 'development_id')} has none",
                "quotes",
                row,
                "supports",
                "variables that the development has a value of",
                variable,
                "Code the value that the quote proves, or take the variable out of its `supports`.",
            )
    r = t["relations"]
    for row in _lines(r, r["quote_id"].isna() & r["note"].isna()):
        yield Finding(
            "proof",
            f"the relation {_at(r, row, 'relation')} of {_at(r, row, 'development_id')} has neither quote nor note",
            "relations",
            row,
            "note",
            hint="Quote the words that state it, or say in a note what justifies it.",
        )


def figure_in_quote(t: Tables) -> Iterator[Finding]:
    """Rule 2: a figure can be read in its quote.

    A fine of 40,000 stood beside a quote that said 400,000.
    """
    f, q = (
        t["figures"],
        t["quotes"].dropna(subset=["quote_id"]).drop_duplicates("quote_id").set_index("quote_id"),
    )
    exact = f["quote_id"].map(q["exact"])
    owner = f["quote_id"].map(q["development_id"])
    for row in _lines(f, owner.notna() & (owner != f["development_id"])):
        yield Finding(
            "figure-in-quote",
            f"figure {_at(f, row, 'figure_id')} leans on a quote of another development",
            "figures",
            row,
            "quote_id",
            f"a quote of {_at(f, row, 'development_id')}",
            str(owner[row]),
            "Give the figure a quote of its own development.",
        )
    for row, value, text in zip(f.index, f["value"], exact, strict=True):
        if (
            isinstance(text, str)
            and not pd.isna(value)
            and not _plainly(value, text)
            and not reads(text, value)
        ):
            yield Finding(
                "figure-in-quote",
                f"the value cannot be read in its quote {text[:80]!r}",
                "figures",
                row,
                "value",
                "a number that the quote contains",
                f"{value:,}",
                "Correct the value, or quote the words that give it.",
            )


def _plainly(value: float, text: str) -> bool:
    """Whether a number stands in a text in digits, and not as a part of another: the common case, cheap to see."""
    if value % 1 == 0:
        return value > 0 and (_stands(f"{value:,.0f}", text) or _stands(f"{value:.0f}", text))
    # none of these is written with an exponent
    return 0.001 <= value < 1e15 and (_stands(f"{value:,}", text) or _stands(f"{value}", text))


def _stands(digits: str, text: str) -> bool:
    at = text.find(digits)
    while at >= 0:
        end = at + len(digits)
        before, after = text[max(0, at - 1) : at], text[end : end + 2]
        joined = before.isalnum() or before in tuple("_.,") or after[:1].isalnum() or after[:1] == "_"
        if not (joined or (after[:1] in tuple(".,") and after[1:].isalnum())):
            return True
        at = text.find(digits, at + 1)
    return False


def ledger(t: Tables) -> Iterator[Finding]:
    """Rule 3: segments tile their source exactly.

    A paragraph between two segments was in nobody's reading, and nothing showed it.
    """
    s = t["segments"]
    whole = s.dropna(subset=["source_id", "start", "end"]).sort_values(
        ["source_id", "start", "end"], kind="stable"
    )
    before = whole.groupby("source_id", sort=False)["end"].shift().fillna(0)
    gap = (whole["start"] - before).astype("int64")
    for row in _lines(whole, whole["end"] <= whole["start"]):
        yield Finding(
            "ledger",
            f"segment {_at(s, row, 'segment_id')} is empty or runs backwards",
            "segments",
            row,
            "end",
            f"more than {_at(s, row, 'start')}",
            str(_at(s, row, "end")),
        )
    for row in _lines(whole, gap != 0):
        what = (
            f"leaves a gap of {gap[row]} characters before it"
            if gap[row] > 0
            else f"overlaps the one before it by {-gap[row]} characters"
        )
        yield Finding(
            "ledger",
            f"segment {_at(s, row, 'segment_id')} {what}",
            "segments",
            row,
            "start",
            str(int(before[row])),
            str(_at(s, row, "start")),
            "Segments tile their source from its first character to its last.",
        )
    last = whole.groupby("source_id")["end"].max()
    sources = t["sources"]
    for row, sid, characters in zip(sources.index, sources["source_id"], sources["characters"], strict=True):
        if pd.isna(sid) or pd.isna(characters):
            continue
        if sid not in last.index:
            yield Finding(
                "ledger",
                f"{sid} has no segments",
                "sources",
                row,
                "source_id",
                hint="Cut the source into segments from its first character to its last.",
            )
        elif last[sid] != characters:
            yield Finding(
                "ledger",
                f"the segments of {sid} do not end where the source ends",
                "sources",
                row,
                "characters",
                str(characters),
                str(last[sid]),
            )


def reports(t: Tables) -> Iterator[Finding]:
    """Rule 3: every development segment reports something, and only headings and developments do.

    An item that was read, marked as a development and then forgotten looked like a coded one.
    """
    s, m = t["segments"], t["mentions"]
    for row in _lines(s, (s["role"] == "development") & ~is_in(s["segment_id"], m["segment_id"])):
        yield Finding(
            "reports",
            f"segment {_at(s, row, 'segment_id')} has the role development, and no development is mentioned on it",
            "segments",
            row,
            "role",
            hint="Code what it reports, or give it the role that says why it reports nothing.",
        )
    role = m["segment_id"].map(s.drop_duplicates("segment_id").set_index("segment_id")["role"])
    for row in _lines(m, role.notna() & ~role.isin(REPORTING)):
        yield Finding(
            "reports",
            f"{_at(m, row, 'development_id')} is mentioned on segment {_at(m, row, 'segment_id')}, which may not carry a mention",
            "mentions",
            row,
            "segment_id",
            "a segment with the role " + " or ".join(REPORTING),
            str(role[row]),
        )


def quotes_in_reports(t: Tables) -> Iterator[Finding]:
    """Rule 3: a quote lies inside segments that mention its development.

    A quote was taken from the next item, which used the same words for another act. A date that follows from the context
    may be proved by words beside the report.
    """
    q = t["quotes"].dropna(subset=["quote_id", "development_id", "source_id", "start", "end"])
    spans = (
        t["mentions"][["development_id", "segment_id"]]
        .dropna()
        .merge(t["segments"].dropna(subset=["start", "end"]).drop_duplicates("segment_id"), on="segment_id")
    )
    spans = spans.astype({"start": "int64", "end": "int64"}).sort_values(
        ["development_id", "source_id", "start"]
    )
    keys = ["development_id", "source_id"]
    run = (spans["start"] != spans.groupby(keys)["end"].shift()).cumsum().rename("run")
    runs = (
        spans.groupby([*keys, run], sort=False).agg(first=("start", "min"), last=("end", "max")).reset_index()
    )
    joined = q.assign(line=q.index)[["line", *keys, "start", "end"]].merge(runs, on=keys)
    inside = joined.loc[(joined["start"] >= joined["first"]) & (joined["end"] <= joined["last"]), "line"]
    basis = q["development_id"].map(
        t["developments"].drop_duplicates("development_id").set_index("development_id")["date_basis"]
    )
    beside = (basis == "context") & (q["supports"] == "date")
    for row in _lines(q, ~pd.Series(q.index.isin(inside), index=q.index) & ~beside):
        yield Finding(
            "quotes-in-reports",
            f"quote {_at(q, row, 'quote_id')} lies outside the segments that mention {_at(q, row, 'development_id')}",
            "quotes",
            row,
            "start",
            "a place inside a reporting segment",
            f"{_at(q, row, 'start')}-{_at(q, row, 'end')}",
            "Mention the development on the quoted segment, or quote from its report.",
        )


def _bounds(text: object) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    try:
        first, last = bounds(str(text))
    except ValueError:
        return None
    return pd.Timestamp(first), pd.Timestamp(last)


def dates(t: Tables) -> Iterator[Finding]:
    """Rule 4: bounds are those of the date, an undated act has its source's window, nothing is reported before it happened.

    The year of a heading without a year was taken from the day of coding.
    """
    d = t["developments"]
    for column in ("date", "effective_date"):
        known = {text: _bounds(text) for text in d[column].dropna().unique()}
        for row in _lines(d, d[column].map(lambda x, k=known: isinstance(x, str) and k[x] is None)):
            yield Finding(
                "dates",
                f"{_at(d, row, 'development_id')} has a date that is none",
                "developments",
                row,
                column,
                "an EDTF date of the calendar",
                str(_at(d, row, column)),
            )
        if column == "date":
            for side, name in enumerate(("date_start", "date_end")):
                expected = d["date"].map({k: v[side] for k, v in known.items() if v is not None})
                differs = expected.notna() & d[name].notna() & (pd.to_datetime(expected) != d[name])
                for row in _lines(d, differs):
                    yield Finding(
                        "dates",
                        f"{name} of {_at(d, row, 'development_id')} is not the bound of its date {_at(d, row, 'date')}",
                        "developments",
                        row,
                        name,
                        f"{expected[row]:%Y-%m-%d}",
                        f"{_at(d, row, name):%Y-%m-%d}",
                        "Run `tmt-dataset build`.",
                    )
    primary = (
        t["mentions"]
        .loc[t["mentions"]["rank"] == "primary", ["development_id", "segment_id"]]
        .drop_duplicates("development_id")
    )
    source = primary.merge(
        t["segments"][["segment_id", "source_id"]].drop_duplicates("segment_id"), on="segment_id"
    )
    source = source.merge(
        t["sources"][["source_id", "period_start", "period_end", "published"]].drop_duplicates("source_id"),
        on="source_id",
    )
    own = d[["development_id"]].merge(source, on="development_id", how="left").set_index(d.index)
    known_window = own[["period_start", "period_end"]].notna().all(axis=1) & d[
        ["date_start", "date_end"]
    ].notna().all(axis=1)
    outside = (
        (d["date_basis"] == "period")
        & known_window
        & ((d["date_start"] != own["period_start"]) | (d["date_end"] != own["period_end"]))
    )
    for row in _lines(d, outside):
        yield Finding(
            "dates",
            f"{_at(d, row, 'development_id')} has the basis period, but not its source's window",
            "developments",
            row,
            "date",
            f"{_at(own, row, 'period_start'):%Y-%m-%d}/{_at(own, row, 'period_end'):%Y-%m-%d}",
            str(_at(d, row, "date")),
            "Code the window, or the basis that the date has.",
        )
    ahead = own["published"].notna() & (d["date_start"] > own["published"]) & ~d["action"].isin(AHEAD)
    for row in _lines(d, ahead):
        yield Finding(
            "dates",
            f"{_at(d, row, 'development_id')} is dated after the source that reports it",
            "developments",
            row,
            "date",
            f"at most {_at(own, row, 'published'):%Y-%m-%d}",
            str(_at(d, row, "date")),
        )
    for table in ("sources", "figures"):
        f = t[table]
        for row in _lines(f, f["period_end"] < f["period_start"]):
            yield Finding(
                "dates",
                "a period ends before it starts",
                table,
                row,
                "period_end",
                f"at least {_at(f, row, 'period_start'):%Y-%m-%d}",
                f"{_at(f, row, 'period_end'):%Y-%m-%d}",
            )


def ranks(t: Tables) -> Iterator[Finding]:
    """Rule 5: one primary topic, one primary report, at most one lead.

    Two primary topics made the shares of all topics add up to more than one.
    """
    d = t["developments"]

    def count(rows: pd.DataFrame) -> pd.Series:
        return d["development_id"].map(rows["development_id"].value_counts()).fillna(0).astype("int64")

    topics = count(t["development_topics"].loc[t["development_topics"]["rank"] == "primary"])
    for row in _lines(d, topics != 1):
        yield Finding(
            "ranks",
            f"{_at(d, row, 'development_id')} needs exactly one primary topic",
            "developments",
            row,
            None,
            "1",
            str(topics[row]),
            "Its rows are in development_topics.",
        )
    leads = count(t["development_authorities"].loc[t["development_authorities"]["role"] == "lead"])
    for row in _lines(d, leads > 1):
        yield Finding(
            "ranks",
            f"{_at(d, row, 'development_id')} may have one lead authority",
            "developments",
            row,
            None,
            "at most 1",
            str(leads[row]),
            "The body named first leads, the others are joint.",
        )
    m = (
        t["mentions"]
        .loc[t["mentions"]["rank"] == "primary"]
        .merge(
            t["segments"][["segment_id", "source_id", "start", "end"]].drop_duplicates("segment_id"),
            on="segment_id",
        )
    )
    m = (
        m.dropna(subset=["start", "end"])
        .astype({"start": "int64", "end": "int64"})
        .sort_values(["development_id", "source_id", "start"])
    )
    runs = (
        (m["start"] != m.groupby(["development_id", "source_id"])["end"].shift())
        .groupby(m["development_id"])
        .sum()
    )
    reported = d["development_id"].map(runs).fillna(0).astype("int64")
    for row in _lines(d, reported != 1):
        yield Finding(
            "ranks",
            f"{_at(d, row, 'development_id')} needs exactly one primary report",
            "developments",
            row,
            None,
            "1 run of neighbouring segments",
            str(reported[row]),
            "Its rows are in mentions; further reports are secondary.",
        )
    f = t["figures"]
    odd = (f["kind"] == "statistic") != f["aggregation"].notna()
    for row in _lines(f, odd & f["kind"].notna()):
        yield Finding(
            "ranks",
            "aggregation stands with statistics, and with nothing else",
            "figures",
            row,
            "aggregation",
            "a value" if _at(f, row, "kind") == "statistic" else "an empty cell",
            "" if pd.isna(_at(f, row, "aggregation")) else str(_at(f, row, "aggregation")),
        )


def quoted_share(t: Tables) -> Iterator[Finding]:
    """Rule 7: quotes of a source together stay short of it.

    Headings, bodies and figures quoted one by one had rebuilt most of a text that is its publisher's.
    """
    sources = t["sources"]
    spans = t["quotes"].dropna(subset=["source_id", "start", "end"])[["source_id", "start", "end"]]
    spans = spans.astype({"start": "int64", "end": "int64"}).sort_values(["source_id", "start"])
    reached = spans.groupby("source_id")["end"].cummax().groupby(spans["source_id"]).shift(fill_value=0)
    fresh = (spans["end"] - np.maximum(spans["start"], reached)).clip(lower=0)
    groups = fresh.groupby(spans["source_id"]).sum().to_dict()
    for row, sid, characters in zip(sources.index, sources["source_id"], sources["characters"], strict=True):
        if sid in groups and not pd.isna(characters) and groups[sid] >= QUOTED_SHARE * characters:
            yield Finding(
                "quoted-share",
                f"the quotes of {sid} are too much of it",
                "sources",
                row,
                "characters",
                f"under {QUOTED_SHARE:.0%}",
                f"{groups[sid] / characters:.1%}",
                "Quote the shortest spans that prove the values.",
            )


def _in_cycles(parents: pd.Series) -> pd.Index:
    """Return the identifiers that are their own ancestors; ``parents`` has the parent of each identifier of its index.

    Examples
    --------
    >>> _in_cycles(pd.Series({"a": "b", "b": "a", "c": "a", "d": "d", "e": None}, dtype="str")).tolist()
    ['a', 'b', 'd']
    """
    above = parents[parents.index.notna() & ~parents.index.duplicated()].dropna()
    # the ancestor twice as far up in each turn: who has one farther up than there are rows, has it on a cycle
    for _ in range(len(above).bit_length()):
        above = above.map(above).dropna()
    found: pd.Index = pd.Index(above.unique()).sort_values()
    return found


def references(t: Tables) -> Iterator[Finding]:
    """Rule of keys: a row refers to another one, and parents lead to a root.

    A place that was its own parent had no province, and whoever walked up from it did not arrive.
    """
    r = t["relations"]
    for row in _lines(r, r["development_id"].notna() & (r["development_id"] == r["related_id"])):
        yield Finding(
            "references",
            "a development is related to itself",
            "relations",
            row,
            "related_id",
            "another development",
            str(_at(r, row, "related_id")),
            "Name the development that is meant, or delete the relation.",
        )
    topics = t["topics"]
    above = topics["topic_id"].str.extract("(.*)/")[0]
    for row in _lines(topics, topics["topic_id"].notna() & (above.fillna("") != topics["parent"].fillna(""))):
        found = _at(topics, row, "parent")
        yield Finding(
            "references",
            f"the parent of {_at(topics, row, 'topic_id')} is not the one of its path",
            "topics",
            row,
            "parent",
            "an empty cell" if pd.isna(above[row]) else str(above[row]),
            "" if pd.isna(found) else str(found),
        )
    for table, key in (("places", "place_id"), ("authorities", "authority_id")):
        f = t[table]
        cycles = _in_cycles(f.set_index(key)["parent"])
        for row in _lines(f, f[key].isin(cycles)):
            yield Finding(
                "references",
                f"{_at(f, row, key)} is its own parent, or a parent of one of its parents",
                table,
                row,
                "parent",
                "parents that lead to one without a parent",
                str(_at(f, row, "parent")),
            )


#: Rule 6 needs the released identifiers and stands in validate.py.
CHECKS: tuple[Check, ...] = (
    references,
    quote_length,
    identifier_parts,
    within_source,
    proof,
    figure_in_quote,
    ledger,
    reports,
    quotes_in_reports,
    dates,
    ranks,
    quoted_share,
)
