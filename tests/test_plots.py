"""Charts: what is drawn is what the frames say, in one style, as the same bytes each time."""

from __future__ import annotations

import colorsys
import io
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import factories
import matplotlib as mpl
import matplotlib.dates
import matplotlib.pyplot as plt
import matplotlib.style
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.text import Text

from tmt_dataset import analysis, plots
from tmt_dataset.cells import DATE_DTYPE
from tmt_dataset.dataset import Dataset, load
from tmt_dataset.errors import UnknownCodeError
from tmt_dataset.plots import parts

mpl.use("Agg")
date2num: Any = mpl.dates.date2num  # carries no types


@pytest.fixture(autouse=True)
def closed() -> Iterator[None]:
    """Leave no chart open."""
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def ds(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return load(factories.make_package(tmp_path_factory.mktemp("small") / "package"))


def days(*texts: str) -> pd.Series:
    return pd.DataFrame({"day": texts}).astype({"day": DATE_DTYPE})["day"]


def row_labels(ax: Axes) -> list[str]:
    return [label.get_text() for label in ax.get_yticklabels()]


def first_x(ax: Axes) -> list[float]:
    """Return where each line of a panel starts."""
    return [float(np.asarray(line.get_xdata())[0]) for line in ax.lines]


def texts(fig: Figure) -> list[str]:
    return [t.get_text() for t in fig.findobj(Text) if t.get_visible() and t.get_text()]


def fits(fig: Figure) -> bool:
    """Whether all that is drawn lies inside the chart."""
    fig.draw_without_rendering()
    box = fig.get_tightbbox()
    width, height = fig.get_size_inches()
    return bool(min(box.x0, box.y0) > -0.01 and box.x1 < width + 0.01 and box.y1 < height + 0.01)


def test_a_text_that_sticks_out_does_not_fit() -> None:
    fig, ax = plots.chart()
    ax.text(0.9, 0.5, "a text that leaves the chart").set_in_layout(True)
    fig.set_layout_engine("none")
    assert not fits(fig)


class TestStyle:
    def test_a_block_restores_what_was_set(self) -> None:
        before = dict(mpl.rcParams)
        with mpl.style.context(plots.STYLE):
            assert mpl.rcParams["axes.spines.top"] is False
            assert mpl.rcParams["svg.hashsalt"]
        assert dict(mpl.rcParams) == before

    def test_a_call_lasts_until_what_was_set_is_restored(self) -> None:
        before = mpl.rcParams["font.size"]
        with mpl.rc_context({"font.size": 11.5}):
            with mpl.rc_context():
                plots.use_style()
                plots.chart()
                assert mpl.rcParams["font.size"] == 7.5
            assert mpl.rcParams["font.size"] == 11.5
        assert mpl.rcParams["font.size"] == before

    def test_the_sheet_has_the_colours_of_the_palette(self) -> None:
        with mpl.style.context(plots.STYLE):
            for name in ("text.color", "axes.edgecolor", "axes.labelcolor", "xtick.color", "ytick.color"):
                assert mpl.rcParams[name] == plots.PALETTE["black"]
            assert mpl.rcParams["grid.color"] == plots.PALETTE["light"]
            cycle = mpl.rcParams["axes.prop_cycle"].by_key()["color"]
        assert set(cycle) == set(plots.PALETTE.values()) - {
            plots.PALETTE[c] for c in ("black", "grey", "light")
        }

    def test_the_font_comes_with_matplotlib(self) -> None:
        with mpl.style.context(plots.STYLE):
            (name,) = mpl.rcParams["font.sans-serif"]
        found = mpl.font_manager.findfont(name, fallback_to_default=False)
        assert Path(found).is_relative_to(mpl.get_data_path())

    @pytest.mark.parametrize("width", ["column", "page"])
    def test_widths(self, width: Any) -> None:
        fig, _ = plots.chart(width, 2)
        assert fig.get_size_inches().tolist() == [plots.WIDTHS[width], 2.0]

    def test_an_unknown_width_is_refused(self) -> None:
        with pytest.raises(ValueError, match="expected one of 'column', 'page'"):
            plots.chart("wide")  # type: ignore[arg-type]  # what is refused

    def test_charts_do_not_change_what_is_set(self) -> None:
        before = dict(mpl.rcParams)
        plots.chart()
        plots.stacked(pd.DataFrame({"a": [1]}), {"a": "blue"})
        assert dict(mpl.rcParams) == before

    def test_log_axes_of_a_user_show_numbers(self) -> None:
        fig, ax = plots.chart()
        ax.plot([1, 1000], [1, 1000])
        ax.set_xscale("log")
        ax.set_xlim(1, 1000)
        fig.draw_without_rendering()
        assert all(label.get_parse_math() for label in ax.get_xticklabels())

    def test_what_a_backend_sets_when_a_chart_loads_it_stays(self, monkeypatch: pytest.MonkeyPatch) -> None:
        subplots = plt.subplots

        def loading(*args: Any, **options: Any) -> Any:
            plt.ion()  # as the backend of a notebook does
            return subplots(*args, **options)

        monkeypatch.setattr(plt, "subplots", loading)
        with mpl.rc_context({"interactive": False}):
            plots.stacked(pd.DataFrame({"a": [1]}), {"a": "blue"})
            assert plt.isinteractive()

    def test_a_saved_chart_has_its_width(self) -> None:
        fig, _ = plots.chart("column", 2)
        png, svg = io.BytesIO(), io.BytesIO()
        with mpl.style.context(plots.STYLE):
            fig.savefig(png, format="png")
            fig.savefig(svg, format="svg")
        assert plt.imread(io.BytesIO(png.getvalue())).shape[:2] == (600, 1050)
        assert ET.fromstring(svg.getvalue()).get("width") == f"{3.5 * 72:g}pt"

    def test_saved_charts_are_the_same_bytes_each_time(self) -> None:
        def saved(suffix: str, metadata: dict[str, None]) -> bytes:
            frame = pd.DataFrame({"a": [1, 5], "b": [3, 5]}, index=["x", "y"])
            fig, _ = plots.stacked(frame, {"a": "blue", "b": "sky"})
            buffer = io.BytesIO()
            with mpl.style.context(plots.STYLE):
                fig.savefig(buffer, format=suffix, metadata=metadata)
            return buffer.getvalue()

        for suffix, metadata in (("png", {"Software": None}), ("svg", {"Date": None, "Creator": None})):
            assert saved(suffix, metadata) == saved(suffix, metadata)


def simulated(colour: str, kind: str) -> np.ndarray:
    """Return a colour as a colour-blind eye sees it (Viénot, Brettel and Mollon 1999), in linear RGB."""
    srgb = np.array(to_rgb(colour))
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    matrices = {
        "protan": [[0.11238, 0.88762, 0], [0.11238, 0.88762, 0], [0.00401, -0.00401, 1]],
        "deutan": [[0.29275, 0.70725, 0], [0.29275, 0.70725, 0], [-0.02234, 0.02234, 1]],
    }
    return np.asarray(matrices[kind]) @ linear


def contrast(one: Any, other: Any) -> float:
    """Return the contrast of two colours (WCAG): 1 for none, 21 for black on white."""
    luminance = []
    for colour in (one, other):
        srgb = np.array(to_rgb(colour))
        linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
        luminance.append(float(linear @ [0.2126, 0.7152, 0.0722]))
    return (max(luminance) + 0.05) / (min(luminance) + 0.05)


class TestPalette:
    # those that charts set beside each other
    series = ("blue", "vermilion", "green", "orange")

    @pytest.mark.parametrize("kind", ["protan", "deutan"])
    def test_colours_stay_apart_for_colour_blind_readers(self, kind: str) -> None:
        for one, other in combinations(self.series, 2):
            a, b = (simulated(plots.PALETTE[c], kind) for c in (one, other))
            assert np.linalg.norm(a - b) > 0.1, (one, other)

    def test_the_measure_tells_bad_pairs(self) -> None:
        red, green = simulated("#c04000", "deutan"), simulated("#6b7000", "deutan")
        assert np.linalg.norm(red - green) < 0.1

    def test_inks_can_be_read_on_white(self) -> None:
        for name, colour in plots.INKS.items():
            assert contrast(colour, "white") >= 4.5, name

    def test_greys_have_no_hue(self) -> None:
        for name in ("black", "grey", "light"):
            assert colorsys.rgb_to_hls(*to_rgb(plots.PALETTE[name]))[2] == 0


class TestWords:
    @pytest.mark.parametrize(
        ("low", "high", "text"), [(3, 4, "3–4"), (4, 4, "4"), (0.1, 0.4, "0"), (1000, 2000, "1,000–2,000")]
    )
    def test_span(self, low: float, high: float, text: str) -> None:
        assert plots.span(low, high) == text

    @pytest.mark.parametrize(
        ("value", "unit", "qualifier", "text"),
        [
            (4877.6, "CNY", "exact", "4,877.6 yuan"),
            (2_000_000, "CNY", "exact", "2 million yuan"),
            (1_030_000, "count", "more_than", "more than 1.03 million"),
            (300e9, "CNY", "at_least", "at least 300 billion yuan"),
            (107802, "count", "exact", "107,802"),
            (90, "percent", "less_than", "less than 90%"),
            (999_999, "", "about", "about 999,999"),
            (10, "year", "at_least", "at least 10 years"),
            (1, "hour", "at_most", "at most 1 hour"),
            (0.5, "hour", "exact", "0.5 hours"),
            (30, "km", "at_most", "at most 30 km"),
        ],
    )
    def test_amount(self, value: float, unit: str, qualifier: str, text: str) -> None:
        assert plots.amount(value, unit, qualifier) == text

    def test_a_long_label_ends_after_a_word(self) -> None:
        words = "Requirements for Shake-to-Activate Advertisement Triggering Behaviours"
        for width in range(25, 60):
            lines = parts.wrapped(words, width).split("\n")
            assert max(map(len, lines)) <= width
            assert set(" ".join(lines).rstrip("…").split()) <= set(words.split())


class TestLifecycle:
    def test_several_lives_one_row_each(self, ds: Dataset) -> None:
        events = analysis.lifecycles(ds)
        fig, ax = plots.lifecycle(events, periods=analysis.windows(ds))
        for stage in ("draft", "issued", "effective"):
            expected = date2num(events.loc[events["stage"] == stage, "date_start"])
            assert sorted(plots.drawn(ax, stage)[:, 0]) == sorted(expected)
        assert len(ax.get_yticks()) == events["instrument_id"].nunique()
        assert {"draft", "issued 65 days later", "effective 165 days later"} <= set(texts(fig))
        assert fits(fig)

    def test_groups_have_headings(self, ds: Dataset) -> None:
        fig, ax = plots.lifecycle(analysis.followed(analysis.lifecycles(ds)))
        assert len(ax.get_yticks()) == 4
        assert {"From one stage to another in separate developments", "One report gives both dates"} <= set(
            texts(fig)
        )
        assert fits(fig)

    def test_one_life_as_the_dataset_gives_it(self, ds: Dataset) -> None:
        life = ds.lifecycle("talking-lamps-measures")
        _, ax = plots.lifecycle(life)
        assert sum(len(plots.drawn(ax, stage)) for stage in set(life["stage"])) == len(life)

    def test_a_date_that_is_an_interval_is_a_bar(self, ds: Dataset) -> None:
        life = ds.lifecycle("talking-lamps-measures").assign(
            date_start=days("2024-01-01", "2024-03-20", "2024-09-01"),
            date_end=days("2024-01-31", "2024-03-20", "2024-09-01"),
        )
        _, ax = plots.lifecycle(life)
        assert plots.drawn(ax, "interval")[:, [0, 2]].tolist() == [
            [date2num(pd.Timestamp("2024-01-01")), date2num(pd.Timestamp("2024-01-31"))]
        ]
        assert plots.drawn(ax, "draft")[0, 0] == date2num(pd.Timestamp("2024-01-16"))

    def test_events_on_one_day_do_not_cover_each_other(self, ds: Dataset) -> None:
        life = ds.lifecycle("lamp-data-rules")
        life[["date_start", "date_end"]] = pd.Timestamp("2024-02-06")
        _, ax = plots.lifecycle(life)
        assert plots.drawn(ax, "issued")[0, 1] < plots.drawn(ax, "effective")[0, 1]
        assert len(ax.texts) == 1  # they share a text


class TestWaitingChart:
    def frame(self) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "instrument": ["Draft with a date", "Draft of some time in spring"],
                "body": ["CAC", "MIIT"],
                "force": ["binding", "guidance"],
                "date_start": days("2024-01-15", "2024-03-01"),
                "date_end": days("2024-01-15", "2024-05-31"),
            }
        )

    def test_lines_fade_from_the_draft_to_the_last_covered_day(self, ds: Dataset) -> None:
        last = pd.Timestamp("2024-08-31")
        fig, ax = plots.waiting_chart(self.frame(), analysis.windows(ds), last)
        assert plots.drawn(ax, "draft")[:, 0].tolist() == date2num(self.frame()["date_end"]).tolist()
        assert plots.drawn(ax, "interval")[:, [0, 2]].tolist() == [
            [date2num(pd.Timestamp("2024-03-01")), date2num(pd.Timestamp("2024-05-31"))]
        ]
        pieces = [c for c in ax.collections if c.get_gid() == "line"]
        shades = np.asarray(pieces[0].get_colors())[:, 3]  # type: ignore[attr-defined]  # of lines
        assert (np.diff(shades) < 0).all()
        assert plots.drawn(ax, "line")[:, 2].max() == date2num(last)
        assert {"binding", "guidance"} <= set(texts(fig))
        assert row_labels(ax)[0] == "CAC: Draft with a date"
        assert fits(fig)

    def test_no_line_runs_past_its_end_and_no_draft_is_no_error(self, ds: Dataset) -> None:
        last = pd.Timestamp("2024-04-30")
        _, ax = plots.waiting_chart(self.frame(), analysis.windows(ds), last)
        assert plots.drawn(ax, "draft")[1, 0] == plots.drawn(ax, "interval")[0, 2] == date2num(last)
        _, ax = plots.waiting_chart(self.frame().iloc[:0], analysis.windows(ds), last)
        assert row_labels(ax) == []


