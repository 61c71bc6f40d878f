"""The pages of the report: what they show, and in a browser that they fit, can be used by everybody and fetch nothing."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import factories
import matplotlib as mpl
import nbformat
import pandas as pd
import pytest
from browsing import NEEDS_BROWSER, WIDTHS, problems
from nbformat import NotebookNode
from selenium import webdriver

import tmt_dataset as tmt
from tmt_dataset import plots
from tmt_dataset.publish import pages

mpl.use("Agg")

ROOT = Path(__file__).parents[1]
V4 = nbformat.v4


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
def invented(ds: tmt.Dataset) -> list[pages.Article]:
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
    first = pages.article(V4.new_notebook(cells=cells), "01_first")
    return [first, pages.article(V4.new_notebook(cells=[V4.new_markdown_cell("# Second")]), "02_second")]


@pytest.fixture(scope="module")
def small(ds: tmt.Dataset, invented: list[pages.Article]) -> dict[str, bytes]:
    return {**pages.site(invented, ds), "records.html": pages.records(ds)}


@pytest.fixture(scope="module")
def real() -> dict[str, bytes]:
    """Return the pages of the notebooks as they are saved: ``make test`` compares them with what they give."""
    articles = [
        pages.article(nbformat.read(path, as_version=4), path.stem)
        for path in sorted((ROOT / "notebooks").glob("*.ipynb"))
    ]
    return pages.site(articles, tmt.load())


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
            elif name in ("href", "src", "xlink:href"):
                self.addresses.append(value or "")


def unresolved(site: dict[str, bytes], known: set[str]) -> list[str]:
    """Return the links between pages that lead nowhere; ``known`` are addresses of pages that were not built."""
    found = {name: Links(page) for name, page in site.items() if name.endswith(".html")}
    lost = []
    for name, page in found.items():
        for address in page.addresses:
            target, _, part = address.partition("#")
            target = target or name
            if re.match(r"https?:|data:", address) or address in known:
                continue
            if target not in site or (part and part not in found[target].ids):
                lost.append(f"{name}: {address}")
    return lost


class TestWhatTheyShow:
    def test_code_is_folded_away(self, small: dict[str, bytes]) -> None:
        page = small["01_first.html"].decode("utf-8")
        assert page.count('<details class="code">') == page.count('class="highlight') == 5
        assert "<details open" not in page

    def test_the_first_heading_is_the_title(
        self, invented: list[pages.Article], small: dict[str, bytes]
    ) -> None:
        assert [article.title for article in invented] == ["How many drafts?", "Second"]
        assert b"<title>How many drafts? " in small["01_first.html"]

    def test_articles_lead_to_the_one_before_and_the_one_after(self, small: dict[str, bytes]) -> None:
        assert b'<a rel="next" href="02_second.html">Second' in small["01_first.html"]
        assert b'rel="prev"' not in small["01_first.html"]
        assert b'<a rel="prev" href="01_first.html">' in small["02_second.html"]
        assert b'rel="next"' not in small["02_second.html"]

    def test_the_index_tells_what_each_article_found(self, ds: tmt.Dataset, small: dict[str, bytes]) -> None:
        index = small["index.html"].decode("utf-8")
        record = ds["developments"]["development_id"].iloc[0]
        assert f'<li>See <a href="records.html#{record}">{record}</a>.</li>' in index
        assert '<p class="rests">On 7.</p>' in index
        assert '<img src="01_first-1.svg" alt="Claim 1. Bars &lt;b&gt;.">' in index
        assert index.count("How to cite") == 1
        assert "Release archive" in index

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
        made = pages.article(V4.new_notebook(cells=cells), "01_how")
        page, resources = pages.exporter().from_notebook_node(made.notebook)
        for n in (1, 2):
            alt = f"Chart {n}, By &lt;month&gt;; its numbers are in the text and the tables beside it"
            assert f'<img alt="{alt}" src="01_how-{n}.svg"/>' in page
        assert sorted(resources["outputs"]) == [
            f"01_how-{n}.{kind}" for n in (1, 2) for kind in ("png", "svg")
        ]

    def test_each_record_is_there_with_all_its_quotes(self, ds: tmt.Dataset, small: dict[str, bytes]) -> None:
        page = small["records.html"].decode("utf-8")
        assert re.findall(r'<section id="([^"]+)"', page) == ds["developments"]["development_id"].tolist()
        assert page.count("<td><p>“") > 0
        for record in ds["developments"]["development_id"]:
            evidence = ds.evidence(record)
            for start, end in evidence[["start", "end"]].dropna().itertuples(index=False):
                assert f" {start}–{end}" in page

    def test_every_link_leads_somewhere(self, small: dict[str, bytes]) -> None:
        assert unresolved(small, {"api/index.html"}) == []
        broken = {**small, "02_second.html": b'<a href="#no"></a><a href="03.html"></a>'}
        assert unresolved(broken, {"api/index.html"}) == ["02_second.html: #no", "02_second.html: 03.html"]

    def test_identifiers_of_a_page_are_unique(self, small: dict[str, bytes]) -> None:
        for name, page in small.items():
            if name.endswith(".html"):
                ids = Links(page).ids
                assert sorted(set(ids)) == sorted(ids), name

    def test_the_links_of_the_notebooks_lead_somewhere(self, real: dict[str, bytes]) -> None:
        records = {f"records.html#{name}" for name in tmt.load()["developments"]["development_id"]}
        assert unresolved(real, {"api/index.html", "records.html", *records}) == []


def written(site: dict[str, bytes], folder: Path) -> list[Path]:
    """Write pages into a folder and return the paths of those that can be opened."""
    for name, data in site.items():
        (folder / name).write_bytes(data)
    return sorted(folder.glob("*.html"))


@NEEDS_BROWSER
class TestInABrowser:
    @pytest.mark.parametrize("width", WIDTHS)
    def test_pages_fit_are_accessible_and_fetch_nothing(
        self, browser: webdriver.Chrome, small: dict[str, bytes], tmp_path: Path, width: int
    ) -> None:
        opened = written(small, tmp_path)
        assert len(opened) == 4
        assert [found for page in opened for found in problems(browser, page, width)] == []

    def test_the_check_sees_what_is_wrong(self, browser: webdriver.Chrome, tmp_path: Path) -> None:
        page = tmp_path / "bad.html"
        page.write_text("<img src='http://127.0.0.1:9/x.png' width=2000>", encoding="utf-8")
        found = " ".join(problems(browser, page, 390))
        assert all(word in found for word in ("needs", "image-alt", "html-has-lang", "asks for http://127"))

    @pytest.mark.parametrize("width", WIDTHS)
    def test_the_pages_of_the_notebooks_too(
        self, browser: webdriver.Chrome, real: dict[str, bytes], tmp_path: Path, width: int
    ) -> None:
        opened = written(real, tmp_path)
        assert [found for page in opened for found in problems(browser, page, width)] == []

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
