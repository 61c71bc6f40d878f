"""What a coder looks at first: the proposed values of a draft, the most doubtful first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pandas as pd

from tmt_dataset.coding.draft.form import NEEDED, open_values

__all__ = ["worklist"]

#: How many characters of the words are shown.
SHOWN = 80
COLUMNS = ["development_id", "variable", "value", "score", "or", "words"]


def worklist(node: Mapping[str, Any], text: str) -> pd.DataFrame:
    """Return the values of a draft that are to be written, confirmed or changed, the most doubtful first.

    Parameters
    ----------
    node
        The draft.
    text
        Its source text.

    Returns
    -------
    pandas.DataFrame
        A row per value with its probability, the next best values and the words that speak for it. A value that nothing
        was proposed for is empty and has the score 0; titles and summaries are left out: all are to be written.
    """
    rows = [row for record in node["developments"] for row in _rows(record, text)]
    return pd.DataFrame(rows, columns=COLUMNS).sort_values("score", kind="stable", ignore_index=True)


def _rows(record: Mapping[str, Any], text: str) -> Iterator[tuple[Any, ...]]:
    """Yield a row for each value of a development that nobody has confirmed, changed or written."""
    left, told = {*open_values(record)}, set()
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
