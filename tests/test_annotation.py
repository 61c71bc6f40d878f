"""The record that a coder writes: every error in its format is named with file, line, record and near miss."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from factories import SPRING, WINTER, edit_annotation, make_package
from ruamel.yaml import YAML

from tmt_dataset.coding.annotation import (
    MAX_BYTES,
    Annotation,
    Relation,
    json_schema,
    known_codes,
    problems,
    read_all,
    read_yaml,
)
from tmt_dataset.errors import AnnotationError, PackageError
from tmt_dataset.package import embedded, open_package

Package = tuple[Path, Path]
Codes = dict[str, Iterable[str]]
ANNOTATIONS = Path("data") / "annotations"

QUOTE_LIMIT = open_package().descriptor.table("quotes").field("exact").max_length or 0

#: An annotation with one of each thing; the tests below break one of its lines.
VALID = """\
source:
  source_id: newsletter-2024-05
  title: The Lamp Gazette
  publisher: The Lamp Gazette
  kind: newsletter
  period_start: 2024-05-01
  period_end: 2024-06-30
  characters: 60
  sha256: 8a4b8180465bfb4f0c90560980ead91d2bdc7b5a9f1f6af1a43b5c70b83141b0
segments:
- {id: newsletter-2024-05:001, role: development, starts: Lamps, section: legislative}
instruments:
- id: lamp-rules
  title: Lamp Rules
  kind: local-rule
developments:
- id: TMT-0008
  title: Lamps are quiet
  summary: Lamps have to be quiet.
  date: 2024-05-02
  date_basis: stated
  action: issuance
  jurisdiction: '310000'
  authorities: {cac-shanghai: lead}
  unnamed_authorities: 1
  topics: [ai/voices]
  instruments: {lamp-rules: issued}
  mentions: [newsletter-2024-05:001]
  relations:
  - {implements: TMT-0001, note: as it says}
  quotes:
  - at: [0, 23]
    text: Lamps pay 40,000 a lamp
    supports: [action, authorities]
    figures:
    - {measure: damages, value: 40000, qualifier: exact, kind: penalty}
    relations:
    - finalises: TMT-0001
reported_elsewhere:
- development: TMT-0001
  mentions: [newsletter-2024-05:001]
errata:
- has: a lamp
  kind: error
  coded: the lamp
  reason: There is one.
"""


@pytest.fixture(scope="module")
def codes(tmp_path_factory: pytest.TempPathFactory) -> Codes:
    """Return the codes of the small package, with an instrument and two developments."""
    package = make_package(tmp_path_factory.mktemp("codes") / "package")
    known = known_codes(open_package(package))
    return {**known, "instruments": ["lamp-rules"], "developments": ["TMT-0001", "TMT-0008"]}


def read(package: Path) -> list[Annotation]:
    return read_all(package / ANNOTATIONS, open_package(package))


def complaints(package: Path) -> list[str]:
    """Return what is wrong with the annotation files, a line each, from the file's name on."""
    with pytest.raises(AnnotationError) as caught:
        read(package)
    lines = str(caught.value).splitlines()
    start = f"{package / ANNOTATIONS}/"
    assert all(line.startswith(start) for line in lines), lines
    return [line.removeprefix(start) for line in lines]


def line_of(path: Path, words: str) -> int:
    """Return the first line (from 1) of a file that has some words."""
    return next(n for n, text in enumerate(path.read_text(encoding="utf-8").split("\n"), 1) if words in text)


def put(*path: Any) -> Callable[[Any], None]:
    """Return an edit that sets the last argument at the path of the others."""
    *way, last, value = path

    def edit(node: Any) -> None:
        for step in way:
            node = node[step]
        node[last] = value

    return edit


# reading
def test_annotations_are_in_the_order_of_their_windows(annotated: Package) -> None:
    assert [a.source.source_id for a in read(annotated[0])] == [WINTER, SPRING]
    edit_annotation(annotated[0], WINTER, put("source", "period_start", "2024-05-01"))
    assert [a.source.source_id for a in read(annotated[0])] == [SPRING, WINTER]


def checked(tmp_path: Path, text: str, codes: Codes) -> tuple[Annotation | None, list[str]]:
    """Read and check a file; the messages start with its name."""
    path = tmp_path / "newsletter-2024-05.yaml"
    path.write_text(text, encoding="utf-8")
    annotation, found = problems(path, read_yaml(path), codes, Annotation)
    assert all(line.startswith(f"{path}:") for line in found)
    return annotation, [line.removeprefix(f"{tmp_path}/") for line in found]


