"""Packages of any size in the shape of the real one: its rows again and again, under new identifiers.

Every table keeps its share of the rows, every row its texts, lengths and references, so that a large package is as valid
as the one it is made of and costs what real rows cost.
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from pathlib import Path

from tmt_dataset.descriptor import DESCRIPTOR, Descriptor, Table
from tmt_dataset.package import open_package

#: A copy's developments are numbered from its own ten thousand on, its sources dated in its own ten years.
DEVELOPMENTS = 10_000
YEARS = 10
#: Sources are named by a year of four places.
MAX_COPIES = 10_000 // YEARS
_DEVELOPMENT = re.compile(r"TMT-(\d{4})")
_SOURCE = re.compile(r"\b(newsletter|review)-\d{3}(\d)")


def compiled(descriptor: Descriptor) -> list[Table]:
    """Return the tables that grow; vocabularies and registers stay as they are."""
    return [t for t in descriptor.tables.values() if not t.is_vocabulary]


def identifiers(descriptor: Descriptor, table: Table) -> list[str]:
    """Return the fields of a table that hold identifiers of rows that are copied."""
    growing = {t.name for t in compiled(descriptor)}
    keys = [n for n in table.primary_key if len(table.primary_key) == 1]
    return list({*keys, *(n for k in table.foreign_keys if k.table in growing for n in k.fields)})


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


def make(folder: Path, rows: int) -> tuple[Path, int]:
    """Write a package of about as many rows, and return its folder and how many it has.

    Raises
    ------
    ValueError
        If there are no names for so many sources.
    """
    descriptor, files = open_package()
    read = {t.name: list(csv.reader(files.read(t.path).decode().splitlines())) for t in compiled(descriptor)}
    rows_of_one = sum(len(lines) - 1 for lines in read.values())
    copies = max(1, round(rows / rows_of_one))
    if copies > MAX_COPIES:
        raise ValueError(f"{rows:,} rows take {copies:,} copies, and there are names for {MAX_COPIES:,}")
    for table in descriptor.tables.values():
        target = folder / table.path
        target.parent.mkdir(parents=True, exist_ok=True)
        if table.is_vocabulary:
            target.write_bytes(files.read(table.path))
            continue
        ids = [table.field_names.index(n) for n in identifiers(descriptor, table)]
        unique = [n for n, f in enumerate(table.fields) if f.unique and n not in ids]
        with target.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(table.field_names)
            for copy in range(copies):
                for row in read[table.name][1:]:
                    new = list(row)
                    for n in ids:
                        new[n] = renamed(row[n], copy)
                    for n in unique:
                        new[n] = hashlib.sha256(f"{copy} {row[n]}".encode()).hexdigest()
                    writer.writerow(new)
    raw = json.loads(files.read(DESCRIPTOR))
    for resource in raw["resources"]:
        data = (folder / resource["path"]).read_bytes()
        resource["bytes"], resource["hash"] = len(data), f"sha256:{hashlib.sha256(data).hexdigest()}"
    # four places number ten thousand developments; a larger package needs more of them
    text = json.dumps(raw, indent=2, ensure_ascii=False).replace(r"TMT-\\d{4}", r"TMT-\\d{4,7}")
    (folder / DESCRIPTOR).write_text(text + "\n", encoding="utf-8")
    return folder, copies * rows_of_one
