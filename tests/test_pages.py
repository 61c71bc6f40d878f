"""The site: what its pages show, and in a browser that they fit, can be used by everybody and fetch nothing."""

from __future__ import annotations

import base64
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, join, normpath
from typing import Any, cast
from urllib.parse import unquote

import factories
import matplotlib as mpl
import nbformat
import pandas as pd
import pytest
from browsing import NEEDS_BROWSER, WIDTHS, problems
from click.testing import CliRunner
from markupsafe import escape
from nbformat import NotebookNode
from pdoc.doc import Module
from selenium import webdriver
from selenium.webdriver.support.ui import WebDriverWait

import tmt_dataset as tmt
from tmt_dataset import plots
from tmt_dataset.addresses import Addresses
from tmt_dataset.cli import main
from tmt_dataset.errors import PackageError, TargetError
from tmt_dataset.package import open_package
from tmt_dataset.publish import site
from tmt_dataset.publish.site import articles as articles_of
from tmt_dataset.publish.site import documents, reference
from tmt_dataset.publish.site.articles import Article, article, exporter
from tmt_dataset.publish.site.frame import TEMPLATES
from tmt_dataset.publish.site.words import page_words

mpl.use("Agg")

ROOT = Path(__file__).parents[1]
#: Real pages of each kind, the largest ones.
REAL = {
    "d/index.html",
    "d/TMT-0145/index.html",
    "instruments/shake-to-activate-guide/index.html",
    "instruments/index.html",
    "provisions/online-platform/index.html",
    "measures/genai_services_filed/index.html",
    "sources/newsletter-2025-07/index.html",
    "topics/index.html",
    "versions/index.html",
    "errata/index.html",
    "docs/codebook.html",
    "docs/data-dictionary.html",
}
V4 = nbformat.v4
#: A module with functions and named tuples.
MODULE = "tmt_dataset.citation"
DOCUMENTS = {
    "DATASHEET.md": "<!-- mark -->\n# Data sheet\n\n## A part\n\n[codes](validation/codebook.md#rule), [file](data/a.csv), <b>",
    "validation/codebook.md": "# Codebook\n\n## Rule\n\n[part](../DATASHEET.md#a-part)\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
}


def output(shown: Any) -> NotebookNode:
    """Return what a notebook keeps of an object that a cell shows."""
    if hasattr(shown, "_repr_mimebundle_"):
        data, metadata = shown._repr_mimebundle_()
        if "image/png" in data:  # as the kernel sends it
            data["image/png"] = base64.b64encode(data["image/png"]).decode("ascii")
    else:
        data, metadata = {"text/html": shown._repr_html_(), "text/plain": repr(shown)}, {}
    made: NotebookNode = V4.new_output("display_data", data, metadata=metadata)
    return made


def shown_chart(number: int, monkeypatch: pytest.MonkeyPatch) -> list[NotebookNode]:
    """Return the outputs of a chart."""
    shown: list[NotebookNode] = []
    monkeypatch.setattr("IPython.display.display", lambda one: shown.append(output(one)))
    frame = pd.DataFrame({"drafts": [5, 3], "fines": [2, 1]}, index=["2024", "2025"])
    fig, _ = plots.stacked(frame, {"drafts": "blue", "fines": "orange"})
    plots.show(fig, number, f"Claim {number}", "n = 11", alt="Bars <b>.", source="A list", caption="*How* to")
    return shown


@pytest.fixture(scope="module")
def ds(tmp_path_factory: pytest.TempPathFactory) -> tmt.Dataset:
    return tmt.load(factories.make_package(tmp_path_factory.mktemp("small") / "package"))


