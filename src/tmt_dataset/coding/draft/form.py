"""The format of a draft: an annotation in which each development has what was proposed, and may lack the rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

from tmt_dataset.coding.annotation import (
    Annotation,
    CodeOf,
    Development,
    Edtf,
    Field,
    Offsets,
    Strict,
    Text,
    Title,
    line_of,
    read_yaml,
)
from tmt_dataset.errors import AnnotationError, counted

__all__ = ["NEEDED", "SUFFIX", "Draft", "drafts", "open_values", "values", "written"]

#: Of a file beside the annotations.
SUFFIX = ".draft.yaml"
#: What each development has; without a proposal its coder writes it.
NEEDED = ("date", "date_basis", "action", "jurisdiction", "topics", "orientation", "ai_role")
Value = tuple[str, str]


class Other(Strict):
    """A value that was less likely."""

    value: str
    score: float


class Proposed(Strict):
    """A value that was proposed, where its words are, its probability, and the next best values."""

    variable: str
    value: str
    at: Offsets
    score: float
    others: Annotated[list[Other], Field(default_factory=list)]


class DraftDevelopment(Development):
    """A development that may still lack what an annotation has, with what was proposed."""

    title: Title | None = None  # type: ignore[assignment]  # written by the coder
    summary: Text | None = None  # type: ignore[assignment]
    date: Edtf | None = None  # type: ignore[assignment]
    date_basis: Annotated[str, CodeOf("developments.date_basis")] | None = None  # type: ignore[assignment]
    action: Annotated[str, CodeOf("actions")] | None = None  # type: ignore[assignment]
    jurisdiction: Annotated[str, CodeOf("places")] | None = None  # type: ignore[assignment]
    topics: Annotated[list[Annotated[str, CodeOf("topics")]], Field(default_factory=list)]
    reviewed: bool = False
    proposed: Annotated[list[Proposed], Field(default_factory=list)]


class Draft(Annotation):
    """The draft of an annotation."""

    developments: list[DraftDevelopment]  # type: ignore[assignment]  # a list that nobody changes


def _stages(stages: Any) -> list[Any]:
    return stages if isinstance(stages, list) else [stages]


def values(record: Mapping[str, Any]) -> Iterator[Value]:
    """Yield the values of a development: variable and value, with the parts of a value separated by spaces.

    Examples
    --------
    >>> list(values({"action": "issuance", "authorities": {"cac": "lead"}, "topics": ["ai"]}))
    [('action', 'issuance'), ('topics', 'ai'), ('authorities', 'cac lead')]
    """
    for name in ("date", "date_basis", "action", "jurisdiction", "effective_date", "orientation", "ai_role"):
        if record.get(name) is not None:
            yield name, str(record[name])
    for name in ("topics", "places"):
        yield from ((name, str(code)) for code in record.get(name) or [])
    if record.get("unnamed_authorities"):
        yield "unnamed_authorities", str(record["unnamed_authorities"])
    yield from (("authorities", f"{k} {role}") for k, role in (record.get("authorities") or {}).items())
    for code, stages in (record.get("instruments") or {}).items():
        yield from (("instruments", f"{code} {stage}") for stage in _stages(stages))
    for holder in [record, *(record.get("quotes") or [])]:
        for relation in holder.get("relations") or []:
            yield from (("relations", f"{k} {v}") for k, v in relation.items() if k != "note")
    for quote in record.get("quotes") or []:
        yield from _quoted(quote)


def _quoted(quote: Mapping[str, Any]) -> Iterator[Value]:
    """Yield the values that stand with a quote."""
    yield from (("risks", str(code)) for code in quote.get("risks") or [])
    for f in quote.get("figures") or []:
        yield "figures", f"{f['measure']} {float(f['value']):g} {f['qualifier']} {f['kind']}"
    for p in quote.get("provisions") or []:
        yield "provisions", f"{p['addressee']} {p['modality']} {p['type']}"


def open_values(record: Mapping[str, Any]) -> list[Value]:
    """Return the values that are as they were proposed and that nobody has confirmed."""
    if record.get("reviewed") is True:
        return []
    own = {*values(record)}
    proposed = [(str(p["variable"]), str(p["value"])) for p in record.get("proposed") or []]
    return list(dict.fromkeys(value for value in proposed if value in own))


def drafts(folder: Path) -> list[Path]:
    """Return the drafts of a folder of annotations."""
    return sorted(folder.glob(f"*{SUFFIX}"))


def _unreviewed(path: Path, node: Any) -> list[str]:
    """Return a message for each development of a draft with values that nobody has confirmed or changed."""
    records = node.get("developments")
    wrong = []
    for n, record in enumerate(records if isinstance(records, list) else []):
        if isinstance(record, dict) and (problem := _open(record)):
            wrong.append(f"{path}:{line_of(node, ('developments', n))}: {record.get('id')}: {problem}")
    return wrong


def _open(record: Mapping[str, Any]) -> str:
    """Return what is left to do about a development."""
    if left := open_values(record):
        named = ", ".join(f"{variable} {value}" for variable, value in left[:3])
        more = f" and {len(left) - 3} more" if len(left) > 3 else ""
        return (
            f"{counted(len(left), 'proposed value')} to confirm or change ({named}{more}): "
            "check the record, then write `reviewed: true`"
        )
    lacking = [name for name in ("title", "summary", *NEEDED) if not record.get(name)]
    return (
        f"expected {', '.join(lacking)}, found none: write {'it' if len(lacking) == 1 else 'them'}"
        if lacking
        else ""
    )


def written(folder: Path) -> dict[Path, Any]:
    """Return the annotation that each draft of a folder has become; a draft that is not ready is refused.

    Raises
    ------
    AnnotationError
        Naming each development with values that are neither confirmed nor changed, or that are missing, or a draft beside the annotation that it
        would become.
    """
    out, wrong = {}, []
    for path in drafts(folder):
        target = path.with_name(path.name.removesuffix(SUFFIX) + ".yaml")
        node = read_yaml(path, comments=True)
        wrong += _unreviewed(path, node)
        if target.exists():
            wrong.append(f"{path}: {target.name} exists already; delete one of the two")
        for record in node.get("developments") or []:
            for key in ("reviewed", "proposed"):
                record.pop(key, None)
        out[target] = node
    if wrong:
        raise AnnotationError("\n".join(wrong))
    return out
