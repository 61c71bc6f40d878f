"""What can be read from a report: dates, authorities, instruments, figures, places, relations.

A proposal's `value` is written as in an annotation; where a record has several parts they are separated by spaces:

==================== ==================================================================
variable             value
==================== ==================================================================
date, effective_date EDTF
date_basis           stated, context, period
authorities          authority and role (``cac lead``)
unnamed_authorities  a number
jurisdiction, places a place
instruments          instrument and stage (``shake-to-activate-guide issued``); the span is the title
instrument_kind      instrument and kind, for one that the register does not know
figures              measure, value, qualifier and kind (``fine_amount 10000 exact penalty``); the measure may be ``unknown``
relations            relation and development (``finalises TMT-0073``)
reported_before      a development with the same instrument, stage and month
==================== ==================================================================
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from functools import lru_cache

from tmt_dataset.coding.draft.actors import Actors, actors, named
from tmt_dataset.coding.draft.confidence import probability
from tmt_dataset.coding.draft.dates import Window
from tmt_dataset.coding.draft.figures import Measures, figures
from tmt_dataset.coding.draft.registers import Registers
from tmt_dataset.coding.draft.shapes import Proposal, Unit
from tmt_dataset.coding.draft.titles import Title, titles
from tmt_dataset.coding.draft.when import When, effective, when

__all__ = ["NATIONAL", "UNKNOWN", "propose"]

NATIONAL = "100000"
#: The measure of a figure for which no measure has words enough; its coder chooses.
UNKNOWN = "unknown"
#: From this share on, a measure is proposed.
NAMED = 0.15
#: A place that is only where something took place.
VENUE = re.compile(
    r"\b(?:held|opened|convened|took place|launched|conference|forum|ceremony|summit|hosted)\b[^.;]{0,40}\b(?:in|at)\s+(?:the\s+)?$",
    re.I,
)
LISTED = re.compile(r"(?:\b(?:in|of|including|as|for|to|from|where|and|zones in)\s+|,\s+)(?:the\s+)?$")


def propose(unit: Unit, text: str, registers: Registers, window: Window) -> list[Proposal]:
    """Return what the rules read from a report, each value with the span that supports it and its probability.

    Parameters
    ----------
    unit
        The report.
    text
        The source text.
    registers
        What is known by name.
    window
        First and last day that the source covers, in ISO 8601.
    """
    date, acting, named_titles = (
        when(unit, text, window),
        actors(unit, text, registers),
        titles(unit, text, registers),
    )
    out = [*_dates(unit, text, window, date), *_authorities(acting)]
    area = _jurisdiction(unit, text, registers, acting)
    out += [area, *_places(unit, text, registers, area.value)]
    out += _instruments(named_titles, registers, date)
    out += _figures(unit, text, registers)
    return out


def _dates(unit: Unit, text: str, window: Window, date: When) -> Iterator[Proposal]:
    yield Proposal("date", date.edtf, date.start, date.end, probability("date", date.rule))
    yield Proposal("date_basis", date.basis, date.start, date.end, probability("date_basis", date.rule))
    if found := effective(unit, text, window, date):
        yield Proposal(
            "effective_date", found.edtf, found.start, found.end, probability("effective_date", found.rule)
        )


def _authorities(acting: Actors) -> Iterator[Proposal]:
    for a in acting.named:
        yield Proposal(
            "authorities", f"{a.code} {a.role}", a.start, a.end, probability("authorities", a.rule)
        )
    number, start, end, rule = acting.unnamed
    yield Proposal("unnamed_authorities", str(number), start, end, probability("unnamed_authorities", rule))


def _jurisdiction(unit: Unit, text: str, registers: Registers, acting: Actors) -> Proposal:
    """Return the area of the seat of whoever leads, or the place of a rule that names no body."""
    if acting.named:
        lead = acting.named[0]
        return Proposal(
            "jurisdiction",
            registers.seat(lead.code, text[lead.start : lead.end]),
            lead.start,
            lead.end,
            probability("jurisdiction", "seat"),
        )
    subject = re.match(
        r"(?:[-•\d. ]+)?(?:The )?([A-Z]\w+)\b",
        text[unit.heading[1] if unit.heading else unit.start : unit.end],
    )
    if subject and subject[1] in registers.places:
        start = unit.heading[1] if unit.heading else unit.start
        return Proposal(
            "jurisdiction",
            registers.places[subject[1]],
            start,
            start + subject.end(),
            probability("jurisdiction", "place"),
        )
    m = re.search(
        r"\b(?:regulations?|rules|measures) [^.;]*? in ([A-Z]\w+) (?:were|was|have been) ", unit.text
    )
    if m and m[1] in registers.places:
        start = text.find(m[1], unit.start)
        return Proposal(
            "jurisdiction",
            registers.places[m[1]],
            start,
            start + len(m[1]),
            probability("jurisdiction", "place"),
        )
    start, end = unit.heading or (unit.start, unit.end)
    return Proposal("jurisdiction", NATIONAL, start, end, probability("jurisdiction", "nobody"))


def _places(unit: Unit, text: str, registers: Registers, area: str) -> Iterator[Proposal]:
    """Yield the places that a national act is about: those that are listed or that a preposition names."""
    bodies = [(s, e) for s, e, _ in named(text, unit.start, unit.end, registers)]
    seen = {area}
    for name, code in registers.places.items():
        for m in re.finditer(
            rf"\b{re.escape(name)}\b(?!\s+(?:Municipal|Provincial|[A-Z]))", text[unit.start : unit.end]
        ):
            start, end = unit.start + m.start(), unit.start + m.end()
            before = text[max(unit.start, start - 70) : start]
            if (
                code in seen
                or any(s <= start < e for s, e in bodies)
                or VENUE.search(before)
                or not LISTED.search(before)
            ):
                continue
            if area != NATIONAL:
                continue
            seen.add(code)
            yield Proposal("places", code, start, end, probability("places", "listed"))


def _instruments(found: list[Title], registers: Registers, date: When) -> Iterator[Proposal]:
    known = {i.code: i for i in registers.instruments}
    for t in found:
        yield Proposal(
            "instruments", f"{t.code} {t.stage}", t.start, t.end, probability("instruments", t.rule)
        )
        if t.code not in known:
            yield Proposal(
                "instrument_kind",
                f"{t.code} {t.kind}",
                t.start,
                t.end,
                probability("instrument_kind", t.kind),
            )
            continue
        for development, stage, day in known[t.code].life:
            if t.stage in ("issued", "approved") and stage == "draft" and day[:7] <= date.edtf[:7]:
                yield Proposal(
                    "relations",
                    f"finalises {development}",
                    t.start,
                    t.end,
                    probability("relations", "finalises"),
                )
            if t.stage == stage != "cited" and day[:7] == date.edtf[:7]:
                yield Proposal(
                    "reported_before", development, t.start, t.end, probability("reported_before", "month")
                )


@lru_cache(maxsize=8)
def _measures(words: tuple[tuple[str, str], ...], units: tuple[tuple[str, str], ...]) -> Measures:
    return Measures(dict(words), dict(units))


def _figures(unit: Unit, text: str, registers: Registers) -> Iterator[Proposal]:
    for f in figures(
        unit, text, _measures(tuple(registers.measures.items()), tuple(registers.units.items()))
    ):
        rest = f"{f.value} {f.qualifier} {f.kind}"
        named = bool(f.measures) and f.measures[0][1] >= NAMED
        measure, others = (f.measures[0][0], f.measures[1:]) if named else (UNKNOWN, f.measures)
        parts = (
            probability("figures", f.rule),
            probability("figure_kind", "read"),
            probability("figure_measure", "named" if named else "unnamed"),
        )
        yield Proposal(
            "figures", f"{measure} {rest}", f.start, f.end, math.prod(parts), tuple((f"{m} {rest}", score) for m, score in others)
        )  # fmt: skip