class TestPenaltyChart:
    def test_sums_stand_under_their_notice_the_largest_first(self) -> None:
        frame = pd.DataFrame(
            {
                "development_id": ["D1", "D2", "D2"],
                "title": ["A court awards damages", "A body fines", "A body fines"],
                "kind": ["damages", "penalty", "penalty"],
                "measure": ["damages_amount", "fine_amount", "fine_and_confiscation_amount"],
                "value": [9e6, 500.0, 2e6],
                "unit": "CNY",
                "qualifier": ["exact", "exact", "more_than"],
                "case": pd.array([pd.NA, 1, 2], dtype="Int64"),
                "offender": ["merchants", "unspecified", None],
                "sanctions": ["damages", "fine", None],
            }
        )
        fig, ax = plots.penalty_chart(frame)
        assert plots.drawn(ax, "sum").tolist() == [[2e6, 1], [500, 2], [9e6, 4]]
        assert row_labels(ax) == ["", "Not named, case 2", "Not named, case 1", "", "Merchants"]
        shown = {"A body fines", "more than 2 million yuan", "500 yuan: fine", "9 million yuan: damages"}
        assert shown <= set(texts(fig))
        assert fits(fig)

    def test_no_sum_is_no_error(self, ds: Dataset) -> None:
        _, ax = plots.penalty_chart(analysis.penalties(ds.select(year=1999)))
        assert row_labels(ax) == []


