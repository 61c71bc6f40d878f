"""The command line: each command is a thin wrapper of one public function.

Exit codes: 0 done and nothing wrong; 1 something is wrong with the data, or the request could not be carried out (the
message says what); 2 wrong usage.
"""

from __future__ import annotations

from tmt_dataset.cli import checking, codes, drafting, making, reading, taking
from tmt_dataset.cli.face import main

# importing a module adds its commands to the group
__all__ = ["checking", "codes", "drafting", "main", "making", "reading", "taking"]
