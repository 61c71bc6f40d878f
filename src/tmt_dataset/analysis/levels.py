"""Levels of government: which of them limits and which promotes, who acts with whom, and who acted first."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from tmt_dataset.analysis.counting import collective, developments
from tmt_dataset.analysis.geography import makers
from tmt_dataset.analysis.inference import fisher
from tmt_dataset.analysis.instruments import leads
from tmt_dataset.analysis.sources import kind_of_source
from tmt_dataset.analysis.words import listing, many, number, opened, ranged, when
from tmt_dataset.guard import guarded
from tmt_dataset.record import labels
from tmt_dataset.views.counts import level_of

if TYPE_CHECKING:
    from tmt_dataset.dataset import Dataset

#: The two sides of an act's level: the nation, and its provinces and cities.
SIDES = {"national": "national", "provincial": "local", "municipal": "local"}

#: What acts do, as the charts order it.
ORIENTATIONS = ["control", "both", "promotion", "rights", "information"]


def steering(counted: pd.DataFrame, areas: pd.Series, *, fewest: int = 6) -> pd.DataFrame:
    """Return what the acts of the nation and those of provinces and cities do, area by area.

    Parameters
    ----------
    counted
        As ``ds.counts(by=["area", "level", "orientation"])`` returns it, of one kind of source.
    areas
        Label of each area.
    fewest
        Areas with fewer acts are put together.

    Returns
    -------
    pandas.DataFrame
        One row per area and side, those of an area side by side: ``area`` (label), ``side`` (national, local), one
        column per orientation and ``all`` (int). The area with most acts comes first, the others together last; acts
        of international bodies are left out.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> counted = ds.counts(by=["area", "level", "orientation"]).query("kind == 'newsletter'")
    >>> frame = steering(counted, ds.topics.set_index("topic_id")["label"])
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
    # the areas that are put together come last, however many acts they have
    kept = [area for area in order.index if area] + [area for area in order.index if not area]
    wide = wide.reindex(
        pd.MultiIndex.from_product([kept, ["national", "local"]], names=["area", "side"]), fill_value=0
    )
    out = wide.assign(all=wide.sum(axis=1)).reset_index()
    out["area"] = out["area"].map(lambda area: str(areas[area]) if area else "Other areas")
    return out.loc[out.groupby("area")["all"].transform("sum") > 0].reset_index(drop=True)


@guarded
def acts(ds: Dataset) -> pd.DataFrame:
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
    >>> acts(tmt.load())["development_id"].is_unique
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


class Divided(NamedTuple):
    """How the acts that limit and those that promote divide between the nation and its provinces and cities."""

    national_control: int
    national_promotion: int
    local_control: int
    local_promotion: int
    p: float


