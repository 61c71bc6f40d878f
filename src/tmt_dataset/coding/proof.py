"""Quotes, segments, sources and the words of the reports against the texts themselves."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from tmt_dataset.coding.reading import RUN, copied, numbers
from tmt_dataset.coding.terms import reporting, stems
from tmt_dataset.dataset import Dataset
from tmt_dataset.errors import PackageError, PackageNotFoundError, counted
from tmt_dataset.files import content, expanded, sha256
from tmt_dataset.guard import guarded
from tmt_dataset.search.query import TERMS
from tmt_dataset.validation.findings import Finding, Report
from tmt_dataset.validation.verbatim import escaped, unescaped

__all__ = [
    "AS_RECEIVED",
    "COUNT",
    "IN_OWN_WORDS",
    "LOCATE",
    "PUT_THERE",
    "WITH_SOURCE",
    "Proof",
    "hints",
    "prove",
    "source_text",
    "texts_folder",
]


AS_RECEIVED = "Take the text as it was received, or code the new one."
LOCATE = "Run `tmt-dataset build --locate SOURCES`, which finds the place or the nearest match."
#: The tables whose rows name their source.
WITH_SOURCE = ("sources", "segments", "quotes", "errata")
COUNT = "Run `tmt-dataset build --locate SOURCES`, which counts the words of the reports."
IN_OWN_WORDS = "Say it in words of your own; official names may stay."
PUT_THERE = "Put the text there as it was received."


@dataclass(frozen=True)
class Proof(Report):
    """What the texts at hand prove: valid if every source was checked and nothing is wrong.

    A source that could not be checked is a finding, so that no form of the report leaves it out; ``unchecked``
    names it too.
    """

    #: Sources of the data set.
    sources: tuple[str, ...] = ()
    #: Those whose text is the one that was coded, with all its quotes.
    proved: tuple[str, ...] = ()
    #: Those whose text is missing or cannot be read.
    not_checked: tuple[str, ...] = ()

    def __str__(self) -> str:
        """Return the findings, one per line, and what was proved."""
        if self.valid:
            return super().__str__()
        verdict = f"proved {len(self.proved)} of {counted(len(self.sources), 'source')}"
        if self.not_checked:
            verdict += f"; not checked: {', '.join(self.not_checked)}"
        if wrong := len(self.findings) - len(self.not_checked):
            verdict += f"; NOT valid: {counted(wrong, 'finding')}"
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
        If the folder does not exist.
    PackageError
        If the data set is not valid, so that nothing can be proved.
    """
    folder = expanded(sources)
    try:
        found = folder.is_dir()
    except OSError:  # a folder above it cannot be entered
        found = False
    if not found:
        raise PackageNotFoundError(f"{folder}: no such folder; expected the source texts as <source_id>.txt")
    return folder


def source_text(folder: Path, source_id: str) -> str | None:
    """Return a source's text as it was received, or None if it is missing.

    Raises
    ------
    UnicodeDecodeError
        If it is not UTF-8.
    PackageError
        If it cannot be read: it is a folder or a pipe, or permission is missing.
    """
    data = content(folder / f"{source_id}.txt")
    return None if data is None else data.decode("utf-8")


@guarded
def prove(ds: Dataset, sources: str | os.PathLike[str]) -> Proof:
    """Check every quote, erratum, segment, source and the words of the reports of a data set against the source texts at hand.

    Parameters
    ----------
    ds
        The data set.
    sources
        Folder with ``<source_id>.txt``, as received (UTF-8).

    Returns
    -------
    Proof
        What is wrong, and the sources that could not be checked; valid if there is neither.

    Raises
    ------
    PackageNotFoundError
        If the folder does not exist.

    Examples
    --------
    >>> import tempfile
    >>> import tmt_dataset as tmt
    >>> proof = prove(tmt.load(), tempfile.mkdtemp())  # a folder without texts proves nothing
    >>> proof.valid, proof.proved, proof.not_checked == proof.sources
    (False, (), True)
    """
    folder = texts_folder(sources)
    findings: list[Finding] = []
    unchecked: dict[str, str] = {}
    proved: list[str] = []
    checked = dict.fromkeys(WITH_SOURCE, 0)
    for source in _records(ds["sources"]):
        sid = str(source.source_id)
        place, reason = f"{sid}.txt in {folder}", "no such file"
        try:
            text = source_text(folder, sid)
        except UnicodeDecodeError as error:
            what = f"{sid}.txt is not UTF-8"
            findings.append(_finding("sources", source, "sha256", what, "UTF-8", str(error), AS_RECEIVED))
            continue
        except PackageError as error:
            text, reason = None, str(error).removeprefix(f"{folder / f'{sid}.txt'}: ")
        if text is None:
            unchecked[sid] = f"{sid}: {place}: {reason}; its quotes and checksums were not checked"
            findings.append(_finding("sources", source, "source_id", "not checked", place, reason, PUT_THERE))
            continue
        for table in WITH_SOURCE:
            checked[table] += len(_of(ds, table, sid))
        wrong = [*_wrong_text(source, text), *_wrong_places(ds, sid, text)]
        if TERMS in ds:
            checked[TERMS] = checked.get(TERMS, 0) + len(_terms(ds, sid))
            wrong += _wrong_terms(ds, sid, text)
        wrong += _copies(ds, sid, text)
        findings += wrong
        if not wrong:
            proved.append(sid)
    return Proof(
        tuple(findings),
        checked,
        tuple(unchecked.values()),
        sources=tuple(map(str, ds["sources"]["source_id"])),
        proved=tuple(proved),
        not_checked=tuple(unchecked),
    )


