"""Other people's engines read the tables with their types, and answer the questions of `docs/elsewhere.md` as this library does."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

import tmt_dataset as tmt
from tmt_dataset import analysis
from tmt_dataset.cells import TEXT_DTYPE, is_code
from tmt_dataset.dataset import Dataset
from tmt_dataset.descriptor import Field, Table
from tmt_dataset.descriptor.links import nested
from tmt_dataset.errors import ExportError
from tmt_dataset.exports import export
from tmt_dataset.package import embedded
from tmt_dataset.publish.docs import READERS

#: PySpark has a folder of its own: pandera imports it wherever it finds it, which takes seconds and warns.
SPARK = Path(sys.prefix) / "spark"
if SPARK.is_dir():
    sys.path.append(str(SPARK))
DOCUMENT = (Path(__file__).parents[1] / "docs" / "elsewhere.md").read_text(encoding="utf-8")
SQL = {
    re.match(r"-- (\w+)\n", block)[1]: block  # type: ignore[index]  # a block without a name fails here
    for block in re.findall(r"^```sql\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
}
#: The results by the names that every block gives them, and their columns.
RESULTS = {
    "developments_by_window_and_topic": ["source_id", "topic_id", "developments"],
    "local_share_of_ai": ["developments", "local_share"],
    "provisions_by_addressee": ["addressee", "provisions", "of_cases"],
    "filings": ["aggregation", "jurisdiction", "period_start", "period_end", "value"],
    "recent": ["development_id", "year"],
}
#: How the rows of the table of types are called here.
KINDS = ["string", "code", "integer", "number", "date", "boolean", "year"]


def types_of_engines() -> dict[str, dict[str, str]]:
    """Return the types that the document promises, by engine and kind of field."""
    header, *rows = re.findall(r"^\| (.*) \|$", DOCUMENT, re.MULTILINE)
    engines = header.split(" | ")[1:]
    cells = [row.split(" | ")[1:] for row in rows]
    columns = zip(engines, zip(*cells, strict=True), strict=True)
    return {engine: dict(zip(KINDS, map(_type, types), strict=True)) for engine, types in columns}


def _type(cell: str) -> str:
    found = re.match(r"`(\w+)`", cell)
    return found[1] if found else ""


TYPES = types_of_engines()
Answer = list[tuple[str | None, ...]]

needs_r = pytest.mark.skipif(
    shutil.which("Rscript") is None, reason="Rscript is missing (Debian: r-base-core)"
)
needs_spark = pytest.mark.skipif(
    shutil.which("java") is None or importlib.util.find_spec("pyspark") is None,
    reason="Java or pyspark is missing (Debian: default-jre-headless; uv pip install --target .venv/spark pyspark)",
)


def block(heading: str, language: str = "python") -> str:
    """Return the code of a section of the document."""
    found = re.search(rf"^## {heading}$.*?^```{language}\n(.*?)^```$", DOCUMENT, re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture(scope="module")
def ds() -> Dataset:
    return tmt.load()


@pytest.fixture(scope="module")
def folder(ds: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the export of the document, `tmt`, and with one file per table, `whole`."""
    path = tmp_path_factory.mktemp("elsewhere")
    export(ds, path / "tmt", format="parquet", partition_by="year")
    export(ds, path / "whole", format="parquet")
    return path


def rows_of(query: str) -> duckdb.DuckDBPyRelation:
    """Return what a query finds."""
    found = duckdb.sql(query)
    assert found is not None
    return found


@pytest.fixture
def here(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture(scope="module")
def spark(folder: Path) -> Iterator[Any]:
    """Return a small session, which the block of the document takes up; its paths begin where it was started."""
    from pyspark.sql import SparkSession

    settings: dict[str, Any] = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "1"}
    with contextlib.chdir(folder):
        session = SparkSession.builder.master("local[1]").config(map=settings).getOrCreate()
    yield session
    session.stop()


# -- what must come out


def cell(value: Any) -> str | None:
    """Return a value as text: numbers in one form, days as dates, None where missing."""
    if value is None or pd.isna(value):
        return None
    if isinstance(value, str):
        return value
    if hasattr(value, "isoformat"):
        return str(value.isoformat()[:10])
    return f"{float(value):.9g}"


