"""What a check says: findings, the one builder of them, and the report that holds them all."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from string import Formatter
from typing import Any, Literal

import pandas as pd

from tmt_dataset.errors import counted

__all__ = ["Finding", "Report", "marked"]


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
        """Return the findings, one per line, and the verdict."""
        lines = [str(f) for f in self.findings]
        lines += [f"(not checked: {u})" for u in self.unchecked]
        rows = sum(self.checked.values())
        verdict = "valid" if self.valid else "NOT valid"
        sizes = (
            counted(len(self.checked), "table"),
            counted(rows, "row"),
            counted(len(self.findings), "finding"),
        )
        return "\n".join([*lines, f"{verdict}: {', '.join(sizes)}"])

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


def marked(
    rule: str,
    table: str,
    frame: pd.DataFrame,
    mask: pd.Series,
    field: str | None,
    message: str,
    expected: str | None = None,
    found: str | None = None,
    hint: str = "",
    **values: pd.Series | str | int | float,
) -> Iterator[Finding]:
    """Yield one finding per marked row.

    Parameters
    ----------
    rule, table, field
        As in :class:`Finding`.
    frame
        The table, indexed by the line of the file.
    mask
        Which lines are wrong; missing is not. It may hold a part of the lines.
    message, expected, found, hint
        Format strings, filled with the cells of the row and with ``values``; a missing value is empty.
    values
        Further values by name: a Series by line, or one value for all.

    Examples
    --------
    >>> frame = pd.DataFrame({"quote_id": ["a", "b"], "end": [9, 80]}, index=[2, 3])
    >>> late = marked("r", "quotes", frame, frame["end"] > 50, "end", "{quote_id} is late", "at most {n}", "{end}", n=50)
    >>> [str(finding) for finding in late]
    ["[r] quotes, row 3, field end: b is late; expected at most 50, found '80'"]
    """
    wrong = mask.to_numpy(dtype=bool, na_value=False)
    if not wrong.any():
        return
    lines = mask.index[wrong]
    texts = (message, expected, found, hint)
    names = {name for text in texts if text for _, name, _, _ in Formatter().parse(text) if name}
    cells = frame.loc[lines, [name for name in names if name not in values]].assign(**values)
    cells = cells.astype(object).where(cells.notna(), "")
    for line, row in zip(lines, cells.to_dict("records"), strict=True):
        said, wanted, had, do = (None if text is None else text.format_map(row) for text in texts)
        yield Finding(rule, said or "", table, int(line), field, wanted, had, do or "")
