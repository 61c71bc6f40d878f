"""The metadata files: each checked by the schema or the reader of its own community."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import factories
import pytest
import rdflib
from jsonschema import Draft7Validator
from ruamel.yaml import YAML

from tmt_dataset import citation
from tmt_dataset.descriptor import DESCRIPTOR, Descriptor, fingerprint
from tmt_dataset.errors import MissingExtraError, PackageError
from tmt_dataset.files import update
from tmt_dataset.package import open_package
from tmt_dataset.publish import croissant, metadata

ROOT = Path(__file__).parents[1]
JSON_FILES = [metadata.ZENODO, metadata.CROISSANT, metadata.DATACITE, metadata.SCHEMA_ORG]

#: What can be said in a descriptor, and changes what the metadata hold.
VARIANTS: dict[str, dict[str, Any]] = {
    "as it is": {},
    "with a DOI": {"id": "https://doi.org/10.5281/zenodo.42", "homepage": "https://example.org/lamps"},
    "with a homepage": {"homepage": "https://example.org/lamps"},
    "with persons": {
        "contributors": [
            {
                "givenName": "Ada",
                "familyName": "King",
                "roles": ["creator"],
                "path": "https://example.org/ada",
            },
            {"title": "The lamp readers", "roles": ["creator"], "path": "https://example.org/readers"},
            {"title": "The press", "roles": ["publisher"]},
        ]
    },
    "in development": {"version": "2.0.0.dev"},
    "released": {"version": "2.0.0"},
    "with few words": {"title": None, "description": None, "keywords": None, "version": "1.0"},
    "with special characters": {
        "title": "Lamps & <others>: a 'data set' # \"1\" – 灯",
        "description": "50 % {light} & <b>dark</b>: yes\nno | #",
        "keywords": ["no", "1.0", "a: b"],
    },
}


@pytest.fixture(params=VARIANTS)
def variant(request: pytest.FixtureRequest, package: Path) -> Path:
    """Return a small package whose descriptor says one thing or another."""
    change = VARIANTS[request.param]
    factories.edit_descriptor(
        package, lambda raw: {k: v for k, v in {**raw, **change}.items() if v is not None}
    )
    return package


def generated(folder: Path) -> dict[str, bytes]:
    return metadata.generated(open_package(folder))


def write(folder: Path) -> None:
    for path, data in generated(folder).items():
        update(folder / path, data)


def parsed(package: Path, path: str) -> dict[str, Any]:
    """Return a generated JSON file as data."""
    content = json.loads(generated(package)[path])
    assert isinstance(content, dict)
    return content


def strings(node: object) -> Iterator[str]:
    """Yield every string within JSON."""
    if isinstance(node, dict):
        node = list(node.values())
    if isinstance(node, list):
        for one in node:
            yield from strings(one)
    elif isinstance(node, str):
        yield node


# -- Citation File Format


def cff(package: Path) -> Any:
    return YAML(typ="safe").load(generated(package)[metadata.CFF].decode())


def cff_errors(content: Any) -> list[str]:
    schema = import_module("check_jsonschema.builtin_schemas").get_builtin_schema(
        "vendor.citation-file-format"
    )
    assert "1.2.0" in schema["$id"]
    checked = Draft7Validator(schema, format_checker=Draft7Validator.FORMAT_CHECKER)
    return [error.message for error in checked.iter_errors(content)]


def test_the_citation_file_fits_its_schema(variant: Path) -> None:
    assert cff_errors(cff(variant)) == []


@pytest.mark.parametrize(
    "change", [{"title": None}, {"date-released": "yesterday"}, {"licence": "CC-BY-4.0"}]
)
def test_the_schema_of_citation_files_refuses_mistakes(package: Path, change: dict[str, Any]) -> None:
    assert cff_errors({**cff(package), **change})


def test_the_citation_file_says_what_the_descriptor_says(variant: Path) -> None:
    ref = citation.reference(open_package(variant)[0])
    content = cff(variant)
    assert (content["title"], content["version"], content["date-released"]) == (
        ref.title,
        ref.version,
        ref.date,
    )
    assert content["identifiers"][0]["value"] == ref.fingerprint
    assert (content.get("doi"), content.get("url")) == (ref.doi, ref.url)
    assert len(content["authors"]) == len(ref.authors)
    titles = factories.read_table(variant, "sources")["title"].tolist()
    assert [source["title"] for source in content["references"]] == titles


def test_one_licence_is_a_name_several_are_a_list(package: Path) -> None:
    names = ["CC-BY-4.0", "MIT"]
    factories.edit_descriptor(
        package,
        lambda raw: raw.update(licenses=[{"name": n, "path": f"https://example.org/{n}"} for n in names]),
    )
    assert cff(package)["license"] == names


# -- Croissant


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the real package, with its metadata written anew."""
    folder = tmp_path_factory.mktemp("real")
    for path in [DESCRIPTOR, *(t.path for t in open_package(ROOT).descriptor.tables.values())]:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, folder / path)
    write(folder)
    return folder


