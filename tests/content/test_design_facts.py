"""The questions that candidates ask in design rounds: each names the fact that answers it, in words of its own."""

from __future__ import annotations

import re
from collections import Counter
from difflib import SequenceMatcher
from functools import cache
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, TypeAdapter
from yaml import safe_load

from interviewer.content.load import root
from interviewer.domain import Fact, Question

GOLDEN = Path(__file__).parents[2] / "evals" / "golden"
PROBLEMS = sorted((root() / "design" / "bank").glob("*.yaml"))
LIGHTLY_EDITED = 0.85
"""Share of letters in common from which on a wording is the listed one with a word changed."""
WANTED = {"answer", "rubric", "twist", "score", "reference", "prompt"}


class Asked(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    fact: str | None
    wordings: tuple[str, str, str]


class Refusal(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    wants: str
    text: str


class Unanswered(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    refusals: tuple[Refusal, ...]
    statements: dict[str, tuple[str, ...]]


def plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))


@cache
def facts(path: Path) -> tuple[Fact, ...]:
    brief = Question.model_validate(safe_load(path.read_text(encoding="utf-8"))).brief
    assert brief is not None
    return brief.facts


@pytest.fixture(scope="module")
def questions() -> dict[str, tuple[Asked, ...]]:
    text = (GOLDEN / "design_facts.yaml").read_text(encoding="utf-8")
    return TypeAdapter(dict[str, tuple[Asked, ...]]).validate_python(safe_load(text))


@pytest.fixture(scope="module")
def unanswered() -> Unanswered:
    return Unanswered.model_validate(safe_load((GOLDEN / "design_refusals.yaml").read_text(encoding="utf-8")))


def test_every_problem_has_questions_and_statements(
    questions: dict[str, tuple[Asked, ...]], unanswered: Unanswered
) -> None:
    stems = {path.stem for path in PROBLEMS}
    assert set(questions) == set(unanswered.statements) == stems


@pytest.mark.parametrize("path", PROBLEMS, ids=lambda path: path.stem)
def test_forty_questions_cover_every_fact_and_some_find_the_sheet_silent(
    path: Path, questions: dict[str, tuple[Asked, ...]]
) -> None:
    asked = Counter(question.fact for question in questions[path.stem])
    assert asked.total() == 40
    # At least eight: what most candidates ask for (team, deadline, availability) is on the sheets.
    assert 8 <= asked.pop(None) <= 14
    assert set(asked) == {fact.id for fact in facts(path)}


@pytest.mark.parametrize("path", PROBLEMS, ids=lambda path: path.stem)
def test_no_wording_is_one_that_the_problem_lists(path: Path, questions: dict[str, tuple[Asked, ...]]) -> None:
    listed = {fact.id: {plain(phrase) for phrase in fact.asked} for fact in facts(path)}
    wordings = [(asked.fact, plain(wording)) for asked in questions[path.stem] for wording in asked.wordings]
    assert not {wording for _, wording in wordings} & set().union(*listed.values())
    edited = [
        (wording, phrase)
        for fact, wording in wordings
        for phrase in (listed[fact] if fact else ())
        if SequenceMatcher(None, phrase, wording).ratio() >= LIGHTLY_EDITED
    ]
    assert not edited


def test_no_two_entries_say_the_same(questions: dict[str, tuple[Asked, ...]], unanswered: Unanswered) -> None:
    said = [wording for asked in questions.values() for question in asked for wording in question.wordings]
    said += [refusal.text for refusal in unanswered.refusals]
    said += [text for texts in unanswered.statements.values() for text in texts]
    counted = Counter(map(plain, said))
    assert "" not in counted
    assert not [text for text, times in counted.items() if times > 1]


def test_messages_to_refuse_ask_for_each_thing_in_several_ways(unanswered: Unanswered) -> None:
    wanted = Counter(refusal.wants for refusal in unanswered.refusals)
    assert set(wanted) == WANTED
    assert wanted.total() == 40
    assert min(wanted.values()) >= 5


def test_statements_ask_nothing(unanswered: Unanswered) -> None:
    for texts in unanswered.statements.values():
        assert len(texts) == 15
        assert not [text for text in texts if "?" in text]