def answer(frame: Any, name: str) -> Answer:
    """Return the rows of a result, sorted: no engine promises an order."""
    assert list(frame.columns) == RESULTS[name]
    rows = frame.astype(object).itertuples(index=False, name=None)
    return sorted((tuple(map(cell, row)) for row in rows), key=repr)


@pytest.fixture(scope="module")
def expected(ds: Dataset) -> dict[str, Answer]:
    """Return the answers of the library."""
    kept = ds.where(~ds.developments["development_id"].isin(analysis.collective(ds)))
    counts = kept.counts(["source", "topic"]).query("most > 0")
    names = {"source": "source_id", "topic": "topic_id", "most": "developments"}
    developments = analysis.developments(kept)
    reported = kept.select(source_kind="newsletter").developments["development_id"]
    ai = developments[(developments["area"] == "ai") & developments["development_id"].isin(reported)]
    share = {"developments": [len(ai)], "local_share": [(ai["level"] == "local").mean()]}
    by = ds.provisions.groupby("addressee", observed=True)
    provisions = by.agg(provisions=("provision_id", "size"), of_cases=("case", "count")).reset_index()
    filings = ds.series("genai_services_filed").rename(columns={"place_id": "jurisdiction"})
    year = ds.developments["date_start"].dt.year
    recent = ds.developments[["development_id"]].assign(year=year)[year >= 2025]
    frames = {
        "developments_by_window_and_topic": counts.rename(columns=names),
        "local_share_of_ai": pd.DataFrame(share),
        "provisions_by_addressee": provisions,
        "filings": filings,
        "recent": recent,
    }
    return {name: answer(frame[RESULTS[name]], name) for name, frame in frames.items()}


def declared(ds: Dataset, table: Table, engine: str) -> dict[str, str]:
    """Return the types that an engine must give the fields of a table."""

    def kind(field: Field) -> str:
        return "code" if is_code(ds.descriptor, table, field) else field.type

    return {f.name: TYPES[engine][kind(f)] for f in table.fields}


def divided(ds: Dataset) -> set[str]:
    return {"developments", *(t.name for t in nested(ds.descriptor).values())}


def wanted(ds: Dataset, table: Table, engine: str, layout: str) -> dict[str, str]:
    """Return the types of a table, with the column that an engine makes of the folders of years."""
    year = {"year": TYPES[engine]["year"]} if layout == "tmt" and table.name in divided(ds) else {}
    return declared(ds, table, engine) | year


LAYOUT = pytest.mark.parametrize("layout", ["tmt", "whole"])


# -- the export by year


def test_all_parts_have_one_schema_and_together_every_row(ds: Dataset, folder: Path) -> None:
    for name in ds:
        whole = pq.read_table(folder / "whole" / f"{name}.parquet")
        path = folder / "tmt" / f"{name}.parquet"
        if name not in divided(ds):
            assert path.read_bytes() == (folder / "whole" / f"{name}.parquet").read_bytes()
            continue
        parts = sorted(path.rglob("*.parquet"))
        assert [p.parent.name for p in parts] == [
            f"year={y}" for y in sorted(ds.developments["date_start"].dt.year.unique())
        ]
        read = [pq.ParquetFile(part).read() for part in parts]
        for part in read:
            assert part.schema.equals(whole.schema, check_metadata=True)
        rows = sorted(repr(r) for part in read for r in part.to_pylist())
        assert rows == sorted(map(repr, whole.to_pylist()))


def test_a_row_is_in_the_part_of_its_developments_year(ds: Dataset, folder: Path) -> None:
    years = ds.developments.set_index("development_id")["date_start"].dt.year
    for name in divided(ds):
        for part in (folder / "tmt" / f"{name}.parquet").rglob("*.parquet"):
            ids = pq.ParquetFile(part).read(["development_id"])["development_id"].to_pylist()
            assert {f"year={years[i]}" for i in ids} <= {part.parent.name}


def test_an_export_by_year_takes_the_place_of_one_that_is_not_and_the_other_way_round(
    ds: Dataset, tmp_path: Path
) -> None:
    for year in (None, "year", "year", None):
        export(ds, tmp_path / "out", format="parquet", partition_by=year, overwrite=True)
        assert (tmp_path / "out" / "figures.parquet").is_dir() is (year is not None)
    export(ds, tmp_path / "out", format="parquet", partition_by="year", overwrite=True)
    (tmp_path / "out" / "figures.parquet" / "year=2025" / "thesis.txt").write_text("ten years of work")
    with pytest.raises(ExportError, match=r"holds what this command has not written .*thesis.txt"):
        export(ds, tmp_path / "out", format="parquet", overwrite=True)


