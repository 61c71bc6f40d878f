"""The explorer: all developments in one table with facets, the library's search, and downloads of what is shown."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from tmt_dataset.analysis.words import listed, spoken
from tmt_dataset.characters import escaped
from tmt_dataset.citation import cite
from tmt_dataset.dataset import Dataset
from tmt_dataset.errors import MissingExtraError
from tmt_dataset.exports.tables import FLAT, Cell, cells
from tmt_dataset.exports.text import FORMULA
from tmt_dataset.guard import guarded
from tmt_dataset.publish.site.frame import embedded
from tmt_dataset.publish.site.parts import Parts, framed, rendered
from tmt_dataset.publish.site.words import PageWords, words
from tmt_dataset.record import labels
from tmt_dataset.selection import CRITERIA
from tmt_dataset.views.counts import LEVELS
from tmt_dataset.views.meanings import meanings
from tmt_dataset.views.windows import windows

__all__ = ["FACETS", "Explorer", "Facet", "explorer", "facets", "page", "parts"]


#: The facets in their order, each with what it is called: criteria of ``select``, columns of ``flat``, years in which the date
#: may lie, and kinds of authorities. Unlike a count by topic, the facet of topics takes each topic, whatever its rank.
FACETS = {
    "window": "Window",
    "year": "Year",
    "topic": "Topic (any rank)",
    "action": "Action",
    "authority": "Authority",
    "authority_kind": "Kind of authority",
    "level": "Level",
    "place": "Place",
    "orientation": "Orientation",
    "ai_role": "Role of AI",
    "risk": "Risk",
    "addressee": "Addressee",
    "source": "Source",
}
#: Criteria by which a code also selects what lies below it.
_NESTED = ("topic", "place")
#: The fields by which people know a code, the first that its table has.
_NAMES = ("short_name", "label", "name", "title")
#: What the table shows of a development, by column of ``flat``; the first that it has.
_SHOWN = {
    "action": ("action_label",),
    "topics": ("topic_label", "other_topics"),
    "authorities": (
        "lead_authority_short",
        "court_authority_short",
        "joint_authorities",
        "supporting_authorities",
    ),
    "place": ("jurisdiction_name", "places"),
}


class Facet(NamedTuple):
    """By what developments can be filtered: its codes with their labels, and the developments that each code selects."""

    name: str
    title: str
    labels: dict[str, str]
    developments: dict[str, set[str]]


class Explorer(NamedTuple):
    """The explorer as a whole page, which a notebook shows in a frame of its own."""

    html: str

    def __repr__(self) -> str:
        return "<Explorer: a notebook shows it; .html is the page>"

    def _repr_html_(self) -> str:
        style = "width:100%;height:48rem;border:1px solid #d9d9d9"
        return f'<iframe title="Explorer" style="{style}" srcdoc="{escape(self.html)}"></iframe>'


def facets(ds: Dataset, flat: pd.DataFrame) -> list[Facet]:
    """Return the facets of a data set, with the codes that select at least one of its developments.

    Parameters
    ----------
    ds
        The data set.
    flat
        Its view with one row per development.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> ds = tmt.load()
    >>> topic = next(facet for facet in facets(ds, ds.flat()) if facet.name == "topic")
    >>> topic.developments["ai"] == set(ds.select(topic="ai").developments["development_id"])
    True
    """
    orders = {"window": list(windows(ds)["window"]), "level": list(LEVELS.values())}
    made = []
    for name, title in FACETS.items():
        if name in orders:
            made.append(_of_column(flat, name, title, orders[name]))
        elif name == "year":
            made.append(_of_years(flat, title))
        elif name == "authority_kind" and {"development_authorities", "authorities"} <= {*ds}:
            made.append(_of_kinds(ds, title))
        elif name in CRITERIA and _has(ds, name):
            made.append(_of_criterion(ds, name, title))
    return [facet for facet in made if facet.labels]


def _has(ds: Dataset, name: str) -> bool:
    """Whether a data set can be selected by a criterion; an older release lacks some of the tables and fields."""
    criterion = CRITERIA[name]
    if not {criterion.table, criterion.link} <= {*ds}:
        return False
    return criterion.column is None or criterion.column in ds[criterion.table]


def _of_column(flat: pd.DataFrame, name: str, title: str, order: Iterable[object]) -> Facet:
    found: dict[str, set[str]] = {str(code): set() for code in order}
    for development_id, text in zip(flat["development_id"], flat[name], strict=True):
        for code in text.split("; ") if isinstance(text, str) else ():
            found.setdefault(code, set()).add(development_id)
    found = {code: ids for code, ids in found.items() if ids}
    return Facet(name, title, {code: code for code in found}, found)


def _of_years(flat: pd.DataFrame, title: str) -> Facet:
    """Return the years, each with the developments whose date may lie in it, as ``select`` takes them."""
    found: dict[str, set[str]] = {}
    for name, start, end in zip(flat["development_id"], flat["date_start"], flat["date_end"], strict=True):
        for year in range(start.year, end.year + 1):
            found.setdefault(str(year), set()).add(name)
    return Facet("year", title, {year: year for year in sorted(found)}, found)


def _of_kinds(ds: Dataset, title: str) -> Facet:
    """Return the kinds of authorities, each with the developments in which one of them acts."""
    links, bodies = ds["development_authorities"], ds["authorities"]
    kinds = links["authority_id"].map(dict(zip(bodies["authority_id"], bodies["kind"], strict=True)))
    found: dict[str, set[str]] = {}
    for kind, part in links.groupby(kinds.astype("str"), sort=True):
        found[str(kind)] = {*part["development_id"]}
    return Facet("authority_kind", title, {kind: _spelled(kind) for kind in found}, found)


def _spelled(code: str) -> str:
    return code.replace("-", " ").capitalize()


def _of_criterion(ds: Dataset, name: str, title: str) -> Facet:
    criterion = CRITERIA[name]
    if criterion.column is None:
        register = ds[criterion.table]
        codes = register[ds.descriptor.table(criterion.table).primary_key[0]].tolist()
        field = next((field for field in _NAMES if field in register), None)
        named = dict(labels(ds, criterion.table, field)) if field else {}
    else:
        codes = list(ds.descriptor.table(criterion.table).field(criterion.column).enum)
        named = {code: _spelled(code) for code in codes}
    found = {code: {*ds[criterion.link].loc[criterion.rows(ds, code), "development_id"]} for code in codes}
    found = {code: ids for code, ids in found.items() if ids}
    depths = _depths(ds, criterion.table) if name in _NESTED else {}
    texts = {code: "› " * depths.get(code, 0) + str(named.get(code, code)) for code in found}
    return Facet(name, title, texts, found)


def _depths(ds: Dataset, table: str) -> dict[str, int]:
    """Return how many codes lie above each code of a register."""
    key = ds.descriptor.table(table).primary_key[0]
    parents = dict(zip(ds[table][key], ds[table]["parent"], strict=True))
    depths: dict[str, int] = {}
    for code in parents:
        above, seen = parents.get(code), {code}
        while isinstance(above, str) and above not in seen:
            seen.add(above)
            above = parents.get(above)
        depths[code] = len(seen) - 1
    return depths


def parts(ds: Dataset, address: Callable[[str], str], pages: Sequence[PageWords] = ()) -> Parts:
    """Return the explorer for a frame that has the style of the site.

    Parameters
    ----------
    ds
        The data set, or a selection.
    address
        Returns the address of a development's page, as it is seen from this page; an empty one makes no link.
    pages
        Other pages, which the search finds too.

    Raises
    ------
    MissingExtraError
        If itables or Jinja2 is not installed.
    """
    try:
        from itables import options
    except ImportError:
        raise MissingExtraError('the explorer needs itables: pip install "tmt-dataset[site]"') from None
    library = Path(options.dt_bundle)
    view = ds.flat()
    flat, found = cells(FLAT, view), facets(ds, view)
    shown = {
        "ds": ds,
        "pages": pages,
        "citation": cite(ds),
        "rows": _rows(flat, address),
        "data": embedded(_data(ds, flat, found, pages, meanings(ds, view))),
        "library": embedded(library.read_text(encoding="utf-8")),
    }
    style = embedded(library.with_suffix(".css").read_text(encoding="utf-8"))
    return Parts(rendered("explore.head.j2", style=style), rendered("explore.html.j2", **shown))


def _rows(flat: dict[str, list[Cell]], address: Callable[[str], str]) -> list[dict[str, str]]:
    """Return what the table shows of each development."""
    rows = []
    for values in zip(*flat.values(), strict=True):
        row = {name: "" if value is None else str(value) for name, value in zip(flat, values, strict=True)}
        shown = {
            name: "; ".join(filter(None, (row.get(column) for column in columns)))
            for name, columns in _SHOWN.items()
        }
        days = (pd.Timestamp(row["date_start"]), pd.Timestamp(row["date_end"]))
        rows.append({**row, **shown, "when": spoken(*days), "address": address(row["development_id"])})
    return rows


def _data(
    ds: Dataset,
    flat: dict[str, list[Cell]],
    found: list[Facet],
    pages: Sequence[PageWords],
    described: dict[str, str],
) -> str:
    """Return what the script of the page needs, as JSON."""
    known = words(ds)
    codes = [{code: n for n, code in enumerate(facet.labels)} for facet in found]
    rows: list[dict[str, Any]] = []
    for development_id, *values in zip(flat["development_id"], *flat.values(), strict=True):
        name = str(development_id)
        rows.append(
            {
                "flat": [value if isinstance(value, int | float) else str(value or "") for value in values],
                "facets": [
                    [n for code, n in order.items() if name in facet.developments[code]]
                    for facet, order in zip(found, codes, strict=True)
                ],
                "record": known.record[name],
                "report": known.report[name],
            }
        )
    data = {
        "columns": list(flat),
        "workbook": _workbook(described),
        # what looks like a number or a day in another column is a text, as a code of a place or a date in EDTF
        "typed": [n for n, values in enumerate(flat.values()) if not any(isinstance(v, str) for v in values)],
        "rows": rows,
        "facets": [
            {
                "name": f.name,
                "title": f.title,
                "codes": list(f.labels),
                "labels": [escaped(label) for label in f.labels.values()],
            }
            for f in found
        ],
        "pages": pages,
        "reading": known.reading,
        "covered": f"No matching records. The sources cover {listed(windows(ds, reviews_last=True)['window'].tolist())}.",
        "title": f"{ds.descriptor.name} {ds.version}",
        "citation": cite(ds),
        "formula": FORMULA.pattern,
    }
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


_SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PARTS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def _workbook(described: dict[str, str]) -> dict[str, Any]:
    """Return what a downloaded workbook gets beside its rows, in XML: a header in view, a sheet on its columns, and where that is named."""

    def view(pane: str) -> str:
        return f'<sheetViews xmlns="{_SHEET}"><sheetView workbookViewId="0"><pane {pane} state="frozen"/></sheetView></sheetViews>'

    def cell(words: str, style: int) -> str:
        return f'<c t="inlineStr" s="{style}"><is><t>{escape(words)}</t></is></c>'

    lines = [(("Column", "Meaning"), 2), *((pair, 55) for pair in described.items())]
    rows = "".join(f"<row>{''.join(cell(words, style) for words in pair)}</row>" for pair, style in lines)
    widths = "".join(
        f'<col min="{n}" max="{n}" width="{w}" customWidth="1"/>' for n, w in ((1, 26), (2, 100))
    )
    named = f'<sheet xmlns="{_SHEET}" xmlns:r="{_PARTS}" name="Columns" sheetId="2" r:id="rIdColumns"/>'
    space = "http://schemas.openxmlformats.org/package/2006"
    at = f'Id="rIdColumns" Type="{_PARTS}/worksheet" Target="worksheets/sheet2.xml"'
    below = view('ySplit="1" topLeftCell="A2" activePane="bottomLeft"')
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"
    return {
        "view": view('xSplit="2" ySplit="3" topLeftCell="C4" activePane="bottomRight"'),
        "columns": f'<worksheet xmlns="{_SHEET}">{below}<cols>{widths}</cols>'
        f"<sheetData>{rows}</sheetData></worksheet>",
        "added": [
            [["xl", "workbook.xml"], "sheets", named],
            [
                ["xl", "_rels", "workbook.xml.rels"],
                "Relationships",
                f'<Relationship xmlns="{space}/relationships" {at}/>',
            ],
            [
                ["[Content_Types].xml"],
                "Types",
                f'<Override xmlns="{space}/content-types" PartName="/xl/worksheets/sheet2.xml" ContentType="{kind}"/>',
            ],
        ],
    }


def page(ds: Dataset, address: Callable[[str], str]) -> str:
    """Return the explorer as a whole page, which needs no other file and no network.

    Parameters and errors are those of :func:`parts`.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> html = page(tmt.load().select(topic="games"), lambda development_id: f"d/{development_id}/")
    >>> html.startswith("<!DOCTYPE html>"), "d/TMT-" in html
    (True, True)
    """
    return framed(ds.descriptor.title, parts(ds, address))


@guarded
def explorer(ds: Dataset) -> Explorer:
    """See :meth:`tmt_dataset.Dataset.explore`."""
    return Explorer(page(ds, lambda _: ""))
