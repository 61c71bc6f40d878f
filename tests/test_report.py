"""The main job: notebooks become a report; a failing one leaves what was there."""

from __future__ import annotations

import inspect
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import nbformat
import pytest
from rich.console import Console

import tmt_dataset as tmt
from tmt_dataset.errors import TargetError
from tmt_dataset.publish import report, site
from tmt_dataset.publish.site import reference
from tmt_dataset.publish.site.articles import Article, NotebookError, article
from tmt_dataset.publish.site.frame import Frame


def notebook(path: Path, *cells: str) -> Path:
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(book, path)
    return path


def console() -> Console:
    return Console(file=io.StringIO(), width=200)


def test_a_notebook_becomes_a_page_with_png_and_svg(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(report, "load", lambda: tmt.load().select(development="TMT-0001"))
    monkeypatch.setattr(report, "summary", lambda ds: "by topic")
    folder = tmp_path / "notebooks"
    folder.mkdir()
    notebook(
        folder / "01_plot.ipynb",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
        "print('the answer', 6 * 7)",
    )
    out = tmp_path / "report"
    screen = console()
    report.write(folder, out, screen)
    assert {
        ".manifest",
        "01_plot-1.png",
        "01_plot-1.svg",
        "01_plot.html",
        "api",
        "d",
        "docs",
        "index.html",
        "style.css",
        "summary.txt",
    } <= {p.name for p in out.iterdir()}
    page = (out / "01_plot.html").read_text(encoding="utf-8")
    assert "the answer 42" in page
    # nothing is asked of the network: there is no script, and what is shown lies in the page
    assert "<script" not in page
    elsewhere = r"""["']?(?:https?:)?//"""
    assert not re.search(
        rf"src={elsewhere}|url\({elsewhere}|@import|<link(?! rel=.license)[^>]*={elsewhere}", page
    )
    assert page.count('alt="Chart 1, 01_plot; its numbers') == page.count("<img") == 1
    assert (out / "api" / "tmt_dataset.html").is_file()
    assert (out / "01_plot-1.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in (out / "01_plot-1.svg").read_text(encoding="utf-8")
    printed = screen.file.getvalue()  # type: ignore[attr-defined]  # the console writes into a StringIO
    assert f"open {out / 'index.html'} " in printed
    assert "by topic" in printed


def test_a_failing_notebook_is_one_error_and_the_old_report_stays(tmp_path: Path) -> None:
    folder, out = tmp_path / "notebooks", tmp_path / "report"
    folder.mkdir()
    out.mkdir()
    (out / "old.html").write_text("old", encoding="utf-8")
    (out / site.MANIFEST).write_text('["old.html"]', encoding="utf-8")
    notebook(folder / "01_bad.ipynb", "1 / 0")
    with pytest.raises(NotebookError, match=r"01_bad\.ipynb: a cell failed: ZeroDivisionError"):
        report.write(folder, out, console())
    assert [p.name for p in tmp_path.iterdir() if p.name not in ("notebooks", "report")] == []
    assert (out / "old.html").is_file()


@pytest.fixture
def quick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of notebooks that need no kernel; the reference is small."""
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "1.ipynb").touch()

    def executed(path: Path) -> nbformat.NotebookNode:
        made: nbformat.NotebookNode = nbformat.v4.new_notebook()
        return made

    def built(ds: tmt.Dataset, *, articles: Sequence[Article], **_: object) -> dict[str, bytes]:
        return {article.address: b"new" for article in articles} | {"api/index.html": b"new"}

    monkeypatch.setattr(report, "executed", executed)
    monkeypatch.setattr(site, "build", built)
    return tmp_path / "notebooks"


def names(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*"))


def test_a_report_is_replaced_with_all_its_files(quick: Path, tmp_path: Path) -> None:
    out = tmp_path / "report"
    (quick / "2.ipynb").touch()
    report.write(quick, out, console())
    (out / "api" / ".DS_Store").write_bytes(b"what a file manager leaves does not count")
    (quick / "2.ipynb").unlink()
    report.write(quick, out, console())
    assert names(out) == [".manifest", "1.html", "api", "api/index.html", "summary.txt"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["notebooks", "report"]


def test_a_check_that_fails_leaves_the_old_report(quick: Path, tmp_path: Path) -> None:
    out = tmp_path / "report"
    passes, fails = ([sys.executable, "-c", f"raise SystemExit({code})"] for code in (0, 3))
    report.write(quick, out, console(), passes)
    (quick / "2.ipynb").touch()
    with pytest.raises(SystemExit, match="3"):
        report.write(quick, out, console(), fails)
    with pytest.raises(SystemExit, match="error: nowhere: cannot be run"):
        report.write(quick, out, console(), ["nowhere"])
    assert "2.html" not in names(out)


@pytest.mark.parametrize("added", ["thesis.txt", "api/thesis.txt", "deep/er/thesis.txt", ".git/config"])
def test_a_report_with_other_files_is_never_replaced(quick: Path, tmp_path: Path, added: str) -> None:
    out = tmp_path / "report"
    report.write(quick, out, console())
    (out / added).parent.mkdir(parents=True, exist_ok=True)
    (out / added).write_text("ten years of work", encoding="utf-8")
    before = names(tmp_path)
    with pytest.raises(TargetError, match=f"report: holds what this command has not written .*{added}"):
        report.write(quick, out, console())
    assert names(tmp_path) == before


@pytest.mark.parametrize(
    "manifest", [None, b"", b"[", b"7", b"[[]]", b"\xff", b"[" * 100_000, b'["../1.html"]']
)
def test_a_folder_that_is_no_report_is_never_replaced(
    quick: Path, tmp_path: Path, manifest: bytes | None
) -> None:
    out = tmp_path / "report"
    out.mkdir()
    (out / "thesis.txt").write_text("ten years of work", encoding="utf-8")
    if manifest is not None:
        (out / site.MANIFEST).write_bytes(manifest)
    before = names(tmp_path)
    with pytest.raises(TargetError, match="holds what this command has not written"):
        report.write(quick, out, console())
    assert names(tmp_path) == before


def test_only_a_folder_of_its_own_can_be_the_report(
    quick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    (tmp_path / "dangling").symlink_to("nowhere")
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.chdir(tmp_path / "real")
    before = names(tmp_path)
    for out, message in {
        "": "is the current folder",
        ".": "is the current folder",
        "..": "is the current folder or holds it",
        "/": "is the current folder or holds it",
        "../file": "is not a folder",
        "../pipe": "is not a folder",
        "../link": "is a link",
        "../dangling": "is a link",
        "../missing/report": "the folder .* does not exist",
        "../file/report": "the folder .* does not exist",
        "x" * 300: "cannot be written",
    }.items():
        with pytest.raises(TargetError, match=message):
            report.write(quick, Path(out), console())
    assert names(tmp_path) == before


def test_an_empty_product_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NotebookError, match=r"01_none\.ipynb: expected outputs, found none"):
        report.executed(notebook(tmp_path / "01_none.ipynb", "x = 1"))
    path = notebook(tmp_path / "02_lost.ipynb", "1", "None")
    book = nbformat.read(path, as_version=4)
    book.cells[1].outputs = [nbformat.v4.new_output("stream", text="once")]
    nbformat.write(book, path)
    with pytest.raises(NotebookError, match=r"02_lost\.ipynb: cell 2: expected an output as in"):
        report.executed(path)
    (tmp_path / "04_text.ipynb").write_text("", encoding="utf-8")
    with pytest.raises(NotebookError, match=r"04_text\.ipynb: not a notebook"):
        report.executed(tmp_path / "04_text.ipynb")


def test_an_empty_file_is_an_error() -> None:
    image = nbformat.v4.new_output("display_data", {"image/png": ""})
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(outputs=[image])])
    with pytest.raises(NotebookError, match=r"expected charts, found empty files: 03_zero-1\.png"):
        site.build(
            tmt.load().select(development="TMT-0001"), articles=[article(book, "03_zero")], library=False
        )


@pytest.mark.parametrize(
    ("make", "said"),
    [(os.mkfifo, "not a regular file"), (os.mkdir, r"cannot be read \(Is a directory\)")],
    ids=["pipe", "folder"],
)
def test_what_is_not_a_file_is_no_notebook(tmp_path: Path, make: Callable[[Path], None], said: str) -> None:
    """In a process that can be ended: a pipe would be waited for."""
    make(tmp_path / "1.ipynb")
    command = [sys.executable, "-m", "tmt_dataset.publish.report", str(tmp_path), str(tmp_path / "report")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=100)
    assert done.returncode == 1
    assert re.fullmatch(rf"error: {re.escape(str(tmp_path))}/1\.ipynb: {said}; expected .*\n", done.stderr)
    assert names(tmp_path) == ["1.ipynb"]


def test_the_home_folder_is_expanded(quick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    monkeypatch.chdir(quick)
    report.write(Path("~/notebooks"), Path("~/report"), console())
    assert "1.html" in names(tmp_path / "report")


def test_no_notebooks_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(NotebookError, match="no notebooks"):
        report.write(tmp_path, tmp_path / "report", console())


def test_summary_names_the_largest_sum() -> None:
    ds = tmt.load()
    money = ds.measures.loc[ds.measures["unit"] == "CNY", "measure"]
    largest = ds.figures.loc[ds.figures["measure"].isin(money), "value"].max()
    assert f"largest sums: {largest:,.0f} CNY" in report.summary(ds)


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """Return the pages of the reference by path."""
    made = {at.removeprefix("api/"): page.decode("utf-8") for at, page in reference.pages(Frame(tmt.load()))}
    return {at: page for at, page in made.items() if at != "index.html"}


def test_every_public_name_has_its_place_in_the_reference(pages: dict[str, str]) -> None:
    for name in tmt.__all__:
        if not name.startswith("__") and not inspect.ismodule(getattr(tmt, name)):
            own, of_errors = pages["tmt_dataset.html"], pages["tmt_dataset/errors.html"]
            assert f'<section id="{name}">' in own or f'<section id="{name}">' in of_errors
    # one page per module, each linked from its package; private ones and the wings have none
    for page in pages:
        parent, _, name = page.removesuffix(".html").rpartition("/")
        assert not name.startswith("_")
        if parent:
            assert f'href="{parent.rpartition("/")[2]}/{name}.html"' in pages[f"{parent}.html"]
    assert {"tmt_dataset/analysis/counting.html", "tmt_dataset/validation/rules.html"} <= {*pages}
    assert not {f"tmt_dataset/{wing}.html" for wing in ("cli", "coding", "publish")} & {*pages}
    # nothing is fetched
    assert not [
        p
        for p, text in pages.items()
        if re.search(r'<(?:script|link(?! rel="license")|img)[^>]*(?:src|href)="(?:https?:)?//', text)
    ]


def test_the_reference_is_the_same_on_every_machine(pages: dict[str, str]) -> None:
    code = """
import json, tmt_dataset as tmt
from tmt_dataset.publish.site import frame, reference
print(json.dumps({at: page.decode() for at, page in reference.pages(frame.Frame(tmt.load()))}))
"""
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Pacific/Apia", "LC_ALL": "C"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, check=True, env=environment, capture_output=True, text=True)
    assert done.stderr == ""
    again = {at.removeprefix("api/"): page for at, page in json.loads(done.stdout).items()}
    assert {at: again[at] for at in pages} == pages
    assert set(again) == {*pages, "index.html"}
