"""The recipes of CONTRIBUTING.md, followed on the small package."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import factories
import pytest
from click.testing import CliRunner
from factories import WINTER, edit_bytes, edit_descriptor, edit_table, source_text, strip_offsets

import tmt_dataset as tmt
from tmt_dataset import exports
from tmt_dataset.cli import main
from tmt_dataset.dataset import Dataset
from tmt_dataset.publish import docs
from tmt_dataset.validation import rules
from tmt_dataset.validation.findings import Finding, marked
from tmt_dataset.validation.tables import Tables

CONTRIBUTING = Path(__file__).parents[1] / "CONTRIBUTING.md"
#: Drafting is followed in test_draft_review.py, where its draft is at hand.
RECIPES = ["Add a field", "Add a rule", "Add a source", "Draft a source", "Add an export"]


def test_each_recipe_is_followed_here() -> None:
    text = CONTRIBUTING.read_text(encoding="utf-8")
    assert [line.removeprefix("### ") for line in text.splitlines() if line.startswith("### ")] == RECIPES


def run(*arguments: str) -> str:
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def test_a_field_that_is_declared_is_everywhere(annotated: tuple[Path, Path], tmp_path: Path) -> None:
    package, _ = annotated
    field = {
        "name": "symbol",
        "title": "Symbol",
        "description": "How charts write the unit.",
        "type": "string",
    }

    def declare(raw: factories.Row) -> None:
        resource = next(r for r in raw["resources"] if r["name"] == "measures")
        resource["schema"]["fields"].append({**field, "constraints": {"maxLength": 3}, "example": "¥"})

    edit_descriptor(package, declare)
    edit_table(package, "measures", lambda f: f.assign(symbol="¥"), rehash=False)
    run("build", "--folder", str(package))
    assert tmt.validate(package).valid
    ds = tmt.load(package)
    assert set(ds.measures["symbol"]) == {"¥"}
    assert "How charts write the unit." in docs.data_dictionary(ds)
    with closing(sqlite3.connect(tmt.export(ds, tmp_path / "tmt.sqlite"))) as database:
        assert database.execute("SELECT DISTINCT symbol FROM measures").fetchall() == [("¥",)]
    edit_table(package, "measures", lambda f: f.assign(symbol="long"))
    assert {(f.table, f.field, f.expected) for f in tmt.validate(package)} == {
        ("measures", "symbol", "at most 3 characters")
    }


def test_a_rule_that_is_added_is_checked(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def calm_titles(tables: Tables) -> Iterator[Finding]:
        """Titles are not in capitals: readers took one for an abbreviation."""
        dev = tables["developments"]
        yield from marked(
            "calm-titles", "developments", dev, dev["title"].str.isupper(), "title", "{development_id} shouts"
        )

    monkeypatch.setitem(rules.CHECKS, calm_titles, "Titles are not in capitals")
    assert tmt.validate(package).valid
    edit_table(package, "developments", lambda f: f.__setitem__("title", f["title"].str.upper()))
    assert {f.rule for f in tmt.validate(package)} == {"calm-titles"}


def test_a_source_goes_from_text_to_a_valid_package(annotated: tuple[Path, Path]) -> None:
    package, sources = annotated
    text = f"The Lamp Gazette: May 2024\n{source_text(WINTER).splitlines()[4]}\n"
    sid = "newsletter-2024-05"
    (sources / f"{sid}.txt").write_text(text, encoding="utf-8")
    content = factories.annotation_content(WINTER)
    (package / f"data/annotations/{sid}.yaml").write_text(
        json.dumps(
            {
                "source": {
                    **content["source"],
                    "source_id": sid,
                    "title": "The Lamp Gazette, May 2024",
                    "period_start": "2024-05-01",
                    "period_end": "2024-05-31",
                    "characters": len(text),
                    "sha256": factories.sha256(text.encode()),
                },
                "segments": [
                    {"id": f"{sid}:001", "role": "boilerplate", "starts": "The Lamp Gazette: May"},
                    {"id": f"{sid}:002", "role": "development", "starts": "The Cyberspace Administration"},
                ],
                "developments": [
                    {
                        "id": "TMT-0099",
                        "title": "CAC consults again on talking lamps",
                        "summary": "A second round on labels and silence.",
                        "date": "2024-05-01/2024-05-31",
                        "date_basis": "period",
                        "action": "consultation",
                        "jurisdiction": "100000",
                        "authorities": {"cac": "lead"},
                        "orientation": "control",
                        "ai_role": "core",
                        "topics": ["ai/voices"],
                        "mentions": [f"{sid}:002"],
                        "quotes": [
                            {
                                "text": "opened a public consultation on the “Measures for Talking Lamps (Draft)”",
                                "supports": ["action", "topics", "orientation", "ai_role"],
                            },
                            {
                                "text": "The Cyberspace Administration of China (CAC)",
                                "supports": ["authorities"],
                            },
                        ],
                    }
                ],
            },
            ensure_ascii=False,
        ),
        encoding="utf-8",
    )
    run("build", "--locate", str(sources), "--folder", str(package))
    run("validate", "--package", str(package))
    run("prove", str(sources), "--package", str(package))
    assert "TMT-0099" in set(tmt.load(package).select(source=sid).developments["development_id"])


def test_offsets_of_a_new_annotation_are_filled_in(annotated: tuple[Path, Path]) -> None:
    package, sources = annotated
    written = {p.name: p.read_bytes() for p in (package / "data").glob("*.csv")}
    strip_offsets(package, WINTER)
    run("build", "--locate", str(sources), "--folder", str(package))
    assert {p.name: p.read_bytes() for p in (package / "data").glob("*.csv")} == written


def test_an_export_that_is_added_is_known(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def titles(ds: Dataset, path: Path) -> None:
        path.write_text("\n".join(ds.developments["title"]), encoding="utf-8")

    monkeypatch.setitem(exports.FORMATS, "titles", exports.Format("a text file: one title per line", titles))
    target = tmp_path / "lamps.titles"
    run("export", str(target), "--package", str(package))
    assert target.read_text(encoding="utf-8").splitlines() == tmt.load(package).developments["title"].tolist()
    edit_bytes(package, "data/developments.csv", lambda data: data, rehash=True)
