"""A package is found, opened and verified wherever it lies: in a folder, or in a release archive."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import factories
import pytest
from factories import edit_bytes, edit_descriptor, make_package, zipped
from hypothesis import given
from hypothesis import strategies as st

from tmt_dataset import package as module
from tmt_dataset.dataset import load
from tmt_dataset.descriptor import DESCRIPTOR, fingerprint
from tmt_dataset.errors import ChecksumError, PackageError, PackageNotFoundError
from tmt_dataset.files import sha256
from tmt_dataset.package import (
    SUMS,
    Folder,
    check_bounds,
    embedded,
    find,
    library_package,
    mismatches,
    open_files,
    open_package,
)
from tmt_dataset.publish.changes import diff
from tmt_dataset.validation import validate

RAW = json.loads(factories.clean_files()[DESCRIPTOR])


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


def test_the_package_of_the_library_is_its_own_also_before_it_is_written(package: Path) -> None:
    """A release that was being built was taken for a false copy of what lay there before."""
    own = open_package()
    built = own.rebuilt(own.descriptor, {})
    assert library_package(built) is built
    other = open_package(package)
    assert library_package(other.rebuilt(other.descriptor, {})) is not other


def test_size_and_checksum_are_compared_in_one_place(package: Path) -> None:
    opened = open_package(package)
    table = opened.descriptor.table("sources")
    data = opened.read(table)
    assert mismatches(table, data) == {}
    assert list(mismatches(table, data + b"x")) == ["bytes", "hash"]
    assert mismatches(table._replace(hash=None), data) == {"hash": ("None", table.hash)}


# -- bounds: what is hostile is refused before it is parsed, in little time and memory

#: Several times what a release needs; what is refused below once took up to 7 gigabytes, and more than a minute.
MEMORY = 2 * 1024**3
BOUNDED = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, ({MEMORY}, {MEMORY}))
resource.setrlimit(resource.RLIMIT_CPU, (120, 120))
import tmt_dataset as tmt
for path in sys.argv[1:]:
    try:
        tmt.load(path)
    except tmt.TmtDatasetError as error:
        print(path, error)
    report = tmt.validate(path)
    assert not report.valid
    for finding in report:
        print(path, finding)
"""


