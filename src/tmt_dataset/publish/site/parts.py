"""Pages without their frame, and the frame of one that is opened alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from tmt_dataset.publish.site.frame import environment, markup

if TYPE_CHECKING:
    from markupsafe import Markup

__all__ = ["Parts", "framed", "rendered"]


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
    return markup(environment().get_template(name).render(values))


def framed(title: str, parts: Parts) -> str:
    """Return a whole page that needs no other file."""
    return str(rendered("alone.html.j2", title=title, parts=parts))
