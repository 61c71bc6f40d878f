"""The tables, compiled from the annotations, and their checksums in the declaration. No source text is needed."""

from __future__ import annotations

import copy
import io
import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

from tmt_dataset.cells import table_bytes
from tmt_dataset.coding.annotation import SEPARATOR, Annotation, FigureOf, Quote, Relation, read_all
from tmt_dataset.coding.proof import source_text
from tmt_dataset.descriptor import DESCRIPTOR, Descriptor, Table
from tmt_dataset.edtf import bounds
from tmt_dataset.errors import AnnotationError, OutOfStepError, counted
from tmt_dataset.files import content, expanded, sha256
from tmt_dataset.package import Package, mismatches
from tmt_dataset.search.query import TERMS

__all__ = [
    "AGREEMENT",
    "ANNOTATIONS",
    "SHOWN",
    "SHOWN_BEFORE",
    "Row",
    "check",
    "compiled",
    "is_compiled",
    "rows",
]


Row = dict[str, Any]
ANNOTATIONS = "data/annotations"
#: How many differing rows of a table a message shows.
SHOWN = 5
#: How many characters before the first difference a message shows.
SHOWN_BEFORE = 40
AGREEMENT = "agreement"


# -- rows: for each table a function from an annotation to its rows


def _span(at: list[int] | None) -> tuple[int, int]:
    assert at is not None  # rows() refuses annotations without offsets
    start, end = at
    return start, end


def _reports(a: Annotation) -> Iterator[tuple[str, list[Quote]]]:
    """Yield the quotes that a source has of each development, first reports before further ones."""
    for d in a.developments:
        yield d.id, d.quotes
    for r in a.reported_elsewhere:
        yield r.development, r.quotes


def _identified(a: Annotation) -> Iterator[tuple[str, str, Quote]]:
    """Yield the quotes of a source in the order of their places, with development and identifier."""
    for development_id, quotes in _reports(a):
        for q in sorted(quotes, key=lambda q: _span(q.at)):
            start, end = _span(q.at)
            yield development_id, f"{development_id}:{a.source.source_id}:{start}-{end}", q


def _sources(a: Annotation) -> Iterator[Row]:
    yield {**a.source.model_dump(), "scope_topics": " ".join(a.source.scope_topics) or None}


def _segments(a: Annotation) -> Iterator[Row]:
    for s in a.segments:
        start, end = _span(s.at)
        yield {
            "segment_id": s.id, "source_id": a.source.source_id, "start": start, "end": end, "role": s.role,
            "sha256": s.sha256,
        }  # fmt: skip


def _instruments(a: Annotation) -> Iterator[Row]:
    for i in a.instruments:
        yield {
            "instrument_id": i.id, "title": i.title, "kind": i.kind, "number": i.number,
            "aliases": SEPARATOR.join(i.aliases) or None,
        }  # fmt: skip


def _errata(a: Annotation) -> Iterator[Row]:
    number: Counter[tuple[int, int]] = Counter()
    for e in sorted(a.errata, key=lambda e: _span(e.at)):
        start, end = _span(e.at)
        number[start, end] += 1
        again = f"#{number[start, end]}" if number[start, end] > 1 else ""
        yield {
            "erratum_id": f"{a.source.source_id}:{start}-{end}{again}", "source_id": a.source.source_id,
            "start": start, "end": end, **e.model_dump(exclude={"at"}),
        }  # fmt: skip


def _developments(a: Annotation) -> Iterator[Row]:
    for d in a.developments:
        first, last = bounds(d.date)
        yield {"development_id": d.id, "date_start": first, "date_end": last, **d.model_dump()}


def _mentions(a: Annotation) -> Iterator[Row]:
    section, sections = None, {}
    for s in a.segments:  # a section goes on until the next one begins
        section = s.section or section
        sections[s.id] = section
    mentions = [
        *((d.id, *m) for d in a.developments for m in ((d.mentions, "primary"), (d.secondary_mentions, "secondary"))),
        *((r.development, r.mentions, "secondary") for r in a.reported_elsewhere),
    ]  # fmt: skip
    for development_id, segments, rank in mentions:
        for segment in segments:
            yield {
                "development_id": development_id, "segment_id": segment, "rank": rank, "section": sections.get(segment),
            }  # fmt: skip


