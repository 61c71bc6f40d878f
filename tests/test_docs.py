"""What is written about the project is true: examples run, generated pages are in step, notebooks were executed."""

from __future__ import annotations

import doctest
from pathlib import Path

import nbformat
import pytest

from tmt_dataset.coding import build

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


def test_the_agreement_that_is_published_is_the_one_that_is_measured() -> None:
    published = "validation/agreement.csv"
    assert build._agreement(ROOT) == {published: (ROOT / published).read_bytes()}


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
