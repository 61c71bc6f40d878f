"""How often each rule of the extractors was right where it was written: the probability of what it proposes."""

from __future__ import annotations

__all__ = ["probability"]

#: By variable and rule: how often it was right, of how many. Counted over the sources that the rules were written on,
#: each with registers that know nothing of it.
COUNTS: dict[str, dict[str, tuple[int, int]]] = {
    "authorities": {
        "by": (2, 2),
        "new": (23, 24),
        "place": (8, 8),
        "same-court": (1, 1),
        "subject": (102, 103),
    },
    "date": {
        "as-of": (3, 3),
        "by": (3, 3),
        "effect": (1, 1),
        "event": (1, 1),
        "heading": (63, 63),
        "heading-paired": (3, 3),
        "later": (2, 2),
        "month": (25, 25),
        "on-day": (1, 1),
        "period": (28, 29),
        "since": (1, 1),
        "with-before": (4, 4),
        "year": (1, 1),
    },
    "date_basis": {
        "as-of": (3, 3),
        "by": (3, 3),
        "effect": (1, 1),
        "event": (1, 1),
        "heading": (63, 63),
        "heading-paired": (3, 3),
        "later": (2, 2),
        "month": (25, 25),
        "on-day": (1, 1),
        "period": (28, 29),
        "since": (1, 1),
        "with-before": (4, 4),
        "year": (1, 1),
    },
    "effective_date": {"effective": (6, 6), "immediate": (1, 1)},
    "figure_kind": {"read": (102, 103)},
    "figure_measure": {"named": (18, 33), "unnamed": (5, 71)},
    "figures": {
        "age": (1, 1),
        "clock": (2, 2),
        "count": (53, 53),
        "length": (1, 1),
        "money": (23, 24),
        "percent": (5, 5),
        "rank": (2, 2),
        "time": (10, 10),
        "word": (6, 6),
    },
    "instruments": {
        "alike-issued": (1, 1),
        "alike-relied": (1, 1),
        "known-draft": (1, 1),
        "known-issued": (4, 4),
        "known-relied": (1, 1),
        "new-approved": (2, 2),
        "new-draft": (17, 17),
        "new-effect": (1, 1),
        "new-issued": (53, 54),
        "new-later": (0, 1),
        "new-listed": (2, 2),
        "new-number": (1, 1),
        "new-planned": (3, 3),
        "new-relied": (10, 10),
        "new-revised": (5, 5),
    },
    "jurisdiction": {"nobody": (9, 11), "place": (2, 2), "seat": (121, 124)},
    "places": {"listed": (16, 18)},
    "relations": {"finalises": (1, 1)},
    "unnamed_authorities": {"counted": (5, 5), "nobody": (10, 12), "none": (116, 116), "others": (4, 4)},
}


def probability(variable: str, rule: str) -> float:
    """Return the share of right proposals of a rule, drawn towards one half where there are few.

    Examples
    --------
    >>> probability("date", "a rule that was never used")
    0.5
    """
    right, of = COUNTS.get(variable, {}).get(rule, (0, 0))
    return round((right + 1) / (of + 2), 3)
