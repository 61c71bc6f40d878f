"""One row per development, the life of an instrument, the series of a measure: by hand on the small package, and in general."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from factories import SPRING, WINTER, edit_descriptor, edit_table, make_package
from hypothesis import given, settings
from hypothesis import strategies as st

import tmt_dataset as tmt
from tmt_dataset.cells import TEXT_DTYPE
from tmt_dataset.dataset import Dataset
from tmt_dataset.edtf import bounds
from tmt_dataset.errors import PackageError, UnknownCodeError
from tmt_dataset.views import STAGES
from tmt_dataset.views.meanings import MEANINGS, meanings


@pytest.fixture(scope="module")
def ds(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Return the small package, which no test changes."""
    return tmt.load(make_package(tmp_path_factory.mktemp("small") / "package"))


@pytest.fixture(scope="module")
def real() -> Dataset:
    return tmt.load()


def filled(row: Any) -> dict[str, Any]:
    """Return the cells of a row that are not empty; days as text."""
    return {str(k): f"{v:%Y-%m-%d}" if isinstance(v, pd.Timestamp) else v for k, v in row.dropna().items()}


# flat
def test_flat_has_one_row_per_development_in_their_order(ds: Dataset, real: Dataset) -> None:
    for whole in (ds, real, real.select(topic="ai"), real.select(source=real.sources["source_id"].iloc[0])):
        flat = whole.flat()
        assert flat["development_id"].tolist() == whole.developments["development_id"].tolist()
        assert flat.columns.is_unique
        for column in (
            "title",
            "date",
            "action_label",
            "category",
            "jurisdiction_name",
            "topic_label",
            "sources",
        ):
            assert flat[column].notna().all()


def test_flat_shows_codes_with_their_labels(ds: Dataset) -> None:
    flat = ds.flat().set_index("development_id")
    assert filled(flat.loc["TMT-0002"]) == {
        "title": "Two Shanghai regulators issue rules for the data of lamps",
        "summary": "Recordings of households stay in the city, and repair shops wipe lamps.",
        "date": "2024-02-06",
        "date_start": "2024-02-06",
        "date_end": "2024-02-06",
        "date_basis": "stated",
        "window": "Jan–Feb 2024",
        "action": "issuance",
        "action_label": "Issuance",
        "category": "legislative",
        "jurisdiction": "310000",
        "jurisdiction_name": "Shanghai",
        "level": "provincial",
        "lead_authority": "Shanghai office of the Cyberspace Administration",
        "lead_authority_short": "Shanghai office",
        "joint_authorities": "Shanghai Communications Administration",
        "unnamed_authorities": 0,
        "area": "data",
        "area_label": "Data",
        "topic": "data/personal-information",
        "topic_label": "Personal information",
        "places": "Beijing",
        "instruments": "Lamp Data Rules (issued)",
        "effective_date": "2024-03-01",
        "orientation": "control",
        "ai_role": "none",
        "risks": "Harm to privacy",
        "provisions": "Makers · must · Data security",
        "sources": f"{WINTER}; {SPRING}",
        "source_titles": "The Lamp Gazette: January and February 2024; The Lamp Gazette: March and April 2024",
        "source_urls": "https://example.org/gazette-2024-01",  # the other one has none
        "first_quote": "the Lamp Data Rules (6 February)",
    }
    assert filled(flat.loc["TMT-0003", ["court_authority", "provisions", "figures", "note"]]) == {
        "court_authority": "Beijing Internet Court",
        "provisions": "Makers · incurs · Damages (case 1)",
        "figures": "Damages: 40,000 CNY (exact)",
        "note": "The heading counts it as the first case, which nothing else confirms.",
    }


def test_every_column_of_flat_is_described_and_no_other(ds: Dataset) -> None:
    flat = ds.flat()
    assert all(meanings(ds, flat).values())
    assert {*MEANINGS} <= {*flat.columns}
    assert not {*MEANINGS} & {*ds.descriptor.table("developments").field_names}


