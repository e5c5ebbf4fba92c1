"""The debrief of a long round: parts, twist, arithmetic, facts, diagram, what a level up adds; how far ladders held."""

from __future__ import annotations

from dataclasses import replace

from interviewer.content import shipped
from interviewer.domain import Board, Fact, Move, Sum
from interviewer.rules.outline import drawn
from interviewer.rules.state import State
from interviewer.web.debrief import debrief
from interviewer.web.debrief_course import MOST_MISSED, course, next_level
from interviewer.web.safe import html
from tests.web.interviews import DESIGN, FAILURE, LADDER, Talk, grade
from tests.web.test_debrief import _Balanced, closed

PROBLEM = shipped().question(DESIGN)
BRIEF = PROBLEM.brief
assert BRIEF is not None
TWIST = BRIEF.twist
assert TWIST is not None
EDGE = "client -> <ranker>: top 500"


def fact(id: str) -> Fact:
    assert BRIEF is not None
    return next(fact for fact in BRIEF.facts if fact.id == id)


def sum_(id: str) -> Sum:
    assert BRIEF is not None
    return next(one for one in BRIEF.sums if one.id == id)


def held(*, until_twist: bool = True, level: str = "senior", estimate: str = "About 8,300 a second.") -> State:
    """A round that ends after the twist, or before it."""
    talk = Talk(PROBLEM, level=level, question=DESIGN)
    talk.said("How large is it? And what <b>earns</b> the money?", after=60)
    told = ("business", "cancel_rate")
    talk.answered(Move(kind="answer", text="It is so.", facts=told, exact=True))
    talk.drew(drawn('client -> "<ranker>": top 500'))
    talk.said("I retrieve and then rank.", after=300)
    talk.answered(Move(kind="steer", text="What does it take?", section="serving"))
    talk.said("I would count.", after=120)
    asked = sum_("screens-a-second")
    talk.answered(
        Move(
            kind="probe",
            text=asked.ask,
            sum=asked.id,
            facts=("visits_per_day", "peak_factor"),
            exact=True,
            rule="sum_due",
        )
    )
    talk.said(estimate, after=60)
    if until_twist:
        assert TWIST is not None
        talk.answered(Move(kind="twist", text=TWIST.text, section="twist", exact=True))
        talk.said("Then the weights were wrong.", after=60)
    talk.answered(Move(kind="close", text="Bye.", closes="ended"))
    graded = grade(PROBLEM, hits=("retention-goal", "stages", "value-weights"), elements=(EDGE,))
    return talk.graded(0, graded).closed().state()


def test_it_is_whole_html_and_names_the_problem_instead_of_a_topic() -> None:
    shown = debrief(held(), transcript="/transcripts?interview=abc")
    reader = _Balanced()
    reader.feed(shown)
    assert reader.open == []
    assert "<h3>Video home feed</h3>" in shown
    assert "topic 1" not in shown.casefold() and "first impression" not in shown
    assert shown.count("Work on this first") == 1 and 'href="/?question=video-home"' in shown


def test_a_level_up_in_one_dimension_is_what_that_asks_for_and_no_whole_round() -> None:
    state = held()
    assert PROBLEM.anchors is not None
    card = debrief(state).split("Work on this first")[1].split("</section>")[0]
    assert any(html(dim.anchors[3]) in card for dim in state.round.dimensions)
    assert html(PROBLEM.anchors.four) not in card and html(PROBLEM.anchors.four) in debrief(state)


def test_parts_stand_with_planned_and_real_minutes_and_their_points() -> None:
    rows = course(held()).split("<tr>")
    framing = next(row for row in rows if "Goal and scope" in row)
    points = [point for point in PROBLEM.key_points if point.section == "framing"]
    assert "6 of 6 min" in framing and f"<td>1 of {len(points)}</td>" in framing
    evaluation = next(row for row in rows if ">Evaluation<" in row)
    assert "not begun, 5 min planned" in evaluation
    assert len([row for row in rows if 'class="lane"' in row]) == 8


def test_the_twist_with_what_it_shows_and_why_it_is_fair_but_only_if_it_came() -> None:
    shown = course(held())
    part = shown.split("<h3>The twist</h3>")[1].split("<h3>")[0]
    assert TWIST is not None
    assert html(TWIST.text) in part and html(TWIST.fair) in part
    for id in TWIST.shows:
        assert html(PROBLEM.key_point(id).text) in part
    assert part.count("not said") == len(TWIST.shows) - 2
    early = course(held(until_twist=False))
    assert html(TWIST.text) not in early and "The round ended before it." in early


def test_arithmetic_says_what_came_of_it_and_how_it_works_out() -> None:
    asked = sum_("screens-a-second")
    right = course(held())
    assert "<strong>Right.</strong>" in right and html(asked.works_out) in right
    assert "8,300 a second." in right
    assert "<strong>Far off.</strong>" in course(held(estimate="About 40 a second."))
    assert "<strong>No estimate.</strong>" in course(held(estimate="I cannot say."))
    # What nobody asked for can still be asked another time.
    assert html(sum_("members-an-arm").works_out) not in right


