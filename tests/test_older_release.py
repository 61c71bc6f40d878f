"""The data of release 1.0.0 are loaded, checked and compared by the library of today."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

import pytest

import tmt_dataset as tmt

ROOT = Path(__file__).parents[1]
#: The commit from which release 1.0.0 was built.
RELEASED = "576d3f3e5d11bf676504b3ccaafec5f7d7574803"
#: The fingerprint that its citation carries.
FINGERPRINT = "sha256:009dbec33051746126408d8262e22aa62cf464960d974a60660508efc99b200d"


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the package as it was released."""
    git = ["git", "-C", str(ROOT), "archive", RELEASED, "datapackage.json", "data", "validation"]
    done = subprocess.run(git, capture_output=True)
    if done.returncode:
        pytest.skip(f"this clone does not have the commit {RELEASED[:7]}: {done.stderr.decode().strip()}")
    folder = tmp_path_factory.mktemp("released")
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        archive.extractall(folder, filter="data")
    return folder


def test_the_older_release_is_loaded(released: Path) -> None:
    ds = tmt.load(released)
    assert ds.version == "1.0.0"
    assert len(ds.developments) == len(ds.flat()) == 162
    assert len(ds.quotes) == 371
    assert "Version 1.0.0" in tmt.cite(released)
    assert tmt.cite(released).endswith(f"fingerprint {FINGERPRINT}.")


def test_the_older_release_is_valid_and_says_what_was_not_checked(released: Path) -> None:
    report = tmt.validate(released)
    assert report.valid, str(report)
    assert any("agreement" in line and "1.0.0" in line for line in report.unchecked)


def test_the_difference_to_the_older_release_is_what_changed_and_nothing_else(released: Path) -> None:
    """Tables were declared that had been mere files; no row of the data changed."""
    difference = tmt.diff(released)
    added = {c.table for c in difference.changes if (c.what, c.change) == ("table", "added")}
    assert added == {"released_identifiers", "agreement", "adjudication", "review_log", "authority_synonyms"}
    assert [str(c).partition(" changed")[0] for c in difference.changes if c.what != "table"] == [
        "field quotes.supports itemEnum"
    ]
    assert {t.name for t in difference.tables} == {
        "agreement",
        "adjudication",
    }  # 1 for 1.0; a number for each item