def hints(ds: Dataset, sources: str | os.PathLike[str]) -> list[str]:
    """Return a line for each number of a report that no figure has, and that is neither a date nor numbering.

    Most are no mistakes (a name, a rank of a list): they are for the eye of the coder, and no findings.

    Parameters
    ----------
    ds
        The data set.
    sources
        Folder with ``<source_id>.txt``; a text that is not at hand gives none.

    Raises
    ------
    PackageNotFoundError
        If the folder does not exist.
    """
    folder = texts_folder(sources)
    mentions, figures = ds["mentions"], ds["figures"]
    lines = []
    for sid in ds["sources"]["source_id"].astype("str"):
        try:
            text = source_text(folder, sid)
        except (UnicodeDecodeError, PackageError):
            continue
        segments = _of(ds, "segments", sid)
        for s in _records(segments if text is not None else segments.iloc[:0]):
            told = mentions.loc[mentions["segment_id"] == s.segment_id, "development_id"]
            if told.empty or text is None:
                continue
            values = figures.loc[figures["development_id"].isin(told), "value"]
            who = " ".join(told.astype("str"))
            lines += [
                f"{s.segment_id} ({who}): no figure has the number in {shown!r}"
                for shown in numbers(_stretch(text, s.start, s.end), values)
            ]
    return lines


def _finding(table: str, row: Any, field: str, message: str, expected: str, found: str, hint: str) -> Finding:
    return Finding("prove", message, table, row.Index + 2, field, expected, found, hint)


def _wrong_text(source: Any, text: str) -> Iterator[Finding]:
    """Compare a text with the checksum and the length of its source."""
    if (found := sha256(text.encode("utf-8"))) != source.sha256:
        what = "the text is not the one that was coded"
        yield _finding("sources", source, "sha256", what, source.sha256, found, AS_RECEIVED)
    if len(text) != source.characters:
        what, expected = "the text has another length", str(source.characters)
        yield _finding("sources", source, "characters", what, expected, str(len(text)), AS_RECEIVED)


def _wrong_places(ds: Dataset, source_id: str, text: str) -> Iterator[Finding]:
    """Compare the segments, quotes and errata of a source with its text."""
    for s in _records(_of(ds, "segments", source_id)):
        if (found := sha256(_stretch(text, s.start, s.end).encode("utf-8"))) != s.sha256:
            what = f"the text of segment {s.segment_id} differs"
            yield _finding("segments", s, "sha256", what, s.sha256, found, LOCATE)
    for table, column in (("quotes", "exact"), ("errata", "has")):
        for r in _records(_of(ds, table, source_id)):
            exact = getattr(r, column)
            if (found := _stretch(text, r.start, r.end)) != unescaped(exact):
                what = f"these words are not at {source_id} {r.start}-{r.end}"
                yield _finding(table, r, column, what, repr(exact), escaped(found), LOCATE)


def _copies(ds: Dataset, source_id: str, text: str) -> Iterator[Finding]:
    """Compare titles and summaries of the developments that a source reports with its words."""
    told = _of(ds, "segments", source_id).merge(ds["mentions"], on="segment_id")["development_id"]
    titles = ds["instruments"]["title"].astype("str").tolist()
    own = ds["developments"]
    for d in _records(own.loc[own["development_id"].isin(told)]):
        for field in ("title", "summary"):
            if run := copied(str(getattr(d, field)), text, titles):
                what = f"the {field} of {d.development_id} copies {source_id}"
                yield _finding(
                    "developments", d, field, what, f"under {RUN} words in a row", run, IN_OWN_WORDS
                )


def _terms(ds: Dataset, source_id: str) -> pd.DataFrame:
    """Return the words of the reports of a source."""
    return ds[TERMS].loc[ds[TERMS]["segment_id"].isin(_of(ds, "segments", source_id)["segment_id"])]


def _wrong_terms(ds: Dataset, source_id: str, text: str) -> Iterator[Finding]:
    """Compare the words of the reports of a source with its text."""
    rows = {(r.segment_id, r.stem): r for r in _records(_terms(ds, source_id))}
    segments: list[Any] = _of(ds, "segments", source_id).to_dict("records")
    mentions: list[Any] = ds["mentions"].to_dict("records")
    reports = [
        s
        for s in reporting(segments, mentions)
        if sha256(_stretch(text, s["start"], s["end"]).encode("utf-8"))
        == s["sha256"]  # or it is a finding of its own
    ]
    asked = {s["segment_id"] for s in reports}
    counted = {(segment, s): n for segment, count in stems(text, reports) for s, n in count.items()}
    for (segment, stem), row in rows.items():
        if segment in asked and (times := counted.get((segment, stem), 0)) != row.count:
            what = f"segment {segment} has another number of words with the stem {stem!r}"
            yield _finding(TERMS, row, "count", what, str(times), str(row.count), COUNT)
    for segment, stem in sorted(counted.keys() - rows.keys()):
        what = f"segment {segment} has words with the stem {stem!r}"
        yield Finding("prove", what, TERMS, None, "stem", "a row for it", "none", COUNT)


def _records(frame: pd.DataFrame) -> Iterable[Any]:
    """Return a frame's rows; a cell has the type of its column, which itertuples does not declare."""
    return frame.itertuples()


def _of(ds: Dataset, table: str, source_id: str) -> pd.DataFrame:
    frame = ds[table]
    return frame.loc[frame["source_id"] == source_id]


def _stretch(text: str, start: int, end: int) -> str:
    """Return the characters between two offsets, none where the text does not reach so far."""
    return text[start:end] if 0 <= start <= end <= len(text) else ""
