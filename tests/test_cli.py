"""The command line as its user meets it: output, exit codes, help."""

from __future__ import annotations

import contextlib
import csv
import hashlib
import inspect
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import factories
import pandas as pd
import pytest
from click.testing import CliRunner, Result

import tmt_dataset as tmt
from tmt_dataset.characters import UNSEEN
from tmt_dataset.cli import main
from tmt_dataset.cli.filters import Selecting
from tmt_dataset.cli.printing import emit
from tmt_dataset.descriptor import fingerprint
from tmt_dataset.exports.text import inert
from tmt_dataset.package import open_package
from tmt_dataset.selection import CRITERIA


def run(*args: str) -> Result:
    return CliRunner().invoke(main, list(args), catch_exceptions=False)


def test_version_is_that_of_the_descriptor() -> None:
    assert run("--version").output == f"tmt-dataset {open_package().descriptor.version}\n"


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_has_help_with_an_example_and_the_exit_codes(name: str) -> None:
    result = run(name, "--help")
    assert result.exit_code == 0
    assert f"Example: tmt-dataset {name}" in result.output
    assert "Exit codes: 0" in result.output


@pytest.mark.parametrize("name", sorted(main.commands))
def test_every_command_is_documented_by_its_function(name: str) -> None:
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
    assert "1 development " in run("search", title).output


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
    assert quote in [a["target"][0]["selector"]["exact"] for a in annotations]
    assert (
        quote in pd.read_csv(io.StringIO(run("show", identifier, "--format", "csv").output))["quote"].tolist()
    )
    assert run("show", "TMT-9999").exit_code == 1
    on_site = run("show", identifier, "--format", "json", "--base", "https://example.org/tmt").output
    assert f"https://example.org/tmt/{tmt.load().version}/d/{identifier}/#" in on_site
    assert run("show", identifier, "--format", "json", "--base", "example.org").exit_code == 2


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


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("archive")
    return factories.zipped(factories.make_package(folder / "package"), folder / "release.zip")


@pytest.mark.parametrize(
    "args",
    [
        "info --package ARCHIVE --sha256",
        "search --package ARCHIVE --sha256",
        "show TMT-0001 --package ARCHIVE --sha256",
        "coverage --package ARCHIVE --sha256",
        "validate --package ARCHIVE --sha256",
        "cite --package ARCHIVE --sha256",
        "cite TMT-0001 --package ARCHIVE --sha256",
        "diff ARCHIVE ARCHIVE --sha256",
        "diff ARCHIVE ARCHIVE --new-sha256",
    ],
)
def test_a_package_must_have_the_checksum_that_is_given(archive: Path, args: str) -> None:
    words = args.replace("ARCHIVE", str(archive)).split()
    digest = hashlib.sha256(archive.read_bytes()).hexdigest()
    assert run(*words, digest).exit_code == 0
    result = run(*words, "0" * 64)
    assert result.exit_code == 1
    assert f"expected the SHA-256 sha256:{'0' * 64}, found sha256:{digest}" in result.output


def test_export_and_prove_refuse_another_checksum_too(archive: Path, tmp_path: Path) -> None:
    package = ["--package", str(archive), "--sha256", "0" * 64]
    for args in (["export", str(tmp_path / "out.jsonl")], ["prove", str(tmp_path)]):
        assert "expected the SHA-256 sha256:000" in run(*args, *package).stderr
    assert not list(tmp_path.iterdir())


def test_the_installed_package_is_compared_with_its_fingerprint() -> None:
    known = fingerprint(open_package().descriptor)
    assert run("info", "--sha256", known).exit_code == 0
    assert f"found {known}" in run("info", "--sha256", "0" * 64).stderr


