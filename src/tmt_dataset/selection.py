"""What ``select`` can ask for: a table of criteria, and the tables that follow from the developments that meet them."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeAlias, TypeVar

import numpy as np
import pandas as pd

from tmt_dataset.cells import Tables, is_in
from tmt_dataset.edtf import bounds
from tmt_dataset.errors import UnknownCodeError, unknown
from tmt_dataset.guard import guarded
from tmt_dataset.record import identifier
from tmt_dataset.search import found
from tmt_dataset.search.query import TERMS

__all__ = [
    "CRITERIA",
    "Codes",
    "Criterion",
    "Day",
    "Marks",
    "Mask",
    "OneOrMore",
    "chosen",
    "matching",
    "ranges",
    "restricted",
    "truth",
]


T = TypeVar("T")
#: One code, or several of which any will do.
OneOrMore: TypeAlias = T | Iterable[T]
Codes: TypeAlias = OneOrMore[str]
Day = str | datetime.date
Mask = np.ndarray[Any, np.dtype[np.bool_]]
#: Which rows of a table have one of some codes.
Marks = Callable[[Tables, list[str]], Mask]


# -- codes that stand for others


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


def _with(ds: Tables, table: str, column: str, codes: Iterable[str]) -> list[str]:
    """Return the keys of the rows of a table that have one of some codes in a column."""
    rows = ds[table]
    return rows.loc[rows[column].isin(list(codes)), _key(ds, table)].tolist()


def _forced(ds: Tables, codes: Iterable[str]) -> list[str]:
    return _with(ds, "instruments", "kind", _with(ds, "instrument_kinds", "force", codes))


def _of_kind(ds: Tables, codes: Iterable[str]) -> list[str]:
    return _with(ds, "segments", "source_id", _with(ds, "sources", "kind", codes))


# -- which rows have a code


def _named(ds: Tables, ids: pd.Series) -> Mask:
    """Mark the developments with some identifiers."""
    return is_in(ds["developments"]["development_id"], ids).to_numpy()


def _has(
    table: str, column: str, meant: Callable[[Tables, list[str]], Iterable[str]] = lambda _, codes: codes
) -> Marks:
    """Return what marks the rows of a table with one of the codes that are meant by those asked for."""
    return lambda ds, codes: ds[table][column].isin(list(meant(ds, codes))).to_numpy()


def _in_place(ds: Tables, codes: Iterable[str]) -> Mask:
    places = list(_below(ds, "places", codes))
    links = ds["development_places"]
    about = _named(ds, links.loc[links["place_id"].isin(places), "development_id"])
    return ds["developments"]["jurisdiction"].isin(places).to_numpy() | about


@dataclass(frozen=True)
class Criterion:
    """One criterion of ``select``.

    Parameters
    ----------
    what
        What it is called in messages.
    help
        What it asks for, in one short sentence.
    table, column
        The table of the codes; with a column, the codes are the listed values (``enum``) of that column.
    link
        The table whose rows meet it, ``developments`` itself or one that links them to codes. Criteria of one such table are
        met by one and the same row.
    marks
        Marks the rows of that table that have one of some codes.
    """

    what: str
    help: str
    table: str
    column: str | None
    link: str
    marks: Marks

    def rows(self, ds: Tables, wanted: Codes) -> Mask:
        """Mark the rows of the link that meet the criterion.

        Raises
        ------
        UnknownCodeError
            For a code that is not declared, with near misses.
        """
        return self.marks(ds, self.known(ds, wanted))

    def known(self, ds: Tables, wanted: Codes) -> list[str]:
        """Return the codes that are asked for by code or by name, each of which is declared."""
        codes = [wanted] if isinstance(wanted, str) or not isinstance(wanted, Iterable) else list(wanted)
        register = ds.whole[self.table]
        if self.column is None:
            key = _key(ds, self.table)
            known, where = register[key].tolist(), f"the table {self.table}"
        else:
            known = list(ds.descriptor.table(self.table).field(self.column).enum)
            where = ", ".join(known)
        index = set(known)
        if index.issuperset(codes := [str(code) for code in codes]):
            return codes
        names = {} if self.column else _names(register, key)
        return [code if code in index else self._by_name(code, known, where, names) for code in codes]

    def _by_name(self, name: str, known: list[str], where: str, names: dict[str, set[str]]) -> str:
        """Return the only code that has a name; a code in other letters (capital or small) comes first."""
        wanted = name.casefold()
        codes = [code for code in known if code.casefold() == wanted] or sorted(
            {code for word, codes in names.items() if word.casefold() == wanted for code in codes}
        )
        if len(codes) == 1:
            return codes[0]
        if not codes:
            raise unknown(self.what, name, known, where, {word: min(of) for word, of in names.items()})
        error = UnknownCodeError(
            f"{self.what} {name!r}: several have this name; give one of their codes: {', '.join(map(repr, codes))}"
        )
        error.what = self.what
        raise error


#: Every criterion of ``select`` that takes codes.
CRITERIA: dict[str, Criterion] = {
    "topic": Criterion(
        "topic",
        "Topic; a parent matches its children.",
        "topics",
        None,
        "development_topics",
        _has("development_topics", "topic_id", lambda ds, codes: _below(ds, "topics", codes)),
    ),
    "topic_rank": Criterion(
        "rank of a topic",
        "Rank of the topic: primary or secondary.",
        "development_topics",
        "rank",
        "development_topics",
        _has("development_topics", "rank"),
    ),
    "action": Criterion(
        "action", "Kind of action.", "actions", None, "developments", _has("developments", "action")
    ),
    "category": Criterion(
        "category",
        "Group of actions, as enforcement.",
        "actions",
        "category",
        "developments",
        _has("developments", "action", lambda ds, codes: _with(ds, "actions", "category", codes)),
    ),
    "authority": Criterion(
        "authority",
        "Body that acts.",
        "authorities",
        None,
        "development_authorities",
        _has("development_authorities", "authority_id"),
    ),
    "role": Criterion(
        "role of an authority",
        "Role in which the body acts, as lead.",
        "development_authorities",
        "role",
        "development_authorities",
        _has("development_authorities", "role"),
    ),
    "place": Criterion(
        "place",
        "Place that it governs or is about; a province matches its cities.",
        "places",
        None,
        "developments",
        _in_place,
    ),
    "jurisdiction": Criterion(
        "jurisdiction",
        "Area that it governs, exactly as coded.",
        "places",
        None,
        "developments",
        _has("developments", "jurisdiction"),
    ),
    "source": Criterion(
        "source",
        "Source that reports it.",
        "sources",
        None,
        "mentions",
        _has("mentions", "segment_id", lambda ds, codes: _with(ds, "segments", "source_id", codes)),
    ),
    "source_kind": Criterion(
        "kind of source",
        "Kind of source that reports it, as annual-review.",
        "sources",
        "kind",
        "mentions",
        _has("mentions", "segment_id", _of_kind),
    ),
    "instrument": Criterion(
        "instrument",
        "Instrument.",
        "instruments",
        None,
        "development_instruments",
        _has("development_instruments", "instrument_id"),
    ),
    "stage": Criterion(
        "stage of an instrument",
        "Stage that the instrument reaches, as draft.",
        "development_instruments",
        "stage",
        "development_instruments",
        _has("development_instruments", "stage"),
    ),
    "instrument_kind": Criterion(
        "kind of instrument",
        "Kind of instrument.",
        "instrument_kinds",
        None,
        "development_instruments",
        _has(
            "development_instruments",
            "instrument_id",
            lambda ds, codes: _with(ds, "instruments", "kind", codes),
        ),
    ),
    "force": Criterion(
        "force of an instrument",
        "Force of the instrument, as binding.",
        "instrument_kinds",
        "force",
        "development_instruments",
        _has("development_instruments", "instrument_id", _forced),
    ),
    "date_basis": Criterion(
        "date basis",
        "How the date is known, as stated.",
        "developments",
        "date_basis",
        "developments",
        _has("developments", "date_basis"),
    ),
    "orientation": Criterion(
        "orientation",
        "What the act does, as control.",
        "developments",
        "orientation",
        "developments",
        _has("developments", "orientation"),
    ),
    "ai_role": Criterion(
        "role of AI",
        "Part that AI plays in it, as core.",
        "developments",
        "ai_role",
        "developments",
        _has("developments", "ai_role"),
    ),
    "risk": Criterion(
        "risk",
        "Harm that it is meant against.",
        "risks",
        None,
        "development_risks",
        _has("development_risks", "risk_id"),
    ),
    "addressee": Criterion(
        "addressee",
        "Whom a provision addresses.",
        "addressees",
        None,
        "provisions",
        _has("provisions", "addressee"),
    ),
    "modality": Criterion(
        "modality",
        "Modality of the provision, as must.",
        "provisions",
        "modality",
        "provisions",
        _has("provisions", "modality"),
    ),
    "provision": Criterion(
        "type of provision",
        "Type of the provision.",
        "provision_types",
        None,
        "provisions",
        _has("provisions", "type"),
    ),
    "measure": Criterion(
        "measure", "Measure of a figure in it.", "measures", None, "figures", _has("figures", "measure")
    ),
}

#: A body that also matches the bodies below it.
_WITH_OFFICES = replace(
    CRITERIA["authority"],
    marks=_has("development_authorities", "authority_id", lambda ds, codes: _below(ds, "authorities", codes)),
)


def _key(ds: Tables, table: str) -> str:
    return ds.descriptor.table(table).primary_key[0]


def _names(register: pd.DataFrame, key: str) -> dict[str, set[str]]:
    """Return the codes of a register by the names that they have in words."""
    names: dict[str, set[str]] = {}
    for column in ("name_zh", "title", "label", "abbreviation", "short_name", "name"):
        if column in register:
            for name, code in zip(register[column], register[key], strict=True):
                if isinstance(name, str):
                    names.setdefault(name, set()).add(code)
    return names


# -- all criteria together


@guarded
def matching(
    ds: Tables,
    codes: Mapping[str, Codes | None],
    ranges: Iterable[tuple[pd.Timestamp, pd.Timestamp]],
    dates: Literal["overlap", "within"],
    words: str | None,
    with_offices: bool = False,
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
    with_offices
        Whether a body also matches the bodies below it.
    """
    dev = ds["developments"]
    met: dict[str, list[Mask]] = {}
    for name, wanted in codes.items():
        if wanted is not None:
            criterion = _WITH_OFFICES if name == "authority" and with_offices else CRITERIA[name]
            met.setdefault(criterion.link, []).append(criterion.rows(ds, wanted))
    masks = met.pop("developments", [])
    for link, rows in met.items():
        masks.append(_named(ds, ds[link].loc[np.logical_and.reduce(rows), "development_id"]))
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
    year: int | Sequence[int | None] | None, date: Day | Sequence[Day | None] | None
) -> Iterator[tuple[pd.Timestamp, pd.Timestamp]]:
    """Yield the first and last day of each range asked for; None leaves an end open.

    Examples
    --------
    >>> [f"{first:%Y-%m-%d} to {last:%Y-%m-%d}" for first, last in ranges((2023, 2024), ("2024-07", None))]
    ['2023-01-01 to 2024-12-31', '2024-07-01 to 9999-12-31']
    """
    for value in (year, date):
        if value is None:
            continue
        pair = value if isinstance(value, tuple | list) else (value, value)
        if len(pair) != 2 or (pair[0] is None and pair[1] is None):
            raise ValueError(
                f"expected one year or date, or a pair of them, one of which may be None; found {value!r}"
            )
        first = datetime.date.min if pair[0] is None else bounds(_edtf(pair[0]))[0]
        last = datetime.date.max if pair[1] is None else bounds(_edtf(pair[1]))[1]
        first, last = pd.Timestamp(first), pd.Timestamp(last)
        if last < first:
            raise ValueError(f"the range {value!r} ends before it starts")
        yield first, last


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
    for name, table in ds.descriptor.tables.items():
        if "source_id" in table.field_names and not {"development_id", "segment_id"} & {*table.field_names}:
            tables[name] = ds[name].loc[ds[name]["source_id"].isin(sources)].reset_index(drop=True)
    return tables


