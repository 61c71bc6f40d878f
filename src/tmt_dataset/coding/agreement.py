"""How far two independent codings of the same sources agree, unit by unit and variable by variable.

Both codings are automated readings by a language model: what is measured is machine–machine agreement.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np
import pandas as pd

from tmt_dataset.cells import read_text
from tmt_dataset.coding import requirements
from tmt_dataset.coding.annotation import Annotation, Development, read_models
from tmt_dataset.coding.reliability import (
    SHARED,
    Array,
    Coded,
    Row,
    masi,
    rounded,
    row,
    set_rows,
    shares,
    value_rows,
)
from tmt_dataset.errors import MissingExtraError
from tmt_dataset.files import content, expanded
from tmt_dataset.package import Package, open_package
from tmt_dataset.validation.verbatim import unescaped

try:
    from scipy.optimize import linear_sum_assignment
except ImportError:
    raise MissingExtraError(
        'agreement needs krippendorff and scipy: pip install "tmt-dataset[coding]"'
    ) from None

__all__ = [
    "FIGURE_VARIABLES",
    "NOMINAL",
    "NONE",
    "QUOTES",
    "SETS",
    "SYNONYMS",
    "Matched",
    "Pair",
    "Span",
    "Titles",
    "agreement",
    "compare",
    "match",
    "read_coding",
]


SYNONYMS = "authority_synonyms"
NONE = "none"
FIGURE_VARIABLES = ("kind", "qualifier", "aggregation", "period_start", "period_end")

Span = tuple[int, int]
#: Title and kind of each instrument of a source.
Titles = Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Pair:
    """One development as the two codings have it."""

    source_id: str
    first: Development
    second: Development


@dataclass(frozen=True)
class Matched:
    """The units of two codings: those that both have, and those that one has alone."""

    pairs: tuple[Pair, ...]
    first_alone: tuple[tuple[str, Development], ...]
    second_alone: tuple[tuple[str, Development], ...]


def read_coding(folder: Path) -> dict[str, Annotation]:
    """Read a coding: one annotation file per source; authorities, instruments and measures may have codes of their own.

    Parameters
    ----------
    folder
        With ``<source_id>.yaml`` for each source, and perhaps ``registers.yaml``, which is not read.

    Returns
    -------
    dict of str to Annotation
        By source.

    Raises
    ------
    PackageNotFoundError
        If the folder is missing, or has no annotation files.
    AnnotationError
        Listing every problem of every file.
    """
    return {
        a.source.source_id: a
        for a in read_models(folder, Annotation, besides="registers", adapt=_without_places)
    }


def _without_places(node: Any) -> Any:
    """Return a coding without the places of figures, which the format of release 1.0.0 had and nothing compares."""
    if isinstance(node, dict):
        if "measure" in node:
            node.pop("place", None)
        for value in node.values():
            _without_places(value)
    elif isinstance(node, list):
        for value in node:
            _without_places(value)
    return node


# -- units


def _characters(spans: Iterable[Sequence[int]]) -> set[int]:
    return {i for start, end in spans for i in range(start, end)}


def _jaccard(a: set[int], b: set[int]) -> float:
    return len(a & b) / len(a | b) if a or b else 0.0


def match(first: Mapping[str, Annotation], second: Mapping[str, Annotation]) -> Matched:
    """Pair the developments of two codings one to one, source by source.

    Two developments are similar as far as their quotes and their reporting segments cover the same characters. The
    pairing with the largest total similarity is taken; developments that share no reported character are not
    paired. Codes are not compared.

    Parameters
    ----------
    first, second
        As :func:`read_coding` gives them. Sources that only one of them has are left out.
    """
    pairs: list[Pair] = []
    alone: tuple[list[tuple[str, Development]], list[tuple[str, Development]]] = ([], [])
    for sid in sorted(set(first) & set(second)):
        sides = (first[sid].developments, second[sid].developments)
        assigned = _assign(_similarity(first[sid], second[sid]))
        pairs += [Pair(sid, sides[0][i], sides[1][k]) for i, k in assigned]
        for side in (0, 1):
            taken = {pair[side] for pair in assigned}
            alone[side].extend((sid, d) for n, d in enumerate(sides[side]) if n not in taken)
    return Matched(tuple(pairs), tuple(alone[0]), tuple(alone[1]))


def _similarity(first: Annotation, second: Annotation) -> Array:
    """Return how similar the developments of two codings of a source are: 0 to 2, first by second."""
    covered = []
    for coding in (first, second):
        spans = {s.id: s.at or [0, 0] for s in coding.segments}
        covered.append(
            [
                (_characters(q.at or [0, 0] for q in d.quotes), _characters(spans[m] for m in d.mentions))
                for d in coding.developments
            ]
        )
    return np.array([[_jaccard(qa, qb) + _jaccard(ra, rb) for qb, rb in covered[1]] for qa, ra in covered[0]])


def _assign(similarity: Array) -> list[tuple[int, int]]:
    """Return the pairs with the largest total similarity, as row and column; pairs without any are left out."""
    if not similarity.size:
        return []
    rows, columns = linear_sum_assignment(-similarity)
    return [(int(i), int(k)) for i, k in zip(rows, columns, strict=True) if similarity[i, k] > 0]


# -- variables


def _lead(d: Development) -> str:
    return next((a for a, role in d.authorities.items() if role in ("lead", "court")), NONE)


#: Variables with one value per development.
NOMINAL: dict[str, Callable[[Development], str]] = {
    "date": lambda d: d.date,
    "date_basis": lambda d: d.date_basis,
    "action": lambda d: d.action,
    "jurisdiction": lambda d: d.jurisdiction,
    "lead_authority": _lead,
    "unnamed_authorities": lambda d: str(d.unnamed_authorities),
    "primary_topic": lambda d: d.topics[0],
    "topic_family": lambda d: d.topics[0].partition("/")[0],
    "effective_date": lambda d: d.effective_date or NONE,
}
#: Variables with a set of values per development.
SETS: dict[str, Callable[[Development], frozenset[str]]] = {
    "authorities": lambda d: frozenset(d.authorities),
    "topics": lambda d: frozenset(d.topics),
    "places": lambda d: frozenset(d.places),
}


def _figures(pair: Pair) -> list[tuple[dict[str, Any] | None, dict[str, Any] | None]]:
    """Pair the figures of one development: equal values, in their order; the others are paired with None."""
    first, rest = (
        [{**f.model_dump(), "quote": q.at} for q in d.quotes for f in q.figures]
        for d in (pair.first, pair.second)
    )
    both: list[tuple[dict[str, Any] | None, dict[str, Any] | None]] = []
    alone: list[tuple[dict[str, Any] | None, dict[str, Any] | None]] = []
    for f in first:
        # of several equal values the one with the same kind and qualifier is the same figure
        same = sorted(
            (g for g in rest if g["value"] == f["value"]),
            key=lambda g: (g["kind"] != f["kind"], g["qualifier"] != f["qualifier"]),
        )
        if same:
            rest.remove(same[0])
            both.append((f, same[0]))
        else:
            alone.append((f, None))
    return [*both, *alone, *((None, g) for g in rest)]


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


@dataclass(frozen=True)
class _Stage:
    """An instrument of a development: its title, kind and first stage."""

    title: str
    kind: str
    stage: str


def _stages(d: Development, register: Titles) -> list[_Stage]:
    return [
        # a coding may use what only its register of another file declares
        _Stage(*register.get(i, (i, NONE)), stages if isinstance(stages, str) else stages[0])
        for i, stages in d.instruments.items()
        if stages
    ]


def _instruments(pair: Pair, registers: tuple[Titles, Titles]) -> list[tuple[_Stage, _Stage]]:
    """Pair the instruments of one development by the words that their titles share."""
    first, second = _stages(pair.first, registers[0]), _stages(pair.second, registers[1])

    def similarity(a: _Stage, b: _Stage) -> float:
        shared, together = _words(a.title) & _words(b.title), _words(a.title) | _words(b.title)
        return len(shared) / max(1, len(together))

    assigned = _assign(np.array([[similarity(a, b) for b in second] for a in first]))
    return [(first[i], second[k]) for i, k in assigned]


def _tokens(d: Development) -> set[int]:
    """Return the offsets at which the words of a development's quotes start."""
    return {(q.at or [0])[0] + m.start() for q in d.quotes for m in re.finditer(r"\w+", unescaped(q.text))}


