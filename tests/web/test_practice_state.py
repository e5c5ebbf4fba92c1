"""The set-up in words, and what was chosen as a Setup."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from interviewer.content import shipped
from interviewer.domain import Setup
from interviewer.errors import BadMessage
from interviewer.settings import Settings
from interviewer.web.practice_state import ONE, OPENER, Choices, areas, asked_for, cost, questions, setup, when

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def test_every_question_can_be_chosen_and_is_named_by_area_and_beginning() -> None:
    content = shipped()
    listed = questions(content)
    assert {id for _, id in listed} == {question.id for question in content.bank("breadth")}
    for label, id in listed:
        question = content.question(id)
        area, _, beginning = label.partition(": ")
        assert area == content.round("breadth").area_name(question.area)
        assert len(beginning) <= OPENER + 1
        assert " ".join(question.opener.split()).startswith(beginning.rstrip("…"))


def test_areas_are_those_with_questions() -> None:
    assert {id for _, id in areas(shipped())} == {question.area for question in shipped().bank("breadth")}


def test_a_mix_keeps_its_areas_and_what_is_due() -> None:
    chosen = setup(Choices(areas=("B03",), question="leakage", minutes=10), seed=7, model="m", due=("metrics",))
    assert chosen == Setup(round="breadth", minutes=10, areas=("B03",), seed=7, model="m", due=("metrics",))


def test_one_question_needs_a_question() -> None:
    with pytest.raises(BadMessage, match="Choose the question"):
        setup(Choices(what=ONE), seed=1, model="", due=())
    assert setup(Choices(what=ONE, question="leakage", areas=("B03",)), seed=1, model="", due=()).areas == ()


def test_what_cannot_be_used_is_named() -> None:
    with pytest.raises(BadMessage, match="'level'"):
        setup(Choices(level="king"), seed=1, model="", due=())


def test_a_link_fills_the_form_with_what_is_known() -> None:
    content = shipped()
    assert asked_for({"question": "leakage"}, content=content, earlier=None).question == "leakage"
    assert asked_for({"area": "B03"}, content=content, earlier=None).areas == ("B03",)
    assert asked_for({"question": "x", "area": "<b>"}, content=content, earlier=None) == Choices()


def test_the_same_again_keeps_the_setup() -> None:
    earlier = Setup(round="breadth", level="staff", strictness="strict", minutes=40, areas=("B03", "Z99"))
    again = asked_for({}, content=shipped(), earlier=earlier)
    assert (again.level, again.strictness, again.minutes, again.areas) == ("staff", "strict", 40, ("B03",))
    one = asked_for({}, content=shipped(), earlier=earlier.model_copy(update={"question": "leakage"}))
    assert one.what == ONE and one.question is not None
    area = shipped().question("leakage").area
    assert shipped().question(one.question).area == area


def test_the_cost_in_words() -> None:
    assert cost(Settings(), 20) == ""
    assert "Set prices" in cost(Settings(model="m"), 20)
    priced = cost(Settings(model="m", price_in=2.0, price_out=8.0, currency="EUR"), 20)
    assert priced == "About 0.21 EUR (76,000 tokens in, 6,900 out)."
    assert cost(Settings(model="m", price_in=0.1, price_out=0.4), 10).startswith("About 0.006 USD")
    assert cost(Settings(model="m", price_in=2.0, price_out=8.0, builtin_steps=frozenset({"grade"})), 20) < priced


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        (timedelta(seconds=20), "just now"),
        (timedelta(minutes=1), "1 minute ago"),
        (timedelta(minutes=59), "59 minutes ago"),
        (timedelta(hours=1), "1 hour ago"),
        (timedelta(hours=30), "1 day ago"),
        (timedelta(days=9), "9 days ago"),
    ],
)
def test_how_long_ago(ago: timedelta, words: str) -> None:
    assert when(NOW - ago, NOW) == words
    assert when(None, NOW) == "some time ago"
