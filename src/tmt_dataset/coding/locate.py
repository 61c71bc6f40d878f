"""The offsets of quotes, segments and errata, filled in from the source texts."""

from __future__ import annotations

import difflib
import io
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tmt_dataset.coding.annotation import Annotation, Source, line_of, misnamed, problems, read_yaml, yaml
from tmt_dataset.coding.draft.form import SUFFIX, Draft
from tmt_dataset.coding.proof import source_text, texts_folder
from tmt_dataset.errors import AnnotationError, PackageError, QuoteNotFoundError
from tmt_dataset.files import expanded, sha256, update
from tmt_dataset.validation.verbatim import escaped, unescaped

if TYPE_CHECKING:  # at run time coding.annotation imports ruamel, and names the extra that is missing
    from ruamel.yaml.comments import CommentedMap, CommentedSeq

__all__ = ["fill", "locate", "nearest", "offsets"]


def nearest(quote: str, text: str) -> str | None:
    """Return the part of a text that is most similar to a quote, or None if nothing is similar.

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
    r"""Return start and end of a quote in a text, in characters.

    Parameters
    ----------
    quote, text
        The words, where ``\u{200B}`` is an escaped character, and the text to search.
    at
        Offsets that are given already. They are kept if they are right, and so decide between several places.

    Raises
    ------
    QuoteNotFoundError
        If the text does not have the quote (with the nearest match), or has it more than once.

    Examples
    --------
    >>> offsets("two", "one two three")
    [4, 7]
    """
    words, quote = quote, unescaped(quote)
    if at is not None and at[0] >= 0 and text[at[0] : at[1]] == quote and at[1] == at[0] + len(quote):
        return at
    places = [m.start() for m in re.finditer(f"(?={re.escape(quote)})", text)]
    if len(places) == 1:
        return [places[0], places[0] + len(quote)]
    if places:
        raise QuoteNotFoundError(
            f"the quote occurs {len(places)} times, at {', '.join(map(str, places[:5]))}: "
            f"lengthen it, or give `at`: {_shown(words[:80])}"
        )
    found = nearest(quote, text)
    raise QuoteNotFoundError(
        f"the quote is not in the source: {_shown(words[:80])}; "
        + (f"nearest: {_shown(escaped(found[:120]))}" if found else "nothing there is similar")
    )


def _shown(words: str) -> str:
    """Return words in quotation marks as a coder writes them: an escape has one backslash."""
    return repr(words).replace("\\\\", "\\")


def _set(node: CommentedMap, at: list[int], position: int = 0) -> None:
    """Replace the offsets of a record, or insert them at their usual position."""
    if "at" in node:
        node["at"] = _flow(at)
    else:
        node.insert(position, "at", _flow(at))


def _starts(segments: Sequence[Any], text: str) -> tuple[list[int], list[tuple[int, str]]]:
    """Return the start of each segment, and the number and a message for each segment that has none."""
    starts: list[int] = []
    wrong: list[tuple[int, str]] = []
    position = 0
    for i, s in enumerate(segments):
        here, problem = _start(s, text, position)
        if problem:
            wrong.append((i, problem))
        starts.append(here)
        position = here + 1
    return starts, wrong


def _start(segment: Any, text: str, position: int) -> tuple[int, str]:
    """Return the start of a segment from a position on; or the position, and what is wrong."""
    if (words := segment.get("starts")) is not None:
        words = unescaped(words)
        here = text.find(words, position)
        if here >= 0:
            return here, ""
        found = nearest(words, text[position:])
        problem = f"its first words were not found after offset {position}"
        return position, problem + (f"; nearest: {_shown(escaped(found))}" if found else "")
    if segment.get("at") is None:
        return position, "expected `starts` (its first words) or `at`, found neither"
    here, end = segment["at"]
    shown = f"found [{here}, {end}]; correct them, or give `starts` (its first words) instead"
    if not 0 <= here < end <= len(text):
        return position, f"expected offsets in the text (0 to {len(text)}), the start before the end, {shown}"
    if here < position:
        return position, f"expected a start after that of the segment before, {position - 1}, {shown}"
    return here, ""


def _gaps(segments: Sequence[Any], starts: Sequence[int], length: int) -> list[tuple[int, str]]:
    """Return the number and a message for each segment that leaves a gap or overlaps the next one.

    Only segments with offsets are compared: a new one, which gives its first words, ends the segment before it.
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
    """Fill in the offsets of an annotation file and the checksums of its segments.

    A segment that gives its first words (``starts``) reaches from there to the start of the next one. Offsets of
    segments that are given already are kept: they have to lie in the text, in order and without gaps.

    Parameters
    ----------
    node
        The file as :func:`tmt_dataset.coding.annotation.read_yaml` gives it, in a valid format. It is changed.
    text
        Its source.
    path
        The file's name for messages.

    Returns
    -------
    list of str
        A message for each segment, quote and erratum that was not found.
    """
    return [*_fill_segments(node, text, path), *_fill_quotes(node, text, path)]


