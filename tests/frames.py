"""Small frames, worked out by hand, that the tests of several modules count with."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from tmt_dataset.cells import DATE_DTYPE


def days(*texts: str | None) -> pd.Series:
    return pd.DataFrame({"day": texts}).astype({"day": DATE_DTYPE})["day"]


def make_developments(*spans: tuple[str, str]) -> pd.DataFrame:
    """Return developments D0, D1, … with the first and the last day of each."""
    return pd.DataFrame(
        {
            "development_id": [f"D{i}" for i in range(len(spans))],
            "date": [f"{start}/{end}" for start, end in spans],
            "date_start": days(*(start for start, _ in spans)),
            "date_end": days(*(end for _, end in spans)),
        }
    )


def make_sources(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    """Return sources as (identifier, kind, first day, last day)."""
    frame = pd.DataFrame(list(rows), columns=["source_id", "kind", "period_start", "period_end"])
    return frame.astype({"period_start": DATE_DTYPE, "period_end": DATE_DTYPE})


def make_members(**windows: Sequence[tuple[bool, bool]]) -> pd.DataFrame:
    """Return members of windows of two months, each development as (hit, certain)."""
    rows = [(w, hit, certain) for w, found in windows.items() for hit, certain in found]
    frame = pd.DataFrame(rows, columns=["window", "hit", "certain"])
    frame["months"] = 2.0
    frame["window"] = pd.Categorical(frame["window"], categories=list(windows), ordered=True)
    return frame
