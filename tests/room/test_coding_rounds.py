"""Coding rounds through `Room`: code is kept, run, handed in and judged; what is hidden stays hidden."""

from __future__ import annotations

import json
from typing import Any

import pytest

from interviewer.content import shipped
from interviewer.domain import Run, Setup
from interviewer.errors import BadMessage, InterviewOver, OutOfStep
from interviewer.room import Room, Said, Update
from interviewer.rules.coded import judged
from interviewer.rules.coding import BUG_LIVES
from interviewer.rules.scoring import result
from interviewer.rules.state import State
from tests.room.place import Place, heard, run, said

QUESTION = shipped().question("c15-roc-auc")
assert QUESTION.task is not None
TASK = QUESTION.task
GOOD, WRONG = TASK.reference, TASK.wrong[0].code
PLAN = "I rank all scores with average ranks for ties, so sorting dominates: n log n."


@pytest.fixture
def place(tmp_path: Any) -> Place:
    return Place(tmp_path)


async def begin(room: Room, **setup: Any) -> str:
    id = await room.open(Setup(round="coding", **{"question": QUESTION.id, "minutes": 45, **setup}))
    await heard(room.resume(id))
    return id


async def write(room: Room, id: str, code: str) -> None:
    revision, _ = await room.desk.code(id)
    await room.desk.write(id, revision, code)


def words(updates: list[Update]) -> str:
    return " ".join(update.text for update in updates if isinstance(update, Said))


def test_a_whole_round(place: Place) -> None:
    async def work() -> tuple[State, Run, str, str]:
        room = place.room()
        id = await begin(room)
        await said(room, id, PLAN)
        await write(room, id, WRONG)
        place.clock.wait(200)
        seen = await room.desk.run(id)
        place.clock.wait(60)
        fails = words(await said(room, id, kind="submitted"))
        await write(room, id, f"{GOOD}\n\ndef test_tie():\n    assert auc(np.array([1, 0]), np.array([1, 1])) == 0.5\n")
        await room.desk.run(id)
        passes = words(await said(room, id, kind="submitted"))
        await said(room, id, kind="ended")
        return await room.settled(id), seen, fails, passes

    state, seen, fails, passes = run(work())
    thread = state.threads[0]
    assert [test.passed for test in seen.tests] == [True] * 3 and seen.tests[0].given.startswith("labels = [0, 1")
    assert "one tied pair" in fails and "6 of" in fails.replace("Of my 13 tests 6", "6 of")
    assert "tests" in passes and "fail" not in passes
    assert [visit.section for visit in thread.visits][:3] == ["clarify", "plan", "code"]
    # With a test of their own they are not asked for one.
    assert thread.section == "extend"
    assert [tried.run.hidden for tried in thread.runs] == [False, True, False, True]
    assert [turn.code for turn in thread.turns if turn.kind == "submitted"] == [None, None]
    assert thread.grade is not None
    marks = {mark.dimension: mark for mark in thread.grade.marks}
    assert marks["correctness"].level == 4 and "13 of 13" in marks["correctness"].reason
    assert marks["testing"].elements and "test_tie" not in "".join(marks["quality"].elements)
    assert result(state).score is not None


def test_what_is_hidden_is_nowhere_in_a_run(place: Place) -> None:
    async def work() -> Run | None:
        room = place.room()
        id = await begin(room)
        await write(room, id, f"{WRONG}\n    \ndef leak(*a):\n    print(a)\n")
        await said(room, id, kind="submitted")
        return judged((await room.look(id)).threads[0].runs)

    found = run(work())
    assert found is not None and len(found.tests) == len(TASK.hidden) and found.failed
    kept = json.loads(found.model_dump_json())
    assert not kept["printed"]
    assert not any(test[name] for test in kept["tests"] for name in ("given", "expected", "got", "printed", "trace"))


def test_code_outlives_a_restart_and_belongs_to_one_window(place: Place) -> None:
    async def work() -> None:
        room = place.room()
        id = await begin(room)
        assert await room.desk.code(id) == (0, TASK.starter)
        assert await room.desk.write(id, 0, "a = 1\r\n") == 1
        with pytest.raises(OutOfStep, match="Another window"):
            await room.desk.write(id, 0, "b = 2\n")
        again = place.room()
        assert await again.desk.code(id) == (1, "a = 1\n")
        with pytest.raises(BadMessage, match="longer than"):
            await again.desk.write(id, 1, "x" * 100_001)

    run(work())


def test_the_interviewer_sees_the_code_with_the_next_message(place: Place) -> None:
    async def work() -> State:
        room = place.room()
        id = await begin(room)
        await write(room, id, GOOD)
        await said(room, id, PLAN)
        await said(room, id, "So that is the plan.")
        return await room.look(id)

    state = run(work())
    turns = [turn for turn in state.threads[0].turns if turn.speaker == "candidate"]
    assert [turn.code for turn in turns] == [GOOD, None] and state.code == GOOD


def test_a_bug_is_left_to_them_for_a_while(place: Place) -> None:
    async def work() -> tuple[list[bool], str]:
        room = place.room()
        id = await begin(room)
        await said(room, id, PLAN)
        await write(room, id, GOOD.replace("n_pos * (n_pos + 1) / 2", "n_pos"))
        await room.desk.run(id)
        due = []
        for _ in range(4):
            place.clock.wait(BUG_LIVES / 3)
            due.append(await room.sign(id))
        spoken = words(await said(room, id, kind="tick"))
        place.clock.wait(BUG_LIVES)
        due.append(await room.sign(id))
        return due, spoken

    due, spoken = run(work())
    assert due == [False, False, True, True, False]
    assert "one pair of four in the wrong order" in spoken and "n_pos" not in spoken


def test_who_never_hands_in_is_judged_by_what_stood_there(place: Place) -> None:
    async def work() -> State:
        room = place.room()
        id = await begin(room)
        await write(room, id, GOOD)
        await said(room, id, PLAN)
        await said(room, id, kind="ended")
        return await room.settled(id)

    state = run(work())
    assert (found := judged(state.threads[0].runs, GOOD)) is not None and not found.failed


def test_nothing_written_is_nothing_to_test(place: Place) -> None:
    async def work() -> tuple[State, str]:
        room = place.room()
        id = await begin(room)
        spoken = words(await said(room, id, kind="submitted"))
        await said(room, id, PLAN)
        await said(room, id, kind="ended")
        state = await room.settled(id)
        with pytest.raises(InterviewOver):
            await room.desk.run(id)
        return state, spoken

    state, spoken = run(work())
    assert "nothing in it yet" in spoken and state.threads[0].runs == ()
    grade = state.threads[0].grade
    assert grade is not None and grade.score is None and grade.marks[0].level is None


def test_an_exercise_in_debugging_begins_with_the_bugs(place: Place) -> None:
    async def work() -> State:
        room = place.room()
        return await room.look(await begin(room, debugging=True))

    state = run(work())
    assert TASK.debug is not None
    assert state.code == TASK.debug.code and state.threads[0].question.opener == TASK.debug.opener


def test_where_nothing_can_be_run_the_round_says_so(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interviewer.testing.unavailable", lambda: "this system has no sandbox that holds")

    async def work() -> str:
        room = place.room()
        id = await room.open(Setup(round="coding", question=QUESTION.id, minutes=45))
        return words(await heard(room.resume(id)))

    assert "cannot be run on this machine (this system has no sandbox that holds)" in run(work())