class TestDrawn:
    def test_an_unknown_name_raises_with_the_nearest_one(self, ds: Dataset) -> None:
        _, ax = plots.lifecycle(ds.lifecycle("talking-lamps-measures"))
        with pytest.raises(UnknownCodeError, match="did you mean 'draft'"):
            plots.drawn(ax, "drafts")


class TestStacked:
    def test_parts_are_drawn_end_to_end(self) -> None:
        frame = pd.DataFrame({"a": [1, 2], "b": [3, 0], "c": [50, 50]}, index=["x", "y"])
        _, ax = plots.stacked(frame, {"b": "blue", "a": "sky"})
        left, right = (list(bars) for bars in ax.containers)
        assert [bar.get_x() for bar in right] == [bar.get_width() for bar in left] == [3, 0]
        assert [bar.get_width() for bar in right] == [1, 2]
        assert [t.get_text() for t in ax.texts] == ["3", "1", "2"]
        assert [t.get_color() for t in ax.texts] == [
            "white",
            "#222222",
            "#222222",
        ]  # legible on blue and on sky

    def test_parts_too_small_for_a_number_have_none(self) -> None:
        _, ax = plots.stacked(pd.DataFrame({"a": [1.0], "b": [99.0]}), {"a": "blue", "b": "sky"}, least=0.05)
        assert [t.get_text() for t in ax.texts] == ["99"]

    def test_bars_may_have_the_same_label(self) -> None:
        frame = pd.DataFrame({"a": [1, 2], "b": [3, 4]}, index=["x", "x"])
        _, ax = plots.stacked(frame, {"a": "blue", "b": "sky"})
        assert [bar.get_x() for bar in list(ax.containers[1])] == [1, 2]