@pytest.fixture(scope="module")
def invented(ds: tmt.Dataset) -> list[Article]:
    """Return two articles with all that an article shows."""
    record = ds["developments"]["development_id"].iloc[0]
    link = plots.record_link(record)
    with pytest.MonkeyPatch.context() as patch:
        charts = [shown_chart(number, patch) for number in (1, 2)]
    wide = pd.DataFrame({f"column {n}": ["several words in a cell of this table"] * 20 for n in range(9)})
    old = pd.DataFrame({"a": [1], "b": [2]})
    cells = [
        V4.new_markdown_cell("# How many *drafts*?\n\nWords."),
        V4.new_code_cell("x" * 400, outputs=[output(plots.findings(f"See {link}.", rests_on="On 7."))]),
        V4.new_markdown_cell("## By <month>"),
        V4.new_code_cell("1", outputs=charts[0]),
        V4.new_code_cell("2", outputs=[*charts[1], output(plots.table(wide, caption="Wide"))]),
        V4.new_code_cell("3", outputs=[output(old), output(ds), output(ds.record(record))]),
        V4.new_code_cell("4", outputs=[V4.new_output("stream", text="y" * 400)]),
    ]
    first = article(V4.new_notebook(cells=cells), "01_first")
    return [first, article(V4.new_notebook(cells=[V4.new_markdown_cell("# Second")]), "02_second")]


@pytest.fixture(scope="module")
def small(ds: tmt.Dataset, invented: list[Article]) -> dict[str, bytes]:
    """Return the pages of a small package, with the reference of one module."""
    return built(ds, articles=invented, documents=DOCUMENTS)


