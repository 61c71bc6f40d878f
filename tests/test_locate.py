"""Offsets are filled in from the source, or the coder is told what the source has instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import factories
import pytest
from factories import SPRING, WINTER, annotation_content, edit_annotation, source_text, strip_offsets
from hypothesis import given, settings
from hypothesis import strategies as st

from tmt_dataset.coding import compile
from tmt_dataset.coding.annotation import read_yaml, yaml
from tmt_dataset.coding.locate import fill, locate, nearest, offsets
from tmt_dataset.coding.writing import records, written
from tmt_dataset.errors import AnnotationError, PackageNotFoundError, QuoteNotFoundError, TmtDatasetError
from tmt_dataset.files import sha256
from tmt_dataset.package import open_package
from tmt_dataset.publish import build

Package = tuple[Path, Path]
Edit = Callable[[Any], None]


def coded(package: Path) -> Path:
    return package / compile.ANNOTATIONS


def files(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.iterdir()}


def failure(package: Path, sources: Path, kind: type[TmtDatasetError] = QuoteNotFoundError) -> list[str]:
    """Return the lines of the error; no file is written, and none left behind."""
    before = files(coded(package))
    with pytest.raises(kind) as caught:
        locate(coded(package), sources)
    assert files(coded(package)) == before
    return str(caught.value).splitlines()


def quote(development: int, n: int, **changes: Any) -> Edit:
    """Return an edit of a quote; what is None is taken out."""

    def edit(node: Any) -> None:
        target = node["developments"][development]["quotes"][n]
        target.update({k: v for k, v in changes.items() if v is not None})
        for key in [k for k, v in changes.items() if v is None]:
            del target[key]

    return edit


# one quote
def test_a_quote_that_occurs_once_is_found() -> None:
    assert offsets("two", "one two three") == [4, 7]
    assert offsets("国家", "中华人民共和国国家互联网信息办公室") == [7, 9]  # code points, not bytes
    assert offsets("b", "😀b") == [1, 2]


def test_right_offsets_decide_between_several_places() -> None:
    text = "lamp, lamp, lamp"
    assert [offsets("lamp", text, at) for at in ([0, 4], [6, 10], [12, 16])] == [[0, 4], [6, 10], [12, 16]]


def test_wrong_offsets_are_corrected() -> None:
    for at in ([0, 3], [4, 8], [4, 6], [7, 4], [100, 103], [-9, -6], [8, 99]):
        assert offsets("two", "one two three", at) == [4, 7]


def test_offsets_beyond_the_text_are_corrected() -> None:
    assert offsets("three", "one two three", [8, 99]) == [8, 13]  # a slice would not tell them apart


def test_a_repeated_quote_is_reported_with_its_places() -> None:
    message = r"the quote occurs 3 times, at 0, 6, 12: lengthen it, or give `at`: 'lamp'"
    for at in (None, [1, 5], [12, 99]):
        with pytest.raises(QuoteNotFoundError, match=message):
            offsets("lamp", "lamp, lamp, lamp", at)
    with pytest.raises(QuoteNotFoundError, match="occurs 2 times, at 0, 2"):
        offsets("aba", "ababa")  # places that overlap are places


def test_a_missing_quote_is_reported_with_the_nearest_words() -> None:
    text = "Before. The regulator put a draft out for public comment. After."
    with pytest.raises(QuoteNotFoundError) as caught:
        offsets("The regulator put its draft out for public comment", text)
    assert str(caught.value) == (
        "the quote is not in the source: 'The regulator put its draft out for public comment'; "
        "nearest: 'The regulator put a draft out for public comment'"
    )


@pytest.mark.parametrize("words", ["nothing of the kind", "x", "拉萨市"])
def test_a_quote_with_nothing_similar_is_reported(words: str) -> None:
    with pytest.raises(QuoteNotFoundError, match="nothing there is similar"):
        offsets(words, "Lamps, lamps, lamps.")


@given(st.text(min_size=1, max_size=60), st.data())
def test_words_of_a_text_are_found_or_reported_as_repeated(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    words = text[start:end]
    places = [n for n in range(len(text)) if text[n : n + len(words)] == words]
    assert offsets(words, text, [start, end]) == [start, end]
    if len(places) == 1:
        assert offsets(words, text) == [start, end]
    else:
        with pytest.raises(
            QuoteNotFoundError, match=rf"occurs {len(places)} times, at {places[0]}, {places[1]}"
        ):
            offsets(words, text)


@given(st.text("ab ", max_size=30), st.text("ab ", min_size=1, max_size=6))
def test_words_are_found_where_they_are_and_nowhere_else(text: str, words: str) -> None:
    places = [n for n in range(len(text)) if text.startswith(words, n)]
    if len(places) == 1:
        assert offsets(words, text) == [places[0], places[0] + len(words)]
    else:
        message = f"occurs {len(places)} times" if places else "is not in the source"
        with pytest.raises(QuoteNotFoundError, match=message):
            offsets(words, text)


@given(st.text("abcd ", max_size=60), st.text("abcd ", max_size=20))
def test_the_nearest_words_are_part_of_the_text(text: str, words: str) -> None:
    found = nearest(words, text)
    assert found is None or found in text


# files
def test_right_offsets_are_kept(annotated: Package) -> None:
    package, sources = annotated
    before = files(coded(package))
    assert locate(coded(package), sources) == []
    assert files(coded(package)) == before


@pytest.mark.parametrize("source", [WINTER, SPRING])
def test_what_a_coder_left_out_is_filled_in(annotated: Package, source: str) -> None:
    package, sources = annotated
    path = coded(package) / f"{source}.yaml"
    before = path.read_bytes()
    assert strip_offsets(package, source) == path
    assert path.read_bytes() != before
    assert locate(coded(package), sources) == [str(path)]
    content, node = annotation_content(source), read_yaml(path)
    words = [s.pop("starts") for s in node["segments"]]
    assert {k: v for k, v in content.items() if v} == node
    spans = (source_text(source)[slice(*s["at"])] for s in node["segments"])
    assert all(span.startswith(starts) for span, starts in zip(spans, words, strict=True))
    opened = open_package(package)
    compile.check(package, opened, compile.compiled(package, opened)[1])
    assert locate(coded(package), sources) == []


def test_offsets_have_the_same_position_in_all_files(annotated: Package) -> None:
    package, sources = annotated
    path = strip_offsets(package, WINTER)
    locate(coded(package), sources)
    node = read_yaml(path)
    assert all(list(s)[:2] == ["id", "at"] and list(s)[-1] == "sha256" for s in node["segments"])
    assert all(next(iter(q)) == "at" for d in node["developments"] for q in d["quotes"])
    assert all(
        re.search(r"at: \[\d+, \d+\]", line) for line in path.read_text("utf-8").split("\n") if "at: " in line
    )


def test_wrong_offsets_are_corrected_and_the_rest_is_left_alone(annotated: Package) -> None:
    package, sources = annotated
    path = coded(package) / f"{WINTER}.yaml"
    before = path.read_bytes()
    edit_annotation(package, WINTER, quote(0, 0, at=[1, 2]))
    edit_annotation(package, WINTER, lambda node: node["errata"][0].update(at=[5, 99999]))
    edit_annotation(package, WINTER, lambda node: node["segments"][3].update(sha256="0" * 64))
    assert locate(coded(package), sources) == [str(path), "  moved: 2 quotes or errata"]
    assert path.read_text("utf-8").split() == before.decode().split()


def test_segments_reach_from_their_first_words_to_the_next_ones(annotated: Package) -> None:
    package, _ = annotated
    text = "One. Two. One. Three."
    node = read_yaml(coded(package) / f"{WINTER}.yaml")
    starts = [("One.", None), ("Two.", None), (None, [10, 11]), ("Three.", None)]
    node["segments"] = [
        {"id": f"s{n}", **({"starts": words} if words else {"at": at})}
        for n, (words, at) in enumerate(starts)
    ]
    for group in ("developments", "reported_elsewhere", "errata"):
        node.pop(group, None)
    path = package / "segments.yaml"
    write(path, node)
    node = read_yaml(path)
    assert fill(node, text, path) == []
    spans = [tuple(s["at"]) for s in node["segments"]]
    assert spans == [(0, 5), (5, 10), (10, 15), (15, 21)]
    assert [s["sha256"] for s in node["segments"]] == [sha256(text[a:b].encode()) for a, b in spans]
    assert [s.get("starts") for s in node["segments"]] == [words for words, _ in starts]


def write(path: Path, node: Any) -> None:
    from tmt_dataset.coding.annotation import yaml

    with path.open("w", encoding="utf-8") as stream:
        yaml().dump(node, stream)


def test_a_source_that_is_not_at_hand_is_left_alone(annotated: Package) -> None:
    package, sources = annotated
    winter, spring = (strip_offsets(package, source) for source in (WINTER, SPRING))
    before = winter.read_bytes()
    (sources / f"{WINTER}.txt").unlink()
    assert locate(coded(package), sources) == [str(spring)]
    assert winter.read_bytes() == before


# what is not found
def test_a_missing_quote_is_named_with_its_place(annotated: Package) -> None:
    package, sources = annotated
    path = edit_annotation(package, SPRING, quote(0, 1, text="The CAC has published the Measures", at=None))
    (line,) = failure(package, sources)
    where = path.read_text("utf-8").split("has published")[0].count("\n") + 1
    assert line.startswith(f"{path}:{where}: TMT-0005: the quote is not in the source: ")
    assert line.endswith("; nearest: 'The CAC published the Measures'")


def test_a_repeated_quote_is_named_with_its_place(annotated: Package) -> None:
    package, sources = annotated
    words = "lamps"
    path = edit_annotation(package, WINTER, quote(3, 0, text=words, at=None))
    (line,) = failure(package, sources)
    where = path.read_text("utf-8").split("  - text: lamps")[0].count("\n") + 1
    count = source_text(WINTER).count(words)
    assert line.startswith(f"{path}:{where}: TMT-0004: the quote occurs {count} times, at ")


def test_a_further_report_and_an_erratum_are_named_too(annotated: Package) -> None:
    package, sources = annotated
    edit_annotation(
        package, SPRING, lambda node: node["reported_elsewhere"][0]["quotes"][0].update(text="zzz")
    )
    edit_annotation(package, WINTER, lambda node: node["errata"][0].update(has="zzz"))
    winter, spring = failure(package, sources)
    assert re.fullmatch(rf"\S*{WINTER}\.yaml:\d+: the quote is not in the source: 'zzz'; nothing .*", winter)
    assert re.fullmatch(rf"\S*{SPRING}\.yaml:\d+: TMT-0002: the quote is not in .*", spring)


def test_a_segment_whose_first_words_are_not_there_is_named(annotated: Package) -> None:
    package, sources = annotated
    path = strip_offsets(package, WINTER)
    edit_annotation(
        package, WINTER, lambda node: node["segments"][3].update(starts="CAC consults on drafts of")
    )
    (line,) = failure(package, sources)
    where = path.read_text("utf-8").split(f"id: {WINTER}:004")[0].count("\n") + 1
    previous = annotation_content(WINTER)["segments"][2]["at"][0]
    assert line.startswith(
        f"{path}:{where}: {WINTER}:004: its first words were not found after offset {previous + 1}"
    )
    assert line.endswith("nearest: 'CAC consults on draft'")


def test_segments_in_another_order_are_not_found(annotated: Package) -> None:
    package, sources = annotated
    strip_offsets(package, WINTER)

    def swap(node: Any) -> None:
        a, b = (node["segments"][n]["starts"] for n in (4, 6))
        node["segments"][4]["starts"], node["segments"][6]["starts"] = b, a

    edit_annotation(package, WINTER, swap)
    assert any(
        f"{WINTER}:006: its first words were not found after" in line for line in failure(package, sources)
    )


def test_a_segment_without_a_place_is_named(annotated: Package) -> None:
    package, sources = annotated
    edit_annotation(package, WINTER, lambda node: node["segments"][3].pop("at"))
    (line,) = failure(package, sources)
    assert line.endswith(f"{WINTER}:004: expected `starts` (its first words) or `at`, found neither")


def test_one_failure_keeps_every_file_as_it_was(annotated: Package) -> None:
    package, sources = annotated
    strip_offsets(package, WINTER)  # could be filled in
    strip_offsets(package, SPRING)
    edit_annotation(package, SPRING, quote(0, 0, text="zzz zzz"))
    edit_annotation(package, SPRING, quote(1, 0, text="yyy yyy"))
    lines = failure(package, sources)
    assert [re.sub(r".*(TMT-\d+).*", r"\1", line) for line in lines] == ["TMT-0005", "TMT-0006"]


def test_a_broken_file_is_an_annotation_error_and_nothing_is_written(annotated: Package) -> None:
    package, sources = annotated
    strip_offsets(package, WINTER)
    edit_annotation(package, SPRING, lambda node: node["developments"][0]["quotes"][0].pop("text"))
    (coded(package) / f"{SPRING}.yaml").with_name("newsletter-2024-05.yaml").write_text("[", encoding="utf-8")
    (sources / "newsletter-2024-05.txt").write_text("Lamps.", encoding="utf-8")
    before = files(coded(package))
    with pytest.raises(AnnotationError) as caught:
        locate(coded(package), sources)
    spring, broken = str(caught.value).splitlines()
    assert "TMT-0005: developments.0.quotes.0.text: the key is missing" in spring
    assert "newsletter-2024-05.yaml:1: invalid YAML" in broken
    assert files(coded(package)) == before


def test_a_source_that_is_not_utf8_is_an_annotation_error(annotated: Package) -> None:
    package, sources = annotated
    (sources / f"{WINTER}.txt").write_bytes(b"caf\xe9")
    with pytest.raises(AnnotationError, match=rf"{WINTER}\.txt: not UTF-8"):
        locate(coded(package), sources)


def test_a_missing_folder_of_sources_is_an_error(annotated: Package) -> None:
    with pytest.raises(PackageNotFoundError, match="nowhere: no such folder; expected the source texts"):
        locate(coded(annotated[0]), annotated[1] / "nowhere")


# another text, and impossible offsets
def test_a_text_that_was_changed_between_the_quotes_is_refused(annotated: Package) -> None:
    package, sources = annotated
    target = sources / f"{WINTER}.txt"
    text = source_text(WINTER)
    changed = text.replace("by post or through a form", "by form or through a post")
    assert (changed != text, len(changed)) == (True, len(text))
    target.write_bytes(changed.encode())
    (line,) = failure(package, sources, AnnotationError)
    path = coded(package) / f"{WINTER}.yaml"
    where = path.read_text("utf-8").split("  sha256: ")[0].count("\n") + 1
    expected, found = (sha256(t.encode()) for t in (text, changed))
    assert line.startswith(
        f"{path}:{where}: source.sha256: expected {expected}, found {found} in {target}; take the text"
    )


def test_a_text_of_another_length_than_declared_is_refused(annotated: Package) -> None:
    package, sources = annotated
    edit_annotation(package, WINTER, lambda node: node["source"].update(characters=1))
    (line,) = failure(package, sources, AnnotationError)
    assert f"source.characters: expected 1, found {len(source_text(WINTER))} in " in line


@pytest.mark.parametrize(
    ("at", "message"),
    [
        ((999_999, None), "expected offsets in the text (0 to {length}), the start before the end"),
        ((None, 999_999), "expected offsets in the text (0 to {length}), the start before the end"),
        ((-5, None), "expected offsets in the text (0 to {length}), the start before the end"),
        ((0, None), "expected a start after that of the segment before, {before}"),
    ],
)
def test_impossible_offsets_of_a_segment_are_refused(
    annotated: Package, at: tuple[int | None, int | None], message: str
) -> None:
    package, sources = annotated
    segments = annotation_content(WINTER)["segments"]
    start, end = (new if new is not None else old for new, old in zip(at, segments[3]["at"], strict=True))
    path = edit_annotation(package, WINTER, lambda node: node["segments"][3].update(at=[start, end]))
    (line,) = failure(package, sources)
    where = path.read_text("utf-8").split(f"id: {WINTER}:004")[0].count("\n") + 1
    expected = message.format(length=len(source_text(WINTER)), before=segments[2]["at"][0])
    assert line.startswith(f"{path}:{where}: {WINTER}:004: {expected}")
    assert f"found [{start}, {end}]; correct them, or give `starts`" in line


@pytest.mark.parametrize("by", [-1, 1])
def test_segments_that_do_not_tile_are_refused(annotated: Package, by: int) -> None:
    package, sources = annotated
    segments = annotation_content(WINTER)["segments"]
    start, end = segments[3]["at"]
    edit_annotation(package, WINTER, lambda node: node["segments"][3].update(at=[start, end + by]))
    (line,) = failure(package, sources)
    assert f"{WINTER}:004: expected its end at {end}, where {WINTER}:005 starts, found [{start}, " in line


def test_segments_reach_from_the_first_character_to_the_last(annotated: Package) -> None:
    package, sources = annotated

    def cut(node: Any) -> None:
        node["segments"][0]["at"][0] += 1
        node["segments"][-1]["at"][1] -= 1

    edit_annotation(package, WINTER, cut)
    first, last = failure(package, sources)
    assert f"{WINTER}:001: expected the first segment to start at 0, found 1" in first
    assert f"expected its end at {len(source_text(WINTER))}, where the text ends, found [" in last


def test_a_new_segment_between_two_others_moves_the_end_of_the_one_before(annotated: Package) -> None:
    package, sources = annotated

    def insert(node: Any) -> None:
        before, new = node["segments"][2:4]
        before["at"][1] += 5
        new["starts"] = "CAC consults on"

    path = edit_annotation(package, WINTER, insert)
    file, moved = locate(coded(package), str(sources))
    assert file == str(path)
    assert moved.startswith(f"  moved: {WINTER}:003 from [")
    assert [list(s["at"]) for s in read_yaml(path)["segments"]] == [
        s["at"] for s in annotation_content(WINTER)["segments"]
    ]


def test_a_source_that_is_a_folder_is_an_annotation_error(annotated: Package) -> None:
    package, sources = annotated
    (sources / f"{WINTER}.txt").unlink()
    (sources / f"{WINTER}.txt").mkdir()
    (line,) = failure(package, sources, AnnotationError)
    assert line == f"{sources / WINTER}.txt: cannot be read (Is a directory); expected a file"


def test_a_file_of_another_suffix_is_named(annotated: Package) -> None:
    package, sources = annotated
    path = coded(package) / f"{WINTER}.yaml"
    path.rename(path.with_suffix(".yml"))
    (line,) = failure(package, sources, AnnotationError)
    assert (
        line
        == f"{path.with_suffix('.yml')}: expected the suffix .yaml, found .yml; rename it: no other file is read"
    )


# the coder's file, and a corrected text
def test_what_is_filled_in_leaves_the_lines_of_the_coder_alone(annotated: Package) -> None:
    package, sources = annotated
    path = strip_offsets(package, WINTER)
    text = path.read_text("utf-8").replace("\n  note:", "  # a remark\n  note:")
    long = text.replace("role: introduction", f"role: introduction  # {'x' * 200}")
    path.write_text(long, encoding="utf-8", newline="\n")
    before = long.split("\n")
    locate(coded(package), sources)
    after = path.read_text("utf-8").split("\n")
    filled = re.compile(r"(?:- |  )*(?:at|sha256|characters): .*|- at: .*")
    kept = [line for line in after if not filled.fullmatch(line.strip())]
    # the first key of a quote moves behind the dash of its offsets
    assert [line.strip(" -") for line in kept] == [
        line.strip(" -") for line in before if not filled.fullmatch(line.strip())
    ]


@settings(max_examples=15)
@given(st.data())
def test_filling_in_changes_what_it_should_and_nothing_else(data: st.DataObject) -> None:
    lines = factories.annotation_bytes(data.draw(st.sampled_from([WINTER, SPRING]))).decode()
    node, had = yaml().load(lines), yaml().load(lines)
    for _, record, _ in records(node):
        for key in ("at", "sha256", "characters"):
            if key in record and data.draw(st.booleans()):
                record[key] = [1, 2] if key == "at" else 7 if key == "characters" else "f" * 64
    assert yaml().load(written(lines, node)) == node
    assert written(lines, had) == lines


def forget_the_text(node: Any) -> None:
    for key in ("characters", "sha256"):
        del node["source"][key]


@pytest.mark.parametrize("by_words", [True, False])
def test_a_corrected_text_keeps_its_cuts_and_says_what_moved(annotated: Package, by_words: bool) -> None:
    package, sources = annotated
    if by_words:
        strip_offsets(package, WINTER)
        locate(coded(package), sources)
    text = source_text(WINTER)
    (sources / f"{WINTER}.txt").write_bytes(text.replace("Lamps that talk", "All lamps that talk").encode())
    assert "delete characters and sha256" in failure(package, sources, AnnotationError)[0]
    path = edit_annotation(package, WINTER, forget_the_text)
    if by_words:
        edit_annotation(package, WINTER, lambda node: node["segments"][1].update(starts="All lamps"))
    file, *moved = locate(coded(package), sources)
    segments = annotation_content(WINTER)["segments"]
    assert file == str(path)
    assert (
        moved[0]
        == f"  moved: {WINTER}:002 from [44, {segments[1]['at'][1]}] to [44, {segments[1]['at'][1] + 4}]"
    )
    assert len(moved) == len(segments)  # all but the first, and the quotes
    found = read_yaml(path)["segments"]
    assert [s["at"][0] for s in found] == [s["at"][0] + 4 * (n > 1) for n, s in enumerate(segments)]


def test_two_neighbours_that_were_corrected_need_their_first_words(annotated: Package) -> None:
    package, sources = annotated
    text = (
        source_text(WINTER)
        .replace("Lamps that talk", "All lamps that talk")
        .replace("\nRules\n", "\nThe rules\n")
    )
    (sources / f"{WINTER}.txt").write_bytes(text.encode())
    edit_annotation(package, WINTER, forget_the_text)
    assert f"{WINTER}:003: it was corrected, and so was the one before" in failure(package, sources)[0]


def test_a_summary_that_copies_the_source_is_refused(annotated: Package) -> None:
    package, sources = annotated
    words = "the regulator promised to answer the most frequent of them in one document"
    path = edit_annotation(
        package, WINTER, lambda node: node["developments"][0].update(summary=f"We hear {words}.")
    )
    (line,) = failure(package, sources, AnnotationError)
    assert line.startswith(str(path))
    assert "TMT-0001: the summary copies the source: 'the regulator promised to answer" in line


def test_everything_that_is_wrong_is_refused_in_one_round(annotated: Package) -> None:
    package, sources = annotated
    edit_annotation(package, WINTER, quote(0, 0, text="zzz zzz", at=None))
    edit_annotation(package, SPRING, lambda node: node["developments"][0].update(action="isuance", summary=3))
    with pytest.raises(TmtDatasetError) as caught:
        build.build(package, sources)
    said = str(caught.value)
    for part in (
        "not in the source: 'zzz zzz'",
        "unknown code 'isuance' of actions",
        "summary: expected text, found 3",
    ):
        assert said.count(part) == 1
