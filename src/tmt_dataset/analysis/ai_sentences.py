"""Sentences on AI in the newsletters, computed from the frames of :mod:`tmt_dataset.analysis.ai`.

Each is written for what the data may come to say with a next source: a claim that could turn has its other forms here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from tmt_dataset.analysis import ai
from tmt_dataset.analysis.inference import shares
from tmt_dataset.analysis.instruments import UNFINISHED
from tmt_dataset.analysis.sources import rests_on
from tmt_dataset.analysis.words import (
    counted,
    fraction,
    listed,
    lowered,
    number,
    opened,
    probability,
    span,
    spoken,
)
from tmt_dataset.guard import guarded

if TYPE_CHECKING:
    from tmt_dataset.dataset import Dataset

__all__ = [
    "LEVEL",
    "areas_alt",
    "basis",
    "binding",
    "compared",
    "comparison_told",
    "filed",
    "level_claim",
    "level_tests",
    "levels_alt",
    "mix_claim",
    "parts_told",
    "reading",
    "required",
    "shares_told",
    "sizes_told",
    "timeline_alt",
    "timeline_claim",
    "timeline_measure",
    "undated",
    "ways_alt",
    "ways_claim",
    "windows_alt",
    "windows_claim",
    "windows_measure",
]


#: Below this a difference is called more than chance.
LEVEL = 0.05


def _percent(row: pd.Series) -> str:
    return f"{span(100 * row['share_min'], 100 * row['share_max'])}%"


def _told_shares(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the shares of the windows with enough developments, by window."""
    found = shares(frame, "ai").dropna(subset=["share_min"])
    return found.assign(window=found["window"].astype("str")).set_index("window")


def _lowest(frame: pd.DataFrame) -> str | None:
    """Return the window whose share is below that of every other, whatever the dates."""
    known = _told_shares(frame)
    if len(known) < 2:
        return None
    window = str(known["share_max"].idxmin())
    return window if known["share_max"].loc[window] < known["share_min"].drop(window).min() else None


def windows_claim(frame: pd.DataFrame, tested: pd.DataFrame) -> str:
    """Return what the shares of the windows come to, as a title.

    Parameters
    ----------
    frame, tested
        As :func:`tmt_dataset.analysis.ai.reported` and :func:`~tmt_dataset.analysis.ai.comparisons` return them.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset.analysis import ai
    >>> ds = tmt.load()
    >>> frame = ai.reported(ds)
    >>> windows_claim(frame, ai.comparisons(frame, ai.newsletters(ds)))
    '...after correction for ... can be shown'
    """
    low, known = _lowest(frame), _told_shares(frame)
    first = "No window is lowest whatever the dates"
    if low is not None:
        row: Any = known.loc[low]
        first = f"{low} is lowest ({_percent(row)})"
    if tested.empty:
        return f"{first}; too few developments for a test"
    clear = tested["p_max"] * len(tested) < LEVEL
    trend = tested["comparison"].str.startswith("trend")
    shown = (
        "a trend can be shown"
        if clear[trend].any()
        else "a difference can be shown, but no trend"
        if clear.any()
        else "no difference can be shown"
    )
    return f"{first}; after correction for {counted(len(tested), 'test')} {shown}"


def shares_told(frame: pd.DataFrame, tested: pd.DataFrame) -> str:
    """Return the share of AI in each window, what the windows come to, and of how many developments a share is.

    Parameters
    ----------
    frame, tested
        As :func:`tmt_dataset.analysis.ai.reported` and :func:`~tmt_dataset.analysis.ai.comparisons` return them.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset.analysis import ai
    >>> ds = tmt.load()
    >>> frame = ai.reported(ds)
    >>> shares_told(frame, ai.comparisons(frame, ai.newsletters(ds))).startswith("Of what the newsletters report, AI ")
    True
    """
    known = _told_shares(frame)
    if known.empty:
        return "No window has enough developments for a share of AI."
    told = [f"{_percent(row)} in {window}" for window, row in known.iterrows()]
    few = [str(window) for window in frame["window"].cat.categories if window not in known.index]
    small = (
        f" ({listed(few)} {'has' if len(few) == 1 else 'have'} too few developments for a share)"
        if few
        else ""
    )
    claim = windows_claim(frame, tested)
    return f"Of what the newsletters report, AI made up {listed(told)}{small}. {claim}. {sizes_told(frame)}".strip()


