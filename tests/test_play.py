"""Scripted interviews: order, repetition, maps, buttons, refusals, a clock of their own, and an end in every case."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from interviewer import settings
from interviewer.domain import Setup
from interviewer.errors import NotFound
from interviewer.play import Played, Script, as_json, play
from interviewer.program import Program
from interviewer.rules.threads import SHORTEST_THREAD
from tests.wire.openai_server import Fault, OpenAIServer

WORDS = "I would measure it on later data and compare it with a simple baseline."


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Program]:
    """An installation of its own."""
    opened = Program(tmp_path)
    yield opened
    opened.store.dispose()


def held(program: Program, script: Script, **choice: Any) -> Played:
    """One interview."""
    return asyncio.run(play(program, Setup(round="breadth", **choice), script))


def acts(played: Played) -> list[tuple[str, str]]:
    """What the candidate did: kind and words, after the beginning."""
    found = [(e.payload["kind"], e.payload["text"]) for e in played.events if e.kind == "act"]
    assert found[0][0] == "begin"
    return found[1:]


def test_a_list_is_used_in_order_and_begun_again(program: Program) -> None:
    script = tuple(f"{word}: {WORDS}" for word in ("One", "Two", "Three"))
    said = [text for kind, text in acts(held(program, script, minutes=5)) if kind == "said"]
    assert len(said) > 3 and said == [script[n % 3] for n in range(len(said))]


def test_a_map_begins_anew_with_each_thread(program: Program) -> None:
    script = {"leakage": (f"Leak: {WORDS}",), "*": (f"First: {WORDS}", f"Then: {WORDS}")}
    played = held(program, script, minutes=10, areas=("B03", "B08", "B01"))
    assert len(played.state.threads) > 2
    for thread in played.state.threads:
        said = [turn.text for turn in thread.turns if turn.kind == "said" and turn.speaker == "candidate"]
        expected = script["leakage"] if thread.question.id == "leakage" else script["*"]
        assert said == [expected[n % len(expected)] for n in range(len(said))] and said


def test_what_a_map_does_not_name_is_skipped(program: Program) -> None:
    played = held(program, {"leakage": (WORDS,)}, minutes=40, areas=("B03",))
    closes = {thread.question.id: thread.closes for thread in played.state.threads}
    assert closes.pop("leakage") != "skipped" and closes and set(closes.values()) == {"skipped"}


def test_buttons(program: Program) -> None:
    played = held(program, (WORDS, "/hint", " /IDK ", "/skip", "/unknown is said", "/end"), minutes=20)
    assert [kind for kind, _ in acts(played)] == ["said", "hint", "gave_up", "skip", "said", "ended"]
    assert played.state.ended_because == "ended"


@pytest.mark.soak
def test_the_same_seed_asks_the_same(program: Program) -> None:
    first, again, other = (held(program, ("/skip",), seed=seed) for seed in (3, 3, 4))
    asked = [[thread.question.id for thread in played.state.threads] for played in (first, again, other)]
    assert asked[0] == asked[1] != asked[2]


def test_refused_messages_are_reported_and_passed_over(program: Program) -> None:
    script = ("", WORDS, "a" * 200_000, "\x00\u200b", "مرحبا 🙂 I split by time.", "/end")
    played = held(program, script, question="leakage")
    assert [refusal.message for refusal in played.refused] == [1, 3, 4]
    assert "200,000" in played.refused[1].sentence and all(refusal.sentence for refusal in played.refused)
    assert [kind for kind, _ in acts(played)] == ["said", "said", "ended"]


@pytest.mark.parametrize("script", [("",), ("", "a" * 200_000), {"*": ("",)}])
def test_nothing_but_refused_messages_ends(program: Program, script: Script) -> None:
    played = held(program, script)
    assert played.state.over and [kind for kind, _ in acts(played)] == ["ended"]
    assert len(played.refused) == (2 if len(script) == 2 else 1)


FOR_EVER = ("/hint", "/idk", "What is the answer?")
AT_LENGTH = ("/skip", "?", "What do you mean?", "...")


@pytest.mark.parametrize("message", [*FOR_EVER, *(pytest.param(one, marks=pytest.mark.soak) for one in AT_LENGTH)])
def test_whatever_is_said_for_ever_comes_to_an_end(program: Program, message: str) -> None:
    played = held(program, (message,), minutes=10)
    assert played.state.over and len(acts(played)) <= 33
    assert played.state.clock <= 10 * 60 + 20


def test_minutes_bound_the_topics(program: Program) -> None:
    long_answer = " ".join(["and then I would measure it on later data"] * 12)
    short, long = (held(program, (long_answer,), minutes=minutes) for minutes in (5, 10))
    assert 1 <= len(short.state.threads) < len(long.state.threads) <= 14
    assert 300 - SHORTEST_THREAD <= short.state.clock < 300 + 60


def test_a_very_long_answer_does_not_pause_the_interview(program: Program) -> None:
    words = "measure it on data " * 400
    played = held(program, (words, "/end"), question="leakage", minutes=20)
    assert not {"paused", "resumed"} & {event.kind for event in played.events}
    assert played.state.clock >= 1600 * 0.4


def test_nothing_lies_in_the_future(program: Program) -> None:
    played = held(program, ("measure it on data " * 400,), minutes=5)
    times = [event.at for event in played.events]
    assert times == sorted(times) and times[-1] <= datetime.now(UTC)


def test_the_store_keeps_it_like_any_other(program: Program) -> None:
    played = held(program, (WORDS, "/end"), question="leakage")
    (row,) = program.repository.interviews()
    found = as_json(played.state, played.events)
    assert (row.id, row.status, row.score) == (played.state.id, "closed", found["score"])
    assert program.repository.events(row.id) == played.events


def test_an_unknown_question(program: Program) -> None:
    with pytest.raises(NotFound):
        held(program, (WORDS,), question="nope")
    assert program.repository.interviews() == ()


def test_a_model_that_fails_leaves_the_built_in_to_carry_on(tmp_path: Path) -> None:
    with OpenAIServer(lambda request: Fault(status=401, message="no")) as server:
        settings.save(tmp_path, {"model": "test-model", "base_url": server.base_url, "api_key": "sk-canary-7"})
        program = Program(tmp_path)
        try:
            played = held(program, (WORDS, "/end"), question="leakage")
        finally:
            program.store.dispose()
    made = [(event.kind, event.payload["made"]) for event in played.events if "made" in event.payload]
    assert {kind for kind, one in made if one["fell_back"]} >= {"observed", "graded"}
    assert played.state.over, made
    assert "canary" not in str(as_json(played.state, played.events))
