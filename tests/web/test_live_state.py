"""What the live room shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from interviewer.domain import Act, Move
from interviewer.rules.state import State, Turn, fold
from interviewer.web.conversation import conversation, did, said, speaking
from interviewer.web.live_state import (
    Place,
    bar,
    clock,
    closing,
    only_time_passed,
    parse_place,
    phase,
    place_of,
    progress,
    topic,
)
from tests.web.interviews import BEGUN, FELL_BACK, log_of


def open_state(**more: object) -> State:
    return fold(log_of(closed=False, **more), id="abc")  # type: ignore[arg-type]


def test_a_place_comes_back_as_it_was_sent() -> None:
    assert parse_place(str(Place("abc", 4))) == Place("abc", 4)
    assert place_of(open_state()) == Place("abc", 2)


@pytest.mark.parametrize("text", ["", "abc", "abc:", ":3", "abc:-1", "abc:x", "abc:12345678901"])
def test_what_is_no_place_is_an_empty_one(text: str) -> None:
    assert parse_place(text) == Place()
    assert str(Place()) == ""


@pytest.mark.parametrize(("seconds", "words"), [(0, "0:00"), (-3, "0:00"), (65.9, "1:05"), (3_729, "1:02:09")])
def test_the_clock(seconds: float, words: str) -> None:
    assert clock(seconds) == words


def test_the_bar_counts_interview_time_only() -> None:
    state = open_state()
    assert state.updated is not None
    later = bar(state, state.updated + timedelta(seconds=30))
    assert (later.topic, later.phase, later.total, later.runs) == ("Topic 1", "Technical questions", 1200, True)
    assert later.elapsed == int(state.clock) + 30
    waits = bar(replace(state, running_since=None, pending=Act(kind="hint")), state.updated + timedelta(seconds=30))
    assert (waits.elapsed, waits.runs) == (int(state.clock), False)


def test_phases_in_words() -> None:
    state = open_state()
    assert phase(replace(state, phase="questions")) == "Your questions"
    over = fold(log_of(), id="abc")
    assert phase(over) == "Ended" and not closing(over)
    assert topic(replace(state, threads=())) == "Beginning"
    assert closing(replace(state, last_move=Move(kind="close", text="Bye.", closes="ended")))


def test_a_tab_is_not_behind_when_only_time_has_passed() -> None:
    state = open_state()
    assert not only_time_passed(state, state.acts)
    ticked = replace(state, acts=state.acts + 1)
    assert only_time_passed(ticked, state.acts)
    assert not only_time_passed(ticked, 1)
    aside = Turn(act=2, speaker="candidate", text="And you?", at=BEGUN, kind="said")
    assert not only_time_passed(replace(ticked, asides=(aside,)), 2)


def test_progress_says_which_topic_is_read() -> None:
    assert progress(open_state()) == "Reading topic 1 of 1…"
    assert progress(fold(log_of(), id="abc")) == "Putting your debrief together…"


def test_the_talk_shows_who_said_what_and_who_took_over() -> None:
    talk = conversation(fold(log_of(said=("I say <b> and `x`.",)), id="abc"))
    assert ("Topic 1" in talk and "Learning theory" in talk) or "Data" in talk
    assert "I say &lt;b&gt; and <code>x</code>." in talk
    assert FELL_BACK in talk
    assert "Thank you." in talk


def test_a_live_talk_does_not_name_the_area() -> None:
    state = open_state()
    area = state.round.area_name(state.threads[0].question.area)
    assert area in conversation(state) and area not in conversation(state, areas=False)


def test_buttons_are_told_in_words() -> None:
    assert "You asked for a hint" in did("hint")
    assert "You are not finished yet" in did("not_finished")
    assert did("said") == ""
    assert "I think so" in said("I think so")
    assert "is answering" in speaking("") and "is answering" not in speaking("Go on.")
