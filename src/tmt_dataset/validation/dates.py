"""Rule 4: dates agree with their bounds, with the window of their source, and with what was reported when."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pandas as pd

from tmt_dataset.cells import days
from tmt_dataset.edtf import bounds
from tmt_dataset.validation.findings import Finding, marked
from tmt_dataset.validation.tables import Check, Tables, keyed

__all__ = [
    "AHEAD",
    "CHECKS",
    "dates",
    "periods",
    "windows",
]


#: Actions that may lie ahead of the source that reports them.
AHEAD = ("effect", "agenda")


def _bounds(text: str) -> tuple[str, str] | None:
    try:
        first, last = bounds(text)
    except ValueError:
        return None
    return first.isoformat(), last.isoformat()


def dates(t: Tables) -> Iterator[Finding]:
    """Rule 4: dates are days of the calendar, and bounds are those of their date.

    Bounds that disagree with their date would put a development into another period.
    """
    d = t["developments"]
    known = {text: _bounds(text) for text in pd.concat([d["date"], d["effective_date"]]).dropna().unique()}
    invalid = [text for text, found in known.items() if found is None]
    for column in ("date", "effective_date"):
        yield from marked(
            "dates",
            "developments",
            d,
            d[column].isin(invalid),
            column,
            "{development_id} has an invalid date",
            "an EDTF date of the calendar",
            f"{{{column}}}",
        )
    for side, name in enumerate(("date_start", "date_end")):
        bound = days(d["date"].map({k: v[side] for k, v in known.items() if v is not None}))
        yield from marked(
            "dates",
            "developments",
            d,
            bound.notna() & d[name].notna() & (bound != d[name]),
            name,
            f"{name} of {{development_id}} is not the bound of its date {{date}}",
            "{bound:%Y-%m-%d}",
            f"{{{name}:%Y-%m-%d}}",
            "Run `tmt-dataset build`.",
            bound=bound,
        )


def windows(t: Tables) -> Iterator[Finding]:
    """Rule 4: a development without a date has its source's window, and nothing is reported before it happened.

    The year of a heading without a year was taken from the day of coding.
    """
    d = t["developments"]
    of_development = partial(marked, "dates", "developments", d)
    primary = t["mentions"].loc[t["mentions"]["rank"] == "primary"].drop_duplicates("development_id")
    source = primary["segment_id"].map(keyed(t["segments"], "segment_id")["source_id"])
    of = d["development_id"].map(source.set_axis(primary["development_id"]))
    sources = keyed(t["sources"], "source_id").reindex(of).set_axis(d.index)
    first, last, published = sources["period_start"], sources["period_end"], sources["published"]
    known = first.notna() & last.notna() & d["date_start"].notna() & d["date_end"].notna()
    other = (d["date_start"] != first) | (d["date_end"] != last)
    yield from of_development(
        (d["date_basis"] == "period") & known & other,
        "date",
        "{development_id} has the basis period, but not its source's window",
        "{first:%Y-%m-%d}/{last:%Y-%m-%d}",
        "{date}",
        "Code the window, or the basis that the date has.",
        first=first,
        last=last,
    )
    limit = published.fillna(last)
    ahead = limit.notna() & (d["date_start"] > limit) & ~d["action"].isin(AHEAD)
    yield from of_development(
        ahead,
        "date",
        "{development_id} is dated after the source that reports it",
        "at most {limit:%Y-%m-%d}",
        "{date}",
        "Correct the date, or give the day on which the source was `published`, if it was later than its window.",
        limit=limit,
    )
    late = last.notna() & (d["date_end"] > last) & (d["date_basis"] == "context")
    yield from of_development(
        late & ~d["action"].isin(AHEAD) & ~ahead,
        "date",
        "{development_id} has a date that follows from the context, and ends after the window",
        "at most {last:%Y-%m-%d}",
        "{date}",
        "What follows from the words around it runs to the end of the window at most (D3, D4).",
        last=last,
    )


def periods(t: Tables) -> Iterator[Finding]:
    """Rule 4: a period ends on or after the day on which it starts.

    Days swapped by hand would give a period of negative length.
    """
    for table in ("sources", "figures"):
        f = t[table]
        yield from marked(
            "dates",
            table,
            f,
            f["period_end"] < f["period_start"],
            "period_end",
            "the period ends before it starts",
            "at least {period_start:%Y-%m-%d}",
            "{period_end:%Y-%m-%d}",
        )


CHECKS: dict[Check, str] = {
    dates: "Rule 4 (dates and their bounds agree)",
    windows: "Rule 4 (dates agree with the window of the source)",
    periods: "Rule 4 (periods end after they start)",
}
