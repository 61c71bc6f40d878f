"""Importing and loading import only what they need: checked in a fresh interpreter."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import tmt_dataset as tmt

HEAVY = {
    "duckdb",
    "frictionless",
    "krippendorff",
    "matplotlib",
    "numpy",
    "pandas",
    "pandera",
    "pyarrow",
    "pydantic",
    "ruamel.yaml",
    "scipy",
    "xlsxwriter",
}


def modules_after(code: str) -> set[str]:
    """Run code in a fresh interpreter, outside the checkout, and return the heavy modules that it imported."""
    ask = f"{code}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, cwd=Path(sys.prefix))
    assert done.returncode == 0, done.stderr
    return HEAVY & set(json.loads(done.stdout.splitlines()[-1]))


def test_importing_the_package_imports_only_the_standard_library() -> None:
    assert modules_after("import tmt_dataset") == set()


def test_asking_for_the_version_imports_nothing_more() -> None:
    assert modules_after("import tmt_dataset; tmt_dataset.__version__; dir(tmt_dataset)") == set()


def test_loading_and_selecting_needs_pandas_and_nothing_heavier() -> None:
    code = """
import tmt_dataset as tmt
ds = tmt.load()
first = ds.developments.loc[0, "development_id"]
part = ds.select(text="the", year=(2023, 2025))
ds.flat(), ds.record(first), ds.evidence(first)
"""
    used = modules_after(code)
    assert "pandas" in used
    assert not used & {"duckdb", "frictionless", "matplotlib", "pandera", "pydantic", "ruamel.yaml", "scipy"}


def test_validating_needs_pandas_and_nothing_heavier() -> None:
    used = modules_after("import tmt_dataset as tmt; assert tmt.validate().valid")
    assert "pandas" in used
    assert not used & {"frictionless", "matplotlib", "pandera", "ruamel.yaml", "scipy"}


def test_every_public_name_is_there() -> None:
    assert set(tmt.__all__) <= set(dir(tmt))
    for name in tmt.__all__:
        assert getattr(tmt, name) is not None


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'laod'"):
        _ = tmt.laod  # type: ignore[attr-defined]  # a wrong name


WITHOUT_EXTRAS = """
import sys
for name in ("krippendorff", "matplotlib", "pyarrow", "pydantic", "ruamel", "ruamel.yaml", "scipy",
             "xlsxwriter"):
    sys.modules[name] = None
"""


def test_coverage_and_proof_need_no_extra() -> None:
    code = """
import tempfile
import tmt_dataset as tmt
from tmt_dataset.analysis import coverage
from tmt_dataset.coding.proof import prove
ds = tmt.load()
assert len(coverage(ds)) == len(ds.sources)
assert len(prove(ds, tempfile.mkdtemp()).not_checked) == len(ds.sources)
"""
    modules_after(WITHOUT_EXTRAS + code)


@pytest.mark.parametrize(
    ("missing", "statement", "message"),
    [
        ("ruamel", "from tmt_dataset.publish import build", "annotations need pydantic and ruamel.yaml"),
        ("pydantic", "from tmt_dataset.coding import locate", "annotations need pydantic and ruamel.yaml"),
        ("ruamel", "from tmt_dataset.coding import agreement", "annotations need pydantic and ruamel.yaml"),
        (
            "krippendorff",
            "from tmt_dataset.coding import agreement",
            "agreement needs krippendorff and scipy",
        ),
        ("scipy", "from tmt_dataset.coding import agreement", "agreement needs krippendorff and scipy"),
    ],
)
def test_what_needs_the_coding_extra_says_so(missing: str, statement: str, message: str) -> None:
    code = f"""
import sys
sys.modules["{missing}"] = None
from tmt_dataset.errors import MissingExtraError
try:
    {statement}
except MissingExtraError as error:
    assert str(error) == '{message}: pip install "tmt-dataset[coding]"', error
else:
    raise AssertionError("no error")
"""
    modules_after(code)


@pytest.mark.parametrize("command", ["build", "build --check", "agreement"])
def test_commands_without_their_extra_are_one_line(command: str) -> None:
    code = f"""{WITHOUT_EXTRAS}
from click.testing import CliRunner
from tmt_dataset.cli import main
result = CliRunner().invoke(main, {command.split()!r}, catch_exceptions=False)
assert result.exit_code == 1
assert result.stderr.startswith("error: annotations need"), result.stderr
assert result.stderr.count("\\n") == 1
"""
    modules_after(code)


@pytest.mark.parametrize(
    "call", ["plots.ink_on('#fff')", "plots.penalty_chart(analysis.penalties(tmt.load()))"]
)
def test_charts_and_colours_without_matplotlib_say_so(call: str) -> None:
    code = f"""{WITHOUT_EXTRAS}
import tmt_dataset as tmt
from tmt_dataset import analysis, errors, plots
try:
    {call}
except errors.MissingExtraError as error:
    assert 'need matplotlib: pip install "tmt-dataset[plots]"' in str(error), error
else:
    raise AssertionError("no error")
"""
    modules_after(code)
