"""Bad input ends in an error of the library, within bounds of time and memory: the short run. `make fuzz` makes the long one."""

from __future__ import annotations

import faulthandler
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Event
from typing import Any

import fuzzing
import pytest
from fuzzing import Run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

SEEDS = st.integers(0, 10**6)


def short(examples: int) -> settings:
    return settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return Run(tmp_path_factory.mktemp("mutants"))


@short(8)
@given(SEEDS)
def test_a_mutant_of_the_descriptor_is_refused_or_used(run: Run, seed: int) -> None:
    assert fuzzing.mutant(run, "descriptor", seed) == []


@short(6)
@given(SEEDS)
def test_a_mutant_of_a_table_in_step_with_its_checksum_is_refused_or_used(run: Run, seed: int) -> None:
    assert fuzzing.mutant(run, "table", seed) == []


@short(8)
@given(SEEDS)
def test_a_mutant_of_an_annotation_is_refused_or_compiled(run: Run, seed: int) -> None:
    assert fuzzing.mutant(run, "annotation", seed) == []


@short(12)
@given(SEEDS)
def test_a_mutant_of_an_archive_is_refused_or_used(run: Run, seed: int) -> None:
    assert fuzzing.mutant(run, "archive", seed) == []


@short(25)
@given(SEEDS)
def test_wrong_arguments_are_refused_or_used(run: Run, seed: int) -> None:
    assert fuzzing.mutant(run, "arguments", seed) == []


# -- each of them can fail


def broken(*_: Any, **__: Any) -> None:
    raise ZeroDivisionError("planted")


@pytest.mark.parametrize(
    ("kind", "place"),
    [
        ("descriptor", "tmt_dataset.descriptor.check_texts"),
        ("table", "tmt_dataset.dataset.typed"),
        ("annotation", "tmt_dataset.coding.annotation.misnamed"),
        ("archive", "tmt_dataset.package._verify_sums"),
        ("arguments", "tmt_dataset.selection.ranges"),
    ],
)
def test_a_planted_fault_is_found(run: Run, monkeypatch: pytest.MonkeyPatch, kind: str, place: str) -> None:
    monkeypatch.setattr(place, broken)
    found = (failure for seed in range(200) for failure in fuzzing.mutant(run, kind, seed))
    assert next(found).type == "ZeroDivisionError"


def test_an_exception_is_promised_only_by_the_library_itself(run: Run) -> None:
    def promising(value: str) -> int:
        """Raises
        ------
        ValueError
        """
        return int(value)

    run.begin()
    run.call(promising, "x")
    run.call(run.ds.select, year=(1, 2, 3))
    assert [failure.type for failure in run.failures] == ["ValueError"]


@pytest.mark.parametrize("limit", ["SECONDS", "MEMORY"])
def test_a_call_beyond_its_bounds_is_a_failure(run: Run, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setattr(fuzzing, limit, -1)
    run.begin()
    run.call(len, run.ds)
    assert [failure.type for failure in run.failures] == ["Expensive"]


def hanging(pipe: Connection, first: int, end: int, step: int, log: str) -> None:
    """Stand for the work of a process that hangs at its first mutant."""
    with Path(log).open("w") as stream:
        if first == 7:
            faulthandler.dump_traceback_later(0.1, exit=True, file=stream)
            Event().wait()
    pipe.close()


def test_a_hanging_call_ends_its_process_and_not_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    assert fuzzing.campaign(1, seed=7, seconds=60, processes=1, target=hanging) == 1
    assert "--seed 7 --mutants 1" in (printed := capsys.readouterr().out)
    assert "Hung" in printed
