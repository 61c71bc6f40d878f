"""Commands on the way from a new text to its annotation: draft, locate, label-studio, effort."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import click

from tmt_dataset.cli.face import FilePath, command, format_option, sources_argument
from tmt_dataset.cli.printing import emit, fail, say

__all__ = ["draft", "effort", "label_studio", "locate"]

_folder = click.option(
    "--folder", type=FilePath(), default=Path(), show_default=True, help="The package's checkout."
)


def _needed() -> None:
    """Raise if what drafting needs is not installed: the extra that has all of it is named, not one of its parts."""
    try:
        for name in ("pydantic", "ruamel.yaml", "sklearn"):
            import_module(name)
    except ImportError as error:
        from tmt_dataset.errors import MissingExtraError

        raise MissingExtraError(f'drafting needs {error.name}: pip install "tmt-dataset[draft]"') from None


def _period(_ctx: click.Context, _param: click.Parameter, value: str) -> tuple[str, str]:
    """Return first and last day of a window."""
    from tmt_dataset.edtf import bounds

    try:
        first, last = bounds(value)
    except ValueError as error:
        raise click.BadParameter(f"{error}; expected two days, as 2025-09-01/2025-10-31") from None
    return str(first), str(last)


@command(
    "draft",
    "tmt-dataset draft ../sources/newsletter-2025-09.txt --source-id newsletter-2025-09 "
    "--title 'China TMT, September and October 2025' --period 2025-09-01/2025-10-31",
)
@click.argument("text", type=FilePath())
@click.option("--source-id", required=True, help="Identifier of the new source.")
@click.option("--title", required=True, help="Its title.")
@click.option("--period", required=True, callback=_period, help="The window that it covers: FIRST/LAST day.")
@click.option("--kind", default="newsletter", show_default=True, help="Its kind.")
@click.option("--publisher", help="Its publisher; that of the latest source of its kind by default.")
@click.option("--language", help="Its language; that of the latest source of its kind by default.")
@click.option("--published", help="Day on which it appeared.")
@click.option("--url", help="Its address.")
@_folder
@format_option
def draft(text: Path, period: tuple[str, str], folder: Path, form: str, **given: Any) -> None:
    """Propose the annotation of a new text: segments, developments and their values, each with its words and a probability.

    Writes data/annotations/SOURCE_ID.draft.yaml and prints what is to be checked, the most doubtful first. A proposal decides
    nothing: `build` refuses the draft until its coder has confirmed (`reviewed: true` on a record) or changed each value.
    """
    _needed()
    from tmt_dataset.coding.draft import writing
    from tmt_dataset.coding.draft.worklist import worklist
    from tmt_dataset.dataset import load

    words = writing.text_of(text)
    ds = load(folder)
    source = writing.facts(ds, {**given, "period_start": period[0], "period_end": period[1]})
    writing.check_facts(source, ds)
    from tmt_dataset.coding.draft.drafting import (
        Drafter,  # reading has failed by now, if it does: fitting takes longer
    )

    node = Drafter.of(ds).draft(source, words, writing.first_free(ds, folder))
    path = writing.write_draft(folder, node)
    emit(worklist(node, words, ds), form, f"{path}: what is to be checked")


@command("locate", "tmt-dataset locate ../sources")
@sources_argument
@_folder
def locate(sources: Path, folder: Path) -> None:
    """Fill in the offsets of new quotes, segments and errata, in annotations and drafts, from the texts in a folder (<source_id>.txt)."""
    from tmt_dataset.coding.compile import ANNOTATIONS
    from tmt_dataset.coding.locate import locate as fill

    for path in fill(folder / ANNOTATIONS, sources):
        say(path)


@command(
    "label-studio",
    "tmt-dataset label-studio data/annotations/newsletter-2025-09.draft.yaml ../sources tasks.json",
)
@click.argument("file", type=FilePath())
@sources_argument
@click.argument("tasks", type=FilePath())
@click.option(
    "--back", is_flag=True, help="TASKS is an export of reviewed tasks: take its values into the draft."
)
def label_studio(file: Path, sources: Path, tasks: Path, back: bool) -> None:
    """Write the developments of a draft as tasks for Label Studio, with the proposed values as predictions.

    The labelling interface goes beside TASKS, with the suffix .xml. With --back the reviewed values go into the draft.
    """
    import json

    from tmt_dataset.coding.draft import label_studio as exchange
    from tmt_dataset.coding.draft import writing
    from tmt_dataset.files import update

    node = writing.read_draft(file)
    text = writing.text_of(sources / f"{node['source']['source_id']}.txt")
    if back:
        reviewed = exchange.apply(node, exchange.returned(writing.text_of(tasks), str(tasks)), text)
        update(file, writing.dumped(node))
        say(f"{len(reviewed)} of {len(node['developments'])} developments are reviewed")
        return
    if tasks == file:
        fail(f"{tasks}: is the draft; give another file for the tasks", code=2)
    made = json.dumps(exchange.tasks(node, text), indent=1, ensure_ascii=False)
    for path, content in ((tasks, made + "\n"), (tasks.with_suffix(".xml"), exchange.config())):
        update(path, content.encode("utf-8"))
        say(path)


@command("effort", "tmt-dataset effort newsletter-2025-01 ../sources")
@click.argument("source_id")
@sources_argument
@_folder
@format_option
def effort(source_id: str, sources: Path, folder: Path, form: str) -> None:
    """Measure the review of a draft as work: draft a published source without knowing it, and compare with its annotation.

    Writes the table draft_effort of the checkout and prints it; `build` declares it.
    """
    import pandas as pd

    _needed()
    from tmt_dataset.cells import table_bytes
    from tmt_dataset.coding.draft.effort import COLUMNS, measured
    from tmt_dataset.dataset import load
    from tmt_dataset.files import update

    ds = load(folder)
    rows = measured(ds, folder, source_id, sources)
    table = ds.descriptor.table("draft_effort")
    update(folder / table.path, table_bytes(table, rows))
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    emit(frame.astype({"lines_typed": "Int64", "lines": "Int64"}), form)
