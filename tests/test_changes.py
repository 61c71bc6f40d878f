"""The difference between two packages: what it finds, what step it proposes, and that nothing is lost."""

from __future__ import annotations

import csv
import io
import json
import shutil
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import factories
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tmt_dataset.cells import as_text, typed
from tmt_dataset.dataset import Dataset, load
from tmt_dataset.descriptor import DESCRIPTOR, Descriptor
from tmt_dataset.errors import PackageError, PackageNotFoundError
from tmt_dataset.publish.changes import STEPS, Diff, Source, TableDiff, diff

Raw = dict[str, Any]

# -- small packages, built here


def resource(name: str, fields: Sequence[Raw | str], key: list[str], **more: Any) -> Raw:
    declared = [{"name": f, "type": "string"} if isinstance(f, str) else f for f in fields]
    path = more.pop("path", f"data/{name}.csv")
    return {"name": name, "path": path, "schema": {"fields": declared, "primaryKey": key}, **more}


#: Building frames is what takes the time of an example.
few = settings(max_examples=40)


def dataset(resources: list[Raw], rows: dict[str, list[tuple[str, ...]]], version: str = "1.0.0") -> Dataset:
    descriptor = Descriptor({"name": "small", "version": version, "resources": deepcopy(resources)})
    frames = {}
    for name, table in descriptor.tables.items():
        columns = list(zip(*rows[name], strict=True)) or [()] * len(table.fields)
        frame = pd.DataFrame(
            {f: pd.Series(c, dtype="str") for f, c in zip(table.field_names, columns, strict=True)}
        )
        frames[name] = frame.mask(frame == "")
    return Dataset(descriptor, frames)


def one(
    rows: list[tuple[str, ...]], fields: tuple[str, ...] = ("id", "a", "b"), key: tuple[str, ...] = ("id",)
) -> Dataset:
    return dataset([resource("t", list(fields), list(key))], {"t": rows})


def cells(ds: Dataset) -> dict[str, pd.DataFrame]:
    """Return the cells of all tables as text."""
    tables = ds.descriptor.tables
    return {n: as_text(ds[n], tables[n]).reset_index(drop=True) for n in tables}


