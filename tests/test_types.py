"""Type checkers and editors know the tables and the listed codes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import tmt_dataset as tmt
from tmt_dataset.dataset import Dataset
from tmt_dataset.publish import types

ROOT = Path(__file__).parents[1]

CODE = """\
import tmt_dataset as tmt

ds = tmt.load()
reveal_type(ds.developments)
reveal_type(ds.period[1])
reveal_type(tmt.analysis.windows(ds))
reveal_type(tmt.UnknownCodeError.what)
ds.select(orientation="control", action=["issuance", "judgment"], authority="CAC", date=("2024-07", None))
(ds.select(topic="AI") | ~ds.select(role="lead")).where(ds.developments["title"] == "")
ds.nonsense
ds.select(orientation="contrl")
ds.select(action=["issuence"])
ds.developments = ds.figures
tmt.nonsense
"""


def test_a_type_checker_knows_tables_and_codes(tmp_path: Path) -> None:
    file = tmp_path / "code.py"
    file.write_text(CODE, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "mypy",
        "--config-file=",
        "--follow-imports=silent",
        "--no-error-summary",
        "--cache-dir",
    ]
    done = subprocess.run(
        [*command, str(tmp_path / "cache"), str(file)],
        capture_output=True, text=True, cwd=ROOT / "src", check=False,
    )  # fmt: skip
    said = {int(line.split(":")[1]): line for line in done.stdout.splitlines() if line.startswith(str(file))}
    for line, words in {
        4: 'Revealed type is "pandas.core.frame.DataFrame"',
        5: "Timestamp",
        6: 'Revealed type is "pandas.core.frame.DataFrame"',
        7: 'Revealed type is "str"',
        10: '"Dataset" has no attribute "nonsense"',
        11: "contrl",
        12: "issuence",
        14: 'Module has no attribute "nonsense"',
    }.items():
        assert words in said.get(line, ""), done.stdout + done.stderr
    assert not {8, 9} & set(said), done.stdout


def test_every_table_is_declared_and_completed(ds: Dataset) -> None:
    module = types.declared(tmt.load())
    assert (ROOT / types.MODULE).read_text(encoding="utf-8") == module
    for name in ds:
        assert f"        {name}: pd.DataFrame\n" in module
    assert ds._ipython_key_completions_() == list(ds)
