"""The tables of a data set joined for the pages: rows as dictionaries, each with its labels, links and quotes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any
from urllib.parse import quote as percent_encoded

import pandas as pd

from tmt_dataset.analysis.lives import awaited, reach_told
from tmt_dataset.analysis.words import spoken
from tmt_dataset.dataset import Dataset
from tmt_dataset.exports.tables import columns
from tmt_dataset.plots.style import amount
from tmt_dataset.record import link
from tmt_dataset.views import lives as events
from tmt_dataset.views.windows import windows

__all__ = ["Content", "Row", "grouped", "rows"]

Row = dict[str, Any]


def rows(frame: pd.DataFrame) -> list[Row]:
    """Return the rows of a frame, None where a value is missing.

    Examples
    --------
    >>> rows(pd.DataFrame({"a": [1, None]}, dtype="Int64"))
    [{'a': 1}, {'a': None}]
    """
    found = columns(frame)
    return [dict(zip(found, values, strict=True)) for values in zip(*found.values(), strict=True)]


def grouped(found: Iterable[Row], key: str) -> dict[str, list[Row]]:
    """Return rows by the value of one of their fields, in their order.

    Examples
    --------
    >>> grouped([{"a": "x", "n": 1}, {"a": "y", "n": 2}, {"a": "x", "n": 3}], "a")["x"]
    [{'a': 'x', 'n': 1}, {'a': 'x', 'n': 3}]
    """
    out: dict[str, list[Row]] = defaultdict(list)
    for row in found:
        out[row[key]].append(row)
    return out


def _when(row: Row) -> str:
    return spoken(pd.Timestamp(row["date_start"]), pd.Timestamp(row["date_end"]))


class Content:
    """What the pages of a data set show. A table that an older release does not have is empty.

    Parameters
    ----------
    ds
        The data set.
    """

    def __init__(self, ds: Dataset) -> None:
        self.ds = ds
        self._tables: dict[str, list[Row]] = {}
        self._registers: dict[str, dict[str, Row]] = {}

    def table(self, name: str) -> list[Row]:
        """Return the rows of a table."""
        if name not in self._tables:
            self._tables[name] = rows(self.ds[name]) if name in self.ds else []
        return self._tables[name]

    def register(self, name: str) -> dict[str, Row]:
        """Return the rows of a register or vocabulary by their code."""
        if name not in self._registers:
            key = self.ds.descriptor.table(name).primary_key[0] if name in self.ds else ""
            self._registers[name] = {row[key]: row for row in self.table(name)}
        return self._registers[name]

    @cached_property
    def developments(self) -> dict[str, Row]:
        """Each development with its date in words, by identifier."""
        found = self.register("developments")
        return {name: {**row, "when": _when(row)} for name, row in found.items()}

    @cached_property
    def proofs(self) -> Mapping[str, pd.DataFrame]:
        """The evidence of each development as a frame, by identifier."""
        frame = self.ds.evidence()
        return {str(name): part for name, part in frame.groupby("development_id", sort=False)}

    @cached_property
    def evidence(self) -> Mapping[str, list[Row]]:
        """The rows of evidence of each development, by identifier."""
        return grouped(rows(self.ds.evidence()), "development_id")

    @cached_property
    def quotes(self) -> dict[str, Row]:
        """Each quote as the pages show it, by its identifier."""
        return {row["quote_id"]: self.quote(row, row["exact"]) for row in self.table("quotes")}

    def quote(self, row: Row, text: str) -> Row:
        """Return a quote with where it was published and how to report an error in it."""
        source = self.register("sources").get(row["source_id"], {})
        place = f"{row['source_id']} {row['start']}–{row['end']}"
        return {
            "text": text,
            "place": place,
            "id": f"{row['development_id']}:{row['source_id']}:{row['start']}-{row['end']}",
            "source_id": row["source_id"],
            "url": link(source.get("url"), text),
            "report": self.report(row["development_id"], f"“{text}” ({place})"),
        }

    def report(self, development_id: str, about: str = "") -> Row:
        """Return a letter that reports an error, with identifier and quote filled in: its text, and its address if one is known."""
        people = self.ds.descriptor.raw.get("contributors") or []
        letters = [str(p["email"]) for p in people if isinstance(p, dict) and p.get("email")]
        subject = f"{self.ds.descriptor.name} {self.ds.version}: {development_id}"
        text = "\n".join(filter(None, (subject, about, "What is wrong: ")))
        if not letters:
            return {"text": text, "url": ""}
        to, *said = (percent_encoded(part, safe="@") for part in (letters[0], subject, text))
        return {"text": text, "url": f"mailto:{to}?subject={said[0]}&body={said[1]}"}

    def proved(self, row: Row) -> Row:
        """Return a row with the quote that proves it and the development that it belongs to."""
        of = self.developments[row["development_id"]]
        return {**row, "quote": self.quotes.get(row.get("quote_id") or ""), "development": of}

    def listed(self, names: Iterable[str]) -> list[Row]:
        """Return developments, each once, from the first to the last."""
        found = [self.developments[name] for name in dict.fromkeys(names)]
        return sorted(found, key=lambda row: (row["date_start"], row["development_id"]))

    @cached_property
    def provisions(self) -> list[Row]:
        """Each provision as who must do what."""
        who, what = self.register("addressees"), self.register("provision_types")
        figures = {row["figure_id"]: row for row in self.figures}
        return [
            self.proved(row)
            | {
                "who": who[row["addressee"]]["label"],
                "must": row["modality"].replace("-", " "),
                "what": what[row["type"]]["label"],
                "definition": what[row["type"]]["definition"],
                "figure": figures.get(row["figure_id"]),
            }
            for row in self.table("provisions")
        ]

    @cached_property
    def figures(self) -> list[Row]:
        """Each figure with its measure, and what is said of it in words."""
        measures, places = self.register("measures"), self.register("places")
        out = []
        for row in self.table("figures"):
            of = measures[row["measure"]]
            period = [f"{day:%Y-%m-%d}" for day in (row["period_start"], row["period_end"]) if day]
            about = [row["kind"], row["aggregation"], " to ".join(period), row["note"]]
            words = ", ".join(str(part).replace("_", " ") for part in about if part)
            shown = amount(row["value"], of["unit"], row["qualifier"])
            proved = self.proved(row)
            place = places[proved["development"]["jurisdiction"]]["name"]
            out.append(
                proved | {"label": of["label"], "shown": shown, "about": words, "of": of, "place": place}
            )
        return out

    @cached_property
    def lives(self) -> dict[str, list[Row]]:
        """The stages of each instrument in their order."""
        lives: dict[str, list[Row]] = {name: [] for name in self.register("instruments")}
        if "development_instruments" in self.ds:
            for row in rows(events(self.ds, self.ds["development_instruments"])):
                lives[row["instrument_id"]].append({**row, "when": _when(row)})
        return lives

    @cached_property
    def unfinished(self) -> dict[str, str]:
        """What the sources could have shown since of each draft and plan without a later stage."""
        if "development_instruments" not in self.ds:
            return {}
        waiting, periods = awaited(self.ds), windows(self.ds)
        return {row["instrument_id"]: reach_told(row, periods) for _, row in waiting.iterrows()}
