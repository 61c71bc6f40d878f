"""What surrounds a run changes none of its results: a user's options of pandas, and the environment of both commands."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from itertools import chain
from pathlib import Path
from typing import Any

import factories
import nbformat
import pandas as pd
import pytest
from jupyter_client.manager import start_new_kernel

import tmt_dataset as tmt
from tmt_dataset.cells import as_text
from tmt_dataset.dataset import load
from tmt_dataset.publish import report, site
from tmt_dataset.publish.site import articles
from tmt_dataset.validation import validate

#: Options by what they change; those that only change what is shown, or how text is stored, are set together.
OPTIONS: dict[str, dict[str, Any]] = {
    "missing": {"future.distinguish_nan_and_na": True},
    "text": {"future.infer_string": False},
    "shown and stored": {
        "future.python_scalars": True,
        "mode.string_storage": "python",
        "display.max_colwidth": 5,
        "display.max_rows": 1,
        "display.precision": 0,
        "display.float_format": "{:.0f}".format,
    },
}


def plain(frame: pd.DataFrame) -> list[tuple[str, list[object]]]:
    """Return the columns of a frame as lists, None where a value is missing."""
    return [(str(c), [None if pd.isna(v) else v for v in frame[c].tolist()]) for c in frame.columns]


def results(package: Path) -> dict[str, object]:
    """Return what a reader asks of a package."""
    ds = load(package)
    asked = {f"table {name}": plain(ds[name]) for name in ds}
    asked |= {f"text {name}": plain(as_text(ds[name], ds.descriptor.table(name))) for name in ds}
    asked |= {f"evidence {d}": plain(ds.evidence(d)) for d in ds.developments["development_id"]}
    asked |= {f"lifecycle {i}": plain(ds.lifecycle(i)) for i in ds.instruments["instrument_id"]}
    asked |= {f"series {m}": plain(ds.series(m)) for m in ds.figures["measure"].unique()}
    asked |= {"flat": plain(ds.flat()), "search for nan": plain(ds.select(text="nan").developments)}
    records = [ds.record(d) for d in ds.developments["development_id"]]
    return {
        **asked,
        "selection": {n: plain(t) for n, t in ds.select(topic="ai", year=(2023, 2025)).items()},
        "records": [(str(r), r._repr_html_(), r.to_jsonld()) for r in records],
        "dataset": repr(ds),
        "report": str(validate(package)),
    }


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return factories.make_package(tmp_path_factory.mktemp("small") / "package")


@pytest.fixture(scope="module")
def expected(small: Path) -> dict[str, object]:
    return results(small)


@pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")  # an option that goes is still an option
@pytest.mark.parametrize("options", OPTIONS.values(), ids=list(OPTIONS))
def test_no_option_of_pandas_changes_a_result(
    small: Path, expected: dict[str, object], options: dict[str, Any]
) -> None:
    with pd.option_context(*chain.from_iterable(options.items())):
        found = results(small)
    assert [name for name in expected if found[name] != expected[name]] == []


ROOT = Path(__file__).parents[1]
NEEDS_MAKE = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
#: Charts, frames and characters: what a user's settings could change.
CELLS = (
    "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
    "import pandas as pd\nprint('≥ 5', pd.DataFrame({'a': [0.123456789]}), plt.rcParams['lines.linewidth'])",
)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return an environment with settings for other work, each of which would change or break a run."""
    home = tmp_path_factory.mktemp("user")
    kernel = home / "jupyter" / "kernels" / "python3"
    startup = home / "ipython" / "profile_default" / "startup"
    for folder in (kernel, startup, home / "python"):
        folder.mkdir(parents=True)
    spec = {"argv": ["false"], "display_name": "another", "language": "python"}
    (kernel / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    (startup / "00.py").write_text(
        "import pandas; pandas.set_option('display.precision', 1)", encoding="utf-8"
    )
    (startup.parent / "ipython_kernel_config.py").write_text("c.InlineBackend.rc = {'lines.linewidth': 9}")
    (home / "python" / "sitecustomize.py").write_text("print('from elsewhere')", encoding="utf-8")
    (home / "matplotlibrc").write_text("lines.linewidth: 9\n", encoding="utf-8")
    return {
        **os.environ,
        **{"HOME": os.devnull, "LC_ALL": "C", "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
        **{"MPLBACKEND": "Agg", "MATPLOTLIBRC": str(home), "MPLCONFIGDIR": str(home)},
        **{"JUPYTER_PATH": str(home / "jupyter"), "IPYTHONDIR": str(home / "ipython")},
        **{"PYTHONPATH": str(home / "python"), "PYTHONOPTIMIZE": "2", "PYTHONWARNINGS": "error"},
        **{
            "PIP_TARGET": str(home),
            "PIP_NO_DEPS": "1",
            "UV_RESOLUTION": "lowest",
            "PYTEST_ADDOPTS": "--nothing",
        },
    }


def made(recipe: str, environment: dict[str, str]) -> str:
    """Return what a recipe prints as a part of both commands."""
    command = ["make", "--silent", "--no-print-directory", "--eval", f"part: ; @{recipe}", "part"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, (done.stdout + done.stderr).decode("utf-8", "replace")
    return done.stdout.decode("utf-8")


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a notebook that was run as both commands run one."""
    path = tmp_path_factory.mktemp("book") / "book.ipynb"
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in CELLS])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(notebook, path)
    return path


@NEEDS_MAKE
def test_children_of_make_have_no_settings_of_the_user(hostile: dict[str, str]) -> None:
    network = {"PIP_INDEX_URL": "https://packages.example/simple", "UV_NATIVE_TLS": "1"}
    code = "import os, json; print(json.dumps(dict(os.environ)))"
    found = json.loads(made(f'{sys.executable} -c "{code}"', hostile | network))
    assert {name: found.get(name) for name in network} == network
    own = report.environment(ROOT / ".venv" / "settings")
    assert {n: found.get(n) for n in own if n.startswith(report.SETTINGS)} == {
        n: v for n, v in own.items() if n.startswith(report.SETTINGS)
    }
    assert not {"MPLBACKEND", "MATPLOTLIBRC", "JUPYTER_PATH", "PYTHONPATH", "PYTHONOPTIMIZE"} & {*found}
    assert not {"PIP_TARGET", "PIP_NO_DEPS", "UV_RESOLUTION", "PYTEST_ADDOPTS"} & {*found}


def test_a_page_is_the_same_whatever_the_user_has_set(
    book: Path, hostile: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = []
    for environment in ({}, hostile):
        with monkeypatch.context() as set_by_user:
            for name, value in environment.items():
                set_by_user.setenv(name, value)
            article = articles.article(report.executed(book), "book")
            made.append(
                site.build(tmt.load().select(development="TMT-0001"), articles=[article], library=False)
            )
    assert {"book-1.png", "book-1.svg", "book.html"} <= {*made[0]}
    assert b"0.123457 1.5" in made[0]["book.html"]
    assert made[0]["book-1.png"] == made[1]["book-1.png"]
    assert "≥ 5" in made[1]["book.html"].decode("utf-8")
    assert b"0.123457 1.5" in made[1]["book.html"]


@NEEDS_MAKE
def test_both_commands_run_their_parts_whatever_the_user_has_set(book: Path, hostile: dict[str, str]) -> None:
    python = sys.executable
    assert "valid" in made(f"{python} -m tmt_dataset.cli validate", hostile)
    compared = made(
        f"{python} -m pytest -q -p no:cacheprovider --nbval-lax --nbval-current-env {book}", hostile
    )
    assert "2 passed" in compared


@NEEDS_MAKE
def test_lab_writes_nothing_into_a_notebook_that_is_only_opened(tmp_path: Path) -> None:
    """What Lab writes when a kernel starts is what the notebooks have: their kernel, and the language of it."""
    config = tmp_path / "lab" / "profile_default" / "ipython_kernel_config.py"
    subprocess.run(["make", "--silent", f"OWN={tmp_path}", str(config)], cwd=ROOT, check=True)
    manager, client = start_new_kernel(env={**os.environ, "IPYTHONDIR": str(tmp_path / "lab")})
    try:
        said = client.kernel_info(reply=True, timeout=60)["content"]["language_info"]
        spec = manager.kernel_spec
        assert spec is not None
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    kernel = {"display_name": spec.display_name, "language": spec.language, "name": "python3"}
    for path in (ROOT / "notebooks").glob("*.ipynb"):
        metadata = json.loads(path.read_text("utf-8"))["metadata"]
        assert metadata == {"kernelspec": kernel, "language_info": said}


@NEEDS_MAKE
@pytest.mark.parametrize(("user", "allowed"), [("0", True), ("1000", False)])
def test_lab_starts_for_root_too(tmp_path: Path, user: str, allowed: bool) -> None:
    (tmp_path / "id").write_text(f"#!/bin/sh\necho {user}\n")
    (tmp_path / "id").chmod(0o755)
    path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
    shown = subprocess.run(
        ["make", "--dry-run", "lab"],
        cwd=ROOT,
        env={**os.environ, "PATH": path},
        capture_output=True,
        check=True,
    ).stdout.decode()
    assert ("jupyter lab --allow-root notebooks" in shown) == allowed
