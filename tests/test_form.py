"""Canonical bytes parse back as they were; anything else is found, named by its line, and never raises."""

from __future__ import annotations

import csv
import io
import sys
import unicodedata
from pathlib import Path

import factories
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tmt_dataset.characters import UNSEEN
from tmt_dataset.descriptor import DESCRIPTOR, Descriptor, Table
from tmt_dataset.validation import validate, values
from tmt_dataset.validation.findings import Finding
from tmt_dataset.validation.form import decoded, parsed


def table(columns: int) -> Table:
    """Return a table of columns ``a``, ``b`` …, all of text."""
    fields = [{"name": chr(ord("a") + n), "type": "string"} for n in range(columns)]
    return Table.from_json({"name": "t", "path": "data/t.csv", "schema": {"fields": fields}})


def read(data: bytes, columns: int = 3) -> tuple[pd.DataFrame, list[Finding]]:
    text, found = decoded(data, "t")
    frame, more = parsed(text, table(columns))
    return frame, found + more


def places(data: bytes, columns: int = 3) -> set[tuple[str, int | None]]:
    return {(f.rule, f.row) for f in read(data, columns)[1]}


def cells(frame: pd.DataFrame) -> list[list[str]]:
    return [["" if pd.isna(v) else str(v) for v in row] for row in frame.itertuples(index=False)]


def is_text(value: str) -> bool:
    return "\n" not in value and UNSEEN.search(value) is None


text = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
texts = st.one_of(
    st.text(" \",;'ab=é中\u3000", max_size=6),
    text.map(lambda v: unicodedata.normalize("NFC", v)).filter(is_text),
)


@st.composite
def frames(draw: st.DrawFn) -> tuple[int, list[list[str]]]:
    columns = draw(st.integers(1, 4))
    rows = st.lists(st.lists(texts, min_size=columns, max_size=columns), max_size=6)
    return columns, draw(rows)


def canonical(columns: int, rows: list[list[str]]) -> bytes:
    return factories.csv_bytes([chr(ord("a") + n) for n in range(columns)], rows)


@given(frames())
@example((1, [[""], ["x"], [""]]))
@example((2, [['"', ","], ['""', '",\n"'.replace("\n", " ")]]))
@example((2, [[" a ", "\u00a0"], ["NA", "null"], ["nan", "007"], ["1e3", "true"]]))
def test_canonical_text_parses_back_and_is_clean(given: tuple[int, list[list[str]]]) -> None:
    columns, rows = given
    frame, found = read(canonical(columns, rows), columns)
    assert found == []
    assert cells(frame) == rows
    assert list(frame.index) == list(range(2, len(rows) + 2))  # the lines of the file
    assert all(dtype == "str" for dtype in frame.dtypes)


@given(frames(), st.data())
def test_corruption_of_a_byte_never_raises(given: tuple[int, list[list[str]]], data: st.DataObject) -> None:
    columns, rows = given
    content = canonical(columns, rows)
    at = data.draw(st.integers(0, len(content)))
    signs = st.sampled_from([b"", b'"', b",", b"\n", b"\r", b"\x00", b"\xef\xbb\xbf", b"\xff", b" "])
    new = data.draw(st.one_of(signs, st.binary(max_size=3)))
    content = content[:at] + new + content[at + data.draw(st.integers(0, 2)) :]
    frame, found = read(content, columns)
    assert list(frame.columns) == table(columns).field_names
    assert not frame.index.has_duplicates
    # whatever is called clean is the one way to write what was read
    if not found:
        assert canonical(columns, cells(frame)) == content


@given(st.binary(max_size=60))
def test_any_bytes_are_read_or_reported(content: bytes) -> None:
    frame, found = read(content)
    assert found or canonical(3, cells(frame)) == content
    assert all(f.table == "t" and f.rule in ("bytes", "form") and str(f) for f in found)


@given(frames())
def test_both_ways_of_reading_agree(given: tuple[int, list[list[str]]]) -> None:
    """A table with one spoilt line at its end is read line by line; its other lines are the same."""
    columns, rows = given
    quick, _ = read(canonical(columns, rows), columns)
    slow, found = read(canonical(columns, rows) + b'x"y\n', columns)
    assert found
    pd.testing.assert_frame_equal(quick, slow.loc[quick.index], check_index_type=False)


def in_the_one_form(content: str, columns: int) -> bool:
    """Say the same as the module, by parsing and writing again."""
    try:
        rows = list(csv.reader(io.StringIO(content, newline=""), strict=True))
    except csv.Error:
        return False
    whole = all(len(row) == columns for row in rows) and content.count("\n") == len(rows)
    return whole and canonical(columns, rows[1:]).decode() == content


