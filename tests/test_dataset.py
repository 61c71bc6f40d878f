"""Loading types what is there and names what cannot be read; a selection is a data set of its own."""

from __future__ import annotations

import copy
import datetime
import pickle
import warnings
import zipfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import pytest
from factories import (
    SPRING,
    WINTER,
    csv_bytes,
    declare,
    edit_bytes,
    edit_descriptor,
    edit_table,
    make_package,
    read_table,
    table_path,
)
from hypothesis import given, settings
from hypothesis import strategies as st

import tmt_dataset as tmt
from tmt_dataset.cells import TEXT_DTYPE
from tmt_dataset.dataset import Dataset
from tmt_dataset.descriptor import DESCRIPTOR
from tmt_dataset.errors import ChecksumError, PackageError, PackageNotFoundError, UnknownCodeError
from tmt_dataset.files import sha256
from tmt_dataset.package import MAX_UNPACKED, Folder, embedded

Edit = Callable[[bytes], bytes]


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a small package that no test changes."""
    return make_package(tmp_path_factory.mktemp("small") / "package")


@pytest.fixture(scope="module")
def ds(small: Path) -> Dataset:
    """Return the small package, which no test changes."""
    return tmt.load(small)


@pytest.fixture(scope="module")
def real() -> Dataset:
    """Return the data set of the repository, which no test changes."""
    return tmt.load()


def ids(part: Dataset) -> list[str]:
    """Return the developments of a data set, shortened to their numbers."""
    return [name.removeprefix("TMT-000") for name in part.developments["development_id"]]


def archive(folder: Path, target: Path, top: str = "tmt-dataset-1.0.0/") -> Path:
    """Write a package into a release archive."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as stream:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            stream.write(path, top + path.relative_to(folder).as_posix())
    return target


# loading
def test_the_embedded_package_is_the_one_of_the_repository(real: Dataset) -> None:
    assert real == tmt.load(embedded())
    assert len(real.developments) == len(read_table(embedded(), "developments"))


def test_a_package_is_loaded_from_every_form_of_it(small: Path, ds: Dataset, tmp_path: Path) -> None:
    forms: list[Path | str] = [
        small,
        str(small),
        small / DESCRIPTOR,
        archive(small, tmp_path / "in a folder.zip"),
        archive(small, tmp_path / "at the top.zip", top=""),
    ]
    for form in forms:
        loaded = tmt.load(form)
        assert loaded == ds
        assert list(loaded) == list(ds)
        for name in ds:
            pd.testing.assert_frame_equal(loaded[name], ds[name])


def test_tables_hold_the_cells_of_the_files(small: Path, ds: Dataset) -> None:
    assert set(ds) == set(ds.descriptor.tables)
    for name, frame in ds.items():
        cells = read_table(small, name)
        assert list(frame.columns) == list(cells.columns)
        assert len(frame) == len(cells)
        assert (frame.isna().to_numpy() == (cells == "").to_numpy()).all()
        for field in ds.descriptor.table(name).fields:
            if field.type == "string":
                assert frame[field.name].astype(TEXT_DTYPE).fillna("").tolist() == cells[field.name].tolist()


def test_a_merge_on_a_code_stays_categorical(ds: Dataset) -> None:
    for name, table in ds.descriptor.tables.items():
        for key in table.foreign_keys:
            if len(key.fields) == 1 and ds.descriptor.tables[key.table].holds_codes:
                left, right = key.fields[0], key.reference[0]
                assert ds[name][left].dtype == ds[key.table][right].dtype, f"{name}.{left}"
    merged = pd.merge(ds.developments, ds.actions, on="action")
    assert merged["action"].dtype == "category"
    assert len(merged) == len(ds.developments)
    two = ds.developments.merge(ds.development_places, left_on="jurisdiction", right_on="place_id")
    assert two["place_id"].dtype == two["jurisdiction"].dtype == "category"


def test_columns_have_their_types(ds: Dataset) -> None:
    types = {
        ("developments", "development_id"): str(TEXT_DTYPE),
        ("developments", "date"): str(TEXT_DTYPE),
        ("developments", "date_start"): "datetime64[s]",
        ("developments", "date_end"): "datetime64[s]",
        ("developments", "action"): "category",
        ("developments", "jurisdiction"): "category",
        ("developments", "date_basis"): "category",
        ("developments", "unnamed_authorities"): "Int64",
        ("developments", "effective_date"): str(TEXT_DTYPE),
        ("sources", "published"): "datetime64[s]",
        ("sources", "characters"): "Int64",
        ("segments", "start"): "Int64",
        ("segments", "source_id"): "category",
        ("mentions", "rank"): "category",
        ("quotes", "quote_id"): str(TEXT_DTYPE),
        ("quotes", "exact"): str(TEXT_DTYPE),
        ("quotes", "source_id"): "category",
        ("figures", "value"): "float64",
        ("figures", "measure"): "category",
        ("figures", "note"): str(TEXT_DTYPE),
        ("figures", "period_end"): "datetime64[s]",
        ("relations", "related_id"): str(TEXT_DTYPE),
        ("relations", "quote_id"): str(TEXT_DTYPE),
        ("topics", "topic_id"): "category",
        ("topics", "parent"): "category",
        ("instruments", "instrument_id"): str(TEXT_DTYPE),
        ("instruments", "kind"): "category",
        ("development_instruments", "instrument_id"): str(TEXT_DTYPE),
    }
    assert {key: str(ds[key[0]][key[1]].dtype) for key in types} == types


