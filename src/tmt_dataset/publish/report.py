"""The main job of a checkout: run the notebooks, write each as a page with its figures, and sum up.

Called as ``python -m tmt_dataset.publish.report NOTEBOOKS REPORT``.
"""

from __future__ import annotations

import base64
import html
import re
import shutil
import sys
import tempfile
from pathlib import Path

import pandas as pd
from rich.console import Console
from rich.progress import track

from tmt_dataset.dataset import Dataset, load
from tmt_dataset.errors import MissingExtraError, TmtDatasetError
from tmt_dataset.record import number

#: What nbconvert writes for a drawing, which has no place for a text of its own.
NO_ALT = "No description has been provided for this image"
#: Every figure as picture and as drawing; asked for here, so that the notebooks stay free of it.
SETUP = "%config InlineBackend.figure_formats = ['png', 'svg']\n%config InlineBackend.print_figure_kwargs = {'bbox_inches': None}"
#: The kernel warns of its local sockets at every start.
QUIET = ["--log-level=40"]
TOP = 5
#: Durations in days, to tell which is longest.
DAYS = {"minute": 1 / 1440, "hour": 1 / 24, "day": 1.0, "month": 30.4, "year": 365.25}


class NotebookError(TmtDatasetError):
    """A notebook did not run to its end."""


def run_notebook(path: Path, out: Path) -> list[Path]:
    """Execute a notebook afresh and write it as HTML, its figures beside it as PNG and SVG.

    Parameters
    ----------
    path
        The notebook.
    out
        Folder for the page and the figures.

    Returns
    -------
    list of pathlib.Path
        The page, then the figures.

    Raises
    ------
    NotebookError
        If a cell fails; the message names the cell and the error.
    MissingExtraError
        If nbconvert is not installed.
    """
    try:
        import nbformat
        from nbclient.exceptions import CellExecutionError
        from nbconvert import HTMLExporter
        from nbconvert.preprocessors import ExecutePreprocessor
    except ImportError:
        raise MissingExtraError(
            'running notebooks needs nbconvert: pip install "tmt-dataset[notebooks]"'
        ) from None
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(SETUP))
    try:
        ExecutePreprocessor(timeout=300, kernel_name="python3", extra_arguments=QUIET).preprocess(
            notebook, {"metadata": {"path": str(path.parent)}}
        )
    except CellExecutionError as error:
        raise NotebookError(
            f"{path.name}: a cell failed: {error.ename}: {error.evalue}\n{str(error).strip()[-1500:]}"
        ) from None
    del notebook.cells[0]
    written = [out / f"{path.stem}.html"]
    n, heading, described = 0, path.stem, []
    for cell in notebook.cells:
        if cell["cell_type"] == "markdown":
            headings = re.findall(r"^#+ (.+)$", cell["source"], re.MULTILINE)
            heading = headings[-1] if headings else heading
        for output in cell.get("outputs", []):
            data = output.get("data", {})
            if "image/png" not in data:
                continue
            n += 1
            for kind, suffix in (("image/png", "png"), ("image/svg+xml", "svg")):
                if kind in data:
                    target = out / f"{path.stem}-{n}.{suffix}"
                    text = data[kind]
                    target.write_bytes(base64.b64decode(text) if suffix == "png" else text.encode("utf-8"))
                    written.append(target)
            data.pop("image/png")  # the page shows the drawing
            described.append(f"Figure {n}, {heading}; its numbers stand in the text and tables beside it")
    page, _ = HTMLExporter(exclude_input_prompt=True, exclude_output_prompt=True).from_notebook_node(notebook)
    texts = iter(described)
    page = re.sub(f'alt="{NO_ALT}"', lambda _: f'alt="{html.escape(next(texts))}"', page)
    written[0].write_text(page, encoding="utf-8")
    return written


def _counts(codes: pd.Series, labels: pd.Series) -> str:
    counted = codes.astype("str").value_counts().sort_index().sort_values(ascending=False, kind="stable")
    return ", ".join(f"{labels[str(code)]} {n}" for code, n in counted.items() if n)


