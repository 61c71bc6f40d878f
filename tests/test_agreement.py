"""Agreement, on cases that can be worked out by hand."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmt_dataset.coding import agreement as module
from tmt_dataset.coding import reliability, requirements
from tmt_dataset.coding.annotation import Annotation, yaml
from tmt_dataset.dataset import load
from tmt_dataset.errors import AnnotationError, PackageError, PackageNotFoundError
from tmt_dataset.package import embedded

TEXT = "First act on the third of May. Second act with 12 cases. Third act, fined 500 yuan."


def development(number: int, at: tuple[int, int], segment: int, **changes: Any) -> dict[str, Any]:
    return {
        "id": f"TMT-{number:04d}",
        "title": f"Act {number}",
        "summary": "Somebody acted.",
        "date": "2024-05-03",
        "date_basis": "stated",
        "action": "issuance",
        "jurisdiction": "100000",
        "authorities": {"cac": "lead"},
        "topics": ["ai/ethics"],
        "mentions": [f"newsletter-2024-05:{segment:03d}"],
        "quotes": [{"at": list(at), "text": TEXT[at[0] : at[1]], "supports": ["action"]}],
        **changes,
    }


def coding(
    *developments: dict[str, Any], instruments: tuple[dict[str, Any], ...] = ()
) -> dict[str, Annotation]:
    cuts = [0, 31, 57, len(TEXT)]
    raw = {
        "source": {
            "source_id": "newsletter-2024-05",
            "title": "A newsletter",
            "publisher": "A publisher",
            "kind": "newsletter",
            "period_start": "2024-05-01",
            "period_end": "2024-06-30",
            "characters": len(TEXT),
            "sha256": "0" * 64,
        },
        "segments": [
            {"id": f"newsletter-2024-05:{n:03d}", "at": list(pair), "role": "development", "sha256": "0" * 64}
            for n, pair in enumerate(pairwise(cuts), 1)
        ],
        "instruments": list(instruments),
        "developments": list(developments),
    }
    return {"newsletter-2024-05": Annotation.model_validate(raw)}


def value(frame: Any, variable: str, statistic: str, scope: str = "all") -> float:
    rows = frame[
        (frame["scope"] == scope) & (frame["variable"] == variable) & (frame["statistic"] == statistic)
    ]
    assert len(rows) == 1
    return float(rows["value"].iloc[0])


def test_equal_codings_agree_in_everything() -> None:
    first = coding(development(1, (0, 9), 1), development(2, (31, 41), 2))
    measured, differing = module.compare(first, first)
    assert differing.empty
    assert set(measured.loc[measured["statistic"].isin(["alpha", "agreement", "f1"]), "value"]) == {1.0}


def test_developments_are_matched_by_place_and_those_of_one_coding_alone_are_listed() -> None:
    first = coding(development(1, (0, 9), 1), development(2, (31, 41), 2))
    second = coding(
        development(8, (57, 66), 3), development(9, (0, 5), 1, title="Other words", action="alert")
    )
    matched = module.match(first, second)
    assert [(p.first.id, p.second.id) for p in matched.pairs] == [("TMT-0001", "TMT-0009")]
    assert [d.id for _, d in matched.first_alone] == ["TMT-0002"]
    assert [d.id for _, d in matched.second_alone] == ["TMT-0008"]
    measured, differing = module.compare(first, second)
    assert value(measured, "unit", "f1") == 0.5  # 2 * 1 / (2 + 2)
    assert sorted(differing.loc[differing["variable"] == "unit", "development"]) == ["", "TMT-0002"]


def test_two_developments_in_one_segment_are_told_apart_by_their_quotes() -> None:
    first = coding(development(1, (31, 41), 2), development(2, (42, 55), 2))
    second = coding(development(8, (42, 55), 2), development(9, (31, 41), 2))
    assert {(p.first.id, p.second.id) for p in module.match(first, second).pairs} == {
        ("TMT-0001", "TMT-0009"),
        ("TMT-0002", "TMT-0008"),
    }


def test_every_variable_that_differs_is_listed() -> None:
    first = coding(development(1, (0, 9), 1))
    changed = {
        "date": "2024-05",
        "date_basis": "context",
        "action": "alert",
        "jurisdiction": "110000",
        "authorities": {"miit": "lead"},
        "unnamed_authorities": 1,
        "topics": ["data/security"],
        "effective_date": "2025",
        "places": ["310000"],
    }
    _, differing = module.compare(first, coding(development(9, (0, 9), 1, **changed)))
    assert set(differing["variable"]) == {
        "date", "date_basis", "action", "jurisdiction", "lead_authority", "authorities", "unnamed_authorities",
        "primary_topic", "topic_family", "topics", "effective_date", "places",
    }  # fmt: skip


def test_a_figure_of_one_coding_alone_is_a_disagreement() -> None:
    figure = {"measure": "fine_amount", "value": 500, "qualifier": "exact", "kind": "penalty"}
    quote = {"at": [57, 83], "text": TEXT[57:83], "figures": [figure]}
    first = coding(development(1, (57, 66), 3, quotes=[quote]))
    second = coding(development(9, (57, 66), 3))
    measured, differing = module.compare(first, second)
    assert value(measured, "figure_value", "agreement") == 0.0
    assert differing.loc[
        differing["variable"] == "figure_value", ["first", "second"]
    ].to_numpy().tolist() == [["500.0", "none"]]


def test_instruments_are_paired_by_title_and_compared_by_kind_and_stage() -> None:
    one = {"id": "ethics-measures", "title": "Measures on AI Ethics", "kind": "departmental-rules"}
    other = {"id": "ai-ethics", "title": "Measures on the Ethics of AI", "kind": "guidelines"}
    first = coding(development(1, (0, 9), 1, instruments={"ethics-measures": "draft"}), instruments=(one,))
    second = coding(development(9, (0, 9), 1, instruments={"ai-ethics": "issued"}), instruments=(other,))
    _, differing = module.compare(first, second)
    assert {"instrument_kind", "instrument_stage"} <= set(differing["variable"])


def test_synonyms_of_authorities_are_not_a_disagreement() -> None:
    first = coding(development(1, (0, 9), 1))
    second = coding(development(9, (0, 9), 1, authorities={"cyberspace-office": "lead"}))
    _, differing = module.compare(first, second, {"cyberspace-office": "cac"})
    assert differing.empty


def test_quotes_are_compared_as_spans_and_as_words() -> None:
    first = coding(development(1, (0, 9), 1))  # 'First act'
    second = coding(development(9, (0, 16), 1))  # 'First act on the'
    measured, _ = module.compare(first, second)
    assert value(measured, "quote_exact", "f1") == 0.0
    assert value(measured, "quote_token", "f1") == pytest.approx(2 * 2 / (2 + 4), abs=1e-3)


def test_alpha_has_the_value_of_the_textbook() -> None:
    # Krippendorff (2011), 'Computing Krippendorff's alpha-reliability', example B: two observers, nominal data
    a = list("aabbddccceddaceedcab")  # fmt: skip
    b = list("aabbbdccceddaceedbab")
    n = len(a)
    disagreement = sum(x != y for x, y in zip(a, b, strict=True)) / n
    pooled = a + b
    expected = sum(x != y for i, x in enumerate(pooled) for k, y in enumerate(pooled) if i != k) / (
        2 * n * (2 * n - 1)
    )
    assert reliability.alpha(a, b) == pytest.approx(1 - disagreement / expected)


@given(st.frozensets(st.sampled_from("abcd")), st.frozensets(st.sampled_from("abcd")))
def test_masi_is_a_distance_between_0_and_1(a: frozenset[str], b: frozenset[str]) -> None:
    assert reliability.masi(a, b) == reliability.masi(b, a)
    assert 0 <= reliability.masi(a, b) <= 1
    assert (reliability.masi(a, b) == 0) == (a == b)


@given(st.lists(st.sampled_from("abc"), min_size=2, max_size=12))
def test_alpha_of_equal_codings_is_one(values: list[str]) -> None:
    assert reliability.alpha(values, list(values)) == 1.0


@given(
    st.lists(
        st.tuples(st.integers(0, 4), *[st.frozensets(st.sampled_from("abc"), max_size=2)] * 2), min_size=1
    ),
    st.lists(st.integers(0, 3), min_size=5, max_size=5),
    st.sampled_from([None, reliability.masi]),
)
def test_alphas_of_resamples_are_those_of_each_resample(
    units: list[tuple[int, frozenset[str], frozenset[str]]], drawn: list[int], distance: Any
) -> None:
    numbers, developments = np.unique([n for n, _, _ in units], return_inverse=True)
    times = np.array(drawn)[: len(numbers)]
    chosen = [unit for k, unit in zip(developments, units, strict=True) for _ in range(times[k])]
    of = reliability.alphas(developments, [a for _, a, _ in units], [b for _, _, b in units], distance)
    expected = reliability.alpha([a for _, a, _ in chosen], [b for _, _, b in chosen], distance)
    assert of(np.array([times, times])) == pytest.approx([expected] * 2)


def write_codings(folder: Path, **codings: dict[str, Annotation]) -> Path:
    for name, sources in codings.items():
        for sid, annotation in sources.items():
            path = folder / name / f"{sid}.yaml"
            path.parent.mkdir()
            with path.open("w", encoding="utf-8") as stream:
                yaml().dump(annotation.model_dump(exclude_none=True), stream)
    return folder


def test_a_folder_of_two_codings_is_compared_with_its_synonyms(tmp_path: Path) -> None:
    first = coding(development(1, (0, 9), 1))
    second = coding(development(9, (0, 9), 1, authorities={"cyberspace-office": "lead"}))
    write_codings(tmp_path, first_coding=first, second_coding=second)
    assert set(module.agreement(tmp_path)[1]["variable"]) == {"authorities", "lead_authority"}
    synonyms = tmp_path / "authority_synonyms.csv"
    synonyms.write_text("coded,authority_id,reason\ncyberspace-office,cac,other words\n", encoding="utf-8")
    assert module.agreement(tmp_path)[1].empty
    synonyms.write_text("coded,reason\n", encoding="utf-8")
    with pytest.raises(PackageError, match="expected the columns coded, authority_id, reason; found coded"):
        module.agreement(tmp_path)


def test_missing_codings_are_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(PackageNotFoundError, match="first_coding"):
        module.agreement(tmp_path)


@pytest.mark.skipif(
    not (embedded() / "validation" / "second_coding").is_dir(),
    reason="the codings are kept in the checkout only",
)
def test_both_codings_have_all_sources_and_summaries_of_their_own() -> None:
    codings = [embedded() / "validation" / f"{which}_coding" for which in ("first", "second")]
    first, second = ({p.name: p.read_text("utf-8") for p in folder.glob("*.yaml")} for folder in codings)
    assert set(first) == set(second)
    summary = re.compile(r"^  summary: (.*\n(?:    .*\n)*)", re.MULTILINE)
    one, other = (
        {" ".join(text.split()) for content in coding.values() for text in summary.findall(content)}
        for coding in (first, second)
    )
    assert min(len(one), len(other)) > 100
    assert not one & other  # read twice, not copied


def test_a_file_that_is_not_read_is_named(tmp_path: Path) -> None:
    folder = write_codings(tmp_path, own=coding(development(1, (0, 9), 1))) / "own"
    assert list(module.read_coding(folder)) == ["newsletter-2024-05"]
    (folder / "other.yml").touch()
    with pytest.raises(AnnotationError, match=r"other\.yml: expected the suffix \.yaml, found \.yml"):
        module.read_coding(folder)


def test_a_coding_may_have_places_of_figures_as_the_older_format_had(tmp_path: Path) -> None:
    figure = {"measure": "fine_amount", "value": 500, "qualifier": "exact", "kind": "penalty"}
    quote = {"at": [57, 83], "text": TEXT[57:83], "figures": [figure]}
    own = coding(development(1, (57, 66), 3, quotes=[quote]))
    path = write_codings(tmp_path, own=own) / "own" / "newsletter-2024-05.yaml"
    text = path.read_text(encoding="utf-8")
    assert text.count("measure: fine_amount") == 1
    path.write_text(
        text.replace("measure: fine_amount", "place: '310000'\n      measure: fine_amount"), encoding="utf-8"
    )
    assert module.read_coding(path.parent) == own


# -- readings of what acts require


def reading(**changes: Any) -> requirements.Reading:
    quotes = [
        {
            "at": [0, 9],
            "text": TEXT[:9],
            "risks": ["fraud"],
            "provisions": [
                {"addressee": "merchant", "modality": "must", "type": "testing"},
                {"addressee": "merchant", "modality": "should", "type": "records"},
            ],
        }
    ]
    record = {"id": "TMT-0001", "orientation": "control", "ai_role": "none", "quotes": quotes, **changes}
    same = {"id": "TMT-0002", "orientation": "promotion", "ai_role": "core", "quotes": []}
    return requirements.Reading.model_validate(
        {"source": "newsletter-2024-05", "developments": [record, same]}
    )


def test_equal_readings_agree_and_differ_in_nothing() -> None:
    rows, differing = requirements.compare(
        {"newsletter-2024-05": reading()}, {"newsletter-2024-05": reading()}
    )
    assert {row["value"] for row in rows} == {1.0}
    assert differing.empty


def test_each_disagreement_of_two_readings_is_one_row() -> None:
    other = reading(
        orientation="both",
        quotes=[
            {
                "at": [0, 9],
                "text": TEXT[:9],
                "risks": ["privacy"],
                "provisions": [
                    {"addressee": "merchant", "modality": "should", "type": "testing"},
                    {"addressee": "individual", "modality": "must", "type": "records"},
                ],
            }
        ],
    )
    rows, differing = requirements.compare({"newsletter-2024-05": reading()}, {"newsletter-2024-05": other})
    assert [tuple(row) for row in differing[["variable", "first", "second"]].itertuples(index=False)] == [
        ("orientation", "control", "both"),
        ("risks", "fraud", "none"),
        ("risks", "none", "privacy"),
        ("provisions", "merchant must testing", "merchant should testing"),
        ("provisions", "merchant should records", "none"),
        ("provisions", "none", "individual must records"),
    ]
    found = {(row["variable"], row["statistic"]): row["value"] for row in rows if row["scope"] == "all"}
    assert found["provision", "f1"] == 0.5  # one of two pairs of addressee and type on each side
    assert found["provision_with_modality", "f1"] == 0
    assert found["provision_quote_token", "f1"] == 1
    assert found["orientation", "agreement"] == 0.5


def test_the_published_disagreements_are_all_adjudicated() -> None:
    ds = load()
    _, differing = module.agreement(embedded() / "validation")
    new = differing[differing["variable"].isin(["orientation", "ai_role", "risks", "provisions"])]
    decided = set(
        ds.adjudication[["development_id", "variable", "first", "second"]].itertuples(index=False, name=None)
    )
    open_ = [
        row
        for row in new[["development", "variable", "first", "second"]].itertuples(index=False, name=None)
        if row not in decided
    ]
    assert open_ == []
    assert len(new) > 50
