"""The metadata files that catalogues, archives and search engines read.

``CITATION.cff`` (GitHub, Zenodo, reference managers), ``.zenodo.json`` (a deposit), and under ``metadata/``: Croissant (machine learning),
DataCite (DOI registration) and schema.org (search engines). Everything is derived from the declaration and the tables, without clock,
machine or network: equal packages give equal bytes.
"""

from __future__ import annotations

import io
from html import escape
from pathlib import PurePosixPath

from tmt_dataset import citation
from tmt_dataset.addresses import Addresses
from tmt_dataset.citation import Agent
from tmt_dataset.descriptor import Table
from tmt_dataset.errors import MissingExtraError
from tmt_dataset.package import Package
from tmt_dataset.publish.croissant import croissant
from tmt_dataset.publish.facts import (
    METHODS,
    Facts,
    Json,
    Row,
    agent,
    distinct,
    download,
    facts,
    json_bytes,
    present,
)

__all__ = [
    "CFF",
    "CITE_NOTICE",
    "CROISSANT",
    "DATACITE",
    "PLACE",
    "SCHEMA_ORG",
    "ZENODO",
    "citation_cff",
    "datacite",
    "generated",
    "schema_org",
    "zenodo",
]


CFF, ZENODO = "CITATION.cff", ".zenodo.json"
CROISSANT, DATACITE, SCHEMA_ORG = (
    "metadata/croissant.json",
    "metadata/datacite.json",
    "metadata/schema-org.json",
)
#: What the developments of the data set have in common.
PLACE = "China"
CITE_NOTICE = (
    "If you use this data set, please cite the version that you used. `tmt-dataset cite` prints the citation of the release in hand, and of a "
    "single development, in APA, BibTeX, RIS and CSL-JSON."
)


