"""The descriptor and the tables → the metadata files that catalogues, archives and search engines read.

``CITATION.cff`` (GitHub, Zenodo, reference managers), ``.zenodo.json`` (a deposit), and under ``metadata/``: Croissant (machine learning),
DataCite (DOI registration) and schema.org (search engines). The tables of ``DATASHEET.md`` are filled in as well. Everything is derived: no
clock, no machine and no network has a part in it, so that equal packages give equal bytes.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import PurePosixPath
from typing import Any

from tmt_dataset import citation
from tmt_dataset.cells import read_text
from tmt_dataset.citation import Agent, Reference
from tmt_dataset.descriptor import DESCRIPTOR, Descriptor, Field, Table
from tmt_dataset.errors import MissingExtraError, PackageError
from tmt_dataset.package import Package

Json = dict[str, Any]
Rows = Sequence[Mapping[str, str]]

CFF, ZENODO, DATASHEET = "CITATION.cff", ".zenodo.json", "DATASHEET.md"
CROISSANT, DATACITE, SCHEMA_ORG = (
    "metadata/croissant.json",
    "metadata/datacite.json",
    "metadata/schema-org.json",
)
#: From the folder ``metadata`` to the package, in addresses that are relative to the file they stand in.
UP = "../"
#: What the acts that the data set reports have in common.
PLACE = "China"

# -- prose that belongs to the metadata alone

CITE_NOTICE = (
    "If you use this data set, please cite the version that you used. `tmt-dataset cite` prints the citation of the release in hand, and of a "
    "single development, in APA, BibTeX, RIS and CSL-JSON."
)
QUOTES_NOTICE = (
    "The quotes are short verbatim quotations, given as evidence for the coded values. They remain their publisher's ({publishers}) and are not "
    "covered by the licence of the data. The full texts are not part of the package."
)
METHODS = (
    "Content analysis of every source from its first character to its last, by a codebook with named rules. The coders are automated readings "
    "of the texts by a language model, not human experts. All sources were coded twice, the second time blind to the first; agreement is "
    "therefore agreement between machines. Where the two codings differ, a rule of the codebook decides, and the decision is logged. Each coded "
    "value that needs evidence has a verbatim quote with its offsets in the source text. Programs check offsets, keys, values and rules; they "
    "decide no code."
)
#: Responsible-AI fields of Croissant, by their names in its vocabulary.
RAI: Mapping[str, str | list[str]] = {
    "dataCollection": (
        "The developments are the public acts that newsletters and an annual review of one law firm ({publishers}) report. Each source was cut "
        "from its first character to its last into segments of one role each. Every segment that reports an act is tied to a development; the "
        "others are kept with the role that explains why they report none. Nothing was sampled."
    ),
    "dataCollectionType": ["Document analysis", "Secondary Data analysis"],
    "dataCollectionMissingData": (
        "The months between the windows of the sources are not covered, but for what the annual review recounts of its year. That review is the "
        "first of two parts; the second was not available. An empty cell means that the source does not say. What a source has lost, as a heading "
        "without its item, is listed in the table errata."
    ),
    "dataCollectionRawData": (
        "The full texts are their publisher's and not part of the data set. The tables give the length and the SHA-256 of every source, and offsets and "
        "SHA-256 of every segment, so that whoever has the texts can prove each quote."
    ),
    "dataImputationProtocol": (
        "None. A date that is known only as an interval stays an interval (EDTF, with its first and last day). Where a text gives no date, the "
        "date is the source's window, and date_basis says so."
    ),
    "dataPreprocessingProtocol": ["The texts were coded as received; offsets count Unicode code points."],
    "dataManipulationProtocol": (
        "The tables are compiled by a program from annotation files and vocabularies; no table is edited by hand. Mistakes of a source stay in the "
        "quotes; the coded value is what the evidence supports, and the table errata says where and why."
    ),
    "dataAnnotationProtocol": [METHODS],
    "dataAnnotationPlatform": [
        "No human annotators and no annotation platform: YAML files, checked and compiled by the library that comes with the data."
    ],
    "dataAnnotationAnalysis": [
        (
            "Agreement of the two codings is machine–machine agreement, published variable by variable in validation/agreement.csv. Two readings of one kind "
            "can share their errors: high agreement shows that the rules are clear to such a reader, not that the codes are right."
        ),
        (
            "Disagreements on coded values were adjudicated by a rule of the codebook (validation/adjudication.csv), like cases were recoded by it, "
            "and both codings are kept. Quotes may differ where they prove the same value."
        ),
    ],
    "annotationsPerItem": "Two automated codings of every source; one adjudicated value is published.",
    "annotatorDemographics": ["Not applicable: the coders are automated readings by a language model."],
    "machineAnnotationTools": [
        "A language model that reads each source whole and codes it by the codebook; its name and version are not recorded in the package.",
        "Programs that fill in offsets and check form, keys and rules.",
    ],
    "dataBiases": [
        (
            "Selection: the sources are what one international law firm ({publishers}) chose to tell its clients. National acts and acts that touch foreign "
            "companies may be reported more often than local and routine ones; no claim of completeness follows."
        ),
        (
            "Coverage: two-month windows in full beside one year in highlights. Counts by calendar year are not comparable; rates per covered month "
            "and shares within windows are."
        ),
        (
            "Language: the sources are English accounts of Chinese acts. Titles of instruments are the sources' translations, and what they leave "
            "out of an act is not in the data."
        ),
        "Coders: both codings were made by readings of one kind, so that what such a reader overlooks is overlooked twice.",
    ],
    "dataLimitations": [
        "No human expert coded the sources; the labels are no gold standard of human judgement.",
        "Absence of an act says nothing: it may not have been reported, or not in these windows.",
        "No legal advice, no official record: the text of an act prevails over any account of it.",
    ],
    "dataUseCases": [
        "Finding acts by topic, authority, place, date or instrument, and reading the evidence for each coded value.",
        "Comparing what the sources report in like windows; following instruments from draft to effect.",
        "Developing and testing information extraction against quotes with offsets, as long as machine-made labels are called that.",
        (
            "Not recommended: measuring how much China regulates, ranking authorities or places, deciding cases, or reporting agreement as if it were "
            "validity."
        ),
    ],
    "dataSocialImpact": (
        "The data set makes a law firm's public reports countable. The risk is that a selection is taken for the whole, and a machine's reading for an "
        "expert's; hence the quote behind every value, the ledger of what was left out, and these notes."
    ),
    "personalSensitiveInformation": [
        (
            "None was sought. Acts of public bodies are coded; parties of published cases appear only as the quoted sources report them."
        )
    ],
    "dataReleaseMaintenancePlan": (
        "Semantic versions: a major one where a table, a field or a code changes its meaning, a minor one where rows are added or corrected, a patch "
        "where no byte of the data changes. A released identifier is never given to another development, and every release says row by row how it differs from "
        "the one before. Corrections go to the maintainers."
    ),
}

# -- what the descriptor says, once for all formats


def _reference(descriptor: Descriptor) -> Reference:
    ref = citation.reference(descriptor)
    if ref.date is None:
        raise PackageError(f"{DESCRIPTOR}: created is missing; the metadata need the date of the release")
    return ref


def _licenses(descriptor: Descriptor) -> list[Mapping[str, str]]:
    found = list(descriptor.raw.get("licenses", ()))
    if not found or not all(one.get("name") and one.get("path") for one in found):
        raise PackageError(f"{DESCRIPTOR}: licenses needs at least one entry, each with name (SPDX) and path")
    return found


def _texts(descriptor: Descriptor, key: str) -> str:
    return str(descriptor.raw.get(key) or descriptor.name)


def _keywords(descriptor: Descriptor) -> list[str]:
    return [str(k) for k in descriptor.raw.get("keywords", ())]


def _in_order(values: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(v for v in values if v))


def _publishers(sources: Rows) -> str:
    return ", ".join(_in_order([row["publisher"] for row in sources])) or "none"


def _windows(sources: Rows) -> list[str]:
    return sorted({f"{row['period_start']}/{row['period_end']}" for row in sources})


def _json(content: Json) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def _sha256(table: Table) -> str:
    return (table.hash or "").removeprefix("sha256:")


def _encoding(descriptor: Descriptor, table: Table) -> str:
    raw = next(r for r in descriptor.raw["resources"] if r["name"] == table.name)
    return str(raw.get("mediatype", "text/csv"))


def _present(content: Json) -> Json:
    return {key: value for key, value in content.items() if value not in (None, "", [], {})}


# -- the formats


def citation_cff(descriptor: Descriptor, sources: Rows) -> bytes:
    """Return ``CITATION.cff`` (Citation File Format 1.2.0).

    Parameters
    ----------
    descriptor
        The declaration.
    sources
        Rows of the table ``sources``, cells as text. They are listed as references, so that their publisher is credited.

    Raises
    ------
    PackageError
        If the descriptor lacks a contributor, a licence or ``created``.
    MissingExtraError
        If ruamel.yaml is not installed.

    Examples
    --------
    >>> from tmt_dataset.package import open_package
    >>> package = open_package()
    >>> print(citation_cff(package.descriptor, rows(package, "sources")).decode())
    cff-version: 1.2.0
    message: ...
    """
    try:
        from ruamel.yaml import YAML
    except ImportError:
        raise MissingExtraError('CITATION.cff needs ruamel.yaml: pip install "tmt-dataset[coding]"') from None
    ref = _reference(descriptor)

    def agent(one: Agent) -> Json:
        if one.family:
            return _present({"family-names": one.family, "given-names": one.given, "website": one.path})
        return _present({"name": one.name, "website": one.path})

    names = [one["name"] for one in _licenses(descriptor)]
    content = {
        "cff-version": "1.2.0",
        "message": CITE_NOTICE,
        "type": "dataset",
        "title": ref.title,
        "abstract": _texts(descriptor, "description"),
        "authors": [agent(a) for a in ref.authors],
        "version": ref.version,
        "date-released": ref.date,
        "license": names[0] if len(names) == 1 else names,
        "doi": ref.doi,
        "url": ref.url,
        "identifiers": [
            {
                "type": "other",
                "value": ref.fingerprint,
                "description": f"Fingerprint of the data of version {ref.version} ({ref.archive})",
            }
        ],
        "keywords": _keywords(descriptor),
        "references": [
            _present(
                {
                    "type": "generic",
                    "title": row["title"],
                    "authors": [{"name": row["publisher"]}],
                    "url": row["url"],
                    "notes": "A source of the data set",
                }
            )
            for row in sources
        ],
    }
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 1_000_000  # a text is one line, however long: no fold depends on the writer's version
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    yaml.dump(_present(content), stream)
    return stream.getvalue().encode("utf-8")


#: The context that the specification gives for Croissant 1.1, and the prefix of the provenance vocabulary.
_CONTEXT: Json = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "arrayShape": "cr:arrayShape",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "containedIn": "cr:containedIn",
    "equivalentProperty": "cr:equivalentProperty",
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isArray": "cr:isArray",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "description": {"@container": "@language"},
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "name": {"@container": "@language"},
    "prov": "http://www.w3.org/ns/prov#",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "sc": "https://schema.org/",
}
_DATA_TYPES = {
    "string": "sc:Text",
    "integer": "sc:Integer",
    "number": "sc:Float",
    "date": "sc:Date",
    "boolean": "sc:Boolean",
}


def _description(field: Field) -> str:
    codes = f" One of: {', '.join(field.enum)}." if field.enum else ""
    return (field.description or field.title or field.name) + codes


def _record_set(descriptor: Descriptor, table: Table, numeric: Mapping[tuple[str, str], bool]) -> Json:
    # the field that names a row of a vocabulary to a reader
    label = next((n for n in ("name", "label") if table.is_vocabulary and n in table.field_names), None)
    fields = []
    for field in table.fields:
        content: Json = {
            "@type": "cr:Field",
            "@id": f"{table.name}/{field.name}",
            "name": field.name,
            "description": _description(field),
            "dataType": _DATA_TYPES[field.type],
            "source": {"fileObject": {"@id": table.path}, "extract": {"column": field.name}},
        }
        if field.name == label:
            content["equivalentProperty"] = "sc:name"
        for key in table.foreign_keys:
            if field.name not in key.fields:
                continue
            target = key.reference[key.fields.index(field.name)]
            content["description"] += f" Key of {key.table}/{target}."
            # A reader joins what refers to each other, and infers types from the cells: it would look for numbers among
            # texts where codes are digits. Such a reference is left to the description.
            if not (numeric[table.name, field.name] or numeric[key.table, target]):
                content["references"] = {
                    "fileObject": {"@id": descriptor.table(key.table).path},
                    "extract": {"column": target},
                }
        fields.append(content)
    return _present(
        {
            "@type": "cr:RecordSet",
            "@id": table.name,
            "name": table.name,
            "description": table.description or table.title,
            "dataType": "sc:Enumeration" if label else None,
            "key": [{"@id": f"{table.name}/{name}"} for name in table.primary_key],
            "field": fields,
        }
    )


def croissant(descriptor: Descriptor, tables: Mapping[str, Rows]) -> Json:
    """Return the Croissant 1.1 description (JSON-LD), with the responsible-AI fields of Croissant RAI 1.0.

    Files are addressed relative to ``metadata/croissant.json``. Tables are record sets, with keys and references.

    Parameters
    ----------
    descriptor
        The declaration.
    tables
        Rows of every table by its name, cells as text.

    Raises
    ------
    PackageError
        If the descriptor lacks a contributor, a licence or ``created``.

    Examples
    --------
    >>> from tmt_dataset.package import open_package
    >>> package = open_package()
    >>> content = croissant(package.descriptor, {name: rows(package, name) for name in package.descriptor.tables})
    >>> content["recordSet"][0]["key"]
    [{'@id': 'sources/source_id'}]
    """
    ref = _reference(descriptor)
    sources = tables["sources"]
    publishers = _publishers(sources)
    numeric = {
        (name, field): any(re.fullmatch(r"[+-]?[0-9.]+", row[field]) for row in tables[name])
        for name, table in descriptor.tables.items()
        for field in table.field_names
    }
    rai = {
        f"rai:{name}": text.format(publishers=publishers)
        if isinstance(text, str)
        else [part.format(publishers=publishers) for part in text]
        for name, text in RAI.items()
    }
    return _present(
        {
            "@context": _CONTEXT,
            "@type": "sc:Dataset",
            "name": ref.title,
            "alternateName": descriptor.name,
            "description": _texts(descriptor, "description"),
            "conformsTo": ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"],
            "url": ref.access,
            "version": ref.version,
            "datePublished": ref.date,
            "license": [one["path"] for one in _licenses(descriptor)],
            "copyrightNotice": QUOTES_NOTICE.format(publishers=publishers),
            "creator": [_agent(a) for a in ref.authors],
            "publisher": [_agent(Agent(ref.publisher))],
            "keywords": _keywords(descriptor),
            "inLanguage": _in_order([row["language"] for row in sources]),
            "isLiveDataset": False,
            "citeAs": citation.bibtex(ref),
            "prov:wasDerivedFrom": [{"@id": row["url"]} for row in sources if row["url"]],
            **rai,
            "distribution": [
                _present(
                    {
                        "@type": "cr:FileObject",
                        "@id": table.path,
                        "name": PurePosixPath(table.path).name,
                        "description": table.title,
                        "contentUrl": UP + table.path,
                        "contentSize": f"{table.bytes} B",
                        "encodingFormat": _encoding(descriptor, table),
                        "sha256": _sha256(table),
                    }
                )
                for table in descriptor.tables.values()
            ],
            "recordSet": [_record_set(descriptor, table, numeric) for table in descriptor.tables.values()],
        }
    )


def datacite(descriptor: Descriptor, sources: Rows) -> Json:
    """Return the record for DataCite (schema 4.5), ready for registration but for the DOI where there is none yet.

    Raises
    ------
    PackageError
        If the descriptor lacks a contributor, a licence or ``created``.

    Examples
    --------
    >>> from tmt_dataset.package import open_package
    >>> package = open_package()
    >>> datacite(package.descriptor, rows(package, "sources"))["types"]["resourceTypeGeneral"]
    'Dataset'
    """
    ref = _reference(descriptor)

    def agent(one: Agent) -> Json:
        if one.family:
            return _present(
                {
                    "name": one.inverted,
                    "nameType": "Personal",
                    "givenName": one.given,
                    "familyName": one.family,
                }
            )
        return {"name": one.name, "nameType": "Organizational"}

    notice = QUOTES_NOTICE.format(publishers=_publishers(sources))
    return _present(
        {
            "schemaVersion": "http://datacite.org/schema/kernel-4",
            "doi": ref.doi,
            "url": ref.url,
            "types": {"resourceTypeGeneral": "Dataset", "resourceType": "Content analysis"},
            "creators": [agent(a) for a in ref.authors],
            "titles": [{"title": ref.title, "lang": "en"}],
            "publisher": {"name": ref.publisher},
            "publicationYear": ref.year,
            "dates": [{"date": ref.date, "dateType": "Issued"}],
            "language": "en",
            "version": ref.version,
            "subjects": [{"subject": word} for word in _keywords(descriptor)],
            "descriptions": [
                {
                    "description": _texts(descriptor, "description"),
                    "descriptionType": "Abstract",
                    "lang": "en",
                },
                {"description": METHODS, "descriptionType": "Methods", "lang": "en"},
                {"description": f"{ref.identified}.", "descriptionType": "TechnicalInfo", "lang": "en"},
            ],
            "rightsList": [
                *(
                    {
                        "rights": one.get("title", one["name"]),
                        "rightsUri": one["path"],
                        "rightsIdentifier": one["name"],
                        "rightsIdentifierScheme": "SPDX",
                        "schemeUri": "https://spdx.org/licenses/",
                    }
                    for one in _licenses(descriptor)
                ),
                {"rights": notice},
            ],
            "alternateIdentifiers": [
                {
                    "alternateIdentifier": ref.fingerprint,
                    "alternateIdentifierType": "Fingerprint (SHA-256 of the tables' checksums)",
                }
            ],
            "relatedIdentifiers": [
                {
                    "relatedIdentifier": row["url"],
                    "relatedIdentifierType": "URL",
                    "relationType": "IsDerivedFrom",
                    "resourceTypeGeneral": "Text",
                }
                for row in sources
                if row["url"]
            ],
            "geoLocations": [{"geoLocationPlace": PLACE}],
            "sizes": [
                f"{len(descriptor.tables)} tables",
                f"{sum(t.bytes or 0 for t in descriptor.tables.values())} bytes",
            ],
            "formats": _in_order([_encoding(descriptor, t) for t in descriptor.tables.values()]),
        }
    )


def zenodo(descriptor: Descriptor, sources: Rows) -> Json:
    """Return ``.zenodo.json``: what Zenodo takes for a deposit of a release.

    Raises
    ------
    PackageError
        If the descriptor lacks a contributor, a licence or ``created``.

    Examples
    --------
    >>> from tmt_dataset.package import open_package
    >>> package = open_package()
    >>> zenodo(package.descriptor, rows(package, "sources"))["upload_type"]
    'dataset'
    """
    ref = _reference(descriptor)
    notice = QUOTES_NOTICE.format(publishers=_publishers(sources))
    paragraphs = [_texts(descriptor, "description"), METHODS, notice]  # Zenodo shows a description as HTML
    return _present(
        {
            "title": ref.title,
            "upload_type": "dataset",
            "description": "".join(f"<p>{escape(p, quote=False)}</p>" for p in paragraphs),
            "creators": [{"name": a.inverted} for a in ref.authors],
            "version": ref.version,
            "publication_date": ref.date,
            "doi": ref.doi,
            "access_right": "open",
            "license": _licenses(descriptor)[0]["name"],
            "language": "eng",
            "keywords": _keywords(descriptor),
            "notes": f"{ref.identified}.",
            "related_identifiers": [
                {
                    "identifier": row["url"],
                    "scheme": "url",
                    "relation": "isDerivedFrom",
                    "resource_type": "publication-other",
                }
                for row in sources
                if row["url"]
            ],
        }
    )


def _agent(agent: Agent) -> Json:
    if agent.family:
        return _present(
            {
                "@type": "Person",
                "name": agent.name,
                "givenName": agent.given,
                "familyName": agent.family,
                "url": agent.path,
            }
        )
    return _present({"@type": "Organization", "name": agent.name, "url": agent.path})


def schema_org(descriptor: Descriptor, sources: Rows) -> Json:
    """Return the schema.org description (JSON-LD) that search engines for data sets read.

    Raises
    ------
    PackageError
        If the descriptor lacks a contributor, a licence or ``created``.

    Examples
    --------
    >>> from tmt_dataset.package import open_package
    >>> package = open_package()
    >>> schema_org(package.descriptor, rows(package, "sources"))["@type"]
    'Dataset'
    """
    ref = _reference(descriptor)
    publishers = _publishers(sources)
    licenses = [one["path"] for one in _licenses(descriptor)]
    creators = [_agent(a) for a in ref.authors]
    return _present(
        {
            "@context": "https://schema.org/",
            "@type": "Dataset",
            "name": ref.title,
            "alternateName": descriptor.name,
            "description": _texts(descriptor, "description"),
            "url": ref.access,
            "identifier": [
                *([f"https://doi.org/{ref.doi}"] if ref.doi else []),
                {"@type": "PropertyValue", "propertyID": "fingerprint", "value": ref.fingerprint},
            ],
            "version": ref.version,
            "datePublished": ref.date,
            "creator": creators,
            "publisher": _agent(Agent(ref.publisher)),
            "license": licenses,
            "copyrightNotice": QUOTES_NOTICE.format(publishers=publishers),
            "isAccessibleForFree": True,
            "keywords": _keywords(descriptor),
            "inLanguage": _in_order([row["language"] for row in sources]),
            "temporalCoverage": _windows(sources),
            "spatialCoverage": {"@type": "Place", "name": PLACE},
            "measurementTechnique": METHODS,
            "creditText": citation.apa(ref),
            "isBasedOn": [
                _present(
                    {
                        "@type": "CreativeWork",
                        "name": row["title"],
                        "url": row["url"],
                        "publisher": {"@type": "Organization", "name": row["publisher"]},
                        "inLanguage": row["language"],
                    }
                )
                for row in sources
            ],
            "hasPart": [
                {
                    "@type": "Dataset",
                    "name": table.title or table.name,
                    "description": table.description or table.title,
                    "creator": creators,
                    "license": licenses,
                    "variableMeasured": [
                        _present(
                            {
                                "@type": "PropertyValue",
                                "name": field.name,
                                "alternateName": field.title,
                                "description": field.description,
                            }
                        )
                        for field in table.fields
                    ],
                    "distribution": {
                        "@type": "DataDownload",
                        "name": PurePosixPath(table.path).name,
                        "contentUrl": UP + table.path,
                        "contentSize": f"{table.bytes} B",
                        "encodingFormat": _encoding(descriptor, table),
                        "sha256": _sha256(table),
                    },
                }
                for table in descriptor.tables.values()
            ],
        }
    )


# -- the datasheet's tables


def _markdown(header: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(
        "| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines
    )


def datasheet_blocks(descriptor: Descriptor, tables: Mapping[str, Rows]) -> dict[str, str]:
    """Return the parts of the datasheet that depend on the data, as Markdown, by the name of their mark.

    Examples
    --------
    >>> from tmt_dataset.package import open_package
    >>> package = open_package()
    >>> sorted(datasheet_blocks(package.descriptor, {name: rows(package, name) for name in package.descriptor.tables}))
    ['release', 'sources', 'tables']
    """
    ref = _reference(descriptor)
    return {
        "release": _markdown(
            ["release", ""],
            [
                ["version", ref.version],
                ["date", ref.date],
                ["authors", ", ".join(a.name for a in ref.authors)],
                ["licence of the data", ", ".join(one["name"] for one in _licenses(descriptor))],
                ["archive", f"`{ref.archive}`"],
                ["fingerprint", f"`{ref.fingerprint}`"],
            ],
        ),
        "sources": _markdown(
            ["source", "title", "publisher", "kind", "from", "to", "characters"],
            [
                [
                    f"`{row['source_id']}`",
                    f"[{row['title']}](<{row['url']}>)" if row["url"] else row["title"],
                    row["publisher"],
                    row["kind"],
                    row["period_start"],
                    row["period_end"],
                    f"{int(row['characters']):,}",
                ]
                for row in tables["sources"]
            ],
        ),
        "tables": _markdown(
            ["table", "rows", "holds"],
            [
                [f"`{name}`", f"{len(tables[name]):,}", table.description]
                for name, table in descriptor.tables.items()
            ],
        ),
    }


def _marks(name: str) -> tuple[str, str]:
    return f"<!-- {name}: generated, do not edit -->", f"<!-- {name}: end -->"


def datasheet(text: str, blocks: Mapping[str, str]) -> str:
    r"""Return a datasheet with its marked parts filled in; the words around them stay as they are.

    Raises
    ------
    PackageError
        If a mark is missing, stands twice, or has no end.

    Examples
    --------
    >>> print(datasheet("Size:\n<!-- n: generated, do not edit -->\nold\n<!-- n: end -->\n", {"n": "new"}))
    Size:
    <!-- n: generated, do not edit -->
    <BLANKLINE>
    new
    <BLANKLINE>
    <!-- n: end -->
    """
    for name, block in blocks.items():
        start, end = _marks(name)
        before, found, rest = text.partition(start)
        _, closed, after = rest.partition(end)
        if not found or not closed or start in rest or end in after:
            raise PackageError(
                f"{DATASHEET}: expected the marks {start!r} and {end!r} once each, in this order; restore them"
            )
        text = f"{before}{start}\n\n{block}\n\n{end}{after}"
    return text


# -- files


def rows(package: Package, name: str) -> list[dict[str, str]]:
    """Return a table's rows, every cell as text, ``""`` where it is empty.

    Examples
    --------
    >>> from tmt_dataset.package import open_package
    >>> rows(open_package(), "sources")[0]["language"]
    'en'
    """
    table = package.descriptor.table(name)
    frame = read_text(package.read(table), table, package.where(table)).fillna("").astype("str")
    return [dict(zip(table.field_names, cells, strict=True)) for cells in frame.itertuples(index=False)]


def generated(package: Package) -> dict[str, bytes]:
    """Return every metadata file of a package: its path, and the bytes that it should have.

    ``DATASHEET.md`` is among them if the package has one: its words are written by hand, its tables are filled in.

    Parameters
    ----------
    package
        Declaration and tables.

    Returns
    -------
    dict of str to bytes
        The same for the same package on every machine.

    Raises
    ------
    PackageError
        If the package lacks what the metadata need.
    MissingExtraError
        If ruamel.yaml is not installed.

    Examples
    --------
    >>> from tmt_dataset.package import open_package
    >>> sorted(generated(open_package()))[:3]
    ['.zenodo.json', 'CITATION.cff', ...]
    """
    descriptor = package.descriptor
    tables = {name: rows(package, name) for name in descriptor.tables}
    sources = tables["sources"]
    out = {
        CFF: citation_cff(descriptor, sources),
        ZENODO: _json(zenodo(descriptor, sources)),
        CROISSANT: _json(croissant(descriptor, tables)),
        DATACITE: _json(datacite(descriptor, sources)),
        SCHEMA_ORG: _json(schema_org(descriptor, sources)),
    }
    try:
        text = package.files.read(DATASHEET).decode("utf-8")
    except KeyError:
        return out
    return out | {DATASHEET: datasheet(text, datasheet_blocks(descriptor, tables)).encode("utf-8")}