def valid(tmp_path: Path, text: str, codes: Codes) -> Annotation:
    annotation, found = checked(tmp_path, text, codes)
    assert found == []
    assert annotation is not None
    return annotation


@pytest.mark.parametrize(
    "date", ["2024-05-02", "2024", "2024-05", "'2024'", "2024-05/2024-06", "2024-05-02/2024-06"]
)
def test_dates_and_years_without_quotation_marks_are_text(tmp_path: Path, codes: Codes, date: str) -> None:
    text = VALID.replace("date: 2024-05-02", f"date: {date}")
    assert valid(tmp_path, text, codes).developments[0].date == date.strip("'")


def test_own_texts_are_put_on_one_line_and_quotes_are_kept(tmp_path: Path, codes: Codes) -> None:
    text = VALID.replace("summary: Lamps have to be quiet.", 'summary: "  Lamps have\\n  to be quiet.\\n"')
    text = text.replace("text: Lamps pay 40,000 a lamp", 'text: "Lamps  pay 40,000 a lamp "')
    record = valid(tmp_path, text, codes).developments[0]
    assert record.summary == "Lamps have to be quiet."
    assert record.quotes[0].text == "Lamps  pay 40,000 a lamp "


def test_a_relation_says_which_one_it_is_and_where_it_leads(tmp_path: Path, codes: Codes) -> None:
    record = valid(tmp_path, VALID, codes).developments[0]
    assert [r.stated for r in record.relations] == [("implements", "TMT-0001")]
    assert [r.stated for r in record.quotes[0].relations] == [("finalises", "TMT-0001")]


#: Words of the valid file, what replaces them, and what the message says is wrong with the line.
MISREAD: dict[str, tuple[str, str, str]] = {
    "octal number": ("date: 2024-05-02", "date: 0o3750", "found '0o3750', which YAML reads as a number"),
    "hexadecimal number": ("date: 2024-05-02", "date: 0x7E8", "found '0x7E8', which YAML reads as a number"),
    "number with an underscore": (
        "date: 2024-05-02",
        "date: 2_024",
        "found '2_024', which YAML reads as a number",
    ),
    "number with a leading zero": ("date: 2024-05-02", "date: 02024", "found '02024', which YAML reads"),
    "number with a sign": ("date: 2024-05-02", "date: +2024", "found '+2024', which YAML reads as a number"),
    "number with more digits than it can hold": (
        "value: 40000",
        "value: 0.10000000000000001",
        "which YAML reads",
    ),
    "nothing in capitals": (
        "title: Lamps are quiet",
        "title: Null",
        "found 'Null', which YAML reads as nothing",
    ),
    "tag": ("topics: [ai/voices]", "topics: !!set [ai/voices]", "found a tag (!)"),
    "ordered mapping": ("{cac-shanghai: lead}", "!!omap [a: 1, a: 2]", "found a tag (!)"),
    "Python object": ("{cac-shanghai: lead}", "!!python/object:os.system {}", "found a tag (!)"),
    "alias": ("topics: [ai/voices]", "topics: *t", "found an anchor (&) or alias (*)"),
    "anchor": ("topics: [ai/voices]", "topics: &t [ai/voices]", "found an anchor (&) or alias (*)"),
    "merge key": (
        "{cac-shanghai: lead}",
        "{<<: {cac-shanghai: lead}}",
        "found '<<', which YAML reads as merge",
    ),
    "key that is a list": ("authorities: {", "? [a]\n  : {", "found a key that is not text"),
    "surrogate": ("title: Lamps are quiet", 'title: "\\uD800"', "found half of a character (a surrogate)"),
    "deep nesting": ("topics: [ai/voices]", f"topics: {'[' * 5000}{']' * 5000}", "nested more than 20 deep"),
    "deep nesting that is not closed": (
        "topics: [ai/voices]",
        f"topics: {'[' * 90_000}",
        "nested more than 20 deep",
    ),
    "text with '#'": ("title: Lamps are quiet", "title: Lamps #3 are quiet", "'#3 are quiet' is a comment"),
    "item with '#'": ("title: Lamp Rules", "title: Lamp Rules\n  aliases:\n  - Rule #1", "'#1' is a comment"),
}


