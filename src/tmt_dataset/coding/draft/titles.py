"""The instruments that a report names: their titles, what they are in the register, and their stage."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from tmt_dataset.coding.draft.actors import first_sentence, named
from tmt_dataset.coding.draft.registers import Registers
from tmt_dataset.coding.draft.segments import DATED
from tmt_dataset.coding.draft.shapes import Unit
from tmt_dataset.coding.draft.verbs import ACT

__all__ = ["Title", "alike", "titles"]

#: What a document is called.
HEAD = (
    r"(?:Measures|Provisions|Regulations|Regulation(?= (?:on|for|of))|Guidelines?|Guidance|Opinions?|Notice|Circular|Plan|Programme|Program|Rules|"
    r"Standards?|Conditions|Requirements|requirements|Specifications?|Framework|Law|Methods|Decision|Announcement|White Paper|Report|Catalogue|"
    r"Code|Answers|Disclosure|Guide|Commitments|Compact|Interpretations?|Declaration|Agreement|Norms)"
)
_WORD = r"(?:[“\"‘(]{0,2}(?:AI\+|5G\+|[A-Z0-9][\w’'&+/-]*(?:\.\w+)*)[”\"’)]{0,2})"
_LINK = r"(?:of|for|on|the|and|in|to|by|from|with|at|as|a|an|into|against|upon|–|—|-|·)"
_NAMED_SO = r"(?:(?:notice|(?<!public )(?<!for )opinions|guidelines|measures|plan|rules) (?:on|for|of) (?:the )?(?=[A-Z]))?"
RUN = re.compile(
    rf"\b{_NAMED_SO}{_WORD}(?:(?:,? ?[–—] ?|: (?=[A-Z][\w-]* [A-Z])|,? )(?:{_LINK} ){{0,3}}{_WORD})*(?: \((?:[^()\n]{{2,60}})\))?[”\"]?"
    rf"|(?<=[“\"]){_WORD}"
)
QUOTED = re.compile(r"“([^”\n]{12,200})”")
#: A standard whose title is in lower case is known by its number.
NUMBERED = re.compile(
    r"(?:(?<=, )|(?<=: )|(?<=and )|(?<=the )|(?<=, and ))([A-Z][^,:;()]{8,110}?) \(((?:GB|T|YD|TC|JT)[\w/ .-]*\d[\d.-]*)\)"
)
NUMBER = re.compile(r"\b(?:GB(?:/[TZ])?|T/[A-Z]+|YD/T|JT/T) ?\d[\d.]*-\d{4}\b|\bTC260-\w+\b")
SPLIT = re.compile(
    rf",? and (?:the |its )(?=(?:[A-Z][\w’-]* ){{0,6}}{HEAD}\b)|,? and (?=(?:[A-Z][\w’-]* ){{0,3}}(?!Regulation )(?:{HEAD}) (?:on|for|of)\b)|,? and (?=(?:\w+ )?Typical Cases)"
    rf"|, (?:the )?(?=(?:[A-Z][\w’-]* ){{0,4}}{HEAD} (?:on|for|of)\b)|, the |,? (?:and )?(?=GB|T/)"
)
DRAFT = re.compile(r"\bdraft|for comments?\b", re.I)
CONSULTED = re.compile(
    r"\b(?:solicit|sought (?:public )?(?:feedback|comments?|opinion)|seek|proposed|public consultation|public (?:opinion|comment)|drafted)",
    re.I,
)
RELIED = re.compile(
    r"\b(?:accordance with|implement(?:ing)?(?: the requirements of)?|according to|based on|basis of|under|pursuant to|line with|comply with|provisions of|as per|"
    r"support|requirements of|violat\w+|stipulated in|following|supplements)\s+(?:the\s+|China’s\s+)?[“\"]?$",
    re.I,
)
PLANNED = re.compile(
    r"\b(?:inclusion of|list(?:s|ed) the draft of|plan(?:s|ned)? to (?:issue|introduce|formulate|draft)|introduction of .*standards, including)\s+(?:the\s+)?$",
    re.I,
)
#: An instrument starts to apply: told after its title, before it.
APPLIES = re.compile(
    r"[”\"]?(?: \([^()]{2,80}\))?(?:,(?: [^,.;]{2,80},)?)? (?:(?:will )?t(?:akes?|ook) effect|(?:will )?(?:c[ao]mes?|enter(?:s|ed)?) into (?:force|effect)|"
    r"(?:was|were|is|are|has been|have been) (?:brought|put) into (?:force|effect))\b"
)
#: The same with the title as the object; an ellipsis is in its place.
BROUGHT = re.compile(
    r"\b(?:brought|brings?|puts?) (?:into (?:force|effect) (?:the )?[“\"]?…|(?:the )?[“\"]?…[”\"]? into (?:force|effect)\b)"
)
RELEASED = re.compile(
    r"\b(?:issue[sd]?|release[sd]?|publishe[sd]|promulgated|adopted|approved|passed|announce[sd]|unveiled)\b"
)
SMALL = {"the", "of", "for", "on", "and", "in", "to", "a", "an", "by", "with", "at"}


@dataclass(frozen=True)
class Title:
    """A named document: its code (of the register, or made from its title), stage, kind, span and rule."""

    code: str
    stage: str
    kind: str
    start: int
    end: int
    rule: str


@lru_cache(maxsize=4096)
def words(title: str) -> frozenset[str]:
    """Return the words by which titles are compared: without brackets, small words and endings."""
    plain = re.sub(r"\(“[^”]*”\)|\[[^\]]*\]|\((?:draft|interim|trial|for)[^)]*\)", " ", title.casefold())
    found = re.findall(r"[\w+]+", re.sub(r"(?<=i)z(?=(?:ation|e|ing)\b)", "s", plain))
    return frozenset(w.removesuffix("s") for w in found if w not in SMALL)


def alike(a: str, b: str) -> float:
    """Return how far two titles share their words, 0 to 1.

    Examples
    --------
    >>> alike("Measures for the Labelling of Toys (Draft)", "Measures for Labelling Toys")
    1.0
    """
    one, two = words(a), words(b)
    return len(one & two) / len(one | two) if one | two else 0.0


def _candidates(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the spans that have the form of a document's title."""
    for m in NUMBERED.finditer(text, start, end):
        if not re.search(ACT, m[1]):
            yield m.start(1), m.end(1)
    for m in QUOTED.finditer(text, start, end):
        if re.search(rf"\b{HEAD}\b", m[1]) and m[1][0].isupper():
            yield m.start(1), m.end(1)
    for m in RUN.finditer(text, start, end):
        at = m.start()
        for piece in [*SPLIT.finditer(m[0]), None]:
            stop = m.start() + piece.start() if piece else m.end()
            yield from _trimmed(text, at, stop)
            at = m.start() + piece.end() if piece else at


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield a span without what is before its title: an article, the issuer and its verb, an opening word."""
    lead = re.match(
        r"(?:The|A|An|In|To|Following|According to|Its|Under|Additionally|Meanwhile|Draft|[\d.]+(?= of))\s+(?:the\s+|of\s+the\s+)?",
        text[start:end],
    )
    if lead:
        start += lead.end()
    title = re.sub(r", [A-Z]{2,}$", "", DATED.sub("", text[start:end]).rstrip(" ,"))
    if title.endswith(")") and title.count("(") < title.count(")"):
        title = title[:-1]
    if "”" in title and "“" not in title:
        title = title.rstrip("”")
    if re.search(rf"\b(?:{HEAD}|notice|opinions)\b", title) and (
        len(title.split()) > 2 or title.endswith(" Law")
    ):
        yield start, start + len(title)


def _without_draft(title: str) -> str:
    return (
        re.sub(r"\s*\((?:[Dd]raft|[Ff]or [Cc]omment)[^)]*\)", "", title).removeprefix("Draft ").strip(' “”"')
    )


def _known(title: str, registers: Registers, short: dict[str, str]) -> tuple[str, str, str] | None:
    """Return code, kind and rule of the instrument of the register that a title names."""
    title = short.get(title, title)
    best: tuple[float, str, str] = (0.0, "", "")
    for i in registers.instruments:
        for t in i.titles:
            score = alike(title, t)
            if score > best[0]:
                best = (score, i.code, i.kind)
    if best[0] >= 0.75:
        return best[1], best[2], "known" if best[0] == 1 else "alike"
    return None


def _slug(title: str) -> str:
    small = [w for w in re.findall(r"[a-z0-9]+", title.casefold().replace("’", "")) if w not in SMALL]
    return "-".join(small[:9])[:60].strip("-")


def _kind(title: str, codes: set[str]) -> str:
    """Return the kind that the words of a title suggest; the register's kinds decide where the title is known."""
    rules = [
        (r"\bWhite Paper|\bReport\b", "report"), (r"\bGB/T|\bSpecification|\bStandards?$|Cybersecurity Technology", "standard-recommended"),
        (r"Practice Guid|Framework|Standards? System|Standardisation System", "technical-guide"), (r"\bLaw$", "law"),
        (r"Guidelines?\b|Guidance", "guidelines"), (r"\bOpinions?\b", "policy-opinions"),
        (r"Action Plan|\bPlan\b|Programme|Program\b", "plan"), (r"Promot|Support|Several Measures|Accelerat", "support-measures"),
        (r"\bNotice|Announcement|Circular|Conditions", "normative-document"), (r"Measures|Provisions|Regulations?|Rules", "departmental-rules"),
    ]  # fmt: skip
    return next(
        (kind for pattern, kind in rules if kind in codes and re.search(pattern, title)), "normative-document"
    )


