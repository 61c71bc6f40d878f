"""The declaration is read as it is; whatever cannot be read, or leads outside the package, is one clear error."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import reduce
from operator import getitem
from pathlib import Path
from random import Random
from typing import Any

import factories
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tmt_dataset as tmt
from tmt_dataset.cells import check_pattern
from tmt_dataset.descriptor import (
    DESCRIPTOR,
    Descriptor,
    Difference,
    Field,
    ForeignKey,
    Table,
    differences,
    is_version,
    version_numbers,
)
from tmt_dataset.errors import PackageError, TmtDatasetError, UnknownCodeError

RAW = json.loads(factories.clean_files()[DESCRIPTOR])


def test_everything_declared_is_read() -> None:
    """Names, types, keys, constraints: nothing of the JSON is lost."""
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
        assert list(table.primary_key) == schema.get("primaryKey", [])
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
    """A key may be a single name, and a table may refer to itself by an empty name."""
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


def labelled(*values: str) -> Callable[[dict[str, Any]], Any]:
    """Give the first field one code and labels of others, or a value without a label."""
    categories = [{"value": value, "label": value} for value in values] or [{"value": "a"}]
    return lambda d: d["resources"][0]["schema"]["fields"][0].update(
        constraints={"enum": ["a"]}, categories=categories
    )


# fmt: off
BROKEN = [
    ("", "invalid JSON"),
    ("{", "invalid JSON"),
    ("[" * 100_000, "invalid JSON"),
    ("[]", "expected a JSON object, found list"),
    ("null", "expected a JSON object, found NoneType"),
    ("{}", "the property 'name' is missing"),
    ('{"name": "x", "version": "1.0.0"}', "the property 'resources' is missing"),
    ('{"name": "x", "version": "1.0.0", "resources": {}}', "resources: expected a list, found {}"),
    (changed(lambda d: d["resources"].append(3)), f"resource '{len(RAW['resources']) + 1}': expected an object, found 3"),
    (changed(lambda d: d["resources"][2].pop("path")), "resource 'developments', path: expected text, found none"),
    (changed(lambda d: d["resources"][2].pop("schema")), "resource 'developments', schema: expected an object, found none"),
    (changed(lambda d: d["resources"][2]["schema"].pop("fields")), "resource 'developments', fields: expected at least one field, found none"),
    (changed(lambda d: d["resources"][2].update(path=["a.csv", "b.csv"])), "path: expected text, found ['a.csv', 'b.csv']"),
    (changed(lambda d: d["resources"][2].update(name=3)), "resource '3', name: expected text, found 3"),
    (changed(first_field(pattern=3)), "resource 'sources', field source_id, pattern: expected text, found 3"),
    (changed(first_field(minimum="1")), "minimum: expected a number, found '1'"),
    (changed(first_field(maxLength=1.5)), "maxLength: expected an integer, found 1.5"),
    (changed(first_field(required="yes")), "required: expected true or false, found 'yes'"),
    (changed(first_field(enum="a")), "enum: expected a list of texts or numbers, found 'a'"),
    (changed(labelled("a", "b")), "categories: expected the values of the enum (a), found a, b"),
    (changed(labelled()), "label: expected text, found none"),
    (changed(lambda d: d["resources"][0].update(path="/etc/passwd")), "resource 'sources', path: expected one inside the package, found '/etc/passwd'"),
    (changed(lambda d: d["resources"][0].update(path="data/../../x.csv")), "expected one inside the package"),
    (changed(lambda d: d["resources"][0].update(path="..\\x.csv")), "expected one inside the package"),
    (changed(lambda d: d["resources"][0].update(path="https://example.org/x.csv")), "expected one inside the package"),
    (changed(lambda d: d["resources"][0].update(path="x\0.csv")), "resource 'sources', path: expected text without NUL"),
    (changed(lambda d: d.update(name="../../evil")), "name: expected at most 100 lower-case letters"),
    (changed(lambda d: d.update(name="..")), "name: expected at most 100 lower-case letters"),
    (changed(lambda d: d.update(name="TMT")), "name: expected at most 100 lower-case letters"),
    (changed(lambda d: d["resources"][0].update(name="../x")), "name: expected at most 100 lower-case letters"),
    (changed(lambda d: d.update(title="a\ud800")), "title: expected text without NUL and without half of a surrogate pair, found 'a\\ud800'"),
    (changed(lambda d: d["resources"][0].update(title="\0")), "resource 'sources', title: expected text without NUL"),
    (changed(lambda d: d.update(title=["a"])), "title: expected text, found ['a']"),
    (changed(lambda d: d.update(version=["1"])), "version: expected text, found ['1']"),
    (changed(lambda d: d.update(contributors=[{"title": 5}])), "contributors.title: expected text, found 5"),
    (changed(lambda d: d.update(keywords="x")), "keywords: expected a list of texts, found 'x'"),
    (changed(lambda d: d.update(licenses=[None])), "licenses: expected a list of objects, found the item None"),
    (changed(lambda d: d["resources"][0].update(bytes=-1)), "bytes: expected at least 0, found -1"),
    (changed(lambda d: d["resources"][0].update(bytes=True)), "bytes: expected an integer, found True"),
    (changed(lambda d: d["resources"][1].update(name="sources")), "resource 'sources', name: expected distinct names, found the duplicate 'sources'"),
    (changed(lambda d: d["resources"][0]["schema"]["fields"][1].update(name="source_id")), "fields: expected distinct names, found the duplicate 'source_id'"),
    (changed(lambda d: d["resources"][0]["schema"]["fields"][0].update(name="a\n")), "name: expected at most 100 printable characters"),
    (changed(lambda d: d["resources"][0]["schema"]["fields"][0].update(type="float")), "type: expected one of string, integer, number, date, boolean, found 'float'"),
    (changed(lambda d: d["resources"][0]["schema"].update(primaryKey=[["x"]])), "primaryKey: expected a name or a list of names, found [['x']]"),
    (changed(lambda d: d["resources"][1]["schema"]["foreignKeys"].append("x")), "foreignKeys: expected a list of objects, found the item 'x'"),
    (changed(lambda d: d["resources"][1]["schema"]["foreignKeys"][0].update(reference="x")), "reference: expected an object, found 'x'"),
    (changed(lambda d: d["resources"][1]["schema"]["foreignKeys"][0].update(fields=[])), "fields: expected a name or a list of names, found []"),
    (changed(first_field(enum=[None])), "enum: expected a list of texts or numbers, found the item None"),
    (changed(first_field(enum=list(range(10_000)))), "enum: expected at most 1,000, found 10,000"),
    (changed(first_field(pattern="a?" * 5_000)), "pattern: expected at most 2,500 characters, found 10,000"),
    (changed(lambda d: d["resources"][1]["schema"].update(foreignKeys=[{}] * 100)), "foreignKeys: expected at most 40, found 100"),
    (changed(lambda d: d.update(resources=[{}] * 1000)), "resources: expected at most 240, found 1,000"),
    (changed(lambda d: d.update(title="a" * 20_000)), "title: expected at most 10,000 characters, found 20,000"),
    (changed(lambda d: d.update(x=json.loads("[" * 50 + "]" * 50))), "expected at most 40 levels of nesting, found more"),
    (" " * 2_000_000, "expected at most 1,500,000 characters, found 2,000,000"),
    ('{"name": "a", "name": "b"}', "invalid JSON (duplicate key 'name')"),
    ('{"x": 1' + "0" * 400 + "}", "is too large a number"),
    ('{"x": 1e999}', "is too large a number"),
    ('{"x": NaN}', "NaN is not a number of JSON"),
]
# fmt: on


@pytest.mark.parametrize(("text", "message"), BROKEN, ids=[m for _, m in BROKEN])
def test_a_broken_descriptor_is_one_error(text: str, message: str) -> None:
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


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda d: d.update(version="9.9.9", created="2030-01-01T00:00:00Z"), []),
        (lambda d: d["resources"][0].update(bytes=1, hash="sha256:0"), []),
        (lambda d: d.update(title="Other"), [("package", "changed", "", "", "title")]),
        (lambda d: d["resources"].pop(), [("table", "removed", "draft_effort", "", "")]),
        (lambda d: d["resources"][0].update(path="x.csv"), [("table", "changed", "sources", "", "path")]),
        (
            lambda d: d["resources"][0]["schema"].update(primaryKey="source_id"),
            [],
        ),  # the short form of the same key
        (
            lambda d: d["resources"][0]["schema"]["fields"].pop(1),
            [("field", "removed", "sources", "title", "")],
        ),
        (
            lambda d: d["resources"][0]["schema"]["fields"].reverse(),
            [("table", "changed", "sources", "", "order of fields")],
        ),
        (
            lambda d: d["resources"][0]["schema"]["fields"][0].update(type="integer"),
            [("field", "changed", "sources", "source_id", "type")],
        ),
        (
            lambda d: d["resources"][0]["schema"]["fields"][3]["constraints"].update(
                enum=["newsletter", "x"]
            ),
            [
                ("code", "removed", "sources", "kind", "annual-review"),
                ("code", "added", "sources", "kind", "x"),
            ],
        ),
    ],
)
def test_differences_name_what_changed_and_nothing_else(
    change: Callable[[dict[str, Any]], Any], expected: list[tuple[str, ...]]
) -> None:
    old, new = Descriptor(RAW), Descriptor(json.loads(changed(change)))
    assert [d[:5] for d in differences(old, new)] == expected
    back = {"added": "removed", "removed": "added", "changed": "changed"}
    assert {(d.what, d.change, d.aspect, str(d.new)) for d in differences(old, new)} == {
        (d.what, back[d.change], d.aspect, str(d.old)) for d in differences(new, old)
    }
    assert list(differences(new, new)) == []
    assert all(isinstance(d, Difference) for d in differences(old, new))


def test_versions_are_ordered_and_a_working_version_comes_before_its_release() -> None:
    ordered = ["0.9.10", "1.0.0", "1.9.0", "1.10.0", "2.0.0.dev", "2.0.0"]
    assert sorted(ordered, key=version_numbers) == ordered
    assert [
        v for v in ("1.0", "1.0.0.0", "v1.0.0", "01.0.0", "1.0.0\n", "1.0.0.dev0", "") if is_version(v)
    ] == []


# -- what load does not honour, what validate does not run, and what shows that data are not valid


def edited(fn: Callable[[dict[str, Any]], Any], folder: Path) -> Path:
    package = factories.make_package(folder / "package")
    (package / DESCRIPTOR).write_text(changed(fn), encoding="utf-8")
    return package


UNREAD: list[tuple[dict[str, Any], str]] = [
    ({"dialect": {"delimiter": ";"}}, "dialect.delimiter"),
    ({"dialect": {"header": False}}, "dialect.header"),
    ({"dialect": {"commentChar": "#"}}, "dialect.commentChar"),
    ({"dialect": "dialect.json"}, "dialect"),
    ({"compression": "gz"}, "compression"),
    ({"encoding": "latin-1"}, "encoding"),
    ({"format": "tsv"}, "format"),
    ({"scheme": "https"}, "scheme"),
]


@pytest.mark.parametrize(("change", "property"), UNREAD, ids=str)
def test_another_way_to_read_a_file_is_refused_by_name(
    tmp_path: Path, change: dict[str, Any], property: str
) -> None:
    package = edited(lambda d: d["resources"][0].update(change), tmp_path)
    for use in (tmt.load, tmt.diff):
        with pytest.raises(PackageError, match=rf"datapackage\.json, sources, {property}: expected .* found"):
            use(package)
    assert [f.field for f in tmt.validate(package) if f.table == "sources"] == [property]


@pytest.mark.parametrize("change", [{"missingValues": ["", "NA"]}, {"fieldsMatch": "subset"}], ids=str)
def test_other_missing_values_are_refused_by_name(tmp_path: Path, change: dict[str, Any]) -> None:
    package = edited(lambda d: d["resources"][0]["schema"].update(change), tmp_path)
    (property,) = change
    with pytest.raises(PackageError, match=f"{property}: expected .* found"):
        tmt.load(package)
    assert not tmt.validate(package).valid


def test_other_forms_of_a_field_are_refused_by_name(tmp_path: Path) -> None:
    package = edited(lambda d: d["resources"][0]["schema"]["fields"][4].update(format="%d.%m.%Y"), tmp_path)
    with pytest.raises(PackageError, match="sources, field period_start, format: expected 'default'"):
        tmt.load(package)


@pytest.mark.parametrize("pattern", ["(a+)+b", "(?:a{1000}){1000}", "a?" * 1000, "a*a*b", "(?i:a)", "("])
def test_a_hostile_pattern_is_reported_and_never_run(tmp_path: Path, pattern: str) -> None:
    """It took over 30 seconds, or ended in a traceback."""

    def change(d: dict[str, Any]) -> None:
        d["resources"][0]["schema"]["fields"][1]["constraints"]["pattern"] = pattern

    package = edited(change, tmp_path)
    assert len(tmt.load(package).sources) > 0
    (finding,) = (f for f in tmt.validate(package) if "pattern" in f.message)
    assert (finding.table, finding.field, finding.found) == ("sources", "title", pattern)
    with pytest.raises(PackageError, match="field title, pattern: "):
        tmt.schema("sources", package)
    assert tmt.diff(factories.make_package(tmp_path / "before"), package).changes


@pytest.mark.parametrize(
    "pattern",
    [
        "(?:a+)+b",
        "[a-z]+[a-z]+",
        "(?:a|b){2}",
        "a{1000}",
        r"\d{1,99}" * 3,
        "[--a]",
        "a|(b)",
        r"\Ba",
        "a" * 201,
    ],
)
def test_a_pattern_that_may_take_for_ever_is_not_run(pattern: str) -> None:
    with pytest.raises(re.error, match="it is not run"):
        check_pattern(pattern)


def test_own_and_plain_patterns_are_run() -> None:
    for resource in RAW["resources"]:
        for field in resource["schema"]["fields"]:
            check_pattern(field.get("constraints", {}).get("pattern", ""))
    for pattern in (
        "x|yy",
        r"\d{4}(?:-\d{2})?",
        r"[A-Z]{2}-\d{3,4}",
        "[a-z]+b",
        "[^é]+",
        "https://[a-z.]+",
        "(?:x|yy)",
    ):
        check_pattern(pattern)


def test_unseen_characters_in_the_texts_of_a_declaration_are_reported(tmp_path: Path) -> None:
    package = edited(lambda d: d.update(title="China\u202e TMT", description="two\nlines"), tmp_path)
    (finding,) = (f for f in tmt.validate(package) if "character" in f.message)
    assert "title: " in finding.message
    assert "U+202E" in finding.message


def test_a_constraint_that_is_not_checked_is_reported(tmp_path: Path) -> None:
    package = edited(first_field(minLength=3), tmp_path)
    assert [f.found for f in tmt.validate(package) if f.message == "the constraint is not checked"] == [
        "minLength"
    ]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


PLACES = list(places(RAW))
VALUES: list[Any] = [
    None, True, 0, -1, 1.5, 10**15, "", "x", "\ud800", "\0", "a\nb", "(a+)+$", "integer", "../x", [], [None], ["x"],
    [["x"]], {}, {"x": 1}, {"name": None}, [{}],
]  # fmt: skip


def read_or_refused(text: str) -> Descriptor | str:
    try:
        return Descriptor.parse(text, "here")
    except PackageError as error:
        return str(error)


def use(package: Path) -> None:
    """Call what takes a package."""
    tmt.cite(package)
    ds = tmt.load(package)
    repr(ds)
    ds._repr_html_()
    tmt.cite(ds, style="csl")
    ds.flat()
    ds.select(text="lamp", topic="ai", year=2024)
    ds.record("TMT-0001").to_jsonld()
    ds.lifecycle(ds.instruments["instrument_id"].iloc[0])
    ds.series(ds.figures["measure"].iloc[0])


@settings(max_examples=40, derandomize=True, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(PLACES[1:]), st.sampled_from(VALUES)), min_size=1, max_size=3))
def test_a_mutated_declaration_is_refused_or_used_without_a_traceback(
    small: Path, mutations: list[tuple[tuple[Any, ...], Any]]
) -> None:
    raw = json.loads(json.dumps(RAW))
    for path, value in mutations:
        with suppress(LookupError, TypeError):  # an earlier mutation took the place away
            reduce(getitem, path[:-1], raw)[path[-1]] = value
    text = json.dumps(raw)
    (small / DESCRIPTOR).write_text(text, encoding="utf-8")
    descriptor = read_or_refused(text)
    if isinstance(descriptor, str):
        assert re.fullmatch("here: .*", descriptor)
        return
    with suppress(TmtDatasetError):
        use(small)
    list(differences(Descriptor(RAW), descriptor))


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a small package whose declaration is changed."""
    return factories.make_package(tmp_path_factory.mktemp("mutated") / "package")


@pytest.mark.parametrize("seed", range(3))
def test_a_mutated_declaration_is_validated_and_compared_without_a_traceback(small: Path, seed: int) -> None:
    random = Random(seed)
    raw = json.loads(json.dumps(RAW))
    for path in random.sample(
        [p for p in PLACES[1:] if p[-1] in ("example", "title", "constraints", "pattern", "enum")], 3
    ):
        reduce(getitem, path[:-1], raw)[path[-1]] = random.choice([{}, "x", ["x"], None])
    (small / DESCRIPTOR).write_text(json.dumps(raw), encoding="utf-8")
    tmt.validate(small)
    with suppress(TmtDatasetError):
        tmt.diff(small)
