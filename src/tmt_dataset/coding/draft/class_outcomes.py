"""What the models propose for a source that they do not know, beside what was coded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tmt_dataset.coding.draft import classes
from tmt_dataset.coding.draft.classes import CHOICES, MARKED
from tmt_dataset.coding.draft.outcomes import Held, Outcome
from tmt_dataset.coding.draft.shapes import Proposal

__all__ = ["class_outcomes"]


def class_outcomes(held: Held) -> Iterator[Outcome]:
    """Yield an outcome for each value of the classes in a source that is left out when the models are fitted.

    Of a provision its type counts; its addressee and modality are proposed beside it.
    """
    models = classes.fit(held.ds, held.source)
    coded = {variable: _coded(held, variable) for variable in (*CHOICES, *MARKED)}
    for pair in held.pairs:
        proposals = models.propose(pair.unit)
        for variable in CHOICES:
            for code in coded[variable].get(pair.development, ()):
                own = [p for p in proposals if p.variable == variable]
                yield _chosen(held.source, pair.development, variable, code, own)
        for variable in MARKED:
            own = [p for p in proposals if p.variable == variable]
            yield from _found(
                held.source, pair.development, variable, coded[variable].get(pair.development, set()), own
            )


def _coded(held: Held, variable: str) -> dict[str, set[str]]:
    """Return the codes of each development."""
    ds = held.ds
    if variable == "topics":
        rows = ds.development_topics[ds.development_topics["rank"].astype(str) == "primary"]
        frame, field = rows, "topic_id"
    else:
        tables = {"risks": (ds.development_risks, "risk_id"), "provisions": (ds.provisions, "type")}
        frame, field = tables.get(variable, (ds.developments, variable))
    out: dict[str, set[str]] = {}
    for development, code in zip(frame["development_id"].astype(str), frame[field].astype(str), strict=True):
        out.setdefault(development, set()).add(code)
    return out


def _chosen(source: str, development: str, variable: str, code: str, own: Sequence[Proposal]) -> Outcome:
    """Return the outcome of a variable that has one code."""
    best = own[0] if own else None
    ranked = [] if best is None else [v for v in (best.value, *(other for other, _ in best.others)) if v][:3]
    proposed = best is not None and best.value != ""
    return Outcome(
        source, development, variable, proposed and ranked[0] == code, proposed=proposed, top3=code in ranked,
        score=best.score if best is not None and proposed else 0.0, code=code,
    )  # fmt: skip


def _found(
    source: str, development: str, variable: str, coded: set[str], own: Sequence[Proposal]
) -> Iterator[Outcome]:
    """Yield the outcomes of a variable of which a development has any number of codes."""
    scores: dict[str, float] = {}
    for p in own:
        code = p.value.rpartition(" ")[2]
        scores[code] = max(p.score, scores.get(code, 0.0))
    for code, score in scores.items():
        right = code in coded
        yield Outcome(source, development, variable, right, coded=right, top3=right, score=score)
    for _ in coded - {*scores}:
        yield Outcome(source, development, variable, right=False, proposed=False)
