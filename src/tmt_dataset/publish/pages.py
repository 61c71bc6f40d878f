"""The pages of the report: one an article, an index with what each found, and all records with their evidence."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tmt_dataset.citation import cite
from tmt_dataset.dataset import Dataset
from tmt_dataset.errors import MissingExtraError
from tmt_dataset.plots.article import NOTED
from tmt_dataset.record import Record

if TYPE_CHECKING:
    from jinja2 import Environment
    from nbconvert import HTMLExporter
    from nbformat import NotebookNode

__all__ = ["CHARTS", "CODE", "TEMPLATES", "Article", "article", "exporter", "records", "site"]


TEMPLATES = Path(__file__).with_name("templates")
#: Formats of charts, the first is shown on a page.
CHARTS = ("image/svg+xml", "image/png")
#: Black and white, with bold and italics: a contrast that everybody can read.
CODE = "bw"


@dataclass(frozen=True)
class Article:
    """An executed notebook with what the index tells of it.

    Parameters
    ----------
    stem
        Name of its page and its charts, without an ending.
    title
        Its first heading.
    notebook
        Each chart has its file name and alternative text in the metadata of its output.
    findings, rests_on
        As :func:`tmt_dataset.plots.findings` was given them, in Markdown.
    chart, alt
        File name and alternative text of its first chart.
    """

    stem: str
    title: str
    notebook: NotebookNode
    findings: Sequence[str] = ()
    rests_on: str = ""
    chart: str = ""
    alt: str = ""

    @property
    def address(self) -> str:
        """Return the address of its page."""
        return f"{self.stem}.html"


#: A link to a notebook of the same folder, up to its ending.
_NOTEBOOK = re.compile(r"""(href=["'][^"'/:]+)\.ipynb(?=["'#])""")


def article(notebook: NotebookNode, stem: str) -> Article:
    """Return an executed notebook as an article; its outputs get the metadata from which the pages are made."""
    n, heading = 0, stem
    told: dict[str, Any] = {}
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            heading = [heading, *_headings(cell.source)][-1]
            continue
        cell.outputs = _with_captions(cell.get("outputs", []))
        for output in (o for o in cell.outputs if "data" in o):
            told |= {k: v for k, v in _noted(output).items() if k in ("findings", "rests_on")}
            output.metadata.update({k: v for k, v in _noted(output).items() if k != "rests_on"})
            if set(CHARTS) & {*output.get("data", {})}:
                n += 1
                output.metadata.update(n=n, filename=f"{stem}-{n}")
                alt = f"Chart {n}, {heading}; its numbers are in the text and the tables beside it"
                output.metadata.setdefault("alt", alt)
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    title = next((heading for text in texts for heading in _headings(text)), stem)
    return Article(stem, title, notebook, **told, **_first_chart(notebook))


def _headings(markdown: str) -> list[str]:
    r"""Return the headings of a text without markup.

    >>> _headings("# What is *in* it?\n\nWords.\n\n## `Codes`")
    ['What is in it?', 'Codes']
    """
    return [re.sub(r"[*`]", "", found) for found in re.findall(r"^#+ (.+)$", markdown, re.MULTILINE)]


def _noted(output: NotebookNode) -> dict[str, Any]:
    noted: dict[str, Any] = output.get("metadata", {}).get(NOTED, {})
    return noted


def _with_captions(outputs: list[NotebookNode]) -> list[NotebookNode]:
    """Return outputs, each chart with its caption in its metadata instead of an output of its own."""
    captions = {_noted(o)["caption"]: o.data["text/markdown"] for o in outputs if "caption" in _noted(o)}
    for output in outputs:
        if _noted(output).get("chart") in captions:
            output.metadata["caption"] = captions[_noted(output)["chart"]]
    return [output for output in outputs if "caption" not in _noted(output)]


def _first_chart(notebook: NotebookNode) -> dict[str, str]:
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "filename" in output.get("metadata", {}):
                form = next(form for form in CHARTS if form in output.data)
                ending = form.partition("/")[2].partition("+")[0]
                return {"chart": f"{output.metadata.filename}.{ending}", "alt": output.metadata.alt}
    return {}


def exporter() -> HTMLExporter:
    """Return what makes the body of an article's page, and gives its charts as files.

    Raises
    ------
    MissingExtraError
        If nbconvert is not installed.
    """
    try:
        from nbconvert import HTMLExporter
    except ImportError:
        raise MissingExtraError(
            'running notebooks needs nbconvert: pip install "tmt-dataset[notebooks]"'
        ) from None
    return HTMLExporter(
        raw_template=(TEMPLATES / "article.html.j2").read_text(encoding="utf-8"),
        template_name="basic",
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        exclude_anchor_links=True,
        preprocessors=["nbconvert.preprocessors.ExtractOutputPreprocessor"],
    )


def site(articles: Sequence[Article], ds: Dataset) -> dict[str, bytes]:
    """Return files by name: a page for each article, its charts, the index and the style.

    Raises
    ------
    MissingExtraError
        If nbconvert is not installed.
    """
    made = exporter()
    pages = _environment(ds)
    files: dict[str, bytes] = {"style.css": _style().encode("utf-8")}
    neighbours = zip([None, *articles], articles, [*articles[1:], None], strict=False)
    for before, now, after in neighbours:
        if now is None:
            continue
        body, resources = made.from_notebook_node(now.notebook)
        body = _NOTEBOOK.sub(r"\1.html", body)  # one article leads to another
        files |= resources["outputs"]
        page = pages.get_template("page.html.j2").render(
            title=now.title, body=_markup(body), before=before, after=after
        )
        files[now.address] = page.encode("utf-8")
    return files | {"index.html": _index(articles, ds, pages)}


def _environment(ds: Dataset) -> Environment:
    """Return the templates; a text is markup only where it is marked as such."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    made = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, undefined=StrictUndefined
    )
    made.globals.update(site=f"{ds.descriptor.name} {ds.version}", here="")
    return made


def _markup(html: str) -> Any:
    from markupsafe import Markup

    return Markup(html)


def _inline(markdown: str) -> Any:
    """Return a sentence of Markdown as HTML without a paragraph around it."""
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    html = markdown2html_mistune(markdown).strip()
    return _markup(html.removeprefix("<p>").removesuffix("</p>"))


def _index(articles: Sequence[Article], ds: Dataset, pages: Environment) -> bytes:
    shown = [
        {
            "title": a.title,
            "address": a.address,
            "findings": [_inline(sentence) for sentence in a.findings],
            "rests_on": _inline(a.rests_on),
            "chart": a.chart,
            "alt": a.alt,
        }
        for a in articles
    ]
    page = pages.get_template("index.html.j2").render(
        here="index",
        ds=ds,
        what=str(ds.descriptor.raw.get("description", "")),
        articles=shown,
        citation=cite(ds),
    )
    return page.encode("utf-8")


def records(ds: Dataset) -> bytes:
    """Return the page of all records: each coded value beside the quotes that prove it.

    Raises
    ------
    MissingExtraError
        If nbconvert is not installed.
    """
    exporter()
    shown = [ds.record(name) for name in ds["developments"]["development_id"]]
    page = (
        _environment(ds)
        .get_template("records.html.j2")
        .render(
            here="records",
            title="All records with their evidence",
            records=[(record, _values(record)) for record in shown],
        )
    )
    return page.encode("utf-8")


def _values(record: Record) -> list[tuple[tuple[str, str, str], list[dict[str, Any]]]]:
    """Return each coded value of a record with the quotes that prove it."""
    rows: list[dict[str, Any]] = record.evidence.to_dict("records")  # type: ignore[assignment]  # columns have names
    found: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for row in rows:
        quotes = found.setdefault((row["variable"], row["value"], row["label"]), [])
        if isinstance(row["quote"], str):
            quotes.append({**row, "url": row["url"] if isinstance(row["url"], str) else ""})
    return list(found.items())


def _style() -> str:
    from pygments.formatters import HtmlFormatter

    code = HtmlFormatter(style=CODE).get_style_defs(".highlight")
    return (TEMPLATES / "style.css").read_text(encoding="utf-8") + str(code) + "\n"