def test_flat_joins_lists_in_their_order(ds: Dataset) -> None:
    flat = ds.flat().set_index("development_id")
    assert (
        flat.loc["TMT-0004", "figures"]
        == "Accounts closed: 1,030,000 count (exact); Apps removed: 7 count (exact)"
    )
    assert flat.loc["TMT-0004", "other_topics"] == "Voices"
    assert flat.loc["TMT-0004", "topic"] == "platforms/accounts"
    assert flat.loc["TMT-0004", "unnamed_authorities"] == 4
    assert (
        flat.loc["TMT-0005", "instruments"] == "Measures for Talking Lamps (issued); Lamp Data Rules (cited)"
    )
    assert (
        flat.loc["TMT-0006", "figures"]
        == "Accounts closed: 2,500,000 count (about); Complaints settled: 87.5 percent (exact)"
    )
    assert flat.loc["TMT-0006", ["lead_authority", "note"]].isna().all()


def test_flat_names_all_bodies_of_a_role(package: Path) -> None:
    edit_table(package, "development_authorities", lambda f: f.__setitem__("role", "supporting"))
    flat = tmt.load(package).flat().set_index("development_id")
    assert flat.loc["TMT-0002", "supporting_authorities"] == (
        "Shanghai office of the Cyberspace Administration; Shanghai Communications Administration"
    )
    assert flat[["lead_authority", "court_authority", "joint_authorities"]].isna().all(axis=None)


def test_flat_of_nothing_has_the_same_columns(ds: Dataset) -> None:
    nothing = ds.select(year=1999).flat()
    assert list(nothing.columns) == list(ds.flat().columns)
    assert nothing.empty


def test_flat_has_a_label_for_each_code(real: Dataset) -> None:
    # a spreadsheet's reader has no vocabulary at hand
    flat = real.flat()
    labels = {
        "action_label": real.actions["label"],
        "topic_label": real.topics["label"],
        "jurisdiction_name": real.places["name"],
        "lead_authority": real.authorities["name"],
    }
    for column, known in labels.items():
        assert set(flat[column].dropna()) <= set(known)


# lifecycle
def life(ds: Dataset, instrument: str) -> list[tuple[Any, ...]]:
    """Return the events as (stage, date, days_min, days_max, development)."""
    frame = ds.lifecycle(instrument)[["stage", "date", "days_min", "days_max", "development_id"]].astype(
        "object"
    )
    return list(frame.where(frame.notna(), None).itertuples(index=False, name=None))


def test_a_life_goes_from_draft_to_effect(ds: Dataset) -> None:
    assert life(ds, "talking-lamps-measures") == [
        ("draft", "2024-01-15", None, None, "TMT-0001"),
        ("issued", "2024-03-20", 65, 65, "TMT-0005"),
        ("effective", "2024-09-01", 165, 165, "TMT-0005"),
    ]


def test_a_citation_is_not_an_event_of_a_life(ds: Dataset) -> None:
    assert life(ds, "lamp-data-rules") == [
        ("issued", "2024-02-06", None, None, "TMT-0002"),
        ("effective", "2024-03-01", 24, 24, "TMT-0002"),
    ]


def test_a_life_has_its_columns_and_types(ds: Dataset) -> None:
    frame = ds.lifecycle("talking-lamps-measures")
    text = str(TEXT_DTYPE)
    types = {
        "stage": text, "date": text, "date_start": "datetime64[s]", "date_end": "datetime64[s]",
        "days_min": "Int64", "days_max": "Int64", "development_id": text, "title": text,
    }  # fmt: skip
    assert {k: str(v) for k, v in frame.dtypes.items()} == types
    assert frame["title"].tolist()[0] == "CAC consults on draft measures for talking lamps"
    only_cited = ds.select(action="issuance", date="2024-03-20").lifecycle("lamp-data-rules")
    assert only_cited.empty
    assert list(only_cited.columns) == list(types)
    assert str(only_cited["days_min"].dtype) == "Int64"


#: An event: its stage, when it was, and from when it says that the instrument applies.
Event = tuple[str, str, str | None]


