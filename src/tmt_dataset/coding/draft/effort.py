"""The review of a draft as work: which proposed values were confirmed, changed or deleted, and what was typed."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tmt_dataset.coding.annotation import read_yaml
from tmt_dataset.coding.compile import ANNOTATIONS
from tmt_dataset.coding.draft.drafting import Drafter, as_yaml
from tmt_dataset.coding.draft.form import Value, values
from tmt_dataset.coding.draft.titles import alike
from tmt_dataset.coding.proof import source_text, texts_folder
from tmt_dataset.errors import AnnotationError

if TYPE_CHECKING:
    from tmt_dataset.dataset import Dataset

__all__ = ["ALL", "COLUMNS", "effort", "measured"]

ALL = "all"
COLUMNS = (
    "source_id",
    "variable",
    "values",
    "confirmed",
    "changed",
    "added",
    "deleted",
    "lines_typed",
    "lines",
)
#: The part of a value by which it is the same one, changed; of other variables every value that gives way to another is.
SAME_PART = {"authorities": 0, "instruments": 0, "relations": 0, "figures": 1, "provisions": 2}
#: A coder's own texts: nothing is proposed for them.
TEXTS = ("title", "summary", "note")


def _paired(
    drafted: Iterable[Mapping[str, Any]], reviewed: Iterable[Mapping[str, Any]]
) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
    """Return each development beside the one that was drafted on most of its segments; either may be missing."""
    left = list(drafted)
    pairs: list[tuple[Mapping[str, Any], Mapping[str, Any]]] = []
    for record in reviewed:
        quoted = [q["at"] for q in record.get("quotes") or []]
        best = max(left, key=lambda d: _shared(d, record, quoted), default=None)
        if best is not None and _shared(best, record, quoted) > (0, 0):
            left.remove(best)
            pairs.append((best, record))
        else:
            pairs.append(({}, record))
    return [*pairs, *((record, {}) for record in left)]


def _shared(draft: Mapping[str, Any], record: Mapping[str, Any], quoted: list[Any]) -> tuple[int, int]:
    """Return how many segments two developments share, and how many characters of their quotes."""
    segments = {*(draft.get("mentions") or [])} & {*(record.get("mentions") or [])}
    spans = [q["at"] for q in draft.get("quotes") or []]
    return sum(max(0, min(b, d) - max(a, c)) for a, b in spans for c, d in quoted), len(segments)


def _values(record: Mapping[str, Any]) -> Iterator[Value]:
    """Yield the values of a development, with its texts and the places of its quotes."""
    yield from values(record)
    yield from ((name, str(record[name])) for name in TEXTS if record.get(name))
    yield from (("quotes", "{} {}".format(*q["at"])) for q in record.get("quotes") or [])


def _counts(drafted: Mapping[str, Any], reviewed: Mapping[str, Any]) -> dict[str, Counter[str]]:
    """Count by variable what was done with the values of a development."""
    before, after = {*_values(drafted)}, {*_values(reviewed)}
    out: dict[str, Counter[str]] = {}
    for name in {variable for variable, _ in before | after}:
        own = {value for variable, value in before if variable == name}
        final = {value for variable, value in after if variable == name}
        gone, new = own - final, final - own
        changed = _changed(name, gone, new)
        out[name] = Counter(
            values=len(final),
            confirmed=len(own & final),
            changed=changed,
            added=len(new) - changed,
            deleted=len(gone) - changed,
        )
    return out


#: Titles of an instrument are as much alike.
SAME = 0.8


def _renamed(drafted: Mapping[str, Any], reviewed: Mapping[str, Any]) -> Any:
    """Return a draft whose new instruments have the identifiers of the annotation, which a coder is free to choose."""
    names = {}
    for new in drafted.get("instruments") or []:
        known = [
            (max(alike(new["title"], title) for title in (i["title"], *(i.get("aliases") or []))), i["id"])
            for i in reviewed.get("instruments") or []
        ]
        likeness, code = max(known, default=(0.0, ""))
        if likeness >= SAME:
            names[new["id"]] = code

    def renamed(node: Any) -> Any:
        if isinstance(node, dict):
            return {names.get(k, k): renamed(v) for k, v in node.items()}
        if isinstance(node, list):
            return [renamed(v) for v in node]
        return names.get(node, node) if isinstance(node, str) else node

    return renamed(drafted)


def measured(ds: Dataset, folder: Path, source_id: str, sources: Path) -> list[dict[str, Any]]:
    """Return the effort of a review of a source that the draft knows nothing of, by its published annotation.

    Parameters
    ----------
    ds
        The data.
    folder
        The checkout, with the annotation.
    source_id
        The source.
    sources
        The folder of the texts.

    Raises
    ------
    AnnotationError
        If the source's text is missing.
    """
    text = source_text(texts_folder(sources), source_id)
    if text is None:
        raise AnnotationError(f"{sources / source_id}.txt: no such file; expected the text of the source")
    reviewed = read_yaml(folder / ANNOTATIONS / f"{source_id}.yaml")
    first = min(int(record["id"].rpartition("-")[2]) for record in reviewed["developments"])
    node = Drafter.of(ds, source_id).draft(
        {k: v for k, v in reviewed["source"].items() if k not in ("characters", "sha256")}, text, first
    )
    drafted = _renamed(node, reviewed)
    for record in drafted["developments"]:
        del record["reviewed"], record["proposed"]
    files = (as_yaml(drafted, "").decode("utf-8"), as_yaml(_plain(reviewed), "").decode("utf-8"))
    return effort(source_id, drafted, reviewed, files)


def _plain(node: Any) -> Any:
    """Return a file's content without its layout."""
    if isinstance(node, dict):
        return {str(k): _plain(v) for k, v in node.items()}
    return [_plain(v) for v in node] if isinstance(node, list) else node


def _changed(name: str, gone: set[str], new: set[str]) -> int:
    """Return how many values gave way to others that stand for them: quotes that share words, figures of one number."""
    left, count = sorted(new), 0
    for value in sorted(gone):
        match = next((other for other in left if _same(name, value, other)), None)
        if match is not None:
            left.remove(match)
            count += 1
    return count


def _same(name: str, value: str, other: str) -> bool:
    if name == "quotes":
        (a, b), (c, d) = (map(int, words.split(" ")) for words in (value, other))
        return a < d and c < b
    part = SAME_PART.get(name)
    return part is None or value.split(" ")[part] == other.split(" ")[part]


def effort(
    source_id: str, drafted: Mapping[str, Any], reviewed: Mapping[str, Any], files: tuple[str, str]
) -> list[dict[str, Any]]:
    """Return how much of an annotation was confirmed and how much was typed, a row per variable and one for all.

    Parameters
    ----------
    source_id
        The source.
    drafted, reviewed
        The draft and the annotation that it became.
    files
        Both as files without what only a draft has; lines of the second that the first does not have count as typed.
    """
    total: dict[str, Counter[str]] = {}
    for pair in _paired(drafted.get("developments") or [], reviewed.get("developments") or []):
        for name, counts in _counts(*pair).items():
            total.setdefault(name, Counter()).update(counts)
    before, after = (file.splitlines() for file in files)
    kept = sum(
        block.size
        for block in difflib.SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
    )
    every: Counter[str] = sum(total.values(), Counter())
    names = COLUMNS[2:7]
    rows = [
        {"source_id": source_id, "variable": name, **{n: total[name][n] for n in names}}
        for name in sorted(total)
    ]
    whole = {"source_id": source_id, "variable": ALL, **{n: every[n] for n in names}}
    return [*rows, {**whole, "lines_typed": len(after) - kept, "lines": len(after)}]
