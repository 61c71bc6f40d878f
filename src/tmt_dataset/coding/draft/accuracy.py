"""How right the drafting is on sources that it does not know: one source left out at a time, with intervals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from tmt_dataset.coding.draft.outcomes import Further, Held, Outcome, outcomes
from tmt_dataset.dataset import Dataset

__all__ = ["ALL", "COLUMNS", "PRECISE", "measured", "table"]

#: The scope of all sources together.
ALL = "all"
COLUMNS = (
    "scope", "variable", "measure", "value", "low", "high", "n", "top3", "coverage_at_95", "calibration", "ceiling", "floor",
)  # fmt: skip
#: The precision at which coverage is told.
PRECISE = 0.95
DRAWS, SEED = 1000, 2024
#: Variables that are found or missed: precision and recall; the others have one value and an accuracy.
FOUND = (
    "unit",
    "stated_day",
    "authorities",
    "places",
    "instruments",
    "relations",
    "figures",
    "effective_date",
    "risks",
    "provisions",
)
#: What the two codings call a variable, where it has another name there.
AGREED = {
    "topics": "primary_topic",
    "figures": "figure_value",
    "stated_day": "date",
    "risks": "risk",
    "provisions": "provision",
}


@dataclass(frozen=True)
class _Ceilings:
    """The agreement of the two codings by variable: of values, and of what was found."""

    agreement: Mapping[str, float]
    f1: Mapping[str, float]

    def of(self, variable: str) -> float | None:
        name = AGREED.get(variable, variable)
        return self.agreement.get(name, self.f1.get(name))


def measured(ds: Dataset, texts: Mapping[str, str], further: Sequence[Further] = ()) -> pd.DataFrame:
    """Return the accuracy of the drafting, each source by what is known without it.

    Parameters
    ----------
    ds
        The data.
    texts
        The source texts by source; sources without one are left out.
    further
        What makes the outcomes of other variables.

    Returns
    -------
    pandas.DataFrame
        One row per scope, variable and measure, with the columns of the table ``draft_accuracy``.
    """
    found = [o for source in sorted(texts) for o in outcomes(Held(ds, source, texts[source]), further)]
    return table(found, _ceilings(ds))


def _ceilings(ds: Dataset) -> _Ceilings:
    rows = ds.agreement[ds.agreement["scope"].astype(str) == ALL]
    by = {
        kind: {
            str(r["variable"]): float(r["value"])
            for r in rows[rows["statistic"].astype(str) == kind].to_dict("records")
        }
        for kind in ("agreement", "f1")
    }
    return _Ceilings(by["agreement"], by["f1"])


def table(found: Iterable[Outcome], ceilings: _Ceilings | None = None) -> pd.DataFrame:
    """Return the rows of outcomes: by scope, variable and measure."""
    ceilings = ceilings or _Ceilings({}, {})
    groups: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for o in found:
        groups[(ALL, o.variable)].append(o)
        groups[(o.source, o.variable)].append(o)
        if o.variable not in ("unit", "segment_role", "stated_day"):
            groups[(ALL, "all_values")].append(o)
            groups[(o.source, "all_values")].append(o)
    rows = [row for (scope, variable), own in groups.items() for row in _rows(scope, variable, own, ceilings)]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    first = frame["scope"].ne(ALL)
    order = (
        pd.DataFrame({"first": first, "scope": frame["scope"]})
        .sort_values(["first", "scope"], kind="stable")
        .index
    )
    return frame.loc[order].reset_index(drop=True)


def _rows(scope: str, variable: str, own: list[Outcome], ceilings: _Ceilings) -> list[dict[str, Any]]:
    """Return the rows of a variable in a scope."""
    base = {"scope": scope, "variable": variable}
    common = {
        "coverage_at_95": _coverage(own), "calibration": _calibration(own), "ceiling": ceilings.of(variable), "floor": None,
    }  # fmt: skip
    if variable in FOUND:
        rows = []
        for measure in ("precision", "recall", "f1"):
            value, low, high, n = _interval(own, _MEASURES[measure])
            extra = common if measure == "f1" else {}
            rows.append(
                {**base, "measure": measure, "value": value, "low": low, "high": high, "n": n, **extra}
            )
        return rows
    value, low, high, n = _interval(own, _MEASURES["accuracy"])
    common["floor"] = _majority(own)
    top3 = _share(sum(o.top3 for o in own), len(own))
    return [
        {
            **base,
            "measure": "accuracy",
            "value": value,
            "low": low,
            "high": high,
            "n": n,
            "top3": top3,
            **common,
        }
    ]


def _share(part: float, whole: float) -> float | None:
    return round(part / whole, 3) if whole else None


#: Right, proposed and coded of each measure: the share of the first in a sum of the others.
_MEASURES = {
    "precision": lambda r, p, c, n: (r, p),
    "recall": lambda r, p, c, n: (r, c),
    "f1": lambda r, p, c, n: (2 * r, p + c),
    "accuracy": lambda r, p, c, n: (r, n),
}


def _interval(own: list[Outcome], measure: Any) -> tuple[float | None, float | None, float | None, int]:
    """Return a measure with its 95% interval, by bootstrap over developments or by Wilson, and of how many it is the share."""
    names = sorted({(o.source, o.unit) for o in own})
    place = {name: n for n, name in enumerate(names)}
    counts = np.zeros((len(names), 4))
    for o in own:
        counts[place[(o.source, o.unit)]] += (o.right, o.proposed, o.coded, 1)
    top, bottom = measure(*counts.sum(axis=0))
    drawn = np.random.default_rng(SEED).integers(0, len(names), (DRAWS, len(names)))
    tops, bottoms = measure(*counts[drawn].sum(axis=1).T)
    values = tops[bottoms > 0] / bottoms[bottoms > 0]
    n = int(bottom / 2 if measure is _MEASURES["f1"] else bottom)
    low, high = np.quantile(values, [0.025, 0.975]) if len(values) else (None, None)
    # all right or none: whatever is drawn is the same, and says nothing of the next source
    if n and top in (0, bottom):
        low, high = binomtest(n if top else 0, n).proportion_ci(0.95, "wilson")
    return _share(float(top), float(bottom)), _rounded(low), _rounded(high), n


def _rounded(value: Any) -> float | None:
    return None if value is None else round(float(value), 3)


def _coverage(own: list[Outcome]) -> float | None:
    """Return the share of the values that proposals with the highest scores reach while 95% of them are right."""
    proposed = sorted((o for o in own if o.proposed), key=lambda o: -o.score)
    total = sum(o.coded or o.proposed for o in own)
    best = right = 0
    for n, o in enumerate(proposed, start=1):
        right += o.right
        last = n == len(proposed) or proposed[n].score < o.score  # a threshold takes all of one score
        if last and right >= PRECISE * n:
            best = n
    return _share(best, total)


def _calibration(own: list[Outcome]) -> float | None:
    """Return the expected calibration error: how far scores and shares of right values are apart, in five bins."""
    proposed = sorted((o for o in own if o.proposed), key=lambda o: o.score)
    if len(proposed) < 5:
        return None
    bins = np.array_split(np.array([(o.score, o.right) for o in proposed], dtype=float), 5)
    return round(float(sum(abs(b[:, 0].mean() - b[:, 1].mean()) * len(b) for b in bins) / len(proposed)), 3)


def _majority(own: list[Outcome]) -> float | None:
    """Return how often the most frequent value is right: what always proposing it would reach."""
    codes = [o.code for o in own if o.code]
    return _share(max(map(codes.count, set(codes)), default=0), len(own)) if codes else None
