"""What all pages of the site share: the templates, the navigation, and the address of everything that has a page."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tmt_dataset.addresses import Addresses, checked
from tmt_dataset.characters import escaped, file_name
from tmt_dataset.dataset import Dataset
from tmt_dataset.errors import MissingExtraError
from tmt_dataset.plots import record_address

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup

__all__ = ["LATEST", "NAVIGATION", "TEMPLATES", "Frame", "address", "embedded", "environment", "markup"]


TEMPLATES = Path(__file__).with_name("templates")
#: Where the newest version lies beside its numbered folder.
LATEST = "latest"
#: What would begin or end an element or a comment within a script or a style.
_ENDS = re.compile(r"<(?=!--|/?(?:script|style))", re.IGNORECASE)
#: The pages that every page leads to, by their address.
NAVIGATION = {
    "index.html": "Explore",
    "articles.html": "Articles",
    "d/index.html": "Records",
    "instruments/index.html": "Instruments",
    "authorities/index.html": "Authorities",
    "topics/index.html": "Topics",
    "places/index.html": "Places",
    "provisions/index.html": "Provisions",
    "measures/index.html": "Measures",
    "sources/index.html": "Sources",
    "errata/index.html": "Errata",
    "versions/index.html": "Versions",
    "docs/index.html": "Documentation",
    "api/index.html": "Python API",
    "prove.html": "Check a source text",
}


def address(kind: str, code: str = "") -> str:
    """Return the address of a page within the site: of one entry, or of all of a kind.

    Examples
    --------
    >>> address("d", "TMT-0145"), address("topics", "platforms/advertising"), address("topics")
    ('d/TMT-0145/index.html', 'topics/platforms/advertising/index.html', 'topics/index.html')
    """
    if kind == "d" and code:
        return record_address(code)
    parts = [file_name(part) for part in code.split("/")] if code else []
    return "/".join([kind, *parts, "index.html"])


def environment() -> Environment:
    """Return the templates; a text is escaped, and its unseen characters are written out.

    Raises
    ------
    MissingExtraError
        If Jinja2 is not installed.
    """
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
    except ImportError:
        raise MissingExtraError('the site needs Jinja2: pip install "tmt-dataset[site]"') from None
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
        finalize=_seen,
    )
    made.policies["json.dumps_kwargs"] = {"sort_keys": False}
    made.globals["file"] = lambda name: embedded((TEMPLATES / name).read_text(encoding="utf-8"))
    return made


def _seen(value: object) -> object:
    """Return a value with its unseen characters written out; what is markup already stays."""
    return escaped(value) if type(value) is str else value


def markup(html: str) -> Markup:
    """Return HTML that a template takes as it is."""
    from markupsafe import Markup

    return Markup(html)


def embedded(text: str) -> Markup:
    r"""Return a script, JSON or a style as it is within its element: no text in it begins or ends an element.

    Examples
    --------
    >>> print(embedded('"</script><!-- <b>"'))
    "\u003C/script>\u003C!-- <b>"
    """
    return markup(_ENDS.sub(r"\\u003C", text))


class Frame:
    """The frame around the pages of a data set.

    Parameters
    ----------
    ds
        The data set.
    base
        Address under which the site is published, if it is known: then pages say where they lie.
    """

    def __init__(self, ds: Dataset, base: str | None = None) -> None:
        self.ds, self.base = ds, checked(base)
        self.addresses = Addresses(ds.descriptor.name, ds.version, self.base)
        self.pages = environment()
        licence = (ds.descriptor.raw.get("licenses") or [{}])[0]
        path = str(licence.get("path") or "")
        self.licence = path if re.match(r"https?://", path) else ""
        self.pages.globals.update(
            site=f"{ds.descriptor.name} {ds.version}",
            navigation=NAVIGATION,
            licence=self.licence,
            licence_name=licence.get("title") or licence.get("name") or "",
        )

    def permanent(self, at: str) -> str:
        """Return the address of a page of this version, or nothing where no base is known."""
        return self._lies(self.ds.version, at)

    def _lies(self, folder: str, at: str) -> str:
        return f"{self.base}/{folder}/{at.removesuffix('index.html')}" if self.base else ""

    def page(self, template: str, at: str, title: str, **shown: Any) -> bytes:
        """Return a page.

        Parameters
        ----------
        template
            Its kind, as ``"record"``.
        at
            Its address within the site.
        title
            Its title.
        **shown
            What the template shows.
        """
        root = "../" * at.count("/")
        text = self.pages.get_template(f"{template}.html.j2").render(
            title=title,
            here=at,
            root=root,
            to=lambda kind, code="": root + address(kind, code),
            canonical=self._lies(LATEST, at),
            permanent=self.permanent(at),
            **shown,
        )
        return text.encode("utf-8")
