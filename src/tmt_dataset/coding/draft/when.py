"""When an act took place, and when its document takes effect."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tmt_dataset.coding.draft.actors import first_sentence
from tmt_dataset.coding.draft.dates import DAY, Found, Window, days_in, months_in
from tmt_dataset.coding.draft.segments import DATED, ORDINAL
from tmt_dataset.coding.draft.shapes import Unit

__all__ = ["When", "effective", "when"]

#: Words before a date that make it another date than the act's.
OTHER = re.compile(
    r"(?:implemented|effective|effect|force|starting|started|running|until|before)\s+(?:from |since )?on\s+$"
)
#: The same before a month, where the act itself is told before.
LATER_MONTH = re.compile(
    r"\b(?:issued|released|published|approved|adopted|passed|announced)\b.*\b(?:implemented|effective|effect|force)\s+(?:from |in )?(?:early |mid-|late )?$",
    re.S,
)
EFFECT = re.compile(
    r"\b(?:(?:take|takes|took|taking|come|comes|came|coming|enter|enters|entered)\s+(?:into\s+)?(?:effect|force)|into\s+(?:effect|force)|effective|implemented|in force)\b"
    r"(?:\s+(?:since|from|on|as of|as from|starting|in|by)){0,2}\s+(?:the\s+)?",
    re.I,
)
IMMEDIATE = re.compile(
    r"\b(?:effective immediately|effective (?:upon|on|from) (?:the date of )?(?:its )?(?:issuance|publication|release)|takes? effect immediately)\b",
    re.I,
)
AS_OF = re.compile(r"\b(?:[Aa]s of|[Bb]y)\s+$")
WITH_BEFORE = re.compile(r"^(?:At the same time|Also|On the [\w ]+|Meanwhile|Additionally)\b|\balso\b")
LATER = re.compile(r"^(?:Subsequently|Later|Afterwards|Thereafter)\b")
EVENT = re.compile(
    r"\b(?:took place|was held|were held|opened|convened|held|issued|released|published|launched|announced|approved|passed)\b[^.;]*?\s+on\s+$"
)


@dataclass(frozen=True)
class When:
    """A date with its basis, the span that gives it, and the rule that read it."""

    edtf: str
    basis: str
    start: int
    end: int
    rule: str


def _at(found: Found, offset: int, basis: str, rule: str) -> When:
    return When(found.edtf, basis, offset + found.start, offset + found.end, rule)


def when(unit: Unit, text: str, window: Window) -> When:
    """Return the date of a report's act.

    Parameters
    ----------
    unit
        The report.
    text
        The source text.
    window
        First and last day that the source covers.
    """
    heading = _heading(unit, text, window)
    body = _body(unit, text, window, dated=heading is not None)
    if (
        heading
        and body
        and body.rule == "event"
        and heading.edtf != body.edtf
        and _near(heading.edtf, body.edtf)
    ):
        return body
    return (
        heading
        or body
        or _as_of(unit, text, window)
        or _context(unit, text, window)
        or _period(unit, text, window)
    )


def _near(a: str, b: str) -> bool:
    return len(a) == len(b) == 10 and a[:7] == b[:7] and 0 < abs(int(a[8:]) - int(b[8:])) <= 3


def _heading(unit: Unit, text: str, window: Window) -> When | None:
    if not unit.heading:
        return None
    line = text[slice(*unit.heading)]
    ends = [*DATED.finditer(line)]
    if not ends:
        return None
    start, end = ends[-1].span()
    found = [*days_in(line[start:end], window)]
    if not found:
        months = [*months_in(line[start:end], window)]
        return (
            _at(months[0], unit.heading[0] + start, "stated", "heading-month") if len(months) == 1 else None
        )
    first = ORDINAL.match(text, unit.start)
    if len(found) > 1 and first and unit.start > unit.heading[0]:
        words = ("First", "Second", "Third", "Fourth", "Fifth")
        n = next((k for k, w in enumerate(words) if first[0].startswith(w)), len(found) - 1)
        return _at(found[min(n, len(found) - 1)], unit.heading[0] + start, "stated", "heading-paired")
    return _at(
        found[-1 if len(found) > 1 else 0],
        unit.heading[0] + start,
        "stated",
        "heading" if len(found) == 1 else "heading-several",
    )


def _body(unit: Unit, text: str, window: Window, dated: bool) -> When | None:
    """Return the date that the first sentence gives to the act: a day, else a month; after a date in the heading, only an event's."""
    start = unit.heading[1] if unit.heading else unit.start
    end = first_sentence(text, start, unit.end)
    sentence = text[start:end]
    for found in days_in(sentence, window):
        before = sentence[: found.start]
        if EVENT.search(before) and not OTHER.search(before):
            return _at(found, start, "stated", "event")
        if re.search(r"(?:^|[,;]\s*)[Oo]n\s+$", before) and not dated:
            return _at(found, start, "stated", "on-day")
        if (
            re.search(
                r"\b(?:t(?:ake|ook) effect|(?:c[ao]me |entered |brought |put |\b)into (?:force|effect)) (?:on|from) $",
                before,
            )
            and not dated
            and " issued " not in before
        ):
            return _at(found, start, "stated", "effect")
    if dated:
        return None
    for found in months_in(sentence, window):
        before = sentence[: found.start]
        if LATER_MONTH.search(before):
            continue
        if re.search(r"(?:\b[Ii]n|\b(?:early|mid|late)[- ])\s*$", before) and len(before) < 120:
            return _at(found, start, "stated", "month")
        if re.search(r"\bsince\s+$", before):
            return When(
                f"{found.edtf}/{window[1][:7]}", "context", start + found.start, start + found.end, "since"
            )
        if re.search(r"\b[Bb]y (?:the end of )?$", before) and len(before) < 25:
            return When(_short(window), "context", start + found.start, start + found.end, "by")
    return _earlier_year(sentence, start, window)


