"""A page for each development, with its data beside it, and for each identifier that was retired."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Set
from typing import Any

from tmt_dataset.citation import STYLES, Reference, references, written
from tmt_dataset.dataset import Dataset
from tmt_dataset.exports.text import csv_records
from tmt_dataset.publish.changes import diff
from tmt_dataset.publish.site.content import Content, Row, grouped
from tmt_dataset.publish.site.documents import CODEBOOK, page_of
from tmt_dataset.publish.site.frame import Frame, address
from tmt_dataset.record import Record

__all__ = ["REGISTERS", "described", "pages"]


#: The register that has the codes of a variable, and the kind of their pages where they have one.
REGISTERS = {
    "action": ("actions", None),
    "jurisdiction": ("places", "places"),
    "authorities": ("authorities", "authorities"),
    "topics": ("topics", "topics"),
    "places": ("places", "places"),
    "instruments": ("instruments", "instruments"),
    "risks": ("risks", None),
}
#: Variables with a part of the page of their own.
_APART = ("provisions", "figures", "relations")
_NAMES = {
    "apa": "APA",
    "bibtex": "BibTeX",
    "ris": "RIS",
    "csl": "CSL-JSON",
    "oscola": "OSCOLA",
    "bluebook": "Bluebook",
}


def pages(
    frame: Frame, content: Content, previous: Dataset | None = None, rules: Set[str] = frozenset()
) -> Iterator[tuple[str, bytes]]:
    """Yield the files of all records, each with its address, and the page that lists them.

    Parameters
    ----------
    frame, content
        Of the site.
    previous
        An earlier version of the data, with which records are compared.
    rules
        Codes of the rules of coding that the page of the codebook has.
    """
    parts = _parts(content) | {"changes": _changes(content, previous)}
    for name, ref in references(content.ds, frame.base).items():
        at = address("d", name)
        folder = at.removesuffix("index.html")
        data, described = _jsonld(frame, content, name, at)
        yield f"{folder}record.json", (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode("utf-8")
        yield f"{folder}record.csv", _csv(content, name)
        shown = {kind: found.get(name, []) for kind, found in parts.items()}
        since = previous.version if previous else ""
        yield at, _page(frame, content, ref, shown, rules, jsonld=described, since=since)
    retired = [row for row in content.table("released_identifiers") if row["retired"]]
    for row in retired:
        at = address("d", row["development_id"])
        yield at, frame.page("retired", at, row["development_id"], row=row)
    at = address("d")
    yield (
        at,
        frame.page("records", at, "All records", found=content.listed(content.developments), retired=retired),
    )


def _parts(content: Content) -> dict[str, dict[str, list[Row]]]:
    """Return the rows that the page of a record shows beside its values, by kind and identifier."""
    relations = [content.proved(row) for row in content.table("relations")]
    stages = [row for row in content.table("development_instruments") if row["stage"] != "cited"]
    return {
        "provisions": grouped(content.provisions, "development_id"),
        "figures": grouped(content.figures, "development_id"),
        "relations": grouped(relations, "development_id"),
        "related": grouped(relations, "related_id"),
        "instruments": grouped(stages, "development_id"),
        "errata": _errata(content),
        "released": grouped(content.table("released_identifiers"), "development_id"),
        "readings": grouped(content.table("review_log"), "record"),
        "decisions": grouped(content.table("adjudication"), "development_id"),
    }


def _errata(content: Content) -> dict[str, list[Row]]:
    """Return the errata within the reports of each development."""
    segments = content.register("segments")
    errata = grouped(content.table("errata"), "source_id")
    out: dict[str, list[Row]] = {}
    for row in content.table("mentions"):
        at = segments[row["segment_id"]]
        for erratum in errata.get(at["source_id"], []):
            if at["start"] <= erratum["start"] < at["end"]:
                out.setdefault(row["development_id"], []).append(erratum)
    return out


def _changes(content: Content, previous: Dataset | None) -> dict[str, list[Row]]:
    """Return what changed in the rows of each development since an earlier version, without tables and fields that are new."""
    if previous is None:
        return {}
    out: dict[str, list[Row]] = {}
    for table in diff(previous, content.ds).tables:
        if not (table.old_fields and table.new_fields):
            continue
        for key, change, field, old, new in table.lines():
            name = key[0].partition(":")[0]
            if name in content.developments and change != "moved" and field not in table.one_sided:
                row = {"table": table.name, "key": " ".join(key), "change": change, "field": field}
                out.setdefault(name, []).append({**row, "before": old, "now": new})
    return out


def _page(
    frame: Frame,
    content: Content,
    ref: Reference,
    own: Mapping[str, list[Row]],
    rules: Set[str],
    **shown: object,
) -> bytes:
    """Return the page of the development that a reference cites, with the rows of other tables that belong to it."""
    name = str(ref.record)
    row, instruments = content.developments[name], content.register("instruments")
    codes = dict.fromkeys(link["instrument_id"] for link in own["instruments"])
    return frame.page(
        "record",
        address("d", name),
        row["title"],
        row=row,
        noted=_noted(row["note"] or "", rules),
        codebook=f"../../{page_of(CODEBOOK)}",
        values=_values(content, name),
        registers=REGISTERS,
        own=own,
        lives={code: (instruments[code], content.lives[code]) for code in codes},
        developments=content.developments,
        citations=[(_NAMES[style], written(ref, style)) for style in STYLES],
        report=content.report(name),
        **shown,
    )


def _noted(note: str, rules: Set[str]) -> list[tuple[str, str]]:
    """Return a note in parts, each with the code of the rule that follows it, if the codebook has it.

    Examples
    --------
    >>> _noted("The heading bears no date (D4). One V2X batch.", {"D4"})
    [('The heading bears no date (', 'D4'), ('). One V2X batch.', '')]
    """
    parts = re.split(r"\b([A-Z]\d+)\b", note)
    out = [("", "")]
    for words, code in zip(parts[::2], [*parts[1::2], ""], strict=True):
        before = out.pop()[0] + words
        out += [(before, code), ("", "")] if code in rules else [(before + code, "")]
    return out


def _values(content: Content, name: str) -> list[Row]:
    """Return each coded value with its label, its definition, its page and the quotes that prove it."""
    found: dict[tuple[str, str], Row] = {}
    titles = {field.name: field.title for field in content.ds.descriptor.table("developments").fields}
    for row in content.evidence[name]:
        if row["variable"] in _APART:
            continue
        value = found.setdefault(
            (row["variable"], row["value"]),
            {
                "variable": row["variable"],
                "title": titles.get(row["variable"], row["variable"].capitalize()),
                "value": row["value"],
                "label": row["label"] if row["label"] != titles.get(row["variable"]) else "",
                "kind": REGISTERS.get(row["variable"], ("", None))[1],
                "definition": _definition(content, row["variable"], row["value"]),
                "quotes": [],
            },
        )
        if row["quote"]:
            value["quotes"].append(content.quote(row, row["quote"]))
    return list(found.values())


def _definition(content: Content, variable: str, value: str) -> str:
    """Return what a coded value means: the definition of its code, or what its field means."""
    declared = content.ds.descriptor.table("developments")
    if variable in REGISTERS:
        row = content.register(REGISTERS[variable][0]).get(value, {})
        of = content.register("instrument_kinds").get(row.get("kind", ""), {})
        said = row.get("definition") or of.get("definition")
        return str(said or ", ".join(str(row[part]) for part in ("kind", "level") if row.get(part)))
    if variable == "date":
        return str(declared.field("date_basis").description)
    return str(declared.field(variable).description) if variable in declared.field_names else ""


def described(frame: Frame) -> Row:
    """Return the data set as JSON-LD."""
    descriptor, place = frame.ds.descriptor, frame.permanent("index.html")
    return {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": frame.addresses.release(),
        **({"url": place} if place else {}),
        "name": descriptor.title,
        "description": str(descriptor.raw.get("description", "")),
        "version": frame.ds.version,
        **({"license": frame.licence} if frame.licence else {}),
    }


def _jsonld(frame: Frame, content: Content, name: str, at: str) -> tuple[Row, Row]:
    """Return a record as JSON-LD: with its evidence as web annotations, and alone."""
    row = content.developments[name]
    evidence = content.proofs[name].drop(columns="development_id")
    record = Record(name, row["title"], row["summary"], row["note"], evidence, of=content.ds)
    place = frame.permanent(at)
    whole = described(frame)
    alone: dict[str, Any] = {
        **whole,
        "@id": frame.addresses.record(name),
        **({"url": place} if place else {}),
        "identifier": name,
        "name": row["title"],
        "description": row["summary"],
        "temporalCoverage": row["date"],
        "isPartOf": {key: whole[key] for key in ("@type", "@id", "name", "version")},
        "distribution": [
            {"@type": "DataDownload", "encodingFormat": form, "contentUrl": f"{place}{file}"}
            for form, file in (("application/ld+json", "record.json"), ("text/csv", "record.csv"))
        ],
    }
    return {"@context": alone["@context"], "@graph": [alone, *record.to_jsonld(frame.base)]}, alone


def _csv(content: Content, name: str) -> bytes:
    own = content.evidence[name]
    return "".join(csv_records({field: [row[field] for row in own] for field in own[0]})).encode("utf-8")
