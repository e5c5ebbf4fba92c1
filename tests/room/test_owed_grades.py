"""A grade that the model could not give: the built-in one stands, and the model is asked again until it answers."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from interviewer import grading
from interviewer.llm import Budget, Endpoint, Shared, open_model
from interviewer.rules.state import State
from tests.room.place import ANSWER, TRAPPED, Place, graded, heard, run, said, scripted
from tests.wire.openai_server import Fault, OpenAIServer, Request


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a minute passes quickly."""
    monkeypatch.setattr(grading, "AGAIN_AFTER", 0.05)


class Server:
    """A model that does everything but grade, until it has recovered."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        self.down = True
        self.grades = 0

    def __call__(self, request: Request) -> Any:
        properties = set(request.schema["properties"]) if request.schema else set()
        if "marks" not in properties:
            return scripted(request)
        self.grades += 1
        if self.down:
            return self.fault
        return graded(4, 1, 2) if "points" in properties else scripted(request)


def connected(place: Place, server: OpenAIServer) -> None:
    endpoint = Endpoint.model_validate({"model": "openai:test-model", "base_url": server.base_url, "api_key": "k"})
    # The circuit's half minute passes as quickly as ours.
    place.model = open_model(
        endpoint, budget=Budget(), shared=Shared(clock=lambda: time.monotonic() * 600, backoff=0.0)
    )


async def held(place: Place, room: Any) -> str:
    """One topic from the opening to the recorded end."""
    id = await place.begin(room)
    await said(room, id, f"{TRAPPED} {ANSWER}")
    await said(room, id, kind="ended")
    await room.settled(id)
    return id


async def until_the_model_graded(room: Any, id: str) -> State:
    for _ in range(1000):
        state: State = await room.look(id)
        if not grading.owed_by_model(state):
            return state
        await asyncio.sleep(0.01)
    raise AssertionError("the model still owes grades")


def test_the_built_in_grade_stands_until_the_model_has_recovered(place: Place) -> None:
    model = Server(Fault(status=503))

    async def work() -> tuple[State, Any, State, Any]:
        room = place.room()
        id = await held(place, room)
        before, row = await room.look(id), place.repository.interviews()[0]
        model.down = False
        after = await until_the_model_graded(room, id)
        await asyncio.sleep(0.05)
        return before, row, after, place.repository.interviews()[0]

    with OpenAIServer(model) as server:
        connected(place, server)
        before, row, after, new_row = run(work())
    first, second = before.threads[0], after.threads[0]
    assert before.over and first.grade is not None and first.graded_by is not None
    assert first.graded_by.by == "built-in" and first.graded_by.passing
    assert row.score == pytest.approx(first.grade.score, abs=0.01)
    assert second.graded_by is not None and second.graded_by.by == "openai:test-model"
    assert second.grade is not None and [mark.level for mark in second.grade.marks] == [4, 4, 4]
    assert new_row.score != row.score and new_row.status == "closed"
    assert [mark.level for mark in after.marks] == [3]
    keys = [event.key for event in place.repository.events(after.id)]
    assert [key for key in keys if key.startswith("graded")] in (
        ["graded:0:0", "graded:0:1", "graded:round:1"],
        ["graded:0:0", "graded:round:1", "graded:0:1"],
    )


def test_a_restart_takes_up_what_the_model_owes(place: Place) -> None:
    model = Server(Fault(status=503))

    async def first() -> str:
        return await held(place, place.room())

    async def second(id: str) -> State:
        room = place.room()
        await heard(room.resume(id))
        return await until_the_model_graded(room, id)

    with OpenAIServer(model) as server:
        connected(place, server)
        id = run(first())
        model.down = False
        state = run(second(id))
    assert state.threads[0].graded_by is not None
    assert state.threads[0].graded_by.by == "openai:test-model"


def test_what_time_does_not_mend_is_not_asked_again(place: Place) -> None:
    """A model that cannot keep to the schema costs money at each try."""
    model = Server(Fault(text="no marks from me", finish="stop"))

    async def work() -> tuple[int, int, State]:
        room = place.room()
        id = await held(place, room)
        calls = model.grades
        await heard(room.resume(id))
        await asyncio.sleep(0.3)
        return calls, model.grades, await room.look(id)

    with OpenAIServer(model) as server:
        connected(place, server)
        calls, later, state = run(work())
    assert calls == later
    assert state.threads[0].graded_by is not None and not state.threads[0].graded_by.passing


def test_without_a_model_nothing_is_owed(place: Place) -> None:
    async def work() -> State:
        room = place.room()
        return await room.look(await held(place, room))

    assert grading.owed_by_model(run(work())) == ()
