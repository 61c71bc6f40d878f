"""Chinese technology, media and telecom regulation, 2023-2025: a data set with a quote behind every value.

>>> import tmt_dataset as tmt
>>> ds = tmt.load()
>>> ai = ds.select(topic="ai", jurisdiction="100000")
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tmt_dataset.citation import cite
    from tmt_dataset.dataset import Dataset, load
    from tmt_dataset.diff import diff
    from tmt_dataset.errors import TmtDatasetError
    from tmt_dataset.export import export
    from tmt_dataset.release import release
    from tmt_dataset.validate import validate

__all__ = [
    "Dataset",
    "TmtDatasetError",
    "__version__",
    "cite",
    "diff",
    "export",
    "load",
    "release",
    "validate",
]

# Imported when used: asking for the version or for a citation costs no pandas, loading costs no pandera.
_WHERE = {
    "Dataset": "dataset",
    "cite": "citation",
    "diff": "diff",
    "export": "export",
    "release": "release",
    "TmtDatasetError": "errors",
    "load": "dataset",
    "validate": "validate",
}


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from tmt_dataset.descriptor import open_package

        return open_package()[0].version
    if name in _WHERE:
        value = getattr(import_module(f"tmt_dataset.{_WHERE[name]}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'tmt_dataset' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)


class _Package(ModuleType):
    """Keeps a public function in front of the submodule of its name, whichever is asked for first."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _WHERE and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
