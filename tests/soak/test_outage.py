"""Five minutes without a model for fifty rooms: few calls are made, and it is soon used again."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from interviewer.content import shipped
from interviewer.domain import Act, Setup
from interviewer.llm import CHAT, GRADE, Deadlines, Shared, call
from interviewer.llm.circuit import OPENS_AFTER, PROBE_AFTER
from interviewer.room import Room, Said, Update
from interviewer.store import Store
from tests.faults.rooms import FAST, SPOKEN, good, heard, is_whole, model_at
from tests.llm.asking import warm
from tests.wire.openai_server import Fault, OpenAIServer, Reply, Request, Scripted

ROOMS = 50
EVERY = 30.0
OUTAGE = 300.0
RECOVERY = 35.0
QUICKER = 5.0
"""Where time has to pass for real, a second stands for so many."""
BEGAN = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ANSWER = "I would look at the labels."


@dataclass
class Sick:
    """A server that has a fault, until it heals."""

    fault: Fault
    clock: Callable[[], float]
    heals_after: float = OUTAGE - PROBE_AFTER
    """It heals right after it was asked for the first time from then on: the next to ask comes a long time later."""
    asked: list[float] = field(default_factory=list)
    """When it was asked while it had the fault."""
    well_at: float | None = None
    again_at: float = math.inf
    """When it was first asked after it had healed."""

    def __call__(self, request: Request) -> Scripted:
        """The answer to a request."""
        now = self.clock()
        if self.well_at is not None:
            self.again_at = min(self.again_at, now)
            return Reply(good(request), usage=FAST)
        self.asked.append(now)
        if now >= self.heals_after:
            self.well_at = now
        return self.fault


def by_model(updates: list[Update]) -> bool:
    """Whether the model spoke; and whatever was said ends where a sentence ends."""
    said = [update.text for update in updates if isinstance(update, Said)]
    assert [piece for piece in said if not is_whole(piece)] == []
    return " ".join(said).endswith(SPOKEN)


async def begun(room: Room) -> list[str]:
    """Fifty interviews, opened."""
    ids = [await room.open(Setup(round="breadth", minutes=40, seed=seed)) for seed in range(ROOMS)]
    for id in ids:
        await heard(room.resume(id))
    return ids


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.mark.soak
@pytest.mark.alone
def test_a_server_that_is_down_is_left_alone_and_found_again(tmp_path: Path) -> None:
    """On a clock that jumps: somebody says something every 30 s in each room, the rooms take turns."""
    warm()
    clock = Clock()
    sick = Sick(Fault(status=503, body="<h1>Down</h1>", content_type="text/html"), clock)

    async def work(room: Room) -> float:
        ids, acts = await begun(room), [1] * ROOMS
        for number in range(int((OUTAGE + RECOVERY) / EVERY * ROOMS) + 1):
            clock.seconds, which = number * EVERY / ROOMS, number % ROOMS
            updates = await heard(room.act(ids[which], acts[which], Act(kind="said", text=ANSWER)))
            acts[which] += 1
            if by_model(updates):
                break
        for id in ids:
            await room.settled(id)
        return clock.seconds

    store = Store.open(tmp_path)
    with OpenAIServer(sick) as server:
        model = model_at(server, Shared(clock=clock, backoff=0.001))
        now = lambda: BEGAN + timedelta(seconds=clock.seconds)  # noqa: E731
        room = Room(store.repository(store.local_user()), shipped(), lambda _: model, now=now)
        used_at = asyncio.run(work(room))
    store.dispose()
    assert sick.well_at is not None
    admitted = OPENS_AFTER + sick.well_at / PROBE_AFTER
    assert OPENS_AFTER < len(sick.asked) <= 1.1 * admitted
    assert sick.again_at <= used_at
    assert used_at - sick.well_at <= RECOVERY


def quicker(limits: Deadlines) -> Deadlines:
    """Deadlines in the seconds that pass for real."""
    return Deadlines(total=limits.total / QUICKER, first_token=limits.first_token / QUICKER, idle=limits.idle / QUICKER)


@pytest.mark.soak
@pytest.mark.alone
def test_a_server_that_hangs_is_left_alone_and_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Time passes for real, five times as quick; each room goes its own pace."""
    warm()
    monkeypatch.setattr(call, "CHAT", quicker(CHAT))
    monkeypatch.setattr(call, "GRADE", quicker(GRADE))
    start = time.monotonic()

    def clock() -> float:
        return (time.monotonic() - start) * QUICKER

    sick = Sick(Fault(hang=True), clock)
    used: list[float] = []

    async def go(room: Room, id: str, which: int) -> None:
        number = 0
        while not used and clock() < OUTAGE + 3 * RECOVERY:
            await asyncio.sleep(max(0.0, (which * EVERY / ROOMS + number * EVERY - clock()) / QUICKER))
            number += 1
            updates = await heard(room.act(id, number, Act(kind="said", text=ANSWER)))
            if by_model(updates):
                used.append(clock())

    async def work(room: Room) -> None:
        nonlocal start
        ids = await begun(room)
        start = time.monotonic()
        await asyncio.gather(*(go(room, id, which) for which, id in enumerate(ids)))
        for id in ids:
            await room.settled(id)

    store = Store.open(tmp_path)
    with OpenAIServer(sick) as server:
        model = model_at(server, Shared(clock=clock, backoff=0.001))
        now = lambda: BEGAN + timedelta(seconds=clock())  # noqa: E731
        room = Room(store.repository(store.local_user()), shipped(), lambda _: model, now=now)
        asyncio.run(work(room))
    store.dispose()
    assert sick.well_at is not None
    # Until the fifth call has run into its limit nobody knows: in that time each room may make one.
    first = [at for at in sick.asked if at < 2 * EVERY]
    probes = len(sick.asked) - len(first)
    assert OPENS_AFTER <= len(first) <= ROOMS
    assert probes <= 1.1 * sick.well_at / PROBE_AFTER
    assert used
    assert sick.again_at - sick.well_at <= RECOVERY
