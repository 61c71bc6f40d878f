"""The main job of a checkout: run the notebooks, write the site with their articles, and sum up.

Called as ``python -m tmt_dataset.publish.report NOTEBOOKS REPORT [CHECK …]``. REPORT is replaced whole, and only if it holds
nothing but the files of a site, which ``.manifest`` in it lists. CHECK is a command that runs beside the notebooks: if it fails,
nothing is written.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd
from rich.console import Console
from rich.progress import track

from tmt_dataset.dataset import Dataset, load
from tmt_dataset.errors import TmtDatasetError, counted
from tmt_dataset.files import expanded
from tmt_dataset.package import open_package
from tmt_dataset.publish import site
from tmt_dataset.publish.site import articles, documents
from tmt_dataset.publish.site.articles import NotebookError
from tmt_dataset.record import number

if TYPE_CHECKING:
    from nbformat import NotebookNode

__all__ = [
    "DAYS",
    "QUIET",
    "SETTINGS",
    "SETUP",
    "TOP",
    "environment",
    "executed",
    "main",
    "summary",
    "write",
]


#: Every chart as PNG and SVG; asked for here, so that the notebooks stay free of it.
SETUP = "%config InlineBackend.figure_formats = ['png', 'svg']\n%config InlineBackend.print_figure_kwargs = {'bbox_inches': None}"
#: The kernel warns of its local sockets at every start.
QUIET = ["--log-level=40"]
#: Variables that a user has set for other work, by how they begin; the Makefile has the same for both commands.
SETTINGS = (
    "PYTHON",
    "JUPYTER",
    "IPYTHON",
    "IPY_",
    "MPL",
    "MATPLOTLIB",
    "PANDAS_",
    "NUMEXPR_",
    "COLUMNS",
    "LINES",
)
TOP = 5
#: Durations in days, to tell which is longest.
DAYS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "month": 30.4, "year": 365.25}


def environment(own: Path) -> dict[str, str]:
    """Return the environment of a kernel: without what a user has set, with folders of settings that are its own.

    Parameters
    ----------
    own
        The folder of these settings, which is filled when a kernel runs.

    Examples
    --------
    >>> environment(Path("settings"))["IPYTHONDIR"]
    'settings/ipython'
    """
    kept = {name: value for name, value in os.environ.items() if not name.startswith(SETTINGS)}
    folders = {"IPYTHONDIR": "ipython", "MPLCONFIGDIR": "matplotlib", "JUPYTER_CONFIG_DIR": "jupyter/config"}
    folders |= {"JUPYTER_DATA_DIR": "jupyter/data", "JUPYTER_RUNTIME_DIR": "jupyter/runtime"}
    return kept | {name: str(own / folder) for name, folder in folders.items()} | {"PYTHONUTF8": "1"}


def executed(path: Path) -> NotebookNode:
    """Run a notebook in its folder, with the kernel of this environment, and return it with its outputs.

    Raises
    ------
    NotebookError
        If it is not a notebook, if a cell fails (the message names the error), or if what it gives is empty.
    """
    import nbformat
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import AsyncKernelManager
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError

    notebook = articles.opened(path)
    saved = [bool(cell.get("outputs")) for cell in notebook.cells]
    notebook.cells.insert(0, nbformat.v4.new_code_cell(SETUP))
    # without folders of kernels there is that of sys.executable alone
    kernel = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=KernelSpecManager(kernel_dirs=[]))
    run = NotebookClient(
        notebook,
        kernel,
        timeout=300,
        extra_arguments=QUIET,
        resources={"metadata": {"path": str(path.parent)}},
    )
    with tempfile.TemporaryDirectory() as made:
        in_venv = sys.prefix != sys.base_prefix  # where matplotlib's index of fonts is kept between runs
        own = Path(sys.prefix, "settings") if in_venv and os.access(sys.prefix, os.W_OK) else Path(made)
        try:
            run.execute(env=environment(own))
        except CellExecutionError as error:
            raise NotebookError(
                f"{path.name}: a cell failed: {error.ename}: {error.evalue}\n{str(error).strip()[-1500:]}"
            ) from None
    del notebook.cells[0]
    _refuse_empty(path, notebook, saved)
    return notebook


def _refuse_empty(path: Path, notebook: NotebookNode, saved: list[bool]) -> None:
    """Refuse a page without outputs, and a cell without the output that the saved notebook has there."""
    given = [bool(cell.get("outputs")) for cell in notebook.cells]
    if not any(given):
        raise NotebookError(f"{path.name}: expected outputs, found none: the page would be empty")
    for number_of, (before, after) in enumerate(zip(saved, given, strict=True), start=1):
        if before and not after:
            raise NotebookError(
                f"{path.name}: cell {number_of}: expected an output as in the saved notebook, found none; "
                "run `make notebooks` if this is meant"
            )


def _counts(codes: pd.Series, labels: pd.Series) -> str:
    return ", ".join(f"{labels[str(code)]} {n}" for code, n in _ranked(codes).items() if n)


def _unit(unit: str, value: float) -> str:
    """Return a unit as it is read behind its number.

    >>> _unit("year", 3.0), _unit("hour", 1.0), _unit("count", 7.0)
    (' years', ' hour', '')
    """
    if unit == "count":
        return ""
    return f" {unit}s" if unit in DAYS and value != 1 else f" {unit}"


def _ranked(values: pd.Series) -> pd.Series:
    """Return how often each value occurs, the most frequent first, equal ones by name."""
    return values.astype("str").value_counts().sort_index().sort_values(ascending=False, kind="stable")


def _largest(figures: pd.DataFrame, by: pd.Series) -> str:
    """Return the largest different figures as text."""
    ranked = figures.loc[by.sort_values(ascending=False, kind="stable").index]
    rows = ranked.drop_duplicates(["measure", "value"]).head(TOP)
    columns = (rows[c] for c in ("value", "unit", "label", "development_id"))
    return "; ".join(
        f"{number(v)}{_unit(unit, v)} ({label}, {d})" for v, unit, label, d in zip(*columns, strict=True)
    )


def _figure_lines(ds: Dataset) -> list[str]:
    """Return a line each for the largest sums, counts and durations."""
    figures = ds["figures"].merge(ds["measures"][["measure", "label", "unit"]], on="measure", how="left")
    sums = figures.loc[figures["unit"] == "CNY"]
    counts = figures.loc[figures["unit"] == "count"]
    # a time of day is not a duration
    is_time = figures["measure"].astype("str").str.endswith(("_start", "_end", "_age"))
    spans = figures.loc[figures["unit"].isin(list(DAYS)) & ~is_time]
    days = spans["value"] * spans["unit"].astype("str").map(DAYS).astype("float64")
    return [
        f"largest sums: {_largest(sums, sums['value'])}",
        f"largest counts: {_largest(counts, counts['value'])}",
        f"longest durations: {_largest(spans, days)}",
    ]


def summary(ds: Dataset) -> str:
    """Return a short summary of a data set: what was done, by whom, and its longest and largest numbers.

    Examples
    --------
    >>> import tmt_dataset as tmt
    >>> summary(tmt.load()).splitlines()[0].startswith("tmt-dataset")
    True
    """
    dev, topics = ds["developments"], ds["development_topics"]
    labels = ds["topics"].set_index("topic_id")["label"]
    primary = topics.loc[topics["rank"] == "primary", "topic_id"].astype("str").str.partition("/")[0]
    register = ds["authorities"].set_index("authority_id")
    names = register["short_name"]
    busiest = _ranked(ds["development_authorities"]["authority_id"]).head(TOP)
    sizes = ", ".join(
        counted(len(ds[name]), name.removesuffix("s")) for name in ("developments", "quotes", "figures")
    )
    lines = [
        f"{ds.descriptor.name} {ds.version}: {sizes} from {counted(len(ds['sources']), 'source')}",
        f"by topic: {_counts(primary, labels)}",
        f"by action: {_counts(dev['action'], ds['actions'].set_index('action')['label'])}",
        f"busiest authorities: {', '.join(f'{names[str(a)]} {n}' for a, n in busiest.items())}",
        *_figure_lines(ds),
    ]
    return "\n".join(lines)


def _articles(paths: Sequence[Path], console: Console) -> list[articles.Article]:
    """Run notebooks, as many at once as there are processors, and return the article of each."""

    def made(path: Path) -> articles.Article:
        if not console.is_terminal:
            console.print(f"running {path.name}")
        return articles.article(executed(path), path.stem)

    with ThreadPoolExecutor(os.cpu_count()) as kernels:
        runs = kernels.map(made, paths)
        try:
            return [
                *track(
                    runs, "running notebooks", len(paths), console=console, disable=not console.is_terminal
                )
            ]
        except BaseException:
            kernels.shutdown(wait=False, cancel_futures=True)  # no other is begun
            raise


@contextmanager
def _beside(check: Sequence[str]) -> Iterator[None]:
    """Run a command beside what is done meanwhile, and exit with its code if it fails; it ends where that fails."""
    if not check:
        yield
        return
    try:
        checking = subprocess.Popen(check)
    except OSError as error:
        sys.exit(f"error: {check[0]}: cannot be run ({error.strerror})")
    try:
        yield
    except BaseException:
        checking.terminate()
        raise
    finally:
        code = checking.wait()
    if code:
        sys.exit(code)


def write(notebooks: Path, out: Path, console: Console, check: Sequence[str] = ()) -> None:
    """Run all notebooks of a folder and replace the report folder by what they give, whole or not at all.

    Parameters
    ----------
    notebooks, out
        The folders.
    console
        Where progress and a summary are printed.
    check
        A command that runs beside the notebooks.

    Raises
    ------
    NotebookError
        If a notebook does not run to its end; then the report that was there stays.
    SystemExit
        With the code of the check if it fails, or with a message if it cannot be run. The report that was there stays.
    TargetError
        If the report folder holds anything but a report, or cannot be written; it stays as it was.
    """
    notebooks, out = expanded(notebooks), expanded(out)
    paths = sorted(notebooks.glob("*.ipynb"))
    if not paths:
        raise NotebookError(f"{notebooks}: no notebooks (*.ipynb)")
    site.check(out)
    ds = load()
    text = summary(ds)
    articles.exporter()  # before a notebook runs: it may be missing
    with _beside(check):
        made = _articles(paths, console)
    first = site.write(
        ds,
        out,
        articles=made,
        documents=documents.read(open_package()),
        beside={"summary.txt": f"{text}\n".encode()},
    )
    console.print(text, highlight=False, markup=False)
    records = counted(len(ds["developments"]), "record")
    console.print(
        f"report: open {first.resolve()} ({counted(len(made), 'article')}, {records}, and the reference of the library)",
        highlight=False,
        markup=False,
    )


def main() -> None:
    """Write the report; exit with 1 and one message where it cannot be written."""
    if len(sys.argv) < 3:
        sys.exit("usage: python -m tmt_dataset.publish.report NOTEBOOKS REPORT [CHECK ...]")
    console = Console(soft_wrap=True)
    try:
        write(Path(sys.argv[1]), Path(sys.argv[2]), console, sys.argv[3:])
    except TmtDatasetError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