@pytest.mark.parametrize("day", ["0900-01-01", "2300-05-06"])
def test_a_day_of_any_year_is_read_shown_and_checked(package: Path, day: str) -> None:
    """pandas 2 counts nanoseconds where it is not told otherwise, and has no days before 1677 or after 2262."""
    edit_table(package, "developments", lambda t: t.assign(date=day, date_start=day, date_end=day))
    ds = tmt.load(package)
    assert set(ds.developments["date_end"]) == {pd.Timestamp(day)}
    assert set(ds.flat()["date_end"]) == {pd.Timestamp(day)}
    assert len(ds.select(date=day).developments) == len(ds.developments)
    assert not [f for f in tmt.validate(package).findings if "not the bound of its date" in f.message]


def test_categories_are_the_codes_whether_used_or_not(ds: Dataset) -> None:
    used = ds.developments["action"].cat.categories
    assert used.tolist() == ds.actions["action"].tolist()
    assert "agenda" in used
    assert "agenda" not in set(ds.developments["action"])
    roles = ds.descriptor.table("segments").field("role").enum
    assert tuple(ds.segments["role"].cat.categories) == roles


def test_identifiers_that_look_like_numbers_stay_text(ds: Dataset) -> None:
    assert ds.places["place_id"].tolist() == ["100000", "110000", "310000", "330000", "330100"]
    assert ds.developments.loc[1, "jurisdiction"] == "310000"


def test_texts_that_look_like_missing_values_stay_text(package: Path) -> None:
    edit_table(
        package,
        "developments",
        lambda f: f.__setitem__("title", ["NA", "null", "NaN", "None", "nan", "#N/A", "-"]),
    )
    assert tmt.load(package).developments["title"].tolist() == [
        "NA",
        "null",
        "NaN",
        "None",
        "nan",
        "#N/A",
        "-",
    ]


def test_loading_needs_no_annotations_and_no_other_files(small: Path) -> None:
    assert not (small / "data" / "annotations").exists()
    tmt.load(small)


# what cannot be loaded
def load_error(source: Path, kind: type[Exception] = PackageError) -> str:
    with pytest.raises(kind) as caught:
        tmt.load(source)
    assert caught.value.__suppress_context__ or caught.value.__cause__ is None
    return str(caught.value)


@pytest.mark.parametrize("name", ["missing", "missing.zip", f"missing/{DESCRIPTOR}"])
def test_a_missing_place_is_named(tmp_path: Path, name: str) -> None:
    message = load_error(tmp_path / name, PackageNotFoundError)
    assert message.startswith(
        f"{tmp_path / name}: no such file or folder; expected a folder with {DESCRIPTOR}"
    )


def test_a_folder_without_descriptor_is_named(tmp_path: Path) -> None:
    assert load_error(tmp_path, PackageNotFoundError) == (
        f"{tmp_path}: has no {DESCRIPTOR}; expected the folder of a data package"
    )


def test_a_missing_table_is_named(package: Path) -> None:
    table_path(package, "figures").unlink()
    assert load_error(package) == (
        f"{package}/data/figures.csv: the file is missing; restore it, or run `tmt-dataset build`"
    )


BROKEN: dict[str, tuple[str, Edit, str]] = {
    "empty file": ("figures", lambda data: b"", "not a readable CSV file"),
    "not UTF-8": ("figures", lambda data: data + b"\xff", "not UTF-8"),
    "NUL bytes alone": ("figures", lambda data: b"\x00" * 20, "expected the columns figure_id"),
    "quotation mark that is never closed": ("figures", lambda data: data + b'"open', "not a readable CSV file"),
    "surplus cell": ("figures", lambda data: data.replace(b"\n", b",x\n").replace(b"quote_id,x", b"quote_id"), "more cells than the header"),
    "surplus cell in one row": ("figures", lambda data: data + b"a,b,c,d,e,f,g,h,i,j,k,l,m\n", "not a readable CSV file"),
    "other header": ("figures", lambda data: data.replace(b"measure,", b"measures,", 1), "expected the columns figure_id"),
    "other order of columns": ("development_places", lambda data: b"place_id,development_id\n", "found place_id, development_id"),
    "missing column": ("development_places", lambda data: b"development_id\n", "found development_id"),
    "semicolons": ("development_places", lambda data: data.replace(b",", b";"), "found development_id;place_id"),
    "other file": ("figures", lambda data: b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "not UTF-8"),
}  # fmt: skip


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_table_is_named(package: Path, name: str) -> None:
    table, damage, words = BROKEN[name]
    path = f"data/{table}.csv"
    edit_bytes(package, path, damage, rehash=True)
    message = load_error(package)
    assert message.startswith(f"{package}/{path}: ")
    assert words in message


CELLS = [
    ("developments", "date_start", "2024-02-30", "expected a date YYYY-MM-DD, found '2024-02-30'"),
    ("developments", "date_end", "15.1.2024", "expected a date YYYY-MM-DD, found '15.1.2024'"),
    ("developments", "unnamed_authorities", "four", "expected a number (integer), found 'four'"),
    ("developments", "unnamed_authorities", "1.5", "expected a number (integer), found '1.5'"),
    ("figures", "value", "40,000", "expected a number (number), found '40,000'"),
    ("segments", "start", "x", "expected a number (integer), found 'x'"),
    (
        "developments",
        "action",
        "issuence",
        "expected a code of data/vocabularies/actions.csv, found 'issuence'",
    ),
    ("developments", "jurisdiction", "31", "expected a code of data/vocabularies/places.csv, found '31'"),
    ("development_topics", "topic_id", "ai/voice", "expected a code of data/vocabularies/topics.csv, found"),
    (
        "quotes",
        "source_id",
        "newsletter-2024-09",
        "expected a code of data/sources.csv, found 'newsletter-2024-09'",
    ),
    ("developments", "date_basis", "guessed", "expected one of stated, context, period, found 'guessed'"),
    ("topics", "topic_id", "ai", "field topic_id: an empty or duplicate value"),
    ("sources", "source_id", "", "field source_id: an empty or duplicate value"),
]