def generated(package: Package) -> dict[str, bytes]:
    """Return every metadata file of a package, by path.

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
    known = facts(package)
    return {
        CFF: citation_cff(known),
        ZENODO: json_bytes(zenodo(known)),
        CROISSANT: json_bytes(croissant(known)),
        DATACITE: json_bytes(datacite(known)),
        SCHEMA_ORG: json_bytes(schema_org(known)),
    }


# -- Citation File Format


def citation_cff(facts: Facts) -> bytes:
    """Return ``CITATION.cff`` (Citation File Format 1.2.0). The sources are listed as references, which credits their publisher.

    Raises
    ------
    MissingExtraError
        If ruamel.yaml is not installed.

    Examples
    --------
    >>> from tmt_dataset.package import open_package
    >>> from tmt_dataset.publish.facts import facts
    >>> print(citation_cff(facts(open_package())).decode())
    cff-version: 1.2.0
    message: ...
    """
    try:
        from ruamel.yaml import YAML
    except ImportError:
        raise MissingExtraError('CITATION.cff needs ruamel.yaml: pip install "tmt-dataset[coding]"') from None
    yaml = YAML()
    yaml.default_flow_style = False
    yaml.width = 1_000_000  # a text is one line, however long: no fold depends on the writer's version
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    yaml.dump(_cff_content(facts), stream)
    return stream.getvalue().encode("utf-8")


def _cff_content(facts: Facts) -> Json:
    ref = facts.reference
    names = [one["name"] for one in facts.licenses]
    identifier = {
        "type": "other",
        "value": ref.fingerprint,
        "description": f"Fingerprint of the data of version {ref.version} ({citation.UNRELEASED if ref.development else ref.archive})",
    }
    return present(
        {
            "cff-version": "1.2.0",
            "message": CITE_NOTICE,
            "type": "dataset",
            "title": ref.title,
            "abstract": facts.description,
            "authors": [_cff_agent(a) for a in ref.authors],
            "version": ref.version,
            "date-released": ref.date,
            "license": names[0] if len(names) == 1 else names,
            "doi": ref.doi,
            "url": ref.url,
            "identifiers": [identifier],
            "keywords": facts.keywords,
            "references": [_cff_source(row) for row in facts.sources],
        }
    )


def _cff_agent(one: Agent) -> Json:
    if one.family:
        return present({"family-names": one.family, "given-names": one.given, "website": one.path})
    return present({"name": one.name, "website": one.path})


def _cff_source(row: Row) -> Json:
    return present(
        {
            "type": "generic",
            "title": row["title"],
            "authors": [{"name": row["publisher"]}],
            "url": row["url"],
            "notes": "A source of the data set",
        }
    )


# -- DataCite


def datacite(facts: Facts) -> Json:
    """Return the record for DataCite (schema 4.5), ready for registration but for the DOI where there is none yet.

    Examples
    --------
    >>> from tmt_dataset.package import open_package
    >>> from tmt_dataset.publish.facts import facts
    >>> datacite(facts(open_package()))["types"]["resourceTypeGeneral"]
    'Dataset'
    """
    ref = facts.reference
    tables = facts.descriptor.tables.values()
    fingerprint = {
        "alternateIdentifier": ref.fingerprint,
        "alternateIdentifierType": "Fingerprint (SHA-256 of the tables' checksums)",
    }
    return present(
        {
            "schemaVersion": "http://datacite.org/schema/kernel-4",
            "doi": ref.doi,
            "url": ref.url,
            "types": {"resourceTypeGeneral": "Dataset", "resourceType": "Content analysis"},
            "creators": [_datacite_agent(a) for a in ref.authors],
            "titles": [{"title": ref.title, "lang": "en"}],
            "publisher": {"name": ref.publisher},
            "publicationYear": ref.year,
            "dates": [{"date": ref.date, "dateType": "Issued"}],
            "language": "en",
            "version": ref.version,
            "subjects": [{"subject": word} for word in facts.keywords],
            "descriptions": _datacite_descriptions(facts),
            "rightsList": _datacite_rights(facts),
            "alternateIdentifiers": [fingerprint],
            "relatedIdentifiers": [_datacite_source(row) for row in facts.sources if row["url"]],
            "geoLocations": [{"geoLocationPlace": PLACE}],
            "sizes": [f"{len(tables)} tables", f"{sum(t.bytes or 0 for t in tables)} bytes"],
            "formats": distinct(facts.media_type(t) for t in tables),
        }
    )


def _datacite_agent(one: Agent) -> Json:
    if one.family:
        names = {"name": one.inverted, "nameType": "Personal"}
        return present({**names, "givenName": one.given, "familyName": one.family})
    return {"name": one.name, "nameType": "Organizational"}


def _datacite_descriptions(facts: Facts) -> list[Json]:
    texts = {
        "Abstract": facts.description,
        "Methods": METHODS,
        "TechnicalInfo": f"{facts.reference.identified}.",
    }
    return [{"description": text, "descriptionType": kind, "lang": "en"} for kind, text in texts.items()]


def _datacite_rights(facts: Facts) -> list[Json]:
    licenses = [
        {
            "rights": one.get("title", one["name"]),
            "rightsUri": one["path"],
            "rightsIdentifier": one["name"],
            "rightsIdentifierScheme": "SPDX",
            "schemeUri": "https://spdx.org/licenses/",
        }
        for one in facts.licenses
    ]
    return [*licenses, {"rights": facts.notice}]


def _datacite_source(row: Row) -> Json:
    return {
        "relatedIdentifier": row["url"],
        "relatedIdentifierType": "URL",
        "relationType": "IsDerivedFrom",
        "resourceTypeGeneral": "Text",
    }


# -- Zenodo


def zenodo(facts: Facts) -> Json:
    """Return ``.zenodo.json``: what Zenodo takes for a deposit of a release.

    Examples
    --------
    >>> from tmt_dataset.package import open_package
    >>> from tmt_dataset.publish.facts import facts
    >>> zenodo(facts(open_package()))["upload_type"]
    'dataset'
    """
    ref = facts.reference
    paragraphs = [facts.description, METHODS, facts.notice]  # Zenodo shows a description as HTML
    return present(
        {
            "title": ref.title,
            "upload_type": "dataset",
            "description": "".join(f"<p>{escape(p, quote=False)}</p>" for p in paragraphs),
            "creators": [{"name": a.inverted} for a in ref.authors],
            "version": ref.version,
            "publication_date": ref.date,
            "doi": ref.doi,
            "access_right": "open",
            "license": facts.licenses[0]["name"],
            "language": "eng",
            "keywords": facts.keywords,
            "notes": f"{ref.identified}.",
            "related_identifiers": [_zenodo_source(row) for row in facts.sources if row["url"]],
        }
    )


def _zenodo_source(row: Row) -> Json:
    return {
        "identifier": row["url"],
        "scheme": "url",
        "relation": "isDerivedFrom",
        "resource_type": "publication-other",
    }


# -- schema.org


def schema_org(facts: Facts) -> Json:
    """Return the schema.org description (JSON-LD) that search engines for data sets read.

    Examples
    --------
    >>> from tmt_dataset.package import open_package
    >>> from tmt_dataset.publish.facts import facts
    >>> schema_org(facts(open_package()))["@type"]
    'Dataset'
    """
    ref = facts.reference
    fingerprint = {"@type": "PropertyValue", "propertyID": "fingerprint", "value": ref.fingerprint}
    return present(
        {
            "@context": "https://schema.org/",
            "@type": "Dataset",
            "@id": Addresses(facts.descriptor.name, ref.version).release(),
            "name": ref.title,
            "alternateName": facts.descriptor.name,
            "description": facts.description,
            "url": ref.access,
            "identifier": [*([f"https://doi.org/{ref.doi}"] if ref.doi else []), fingerprint],
            "version": ref.version,
            "datePublished": ref.date,
            "creator": [agent(a) for a in ref.authors],
            "publisher": agent(Agent(ref.publisher)),
            "license": [one["path"] for one in facts.licenses],
            "copyrightNotice": facts.notice,
            "isAccessibleForFree": True,
            "keywords": facts.keywords,
            "inLanguage": facts.languages,
            "temporalCoverage": sorted(
                {f"{row['period_start']}/{row['period_end']}" for row in facts.sources}
            ),
            "spatialCoverage": {"@type": "Place", "name": PLACE},
            "measurementTechnique": METHODS,
            "creditText": citation.apa(ref),
            "isBasedOn": [_schema_org_source(facts, row) for row in facts.sources],
            "hasPart": [_schema_org_table(facts, table) for table in facts.descriptor.tables.values()],
        }
    )


def _schema_org_source(facts: Facts, row: Row) -> Json:
    return present(
        {
            "@type": "CreativeWork",
            "@id": row["url"]
            or Addresses(facts.descriptor.name, facts.reference.version).text(row["source_id"]),
            "name": row["title"],
            "url": row["url"],
            "publisher": {"@type": "Organization", "name": row["publisher"]},
            "inLanguage": row["language"],
        }
    )


def _schema_org_table(facts: Facts, table: Table) -> Json:
    fields = [
        {
            "@type": "PropertyValue",
            "name": field.name,
            "alternateName": field.title,
            "description": field.description,
        }
        for field in table.fields
    ]
    on = Addresses(facts.descriptor.name, facts.reference.version)
    return {
        "@type": "Dataset",
        "@id": on.table(table.name),
        "name": table.title or table.name,
        "description": table.description or table.title,
        "creator": [agent(a) for a in facts.reference.authors],
        "license": [one["path"] for one in facts.licenses],
        "variableMeasured": [present(field) for field in fields],
        "distribution": {
            "@type": "DataDownload",
            "name": PurePosixPath(table.path).name,
            **download(table, facts.media_type(table)),
        },
    }