def _stage(text: str, unit: Unit, start: int, end: int, opening: tuple[int, int]) -> tuple[str, str]:
    """Return the stage that the words around a title tell, and the rule."""
    before, title = text[max(unit.start, start - 90) : start], text[start : end + 30]
    lead = text[unit.start : opening[1]]
    if PLANNED.search(before):
        return "planned", "planned"
    if RELIED.search(before) and not re.match(r"Following|According", lead):
        return "cited", "relied"
    inside = start < opening[1] or (unit.heading is not None and start < unit.heading[1])
    if not inside:
        return "cited", "later"
    if BROUGHT.search(before + "…" + text[end : end + 20]) or (
        APPLIES.match(text, end) and not RELEASED.search(text[unit.start : start])
    ):
        return "effective", "effect"
    if DRAFT.search(title) or DRAFT.search(before[-30:]) or CONSULTED.search(lead):
        return "draft", "draft"
    if re.search(r"\brevis(?:ed|es|ion)|Revised", lead):
        return "revised", "revised"
    if re.search(r"\b(?:approved|passed)\b", lead) and not re.search(
        r"\b(?:issued|released|published)\b", lead
    ):
        return "approved", "approved"
    return "issued", "issued"


def titles(unit: Unit, text: str, registers: Registers) -> list[Title]:
    """Return the documents that a report names, each once, at its first or most telling place.

    Parameters
    ----------
    unit
        The report.
    text
        The source text.
    registers
        What is known by name: a title that is alike a known one names that instrument.
    """
    body = unit.heading[1] if unit.heading else unit.start
    opening = (unit.start, first_sentence(text, body, unit.end))
    short = {
        m[2]: m[1] for m in re.finditer(r"([A-Z][^“”(]{12,150}?(?:\([^()]*\))?) \(“([^”]{4,60})”\)", text)
    }
    kinds = {i.kind for i in registers.instruments}
    out: dict[str, Title] = {}
    bodies = [(s, e) for s, e, _ in named(text, unit.start, unit.end, registers)]
    taken: list[tuple[int, int]] = []
    last: Title | None = None
    for start, end in sorted({*_candidates(text, unit.start, unit.end)}):
        if any(a < end and start < b for a, b in taken) or any(a < end <= b for a, b in bodies):
            continue
        taken.append((start, end))
        title = _without_draft(text[start:end])
        known = _known(title, registers, short)
        if not known and len(words(title)) < 4 and not title.endswith(("Law", "Compact")):
            continue
        code, kind, rule = known or (_slug(title), _kind(title, kinds), "new")
        stage, why = _stage(text, unit, start, end, opening)
        if last and start - last.end < 12 and last.stage == "cited" and ". " not in text[last.end : start]:
            stage, why = last.stage, "listed"
        last = new = Title(code, stage, kind, start, end, f"{rule}-{why}")
        same = next(
            (c for c, t in out.items() if c == code or alike(title, text[t.start : t.end]) >= 0.75), None
        )
        if same is None:
            out[code] = new
        elif out[same].stage == "cited" and stage != "cited":
            out[same] = new
    return _numbers(unit, text, registers, out)


def _numbers(unit: Unit, text: str, registers: Registers, out: dict[str, Title]) -> list[Title]:
    """Return what is found with the standards that are named by their number alone."""
    by_number = {i.number: i for i in registers.instruments if i.number}
    for m in NUMBER.finditer(text, unit.start, unit.end):
        if any(t.start <= m.start() <= t.end + 3 for t in out.values()):
            continue
        kind = "standard-mandatory" if re.match(r"GB \d", m[0]) else "standard-recommended"
        i = by_number.get(m[0])
        code = i.code if i else _slug(m[0])
        if code not in out:
            out[code] = Title(
                code,
                "cited",
                i.kind if i else kind,
                m.start(),
                m.end(),
                "known-number" if i else "new-number",
            )
    return list(out.values())
