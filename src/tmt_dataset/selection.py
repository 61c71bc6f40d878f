"""What ``select`` can ask for: a table of criteria, and the tables that follow from the developments that meet them."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pandas as pd

from tmt_dataset.cells import Tables, is_in
from tmt_dataset.edtf import bounds
from tmt_dataset.errors import unknown
from tmt_dataset.guard import guarded
from tmt_dataset.search import found
from tmt_dataset.search.query import TERMS

Codes = str | Iterable[str]
Day = str | datetime.date
Mask = np.ndarray[Any, np.dtype[np.bool_]]


# -- which developments have a code


def _own(ds: Tables, column: str, codes: Iterable[str]) -> Mask:
    """Mark the developments that have one of some codes in a column."""
    return ds["developments"][column].isin(list(codes)).to_numpy()


def _named(ds: Tables, ids: pd.Series) -> Mask:
    """Mark the developments with some identifiers."""
    return is_in(ds["developments"]["development_id"], ids).to_numpy()


def _linked(ds: Tables, table: str, column: str, codes: Iterable[str]) -> Mask:
    """Mark the developments that a table links to one of some codes."""
    links = ds[table]
    return _named(ds, links.loc[links[column].isin(list(codes)), "development_id"])


def _reported(ds: Tables, sources: Iterable[str]) -> Mask:
    segments = ds["segments"]
    return _linked(
        ds,
        "mentions",
        "segment_id",
        segments.loc[segments["source_id"].isin(list(sources)), "segment_id"],
    )


def _in_category(ds: Tables, categories: Iterable[str]) -> Mask:
    actions = ds["actions"]
    return _own(ds, "action", actions.loc[actions["category"].isin(list(categories)), "action"])


def _below(ds: Tables, table: str, codes: Iterable[str]) -> set[str]:
    """Return codes and all that lies below them."""
    register = ds[table]
    children: dict[str, list[str]] = {}
    for key, parent in zip(register[_key(ds, table)], register["parent"], strict=True):
        if isinstance(parent, str):
            children.setdefault(parent, []).append(key)
    below: set[str] = set()
    todo = list(codes)
    while todo:
        code = todo.pop()
        if code not in below:
            below.add(code)
            todo.extend(children.get(code, ()))
    return below


def _in_place(ds: Tables, codes: Iterable[str]) -> Mask:
    places = _below(ds, "places", codes)
    return _own(ds, "jurisdiction", places) | _linked(ds, "development_places", "place_id", places)


class Criterion:
    """One criterion: what it is called in messages, where its codes are declared, and which developments meet it.

    Parameters
    ----------
    what
        For messages.
    table, column
        The table of the codes; with a column, the codes are the listed values (``enum``) of that column.
    meets
        Marks the developments of a data set that have one of some codes.
    """

    def __init__(
        self, what: str, table: str, column: str | None, meets: Callable[[Tables, list[str]], Mask]
    ) -> None:
        self.what, self.table, self.column, self.meets = what, table, column, meets

    def mask(self, ds: Tables, wanted: Codes) -> Mask:
        """Mark the developments that meet the criterion.

        Raises
        ------
        UnknownCodeError
            For a code that is not declared, with near misses.
        """
        return self.meets(ds, self.known(ds, wanted))

    def known(self, ds: Tables, wanted: Codes) -> list[str]:
        """Return the codes that are asked for, each of which is declared."""
        codes = [wanted] if isinstance(wanted, str) or not isinstance(wanted, Iterable) else list(wanted)
        codes = [str(code) for code in codes]
        register = ds.whole[self.table]
        if self.column is None:
            known, where = register[_key(ds, self.table)].tolist(), f"the table {self.table}"
        else:
            known = list(ds.descriptor.table(self.table).field(self.column).enum)
            where = ", ".join(known)
        index = set(known)
        for code in codes:
            if code not in index:
                names = {} if self.column else _codes_by_name(register, _key(ds, self.table))
                raise unknown(self.what, code, known, where, names)
        return codes


#: The criteria of provisions, and their columns: asked for together, one and the same provision has to meet them.
PROVISION = {"addressee": "addressee", "modality": "modality", "provision": "type"}


#: Every criterion of ``select`` that takes codes.
CRITERIA: dict[str, Criterion] = {
    "topic": Criterion(
        "topic",
        "topics",
        None,
        lambda ds, codes: _linked(ds, "development_topics", "topic_id", _below(ds, "topics", codes)),
    ),
    "action": Criterion("action", "actions", None, lambda ds, codes: _own(ds, "action", codes)),
    "category": Criterion("category", "actions", "category", _in_category),
    "authority": Criterion(
        "authority",
        "authorities",
        None,
        lambda ds, codes: _linked(ds, "development_authorities", "authority_id", codes),
    ),
    "authority_with_offices": Criterion(
        "authority",
        "authorities",
        None,
        lambda ds, codes: _linked(
            ds, "development_authorities", "authority_id", _below(ds, "authorities", codes)
        ),
    ),
    "place": Criterion("place", "places", None, _in_place),
    "jurisdiction": Criterion(
        "jurisdiction", "places", None, lambda ds, codes: _own(ds, "jurisdiction", codes)
    ),
    "source": Criterion("source", "sources", None, _reported),
    "instrument": Criterion(
        "instrument",
        "instruments",
        None,
        lambda ds, codes: _linked(ds, "development_instruments", "instrument_id", codes),
    ),
    "date_basis": Criterion(
        "date basis", "developments", "date_basis", lambda ds, codes: _own(ds, "date_basis", codes)
    ),
    "orientation": Criterion(
        "orientation", "developments", "orientation", lambda ds, codes: _own(ds, "orientation", codes)
    ),
    "ai_role": Criterion(
        "role of AI", "developments", "ai_role", lambda ds, codes: _own(ds, "ai_role", codes)
    ),
    "risk": Criterion(
        "risk", "risks", None, lambda ds, codes: _linked(ds, "development_risks", "risk_id", codes)
    ),
    "addressee": Criterion(
        "addressee", "addressees", None, lambda ds, codes: _linked(ds, "provisions", "addressee", codes)
    ),
    "modality": Criterion(
        "modality", "provisions", "modality", lambda ds, codes: _linked(ds, "provisions", "modality", codes)
    ),
    "provision": Criterion(
        "type of provision",
        "provision_types",
        None,
        lambda ds, codes: _linked(ds, "provisions", "type", codes),
    ),
}


def _key(ds: Tables, table: str) -> str:
    return ds.descriptor.table(table).primary_key[0]


def _codes_by_name(register: pd.DataFrame, key: str) -> dict[str, str]:
    """Return the codes of a register by the names that they have in words."""
    return {
        name: code
        for column in ("name_zh", "title", "label", "abbreviation", "name")
        if column in register
        for name, code in zip(register[column], register[key], strict=True)
        if isinstance(name, str)
    }


# -- all criteria together


@guarded
def matching(
    ds: Tables,
    codes: Mapping[str, Codes | None],
    ranges: Iterable[tuple[pd.Timestamp, pd.Timestamp]],
    dates: Literal["overlap", "within"],
    words: str | None,
) -> Mask | None:
    """Mark the developments that meet every criterion given; None where none is given.

    Parameters
    ----------
    ds
        The data set.
    codes
        Codes by the name of their criterion in :data:`CRITERIA`; None where a criterion is not given.
    ranges
        First and last day of each range asked for.
    dates
        Whether a date that is an interval has to overlap a range, or lie within it.
    words
        Text to be found.
    """
    dev = ds["developments"]
    given = {name: wanted for name, wanted in codes.items() if wanted is not None}
    masks = [CRITERIA[name].mask(ds, wanted) for name, wanted in given.items()]
    if len(of_one := PROVISION.keys() & given) > 1:
        rows = ds["provisions"]
        met = [rows[PROVISION[name]].isin(CRITERIA[name].known(ds, given[name])) for name in of_one]
        masks.append(_named(ds, rows.loc[np.logical_and.reduce(met), "development_id"]))
    for first, last in ranges:
        start, end = (
            (dev["date_end"], dev["date_start"])
            if dates == "overlap"
            else (dev["date_start"], dev["date_end"])
        )
        masks.append(((start >= first) & (end <= last)).to_numpy())
    if words is not None:
        masks.append(ds["developments"]["development_id"].isin(found(ds, words)).to_numpy())
    return np.logical_and.reduce(masks) if masks else None


def ranges(
    year: int | Sequence[int] | None, date: Day | Sequence[Day] | None
) -> Iterator[tuple[pd.Timestamp, pd.Timestamp]]:
    """Yield the first and last day of each range asked for.

    Examples
    --------
    >>> [f"{first:%Y-%m-%d} to {last:%Y-%m-%d}" for first, last in ranges((2023, 2024), None)]
    ['2023-01-01 to 2024-12-31']
    """
    for value in (year, date):
        if value is None:
            continue
        pair = value if isinstance(value, tuple | list) else (value, value)
        if len(pair) != 2:
            raise ValueError(f"expected one year or date, or a pair of them; found {value!r}")
        low, high = pair
        first, last = bounds(_edtf(low))[0], bounds(_edtf(high))[1]
        if last < first:
            raise ValueError(f"the range {value!r} ends before it starts")
        yield pd.Timestamp(first), pd.Timestamp(last)


def _edtf(value: object) -> str:
    """Return a year or day as EDTF has it."""
    # pandas' missing day is a day by its class, and has no form
    missing = isinstance(value, type(pd.NaT))
    return value.strftime("%Y-%m-%d") if isinstance(value, datetime.date) and not missing else str(value)


@guarded
def restricted(ds: Tables, mask: Mask) -> dict[str, pd.DataFrame]:
    """Return the tables of the developments under a mask: rows of other developments, and what none of them uses, are gone."""
    dev = ds["developments"].loc[mask].reset_index(drop=True)
    tables = {**ds, "developments": dev}
    for name, table in ds.descriptor.tables.items():
        columns = [c for c in ("development_id", "related_id") if c in table.field_names]
        if columns and name != "developments":
            keep = np.logical_and.reduce(
                [is_in(ds[name][c], dev["development_id"]).to_numpy() for c in columns]
            )
            tables[name] = ds[name].loc[keep].reset_index(drop=True)
    for name, key, links in (
        ("segments", "segment_id", "mentions"),
        ("instruments", "instrument_id", "development_instruments"),
    ):
        tables[name] = ds[name].loc[is_in(ds[name][key], tables[links][key])].reset_index(drop=True)
    # a quote may be from a source that does not report its development
    sources = {*tables["segments"]["source_id"].unique(), *tables["quotes"]["source_id"].unique()}
    if TERMS in tables:
        tables[TERMS] = (
            ds[TERMS]
            .loc[is_in(ds[TERMS]["segment_id"], tables["segments"]["segment_id"])]
            .reset_index(drop=True)
        )
    for name in ("sources", "errata"):
        tables[name] = ds[name].loc[ds[name]["source_id"].isin(sources)].reset_index(drop=True)
    return tables