@pytest.mark.parametrize(
    ("name", "by", "criteria", "said"),
    [
        ("csv", "year", {}, "csv has no partitions"),
        ("parquet", "yaer", {}, "expected year"),
        ("parquet", ["year"], {}, "expected year"),
        ("parquet", "year", {"year": 1999}, "no development, so no year"),
    ],
)
def test_what_cannot_be_divided_is_refused(
    ds: Dataset, tmp_path: Path, name: str, by: Any, criteria: Any, said: str
) -> None:
    with pytest.raises(ExportError, match=said):
        export(ds.select(**criteria), tmp_path / "out", format=name, partition_by=by)
    assert list(tmp_path.iterdir()) == []


# -- types and keys


def missing(ds: Dataset, table: Table) -> dict[str, int]:
    return {str(k): int(v) for k, v in ds[table.name].isna().sum().items()}


@LAYOUT
def test_duckdb_reads_types_and_missing_cells(ds: Dataset, here: Path, layout: str) -> None:
    exec(block("DuckDB").replace('"tmt"', repr(layout)), {})
    for table in ds.descriptor.tables.values():
        relation = duckdb.table(table.name)
        assert dict(zip(relation.columns, map(str, relation.types), strict=True)) == wanted(
            ds, table, "DuckDB", layout
        )
        nulls = ", ".join(f'count(*) - count("{n}")' for n in table.field_names)
        row = rows_of(f"SELECT count(*), {nulls} FROM {table.name}").fetchall()
        assert row == [(len(ds[table.name]), *missing(ds, table).values())]


@LAYOUT
def test_every_key_finds_its_row_in_duckdb(ds: Dataset, here: Path, layout: str) -> None:
    exec(block("DuckDB").replace('"tmt"', repr(layout)), {})
    for table in ds.descriptor.tables.values():
        for key in table.foreign_keys:
            on = " AND ".join(f'a."{x}" = b."{y}"' for x, y in zip(key.fields, key.reference, strict=True))
            empty = " OR ".join(f'a."{x}" IS NULL' for x in key.fields)
            lost = rows_of(
                f"SELECT count(*) FROM {table.name} a ANTI JOIN {key.table} b ON {on} WHERE NOT ({empty})"
            )
            assert lost.fetchall() == [(0,)], (table.name, key)


@LAYOUT
def test_polars_reads_types_and_missing_cells(ds: Dataset, here: Path, layout: str) -> None:
    for table in ds.descriptor.tables.values():
        frame = pl.read_parquet(f"{layout}/{table.name}.parquet")
        types = {n: str(t).split("(")[0] for n, t in frame.schema.items()}
        assert types == wanted(ds, table, "Polars", layout)
        assert frame.height == len(ds[table.name])
        assert {n: frame[n].null_count() for n in table.field_names} == missing(ds, table)


@LAYOUT
def test_pandas_reads_types_missing_cells_and_the_order_of_codes(
    ds: Dataset, here: Path, layout: str
) -> None:
    names: dict[str, Any] = {}
    exec(block("pandas").replace('"tmt/', f'"{layout}/').partition("\nrelations =")[0], names)
    for table in ds.descriptor.tables.values():
        frame = names["read"](table.name)
        types = {n: "str" if t == TEXT_DTYPE else str(t).partition("[")[0] for n, t in frame.dtypes.items()}
        assert types == wanted(ds, table, "pandas", layout)
        assert frame[table.field_names].isna().sum().to_dict() == missing(ds, table)
        for name, type_ in types.items():
            if type_ == "category" and name != "year":
                assert list(frame[name].cat.categories) == list(ds[table.name][name].cat.categories)
    if layout == "tmt":
        assert not names["read"]("developments")["year"].cat.ordered


@needs_spark
def test_pyspark_reads_types_and_missing_cells(ds: Dataset, here: Path, spark: Any) -> None:
    exec(block("PySpark"), {})
    for table in ds.descriptor.tables.values():
        frame = spark.table(table.name)
        assert dict(frame.dtypes) == wanted(ds, table, "PySpark", "tmt")
    nulls = {n: f"count(*) - count(`{n}`)" for n in ds.descriptor.table("figures").field_names}
    row = spark.sql(f"SELECT {', '.join(f'{x} AS `{n}`' for n, x in nulls.items())} FROM figures").first()
    assert row.asDict() == missing(ds, ds.descriptor.table("figures"))


