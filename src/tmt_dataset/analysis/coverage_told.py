"""What the package covers and how far it can be relied on, in sentences."""

from __future__ import annotations

import math

import pandas as pd

from tmt_dataset.analysis.counting import RESOLUTIONS, collective, developments, gaps, resolution, tally
from tmt_dataset.analysis.reliability import agreed, corrected
from tmt_dataset.analysis.sources import coverage, damaged, overlaps
from tmt_dataset.analysis.words import counted, listed, number, span, spoken
from tmt_dataset.dataset import Dataset
from tmt_dataset.guard import guarded
from tmt_dataset.views.windows import exposure, members, reports, windows

__all__ = [
    "AGREEMENT",
    "DATE_COLOURS",
    "LEDGER",
    "SHARED",
    "below_one",
    "characters",
    "corrections",
    "covered",
    "covers",
    "date_table",
    "dated",
    "dates_alt",
    "dates_title",
    "dates_unit",
    "errata_table",
    "first_reports",
    "ledger",
    "lost_headings",
    "overlap",
    "relied_on",
    "shared_errors",
    "strip_alt",
    "strip_title",
    "strip_unit",
    "unseen",
]


@guarded
def covered(ds: Dataset) -> pd.DataFrame:
    """Return the windows of the sources, each with the developments that its source dates into it.

    Returns
    -------
    pandas.DataFrame
        As :func:`tmt_dataset.analysis.windows`, with ``min`` and ``max``; collective developments are not counted.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> frame = covered(tmt.load())
    >>> bool((frame["min"] <= frame["max"]).all())
    True
    """
    periods, dev = windows(ds, reviews_last=True), developments(ds)
    single = dev.loc[~dev["development_id"].isin(collective(ds))]
    found = tally(members(single, periods, reports(ds)))
    return periods.merge(found.astype({"window": "str"}), on="window")


@guarded
def first_reports(ds: Dataset) -> pd.DataFrame:
    """Return each development with the source that reports it first, and whether that report has lost a part.

    Returns
    -------
    pandas.DataFrame
        One row per development: ``development_id``, ``date_start``, ``date_end``, ``date_basis``, ``source_id``, ``window``
        (label of the source's window), ``lost`` (bool), ``undated`` (bool: it has no date but that window).

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> len(first_reports(ds)) == len(ds.developments)
    True
    """
    mentions = ds["mentions"].merge(ds["segments"][["segment_id", "source_id"]], on="segment_id")
    first = mentions.loc[mentions["rank"] == "primary", ["development_id", "source_id"]].drop_duplicates()
    lost = damaged(ds["mentions"], ds["segments"], ds["errata"]).assign(lost=True)
    labels = windows(ds, reviews_last=True).set_index("source_id")["window"]
    dates = ds["developments"][["development_id", "date_start", "date_end", "date_basis"]]
    out = dates.merge(first.astype({"source_id": "str"}), on="development_id", validate="one_to_one")
    out = out.merge(lost, on=["development_id", "source_id"], how="left")
    return out.assign(
        lost=out["lost"].notna(), window=out["source_id"].map(labels), undated=out["date_basis"] == "period"
    )


def covers(ds: Dataset) -> str:
    """Return which months the sources cover.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> covers(tmt.load()).startswith("Newsletters cover ")
    True
    """
    periods = windows(ds)
    newsletters = periods.loc[periods["kind"] == "newsletter"]
    missed = gaps(periods)["months"].sum()
    months = exposure(newsletters)
    further = exposure(periods) - months
    first, last = (
        spoken(day, day).partition(" ")[2] for day in (periods["start"].min(), periods["end"].max())
    )
    return (
        f"Newsletters cover {months:.0f} of the {months + further + missed:.0f} months from {first} to {last}; "
        f"{further:.0f} more have only the highlights of an annual review, and {missed:.0f} no source at all."
    )


