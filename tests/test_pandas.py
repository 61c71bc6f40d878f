"""Every supported pandas gives the same: the oldest, the last one before 3, and the newest, which runs the other tests."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

CHECKS = """
import json, sys, tempfile
from hashlib import sha256
from pathlib import Path
import pandas as pd
import tmt_dataset as tmt
from tmt_dataset import analysis

def plain(frame):
    return [(str(c), [None if pd.isna(v) else str(v) for v in frame[c].tolist()]) for c in frame.columns]

ds = tmt.load()
before = {name: plain(frame) for name, frame in ds.items()}
part = ds.select(topic="AI", year=(2023, None)) | ds.select(authority="CAC")
folder = Path(tempfile.mkdtemp())
tmt.export(part, folder / "part", format="csv")
results = {
    "tables": before,
    "selection": {name: plain(frame) for name, frame in part.items()},
    "found": plain(ds.select(text="deepfake").developments),
    "flat": plain(ds.flat()),
    "series": [plain(ds.series(m)) for m in ds.measures["measure"]],
    "lifecycles": plain(analysis.lifecycles(ds)),
    "numbers": plain(analysis.numbers(ds)),
    "stages": plain(analysis.stages(ds)),
    "targets": plain(analysis.targets(ds)),
    "evidence": [plain(ds.evidence(d)) for d in ds.developments["development_id"][:30]],
    "report": str(tmt.validate()),
    "csv": {p.name: sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*.csv"))},
}
for frame in [ds.flat(), *ds.select().values(), *part.values()]:
    frame.loc[:, frame.columns[0]] = None
assert {name: plain(frame) for name, frame in ds.items()} == before, "a selection shares memory"
digests = {k: sha256(json.dumps(v, ensure_ascii=False).encode()).hexdigest() for k, v in results.items()}
print(json.dumps([pd.__version__, digests]))
"""


def run(path: Path | None) -> tuple[str, dict[str, str]]:
    """Run the checks with what is installed in a folder before all else, and return the version and the results."""
    env = {**os.environ, **({"PYTHONPATH": str(path)} if path else {})}
    done = subprocess.run(
        [sys.executable, "-c", CHECKS], capture_output=True, text=True, env=env, check=False
    )
    assert done.returncode == 0, done.stderr
    version, results = json.loads(done.stdout.splitlines()[-1])
    return version, results


@pytest.fixture(scope="module")
def newest() -> dict[str, str]:
    return run(None)[1]


def minimum() -> str:
    """Return the oldest pandas that the project declares."""
    declared = (Path(__file__).parents[1] / "pyproject.toml").read_text(encoding="utf-8")
    found = re.search(r'"pandas>=([0-9.]+),', declared)
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("wanted", "resolution"), [(f"pandas>={minimum()},<2.3", "lowest"), ("pandas>=2.3,<2.4", "highest")]
)
def test_an_older_pandas_gives_the_same(
    wanted: str, resolution: str, newest: dict[str, str], tmp_path: Path
) -> None:
    install = [
        sys.executable,
        "-m",
        "uv",
        "pip",
        "install",
        "--quiet",
        "--no-config",
        "--no-deps",
        "--only-binary=:all:",
    ]
    options = ["--python", sys.executable, "--target", str(tmp_path), "--resolution", resolution]
    done = subprocess.run([*install, *options, wanted, "pytz>=2024.1"], capture_output=True, text=True, check=False)  # fmt: skip
    if done.returncode:
        pytest.skip(f"{wanted} cannot be installed: {done.stderr.strip()[-300:]}")
    version, results = run(tmp_path)
    assert version.startswith("2.")
    assert results == newest
