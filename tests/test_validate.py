"""Planted defects: each is found, named with its place, together with all others, and never as a traceback."""

from __future__ import annotations

import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import factories
import frictionless
import pandas as pd
import pytest
from factories import (
    SPRING,
    WINTER,
    edit_bytes,
    edit_descriptor,
    edit_table,
    make_package,
    read_table,
    table_path,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from test_import import modules_after

import tmt_dataset as tmt
from tmt_dataset.dataset import load
from tmt_dataset.descriptor import DESCRIPTOR, fingerprint
from tmt_dataset.errors import PackageNotFoundError
from tmt_dataset.files import sha256
from tmt_dataset.package import SUMS, open_package
from tmt_dataset.validation import validate
from tmt_dataset.validation.findings import Finding, Report

Plant = Callable[[Path], None]

RELEASED = "data/released_identifiers.csv"


@dataclass(frozen=True)
class Defect:
    """What is done to the package, and the finding that has to name it. A place that is None may be any."""

    name: str
    plant: Plant
    rule: str
    table: str | None = None
    field: str | None = None
    row: int | None = None

    def found_in(self, report: Report) -> bool:
        return any(
            f.rule == self.rule
            and f.severity == "error"
            and (self.table is None or f.table == self.table)
            and (self.field is None or f.field == self.field)
            and (self.row is None or f.row == self.row)
            for f in report
        )


# ways to plant a defect
def cell(table: str, row: int, field: str, value: str) -> Plant:
    """Write a value into the cell on a line of the file."""

    def plant(frame: pd.DataFrame) -> None:
        assert frame.at[row - 2, field] != value
        frame.at[row - 2, field] = value

    return lambda folder: edit_table(folder, table, plant)


def rows(table: str, fn: Callable[[pd.DataFrame], pd.DataFrame]) -> Plant:
    return lambda folder: edit_table(folder, table, fn)


def added(table: str, **cells: str) -> Plant:
    """Add a row: a copy of the first one but for some cells."""
    return rows(table, lambda f: pd.concat([f, f.iloc[:1].assign(**cells)], ignore_index=True))


def raw(table: str, fn: Callable[[bytes], bytes]) -> Plant:
    """Change the bytes of a table, and declare the new ones: only their form can give them away."""

    def plant(folder: Path) -> None:
        path = table_path(folder, table)
        before = path.read_bytes()
        edit_bytes(folder, path.relative_to(folder).as_posix(), fn, rehash=True)
        assert path.read_bytes() != before

    return plant


def line(table: str, row: int, fn: Callable[[bytes], bytes]) -> Plant:
    """Change one line (without its end)."""

    def change(data: bytes) -> bytes:
        lines = data.split(b"\n")
        lines[row - 1] = fn(lines[row - 1])
        return b"\n".join(lines)

    return raw(table, change)


def declared(fn: Callable[[dict[str, Any]], Any]) -> Plant:
    def change(descriptor: dict[str, Any]) -> None:
        before = json.dumps(descriptor)
        fn(descriptor)
        assert json.dumps(descriptor) != before

    return lambda folder: edit_descriptor(folder, change)


def resource(name: str, fn: Callable[[dict[str, Any]], Any]) -> Plant:
    return declared(lambda d: fn(next(r for r in d["resources"] if r["name"] == name)))


def key(name: str, fn: Callable[[dict[str, Any]], Any]) -> Plant:
    return resource(name, lambda r: fn(r["schema"]["foreignKeys"][0]))


def field(table: str, name: str, fn: Callable[[dict[str, Any]], Any]) -> Plant:
    return resource(table, lambda r: fn(next(f for f in r["schema"]["fields"] if f["name"] == name)))


def descriptor_bytes(fn: Callable[[bytes], bytes]) -> Plant:
    return lambda folder: edit_bytes(folder, DESCRIPTOR, fn)


def released(*lines: str, header: str = "development_id,source_id,start,end,released_in,retired") -> Plant:
    text = "\n".join([header, *lines]) + "\n"

    def plant(folder: Path) -> None:
        (folder / RELEASED).write_text(text, encoding="utf-8")
        factories.declare(folder)

    return plant


def together(*plants: Plant) -> Plant:
    def plant(folder: Path) -> None:
        for one in plants:
            one(folder)

    return plant


def folder_for_file(folder: Path) -> None:
    table_path(folder, "relations").unlink()
    table_path(folder, "relations").mkdir()


def loop_for_file(table: str) -> Plant:
    def plant(folder: Path) -> None:
        path = table_path(folder, table)
        path.unlink()
        path.symlink_to(path.name)

    return plant


def rows_without(field: str, value: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda frame: frame[frame[field] != value]


def gone(development_id: str) -> Plant:
    """Take a development out with everything that hangs on it."""

    def plant(folder: Path) -> None:
        for name in factories.COMPILED:
            frame = read_table(folder, name)
            for key in {"development_id", "related_id"} & {*frame.columns}:
                edit_table(folder, name, rows_without(key, development_id))

    return plant


def modal(row: int, modality: str) -> Plant:
    """Give a provision another modality, and the identifier that goes with it."""

    def plant(frame: pd.DataFrame) -> None:
        before = frame.at[row - 2, "modality"]
        frame.at[row - 2, "modality"] = modality
        frame.at[row - 2, "provision_id"] = str(frame.at[row - 2, "provision_id"]).replace(
            str(before), modality
        )

    return lambda folder: edit_table(folder, "provisions", plant)


def five_risks(folder: Path) -> None:
    names = [f"risk-{letter}" for letter in "abcd"]
    edit_table(
        folder,
        "risks",
        lambda f: pd.concat([f, *(f.iloc[:1].assign(risk_id=n) for n in names)], ignore_index=True),
    )
    edit_table(
        folder,
        "development_risks",
        lambda f: pd.concat([f, *(f.iloc[:1].assign(risk_id=n) for n in names)], ignore_index=True),
    )


def seven_matters(folder: Path) -> None:
    names = [f"matter-{letter}" for letter in "abcdefg"]
    edit_table(
        folder,
        "provision_types",
        lambda f: pd.concat([f, *(f.iloc[:1].assign(type=n) for n in names)], ignore_index=True),
    )

    def plant(frame: pd.DataFrame) -> pd.DataFrame:
        last = frame.iloc[-1:]
        more = [
            last.assign(modality="covers", type=n, provision_id=f"TMT-0004:app-provider:covers:{n}")
            for n in names
        ]
        return pd.concat([frame.iloc[:-1], *more], ignore_index=True)

    edit_table(folder, "provisions", plant)


# fmt: off
# A table of defects: a line each.
CELLS = [
    Defect("wrong date", cell("developments", 2, "date_start", "15.01.2024"), "schema", "developments", "date_start", 2),
    Defect("date without zeros", cell("developments", 2, "date_end", "2024-1-15"), "schema", "developments", "date_end", 2),
    Defect("impossible date", cell("sources", 3, "published", "2024-02-30"), "schema", "sources", "published", 3),
    Defect("impossible EDTF", cell("developments", 4, "date", "2023-02-29"), "dates", "developments", "date", 4),
    Defect("no EDTF", cell("developments", 4, "date", "2023-2"), "schema", "developments", "date", 4),
    Defect("EDTF backwards", cell("developments", 3, "effective_date", "2024-03/2024-01"), "dates", "developments", "effective_date", 3),
    Defect("unknown code", cell("developments", 5, "action", "campain"), "keys", "developments", "action", 5),
    Defect("unknown listed value", cell("segments", 2, "role", "headline"), "schema", "segments", "role", 2),
    Defect("duplicate id", added("instruments"), "schema", "instruments", "instrument_id", 4),
    Defect("duplicate development", added("developments", title="Another act"), "schema", "developments", "development_id", 9),
    Defect("dangling key", cell("mentions", 2, "segment_id", f"{WINTER}:999"), "keys", "mentions", "segment_id", 2),
    Defect("dangling key within a table", cell("topics", 3, "parent", "lamps"), "keys", "topics", "parent", 3),
    Defect("dangling optional key", cell("relations", 2, "quote_id", f"TMT-0005:{SPRING}:9000-9001"), "keys", "relations", "quote_id", 2),
    Defect("missing required value", cell("developments", 6, "title", ""), "schema", "developments", "title", 6),
    Defect("missing key", cell("measures", 2, "measure", ""), "schema", "measures", "measure", 2),
    Defect("bad pattern", cell("sources", 2, "language", "eng"), "schema", "sources", "language", 2),
    Defect("half a pattern", cell("sources", 2, "url", "see https://example.org"), "schema", "sources", "url", 2),
    Defect("foreign digits", cell("errata", 2, "erratum_id", f"{WINTER}:١-٢"), "schema", "errata", "erratum_id", 2),
    Defect("too long", cell("developments", 2, "title", "x" * 121), "schema", "developments", "title", 2),
    Defect("too small", cell("developments", 2, "unnamed_authorities", "-1"), "schema", "developments", "unnamed_authorities", 2),
    Defect("space before a number", cell("developments", 7, "unnamed_authorities", " 5"), "schema", "developments", "unnamed_authorities", 7),
    Defect("space before a decimal", cell("figures", 2, "value", " 40000"), "schema", "figures", "value", 2),
    Defect("number with a comma", cell("figures", 2, "value", "40,000"), "schema", "figures", "value", 2),
    Defect("needless point", cell("figures", 2, "value", "40000.0"), "schema", "figures", "value", 2),
    Defect("exponent", cell("figures", 2, "value", "4e4"), "schema", "figures", "value", 2),
    Defect("infinite number", cell("figures", 2, "value", "inf"), "schema", "figures", "value", 2),
    Defect("number beyond a float", cell("figures", 2, "value", "1" + "0" * 400), "schema", "figures", "value", 2),
    Defect("no number", cell("segments", 2, "end", "many"), "schema", "segments", "end", 2),
    Defect("fraction for an integer", cell("segments", 2, "end", "44.5"), "schema", "segments", "end", 2),
    Defect("absurdly large integer", cell("segments", 2, "end", "9" * 30), "schema", "segments", "end", 2),
    Defect("id ending in a newline", cell("instruments", 2, "instrument_id", "lamp-data-rules\n"), "form", "instruments", None, 2),
    Defect("newline in a cell", cell("developments", 3, "summary", "one\ntwo"), "form", "developments", None, 3),
    Defect("value twice in a unique field", cell("sources", 3, "sha256", factories.sha256(factories.source_text(WINTER).encode())), "schema", "sources", "sha256", 3),
    Defect("compound key twice", added("development_topics", rank="secondary"), "schema", "development_topics", None, 11),
    Defect("hostile cell", cell("developments", 2, "title", '=cmd("calc")'), "schema", "developments", "title", 2),
    Defect("hostile cell in full width", cell("developments", 3, "title", "＝cmd()"), "schema", "developments", "title", 3),
    Defect("title of blanks", cell("developments", 4, "title", "  "), "schema", "developments", "title", 4),
    Defect("summary of wide blanks", cell("developments", 4, "summary", "\u3000"), "schema", "developments", "summary", 4),
    Defect("quote too long to be quoted", together(*(cell("quotes", 4, k, v) for k, v in {"exact": "x" * 321, "end": "1088", "quote_id": f"TMT-0002:{WINTER}:767-1088"}.items())), "schema", "quotes", "exact", 4),
    Defect("hostile note", cell("developments", 2, "note", "@SUM(1)"), "schema", "developments", "note", 2),
]

BYTES = [
    Defect("BOM", raw("actions", lambda b: b"\xef\xbb\xbf" + b), "bytes", "actions", None, 1),
    Defect("Latin-1 bytes", raw("places", lambda b: b.replace("北京市".encode(), "Pékin".encode("latin-1"))), "bytes", "places", None, 3),
    Defect("UTF-16", raw("measures", lambda b: b.decode().encode("utf-16")), "bytes", "measures", None, 1),
    Defect("CRLF", raw("topics", lambda b: b.replace(b"\n", b"\r\n")), "bytes", "topics", None, 1),
    Defect("one CR", line("topics", 3, lambda b: b + b"\r"), "bytes", "topics", None, 3),
    Defect("NUL", line("authorities", 2, lambda b: b.replace(b"CAC", b"CA\x00C")), "bytes", "authorities", None, 2),
    Defect("control character", line("authorities", 2, lambda b: b.replace(b"CAC", b"CA\x0bC")), "bytes", "authorities", None, 2),
    Defect("line separator", line("authorities", 2, lambda b: b.replace(b"CAC", "CA\u2028C".encode())), "bytes", "authorities", None, 2),
    Defect("zero-width space", line("authorities", 2, lambda b: b.replace(b"CAC", "C\u200bAC".encode())), "bytes", "authorities", None, 2),
    Defect("direction overridden", line("developments", 3, lambda b: b.replace(b"Two", "\u202eTwo".encode())), "bytes", "developments", None, 3),
    Defect("byte order mark in a cell", line("authorities", 2, lambda b: b.replace(b"CAC", "\ufeffCAC".encode())), "bytes", "authorities", None, 2),
    Defect("not NFC", line("places", 3, lambda b: b.replace(b"Beijing", "Be\u0301ijing".encode())), "bytes", "places", None, 3),
    Defect("no line end at the end", raw("actions", lambda b: b.removesuffix(b"\n")), "bytes", "actions", None, 8),
    Defect("extra cell", line("mentions", 4, lambda b: b + b",more"), "form", "mentions", None, 4),
    Defect("short row", line("mentions", 4, lambda b: b.rpartition(b",")[0]), "form", "mentions", None, 4),
    Defect("blank line", line("mentions", 4, lambda b: b + b"\n"), "form", "mentions", None, 5),
    Defect("blank line at the end", raw("mentions", lambda b: b + b"\n"), "form", "mentions"),
    Defect("stray quote", line("development_topics", 3, lambda b: b.replace(b"data", b'da"ta')), "form", "development_topics", None, 3),
    Defect("quote not closed", line("development_topics", 3, lambda b: b.replace(b",", b',"', 1)), "form", "development_topics", None, 3),
    Defect("needless quotes", line("development_topics", 3, lambda b: b.replace(b"primary", b'"primary"').replace(b"secondary", b'"secondary"')), "form", "development_topics", None, 3),
    Defect("semicolons", raw("development_places", lambda b: b.replace(b",", b";")), "form", "development_places", None, 1),
    Defect("renamed column", raw("errata", lambda b: b.replace(b"coded", b"code", 1)), "form", "errata", None, 1),
    Defect("columns swapped", raw("mentions", lambda b: b.replace(b"development_id,segment_id", b"segment_id,development_id", 1)), "form", "mentions", None, 1),
    Defect("empty file", raw("relations", lambda b: b""), "form", "relations", None, 1),
]

FILES = [
    Defect("wrong hash", resource("figures", lambda r: r.update(hash="sha256:" + "0" * 64)), "integrity", "figures", "hash"),
    Defect("wrong bytes", resource("figures", lambda r: r.update(bytes=1)), "integrity", "figures", "bytes"),
    Defect("no hash", resource("figures", lambda r: r.pop("hash")), "integrity", "figures", "hash"),
    Defect("other bytes", lambda p: edit_table(p, "places", lambda f: f.replace("Shanghai", "Shanghia"), rehash=False), "integrity", "places", "hash"),
    Defect("missing file", lambda p: table_path(p, "relations").unlink(), "files", "relations"),
    Defect("folder for a file", folder_for_file, "files", "relations"),
    Defect("loop of links for a file", loop_for_file("relations"), "files", "relations"),
]

DESCRIPTORS = [
    Defect("missing resource", declared(lambda d: d["resources"].pop(-1)), "descriptor", "draft_effort"),
    Defect("missing resource that rules need", declared(lambda d: d.update(resources=[r for r in d["resources"] if r["name"] != "developments"])), "descriptor", "developments"),
    Defect("no resources", declared(lambda d: d.update(resources=[])), "descriptor", "developments"),
    Defect("no descriptor", lambda p: (p / DESCRIPTOR).unlink(), "descriptor"),
    Defect("no JSON", descriptor_bytes(lambda b: b[:-50]), "descriptor"),
    Defect("empty descriptor", descriptor_bytes(lambda b: b""), "descriptor"),
    Defect("a list", descriptor_bytes(lambda b: b"[" + b + b"]"), "descriptor"),
    Defect("descriptor in Latin-1", descriptor_bytes(lambda b: b.replace(b"China", "Ch\u00edna".encode("latin-1"), 1)), "descriptor"),
    Defect("no name", declared(lambda d: d.pop("name")), "descriptor"),
    Defect("bad name", declared(lambda d: d.update(name="TMT Dataset")), "descriptor", field="name"),
    Defect("bad version", declared(lambda d: d.update(version="1.0")), "descriptor", field="version"),
    Defect("no licence", declared(lambda d: d.pop("licenses")), "descriptor", field="licenses"),
    Defect("no contributors", declared(lambda d: d.pop("contributors")), "descriptor", field="contributors"),
    Defect("null contributors", declared(lambda d: d.update(contributors=None)), "descriptor", field="contributors"),
    Defect("contributors no list", declared(lambda d: d.update(contributors={"title": "A"})), "descriptor", field="contributors"),
    Defect("contributors no objects", declared(lambda d: d.update(contributors=["A"])), "descriptor", field="contributors"),
    Defect("contributor without title", declared(lambda d: d["contributors"].append({"roles": ["creator"]})), "descriptor", field="contributors"),
    Defect("created on a day", declared(lambda d: d.update(created="2026-01-31")), "descriptor", field="created"),
    Defect("created on no day", declared(lambda d: d.update(created="2026-02-30T00:00:00Z")), "descriptor", field="created"),
    Defect("created null", declared(lambda d: d.update(created=None)), "descriptor", field="created"),
    Defect("hash that is no text", resource("figures", lambda r: r.update(hash=12)), "descriptor"),
    Defect("value twice in an enum", field("segments", "role", lambda f: f["constraints"]["enum"].append("outlook")), "descriptor", "segments", "role"),
    Defect("no encoding", resource("topics", lambda r: r.pop("encoding")), "descriptor", "topics", "encoding"),
    Defect("table twice", declared(lambda d: d["resources"].append(d["resources"][0])), "descriptor", "sources"),
    Defect("field not declared", resource("topics", lambda r: r["schema"]["fields"].pop()), "descriptor", "topics", "dpa_policy_area"),
    Defect("field twice", resource("topics", lambda r: r["schema"]["fields"].append(r["schema"]["fields"][0])), "descriptor", "topics"),
    Defect("resources no list", declared(lambda d: d.update(resources=7)), "descriptor"),
    Defect("resource no object", declared(lambda d: d["resources"].append("developments")), "descriptor"),
    Defect("no schema", resource("topics", lambda r: r.pop("schema")), "descriptor"),
    Defect("constraints no object", field("topics", "label", lambda f: f.update(constraints=["required"])), "descriptor"),
    Defect("paths in parts", resource("topics", lambda r: r.update(path=[r["path"]])), "descriptor"),
    Defect("path that climbs out", resource("topics", lambda r: r.update(path="../topics.csv")), "descriptor"),
    Defect("path with NUL", resource("topics", lambda r: r.update(path="data/\x00.csv")), "descriptor"),
    Defect("primary key of no field", resource("topics", lambda r: r["schema"].update(primaryKey=["topic"])), "descriptor", "topics"),
    Defect("no primary key", resource("topics", lambda r: r["schema"].pop("primaryKey")), "descriptor", "topics"),
    Defect("foreign key of no field", key("mentions", lambda k: k.update(fields=["development"])), "descriptor", "mentions"),
    Defect("foreign key to no table", key("mentions", lambda k: k["reference"].update(resource="development")), "descriptor", "mentions"),
    Defect("foreign key to no field", key("mentions", lambda k: k["reference"].update(fields=["id"])), "descriptor", "mentions"),
    Defect("foreign key of two fields to one", key("mentions", lambda k: k.update(fields=["development_id", "rank"])), "descriptor", "mentions"),
    Defect("pattern that is none", field("topics", "label", lambda f: f["constraints"].update(pattern="(")), "descriptor", "topics", "label"),
    Defect("enum of numbers", field("segments", "role", lambda f: f["constraints"].update(enum=[1, 2])), "schema", "segments", "role", 2),
    Defect("minimum that is no number", field("segments", "end", lambda f: f["constraints"].update(minimum="one")), "descriptor"),
    Defect("type that is none", field("figures", "value", lambda f: f.update(type="float")), "descriptor", "figures", "value"),
]

RULES = [
    Defect("overlapping segments", cell("segments", 4, "start", "297"), "ledger", "segments", "start", 4),
    Defect("gap in the ledger", cell("segments", 4, "start", "299"), "ledger", "segments", "start", 4),
    Defect("ledger short of the end", rows("segments", lambda f: f.iloc[:-1]), "ledger", "sources", "characters", 3),
    Defect("source without segments", rows("segments", lambda f: f[f["source_id"] != SPRING]), "ledger", "sources", "source_id", 3),
    Defect("wrong text of a quote", cell("quotes", 4, "exact", "the Lamp Data Rules (16 February)"), "quote-length", "quotes", "exact", 4),
    Defect("wrong length of a quote", cell("quotes", 4, "end", "800"), "quote-length", "quotes", "exact", 4),
    Defect("wrong length of an erratum", cell("errata", 2, "has", "Court decides"), "quote-length", "errata", "has", 2),
    Defect("quote moved under its old identifier", together(cell("quotes", 6, "start", "911"), cell("quotes", 6, "end", "938")), "identifier-parts", "quotes", "quote_id", 6),
    Defect("figure named for another quote", cell("figures", 6, "figure_id", f"TMT-0006:{SPRING}:649-692#1"), "identifier-parts", "figures", "figure_id", 6),
    Defect("figure named for another act", cell("figures", 5, "figure_id", f"TMT-0005:{SPRING}:715-764#1"), "identifier-parts", "figures", "figure_id", 5),
    Defect("segment named for another source", cell("segments", 9, "segment_id", f"{SPRING}:098"), "identifier-parts", "segments", "segment_id", 9),
    Defect("erratum beyond its source", together(*(cell("errata", 2, k, v) for k, v in {"start": "90000", "end": "90024", "erratum_id": f"{WINTER}:90000-90024"}.items())), "within-source", "errata", "end", 2),
    Defect("quote beyond its source", together(*(cell("quotes", 20, k, v) for k, v in {"start": "90000", "end": "90019", "quote_id": f"TMT-0007:{SPRING}:90000-90019"}.items())), "within-source", "quotes", "end", 20),
    Defect("links to bodies lost", rows("development_authorities", lambda f: f.iloc[:0]), "proof", "quotes", "supports", 3),
    Defect("variable without a value", cell("quotes", 21, "supports", "action jurisdiction topics places instruments"), "proof", "quotes", "supports", 21),
    Defect("related to itself", cell("relations", 2, "related_id", "TMT-0005"), "references", "relations", "related_id", 2),
    Defect("parent of another path", cell("topics", 5, "parent", "ai"), "references", "topics", "parent", 5),
    Defect("place that is its own parent", cell("places", 4, "parent", "310000"), "references", "places", "parent", 4),
    Defect("bodies in a circle", cell("authorities", 2, "parent", "cac-shanghai"), "references", "authorities", "parent", 3),
    Defect("figure not in its quote", cell("figures", 2, "value", "400000"), "figure-in-quote", "figures", "value", 2),
    Defect("period date outside its window", cell("developments", 5, "date", "2024-01"), "dates", "developments", "date_end", 5),
    Defect("period that is not the window", together(cell("developments", 5, "date", "2024-01"), cell("developments", 5, "date_end", "2024-01-31")), "dates", "developments", "date", 5),
    Defect("bound of another date", cell("developments", 2, "date_start", "2024-01-14"), "dates", "developments", "date_start", 2),
    Defect("dated after its report", together(*(cell("developments", 6, c, "2024-06-01") for c in ("date", "date_start", "date_end"))), "dates", "developments", "date", 6),
    Defect("two primary topics", cell("development_topics", 3, "rank", "primary"), "ranks", "developments", None, 2),
    Defect("no primary topic", cell("development_topics", 2, "rank", "secondary"), "ranks", "developments", None, 2),
    Defect("two leads", cell("development_authorities", 4, "role", "lead"), "ranks", "developments", None, 3),
    Defect("two primary reports", cell("mentions", 6, "rank", "primary"), "ranks", "developments", None, 3),
    Defect("aggregation on a fine", cell("figures", 2, "aggregation", "flow"), "ranks", "figures", "aggregation", 2),
    Defect("statistic without aggregation", cell("figures", 3, "aggregation", ""), "ranks", "figures", "aggregation", 3),
    Defect("mention on a role that carries none", cell("mentions", 2, "segment_id", f"{WINTER}:002"), "reports", "mentions", "segment_id", 2),
    Defect("development segment without mention", rows("mentions", lambda f: f[f["segment_id"] != f"{SPRING}:009"]), "reports", "segments", "role", 23),
    Defect("relation with neither quote nor note", cell("relations", 3, "note", ""), "proof", "relations", "note", 3),
    Defect("no quote for the action", cell("quotes", 3, "supports", "authorities"), "proof", "developments", "action", 2),
    Defect("quote beside its report", cell("mentions", 3, "segment_id", f"{WINTER}:007"), "quotes-in-reports", "quotes", "start", 3),
    Defect("orientation without a quote", cell("quotes", 17, "supports", "action unnamed_authorities jurisdiction topics"), "provisions", "developments", "orientation", 7),
    Defect("role of AI without a quote", cell("quotes", 21, "supports", "action jurisdiction topics places"), "provisions", "developments", "ai_role", 8),
    Defect("risk proved by another act", cell("development_risks", 2, "quote_id", f"TMT-0004:{WINTER}:1731-1792"), "provisions", "development_risks", "quote_id", 2),
    Defect("risk whose quote is silent", cell("quotes", 7, "supports", "topics provisions"), "provisions", "development_risks", "quote_id", 2),
    Defect("provision proved by another act", cell("provisions", 2, "quote_id", f"TMT-0004:{WINTER}:1731-1792"), "provisions", "provisions", "quote_id", 2),
    Defect("provision whose quote is silent", cell("quotes", 7, "supports", "topics risks"), "provisions", "provisions", "quote_id", 2),
    Defect("risks lost", rows("development_risks", lambda f: f.iloc[:0]), "proof", "quotes", "supports", 7),
    Defect("duty that is incurred", modal(2, "incurs"), "provisions", "provisions", "type", 2),
    Defect("duty that is received", modal(2, "receives"), "provisions", "provisions", "type", 2),
    Defect("duty that is allowed", modal(2, "may"), "provisions", "provisions", "type", 2),
    Defect("sanction that is a duty", modal(4, "must"), "provisions", "provisions", "type", 4),
    Defect("sanction that is a ban", modal(4, "must-not"), "provisions", "provisions", "type", 4),
    Defect("sanction that is advised", modal(4, "should"), "provisions", "provisions", "type", 4),
    Defect("sanction that is covered", modal(4, "covers"), "provisions", "provisions", "type", 4),
    Defect("figure of another act", cell("provisions", 4, "figure_id", f"TMT-0003:{WINTER}:1273-1337#1"), "provisions", "provisions", "figure_id", 4),
    Defect("provision named for another addressee", cell("provisions", 4, "addressee", "device-maker"), "provisions", "provisions", "provision_id", 4),
    Defect("provision named for another case", cell("provisions", 3, "case", "2"), "provisions", "provisions", "provision_id", 3),
    Defect("cases out of order", together(*(cell("provisions", row, k, v) for row, n, what in ((4, 2, "account-holder:incurs:closure"), (5, 1, "app-provider:incurs:removal")) for k, v in {"case": str(n), "provision_id": f"TMT-0004:{n}:{what}"}.items())), "provisions", "provisions", "case", 5),
    Defect("case before the first", cell("provisions", 3, "case", "0"), "schema", "provisions", "case", 3),
    Defect("five risks", five_risks, "provisions", "development_risks", "development_id", 2),
    Defect("seven matters covered", seven_matters, "provisions", "provisions", "development_id", 5),
    Defect("quoted share", cell("sources", 2, "characters", "900"), "quoted-share", "sources", "characters", 2),
    Defect("released id dropped", released(f"TMT-0099,{WINTER},0,9,1.0.0,"), "identifiers", "released_identifiers", "development_id", 2),
    Defect("released id gone with all its rows", together(released(f"TMT-0007,{SPRING},1000,1200,1.0.0,"), gone("TMT-0007")), "identifiers", "released_identifiers", "development_id", 2),
    Defect("released id given to another act", released(f"TMT-0001,{WINTER},0,20,1.0.0,"), "identifiers", "mentions", "development_id", 2),
    Defect("released id in another source", released(f"TMT-0001,{SPRING},300,900,1.0.0,"), "identifiers", "mentions", "development_id", 2),
    Defect("retired id used again", released(f"TMT-0001,{WINTER},300,900,1.0.0,merged into TMT-0002"), "identifiers", "developments", "development_id", 2),
    Defect("released identifiers unreadable", released(f"TMT-0001,{WINTER},some,where,1.0.0,"), "schema", "released_identifiers", "start", 2),
    Defect("released identifiers without columns", released("TMT-0001", header="development_id"), "form", "released_identifiers", None, 1),
    Defect("released identifiers with surplus cells", released(f"TMT-0001,{WINTER},304,751,1.0.0,,more"), "form", "released_identifiers", None, 2),
    Defect("released identifiers in a loop of links", loop_for_file("released_identifiers"), "files", "released_identifiers"),
    Defect("released id twice", released(*[f"TMT-0001,{WINTER},304,751,1.0.0,"] * 2), "schema", "released_identifiers", "development_id", 3),
    Defect("released later than this package", released(f"TMT-0001,{WINTER},304,751,99.10.0,"), "identifiers", "released_identifiers", "released_in", 2),
    Defect("released in no version", released(f"TMT-0001,{WINTER},304,751,first,"), "schema", "released_identifiers", "released_in", 2),
]

# fmt: on
DEFECTS = [*CELLS, *BYTES, *FILES, *DESCRIPTORS, *RULES]


# what frictionless says
def touched(folder: Path) -> set[str]:
    """Return the tables whose files or declarations are not those of the clean package."""
    clean = factories.clean_files()
    before, now = (
        json.loads(clean[DESCRIPTOR])["resources"],
        json.loads((folder / DESCRIPTOR).read_bytes())["resources"],
    )
    if len(before) != len(now):
        return {r["name"] for r in now}
    return {
        r["name"]
        for r in now
        if r not in before
        or not (folder / r["path"]).is_file()
        or (folder / r["path"]).read_bytes() != clean[r["path"]]
    }


def frictionless_places(folder: Path) -> set[tuple[str | None, int | None]]:
    """Return where frictionless finds errors: (table, line), (table, None), or (None, None) for the package as a whole.

    It takes half a second for all tables, so that it sees those that were touched; the clean package has no error.
    """
    try:
        package = frictionless.Package(str(folder / DESCRIPTOR))
        reports = [package.get_resource(name).validate() for name in sorted(touched(folder))]
    except Exception:  # its own exceptions, and those that its readers let through
        return {(None, None)}
    found: set[tuple[str | None, int | None]] = {(None, None) for r in reports if r.errors}
    return found | {
        (task.name, getattr(e, "row_number", None)) for r in reports for task in r.tasks for e in task.errors
    }


def same_place(finding: Finding, table: str | None, row: int | None) -> bool:
    # under another header a table is read no further here, and an unsound key is not followed row by row
    whole = finding.rule == "descriptor" or (finding.rule == "form" and finding.row == 1)
    return table is None or (finding.table == table and (row is None or whole or finding.row == row))


def test_clean_package_is_valid_for_both(package: Path) -> None:
    report = validate(package)
    assert report.findings == ()
    assert report.valid
    assert report.unchecked == ()
    resources = json.loads((package / DESCRIPTOR).read_bytes())["resources"]
    assert report.checked == {r["name"]: len(read_table(package, r["name"])) for r in resources}
    assert frictionless.Package(str(package / DESCRIPTOR)).validate().valid


def test_missing_list_of_released_identifiers_leaves_its_rule_unchecked(package: Path) -> None:
    (package / RELEASED).unlink()
    report = validate(package)
    assert [(f.rule, f.table) for f in report] == [("files", "released_identifiers")]
    assert [line[:6] for line in report.unchecked] == ["Rule 6"]
    assert "released_identifiers" in report.unchecked[0]
    assert "(not checked: Rule 6" in str(report)


def test_the_package_attribute_is_the_function() -> None:
    """The module has the name of its function, and whoever imports it must not take the function's place."""
    assert tmt.validate is validate


def test_names_of_defects_are_unique() -> None:
    assert len({d.name for d in DEFECTS}) == len(DEFECTS)


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda d: d.name)
def test_defect_is_found_with_its_place_and_wherever_frictionless_finds_one(
    defect: Defect, package: Path
) -> None:
    defect.plant(package)
    report = validate(package)
    assert not report.valid
    assert defect.found_in(report), f"expected {defect}; found\n{report}"
    assert json.loads(report.to_json())["valid"] is False
    if defect in RULES:  # which frictionless knows nothing of
        return
    for table, row in frictionless_places(package):
        assert any(same_place(f, table, row) for f in report), (
            f"frictionless finds more in {table}, row {row}; found\n{report}"
        )


def test_frictionless_finds_some_of_them(package: Path) -> None:
    """The comparison above compares something."""
    for name in (
        "impossible date",
        "unknown code",
        "duplicate id",
        "compound key twice",
        "extra cell",
        "wrong bytes",
    ):
        next(d for d in DEFECTS if d.name == name).plant(package)
    assert frictionless_places(package) >= {
        ("sources", 3),
        ("developments", 5),
        ("instruments", 4),
        ("development_topics", 11),
        ("mentions", 4),
        ("figures", None),
    }


def test_all_defects_are_reported_together(package: Path) -> None:
    """A run that stopped at the first defect cost a run for each."""
    # left out: what adds, drops or splits lines, what replaces a whole table, and what writes or reads a cell that another
    # has broken
    left_out = (
        "duplicate",
        "compound",
        "source without",
        "development segment",
        "ledger",
        "newline",
        "id ending",
        "period that",
        "links to",
        "erratum beyond",
        "dated after",
        "released",
        "retired",
        "quote too long",
        "role of AI",
        "five risks",
        "risks lost",
        "seven matters",
    )
    planted: dict[tuple[str | None, int | None, str | None], Defect] = {}
    for d in (*CELLS, *RULES):
        place = (d.table, d.row, d.field)
        if d.row is not None and not d.name.startswith(left_out) and place not in planted:
            d.plant(package)
            planted[place] = d
    assert len(planted) > 30
    report = validate(package)
    assert [d.name for d in planted.values() if not d.found_in(report)] == [], str(report)


def test_other_tables_are_judged_beside_broken_ones(package: Path) -> None:
    table_path(package, "segments").unlink()
    table_path(package, "quotes").write_bytes(b"\x00\xff\xfe,")
    cell("developments", 2, "action", "consultaton")(package)
    cell("topics", 2, "label", "")(package)
    report = validate(package)
    assert {
        ("files", "segments"),
        ("bytes", "quotes"),
        ("form", "quotes"),
        ("keys", "developments"),
        ("schema", "topics"),
    } <= {(f.rule, f.table) for f in report}
    assert "segments" not in report.checked
    # a rule whose table is missing is named as not checked, and not passed over
    assert any("tile" in line for line in report.unchecked)
    assert "(not checked: Rule 3" in str(report)


def test_near_misses_are_named(package: Path) -> None:
    cell("developments", 5, "action", "campain")(package)
    cell("segments", 2, "role", "boilerplat")(package)
    text = str(validate(package))
    assert "did you mean 'campaign'?" in text
    assert "did you mean 'boilerplate'?" in text


def test_package_without_rows_is_valid(package: Path) -> None:
    for resource in json.loads((package / DESCRIPTOR).read_bytes())["resources"]:
        edit_table(package, resource["name"], lambda f: f.iloc[:0], rehash=False)
    factories.declare(package)
    report = validate(package)
    assert report.findings == ()
    assert set(report.checked.values()) == {0}


@pytest.mark.parametrize(
    "gone", ["all", "sources", "segments", "developments", "mentions", "quotes", "figures", "topics"]
)
def test_missing_file_is_one_finding_and_no_traceback(gone: str, package: Path) -> None:
    resources = json.loads((package / DESCRIPTOR).read_bytes())["resources"]
    names = [r["name"] for r in resources] if gone == "all" else [gone]
    for name in names:
        table_path(package, name).unlink()
    found = {f.table for f in validate(package) if f.rule == "files"}
    assert found == set(names)


def test_list_of_released_identifiers_that_is_met(package: Path) -> None:
    mentions = (
        read_table(package, "mentions")
        .query("rank == 'primary'")
        .merge(read_table(package, "segments"), on="segment_id")
    )
    spans = (
        mentions.astype({"start": int, "end": int})
        .groupby("development_id")
        .agg(s=("source_id", "first"), a=("start", "min"), b=("end", "max"))
    )
    released(
        *(f"{k},{r.s},{r.a},{r.b},1.0.0," for k, r in spans.iterrows()),
        f"TMT-0099,{WINTER},0,9,1.0.0,reported in error",
    )(package)
    assert validate(package).findings == ()
    assert validate(package).unchecked == ()
    # a report that was cut anew is the same report as long as it overlaps
    released(*(f"{k},{r.s},{r.a + 3},{r.b - 3},1.0.0," for k, r in spans.iterrows()))(package)
    assert validate(package).findings == ()


def test_rows_of_the_list_of_released_identifiers_are_named(package: Path) -> None:
    released(
        f"TMT-0001,{WINTER},304,751,1.0.0,",
        f"TMT-0001,{WINTER},304,751,0.10.0,",
        f"TMT-0002,{WINTER},some,1204,99.10.0,",
    )(package)
    found = {(f.rule, f.row, f.field, f.found) for f in validate(package)}
    assert found == {
        ("schema", 3, "development_id", "TMT-0001"),
        ("schema", 4, "start", "some"),
        ("identifiers", 4, "released_in", "99.10.0"),
    }


def test_versions_are_compared_as_numbers(package: Path) -> None:
    edit_descriptor(package, lambda d: d.update(version="1.10.0"))
    released(f"TMT-0001,{WINTER},304,751,1.9.0,")(package)
    assert validate(package).findings == ()


NEWER = (
    *("released_identifiers", "released", "agreement", "draft_accuracy", "draft_effort"),
    *("adjudication", "review_log", "authority_synonyms"),
)


def as_released_in_1_0_0(folder: Path) -> None:
    """Turn the small package into one of an earlier version, whose declaration has less."""

    def older(descriptor: dict[str, Any]) -> None:
        descriptor["version"] = "1.0.0"
        descriptor["resources"] = [r for r in descriptor["resources"] if r["name"] not in NEWER]
        for r in descriptor["resources"]:
            if r["name"] == "relations":
                r["schema"]["foreignKeys"].pop()

    edit_descriptor(folder, older)


def test_older_release_lacks_what_later_versions_added_and_is_valid(package: Path) -> None:
    as_released_in_1_0_0(package)
    report = validate(package)
    assert report.findings == ()
    line, codebook = report.unchecked
    assert codebook == "rules of the codebook: 1.0.0 followed an earlier edition"
    assert line.startswith("not declared in 1.0.0: ")
    assert all(name in line for name in (*NEWER, "relations.quote_id → quotes.quote_id"))
    assert not {*NEWER} & {*report.checked}


def test_list_of_an_older_release_is_used_where_it_is_there(package: Path) -> None:
    released(f"TMT-0099,{WINTER},0,9,1.0.0,")(package)
    as_released_in_1_0_0(package)
    assert [(f.rule, f.table, f.row) for f in validate(package)] == [
        ("identifiers", "released_identifiers", 2)
    ]
    for unusable in (lambda p: p.write_bytes(b"id\n1\n"), Path.unlink):
        unusable(package / RELEASED)
        report = validate(package)
        assert report.valid
        assert any("Rule 6" in line for line in report.unchecked)


def test_defect_of_an_older_release_is_one(package: Path) -> None:
    as_released_in_1_0_0(package)
    cell("developments", 5, "action", "campain")(package)
    edit_descriptor(package, lambda d: d["resources"][0]["schema"].pop("primaryKey") and None)
    assert {(f.rule, f.table) for f in validate(package)} == {
        ("keys", "developments"),
        ("descriptor", "sources"),
    }


@pytest.mark.parametrize("version", [open_package().descriptor.version, "99.0.0"])
def test_what_a_package_of_this_or_a_later_version_lacks_is_an_error(version: str, package: Path) -> None:
    as_released_in_1_0_0(package)
    edit_descriptor(package, lambda d: d.update(version=version))
    report = validate(package)
    assert {f.table for f in report if f.rule == "descriptor"} == {*NEWER, "relations"}
    assert not any("not declared" in line for line in report.unchecked)


def test_quote_that_is_too_long_is_one_finding(package: Path) -> None:
    """Its limit was declared, and known to a rule besides: one quote was two findings."""
    too_long = next(d for d in CELLS if d.name == "quote too long to be quoted")
    too_long.plant(package)
    found = [f for f in validate(package) if f.field == "exact"]
    assert [(f.table, f.row, f.expected) for f in found] == [("quotes", 4, "at most 320 characters")]
    edit_table(package, "quotes", lambda f: f.replace("x" * 321, "x" * 320))
    cell("quotes", 4, "end", "1087")(package)
    assert not [f for f in validate(package) if f.field == "exact"]


def test_validating_does_not_import_pandera(package: Path) -> None:
    cell("developments", 5, "action", "campain")(package)
    code = f"from tmt_dataset import validate; assert not validate({str(package)!r}).valid"
    assert not modules_after(code) & {"pandera", "pydantic"}


def test_file_that_is_there_and_cannot_be_read_is_not_called_missing(package: Path) -> None:
    loop_for_file("relations")(package)
    (finding,) = (f for f in validate(package) if f.rule == "files")
    assert "relations.csv: cannot be read (Too many levels of symbolic links)" in finding.message
    assert "Restore" not in str(finding)


@pytest.mark.parametrize(
    "created", ["2026-01-31T00:00:00Z", "2026-01-31T00:00:00.5+08:00", "1999-12-31T23:59:59-01:00"]
)
def test_times_of_creation_that_are_some(created: str, package: Path) -> None:
    edit_descriptor(package, lambda d: d.update(created=created))
    assert validate(package).findings == ()


def test_places_a_package_is_read_from(package: Path, tmp_path: Path) -> None:
    archive = Path(shutil.make_archive(str(tmp_path / "release"), "zip", tmp_path, package.name))
    for source in (package, str(package), package / DESCRIPTOR, archive):
        assert validate(source).valid
    with pytest.raises(PackageNotFoundError, match="no such file or folder"):
        validate(tmp_path / "nowhere")


def test_archive_that_is_none_or_holds_another_file(package: Path, tmp_path: Path) -> None:
    (tmp_path / "none.zip").write_bytes(b"PK\x03\x04 not a zip")
    assert [f.rule for f in validate(tmp_path / "none.zip")] == ["descriptor"]
    edit_bytes(package, "data/quotes.csv", lambda b: b.replace(b"red", b"Red"))
    with zipfile.ZipFile(tmp_path / "changed.zip", "w") as archive:
        for path in (p for p in package.rglob("*") if p.is_file()):
            archive.write(path, path.relative_to(package))
    assert {f.field for f in validate(tmp_path / "changed.zip")} >= {"hash"}


@settings(max_examples=10)
@given(data=st.data(), declared=st.booleans())
def test_random_corruption_is_found_and_never_raises(data: st.DataObject, declared: bool) -> None:
    """Any byte of any table: another checksum where it is not declared, and never a traceback."""
    files = factories.clean_files()
    path = data.draw(st.sampled_from(sorted(p for p in files if p != DESCRIPTOR)))
    content = files[path]
    at = data.draw(st.integers(0, len(content) - 1))
    signs = st.sampled_from([b"", b'"', b",", b"\n", b"\r", b"\x00", b"\xff", b"-", b"9"])
    new = data.draw(signs | st.binary(min_size=1, max_size=2))
    broken = content[:at] + new + content[at + 1 :]
    with tempfile.TemporaryDirectory() as name:
        folder = make_package(Path(name))
        (folder / path).write_bytes(broken)
        if declared:
            factories.declare(folder)
        report = validate(folder)
        assert str(report)
        assert any(f.rule == "integrity" for f in report) == (broken != content and not declared)


@settings(max_examples=8)
@given(data=st.data())
def test_random_corruption_of_the_descriptor_never_raises(data: st.DataObject) -> None:
    content = factories.clean_files()[DESCRIPTOR]
    at = data.draw(st.integers(0, len(content) - 1))
    new = data.draw(
        st.one_of(
            st.sampled_from([b"", b'"', b"null", b"[", b"}", b"0", b"\\"]), st.binary(min_size=1, max_size=2)
        )
    )
    with tempfile.TemporaryDirectory() as name:
        folder = make_package(Path(name))
        (folder / DESCRIPTOR).write_bytes(content[:at] + new + content[at + 1 :])
        assert str(validate(folder))


JSON = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(max_size=3),
    st.lists(st.integers(), max_size=1),
    st.just({}),
)


