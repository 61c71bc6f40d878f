"""What a release knows by name: authorities, places, instruments and their lives, measures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tmt_dataset.dataset import Dataset

__all__ = ["Instrument", "Named", "Registers", "of"]

#: Between the name of a place and what the body of the place is called.
_RANK = r"(?:\s+(?:Municipal|Provincial|Municipality|Province|City|Autonomous Region|People[’']s))*"


@dataclass(frozen=True)
class Named:
    """A form of a name, and the record that it names."""

    pattern: re.Pattern[str]
    code: str
    length: int
    word: str  #: a part of every form, in lower case: a text without it does not have the name


@dataclass(frozen=True)
class Instrument:
    """An instrument with the wordings of its title and what happened to it: development, stage, date."""

    code: str
    kind: str
    number: str
    titles: tuple[str, ...]
    life: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Registers:
    """The registers of a release, as the extractors read them."""

    authorities: tuple[Named, ...]
    places: Mapping[str, str]  #: by name
    seats: Mapping[str, str]  #: the place of each authority
    courts: frozenset[str]
    instruments: tuple[Instrument, ...]
    measures: Mapping[str, str]  #: words by measure: label, definition and the quotes that prove its figures
    units: Mapping[str, str]  #: the unit of each measure

    def seat(self, authority: str, words: str = "") -> str:
        """Return the place of an authority; one that the register does not have is of the place that its name has.

        Parameters
        ----------
        authority
            Its code.
        words
            Its name, as a report has it.
        """
        if authority in self.seats:
            return self.seats[authority]
        inside = [
            (m.start(), -len(name), code)
            for name, code in self.places.items()
            if (m := re.search(rf"\b{re.escape(name)}\b", words))
        ]
        if inside:
            return min(inside)[2]
        return next((code for name, code in self.places.items() if _slug(name) in authority), "100000")


def of(ds: Dataset, without: str | None = None) -> Registers:
    """Return the registers of a release.

    Parameters
    ----------
    ds
        The release.
    without
        A source whose developments are left out, with what only they name.
    """
    kept, dropped = _developments(ds, without)
    authorities = _used(ds.authorities, "authority_id", ds.development_authorities, kept, dropped)
    seats = dict(zip(authorities["authority_id"], authorities["place_id"], strict=True))
    places = _places(ds, kept, {str(p) for p in seats.values()})
    return Registers(
        tuple(_authorities(authorities.to_dict("records"), places)),
        places,
        {str(k): str(v) for k, v in seats.items()},
        frozenset(str(a) for a in authorities.loc[authorities["kind"] == "court", "authority_id"]),
        tuple(_instruments(ds, kept, dropped)),
        _measures(ds, kept, dropped),
        dict(zip(ds.measures["measure"].astype(str), ds.measures["unit"].astype(str), strict=True)),
    )


def _developments(ds: Dataset, without: str | None) -> tuple[set[str], set[str]]:
    """Return the developments that are kept, and those whose first report is in the source that is left out."""
    own = ds.mentions[ds.mentions["rank"] == "primary"]
    inside = own["segment_id"].astype(str).str.partition(":")[0] == without
    dropped = set(own.loc[inside, "development_id"].astype(str))
    return set(ds.developments["development_id"].astype(str)) - dropped, dropped


def _used(register: Any, key: str, links: Any, kept: set[str], dropped: set[str]) -> Any:
    """Return the rows of a register that are not used by what is left out alone."""
    by = links.astype({key: str, "development_id": str}).groupby(key)["development_id"].agg(set)
    alone = {code for code, users in by.items() if users & dropped and not users & kept}
    return register[~register[key].astype(str).isin(alone)]


def _places(ds: Dataset, kept: set[str], seats: set[str]) -> dict[str, str]:
    """Return all provinces, and the cities that what is kept has."""
    links = ds.development_places.astype(str)
    cities = set(links.loc[links["development_id"].isin(kept), "place_id"]) | seats
    acts = ds.developments[ds.developments["development_id"].astype(str).isin(kept)]
    cities |= set(acts["jurisdiction"].astype(str))
    return {
        str(r["name"]): str(r["place_id"])
        for r in ds.places.to_dict("records")
        if r["level"] == "province" or (r["level"] == "city" and str(r["place_id"]) in cities)
    }


def _spelled(name: str) -> str:
    """Return a pattern of a name: either spelling of -ize, either apostrophe, any spaces."""
    out = re.escape(name.strip()).replace(r"\ ", r"\s+")
    out = re.sub(r"(?<=i)[sz](?=(?:ation|e|ed|ing)\b)", "[sz]", out)
    return re.sub(r"['’]", "[’']", out)


def _named(pattern: str, code: str, length: int) -> Named:
    """Return a form of a name: an abbreviation as it is written, a name of several words in either case."""
    either = r"\s" in pattern
    plain = re.sub(r"\(\?:.*?\)[*?+]*|\[.*?\]|\\.[+*]?", " ", pattern)
    parts = re.findall(r"[^\W\d_]{3,}", plain.replace("i z", " ")) or [""]
    word = max(parts, key=len)
    return Named(
        re.compile(rf"\b{pattern}(?!\w)", re.I if either else re.NOFLAG), code, length, word.casefold()
    )


def _authorities(rows: Sequence[Mapping[str, Any]], places: Mapping[str, str]) -> Iterator[Named]:
    """Yield the forms of all names; what a local body is called is tried with every place."""
    names = {code: place for place, code in places.items()}
    known = {str(r["authority_id"]) for r in rows}
    templates: dict[tuple[str, str], str] = {}
    for row in rows:
        code, place = str(row["authority_id"]), names.get(str(row["place_id"]), "")
        for form in _forms(row):
            if place and form.startswith(place):
                rest = form.removeprefix(place).strip()
                templates[
                    re.sub(rf"^{_RANK[:-1]}*\s*", "", " " + rest).strip(), code.replace(_slug(place), "{}")
                ] = code
            else:
                yield _named(_spelled(form), code, len(form))
    for (rest, code), first in templates.items():
        for place in places:
            made = code.replace("{}", _slug(place))
            if "{}" in code or made in known:
                yield _named(
                    rf"{_spelled(place)}{_RANK}\s+{_spelled(rest)}",
                    made if "{}" in code else first,
                    len(place + rest),
                )
    for place in places:
        yield _named(
            rf"{_spelled(place)}{_RANK}\s+Government(?:\s+Office)?(?!(?-i:\s[A-Z]))",
            f"gov-{_slug(place)}",
            len(place) + 11,
        )


def _slug(place: str) -> str:
    return place.casefold().replace(" ", "-")


def _forms(row: Mapping[str, Any]) -> set[str]:
    """Return the wordings of a name: in full, short, abbreviated, Chinese, without what is often left out."""
    forms = {
        str(row[k])
        for k in ("name", "short_name", "abbreviation", "name_zh")
        if row.get(k) and str(row[k]) not in ("nan", "<NA>")
    }
    forms |= {f.removesuffix(" of the People's Republic of China") for f in forms}
    forms |= {f.removeprefix("China ") for f in forms if f.startswith("China National")}
    return {f for f in forms if len(f) > 2 or not f.isascii()}


def _instruments(ds: Dataset, kept: set[str], dropped: set[str]) -> Iterator[Instrument]:
    links = ds.development_instruments.astype(str)
    dates = dict(
        zip(
            ds.developments["development_id"].astype(str),
            ds.developments["date_start"].astype(str),
            strict=True,
        )
    )
    lives: dict[str, list[tuple[str, str, str]]] = {}
    for row in links[links["development_id"].isin(kept)].to_dict("records"):
        lives.setdefault(row["instrument_id"], []).append(
            (row["development_id"], row["stage"], dates[row["development_id"]])
        )
    for row in _used(ds.instruments, "instrument_id", links, kept, dropped).to_dict("records"):
        titles = [
            str(row["title"]),
            *(row["aliases"] if isinstance(row["aliases"], list) else _split(row["aliases"])),
        ]
        code = str(row["instrument_id"])
        number = "" if str(row["number"]) in ("nan", "<NA>", "None") else str(row["number"])
        yield Instrument(code, str(row["kind"]), number, tuple(titles), tuple(lives.get(code, ())))


def _split(cell: Any) -> list[str]:
    return str(cell).split(" | ") if str(cell) not in ("nan", "<NA>", "None", "") else []


def _measures(ds: Dataset, kept: set[str], dropped: set[str]) -> dict[str, str]:
    figures = ds.figures.astype({"measure": str, "development_id": str})
    used = _used(ds.measures, "measure", figures, kept, dropped)
    words = {
        str(r["measure"]): f"{r['measure'].replace('_', ' ')} {r['label']} {r['definition']}"
        for r in used.to_dict("records")
    }
    quotes = dict(zip(ds.quotes["quote_id"].astype(str), ds.quotes["exact"].astype(str), strict=True))
    for row in figures[figures["development_id"].isin(kept)].to_dict("records"):
        if row["measure"] in words:
            words[row["measure"]] += " " + quotes[str(row["quote_id"])]
    return words
