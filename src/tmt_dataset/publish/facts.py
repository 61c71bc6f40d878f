"""What every metadata file says about a package, read once from its declaration and its sources."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tmt_dataset import citation
from tmt_dataset.cells import read_text
from tmt_dataset.citation import Agent, Reference
from tmt_dataset.descriptor import DESCRIPTOR, Descriptor, Table
from tmt_dataset.errors import PackageError
from tmt_dataset.package import Package

__all__ = [
    "METHODS",
    "QUOTES_NOTICE",
    "UP",
    "Facts",
    "Json",
    "Row",
    "agent",
    "distinct",
    "download",
    "facts",
    "json_bytes",
    "present",
]


Json = dict[str, Any]
Row = Mapping[str, str]

#: From the folder ``metadata`` to the package: addresses are relative to the file that holds them.
UP = "../"
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


@dataclass(frozen=True)
class Facts:
    """What the metadata files share.

    Attributes
    ----------
    descriptor : Descriptor
        The declaration.
    tables : mapping
        Rows of every table by its name, cells as text, ``""`` where empty.
    reference : Reference
        What a citation says.
    licenses : tuple of mapping
        Each with ``name`` (SPDX) and ``path``.
    """

    descriptor: Descriptor
    tables: Mapping[str, tuple[Row, ...]]
    reference: Reference
    licenses: tuple[Mapping[str, str], ...]

    @property
    def sources(self) -> tuple[Row, ...]:
        """The rows of the sources."""
        return self.tables["sources"]

    @property
    def description(self) -> str:
        """The description of the package, or its name."""
        return str(self.descriptor.raw.get("description") or self.descriptor.name)

    @property
    def keywords(self) -> list[str]:
        """The keywords of the package."""
        return [str(k) for k in self.descriptor.raw.get("keywords") or ()]

    @property
    def publishers(self) -> str:
        """The publishers of the sources, as words."""
        return ", ".join(distinct(row["publisher"] for row in self.sources)) or "none"

    @property
    def notice(self) -> str:
        """Whose the quotes are."""
        return QUOTES_NOTICE.format(publishers=self.publishers)

    @property
    def languages(self) -> list[str]:
        """The languages of the sources."""
        return distinct(row["language"] for row in self.sources)

    def media_type(self, table: Table) -> str:
        """Return the declared media type of a table's file."""
        raw = next(r for r in self.descriptor.raw["resources"] if r["name"] == table.name)
        return str(raw.get("mediatype") or "text/csv")


def facts(package: Package) -> Facts:
    """Read from a package what its metadata files share.

    Raises
    ------
    PackageError
        If a table cannot be read, or the descriptor lacks a contributor, a licence or ``created``.

    Examples
    --------
    >>> from tmt_dataset.package import open_package
    >>> facts(open_package()).languages
    ['en']
    """
    descriptor = package.descriptor
    reference = citation.reference(descriptor)
    if reference.date is None:
        raise PackageError(f"{DESCRIPTOR}: created is missing; the metadata need the date of the release")
    licenses = tuple(descriptor.raw.get("licenses") or ())
    if not licenses or not all(one.get("name") and one.get("path") for one in licenses):
        raise PackageError(f"{DESCRIPTOR}: licenses needs at least one entry, each with name (SPDX) and path")
    tables = {name: _rows(package, table) for name, table in descriptor.tables.items()}
    return Facts(descriptor, tables, reference, licenses)


def _rows(package: Package, table: Table) -> tuple[Row, ...]:
    frame = read_text(package.read(table), table, package.where(table)).fillna("").astype("str")
    return tuple(
        dict(zip(table.field_names, cells, strict=True)) for cells in frame.itertuples(index=False, name=None)
    )


# -- parts of JSON


def distinct(values: Iterable[str]) -> list[str]:
    """Return the values that are not empty, each once, in their order.

    Examples
    --------
    >>> distinct(["en", "", "zh", "en"])
    ['en', 'zh']
    """
    return list(dict.fromkeys(v for v in values if v))


def present(content: Json) -> Json:
    """Return an object without its empty values.

    Examples
    --------
    >>> present({"a": "", "b": None, "c": [], "d": 0})
    {'d': 0}
    """
    return {key: value for key, value in content.items() if value not in (None, "", [], {})}


def json_bytes(content: Json) -> bytes:
    """Return the bytes of a JSON file."""
    return (json.dumps(content, ensure_ascii=False, indent=2) + "\n").encode("utf-8")


def agent(one: Agent) -> Json:
    """Return a person or an organization in the terms of schema.org.

    Examples
    --------
    >>> agent(Agent("The lamp readers"))
    {'@type': 'Organization', 'name': 'The lamp readers'}
    """
    if one.family:
        names = {"name": one.name, "givenName": one.given, "familyName": one.family}
        return present({"@type": "Person", **names, "url": one.path})
    return present({"@type": "Organization", "name": one.name, "url": one.path})


def download(table: Table, media_type: str) -> Json:
    """Return the address, size and checksum of a table's file in the terms of schema.org."""
    return {
        "contentUrl": UP + table.path,
        "contentSize": f"{table.bytes} B",
        "encodingFormat": media_type,
        "sha256": (table.hash or "").removeprefix("sha256:"),
    }
