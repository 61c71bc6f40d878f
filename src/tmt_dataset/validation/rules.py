"""Every rule of the data model and of the codebook, and how a report names it where it could not be checked.

A rule takes the tables of a package as lenient frames (a cell that is not of its type is missing: it has been reported
already), whose index is the line of the file, and yields findings. The modules hold the rules of one subject each, each
rule with the defect that it exists for.
"""

from __future__ import annotations

from tmt_dataset.validation import codes, dates, figures, instruments, keys, provisions, quotes, segments
from tmt_dataset.validation.tables import Check

__all__ = ["CHECKS", "CODEBOOK"]


CHECKS: dict[Check, str] = {
    **keys.CHECKS,
    **quotes.CHECKS,
    **segments.CHECKS,
    **dates.CHECKS,
    **codes.CHECKS,
    **instruments.CHECKS,
    **figures.CHECKS,
    **provisions.CHECKS,
}
#: Those of the codebook, whose edition a major version may change: data of an earlier one followed another.
CODEBOOK = frozenset(check for check, name in CHECKS.items() if name.startswith("Codebook "))