@settings(max_examples=15)
@given(data=st.data())
def test_descriptor_with_values_of_other_types_never_raises(data: st.DataObject) -> None:
    raw = json.loads(factories.clean_files()[DESCRIPTOR])
    node: Any = raw
    for _ in range(data.draw(st.integers(1, 7))):
        if not isinstance(node, dict | list) or not node:
            break
        step: Any = data.draw(
            st.sampled_from(sorted(node)) if isinstance(node, dict) else st.integers(0, len(node) - 1)
        )
        parent, node = node, node[step]
    parent[step] = data.draw(JSON)
    with tempfile.TemporaryDirectory() as name:
        folder = make_package(Path(name))
        (folder / DESCRIPTOR).write_text(json.dumps(raw), encoding="utf-8")
        report = validate(folder)
        assert str(report)
        json.loads(report.to_json())


def test_hints_say_what_to_do(package: Path) -> None:
    edit_bytes(package, "data/figures.csv", lambda b: b.replace(b"40000", b"40001"))
    finding = next(f for f in validate(package) if f.field == "hash")
    assert finding.found == f"sha256:{sha256((package / 'data/figures.csv').read_bytes())}"
    assert "tmt-dataset build" in finding.hint


# -- whether a package is what it claims to be


def zip_of(folder: Path, target: Path, top: str = "lamps/", **more: bytes) -> Path:
    """Write an archive of a package with its list of checksums, and more entries beside the package's folder."""
    contents = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    sums = "".join(f"{factories.sha256(data)}  {name}\n" for name, data in contents.items())
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in {**contents, SUMS: sums.encode()}.items():
            archive.writestr(top + name, data)
        for name, data in more.items():
            archive.writestr(name, data)
    return target


