"""How the pages call and count the threads and the parts of a long round."""

from __future__ import annotations

from dataclasses import replace

import pytest

from interviewer.content import shipped
from interviewer.domain import Move
from interviewer.rules.outline import drawn
from interviewer.rules.state import fold
from interviewer.web.conversation import conversation
from interviewer.web.course import grouped, left_in_words, strip, subject_of, subjects, went
from interviewer.web.live_state import bar, progress
from interviewer.web.status import status
from tests.build import Log
from tests.web.interviews import DESIGN, FAILURE, LADDER, Talk, log_of


def design() -> Talk:
    """Six minutes of framing, then the whole picture."""
    talk = Talk(shipped().question(DESIGN), question=DESIGN)
    talk.said("Members should find something to watch.", after=360)
    return talk.answered(Move(kind="steer", text="Give me the whole picture.", section="architecture"))


def ladders() -> Talk:
    talk = Talk(shipped().question(LADDER)).said("It keeps what was computed.")
    second = shipped().question(FAILURE)
    return talk.answered(Move(kind="next_thread", text=second.opener, question=second, closes="covered"))


def test_the_bar_says_the_part_what_is_left_of_it_and_which_of_how_many() -> None:
    talk = design()
    shown = bar(talk.state(), talk.now(30))
    assert (shown.topic, shown.phase) == ("The whole picture", "3 min left (2 of 8)")
    assert shown.parts is not None
    assert [stop.standing for stop in shown.parts.stops] == ["done", "now", *["ahead"] * 6]
    assert sum(stop.minutes for stop in shown.parts.stops) == pytest.approx(45)
    assert "time is up" in bar(talk.state(), talk.now(600)).phase


def test_the_part_of_the_twist_goes_by_a_neutral_name() -> None:
    shown = status(design().state())
    assert "Deep dive" in shown and "twist" not in shown.casefold()
    assert shown.count('aria-current="step"') == 1 and "Goal and scope</span><span" in shown


def test_the_last_part_is_the_candidate_s_own_questions() -> None:
    talk = design().said("Done.", after=60)
    talk.answered(Move(kind="take_question", text="What would you like to ask?", closes="covered"))
    shown = bar(talk.state(), talk.now(60))
    assert (shown.topic, shown.phase) == ("Your questions", f"{45 - 8} min left (8 of 8)")


@pytest.mark.parametrize(
    ("seconds", "words"), [(-1, "time is up"), (59, "under a minute left"), (60, "1 min left"), (121, "3 min left")]
)
def test_time_left_in_words(seconds: float, words: str) -> None:
    assert left_in_words(seconds) == words


def test_parts_as_they_went_leave_the_own_questions_apart() -> None:
    talk = design().said("Done.", after=60)
    talk.answered(Move(kind="take_question", text="What would you like to ask?", closes="covered"))
    talk.said("How is the team?", after=120).answered(Move(kind="close", text="Bye.", closes="ended")).closed()
    parts = {part.phase.id: part for part in went(talk.state())}
    assert parts["framing"].spent == 360 and parts["architecture"].spent == 60
    assert parts["questions"].spent == 120 and parts["data"].begun is None


def test_a_round_of_ladders_counts_subjects_and_names_no_level() -> None:
    talk = ladders()
    shown = bar(talk.state(), talk.now())
    assert shown.topic == "Subject 2 of 3" and shown.parts is None
    assert progress(talk.state()) == "Reading subject 1 of 2…"
    talk_shown = conversation(talk.state(), areas=False)
    assert "Subject 2" in talk_shown and "Topic" not in talk_shown
    assert subjects(replace(talk.state(), setup=talk.state().setup.model_copy(update={"question": LADDER}))) == 1
    one, two = shipped().question(LADDER), shipped().question("llm-ladder-preference-pairs")
    written = talk.state().setup.model_copy(update={"written": (one, two)})
    assert subjects(replace(talk.state(), setup=written)) == 2


def test_the_talk_about_one_problem_has_its_name_and_its_parts_as_headings() -> None:
    shown = conversation(design().state(), areas=False)
    assert "Video home feed</h2>" in shown and "Topic" not in shown
    assert "<h3>Goal and scope</h3>" in shown and "<h3>The whole picture</h3>" in shown
    assert "Data</h3>" not in shown


def test_key_points_stand_by_part_or_by_step_and_none_is_lost() -> None:
    talk, other = design().state(), ladders().state()
    for state, thread, first in (
        (talk, talk.threads[0], "Goal and scope"),
        (other, other.threads[0], "1. What and why"),
    ):
        groups = grouped(state, thread)
        assert groups[0][0] == first
        assert sorted(p.id for _, found in groups for p in found) == sorted(p.id for p in thread.question.key_points)


def test_rounds_of_short_topics_have_no_parts() -> None:
    state = fold(log_of(closed=False), id="abc")
    assert strip(state, 0) is None and went(state) == ()
    assert grouped(state, state.threads[0])[0][0] == ""


def test_drawing_changes_neither_place_nor_part() -> None:
    talk = design()
    before = bar(talk.state(), talk.now())
    talk.drew(drawn("a -> b"))
    assert bar(talk.state(), talk.now()) == before


def test_a_subject_is_called_by_its_topic_and_a_project_theirs() -> None:
    ladder = shipped().question("llm-ladder-kv-cache")
    own = ladder.model_copy(update={"area": "D-PROJECT"})
    for question, called_ in ((ladder, "inference stack"), (own, "your project (inference stack)")):
        log = Log((question,), round="depth", written=(question,), minutes=30)
        log.begin()
        assert subject_of(log.state.threads[0]) == called_
