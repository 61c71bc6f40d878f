"""In which developments a text is found: by :func:`found`, and by the words of a full-text :func:`index`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePosixPath

import pandas as pd

from tmt_dataset.cells import TEXT_DTYPE, Tables
from tmt_dataset.descriptor import Descriptor, Table
from tmt_dataset.guard import guarded

ROOT = "developments"

#: Registers whose names are searched: their columns, and the table that links them to developments.
_REGISTERS = (
    ("authorities", ["name", "abbreviation", "name_zh"], "development_authorities"),
    ("topics", ["label"], "development_topics"),
    ("instruments", ["title", "number", "aliases"], "development_instruments"),
    ("places", ["name", "name_zh"], "development_places"),
)


@guarded
def found(ds: Tables, text: str) -> pd.Series:
    """Return the identifiers of the developments whose words or names contain a text, ignoring case.

    Parameters
    ----------
    ds
        The data set.
    text
        Looked for, as it is, in titles, summaries, quotes, and the English and Chinese names of authorities, places,
        topics and instruments.

    Returns
    -------
    pandas.Series
        ``development_id``; an identifier may occur several times.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> set(found(ds, "deepfake")) <= set(ds.developments["development_id"])
    True
    """
    dev, quotes = ds["developments"], ds["quotes"]
    if any("\ud800" <= character <= "\udfff" for character in text):  # no column of text holds half of a pair
        return dev["development_id"].iloc[:0]
    parts: list[pd.Series] = [
        dev.loc[_contain(dev, ["title", "summary"], text), "development_id"],
        quotes.loc[_contain(quotes, ["exact"], text), "development_id"],
    ]
    for register, columns, link in _REGISTERS:
        key = ds.descriptor.table(register).primary_key[0]
        frame, links = ds[register], ds[link]
        codes = frame.loc[_contain(frame, columns, text), key]
        parts.append(links.loc[links[key].isin(codes), "development_id"])
        if register == "places":
            parts.append(dev.loc[dev["jurisdiction"].isin(codes), "development_id"])
    hits: pd.Series = pd.concat(parts)
    return hits


def _contain(frame: pd.DataFrame, columns: Sequence[str], text: str) -> pd.Series:
    hits = pd.Series(False, index=frame.index)
    for column in columns:
        hits |= frame[column].astype(TEXT_DTYPE).str.contains(text, case=False, regex=False, na=False)
    return hits


# -- a full-text index

_HAN = re.compile("[〇\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+")
#: Longest part of a Chinese name that is indexed; the name as a whole always is.
_HAN_LENGTH = 12


def nested(descriptor: Descriptor) -> dict[str, Table]:
    """Return the tables whose rows belong to a development, by their name without ``development_``.

    Records of the validation are about the coding of a development, and do not belong to it.

    Examples
    --------
    >>> from tmt_dataset.package import open_package
    >>> list(nested(open_package().descriptor))[:3]
    ['mentions', 'quotes', 'authorities']
    """
    (key,) = descriptor.table(ROOT).primary_key
    return {
        name.removeprefix(key.removesuffix("id")): table
        for name, table in descriptor.tables.items()
        if any(k.table == ROOT and k.fields == (key,) for k in table.foreign_keys)
        and PurePosixPath(table.path).parts[0] != "validation"
    }


def targets(descriptor: Descriptor, table: Table) -> dict[str, Table]:
    """Return the tables whose rows the fields of a table name, by field; without the rows nested in a development.

    Examples
    --------
    >>> from tmt_dataset.package import open_package
    >>> descriptor = open_package().descriptor
    >>> {field: target.name for field, target in targets(descriptor, descriptor.table("developments")).items()}
    {'action': 'actions', 'jurisdiction': 'places'}
    """
    inside = {t.name for t in nested(descriptor).values()}
    return {
        k.fields[0]: descriptor.table(k.table)
        for k in table.foreign_keys
        if len(k.fields) == 1 and k.table not in inside and k.fields != descriptor.table(ROOT).primary_key
    }


def index(ds: Tables) -> tuple[list[str], Iterator[list[str]]]:
    """Return the columns and the rows of a full-text index with one row per development.

    It holds the words of a development and of the rows that belong to it; of the rows that it is linked to, all
    words but the definition of a code, which would find every development with that code.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> columns, rows = index(tmt.load())
    >>> columns[:3], next(rows)[0]
    (['development_id', 'title', 'summary'], 'TMT-0001')
    """
    (key,) = ds.descriptor.table(ROOT).primary_key
    texts: dict[str, dict[str, dict[str, None]]] = {}
    for column, ids, words in _texts(ds):
        by_id = texts.setdefault(column, {})
        for development_id, text in zip(ids, words, strict=True):
            if isinstance(text, str):
                by_id.setdefault(development_id, {})[text] = None  # in order, without duplicates

    def rows() -> Iterator[list[str]]:
        for development_id in ds[ROOT][key]:
            words = [" | ".join(by_id.get(development_id, ())) for by_id in texts.values()]
            yield [development_id, *words, " ".join(_han(words))]

    return [key, *texts, "han"], rows()


def _texts(ds: Tables) -> Iterator[tuple[str, pd.Series, pd.Series]]:
    """Yield each column of the index with texts and the developments that they belong to."""
    descriptor = ds.descriptor
    root = descriptor.table(ROOT)
    (key,) = root.primary_key
    for name, table in {"": root, **nested(descriptor)}.items():
        frame = ds[table.name]
        for field in _words(table):
            yield f"{name}_{field}".removeprefix("_"), frame[key], frame[field]
        for code, target in targets(descriptor, table).items():
            # the key of a link holds both its ends; other codes, as the measure of a figure, link no development
            if target is root or (table is not root and code not in table.primary_key):
                continue
            register = ds[target.name].set_index(target.primary_key[0])
            codes = frame[code].astype("object")
            for field in _words(target):
                if field != "definition":
                    yield f"{target.name}_{field}", frame[key], codes.map(register[field].astype("object"))


def _words(table: Table) -> list[str]:
    """Return the fields of a table that hold words: texts without a pattern, a list of values or a key."""
    bound = {*table.primary_key, *(f for k in table.foreign_keys for f in k.fields)}
    return [
        f.name
        for f in table.fields
        if f.type == "string" and not f.enum and not f.pattern and f.name not in bound
    ]


def _han(words: Iterable[str]) -> list[str]:
    """Return all parts of the Chinese in some texts: without spaces, the tokenizer takes a whole run for a word.

    Examples
    --------
    >>> _han(["CAC 网信办"])
    ['信', '信办', '办', '网', '网信', '网信办']
    """
    return sorted(
        {
            run[start : start + length]
            for text in words
            for run in _HAN.findall(text)
            for start in range(len(run))
            for length in range(1, min(_HAN_LENGTH, len(run) - start) + 1)
        }
    )
