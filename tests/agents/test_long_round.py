"""Observing and grading a round about one problem: facts, parts, the diagram, contradictions, recited recipes."""

from dataclasses import replace
from typing import Any

import pytest

from interviewer.agents import long_round, prompting
from interviewer.agents.builtin_problem import problem_marks
from interviewer.agents.guard import Guard
from interviewer.agents.long_round import accepted, course, enriched, recites, with_elements
from interviewer.agents.matcher import Matches, PointMatch
from interviewer.agents.reports import BoardGradeReport, BoardMarkReport, Cited, GradeReport
from interviewer.content import shipped
from interviewer.domain import Board, Box, Edge, Finding, Mark, Observation, Touch
from interviewer.rules.state import Thread
from tests.build import Log

PROBLEM = shipped().question("delivery-eta")
BOARD = Board(
    boxes=(Box(id="a", name="app"), Box(id="b", name="eta"), Box(id="c", name="features", kind="store")),
    edges=(Edge(id="x", source="a", target="b", label="restaurant ids"), Edge(id="y", source="b", target="c")),
)


def begun(**setup: Any) -> Log:
    log = Log((PROBLEM,), **{"round": "design", "question": PROBLEM.id, "minutes": 45, **setup})
    log.begin()
    return log


def thread_of(log: Log) -> Thread:
    found = log.state.thread
    assert found is not None
    return found


def report(**fields: Any) -> long_round.Report:
    return long_round.Report.model_validate(
        {
            "intent": "answer",
            "traps": [],
            "facts": [],
            "options": [],
            "toward": None,
            "anchor": None,
            "angle": None,
            "section": None,
            "recites": False,
            "contradicts": None,
            "points": [],
            **fields,
        }
    )


def test_the_fields_come_in_the_order_that_lets_speaking_begin_early() -> None:
    fields = list(long_round.Report.model_fields)
    assert fields[-1] == "points" and fields.index("facts") < len(fields) - 1
    assert list(BoardMarkReport.model_fields) == ["d", "s", "e", "reason", "level"]


def test_a_report_is_kept_only_where_it_holds() -> None:
    log = begun()
    log.turn("I hold out later weeks. I take the label from the phone.")
    log.turn("I shuffle all orders.")
    thread = thread_of(log)
    said = report(facts=["F2", "f1", "F99", "F2"], section="data", recites=True, contradicts=[1, 3], points=["K1:3"])
    seen = accepted(said, thread, (3,))
    assert PROBLEM.brief is not None
    assert seen.facts == (PROBLEM.brief.facts[1].id, PROBLEM.brief.facts[0].id)
    assert (seen.section, seen.recites, seen.contradicts) == ("data", True, (1, 3))
    assert seen.touched == (Touch(key_point=PROBLEM.key_points[0].id, sentences=(3,)),)
    for wrong in ([3, 1], [1, 2], [1], [1, 3, 3], [0, 3]):
        assert accepted(report(contradicts=wrong), thread, (3,)).contradicts is None
    assert accepted(report(section="nowhere"), thread, (3,)).section == ""


def test_what_the_observer_and_the_speaker_are_shown() -> None:
    log = begun()
    log.draw(BOARD)
    state, thread = log.state, thread_of(log)
    shown = long_round.values(state, thread)
    assert "F1: orders a day" in shown["facts"] and "framing: " in shown["sections"]
    assert "E1 app -> eta: restaurant ids" in shown["board"] and shown["part"] == "Goal and scope"
    assert prompting.board(Board()) == "none"


@pytest.mark.parametrize(
    ("text", "facts"),
    [("How many orders do we get a day?", ("orders_per_day",)), ("What is the latency budget?", ("latency",))],
)
def test_a_question_about_the_sheet_is_no_digression(text: str, facts: tuple[str, ...]) -> None:
    log = begun()
    log.turn(text)
    seen = enriched(Observation(intent="off_topic"), thread_of(log), text)
    assert (seen.intent, seen.facts) == ("clarify", facts)


def test_who_does_not_know_asks_for_nothing() -> None:
    log = begun()
    log.turn("No idea.")
    gave_up = Observation(intent="gave_up")
    assert enriched(gave_up, thread_of(log), "I don't know, something with orders per day.") == gave_up
    asks = enriched(gave_up, thread_of(log), "I don't know. How many orders do we get a day?")
    assert (asks.intent, asks.facts) == ("clarify", ("orders_per_day",))


def test_a_message_of_one_touch_that_is_hardly_one_touches_nothing() -> None:
    log = begun()
    log.turn("We would use data and a model.")
    weak = Touch(key_point=PROBLEM.key_points[0].id, sentences=(1,), strength=0.52)
    sure = weak.model_copy(update={"strength": 0.8})
    seen = enriched(Observation(intent="answer", touched=(weak,)), thread_of(log), "We would use data and a model.")
    assert seen.touched == ()
    seen = enriched(Observation(intent="answer", touched=(sure,)), thread_of(log), "We would use data and a model.")
    assert seen.touched == (sure,)


