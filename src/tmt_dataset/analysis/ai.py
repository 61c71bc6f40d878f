"""AI in the newsletters: its share by window, what the comparison of two windows rests on, who acts and how.

The unit is the development that a window's own newsletter reports. Annual reviews enter none of the shares: they
cover chosen subjects only. A collective development (relation ``includes``) is left out; its members count.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from tmt_dataset.analysis.counting import collective, developments
from tmt_dataset.analysis.inference import AT_LEAST, compare, differences, odds, rates, shares
from tmt_dataset.analysis.instruments import leads, lifecycles, narrowed, stages
from tmt_dataset.analysis.measures import implied
from tmt_dataset.analysis.steering import ORIENTATIONS
from tmt_dataset.analysis.words import fraction, probability, span
from tmt_dataset.guard import guarded
from tmt_dataset.views.windows import members, reports, windows

if TYPE_CHECKING:
    from tmt_dataset.dataset import Dataset

__all__ = [
    "LEVELS",
    "STRENGTHS",
    "areas",
    "comparisons",
    "filings",
    "final_by_force",
    "grid",
    "instruments",
    "latest_pair",
    "levels",
    "limits",
    "newsletters",
    "parts",
    "promotes_only",
    "reported",
    "requirements",
    "season_pairs",
    "sensitivities",
    "sizes",
]


#: Levels and orientations in the order of tables and charts.
LEVELS = ("national", "local", "international")
#: What a provision does to its addressee, by modality.
STRENGTHS = {
    "must": "must",
    "must-not": "must",
    "incurs": "incurs",
    "should": "should",
    "covers": "is covered",
    "receives": "receives",
    "may": "may",
}


@guarded
def newsletters(ds: Dataset) -> pd.DataFrame:
    """Return the windows that newsletters cover, in time order (see :func:`~tmt_dataset.analysis.windows`).

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> set(newsletters(tmt.load())["kind"])
    {'newsletter'}
    """
    periods = windows(ds)
    return periods.loc[periods["kind"] == "newsletter"].reset_index(drop=True)


@guarded
def reported(ds: Dataset) -> pd.DataFrame:
    """Return the developments that each newsletter reports of its own window, with what marks them as AI.

    Returns
    -------
    pandas.DataFrame
        As :func:`tmt_dataset.analysis.members` returns them, with ``orientation``, ``ai_role``, ``ai`` (the primary
        topic lies under AI) and ``any_ai`` (any topic does).

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> frame = reported(tmt.load())
    >>> bool((frame["any_ai"] >= frame["ai"]).all())
    True
    """
    dev, topics = ds["developments"], ds["development_topics"]
    about = topics.loc[topics["topic_id"].astype("str").str.split("/").str[0] == "ai", "development_id"]
    frame = developments(ds).assign(
        orientation=dev["orientation"].astype("str").to_numpy(),
        ai_role=dev["ai_role"].astype("str").to_numpy(),
        any_ai=dev["development_id"].isin(about).to_numpy(),
    )
    frame["ai"] = frame["area"].eq("ai")
    frame = frame.loc[~frame["development_id"].isin(collective(ds))]
    return members(frame, newsletters(ds), reports(ds))


def season_pairs(periods: pd.DataFrame) -> list[tuple[str, str]]:
    """Return the pairs of windows that cover the same months of successive covered years, earliest first.

    Parameters
    ----------
    periods
        As returned by :func:`newsletters`.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ("Jul–Aug 2024", "Jul–Aug 2025") in season_pairs(newsletters(tmt.load()))
    True
    """
    season = zip(periods["start"].dt.month, periods["end"].dt.month, periods["months"].round(), strict=True)
    keyed = periods.assign(season=pd.Series([*season], index=periods.index, dtype="object")).sort_values(
        "start", kind="stable"
    )
    found = []
    for _, part in keyed.groupby("season", sort=False):
        rows = list(zip(part["start"], part["window"].astype("str"), strict=True))
        found += [(rows[i][0], rows[i - 1][1], rows[i][1]) for i in range(1, len(rows))]
    return [(before, after) for _, before, after in sorted(found)]


def latest_pair(periods: pd.DataFrame, frame: pd.DataFrame) -> tuple[str, str]:
    """Return the latest pair of windows alike in season, or the first and the last window if no two are alike.

    Parameters
    ----------
    periods
        As returned by :func:`newsletters`.
    frame
        As returned by :func:`reported`. Windows with fewer than ten developments are passed over.

    Raises
    ------
    ValueError
        If no window has enough developments.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> len(latest_pair(newsletters(ds), reported(ds)))
    2
    """
    large = periods.loc[periods["window"].astype("str").isin(_large(frame))]
    labels = [str(window) for window in large["window"]]
    if not labels:
        raise ValueError(f"expected a window with {AT_LEAST} developments or more, found none")
    return (season_pairs(large) or [(labels[0], labels[-1])])[-1]


def comparisons(frame: pd.DataFrame, periods: pd.DataFrame) -> pd.DataFrame:
    """Return every test of this subject on AI by window: all windows, a trend, first against last, like seasons.

    Parameters
    ----------
    frame
        As returned by :func:`reported`. Windows with fewer than ten developments enter no test.
    periods
        As returned by :func:`newsletters`.

    Returns
    -------
    pandas.DataFrame
        ``comparison``, ``measure`` (share, rate), ``before``, ``after`` (counts in words; missing for all windows),
        ``p_min``, ``p_max`` (what the dates allow), ``test``, ``p`` (the range in words).

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> comparisons(reported(ds), newsletters(ds))["comparison"].iloc[:3].tolist()
    ['all windows', 'all windows', 'trend over all windows']
    """
    large = _large(frame)
    kept = frame.loc[frame["window"].isin(large)]
    kept = kept.assign(window=kept["window"].cat.remove_unused_categories())
    rows = differences(kept, "ai") if len(large) > 1 else []
    pairs = [(a, b) for a, b in season_pairs(periods) if a in large and b in large]
    if len(large) > 1 and (large[0], large[-1]) not in pairs:
        pairs = [(large[0], large[-1]), *pairs]
    told = _told(kept)
    for before, after in pairs:
        for measure, row in compare(kept, "ai", before, after).iterrows():
            rows.append(
                {
                    "comparison": f"{before} to {after}",
                    "measure": measure,
                    "before": told[str(measure)][before],
                    "after": told[str(measure)][after],
                    "p_min": row["p_min"],
                    "p_max": row["p_max"],
                    "test": row["test"],
                }
            )
    columns = ["comparison", "measure", "before", "after", "p_min", "p_max", "test"]
    out = pd.DataFrame(rows, columns=columns)
    ends = zip(out["p_min"], out["p_max"], strict=True)
    return out.assign(p=[probability(*pair).removeprefix("p = ").removeprefix("p ") for pair in ends])


def _told(frame: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Return the share and the rate of each window in words."""
    share, rate = shares(frame, "ai"), rates(frame, "ai")
    return {
        "share": {str(row["window"]): fraction(row) for row in share.to_dict("records")},
        "rate": {
            str(row["window"]): f"{span(row['rate_min'], row['rate_max'], '{:.1f}')} a month"
            for row in rate.to_dict("records")
        },
    }


