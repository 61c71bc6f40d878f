"""The package as it may be in two months: a further newsletter, whose developments are those of the latest one on other days.

It is invented: identifiers from TMT-9001, the words of the donor. Only what an analysis reads is changed in step.

>>> import tempfile
>>> import tmt_dataset as tmt
>>> path = with_next_source(Path(tempfile.mkdtemp()) / "next", "2025-09-01", developments=3)
>>> tmt.validate(path).valid
True
>>> ds = tmt.load(path)
>>> len(ds.developments) - len(tmt.load().developments), f"{ds.period[1]:%Y-%m-%d}"
(3, '2025-10-31')
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pandas as pd
from factories import NAME, edit_descriptor, edit_table, read_table

from tmt_dataset.descriptor import DESCRIPTOR
from tmt_dataset.edtf import bounds
from tmt_dataset.package import embedded

#: The first days of the windows that a next newsletter may have.
NEXT = ("2025-09-01", "2025-11-01", "2026-01-01", "2026-03-01", "2026-05-01", "2026-07-01")
#: Fields with a date of the development itself; what it says of other days stays.
DATES = ("date", "date_start", "date_end")


def with_next_source(folder: Path, start: str, developments: int | None = None) -> Path:
    """Write the package with a newsletter of two months more, and return its folder.

    Parameters
    ----------
    folder
        Made here.
    start
        First day of the window.
    developments
        How many developments it has; None for as many as the latest newsletter reports first.
    """
    _copy(folder)
    sources = read_table(folder, "sources")
    newsletters = sources.loc[sources["kind"] == "newsletter"].sort_values("period_end")
    donor = newsletters.iloc[-1]
    first = pd.Timestamp(start)
    last = first + pd.DateOffset(months=2) - pd.Timedelta(days=1)
    name = f"newsletter-{first:%Y-%m}"
    chosen = _first_reported(folder, donor["source_id"])[:developments]
    ids = {old: f"TMT-{9001 + n}" for n, old in enumerate(chosen)}
    for resource in json.loads((folder / DESCRIPTOR).read_text(encoding="utf-8"))["resources"]:
        fields = {field["name"] for field in resource["schema"]["fields"]}
        if fields & {"development_id", "source_id", "segment_id"} and not resource["path"].startswith(
            "validation"
        ):
            edit_table(
                folder, resource["name"], lambda t: _grown(t, donor, name, ids, first, last), rehash=False
            )
    mentioned = set(read_table(folder, "mentions")["segment_id"])
    edit_table(folder, "segments", lambda t: _without_reports(t, name, mentioned))
    edit_table(folder, "terms", lambda t: t.loc[t["segment_id"].isin(list(mentioned))])
    return folder


def _without_reports(segments: pd.DataFrame, name: str, mentioned: set[str]) -> pd.DataFrame:
    """Give the reports of which no development is left another role."""
    left = (segments["source_id"] == name) & ~segments["segment_id"].isin(list(mentioned))
    reports = left & segments["role"].isin(["heading", "development", "highlights"])
    return segments.assign(role=segments["role"].mask(reports, "boilerplate"))


def _copy(folder: Path) -> None:
    """Copy the declared files; the copy has another name, as it is no release."""
    raw = json.loads((embedded() / DESCRIPTOR).read_text(encoding="utf-8"))
    for path in (DESCRIPTOR, *(resource["path"] for resource in raw["resources"])):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(embedded() / path, folder / path)
    edit_descriptor(folder, lambda raw: {**raw, "name": NAME})


def _first_reported(folder: Path, source_id: str) -> list[str]:
    mentions = read_table(folder, "mentions")
    own = mentions["segment_id"].str.startswith(f"{source_id}:") & (mentions["rank"] == "primary")
    return mentions.loc[own, "development_id"].drop_duplicates().tolist()


def _grown(
    table: pd.DataFrame,
    donor: pd.Series,
    name: str,
    ids: dict[str, str],
    first: pd.Timestamp,
    last: pd.Timestamp,
) -> pd.DataFrame:
    """Return a table with the rows of the donor once more, under the identifiers of the next newsletter."""
    old = donor["source_id"]
    new = table
    if "source_id" in table:
        new = new.loc[new["source_id"] == old]
    if "segment_id" in table and "source_id" not in table:
        new = new.loc[new["segment_id"].str.startswith(f"{old}:")]
    if "development_id" in table:
        new = new.loc[new["development_id"].isin(list(ids))]
    new = new.apply(lambda cells: cells.str.replace(old, name))
    for column in ("development_id", "related_id"):
        if column in table:
            new[column] = new[column].map(lambda cell: ids.get(cell, cell))
    for column in ("quote_id", "figure_id", "provision_id"):
        if column in table:
            new[column] = new[column].map(lambda cell: ids.get(cell[:8], cell[:8]) + cell[8:])
    if "period_start" in table and "publisher" in table:
        days = {"period_start": f"{first:%Y-%m-%d}", "period_end": f"{last:%Y-%m-%d}"}
        new = new.assign(**days, sha256=new["sha256"].str[::-1])  # of another text
    if {*DATES} <= {*table}:
        new["date"] = [_moved(date, donor, first, last) for date in new["date"]]
        spans = [bounds(date) for date in new["date"]]
        new["date_start"], new["date_end"] = [str(a) for a, _ in spans], [str(b) for _, b in spans]
    grown: pd.DataFrame = pd.concat([table, new], ignore_index=True)
    return grown


def _moved(date: str, donor: pd.Series, first: pd.Timestamp, last: pd.Timestamp) -> str:
    """Return a date of the donor's window at its place in another window; other dates stay."""
    start, end = (pd.Timestamp(day) for day in bounds(date))
    begin, close = pd.Timestamp(donor["period_start"]), pd.Timestamp(donor["period_end"])
    if not begin <= start <= end <= close:
        return date
    low = min(first + (start - begin), last)
    high = last if end == close else min(first + (end - begin), last)  # windows differ in length
    return f"{low:%Y-%m-%d}" if low == high else f"{low:%Y-%m-%d}/{high:%Y-%m-%d}"