def load_croissant(package: Path) -> Any:
    """Return the data set as the reference implementation reads it; it raises where the description is wrong."""
    write(package)
    return import_module("mlcroissant").Dataset(package / metadata.CROISSANT)


def test_croissant_is_valid_and_raises_no_warning(variant: Path) -> None:
    issues = load_croissant(variant).metadata.ctx.issues
    assert (issues.errors, issues.warnings) == (set(), set())


def as_cell(value: Any, declared: str) -> str:
    """Return a value that mlcroissant read as the cell that it came from."""
    if value is None:
        return ""
    if isinstance(value, bytes):
        text = value.decode()
        # It infers types with pandas before it looks at the declared ones: codes of digits beside empty cells come as floats.
        return text.removesuffix(".0") if re.fullmatch(r"\d+\.0", text) else text
    if declared == "sc:Date":
        return f"{value:%Y-%m-%d}"
    if declared == "sc:Boolean":
        return str(value).lower()
    if isinstance(value, float):
        return str(int(value)) if value == int(value) else repr(value)
    return str(value)


@pytest.mark.parametrize("which", ["small", "real"])
def test_every_row_is_read_back_through_croissant(
    which: str, package: Path, real: Path, request: pytest.FixtureRequest
) -> None:
    folder = package if which == "small" else real
    ds = load_croissant(folder)
    content = json.loads((folder / metadata.CROISSANT).read_text(encoding="utf-8"))
    read = 0
    for record_set in content["recordSet"]:
        with factories.table_path(folder, record_set["@id"]).open(encoding="utf-8", newline="") as stream:
            wanted = list(csv.DictReader(stream))
        types = {field["@id"]: field["dataType"] for field in record_set["field"]}
        found = [
            {key.partition("/")[2]: as_cell(value, types[key]) for key, value in record.items()}
            for record in ds.records(record_set["@id"])
        ]
        if record_set["@id"] == "terms":  # mlcroissant takes the word "nan" for a missing value
            wanted = [{**row, "stem": "" if row["stem"] == "nan" else row["stem"]} for row in wanted]
        assert found == wanted, record_set["@id"]
        read += len(found)
    assert read > 0


def test_croissant_describes_every_table_field_and_key(package: Path) -> None:
    descriptor, _ = open_package(package)
    content = parsed(package, metadata.CROISSANT)
    sets = {one["@id"]: one for one in content["recordSet"]}
    assert list(sets) == list(descriptor.tables)
    for name, table in descriptor.tables.items():
        assert [f["name"] for f in sets[name]["field"]] == table.field_names
        assert [k["@id"] for k in sets[name].get("key", [])] == [f"{name}/{k}" for k in table.primary_key]