class TestWindowStrip:
    def test_each_window_covers_its_days_and_has_its_number(self) -> None:
        windows = pd.DataFrame(
            {
                "window": ["Dec 2023–Jan 2024", "2024 (review)"],
                "kind": ["newsletter", "annual-review"],
                "start": days("2023-12-01", "2024-01-01"),
                "end": days("2024-01-31", "2024-12-31"),
                "min": [3, 0],
                "max": [5, 0],
            }
        )
        _, ax = plots.window_strip(windows)
        assert [bar.get_width() for bar in ax.patches] == [62, 366]  # type: ignore[attr-defined]  # bars
        assert [text.get_text() for text in ax.texts] == ["3–5", "0"]
        assert row_labels(ax) == ["newsletters", "annual reviews"]


class TestTileMap:
    def test_it_returns_what_it_drew(self) -> None:
        _, ax = plots.chart("column", 3)
        drawn = plots.tile_map(
            ax, pd.Series({"310000": 4, "440000": 1, "110000": 0}), {"310000": "Shanghai"}, edges=(0, 2)
        )
        by_code = drawn.set_index("place_id")
        assert len(drawn) == 34
        assert len(ax.patches) == 34 + 2
        assert by_code["shade"].loc[["310000", "440000", "110000", "650000"]].tolist() == [2, 1, 0, 0]
        assert by_code["text"].loc[["310000", "440000", "110000"]].tolist() == [
            "Shanghai 4",
            "440000 1",
            "110000",
        ]
        colours = [
            ax.patches[list(analysis.TILES).index(code)].get_facecolor()
            for code in ("310000", "440000", "110000")
        ]
        assert len(set(colours)) == 3
        assert colours[2] == (1.0, 1.0, 1.0, 1.0)
        # the legend has the shades of the tiles, the lightest first
        assert [patch.get_facecolor() for patch in ax.patches[34:]] == [colours[1], colours[0]]
        assert [text.get_text() for text in ax.texts[-2:]] == ["1–2", "3 or more"]

    @pytest.mark.parametrize("colour", [plots.INKS["blue"], plots.INKS["vermilion"]])
    def test_the_texts_on_tiles_can_be_read(self, colour: str) -> None:
        _, ax = plots.chart("column", 3)
        values = pd.Series({"310000": 1, "440000": 2, "110000": 4, "330000": 10})
        drawn = plots.tile_map(ax, values, {}, colour=colour, edges=(0, 1, 3, 9))
        assert set(drawn["shade"]) == {0, 1, 2, 3, 4}
        written = iter(ax.texts)
        for patch, _ in zip(ax.patches, drawn["shade"], strict=False):
            for _ in ("name", "number", "corner"):
                assert contrast(next(written).get_color(), patch.get_facecolor()) >= 4.5

    def test_a_second_number_stands_in_the_corner_where_there_is_one(self) -> None:
        _, ax = plots.chart("page", 4)
        drawn = plots.tile_map(ax, pd.Series({"310000": 4}), {}, beside=pd.Series({"310000": 2, "110000": 1}))
        assert drawn.set_index("place_id")["text"].loc[["310000", "110000", "440000"]].tolist() == [
            "310000 4 +2",
            "110000 +1",
            "440000",
        ]

    def test_a_code_that_is_not_provincial_is_refused(self) -> None:
        _, ax = plots.chart("column", 3)
        with pytest.raises(UnknownCodeError, match="440300"):
            plots.tile_map(ax, pd.Series({"440300": 1}), {})


