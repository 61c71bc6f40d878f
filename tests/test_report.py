"""The main job: a small notebook becomes a page with its figures; a failing one leaves what was there."""

from __future__ import annotations

import io
from pathlib import Path

import nbformat
import pytest
from rich.console import Console

import tmt_dataset as tmt
from tmt_dataset.publish import report


def notebook(path: Path, *cells: str) -> Path:
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(c) for c in cells])
    book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(book, path)
    return path


def console() -> Console:
    return Console(file=io.StringIO(), width=200)


def test_a_notebook_becomes_a_page_with_png_and_svg(tmp_path: Path) -> None:
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
    assert sorted(p.name for p in out.iterdir()) == [
        "01_plot-1.png",
        "01_plot-1.svg",
        "01_plot.html",
        "summary.txt",
    ]
    page = (out / "01_plot.html").read_text(encoding="utf-8")
    assert "the answer 42" in page
    assert 'alt="Figure 1, 01_plot; its numbers' in page
    assert report.NO_ALT not in page
    assert (out / "01_plot-1.png").read_bytes().startswith(b"\x89PNG")
    assert "<svg" in (out / "01_plot-1.svg").read_text(encoding="utf-8")
    printed = screen.file.getvalue()  # type: ignore[attr-defined]  # the console writes into a StringIO
    assert str(out) in printed
    assert "by topic" in printed


def test_a_failing_notebook_is_one_error_and_the_old_report_stays(tmp_path: Path) -> None:
    folder, out = tmp_path / "notebooks", tmp_path / "report"
    folder.mkdir()
    out.mkdir()
    (out / "old.html").write_text("old", encoding="utf-8")
    notebook(folder / "01_bad.ipynb", "1 / 0")
    with pytest.raises(report.NotebookError, match=r"01_bad\.ipynb: a cell failed: ZeroDivisionError"):
        report.write(folder, out, console())
    assert [p.name for p in tmp_path.iterdir() if p.name not in ("notebooks", "report")] == []
    assert (out / "old.html").is_file()


def test_no_notebooks_is_one_error(tmp_path: Path) -> None:
    with pytest.raises(report.NotebookError, match="no notebooks"):
        report.write(tmp_path, tmp_path / "report", console())


def test_summary_names_the_largest_sum() -> None:
    ds = tmt.load()
    money = ds.measures.loc[ds.measures["unit"] == "CNY", "measure"]
    largest = ds.figures.loc[ds.figures["measure"].isin(money), "value"].max()
    assert f"largest sums: {largest:,.0f} CNY" in report.summary(ds)
