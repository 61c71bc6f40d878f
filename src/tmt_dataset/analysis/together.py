"""Who acts together."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import pandas as pd

from tmt_dataset.analysis.counting import collective
from tmt_dataset.analysis.geography import MAKERS, makers
from tmt_dataset.analysis.sources import kind_of_source
from tmt_dataset.analysis.words import counted, listed, number, opened, spoken
from tmt_dataset.guard import guarded
from tmt_dataset.record import labels

if TYPE_CHECKING:
    from tmt_dataset.dataset import Dataset

__all__ = ["how_joint", "joint_developments", "who_pairs"]


@guarded
def joint_developments(ds: Dataset) -> pd.DataFrame:
    """Return the developments of several bodies, with those that the sources name.

    Returns
    -------
    pandas.DataFrame
        One row per development, by date: ``development_id``, ``title``, ``date``, ``day`` (the date in words), ``told`` (kind of source), ``bodies`` (short
        names, the lead first), ``unnamed`` (int, at least so many more), ``named`` (int).

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> frame = joint_developments(tmt.load())
    >>> bool((frame["named"] + frame["unnamed"] > 1).all())
    True
    """
    counted = makers(ds["developments"], ds["development_authorities"])
    counted = counted.loc[counted["joint"] & ~counted["development_id"].isin(collective(ds))]
    links = ds["development_authorities"]
    links = links.loc[links["role"].isin(MAKERS)].sort_values(
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
            "day": pd.Series(
                [spoken(*dates) for dates in zip(dev["date_start"], dev["date_end"], strict=True)],
                dtype="str",
            ),
            "date_start": dev["date_start"],
            "told": dev["development_id"].map(kind_of_source(ds)),
            "bodies": dev["development_id"].map(bodies).fillna(""),
            "unnamed": counted["unnamed"].to_numpy(),
            "named": counted["named"].to_numpy(),
        }
    )
    return out.sort_values(["date_start", "development_id"], ignore_index=True).drop(columns="date_start")


def how_joint(joint: pd.DataFrame, of: int) -> str:
    """Return how many developments several bodies make, and who takes part most.

    Parameters
    ----------
    joint
        As returned by :func:`joint_developments`, or a part of it.
    of
        Number of all developments that the same sources report.

    Examples
    --------
    >>> joint = pd.DataFrame({"bodies": ["MIIT · CAC", "MIIT"], "unnamed": [0, 2], "named": [2, 1]})
    >>> how_joint(joint, 20)
    'Two of the 20 developments come from several bodies together, and the sources name all of the bodies for one; MIIT takes part in two.'
    """
    if joint.empty:
        return f"None of the {of} developments comes from several bodies together."
    whole = int((joint["unnamed"] == 0).sum())
    taking = joint["bodies"].loc[joint["bodies"] != ""].str.split(" · ").explode().value_counts()
    top = listed(sorted(str(body) for body in taking.index[taking == taking.max()])) if len(taking) else ""
    verb = "takes" if top and " and " not in top else "each take"
    most = f"; {top} {verb} part in {number(int(taking.max()))}" if top else ""
    return (
        f"{opened(number(len(joint)))} of the {of} developments {'comes' if len(joint) == 1 else 'come'} from several bodies together, and the "
        f"sources name all of the bodies for {number(whole)}{most}."
    )


def who_pairs(joint: pd.DataFrame) -> str:
    """Return which two bodies act together most often.

    Parameters
    ----------
    joint
        As returned by :func:`joint_developments`, or a part of it.

    Examples
    --------
    >>> who_pairs(pd.DataFrame({"bodies": ["MIIT · CAC", "CAC · MIIT", "MIIT"]}))
    'The pair that acts together most often is CAC and MIIT (two developments).'
    """
    sets = [sorted(bodies.split(" · ")) for bodies in joint["bodies"]]
    found = pd.Series(
        [listed(pair) for bodies in sets for pair in combinations(bodies, 2)], dtype="str"
    ).value_counts()
    top = sorted(found.index[found == found.max()])
    if len(top) != 1:
        return (
            "No pair of bodies acts together more often than all others."
            if top
            else "No development names two of its bodies."
        )
    return f"The pair that acts together most often is {top[0]} ({counted(int(found.max()), 'development')})."