def applied(found: Diff, frames: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the newer tables, made of the older ones and the difference."""
    differing = {t.name: t for t in found.tables}
    out = {n: f for n, f in frames.items() if n not in differing}
    return out | {n: newer(t, frames.get(n, pd.DataFrame())) for n, t in differing.items() if t.new_fields}


def newer(t: TableDiff, old: pd.DataFrame) -> pd.DataFrame:
    """Put the rows that were added or moved at their places, and all others between them in their order."""
    kept = old.drop(index=[r.at for r in t.removed]).to_dict("records")
    rows = {tuple(str(r[k]) for k in t.key): r for r in kept}
    for cell in t.changed:
        rows[cell.key][cell.field] = cell.new
    placed = {m.at: rows.pop(m.key) for m in t.moved}
    placed |= {r.at: dict(zip(t.new_fields, r.cells, strict=True)) for r in t.added}
    others = iter(rows.values())
    ordered = [placed[at] if at in placed else next(others) for at in range(t.new_rows)]
    return pd.DataFrame({f: pd.Series([r.get(f, "") for r in ordered], dtype="str") for f in t.new_fields})


def same(a: dict[str, pd.DataFrame], b: dict[str, pd.DataFrame]) -> bool:
    return set(a) == set(b) and all(list(a[n].columns) == list(b[n].columns) and a[n].equals(b[n]) for n in a)


# -- rows and cells


def test_each_kind_of_difference_is_reported_cell_by_cell() -> None:
    old = one([("1", "x", "y"), ("2", "x", ""), ("3", "x", "y")])
    new = one([("1", "x", "y"), ("4", "p", "q"), ("2", "z", "w")])
    (table,) = diff(old, new).tables
    assert [(r.key, r.at, r.cells) for r in table.added] == [(("4",), 1, ("4", "p", "q"))]
    assert [(r.key, r.at, r.cells) for r in table.removed] == [(("3",), 2, ("3", "x", "y"))]
    assert [tuple(c) for c in table.changed] == [(("2",), "a", "x", "z"), (("2",), "b", "", "w")]
    assert not table.moved
    assert (table.old_rows, table.new_rows) == (3, 3)


def test_a_row_that_moved_is_reported_and_those_that_it_passed_are_not() -> None:
    old = one([(str(n), "", "") for n in range(6)])
    new = one([(str(n), "", "") for n in (5, 0, 1, 2, 3, 4)])
    found = diff(old, new)
    assert [(m.key, m.at) for m in found.tables[0].moved] == [(("5",), 0)]
    assert found.step == "minor"
    assert not found.tables[0].changed


def test_a_compound_key_tells_rows_apart() -> None:
    old = one([("1", "x", "p"), ("1", "y", "p")], key=("id", "a"))
    new = one([("1", "x", "p"), ("1", "y", "q")], key=("id", "a"))
    (table,) = diff(old, new).tables
    assert [c.key for c in table.changed] == [("1", "y")]


def test_another_key_replaces_all_rows() -> None:
    old, new = one([("1", "x", "p")]), one([("1", "x", "p")], key=("id", "a"))
    found = diff(old, new)
    assert found.step == found.least == "major"
    assert len(found.tables[0].added) == len(found.tables[0].removed) == 1
    assert same(applied(found, cells(old)), cells(new))


def test_without_a_key_the_whole_row_is_the_key() -> None:
    found = diff(one([("1", "x", "")], key=()), one([("1", "y", "")], key=()))
    assert [(len(t.added), len(t.removed), len(t.changed)) for t in found.tables] == [(1, 1, 0)]


def test_a_duplicate_key_is_named() -> None:
    with pytest.raises(PackageError, match=r"t: row 3, field id: duplicate key '1'"):
        diff(one([("1", "x", ""), ("1", "y", "")]), one([]))
    with pytest.raises(PackageError, match=r"field id, a: duplicate key '1 \| x'"):
        diff(one([]), one([("1", "x", "p"), ("1", "x", "q")], key=("id", "a")))


def test_a_field_that_came_or_went_takes_its_cells_along() -> None:
    old = one([("1", "x"), ("2", "")], ("id", "a"))
    new = one([("1", "y"), ("2", "z")], ("id", "b"))
    found = diff(old, new)
    assert [tuple(c) for c in found.tables[0].changed] == [
        (("1",), "a", "x", ""),
        (("1",), "b", "", "y"),
        (("2",), "b", "", "z"),
    ]
    assert {(c.what, c.change, c.name) for c in found.changes} == {
        ("field", "removed", "t.a"),
        ("field", "added", "t.b"),
    }
    assert found.step == found.least == "major"


def test_columns_in_another_order_are_a_difference() -> None:
    old, new = one([("1", "x", "y")]), one([("1", "y", "x")], ("id", "b", "a"))
    found = diff(old, new)
    assert found.step == "minor"
    assert not found.tables[0].changed
    assert same(applied(found, cells(old)), cells(new))


TEXT = st.text(alphabet='ab,"\n é中', max_size=3)


@st.composite
def packages(draw: st.DrawFn) -> Dataset:
    resources, rows = [], {}
    for name in draw(st.lists(st.sampled_from("tuv"), unique=True, min_size=1)):
        key = draw(st.sampled_from([["id"], ["id", "part"]]))
        extra = draw(st.permutations(["a", "b", "c"]))[: draw(st.integers(0, 3))]
        fields = [*key, *extra]
        if draw(st.booleans()):
            fields.reverse()
        row = st.tuples(*(st.sampled_from("123456") if f in key else TEXT for f in fields))
        at = [fields.index(k) for k in key]
        unique = {tuple(r[i] for i in at): r for r in draw(st.lists(row, max_size=8))}
        resources.append(resource(name, fields, key))
        rows[name] = list(unique.values())
    return dataset(resources, rows)


@few
@given(packages(), packages())
def test_applying_a_difference_gives_the_newer_tables_exactly(old: Dataset, new: Dataset) -> None:
    found = diff(old, new)
    assert same(applied(found, cells(old)), cells(new))
    assert same(applied(diff(new, old), cells(new)), cells(old))
    declared = [{r["name"]: r for r in ds.descriptor.raw["resources"]} for ds in (old, new)]
    assert found.empty == (same(cells(old), cells(new)) and declared[0] == declared[1])
    assert len(list(csv.reader(io.StringIO(found.to_csv(), newline="")))) == 1 + len(found.changes) + sum(
        len(list(t.lines())) for t in found.tables
    )
    assert json.loads(found.to_json()) == found.to_dict()


@few
@given(packages())
def test_a_package_does_not_differ_from_itself(package: Dataset) -> None:
    found = diff(package, package)
    assert found.empty
    assert not found
    assert (found.step, found.least) == ("none", "none")
    assert same(applied(found, cells(package)), cells(package))


@few
@given(packages(), packages())
def test_the_difference_back_is_the_mirror_image(old: Dataset, new: Dataset) -> None:
    there, back = diff(old, new), diff(new, old)
    mirrored = {t.name: t for t in back.tables}
    assert {t.name for t in there.tables} == set(mirrored)
    for t in there.tables:
        assert t.added == mirrored[t.name].removed
        assert t.removed == mirrored[t.name].added
        assert {(c.key, c.field, c.old, c.new) for c in t.changed} == {
            (c.key, c.field, c.new, c.old) for c in mirrored[t.name].changed
        }
        assert len(t.moved) == len(mirrored[t.name].moved)


@few
@given(packages(), packages())
def test_changed_cells_are_those_that_a_plain_comparison_finds(old: Dataset, new: Dataset) -> None:
    found = {t.name: {tuple(c) for c in t.changed} for t in diff(old, new).tables}
    for name in set(old) & set(new):
        key = old.descriptor.tables[name].primary_key
        if key != new.descriptor.tables[name].primary_key:
            continue
        sides = [
            {tuple(r[k] for k in key): r for r in cells(ds)[name].to_dict("records")} for ds in (old, new)
        ]
        fields = {*sides[0].get(next(iter(sides[0]), ()), {}), *sides[1].get(next(iter(sides[1]), ()), {})}
        expected = {
            (k, f, sides[0][k].get(f, ""), sides[1][k].get(f, ""))
            for k in sides[0].keys() & sides[1].keys()
            for f in fields
            if sides[0][k].get(f, "") != sides[1][k].get(f, "")
        }
        assert found.get(name, set()) == expected


# -- typed tables as text


@few
@given(
    st.lists(
        st.tuples(
            st.none() | st.integers(-(10**12), 10**12).map(str),
            st.none() | st.integers(-(10**9), 10**9).map(lambda n: f"{n}.25") | st.integers(-99, 99).map(str),
            st.none() | st.dates().map(str),
            st.none() | st.sampled_from(["true", "false"]),
            st.none() | st.sampled_from(["red", "green"]),
            st.none() | st.text(alphabet="ab ,\"'", min_size=1),
        )
    )
)
def test_text_is_the_inverse_of_reading(rows: list[tuple[str | None, ...]]) -> None:
    fields: list[Raw] = [
        {"name": "n", "type": "integer"},
        {"name": "x", "type": "number"},
        {"name": "d", "type": "date"},
        {"name": "b", "type": "boolean"},
        {"name": "c", "type": "string", "constraints": {"enum": ["red", "green"]}},
        {"name": "s", "type": "string"},
    ]
    descriptor = Descriptor({"name": "x", "version": "1.0.0", "resources": [resource("t", fields, [])]})
    table = descriptor.tables["t"]
    columns = list(zip(*rows, strict=True)) or [()] * len(fields)
    raw = pd.DataFrame(
        {f: pd.Series(c, dtype="str") for f, c in zip(table.field_names, columns, strict=True)}
    )
    back = as_text(typed(raw, descriptor, table, {}, "t"), table)
    assert back.equals(raw.fillna("").astype("str"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (93.0, "93"),
        (117900.5, "117900.5"),
        (5e10, "50000000000"),
        (1e-7, "0.0000001"),
        (0.1, "0.1"),
        (-0.0, "0"),
    ],
)
def test_numbers_are_as_they_are_written(value: float, text: str) -> None:
    table = Descriptor(
        {"name": "x", "version": "1", "resources": [resource("t", [{"name": "x", "type": "number"}], [])]}
    ).tables["t"]
    assert as_text(pd.DataFrame({"x": [value, None]}), table)["x"].tolist() == [text, ""]


def test_a_frame_without_a_declared_column_is_refused() -> None:
    ds = one([("1", "x", "y")])
    with pytest.raises(PackageError, match="t: the column 'b' is missing"):
        as_text(ds["t"].drop(columns="b"), ds.descriptor.tables["t"])


# -- folders, archives, data sets


def test_a_folder_an_archive_and_a_data_set_are_compared_alike(package: Path, tmp_path: Path) -> None:
    archive = tmp_path / "package.zip"
    with ZipFile(archive, "w") as z:
        for path in sorted(p for p in package.rglob("*") if p.is_file()):
            z.write(path, f"top/{path.relative_to(package).as_posix()}")
    sides: list[Source] = [package, package / DESCRIPTOR, str(archive), load(package)]
    assert all(diff(a, b).empty for a in sides for b in sides)
    factories.edit_table(package, "developments", lambda f: f.loc[:2])
    assert not any(diff(package, b).empty for b in sides[2:])
    assert diff(archive, package).to_dict() == diff(sides[3], load(package)).to_dict()


def test_the_installed_data_is_a_side() -> None:
    assert diff(None, load()).empty
    assert diff(load()).empty


def test_one_cell_of_a_folder(package: Path) -> None:
    before = load(package)

    def correct(frame: pd.DataFrame) -> None:
        frame.loc[1, "title"] = 'A title, with "marks"'

    factories.edit_table(package, "developments", correct)
    found = diff(before, package)
    key, was = before.developments.loc[1, ["development_id", "title"]]
    assert found.to_csv() == (
        f'table,key,change,field,old,new\ndevelopments,{key},changed,title,{was},"A title, with ""marks"""\n'
    )
    assert found.step == found.least == "minor"
    assert list(found.reasons("minor")) == [
        f"developments, row {key}, field title: {was!r} → 'A title, with \"marks\"'"
    ]
    assert not list(found.reasons("major"))


