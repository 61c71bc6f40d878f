"""Who acts: the authorities that a report names before its verb or after 'by', and how many it leaves unnamed."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, replace

from tmt_dataset.coding.draft.dates import MONTH
from tmt_dataset.coding.draft.registers import Registers
from tmt_dataset.coding.draft.shapes import Unit
from tmt_dataset.coding.draft.verbs import ACT

__all__ = ["Actor", "Actors", "actors", "first_sentence", "named"]

_NUMBERS = (
    *("one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    *("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
)
_COUNT = rf"(\d+|{'|'.join(_NUMBERS)})"
_BODIES = r"(?:government\s+)?(?:departments|ministries|agencies|authorities|bodies|regulators|commissions)"
#: How many act beside those that are named, or in all.
FURTHER = re.compile(rf"\b(?:and|with)\s+{_COUNT}\s+other\s+{_BODIES}", re.I)
IN_ALL = re.compile(rf"(?<![\w-]){_COUNT}\s+(?:central\s+|national\s+)?{_BODIES}\b", re.I)
AT_LEAST_ONE = re.compile(
    rf"\b(?:and|with)\s+(?:\w+\s+)?(?:others|other\s+(?:relevant\s+)?{_BODIES})|\b(?:multiple|several|relevant|other|various)\s+{_BODIES}|\bet al\b",
    re.I,
)
#: A body that the passive names.
BY = re.compile(
    r"\b(?:issued|released|published|organi[sz]ed|launched|held|hosted|adopted|passed|made|approved|brought into (?:effect|force)|put into (?:effect|force))\s+(?:jointly\s+)?by\s+"
)
#: A body that takes part, told after the verb.
WITH = re.compile(
    r"\b(?:jointly\s+with|in\s+(?:conjunction|collaboration|cooperation)\s+with|together\s+with)\s+"
)
#: A court that decides, not one that publishes.
CASE = re.compile(
    r"\b(?:heard|hears|hearing|rule[sd]|ruling|judg(?:e?ment)|verdict|sentenced|ordered|dismissed|upheld|case)\b"
)
THE_COURT = re.compile(r"\b[Tt]he court\b")
VERB = re.compile(
    ACT
    + r"|\b(?:decided|asked|urge[sd]|invited|impose[sd]|sanctioned|punished|brought|aims?|requires?|has|have|is|are|was|were|to (?:actively|further|carry))\b"
)
#: What a body is called that the registers do not know.
BODY = (
    r"(?:Administration|Ministry|Commission|Association|Alliance|Society|Academy|Court|Procuratorate|Bureau|Department|Committee|Institute|"
    r"Council|Congress|Government|Cent(?:er|re)|Bank|Federation|Authority|Agency)"
)
_NAME = r"[A-Z][\w’'-]*(?: (?:(?:of|for|on|and|to|&) )?[A-Z][\w’'-]*)*"
UNKNOWN = re.compile(
    rf"(?<![/\w])(?:(?:{_NAME} )?{BODY}(?: (?:of|for|on) (?:the )?{_NAME})?|(?:[A-Z][a-z]+ )?[A-Z]{{3,6}}\d*)\b(?!-)"
)
#: What comes before the verb and does not name a body.
NO_BODY = re.compile(r"\b(?:AI|ICVs?|NEVs?|TMT|LLMs?|APPs?|IoT|VPN|PRC|GB|SDKs?)\b")
#: The first words of a sentence up to one in lower case that links no name: whoever acts by a verb that is not in the list.
SUBJECT = re.compile(rf"\s*(?:In {MONTH}(?: \d{{4}})?, )?(?:[Tt]he )?{_NAME}(?= [a-z])")
END = re.compile(r"(?<!\bNo)[.!?][”\"]?(?:\s|$)")


@dataclass(frozen=True)
class Actor:
    """An authority where a report names it."""

    code: str
    role: str
    start: int
    end: int
    rule: str


@dataclass(frozen=True)
class Actors:
    """All that act in a report; `unnamed` has its number, span and rule."""

    named: tuple[Actor, ...]
    unnamed: tuple[int, int, int, str]


def first_sentence(text: str, start: int, end: int) -> int:
    """Return where the first sentence of a part of a text ends."""
    m = END.search(text, start, end)
    return m.end() if m else end


def named(text: str, start: int, end: int, registers: Registers) -> list[tuple[int, int, str]]:
    """Return the authorities that a part of a text names, the longest form at each place, in order."""
    part = text[start:end]
    low = part.casefold()
    found = [
        (m.start() + start, m.end() + start, n.code)
        for n in registers.authorities
        if n.word in low
        for m in n.pattern.finditer(part)
    ]
    found.sort(key=lambda f: (f[0], -f[1]))
    out: list[tuple[int, int, str]] = []
    for f in found:
        if not out or f[0] >= out[-1][1]:
            out.append(f)
    return out


def _zones(text: str, start: int, end: int) -> list[tuple[int, int, str]]:
    """Return where a sentence names who acts: before its verb, after 'by'."""
    verb = VERB.search(text, start, end)
    zones = []
    if verb:
        zones.append((start, verb.start(), "subject"))
    elif plain := SUBJECT.match(text, start, end):
        zones.append((start, plain.end(), "subject"))
    if by := BY.search(text, start, end):
        zones.append((by.end(), min(end, by.end() + 160), "by"))
    return zones


def _place_acts(text: str, start: int, end: int, registers: Registers) -> list[tuple[int, int, str]]:
    """Return the government of a place that stands alone as the subject, or whose document it is."""
    m = re.search(
        r"(?:^|[:,]\s+)(?:[-•\d.]+\s+)?(?:For (?:instance|example), |Meanwhile, )?([A-Z]\w+(?: [A-Z]\w+)??)(?:\s+(?:[Pp]rovince|City|[Mm]unicipality))?(?:[’']s|\s*$)",
        text[start:end],
    )
    if m and m[1] in registers.places:
        slug = m[1].casefold().replace(" ", "-")
        return [(start + m.start(1), start + m.end(1), f"gov-{slug}")]
    return []


def _unknown(
    text: str, start: int, end: int, known: list[tuple[int, int, str]], places: Collection[str]
) -> list[tuple[int, int, str]]:
    """Return bodies by the form of their names, each with a code from its abbreviation, or its initials."""
    out = []
    for m in UNKNOWN.finditer(text, start, end):
        s, e = m.start() + (4 if m[0].startswith("The ") else 0), m.end()
        if any(a < e and s < b for a, b, _ in known) or text[s - 1 : s] in "“(" or NO_BODY.search(text[s:e]):
            continue
        short = re.match(r" \(“([\w -]+)”\)", text[e:])
        code = _code(short[1] if short else text[s:e], places)
        if len(code) > 1:  # a single word, as 'the Court', names nobody
            out.append((s, e, code))
    return out


def _code(name: str, places: Collection[str] = ()) -> str:
    """Return a code as the register has them: an abbreviation, that of a local body with its place behind, a court by its place.

    Examples
    --------
    >>> _code("NFRA"), _code("Wuhan EITB"), _code("Ministry of Garden Affairs")
    ('nfra', 'eitb-wuhan', 'moga')
    >>> _code("Wuhan Intermediate People's Court", ["Wuhan"]), _code("Wuhan Garden Bureau", ["Wuhan"])
    ('court-wuhan-intermediate', 'gb-wuhan')
    """
    place = next((p for p in places if re.match(rf"{re.escape(p)}\b", name)), None)
    if place and (m := re.fullmatch(rf"{re.escape(place)} ((?:[\w-]+ )*?)(?:People[’']s )?Court", name)):
        return "-".join(["court", *place.casefold().split(), *m[1].casefold().split()])
    if m := re.fullmatch(r"(?:([A-Z][a-z]+) )?([A-Z]{3,6}\d*)", name):
        return f"{m[2]}-{m[1]}".casefold() if m[1] else m[2].casefold()
    words = re.findall(r"[A-Za-z]+", name)
    if place and len(words) > len(place.split()) + 1:
        rest = words[len(place.split()) :]
        return "-".join(["".join(w[0] for w in rest if w[0].isupper()), *place.split()]).casefold()
    keep = ("of",) if name.startswith("Ministry") else ()
    return "".join(w[0] for w in words if w[0].isupper() or w in keep).casefold()


def _in_sentence(
    text: str, start: int, end: int, registers: Registers
) -> tuple[list[Actor], tuple[int, int]]:
    """Return who acts by a sentence, and the part of it that says so."""
    for a, b, rule in _zones(text, start, end):
        found = named(text, a, b, registers)
        if rule == "by" and found:  # what is joined to the first by commas and 'and'
            found = [f for n, f in enumerate(found) if n == 0 or not VERB.search(text, found[0][1], f[0])]
        places = [] if found else _place_acts(text, a, b, registers)
        new = _unknown(text, a, b, found, registers.places)
        if found or new or places:
            rule = "place" if places and not new else rule
            found = sorted([*found, *new])
            seen: dict[str, Actor] = {}
            for s, e, code in found or places:
                why = "new" if (s, e, code) in new else rule
                seen.setdefault(code, Actor(code, "joint" if seen else "lead", s, e, why))
            return list(seen.values()), (a, b)
    return [], (start, start)


def actors(unit: Unit, text: str, registers: Registers) -> Actors:
    """Return who acts by a report: the body prevails over the heading.

    Parameters
    ----------
    unit
        The report.
    text
        The source text.
    registers
        What is known by name.
    """
    body = unit.heading[1] if unit.heading else unit.start
    second = first_sentence(text, body, unit.end)
    sentences = [(body, second)]
    if unit.heading:
        sentences.append(unit.heading)
    sentences.append((second, first_sentence(text, second, unit.end)))
    if (
        unit.heading and body != unit.start and unit.start > unit.heading[0]
    ):  # one of several acts of a report
        sentences.insert(0, (body, first_sentence(text, body, len(text))))
    for start, end in sentences:
        found, zone = _in_sentence(text, start, end, registers)
        if found:
            acting = _courts(found, text, text[start:end])
            late = _supporting(unit, text, registers, {a.code for a in acting}, zone[1])
            return Actors((*acting, *late), _unnamed(text, zone))
    if before := _same_court(unit, text, sentences[0], registers):
        return Actors((before,), (0, before.start, before.end, "none"))
    start, end = unit.heading or sentences[0]
    count = IN_ALL.search(text, start, end)
    return Actors((), (_number(count[1]) if count else 1, start, end, "counted" if count else "nobody"))


def _courts(found: list[Actor], text: str, sentence: str) -> list[Actor]:
    """Return the court that decides a case in its role; one that publishes, or acts with others, leads."""
    if (
        len(found) == 1
        and re.search(r"\b[Cc]ourt", text[found[0].start : found[0].end])
        and CASE.search(sentence)
    ):
        return [replace(found[0], role="court")]
    return found


def _same_court(unit: Unit, text: str, sentence: tuple[int, int], registers: Registers) -> Actor | None:
    """Return the court that the paragraph named last, where the sentence only says 'the court'."""
    if not THE_COURT.search(text, *sentence):
        return None
    paragraph = text.rfind("\n", 0, unit.start) + 1
    courts = [f for f in named(text, paragraph, unit.start, registers) if f[2] in registers.courts]
    return Actor(courts[-1][2], "court", courts[-1][0], courts[-1][1], "same-court") if courts else None


def _supporting(unit: Unit, text: str, registers: Registers, known: set[str], after: int) -> list[Actor]:
    """Return bodies that a report names after its verb as taking part."""
    out = []
    for m in WITH.finditer(text, max(after, unit.start), unit.end):
        for s, e, code in named(text, m.end(), min(unit.end, m.end() + 90), registers)[:1]:
            if code not in known and s < m.end() + 6:
                out.append(Actor(code, "supporting", s, e, "with"))
                known = known | {code}
    return out


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _NUMBERS.index(word.casefold()) + 1


def _unnamed(text: str, zone: tuple[int, int]) -> tuple[int, int, int, str]:
    """Return how many act without being named, by the part of the sentence that names the others."""
    start, end = zone[0], min(zone[1] + 40, len(text))
    if m := FURTHER.search(text, start, end):
        return _number(m[1]), m.start(), m.end(), "counted"
    if m := AT_LEAST_ONE.search(text, start, zone[1]):
        return 1, m.start(), m.end(), "others"
    return 0, start, zone[1], "none"
