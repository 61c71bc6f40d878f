"""A further source goes from its text to a release: a copy of this checkout takes in an invented one of thirty items."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner
from factories import edit_descriptor, zipped
from IPython.core.interactiveshell import InteractiveShell
from test_docs import NOTEBOOKS
from test_notebooks import check_article
from test_release import commit, git

import tmt_dataset as tmt
from tmt_dataset.cli import main
from tmt_dataset.coding.proof import prove
from tmt_dataset.descriptor import DESCRIPTOR, version_numbers
from tmt_dataset.package import embedded

SIXTH = Path(__file__).parent / "sixth"
PAGE = Path(__file__).parents[1] / "docs" / "adding-a-source.md"
(TEXT,) = SIXTH.glob("*.txt")
#: The codings before adjudication take half of each build, and a further source changes nothing in them.
LEFT_OUT = re.compile(r"(?:src|tests|benchmarks|notebooks|validation/(?:\w+_coding|requirements))/")


def run(*arguments: str | Path) -> str:
    result = CliRunner().invoke(main, [*map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.stdout


@dataclass(frozen=True)
class Growth:
    """The checkout with one source more, and what its release was."""

    folder: Path
    texts: Path
    before: Path
    archive: Path
    version: str
    registered: list[str]


def checkout(folder: Path) -> Path:
    """Copy the files of this checkout that git has, as they are now."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=embedded(), capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("this is no checkout: git does not list its files")
    for path in filter(None, listed.stdout.split("\0")):
        if not LEFT_OUT.match(path) and (embedded() / path).is_file():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(embedded() / path, folder / path)
    return folder


def worked(texts: Path, annotations: Path) -> None:
    """Write the text and the annotation of the worked item, as the page has them."""
    page = PAGE.read_text("utf-8")
    text, coded = ("".join(re.findall(rf"```{kind}\n(.*?)```", page, re.DOTALL)) for kind in ("text", "yaml"))
    (name,) = re.findall(r"source_id: (\S+)", coded)
    (texts / f"{name}.txt").write_text(text, encoding="utf-8", newline="\n")
    (annotations / f"{name}.yaml").write_text(coded, encoding="utf-8", newline="\n")


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory) -> Growth:
    top = tmp_path_factory.mktemp("growth")
    folder, texts = checkout(top / "checkout"), top / "texts"
    texts.mkdir()
    last = version_numbers(tmt.load().version)[:3]
    old, version = (".".join(map(str, v)) for v in (last, (last[0], last[1] + 1, 0)))
    edit_descriptor(folder, lambda raw: raw.update(version=old))
    before = zipped(folder, top / "before.zip", f"tmt-dataset-{old}/")
    edit_descriptor(folder, lambda raw: raw.update(version=version))
    log = (folder / "CHANGELOG.md").read_text("utf-8")
    (folder / "CHANGELOG.md").write_text(f"{log}\n## {version}\n\n- A source.\n", encoding="utf-8")
    shutil.copy(TEXT, texts)
    shutil.copy(TEXT.with_suffix(".yaml"), folder / "data" / "annotations")
    worked(texts, folder / "data" / "annotations")
    run("build", "--locate", texts, "--folder", folder)
    registered = run("register", version, "--folder", folder).split()
    run("build", "--folder", folder)
    git(folder, "init", "--quiet")
    commit(folder)
    archive = run("release", version, "--folder", folder, "--out", top / "out", "--previous", before).strip()
    return Growth(folder, texts, before, Path(archive), version, registered)


def test_the_release_is_valid_and_has_one_source_more(grown: Growth) -> None:
    """What `build --check` asks for is asked by the release."""
    assert tmt.validate(grown.archive).findings == ()
    ds = tmt.load(grown.archive)
    assert ds.version == grown.version
    assert {*ds.sources["source_id"]} - {*tmt.load().sources["source_id"]} == {
        path.stem for path in grown.texts.glob("*.txt")
    }


def test_every_quote_of_the_new_source_is_proved(grown: Growth) -> None:
    proof = prove(tmt.load(grown.archive), grown.texts)
    assert {*proof.proved} == {path.stem for path in grown.texts.glob("*.txt")}
    assert len(proof.findings) == len(proof.not_checked)


def test_the_new_identifiers_are_registered_and_the_difference_adds_them(grown: Growth) -> None:
    added = {*tmt.load(grown.archive).developments["development_id"]} - {
        *tmt.load().developments["development_id"]
    }
    assert {*grown.registered} == added
    assert len(added) == 31
    difference = tmt.diff(grown.before, grown.archive)
    (changed,) = (table for table in difference.tables if table.name == "developments")
    assert {row.key[0] for row in changed.added} == added
    assert difference.least == "minor"


def test_sentences_that_count_are_in_step_with_the_data(grown: Growth) -> None:
    """No document of the release names the number of developments, quotes or sources that there were."""
    old, new = tmt.load(), tmt.load(grown.archive)
    for name in ("developments", "quotes"):
        was, now = (str(len(ds[name])) for ds in (old, new))
        for path in ("README.md", "CITATION.cff", "DATASHEET.md", DESCRIPTOR):
            text = (grown.folder / path).read_text("utf-8")
            assert not re.search(rf"\b{was} {name}\b", text), path
        assert re.search(rf"\b{int(now):,}\b", (grown.folder / "DATASHEET.md").read_text("utf-8"))


def test_the_page_names_the_commands_that_were_run(grown: Growth) -> None:
    commands = re.findall(r"^tmt-dataset (\w+)", PAGE.read_text("utf-8"), re.MULTILINE)
    assert commands == ["build", "validate", "prove", "register", "build", "release", "diff"]
    assert json.loads((grown.folder / DESCRIPTOR).read_text("utf-8"))["version"] == grown.version


def test_numbers_that_no_figure_has_are_hints(grown: Growth) -> None:
    """Years, days and numbering are none."""
    hints = run("prove", grown.texts, "--hints", "--package", grown.archive)
    assert re.findall(r"\((TMT-\d+)\).* in '(\d+)", hints) == [
        ("TMT-9005", "2"),
        ("TMT-9006", "5"),
        ("TMT-9023", "3"),
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_the_articles_hold_with_the_new_source(
    path: Path, grown: Growth, shell: InteractiveShell, shown: list[str]
) -> None:
    check_article(path, grown.archive, shell, shown)
