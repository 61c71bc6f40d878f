"""Coverage, dates, overlap and agreement, each against cases worked out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from tmt_dataset import analysis, plots


def dated(*spans: tuple[str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(list(spans), columns=["date_start", "date_end"])
    frame.insert(0, "development_id", [f"D{i}" for i in range(len(spans))])
    frame.insert(1, "date", [f"{a}/{b}" for a, b in spans])
    return frame.astype({"date_start": "datetime64[s]", "date_end": "datetime64[s]"})


def windows(*rows: tuple[str, str, str, str]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=["source_id", "kind", "period_start", "period_end"])
    return frame.astype({"period_start": "datetime64[s]", "period_end": "datetime64[s]"})


# -- two codings

HEADER = "scope,variable,statistic,value,low,high,n\n"
GOOD = HEADER + "all,unit,f1,0.9,,,40\nall,action,alpha,0.81,0.7,0.9,38\ns,action,alpha,-0.1,-0.4,0.2,9\n"


def write(package: Path, text: str, encoding: str = "utf-8") -> Path:
    path = package / "validation" / "agreement.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode(encoding))
    return package


# -- figures


def test_stacked_parts_stand_one_after_the_other() -> None:
    frame = pd.DataFrame({"a": [1, 2], "b": [3, 0], "c": [50, 50]}, index=["x", "y"])
    _, ax = plots.stacked(frame, {"b": "blue", "a": "sky"})
    left, right = (list(bars) for bars in ax.containers)
    assert [bar.get_x() for bar in right] == [bar.get_width() for bar in left] == [3, 0]
    assert [bar.get_width() for bar in right] == [1, 2]
    assert [t.get_text() for t in ax.texts] == ["3", "1", "2"]
    assert [t.get_color() for t in ax.texts] == ["white", "#222222", "#222222"]  # legible on blue and on sky


def test_parts_too_small_for_a_number_have_none() -> None:
    _, ax = plots.stacked(pd.DataFrame({"a": [1.0], "b": [99.0]}), {"a": "blue", "b": "sky"}, least=0.05)
    assert [t.get_text() for t in ax.texts] == ["99"]


def test_month_figure_piles_what_is_possible_on_what_is_certain() -> None:
    months = analysis.monthly_exposure(
        windows(
            ("n", "newsletter", "2024-01-01", "2024-01-31"),
            ("r", "annual-review", "2024-03-01", "2024-03-31"),
        )
    )
    acts = dated(("2024-01-05", "2024-01-05"), ("2024-01-01", "2024-03-31"))
    counted = analysis.developments_by_month(acts, pd.DatetimeIndex(months.index))
    _, ax = plots.month_figure(months, counted)
    certain, possible = (list(bars) for bars in ax.containers)
    assert [bar.get_height() for bar in certain] == [1, 0, 0]
    assert [bar.get_y() + bar.get_height() for bar in possible] == [2, 1, 1]
    assert len({bar.get_facecolor() for bar in certain}) == 3  # newsletter, nothing, review


def test_of_an_estimate_that_is_not_carried_only_the_interval_is_drawn() -> None:
    told = pd.DataFrame(
        {"first": [True] * 9, "second": [True] * 8 + [False], "certain": [True] * 8 + [False]}
    )
    results = {"few": analysis.chapman(9, 6, 6), "enough": analysis.chapman(9, 8, 8)}
    _, ax = plots.list_figure(told, results, ("n", "r"))
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["observed", "few", "enough"]
    points = [float(np.asarray(line.get_xdata())[0]) for line in ax.lines if line.get_marker() == "o"]
    assert points == [results["enough"].estimate]
    spans = [tuple(np.asarray(line.get_xdata())) for line in ax.lines if line.get_marker() != "o"]
    assert spans == [(r.low, r.high) for r in results.values()]
    assert ax.texts[0].get_text() == f"{results['few'].low} to {results['few'].high:.0f}"
    assert [int(bars[0].get_width()) for bars in ax.containers] == [0, 8, 0, 1]


def test_agreement_figure_orders_by_value(package: Path) -> None:
    table = analysis.agreement_table(write(package, GOOD))
    _, ax = plots.agreement_figure(table[table["scope"] == "all"])
    assert [tick.get_text() for tick in ax.get_yticklabels()] == ["unit", "action"]
    assert [np.asarray(line.get_xdata())[0] for line in ax.lines] == [0.9, 0.81]