def _spans(d: Development) -> set[Span]:
    return {(q.at[0], q.at[1]) for q in d.quotes if q.at}


#: How quotes are compared: as whole spans, and word by word.
QUOTES: dict[str, Callable[[Development], set[Any]]] = {"quote_exact": _spans, "quote_token": _tokens}


def compare(
    first: Mapping[str, Annotation],
    second: Mapping[str, Annotation],
    synonyms: Mapping[str, str] | None = None,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the agreement of two codings, and every disagreement.

    Parameters
    ----------
    first, second
        As :func:`read_coding` gives them.
    synonyms
        Codes of authorities that the codings formed on their own, and the code of the register for each.

    Returns
    -------
    agreement : pandas.DataFrame
        One row per measure: ``scope`` (``all`` or a source), ``variable``, ``statistic`` (``precision``, ``recall``, ``f1``,
        ``agreement`` as a share, ``alpha``), ``value``, ``low`` and ``high`` (95% percentile bootstrap over developments;
        empty for the others), ``n``.
    disagreements : pandas.DataFrame
        One row per disagreement: ``source_id``, ``development`` (first coding), ``second_development``, ``variable``,
        ``first``, ``second``. A development that only one coding has is a disagreement of the variable ``unit``.
    """
    matched = _with_synonyms(match(first, second), synonyms or {})
    coded, disagreements = _coded_values(matched, *map(_registers, (first, second)))
    rows: list[Row] = []
    for scope in ["all", *sorted(first)]:
        chosen = {n for n, p in enumerate(matched.pairs) if scope in ("all", p.source_id)}
        rows += _unit_rows(scope, matched)
        for name, of in QUOTES.items():
            pairs = [p for n, p in enumerate(matched.pairs) if n in chosen]
            rows += set_rows(scope, name, [(of(p.first), of(p.second)) for p in pairs])
        for variable, values in coded.items():
            distance = masi if variable in SETS else None
            rows += value_rows(scope, variable, [v for v in values if v[0] in chosen], distance)
    return rounded(rows), disagreements


def _with_synonyms(matched: Matched, synonyms: Mapping[str, str]) -> Matched:
    """Return the pairs with the register's codes of their authorities."""

    def known_as(d: Development) -> Development:
        return d.model_copy(update={"authorities": {synonyms.get(a, a): r for a, r in d.authorities.items()}})

    pairs = tuple(Pair(p.source_id, known_as(p.first), known_as(p.second)) for p in matched.pairs)
    return Matched(pairs, matched.first_alone, matched.second_alone)


def _registers(coding: Mapping[str, Annotation]) -> dict[str, Titles]:
    """Return title and kind of the instruments of each source."""
    return {sid: {i.id: (i.title, i.kind) for i in a.instruments} for sid, a in coding.items()}


def _coded_values(
    matched: Matched, first: Mapping[str, Titles], second: Mapping[str, Titles]
) -> tuple[dict[str, list[Coded]], pd.DataFrame]:
    """Return both values of every variable of every pair, by variable, and what differs."""
    names = ("source_id", "development", "second_development", "variable", "first", "second")
    differing = [(sid, d.id, "", "unit", d.title, "") for sid, d in matched.first_alone]
    differing += [(sid, "", d.id, "unit", "", d.title) for sid, d in matched.second_alone]
    coded: dict[str, list[Coded]] = {}
    for n, p in enumerate(matched.pairs):
        for variable, a, b in _values(p, (first[p.source_id], second[p.source_id])):
            coded.setdefault(variable, []).append((n, a, b))
            if a != b:
                differing.append((p.source_id, p.first.id, p.second.id, variable, _shown(a), _shown(b)))
    order = ["source_id", "development", "variable"]
    frame = pd.DataFrame(differing, columns=names).sort_values(order, kind="stable")
    return coded, frame.reset_index(drop=True)


def _values(pair: Pair, registers: tuple[Titles, Titles]) -> list[tuple[str, Hashable, Hashable]]:
    """Return all variables of a pair of developments: name, first value, second value."""
    out: list[tuple[str, Hashable, Hashable]] = []
    out += [(name, of(pair.first), of(pair.second)) for name, of in NOMINAL.items()]
    out += [(name, of_set(pair.first), of_set(pair.second)) for name, of_set in SETS.items()]
    for a, b in _instruments(pair, registers):
        out += [("instrument_kind", a.kind, b.kind), ("instrument_stage", a.stage, b.stage)]
    for f, g in _figures(pair):
        out.append(("figure_value", str(f["value"]) if f else NONE, str(g["value"]) if g else NONE))
        if f and g:
            out += [(f"figure_{k}", str(f[k] or NONE), str(g[k] or NONE)) for k in FIGURE_VARIABLES]
    return out


def _unit_rows(scope: str, matched: Matched) -> list[Row]:
    """Return precision, recall and F1 of the developments themselves."""
    both = sum(scope in ("all", p.source_id) for p in matched.pairs)
    first, second = (
        sum(scope in ("all", sid) for sid, _ in side) for side in (matched.first_alone, matched.second_alone)
    )
    measured = shares(np.array([both, both + first, both + second]))
    n = both + first + second
    return [row(scope, "unit", s, value, n) for s, value in zip(SHARED, measured, strict=True)]


def _shown(value: object) -> str:
    return "; ".join(sorted(value)) or NONE if isinstance(value, frozenset) else str(value)


def agreement(validation: Path, package: Package | None = None) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compare the two codings that a folder keeps as ``first_coding`` and ``second_coding``, and the two readings in ``requirements``.

    Parameters
    ----------
    validation
        The folder. Its ``authority_synonyms.csv``, if there is one, says which authorities are the same.
    package
        The package that declares that table; None for the embedded one.

    Returns
    -------
    tuple of pandas.DataFrame
        See :func:`compare`.

    Raises
    ------
    PackageNotFoundError
        If one of the codings is missing.
    AnnotationError
        If one cannot be read.
    PackageError
        If the table of synonyms cannot be read.
    """
    validation = expanded(validation)
    first, second = (read_coding(validation / f"{which}_coding") for which in requirements.READINGS)
    measured, differing = compare(first, second, _synonyms(validation, package or open_package()))
    if not (validation / requirements.FOLDER).is_dir():
        return measured, differing
    readings = (
        requirements.read_reading(validation / requirements.FOLDER / which) for which in requirements.READINGS
    )
    rows, more = requirements.compare(*readings)
    return pd.concat([measured, rounded(rows)], ignore_index=True), pd.concat(
        [differing, more], ignore_index=True
    )


def _synonyms(validation: Path, package: Package) -> dict[str, str]:
    """Return the register's code of each authority that a coding named otherwise."""
    table = package.descriptor.table(SYNONYMS)
    path = validation / PurePosixPath(table.path).name
    data = content(path)
    if data is None:
        return {}
    frame = read_text(data, table, str(path))
    return dict(zip(frame["coded"], frame["authority_id"], strict=True))