def test_croissant_files_are_found_beside_it_and_are_what_it_says(package: Path) -> None:
    for one in parsed(package, metadata.CROISSANT)["distribution"]:
        data = (package / metadata.CROISSANT).parent.joinpath(one["contentUrl"]).resolve().read_bytes()
        assert one["sha256"] == hashlib.sha256(data).hexdigest()
        assert one["contentSize"] == f"{len(data)} B"


def test_croissant_refers_to_every_key_and_to_those_of_digits_in_words_only(package: Path) -> None:
    descriptor, _ = open_package(package)
    fields = {f["@id"]: f for one in parsed(package, metadata.CROISSANT)["recordSet"] for f in one["field"]}
    referred, in_words = set(), set()
    for name, table in descriptor.tables.items():
        for key in table.foreign_keys:
            for own, target in zip(key.fields, key.reference, strict=True):
                field = fields[f"{name}/{own}"]
                assert f"Key of {key.table}/{target}." in field["description"]
                if "references" not in field:
                    in_words.add(key.table)
                    continue
                referred.add(key.table)
                assert field["references"] == {
                    "fileObject": {"@id": descriptor.table(key.table).path},
                    "extract": {"column": target},
                }
    digits = {
        table.name
        for table in descriptor.tables.values()
        for key in table.primary_key[:1]
        if factories.read_table(package, table.name)[key].str.fullmatch(r"\d+").any()
    }
    assert in_words == digits
    assert referred
    assert not referred & digits


def test_a_changed_table_is_noticed_by_the_reader_of_croissant(package: Path) -> None:
    ds = load_croissant(package)
    factories.edit_bytes(package, "data/quotes.csv", lambda data: data.replace(b"lamp", b"lump", 1))
    with pytest.raises(Exception, match="An error occured"):
        list(ds.records("quotes"))


def test_croissant_has_the_context_of_the_specification(package: Path) -> None:
    rdf, context = import_module("mlcroissant._src.core.rdf"), import_module("mlcroissant._src.core.context")
    wanted = rdf.make_context(context.Context(conforms_to=context.CroissantVersion.V_1_1))
    found = parsed(package, metadata.CROISSANT)["@context"]
    assert found == {**wanted, "prov": "http://www.w3.org/ns/prov#"}


def test_croissant_says_how_the_data_was_annotated(package: Path) -> None:
    described = load_croissant(package).metadata
    # A name that the vocabulary does not have would be an extra property. This one it has; mlcroissant 1.1 misspells it.
    extra = {name for name in described.extra_properties if name.startswith("rai:")}
    assert extra <= {"rai:dataManipulationProtocol"}
    written = described.to_json()
    assert {name for name in written if name.startswith("rai:")} == {f"rai:{name}" for name in croissant.RAI}
    assert "language model, not human experts" in " ".join(described.data_annotation_protocol)
    assert "machine–machine" in " ".join(described.data_annotation_analysis)
    publisher = factories.read_table(package, "sources")["publisher"].iloc[0]
    assert publisher in " ".join(described.data_biases)
    assert not [text for text in strings(written) if "{publishers}" in text]


# -- DataCite, Zenodo, schema.org


def datacite_is_valid(content: dict[str, Any]) -> bool:
    return bool(import_module("datacite.schema45").validate(content))


def test_the_datacite_record_fits_its_schema_and_becomes_xml(variant: Path) -> None:
    content = parsed(variant, metadata.DATACITE)
    assert datacite_is_valid(content)
    ref = citation.reference(open_package(variant)[0])
    assert (content.get("doi"), content["version"], content["publicationYear"]) == (
        ref.doi,
        ref.version,
        ref.year,
    )
    identified = {**content, "doi": "10.5072/lamps"}  # XML needs the DOI that registration gives
    assert ref.fingerprint in import_module("datacite.schema45").tostring(identified)


@pytest.mark.parametrize(
    "change", [{"creators": []}, {"publicationYear": "26"}, {"types": {}}, {"licence": "x"}]
)
def test_the_schema_of_datacite_refuses_mistakes(package: Path, change: dict[str, Any]) -> None:
    assert not datacite_is_valid({**parsed(package, metadata.DATACITE), **change})


