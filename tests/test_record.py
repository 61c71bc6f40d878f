"""Each coded value is shown beside the quotes that prove it: as a table, as text, as a page and as annotations."""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from uuid import NAMESPACE_URL, UUID, uuid5

import pandas as pd
import pytest
import rdflib
from factories import SPRING, WINTER, edit_table, make_package, source_text
from hypothesis import given
from hypothesis import strategies as st

import tmt_dataset as tmt
from tmt_dataset.addresses import Addresses
from tmt_dataset.dataset import Dataset
from tmt_dataset.errors import PackageError, UnknownCodeError
from tmt_dataset.record import COLUMNS, link, number


@pytest.fixture(scope="module")
def ds(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    """Return the small package, which no test changes."""
    return tmt.load(make_package(tmp_path_factory.mktemp("small") / "package"))


@pytest.fixture(scope="module")
def real() -> Dataset:
    return tmt.load()


def rows(ds: Dataset, development_id: str) -> list[tuple[str, str, str, str | None]]:
    """Return the evidence as (variable, value, label, quote)."""
    frame = ds.evidence(development_id)[["variable", "value", "label", "quote"]].astype("object")
    return [tuple(row) for row in frame.where(frame.notna(), None).itertuples(index=False)]


# the table
def test_each_value_is_beside_its_quotes(ds: Dataset) -> None:
    office = "CAC's Shanghai office and the local communications administration jointly released"
    further = "that Shanghai's two regulators released in February"
    day = "the Lamp Data Rules (6 February)"
    assert rows(ds, "TMT-0002") == [
        ("date", "2024-02-06", "basis: stated", day),
        ("action", "issuance", "Issuance", office),
        ("action", "issuance", "Issuance", further),
        ("jurisdiction", "310000", "Shanghai", office),
        ("authorities", "cac-shanghai", "Shanghai office of the Cyberspace Administration (lead)", office),
        ("authorities", "cac-shanghai", "Shanghai office of the Cyberspace Administration (lead)", further),
        ("authorities", "communications-shanghai", "Shanghai Communications Administration (joint)", office),
        ("authorities", "communications-shanghai", "Shanghai Communications Administration (joint)", further),
        (
            "topics",
            "data/personal-information",
            "Personal information (primary)",
            "Recordings of a household",
        ),
        ("places", "110000", "Beijing", office),
        ("effective_date", "2024-03-01", "takes effect", "take effect on 1 March 2024"),
        ("instruments", "lamp-data-rules", "Lamp Data Rules (issued)", day),
        ("orientation", "control", "Sets, enforces or prepares limits", office),
        ("ai_role", "none", "AI is absent", None),
        ("risks", "privacy", "Harm to privacy", "Recordings of a household"),
        (
            "provisions",
            "device-maker must data-security",
            "Makers · must · Data security",
            "Recordings of a household",
        ),
    ]


def test_a_figure_is_beside_its_own_quote(ds: Dataset) -> None:
    words = "1.03 million accounts were closed and seven apps were removed"
    period = "exact, statistic, flow, 2024-01-01 to 2024-02-29"
    assert [row for row in rows(ds, "TMT-0004") if row[0] == "figures"] == [
        ("figures", "1,030,000 count", f"Accounts closed ({period})", words),
        ("figures", "7 count", "Apps removed (exact, statistic, flow)", words),
    ]
    assert [row[1:] for row in rows(ds, "TMT-0006") if row[0] == "figures"] == [
        (
            "2,500,000 count",
            "Accounts closed (about, statistic, cumulative, 2024-04-30)",
            "2,500,000 accounts had been closed since it began",
        ),
        ("87.5 percent", "Complaints settled (exact, statistic, level)", "87.5 percent of the complaints"),
    ]


def test_a_relation_is_beside_its_quote_or_its_note(ds: Dataset) -> None:
    assert [row for row in rows(ds, "TMT-0005") if row[0] == "relations"] == [
        ("relations", "finalises TMT-0001", "", "finalise the draft of January")
    ]
    assert [row for row in rows(ds, "TMT-0006") if row[0] == "relations"] == [
        ("relations", "continues TMT-0004", "the same campaign, as its name shows", None)
    ]


def test_a_value_without_a_quote_is_listed(ds: Dataset) -> None:
    # the window of a source needs no quote
    assert ("date", "2024-01-01/2024-02-29", "basis: period", None) in rows(ds, "TMT-0004")
    assert (
        "unnamed_authorities",
        "4",
        "further authorities, at least",
        "CAC and four other departments ran a campaign",
    ) in rows(ds, "TMT-0004")
    assert not any(row[0] == "unnamed_authorities" for row in rows(ds, "TMT-0001"))  # zero is not listed


def test_the_table_has_its_columns_and_types(ds: Dataset) -> None:
    for frame in (ds.evidence("TMT-0001"), ds.evidence("TMT-0004")):
        assert list(frame.columns) == COLUMNS
        assert [str(frame[c].dtype) for c in ("start", "end")] == ["Int64", "Int64"]
        for _, row in frame.dropna(subset="quote").iterrows():
            assert source_text(str(row["source_id"]))[row["start"] : row["end"]] == row["quote"]


def test_a_quote_leads_to_its_place_on_the_page(ds: Dataset) -> None:
    frame = ds.evidence("TMT-0002")
    winter = frame.loc[frame["source_id"] == WINTER].iloc[0]
    assert winter["url"] == (
        "https://example.org/gazette-2024-01#:~:text=the%20Lamp%20Data%20Rules%20%286%20February%29"
    )
    assert frame.loc[frame["source_id"] == SPRING, "url"].isna().all()  # it has no page


@given(st.text(min_size=1))
def test_a_link_carries_the_words_and_nothing_that_means_more(words: str) -> None:
    try:
        words.encode()
    except UnicodeEncodeError:
        return
    found = link("https://example.org/a-page", words)
    assert found is not None
    page, mark, text = found.partition("#:~:text=")
    assert (page, mark) == ("https://example.org/a-page", "#:~:text=")
    assert not set(text) & set("-,&# '\"<>")  # '-' and ',' divide a text fragment
    assert unquote(text) == words


@pytest.mark.parametrize("url", [None, float("nan"), pd.NA, "", "javascript:alert(1)", "data:text/html,x"])
def test_only_the_address_of_a_page_becomes_a_link(url: object) -> None:
    assert link(url, "words") is None


@given(st.one_of(st.integers(-(10**15), 10**15), st.decimals(-(10**6), 10**6, places=3)))
def test_a_number_is_shown_as_it_is(value: Any) -> None:
    shown = number(float(value))
    assert float(shown.replace(",", "")) == float(value)
    assert not shown.endswith(".0")


def test_an_unknown_development_has_near_misses(ds: Dataset) -> None:
    for view in (ds.evidence, ds.record):
        with pytest.raises(
            UnknownCodeError,
            match=r"unknown development 'TMT-00O1'; did you mean 'TMT-0001'.*the table developments",
        ):
            view("TMT-00O1")


def test_every_coded_value_is_there(ds: Dataset, real: Dataset) -> None:
    links = {
        "authorities": ("development_authorities", "authority_id"),
        "topics": ("development_topics", "topic_id"),
        "places": ("development_places", "place_id"),
        "instruments": ("development_instruments", "instrument_id"),
    }
    for whole in (ds, real):
        for development in whole.developments.iloc[:: max(1, len(whole.developments) // 10)].itertuples():
            name = str(development.development_id)
            evidence = whole.evidence(name)
            shown = evidence.drop_duplicates(["variable", "value", "label"])
            for column in ("date", "action", "jurisdiction"):
                assert shown.loc[shown["variable"] == column, "value"].tolist() == [
                    str(getattr(development, column))
                ]
            for variable, (table, code) in links.items():
                coded = whole[table].loc[whole[table]["development_id"] == name, code]
                assert (
                    shown.loc[shown["variable"] == variable, "value"].tolist() == coded.astype("str").tolist()
                )
            for table in ("figures", "relations"):
                own = whole[table].loc[whole[table]["development_id"] == name]
                assert (evidence["variable"] == table).sum() == len(own)


def test_quotes_are_those_that_support_the_value(real: Dataset) -> None:
    for name in real.developments["development_id"].iloc[::17]:
        own = real.quotes.loc[real.quotes["development_id"] == name]
        shown = real.evidence(name)
        for variable in set(shown["variable"]) - {"figures", "relations", "risks", "provisions"}:
            supporting = {
                exact
                for exact, supports in zip(own["exact"], own["supports"], strict=True)
                if variable in supports.split(" ")
            }
            beside = shown.loc[shown["variable"] == variable].groupby("value", sort=False)["quote"]
            for _, quotes in beside:
                if variable in (
                    "authorities",
                    "places",
                    "instruments",
                ):  # those that name the value, if some do
                    assert set(quotes.dropna()) <= supporting
                    assert bool(supporting) == bool(quotes.notna().all())
                else:
                    assert set(quotes.dropna()) == supporting


def test_of_several_quotes_those_that_name_a_value_prove_it(package: Path) -> None:
    office = "CAC's Shanghai office and the local communications administration jointly released"
    further = "that Shanghai's two regulators released in February"

    def proofs(**names: str) -> list[str | None]:
        changes = {"name": "No name", "abbreviation": "", **names}
        edit_table(package, "authorities", lambda f: change(f, changes))
        return [
            row[3]
            for row in rows(tmt.load(package), "TMT-0002")
            if row[:2] == ("authorities", "cac-shanghai")
        ]

    def change(frame: pd.DataFrame, changes: dict[str, str]) -> None:
        for column, value in changes.items():
            frame[column] = frame[column].mask(frame["authority_id"] == "cac-shanghai", value)

    assert proofs() == [office, further]
    assert proofs(name="cac's shanghai OFFICE") == [office]
    assert proofs(abbreviation="Shanghai's two regulators") == [further]
    assert proofs(name="Shanghai") == [office, further]
    assert proofs(abbreviation="ions") == [office, further]  # a part of a word is no name
    assert (
        proofs(name="CA.'s Shanghai office") == proofs(name="office (") == [office, further]
    )  # a name is no pattern


def test_the_evidence_of_all_is_that_of_each(ds: Dataset, real: Dataset) -> None:
    for whole, step in ((ds, 1), (real, 20)):
        together = whole.evidence()
        assert list(together.columns) == ["development_id", *COLUMNS]
        assert together["development_id"].unique().tolist() == whole.developments["development_id"].tolist()
        parts = dict(iter(together.groupby("development_id")))
        for name in whole.developments["development_id"].iloc[::step]:
            own = parts[name].drop(columns="development_id").reset_index(drop=True)
            pd.testing.assert_frame_equal(own, whole.evidence(name))


def test_a_selection_has_its_own_evidence(ds: Dataset) -> None:
    part = ds.select(action="issuance")
    assert part.evidence()["development_id"].unique().tolist() == ["TMT-0002", "TMT-0005"]
    nothing = ds.select(year=1999).evidence()
    assert nothing.empty
    assert nothing.dtypes.equals(ds.evidence().dtypes)


def test_a_development_that_is_there_twice_is_named(package: Path) -> None:
    whole = tmt.load(package)
    twice = pd.concat([whole.developments, whole.developments.iloc[[2]]], ignore_index=True)
    whole = Dataset(whole.descriptor, {**whole, "developments": twice})
    for asked in (None, "TMT-0003"):
        with pytest.raises(PackageError, match="developments: duplicate development_id 'TMT-0003'"):
            whole.evidence(asked)


# the record
def test_a_record_is_readable_text(ds: Dataset) -> None:
    text = str(ds.record("TMT-0003"))
    assert text == repr(ds.record("TMT-0003"))
    lines = text.split("\n")
    assert lines[:3] == [
        'TMT-0003  Court protects a voice that "only a machine" produced',
        "The court awarded damages, because the public knew the person by the voice.",
        "Note: The heading counts it as the first case, which nothing else confirms.",
    ]
    assert f"    {'figures':<20} 40,000 CNY  Damages (exact, damages)" in lines
    proof = "The Beijing Internet Court ordered a manufacturer to pay ¥40,000"
    start = source_text(WINTER).index(proof)
    assert f"“{proof}”  [{WINTER} {start}-{start + len(proof)}]" in lines
    assert "Note:" not in str(ds.record("TMT-0001"))


def test_the_text_has_each_quote_once_above_the_values_that_it_proves(ds: Dataset) -> None:
    lines = str(ds.record("TMT-0002")).split("\n")
    frame = ds.evidence("TMT-0002")
    quotes = frame["quote"].dropna().unique().tolist()
    heads = [line for line in lines if line.startswith("“")]
    assert [head.partition("”")[0][1:] for head in heads] == quotes
    for head in heads:
        under = lines[lines.index(head) + 1 :]
        under = under[: under.index("")]
        own = frame.loc[frame["quote"] == head.partition("”")[0][1:]]
        assert [line.split()[:2] for line in under] == [
            [variable, value.split()[0]]
            for variable, value in zip(own["variable"], own["value"], strict=True)
        ]
    at = lines.index("Without a quote:")
    assert [line.split()[0] for line in lines[at + 1 :] if line][:1] == ["ai_role"]


def test_the_text_names_the_sources_with_title_and_address(ds: Dataset) -> None:
    lines = str(ds.record("TMT-0002")).split("\n")
    assert [line.strip() for line in lines[lines.index("Sources:") + 1 :]] == [
        f"{WINTER}   The Lamp Gazette: January and February 2024",
        "https://example.org/gazette-2024-01",
        f"{SPRING}   The Lamp Gazette: March and April 2024",  # it has no address
    ]
    assert "Source:" in str(ds.record("TMT-0001")).split("\n")


def test_figures_of_one_value_are_all_named(package: Path) -> None:
    edit_table(package, "figures", lambda f: f.__setitem__("value", "7"))
    lines = str(tmt.load(package).record("TMT-0004")).split("\n")
    assert [line.split("  ")[-1][:8] for line in lines if line.startswith("    figures")] == [
        "Accounts",
        "Apps rem",
    ]


def test_records_can_be_compared(ds: Dataset) -> None:
    first, second = ds.record("TMT-0001"), ds.record("TMT-0001")
    assert first == first  # a frame within must not be asked for its truth value
    assert first != second
    assert len({first, second}) == 2


class Page(HTMLParser):
    """Collects the elements, the texts and the links of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.open: list[str] = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.open.append(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


def test_a_record_is_a_page(ds: Dataset) -> None:
    record = ds.record("TMT-0002")
    page = Page(record._repr_html_())
    for words in (record.title, record.summary, *record.evidence["value"], *record.evidence["label"]):
        assert words in page.text
    for quote in record.evidence["quote"].dropna():
        assert f"“{quote}”" in page.text
    assert page.links == record.evidence["url"].dropna().tolist()
    assert all(place.startswith("https://example.org/gazette-2024-01#:~:text=") for place in page.links)


HOSTILE = "\"'><script>alert(1)</script><img src=x onerror='alert(2)'>&lt;b&gt;"


def test_a_page_escapes_what_the_data_says(package: Path) -> None:
    def mark(column: str) -> Any:
        return lambda frame: frame.__setitem__(column, HOSTILE)

    for table, column in (
        ("developments", "title"), ("developments", "summary"), ("developments", "note"), ("developments", "date"),
        ("quotes", "exact"), ("actions", "label"), ("places", "name"), ("authorities", "name"), ("topics", "label"),
        ("instruments", "title"), ("relations", "note"), ("measures", "label"), ("sources", "title"),
    ):  # fmt: skip
        edit_table(package, table, mark(column))
    edit_table(
        package,
        "sources",
        lambda f: f.__setitem__("url", ["https://example.org/'><script>", "javascript:alert(3)"]),
    )
    ds = tmt.load(package)
    harmless = {"div", "strong", "p", "em", "table", "thead", "tbody", "tr", "th", "td", "code", "small", "a"}
    for name in ds.developments["development_id"]:
        page = Page(ds.record(name)._repr_html_())
        assert page.tags <= harmless
        assert page.attributes <= {"style", "href"}
        assert page.text.count(HOSTILE) > 5
        assert all(place.startswith("https://") for place in page.links)


# W3C Web Annotations
IRI = re.compile(r"(?:https?://|urn:[a-z0-9][a-z0-9-]{0,31}:)[^\s<>\"{}|\\^`]+")


def annotated(ds: Dataset, name: str) -> list[dict[str, Any]]:
    """Return what a reader of the JSON gets."""
    found = ds.record(name).to_jsonld()
    again: list[dict[str, Any]] = json.loads(json.dumps(found, ensure_ascii=False))
    assert again == found
    return again


def selectors(annotation: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the two selectors of an annotation, of the words and of their place, wherever they point."""
    found = [target["selector"] for target in annotation["target"]]
    return found[0] if len(found) == 1 else found


def test_annotations_follow_the_model_of_the_w3c(ds: Dataset, real: Dataset) -> None:
    for whole in (ds, real):
        for name in whole.developments["development_id"].iloc[:: max(1, len(whole.developments) // 10)]:
            found = annotated(whole, name)
            assert found
            assert len({a["id"] for a in found}) == len(found)
            for annotation in found:
                assert annotation["@context"] == "http://www.w3.org/ns/anno.jsonld"
                assert annotation["type"] == "Annotation"
                assert IRI.fullmatch(annotation["id"])
                assert annotation["motivation"] == "classifying"
                assert annotation["body"]
                for body in annotation["body"]:
                    assert (body["type"], body["purpose"]) == ("TextualBody", "classifying")
                    assert isinstance(body["value"], str)
                assert all(IRI.fullmatch(target["source"]) for target in annotation["target"])
                words, place = selectors(annotation)
                assert {"type", "exact"} <= set(words) <= {"type", "exact", "prefix", "suffix"}
                assert words["type"] == "TextQuoteSelector"
                assert (set(place), place["type"]) == ({"type", "start", "end"}, "TextPositionSelector")
                assert type(place["start"]) is type(place["end"]) is int
                assert 0 <= place["start"] < place["end"]
                assert place["end"] - place["start"] == len(words["exact"])


def test_one_annotation_holds_all_values_that_one_quote_proves(ds: Dataset) -> None:
    found = annotated(ds, "TMT-0002")
    assert len(found) == len(ds.quotes.loc[ds.quotes["development_id"] == "TMT-0002"])
    (office,) = [a for a in found if selectors(a)[0]["exact"].startswith("CAC's Shanghai office")]
    assert [body["value"] for body in office["body"]] == [
        "TMT-0002 action=issuance",
        "TMT-0002 jurisdiction=310000",
        "TMT-0002 authorities=cac-shanghai",
        "TMT-0002 authorities=communications-shanghai",
        "TMT-0002 places=110000",
        "TMT-0002 orientation=control",
    ]


def test_words_are_found_on_the_page_and_their_place_in_the_text_that_was_coded(ds: Dataset) -> None:
    sums = dict(zip(ds.sources["source_id"], ds.sources["sha256"], strict=True))
    targets = [annotation["target"] for annotation in annotated(ds, "TMT-0002")]
    page, text = next(two for two in targets if len(two) == 2)
    assert page["source"] == "https://example.org/gazette-2024-01"  # the page, not a place on it
    assert page["selector"]["type"] == "TextQuoteSelector"
    assert text["selector"]["type"] == "TextPositionSelector"
    assert text["state"]["https://schema.org/sha256"] == sums[WINTER]
    (alone,) = next(one for one in targets if len(one) == 1)  # a source without a page
    assert alone["state"]["https://schema.org/sha256"] == sums[SPRING]
    assert [selector["type"] for selector in alone["selector"]] == [
        "TextQuoteSelector",
        "TextPositionSelector",
    ]
    assert alone["source"] != text["source"]


def test_annotations_are_read_as_rdf_with_a_checksum(ds: Dataset) -> None:
    """Terms of the context are given here as the W3C has them, without asking the network."""
    context = {"@vocab": "http://www.w3.org/ns/oa#", "id": "@id", "type": "@type", "source": {"@type": "@id"}}
    for annotation in annotated(ds, "TMT-0002"):
        graph = rdflib.Graph().parse(data=json.dumps({**annotation, "@context": context}), format="json-ld")
        named = {
            str(subject)
            for subject in graph.subjects(
                rdflib.RDF.type, rdflib.Namespace("http://www.w3.org/ns/oa#").Annotation
            )
        }
        assert named == {annotation["id"]}
        assert list(graph.objects(None, rdflib.SDO.sha256))


def test_identifiers_are_addresses_of_the_site_with_a_base_and_uuids_without(ds: Dataset) -> None:
    base = "https://example.org/tmt"
    places = {q: f"{base}/{ds.version}/d/TMT-0002/#{q}" for q in ds.quotes["quote_id"]}
    for alone, on_site in zip(
        ds.record("TMT-0002").to_jsonld(), ds.record("TMT-0002").to_jsonld(f"{base}/"), strict=True
    ):
        assert UUID(alone["id"]).version == 5
        assert alone["id"].startswith("urn:uuid:")
        assert on_site["id"] in places.values()
        assert on_site["target"][-1]["source"].startswith(f"{base}/{ds.version}/sources/")


def test_a_uuid_depends_on_the_name_of_the_package_and_not_on_its_version() -> None:
    one, later, other = Addresses("lamps", "1.0.0"), Addresses("lamps", "2.0.0"), Addresses("bulbs", "1.0.0")
    quote = "L-1:news:7-9"
    assert one.quote(quote) == later.quote(quote)
    assert one.quote(quote) == uuid5(NAMESPACE_URL, f"lamps/d/L-1/#{quote}").urn
    assert len({one.quote(quote), other.quote(quote), one.record("L-1"), one.text("news")}) == 4
    assert one.release() != later.release()


@pytest.mark.parametrize("base", ["", "example.org", "javascript:x", "https://a b", "https://[x", 5])
def test_a_base_that_is_no_address_is_refused(ds: Dataset, base: Any) -> None:
    with pytest.raises(ValueError, match=r"expected an address, as https://example\.org/tmt"):
        ds.record("TMT-0002").to_jsonld(base)


def test_the_positions_are_those_of_the_text(ds: Dataset) -> None:
    texts = {
        Addresses(ds.descriptor.name, ds.version).text(name): source_text(name) for name in (WINTER, SPRING)
    }
    for name in ds.developments["development_id"]:
        for annotation in annotated(ds, name):
            words, place = selectors(annotation)
            text = texts[annotation["target"][-1]["source"]]
            assert text[place["start"] : place["end"]] == words["exact"]


def test_the_words_around_a_quote_come_from_quotes_that_go_beyond_it(package: Path) -> None:
    text = source_text(WINTER)
    whole = tmt.load(package).quotes
    wide = whole.loc[(whole["source_id"] == WINTER) & (whole["end"] - whole["start"] > 40)].iloc[0]
    first, last = wide["start"] + 10, wide["end"] - 5

    def inner(frame: pd.DataFrame) -> pd.DataFrame:
        row = frame.loc[frame["quote_id"] == wide["quote_id"]].assign(
            quote_id=f"{wide['development_id']}:{WINTER}:{first}-{last}",
            start=str(first),
            end=str(last),
            exact=text[first:last],
        )
        both: pd.DataFrame = pd.concat([frame, row])
        return both

    edit_table(package, "quotes", inner)
    for annotation in annotated(tmt.load(package), wide["development_id"]):
        words, place = selectors(annotation)
        if (place["start"], place["end"]) == (first, last):
            assert (words["prefix"], words["suffix"]) == (text[first - 10 : first], text[last : last + 5])
            return
    pytest.fail("the quote has no annotation")


# what cannot be shown
@pytest.mark.parametrize(
    ("table", "field"),
    [
        ("quotes", "exact"),
        ("quotes", "supports"),
        ("quotes", "source_id"),
        ("developments", "action"),
        ("developments", "jurisdiction"),
        ("developments", "date"),
        ("development_topics", "topic_id"),
        ("figures", "measure"),
        ("figures", "value"),
    ],
)
def test_a_cell_that_must_not_be_empty_is_named(package: Path, table: str, field: str) -> None:
    edit_table(package, table, lambda f: f.__setitem__(field, ""))
    whole = tmt.load(package)
    development_id = whole[table]["development_id"].iloc[0]
    with pytest.raises(PackageError) as caught:
        whole.record(development_id)
    assert str(caught.value) == (
        f"{table}: {development_id}, field {field}: expected a value, found none; run `tmt-dataset validate`"
    )


def test_a_link_that_leads_nowhere_is_named(package: Path) -> None:
    edit_table(package, "development_instruments", lambda f: f.__setitem__("instrument_id", "nope"))
    whole = tmt.load(package)
    with pytest.raises(PackageError, match="instruments: the row 'nope' is missing"):
        whole.evidence(whole["development_instruments"]["development_id"].iloc[0])


@pytest.mark.parametrize("asked", [["TMT-0001"], 5, ("TMT-0001",)])
def test_what_is_no_identifier_is_a_type_error(ds: Dataset, asked: Any) -> None:
    for method in (ds.evidence, ds.record):
        with pytest.raises(TypeError, match="expected one development, as 'TMT-0001'; found"):
            method(asked)
    with pytest.raises(TypeError, match="expected one development"):
        ds.record(None)  # type: ignore[arg-type]  # all developments have no record
