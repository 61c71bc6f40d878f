"""One development: each coded value beside the quotes that prove it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any
from urllib.parse import quote as percent_encoded

import pandas as pd

from tmt_dataset.cells import Tables, nullable
from tmt_dataset.errors import PackageError, unknown
from tmt_dataset.guard import guarded

COLUMNS = ["variable", "value", "label", "quote", "source_id", "start", "end", "url"]


def number(value: float) -> str:
    """Return a figure's value as it is read: without a point where it is whole.

    Examples
    --------
    >>> number(50_000_000_000.0), number(117900.5)
    ('50,000,000,000', '117,900.5')
    """
    return f"{value:,.0f}" if value == int(value) else f"{value:,}"


def link(url: object, exact: str) -> str | None:
    """Return the page's address with a text fragment, so that a browser scrolls to the quote."""
    if not isinstance(url, str) or not url.startswith(("https://", "http://")):  # no script from a table
        return None
    return f"{url}#:~:text={percent_encoded(exact, safe='').replace('-', '%2D')}"


def _rows(frame: pd.DataFrame) -> Iterable[Any]:
    """Return a frame's rows; a cell has the type of its column, which itertuples does not declare."""
    return frame.itertuples()


def labels(ds: Tables, table: str, column: str) -> pd.Series:
    """Return a column of a register by the register's key.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> labels(tmt.load(), "places", "name")["310000"]
    'Shanghai'
    """
    frame = ds[table]
    texts = frame[column].astype("str").array
    return pd.Series(texts, index=pd.Index(frame[ds.descriptor.table(table).primary_key[0]], dtype="str"))


class _Labels(dict[str, str]):
    """The labels of a register by code; a code that is missing there is an error of the data."""

    def __init__(self, ds: Tables, register: str, column: str) -> None:
        names = labels(ds, register, column)
        required = ds.descriptor.table(register).field(column).required
        named = zip(names.index, names, strict=True)
        super().__init__({code: name for code, name in named if isinstance(name, str) or not required})
        self.register, self.column, self.codes = register, column, set(names.index)

    def __missing__(self, code: str) -> str:
        """Name the register that lacks the code or its name."""
        lacks = f"{code!r} has no {self.column}" if code in self.codes else f"there is no row {code!r}"
        raise PackageError(f"{self.register}: {lacks}; run `tmt-dataset validate`")


def _of(ds: Tables, table: str, development_id: str) -> pd.DataFrame:
    """Return the rows of a development, having checked that no required cell is empty."""
    frame = ds[table]
    rows = frame.loc[frame["development_id"] == development_id]
    required = [field.name for field in ds.descriptor.table(table).fields if field.required]
    missing = rows[required].isna().any()
    if missing.any():
        raise PackageError(
            f"{table}: {development_id}, field {missing.idxmax()}: expected a value, found none; run `tmt-dataset validate`"
        )
    return rows


def _row(ds: Tables, development_id: str) -> pd.Series:
    if not isinstance(development_id, str):
        raise TypeError(f"expected one development, as 'TMT-0001'; found {development_id!r:.60}")
    known = ds["developments"]["development_id"]
    if development_id not in set(known):  # a column cannot be compared with half of a surrogate pair
        raise unknown("development", development_id, known.tolist(), "the table developments")
    found = _of(ds, "developments", development_id)
    if len(found) > 1:
        raise PackageError(
            f"developments: duplicate development_id {development_id!r}; run `tmt-dataset validate`"
        )
    return found.iloc[0]


#: The codes that link a development to a register: table and field of the link, register and its label, and what
#: else the link says.
_LINKS = {
    "authorities": ("development_authorities", "authority_id", "authorities", "name", "role"),
    "topics": ("development_topics", "topic_id", "topics", "label", "rank"),
    "places": ("development_places", "place_id", "places", "name", None),
    "instruments": ("development_instruments", "instrument_id", "instruments", "title", "stage"),
}

#: Variable, value, label, and quote_id where one quote is named.
Value = tuple[str, str, str, str | None]


def values(ds: Tables, development_id: str) -> list[Value]:
    """Return the coded values of a development: variable, value, label, quote_id where one quote is named."""
    row = _row(ds, development_id)
    action, place = _Labels(ds, "actions", "label"), _Labels(ds, "places", "name")
    out: list[Value] = [
        ("date", str(row["date"]), f"basis: {row['date_basis']}", None),
        ("action", str(row["action"]), action[row["action"]], None),
        ("jurisdiction", str(row["jurisdiction"]), place[row["jurisdiction"]], None),
    ]
    out += _linked(ds, "authorities", development_id)
    if row["unnamed_authorities"]:
        number_of = str(row["unnamed_authorities"])
        out.append(("unnamed_authorities", number_of, "further authorities, at least", None))
    out += _linked(ds, "topics", development_id)
    out += _linked(ds, "places", development_id)
    if isinstance(row["effective_date"], str):
        out.append(("effective_date", row["effective_date"], "takes effect", None))
    out += _linked(ds, "instruments", development_id)
    out += _orientation(ds, row)
    return out + [
        value for part in (_risks, _provisions, _figures, _relations) for value in part(ds, development_id)
    ]