def lived(ds: Dataset, events: list[Event]) -> Dataset:
    """Return a data set with one instrument and one development for each event."""
    names = [f"TMT-{n:04}" for n in range(1, len(events) + 1)]
    days = [bounds(date) for _, date, _ in events]
    developments = pd.DataFrame(
        {
            "development_id": names,
            "title": names,
            "date": [date for _, date, _ in events],
            "date_start": pd.to_datetime([first for first, _ in days]).astype("datetime64[s]"),
            "date_end": pd.to_datetime([last for _, last in days]).astype("datetime64[s]"),
            "effective_date": pd.Series([effective for *_, effective in events], dtype="str"),
        }
    )
    links = pd.DataFrame(
        {
            "development_id": names,
            "instrument_id": "lamp-data-rules",
            "stage": [stage for stage, *_ in events],
        }
    )
    return Dataset(ds.descriptor, {**ds, "developments": developments, "development_instruments": links})


def test_days_are_what_the_two_dates_allow(ds: Dataset) -> None:
    whole = lived(ds, [("draft", "2024-01", None), ("issued", "2024-02-10/2024-03", "2024-05-01/2024-05-03")])
    assert life(whole, "lamp-data-rules") == [
        ("draft", "2024-01", None, None, "TMT-0001"),
        (
            "issued",
            "2024-02-10/2024-03",
            10,
            90,
            "TMT-0002",
        ),  # 31 January to 10 February, 1 January to 31 March
        ("effective", "2024-05-01/2024-05-03", 31, 83, "TMT-0002"),
    ]


def test_dates_that_overlap_may_be_zero_days_apart(ds: Dataset) -> None:
    whole = lived(ds, [("issued", "2024-03-01", None), ("draft", "2024", None)])
    assert life(whole, "lamp-data-rules") == [
        ("draft", "2024", None, None, "TMT-0002"),
        ("issued", "2024-03-01", 0, 60, "TMT-0001"),
    ]


def test_stages_of_one_day_follow_each_other(ds: Dataset) -> None:
    assert STAGES == ["planned", "draft", "approved", "issued", "revised", "effective"]
    stages = ds.descriptor.table("development_instruments").field("stage").enum
    assert {*STAGES, "cited"} == set(stages)
    whole = lived(ds, [(stage, "2024-01-01", None) for stage in reversed(STAGES)])
    frame = whole.lifecycle("lamp-data-rules")
    assert frame["stage"].tolist() == STAGES
    assert frame["days_max"].tolist()[1:] == [0] * 5


def test_what_the_dates_prove_goes_before_the_order_of_stages(ds: Dataset) -> None:
    # each of the three may come before the next one, in a ring: only one pair of them is proved
    events: list[Event] = [
        ("draft", "2024", None),
        ("effective", "2024-01-05", None),
        ("planned", "2024-06-01", None),
    ]
    for n in range(3):
        whole = lived(ds, events[n:] + events[:n])
        assert [event[:2] for event in life(whole, "lamp-data-rules")] == [
            ("draft", "2024"), ("effective", "2024-01-05"), ("planned", "2024-06-01"),
        ]  # fmt: skip


@pytest.mark.parametrize("stage", STAGES)
def test_the_day_from_which_it_applies_is_an_event_of_its_own(ds: Dataset, stage: str) -> None:
    whole = lived(ds, [(stage, "2024-01-01", "2024-07-01")])
    events = [event[:2] for event in life(whole, "lamp-data-rules")]
    says = stage in ("approved", "issued", "revised")
    assert events == [(stage, "2024-01-01"), *[("effective", "2024-07-01")] * says]


def test_a_duplicate_event_is_listed_once(ds: Dataset) -> None:
    whole = lived(
        ds,
        [
            ("approved", "2024-01-01", "2024-07-01"),
            ("issued", "2024-02-01", "2024-07-01"),
            ("effective", "2024-07-01", None),
        ],
    )
    assert [event[:2] for event in life(whole, "lamp-data-rules")] == [
        ("approved", "2024-01-01"), ("issued", "2024-02-01"), ("effective", "2024-07-01"),
    ]  # fmt: skip


DATES = st.dates(pd.Timestamp("2023-01-01").date(), pd.Timestamp("2025-12-31").date())
EDTF = st.one_of(
    DATES.map(lambda d: d.isoformat()),
    DATES.map(lambda d: d.isoformat()[:7]),
    DATES.map(lambda d: d.isoformat()[:4]),
    st.tuples(DATES, DATES).map(lambda days: "/".join(d.isoformat() for d in sorted(days))),
)