@pytest.mark.parametrize("name", MISREAD)
def test_what_yaml_reads_otherwise_than_it_looks_is_refused_with_its_line(tmp_path: Path, name: str) -> None:
    """`date: 0o3750` was the year 2000, and aliases that double took two gigabytes."""
    old, new, message = MISREAD[name]
    assert VALID.count(old) == 1
    text = VALID.replace(old, new)
    path = tmp_path / "newsletter-2024-05.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(AnnotationError, match=re.escape(message)) as caught:
        read_yaml(path)
    line = line_in(text, new.rpartition("\n")[2] if name != "key that is a list" else "? [a]")
    assert str(caught.value).startswith(f"{path}:{line}: invalid YAML: ")


@pytest.mark.parametrize(
    "text",
    [
        "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
        "&r source: *r\n",
        "source: &r {a: *r}\n",
        "%YAML 1.1\n---\nsource: 010\n",
        "source: a\n---\nsource: b\n",
    ],
)
def test_a_file_that_is_more_than_it_looks_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "newsletter-2024-05.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(AnnotationError, match="invalid YAML: "):
        read_yaml(path)


def test_only_regular_files_of_bounded_size_are_read(tmp_path: Path) -> None:
    path = tmp_path / "newsletter-2024-05.yaml"
    path.write_bytes(b"#" * (MAX_BYTES + 1))
    with pytest.raises(AnnotationError, match="larger than 1,000,000 bytes"):
        read_yaml(path)
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(AnnotationError, match="not a regular file"):
        read_yaml(path)


def test_comments_beside_codes_and_text_in_quotation_marks_are_kept(tmp_path: Path, codes: Codes) -> None:
    text = VALID.replace("action: issuance", "action: issuance  # not a consultation")
    text = text.replace("title: Lamps are quiet", "title: 'Lamps #3 are quiet'")
    text = text.replace("summary: Lamps have to be quiet.", "summary: >\n    Lamps #4\n    are quiet.")
    record = valid(tmp_path, text, codes).developments[0]
    assert (record.action, record.title, record.summary) == (
        "issuance",
        "Lamps #3 are quiet",
        "Lamps #4 are quiet.",
    )


@pytest.mark.parametrize("alias", ["Lamp | Measures", "Lamp |", "| Lamp"])
def test_an_item_that_has_the_separator_of_its_cell_is_refused(
    tmp_path: Path, codes: Codes, alias: str
) -> None:
    text = VALID.replace("title: Lamp Rules", f"title: Lamp Rules\n  aliases: [Lamps, '{alias}', A|B]")
    _, found = checked(tmp_path, text, codes)
    assert len(found) == 1
    assert "lamp-rules: instruments.0.aliases.1: the text has ' | '" in found[0]


def test_an_unseen_character_of_an_own_text_is_refused(tmp_path: Path, codes: Codes) -> None:
    _, found = checked(tmp_path, VALID.replace("Lamps are quiet", "La\u200bmps are quiet"), codes)
    assert "title: the text has an unseen character (U+200B); delete it" in found[0]


