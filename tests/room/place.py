"""A data folder with rooms in it, a clock that is told the time, and a scripted model that does every step."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from interviewer.content import shipped
from interviewer.domain import Act, Setup
from interviewer.llm import Budget, Endpoint, Model, open_model
from interviewer.room import Room, Update
from interviewer.store import Repository, Store
from tests.wire.openai_server import OpenAIServer, Request

T = TypeVar("T")
TRAPPED = "I'd start by balancing the whole dataset with oversampling, then split it into train and test."
ANSWER = "Accuracy says nothing at half a percent positives, so I look at precision and recall at the review capacity."


class Clock:
    """A clock that moves when told."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def wait(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Place:
    """A data folder in which rooms can be opened again and again, as after a restart."""

    def __init__(self, home: Path) -> None:
        self.store = Store.open(home)
        self.clock = Clock()
        self.model: Model | None = None

    @property
    def repository(self) -> Repository:
        return self.store.repository(self.store.local_user())

    def room(self, repository: Repository | None = None) -> Room:
        return Room(repository or self.repository, shipped(), lambda step: self.model, now=self.clock)

    async def begin(self, room: Room, **setup: Any) -> str:
        id = await room.open(Setup(round="breadth", **{"question": "class-imbalance", "minutes": 20, **setup}))
        await heard(room.resume(id))
        return id


def run(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(asyncio.wait_for(work, 60))


async def heard(stream: AsyncIterator[Update]) -> list[Update]:
    return [update async for update in stream]


async def said(room: Room, id: str, text: str = ANSWER, kind: Any = "said") -> list[Update]:
    state = await room.look(id)
    return await heard(room.act(id, state.acts, Act(kind=kind, text=text if kind == "said" else "")))


def observation(**fields: Any) -> dict[str, Any]:
    return {
        "intent": "answer",
        "traps": [],
        "options": ["probe"],
        "toward": "K3",
        "anchor": 1,
        "angle": "quantify",
        "points": ["K1:1"],
        **fields,
    }


def graded(level: int, *numbers: int) -> dict[str, Any]:
    return {
        "points": [{"k": "K1", "result": "hit", "s": list(numbers)}],
        "traps": [],
        "marks": [
            {"d": dim, "s": list(numbers), "reason": "Said so.", "level": level}
            for dim in ("correctness", "understanding", "judgement")
        ],
    }


def scripted(request: Request) -> Any:
    """A model that does every step in good order."""
    properties = set(request.schema["properties"]) if request.schema else set()
    if "intent" in properties:
        return observation()
    if "points" in properties:
        return graded(3, 1)
    if properties:
        return {"marks": [{"d": "communication", "s": [1], "reason": "Direct.", "level": 3}]}
    return "You would look at the review capacity. How many cases is that a day?"


def connected(place: Place, server: OpenAIServer) -> None:
    endpoint = Endpoint.model_validate({"model": "openai:test-model", "base_url": server.base_url, "api_key": "k"})
    place.model = open_model(endpoint, budget=Budget())