def chosen(ds: Tables, wanted: Codes) -> list[bool]:
    """Return which developments are asked for by their identifiers."""
    names = [wanted] if isinstance(wanted, str) or not isinstance(wanted, Iterable) else wanted
    ids = {identifier(ds, name) for name in names}
    return [known in ids for known in ds["developments"]["development_id"]]


def truth(ds: Tables, mask: Any) -> Mask:
    """Return a mask of the developments as an array, aligned by its index where it has one.

    Raises
    ------
    ValueError
        If it is not one truth value per development.
    """
    index = ds["developments"].index
    expected = f"expected a boolean Series with the index of developments, or {len(index)} truth values in their order"
    if isinstance(mask, pd.Series):
        if not mask.index.is_unique or set(mask.index) != set(index):
            raise ValueError(f"{expected}; found a Series of {len(mask)} with another index")
        mask = mask.reindex(index)
    if not isinstance(mask, list | np.ndarray | pd.Series | pd.api.extensions.ExtensionArray):
        raise ValueError(f"{expected}; found {type(mask).__name__}")  # noqa: TRY004  # one error for every other mask
    values = np.asarray(mask, dtype=object)
    if values.shape != (len(index),):
        raise ValueError(f"{expected}; found the shape {values.shape}")
    other = [value for value in values if not isinstance(value, bool | np.bool_)]
    if other:
        raise ValueError(f"{expected}; found {other[0]!r:.60}")
    return values.astype(bool)
