"""What is written about the project is true: examples run, generated pages are in step, notebooks were executed."""

from __future__ import annotations

import doctest
from pathlib import Path

import nbformat
import pandas as pd
import pytest

from tmt_dataset.dataset import load
from tmt_dataset.errors import PackageError
from tmt_dataset.package import open_package
from tmt_dataset.publish import build, docs

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def test_readme_examples_run() -> None:
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    result = doctest.testfile(
        str(ROOT / "README.md"), module_relative=False, optionflags=flags, encoding="utf-8"
    )
    assert result.attempted > 5
    assert result.failed == 0


def test_everything_generated_is_in_step() -> None:
    build.check(ROOT)


def test_files_named_in_the_readme_exist() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in (
        "LICENSE",
        "LICENSE-DATA",
        "DATASHEET.md",
        "CHANGELOG.md",
        "RELEASING.md",
        "docs/data-dictionary.md",
        "validation/adjudication.csv",
        "validation/review_log.csv",
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


def test_every_example_of_the_dictionary_stands_in_its_column() -> None:
    descriptor, _ = open_package(ROOT)
    for table in descriptor.tables.values():
        frame = pd.read_csv(ROOT / table.path, dtype="str", keep_default_na=False)
        for field in table.fields:
            known = set(frame[field.name]) - {""}
            # a column that is empty so far has an invented one
            if field.example is not None and known:
                assert str(field.example) in known, f"{table.name}.{field.name}"


@pytest.mark.parametrize(
    "text",
    [
        "<!-- coverag -->\n<!-- /coverage -->\n",
        "<!-- coverage -->\n<!-- /coverag -->\n",
        "<!-- /coverage -->\n<!-- coverage -->\n",
        "<!-- coverage -->\n<!-- coverage -->\n<!-- /coverage -->\n",
        "<!-- coverage -->\n<!-- /coverage -->\n<!-- /coverage -->\n",
    ],
)
def test_a_readme_that_lost_a_mark_is_an_error(annotated: tuple[Path, Path], text: str) -> None:
    package, _ = annotated
    (package / "README.md").write_text(f"# Lamps\n{text}", encoding="utf-8")
    with pytest.raises(PackageError, match=r"README\.md: expected the marks '<!-- coverage -->' and '<!-- /"):
        docs.generated(package)


def test_the_table_stands_between_the_marks_of_the_readme(annotated: tuple[Path, Path]) -> None:
    package, _ = annotated
    (package / "README.md").write_text("# Lamps\n", encoding="utf-8")
    assert docs.generated(package)["README.md"] == b"# Lamps\n"  # no mark: no table is wanted
    (package / "README.md").write_text("a\n<!-- coverage -->\nold\n<!-- /coverage -->\nb\n", encoding="utf-8")
    text = docs.generated(package)["README.md"].decode()
    table = docs.coverage_table(load(package))
    assert text == f"a\n<!-- coverage -->\n{table}\n<!-- /coverage -->\nb\n"
    assert all(mark in (ROOT / "README.md").read_text("utf-8") for mark in docs.README_BLOCK)


def test_a_readme_that_cannot_be_read_is_an_error(annotated: tuple[Path, Path]) -> None:
    readme = annotated[0] / "README.md"
    readme.write_bytes(b"# Lamps\ncaf\xe9\n")
    with pytest.raises(PackageError, match=r"README\.md:2: not UTF-8"):
        docs.generated(annotated[0])
    readme.unlink()
    readme.mkdir()
    with pytest.raises(PackageError, match=r"README\.md: cannot be read \(Is a directory\)"):
        docs.generated(annotated[0])
