"""One development: each coded value beside the quotes that prove it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from urllib.parse import quote as percent_encoded

import pandas as pd

from tmt_dataset.addresses import Addresses, checked
from tmt_dataset.cells import TEXT_DTYPE, Tables, is_in, nullable
from tmt_dataset.errors import PackageError, UnknownCodeError, unknown
from tmt_dataset.guard import guarded

__all__ = ["COLUMNS", "Quote", "Record", "evidence", "identifier", "labels", "link", "number", "record"]


#: How many characters before and after a quote help to find it on its page.
CONTEXT = 32
#: Where a quote begins and ends in its source, and its words.
Quote = tuple[int, int, str]
_SHA256 = "https://schema.org/sha256"
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
    texts = frame[column].astype(TEXT_DTYPE).array
    codes = frame[ds.descriptor.table(table).primary_key[0]].astype("str")
    return pd.Series(texts, index=pd.Index(codes, dtype=TEXT_DTYPE))


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
        lacks = f"{code!r} has no {self.column}" if code in self.codes else f"the row {code!r} is missing"
        raise PackageError(f"{self.register}: {lacks}; run `tmt-dataset validate`")


def _of(ds: Tables, table: str, ids: pd.Series) -> pd.DataFrame:
    """Return the rows of some developments, having checked that no required cell is empty."""
    frame = ds[table]
    rows = frame.loc[is_in(frame["development_id"], ids)]
    required = [field.name for field in ds.descriptor.table(table).fields if field.required]
    missing = rows[required].isna()
    if missing.to_numpy().any():
        field = missing.any().idxmax()
        where = rows.loc[missing[field], "development_id"].iloc[0]
        raise PackageError(
            f"{table}: {where}, field {field}: expected a value, found none; run `tmt-dataset validate`"
        )
    return rows


def identifier(ds: Tables, name: object) -> str:
    """Return the identifier of a development of a data set, which may be asked for in short: ``"tmt-1"``.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> identifier(tmt.load(), "tmt-1")
    'TMT-0001'
    """
    if not isinstance(name, str):
        raise TypeError(f"expected one development, as 'TMT-0001'; found {name!r:.60}")
    # a column cannot be compared with half of a surrogate pair
    known = ds.whole["developments"]["development_id"].tolist()
    wanted = _short(name)
    found = (
        name
        if name in known
        else next((i for i in known if isinstance(i, str) and _short(i) == wanted), None)
    )
    if found is None:
        raise unknown("development", name, known, "the table developments")
    if found not in set(ds["developments"]["development_id"]):
        error = UnknownCodeError(f"{found} is not in this selection; the whole data set has it")
        error.what = "development"
        raise error
    return found


def _short(name: str) -> tuple[str, str]:
    """Return an identifier in small letters and without the zeros before its number."""
    prefix, _, number = name.strip().casefold().rpartition("-")
    return prefix, number.lstrip("0")


def _rows_of(ds: Tables, ids: pd.Series) -> pd.DataFrame:
    """Return the rows of some developments, one each."""
    rows = _of(ds, "developments", ids)
    repeated = rows.loc[rows["development_id"].duplicated(), "development_id"]
    if len(repeated):
        raise PackageError(
            f"developments: duplicate development_id {repeated.iloc[0]!r}; run `tmt-dataset validate`"
        )
    return rows


#: The codes that link a development to a register: table and field of the link, register and its label, and what
#: else the link says.
_LINKS = {
    "authorities": ("development_authorities", "authority_id", "authorities", "name", "role"),
    "topics": ("development_topics", "topic_id", "topics", "label", "rank"),
    "places": ("development_places", "place_id", "places", "name", None),
    "instruments": ("development_instruments", "instrument_id", "instruments", "title", "stage"),
}


class _Value(NamedTuple):
    """A coded value of a development.

    Without a ``quote_id`` every quote that supports the variable proves it; an empty one is that of a value without a quote.
    """

    development_id: str
    variable: str
    value: str
    label: str
    quote_id: str | None = None


def _values(ds: Tables, dev: pd.DataFrame) -> list[_Value]:
    """Return the coded values of developments, one development after another."""
    ids = dev["development_id"]
    out = [_Value(r.development_id, "date", r.date, f"basis: {r.date_basis}") for r in _rows(dev)]
    out += _coded(ds, dev, "action", "actions", "label") + _coded(ds, dev, "jurisdiction", "places", "name")
    out += _linked(ds, "authorities", ids)
    out += [
        _Value(
            r.development_id,
            "unnamed_authorities",
            str(r.unnamed_authorities),
            "further authorities, at least",
        )
        for r in _rows(dev)
        if r.unnamed_authorities
    ]
    out += _linked(ds, "topics", ids) + _linked(ds, "places", ids)
    out += [
        _Value(r.development_id, "effective_date", r.effective_date, "takes effect")
        for r in _rows(dev.dropna(subset="effective_date"))
    ]
    out += _linked(ds, "instruments", ids) + _orientation(ds, dev)
    for part in (_risks, _provisions, _figures, _relations):
        out += part(ds, ids)
    order = {development_id: n for n, development_id in enumerate(ids)}
    return sorted(out, key=lambda value: order[value.development_id])


def _coded(ds: Tables, dev: pd.DataFrame, field: str, register: str, column: str) -> list[_Value]:
    label = _Labels(ds, register, column)
    return [
        _Value(name, field, code, label[code])
        for name, code in zip(dev["development_id"], dev[field].astype("str"), strict=True)
    ]


def _linked(ds: Tables, variable: str, ids: pd.Series) -> list[_Value]:
    table, key, register, column, extra = _LINKS[variable]
    label = _Labels(ds, register, column)
    return [
        _Value(
            link["development_id"],
            variable,
            link[key],
            label[link[key]] + (f" ({link[extra]})" if extra else ""),
        )
        for link in _of(ds, table, ids).to_dict("records")
    ]


# -- the variables that came with 2.0.0; an older release has none of them


def _orientation(ds: Tables, dev: pd.DataFrame) -> list[_Value]:
    table = ds.descriptor.table("developments")
    out = []
    for field in table.fields:
        if field.name in ("orientation", "ai_role"):
            labels = dict(field.categories)
            for development_id, value in zip(
                dev["development_id"], dev[field.name].astype("str"), strict=True
            ):
                out.append(_Value(development_id, field.name, value, labels.get(value, field.title)))
    return out


def _risks(ds: Tables, ids: pd.Series) -> list[_Value]:
    if "development_risks" not in ds.descriptor.tables:
        return []
    label = _Labels(ds, "risks", "label")
    return [
        _Value(link.development_id, "risks", link.risk_id, label[link.risk_id], link.quote_id)
        for link in _rows(_of(ds, "development_risks", ids))
    ]


def _provisions(ds: Tables, ids: pd.Series) -> list[_Value]:
    if "provisions" not in ds.descriptor.tables:
        return []
    who, what = _Labels(ds, "addressees", "label"), _Labels(ds, "provision_types", "label")
    out = []
    for p in _rows(_of(ds, "provisions", ids)):
        case = "" if pd.isna(p.case) else f" (case {p.case})"
        label = f"{who[p.addressee]} · {p.modality.replace('-', ' ')} · {what[p.type]}{case}"
        value = f"{p.addressee} {p.modality} {p.type}"
        out.append(_Value(p.development_id, "provisions", value, label, p.quote_id))
    return out


def _figures(ds: Tables, ids: pd.Series) -> list[_Value]:
    measures, units = _Labels(ds, "measures", "label"), _Labels(ds, "measures", "unit")
    out = []
    for r in _rows(_of(ds, "figures", ids)):
        when = " to ".join(f"{d:%Y-%m-%d}" for d in (r.period_start, r.period_end) if not pd.isna(d))
        about = ", ".join(x for x in (r.qualifier, r.kind, r.aggregation, when) if isinstance(x, str) and x)
        value, label = f"{number(r.value)} {units[r.measure]}", f"{measures[r.measure]} ({about})"
        out.append(_Value(r.development_id, "figures", value, label, r.quote_id))
    return out


def _relations(ds: Tables, ids: pd.Series) -> list[_Value]:
    out = []
    for r in _rows(_of(ds, "relations", ids)):
        note = r.note if isinstance(r.note, str) else ""
        quote_id = r.quote_id if isinstance(r.quote_id, str) else ""
        out.append(_Value(r.development_id, "relations", f"{r.relation} {r.related_id}", note, quote_id))
    return out


# -- the quotes that prove them

#: Register and fields with the names of a value, for variables that may have several values.
_REGISTERS = {
    "authorities": ("authorities", ["name", "abbreviation"]),
    "places": ("places", ["name"]),
    "instruments": ("instruments", ["title", "number", "aliases"]),
}


def _names(ds: Tables) -> dict[tuple[str, str], list[str]]:
    """Return the names by which a quote may mention a value, by variable and value."""
    out = {}
    for variable, (register, columns) in _REGISTERS.items():
        frame = ds[register]
        keys = frame[ds.descriptor.table(register).primary_key[0]]
        for key, *cells in zip(keys, *(frame[column] for column in columns), strict=True):
            out[variable, key] = [n for cell in cells if isinstance(cell, str) for n in cell.split(" | ")]
    return out


def _naming(quotes: list[Any], names: list[str]) -> list[Any]:
    """Return the quotes that contain one of the names, or all quotes where none does."""
    if len(quotes) < 2 or not names:
        return quotes
    # as whole words: "transaction" does not name the SAC
    pattern = "|".join(rf"(?<!\w){re.escape(name)}(?!\w)" for name in names)
    return [q for q in quotes if re.search(pattern, q.exact, re.IGNORECASE)] or quotes


@guarded
def evidence(ds: Tables, development_id: str | None = None) -> pd.DataFrame:
    """See :meth:`tmt_dataset.Dataset.evidence`."""
    every = ds["developments"]["development_id"]
    dev = _rows_of(ds, every if development_id is None else pd.Series([identifier(ds, development_id)]))
    values = _values(ds, dev)
    urls, names = _Labels(ds, "sources", "url"), _names(ds)
    named: dict[tuple[str, str], list[Any]] = {}
    supporting: dict[tuple[str, str], list[Any]] = {}
    places: dict[int, tuple[object, ...]] = {}
    for q in _rows(_of(ds, "quotes", dev["development_id"])):
        places[q.Index] = (q.exact, q.source_id, q.start, q.end, link(urls[q.source_id], q.exact))
        named.setdefault((q.development_id, q.quote_id), []).append(q)
        for variable in set(q.supports.split(" ")):
            supporting.setdefault((q.development_id, variable), []).append(q)
    rows: list[tuple[object, ...]] = []
    for v in values:
        if v.quote_id is None:
            proofs = supporting.get((v.development_id, v.variable), [])
        else:
            proofs = named.get((v.development_id, v.quote_id), [])
        proofs = _naming(proofs, names.get((v.variable, v.value), []))
        rows += [(*v[:4], *places[q.Index]) for q in proofs] or [(*v[:4], *[None] * 5)]
    frame = pd.DataFrame(rows, columns=["development_id", *COLUMNS])
    numbers = {name: nullable(frame[name]) for name in ("start", "end")}
    frame = frame.astype(dict.fromkeys(frame.columns.drop([*numbers]), TEXT_DTYPE)).assign(**numbers)
    return frame if development_id is None else frame.drop(columns="development_id")


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
    #: The data set that it belongs to, by whose name and sources annotations are told from those of others.
    of: Tables | None = None

    def to_jsonld(self, base: str | None = None) -> list[dict[str, Any]]:
        """Return the evidence as W3C Web Annotations (JSON-LD), one for each quote.

        The body holds the values that the quote proves. There are two targets, in which the same words are found: the page, with a
        ``TextQuoteSelector``; and the plain text that was coded, with a ``TextPositionSelector`` (offsets in Unicode code points) and,
        as its state, the SHA-256 that the text must have. The words before and after a quote (``prefix``, ``suffix``) are given where
        they are known from other quotes that go beyond it: the package has no other words of a source. A source without a page has the one target.

        Parameters
        ----------
        base
            Address under which the site is published (``tmt-dataset site --base``): an annotation then has the address of its quote
            there. Without it, identifiers are ``urn:uuid:`` derived from the name of the package and what is identified.

        Raises
        ------
        ValueError
            If ``base`` is not an address.

        Examples
        --------
        >>> import tmt_dataset as tmt
        >>> page, text = tmt.load().record("TMT-0001").to_jsonld("https://example.org/tmt")[0]["target"]
        >>> page["selector"]["type"], text["selector"]["type"], text["source"]
        ('TextQuoteSelector', 'TextPositionSelector', 'https://example.org/tmt/.../sources/newsletter-2023-11/#text')
        """
        name, version = (self.of.descriptor.name, self.of.descriptor.version) if self.of else ("", "")
        on = Addresses(name, version, checked(base))
        found: dict[tuple[Any, ...], list[Any]] = {}
        for row in _rows(self.evidence.dropna(subset=["quote"])):
            found.setdefault((row.source_id, row.start, row.end), []).append(row)
        quotes = _quotes(self.of, {place[0] for place in found}) if self.of else {}
        out = []
        for first, *others in found.values():
            body = [
                {
                    "type": "TextualBody",
                    "purpose": "classifying",
                    "value": f"{self.development_id} {row.variable}={row.value}",
                }
                for row in (first, *others)
            ]
            place = f"{self.development_id}:{first.source_id}:{first.start}-{first.end}"
            annotation = {
                "@context": "http://www.w3.org/ns/anno.jsonld",
                "id": on.quote(place),
                "type": "Annotation",
                "motivation": "classifying",
                "body": body,
                "target": _targets(self.of, first, on.text(first.source_id), quotes.get(first.source_id, [])),
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
        from html import escape  # not imported by everybody who loads

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


def _targets(ds: Tables | None, quote: Any, text: str, quotes: Sequence[Quote]) -> list[dict[str, Any]]:
    """Return where the words of a quote are found: on the page, and at their place in the plain text that was coded."""
    before, after = _around(quote, quotes)
    known = {name: words for name, words in (("prefix", before), ("suffix", after)) if words}
    words = {"type": "TextQuoteSelector", "exact": quote.quote, **known}
    place = {"type": "TextPositionSelector", "start": int(quote.start), "end": int(quote.end)}
    state = _state(ds, quote.source_id) if ds else {}
    if not isinstance(quote.url, str):
        return [{"source": text, **state, "selector": [words, place]}]
    page = quote.url.partition("#")[0]
    return [{"source": page, "selector": words}, {"source": text, **state, "selector": place}]


def _state(ds: Tables, source_id: str) -> dict[str, Any]:
    """Return the state in which the text of a source was coded: its SHA-256."""
    sources = ds.whole["sources"]  # a selection may have lost the source
    for found in sources.loc[sources["source_id"] == source_id, "sha256"].dropna():
        # no term of the context names a checksum: it has the address that schema.org gives it
        return {"state": {"type": "http://www.w3.org/ns/oa#State", _SHA256: found}}
    return {}


def _quotes(ds: Tables, sources: Collection[str]) -> dict[str, list[Quote]]:
    """Return all quotes of some sources: start, end and words. A selection knows those that it left out, too."""
    out: dict[str, list[Quote]] = {}
    rows = ds.whole["quotes"][["source_id", "start", "end", "exact"]]
    rows = rows.loc[rows["source_id"].isin(sources)].dropna()
    for source_id, start, end, exact in rows.itertuples(index=False, name=None):
        out.setdefault(source_id, []).append((start, end, exact))
    return out


def _around(quote: Any, quotes: Sequence[Quote]) -> tuple[str, str]:
    """Return the words before and after a quote as far as a quote that goes beyond it has them.

    One that merely follows it may begin another paragraph, which a page sets apart.
    """
    before, after = [""], [""]
    for start, end, exact in quotes:
        if start < quote.end and end > quote.start:
            first, last = quote.start - start, quote.end - start
            before.append(exact[max(0, first - CONTEXT) : first] if first > 0 else "")
            after.append(exact[last : last + CONTEXT])
    return max(before, key=len), max(after, key=len)


def _listed(rows: pd.DataFrame) -> list[str]:
    return [f"    {r.variable:<20} {r.value}  {r.label}".rstrip() for r in _rows(rows)]


@guarded
def record(ds: Tables, development_id: str) -> Record:
    """See :meth:`tmt_dataset.Dataset.record`."""
    development_id = identifier(ds, development_id)
    row = _rows_of(ds, pd.Series([development_id])).iloc[0]
    note = row["note"] if isinstance(row["note"], str) else None
    frame = evidence(ds, development_id)
    titles, urls = _Labels(ds, "sources", "title"), _Labels(ds, "sources", "url")
    sources = tuple((s, titles[s], urls[s]) for s in frame["source_id"].dropna().unique())
    return Record(development_id, row["title"], row["summary"], note, frame, sources, ds)
