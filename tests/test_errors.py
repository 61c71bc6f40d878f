"""One class for each thing that a caller handles differently, and messages that help."""

from __future__ import annotations

import inspect

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tmt_dataset import errors
from tmt_dataset.errors import (
    PackageNotFoundError,
    TmtDatasetError,
    UnknownCodeError,
    near,
    unknown,
)

CLASSES = [c for _, c in inspect.getmembers(errors, inspect.isclass) if issubclass(c, TmtDatasetError)]
TOPICS = ["ai/ethics", "ai/misuse", "platforms/advertising", "data/personal-information"]


# a DeclarationError is made of its parts
@pytest.mark.parametrize(
    "cls", [c for c in CLASSES if c is not errors.DeclarationError], ids=lambda c: c.__name__
)
def test_every_error_is_caught_by_the_base_class_and_keeps_its_message(cls: type[TmtDatasetError]) -> None:
    with pytest.raises(TmtDatasetError) as caught:
        raise cls("datapackage.json: broken")
    assert str(caught.value) == "datapackage.json: broken"
    assert cls.__doc__


@pytest.mark.parametrize(
    ("cls", "builtin"),
    [
        (errors.PackageNotFoundError, FileNotFoundError),
        (errors.PackageError, ValueError),
        (errors.ChecksumError, errors.PackageError),
        (errors.UnknownCodeError, LookupError),
        (errors.UnknownCodeError, KeyError),  # what a mapping raises
        (errors.AnnotationError, ValueError),
        (errors.QuoteNotFoundError, ValueError),
        (errors.MissingExtraError, ImportError),
    ],
)
def test_errors_are_what_a_caller_of_python_expects(cls: type[Exception], builtin: type[Exception]) -> None:
    assert issubclass(cls, builtin)


def test_the_message_of_a_missing_package_has_no_errno() -> None:
    assert str(PackageNotFoundError("here: no such file")) == "here: no such file"
    assert str(PackageNotFoundError()) == ""


def test_the_message_of_an_unknown_code_is_not_quoted() -> None:
    """A KeyError would show the repr of its message."""
    assert str(UnknownCodeError("unknown topic 'x'")) == "unknown topic 'x'"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ai/ethic", "'ai/ethics'"),
        ("AI/Ethics", "'ai/ethics'"),
        ("advertising", "'platforms/advertising'"),
        ("personal", "'data/personal-information'"),
        ("platform/advertisng", "'platforms/advertising'"),
    ],
)
def test_near_misses_are_named(name: str, expected: str) -> None:
    assert near(name, TOPICS).startswith(f"; did you mean {expected}")
    assert near(name, iter(TOPICS)).endswith("?")


@pytest.mark.parametrize("name", ["zzzzzz", "", None, 3.5, ("a",)])
def test_nothing_is_guessed_where_nothing_is_near(name: object) -> None:
    assert near(name, TOPICS) == ""
    assert near(name, []) == ""


def test_no_more_suggestions_than_asked_for() -> None:
    many = [f"topic-{n}" for n in range(50)]
    assert near("topic", many).count("'topic-") == 3
    assert near("topic-1", many, n=1).count("'topic-") == 1


@given(st.text(), st.lists(st.text(), max_size=5))
def test_any_name_gets_a_message(name: str, known: list[str]) -> None:
    message = str(unknown("topic", name, known, "the table topics"))
    assert message.startswith(f"unknown topic {name!r}")
    assert message.endswith("All of them: the table topics")


@given(st.sampled_from(TOPICS))
def test_unknown_name_reads_as_sentences(topic: str) -> None:
    assert str(unknown("topic", topic[:-1], [topic], "the table topics")) == (
        f"unknown topic {topic[:-1]!r}; did you mean {topic!r}? All of them: the table topics"
    )
    assert (
        str(unknown("topic", "zzz", [topic], "the table topics"))
        == "unknown topic 'zzz'. All of them: the table topics"
    )


def test_names_with_apostrophes_keep_their_message() -> None:
    assert str(unknown("authority", "All' All", [], "the table authorities")) == (
        'unknown authority "All\' All". All of them: the table authorities'
    )


def test_a_code_is_found_by_its_name() -> None:
    names = {"Shanghai": "310000", "Hangzhou": "330100", "北京": "110000"}
    for asked, expected in (("shanghai", "'310000' (Shanghai)"), ("Hangzou", "'330100' (Hangzhou)")):
        assert f"did you mean {expected}?" in str(unknown("place", asked, list(names.values()), "x", names))
    assert near("京", [], names) == "; did you mean '110000' (北京)?"
    assert near("", [], names) == near("Zürich", [], names) == ""
    # a code that is near comes first
    assert "did you mean '310000', " in str(unknown("place", "31000", list(names.values()), "x", names))
