"""The tables are compiled from the annotations, byte for byte; every difference is named."""

from __future__ import annotations

import datetime as dt
import math
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from factories import (
    COMPILED,
    SPRING,
    WINTER,
    annotation_content,
    edit_annotation,
    edit_bytes,
    edit_descriptor,
    edit_table,
    make_annotated_package,
    read_table,
    strip_offsets,
    table_path,
)

import tmt_dataset as tmt
from tmt_dataset.coding import compile
from tmt_dataset.coding.annotation import Annotation
from tmt_dataset.descriptor import DESCRIPTOR
from tmt_dataset.errors import AnnotationError, OutOfStepError, PackageError, PackageNotFoundError
from tmt_dataset.files import sha256, update
from tmt_dataset.package import open_package

Package = tuple[Path, Path]


@pytest.fixture
def folder(annotated: Package) -> Path:
    return annotated[0]


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a package that no test changes."""
    return make_annotated_package(tmp_path_factory.mktemp("untouched"))[0]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


def differences(folder: Path) -> str:
    """Return the message of a failed check, from its second line on."""
    with pytest.raises(
        OutOfStepError, match=r"^out of step with the annotations; run `tmt-dataset build`:\n"
    ) as caught:
        check(folder)
    return str(caught.value).partition("\n")[2]


def compiled(folder: Path) -> dict[str, bytes]:
    return compile.compiled(folder, open_package(folder))[1]


def check(folder: Path) -> None:
    package = open_package(folder)
    compile.check(folder, package, compile.compiled(folder, package)[1])


def build(folder: Path) -> list[str]:
    """Write the tables that differ, and return their paths."""
    return [path for path, data in compiled(folder).items() if update(folder / path, data)]


# tables
def test_tables_have_the_bytes_that_the_annotations_give(untouched: Path) -> None:
    # the package was written by other code, from the same declarations
    found = compiled(untouched)
    declared = open_package(untouched).descriptor.tables.values()
    assert set(found) == {DESCRIPTOR, *(t.path for t in declared)}
    assert {t.name for t in declared if compile.is_compiled(t)} == {*COMPILED, "agreement"}
    assert found == {path: (untouched / path).read_bytes() for path in found}


def test_the_bytes_are_the_same_every_time_and_everywhere(untouched: Path, tmp_path: Path) -> None:
    elsewhere, _ = make_annotated_package(tmp_path / "elsewhere")
    annotations = elsewhere / compile.ANNOTATIONS
    for path in sorted(annotations.iterdir(), reverse=True):  # another order in the folder
        path.write_bytes(path.rename(annotations / "moved").read_bytes())
        (annotations / "moved").unlink()
    assert compiled(elsewhere) == compiled(untouched) == compiled(untouched)


def test_the_tables_hold_what_the_annotations_hold(untouched: Path) -> None:
    ds = tmt.load(untouched)
    for source in (WINTER, SPRING):
        content = annotation_content(source)
        for record in [*content["developments"], *content["reported_elsewhere"]]:
            own = ds.quotes.loc[
                (ds.quotes["development_id"] == record.get("id", record.get("development")))
                & (ds.quotes["source_id"] == source)
            ]
            assert {(q["text"], *q["at"]) for q in record["quotes"]} == set(
                zip(own["exact"], own["start"], own["end"], strict=True)
            )
        records = ds.developments.set_index("development_id")
        for record in content["developments"]:
            row = records.loc[record["id"]]
            assert all(row[k] == record[k] for k in ("title", "summary", "date", "date_basis", "action"))


def test_the_descriptor_declares_the_files(folder: Path) -> None:
    edit_annotation(folder, WINTER, set_first("title", "Lamps"))
    build(folder)
    package = open_package(folder)
    for table in package.descriptor.tables.values():
        data = package.read(table)
        assert (table.bytes, table.hash) == (len(data), f"sha256:{sha256(data)}")


def set_first(key: str, value: Any) -> Callable[[Any], None]:
    """Return an edit of the first development."""
    return lambda node: node["developments"][0].update({key: value})


# single rules of compiling, on records made here
def annotation(top: dict[str, Any] | None = None, **changes: Any) -> Annotation:
    """Return an annotation of four segments and one development; ``changes`` are those of the development."""
    source = {
        "source_id": "newsletter-2024-05", "title": "t", "publisher": "p", "kind": "newsletter",
        "period_start": "2024-05-01", "period_end": "2024-06-30", "characters": 30, "sha256": "0" * 64,
    }  # fmt: skip
    development = {
        "id": "TMT-0001", "title": "t", "summary": "s", "date": "2024-05", "date_basis": "stated",
        "action": "issuance", "jurisdiction": "100000", "topics": ["ai"], "mentions": ["newsletter-2024-05:001"],
        "quotes": [{"at": [0, 1], "text": "x", "supports": ["action"]}],
    }  # fmt: skip
    segments = [
        {"id": f"newsletter-2024-05:00{n}", "at": [n, n + 1], "role": "development", "sha256": "0" * 64}
        for n in range(1, 5)
    ]
    developments = [{**development, **changes}]
    content = {"source": source, "segments": segments, "developments": developments, **(top or {})}
    return Annotation.model_validate(content)


def compiled_rows(table: str, top: dict[str, Any] | None = None, **changes: Any) -> list[dict[str, Any]]:
    return compile.rows([annotation(top, **changes)])[table]


def test_bounds_are_those_of_the_date() -> None:
    (row,) = compiled_rows("developments", date="2024-02/2024-03-04")
    assert (row["date_start"], row["date_end"]) == (dt.date(2024, 2, 1), dt.date(2024, 3, 4))


def test_what_a_source_says_that_it_covers_stands_in_its_row() -> None:
    source = annotation().model_dump(exclude_none=True)["source"]
    rows = [
        compiled_rows("sources", {"source": {**source, **given}})[0] for given in ({}, {"scope": "Lamps."})
    ]
    assert [r["scope"] for r in rows] == [None, "Lamps."]


def test_a_collective_development_includes_its_members() -> None:
    rows = compiled_rows("relations", relations=[{"includes": "TMT-0002", "note": "one of the batches"}])
    assert [(r["relation"], r["related_id"]) for r in rows] == [("includes", "TMT-0002")]


def test_the_first_topic_is_the_primary_one() -> None:
    rows = compiled_rows("development_topics", topics=["data", "ai", "telecom"])
    assert [(r["topic_id"], r["rank"]) for r in rows] == [
        ("data", "primary"), ("ai", "secondary"), ("telecom", "secondary"),
    ]  # fmt: skip


def test_mentions_have_a_rank_and_the_section_that_began_last() -> None:
    segments = annotation().model_dump(exclude_none=True)["segments"]
    segments[1]["section"] = "legislative"
    segments[3]["section"] = "industry"
    rows = compiled_rows(
        "mentions",
        {"segments": segments},
        mentions=["newsletter-2024-05:001", "newsletter-2024-05:002", "newsletter-2024-05:003"],
        secondary_mentions=["newsletter-2024-05:004"],
    )
    assert [(r["segment_id"], r["rank"], r["section"]) for r in rows] == [
        ("newsletter-2024-05:001", "primary", None),
        ("newsletter-2024-05:002", "primary", "legislative"),
        ("newsletter-2024-05:003", "primary", "legislative"),
        ("newsletter-2024-05:004", "secondary", "industry"),
    ]


def test_an_instrument_may_have_several_stages_in_one_development() -> None:
    rows = compiled_rows("development_instruments", instruments={"a": ["approved", "issued"], "b": "draft"})
    assert [(r["instrument_id"], r["stage"]) for r in rows] == [
        ("a", "approved"),
        ("a", "issued"),
        ("b", "draft"),
    ]


def test_aliases_share_one_cell_and_instruments_are_sorted() -> None:
    given = [
        {"id": "b", "title": "B", "kind": "law", "aliases": ["Bee", "Be"]},
        {"id": "a", "title": "A", "kind": "law"},
    ]
    rows = compiled_rows("instruments", {"instruments": given})
    assert [(r["instrument_id"], r["aliases"]) for r in rows] == [("a", None), ("b", "Bee | Be")]


def test_supports_names_the_figures_and_relations_of_a_quote() -> None:
    quotes = [
        {"at": [5, 6], "text": "x", "relations": [{"continues": "TMT-0009", "note": "n"}]},
        {
            "at": [0, 1],
            "text": "x",
            "supports": ["action", "figures"],
            "figures": [{"measure": "m", "value": 2, "qualifier": "exact", "kind": "penalty", "note": "n"}]
            * 2,
        },
    ]
    rows = compile.rows([annotation(quotes=quotes)])
    first, second = (f"TMT-0001:newsletter-2024-05:{at}" for at in ("0-1", "5-6"))
    assert [(r["quote_id"], r["supports"]) for r in rows["quotes"]] == [
        (first, "action figures"),
        (second, "relations"),
    ]
    assert [(r["figure_id"], r["quote_id"], r["note"], r["value"]) for r in rows["figures"]] == [
        (f"{first}#1", first, "n", 2), (f"{first}#2", first, "n", 2),
    ]  # fmt: skip
    assert rows["relations"] == [
        {
            "development_id": "TMT-0001",
            "relation": "continues",
            "related_id": "TMT-0009",
            "quote_id": second,
            "note": "n",
        }
    ]


def test_risks_and_provisions_have_the_quote_that_they_are_written_under() -> None:
    figure = {"measure": "m", "value": 2, "qualifier": "exact", "kind": "penalty"}
    provision = {"addressee": "merchant", "modality": "incurs", "type": "fine", "case": 1}
    quotes = [
        {"at": [0, 1], "text": "x", "figures": [figure]},
        {
            "at": [5, 6],
            "text": "x",
            "risks": ["fraud"],
            "provisions": [{**provision, "figure": {"measure": "m", "value": 2}}],
        },
    ]
    rows = compile.rows([annotation(quotes=quotes)])
    quote = "TMT-0001:newsletter-2024-05:5-6"
    assert rows["quotes"][1]["supports"] == "risks provisions"
    assert rows["development_risks"] == [
        {"development_id": "TMT-0001", "risk_id": "fraud", "quote_id": quote}
    ]
    assert rows["provisions"] == [
        {
            "provision_id": "TMT-0001:1:merchant:incurs:fine",
            "development_id": "TMT-0001",
            **provision,
            "figure": {"measure": "m", "value": 2},
            "figure_id": "TMT-0001:newsletter-2024-05:0-1#1",
            "quote_id": quote,
        }
    ]


def test_a_provision_with_a_figure_that_is_not_coded_is_named() -> None:
    provision = {
        "addressee": "merchant",
        "modality": "incurs",
        "type": "fine",
        "figure": {"measure": "m", "value": 3},
    }
    with pytest.raises(
        AnnotationError,
        match="TMT-0001: a provision names the figure m 3; the development has no such figure",
    ):
        compile.rows([annotation(quotes=[{"at": [0, 1], "text": "x", "provisions": [provision]}])])


def test_two_figures_of_one_value_are_told_apart_by_their_words() -> None:
    figure = {"measure": "m", "value": 3, "qualifier": "exact", "kind": "penalty"}
    fine = {
        "addressee": "merchant",
        "modality": "incurs",
        "type": "fine",
        "figure": {"measure": "m", "value": 3},
    }
    quotes: list[dict[str, Any]] = [
        {"at": [0, 9], "text": "x", "figures": [figure]},
        {"at": [4, 9], "text": "x", "provisions": [{**fine, "case": 1}]},
        {"at": [20, 29], "text": "x", "figures": [figure], "provisions": [{**fine, "case": 2}]},
    ]
    found = [row["figure_id"] for row in compiled_rows("provisions", quotes=quotes)]
    assert [identifier.rpartition(":")[2] for identifier in found] == ["0-9#1", "20-29#1"]
    quotes[1]["at"] = [10, 15]
    with pytest.raises(AnnotationError, match="the development has 2 such figures"):
        compiled_rows("provisions", quotes=quotes)


def test_two_errata_at_one_place_have_two_identifiers() -> None:
    erratum = {"at": [3, 4], "has": "x", "kind": "error", "coded": "y", "reason": "z"}
    rows = compiled_rows("errata", {"errata": [erratum, erratum, {**erratum, "at": [1, 2]}]})
    start = "newsletter-2024-05"
    assert [r["erratum_id"] for r in rows] == [f"{start}:1-2", f"{start}:3-4", f"{start}:3-4#2"]


def test_a_further_report_comes_after_the_first(untouched: Path) -> None:
    mentions = read_table(untouched, "mentions")
    own = mentions.loc[mentions["development_id"] == "TMT-0002"]
    assert own["rank"].tolist() == ["primary", "primary", "secondary"]
    assert mentions["development_id"].is_monotonic_increasing


# offsets
def test_missing_offsets_are_named_and_nothing_is_written(folder: Path) -> None:
    strip_offsets(folder, SPRING)
    before = contents(folder)
    for step in (compiled, build, check):
        with pytest.raises(
            OutOfStepError, match="offsets are missing; run `tmt-dataset build --locate SOURCES`"
        ) as caught:
            step(folder)
        lines = str(caught.value).splitlines()[1:]
        content = annotation_content(SPRING)
        assert f"{SPRING}: segment {SPRING}:001" in lines
        assert f"{SPRING}: TMT-0005: quote 'The CAC published the Measures'" in lines
        assert any(line.startswith(f"{SPRING}: TMT-0002: quote ") for line in lines)
        assert len(lines) == len(content["segments"]) + sum(
            len(d["quotes"]) for d in content["developments"] + content["reported_elsewhere"]
        )
    assert contents(folder) == before


@pytest.mark.parametrize("where", [("segments", 0, "at"), ("segments", 0, "sha256"), ("errata", 0, "at")])
def test_one_missing_offset_is_enough(folder: Path, where: tuple[str, int, str]) -> None:
    group, n, key = where
    edit_annotation(folder, WINTER, lambda node: node[group][n].pop(key))
    with pytest.raises(
        OutOfStepError, match=f"{WINTER}: (segment {WINTER}:001|erratum 'Court decides first case')$"
    ):
        compiled(folder)


# out of step
def test_a_package_in_step_passes(untouched: Path) -> None:
    before = contents(untouched)
    check(untouched)
    assert build(untouched) == []
    assert contents(untouched) == before


def test_every_edited_table_is_named_with_its_row_and_repaired(folder: Path) -> None:
    before = contents(folder)
    expected = {}
    for table in COMPILED:
        rows = read_table(folder, table)
        assert not rows.empty
        rows.iloc[-1, -1] = "edited"
        edit_table(folder, table, lambda _, rows=rows: rows, rehash=False)  # type: ignore[misc]  # binds the loop's value
        path = table_path(folder, table).relative_to(folder).as_posix()
        expected[path] = (
            rf"{re.escape(path)}: 1 row differs\n  row {len(rows) + 1}: expected '.*', found '.*edited"
        )
    message = differences(folder)
    for path, words in expected.items():
        assert re.search(f"^{words}", message, re.MULTILINE), (path, message)
    assert set(build(folder)) == set(expected)
    assert contents(folder) == before


def test_a_difference_late_in_a_row_is_shown(folder: Path) -> None:
    edit_table(
        folder,
        "developments",
        lambda f: f.__setitem__("note", f["note"].replace(r"\.$", "!", regex=True)),
        rehash=False,
    )
    message = differences(folder)
    shown = re.findall(r"  row 4: expected '(.*)', found '(.*)'$", message, re.MULTILINE)
    assert len(shown) == 1
    expected, found = shown[0]
    assert expected != found
    assert expected.startswith("…")
    assert "nothing else confirms!" in found


DAMAGES: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "row dropped": (
        lambda data: data[: data.rindex(b"TMT-0007")],
        "1 row differs\n  row 3: expected 'TMT-0007,330000",
    ),
    "row added": (
        lambda data: data + b"TMT-0007,310000\n",
        "1 row differs\n  row 4: expected no row, found 'TMT-0007,310000",
    ),
    "other line ends": (lambda data: data.replace(b"\n", b"\r\n"), r"found 'TMT-0002,110000\r\n'"),
    "no last line end": (
        lambda data: data.removesuffix(b"\n"),
        r"row 3: expected 'TMT-0007,330000\n', found 'TMT-0007,330000'",
    ),
    "carriage return within": (
        lambda data: data.replace(b"TMT-0002,", b"TMT-0002,\r"),
        r"1 row differs"
        "\n"
        r"  row 2: expected 'TMT-0002,110000\n', found 'TMT-0002,\r110000\n'",
    ),
    "byte order mark": (lambda data: b"\xef\xbb\xbf" + data, "row 1: expected 'development_id"),
    "other encoding": (lambda data: data + b"\xe9\n", r"found '\\xe9\n'"),
    "empty": (lambda data: b"", "row 1: expected 'development_id,place_id\\n', found no row"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_damaged_bytes_are_shown_and_repaired(folder: Path, name: str) -> None:
    damage, words = DAMAGES[name]
    before = contents(folder)
    edit_bytes(folder, "data/development_places.csv", damage)
    message = differences(folder)
    assert message.startswith("data/development_places.csv: ")
    assert words in message
    build(folder)
    assert contents(folder) == before


def test_a_missing_table_is_named_and_written(folder: Path) -> None:
    (folder / "data" / "figures.csv").unlink()
    assert differences(folder) == "data/figures.csv: missing"
    assert build(folder) == ["data/figures.csv"]
    check(folder)


def test_many_differing_rows_are_counted_and_not_all_shown(folder: Path) -> None:
    edit_table(folder, "segments", lambda f: f.__setitem__("sha256", "0" * 64), rehash=False)
    message = differences(folder)
    count = len(read_table(folder, "segments"))
    assert message.startswith(f"data/segments.csv: {count} rows differ\n  row 2: ")
    assert message.endswith(f"\n  and {count - compile.SHOWN} more rows")
    assert message.count("\n  row ") == compile.SHOWN


def test_an_edited_vocabulary_is_named_and_declared_again(folder: Path) -> None:
    path = "data/vocabularies/topics.csv"
    edit_bytes(folder, path, lambda data: data.replace(b"Machines that talk.", b"Machines which talk."))
    message = differences(folder)
    assert message.startswith(
        f"{path}: not the file that {DESCRIPTOR} declares\n{DESCRIPTOR}: 2 rows differ\n  row "
    )
    assert build(folder) == [DESCRIPTOR]
    check(folder)
    assert b"Machines which talk." in (folder / path).read_bytes()  # a vocabulary is written by hand


def test_an_edited_descriptor_is_named_and_repaired(folder: Path) -> None:
    before = contents(folder)

    def edit(raw: dict[str, Any]) -> None:
        raw["resources"][0]["bytes"] += 1

    edit_descriptor(folder, edit)
    line = (folder / DESCRIPTOR).read_text(encoding="utf-8").split('"bytes"')[0].count("\n") + 1
    assert re.match(
        rf"{DESCRIPTOR}: 1 row differs\n  row {line}: expected '.*\"bytes\": \d+", differences(folder)
    )
    assert build(folder) == [DESCRIPTOR]
    assert contents(folder) == before


def test_the_pattern_of_a_list_of_codes_follows_from_its_codes(folder: Path) -> None:
    def edit(raw: dict[str, Any]) -> None:
        quotes = next(r for r in raw["resources"] if r["name"] == "quotes")
        next(f for f in quotes["schema"]["fields"] if f["name"] == "supports")["itemEnum"].append("note")

    edit_descriptor(folder, edit)
    assert f"{DESCRIPTOR}: 1 row differs" in differences(folder)
    assert build(folder) == [DESCRIPTOR]
    field = open_package(folder).descriptor.table("quotes").field("supports")
    assert field.item_enum[-1] == "note"
    assert field.pattern is not None
    assert re.fullmatch(field.pattern, "note action")
    assert not re.fullmatch(field.pattern, "note,action")


def test_a_descriptor_in_another_layout_is_out_of_step(folder: Path) -> None:
    edit_bytes(folder, DESCRIPTOR, lambda data: data.replace(b"  ", b"\t"))
    assert f"{DESCRIPTOR}: " in differences(folder)


def test_a_change_of_the_declaration_itself_is_kept(folder: Path) -> None:
    edit_descriptor(folder, lambda raw: raw.update(version="9.9.9"))
    check(folder)
    assert open_package(folder).descriptor.version == "9.9.9"


def test_every_file_that_differs_is_named(folder: Path) -> None:
    edit_annotation(folder, WINTER, set_first("title", "Lamps"))
    edit_annotation(folder, SPRING, set_first("topics", ["ai"]))
    found = set(re.findall(r"^(\S+): ", differences(folder), re.MULTILINE))
    assert found == {"data/developments.csv", "data/development_topics.csv", DESCRIPTOR}
    assert set(build(folder)) == found
    check(folder)
    assert tmt.load(folder).developments.loc[0, "title"] == "Lamps"


def test_a_broken_annotation_writes_nothing(folder: Path) -> None:
    (folder / "data" / "figures.csv").unlink()
    edit_annotation(folder, WINTER, set_first("action", "issuence"))
    before = contents(folder)
    with pytest.raises(AnnotationError, match="issuence"):
        build(folder)
    assert contents(folder) == before


def test_figures_keep_their_values(untouched: Path) -> None:
    def numbers(content: Any) -> Iterator[float]:
        for record in content["developments"]:
            for quote in record["quotes"]:
                yield from (figure["value"] for figure in quote.get("figures", []))

    written = sorted([*numbers(annotation_content(WINTER)), *numbers(annotation_content(SPRING))])
    assert written
    values = sorted(tmt.load(untouched).figures["value"])
    assert all(math.isclose(a, b, rel_tol=0) for a, b in zip(written, values, strict=True))


def test_a_missing_vocabulary_is_named(folder: Path) -> None:
    (folder / "data" / "vocabularies" / "topics.csv").unlink()
    with pytest.raises(PackageError, match=r"data/vocabularies/topics\.csv: the file is missing; restore it"):
        check(folder)


@pytest.mark.parametrize("do", [build, check])
def test_a_table_that_cannot_be_read_is_named(folder: Path, do: Callable[[Path], object]) -> None:
    target = folder / "data" / "sources.csv"
    target.unlink()
    target.mkdir()
    with pytest.raises(PackageError, match=r"data/sources\.csv: cannot be read \(Is a directory\)"):
        do(folder)


@pytest.mark.parametrize("make", [os.mkfifo, Path.touch], ids=["pipe", "file"])
def test_what_is_not_a_folder_is_no_second_coding(folder: Path, make: Callable[[Path], None]) -> None:
    """It was taken for none, and the agreement stayed as it was."""
    (folder / "validation").mkdir(exist_ok=True)
    shutil.copytree(folder / "data" / "annotations", folder / "validation" / "first_coding")
    make(folder / "validation" / "second_coding")
    with pytest.raises(PackageNotFoundError, match=r"second_coding: no annotation files \(\*\.yaml\)"):
        build(folder)


def test_a_file_that_cannot_be_written_is_named(folder: Path) -> None:
    target = folder / ("x" * 250)  # the file that is written beside it has a longer name
    with pytest.raises(PackageError, match=r"x: cannot be written \(File name too long\); make its folder"):
        update(target, b"data")
    assert not target.exists()