@pytest.mark.parametrize(("table", "column", "value", "words"), CELLS)
def test_a_cell_that_cannot_be_read_is_named(
    package: Path, table: str, column: str, value: str, words: str
) -> None:
    edit_table(package, table, lambda f: f.__setitem__(column, [*f[column][:-1], value]))
    message = load_error(package)
    row = len(read_table(package, table)) + 1
    start = str(table_path(package, table)) + ": "
    if "duplicate" not in words:
        start += f"row {row}, field {column}: "
    assert message.startswith(start + words), message
    assert "run `tmt-dataset validate`" in message


def test_a_broken_descriptor_is_named(package: Path) -> None:
    for data, words in (
        (b"{", "invalid JSON"),
        (b"[]", "expected a JSON object"),
        (b"{}", "'name' is missing"),
        (b"\xff", "not UTF-8"),
    ):
        edit_bytes(package, DESCRIPTOR, lambda _, data=data: data)  # type: ignore[misc]  # binds the loop's value
        message = load_error(package)
        assert message.startswith(f"{package}/{DESCRIPTOR}: ")
        assert words in message


def test_a_table_outside_the_package_is_refused(package: Path) -> None:
    for path in ("../figures.csv", "/etc/hostname", "data\\figures.csv", "file:figures.csv"):
        edit_descriptor(package, lambda raw, path=path: raw["resources"][0].update(path=path))  # type: ignore[misc]  # binds the loop's value
        assert "expected one inside the package" in load_error(package)


# archives
def test_an_archive_that_was_tampered_with_is_refused(package: Path, tmp_path: Path) -> None:
    edit_table(package, "figures", lambda f: f.__setitem__("value", "1"), rehash=False)
    table_path(package, "relations").unlink()
    message = load_error(archive(package, tmp_path / "release.zip"), ChecksumError)
    assert "data/figures.csv: expected sha256:" in message
    assert "data/relations.csv is missing" in message
    assert "Download the release again" in message


def test_a_folder_may_be_edited_and_declared_anew(package: Path) -> None:
    edit_table(package, "figures", lambda f: f.__setitem__("value", "1"), rehash=True)
    assert set(tmt.load(package).figures["value"]) == {1.0}  # validate() checks values, load() does not


def test_a_table_of_a_folder_that_was_cut_off_is_refused(package: Path) -> None:
    """What is left of it is still a table, and a selection of it would be empty without a warning."""
    before = {name: table_path(package, name).read_bytes() for name in ("mentions", "topics", "figures")}
    whole_lines = before["mentions"][: before["mentions"].index(b"\n", 200) + 1]
    same_size = before["topics"].replace(b"data", b"Data")
    edit_bytes(package, "data/mentions.csv", lambda _: whole_lines)
    edit_bytes(package, "data/vocabularies/topics.csv", lambda _: same_size)
    message = load_error(package, ChecksumError)
    assert message.startswith(f"{package}: not as {DESCRIPTOR} declares: data/mentions.csv: expected ")
    for words in (
        f"{len(before['mentions'])} bytes, sha256:{sha256(before['mentions'])}",
        f"found {len(whole_lines)} bytes, sha256:{sha256(whole_lines)}",
        f"topics.csv: expected sha256:{sha256(before['topics'])}, found sha256:{sha256(same_size)}",
        "Restore these files from the release",
        "`tmt-dataset build`",
        "`tmt-dataset validate`",
    ):
        assert words in message
    assert "figures.csv" not in message


def test_a_table_that_declares_no_checksum_is_not_compared(package: Path) -> None:
    edit_table(package, "figures", lambda f: f.__setitem__("value", "1"), rehash=False)
    edit_descriptor(
        package, lambda raw: next(r for r in raw["resources"] if r["name"] == "figures").update(hash=None)
    )
    assert set(tmt.load(package).figures["value"]) == {1.0}


