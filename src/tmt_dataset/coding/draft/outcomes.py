"""What the drafting proposes for a source that it does not know, beside what was coded: right or wrong, one by one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from tmt_dataset.coding.draft.actors import named
from tmt_dataset.coding.draft.dates import Window
from tmt_dataset.coding.draft.extract import propose
from tmt_dataset.coding.draft.registers import Registers, of
from tmt_dataset.coding.draft.segments import cut, units
from tmt_dataset.coding.draft.shapes import Cut, Proposal, Unit
from tmt_dataset.coding.draft.titles import alike
from tmt_dataset.dataset import Dataset

__all__ = ["Further", "Held", "Outcome", "Pair", "outcomes"]

Span = tuple[int, int]
#: A unit is the report of a development if they share so much of their characters.
SHARED = 0.4


@dataclass(frozen=True)
class Outcome:
    """One value: whether it was proposed, coded, right, and among the three best; `unit` is what intervals draw.

    A value that was coded and not proposed has a score of 0 and `proposed` false; one that was proposed and not
    coded has `coded` false.
    """

    source: str
    unit: str
    variable: str
    right: bool
    proposed: bool = True
    coded: bool = True
    top3: bool = False
    score: float = 0.0
    code: str = ""


@dataclass(frozen=True)
class Pair:
    """A development and the report of it that was found."""

    development: str
    unit: Unit


#: Makes further outcomes of a held-out source: those of the classifiers.
Further = Callable[["Held"], Iterable[Outcome]]


@dataclass(frozen=True)
class Held:
    """A source that is held out: its text and what was coded of it."""

    ds: Dataset
    source: str
    text: str

    @cached_property
    def window(self) -> Window:
        """First and last day that the source covers."""
        row = self.ds.sources.set_index("source_id").loc[self.source]
        return str(row["period_start"])[:10], str(row["period_end"])[:10]

    @cached_property
    def registers(self) -> Registers:
        """What the release knows without this source."""
        return of(self.ds, self.source)

    @cached_property
    def all_names(self) -> Registers:
        """What the release knows with this source: by which a name is recognised when it is compared."""
        return of(self.ds)

    @cached_property
    def cuts(self) -> list[Cut]:
        """The segments that the rules find."""
        return cut(self.text)

    @cached_property
    def units(self) -> list[Unit]:
        """The reports that the rules find."""
        return units(self.text, self.cuts)

    @cached_property
    def segments(self) -> Any:
        """The segments that were coded."""
        frame = self.ds.segments
        return frame[frame["source_id"].astype(str) == self.source].reset_index(drop=True)

    @cached_property
    def reports(self) -> list[tuple[str, Span, bool]]:
        """The reports that were coded: development, span, whether it is the first; neighbouring segments are one."""
        own = self.segments
        place = {str(s): n for n, s in enumerate(own["segment_id"])}
        mentions = self.ds.mentions[self.ds.mentions["segment_id"].astype(str).isin(place)]
        out = []
        for (development, rank), rows in mentions.groupby(
            ["development_id", "rank"], observed=True, sort=False
        ):
            numbers = sorted(place[str(s)] for s in rows["segment_id"])
            runs = np.split(numbers, np.where(np.diff(numbers) > 1)[0] + 1)
            for run in runs:
                span = int(own["start"][int(run[0])]), int(own["end"][int(run[-1])])
                out.append((str(development), span, str(rank) == "primary"))
        return out

    @cached_property
    def matched(self) -> list[tuple[int, int]]:
        """The pairs of a coded report and a unit, one to one, with the largest shared part."""
        from scipy.optimize import linear_sum_assignment

        spans = [span for _, span, _ in self.reports]
        shares = np.array(
            [
                [_share(g, (u.start, u.end), spans.count(g)) + self._quoted(n, u) for u in self.units]
                for n, g in enumerate(spans)
            ]
        )
        if not shares.size:
            return []
        rows, columns = linear_sum_assignment(-shares)
        return [(int(r), int(c)) for r, c in zip(rows, columns, strict=True) if shares[r, c] >= SHARED]

    def _quoted(self, report: int, unit: Unit) -> float:
        """Return a small addition for a unit that holds the quotes of a development, which tells parts of a report apart."""
        development, _, _ = self.reports[report]
        spans = self.quotes.get(development, [])
        inside = sum(unit.start <= s < unit.end for s in spans)
        return 0.05 * inside / len(spans) if spans else 0.0

    @cached_property
    def quotes(self) -> dict[str, list[int]]:
        """Where the quotes of each development begin."""
        frame = self.ds.quotes[self.ds.quotes["source_id"].astype(str) == self.source]
        rows = frame.groupby(frame["development_id"].astype(str))["start"].agg(list)
        return {str(k): [int(x) for x in v] for k, v in rows.items()}

    @cached_property
    def pairs(self) -> list[Pair]:
        """The developments whose first report was found, with it."""
        return [Pair(self.reports[r][0], self.units[c]) for r, c in self.matched if self.reports[r][2]]

    @cached_property
    def missed(self) -> list[str]:
        """The developments whose first report was not found: nothing is proposed for them."""
        found = {pair.development for pair in self.pairs}
        return sorted({d for d, _, first in self.reports if first} - found)


def _share(coded: Span, found: Span, times: int) -> float:
    """Return the shared part of two spans; a part of a report of several developments counts as its whole."""
    common = max(0, min(coded[1], found[1]) - max(coded[0], found[0]))
    whole = max(coded[1], found[1]) - min(coded[0], found[0])
    if times > 1 and common == found[1] - found[0]:
        return max(common / whole, 0.5)
    return common / whole


def outcomes(held: Held, further: Sequence[Further] = ()) -> list[Outcome]:
    """Return all outcomes of a held-out source.

    Parameters
    ----------
    held
        The source.
    further
        What makes the outcomes of other variables.
    """
    out = [*_units(held), *_segments(held)]
    for pair in held.pairs:
        found = propose(pair.unit, held.text, held.registers, held.window)
        out += _values(held, pair, found)
    for development in held.missed:
        out += _values(held, Pair(development, Unit(0, 0, None, "")), [])
    for make in further:
        out += make(held)
    return out


def _units(held: Held) -> Iterator[Outcome]:
    """Yield the reports that were found, and those that were missed."""
    right = dict(held.matched)
    for n, (development, _, _) in enumerate(held.reports):
        yield Outcome(
            held.source, development, "unit", n in right, n in right, True, n in right, float(n in right)
        )
    for n, unit in enumerate(held.units):
        if n not in right.values():
            yield Outcome(held.source, f"at {unit.start}", "unit", False, True, False)


def _segments(held: Held) -> Iterator[Outcome]:
    """Yield each segment that was found, right if nine tenths of it have its role."""
    role = np.empty(len(held.text), dtype=object)
    for row in held.segments.to_dict("records"):
        role[int(row["start"]) : int(row["end"])] = str(row["role"])
    for c in held.cuts:
        right = float(np.mean(role[c.start : c.end] == c.role)) >= 0.9
        yield Outcome(held.source, f"at {c.start}", "segment_role", right, code=c.role, top3=right, score=1.0)


# -- values of a development


def _row(frame: Any, development: str) -> list[dict[str, Any]]:
    return list(frame[frame["development_id"].astype(str) == development].to_dict("records"))


def _text(value: Any) -> str:
    return "" if str(value) in ("nan", "<NA>", "None", "NaT") else str(value)


def _values(held: Held, pair: Pair, found: list[Proposal]) -> Iterator[Outcome]:
    row = held.ds.developments.set_index("development_id").loc[pair.development]
    yield from _single(held, pair, found, row)
    yield from _days(held, pair, found, row)
    for variable, coded, same in (
        ("authorities", _coded_authorities(held, pair), _same_authority(held)),
        ("places", [str(r["place_id"]) for r in _row(held.ds.development_places, pair.development)], _equal),
        ("instruments", _coded_instruments(held, pair), _same_instrument(held)),
        ("relations", _coded_relations(held, pair), _equal),
        ("figures", _coded_figures(held, pair), _same_figure),
    ):
        yield from _set(held, pair, variable, coded, [p for p in found if p.variable == variable], same)


def _single(held: Held, pair: Pair, found: list[Proposal], row: Any) -> Iterator[Outcome]:
    """Yield the variables that have one value."""
    for variable in ("date", "date_basis", "jurisdiction", "unnamed_authorities", "effective_date"):
        p = next((p for p in found if p.variable == variable), None)
        coded = _text(row[variable])
        if p is None and not coded:
            continue
        right = p is not None and p.value == coded
        rank = p is not None and coded in (p.value, *(v for v, _ in p.others))
        yield Outcome(
            held.source, pair.development, variable, right, p is not None, bool(coded), rank, p.score if p else 0.0, coded
        )  # fmt: skip


def _days(held: Held, pair: Pair, found: list[Proposal], row: Any) -> Iterator[Outcome]:
    """Yield the days that the source states, and those that were proposed."""
    p = next((p for p in found if p.variable == "date"), None)
    coded = _text(row["date"]) if row["date_basis"] == "stated" and len(_text(row["date"])) == 10 else ""
    proposed = p is not None and len(p.value) == 10
    if coded or proposed:
        right = p is not None and proposed and p.value == coded
        yield Outcome(
            held.source,
            pair.development,
            "stated_day",
            right,
            proposed,
            bool(coded),
            right,
            p.score if p else 0.0,
            coded,
        )


Same = Callable[[str, str, Proposal, str], bool]


def _set(
    held: Held, pair: Pair, variable: str, coded: list[str], found: list[Proposal], same: Same
) -> Iterator[Outcome]:
    """Yield the values of a variable that has several: each proposal beside one that was coded."""
    left = list(coded)
    for p in found:
        hit = next((c for c in left if same(c, p.value, p, held.text)), None)
        if hit is not None:
            left.remove(hit)
        yield Outcome(
            held.source, pair.development, variable, hit is not None, True, hit is not None, hit is not None, p.score, hit or ""
        )  # fmt: skip
        if hit is not None:
            yield from _parts(held, pair, variable, hit, p)
    for c in left:
        yield Outcome(held.source, pair.development, variable, False, False, code=c)


def _parts(held: Held, pair: Pair, variable: str, coded: str, p: Proposal) -> Iterator[Outcome]:
    """Yield the parts of a value that was found: role, stage, qualifier, kind, measure."""
    one, two = coded.split(), p.value.split()
    if variable in ("authorities", "instruments"):
        name = "authority_role" if variable == "authorities" else "instrument_stage"
        yield Outcome(
            held.source,
            pair.development,
            name,
            one[1] == two[1],
            top3=one[1] == two[1],
            score=p.score,
            code=one[1],
        )
    if variable == "figures":
        for name, n in (("figure_qualifier", 2), ("figure_kind", 3)):
            yield Outcome(
                held.source,
                pair.development,
                name,
                one[n] == two[n],
                top3=one[n] == two[n],
                score=p.score,
                code=one[n],
            )
        if one[0] in held.registers.measures:
            best = [v.split()[0] for v in (p.value, *(v for v, _ in p.others))]
            yield Outcome(
                held.source,
                pair.development,
                "figure_measure",
                one[0] == best[0],
                top3=one[0] in best,
                score=p.score,
                code=one[0],
            )


def _equal(coded: str, value: str, p: Proposal, text: str) -> bool:
    return coded == value


def _coded_authorities(held: Held, pair: Pair) -> list[str]:
    return [
        f"{r['authority_id']} {r['role']}" for r in _row(held.ds.development_authorities, pair.development)
    ]


def _same_authority(held: Held) -> Same:
    """Return a comparison: the same code, or, for a body that the registers do not know, the same name."""
    full, known = held.all_names, {n.code for n in held.registers.authorities}

    def same(coded: str, value: str, p: Proposal, text: str) -> bool:
        one, two = coded.split()[0], value.split()[0]
        return one == two or (
            two not in known and any(c == one for _, _, c in named(text, p.start, p.end, full))
        )

    return same


def _coded_instruments(held: Held, pair: Pair) -> list[str]:
    """Return instrument and stage of each that has a title; what a source only describes has none to be found."""
    titles = dict(
        zip(
            held.ds.instruments["instrument_id"].astype(str),
            held.ds.instruments["title"].astype(str),
            strict=True,
        )
    )
    rows = _row(held.ds.development_instruments, pair.development)
    return [
        f"{r['instrument_id']} {r['stage']}"
        for r in rows
        if not titles[str(r["instrument_id"])].startswith("[")
    ]


def _same_instrument(held: Held) -> Same:
    """Return a comparison: the same code, or, for one that the registers do not know, a title alike."""
    titles = {i.code: i.titles for i in held.all_names.instruments}
    known = {i.code for i in held.registers.instruments}

    def same(coded: str, value: str, p: Proposal, text: str) -> bool:
        one, two = coded.split()[0], value.split()[0]
        return one == two or (
            two not in known
            and one not in known
            and any(alike(t, text[p.start : p.end]) >= 0.75 for t in titles[one])
        )

    return same


def _coded_relations(held: Held, pair: Pair) -> list[str]:
    return [f"{r['relation']} {r['related_id']}" for r in _row(held.ds.relations, pair.development)]


def _coded_figures(held: Held, pair: Pair) -> list[str]:
    rows = [r for r in _row(held.ds.figures, pair.development) if f":{held.source}:" in str(r["quote_id"])]
    return [f"{r['measure']} {float(r['value'])} {r['qualifier']} {r['kind']}" for r in rows]


def _same_figure(coded: str, value: str, p: Proposal, text: str) -> bool:
    return float(coded.split()[1]) == float(re.sub(r"[^\d.]", "", value.split()[1]))