def test_lives_are_in_order_and_days_hold_for_all_days_that_the_dates_allow(ds: Dataset) -> None:
    @settings(max_examples=30)
    @given(st.lists(st.tuples(st.sampled_from(STAGES), EDTF, st.none() | EDTF), min_size=1, max_size=5))
    def holds(events: list[Event]) -> None:
        frame = lived(ds, events).lifecycle("lamp-data-rules")
        assert {(stage, date) for stage, date, _ in events} <= set(
            zip(frame["stage"], frame["date"], strict=True)
        )
        assert frame[["days_min", "days_max"]].isna().all(axis=1).tolist() == [True] + [False] * (
            len(frame) - 1
        )
        starts, ends = frame["date_start"].tolist(), frame["date_end"].tolist()
        stages = [STAGES.index(stage) for stage in frame["stage"]]
        for n in range(len(frame)):
            assert not any(
                end < starts[n] for end in ends[n + 1 :]
            )  # an event that is proved to be earlier comes earlier
        for n in range(1, len(frame)):
            least, most = frame["days_min"].tolist()[n], frame["days_max"].tolist()[n]
            apart = [(b - a).days for a in (starts[n - 1], ends[n - 1]) for b in (starts[n], ends[n])]
            assert 0 <= least <= most
            if starts[n] <= ends[n - 1]:
                assert stages[n - 1] <= stages[n]
            assert most == max(apart)
            assert least == max(0, min(apart))

    holds()


def test_every_instrument_of_the_repository_has_a_life(real: Dataset) -> None:
    links = real.development_instruments
    alive = set(links.loc[links["stage"] != "cited", "instrument_id"])
    for instrument in real.instruments["instrument_id"].iloc[::12]:
        frame = real.lifecycle(instrument)
        assert frame.empty == (instrument not in alive)
        own = links.loc[links["instrument_id"] == instrument, "development_id"]
        assert set(frame["development_id"]) <= set(own)


def test_an_unknown_instrument_has_near_misses(ds: Dataset) -> None:
    with pytest.raises(
        UnknownCodeError,
        match=r"unknown instrument 'lamp-rules'; did you mean 'lamp-data-rules'.*the table instruments",
    ):
        ds.lifecycle("lamp-rules")


# series
def test_a_series_keeps_flows_and_cumulative_figures_apart(ds: Dataset) -> None:
    frame = ds.series("accounts_closed")
    first, second = (filled(row) for _, row in frame.iterrows())
    assert first == {
        "aggregation": "flow",
        "kind": "statistic",
        "place_id": "100000",
        "place": "China",
        "period_start": "2024-01-01",
        "period_end": "2024-02-29",
        "value": 1030000,
        "unit": "count",
        "qualifier": "exact",
        "development_id": "TMT-0004",
        "quote": "1.03 million accounts were closed and seven apps were removed",
    }
    assert second == {
        "aggregation": "cumulative",
        "kind": "statistic",
        "place_id": "100000",  # the jurisdiction of the development
        "place": "China",
        "period_end": "2024-04-30",
        "value": 2500000,
        "unit": "count",
        "qualifier": "about",
        "development_id": "TMT-0006",
        "quote": "2,500,000 accounts had been closed since it began",
    }


def test_a_series_is_sorted_by_aggregation_place_and_period(package: Path) -> None:
    def edit(frame: pd.DataFrame) -> None:
        frame["measure"] = "accounts_closed"
        frame["aggregation"] = ["cumulative", "flow", "cumulative", "flow", ""]
        frame["development_id"] = ["TMT-0001", "TMT-0002", "TMT-0001", "TMT-0003", "TMT-0006"]
        frame["period_end"] = ["2024-02-01", "2024-01-01", "2024-01-01", "2024-12-31", ""]
        frame["value"] = ["3", "2", "1", "4", "5"]

    edit_table(package, "figures", edit)
    frame = tmt.load(package).series("accounts_closed")
    assert frame["value"].tolist() == [4, 2, 1, 3, 5]
    assert frame["place"].tolist() == ["Beijing", "Shanghai", "China", "China", "China"]
    for _, part in frame.groupby("aggregation", observed=True):
        assert part.index.is_monotonic_increasing
        assert part.index[-1] - part.index[0] == len(part) - 1  # one after another


