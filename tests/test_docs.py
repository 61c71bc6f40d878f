"""What is written about the project is true: examples run, generated pages are in step, notebooks were executed."""

from __future__ import annotations

import doctest
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import cast

import factories
import nbformat
import pandas as pd
import pytest

from tmt_dataset.cli import main
from tmt_dataset.dataset import load
from tmt_dataset.descriptor import DESCRIPTOR, Descriptor, fingerprint
from tmt_dataset.errors import MissingExtraError, OutOfStepError, PackageError
from tmt_dataset.package import open_package, own_patterns
from tmt_dataset.publish import build, docs

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a small package with everything that is generated; tests take copies."""
    package, _ = factories.make_annotated_package(tmp_path_factory.mktemp("built"))
    build.build(package, commands=main)
    return package


def test_readme_examples_run() -> None:
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    result = doctest.testfile(
        str(ROOT / "README.md"), module_relative=False, optionflags=flags, encoding="utf-8"
    )
    assert result.attempted == 5
    assert result.failed == 0


def test_everything_generated_is_in_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """Among it the published agreement, which is measured anew. The declaration is parsed for the package and the library."""
    own_patterns()  # they are read once in the life of a process
    parsed: list[str] = []
    parse = Descriptor.parse.__func__  # type: ignore[attr-defined]  # the function of a class method

    def counted(cls: type[Descriptor], text: str, where: str) -> Descriptor:
        parsed.append(where)
        return cast(Descriptor, parse(cls, text, where))

    monkeypatch.setattr(Descriptor, "parse", classmethod(counted))
    assert build.check(ROOT, main).valid
    assert len(parsed) <= 2


def edited(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b" ")


def test_files_out_of_step_are_named_and_no_others(built: Path, tmp_path: Path) -> None:
    package = Path(shutil.copytree(built, tmp_path / "package"))
    changes: dict[str, Callable[[Path], None]] = {
        "validation/report.json": edited,
        ".zenodo.json": Path.unlink,
        "CITATION.cff": edited,
        "metadata/croissant.json": edited,
        "metadata/datacite.json": Path.unlink,
        "metadata/schema-org.json": edited,
        "docs/commands.md": edited,
        "docs/data-dictionary.md": Path.unlink,
    }
    for path, change in changes.items():
        change(package / path)
    with pytest.raises(OutOfStepError) as caught:
        build.check(package, main)
    assert {*str(caught.value).partition("build`: ")[2].split(", ")} == {*changes}
    assert {*build.build(package, commands=main)[0]} == {*changes}


def test_a_change_of_the_data_changes_every_metadata_file(built: Path, tmp_path: Path) -> None:
    package = Path(shutil.copytree(built, tmp_path / "package"))
    factories.edit_annotation(
        package, factories.WINTER, lambda node: node["developments"][0].update(title="Another")
    )
    changed = build.build(package, commands=main)[0]
    assert {p for p in changed if p.startswith("metadata/")} == {
        "metadata/croissant.json",
        "metadata/datacite.json",
        "metadata/schema-org.json",
    }
    assert {"CITATION.cff", ".zenodo.json", "data/developments.csv", DESCRIPTOR} <= {*changed}
    assert build.build(package, commands=main)[0] == []


def test_files_named_in_the_readme_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in (
        "LICENSE",
        "LICENSE-DATA",
        "DATASHEET.md",
        "CHANGELOG.md",
        "RELEASING.md",
        "docs/data-dictionary.md",
        "CONTRIBUTING.md",
        "docs/commands.md",
        "docs/coverage.md",
        "docs/draft-accuracy.md",
        "validation/codebook.md",
    ):
        assert name in text
        assert (ROOT / name).is_file()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_notebooks_were_executed_from_top_to_bottom(path: Path) -> None:
    notebook = nbformat.read(path, as_version=4)
    code = [c for c in notebook.cells if c.cell_type == "code"]
    # a cell without an execution count is never compared
    assert [c.execution_count for c in code] == list(range(1, len(code) + 1))
    outputs = [o for c in code for o in c.outputs]
    assert outputs
    assert not [o for o in outputs if o.output_type == "error" or o.get("name") == "stderr"]
    assert notebook.cells[0].source.startswith("# ")
    assert notebook.cells[0].source.partition("\n")[0].endswith("?")


def test_there_are_notebooks() -> None:
    assert len(NOTEBOOKS) >= 6


def test_every_example_of_the_dictionary_is_in_its_column() -> None:
    descriptor = open_package(ROOT).descriptor
    for table in descriptor.tables.values():
        frame = pd.read_csv(ROOT / table.path, dtype="str", keep_default_na=False)
        for field in table.fields:
            known = set(frame[field.name]) - {""}
            # a column that is empty so far has an invented one
            if field.example is not None and known:
                assert str(field.example) in known, f"{table.name}.{field.name}"


# -- tables within documents

START, END = "<!-- [[[cog cog.out(coverage) ]]] -->\n", "<!-- [[[end]]] -->\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            START.replace("coverage", "coverag") + END,
            r"expected .* cog\.out\(coverage\); found cog\.out\(coverag\)",
        ),
        (START, r"Missing '\[\[\[end\]\]\]'"),
        (START + END.replace("end", "ende"), r"Unexpected '\]\]\]'"),
        (END + START, r"Unexpected '\[\[\[end\]\]\]'"),
        (END, r"found none"),
        (START + START + END, r"found cog\.out\(coverage\), cog\.out\(coverage\)"),
        (START + END + START + END, r"found cog\.out\(coverage\), cog\.out\(coverage\)"),
        (START + END + END, r"Unexpected '\[\[\[end\]\]\]'"),
        ("<!-- [[[cog cog.out(coverage) -->\n" + END, r"found cog\.out\(coverage\) -->"),
        ("<!-- [[[cog print(1) ]]] -->\n" + END, r"found print\(1\)"),  # no code but that of a block is run
    ],
)
def test_a_broken_mark_is_an_error(text: str, said: str) -> None:
    with pytest.raises(PackageError, match=rf"(?s)sheet\.md.*{said}.*restore the marks"):
        docs.filled(f"# Lamps\n{text}", {"coverage": "table"}, "sheet.md")


def test_the_table_is_between_its_marks() -> None:
    text = docs.filled(f"a\n{START}old\n{END}b\n", {"coverage": "| table |"}, "sheet.md")
    assert text == f"a\n{START}\n| table |\n\n{END}b\n"


def test_coverage_has_a_column_per_source(annotated: tuple[Path, Path]) -> None:
    package, _ = annotated
    text = docs.generated(open_package(package))["docs/coverage.md"].decode()
    assert f"| | {factories.WINTER} | {factories.SPRING} |" in text
    assert "| accounted | 100% | 100% |" in text


def test_a_datasheet_that_cannot_be_read_is_an_error(annotated: tuple[Path, Path]) -> None:
    sheet = annotated[0] / "DATASHEET.md"
    sheet.write_bytes(b"# Lamps\ncaf\xe9\n")
    with pytest.raises(PackageError, match=r"DATASHEET\.md:2: not UTF-8"):
        docs.generated(open_package(annotated[0]))
    sheet.unlink()
    sheet.mkdir()
    with pytest.raises(PackageError, match=r"DATASHEET\.md: cannot be read"):
        docs.generated(open_package(annotated[0]))


def test_without_cogapp_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cogapp.cogapp", None)
    with pytest.raises(MissingExtraError, match=r"tmt-dataset\[coding\]"):
        docs.filled("", {}, "README.md")


# -- the datasheet


def blank_sheet() -> str:
    text = "# Sheet\n\nWords before.\n"
    for name in ("release", "sources", "tables"):
        text += f"\n<!-- [[[cog cog.out({name}) ]]] -->\n<!-- [[[end]]] -->\n\nWords after {name}.\n"
    return text


def outside_marks(text: str) -> str:
    return re.sub(r"(\[\[\[cog .*?\]\]\].*?-->\n).*?(<!-- \[\[\[end)", r"\1\2", text, flags=re.DOTALL)


def filled_sheet(package: Path) -> str:
    return docs.generated(open_package(package))[docs.DATASHEET].decode()


def test_the_datasheet_is_filled_in_and_its_words_stay(package: Path) -> None:
    sheet = package / docs.DATASHEET
    sheet.write_text(blank_sheet(), encoding="utf-8")
    filled = filled_sheet(package)
    assert outside_marks(filled) == outside_marks(blank_sheet())
    for name in open_package(package).descriptor.tables:
        assert f"| `{name}` | {len(factories.read_table(package, name)):,} |" in filled
    sources = factories.read_table(package, "sources")
    for column in ("title", "period_start", "period_end"):
        assert all(value in filled for value in sources[column])
    assert fingerprint(open_package(package).descriptor) in filled
    sheet.write_text(filled, encoding="utf-8")
    assert filled_sheet(package) == filled


def test_an_edited_table_of_the_datasheet_is_written_anew_and_edited_words_stay(package: Path) -> None:
    sheet = package / docs.DATASHEET
    sheet.write_text(blank_sheet(), encoding="utf-8")
    filled = filled_sheet(package)
    words = filled.replace("Words before.", "Other words.")
    sheet.write_text(words, encoding="utf-8")
    assert filled_sheet(package) == words
    sheet.write_text(filled.replace("| `developments` | ", "| `developments` | 1"), encoding="utf-8")
    assert filled_sheet(package) == filled


def test_a_bar_in_a_cell_does_not_end_it(package: Path) -> None:
    factories.edit_table(package, "sources", lambda frame: frame.assign(title="Lamps | Lights"))
    for line in docs.datasheet_blocks(load(package))["sources"].splitlines():
        assert len(re.findall(r"(?<!\\)\|", line)) == 8


@pytest.mark.parametrize(
    "sheet",
    [
        "no marks at all",
        "<!-- [[[cog cog.out(n) ]]] -->\nno end",
        "<!-- [[[end]]] -->\n<!-- [[[cog cog.out(n) ]]] -->",
        "<!-- [[[cog cog.out(n) ]]] -->\n<!-- [[[end]]] -->\n" * 2,
        "<!-- [[[cog cog.out(n) ]]] -->\n<!-- [[[cog cog.out(n) ]]] -->\n<!-- [[[end]]] -->",
    ],
)
def test_a_datasheet_with_broken_marks_is_refused(sheet: str) -> None:
    with pytest.raises(PackageError, match="restore the marks"):
        docs.filled(sheet, {"n": "1"}, docs.DATASHEET)


def test_the_datasheet_of_the_data_set_says_what_has_to_be_said() -> None:
    words = " ".join(outside_marks((ROOT / docs.DATASHEET).read_text(encoding="utf-8")).split())
    for told in (
        "language model, not human experts",
        "machine–machine",
        "remain their publisher's",
        "CC BY 4.0",
        "MIT",
    ):
        assert told in words
    sections = re.findall(r"## (\w+)", words)
    assert sections == [
        "Motivation",
        "Composition",
        "Collection",
        "Labelling",
        "Uses",
        "Distribution",
        "Maintenance",
    ]


def test_numbers_that_depend_on_the_data_are_in_the_generated_parts_only() -> None:
    words = outside_marks((ROOT / docs.DATASHEET).read_text(encoding="utf-8"))
    ds = load(ROOT)
    counts = {str(len(ds[name])) for name in ds}
    assert not counts & set(re.findall(r"(?<![\w.-])\d+(?![\w.-])", words))


#: What counts sources and may change with every one; a comparison of two windows stays one.
COUNTED = re.compile(
    r"\b(?:\d+|three|four|five|six|seven|eight|nine|ten) (?:\S+ )?(?:newsletters|sources|windows|reviews)\b"
)


def test_no_sentence_by_hand_counts_the_sources() -> None:
    """A further source would make it wrong; what counts is generated, in the marked parts."""
    ds = load(ROOT)
    written = {
        path: outside_marks((ROOT / path).read_text("utf-8")) for path in ("README.md", docs.DATASHEET)
    }
    written |= {
        "description": ds.descriptor.raw["description"],
        "CITATION.cff": (ROOT / "CITATION.cff").read_text("utf-8"),
    }
    assert {path: found for path, text in written.items() if (found := COUNTED.findall(text))} == {}


def test_the_title_names_the_years_of_the_windows() -> None:
    ds = load(ROOT)
    assert f"{ds.period[0].year}-{ds.period[1].year}" in ds.descriptor.raw["title"]
