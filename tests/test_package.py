"""A package is found, opened and verified wherever it lies: in a folder, or in a release archive."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import factories
import pytest
from factories import edit_bytes, edit_descriptor, make_package
from hypothesis import given
from hypothesis import strategies as st

from tmt_dataset import package as module
from tmt_dataset.descriptor import DESCRIPTOR
from tmt_dataset.errors import ChecksumError, PackageError, PackageNotFoundError
from tmt_dataset.files import sha256
from tmt_dataset.package import SUMS, Folder, embedded, find, mismatches, open_files, open_package

RAW = json.loads(factories.clean_files()[DESCRIPTOR])


def zipped(folder: Path, target: Path, prefix: str = "tmt-dataset-0.1.0/") -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            archive.write(path, prefix + path.relative_to(folder).as_posix())
    return target


def test_embedded_package_is_the_one_of_this_installation() -> None:
    descriptor, files = open_package()
    assert (embedded() / DESCRIPTOR).is_file()
    assert descriptor.raw == json.loads((embedded() / DESCRIPTOR).read_bytes())
    assert files.label == str(embedded())


def test_a_package_is_opened_from_each_of_its_places(package: Path, tmp_path: Path) -> None:
    archive = zipped(package, tmp_path / "release.zip")
    flat = zipped(package, tmp_path / "flat.zip", prefix="")
    for source in (package, str(package), package / DESCRIPTOR, archive, str(archive), flat):
        descriptor, files = open_package(source)
        assert descriptor.raw == RAW
        assert list(files.names()) == sorted(factories.clean_files())
        assert {n: files.read(n) for n in files.names()} == factories.clean_files()
        with pytest.raises(KeyError):
            files.read("data/none.csv")


def test_a_missing_package_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(
        PackageNotFoundError,
        match=r"nowhere: no such file or folder; expected a folder with datapackage\.json",
    ):
        open_package(tmp_path / "nowhere")
    with pytest.raises(PackageNotFoundError, match=r"has no datapackage\.json"):
        open_package(tmp_path)
    with pytest.raises(FileNotFoundError):
        open_package(tmp_path)


def test_file_that_cannot_be_read_is_a_package_error(package: Path) -> None:
    with pytest.raises(PackageError, match="cannot be read"):
        Folder(package).read("x" * 5000)


def test_descriptor_in_another_encoding_is_refused(package: Path) -> None:
    edit_bytes(package, DESCRIPTOR, lambda b: b.decode().encode("utf-16"))
    with pytest.raises(PackageError, match="not UTF-8"):
        open_package(package)


def entries(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, b"{}")
    return path


@pytest.mark.parametrize(
    "name", ["../evil.csv", "/etc/evil.csv", "a/../../evil.csv", "..\\evil.csv", "c:evil.csv"]
)
def test_archive_that_climbs_out_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="points outside the archive"):
        open_files(entries(tmp_path / "evil.zip", DESCRIPTOR, name))


def test_archive_without_or_with_two_descriptors_is_refused(tmp_path: Path) -> None:
    for names in ([], ["x/y/datapackage.json"], ["a/datapackage.json", "b/datapackage.json"]):
        with pytest.raises(PackageError, match=r"expected one datapackage\.json at its top"):
            open_files(entries(tmp_path / "none.zip", "readme.txt", *names))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_archive_with_a_duplicate_entry_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="duplicate entry"):
        open_files(entries(tmp_path / "duplicate.zip", DESCRIPTOR, DESCRIPTOR))


def test_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_UNPACKED", 3)
    with pytest.raises(PackageError, match="would unpack to 4 bytes, expected at most 3"):
        open_files(entries(tmp_path / "bomb.zip", DESCRIPTOR, "other"))


@given(at=st.integers(0, 10**6), value=st.integers(0, 255), cut=st.booleans())
def test_damaged_archive_is_a_package_error(
    at: int, value: int, cut: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.getbasetemp()
    whole = folder / "whole.zip"
    if not whole.exists():
        zipped(make_package(folder / "for-zip"), whole)
    data = bytearray(whole.read_bytes())
    at %= len(data)
    if cut:
        data = data[:at]
    else:
        data[at] = value
    damaged = folder / "damaged.zip"
    damaged.write_bytes(data)
    try:
        opened = open_package(damaged)
    except PackageError as error:
        message = str(error)
    else:  # a byte that nothing depends on: all files are as declared
        message = ""
        opened.read_verified()
    assert message == "" or "damaged.zip" in message


def test_changed_file_of_an_archive_is_named(package: Path, tmp_path: Path) -> None:
    before = (package / "data/quotes.csv").read_bytes()
    edit_bytes(package, "data/quotes.csv", lambda b: b.replace(b"red", b"Red") + b"\n")
    (package / "data/relations.csv").unlink()
    with pytest.raises(ChecksumError) as caught:
        open_package(zipped(package, tmp_path / "changed.zip"))
    message = str(caught.value)
    assert f"data/quotes.csv: expected sha256:{sha256(before)}" in message
    assert "data/relations.csv is missing" in message
    assert "data/figures.csv" not in message


def test_list_of_checksums_of_an_archive_is_met(package: Path, tmp_path: Path) -> None:
    sums = {
        p.relative_to(package).as_posix(): sha256(p.read_bytes()) for p in package.rglob("*") if p.is_file()
    }

    def write(listed: dict[str, str]) -> Path:
        (package / SUMS).write_text("".join(f"{v}  {k}\n" for k, v in listed.items()), encoding="utf-8")
        return zipped(package, tmp_path / "listed.zip")

    open_package(write(sums))
    for listed, message in (
        ({**sums, "data/more.csv": "0" * 64}, r"data/more\.csv is missing"),
        ({k: v for k, v in sums.items() if k != DESCRIPTOR}, r"datapackage\.json is not in SHA256SUMS"),
        ({**sums, DESCRIPTOR: "0" * 64}, r"datapackage\.json: expected sha256:0000"),
    ):
        with pytest.raises(ChecksumError, match=message):
            open_package(write(listed))


def test_folder_is_opened_whatever_its_checksums(package: Path) -> None:
    """In a checkout, tables change before they are declared: opening takes them, reading compares them."""
    edit_bytes(package, "data/quotes.csv", lambda b: b + b"\n")
    opened = open_package(package)
    with pytest.raises(ChecksumError, match=r"data/quotes\.csv: expected"):
        opened.read_verified()


def test_version_is_text_whatever_was_written(package: Path) -> None:
    edit_descriptor(package, lambda d: d.update(version=2))
    assert open_package(package).descriptor.version == "2"


def test_reading_the_declaration_imports_no_pandas() -> None:
    code = "import sys, tmt_dataset.package as p; p.open_package(); sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_a_package_is_found_by_its_folder_and_by_its_descriptor(package: Path) -> None:
    assert find(package) == find(str(package)) == find(package / DESCRIPTOR) == package


def test_what_may_not_be_entered_is_named(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path, **_: Any) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "stat", refused)  # the superuser may enter every folder
    with pytest.raises(PackageNotFoundError, match=r"cannot be reached \(Permission denied\)"):
        find(package)


def test_a_link_to_itself_and_an_impossible_name_are_named(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(PackageNotFoundError, match=r"loop: cannot be reached \(Too many levels"):
        find(tmp_path / "loop")
    with pytest.raises(PackageNotFoundError, match="no such file or folder"):
        find("a\0b")


def test_what_was_just_built_is_read_before_it_is_written(package: Path) -> None:
    opened = open_package(package)
    built = opened.rebuilt(opened.descriptor, {"data/quotes.csv": b"new", "docs/new.md": b"too"})
    assert (built.files.read("data/quotes.csv"), built.files.read("docs/new.md")) == (b"new", b"too")
    assert built.files.read("data/figures.csv") == opened.files.read("data/figures.csv")
    assert sorted({*opened.files.names(), "docs/new.md"}) == list(built.files.names())
    assert built.label == opened.label


def test_size_and_checksum_are_compared_in_one_place(package: Path) -> None:
    opened = open_package(package)
    table = opened.descriptor.table("sources")
    data = opened.read(table)
    assert mismatches(table, data) == {}
    assert list(mismatches(table, data + b"x")) == ["bytes", "hash"]
    assert mismatches(table._replace(hash=None), data) == {"hash": ("None", table.hash)}
