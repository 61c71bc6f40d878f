"""The data of release 1.0.0 are loaded, checked and compared by the library of today."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
import warnings
from pathlib import Path

import pytest
from factories import edit_descriptor

import tmt_dataset as tmt

ROOT = Path(__file__).parents[1]
#: The commit from which release 1.0.0 was built.
RELEASED = "576d3f3e5d11bf676504b3ccaafec5f7d7574803"
#: Its fingerprint, as the list of releases has it. Citations made with 1.0.0 carry another, of the tables alone.
FINGERPRINT = "sha256:3e497d191cbcd2345f37025f89ad5fcebe708d2c697a8a7379828dd342e7d0d4"


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


def test_the_older_release_is_the_one_that_the_list_names(released: Path) -> None:
    (row,) = tmt.load().released.query("version == '1.0.0'").to_dict("records")
    assert (row["commit"], row["fingerprint"]) == (RELEASED, FINGERPRINT)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(tmt.load(released, sha256=FINGERPRINT)) == 19


def test_a_package_that_claims_to_be_the_older_release_is_told_from_it(
    released: Path, tmp_path: Path
) -> None:
    folder = Path(shutil.copytree(released, tmp_path / "claimed"))
    edit_descriptor(folder, lambda raw: raw.update(title="Rewritten"))
    with pytest.warns(UserWarning, match=f"claims to be release 1.0.0 and is not: expected .* {FINGERPRINT}"):
        tmt.load(folder)
    (finding,) = tmt.validate(folder)
    assert (finding.rule, finding.field, finding.expected) == ("identity", "version", FINGERPRINT)
    assert finding.severity == "error"
    assert FINGERPRINT not in tmt.cite(folder)


def test_the_older_release_is_valid_and_says_what_was_not_checked(released: Path) -> None:
    report = tmt.validate(released)
    assert report.valid, str(report)
    assert any("agreement" in line and "1.0.0" in line for line in report.unchecked)


def test_the_difference_to_the_older_release_is_what_changed_and_nothing_else(released: Path) -> None:
    """Tables were declared that had been mere files; no row of the data changed."""
    difference = tmt.diff(released)
    added = {c.table for c in difference.changes if (c.what, c.change) == ("table", "added")}
    assert added == {
        "released_identifiers",
        "released",
        "agreement",
        "adjudication",
        "review_log",
        "authority_synonyms",
    }
    assert [str(c).partition(" changed")[0] for c in difference.changes if c.what != "table"] == [
        "field quotes.supports itemEnum"
    ]
    assert {t.name for t in difference.tables} == {
        "agreement",  # 1 for 1.0
        "adjudication",  # a number for each item
        "released",  # the release itself
    }