def sizes_told(frame: pd.DataFrame) -> str:
    """Return which windows have a range of developments, and the counts at both ends of their shares.

    Examples
    --------
    >>> columns = ["development_id", "window", "certain", "ai", "months"]
    >>> rows = [(f"D{n}", "July", n > 1, n % 2 == 0, 2.0) for n in range(12)]
    >>> frame = pd.DataFrame(rows, columns=columns).astype({"window": "category"})
    >>> sizes_told(frame)
    'By their dates, 10–12 developments lie in July, of which 5–6 are on AI: the share is least as 5 of 11 and greatest as 6 of 11.'
    """
    out = []
    for window, row in _told_shares(frame).iterrows():
        k_min, k_max, n_min, n_max = (int(row[name]) for name in ("k_min", "k_max", "n_min", "n_max"))
        if n_min < n_max:
            out.append(
                f"By their dates, {n_min}–{n_max} developments lie in {window}, of which {span(k_min, k_max)} are on AI: "
                f"the share is least as {k_min} of {k_min + n_max - k_max} and greatest as {k_max} of {k_max + n_min - k_min}."
            )
    return " ".join(out)


def comparison_told(
    frame: pd.DataFrame, tested: pd.DataFrame, ways: pd.DataFrame, pair: tuple[str, str]
) -> str:
    """Return what the comparison of two windows is worth, and what the first window against the last comes to.

    Parameters
    ----------
    frame, tested, ways
        As :func:`tmt_dataset.analysis.ai.reported`, :func:`~tmt_dataset.analysis.ai.comparisons` and
        :func:`~tmt_dataset.analysis.ai.sensitivities` return them.
    pair
        Labels of the two windows.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset.analysis import ai
    >>> ds = tmt.load()
    >>> frame, periods = ai.reported(ds), ai.newsletters(ds)
    >>> pair = ai.latest_pair(periods, frame)
    >>> comparison_told(frame, ai.comparisons(frame, periods), ai.sensitivities(ds, frame, *pair), pair)[:5]
    'From '
    """
    known, told = _told_shares(frame), compared(ways, pair)
    ends = _ends(tested, (known.index[0], known.index[-1]), pair) if len(known) else ""
    return f"{told.rstrip('.')}; {ends}." if ends else told


def _ends(tested: pd.DataFrame, ends: tuple[str, str], pair: tuple[str, str]) -> str:
    """Return what the first window against the last comes to, unless that is the pair compared already."""
    found = tested.loc[tested["comparison"].eq(" to ".join(ends)) & tested["measure"].eq("share")]
    if found.empty or ends == pair:
        return ""
    row = found.iloc[0]
    shown = "a change is demonstrable" if row["p_max"] < LEVEL else "no change is demonstrable"
    return f"between the first window and the last {shown}"


def compared(ways: pd.DataFrame, pair: tuple[str, str]) -> str:
    """Return what the comparison of two windows is worth, given all ways of counting.

    Parameters
    ----------
    ways
        As :func:`tmt_dataset.analysis.ai.sensitivities` returns it.
    pair
        Labels of the two windows.

    Examples
    --------
    >>> row = {"way": "All developments", "before": "4 of 33 (12%)", "after": "11 of 30 (37%)", "ratio_max": 4, "ratio_min": 4}
    >>> other = {"way": "Without telecommunications", "before": "4 of 19 (21%)", "after": "11 of 30 (37%)", "ratio_max": 2}
    >>> ways = pd.DataFrame([row | {"apart": True}, other | {"apart": False}])
    >>> print(compared(ways, ("July 2024", "July 2025")))
    From July 2024 to July 2025 AI rose from 4 of 33 to 11 of 30, but the rise is not demonstrable in 1 of 1 other way of counting (for example without telecommunications).
    """
    if ways.empty:
        return f"Between {pair[0]} and {pair[1]} nothing can be compared."
    base, others = ways.iloc[0], ways.iloc[1:]
    rose = base["ratio_max"] > 1
    clear = pd.notna(base["ratio_max"]) and (base["ratio_min"] > 1) == rose
    before, after = (base[name].split(" (")[0] for name in ("before", "after"))
    noun, verb = (("rise", "rose") if rose else ("fall", "fell")) if clear else ("change", "went")
    moved = f"From {pair[0]} to {pair[1]} AI {verb} from {before} to {after}"
    weak = others.loc[~others["apart"]]
    ways_of = f"{len(weak)} of {len(others)} other {'way' if len(others) == 1 else 'ways'} of counting"

    if not base["apart"]:
        strong = len(others) - len(weak)
        shown = f"{strong or 'none'} of {len(others)} other ways of counting {'show' if strong > 1 else 'shows'} one"
        return f"{moved}, which is not demonstrable as a {noun}; {shown}."
    if weak.empty:
        return f"{moved}, and every other way of counting shows the {noun} too."
    nearest = weak.sort_values("ratio_max", ascending=rose, kind="stable")["way"].iloc[0]
    nearest = nearest if nearest.startswith("AI") else nearest[0].lower() + nearest[1:]
    return f"{moved}, but the {noun} is not demonstrable in {ways_of} (for example {nearest})."


