"""Pages without their frame, and the frame of one that is opened alone."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tmt_dataset.errors import MissingExtraError

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["TEMPLATES", "Parts", "embedded", "framed", "rendered"]


#: Folders of templates, scripts and styles.
TEMPLATES = (Path(__file__).with_name("templates"), Path(__file__).parents[1] / "templates")
#: What would begin or end an element or a comment within a script or a style.
_ENDS = re.compile(r"<(?=!--|/?(?:script|style))", re.IGNORECASE)


class Parts(NamedTuple):
    """What a page has in its head and in its main part."""

    head: Markup
    body: Markup


def rendered(name: str, **values: object) -> Markup:
    """Return what a template makes of some values; a text is not markup unless it is marked as such.

    Raises
    ------
    MissingExtraError
        If Jinja2 is not installed.
    """
    try:
        from jinja2 import Environment, FileSystemLoader, StrictUndefined
        from markupsafe import Markup
    except ImportError:
        raise MissingExtraError('pages need Jinja2: pip install "tmt-dataset[site]"') from None
    loader = FileSystemLoader(TEMPLATES)
    made = Environment(loader=loader, autoescape=True, trim_blocks=True, undefined=StrictUndefined)
    made.globals["file"] = lambda path: embedded(loader.get_source(made, path)[0])
    return Markup(made.get_template(name).render(values))


def embedded(text: str) -> Markup:
    r"""Return a script, JSON or a style as it is within its element: no text in it begins or ends an element.

    Examples
    --------
    >>> print(embedded('"</script><!-- <b>"'))
    "\u003C/script>\u003C!-- <b>"
    """
    from markupsafe import Markup

    return Markup(_ENDS.sub(r"\\u003C", text))


def framed(title: str, parts: Parts) -> str:
    """Return a whole page that needs no other file."""
    return str(rendered("alone.html.j2", title=title, parts=parts))
