"""The loaded package: typed tables, and what a reader asks of them."""

from __future__ import annotations

import datetime
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pandas as pd

from tmt_dataset import cells
from tmt_dataset.descriptor import DESCRIPTOR, Descriptor, open_package, read_tables
from tmt_dataset.edtf import bounds
from tmt_dataset.errors import PackageError, unknown

if TYPE_CHECKING:
    from tmt_dataset.record import Record

Codes = str | Iterable[str] | None
Day = str | datetime.date


def load(source: str | os.PathLike[str] | None = None) -> Dataset:
    """Load the data set.

    Parameters
    ----------
    source
        ``None`` for the package that came with the library; or a folder, its ``datapackage.json``, or a
        release archive (``.zip``).

    Returns
    -------
    Dataset
        With typed tables. ``load`` reads and types what the descriptor declares, byte for byte;
        :func:`tmt_dataset.validate` judges.

    Raises
    ------
    PackageNotFoundError
        If nothing is there.
    PackageError
        If a file is missing or a cell cannot be read as its type.
    ChecksumError
        If a table, or any file of an archive, has other bytes than are declared: it was cut off, or edited without
        `tmt-dataset build`. A table that declares no checksum is not compared.
    TypeError
        If ``source`` is no path.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> ds.developments.loc[0, "development_id"]
    'TMT-0001'
    """
    descriptor, files = open_package(source)
    _judge(descriptor, f"{files.label}/{DESCRIPTOR}")
    contents = read_tables(descriptor, files)
    tables: dict[str, pd.DataFrame] = {}
    codes: dict[str, pd.Index] = {}
    raw: dict[str, pd.DataFrame] = {}
    for name, table in descriptor.tables.items():
        where = f"{files.label}/{table.path}"
        raw[name] = cells.read_strings(contents.pop(name), table, where)
        if table.is_vocabulary or name == "sources":
            keys = raw[name][table.primary_key[0]]
            if keys.isna().any() or keys.duplicated().any():
                raise PackageError(
                    f"{where}: {table.primary_key[0]} is empty or stands twice; run tmt_dataset.validate()"
                )
            codes[name] = pd.Index(keys)
    for name, table in descriptor.tables.items():
        tables[name] = cells.typed(raw[name], descriptor, table, codes, f"{files.label}/{table.path}")
    return Dataset(descriptor, tables)


def _judge(descriptor: Descriptor, where: str) -> None:
    """Refuse a declaration by which no table could be typed: without the keys of codes, or with a code twice."""
    named = {key.table for table in descriptor.tables.values() for key in table.foreign_keys}
    for name, table in descriptor.tables.items():
        if table.is_vocabulary or name == "sources" or name in named:
            key = table.primary_key
            if not key or not {*key} <= {*table.field_names}:
                raise PackageError(
                    f"{where}: resource {name!r}, primaryKey: expected fields of the table, found "
                    f"{', '.join(key) or 'none'}; restore the resource from the release"
                )
        for field in table.fields:
            if len(set(field.enum)) < len(field.enum):
                twice = next(v for v in field.enum if field.enum.count(v) > 1)
                raise PackageError(
                    f"{where}: resource {name!r}, field {field.name}, enum: expected each value once, found {twice!r} "
                    "twice; restore the resource from the release"
                )


def _as_list(value: Codes) -> list[str]:
    return (
        [str(v) for v in value]
        if isinstance(value, Iterable) and not isinstance(value, str)
        else [str(value)]
    )


def _codes_by_name(frame: pd.DataFrame, key: str) -> dict[str, str]:
    """Return the codes of a register by the names that they have in words."""
    return {
        name: code
        for column in ("name_zh", "title", "label", "abbreviation", "name")
        if column in frame
        for name, code in zip(frame[column], frame[key], strict=True)
        if isinstance(name, str)
    }


