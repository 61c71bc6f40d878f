"""Annotations and vocabularies → the tables, and the descriptor's checksums. Needs no source text."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from itertools import zip_longest
from pathlib import Path
from typing import Any

from tmt_dataset.coding.annotation import Annotation, Quote, read_all
from tmt_dataset.descriptor import DESCRIPTOR, Descriptor, Table, open_package, sha256
from tmt_dataset.edtf import bounds
from tmt_dataset.errors import OutOfStepError, PackageError
from tmt_dataset.files import write_whole

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


def cell(value: Any) -> str:
    """Return a value as it stands in a table: empty for None, numbers without a needless point.

    Examples
    --------
    >>> cell(None), cell(50_000_000_000.0), cell(117900.5), cell(True)
    ('', '50000000000', '117900.5', 'true')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else f"{Decimal(repr(value)):f}"  # never 1e-05
    return str(value)


def csv_bytes(table: Table, rows: Iterable[Mapping[str, Any]]) -> bytes:
    """Return the canonical bytes of a table: UTF-8, LF, minimal quoting, the declared columns."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(table.field_names)
    writer.writerows([cell(row.get(name)) for name in table.field_names] for row in rows)
    return stream.getvalue().encode("utf-8")


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


def compiled(folder: Path) -> dict[str, bytes]:
    """Return the bytes of every compiled file of a package: its tables and its descriptor.

    Parameters
    ----------
    folder
        The package: descriptor, ``data/annotations`` and ``data/vocabularies``.

    Raises
    ------
    AnnotationError
        If an annotation file breaks the format.
    OutOfStepError
        If offsets have not been filled in yet.
    """
    descriptor, files = open_package(folder)
    tables = rows(read_all(folder / ANNOTATIONS, descriptor, files))
    out = {
        descriptor.tables[name].path: csv_bytes(descriptor.tables[name], table_rows)
        for name, table_rows in tables.items()
    }
    vocabularies = {t.path: files.read(t.path) for t in descriptor.tables.values() if t.is_vocabulary}
    out[DESCRIPTOR] = descriptor_bytes(descriptor, {**out, **vocabularies})
    return out


def descriptor_bytes(descriptor: Descriptor, contents: Mapping[str, bytes]) -> bytes:
    """Return the descriptor with the size and checksum of each table's bytes."""
    raw = json.loads(json.dumps(descriptor.raw))
    for resource in raw["resources"]:
        data = contents[resource["path"]]
        resource["bytes"] = len(data)
        resource["hash"] = f"sha256:{sha256(data)}"
    return (json.dumps(raw, indent=2, ensure_ascii=False) + "\n").encode("utf-8")


def content(target: Path) -> bytes | None:
    """Return the bytes of a file that is generated, or None where it is missing.

    Raises
    ------
    PackageError
        If what has its name cannot be read.
    """
    try:
        return target.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise PackageError(f"{target}: cannot be read ({error.strerror}); expected a file") from None


def replace(target: Path, data: bytes) -> bool:
    """Write a file whole where it differs, and return whether it did.

    Raises
    ------
    PackageError
        If it cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> target = Path(tempfile.mkdtemp()) / "validation" / "report.json"
    >>> replace(target, b"{}"), replace(target, b"{}")
    (True, False)
    """
    if content(target) == data:
        return False
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, data)
    except OSError as error:
        raise PackageError(
            f"{target}: cannot be written ({error.strerror}); make its folder writable, and build again"
        ) from None
    return True


def build(folder: Path) -> list[str]:
    """Write the compiled files that differ, each whole or not at all, and return their paths."""
    return [path for path, data in compiled(folder).items() if replace(folder / path, data)]


def check(folder: Path) -> None:
    """Prove that the committed tables are what the annotations and vocabularies give.

    Raises
    ------
    AnnotationError
        If an annotation file breaks the format, or a vocabulary is missing.
    OutOfStepError
        Naming every file and row that differs.
    """
    expected = compiled(folder)  # also the proof that every vocabulary can be read
    descriptor, files = open_package(folder)
    differing = [
        f"{t.path}: not the file that {DESCRIPTOR} declares"
        for t in descriptor.tables.values()
        if t.is_vocabulary and t.hash != f"sha256:{sha256(files.read(t.path))}"
    ]
    for path, data in expected.items():
        found = content(folder / path)
        if found is None:
            differing.append(f"{path}: missing")
        elif found != data:
            differing.append(f"{path}: {_differences(data, found)}")
    if differing:
        raise OutOfStepError(
            "out of step with the annotations; run `tmt-dataset build`:\n" + "\n".join(differing)
        )


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
