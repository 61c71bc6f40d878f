"""What an article shows: charts with claim and source, tables for readers, findings, links to records."""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import matplotlib as mpl
import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.transforms import Bbox
from next_source import with_next_source
from PIL import Image

import tmt_dataset as tmt
from tmt_dataset import plots
from tmt_dataset.dataset import Dataset
from tmt_dataset.errors import UnknownCodeError
from tmt_dataset.plots import article

mpl.use("Agg")

SVG = "{http://www.w3.org/2000/svg}"
CLAIM = "Most developments are drafts, and a claim that is as long as this one is broken into lines " * 2
HOSTILE = "<script>alert(1)</script> 'a' & \"b\" \x1b ]]> $x$"


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Leave no chart open."""
    yield
    plt.close("all")


def stacked() -> Figure:
    """Return a chart a column wide with a legend above its panel."""
    frame = pd.DataFrame({"drafts": [5, 3], "fines": [2, 1]}, index=["2024", "2025"])
    return plots.stacked(frame, {"drafts": "blue", "fines": "orange"})[0]


class TestShow:
    def test_nothing_overlaps_and_the_chart_keeps_its_height(self) -> None:
        fig = stacked()
        before = fig.get_figheight()
        article.framed(fig, CLAIM, "Developments, n = 11", "Source: a list")
        fig.draw_without_rendering()
        title, subtitle, source = (text.get_window_extent() for text in fig.texts)
        legend = fig.legends[0].get_window_extent()
        panel = fig.axes[0].get_tightbbox()
        assert panel is not None
        stack = [title, subtitle, legend, panel, source]
        assert all(upper.y0 >= lower.y1 for upper, lower in pairwise(stack))
        assert Bbox.union(stack).y1 <= fig.bbox.y1
        assert source.y0 >= 0
        assert max(box.x1 for box in stack) <= fig.bbox.x1
        assert fig.get_figwidth() == plots.WIDTHS["page"]
        added = title.height + subtitle.height + source.height
        assert fig.get_figheight() > before + added / fig.dpi

    def test_texts_stay_text_and_are_the_same_bytes_each_time(self) -> None:
        made = [
            article.svg(article.framed(stacked(), HOSTILE, "Developments", "Source"), 3, HOSTILE, HOSTILE)
            for _ in "ab"
        ]
        assert made[0] == made[1]
        root = ET.fromstring(made[0])
        texts = ["".join(text.itertext()) for text in root.iter(f"{SVG}text")]
        assert {"2024", "drafts", "Developments", "Source"} <= {*texts}
        assert root.get("role") == "img"
        named = {element.get("id"): element.text for element in root if element.get("id")}
        told = [named[name] for name in root.get("aria-labelledby", "").split()]
        escaped = HOSTILE.replace("\x1b", r"\x1b")
        assert told == [f"Figure 3. {escaped}", escaped]

    def test_identifiers_differ_from_chart_to_chart_and_lead_somewhere(self) -> None:
        charts = [article.svg(stacked(), number, "Claim", "Bars") for number in (1, 2)]
        ids = [{e.get("id") for e in ET.fromstring(chart).iter()} - {None} for chart in charts]
        assert not ids[0] & ids[1]
        for element in ET.fromstring(charts[0]).iter():
            for name, value in element.attrib.items():
                if name.endswith("href"):
                    assert value[1:] in ids[0]
                if "url(#" in value:
                    assert value.partition("url(#")[2].partition(")")[0] in ids[0]

    def test_the_picture_is_small(self) -> None:
        picture = article.png(stacked())
        assert Image.open(io.BytesIO(picture)).width == pytest.approx(144 * plots.WIDTHS["column"], abs=1)
        assert len(picture) < 30_000

    def test_number_caption_and_alternative_text_go_out(self, monkeypatch: pytest.MonkeyPatch) -> None:
        shown: list[Any] = []
        monkeypatch.setattr("IPython.display.display", shown.append)
        plots.show(stacked(), 3, "Most are drafts.", "n = 11", alt="Bars.", source="S", caption="How *to*.")
        data, metadata = shown[0]._repr_mimebundle_()
        assert data["text/plain"] == "Figure 3. Most are drafts. Bars."
        assert metadata == {article.NOTED: {"chart": 3, "alt": "Most are drafts. Bars."}}
        assert set(data) == {"image/svg+xml", "image/png", "text/plain"}
        caption, noted = shown[1]._repr_mimebundle_()
        assert caption["text/markdown"] == "**Figure 3.** How *to*."
        assert noted == {article.NOTED: {"caption": 3}}
        assert not plt.get_fignums()


class TestFindings:
    def test_the_report_can_take_them_from_the_output(self) -> None:
        data, metadata = plots.findings("One.", "Two.", rests_on="Rests on 7.")._repr_mimebundle_()
        assert metadata[article.NOTED] == {"findings": ["One.", "Two."], "rests_on": "Rests on 7."}
        assert data["text/markdown"].splitlines() == ["1. One.", "2. Two.", "", "*Rests on 7.*"]

    def test_an_article_without_a_finding_is_refused(self) -> None:
        with pytest.raises(ValueError, match="at least one finding"):
            plots.findings(rests_on="nothing")

    def test_the_covered_months_follow_what_they_rest_on(self, tmp_path: Path) -> None:
        """A newsletter goes over a review, and a window may reach into the next year."""
        ds = tmt.load(with_next_source(tmp_path / "next", "2025-12-01", developments=3))
        shown = plots.findings("One.", rests_on="Rests on 7.", covers=ds).markdown.splitlines()[-1]
        assert "`2024 ▁▁▁▁▁▁▇▇▁▁▁▁` `2025 ▇▇····▇▇···▇` `2026 ▇···········` (▇ in full by" in shown
        part = Dataset(ds.descriptor, {**ds, "sources": ds.sources.iloc[:0]})
        assert plots.findings("One.", rests_on="Nothing.", covers=part).markdown.endswith(
            "Months covered: none"
        )


class TestTable:
    FRAME = pd.DataFrame(
        {
            "development_id": [f"TMT-{n:04}" for n in range(1, 39)],
            "title": ["<b>bold</b> & 'x'", *["t"] * 37],
            "days": pd.array([1234, None, *range(36)], dtype="Int64"),
            "share": [0.256, float("nan"), *[0.5] * 36],
            "day": pd.to_datetime(["2025-07-01"] * 38),
            "open": [True, False] * 19,
            "machine": "hidden",
        }
    )
    COLUMNS: dict[str, str] = {  # noqa: RUF012  # it is read alone
        "title": "Title <x>",
        "development_id": "Record",
        "days": "Days",
        "share": "Share",
        "day": "Day",
        "open": "Open",
    }

    def test_numbers_are_rounded_and_columns_without_a_name_hidden(self) -> None:
        shown = plots.table(self.FRAME, columns=self.COLUMNS, forms={"share": "{:.0%}"})
        assert shown.cells.iloc[:2].to_numpy().tolist() == [
            ["<b>bold</b> & 'x'", "TMT-0001", "1,234", "26%", "2025-07-01", "yes"],
            ["t", "TMT-0002", "", "", "2025-07-01", "no"],
        ]
        assert shown.numeric == {"Days", "Share"}
        assert "hidden" not in repr(shown) + shown._repr_html_()

    def test_at_most_thirty_rows_are_in_view_and_the_others_counted(self) -> None:
        shown = plots.table(self.FRAME, columns=self.COLUMNS)
        assert shown._repr_html_().count("<tr>") == 31
        assert "and 8 more" in shown._repr_html_()
        assert repr(shown).splitlines()[-1] == "and 8 more"
        assert "more" not in repr(plots.table(self.FRAME.head(30)))

    def test_no_cell_is_markup_and_the_table_is_well_formed(self) -> None:
        frame = pd.DataFrame({HOSTILE: [HOSTILE, "]]>"], "id": [HOSTILE, "TMT-0001"]})
        html = plots.table(frame, caption=HOSTILE, links={HOSTILE: "id"})._repr_html_()
        root = ET.fromstring(html)
        assert {element.tag for element in root.iter()} == {
            *("div", "table", "caption", "thead", "tbody", "tr", "th", "td", "a"),
        }
        assert root.find("table/caption").text == HOSTILE.replace("\x1b", r"\x1b")  # type: ignore[union-attr]  # it is there

    def test_readers_who_hear_the_table_are_told_its_heads(self) -> None:
        root = ET.fromstring(plots.table(self.FRAME, columns=self.COLUMNS, caption="Acts")._repr_html_())
        assert [th.get("scope") for th in root.iterfind("table/thead/tr/th")] == ["col"] * 6
        row = root.find("table/tbody/tr")
        assert row is not None
        assert [(cell.tag, cell.get("scope")) for cell in row][:2] == [("th", "row"), ("td", None)]
        aligned = [str(cell.get("style")).partition(";")[0] for cell in row]
        assert [style.removeprefix("text-align:") for style in aligned] == [
            *("left", "left", "right", "right", "left", "left"),
        ]

    def test_identifiers_and_titles_lead_to_the_record(self) -> None:
        html = plots.table(self.FRAME, columns=self.COLUMNS, links={"title": "development_id"})._repr_html_()
        assert "<a href='d/TMT-0001/index.html'>TMT-0001</a>" in html
        assert "<a href='d/TMT-0002/index.html'>t</a>" in html
        several = plots.table(pd.DataFrame({"ids": ["TMT-0001, TMT-0002"]}))._repr_html_()
        assert several.count("<a href=") == 2

    def test_a_named_index_can_be_shown(self) -> None:
        frame = self.FRAME.set_index("title")[["days"]]
        assert list(plots.table(frame, columns={"title": "T", "days": "D"}).cells) == ["T", "D"]

    @pytest.mark.parametrize("wrong", ["columns", "links", "forms"])
    def test_an_unknown_column_is_named_with_its_near_misses(self, wrong: str) -> None:
        given: dict[str, Any] = {wrong: {"titel": "Title"}}
        with pytest.raises(UnknownCodeError, match=r"titel.*title"):
            plots.table(self.FRAME, **given)
