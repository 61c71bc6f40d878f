"""The numbers of a report: value, qualifier, kind, and the measure that its words are nearest to."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from tmt_dataset.coding.draft.dates import DAY, MONTH
from tmt_dataset.coding.draft.shapes import Unit

__all__ = ["Figure", "Measures", "figures"]

_SMALL = {
    **{"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6},
    **{"seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12},
}
_SCALE = {"hundred": 10**2, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
NUMBER = re.compile(
    rf"(?<![\w.,+–-])(?<!\d/)(?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)(?P<plus>\+)?(?:[ -](?P<scale>{'|'.join(_SCALE)}))?(?![\w/])"
    rf"|\b(?P<word>{'|'.join(_SMALL)})\b(?:[ -](?P<scale2>{'|'.join(_SCALE)}))?"
    rf"|\b(?P<vague>(?:tens|hundreds|thousands|millions)) of\b",
    re.I,
)
CLOCK = re.compile(r"\b([01]?\d|2[0-4]):([0-5]\d)\b")
#: What no number of the world is: dates, years, numbering, names and versions.
OUT = re.compile(
    rf"{DAY}|{MONTH} \d{{4}}|\b(?:19|20)\d\d\b(?:\s*[–-]\s*(?:19|20)?\d\d)?|\bQ[1-4]\b|\(\d\)|\b(?:[Vv]ersion|No\.|[Aa]rticle|[Pp]art|[Ss]ection|[Aa]ppendix)\s*\d[\d.]*|"
    rf"\b(?:GB|T|YD|TC|JT)(?:/\w+)?[ -]?\d[\w.-]*|\b\d+G\b|^\s*\d+\.\s|\b\d+(?:st|nd|rd|th)\b|\b24/7\b|\b\d{{1,2}} ?(?:to|and|–|-) ?\d{{1,2}} {MONTH}",
    re.M,
)
QUALIFIERS = [
    (re.compile(r"(?:at least|no(?:t)? (?:less|fewer|lower) than|no fewer than|a minimum of|≥ ?|minimum(?: of)?|ranging from|under the age of|below the age of)\s*(?:RMB |CNY |¥|US\$|\$)?$", re.I), "at_least"),
    (re.compile(r"(?:more than|over|exceed(?:s|ing|ed)?|above|upwards of|greater than|surpass(?:es|ing|ed)?)\s*(?:RMB |CNY |¥|US\$|\$)?$", re.I), "more_than"),
    (re.compile(r"(?:less than|fewer than|below|under|lower than)\s*(?:RMB |CNY |¥|US\$|\$)?$", re.I), "less_than"),
    (re.compile(r"(?:at most|up to|no more than|not more than|not exceed(?:ing)?|within|maximum(?: of)?|limit(?:ed)? (?:of|to)|top|every|≤ ?|once every|age at|capped at)\s*(?:RMB |CNY |¥|US\$|\$)?$", re.I), "at_most"),
    (re.compile(r"ranging from (?:RMB )?[\d,.]+ (?:\w+ )?to (?:RMB )?$", re.I), "at_most"),
    (re.compile(r"(?:nearly|about|around|approximately|almost|roughly|some|close to)\s*(?:RMB |CNY |¥|US\$|\$)?$", re.I), "about"),
]  # fmt: skip
MONEY = re.compile(r"(?:RMB|CNY|¥|US\$|\$|yuan)\s*$", re.I)
MONEY_AFTER = re.compile(r"\s*(?:RMB|CNY|yuan|renminbi)\b", re.I)
PERCENT = re.compile(r"\s*(?:%|％|per ?cent\b|percentage points?)")
TIME = re.compile(
    r"[ -](?:calendar |working |business |consecutive )?(?:year|month|week|day|hour|minute|second)s?\b"
)
LENGTH = re.compile(r"\s*(?:km|kilomet(?:re|er)s?|met(?:re|er)s?)\b")
#: Durations that are no figures: of campaigns and of targets.
CAMPAIGN = re.compile(
    r"(?:action|campaign|remediation|operation|within|over the next|the next|in the next|enterprises over)\b",
    re.I,
)
#: Parts of a document, a campaign or a list.
PARTS = re.compile(
    r"(?:(?!actively|cases?\b)\w+[- ]){0,3}?(?:measures?|categor\w+|aspects?|tasks?|fields?|areas?|principles?|mechanisms?|stages?|chapters?|articles?|dimensions?|labels?|papers?|reports?|"
    r"requirements|actions?|campaigns?|departments?|ministries|agencies|authorities|bodies|drafts?|batch(?:es)?|sections?|types of (?!products)(?!\w+ products)|new types|documents?|rules|guidelines|topics?|issues?|"
    r"sets?|steps?|pillars?|goals?|directions?|initiatives?|forms?|parts?|ways?|lists?|procedures|scenarios? of|annexes|provisions|points?|phases?|supports?|conditions?|sectors?|characteristics|"
    r"priorities|problems|functions|levels?|grades?)\b|(?:key|major (?!local|cities|platforms|websites|app|cases)|of|or|another|hand|side|main|click|time|person|apps were|"
    r"associated|to-one|stop)\b", re.I,
)  # fmt: skip
#: What a number in words counts, where it counts the world.
THINGS = re.compile(
    r"(?:\w+[- ]){0,3}?(?:cities|city|provinces|counties|companies|enterprises|firms|cases?|services|platforms|apps|applications|websites|accounts|products|models|brands|"
    r"operators|cooperatives|hospitals|schools|stores|banks|plaintiffs|defendants|parties|people|individuals|persons|users|suspects|years?|months?|days?|hours?|minutes?|projects|vehicles|standards|towns|regions|zones)\b", re.I,
)  # fmt: skip
TARGET = re.compile(
    r"\b(?:by (?:the end of )?20\d\d|20\d\d, (?:the|it)|target|goals?|aims? to|plans? to|expect\w*|intends? to|will (?:\w+ )?(?:build|reach|achieve|promote|form|cultivate)|strive|achiev(?:e|ing)|seeks)\b",
    re.I,
)
REQUIRED = re.compile(
    r"\b(?:shall|must|should|requir\w+|limit|no less than|at least|not (?:to|be)|retain\w*|default|prohibit\w*|rank|over a|once every|within \d)\b",
    re.I,
)
FINED = re.compile(r"\b(?:fine[sd]?|fining|penalt\w+|confiscat\w+|penali[sz]ed)\b", re.I)
DAMAGES = re.compile(r"\b(?:compensat\w+|damages|losses and|indemni\w+)\b", re.I)
FUNDING = re.compile(
    r"\b(?:subsid\w+|funds?|funding|vouchers?|grants?|investment|award\w*|rewards?|financ\w+)\b", re.I
)


#: Stems in names of measures that say nothing of what is measured.
_ANY = frozenset(("amount", "period", "scale", "min", "unspeci"))
#: How measures call a kind that reports tell by a verb.
_NOUNS = {"penalty": "fine", "damages": "damages"}
#: What a measure counts whose name has no word in common with a report.
NAMELESS = 0.3


@dataclass(frozen=True)
class Figure:
    """A number: value as text, qualifier, kind, measure with the next best ones, the span of the clause, the rule."""

    value: str
    qualifier: str
    kind: str
    measures: tuple[tuple[str, float], ...]
    start: int
    end: int
    rule: str


class Measures:
    """Finds the measure of a unit whose label, definition and known quotes have most of the words around a number."""

    def __init__(self, words: Mapping[str, str], units: Mapping[str, str]) -> None:
        self._units = units
        self._words = {m: Counter(_stems(w)) for m, w in words.items()}
        spread = Counter(w for c in self._words.values() for w in c)
        self._weight = {w: math.log(1 + len(self._words) / n) for w, n in spread.items()}

    def nearest(self, near: str, unit: str) -> tuple[tuple[str, float], ...]:
        """Return up to three measures in the unit of a number, best first, each with its share of the weight that is found.

        The share is that among all measures of the unit, times the part of the measure's own name that is found: where
        only one measure has the unit, its share alone would say nothing.
        """
        own = set(_stems(near))
        scores = []
        for measure, words in self._words.items():
            if self._units.get(measure) != unit:
                continue
            name = set(_stems(measure.replace("_", " "))) - _ANY
            told = len(name & own) / len(name) if name else 0.0
            score = sum(
                self._weight[w] * (2 if w in name else 1) / math.sqrt(1 + len(words))
                for w in own & set(words)
            )
            if score:
                scores.append((measure, score * (NAMELESS + told), told))
        scores.sort(key=lambda s: (-s[1], s[0]))
        total = sum(s for _, s, _ in scores[:8]) or 1.0
        return tuple((m, round(told * s / total, 3)) for m, s, told in scores[:3])


def _stems(text: str) -> list[str]:
    return [
        re.sub(r"(?:ed|ing|es|s|ation|ations)$", "", w)[:7] for w in re.findall(r"[a-z]{3,}", text.casefold())
    ]


def _value(m: re.Match[str]) -> Decimal:
    if m["vague"]:
        return Decimal(
            {"tens": 10, "hundreds": 100, "thousands": 1000, "millions": 10**6}[m["vague"].casefold()]
        )
    base = Decimal(m["digits"].replace(",", "")) if m["digits"] else Decimal(_SMALL[m["word"].casefold()])
    scale = m["scale"] or m["scale2"]
    return base * _SCALE[scale.casefold()] if scale else base


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _rule(m: re.Match[str], before: str, after: str) -> str:
    """Return what makes a number a figure, or nothing: money, percent, time, length, count."""
    if MONEY.search(before) or MONEY_AFTER.match(after):
        return "money"
    if PERCENT.match(after):
        return "" if re.search(r"[\"“]$", before) else "percent"
    if LENGTH.match(after) and m["digits"]:
        return "length"
    if TIME.match(after):
        return _time(m, before, after)
    if m["vague"]:
        return "count"
    if re.search(r"\btop $", before) and not re.match(r" (?:\w+ )?cases\b", after):
        return "rank"
    if re.search(r"\bage of $|\baged (?:under |over )?$", before):
        return "age"
    if re.match(r" ?(?:and|or|to) ", after) and not m["digits"]:
        return ""
    if m["word"] and re.search(r"\b(?:all|these|those|both|the other) $", before, re.I):
        return ""
    if m["word"]:
        return "word" if THINGS.match(after.lstrip(" -")) and not PARTS.match(after.lstrip(" -")) else ""
    if PARTS.match(after.lstrip(" -")):
        return ""
    return "count" if re.match(r"(?: [a-z(“A-Z]|\+? |,|\.|;)", after) and _value(m) >= 2 else ""


def _unit(rule: str, before: str, after: str) -> str:
    """Return the unit of a number, as measures declare theirs; a unit that none has is as it is written."""
    if rule == "money":
        return "USD" if re.search(r"\$\s*$", before) else "CNY"
    if rule == "length":
        return "km" if re.match(r"\s*k", after) else "m"
    if rule == "time":
        m = TIME.match(after)
        return re.sub(r"^.*\W|s$", "", m[0]) if m else ""
    return {"percent": "percent", "age": "year", "clock": "hour"}.get(rule, "count")


def _time(m: re.Match[str], before: str, after: str) -> str:
    """Return whether a duration is a figure: not that of a campaign, a target or an age of a thing."""
    if CAMPAIGN.search(before[-24:]) or re.match(
        r"[ -]\w+ (?:\w+ ){0,3}(?:action|campaign|remediation|operation)\b", after
    ):
        return ""
    if re.search(r"\b(?:last|past|next|first|recent|full|over) $", before):
        return "" if not re.search(r"over a $", before) else "time"
    return "time"


def _qualifier(m: re.Match[str], before: str, after: str) -> str:
    if m["plus"] or re.match(r" ?\+| (?:or more|and above|or above)", after):
        return "at_least"
    if m["vague"]:
        return "more_than"
    if re.match(r" (?:\w+ )?cases\b", after) and before.endswith("top "):
        return "exact"
    return next((name for pattern, name in QUALIFIERS if pattern.search(before)), "exact")


def _kind(rule: str, sentence: str, before: str) -> str:
    near = before[-70:]
    if rule == "money":
        if DAMAGES.search(sentence) and not FINED.search(near):
            return "damages"
        if FINED.search(near):
            return "penalty"
        if FUNDING.search(sentence):
            return "funding"
    if rule in ("time", "rank", "age", "clock") or (
        rule in ("percent", "length") and re.search(r"limit|shall|must", near)
    ):
        return "requirement" if rule in ("rank", "age", "clock") or REQUIRED.search(sentence) else "statistic"
    if TARGET.search(sentence) and not re.search(r"\b(?:announced|published|released) $", near):
        return "target"
    return "statistic"


def _sentences(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    at = start
    for m in re.finditer(r"(?<!\bNo)[.!?][”\"]?\s+(?=[A-Z“])|\n|\)(?=[A-Z])", text[start:end]):
        yield at, start + m.end()
        at = start + m.end()
    if at < end:
        yield at, end


def _clause(text: str, start: int, end: int, a: int, b: int) -> tuple[int, int]:
    """Return the clause around a number: up to the commas and semicolons next to it, 160 characters at most."""
    left = max((m.end() for m in re.finditer(r"[;:]\s|,\s(?!\d{3})", text[start:a])), default=0) + start
    if a - left > 110:
        left = text.find(" ", a - 110) + 1
    m = re.search(r"[;:,.](?=\s)|\n", text[b : min(end, b + 110)])
    right = b + m.start() if m else min(end, b + 110)
    while right < end and right == b + 110 and text[right].isalnum():
        right -= 1
    return left, len(text[:right].rstrip())


def _numbers(unit: Unit, text: str) -> Iterator[tuple[re.Match[str], int, int]]:
    """Yield the numbers of a report that are no dates or names, with the sentence of each."""
    start = unit.start
    for a, b in _sentences(text, start, unit.end):
        out = [m.span() for m in OUT.finditer(text, a, b)]
        for m in NUMBER.finditer(text, a, b):
            money = MONEY.search(text[max(a, m.start() - 6) : m.start()]) or MONEY_AFTER.match(text, m.end())
            if money or not any(s <= m.start() < e for s, e in out):
                yield m, a, b


def figures(unit: Unit, text: str, measures: Measures) -> list[Figure]:
    """Return the figures of a report, each value with a measure once.

    Parameters
    ----------
    unit
        The report.
    text
        The source text.
    measures
        Finds the measure of a number.
    """
    out: dict[tuple[str, str, frozenset[str]], Figure] = {}
    for m, a, b in _numbers(unit, text):
        before, after = text[a : m.start()], text[m.end() : min(b, m.end() + 80)]
        rule = _rule(m, before, after)
        if not rule:
            continue
        start, end = _clause(text, a, b, m.start(), m.end())
        kind = _kind(rule, text[a:b], before)
        words = text[max(start, m.start() - 60) : min(end + 20, m.end() + 50)]
        near = measures.nearest(f"{words} {_NOUNS.get(kind, '')}", _unit(rule, before, after))
        value = _plain(_value(m))
        key = (value, f"money at {m.start()}" if rule == "money" else rule, _counted(after))
        if not any(value == v and key[1] == r and (key[2] & c or not key[2] | c) for v, r, c in out):
            out[key] = Figure(value, _qualifier(m, before, after), kind, near, start, end, rule)
    for a, b in _sentences(text, unit.start, unit.end):
        for c in CLOCK.finditer(text, a, b):
            start, end = _clause(text, a, b, *c.span())
            value = _plain(Decimal(int(c[1])) + (Decimal(int(c[2])) / 60).quantize(Decimal("0.01")))
            out[(value, "clock", frozenset())] = Figure(
                value, "exact", "requirement", measures.nearest(text[start:end], "hour"), start, end, "clock"
            )
    return sorted(out.values(), key=lambda f: f.start)


def _counted(after: str) -> frozenset[str]:
    """Return the words that say what a number counts, so that the same count told again is one figure."""
    return frozenset(_stems(" ".join(re.split(r"[,;.”]", after)[0].split()[:4])))
