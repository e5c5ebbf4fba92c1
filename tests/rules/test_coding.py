"""The rules of the coding round, one after another, as a candidate would meet them."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import pytest

from interviewer.content import shipped
from interviewer.domain import Act, Move, Observation, Run, Tested
from interviewer.rules import moves, pace
from interviewer.rules.coding import BUG_LIVES, LATE, MOST_LOOKS, tick_due
from interviewer.rules.followups import Context, hint
from interviewer.rules.state import Thread
from tests.build import Log

QUESTION = shipped().question("c30-attention")
assert QUESTION.task is not None
TASK = QUESTION.task
LADDER = next(one for one in QUESTION.ladders if one.key_point == "no-key-allowed")
HELPED, UNHELPED = LADDER.tests[0], "scores in the thousands"
WORDS = shipped().round("coding").wording
assert WORDS.coding is not None and WORDS.driving is not None
CODING, DRIVING = WORDS.coding, WORDS.driving
GO_ON: dict[str, Any] = {"options": ("continue",)}
ASK: dict[str, Any] = {"options": ("probe",), "anchor": 1, "angle": "justify"}


class Sitting(Log):
    """A coding round in which the candidate has an editor."""

    def __init__(self, **setup: Any) -> None:
        super().__init__(
            (QUESTION,), **{"round": "coding", "question": QUESTION.id, "level": "senior", "minutes": 45, **setup}
        )
        self.code: str | None = None
        self.begin()

    @property
    def thread(self) -> Thread:
        return self.state.threads[-1]

    def act(self, kind: Any = "said", text: str = "") -> int:
        number = self.state.acts if len(self.events) > 1 else 0
        new = self.code if len(self.events) > 1 and self.code != self.state.code else None
        self.add("act", f"act:{number}", Act(kind=kind, text=text, code=new).model_dump(mode="json"))
        return number

    def write(self, code: str) -> None:
        """What stands in the editor from now on; seen with the next act or run."""
        self.code = code

    def ran(self, *failed: str, own: int = 0, **run: Any) -> None:
        """A run in which these tests fail, and one more and `own` of their own pass."""
        tests = tuple(Tested(name=name, passed=False) for name in failed)
        tests += (Tested(name="a plain case", passed=True),)
        tests += tuple(Tested(name=f"test_{n}", group="own", passed=True) for n in range(own))
        done = Run.model_validate({"code": self.code or self.state.code, "tests": tests, **run})
        self.add("ran", f"ran:{len(self.thread.runs)}", {"run": done.model_dump(mode="json")})

    def submit(self, *failed: str, **run: Any) -> Move:
        """Hand in code of which these hidden tests fail."""
        self.wait(20)
        number = self.act("submitted")
        self.ran(*failed, hidden=True, **run)
        return self.decide(number, Observation(intent="answer"))

    def tick(self, seconds: float) -> Move:
        return self.turn(kind="tick", seconds=seconds)

    def due(self, seconds: float) -> bool:
        """Whether so long after now, without a word or an edit, time calls for an act."""
        state = self.state
        return tick_due(state, state.clock_at(self.now) + seconds, seconds)


def writing(*said: str, code: str = "def attention(): ...", **setup: Any) -> Sitting:
    """A round in which these points were said, and something was written and run that passes what is seen."""
    log = Sitting(**setup)
    log.turn("I reshape and swap.", seconds=20, touched=said, **GO_ON)
    log.write(code)
    log.turn("So.", seconds=20, **GO_ON)
    log.ran()
    return log


def test_an_empty_editor_that_is_handed_in_is_said_to_be_empty() -> None:
    log = Sitting()
    move = log.turn(kind="submitted")
    assert (move.rule, move.kind) == ("submitted", "steer") and "there is nothing in it yet" in move.text
    assert log.thread.section == "clarify"


@pytest.mark.parametrize("ended", ["refused", "error"])
def test_what_could_not_be_tested_is_told_with_its_reason(ended: str) -> None:
    log = writing()
    log.wait(20)
    number = log.act("submitted")
    run = Run.model_validate({"code": log.code, "hidden": True, "ended": ended, "sentence": "no function `attention`"})
    log.add("ran", "ran:1", {"run": run.model_dump(mode="json")})
    move = log.decide(number, Observation(intent="answer"))
    assert move.kind == "steer" and "no function `attention`" in move.text and log.thread.section == "code"


def test_behaviour_comes_first_then_a_way_to_see_it_then_a_hint() -> None:
    log = writing()
    first = log.submit(HELPED)
    assert first.text in [text.format(failed=1, count=2, name=HELPED) for text in CODING.fails]
    assert (first.kind, first.exact, first.key_point, first.rung) == ("probe", True, None, 0)
    log.write("def attention(): return 2")
    again = log.submit(HELPED)
    assert again.text in [text.format(name=HELPED) for text in CODING.fails_again] and again.rung == 0
    log.write("def attention(): return 3")
    third = log.submit(HELPED)
    assert (third.kind, third.text, third.key_point) == ("hint", LADDER.rungs[0], LADDER.key_point)
    log.write("def attention(): return 4")
    assert log.submit(HELPED).rung == 2
    assert log.thread.section == "code"


def test_another_test_that_fails_is_a_first_time() -> None:
    log = writing()
    log.submit(HELPED)
    log.write("def attention(): return 2")
    assert log.submit(UNHELPED).text in [text.format(failed=1, count=2, name=UNHELPED) for text in CODING.fails]


def test_no_hint_leads_away_from_the_test_that_fails() -> None:
    log = writing()
    for n in range(4):
        log.write(f"def attention(): return {n}")
        move = log.submit(UNHELPED)
    assert move.text in [text.format(name=UNHELPED) for text in CODING.fails_again] and not log.thread.rungs


def test_a_hint_is_for_the_failing_test_even_if_the_right_thing_was_said() -> None:
    log = writing()
    log.turn("Such a row gives zeros.", touched=(LADDER.key_point,), **GO_ON)
    log.submit(HELPED)
    asked = log.turn(kind="hint")
    assert (asked.rule, asked.key_point, asked.rung) == ("hint_asked", LADDER.key_point, 1)


def test_help_of_an_earlier_part_is_there_for_the_asking_and_not_before() -> None:
    log = writing("split-then-transpose")
    state = log.state
    seen = Observation(intent="answer")
    for kind, found in (("said", None), ("hint", LADDER.key_point)):
        act = Act.model_validate({"kind": kind, "text": "So." if kind == "said" else ""})
        move = hint(Context(state, act, seen, log.round, log.bank, state.clock), highest=4)
        assert (move.key_point if move is not None else None) == found


def test_code_that_passes_leads_to_tests_of_their_own_or_past_them() -> None:
    bare = writing()
    move = bare.submit()
    assert (move.rule, move.section) == ("submitted", "test") and move.lead in CODING.passes
    tested = writing()
    tested.ran(own=2)
    move = tested.submit()
    assert (move.kind, move.section) == ("steer", "extend") and move.lead in CODING.passes
    phase = next(phase for phase in tested.state.round.phases["coding"] if phase.id == "extend")
    assert move.text in phase.enters


def test_code_that_passes_again_is_asked_about_further() -> None:
    log = writing()
    log.ran(own=2)
    log.submit()
    log.write("def attention(): return 2")
    move = log.submit()
    assert move.rule == "submitted" and move.lead in CODING.passes and move.text not in CODING.fails


def test_tests_that_were_passed_over_are_not_gone_back_to() -> None:
    log = writing()
    log.ran(own=2)
    log.submit()
    sections = [log.turn("Nothing new.", **ASK).section for _ in range(6) if log.state.phase == "threads"]
    assert "test" not in sections and log.state.phase == "questions"


def test_a_bug_is_left_to_them_for_a_while_and_then_asked_about_three_times_at_most() -> None:
    log = writing()
    looks = []
    for n in range(MOST_LOOKS + 1):
        log.write(f"def attention(): return {n}")
        log.ran(HELPED)
        assert not log.due(BUG_LIVES - 1)
        looks.append(log.due(BUG_LIVES))
        move = log.tick(BUG_LIVES)
        if looks[-1]:
            assert (move.rule, move.kind) == ("looks_stuck", "probe") and f'"{HELPED}"' in move.text
            assert move.rung == 0 and not log.due(BUG_LIVES) and not log.state.nudges
    assert looks == [True] * MOST_LOOKS + [False] and move.rule == "silence"


def test_nobody_who_talks_or_passes_is_taken_for_stuck() -> None:
    log = writing()
    assert not log.due(BUG_LIVES)
    log.ran(HELPED)
    log.turn("I see where that comes from.", **GO_ON)
    assert not log.due(BUG_LIVES)
    log.wait(BUG_LIVES)
    assert log.tick(0).rule != "looks_stuck"


def test_a_failing_test_can_be_asked_about_before_its_time() -> None:
    log = writing()
    log.ran(HELPED)
    assert log.tick(BUG_LIVES - 1).rule == "silence"


def test_a_part_whose_time_is_long_over_ends_in_silence() -> None:
    log = writing()
    state = log.state
    spent, given = pace.spent(state, log.thread, state.clock_at(log.now))
    left = LATE * given - spent
    assert not log.due(left - 5) and log.due(left + 5)
    assert log.tick(left - 5).rule == "silence"
    move = log.tick(10)
    assert (move.rule, move.section) == ("late_part", "test")


def test_a_test_is_asked_for_once_before_anything_was_run() -> None:
    log = Sitting()
    log.turn("I reshape and swap.", seconds=20, **ASK)
    assert log.thread.section == "clarify"
    log.write("def attention(): ...")
    assert log.turn("The shapes are in.", seconds=20, **GO_ON).rule == "at_work"
    log.write("def attention(): return 1")
    move = log.turn("Now I'd run it.", seconds=20, **ASK)
    assert move.rule == "test_first" and move.text in CODING.test_first and move.key_point == "property-tests"
    log.write("def attention(): return 2")
    assert log.turn("Now again.", seconds=20, **ASK).rule != "test_first"


def test_after_a_run_nobody_is_asked_what_they_would_try_first() -> None:
    log = writing()
    assert log.turn("Now I'd run it again.", seconds=20, **ASK).rule != "test_first"


def test_whoever_types_or_runs_is_let_go_on_as_often_as_it_takes() -> None:
    log = writing()
    for n in range(6):
        log.write(f"def attention(): return {n}")
        move = log.turn("And this.", seconds=20, **GO_ON)
        assert (move.rule, move.kind) == ("at_work", "continue") and move.text in DRIVING.go_on
    log.ran(HELPED)
    assert log.turn("Look at that.", seconds=20, **GO_ON).rule == "at_work"
    assert log.turn("And on.", seconds=20, **GO_ON).rule != "at_work"


def test_nothing_to_ask_is_no_reason_to_leave_code_that_was_not_handed_in() -> None:
    log = writing()
    turns = [log.turn("I think that there is nothing left to do.", seconds=20) for _ in range(8)]
    handed = [move for move in turns if move.rule == "not_handed_in"]
    assert log.thread.section == "code" and handed
    said = [move.text in CODING.hand_in for move in handed]
    assert said[0] and not any(one and other for one, other in pairwise(said))


def test_code_that_fails_is_not_asked_for_again() -> None:
    log = writing()
    log.submit(UNHELPED)
    turns = [log.turn("I think that there is nothing left to do.", seconds=20) for _ in range(6)]
    assert not any(move.text in CODING.hand_in for move in turns) and log.thread.section == "code"


def test_where_nothing_can_be_run_nobody_waits_for_it() -> None:
    log = writing(cannot_run="this system has no sandbox that holds")
    turns = [log.turn("I think that there is nothing left to do.", seconds=20) for _ in range(8)]
    assert not any(move.rule == "not_handed_in" for move in turns) and log.thread.section != "code"


def test_talk_of_what_lies_beyond_begins_that_part_only_once_the_code_has_passed() -> None:
    log = writing()
    log.wait(15 * 60)
    log.turn("In production I would keep the keys.", section="extend", **GO_ON)
    assert log.thread.section == "code"
    log.turn("I try what could break it.", section="test", **GO_ON)
    assert log.thread.section == "test"


def test_what_is_done_is_no_answer_that_adds_nothing() -> None:
    log = writing()
    log.turn("Well.", **ASK)
    before = log.thread.stalls
    log.write("def attention(): return 7")
    log.turn("This line is new.", **ASK)
    log.ran(HELPED)
    log.turn("And that came out.", **ASK)
    log.tick(BUG_LIVES)
    log.ran(HELPED)
    log.tick(BUG_LIVES)
    log.turn("The padded row differs.", **ASK)
    log.submit(HELPED)
    assert log.thread.stalls == before
    log.turn("Two tokens, then.", **ASK)
    assert log.thread.stalls == before
    log.turn("Well.", **ASK)
    log.turn("Well, well.", **ASK)
    assert log.thread.stalls > before


def test_a_question_about_the_statement_is_answered_in_the_speakers_own_words() -> None:
    move = Sitting().turn("What about no tokens?", intent="clarify")
    assert (move.rule, move.kind, move.exact) == ("left_to_you", "answer", False)


def test_cost_and_numerics_are_asked_later_if_typing_passed_them_over() -> None:
    log = writing()
    log.ran(own=1)
    log.submit()
    asked = [log.turn("New.", touched=(id,), **ASK).dive for id in ("mask-before", "scale-head", "property-tests")]
    assert {"complexity", "numerics", "extension"} == set(asked)


def test_a_general_question_is_followed_by_one_about_their_own_words() -> None:
    log = writing()
    *most, last = (point.id for point in QUESTION.key_points)
    log.turn("That is nearly all of it.", touched=tuple(most), **GO_ON)
    log.ran(own=1)
    log.submit()
    assert log.turn("And the rest.", touched=(last,), options=("probe",)).text in DRIVING.anything_else
    move = log.turn("The copies cost memory.", **ASK)
    assert (move.kind, move.anchor) == ("probe", 1) and move.text not in DRIVING.anything_else


def test_reading_the_statement_takes_longer_than_a_pause_in_the_code_may() -> None:
    for log, quiet in ((Sitting(), 180), (writing(), 120)):
        state = log.state
        due = [moves.tick_due(state, state.clock_at(log.now) + silent, silent) for silent in (quiet - 1, quiet)]
        assert due == [False, True]