def test_an_archive_without_its_list_of_checksums_is_warned_of(package: Path, tmp_path: Path) -> None:
    assert validate(zip_of(package, tmp_path / "whole.zip")).findings == ()
    (finding,) = validate(Path(shutil.make_archive(str(tmp_path / "bare"), "zip", package)))
    assert (finding.rule, finding.severity) == ("files", "warning")
    assert finding.message == "the archive has no SHA256SUMS"


def test_entries_outside_the_folder_of_an_archive_are_an_error(package: Path, tmp_path: Path) -> None:
    (finding,) = validate(zip_of(package, tmp_path / "more.zip", readme=b"Read this first.", setup=b"run"))
    assert (finding.rule, finding.severity, finding.found) == ("files", "error", "2")
    assert "entries outside the folder of the package, as 'readme'" in finding.message


def as_the_real_one(folder: Path, version: str) -> None:
    edit_descriptor(folder, lambda d: d.update(name=open_package().descriptor.name, version=version))


def test_a_package_that_claims_a_released_version_is_told_from_it(package: Path) -> None:
    as_the_real_one(package, "1.0.0")
    claims = [f for f in validate(package) if f.rule == "identity"]
    assert [(f.severity, f.field) for f in claims] == [("error", "version")]
    assert claims[0].expected == load().released.set_index("version").loc["1.0.0", "fingerprint"]
    assert claims[0].found == fingerprint(open_package(package).descriptor)
    with pytest.warns(
        UserWarning, match=r"claims to be release 1\.0\.0 and is not: expected the fingerprint"
    ):
        load(package)
    as_the_real_one(package, "1.0.1")  # a version that nobody has released
    assert not [f for f in validate(package) if f.rule == "identity"]


