"""The benchmarks run and write their report, and the packages that they measure on are what they say. Nothing is timed."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import frictionless
import pytest

import tmt_dataset as tmt
from tmt_dataset.descriptor import DESCRIPTOR

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture
def synthetic(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the module that makes large packages; benchmarks are no part of the library."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("synthetic")


def test_benchmarks_run_and_write(tmp_path: Path) -> None:
    report = tmp_path / "README.md"
    command = [sys.executable, str(BENCHMARKS / "run.py"), "--quick", "--out", str(report)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
    text = report.read_text(encoding="utf-8")
    assert text == done.stdout
    for heading in (
        "# Benchmarks",
        "## Goals",
        "## From ten thousand",
        "## Planted defects",
        "## Beside pycldf",
    ):
        assert f"\n{heading}" in f"\n{text}"
    for measure in ("tmt_dataset.load()", "tmt-dataset cite", "tmt-dataset validate", "select("):
        assert f"| `{measure}" in text
    assert [p.name for p in tmp_path.iterdir()] == ["README.md"]


def test_too_few_turns_are_no_median(tmp_path: Path) -> None:
    command = [
        sys.executable,
        str(BENCHMARKS / "run.py"),
        "--times",
        "4",
        "--out",
        str(tmp_path / "README.md"),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "five" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_larger_package_is_as_valid_and_as_shaped_as_this_one(
    tmp_path: Path, synthetic: ModuleType
) -> None:
    real = tmt.load()
    growing = [t.name for t in synthetic.compiled(real.descriptor)]
    one = sum(len(real[n]) for n in growing)
    folder, rows = synthetic.make(tmp_path, 3 * one)
    assert rows == 3 * one
    report = tmt.validate(folder)
    assert report.valid, str(report)
    assert frictionless.Package(str(folder / DESCRIPTOR)).validate().valid
    large = tmt.load(folder)
    assert {n: len(large[n]) for n in large} == {n: len(real[n]) * (3 if n in growing else 1) for n in real}
    assert large.quotes["exact"].tolist() == real.quotes["exact"].tolist() * 3


def test_there_are_not_names_for_any_number_of_rows(tmp_path: Path, synthetic: ModuleType) -> None:
    with pytest.raises(ValueError, match="there are names for"):
        synthetic.make(tmp_path, 10**9)
    assert list(tmp_path.iterdir()) == []