def test_a_package_that_cannot_be_read_is_named(package: Path, tmp_path: Path) -> None:
    with pytest.raises(PackageNotFoundError, match="nowhere"):
        diff(tmp_path / "nowhere", package)
    (package / "data/relations.csv").unlink()
    with pytest.raises(PackageError, match=r"relations\.csv: the file is missing"):
        diff(package, None)


# -- the step

A_FIELD: Raw = {
    "name": "a",
    "type": "string",
    "title": "A",
    "description": "What it is.",
    "constraints": {
        "pattern": "[a-z]+",
        "maxLength": 9,
        "required": False,
        "enum": ["x", "y"],
    },
}
N_FIELD: Raw = {"name": "n", "type": "integer", "constraints": {"minimum": 1, "maximum": 9}}
KIND: Raw = {"name": "kind", "type": "string", "constraints": {"enum": ["p", "q"]}}
BASE: list[Raw] = [
    resource(
        "t", [{"name": "id", "type": "string"}, A_FIELD, N_FIELD], ["id"], title="T", description="A table."
    ),
    resource(
        "words",
        ["word", "label", KIND, "parent", "definition"],
        ["word"],
        path="data/vocabularies/words.csv",
    ),
    resource("bodies", ["body", "name", KIND], ["body"], path="data/vocabularies/bodies.csv"),
]
BASE[1]["schema"]["foreignKeys"] = [{"fields": ["parent"], "reference": {"resource": "", "fields": ["word"]}}]
ROWS: dict[str, list[tuple[str, ...]]] = {
    "t": [("1", "x", "5"), ("2", "", "")],
    "words": [("w", "W", "p", "", "A word."), ("v", "V", "q", "w", "Another.")],
    "bodies": [("b", "B", "p")],
}


