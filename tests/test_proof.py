"""Quotes, segments and sources are checked against the texts; what cannot be checked is reported."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from factories import (
    NEEDS_SOURCES,
    SOURCES,
    SPRING,
    WINTER,
    edit_annotation,
    edit_descriptor,
    edit_table,
    read_table,
    source_text,
)
from hypothesis import example, given
from hypothesis import strategies as st

import tmt_dataset as tmt
from tmt_dataset.analysis import coverage
from tmt_dataset.characters import UNSEEN
from tmt_dataset.coding.compile import compiled
from tmt_dataset.coding.locate import locate, offsets
from tmt_dataset.coding.proof import prove
from tmt_dataset.dataset import Dataset
from tmt_dataset.errors import PackageError, PackageNotFoundError, QuoteNotFoundError
from tmt_dataset.files import sha256
from tmt_dataset.package import open_package
from tmt_dataset.validation.findings import Finding, Report
from tmt_dataset.validation.verbatim import escaped, unescaped

Package = tuple[Path, Path]


def proved(package: Path, sources: Path) -> Report:
    return prove(tmt.load(package), sources)


def only(report: Report) -> Finding:
    assert not report.valid
    assert len(report) == 1, str(report)
    return report.findings[0]


def edit_text(sources: Path, source: str, old: str, new: str) -> None:
    path = sources / f"{source}.txt"
    text = path.read_bytes().decode()
    assert text.count(old) == 1
    path.write_bytes(text.replace(old, new).encode())


# the small package
def test_what_was_coded_is_proved(annotated: Package) -> None:
    package, sources = annotated
    report = proved(package, sources)
    assert report.valid
    assert len(report) == 0
    assert report.unchecked == ()
    assert report.checked == {
        name: len(read_table(package, name)) for name in ("sources", "segments", "quotes", "errata", "terms")
    }


@pytest.mark.parametrize(
    "words", ["Measures for Talking Lamps (15 january)", "Measures for Talking Lamps (15 January"]
)
def test_a_tampered_quote_is_found(annotated: Package, words: str) -> None:
    package, sources = annotated
    exact = "Measures for Talking Lamps (15 January)"
    row = read_table(package, "quotes")["exact"].tolist().index(exact)
    edit_table(package, "quotes", lambda f: f.__setitem__("exact", f["exact"].replace(exact, words)))
    finding = only(proved(package, sources))
    assert (finding.table, finding.row, finding.field) == ("quotes", row + 2, "exact")
    assert (finding.expected, finding.found) == (repr(words), exact)
    assert f"{WINTER} 326-365" in finding.message
    assert "--locate" in finding.hint


@pytest.mark.parametrize(("start", "end"), [(1, 1), (-1, -1), (0, 10**6)])
def test_a_tampered_offset_is_found(annotated: Package, start: int, end: int) -> None:
    package, sources = annotated

    def shift(frame: pd.DataFrame) -> None:
        for column, by in (("start", start), ("end", end)):
            first, *others = frame[column]
            frame[column] = [str(int(first) + by), *others]

    edit_table(package, "quotes", shift)
    finding = only(proved(package, sources))
    assert (finding.table, finding.row) == ("quotes", 2)


def test_an_end_beyond_the_text_is_found(annotated: Package) -> None:
    # the last words of a text are also those of a slice that runs over its end
    package, sources = annotated
    text = source_text(SPRING)

    def last_words(frame: pd.DataFrame) -> None:
        row = frame.index[frame["source_id"] == SPRING][0]
        frame.loc[row, ["start", "end", "exact"]] = [str(len(text) - 7), str(len(text) + 9), text[-7:]]

    edit_table(package, "quotes", last_words)
    assert only(proved(package, sources)).table == "quotes"


def test_a_tampered_erratum_is_found(annotated: Package) -> None:
    package, sources = annotated
    edit_table(package, "errata", lambda f: f.__setitem__("has", "Court decides third case"))
    finding = only(proved(package, sources))
    assert (finding.table, finding.row, finding.field) == ("errata", 2, "has")
    assert finding.found == "Court decides first case"


def test_a_tampered_segment_checksum_is_found(annotated: Package) -> None:
    package, sources = annotated
    edit_table(package, "segments", lambda f: f.__setitem__("sha256", ["0" * 64, *f["sha256"][1:]]))
    finding = only(proved(package, sources))
    assert (finding.table, finding.row, finding.field) == ("segments", 2, "sha256")
    assert finding.expected == "0" * 64
    assert finding.found == sha256(b"The Lamp Gazette: January and February 2024\n")


def test_a_segment_that_was_cut_elsewhere_is_found(annotated: Package) -> None:
    package, sources = annotated
    edit_table(
        package, "segments", lambda f: f.__setitem__("end", [str(int(f["end"][0]) - 1), *f["end"][1:]])
    )
    assert only(proved(package, sources)).row == 2


def test_a_tampered_source_checksum_is_found(annotated: Package) -> None:
    package, sources = annotated
    edit_table(package, "sources", lambda f: f.__setitem__("sha256", [f["sha256"][0], "0" * 64]))
    finding = only(proved(package, sources))
    assert (finding.table, finding.row, finding.field) == ("sources", 3, "sha256")
    assert finding.message == "the text is not the one that was coded"


def test_a_count_of_words_that_is_not_that_of_the_text_is_found(annotated: Package) -> None:
    package, sources = annotated

    def recount(terms: pd.DataFrame) -> pd.DataFrame:
        terms.loc[0, "count"] = "99"
        terms.loc[1, "stem"] = "zebra"
        return terms

    edit_table(package, "terms", recount)
    found = [(f.table, f.row, f.field, f.expected, f.found) for f in proved(package, sources)]
    assert found == [
        ("terms", 2, "count", "1", "99"),
        ("terms", 3, "count", "0", "1"),
        ("terms", None, "stem", "a row for it", "none"),
    ]


def test_a_text_that_was_changed_in_a_quote_is_found_everywhere(annotated: Package) -> None:
    package, sources = annotated
    edit_text(sources, WINTER, "(15 January)", "(16 January)")
    report = proved(package, sources)
    assert [(f.table, f.field) for f in report] == [
        ("sources", "sha256"), ("segments", "sha256"), ("quotes", "exact"),
    ]  # fmt: skip
    assert report.findings[2].found == "Measures for Talking Lamps (16 January)"


def test_a_text_that_was_changed_between_the_quotes_is_found(annotated: Package) -> None:
    package, sources = annotated
    edit_text(sources, WINTER, "by post or through a form", "by form or through a post")
    assert [(f.table, f.field) for f in proved(package, sources)] == [
        ("sources", "sha256"),
        ("segments", "sha256"),
    ]


@pytest.mark.parametrize(
    "change", [lambda t: t + "\n", lambda t: "\ufeff" + t, lambda t: t.replace("\n", "\r\n")]
)
def test_a_text_that_was_saved_otherwise_is_found(annotated: Package, change: Callable[[str], str]) -> None:
    package, sources = annotated
    path = sources / f"{SPRING}.txt"
    path.write_bytes(change(path.read_bytes().decode()).encode())
    findings = [(f.table, f.row, f.field) for f in proved(package, sources)]
    assert findings[:2] == [("sources", 3, "sha256"), ("sources", 3, "characters")]


#: What a source may have within its words, and how a quote has it.
UNHELD = {
    "\u200b": r"\u{200B}",
    "\u200e": r"\u{200E}",
    "\ufeff": r"\u{FEFF}",
    "\n": r"\u{A}",
    "\r\n": r"\u{D}\u{A}",
    "\t": r"\u{9}",
    "\u2028": r"\u{2028}",
    "e\u0301": r"e\u{301}",
    "\u212b": r"\u{212B}",
    r"\u{200B}": r"\u{5C}u{200B}",
}


@pytest.mark.parametrize("inside", UNHELD)
@pytest.mark.parametrize("as_received", [True, False])
def test_words_that_no_table_may_hold_are_quoted_with_an_escape(
    annotated: Package, inside: str, as_received: bool
) -> None:
    """Verbatim they failed the check of bytes, and cleaned they were not found: each message led to the other."""
    package, sources = annotated
    old, (before, after) = "Talking Lamps (15 January)", ("Talking La", "mps (15 January)")
    edit_text(sources, WINTER, old, before + inside + after)
    text = (sources / f"{WINTER}.txt").read_bytes().decode()
    # a literal escape of a source has to be escaped by the coder too
    verbatim = as_received and "{" not in inside
    words = f"Measures for {before}{inside if verbatim else UNHELD[inside]}{after}"

    def recode(node: Any) -> None:
        node["source"].update(sha256=sha256(text.encode()), characters=len(text))
        quote = next(q for d in node["developments"] for q in d["quotes"] if old in q["text"])
        quote["text"] = words
        for segment in node["segments"]:  # those behind the change move on
            segment["at"] = [n + len(inside) * (n > text.index(before)) for n in segment["at"]]

    edit_annotation(package, WINTER, recode)
    locate(package / "data" / "annotations", sources)
    for path, data in compiled(package, open_package(package), sources)[1].items():
        (package / path).write_bytes(data)
    assert proved(package, sources).valid
    assert f"Measures for {before}{UNHELD[inside]}{after}" in read_table(package, "quotes")["exact"].tolist()
    report = tmt.validate(package)
    assert not [f for f in report.findings if f.rule in ("bytes", "form", "quote-length")], str(report)


def test_the_message_for_words_without_their_escape_shows_how_to_write_them(annotated: Package) -> None:
    with pytest.raises(QuoteNotFoundError) as caught:
        offsets("over 40,000 talking lamps", "sold over 40,\u200b000 talking lamps in May")
    assert r"nearest: 'over 40,\u{200B}000 talking lamps'" in str(caught.value)
    assert offsets(r"over 40,\u{200B}000 talking lamps", "sold over 40,\u200b000 talking lamps in May") == [
        5,
        31,
    ]


@given(st.text(max_size=60))
@example("e\u0301\u200b\u0301 \u1100\u1161\u11a8 \r\n\\u{41}")
def test_what_is_escaped_is_proved_and_may_be_held(text: str) -> None:
    held = escaped(text)
    assert unescaped(held) == text
    assert escaped(unescaped(held)) == held
    assert unicodedata.is_normalized("NFC", held)
    assert not UNSEEN.search(held)
    assert "\n" not in held


def test_a_missing_text_is_reported_and_the_others_are_checked(annotated: Package) -> None:
    package, sources = annotated
    (sources / f"{WINTER}.txt").unlink()
    edit_text(sources, SPRING, "(20 March)", "(21 March)")
    report = proved(package, sources)
    assert len(report.unchecked) == 1
    assert report.unchecked[0].startswith(
        f"{WINTER}: {WINTER}.txt in {sources}: no such file; its quotes and checksums were not checked"
    )
    assert f"proved 0 of 2 sources; not checked: {WINTER}; NOT valid: 3 findings" in str(report)
    spring = read_table(package, "quotes")["source_id"] == SPRING
    assert (report.checked["sources"], report.checked["quotes"]) == (1, int(spring.sum()))
    assert {f.table for f in report} == {"sources", "segments", "quotes"}


def test_without_any_text_nothing_is_called_checked(annotated: Package, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    report = proved(annotated[0], tmp_path / "empty")
    assert set(report.checked.values()) == {0}
    assert len(report.unchecked) == 2
    assert not report
    assert report.to_dict()["not_checked"] == [WINTER, SPRING]
    verdict = str(report).splitlines()[-1]
    assert verdict.startswith(f"proved 0 of 2 sources; not checked: {WINTER}, {SPRING}. No text was checked")


def test_a_proof_that_leaves_a_source_out_is_not_valid(annotated: Package) -> None:
    package, sources = annotated
    (sources / f"{WINTER}.txt").unlink()
    report = prove(tmt.load(package), sources)
    finding = only(report)
    assert (finding.table, finding.row, finding.field) == ("sources", 2, "source_id")
    assert (finding.expected, finding.found) == (f"{WINTER}.txt in {sources}", "no such file")
    assert (report.proved, report.not_checked) == ((SPRING,), (WINTER,))
    assert str(report).splitlines()[-1] == f"proved 1 of 2 sources; not checked: {WINTER}"
    found = json.loads(report.to_json())
    assert (found["valid"], found["proved"], found["not_checked"]) == (False, [SPRING], [WINTER])


@pytest.mark.parametrize("make", [Path.mkdir, lambda path: path.symlink_to(path)], ids=["folder", "loop"])
def test_a_text_that_cannot_be_read_is_reported(annotated: Package, make: Callable[[Path], None]) -> None:
    package, sources = annotated
    text = sources / f"{SPRING}.txt"
    text.unlink()
    make(text)
    report = prove(tmt.load(package), sources)
    assert only(report).row == 3
    assert report.not_checked == (SPRING,)
    reason = report.findings[0].found or ""
    assert re.fullmatch(
        r"cannot be read \((Is a directory|Too many levels of symbolic links)\); expected a file", reason
    )
    assert f"{SPRING}: {SPRING}.txt in {sources}: {reason}; its quotes" in report.unchecked[0]


def test_the_folder_may_be_a_text(annotated: Package) -> None:
    package, sources = annotated
    assert prove(tmt.load(package), str(sources)).valid
    with pytest.raises(PackageNotFoundError, match="nowhere: no such folder"):
        prove(tmt.load(package), str(sources / "nowhere"))


def test_a_missing_folder_is_an_error(annotated: Package) -> None:
    with pytest.raises(PackageNotFoundError, match="nowhere: no such folder; expected the source texts"):
        proved(annotated[0], annotated[1] / "nowhere")


def test_offsets_that_are_no_numbers_are_an_error(annotated: Package) -> None:
    package, sources = annotated

    def as_text(raw: dict[str, Any]) -> None:
        quotes = next(r for r in raw["resources"] if r["name"] == "quotes")
        next(f for f in quotes["schema"]["fields"] if f["name"] == "end")["type"] = "string"

    edit_descriptor(package, as_text)
    with pytest.raises(PackageError, match="prove: quotes, end: expected the type Int64, found str"):
        proved(package, sources)


def test_a_text_that_is_not_utf8_is_a_finding(annotated: Package) -> None:
    package, sources = annotated
    (sources / f"{SPRING}.txt").write_bytes(b"caf\xe9")
    finding = only(proved(package, sources))
    assert (finding.table, finding.row, finding.expected) == ("sources", 3, "UTF-8")
    assert f"{SPRING}.txt is not UTF-8" in finding.message


# the real package
@NEEDS_SOURCES
def test_the_real_package_is_proved_by_the_texts() -> None:
    ds = tmt.load()
    report = prove(ds, SOURCES)
    assert report.unchecked == ()
    assert report.checked == {
        name: len(ds[name]) for name in ("sources", "segments", "quotes", "errata", "terms")
    }
    assert str(report) == str(Report((), report.checked))


@NEEDS_SOURCES
def test_the_texts_have_the_characters_that_are_accounted_for() -> None:
    table = coverage(tmt.load()).set_index("source_id")
    for source in table.index:
        assert table.loc[source, "characters"] == len((SOURCES / f"{source}.txt").read_bytes().decode())


def test_every_character_of_the_real_sources_is_accounted_for() -> None:
    ds = tmt.load()
    table = coverage(ds)
    assert table["source_id"].tolist() == ds.sources["source_id"].tolist()
    assert table["accounted"].tolist() == [100.0] * len(table)
    roles = list(ds.descriptor.table("segments").field("role").enum)
    assert (table[roles].sum(axis=1) == table["characters"]).all()
    assert table["developments"].sum() == len(ds.developments)
    assert table["quotes"].sum() == len(ds.quotes)
    assert (table["dated"] + table["undated"] == table["developments"]).all()


# coverage, counted by hand
def dataset(segments: list[tuple[int, int, str]], characters: int = 100) -> Dataset:
    """Return one source with segments (start, end, role), three developments and two quotes."""
    descriptor = open_package().descriptor
    names = [f"s:{n}" for n in range(len(segments))]
    return Dataset(
        descriptor,
        {
            "sources": pd.DataFrame({"source_id": ["s"], "characters": [characters]}),
            "segments": pd.DataFrame(segments, columns=["start", "end", "role"]).assign(
                segment_id=names, source_id="s"
            ),
            "developments": pd.DataFrame(
                {"development_id": ["A", "B", "C"], "date_basis": ["stated", "period", "stated"]}
            ),
            "mentions": pd.DataFrame(
                [
                    ("A", "s:1", "primary"),
                    ("A", "s:2", "primary"),
                    ("B", "s:3", "primary"),
                    ("C", "s:3", "secondary"),
                ],
                columns=["development_id", "segment_id", "rank"],
            ),
            "quotes": pd.DataFrame({"source_id": ["s", "s"], "start": [40, 45], "end": [50, 52]}),
        },
    )


TILED = [
    (0, 10, "boilerplate"),
    (10, 20, "heading"),
    (20, 60, "development"),
    (60, 75, "development"),
    (75, 80, "heading"),
    (80, 100, "outlook"),
]


def test_coverage_counts_what_a_reader_counts() -> None:
    (row,) = coverage(dataset(TILED)).to_dict("records")
    assert row == {
        "source_id": "s",
        "characters": 100,
        "accounted": 100.0,
        "boilerplate": 10,
        "introduction": 0,
        "section-heading": 0,
        "heading": 15,
        "development": 55,
        "commentary": 0,
        "outlook": 20,
        "items": 3,  # a heading with its body, a body, a heading alone
        "developments": 2,
        "mentions": 3,
        "quotes": 2,
        "quoted": 12.0,  # 40-52
        "dated": 1,
        "undated": 1,
    }


@pytest.mark.parametrize(
    ("segments", "accounted"),
    [
        ([*TILED[:-1], (80, 99, "outlook")], 99.0),
        ([*TILED[:-1], (85, 100, "outlook")], 95.0),
        ([*TILED[:-1], (70, 100, "outlook")], 90.0),  # ten characters lie in two segments
        ([*TILED, (90, 100, "outlook"), (90, 100, "outlook")], 90.0),  # in three
        ([*TILED[:-1], (80, 120, "outlook")], 100.0),  # what lies beyond the source is none of its characters
    ],
)
def test_gaps_and_overlaps_are_not_accounted_for(
    segments: list[tuple[int, int, str]], accounted: float
) -> None:
    assert coverage(dataset(segments))["accounted"].tolist() == [accounted]


def test_one_missing_character_of_many_is_less_than_all() -> None:
    table = coverage(dataset([(0, 10, "heading"), (11, 100_000, "development")], 100_000))
    assert table["accounted"].tolist() == [99.99]


def test_coverage_of_the_small_package(annotated: Package) -> None:
    table = coverage(tmt.load(annotated[0])).set_index("source_id")
    assert table["accounted"].tolist() == [100.0, 100.0]
    assert table["characters"].to_dict() == {s: len(source_text(s)) for s in (WINTER, SPRING)}
    assert table["developments"].to_dict() == {WINTER: 4, SPRING: 3}
    assert table["mentions"].to_dict() == {WINTER: 4, SPRING: 4}  # one of them further
    assert table["undated"].to_dict() == {WINTER: 1, SPRING: 1}
