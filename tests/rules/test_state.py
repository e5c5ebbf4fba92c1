"""The fold: the same events give the same state, whoever reads them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.rules.state import fold
from tests.build import Log


def test_an_interview_as_a_row_of_facts() -> None:
    log = Log()
    log.begin()
    log.turn("First. Second!", touched=["m1"])
    log.turn("Third.", touched=["m2"])
    thread = log.state.threads[0]
    assert thread.sentences == ("First.", "Second!", "Third.")
    assert [turn.numbers for turn in thread.turns if turn.speaker == "candidate"] == [(1, 2), (3,)]
    assert dict(thread.raised) == {"m1": "unprompted", "m2": "probe"}
    assert thread.answers == 2
    assert log.state.acts == 3


def test_a_point_that_comes_after_a_hint_towards_it_counts_as_hinted() -> None:
    log = Log()
    log.begin()
    log.turn(kind="hint")
    log.turn(touched=["m1", "m2"])
    assert dict(log.state.threads[0].raised) == {"m1": "hint", "m2": "probe"}
    assert log.state.threads[0].rung == 1


def test_a_point_is_raised_once_and_unknown_ids_are_left_out() -> None:
    log = Log()
    log.begin()
    log.turn(touched=["m1"])
    log.turn(touched=["m1", "nonsense"])
    assert dict(log.state.threads[0].raised) == {"m1": "unprompted"}
    assert log.state.threads[0].stalls == 1


def test_the_clock_runs_only_while_the_candidate_has_the_floor() -> None:
    log = Log()
    log.begin()
    log.wait(30)
    number = log.act("said", "x")
    log.wait(500)
    assert log.state.clock_at(log.now) == 30
    from interviewer.domain import Observation

    log.decide(number, Observation(intent="answer"))
    log.wait(5)
    assert log.state.clock_at(log.now) == 35


def test_the_clock_stands_still_while_paused() -> None:
    log = Log()
    log.begin()
    log.wait(20)
    log.add("paused", "paused:1", {})
    log.wait(10_000)
    assert log.state.paused
    assert log.state.clock_at(log.now) == 20
    log.add("resumed", "resumed:1", {})
    log.wait(10)
    assert log.state.clock_at(log.now) == 30


def test_resuming_with_an_unanswered_act_leaves_the_clock_still() -> None:
    log = Log()
    log.begin()
    log.wait(20)
    log.act("said", "x")
    log.add("paused", "paused:1", {})
    log.wait(100)
    log.add("resumed", "resumed:1", {})
    log.wait(100)
    assert log.state.clock_at(log.now) == 20


def test_a_clock_that_goes_backwards_takes_no_time_away() -> None:
    log = Log()
    log.begin()
    assert log.state.clock_at(log.now - timedelta(hours=1)) == 0


def test_pending_is_what_a_restart_has_to_answer() -> None:
    log = Log()
    log.begin()
    before = log.state.pending
    log.act("said", "x")
    after = log.state.pending
    assert before is None
    assert after is not None
    assert after.text == "x"


def test_a_later_grade_replaces_an_earlier_one_and_both_are_counted() -> None:
    log = Log()
    log.begin()
    log.turn(kind="skip")
    log.grade(0, 2, 2, 2)
    log.grade(0, 3, 3, 3)
    thread = log.state.threads[0]
    assert thread.graded_times == 2
    assert thread.grade is not None
    assert thread.grade.score == 3


def test_closed_is_over() -> None:
    log = Log()
    log.begin()
    log.turn(kind="ended")
    log.add("closed", "closed", {"marks": [], "made": None, "because": "ended"})
    assert log.state.over
    assert log.state.ended_because == "ended"
    assert log.state.thread is None


def test_messages_outside_a_thread_are_kept() -> None:
    log = Log(minutes=20)
    log.begin()
    log.turn(touched=["m1", "m2", "s1"], seconds=1100)
    log.turn("What do you work on?")
    assert [turn.text for turn in log.state.asides if turn.speaker == "candidate"] == ["What do you work on?"]


@pytest.mark.parametrize("events", [[], None])
def test_a_log_without_its_beginning_is_refused(events: object) -> None:
    log = Log()
    log.begin()
    with pytest.raises(ValueError, match="log of 'x'"):
        fold(log.events[1:] if events is None else [], id="x")


@given(st.lists(st.sampled_from(["said", "hint", "skip", "gave_up", "not_finished", "tick"]), max_size=12))
def test_any_interview_folds_the_same_twice_and_numbers_its_acts(kinds: list[str]) -> None:
    log = Log()
    log.begin()
    for kind in kinds:
        if log.state.last_move is not None and log.state.last_move.kind == "close":
            break
        log.turn("Some words. More words.", kind=kind)
    assert fold(log.events, id="test") == log.state
    assert log.state.acts == sum(event.kind == "act" for event in log.events)
    for thread in log.state.threads:
        numbers = [n for turn in thread.turns for n in turn.numbers]
        assert numbers == list(range(1, len(thread.sentences) + 1))
