"""Small charts that a template draws as SVG: the series of a measure, the ledger of a source."""

from __future__ import annotations

from math import floor, log10
from typing import Any, NamedTuple

from tmt_dataset.publish.site.content import Row, grouped
from tmt_dataset.record import number

__all__ = ["HEIGHT", "LEFT", "WIDTH", "Chart", "Mark", "chart", "strip"]


#: Of the drawing, in units of its view box; the room at the left is for the numbers of the axis.
WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 640, 220, 90, 30, 14


class Mark(NamedTuple):
    """A figure in a chart: where it is drawn, and what it says."""

    x: float
    y: float
    says: str


class Chart(NamedTuple):
    """The drawing of a series: marks by the name of their line, and the ticks of both axes."""

    lines: list[tuple[str, list[Mark]]]
    across: list[tuple[float, str]]
    up: list[tuple[float, str]]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    bottom: int = HEIGHT - BOTTOM


def chart(series: list[Row]) -> Chart | None:
    """Return the drawing of a measure's series, or None where fewer than two figures have a date.

    Totals and flows, and the figures of different places, are lines of their own.

    Examples
    --------
    >>> from datetime import date
    >>> first = {"aggregation": "flow", "kind": "statistic", "place": "China", "value": 5.0, "period_end": date(2024, 1, 1)}
    >>> drawn = chart([first, {**first, "value": 10.0, "period_end": date(2025, 1, 1)}])
    >>> [(name, [mark.says for mark in marks]) for name, marks in drawn.lines]
    [('China, flow, statistic', ['5 (2024-01-01)', '10 (2025-01-01)'])]
    >>> chart([first]) is None
    True
    """
    dated = [row for row in series if row["period_end"]]
    days = sorted({row["period_end"] for row in dated})
    if len(days) < 2:
        return None
    most = _round(max(row["value"] for row in dated))
    span = (days[-1] - days[0]).days

    def across(day: Any) -> float:
        return float(round(LEFT + 20 + (WIDTH - LEFT - 60) * (day - days[0]).days / span, 1))

    def up(value: float) -> float:
        return float(round(HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * value / most, 1))

    named = [
        {**row, "line": ", ".join(str(row[p]) for p in ("place", "aggregation", "kind") if row[p])}
        for row in dated
    ]
    lines = [
        (
            name,
            [
                Mark(across(row["period_end"]), up(row["value"]), f"{number(row['value'])} ({row['period_end']})")
                for row in sorted(own, key=lambda row: row["period_end"])
            ],
        )
        for name, own in grouped(named, "line").items()
    ]  # fmt: skip
    ticks = [(across(day), str(day)) for day in (days[0], days[-1])]
    return Chart(lines, ticks, [(up(value), number(value)) for value in (0.0, most / 2, most)])


def _round(most: float) -> float:
    """Return the number at the end of an axis from zero: one that can be read, and of which half can be read too.

    >>> _round(439), _round(0.3), _round(1e6), _round(0)
    (600.0, 0.4, 1000000.0, 1)
    """
    if most <= 0:
        return 1
    size = 10.0 ** floor(log10(most))
    return next(round(step * size, 12) for step in (1, 2, 4, 6, 8, 10) if step * size >= most)


def strip(segments: list[Row], characters: int) -> list[tuple[float, float, str, str]]:
    """Return the ledger of a source as a strip: place and width of each segment in percent, its role, what it says.

    Examples
    --------
    >>> strip([{"start": 0, "end": 25, "role": "heading", "segment_id": "a:001"}], 100)
    [(0.0, 25.0, 'heading', 'a:001, heading, 0–25')]
    """
    whole = max(characters, 1)
    return [
        (
            round(100 * row["start"] / whole, 3),
            round(100 * (row["end"] - row["start"]) / whole, 3),
            row["role"],
            f"{row['segment_id']}, {row['role']}, {row['start']}–{row['end']}",
        )
        for row in segments
    ]
