"""The code in the debrief of a coding round, and that nothing of it is told before the end."""

from __future__ import annotations

import re
from html import unescape

import pytest

from interviewer.content import shipped
from interviewer.domain import Question
from interviewer.rules.coded import as_debugging
from interviewer.web.code_panel import statement
from interviewer.web.code_results import runs
from interviewer.web.conversation import conversation
from interviewer.web.debrief import debrief
from interviewer.web.debrief_code import code
from interviewer.web.status import status
from interviewer.web.transcripts_state import Transcript, page
from tests.web.codings import FIRST, SECOND, SECRET, Coding, ended, judged, task, the_task, whole


def text(shown: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", shown)).split())


def test_hidden_tests_stand_by_name_with_the_reason() -> None:
    shown = text(code(ended().state()))
    count = len(the_task().hidden)
    assert f"{count - 3} of {count} hidden tests pass. You ran it once and submitted it once." in shown
    for case in the_task().hidden:
        assert case.name in shown
        assert case.args not in shown
    assert shown.count(SECRET) == 3


def test_the_code_its_facts_and_a_good_solution() -> None:
    shown = code(ended().state())
    assert "Loops over rows: line 5, <code>for row in labels:</code>." in shown
    assert "No test of your own." in shown
    assert "5 lines of code; the function has no docstring." in text(shown)
    folded = shown.split("A good solution</h3>")[1]
    assert folded.startswith("<details") and "open" not in folded.split(">")[0]
    line = max((line.strip() for line in the_task().reference.splitlines()), key=len)
    assert line in text(folded)


def test_questions_stand_with_their_points() -> None:
    shown = text(code(ended().state()))
    for one in (the_task().complexity, the_task().numerics, the_task().extension):
        assert " ".join(one.ask.split()) in shown
        assert all(" ".join(task().key_point(id).text.split()) in shown for id in one.key_points)


def test_marks_rest_on_lines_of_code() -> None:
    assert "Code: <code>line 5: for row in labels:</code>" in debrief(ended().state())


def test_an_exercise_in_debugging_names_the_bugs() -> None:
    exercise = as_debugging(task())
    debug = the_task().debug
    assert debug is not None
    shown = text(code(ended(question=exercise, debugging=True).state()))
    for bug in debug.bugs:
        assert f"Line {bug.line}: {debug.code.splitlines()[bug.line - 1].strip()}" in shown
        assert " ".join(bug.says.split()) in shown
    assert "What you changed" in shown
    assert "The bugs in it" not in text(code(ended().state()))


def test_nothing_written_and_nothing_run() -> None:
    talk = Coding()
    talk.closed()
    shown = text(code(talk.state()))
    assert "No code was written that could be tested." in shown
    assert "The code is as it was given." in shown


def secrets(question: Question) -> list[str]:
    """Lines of the reference, of wrong solutions and of bugs that the candidate is not given, and hidden arguments."""
    found = question.task
    assert found is not None
    given = " ".join((found.statement, found.starter, *(case.args for case in found.visible)))
    lines = [line.strip() for one in (found.reference, *(w.code for w in found.wrong)) for line in one.splitlines()]
    lines += [case.args for case in found.hidden] + [wrong.fault for wrong in found.wrong]
    lines += [bug.says for bug in found.debug.bugs] if found.debug is not None else []
    return [line for line in lines if len(line) > 24 and line not in given]


@pytest.mark.parametrize("question", shipped().bank("coding")[::4], ids=lambda q: q.id)
def test_nothing_of_solution_or_hidden_tests_is_shown_before_the_end(question: Question) -> None:
    talk = whole(question=question)
    state = talk.state()
    assert question.task is not None
    transcript = Transcript(state, "ML coding, mid, 45 minutes", {})
    pages = (
        statement(question.task.statement),
        runs(state.threads[0].runs),
        conversation(state, areas=False),
        status(state),
        code(state),
        page(transcript, talk.now()),
    )
    shown = text(" ".join(pages))
    assert len(secrets(question)) > 10
    assert SECRET not in shown
    for secret in secrets(question):
        assert " ".join(secret.split()) not in shown


# ---------------------------------------------------------------- transcript


def test_the_history_of_the_code_stands_beside_the_talk() -> None:
    talk = ended()
    shown = page(Transcript(talk.state(), "", {}), talk.now())
    talk_part = shown.split('id="conversation"')[1]
    first, second = "+    return 0.5", "+    return 1.0"
    places = [talk_part.index(part) for part in (first, "2 of 3 tests pass", second, "It sorts.", "hidden tests pass")]
    assert places == sorted(places)
    assert talk_part.count("The code changed") == 2
    assert "-    return 0.5" in talk_part
    assert talk_part.count(SECRET) == 3
    assert "You submitted the code" in talk_part


def test_code_that_did_not_change_has_no_diff() -> None:
    talk = Coding()
    talk.ran(judged(FIRST, failing=0)).ran(judged(FIRST, failing=1))
    talk.typed("Again.", FIRST)
    shown = page(Transcript(talk.state(), "", {}), talk.now())
    assert shown.count("The code changed") == 1
    assert SECOND not in shown
