"""The files of drafts in a checkout: writing one, reading it, making it an annotation."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tmt_dataset.coding.annotation import Source, problems, read_yaml, yaml
from tmt_dataset.coding.compile import ANNOTATIONS
from tmt_dataset.coding.draft import form
from tmt_dataset.dataset import Dataset
from tmt_dataset.errors import AnnotationError, PackageError, unknown
from tmt_dataset.files import content, update, write_whole

__all__ = ["check_facts", "dumped", "facts", "finish", "first_free", "read_draft", "text_of", "write_draft"]

HEADER = "# yaml-language-server: $schema=../../validation/{}.schema.json\n"


def text_of(path: Path) -> str:
    """Return a source text as it was received.

    Raises
    ------
    AnnotationError
        If it is missing, empty, cannot be read, or is not UTF-8.
    """
    try:
        data = content(path)
        text = None if data is None else data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise AnnotationError(f"{path}: not UTF-8 ({error}); keep the text as it was received") from None
    except PackageError as error:
        raise AnnotationError(str(error)) from None
    if text is None:
        raise AnnotationError(f"{path}: no such file; expected the text of the source")
    if not text.strip():
        raise AnnotationError(f"{path}: expected the text of the source, found an empty file")
    return text


def facts(ds: Dataset, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts of a new source: those that are given, else publisher and language of the latest one of its kind.

    Raises
    ------
    AnnotationError
        If no publisher is given and no source has one.
    UnknownCodeError
        If the kind is none of the declared ones, with near misses.
    """
    kinds = ds.descriptor.table("sources").field("kind").enum or ()
    if kinds and given["kind"] not in kinds:
        raise unknown("kind of source", given["kind"], [*kinds], ", ".join(kinds))
    same = ds.sources[ds.sources["kind"].astype(str) == given["kind"]].sort_values("period_end")
    known = {} if same.empty else {name: str(same.iloc[-1][name]) for name in ("publisher", "language")}
    names = (
        "source_id",
        "title",
        "publisher",
        "kind",
        "period_start",
        "period_end",
        "published",
        "language",
        "url",
    )
    both = {**known, **{k: v for k, v in given.items() if v is not None}}
    if "publisher" not in both:
        raise AnnotationError(
            f"expected a publisher: the package has no other {given['kind']} to take it from"
        )
    return {name: both[name] for name in names if name in both}


def check_facts(source: Mapping[str, Any], ds: Dataset) -> None:
    """Raise if the facts of a source break the format, or if the package has the source.

    Raises
    ------
    AnnotationError
        Naming what is wrong with which fact.
    """
    if source["source_id"] in set(ds.sources["source_id"]):
        raise AnnotationError(
            f"{source['source_id']}: the package has this source already; give another identifier"
        )
    kinds = {"sources.kind": ds.descriptor.table("sources").field("kind").enum or ()}
    node = {**source, "characters": 1, "sha256": "0" * 64}
    _, found = problems(Path("source"), node, kinds, Source)
    field = ds.descriptor.table("sources").field("source_id")
    if not re.fullmatch(field.pattern or ".*", str(source["source_id"])):
        found = [line for line in found if "source_id:" not in line]
        known = ", ".join(map(repr, sorted(ds.sources["source_id"].astype(str))))
        found.append(
            f"source_id: expected an identifier of the form of those that the package has ({known}), found {source['source_id']!r}"
        )
    if found:
        raise AnnotationError("\n".join(found))


def first_free(ds: Dataset, folder: Path) -> int:
    """Return the number after the highest identifier of a development that is or was in use, in drafts too."""
    known = [*ds.developments["development_id"], *ds.released_identifiers["development_id"]]
    for path in folder.glob("*.yaml"):
        known += re.findall(r"\bTMT-\d{4,}\b", path.read_text(encoding="utf-8", errors="replace"))
    return max((int(str(one).rpartition("-")[2]) for one in known), default=0) + 1


def write_draft(folder: Path, node: Mapping[str, Any]) -> Path:
    """Write a draft beside the annotations of a checkout; it replaces nothing.

    Raises
    ------
    AnnotationError
        If there is a draft or an annotation of that source.
    """
    from tmt_dataset.coding.draft.drafting import as_yaml

    sid = node["source"]["source_id"]
    path = folder / ANNOTATIONS / f"{sid}{form.SUFFIX}"
    for other in (path, path.with_name(f"{sid}.yaml")):
        if other.exists():
            raise AnnotationError(f"{other}: exists already; a draft would lose what was written there")
    write_whole(path, as_yaml(node, "../../validation/draft.schema.json"))
    return path


def read_draft(path: Path) -> Any:
    """Return a draft as :func:`tmt_dataset.coding.annotation.read_yaml` gives it.

    Raises
    ------
    AnnotationError
        Listing what breaks the format.
    """
    node = read_yaml(path, comments=True)
    _, found = problems(path, node, {}, form.Draft)
    if found:
        raise AnnotationError("\n".join(found))
    return node


def dumped(node: Any) -> bytes:
    """Return a file in the layout of annotations."""
    stream = io.StringIO()
    yaml().dump(node, stream)
    return stream.getvalue().encode("utf-8")


def finish(folder: Path) -> list[str]:
    """Make each draft of a folder an annotation, and return what was written; a draft with open values is refused.

    Raises
    ------
    AnnotationError
        Naming each development with values that nobody has confirmed or changed; then no file is written.
    """
    done = []
    for path, node in form.written(folder).items():
        text = dumped(node).decode("utf-8").replace(HEADER.format("draft"), HEADER.format("annotation"))
        update(path, text.encode("utf-8"))
        path.with_name(f"{path.stem}{form.SUFFIX}").unlink()
        done.append(str(path))
    return done