def dated(ds: Dataset) -> str:
    """Return how many developments have a date of their own, and why others have none.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> "no date" in dated(tmt.load())
    True
    """
    first = first_reports(ds)
    undated = first.loc[first["undated"]]
    return (
        f"{len(undated)} of {len(first)} developments have no date other than the window of their source; "
        f"{undated['lost'].sum()} of these are in reports of which the text at hand has lost a part, mostly the heading that gave the date."
    )


def relied_on(ds: Dataset) -> str:
    """Return how far two codings agree, and how many errors their agreement does not show.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> "two automated codings" in relied_on(tmt.load())
    True
    """
    table, wrong = agreed(ds), corrected(ds)
    values = table.loc[table["statistic"] == "alpha"]
    shared = wrong.loc[wrong["found"] == "adjudication", "development_id"].nunique()
    later = wrong.loc[wrong["found"] == "later reading", "development_id"].nunique()
    return (
        f"The two automated codings agree with α = {values['value'].min():.2f} or more on all {len(values)} coded variables, yet both made the same error in "
        f"{counted(shared, 'development')}, and later readings corrected values of {later}: two readings by one model can agree and both be wrong."
    )


def overlap(ds: Dataset) -> str:
    """Return how far newsletters and reviews report the same developments, where both could have.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> "in both" in overlap(tmt.load())
    True
    """
    periods = windows(ds).set_index("source_id")["window"]
    parts = []
    for pair in overlaps(ds).to_dict("records"):
        high = "no upper bound" if math.isinf(pair["high"]) else f"{pair['high']:.0f}"
        parts.append(
            f"On the topics that the review of {periods[pair['review']]} covers, the newsletter of {periods[pair['newsletter']]} dates "
            f"{pair['first']} developments into its window and the review {pair['second']}, of which {counted(pair['both'], 'is', 'are')} in both "
            f"({pair['possible']} more may lie there by their dates). If each list were an independent draw from one population, that would hold "
            f"{pair['low']} to {high} developments (exact 95% interval); one firm wrote both, so this is not an estimate."
        )
    return (
        " ".join(parts)
        or "No newsletter and annual review cover the same days, so what both could have reported cannot be compared."
    )


def characters(ds: Dataset) -> str:
    """Return that every character of the sources has a role.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> "characters" in characters(tmt.load())
    True
    """
    ledger = coverage(ds)
    return (
        f"Of the {ledger['characters'].sum():,} characters of the {counted(len(ledger), 'source')}, {ledger['accounted'].min():.0f}% lie in a segment with a role. "
        f"Quotes hold {span(ledger['quoted'].min(), ledger['quoted'].max())}% of a source: enough for each value that has to be proved, too little to replace the text."
    )


def unseen(ds: Dataset) -> str:
    """Return what a variable without any disagreement still allows.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> unseen(tmt.load()).startswith("On ")
    True
    """
    table = agreed(ds)
    full = table.loc[table["value"] == 1]
    if full.empty:
        return "On every variable the codings disagree somewhere."
    worst = full.sort_values("n").iloc[0]
    return (
        f"On {counted(len(full), 'variable')} no disagreement was seen ({listed(full['variable'].map(_read))}). "
        f"With {int(worst['n'])} units, the fewest of them, a true rate of {100 * worst['unseen']:.1f}% can still show none (exact 95% interval)."
    )


# -- the tables and the words around the charts

#: Columns of the ledger with the names that readers see.
LEDGER = {
    "window": "Source",
    "characters": "Characters",
    "reporting": "Reports, %",
    "set aside": "Set aside, %",
    "frame": "Frame, %",
    "quoted": "Quoted, %",
    "items": "Items",
    "developments": "First reports",
    "mentions": "All reports",
}
#: What a role of a segment is for.
_USES = {
    "reporting": ["heading", "development"],
    "set aside": ["commentary", "outlook"],
    "frame": ["introduction", "section-heading", "boilerplate"],
}
AGREEMENT = {
    "name": "Variable",
    "measure": "Measure",
    "value": "Value",
    "low": "Low",
    "high": "High",
    "n": "Units",
    "lowest": "Lowest source",
}
SHARED = {
    "development_id": "Development",
    "name": "Variable",
    "before": "Both codings",
    "after": "Decided",
}
#: Variables whose name alone does not say what is compared.
_NAMES = {
    "unit": "developments found",
    "ai_role": "role of AI",
    "quote_exact": "whole quotes",
    "quote_token": "words of quotes",
    "provision_quote_token": "words of the quotes of provisions",
    "provision": "provisions (addressee, type)",
    "provision_with_modality": "provisions (addressee, modality, type)",
    "addressees_and_types": "set of addressees and types of a development",
    "risk": "risks, each",
    "risks": "set of risks of a development",
}
#: Colours of the units in which dates are known.
DATE_COLOURS = {"day": "blue", "month": "sky", "two months": "orange", "longer": "vermilion"}


