"""What a check says: findings, and the report that holds all of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, where it is, what was expected and found, and what to do.

    ``row`` is the line of the file as an editor counts it (the header is line 1), or None.
    """

    rule: str
    message: str
    table: str | None = None
    row: int | None = None
    field: str | None = None
    expected: str | None = None
    found: str | None = None
    hint: str = ""
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        """Return the finding as one line."""
        place = ", ".join(
            part
            for part in (self.table, self.row and f"row {self.row}", self.field and f"field {self.field}")
            if part
        )
        text = f"[{self.rule}] " + (f"{place}: " if place else "") + self.message
        if self.expected is not None:
            text += f"; expected {self.expected}"
        if self.found is not None:
            text += f", found {self.found!r}"
        return text + (f". {self.hint}" if self.hint else "")


@dataclass(frozen=True)
class Report:
    """All findings of one run; valid where none is an error."""

    findings: tuple[Finding, ...]
    checked: dict[str, int] = field(default_factory=dict)
    unchecked: tuple[str, ...] = ()

    @property
    def valid(self) -> bool:
        """Whether no finding is an error."""
        return not any(f.severity == "error" for f in self.findings)

    def __bool__(self) -> bool:
        """Return whether the report is valid."""
        return self.valid

    def __iter__(self) -> Iterator[Finding]:
        """Iterate over the findings."""
        return iter(self.findings)

    def __len__(self) -> int:
        """Return the number of findings."""
        return len(self.findings)

    def __str__(self) -> str:
        """Return the findings a line each, and the verdict."""
        lines = [str(f) for f in self.findings]
        lines += [f"(not checked: {u})" for u in self.unchecked]
        rows = sum(self.checked.values())
        verdict = "valid" if self.valid else "NOT valid"
        return "\n".join(
            [*lines, f"{verdict}: {len(self.checked)} tables, {rows:,} rows, {len(self.findings)} findings"]
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the report as plain data, for JSON."""
        return {
            "valid": self.valid,
            "checked": self.checked,
            "unchecked": list(self.unchecked),
            "findings": [asdict(f) for f in self.findings],
        }

    def to_json(self) -> str:
        """Return the report as JSON."""
        return json.dumps(self.to_dict(), ensure_ascii=False, indent=2)


def merge(reports: Iterable[Report]) -> Report:
    """Return one report of several."""
    reports = list(reports)
    return Report(
        tuple(f for r in reports for f in r),
        {k: v for r in reports for k, v in r.checked.items()},
        tuple(u for r in reports for u in r.unchecked),
    )