# errors in the format
#: Words of the valid file, what replaces them, and words of the message.
BROKEN: dict[str, tuple[str, str, str]] = {
    "unknown key of a record": (
        "summary:",
        "sumary:",
        "TMT-0008: developments.0.sumary: unknown key; did you mean 'summary'",
    ),
    "unknown key of a quote": (
        "text:",
        "txt:",
        "TMT-0008: developments.0.quotes.0.txt: unknown key; did you mean 'text'",
    ),
    "unknown key of a figure": (
        "value:",
        "valu:",
        "TMT-0008: developments.0.quotes.0.figures.0.valu: unknown key; did you mean 'value'",
    ),
    "unknown key of a segment": (
        "role:",
        "rol:",
        "newsletter-2024-05:001: segments.0.rol: unknown key; did you mean 'role'",
    ),
    "unknown key of an instrument": (
        "title: Lamp Rules",
        "titel: Lamp Rules",
        "lamp-rules: instruments.0.titel: unknown key; did you mean 'title'",
    ),
    "unknown key of a source": (
        "publisher:",
        "publishr:",
        "source.publishr: unknown key; did you mean 'publisher'",
    ),
    "unknown key of an erratum": ("reason:", "reson:", "errata.0.reson: unknown key; did you mean 'reason'"),
    "unknown key of a relation": (
        "finalises:",
        "finalizes:",
        "quotes.0.relations.0.finalizes: unknown key; did you mean 'finalises'",
    ),
    "unknown key of the file": ("errata:", "erata:", "erata: unknown key; did you mean 'errata'"),
    "key that is not text": ("kind: error\n", "kind: error\n  5: x\n", "errata.0.5: Keys should be strings"),
    "missing key": (
        "  summary: Lamps have to be quiet.\n",
        "",
        "TMT-0008: developments.0.summary: the key is missing",
    ),
    "number for a text": (
        "title: Lamps are quiet",
        "title: 3",
        "developments.0.title: expected text, found 3",
    ),
    "text for a number": (
        "value: 40000",
        "value: forty",
        "figures.0.value: expected a number, found 'forty'",
    ),
    "not a number": ("value: 40000", "value: .nan", "figures.0.value: expected a number, found nan"),
    "fraction for an integer": (
        "unnamed_authorities: 1",
        "unnamed_authorities: 1.5",
        "expected a whole number, found 1.5",
    ),
    "text for a list": (
        "topics: [ai/voices]",
        "topics: ai/voices",
        "topics: expected a list, as [one, two], found 'ai/voices'",
    ),
    "list for a mapping": (
        "authorities: {cac-shanghai: lead}",
        "authorities: [cac-shanghai]",
        "authorities: expected keys with values",
    ),
    "text for a record": ("errata:\n", "errata:\n- text\n", "errata.0: expected keys with values"),
    "three offsets": ("at: [0, 23]", "at: [0, 23, 46]", "quotes.0.at: expected at most 2 items"),
    "no topic": ("topics: [ai/voices]", "topics: []", "topics: expected at least 1 item"),
    "no mention": (
        "issued}\n  mentions: [newsletter-2024-05:001]",
        "issued}\n  mentions: []",
        "mentions: expected at least 1 item",
    ),
    "empty quote": (
        "text: Lamps pay 40,000 a lamp",
        "text: ''",
        "text: expected some text",
    ),
    "long quote": (
        "text: Lamps pay 40,000 a lamp",
        "text: " + "x" * (QUOTE_LIMIT + 1),
        f"at most {QUOTE_LIMIT} characters",
    ),
    "long title": (
        "title: Lamps are quiet",
        "title: " + "x" * 121,
        "title: expected at most 120 characters, found 121",
    ),
    "empty summary": ("summary: Lamps have to be quiet.", "summary: '  '", "summary: the text is empty"),
    "negative count": ("unnamed_authorities: 1", "unnamed_authorities: -1", "expected at least 0"),
    "invalid day": (
        "date: 2024-05-02",
        "date: '2024-02-30'",
        "date: '2024-02-30' is not a date of the calendar",
    ),
    "invalid date": ("date: 2024-05-02", "date: May 2024", "date: 'May 2024' is not an EDTF date"),
    "time of day": ("date: 2024-05-02", "date: 2024-05-02T10:00:00Z", "date: expected text"),
    "interval in reverse": (
        "date: 2024-05-02",
        "date: 2024-05/2024-04",
        "'2024-05/2024-04' ends before it starts",
    ),
    "interval for a day": (
        "period_start: 2024-05-01",
        "period_start: 2024-05",
        "period_start: '2024-05' is not a day YYYY-MM-DD",
    ),
    "checksum of another form": (
        "sha256: 8a4b",
        "sha256: 8A4B",
        "source.sha256: expected 64 hexadecimal digits",
    ),
    "identifier of another form": (
        "id: TMT-0008",
        "id: TMT-8",
        "developments.0.id: expected the form of TMT-",
    ),
    "unknown action": (
        "issuance",
        "issuence",
        "action: unknown code 'issuence' of actions; did you mean 'issuance'",
    ),
    "unknown topic": (
        "[ai/voices]",
        "[ai/voice]",
        "topics.0: unknown code 'ai/voice' of topics; did you mean 'ai/voices'",
    ),
    "unknown place": (
        "'310000'",
        "'31000'",
        "jurisdiction: unknown code '31000' of places; did you mean '310000'",
    ),
    "unknown authority": (
        "cac-shanghai",
        "cac-shangai",
        "unknown code 'cac-shangai' of authorities; did you mean 'cac-shanghai'",
    ),
    "unknown role of an authority": (
        "shanghai: lead",
        "shanghai: leed",
        "cac-shanghai: unknown code 'leed' of development_authorities.role; did you mean 'lead'",
    ),
    "unknown role of a segment": (
        "role: development",
        "role: developmnt",
        "segments.0.role: unknown code 'developmnt' of segments.role; did you mean 'development'",
    ),
    "unknown section": (
        "section: legislative",
        "section: legislativ",
        "unknown code 'legislativ' of mentions.section; did you mean 'legislative'",
    ),
    "unknown kind of a source": (
        "kind: newsletter",
        "kind: newspaper",
        "source.kind: unknown code 'newspaper' of sources.kind; did you mean 'newsletter'",
    ),
    "unknown basis": (
        "basis: stated",
        "basis: statd",
        "unknown code 'statd' of developments.date_basis; did you mean 'stated'",
    ),
    "unknown variable": (
        "[action, auth",
        "[acton, auth",
        "quotes.0.supports.0: unknown code 'acton' of quotes.supports; did you mean 'action'",
    ),
    "unknown measure": (
        "measure: damages",
        "measure: damage",
        "figures.0.measure: unknown code 'damage' of measures; did you mean 'damages'",
    ),
    "unknown qualifier": (
        "qualifier: exact",
        "qualifier: exactly",
        "unknown code 'exactly' of figures.qualifier; did you mean 'exact'",
    ),
    "unknown kind of a figure": (
        "kind: penalty",
        "kind: penalties",
        "unknown code 'penalties' of figures.kind; did you mean 'penalty'",
    ),
    "unknown stage": (
        "{lamp-rules: issued}",
        "{lamp-rules: isued}",
        "lamp-rules: unknown code 'isued' of development_instruments.stage; did you mean 'issued'",
    ),
    "unknown stage in a list": (
        "{lamp-rules: issued}",
        "{lamp-rules: [draft, isued]}",
        "lamp-rules.1: unknown code 'isued' of development_instruments.stage",
    ),
    "unknown kind of an instrument": (
        "kind: local-rule",
        "kind: local-rules",
        "unknown code 'local-rules' of instrument_kinds; did you mean 'local-rule'",
    ),
    "unknown kind of an erratum": (
        "kind: error",
        "kind: eror",
        "errata.0.kind: unknown code 'eror' of errata.kind; did you mean 'error'",
    ),
}
#: The same for errors that only the whole shows, which a schema of one file cannot.
DANGLING: dict[str, tuple[str, str, str]] = {
    "unknown instrument": (
        "{lamp-rules: issued}",
        "{lamp-rule: issued}",
        "unknown code 'lamp-rule' of instruments; did you mean 'lamp-rules'",
    ),
    "relation that leads nowhere": (
        "implements: TMT-0001",
        "implements: TMT-0011",
        "TMT-0008: developments.0.relations.0.implements: unknown code 'TMT-0011' of developments; did you mean 'TMT-0001'",
    ),
    "relation of a quote that leads nowhere": (
        "finalises: TMT-0001",
        "finalises: TMT-0011",
        "TMT-0008: developments.0.quotes.0.relations.0.finalises: unknown code 'TMT-0011' of developments; did you mean 'TMT-0001'",
    ),
    "report of nothing": (
        "development: TMT-0001",
        "development: TMT-0011",
        "TMT-0011: reported_elsewhere.0.development: unknown code 'TMT-0011' of developments; did you mean 'TMT-0001'",
    ),
    "two relations in one": (
        "note: as it says",
        "continues: TMT-0001",
        "TMT-0008: developments.0.relations.0: expected exactly one relation",
    ),
    "no relation": (
        "{implements: TMT-0001, note",
        "{note",
        "TMT-0008: developments.0.relations.0: expected exactly one relation",
    ),
}