def built(ds: tmt.Dataset, **options: Any) -> dict[str, bytes]:
    """Return a site whose reference has one module: that of all takes seconds."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reference, "_modules", lambda: {MODULE: Module.from_name(MODULE)})
        return site.build(ds, **options)


@pytest.fixture(scope="module")
def real() -> dict[str, bytes]:
    """Return the pages of the notebooks as they are saved: ``make test`` compares them with what they give."""
    found = articles_of.read(ROOT / "notebooks")
    return built(tmt.load(), articles=found, documents=documents.read(open_package()))


class Links(HTMLParser):
    """The identifiers and the addresses of a page."""

    def __init__(self, page: bytes) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.addresses: list[str] = []
        self.feed(page.decode("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            elif name in ("href", "src", "xlink:href", "action"):
                self.addresses.append(value or "")


def unresolved(site: dict[str, bytes]) -> list[str]:
    """Return the links between pages that lead nowhere."""
    found = {name: Links(page) for name, page in site.items() if name.endswith(".html")}
    lost = []
    for name, page in found.items():
        for address in page.addresses:
            target, _, part = address.partition("#")
            target = normpath(join(dirname(name), target)) if target else name
            if re.match(r"https?:|data:|mailto:", address):
                continue
            if target not in site or (part and part not in found[target].ids):
                lost.append(f"{name}: {address}")
    return lost


class TestWhatTheyShow:
    def test_code_is_folded_away(self, small: dict[str, bytes]) -> None:
        page = small["01_first.html"].decode("utf-8")
        assert page.count('<details class="code">') == page.count('class="highlight') == 5
        assert "<details open" not in page

    def test_the_first_heading_is_the_title(self, invented: list[Article], small: dict[str, bytes]) -> None:
        assert [article.title for article in invented] == ["How many drafts?", "Second"]
        assert b"<title>How many drafts? " in small["01_first.html"]

    def test_articles_lead_to_the_one_before_and_the_one_after(self, small: dict[str, bytes]) -> None:
        assert b'<a rel="next" href="02_second.html">Second' in small["01_first.html"]
        assert b'rel="prev"' not in small["01_first.html"]
        assert b'<a rel="prev" href="01_first.html">' in small["02_second.html"]
        assert b'rel="next"' not in small["02_second.html"]

    def test_a_page_tells_what_each_article_found(self, ds: tmt.Dataset, small: dict[str, bytes]) -> None:
        index = small["articles.html"].decode("utf-8")
        record = ds["developments"]["development_id"].iloc[0]
        assert f'<li>See <a href="d/{record}/index.html">{record}</a>.</li>' in index
        assert '<p class="rests">On 7.</p>' in index
        assert '<img src="01_first-1.svg" alt="Claim 1. Bars &lt;b&gt;.">' in index

    def test_a_chart_has_its_number_its_caption_and_its_files(self, small: dict[str, bytes]) -> None:
        page = small["01_first.html"].decode("utf-8")
        for number in (1, 2):
            assert page.count(f'<figure id="figure-{number}">') == 1
            assert page.count(f"<strong>Figure {number}.</strong> <em>How</em> to") == 1
            assert small[f"01_first-{number}.svg"].startswith(b"<svg")
            assert small[f"01_first-{number}.png"].startswith(b"\x89PNG")

    def test_a_chart_without_words_is_described_by_the_heading_above_it(self) -> None:
        image = {"image/png": "", "image/svg+xml": "<svg/>"}
        cells = [
            V4.new_markdown_cell("# How many?\n\nWords.\n\n## By <month>"),
            V4.new_code_cell(outputs=[V4.new_output("display_data", image) for _ in "ab"]),
        ]
        made = article(V4.new_notebook(cells=cells), "01_how")
        page, resources = exporter().from_notebook_node(made.notebook)
        for n in (1, 2):
            alt = f"Chart {n}, By &lt;month&gt;; its numbers are in the text and the tables beside it"
            assert f'<img alt="{alt}" src="01_how-{n}.svg"/>' in page
        assert sorted(resources["outputs"]) == [
            f"01_how-{n}.{kind}" for n in (1, 2) for kind in ("png", "svg")
        ]

    def test_every_link_leads_somewhere(self, small: dict[str, bytes]) -> None:
        assert unresolved(small) == []
        broken = {**small, "02_second.html": b'<a href="#no"></a><a href="03.html"></a>'}
        assert unresolved(broken) == ["02_second.html: #no", "02_second.html: 03.html"]

    def test_identifiers_of_a_page_are_unique(self, small: dict[str, bytes]) -> None:
        for name, page in small.items():
            if name.endswith(".html"):
                ids = Links(page).ids
                assert sorted(set(ids)) == sorted(ids), name

    def test_the_links_of_the_notebooks_lead_somewhere(self, real: dict[str, bytes]) -> None:
        assert unresolved(real) == []
        assert sum(len(page) for page in real.values()) < 20_000_000  # the reference of all modules adds two


class TestRecords:
    def test_each_value_of_a_record_is_beside_all_its_quotes(
        self, ds: tmt.Dataset, small: dict[str, bytes]
    ) -> None:
        for record in ds["developments"]["development_id"]:
            page = small[f"d/{record}/index.html"].decode("utf-8")
            evidence = ds.evidence(record)
            for start, end in evidence[["start", "end"]].dropna().itertuples(index=False):
                assert f" {start}–{end}</a>" in page
            for quote in evidence["quote"].dropna():
                assert f"<mark>{escape(quote)}</mark>" in page
            assert set(re.findall(r"<summary>([^<]+)", page)) - {"report an error"} == {
                "APA",
                "BibTeX",
                "RIS",
                "CSL-JSON",
                "OSCOLA",
                "Bluebook",
            }

    def test_the_files_beside_a_page_hold_its_evidence(
        self, ds: tmt.Dataset, small: dict[str, bytes]
    ) -> None:
        record = ds["developments"]["development_id"].iloc[0]
        rows = pd.read_csv(io.BytesIO(small[f"d/{record}/record.csv"]))
        assert rows["quote"].tolist() == ds.evidence(record)["quote"].tolist()
        described, *annotations = json.loads(small[f"d/{record}/record.json"])["@graph"]
        assert described["identifier"] == record
        assert annotations == ds.record(record).to_jsonld()

    def test_links_to_the_publisher_and_reports_of_errors_have_the_quote(self) -> None:
        one = tmt.load().select(development="TMT-0145")
        page = site.build(one, library=False)["d/TMT-0145/index.html"]
        assert any("#:~:text=fined%20280%2C000%20yuan" in link for link in Links(page).addresses)
        report = r"<pre>tmt-dataset [^<]*: TMT-0145\n“fined 280,000 yuan” \(newsletter-2025-07 \d+–\d+\)\nWhat is wrong"
        assert re.search(report, page.decode("utf-8"))
        cast("dict[str, Any]", one.descriptor.raw)["contributors"] = [
            {"title": "A", "email": "a@example.org"}
        ]
        page = site.build(one, library=False)["d/TMT-0145/index.html"]
        letters = [
            unquote(link) for link in Links(page).addresses if link.startswith("mailto:a@example.org?")
        ]
        assert any("TMT-0145" in letter and "“fined 280,000 yuan”" in letter for letter in letters)
        assert b"names no address" not in page

    def test_a_rule_in_a_note_leads_to_the_codebook(self, tmp_path: Path) -> None:
        package = factories.make_package(tmp_path / "package")
        factories.edit_table(
            package, "developments", lambda f: f.assign(note="No <date> (D4). The V2X batch.")
        )
        ds = tmt.load(package)
        book = {
            documents.CODEBOOK: "# Codebook\n\n- D4 If there is no date, see D5. O2 The `lead` acts. D4 Again."
        }
        made = site.build(ds, documents=book, library=False)
        page = made["d/TMT-0001/index.html"].decode("utf-8")
        linked = '(<a href="../../docs/codebook.html#D4">D4</a>). The V2X batch.'
        assert f"Coding note: No &lt;date&gt; {linked}" in page
        assert not [lost for lost in unresolved(made) if "codebook.html#" in lost]
        assert Links(made["docs/codebook.html"]).ids.count("D4") == 1
        alone = site.build(ds, library=False)["d/TMT-0001/index.html"].decode("utf-8")
        assert "Coding note: No &lt;date&gt; (D4). The V2X batch." in alone

    def test_a_retired_identifier_keeps_a_page_that_says_why(self, tmp_path: Path) -> None:
        package = factories.make_package(tmp_path / "package")
        row = {"development_id": "TMT-9999", "source_id": "newsletter-2024-01", "start": "0", "end": "5"}
        row |= {"released_in": "1.0.0", "retired": "It was <b>one</b> with another."}
        factories.edit_table(package, "released_identifiers", lambda _: pd.DataFrame([row]))
        made = site.build(tmt.load(package), library=False)
        assert "It was &lt;b&gt;one&lt;/b&gt; with another." in made["d/TMT-9999/index.html"].decode("utf-8")
        assert b'href="../d/TMT-9999/index.html"' in made["versions/index.html"]

    def test_a_record_says_what_has_changed_since_an_earlier_version(
        self, ds: tmt.Dataset, tmp_path: Path
    ) -> None:
        package = factories.make_package(tmp_path / "package")
        factories.edit_table(package, "developments", lambda f: f.replace({"control": "promotion"}))
        made = site.build(ds, previous=tmt.load(package), library=False)
        changed = ds.developments.loc[ds.developments["orientation"] == "control", "development_id"]
        assert len(changed)
        for record in ds.developments["development_id"]:
            page = made[f"d/{record}/index.html"].decode("utf-8")
            assert ("<td>orientation</td><td>promotion</td><td>control</td>" in page) == (
                record in set(changed)
            )


class TestTheWhole:
    def test_pages_of_the_library_and_its_commands_are_found_last(self) -> None:
        names = ("api/a.html", "docs/commands.html", "docs/codebook.html", "topics/ai/index.html")
        found = page_words(dict.fromkeys(names, b"<title>A \xe2\x80\x93 s</title><main>a</main>"), {})
        assert [one.address for one in found] == [names[2], names[3], names[0], names[1]]

    def test_everything_that_a_record_is_linked_to_has_a_page(
        self, ds: tmt.Dataset, small: dict[str, bytes]
    ) -> None:
        kinds = {"addressees": "provisions"}
        for table in ("instruments", "authorities", "topics", "places", "addressees", "measures", "sources"):
            key = ds.descriptor.table(table).primary_key[0]
            wanted = {f"{kinds.get(table, table)}/{code}/index.html" for code in ds[table][key]}
            assert {name.replace("~5f~", "_") for name in small} >= wanted

    def test_the_same_data_give_the_same_bytes(
        self, ds: tmt.Dataset, invented: list[Article], small: dict[str, bytes]
    ) -> None:
        assert built(ds, articles=invented, documents=DOCUMENTS) == small

    def test_a_known_address_is_named_on_every_page(self, ds: tmt.Dataset) -> None:
        made = site.build(ds, base="https://example.org/tmt/", library=False)
        record = ds["developments"]["development_id"].iloc[0]
        page = made[f"d/{record}/index.html"].decode("utf-8")
        place = f"https://example.org/tmt/{ds.version}/d/{record}/"
        assert f'<link rel="cite-as" href="{place}">' in page
        assert f'<link rel="canonical" href="https://example.org/tmt/latest/d/{record}/">' in page
        described = json.loads(re.findall(r'ld\+json">(.*?)</script>', page)[0])
        assert described["@id"] == described["url"] == place
        found = re.findall(r"<loc>([^<]+)</loc>", made["sitemap.xml"].decode("utf-8"))
        assert place in found
        assert len(found) == sum(name.endswith(".html") for name in made)

    @pytest.mark.parametrize("base", ["", "example.org", "file:///tmp", "https://", 'https://a.org/"x'])
    def test_what_is_not_an_address_is_refused(self, ds: tmt.Dataset, base: str) -> None:
        with pytest.raises(ValueError, match=r"expected an address, as https://example\.org/tmt"):
            site.build(ds, base=base)

    @pytest.mark.parametrize(
        ("table", "field", "value"),
        [
            ("quotes", "start", ""),
            ("sources", "characters", ""),
            ("authorities", "place_id", ""),
            ("mentions", "segment_id", "no:001"),
            ("developments", "date_start", ""),
            ("relations", "related_id", "TMT-9999"),
            ("figures", "value", ""),
            ("provisions", "development_id", "TMT-9999"),
        ],
    )
    def test_data_that_are_not_valid_end_in_one_error(
        self, package: Path, table: str, field: str, value: str
    ) -> None:
        factories.edit_table(
            package, table, lambda frame: frame.__setitem__(field, [value, *frame[field][1:]])
        )
        with pytest.raises(PackageError, match=rf"{table}\b.*tmt-dataset validate"):
            site.build(tmt.load(package), library=False)

    def test_a_source_of_no_length_has_a_page(self, package: Path) -> None:
        factories.edit_table(package, "sources", lambda frame: frame.assign(characters=0))
        assert any(name.startswith("sources/") for name in site.build(tmt.load(package), library=False))

    def test_versions_lie_beside_each_other(
        self, ds: tmt.Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reference, "pages", lambda _: [])
        out = tmp_path / "public"
        (out / "1.0.0").mkdir(parents=True)
        (out / "1.0.0" / "index.html").write_text("old", encoding="utf-8")
        first = site.write(ds, out, base="https://example.org")
        assert first == out / "index.html"
        assert sorted(p.name for p in out.iterdir()) == sorted(["1.0.0", ds.version, "index.html", "latest"])
        versions = [
            {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
            for folder in (out / ds.version, out / "latest")
        ]
        assert versions[0] == versions[1]
        (out / "latest" / "thesis.txt").write_text("ten years of work", encoding="utf-8")
        with pytest.raises(TargetError, match=r"latest: holds what this command has not written .*thesis"):
            site.write(ds, out, base="https://example.org")

    def test_documents_lead_to_each_other_and_show_no_html(self, small: dict[str, bytes]) -> None:
        sheet = small["docs/datasheet.html"].decode("utf-8")
        assert '<a href="codebook.html#rule">codes</a>, file, &lt;b&gt;' in sheet
        assert "mark --" not in sheet
        assert '<a href="datasheet.html#a-part">' in small["docs/codebook.html"].decode("utf-8")

    def test_hostile_cells_stay_text(self, tmp_path: Path) -> None:
        package = factories.make_package(tmp_path / "package")
        hostile = '</script><img src=x onerror=alert(1)>"><b>\u202e=cmd()'

        def spoil(frame: pd.DataFrame) -> None:
            for column in ("title", "summary", "note", "label", "definition", "name", "exact", "reason"):
                if column in frame:
                    frame[column] = hostile

        for name in ("developments", "quotes", "instruments", "authorities", "topics", "errata", "measures"):
            factories.edit_table(package, name, spoil)
        factories.edit_table(package, "sources", lambda f: f.assign(url="https://a.org/x\"onclick='y'"))
        made = site.build(tmt.load(package), library=False)
        for name, page in made.items():
            if name.endswith(".html") and name not in (
                "index.html",
                "prove.html",
            ):  # opened in test_explore.py
                text = page.decode("utf-8")
                assert "<img" not in text, name
                assert "\u202e" not in text, name
                assert not re.search(r"<[^>]*\sonclick", text), name
        record = pd.read_csv(io.BytesIO(made["d/TMT-0001/record.csv"]))
        assert not record["quote"].dropna().str.startswith("=").any()

    def test_codes_that_are_paths_stay_inside(self, tmp_path: Path) -> None:
        package = factories.make_package(tmp_path / "package")
        factories.edit_table(
            package, "measures", lambda f: f.assign(measure=[f"../../{m}" for m in f["measure"]])
        )
        factories.edit_table(
            package, "figures", lambda f: f.assign(measure=[f"../../{m}" for m in f["measure"]])
        )
        made = built(tmt.load(package))
        assert not [name for name in made if ".." in name]
        assert unresolved(made) == []

    def test_the_first_page_names_the_data_set_and_how_to_cite_it(
        self, ds: tmt.Dataset, small: dict[str, bytes]
    ) -> None:
        page = small["index.html"].decode("utf-8")
        described = json.loads(re.findall(r'ld\+json">(.*?)</script>', page)[0])
        assert described["@id"] == Addresses(ds.descriptor.name, ds.version).release()
        assert tmt.cite(ds) in page

    def test_the_reference_has_the_navigation_of_the_site(self, small: dict[str, bytes]) -> None:
        page = small["api/tmt_dataset/citation.html"].decode("utf-8")
        assert '<a href="../../d/index.html">Records</a>' in page
        assert "<h2>API Documentation</h2>" in page
        assert page.count("<main") == 1

    def test_templates_and_scripts_stay_small(self) -> None:
        for ending, most in (("j*2", 600), ("js", 200)):
            paths = TEMPLATES.rglob(f"*.{ending}")
            assert sum(len(path.read_text("utf-8").splitlines()) for path in paths) < most

    def test_the_command_writes_a_site_and_names_its_first_page(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(reference, "pages", lambda _: [])
        package = factories.zipped(factories.make_package(tmp_path / "package"), tmp_path / "package.zip")
        out = tmp_path / "public"
        done = CliRunner().invoke(main, ["site", str(out), "--package", str(package)])
        assert (done.exit_code, done.stdout) == (0, f"{out / 'index.html'}\n")
        assert (out / "d" / "TMT-0001" / "record.csv").is_file()
        refused = CliRunner().invoke(main, ["site", str(out), "--base", "here"])
        assert refused.exit_code == 2
        assert "expected an address" in refused.stderr


def written(site: dict[str, bytes], folder: Path) -> list[Path]:
    """Write pages into a folder and return the paths of those that can be opened."""
    for name, data in site.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return sorted(folder.rglob("*.html"))


def one_of_each(made: dict[str, bytes]) -> dict[str, bytes]:
    """Return the page of each kind that has most to show, and all other files."""
    largest = {
        re.sub(r"^(\w+)/.+/", r"\1/x/", name): name for name in sorted(made, key=lambda name: len(made[name]))
    }
    return {n: data for n, data in made.items() if n in largest.values() or not n.endswith(".html")}


@NEEDS_BROWSER
class TestInABrowser:
    def test_a_dark_page_can_be_read_and_a_printed_one_has_no_navigation(
        self, browser: webdriver.Chrome, small: dict[str, bytes], tmp_path: Path
    ) -> None:
        opened = written(one_of_each(small), tmp_path)
        page = next(path for path in opened if path.parts[-3:-1] and path.parts[-3] == "d")
        dark = {"features": [{"name": "prefers-color-scheme", "value": "dark"}]}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", dark)
        assert [
            found for path in (page, tmp_path / "01_first.html") for found in problems(browser, path, 1280)
        ] == []
        colour = "return getComputedStyle(document.body).backgroundColor"
        assert browser.execute_script(colour) != "rgb(255, 255, 255)"
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print", "features": []})
        shown = "return getComputedStyle(document.querySelector('header nav')).display"
        assert browser.execute_script(shown) == "none"
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": []})

    @pytest.mark.parametrize("width", WIDTHS)
    def test_pages_fit_are_accessible_and_fetch_nothing(
        self, browser: webdriver.Chrome, small: dict[str, bytes], tmp_path: Path, width: int
    ) -> None:
        opened = written(one_of_each(small), tmp_path)
        assert len(opened) > 20
        assert [found for page in opened for found in problems(browser, page, width)] == []

    def test_the_check_sees_what_is_wrong(self, browser: webdriver.Chrome, tmp_path: Path) -> None:
        page = tmp_path / "bad.html"
        page.write_text("<img src='http://127.0.0.1:9/x.png' width=2000>", encoding="utf-8")
        found = " ".join(problems(browser, page, 390))
        assert all(word in found for word in ("needs", "image-alt", "html-has-lang", "asks for http://127"))

    @pytest.mark.parametrize("width", WIDTHS)
    def test_the_largest_real_pages_too(
        self, browser: webdriver.Chrome, real: dict[str, bytes], tmp_path: Path, width: int
    ) -> None:
        shown = {name: page for name, page in real.items() if name in REAL or "/" not in name}
        opened = written(shown, tmp_path)
        assert [found for page in opened for found in problems(browser, page, width, axe=False)] == []
        # axe takes minutes for pages with hundreds of quotes; those of a small package have the same parts
        assert problems(browser, tmp_path / "d" / "TMT-0145" / "index.html", width) == []

    def test_a_chart_is_as_wide_as_the_text(
        self, browser: webdriver.Chrome, small: dict[str, bytes], tmp_path: Path
    ) -> None:
        written(small, tmp_path)
        size = {"width": WIDTHS[0], "height": 900, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        browser.get((tmp_path / "01_first.html").as_uri())
        width = "return document.querySelector(arguments[0]).getBoundingClientRect().width"
        chart, text = (browser.execute_script(width, name) for name in ("figure svg", "article p"))
        assert chart == text

    def test_one_search_finds_developments_and_other_pages(
        self, browser: webdriver.Chrome, ds: tmt.Dataset, small: dict[str, bytes], tmp_path: Path
    ) -> None:
        written(small, tmp_path)
        browser.get((tmp_path / "d" / "TMT-0001" / "index.html").as_uri())
        browser.find_element("name", "text").send_keys("codebook OR lamps\n")
        WebDriverWait(browser, 60).until(lambda b: "text=" in b.current_url)
        browser.get(browser.current_url)  # the address is that of the search, also where it is opened anew
        pages = [link.get_attribute("href") for link in browser.find_elements("css selector", "#pages a")]
        assert (tmp_path / "docs" / "codebook.html").as_uri() in pages
        assert not [page for page in pages if page and "/d/" in page]
        found = browser.find_element("id", "shown").text
        assert found.startswith(f"{len(ds.select(text='codebook OR lamps')['developments'])} of")
        browser.get((tmp_path / "index.html").as_uri() + "?text=xylophone")
        assert not browser.find_element("id", "pages").is_displayed()