def test_prove_says_what_it_could_not_check(tmp_path: Path) -> None:
    sources = tmt.load().sources["source_id"].tolist()
    for form in ("table", "json", "csv"):
        result = run("prove", str(tmp_path), "--format", form)
        assert result.exit_code == 1  # nothing was proved
        assert all(f"{source}.txt" in result.output for source in sources)
        assert "not checked" in result.output
    assert f"proved 0 of {len(sources)} sources; not checked: " in run("prove", str(tmp_path)).output
    assert json.loads(run("prove", str(tmp_path), "--format", "json").output)["valid"] is False
    assert "source is missing or cannot be read" in " ".join(run("prove", "--help").output.split())


def test_prove_fails_where_one_source_was_left_out(annotated: tuple[Path, Path]) -> None:
    package, sources = annotated
    assert run("prove", str(sources), "--package", str(package)).exit_code == 0
    (sources / f"{factories.WINTER}.txt").unlink()
    result = run("prove", str(sources), "--package", str(package))
    assert result.exit_code == 1
    assert result.output.endswith(f"proved 1 of 2 sources; not checked: {factories.WINTER}\n")


def test_export_and_cite_and_diff(tmp_path: Path) -> None:
    target = tmp_path / "tmt.sqlite"
    assert run("export", str(target)).exit_code == 0
    assert target.stat().st_size > 0
    assert run("export", str(target)).exit_code == 1  # not overwritten
    assert run("export", str(target), "--overwrite").exit_code == 0
    assert run("export", str(tmp_path / "years"), "--as", "parquet", "--partition-by", "year").exit_code == 0
    assert any((tmp_path / "years" / "quotes.parquet").iterdir())
    assert open_package().descriptor.version in run("cite").output
    assert "@" in run("cite", "--style", "bibtex").output
    assert run("cite", "--style", "mla").exit_code == 1
    identifier = str(tmt.load().developments["development_id"].iloc[0])
    assert identifier in run("cite", identifier).output
    same = run("diff", str(open_package()[1].label), "--format", "json")
    assert same.exit_code == 0
    assert json.loads(same.output)


def test_there_are_no_colour_codes_unless_output_is_a_terminal() -> None:
    # click itself removes no codes here
    assert "\x1b[" not in CliRunner().invoke(main, ["info"], catch_exceptions=False, color=True).output


def test_help_and_version_need_no_pandas() -> None:
    code = (
        "import sys\nfrom tmt_dataset.cli import main\n"
        "for command in (['--version'], ['--help'], ['cite']):\n"
        "    try:\n        main(command)\n    except SystemExit as e:\n        assert not e.code\n"
        "    assert 'pandas' not in sys.modules, command"
    )
    subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)


def test_every_command_is_documented() -> None:
    readme = Path(__file__).parents[1] / "docs" / "commands.md"
    text = readme.read_text(encoding="utf-8")
    assert all(f"## tmt-dataset {name}" in text for name in main.commands)
    assert all(f"| [`{name}`](#tmt-dataset-{name}) |" in text for name in main.commands)


# what a hostile package may hold
@pytest.fixture
def hostile(package: Path) -> Path:
    """Return a package whose texts are formulas, escape sequences and markup."""

    def change(frame: pd.DataFrame) -> None:
        frame.loc[0, ["title", "summary"]] = ["=cmd|' /C calc'!A0", "\x1b[31mred\x9b0m\u202e"]

    factories.edit_table(package, "developments", change)
    factories.edit_descriptor(package, lambda raw: raw.update(version="1[/red]"))
    return package


@pytest.fixture
def quoted(package: Path) -> Path:
    """Return a package with signs that few code pages have."""

    def change(frame: pd.DataFrame) -> None:
        frame.loc[0, "title"] = "“≥ 5 灯” → Lamps"

    factories.edit_table(package, "developments", change)
    return package