def broken(name: str) -> tuple[str, int, str]:
    """Return a file with one defect, the line that has to be named, and words of the message."""
    old, new, message = {**BROKEN, **DANGLING}[name]
    assert VALID.count(old) == 1, f"{old!r} occurs {VALID.count(old)} times"
    text = VALID.replace(old, new)
    # a missing key has no line: its record is named
    words = new.strip("\n").rpartition("\n")[2] or "- id: TMT-0008"
    return text, line_in(text, words), message


def line_in(text: str, words: str) -> int:
    return text.count("\n", 0, text.index(words)) + 1


def test_the_file_that_the_tests_break_is_valid(tmp_path: Path, codes: Codes) -> None:
    assert valid(tmp_path, VALID, codes).source.source_id == "newsletter-2024-05"


@pytest.mark.parametrize("name", [*BROKEN, *DANGLING])
def test_every_error_in_the_format_is_named_with_its_place(tmp_path: Path, codes: Codes, name: str) -> None:
    text, line, message = broken(name)
    annotation, found = checked(tmp_path, text, codes)
    assert annotation is None
    named = [c for c in found if message in c]
    assert len(named) == 1, found
    assert named[0].startswith(f"newsletter-2024-05.yaml:{line}: "), (line, named)
    others = 1 if "unknown key" in message and "is missing" in "".join(found) else 0
    assert len(found) == 1 + others, found  # a misspelt key is also a missing key


