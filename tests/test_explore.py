"""The explorer and the page to prove one's own copy, used in a browser as a reader uses them."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import factories
import openpyxl
import pandas as pd
import pytest
from browsing import NEEDS_BROWSER, WIDTHS, problems, requests
from selenium import webdriver

import tmt_dataset as tmt
from tmt_dataset.characters import escaped
from tmt_dataset.exports.tables import columns
from tmt_dataset.exports.text import inert
from tmt_dataset.publish.site import explore, prove
from tmt_dataset.publish.site.frame import TEMPLATES
from tmt_dataset.publish.site.parts import framed
from tmt_dataset.search import stems
from tmt_dataset.search.index import index, vocabulary
from tmt_dataset.views.meanings import meanings
from tmt_dataset.views.windows import windows

#: What readers search for, in each form that the library reads.
SEARCHES = (
    "labelling", "labeling", "deepfake", "deep-fake", "deep fake", "e-commerce", "ecommerce",
    '"personal information"', '"licence"', "algorithm*", "program*", "universit*", "behavior", "behaviour",
    "minors OR drone", "AI Shanghai", "CAC's", "网信办", "国家互联网信息办公室", "网*", "xylophone",
)  # fmt: skip
#: Filters by criterion of select().
FILTERS: tuple[dict[str, Any], ...] = (
    {"topic": ["ai"]},
    {"topic": ["ai/algorithms", "data"]},
    {"action": ["consultation", "issuance"]},
    {"authority": ["cac"]},
    {"place": ["310000"]},
    {"place": ["100000"], "orientation": ["rights"]},
    {"orientation": ["control"]},
    {"ai_role": ["core", "part"]},
    {"risk": ["fraud"]},
    {"addressee": ["online-platform"]},
    {"source": ["review-2024-1"]},
    {"topic": ["ai"], "action": ["issuance"], "source": ["newsletter-2025-07", "newsletter-2025-01"]},
)  # fmt: skip
SHOWN = """
const { rows } = JSON.parse(document.getElementById('data').textContent);
return $('#developments').DataTable().rows({search: 'applied'}).data().toArray().map(([n]) => rows[n].flat[0]);
"""
READY = "return performance.getEntriesByName('interactive').length > 0"
#: Whether as many developments are shown as are expected.
MANY = "return document.getElementById('shown').textContent.startsWith(`${arguments[0]} of `)"
#: Selects codes in the panes of facets, as a click on each does.
CHOOSE = """
const table = $('#developments').DataTable(), [wanted, names] = arguments;
table.searchPanes.clearSelections();
$('#facets .dtsp-searchPane').each((n, pane) => {
  const rows = $(pane).find('.dt-scroll-body table').DataTable().rows((_, row) => (wanted[names[n]] || []).includes(row.filter));
  if (rows.count()) rows.select();
});
"""
HOSTILE = (
    "</script><img src=x onerror=window.hit=1>",
    '"><img src=x onerror=window.hit=1>',
    "‮=cmd()|'/c x'!A1",
    "=cmd()",
)


def opened(browser: webdriver.Chrome, page: Path, selection: str = "") -> None:
    browser.get("about:blank")
    browser.get(page.as_uri() + selection)
    until(browser, READY)


def until(browser: webdriver.Chrome, script: str, *values: object) -> None:
    for _ in range(400):
        if browser.execute_script(script, *values):
            return
        time.sleep(0.05)
    pytest.fail(f"never true: {script}")


def search(browser: webdriver.Chrome, text: str) -> list[str]:
    """Write a search and return the developments that are shown."""
    script = "const t = document.getElementById('text'); t.value = arguments[0]; t.dispatchEvent(new Event('input'));"
    found: list[str] = browser.execute_script(script + SHOWN, text)
    return found


def proving(ds: tmt.Dataset) -> str:
    return framed(prove.TITLE, prove.parts(ds))


def ids(ds: tmt.Dataset) -> set[str]:
    return {*ds["developments"]["development_id"]}


def written(folder: Path, html: str) -> Path:
    path = folder / "index.html"
    path.write_text(html, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def real() -> tmt.Dataset:
    return tmt.load()


@pytest.fixture(scope="module")
def page(real: tmt.Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    html = explore.page(real, lambda name: f"d/{name}/index.html")
    return written(tmp_path_factory.mktemp("explore"), html)


@pytest.fixture
def downloads(browser: webdriver.Chrome, tmp_path: Path) -> Callable[[str], bytes]:
    """Return what presses a button and returns the file that the browser saves."""
    folder = tmp_path / "downloads"
    browser.execute_cdp_cmd("Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)})

    def download(button: str) -> bytes:
        browser.execute_script("document.querySelector(arguments[0]).click()", button)
        for _ in range(400):
            if files := [path for path in folder.glob("*.*") if path.suffix in (".csv", ".xlsx")]:
                data = files[0].read_bytes()
                files[0].unlink()
                return data
            time.sleep(0.05)
        pytest.fail("nothing was saved")

    return download


class TestFacets:
    def test_each_code_has_the_developments_that_select_gives(self, ds: tmt.Dataset) -> None:
        flat = ds.flat()
        for facet in explore.facets(ds, flat):
            for code, found in facet.developments.items():
                if facet.name == "year":
                    assert found == ids(ds.select(year=int(code))), code
                elif facet.name == "authority_kind":
                    bodies = ds["authorities"]
                    acting = bodies.loc[bodies["kind"] == code, "authority_id"].tolist()
                    assert found == ids(ds.select(authority=acting)), code
                elif facet.name in flat and facet.name in ("window", "level"):
                    kept = flat.loc[flat[facet.name].str.split("; ").map(lambda codes, c=code: c in codes)]
                    assert found == {*kept["development_id"]}, code
                else:
                    asked: dict[str, Any] = {facet.name: code}
                    assert found == ids(ds.select(**asked)), code

    def test_the_facets_that_readers_are_promised_are_there(self, real: tmt.Dataset) -> None:
        assert [facet.name for facet in explore.facets(real, real.flat())] == list(explore.FACETS)

    def test_a_topic_is_shown_below_its_area(self, real: tmt.Dataset) -> None:
        topic = next(f for f in explore.facets(real, real.flat()) if f.name == "topic")
        assert topic.labels["ai"] == "Artificial intelligence"
        assert topic.labels["ai/algorithms"].startswith("› ")

    def test_a_release_without_a_table_lacks_its_facet(self, ds: tmt.Dataset) -> None:
        older = tmt.Dataset(ds.descriptor, {name: ds[name] for name in ds if name != "development_risks"})
        flat = ds.flat()
        assert "risk" not in [facet.name for facet in explore.facets(older, flat)]


class TestPages:
    def test_the_date_of_a_window_is_told_as_on_its_page(self, real: tmt.Dataset) -> None:
        one = real.select(development="TMT-0157")
        assert one.flat()["date"].tolist() == ["2025-07-01/2025-08-31"]
        table = explore.parts(one, str).body.partition("<tbody>")[2].partition("</tbody>")[0]
        assert ">July or August 2025<" in table
        assert "2025-08-31" not in table

    def test_a_page_has_the_same_bytes_each_time(self, ds: tmt.Dataset) -> None:
        assert explore.page(ds, str) == explore.page(ds, str)
        assert proving(ds) == proving(ds)

    def test_the_table_reads_without_a_script(self, ds: tmt.Dataset) -> None:
        html = explore.parts(ds, lambda name: f"d/{name}/").body
        for name in ids(ds):
            assert f'<a href="d/{name}/">' in html

    def test_a_page_without_itables_says_what_to_install(
        self, ds: tmt.Dataset, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(__import__("sys").modules, "itables", None)
        with pytest.raises(tmt.MissingExtraError, match=r"tmt-dataset\[site\]"):
            ds.explore()


@NEEDS_BROWSER
class TestInABrowser:
    def test_stems_are_those_of_the_index(
        self, browser: webdriver.Chrome, page: Path, real: tmt.Dataset
    ) -> None:
        opened(browser, page)
        script = (TEMPLATES / "search.js").read_text(encoding="utf-8")
        odd = "sky y yes skies sses eed agreed bled sing oing controlling hopping falling fizzed relational"
        known = [word for word in sorted(vocabulary(index(real))) + odd.split() if word.isascii()]
        expected = [stem for (stem,) in stems.streams(known)]
        assert browser.execute_script(script + "; return arguments[0].map(stemmed)", known) == expected

    def test_a_search_finds_at_least_what_the_library_finds(
        self, browser: webdriver.Chrome, page: Path, real: tmt.Dataset
    ) -> None:
        opened(browser, page)
        found = {text: {*search(browser, text)} for text in SEARCHES}
        assert {text: lost for text in SEARCHES if (lost := ids(real.select(text=text)) - found[text])} == {}
        assert found["xylophone"] == set()
        assert {*search(browser, " ")} == ids(real)

    def test_a_search_says_where_the_words_are(
        self, browser: webdriver.Chrome, page: Path, real: tmt.Dataset
    ) -> None:
        opened(browser, page)
        said = """
            const { rows } = JSON.parse(document.getElementById('data').textContent);
            return $('#developments').DataTable().rows({ page: 'current' }).nodes().toArray().map(row =>
                [row.querySelector('small').textContent, row.querySelector('.why')?.textContent ?? null]);
        """
        search(browser, "digital yuan")
        assert browser.execute_script(said) == [["TMT-0157", "Found by words anywhere in the report"]]
        search(browser, "deepfake")
        hits = real.search("deepfake").set_index("development_id")["where"]
        for name, why in browser.execute_script(said):
            places = {*hits[name].split(", ")} - {"report"}
            assert {*why.removeprefix("Found in: ").split(", ")} == places, name
        search(browser, "")
        assert {why for _, why in browser.execute_script(said)} == {None}

    def test_a_search_without_a_match_says_what_the_sources_cover(
        self, browser: webdriver.Chrome, page: Path, real: tmt.Dataset
    ) -> None:
        opened(browser, page)
        search(browser, "xylophone")
        told = browser.find_element("id", "developments").text
        assert "No matching records. The sources cover " in told
        assert all(window in told for window in windows(real, reviews_last=True)["window"])

    def test_on_a_telephone_each_development_is_shown_whole(
        self, browser: webdriver.Chrome, page: Path
    ) -> None:
        assert problems(browser, page, min(WIDTHS), axe=False) == []
        inside = """
            return [...document.querySelectorAll('#developments td')].every(cell =>
                cell.getBoundingClientRect().right <= innerWidth);
        """
        until(browser, READY)
        assert browser.execute_script(inside)
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})

    def test_a_filter_gives_exactly_what_select_gives(
        self, browser: webdriver.Chrome, page: Path, real: tmt.Dataset
    ) -> None:
        opened(browser, page)
        for codes in FILTERS:
            browser.execute_script(CHOOSE, codes, list(explore.FACETS))
            expected = ids(real.select(**codes))
            text = f"{len(expected)} of {len(ids(real))} developments"
            until(browser, "return document.getElementById('shown').textContent == arguments[0]", text)
            assert {*browser.execute_script(SHOWN)} == expected, codes

    def test_a_view_has_an_address_that_shows_it_again(
        self, browser: webdriver.Chrome, page: Path, real: tmt.Dataset
    ) -> None:
        opened(browser, page)
        codes = {"topic": ["ai"], "action": ["consultation", "issuance"]}
        browser.execute_script(CHOOSE, codes, list(explore.FACETS))
        search(browser, "data")
        until(browser, "return location.hash.includes('ai') && location.hash.includes('issuance')")
        address = browser.execute_script("return document.getElementById('address').href")
        opened(browser, page, "#" + address.partition("#")[2])
        expected = ids(real.select(topic="ai", action=["consultation", "issuance"], text="data"))
        until(browser, MANY, len(expected))
        assert {*browser.execute_script(SHOWN)} == expected
        assert 0 < len(expected) < len(ids(real))

    def test_counts_of_a_facet_follow_the_filter(
        self, browser: webdriver.Chrome, page: Path, real: tmt.Dataset
    ) -> None:
        opened(browser, page)
        found = {*search(browser, "minors")}
        part = real.where(real["developments"]["development_id"].isin(found))
        expected, of = (
            len(part.select(topic="content")["developments"]),
            len(real.select(topic="content")["developments"]),
        )
        assert 0 < expected < of
        until(
            browser,
            "return document.getElementById('facets').textContent.includes(arguments[0])",
            f"{expected} ({of})",
        )

    def test_downloads_are_what_is_shown_and_say_how_to_cite(
        self, browser: webdriver.Chrome, page: Path, real: tmt.Dataset, downloads: Callable[[str], bytes]
    ) -> None:
        opened(browser, page, "#topic=ai&action=consultation")
        flat = real.select(topic="ai", action="consultation").flat()
        until(browser, MANY, len(flat))
        shown = browser.execute_script(SHOWN)
        cells = columns(flat.set_index("development_id", drop=False).loc[shown])
        table = pd.read_csv(io.BytesIO(downloads(".buttons-csv")), dtype="str", keep_default_na=False)
        assert table.pop("cite_as").unique().tolist() == [tmt.cite(real)]
        assert table.to_dict("list") == {
            name: [inert("" if cell is None else str(cell)) for cell in values]
            for name, values in cells.items()
        }
        sheet, described = openpyxl.load_workbook(io.BytesIO(downloads(".buttons-excel"))).worksheets
        title, said, *rows = [list(row) for row in sheet.iter_rows(values_only=True)]
        assert title[0] == f"{real.descriptor.name} {real.version}"
        assert said[0] == f"{tmt.cite(real)} Selection: topic=ai&action=consultation"
        assert rows[0] == list(cells)
        read = {name: [row[n] for row in rows[1:]] for n, name in enumerate(cells)}
        assert read["title"] == cells["title"]
        assert [str(day)[:10] for day in read["date_start"]] == [str(day) for day in cells["date_start"]]
        for name in (
            "date",
            "jurisdiction",
            "effective_date",
        ):  # texts, though some look like days or numbers
            assert read[name] == cells[name], name
        assert sheet.freeze_panes == "C4"
        assert described.title == "Columns"
        lines = [list(row) for row in described.iter_rows(values_only=True)]
        assert lines == [["Column", "Meaning"], *map(list, meanings(real, flat).items())]

    def test_a_download_of_a_selection_is_named_by_its_size(
        self, browser: webdriver.Chrome, page: Path, real: tmt.Dataset, tmp_path: Path
    ) -> None:
        folder = tmp_path / "named"
        browser.execute_cdp_cmd(
            "Browser.setDownloadBehavior", {"behavior": "allow", "downloadPath": str(folder)}
        )
        size = len(ids(real.select(topic="ai")))
        for address, more in (("", ""), ("#topic=ai", f" - selection of {size}")):
            opened(browser, page, address)
            until(browser, MANY, size if address else len(ids(real)))
            browser.execute_script("document.querySelector('.buttons-csv').click()")
            name = f"{real.descriptor.name} {real.version}{more}.csv"
            for _ in range(400):
                if (folder / name).exists():
                    break
                time.sleep(0.05)
            assert (folder / name).exists(), [path.name for path in folder.glob("*")]

    @pytest.mark.parametrize("width", WIDTHS)
    def test_pages_fit_are_accessible_and_fetch_nothing(
        self, browser: webdriver.Chrome, page: Path, real: tmt.Dataset, tmp_path: Path, width: int
    ) -> None:
        checked = written(tmp_path, proving(real))
        requests(browser)
        browser.execute_cdp_cmd("Network.enable", {})
        offline = {"offline": True, "latency": 0, "downloadThroughput": 0, "uploadThroughput": 0}
        browser.execute_cdp_cmd("Network.emulateNetworkConditions", offline)
        try:
            assert [*problems(browser, page, width), *problems(browser, checked, width)] == []
            opened(browser, page, "#topic=ai")
            assert 0 < len(browser.execute_script(SHOWN)) < len(ids(real))
        finally:
            on = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1}
            browser.execute_cdp_cmd("Network.emulateNetworkConditions", on)

    def test_from_a_server_nothing_but_the_page_is_asked_for(
        self, browser: webdriver.Chrome, page: Path, real: tmt.Dataset
    ) -> None:
        handler = partial(SimpleHTTPRequestHandler, directory=str(page.parent))
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            Thread(target=server.serve_forever, daemon=True).start()
            address = f"http://127.0.0.1:{server.server_port}/index.html"
            browser.get("about:blank")
            requests(browser)
            browser.get(f"{address}#action=consultation")
            expected = ids(real.select(action="consultation"))
            until(browser, READY)
            until(browser, MANY, len(expected))
            assert {*browser.execute_script(SHOWN)} == expected
            asked = [url for url in requests(browser) if not url.startswith("data:")]
            assert [url.partition("#")[0] for url in asked] == [address]
            server.shutdown()

    def test_hostile_cells_stay_text(
        self, browser: webdriver.Chrome, package: Path, tmp_path: Path, downloads: Callable[[str], bytes]
    ) -> None:
        def change(column: str) -> Callable[[pd.DataFrame], None]:
            def fn(frame: pd.DataFrame) -> None:
                frame[column] = [HOSTILE[n % len(HOSTILE)] for n in range(len(frame))]

            return fn

        for table, column in (("developments", "title"), ("topics", "label"), ("authorities", "short_name")):
            factories.edit_table(package, table, change(column))
        ds = tmt.load(package)
        opened(browser, written(tmp_path, explore.page(ds, str)))
        assert browser.execute_script("return [window.hit, document.querySelectorAll('img').length]") == [
            None,
            0,
        ]
        texts = browser.find_element("id", "developments").text + browser.execute_script(
            "return document.getElementById('facets').textContent"
        )
        assert all(escaped(text) in texts for text in HOSTILE)
        assert "\u202e" not in texts
        saved = downloads(".buttons-csv").decode("utf-8-sig")
        assert "'=cmd()" in saved
        assert not any(f"{before}=cmd()" in saved for before in ("\n", ",", ',"'))

    def test_a_notebook_shows_the_explorer_in_a_frame(
        self, browser: webdriver.Chrome, ds: tmt.Dataset, tmp_path: Path
    ) -> None:
        browser.get(written(tmp_path, f"<!DOCTYPE html>{ds.explore()._repr_html_()}").as_uri())
        browser.switch_to.frame(browser.find_element("tag name", "iframe"))
        until(browser, READY)
        found = search(browser, "lamps")
        assert ids(ds.select(text="lamps")) <= {*found}
        browser.switch_to.default_content()


def with_astral(ds: tmt.Dataset, source_id: str) -> tuple[tmt.Dataset, str]:
    """Return a data set whose source begins with characters beyond the basic plane, and its text."""
    before, text = "𝔏amps 😀: ", factories.source_text(source_id)
    tables = {name: ds[name].copy() for name in ds}
    for name in ("segments", "quotes", "errata"):
        own = tables[name]["source_id"] == source_id
        tables[name].loc[own, ["start", "end"]] += len(before)
    segments = tables["segments"]
    first = segments.index[segments["source_id"] == source_id][0]
    segments.loc[first, "start"] = 0
    segments.loc[first, "sha256"] = sha256((before + text)[: segments.loc[first, "end"]].encode()).hexdigest()
    own = tables["sources"]["source_id"] == source_id
    tables["sources"].loc[own, "characters"] = len(before + text)
    tables["sources"].loc[own, "sha256"] = sha256((before + text).encode()).hexdigest()
    return tmt.Dataset(ds.descriptor, tables), before + text


@pytest.fixture(scope="module")
def astral(ds: tmt.Dataset) -> tuple[tmt.Dataset, str]:
    return with_astral(ds, factories.SPRING)


@NEEDS_BROWSER
class TestProve:
    @pytest.fixture
    def verdict(
        self, browser: webdriver.Chrome, astral: tuple[tmt.Dataset, str], tmp_path: Path
    ) -> Callable[[bytes], tuple[str, list[str]]]:
        """Return what opens a text on the page and reads what the page says."""
        browser.get(written(tmp_path, proving(astral[0])).as_uri())

        def verdict(data: bytes) -> tuple[str, list[str]]:
            (tmp_path / "copy.txt").write_bytes(data)
            browser.find_element("id", "copy").send_keys(str(tmp_path / "copy.txt"))
            until(
                browser, "return !/^(No text|Checking)/.test(document.getElementById('verdict').textContent)"
            )
            wrong = browser.execute_script(
                "return [...document.querySelectorAll('#wrong li')].map(l => l.textContent)"
            )
            return browser.find_element("id", "verdict").text, wrong

        return verdict

    def test_the_text_that_was_coded_is_proved_and_painted(
        self, browser: webdriver.Chrome, astral: tuple[tmt.Dataset, str], verdict: Callable[[bytes], Any]
    ) -> None:
        ds, text = astral
        quotes, segments = (
            ds[name].loc[ds[name]["source_id"] == factories.SPRING] for name in ("quotes", "segments")
        )
        said, wrong = verdict(text.encode())
        assert "This is the text that was coded" in said
        assert (
            f"{len(quotes)} of {len(quotes)} quotes and {len(segments)} of {len(segments)} segments" in said
        )
        assert wrong == []
        assert browser.execute_script("return document.getElementById('text').textContent") == text
        marked = browser.execute_script(
            "return [...document.querySelectorAll('#text mark')].map(m => m.textContent)"
        )
        places = zip(quotes["start"].tolist(), quotes["end"].tolist(), strict=True)
        covered = {n for start, end in places for n in range(start, end)}
        assert "".join(marked) == "".join(text[n] for n in sorted(covered))

    def test_one_wrong_character_is_named(
        self, astral: tuple[tmt.Dataset, str], verdict: Callable[[bytes], Any]
    ) -> None:
        ds, text = astral
        quote = ds["quotes"].loc[ds["quotes"]["source_id"] == factories.SPRING].iloc[-1]
        at = int(quote["start"]) + 3
        said, wrong = verdict((text[:at] + "😀" + text[at + 1 :]).encode())
        assert "NOT the text that was coded" in said
        expected = f"character {at} should be “{text[at]}” (U+{ord(text[at]):04X}), found “😀” (U+1F600)."
        assert any(line.endswith(expected) and quote["development_id"] in line for line in wrong)
        assert sum(line.startswith("Segment ") for line in wrong) == 1

    def test_a_text_that_is_too_long_is_said_to_be(
        self, astral: tuple[tmt.Dataset, str], verdict: Callable[[bytes], Any]
    ) -> None:
        said, wrong = verdict(("ab" + astral[1]).encode())
        assert wrong[0] == "The text has 2 more characters than the source."
        assert "0 of" in said

    @pytest.mark.parametrize(
        ("data", "expected"),
        [
            (b"Another text.", "This is not the text of one of the sources"),
            (b"\xff\xfe", "The file is not a text in UTF-8."),
        ],
    )
    def test_another_file_is_refused(
        self, verdict: Callable[[bytes], Any], data: bytes, expected: str
    ) -> None:
        said, wrong = verdict(data)
        assert said.startswith(expected)
        assert wrong == []