def varied(
    declare: Callable[[list[Raw]], object] | None = None,
    write: Callable[[dict[str, list[tuple[str, ...]]]], object] | None = None,
) -> Diff:
    """Compare the base with what was made of it."""
    resources, rows = deepcopy(BASE), deepcopy(ROWS)
    if declare:
        declare(resources)
    if write:
        write(rows)
    sides = [Descriptor({"name": "small", "version": "1.0.0", "resources": r}) for r in (BASE, resources)]
    text = [dataset(BASE, ROWS), dataset(resources, rows)]
    frames = [
        {n: ds[n].assign(n=pd.to_numeric(ds[n]["n"]).astype("Int64")) if "n" in ds[n] else ds[n] for n in ds}
        for ds in text
    ]
    return diff(*(Dataset(d, f) for d, f in zip(sides, frames, strict=True)))


def constraint(name: str, value: Any, field: int = 1) -> Callable[[list[Raw]], object]:
    def change(resources: list[Raw]) -> None:
        constraints = resources[0]["schema"]["fields"][field]["constraints"]
        if value is None:
            del constraints[name]
        else:
            constraints[name] = value

    return change


def of_field(name: str, value: Any) -> Callable[[list[Raw]], object]:
    return lambda r: r[0]["schema"]["fields"][1].__setitem__(name, value)