BROKEN_BYTES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "duplicate key": (lambda data: data + b"segments: []\n", 'found duplicate key "segments"'),
    "unclosed bracket": (lambda data: data + b"errata: [a,\n", "invalid YAML"),
    "tab for blanks": (lambda data: data + b"errata:\n\t- a\n", "invalid YAML"),
    "not UTF-8": (lambda data: data + b"# caf\xe9\n", "not UTF-8"),
    "control character": (lambda data: data + b"# \x00\n", "invalid YAML: special characters"),
    "second document": (lambda data: data + b"---\na: b\n", "invalid YAML"),
}


@pytest.mark.parametrize("name", BROKEN_BYTES)
def test_invalid_yaml_is_named_with_its_line(annotated: Package, name: str) -> None:
    change, message = BROKEN_BYTES[name]
    path = annotated[0] / ANNOTATIONS / f"{WINTER}.yaml"
    lines = path.read_bytes().count(b"\n")
    path.write_bytes(change(path.read_bytes()))
    found = complaints(annotated[0])
    assert len(found) == 1  # and no word of records that other files point to
    assert message in found[0]
    assert len(found[0]) < 250  # the content of the file is not repeated
    place, _, _ = found[0].partition(": ")
    assert place.startswith(f"{WINTER}.yaml:")
    assert lines < int(place.rpartition(":")[2]) <= lines + 3


@pytest.mark.parametrize("data", [b"", b"- a\n", b"text\n", b"# a comment\n"])
def test_a_file_without_a_mapping_is_an_error(annotated: Package, data: bytes) -> None:
    (annotated[0] / ANNOTATIONS / f"{WINTER}.yaml").write_bytes(data)
    assert complaints(annotated[0]) == [
        f"{WINTER}.yaml:1: expected a mapping with source, segments and developments"
    ]


def test_a_missing_file_is_an_annotation_error(tmp_path: Path) -> None:
    with pytest.raises(AnnotationError, match=r"missing\.yaml: no such file"):
        read_yaml(tmp_path / "missing.yaml")


def test_a_folder_without_annotations_is_an_annotation_error(package: Path) -> None:
    with pytest.raises(AnnotationError, match=r"no annotation files \(\*\.yaml\)"):
        read(package)


def test_a_missing_vocabulary_is_a_package_error(annotated: Package) -> None:
    (annotated[0] / "data" / "vocabularies" / "topics.csv").unlink()
    with pytest.raises(PackageError, match=r"data/vocabularies/topics\.csv: the file is missing; restore it"):
        read(annotated[0])


def test_reading_a_package_raises_every_problem(annotated: Package) -> None:
    text, line, message = broken("unknown topic")
    (annotated[0] / ANNOTATIONS / "newsletter-2024-05.yaml").write_text(text, encoding="utf-8")
    found = complaints(annotated[0])
    assert len(found) == 1
    assert found[0].startswith(f"newsletter-2024-05.yaml:{line}: TMT-0008: ")
    assert message in found[0]