@pytest.mark.parametrize("command", ["search", "show", "validate", "diff"])
def test_no_spreadsheet_finds_a_formula_in_what_is_printed(
    hostile: Path, tmp_path: Path, command: str
) -> None:
    args = {
        "search": ["--package", str(hostile)],
        "validate": ["--package", str(hostile)],
        "show": ["TMT-0001", "--package", str(hostile)],
        "diff": [str(factories.make_package(tmp_path / "clean")), str(hostile)],
    }[command]
    output = run(command, *args, "--format", "csv").stdout_bytes.decode()
    rows = list(csv.reader(io.StringIO(output, newline=""), strict=True))
    assert {len(row) for row in rows} == {len(rows[0])}
    assert not [cell for row in rows for cell in row if inert(cell) != cell and not cell.startswith("'")]
    assert "\n=" not in output
    assert not re.search('(^|,)"?=', output, re.MULTILINE)
    if command != "show":
        assert "'=cmd|' /C calc'!A0" in {cell for row in rows for cell in row}


def test_a_carriage_return_does_not_begin_a_row() -> None:
    rows = pd.DataFrame(
        {"=a": ["x\r=cmd()", "-1"], "n": [1.5, None], "d": pd.to_datetime(["2024-01-02", ""])}
    )
    stdout = io.StringIO()
    with contextlib.redirect_stdout(stdout):
        emit(rows, "csv")
    assert stdout.getvalue() == "'=a,n,d\n\"x\r=cmd()\",1.5,2024-01-02\n'-1,,\n"


def test_escape_sequences_do_not_reach_the_terminal(hostile: Path, tmp_path: Path) -> None:
    here = ["--package", str(hostile)]
    clean = str(factories.make_package(tmp_path / "clean"))
    for args in (
        ["show", "TMT-0001", *here],
        ["search", *here],
        ["validate", *here],
        ["info", *here],
        ["diff", clean, str(hostile)],
    ):
        output = run(*args).output
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", output), args
    assert r"\x1b[31mred\x9b0m\u202e" in run("show", "TMT-0001", *here).output
    assert r"unknown topic '\x1b" in run("search", "--topic", "\x1b[2J").stderr
    assert "\x1b" not in run("search", "--topic", "\x1b[2J").stderr


UNSEEN_BY_PEOPLE = "a\x1b[2J\x00\x9b\x7f\u2028\u202e\xad\u061c\u115f\u3164\u206a\ufff9\ufe0f\U000e0041z"


def test_unseen_characters_are_escaped_in_json() -> None:
    """A package that is not valid drove the terminal by what `--format json` printed; its reader gets the same text."""
    stdout = io.StringIO()
    with contextlib.redirect_stdout(stdout):
        emit(pd.DataFrame({"title": [UNSEEN_BY_PEOPLE]}), "json")
    assert not UNSEEN.search(stdout.getvalue())
    assert json.loads(stdout.getvalue()) == [{"title": UNSEEN_BY_PEOPLE}]


