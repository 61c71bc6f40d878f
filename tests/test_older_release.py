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
from swh.model.from_disk import Directory
from swh.model.hashutil import hash_git_data

import tmt_dataset as tmt

ROOT = Path(__file__).parents[1]
#: The commit from which release 1.0.0 was built.
RELEASED = "576d3f3e5d11bf676504b3ccaafec5f7d7574803"
DIRECTORY = "022d47adddb1d249f2c91db224ba8e4b96e28209"
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
    assert set(ds.evidence("TMT-0001")["variable"]) >= {"action", "date"}
    assert not {"orientation", "provisions"} & {*ds.evidence("TMT-0001")["variable"], *ds.flat()}
    assert "Version 1.0.0" in tmt.cite(released)
    assert tmt.cite(released).endswith(
        f"fingerprint {FINGERPRINT}, swh:1:dir:{DIRECTORY}, swh:1:rev:{RELEASED}."
    )


def test_the_older_release_is_the_one_that_the_list_names(released: Path) -> None:
    (row,) = tmt.load().released.query("version == '1.0.0'").to_dict("records")
    assert (row["commit"], row["fingerprint"]) == (RELEASED, FINGERPRINT)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert len(tmt.load(released, sha256=FINGERPRINT)) == 19


@pytest.mark.usefixtures("released")
def test_its_directory_is_the_one_that_software_heritage_knows(tmp_path: Path) -> None:
    """Computed from the files, not by git."""
    data = subprocess.run(
        ["git", "-C", str(ROOT), "archive", RELEASED], capture_output=True, check=True
    ).stdout
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        archive.extractall(tmp_path, filter="data")
    assert (
        str(Directory.from_disk(path=bytes(tmp_path), max_content_length=None).swhid())
        == f"swh:1:dir:{DIRECTORY}"
    )
    raw = subprocess.run(
        ["git", "-C", str(ROOT), "cat-file", "commit", RELEASED], capture_output=True, check=True
    ).stdout
    assert hash_git_data(raw, "commit").hex() == RELEASED


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


def test_the_difference_to_the_older_release_tells_what_is_new_and_what_went(released: Path) -> None:
    difference = tmt.diff(released)
    changes = {(c.what, c.change, c.table, c.field or c.code) for c in difference.changes}
    added = {table for what, change, table, _ in changes if (what, change) == ("table", "added")}
    assert added == {
        "development_risks",
        "provisions",
        "risks",
        "addressees",
        "provision_types",
        "crosswalk_codes",
        "terms",
        "released_identifiers",
        "released",
        "agreement",
        "draft_accuracy",
        "draft_effort",
        "adjudication",
        "review_log",
        "authority_synonyms",
    }
    assert not [table for what, change, table, _ in changes if (what, change) == ("table", "removed")]
    assert {(t, f) for what, change, t, f in changes if (what, change) == ("field", "removed")} == {
        ("figures", "place_id")
    }
    assert {(t, f) for what, change, t, f in changes if (what, change) == ("field", "added")} == {
        ("sources", "scope"),
        ("sources", "scope_topics"),
        ("developments", "orientation"),
        ("developments", "ai_role"),
        ("figures", "note"),
        ("authorities", "short_name"),
        ("measures", "series"),
    }
    by_name = {t.name: t for t in difference.tables}
    assert not by_name["developments"].added
    assert not by_name["developments"].removed  # an identifier that was released stays
    assert "code instrument_kinds: policy-opinions added" in str(difference)


def test_a_new_field_is_one_line_of_the_difference_and_not_one_a_row(released: Path) -> None:
    text = tmt.diff(released).to_text(limit=None)
    assert "  field orientation: new, 162 values in rows that both have" in text
    assert ", field orientation:" not in text


def test_every_change_of_a_row_has_its_reason(released: Path) -> None:
    """The table of corrections is what a reader of 1.0.0 can use: no development changed without a line in it."""
    reasons = (ROOT / "docs" / "corrections-2.0.0.md").read_text(encoding="utf-8")
    by_name = {t.name: t for t in tmt.diff(released).tables}
    # notes carry what was said of the new variables; topics, figures and relations are rows of their own
    changed = {
        c.key[0] for c in by_name["developments"].changed if c.field in ("title", "summary", "date", "action")
    }
    changed |= {
        row.key[0] for t in ("development_topics", "relations", "mentions") for row in by_name[t].added
    }
    changed |= {row.key[0] for row in by_name["relations"].removed}
    assert changed
    assert not [d for d in sorted(changed) if d not in reasons]


def test_every_code_and_field_that_went_is_in_the_table_of_the_changelog(released: Path) -> None:
    told = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8").partition("\n## 1.0.0")[0]
    gone = {
        c.code or f"{c.table}.{c.field}"
        for c in tmt.diff(released).changes
        if c.change == "removed" and c.what in ("code", "field", "table")
    }
    assert gone
    assert not [name for name in sorted(gone) if f"`{name}`" not in told]