def test_facts_asked_for_apart_from_those_told_with_the_arithmetic() -> None:
    assert BRIEF is not None
    part = course(held()).split("<h3>Facts about the situation</h3>")[1].split("<h3>")[0]
    first, told, rest = part.split("<p>")[1:4]
    assert f"You asked for 2 of {len(BRIEF.facts)}" in first and fact("business").name in first
    assert "arithmetic" in told and fact("peak_factor").name in told
    assert fact("catalogue").name in rest and fact("business").name not in rest
    assert fact("catalogue").says not in part


def test_the_diagram_and_the_elements_that_a_mark_rests_on() -> None:
    shown = debrief(held())
    assert 'class="board-svg"' in shown and "&lt;ranker&gt;" in shown and "<ranker>" not in shown
    assert shown.count("Diagram: <code>client -&gt; &lt;ranker&gt;: top 500</code>") == 1
    assert "Nothing was drawn." in debrief(replace(held(), board=Board()))


def test_what_the_next_level_would_have_added() -> None:
    assert BRIEF is not None
    shown = next_level(held())
    assert f"<strong>At staff level:</strong> {html(BRIEF.signals['staff'])}" in shown
    assert shown.count("<li>") == MOST_MISSED
    rare = [point for point in PROBLEM.key_points if point.importance == "exceptional"]
    assert sum(html(point.text) in shown for point in rare) == MOST_MISSED
    assert not any(html(signal) in next_level(held(level="staff")) for signal in BRIEF.signals.values())
    assert html(BRIEF.signals["mid"]) in next_level(held(level="junior"))


def test_key_points_stand_under_their_parts() -> None:
    shown = debrief(held())
    places = [
        shown.index(f'scope="rowgroup">{name}<') for name in ("Goal and scope", "Data", "Modelling", "Running it")
    ]
    assert places == sorted(places)


def ladders(*levels: int) -> State:
    """A ladder whose points up to these levels the grade has found, and a failure."""
    ladder, failure = shipped().question(LADDER), shipped().question(FAILURE)
    talk = Talk(ladder, level="senior").said("Keys and values are kept.")
    talk.answered(Move(kind="next_thread", text=failure.opener, question=failure, closes="covered"))
    talk.said("I would look at what changed.").answered(Move(kind="close", text="Bye.", closes="ended"))
    hits = [point.id for point in ladder.key_points if point.level in levels]
    return talk.graded(0, grade(ladder, hits=hits)).graded(1, grade(failure)).closed().state()


def test_ladders_say_how_far_they_held() -> None:
    state = ladders(1, 2)
    shown = course(state)
    assert "Reached step 2, how it works." in shown and 'aria-label="2 of 4"' in shown
    assert "expected to reach step 3" in shown
    assert "An analysis of a failure" in shown
    assert "Did not get past the first step." in course(ladders())
    assert "Subject 2: Facts" in shown and "Subject 1: Facts" not in shown


def test_only_what_was_said_in_full_counts_as_a_step_and_as_a_point() -> None:
    state = ladders(1, 2)
    thread = state.threads[0]
    assert thread.grade is not None
    level = {point.id: point.level for point in thread.question.key_points}
    partly = tuple(
        found.model_copy(update={"result": "partial"}) if level[found.key_point] == 2 else found
        for found in thread.grade.findings
    )
    thread = replace(thread, grade=thread.grade.model_copy(update={"findings": partly}))
    assert "Reached step 1," in course(replace(state, threads=(thread, *state.threads[1:])))

    state = held()
    thread = state.threads[0]
    assert thread.grade is not None
    framing = [point.id for point in PROBLEM.key_points if point.section == "framing"]
    partly = tuple(
        found.model_copy(update={"result": "partial"}) if found.key_point in framing[-2:] else found
        for found in thread.grade.findings
    )
    thread = replace(thread, grade=thread.grade.model_copy(update={"findings": partly}))
    row = next(row for row in course(replace(state, threads=(thread,))).split("<tr>") if "Goal and scope" in row)
    assert f'1 of {len(framing)}<br><span class="small quiet">2 in part</span>' in row


def test_a_round_of_ladders_speaks_of_subjects() -> None:
    shown = debrief(ladders(1))
    assert "Subject by subject" in shown and "from 2 graded subjects" in shown
    assert "1. What and why</th>" in shown and next_level(ladders(1)) == ""
    assert "<h3>Subject 1: inference stack</h3>" in shown
    assert "topic" not in shown.casefold().replace("topic-card", "")


def test_rounds_of_short_topics_have_no_course() -> None:
    assert course(closed()) == "" and next_level(closed()) == ""