def test_an_identifier_is_used_once_in_all_files(annotated: Package) -> None:
    package, _ = annotated
    path = package / ANNOTATIONS / "newsletter-2024-05.yaml"
    text = VALID.replace("id: TMT-0008", "id: TMT-0001").replace("id: lamp-rules", "id: lamp-data-rules")
    path.write_text(text.replace("{lamp-rules:", "{lamp-data-rules:"), encoding="utf-8")
    winter = package / ANNOTATIONS / f"{WINTER}.yaml"
    found = complaints(package)
    for name in ("lamp-data-rules", "TMT-0001"):
        there = line_of(winter, f"- id: {name}")
        assert (
            f"{path.name}:{line_of(path, f'- id: {name}')}: {name}: already declared at {winter}:{there}; "
            "give it another identifier, or merge the two"
        ) in found
    assert len(found) == 2


def test_an_identifier_is_used_once_in_a_file(annotated: Package) -> None:
    (annotated[0] / ANNOTATIONS / "newsletter-2024-05.yaml").write_text(
        VALID.replace(
            "instruments:\n- id", "instruments:\n- {id: lamp-rules, title: x, kind: local-rule}\n- id"
        ),
        encoding="utf-8",
    )
    found = complaints(annotated[0])
    assert len(found) == 1
    assert found[0].startswith("newsletter-2024-05.yaml:14: lamp-rules: already declared at ")


def test_a_file_has_the_name_of_its_source(annotated: Package) -> None:
    (annotated[0] / ANNOTATIONS / "newsletter-2024-07.yaml").write_text(VALID, encoding="utf-8")
    assert complaints(annotated[0]) == [
        "newsletter-2024-07.yaml:2: expected source_id 'newsletter-2024-07', found 'newsletter-2024-05'"
    ]


@pytest.mark.parametrize("instead", ["developments: 5\n", "developments: {a: b}\n", "developments: text\n"])
def test_records_that_are_not_a_list_are_one_error(annotated: Package, instead: str) -> None:
    path = annotated[0] / ANNOTATIONS / f"{WINTER}.yaml"
    text = path.read_text(encoding="utf-8")
    start, end = text.index("developments:\n"), text.index("errata:\n")
    path.write_text(text[:start] + instead + text[end:], encoding="utf-8")
    found = complaints(annotated[0])
    assert len(found) == 1
    assert "developments: expected a list, as [one, two]" in found[0]


def test_all_problems_of_all_files_come_together(annotated: Package) -> None:
    package, _ = annotated
    edit_annotation(package, WINTER, put("developments", 0, "action", "issuence"))
    edit_annotation(package, SPRING, put("developments", 2, "id", "TMT-0003"))
    text = VALID
    for name in (
        "unknown key of a record",
        "unknown topic",
        "relation that leads nowhere",
        "two relations in one",
    ):
        old, new, _ = {**BROKEN, **DANGLING}[name]
        text = text.replace(old, new)
    text = text.replace("source_id: newsletter-2024-05", "source_id: newsletter-2024-07")
    (package / ANNOTATIONS / "newsletter-2024-05.yaml").write_text(text, encoding="utf-8")
    (package / ANNOTATIONS / "newsletter-2024-09.yaml").write_text("[", encoding="utf-8")
    found = complaints(package)
    path = package / ANNOTATIONS / "newsletter-2024-05.yaml"
    for name, words, message in (
        (WINTER, "action: issuence", "unknown code 'issuence' of actions"),
        (SPRING, "id: TMT-0003", "TMT-0003: already declared at"),
        (path.stem, "source_id:", "expected source_id 'newsletter-2024-05'"),
        (path.stem, "sumary:", "sumary: unknown key"),
        (path.stem, "id: TMT-0008", "summary: the key is missing"),
        (path.stem, "topics:", "unknown code 'ai/voice'"),
        (path.stem, "continues:", "expected exactly one relation"),
        ("newsletter-2024-09", "[", "invalid YAML"),
    ):
        start = f"{name}.yaml:{line_of(package / ANNOTATIONS / f'{name}.yaml', words)}: "
        assert any(c.startswith(start) and message in c for c in found), (start, message, found)
    assert len(found) == 8


def test_without_codes_the_form_alone_is_checked(tmp_path: Path) -> None:
    text = VALID.replace("action: issuance", "action: anything")
    assert valid(tmp_path, text, {}).developments[0].action == "anything"
    annotation, found = checked(tmp_path, text, {"actions": ["issuance"]})
    assert annotation is None
    assert len(found) == 1


