"""From a new text to an annotation: what is proposed, and what a coder makes of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import factories
import jsonschema
import numpy as np
import pytest
from click.testing import CliRunner
from factories import WINTER

import tmt_dataset as tmt
from tmt_dataset.cli import main
from tmt_dataset.coding.draft import classes, label_studio, linear, writing
from tmt_dataset.coding.draft.acts import hints
from tmt_dataset.coding.draft.dates import only_dates
from tmt_dataset.coding.draft.effort import effort
from tmt_dataset.coding.draft.form import open_values, values
from tmt_dataset.coding.draft.reading import clauses, place
from tmt_dataset.coding.draft.shapes import Unit
from tmt_dataset.coding.draft.worklist import worklist
from tmt_dataset.dataset import Dataset
from tmt_dataset.errors import AnnotationError

SID = "newsletter-2024-05"
TITLE = "The Lamp Gazette: May and June 2024"
TEXT = (
    "The Lamp Gazette: May and June 2024\n"
    "Legislative Developments\n"
    "CAC issues Rules for Lamps that Listen (14 May)\n"
    "The Cyberspace Administration of China (CAC) issued the Rules for Lamps that Listen, which take effect on 1 July 2024. Makers "
    "must ask before a lamp records a household 🏮, and must keep its recordings on the lamp. The rules follow what readers of this "
    "paper had asked for in several letters, some of them long, and say nothing of lamps without ears. We "
    "printed the best of these letters in the spring, and the answer of a reader whose lamp had learnt to snore.\n"
    "Shanghai consults on draft Rules for Street Lamps (3 June)\n"
    "The Shanghai office of the Cyberspace Administration opened a public consultation on the draft Rules for Street Lamps. A street "
    "lamp that talks has to say that it is a machine. Nobody seems to have thought so far that it could be anything else, but the "
    "office has had calls at night, and would like to have fewer of them. People who "
    "walk home late may write to the office until the end of the month, in their own hand if they can still read it.\n"
    "Enforcement\n"
    "CAC launches a campaign against shouting lamps (20 June)\n"
    "CAC launched a special campaign against lamps that shout. It did not say how many of them are left, where they are, or whether the "
    "owners of the others may expect a letter; our own count, made from a window, ended when it began to rain.\n"
)


def run(*arguments: str, fails: bool = False) -> str:
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert result.exit_code == int(fails), result.output
    return result.output


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, bytes, str]:
    """Return a checkout, the folder of texts, a draft, and what the command printed."""
    package, sources = factories.make_annotated_package(tmp_path_factory.mktemp("draft"))
    (sources / f"{SID}.txt").write_text(TEXT, encoding="utf-8")
    printed = run(
        "draft", str(sources / f"{SID}.txt"), "--source-id", SID, "--title", TITLE, "--period", "2024-05-01/2024-06-30",
        "--folder", str(package), "--format", "json",
    )  # fmt: skip
    path = package / f"data/annotations/{SID}.draft.yaml"
    data = path.read_bytes()
    path.unlink()
    return package, sources, data, printed


@pytest.fixture
def drafted(written: tuple[Path, Path, bytes, str], annotated: tuple[Path, Path]) -> tuple[Path, Path]:
    """Return a checkout with a draft, and the folder of texts."""
    package, sources = annotated
    (sources / f"{SID}.txt").write_text(TEXT, encoding="utf-8")
    (package / f"data/annotations/{SID}.draft.yaml").write_bytes(written[2])
    return package, sources


def draft_of(package: Path) -> Path:
    return package / f"data/annotations/{SID}.draft.yaml"


def review(node: Any) -> None:
    """Do what a coder does: write titles and summaries, and confirm what is right."""
    for n, record in enumerate(node["developments"]):
        record["title"] = f"Regulators turn to lamps again, part {n}"
        record["summary"] = "What they did is told in our own words."
        record.setdefault("ai_role", "none")
        record["reviewed"] = True


# -- the draft


def test_segments_tile_the_text_and_words_are_verbatim(drafted: tuple[Path, Path]) -> None:
    node = writing.read_draft(draft_of(drafted[0]))
    bounds = [s["at"] for s in node["segments"]]
    assert [a for a, _ in bounds] == [0, *(b for _, b in bounds[:-1])]
    assert bounds[-1][1] == len(TEXT)
    for record in node["developments"]:
        assert record["proposed"]
        for quote in record["quotes"]:
            assert TEXT[slice(*quote["at"])] == quote["text"]
        for p in record["proposed"]:
            assert TEXT[slice(*p["at"])].strip()
            assert 0 <= p["score"] <= 1


def test_values_are_those_that_the_text_tells(drafted: tuple[Path, Path]) -> None:
    records = writing.read_draft(draft_of(drafted[0]))["developments"]
    assert [r["action"] for r in records] == ["issuance", "consultation", "campaign"]
    assert [r["date"] for r in records] == ["2024-05-14", "2024-06-03", "2024-06-20"]
    assert [list(r["authorities"]) for r in records] == [["cac"], ["cac-shanghai"], ["cac"]]
    assert records[0]["effective_date"] == "2024-07-01"
    assert [r["id"] for r in records] == ["TMT-0008", "TMT-0009", "TMT-0010"]
    assert {(r["title"], r["summary"]) for r in records} == {(None, None)}  # a coder's own words


def test_the_worklist_begins_with_the_most_doubtful_value(written: tuple[Path, Path, bytes, str]) -> None:
    rows = json.loads(written[3])
    scores = [row["score"] for row in rows]
    assert scores == sorted(scores)
    assert {"development_id", "variable", "value", "score", "or", "words"} == {*rows[0]}
    assert any(row["variable"] == "action" and "0.0" in row["or"] for row in rows)


def test_the_worklist_asks_for_what_was_not_proposed(ds: Dataset) -> None:
    record = {
        "id": "TMT-0001", "action": "issuance",
        "proposed": [{"variable": "topics", "value": "", "at": [0, 4], "score": 0.0, "others": [{"value": "ai", "score": 0.1}]}],
    }  # fmt: skip
    frame = worklist({"developments": [record]}, "Lamps", ds)
    topics = frame[frame["variable"] == "topics"]
    assert topics[["value", "or", "words"]].to_numpy().tolist() == [["", "ai 0.10", "Lamp"]]
    assert {"date", "jurisdiction"} <= {*frame["variable"]}
    assert "action" not in {*frame["variable"]}  # the coder's own


def test_the_worklist_begins_with_bodies_that_the_register_lacks(ds: Dataset) -> None:
    proposed = [
        {"variable": variable, "value": value, "at": [0, 4], "score": score}
        for variable, value, score in (
            ("action", "issuance", 0.1),
            ("authorities", "cac lead", 0.2),
            ("authorities", "court-lampville court", 0.9),
            ("figures", "unknown 3 exact statistic", 0.3),
        )
    ]
    record = {
        "id": "TMT-0001", "action": "issuance", "proposed": proposed,
        "authorities": {"cac": "lead", "court-lampville": "court"},
    }  # fmt: skip
    frame = worklist({"developments": [record]}, "Lamps", ds)
    first = frame.iloc[0]
    assert first["value"] == "court-lampville court"
    assert first["or"] == "not in data/vocabularies/authorities.csv: add a row, or choose another code"
    assert "unknown 3 exact statistic" in {*frame["value"]}  # its measure is to be chosen
    assert frame["or"].str.contains("add a row").sum() == 1


def test_a_date_proves_nothing_but_the_date(annotated: tuple[Path, Path]) -> None:
    models = classes.fit(tmt.load(annotated[0]))
    words = "In late July 2025, the lamp was lit (3 August 2025)."
    found = models.propose(Unit(0, len(words), None, words))
    assert found
    assert not any(only_dates(words[p.start : p.end]) for p in found)


def test_the_first_words_decide_for_an_action_that_few_developments_have(
    annotated: tuple[Path, Path],
) -> None:
    models = classes.fit(tmt.load(annotated[0]))
    words = "The Lamp Rules were brought into effect in May."
    (action,) = (p for p in models.propose(Unit(0, len(words), None, words)) if p.variable == "action")
    assert action.value == "effect"


def test_a_schema_checks_and_completes_a_draft(drafted: tuple[Path, Path]) -> None:
    package, _ = drafted
    draft = draft_of(package)
    node = json.loads(json.dumps(writing.read_draft(draft)))
    draft.unlink()
    run("build", "--folder", str(package))
    schema = json.loads((package / "validation/draft.schema.json").read_text(encoding="utf-8"))
    jsonschema.validate(node, schema)
    action = schema["$defs"]["DraftDevelopment"]["properties"]["action"]
    assert "consultation" in json.dumps(action)
    node["developments"][0]["action"] = "consultaton"
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(node, schema)


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--source-id", WINTER, "has this source already"),
        ("--source-id", "Lamps 2024", "expected an identifier of the form"),
        ("--kind", "newslettr", "did you mean 'newsletter'"),
        ("--kind", "leaflet", "unknown kind of source 'leaflet'"),
        ("--published", "soon", "published: 'soon'"),
    ],
)
def test_facts_that_cannot_be_are_refused(
    annotated: tuple[Path, Path], tmp_path: Path, option: str, value: str, said: str
) -> None:
    issue = tmp_path / "issue.txt"
    issue.write_text(TEXT, encoding="utf-8")
    given = {"--source-id": SID, "--title": TITLE, "--period": "2024-05-01/2024-06-30", option: value}
    arguments = [part for pair in given.items() for part in pair]
    printed = run("draft", str(issue), "--folder", str(annotated[0]), *arguments, fails=True)
    assert printed.count(said) == 1
    assert "publisher" not in printed
    assert r"\d" not in printed  # a form is told in words
    assert not draft_of(annotated[0]).exists()


@pytest.mark.parametrize(
    ("content", "said"), [(None, "no such file"), (b"\xff\xfe", "not UTF-8"), (b" \n", "empty")]
)
def test_a_text_that_cannot_be_read_is_refused(tmp_path: Path, content: bytes | None, said: str) -> None:
    path = tmp_path / "issue.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(AnnotationError, match=said):
        writing.text_of(path)


def test_a_draft_replaces_nothing(drafted: tuple[Path, Path]) -> None:
    node = writing.read_draft(draft_of(drafted[0]))
    with pytest.raises(AnnotationError, match="exists already"):
        writing.write_draft(drafted[0], node)


# -- the review


def test_build_refuses_a_draft_and_names_what_is_open(drafted: tuple[Path, Path]) -> None:
    package, _ = drafted
    before = {p.name: p.read_bytes() for p in (package / "data").glob("*.csv")}
    printed = run("build", "--folder", str(package), fails=True)
    assert all(f"TMT-00{n}: " in printed for n in ("08", "09", "10"))
    assert "reviewed: true" in printed
    assert "a draft" in run("build", "--check", "--folder", str(package), fails=True)
    assert {p.name: p.read_bytes() for p in (package / "data").glob("*.csv")} == before


def test_a_value_is_open_until_it_is_confirmed_or_changed() -> None:
    proposed = [
        {"variable": "action", "value": "issuance", "at": [0, 1], "score": 0.9},
        {"variable": "authorities", "value": "cac lead", "at": [0, 1], "score": 0.9},
    ]
    record = {"action": "issuance", "authorities": {"cac": "lead"}, "proposed": proposed}
    assert open_values(record) == [("action", "issuance"), ("authorities", "cac lead")]
    assert open_values({**record, "action": "pilot"}) == [("authorities", "cac lead")]
    assert open_values({**record, "action": "pilot", "authorities": {"cac": "joint"}}) == []
    assert open_values({**record, "reviewed": True}) == []
    assert open_values({**record, "reviewed": "yes"}) != []


def test_a_reviewed_draft_becomes_an_annotation(drafted: tuple[Path, Path], tmp_path: Path) -> None:
    """The recipe of CONTRIBUTING.md, from a draft to a valid package with a difference."""
    package, sources = drafted
    previous = factories.make_package(tmp_path / "previous")
    path = draft_of(package)
    node = writing.read_draft(path)
    review(node)
    node["developments"][0]["quotes"].append(
        {"text": "must keep its recordings on the lamp", "supports": ["topics"]}
    )
    path.write_bytes(writing.dumped(node))
    assert SID in run("locate", str(sources), "--folder", str(package))
    found = writing.read_draft(path)["developments"][0]["quotes"][-1]
    assert TEXT[slice(*found["at"])] == found["text"]
    run("build", "--locate", str(sources), "--folder", str(package))
    assert not path.exists()
    final = path.with_name(f"{SID}.yaml").read_text(encoding="utf-8")
    assert "proposed" not in final
    assert "reviewed" not in final
    assert final.startswith("# yaml-language-server: $schema=../../validation/annotation.schema.json\n")
    assert tmt.validate(package).valid
    run("prove", str(sources), "--package", str(package))
    assert "TMT-0010" in run("diff", str(previous), str(package))
    assert len(tmt.load(package).select(source=SID).developments) == len(node["developments"])


def test_a_confirmed_record_has_what_every_development_has(drafted: tuple[Path, Path]) -> None:
    package, _ = drafted
    node = writing.read_draft(draft_of(package))
    review(node)
    node["developments"][1]["title"] = None
    del node["developments"][1]["orientation"]
    draft_of(package).write_bytes(writing.dumped(node))
    assert "TMT-0009: expected title, orientation, found none" in run(
        "build", "--folder", str(package), fails=True
    )


def test_a_draft_beside_its_annotation_is_refused(drafted: tuple[Path, Path]) -> None:
    package, _ = drafted
    path = draft_of(package)
    node = writing.read_draft(path)
    review(node)
    path.write_bytes(writing.dumped(node))
    path.with_name(f"{SID}.yaml").write_text("source: {}\n", encoding="utf-8")
    assert "delete one of the two" in run("build", "--folder", str(package), fails=True)
    assert path.exists()


# -- Label Studio


def exported(tasks: list[Any]) -> str:
    """Return tasks as Label Studio exports them when each prediction was accepted."""
    for task in tasks:
        task["annotations"] = [{"was_cancelled": False, "result": task.pop("predictions")[0]["result"]}]
    return json.dumps(tasks)


def test_what_reviewers_accept_comes_back_as_it_was(drafted: tuple[Path, Path], tmp_path: Path) -> None:
    package, sources = drafted
    tasks = tmp_path / "tasks.json"
    node = writing.read_draft(draft_of(package))
    before = [{*values(r)} for r in node["developments"]]
    arguments = ("label-studio", str(draft_of(package)), str(sources), str(tasks))
    run(*arguments)
    assert '<Label value="authorities"/>' in tasks.with_suffix(".xml").read_text(encoding="utf-8")
    tasks.write_text(exported(json.loads(tasks.read_text(encoding="utf-8"))), encoding="utf-8")
    assert "3 of 3 developments are reviewed" in run(*arguments, "--back")
    back = writing.read_draft(draft_of(package))
    assert [{*values(r)} for r in back["developments"]] == before
    for record in back["developments"]:
        assert record["reviewed"] is True
        for quote in record["quotes"]:
            assert TEXT[slice(*quote["at"])] == quote["text"]


def test_offsets_are_those_of_a_browser(drafted: tuple[Path, Path]) -> None:
    node = writing.read_draft(draft_of(drafted[0]))
    for task in label_studio.tasks(node, TEXT):
        units = task["data"]["text"].encode("utf-16-le")
        for region in task["predictions"][0]["result"]:
            at = region["value"]
            if region["type"] == "labels":
                assert units[2 * at["start"] : 2 * at["end"]].decode("utf-16-le") == at["text"]


def test_a_changed_region_changes_the_record(drafted: tuple[Path, Path]) -> None:
    node = writing.read_draft(draft_of(drafted[0]))
    tasks = label_studio.tasks(node, TEXT)[:1]
    for region in tasks[0]["predictions"][0]["result"]:
        if region["value"]["text"] == ["issuance"]:
            region["value"]["text"] = ["effect"]
    made = label_studio.returned(exported(tasks), "tasks.json")
    assert label_studio.apply(node, made, TEXT) == [node["developments"][0]["id"]]
    assert node["developments"][0]["action"] == "effect"
    assert ("action", "issuance") not in open_values(node["developments"][0])
    assert node["developments"][1]["reviewed"] is False


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "export the project as JSON"),
        ('[{"data": {}}]', "export the project as JSON"),
        (
            '[{"data": {"development_id": "TMT-0008"}, "annotations": [{"result": []}, {"result": []}]}]',
            "expected one annotation, found 2",
        ),
    ],
)
def test_an_export_that_cannot_be_taken_is_refused(content: str, said: str) -> None:
    with pytest.raises(AnnotationError, match=said):
        label_studio.returned(content, "tasks.json")


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [("TMT-0099", "cac lead", "not in the draft"), ("TMT-0008", "cac", "not of the form of its variable")],
)
def test_a_value_that_fits_nowhere_changes_nothing(
    drafted: tuple[Path, Path], name: str, value: str, said: str
) -> None:
    node = writing.read_draft(draft_of(drafted[0]))
    with pytest.raises(AnnotationError, match=said):
        label_studio.apply(node, {name: [("authorities", value, 0, 5)]}, TEXT)
    assert node == writing.read_draft(draft_of(drafted[0]))


# -- the models


@pytest.mark.parametrize(
    ("lead", "code"),
    [
        ("CAC seeks public comments on the Lamp Measures", "consultation"),
        ("The State Council's legislative work plan lists the draft Lamp Law", "agenda"),
        ("MIIT issued the Notice on Launching Pilots of Lamps", "issuance"),
        ("The regulations on lamps were officially passed", "issuance"),
        ("CAICT released a White Paper on Lamps", "publication"),
        ("The Supreme Court released ten typical cases on lamps", "casebook"),
        ("A market regulator announced five typical cases of false lamps", "enforcement"),
        ("MIIT released a list of typical application cases of lamps", "publication"),
        ("The Beijing Internet Court heard a case on a lamp's voice", "judgment"),
        ("NFRA warned of lamps that lend money", "alert"),
        ("The Lamp Rules came into force in May", "effect"),
        ("CAC brought the Lamp Rules into effect", "effect"),
        ("The Lamp Rules were brought into effect", "effect"),
        ("MIIT called for case studies of lamps", "call"),
        ("Two ministries named twenty cities for a pilot of lamps", "pilot"),
        ("A lamp conference was held in Hangzhou", "meeting"),
        ("CAC launched a special campaign against shouting lamps", "campaign"),
        ("MIIT granted a maker of lamps its number", "approval"),
    ],
)
def test_the_first_words_speak_for_an_act(lead: str, code: str) -> None:
    assert hints(lead)[0] == code


def test_scores_without_a_source_are_those_of_a_model_without_it() -> None:
    from scipy.sparse import csr_matrix

    numbers = np.random.default_rng(1)
    matrix = csr_matrix(numbers.random((12, 5)))
    targets = numbers.choice([-1.0, 1.0], (12, 2))
    groups = ["a"] * 4 + ["b"] * 5 + [""] * 3
    emphasis, scale = numbers.random(12) + 0.5, numbers.random(5)
    whole = linear.fit(matrix, targets, ["x", "y"], groups, emphasis, scale)
    rest = [n for n, group in enumerate(groups) if group != "a"]
    part = linear.fit(
        matrix[rest], targets[rest], ["x", "y"], [groups[n] for n in rest], emphasis[rest], scale
    )
    assert np.allclose(whole.held_out[:4], part.scores(matrix[:4]))


def test_nothing_is_learnt_from_a_source_that_is_left_out(annotated: tuple[Path, Path]) -> None:
    ds = tmt.load(annotated[0])
    heading = "A red button for zebras (2 May)\n"
    unit = Unit(0, len(heading), (0, len(heading)), heading)
    with_word = ds.developments.assign(
        title=ds.developments["title"].mask(
            ds.developments["development_id"] == "TMT-0001", "Zebras zebras zebras"
        )
    )
    other = type(ds)(ds.descriptor, {**dict(ds), "developments": with_word})
    assert classes.fit(ds, WINTER).ranked(unit) == classes.fit(other, WINTER).ranked(unit)
    assert classes.fit(ds).ranked(unit) != classes.fit(other).ranked(unit)


def test_a_code_that_is_not_likely_enough_is_left_to_the_coder(
    annotated: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(classes, "LEAST", {False: 1.1, True: 1.1})
    models = classes.fit(tmt.load(annotated[0]))
    found = models.propose(Unit(0, 20, None, "A lamp is green now."))
    chosen = [p for p in found if p.variable in classes.CHOICES]
    assert {p.value for p in chosen} == {""}
    assert all(len(p.others) == 3 for p in chosen if p.variable == "action")


def test_words_of_a_part_of_a_report_are_found_in_the_source() -> None:
    source = "Two acts (1 and 2 May)\nFirst, one. Second, lamps shall be red."
    start = source.index("Second")
    unit = Unit(start, len(source), (0, 23), source[:23] + source[start:])
    spans = [place(unit, *span) for span in clauses(unit.text, 160)]
    assert [source[slice(*span)] for span in spans if span] == [
        "Two acts (1 and 2 May)",
        "Second, lamps shall be red.",
    ]


# -- the effort


def test_the_effort_is_counted_by_what_became_of_each_value() -> None:
    quote = {"at": [0, 10], "text": "Lamps burn"}
    drafted = {
        "developments": [
            {
                "mentions": ["a:001"],
                "action": "issuance",
                "date": "2024-05-01",
                "topics": ["ai"],
                "quotes": [quote],
            }
        ]
    }
    final = {
        "developments": [
            {
                "mentions": ["a:001"],
                "action": "pilot",
                "date": "2024-05-01",
                "topics": ["data", "ip"],
                "quotes": [quote],
            },
            {"mentions": ["a:002"], "action": "alert", "quotes": []},
        ]
    }
    rows = {r["variable"]: r for r in effort("a", drafted, final, ("one\ntwo\n", "one\nnew\ntwo\n"))}
    names = ("values", "confirmed", "changed", "added", "deleted")
    assert [rows["action"][n] for n in names] == [2, 0, 1, 1, 0]
    assert [rows["topics"][n] for n in names] == [2, 0, 1, 1, 0]
    assert [rows["quotes"][n] for n in names] == [1, 1, 0, 0, 0]
    assert [rows["all"][n] for n in names] == [6, 2, 2, 2, 0]
    assert (rows["all"]["lines_typed"], rows["all"]["lines"]) == (1, 3)