def _promoting(words: str, whose: str) -> str:
    """Return how many only promote, none in words.

    Examples
    --------
    >>> _promoting("0 of 12–13 (0%)", "national ones"), _promoting("9 of 20 (45%)", "local ones")
    ('none of 12–13 national ones only promotes', '9 of 20 local ones only promote')
    """
    count = words.split(" (")[0]
    one = count.startswith(("0 of ", "1 of "))
    shown = f"none{count[1:]}" if count.startswith("0 of ") else count
    return f"{shown} {whose} only {'promotes' if one else 'promote'}"


@guarded
def basis(ds: Dataset, frame: pd.DataFrame) -> str:
    """Return what the article rests on, with the part that reviews have in it.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset.analysis import ai
    >>> ds = tmt.load()
    >>> basis(ds, ai.reported(ds)).startswith("Rests on ")
    True
    """
    periods = ai.newsletters(ds)
    once = frame.drop_duplicates("development_id")
    ai_least, ai_most = int((frame["ai"] & frame["certain"]).sum()), int(once["ai"].sum())
    return rests_on(
        ds,
        f"Rests on {counted(len(once), 'development')} in {periods['months'].sum():.3g} months, {span(ai_least, ai_most)} of them on AI by "
        "primary topic.",
        "is left out of shares and comparisons; only the timeline and the accounts of single developments use it",
    )


def reading(tested: pd.DataFrame, others: int = 0) -> str:
    """Return how intervals and tests are to be read here, with all tests counted.

    Parameters
    ----------
    tested
        As :func:`tmt_dataset.analysis.ai.comparisons` returns it.
    others
        How many further tests the article has, which do not compare windows.

    Examples
    --------
    >>> tested = pd.DataFrame({"comparison": ["all windows"], "measure": ["share"], "p_min": [0.03], "p_max": [0.04]})
    >>> reading(tested).startswith("The newsletters are a selection")
    True
    """
    text = (
        "The newsletters are a selection that one publisher made, not a sample of what happened. A 95% interval holds the shares or "
        "rates that agree with the count of a window if chance alone decided which reports were about AI. A p-value says how often "
        "chance alone would put the windows at least as far apart as they are. Neither says anything about what was not reported."
    )
    if tested.empty:
        return text + " No two windows have enough developments for a test."
    below = int((tested["p_max"] < LEVEL).sum())
    first: Any = tested.sort_values("p_min", kind="stable").iloc[0]
    least = probability(*(min(1.0, len(tested) * first[end]) for end in ("p_min", "p_max")))
    tests = counted(len(tested), "test")
    few = counted(below, "one", "ones").split()[0]
    apart = (
        f" {opened(counted(others, 'further test'))} of the levels of government, below, "
        f"{'is' if others == 1 else 'are'} not among them."
        if others
        else ""
    )
    return (
        f"{text} {opened(tests)} {'compares' if len(tested) == 1 else 'compare'} the windows, all of them "
        f"listed below; {'none' if not below else few} {'have' if below > 1 else 'has'} p below {LEVEL:g} whatever the dates. "
        f"Corrected for their number (Bonferroni), the smallest is {least}.{apart}"
    )