def _large(frame: pd.DataFrame) -> list[str]:
    """Return the windows that have enough developments for a share."""
    least = frame["certain"].groupby(frame["window"], observed=False).sum()
    return [str(window) for window in least.index[least >= AT_LEAST]]


def _ways(ds: Dataset, frame: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Yield every way of counting: its group, its name, and the developments with the hits in ``hit``."""
    base = frame.assign(hit=frame["ai"])
    yield "as counted", "All developments", base
    labels = ds["topics"].set_index("topic_id")["label"].astype("str")
    for area in base.loc[~base["ai"], "area"].value_counts().index:
        yield "one area left out", f"Without {labels[area].lower()}", base.loc[base["area"] != area]
    undated = base["date_basis"].eq("period")
    yield "dates", "Dated developments only", base.loc[~undated]
    yield "dates", "Undated ones free to fall out", base.assign(certain=base["certain"] & ~undated)
    rules = base["action"].isin(["consultation", "issuance"])
    yield "actions", "Drafts and final documents only", base.loc[rules]
    yield "actions", "Without filing notices", base.loc[base["action"] != "filing"]
    yield "what counts as AI", "AI among all topics", base.assign(hit=base["any_ai"])
    core = base["ai_role"].eq("core")
    yield "what counts as AI", "AI is what it is about", base.assign(hit=core)
    yield "what counts as AI", "AI at least a part of it", base.assign(hit=core | base["ai_role"].eq("part"))


@guarded
def sensitivities(ds: Dataset, frame: pd.DataFrame, before: str, after: str) -> pd.DataFrame:
    """Return the comparison of two windows counted in every way that can be argued for.

    Parameters
    ----------
    ds
        The data set.
    frame
        As returned by :func:`reported`.
    before, after
        Labels of two windows.

    Returns
    -------
    pandas.DataFrame
        ``group``, ``way``, ``before``, ``after`` (counts in words), ``ratio_min``, ``ratio_max`` (odds ratio),
        ``low``, ``high`` (95% interval at its widest), ``apart`` (bool: the interval leaves out 1). Areas without a
        development in either window are left out, since leaving them out changes nothing.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> sensitivities(ds, reported(ds), "Jul–Aug 2024", "Jul–Aug 2025")["way"].iloc[0]
    'All developments'
    """
    pair = frame.loc[frame["window"].isin([before, after])]
    pair = pair.assign(window=pair["window"].cat.set_categories([before, after]))
    rows = []
    for group, way, part in _ways(ds, pair):
        if part["window"].nunique() < 2:
            continue
        row = odds(part, "hit", before, after)
        counts = shares(part, "hit", at_least=1).set_index("window")
        rows.append(
            {
                "group": group,
                "way": way,
                "before": fraction(counts.loc[before]),
                "after": fraction(counts.loc[after]),
                **row,
                "apart": bool(row["low"] > 1 or row["high"] < 1),
            }
        )
    columns = ["group", "way", "before", "after", "ratio_min", "ratio_max", "low", "high", "apart"]
    return pd.DataFrame(rows, columns=columns)


@guarded
def areas(ds: Dataset) -> pd.DataFrame:
    """Return the developments of each area of topics in each newsletter's window, AI first, then the most frequent.

    Returns
    -------
    pandas.DataFrame
        ``area`` (label), ``window``, ``least``, ``most``, ``of_least`` and ``of`` (the least and the greatest number of
        the window), ``share``; every area has a row for every window.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> areas(tmt.load())["area"].iloc[0]
    'Artificial intelligence'
    """
    rows = ds.counts(by=["window", "area"])
    rows = rows.loc[rows["kind"] == "newsletter"].astype({"area": "str", "least": "int64", "most": "int64"})
    total = rows.groupby("area", sort=False)["most"].transform("sum")
    rows = rows.assign(ai=rows["area"] == "ai", total=total, window=rows["window"].astype("str"))
    rows = rows.loc[total > 0].sort_values(
        ["ai", "total", "area"], ascending=[False, False, True], kind="stable"
    )
    labels = ds["topics"].set_index("topic_id")["label"].astype("str")
    of_least, of = rows["of_least"].astype("int64"), rows["of_most"].astype("int64")
    rows = rows.assign(
        area=rows["area"].map(labels), of_least=of_least, of=of, share=rows["most"] / of.where(of > 0)
    )
    return rows[["area", "window", "least", "most", "of_least", "of", "share"]].reset_index(drop=True)


def grid(table: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the shares of the areas by window as a grid, and the counts as the text of its cells.

    Parameters
    ----------
    table
        As returned by :func:`areas`.

    Examples
    --------
    >>> rows = {"area": ["Games"], "window": ["July"], "least": [1], "most": [2], "share": [0.2]}
    >>> grid(pd.DataFrame(rows))[1].loc["Games", "July"]
    '1–2'
    """
    texts = [span(*ends) for ends in zip(table["least"], table["most"], strict=True)]
    rows, columns = (table[name].drop_duplicates() for name in ("area", "window"))
    shares_of, written = (
        table.assign(text=texts)
        .pivot(index="area", columns="window", values=name)
        .reindex(index=rows, columns=columns)
        for name in ("share", "text")
    )
    return shares_of, written


def sizes(table: pd.DataFrame) -> dict[str, str]:
    """Return the number of developments of each window as the head of a column, a range where dates allow one.

    Examples
    --------
    >>> sizes(pd.DataFrame({"window": ["July", "July"], "of_least": [29, 29], "of": [31, 31]}))
    {'July': 'n = 29–31'}
    """
    heads = table.groupby("window", sort=False)[["of_least", "of"]].max()
    return {str(window): f"n = {span(*ends)}" for window, *ends in heads.itertuples(name=None)}


@guarded
def instruments(ds: Dataset) -> pd.DataFrame:
    """Return the events of every instrument that a development on AI moves, whichever source reports it.

    Reports and white papers are left out: they set nothing.

    Returns
    -------
    pandas.DataFrame
        ``instrument_id``, ``label`` (short, with the body that leads), ``level``, ``force``, ``orientation``,
        ``stage``, ``date``, ``date_start``, ``date_end``, ``development_id``; by level, then by time.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> "report" not in set(instruments(tmt.load())["force"])
    True
    """
    dev = developments(ds).set_index("development_id")
    moved = stages(ds)
    moved = moved.loc[moved["development_id"].map(dev["area"]).eq("ai") & moved["kind"].ne("report")]
    own = moved["instrument_id"].drop_duplicates().tolist()
    events = narrowed(lifecycles(ds.select(instrument=own)))
    events = events.loc[events["instrument_id"].isin(own)].copy()
    events["level"] = events["development_id"].map(dev["level"])
    events["level"] = events.groupby("instrument_id")["level"].transform("first")
    orientation = ds["developments"].set_index("development_id")["orientation"].astype("str")
    events["orientation"] = events["development_id"].map(orientation)
    bodies = leads(ds).drop_duplicates("development_id").set_index("development_id")["body"]
    led = zip(events["instrument_id"], events["level"], events["development_id"].map(bodies), strict=True)
    events["label"] = [_named(code, body if level == "national" else None) for code, level, body in led]
    events["label"] = events.groupby("instrument_id")["label"].transform("first")
    events["level"] = pd.Categorical(events["level"], categories=LEVELS, ordered=True)
    first = events.groupby("instrument_id")["date_start"].transform("min")
    events = events.assign(first=first).sort_values(
        ["level", "first", "instrument_id"], kind="stable", ignore_index=True
    )
    columns = ["instrument_id", "label", "level", "force", "orientation", "stage"]
    return events[[*columns, "date", "date_start", "date_end", "development_id"]]


def _named(code: str, body: str | None = None) -> str:
    """Return an instrument's identifier as a short name, with the body that leads unless the name has it."""
    words = {"ai": "AI", "genai": "generative AI", "ip": "IP", "plus": "+"}
    text = " ".join(words.get(word, word) for word in code.split("-")).replace("AI +", "AI+")
    text = text[:1].upper() + text[1:]
    if body is None or pd.isna(body):
        return text
    if text.casefold().startswith(body.casefold()):
        return body + text[len(body) :]
    return f"{text} · {body}"


@guarded
def final_by_force(ds: Dataset, frame: pd.DataFrame) -> pd.DataFrame:
    """Count the instruments of AI developments by force and stage, with the levels that issue them.

    Parameters
    ----------
    ds
        The data set.
    frame
        As returned by :func:`reported`; its AI developments are taken.

    Returns
    -------
    pandas.DataFrame
        Index ``force`` (binding first), ``step`` (draft, final); columns ``national``, ``local``,
        ``international`` (int), ``instruments`` (their short names). Reports have the force ``report``.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> final_by_force(ds, reported(ds)).columns.tolist()[:2]
    ['force', 'step']
    """
    own = frame.loc[frame["ai"]].drop_duplicates("development_id").set_index("development_id")
    moved = stages(ds)
    moved = moved.loc[moved["development_id"].isin(own.index)].copy()
    moved["level"] = moved["development_id"].map(own["level"])
    moved.loc[moved["kind"] == "report", "force"] = "report"
    moved = moved.drop_duplicates(["instrument_id", "step"])
    forces = [*dict.fromkeys(ds["instrument_kinds"]["force"].astype("str")), "report"]
    rows = []
    for force, step in product(forces, ["draft", "final"]):
        part = moved.loc[(moved["force"] == force) & (moved["step"] == step)]
        counts = {level: int((part["level"] == level).sum()) for level in LEVELS}
        rows.append(
            {
                "force": force,
                "step": step,
                **counts,
                "instruments": "; ".join(map(_named, part["instrument_id"])),
            }
        )
    out = pd.DataFrame(rows)
    return out.loc[out[list(LEVELS)].sum(axis=1).gt(0) | out["force"].eq("binding")].reset_index(drop=True)


@guarded
def levels(ds: Dataset) -> pd.DataFrame:
    """Count the newsletters' developments by subject (AI, other topics), level and orientation.

    Returns
    -------
    pandas.DataFrame
        ``subject``, ``level`` (national, local, international), ``orientation``, ``least``, ``most``; every combination
        has a row.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> levels(tmt.load())["orientation"].iloc[:2].tolist()
    ['control', 'both']
    """
    rows = ds.counts(by=["area", "level", "orientation"])
    rows = rows.loc[rows["kind"] == "newsletter"]
    subject = np.where(rows["area"].astype("str") == "ai", "AI", "Other topics")
    level = rows["level"].astype("str").replace({"provincial": "local", "municipal": "local"})
    rows = rows.assign(
        subject=pd.Categorical(subject, ["AI", "Other topics"]),
        level=pd.Categorical(level, LEVELS),
        orientation=pd.Categorical(rows["orientation"].astype("str"), ORIENTATIONS),
    )
    grouped = rows.groupby(["subject", "level", "orientation"], observed=False)
    return grouped[["least", "most"]].sum().astype("int64").reset_index()


def promotes_only(frame: pd.DataFrame) -> pd.DataFrame:
    """Compare the levels: how many of their developments promote and set no limit.

    Parameters
    ----------
    frame
        As returned by :func:`reported`.

    Returns
    -------
    pandas.DataFrame
        One row per selection (AI; AI without filing notices; dated AI; other topics): ``which``, ``national``,
        ``local`` (counts in words), ``more`` (the level with the greater share), ``p_min``, ``p_max`` (Fisher, exact).

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> promotes_only(reported(tmt.load()))["which"].iloc[0]
    'AI'
    """
    both = frame.loc[frame["level"].isin(["national", "local"])]
    both = both.assign(
        window=pd.Categorical(both["level"], ["national", "local"]),
        promotes=both["orientation"].eq("promotion"),
    )
    ai = both.loc[both["ai"]]
    selections = {
        "AI": ai,
        "AI, without filing notices": ai.loc[ai["action"] != "filing"],
        "AI, dated developments only": ai.loc[ai["date_basis"] != "period"],
        "Other topics": both.loc[~both["ai"]],
    }
    rows = []
    for which, part in selections.items():
        if part["window"].nunique() < 2:
            continue
        counts = shares(part, "promotes", at_least=1).set_index("window")
        result = compare(part.assign(months=1.0), "promotes", "national", "local").loc["share"]
        ends = {level: fraction(counts.loc[level]) for level in ("national", "local")}
        more = "local" if result["after_min"] > result["before_max"] else "national"
        rows.append(
            {"which": which, **ends, "more": more, "p_min": result["p_min"], "p_max": result["p_max"]}
        )
    return pd.DataFrame(rows, columns=["which", "national", "local", "more", "p_min", "p_max"])


@guarded
def requirements(ds: Dataset, frame: pd.DataFrame) -> pd.DataFrame:
    """Return what AI developments require, and of whom, by window.

    Parameters
    ----------
    ds
        The data set.
    frame
        As returned by :func:`reported`; its AI developments are taken.

    Returns
    -------
    pandas.DataFrame
        One row per addressee and strength (``must``, ``incurs``, ``should``, ``is covered``, ``receives``, ``may``),
        in this order and the most frequent first: ``addressee`` (label), ``strength``, ``what`` (types of provisions, the
        most frequent first), and a column for each window: the number of developments (text; a range where dates
        allow one).

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> requirements(ds, reported(ds)).columns.tolist()[:3]
    ['addressee', 'strength', 'what']
    """
    own = frame.loc[frame["ai"], ["development_id", "window", "certain"]]
    rows = ds["provisions"][["development_id", "addressee", "modality", "type"]]
    rows = rows.astype({"addressee": "str", "modality": "str", "type": "str"}).merge(own, on="development_id")
    rows["addressee"] = rows["addressee"].map(ds["addressees"].set_index("addressee")["label"].astype("str"))
    rows["type"] = rows["type"].map(ds["provision_types"].set_index("type")["label"].astype("str"))
    rows["strength"] = rows["modality"].map(STRENGTHS)
    keys = ["addressee", "strength"]
    found = []
    for (addressee, strength), part in rows.groupby(keys, sort=False):
        types = part.drop_duplicates(["development_id", "type"])["type"].value_counts()
        once = part.drop_duplicates(["development_id", "window"])
        found.append(
            {
                "addressee": addressee,
                "strength": strength,
                "what": ", ".join(name.lower() for name in types.index),
                **_by_window(once),
                "all": once["development_id"].nunique(),
            }
        )
    labels = [str(window) for window in frame["window"].cat.categories]
    out = pd.DataFrame(found, columns=[*keys, "what", *labels, "all"])
    out["strength"] = pd.Categorical(out["strength"], [*dict.fromkeys(STRENGTHS.values())], ordered=True)
    order = ["strength", "all", "addressee"]
    return out.sort_values(order, ascending=[True, False, True], kind="stable", ignore_index=True)


def _by_window(part: pd.DataFrame) -> dict[str, str]:
    """Return the number of rows of each window as text, empty where there is none."""
    grouped = part.groupby("window", observed=False)["certain"]
    ends = zip(grouped.sum().items(), grouped.size(), strict=True)
    return {
        str(window): "" if most == 0 else str(most) if least == most else f"{least}–{most}"
        for (window, least), most in ends
    }


@guarded
def limits(ds: Dataset, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the final binding instruments that limit AI, as the newsletters report them of their windows.

    Returns
    -------
    pandas.DataFrame
        Rows of :func:`tmt_dataset.analysis.stages` of AI developments that set limits (orientation control or both).

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> set(limits(ds, reported(ds))["force"]) <= {"binding"}
    True
    """
    own = frame.loc[frame["ai"] & frame["orientation"].isin(["control", "both"]), "development_id"]
    moved = stages(ds)
    binding = moved["force"].eq("binding") & moved["step"].eq("final") & moved["development_id"].isin(own)
    return moved.loc[binding].reset_index(drop=True)


@guarded
def parts(ds: Dataset, frame: pd.DataFrame) -> pd.DataFrame:
    """Return the developments on other subjects in which AI is a part or the object, latest window first.

    Returns
    -------
    pandas.DataFrame
        ``development_id``, ``title``, ``window``, ``date``, ``subject`` (label of the primary topic), ``action``
        (label), ``orientation``, ``ai_role``.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> set(parts(ds, reported(ds))["ai_role"]) <= {"core", "part"}
    True
    """
    found = frame.loc[~frame["ai"] & frame["ai_role"].isin(["core", "part"])]
    found = found.sort_values(["window", "date_start", "development_id"], ascending=[False, True, True])
    topics = ds["topics"].set_index("topic_id")["label"].astype("str")
    actions = ds["actions"].set_index("action")["label"].astype("str")
    out = found.assign(subject=found["topic"].map(topics), action=found["action"].map(actions))
    columns = ["development_id", "title", "window", "date", "subject", "action", "orientation", "ai_role"]
    return out[columns].reset_index(drop=True)


@guarded
def filings(
    ds: Dataset, measures: Sequence[str] = ("genai_services_filed", "genai_apps_registered")
) -> pd.DataFrame:
    """Return the national totals of filed services and registered applications, with those that follow by subtraction.

    Parameters
    ----------
    ds
        The data set.
    measures
        Measures of totals.

    Returns
    -------
    pandas.DataFrame
        ``measure`` (label), ``date``, ``value`` (int), ``basis`` (stated, implied), ``per_month`` (float: added a month
        since the total before, missing for the first); by measure and day.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> filings(tmt.load())["value"].iloc[0].item()
    64
    """
    labels = ds["measures"].set_index("measure")["label"].astype("str")
    found: list[pd.DataFrame] = []
    for measure in measures:
        totals, flows = implied(ds.series(measure))
        own = totals.loc[totals["place"] == "China"].assign(measure=labels[measure])
        own = own.merge(
            flows.loc[flows["place"] == "China", ["end", "start", "per_month"]].sort_values("start"),
            left_on="date",
            right_on="end",
            how="left",
        )
        found.append(own.drop_duplicates(["date"], keep="last"))
    columns = ["measure", "date", "value", "basis", "per_month"]
    out = pd.concat(found, ignore_index=True)[columns] if found else pd.DataFrame(columns=columns)
    return out.astype({"value": "int64"})
