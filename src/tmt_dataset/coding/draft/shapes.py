"""What the parts of the drafting hand to each other. Offsets count code points of the source text."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Cut", "Proposal", "Unit"]


@dataclass(frozen=True)
class Cut:
    """A segment: the characters from `start` up to `end`, and its role."""

    start: int
    end: int
    role: str


@dataclass(frozen=True)
class Unit:
    """The report of one development: its heading, where it has one, and its body."""

    start: int
    end: int
    heading: tuple[int, int] | None
    text: str


@dataclass(frozen=True)
class Proposal:
    """A value with the span that supports it, its probability, and the next best values with theirs."""

    variable: str
    value: str
    start: int
    end: int
    score: float
    others: tuple[tuple[str, float], ...] = ()
