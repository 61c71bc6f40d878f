"""Parquet files with the declared types."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tmt_dataset.cells import is_code
from tmt_dataset.dataset import Dataset
from tmt_dataset.descriptor import Descriptor, Table
from tmt_dataset.errors import ExportError, MissingExtraError
from tmt_dataset.exports.tables import SEE_FINDINGS, cells, frames

__all__ = ["write"]


def write(ds: Dataset, folder: Path) -> None:
    """Write a folder with one typed file per table."""
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError:
        raise MissingExtraError('parquet needs pyarrow: pip install "tmt-dataset[exports]"') from None
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
        pq.write_table(content, folder / f"{name}.parquet")


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