def test_each_table_is_read_once(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[tuple[Path, str]] = []
    whole = Folder.read

    def counted(self: Folder, path: str) -> bytes:
        read.append((self.root, path))  # the library looks up its own releases
        return whole(self, path)

    monkeypatch.setattr(Folder, "read", counted)
    tmt.load(small)
    assert len(read) == len(set(read))


@pytest.mark.parametrize("name", ["sources", "topics", "instruments", "developments"])
@pytest.mark.parametrize(("key", "found"), [(None, "found none"), ("nope", "found nope")])
def test_a_table_without_the_key_that_others_name_is_refused(
    package: Path, name: str, key: str | None, found: str
) -> None:
    def change(raw: dict[str, Any]) -> None:
        resource = next(r for r in raw["resources"] if r["name"] == name)
        resource["schema"].pop("primaryKey")
        if key is not None:
            resource["schema"]["primaryKey"] = key

    edit_descriptor(package, change)
    message = load_error(package)
    assert message.startswith(
        f"{package}/{DESCRIPTOR}: resource {name!r}, primaryKey: expected fields of the"
    )
    assert found in message


def test_an_enum_with_a_duplicate_value_is_refused(package: Path) -> None:
    def change(raw: dict[str, Any]) -> None:
        field = next(f for f in raw["resources"][1]["schema"]["fields"] if "enum" in f.get("constraints", {}))
        field["constraints"]["enum"].append(field["constraints"]["enum"][0])

    edit_descriptor(package, change)
    assert (
        "resource 'segments', field role, enum: expected distinct values, found the duplicate "
        in load_error(package)
    )


# bad places
@pytest.mark.parametrize("source", ["x" * 5000, "x" * 300 + "/y"])
def test_a_path_that_cannot_be_reached_is_named(source: str) -> None:
    with pytest.raises(
        PackageNotFoundError, match=r"cannot be reached \(File name too long\); expected a folder"
    ):
        tmt.load(source)


def test_an_empty_path_is_not_the_current_folder(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(small)
    assert tmt.load(".").version
    with pytest.raises(PackageNotFoundError, match="the path is empty"):
        tmt.load("")


@pytest.mark.parametrize("source", [5, b"folder", ["folder"]])
def test_a_source_that_is_not_a_path_is_a_type_error(source: Any) -> None:
    with pytest.raises(TypeError, match="expected the path of a package or None, found"):
        tmt.load(source)


def test_a_truncated_archive_is_refused(small: Path, tmp_path: Path) -> None:
    path = archive(small, tmp_path / "release.zip")
    whole = path.read_bytes()
    for length in (0, 1, 100, len(whole) // 2, len(whole) - 10):
        path.write_bytes(whole[:length])
        assert load_error(path).startswith(f"{path}: not a readable zip archive")


def test_a_damaged_archive_is_refused(small: Path, tmp_path: Path) -> None:
    path = archive(small, tmp_path / "release.zip")
    data = bytearray(path.read_bytes())
    middle = data.index(b"developments.csv") + 400
    data[middle : middle + 50] = bytes(50)
    path.write_bytes(data)
    assert "archive" in load_error(path)


def entries(path: Path, **contents: bytes) -> Path:
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w") as stream:
        warnings.simplefilter("ignore")  # zipfile warns of the names that the tests are about
        for name, data in contents.items():
            stream.writestr(zipfile.ZipInfo(name), data)
    return path


def test_a_foreign_archive_is_refused(tmp_path: Path) -> None:
    path = entries(tmp_path / "foreign.zip", **{"a/readme.txt": b"x"})
    assert f"{path}: expected one {DESCRIPTOR} at its top, found 0" in load_error(path)
    path = entries(tmp_path / "two.zip", **{f"a/{DESCRIPTOR}": b"{}", f"b/{DESCRIPTOR}": b"{}"})
    assert "found 2; not a release of this data set" in load_error(path)
    path = entries(tmp_path / "other.zip", **{DESCRIPTOR: b'{"name": "x", "resources": []}'})
    assert "'version' is missing" in load_error(path)
    (tmp_path / "text.zip").write_text("no zip", encoding="utf-8")
    assert "not a readable zip archive" in load_error(tmp_path / "text.zip")


@pytest.mark.parametrize(
    "name", ["../outside.txt", "a/../../outside.txt", "/outside.txt", "a\\..\\outside.txt", "C:outside.txt"]
)
def test_an_archive_with_paths_that_climb_out_is_refused(small: Path, tmp_path: Path, name: str) -> None:
    path = archive(small, tmp_path / "release.zip")
    with zipfile.ZipFile(path, "a") as stream:
        stream.writestr(zipfile.ZipInfo(name), b"x")
    assert "points outside the archive" in load_error(path)
    assert not (tmp_path.parent / "outside.txt").exists()


def test_an_archive_that_unpacks_to_absurd_size_is_refused(small: Path, tmp_path: Path) -> None:
    path = archive(small, tmp_path / "release.zip")
    with zipfile.ZipFile(path, "a") as stream:
        stream.writestr("zeros", b"0")
        stream.infolist()[-1].file_size = MAX_UNPACKED  # as the archive says of itself
    assert "would unpack to" in load_error(path)


# access
def test_tables_are_attributes_and_items(ds: Dataset) -> None:
    assert ds.developments is ds["developments"]
    assert set(ds) <= set(dir(ds))
    assert len(ds) == len(list(ds)) == len(ds.descriptor.tables)


def test_an_unknown_table_has_near_misses(ds: Dataset) -> None:
    with pytest.raises(
        UnknownCodeError, match=r"unknown table 'figure'; did you mean 'figures'\? All of them: sources, "
    ):
        _ = ds["figure"]
    with pytest.raises(AttributeError, match="no table or attribute 'figure'; did you mean 'figures'"):
        _ = ds.figure  # type: ignore[attr-defined]
    assert not hasattr(ds, "nothing")
    assert "figures" in ds
    assert "figure" not in ds
    assert "" not in ds


@pytest.mark.parametrize("name", [[], {}, pd.DataFrame()], ids=["list", "dict", "frame"])
def test_a_name_that_is_no_text_is_an_unknown_table(ds: Dataset, name: Any) -> None:
    assert ds.get(name) is None
    assert name not in ds
    with pytest.raises(UnknownCodeError, match="unknown table"):
        tmt.schema(name)


def test_half_of_a_surrogate_pair_is_found_nowhere(ds: Dataset) -> None:
    """A terminal hands over what it could not decode in this way, and no column of text holds it."""
    for call in (ds.record, ds.evidence, ds.lifecycle, ds.series):
        with pytest.raises(UnknownCodeError, match="unknown"):
            call("\ud800")
    assert ids(ds.select(text="lamp \ud800")) == []


def test_a_data_set_is_copied_and_pickled_whole(ds: Dataset) -> None:
    for other in (copy.copy(ds), copy.deepcopy(ds), pickle.loads(pickle.dumps(ds))):
        assert other == ds
        assert ids(other.select(topic="data")) == ids(ds.select(topic="data"))


def test_data_sets_are_equal_where_their_tables_and_versions_are(package: Path, ds: Dataset) -> None:
    assert tmt.load(package) == ds
    assert ds != "a data set"
    edit_descriptor(package, lambda raw: raw.update(version="9.9.9"))
    assert tmt.load(package) != ds
    edit_descriptor(package, lambda raw: raw.update(version=ds.version))
    edit_table(package, "figures", lambda f: f.__setitem__("value", "1"))
    assert tmt.load(package) != ds


def test_the_period_is_that_of_the_windows(ds: Dataset) -> None:
    assert ds.period == (pd.Timestamp("2024-01-01"), pd.Timestamp("2024-04-30"))
    assert ds.select(action="judgment").period == (pd.Timestamp("2024-01-01"), pd.Timestamp("2024-02-29"))
    assert all(pd.isna(day) for day in ds.select(year=1999).period)


def test_a_data_set_shows_what_it_holds(ds: Dataset) -> None:
    text, page = repr(ds), ds._repr_html_()
    for words in (ds.version, "2024-01-01 to 2024-04-30", WINTER, SPRING):
        assert words in text
        assert words in page
    assert "developments 7" in text
    assert "<td>7</td>" in page
    assert "none" in repr(ds.select(year=1999))


def test_a_page_escapes_what_the_data_says(package: Path) -> None:
    hostile = "<script>alert('x')</script>"

    def edit(raw: dict[str, Any]) -> None:
        raw["title"] = raw["resources"][0]["description"] = raw["version"] = hostile

    edit_descriptor(package, edit)
    page = tmt.load(package)._repr_html_()
    assert "<script" not in page
    assert page.count("&lt;script&gt;alert(&#x27;x&#x27;)") == 3


# selection: criteria and the developments (by their last digit) that fit them, read off the small package by hand
SELECTIONS: list[tuple[dict[str, Any], str]] = [
    ({"topic": "ai/voices"}, "13457"),  # secondary topics count
    ({"topic": "ai"}, "13457"),
    ({"topic": "data"}, "12"),
    ({"topic": ["data", "platforms/accounts"]}, "1246"),
    ({"topic": []}, ""),
    ({"action": "issuance"}, "25"),
    ({"action": ["issuance", "judgment"]}, "235"),
    ({"action": "agenda"}, ""),
    ({"category": "enforcement"}, "346"),
    ({"category": ["legislative", "industry"]}, "1257"),
    ({"authority": "cac"}, "145"),
    ({"authority": "cac", "with_offices": True}, "1245"),
    ({"authority": "cac-shanghai", "with_offices": True}, "2"),
    ({"authority": "communications-shanghai"}, "2"),  # joint
    ({"authority": ["court-beijing-internet", "cac-shanghai"]}, "23"),
    ({"place": "330100"}, "7"),
    ({"place": "330000"}, "7"),  # a province matches its cities
    ({"place": "310000"}, "2"),
    ({"place": "100000"}, "1234567"),
    ({"place": ["110000", "310000"]}, "23"),
    ({"jurisdiction": "100000"}, "1456"),  # as coded: not what lies under it
    ({"jurisdiction": ["330100", "110000"]}, "37"),
    ({"jurisdiction": "330000"}, ""),
    ({"source": WINTER}, "1234"),
    ({"source": SPRING}, "2567"),  # 2 is reported again
    ({"source": [WINTER, SPRING]}, "1234567"),
    ({"instrument": "lamp-data-rules"}, "25"),  # 5 cites them
    ({"instrument": "talking-lamps-measures"}, "15"),
    ({"date_basis": "period"}, "46"),
    ({"date_basis": ["context", "stated"]}, "12357"),
    ({"orientation": "control"}, "12456"),
    ({"orientation": ["rights", "information"]}, "37"),
    ({"ai_role": "part"}, "4"),
    ({"risk": "privacy"}, "2"),
    ({"risk": "personality"}, ""),
    ({"addressee": "device-maker"}, "23"),
    ({"provision": "damages"}, "3"),
    ({"modality": "incurs"}, "34"),
    ({"addressee": "device-maker", "modality": "incurs"}, "3"),
    ({"addressee": "app-provider", "provision": "closure"}, ""),  # met by two provisions of 4, by none alone
    ({"year": 2024}, "1234567"),
    ({"year": 2023}, ""),
    ({"year": (2023, 2025)}, "1234567"),
    ({"date": "2024-01"}, "14"),
    ({"date": "2024-01", "dates": "within"}, "1"),
    ({"date": "2024-02-06"}, "24"),
    ({"date": "2024-02-06", "dates": "within"}, "2"),
    ({"date": ("2024-02-29", "2024-04-01")}, "34567"),
    ({"date": ("2024-02-29", "2024-04-01"), "dates": "within"}, "35"),
    ({"date": "2024-03/2024-04"}, "567"),
    ({"date": ("2024-03", "2024-04"), "dates": "within"}, "567"),
    ({"year": 2024, "date": ("2024-04", "2025")}, "67"),
    ({"date": ("2024-04", None)}, "67"),
    ({"date": (None, "2024-02-06")}, "124"),
    ({"date": (None, "2024-02-06"), "dates": "within"}, "12"),
    ({"year": [2025, None]}, ""),
    ({"development": "TMT-0003"}, "3"),
    ({"development": ["tmt-7", "TMT-01"]}, "17"),
    ({"development": ["TMT-1", "TMT-2"], "topic": "data/personal-information"}, "12"),
    ({"development": []}, ""),
    ({"text": "HOUSEHOLD"}, "2"),  # of a summary, ignoring case
    ({"text": "Five departments"}, "4"),  # of a title
    ({"text": "¥40,000"}, "3"),  # of a quote
    ({"text": "国家互联网信息办公室"}, "145"),  # an authority's name in Chinese
    ({"text": "杭州"}, "7"),  # a place's
    ({"text": "上海"}, "2"),
    ({"text": "Personal information"}, "12"),  # a topic's label
    ({"text": "Order No. 99"}, "15"),  # an instrument's number
    ({"text": "Lamp Measures"}, "15"),  # its alias
    ({"text": "Rules ("}, "25"),  # punctuation is no part of a word
    ({"text": "actress"}, "3"),  # of the report alone
    ({"topic": "ai", "action": "issuance"}, "5"),
    ({"authority": "cac", "source": SPRING, "text": "red"}, "5"),
]  # fmt: skip


@pytest.mark.parametrize(("criteria", "expected"), SELECTIONS, ids=[str(c) for c, _ in SELECTIONS])
def test_a_criterion_selects_the_developments_that_meet_it(
    ds: Dataset, criteria: dict[str, Any], expected: str
) -> None:
    part = ds.select(**criteria)
    assert "".join(ids(part)) == expected
    assert closed(part) == []


def test_codes_may_come_in_any_collection(ds: Dataset) -> None:
    for codes in (["data"], ("data",), {"data"}, iter(["data"]), pd.Series(["data"]), pd.Index(["data"])):
        assert ids(ds.select(topic=codes)) == ["1", "2"]
    assert ids(ds.select(topic=ds.topics["topic_id"])) == ids(ds)


@pytest.mark.parametrize(
    ("criteria", "message"),
    [
        ({"topic": "ai/voice"}, r"unknown topic 'ai/voice'; did you mean 'ai/voices'.*All of them: the table topics"),
        ({"topic": ["ai", "voicess"]}, r"unknown topic 'voicess'; did you mean 'ai/voices'"),
        ({"action": "issuence"}, r"unknown action 'issuence'; did you mean 'issuance'.*the table actions"),
        ({"category": "legislation"}, r"unknown category 'legislation'; did you mean 'legislative'.*All of them: legislative, enforcement, industry"),
        ({"authority": "CAAC"}, r"unknown authority 'CAAC'; did you mean 'cac'.*the table authorities"),
        ({"development": "TMT-0009"}, r"unknown development 'TMT-0009'; did you mean .*the table developments"),
        ({"place": "31000"}, r"unknown place '31000'; did you mean '310000'.*the table places"),
        ({"place": 31000}, r"unknown place '31000'; did you mean '310000'"),
        ({"jurisdiction": "Chinna"}, r"unknown jurisdiction 'Chinna'.*the table places"),
        ({"source": "newsletter-2024-02"}, r"unknown source 'newsletter-2024-02'; did you mean .*'newsletter-2024-0.*the table sources"),
        ({"instrument": "lamp-rules"}, r"unknown instrument 'lamp-rules'; did you mean 'lamp-data-rules'.*the table instruments"),
        ({"date_basis": "state"}, r"unknown date basis 'state'; did you mean 'stated'.*All of them: stated, context, period"),
    ],
)  # fmt: skip
def test_an_unknown_code_raises_with_near_misses(ds: Dataset, criteria: dict[str, Any], message: str) -> None:
    with pytest.raises(UnknownCodeError, match=message):
        ds.select(**criteria)


@pytest.mark.parametrize(
    ("criteria", "message"),
    [
        ({"year": "next"}, "'next' is not an EDTF date"),
        ({"year": (2025, 2023)}, r"the range \(2025, 2023\) ends before it starts"),
        ({"year": (2023, 2024, 2025)}, "expected one year or date, or a pair of them"),
        ({"date": (None, None)}, r"or a pair of them, one of which may be None; found \(None, None\)"),
        ({"date": "2024-02-30"}, "not a date of the calendar"),
        ({"date": ("2024-02", "2024-01")}, "ends before it starts"),
        ({"date": "2024", "dates": "around"}, "dates='around': expected 'overlap' or 'within'"),
        ({"dates": "around"}, "dates='around': expected 'overlap' or 'within'"),
        ({"dates": pd.Series(["overlap"])}, "expected 'overlap' or 'within'"),
        ({"year": pd.NaT}, "'NaT' is not an EDTF date"),
    ],
)
def test_an_invalid_date_raises(ds: Dataset, criteria: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ds.select(**criteria)


def test_an_unknown_criterion_is_a_type_error(ds: Dataset) -> None:
    unknown: dict[str, Any] = {"topics": "ai"}
    with pytest.raises(TypeError, match="topics"):
        ds.select(**unknown)


# every table follows
def closed(part: Dataset) -> list[str]:
    """Return the foreign keys of a data set without a target."""
    wrong = []
    for name, table in part.descriptor.tables.items():
        for key in table.foreign_keys:
            (column,), (target,) = key.fields, key.reference
            values = part[name][column].dropna().astype("str")
            wrong += [f"{name}.{column}: {v}" for v in values[~values.isin(part[key.table][target])]]
    return wrong


def test_every_table_follows_a_selection(ds: Dataset) -> None:
    part = ds.select(authority="court-beijing-internet")
    assert set(part.quotes["development_id"]) == set(part.figures["development_id"]) == {"TMT-0003"}
    assert (
        part.mentions["segment_id"].tolist()
        == part.segments["segment_id"].tolist()
        == [f"{WINTER}:009", f"{WINTER}:010"]
    )
    assert part.sources["source_id"].tolist() == [WINTER]
    assert len(part.errata) == 1
    assert len(part.instruments) == len(part.relations) == len(part.development_instruments) == 0
    for name in ("actions", "topics", "places", "authorities", "measures", "instrument_kinds"):
        pd.testing.assert_frame_equal(part[name], ds[name])
    for frame in part.values():
        assert frame.index.equals(pd.RangeIndex(len(frame)))


def test_a_relation_is_kept_if_both_its_ends_are(ds: Dataset) -> None:
    assert ds.relations[["development_id", "related_id"]].to_numpy().tolist() == [
        ["TMT-0005", "TMT-0001"], ["TMT-0006", "TMT-0004"],
    ]  # fmt: skip
    assert ds.select(action="issuance").relations.empty
    assert len(ds.select(action="campaign").relations) == 1


def test_a_quote_keeps_its_source(package: Path) -> None:
    # words of another source may prove a date that follows from the context
    edit_table(
        package,
        "quotes",
        lambda f: f.__setitem__("source_id", f["source_id"].mask(f["development_id"] == "TMT-0001", SPRING)),
    )
    part = tmt.load(package).select(action="consultation")
    assert part.sources["source_id"].tolist() == [WINTER, SPRING]
    assert closed(part) == []


def test_a_selection_changes_nothing_of_the_whole(small: Path, ds: Dataset) -> None:
    part = ds.select(topic="ai")
    part.developments["title"] = "changed"
    assert ds == tmt.load(small)


def test_selecting_by_nothing_is_the_whole(ds: Dataset, real: Dataset) -> None:
    assert ds.select() == ds
    assert real.select() == real
    assert ds.select().select(topic="ai") == ds.select(topic="ai")


def write(part: Dataset, folder: Path) -> Path:
    """Write a data set as a package."""
    make_package(folder)
    for name, frame in part.items():
        texts = frame.copy()
        for column in frame.columns:
            kind = str(frame[column].dtype)
            if kind == "float64":
                texts[column] = frame[column].map("{:.10g}".format)
            if kind == "boolean":
                texts[column] = frame[column].map({True: "true", False: "false"})
            texts[column] = texts[column].astype("str").where(frame[column].notna(), None)
        rows = texts.astype("object").where(texts.notna(), None).itertuples(index=False)
        table_path(folder, name).write_bytes(csv_bytes(frame.columns, rows))
    declare(folder)
    return folder


@pytest.mark.parametrize("criteria", [{}, {"topic": "data"}, {"source": SPRING}, {"year": 1999}])
def test_a_selection_that_is_written_is_read_again(
    ds: Dataset, tmp_path: Path, criteria: dict[str, Any]
) -> None:
    part = ds.select(**criteria)
    again = tmt.load(write(part, tmp_path / "part"))
    for name in part:
        pd.testing.assert_frame_equal(part[name], again[name], check_categorical=False)


def test_a_selection_of_nothing_has_all_tables_and_columns(ds: Dataset) -> None:
    nothing = ds.select(year=1999)
    assert ids(nothing) == []
    assert list(nothing) == list(ds)
    for name in ds:
        assert nothing[name].dtypes.equals(ds[name].dtypes)
    assert nothing.flat().empty
    assert ids(nothing.select(topic="ai", text="lamp", source=WINTER, with_offices=True)) == []


def test_a_selection_knows_the_codes_that_it_left_out(ds: Dataset) -> None:
    part = ds.select(action="judgment")
    assert SPRING not in set(part.sources["source_id"])
    assert part.instruments.empty
    assert ids(part.select(source=SPRING)) == ids(part.select(instrument="lamp-data-rules")) == []
    with pytest.raises(UnknownCodeError, match="newsletter-1999-01"):
        part.select(source="newsletter-1999-01")


def some(codes: Iterable[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(sorted(codes)), min_size=1, max_size=3, unique=True)


DAYS = st.dates(min_value=pd.Timestamp("2023-10-01").date(), max_value=pd.Timestamp("2025-10-01").date())


@st.composite
def criteria(draw: st.DrawFn, ds: Dataset) -> dict[str, Any]:
    """Return criteria that go together."""
    possible: dict[str, st.SearchStrategy[Any]] = {
        "topic": some(ds.topics["topic_id"]),
        "action": some(ds.actions["action"]),
        "category": some(ds.actions["category"].cat.categories),
        "authority": some(ds.authorities["authority_id"]),
        "place": some(ds.places["place_id"]),
        "jurisdiction": some(ds.places["place_id"]),
        "source": some(ds.sources["source_id"]),
        "instrument": some(ds.instruments["instrument_id"]),
        "date_basis": some(["stated", "context", "period"]),
        "orientation": some(["control", "promotion", "rights"]),
        "risk": some(ds.risks["risk_id"]),
        "addressee": some(ds.addressees["addressee"]),
        "year": st.integers(2023, 2025),
        "date": st.tuples(DAYS, DAYS).map(lambda days: tuple(d.isoformat() for d in sorted(days))),
        "text": st.sampled_from(["a", "the", "Shanghai", "国", "ai", "rules (", "2024"]),
    }
    names = draw(st.lists(st.sampled_from(sorted(possible)), max_size=3, unique=True))
    return {name: draw(possible[name]) for name in names}


#: What changes how a criterion is understood, the same for all of a selection.
Manner = tuple[bool, Literal["overlap", "within"]]
MANNERS: st.SearchStrategy[Manner] = st.tuples(st.booleans(), st.sampled_from(["overlap", "within"]))


@pytest.mark.parametrize("which", ["small", "real"])
def test_selecting_twice_is_selecting_by_both(which: str, ds: Dataset, real: Dataset) -> None:
    whole = {"small": ds, "real": real}[which]

    @settings(max_examples=12)
    @given(criteria(whole), criteria(whole), MANNERS)
    def holds(first: dict[str, Any], second: dict[str, Any], manner: Manner) -> None:
        offices, dates = manner

        def select(part: Dataset, wanted: dict[str, Any]) -> Dataset:
            return part.select(**wanted, with_offices=offices, dates=dates)

        second = {k: v for k, v in second.items() if k not in first}
        one = select(whole, first)
        assert closed(one) == []
        assert select(one, first) == one
        both = select(whole, {**first, **second})
        assert select(one, second) == both
        assert select(select(whole, second), first) == both
        assert set(ids(both)) == set(ids(one)) & set(ids(select(whole, second)))

    holds()


def test_parents_match_all_that_lies_below_them(real: Dataset) -> None:
    for parent in ("ai", "data"):
        under = real.topics.loc[real.topics["parent"] == parent, "topic_id"]
        assert len(under) > 1
        assert real.select(topic=parent) == real.select(topic=[parent, *under])
    for province in ("320000", "440000"):
        cities = real.places.loc[real.places["parent"] == province, "place_id"]
        assert len(cities) > 1
        assert real.select(place=province) == real.select(place=[province, *cities])
        assert len(ids(real.select(place=cities))) <= len(ids(real.select(place=province)))


def test_a_date_within_a_range_overlaps_it(real: Dataset) -> None:
    for year in (2023, 2024, 2025):
        within, overlap = (real.select(year=year, dates=how) for how in ("within", "overlap"))
        assert set(ids(within)) <= set(ids(overlap))
        assert (within.developments["date_start"].dt.year == year).all()
        assert (within.developments["date_end"].dt.year == year).all()


def test_chinese_names_are_found_in_the_real_data(real: Dataset) -> None:
    named = real.authorities.dropna(subset="name_zh")
    used = named.loc[named["authority_id"].isin(real.development_authorities["authority_id"])]
    assert not used.empty
    name, code = used.iloc[0][["name_zh", "authority_id"]]
    assert set(ids(real.select(authority=code))) <= set(ids(real.select(text=name)))


# what must not change by accident
def test_a_table_is_not_assigned(ds: Dataset) -> None:
    with pytest.raises(
        AttributeError, match=r"developments is a table .* ds\.select.* ds\.developments\.copy\(\)"
    ):
        ds.developments = ds.developments.head(1)
    assert ds.developments is ds["developments"]


@pytest.mark.parametrize("name", ["whole", "descriptor", "select"])
def test_a_table_with_the_name_of_an_attribute_is_an_item(package: Path, name: str) -> None:
    def named(raw: dict[str, Any]) -> None:
        next(r for r in raw["resources"] if r["name"] == "agreement")["name"] = name

    edit_descriptor(package, named)
    ds = tmt.load(package)
    part = ds.select(action="consultation")
    assert len(part[name]) == 1
    assert part.whole["developments"].equals(ds["developments"])


@pytest.mark.parametrize("criteria", [{}, {"topic": "data"}, {"year": 1999}])
def test_changing_a_selection_does_not_change_its_origin(small: Path, criteria: dict[str, Any]) -> None:
    whole, untouched = tmt.load(small), tmt.load(small)
    part = whole.select(**criteria)
    for name in whole:
        part[name].loc[:, part[name].columns[-1]] = None
        part[name]["more"] = 1
    assert whole == untouched
    again = whole.select(**criteria)
    whole.topics["label"] = "X"
    assert set(again.topics["label"]) == set(untouched.topics["label"])


def test_a_data_set_is_a_mapping(ds: Dataset) -> None:
    assert ds.get("nope", 3) == 3
    assert ds.get("nope") is None
    with pytest.raises(KeyError) as caught:
        ds["developmens"]
    assert isinstance(caught.value, LookupError)
    assert str(caught.value).startswith("unknown table 'developmens'; did you mean 'developments'")


# what is asked for in another form
def test_a_range_is_a_pair_in_a_list_or_a_tuple_of_texts_or_days(real: Dataset) -> None:
    assert real.select(year=[2024, 2025]) == real.select(year=(2024, 2025))
    first, last = "2024-07-01", "2024-08-31"
    expected = real.select(date=(first, last))
    assert len(expected.developments)
    for kind in (pd.Timestamp, datetime.date.fromisoformat, datetime.datetime.fromisoformat):
        assert real.select(date=(kind(first), kind(last))) == expected
    assert real.select(date="2024-07/2024-08") == expected


@pytest.mark.parametrize("criteria", [{"year": [2024]}, {"year": []}, {"date": ["2024", "2025", "2026"]}])
def test_a_range_of_another_length_is_refused(ds: Dataset, criteria: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="expected one year or date, or a pair of them"):
        ds.select(**criteria)


@pytest.mark.parametrize("text", [5, ["ai"], b"ai"])
def test_words_are_one_string(ds: Dataset, text: Any) -> None:
    with pytest.raises(TypeError, match="expected one string"):
        ds.select(text=text)


@pytest.mark.parametrize("flag", [pd.NA, "no", 1, None])
def test_a_flag_is_true_or_false(ds: Dataset, flag: Any) -> None:
    with pytest.raises(TypeError, match=r"with_offices=.*: expected True or False"):
        ds.select(authority="cac", with_offices=flag)


@pytest.mark.parametrize(
    ("criterion", "name", "code"),
    [("place", "Shangai", "'310000' (Shanghai)"), ("topic", "Lamps", "")],
)
def test_near_misses_are_found_by_name(ds: Dataset, criterion: str, name: str, code: str) -> None:
    with pytest.raises(UnknownCodeError) as caught:
        ds.select(**{criterion: name})  # type: ignore[arg-type]  # one criterion
    assert f"unknown {criterion} '{name}'" in str(caught.value)
    assert code in str(caught.value)
