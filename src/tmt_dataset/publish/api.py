"""The reference of the library: one page per public module, from its docstrings."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from pathlib import Path
from pkgutil import walk_packages
from typing import TYPE_CHECKING

import tmt_dataset
from tmt_dataset.errors import MissingExtraError

if TYPE_CHECKING:
    from pdoc.doc import Module

__all__ = ["COMMANDS", "TEMPLATES", "write"]


#: The command line has a reference of its own.
COMMANDS = "tmt_dataset.cli"
#: What the site changes in the templates of pdoc.
TEMPLATES = Path(__file__).parent / "site" / "templates" / "api"


def write(out: Path, site: str = "", navigation: Mapping[str, str] | None = None) -> list[Path]:
    """Write the pages into a folder, which is made where it is missing. They need no network.

    Parameters
    ----------
    out
        The folder; ``out/index.html`` leads to the first page.
    site, navigation
        Of the site that the folder is in: its name, and names of its pages by address.

    Returns
    -------
    list of Path
        The pages, one per module.

    Raises
    ------
    MissingExtraError
        If pdoc is not installed.
    """
    try:
        from pdoc import render
    except ImportError:
        raise MissingExtraError('the reference needs pdoc: pip install "tmt-dataset[dev]"') from None
    # pdoc would compile the index of a search with another program where one is installed: other bytes on other machines
    render.configure(
        docformat="numpy",
        show_source=False,
        include_undocumented=False,
        search=False,
        template_directory=TEMPLATES if navigation else None,
    )
    render.env.globals.update(site_name=site, site_navigation=navigation)
    modules = _modules()
    pages = {out / f"{name.replace('.', '/')}.html": module for name, module in modules.items()}
    with warnings.catch_warnings():
        # annotations that cannot be resolved are shown as they are written
        warnings.filterwarnings("ignore", module=r"pdoc\.")
        for path, module in pages.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(render.html_module(module, modules), encoding="utf-8")
    (out / "index.html").write_text(render.html_index(modules), encoding="utf-8")
    return list(pages)


def _modules() -> dict[str, Module]:
    """Return the public modules by name, each with its submodules."""
    from pdoc.doc import Module

    for name in tmt_dataset.__all__:
        getattr(tmt_dataset, name)  # imported when used: pdoc documents what is there
    found = walk_packages(tmt_dataset.__path__, f"{tmt_dataset.__name__}.")
    names = [
        m.name
        for m in found
        if not (m.name.rpartition(".")[2].startswith("_") or f"{m.name}.".startswith(f"{COMMANDS}."))
    ]
    modules = {name: Module.from_name(name) for name in [tmt_dataset.__name__, *names]}
    for name, module in modules.items():
        # pdoc itself links none that a package does not name in __all__
        module.submodules = [m for n, m in modules.items() if n.rpartition(".")[0] == name]
    return modules
