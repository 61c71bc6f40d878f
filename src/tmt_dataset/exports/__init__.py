"""The data set in the formats that other tools read: CSV, Excel, Parquet, SQLite, JSON Lines.

Names, types, keys and the search index derive from the descriptor. An export is written to a temporary folder
beside its target and then moved there, so that a failure leaves nothing behind and changes nothing.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from tmt_dataset.dataset import Dataset
from tmt_dataset.errors import ExportError, TargetError, TmtDatasetError, near
from tmt_dataset.exports import excel, jsonl, parquet, sqlite, text
from tmt_dataset.exports.tables import FLAT, SEE_FINDINGS
from tmt_dataset.exports.text import restore
from tmt_dataset.files import expanded, replace_file, replace_folder
from tmt_dataset.guard import problem

__all__ = ["FORMATS", "Format", "export", "restore"]


class Format(NamedTuple):
    """A format: what it gives, the function that writes it, and whether that is a folder."""

    gives: str
    write: Callable[[Dataset, Path], None]
    is_folder: bool = False


#: Every format by its name.
FORMATS: dict[str, Format] = {
    "csv": Format("one CSV file per table, and flat.csv with one row per development", text.write, True),
    "xlsx": Format(
        "an Excel workbook: a sheet 'README', a sheet 'flat' with one row per development, then one sheet per table",
        excel.write,
    ),
    "parquet": Format("one typed Parquet file per table", parquet.write, True),
    "sqlite": Format(
        "an SQLite database: tables with keys and indexes, and the full-text index 'search'", sqlite.write
    ),
    "jsonl": Format("JSON Lines: one development per line, with all that belongs to it", jsonl.write),
}
_SUFFIXES = {".db": "sqlite", ".sqlite3": "sqlite", ".ndjson": "jsonl"}


def export(
    ds: Dataset,
    target: str | os.PathLike[str],
    *,
    format: str | None = None,
    overwrite: bool = False,
    partition_by: str | None = None,
) -> Path:
    r"""Write a data set, or a selection of it, in a format that other tools read.

    ``csv``
        UTF-8, CRLF after each record (RFC 4180), dates ``YYYY-MM-DD``, an empty cell is missing. A text that
        a spreadsheet would take for a formula gets an apostrophe in front; :func:`tmt_dataset.exports.restore` removes it.
    ``xlsx``
        To be read: ``README`` says what it is, its version, citation, licence and caveats; ``flat`` has one row per
        development, whose identifier leads to its quotes; then the tables, with a column of labels beside each code.
        Dates are dates, and every text is a string and never a formula. Header and first columns are frozen; a sheet is
        printed one page wide.
    ``parquet``
        Codes are dictionaries (pandas: categoricals), integers are nullable, dates are ``date32``. They become
        ``datetime64`` in pandas with ``pyarrow.parquet.read_table(path).to_pandas(date_as_object=False)``.
        With ``partition_by="year"`` the tables whose rows belong to a development are folders of parts in the layout of Hive,
        ``quotes.parquet/year=2025/part-0.parquet``, by the year in which the development's date begins. All parts have one
        schema. Engines make a column ``year`` of the folders: an integer, in pandas a categorical without order.
        ``docs/elsewhere.md`` has the lines that read them.
    ``sqlite``
        Primary and foreign keys, lists of values as checks, an index for each foreign key. ``search`` is an
        FTS5 index with one row per development, the same that :meth:`tmt_dataset.Dataset.search` asks: its own words, its
        quotes and notes, the English and Chinese names of what it is linked to, and the words of its reports without
        order (the column ``report``). The column ``forms`` holds other spellings, and all parts of Chinese names. Words
        are asked for as there; deep fake and deepfake, and beginnings that are longer than a stem, as ``regulat*``, meet in
        the expression that ``tmt_dataset.search.sql(ds, text)`` gives. The table ``package`` says which release it is::

            SELECT development_id, title, snippet(search, -1, '[', ']', '…', 16)
            FROM search WHERE search MATCH '上海 OR deepfake' ORDER BY rank

    ``jsonl``
        ``authorities``, ``topics``, ``places``, ``instruments``, ``figures``, ``quotes``, ``relations`` and
        ``mentions`` are lists inside their development. A field that names a row of another table holds
        that row, under its name without ``_id``: ``action.label``, ``authorities[0].authority.name``. A
        ``quote_id`` names a quote of the same line. A field of numbers has a point in each of them, ``7.0``, and a
        field of integers in none. Characters that nobody sees are escaped.

    Parameters
    ----------
    ds
        The data set; for a part of it, ``ds.select(...)``.
    target
        The file or folder to write; its parent must exist.
    format
        One of :data:`FORMATS`; ``None`` takes it from the suffix of ``target`` (``x.csv`` is then a folder).
    overwrite
        Whether to replace an existing export. A folder is replaced only if it holds nothing but files of
        such an export. Of several exports to one target at once without it, one succeeds.
    partition_by
        ``"year"`` to divide the Parquet files by year; ``None`` for one file per table.

    Returns
    -------
    pathlib.Path
        The target.

    Raises
    ------
    ExportError
        If the format is unknown, the target exists or cannot be written, or the format cannot hold the data
        (a cell too long for Excel, a foreign key without its row, or no development to divide by year). Nothing is left behind, and an existing export
        stays as it was.
    MissingExtraError
        If ``xlsx`` or ``parquet`` is asked for without the extra ``exports``.
    TypeError
        If ``ds`` is not a :class:`~tmt_dataset.Dataset`, ``target`` not a path, or ``overwrite`` neither true nor false.

    Examples
    --------
    >>> import sqlite3, tempfile
    >>> from contextlib import closing
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> ai = ds.select(topic="ai")
    >>> path = export(ai, Path(tempfile.mkdtemp()) / "ai.sqlite")
    >>> with closing(sqlite3.connect(path)) as database:
    ...     (rows,) = database.execute("SELECT count(*) FROM developments").fetchone()
    >>> rows == len(ai.developments)
    True
    """
    if not isinstance(ds, Dataset):
        raise TypeError(f"expected a Dataset, as tmt_dataset.load() returns it, found {type(ds).__name__}")
    if not isinstance(target, str | os.PathLike):
        raise TypeError(f"expected the path of a file or folder, found {type(target).__name__}")
    if not pd.api.types.is_bool(overwrite):
        raise TypeError(f"overwrite={overwrite!r:.60}: expected True or False")
    if not os.fspath(target):  # as a path it would be the current folder, which nobody named
        raise ExportError("the path is empty; give the name of a file or folder")
    path = expanded(target)
    name = _format(path, format)
    write = partial(FORMATS[name].write, ds)
    if partition_by is not None:
        _check_partition(partition_by, name)
        write = partial(parquet.write, ds, partition_by=partition_by)
    try:
        place = Path(os.path.realpath(path))  # a symbolic link stays, and its target is replaced
        if FORMATS[name].is_folder:
            own = frozenset(f"{table}.{name}" for table in (*ds.descriptor.tables, FLAT))
            replace_folder(write, place, lambda f: own | parquet.parts(f, own), overwrite=overwrite)
        else:
            replace_file(write, place, overwrite=overwrite)
    except (ExportError, TargetError) as error:
        raise ExportError(f"{path}: {error}") from None
    except TmtDatasetError:
        raise
    except Exception as error:  # the writers of other libraries raise classes of their own
        said = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        if isinstance(error, LookupError | AttributeError):  # a table or field that the format needs
            said = f"{problem(ds) or repr(error)}; {SEE_FINDINGS}"
        raise ExportError(f"{path}: cannot be written as {name} ({said}); nothing was changed") from error
    return path


def _format(path: Path, asked: str | None) -> str:
    """Return the format asked for, or else that of the suffix."""
    if asked is None and not path.suffix:
        raise ExportError(
            f"{path}: no suffix tells the format; give format= (--as), one of {', '.join(FORMATS)}"
        )
    suffix = path.suffix.lower()
    name = _SUFFIXES.get(suffix, suffix.removeprefix(".")) if asked is None else asked
    if not isinstance(name, str) or name not in FORMATS:
        meant = near(name, FORMATS) or ";"
        raise ExportError(f"{path}: unknown format {name!r}{meant} expected one of {', '.join(FORMATS)}")
    return name


def _check_partition(asked: object, name: str) -> None:
    if asked not in parquet.PARTITIONS:
        raise ExportError(f"partition_by={asked!r:.60}: expected {' or '.join(parquet.PARTITIONS)}")
    if name != "parquet":
        raise ExportError(f"{name} has no partitions; partition_by (--partition-by) goes with parquet")
