"""Annotations and vocabularies → the tables, and the descriptor's checksums. Needs no source text."""

from __future__ import annotations

import copy
import io
import json
from collections.abc import Iterable, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any

from tmt_dataset.cells import table_bytes
from tmt_dataset.coding.annotation import Annotation, Quote, read_all
from tmt_dataset.descriptor import DESCRIPTOR, Descriptor, Table
from tmt_dataset.edtf import bounds
from tmt_dataset.errors import OutOfStepError
from tmt_dataset.files import content, sha256
from tmt_dataset.package import Package, mismatches

Row = dict[str, Any]
ANNOTATIONS = "data/annotations"
#: How many differing rows of a table a message shows.
SHOWN = 5
#: How many characters before the first difference a message shows.
SHOWN_BEFORE = 40
_OF_SOURCES = ("sources", "segments", "instruments", "errata")
_OF_DEVELOPMENTS = (
    "developments",
    "mentions",
    "quotes",
    "development_authorities",
    "development_topics",
    "development_places",
    "development_instruments",
    "figures",
    "relations",
)


def _quote_id(development_id: str, source_id: str, quote: Quote) -> str:
    assert quote.at is not None  # read_all was followed by a check of offsets
    return f"{development_id}:{source_id}:{quote.at[0]}-{quote.at[1]}"


def missing_offsets(annotation: Annotation) -> list[str]:
    """Name what still lacks its offsets."""
    sid = annotation.source.source_id
    out = [f"{sid}: segment {s.id}" for s in annotation.segments if s.at is None or s.sha256 is None]
    for owner, quotes in [(d.id, d.quotes) for d in annotation.developments] + [
        (r.development, r.quotes) for r in annotation.reported_elsewhere
    ]:
        out += [f"{sid}: {owner}: quote {q.text[:40]!r}" for q in quotes if q.at is None]
    out += [f"{sid}: erratum {e.has[:40]!r}" for e in annotation.errata if e.at is None]
    return out


def rows(annotations: Iterable[Annotation]) -> dict[str, list[Row]]:
    """Return the rows of the compiled tables, in their canonical order.

    Raises
    ------
    OutOfStepError
        If offsets have not been filled in yet.
    """
    annotations = list(annotations)
    lacking = [line for a in annotations for line in missing_offsets(a)]
    if lacking:
        raise OutOfStepError(
            "offsets are missing; run `tmt-dataset build --locate SOURCES` first:\n" + "\n".join(lacking)
        )
    out: dict[str, list[Row]] = {name: [] for name in (*_OF_SOURCES, *_OF_DEVELOPMENTS)}
    for a in annotations:
        sid = a.source.source_id
        out["sources"].append(a.source.model_dump())
        sections: dict[str, str | None] = {}
        section = None
        for s in a.segments:
            assert s.at is not None
            section = s.section or section
            sections[s.id] = section
            out["segments"].append(
                {
                    "segment_id": s.id,
                    "source_id": sid,
                    "start": s.at[0],
                    "end": s.at[1],
                    "role": s.role,
                    "sha256": s.sha256,
                }
            )
        for i in a.instruments:
            out["instruments"].append(
                {
                    "instrument_id": i.id,
                    "title": i.title,
                    "kind": i.kind,
                    "number": i.number,
                    "aliases": " | ".join(i.aliases) or None,
                }
            )

        def mention(
            development_id: str,
            segments: Iterable[str],
            rank: str,
            sections: Mapping[str, str | None] = sections,
        ) -> None:
            for segment in segments:
                out["mentions"].append(
                    {
                        "development_id": development_id,
                        "segment_id": segment,
                        "rank": rank,
                        "section": sections.get(segment),
                    }
                )

        def quotes(development_id: str, items: Iterable[Quote], sid: str = sid) -> None:
            for q in sorted(items, key=lambda q: q.at or []):
                assert q.at is not None
                qid = _quote_id(development_id, sid, q)
                supports = [
                    *q.supports,
                    *(["figures"] if q.figures else []),
                    *(["relations"] if q.relations else []),
                ]
                out["quotes"].append(
                    {
                        "quote_id": qid,
                        "development_id": development_id,
                        "source_id": sid,
                        "start": q.at[0],
                        "end": q.at[1],
                        "exact": q.text,
                        "supports": " ".join(dict.fromkeys(supports)),
                    }
                )
                for n, f in enumerate(q.figures, 1):
                    out["figures"].append(
                        {
                            "figure_id": f"{qid}#{n}",
                            "development_id": development_id,
                            "place_id": f.place,
                            "quote_id": qid,
                            **f.model_dump(exclude={"place"}),
                        }
                    )
                for r in q.relations:
                    relation, related = r.stated
                    out["relations"].append(
                        {
                            "development_id": development_id,
                            "relation": relation,
                            "related_id": related,
                            "quote_id": qid,
                            "note": r.note,
                        }
                    )

        for d in a.developments:
            first, last = bounds(d.date)
            out["developments"].append(
                {"development_id": d.id, "date_start": first, "date_end": last, **d.model_dump()}
            )
            mention(d.id, d.mentions, "primary")
            mention(d.id, d.secondary_mentions, "secondary")
            out["development_authorities"] += [
                {"development_id": d.id, "authority_id": k, "role": v} for k, v in d.authorities.items()
            ]
            out["development_topics"] += [
                {"development_id": d.id, "topic_id": t, "rank": "secondary" if n else "primary"}
                for n, t in enumerate(d.topics)
            ]
            out["development_places"] += [{"development_id": d.id, "place_id": p} for p in d.places]
            for instrument, stages in d.instruments.items():
                for stage in [stages] if isinstance(stages, str) else stages:
                    out["development_instruments"].append(
                        {"development_id": d.id, "instrument_id": instrument, "stage": stage}
                    )
            for r in d.relations:
                relation, related = r.stated
                out["relations"].append(
                    {"development_id": d.id, "relation": relation, "related_id": related, "note": r.note}
                )
            quotes(d.id, d.quotes)
        for further in a.reported_elsewhere:
            mention(further.development, further.mentions, "secondary")
            quotes(further.development, further.quotes)
        seen: dict[str, int] = {}
        for e in sorted(a.errata, key=lambda e: e.at or []):
            assert e.at is not None
            eid = f"{sid}:{e.at[0]}-{e.at[1]}"
            seen[eid] = seen.get(eid, 0) + 1
            out["errata"].append(
                {
                    "erratum_id": eid if seen[eid] == 1 else f"{eid}#{seen[eid]}",
                    "source_id": sid,
                    "start": e.at[0],
                    "end": e.at[1],
                    **e.model_dump(exclude={"at"}),
                }
            )
    # the ledger keeps its order; what hangs on a development follows it, further reports after the first
    for name in _OF_DEVELOPMENTS:
        out[name].sort(key=lambda r: r["development_id"])
    out["instruments"].sort(key=lambda r: r["instrument_id"])
    return out