def _quotes(a: Annotation) -> Iterator[Row]:
    for development_id, quote_id, q in _identified(a):
        start, end = _span(q.at)
        beside = [name for name in ("risks", "figures", "provisions", "relations") if getattr(q, name)]
        yield {
            "quote_id": quote_id, "development_id": development_id, "source_id": a.source.source_id,
            "start": start, "end": end, "exact": q.text, "supports": " ".join(dict.fromkeys([*q.supports, *beside])),
        }  # fmt: skip


def _figures(a: Annotation) -> Iterator[Row]:
    for development_id, quote_id, q in _identified(a):
        for n, f in enumerate(q.figures, 1):
            yield {
                "figure_id": f"{quote_id}#{n}", "development_id": development_id, "quote_id": quote_id, **f.model_dump(),
            }  # fmt: skip


def _relations(a: Annotation) -> Iterator[Row]:
    def row(development_id: str, r: Relation, quote_id: str | None) -> Row:
        relation, related = r.stated
        return {
            "development_id": development_id, "relation": relation, "related_id": related, "quote_id": quote_id,
            "note": r.note,
        }  # fmt: skip

    yield from (row(d.id, r, None) for d in a.developments for r in d.relations)
    yield from (row(development_id, r, qid) for development_id, qid, q in _identified(a) for r in q.relations)


def _development_authorities(a: Annotation) -> Iterator[Row]:
    for d in a.developments:
        for authority, role in d.authorities.items():
            yield {"development_id": d.id, "authority_id": authority, "role": role}


def _development_topics(a: Annotation) -> Iterator[Row]:
    for d in a.developments:
        for n, topic in enumerate(d.topics):
            yield {"development_id": d.id, "topic_id": topic, "rank": "secondary" if n else "primary"}


def _development_places(a: Annotation) -> Iterator[Row]:
    for d in a.developments:
        for place in d.places:
            yield {"development_id": d.id, "place_id": place}


def _development_risks(a: Annotation) -> Iterator[Row]:
    for development_id, quote_id, q in _identified(a):
        for risk in q.risks:
            yield {"development_id": development_id, "risk_id": risk, "quote_id": quote_id}


def _provisions(a: Annotation) -> Iterator[Row]:
    for development_id, quote_id, q in _identified(a):
        for p in q.provisions:
            parts = (development_id, p.case, p.addressee, p.modality, p.type)
            figure_id = None if p.figure is None else _figure_of(a, development_id, q, p.figure)
            yield {
                "provision_id": ":".join(str(part) for part in parts if part is not None), "development_id": development_id,
                **p.model_dump(), "figure_id": figure_id, "quote_id": quote_id,
            }  # fmt: skip


def _figure_of(a: Annotation, development_id: str, quote: Quote, named: FigureOf) -> str:
    """Return the figure that a provision names.

    Two fines of one sum are told apart by the words around them: the second case of a notice had the sum of the fifth.
    """
    same = [
        (f"{quote_id}#{n}", q)
        for of, quote_id, q in _identified(a)
        for n, f in enumerate(q.figures, 1)
        if (of, f.measure, f.value) == (development_id, named.measure, named.value)
    ]
    near = [(figure_id, q) for figure_id, q in same if _share_words(q, quote)] if len(same) > 1 else same
    if len(near) == 1:
        return near[0][0]
    raise AnnotationError(
        f"{development_id}: a provision names the figure {named.measure} {named.value:g}; the development has "
        f"{len(same) or 'no'} such figure{'s' * (len(same) > 1)} in this file: correct the provision, code the figure, or let the quotes of "
        "the two share words"
    )


def _wrong_figures(a: Annotation) -> Iterator[str]:
    """Yield a message for each provision that names no figure of its development, or several."""
    for development_id, _, quote in _identified(a):
        for provision in quote.provisions:
            if provision.figure is not None:
                try:
                    _figure_of(a, development_id, quote, provision.figure)
                except AnnotationError as error:
                    yield str(error)


def _share_words(first: Quote, second: Quote) -> bool:
    """Whether two quotes of one source overlap."""
    if first.at is None or second.at is None:
        return False
    return first.at[0] < second.at[1] and second.at[0] < first.at[1]


def _development_instruments(a: Annotation) -> Iterator[Row]:
    for d in a.developments:
        for instrument, stages in d.instruments.items():
            for stage in [stages] if isinstance(stages, str) else stages:
                yield {"development_id": d.id, "instrument_id": instrument, "stage": stage}