def of_table(name: str, value: Any) -> Callable[[list[Raw]], object]:
    return lambda r: r[0].__setitem__(name, value)


def set_row(
    table: str, at: int, row: tuple[str, ...]
) -> Callable[[dict[str, list[tuple[str, ...]]]], object]:
    return lambda rows: rows[table].__setitem__(at, row)


def test_the_base_does_not_differ_from_itself() -> None:
    assert varied().empty


@pytest.mark.parametrize(
    ("declare", "step", "least", "said"),
    [
        (of_field("type", "boolean"), "major", "major", "field t.a type changed: 'string' → 'boolean'"),
        (of_field("title", "B"), "patch", "patch", "field t.a title changed: 'A' → 'B'"),
        (of_field("description", "Else."), "major", "patch", "field t.a description changed"),
        (of_field("name", "c"), "major", "major", "field t.a removed"),
        (constraint("pattern", "[a-c]+"), "major", "major", "field t.a pattern changed: '[a-z]+' → '[a-c]+'"),
        (constraint("pattern", "[x-z]+"), "major", "minor", "field t.a pattern changed"),
        (constraint("pattern", None), "minor", "minor", "field t.a pattern changed: '[a-z]+' → ''"),
        (constraint("maxLength", 10), "minor", "minor", "field t.a maxLength changed: '9' → '10'"),
        (constraint("maxLength", 3), "major", "minor", "field t.a maxLength changed: '9' → '3'"),
        (constraint("required", True), "major", "major", "field t.a required changed"),
        (constraint("unique", True), "major", "minor", "field t.a unique changed"),
        (constraint("minimum", 0, 2), "minor", "minor", "field t.n minimum changed: '1' → '0'"),
        (constraint("minimum", 2, 2), "major", "minor", "field t.n minimum changed: '1' → '2'"),
        (constraint("minimum", 6, 2), "major", "major", "field t.n minimum changed: '1' → '6'"),
        (constraint("maximum", 4, 2), "major", "major", "field t.n maximum changed: '9' → '4'"),
        (constraint("enum", ["x", "y", "z"]), "minor", "minor", "code t.a: z added"),
        (constraint("enum", ["x"]), "major", "major", "code t.a: y removed"),
        (constraint("enum", ["y", "x"]), "patch", "patch", "field t.a enum changed"),
        (constraint("enum", None), "minor", "minor", "field t.a enum changed"),
        (of_table("title", "Other"), "patch", "patch", "table t title changed"),
        (of_table("description", "Other."), "major", "patch", "table t description changed"),
        (of_table("path", "data/other.csv"), "major", "major", "table t path changed"),
        (of_table("encoding", "latin-1"), "major", "major", "table t encoding changed: '' → 'latin-1'"),
        (of_table("mediatype", "text/csv"), "patch", "patch", "table t mediatype changed"),
        (
            lambda r: r[1]["schema"].pop("foreignKeys"),
            "major",
            "minor",
            "table words foreignKeys changed",
        ),
    ],
)
def test_a_declaration_that_changed(
    declare: Callable[[list[Raw]], object], step: str, least: str, said: str
) -> None:
    found = varied(declare)
    assert any(str(c).startswith(said) for c in found.changes), [str(c) for c in found.changes]
    assert (found.step, found.least) == (step, least)


