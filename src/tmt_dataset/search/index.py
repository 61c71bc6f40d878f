"""The full-text index: one row per development, for a search in memory and for the table ``search`` of an SQLite export."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

import pandas as pd

from tmt_dataset.cells import PANDAS_2, Tables
from tmt_dataset.descriptor import Descriptor, Table
from tmt_dataset.descriptor.links import ROOT, nested, targets
from tmt_dataset.search import stems
from tmt_dataset.search.query import FORMS, HAN, HAN_LENGTH, REPORT, TERMS, pieces, words_of
from tmt_dataset.search.spelling import spellings

__all__ = ["Index", "Opened", "index", "opened", "vocabulary", "write"]


#: Definitions would find every development of a code; the terms of other schemes are not the words of the record.
_NOT_SEARCHED = ("definition", "agora_", "dpa_")
#: What a hit in a column counts; in all others it counts 2.
_WEIGHTS = {"title": 8.0, "summary": 4.0, REPORT: 1.0, FORMS: 1.0}


class Index(NamedTuple):
    """The columns of the index, what each holds (as ``"authority"``), and one row per development."""

    columns: list[str]
    places: list[str]
    rows: list[tuple[str, ...]]

    @property
    def weights(self) -> list[float]:
        """What a hit counts, by column."""
        return [_WEIGHTS.get(column, 2.0) for column in self.columns]


def index(ds: Tables) -> Index:
    """Return the full-text index of a data set.

    It holds the words of a development and of the rows that belong to it; of the rows that it is linked to, all
    words but definitions; and the words of the segments that report it, without order, where the package has them.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> found = index(tmt.load())
    >>> found.columns[:3], found.rows[0][0]
    (['development_id', 'title', 'summary'], 'TMT-0001')
    """
    (key,) = ds.descriptor.table(ROOT).primary_key
    texts: dict[str, dict[str, dict[str, None]]] = {}
    places = {}
    for name, place, ids, words in _texts(ds):
        column = f"{name}_" if name in (REPORT, FORMS, "rank", "rowid") else name  # the others are taken
        places[column] = place
        by_id = texts.setdefault(column, {})
        for development_id, text in zip(ids, words, strict=True):
            if isinstance(text, str):
                by_id.setdefault(development_id, {})[text] = None  # in order, without duplicates
    reported = _reported(ds)
    rows = []
    for development_id in ds[ROOT][key]:
        own = [" | ".join(by_id.get(development_id, ())) for by_id in texts.values()]
        report = reported.get(development_id, "")
        rows.append((development_id, *own, report, " ".join(_forms(own))))
    return Index([key, *texts, REPORT, FORMS], [key, *places.values(), REPORT, FORMS], rows)


def write(database: sqlite3.Connection, found: Index) -> None:
    """Write the index into the table ``search`` of a database.

    Raises
    ------
    MissingExtraError
        If this Python's SQLite was built without FTS5.
    """
    key, *columns = ('"' + column.replace('"', '""') + '"' for column in found.columns)
    stems.table(database, "search", f"{key} UNINDEXED, {', '.join(columns)}")
    database.executemany(f"INSERT INTO search VALUES ({', '.join('?' * len(found.columns))})", found.rows)
    weights = ", ".join(map(str, found.weights))
    database.execute("INSERT INTO search(search, rank) VALUES ('rank', ?)", [f"bm25({weights})"])


class Opened(NamedTuple):
    """An index, the database in memory that has it, and the tables that it was made of."""

    found: Index
    database: sqlite3.Connection
    tables: dict[str, pd.DataFrame]
    descriptor: Descriptor

    def holds(self, ds: Tables) -> bool:
        """Whether this is the index of a data set, whose frames may have been changed in place."""
        return (
            ds.descriptor is self.descriptor
            and set(ds.keys()) == set(self.tables)
            and all(ds[name].equals(frame) for name, frame in self.tables.items())
        )


_last = threading.local()  # a connection belongs to the thread that opened it


def opened(ds: Tables) -> Opened:
    """Return the index of a data set in memory; it is kept for the next search of the same data."""
    kept: Opened | None = getattr(_last, "kept", None)
    if kept is None or not kept.holds(ds):
        found, database = index(ds), sqlite3.connect(":memory:")
        write(database, found)
        # what is changed in the frames later stays as it is in these copies; in pandas 3 they cost nothing until then
        tables = {name: ds[name].copy(deep=PANDAS_2) for name in ds.keys()}  # noqa: SIM118  # Tables has no iterator
        _last.kept = kept = Opened(found, database, tables, ds.descriptor)
    return kept


def vocabulary(found: Index) -> set[str]:
    """Return all words of an index."""
    return {word for row in found.rows for text in row[1:] for word in words_of(text)}


def _texts(ds: Tables) -> Iterator[tuple[str, str, pd.Series, pd.Series]]:
    """Yield each column of the index: its name, what it holds, and texts with the developments that they belong to."""
    descriptor = ds.descriptor
    root = descriptor.table(ROOT)
    (key,) = root.primary_key
    for name, table in {"": root, **nested(descriptor)}.items():
        frame = ds[table.name]
        for field in _words(table):
            yield f"{name}_{field}".removeprefix("_"), _place(table, name) or field, frame[key], frame[field]
        for code, target in targets(descriptor, table).items():
            # the key of a link holds both its ends; other codes, as the measure of a figure, link no development
            if target is root or (table is not root and code not in table.primary_key):
                continue
            register = ds[target.name].set_index(target.primary_key[0])
            codes = frame[code].astype("object")
            for field in _words(target):
                words = codes.map(register[field].astype("object"))
                yield f"{target.name}_{field}", _place(target, target.name), frame[key], words


def _place(table: Table, name: str) -> str:
    """Return what the words of a table belong to, as ``"authority"``; the fields of a development are places themselves."""
    return table.primary_key[0].removesuffix("_id") if name and len(table.primary_key) == 1 else name


def _words(table: Table) -> list[str]:
    """Return the fields of a table that hold words: texts without a pattern, a list of values or a key."""
    bound = {*table.primary_key, *(f for k in table.foreign_keys for f in k.fields)}
    return [
        f.name
        for f in table.fields
        if f.type == "string"
        and not f.enum
        and not f.pattern
        and f.name not in bound
        and not f.name.startswith(_NOT_SEARCHED)
    ]


def _reported(ds: Tables) -> Mapping[str, str]:
    """Return the words of the reports of each development, without order; a release before 2.0.0 has none."""
    if TERMS not in ds.keys():  # noqa: SIM118  # Tables has no iterator
        return {}
    terms, mentions = ds[TERMS], ds["mentions"]
    words = stems.as_words(terms["stem"].unique().tolist())
    segments: dict[str, list[str]] = {}
    for segment, stem, count in zip(terms["segment_id"], terms["stem"], terms["count"].tolist(), strict=True):
        segments.setdefault(segment, []).extend([words[stem]] * count)
    out: dict[str, list[str]] = {}
    for development_id, segment in zip(mentions["development_id"], mentions["segment_id"], strict=True):
        out.setdefault(development_id, []).extend(segments.get(segment, ()))
    return {i: " ".join([*sorted(found), *_spelled_otherwise(found)]) for i, found in out.items()}


def _spelled_otherwise(words: Iterable[str]) -> list[str]:
    return sorted({form for word in words for form in spellings(word)[1:]})


def _forms(texts: Iterable[str]) -> list[str]:
    """Return the other spellings of the words of some texts, and all parts of their Chinese.

    Examples
    --------
    >>> _forms(["colour", "CAC 网信办"])
    ['color', '信', '信办', '办', '网', '网信', '网信办']
    """
    words = {word for text in texts for word in words_of(text)}
    mixed = {part for word in words if HAN.search(word) for part in pieces(word)}
    runs = (run for word in words for run in HAN.findall(word))
    parts = {
        run[start : start + length]
        for run in runs
        for start in range(len(run))
        for length in range(1, min(HAN_LENGTH, len(run) - start) + 1)
    }
    return [*_spelled_otherwise(words), *sorted(mixed | parts)]