def test_a_package_that_claims_the_version_of_the_library_is_told_from_it(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = factories.make_package(tmp_path / "own")
    for folder in (own, package):
        edit_descriptor(folder, lambda d: d.update(version="3.0.0"))
    monkeypatch.setattr("tmt_dataset.package.embedded", lambda: own)
    assert validate(package).findings == validate(own).findings == ()
    edit_descriptor(package, lambda d: d.update(title="Rewritten"))
    assert [f.rule for f in validate(package)] == ["identity"]
    # what is being worked on is no release
    for folder in (own, package):
        edit_descriptor(folder, lambda d: d.update(version="3.0.0.dev"))
    assert validate(package).findings == ()


# -- a data set in memory


def test_a_data_set_that_was_loaded_is_as_valid_as_its_files(package: Path) -> None:
    assert validate(load(package)) == validate(package)


def test_what_was_changed_in_a_frame_is_found(package: Path) -> None:
    ds = load(package)
    ds.developments.loc[0, "title"] = "=cmd()"
    ds.sources.loc[0, "characters"] = 7
    ds.quotes["exact"] = ds.quotes["exact"].astype(object)
    ds.quotes.loc[0, "exact"] = "half of a pair \ud800"
    found = {(finding.table, finding.row) for finding in validate(ds)}
    assert {("developments", 2), ("sources", 2), ("quotes", None)} <= found
    assert validate(package).valid  # its files are as they were


def without_title(frame: pd.DataFrame) -> None:
    del frame["title"]


def with_a_list(frame: pd.DataFrame) -> None:
    frame["unnamed_authorities"] = [[]] * len(frame)


@pytest.mark.parametrize("change", [without_title, with_a_list])
def test_a_frame_that_is_no_table_any_more_is_a_finding(
    package: Path, change: Callable[[pd.DataFrame], None]
) -> None:
    ds = load(package)
    change(ds.developments)
    report = validate(ds)
    assert not report.valid
    assert ("form", "developments") in {(finding.rule, finding.table) for finding in report}


def test_a_selection_cannot_be_checked_nor_a_checksum_of_frames(package: Path) -> None:
    ds = load(package)
    with pytest.raises(ValueError, match="expected a whole data set, found a selection"):
        validate(ds.select(topic="ai"))
    with pytest.raises(ValueError, match="checksum of files"):
        validate(ds, sha256="0" * 64)
