"""The words of each report as stems without order, compiled and proved where the source texts are at hand."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tmt_dataset.search.stems import counts

__all__ = ["Row", "reporting", "rows", "stems"]


Row = Mapping[str, Any]


def reporting(segments: Iterable[Row], mentions: Iterable[Row]) -> list[Row]:
    """Return the segments that report a development, in their order."""
    mentioned = {row["segment_id"] for row in mentions}
    return [row for row in segments if row["segment_id"] in mentioned]


def stems(text: str, segments: Iterable[Row]) -> Iterator[tuple[str, Counter[str]]]:
    """Yield each segment of a source with the stems of its words and how often it has them."""
    segments = list(segments)
    found = counts(text[row["start"] : row["end"]] for row in segments)
    yield from ((row["segment_id"], count) for row, count in zip(segments, found, strict=True))


def rows(segments: Iterable[Row], texts: Mapping[str, str], kept: bytes) -> list[dict[str, Any]]:
    """Return the rows of the table.

    Parameters
    ----------
    segments
        The segments that report a development.
    texts
        The texts at hand by source.
    kept
        The table as it is, whose rows are kept where a text is not at hand.

    Returns
    -------
    list of dict
        By segment, stems in the order of the alphabet.
    """
    before: dict[str, list[dict[str, Any]]] = {}
    for row in csv.DictReader(io.StringIO(kept.decode("utf-8"), newline="")):
        before.setdefault(row["segment_id"], []).append(dict(row))
    by_source: dict[str, list[Row]] = {}
    for segment in segments:
        by_source.setdefault(segment["source_id"], []).append(segment)
    out: list[dict[str, Any]] = []
    for source_id, own in by_source.items():
        if source_id in texts:
            for segment_id, count in stems(texts[source_id], own):
                out += [{"segment_id": segment_id, "stem": s, "count": n} for s, n in sorted(count.items())]
        else:
            out += [row for segment in own for row in before.get(segment["segment_id"], [])]
    return out