def undated(frame: pd.DataFrame) -> str:
    """Return how many developments of each window have no date of their own.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset.analysis import ai
    >>> undated(ai.reported(tmt.load())).startswith("No date of its own ")
    True
    """
    flags = frame["date_basis"].eq("period").groupby(frame["window"], observed=False).agg(["sum", "size"])
    told = [
        f"{n} of {size} developments in {window}" if not i else f"{n} of {size} in {window}"
        for i, (window, n, size) in enumerate(flags[flags["sum"] > 0].itertuples())
    ]
    if not told:
        return "Every development has a date of its own."
    return f"No date of its own has been reported for {listed(told)}: such a development is taken to lie in the window of its newsletter."


def mix_claim(table: pd.DataFrame, pair: tuple[str, str]) -> str:
    """Return which other area shrank and which grew most between two windows, as a title.

    Parameters
    ----------
    table
        As :func:`tmt_dataset.analysis.ai.areas` returns it.
    pair
        Labels of two windows.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset.analysis import ai
    >>> ds = tmt.load()
    >>> mix_claim(ai.areas(ds), ("Jul–Aug 2024", "Jul–Aug 2025"))
    'The rest of the news changed too: telecommunications from 14 to 0, online content from 0 to 8'
    """
    others = table.loc[table["area"] != table["area"].iloc[0]]
    most = others.pivot(index="area", columns="window", values="most")
    change = most[pair[1]] - most[pair[0]]
    ends = [change.idxmin(), change.idxmax()] if len(change) else []
    moved = [name for name in dict.fromkeys(ends) if change[name] != 0]
    if not moved:
        return f"The other areas are as many in {pair[1]} as in {pair[0]}"
    rows = others.set_index(["area", "window"])[["least", "most"]]
    told = [f"{lowered(name)} from {' to '.join(span(*rows.loc[(name, w)]) for w in pair)}" for name in moved]
    return f"The rest of the news changed too: {', '.join(told)}"


def timeline_claim(events: pd.DataFrame) -> str:
    """Return what the instruments of each level do, as a title.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset.analysis import ai
    >>> timeline_claim(ai.instruments(tmt.load())).startswith("Of ")
    True
    """
    last = events.drop_duplicates("instrument_id", keep="last")
    national, local = (last.loc[last["level"].eq(level)] for level in ("national", "local"))
    told = []
    if len(national):
        limiting = national.loc[national["orientation"].isin(["control", "both"])]
        told.append(
            f"Of {counted(len(national), 'national AI instrument')} reported, {number(len(limiting))} "
            f"{'is' if len(limiting) == 1 else 'are'} coded as limiting at least in part{_forms(limiting)}"
        )
    if len(local):
        promoting = int(local["orientation"].eq("promotion").sum())
        share = f"{promoting} of {len(local)} local ones"
        if promoting == len(local):
            share = "the one local one" if promoting == 1 else f"all {promoting} local ones"
        told.append(f"{share} as promoting")
    return opened("; ".join(told)) or "No level issues instruments on AI"


def _forms(last: pd.DataFrame) -> str:
    """Return how many instruments are issued rules or standards, other issued documents, and drafts or plans.

    Examples
    --------
    >>> last = pd.DataFrame({"force": ["binding", "policy", "binding"], "stage": ["issued", "issued", "draft"]})
    >>> _forms(last)
    ' (one issued rule or standard, one other issued document and one draft or plan)'
    """
    open_ = last["stage"].astype("str").isin(UNFINISHED)
    firm = last["force"].astype("str").isin(["binding", "standard"])
    named = [
        (~open_ & firm, "issued rule or standard", "issued rules or standards"),
        (~open_ & ~firm, "other issued document", "other issued documents"),
        (open_, "draft or plan", "drafts or plans"),
    ]
    parts = [counted(int(found.sum()), one, many) for found, one, many in named if found.any()]
    return f" ({listed(parts)})" if parts else ""


def level_claim(table: pd.DataFrame) -> str:
    """Return who promotes AI, as a title.

    Parameters
    ----------
    table
        As :func:`tmt_dataset.analysis.ai.promotes_only` returns it.

    Examples
    --------
    >>> table = pd.DataFrame({"which": ["AI"], "national": ["0 of 13 (0%)"], "local": ["9 of 20 (45%)"]})
    >>> level_claim(table)
    'On AI, none of 13 national developments only promotes, against 9 of 20 local ones'
    """
    if table.empty or table["which"].iloc[0] != "AI":
        return "What the levels of government do about AI"
    national, local = _promoting(table["national"].iloc[0], "national developments"), table["local"].iloc[0]
    return f"On AI, {national}, against {local.split(' (')[0]} local ones"


