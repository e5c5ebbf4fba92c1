"""From `Room.act` to the first piece, without what the model itself took: how much is ours, step by step.

The model answers after a fixed delay, then all at once (a token to an event, as servers send them), so nothing of ours
can hide behind its writing. What it took is read from its own clock. The time-line has three parts: before the first
request reaches it, between its observation and the speaking request, and from its words to ours; the store is timed
inside the first, and folding, rules, prompts and guard are timed again alone on the same interviews.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, TypeVar

from evals.bench.figures import machine, milliseconds
from evals.bench.model import Running, model
from evals.bench.model_server import Record
from evals.bench.seats import Seat, Turn, program
from interviewer.agents import prompting
from interviewer.agents.guard import guard
from interviewer.domain import Event
from interviewer.program import Program
from interviewer.room import Room
from interviewer.rules.state import fold
from interviewer.store import Repository

T = TypeVar("T")
DELAY = 0.1
ACTS, QUICK_ACTS = 200, 6


class _Timed(Repository):
    """The repository, with the time that each kind of query takes in its thread."""

    def __init__(self, plain: Repository) -> None:
        super().__init__(plain._database, plain._user)  # noqa: SLF001 - the same queries on the same store
        self.seconds: dict[str, list[float]] = {}

    def append(self, interview_id: str, events: Sequence[Event]) -> None:
        self._took(f"store.append {events[0].kind}", lambda: super(_Timed, self).append(interview_id, events))

    def events(self, interview_id: str, **options: Any) -> tuple[Event, ...]:
        return self._took("store.events", lambda: super(_Timed, self).events(interview_id, **options))

    def _took(self, name: str, query: Callable[[], T]) -> T:
        began = time.perf_counter()
        try:
            return query()
        finally:
            self.seconds.setdefault(name, []).append(time.perf_counter() - began)


def run(*, quick: bool = False) -> dict[str, Any]:
    """Overhead of `ACTS` acts in milliseconds, its parts, and a bare streamed call to the same model beside it."""
    with model(first=DELAY, rate=None) as server, program(server.base_url) as opened:
        return {"delay": DELAY, **asyncio.run(_measure(server, opened, QUICK_ACTS if quick else ACTS)), **machine()}


async def _measure(server: Running, opened: Program, acts: int) -> dict[str, Any]:
    await opened.settle_in(quiet=0.0, pause=0.0)
    repository = _Timed(opened.repository)
    seat = Seat(Room(repository, opened.content, opened.model), opened, Random(1))
    for _ in range(3):
        await seat.say()
    repository.seconds.clear()
    parts: dict[str, list[float]] = {}
    notices, skipped = 0, 0
    for _ in range(acts):
        await asyncio.to_thread(server.records)
        turn = await seat.say()
        notices += len(turn.notices)
        # Grading goes on beside the next act; it is let finish, to measure one thing at a time.
        await seat.room.settled(seat.id)
        found, _ = await asyncio.to_thread(server.records)
        if not _split(turn, found, parts):
            skipped += 1
    alone = await _alone(seat, opened)
    bare = await _bare(server, max(5, acts // 10))
    store = {name: milliseconds(values) for name, values in sorted(repository.seconds.items())}
    return {
        "acts": acts,
        "fallbacks": notices,
        "without_model": skipped,
        "cpu_per_act": milliseconds([turn.cpu for turn in seat.turns[3:]]),
        "milliseconds": {name: milliseconds(values) for name, values in parts.items()},
        "inside": store,
        "alone": {name: milliseconds(values) for name, values in alone.items()},
        "bare_call_overhead": milliseconds(bare),
    }


def _split(turn: Turn, records: Sequence[Record], parts: dict[str, list[float]]) -> bool:
    """Put one turn's time-line into `parts`; False if the model did not both observe and speak to the end."""
    observed = next((r for r in records if r.purpose == "observe"), None)
    spoken = next((r for r in records if r.purpose == "speak"), None)
    if observed is None or spoken is None or not (observed.ended and spoken.ended):
        return False
    ours = {
        "1 act to observe request": observed.arrived - turn.at,
        "2 observation to speak request": spoken.arrived - observed.ended,
        "3 words of the model to words shown": turn.first - spoken.ended,
    }
    for name, value in {**ours, "total": sum(ours.values())}.items():
        parts.setdefault(name, []).append(value)
    return True


async def _alone(seat: Seat, opened: Program) -> dict[str, list[float]]:
    """Parts that run in our process, each alone, over every act of the interview that stands."""
    events = opened.repository.events(seat.id)
    seconds: dict[str, list[float]] = {"fold": [], "guard first sentence": [], "prompt parts": []}
    for number, event in enumerate(events):
        if event.kind != "spoken":
            continue
        began = time.perf_counter()
        state = fold(events[:number], id=seat.id)
        seconds["fold"].append(time.perf_counter() - began)
        move, thread = state.last_move, state.thread
        if move is None or thread is None or not thread.sentences:
            continue
        began = time.perf_counter()
        check = guard(state, [move.text, move.lead])
        check.leaks(event.payload["text"])
        seconds["guard first sentence"].append(time.perf_counter() - began)
        began = time.perf_counter()
        prompting.fenced(prompting.numbered(thread), prompting.marker(state.id))
        prompting.key_points(thread.question)
        seconds["prompt parts"].append(time.perf_counter() - began)
    return seconds


async def _bare(server: Running, calls: int) -> list[float]:
    """Seconds that a plain streamed call to the same server takes beyond what the server takes, without our program."""
    from openai import AsyncOpenAI

    client = AsyncOpenAI(base_url=server.base_url, api_key="none", max_retries=0)
    seconds = []
    async with client:
        for number in range(calls + 1):
            await asyncio.to_thread(server.records)
            began = time.monotonic()
            stream = await client.chat.completions.create(
                model="bench", messages=[{"role": "user", "content": "Say something. " * 300}], stream=True
            )
            async for _ in stream:
                pass
            ended = time.monotonic()
            record = (await asyncio.to_thread(server.records))[0][0]
            if number:
                seconds.append(ended - began - (record.ended - record.arrived))
    return seconds
