"""Citations, read back in every style; the checksum that tells releases apart."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import string
import subprocess
import sys
from functools import partial
from pathlib import Path
from typing import Any

import factories
import openpyxl
import pytest
from bibtexparser.entrypoint import parse_string
from hypothesis import given
from hypothesis import strategies as st
from swh.model.swhids import CoreSWHID

import tmt_dataset as tmt
from tmt_dataset import citation
from tmt_dataset.addresses import Addresses
from tmt_dataset.characters import UNSEEN
from tmt_dataset.citation import Agent, Reference, cite, reference
from tmt_dataset.descriptor import DESCRIPTOR, Descriptor, fingerprint
from tmt_dataset.errors import ChecksumError, PackageError, PackageNotFoundError, UnknownCodeError
from tmt_dataset.package import SWHIDS, open_package
from tmt_dataset.publish.release import _stamp

RECORD = "TMT-0002"
RELEASED = "2.0.0"
COMMANDS = {
    "textbackslash": "\\",
    "textbraceleft": "{",
    "textbraceright": "}",
    "textasciitilde": "~",
    "textasciicircum": "^",
}


def title_of(package: Path, development: str = RECORD) -> str:
    frame = factories.read_table(package, "developments")
    return str(frame.loc[frame["development_id"] == development, "title"].iloc[0])


@pytest.fixture
def package(package: Path) -> Path:
    """Return a package that is released."""
    factories.edit_descriptor(package, lambda raw: raw.update(version=RELEASED))
    return package


def read_bibtex(text: str) -> tuple[str, str, dict[str, str]]:
    """Return type, key and fields of the one entry; the inner braces are still there."""
    library = parse_string(text)
    assert not library.failed_blocks
    (entry,) = library.entries
    return entry.entry_type, entry.key, {f.key: str(f.value) for f in entry.fields}


def from_latex(text: str) -> str:
    """Undo what BibTeX needs: commands, then escapes; braces that only group go."""

    def one(m: re.Match[str]) -> str:
        return COMMANDS[m[1]] if m[1] else m[2] or ""

    return re.sub(r"\\([a-z]+)\{\}|\\([$&%#_])|[{}]", one, text)


def read_ris(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        match = re.fullmatch(r"([A-Z][A-Z0-9])  - (.*)", line)
        assert match is not None, line
        found.setdefault(match[1], []).append(match[2])
    return found


def read_csl(text: str) -> dict[str, Any]:
    (item,) = json.loads(text)
    assert isinstance(item, dict)
    return item


def ref(**changes: Any) -> Reference:
    """Return an invented reference."""
    basis = Reference(
        key="lamps-1.0.0",
        title="Lamps",
        version="1.0.0",
        authors=(Agent("The lamp readers"),),
        publisher="The lamp readers",
        date="2024-05-06",
        doi=None,
        url=None,
        archive="lamps-1.0.0.zip",
        fingerprint="sha256:" + "0" * 64,
    )
    return basis._replace(**changes)


# -- what is cited


def test_apa_names_authors_year_title_version_archive_and_fingerprint(package: Path) -> None:
    descriptor, _ = open_package(package)
    (author,) = [c["title"] for c in descriptor.raw["contributors"]]
    name = f"{descriptor.name}-{RELEASED}"
    assert cite(package) == (
        f"{author}. ({descriptor.raw['created'][:4]}). {descriptor.raw['title']} (Version {RELEASED}) [Data set]. "
        f"Release archive {name}.zip, fingerprint {fingerprint(descriptor)}."
    )


@pytest.mark.parametrize("style", citation.STYLES)
@pytest.mark.parametrize("record", [None, RECORD])
@pytest.mark.parametrize("base", [None, "https://example.org/tmt"])
def test_a_development_version_says_that_it_is_not_released_and_names_no_archive(
    package: Path, style: str, record: str | None, base: str | None
) -> None:
    for version, released in ((f"{RELEASED}.dev", False), (RELEASED, True)):
        factories.edit_descriptor(package, partial(dict.update, version=version))
        cited = cite(package, style=style, record=record, base=base)
        assert (citation.UNRELEASED.lower() not in cited.lower()) == released
        assert released or ".zip" not in cited


def test_apa_cites_a_record_in_the_data_set(package: Path) -> None:
    whole = cite(package)
    by, _, rest = whole.partition("). ")
    assert cite(package, record=RECORD) == f"{by}). {title_of(package)} ({RECORD}). In {rest} {reported()}"


def reported() -> str:
    """Return the words on the source of the record, and on the place of its first quote there."""
    words = "the Lamp Data Rules (6 February)"
    start = factories.source_text(factories.WINTER).index(words)
    title, publisher = "The Lamp Gazette: January and February 2024", "The Lamp Gazette"
    place = f"characters {start}-{start + len(words)}"
    quote = Addresses(factories.NAME, "").quote(f"{RECORD}:{factories.WINTER}:{start}-{start + len(words)}")
    return f"Reported in: {title}, {publisher}, {place}, https://example.org/gazette-2024-01, quote {quote}"


def test_every_style_names_the_source_of_a_record(package: Path) -> None:
    assert read_ris(cite(package, style="ris", record=RECORD))["N1"][1:] == [reported()]
    assert read_csl(cite(package, style="csl", record=RECORD))["note"].endswith(f". {reported()}")
    _, _, fields = read_bibtex(cite(package, style="bibtex", record=RECORD))
    assert from_latex(fields["note"]).endswith(f". {reported()}")
    for style in citation.STYLES:
        assert "Reported in" not in cite(package, style=style)


def test_a_source_without_an_address_is_named_without_one(package: Path) -> None:
    factories.edit_table(package, "sources", lambda frame: frame.__setitem__("url", ""))
    address = ", https://example.org/gazette-2024-01"
    assert cite(package, record=RECORD).endswith(f" {reported().replace(address, '')}")


def test_a_record_without_a_source_is_refused(package: Path) -> None:
    factories.edit_table(package, "mentions", lambda frame: frame.loc[frame["development_id"] != RECORD])
    for form in (package, tmt.load(package)):
        with pytest.raises(
            PackageError, match=f"{RECORD}: expected a source that reports it first, found none"
        ):
            cite(form, record=RECORD)


def test_bibtex_reads_back(package: Path) -> None:
    descriptor, _ = open_package(package)
    kind, key, fields = read_bibtex(cite(package, style="bibtex"))
    assert (kind, key) == ("misc", f"{descriptor.name}-{descriptor.version}")
    assert from_latex(fields["title"]) == descriptor.raw["title"]
    assert (
        from_latex(fields["author"])
        == from_latex(fields["publisher"])
        == descriptor.raw["contributors"][0]["title"]
    )
    assert (fields["year"], fields["version"]) == (descriptor.raw["created"][:4], descriptor.version)
    assert fingerprint(descriptor) in fields["note"]
    assert f"{key}.zip" in fields["note"]


@pytest.mark.parametrize("start", ["x", "1.5"])
def test_a_quote_without_a_place_is_refused(package: Path, start: str) -> None:
    factories.edit_table(package, "quotes", lambda frame: frame.assign(start=start))
    with pytest.raises(PackageError, match=f"expected whole numbers as start and end, found {start} and "):
        cite(package, record=RECORD)


def test_bibtex_reads_a_record_back(package: Path) -> None:
    descriptor, _ = open_package(package)
    kind, key, fields = read_bibtex(cite(package, style="bibtex", record=RECORD))
    assert (kind, key) == ("incollection", f"{descriptor.name}-{descriptor.version}-{RECORD}")
    assert from_latex(fields["title"]) == title_of(package)
    assert from_latex(fields["booktitle"]) == descriptor.raw["title"]
    assert fields["note"].startswith(f"Record {RECORD}. ")


def test_ris_reads_back(package: Path) -> None:
    descriptor, _ = open_package(package)
    text = cite(package, style="ris")
    fields = read_ris(text)
    assert text.startswith("TY  - DATA\n")
    assert text.endswith("\nER  - ")
    assert all(len(values) == 1 for values in fields.values())
    year, month, day = descriptor.raw["created"][:10].split("-")
    assert fields["TI"] == [descriptor.raw["title"]]
    assert fields["AU"] == fields["PB"] == [descriptor.raw["contributors"][0]["title"]]
    assert (fields["PY"], fields["DA"]) == ([year], [f"{year}/{month}/{day}"])
    assert fields["ET"] == [descriptor.version]
    assert fingerprint(descriptor) in fields["N1"][0]


def test_ris_reads_a_record_back(package: Path) -> None:
    fields = read_ris(cite(package, style="ris", record=RECORD))
    assert fields["TY"] == ["CHAP"]
    assert (fields["TI"], fields["AN"]) == ([title_of(package)], [RECORD])
    assert fields["T2"] == [open_package(package)[0].raw["title"]]


def test_csl_reads_back(package: Path) -> None:
    descriptor, _ = open_package(package)
    item = read_csl(cite(package, style="csl"))
    assert (item["type"], item["title"], item["version"]) == (
        "dataset",
        descriptor.raw["title"],
        descriptor.version,
    )
    assert item["author"] == [{"literal": descriptor.raw["contributors"][0]["title"]}]
    assert "-".join(f"{n:02}" for n in item["issued"]["date-parts"][0]) == descriptor.raw["created"][:10]
    assert fingerprint(descriptor) in item["note"]


def test_csl_reads_a_record_back(package: Path) -> None:
    item = read_csl(cite(package, style="csl", record=RECORD))
    assert (item["type"], item["title"], item["number"]) == ("entry", title_of(package), RECORD)
    assert item["container-title"] == open_package(package)[0].raw["title"]


@pytest.mark.parametrize("style", citation.STYLES)
@pytest.mark.parametrize("record", [None, RECORD])
def test_folder_descriptor_archive_and_data_set_give_one_citation(
    package: Path, tmp_path: Path, style: str, record: str | None
) -> None:
    archive = Path(shutil.make_archive(str(tmp_path / "release"), "zip", package))
    wanted = cite(package, style=style, record=record)
    for form in (str(package), package / DESCRIPTOR, archive, tmt.load(package)):
        assert cite(form, style=style, record=record) == wanted


def test_the_embedded_package_is_cited_where_none_is_named() -> None:
    assert tmt.cite() == cite(open_package()[1].label)


def test_a_selection_is_cited_as_its_release(package: Path) -> None:
    ds = tmt.load(package)
    assert cite(ds.select(action="judgment")) == cite(ds)


# -- where it is found


@pytest.mark.parametrize(
    "given_as",
    [
        {"id": "10.5281/zenodo.42"},
        {"id": "doi:10.5281/zenodo.42"},
        {"id": "https://doi.org/10.5281/zenodo.42"},
        {"doi": "10.5281/zenodo.42"},
    ],
)
def test_a_doi_is_cited_before_a_homepage(package: Path, given_as: dict[str, str]) -> None:
    factories.edit_descriptor(
        package, lambda raw: raw.update(homepage="https://example.org/lamps", **given_as)
    )
    address = "https://doi.org/10.5281/zenodo.42"
    assert cite(package).endswith(f" {address}")
    assert fingerprint(open_package(package)[0]) in cite(package)
    assert read_ris(cite(package, style="ris"))["DO"] == ["10.5281/zenodo.42"]
    item = read_csl(cite(package, style="csl"))
    assert (item["DOI"], item["URL"]) == ("10.5281/zenodo.42", address)
    _, _, fields = read_bibtex(cite(package, style="bibtex"))
    assert (fields["doi"], fields["url"]) == ("10.5281/zenodo.42", address)


def test_a_homepage_is_cited_where_there_is_no_doi(package: Path) -> None:
    factories.edit_descriptor(
        package, lambda raw: raw.update(homepage="https://example.org/a_b?c=%7B", id="0b9c")
    )
    assert cite(package).endswith(" https://example.org/a_b?c=%7B")
    assert read_bibtex(cite(package, style="bibtex"))[2]["url"] == "https://example.org/a_b?c=%7B"
    assert "DOI" not in read_csl(cite(package, style="csl"))


def test_an_address_cannot_open_a_group() -> None:
    _, _, fields = read_bibtex(citation.bibtex(ref(url="https://example.org/{a}\\b")))
    assert fields["url"] == "https://example.org/%7Ba%7D%5Cb"


def test_without_a_date_apa_says_so_and_the_others_leave_it_out(package: Path) -> None:
    factories.edit_descriptor(package, lambda raw: {k: v for k, v in raw.items() if k != "created"})
    assert ". (n.d.). " in cite(package)
    assert "year" not in read_bibtex(cite(package, style="bibtex"))[2]
    assert not {"PY", "DA"} & set(read_ris(cite(package, style="ris")))
    assert "issued" not in read_csl(cite(package, style="csl"))


# -- who made it


def people(*names: tuple[str, str]) -> tuple[Agent, ...]:
    return tuple(Agent(f"{given} {family}", family, given) for given, family in names)


def test_persons_are_inverted_and_initialled() -> None:
    two = ref(authors=people(("Wei-Lin Anna", "Ōe"), ("Ada", "King")), publisher="The press")
    assert citation.apa(two).startswith(
        "Ōe, W. L. A., & King, A. (2024). Lamps (Version 1.0.0) [Data set]. The press. "
    )
    assert read_bibtex(citation.bibtex(two))[2]["author"] == "Ōe, Wei-Lin Anna and King, Ada"
    assert read_ris(citation.ris(two))["AU"] == ["Ōe, Wei-Lin Anna", "King, Ada"]
    assert read_csl(citation.csl(two))["author"] == [
        {"family": "Ōe", "given": "Wei-Lin Anna"},
        {"family": "King", "given": "Ada"},
    ]


def test_apa_shows_nineteen_authors_and_the_last_of_many() -> None:
    many = people(*((c.upper(), f"Name{c}") for c in string.ascii_lowercase))
    shown = citation.apa(ref(authors=many)).partition(" (2024)")[0]
    assert shown.endswith("Names, S., … Namez, Z.")
    assert "Namet" not in shown


def test_bibtex_keeps_the_and_of_one_name() -> None:
    _, _, fields = read_bibtex(
        citation.bibtex(ref(authors=(Agent("Bird and Bird"), Agent("x", "Sand and Sea", "A"))))
    )
    assert fields["author"] == "{Bird and Bird} and {Sand and Sea, A}"


def test_roles_say_who_is_author_and_who_publishes(package: Path) -> None:
    contributors = [
        {"title": "The press", "roles": ["publisher"]},
        {"title": "Helper", "roles": ["contributor"]},
        {"givenName": "Ada", "familyName": "King", "roles": ["creator"]},
        {"title": "Version 1 style", "role": "author"},
    ]
    factories.edit_descriptor(package, lambda raw: raw.update(contributors=contributors))
    found = reference(open_package(package)[0])
    assert [a.name for a in found.authors] == ["Ada King", "Version 1 style"]
    assert found.publisher == "The press"


def test_contributors_without_roles_are_the_authors(package: Path) -> None:
    factories.edit_descriptor(package, lambda raw: raw.update(contributors=[{"title": "A"}, {"title": "B"}]))
    found = reference(open_package(package)[0])
    assert ([a.name for a in found.authors], found.publisher) == (["A", "B"], "A")


@pytest.mark.parametrize("contributors", [None, []], ids=str)
def test_without_contributors_the_developers_are_cited_and_a_note_says_so(
    package: Path, contributors: Any
) -> None:
    factories.edit_descriptor(package, lambda raw: raw.update(contributors=contributors))
    assert cite(package).startswith(f"The {factories.NAME} developers. (")
    author, contact = citation.lacking(open_package(package).descriptor)
    assert "lists no author" in author
    assert "names no contact" in contact


@pytest.mark.parametrize(
    ("contributor", "noted"),
    [
        ({"title": "Ada King", "email": "ada@example.org"}, []),
        ({"familyName": "King", "givenName": "Ada", "path": "https://example.org"}, []),
        ({"title": "Ada King"}, ["contact"]),
        ({"title": f"The {factories.NAME} developers", "email": "us@example.org"}, ["author"]),
    ],
)
def test_a_note_says_what_the_contributors_lack(
    package: Path, contributor: dict[str, str], noted: list[str]
) -> None:
    factories.edit_descriptor(
        package, lambda raw: raw.update(contributors=[{**contributor, "roles": ["creator"]}])
    )
    found = citation.lacking(open_package(package).descriptor)
    assert [re.search(r"(?:lists|names) no (\w+)", note)[1] for note in found] == noted  # type: ignore[index]


# -- addresses and styles of lawyers

BASE = "https://example.org/tmt"


@pytest.mark.parametrize("style", citation.STYLES)
def test_with_a_base_release_and_record_have_their_address_on_the_site(package: Path, style: str) -> None:
    version = open_package(package).descriptor.version
    assert f"{BASE}/{version}/" in cite(package, style=style, base=f"{BASE}/")
    assert f"{BASE}/{version}/d/{RECORD}/" in cite(package, style=style, record=RECORD, base=BASE)
    assert "urn:" not in cite(package, style=style, record=RECORD, base=BASE)


def test_a_base_that_is_no_address_is_refused(package: Path) -> None:
    with pytest.raises(ValueError, match="expected an address"):
        cite(package, base="example.org")


def test_oscola_and_bluebook_name_the_first_author_of_many() -> None:
    two = ref(authors=people(("Ada", "King"), ("Bo", "Li")), url="https://example.org")
    verified = f"For verification: fingerprint {two.fingerprint}."
    assert citation.oscola(two) == (
        f"Ada King and Bo Li, ‘Lamps’ (version 1.0.0, The lamp readers, 2024) <https://example.org>.\n{verified}"
    )
    assert citation.bluebook(two) == (
        f"Ada King and Bo Li, Lamps (version 1.0.0, 2024), https://example.org.\n{verified}"
    )
    many = ref(authors=people(*((c, "X") for c in "ABCD")))
    assert citation.oscola(many).startswith("A X and others, ")
    assert citation.bluebook(many).startswith("A X and others, ")


@pytest.mark.parametrize("style", ["oscola", "bluebook"])
def test_a_record_is_cited_in_the_data_set_by_lawyers_too(package: Path, style: str) -> None:
    footnote, verification = cite(package, style=style, record=RECORD).splitlines()
    title = open_package(package).descriptor.title
    assert title_of(package) in footnote
    assert RECORD in footnote
    assert f"in {title}" in footnote
    assert "reported in The Lamp Gazette, " in footnote
    assert footnote.endswith((">.", ")."))
    assert not re.search("sha256|characters|urn:", footnote)
    assert verification.startswith("For verification: release archive ")
    place, quote = re.findall(r"characters \d+-\d+|quote urn:[^,]+$", reported())
    assert verification.endswith(f", {place}, {quote}.")


# -- directory and revision in git


def test_a_release_is_cited_with_the_identifiers_that_lie_beside_it(package: Path) -> None:
    swhids = [f"swh:1:{kind}:{kind[0].replace('r', 'e') * 40}" for kind in ("dir", "rev")]
    (package / SWHIDS).write_text("".join(f"{name}\n" for name in swhids))
    for form in (package, tmt.load(package)):
        for style in citation.STYLES:
            assert ", ".join(swhids) in cite(form, style=style)
    for name in swhids:
        assert str(CoreSWHID.from_string(name)) == name
    (package / SWHIDS).write_text("swh:1:dir:of nothing\n")
    assert "swh" not in cite(package)


# -- special characters

TITLES = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(
    lambda t: citation.plain(t) != ""
)


@given(TITLES)
def test_bibtex_gives_every_title_back(title: str) -> None:
    _, _, fields = read_bibtex(citation.bibtex(ref(record="L-1", record_title=title, title=title)))
    for name in ("title", "booktitle"):
        assert fields[name].count("{") == fields[name].count("}")
        assert from_latex(fields[name]) == citation.plain(title)


@given(TITLES)
def test_ris_and_apa_keep_every_title_on_its_line(title: str) -> None:
    assert read_ris(citation.ris(ref(title=title)))["TI"] == [citation.plain(title)]
    assert len(citation.apa(ref(title=title)).splitlines()) == 1


@given(TITLES)
def test_csl_gives_every_title_back(title: str) -> None:
    assert read_csl(citation.csl(ref(title=title)))["title"] == citation.plain(title)


@pytest.mark.parametrize("style", citation.STYLES)
def test_no_citation_has_a_character_that_nobody_sees(package: Path, style: str) -> None:
    """An override of direction turned the address around, and a zero-width space made another title."""
    title = "Lamps\u202e and\u200b lamps\U000e0041\u00ad,\u3164 again"
    factories.edit_descriptor(package, lambda raw: raw.update(title=title))
    cited = cite(package, style=style)
    assert "Lamps and lamps, again" in cited
    assert not UNSEEN.search(cited)
    assert not re.search(r"\\u", cited)


@pytest.mark.parametrize("name", ["Lamps, Inc.", "University of Lamps, Wick Campus", "灯具，有限公司"])
def test_an_organisation_with_a_comma_stays_whole_for_every_reader(name: str) -> None:
    """Readers of RIS took what follows the comma for a given name."""
    organisation = ref(authors=(Agent(name),))
    (author,) = read_ris(citation.ris(organisation))["AU"]
    assert author == re.sub("[,，] ?", " ", name)
    assert read_bibtex(citation.bibtex(organisation))[2]["author"] == f"{{{name}}}"
    assert read_csl(citation.csl(organisation))["author"] == [{"literal": name}]


def test_a_person_has_one_comma() -> None:
    person = ref(authors=(Agent("Ada King, Jr.", "King, Jr.", "Ada"),))
    assert read_ris(citation.ris(person))["AU"] == ["King Jr., Ada"]
    assert read_bibtex(citation.bibtex(person))[2]["author"] == "King Jr., Ada"


@pytest.mark.parametrize(
    ("created", "day"),
    [
        ("2026-01-01T03:00:00+08:00", "2025-12-31"),
        ("2025-12-31T23:30:00-05:00", "2026-01-01"),
        ("2026-01-01T23:59:59Z", "2026-01-01"),
        ("2026-01-01", "2026-01-01"),
    ],
)
def test_a_release_has_one_day_everywhere(package: Path, tmp_path: Path, created: str, day: str) -> None:
    """With an offset, workbook, citation and archive named three days."""
    factories.edit_descriptor(package, lambda raw: raw.update(created=created))
    ds = tmt.load(package)
    assert read_ris(cite(ds, style="ris"))["DA"] == [day.replace("-", "/")]
    book = openpyxl.load_workbook(tmt.export(ds, tmp_path / "x.xlsx"))
    assert f"{book.properties.created:%Y-%m-%d}" == day
    assert f"{_stamp(ds.descriptor):%Y-%m-%d}" == day


@pytest.mark.parametrize(
    "title", ["R&D at 100% for $5 #1 a_b", "{", "}{", r"a\b \emph{c}", "~^", "a--b---c ``d'' ?`"]
)
def test_bibtex_escapes_what_tex_would_read(title: str) -> None:
    written = read_bibtex(citation.bibtex(ref(title=title)))[2]["title"]
    assert from_latex(written) == title
    without = re.sub(r"\\[a-z]+\{\}|\\[$&%#_]", "", written)
    assert not re.search(r"[$&%#_~^\\]|--|``|''|\?`", without)


def test_the_key_has_no_character_that_bibtex_reserves(package: Path) -> None:
    raw = {**open_package(package).descriptor.raw, "version": "lamps, {old} = %1"}
    key = read_bibtex(citation.bibtex(reference(Descriptor(raw))))[1]
    assert re.fullmatch(r"[A-Za-z0-9._:-]+", key)


# -- the fingerprint


def test_the_fingerprint_is_computed_from_the_declaration_and_the_bytes_of_the_tables(package: Path) -> None:
    files = [
        package / path for path in sorted(t.path for t in open_package(package).descriptor.tables.values())
    ]
    assert {*files} >= {*(package / "data").rglob("*.csv")}
    declared = json.loads((package / DESCRIPTOR).read_bytes())
    for resource in declared["resources"]:
        del resource["bytes"], resource["hash"]
    declared["resources"].sort(key=lambda resource: str(resource["path"]))
    canonical = json.dumps(declared, sort_keys=True, separators=(",", ":")).encode()
    sums = {
        DESCRIPTOR: canonical,
        **{f.relative_to(package).as_posix(): f.read_bytes() for f in files},
    }
    lines = "".join(f"{hashlib.sha256(data).hexdigest()}  {name}\n" for name, data in sorted(sums.items()))
    assert fingerprint(open_package(package)[0]) == "sha256:" + hashlib.sha256(lines.encode()).hexdigest()


def test_the_fingerprint_changes_with_any_byte_of_any_table(package: Path) -> None:
    found = {fingerprint(open_package(package)[0])}
    tables = open_package(package)[0].tables.values()
    for table in tables:
        factories.edit_bytes(package, table.path, lambda data: data + b"\n", rehash=True)
        found.add(fingerprint(open_package(package)[0]))
    assert len(found) == len(tables) + 1


def test_the_fingerprint_ignores_form_and_order(package: Path) -> None:
    before = fingerprint(open_package(package)[0])
    raw = json.loads((package / DESCRIPTOR).read_bytes())
    raw["resources"].reverse()
    (package / DESCRIPTOR).write_text(json.dumps(dict(reversed(raw.items())), indent=7), encoding="utf-8")
    assert fingerprint(open_package(package)[0]) == before


@pytest.mark.parametrize(
    "edit",
    [
        lambda raw: raw.update(title="Rewritten"),
        lambda raw: raw.update(version="9.9.9"),
        lambda raw: raw["contributors"][0].update(title="Somebody else"),
        lambda raw: raw.update(licenses=[{"name": "MIT"}]),
        lambda raw: raw["resources"][3]["schema"]["fields"][0].update(description="Another meaning."),
        # a table may not take the place of the declaration
        lambda raw: raw["resources"][3].update(path=DESCRIPTOR),
    ],
    ids=["title", "version", "author", "licence", "meaning", "path"],
)
def test_the_fingerprint_changes_with_the_declaration(package: Path, edit: Any) -> None:
    before = fingerprint(open_package(package)[0])
    factories.edit_descriptor(package, edit)
    assert fingerprint(open_package(package)[0]) != before


@pytest.mark.parametrize("declared", [None, "d41d8cd98f00b204e9800998ecf8427e", "sha256:ABC"])
def test_a_table_without_sha256_has_no_fingerprint(package: Path, declared: str | None) -> None:
    factories.edit_descriptor(package, lambda raw: raw["resources"][1].update(hash=declared))
    name = json.loads((package / DESCRIPTOR).read_text(encoding="utf-8"))["resources"][1]["name"]
    with pytest.raises(PackageError, match=name):
        cite(package)


# -- errors


@pytest.mark.parametrize(
    ("style", "near"), [("bibtext", "'bibtex'"), ("APA", "'apa'"), ("csl-json", "csl-json")]
)
def test_an_unknown_style_has_near_misses(package: Path, style: str, near: str) -> None:
    with pytest.raises(UnknownCodeError, match=near) as caught:
        cite(package, style=style)
    assert repr(style) in str(caught.value)


def test_an_unknown_record_has_near_misses(package: Path) -> None:
    for form in (package, tmt.load(package)):
        with pytest.raises(
            UnknownCodeError, match=r"unknown development 'TMT-00002'; did you mean .*'TMT-0002'"
        ):
            cite(form, record="TMT-00002")


@pytest.mark.parametrize("given", [{"style": ["apa"]}, {"record": ["TMT-0001"]}], ids=str)
def test_a_style_or_record_that_is_no_text_is_unknown(package: Path, given: Any) -> None:
    with pytest.raises(UnknownCodeError, match="unknown"):
        cite(package, **given)


def test_a_record_outside_a_selection_is_unknown_there(package: Path) -> None:
    selection = tmt.load(package).select(action="judgment")
    inside = str(selection.developments["development_id"].iloc[0])
    assert inside in cite(selection, record=inside)
    with pytest.raises(UnknownCodeError, match="All of them: the table developments"):
        cite(selection, record="TMT-0001")


def test_a_missing_package_is_named(tmp_path: Path) -> None:
    with pytest.raises(PackageNotFoundError, match="nowhere"):
        cite(tmp_path / "nowhere")


def test_a_damaged_archive_is_not_cited(package: Path, tmp_path: Path) -> None:
    factories.edit_bytes(package, "data/quotes.csv", lambda data: data[:-1])
    with pytest.raises(ChecksumError, match=r"data/quotes\.csv"):
        cite(shutil.make_archive(str(tmp_path / "release"), "zip", package))


@pytest.mark.parametrize(
    "broken",
    [
        lambda data: data.replace(b"development_id", b"id", 1),
        lambda data: data + b"TMT-9999,too few cells\n",
        lambda data: data + "Zürich\n".encode("latin-1"),
        lambda data: data + b'"never closed',
        lambda data: b"",
    ],
    ids=["header", "cells", "encoding", "quote", "empty"],
)
def test_a_broken_table_is_reported_unless_the_release_is_cited_as_a_whole(
    package: Path, broken: Any
) -> None:
    factories.edit_bytes(package, "data/developments.csv", broken, rehash=True)
    with pytest.raises(PackageError, match=r"developments\.csv"):
        cite(package, record=RECORD)
    assert fingerprint(open_package(package)[0]) in cite(package)


@pytest.mark.parametrize("record", [None, RECORD])
def test_a_folder_is_not_cited_by_the_fingerprint_of_other_bytes(package: Path, record: str | None) -> None:
    factories.edit_bytes(package, "data/quotes.csv", lambda data: data[:-1])
    with pytest.raises(ChecksumError, match=r"data/quotes\.csv: expected .* bytes, sha256:"):
        cite(package, record=record)


def test_the_installed_package_is_cited_without_its_tables(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tmt_dataset.package.embedded", lambda: package)
    factories.table_path(package, "quotes").unlink()
    assert "fingerprint sha256:" in cite()


@pytest.mark.parametrize(
    "contributors",
    ["The developers", ["The developers"], {"title": "x"}, [{"title": "x", "roles": 5}], 5],
    ids=str,
)
def test_invalid_contributors_are_reported(package: Path, contributors: Any) -> None:
    factories.edit_descriptor(package, lambda raw: raw.update(contributors=contributors))
    with pytest.raises(PackageError, match=r"datapackage\.json: .*contributor"):
        cite(package)


@pytest.mark.parametrize(("key", "value"), [("hash", 5), ("hash", ["x"]), ("bytes", "many")])
def test_a_checksum_of_a_wrong_type_is_reported(package: Path, key: str, value: Any) -> None:
    factories.edit_descriptor(package, lambda raw: raw["resources"][1].update({key: value}))
    with pytest.raises(PackageError, match=rf"resource 'segments', {key}: expected [\w ]+, found"):
        cite(package)


@pytest.mark.parametrize("package", [5, [], {"descriptor": 1}])
def test_anything_but_a_package_is_a_type_error(package: Any) -> None:
    with pytest.raises(TypeError, match="expected a path, a Dataset or None, found"):
        cite(package)


def test_the_checksum_of_a_loaded_data_set_is_a_type_error(package: Path) -> None:
    with pytest.raises(TypeError, match="given by its path, found Dataset"):
        cite(tmt.load(package), sha256="0" * 64)


def test_a_missing_table_is_reported(package: Path) -> None:
    factories.table_path(package, "developments").unlink()
    with pytest.raises(PackageError, match="missing"):
        cite(package, record=RECORD)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"created": "last week"}, "created"),
        ({"created": 2024}, "created"),
    ],
)
def test_a_descriptor_that_cannot_be_cited_says_why(
    package: Path, change: dict[str, Any], message: str
) -> None:
    raw = json.loads((package / DESCRIPTOR).read_text(encoding="utf-8"))
    with pytest.raises(PackageError, match=message):
        reference(Descriptor({**raw, **change}))


# -- cost


def test_a_citation_of_a_release_imports_the_standard_library_only(package: Path) -> None:
    code = (
        "import sys; before = set(sys.modules)\n"
        "import tmt_dataset as tmt\n"
        "for style in sys.argv[2:]:\n    tmt.cite(sys.argv[1], style=style)\n"
        "new = {name.partition('.')[0] for name in set(sys.modules) - before}\n"
        "print(*sorted(new - set(sys.stdlib_module_names) - {'tmt_dataset'}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(package), *citation.STYLES],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == ""
