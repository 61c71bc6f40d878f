"""Puts the data package into wheels, and into wheels only: an editable install reads the checkout itself."""

import json
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

#: What is shipped beside the tables.
DOCUMENTS = ("datapackage.json", "validation/codebook.md", "LICENSE-DATA")


class DataHook(BuildHookInterface[Any]):
    """Maps the data package to ``tmt_dataset/package`` inside the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the data to a standard wheel; ``version`` is ``editable`` for an editable install."""
        if version == "editable":
            return
        declared = json.loads(Path(self.root, "datapackage.json").read_text(encoding="utf-8"))
        names = [*DOCUMENTS, *(resource["path"] for resource in declared["resources"])]
        build_data["force_include"].update({name: f"tmt_dataset/package/{name}" for name in names})
