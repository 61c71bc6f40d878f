"""The draft of an annotation: the segments of a text, and a development for each report with what is proposed for it."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from tmt_dataset.coding.annotation import yaml
from tmt_dataset.coding.draft import classes, extract, registers, segments
from tmt_dataset.coding.draft.classes import Classes
from tmt_dataset.coding.draft.registers import Registers
from tmt_dataset.coding.draft.shapes import Cut, Proposal, Unit
from tmt_dataset.files import sha256
from tmt_dataset.validation.verbatim import escaped

if TYPE_CHECKING:
    from tmt_dataset.dataset import Dataset

__all__ = ["Drafter", "as_yaml", "development", "number"]

#: The declared limit of a quote.
LONGEST = 320
#: What a quote supports, by variable; the other variables stand with their quote or need none.
SUPPORTS = {
    "date": "date", "action": "action", "jurisdiction": "jurisdiction", "authorities": "authorities", "unnamed_authorities": "unnamed_authorities",
    "effective_date": "effective_date", "topics": "topics", "places": "places", "instruments": "instruments",
    "orientation": "orientation", "ai_role": "ai_role",
}  # fmt: skip
#: Variables with one value.
SINGLE = ("date", "date_basis", "action", "jurisdiction", "effective_date", "orientation", "ai_role")
#: Values that need no quote.
BARE = {
    ("ai_role", "none"),
    ("orientation", "information"),
    ("date_basis", "period"),
    ("jurisdiction", extract.NATIONAL),
    ("unnamed_authorities", "0"),
}
SECTIONS = {
    "legislative": r"legislat|regulat|rules|polic",
    "enforcement": r"enforce|judicial|case",
    "industry": r"industr|market",
}
#: Records of these lists have a line each.
ON_ONE_LINE = frozenset(
    ("segments", "authorities", "instruments", "figures", "provisions", "relations", "proposed", "others")
)
Node = dict[str, Any]


def number(value: str) -> str:
    """Return a number as the values of a draft have it.

    Examples
    --------
    >>> number("10000.0"), number("1030000")
    ('10000', '1030000')
    """
    return f"{float(value):.15g}"


def _normal(p: Proposal) -> Proposal:
    """Return a proposal whose number is written in one way."""
    if p.variable != "figures":
        return p
    measure, value, *rest = p.value.split(" ")
    return Proposal(p.variable, " ".join([measure, number(value), *rest]), p.start, p.end, p.score, p.others)


@dataclass(frozen=True)
class Drafter:
    """What a release teaches: the fitted models, and its registers."""

    models: Classes
    registers: Registers

    @classmethod
    def of(cls, ds: Dataset, without: str | None = None) -> Drafter:
        """Fit on a data set; `without` a source, whose developments and quotes are left out."""
        return cls(classes.fit(ds, without), registers.of(ds, without))

    def proposals(self, unit: Unit, text: str, window: tuple[str, str]) -> list[Proposal]:
        """Return what is proposed for a report."""
        read = extract.propose(unit, text, self.registers, window)
        return [*map(_normal, read), *self.models.propose(unit)]

    def draft(self, source: Mapping[str, Any], text: str, first: int) -> Node:
        """Return the draft of an annotation.

        Parameters
        ----------
        source
            The facts of the source: those that an annotation begins with, without number of characters and checksum.
        text
            Its text.
        first
            The number of the first new identifier.
        """
        sid, window = source["source_id"], (str(source["period_start"]), str(source["period_end"]))
        cuts = segments.cut(text)
        found = [(unit, self.proposals(unit, text, window)) for unit in segments.units(text, cuts)]
        known = {i.code for i in self.registers.instruments}
        return {
            "source": {**source, "characters": len(text), "sha256": sha256(text.encode("utf-8"))},
            "segments": [_segment(sid, n, c, text) for n, c in enumerate(cuts, 1)],
            "instruments": list(_instruments(chain.from_iterable(p for _, p in found), text, known)),
            "developments": [
                development(f"TMT-{n:04}", _mentions(sid, cuts, unit), proposals, text)
                for n, (unit, proposals) in enumerate(found, first)
            ],
        }


def _segment(sid: str, n: int, cut: Cut, text: str) -> Node:
    words = text[cut.start : cut.end]
    out: Node = {"id": f"{sid}:{n:03}", "at": [cut.start, cut.end], "role": cut.role}
    section = next((code for code, pattern in SECTIONS.items() if re.search(pattern, words, re.I)), None)
    if cut.role == "section-heading" and section:
        out["section"] = section
    return {**out, "sha256": sha256(words.encode("utf-8"))}


def _mentions(sid: str, cuts: Sequence[Cut], unit: Unit) -> list[str]:
    """Return the segments of a report: its heading and those that its body touches."""
    spans = [(unit.start, unit.end), *([unit.heading] if unit.heading else [])]
    return [
        f"{sid}:{n:03}"
        for n, c in enumerate(cuts, 1)
        if c.role in ("heading", "development") and any(c.start < b and a < c.end for a, b in spans)
    ]


def _instruments(proposals: Iterable[Proposal], text: str, known: set[str]) -> Iterator[Node]:
    """Yield the instruments that the release does not have, each with the words of its title."""
    titles: dict[str, str] = {}
    kinds: dict[str, str] = {}
    for p in proposals:
        code, _, rest = p.value.partition(" ")
        if p.variable == "instruments" and code not in known:
            titles.setdefault(code, " ".join(text[p.start : p.end].split()))
        elif p.variable == "instrument_kind":
            kinds.setdefault(code, rest)
    yield from ({"id": code, "title": title, "kind": kinds.get(code)} for code, title in titles.items())


def development(identifier: str, mentions: list[str], proposals: Sequence[Proposal], text: str) -> Node:
    """Return the record of a report; what only its coder can write is left empty."""
    every, proposals = proposals, [p for p in proposals if p.value]
    one = {p.variable: p.value for p in reversed(proposals) if p.variable in SINGLE}
    record: Node = {"id": identifier, "reviewed": False, "title": None, "summary": None}
    record |= {name: one.get(name) for name in ("date", "date_basis", "action", "jurisdiction")}
    record["authorities"] = dict(p.value.split(" ") for p in proposals if p.variable == "authorities")
    unnamed = next((int(p.value) for p in proposals if p.variable == "unnamed_authorities"), 0)
    record |= {"unnamed_authorities": unnamed} if unnamed else {}
    record |= {name: one[name] for name in ("effective_date", "orientation", "ai_role") if name in one}
    for name in ("topics", "places"):
        record[name] = list(dict.fromkeys(p.value for p in proposals if p.variable == name))
    instruments: dict[str, list[str]] = {}
    for p in proposals:
        if p.variable == "instruments":
            code, stage = p.value.split(" ")
            instruments.setdefault(code, []).append(stage)
    record["instruments"] = {
        k: v[0] if len(v) == 1 else list(dict.fromkeys(v)) for k, v in instruments.items()
    }
    record["mentions"] = mentions
    record["quotes"] = _quotes(proposals, text)
    record["proposed"] = [
        {"variable": p.variable, "value": p.value, "at": [p.start, p.end], "score": round(p.score, 3)}
        | ({"others": [{"value": v, "score": round(score, 3)} for v, score in p.others]} if p.others else {})
        for p in every
    ]
    return {k: v for k, v in record.items() if v not in ([], {})}


def _quotes(proposals: Sequence[Proposal], text: str) -> list[Node]:
    """Return the quotes with the values that they support; spans that overlap are one quote, if it is not too long."""
    needed = [
        p for p in proposals if p.variable in {*SUPPORTS, "risks", "figures", "provisions", "relations"}
        and (p.variable, p.value) not in BARE
    ]  # fmt: skip
    groups: list[tuple[int, int, list[Proposal]]] = []
    for p in sorted(needed, key=lambda p: (p.start, p.end)):
        start, end, own = groups[-1] if groups else (0, 0, [])
        if p.start < end and max(p.end, end) - start <= LONGEST:
            groups[-1] = (start, max(p.end, end), [*own, p])
        else:
            groups.append((p.start, min(p.end, p.start + LONGEST), [p]))
    quotes = [_quote(text, start, end, own) for start, end, own in groups]
    return [q for q in quotes if len(q) > len(("at", "text"))]


def _quote(text: str, start: int, end: int, own: Sequence[Proposal]) -> Node:
    words = text[start:end]
    at = [start + len(words) - len(words.lstrip()), start + len(words.rstrip())]
    supports = list(dict.fromkeys(SUPPORTS[p.variable] for p in own if p.variable in SUPPORTS))
    return {
        "at": at,
        "text": escaped(words.strip()),
        **({"supports": supports} if supports else {}),
        **_beside(own),
    }


def _beside(own: Sequence[Proposal]) -> Node:
    """Return the values that stand with a quote."""
    figures, provisions, relations = [], [], []
    for p in own:
        parts = p.value.split(" ")
        if p.variable == "figures" and parts[0] != extract.UNKNOWN:
            value = float(parts[1])
            figures.append({
                "measure": parts[0], "value": int(value) if value.is_integer() else value,
                "qualifier": parts[2], "kind": parts[3],
            })  # fmt: skip
        elif p.variable == "provisions":
            provisions.append(dict(zip(("addressee", "modality", "type"), parts, strict=True)))
        elif p.variable == "relations":
            relations.append({parts[0]: parts[1]})
    risks = list(dict.fromkeys(p.value for p in own if p.variable == "risks"))
    lists = {"risks": risks, "figures": figures, "provisions": provisions, "relations": relations}
    return {name: found for name, found in lists.items() if found}


# -- as a file


def as_yaml(node: Any, schema: str) -> bytes:
    """Return a draft as a file in the layout of annotations, with the schema that an editor completes it by."""
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

    def laid_out(value: Any, keys: tuple[str, ...]) -> Any:
        if isinstance(value, list):
            seq = CommentedSeq(laid_out(v, keys) for v in value)
            if not any(isinstance(v, dict) for v in value):
                seq.fa.set_flow_style()
            return seq
        if not isinstance(value, dict):
            return value
        mapping = CommentedMap((k, laid_out(v, (*keys, k))) for k, v in value.items())
        if keys and keys[-1] in ON_ONE_LINE and keys != ("instruments",):
            mapping.fa.set_flow_style()
        return mapping

    stream = io.StringIO()
    stream.write(f"# yaml-language-server: $schema={schema}\n")
    yaml().dump(laid_out(node, ()), stream)
    return stream.getvalue().encode("utf-8")
