"""A text is cut into the reports that it has, whatever form its items take. The texts are invented."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmt_dataset.coding.draft.segments import cut, units

BODY = "The MIIT issued the Measures for Garden Robots. They say how robots are kept and who answers for harm that they do."
OTHER = "The CAC opened the Draft Provisions on Talking Toys for comment. Makers would have to test each toy before it is sold."
LINKS = "Follow the links below to view the official documents.\n"


def roles(text: str) -> list[tuple[str, str]]:
    return [(c.role, text[c.start : c.end].strip()[:12]) for c in cut(text)]


FORMS = {
    "numbered": (f"1. MIIT issued robot rules (3 July)\n{BODY}\n", f"2. CAC consulted on toys (5 July)\n{OTHER}\n"),
    "month first": (f"1. MIIT issued robot rules (July 3, 2025)\n{BODY}\n", f"2. CAC consulted on toys (July 5, 2025)\n{OTHER}\n"),
    "glued": (f"- MIIT issued robot rules (3 July){BODY}\n", f"- CAC consulted on toys (5 July){OTHER}\n"),
    "glued without a date": (f"- MIIT issued robot rules{BODY}\n", f"- CAC consulted on toys{OTHER}\n"),
    "colon": (f"• MIIT issued robot rules (3 July): {BODY}\n", f"• CAC consulted on toys (5 July): {OTHER}\n"),
    "dash": (f"MIIT issued robot rules – 3 July 2025\n{BODY}\n", f"CAC consulted on toys – 5 July 2025\n{OTHER}\n"),
    "without a date": (f"MIIT issued robot rules\n{BODY}\n", f"CAC consulted on toys\n{OTHER}\n"),
    "second heading lost": (f"1. MIIT issued robot rules (3 July)\n{BODY}\n", f"{OTHER}\n"),
}  # fmt: skip


@pytest.mark.parametrize("form", FORMS)
def test_each_item_is_a_report(form: str) -> None:
    items = FORMS[form]
    text = LINKS + "".join(items)
    found = units(text, cut(text))
    assert [text[u.start : u.end] for u in found] == list(items)
    headed = [text[slice(*u.heading)].strip() if u.heading else "" for u in found]
    assert all(h and "MIIT issued the" not in h for h in headed[:1])


@pytest.mark.parametrize("form", FORMS)
def test_a_heading_and_its_body_are_two_segments(form: str) -> None:
    text = LINKS + FORMS[form][0]
    assert [role for role, _ in roles(text)] == ["boilerplate", "heading", "development"]


def test_highlights_that_repeat_items_are_no_reports() -> None:
    items = "".join(FORMS["glued"])
    text = f"Key Highlights\n- MIIT issued Measures for Garden Robots\n- CAC opened Draft Provisions on Talking Toys\nLegislative Developments\n{items}"
    assert len(units(text, cut(text))) == 2
    assert [role for role, _ in roles(text)][:4] == [
        "section-heading",
        "introduction",
        "introduction",
        "section-heading",
    ]


def test_a_title_glued_to_the_end_of_a_body_is_a_segment() -> None:
    text = (
        f"Legislative Developments\n{FORMS['glued'][0].rstrip()}Enforcement Developments\n{FORMS['glued'][1]}"
    )
    assert [role for role, _ in roles(text)].count("section-heading") == 2


def test_a_heading_with_several_dates_has_a_report_for_each_act_that_its_body_counts() -> None:
    heading = "3. CAC launched two actions (3 July, 5 July)\n"
    body = (
        "The CAC launched two actions. First, an action on toys began. Second, an action on gardens began.\n"
    )
    found = units(LINKS + heading + body, cut(LINKS + heading + body))
    assert len(found) == 2
    assert "toys began" in found[0].text
    assert "toys began" not in found[1].text


PROSE = (
    "This article is the first of a series on the year.\n"
    "1) Robots grow up\n"
    "Robots were a focus of the year. In March 2024, the MIIT issued the Measures for Garden Robots. It also named the bodies that test them. "
    "In May, the CAC published the Draft Provisions on Talking Toys. These steps show that rules mature.\n"
    "In June, the SAMR announced a list of safe toys. In 2025, we expect further rules.\n"
)


def test_prose_has_a_report_for_each_act() -> None:
    found = [u.text.strip() for u in units(PROSE, cut(PROSE))]
    assert [t[:9] for t in found] == ["In March ", "In May, t", "In June, "]
    assert found[0].endswith("test them.")


def test_prose_keeps_its_frame_apart() -> None:
    assert [role for role, _ in roles(PROSE)] == [
        "introduction", "section-heading", "commentary", "development", "development", "commentary", "development", "outlook",
    ]  # fmt: skip


@given(st.text(alphabet=st.sampled_from("ab .\n-1()JulyMIT“”issued"), max_size=200) | st.text(max_size=80))
def test_segments_cover_any_text(text: str) -> None:
    cuts = cut(text)
    assert "".join(text[c.start : c.end] for c in cuts) == text
    assert all(c.start < c.end for c in cuts)
