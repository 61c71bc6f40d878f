"""The declaration is read as it stands; what is none, or leads elsewhere, is one clear error."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import factories
import pytest
from factories import edit_bytes, edit_descriptor, make_package
from hypothesis import given
from hypothesis import strategies as st

from tmt_dataset import descriptor as module
from tmt_dataset.descriptor import DESCRIPTOR, Descriptor, Field, ForeignKey, Table
from tmt_dataset.errors import ChecksumError, PackageError, PackageNotFoundError, UnknownCodeError
from tmt_dataset.files import sha256
from tmt_dataset.package import SUMS, Archive, Folder, embedded, find, open_package, verify_checksums

RAW = json.loads(factories.clean_files()[DESCRIPTOR])


def zipped(folder: Path, target: Path, prefix: str = "tmt-dataset-0.1.0/") -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            archive.write(path, prefix + path.relative_to(folder).as_posix())
    return target


def test_everything_declared_is_read() -> None:
    """Names, types, keys, constraints: nothing of the JSON is lost on the way."""
    descriptor = Descriptor.parse(json.dumps(RAW), "here")
    assert (descriptor.name, descriptor.version) == (RAW["name"], RAW["version"])
    assert list(descriptor.tables) == [r["name"] for r in RAW["resources"]]
    for resource in RAW["resources"]:
        table, schema = descriptor.table(resource["name"]), resource["schema"]
        assert (table.path, table.bytes, table.hash) == (
            resource["path"],
            resource["bytes"],
            resource["hash"],
        )
        assert table.field_names == [f["name"] for f in schema["fields"]]
        assert list(table.primary_key) == schema["primaryKey"]
        assert [list(k.fields) for k in table.foreign_keys] == [
            k["fields"] for k in schema.get("foreignKeys", [])
        ]
        assert table.is_vocabulary == ("vocabularies" in resource["path"])
        for raw in schema["fields"]:
            read, c = table.field(raw["name"]), raw.get("constraints", {})
            assert (read.type, read.title, read.description) == (
                raw["type"],
                raw["title"],
                raw["description"],
            )
            declared = {
                "required": read.required,
                "unique": read.unique,
                "enum": list(read.enum),
                "pattern": read.pattern,
            }
            declared |= {"minimum": read.minimum, "maximum": read.maximum, "maxLength": read.max_length}
            assert {k: v for k, v in declared.items() if v or (v == 0 and v is not False)} == c


def test_short_forms_of_keys_are_read() -> None:
    """A key may be a text, and a table may refer to itself by an empty name."""
    schema = {
        "fields": [{"name": "a"}, {"name": "b"}],
        "primaryKey": "a",
        "foreignKeys": [{"fields": "b", "reference": {"resource": "", "fields": "a"}}],
    }
    table = Table.from_json({"name": "t", "path": "t.csv", "schema": schema})
    assert table.primary_key == ("a",)
    assert table.foreign_keys == (ForeignKey(("b",), "t", ("a",)),)
    assert table.field("b") == Field("b", "string")
    assert (table.bytes, table.hash) == (None, None)


def test_numbers_of_an_enumeration_are_the_text_of_their_cells() -> None:
    assert Field.from_json({"name": "n", "type": "integer", "constraints": {"enum": [1, 2]}}).enum == (
        "1",
        "2",
    )


def test_unknown_names_get_near_misses() -> None:
    descriptor = Descriptor.parse(json.dumps(RAW), "here")
    with pytest.raises(UnknownCodeError, match=r"unknown table 'developmnts'; did you mean 'developments'"):
        descriptor.table("developmnts")
    with pytest.raises(
        UnknownCodeError, match=r"unknown field of sources 'perod_start'; did you mean 'period_start'"
    ):
        descriptor.table("sources").field("perod_start")


def changed(fn: Callable[[dict[str, Any]], Any]) -> str:
    raw = json.loads(json.dumps(RAW))
    fn(raw)
    return json.dumps(raw)


def first_field(**constraints: Any) -> Callable[[dict[str, Any]], Any]:
    return lambda d: d["resources"][0]["schema"]["fields"][0].update(constraints=constraints)


# fmt: off
NONE = [
    ("", "no valid JSON"),
    ("{", "no valid JSON"),
    ("[" * 100_000, "no valid JSON"),
    ("[]", "expected a JSON object, found list"),
    ("null", "expected a JSON object, found NoneType"),
    ("{}", "the property 'name' is missing"),
    ('{"name": "x", "version": "1.0.0"}', "the property 'resources' is missing"),
    ('{"name": "x", "version": "1.0.0", "resources": {}}', "resources: expected a list, found dict"),
    (changed(lambda d: d["resources"].append(3)), "resource 20 is incomplete or malformed"),
    (changed(lambda d: d["resources"][2].pop("path")), "resource 'developments' is incomplete or malformed (path: expected str, found None)"),
    (changed(lambda d: d["resources"][2].pop("schema")), "resource 'developments' is incomplete or malformed ('schema' is missing)"),
    (changed(lambda d: d["resources"][2]["schema"].pop("fields")), "resource 'developments' is incomplete or malformed ('fields' is missing)"),
    (changed(lambda d: d["resources"][2].update(path=["a.csv", "b.csv"])), "path: expected str, found ['a.csv', 'b.csv']"),
    (changed(lambda d: d["resources"][2].update(name=3)), "resource 3 is incomplete or malformed (name: expected str"),
    (changed(first_field(pattern=3)), "resource 'sources' is incomplete or malformed (pattern: expected str, found 3)"),
    (changed(first_field(minimum="1")), "minimum: expected int or float, found '1'"),
    (changed(first_field(maxLength=1.5)), "maxLength: expected int, found 1.5"),
    (changed(first_field(required="yes")), "required: expected bool, found 'yes'"),
    (changed(first_field(enum="a")), "enum: expected list, found 'a'"),
    (changed(lambda d: d["resources"][0].update(path="/etc/passwd")), "resource 'sources' has the path '/etc/passwd'; expected one inside the package"),
    (changed(lambda d: d["resources"][0].update(path="data/../../x.csv")), "expected one inside the package"),
    (changed(lambda d: d["resources"][0].update(path="..\\x.csv")), "expected one inside the package"),
    (changed(lambda d: d["resources"][0].update(path="https://example.org/x.csv")), "expected one inside the package"),
    (changed(lambda d: d["resources"][0].update(path="x\0.csv")), "expected one inside the package"),
]
# fmt: on


@pytest.mark.parametrize(("text", "message"), NONE, ids=[m for _, m in NONE])
def test_what_is_no_descriptor_is_one_error(text: str, message: str) -> None:
    with pytest.raises(PackageError, match="^here: .*" + re.escape(message)):
        Descriptor.parse(text, "here")


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda x: (
            st.lists(x, max_size=3)
            | st.dictionaries(
                st.sampled_from(["name", "version", "resources", "schema", "path", "fields", "constraints"]),
                x,
                max_size=5,
            )
        ),
        max_leaves=20,
    )
)
def test_any_json_is_read_or_refused(raw: Any) -> None:
    try:
        Descriptor.parse(json.dumps(raw), "here")
    except PackageError:
        return
    assert isinstance(raw["resources"], list)


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
        for missing in ("data/none.csv", "data"):
            with pytest.raises(KeyError):
                files.read(missing)


def test_what_is_not_there_is_not_found(tmp_path: Path) -> None:
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
        Archive.open(entries(tmp_path / "evil.zip", DESCRIPTOR, name))


def test_archive_with_no_or_two_descriptors_is_refused(tmp_path: Path) -> None:
    for names in ([], ["x/y/datapackage.json"], ["a/datapackage.json", "b/datapackage.json"]):
        with pytest.raises(PackageError, match=r"expected one datapackage\.json at its top"):
            Archive.open(entries(tmp_path / "none.zip", "readme.txt", *names))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_archive_with_an_entry_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="stands twice"):
        Archive.open(entries(tmp_path / "twice.zip", DESCRIPTOR, DESCRIPTOR))


def test_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_UNPACKED", 3)
    with pytest.raises(PackageError, match="would unpack to 4 bytes, expected at most 3"):
        Archive.open(entries(tmp_path / "bomb.zip", DESCRIPTOR, "other"))


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
        descriptor, files = open_package(damaged)
    except PackageError as error:
        message = str(error)
    else:  # a byte that nothing depends on: all files are as declared
        message = ""
        verify_checksums(descriptor, files)
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
    """In a checkout, tables change before they are declared; validate() says so, and opening does not."""
    edit_bytes(package, "data/quotes.csv", lambda b: b + b"\n")
    descriptor, files = open_package(package)
    with pytest.raises(ChecksumError, match=r"data/quotes\.csv: expected"):
        verify_checksums(descriptor, files)


def test_version_is_text_whatever_was_written(package: Path) -> None:
    edit_descriptor(package, lambda d: d.update(version=2))
    assert open_package(package)[0].version == "2"


def test_reading_the_declaration_imports_no_pandas() -> None:
    code = "import sys, tmt_dataset.descriptor as d; d.open_package(); sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_a_package_is_found_by_its_folder_and_by_its_descriptor(package: Path) -> None:
    assert find(package) == find(str(package)) == find(package / DESCRIPTOR) == package


def test_what_may_not_be_entered_is_named(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path, **_: Any) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "stat", refused)  # the superuser may enter every folder
    with pytest.raises(PackageNotFoundError, match=r"cannot be reached \(Permission denied\)"):
        find(package)


def test_a_link_that_leads_to_itself_and_a_name_that_is_none_are_named(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(PackageNotFoundError, match=r"loop: cannot be reached \(Too many levels"):
        find(tmp_path / "loop")
    with pytest.raises(PackageNotFoundError, match="no such file or folder"):
        find("a\0b")