@pytest.mark.parametrize(
    ("write", "step", "least", "code"),
    [
        (lambda r: r["t"].pop(), "minor", "minor", None),
        (lambda r: r["t"].append(("3", "", "")), "minor", "minor", None),
        (lambda r: r["t"].reverse(), "minor", "minor", None),
        (set_row("t", 1, ("2", "y", "")), "minor", "minor", None),
        (lambda r: r["words"].pop(), "major", "major", "code words: v removed"),
        (set_row("words", 1, ("u", "V", "q", "w", "Another.")), "major", "major", "code words: v removed"),
        (lambda r: r["words"].append(("u", "U", "p", "", "New.")), "minor", "minor", "code words: u added"),
        (set_row("words", 1, ("v", "Vee", "q", "w", "Another.")), "minor", "minor", None),
        (
            set_row("words", 1, ("v", "V", "q", "w", "Another one.")),
            "major",
            "minor",
            "code words: v definition changed: 'Another.' → 'Another one.'",
        ),
        (
            set_row("words", 1, ("v", "V", "p", "w", "Another.")),
            "major",
            "major",
            "code words: v kind changed: 'q' → 'p'",
        ),
        (
            set_row("words", 1, ("v", "V", "q", "", "Another.")),
            "major",
            "major",
            "code words: v parent changed: 'w' → ''",
        ),
        (set_row("bodies", 0, ("b", "Bee", "q")), "minor", "minor", None),
        (lambda r: r["bodies"].clear(), "major", "major", "code bodies: b removed"),
    ],
)
def test_rows_and_codes_that_changed(
    write: Callable[[dict[str, list[tuple[str, ...]]]], object], step: str, least: str, code: str | None
) -> None:
    found = varied(write=write)
    assert (found.step, found.least) == (step, least)
    assert [str(c) for c in found.changes][:1] == ([code] if code else [])
    assert found.tables


def test_tables_that_came_or_went() -> None:
    grown = varied(
        lambda r: r.append(resource("new", ["id"], ["id"])), lambda rows: rows.update(new=[("1",)])
    )
    assert (grown.step, [str(c) for c in grown.changes]) == ("minor", ["table new added"])
    shrunk = varied(lambda r: r.pop(0))
    assert (shrunk.least, [str(c) for c in shrunk.changes]) == ("major", ["table t removed"])
    assert [len(t.removed) for t in shrunk.tables] == [len(ROWS["t"])]


