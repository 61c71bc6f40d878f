"""What rules take: the tables of a package as frames, and what several of them ask of these."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import pandas as pd

from tmt_dataset.validation.findings import Finding

__all__ = [
    "keyed",
    "runs",
    "spans",
]


Tables = Mapping[str, pd.DataFrame]
Check = Callable[[Tables], Iterator[Finding]]


def keyed(frame: pd.DataFrame, key: str) -> pd.DataFrame:
    """Return a table by its key; rows without a key, or with one that an earlier row has, are left out."""
    return frame.dropna(subset=key).drop_duplicates(key).set_index(key)


def spans(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the rows that have a source and both offsets, in the order of the source."""
    whole = frame.dropna(subset=["source_id", "start", "end"]).astype({"start": "int64", "end": "int64"})
    return whole.sort_values(["source_id", "start", "end"], kind="stable")


def runs(spans: pd.DataFrame) -> pd.DataFrame:
    """Return the runs of neighbouring segments that mention a development in a source: ``first`` and ``last`` offset."""
    keys = ["development_id", "source_id"]
    spans = spans.dropna(subset=[*keys, "start", "end"]).astype({"start": "int64", "end": "int64"})
    spans = spans.sort_values([*keys, "start"])
    run = (spans["start"] != spans.groupby(keys)["end"].shift()).cumsum().rename("run")
    grouped = spans.groupby([*keys, run], sort=False)
    return grouped.agg(first=("start", "min"), last=("end", "max")).reset_index()
