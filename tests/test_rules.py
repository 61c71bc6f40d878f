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
from tmt_dataset.validation import (
    codes,
    dates,
    figures,
    form,
    instruments,
    keys,
    provisions,
    quotes,
    segments,
)
from tmt_dataset.validation.quotes import QUOTED_SHARE
from tmt_dataset.validation.rules import CHECKS
from tmt_dataset.validation.tables import Check

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
    Broken("a statistic above its interval", keys.agreement_bounds, put("agreement", 2, value=0.99), "agreement", 2, "value"),
    Broken("a statistic below its interval", keys.agreement_bounds, put("agreement", 2, value=0.5), "agreement", 2, "value"),
    # rule 1
    Broken("shortened by hand", quotes.quote_length, put("quotes", 4, exact="the Lamp Data Rules"), "quotes", 4, "exact"),
    Broken("offset moved", quotes.quote_length, put("quotes", 4, start=1), "quotes", 4, "exact"),
    Broken("words of an erratum shortened", quotes.quote_length, put("errata", 2, has="Court decides"), "errata", 2, "has"),
    Broken("a quote moved by one", quotes.identifier_parts, put("quotes", 4, start=768, end=800), "quotes", 4, "quote_id"),
    Broken("a quote of another act under the old name", quotes.identifier_parts, put("quotes", 4, development_id="TMT-0003"), "quotes", 4, "quote_id"),
    Broken("a quote of another source", quotes.identifier_parts, put("quotes", 4, source_id=SPRING), "quotes", 4, "quote_id"),
    Broken("a figure named for another act", quotes.identifier_parts, put("figures", 2, figure_id=f"TMT-0001:{WINTER}:1273-1337#1"), "figures", 2, "figure_id"),
    Broken("a figure named for another quote", quotes.identifier_parts, put("figures", 2, figure_id=f"TMT-0003:{WINTER}:1259-1272#1"), "figures", 2, "figure_id"),
    Broken("a segment named for another source", quotes.identifier_parts, put("segments", 2, segment_id=f"{SPRING}:099"), "segments", 2, "segment_id"),
    Broken("an erratum moved", quotes.identifier_parts, put("errata", 2, start=1217, end=1241), "errata", 2, "erratum_id"),
    Broken("an erratum beyond its source", quotes.within_source, put("errata", 2, start=90_000, end=90_024), "errata", 2, "end"),
    Broken("a quote beyond its source by one", quotes.within_source, put("quotes", 20, start=1462, end=1481), "quotes", 20, "end"),
    # rule 2
    Broken("no action", quotes.values_proved, put("quotes", 3, supports="authorities date"), "developments", 2, "action"),
    Broken("no authorities", quotes.values_proved, put("quotes", 3, supports="action unnamed_authorities"), "developments", 2, None),
    Broken("no date", quotes.values_proved, put("quotes", 2, supports="effective_date"), "developments", 2, "date"),
    Broken("no effective date", quotes.values_proved, put("developments", 2, effective_date="2024-09-01"), "developments", 2, "effective_date"),
    Broken("quote of another", quotes.values_proved, put("quotes", 2, development_id="TMT-0002"), "developments", 2, "date"),
    Broken("links to bodies lost", quotes.quotes_needed, drop("development_authorities", 2), "quotes", 3, "supports"),
    Broken("stale authorities", quotes.quotes_needed, put("quotes", 17, supports="action authorities unnamed_authorities"), "quotes", 17, "supports"),
    Broken("stale unnamed authorities", quotes.quotes_needed, put("developments", 5, unnamed_authorities=0), "quotes", 11, "supports"),
    Broken("stale effective date", quotes.quotes_needed, put("developments", 3, effective_date=None), "quotes", 6, "supports"),
    Broken("topics lost", quotes.quotes_needed, drop("development_topics", 2, 3), "quotes", 3, "supports"),
    Broken("places lost", quotes.quotes_needed, drop("development_places", 2), "quotes", 5, "supports"),
    Broken("instruments lost", quotes.quotes_needed, drop("development_instruments", 2), "quotes", 2, "supports"),
    Broken("figure lost", quotes.quotes_needed, drop("figures", 2), "quotes", 10, "supports"),
    Broken("relation lost", quotes.quotes_needed, drop("relations", 2), "quotes", 15, "supports"),
    Broken("bare relation", quotes.values_proved, put("relations", 2, quote_id=None), "relations", 2, "note"),
    Broken("tenfold", quotes.figure_in_quote, put("figures", 2, value=400_000.0), "figures", 2, "value"),
    Broken("a tenth", quotes.figure_in_quote, put("figures", 2, value=4_000.0), "figures", 2, "value"),
    Broken("end of another number", quotes.figure_in_quote, many(put("figures", 2, value=40_000.0), put("quotes", 10, exact="pay ¥140,000")), "figures", 2, "value"),
    Broken("start of another number", quotes.figure_in_quote, many(put("figures", 2, value=40_000.0), put("quotes", 10, exact="pay ¥40,000,000")), "figures", 2, "value"),
    Broken("scale forgotten", quotes.figure_in_quote, put("figures", 3, value=1.3), "figures", 3, "value"),
    Broken("quote of another act", quotes.figure_in_quote, put("figures", 2, development_id="TMT-0001"), "figures", 2, "quote_id"),
    Broken("no finite number", quotes.figure_in_quote, put("figures", 2, value=float("inf")), "figures", 2, "value"),
    # rule 3
    Broken("overlap", segments.ledger, put("segments", 4, start=297), "segments", 4, "start"),
    Broken("gap", segments.ledger, put("segments", 4, start=299), "segments", 4, "start"),
    Broken("late start", segments.ledger, put("segments", 2, start=1), "segments", 2, "start"),
    Broken("empty segment", segments.ledger, copy("segments", 2, segment_id=f"{WINTER}:099", end=0), "segments", 26, "end"),
    Broken("short of the end", segments.ends, drop("segments", 25), "sources", 3, "characters"),
    Broken("beyond the end", segments.ends, put("segments", 25, end=99_999), "sources", 3, "characters"),
    Broken("no segments", segments.ends, drop("segments", *range(15, 26)), "sources", 3, "source_id"),
    Broken("forgotten item", segments.reports, put("segments", 3, role="development"), "segments", 3, "role"),
    Broken("mention on an introduction", segments.reports, put("mentions", 6, segment_id=f"{WINTER}:002"), "mentions", 6, "segment_id"),
    Broken("mention on a commentary", segments.reports, copy("mentions", 2, segment_id=f"{WINTER}:013"), "mentions", 15, "segment_id"),
    Broken("report without its words", segments.report_words, put("mentions", 14, segment_id=f"{WINTER}:013"), "segments", 14, "segment_id"),
    Broken("words of a commentary", segments.report_words, put("terms", 2, segment_id=f"{WINTER}:013"), "terms", 2, "segment_id"),
    Broken("quote of the next item", segments.quotes_in_reports, put("quotes", 2, start=760, end=770), "quotes", 2, "start"),
    Broken("quote over the edge", segments.quotes_in_reports, put("quotes", 2, start=296, end=310), "quotes", 2, "start"),
    Broken("quote in another source", segments.quotes_in_reports, put("quotes", 2, source_id=SPRING), "quotes", 2, "start"),
    Broken("stated date beside the report", segments.quotes_in_reports, put("developments", 8, date_basis="stated"), "quotes", 20, "start"),
    Broken("more than a date beside the report", segments.quotes_in_reports, put("quotes", 20, supports="date topics"), "quotes", 20, "start"),
    # rule 4
    Broken("no date of the calendar", dates.dates, put("developments", 2, date="2023-02-29"), "developments", 2, "date"),
    Broken("no effective date of the calendar", dates.dates, put("developments", 3, effective_date="2024-13"), "developments", 3, "effective_date"),
    Broken("first day differs", dates.dates, put("developments", 2, date_start=pd.Timestamp("2024-01-14")), "developments", 2, "date_start"),
    Broken("last day differs", dates.dates, put("developments", 8, date_end=pd.Timestamp("2024-04-29")), "developments", 8, "date_end"),
    Broken("basis period, a day", dates.windows, put("developments", 2, date_basis="period"), "developments", 2, "date"),
    Broken("after the report", dates.windows, put("sources", 3, published=pd.Timestamp("2024-03-19")), "developments", 6, "date"),
    Broken("period of a source backwards", dates.periods, put("sources", 3, period_end=pd.Timestamp("2024-02-01")), "sources", 3, "period_end"),
    Broken("period of a figure backwards", dates.periods, put("figures", 3, period_end=pd.Timestamp("2023-12-31")), "figures", 3, "period_end"),
    Broken("after the window", dates.windows, put("developments", 5, date_start=pd.Timestamp("2024-03-01"), date_basis="stated"), "developments", 5, "date"),
    Broken("context beyond the window", dates.windows, put("developments", 8, date_end=pd.Timestamp("2024-05-09")), "developments", 8, "date"),
    # the codebook
    Broken("the jurisdiction as a place", codes.places_apart, put("development_places", 2, place_id="310000"), "development_places", 2, "place_id"),
    Broken("local without a quote", codes.jurisdictions, put("quotes", 5, supports="action authorities places"), "developments", 3, "jurisdiction"),
    Broken("two joint authorities and no lead", codes.leads, put("development_authorities", 3, role="joint"), "developments", 3, None),
    Broken("a supporting body alone", codes.leads, put("development_authorities", 2, role="supporting"), "developments", 2, None),
    Broken("nobody acts", codes.leads, put("developments", 7, unnamed_authorities=0), "developments", 7, "unnamed_authorities"),
    Broken("a court of a consultation", codes.bodies, put("developments", 4, action="consultation"), "development_authorities", 5, "role"),
    Broken("a ministry as a court", codes.bodies, put("development_authorities", 5, authority_id="cac"), "development_authorities", 5, "role"),
    Broken("three secondary topics", codes.topics_bounded, many(*(copy("development_topics", 3, topic_id=n) for n in "ab")), "developments", 2, None),
    Broken("four secondary topics of an agenda", codes.topics_bounded, many(put("developments", 2, action="agenda"), *(copy("development_topics", 3, topic_id=n) for n in "abc")), "developments", 2, None),
    Broken("a parent as a topic", codes.topic_leaves, put("development_topics", 2, topic_id="ai"), "development_topics", 2, "topic_id"),
    Broken("a topic on AI, which is only mentioned", codes.ai_role, put("developments", 2, ai_role="mention"), "developments", 2, "ai_role"),
    Broken("a secondary topic on AI, which is nowhere", codes.ai_role, put("developments", 5, ai_role="none"), "developments", 5, "ai_role"),
    Broken("a campaign that promotes", codes.orientations, put("developments", 5, orientation="promotion"), "developments", 5, "orientation"),
    Broken("four sentences", codes.sentences, put("developments", 2, summary="One came. Two went. “Three” stayed. Four?"), "developments", 2, "summary"),
    Broken("finalises the future", codes.relations_back, put("relations", 2, development_id="TMT-0001", related_id="TMT-0005"), "relations", 2, "related_id"),
    Broken("finalises what was final", codes.relations_back, put("relations", 2, related_id="TMT-0002"), "relations", 2, "related_id"),
    Broken("implements a draft", codes.relations_back, put("relations", 2, relation="implements"), "relations", 2, "related_id"),
    Broken("a draft that is issued", instruments.stages, put("development_instruments", 2, stage="issued"), "development_instruments", 2, "stage"),
    Broken("in effect without an act of it", instruments.stages, put("development_instruments", 3, stage="effective"), "development_instruments", 3, "stage"),
    Broken("an issued draft", instruments.stages, put("development_instruments", 3, stage="draft"), "development_instruments", 3, "stage"),
    Broken("issued where it takes effect", instruments.stages, put("developments", 3, action="effect"), "development_instruments", 3, "stage"),
    Broken("issued and revised", instruments.one_stage, copy("development_instruments", 3, stage="revised"), "development_instruments", 6, "stage"),
    Broken("draft in the title", instruments.instrument_titles, put("instruments", 2, title="Lamp Data Rules (Revised Draft)"), "instruments", 2, "title"),
    Broken("a title in quotation marks", instruments.instrument_titles, put("instruments", 2, title="“Lamp Data Rules”"), "instruments", 2, "title"),
    Broken("a small description", instruments.instrument_titles, put("instruments", 2, title="[rules of Shanghai on lamps]"), "instruments", 2, "title"),
    Broken("an open description", instruments.instrument_titles, put("instruments", 2, title="[Rules of Shanghai on lamps"), "instruments", 2, "title"),
    Broken("used by none", instruments.instrument_rows, drop("development_instruments", 3, 5), "instruments", 2, "instrument_id"),
    Broken("entered again under another wording", instruments.instrument_rows, put("instruments", 2, aliases="Lamps | lamp  measures"), "instruments", 3, "title"),
    Broken("one number of two", instruments.instrument_rows, put("instruments", 2, number="Order no. 99"), "instruments", 3, "title"),
    Broken("the same figure twice", figures.figure_twice, copy("figures", 3, figure_id="again", quote_id=None), "figures", 7, "value"),
    Broken("the same sum twice in one case", figures.figure_twice, many(copy("figures", 2, figure_id="again"), copy("provisions", 3, figure_id="again", provision_id="p")), "figures", 7, "value"),
    Broken("a first day of a total", figures.figure_periods, put("figures", 5, period_start=pd.Timestamp("2024-01-01")), "figures", 5, "period_start"),
    # rule 5
    Broken("two primary topics", keys.ranks, put("development_topics", 3, rank="primary"), "developments", 2, None),
    Broken("no topic", keys.ranks, drop("development_topics", 2, 3), "developments", 2, None),
    Broken("two leads", keys.ranks, put("development_authorities", 4, role="lead"), "developments", 3, None),
    Broken("two primary reports", keys.primary_report, put("mentions", 6, rank="primary"), "developments", 3, None),
    Broken("a report in two pieces", keys.primary_report, put("mentions", 3, segment_id=f"{WINTER}:007"), "developments", 2, None),
    Broken("no primary report", keys.primary_report, put("mentions", 14, rank="secondary"), "developments", 8, None),
    Broken("aggregated fine", keys.aggregation, put("figures", 2, aggregation="flow"), "figures", 2, "aggregation"),
    Broken("statistic that is neither flow nor level", keys.aggregation, put("figures", 3, aggregation=None), "figures", 3, "aggregation"),
    # keys
    Broken("related to itself", keys.references, put("relations", 2, related_id="TMT-0005"), "relations", 2, "related_id"),
    Broken("scope of an unknown topic", keys.scopes, put("sources", 2, scope_topics="ai lamps"), "sources", 2, "scope_topics"),
    Broken("parent of another path", keys.references, put("topics", 3, parent="data"), "topics", 3, "parent"),
    Broken("no parent under a path", keys.references, put("topics", 3, parent=None), "topics", 3, "parent"),
    Broken("parent without a path", keys.references, put("topics", 2, parent="ai"), "topics", 2, "parent"),
    Broken("place that is its own parent", keys.references, put("places", 3, parent="110000"), "places", 3, "parent"),
    Broken("places in a circle", keys.references, put("places", 2, parent="330100"), "places", 6, "parent"),
    Broken("body that is its own parent", keys.references, put("authorities", 2, authority_id="cac", parent="cac"), "authorities", 2, "parent"),
    Broken("bodies in a circle", keys.references, put("authorities", 2, parent="cac-shanghai"), "authorities", 3, "parent"),
    # rule 7
    Broken("too much quoted", quotes.quoted_share, put("sources", 2, characters=1000), "sources", 2, "characters"),
    # rule 8
    Broken("orientation that no quote supports", provisions.orientation_proved, put("quotes", 17, supports="action"), "developments", 7, "orientation"),
    Broken("risk quoted from another act", provisions.quotes_of_their_own, put("development_risks", 2, development_id="TMT-0001"), "development_risks", 2, "quote_id"),
    Broken("provision whose quote is silent", provisions.quotes_of_their_own, put("quotes", 10, supports="figures"), "provisions", 3, "quote_id"),
    Broken("a duty that is incurred", provisions.families, put("provisions", 2, modality="incurs"), "provisions", 2, "type"),
    Broken("figure of another act", provisions.parts_of_provisions, put("provisions", 5, figure_id=f"TMT-0003:{WINTER}:1273-1337#1"), "provisions", 5, "figure_id"),
    Broken("one figure of two cases", provisions.one_case_per_figure, many(put("provisions", 4, case=1, figure_id="f"), put("provisions", 5, case=2, figure_id="f")), "provisions", 4, "figure_id"),
    Broken("a paragraph for a clause", provisions.clauses, put("quotes", 7, supports="provisions", start=939, end=1100), "quotes", 7, "exact"),
    Broken("covers what fits no type", provisions.clauses, put("provisions", 2, modality="covers", type="other-duty"), "provisions", 2, "type"),
    Broken("a duty to file for a filing", provisions.filings, put("developments", 3, action="filing"), "provisions", 2, "type"),
    Broken("cases backwards", provisions.cases, many(put("provisions", 4, case=2), put("provisions", 5, case=1)), "provisions", 5, "case"),
    Broken("more risks than the report can be meant against", provisions.bounds, many(*(copy("development_risks", 2, risk_id=n) for n in "abcd")), "development_risks", 2, "development_id"),
]

