"""The rounds about one problem: parts, weights and sentences are whole, and what is wrong with them is named."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from interviewer.agents.guard import Guard
from interviewer.agents.matching.words import stems
from interviewer.content import load
from interviewer.content.checks import round_faults
from interviewer.content.load import Content, root
from interviewer.domain import Round, Wording
from interviewer.errors import ContentError
from interviewer.rules.phases import TWIST
from tests.content.conftest import copied

DESIGN, DEPTH = "design/round.yaml", "depth/round.yaml"
MANY = 8
"""Variants of what is said most often, so that a talk of 45 minutes does not sound like a machine."""


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> Content:
    """Both rounds with all their problems."""
    every = [f"{id}/bank/{path.name}" for id in ("design", "depth") for path in _bank(id)]
    return load(copied(tmp_path_factory.mktemp("whole"), ("design", "depth"), every))


def _bank(id: str) -> Iterator[Path]:
    return (root() / id / "bank").glob("*.yaml")


def faults(folder: Path) -> list[str]:
    with pytest.raises(ContentError) as caught:
        load(folder)
    return [fault.removeprefix(f"{folder}/") for fault in caught.value.faults]


def without(start: str, end: str) -> Callable[[str], str]:
    """Cuts from a line on to where `end` begins; to the end of the file if it is empty."""
    return lambda text: text[: text.index(start)] + (text[text.index(end, text.index(start)) :] if end else "")


def put(old: str, new: str, times: int = -1) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, times)


@pytest.mark.parametrize(
    ("file", "change", "says"),
    [
        (
            DESIGN,
            put("infrastructure: 40", "infrastructure: 41"),
            "the weights for 'infrastructure' sum to 101, not 100",
        ),
        (DESIGN, put("weight: 5\n", "weight: 6\n"), "the weights sum to 101, not 100"),
        (
            DESIGN,
            put("  infrastructure:\n", "  platform:\n"),
            "weights for 'infrastructure', and no parts of the round",
        ),
        (DESIGN, put("- id: data\n      name", "- id: framing\n      name", 1), "the part 'framing' is there 2 times"),
        (DESIGN, without("      enters:\n", "    - id: data\n"), "the part 'architecture' is not opened"),
        (
            DESIGN,
            put("minutes: 3\n", "minutes: 3\n      enters: [Ask me.]\n"),
            "'questions' is opened by something else",
        ),
        (DESIGN, put("joins: framing", "joins: serving"), "joins 'serving', which is no part before it"),
        (DESIGN, put("minutes: 6\n", "minutes: 0\n", 1), "Input should be greater than 0"),
        (DESIGN, put("Before we go into any one part, give", "word " * 40), "the interviewer says at most 40"),
        (DESIGN, without("  driving:\n", ""), "driving is missing, and the rule 'quiet' says sentences of it"),
        (DEPTH, without("  driving:\n", ""), "driving is missing, and the rule 'skip_step' says sentences of it"),
        (DESIGN, without("    board:\n", ""), "the diagram is never asked for"),
        (DESIGN, put("board: true\n", ""), "the diagram is asked for in a round without one"),
        (DESIGN, put('"{second}"', "that"), "it takes {first} and {second}, no more and no less"),
        (DEPTH, put("{minutes}", "{length}"), "it takes {minutes}, no more and no less"),
        (DEPTH, put("{systems}", "{systems"), "the braces do not match"),
        (DEPTH, put("  - climb\n", "  - fall\n"), "there is no rule 'fall'"),
        (DEPTH, put("scope: thread", "scope: round", 1), "the round 'depth' has no such prompt"),
    ],
)
def test_a_slip_in_a_round_is_named(long_rounds: Path, file: str, change: Callable[[str], str], says: str) -> None:
    text = (long_rounds / file).read_text(encoding="utf-8")
    assert change(text) != text
    (long_rounds / file).write_text(change(text), encoding="utf-8")
    assert any(says in fault for fault in faults(long_rounds)), faults(long_rounds)


@pytest.mark.parametrize("id", ["design", "depth"])
@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("- twist: ", "- change: ", "the kind of turn 'twist' is not explained"),
        ("- time check: ", "- clock: ", "the kind of turn 'time check' is not explained"),
        ("  lead.staff: ", "  lead.boss: ", "there is no note 'lead.staff'"),
    ],
)
def test_the_speaker_is_told_the_turns_of_its_round(long_rounds: Path, id: str, old: str, new: str, says: str) -> None:
    path = long_rounds / id / "speak.md"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    assert any(fault.startswith(f"{id}/speak.md:") and says in fault for fault in faults(long_rounds))


def test_sentences_for_a_problem_are_out_of_place_in_a_round_of_questions(tmp_path: Path, content: Content) -> None:
    folder = copied(tmp_path, ("breadth",), ("breadth/bank/b04-class-imbalance.yaml",))
    breadth = load(folder).round("breadth")
    wording = breadth.wording.model_copy(update={"driving": content.round("depth").wording.driving})
    found = round_faults(breadth.model_copy(update={"wording": wording}), folder / "breadth/round.yaml")
    assert "driving is there, and no rule says anything of it" in [fault for _, fault in found]


def test_the_twist_comes_at_about_two_thirds_of_the_time(content: Content) -> None:
    for phases in content.round("design").phases.values():
        before = [phase.id for phase in phases].index(TWIST)
        minutes = [phase.minutes for phase in phases]
        assert sum(minutes) == 45
        assert 0.6 <= sum(minutes[:before]) / sum(minutes) <= 0.7


@pytest.mark.parametrize("id", ["design", "depth"])
def test_what_is_said_most_often_is_said_in_many_ways(content: Content, id: str) -> None:
    wording = content.round(id).wording
    assert wording.driving is not None
    for variants in (wording.acknowledge, wording.continue_, wording.driving.go_on, wording.driving.passes_on):
        assert len(set(variants)) == len(variants) >= MANY
    assert all(len(set(probes)) == len(probes) >= 3 for probes in wording.angles.values())


@pytest.mark.parametrize("id", ["design", "depth"])
def test_no_written_sentence_is_a_verdict_or_an_aside(content: Content, id: str) -> None:
    judge = Guard(unsaid=(), licensed=(), said=(), own=())
    for words in _said(content.round(id)):
        for sentence in re.split(r"(?<=[.!?])\s+", words):
            assert not judge.is_verdict(sentence), sentence
            assert not judge.is_aside(sentence) and not judge.is_no_speech(sentence), sentence


@pytest.mark.parametrize("id", ["design", "depth"])
def test_no_written_sentence_names_what_a_candidate_should_say(content: Content, id: str) -> None:
    said = {words: stems(words) for words in _said(content.round(id))}
    for question in content.bank(id):
        cues = {cue: stems(cue) for point in question.key_points for cue in point.cues}
        named = [(words, cue) for words, have in said.items() for cue, want in cues.items() if want and want <= have]
        assert not named, (question.id, named)


def _said(round_: Round) -> list[str]:
    """All that the interviewer says in a round without a problem's words."""
    enters = [words for phases in round_.phases.values() for phase in phases for words in phase.enters]
    return [*_texts(round_.wording), *enters]


def _texts(wording: Wording) -> Iterator[str]:
    def strings(value: object) -> Iterator[str]:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            for one in value.values():
                yield from strings(one)
        elif isinstance(value, list | tuple):
            for one in value:
                yield from strings(one)

    return strings(wording.model_dump())
