"""How far two independent codings of the same sources agree, unit by unit and variable by variable.

Both codings are automated readings by a language model: what is measured is machine–machine agreement.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tmt_dataset.coding.annotation import Annotation, Development, misnamed, problems, read_yaml
from tmt_dataset.errors import AnnotationError, MissingExtraError, PackageNotFoundError

try:
    import krippendorff
    from scipy.optimize import linear_sum_assignment
    from scipy.stats import bootstrap
except ImportError:
    raise MissingExtraError(
        'agreement needs krippendorff and scipy: pip install "tmt-dataset[coding]"'
    ) from None

SYNONYMS = "authority_synonyms.csv"
NONE = "none"
RESAMPLES = 1000
SEED = 2025
COLUMNS = ["scope", "variable", "statistic", "value", "low", "high", "n"]

SHARED = ("precision", "recall", "f1")
FIGURE_VARIABLES = ("kind", "qualifier", "aggregation", "period_start", "period_end")

Array = np.ndarray[Any, np.dtype[Any]]
Span = tuple[int, int]
#: Title and kind of each instrument of a source.
Titles = Mapping[str, tuple[str, str]]
#: Number of the pair, first value, second value.
Coded = tuple[int, Hashable, Hashable]
Row = tuple[object, ...]


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
    """Read a coding: one annotation file a source, with bodies and measures of its own.

    Raises
    ------
    PackageNotFoundError
        If there is no such folder, or no annotation in it.
    AnnotationError
        Listing every problem of every file.
    """
    paths = [p for p in sorted(folder.glob("*.yaml")) if p.stem != "registers"]
    if not paths:
        raise PackageNotFoundError(f"{folder}: no annotation files (*.yaml)")
    out: dict[str, Annotation] = {}
    wrong = misnamed(folder)
    for path in paths:
        annotation, found = problems(path, read_yaml(path), {})
        wrong += found
        if annotation is not None:
            out[annotation.source.source_id] = annotation
    if wrong:
        raise AnnotationError("\n".join(wrong))
    return out


# -- units


def _characters(spans: Iterable[Sequence[int]]) -> set[int]:
    return {i for start, end in spans for i in range(start, end)}


def _jaccard(a: set[int], b: set[int]) -> float:
    return len(a & b) / len(a | b) if a or b else 0.0


def match(first: Mapping[str, Annotation], second: Mapping[str, Annotation]) -> Matched:
    """Pair the developments of two codings one to one, source by source.

    Two developments are alike as far as their quotes and their reporting segments cover the same characters; the pairing
    that is best in sum is taken, and a pair that shares no reported character is none. No code is looked at.
    """
    pairs: list[Pair] = []
    alone: tuple[list[tuple[str, Development]], list[tuple[str, Development]]] = ([], [])
    for sid in sorted(set(first) & set(second)):
        codings = (first[sid], second[sid])
        quotes, reports = [], []
        for coding in codings:
            spans = {s.id: s.at or [0, 0] for s in coding.segments}
            quotes.append([_characters(q.at or [0, 0] for q in d.quotes) for d in coding.developments])
            reports.append([_characters(spans[m] for m in d.mentions) for d in coding.developments])
        likeness = np.array([[_jaccard(qa, qb) + _jaccard(ra, rb) for qb, rb in zip(quotes[1], reports[1], strict=True)]
                             for qa, ra in zip(quotes[0], reports[0], strict=True)])  # fmt: skip
        taken: tuple[set[int], set[int]] = (set(), set())
        if likeness.size:
            for i, k in zip(*linear_sum_assignment(-likeness), strict=True):
                if likeness[i, k] > 0:
                    pairs.append(Pair(sid, codings[0].developments[i], codings[1].developments[k]))
                    taken[0].add(int(i))
                    taken[1].add(int(k))
        for side in (0, 1):
            alone[side].extend(
                (sid, d) for n, d in enumerate(codings[side].developments) if n not in taken[side]
            )
    return Matched(tuple(pairs), tuple(alone[0]), tuple(alone[1]))


# -- variables


def _lead(d: Development) -> str:
    return next((a for a, role in d.authorities.items() if role in ("lead", "court")), NONE)


#: Variables with one value a development.
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
#: Variables with a set of values a development.
SETS: dict[str, Callable[[Development], frozenset[str]]] = {
    "authorities": lambda d: frozenset(d.authorities),
    "topics": lambda d: frozenset(d.topics),
    "places": lambda d: frozenset(d.places),
}


def masi(a: frozenset[str], b: frozenset[str]) -> float:
    """Return the MASI distance of two sets (Passonneau 2006): 0 equal, 1 disjoint; subsets lie nearer than overlaps.

    Examples
    --------
    >>> masi(frozenset("ab"), frozenset("ab")), round(masi(frozenset("a"), frozenset("ab")), 3), masi(frozenset("a"), frozenset("b"))
    (0.0, 0.667, 1.0)
    """
    if a == b:
        return 0.0
    if not a & b:
        return 1.0
    monotone = 2 / 3 if a <= b or b <= a else 1 / 3
    return 1 - monotone * len(a & b) / len(a | b)


def alpha(
    first: Sequence[object], second: Sequence[object], distance: Callable[[Any, Any], float] | None = None
) -> float:
    """Return Krippendorff's α of two coders.

    Parameters
    ----------
    first, second
        Their values, unit by unit; any hashable values.
    distance
        Distance of two values from 0 to 1; nominal where None.

    Returns
    -------
    float
        1 where all units agree (also where there is one value only, for which α is not defined).

    Examples
    --------
    >>> round(alpha(["a", "a", "b", "b"], ["a", "b", "b", "b"]), 3)
    0.533
    """
    values = list(dict.fromkeys([*first, *second]))
    if list(first) == list(second):
        return 1.0
    code = {v: n for n, v in enumerate(values)}
    counts = np.zeros((len(first), len(values)), dtype="int64")
    for side in (first, second):
        counts[np.arange(len(side)), [code[v] for v in side]] += 1  # one value a unit and coder
    if distance is None:
        return float(krippendorff.alpha(value_counts=counts, level_of_measurement="nominal"))
    table = np.array([[distance(a, b) for b in values] for a in values])

    def metric(v1: Array, v2: Array, i1: Array, i2: Array, n_v: Array, dtype: Any = np.float64) -> Array:
        return np.asarray(table[i1.astype(int), i2.astype(int)], dtype=dtype)

    return float(krippendorff.alpha(value_counts=counts, level_of_measurement=metric))


def _interval(n: int, statistic: Callable[[Array], float]) -> tuple[float, float]:
    """Return the 95 % percentile bootstrap interval of a statistic over n resampled developments."""
    if n < 2:
        return float("nan"), float("nan")
    result = bootstrap(
        (np.arange(n),),
        lambda index: statistic(np.asarray(index, dtype=int)),
        vectorized=False,
        n_resamples=RESAMPLES,
        method="percentile",
        rng=np.random.default_rng(SEED),
    )
    return float(result.confidence_interval.low), float(result.confidence_interval.high)


def _figures(pair: Pair) -> list[tuple[dict[str, Any] | None, dict[str, Any] | None]]:
    """Pair the figures of one development: equal values first, in their order; what is left stays alone."""
    sides = [
        [{**f.model_dump(), "quote": q.at} for q in d.quotes for f in q.figures]
        for d in (pair.first, pair.second)
    ]
    out: list[tuple[dict[str, Any] | None, dict[str, Any] | None]] = []
    rest = list(sides[1])
    left = []
    for f in sides[0]:
        # of several equal values the one whose unit of thought (kind, qualifier) is the same is the same figure
        same = sorted(
            (g for g in rest if g["value"] == f["value"]),
            key=lambda g: (g["kind"] != f["kind"], g["qualifier"] != f["qualifier"]),
        )
        if same:
            rest.remove(same[0])
            out.append((f, same[0]))
        else:
            left.append(f)
    out += [(f, None) for f in left] + [(None, g) for g in rest]
    return out


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def _instruments(
    pair: Pair, registers: tuple[Titles, Titles]
) -> list[tuple[tuple[str, str, str], tuple[str, str, str]]]:
    """Pair the instruments of one development by the likeness of their titles: (id, kind, stage) on both sides."""
    sides = []
    for d, register in zip((pair.first, pair.second), registers, strict=True):
        sides.append(
            [
                (i, register[i], s)
                for i, stages in d.instruments.items()
                for s in ([stages] if isinstance(stages, str) else stages[:1])
            ]
        )
    if not sides[0] or not sides[1]:
        return []
    likeness = np.array(
        [
            [
                len(_words(a[1][0]) & _words(b[1][0])) / max(1, len(_words(a[1][0]) | _words(b[1][0])))
                for b in sides[1]
            ]
            for a in sides[0]
        ]
    )
    return [
        (
            (sides[0][i][0], sides[0][i][1][1], sides[0][i][2]),
            (sides[1][k][0], sides[1][k][1][1], sides[1][k][2]),
        )
        for i, k in zip(*linear_sum_assignment(-likeness), strict=True)
        if likeness[i, k] > 0
    ]


def _tokens(d: Development) -> set[int]:
    """Return where the words of a development's quotes start in the source."""
    return {(q.at or [0])[0] + m.start() for q in d.quotes for m in re.finditer(r"\w+", q.text)}


