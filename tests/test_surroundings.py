"""What surrounds a run changes none of its results: a user's options of pandas, and the environment of both commands."""

from __future__ import annotations

from itertools import chain
from pathlib import Path
from typing import Any

import factories
import pandas as pd
import pytest

from tmt_dataset.cells import as_text
from tmt_dataset.dataset import load
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