def test_a_series_of_nothing_has_the_same_columns(ds: Dataset) -> None:
    nothing = ds.select(action="consultation").series("damages")
    assert nothing.empty
    assert list(nothing.columns) == list(ds.series("damages").columns)


def test_every_figure_of_the_repository_is_in_one_series(real: Dataset) -> None:
    measures = real.figures["measure"].value_counts()
    for measure in measures.index[:5]:
        frame = real.series(str(measure))
        assert len(frame) == measures[measure]
        assert sorted(frame["value"]) == sorted(real.figures.loc[real.figures["measure"] == measure, "value"])
        assert frame[["quote", "unit", "place"]].notna().all(axis=None)


def test_a_series_of_the_repository_has_one_value_for_each_place_and_period(real: Dataset) -> None:
    """A total that two sources report, once in rounder words, stood there as two values of one day."""
    measures = real.measures.loc[real.measures["series"], "measure"]
    assert "genai_services_filed" in set(measures)
    for measure in measures:
        dated = real.series(measure).dropna(subset="period_end")
        assert not dated.duplicated(["aggregation", "place_id", "period_start", "period_end"]).any(), measure


def test_an_unknown_measure_has_near_misses(ds: Dataset) -> None:
    with pytest.raises(
        UnknownCodeError,
        match=r"unknown measure 'account_closed'; did you mean 'accounts_closed'.*the table measures",
    ):
        ds.series("account_closed")


# what cannot be shown
def test_an_invalid_date_of_effect_is_named(package: Path) -> None:
    edit_table(package, "developments", lambda f: f.__setitem__("effective_date", "soon"))
    whole = tmt.load(package)
    links = whole["development_instruments"]
    link = links.loc[links["stage"] == "issued"].iloc[0]
    expected = f"developments: {link['development_id']}, field effective_date: 'soon' is not an EDTF date; expected YYYY"
    with pytest.raises(PackageError) as caught:
        whole.lifecycle(link["instrument_id"])
    assert str(caught.value).startswith(expected)
    assert str(caught.value).endswith("run `tmt-dataset validate`")


@pytest.mark.parametrize("asked", [["x"], 5, None])
def test_anything_but_a_name_is_a_type_error(ds: Dataset, asked: Any) -> None:
    with pytest.raises(TypeError, match="expected one measure, as text; found"):
        ds.series(asked)
    with pytest.raises(TypeError, match="expected one instrument, as text; found"):
        ds.lifecycle(asked)


@pytest.mark.parametrize("criteria", [{"year": 1999}, {"source": WINTER}, {"topic": "data"}])
def test_flat_has_the_same_types_whatever_is_selected(ds: Dataset, criteria: dict[str, Any]) -> None:
    assert ds.select(**criteria).flat().dtypes.equals(ds.flat().dtypes)


# a package that loads but is not valid
def unnamed(f: pd.DataFrame) -> None:
    f["name"] = ""


INVALID: list[tuple[str, Any, str]] = [
    ("authorities", unnamed, "authorities, row 2, name: expected a value, found none"),
    ("development_topics", lambda f: pd.concat([f, f.iloc[:1]]), "development_topics: duplicate primary key"),
    (
        "mentions",
        lambda f: f.__setitem__("segment_id", ["newsletter-2024-01:999", *f["segment_id"][1:]]),
        "mentions, segment_id: segments has no row 'newsletter-2024-01:999'",
    ),
]


@pytest.mark.parametrize(("table", "edit", "message"), INVALID, ids=[m for _, _, m in INVALID])
def test_a_view_of_invalid_data_says_what_is_wrong(
    package: Path, table: str, edit: Any, message: str
) -> None:
    edit_table(package, table, edit)
    with pytest.raises(PackageError, match=f"^flat: {message}.*run `tmt-dataset validate`"):
        tmt.load(package).flat()