def _subtree(roots: Iterable[str], keys: pd.Series, parents: pd.Series) -> set[str]:
    """Return codes and all that lies under them."""
    children: dict[str, list[str]] = {}
    for key, parent in zip(keys, parents, strict=True):
        if isinstance(parent, str):
            children.setdefault(parent, []).append(key)
    found: set[str] = set()
    todo = list(roots)
    while todo:
        code = todo.pop()
        if code not in found:
            found.add(code)
            todo.extend(children.get(code, ()))
    return found


class Dataset(Mapping[str, pd.DataFrame]):
    """The tables of a data package, each a typed frame: ``ds.developments`` or ``ds["developments"]``.

    Codes are categoricals, integers are nullable, bounds of dates are ``datetime64[s]``; an empty cell is
    missing.

    Parameters
    ----------
    descriptor
        The declaration.
    tables
        Frames by table name.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> ds.figures["value"].dtype
    dtype('float64')
    """

    def __init__(self, descriptor: Descriptor, tables: Mapping[str, pd.DataFrame]) -> None:
        self.descriptor = descriptor
        self._tables = dict(tables)
        # what codes there are: a selection still knows the sources and instruments that it left out
        self._whole: Mapping[str, pd.DataFrame] = self._tables

    # -- access

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Return a table by its name."""
        if name not in self._tables:
            raise unknown("table", name, list(self._tables), "list(ds)")
        return self._tables[name]

    def __getattr__(self, name: str) -> pd.DataFrame:
        """Return a table as an attribute."""
        tables = self.__dict__.get("_tables", {})
        if name in tables:
            frame: pd.DataFrame = tables[name]
            return frame
        from tmt_dataset.errors import near

        raise AttributeError(f"a Dataset has no table or attribute {name!r}{near(name, tables)}")

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse to put something in the place of a table: ``ds[name]`` and every view would still see the table."""
        if name in self.__dict__.get("_tables", {}):
            raise AttributeError(
                f"{name} is a table of the data set and cannot be assigned; take a part with ds.select(...), or work on "
                f"a copy: frame = ds.{name}.copy()"
            )
        super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._tables]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __contains__(self, name: object) -> bool:
        return name in self._tables

    def __len__(self) -> int:
        """Return the number of tables."""
        return len(self._tables)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Dataset)
            and self.version == other.version
            and list(self) == list(other)
            and all(self[n].equals(other[n]) for n in self)
        )

    __hash__ = None  # type: ignore[assignment]  # frames are mutable

    @property
    def version(self) -> str:
        """Version of the data set."""
        return self.descriptor.version

    @property
    def period(self) -> tuple[pd.Timestamp, pd.Timestamp] | None:
        """First and last day that the sources' windows cover, or None where there is no source.

        In a selection these are the sources that it still has: ``ds.select(topic="games").period`` leaves out the windows
        in which nothing on games was reported. What was observed is the period of the whole data set, ``ds.period``.
        """
        sources = self["sources"]
        return (sources["period_start"].min(), sources["period_end"].max()) if len(sources) else None

    # -- selection

    def select(
        self,
        *,
        topic: Codes = None,
        action: Codes = None,
        category: Codes = None,
        authority: Codes = None,
        with_offices: bool = False,
        place: Codes = None,
        jurisdiction: Codes = None,
        source: Codes = None,
        year: int | Sequence[int] | None = None,
        date: Day | Sequence[Day] | None = None,
        dates: Literal["overlap", "within"] = "overlap",
        date_basis: Codes = None,
        instrument: Codes = None,
        text: str | None = None,
    ) -> Dataset:
        """Return the part of the data set whose developments fit every criterion given.

        Several codes for one criterion mean: any of them. Without a criterion it is the whole data set.

        Parameters
        ----------
        topic
            Topics, primary or secondary; ``"ai"`` matches all its children.
        action, category
            Kinds of acts, and the groups they belong to (``legislative``, ``enforcement``, ``industry``).
        authority
            Bodies that act in any role.
        with_offices
            Whether a body also matches the bodies under it (``cac`` its local offices).
        place
            Places that the act governs or is about; a province matches its cities.
        jurisdiction
            Areas that the act governs, exactly as coded: ``"100000"`` selects the national acts.
        source
            Sources that report the act, first or again.
        year, date
            A year or a pair of them; an EDTF date (or a day of ``datetime`` or pandas) or a pair of them. Both ends
            are included.
        dates
            What a date that is an interval means: ``"overlap"`` keeps an act that could have taken place in the
            range, ``"within"`` only one that must have.
        date_basis
            How the date is known: ``stated``, ``context``, ``period``.
        instrument
            Documents, in any stage.
        text
            Words looked for, as they stand and in any case, in titles, summaries, quotes, and the English and
            Chinese names of authorities, places, topics and instruments.

        Returns
        -------
        Dataset
            Every table follows: rows of other developments, and segments, sources and instruments that no
            selected development uses, are gone; a relation stays where both its ends do. Vocabularies, and the
            registers of authorities and places, stay whole. Frames are the selection's own: what is changed in them is
            not changed here.

        Notes
        -----
        As sources without a hit are gone, so are their windows, and a count per window or month of the selection alone
        overstates: it leaves out the windows of zero. Count with the windows of the whole data set, and, where the
        acts are divided by months or by all acts, mark the selection among all acts (see the example).

        Raises
        ------
        UnknownCodeError
            For a name that is not in its vocabulary, with near misses.
        ValueError
            If ``year`` or ``date`` is no date or pair of dates, or ``dates`` neither of its two values.
        TypeError
            If ``text`` is no text.

        Examples
        --------
        >>> import tmt_dataset as tmt
        >>> ds = tmt.load()
        >>> ai = ds.select(topic="ai", action=["consultation", "issuance"], jurisdiction="100000")
        >>> set(ai.developments["action"]) <= {"consultation", "issuance"}
        True

        How many acts on games each window has, zero included, and how many a month:

        >>> from tmt_dataset import analysis
        >>> games = ds.select(topic="games")
        >>> len(analysis.windows(games)) < len(analysis.windows(ds))
        True
        >>> found = analysis.members(analysis.developments(games), analysis.windows(ds), analysis.reports(ds))
        >>> bool((analysis.tally(found)["max"] == 0).any())
        True
        >>> everything = analysis.developments(ds)
        >>> marked = everything["development_id"].isin(games.developments["development_id"])
        >>> among = analysis.members(everything.assign(games=marked), analysis.windows(ds), analysis.reports(ds))
        >>> len(analysis.rates(among, "games")) == len(analysis.windows(ds))
        True
        >>> ds.select(topic="ai/ethic")
        Traceback (most recent call last):
        ...
        tmt_dataset.errors.UnknownCodeError: unknown topic 'ai/ethic'; did you mean 'ai/ethics'...
        """
        if dates not in ("overlap", "within"):
            raise ValueError(f"dates={dates!r}: expected 'overlap' or 'within'")
        if text is not None and not isinstance(text, str):
            raise TypeError(
                f"text={text!r:.60}: expected one text; several words that stand together are one"
            )
        ranges = list(_ranges(year, date))
        codes_given = (
            topic,
            action,
            category,
            authority,
            place,
            jurisdiction,
            source,
            date_basis,
            instrument,
        )
        if not ranges and text is None and all(codes is None for codes in codes_given):
            return self._part(self._tables)
        dev = self["developments"]
        mask = np.ones(len(dev), dtype=bool)

        def own(column: str, codes: Iterable[str]) -> None:
            nonlocal mask
            mask &= dev[column].isin(list(codes)).to_numpy()

        def linked(ids: pd.Series) -> None:
            nonlocal mask
            mask &= cells.is_in(dev["development_id"], ids).to_numpy()

        def rows(table: str, column: str, codes: Iterable[str]) -> pd.Series:
            frame = self[table]
            return frame.loc[frame[column].isin(list(codes)), "development_id"]

        if topic is not None:
            topics = self["topics"]
            linked(
                rows(
                    "development_topics",
                    "topic_id",
                    _subtree(self._known("topic", topic, "topics"), topics["topic_id"], topics["parent"]),
                )
            )
        if action is not None:
            own("action", self._known("action", action, "actions"))
        if category is not None:
            wanted = self._in_enum("category", category, "actions", "category")
            actions = self["actions"]
            own("action", actions.loc[actions["category"].isin(wanted), "action"])
        if authority is not None:
            codes = set(self._known("authority", authority, "authorities"))
            if with_offices:
                register = self["authorities"]
                codes = _subtree(codes, register["authority_id"], register["parent"])
            linked(rows("development_authorities", "authority_id", codes))
        if place is not None:
            places = self["places"]
            codes = _subtree(self._known("place", place, "places"), places["place_id"], places["parent"])
            governed = dev.loc[dev["jurisdiction"].isin(codes), "development_id"]
            linked(pd.concat([governed, rows("development_places", "place_id", codes)]))
        if jurisdiction is not None:
            own("jurisdiction", self._known("jurisdiction", jurisdiction, "places"))
        if source is not None:
            wanted = self._known("source", source, "sources")
            segments = self["segments"]
            linked(
                rows("mentions", "segment_id", segments.loc[segments["source_id"].isin(wanted), "segment_id"])
            )
        if instrument is not None:
            linked(
                rows(
                    "development_instruments",
                    "instrument_id",
                    self._known("instrument", instrument, "instruments"),
                )
            )
        if date_basis is not None:
            own("date_basis", self._in_enum("date basis", date_basis, "developments", "date_basis"))
        for lower, upper in ranges:
            if dates == "overlap":
                mask &= ((dev["date_start"] <= upper) & (dev["date_end"] >= lower)).to_numpy()
            else:
                mask &= ((dev["date_start"] >= lower) & (dev["date_end"] <= upper)).to_numpy()
        if text is not None:
            linked(self._found(text))
        return self._restrict(mask)

    def _known(self, what: str, wanted: Codes, table: str) -> list[str]:
        frame, key = self._whole[table], self.descriptor.table(table).primary_key[0]
        return self._checked(what, wanted, frame[key], f"ds.{table}", lambda: _codes_by_name(frame, key))

    def _in_enum(self, what: str, wanted: Codes, table: str, column: str) -> list[str]:
        return self._checked(
            what,
            wanted,
            self.descriptor.table(table).field(column).enum,
            f"ds.{table}[{column!r}].cat.categories",
        )

    @staticmethod
    def _checked(
        what: str,
        wanted: Codes,
        known: Iterable[str],
        where: str,
        names: Callable[[], Mapping[str, str]] = dict,
    ) -> list[str]:
        known = list(known)
        index = set(known)
        for code in (codes := _as_list(wanted)):
            if code not in index:
                raise unknown(what, code, known, where, names())
        return codes

    def _found(self, text: str) -> pd.Series:
        """Return the identifiers of the developments in whose words or names a text stands."""

        def hit(frame: pd.DataFrame, columns: Sequence[str]) -> pd.Series:
            found = pd.Series(False, index=frame.index)
            for column in columns:
                found |= frame[column].astype("str").str.contains(text, case=False, regex=False, na=False)
            return found

        dev, quotes = self["developments"], self["quotes"]
        parts: list[pd.Series] = [
            dev.loc[hit(dev, ["title", "summary"]), "development_id"],
            quotes.loc[hit(quotes, ["exact"]), "development_id"],
        ]
        for register, columns, link in (
            ("authorities", ["name", "abbreviation", "name_zh"], "development_authorities"),
            ("topics", ["label"], "development_topics"),
            ("instruments", ["title", "number", "aliases"], "development_instruments"),
            ("places", ["name", "name_zh"], "development_places"),
        ):
            key = self.descriptor.table(register).primary_key[0]
            frame, links = self[register], self[link]
            codes = frame.loc[hit(frame, columns), key]
            parts.append(links.loc[links[key].isin(codes), "development_id"])
            if register == "places":
                parts.append(dev.loc[dev["jurisdiction"].isin(codes), "development_id"])
        found: pd.Series = pd.concat(parts)
        return found

    def _restrict(self, mask: np.ndarray[Any, np.dtype[np.bool_]]) -> Dataset:
        """Return the data set of the developments under a mask."""
        tables = dict(self._tables)
        tables["developments"] = dev = self["developments"].loc[mask].reset_index(drop=True)
        ids = dev["development_id"]
        for name, table in self.descriptor.tables.items():
            if name == "developments":
                continue
            keep = None
            for column in ("development_id", "related_id"):
                if column in table.field_names:
                    here = cells.is_in(self[name][column], ids)
                    keep = here if keep is None else keep & here
            if keep is not None:
                tables[name] = self[name].loc[keep].reset_index(drop=True)
        used = {
            "segments": ("segment_id", tables["mentions"]["segment_id"]),
            "instruments": ("instrument_id", tables["development_instruments"]["instrument_id"]),
        }
        for name, (key, values) in used.items():
            tables[name] = self[name].loc[cells.is_in(self[name][key], values)].reset_index(drop=True)
        # a quote may stand in a source that does not report its development
        sources = {*tables["segments"]["source_id"].unique(), *tables["quotes"]["source_id"].unique()}
        for name in ("sources", "errata"):
            tables[name] = self[name].loc[self[name]["source_id"].isin(sources)].reset_index(drop=True)
        return self._part(tables)

    def _part(self, tables: Mapping[str, pd.DataFrame]) -> Dataset:
        # pandas copies on write: what is changed in the part is not changed in the whole, and nothing is copied until then
        part = Dataset(self.descriptor, {name: frame.copy(deep=False) for name, frame in tables.items()})
        part._whole = self._whole
        return part

    # -- views

    def evidence(self, development_id: str) -> pd.DataFrame:
        """Return each coded value of a development beside the quotes that prove it.

        Parameters
        ----------
        development_id
            As ``"TMT-0001"``.

        Returns
        -------
        pandas.DataFrame
            A row for each pair of value and quote: ``variable``, ``value``, ``label``, ``quote``, ``source_id``,
            ``start``, ``end`` (offsets in code points), ``url``. A value that no quote is needed for has an empty
            ``quote``.

        Raises
        ------
        UnknownCodeError
            If there is no such development.

        Examples
        --------
        >>> import tmt_dataset as tmt
        >>> sorted(set(tmt.load().evidence("TMT-0001")["variable"]) & {"action", "date"})
        ['action', 'date']
        """
        from tmt_dataset.record import evidence

        return evidence(self, development_id)

    def record(self, development_id: str) -> Record:
        """Return one development with its evidence: readable as text and, in Jupyter, as a page.

        Raises
        ------
        UnknownCodeError
            If there is no such development.

        Examples
        --------
        >>> import tmt_dataset as tmt
        >>> tmt.load().record("TMT-0001").development_id
        'TMT-0001'
        """
        from tmt_dataset.record import record

        return record(self, development_id)

    def flat(self) -> pd.DataFrame:
        """Return one row a development, codes with their labels, lists joined by ``"; "``: for a spreadsheet.

        Examples
        --------
        >>> import tmt_dataset as tmt
        >>> ds = tmt.load()
        >>> len(ds.flat()) == len(ds.developments)
        True
        """
        from tmt_dataset.views import flat

        return flat(self)

    def lifecycle(self, instrument_id: str) -> pd.DataFrame:
        """Return the events of an instrument in order: planned, draft, approved, issued, revised, effective.

        Dates decide; where those of two events overlap, the order of these stages does.

        Returns
        -------
        pandas.DataFrame
            ``stage``, ``date`` (EDTF), ``date_start``, ``date_end``, ``days_min`` and ``days_max`` since the event
            before (what the two dates allow), ``development_id``, ``title``.

        Raises
        ------
        UnknownCodeError
            If there is no such instrument.

        Examples
        --------
        >>> import tmt_dataset as tmt
        >>> ds = tmt.load()
        >>> list(ds.lifecycle(ds.instruments.loc[0, "instrument_id"]).columns)[:3]
        ['stage', 'date', 'date_start']
        """
        from tmt_dataset.views import lifecycle

        return lifecycle(self, instrument_id)

    def series(self, measure: str) -> pd.DataFrame:
        """Return what one measure says over time and place, cumulative and flow kept apart.

        Returns
        -------
        pandas.DataFrame
            Sorted by ``aggregation``, place and period: ``aggregation``, ``kind``, ``place_id``, ``place``,
            ``period_start``, ``period_end``, ``value``, ``unit``, ``qualifier``, ``development_id``, ``quote``.

        Raises
        ------
        UnknownCodeError
            If there is no such measure.

        Examples
        --------
        >>> import tmt_dataset as tmt
        >>> ds = tmt.load()
        >>> ds.series("genai_services_filed")["unit"].unique().tolist()
        ['count']
        """
        from tmt_dataset.views import series

        return series(self, measure)

    # -- what a reader sees

    def _summary(self) -> list[tuple[str, str]]:
        sources = self["sources"]
        lines = [("version", self.version)]
        if self.period:
            lines.append(("period", f"{self.period[0]:%Y-%m-%d} to {self.period[1]:%Y-%m-%d}"))
        lines.append(("sources", ", ".join(sources["source_id"]) or "none"))
        return lines

    def __repr__(self) -> str:
        head = "\n".join(f"  {k:<8} {v}" for k, v in self._summary())
        rows = ", ".join(f"{n} {len(self[n]):,}" for n in self)
        return f"<Dataset {self.descriptor.name}\n{head}\n  rows     {rows}>"

    def _repr_html_(self) -> str:
        left = "style='text-align:left'"
        head = "".join(
            f"<tr><th {left}>{escape(k)}</th><td {left}>{escape(v)}</td></tr>" for k, v in self._summary()
        )
        rows = "".join(
            f"<tr><td {left}><code>{escape(n)}</code></td><td>{len(self[n]):,}</td>"
            f"<td {left}>{escape(self.descriptor.tables[n].title)}</td></tr>"
            for n in self
        )
        title = str(self.descriptor.raw.get("title", self.descriptor.name))
        return (
            f"<div><strong>{escape(title)}</strong><table>{head}</table><table><thead><tr>"
            f"<th {left}>table</th><th>rows</th><th {left}>holds</th></tr></thead>"
            f"<tbody>{rows}</tbody></table></div>"
        )


def _edtf(value: object) -> str:
    """Return a year or day as EDTF has it."""
    return value.strftime("%Y-%m-%d") if isinstance(value, datetime.date) else str(value)


def _ranges(
    year: int | Sequence[int] | None, date: Day | Sequence[Day] | None
) -> Iterator[tuple[pd.Timestamp, pd.Timestamp]]:
    """Yield the first and last day of each range asked for."""
    for value in (year, date):
        if value is None:
            continue
        pair = value if isinstance(value, tuple | list) else (value, value)
        if len(pair) != 2:
            raise ValueError(f"expected one year or date, or a pair of them; found {value!r}")
        low, high = pair
        lower, upper = bounds(_edtf(low))[0], bounds(_edtf(high))[1]
        if upper < lower:
            raise ValueError(f"the range {value!r} ends before it starts")
        yield pd.Timestamp(lower), pd.Timestamp(upper)


__all__ = ["DESCRIPTOR", "Dataset", "load"]