def compiled(folder: Path, package: Package) -> tuple[Descriptor, dict[str, bytes]]:
    """Return the declaration of a checkout and the bytes of all its tables, as its hand-written files give them.

    Parameters
    ----------
    folder
        The checkout, with ``data/annotations``.
    package
        The package in it.

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
    out |= {t.path: package.read(t) for t in declared.values() if t.path not in out}
    descriptor = with_checksums(package.descriptor, out)
    out[DESCRIPTOR] = (json.dumps(descriptor.raw, indent=2, ensure_ascii=False) + "\n").encode("utf-8")
    return descriptor, out


def _agreement(validation: Path, package: Package) -> dict[str, bytes]:
    """Return the published table of agreement, if the checkout keeps two codings."""
    if not (validation / "second_coding").is_dir():
        return {}
    from tmt_dataset.coding.agreement import agreement  # slow to import, and needed here only

    table = package.descriptor.table("agreement")
    measured, _ = agreement(validation)
    cells = measured.astype(object).where(measured.notna(), None)
    found = (dict(zip(cells.columns, row, strict=True)) for row in cells.itertuples(index=False, name=None))
    return {table.path: table_bytes(table, found)}


def with_checksums(descriptor: Descriptor, contents: Mapping[str, bytes]) -> Descriptor:
    """Return a declaration with the size and checksum of each table's bytes."""
    raw = copy.deepcopy(dict(descriptor.raw))
    for resource in raw["resources"]:
        data = contents[resource["path"]]
        resource["bytes"] = len(data)
        resource["hash"] = f"sha256:{sha256(data)}"
    return Descriptor(raw)


def check(folder: Path, package: Package, expected: Mapping[str, bytes]) -> None:
    """Prove that the files of a checkout are what was compiled.

    Raises
    ------
    OutOfStepError
        Naming every file and row that differs.
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
    """Whether a table is compiled, and not written by hand."""
    return table.name in (*_OF_SOURCES, *_OF_DEVELOPMENTS, "agreement")


def _differences(expected: bytes, found: bytes) -> str:
    """Name the rows in which two files differ, and show the first of them where they part."""
    # rows end at LF alone, and keep it: another line end is a difference
    want, have = (
        list(io.StringIO(data.decode("utf-8", errors="backslashreplace"), newline="\n"))
        for data in (expected, found)
    )
    rows = [
        (n, *pair) for n, pair in enumerate(zip_longest(want, have, fillvalue=""), 1) if len(set(pair)) > 1
    ]
    lines = [f"{len(rows)} rows differ"]
    for n, *pair in rows[:SHOWN]:
        same = next((i for i, (a, b) in enumerate(zip(*pair, strict=False)) if a != b), min(map(len, pair)))
        start = max(0, same - SHOWN_BEFORE)
        shown = [repr("…" * bool(start) + row[start : start + 120]) if row else "no row" for row in pair]
        lines.append(f"  row {n}: expected {shown[0]}, found {shown[1]}")
    if len(rows) > SHOWN:
        lines.append(f"  and {len(rows) - SHOWN} more rows")
    return "\n".join(lines)
