"""The review of a draft as work: which proposed values were confirmed, changed or deleted, and what was typed."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from tmt_dataset.coding.draft.form import values

__all__ = ["ALL", "COLUMNS", "effort"]

ALL = "all"
COLUMNS = (
    "source_id",
    "variable",
    "values",
    "confirmed",
    "changed",
    "added",
    "deleted",
    "lines_typed",
    "lines",
)
#: What each development has once: another value is a change. Of the others, one that is not as proposed is added.
ONCE = frozenset(
    (
        "date",
        "date_basis",
        "action",
        "jurisdiction",
        "effective_date",
        "orientation",
        "ai_role",
        "unnamed_authorities",
    )
)


def _paired(
    drafted: Iterable[Mapping[str, Any]], reviewed: Iterable[Mapping[str, Any]]
) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Return each development beside the one that was drafted on most of its segments; either may be missing."""
    left = list(drafted)
    pairs: list[tuple[Mapping[str, Any], Mapping[str, Any]]] = []
    for record in reviewed:
        quoted = [q["at"] for q in record.get("quotes") or []]
        best = max(left, key=lambda d: _shared(d, record, quoted), default=None)
        if best is not None and _shared(best, record, quoted) > (0, 0):
            left.remove(best)
            pairs.append((best, record))
        else:
            pairs.append(({}, record))
    return [*pairs, *((record, {}) for record in left)]


def _shared(draft: Mapping[str, Any], record: Mapping[str, Any], quoted: list[Any]) -> tuple[int, int]:
    """Return how many segments two developments share, and how many characters of their quotes."""
    segments = {*(draft.get("mentions") or [])} & {*(record.get("mentions") or [])}
    spans = [q["at"] for q in draft.get("quotes") or []]
    return sum(max(0, min(b, d) - max(a, c)) for a, b in spans for c, d in quoted), len(segments)


def _counts(drafted: Mapping[str, Any], reviewed: Mapping[str, Any]) -> dict[str, Counter[str]]:
    """Count by variable what was done with the values of a development."""
    before, after = {*values(drafted)}, {*values(reviewed)}
    out: dict[str, Counter[str]] = {}
    for name in {variable for variable, _ in before | after}:
        own = {value for variable, value in before if variable == name}
        final = {value for variable, value in after if variable == name}
        gone, new = own - final, final - own
        changed = min(len(gone), len(new)) if name in ONCE else 0
        out[name] = Counter(
            values=len(final),
            confirmed=len(own & final),
            changed=changed,
            added=len(new) - changed,
            deleted=len(gone) - changed,
        )
    return out


def effort(
    source_id: str, drafted: Mapping[str, Any], reviewed: Mapping[str, Any], files: tuple[str, str]
) -> list[dict[str, Any]]:
    """Return how much of an annotation was confirmed and how much was typed, a row per variable and one for all.

    Parameters
    ----------
    source_id
        The source.
    drafted, reviewed
        The draft and the annotation that it became.
    files
        Both as files without what only a draft has; lines of the second that the first does not have count as typed.
    """
    total: dict[str, Counter[str]] = {}
    for pair in _paired(drafted.get("developments") or [], reviewed.get("developments") or []):
        for name, counts in _counts(*pair).items():
            total.setdefault(name, Counter()).update(counts)
    before, after = (file.splitlines() for file in files)
    kept = sum(
        block.size
        for block in difflib.SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    )
    every: Counter[str] = sum(total.values(), Counter())
    names = COLUMNS[2:7]
    rows = [
        {"source_id": source_id, "variable": name, **{n: total[name][n] for n in names}}
        for name in sorted(total)
    ]
    whole = {"source_id": source_id, "variable": ALL, **{n: every[n] for n in names}}
    return [*rows, {**whole, "lines_typed": len(after) - kept, "lines": len(after)}]
