"""The articles: executed notebooks, each as a page, and the page with what each of them found."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tmt_dataset.errors import MissingExtraError, PackageError, TmtDatasetError
from tmt_dataset.files import expanded
from tmt_dataset.files import read as read_file
from tmt_dataset.plots.article import NOTED
from tmt_dataset.publish.site.frame import TEMPLATES, Frame, markup

if TYPE_CHECKING:
    from nbconvert import HTMLExporter
    from nbformat import NotebookNode

__all__ = [
    "CHARTS",
    "CODE",
    "Article",
    "NotebookError",
    "article",
    "exporter",
    "opened",
    "pages",
    "read",
    "style",
]


#: Formats of charts, the first is shown on a page.
CHARTS = ("image/svg+xml", "image/png")
#: Black and white, with bold and italics: a contrast that everybody can read.
CODE = "bw"


class NotebookError(TmtDatasetError):
    """A notebook did not run to its end, or does not give what a page needs."""


@dataclass(frozen=True)
class Article:
    """An executed notebook with what is told of it elsewhere.

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


def read(folder: Path) -> list[Article]:
    """Return the executed notebooks of a folder as articles, in the order of their names.

    Raises
    ------
    NotebookError
        If there is none, or if one cannot be read or was not executed.
    MissingExtraError
        If nbconvert is not installed.
    """
    exporter()
    folder = expanded(folder)
    paths = sorted(folder.glob("*.ipynb"))
    if not paths:
        raise NotebookError(f"{folder}: no notebooks (*.ipynb)")
    return [article(opened(path, executed=True), path.stem) for path in paths]


def opened(path: Path, *, executed: bool = False) -> NotebookNode:
    """Return a notebook as it is saved.

    Parameters
    ----------
    path
        The file.
    executed
        Whether it must have outputs.

    Raises
    ------
    NotebookError
        If it cannot be read, is not a notebook, or has no outputs though it must.
    """
    import nbformat

    try:
        notebook: NotebookNode = nbformat.reads(read_file(path).decode("utf-8"), as_version=4)
    except PackageError as error:
        raise NotebookError(str(error)) from None
    except OSError as error:
        raise NotebookError(f"{path}: cannot be read ({error.strerror}); expected a notebook") from None
    except ValueError as error:
        raise NotebookError(f"{path.name}: not a notebook ({error!s:.200})") from None
    if executed and not any(cell.get("outputs") for cell in notebook.cells):
        raise NotebookError(f"{path.name}: expected outputs, found none: the page would be empty")
    return notebook


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


def pages(frame: Frame, articles: Sequence[Article]) -> Iterator[tuple[str, bytes]]:
    """Yield a page for each article, its charts, and the page with what all of them found.

    Raises
    ------
    MissingExtraError
        If nbconvert is not installed.
    """
    neighbours = zip([None, *articles], articles, [*articles[1:], None], strict=False)
    made = exporter() if articles else None
    for before, now, after in neighbours:
        if now is None or made is None:
            continue
        body, resources = made.from_notebook_node(now.notebook)
        if empty := [name for name, data in resources["outputs"].items() if not data]:
            raise NotebookError(f"expected charts, found empty files: {', '.join(empty)}")
        yield from resources["outputs"].items()
        for other in articles:  # in Jupyter an article leads to a notebook
            body = body.replace(f'href="{other.stem}.ipynb', f'href="{other.address}')
        shown = {"body": markup(_distinct(body)), "before": before, "after": after}
        yield now.address, frame.page("turned", now.address, now.title, **shown)
    yield "articles.html", _findings(frame, articles)


def _distinct(html: str) -> str:
    """Return a page with its repeated identifiers numbered: parts of a chart that is drawn in two panels have the same.

    Examples
    --------
    >>> _distinct('<g id="a"/><g id="a"/><g id="b"/>')
    '<g id="a"/><g id="a-2"/><g id="b"/>'
    """
    found: Counter[str] = Counter()

    def numbered(match: re.Match[str]) -> str:
        found[match[1]] += 1
        return match[0] if found[match[1]] == 1 else f' id="{match[1]}-{found[match[1]]}"'

    return re.sub(r'(?<=<g) id="([^"]+)"', numbered, html)


def _inline(markdown: str) -> Any:
    """Return a sentence of Markdown as HTML without a paragraph around it."""
    from nbconvert.filters.markdown_mistune import markdown2html_mistune

    html = markdown2html_mistune(markdown).strip()
    return markup(html.removeprefix("<p>").removesuffix("</p>"))


def _findings(frame: Frame, articles: Sequence[Article]) -> bytes:
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
    return frame.page("articles", "articles.html", "Articles", articles=shown)


def style() -> bytes:
    """Return the one style of all pages, that of code in articles included."""
    text = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    try:
        from pygments.formatters import HtmlFormatter
    except ImportError:  # nbconvert brings it, and makes the articles
        return text.encode("utf-8")
    return (text + str(HtmlFormatter(style=CODE).get_style_defs(".highlight")) + "\n").encode("utf-8")
