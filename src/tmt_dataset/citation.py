"""Citations of a release, or of one development in it: APA, BibTeX, RIS, CSL-JSON, OSCOLA, Bluebook.

A release is cited with the standard library alone; only the title and the source of a development need pandas.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from tmt_dataset.addresses import Addresses, checked
from tmt_dataset.characters import UNSEEN
from tmt_dataset.descriptor import DESCRIPTOR, DEVELOPMENT, Descriptor, fingerprint
from tmt_dataset.errors import PackageError, unknown
from tmt_dataset.package import Package, open_package
from tmt_dataset.releases import swhids

if TYPE_CHECKING:
    import pandas as pd

    from tmt_dataset.dataset import Dataset

__all__ = [
    "STYLES",
    "UNRELEASED",
    "Agent",
    "Reference",
    "Report",
    "apa",
    "bibtex",
    "bluebook",
    "cite",
    "csl",
    "lacking",
    "oscola",
    "plain",
    "reference",
    "references",
    "ris",
    "written",
]


#: What every citation says of a version that is not released.
UNRELEASED = "development version, not released"
STYLES = ("apa", "bibtex", "ris", "csl", "oscola", "bluebook")
_DOI = re.compile(r"(?:doi:|(?:https?://)?(?:dx\.)?doi\.org/)?(10\.\d{4,9}/\S+)", re.IGNORECASE)
#: Spaces, and controls that end a line or a word: no format has an escape for them.
_SPACES = re.compile(r"[\x00-\x20\x7f-\xa0\u2028\u2029]+")
# BibTeX counts braces even after a backslash, so they are written as commands.
_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{c: f"\\{c}" for c in "$&%#_"},
    }
)
#: Pairs that TeX sets as one character, as two hyphens as a dash.
_LIGATURE = re.compile(r"([-'`,<>])(?=\1)|[?!](?=`)")
# An address is read verbatim, but must not open or close a group.
_ADDRESS = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C"})


class Agent(NamedTuple):
    """An author or publisher: an organisation, or a person where ``family`` is given."""

    name: str
    family: str = ""
    given: str = ""
    path: str | None = None

    @classmethod
    def from_json(cls, raw: Mapping[str, Any]) -> Agent:
        """Read a contributor of the descriptor."""
        family, given = str(raw.get("familyName") or ""), str(raw.get("givenName") or "")
        return cls(str(raw.get("title") or f"{given} {family}".strip()), family, given, raw.get("path"))

    @property
    def inverted(self) -> str:
        """``Family, Given`` of a person, the name of an organisation.

        A comma within a name becomes a space: readers of RIS and Zenodo take a name apart at each comma.

        Examples
        --------
        >>> Agent("Lamps, Inc.").inverted, Agent("Ada King, Jr.", "King, Jr.", "Ada").inverted
        ('Lamps Inc.', 'King Jr., Ada')
        """
        parts = (self.family, self.given) if self.family else (self.name,)
        return ", ".join(" ".join(re.split(r"\s*[,，]\s*", part)).strip() for part in parts if part)

    @property
    def initialled(self) -> str:
        """``Family, G. G.`` of a person, the name of an organisation."""
        initials = " ".join(f"{part[0]}." for part in re.split(r"[\s-]+", self.given) if part)
        return f"{self.family}, {initials}" if self.family and initials else self.family or self.name


class Report(NamedTuple):
    """Where a development is reported first: the source, and the place of its first quote there with its identifier."""

    title: str
    publisher: str
    url: str | None = None
    start: int | None = None
    end: int | None = None
    quote: str | None = None

    def __str__(self) -> str:
        """Return the words that name the source.

        Examples
        --------
        >>> str(Report("Lamp News", "The press", "https://example.org/1", 7, 15))
        'Reported in: Lamp News, The press, characters 7-15, https://example.org/1'
        """
        told = ", ".join(part for part in (self.title, self.publisher, self.place, self.url) if part)
        return f"Reported in: {told}" + (f", quote {self.quote}" if self.quote else "")

    @property
    def place(self) -> str:
        """The place of the first quote in the text of the source, where it is known."""
        return "" if self.start is None else f"characters {self.start}-{self.end}"


class Reference(NamedTuple):
    """What a citation says, in any style.

    ``record``, ``record_title`` and ``report`` are set for a single development, ``place`` is the address of what is cited on a
    site, ``swhids`` identify directory and revision of the release.
    """

    key: str
    title: str
    version: str
    authors: tuple[Agent, ...]
    publisher: str
    date: str | None
    doi: str | None
    url: str | None
    archive: str
    fingerprint: str
    record: str | None = None
    record_title: str | None = None
    report: Report | None = None
    place: str | None = None
    swhids: tuple[str, ...] = ()

    @property
    def year(self) -> str | None:
        """Year of the release."""
        return self.date[:4] if self.date else None

    @property
    def access(self) -> str | None:
        """Address of what is cited, where it has one: a DOI names the release, the site a record too."""
        of_release = f"https://doi.org/{self.doi}" if self.doi else None
        return (self.place or of_release if self.record else of_release or self.place) or self.url

    @property
    def development(self) -> bool:
        """Whether this version is unreleased: then no archive can be named."""
        return self.version.endswith(DEVELOPMENT)

    @property
    def edition(self) -> str:
        """The version, and that it is not released where it is not."""
        return f"{self.version}, {UNRELEASED}" if self.development else self.version

    @property
    def identified(self) -> str:
        """The words that identify this release, or say that it is none."""
        what = UNRELEASED.capitalize() if self.development else f"Release archive {self.archive}"
        return f"{what}, {self.checked}"

    @property
    def checked(self) -> str:
        """The checksums that identify this release: its fingerprint, and its SWHIDs where they are known."""
        return ", ".join((f"fingerprint {self.fingerprint}", *self.swhids))


def _contributors(descriptor: Descriptor) -> list[Mapping[str, Any]]:
    """Return the contributors as they are declared, having checked their form."""
    found = descriptor.raw.get("contributors") or []
    if not isinstance(found, list) or not all(
        isinstance(c, Mapping) and isinstance(c.get("roles") or [], list) for c in found
    ):
        raise PackageError(
            f"{DESCRIPTOR}: contributors: expected a list of objects with title and a list of roles, found {found!r:.80}; "
            "restore it from the release"
        )
    return found


def _unnamed(descriptor: Descriptor) -> Agent:
    """Return whom citations name where the descriptor names nobody."""
    return Agent(f"The {descriptor.name} developers")


def _authors_of(descriptor: Descriptor) -> tuple[Agent, ...]:
    everybody = tuple(Agent.from_json(c) for c in _contributors(descriptor))
    return _agents(descriptor, "creator", "author") or everybody or (_unnamed(descriptor),)


def lacking(descriptor: Descriptor) -> list[str]:
    """Return what the contributors of a descriptor do not say yet, a sentence each: who the authors are, and how to reach them.

    Neither keeps a release back. Both are read from one place, ``contributors`` of the descriptor.

    Examples
    --------
    >>> from tmt_dataset.package import open_package
    >>> people = [{"title": "Ada King", "roles": ["creator"], "email": "ada@example.org"}]
    >>> lacking(Descriptor({**open_package().descriptor.raw, "contributors": people}))
    []
    """
    notes = []
    if {agent.name for agent in _authors_of(descriptor)} <= {_unnamed(descriptor).name}:
        notes.append(
            f"{DESCRIPTOR}, contributors: lists no author; citations say {_unnamed(descriptor).name!r}. Give each "
            "author an entry with givenName and familyName (or title) and the role creator"
        )
    if not any(c.get("email") or c.get("path") for c in _contributors(descriptor)):
        notes.append(
            f"{DESCRIPTOR}, contributors: names no contact; give one of them an email or a path (an address)"
        )
    return notes


def _agents(descriptor: Descriptor, *roles: str) -> tuple[Agent, ...]:
    found = []
    for raw in _contributors(descriptor):
        own = raw.get("roles") or [raw.get("role")]
        if any(role in own for role in roles):
            found.append(Agent.from_json(raw))
    return tuple(found)


def reference(
    descriptor: Descriptor,
    record: str | None = None,
    record_title: str | None = None,
    report: Report | None = None,
    base: str | None = None,
) -> Reference:
    """Return what a citation of a package says.

    Authors are the contributors with the role ``creator`` or ``author`` (all of them where none has it, and the package's
    developers where there are none: see :func:`lacking`), the publisher is the one with the role ``publisher`` (the first author
    where none has it), the date is the day of the descriptor's ``created`` in UTC.

    Parameters
    ----------
    descriptor
        The declaration.
    record, record_title, report
        Of a single development.
    base
        Address under which the site is published, if it is known.

    Raises
    ------
    PackageError
        If the descriptor has contributors in another form, or ``created`` is an invalid date.
    ValueError
        If ``base`` is not an address.

    Examples
    --------
    >>> from tmt_dataset.package import open_package
    >>> reference(open_package().descriptor).archive
    'tmt-dataset-....zip'
    """
    raw = descriptor.raw
    authors = _authors_of(descriptor)
    doi = next((m[1] for name in ("doi", "id") if (m := _DOI.fullmatch(str(raw.get(name, ""))))), None)
    addresses = (str(raw.get(name) or "") for name in ("homepage", "id"))
    release = f"{descriptor.name}-{descriptor.version}"
    return Reference(
        key=_key(release, record),
        title=descriptor.title,
        version=descriptor.version,
        authors=authors,
        publisher=(_agents(descriptor, "publisher") or authors)[0].name,
        date=f"{descriptor.created:%Y-%m-%d}" if descriptor.created else None,
        doi=doi,
        url=next((a for a in addresses if re.match(r"https?://", a)), None),
        archive=f"{release}.zip",
        fingerprint=fingerprint(descriptor),
        record=record,
        record_title=record_title,
        report=report,
        place=_place(descriptor, record, base),
        swhids=swhids(descriptor),
    )


def _place(descriptor: Descriptor, record: str | None, base: str | None) -> str | None:
    """Return the address of a release or a development on a site, where its base is known."""
    on = Addresses(descriptor.name, descriptor.version, checked(base))
    return None if on.base is None else on.release() if record is None else on.record(record)


def _key(release: str, record: str | None) -> str:
    return re.sub(r"[^A-Za-z0-9._:-]+", "-", f"{release}-{record}" if record else release)


def references(ds: Dataset, base: str | None = None) -> dict[str, Reference]:
    """Return what a citation of each development of a data set says, by identifier.

    Parameters
    ----------
    ds
        The data set.
    base
        Address under which the site is published, if it is known.

    Raises
    ------
    PackageError
        As for :func:`reference`, or if a development has no source that reports it first.
    ValueError
        If ``base`` is not an address.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> written(references(tmt.load())["TMT-0001"], "apa") == cite(record="TMT-0001")
    True
    """
    release = reference(ds.descriptor, base=base)
    frame, reports = ds["developments"], _reports(ds, ds.descriptor, base)
    return {
        record: release._replace(
            key=_key(release.archive.removesuffix(".zip"), record),
            record=record,
            record_title=title,
            report=_reported(reports, record),
            place=_place(ds.descriptor, record, base),
        )
        for record, title in zip(frame["development_id"], frame["title"], strict=True)
    }


def plain(text: str) -> str:
    r"""Return a text on one line, without control and unseen characters.

    Examples
    --------
    >>> plain("a\nlamp\u202e and\u200b a lamp")
    'a lamp and a lamp'
    """
    words = UNSEEN.sub("", _SPACES.sub(" ", text)).split(" ")
    return " ".join(word for word in words if word)


def apa(ref: Reference) -> str:
    """Return a reference in the style of the APA (7th edition), as plain text."""
    names = [a.initialled for a in ref.authors]
    if len(names) > 20:  # the style shows the first nineteen and the last
        names = [*names[:19], "… " + names[-1]]
        by = ", ".join(names)
    else:
        by = ", ".join(names[:-1]) + ", & " + names[-1] if len(names) > 1 else names[0]
    what = f"{ref.title} (Version {ref.version}) [Data set]."
    if ref.record:
        what = f"{ref.record_title} ({ref.record}). In {what}"
    publisher = "" if ref.publisher in [a.name for a in ref.authors] else f" {ref.publisher}."
    where = f" {ref.identified}."
    if ref.access:
        where = f" {ref.identified if ref.development else f'Release {ref.checked}'}. {ref.access}"
    told = ""
    if ref.report:
        told = f" {ref.report}" + (
            "" if ref.report.url or ref.report.quote else "."
        )  # an address ends without a point
    return plain(f"{by.rstrip('.')}. ({ref.year or 'n.d.'}). {what}{publisher}{where}{told}")


def _latex(text: str) -> str:
    return _LIGATURE.sub(r"\g<0>{}", plain(text).translate(_LATEX))


def bibtex(ref: Reference) -> str:
    """Return a reference as an entry for BibTeX and biblatex (UTF-8).

    Titles and names of organisations have a second pair of braces, which keeps their case and their parts.
    """
    authors = []
    for agent in ref.authors:
        name = _latex(agent.inverted if agent.family else agent.name)
        authors.append(name if agent.family and " and " not in name.lower() else f"{{{name}}}")
    title = f"{{{_latex(ref.title)}}}"
    fields = {"author": " and ".join(authors)}
    if ref.record:
        fields |= {"title": f"{{{_latex(ref.record_title or ref.record)}}}", "booktitle": title}
    else:
        fields |= {"title": title, "howpublished": "Data set"}
    if ref.year:
        fields["year"] = ref.year
    fields |= {"publisher": f"{{{_latex(ref.publisher)}}}", "version": _latex(ref.version)}
    if ref.doi:
        fields["doi"] = plain(ref.doi).translate(_ADDRESS)
    if ref.access:
        fields["url"] = plain(ref.access).translate(_ADDRESS)
    record = f"Record {ref.record}" if ref.record else None
    fields["note"] = _latex(". ".join(str(part) for part in (record, ref.identified, ref.report) if part))
    body = "".join(f"  {name} = {{{value}}},\n" for name, value in fields.items())
    return f"@{'incollection' if ref.record else 'misc'}{{{ref.key},\n{body}}}"


def ris(ref: Reference) -> str:
    """Return a reference in the RIS format: one tag with its value per line."""
    lines = [("TY", "CHAP" if ref.record else "DATA"), ("ID", ref.key)]
    lines += [("AU", agent.inverted) for agent in ref.authors]
    if ref.record:
        lines += [("TI", ref.record_title or ref.record), ("T2", ref.title), ("AN", ref.record)]
    else:
        lines.append(("TI", ref.title))
    if ref.date:
        lines += [("PY", ref.date[:4]), ("DA", ref.date.replace("-", "/"))]
    lines += [("PB", ref.publisher), ("ET", ref.version), ("M3", "Data set")]
    if ref.doi:
        lines.append(("DO", ref.doi))
    if ref.access:
        lines.append(("UR", ref.access))
    lines.append(("N1", ref.identified))
    if ref.report:
        lines.append(("N1", str(ref.report)))
    lines.append(("ER", ""))
    return "\n".join(f"{tag}  - {plain(value)}" for tag, value in lines)


def csl(ref: Reference) -> str:
    """Return a reference as CSL-JSON: a list of one item, as read by Zotero, pandoc and citeproc."""
    item: dict[str, Any] = {"id": ref.key, "type": "entry" if ref.record else "dataset"}
    if ref.record:
        item |= {
            "title": plain(ref.record_title or ref.record),
            "container-title": plain(ref.title),
            "number": ref.record,
        }
    else:
        item["title"] = plain(ref.title)
    item["author"] = [
        {"family": plain(a.family), "given": plain(a.given)} if a.family else {"literal": plain(a.name)}
        for a in ref.authors
    ]
    if ref.date:
        item["issued"] = {"date-parts": [[int(part) for part in ref.date.split("-")]]}
    item |= {"version": plain(ref.version), "publisher": plain(ref.publisher), "genre": "Data set"}
    if ref.development:
        item["status"] = UNRELEASED
    if ref.doi:
        item["DOI"] = plain(ref.doi)
    if ref.access:
        item["URL"] = plain(ref.access)
    item["note"] = plain(". ".join(str(part) for part in (ref.identified, ref.report) if part))
    return json.dumps([item], ensure_ascii=False, indent=2)


def _authors(ref: Reference) -> str:
    """Return the authors with their first names first; of more than three the first alone."""
    names = [f"{a.given} {a.family}".strip() if a.family else a.name for a in ref.authors]
    if len(names) > 3:
        return f"{names[0]} and others"
    return " and ".join([part for part in (", ".join(names[:-1]), names[-1]) if part])


def oscola(ref: Reference) -> str:
    """Return a reference in the style of OSCOLA (4th edition), as plain text: a footnote, and a line by which it is verified.

    The day of access, which only the reader knows, follows an address.
    """
    inside = f" in {ref.title}" if ref.record else ""
    publisher = "" if ref.publisher in [a.name for a in ref.authors] else ref.publisher
    brackets = ", ".join(part for part in (f"version {ref.edition}", publisher, ref.year) if part)
    record = f" {ref.record}" if ref.record else ""
    where = f" <{ref.access}>" if ref.access else ""
    told = ""
    if ref.report:
        named = ", ".join(filter(None, (ref.report.publisher, f"‘{ref.report.title}’")))
        told = f", reported in {named}" + (f" <{ref.report.url}>" if ref.report.url else "")
    title = ref.record_title if ref.record else ref.title
    return _footnote(f"{_authors(ref)}, ‘{title}’{inside} ({brackets}){record}{where}{told}.", ref)


def bluebook(ref: Reference) -> str:
    """Return a reference in the style of the Bluebook (rule 18, the Internet and electronic media), as plain text.

    It is a footnote, and a line by which it is verified.
    """
    title = f"{ref.record_title} ({ref.record}), in {ref.title}" if ref.record else ref.title
    where = f", {ref.access}" if ref.access else ""
    told = ""
    if ref.report:
        told = ", ".join(part for part in (ref.report.publisher, ref.report.title, ref.report.url) if part)
        told = f" (reported in {told})"
    brackets = f"version {ref.edition}, {ref.year or 'n.d.'}"
    return _footnote(f"{_authors(ref)}, {title} ({brackets}){where}{told}.", ref)


def _footnote(words: str, ref: Reference) -> str:
    """Return a footnote, and after it a line with what identifies the copy and the place in the source."""
    proofs = [
        ref.checked if ref.development or ref.access else f"release archive {ref.archive}, {ref.checked}"
    ]
    if ref.report:
        proofs += [
            part for part in (ref.report.place, ref.report.quote and f"quote {ref.report.quote}") if part
        ]
    return "\n".join((plain(words), plain(f"For verification: {', '.join(proofs)}.")))


_WRITERS = {"apa": apa, "bibtex": bibtex, "ris": ris, "csl": csl, "oscola": oscola, "bluebook": bluebook}


def written(ref: Reference, style: str) -> str:
    """Return a reference in one of :data:`STYLES`.

    Raises
    ------
    UnknownCodeError
        For an unknown style; the message has near misses.

    Examples
    --------
    >>> from tmt_dataset.package import open_package
    >>> written(reference(open_package().descriptor), "bluebook")
    'The tmt-dataset developers, China TMT regulatory developments, 2023-2025 (version ...'
    """
    if not isinstance(style, str) or style not in STYLES:
        raise unknown("citation style", style, STYLES, ", ".join(STYLES))
    return _WRITERS[style](ref)


def cite(
    package: str | os.PathLike[str] | Dataset | None = None,
    *,
    style: str = "apa",
    record: str | None = None,
    sha256: str | None = None,
    base: str | None = None,
) -> str:
    """Return the citation of a release, or of one development in it.

    It holds authors, year, title, version, publisher, the address of the release or (without one) the name of its archive (of a
    development version, that it is not released), the fingerprint of its declaration and data (:func:`tmt_dataset.descriptor.fingerprint`), by which a reader can tell whether a copy
    is the one cited, and of a release the identifiers of its directory and revision in git (SWHID, ISO/IEC 18670). A development is
    cited with the source that reports it first beside the data set: title, publisher, address, and the place and the address of the
    first quote in its text. The tables of a package given by its path are read, and refused if they are not as declared.

    Parameters
    ----------
    package
        ``None`` for the package that came with the library, as it declares itself; a folder, its ``datapackage.json`` or a release
        archive, whose checksums are verified first; or a loaded data set, whose checksums were verified when it was loaded. A
        selection is cited as the release it comes from.
    style
        ``"apa"``, ``"oscola"`` or ``"bluebook"`` (plain text), ``"bibtex"``, ``"ris"`` or ``"csl"`` (CSL-JSON).
    record
        Identifier of a development, as ``"TMT-0001"``, to cite it alone.
    sha256
        The checksum that the package must have, as for :func:`tmt_dataset.load`.
    base
        Address under which the site is published (``tmt-dataset site --base``): what is cited then has its address there. Without
        it, a quote is named by a ``urn:uuid:``.

    Raises
    ------
    UnknownCodeError
        For an unknown style or development; the message has near misses.
    PackageNotFoundError, PackageError, ChecksumError
        As for :func:`tmt_dataset.load`.
    TypeError
        If ``package`` is none of these, or a checksum is given for a data set.
    ValueError
        If ``base`` is not an address.

    Examples
    --------
    >>> print(cite())
    The tmt-dataset developers. (...). China TMT regulatory developments, 2023-2025 (Version ...) [Data set]. ...
    >>> print(cite(style="ris", record="TMT-0001"))
    TY  - CHAP
    ID  - tmt-dataset-...-TMT-0001
    ...
    >>> cite(style="bibtext")
    Traceback (most recent call last):
    ...
    tmt_dataset.errors.UnknownCodeError: unknown citation style 'bibtext'; did you mean 'bibtex'? All of them: apa, bibtex, ris, csl, oscola, bluebook
    """
    if not isinstance(style, str) or style not in STYLES:
        raise unknown("citation style", style, STYLES, ", ".join(STYLES))
    tables: _Cells | Dataset
    if package is None or isinstance(package, str | os.PathLike):
        opened = open_package(package, sha256)
        if (
            package is not None and sha256 is None and not opened.is_archive
        ):  # an archive was verified as it was opened
            opened.read_verified()
        descriptor, tables = opened.descriptor, _Cells(opened)
    elif sha256 is not None:
        raise TypeError(
            f"a checksum is compared with a package given by its path, found {type(package).__name__}"
        )
    elif isinstance(getattr(package, "descriptor", None), Descriptor):
        # not isinstance(package, Dataset), which would import pandas
        descriptor, tables = package.descriptor, package
    else:
        raise TypeError(f"expected a path, a Dataset or None, found {type(package).__name__}")
    title = report = None
    if record is not None:
        frame = tables["developments"]
        titles = dict(zip(frame["development_id"], frame["title"], strict=True))
        if not isinstance(record, str) or record not in titles:
            raise unknown("development", record, list(titles), "the table developments")
        title, report = titles[record], _reported(_reports(tables, descriptor, base), record)
    return written(reference(descriptor, record, title, report, base), style)


class _Cells:
    """The tables of a package as text, each read when it is asked for."""

    def __init__(self, package: Package) -> None:
        self.package = package

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Return the cells of a table, having checked that no required cell is empty."""
        from tmt_dataset.cells import read_text

        table = self.package.descriptor.table(name)
        frame = read_text(self.package.read(table), table, self.package.where(table))
        for field in table.fields:
            if field.required and frame[field.name].isna().any():
                row = int(frame[field.name].isna().argmax()) + 2
                raise PackageError(
                    f"{self.package.where(table)}: row {row}, field {field.name}: expected a value, found none; "
                    "run `tmt-dataset validate`"
                )
        return frame


