"""Commands that show the data: info, coverage, search, show, counts, series, lifecycle."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tmt_dataset.characters import escaped
from tmt_dataset.cli.face import base_option, command, format_option, package_option
from tmt_dataset.cli.filters import Selecting, selected, wrong_usage
from tmt_dataset.cli.printing import emit, say, write_json
from tmt_dataset.errors import counted

if TYPE_CHECKING:
    from tmt_dataset.dataset import Dataset

__all__ = ["counts", "coverage", "info", "lifecycle", "search", "series", "show"]


@command("info", "tmt-dataset info")
@package_option
@format_option
def info(package: Path | None, sha256: str | None, form: str) -> None:
    """Show what is in the package: version, period, and the rows of every table."""
    import pandas as pd

    from tmt_dataset.dataset import load

    ds = load(package, sha256=sha256)
    rows = pd.DataFrame(
        [{"table": n, "rows": len(ds[n]), "holds": ds.descriptor.tables[n].description} for n in ds]
    )
    start, end = ("" if pd.isna(day) else f"{day:%Y-%m-%d}" for day in ds.period)
    if form != "table":  # the printed table has these in its title
        rows = rows.assign(version=ds.version, period_start=start or None, period_end=end or None)
    period = f", {start} to {end}" if start else ""
    emit(rows, form, f"{ds.descriptor.name} {ds.version}{period}")


@command("coverage", "tmt-dataset coverage")
@package_option
@format_option
def coverage(package: Path | None, sha256: str | None, form: str) -> None:
    """Account for every character of every source: roles, items, developments, mentions, quotes."""
    from tmt_dataset.analysis import coverage as account
    from tmt_dataset.dataset import load

    frame = account(load(package, sha256=sha256))
    if form == "table":
        frame = frame.astype(object).set_index("source_id").T.rename_axis("").reset_index().astype("str")
    emit(frame, form)


@command("search", "tmt-dataset search deepfake --topic ai --year 2025 --format csv", Selecting)
@click.argument("text", required=False)
@package_option
@format_option
def search(text: str | None, package: Path | None, sha256: str | None, form: str, **filters: Any) -> None:
    """List the developments that match a text and codes, the best match of the text first.

    TEXT is one or more words, all of which have to be found, "a phrase", either of two words with OR, or the beginning of a
    word with *, as algorithm*. Endings, capital letters and British or American spelling make no difference.
    """
    found = selected(package, sha256, filters)
    rows, last = found.flat(), ["title"]
    if text is not None:
        with wrong_usage():
            hits = found.search(text)
        rows = hits[["development_id"]].merge(rows, how="left").merge(hits.drop(columns="title"))
        last += ["where", "snippet"]
    if form == "table":
        rows = rows[["development_id", "date", "action", "topic", "jurisdiction_name", *last]]
    emit(rows, form, counted(len(rows), "development"))
    if text is not None and rows.empty:
        _say_near(found, text)


def _say_near(ds: Dataset, text: str) -> None:
    """Say what is near a search that found nothing."""
    from tmt_dataset.search import near

    found = ", ".join(near(ds, text)) or "nothing"
    click.echo(escaped(f"nothing has all of {text!r:.80}; near it: {found}"), err=True)


@command("counts", "tmt-dataset counts --by window --by topic --orientation control", Selecting)
@click.option(
    "--by",
    multiple=True,
    metavar="COLUMN",
    help="Count by this, as window or topic; several give a row for each pair.",
)
@click.option("--any-topic", is_flag=True, help="Count secondary topics too.")
@package_option
@format_option
def counts(
    by: tuple[str, ...], any_topic: bool, package: Path | None, sha256: str | None, form: str, **filters: Any
) -> None:
    """Count developments by window and code: the least and the most that their dates allow, and of how many."""
    found: Any = selected(package, sha256, filters)
    with wrong_usage():
        frame = found.counts(by=list(by), any_topic=any_topic)
    emit(frame, form)


@command("series", "tmt-dataset series genai_services_filed")
@click.argument("measure")
@package_option
@format_option
def series(measure: str, package: Path | None, sha256: str | None, form: str) -> None:
    """List the figures of one measure over time and place (MEASURE, as `tmt-dataset codes measures` lists them)."""
    from tmt_dataset.dataset import load
    from tmt_dataset.record import number

    frame = load(package, sha256=sha256).series(measure)
    if form == "table":
        frame = frame.drop(columns=["place_id", "quote"])
        frame["value"] = frame["value"].map(number)
    emit(frame, form, measure)


@command("lifecycle", "tmt-dataset lifecycle shake-to-activate-guide")
@click.argument("instrument")
@package_option
@format_option
def lifecycle(instrument: str, package: Path | None, sha256: str | None, form: str) -> None:
    """List the events of an instrument in order (INSTRUMENT, as `tmt-dataset codes instruments` lists them)."""
    from tmt_dataset.dataset import load
    from tmt_dataset.record import labels

    ds = load(package, sha256=sha256)
    frame = ds.lifecycle(instrument)
    if form == "table":
        frame = frame.drop(columns=["date_start", "date_end"])
    emit(frame, form, labels(ds, "instruments", "title")[instrument])


@command("show", "tmt-dataset show TMT-0001")
@click.argument("development_id")
@base_option
@package_option
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv"]),
    default="table",
    show_default=True,
    help="Readable text, W3C Web Annotations (JSON-LD), or rows.",
)
def show(development_id: str, base: str | None, package: Path | None, sha256: str | None, form: str) -> None:
    """Show one development: each coded value beside the quotes that prove it."""
    import json

    from tmt_dataset.dataset import load

    record = load(package, sha256=sha256).record(development_id)
    if form == "csv":
        emit(record.evidence, form)
    elif form == "json":
        with wrong_usage():
            annotations = record.to_jsonld(base)
        write_json(json.dumps(annotations, ensure_ascii=False, indent=2))
    else:
        say(record)