class TestSteeringChart:
    FRAME = pd.DataFrame(
        {"area": ["AI", "AI", "Data", "Data"], "side": ["national", "local"] * 2, "control": [6, 7, 2, 0]}
    ).assign(both=[3, 0, 0, 0], promotion=[0, 9, 0, 1], rights=[0, 4, 0, 0], information=[4, 0, 0, 0])

    def test_limits_lie_left_and_promotion_right_of_what_does_both(self) -> None:
        _, (nation, local) = plots.steering_chart(self.FRAME)
        assert plots.drawn(nation, "control")[:, [0, 2]].tolist() == [[-7.5, -1.5], [-2, 0]]
        assert plots.drawn(nation, "both")[:, [0, 2]].tolist() == [[-1.5, 1.5], [0, 0]]
        assert plots.drawn(local, "promotion")[:, [0, 2]].tolist() == [[0, 9], [0, 1]]
        assert row_labels(nation) == ["AI", "Data"]

    def test_disputes_and_information_are_written_beside_the_bars(self) -> None:
        _, (nation, local) = plots.steering_chart(self.FRAME)
        assert "  4 inform" in [text.get_text() for text in nation.texts]
        assert "  4 on disputes" in [text.get_text() for text in local.texts]

    def test_a_frame_without_acts_can_be_drawn(self) -> None:
        plots.steering_chart(self.FRAME.iloc[:0])


