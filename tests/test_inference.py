"""Intervals and tests, against their definitions and small cases worked out by hand."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from itertools import product
from math import comb, exp, factorial, isclose, isnan
from typing import Any

import numpy as np
import pandas as pd
import pytest
from frames import make_members
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import hypergeom

from tmt_dataset import analysis
from tmt_dataset.dataset import Dataset
from tmt_dataset.errors import UnknownCodeError


class TestIntervals:
    @pytest.mark.parametrize(("k", "n"), [(0, 10), (4, 33), (12, 31), (10, 10)])
    def test_wilson_is_the_root_of_its_equation(self, k: int, n: int) -> None:
        z = 1.959963984540054
        for bound in analysis.wilson(k, n):
            assert (k / n - bound) ** 2 == pytest.approx(z**2 * bound * (1 - bound) / n, abs=1e-9)

    def test_wilson_of_no_trials_is_everything(self) -> None:
        assert analysis.wilson(0, 0) == (0.0, 1.0)

    @pytest.mark.parametrize("k", [1, 4, 12])
    def test_garwood_tails_are_those_of_the_poisson(self, k: int) -> None:
        low, high = analysis.poisson(k, 2.0)

        def at_most(n: int, mean: float) -> float:
            return sum(exp(-mean) * mean**i / factorial(i) for i in range(n + 1))

        assert 1 - at_most(k - 1, 2 * low) == pytest.approx(0.025)
        assert at_most(k, 2 * high) == pytest.approx(0.025)

    def test_garwood_of_no_events_starts_at_zero(self) -> None:
        low, high = analysis.poisson(0)
        assert low == 0.0
        assert exp(-high) == pytest.approx(0.025)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: analysis.poisson(3, -1), "time=-1: expected a finite number above 0"),
        (lambda: analysis.poisson(3, 0), "time=0"),
        (lambda: analysis.poisson(3, float("nan")), "time=nan"),
        (lambda: analysis.poisson(-1), "k=-1: expected a count"),
        (lambda: analysis.poisson(3, 1, 2), "confidence=2: expected a number between 0 and 1"),
        (lambda: analysis.wilson(3, 4, 0), "confidence=0"),
        (lambda: analysis.wilson(5, 4), "k=5: expected 0 to n=4"),
        (lambda: analysis.wilson(3, 0), "k=3: expected 0 to n=0"),
    ],
)
def test_impossible_counts_times_and_confidence_levels_are_refused(
    call: Callable[[], object], words: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(words)):
        call()


developments_of_a_window = st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=7)


def possible(developments: Sequence[tuple[bool, bool]]) -> set[tuple[int, int]]:
    """Return every (hits, misses) that the uncertain developments allow."""
    uncertain = [hit for hit, certain in developments if not certain]
    sure = [hit for hit, certain in developments if certain]
    found = set()
    for present in product([False, True], repeat=len(uncertain)):
        held = sure + [hit for hit, here in zip(uncertain, present, strict=True) if here]
        found.add((sum(held), len(held) - sum(held)))
    return found


class TestShares:
    def test_certain_developments_give_one_share(self) -> None:
        (row,) = analysis.shares(make_members(A=[(True, True)] * 4 + [(False, True)] * 29), "hit").to_dict(
            "records"
        )
        assert (row["k_min"], row["k_max"], row["n_min"], row["n_max"]) == (4, 4, 33, 33)
        assert row["share_min"] == row["share_max"] == 4 / 33
        assert (row["low"], row["high"]) == analysis.wilson(4, 33)

    def test_uncertain_developments_give_a_range(self) -> None:
        found = [(True, True)] * 11 + [(True, False)] + [(False, True)] * 18 + [(False, False)]
        (row,) = analysis.shares(make_members(A=found), "hit").to_dict("records")
        assert (row["share_min"], row["share_max"]) == (11 / 30, 12 / 30)
        assert (row["low"], row["high"]) == (analysis.wilson(11, 30)[0], analysis.wilson(12, 30)[1])

    def test_too_few_developments_have_no_share(self) -> None:
        members = make_members(A=[(True, True)] * 9, B=[(True, True)] * 10)
        a, b = analysis.shares(members, "hit").to_dict("records")
        assert isnan(a["share_min"])
        assert isnan(a["low"])
        assert b["share_min"] == 1.0

    def test_an_unknown_column_gets_a_suggestion(self) -> None:
        with pytest.raises(UnknownCodeError, match="did you mean 'hit'"):
            analysis.shares(make_members(A=[(True, True)]), "hits")

    @settings(max_examples=40)
    @given(developments_of_a_window)
    def test_no_choice_of_uncertain_developments_leaves_the_range(
        self, found: list[tuple[bool, bool]]
    ) -> None:
        (row,) = analysis.shares(make_members(A=found), "hit", at_least=0).to_dict("records")
        choices = {(k, k + m) for k, m in possible(found)}
        if (0, 0) in choices:  # a window that may be empty has no share
            assert isnan(row["share_min"])
            return
        assert isclose(row["share_min"], min(k / n for k, n in choices))
        assert isclose(row["share_max"], max(k / n for k, n in choices))
        assert isclose(row["low"], min(analysis.wilson(k, n)[0] for k, n in choices), abs_tol=1e-12)
        assert isclose(row["high"], max(analysis.wilson(k, n)[1] for k, n in choices), abs_tol=1e-12)


class TestRates:
    def test_counts_are_divided_by_covered_months(self) -> None:
        members = make_members(A=[(True, True)] * 3 + [(True, False), (False, True)])
        (row,) = analysis.rates(members, "hit").to_dict("records")
        assert (row["rate_min"], row["rate_max"]) == (1.5, 2.0)
        assert (row["low"], row["high"]) == (analysis.poisson(3, 2)[0], analysis.poisson(4, 2)[1])

    def test_a_window_without_hits_has_a_rate_of_zero(self) -> None:
        (row,) = analysis.rates(make_members(A=[(False, True)]), "hit").to_dict("records")
        assert (row["rate_min"], row["low"]) == (0.0, 0.0)
        assert row["high"] > 0


@pytest.mark.parametrize("function", [analysis.shares, analysis.rates])
def test_hits_are_booleans(ds: Dataset, function: Callable[[pd.DataFrame, str], pd.DataFrame]) -> None:
    frame = analysis.members(analysis.developments(ds), analysis.windows(ds), analysis.reports(ds))
    frame = frame.assign(
        hit=frame["area"].eq("ai"), number=1, missing=pd.array([None] * len(frame), dtype="boolean")
    )
    for column in ("title", "number", "missing", "date_start"):
        with pytest.raises(TypeError, match=f"column '{column}': expected booleans"):
            function(frame, column)
    expected = function(frame, "hit")
    for kind in ("object", "boolean"):
        pd.testing.assert_frame_equal(function(frame.astype({"hit": kind}), "hit"), expected)


def fisher(k1: int, m1: int, k2: int, m2: int) -> float:
    """Return the two-sided p-value from its definition."""
    n1, n2, k = k1 + m1, k2 + m2, k1 + k2

    def p(x: int) -> float:
        return comb(n1, k - x) * comb(n2, x) / comb(n1 + n2, k)

    reach = range(max(0, k - n1), min(k, n2) + 1)
    return min(1.0, sum(p(x) for x in reach if p(x) <= p(k2) * (1 + 1e-7)))


class TestCompare:
    def test_shares_by_fisher_and_rates_by_the_binomial(self) -> None:
        members = make_members(
            A=[(True, True)] * 4 + [(False, True)] * 29, B=[(True, True)] * 12 + [(False, True)] * 18
        )
        found: Any = analysis.compare(members, "hit", "A", "B")
        assert found.loc["share", "p_min"] == pytest.approx(fisher(4, 29, 12, 18))
        assert found.loc["share", ["before_min", "after_max"]].tolist() == [4 / 33, 12 / 30]
        assert found.loc["rate", ["before_min", "after_min"]].tolist() == [2.0, 6.0]
        assert found.loc["rate", "ratio_min"] == 3.0
        two_sided = 2 * sum(comb(16, i) for i in range(5)) / 2**16
        assert found.loc["rate", "p_max"] == pytest.approx(two_sided)

    def test_unequal_times_are_weighted(self) -> None:
        members = make_members(A=[(True, True)] * 6, B=[(True, True)] * 2)
        members.loc[members["window"] == "A", "months"] = 6.0
        found = analysis.compare(members, "hit", "A", "B").loc["rate"]
        assert found["ratio_min"] == 1.0
        assert found["p_max"] == pytest.approx(1.0)

    @settings(max_examples=15)
    @given(developments_of_a_window, developments_of_a_window)
    def test_ranges_contain_every_choice(
        self, a: list[tuple[bool, bool]], b: list[tuple[bool, bool]]
    ) -> None:
        found = analysis.compare(make_members(A=a, B=b), "hit", "A", "B")
        p = [fisher(*one, *two) for one, two in product(possible(a), possible(b))]
        assert found.loc["share", "p_min"] == pytest.approx(min(p))
        assert found.loc["share", "p_max"] == pytest.approx(max(p))
        share, rate = found.loc["share"], found.loc["rate"]
        for row in (share, rate):
            assert row["p_min"] <= row["p_max"]
            if not np.isnan(row["ratio_min"]) and not np.isnan(row["ratio_max"]):
                assert row["low"] <= row["ratio_min"] <= row["ratio_max"] <= row["high"]

    def test_windows_without_hits_do_not_differ(self) -> None:
        found = analysis.compare(make_members(A=[(False, True)], B=[(False, True)]), "hit", "A", "B")
        assert found["p_min"].tolist() == [1.0, 1.0]
        assert found["ratio_min"].isna().all()

    def test_an_unknown_window_gets_a_suggestion(self) -> None:
        members = make_members(**{"Jul–Aug 2024": [(True, True)]})
        with pytest.raises(UnknownCodeError, match="did you mean 'Jul–Aug 2024'"):
            analysis.compare(members, "hit", "Jul–Aug 2023", "Jul–Aug 2024")


def test_no_overlap_sets_no_upper_bound() -> None:
    low, high = analysis.population(3, 4, 0)
    assert math.isinf(high)
    assert low >= 7


COUNTS = st.tuples(st.integers(1, 40), st.integers(1, 40)).flatmap(
    lambda n: st.tuples(st.just(n[0]), st.just(n[1]), st.integers(1, min(n)))
)


@given(COUNTS)
@settings(max_examples=50)
def test_the_interval_contains_the_sizes_that_the_test_does_not_reject(counts: tuple[int, int, int]) -> None:
    first, second, both = counts
    low, high = analysis.population(first, second, both)

    def kept(size: int) -> bool:
        least = hypergeom.cdf(both, size, first, second)
        return bool(min(least, hypergeom.sf(both - 1, size, first, second)) >= 0.025 * (1 - 1e-9))

    assert kept(low)
    assert kept(int(high))
    assert low == first + second - both or not kept(low - 1)
    assert not kept(int(high) + 1)


@given(st.integers(2, 40), st.data())
@settings(max_examples=25)
def test_the_interval_covers_the_true_size_at_its_level(size: int, data: st.DataObject) -> None:
    first, second = data.draw(st.integers(1, size)), data.draw(st.integers(1, size))
    overlaps = range(max(0, first + second - size), min(first, second) + 1)
    results = {m: analysis.population(first, second, m) for m in overlaps}
    covered = sum(
        float(hypergeom.pmf(m, size, first, second))
        for m, (low, high) in results.items()
        if low <= size <= high
    )
    assert covered >= 0.95 - 1e-9


@pytest.mark.parametrize(
    ("counts", "confidence", "message"),
    [
        ((3, 4, 4), 0.95, "the shorter list"),
        ((3, 4, -1), 0.95, "0 to 3"),
        ((3, 4, 1), 1.0, "between 0 and 1"),
    ],
)
def test_the_size_of_a_population_refuses_impossible_counts_and_levels(
    counts: tuple[int, int, int], confidence: float, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        analysis.population(*counts, confidence=confidence)
