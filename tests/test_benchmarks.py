"""The large packages of the benchmarks are valid and have the shape of the real one. `make bench` measures."""

from __future__ import annotations

import importlib
from pathlib import Path
from types import ModuleType

import pytest

import tmt_dataset as tmt

BENCHMARKS = Path(__file__).resolve().parents[1] / "benchmarks"


@pytest.fixture
def synthetic(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """Return the module that makes large packages; benchmarks are not part of the library."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return importlib.import_module("synthetic")


def test_a_larger_package_is_as_valid_as_this_one_and_has_its_shape(
    tmp_path: Path, synthetic: ModuleType
) -> None:
    real = tmt.load()
    growing = [t.name for t in synthetic.growing(real.descriptor)]
    one = sum(len(real[n]) for n in growing)
    folder, rows = synthetic.make(tmp_path, 3 * one)
    assert rows == 3 * one
    report = tmt.validate(folder)
    assert report.valid, str(report)
    large = tmt.load(folder)
    assert {n: len(large[n]) for n in large} == {n: len(real[n]) * (3 if n in growing else 1) for n in real}
    assert large.quotes["exact"].tolist() == real.quotes["exact"].tolist() * 3


def test_names_run_out_for_too_many_rows(tmp_path: Path, synthetic: ModuleType) -> None:
    with pytest.raises(ValueError, match="there are names for"):
        synthetic.make(tmp_path, 10**9)
    assert list(tmp_path.iterdir()) == []
