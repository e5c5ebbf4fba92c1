"""The invented candidates of evals/golden: their parts fit the problems, and nobody speaks in the words of a key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from interviewer.content.load import root
from interviewer.domain import Question
from interviewer.rules.arithmetic import check
from interviewer.rules.evidence import sentences
from interviewer.rules.outline import drawn

GOLDEN: Final = Path(__file__).parents[2] / "evals" / "golden"
LEVELS: Final = ("junior", "mid", "senior", "staff")
ASKED: Final = {"junior": (0, 1), "mid": (2, 3), "senior": (4, 6), "staff": (4, 6)}
"""How many clarifying questions somebody of a level has, at least and at most."""
RUN: Final = 8
"""Words in a row that two people do not say by chance."""

Script = dict[str, Any]
SECTIONS: Final = {"framing", "architecture", "data", "modelling", "evaluation", "serving"}
RUNGS: Final = {"l1", "l2", "l3", "l4"}


def bank() -> Iterator[Question]:
    for path in (path for round in ("design", "depth") for path in sorted((root() / round / "bank").glob("*.yaml"))):
        yield Question.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


BANK: Final = {question.id: question for question in bank()}


def scripts(file: str, part: str = "candidates") -> list[Script]:
    data: dict[str, list[Script]] = yaml.safe_load((GOLDEN / file).read_text(encoding="utf-8"))
    return data[part]


DESIGN: Final = scripts("design_candidates.yaml")
ODD: Final = {one["id"]: one for one in scripts("design_candidates.yaml", "odd")}
DEPTH: Final = scripts("depth_candidates.yaml")
every = pytest.mark.parametrize("script", [*DESIGN, *DEPTH], ids=lambda script: script["id"])
design = pytest.mark.parametrize("script", DESIGN, ids=lambda script: script["id"])


def parts(script: Script) -> dict[str, list[str]]:
    """What is said by section of the round."""
    found: dict[str, list[str]] = script["by_section"] if "by_section" in script else script["by_rung"]
    return found


def messages(script: Script) -> Iterator[str]:
    """All that somebody may say, apart from having nothing to say."""
    yield from (script["opening"],) if "opening" in script else ()
    yield from (*script["clarifying"], *script.get("on_twist", ()), *script.get("questions_at_end", ()))
    yield from script["on_sum"].values()
    yield from (text for said in parts(script).values() for text in said)
    yield from (more["says"] for more in script["on_probe"])


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower().replace("'", ""))


def runs(text: str) -> set[tuple[str, ...]]:
    found = words(text)
    return {tuple(found[at : at + RUN]) for at in range(len(found) - RUN + 1)}


def keys(question: Question) -> Iterator[str]:
    """What a candidate cannot know: all that is looked for."""
    yield from (point.text for point in question.key_points)
    yield from question.outline
    yield from (trap.says for trap in question.traps)
    if question.anchors is not None:
        yield from (question.anchors.two, question.anchors.three, question.anchors.four)
    if question.brief is not None:
        yield from (*question.brief.signals.values(), *question.brief.red_flags)
        yield from (one.works_out for one in question.brief.sums)


def sums(script: Script) -> dict[str, str]:
    """What the program takes the answer to each sum for: right, off or none."""
    brief = BANK[script["problem"]].brief
    assert brief is not None and set(script["on_sum"]) == {one.id for one in brief.sums}
    return {one.id: check(one, brief.facts, sentences(script["on_sum"][one.id])).result for one in brief.sums}


def test_three_problems_of_both_kinds_and_three_ladders_of_different_domains_have_all_levels() -> None:
    for group in (DESIGN, DEPTH):
        assert {one["problem"] for one in group} <= set(BANK)
        pairs = [(one["problem"], one["level"]) for one in group]
        chosen = sorted({name for name, _ in pairs})
        assert len(chosen) == 3 and sorted(pairs) == sorted((name, level) for name in chosen for level in LEVELS)
    kinds = {brief.kind for one in DESIGN if (brief := BANK[one["problem"]].brief) is not None}
    assert kinds == {"modeling", "infrastructure"}
    assert len({BANK[one["problem"]].area for one in DEPTH}) == 3
    assert set(ODD) == {"reciter", "silent"}
    ids = [one["id"] for one in (*DESIGN, *DEPTH, *ODD.values())]
    assert len(set(ids)) == len(ids)


@every
def test_every_section_has_something_said_in_it_and_of_a_human_length(script: Script) -> None:
    question = BANK[script["problem"]]
    own = SECTIONS if question.round == "design" else RUNGS
    assert set(parts(script)) == own and {more["section"] for more in script["on_probe"]} <= own
    shortest = 60 if question.round == "design" else 20
    for said in parts(script).values():
        assert 2 <= len(said) <= 4
        assert all(shortest <= len(text.split()) <= 160 for text in said)
    assert 4 <= len(script["on_probe"]) <= 6
    assert all(5 <= len(more["says"].split()) <= 130 for more in script["on_probe"])
    fewest, most = ASKED[script["level"]]
    assert (fewest if question.round == "design" else 0) <= len(script["clarifying"]) <= most
    assert len(script["when_empty"]) >= 2


@every
def test_arithmetic_is_right_from_mid_on_and_never_for_juniors(script: Script) -> None:
    found = sums(script)
    if script["level"] == "junior":
        assert "right" not in found.values(), found
    else:
        assert set(found.values()) == {"right"}, found


@design
def test_a_board_can_be_drawn_and_grows_with_the_level(script: Script) -> None:
    board = drawn(script["board"])
    labels = [edge.label for edge in board.edges if edge.label]
    fewest, most = {"junior": (3, 3), "mid": (6, 9), "senior": (8, 10), "staff": (8, 10)}[script["level"]]
    assert fewest <= len(board.boxes) <= most
    if script["level"] == "junior":
        assert not labels
    if script["level"] in ("senior", "staff"):
        assert len(labels) == len(board.edges)


@every
def test_nothing_is_said_in_the_words_of_the_answer_key(script: Script) -> None:
    question = BANK[script["problem"]]
    sayings = {" ".join(words(sentence)) for text in keys(question) for sentence in re.split(r"(?<=[.!?:])\s+", text)}
    secret = {run for text in keys(question) for run in runs(text)}
    spoken_by_all = {run for fact in (question.brief.facts if question.brief else ()) for run in runs(fact.says)}
    for text in messages(script):
        plain = f" {' '.join(words(text))} "
        assert not [one for one in sayings if len(one.split()) >= 5 and f" {one} " in plain], text
        assert not (runs(text) & secret) - spoken_by_all, text


def test_nobody_repeats_another() -> None:
    said = [text for one in (*DESIGN, *DEPTH, ODD["reciter"]) for text in messages(one) if len(text.split()) > 12]
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("group", [DESIGN, DEPTH], ids=["design", "depth"])
def test_more_numbers_are_given_at_higher_levels(group: list[Script]) -> None:
    def numbers(script: Script) -> int:
        return len(re.findall(r"\d[\d,.]*", " ".join(text for said in parts(script).values() for text in said)))

    for name in {one["problem"] for one in group}:
        of = {one["level"]: numbers(one) for one in group if one["problem"] == name}
        assert of["junior"] < of["mid"] < min(of["senior"], of["staff"]), (name, of)


def test_juniors_are_led_and_the_others_drive() -> None:
    assert all(one["style"]["drives"] is (one["level"] != "junior") for one in DESIGN)
    assert ODD["reciter"]["style"]["drives"] and not ODD["silent"]["style"]["drives"]


def test_the_reciter_is_specific_to_no_problem_and_the_silent_one_says_next_to_nothing() -> None:
    for one in ODD.values():
        assert set(parts(one)) == SECTIONS and set(one["on_sum"]) == {"any"}
    recited = " ".join(messages(ODD["reciter"]))
    assert not re.search(r"\b\d", recited) and len(recited.split()) > 900
    own = ("video", "film", "member", "fraud", "card", "payment", "shop", "token", "prompt", "accelerator")
    assert not [word for word in words(recited) if word.rstrip("s") in own]
    assert sum(len(text.split()) for text in messages(ODD["silent"])) < 40
    assert "" in ODD["silent"]["when_empty"]