def _unit(unit: str, value: float) -> str:
    """Return a unit as it is read behind its number.

    >>> _unit("year", 3.0), _unit("hour", 1.0), _unit("count", 7.0)
    (' years', ' hour', '')
    """
    if unit == "count":
        return ""
    return f" {unit}s" if unit in DAYS and value != 1 else f" {unit}"


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
    actors = ds["development_authorities"]["authority_id"]
    register = ds["authorities"].set_index("authority_id")
    names = register["abbreviation"].fillna(register["name"])
    busiest = (
        actors.astype("str").value_counts().sort_index().sort_values(ascending=False, kind="stable").head(TOP)
    )
    figures = ds["figures"].merge(ds["measures"][["measure", "label", "unit"]], on="measure", how="left")

    def top(rows: pd.DataFrame, by: pd.Series) -> str:
        chosen = (
            rows.loc[by.sort_values(ascending=False, kind="stable").index]
            .drop_duplicates(["measure", "value"])
            .head(TOP)
        )
        columns = (chosen[c] for c in ("value", "unit", "label", "development_id"))
        return "; ".join(
            f"{number(v)}{_unit(unit, v)} ({label}, {d})" for v, unit, label, d in zip(*columns, strict=True)
        )

    sums = figures.loc[figures["unit"] == "CNY"]
    counts = figures.loc[figures["unit"] == "count"]
    # a time of day is no length
    spans = figures.loc[
        figures["unit"].isin(list(DAYS))
        & ~figures["measure"].astype("str").str.endswith(("_start", "_end", "_age"))
    ]
    lengths = spans["value"] * spans["unit"].astype("str").map(DAYS)
    return "\n".join(
        [
            f"{ds.descriptor.name} {ds.version}: {len(dev)} developments, {len(ds['quotes'])} quotes, {len(ds['figures'])} figures from {len(ds['sources'])} sources",
            f"by topic: {_counts(primary, labels)}",
            f"by action: {_counts(dev['action'], ds['actions'].set_index('action')['label'])}",
            f"busiest authorities: {', '.join(f'{names[str(a)]} {n}' for a, n in busiest.items())}",
            f"largest sums: {top(sums, sums['value'])}",
            f"largest counts: {top(counts, counts['value'])}",
            f"longest durations: {top(spans, lengths)}",
        ]
    )


def write(notebooks: Path, out: Path, console: Console) -> None:
    """Run all notebooks of a folder and replace the report folder by what they give, whole or not at all.

    Raises
    ------
    NotebookError
        If a notebook does not run to its end; then the report that was there stays.
    """
    paths = sorted(notebooks.glob("*.ipynb"))
    if not paths:
        raise NotebookError(f"{notebooks}: no notebooks (*.ipynb)")
    ds = load()
    beside = Path(tempfile.mkdtemp(dir=out.parent, prefix=f".{out.name}."))
    try:
        for path in track(paths, "running notebooks", console=console, disable=not console.is_terminal):
            if not console.is_terminal:
                console.print(f"running {path.name}")
            run_notebook(path, beside)
        text = summary(ds)
        (beside / "summary.txt").write_text(text + "\n", encoding="utf-8")
        beside.chmod(0o755)
        if out.exists():
            shutil.rmtree(out)
        beside.rename(out)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    console.print(text, highlight=False, markup=False)
    pictures = len(list(out.glob("*.png")))
    console.print(
        f"report: {out.resolve()} ({len(paths)} pages, {pictures} figures as PNG and SVG)",
        highlight=False,
        markup=False,
    )


def main() -> None:
    """Write the report; exit with 1 and one message where it cannot be written."""
    if len(sys.argv) != 3:
        sys.exit("usage: python -m tmt_dataset.publish.report NOTEBOOKS REPORT")
    console = Console(soft_wrap=True)
    try:
        write(Path(sys.argv[1]), Path(sys.argv[2]), console)
    except TmtDatasetError as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