_ROWS: dict[str, Callable[[Annotation], Iterator[Row]]] = {
    "sources": _sources,
    "segments": _segments,
    "developments": _developments,
    "mentions": _mentions,
    "quotes": _quotes,
    "development_authorities": _development_authorities,
    "development_topics": _development_topics,
    "development_places": _development_places,
    "development_risks": _development_risks,
    "instruments": _instruments,
    "development_instruments": _development_instruments,
    "figures": _figures,
    "provisions": _provisions,
    "relations": _relations,
    "errata": _errata,
}
#: By what the rows of a table are sorted; those without keep the order of the sources.
_ORDER = {
    name: "instrument_id" if name == "instruments" else "development_id"
    for name in _ROWS
    if name not in ("sources", "segments", "errata")
}


def rows(annotations: Iterable[Annotation]) -> dict[str, list[Row]]:
    """Return the rows of the compiled tables, in their canonical order.

    Sources, segments and errata keep the order of the annotations. Instruments are sorted by identifier, everything
    else by development, its first report before further ones.

    Raises
    ------
    OutOfStepError
        If offsets have not been filled in yet.
    """
    annotations = list(annotations)
    if missing := [line for a in annotations for line in _missing_offsets(a)]:
        raise OutOfStepError(
            "offsets are missing; run `tmt-dataset build --locate SOURCES` first:\n" + "\n".join(missing)
        )
    if wrong := [line for a in annotations for line in _wrong_figures(a)]:
        raise AnnotationError("\n".join(wrong))
    tables = {name: [row for a in annotations for row in of(a)] for name, of in _ROWS.items()}
    for name, key in _ORDER.items():
        tables[name].sort(key=lambda row, key=key: row[key])  # type: ignore[misc]  # binds the loop's value
    return tables


def _missing_offsets(a: Annotation) -> list[str]:
    """Return a line for each segment, quote and erratum without offsets."""
    sid = a.source.source_id
    return [
        *([f"{sid}: characters and sha256 of its text"] if a.source.characters is None or a.source.sha256 is None else []),
        *(f"{sid}: segment {s.id}" for s in a.segments if s.at is None or s.sha256 is None),
        *(f"{sid}: {owner}: quote {q.text[:40]!r}" for owner, quotes in _reports(a) for q in quotes if q.at is None),
        *(f"{sid}: erratum {e.has[:40]!r}" for e in a.errata if e.at is None),
    ]  # fmt: skip


# -- bytes


def compiled(
    folder: Path, package: Package, sources: Path | None = None
) -> tuple[Descriptor, dict[str, bytes]]:
    """Return the declaration of a checkout and the bytes of all its tables, compiled from the files written by hand.

    Parameters
    ----------
    folder
        The checkout, with ``data/annotations``.
    package
        The package in it.
    sources
        Folder of source texts: the words of the reports are counted again where the text is there. Without it they stay as
        they are.

    Returns
    -------
    tuple
        The declaration with the size and checksum of every table, and bytes by path: the compiled tables, the
        published agreement, the tables that are written by hand, and the declaration itself.

    Raises
    ------
    AnnotationError
        If an annotation file breaks the format.
    OutOfStepError
        If offsets have not been filled in yet.
    PackageError
        If a table that is written by hand is missing.
    """
    declared = package.descriptor.tables
    tables = rows(read_all(folder / ANNOTATIONS, package))
    out = {declared[name].path: table_bytes(declared[name], found) for name, found in tables.items()}
    out |= _agreement(folder / "validation", package)
    if sources is not None:
        out |= _terms(tables, package, sources)
    out |= {t.path: package.read(t) for t in declared.values() if t.path not in out}
    descriptor = _completed(package.descriptor, out)
    out[DESCRIPTOR] = (json.dumps(descriptor.raw, indent=2, ensure_ascii=False) + "\n").encode("utf-8")
    return descriptor, out


def _terms(tables: Mapping[str, list[Row]], package: Package, sources: Path) -> dict[str, bytes]:
    """Return the table of the words of the reports."""
    from tmt_dataset.coding import terms  # a database in memory, needed here only

    table, folder = package.descriptor.table(TERMS), expanded(sources)
    texts = {sid: source_text(folder, sid) for sid in (row["source_id"] for row in tables["sources"])}
    at_hand = {sid: text for sid, text in texts.items() if text is not None}
    segments = terms.reporting(tables["segments"], tables["mentions"])
    return {table.path: table_bytes(table, terms.rows(segments, at_hand, package.read(table)))}


