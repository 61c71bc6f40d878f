"""Rule 3: segments tile their source, and report the developments that are mentioned on them."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from tmt_dataset.cells import is_in, nullable
from tmt_dataset.validation.findings import Finding, marked
from tmt_dataset.validation.tables import Check, Tables, keyed, runs, spans

__all__ = [
    "CHECKS",
    "REPORTING",
    "ends",
    "ledger",
    "quotes_in_reports",
    "report_words",
    "reports",
]


#: Roles of segments that may report a development.
REPORTING = ("heading", "development")


def ledger(t: Tables) -> Iterator[Finding]:
    """Rule 3: segments tile their source exactly.

    A paragraph between two segments was in nobody's reading, and nothing showed it.
    """
    s = spans(t["segments"])
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
    last = nullable(f["source_id"].map(spans(t["segments"]).groupby("source_id")["end"].max()))
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
    role = m["segment_id"].map(keyed(s, "segment_id")["role"])
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


def quotes_in_reports(t: Tables) -> Iterator[Finding]:
    """Rule 3: a quote lies inside segments that mention its development.

    A quote was taken from the next item, which used the same words for another development. A date that follows from the
    context may be proved by words beside the report.
    """
    q = t["quotes"].dropna(subset=["quote_id", "development_id", "source_id", "start", "end"])
    mentions = t["mentions"][["development_id", "segment_id"]].dropna()
    reporting = runs(mentions.merge(t["segments"].drop_duplicates("segment_id"), on="segment_id"))
    keys = ["development_id", "source_id"]
    joined = q.assign(line=q.index)[["line", *keys, "start", "end"]].merge(reporting, on=keys)
    inside = joined.loc[(joined["start"] >= joined["first"]) & (joined["end"] <= joined["last"]), "line"]
    basis = q["development_id"].map(keyed(t["developments"], "development_id")["date_basis"])
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


CHECKS: dict[Check, str] = {
    ledger: "Rule 3 (segments tile their source)",
    ends: "Rule 3 (segments end where their source ends)",
    reports: "Rule 3 (development segments report something)",
    report_words: "Rule 3 (reports have their words)",
    quotes_in_reports: "Rule 3 (quotes lie inside the reports of their development)",
}