# -- answers


def test_the_document_has_every_question() -> None:
    assert list(SQL) == list(RESULTS)


def test_pandas_answers_as_the_library(here: Path, expected: dict[str, Answer]) -> None:
    names: dict[str, Any] = {}
    exec(block("pandas"), names)
    assert {name: answer(names[name], name) for name in RESULTS} == expected


def test_duckdb_answers_as_the_library(here: Path, expected: dict[str, Answer]) -> None:
    exec(block("DuckDB"), {})
    assert {name: answer(rows_of(query).df(), name) for name, query in SQL.items()} == expected


def test_polars_answers_as_the_library(here: Path, expected: dict[str, Answer]) -> None:
    names: dict[str, Any] = {}
    exec(block("Polars"), names)
    assert {name: answer(names[name].to_pandas(), name) for name in RESULTS} == expected


@needs_spark
def test_pyspark_answers_as_the_library(here: Path, spark: Any, expected: dict[str, Answer]) -> None:
    exec(block("PySpark"), {})

    def result(query: str) -> pd.DataFrame:
        found = spark.sql(query)
        return pd.DataFrame([tuple(row) for row in found.collect()], columns=found.columns, dtype=object)

    assert {name: answer(result(query), name) for name, query in SQL.items()} == expected


# -- R

REPORT = """
write <- function(frame, name) write.csv(frame, paste0(out, "/", name, ".csv"), row.names = FALSE, na = "", fileEncoding = "UTF-8")
for (name in RESULTS) write(get(name), name)
for (name in names(tmt)) {
  frame <- tmt[[name]]
  write(data.frame(field = names(frame), type = sapply(frame, class), missing = colSums(is.na(frame)), rows = nrow(frame)),
        paste0("types-", name))
}
quotes <- tmt$quotes$exact
stopifnot(all(validUTF8(quotes)), nchar(quotes, "chars") == tmt$quotes$end - tmt$quotes$start)
"""


def run_r(code: str, folder: Path) -> str:
    done = subprocess.run(
        ["Rscript", "--vanilla", "-e", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={**os.environ, "LC_ALL": "C.UTF-8"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def has_r(package: str) -> bool:
    return run_r(f"cat(requireNamespace('{package}', quietly = TRUE))", Path.cwd()).endswith("TRUE")


@needs_r
def test_r_reads_types_and_answers_as_the_library(
    ds: Dataset, tmp_path: Path, expected: dict[str, Answer]
) -> None:
    if not has_r("jsonlite"):
        pytest.skip("the R package jsonlite is missing (Debian: r-cran-jsonlite)")
    names = ", ".join(json.dumps(name) for name in RESULTS)
    report = f"out <- {json.dumps(str(tmp_path))}\nRESULTS <- c({names})\n{REPORT}"
    run_r(block("R", "r") + report, embedded())
    for table in ds.descriptor.tables.values():
        read = pd.read_csv(tmp_path / f"types-{table.name}.csv")
        assert dict(zip(read["field"], read["type"], strict=True)) == declared(ds, table, "R")
        assert dict(zip(read["field"], read["missing"], strict=True)) == missing(ds, table)
        assert set(read["rows"]) == {len(ds[table.name])}
    for name in RESULTS:
        frame = pd.read_csv(tmp_path / f"{name}.csv", dtype={"jurisdiction": "str"})
        if name == "provisions_by_addressee":
            used = ds.addressees["addressee"].isin(ds.provisions["addressee"])
            assert frame["addressee"].tolist() == ds.addressees.loc[used, "addressee"].tolist()
        assert answer(frame, name) == expected[name]


@needs_r
def test_the_line_for_readr_reads_every_cell_as_it_is(ds: Dataset, tmp_path: Path) -> None:
    if not has_r("readr"):
        pytest.skip("the R package readr is missing (Debian: r-cran-readr)")
    line = READERS["R (readr)"].format(path=ds.descriptor.table("developments").path)
    out = tmp_path / "out.csv"
    run_r(f"library(readr); write_csv({line}, {json.dumps(str(out))}, na = '')", embedded())
    read, wanted = (
        pd.read_csv(path, dtype="str") for path in (out, embedded() / "data" / "developments.csv")
    )
    pd.testing.assert_frame_equal(read, wanted)