def _agreement(validation: Path, package: Package) -> dict[str, bytes]:
    """Return the table of agreement, if the checkout has a second coding."""
    if not os.path.lexists(validation / "second_coding"):
        return {}
    from tmt_dataset.coding.agreement import agreement  # slow to import, and needed here only

    table = package.descriptor.table(AGREEMENT)
    measured, _ = agreement(validation, package)
    cells = measured.astype(object).where(measured.notna(), None)
    found = (dict(zip(cells.columns, row, strict=True)) for row in cells.itertuples(index=False, name=None))
    return {table.path: table_bytes(table, found)}


def _completed(descriptor: Descriptor, contents: Mapping[str, bytes]) -> Descriptor:
    """Return a declaration with what follows: size and checksum of each table, and the pattern of each list of codes.

    Parameters
    ----------
    descriptor
        The declaration.
    contents
        The bytes of all tables by path.
    """
    raw = copy.deepcopy(dict(descriptor.raw))
    for resource in raw["resources"]:
        data = contents[resource["path"]]
        resource["bytes"] = len(data)
        resource["hash"] = f"sha256:{sha256(data)}"
        for field in resource["schema"]["fields"]:
            if "itemEnum" in field:
                one = f"(?:{'|'.join(field['itemEnum'])})"
                field.setdefault("constraints", {})["pattern"] = f"{one}(?: {one})*"
    return Descriptor(raw)


def check(folder: Path, package: Package, expected: Mapping[str, bytes]) -> None:
    """Check that the files of a checkout are what was compiled.

    Parameters
    ----------
    folder
        The checkout.
    package
        The package in it.
    expected
        Bytes by path, as :func:`compiled` gives them.

    Raises
    ------
    OutOfStepError
        Listing every file that differs, with its first differing rows.
    """
    declared = package.descriptor.tables.values()
    differing = [
        f"{t.path}: not the file that {DESCRIPTOR} declares"
        for t in declared
        if not is_compiled(t) and "hash" in mismatches(t, expected[t.path])
    ]
    for path in [DESCRIPTOR, *(t.path for t in declared if is_compiled(t))]:
        found = content(folder / path)
        if found is None:
            differing.append(f"{path}: missing")
        elif found != expected[path]:
            differing.append(f"{path}: {_differences(expected[path], found)}")
    if differing:
        raise OutOfStepError(
            "out of step with the annotations; run `tmt-dataset build`:\n" + "\n".join(differing)
        )


def is_compiled(table: Table) -> bool:
    """Whether a table is compiled; the others are written by hand.

    Examples
    --------
    >>> from tmt_dataset.package import open_package
    >>> tables = open_package().descriptor.tables
    >>> is_compiled(tables["quotes"]), is_compiled(tables["topics"])
    (True, False)
    """
    return table.name in _ROWS or table.name == AGREEMENT


def _differences(expected: bytes, found: bytes) -> str:
    """Count the rows in which two files differ, and show the first of them from shortly before the difference."""
    # rows end at LF alone, and keep it: another line end is a difference
    want, have = (
        list(io.StringIO(data.decode("utf-8", errors="backslashreplace"), newline="\n"))
        for data in (expected, found)
    )
    rows = [
        (n, *pair) for n, pair in enumerate(zip_longest(want, have, fillvalue=""), 1) if len(set(pair)) > 1
    ]
    lines = [f"{counted(len(rows), 'row')} {'differs' if len(rows) == 1 else 'differ'}"]
    for n, *pair in rows[:SHOWN]:
        same = next((i for i, (a, b) in enumerate(zip(*pair, strict=False)) if a != b), min(map(len, pair)))
        start = max(0, same - SHOWN_BEFORE)
        shown = [repr("…" * bool(start) + row[start : start + 120]) if row else "no row" for row in pair]
        lines.append(f"  row {n}: expected {shown[0]}, found {shown[1]}")
    if len(rows) > SHOWN:
        lines.append(f"  and {counted(len(rows) - SHOWN, 'more row')}")
    return "\n".join(lines)