RECIPE = (
    "First I clarify the requirements and define the metric, then data collection, then features and labels, then I "
    "split and preprocess, train a model, evaluate offline and online, deploy it behind an API, scale it and monitor "
    "drift, and retrain. At every stage I follow best practices, document what we do and talk to all stakeholders, "
    "because a structured approach makes sure that nothing is forgotten on the way to production."
)


def test_a_recipe_is_one_without_a_number_and_without_the_matter() -> None:
    assert recites(RECIPE, 0)
    assert not recites(f"{RECIPE} That is 70 a second.", 0)
    assert not recites(RECIPE, 3)
    assert not recites("First the metric, then data.", 0)


def test_the_course_says_what_code_knows() -> None:
    log = begun()
    log.turn("2 million a day over 86,400 seconds, times 3, is about 70 a second.", seconds=200)
    log.turn(kind="skip", seconds=30)
    lines = list(course(log.state, thread_of(log)))
    assert any(line.startswith("Goal and scope: 4 of 6 minutes") for line in lines)
    assert any("not asked" in line and line.endswith("right") for line in lines)
    assert not any("twist" in line for line in lines)


def test_a_mark_carries_the_arrows_that_bear_it_out_and_only_those_that_exist() -> None:
    made = BoardGradeReport(
        points=[], traps=[], marks=[BoardMarkReport(d="serving", s=[1], e=["E1", "E9", "b3"], reason="r", level=3)]
    )
    marks = (Mark(dimension="serving", level=3, value=3, sentences=(1,)), Mark(dimension="data", reason="none"))
    state = replace(begun().state, board=BOARD)
    shown = with_elements(marks, made, state)
    assert shown[0].elements == ("[store] features", "app -> eta: restaurant ids")
    assert shown[1].elements == ()
    short = GradeReport(points=[], traps=[Cited(k="T1", s=[1])], marks=[])
    assert with_elements(marks, short, state) == marks


def _marks(log: Log, board: Board = BOARD, probability: float = 0.9) -> dict[str, Mark]:
    thread = thread_of(log)
    said = Matches(
        points=tuple(PointMatch(p.id, probability, (1,)) for p in PROBLEM.key_points if p.dimension != "evaluation"),
        traps=(),
    )
    found = [Finding(key_point=p.key_point, result="hit", sentences=(1,)) for p in said.points if probability > 0.5]
    dims = log.round.rubric("modeling").dimensions
    return {mark.dimension: mark for mark in problem_marks(dims, said, found, thread, board)}


def test_each_dimension_is_marked_from_its_own_points() -> None:
    log = begun()
    log.turn("One. Two. Three. Four.")
    high = _marks(log)
    assert high["data"].value == 4 and high["evaluation"].level is None
    low = _marks(log, probability=0.4)
    assert low["data"].level is None, "nothing was said and nothing asked"


def test_what_had_its_occasion_and_did_not_come_is_a_one_and_not_a_gap() -> None:
    log = begun()
    log.turn("One. Two. Three. Four.")
    log.turn(kind="skip")
    assert _marks(log, probability=0.4)["framing"].level == 1


def test_drive_rises_with_facts_and_arrows_and_falls_with_hints() -> None:
    assert PROBLEM.brief is not None
    facts = tuple(fact.id for fact in PROBLEM.brief.facts[:4])
    led = begun(level="senior")
    led.turn("One. Two. Three.", touched=[p.id for p in PROBLEM.key_points[:4]], facts=facts)
    helped = begun(level="senior")
    helped.turn(kind="hint")
    helped.turn("One. Two. Three.", touched=[p.id for p in PROBLEM.key_points[:4]])
    best, worst = _marks(led)["drive"].value, _marks(helped, Board())["drive"].value
    assert best is not None and worst is not None and best > worst + 0.5


def test_a_point_that_was_half_said_may_be_taken_up_and_not_be_told() -> None:
    point = PROBLEM.key_point("parts-dependent")
    judge = Guard(
        unsaid=((PROBLEM, frozenset({point.id})),),
        licensed=(),
        said=(PROBLEM.opener,),
        own=("Quantiles of the parts do not add up.",),
    )
    assert judge.leaks(point.text)
    assert not judge.leaks("Why do the parts not add up?")
    home = shipped().question("video-home")
    again = "What would you build, and what makes you choose that?"
    general = Guard(unsaid=((home, frozenset({"delivery-steps"})),), licensed=(), said=(home.opener, again), own=())
    assert not general.leaks(again)


def test_a_hint_that_nobody_needed_costs_nothing() -> None:
    facts: dict[str, Any] = {"touched": [p.id for p in PROBLEM.key_points[:4]]}
    offered, asked = begun(level="senior"), begun(level="senior")
    moves = [offered.turn("I go on with it and think aloud.", seconds=10) for _ in range(3)]
    assert any(move.kind == "hint" and move.rule == "dig" for move in moves)
    offered.turn("One. Two. Three.", **facts)
    for _ in range(3):
        asked.turn(kind="hint", seconds=10)
    asked.turn("One. Two. Three.", **facts)
    free, needed = _marks(offered)["drive"].value, _marks(asked)["drive"].value
    assert free is not None and needed is not None and free > needed