def level_tests(table: pd.DataFrame) -> str:
    """Return the test of the levels with its sensitivities.

    Parameters
    ----------
    table
        As :func:`tmt_dataset.analysis.ai.promotes_only` returns it.

    Examples
    --------
    >>> row = {"which": "AI", "national": "0 of 13 (0%)", "local": "9 of 20 (45%)", "p_min": 0.005, "p_max": 0.012}
    >>> level_tests(pd.DataFrame([row]))
    "Developments that only promote, national against local (Fisher's exact test): AI, 0 of 13 (0%) against 9 of 20 (45%), p = 0.005–0.01."
    """
    told = [
        f"{row['which'] if row['which'].startswith('AI') else row['which'].lower()}, {row['national']} against {row['local']}, {probability(row['p_min'], row['p_max'])}"
        for row in table.to_dict("records")
    ]
    return (
        f"Developments that only promote, national against local (Fisher's exact test): {'; '.join(told)}."
        if told
        else "The levels cannot be compared."
    )


@guarded
def binding(ds: Dataset, frame: pd.DataFrame) -> str:
    """Return what the AI instruments of the windows are by force, and that no final binding one limits AI if so.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset.analysis import ai
    >>> ds = tmt.load()
    >>> "final form" in binding(ds, ai.reported(ds))
    True
    """
    table = ai.final_by_force(ds, frame)
    sums = table.assign(all=table[list(ai.LEVELS)].sum(axis=1)).set_index(["step", "force"])["all"]
    final = {force: int(n) for force, n in sums.get("final", pd.Series(dtype=int)).items() if n}
    total = sum(final.values())
    names = {
        "binding": "binding",
        "standard": "standards",
        "guidance": "guidance",
        "policy": "policies",
        "other": "documents of associations or international bodies",
        "report": "reports and white papers, which set no rule",
    }
    parts = listed([f"{n} {names.get(force, force)}" for force, n in final.items()])
    rules = ai.limits(ds, frame)
    drafts = int(sums.get(("draft", "binding"), 0))
    text = f"AI developments in the newsletters' windows bring {counted(total, 'document')} in their final form{': ' if parts else ''}{parts}."
    if not rules.empty:
        return f"{text} Binding and final, and limiting AI, {'is' if len(rules) == 1 else 'are'} {listed(rules['instrument'])}."
    return f"{text} None is a binding rule that limits AI; {counted(drafts, 'binding rule')} {'is' if drafts == 1 else 'are'} in draft."


def required(table: pd.DataFrame, frame: pd.DataFrame, ds: Dataset) -> str:
    """Return how many AI developments state a duty, how many advice only, and how many support or permission.

    Parameters
    ----------
    table
        As :func:`tmt_dataset.analysis.ai.requirements` returns it.
    frame, ds
        Those from which it was made.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> from tmt_dataset.analysis import ai
    >>> ds = tmt.load()
    >>> frame = ai.reported(ds)
    >>> required(ai.requirements(ds, frame), frame, ds).startswith("Of ")
    True
    """
    own = frame.loc[frame["ai"], "development_id"].drop_duplicates()
    rows = ds["provisions"].loc[ds["provisions"]["development_id"].isin(own)]
    strength = rows["modality"].astype("str").map(ai.STRENGTHS)
    having = {
        name: set(rows.loc[strength == name, "development_id"]) for name in ("must", "should", "receives")
    }
    firm = table.loc[table["strength"].astype("str").eq("must"), "addressee"].drop_duplicates()
    whom = f" (of {listed([lowered(name) for name in firm])})" if len(firm) else ""
    labels = ds["provision_types"].set_index("type")["label"].astype("str")
    given = rows.loc[strength == "receives"].drop_duplicates(["development_id", "type"])["type"].astype("str")
    kinds = [lowered(labels[name]) for name in given.value_counts().index[:3]]
    above = f", above all {listed(kinds)}" if kinds else ""
    asking = having["must"] | having["should"]
    both, neither = len(having["receives"] & asking), len(own) - len(having["receives"] | asking)
    ends = [
        f"{both} of the {len(having['receives'])} also {'requires or advises' if both == 1 else 'require or advise'}"
    ]
    ends += (
        [f"{neither} of the {len(own)} {'does' if neither == 1 else 'do'} none of the three"]
        if neither
        else []
    )
    return (
        f"Of {len(own)} AI developments in the windows, {len(having['must'])} state a duty{whom}, "
        f"{len(having['should'] - having['must'])} more only advise, and {len(having['receives'])} grant something{above}"
        f"; {', and '.join(ends)}."
    )


