"""Rules of the codebook on figures: none is coded twice, and its period is of its kind."""

from __future__ import annotations

from collections.abc import Iterator

from tmt_dataset.validation.findings import Finding, marked
from tmt_dataset.validation.tables import Check, Tables

__all__ = ["CHECKS", "SAYS", "figure_periods", "figure_twice"]


#: What a figure says: two of one development that agree in all of it are one.
SAYS = ["measure", "value", "qualifier", "kind", "aggregation", "period_start", "period_end"]


def figure_twice(t: Tables) -> Iterator[Finding]:
    """Rule F11: a number that a further report repeats is the same figure; equal sums of several cases are several.

    The total of a campaign was in heading and body, and the sum over all rows was twice the total.
    """
    f, p = t["figures"], t["provisions"]
    case = f["figure_id"].map(
        p.dropna(subset=["figure_id", "case"]).drop_duplicates("figure_id").set_index("figure_id")["case"]
    )
    known = f[["development_id", "measure", "value"]].notna().all(axis=1)
    yield from marked(
        "figures",
        "figures",
        f,
        known & f.assign(case=case).duplicated(["development_id", *SAYS, "case"]),
        "value",
        "{figure_id} says what another figure of {development_id} says",
        "one row per number",
        "{measure} {value:,.15g}",
        "Keep one, and let the other quote support `figures`; equal sums of several cases are told apart by their provisions.",
    )


def figure_periods(t: Tables) -> Iterator[Finding]:
    """Rule of figures: a total up to a date and a level at a date have no first day.

    A total since the beginning of a campaign was added up with those of its months.
    """
    f = t["figures"]
    yield from marked(
        "figures",
        "figures",
        f,
        f["aggregation"].isin(["cumulative", "level"]) & f["period_start"].notna(),
        "period_start",
        "{figure_id} is {aggregation}, and has a first day",
        "an empty cell, or the aggregation flow or change",
        "{period_start:%Y-%m-%d}",
        "`period_end` holds the day up to which, or at which, it was counted.",
    )


CHECKS: dict[Check, str] = {
    figure_twice: "Codebook F11 (one row per number)",
    figure_periods: "Codebook 7 (periods of figures)",
}
