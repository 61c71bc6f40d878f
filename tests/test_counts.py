"""Counts of developments: by hand on the small package, and as the analyses count on the whole one."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from factories import SPRING, WINTER

import tmt_dataset as tmt
from tmt_dataset import analysis
from tmt_dataset.dataset import Dataset
from tmt_dataset.errors import PackageError, UnknownCodeError
from tmt_dataset.views.counts import DIMENSIONS, OF_WINDOWS

JAN, MAR = "Jan–Feb 2024", "Mar–Apr 2024"


@pytest.fixture(scope="module")
def real() -> Dataset:
    return tmt.load()


def edited(ds: Dataset, table: str, column: str, values: dict[str, Any]) -> Dataset:
    """Return a data set in which some rows of a table, named by their key, have another value."""
    frame = ds[table].copy()
    key = frame.columns[0]
    new = frame[key].map(values)
    frame[column] = frame[column].astype("object").where(new.isna(), new).astype(frame[column].dtype)
    return Dataset(ds.descriptor, {**ds, table: frame})


def dated(ds: Dataset, development: str, start: str, end: str) -> Dataset:
    ds = edited(ds, "developments", "date_start", {development: pd.Timestamp(start)})
    return edited(ds, "developments", "date_end", {development: pd.Timestamp(end)})


def ranges(frame: pd.DataFrame, *by: str) -> dict[Any, tuple[int, int]]:
    """Return (least, most) by the codes of each row."""
    keys = frame[by[0]] if len(by) == 1 else zip(*(frame[name] for name in by), strict=True)
    return dict(zip(keys, zip(frame["least"], frame["most"], strict=True), strict=True))


def test_windows_and_codes_with_zeros(ds: Dataset) -> None:
    found = ds.counts(["window", "area"])
    assert found.columns.tolist() == [
        "window", "area", "kind", "least", "most", "months", "of_least", "of_most",
    ]  # fmt: skip
    assert found[["window", "area", "least", "most", "of_least", "of_most"]].to_numpy().tolist() == [
        [JAN, "ai", 2, 2, 4, 4],
        [JAN, "data", 1, 1, 4, 4],
        [JAN, "platforms", 1, 1, 4, 4],
        [MAR, "ai", 2, 2, 3, 3],
        [MAR, "data", 0, 0, 3, 3],
        [MAR, "platforms", 1, 1, 3, 3],
    ]
    assert found["months"].tolist() == [2.0] * 6


def test_no_column_gives_the_total_of_each_kind_of_source(ds: Dataset) -> None:
    (row,) = ds.counts().to_dict("records")
    assert row == {
        "kind": "newsletter", "least": 7, "most": 7, "months": 4.0, "of_least": 7, "of_most": 7,
    }  # fmt: skip


def test_a_selection_is_counted_in_the_windows_and_codes_of_the_whole(ds: Dataset) -> None:
    data = ds.select(authority="cac-shanghai").counts(["window", "topic"])
    whole = ds.counts(["window", "topic"])
    assert ranges(data, "window", "topic")[JAN, "data/personal-information"] == (1, 1)
    assert data["most"].sum() == 1
    rest = ["window", "topic", "kind", "months", "of_least", "of_most"]
    pd.testing.assert_frame_equal(data[rest], whole[rest])
    nothing = ds.select(year=1999).counts(["window", "topic"])
    assert not nothing["most"].any()
    pd.testing.assert_frame_equal(nothing[rest], whole[rest])


def test_codes_are_in_the_order_of_their_vocabulary(ds: Dataset) -> None:
    found = ds.counts("action")["action"]
    used = set(ds.developments["action"])
    assert found.tolist() == [code for code in ds.actions["action"] if code in used]
    assert list(found.cat.categories) == found.tolist()


def test_a_development_with_several_codes_counts_once_in_each(ds: Dataset) -> None:
    found = ranges(ds.counts("authority"), "authority")
    assert found == {
        "cac": (3, 3), "cac-shanghai": (1, 1), "communications-shanghai": (1, 1), "court-beijing-internet": (1, 1),
    }  # fmt: skip
    # one that is about the area that it governs
    assert ranges(ds.counts("place"), "place")["330100"] == (1, 1)


def test_codes_of_one_link_are_counted_together(ds: Dataset) -> None:
    found = ranges(ds.counts(["authority", "role"]), "authority", "role")
    assert found["communications-shanghai", "joint"] == (1, 1)
    assert found["communications-shanghai", "lead"] == (0, 0)
    provisions = ranges(ds.counts(["addressee", "type"]), "addressee", "type")
    assert provisions["account-holder", "closure"] == (1, 1)
    assert provisions["account-holder", "removal"] == (0, 0)  # the other provision of the same development


def test_secondary_topics_count_only_if_asked(ds: Dataset) -> None:
    assert ranges(ds.counts("topic"), "topic")["ai/voices"] == (4, 4)
    assert ranges(ds.counts("topic", any_topic=True), "topic")["ai/voices"] == (5, 5)


def test_an_area_is_that_of_its_topic(ds: Dataset) -> None:
    found = ds.counts(["area", "topic"])
    assert found["topic"].is_unique
    assert all(t.startswith(a) for t, a in zip(found["topic"], found["area"], strict=True))


def test_an_instrument_that_is_only_cited_is_not_moved(ds: Dataset) -> None:
    found = ranges(ds.counts(["window", "instrument_kind"]), "window", "instrument_kind")
    assert found[MAR, "local-rule"] == (0, 0)
    assert found[JAN, "local-rule"] == (1, 1)


def test_a_date_that_overlaps_a_window_is_possible_there(ds: Dataset) -> None:
    long = dated(ds, "TMT-0005", "2024-02-20", "2024-03-20")
    # the window's own source reports it, the other one does not
    assert ranges(long.counts("window"), "window") == {JAN: (4, 4), MAR: (2, 3)}
    assert ranges(long.counts(), "kind") == {"newsletter": (6, 7)}


def test_windows_that_together_hold_a_date_make_it_certain(ds: Dataset) -> None:
    long = dated(ds, "TMT-0002", "2024-02-20", "2024-03-20")  # both sources report it
    assert ranges(long.counts("window"), "window") == {JAN: (3, 4), MAR: (3, 4)}
    assert ranges(long.counts(), "kind") == {"newsletter": (7, 7)}
    longer = dated(ds, "TMT-0002", "2024-02-20", "2024-05-01")
    assert ranges(longer.counts(), "kind") == {"newsletter": (6, 7)}


def test_a_review_has_rows_of_its_own(ds: Dataset) -> None:
    review = edited(ds, "sources", "kind", {WINTER: "annual-review"})
    review = edited(review, "sources", "period_end", {WINTER: pd.Timestamp("2024-12-31")})
    found = review.counts("window")
    assert found["window"].tolist() == [MAR, "2024 (review)"]
    assert found["kind"].tolist() == ["newsletter", "annual-review"]
    assert found["months"].tolist() == [2.0, 12.0]
    assert ranges(found, "window") == {MAR: (3, 3), "2024 (review)": (4, 4)}
    by_area = review.counts("area")
    assert by_area["kind"].tolist() == ["newsletter"] * 3 + ["annual-review"] * 3


def test_two_sources_of_one_window_count_a_development_once(ds: Dataset) -> None:
    twice = edited(ds, "sources", "period_start", {SPRING: pd.Timestamp("2024-01-01")})
    twice = edited(twice, "sources", "period_end", {SPRING: pd.Timestamp("2024-02-29")})
    (row,) = twice.counts("window").to_dict("records")
    assert (row["window"], row["least"], row["months"]) == (JAN, 4, 2.0)
    # each source by itself: one development is in both
    assert ranges(twice.counts("source"), "source") == {WINTER: (4, 4), SPRING: (1, 1)}


@pytest.mark.parametrize(
    ("member", "counted"),
    [("TMT-0001", 3), ("TMT-0005", 3)],
    ids=["in its window", "in another window"],
)
def test_a_collective_development_is_not_counted_beside_its_member(
    ds: Dataset, member: str, counted: int
) -> None:
    row = pd.DataFrame({"development_id": ["TMT-0004"], "relation": ["includes"], "related_id": [member]})
    whole = Dataset(ds.descriptor, {**ds, "relations": row})
    assert ranges(whole.counts("window"), "window")[JAN] == (counted, counted)
    assert ranges(whole.counts(), "kind") == {"newsletter": (6, 6)}
    # a selection that lacks the member is part of the same whole
    assert whole.select(topic="platforms", year=2024).counts()["most"].tolist() == [1]


def test_a_collective_development_counts_where_another_kind_of_source_has_its_members(ds: Dataset) -> None:
    row = pd.DataFrame({"development_id": ["TMT-0004"], "relation": ["includes"], "related_id": ["TMT-0005"]})
    whole = Dataset(ds.descriptor, {**ds, "relations": row})
    whole = edited(whole, "sources", "kind", {WINTER: "annual-review"})
    assert ranges(whole.counts(), "kind") == {"newsletter": (3, 3), "annual-review": (4, 4)}


@pytest.mark.parametrize("name", [*OF_WINDOWS, *DIMENSIONS])
def test_every_column_has_the_sums_of_its_parts(real: Dataset, name: str) -> None:
    found, part = real.counts(name), real.select(topic="ai").counts(name)
    assert len(found)
    assert not found.duplicated([name, "kind"]).any()
    assert (found["least"] <= found["most"]).all()
    assert (found["most"] <= found["of_most"]).all()
    assert (part["most"] <= found["most"]).all()
    if name not in ("window", "source"):
        by_window = real.counts([name, "window"]).groupby(["kind", name], observed=True)
        whole = found.set_index(["kind", name])
        assert (by_window["most"].sum() >= whole["most"]).all()
        assert (by_window["least"].sum() <= whole["least"]).all()  # here no development is in two newsletters


def test_counts_are_those_of_the_analyses(real: Dataset) -> None:
    """One call gives what takes windows, reports, developments, members and tally."""
    acts = analysis.developments(real)
    acts["level"] = analysis.level_of(real.developments, real.places).astype("str")
    own = analysis.members(acts, analysis.windows(real, reviews_last=True), analysis.reports(real))
    for column in ("action", "category", "topic", "area", "level"):
        tallied = analysis.tally(own, column).set_index(["window", column])
        found = real.counts(["window", column]).set_index(["window", column])
        # tally knows the codes of developments in a window alone
        assert not found.drop(index=tallied.index)["most"].any()
        assert found.loc[tallied.index, ["least", "most"]].to_numpy().tolist() == tallied.to_numpy().tolist()
    tallied = analysis.tally(own)
    assert (
        real.counts("window")[["least", "most"]].to_numpy().tolist()
        == tallied[["min", "max"]].to_numpy().tolist()
    )


def test_ai_consultations_by_window_and_authority_are_those_of_the_analyses(real: Dataset) -> None:
    ai = real.select(topic="ai", action="consultation")
    own = analysis.members(
        analysis.developments(ai), analysis.windows(real, reviews_last=True), analysis.reports(real)
    )
    led = own.merge(analysis.leads(ai)[["development_id", "authority_id"]], on="development_id")
    tallied = analysis.tally(led, "authority_id").set_index(["window", "authority_id"])
    found = ai.counts(["window", "authority", "role"])
    made = found.loc[found["role"].isin(["lead", "court"])]
    counted = made.groupby(["window", "authority"], observed=True)[["least", "most"]].sum()
    assert counted.loc[tallied.index].to_numpy().tolist() == tallied.to_numpy().tolist()
    assert counted["most"].sum() == len(led) > 0


def test_an_unknown_column_has_near_misses(ds: Dataset) -> None:
    with pytest.raises(
        UnknownCodeError, match="unknown column to count by 'authorty'; did you mean 'authority'"
    ):
        ds.counts(["window", "authorty"])
    with pytest.raises(UnknownCodeError):
        ds.counts(3)  # type: ignore[arg-type]  # what a caller may pass


def test_columns_are_asked_for_once(ds: Dataset) -> None:
    with pytest.raises(ValueError, match="by: duplicate value 'window'"):
        ds.counts(["window", "window"])
    with pytest.raises(TypeError, match="expected True or False"):
        ds.counts("topic", any_topic="primary")  # type: ignore[arg-type]  # what a caller may pass


def test_more_combinations_than_anybody_reads_are_refused(real: Dataset) -> None:
    with pytest.raises(
        ValueError, match=r"expected at most 1,000,000 combinations, found .*; count by fewer"
    ):
        real.counts(["window", "authority", "type", "addressee", "place"])


def test_a_package_without_sources_has_no_row(ds: Dataset) -> None:
    bare = Dataset(ds.descriptor, {**ds, **{t: ds[t].iloc[:0] for t in ("sources", "segments", "mentions")}})
    for by in ("window", ["window", "topic"], []):
        found = bare.counts(by)
        assert found.empty
        assert list(found.columns) == list(ds.counts(by).columns)


def test_a_table_that_is_missing_is_named(ds: Dataset) -> None:
    older = Dataset(ds.descriptor, {name: ds[name] for name in ds if name != "provisions"})
    assert len(older.counts("topic"))
    with pytest.raises(PackageError, match="provisions"):
        older.counts("addressee")
