"""The search: what is found, where, in what order; and that every way to search finds the same."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from factories import NEEDS_SOURCES, SEGMENTS, SOURCES, edit_table, make_annotated_package, read_table
from hypothesis import example, given
from hypothesis import strategies as st

import tmt_dataset as tmt
from tmt_dataset.cli import main
from tmt_dataset.dataset import Dataset
from tmt_dataset.errors import MissingExtraError
from tmt_dataset.exports import export
from tmt_dataset.publish.build import build
from tmt_dataset.search import near, sql, stems
from tmt_dataset.search.query import expression, words_of
from tmt_dataset.search.spelling import spellings

TITLE = "TMT-0003"


def ids(ds: Dataset, text: str) -> set[str]:
    return set(ds.search(text)["development_id"])


@pytest.fixture(scope="module")
def real() -> Dataset:
    return tmt.load()


@pytest.fixture(scope="module")
def database(real: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    path = export(real, tmp_path_factory.mktemp("search") / "real.sqlite")
    with closing(sqlite3.connect(path)) as opened:
        yield opened


def with_title(folder: Path, title: str) -> Dataset:
    edit_table(
        folder,
        "developments",
        lambda f: f.assign(title=f["title"].where(f["development_id"] != TITLE, title)),
    )
    return tmt.load(folder)


# -- words


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("Labelling of toys", "labeling"),
        ("Labeling of toys", "labelled"),
        ("Colour of toys", "color"),
        ("Colors of toys", "colour"),
        ("Behaviours of toys", "behavioral"),
        ("Organisation of toys", "organizing"),
        ("Organized toys", "organise"),
        ("Analysed toys", "analyzing"),
        ("Data centres of toys", "center"),
        ("Data center of toys", "centres"),
        ("Catalogue of toys", "catalog"),
        ("Catalogs of toys", "catalogue"),
        ("Toy licence", "licenses"),
        ("Cyber defense of toys", "defence"),
        ("Toy programme", "programs"),
        ("Toy program", "programmes"),
        ("Judgement on toys", "judgments"),
        ("Toy deepfake", "deepfakes"),
        ("Toy deepfake", "deep fake"),
        ("Toy deepfake", "deep-fakes"),
        ("Toy deep fakes", "deepfake"),
        ("Toy deep-fakes", "deepfake"),
        ("Toy deep-fakes", "deep fake"),
        ("Toy e-commerce", "ecommerce"),
        ("Toy café", "cafe"),
        ("关于AI玩具的规定", "玩具"),
        ("关于AI玩具的规定", "ai"),
        ("Toys by a 玩具公司", "具公"),
    ],
)
def test_forms_of_a_word_find_each_other(package: Path, written: str, asked: str) -> None:
    ds = with_title(package, written)
    (row,) = ds.search(asked).query("development_id == @TITLE").to_dict("records")
    assert "title" in row["where"]
    assert TITLE in set(ds.select(text=asked).developments["development_id"])


def test_the_words_of_the_reports_are_counted_with_the_texts_and_kept_without(tmp_path: Path) -> None:
    package, sources = make_annotated_package(tmp_path)
    kept = read_table(package, "terms")
    edit_table(package, "terms", lambda f: f.iloc[:0])
    build(package, sources)
    assert read_table(package, "terms").equals(kept)
    build(package)
    assert read_table(package, "terms").equals(kept)


@given(
    st.from_regex(
        r"[a-z]{0,8}(?:our|or|ise[ds]?|ization|centre|center|logue|log|fence|fense|gramme)s?", fullmatch=True
    )
)
def test_a_spelling_is_one_of_its_other_spelling(word: str) -> None:
    assert all(word in spellings(other) for other in spellings(word))


def test_a_word_is_found_as_a_whole(package: Path) -> None:
    ds = with_title(package, "Chair said: paid again")
    assert TITLE not in ids(ds, "hair") | ids(ds, "aid")
    assert TITLE in ids(ds, "ai*") | ids(ds, "chair")


# -- several


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("red button", {"TMT-0005"}),
        ("actress OR household", {"TMT-0002", "TMT-0003"}),
        ('"shouting lamps"', {"TMT-0004", "TMT-0006"}),
        ('"lamps shouting"', set()),
        ("campaig*", {"TMT-0004", "TMT-0006"}),
        ("regulat* wipe", {"TMT-0002"}),
        ("Hangzhou AND makers", {"TMT-0007"}),
        ("xylophone", set()),
        ("red OR xylophone zebra", {"TMT-0005"}),
    ],
)
def test_words_are_combined(ds: Dataset, query: str, found: set[str]) -> None:
    assert ids(ds, query) == found


def test_the_best_come_first_with_the_place_and_the_words_around(ds: Dataset) -> None:
    hits = ds.search("voice")
    assert list(hits.columns) == ["development_id", "title", "where", "snippet", "score"]
    assert hits["score"].is_monotonic_decreasing
    assert hits.loc[0, "development_id"] == "TMT-0007"  # twice in few words
    assert hits.loc[0, "snippet"] == "Makers of lamps agree to share [voices]"
    report = ds.search("actress").iloc[0]
    assert (report["development_id"], report["where"]) == ("TMT-0003", "report")
    assert report[["snippet"]].isna().all()
    mixed = ds.search("household repairs").iloc[0]
    assert mixed["where"].startswith("summary")
    assert ds.search("杭州").iloc[0][["where", "snippet"]].tolist() == ["place", "[杭州]市"]


def test_a_long_text_is_cut_around_the_word(package: Path) -> None:
    ds = with_title(package, " ".join(["one"] * 30 + ["zebra"] + ["two"] * 30))
    snippet = ds.search("zebra").loc[0, "snippet"]
    assert snippet == "… one one one one one [zebra] two two two two two two two two two two …"


def test_a_selection_searches_itself(ds: Dataset) -> None:
    part = ds.select(topic="data")
    assert ids(part, "lamp") == ids(ds, "lamp") & set(part.developments["development_id"])
    assert ids(ds.select(year=1999), "lamp") == set()
    assert set(part.terms["segment_id"]) == set(part.segments["segment_id"])


def test_what_was_changed_in_a_frame_is_searched(package: Path) -> None:
    ds = tmt.load(package)
    assert ids(ds, "zebra") == set()
    ds.developments.loc[0, "title"] = "A zebra"
    assert ids(ds, "zebra") == {"TMT-0001"}


def test_a_release_without_the_words_of_reports_is_searched_by_its_records(ds: Dataset) -> None:
    tables = {name: ds[name] for name in ds if name != "terms"}
    old = Dataset(ds.descriptor, tables)
    assert ids(old, "actress") == set()
    assert {"TMT-0003", "TMT-0007"} <= ids(old, "voice") <= ids(ds, "voice")


# -- what is no search


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", "no word"),
        ("  ?! ", "no word"),
        ("\0", "no word"),
        ('"', "a quotation mark without its second one"),
        ('"unclosed lamp', "a quotation mark without its second one"),
        ("OR", "OR without a word"),
        ("lamp OR", "OR without a word"),
        ("AND OR lamp", "OR without a word"),
        ("*", "'\\*'"),
        ("la*mp", "'la\\*mp'"),
        ("*lamp", "'\\*lamp'"),
        ("lamp NOT voice", "NOT, which is not known"),
        ("(lamp OR voice) red", "brackets"),
        ("lamp " * 20_000, "more than 64 words"),
    ],
)
def test_what_is_no_search_says_what_is_expected(ds: Dataset, query: str, found: str) -> None:
    for call in (ds.search, lambda text: ds.select(text=text)):
        with pytest.raises(ValueError, match=f"expected words, .*; found {found}"):
            call(query)


@given(st.text(alphabet=st.one_of(st.characters(), st.sampled_from(list('"*-() ORAND網信\0\ud800:^{}+,')))))
@example('lamp" OR "')
@example("NEAR(a b)")
@example("title : lamp")
@example("{a} ^b + c")
@example("½ ① ² ǅ ß İ")
def test_any_text_is_a_search_or_an_error_that_says_so(ds: Dataset, query: str) -> None:
    said, found = "", set()
    try:
        found = ids(ds, query)
    except ValueError as error:
        said = str(error)
    assert not said or "expected words" in said
    assert found <= set(ds.developments["development_id"])


def test_a_python_without_fts5_says_so(ds: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stems, "MODULE", "fts_of_no_sqlite")
    with pytest.raises(MissingExtraError, match="SQLite with FTS5"):
        stems.counts(["lamp"])


def test_what_is_near_is_said_where_nothing_is_found(ds: Dataset) -> None:
    assert near(ds, "voices xylophone")[0] == "topic ai/voices"
    assert "word household" in near(ds, "housold")
    result = CliRunner().invoke(main, ["search", "minors xylophone"])
    assert result.exit_code == 0
    assert "topic content/minors" in result.stderr


# -- every way to search finds the same

QUERIES = [
    "AI", "IP", "labelling", "labeling", "deepfakes", "deep fake", "minors labelling", "facial recognition",
    "minor", "label", "consumer", "algorithm*", "regulat*", '"generative AI"', '"facial recognition"', "deepfake OR voice",
    "网信", "上海", "国家互联网信息办公室", "organisation", "organization", "behaviour", "cross-border", "data export*",
    "Shanghai court", "platforms/advertising", "ride hailing OR e-commerce", "CAC's notice", "livestreaming", "nothing-of-this",
]  # fmt: skip


@pytest.mark.parametrize("query", QUERIES)
def test_the_library_and_a_database_find_the_same(
    real: Dataset, database: sqlite3.Connection, query: str
) -> None:
    wanted = ids(real, query)
    assert set(real.select(text=query).developments["development_id"]) == wanted
    rows = database.execute(
        "SELECT development_id FROM search WHERE search MATCH ? ORDER BY rank", [sql(real, query)]
    )
    assert [row[0] for row in rows] == real.search(query)["development_id"].tolist()


@pytest.mark.parametrize(
    "query",
    [
        "AI",
        "IP",
        "labelling OR labeling",
        "minors labelling",
        "facial recognition",
        "algorithm*",
        "behaviour",
        "defense",
        "网信",
    ],
)
def test_a_reader_of_sql_finds_words_as_they_are_written(
    real: Dataset, database: sqlite3.Connection, query: str
) -> None:
    rows = database.execute("SELECT development_id FROM search WHERE search MATCH ?", [query])
    assert {row[0] for row in rows} == ids(real, query)


@pytest.mark.parametrize("query", [*QUERIES[:3], "facial recognition", "algorithm*", "deepfake OR voice"])
def test_the_command_line_finds_the_same(real: Dataset, query: str) -> None:
    output = CliRunner().invoke(main, ["search", query, "--format", "csv"]).stdout
    found = [line.partition(",")[0] for line in output.splitlines() if line.startswith("TMT-")]
    assert found == real.search(query)["development_id"].tolist()


def test_the_words_of_a_report_find_its_developments(ds: Dataset) -> None:
    """Of every report each word is found, whatever stem it has."""
    texts = {
        f"{source}:{n:03}": words
        for source, rows in SEGMENTS.items()
        for n, (_, _, words) in enumerate(rows, 1)
    }
    _assert_recall(ds, texts)


@NEEDS_SOURCES
def test_the_words_of_the_five_sources_find_their_developments(real: Dataset) -> None:
    texts = {}
    whole = {s: (SOURCES / f"{s}.txt").read_bytes().decode() for s in real.sources["source_id"]}
    rows: Iterable[Any] = real.segments.itertuples()
    for s in rows:
        texts[s.segment_id] = whole[s.source_id][s.start : s.end]
    _assert_recall(real, texts)


def _assert_recall(ds: Dataset, texts: dict[str, str]) -> None:
    having: dict[str, set[str]] = {}
    for development, segment in ds.mentions[["development_id", "segment_id"]].itertuples(index=False):
        for word in set(words_of(texts[segment])):
            having.setdefault(word, set()).add(development)
    from tmt_dataset.search.index import opened

    whole = opened(ds)
    missed = []
    for word, developments in having.items():
        rows = whole.database.execute("SELECT rowid FROM search WHERE search MATCH ?", [expression(word)])
        if lost := developments - {whole.found.rows[n - 1][0] for (n,) in rows}:
            missed.append((word, sorted(lost)))
    assert missed == []


def test_reports_are_kept_without_their_order(real: Dataset) -> None:
    for _, rows in real.terms.groupby("segment_id"):
        assert rows["stem"].tolist() == sorted(rows["stem"])
        assert rows["stem"].is_unique