def test_the_life_of_an_instrument_with_a_missing_date_says_so(package: Path) -> None:
    edit_table(package, "developments", lambda f: f.assign(date_start="", date_end=""))
    ds = tmt.load(package)
    with pytest.raises(PackageError, match=r"^lifecycle: developments, row 2, date_start: expected a value"):
        ds.lifecycle(
            ds.development_instruments.loc[
                ds.development_instruments["stage"] != "cited", "instrument_id"
            ].iloc[0]
        )


def test_a_development_with_a_duplicate_row_is_not_shown(package: Path) -> None:
    edit_table(package, "developments", lambda f: pd.concat([f, f.iloc[:1]]))
    with pytest.raises(
        PackageError, match=r"duplicate development_id 'TMT-0001'; run `tmt-dataset validate`"
    ):
        tmt.load(package).record("TMT-0001")


def test_a_missing_table_is_named_by_views_and_the_summary(package: Path) -> None:
    def change(raw: dict[str, Any]) -> None:
        raw["resources"] = [r for r in raw["resources"] if r["name"] not in ("sources", "figures")]
        for r in raw["resources"]:
            r["schema"].pop("foreignKeys", None)

    edit_descriptor(package, change)
    ds = tmt.load(package)
    with pytest.raises(PackageError, match=r"unknown table 'sources'.*run `tmt-dataset validate`"):
        ds.flat()
    assert "unknown table 'sources'" in repr(ds)
    assert "unknown table" in ds._repr_html_()


def test_a_selection_without_a_table_that_it_needs_says_so(package: Path) -> None:
    def change(raw: dict[str, Any]) -> None:
        raw["resources"] = [r for r in raw["resources"] if r["name"] != "quotes"]
        for r in raw["resources"]:
            keys = r["schema"].get("foreignKeys", [])
            r["schema"]["foreignKeys"] = [k for k in keys if k["reference"]["resource"] != "quotes"]

    edit_descriptor(package, change)
    with pytest.raises(PackageError, match="the table quotes is missing; run `tmt-dataset validate`"):
        tmt.load(package).select(topic="ai/voices")


def test_a_register_with_another_key_is_named(package: Path) -> None:
    edit_table(package, "instruments", lambda f: f.assign(kind="guidelines"))

    def change(raw: dict[str, Any]) -> None:
        instruments = next(r for r in raw["resources"] if r["name"] == "instruments")
        instruments["schema"]["primaryKey"] = ["kind", "title"]

    edit_descriptor(package, change)
    with pytest.raises(
        PackageError, match="flat: instruments: expected the primary key instrument_id, found kind, title"
    ):
        tmt.load(package).flat()


def test_a_wrong_argument_stays_an_error_of_its_own(ds: Dataset) -> None:
    with pytest.raises(TypeError, match="expected one measure"):
        ds.series(5)  # type: ignore[arg-type]


# describe
def test_a_table_is_described_by_its_declaration(ds: Dataset) -> None:
    found = ds.describe("developments")
    fields = ds.descriptor.table("developments").fields
    own = found.loc[found["code"].isna()]
    assert own["field"].tolist() == [field.name for field in fields]
    assert own["meaning"].tolist() == [field.description for field in fields]
    assert own["required"].tolist() == [field.required for field in fields]
    codes = found.loc[found["code"].notna() & (found["field"] == "action")]
    assert codes["code"].tolist() == ds.actions["action"].tolist()
    assert codes["meaning"].tolist()[0] == f"{ds.actions['label'][0]}: {ds.actions['definition'][0]}"
    by_field = own.set_index("field")["codes"]
    assert by_field["jurisdiction"] == "places"
    assert by_field["date_basis"] == "stated, context, period"
    assert by_field[["title", "date"]].isna().all()


def test_the_tables_are_listed_with_their_rows(ds: Dataset) -> None:
    found = ds.describe()
    assert found["table"].tolist() == list(ds)
    assert found["rows"].tolist() == [len(ds[name]) for name in ds]
    assert found["holds"].notna().all()


def test_an_unknown_table_to_describe_has_near_misses(ds: Dataset) -> None:
    with pytest.raises(
        UnknownCodeError, match="unknown name of a table 'development'; did you mean 'developments'"
    ):
        ds.describe("development")