def _linked(ds: Tables, variable: str, development_id: str) -> list[Value]:
    table, key, register, column, extra = _LINKS[variable]
    label = _Labels(ds, register, column)
    return [
        (variable, link[key], label[link[key]] + (f" ({link[extra]})" if extra else ""), None)
        for link in _of(ds, table, development_id).to_dict("records")
    ]


# -- the variables that came with 2.0.0; an older release has none of them


def _orientation(ds: Tables, row: pd.Series) -> list[Value]:
    table = ds.descriptor.table("developments")
    return [
        (name, str(row[name]), table.field(name).title, None)
        for name in ("orientation", "ai_role")
        if name in table.field_names
    ]


def _risks(ds: Tables, development_id: str) -> list[Value]:
    if "development_risks" not in ds.descriptor.tables:
        return []
    label = _Labels(ds, "risks", "label")
    links = _rows(_of(ds, "development_risks", development_id))
    return [("risks", link.risk_id, label[link.risk_id], link.quote_id) for link in links]


def _provisions(ds: Tables, development_id: str) -> list[Value]:
    if "provisions" not in ds.descriptor.tables:
        return []
    who, what = _Labels(ds, "addressees", "label"), _Labels(ds, "provision_types", "label")
    out: list[Value] = []
    for p in _rows(_of(ds, "provisions", development_id)):
        case = "" if pd.isna(p.case) else f" (case {p.case})"
        label = f"{who[p.addressee]} · {p.modality.replace('-', ' ')} · {what[p.type]}{case}"
        out.append(("provisions", f"{p.addressee} {p.modality} {p.type}", label, p.quote_id))
    return out


def _figures(ds: Tables, development_id: str) -> list[Value]:
    measures, units = _Labels(ds, "measures", "label"), _Labels(ds, "measures", "unit")
    out: list[Value] = []
    for r in _rows(_of(ds, "figures", development_id)):
        when = " to ".join(f"{d:%Y-%m-%d}" for d in (r.period_start, r.period_end) if not pd.isna(d))
        about = ", ".join(x for x in (r.qualifier, r.kind, r.aggregation, when) if isinstance(x, str) and x)
        value, label = f"{number(r.value)} {units[r.measure]}", f"{measures[r.measure]} ({about})"
        out.append(("figures", value, label, r.quote_id))
    return out


def _relations(ds: Tables, development_id: str) -> list[Value]:
    out: list[Value] = []
    for r in _rows(_of(ds, "relations", development_id)):
        note = r.note if isinstance(r.note, str) else ""
        quote_id = r.quote_id if isinstance(r.quote_id, str) else None
        out.append(("relations", f"{r.relation} {r.related_id}", note, quote_id))
    return out


#: Register and fields with the names of a value, for variables that may have several values.
_REGISTERS = {
    "authorities": ("authorities", ["name", "abbreviation"]),
    "places": ("places", ["name"]),
    "instruments": ("instruments", ["title", "number", "aliases"]),
}


def _names(ds: Tables, variable: str, value: str) -> list[str]:
    """Return the names by which a quote may mention a value."""
    if variable not in _REGISTERS:
        return []
    register, columns = _REGISTERS[variable]
    table = ds[register]
    row = table.loc[table[ds.descriptor.table(register).primary_key[0]] == value, columns]
    return [name for cell in row.to_numpy().ravel() if isinstance(cell, str) for name in cell.split(" | ")]


