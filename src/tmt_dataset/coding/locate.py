"""The offsets of quotes, segments and errata, filled in from the source texts."""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tmt_dataset.coding.annotation import Annotation, Source, line_of, misnamed, problems, read_yaml
from tmt_dataset.coding.draft.form import SUFFIX, Draft
from tmt_dataset.coding.proof import source_text, texts_folder
from tmt_dataset.coding.reading import copied
from tmt_dataset.coding.writing import records, written
from tmt_dataset.errors import AnnotationError, PackageError, QuoteNotFoundError
from tmt_dataset.files import expanded, sha256, update
from tmt_dataset.validation.verbatim import escaped, unescaped

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


def _starts(segments: Sequence[Any], text: str, recoded: bool) -> tuple[list[int], list[tuple[int, str]]]:
    """Return the start of each segment, and the number and a message for each segment that has none."""
    starts: list[int] = []
    wrong: list[tuple[int, str]] = []
    position, end = 0, 0
    for i, s in enumerate(segments):
        if recoded and s.get("starts") is None and s.get("sha256") is not None and s.get("at") is not None:
            here, end, problem = _again(s, text, position, end)
        else:
            (here, problem), end = _start(s, text, position), -1
        if problem:
            wrong.append((i, problem))
        starts.append(here)
        position = here + 1
    return starts, wrong


def _again(segment: Any, text: str, position: int, end: int) -> tuple[int, int, str]:
    """Return the start of a segment in a corrected text, its end, and what is wrong.

    A segment that is as it was is found by its checksum, and gives its end too. One that was corrected starts where the one before ends;
    -1 is an end that is not known.
    """
    size = segment["at"][1] - segment["at"][0]
    places = [end] if end >= 0 else []
    for here in (*places, *range(position, len(text) - size + 1)):
        if sha256(text[here : here + size].encode("utf-8")) == segment["sha256"]:
            return here, here + size, ""
    if end >= 0:
        return end, -1, ""
    return position, -1, "it was corrected, and so was the one before: give `starts` (its first words)"


def _start(segment: Any, text: str, position: int) -> tuple[int, str]:
    """Return the start of a segment from a position on; or the position, and what is wrong."""
    if (words := segment.get("starts")) is not None:
        words = unescaped(words)
        kept = segment["at"][0] if segment.get("at") is not None else -1
        here = kept if kept >= position and text.startswith(words, kept) else text.find(words, position)
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
    """Fill in the offsets of an annotation file and its checksums.

    A segment that gives its first words (``starts``) reaches from there to the start of the next one. Offsets of
    segments that are given already are kept: they have to lie in the text, in order and without gaps. Where the file has
    checksums of segments and none of the source, the text was corrected: its segments are looked for.

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
    recoded = node["source"].get("sha256") is None
    node["source"]["characters"] = len(text)
    node["source"]["sha256"] = sha256(text.encode("utf-8"))
    return [*_fill_segments(node, text, path, recoded), *_fill_quotes(node, text, path)]


def _fill_segments(node: Any, text: str, path: Path, recoded: bool) -> list[str]:
    segments = node["segments"]
    starts, wrong = _starts(segments, text, recoded)
    if not recoded:
        wrong = wrong or _gaps(segments, starts, len(text))
    if not wrong:
        for s, start, end in zip(segments, starts, [*starts[1:], len(text)], strict=True):
            s["at"] = [start, end]
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
            record["at"] = [*offsets(words, text, record.get("at"))]
        except QuoteNotFoundError as error:
            wrong.append(f"{path}:{line_of(node, keys)}: {owner}{error}")
    return wrong


def _other_text(source: Source, text: str, node: Any, path: Path, at: Path) -> list[str]:
    """Return a message for each way in which a text is not the one that an annotation declares."""
    found = {"sha256": sha256(text.encode("utf-8")), "characters": len(text)}
    return [
        f"{path}:{line_of(node, ('source', key))}: source.{key}: expected {getattr(source, key)}, found {value} "
        f"in {at}; take the text as it was received, or, to code this text, delete characters and sha256"
        for key, value in found.items()
        if getattr(source, key) not in (None, value)
    ]


def _copies(node: Any, text: str, path: Path) -> list[str]:
    """Return a message for each summary that copies the text."""
    titles = [str(record.get("title") or "") for record in node.get("instruments") or []]
    return [
        f"{path}:{line_of(node, ('developments', i, 'summary'))}: {record['id']}: the summary copies the source: {run!r}; "
        "say it in words of your own"
        for i, record in enumerate(node["developments"])
        if (run := copied(str(record.get("summary") or ""), text, titles))
    ]


def _places(node: Any) -> dict[tuple[str | int, ...], list[int] | None]:
    return {path: record.get("at") and [*record["at"]] for path, record, _ in records(node)}


def _moved(node: Any, before: dict[tuple[str | int, ...], list[int] | None]) -> list[str]:
    """Return what has another place than before: each segment, and how many quotes and errata."""
    changed = [
        (path, old, now) for path, now in _places(node).items() if (old := before[path]) and old != now
    ]
    lines = [
        f"  moved: {node['segments'][path[1]]['id']} from {old} to {now}"
        for path, old, now in changed
        if path[0] == "segments"
    ]
    others = len(changed) - len(lines)
    what = "1 quote or erratum" if others == 1 else f"{others} quotes or errata"
    return [*lines, f"  moved: {what}"] if others else lines


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
        found = [*_other_text(annotation.source, text, node, path, at), *_copies(node, text, path)]
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
        The files that changed, each with what moved in it.

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
    moved: dict[Path, list[str]] = {}
    for path in sorted(annotations.glob("*.yaml")):
        try:
            node, text = _read(path, folder)
        except AnnotationError as error:
            broken.append(str(error))
            continue
        if text is None:
            continue
        before = _places(node)
        missing = fill(node, text, path)
        wrong += missing
        if not missing:
            new[path] = written(path.read_bytes().decode("utf-8"), node).encode("utf-8")
            moved[path] = _moved(node, before)
    if broken:
        raise AnnotationError("\n".join([*broken, *wrong]))
    if wrong:
        raise QuoteNotFoundError("\n".join(wrong))
    return [line for path, data in new.items() if update(path, data) for line in (str(path), *moved[path])]