@settings(max_examples=400)
@given(st.text('",\n a', max_size=14), st.integers(1, 3))
@example('""""\n', 1)
@example('"",\n', 2)
@example('"a"",","",a"\n', 2)
@example('"a""",""",a"\n', 2)
@example('a,"\n"\n', 2)
@example(',"""a",","""\n', 3)
def test_the_one_form_is_what_is_written_again(rows: str, columns: int) -> None:
    content = canonical(columns, []).decode() + rows + ("" if rows.endswith("\n") or not rows else "\n")
    assert (read(content.encode(), columns)[1] == []) == in_the_one_form(content, columns)


HEADER = b"a,b,c\n"
GOOD = HEADER + b"1,2,3\n4,5,6\n7,8,9\n"

# fmt: off
DEFECTS = [
    ("byte order mark", b"\xef\xbb\xbf" + GOOD, {("bytes", 1)}),
    ("Latin-1", HEADER + b"1,2,3\n4,caf\xe9,6\n", {("bytes", 3)}),
    ("CRLF", GOOD.replace(b"\n", b"\r\n"), {("bytes", 1)}),
    ("CR alone", HEADER + b"1,2,3\n4,5\r,6\n", {("bytes", 3)}),
    ("NUL", HEADER + b"1,2,3\n4,5\x00,6\n", {("bytes", 3)}),
    ("tab", HEADER + b"1,2,3\n4,5\t,6\n", {("bytes", 3)}),
    ("next line", HEADER + b"1,2,3\n4,5\xc2\x85,6\n", {("bytes", 3)}),
    ("line separator", HEADER + b"1,2,3\n4,5\xe2\x80\xa8,6\n", {("bytes", 3)}),
    ("zero-width space", HEADER + "1,2,3\n4,5\u200b,6\n".encode(), {("bytes", 3)}),
    ("zero-width joiner", HEADER + "1,2,3\n4,5\u200d5,6\n".encode(), {("bytes", 3)}),
    ("mark of direction", HEADER + "1,2,3\n4,\u200f5,6\n".encode(), {("bytes", 3)}),
    ("override of direction", HEADER + "1,2,3\n4,\u202e5,6\n".encode(), {("bytes", 3)}),
    ("word joiner", HEADER + "1,2,3\n4,5\u20605,6\n".encode(), {("bytes", 3)}),
    ("isolate", HEADER + "1,2,3\n4,\u20665\u2069,6\n".encode(), {("bytes", 3)}),
    ("byte order mark in a cell", HEADER + "1,2,3\n4,5\ufeff,6\n".encode(), {("bytes", 3)}),
    ("two controls", HEADER + b"1,2\x0c,3\n4,5\x00,6\n", {("bytes", 2), ("bytes", 3)}),
    ("not NFC", HEADER + "1,e\u0301,3\n4,u\u0308,6\n".encode(), {("bytes", 2), ("bytes", 3)}),
    ("no line end", GOOD.removesuffix(b"\n"), {("bytes", 4)}),
    ("blank line", HEADER + b"1,2,3\n\n4,5,6\n", {("form", 3)}),
    ("blank line first", b"\n" + GOOD, {("form", 1)}),
    ("blank line last", GOOD + b"\n", {("form", 5)}),
    ("short row", HEADER + b"1,2,3\n4,5\n", {("form", 3)}),
    ("extra cell", HEADER + b"1,2,3\n4,5,6,7\n", {("form", 3)}),
    ("extra empty cell", HEADER + b"1,2,3\n4,5,6,\n", {("form", 3)}),
    ("extra quoted cell", HEADER + b'1,2,3\n4,"5,5",6,"7,7"\n', {("form", 3)}),
    ("short quoted row", HEADER + b'1,2,3\n4,"5,6,7"\n', {("form", 3)}),
    ("needless quotes", HEADER + b'1,2,3\n4,"5",6\n', {("form", 3)}),
    ("space before quotes", HEADER + b'1,2,3\n4, "5,5",6\n', {("form", 3)}),
    ("quote within a cell", HEADER + b'1,2,3\n4,5"5,6\n', {("form", 3)}),
    ("two quotes within a cell", HEADER + b'1,2,3\n4,5"5",6\n', {("form", 3)}),
    ("text behind quotes", HEADER + b'1,2,3\n4,"5"5,6\n', {("form", 3)}),
    ("backslash for a quote", HEADER + b'1,2,3\n4,"5\\"5",6\n', {("form", 3)}),
    ("newline in a cell", HEADER + b'1,2,3\n4,"5\n5",6\n7,8,9\n', {("form", 3), ("form", 4)}),
    ("newline at the end of a cell", HEADER + b'1,2,"3\n"\n7,8,9\n', {("form", 2), ("form", 3)}),
    ("quote not closed", HEADER + b'1,2,3\n4,"5,6\n7,8,9\n', {("form", 3)}),
    ("quote not closed, twice", HEADER + b'1,"2,3\n4,"5,6\n7,8,9\n', {("form", 2), ("form", 3)}),
    ("semicolons", GOOD.replace(b",", b";"), {("form", 1)}),
    ("tabs", GOOD.replace(b",", b"\t"), {("bytes", 1), ("form", 1)}),
    ("other header", GOOD.replace(b"a,b,c", b"a,b,d"), {("form", 1)}),
    ("header in another order", GOOD.replace(b"a,b,c", b"b,a,c"), {("form", 1)}),
    ("quoted header", GOOD.replace(b"a,b,c", b'"a",b,c'), {("form", 1)}),
    ("no header", GOOD.removeprefix(HEADER), {("form", 1)}),
    ("empty", b"", {("bytes", 1), ("form", 1)}),
    ("cell of a quarter of a million characters", HEADER + b"1,2,3\n4," + b'"' + b"x," * 125_000 + b'"' + b",6\n", {("form", 3)}),
]
# fmt: on


