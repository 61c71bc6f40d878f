"""Measure what takes long, each once and from start to end in a clone of this checkout, and write ``whole.md`` beside this file."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import run

from tmt_dataset.files import write_whole
from tmt_dataset.package import embedded

TEXT = Path("tests/sixth/newsletter-2025-09.txt")
#: What is measured, its command, and the most seconds that it should take; None: no goal.
Command = tuple[str, list[str | Path], float | None]


def commands(folder: Path) -> Iterator[Command]:
    """Clone the checkout, with the texts of its sources beside it, and yield the commands in the order in which they run."""
    clone = folder / "checkout"
    subprocess.run(["git", "clone", "--quiet", embedded(), clone], check=True)
    texts = embedded().parent / "shared" / "sources"
    if texts.is_dir():
        shutil.copytree(texts, folder / "shared" / "sources")
    own = clone / ".venv" / "bin" / "tmt-dataset"
    yield "`make setup`, packages in the cache", ["make", "-C", clone, "setup"], None
    facts = ["--source-id", TEXT.stem, "--title", "-", "--period", "2025-09-01/2025-10-31"]
    draft: list[str | Path] = [own, "draft", clone / TEXT, *facts, "--folder", clone]
    yield "`tmt-dataset draft`, an invented text of thirty items", draft, 5
    (clone / "data" / "annotations" / f"{TEXT.stem}.draft.yaml").unlink()
    yield "`tmt-dataset site`", [own, "site", folder / "site", "--package", clone], None
    yield "`make analysis`", ["make", "-C", clone, "analysis"], 60
    yield "`make test`", ["make", "-C", clone, "test"], 300


def main() -> None:
    """Measure and write."""
    rows = []
    with tempfile.TemporaryDirectory() as temporary:
        for what, command, limit in commands(Path(temporary)):
            taken = run.process(command)
            verdict = "–" if limit is None else "met" if taken.seconds <= limit else "**missed**"
            goal = "–" if limit is None else f"≤ {limit:g} s"
            rows.append([what, run.seconds(taken.seconds), run.seconds(taken.cpu), goal, verdict])
    header = ["what", "time", "processor time", "goal", ""]
    said = f"Each once, in a fresh clone (`python benchmarks/whole.py`). {run.installed()}\n\n{run.table(header, rows)}\n"
    write_whole(Path(__file__).with_name("whole.md"), said.encode())
    sys.stdout.write(said)


if __name__ == "__main__":
    main()