#: The part of Zenodo's deposit metadata that is used here (developers.zenodo.org, "Deposit metadata").
ZENODO_SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "required": ["title", "upload_type", "description", "creators", "access_right", "license"],
    "properties": {
        "title": {"type": "string", "minLength": 3},
        "upload_type": {"const": "dataset"},
        "description": {"type": "string", "minLength": 1},
        "creators": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["name"],
                "properties": {"name": {"type": "string", "minLength": 1}},
            },
        },
        "version": {"type": "string"},
        "publication_date": {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"},
        "doi": {"type": "string", "pattern": r"^10\.\d{4,9}/\S+$"},
        "access_right": {"const": "open"},
        "license": {"type": "string", "minLength": 1},
        "language": {"type": "string", "pattern": "^[a-z]{3}$"},
        "keywords": {"type": "array", "items": {"type": "string", "minLength": 1}, "uniqueItems": True},
        "notes": {"type": "string"},
        "related_identifiers": {
            "type": "array",
            "uniqueItems": True,
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["identifier", "relation"],
                "properties": {
                    "identifier": {"type": "string", "pattern": "^https://"},
                    "scheme": {"const": "url"},
                    "relation": {"const": "isDerivedFrom"},
                    "resource_type": {"const": "publication-other"},
                },
            },
        },
    },
}


def test_the_zenodo_deposit_has_what_zenodo_takes(variant: Path) -> None:
    content = parsed(variant, metadata.ZENODO)
    assert [error.message for error in Draft7Validator(ZENODO_SCHEMA).iter_errors(content)] == []
    ref = citation.reference(open_package(variant)[0])
    assert [one["name"] for one in content["creators"]] == [agent.inverted for agent in ref.authors]
    assert ref.fingerprint in content["notes"]


def test_the_zenodo_description_is_html_in_which_words_stay_words(package: Path) -> None:
    factories.edit_descriptor(package, lambda raw: raw.update(description="a < b & <script>c</script>"))
    assert parsed(package, metadata.ZENODO)["description"].startswith(
        "<p>a &lt; b &amp; &lt;script&gt;c&lt;/script&gt;</p><p>"
    )


def test_schema_org_uses_terms_that_schema_org_has(variant: Path) -> None:
    content = parsed(variant, metadata.SCHEMA_ORG)
    content["@context"] = {"@vocab": "https://schema.org/"}  # the same terms, without asking the network
    graph = rdflib.Graph().parse(data=json.dumps(content), format="json-ld")
    used = {str(term) for term in graph.predicates()} - {str(rdflib.RDF.type)}
    used |= {str(term) for term in graph.objects(None, rdflib.RDF.type)}
    assert "https://schema.org/variableMeasured" in used
    assert used - {str(term) for term in dir(rdflib.SDO)} == set()