def filed(table: pd.DataFrame) -> str:
    """Return the series of generative AI services on file nationwide, with its pace.

    Parameters
    ----------
    table
        As :func:`tmt_dataset.analysis.ai.filings` returns it.

    Examples
    --------
    >>> days = pd.to_datetime(["2023-12-31", "2024-12-31"])
    >>> rows = {"measure": "Services", "date": days, "value": [64, 302], "basis": ["implied", "stated"], "per_month": [None, 19.8]}
    >>> filed(pd.DataFrame(rows))
    'Services on file nationwide went from 64 (31 December 2023) to 302 (31 December 2024): 20 more a month in that time.'
    """
    part = table.loc[table["measure"] == table["measure"].iloc[0]] if len(table) else table
    if len(part) < 2:
        return "The sources give no series of services on file."
    rows: list[Any] = list(part.itertuples())
    ends = [f"{row.value:,} ({spoken(row.date, row.date)})" for row in rows]
    pace = [f"{row.per_month:.0f}" for row in rows if pd.notna(row.per_month)]
    times = "in that time" if len(pace) == 1 else "in these spans"
    return f"{part['measure'].iloc[0].removesuffix(' filed')} on file nationwide went from {' to '.join(ends)}: {', then '.join(pace)} more a month {times}."


def windows_measure(frame: pd.DataFrame) -> str:
    """Return what the chart of the windows measures.

    Examples
    --------
    >>> frame = pd.DataFrame({"development_id": ["A", "B"]})
    >>> windows_measure(frame)
    'AI by primary topic: share of developments, and developments a covered month; 95% intervals; n = 2'
    """
    n = frame["development_id"].nunique()
    return f"AI by primary topic: share of developments, and developments a covered month; 95% intervals; n = {n}"


def windows_alt(shares_of: pd.DataFrame, rates_of: pd.DataFrame) -> str:
    """Return what the chart of the windows shows, for those who cannot see it.

    Examples
    --------
    >>> row = {"window": ["July"], "k_min": 4, "k_max": 4, "n_min": 33, "n_max": 33, "rate_min": 2.0, "rate_max": 2.0}
    >>> windows_alt(pd.DataFrame(row), pd.DataFrame(row))
    'Two panels of points with intervals. July: 4 of 33 (12%), 2.0 a month.'
    """
    pace = {
        str(row["window"]): span(row["rate_min"], row["rate_max"], "{:.1f}")
        for row in rates_of.to_dict("records")
    }
    told = [
        f"{row['window']}: {fraction(row)}, {pace[str(row['window'])]} a month"
        for row in shares_of.to_dict("records")
        if str(row["window"]) in pace
    ]
    return f"Two panels of points with intervals. {'; '.join(told)}."


def ways_claim(ways: pd.DataFrame, pair: tuple[str, str]) -> str:
    """Return whether the comparison of two windows holds however it is counted, as a title.

    Examples
    --------
    >>> ways_claim(pd.DataFrame({"ratio_max": [4.1, 2.1], "apart": [True, False]}), ("July 2024", "July 2025"))
    'The rise from July 2024 to July 2025 depends on how it is counted'
    """
    between = f"from {pair[0]} to {pair[1]}"
    if ways.empty or not ways["apart"].iloc[0]:
        return f"No demonstrable change {between} as counted here"
    noun = "rise" if ways["ratio_max"].iloc[0] > 1 else "fall"
    holds = "holds however it is counted" if ways["apart"].all() else "depends on how it is counted"
    return f"The {noun} {between} {holds}"