@pytest.mark.parametrize(("name", "content", "expected"), DEFECTS, ids=[name for name, _, _ in DEFECTS])
def test_defect_is_found_on_its_line(name: str, content: bytes, expected: set[tuple[str, int]]) -> None:
    assert places(content) >= expected, name
    if name not in ("empty", "tabs", "semicolons"):
        assert {row for _, row in places(content)} == {row for _, row in expected}, name


def test_sound_table_has_no_finding() -> None:
    frame, found = read(GOOD)
    assert found == []
    assert cells(frame) == [["1", "2", "3"], ["4", "5", "6"], ["7", "8", "9"]]


def test_rows_with_too_few_or_too_many_cells_are_judged_no_further() -> None:
    frame, _ = read(HEADER + b"1,2,3\n4,5\n7,8,9,10\nx,y,z\n")
    assert cells(frame) == [["1", "2", "3"], ["x", "y", "z"]]
    assert list(frame.index) == [2, 5]


def test_lines_around_a_defect_are_read() -> None:
    frame, _ = read(HEADER + b'1,2,3\n4,"5\n5",6\n7,8,9\n')
    assert list(frame.loc[2]) == ["1", "2", "3"]
    assert list(frame.loc[5]) == ["7", "8", "9"]


def test_field_declared_twice_is_a_header_that_cannot_be_met() -> None:
    twice = Table.from_json(
        {"name": "t", "path": "t.csv", "schema": {"fields": [{"name": "a"}, {"name": "a"}]}}
    )
    for data in (b"a,a\n1,2\n", b"a\n1\n"):
        frame, _ = parsed(data.decode(), twice)
        assert list(frame.columns) == ["a"]


def test_messages_say_what_was_expected_and_found() -> None:
    (finding,) = read(HEADER + b'1,"2",3\n')[1]
    assert (finding.expected, finding.found) == ("1,2,3", '1,"2",3')
    (finding,) = read(HEADER + b"1,2\n")[1]
    assert (finding.expected, finding.found) == ("3", "2")
    assert "too few cells" in finding.message
    (finding,) = read(HEADER + b'1,"2\n3",4\n')[1][:1]
    assert "newline within a cell" in finding.message


def test_characters_that_nobody_sees_are_named_and_taken_out() -> None:
    """Two titles that look alike were two titles."""
    frame, found = read(HEADER + "1,a\u200bb\u202ec,3\n".encode())
    assert [f.message for f in found] == [
        "the file has an invisible (U+200B) character",
        "the file has an invisible (U+202E) character",
    ]
    assert cells(frame) == [["1", "abc", "3"]]
    assert all("annotation" in f.hint for f in found)


#: The property Default_Ignorable_Code_Point of Unicode.
DEFAULT_IGNORABLE = (
    "00AD 034F 061C 115F-1160 17B4-17B5 180B-180F 200B-200F 202A-202E 2060-206F 3164 FE00-FE0F FEFF FFA0 FFF0-FFF8 "
    "1BCA0-1BCA3 1D173-1D17A E0000-E0FFF"
)


def test_every_character_that_nobody_sees_is_known() -> None:
    ignorable = {
        code
        for part in DEFAULT_IGNORABLE.split()
        for code in range(int(part[:5].partition("-")[0], 16), int(part.rpartition("-")[2], 16) + 1)
    }
    assert len(ignorable) > 4000
    for code in range(sys.maxunicode + 1):
        category = unicodedata.category(chr(code))
        noncharacter = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF
        control = category in ("Cc", "Co", "Cs", "Zl", "Zp") and code != 0x0A
        if code in ignorable or control or noncharacter or 0xFFF9 <= code <= 0xFFFC:
            assert UNSEEN.search(chr(code)), hex(code)
        elif category not in ("Cn", "Cf") and code != 0x2800:
            assert not UNSEEN.search(chr(code)), hex(code)


