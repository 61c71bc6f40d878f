"""The articles hold with the next source: their code runs on the package with a further newsletter, and their sentences stay whole."""

from __future__ import annotations

import re
from pathlib import Path

import nbformat
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from next_source import NEXT, with_next_source
from test_docs import NOTEBOOKS

#: A line of the cell of parameters, which every article has.
PARAMETER = "PACKAGE = None"
#: What a number or a name that is missing looks like in a sentence or in a cell.
MISSING = re.compile(r"\b(?:nan|NaN|NaT|None|inf|<NA>)\b|\(\)|  +\S+ of \.| ,|\.\.(?!\.)")


# the first of the windows is that of the invented source, on which tests/test_growth.py runs the articles
@pytest.fixture(scope="module", params=[*((start, None) for start in NEXT[1:]), (NEXT[0], 3)], ids=str)
def grown(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The package with a next newsletter: in the windows of a year, and once with three developments."""
    start, developments = request.param
    return with_next_source(tmp_path_factory.mktemp("next") / "package", start, developments)


def _code(path: Path) -> list[str]:
    return [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


def check_article(path: Path, package: Path, shell: InteractiveShell, shown: list[str]) -> None:
    """Run an article on a package, and look for what a missing number or name leaves in its sentences."""
    cells = _code(path)
    assert sum(PARAMETER in cell for cell in cells) == 1
    for cell in cells:
        with capture_output() as given:
            code = cell.replace(PARAMETER, f"PACKAGE = {str(package)!r}")
            result = shell.run_cell(code)  # type: ignore[no-untyped-call]  # as above
        result.raise_error()
        for text in [output.data.get("text/markdown", "") for output in given.outputs] + shown:
            assert not (found := MISSING.search(text)), (found, text)
        shown.clear()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_an_article_runs_with_the_next_source(
    path: Path, grown: Path, shell: InteractiveShell, shown: list[str]
) -> None:
    check_article(path, grown, shell, shown)