class TestStrengthChart:
    COUNTED = pd.DataFrame(
        {"actor": ["Platforms", "Platforms", "Car makers", "Car makers"], "label": ["must", "should"] * 2}
    ).assign(provisions=[3, 0, 1, 2])

    def test_each_panel_has_the_bars_of_its_strength(self) -> None:
        _, (must, should) = plots.strength_chart(self.COUNTED)
        assert plots.drawn(must, "bar")[:, 2].tolist() == [3, 1]
        assert plots.drawn(should, "bar")[:, 2].tolist() == [0, 2]
        assert row_labels(must) == ["Platforms", "Car makers"]

    def test_other_sources_follow_hollow_with_their_own_number(self) -> None:
        _, (must, _) = plots.strength_chart(self.COUNTED, self.COUNTED.assign(provisions=[0, 0, 2, 0]))
        assert plots.drawn(must, "beside")[:, [0, 2]].tolist() == [[1, 3]]
        assert [text.get_text() for text in must.texts] == ["3", "1 + 2"]


class TestHeadings:
    def test_a_group_of_rows_has_a_heading_without_cells(self) -> None:
        rows = pd.MultiIndex.from_tuples([("duty", "Filing"), ("duty", "Content"), ("support", "Funding")])
        _, ax = plots.heatmap(pd.DataFrame({"Merchants": [2, 0, 1]}, index=rows), slanted=True)
        assert row_labels(ax) == ["Duty", "Filing", "Content", "Support", "Funding"]
        assert [text.get_text() for text in ax.texts] == ["2", "1"]
        assert [label.get_fontweight() for label in ax.get_yticklabels()].count("bold") == 2


class TestTexts:
    """Texts come from the data: they are neither TeX nor able to break a file."""

    DOLLARS = "fine of $5 million, $6 million"
    HOSTILE = (rf"{DOLLARS} $\frac{{$", DOLLARS + "\x00\x1b[31m\x9b\ufffe -- 網")

    def charts(self) -> Iterator[Figure]:
        """Yield charts with hostile labels in every place where a chart takes one."""
        for text in self.HOSTILE:
            yield plots.stacked(pd.DataFrame({text: [1]}, index=[text]), {text: "blue"}, xlabel=text)[0]
            life = pd.DataFrame(
                {"instrument": text, "force": text, "body": text, "stage": [text], "path": text}
            )
            life[["date_start", "date_end"]] = pd.Timestamp("2024-01-01")
            life[["days_min", "days_max"]] = pd.NA
            yield plots.lifecycle(life.assign(instrument_id="a"))[0]
            columns = ["kind", "start", "end"]
            yield plots.waiting_chart(life, pd.DataFrame(columns=columns), pd.Timestamp("2024-08-31"))[0]
            fig, ax = plots.chart()
            plots.tile_map(ax, pd.Series({"310000": 4}), {"310000": text})
            yield fig
            yield plots.steering_chart(TestSteeringChart.FRAME.assign(area=text).iloc[:2])[0]
            duties = TestStrengthChart.COUNTED.assign(label=text).iloc[::2]
            yield plots.strength_chart(duties)[0]
            fig, ax = plots.chart()
            parts.label_rows(ax, [text, text])
            parts.write_near(ax, text, 0, 0)
            parts.legend(fig, [parts.marker("o", text, "black")])
            yield fig
            names = ["development_id", "title", "kind", "measure", "unit", "offender", "sanctions"]
            sums = pd.DataFrame({name: [text] for name in names}).assign(value=5.0, qualifier="exact", case=1)
            yield plots.penalty_chart(sums)[0]

    @pytest.mark.filterwarnings("ignore::UserWarning")  # glyphs and room are missing
    def test_no_label_is_read_as_tex_or_breaks_a_file(self) -> None:
        for fig in self.charts():
            stream = io.BytesIO()
            fig.savefig(stream, format="svg")
            ET.fromstring(stream.getvalue())
            written = [t for t in fig.findobj(Text) if "$" in t.get_text()]
            assert written
            assert not [t.get_text() for t in written if t.get_parse_math() or t.get_usetex()]
            plt.close(fig)
