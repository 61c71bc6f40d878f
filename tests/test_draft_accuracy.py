"""The accuracy of drafting is counted as it says, and the published table is what the texts give."""

from __future__ import annotations

import pandas as pd
import pytest

from tmt_dataset.coding.draft import accuracy
from tmt_dataset.coding.draft.outcomes import Outcome
from tmt_dataset.publish import drafting


def value(
    frame: pd.DataFrame, variable: str, measure: str, column: str = "value", scope: str = "all"
) -> float:
    rows = frame[(frame["scope"] == scope) & (frame["variable"] == variable) & (frame["measure"] == measure)]
    return float(rows[column].iloc[0])


def found(
    n: int, right: bool, score: float = 0.5, proposed: bool = True, coded: bool = True, source: str = "one"
) -> Outcome:
    return Outcome(source, f"TMT-{n}", "figures", right, proposed, coded, right, score)


def test_precision_counts_what_was_proposed_and_recall_what_was_coded() -> None:
    frame = accuracy.table(
        [found(1, True), found(2, False, coded=False), found(3, False, proposed=False), found(4, True)]
    )
    assert value(frame, "figures", "precision") == pytest.approx(2 / 3, abs=0.001)
    assert value(frame, "figures", "recall") == pytest.approx(2 / 3, abs=0.001)
    assert value(frame, "figures", "f1") == pytest.approx(2 / 3, abs=0.001)


def test_each_source_has_rows_of_its_own() -> None:
    frame = accuracy.table([found(1, True), found(2, False, source="two")])
    assert value(frame, "figures", "precision", scope="one") == 1
    assert value(frame, "figures", "precision", scope="two") == 0


def test_coverage_ends_where_less_than_95_percent_are_right() -> None:
    sure = [found(n, True, 0.9) for n in range(19)]
    assert value(accuracy.table([*sure, found(20, False, 0.9)]), "figures", "f1", "coverage_at_95") == 1
    wrong = [found(n, False, 0.4) for n in range(20, 39)]
    assert value(accuracy.table([*sure, *wrong]), "figures", "f1", "coverage_at_95") == 0.5
    # proposals of one score are taken together: no threshold has some of them alone
    level = [found(n, n < 10, 0.5) for n in range(20)]
    assert value(accuracy.table(level), "figures", "f1", "coverage_at_95") == 0


def test_true_scores_have_no_calibration_error() -> None:
    outcomes = [Outcome("one", f"TMT-{n}", "date", n % 2 == 0, score=0.5) for n in range(20)]
    assert value(accuracy.table(outcomes), "date", "accuracy", "calibration") == 0
    sure = [Outcome("one", f"TMT-{n}", "date", n % 2 == 0, score=1.0) for n in range(20)]
    assert value(accuracy.table(sure), "date", "accuracy", "calibration") == 0.5


def test_the_floor_is_the_most_frequent_value() -> None:
    codes = ["a", "a", "a", "b"]
    outcomes = [Outcome("one", f"TMT-{n}", "date", False, code=code) for n, code in enumerate(codes)]
    assert value(accuracy.table(outcomes), "date", "accuracy", "floor") == 0.75


def test_the_interval_holds_the_value() -> None:
    frame = accuracy.table([found(n, n % 3 > 0) for n in range(30)])
    low, mid, high = (value(frame, "figures", "precision", column) for column in ("low", "value", "high"))
    assert low < mid < high


def test_the_document_says_where_a_goal_is_missed() -> None:
    class Published:
        draft_accuracy = accuracy.table(
            [Outcome(drafting.TEST, f"TMT-{n}", "authorities", n > 2, top3=n > 2) for n in range(10)]
        )

    text = drafting.document(Published())  # type: ignore[arg-type]
    assert "| authorities, precision | 0.95 | 0.7 | **missed** |" in text
    assert drafting.WHY["authorities"] in text
