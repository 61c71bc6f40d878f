"""The crosswalk columns lead to codes that the other taxonomies have, from topics that developments have."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import tmt_dataset as tmt
from tmt_dataset.coding.annotation import SEPARATOR
from tmt_dataset.dataset import Dataset

#: The list of codes that a crosswalk column draws on, whichever table has the column.
SCHEMES = {
    "agora_tags": "agora-tag",
    "dpa_policy_area": "dpa-policy-area",
    "dpa_action_type": "dpa-action-type",
    "dpa_economic_activity": "dpa-economic-activity",
}


@pytest.fixture(scope="module")
def real() -> Dataset:
    return tmt.load()


def crosswalks(ds: Dataset) -> Iterator[tuple[str, str, str, list[str]]]:
    """Yield table, column, row and codes of every crosswalk cell that is filled."""
    for name, table in ds.descriptor.tables.items():
        for column in table.field_names:
            if column.startswith(("agora_", "dpa_")):
                cells = ds[name].set_index(table.primary_key[0])[column].dropna()
                yield from ((name, column, str(row), cell.split(SEPARATOR)) for row, cell in cells.items())


def test_every_crosswalk_code_is_in_the_list_of_its_scheme(real: Dataset) -> None:
    listed = real["crosswalk_codes"].groupby("scheme", observed=True)["code"].agg(set)
    assert set(listed.index) == set(SCHEMES.values())
    found = list(crosswalks(real))
    assert {column for _, column, _, _ in found} <= set(SCHEMES)
    unknown = [(*where, c) for *where, codes in found for c in codes if c not in listed[SCHEMES[where[1]]]]
    assert unknown == []


def test_a_crosswalk_cell_has_each_code_once(real: Dataset) -> None:
    assert [(t, r) for t, _, r, codes in crosswalks(real) if len(set(codes)) < len(codes)] == []


def test_codes_stand_on_topics_that_developments_have(real: Dataset) -> None:
    """The code of finance stood on the topic above those that developments have, and joined no row."""
    upper = set(real.topics["parent"].dropna())
    assert set(real.development_topics["topic_id"]).isdisjoint(upper)
    assert [row for table, _, row, _ in crosswalks(real) if table == "topics" and row in upper] == []