def refused(*paths: Path) -> list[str]:
    """Return what load and validate say of hostile packages, in a process of bounded memory and time."""
    command = [sys.executable, "-c", BOUNDED, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.splitlines()


def header_and(line: bytes, size: int) -> bytes:
    """Return the table of relations with so many bytes of one line in it."""
    return factories.clean_files()["data/relations.csv"] + line * (size // len(line))


#: What a table holds that is hostile, and what is said of it.
HOSTILE = {
    "commas": (header_and(b",", 8_000_000), "cells, expected at most"),
    "wide-row": (header_and(b",", 2_000_000), "cells in a line, expected at most 1,000"),
    "wide-header": (b"," * 2_000_000 + b"\n", "cells in a line, expected at most 1,000"),
    "line-feeds": (header_and(b"\n", 8_000_000), "rows, expected at most"),
    "blank-lines": (header_and(b"\n", 300_000), "blank lines, expected at most"),
    "carriage-returns": (header_and(b"\r", 8_000_000), "rows, expected at most"),
    "empty-rows": (header_and(b",,,,\n", 8_000_000), "rows, expected at most"),
    "marks": (header_and(b'"', 12_000_000), "cells, expected at most"),
    "short-rows": (header_and(b'""\n', 60_000), "those from here on were not looked at"),
    "stray-marks": (header_and(b'a"\n', 60_000), "those from here on were not looked at"),
    "long-cell": (header_and(b"x", 8_000_000), "a cell is longer than readers of CSV take"),
}


@pytest.mark.skipif(sys.platform == "win32", reason="no limits of memory")
def test_hostile_tables_are_refused_in_bounded_memory(package: Path, tmp_path: Path) -> None:
    archives = {}
    for name, (data, _) in HOSTILE.items():
        factories.table_path(package, "relations").write_bytes(data)
        factories.declare(package)
        archives[name] = zipped(package, tmp_path / f"{name}.zip")
        assert archives[name].stat().st_size < 200_000
    lines = refused(*archives.values())
    for name, (_, said) in HOSTILE.items():
        assert any(f"{name}.zip" in line and said in line for line in lines), name


@pytest.mark.skipif(sys.platform == "win32", reason="no limits of memory")
def test_an_entry_that_unpacks_to_more_than_it_states_is_read_up_to_its_size(
    package: Path, tmp_path: Path
) -> None:
    """The size in the directory was believed, and a megabyte unpacked to two gigabytes before anyone looked."""
    size = 1_500_000_000
    archive = tmp_path / "liar.zip"
    zipped(package, archive)
    with (
        zipfile.ZipFile(archive, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as stream,
        stream.open("tmt-dataset-0.1.0/more.csv", "w") as entry,
    ):
        for _ in range(size // 50_000_000):
            entry.write(bytes(50_000_000))
    stated = size.to_bytes(4, "little")
    archive.write_bytes(archive.read_bytes().replace(stated, (5).to_bytes(4, "little")))
    assert all("zip archive" in line for line in refused(archive))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_packing_without_a_bound_is_refused(tmp_path: Path, method: int) -> None:
    with zipfile.ZipFile(tmp_path / "packed.zip", "w", method) as stream:
        stream.writestr(DESCRIPTOR, b"{}")
    with pytest.raises(
        PackageError, match=f"is packed by method {method}; expected a stored or deflated one"
    ):
        open_files(tmp_path / "packed.zip")


def test_an_archive_of_too_many_entries_is_refused(tmp_path: Path) -> None:
    path = entries(tmp_path / "many.zip", *(f"{n}.csv" for n in range(module.MAX_ENTRIES + 1)))
    with pytest.raises(PackageError, match="more than 1,000 entries"):
        open_files(path)


def test_files_larger_than_any_of_a_package_are_refused(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive = zipped(package, tmp_path / "release.zip")
    edit_bytes(package, DESCRIPTOR, lambda data: data + b" " * module.MAX_DESCRIPTOR)
    with pytest.raises(PackageError, match=r"bytes, expected at most 2,097,152; not a descriptor"):
        open_package(package)
    monkeypatch.setattr(module, "MAX_ARCHIVE", 1000)
    with pytest.raises(PackageError, match=r"release\.zip: larger than 1,000 bytes"):
        open_package(archive)


def test_a_table_far_larger_than_declared_is_not_parsed(package: Path) -> None:
    table = open_package(package).descriptor.table("relations")
    line = b"TMT-0001,follows,TMT-0002,,\n"
    check_bounds(table, line * 1000, "relations.csv")  # an edit that is not declared yet
    with pytest.raises(PackageError, match=r"relations\.csv: .* bytes, expected at most"):
        check_bounds(table, line * 60_000, "relations.csv")
    check_bounds(table._replace(bytes=None), line * 60_000, "relations.csv")


def test_the_tables_of_a_million_rows_are_within_the_bounds() -> None:
    """As the benchmarks make them: 350 times this package."""
    package = open_package()
    for table in package.descriptor.tables.values():
        data = package.read(table)
        more = data * 350 if len(data) < 200_000 else data
        check_bounds(table._replace(bytes=len(more)), more, table.path)


# -- only regular files


@pytest.fixture
def pipe(tmp_path: Path) -> Path:
    """Return a pipe that nobody writes to: opening it would wait for ever."""
    if not hasattr(os, "mkfifo"):
        pytest.skip("no pipes in the file system")
    os.mkfifo(tmp_path / "pipe")
    return tmp_path / "pipe"


@pytest.mark.parametrize("path", ["", DESCRIPTOR, "data/relations.csv"])
def test_a_pipe_is_not_read(package: Path, pipe: Path, path: str) -> None:
    """As a link, so that a link is followed before the file is looked at."""
    if path:
        (package / path).unlink()
        (package / path).symlink_to(pipe)
    source = package if path else pipe
    with pytest.raises(PackageError, match="not a regular file"):
        load(source)
    assert any("not a regular file" in str(finding) for finding in validate(source))


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/stdin"])
def test_a_device_is_not_read(package: Path, device: str) -> None:
    if not Path(device).exists() or Path(device).is_file():
        pytest.skip(f"{device} is not a device here")
    with pytest.raises(PackageError, match="not a regular file"):
        open_package(device)
    table = factories.table_path(package, "relations")
    table.unlink()
    table.symlink_to(device)
    with pytest.raises(PackageError, match="not a regular file"):
        load(package)


def test_a_socket_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if not hasattr(socket, "AF_UNIX"):
        pytest.skip("no sockets in the file system")
    monkeypatch.chdir(tmp_path)  # the path of a socket is short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("socket")
        with pytest.raises(PackageError, match="not a regular file"):
            open_package("socket")


# -- paths as people type them


def test_the_home_folder_is_expanded(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(package.parent))
    monkeypatch.setenv("USERPROFILE", str(package.parent))
    assert find("~/package") == find(Path("~/package/datapackage.json")) == package
    with pytest.raises(PackageNotFoundError, match=re.escape(f"{package.parent / 'nowhere'}: no such file")):
        find("~/nowhere")


def test_the_home_folder_of_nobody_is_not_found() -> None:
    with pytest.raises(PackageNotFoundError, match="~no-such-user/x: no such file or folder"):
        find("~no-such-user/x")


@pytest.mark.parametrize(
    "source",
    [
        "https://example.org/tmt-dataset-1.0.0.zip",
        Path("https://example.org/tmt-dataset-1.0.0.zip"),
        "s3://example.org/tmt-dataset-1.0.0.zip",
    ],
)
def test_an_address_is_not_taken_for_a_path(source: str | Path) -> None:
    scheme = "s3" if str(source).startswith("s3") else "https"
    with pytest.raises(
        PackageNotFoundError,
        match=rf"^{scheme}://example\.org/tmt-dataset-1\.0\.0\.zip: is an address; download the release archive",
    ):
        find(source)


# -- the checksum that somebody trusts


def test_an_archive_is_compared_with_its_checksum(package: Path, tmp_path: Path) -> None:
    archive = zipped(package, tmp_path / "release.zip")
    digest = sha256(archive.read_bytes())
    for form in (digest, f"sha256:{digest}", f" {digest.upper()}\n"):
        assert open_package(archive, form).is_archive
    with pytest.raises(ChecksumError, match=f"expected the SHA-256 sha256:0{{64}}, found sha256:{digest}"):
        open_package(archive, "0" * 64)
    with pytest.raises(ChecksumError, match="sha256 is 'abc'; expected 64 hexadecimal digits"):
        open_package(archive, "abc")


def test_a_folder_is_compared_with_its_fingerprint(package: Path) -> None:
    expected = fingerprint(open_package(package).descriptor)
    assert open_package(package, expected).descriptor.raw == RAW
    with pytest.raises(ChecksumError, match=f"expected the fingerprint sha256:0{{64}}, found {expected}"):
        open_package(package, "0" * 64)
    # the declaration is the one that is trusted, and a table differs from it
    edit_bytes(package, "data/quotes.csv", lambda data: data + b"\n")
    with pytest.raises(ChecksumError, match=r"data/quotes\.csv: expected"):
        open_package(package, expected)


def test_load_validate_and_diff_take_a_checksum(package: Path, tmp_path: Path) -> None:
    archive = zipped(package, tmp_path / "release.zip")
    good, bad = sha256(archive.read_bytes()), "0" * 64
    assert load(archive, sha256=good) == load(package)
    assert validate(archive, sha256=good).valid
    assert diff(archive, package, sha256=good).empty
    assert diff(package, archive, new_sha256=good).empty
    for call in (
        lambda: load(archive, sha256=bad),
        lambda: diff(archive, package, sha256=bad),
        lambda: diff(package, archive, new_sha256=bad),
    ):
        with pytest.raises(ChecksumError, match=f"expected the SHA-256 sha256:{bad}, found sha256:{good}"):
            call()
    report = validate(archive, sha256=bad)
    assert not report.valid
    assert [f.rule for f in report if f.severity == "error"] == ["identity"]
    assert f"expected the SHA-256 sha256:{bad}, found sha256:{good}" in str(report)
    with pytest.raises(TypeError, match="a checksum is compared with a package given by its path"):
        diff(load(package), package, sha256=good)
