"""Parquet files with the declared types, in one file per table or in parts by year."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from tmt_dataset.cells import is_code
from tmt_dataset.dataset import Dataset
from tmt_dataset.descriptor import Descriptor, Table
from tmt_dataset.descriptor.links import ROOT, nested
from tmt_dataset.errors import ExportError, MissingExtraError
from tmt_dataset.exports.tables import SEE_FINDINGS, at, cells, frames

__all__ = ["PARTITIONS", "parts", "write"]


#: What the tables of developments can be divided by: the name of the folders, and of the column that engines make of it.
PARTITIONS = ("year",)
_PART = "part-0.parquet"


def write(ds: Dataset, folder: Path, partition_by: str | None = None) -> None:
    """Write a folder with one typed file per table; with ``partition_by``, a folder of parts for some of the tables."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise MissingExtraError('parquet needs pyarrow: pip install "tmt-dataset[exports]"') from None
    divided = _divided(ds, partition_by) if partition_by else {}
    folder.mkdir()
    release = {"package": ds.descriptor.name, "version": ds.version}
    for name, frame in frames(ds):
        # names the cell that no format can hold; pyarrow would name its column alone, or take bytes for text
        cells(name, frame)
        schema = _arrow_schema(ds.descriptor, ds.descriptor.table(name))
        try:
            content = pa.Table.from_pandas(frame, schema=schema, preserve_index=False)
        except (ValueError, TypeError) as error:  # the base classes of pyarrow's own errors
            raise ExportError(f"table {name}: {error}; {SEE_FINDINGS}") from None
        content = content.replace_schema_metadata({**content.schema.metadata, **release})
        path = folder / f"{name}.parquet"
        if name not in divided:
            pq.write_table(content, path)
            continue
        for value, rows in divided[name].items():
            part = path / f"{partition_by}={value}" / _PART
            part.parent.mkdir(parents=True)
            pq.write_table(content.take(pa.array(rows, pa.int64())), part)


def parts(folder: Path, tables: frozenset[str]) -> set[str]:
    """Return the files in a folder that have the place and name of a part of one of the tables' files."""
    layout = re.compile(rf"([^/]+)/(?:{'|'.join(PARTITIONS)})=[0-9]+/{re.escape(_PART)}")
    found = (path.relative_to(folder).as_posix() for path in folder.glob(f"*/*/{_PART}"))
    return {name for name in found if (match := layout.fullmatch(name)) and match[1] in tables}


def _divided(ds: Dataset, partition_by: str) -> dict[str, dict[int, list[int]]]:
    """Return the positions of the rows of each year, for the table of developments and those that belong to it.

    Each table has a part for each year of a development, even one without rows: all tables have one layout.
    """
    tables = dict(frames(ds))
    developments = tables[ROOT]
    (key,) = ds.descriptor.table(ROOT).primary_key
    if developments.empty:
        raise ExportError("no development, so no year to divide the tables by; leave out partition_by")
    dates = developments["date_start"].dt.year
    known = dict(zip(developments[key], dates, strict=True))
    years = sorted(set(dates.dropna().astype(int)))
    out = {}
    for name in (ROOT, *(table.name for table in nested(ds.descriptor).values())):
        if partition_by in tables[name].columns:
            raise ExportError(f"table {name}: has a field {partition_by}, so no part can be named by it")
        year = tables[name][key].map(known).reset_index(drop=True)
        if year.isna().any():
            row = int(year.isna().to_numpy().argmax())
            raise ExportError(f"{at(name, row, key)}: no development with a date; {SEE_FINDINGS}")
        out[name] = {value: year.index[year == value].tolist() for value in years}
    return out


def _arrow_schema(descriptor: Descriptor, table: Table) -> Any:
    import pyarrow as pa

    types = {
        "string": pa.string(),
        "integer": pa.int64(),
        "number": pa.float64(),
        "date": pa.date32(),
        "boolean": pa.bool_(),
    }
    code = pa.dictionary(pa.int32(), pa.string())
    return pa.schema(
        [
            pa.field(
                field.name,
                code if is_code(descriptor, table, field) else types[field.type],
                nullable=not field.required,
            )
            for field in table.fields
        ]
    )
