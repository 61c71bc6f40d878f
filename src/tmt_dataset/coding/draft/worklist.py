"""What a coder looks at first: bodies that the register lacks, then the proposed values of a draft, the most doubtful first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from tmt_dataset.coding.draft.extract import UNKNOWN
from tmt_dataset.coding.draft.form import NEEDED, open_values

if TYPE_CHECKING:
    from tmt_dataset.dataset import Dataset

__all__ = ["worklist"]

#: How many characters of the words are shown.
SHOWN = 80
COLUMNS = ["development_id", "variable", "value", "score", "or", "words"]


def worklist(node: Mapping[str, Any], text: str, ds: Dataset) -> pd.DataFrame:
    """Return the values of a draft that are to be written, confirmed or changed, the most doubtful first.

    Before them are the authorities without a row in the register, with what to do about them.

    Parameters
    ----------
    node
        The draft.
    text
        Its source text.
    ds
        The data whose register of authorities the draft is checked against.

    Returns
    -------
    pandas.DataFrame
        A row per value with its probability, the next best values and the words that speak for it. A value that nothing
        was proposed for is empty and has the score 0, a figure whose measure is to be chosen begins with ``unknown``; titles
        and summaries are left out: all are to be written.
    """
    rows = [row for record in node["developments"] for row in _rows(record, text)]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    codes = frame["value"].astype(str).str.partition(" ")[0]
    lacking = frame["variable"].eq("authorities") & ~codes.isin(ds.authorities["authority_id"].astype(str))
    register = ds.descriptor.table("authorities").path
    frame.loc[lacking, "or"] = f"not in {register}: add a row, or choose another code"
    order = pd.DataFrame({"known": ~lacking, "score": frame["score"]})
    return frame.loc[order.sort_values(["known", "score"], kind="stable").index].reset_index(drop=True)


def _rows(record: Mapping[str, Any], text: str) -> Iterator[tuple[Any, ...]]:
    """Yield a row for each value of a development that nobody has confirmed, changed or written."""
    left, told = {*open_values(record), *_without_measure(record)}, set()
    lacking = {name for name in NEEDED if not record.get(name) and not record.get("reviewed")}
    for p in record.get("proposed") or []:
        name, value = p["variable"], p["value"]
        if (name, value) not in left and (value or name not in lacking):
            continue
        told.add(name)
        others = ", ".join(f"{o['value']} {o['score']:.2f}" for o in p.get("others") or [])
        words = " ".join(text[slice(*p["at"])].split())
        yield (
            record["id"],
            name,
            value,
            p["score"],
            others,
            words if len(words) <= SHOWN else f"{words[: SHOWN - 1]}…",
        )
    yield from ((record["id"], name, "", 0.0, "", "") for name in NEEDED if name in lacking - told)


def _without_measure(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the proposed figures whose measure a coder chooses, unless the record is reviewed."""
    if record.get("reviewed") is not True:
        for p in record.get("proposed") or []:
            if p["variable"] == "figures" and p["value"].startswith(f"{UNKNOWN} "):
                yield p["variable"], p["value"]
