"""The rules of the data model: each has inputs that break it, and neighbours of these that do not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import factories
import pandas as pd
import pytest
from factories import SPRING, WINTER
from hypothesis import given, settings
from hypothesis import strategies as st

from tmt_dataset.cells import lenient
from tmt_dataset.descriptor import DESCRIPTOR, Descriptor
from tmt_dataset.validation import form, provisions, rules
from tmt_dataset.validation.rules import CHECKS, QUOTED_SHARE, Check

Frames = dict[str, pd.DataFrame]


@cache
def _clean() -> Frames:
    files = factories.clean_files()
    descriptor = Descriptor.parse(files[DESCRIPTOR].decode(), DESCRIPTOR)
    found = {n: form.parsed(form.decoded(files[t.path], n)[0], t)[0] for n, t in descriptor.tables.items()}
    return {n: lenient(descriptor.tables[n], frame) for n, frame in found.items()}


@pytest.fixture
def tables() -> Frames:
    """Return the frames of the small package, as checks take them: typed, indexed by the line of the file."""
    return {n: frame.copy() for n, frame in _clean().items()}


def put(table: str, row: int, **cells: Any) -> Callable[[Frames], None]:
    def change(t: Frames) -> None:
        assert row in t[table].index
        for field, value in cells.items():
            t[table].loc[row, field] = value

    return change


def drop(table: str, *rows: int) -> Callable[[Frames], None]:
    return lambda t: t.update({table: t[table].drop(index=list(rows))})


def copy(table: str, row: int, **cells: Any) -> Callable[[Frames], None]:
    """Add a copy of a row under the last one, with other values in some cells."""

    def change(t: Frames) -> None:
        new = t[table].loc[[row]].assign(**cells).set_axis([t[table].index[-1] + 1])
        t[table] = pd.concat([t[table], new]).astype(t[table].dtypes.to_dict())

    return change


def many(*changes: Callable[[Frames], None]) -> Callable[[Frames], None]:
    def change(t: Frames) -> None:
        for one in changes:
            one(t)

    return change


@dataclass(frozen=True)
class Broken:
    """A change, the check that has to see it, and the only place where it has to."""

    name: str
    check: Check
    change: Callable[[Frames], None]
    table: str
    row: int
    field: str | None


# fmt: off
# In the small package, the lines of TMT-0001: developments 2, mentions 2 and 3 (segments 5 and 6), quotes 2 and 3 (date; action, authorities).
BROKEN = [
    # records of the validation
    Broken("a statistic above its interval", rules.agreement_bounds, put("agreement", 2, value=0.99), "agreement", 2, "value"),
    Broken("a statistic below its interval", rules.agreement_bounds, put("agreement", 2, value=0.5), "agreement", 2, "value"),
    # rule 1
    Broken("shortened by hand", rules.quote_length, put("quotes", 4, exact="the Lamp Data Rules"), "quotes", 4, "exact"),
    Broken("offset moved", rules.quote_length, put("quotes", 4, start=1), "quotes", 4, "exact"),
    Broken("words of an erratum shortened", rules.quote_length, put("errata", 2, has="Court decides"), "errata", 2, "has"),
    Broken("a quote moved by one", rules.identifier_parts, put("quotes", 4, start=768, end=800), "quotes", 4, "quote_id"),
    Broken("a quote of another act under the old name", rules.identifier_parts, put("quotes", 4, development_id="TMT-0003"), "quotes", 4, "quote_id"),
    Broken("a quote of another source", rules.identifier_parts, put("quotes", 4, source_id=SPRING), "quotes", 4, "quote_id"),
    Broken("a figure named for another act", rules.identifier_parts, put("figures", 2, figure_id=f"TMT-0001:{WINTER}:1273-1337#1"), "figures", 2, "figure_id"),
    Broken("a figure named for another quote", rules.identifier_parts, put("figures", 2, figure_id=f"TMT-0003:{WINTER}:1259-1272#1"), "figures", 2, "figure_id"),
    Broken("a segment named for another source", rules.identifier_parts, put("segments", 2, segment_id=f"{SPRING}:099"), "segments", 2, "segment_id"),
    Broken("an erratum moved", rules.identifier_parts, put("errata", 2, start=1217, end=1241), "errata", 2, "erratum_id"),
    Broken("an erratum beyond its source", rules.within_source, put("errata", 2, start=90_000, end=90_024), "errata", 2, "end"),
    Broken("a quote beyond its source by one", rules.within_source, put("quotes", 20, start=1462, end=1481), "quotes", 20, "end"),
    # rule 2
    Broken("no action", rules.values_proved, put("quotes", 3, supports="authorities date"), "developments", 2, "action"),
    Broken("no authorities", rules.values_proved, put("quotes", 3, supports="action unnamed_authorities"), "developments", 2, None),
    Broken("no date", rules.values_proved, put("quotes", 2, supports="effective_date"), "developments", 2, "date"),
    Broken("no effective date", rules.values_proved, put("developments", 2, effective_date="2024-09-01"), "developments", 2, "effective_date"),
    Broken("quote of another", rules.values_proved, put("quotes", 2, development_id="TMT-0002"), "developments", 2, "date"),
    Broken("links to bodies lost", rules.quotes_needed, drop("development_authorities", 2), "quotes", 3, "supports"),
    Broken("stale authorities", rules.quotes_needed, put("quotes", 17, supports="action authorities unnamed_authorities"), "quotes", 17, "supports"),
    Broken("stale unnamed authorities", rules.quotes_needed, put("developments", 5, unnamed_authorities=0), "quotes", 11, "supports"),
    Broken("stale effective date", rules.quotes_needed, put("developments", 3, effective_date=None), "quotes", 6, "supports"),
    Broken("topics lost", rules.quotes_needed, drop("development_topics", 2, 3), "quotes", 3, "supports"),
    Broken("places lost", rules.quotes_needed, drop("development_places", 2), "quotes", 5, "supports"),
    Broken("instruments lost", rules.quotes_needed, drop("development_instruments", 2), "quotes", 2, "supports"),
    Broken("figure lost", rules.quotes_needed, drop("figures", 2), "quotes", 10, "supports"),
    Broken("relation lost", rules.quotes_needed, drop("relations", 2), "quotes", 15, "supports"),
    Broken("bare relation", rules.values_proved, put("relations", 2, quote_id=None), "relations", 2, "note"),
    Broken("tenfold", rules.figure_in_quote, put("figures", 2, value=400_000.0), "figures", 2, "value"),
    Broken("a tenth", rules.figure_in_quote, put("figures", 2, value=4_000.0), "figures", 2, "value"),
    Broken("end of another number", rules.figure_in_quote, many(put("figures", 2, value=40_000.0), put("quotes", 10, exact="pay ¥140,000")), "figures", 2, "value"),
    Broken("start of another number", rules.figure_in_quote, many(put("figures", 2, value=40_000.0), put("quotes", 10, exact="pay ¥40,000,000")), "figures", 2, "value"),
    Broken("scale forgotten", rules.figure_in_quote, put("figures", 3, value=1.3), "figures", 3, "value"),
    Broken("quote of another act", rules.figure_in_quote, put("figures", 2, development_id="TMT-0001"), "figures", 2, "quote_id"),
    Broken("no finite number", rules.figure_in_quote, put("figures", 2, value=float("inf")), "figures", 2, "value"),
    # rule 3
    Broken("overlap", rules.ledger, put("segments", 4, start=297), "segments", 4, "start"),
    Broken("gap", rules.ledger, put("segments", 4, start=299), "segments", 4, "start"),
    Broken("late start", rules.ledger, put("segments", 2, start=1), "segments", 2, "start"),
    Broken("empty segment", rules.ledger, copy("segments", 2, segment_id=f"{WINTER}:099", end=0), "segments", 26, "end"),
    Broken("short of the end", rules.ends, drop("segments", 25), "sources", 3, "characters"),
    Broken("beyond the end", rules.ends, put("segments", 25, end=99_999), "sources", 3, "characters"),
    Broken("no segments", rules.ends, drop("segments", *range(15, 26)), "sources", 3, "source_id"),
    Broken("forgotten item", rules.reports, put("segments", 3, role="development"), "segments", 3, "role"),
    Broken("mention on an introduction", rules.reports, put("mentions", 6, segment_id=f"{WINTER}:002"), "mentions", 6, "segment_id"),
    Broken("mention on a commentary", rules.reports, copy("mentions", 2, segment_id=f"{WINTER}:013"), "mentions", 15, "segment_id"),
    Broken("report without its words", rules.report_words, put("mentions", 14, segment_id=f"{WINTER}:013"), "segments", 14, "segment_id"),
    Broken("words of a commentary", rules.report_words, put("terms", 2, segment_id=f"{WINTER}:013"), "terms", 2, "segment_id"),
    Broken("quote of the next item", rules.quotes_in_reports, put("quotes", 2, start=760, end=770), "quotes", 2, "start"),
    Broken("quote over the edge", rules.quotes_in_reports, put("quotes", 2, start=296, end=310), "quotes", 2, "start"),
    Broken("quote in another source", rules.quotes_in_reports, put("quotes", 2, source_id=SPRING), "quotes", 2, "start"),
    Broken("stated date beside the report", rules.quotes_in_reports, put("developments", 8, date_basis="stated"), "quotes", 20, "start"),
    Broken("more than a date beside the report", rules.quotes_in_reports, put("quotes", 20, supports="date topics"), "quotes", 20, "start"),
    # rule 4
    Broken("no date of the calendar", rules.dates, put("developments", 2, date="2023-02-29"), "developments", 2, "date"),
    Broken("no effective date of the calendar", rules.dates, put("developments", 3, effective_date="2024-13"), "developments", 3, "effective_date"),
    Broken("first day differs", rules.dates, put("developments", 2, date_start=pd.Timestamp("2024-01-14")), "developments", 2, "date_start"),
    Broken("last day differs", rules.dates, put("developments", 8, date_end=pd.Timestamp("2024-04-29")), "developments", 8, "date_end"),
    Broken("basis period, a day", rules.windows, put("developments", 2, date_basis="period"), "developments", 2, "date"),
    Broken("after the report", rules.windows, put("sources", 3, published=pd.Timestamp("2024-03-19")), "developments", 6, "date"),
    Broken("period of a source backwards", rules.periods, put("sources", 3, period_end=pd.Timestamp("2024-02-01")), "sources", 3, "period_end"),
    Broken("period of a figure backwards", rules.periods, put("figures", 3, period_end=pd.Timestamp("2023-12-31")), "figures", 3, "period_end"),
    # rule 5
    Broken("two primary topics", rules.ranks, put("development_topics", 3, rank="primary"), "developments", 2, None),
    Broken("no topic", rules.ranks, drop("development_topics", 2, 3), "developments", 2, None),
    Broken("two leads", rules.ranks, put("development_authorities", 4, role="lead"), "developments", 3, None),
    Broken("two primary reports", rules.primary_report, put("mentions", 6, rank="primary"), "developments", 3, None),
    Broken("a report in two pieces", rules.primary_report, put("mentions", 3, segment_id=f"{WINTER}:007"), "developments", 2, None),
    Broken("no primary report", rules.primary_report, put("mentions", 14, rank="secondary"), "developments", 8, None),
    Broken("aggregated fine", rules.aggregation, put("figures", 2, aggregation="flow"), "figures", 2, "aggregation"),
    Broken("statistic that is neither flow nor level", rules.aggregation, put("figures", 3, aggregation=None), "figures", 3, "aggregation"),
    # keys
    Broken("related to itself", rules.references, put("relations", 2, related_id="TMT-0005"), "relations", 2, "related_id"),
    Broken("scope of an unknown topic", rules.scopes, put("sources", 2, scope_topics="ai lamps"), "sources", 2, "scope_topics"),
    Broken("parent of another path", rules.references, put("topics", 3, parent="data"), "topics", 3, "parent"),
    Broken("no parent under a path", rules.references, put("topics", 3, parent=None), "topics", 3, "parent"),
    Broken("parent without a path", rules.references, put("topics", 2, parent="ai"), "topics", 2, "parent"),
    Broken("place that is its own parent", rules.references, put("places", 3, parent="110000"), "places", 3, "parent"),
    Broken("places in a circle", rules.references, put("places", 2, parent="330100"), "places", 6, "parent"),
    Broken("body that is its own parent", rules.references, put("authorities", 2, authority_id="cac", parent="cac"), "authorities", 2, "parent"),
    Broken("bodies in a circle", rules.references, put("authorities", 2, parent="cac-shanghai"), "authorities", 3, "parent"),
    # rule 7
    Broken("too much quoted", rules.quoted_share, put("sources", 2, characters=1000), "sources", 2, "characters"),
    # rule 8
    Broken("orientation that no quote supports", provisions.orientation_proved, put("quotes", 17, supports="action"), "developments", 7, "orientation"),
    Broken("risk quoted from another act", provisions.quotes_of_their_own, put("development_risks", 2, development_id="TMT-0001"), "development_risks", 2, "quote_id"),
    Broken("provision whose quote is silent", provisions.quotes_of_their_own, put("quotes", 10, supports="figures"), "provisions", 3, "quote_id"),
    Broken("a duty that is incurred", provisions.families, put("provisions", 2, modality="incurs"), "provisions", 2, "type"),
    Broken("figure of another act", provisions.parts_of_provisions, put("provisions", 5, figure_id=f"TMT-0003:{WINTER}:1273-1337#1"), "provisions", 5, "figure_id"),
    Broken("one figure of two cases", provisions.one_case_per_figure, many(put("provisions", 4, case=1, figure_id="f"), put("provisions", 5, case=2, figure_id="f")), "provisions", 4, "figure_id"),
    Broken("cases backwards", provisions.cases, many(put("provisions", 4, case=2), put("provisions", 5, case=1)), "provisions", 5, "case"),
    Broken("more risks than the report can be meant against", provisions.bounds, many(*(copy("development_risks", 2, risk_id=n) for n in "abcd")), "development_risks", 2, "development_id"),
]

#: What looks like a defect and is none.
SOUND = [
    ("a quote of the longest length", rules.quote_length, put("quotes", 4, exact="x" * 320, start=0, end=320)),
    ("code points, not bytes", rules.quote_length, put("quotes", 4, exact="“国家”—é", start=0, end=6)),
    ("authorities without a quote where there are none", rules.values_proved, many(drop("development_authorities", 2), put("quotes", 3, supports="action topics"))),
    ("a variable of no development", rules.quotes_needed, put("quotes", 7, development_id="TMT-9999", supports="figures")),
    ("two errata at one place", rules.identifier_parts, copy("errata", 2, erratum_id=f"{WINTER}:1216-1240#2")),
    ("the twelfth figure of a quote", rules.identifier_parts, put("figures", 4, figure_id=f"TMT-0004:{WINTER}:1731-1792#12")),
    ("a quote up to the last character", rules.within_source, put("quotes", 20, start=1461, end=1480)),
    ("a source without a length", rules.within_source, put("sources", 2, characters=pd.NA)),
    ("relations of two to each other", rules.references, copy("relations", 2, development_id="TMT-0001", related_id="TMT-0005")),
    ("a body whose parent has a parent", rules.references, put("authorities", 4, parent="cac-shanghai")),
    ("a date without a quote where the basis is the period", rules.values_proved, put("developments", 2, date_basis="period")),
    ("a relation with a note", rules.values_proved, put("relations", 2, quote_id=None, note="the same title")),
    ("a value in words", rules.figure_in_quote, many(put("figures", 2, value=21.0), put("quotes", 10, exact="twenty-one lamps"))),
    ("the number stands twice, once within another", rules.figure_in_quote, put("quotes", 10, exact="¥140,000, of it 40,000 at once")),
    ("segments in another order", rules.ledger, lambda t: t.update(segments=t["segments"].iloc[::-1])),
    ("a heading without a mention", rules.reports, drop("mentions", 2)),
    ("two acts on one segment", rules.reports, copy("mentions", 2, development_id="TMT-0002")),
    ("a quote across heading and body", rules.quotes_in_reports, put("quotes", 2, start=305, end=420)),
    ("a quote in a further report", rules.quotes_in_reports, put("mentions", 6, section=None)),
    ("what is announced or takes effect later", rules.windows, many(put("developments", 6, action="agenda"), put("developments", 8, action="effect"), put("sources", 3, published=pd.Timestamp("2024-03-19")))),
    ("dated on the day of the report", rules.windows, put("sources", 3, published=pd.Timestamp("2024-04-01"))),
    ("no day of publication", rules.windows, put("sources", 3, published=pd.NaT)),
    ("two joint authorities and no lead", rules.ranks, put("development_authorities", 3, role="joint")),
    ("two further reports", rules.primary_report, copy("mentions", 6, segment_id=f"{SPRING}:008")),
    ("no role of AI needs no quote", provisions.orientation_proved, put("quotes", 17, supports="orientation")),
    ("a case without a sanction has no row", provisions.cases, many(put("provisions", 4, case=1), put("provisions", 5, case=3))),
    ("quotes that overlap are counted once", rules.quoted_share, many(*(copy("quotes", r) for r in range(2, 12)))),
]
# fmt: on


def found(check: Check, tables: Frames) -> set[tuple[str | None, int | None, str | None]]:
    findings = list(check(tables))
    assert all(f.severity == "error" and f.message and str(f) for f in findings)
    return {(f.table, f.row, f.field) for f in findings}


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_small_package_breaks_no_rule(check: Check, tables: Frames) -> None:
    assert found(check, tables) == set()


@pytest.mark.parametrize("broken", BROKEN, ids=lambda b: f"{b.check.__name__}: {b.name}")
def test_broken_rule_is_found_at_its_place(broken: Broken, tables: Frames) -> None:
    broken.change(tables)
    assert (broken.table, broken.row, broken.field) in found(broken.check, tables)


@pytest.mark.parametrize(("name", "check", "change"), SOUND, ids=[f"{c.__name__}: {n}" for n, c, _ in SOUND])
def test_sound_neighbour_is_not_found(
    name: str, check: Check, change: Callable[[Frames], None], tables: Frames
) -> None:
    change(tables)
    assert found(check, tables) == set(), name


def test_every_check_has_a_broken_input() -> None:
    assert {b.check for b in BROKEN} == set(CHECKS)


def test_every_check_tells_its_rule_and_its_defect() -> None:
    """The second paragraph of a check is the case that it exists for."""
    for check in CHECKS:
        parts = (check.__doc__ or "").strip().split("\n\n")
        assert parts[0].startswith("Rule ")
        assert len(parts) > 1


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_tables_without_rows_raise_nothing(check: Check, tables: Frames) -> None:
    assert found(check, {n: f.iloc[:0] for n, f in tables.items()}) == set()
    for name in tables:
        found(check, {**tables, name: tables[name].iloc[:0]})


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_cells_that_could_not_be_read_raise_nothing(check: Check, tables: Frames) -> None:
    """The schema has reported them: a rule passes over what is missing."""
    for name, frame in tables.items():
        for column in frame.columns if len(frame) and name not in factories.VOCABULARIES else []:
            one = frame.copy()
            one.loc[one.index[0], column] = None
            found(check, {**tables, name: one})
            found(
                check, {**tables, name: frame.assign(**{column: frame[column].mask(frame[column].notna())})}
            )


@settings(max_examples=20, deadline=None)
@given(st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh") | st.none(), max_size=8))
def test_cycles_are_those_that_walking_up_returns_from(parents: dict[str, str | None]) -> None:
    def returns(start: str) -> bool:
        at: str | None = start
        for _ in parents:
            at = parents.get(at) if at is not None else None
            if at == start:
                return True
        return False

    series = pd.Series(list(parents.values()), index=pd.Index(list(parents), dtype="str"), dtype="str")
    assert rules._in_cycles(series).tolist() == sorted(k for k in parents if returns(k))


def test_window_that_cannot_be_read_is_not_compared(tables: Frames) -> None:
    tables["sources"]["period_end"] = pd.NaT
    assert found(rules.windows, tables) == set()


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_keys_that_stand_twice_raise_nothing(check: Check, tables: Frames) -> None:
    found(check, {n: pd.concat([f, f.set_axis(f.index + 1000)]) for n, f in tables.items()})


def test_share_is_met_from_its_limit_on(tables: Frames) -> None:
    quotes = tables["quotes"].query("source_id == @WINTER", local_dict={"WINTER": WINTER})
    quoted = len(set().union(*map(range, quotes["start"], quotes["end"])))
    for characters, wrong in ((int(quoted / QUOTED_SHARE), True), (int(quoted / QUOTED_SHARE) + 2, False)):
        put("sources", 2, characters=characters)(tables)
        assert bool(found(rules.quoted_share, tables)) == wrong


spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted), max_size=12)


@settings(max_examples=20, deadline=None)
@given(spans)
def test_quoted_share_counts_each_character_once(pairs: list[list[int]]) -> None:
    """The check works on all sources at once; one by one, the sets say the same."""
    union = set().union(*(range(a, b) for a, b in pairs))
    quotes = pd.DataFrame(
        [("a", *p) for p in pairs] + [("b", 0, 50)], columns=["source_id", "start", "end"]
    ).astype({"start": "Int64", "end": "Int64"})
    sources = pd.DataFrame({"source_id": ["a", "b"], "characters": [40, 1000]}, index=[2, 3])
    rows = {f.row for f in rules.quoted_share({"quotes": quotes, "sources": sources})}
    assert rows == ({2} if len(union) >= QUOTED_SHARE * 40 and pairs else set())
