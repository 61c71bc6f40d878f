"""A report says everything that was found, once as text, once as data, and its verdict follows from it."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmt_dataset.validation.findings import Finding, Report, marked

words = st.text(max_size=12)
maybe = st.none() | words
findings = st.builds(
    Finding,
    rule=words,
    message=words,
    table=maybe,
    row=st.none() | st.integers(1, 10**6),
    field=maybe,
    expected=maybe,
    found=maybe,
    hint=words,
    severity=st.sampled_from(["error", "warning"]),
)
reports = st.builds(
    Report,
    findings=st.lists(findings, max_size=4).map(tuple),
    checked=st.dictionaries(words, st.integers(0, 10**6), max_size=3),
    unchecked=st.lists(words, max_size=2).map(tuple),
)

FULL = Finding("schema", "a required cell is empty", "developments", 7, "title", "a value", "", "Fill it in.")


@pytest.mark.parametrize(
    ("finding", "text"),
    [
        (
            FULL,
            "[schema] developments, row 7, field title: a required cell is empty; expected a value, found ''. Fill it in.",
        ),
        (Finding("files", "data/x.csv is missing", "x"), "[files] x: data/x.csv is missing"),
        (Finding("descriptor", "no valid JSON"), "[descriptor] no valid JSON"),
        (
            Finding("descriptor", "bad", field="version", found="1"),
            "[descriptor] field version: bad, found '1'",
        ),
        (Finding("bytes", "BOM", "x", 1), "[bytes] x, row 1: BOM"),
        (Finding("form", "m", "x", 3, hint="Do."), "[form] x, row 3: m. Do."),
    ],
)
def test_finding_reads_as_a_line(finding: Finding, text: str) -> None:
    assert str(finding) == text


def test_finding_cannot_be_changed() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        FULL.severity = "warning"  # type: ignore[misc]  # the point of the test


@given(reports)
def test_verdict_follows_from_the_errors(report: Report) -> None:
    errors = [f for f in report if f.severity == "error"]
    assert report.valid == bool(report) == (not errors)
    assert len(report) == len(report.findings) == len(list(report))
    assert str(report).endswith(f"{len(report)} finding" + ("s" if len(report) != 1 else ""))
    assert str(report).splitlines()[-1].startswith("valid" if not errors else "NOT valid")


def test_warnings_leave_a_report_valid() -> None:
    report = Report((dataclasses.replace(FULL, severity="warning"),))
    assert report
    assert "title" in str(report)


def test_report_without_findings_is_not_false() -> None:
    """An empty report is good news: its truth is its verdict, not its length."""
    assert bool(Report(()))
    assert len(Report(())) == 0
    assert str(Report((), {"sources": 5, "quotes": 1200})) == "valid: 2 tables, 1,205 rows, 0 findings"


def test_what_was_not_checked_is_said() -> None:
    assert "(not checked: Rule 3)" in str(Report((), {}, ("Rule 3",)))


@given(reports)
def test_json_holds_all_of_it(report: Report) -> None:
    data: dict[str, Any] = json.loads(report.to_json())
    assert tuple(Finding(**f) for f in data["findings"]) == report.findings
    assert (data["valid"], data["checked"], tuple(data["unchecked"])) == (
        report.valid,
        report.checked,
        report.unchecked,
    )
    assert data == report.to_dict()


ROWS = pd.DataFrame(
    {
        "key": ["a", "b", "{key}"],
        "day": [pd.Timestamp("2024-01-31"), pd.NaT, pd.Timestamp("2024-02-29")],
        "n": [1.5, None, 2.0],
    },
    index=[2, 3, 5],
)


def test_each_marked_row_is_one_finding_filled_with_its_cells() -> None:
    wrong = pd.Series([True, False, True], index=ROWS.index)
    other = pd.Series(["x", "y", "{z}"], index=ROWS.index)
    found = marked("r", "t", ROWS, wrong, "n", "{key}: {other}", "{day:%Y-%m-%d}", "{n:.0%}", "Do {once}.", other=other, once="it")  # fmt: skip
    assert list(found) == [
        Finding("r", "a: x", "t", 2, "n", "2024-01-31", "150%", "Do it."),
        Finding("r", "{key}: {z}", "t", 5, "n", "2024-02-29", "200%", "Do it."),
    ]


def test_missing_cells_read_as_empty_and_missing_marks_mark_nothing() -> None:
    wrong = pd.Series([pd.NA, True, False], index=ROWS.index, dtype="boolean")
    assert list(marked("r", "t", ROWS, wrong, None, "no {n}", found="{day}")) == [
        Finding("r", "no ", "t", 3, None, None, "")
    ]


def test_mask_may_hold_a_part_of_the_lines_in_any_order() -> None:
    wrong = pd.Series([True, True], index=[5, 2])
    assert [f.row for f in marked("r", "t", ROWS, wrong, None, "wrong")] == [5, 2]
    assert list(marked("r", "t", ROWS, wrong & False, None, "{no_such_column}")) == []
