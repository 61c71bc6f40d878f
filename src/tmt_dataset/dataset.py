"""The loaded package: typed tables, and what a reader asks of them."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Literal

import pandas as pd

from tmt_dataset import record as records
from tmt_dataset import selection, views
from tmt_dataset.cells import Tables, read_text, typed
from tmt_dataset.descriptor import DESCRIPTOR, Descriptor
from tmt_dataset.errors import PackageError, TmtDatasetError, near, unknown
from tmt_dataset.guard import guarded
from tmt_dataset.package import Package, library_package, open_package
from tmt_dataset.releases import false_claim
from tmt_dataset.selection import Codes, Day
from tmt_dataset.views.counts import counts

if TYPE_CHECKING:
    from tmt_dataset.record import Record


def load(source: str | os.PathLike[str] | None = None, *, sha256: str | None = None) -> Dataset:
    """Load the data set.

    Parameters
    ----------
    source
        ``None`` for the package that came with the library; or a folder, its ``datapackage.json``, or a
        release archive (``.zip``).
    sha256
        The checksum that it must have, from a place that you trust: the SHA-256 of an archive, as ``sha256sum`` prints it; of a
        folder the fingerprint that its citation gives (:func:`tmt_dataset.descriptor.fingerprint`).

    Returns
    -------
    Dataset
        With typed tables. ``load`` reads and types what the descriptor declares, byte for byte;
        :func:`tmt_dataset.validate` checks it.

    Raises
    ------
    PackageNotFoundError
        If nothing is there.
    PackageError
        If a file is missing or a cell cannot be read as its type.
    ChecksumError
        If a table, or any file of an archive, has other bytes than are declared: it was cut off, or edited without
        `tmt-dataset build`. A table that declares no checksum is not compared. Or if the package has another checksum than
        ``sha256``.
    TypeError
        If ``source`` is not a path.

    Warns
    -----
    UserWarning
        If the package claims a released version, and has another declaration or other data.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> ds.developments.loc[0, "development_id"]
    'TMT-0001'
    """
    package = open_package(source, sha256)
    ds = from_package(package)
    try:
        claim = false_claim(package, library_package(package))
    except PackageError:  # a table without a checksum: nobody can say what it is
        claim = None
    if claim is not None:
        warnings.warn(f"{package.label}: {claim}", stacklevel=2)
    return ds


def from_package(package: Package) -> Dataset:
    """Return the data set of a package that is open already."""
    descriptor = package.descriptor
    _check_declaration(descriptor, f"{package.label}/{DESCRIPTOR}")
    contents = package.read_verified()
    raw: dict[str, pd.DataFrame] = {}
    codes: dict[str, pd.Index] = {}
    for name, table in descriptor.tables.items():
        raw[name] = read_text(contents.pop(name), table, package.where(table))
        if table.holds_codes:
            keys = raw[name][table.primary_key[0]]
            if keys.isna().any() or keys.duplicated().any():
                raise PackageError(
                    f"{package.where(table)}: field {table.primary_key[0]}: an empty or duplicate value; "
                    "run `tmt-dataset validate`"
                )
            codes[name] = pd.Index(keys)
    tables = {
        name: typed(raw.pop(name), descriptor, table, codes, package.where(table))
        for name, table in descriptor.tables.items()
    }
    return Dataset(descriptor, tables)


def _check_declaration(descriptor: Descriptor, where: str) -> None:
    """Refuse a declaration by which no table could be typed: without the keys of codes, or with a duplicate code."""
    restore = "restore the resource from the release"
    named = {key.table for table in descriptor.tables.values() for key in table.foreign_keys}
    for name, table in descriptor.tables.items():
        key = table.primary_key
        if (table.holds_codes or name in named) and not (key and {*key} <= {*table.field_names}):
            raise PackageError(
                f"{where}: resource {name!r}, primaryKey: expected fields of the table, found "
                f"{', '.join(key) or 'none'}; {restore}"
            )
        for field in table.fields:
            if len(set(field.enum)) < len(field.enum):
                value = next(v for v in field.enum if field.enum.count(v) > 1)
                raise PackageError(
                    f"{where}: resource {name!r}, field {field.name}, enum: expected distinct values, found the "
                    f"duplicate {value!r}; {restore}"
                )


@guarded
def _period(ds: Tables) -> tuple[pd.Timestamp, pd.Timestamp] | None:
    """See :attr:`Dataset.period`."""
    sources = ds["sources"]
    if not len(sources):
        return None
    first, last = sources["period_start"].min(), sources["period_end"].max()
    if pd.isna(first) or pd.isna(last):
        raise ValueError("the sources have no window")
    return first, last


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
        #: The tables of the data set that a selection was made from: it still knows the codes that it left out.
        self.whole: Mapping[str, pd.DataFrame] = self._tables

    # -- access

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Return a table by its name."""
        if name not in self:
            raise unknown("table", name, list(self._tables), ", ".join(self._tables))
        return self._tables[name]

    def __getattr__(self, name: str) -> pd.DataFrame:
        """Return a table as an attribute."""
        tables = self.__dict__.get("_tables", {})
        if name in tables:
            frame: pd.DataFrame = tables[name]
            return frame
        raise AttributeError(f"a Dataset has no table or attribute {name!r}{near(name, tables)}")

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse to assign to the name of a table: ``ds[name]`` and every view would still see the table."""
        # a table may have the name of an attribute: it is ds[name] only
        if name in self.__dict__.get("_tables", {}) and name not in ("descriptor", "whole"):
            raise AttributeError(
                f"{name} is a table of the data set and cannot be assigned; select a part with ds.select(...), or work on "
                f"a copy: frame = ds.{name}.copy()"
            )
        super().__setattr__(name, value)

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._tables]

    def __iter__(self) -> Iterator[str]:
        return iter(self._tables)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and name in self._tables

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
        """First and last day that the windows of the sources cover, or None without a source.

        In a selection these are the sources that it still has: ``ds.select(topic="games").period`` leaves out the windows
        in which nothing on games was reported. The observed period is that of the whole data set, ``ds.period``.
        """
        return _period(self)

    # -- selection

    def select(
        self,
        *,
        topic: Codes | None = None,
        action: Codes | None = None,
        category: Codes | None = None,
        authority: Codes | None = None,
        with_offices: bool = False,
        place: Codes | None = None,
        jurisdiction: Codes | None = None,
        source: Codes | None = None,
        year: int | Sequence[int] | None = None,
        date: Day | Sequence[Day] | None = None,
        dates: Literal["overlap", "within"] = "overlap",
        date_basis: Codes | None = None,
        instrument: Codes | None = None,
        orientation: Codes | None = None,
        ai_role: Codes | None = None,
        risk: Codes | None = None,
        addressee: Codes | None = None,
        provision: Codes | None = None,
        modality: Codes | None = None,
        text: str | None = None,
    ) -> Dataset:
        """Return the part of the data set whose developments meet every criterion given.

        Several codes for one criterion mean any of them. Without a criterion, the whole data set is returned.

        Parameters
        ----------
        topic
            Topics, primary or secondary; ``"ai"`` matches all its children.
        action, category
            Kinds of action, and the groups they belong to (``legislative``, ``enforcement``, ``industry``).
        authority
            Bodies that act, in any role.
        with_offices
            Whether a body also matches the bodies below it (``cac`` its local offices).
        place
            Places that the development governs or is about; a province matches its cities.
        jurisdiction
            Areas that the development governs, exactly as coded: ``"100000"`` selects the national ones.
        source
            Sources that report the development, first or again.
        year, date
            A year or a pair of them; an EDTF date (or a day of ``datetime`` or pandas) or a pair of them. Both ends
            are included.
        dates
            What a date that is an interval means: ``"overlap"`` keeps a development that may have taken place in
            the range, ``"within"`` only one that must have.
        date_basis
            How the date is known: ``stated``, ``context``, ``period``.
        instrument
            Documents, in any stage.
        orientation
            What the act does: ``control``, ``promotion``, ``both``, ``rights``, ``information``.
        ai_role
            The part that AI plays in it: ``core``, ``part``, ``mention``, ``none``.
        risk
            Harms that it is meant against.
        addressee, provision, modality
            Whom a provision addresses, its type (as ``labelling``) and its modality (as ``must``). Several of the three are met by one
            and the same provision.
        text
            A text to be found, ignoring case, in titles, summaries, quotes, and the English and Chinese names of
            authorities, places, topics and instruments.

        Returns
        -------
        Dataset
            Every table follows: rows of other developments are gone, and so are segments, sources and instruments
            that no selected development uses; a relation is kept if both of its ends are. Vocabularies, and the
            registers of authorities and places, stay whole. Changing a frame of the selection does not change the
            data set.

        Notes
        -----
        Sources without a hit are gone, and their windows with them. :meth:`counts` counts a selection in the windows of the
        whole data set, including windows with zero.

        Raises
        ------
        UnknownCodeError
            For a code that is not in its vocabulary, with near misses.
        ValueError
            If ``year`` or ``date`` is not a date or a pair of dates, or ``dates`` has another value.
        TypeError
            If ``text`` is not a string, or ``with_offices`` is neither true nor false.

        Examples
        --------
        >>> import tmt_dataset as tmt
        >>> ds = tmt.load()
        >>> ai = ds.select(topic="ai", action=["consultation", "issuance"], jurisdiction="100000")
        >>> set(ai.developments["action"]) <= {"consultation", "issuance"}
        True
        >>> binding = ds.select(addressee="ai-provider", modality=["must", "must-not"])
        >>> set(binding.developments["development_id"]) <= set(binding.provisions["development_id"])
        True
        >>> ds.select(topic="ai/ethic")
        Traceback (most recent call last):
        ...
        tmt_dataset.errors.UnknownCodeError: unknown topic 'ai/ethic'; did you mean 'ai/ethics'...

        Developments on games in each window, including windows with zero:

        >>> len(ds.select(topic="games").counts("window")) == len(ds.sources)
        True
        """
        if not isinstance(dates, str) or dates not in ("overlap", "within"):
            raise ValueError(f"dates={dates!r}: expected 'overlap' or 'within'")
        if text is not None and not isinstance(text, str):
            raise TypeError(f"text={text!r:.60}: expected one string, which may have several words")
        if not pd.api.types.is_bool(with_offices):
            raise TypeError(f"with_offices={with_offices!r:.60}: expected True or False")
        codes = {
            "topic": topic,
            "action": action,
            "category": category,
            "authority_with_offices" if with_offices else "authority": authority,
            "place": place,
            "jurisdiction": jurisdiction,
            "source": source,
            "date_basis": date_basis,
            "instrument": instrument,
            "orientation": orientation,
            "ai_role": ai_role,
            "risk": risk,
            "addressee": addressee,
            "provision": provision,
            "modality": modality,
        }
        mask = selection.matching(self, codes, selection.ranges(year, date), dates, text)
        return self._part(self._tables if mask is None else selection.restricted(self, mask))

    def _part(self, tables: Mapping[str, pd.DataFrame]) -> Dataset:
        # pandas copies on write: what is changed in the part stays as it is in the whole, and nothing is copied until then
        part = Dataset(self.descriptor, {name: frame.copy(deep=False) for name, frame in tables.items()})
        part.whole = self.whole
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
            One row per pair of value and quote: ``variable``, ``value``, ``label``, ``quote``, ``source_id``,
            ``start``, ``end`` (offsets in code points), ``url``. ``quote`` is missing for a value that needs none.

        Raises
        ------
        UnknownCodeError
            For an unknown development.
        TypeError
            If ``development_id`` is not text.

        Examples
        --------
        >>> import tmt_dataset as tmt
        >>> sorted(set(tmt.load().evidence("TMT-0001")["variable"]) & {"action", "date"})
        ['action', 'date']
        """
        return records.evidence(self, development_id)

    def record(self, development_id: str) -> Record:
        """Return one development with its evidence: readable as text and, in Jupyter, as a page.

        Raises
        ------
        UnknownCodeError
            For an unknown development.
        TypeError
            If ``development_id`` is not text.

        Examples
        --------
        >>> import tmt_dataset as tmt
        >>> tmt.load().record("TMT-0001").development_id
        'TMT-0001'
        """
        return records.record(self, development_id)

    def flat(self) -> pd.DataFrame:
        """Return one row per development, codes with their labels, lists joined by ``"; "``: for a spreadsheet.

        Examples
        --------
        >>> import tmt_dataset as tmt
        >>> ds = tmt.load()
        >>> len(ds.flat()) == len(ds.developments)
        True
        """
        return views.flat(self)

    def counts(self, by: Codes = (), *, any_topic: bool = False) -> pd.DataFrame:
        """Count the developments by window and by what is coded, as a range where their dates are intervals.

        A development belongs to the window of a source that reports it, if its date lies there. What annual reviews tell is
        counted in rows of its own: a development that a newsletter reports too is in the rows of both, so rows of
        two kinds are never added up.

        Parameters
        ----------
        by
            One column or several. Of the windows: ``window``, ``source``. Of a development: ``action``, ``category``,
            ``jurisdiction``, ``level`` (of government, by the area that it governs), ``orientation``, ``ai_role``,
            ``date_basis``; ``topic`` and ``area`` (the upper level of the topic); ``authority`` (in any role) and ``role``;
            ``place`` (that it governs or is about, as coded); ``risk``; ``addressee``, ``modality`` and ``type`` of its
            provisions; ``instrument_kind`` and ``force`` of the instruments that it moves. Without any, the developments of each kind of
            source are counted.
        any_topic
            Whether secondary topics count too. Only primary topics, of which each development has one, can be compared between
            windows: how many secondary ones it has depends on how much a source tells of it.

        Returns
        -------
        pandas.DataFrame
            One row per combination of codes that occur in the whole data set, zeros included, the codes as
            categoricals in the order of their vocabulary. Columns: those of ``by``; ``kind`` of source; ``least`` and
            ``most`` (``Int64``), the developments that must and that may belong to the row; ``months`` that the
            window covers, or all windows of the kind; ``of_least`` and ``of_most``, all developments of the data set there.

        Raises
        ------
        UnknownCodeError
            For an unknown column, with near misses.
        ValueError
            For a duplicate column, or if there are more than a million combinations.
        TypeError
            If ``any_topic`` is neither true nor false.

        Notes
        -----
        A selection is counted in the windows of the whole data set, and ``of_least`` and ``of_most`` stay those of the whole. A
        development with several codes counts once in each, so counts by topic add up and counts by authority do not. Codes of one
        link or provision are counted together: ``["authority", "role"]`` are bodies in their roles. A development without a code (as
        one whose authorities are not named), or outside the window of every source that reports it, is in no row. A collective
        development (relation ``includes``) is left out where one of its members is counted for the same kind of source.

        Examples
        --------
        >>> import tmt_dataset as tmt
        >>> ds = tmt.load()
        >>> consultations = ds.select(topic="ai", action="consultation").counts(["window", "authority"])
        >>> consultations.columns.tolist()
        ['window', 'authority', 'kind', 'least', 'most', 'months', 'of_least', 'of_most']
        >>> consultations["window"].nunique() == len(ds.sources)
        True
        >>> ds.counts("windw")
        Traceback (most recent call last):
        ...
        tmt_dataset.errors.UnknownCodeError: unknown column to count by 'windw'; did you mean 'window'? All of them: ...
        """
        whole = self if self.whole is self._tables else Dataset(self.descriptor, self.whole)
        return counts(whole, self["developments"]["development_id"], by, any_topic=any_topic)

    def lifecycle(self, instrument_id: str) -> pd.DataFrame:
        """Return the events of an instrument in order: planned, draft, approved, issued, revised, effective.

        Dates decide; if those of two events overlap, the order of these stages does.

        Returns
        -------
        pandas.DataFrame
            ``stage``, ``date`` (EDTF), ``date_start``, ``date_end``, ``days_min`` and ``days_max`` since the
            previous event (what the two dates allow), ``development_id``, ``title``.

        Raises
        ------
        UnknownCodeError
            For an unknown instrument.
        TypeError
            If ``instrument_id`` is not text.

        Examples
        --------
        >>> import tmt_dataset as tmt
        >>> ds = tmt.load()
        >>> list(ds.lifecycle(ds.instruments.loc[0, "instrument_id"]).columns)[:3]
        ['stage', 'date', 'date_start']
        """
        return views.lifecycle(self, instrument_id)

    def series(self, measure: str) -> pd.DataFrame:
        """Return the figures of one measure over time and place, cumulative and flow kept apart.

        Returns
        -------
        pandas.DataFrame
            Sorted by ``aggregation``, place and period: ``aggregation``, ``kind``, ``place_id`` and ``place`` (the
            jurisdiction of the development), ``period_start``, ``period_end``, ``value``, ``unit``, ``qualifier``,
            ``development_id``, ``quote``.

        Raises
        ------
        UnknownCodeError
            For an unknown measure.
        TypeError
            If ``measure`` is not text.

        Examples
        --------
        >>> import tmt_dataset as tmt
        >>> ds = tmt.load()
        >>> ds.series("genai_services_filed")["unit"].unique().tolist()
        ['count']
        """
        return views.series(self, measure)

    # -- what a reader sees

    def _summary(self) -> list[tuple[str, str]]:
        lines = [("version", self.version)]
        try:
            period = self.period
            sources = ", ".join(self["sources"]["source_id"].dropna()) if period else "none"
        except TmtDatasetError as error:  # whatever was loaded has a representation
            return [*lines, ("sources", str(error))]
        if period:
            lines.append(("period", f"{period[0]:%Y-%m-%d} to {period[1]:%Y-%m-%d}"))
        return [*lines, ("sources", sources)]

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
        return (
            f"<div><strong>{escape(self.descriptor.title)}</strong><table>{head}</table><table><thead><tr>"
            f"<th {left}>table</th><th>rows</th><th {left}>holds</th></tr></thead>"
            f"<tbody>{rows}</tbody></table></div>"
        )
