"""Puts the data package into wheels, and into wheels only: an editable install reads the checkout itself."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SHIPPED = (
    "datapackage.json",
    "data",
    "validation/codebook.md",
    "validation/agreement.csv",
    "validation/adjudication.csv",
    "LICENSE-DATA",
)


class DataHook(BuildHookInterface[Any]):
    """Maps the data package to ``tmt_dataset/package`` inside the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the data to a standard wheel; ``version`` is ``editable`` for an editable install."""
        if version != "editable":
            build_data["force_include"].update({name: f"tmt_dataset/package/{name}" for name in SHIPPED})