@guarded
def ledger(ds: Dataset) -> pd.DataFrame:
    """Return for each source what its characters are used for, in percent, and what was taken from them.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> frame = ledger(tmt.load())
    >>> bool(frame[["reporting", "set aside", "frame"]].sum(axis=1).round(6).eq(100).all())
    True
    """
    counts, periods = coverage(ds), windows(ds, reviews_last=True)
    for name, roles in _USES.items():
        counts[name] = 100 * counts[roles].sum(axis=1) / counts["characters"]
    return periods[["source_id", "window"]].merge(counts, on="source_id")


@guarded
def date_table(ds: Dataset) -> pd.DataFrame:
    """Return how many developments of each window are dated how exactly.

    Returns
    -------
    pandas.DataFrame
        Index ``window``, one column per unit of :data:`tmt_dataset.analysis.RESOLUTIONS` (int).

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> int(date_table(ds).to_numpy().sum()) == len(ds.developments)
    True
    """
    first = first_reports(ds)
    found = pd.crosstab(first["window"], resolution(first).astype("str"))
    return found.reindex(index=windows(ds, reviews_last=True)["window"], columns=RESOLUTIONS, fill_value=0)


@guarded
def errata_table(ds: Dataset) -> pd.DataFrame:
    """Return how many errata of each kind each source has.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> int(errata_table(ds)["All"].sum()) == len(ds.errata)
    True
    """
    labels = windows(ds, reviews_last=True).set_index("source_id")["window"]
    kinds = ds["errata"]["kind"].astype("str").rename("Kind")
    found = pd.crosstab(kinds, ds["errata"]["source_id"].astype("str").map(labels))
    found = found.reindex(columns=labels.tolist(), fill_value=0).assign(All=lambda t: t.sum(axis=1))
    out: pd.DataFrame = (
        found.sort_values("All", ascending=False, kind="stable").rename_axis(columns=None).reset_index()
    )
    return out


@guarded
def below_one(ds: Dataset) -> pd.DataFrame:
    """Return the variables on which the codings differ, the lowest agreement first.

    Returns
    -------
    pandas.DataFrame
        ``name``, ``measure``, ``value``, ``low``, ``high``, ``n``, ``lowest`` (of the sources with at least 20 units).

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> bool((below_one(tmt.load())["value"] < 1).all())
    True
    """
    table = agreed(ds)
    table = table.loc[table["value"] < 1]
    of_source = ds["agreement"].astype({"variable": "str", "statistic": "str", "scope": "str"})
    of_source = of_source.loc[(of_source["scope"] != "all") & (of_source["n"] >= 20)]
    lowest = of_source.groupby(["variable", "statistic"])["value"].min()
    keys = pd.MultiIndex.from_frame(table[["variable", "statistic"]])
    return table.assign(
        name=table["variable"].map(_read),
        measure=table["statistic"].map({"alpha": "α", "f1": "F1"}),
        lowest=lowest.reindex(keys).to_numpy(),
    )


@guarded
def shared_errors(ds: Dataset) -> pd.DataFrame:
    """Return the values that both codings had alike and the adjudication overruled.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> frame = shared_errors(tmt.load())
    >>> bool((frame["before"] != frame["after"]).all())
    True
    """
    wrong = corrected(ds)
    wrong = wrong.loc[wrong["found"] == "adjudication"]
    return wrong.assign(name=wrong["variable"].map(_read)).replace({"before": {"none": "nothing"}})


