"""A page on which readers check the text of a source that they have: its checksums and quotes, in their browser."""

from __future__ import annotations

import json
from typing import Any

from tmt_dataset.dataset import Dataset
from tmt_dataset.publish.site.content import rows
from tmt_dataset.publish.site.frame import embedded
from tmt_dataset.publish.site.parts import Parts, rendered
from tmt_dataset.validation.verbatim import unescaped

__all__ = ["TITLE", "parts"]


TITLE = "Check a source text with your own copy"


def parts(ds: Dataset) -> Parts:
    """Return the page for a frame that has the style of the site.

    Raises
    ------
    MissingExtraError
        If Jinja2 is not installed.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> "This page needs JavaScript" in parts(tmt.load()).body
    True
    """
    sources = [_source(ds, row) for row in rows(ds["sources"])]
    body = rendered(
        "prove.html.j2",
        title=TITLE,
        site=f"{ds.descriptor.name} {ds.version}",
        sources=sources,
        data=embedded(json.dumps({"sources": sources}, ensure_ascii=False, separators=(",", ":"))),
    )
    return Parts(rendered("prove.head.j2"), body)


def _source(ds: Dataset, row: dict[str, Any]) -> dict[str, Any]:
    """Return what is compared with the text of a source: checksums, segments and quotes with their offsets."""
    own = {
        name: rows(ds[name].loc[ds[name]["source_id"] == row["source_id"]]) for name in ("segments", "quotes")
    }
    segments = [
        {"name": s["segment_id"], "start": s["start"], "end": s["end"], "sha256": s["sha256"]}
        for s in own["segments"]
    ]
    quotes = [
        {
            "development": q["development_id"],
            "start": q["start"],
            "end": q["end"],
            "exact": unescaped(q["exact"]),
        }
        for q in own["quotes"]
    ]
    known = {name: row[name] for name in ("title", "characters", "sha256")}
    return {**known, "segments": segments, "quotes": quotes}
