"""The data as a static site: a page for every record and for everything that records are linked to.

The pages are made from a :class:`tmt_dataset.Dataset` alone; articles and documents that lie beside the data are handed in.
They read without a script, and nothing is fetched from elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence, Set
from functools import partial
from pathlib import Path
from typing import Any

from tmt_dataset.dataset import Dataset
from tmt_dataset.errors import TargetError
from tmt_dataset.files import check_target, expanded, read, replace_folder, update
from tmt_dataset.guard import guarded
from tmt_dataset.plots import record_address
from tmt_dataset.publish.site import articles as articles_of
from tmt_dataset.publish.site import documents as documents_of
from tmt_dataset.publish.site import explore, prove, records, reference, registers
from tmt_dataset.publish.site.articles import Article
from tmt_dataset.publish.site.content import Content
from tmt_dataset.publish.site.frame import LATEST, NAVIGATION, Frame
from tmt_dataset.publish.site.words import page_words

__all__ = ["MANIFEST", "build", "check", "write"]


#: The list of its files in a site, as JSON: what is not in it was not written by this command.
MANIFEST = ".manifest"
Files = dict[str, bytes]


def build(
    ds: Dataset,
    *,
    base: str | None = None,
    articles: Sequence[Article] = (),
    documents: Mapping[str, str] | None = None,
    previous: Dataset | None = None,
    library: bool = True,
) -> Files:
    """Return the files of the site by address.

    Parameters
    ----------
    ds
        The data set; a selection has a site of its own developments.
    base
        Address under which the site is published. With it pages name the address of their version (``cite-as``), and the
        newest one (``canonical``).
    articles
        Executed notebooks, see :func:`tmt_dataset.publish.site.articles.article`.
    documents
        Markdown by path, see :func:`tmt_dataset.publish.site.documents.read`.
    previous
        An earlier version of the data: each record then says what has changed in it since.
    library
        Whether the reference of the library is part of it.

    Raises
    ------
    ValueError
        If ``base`` is not an address.
    PackageError
        If the data are not valid, so that a page cannot be written.
    MissingExtraError
        If itables, Jinja2, mistune or pdoc is not installed, or nbconvert for articles.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> pages = build(tmt.load().select(development="TMT-0145"), library=False)
    >>> sorted(name for name in pages if name.startswith("d/TMT"))
    ['d/TMT-0145/index.html', 'd/TMT-0145/record.csv', 'd/TMT-0145/record.json']
    """
    return _site(ds, Frame(ds, base), articles, documents or {}, previous, library)


@guarded
def _site(
    ds: Dataset,
    frame: Frame,
    articles: Sequence[Article],
    documents: Mapping[str, str],
    previous: Dataset | None,
    library: bool,
) -> Files:
    """See :func:`build`."""
    content = Content(ds)
    files: Files = {"style.css": articles_of.style()}
    files.update(articles_of.pages(frame, articles))
    files.update(records.pages(frame, content, previous, documents_of.rules(documents)))
    files.update(registers.pages(frame, content))
    files.update(documents_of.pages(frame, documents))
    files.update(reference.pages(frame) if library else ())
    checked = prove.parts(ds)
    files["prove.html"] = frame.page("embedded", "prove.html", prove.TITLE, parts=checked, jsonld=None)
    shown = explore.parts(ds, record_address, page_words(files, NAVIGATION))
    jsonld = records.described(frame)
    files["index.html"] = frame.page(
        "embedded", "index.html", ds.descriptor.title, parts=shown, jsonld=jsonld
    )
    if frame.base:
        files["sitemap.xml"] = _sitemap(frame, files)
    return files


def _sitemap(frame: Frame, files: Files) -> bytes:
    found = sorted(frame.permanent(at) for at in files if at.endswith(".html"))
    return frame.pages.get_template("sitemap.xml.j2").render(addresses=found).encode("utf-8")


def write(ds: Dataset, out: Path, *, beside: Mapping[str, bytes] | None = None, **options: Any) -> Path:
    """Write the site into a folder, whole or not at all, and return the page to open first.

    Without ``base`` the folder is the site. With it, the folder gets ``2.0.0/`` (the version of the data) and ``latest/``,
    both replaced; other versions in it stay.

    Parameters
    ----------
    ds
        The data set.
    out
        The folder. It is replaced only if it holds nothing but a site.
    beside
        Further files of the site.
    **options
        As for :func:`build`.

    Raises
    ------
    TargetError
        If the folder holds anything but a site, or cannot be written; it stays as it was.
    ValueError, PackageError, MissingExtraError
        As for :func:`build`.
    """
    out = expanded(out)
    if options.get("base") is None:
        check(out)
    made = partial(_write, build(ds, **options) | dict(beside or {}))
    if options.get("base") is None:
        _replace(out, made)
        return out / "index.html"
    try:
        out.mkdir(exist_ok=True)
        for folder in (ds.version, LATEST):
            _replace(out / folder, made)
        update(out / "index.html", _forwarding(ds))
    except OSError as error:
        raise TargetError(f"{out}: cannot be written ({error})") from None
    return out / "index.html"


def _forwarding(ds: Dataset) -> bytes:
    frame = Frame(ds)
    return frame.pages.get_template("forwarding.html.j2").render(to=f"{LATEST}/index.html").encode("utf-8")


def check(out: Path) -> None:
    """Refuse a folder that a site must not replace, before the site is made.

    Raises
    ------
    TargetError
        As for :func:`write`.
    """
    _targeted(out, partial(check_target, out, _own))


def _replace(out: Path, make: Callable[[Path], None]) -> None:
    _targeted(out, partial(replace_folder, make, out, _own))


def _targeted(out: Path, do: Callable[[], None]) -> None:
    """Do something with the folder of a site; a message about it begins with its path as it was typed."""
    try:
        do()
    except TargetError as error:
        raise TargetError(f"{out}: {error}") from None
    except OSError as error:
        raise TargetError(f"{out}: cannot be written ({error}); nothing was changed") from None


def _write(files: Files, folder: Path) -> None:
    """Write a site into a new folder."""
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (folder / MANIFEST).write_text(json.dumps(sorted(files), indent=0) + "\n", encoding="utf-8")


def _own(folder: Path) -> Set[str]:
    """Return the files of a site, as it lists them itself; none if it is not a site."""
    path = folder / MANIFEST
    if path.is_symlink() or not path.is_file():
        return frozenset()
    try:
        listed = json.loads(read(path))
        return frozenset(map(str, listed)) | {MANIFEST}
    except (OSError, ValueError, TypeError, RecursionError):
        return frozenset()
