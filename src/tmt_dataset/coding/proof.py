"""Quotes, segments and sources against the texts themselves."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from tmt_dataset.dataset import Dataset
from tmt_dataset.errors import PackageNotFoundError
from tmt_dataset.files import sha256
from tmt_dataset.validation.findings import Finding, Report

AS_RECEIVED = "Take the text as it was received, or code the new one."
LOCATE = "Run `tmt-dataset build --locate SOURCES`, which finds the place or the nearest match."
PUT_THERE = "Put the text there as it was received."


@dataclass(frozen=True)
class Proof(Report):
    """What the texts at hand prove: valid where every source was checked and nothing was found wrong.

    A source that could not be checked is a finding, so that no form of the report leaves it out; ``unchecked``
    says it too.
    """

    #: Sources of the data set.
    sources: tuple[str, ...] = ()
    #: Those whose text was checked, and is the one that was coded, with all its quotes.
    proved: tuple[str, ...] = ()
    #: Those whose text was not at hand, or no text.
    not_checked: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the findings a line each, and what was proved."""
        if self.valid:
            return super().__str__()
        verdict = f"proved {len(self.proved)} of {len(self.sources)} sources"
        if self.not_checked:
            verdict += f"; not checked: {', '.join(self.not_checked)}"
        if wrong := len(self.findings) - len(self.not_checked):
            verdict += f"; NOT valid: {wrong} findings"
        if self.sources and len(self.not_checked) == len(self.sources):
            verdict += ". No text was checked: name the folder that holds <source_id>.txt of each source"
        return "\n".join([*map(str, self.findings), verdict])

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data, for JSON."""
        of = {"sources": list(self.sources), "proved": list(self.proved)}
        return {**super().to_dict(), **of, "not_checked": list(self.not_checked)}


def texts_folder(sources: str | os.PathLike[str]) -> Path:
    """Return the folder of source texts as a path.

    Raises
    ------
    PackageNotFoundError
        If there is no such folder.
    """
    folder = Path(sources)
    try:
        found = folder.is_dir()
    except OSError:  # a folder above it cannot be entered
        found = False
    if not found:
        raise PackageNotFoundError(f"{folder}: no such folder; expected the source texts as <source_id>.txt")
    return folder


def source_text(folder: Path, source_id: str) -> str | None:
    """Return a source's text as it was received, or None where it is not at hand.

    Raises
    ------
    UnicodeDecodeError
        If it is not UTF-8.
    OSError
        If what has its name cannot be read: a folder, or a file that is not for this user.
    """
    try:
        return (folder / f"{source_id}.txt").read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None


def prove(ds: Dataset, sources: str | os.PathLike[str]) -> Proof:
    """Check every quote, erratum, segment and source of a data set against the source texts at hand.

    Parameters
    ----------
    ds
        The data set.
    sources
        Folder with ``<source_id>.txt``, as received (UTF-8).

    Returns
    -------
    Proof
        With what was found wrong, and the sources that could not be checked: it is valid where there is
        neither.

    Raises
    ------
    PackageNotFoundError
        If there is no such folder.

    Examples
    --------
    >>> import tempfile
    >>> import tmt_dataset as tmt
    >>> proof = prove(tmt.load(), tempfile.mkdtemp())  # a folder without texts proves nothing
    >>> proof.valid, proof.proved, proof.not_checked == proof.sources
    (False, (), True)
    """
    sources = texts_folder(sources)
    findings: list[Finding] = []
    unchecked: dict[str, str] = {}
    proved: list[str] = []
    checked = {"sources": 0, "segments": 0, "quotes": 0, "errata": 0}

    def wrong(message: str, table: str, index: int, field: str, expected: str, found: str, hint: str) -> None:
        findings.append(Finding("prove", message, table, index + 2, field, expected, found, hint))

    for source in _records(ds["sources"]):
        sid = str(source.source_id)
        before = len(findings)
        try:
            text = source_text(sources, sid)
        except UnicodeDecodeError as error:
            wrong(
                f"{sid}.txt is not UTF-8", "sources", source.Index, "sha256", "UTF-8", str(error), AS_RECEIVED
            )
            continue
        except OSError as error:
            text, lacks, found = None, f"{sid}.txt in {sources} is no readable text", str(error.strerror)
        else:
            lacks, found = f"no {sid}.txt in {sources}", "no such file"
        if text is None:
            unchecked[sid] = f"{sid}: {lacks}; its quotes and checksums were not checked against it"
            expected = f"{sid}.txt in {sources}"
            wrong("not checked", "sources", source.Index, "source_id", expected, found, PUT_THERE)
            continue
        checked["sources"] += 1
        found = sha256(text.encode("utf-8"))
        if found != source.sha256:
            message = "the text is not the one that was coded"
            wrong(message, "sources", source.Index, "sha256", source.sha256, found, AS_RECEIVED)
        if len(text) != source.characters:
            expected, found = str(source.characters), str(len(text))
            message = "the text has another length"
            wrong(message, "sources", source.Index, "characters", expected, found, AS_RECEIVED)
        for s in _records(_of(ds, "segments", sid)):
            checked["segments"] += 1
            found = sha256(_stretch(text, s.start, s.end).encode("utf-8"))
            if found != s.sha256:
                message = f"segment {s.segment_id} has other characters"
                wrong(message, "segments", s.Index, "sha256", s.sha256, found, LOCATE)
        for table, column in (("quotes", "exact"), ("errata", "has")):
            for r in _records(_of(ds, table, sid)):
                checked[table] += 1
                exact, found = getattr(r, column), _stretch(text, r.start, r.end)
                if found != exact:
                    message = f"these words do not stand at {sid} {r.start}-{r.end}"
                    wrong(message, table, r.Index, column, repr(exact), found, LOCATE)
        if len(findings) == before:
            proved.append(sid)
    return Proof(
        tuple(findings),
        checked,
        tuple(unchecked.values()),
        sources=tuple(map(str, ds["sources"]["source_id"])),
        proved=tuple(proved),
        not_checked=tuple(unchecked),
    )


def _records(frame: pd.DataFrame) -> Iterable[Any]:
    """Return a frame's rows; a cell has the type of its column, which itertuples does not declare."""
    return frame.itertuples()


def _of(ds: Dataset, table: str, source_id: str) -> pd.DataFrame:
    frame = ds[table]
    return frame.loc[frame["source_id"] == source_id]


def _stretch(text: str, start: int, end: int) -> str:
    """Return the characters between two offsets, none where the text does not reach so far."""
    return text[start:end] if 0 <= start <= end <= len(text) else ""
