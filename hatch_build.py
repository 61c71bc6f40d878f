"""The data that are shipped: a list made from the descriptor, never whatever lies in a folder. Other files are listed in pyproject.toml.

A wheel gets the data package, an editable install none of it: it reads the checkout itself.
"""

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

#: What a wheel has beside the tables.
DOCUMENTS = ("datapackage.json", "validation/codebook.md", "LICENSE-DATA")
#: What a source distribution has of each source; the codings are kept for the sources that were coded twice.
ANNOTATIONS = "data/annotations"
CODINGS = (
    "validation/first_coding",
    "validation/second_coding",
    "validation/requirements/first",
    "validation/requirements/second",
)


class DataHook(BuildHookInterface[Any]):
    """Adds the tables that the descriptor declares, to a source distribution with the annotations that they are compiled from."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the data; ``version`` is ``editable`` for an editable install."""
        if version == "editable":
            return
        declared = json.loads(Path(self.root, "datapackage.json").read_text(encoding="utf-8"))
        tables = {resource["name"]: resource["path"] for resource in declared["resources"]}
        if self.target_name == "wheel":
            names = {name: f"tmt_dataset/package/{name}" for name in (*DOCUMENTS, *tables.values())}
        else:
            names = {name: name for name in (*tables.values(), *self._annotations(tables["sources"]))}
        build_data["force_include"].update(names)

    def _annotations(self, sources: str) -> Iterator[str]:
        """Yield the annotation file of each source, and its codings where it has them."""
        with Path(self.root, sources).open(encoding="utf-8", newline="") as stream:
            ids = [row["source_id"] for row in csv.DictReader(stream)]
        yield from (f"{ANNOTATIONS}/{name}.yaml" for name in ids)
        codings = (f"{folder}/{name}.yaml" for folder in CODINGS for name in (*ids, "registers"))
        yield from (path for path in codings if Path(self.root, path).is_file())