def _read(variable: str) -> str:
    """Return a variable's name as a reader writes it.

    >>> _read("ai_role"), _read("date_basis")
    ('role of AI', 'date basis')
    """
    return _NAMES.get(variable, variable.replace("_", " "))


def strip_title(frame: pd.DataFrame) -> str:
    """Return the claim of the chart of covered months, from the frame of :func:`covered`."""
    plain = frame.loc[frame["kind"] == "newsletter"]
    apart = gaps(plain)["months"].sum()
    return f"Between the windows of the newsletters lie {apart:.0f} months that none of them covers"


def strip_unit(frame: pd.DataFrame) -> str:
    """Return what the chart of covered months counts."""
    least, most = frame["min"].sum(), frame["max"].sum()
    return f"Developments that each source dates into its own window, n = {span(least, most)} reports; a range where dates are uncertain"


def strip_alt(frame: pd.DataFrame) -> str:
    """Return the chart of covered months in words."""
    counts = [f"{row['window']} {span(row['min'], row['max'])}" for row in frame.to_dict("records")]
    return f"A timeline with one bar per window and the number of its developments: {', '.join(counts)}."


def dates_title(ds: Dataset) -> str:
    """Return the claim of the chart of dates."""
    first = first_reports(ds)
    worst = first.groupby("window")["undated"].mean()
    window = str(worst.idxmax())
    part = first.loc[first["window"] == window, "undated"]
    return f"{part.sum()} of the {len(part)} developments of {window} have no date other than that window, the largest share of all sources"


def dates_unit(ds: Dataset) -> str:
    """Return what the chart of dates counts."""
    return f"Developments by how exactly they are dated, n = {len(ds['developments'])}"


def dates_alt(held: pd.DataFrame) -> str:
    """Return the chart of dates in words."""
    rows = [
        f"{window}: {listed(f'{n} {unit}' for unit, n in row.items() if n)}"
        for window, row in held.iterrows()
    ]
    return f"One bar per source, divided by how exactly its developments are dated. {'; '.join(rows)}."


def lost_headings(ds: Dataset) -> str:
    """Return how the lack of dates follows from the texts at hand.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> "whole" in lost_headings(tmt.load())
    True
    """
    first = first_reports(ds)
    kinds = windows(ds, reviews_last=True).set_index("window")["kind"]
    plain = first.loc[first["window"].map(kinds) == "newsletter"]
    whole = plain.loc[~plain["lost"]]
    broken = plain.groupby("window")["lost"].mean()
    named = listed(window for window in kinds.index if broken.get(window, 0) > 0.5)
    where = f" More than half of the reports are damaged in {named}." if named else ""
    return (
        f"Without a date of their own are {number(int(whole['undated'].sum()))} of the {counted(len(whole), 'newsletter report')} that survive whole and "
        f"{number(int(plain.loc[plain['lost'], 'undated'].sum()))} of the {counted(int(plain['lost'].sum()), 'damaged one')}.{where} "
        "What is missing is in the texts at hand, not in what happened; a trend in days or months would rest on the reports that kept their headings."
    )


def corrections(ds: Dataset) -> str:
    """Return what later readings changed, by variable.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> "Later readings" in corrections(tmt.load())
    True
    """
    wrong = corrected(ds)
    later = wrong.loc[wrong["found"] == "later reading"]
    by = later.groupby("variable")["development_id"].nunique().sort_values(ascending=False, kind="stable")
    most = listed(f"{_read(str(name))} ({n})" for name, n in by.head(4).items())
    shared = wrong.loc[wrong["found"] == "adjudication", "development_id"].nunique()
    return (
        f"Both codings gave the same value and were overruled in {counted(shared, 'development')}, listed below. Later readings changed settled values of "
        f"{counted(later['development_id'].nunique(), 'development')}, most often {most}; the review log has each with its rule."
    )