def divided(counted: pd.DataFrame) -> Divided:
    """Test whether the nation and its provinces and cities limit and promote in the same proportion (Fisher's exact test).

    Acts that do both, decide private disputes or inform take no side and are left out.

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
    return Divided(*found, p=fisher(*found))


@guarded
def joint_acts(ds: Dataset) -> pd.DataFrame:
    """Return the acts of several bodies, with those that the sources name.

    Returns
    -------
    pandas.DataFrame
        One row per act, by date: ``development_id``, ``title``, ``date``, ``told`` (kind of source), ``bodies`` (short
        names, the lead first), ``unnamed`` (int, at least so many more), ``named`` (int).

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> frame = joint_acts(tmt.load())
    >>> bool((frame["named"] + frame["unnamed"] > 1).all())
    True
    """
    counted = makers(ds["developments"], ds["development_authorities"])
    counted = counted.loc[counted["joint"] & ~counted["development_id"].isin(collective(ds))]
    links = ds["development_authorities"]
    links = links.loc[links["role"].isin(["lead", "court", "joint"])].sort_values(
        "role", key=lambda role: role.astype("str").eq("joint"), kind="stable"
    )
    short = links["authority_id"].astype("str").map(labels(ds, "authorities", "short_name"))
    bodies = short.groupby(links["development_id"].to_numpy()).agg(" · ".join)
    dev = ds["developments"].set_index("development_id").loc[counted["development_id"]].reset_index()
    out = pd.DataFrame(
        {
            "development_id": dev["development_id"],
            "title": dev["title"],
            "date": dev["date"],
            "date_start": dev["date_start"],
            "told": dev["development_id"].map(kind_of_source(ds)),
            "bodies": dev["development_id"].map(bodies).fillna(""),
            "unnamed": counted["unnamed"].to_numpy(),
            "named": counted["named"].to_numpy(),
        }
    )
    return out.sort_values(["date_start", "development_id"], ignore_index=True).drop(columns="date_start")


@guarded
def naming(ds: Dataset, words: str) -> pd.DataFrame:
    """Return the acts whose quotes have some words, in the order of their dates.

    Parameters
    ----------
    ds
        The data set.
    words
        As the sources write them, such as ``"AI+"``; case does not matter.

    Returns
    -------
    pandas.DataFrame
        ``development_id``, ``title``, ``date``, ``date_start``, ``date_end``, ``action``, ``orientation``, ``side``
        (national, local, or missing), ``place`` (name of the jurisdiction), ``body`` (short name of the body that leads
        it; the place where none is named), ``told`` (kind of source), ``quote`` (the first with the words).

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> naming(tmt.load(), "ai+")["date_start"].is_monotonic_increasing
    True
    """
    quotes = ds["quotes"]
    having = quotes.loc[quotes["exact"].str.casefold().str.contains(words.casefold(), regex=False)]
    first = having.drop_duplicates("development_id").set_index("development_id")["exact"]
    dev = developments(ds).merge(ds["developments"][["development_id", "orientation", "jurisdiction"]])
    dev = dev.loc[dev["development_id"].isin(first.index) & ~dev["development_id"].isin(collective(ds))]
    place = dev["jurisdiction"].astype("str").map(labels(ds, "places", "name"))
    lead = leads(ds).drop_duplicates("development_id").set_index("development_id")["body"]
    out = dev[["development_id", "title", "date", "date_start", "date_end", "action"]].assign(
        orientation=dev["orientation"].astype("str"),
        side=dev["level"].where(dev["level"].isin(["national", "local"])),
        place=place,
        body=dev["development_id"].map(lead).fillna(place),
        told=dev["development_id"].map(kind_of_source(ds)),
        quote=dev["development_id"].map(first),
    )
    return out.sort_values(["date_start", "date_end", "development_id"], ignore_index=True)


# -- tables and sentences


def by_window(counted: pd.DataFrame) -> pd.DataFrame:
    """Return how many acts each window reports from the nation and from provinces and cities.

    Parameters
    ----------
    counted
        As ``ds.counts(by=["window", "level"])`` returns it.

    Returns
    -------
    pandas.DataFrame
        One row per window: ``window``, ``months``, ``all``, ``national``, ``provincial``, ``municipal`` (text; ranges
        where a date may lie outside the window), ``local`` (text: the share in percent that the dates allow, empty
        without acts).

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
        # the share is least if every other act took place in the window and no uncertain local one did
        least = local["least"] / max(1, local["least"] + rest["most"])
        most = local["most"] / max(1, local["most"] + rest["least"])
        share = f"{ranged(round(100 * least), round(100 * most))} %" if by_level["most"].sum() else ""
        texts = {level: ranged(low, high) for level, low, high in by_level.itertuples(name=None)}
        whole = ranged(int(part["of_least"].iloc[0]), int(part["of_most"].iloc[0]))
        levels = [texts.get(level, "0") for level in SIDES]
        rows.append((str(window), float(part["months"].iloc[0]), whole, *levels, share))
    return pd.DataFrame(rows, columns=["window", "months", "all", *SIDES, "local"])


def how_many(counted: pd.DataFrame) -> str:
    """Return what a chart of the newsletters' acts counts.

    Examples
    --------
    >>> how_many(pd.DataFrame({"of_least": [113], "of_most": [115]}))
    'acts that the newsletters report, n = 115'
    """
    return f"acts that the newsletters report, n = {int(counted['of_most'].max())}"