@pytest.mark.parametrize("form", ["csv", "json", "table"])
def test_no_format_controls_a_terminal(form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setenv("TERM", "dumb")
    with contextlib.redirect_stdout(terminal):
        emit(pd.DataFrame({"title": [UNSEEN_BY_PEOPLE]}), form)
    assert not UNSEEN.search(terminal.getvalue())
    assert r"\u202e" in terminal.getvalue()


def test_a_name_that_looks_like_markup_is_text(hostile: Path) -> None:
    assert "lamps 1[/red]" in run("info", "--package", str(hostile)).output


# what is printed in which form
def test_csv_of_rows_is_what_the_frame_holds() -> None:
    rows = tmt.load().flat()
    read = pd.read_csv(
        io.StringIO(run("search", "--format", "csv").output), dtype="str", keep_default_na=False
    )
    assert list(read.columns) == list(rows.columns)
    assert read["title"].tolist() == rows["title"].tolist()
    assert read["date_start"].tolist() == rows["date_start"].dt.strftime("%Y-%m-%d").tolist()
    assert read["unnamed_authorities"].tolist() == rows["unnamed_authorities"].astype("str").tolist()
    assert read["note"].tolist() == rows["note"].fillna("").tolist()


def test_days_are_printed_as_days_in_every_form() -> None:
    for form in ("json", "csv"):
        output = run("search", "--year", "2025", "--format", form).output
        assert re.search(r"\d{4}-\d{2}-\d{2}", output)
        assert not re.search(r"\d{4}-\d{2}-\d{2}[T ]00", output)


def test_info_says_version_and_period_in_every_form() -> None:
    ds = tmt.load()
    assert ds.period is not None
    expected = [ds.version, *(f"{day:%Y-%m-%d}" for day in ds.period)]
    (row, *_) = json.loads(run("info", "--format", "json").output)
    assert [row["version"], row["period_start"], row["period_end"]] == expected
    frame = pd.read_csv(io.StringIO(run("info", "--format", "csv").output))
    assert frame[["version", "period_start", "period_end"]].to_numpy().tolist()[0] == expected


@pytest.mark.parametrize("date", ["2024-07/2024-08/2024-09", "2024-07/", "/", "2024-08/2024-07", "soon"])
def test_an_invalid_interval_is_wrong_usage(date: str) -> None:
    result = run("search", "--date", date)
    assert result.exit_code == 2
    assert "expected YYYY" in result.stderr or "ends before it starts" in result.stderr


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["search", "--topic", "nope"], "All of them: the table topics\n"),
        (["search", "--place", "Shangai"], "did you mean '310000' (Shanghai)?"),
        (["search", "--category", "nope"], "All of them: legislative, enforcement, industry\n"),
        (["show", "TMT-"], "All of them: the table developments\n"),
        (["cite", "--style", "mla"], "All of them: apa, bibtex, ris, csl, oscola, bluebook\n"),
        (["cite", "TMT-"], "All of them: the table developments\n"),
        (["export", "x"], "give format= (--as), one of csv,"),
        (["export", "."], "give format= (--as)"),
    ],
)
def test_messages_serve_python_and_the_shell(args: list[str], words: str) -> None:
    result = run(*args)
    assert result.exit_code == 1
    assert words in result.stderr
    # an argument of Python is named beside its option
    rest = re.sub(r"\b\w+=(?:True)? \(--[a-z-]+\)", "", result.stderr)
    assert not re.search(r"\bds\.|tmt_dataset\.|\w=", rest)


def test_messages_name_options_and_commands(package: Path, tmp_path: Path) -> None:
    (tmp_path / "x.sqlite").touch()
    assert (
        "overwrite it with overwrite=True (--overwrite)" in run("export", str(tmp_path / "x.sqlite")).stderr
    )
    factories.edit_table(package, "figures", lambda f: f.__setitem__("value", "many"))
    assert "run `tmt-dataset validate` for all findings" in run("info", "--package", str(package)).stderr
    # what a user typed is quoted as it is
    for typed in ("ds.topics", "ds.developments"):
        assert f"unknown topic '{typed}'" in run("search", "--topic", typed).stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="has no device that is full")
def test_output_that_cannot_be_written_is_one_line() -> None:
    commands = (
        ["show", "TMT-0001"],
        ["search", "--format", "csv"],
        ["search"],
        ["cite"],
        ["search", "--format", "json"],
    )
    with Path("/dev/full").open("wb") as full:
        running = [
            subprocess.Popen(
                [sys.executable, "-m", "tmt_dataset.cli", *args], stdout=full, stderr=subprocess.PIPE
            )
            for args in commands
        ]
        for args, process in zip(commands, running, strict=True):
            _, stderr = process.communicate()
            assert process.returncode == 1, args
            assert stderr.decode() == "error: cannot write output: No space left on device\n", args


COMMAND = [sys.executable, "-m", "tmt_dataset.cli"]