def _fill_segments(node: Any, text: str, path: Path) -> list[str]:
    segments = node["segments"]
    starts, wrong = _starts(segments, text)
    wrong = wrong or _gaps(segments, starts, len(text))
    if not wrong:
        for s, start, end in zip(segments, starts, [*starts[1:], len(text)], strict=True):
            s.pop("starts", None)
            _set(s, [start, end], position=1)
            s["sha256"] = sha256(text[start:end].encode("utf-8"))
    return [
        f"{path}:{line_of(node, ('segments', i))}: {segments[i]['id']}: {problem}" for i, problem in wrong
    ]


def _fill_quotes(node: Any, text: str, path: Path) -> list[str]:
    """Fill in the offsets of quotes and errata."""
    wanted: list[tuple[Any, str, tuple[int | str, ...], str]] = []
    for group, key in (("developments", "id"), ("reported_elsewhere", "development")):
        for i, record in enumerate(node.get(group) or []):
            for k, quote in enumerate(record.get("quotes") or []):
                wanted.append((quote, quote["text"], (group, i, "quotes", k), f"{record[key]}: "))
    for i, erratum in enumerate(node.get("errata") or []):
        wanted.append((erratum, erratum["has"], ("errata", i), ""))
    wrong = []
    for record, words, keys, owner in wanted:
        try:
            _set(record, offsets(words, text, record.get("at")))
        except QuoteNotFoundError as error:
            wrong.append(f"{path}:{line_of(node, keys)}: {owner}{error}")
    return wrong


def _other_text(source: Source, text: str, node: Any, path: Path, at: Path) -> list[str]:
    """Return a message for each way in which a text is not the one that an annotation declares."""
    found = {"sha256": sha256(text.encode("utf-8")), "characters": len(text)}
    return [
        f"{path}:{line_of(node, ('source', key))}: source.{key}: expected {getattr(source, key)}, found {value} "
        f"in {at}; take the text as it was received, or, to code this text, correct {key}"
        for key, value in found.items()
        if value != getattr(source, key)
    ]


def _read(path: Path, sources: Path) -> tuple[Any, str | None]:
    """Return an annotation file and its source text; the text is None if it is missing, and the file is not read then.

    Raises
    ------
    AnnotationError
        If the file breaks the format, or the text cannot be read or is not the one that the file declares.
    """
    sid = path.name.removesuffix(SUFFIX if path.name.endswith(SUFFIX) else ".yaml")
    at = sources / f"{sid}.txt"
    try:
        text = source_text(sources, sid)
    except UnicodeDecodeError as error:
        raise AnnotationError(f"{at}: not UTF-8 ({error}); keep the text as it was received") from None
    except PackageError as error:
        raise AnnotationError(str(error)) from None
    if text is None:
        return None, None
    node = read_yaml(path)
    form = Draft if path.name.endswith(SUFFIX) else Annotation
    annotation, found = problems(path, node, {}, form)  # codes are checked when the tables are built
    if annotation is not None:
        found = _other_text(annotation.source, text, node, path, at)
    if found:
        raise AnnotationError("\n".join(found))
    return node, text


def locate(annotations: Path, sources: str | os.PathLike[str]) -> list[str]:
    """Fill in the offsets of all annotation files, drafts among them, whose source text is at hand.

    Parameters
    ----------
    annotations
        Folder with ``<source_id>.yaml``.
    sources
        Folder with ``<source_id>.txt``, as received (UTF-8).

    Returns
    -------
    list of str
        The files that changed.

    Raises
    ------
    PackageNotFoundError
        If the folder of sources is missing.
    PackageError
        If a file cannot be written.
    AnnotationError
        If a file breaks the format, or a text cannot be read or is not the one that its annotation declares; then
        no file is written.
    QuoteNotFoundError
        Listing every quote that its source does not have, or has more than once; then no file is written.
    """
    folder, annotations = texts_folder(sources), expanded(annotations)
    broken = misnamed(annotations)
    wrong: list[str] = []
    new: dict[Path, bytes] = {}
    for path in sorted(annotations.glob("*.yaml")):
        try:
            node, text = _read(path, folder)
        except AnnotationError as error:
            broken.append(str(error))
            continue
        if text is None:
            continue
        wrong += fill(node, text, path)
        stream = io.StringIO()
        yaml().dump(node, stream)
        new[path] = stream.getvalue().encode("utf-8")
    if broken:
        raise AnnotationError("\n".join(broken))
    if wrong:
        raise QuoteNotFoundError("\n".join(wrong))
    return [str(path) for path, data in new.items() if update(path, data)]