def _spans(d: Development) -> set[Span]:
    return {(q.at[0], q.at[1]) for q in d.quotes if q.at}


def _f1(both: int, first: int, second: int) -> tuple[float, float, float]:
    """Return precision, recall and F1 of the second coding against the first."""
    precision = both / second if second else float("nan")
    recall = both / first if first else float("nan")
    return precision, recall, 2 * both / (first + second) if first + second else float("nan")


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
        Identifiers of bodies that the codings formed differently → the register's.

    Returns
    -------
    agreement : pandas.DataFrame
        Long: ``scope`` (``all`` or a source), ``variable``, ``statistic`` (``precision``, ``recall``, ``f1``, ``agreement`` as a share,
        ``alpha``), ``value``, ``low`` and ``high`` (95 % percentile bootstrap over developments), ``n``.
    disagreements : pandas.DataFrame
        ``source_id``, ``development`` (first coding), ``second_development``, ``variable``, ``first``, ``second``; units that one coding has alone
        as variable ``unit``.
    """
    synonyms = synonyms or {}
    matched = match(first, second)
    registers = [
        {sid: {i.id: (i.title, i.kind) for i in a.instruments} for sid, a in coding.items()}
        for coding in (first, second)
    ]

    def known_as(d: Development) -> Development:
        return d.model_copy(update={"authorities": {synonyms.get(a, a): r for a, r in d.authorities.items()}})

    pairs = [Pair(p.source_id, known_as(p.first), known_as(p.second)) for p in matched.pairs]
    differ = [(sid, d.id, "", "unit", d.title, "") for sid, d in matched.first_alone]
    differ += [(sid, "", d.id, "unit", "", d.title) for sid, d in matched.second_alone]
    coded: dict[str, list[Coded]] = {}
    for n, p in enumerate(pairs):
        for variable, a, b in _values(p, (registers[0][p.source_id], registers[1][p.source_id])):
            coded.setdefault(variable, []).append((n, a, b))
            if a != b:
                differ.append((p.source_id, p.first.id, p.second.id, variable, _shown(a), _shown(b)))

    rows: list[Row] = []
    for scope in ["all", *sorted(first)]:
        chosen = {n for n, p in enumerate(pairs) if scope in ("all", p.source_id)}
        alone = [
            sum(scope in ("all", sid) for sid, _ in side)
            for side in (matched.first_alone, matched.second_alone)
        ]
        both = len(chosen)
        units = zip(SHARED, _f1(both, both + alone[0], both + alone[1]), strict=True)
        rows += [(scope, "unit", s, v, None, None, both + sum(alone)) for s, v in units]
        rows += _quote_rows(scope, [p for n, p in enumerate(pairs) if n in chosen])
        for variable, values in coded.items():
            rows += _value_rows(scope, variable, [v for v in values if v[0] in chosen])
    measured = pd.DataFrame(rows, columns=COLUMNS)
    measured[["value", "low", "high"]] = measured[["value", "low", "high"]].astype("float64").round(3)
    disagreements = pd.DataFrame(
        differ, columns=["source_id", "development", "second_development", "variable", "first", "second"]
    )
    order = ["source_id", "development", "variable"]
    return measured, disagreements.sort_values(order, kind="stable").reset_index(drop=True)


def _values(pair: Pair, registers: tuple[Titles, Titles]) -> list[tuple[str, Hashable, Hashable]]:
    """Return all variables of a pair of developments: name, first value, second value."""
    out: list[tuple[str, Hashable, Hashable]] = []
    out += [(name, of(pair.first), of(pair.second)) for name, of in NOMINAL.items()]
    out += [(name, of_set(pair.first), of_set(pair.second)) for name, of_set in SETS.items()]
    for a, b in _instruments(pair, registers):
        out += [("instrument_kind", a[1], b[1]), ("instrument_stage", a[2], b[2])]
    for f, g in _figures(pair):
        out.append(("figure_value", str(f["value"]) if f else NONE, str(g["value"]) if g else NONE))
        if f and g:
            out += [(f"figure_{k}", str(f[k] or NONE), str(g[k] or NONE)) for k in FIGURE_VARIABLES]
    return out


def _quote_rows(scope: str, pairs: Sequence[Pair]) -> list[Row]:
    """Return precision, recall and F1 of the quotes, as whole spans and word by word."""
    rows: list[Row] = []
    marks: dict[str, Callable[[Development], set[Any]]] = {"quote_exact": _spans, "quote_token": _tokens}
    for name, of in marks.items():
        sets = [(of(p.first), of(p.second)) for p in pairs]
        counts = np.array([(len(a & b), len(a), len(b)) for a, b in sets], dtype=int).reshape(-1, 3)

        def shared(index: Array, counts: Array = counts) -> tuple[float, float, float]:
            both, first, second = counts[index].sum(axis=0)
            return _f1(int(both), int(first), int(second))

        low, high = _interval(len(pairs), lambda index, shared=shared: shared(index)[2])  # type: ignore[misc]  # a lambda cannot be annotated
        n = int(counts[:, 1:].sum())
        for statistic, value in zip(SHARED, shared(np.arange(len(pairs))), strict=True):
            bounds = (low, high) if statistic == "f1" else (None, None)
            rows.append((scope, name, statistic, value, *bounds, n))
    return rows


def _value_rows(scope: str, variable: str, values: Sequence[Coded]) -> list[Row]:
    """Return percent agreement and α of one variable."""
    if not values:
        return []
    distance = masi if variable in SETS else None
    left, right = [a for _, a, _ in values], [b for _, _, b in values]
    of: dict[int, list[int]] = {}
    for k, (n, _, _) in enumerate(values):
        of.setdefault(n, []).append(k)
    groups = list(of.values())  # what one development contributes is resampled together

    def resampled(index: Array) -> float:
        taken = [k for i in index for k in groups[int(i)]]
        return alpha([left[k] for k in taken], [right[k] for k in taken], distance)

    same = float(np.mean([a == b for a, b in zip(left, right, strict=True)]))
    low, high = _interval(len(groups), resampled)
    return [
        (scope, variable, "agreement", same, None, None, len(values)),
        (scope, variable, "alpha", alpha(left, right, distance), low, high, len(values)),
    ]


def _shown(value: object) -> str:
    return "; ".join(sorted(value)) or NONE if isinstance(value, frozenset) else str(value)


def agreement(validation: Path) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Compare the two codings that a ``validation`` folder keeps, ``first_coding`` and ``second_coding``.

    Returns
    -------
    tuple of pandas.DataFrame
        See :func:`compare`.

    Raises
    ------
    PackageNotFoundError
        If one of the codings is not there.
    AnnotationError
        If one cannot be read.
    """
    path = validation / SYNONYMS
    synonyms = {}
    if path.is_file():
        with path.open(encoding="utf-8", newline="") as stream:
            synonyms = {row["coded"]: row["authority_id"] for row in csv.DictReader(stream)}
    return compare(
        read_coding(validation / "first_coding"), read_coding(validation / "second_coding"), synonyms
    )
