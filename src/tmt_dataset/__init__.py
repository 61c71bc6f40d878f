"""Chinese technology, media and telecom regulation, 2023-2025: a data set with a quote behind every value.

>>> import tmt_dataset as tmt
>>> ds = tmt.load()
>>> ai = ds.select(topic="ai", jurisdiction="100000")
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tmt_dataset import analysis, errors, plots
    from tmt_dataset.citation import cite
    from tmt_dataset.dataset import Dataset, load
    from tmt_dataset.errors import (
        AnnotationError,
        ChecksumError,
        DeclarationError,
        ExportError,
        MissingExtraError,
        OutOfStepError,
        PackageError,
        PackageNotFoundError,
        QuoteNotFoundError,
        ReleaseError,
        TargetError,
        TmtDatasetError,
        UnknownCodeError,
    )
    from tmt_dataset.exports import export
    from tmt_dataset.publish.changes import diff
    from tmt_dataset.validation import validate
    from tmt_dataset.validation.schemas import schema

    __version__: str

__all__ = [
    "AnnotationError",
    "ChecksumError",
    "Dataset",
    "DeclarationError",
    "ExportError",
    "MissingExtraError",
    "OutOfStepError",
    "PackageError",
    "PackageNotFoundError",
    "QuoteNotFoundError",
    "ReleaseError",
    "TargetError",
    "TmtDatasetError",
    "UnknownCodeError",
    "__version__",
    "analysis",
    "cite",
    "diff",
    "errors",
    "export",
    "load",
    "plots",
    "schema",
    "validate",
]

# Imported when used: asking for the version or for a citation costs no pandas, loading costs no pandera.
_WHERE = {
    "Dataset": "dataset",
    "cite": "citation",
    "diff": "publish.changes",
    "export": "exports",
    "load": "dataset",
    "schema": "validation.schemas",
    "validate": "validation",
}
_MODULES = ("analysis", "errors", "plots")


if not TYPE_CHECKING:  # to a type checker, a name that is not above is an error

    def __getattr__(name: str) -> Any:
        if name == "__version__":
            from tmt_dataset.package import open_package

            return open_package().descriptor.version
        if name in _WHERE:
            value = getattr(import_module(f"tmt_dataset.{_WHERE[name]}"), name)
            globals()[name] = value
            return value
        if name in _MODULES:
            return import_module(f"tmt_dataset.{name}")
        if name in __all__:
            return getattr(import_module("tmt_dataset.errors"), name)
        raise AttributeError(f"module 'tmt_dataset' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