def _earlier_year(sentence: str, start: int, window: Window) -> When | None:
    """Return a year before the window that a sentence on an earlier act gives."""
    m = re.search(r"\bin ((?:19|20)\d\d)\b", sentence)
    if m and m[1] < window[0][:4] and re.match(r"Following|Since|After", sentence):
        return When(m[1], "stated", start + m.start(1), start + m.end(1), "year")
    return None


def _as_of(unit: Unit, text: str, window: Window) -> When | None:
    """Return the interval from an 'as of' day to the end of the window."""
    for found in days_in(text[unit.start : unit.end], window):
        until = AS_OF.search(text[unit.start : unit.start + found.start])
        if until and f"{int(window[0][:4]) - 1}-12-31" < found.edtf < window[1]:
            end = unit.start + found.end
            return When(f"{found.edtf}/{window[1]}", "context", unit.start + found.start, end, "as-of")
    return None


def _context(unit: Unit, text: str, window: Window) -> When | None:
    """Return the month that the sentences before give, where the report is tied to them."""
    if unit.heading:
        return None
    opening = text[unit.start : first_sentence(text, unit.start, unit.end)]
    paragraph = text.rfind("\n", 0, unit.start) + 1
    before = list(months_in(text[paragraph : unit.start], window))
    if not before:
        return None
    last = before[-1]
    start, end = paragraph + last.start, paragraph + last.end
    if LATER.search(opening):
        stop = text.find("\n", unit.end)
        after = [*months_in(text[unit.end : stop if stop > 0 else len(text)], window)]
        until = after[0].edtf if after and after[0].edtf > last.edtf else window[1][:7]
        return When(f"{last.edtf}/{until}", "context", start, end, "later")
    if WITH_BEFORE.search(opening):
        return When(last.edtf, "context", start, end, "with-before")
    return None


def _short(window: Window) -> str:
    """Return a window in EDTF: a year as the year."""
    year = window[0][:4]
    return year if window == (f"{year}-01-01", f"{year}-12-31") else "/".join(window)


def _period(unit: Unit, text: str, window: Window) -> When:
    start = unit.heading[1] if unit.heading else unit.start
    return When(_short(window), "period", start, first_sentence(text, start, unit.end), "period")


def effective(unit: Unit, text: str, window: Window, date: When) -> When | None:
    """Return the date on which a report says that the document takes effect."""
    part = text[unit.start : unit.end]
    if m := IMMEDIATE.search(part):
        return (
            When(date.edtf, "stated", unit.start + m.start(), unit.start + m.end(), "immediate")
            if len(date.edtf) == 10
            else None
        )
    for m in EFFECT.finditer(part):
        day = re.match(DAY, part[m.end() :])
        if day:
            found = next(days_in(day[0], window), None)
            if found:
                edtf = _after(found, date, window)
                return When(
                    edtf, "stated", unit.start + m.start(), unit.start + m.end() + day.end(), "effective"
                )
    return None


def _after(found: Found, date: When, window: Window) -> str:
    """Return a day without a year in the first year that puts it after the act."""
    if found.given or found.edtf >= date.edtf[:10]:
        return found.edtf
    return f"{int(found.edtf[:4]) + 1}{found.edtf[4:]}"
