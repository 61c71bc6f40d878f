"""What is filled into an annotation file, written into the coder's own lines: nothing else in the file moves."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tmt_dataset.coding.annotation import yaml

__all__ = ["FILLED", "records", "written"]


#: The keys that are filled in.
FILLED = ("at", "characters", "sha256")
Path = tuple[str | int, ...]


def records(node: Any) -> Iterator[tuple[Path, Any, int]]:
    """Yield each record that is filled in: where it is, what it holds, and how many of its keys come before ``at``."""
    yield ("source",), node["source"], 0
    for i, segment in enumerate(node["segments"]):
        yield ("segments", i), segment, 1
    for group in ("developments", "reported_elsewhere"):
        for i, record in enumerate(node.get(group) or []):
            for k, quote in enumerate(record.get("quotes") or []):
                yield (group, i, "quotes", k), quote, 0
    for i, erratum in enumerate(node.get("errata") or []):
        yield ("errata", i), erratum, 0


def _at(tree: Any, path: Path) -> Any:
    """Return the node of the YAML tree at a path."""
    for step in path:
        tree = tree.value[step] if isinstance(step, int) else dict(_pairs(tree))[step][1]
    return tree


def _pairs(mapping: Any) -> list[tuple[str, tuple[Any, Any]]]:
    return [(key.value, (key, value)) for key, value in mapping.value]


def _plain(value: Any) -> str:
    return f"[{value[0]}, {value[1]}]" if isinstance(value, list) else str(value)


def _has(node: Any, value: Any) -> bool:
    """Whether a node of the tree has a value already."""
    if isinstance(value, list):
        return isinstance(node.value, list) and [item.value for item in node.value] == [*map(str, value)]
    return bool(node.value == str(value))


def _end(text: str, mapping: Any) -> tuple[int, str, str]:
    """Return where a block mapping takes a further key, and what comes before and after it."""
    last = mapping.value[-1][1]
    indent = " " * int(mapping.value[0][0].start_mark.column)
    end = last.end_mark.index
    if end and text[end - 1] == "\n":
        return end, indent, "\n"
    line = text.find("\n", end)
    return (len(text) if line < 0 else line), f"\n{indent}", ""


def _edit(text: str, mapping: Any, key: str, value: Any, before: int) -> tuple[int, int, str] | None:
    """Return the span of the text that is replaced to give a mapping a value, and by what."""
    held, new = dict(_pairs(mapping)), _plain(value)
    if key in held:
        node = held[key][1]
        # a list in lines of its own ends where the next key begins
        start, end = node.start_mark.index, node.end_mark.index
        return None if _has(node, value) else (start, start + len(text[start:end].rstrip()), new)
    if key == "at" and before < len(mapping.value):
        first = mapping.value[before][0].start_mark
        gap = ", " if mapping.flow_style else "\n" + " " * int(first.column)
        return first.index, first.index, f"at: {new}{gap}"
    if mapping.flow_style:
        end = mapping.value[-1][1].end_mark.index
        return end, end, f", {key}: {new}"
    place, ahead, behind = _end(text, mapping)
    return place, place, f"{ahead}{key}: {new}{behind}"


def written(text: str, node: Any) -> str:
    r"""Return the text of an annotation file with the offsets and checksums that its content has.

    Parameters
    ----------
    text
        The file as it is.
    node
        Its content as :func:`tmt_dataset.coding.annotation.read_yaml` gives it, filled in.

    Examples
    --------
    >>> text = "source: {title: T}\nsegments:\n- {id: s,   role: x}  # mine\ndevelopments: []\n"
    >>> node = yaml().load(text)
    >>> node["segments"][0]["at"] = [0, 9]
    >>> print(written(text, node), end="")
    source: {title: T}
    segments:
    - {id: s,   at: [0, 9], role: x}  # mine
    developments: []
    """
    text = text.removeprefix("\ufeff")
    tree = yaml().compose(text)
    edits = []
    for path, record, before in records(node):
        mapping = _at(tree, path)
        # what is appended comes in the order of the keys, so it is one edit
        found = [
            _edit(text, mapping, key, record[key], before) for key in FILLED if record.get(key) is not None
        ]
        edits += [edit for edit in found if edit is not None]
    out, done = [], 0
    for start, end, new in sorted(edits, key=lambda edit: edit[0]):
        out += [text[done:start], new]
        done = end
    return "".join([*out, text[done:]])