# the JSON Schema
def plain(text: str) -> Any:
    """Return YAML as plain JSON: dates are texts."""
    engine = YAML(typ="safe", pure=True)
    engine.constructor.add_constructor("tag:yaml.org,2002:timestamp", lambda _, node: node.value)
    return engine.load(text)


@pytest.fixture(scope="module")
def validator(codes: Codes) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(json_schema(codes))


def test_the_schema_is_valid_and_accepts_the_annotations_of_the_repository() -> None:
    schema = json_schema(known_codes(open_package()))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    paths = sorted((embedded() / ANNOTATIONS).glob("*.yaml"))
    assert paths
    for path in paths:
        errors = validator.iter_errors(plain(path.read_text(encoding="utf-8")))
        assert [f"{path.name}: {e.json_path}: {e.message}" for e in errors] == []


@pytest.mark.parametrize("date", ["2024-05-02", "'2024-05-02'", "2024", "2024-05/2024-06"])
def test_the_schema_accepts_valid_dates(validator: jsonschema.Draft202012Validator, date: str) -> None:
    document = plain(VALID.replace("date: 2024-05-02", f"date: {date}"))
    assert [f"{e.json_path}: {e.message}" for e in validator.iter_errors(document)] == []


#: JSON Schema has no calendar, and its keys are text.
BEYOND = {
    "invalid date",
    "invalid day",
    "empty summary",
    "interval for a day",
    "interval in reverse",
    "key that is not text",
    "not a number",
    "time of day",
}


@pytest.mark.parametrize("name", sorted(set(BROKEN) - BEYOND))
def test_the_schema_rejects_errors_in_the_format(
    validator: jsonschema.Draft202012Validator, name: str
) -> None:
    assert not validator.is_valid(plain(broken(name)[0]))


def test_the_schema_keeps_no_internal_marks(codes: Codes) -> None:
    assert "x-codes" not in repr(json_schema(codes))


def test_known_codes_are_those_of_the_declaration() -> None:
    package = open_package()
    descriptor, codes = package.descriptor, known_codes(package)
    assert {t.name for t in descriptor.tables.values() if t.is_vocabulary} <= set(codes)
    assert codes["segments.role"] == list(descriptor.table("segments").field("role").enum)
    names = "|".join(codes["quotes.supports"])
    assert descriptor.table("quotes").field("supports").pattern == f"(?:{names})(?: (?:{names}))*"
    assert [*Relation.model_fields] == [*descriptor.table("relations").field("relation").enum, "note"]


@pytest.mark.parametrize("name", [f"{WINTER}.yml", "newsletter-2024-05.YAML", "newsletter-2024-05.yml"])
def test_a_file_that_is_not_read_is_named(annotated: Package, name: str) -> None:
    folder = annotated[0] / ANNOTATIONS
    if name.startswith(WINTER):
        (folder / f"{WINTER}.yaml").rename(folder / name)
    else:
        (folder / name).write_bytes((folder / f"{WINTER}.yaml").read_bytes())
    suffix = name.rpartition(".")[2]
    # and no word of the records that other files point to
    assert complaints(annotated[0]) == [
        f"{name}: expected the suffix .yaml, found .{suffix}; rename it: no other file is read"
    ]


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: path.symlink_to(path)], ids=["folder", "loop"])
def test_a_file_that_cannot_be_read_is_an_annotation_error(
    annotated: Package, make: Callable[[Path], None]
) -> None:
    path = annotated[0] / ANNOTATIONS / f"{WINTER}.yaml"
    path.unlink()
    make(path)
    (found,) = complaints(annotated[0])
    assert found.startswith(f"{WINTER}.yaml: cannot be read (")
    assert found.endswith("); expected a YAML file")


@pytest.mark.parametrize("date", ["2024-02-30", "2024-13-01"])
def test_an_invalid_date_is_named_with_its_line(annotated: Package, date: str) -> None:
    path = annotated[0] / ANNOTATIONS / f"{WINTER}.yaml"
    text = path.read_text("utf-8")
    old = next(line for line in text.splitlines() if line.startswith("  date: "))
    path.write_text(text.replace(old, f"  date: {date}", 1), encoding="utf-8")
    (found,) = complaints(annotated[0])
    assert found.startswith(f"{WINTER}.yaml:{line_of(path, f'date: {date}')}: ")
    assert "is out of range" in found or "must be in 1..12" in found
    assert found.endswith(f"found {date!r}")