@pytest.mark.parametrize("word", ["می\u200cخواهم", "क्\u200dष", "ශ්\u200dරී"])
def test_a_joiner_stays_between_letters_that_need_it(word: str) -> None:
    assert read(f"a,b,c\n1,{word},3\n".encode())[1] == []
    assert places(HEADER + f"1,{word[0]}\u200c,3\n".encode()) == {("bytes", 2)}


def checked(text: str, name: str = "t") -> list[Finding]:
    """Return what is found in a table with one cell of prose, and the bytes around it in order."""
    of_one = table(1)._replace(name=name)
    content, wrong = decoded(canonical(1, [[text]]), name)
    frame, more = parsed(content, of_one)
    return [*wrong, *more, *values.check(of_one, frame)]


@pytest.mark.parametrize(
    "title",
    [
        "A\u00adI",
        "A\u061cI",
        "A\u034fI",
        "A\u3164I",
        "A\ufff9I",
        "A\ufffcI",
        "A\ue000I",
        "A\uffffI",
        "A\U000e0041I",
        "A\U0010ffffI",
        "A\ufe0fI",
        "A\u180eI",
        "A\u115fI",
        "A\u206aI",
    ],
)
def test_a_word_that_search_no_longer_finds_is_reported(title: str) -> None:
    (finding,) = checked(title)
    assert (finding.rule, finding.table, finding.row) == ("bytes", "t", 2)
    assert f"U+{ord(title[1]):04X}" in finding.message


@pytest.mark.parametrize(
    "title",
    [
        "AT&amp;T",
        "it&#39;s",
        "Bird â€™ s",
        "l'Ã©tat",
        "caf\ufffd",
        "ä¸\u00bdå›½",
        "ÖÐ¹ú",
        "Ïðèâåò",
        "Â£5",
        "å…¬å¸",
        "ðŸ˜€",
        r"\u4e2d\u56fd",
        "%E4%B8%AD",
        "名字????",
        "锟斤拷",
        "one_x000D_two",
    ],
)
def test_text_that_was_decoded_or_escaped_wrongly_is_reported(title: str) -> None:
    (finding,) = checked(title)
    assert (finding.rule, finding.table, finding.row, finding.field) == ("schema", "t", 2, "a")
    assert finding.message == "the text was decoded or escaped wrongly before it came here"
    assert finding.severity == "error"
    assert finding.found is not None
    assert finding.found in title


def test_a_quote_may_repeat_what_its_source_has_wrongly() -> None:
    """A verbatim quote could not be both what the source has and what is right."""
    assert [f.severity for f in checked("AT&amp;T", "quotes")] == ["warning"]


def test_validate_reports_both_in_a_package(package: Path) -> None:
    def change(frame: pd.DataFrame) -> None:
        frame.loc[0, ["title", "summary"]] = ["A\u00adI", "AT&amp;T"]

    factories.edit_table(package, "developments", change)
    report = validate(package)
    assert [(f.rule, f.row) for f in report] == [("bytes", 2), ("schema", 2)]
    assert not report.valid


@pytest.mark.parametrize(
    "title",
    [
        "R&D; x",
        "Q&As; “CAFÉ”",
        "‘the “café”’",
        "café\u00a0»",
        "São Paulo; NÃO",
        "50%20% off",
        "Bird & Bird; AT&T",
        "???",
        "国家互联网信息办公室",
        "crème brûlée",
        "naïve…”",
        "Zürich – Genève",
    ],
)
def test_sound_text_is_not_reported(title: str) -> None:
    assert checked(title) == []


@pytest.mark.parametrize("limit", [131_072, 10_000_000])
def test_cell_beyond_the_limit_of_csv_is_called_so(limit: int) -> None:
    before = csv.field_size_limit(limit)  # other libraries raise it for the whole process
    try:
        check_long_cell()
    finally:
        csv.field_size_limit(before)


def check_long_cell() -> None:
    (finding,) = read(HEADER + b'1,"' + b"x," * 100_000 + b'",3\n')[1]
    assert "longer than readers of CSV take" in finding.message
    assert len(str(finding)) < 500


@settings(max_examples=30)
@given(st.sampled_from(sorted(p for p in factories.clean_files() if p != DESCRIPTOR)))
def test_tables_of_the_small_package_are_canonical(path: str) -> None:
    files = factories.clean_files()
    declared = Descriptor.parse(files[DESCRIPTOR].decode(), DESCRIPTOR)
    here = next(t for t in declared.tables.values() if t.path == path)
    text, found = decoded(files[path], here.name)
    frame, more = parsed(text, here)
    assert found + more == []
    assert factories.csv_bytes(frame.columns, cells(frame)) == files[path]
