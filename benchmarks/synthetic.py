"""Packages of any size in the shape of the real one: its rows again and again, under new identifiers.

Every table keeps its share of the rows, and every row its texts, lengths and references: a large package is as valid as
the real one, and its rows cost what real rows cost.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path, PurePosixPath

from tmt_dataset.descriptor import DESCRIPTOR, Descriptor, Table
from tmt_dataset.package import open_package

#: Each copy numbers its developments from another ten thousand on, and dates its sources in another decade.
DEVELOPMENTS = 10_000
YEARS = 10
#: Sources are named by a year of four digits.
MAX_COPIES = 10_000 // YEARS
#: By these an instrument is known.
NAMES = ("title", "aliases", "number")
_DEVELOPMENT = re.compile(r"TMT-(\d{4})")
_SOURCE = re.compile(r"\b(newsletter|review)-\d{3}(\d)")


def growing(descriptor: Descriptor) -> list[Table]:
    """Return the tables that grow: the data. Vocabularies, registers, records of the validation and releases do not."""
    data = (t for t in descriptor.tables.values() if PurePosixPath(t.path).parent.name == "data")
    return [t for t in data if t.name != "released"]


def identifiers(descriptor: Descriptor, table: Table) -> list[str]:
    """Return the fields of a table that hold identifiers of rows that are copied."""
    copied = growing(descriptor)
    keys = {t.primary_key[0] for t in copied if len(t.primary_key) == 1}
    keys |= {n for k in table.foreign_keys if k.table in {t.name for t in copied} for n in k.fields}
    return [n for n in table.field_names if n in keys]


def renamed(identifier: str, copy: int) -> str:
    """Return an identifier as a copy of the package has it.

    >>> renamed("TMT-0107:newsletter-2025-07:7985-8107#1", 12)
    'TMT-120107:newsletter-0125-07:7985-8107#1'
    >>> renamed("shake-to-activate-guide", 12), renamed("", 12)
    ('shake-to-activate-guide-12', '')
    """
    if not identifier:
        return ""
    new, developments = _DEVELOPMENT.subn(lambda m: f"TMT-{copy * DEVELOPMENTS + int(m[1]):04}", identifier)
    new, sources = _SOURCE.subn(lambda m: f"{m[1]}-{copy * YEARS + int(m[2]):04}", new)
    return new if developments or sources else f"{identifier}-{copy}"


def retitled(names: str, copy: int) -> str:
    """Return the title, aliases or number of an instrument as a copy of the package has it: no two share a name.

    >>> retitled("Lamp Rules | [Rules for lamps]", 12)
    'Lamp Rules 12 | [Rules for lamps 12]'
    """
    return (
        " | ".join(re.sub(r"\]?$", rf" {copy}\g<0>", n, count=1) for n in names.split(" | ")) if names else ""
    )


def copied(descriptor: Descriptor, table: Table, rows: list[list[str]], copies: int) -> Iterator[list[str]]:
    """Yield the rows of a table as often as asked, each copy under its own identifiers."""
    ids = [table.field_names.index(n) for n in identifiers(descriptor, table)]
    names = [table.field_names.index(n) for n in NAMES] if table.name == "instruments" else []
    unique = [n for n, f in enumerate(table.fields) if f.unique and n not in ids]
    for copy in range(copies):
        for row in rows:
            new = list(row)
            for n in ids:
                new[n] = renamed(row[n], copy)
            for n in names:
                new[n] = retitled(row[n], copy)
            for n in unique:
                new[n] = hashlib.sha256(f"{copy} {row[n]}".encode()).hexdigest()[: table.fields[n].max_length]
            yield new


def make(folder: Path, rows: int) -> tuple[Path, int]:
    """Write a package whose growing tables have about as many rows, and return its folder and how many they have.

    Raises
    ------
    ValueError
        If there are no names for so many sources.
    """
    package = open_package()
    descriptor = package.descriptor
    read = {
        t.name: list(csv.reader(package.read(t).decode().splitlines())) for t in descriptor.tables.values()
    }
    grown = {t.name for t in growing(descriptor)}
    rows_of_one = sum(len(read[name]) - 1 for name in grown)
    copies = max(1, round(rows / rows_of_one))
    if copies > MAX_COPIES:
        raise ValueError(f"{rows:,} rows take {copies:,} copies, and there are names for {MAX_COPIES:,}")
    for table in descriptor.tables.values():
        target = folder / table.path
        target.parent.mkdir(parents=True, exist_ok=True)
        header, *lines = read[table.name]
        with target.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(header)
            # the first copy has new names too, so tables that do not grow follow it
            writer.writerows(copied(descriptor, table, lines, copies if table.name in grown else 1))
    raw = deepcopy(dict(descriptor.raw))
    for resource in raw["resources"]:
        data = (folder / resource["path"]).read_bytes()
        resource["bytes"], resource["hash"] = len(data), f"sha256:{hashlib.sha256(data).hexdigest()}"
    # four digits number ten thousand developments; a larger package needs more
    text = json.dumps(raw, indent=2, ensure_ascii=False).replace(r"TMT-\\d{4}", r"TMT-\\d{4,7}")
    # a pattern that is not the library's own has to be cheap
    text = text.replace(r"\\d+", r"\\d{1,7}")
    (folder / DESCRIPTOR).write_text(text + "\n", encoding="utf-8")
    return folder, copies * rows_of_one
