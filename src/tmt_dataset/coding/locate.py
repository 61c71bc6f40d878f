"""Fills in the offsets of new quotes and segments from the source text."""

from __future__ import annotations

import difflib
import io
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tmt_dataset.coding.annotation import Source, line_of, misnamed, problems, read_yaml, yaml
from tmt_dataset.coding.proof import source_text, texts_folder
from tmt_dataset.errors import AnnotationError, QuoteNotFoundError
from tmt_dataset.files import sha256, update

if TYPE_CHECKING:  # elsewhere it is the module of annotations that asks for YAML, and says what is missing
    from ruamel.yaml.comments import CommentedMap, CommentedSeq


def nearest(quote: str, text: str) -> str | None:
    """Return the stretch of a text that is most like a quote, or None where nothing is.

    Examples
    --------
    >>> nearest("only 93 services were filed", "In June, only 93 AI services were filed with it.")
    'only 93 AI services were filed'
    """
    matcher = difflib.SequenceMatcher(None, text, quote, autojunk=False)
    blocks = [b for b in matcher.get_matching_blocks() if b.size > 3]
    if not blocks or sum(b.size for b in blocks) < len(quote) / 2:
        return None
    anchor = max(blocks, key=lambda b: b.size)
    span = [b for b in blocks if abs((b.a - b.b) - (anchor.a - anchor.b)) <= len(quote)]
    return text[min(b.a for b in span) : max(b.a + b.size for b in span)]


def _flow(values: list[int]) -> CommentedSeq:
    from ruamel.yaml.comments import CommentedSeq

    seq = CommentedSeq(values)
    seq.fa.set_flow_style()
    return seq


def offsets(quote: str, text: str, at: list[int] | None = None) -> list[int]:
    """Return where a quote stands in a text.

    Parameters
    ----------
    quote, text
        The words, and where to look for them.
    at
        Offsets given already: kept where they are right, so they settle which of several places is meant.

    Raises
    ------
    QuoteNotFoundError
        If it is not there (with the nearest match), or is there more than once.

    Examples
    --------
    >>> offsets("two", "one two three")
    [4, 7]
    """
    if at is not None and at[0] >= 0 and text[at[0] : at[1]] == quote and at[1] == at[0] + len(quote):
        return at
    places = [m.start() for m in re.finditer(f"(?={re.escape(quote)})", text)]
    if len(places) == 1:
        return [places[0], places[0] + len(quote)]
    if places:
        raise QuoteNotFoundError(
            f"the quote stands {len(places)} times, at {', '.join(map(str, places[:5]))}: "
            f"lengthen it, or give `at`: {quote[:80]!r}"
        )
    found = nearest(quote, text)
    raise QuoteNotFoundError(
        f"the quote does not stand in the source: {quote[:80]!r}; "
        + (f"nearest: {found[:120]!r}" if found else "nothing like it is there")
    )


def _set(node: CommentedMap, at: list[int], position: int = 0) -> None:
    """Set offsets where they stand, or at their usual place, so that all files look alike."""
    if "at" in node:
        node["at"] = _flow(at)
    else:
        node.insert(position, "at", _flow(at))


def _starts(segments: Sequence[Any], text: str) -> tuple[list[int], list[tuple[int, str]]]:
    """Return where each segment starts, and what is wrong with which of them."""
    starts: list[int] = []
    wrong: list[tuple[int, str]] = []
    position = 0
    for i, s in enumerate(segments):
        here, problem = position, ""
        if s.get("starts") is not None:
            here = text.find(s["starts"], position)
            if here < 0:
                problem = f"its first words do not stand after offset {position}"
                if found := nearest(s["starts"], text[position:]):
                    problem += f"; nearest: {found!r}"
        elif s.get("at") is not None:
            here, end = s["at"]
            shown = f"found [{here}, {end}]; correct them, or give `starts` (its first words) instead"
            if not 0 <= here < end <= len(text):
                problem = (
                    f"expected offsets in the text (0 to {len(text)}), the start before the end, {shown}"
                )
            elif here < position:
                problem = f"expected a start after that of the segment before, {position - 1}, {shown}"
        else:
            problem = "expected `starts` (its first words) or `at`, found neither"
        if problem:
            wrong.append((i, problem))
            here = position
        starts.append(here)
        position = here + 1
    return starts, wrong


