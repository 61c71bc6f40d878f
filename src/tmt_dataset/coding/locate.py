"""Fills in the offsets of new quotes and segments from the source text."""

from __future__ import annotations

import difflib
import io
import re
from pathlib import Path
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from tmt_dataset import atomic
from tmt_dataset.coding.annotation import _line, problems, read_yaml, yaml
from tmt_dataset.descriptor import sha256
from tmt_dataset.errors import AnnotationError, PackageNotFoundError, QuoteNotFoundError


def source_text(folder: Path, source_id: str) -> str | None:
    """Return a source's text as it was received, or None where it is not at hand."""
    path = folder / f"{source_id}.txt"
    return path.read_bytes().decode("utf-8") if path.is_file() else None


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


def fill(node: Any, text: str, path: Path) -> list[str]:
    """Fill in offsets and segment checksums in a read annotation file; return what could not be found.

    Segments that name their first words (``starts``) are laid out from each start to the next one.

    Parameters
    ----------
    node
        The file as :func:`tmt_dataset.coding.annotation.read_yaml` gives it, in the declared format.
    text
        Its source.
    path
        The file's name for messages.
    """
    wrong: list[str] = []
    segments = node["segments"]
    starts: list[int] = []
    position = 0
    for i, s in enumerate(segments):
        here = -1
        if s.get("starts") is not None:
            here = text.find(s["starts"], position)
            lacks = f"its first words do not stand after offset {position}"
            if here < 0 and (found := nearest(s["starts"], text[position:])):
                lacks += f"; nearest: {found!r}"
        elif s.get("at") is not None:
            here = s["at"][0]
        else:
            lacks = "expected `starts` (its first words) or `at`, found neither"
        if here < 0:
            wrong.append(f"{path}:{_line(node, ('segments', i))}: {s['id']}: {lacks}")
            here = position
        starts.append(here)
        position = here + 1
    if not wrong:
        for s, start, end in zip(segments, starts, [*starts[1:], len(text)], strict=True):
            s.pop("starts", None)
            _set(s, [start, end], position=1)
            s["sha256"] = sha256(text[start:end].encode("utf-8"))

    def place(record: Any, words: str, where: tuple[int | str, ...], owner: str = "") -> None:
        try:
            _set(record, offsets(words, text, record.get("at")))
        except QuoteNotFoundError as error:
            wrong.append(f"{path}:{_line(node, where)}: {owner}{error}")

    for group, key in (("developments", "id"), ("reported_elsewhere", "development")):
        for i, record in enumerate(node.get(group) or []):
            for k, quote in enumerate(record.get("quotes") or []):
                place(quote, quote["text"], (group, i, "quotes", k), f"{record[key]}: ")
    for i, erratum in enumerate(node.get("errata") or []):
        place(erratum, erratum["has"], ("errata", i))
    return wrong


def locate(annotations: Path, sources: Path) -> list[str]:
    """Fill in the offsets of all annotation files whose source is at hand, and return the files that changed.

    Raises
    ------
    PackageNotFoundError
        If there is no such folder of sources.
    AnnotationError
        If a file breaks the format, or a source is not UTF-8; then no file is written.
    QuoteNotFoundError
        Listing every quote that is not in its source, or is there twice; then no file is written.
    """
    if not sources.is_dir():
        raise PackageNotFoundError(f"{sources}: no such folder; expected the source texts as <source_id>.txt")
    broken: list[str] = []
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
        _, found = problems(path, node, {})  # codes are judged when the tables are built
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
    for path, data in new.items():
        atomic.write(path, data)
    return [str(p) for p in new]
