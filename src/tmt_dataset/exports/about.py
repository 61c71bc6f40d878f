"""What a file says of itself to a reader who has nothing else: what it is, its version, citation, licence and caveats."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

import pandas as pd

from tmt_dataset.citation import apa, reference
from tmt_dataset.dataset import Dataset
from tmt_dataset.errors import PackageError, counted
from tmt_dataset.exports.tables import FLAT

__all__ = ["About", "about"]


#: The fields whose descriptions say what a count must not overlook.
_CAVEATS = (("sources", "kind"), ("developments", "date_basis"))


class About(NamedTuple):
    """The texts: labelled paragraphs, the sources with their addresses, and what each table holds."""

    title: str
    paragraphs: list[tuple[str, str]]
    sources: list[tuple[str, str, str | None]]
    sheets: dict[str, str]


def about(ds: Dataset) -> About:
    """Return what is to be said of a data set, all of it from its declaration."""
    tables = {name: table.description for name, table in ds.descriptor.tables.items()}
    view = "One row per development, codes with their labels; its identifier leads to its quotes."
    return About(ds.descriptor.title, list(_paragraphs(ds)), list(_sources(ds)), {FLAT: view, **tables})


def _paragraphs(ds: Dataset) -> Iterator[tuple[str, str]]:
    raw = ds.descriptor.raw
    # the first sentence says what it is, the others what to mind
    what, _, caveats = str(raw.get("description") or "").partition(". ")
    if what:
        yield "What it is", what.rstrip(".") + "."
    created = f" ({ds.descriptor.created:%Y-%m-%d})" if ds.descriptor.created else ""
    yield "Version", f"{ds.descriptor.name} {ds.version}{created}"
    rows, whole = len(ds["developments"]), len(ds.whole["developments"])
    yield "Extent", counted(rows, "development") + (f", a selection of {whole:,}" if rows < whole else "")
    # without an author there is nothing to be cited
    with suppress(PackageError):
        yield "Citation", apa(reference(ds.descriptor))
    for licence in raw.get("licenses") or ():
        yield "Licence", ", ".join(str(licence[key]) for key in ("title", "path") if licence.get(key))
    if caveats:
        yield "Caveats", caveats
    for table, field in _CAVEATS:
        declared = ds.descriptor.tables.get(table)
        if declared and field in declared.field_names:
            yield "Caveats", declared.field(field).description


def _sources(ds: Dataset) -> Iterator[tuple[str, str, str | None]]:
    for row in ds["sources"].to_dict("records"):
        period = " to ".join(
            f"{row[c]:%Y-%m-%d}" for c in ("period_start", "period_end") if not pd.isna(row[c])
        )
        url = row["url"] if isinstance(row["url"], str) else None
        yield str(row["source_id"]), f"{row['title']} ({period})", url
