"""The reference of the library: one page per module for users, from its docstrings."""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator
from pkgutil import walk_packages
from typing import TYPE_CHECKING

import tmt_dataset
from tmt_dataset.errors import MissingExtraError
from tmt_dataset.publish.site.frame import TEMPLATES, Frame, markup

if TYPE_CHECKING:
    from pdoc.doc import Module

__all__ = ["WITHOUT", "pages"]


#: What has no page: the command line has a reference of its own, and the other two are for those who work on the data.
WITHOUT = ("tmt_dataset.cli.", "tmt_dataset.coding.", "tmt_dataset.publish.")
#: What pdoc writes for a page of its own, and what it is within a page of the site.
_WITHIN = (
    ('<main class="pdoc">', '<div class="pdoc">'),
    ("</main>", "</div>"),
    ('class="headerlink"', 'class="headerlink" aria-label="Link to this place"'),
    (r'<h6 id="[^"]*">(.*?)</h6>', r'<p class="part">\1</p>'),
    (r'<div class="docstring"><p>Alias for field number \d+</p>\s*</div>', ""),
)


def pages(frame: Frame) -> Iterator[tuple[str, bytes]]:
    """Yield a page for each module for users, and the page that lists them.

    Raises
    ------
    MissingExtraError
        If pdoc is not installed.
    """
    try:
        from pdoc import render
    except ImportError:
        raise MissingExtraError('the reference needs pdoc: pip install "tmt-dataset[site]"') from None
    render.configure(
        docformat="numpy",
        show_source=False,
        include_undocumented=False,
        search=False,
        template_directory=TEMPLATES / "api",
    )
    modules = _modules()
    listed = []
    for name, module in modules.items():
        at = f"api/{name.replace('.', '/')}.html"
        with warnings.catch_warnings():
            # annotations that cannot be resolved are shown as they are written
            warnings.filterwarnings("ignore", module=r"pdoc\.")
            body = render.html_module(module, modules)
        for alone, within in _WITHIN:
            body = re.sub(alone, within, body)
        listed.append((at, name, module.docstring.partition("\n")[0]))
        yield at, frame.page("document", at, name, body=markup(body))
    at = "api/index.html"
    yield at, frame.page("list", at, "Reference of the library", listed=listed)


def _modules() -> dict[str, Module]:
    """Return the modules for users by name, each with its submodules."""
    from pdoc.doc import Module

    for name in tmt_dataset.__all__:
        getattr(tmt_dataset, name)  # imported when used: pdoc documents what is there
    found = walk_packages(tmt_dataset.__path__, f"{tmt_dataset.__name__}.")
    names = [
        m.name
        for m in found
        if not (m.name.rpartition(".")[2].startswith("_") or f"{m.name}.".startswith(WITHOUT))
    ]
    modules = {name: Module.from_name(name) for name in [tmt_dataset.__name__, *names]}
    for name, module in modules.items():
        # pdoc itself links none that a package does not name in __all__
        module.submodules = [m for n, m in modules.items() if n.rpartition(".")[0] == name]
    return modules