#: What looks like a defect and is none.
SOUND = [
    ("a quote of the longest length", quotes.quote_length, put("quotes", 4, exact="x" * 320, start=0, end=320)),
    ("code points, not bytes", quotes.quote_length, put("quotes", 4, exact="“国家”—é", start=0, end=6)),
    ("authorities without a quote where there are none", quotes.values_proved, many(drop("development_authorities", 2), put("quotes", 3, supports="action topics"))),
    ("a variable of no development", quotes.quotes_needed, put("quotes", 7, development_id="TMT-9999", supports="figures")),
    ("two errata at one place", quotes.identifier_parts, copy("errata", 2, erratum_id=f"{WINTER}:1216-1240#2")),
    ("the twelfth figure of a quote", quotes.identifier_parts, put("figures", 4, figure_id=f"TMT-0004:{WINTER}:1731-1792#12")),
    ("a quote up to the last character", quotes.within_source, put("quotes", 20, start=1461, end=1480)),
    ("a source without a length", quotes.within_source, put("sources", 2, characters=pd.NA)),
    ("relations of two to each other", keys.references, copy("relations", 2, development_id="TMT-0001", related_id="TMT-0005")),
    ("a body whose parent has a parent", keys.references, put("authorities", 4, parent="cac-shanghai")),
    ("a date without a quote where the basis is the period", quotes.values_proved, put("developments", 2, date_basis="period")),
    ("a relation with a note", quotes.values_proved, put("relations", 2, quote_id=None, note="the same title")),
    ("a value in words", quotes.figure_in_quote, many(put("figures", 2, value=21.0), put("quotes", 10, exact="twenty-one lamps"))),
    ("the number stands twice, once within another", quotes.figure_in_quote, put("quotes", 10, exact="¥140,000, of it 40,000 at once")),
    ("segments in another order", segments.ledger, lambda t: t.update(segments=t["segments"].iloc[::-1])),
    ("a heading without a mention", segments.reports, drop("mentions", 2)),
    ("two acts on one segment", segments.reports, copy("mentions", 2, development_id="TMT-0002")),
    ("a quote across heading and body", segments.quotes_in_reports, put("quotes", 2, start=305, end=420)),
    ("a quote in a further report", segments.quotes_in_reports, put("mentions", 6, section=None)),
    ("what is announced or takes effect later", dates.windows, many(put("developments", 6, action="agenda"), put("developments", 8, action="effect"), put("sources", 3, published=pd.Timestamp("2024-03-19")))),
    ("dated on the day of the report", dates.windows, put("sources", 3, published=pd.Timestamp("2024-04-01"))),
    ("no day of publication", dates.windows, put("sources", 3, published=pd.NaT)),
    ("two joint authorities and no lead, which is a rule of its own", keys.ranks, put("development_authorities", 3, role="joint")),
    ("two further reports", keys.primary_report, copy("mentions", 6, segment_id=f"{SPRING}:008")),
    ("no role of AI needs no quote", provisions.orientation_proved, put("quotes", 17, supports="orientation")),
    ("a case without a sanction has no row", provisions.cases, many(put("provisions", 4, case=1), put("provisions", 5, case=3))),
    ("a stated date after the window, before the day of publication", dates.windows, put("developments", 6, date_start=pd.Timestamp("2024-05-09"), date_end=pd.Timestamp("2024-05-09"))),
    ("a national act without a quote for it", codes.jurisdictions, put("quotes", 3, supports="action authorities")),
    ("a lead, and one that supports", codes.leads, put("development_authorities", 4, role="supporting")),
    ("three secondary topics of an agenda", codes.topics_bounded, many(put("developments", 2, action="agenda"), *(copy("development_topics", 3, topic_id=n) for n in "ab"))),
    ("three secondary topics of a batch", codes.topics_bounded, many(copy("development_instruments", 2, instrument_id="lamp-data-rules"), *(copy("development_topics", 3, topic_id=n) for n in "ab"))),
    ("no topic on AI", codes.ai_role, many(drop("development_topics", 7), put("developments", 5, ai_role="mention"))),
    ("a campaign that does both", codes.orientations, put("developments", 5, orientation="both")),
    ("an abbreviation ends no sentence", codes.sentences, put("developments", 2, summary="No. 5 of 1.5 million was out. Two, e.g. lamps, went. Three stayed.")),
    ("of one month", codes.relations_back, put("developments", 2, date_start=pd.Timestamp("2024-03-01"), date_end=pd.Timestamp("2024-03-31"))),
    ("the same case is earlier or later", codes.relations_back, put("relations", 2, development_id="TMT-0001", related_id="TMT-0005", relation="same_case")),
    ("a basis of a draft", instruments.stages, copy("development_instruments", 2, instrument_id="lamp-data-rules", stage="cited")),
    ("a title with quotation marks in it", instruments.instrument_titles, put("instruments", 2, title="Rules on “AI+” [Shanghai]")),
    ("an alias of its own title", instruments.instrument_rows, put("instruments", 2, aliases="lamp data rules")),
    ("equal sums of two cases", figures.figure_twice, many(copy("figures", 2, figure_id="again"), copy("provisions", 3, figure_id="again", provision_id="p", case=2))),
    ("a filing that is permitted", provisions.filings, many(put("developments", 3, action="filing"), put("provisions", 2, modality="receives", type="permission"))),
    ("quotes that overlap are counted once", quotes.quoted_share, many(*(copy("quotes", r) for r in range(2, 12)))),
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


class Read(Frames):
    """Frames that remember which of them were looked at."""

    def __init__(self, frames: Frames) -> None:
        super().__init__(frames)
        self.names: set[str] = set()

    def __getitem__(self, name: str) -> pd.DataFrame:
        self.names.add(name)
        return super().__getitem__(name)


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_cells_that_could_not_be_read_raise_nothing(check: Check, tables: Frames) -> None:
    """The schema has reported them: a rule passes over what is missing."""
    read = Read(tables)
    found(check, read)
    for name in read.names:
        frame = tables[name]
        for column in frame.columns if len(frame) and name not in factories.VOCABULARIES else []:
            one = frame.copy()
            one.loc[one.index[0], column] = None
            found(check, {**tables, name: one})
            found(
                check, {**tables, name: frame.assign(**{column: frame[column].mask(frame[column].notna())})}
            )


@settings(max_examples=20)
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
    assert keys._in_cycles(series).tolist() == sorted(k for k in parents if returns(k))


def test_window_that_cannot_be_read_is_not_compared(tables: Frames) -> None:
    tables["sources"]["period_end"] = pd.NaT
    assert found(dates.windows, tables) == set()


@pytest.mark.parametrize("check", CHECKS, ids=lambda c: c.__name__)
def test_keys_that_stand_twice_raise_nothing(check: Check, tables: Frames) -> None:
    found(check, {n: pd.concat([f, f.set_axis(f.index + 1000)]) for n, f in tables.items()})


def test_share_is_met_from_its_limit_on(tables: Frames) -> None:
    quoting = tables["quotes"].query("source_id == @WINTER", local_dict={"WINTER": WINTER})
    quoted = len(set().union(*map(range, quoting["start"], quoting["end"])))
    for characters, wrong in ((int(quoted / QUOTED_SHARE), True), (int(quoted / QUOTED_SHARE) + 2, False)):
        put("sources", 2, characters=characters)(tables)
        assert bool(found(quotes.quoted_share, tables)) == wrong


spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)).map(sorted), max_size=12)


@settings(max_examples=20)
@given(spans)
def test_quoted_share_counts_each_character_once(pairs: list[list[int]]) -> None:
    """The check works on all sources at once; one by one, the sets say the same."""
    union = set().union(*(range(a, b) for a, b in pairs))
    quoting = pd.DataFrame(
        [("a", *p) for p in pairs] + [("b", 0, 50)], columns=["source_id", "start", "end"]
    ).astype({"start": "Int64", "end": "Int64"})
    sources = pd.DataFrame({"source_id": ["a", "b"], "characters": [40, 1000]}, index=[2, 3])
    rows = {f.row for f in quotes.quoted_share({"quotes": quoting, "sources": sources})}
    assert rows == ({2} if len(union) >= QUOTED_SHARE * 40 and pairs else set())
