"""Which level of government limits and which promotes."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from tmt_dataset.analysis.counting import collective, developments
from tmt_dataset.analysis.inference import fisher
from tmt_dataset.analysis.sources import kind_of_source
from tmt_dataset.analysis.words import probability, span
from tmt_dataset.guard import guarded
from tmt_dataset.record import labels
from tmt_dataset.views.counts import level_of

if TYPE_CHECKING:
    from tmt_dataset.dataset import Dataset

__all__ = [
    "ORIENTATIONS",
    "SIDES",
    "Divided",
    "by_area",
    "by_level",
    "by_window",
    "divided",
    "how_many",
    "steering_checked",
    "steering_claim",
    "steering_told",
    "who_steers",
]


#: The two sides of a development's level: the nation, and its provinces and cities.
SIDES = {"national": "national", "provincial": "local", "municipal": "local"}

#: What developments do, as the charts order it.
ORIENTATIONS = ["control", "both", "promotion", "rights", "information"]

#: Below it a test is said to tell two proportions apart.
_ALPHA = 0.05


@guarded
def by_level(ds: Dataset) -> pd.DataFrame:
    """Return every development with its level, its area, what it does, and who reports it.

    Collective developments are left out: their members are counted.

    Returns
    -------
    pandas.DataFrame
        ``development_id``, ``title``, ``area``, ``action``, ``level``, ``orientation`` (str), ``jurisdiction`` (name of
        the place), ``told`` (kind of source, as :func:`tmt_dataset.analysis.kind_of_source` has it).

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> by_level(tmt.load())["development_id"].is_unique
    True
    """
    dev = ds["developments"]
    out = developments(ds)[["development_id", "title", "area", "action"]].assign(
        level=level_of(dev, ds["places"]).astype("str"),
        orientation=dev["orientation"].astype("str"),
        jurisdiction=dev["jurisdiction"].astype("str").map(labels(ds, "places", "name")),
        told=dev["development_id"].map(kind_of_source(ds)),
    )
    return out.loc[~out["development_id"].isin(collective(ds))].reset_index(drop=True)


def by_area(counted: pd.DataFrame, areas: pd.Series, *, fewest: int = 6) -> pd.DataFrame:
    """Return what the developments of the nation and those of provinces and cities do, area by area.

    Parameters
    ----------
    counted
        As ``ds.counts(by=["area", "level", "orientation"])`` returns it, of one kind of source.
    areas
        Label of each area.
    fewest
        Areas with fewer developments are put together.

    Returns
    -------
    pandas.DataFrame
        One row per area and side, those of an area side by side: ``area`` (label), ``side`` (national, local), one
        column per orientation and ``all`` (int). The area with most developments comes first, the others together last; those
        of international bodies are left out.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> counted = ds.counts(by=["area", "level", "orientation"]).query("kind == 'newsletter'")
    >>> frame = by_area(counted, ds.topics.set_index("topic_id")["label"])
    >>> frame["side"].unique().tolist()
    ['national', 'local']
    """
    own = counted.assign(side=counted["level"].astype("str").map(SIDES), area=counted["area"].astype("str"))
    own = own.dropna(subset=["side"])
    totals = own.groupby("area")["most"].sum()
    own["area"] = own["area"].where(own["area"].map(totals) >= fewest, "")
    order = own.groupby("area")["most"].sum().sort_values(ascending=False, kind="stable")
    wide = own.pivot_table(
        index=["area", "side"], columns="orientation", values="most", aggfunc="sum", observed=True
    )
    wide = wide.reindex(columns=ORIENTATIONS).fillna(0).astype("int64")
    # the areas that are put together come last, however many developments they have
    kept = [area for area in order.index if area] + [area for area in order.index if not area]
    wide = wide.reindex(
        pd.MultiIndex.from_product([kept, ["national", "local"]], names=["area", "side"]), fill_value=0
    )
    out = wide.assign(all=wide.sum(axis=1)).reset_index()
    out["area"] = out["area"].map(lambda area: str(areas[area]) if area else "Other areas")
    return out.loc[out.groupby("area")["all"].transform("sum") > 0].reset_index(drop=True)


class Divided(NamedTuple):
    """How the developments that limit and those that promote divide between the nation and its provinces and cities."""

    national_control: int
    national_promotion: int
    local_control: int
    local_promotion: int
    p: float


def divided(counted: pd.DataFrame) -> Divided:
    """Test whether the nation and its provinces and cities limit and promote in the same proportion (Fisher's exact test).

    Developments that do both, decide private disputes or inform take no side and are left out.

    Parameters
    ----------
    counted
        Counts with ``level``, ``orientation`` and ``most``, as ``ds.counts`` returns them, of one kind of source.

    Returns
    -------
    Divided
        The four counts and the p-value.

    Raises
    ------
    MissingExtraError
        If scipy is not installed.

    Examples
    --------
    >>> rows = [("national", "control", 6), ("municipal", "control", 3), ("provincial", "promotion", 9)]
    >>> result = divided(pd.DataFrame(rows, columns=["level", "orientation", "most"]))
    >>> result[:4], round(result.p, 3)
    ((6, 0, 3, 9), 0.009)
    """
    side = counted["level"].astype("str").map(SIDES)
    found = []
    for wanted in ("national", "local"):
        for orientation in ("control", "promotion"):
            here = (side == wanted) & (counted["orientation"].astype("str") == orientation)
            found.append(int(counted.loc[here, "most"].sum()))
    a, b, c, d = found
    return Divided(a, b, c, d, fisher(a, b, c, d))


def by_window(counted: pd.DataFrame) -> pd.DataFrame:
    """Return how many developments each window reports from the nation and from provinces and cities.

    Parameters
    ----------
    counted
        As ``ds.counts(by=["window", "level"])`` returns it.

    Returns
    -------
    pandas.DataFrame
        One row per window: ``window``, ``months``, ``all``, ``national``, ``provincial``, ``municipal`` (text; ranges
        where a date may lie outside the window), ``local`` (text: the share in percent that the dates allow, empty
        without developments).

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> by_window(tmt.load().counts(by=["window", "level"]))["window"].iloc[0]
    'Nov–Dec 2023'
    """
    rows = []
    for window, part in counted.groupby("window", observed=True, sort=False):
        by_level = part.set_index(part["level"].astype("str"))[["least", "most"]].astype("int64")
        local = by_level.loc[by_level.index.isin(["provincial", "municipal"])].sum()
        rest = by_level.sum() - local
        # the share is least if every other development took place in the window and no uncertain local one did
        least = local["least"] / max(1, local["least"] + rest["most"])
        most = local["most"] / max(1, local["most"] + rest["least"])
        share = f"{span(round(100 * least), round(100 * most))}%" if by_level["most"].sum() else ""
        texts = {level: span(low, high) for level, low, high in by_level.itertuples(name=None)}
        whole = span(int(part["of_least"].iloc[0]), int(part["of_most"].iloc[0]))
        levels = [texts.get(level, "0") for level in SIDES]
        rows.append((str(window), float(part["months"].iloc[0]), whole, *levels, share))
    return pd.DataFrame(rows, columns=["window", "months", "all", *SIDES, "local"])


def how_many(counted: pd.DataFrame) -> str:
    """Return what a chart of the newsletters' developments counts.

    Examples
    --------
    >>> how_many(pd.DataFrame({"of_least": [113], "of_most": [115]}))
    'developments that the newsletters report, n = 115'
    """
    return f"developments that the newsletters report, n = {int(counted['of_most'].max())}"


def _ai_and_rest(counted: pd.DataFrame) -> tuple[Divided, Divided]:
    ai = counted["area"].astype("str") == "ai"
    return divided(counted.loc[ai]), divided(counted.loc[~ai])


def _parted(found: Divided) -> bool:
    """Whether the nation promotes less than provinces and cities do, by more than chance would have it."""
    local, nation = found.local_promotion, found.national_promotion
    return found.p < _ALPHA and local * found.national_control > nation * found.local_control


def _promoting(found: Divided) -> tuple[str, str]:
    national, local = (
        found.national_control + found.national_promotion,
        found.local_control + found.local_promotion,
    )
    return (
        f"{found.national_promotion or 'none'} of {national}",
        f"{found.local_promotion or 'none'} of {local}",
    )


def steering_claim(counted: pd.DataFrame) -> str:
    """Return what the chart of the two sides shows, in one sentence that its numbers carry.

    Parameters
    ----------
    counted
        As ``ds.counts(by=["area", "level", "orientation"])`` returns it, of one kind of source.

    Examples
    --------
    >>> rows = [("ai", "national", "control", 6), ("ai", "municipal", "promotion", 9), ("data", "national", "control", 2)]
    >>> steering_claim(pd.DataFrame(rows, columns=["area", "level", "orientation", "most"]))
    'On AI, developments that only promote come from provinces and cities; on other topics no difference can be shown'
    """
    ai, rest = _ai_and_rest(counted)
    if not _parted(ai):
        return "What the nation and what provinces and cities do, area by area"
    other = (
        "on other topics no difference can be shown"
        if rest.p >= _ALPHA
        else "on other topics the levels differ too"
    )
    if not ai.national_promotion:
        return f"On AI, developments that only promote come from provinces and cities; {other}"
    return f"On AI, provinces and cities promote more often than the nation; {other}"


def who_steers(counted: pd.DataFrame) -> str:
    """Return the finding on which side promotes on AI, and whether the sides differ on other topics.

    Parameters
    ----------
    counted
        As ``ds.counts(by=["area", "level", "orientation"])`` returns it, of one kind of source.

    Examples
    --------
    >>> rows = [("ai", "national", "control", 6), ("ai", "municipal", "promotion", 9), ("data", "national", "control", 2)]
    >>> print(who_steers(pd.DataFrame(rows, columns=["area", "level", "orientation", "most"])))
    Of the developments on AI that either limit or promote, none of 6 national ones promotes, against 9 of 9 from provinces and \
    cities; on other topics no difference can be shown.
    """
    ai, rest = _ai_and_rest(counted)
    nation, local = _promoting(ai)
    verb = "promotes" if ai.national_promotion < 2 else "promote"
    other = "no difference can be shown" if rest.p >= _ALPHA else "they differ too"
    return (
        f"Of the developments on AI that either limit or promote, {nation} national ones {verb}, against {local} from provinces "
        f"and cities; on other topics {other}."
    )


def steering_told(frame: pd.DataFrame) -> str:
    """Return the numbers of the chart of the two sides in words.

    Parameters
    ----------
    frame
        As returned by :func:`by_area`.

    Examples
    --------
    >>> frame = pd.DataFrame({"area": "AI", "side": ["national", "local"], "control": [6, 7], "both": [3, 0]})
    >>> steering_told(frame.assign(promotion=[0, 9]))
    'Developments that limit, do both, promote. AI: 6, 3, 0 by the nation, 7, 0, 9 by provinces and cities.'
    """
    told = []
    for area, part in frame.groupby("area", sort=False):
        numbers = (
            part.set_index("side")[["control", "both", "promotion"]].astype("str").agg(", ".join, axis=1)
        )
        told.append(
            f"{area}: {numbers['national']} by the nation, {numbers['local']} by provinces and cities"
        )
    return f"Developments that limit, do both, promote. {'; '.join(told)}."


def steering_checked(every: pd.DataFrame) -> str:
    """Return the tests of the two sides, without notices of filings and with what only reviews report too.

    Parameters
    ----------
    every
        As returned by :func:`by_level`.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> steering_checked(by_level(tmt.load())).startswith("Fisher's exact test gives p = ")
    True
    """
    told = every.loc[every["told"].notna()].assign(most=1)
    own = told.loc[told["told"] == "newsletter"]
    ai, rest = _ai_and_rest(own)
    fewer = _ai_and_rest(own.loc[own["action"] != "filing"])[0]
    parts = [
        f"Fisher's exact test gives {probability(ai.p)} on AI, and {probability(rest.p)} on other topics ({_against(rest)}).",
        f"On AI without notices of filed services it is {_against(fewer)} ({probability(fewer.p)})",
    ]
    if len(own) == len(told):
        return " ".join(parts) + "."
    more = _ai_and_rest(told)[0]
    return f"{' '.join(parts)}; with the developments that only a review reports added to both, {_against(more)} ({probability(more.p)})."


def _against(found: Divided) -> str:
    nation, local = _promoting(found)
    return f"{nation} national ones against {local} local ones"
