"""The loaded package: typed tables, and what a reader asks of them."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from tmt_dataset import record as records
from tmt_dataset import search as searching
from tmt_dataset import selection, views
from tmt_dataset.cells import PANDAS_2, Tables, is_in, read_text, typed
from tmt_dataset.descriptor import DESCRIPTOR, Descriptor, declared
from tmt_dataset.errors import PackageError, TmtDatasetError, near, unknown
from tmt_dataset.guard import guarded
from tmt_dataset.package import Package, library_package, open_package
from tmt_dataset.releases import false_claim
from tmt_dataset.selection import Codes, Day, Mask, OneOrMore
from tmt_dataset.views.counts import counts
from tmt_dataset.views.declared import describe

if TYPE_CHECKING:
    import numpy as np

    from tmt_dataset.record import Record

__all__ = ["Dataset", "from_package", "load"]


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
            keys = pd.Index(raw[name][table.primary_key[0]])
            if keys.hasnans or not keys.is_unique:
                raise PackageError(
                    f"{package.where(table)}: field {table.primary_key[0]}: an empty or duplicate value; "
                    "run `tmt-dataset validate`"
                )
            codes[name] = keys
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


def _check_text(text: object) -> str:
    if not isinstance(text, str):
        raise TypeError(f"text={text!r:.60}: expected one string, which may have several words")
    return text


@guarded
def _period(ds: Tables) -> tuple[pd.Timestamp, pd.Timestamp]:
    """See :attr:`Dataset.period`."""
    sources = ds["sources"]
    first, last = sources["period_start"].min(), sources["period_end"].max()
    if len(sources) and (pd.isna(first) or pd.isna(last)):
        raise ValueError("the sources have no window")
    return first, last


class Dataset(Mapping[str, pd.DataFrame], declared.DeclaredTables):
    """The tables of a data package, each a typed frame: ``ds.developments`` or ``ds["developments"]``.

    Codes are categoricals, and so are the keys of vocabularies: a merge of both stays categorical. Integers are nullable, bounds
    of dates are ``datetime64[s]``; an empty cell is missing. The frames can be changed, and every view sees the change;
    ``tmt.validate(ds)`` checks the data set as it then is, ``tmt.validate()`` its files.

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

    if not TYPE_CHECKING:  # a type checker knows the declared tables, and no others

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

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._tables)

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
    def period(self) -> tuple[pd.Timestamp, pd.Timestamp]:
        """First and last day that the windows of the sources cover; both are ``NaT`` without a source.

        In a selection these are the sources that it still has: ``ds.select(topic="games").period`` leaves out the windows
        in which nothing on games was reported. The observed period is that of the whole data set, ``ds.period``.
        """
        return _period(self)

    # -- selection

    def select(
        self,
        *,
        development: Codes | None = None,
        topic: Codes | None = None,
        topic_rank: OneOrMore[declared.TopicRank] | None = None,
        action: OneOrMore[declared.Action] | None = None,
        category: OneOrMore[declared.Category] | None = None,
        authority: Codes | None = None,
        with_offices: bool = False,
        role: OneOrMore[declared.Role] | None = None,
        place: Codes | None = None,
        jurisdiction: Codes | None = None,
        source: Codes | None = None,
        source_kind: OneOrMore[declared.SourceKind] | None = None,
        year: int | Sequence[int | None] | None = None,
        date: Day | Sequence[Day | None] | None = None,
        dates: Literal["overlap", "within"] = "overlap",
        date_basis: OneOrMore[declared.DateBasis] | None = None,
        instrument: Codes | None = None,
        stage: OneOrMore[declared.Stage] | None = None,
        instrument_kind: OneOrMore[declared.InstrumentKind] | None = None,
        force: OneOrMore[declared.Force] | None = None,
        orientation: OneOrMore[declared.Orientation] | None = None,
        ai_role: OneOrMore[declared.AiRole] | None = None,
        risk: OneOrMore[declared.Risk] | None = None,
        addressee: OneOrMore[declared.Addressee] | None = None,
        provision: OneOrMore[declared.Provision] | None = None,
        modality: OneOrMore[declared.Modality] | None = None,
        measure: OneOrMore[declared.Measure] | None = None,
        text: str | None = None,
    ) -> Dataset:
        """Return the part of the data set whose developments meet every criterion given.

        Several codes for one criterion mean any of them. Without a criterion, the whole data set is returned. A name that
        only one code has means that code: ``"CAC"``, ``"Shanghai"``, ``"AI"``.

        Parameters
        ----------
        development
            Identifiers of developments, as ``"TMT-0001"`` or, in short, ``"tmt-1"``.
        topic
            Topics, primary or secondary; ``"ai"`` matches all its children.
        topic_rank
            ``"primary"`` or ``"secondary"``; with ``topic``, the rank of that topic.
        action, category
            Kinds of action, and the groups they belong to (``legislative``, ``enforcement``, ``industry``).
        authority
            Bodies that act, in any role.
        with_offices
            Whether a body also matches the bodies below it (``cac`` its local offices).
        role
            Roles in which bodies act, as ``"lead"``; with ``authority``, the role of that body.
        place
            Places that the development governs or is about; a province matches its cities.
        jurisdiction
            Areas that the development governs, exactly as coded: ``"100000"`` selects the national ones.
        source
            Sources that report the development, first or again.
        source_kind
            Kinds of these sources: ``newsletter``, ``annual-review``.
        year, date
            A year or a pair of them; an EDTF date (or a day of ``datetime`` or pandas) or a pair of them. Both ends
            are included; None leaves an end open: ``date=("2024-07", None)``.
        dates
            What a date that is an interval means: ``"overlap"`` keeps a development that may have taken place in
            the range, ``"within"`` only one that must have.
        date_basis
            How the date is known: ``stated``, ``context``, ``period``.
        instrument
            Documents, in any stage.
        stage, instrument_kind, force
            Stages that an instrument reaches (as ``draft``), its kind, and the force of that kind (as ``binding``). Several of
            these and of ``instrument`` are met by one and the same instrument in one stage.
        orientation
            What the act does: ``control``, ``promotion``, ``both``, ``rights``, ``information``.
        ai_role
            The part that AI plays in it: ``core``, ``part``, ``mention``, ``none``.
        risk
            Harms that it is meant against.
        addressee, provision, modality
            Whom a provision addresses, its type (as ``labelling``) and its modality (as ``must``). Several of the three are met by one
            and the same provision.
        measure
            Measures of which a figure is reported.
        text
            What to search for, as in :meth:`search`: words, ``"a phrase"``, ``OR``, ``algorithm*``.

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
            For a code that is not in its vocabulary, with near misses; for a name that several codes have; for a development
            that is not in this selection.
        ValueError
            If ``year`` or ``date`` is not a date or a pair of dates, ``dates`` has another value, or ``text`` is not a
            search.
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
        if text is not None:
            _check_text(text)
        if not pd.api.types.is_bool(with_offices):
            raise TypeError(f"with_offices={with_offices!r:.60}: expected True or False")
        codes = {
            "topic": topic,
            "topic_rank": topic_rank,
            "action": action,
            "category": category,
            "authority": authority,
            "role": role,
            "place": place,
            "jurisdiction": jurisdiction,
            "source": source,
            "source_kind": source_kind,
            "date_basis": date_basis,
            "instrument": instrument,
            "stage": stage,
            "instrument_kind": instrument_kind,
            "force": force,
            "orientation": orientation,
            "ai_role": ai_role,
            "risk": risk,
            "addressee": addressee,
            "provision": provision,
            "modality": modality,
            "measure": measure,
        }
        chosen = self if development is None else self.where(selection.chosen(self, development))
        mask = selection.matching(chosen, codes, selection.ranges(year, date), dates, text, with_offices)
        return chosen._part(chosen._tables if mask is None else selection.restricted(chosen, mask))

    def where(self, mask: pd.Series | Sequence[bool] | np.ndarray[Any, Any]) -> Dataset:
        """Return the part of the data set whose developments a mask marks; every table follows.

        Parameters
        ----------
        mask
            A boolean Series, aligned by its index to ``developments``, or one truth value per development in their order.

        Raises
        ------
        ValueError
            For any other mask, and for a missing value in it.

        Examples
        --------
        >>> import tmt_dataset as tmt
        >>> ds = tmt.load()
        >>> shanghai = ds.where(ds.developments["title"].str.contains("Shanghai"))
        >>> bool(shanghai.developments["title"].str.contains("Shanghai").all())
        True
        """
        return self._part(selection.restricted(self, selection.truth(self, mask)))

    def __or__(self, other: Dataset) -> Dataset:
        """Return the developments of either of two selections of one data set, every table following."""
        return self._combined(other, lambda own, others: own | others)

    def __and__(self, other: Dataset) -> Dataset:
        """Return the developments of both of two selections of one data set."""
        return self._combined(other, lambda own, others: own & others)

    def __sub__(self, other: Dataset) -> Dataset:
        """Return the developments of the first of two selections of one data set that are not in the second."""
        return self._combined(other, lambda own, others: own & ~others)

    def __invert__(self) -> Dataset:
        """Return the developments of the whole data set that are not in this selection."""
        return self._combined(self, lambda own, _: ~own)

    def _combined(self, other: Dataset, of: Callable[[Mask, Mask], Mask]) -> Dataset:
        if not isinstance(other, Dataset):
            return NotImplemented
        whole, others = (Dataset(part.descriptor, part.whole) for part in (self, other))
        if self.whole is not other.whole and whole != others:
            raise ValueError(
                "expected two selections of one data set, found selections of two: load once, and select both from that"
            )
        ids = whole["developments"]["development_id"]
        masks = [is_in(ids, part["developments"]["development_id"]).to_numpy() for part in (self, other)]
        part = whole.where(of(*masks))
        part.whole = self.whole
        return part

    def search(self, text: str) -> pd.DataFrame:
        """Return the developments in which a text is found, the best first, each with the place and the words around it.

        Searched are title, summary, note and quotes of a development, the English and Chinese names of what it is linked to
        (authorities, places, topics, instruments), and the words of the segments that report it, which the table
        ``terms`` has without their order.

        Parameters
        ----------
        text
            Words, all of which have to be found; capital and small letters, endings (``label``, ``labelling``) and British and
            American spelling (``labour``, ``labor``) make no difference. ``deepfake OR voice`` finds either,
            ``"facial recognition"`` the words side by side, ``algorithm*`` all words that begin so. ``deepfake``,
            ``deep-fake`` and ``deep fake`` find each other. Chinese is found as it is written, in any part of a name.

        Returns
        -------
        pandas.DataFrame
            ``development_id``; ``title``; ``where`` (as ``"title, quote"``; ``"report"`` where the record alone does not have
            all that was asked for); ``snippet`` (with ``[marks]``; missing where only the report has the words);
            ``score`` (BM25, the higher the better; comparable within one search only).

        Notes
        -----
        Reports have no order: a phrase is searched in the record alone. A part of the data set is searched as it is:
        ``ds.select(topic="ai").search("label")``.

        Raises
        ------
        ValueError
            If ``text`` has no word, or is not a search: ``OR`` without a word on one side, a phrase without its end.
        TypeError
            If ``text`` is not a string.
        MissingExtraError
            If this Python's SQLite was built without FTS5.

        Examples
        --------
        >>> import tmt_dataset as tmt
        >>> ds = tmt.load()
        >>> list(ds.search("labelling").columns)
        ['development_id', 'title', 'where', 'snippet', 'score']
        >>> len(ds.search("labelling")) == len(ds.search("labeling")) > 0
        True
        """
        return searching.search(self, _check_text(text))

    def _part(self, tables: Mapping[str, pd.DataFrame]) -> Dataset:
        # what is changed in the part stays as it is in the whole; pandas 3 copies no sooner than something is changed
        copies = {name: frame.copy(deep=PANDAS_2) for name, frame in tables.items()}
        part = Dataset(self.descriptor, copies)
        part.whole = self.whole
        return part

    # -- views

    def evidence(self, development_id: str | None = None) -> pd.DataFrame:
        """Return each coded value of a development, or of all, beside the quotes that prove it.

        Parameters
        ----------
        development_id
            As ``"TMT-0001"``; without it, all developments of the data set or of the selection.

        Returns
        -------
        pandas.DataFrame
            One row per pair of value and quote: ``variable``, ``value``, ``label``, ``quote``, ``source_id``,
            ``start``, ``end`` (offsets in code points), ``url``. ``quote`` is missing for a value that needs none.
            Of all developments, ``development_id`` comes first.

        Raises
        ------
        UnknownCodeError
            For an unknown development.
        TypeError
            If ``development_id`` is not text.

        Examples
        --------
        >>> import tmt_dataset as tmt
        >>> ds = tmt.load()
        >>> sorted(set(ds.evidence("TMT-0001")["variable"]) & {"action", "date"})
        ['action', 'date']
        >>> ds.select(topic="ai").evidence().columns.tolist()
        ['development_id', 'variable', 'value', 'label', 'quote', 'source_id', 'start', 'end', 'url']
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

        ``window`` names the windows of the sources that report the development, where its date may lie in them; ``level`` is
        that of the area that it governs, ``first_quote`` the first of its quotes. The data dictionary describes every column
        under "The flat table".

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

    def describe(self, name: str | None = None) -> pd.DataFrame:
        """Return what the tables hold, or what the fields and codes of one table mean.

        Parameters
        ----------
        name
            Of a table, as ``"developments"``.

        Returns
        -------
        pandas.DataFrame
            Without a name, one row per table: ``table``, ``rows``, ``holds``. Of a table, one row per field: ``field``,
            ``type``, ``required``, ``meaning``, and ``codes``, a list of them or the table that has them. Where codes
            have labels or definitions, a row for each ``code`` with them follows the field.

        Raises
        ------
        UnknownCodeError
            For an unknown table, with near misses.

        Examples
        --------
        >>> import tmt_dataset as tmt
        >>> ds = tmt.load()
        >>> fields = ds.describe("developments")
        >>> fields.query("field == 'action'")["code"].dropna().tolist() == ds.actions["action"].tolist()
        True
        """
        return describe(self, name)

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

    def explore(self) -> Any:
        """Return the explorer: all developments in one table, with facets, search and downloads of what is shown.

        Returns
        -------
        tmt_dataset.publish.site.explore.Explorer
            A notebook shows it; its ``html`` is the whole page, which needs no other file and no network (1.3 MB).

        Raises
        ------
        MissingExtraError
            If itables or Jinja2 is not installed: ``pip install "tmt-dataset[site]"``.

        Examples
        --------
        >>> import tmt_dataset as tmt
        >>> tmt.load().select(topic="ai").explore()
        <Explorer: a notebook shows it; .html is the page>
        """
        # by name: what is published is made of the data set, and loaded when asked for
        return import_module("tmt_dataset.publish.site.explore").explorer(self)

    def _summary(self) -> list[tuple[str, str]]:
        lines = [("version", self.version)]
        try:
            period = self.period
            sources = ", ".join(self["sources"]["source_id"].dropna()) or "none"
        except TmtDatasetError as error:  # whatever was loaded has a representation
            return [*lines, ("sources", str(error))]
        if pd.notna(period[0]):
            lines.append(("period", f"{period[0]:%Y-%m-%d} to {period[1]:%Y-%m-%d}"))
        return [*lines, ("sources", sources)]

    def __repr__(self) -> str:
        head = "\n".join(f"  {k:<8} {v}" for k, v in self._summary())
        rows = ", ".join(f"{n} {len(self[n]):,}" for n in self)
        return f"<Dataset {self.descriptor.name}\n{head}\n  rows     {rows}>"

    def _repr_html_(self) -> str:
        from html import escape  # not imported by everybody who loads

        left = "style='text-align:left'"
        head = "".join(
            f"<tr><th {left}>{escape(k)}</th><td {left}>{escape(v)}</td></tr>" for k, v in self._summary()
        )
        rows = "".join(
            f"<tr><td {left}><code>{escape(n)}</code></td><td>{len(self[n]):,}</td>"
            f"<td {left}>{escape(self.descriptor.tables[n].description)}</td></tr>"
            for n in self
        )
        return (
            f"<div><strong>{escape(self.descriptor.title)}</strong><table>{head}</table><table><thead><tr>"
            f"<th {left}>table</th><th>rows</th><th {left}>holds</th></tr></thead>"
            f"<tbody>{rows}</tbody></table></div>"
        )
