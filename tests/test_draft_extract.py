"""What the rules read from invented reports: dates, authorities, documents, figures, places."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tmt_dataset.coding.draft.extract import propose
from tmt_dataset.coding.draft.registers import Registers, of
from tmt_dataset.coding.draft.segments import cut, units
from tmt_dataset.coding.draft.shapes import Proposal
from tmt_dataset.coding.draft.titles import alike
from tmt_dataset.dataset import load

WINDOW = ("2025-07-01", "2025-08-31")
LINKS = "Follow the links below to view the official documents.\n"


@pytest.fixture(scope="module")
def registers() -> Registers:
    return of(load())


def read(report: str, registers: Registers, window: tuple[str, str] = WINDOW) -> list[Proposal]:
    text = LINKS + report
    found = units(text, cut(text))
    assert len(found) == 1
    return propose(found[0], text, registers, window)


def values(found: list[Proposal], variable: str) -> list[str]:
    return [p.value for p in found if p.variable == variable]


class Dated(NamedTuple):
    report: str
    date: str
    basis: str


DATES = {
    "day first": Dated("1. MIIT issued robot rules (3 July)\nThe MIIT issued rules.\n", "2025-07-03", "stated"),
    "month first": Dated("1. MIIT issued robot rules (July 3, 2025)\nThe MIIT issued rules.\n", "2025-07-03", "stated"),
    "the year before the window": Dated("1. MIIT issued robot rules (31 December)\nThe MIIT issued rules.\n", "2024-12-31", "stated"),
    "a month": Dated("In July, the MIIT issued the Measures for Garden Robots.\n", "2025-07", "stated"),
    "the body prevails": Dated("1. Garden ceremony held (8 July)\nThe ceremony took place on 7 July 2025. Many came.\n", "2025-07-07", "stated"),
    "effect is not the act": Dated("1. MIIT issued robot rules (3 July)\nThe rules are effective from 1 September 2025.\n", "2025-07-03", "stated"),
    "as of": Dated("The CAC issued a list of garden robots, with 4 robots added as of July 23.\n", "2025-07-23/2025-08-31", "context"),
    "a month below a heading without a date": Dated("1. Court rules on garden robots\nIn August 2025, the Hangzhou Internet Court heard a case on robots.\n", "2025-08", "stated"),
    "a month without a year below a heading": Dated("1. MIIT issues robot rules\nIn August, the MIIT issued rules.\n", "2025-08", "stated"),
    "early in a month": Dated("1. MIIT issues robot rules\nIn early July 2025, the MIIT issued rules.\n", "2025-07", "stated"),
    "the middle of a month": Dated("1. MIIT issues robot rules\nIn mid-July, the MIIT issued rules.\n", "2025-07", "stated"),
    "late in a month": Dated("In late July, the MIIT issued the Measures for Garden Robots.\n", "2025-07", "stated"),
    "a day in the heading prevails over a month": Dated("1. MIIT issued robot rules (3 July)\nIn July 2025, the MIIT issued rules.\n", "2025-07-03", "stated"),
    "a month of effect is not the act's": Dated("1. MIIT issues robot rules\nThe MIIT issued rules that take effect in August 2025.\n", "2025-07-01/2025-08-31", "period"),
    "effect is the act": Dated("The Measures for Garden Robots took effect on 1 August 2025.\n", "2025-08-01", "stated"),
    "none": Dated("The CAC issued a list of garden robots. It is long.\n", "2025-07-01/2025-08-31", "period"),
}  # fmt: skip


@pytest.mark.parametrize("name", DATES)
def test_the_date_of_the_act(name: str, registers: Registers) -> None:
    found = read(DATES[name].report, registers)
    assert values(found, "date") == [DATES[name].date]
    assert values(found, "date_basis") == [DATES[name].basis]


@pytest.mark.parametrize(
    ("clause", "date"),
    [
        ("The rules take effect on 1 September.", ["2025-09-01"]),
        ("The rules will come into force on January 1.", ["2026-01-01"]),
        ("The rules are effective immediately.", ["2025-07-03"]),
        ("The rules say what robots are.", []),
    ],
)
def test_the_date_of_effect(clause: str, date: list[str], registers: Registers) -> None:
    found = read(f"1. MIIT issued robot rules (3 July)\nThe MIIT issued rules. {clause}\n", registers)
    assert values(found, "effective_date") == date


ACTORS = {
    "one": ("The CAC issued robot rules.", ["cac lead"], "0"),
    "several": ("The MIIT, the CAC and the Ministry of Transport jointly issued robot rules.", ["miit lead", "cac joint", "mot joint"], "0"),
    "further ones": ("The MIIT and four other departments issued robot rules.", ["miit lead"], "4"),
    "others": ("The MIIT, in collaboration with multiple departments, issued robot rules.", ["miit lead"], "1"),
    "only a number": ("12 departments launched an action on robots.", [], "12"),
    "nobody": ("The first robot rules were issued.", [], "1"),
    "a place": ("Shenzhen released robot rules.", ["gov-shenzhen lead"], "0"),
    "a local office": ("The Hangzhou SAMR issued robot rules.", ["samr-hangzhou lead"], "0"),
    "an office made from a place": ("The Henan Provincial Communications Administration issued robot rules.", ["ca-henan lead"], "0"),
    "in the passive": ("Robot rules were issued by the CAC.", ["cac lead"], "0"),
    "a court that decides": ("The Beijing Internet Court heard a case on robots.", ["court-beijing-internet court"], "0"),
    "a court that publishes": ("The Supreme People’s Court released guidance on robots.", ["spc lead"], "0"),
    "named after the verb": ("The CAC released a note on robots of the MIIT.", ["cac lead"], "0"),
    "unknown": ("The National Garden Robot Administration (“NGRA”) issued robot rules.", ["ngra lead"], "0"),
    "a verb that is in no list": ("The CAC scolded a maker of robots.", ["cac lead"], "0"),
    "a bureau that fines": ("Beijing Municipal Administration for Market Regulation imposed a fine on a maker.", ["samr-beijing lead"], "0"),
    "a court of a city": ("The Shenzhen Intermediate People's Court ruled on robots.", ["court-shenzhen-intermediate court"], "0"),
    "a court of a district": ("The Shanghai Garden District People’s Court ruled on robots.", ["court-shanghai-garden-district court"], "0"),
    "a bureau of a city": ("The Shenzhen Garden Robot Bureau issued robot rules.", ["grb-shenzhen lead"], "0"),
    "a word that names nobody": ("The Committee issued robot rules.", [], "1"),
    "in Chinese": ("国家互联网信息办公室 issued robot rules.", ["cac lead"], "0"),
}  # fmt: skip


@pytest.mark.parametrize("name", ACTORS)
def test_who_acts(name: str, registers: Registers) -> None:
    report, named, unnamed = ACTORS[name]
    found = read(f"{report}\n", registers)
    assert values(found, "authorities") == named
    assert values(found, "unnamed_authorities") == [unnamed]


def test_the_body_prevails_over_the_heading_on_who_acted(registers: Registers) -> None:
    found = read(
        "1. MIIT issued robot rules (3 July)\nThe MIIT and the CAC released rules on robots.\n", registers
    )
    assert values(found, "authorities") == ["miit lead", "cac joint"]


def test_an_act_governs_the_area_of_whoever_leads(registers: Registers) -> None:
    assert values(read("The Hangzhou SAMR issued robot rules.\n", registers), "jurisdiction") == ["330100"]
    court = read("The Shenzhen Intermediate People's Court ruled on robots.\n", registers)
    assert values(court, "jurisdiction") == ["440300"]
    bureau = read("The Beijing Garden Robot Bureau issued robot rules.\n", registers)
    assert values(bureau, "jurisdiction") == ["110000"]
    found = read("The MIIT approved robots in Shanghai, Hainan, and Hubei.\n", registers)
    assert values(found, "jurisdiction") == ["100000"]
    assert values(found, "places") == ["310000", "420000", "460000"]
    assert values(read("The MIIT held a conference in Shanghai.\n", registers), "places") == []


STAGES = {
    "issued": ("The MIIT issued the Measures for the Management of Garden Robots.", "issued"),
    "draft by its title": ("The MIIT released the Measures for the Management of Garden Robots (Draft for Comments).", "draft"),
    "draft by its verb": ("The MIIT solicited public opinions on the Measures for the Management of Garden Robots.", "draft"),
    "revised": ("The MIIT issued the revised Measures for the Management of Garden Robots.", "revised"),
    "brought into effect": ("The CAC brought into effect the Measures for the Management of Garden Robots.", "effective"),
    "brought it into effect": ("The CAC brought the Measures for the Management of Garden Robots into effect.", "effective"),
    "brought into effect by someone": ("The Measures for the Management of Garden Robots were brought into effect by the CAC.", "effective"),
    "took effect": ("The Measures for the Management of Garden Robots took effect on 1 August.", "effective"),
    "issued, with its effect": ("The MIIT issued the Measures for the Management of Garden Robots, which take effect on 1 August.", "issued"),
    "relied on": ("The MIIT fined a maker in accordance with the Measures for the Management of Garden Robots.", "cited"),
}  # fmt: skip


@pytest.mark.parametrize("name", STAGES)
def test_the_stage_of_a_document(name: str, registers: Registers) -> None:
    report, stage = STAGES[name]
    found = read(f"{report}\n", registers)
    (value,) = values(found, "instruments")
    assert value == f"measures-management-garden-robots {stage}"
    span = next(p for p in found if p.variable == "instruments")
    assert (LINKS + report)[span.start : span.end].startswith("Measures for the Management of Garden Robots")


def test_a_known_document_goes_on_with_its_life(registers: Registers) -> None:
    drafted = next(
        i
        for i in registers.instruments
        if len(i.life) == 1 and i.life[0][1] == "draft" and "[" not in i.titles[0]
    )
    found = read(f"The MIIT issued the {drafted.titles[0]}.\n", registers, ("2030-01-01", "2030-02-28"))
    assert values(found, "instruments") == [f"{drafted.code} issued"]
    assert values(found, "relations") == [f"finalises {drafted.life[0][0]}"]


def test_titles_that_share_their_words_are_alike() -> None:
    assert alike("Standardization Rules [Wuhan]", "standardisation rules (Interim)") == 1
    assert alike("Rules on Robots", "Rules on Toys") < 0.5


FIGURES = {
    "an amount": ("fined 2 million yuan.", ("2000000", "exact", "penalty")),
    "damages": ("ordered to compensate the plaintiff RMB 500.", ("500", "exact", "damages")),
    "a count": ("removed over 1,300 robots from shops.", ("1300", "more_than", "statistic")),
    "a count in words": ("approved robots in four cities.", ("4", "exact", "statistic")),
    "a percentage": ("sets a limit of at most 50% for foreign owners.", ("50", "at_most", "requirement")),
    "a period": ("says that logs must be kept for at least 6 months.", ("6", "at_least", "requirement")),
    "a target": ("plans to build more than 20 robots by 2030.", ("20", "more_than", "target")),
    "nearly": ("listed nearly 500 robots.", ("500", "about", "statistic")),
    "a clock": ("says that robots must sleep until 06:00.", ("6", "exact", "requirement")),
}  # fmt: skip


@pytest.mark.parametrize("name", FIGURES)
def test_figures(name: str, registers: Registers) -> None:
    clause, expected = FIGURES[name]
    (value,) = values(read(f"The MIIT {clause}\n", registers), "figures")
    assert tuple(value.split()[1:]) == expected


MEASURES = {
    "a fine in yuan": ("The SAMR fined a maker of robots RMB 500,000.", "fine_amount"),
    "the limit of a fine": ("The SAMR may impose a fine of up to RMB 500,000.", "fine_amount"),
    "damages": ("The court ordered the maker to compensate the gardener RMB 500.", "damages_amount"),
    "an act that is told, not what it counts": ("The MIIT approved 6G robots in 8 cities.", "unknown"),
    "a unit that no measure has": ("The SAMR fined a maker of robots $500,000.", "unknown"),
    "nothing that a measure is called by": ("The MIIT counted 300 hedgehogs.", "unknown"),
}  # fmt: skip


@pytest.mark.parametrize("name", MEASURES)
def test_a_measure_has_the_unit_of_its_number_or_is_left_to_the_coder(
    name: str, registers: Registers
) -> None:
    report, measure = MEASURES[name]
    found = read(f"{report}\n", registers)
    (value,) = values(found, "figures")
    assert value.split()[0] == measure
    units = {registers.units[v.split()[0]] for p in found if p.variable == "figures" for v, _ in p.others}
    assert len(units) <= 1


def test_the_score_of_a_figure_is_that_all_of_it_is_right(registers: Registers) -> None:
    (named,) = (
        p for p in read("The SAMR fined a maker RMB 500,000.\n", registers) if p.variable == "figures"
    )
    (bare,) = (p for p in read("The MIIT counted 300 hedgehogs.\n", registers) if p.variable == "figures")
    assert bare.score < 0.2 < named.score < 0.7


@pytest.mark.parametrize(
    "clause",
    [
        "issued rules in 2025.", "issued ten measures.", "named five key areas.", "published version 1.0 of the rules.", "launched a 2-month action.",
        "issued GB 44495-2024.", "issued 5G rules.", "told the third batch.", "met from 26 to 27 July.",
    ],
)  # fmt: skip
def test_dates_numbering_and_parts_are_no_figures(clause: str, registers: Registers) -> None:
    assert values(read(f"The MIIT {clause}\n", registers), "figures") == []


def test_every_value_has_a_span_and_a_probability(registers: Registers) -> None:
    report = "1. MIIT fined robot makers (3 July)\nThe MIIT fined two companies 20,000 yuan under the Advertising Law. They are in Hubei.\n"
    found = read(report, registers)
    assert {p.variable for p in found} >= {"date", "authorities", "instruments", "figures", "jurisdiction"}
    assert all(0 <= p.start < p.end <= len(LINKS + report) and 0 < p.score < 1 for p in found)


def test_registers_leave_out_what_only_one_source_names() -> None:
    ds = load()
    first = str(ds.sources["source_id"].iloc[0])
    without, whole = of(ds, first), of(ds)
    alone = {i.code for i in whole.instruments} - {i.code for i in without.instruments}
    links = ds.development_instruments.astype(str)
    own = ds.mentions[
        ds.mentions["segment_id"].str.startswith(f"{first}:") & (ds.mentions["rank"] == "primary")
    ]
    assert alone
    assert set(links.loc[links["instrument_id"].isin(alone), "development_id"]) <= set(
        own["development_id"].astype(str)
    )