def test_schema_org_describes_release_sources_and_tables(package: Path) -> None:
    descriptor, _ = open_package(package)
    content = parsed(package, metadata.SCHEMA_ORG)
    ref = citation.reference(descriptor)
    sources = factories.read_table(package, "sources")
    assert content["creditText"] == citation.apa(ref)
    assert ref.fingerprint in list(strings(content["identifier"]))
    assert content["temporalCoverage"] == sorted(sources["period_start"] + "/" + sources["period_end"])
    assert [one["name"] for one in content["isBasedOn"]] == sources["title"].tolist()
    for part, table in zip(content["hasPart"], descriptor.tables.values(), strict=True):
        file = (package / metadata.SCHEMA_ORG).parent.joinpath(part["distribution"]["contentUrl"]).resolve()
        assert part["distribution"]["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
        assert [v["name"] for v in part["variableMeasured"]] == table.field_names


def test_schema_org_identifies_data_set_tables_and_sources(package: Path) -> None:
    content = parsed(package, metadata.SCHEMA_ORG)
    found = [content["@id"], *(one["@id"] for part in ("hasPart", "isBasedOn") for one in content[part])]
    assert len(set(found)) == len(found)
    assert all(name.startswith(("urn:uuid:", "https://")) for name in found)
    assert "https://example.org/gazette-2024-01" in found


# -- what all of them share


@pytest.mark.parametrize("path", [metadata.CFF, *JSON_FILES])
def test_every_file_names_release_and_licence(package: Path, path: str) -> None:
    descriptor, _ = open_package(package)
    text = generated(package)[path].decode()
    assert fingerprint(descriptor) in text
    version = croissant.semantic(descriptor.version) if path == metadata.CROISSANT else descriptor.version
    assert version in text
    license_ = descriptor.raw["licenses"][0]
    assert license_["name"] in text or license_["path"] in text


def test_no_file_has_an_empty_value(variant: Path) -> None:
    for path in JSON_FILES:
        for text in strings(parsed(variant, path)):
            assert text.strip() != "", path


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"created": None}, "created"),
        ({"licenses": None}, "licenses"),
        ({"licenses": [{"name": "CC-BY-4.0"}]}, "licenses"),
    ],
)
def test_nothing_is_generated_where_the_descriptor_lacks_something(
    package: Path, change: dict[str, Any], message: str
) -> None:
    factories.edit_descriptor(
        package, lambda raw: {k: v for k, v in {**raw, "title": "new", **change}.items() if v is not None}
    )
    with pytest.raises(PackageError, match=message):
        generated(package)


def test_without_ruamel_the_extra_is_named(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ruamel.yaml", None)
    with pytest.raises(MissingExtraError, match=r"tmt-dataset\[coding\]"):
        generated(package)


def test_the_bytes_are_the_same_on_every_machine_and_day(package: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(package, tmp_path / "elsewhere"))
    code = "import sys; from pathlib import Path; from tmt_dataset.package import open_package; from tmt_dataset.publish import metadata; folder = Path(sys.argv[1]); "
    code += "[(folder / p).parent.mkdir(exist_ok=True) or (folder / p).write_bytes(b) for p, b in metadata.generated(open_package(folder)).items()]"
    machine = {"PYTHONHASHSEED": "7", "TZ": "Pacific/Apia", "LC_ALL": "C", "PYTHONUTF8": "0"}
    subprocess.run([sys.executable, "-c", code, str(other)], check=True, env={**os.environ, **machine})
    for path, data in generated(package).items():
        assert (other / path).read_bytes() == data, path


def test_every_date_is_the_release_s_or_a_source_s(package: Path) -> None:
    descriptor, _ = open_package(package)
    sources = factories.read_table(package, "sources")
    known = {descriptor.raw["created"][:10], *sources["period_start"], *sources["period_end"]}
    for path, data in generated(package).items():
        found = set(re.findall(r"\b20\d\d-\d\d-\d\d\b", data.decode()))
        assert found <= known, path


# -- form


def test_json_is_written_one_way(package: Path) -> None:
    for path in JSON_FILES:
        data = generated(package)[path]
        assert data == (json.dumps(json.loads(data), ensure_ascii=False, indent=2) + "\n").encode()


def test_yaml_reads_back_as_it_was_written(variant: Path) -> None:
    data = generated(variant)[metadata.CFF]
    assert b"\r" not in data
    again = io.StringIO()
    yaml = YAML()
    yaml.width = 1_000_000
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.preserve_quotes = True
    yaml.dump(yaml.load(data.decode()), again)
    assert again.getvalue().encode() == data


def test_the_descriptor_is_only_read(package: Path) -> None:
    raw = json.loads((package / DESCRIPTOR).read_text(encoding="utf-8"))
    opened = open_package(package)._replace(descriptor=Descriptor(raw))
    before = json.dumps(raw)
    metadata.generated(opened)
    assert json.dumps(raw) == before
