"""``python -m tmt_dataset.cli``."""

from __future__ import annotations

from tmt_dataset.cli import main

main()