def _reports(tables: _Cells | Dataset, descriptor: Descriptor, base: str | None) -> dict[str, Report]:
    """Return where each development is reported first, by identifier; without those for which the tables do not say it."""
    mentions, segments, sources, quotes = (
        tables[name] for name in ("mentions", "segments", "sources", "quotes")
    )
    lies_in = dict(zip(segments["segment_id"], segments["source_id"], strict=True))
    first: dict[str, list[str]] = {}
    for record, segment, rank in zip(
        *(mentions[c] for c in ("development_id", "segment_id", "rank")), strict=True
    ):
        if rank == "primary" and segment in lies_in:
            first.setdefault(record, []).append(str(lies_in[segment]))
    on = Addresses(descriptor.name, descriptor.version, checked(base))
    places: dict[str, tuple[int, int, str]] = {}
    for record, source, start, end, quote in zip(
        *(quotes[c] for c in ("development_id", "source_id", "start", "end", "quote_id")), strict=True
    ):
        if str(source) in first.get(record, []) and record not in places:
            try:
                places[record] = int(start), int(end), on.quote(quote)
            except (ValueError, TypeError):
                raise PackageError(
                    f"quotes: {record}: expected whole numbers as start and end, found {start!s:.40} and {end!s:.40}; "
                    "run `tmt-dataset validate`"
                ) from None
    told = {
        str(name): [part if isinstance(part, str) else "" for part in parts]
        for name, *parts in zip(
            *(sources[c] for c in ("source_id", "title", "publisher", "url")), strict=True
        )
    }
    out = {}
    for record, names in first.items():
        name = next((name for name in told if name in names), None)
        if name is not None:
            title, publisher, url = told[name]
            out[record] = Report(title, publisher, url or None, *places.get(record, ()))
    return out


def _reported(reports: Mapping[str, Report], record: str) -> Report:
    """Return where a development is reported first.

    Raises
    ------
    PackageError
        If none is found.
    """
    if record not in reports:
        raise PackageError(
            f"{record}: expected a source that reports it first, found none; run `tmt-dataset validate`"
        )
    return reports[record]