#: Below it a test is said to tell two proportions apart.
_ALPHA = 0.05


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
    return f"{found.national_promotion} of {national}", f"{found.local_promotion} of {local}"


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
    'On AI, acts that only promote come from provinces and cities; on other matters the levels do not part'
    """
    ai, rest = _ai_and_rest(counted)
    if not _parted(ai):
        return "What the nation and what provinces and cities do, area by area"
    other = (
        "on other matters the levels do not part" if rest.p >= _ALPHA else "on other matters they part too"
    )
    if not ai.national_promotion:
        return f"On AI, acts that only promote come from provinces and cities; {other}"
    return f"On AI, provinces and cities promote more often than the nation; {other}"


def who_steers(counted: pd.DataFrame) -> str:
    """Return the finding on what each side does on AI and on everything else, with its two tests.

    Parameters
    ----------
    counted
        As ``ds.counts(by=["area", "level", "orientation"])`` returns it, of one kind of source.

    Examples
    --------
    >>> rows = [("ai", "national", "control", 6), ("ai", "municipal", "promotion", 9), ("data", "national", "control", 2)]
    >>> print(who_steers(pd.DataFrame(rows, columns=["area", "level", "orientation", "most"])))
    Of the acts on AI that limit or promote, 0 of 6 by the nation promote and 9 of 9 by provinces and cities \
    (Fisher's exact test, p = 0.0002); on all other matters it is 0 of 2 and 0 of 0 (p = 1).
    """
    ai, rest = _ai_and_rest(counted)
    (ai_nation, ai_local), (nation, local) = _promoting(ai), _promoting(rest)
    return (
        f"Of the acts on AI that limit or promote, {ai_nation} by the nation promote and {ai_local} by provinces and "
        f"cities (Fisher's exact test, p = {ai.p:.2g}); on all other matters it is {nation} and {local} (p = {rest.p:.2g})."
    )


def steering_checked(every: pd.DataFrame) -> str:
    """Return how the division on AI holds without notices of filings, and with the acts that only reviews report.

    Parameters
    ----------
    every
        As returned by :func:`acts`.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> steering_checked(acts(tmt.load())).startswith("Without notices of filed services")
    True
    """
    ai = every.loc[(every["area"] == "ai") & every["told"].notna()].assign(most=1)
    own = ai["told"] == "newsletter"
    fewer = divided(ai.loc[own & (ai["action"] != "filing")])
    told = "Without notices of filed services, {} of the national acts on AI promote and {} of the local ones (p = {:.2g})"
    first = told.format(*_promoting(fewer), fewer.p)
    if own.all():
        return f"{first}."
    nation, local = _promoting(divided(ai))
    return f"{first}; with the acts that only a review reports added to both, {nation} and {local} (p = {divided(ai).p:.2g})."


def which_cities(every: pd.DataFrame) -> str:
    """Return which cities act, and how many local acts a review adds.

    Parameters
    ----------
    every
        As returned by :func:`acts`.

    Examples
    --------
    >>> rows = pd.DataFrame({"level": ["municipal", "municipal"], "jurisdiction": ["Wuhan", "Hefei"]})
    >>> which_cities(rows.assign(told=["newsletter", "annual-review"]))
    'Cities below the provinces make one of these acts: Wuhan (1). Reviews add one local act: Hefei (1).'
    """
    local = every.loc[every["level"].isin(["provincial", "municipal"])]
    own, other = local.loc[local["told"] == "newsletter"], local.loc[local["told"] == "annual-review"]
    cities = own.loc[own["level"] == "municipal"]
    told = f"Cities below the provinces make {number(len(cities))} of these acts"
    told += f": {_places(cities)}." if len(cities) else "."
    return f"{told} Reviews add {many(len(other), 'local act')}: {_places(other)}." if len(other) else told


def _places(rows: pd.DataFrame) -> str:
    counted = rows["jurisdiction"].value_counts().sort_index().sort_values(ascending=False, kind="stable")
    return listing([f"{place} ({n})" for place, n in counted.items()])


def where_from(made: pd.Series, names: pd.Series, acts: int) -> str:
    """Return the finding on which provinces act.

    Parameters
    ----------
    made
        Acts of each provincial unit or a city in it, by its code, zeros included.
    names
        Names of places by code.
    acts
        All acts that the same sources report.

    Examples
    --------
    >>> where_from(pd.Series({"110000": 2, "310000": 1, "330000": 0}), pd.Series({"110000": "Beijing", "310000": "Shanghai"}), 9)
    'Three of the 9 acts are acts of provinces and cities, three of them from Beijing (2) and Shanghai (1); one of the 3 provincial units has none in these windows.'
    """
    total = int(made.sum())
    top = made.loc[made > 0].sort_values(ascending=False, kind="stable").head(3)
    idle = int((made == 0).sum())
    if not total:
        return f"None of the {acts} acts is one of a province or a city."
    first = (
        f"{number(total)} of the {acts} acts {'is one' if total == 1 else 'are acts'} of provinces and cities"
    )
    who = listing([f"{names[code]} ({n})" for code, n in top.items()])
    rest = f"{number(idle)} of the {len(made)} provincial units {'has' if idle == 1 else 'have'} none in these windows"
    return opened(f"{first}, {number(int(top.sum()))} of them from {who}; {rest}.")


def provinces_claim(made: pd.Series, names: pd.Series) -> str:
    """Return which provinces act most, as the claim of the map.

    Parameters
    ----------
    made
        Acts of each provincial unit or a city in it, by its code.
    names
        Names of places by code.

    Examples
    --------
    >>> provinces_claim(pd.Series({"110000": 3, "310000": 2, "330000": 1}), pd.Series({"110000": "Beijing", "310000": "Shanghai"}))
    'Beijing and Shanghai make five of the six local acts'
    """
    total, top = int(made.sum()), made.loc[made > 0].sort_values(ascending=False, kind="stable").head(3)
    while len(top) > 1 and top.iloc[-1] < 2:
        top = top.iloc[:-1]
    if top.empty:
        return "No province acts in these windows"
    verb = "makes" if len(top) == 1 else "make"
    return f"{listing([str(names[code]) for code in top.index])} {verb} {number(int(top.sum()))} of the {many(total, 'local act')}"


def order_labels(named: pd.DataFrame) -> pd.DataFrame:
    """Return the acts of one name with the label of each for a chart: its title, and whether only a review tells it.

    Parameters
    ----------
    named
        As returned by :func:`naming`.

    Examples
    --------
    >>> order_labels(pd.DataFrame({"title": ["A draft"], "told": ["annual-review"]}))["label"].tolist()
    ['A draft (review)']
    """
    review = named["told"].map({"annual-review": " (review)"}).fillna("")
    return named.assign(label=named["title"] + review)


def who_came_first(named: pd.DataFrame, words: str) -> str:
    """Return the finding on which local acts came before the first that the nation issued under the same name.

    Parameters
    ----------
    named
        As returned by :func:`naming`.
    words
        The name.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> named = naming(tmt.load(), "AI+")
    >>> "before" in who_came_first(named, "AI+")
    True
    """
    issued = named.loc[(named["side"] == "national") & (named["action"] == "issuance")]
    if issued.empty:
        return f"No national body issues a text under the name {words} in these sources."
    nation = issued.iloc[0]
    local = named.loc[named["side"] == "local"]
    before = local.loc[local["date_end"] < nation["date_start"]]
    told = f"the {nation['body']} issued its text in {when(nation['date_start'], nation['date_end'])}"
    if before.empty:
        return opened(f"no local act under the name {words} is dated before {told}.")
    dates = zip(before["place"], before["date_start"], before["date_end"], strict=True)
    who = listing([f"{place} ({when(start, end)})" for place, start, end in dates])
    return f"{who} acted under the name {words} before {told}."


def how_joint(joint: pd.DataFrame, acts: int) -> str:
    """Return how many acts several bodies make, and who takes part most.

    Parameters
    ----------
    joint
        As returned by :func:`joint_acts`, or a part of it.
    acts
        All acts that the same sources report.

    Examples
    --------
    >>> joint = pd.DataFrame({"bodies": ["MIIT · CAC", "MIIT"], "unnamed": [0, 2], "named": [2, 1]})
    >>> how_joint(joint, 20)
    'Several bodies make two of the 20 acts together, and the sources name all of them in one; MIIT takes part in two.'
    """
    if joint.empty:
        return f"None of the {acts} acts is made by several bodies together."
    whole = int((joint["unnamed"] == 0).sum())
    taking = joint["bodies"].loc[joint["bodies"] != ""].str.split(" · ").explode().value_counts()
    top = listing(sorted(str(body) for body in taking.index[taking == taking.max()])) if len(taking) else ""
    verb = "takes" if top and " and " not in top else "each take"
    most = f"; {top} {verb} part in {number(int(taking.max()))}" if top else ""
    return (
        f"Several bodies make {number(len(joint))} of the {acts} acts together, and the sources name all of them in "
        f"{number(whole)}{most}."
    )


def who_pairs(joint: pd.DataFrame) -> str:
    """Return which two bodies act together most often.

    Parameters
    ----------
    joint
        As returned by :func:`joint_acts`, or a part of it.

    Examples
    --------
    >>> who_pairs(pd.DataFrame({"bodies": ["MIIT · CAC", "CAC · MIIT", "MIIT"]}))
    'The pair that acts together most often is CAC and MIIT (two acts).'
    """
    sets = [sorted(bodies.split(" · ")) for bodies in joint["bodies"]]
    found = pd.Series(
        [listing(pair) for bodies in sets for pair in combinations(bodies, 2)], dtype="str"
    ).value_counts()
    top = sorted(found.index[found == found.max()])
    if len(top) != 1:
        return "No two named bodies act together more often than any other pair." if top else ""
    return f"The pair that acts together most often is {top[0]} ({many(int(found.max()), 'act')})."
