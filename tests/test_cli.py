"""The command line as its user meets it: output, exit codes, help."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import click
import pandas as pd
import pytest
from click.testing import CliRunner, Result

import tmt_dataset as tmt
from tmt_dataset.cli import main
from tmt_dataset.descriptor import open_package


def run(*args: str) -> Result:
    return CliRunner().invoke(main, list(args), catch_exceptions=False)


def test_version_is_that_of_the_descriptor() -> None:
    assert run("--version").output == f"tmt-dataset {open_package()[0].version}\n"


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_has_help_with_an_example_and_the_exit_codes(name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    assert f"Example: tmt-dataset {name}" in result.output
    assert "Exit codes: 0" in result.output


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_covers_one_function(name: str) -> None:
    assert isinstance(main.commands[name], click.Command)
    assert main.commands[name].help


def test_info_in_three_forms() -> None:
    ds = tmt.load()
    assert "developments" in run("info").output
    rows = json.loads(run("info", "--format", "json").output)
    assert {r["table"]: r["rows"] for r in rows} == {n: len(ds[n]) for n in ds}
    frame = pd.read_csv(io.StringIO(run("info", "--format", "csv").output))
    assert frame["rows"].tolist() == [len(ds[n]) for n in ds]


def test_search_finds_what_select_finds() -> None:
    ds = tmt.load()
    expected = ds.select(
        topic="ai", action=["consultation", "issuance"], date=("2024-07", "2024-08"), dates="within"
    )
    result = run(
        "search",
        "--topic",
        "ai",
        "--action",
        "consultation",
        "--action",
        "issuance",
        "--date",
        "2024-07/2024-08",
        "--dates",
        "within",
        "--format",
        "csv",
    )
    found = pd.read_csv(io.StringIO(result.output))
    assert found["development_id"].tolist() == expected.developments["development_id"].tolist()
    assert len(found) > 0


def test_search_by_words_prints_a_table() -> None:
    title = str(tmt.load().developments["title"].iloc[0])
    assert "1 developments" in run("search", title).output


def test_unknown_codes_are_one_line_with_near_misses_and_exit_1() -> None:
    result = run("search", "--topic", "ai/ethic")
    assert result.exit_code == 1
    assert result.stderr.startswith("error: unknown topic 'ai/ethic'; did you mean 'ai/ethics'")
    assert "Traceback" not in result.output


def test_a_wrong_date_is_wrong_usage() -> None:
    result = run("search", "--date", "2024-13")
    assert result.exit_code == 2
    assert "2024-13" in result.output


def test_unknown_command_is_wrong_usage() -> None:
    result = run("serch")
    assert result.exit_code == 2
    assert "serch" in result.output


def test_show_as_text_annotations_and_rows() -> None:
    identifier = str(tmt.load().developments["development_id"].iloc[0])
    quote = str(tmt.load().quotes["exact"].iloc[0])
    assert quote in run("show", identifier).output
    annotations = json.loads(run("show", identifier, "--format", "json").output)
    assert quote in [a["target"]["selector"][0]["exact"] for a in annotations]
    assert (
        quote in pd.read_csv(io.StringIO(run("show", identifier, "--format", "csv").output))["quote"].tolist()
    )
    assert run("show", "TMT-9999").exit_code == 1


def test_coverage_accounts_for_everything() -> None:
    rows = json.loads(run("coverage", "--format", "json").output)
    assert [r["accounted"] for r in rows] == [100.0] * len(tmt.load().sources)


def test_validate_tells_good_from_bad_by_its_exit_code(tmp_path: Path) -> None:
    assert run("validate").exit_code == 0
    bad = tmp_path / "datapackage.json"
    bad.write_text("{", encoding="utf-8")
    for form in ("table", "json", "csv"):
        result = run("validate", "--package", str(tmp_path), "--format", form)
        assert result.exit_code == 1
        assert "JSON" in result.output


def test_a_missing_package_is_one_line(tmp_path: Path) -> None:
    result = run("info", "--package", str(tmp_path / "none"))
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1


def test_prove_says_what_it_could_not_check(tmp_path: Path) -> None:
    result = run("prove", str(tmp_path))
    assert result.exit_code == 0
    assert result.output.count("(not checked:") == len(tmt.load().sources)


def test_export_and_cite_and_diff(tmp_path: Path) -> None:
    target = tmp_path / "tmt.sqlite"
    assert run("export", str(target)).exit_code == 0
    assert target.stat().st_size > 0
    assert run("export", str(target)).exit_code == 1  # not overwritten
    assert run("export", str(target), "--overwrite").exit_code == 0
    assert open_package()[0].version in run("cite").output
    assert "@" in run("cite", "--style", "bibtex").output
    assert run("cite", "--style", "mla").exit_code == 1
    identifier = str(tmt.load().developments["development_id"].iloc[0])
    assert identifier in run("cite", identifier).output
    same = run("diff", str(open_package()[1].label), "--format", "json")
    assert same.exit_code == 0
    assert json.loads(same.output)


def test_no_colour_codes_where_output_is_no_terminal() -> None:
    output = subprocess.run(
        [sys.executable, "-m", "tmt_dataset.cli", "info"], capture_output=True, check=True
    ).stdout
    assert b"\x1b[" not in output


def test_help_and_version_need_no_pandas() -> None:
    code = (
        "import sys\nfrom tmt_dataset.cli import main\n"
        "try:\n    main(sys.argv[1:])\nexcept SystemExit as e:\n    assert not e.code\nassert 'pandas' not in sys.modules"
    )
    for args in (["--version"], ["--help"], ["cite"]):
        subprocess.run([sys.executable, "-c", code, *args], capture_output=True, check=True)


def test_every_command_is_documented() -> None:
    readme = Path(__file__).parents[1] / "docs" / "commands.md"
    text = readme.read_text(encoding="utf-8")
    assert all(f"## tmt-dataset {name}" in text for name in main.commands)
