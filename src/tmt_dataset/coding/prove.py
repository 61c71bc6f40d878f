"""Quotes, segments and sources against the texts themselves, and what each source's characters are accounted for by."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from tmt_dataset.checks import covered
from tmt_dataset.coding.locate import source_text
from tmt_dataset.dataset import Dataset
from tmt_dataset.descriptor import sha256
from tmt_dataset.errors import PackageNotFoundError
from tmt_dataset.findings import Finding, Report


def prove(ds: Dataset, sources: Path) -> Report:
    """Check every quote, erratum, segment and source of a data set against the source texts at hand.

    Parameters
    ----------
    ds
        The data set.
    sources
        Folder with ``<source_id>.txt``, as received (UTF-8).

    Returns
    -------
    Report
        With what was found wrong, and the sources whose text was not at hand.

    Raises
    ------
    PackageNotFoundError
        If there is no such folder.
    """
    if not sources.is_dir():
        raise PackageNotFoundError(f"{sources}: no such folder; expected the source texts as <source_id>.txt")
    findings: list[Finding] = []
    unchecked: list[str] = []
    checked = {"sources": 0, "segments": 0, "quotes": 0, "errata": 0}
    for source in ds["sources"].itertuples():
        sid = str(source.source_id)
        try:
            text = source_text(sources, sid)
        except UnicodeDecodeError as error:
            findings.append(
                Finding(
                    "prove", f"the text of {sid} is not UTF-8 ({error})", "sources", int(source.Index) + 2
                )
            )
            continue
        if text is None:
            unchecked.append(
                f"{sid}: no {sid}.txt in {sources}; its quotes and checksums were not checked against it"
            )
            continue
        checked["sources"] += 1
        row = int(source.Index) + 2
        if sha256(text.encode("utf-8")) != source.sha256:
            findings.append(
                Finding(
                    "prove",
                    "the text is not the one that was coded",
                    "sources",
                    row,
                    "sha256",
                    source.sha256,
                    sha256(text.encode("utf-8")),
                )
            )
        if len(text) != source.characters:
            findings.append(
                Finding(
                    "prove",
                    "the text has another length",
                    "sources",
                    row,
                    "characters",
                    str(source.characters),
                    str(len(text)),
                )
            )
        for s in ds["segments"].loc[ds["segments"]["source_id"] == sid].itertuples():
            checked["segments"] += 1
            found = sha256(text[int(s.start) : int(s.end)].encode("utf-8"))
            if found != s.sha256:
                findings.append(
                    Finding(
                        "prove",
                        f"segment {s.segment_id} has other characters",
                        "segments",
                        int(s.Index) + 2,
                        "sha256",
                        s.sha256,
                        found,
                    )
                )
        for table, column in (("quotes", "exact"), ("errata", "has")):
            frame = ds[table].loc[ds[table]["source_id"] == sid]
            for index, start, end, exact in zip(
                frame.index, frame["start"], frame["end"], frame[column], strict=True
            ):
                checked[table] += 1
                if text[int(start) : int(end)] != exact:
                    findings.append(
                        Finding(
                            "prove",
                            "these words do not stand at their offset",
                            table,
                            int(index) + 2,
                            column,
                            repr(exact),
                            text[int(start) : int(end)],
                            "Run `tmt-dataset build --locate SOURCES`, which finds the place or the nearest match.",
                        )
                    )
    return Report(tuple(findings), checked, tuple(unchecked))


def coverage(ds: Dataset) -> pd.DataFrame:
    """Return what each source's characters are accounted for by.

    Returns
    -------
    pandas.DataFrame
        One row a source: ``characters``, ``accounted`` (percent of the characters that lie in exactly one segment), one
        column a role (characters), ``items`` (neighbouring headings and bodies count as one), ``developments`` (first reported here), ``mentions`` (of
        developments, first or further), ``quotes``, ``quoted`` (percent), ``dated`` and ``undated`` (basis ``period``).

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> set(coverage(tmt.load())["accounted"])
    {100.0}
    """
    roles = ds.descriptor.table("segments").field("role").enum
    segments, mentions = (
        ds["segments"],
        ds["mentions"].merge(ds["segments"][["segment_id", "source_id"]], on="segment_id"),
    )
    rows: list[Mapping[str, object]] = []
    for source in ds["sources"].itertuples():
        sid = source.source_id
        own = segments.loc[segments["source_id"] == sid]
        length = (own["end"] - own["start"]).astype("int64")
        once = 2 * covered(own) - int(length.sum())  # what lies in two segments counts against
        quotes = ds["quotes"].loc[ds["quotes"]["source_id"] == sid]
        here = mentions.loc[mentions["source_id"] == sid]
        primary = ds["developments"].loc[
            ds["developments"]["development_id"].isin(here.loc[here["rank"] == "primary", "development_id"])
        ]
        reporting = own["role"].isin(["heading", "development"])
        starts_item = reporting & ~((own["role"] == "development") & (own["role"].shift() == "heading"))
        rows.append(
            {
                "source_id": sid,
                "characters": int(source.characters),
                "accounted": round(100 * once / int(source.characters), 2),
                **{role: int(length[own["role"] == role].sum()) for role in roles},
                "items": int(starts_item.sum()),
                "developments": len(primary),
                "mentions": here["development_id"].nunique(),
                "quotes": len(quotes),
                "quoted": round(100 * covered(quotes) / int(source.characters), 1),
                "dated": int((primary["date_basis"] != "period").sum()),
                "undated": int((primary["date_basis"] == "period").sum()),
            }
        )
    return pd.DataFrame(rows)
