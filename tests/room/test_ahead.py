"""Speaking begins before the observation is complete, where that cannot change the move; at most two calls an act."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from interviewer.room import Said, Update
from tests.room.place import ANSWER, Place, connected, observation, run, said, scripted
from tests.wire.openai_server import Fault, OpenAIServer, Reply, Request

RATE = 20.0
"""Words a second of the observing model: its report takes about a second."""

WAITED_FOR: dict[str, Any] = {"toward": None, "options": ["next_thread"], "anchor": None, "angle": None}
"""An observation after which the rest of the report decides the move."""


def is_observation(request: Request) -> bool:
    return bool(request.schema) and "intent" in request.schema["properties"]


def answered(place: Place, script: Any, text: str = ANSWER) -> tuple[list[Update], list[Request]]:
    """What one answer brings, and the requests that it took."""

    async def work() -> list[Update]:
        room = place.room()
        id = await place.begin(room)
        return await said(room, id, text)

    with OpenAIServer(script) as server:
        connected(place, server)
        return run(work()), list(server.requests)


def slowly(**fields: Any) -> Any:
    """A model whose report drips in; it speaks at once."""

    def script(request: Request) -> Any:
        if is_observation(request):
            return Reply(json.dumps(observation(**fields), indent=1), rate=RATE)
        return scripted(request)

    return script


def test_the_words_are_asked_for_while_the_report_still_arrives(place: Place) -> None:
    # Beside one that is waited for: under load the model's own pace is slower than it says.
    _, waiting = answered(place, slowly(**WAITED_FOR))
    updates, requests = answered(place, slowly(points=["K1:1"]))
    assert [is_observation(request) for request in requests] == [True, False]
    assert requests[1].at - requests[0].at < 0.85 * (waiting[1].at - waiting[0].at)
    assert [update.text for update in updates] == [
        "You would look at the review capacity.",
        "How many cases is that a day?",
    ]


def test_a_move_that_the_rest_could_change_waits_for_it(place: Place) -> None:
    """With the model saying that nothing is left to go for, only the key points tell whether the topic is done."""
    updates, requests = answered(place, slowly(**WAITED_FOR))
    whole = len(json.dumps(observation(), indent=1).split()) / RATE
    assert len(requests) == 2
    assert requests[1].at - requests[0].at > 0.75 * whole
    assert updates


def test_a_report_that_contradicts_itself_costs_no_third_call(place: Place) -> None:
    """The key point to go for turns out to be said already: the written words of the move that is right then."""
    updates, requests = answered(place, slowly(toward="K3", points=["K3:1"], anchor=None, angle=None))
    assert len(requests) == 2
    words = " ".join(update.text for update in updates if isinstance(update, Said))
    assert "review capacity" not in words
    assert words.endswith("?")


@pytest.mark.parametrize("how", [Fault(cut_after=40), Fault(reset_after=40)], ids=["cut", "reset"])
def test_nothing_begun_is_shown_or_left_behind_when_the_report_never_ends(place: Place, how: Fault) -> None:
    report = json.dumps(observation(points=["K1:1"] * 30), indent=1)

    def script(request: Request) -> Any:
        if is_observation(request):
            return Fault(text=report, cut_after=how.cut_after, reset_after=how.reset_after)
        return scripted(request)

    async def work() -> tuple[list[Update], int]:
        room = place.room()
        id = await place.begin(room)
        updates = await said(room, id)
        await asyncio.sleep(0.05)
        names = [str(task.get_coro()) for task in asyncio.all_tasks()]
        return updates, sum("_collect" in name for name in names)

    with OpenAIServer(script) as server:
        connected(place, server)
        updates, left = run(work())
    assert left == 0
    assert any(isinstance(update, Said) for update in updates)
    assert any("took over listening" in update.text for update in updates)
