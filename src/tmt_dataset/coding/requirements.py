"""Two readings of orientation, role of AI, risks and provisions: of units that are given, in a form of their own."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

import pandas as pd

from tmt_dataset.coding.annotation import CodeOf, DevelopmentId, Quote, Strict, Text, read_models
from tmt_dataset.coding.reliability import Row, masi, set_rows, value_rows
from tmt_dataset.validation.verbatim import unescaped

__all__ = [
    "FOLDER",
    "ITEMS",
    "NONE",
    "READINGS",
    "SETS",
    "VALUES",
    "Reading",
    "Requirements",
    "compare",
    "read_reading",
]


#: The two readings, in folders of these names within ``validation/requirements``.
FOLDER = "requirements"
READINGS = ("first", "second")
NONE = "none"


class Requirements(Strict):
    """What one reading says of a development."""

    id: DevelopmentId
    orientation: Annotated[str, CodeOf("developments.orientation")]
    ai_role: Annotated[str, CodeOf("developments.ai_role")]
    quotes: list[Quote]
    note: Text | None = None


class Reading(Strict):
    """One reading of a source."""

    source: str
    developments: list[Requirements]


#: What two readings of a development are compared by: one value, or a set.
VALUES: dict[str, Callable[[Requirements], str]] = {
    "orientation": lambda r: r.orientation,
    "ai_role": lambda r: r.ai_role,
}
SETS: dict[str, Callable[[Requirements], frozenset[str]]] = {
    "risks": lambda r: frozenset(risk for q in r.quotes for risk in q.risks),
    "addressees_and_types": lambda r: frozenset(
        f"{addressee} {kind}" for addressee, _, kind in _provisions(r)
    ),
}
#: What is found or not: rows, or the words of their quotes.
ITEMS: dict[str, Callable[[Requirements], set[Any]]] = {
    "risk": lambda r: {risk for q in r.quotes for risk in q.risks},
    "provision": lambda r: {(addressee, kind) for addressee, _, kind in _provisions(r)},
    "provision_with_modality": lambda r: _provisions(r),
    "provision_quote_token": lambda r: _words(q for q in r.quotes if q.provisions),
}


def _provisions(reading: Requirements) -> set[tuple[str, str, str]]:
    return {(p.addressee, p.modality, p.type) for q in reading.quotes for p in q.provisions}


def _words(quotes: Iterable[Quote]) -> set[int]:
    """Return the offsets at which the words of some quotes start."""
    return {(q.at or [0])[0] + m.start() for q in quotes for m in re.finditer(r"\w+", unescaped(q.text))}


def read_reading(folder: Path) -> dict[str, Reading]:
    """Return one reading of all sources, by source; see :func:`~tmt_dataset.coding.annotation.read_models`."""
    return {reading.source: reading for reading in read_models(folder, Reading)}


def compare(first: Mapping[str, Reading], second: Mapping[str, Reading]) -> tuple[list[Row], pd.DataFrame]:
    """Return the agreement of two readings, and every disagreement.

    Only developments that both have are compared: the units were given to both.

    Returns
    -------
    list of dict
        As the rows of :func:`tmt_dataset.coding.agreement.compare`; α of risks and of addressees with types is that of sets (MASI).
    pandas.DataFrame
        As there.
    """
    pairs = [
        (source, r, other)
        for source, reading in first.items()
        for r in reading.developments
        if (other := _by_id(second.get(source)).get(r.id)) is not None
    ]
    rows: list[Row] = []
    for scope in ["all", *sorted(first)]:
        chosen = [(n, a, b) for n, (source, a, b) in enumerate(pairs) if scope in ("all", source)]
        for variable, of in VALUES.items():
            rows += value_rows(scope, variable, [(n, of(a), of(b)) for n, a, b in chosen])
        for variable, of_set in SETS.items():
            rows += value_rows(scope, variable, [(n, of_set(a), of_set(b)) for n, a, b in chosen], masi)
        for variable, items in ITEMS.items():
            rows += set_rows(scope, variable, [(items(a), items(b)) for _, a, b in chosen])
    differing = [(source, *found) for source, a, b in pairs for found in _differing(a, b)]
    return rows, pd.DataFrame(
        [(source, a, a, *rest) for source, a, *rest in differing],
        columns=["source_id", "development", "second_development", "variable", "first", "second"],
    )


def _by_id(reading: Reading | None) -> dict[str, Requirements]:
    return {r.id: r for r in reading.developments} if reading else {}


def _differing(a: Requirements, b: Requirements) -> Iterable[tuple[str, str, str, str]]:
    """Yield development, variable and both values of each disagreement."""
    for variable, of in VALUES.items():
        if of(a) != of(b):
            yield a.id, variable, of(a), of(b)
    risks = SETS["risks"]
    for risk in sorted(risks(a) ^ risks(b)):
        yield a.id, "risks", *((risk, NONE) if risk in risks(a) else (NONE, risk))
    one, other = _provisions(a) - _provisions(b), _provisions(b) - _provisions(a)
    for addressee, modality, kind in sorted(one):
        # the same addressee and type in another modality is one disagreement
        twin = next((p for p in sorted(other) if (p[0], p[2]) == (addressee, kind)), None)
        other -= {twin}
        yield a.id, "provisions", f"{addressee} {modality} {kind}", " ".join(twin) if twin else NONE
    for provision in sorted(other):
        yield a.id, "provisions", NONE, " ".join(provision)