def test_words_about_the_package_are_a_patch_and_its_version_is_no_difference(package: Path) -> None:
    before = load(package)
    factories.edit_descriptor(
        package, lambda raw: raw.update(version="99.0.0", created="2030-01-01T00:00:00Z")
    )
    assert diff(before, package).empty
    assert diff(before, package).new == "99.0.0"
    factories.edit_descriptor(package, lambda raw: raw.update(title="Another title"))
    found = diff(before, package)
    assert (found.step, len(found.changes)) == ("patch", 1)


def test_other_files_of_a_release_are_compared_where_one_side_is_an_archive(
    package: Path, tmp_path: Path
) -> None:
    (package / "README.md").write_text("Read me.\n")
    (package / "data/annotations").mkdir()
    (package / "data/annotations/a.yaml").write_text("a: 1\n")
    archive = tmp_path / "old.zip"
    with ZipFile(archive, "w") as z:
        for path in sorted(p for p in package.rglob("*") if p.is_file()):
            z.write(path, path.relative_to(package).as_posix())
    (package / "notes.txt").write_text("not of the release\n")
    assert diff(archive, package).empty
    (package / "README.md").write_text("Read it.\n")
    found = diff(archive, package)
    assert (found.step, [str(c) for c in found.changes]) == ("patch", ["file README.md changed"])
    (package / "data/annotations/a.yaml").unlink()
    assert diff(archive, package).step == "minor"
    assert diff(package, package).empty


def test_a_file_that_became_a_table_is_compared_as_that_table(package: Path, tmp_path: Path) -> None:
    def undeclared(raw: Raw) -> None:
        raw["resources"] = [r for r in raw["resources"] if r["name"] != "review_log"]

    old = tmp_path / "old"
    shutil.copytree(package, old)
    factories.edit_descriptor(old, undeclared)
    found = diff(old, package)
    assert [str(c) for c in found.changes] == ["table review_log added"]
    assert not found.tables  # its rows were released before
    back = diff(package, old)
    assert [str(c) for c in back.changes] == ["table review_log removed"]
    factories.edit_bytes(
        package, "validation/review_log.csv", lambda data: data + b"TMT-0001,title,a,b,T1\n", rehash=True
    )
    (table,) = diff(old, package).tables
    assert [len(table.added), table.old_rows, table.new_rows] == [1, table.new_rows - 1, table.new_rows]
    (old / "validation/review_log.csv").write_text("other,columns\n")
    (table,) = diff(old, package).tables
    assert (table.old_rows, len(table.added)) == (0, table.new_rows)


def test_the_steps_are_in_order() -> None:
    assert STEPS == ("none", "patch", "minor", "major")


# -- how it is shown


def test_the_text_shows_a_few_lines_of_each_table_or_all() -> None:
    old, new = one([]), one([(str(n), "", "") for n in range(30)])
    found = diff(old, new)
    assert "t: 0 → 30 rows; 30 added" in str(found)
    assert str(found).endswith("and 10 more")
    assert len(found.to_text(limit=None).splitlines()) == 32
    assert "no difference" in diff(old, old).to_text()
    assert found.to_text().splitlines()[0].endswith("both have the same version number")


def test_the_csv_has_each_declared_change_and_each_row_once() -> None:
    found = varied(constraint("enum", ["x"]), lambda r: r["words"].pop())
    assert list(csv.reader(io.StringIO(found.to_csv()))) == [
        ["table", "key", "change", "field", "old", "new"],
        ["t", "y", "code removed", "a", "", ""],
        ["words", "v", "removed", "", "", ""],
    ]


def test_a_difference_is_a_value() -> None:
    a, b = one([("1", "x", "")]), one([("1", "y", "")])
    assert diff(a, b) == diff(a, b)
    assert hash(diff(a, b)) == hash(diff(a, b))
    assert diff(a, b) != diff(b, a)
    with pytest.raises(FrozenInstanceError):
        diff(a, b).old = "2.0.0"  # type: ignore[misc]  # that it cannot be set is what is tested
