"""Inside a part of the design round: which deep dive comes, and what somebody is told who is stuck at the twist."""

from __future__ import annotations

from typing import Any

import pytest

from interviewer.agents.matching.words import stems
from interviewer.content import shipped
from interviewer.domain import Act, Board, Box, Brief, Move, Observation, Touch
from interviewer.rules.authored import gives_away
from interviewer.rules.digging import dive
from interviewer.rules.followups import Context, is_own
from interviewer.rules.phases import TWIST
from tests.build import Log

PROBLEM = shipped().question("delivery-eta")
BRIEF = PROBLEM.brief or Brief(kind="modeling")
CALIBRATION, EXPERIMENT = (dive for dive in BRIEF.dives if dive.section == "evaluation")


def at(section: str, *raised: str, **setup: Any) -> Log:
    """A round whose part `section` has begun, with these key points said before."""
    log = Log((PROBLEM,), **{"round": "design", "question": PROBLEM.id, "minutes": 45, **setup})
    log.begin()
    if raised:
        log.turn("All of that.", touched=raised, seconds=1)
    for _ in range(8):
        if log.turn(kind="skip", seconds=240).section == section:
            return log
    raise AssertionError(f"{section} never began")


def drawn(section: str) -> Log:
    """The same with something on the board, so that nobody asks for it."""
    log = at(section)
    log.draw(Board(boxes=(Box(id="a", name="app"),)))
    return log


def chosen(log: Log, *just: str) -> Move | None:
    """The dive after a message that said these key points."""
    seen = Observation(intent="answer", touched=tuple(Touch(key_point=id, sentences=(1,)) for id in just))
    state = log.state
    return dive(Context(state, Act(kind="said", text="So."), seen, log.round, log.bank, state.clock_at(log.now)))


def test_a_dive_whose_points_have_all_been_said_is_not_asked() -> None:
    found = chosen(at("evaluation", *EXPERIMENT.key_points))
    assert found is not None and found.dive == CALIBRATION.id
    assert chosen(at("evaluation", *EXPERIMENT.key_points, *CALIBRATION.key_points)) is None


def test_the_first_dive_grows_out_of_what_was_just_said() -> None:
    one, other = CALIBRATION.key_points[0], EXPERIMENT.key_points[0]
    log = at("evaluation", one, other)
    strongest, current = chosen(log), chosen(log, one)
    assert strongest is not None and strongest.dive == EXPERIMENT.id
    assert current is not None and current.dive == CALIBRATION.id


def test_after_the_twist_dives_about_it_come_before_stronger_ones() -> None:
    assert BRIEF.twist is not None
    about = [one.id for one in BRIEF.dives if not set(BRIEF.twist.shows).isdisjoint(one.key_points)]
    found = chosen(at(TWIST, *CALIBRATION.key_points[:-1]))
    assert found is not None and found.dive in about


def test_who_is_stuck_at_the_twist_is_helped_with_it_and_not_asked_about_something_else() -> None:
    log = at(TWIST, level="junior")
    assert BRIEF.twist is not None and log.round.wording.driving is not None
    moves = [log.turn("I don't know.", intent="gave_up", seconds=5) for _ in range(3)]
    assert moves[0].kind == "hint" and moves[0].text == BRIEF.twist.ladders[0].rungs[0]
    assert moves[1].kind == "probe" and moves[1].key_point in BRIEF.twist.shows
    assert moves[2].section


def test_with_all_of_the_twist_said_there_is_another_way_into_it_once() -> None:
    assert BRIEF.twist is not None
    log = at(TWIST, *(point.id for point in PROBLEM.key_points))
    assert log.round.wording.driving is not None
    moves = [log.turn("I don't know.", intent="gave_up", seconds=5) for _ in range(2)]
    assert moves[0].text in log.round.wording.driving.twist_again
    assert moves[1].section


def test_the_dive_that_leads_where_the_talk_leads_comes_before_other_questions() -> None:
    log = drawn("modelling")
    probed = {probe.key_point for probe in PROBLEM.probes}
    deep = next(d for d in BRIEF.dives if d.section == "modelling" and not set(d.key_points) <= probed)
    toward = next(id for id in deep.key_points if id not in probed)
    move = log.turn(toward=toward, options=("probe",), seconds=5)
    assert move.dive == deep.id


def test_their_own_words_and_the_written_questions_take_turns() -> None:
    log = drawn("modelling")
    said: dict[str, Any] = {"toward": "nowhere", "anchor": 1, "angle": "justify", "options": ("probe",), "seconds": 1}
    points = [p.id for p in PROBLEM.key_points if p.section == "data"]
    moves = [log.turn("I would do it this way.", touched=[id], **said) for id in points[:4]]
    assert [is_own(move) for move in moves] == [True, False, True, False]


def test_who_does_not_know_what_only_the_interviewer_thought_of_gets_no_hint_towards_something_else() -> None:
    log = drawn("data")
    assert any(PROBLEM.key_point(one.key_point).section == "data" for one in PROBLEM.ladders)
    said: dict[str, Any] = {"toward": "nowhere", "anchor": 1, "angle": "justify", "options": ("probe",)}
    own = log.turn("A week.", touched=[next(p.id for p in PROBLEM.key_points if p.section == "framing")], **said)
    assert is_own(own)
    given = log.turn("I don't know.", intent="gave_up", seconds=5)
    assert given.kind == "probe" and given.lead in log.round.wording.another


def test_a_hint_at_the_twist_is_one_of_its_own() -> None:
    log = at(TWIST)
    assert BRIEF.twist is not None
    moves = [log.turn(kind="hint", seconds=5) for _ in range(2)]
    assert [move.text for move in moves] == list(BRIEF.twist.ladders[0].rungs[:2])


def test_before_the_twist_nothing_of_its_help_is_said() -> None:
    assert BRIEF.twist is not None
    own = {text for ladder in BRIEF.twist.ladders for text in ladder.rungs} | {p.text for p in BRIEF.twist.probes}
    log = Log((PROBLEM,), round="design", question=PROBLEM.id, minutes=45)
    log.begin()
    for kind in ("hint", "gave_up", "said") * 12:
        move = log.turn("I would look at it by zone, by hour and by restaurant.", kind=kind, seconds=45)
        if move.kind == "twist":
            return
        assert move.text not in own
    raise AssertionError("no twist came")


@pytest.mark.parametrize("question", shipped().bank("design"), ids=lambda question: question.id)
def test_follow_ups_and_first_hints_of_a_twist_name_nothing(question: Any) -> None:
    twist = question.brief.twist
    asked = [(probe.key_point, probe.text) for probe in twist.probes]
    asked += [(ladder.key_point, hint) for ladder in twist.ladders for hint in ladder.rungs[:2]]
    assert [(id, text) for id, text in asked if gives_away(question, id, text, stems=stems)] == []


@pytest.mark.parametrize(("seconds", "leaves"), [(20, False), (200, True)])
def test_a_part_is_left_when_more_of_it_would_teach_nothing(seconds: float, leaves: bool) -> None:
    log = drawn("evaluation")
    move = log.turn("That is how I would test it.", options=("next_thread",), seconds=seconds)
    assert bool(move.section) is leaves


def test_a_ranked_follow_up_is_not_passed_over_because_much_was_said() -> None:
    points = [point.id for point in PROBLEM.key_points if point.section == "framing"][:2]
    moves = {
        angle: drawn("evaluation").turn("Two things.", touched=points, options=("probe",), angle=angle, seconds=5)
        for angle in ("failure", None)
    }
    assert moves["failure"].kind == "probe" and moves[None].kind == "continue"
