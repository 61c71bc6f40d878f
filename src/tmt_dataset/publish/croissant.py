"""Croissant 1.1, the description of a data set for machine learning, with the responsible-AI fields of Croissant RAI 1.0."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import PurePosixPath

from tmt_dataset import citation
from tmt_dataset.citation import Agent
from tmt_dataset.descriptor import DEVELOPMENT, Descriptor, Field, Table
from tmt_dataset.publish.facts import METHODS, Facts, Json, agent, download, present

__all__ = ["RAI", "croissant", "semantic"]


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
    "dataAnnotationProtocol": [
        METHODS,
        (
            "Orientation, role of AI, risks and provisions (sections 13 to 16 of the codebook): units and segments were settled before, and given to both "
            "readings. Every development has one orientation and one role of AI, at most four risks, and a provision for each addressee, modality and type. "
            "Only what the report says of the act itself is coded; a stated aim counts for risks alone. What a list of matters names without saying what is "
            "asked has the modality covers."
        ),
    ],
    "dataAnnotationPlatform": [
        "No human annotators and no annotation platform: YAML files, checked and compiled by the library that comes with the data."
    ],
    "dataAnnotationAnalysis": [
        (
            "Agreement of the two codings is machine–machine agreement, published variable by variable in validation/agreement.csv. Two readings of one kind "
            "can share their errors: high agreement shows that the rules are clear to such a reader, not that the codes are right."
        ),
        (
            "Of the coded values, provisions agree least: they need most interpretation. Use the figures of each variable in that file, and read the quote where "
            "one value matters. The two readings of orientation, role of AI, risks and provisions are in validation/requirements."
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
        "Coders: both codings were made by readings of one kind, so what such a reader overlooks may be overlooked by both.",
        (
            "Requirements: a report of a few lines names some provisions of an act and leaves out others, and a short report names fewer. Counts of provisions and "
            "risks measure what the reports tell, not what the acts contain."
        ),
    ],
    "dataLimitations": [
        "No human expert coded the sources; the labels are not a human gold standard.",
        "Orientation is that of the act as reported, not its effect; a risk is one that the report names, not one that an expert would see.",
        "Absence of an act says nothing: it may not have been reported, or not in these windows.",
        "No legal advice, no official record: the text of an act prevails over any account of it.",
    ],
    "dataUseCases": [
        "Finding acts by topic, authority, place, date or instrument, and reading the evidence for each coded value.",
        "Comparing what the sources report in like windows; following instruments from draft to effect.",
        "Finding by addressee, modality and type what the reported acts require, support or punish, and reading the words that say so.",
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


def croissant(facts: Facts) -> Json:
    """Return the description as JSON-LD.

    Files are addressed relative to ``metadata/croissant.json``. Tables are record sets, with keys and references.

    Examples
    --------
    >>> from tmt_dataset.package import open_package
    >>> from tmt_dataset.publish.facts import facts
    >>> croissant(facts(open_package()))["recordSet"][0]["key"]
    [{'@id': 'sources/source_id'}]
    """
    ref = facts.reference
    tables = facts.descriptor.tables.values()
    numeric = _numeric(facts)
    return present(
        {
            "@context": _CONTEXT,
            "@type": "sc:Dataset",
            "name": ref.title,
            "alternateName": facts.descriptor.name,
            "description": facts.description,
            "conformsTo": ["http://mlcommons.org/croissant/1.1", "http://mlcommons.org/croissant/RAI/1.0"],
            "url": ref.access,
            "version": semantic(ref.version),
            "datePublished": ref.date,
            "license": [one["path"] for one in facts.licenses],
            "copyrightNotice": facts.notice,
            "creator": [agent(a) for a in ref.authors],
            "publisher": [agent(Agent(ref.publisher))],
            "keywords": facts.keywords,
            "inLanguage": facts.languages,
            "isLiveDataset": False,
            "citeAs": citation.bibtex(ref),
            "prov:wasDerivedFrom": [{"@id": row["url"]} for row in facts.sources if row["url"]],
            **_responsible_ai(facts.publishers),
            "distribution": [_file(table, facts.media_type(table)) for table in tables],
            "recordSet": [_record_set(facts.descriptor, table, numeric) for table in tables],
        }
    )


def semantic(version: str) -> str:
    """Return a version as Semantic Versioning writes it.

    Examples
    --------
    >>> semantic("2.0.0"), semantic("2.0.0.dev")
    ('2.0.0', '2.0.0-dev')
    """
    if version.endswith(DEVELOPMENT):
        return f"{version.removesuffix(DEVELOPMENT)}-{DEVELOPMENT.removeprefix('.')}"
    return version


def _responsible_ai(publishers: str) -> Json:
    def said(text: str) -> str:
        return text.format(publishers=publishers)

    return {
        f"rai:{name}": said(text) if isinstance(text, str) else [said(part) for part in text]
        for name, text in RAI.items()
    }


def _file(table: Table, media_type: str) -> Json:
    return present(
        {
            "@type": "cr:FileObject",
            "@id": table.path,
            "name": PurePosixPath(table.path).name,
            "description": table.title,
            **download(table, media_type),
        }
    )


# -- record sets


def _numeric(facts: Facts) -> dict[tuple[str, str], bool]:
    """Return which fields a reader that infers types from the cells may take for numbers."""
    return {
        (name, field): any(re.fullmatch(r"[+-]?[0-9.]+", row[field]) for row in facts.tables[name])
        for name, table in facts.descriptor.tables.items()
        for field in table.field_names
    }


def _record_set(descriptor: Descriptor, table: Table, numeric: Mapping[tuple[str, str], bool]) -> Json:
    # the field that names a row of a vocabulary to a reader
    label = next((n for n in ("name", "label") if table.is_vocabulary and n in table.field_names), None)
    return present(
        {
            "@type": "cr:RecordSet",
            "@id": table.name,
            "name": table.name,
            "description": table.description or table.title,
            "dataType": "sc:Enumeration" if label else None,
            "key": [{"@id": f"{table.name}/{name}"} for name in table.primary_key],
            "field": [
                _field(table, field, field.name == label) | _reference(descriptor, table, field, numeric)
                for field in table.fields
            ],
        }
    )


def _field(table: Table, field: Field, is_label: bool) -> Json:
    codes = f" One of: {', '.join(field.enum)}." if field.enum else ""
    keys = [
        f" Key of {key.table}/{key.reference[key.fields.index(field.name)]}."
        for key in table.foreign_keys
        if field.name in key.fields
    ]
    content: Json = {
        "@type": "cr:Field",
        "@id": f"{table.name}/{field.name}",
        "name": field.name,
        "description": (field.description or field.title or field.name) + codes + "".join(keys),
        "dataType": _DATA_TYPES[field.type],
        "source": {"fileObject": {"@id": table.path}, "extract": {"column": field.name}},
    }
    return content | ({"equivalentProperty": "sc:name"} if is_label else {})


def _reference(
    descriptor: Descriptor, table: Table, field: Field, numeric: Mapping[tuple[str, str], bool]
) -> Json:
    """Return where a field refers to.

    A reader joins what refers to each other, and infers types from the cells: it would look for numbers among texts where codes
    are digits. Such a reference is left to the description.
    """
    out: Json = {}
    for key in table.foreign_keys:
        if field.name not in key.fields:
            continue
        target = key.reference[key.fields.index(field.name)]
        if not (numeric[table.name, field.name] or numeric[key.table, target]):
            out["references"] = {
                "fileObject": {"@id": descriptor.table(key.table).path},
                "extract": {"column": target},
            }
    return out
