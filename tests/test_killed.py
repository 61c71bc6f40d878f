"""A command that is killed, at whatever step, leaves the old result or the new one; the next run tidies up."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="forks, and kills by SIGKILL")
KILLING = Path(__file__).with_name("killing.py")


def run(what: str, folder: Path) -> dict[str, int]:
    done = subprocess.run(
        [sys.executable, str(KILLING), what, str(folder)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return {name: int(n) for name, n in map(str.split, done.stdout.splitlines())}


def test_old_or_new_is_whole_wherever_it_is_killed_and_the_next_run_tidies_up(tmp_path: Path) -> None:
    steps = run("kill", tmp_path)
    least = {
        "csv-new": 8,
        "csv": 14,
        "csv-without-exchange": 14,
        "sqlite-new": 4,
        "sqlite": 3,
        "report-new": 14,
        "report": 24,
        "report-without-exchange": 24,
        "build": 12,
        "release": 12,
    }
    assert {name: min(n, least[name]) for name, n in steps.items()} == least


def test_of_eight_exports_at_once_one_succeeds(tmp_path: Path) -> None:
    assert run("race", tmp_path) == {"csv": 1, "sqlite": 1}
