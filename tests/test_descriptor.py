"""The declaration is read as it is; whatever cannot be read, or leads outside the package, is one clear error."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import factories
import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from tmt_dataset.errors import PackageError, UnknownCodeError

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


# fmt: off
BROKEN = [
    ("", "invalid JSON"),
    ("{", "invalid JSON"),
    ("[" * 100_000, "invalid JSON"),
    ("[]", "expected a JSON object, found list"),
    ("null", "expected a JSON object, found NoneType"),
    ("{}", "the property 'name' is missing"),
    ('{"name": "x", "version": "1.0.0"}', "the property 'resources' is missing"),
    ('{"name": "x", "version": "1.0.0", "resources": {}}', "resources: expected a list, found dict"),
    (changed(lambda d: d["resources"].append(3)), f"resource {len(RAW['resources']) + 1} is incomplete or malformed"),
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
        (lambda d: d["resources"].pop(), [("table", "removed", "authority_synonyms", "", "")]),
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