def ways_alt(ways: pd.DataFrame) -> str:
    """Return what the chart of the ways of counting shows, for those who cannot see it.

    Examples
    --------
    >>> way = {"way": ["Without data"], "before": "4 of 32", "after": "11 of 28", "ratio_min": 4.4, "ratio_max": 4.8}
    >>> ways_alt(pd.DataFrame(way | {"apart": True}))
    'One odds ratio with its interval per row; 1 of 1 intervals exclude 1. Without data: 4.4–4.8.'
    """
    rows = [
        f"{row['way']}: {span(row['ratio_min'], row['ratio_max'], '{:.1f}')}"
        for row in ways.to_dict("records")
        if np.isfinite([row["ratio_min"], row["ratio_max"]]).all()
    ]
    apart = int(ways["apart"].sum())
    return f"One odds ratio with its interval per row; {apart} of {len(ways)} intervals exclude 1. {'; '.join(rows)}."


def areas_alt(table: pd.DataFrame) -> str:
    """Return what the chart of the areas shows, for those who cannot see it.

    Examples
    --------
    >>> areas_alt(pd.DataFrame({"area": "Games", "window": ["July", "August"], "least": [1, 0], "most": [1, 2]}))
    'Table of areas by window (July, August), darker where the share is greater. Games: 1, 0–2.'
    """
    rows = []
    for area, part in table.groupby("area", sort=False):
        rows.append(
            f"{area}: {', '.join(span(*ends) for ends in zip(part['least'], part['most'], strict=True))}"
        )
    windows = ", ".join(table["window"].drop_duplicates())
    return f"Table of areas by window ({windows}), darker where the share is greater. {'; '.join(rows)}."


def timeline_measure(events: pd.DataFrame) -> str:
    """Return what the timeline shows, with its n.

    Examples
    --------
    >>> timeline_measure(pd.DataFrame({"instrument_id": ["a", "a", "b"]}))
    'Instruments of AI developments in all sources, reports left out; n = 2 instruments, 3 events'
    """
    n = events["instrument_id"].nunique()
    return f"Instruments of AI developments in all sources, reports left out; n = {n} instruments, {len(events)} events"


def timeline_alt(events: pd.DataFrame) -> str:
    """Return what the timeline shows, for those who cannot see it.

    Examples
    --------
    >>> day = pd.Timestamp("2024-03-01")
    >>> row = {"label": ["AI law"], "stage": "draft", "level": "national", "date_start": day, "date_end": day}
    >>> timeline_alt(pd.DataFrame(row))
    'A row for each instrument, by level. AI law: draft, 1 March 2024.'
    """
    rows = [
        f"{row['label']}: {row['stage']}, {spoken(row['date_start'], row['date_end'])}"
        for row in events.to_dict("records")
    ]
    return f"A row for each instrument, by level. {'; '.join(rows)}."


def levels_alt(table: pd.DataFrame) -> str:
    """Return what the chart of the levels shows, for those who cannot see it.

    Examples
    --------
    >>> row = {"subject": "AI", "level": "local", "orientation": ["control", "both"], "least": [2, 0], "most": [3, 0]}
    >>> levels_alt(pd.DataFrame(row))
    'Bars of 100%. AI, local: control 2–3.'
    """
    rows = []
    for (subject, level), part in table.loc[table["most"] > 0].groupby(
        ["subject", "level"], observed=True, sort=False
    ):
        ends = zip(part["orientation"], part["least"], part["most"], strict=True)
        rows.append(
            f"{subject}, {level}: {', '.join(f'{name} {span(low, high)}' for name, low, high in ends)}"
        )
    return f"Bars of 100%. {'; '.join(rows)}."


def parts_told(table: pd.DataFrame) -> str:
    """Return on how many developments of other subjects AI bears.

    Parameters
    ----------
    table
        As :func:`tmt_dataset.analysis.ai.parts` returns it.

    Examples
    --------
    >>> parts_told(pd.DataFrame({"ai_role": ["core", "part"], "orientation": ["promotion", "control"]}))
    'Two developments on other subjects have AI in them; one of them sets limits.'
    """
    if table.empty:
        return "No development on another subject has AI in it."
    limits = int(table["orientation"].isin(["control", "both"]).sum())
    text = counted(len(table), "development")
    few = counted(limits, "one", "ones").split()[0] if limits else "none"
    return (
        f"{opened(text)} on other subjects {'has' if len(table) == 1 else 'have'} AI in "
        f"{'it' if len(table) == 1 else 'them'}; {few} of them {'set' if limits > 1 else 'sets'} limits."
    )
