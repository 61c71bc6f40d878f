"""The documents of the package as pages: their Markdown, with links between them that lead to pages."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import PurePosixPath
from posixpath import dirname, join, normpath
from typing import Any

from tmt_dataset.errors import MissingExtraError
from tmt_dataset.package import Package
from tmt_dataset.publish.site.frame import Frame, markup

__all__ = ["CODEBOOK", "DOCUMENTS", "page_of", "pages", "read", "rules"]


#: The documents that a package may have, in the order of the site; each version that corrected rows has its list of them.
DOCUMENTS = (
    "validation/codebook.md",
    "docs/data-dictionary.md",
    "DATASHEET.md",
    "CHANGELOG.md",
    "docs/corrections-*.md",
    "docs/coverage.md",
    "docs/commands.md",
)


#: The document with the rules of coding, and where one of them is stated: its code begins a sentence.
CODEBOOK, _RULE = DOCUMENTS[0], re.compile(r"(^|[.:;)] |[*+°]+)([A-Z]\d+)(?= [A-Z'‘“&]| $)")


def rules(documents: Mapping[str, str]) -> frozenset[str]:
    """Return the codes of the rules of the codebook, each of which can be linked to on its page.

    Examples
    --------
    >>> sorted(rules({CODEBOOK: "- D4 If there is no date, see D9. O2 The `lead` acts."}))
    ['D4', 'O2']
    """
    if CODEBOOK not in documents:
        return frozenset()
    page = _html(documents[CODEBOOK], CODEBOOK, frozenset(documents))
    return frozenset(re.findall(r'<span id="([A-Z]\d+)">', page))


def read(package: Package) -> dict[str, str]:
    """Return the documents that a package has, by path."""
    paths = list(package.files.names())
    found = {}
    for path in (path for name in DOCUMENTS for path in fnmatch.filter(paths, name)):
        try:
            found[path] = package.files.read(path).decode("utf-8", "replace")
        except KeyError:  # a link to nothing
            continue
    return found


def page_of(path: str) -> str:
    """Return the address of a document's page.

    Examples
    --------
    >>> page_of("validation/codebook.md"), page_of("DATASHEET.md")
    ('docs/codebook.html', 'docs/datasheet.html')
    """
    return f"docs/{PurePosixPath(path).stem.lower()}.html"


def pages(frame: Frame, documents: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    """Yield a page for each document, and the page that lists them."""
    titles = {path: _title(text, path) for path, text in documents.items()}
    for path, text in documents.items():
        body = markup(_html(text, path, frozenset(documents)))
        yield page_of(path), frame.page("document", page_of(path), titles[path], body=body)
    listed = [(page_of(path), title, "") for path, title in titles.items()]
    at = "docs/index.html"
    yield at, frame.page("list", at, "Documentation", listed=listed)


def _title(text: str, path: str) -> str:
    found = re.search(r"^# (.+)$", text, re.MULTILINE)
    return found[1].strip() if found else PurePosixPath(path).stem


def _anchor(heading: str) -> str:
    words = re.sub(r"[^\w\- ]", "", re.sub(r"<[^>]*>", "", heading))
    return words.strip().lower().replace(" ", "-")


@cache
def _renderer() -> Any:
    """Return the class that writes Markdown as HTML: no HTML of a document is taken over, every heading can be linked to.

    Raises
    ------
    MissingExtraError
        If mistune is not installed.
    """
    try:
        from mistune import HTMLRenderer
    except ImportError:
        raise MissingExtraError('the site needs mistune: pip install "tmt-dataset[site]"') from None

    class Renderer(HTMLRenderer):
        def __init__(self, path: str, known: frozenset[str]) -> None:
            super().__init__(escape=True)
            self.path, self.known, self.taken = path, known, dict[str, int]()

        def heading(self, text: str, level: int, **attrs: Any) -> str:
            """Write a heading with the identifier that GitHub gives it."""
            name = _anchor(text)
            again = self.taken[name] = self.taken.get(name, -1) + 1
            name = f"{name}-{again}" if again else name
            return f'<h{level} id="{name}">{text}</h{level}>\n'

        def text(self, text: str) -> str:
            """Write a text; a rule of the codebook can be linked to by its code, where it is first stated."""
            html = super().text(text)
            return _RULE.sub(self._rule, html) if self.path == CODEBOOK else html

        def _rule(self, found: re.Match[str]) -> str:
            before, code = found.groups()
            if code in self.taken:
                return found[0]
            self.taken[code] = 0
            return f'{before}<span id="{code}">{code}</span>'

        def link(self, text: str, url: str, title: str | None = None) -> str:
            """Lead to a page of the site or of the web; what is neither stays text."""
            target, mark, part = url.partition("#")
            there = normpath(join(dirname(self.path), target)) if target else self.path
            if there in self.known:
                name = page_of(there).partition("/")[2]
                return super().link(text, f"{name}{mark}{part}" if target else url, title)
            return super().link(text, url, title) if re.match(r"https?:", url) else text

        def image(self, text: str, url: str, title: str | None = None) -> str:
            return text  # nothing is fetched

        def block_html(self, html: str) -> str:
            """Leave out comments."""
            return "" if html.lstrip().startswith("<!--") else super().block_html(html)

        def inline_html(self, html: str) -> str:
            return "" if html.startswith("<!--") else super().inline_html(html)

        def table(self, text: str) -> str:
            return f'<div class="wide" role="group" tabindex="0" aria-label="Table"><table>\n{text}</table></div>\n'

    return Renderer


def _html(text: str, path: str, known: frozenset[str]) -> str:
    made = _renderer()(path, known)
    from mistune import create_markdown

    return str(create_markdown(renderer=made, plugins=["table"])(text))
