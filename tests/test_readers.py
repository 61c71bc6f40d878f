"""A release read back by other people's tools: Frictionless, DuckDB, Polars, and what R's frictionless reader asks for."""

from __future__ import annotations

import csv
import re
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import frictionless
import pandas as pd
import polars as pl
import pytest

import tmt_dataset as tmt
from tmt_dataset.descriptor import DESCRIPTOR, Descriptor
from tmt_dataset.package import embedded, open_package
from tmt_dataset.publish.docs import READERS, TYPES_NOTE
from tmt_dataset.publish.release import archive_bytes

DUCKDB = {"string": "VARCHAR", "integer": "BIGINT", "number": "DOUBLE", "date": "DATE", "boolean": "BOOLEAN"}
POLARS = {
    "string": pl.String(),
    "integer": pl.Int64(),
    "number": pl.Float64(),
    "date": pl.Date(),
    "boolean": pl.Boolean(),
}


@pytest.fixture(scope="module")
def descriptor() -> Descriptor:
    return open_package().descriptor


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory, descriptor: Descriptor) -> Path:
    """Return the package as somebody has it who unpacked an archive."""
    folder = tmp_path_factory.mktemp("unpacked")
    names = [DESCRIPTOR, *(t.path for t in descriptor.tables.values())]
    contents = {n: (embedded() / n).read_bytes() for n in names}
    archive = folder / "release.zip"
    archive.write_bytes(archive_bytes(contents, "top", datetime(2025, 1, 2, tzinfo=UTC)))
    with zipfile.ZipFile(archive) as z:
        z.extractall(folder)
    return folder / "top"


def test_frictionless_validates_it(unpacked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(unpacked)
    report = frictionless.validate(DESCRIPTOR)
    assert report.valid, report.flatten(["title", "message"])
    assert len(report.tasks) == len(tmt.load())


def test_duckdb_reads_every_table_with_the_declared_types(unpacked: Path, descriptor: Descriptor) -> None:
    ds = tmt.load()
    for table in descriptor.tables.values():
        types = {f.name: DUCKDB[f.type] for f in table.fields}
        query = (
            "select count(*), " + ", ".join(f'count("{n}")' for n in types) + " from read_csv(?, columns = ?)"
        )
        row = duckdb.execute(query, [str(unpacked / table.path), types]).fetchone()
        assert row == (len(ds[table.name]), *(int(ds[table.name][n].notna().sum()) for n in types))


def test_duckdb_joins_a_figure_to_its_quote(unpacked: Path) -> None:
    row = duckdb.execute(
        f"select count(*) from read_csv('{unpacked}/data/figures.csv') f "
        f"join read_csv('{unpacked}/data/quotes.csv') q using (quote_id)"
    ).fetchone()
    assert row == (len(tmt.load().figures),)


def test_polars_reads_every_table_with_the_declared_types(unpacked: Path, descriptor: Descriptor) -> None:
    ds = tmt.load()
    for table in descriptor.tables.values():
        frame = pl.read_csv(unpacked / table.path, schema={f.name: POLARS[f.type] for f in table.fields})
        assert frame.height == len(ds[table.name])
        assert {n: frame[n].null_count() for n in frame.columns} == ds[table.name].isna().sum().to_dict()


def test_every_line_of_the_dictionary_reads_every_cell_as_it_is(
    unpacked: Path, descriptor: Descriptor
) -> None:
    """Guessing readers made numbers of the codes of places, or failed at the first that is none."""
    document = (embedded() / "docs" / "data-dictionary.md").read_text(encoding="utf-8")
    lines = dict(re.findall(r"^\| ([^|`]+) \| `([^`]+)` \|$", document, re.MULTILINE))
    assert list(lines) == list(READERS)
    declared = next(iter(descriptor.tables.values())).path
    for table in descriptor.tables.values():
        with (unpacked / table.path).open(encoding="utf-8", newline="") as stream:
            header, *rows = csv.reader(stream)
        wanted = [tuple(cell or None for cell in row) for row in rows]
        here = {name: line.replace(declared, str(unpacked / table.path)) for name, line in lines.items()}
        by_pandas = eval(here["pandas"], {"pd": pd})
        by_polars = eval(here["Polars"], {"pl": pl})
        by_duckdb = duckdb.execute(here["DuckDB"])
        assert [column[0] for column in by_duckdb.description or ()] == header
        assert list(by_pandas.columns) == by_polars.columns == header
        assert [
            *by_pandas.astype(object).where(by_pandas.notna(), None).itertuples(index=False, name=None)
        ] == wanted
        assert by_polars.rows() == by_duckdb.fetchall() == wanted


def test_polars_reads_json_lines_with_every_value(tmp_path: Path) -> None:
    """A field of numbers had `7` beside `4877.6`, on which its reader failed."""
    ds = tmt.load()
    path = tmt.export(ds, tmp_path / "tmt.jsonl")
    assert 'pl.read_ndjson("tmt.jsonl", infer_schema_length=None)' in TYPES_NOTE
    for rows in (100, None):
        frame = pl.read_ndjson(path, infer_schema_length=rows)
        figures = frame["figures"].explode().drop_nulls().struct.unnest()
        assert figures["value"].to_list() == ds.figures["value"].tolist()
    assert figures["period_start"].null_count() == ds.figures["period_start"].isna().sum()


def test_what_the_reader_of_r_asks_for(unpacked: Path, descriptor: Descriptor) -> None:
    resource: dict[str, Any]
    for resource in descriptor.raw["resources"]:
        assert resource["profile"] == "tabular-data-resource"
        path = resource["path"]
        assert not path.startswith(("/", ".", "~"))
        assert ".." not in path
        assert "\\" not in path
        assert re.fullmatch(r"[a-z0-9._-]+", resource["name"])
        assert resource["encoding"] == "utf-8"
        assert resource["dialect"]["delimiter"] == ","
        assert resource["dialect"]["quoteChar"] == '"'
        assert resource["dialect"]["header"] is True
        assert resource["schema"]["missingValues"] == [""]
        names = [f["name"] for f in resource["schema"]["fields"]]
        header = (unpacked / path).read_text(encoding="utf-8").partition("\n")[0].split(",")
        assert names == header
        assert all(f["type"] in DUCKDB for f in resource["schema"]["fields"])
        assert all(f.get("format", "default") == "default" for f in resource["schema"]["fields"])