def _naming(proofs: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    """Return the quotes that contain one of the names, or all quotes where none does."""
    # as whole words: "transaction" does not name the SAC
    pattern = "|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in names)
    named = [
        bool(names) and re.search(pattern, exact, re.IGNORECASE) is not None for exact in proofs["exact"]
    ]
    return proofs.loc[named] if any(named) else proofs


@guarded
def evidence(ds: Tables, development_id: str) -> pd.DataFrame:
    """See :meth:`tmt_dataset.Dataset.evidence`."""
    coded = values(ds, development_id)
    quotes = _of(ds, "quotes", development_id)
    urls = _Labels(ds, "sources", "url")
    rows: list[tuple[object, ...]] = []
    for variable, value, label, quote_id in coded:
        if quote_id is not None:
            proofs = quotes.loc[quotes["quote_id"] == quote_id]
        elif variable in ("figures", "relations"):
            proofs = quotes.iloc[:0]
        else:
            proofs = quotes.loc[[variable in s.split(" ") for s in quotes["supports"]]]
        proofs = _naming(proofs, _names(ds, variable, value))
        if proofs.empty:
            rows.append((variable, value, label, None, None, None, None, None))
        rows += [
            (variable, value, label, q.exact, q.source_id, q.start, q.end, link(urls[q.source_id], q.exact))
            for q in _rows(proofs)
        ]
    frame = pd.DataFrame(rows, columns=COLUMNS)
    return frame.assign(start=nullable(frame["start"]), end=nullable(frame["end"]))


@dataclass(frozen=True, eq=False)  # the frame has no truth value to compare by
class Record:
    """One development: its row, and its evidence."""

    development_id: str
    title: str
    summary: str
    note: str | None
    evidence: pd.DataFrame
    #: Identifier, title and address of each source that is quoted.
    sources: tuple[tuple[str, str, str | None], ...] = ()

    def to_jsonld(self) -> list[dict[str, Any]]:
        """Return the evidence as W3C Web Annotations (JSON-LD), one for each quote.

        The body holds the values that the quote proves; the target is the page with a ``TextQuoteSelector`` (the
        words) and a ``TextPositionSelector`` (their offsets in the source text, in Unicode code points).

        Examples
        --------
        >>> import tmt_dataset as tmt
        >>> annotation = tmt.load().record("TMT-0001").to_jsonld()[0]
        >>> annotation["type"], annotation["target"]["selector"][0]["type"]
        ('Annotation', 'TextQuoteSelector')
        """
        proved = self.evidence.dropna(subset=["quote"])
        out = []
        for _, rows in proved.groupby(["source_id", "start", "end"], sort=False):
            first = next(iter(_rows(rows)))
            page = first.url.partition("#")[0] if isinstance(first.url, str) else None
            body = [
                {
                    "type": "TextualBody",
                    "purpose": "classifying",
                    "value": f"{self.development_id} {variable}={value}",
                }
                for variable, value in zip(rows["variable"], rows["value"], strict=True)
            ]
            annotation = {
                "@context": "http://www.w3.org/ns/anno.jsonld",
                "id": f"urn:tmt-dataset:{self.development_id}:{first.source_id}:{first.start}-{first.end}",
                "type": "Annotation",
                "motivation": "classifying",
                "body": body,
                "target": {
                    "source": page or f"urn:tmt-dataset:{first.source_id}",
                    "selector": [
                        {"type": "TextQuoteSelector", "exact": first.quote},
                        {"type": "TextPositionSelector", "start": int(first.start), "end": int(first.end)},
                    ],
                },
            }
            out.append(annotation)
        return out

    def __str__(self) -> str:
        """Return the record as text: under each quote the values that it proves, and the sources at the end."""
        lines = [f"{self.development_id}  {self.title}", self.summary]
        if self.note:
            lines.append(f"Note: {self.note}")
        proved = self.evidence["quote"].notna()
        for _, rows in self.evidence.loc[proved].groupby(["source_id", "start", "end"], sort=False):
            first = next(iter(_rows(rows)))
            lines += ["", f"“{first.quote}”  [{first.source_id} {first.start}-{first.end}]", *_listed(rows)]
        if not proved.all():
            lines += ["", "Without a quote:", *_listed(self.evidence.loc[~proved])]
        if self.sources:
            lines += ["", "Source:" if len(self.sources) == 1 else "Sources:"]
        for source_id, title, url in self.sources:
            lines += [
                f"    {source_id:<20} {title}",
                *([f"    {'':<20} {url}"] if isinstance(url, str) else []),
            ]
        return "\n".join(lines)

    __repr__ = __str__

    def _repr_html_(self) -> str:
        left = "style='text-align:left;vertical-align:top'"
        body = []
        for r in _rows(self.evidence):
            proof = ""
            if isinstance(r.quote, str):
                where = f"{escape(str(r.source_id))} {r.start}–{r.end}"
                if isinstance(r.url, str):
                    where = f"<a href='{escape(r.url)}'>{where}</a>"
                proof = f"“{escape(r.quote)}” <small>{where}</small>"
            value = f"<code>{escape(r.value)}</code> {escape(r.label)}"
            cells = (escape(r.variable), value, proof)
            body.append("<tr>" + "".join(f"<td {left}>{cell}</td>" for cell in cells) + "</tr>")
        head = "".join(f"<th {left}>{name}</th>" for name in ("variable", "value", "proved by"))
        note = f"<p><em>Note: {escape(self.note)}</em></p>" if self.note else ""
        return (
            f"<div><strong>{escape(self.development_id)} {escape(self.title)}</strong>"
            f"<p>{escape(self.summary)}</p>{note}<table><thead><tr>{head}</tr></thead>"
            f"<tbody>{''.join(body)}</tbody></table></div>"
        )


def _listed(rows: pd.DataFrame) -> list[str]:
    return [f"    {r.variable:<20} {r.value}  {r.label}".rstrip() for r in _rows(rows)]


@guarded
def record(ds: Tables, development_id: str) -> Record:
    """See :meth:`tmt_dataset.Dataset.record`."""
    row = _row(ds, development_id)
    note = row["note"] if isinstance(row["note"], str) else None
    frame = evidence(ds, development_id)
    titles, urls = _Labels(ds, "sources", "title"), _Labels(ds, "sources", "url")
    sources = tuple((s, titles[s], urls[s]) for s in frame["source_id"].dropna().unique())
    return Record(development_id, row["title"], row["summary"], note, frame, sources)