def _gaps(segments: Sequence[Any], starts: Sequence[int], length: int) -> list[tuple[int, str]]:
    """Return which segments leave a gap or overlap: before the first, and where two have offsets already.

    The end of a segment before a new one, which names its first words, is the new one's start.
    """
    wrong = []
    if starts[0] > 0:
        wrong.append((0, f"expected the first segment to start at 0, found {starts[0]}; let it begin there"))
    following = [*zip(starts[1:], segments[1:], strict=True), (length, {})]
    for i, (s, (start, after)) in enumerate(zip(segments, following, strict=True)):
        if s.get("starts") is None and after.get("starts") is None and s["at"][1] != start:
            what = f"where {after['id']} starts" if after else "where the text ends"
            wrong.append(
                (i, f"expected its end at {start}, {what}, found [{s['at'][0]}, {s['at'][1]}]; correct one")
            )
    return wrong


def fill(node: Any, text: str, path: Path) -> list[str]:
    """Fill in offsets and segment checksums in a read annotation file; return what could not be found.

    Segments that name their first words (``starts``) are laid out from each start to the next one. Offsets that
    are given already are kept: those of a segment must lie in the text, in order, and leave no gap to those
    of the next one.

    Parameters
    ----------
    node
        The file as :func:`tmt_dataset.coding.annotation.read_yaml` gives it, in the declared format.
    text
        Its source.
    path
        The file's name for messages.
    """
    segments = node["segments"]
    starts, lacks = _starts(segments, text)
    if not lacks:
        lacks = _gaps(segments, starts, len(text))
    wrong = [
        f"{path}:{line_of(node, ('segments', i))}: {segments[i]['id']}: {problem}" for i, problem in lacks
    ]
    if not wrong:
        for s, start, end in zip(segments, starts, [*starts[1:], len(text)], strict=True):
            s.pop("starts", None)
            _set(s, [start, end], position=1)
            s["sha256"] = sha256(text[start:end].encode("utf-8"))

    def place(record: Any, words: str, where: tuple[int | str, ...], owner: str = "") -> None:
        try:
            _set(record, offsets(words, text, record.get("at")))
        except QuoteNotFoundError as error:
            wrong.append(f"{path}:{line_of(node, where)}: {owner}{error}")

    for group, key in (("developments", "id"), ("reported_elsewhere", "development")):
        for i, record in enumerate(node.get(group) or []):
            for k, quote in enumerate(record.get("quotes") or []):
                place(quote, quote["text"], (group, i, "quotes", k), f"{record[key]}: ")
    for i, erratum in enumerate(node.get("errata") or []):
        place(erratum, erratum["has"], ("errata", i))
    return wrong


def _other_text(source: Source, text: str, node: Any, path: Path, at: Path) -> list[str]:
    """Say where a text is not the one that an annotation is of: offsets in it would prove nothing."""
    found = {"sha256": sha256(text.encode("utf-8")), "characters": len(text)}
    return [
        f"{path}:{line_of(node, ('source', key))}: source.{key}: expected {getattr(source, key)}, found {value} "
        f"in {at}; take the text as it was received, or, where this text is to be coded, correct {key}"
        for key, value in found.items()
        if value != getattr(source, key)
    ]


def locate(annotations: Path, sources: str | os.PathLike[str]) -> list[str]:
    """Fill in the offsets of all annotation files whose source is at hand, and return the files that changed.

    Raises
    ------
    PackageNotFoundError
        If there is no such folder of sources.
    PackageError
        If a file cannot be written.
    AnnotationError
        If a file breaks the format, or a source cannot be read or is not the one that its annotation declares;
        then no file is written.
    QuoteNotFoundError
        Listing every quote that is not in its source, or is there twice; then no file is written.
    """
    sources = texts_folder(sources)
    broken = misnamed(annotations)
    wrong: list[str] = []
    new: dict[Path, bytes] = {}
    for path in sorted(annotations.glob("*.yaml")):
        try:
            text = source_text(sources, path.stem)
            if text is None:
                continue
            node = read_yaml(path)
        except UnicodeDecodeError as error:
            broken.append(f"{sources / path.stem}.txt: not UTF-8 ({error}); keep the text as it was received")
            continue
        except AnnotationError as error:
            broken.append(str(error))
            continue
        except OSError as error:
            broken.append(f"{sources / path.stem}.txt: no readable text ({error.strerror})")
            continue
        annotation, found = problems(path, node, {})  # codes are judged when the tables are built
        if annotation is not None:
            found = _other_text(annotation.source, text, node, path, sources / f"{path.stem}.txt")
        if found:
            broken += found
            continue
        wrong += fill(node, text, path)
        stream = io.StringIO()
        yaml().dump(node, stream)
        data = stream.getvalue().encode("utf-8")
        if data != path.read_bytes():
            new[path] = data
    if broken:
        raise AnnotationError("\n".join(broken))
    if wrong:
        raise QuoteNotFoundError("\n".join(wrong))
    return [str(path) for path, data in new.items() if update(path, data)]