def started(*args: str | bytes, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Run a command in a process of its own, as code pages and arguments are set there."""
    return subprocess.run(
        [*COMMAND, *args], env={**os.environ, **environment}, capture_output=True, timeout=100
    )


@pytest.mark.skipif(os.name == "nt", reason="has no standard output that is closed")
@pytest.mark.parametrize("args", ["--help", "search --format json"])
def test_closed_output_is_one_line(args: str) -> None:
    closed = subprocess.run(
        f"{shlex.join(COMMAND)} {args} >&-", shell=True, capture_output=True, text=True, check=False
    )
    assert (closed.returncode, closed.stderr) == (1, "error: cannot write output: it is closed\n")


@pytest.mark.parametrize("encoding", ["cp437", "cp1252"])
def test_readable_text_replaces_what_the_terminal_cannot_show(quoted: Path, encoding: str) -> None:
    wanted = "“≥ 5 灯” → Lamps".encode(encoding, errors="backslashreplace").decode(encoding)
    for args in (["show", "TMT-0001"], ["cite", "TMT-0001"], ["search"]):
        result = started(*args, "--package", str(quoted), PYTHONIOENCODING=encoding)
        assert result.stderr == b""
        # a table folds what is wide
        assert (wanted if args != ["search"] else "Lamps") in result.stdout.decode(encoding)


@pytest.mark.parametrize("encoding", ["cp1252", "gbk"])
@pytest.mark.parametrize("form", ["csv", "json"])
def test_data_formats_are_utf_8_whatever_the_code_page(
    quoted: Path, tmp_path: Path, form: str, encoding: str
) -> None:
    clean = str(factories.make_package(tmp_path / "clean"))
    for args in (
        ["search", "--package", str(quoted)],
        ["diff", clean, str(quoted)],
    ):
        result = started(*args, "--format", form, PYTHONIOENCODING=encoding)
        assert result.stderr == b""
        assert "“≥ 5 灯” → Lamps" in result.stdout.decode("utf-8")
        assert b"\r" not in result.stdout


@pytest.mark.parametrize("style", ["bibtex", "ris", "csl"])
def test_citations_for_programs_are_utf_8(quoted: Path, style: str) -> None:
    result = started("cite", "TMT-0001", "--style", style, "--package", str(quoted), PYTHONIOENCODING="cp437")
    assert "“≥ 5 灯” → Lamps" in result.stdout.decode("utf-8")


@pytest.mark.skipif(os.name == "nt", reason="has no locale C")
def test_the_locale_c_is_served() -> None:
    c = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    wanted = run("search", "上海", "--format", "csv").stdout_bytes
    found = started("search", "上海", "--format", "csv", **c)
    assert (found.returncode, found.stderr) == (0, b"")
    assert found.stdout == wanted
    for args in (["search", "上海"], ["show", "TMT-0157"]):
        assert started(*args, **c).stdout.decode("ascii")


@pytest.mark.skipif(os.name == "nt", reason="has no arguments of bytes")
@pytest.mark.parametrize(
    ("args", "code"),
    [
        ([b"search", b"\xff"], 2),
        ([b"search", b"--topic", b"\xff"], 2),
        ([b"show", b"\xffTMT"], 2),
        ([b"cite", b"--style", b"\xff"], 2),
        ([b"info", b"--package", b"no\xff"], 1),
        ([b"diff", b"no\xff"], 1),
        ([b"export", b"no\xff"], 1),
    ],
)
def test_arguments_that_are_not_utf_8_are_one_line(args: list[bytes], code: int) -> None:
    result = started(*args)
    assert (result.returncode, result.stdout) == (code, b"")
    assert result.stderr.decode("utf-8").startswith("error: ")
    assert result.stderr.count(b"\n") == 1
    assert rb"\udcff" in result.stderr


def test_a_path_that_cannot_be_reached_is_one_line() -> None:
    for command in (["info", "--package"], ["cite", "--package"], ["diff"]):
        result = run(*command, "x" * 5000)
        assert result.exit_code == 1
        assert result.stderr.count("\n") == 1
        assert "cannot be reached (File name too long)" in result.stderr


@pytest.mark.parametrize(
    "command", ["prove SOURCES --package PACKAGE", "build --locate SOURCES --folder PACKAGE"]
)
def test_a_pipe_among_the_texts_is_not_waited_for(annotated: tuple[Path, Path], command: str) -> None:
    places = dict(zip(("PACKAGE", "SOURCES"), map(str, annotated), strict=True))
    text = annotated[1] / f"{factories.WINTER}.txt"
    text.unlink()
    os.mkfifo(text)
    done = started(*(places.get(word, word) for word in command.split()))
    assert done.returncode == 1
    (line,) = [line for line in (done.stdout + done.stderr).decode().splitlines() if "regular" in line]
    assert text.name in line
    assert line.endswith("not a regular file; expected a file on disk") or command.startswith("prove")


# -- paths as people type them


@pytest.fixture
def home(annotated: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the home folder, which has the folders of a package and of its sources."""
    folder = annotated[0].parent
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("USERPROFILE", str(folder))
    monkeypatch.chdir(folder / annotated[0].name)
    return folder


def test_the_home_folder_is_expanded_for_every_path(home: Path, annotated: tuple[Path, Path]) -> None:
    package, sources = (f"~/{path.name}" for path in annotated)
    assert run("prove", sources, "--package", package).exit_code == 0
    assert run("build", "--locate", sources, "--folder", package).exit_code == 0
    assert run("build", "--check", "--folder", package).output == "in step\n"
    assert run("export", "~/out.jsonl", "--package", package).output == f"{home / 'out.jsonl'}\n"
    assert (home / "out.jsonl").is_file()
    assert (
        f"error: {home / 'codings' / 'first_coding'}: no annotation files"
        in run("agreement", "~/codings").stderr
    )
    assert not (Path.cwd() / "~").exists()


@pytest.mark.parametrize(
    "args", [["info", "--package"], ["prove"], ["export"], ["diff"], ["build", "--locate"]]
)
def test_a_path_with_nul_and_an_empty_one_are_wrong_usage(args: list[str]) -> None:
    for path, said in (("a\0b", "has a NUL character"), ("", "expected a path, found none")):
        result = run(*args, path)
        assert result.exit_code == 2
        assert said in result.stderr


@pytest.fixture(scope="module")
def built_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    package, _ = factories.make_annotated_package(tmp_path_factory.mktemp("built"))
    assert run("build", "--folder", str(package)).exit_code == 0
    return package


@pytest.fixture
def built(built_once: Path, tmp_path: Path) -> Path:
    """Return a package with its annotations in which every generated file is in step."""
    return Path(shutil.copytree(built_once, tmp_path / "package"))


def false_title(node: Any) -> None:
    node["source"]["title"] = "=cmd()"


def test_build_names_what_is_not_valid_in_its_result(built: Path) -> None:
    package = built
    folder = ["--folder", str(package)]
    assert run("build", "--check", *folder).output == "in step\n"
    factories.edit_annotation(package, factories.WINTER, false_title)
    result = run("build", *folder)
    assert result.exit_code == 1
    assert "data/sources.csv\n" in result.stdout  # so that it can be inspected
    assert "=cmd()" in (package / "data" / "sources.csv").read_text("utf-8")
    assert result.stderr.startswith("error: what was built is NOT valid: 1 error; ")
    assert f"run `tmt-dataset validate --package {package}`" in result.stderr
    assert "[schema] sources, row 2, field title: " in result.stderr
    checked = run("build", "--check", *folder)
    assert (checked.exit_code, checked.stdout, checked.stderr) == (1, "", result.stderr)
    # nothing is left to write, and the package is still not valid
    again = run("build", *folder)
    assert (again.exit_code, again.stdout) == (1, "")


def test_build_shows_the_first_of_many_errors(annotated: tuple[Path, Path]) -> None:
    package, _ = annotated

    def unprove(node: Any) -> None:
        for record in node["developments"]:
            for quote in record["quotes"]:
                quote["supports"] = ["date"]

    factories.edit_annotation(package, factories.WINTER, unprove)
    result = run("build", "--folder", str(package))
    assert result.exit_code == 1
    report = json.loads((package / "validation" / "report.json").read_text("utf-8"))
    errors = sum(f["severity"] == "error" for f in report["findings"])
    assert errors > 5
    assert result.stderr.splitlines()[0].startswith(f"error: what was built is NOT valid: {errors} errors")
    assert len(result.stderr.splitlines()) == 7
    assert result.stderr.endswith(f"  and {errors - 5} more\n")


def test_build_check_writes_nothing_and_takes_no_texts(annotated: tuple[Path, Path]) -> None:
    result = run("build", "--check", "--locate", str(annotated[1]), "--folder", str(annotated[0]))
    assert result.exit_code == 2
    assert "--check writes nothing, --locate fills in offsets: give one of them" in result.stderr


@pytest.mark.parametrize(
    "path", ["data/annotations/newsletter-2024-01.yaml", "data/sources.csv", "DATASHEET.md"]
)
@pytest.mark.parametrize("check", [[], ["--check"]])
def test_build_names_what_it_cannot_read(built: Path, path: str, check: list[str]) -> None:
    (built / path).unlink(missing_ok=True)
    (built / path).mkdir()
    result = run("build", *check, "--folder", str(built))
    assert result.exit_code == 1
    assert result.stderr.startswith(f"error: {built / path}: cannot be read (Is a directory)")


@pytest.mark.parametrize("check", [[], ["--check"]])
def test_build_names_a_vocabulary_that_is_missing(annotated: tuple[Path, Path], check: list[str]) -> None:
    package, _ = annotated
    (package / "data" / "vocabularies" / "topics.csv").unlink()
    result = run("build", *check, "--folder", str(package))
    assert result.exit_code == 1
    assert result.stderr == (
        f"error: {package}/data/vocabularies/topics.csv: the file is missing; restore it, or run `tmt-dataset build`\n"
    )


# -- the filters of select, and the lists of codes

SELECTING = [name for name, command in main.commands.items() if isinstance(command, Selecting)]


def test_every_filter_of_select_is_an_option() -> None:
    assert set(SELECTING) == {"search", "export", "counts"}
    filters = {*inspect.signature(tmt.Dataset.select).parameters} - {"self"}
    for name in SELECTING:
        command = main.commands[name]
        params = {param.name: param for param in command.get_params(click.Context(command))}
        assert filters <= set(params)
        for code in filters & set(CRITERIA):
            option = params[code]
            assert isinstance(option, click.Option)
            assert option.multiple
            assert option.help


def test_an_option_says_what_its_criterion_says(monkeypatch: pytest.MonkeyPatch) -> None:
    said = SimpleNamespace(what="risk", help="Harm that it is meant against.")
    monkeypatch.setitem(CRITERIA, "risk", said)  # what an option takes from it
    search = Selecting("search", callback=lambda: None)
    helps = {option.name: option.help for option in search.filters if isinstance(option, click.Option)}
    assert helps["risk"] == "Harm that it is meant against."


def test_an_export_takes_the_filters(archive: Path, tmp_path: Path) -> None:
    package = tmt.load(archive)
    expected = package.select(orientation=["control", "rights"], modality="must", text="lamp")
    assert 0 < len(expected.developments) < len(package.developments)
    filters = ["--orientation", "control", "--orientation", "rights", "--modality", "must", "--text", "lamp"]
    result = run("export", str(tmp_path / "x.jsonl"), "--package", str(archive), *filters)
    assert result.exit_code == 0
    lines = (tmp_path / "x.jsonl").read_text("utf-8").splitlines()
    found = [json.loads(line)["development_id"] for line in lines]
    assert found == expected.developments["development_id"].tolist()
    unknown = run("export", str(tmp_path / "y.jsonl"), "--package", str(archive), "--risk", "privcy")
    assert unknown.exit_code == 1
    assert "unknown risk 'privcy'; did you mean 'privacy'?" in unknown.stderr
    assert not (tmp_path / "y.jsonl").exists()


@pytest.mark.skipif(not hasattr(tmt.Dataset, "counts"), reason="a Dataset has no counts yet")
def test_counts_takes_the_filters_and_what_is_counted_by(archive: Path) -> None:
    ds: Any = tmt.load(archive).select(orientation="control")
    expected = ds.counts(by=["source", "topic"], any_topic=True)
    args = ["counts", "--by", "source", "--by", "topic", "--any-topic", "--orientation", "control"]
    printed = run(*args, "--format", "csv", "--package", str(archive)).output
    found = pd.read_csv(io.StringIO(printed))
    assert list(found.columns) == list(expected.columns)
    assert found["least"].tolist() == expected["least"].tolist()
    wrong = run("counts", "--by", "topc", "--package", str(archive))
    assert wrong.exit_code == 1
    assert "'topic'" in wrong.stderr


@pytest.mark.parametrize("name", ["topics", "topic", "authorities", "instrument"])
def test_codes_lists_a_vocabulary_whole(archive: Path, name: str) -> None:
    ds = tmt.load(archive)
    frame = ds[CRITERIA[name].table if name in CRITERIA else name]
    result = run("codes", name, "--package", str(archive), "--format", "csv")
    found = pd.read_csv(io.StringIO(result.output), dtype="str")
    assert list(found.columns) == list(frame.columns)
    assert found.iloc[:, 0].tolist() == frame.iloc[:, 0].tolist()


def test_codes_shows_definitions(archive: Path) -> None:
    topics = tmt.load(archive).topics
    output = " ".join(run("codes", "topics", "--package", str(archive)).output.split())
    assert all(label in output for label in topics["label"])
    assert str(topics["definition"].iloc[0]).split()[-1] in output
    assert "agora" not in output  # where a code leads is in the other formats


def test_codes_lists_the_values_of_a_field(archive: Path) -> None:
    field = tmt.load(archive).descriptor.table("developments").field("ai_role")
    result = run("codes", "ai-role", "--package", str(archive))
    assert result.output.startswith(field.description)
    rows = json.loads(run("codes", "ai_role", "--package", str(archive), "--format", "json").output)
    assert [row["ai_role"] for row in rows] == list(field.enum)


def test_codes_without_a_name_lists_what_has_codes(archive: Path) -> None:
    rows = json.loads(run("codes", "--package", str(archive), "--format", "json").output)
    names = [row["name"] for row in rows]
    assert len(names) == len(set(names))
    for name, criterion in CRITERIA.items():
        assert {criterion.table, name} & set(names)
    for name in names:
        assert run("codes", name, "--package", str(archive)).exit_code == 0
    result = run("codes", "topisc", "--package", str(archive))
    assert result.exit_code == 1
    assert "did you mean 'topic', 'topics'?" in result.stderr


def test_series_and_lifecycle_print_what_the_views_give(archive: Path) -> None:
    ds = tmt.load(archive)
    measure, instrument = str(ds.figures["measure"].iloc[0]), str(ds.instruments["instrument_id"].iloc[0])
    for args, frame in (
        (["series", measure], ds.series(measure)),
        (["lifecycle", instrument], ds.lifecycle(instrument)),
    ):
        printed = run(*args, "--package", str(archive), "--format", "csv").output
        found = pd.read_csv(io.StringIO(printed), dtype="str")
        assert list(found.columns) == list(frame.columns)
        assert found["development_id"].tolist() == frame["development_id"].tolist()
        assert str(frame["development_id"].iloc[0]) in run(*args, "--package", str(archive)).output
        wrong = run(args[0], args[1][:-1], "--package", str(archive))
        assert wrong.exit_code == 1
        assert f"did you mean {args[1]!r}" in wrong.stderr


def test_info_says_what_each_table_holds(archive: Path) -> None:
    rows = json.loads(run("info", "--package", str(archive), "--format", "json").output)
    tables = tmt.load(archive).descriptor.tables
    assert [row["holds"] for row in rows] == [table.description for table in tables.values()]
