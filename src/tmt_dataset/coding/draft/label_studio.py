"""An exchange with Label Studio, for teams that review in a browser: tasks with predictions, and what they made of them.

A task is the report of one development; a region is a value, with the variable for a label and the value as text. Offsets of
the tasks count from the start of their text, in the units of a browser (UTF-16).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tmt_dataset.coding.draft.drafting import development
from tmt_dataset.coding.draft.shapes import Proposal
from tmt_dataset.errors import AnnotationError

__all__ = ["apply", "config", "returned", "tasks"]

VARIABLES = (
    "date", "date_basis", "action", "jurisdiction", "effective_date", "orientation", "ai_role", "unnamed_authorities",
    "topics", "places", "authorities", "instruments", "risks", "figures", "provisions", "relations",
)  # fmt: skip
#: The names of the controls.
LABEL, VALUE, TEXT = "variable", "value", "text"


def config() -> str:
    """Return the labelling interface, to be pasted into the settings of a project."""
    labels = "\n".join(f'    <Label value="{name}"/>' for name in VARIABLES)
    return (
        f'<View>\n  <Header value="$development_id"/>\n  <Labels name="{LABEL}" toName="{TEXT}">\n{labels}\n  </Labels>\n'
        f'  <Text name="{TEXT}" value="$text"/>\n'
        f'  <TextArea name="{VALUE}" toName="{TEXT}" perRegion="true" editable="true" required="true"/>\n</View>\n'
    )


def _units(text: str) -> int:
    """Return the length of a text in UTF-16."""
    return len(text.encode("utf-16-le")) // 2


def _points(text: str, units: int) -> int:
    """Return how many characters of a text have a length in UTF-16."""
    return len(text.encode("utf-16-le")[: 2 * units].decode("utf-16-le", errors="ignore"))


def _span(node: Mapping[str, Any], record: Mapping[str, Any]) -> tuple[int, int]:
    """Return from where to where the segments of a development reach."""
    own = [s["at"] for s in node["segments"] if s["id"] in record["mentions"]]
    return min(a for a, _ in own), max(b for _, b in own)


def tasks(node: Mapping[str, Any], text: str) -> list[dict[str, Any]]:
    """Return a task for each development of a draft, with the proposed values as predictions.

    Parameters
    ----------
    node
        The draft, with offsets.
    text
        Its source text.
    """
    out = []
    for record in node["developments"]:
        start, end = _span(node, record)
        report = text[start:end]
        result = []
        for n, p in enumerate(record.get("proposed") or []):
            a, b = p["at"]
            if p["variable"] in VARIABLES and start <= a < b <= end:
                at = {"start": _units(text[start:a]), "end": _units(text[start:b]), "text": text[a:b]}
                same = {"id": f"{record['id']}-{n}", "to_name": TEXT, "score": p["score"]}
                result += [
                    {
                        **same,
                        "from_name": LABEL,
                        "type": "labels",
                        "value": {**at, "labels": [p["variable"]]},
                    },
                    {**same, "from_name": VALUE, "type": "textarea", "value": {**at, "text": [p["value"]]}},
                ]
        scores = [p["score"] for p in record.get("proposed") or []]
        prediction = {
            "model_version": "tmt-dataset draft",
            "score": min(scores, default=0.0),
            "result": result,
        }
        data = {"development_id": record["id"], "text": report, "start": start}
        out.append({"data": data, "predictions": [prediction]})
    return out


def returned(content: str, where: str) -> dict[str, list[tuple[str, str, int, int]]]:
    """Return the values that reviewers left or made, by development: variable, value and span in the source.

    Parameters
    ----------
    content
        The tasks as Label Studio exports them (JSON). Tasks without an annotation, or with a cancelled one, are left out.
    where
        The file, for messages.

    Raises
    ------
    AnnotationError
        If it is not such an export, or two reviewers annotated the same task.
    """
    try:
        exported = json.loads(content)
        out = {}
        for task in exported:
            done = [a for a in task.get("annotations") or [] if not a.get("was_cancelled")]
            name = str(task["data"]["development_id"])
            if len(done) > 1:
                raise AnnotationError(
                    f"{where}: {name}: expected one annotation, found {len(done)}; settle them in Label Studio first"
                )
            if done:
                out[name] = list(_regions(done[0]["result"], task["data"]))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise AnnotationError(
            f"{where}: not tasks as Label Studio exports them ({error!r}); export the project as JSON"
        ) from None
    return out


def _regions(
    result: Sequence[Mapping[str, Any]], data: Mapping[str, Any]
) -> Iterator[tuple[str, str, int, int]]:
    """Yield the regions of an annotation that have a label and a value."""
    regions: dict[str, dict[str, Any]] = {}
    for part in result:
        region = regions.setdefault(str(part["id"]), {})
        region |= {"start": part["value"].get("start"), "end": part["value"].get("end")}
        if part["type"] == "labels":
            region["variable"] = part["value"]["labels"][0]
        elif part["type"] == "textarea":
            region["value"] = " ".join(part["value"]["text"])
    for region in regions.values():
        if "variable" in region and "value" in region:
            start, end = (
                int(data["start"]) + _points(data["text"], int(region[key])) for key in ("start", "end")
            )
            yield region["variable"], region["value"].strip(), start, end


def apply(
    node: Mapping[str, Any], made: Mapping[str, Sequence[tuple[str, str, int, int]]], text: str
) -> list[str]:
    """Give the developments of a draft the values that reviewers left, and return which are reviewed now.

    Title, summary and note stay; what was proposed stays too.

    Raises
    ------
    AnnotationError
        If a development is not in the draft, or a value is not of the form of its variable; then nothing is changed.
    """
    records = {record["id"]: record for record in node["developments"]}
    new = {}
    for name, found in made.items():
        if name not in records:
            raise AnnotationError(f"{name}: not in the draft; export the tasks again and review those")
        try:
            own = [Proposal(variable, value, start, end, 1.0) for variable, value, start, end in found]
            new[name] = development(name, list(records[name]["mentions"]), own, text)
        except (ValueError, IndexError) as error:
            raise AnnotationError(
                f"{name}: a value is not of the form of its variable ({error}); the parts of a value are separated by spaces"
            ) from None
    for name, record in new.items():
        kept = {key: records[name].get(key) for key in ("title", "summary", "note", "proposed")}
        records[name].clear()
        records[name].update({**record, **{k: v for k, v in kept.items() if v is not None}, "reviewed": True})
    return list(new)
