"""An interview of 200 events opens: `Room.look` and what the page makes of the state."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from random import Random
from typing import Any

from evals.bench.figures import machine, milliseconds
from evals.bench.seats import Seat, program
from interviewer.program import Program
from interviewer.room import Room
from interviewer.rules.scoring import result
from interviewer.web.conversation import conversation
from interviewer.web.debrief import debrief
from interviewer.web.live_state import bar, progress

EVENTS, QUICK_EVENTS = 200, 20
TIMES, QUICK_TIMES = 40, 3


def run(*, quick: bool = False) -> dict[str, Any]:
    """Milliseconds of the log's reading and folding, of the live page, of the debrief, and of opening altogether."""
    with program() as opened:
        wanted, times = (QUICK_EVENTS, QUICK_TIMES) if quick else (EVENTS, TIMES)
        return {**asyncio.run(_measure(opened, wanted, times)), **machine()}


async def _measure(opened: Program, wanted: int, times: int) -> dict[str, Any]:
    seat = Seat(opened.room, opened, Random(7), minutes=120)
    id, events = "", 0
    for _ in range(wanted):
        await seat.say()
        id, before = seat.id, (id, events)
        events = len(opened.repository.events(id))
        if before[0] and before[0] != id and before[1] > events:
            id, events = before
        if events >= wanted:
            break
    await opened.room.settled(id)
    seconds: dict[str, list[float]] = {"look": [], "page": [], "debrief": [], "open": []}
    for _ in range(times):
        # A room of its own keeps nothing from before, as after a restart.
        room = Room(opened.repository, opened.content, opened.model)
        began = time.perf_counter()
        state = await room.look(id)
        looked = time.perf_counter()
        conversation(state, areas=False)
        bar(state, datetime.now(UTC))
        progress(state)
        shown = time.perf_counter()
        if state.over:
            result(state)
            debrief(state, own=None, transcript="/")
        ended = time.perf_counter()
        for name, value in (("look", looked - began), ("page", shown - looked), ("debrief", ended - shown)):
            seconds[name].append(value)
        seconds["open"].append(ended - began)
    return {
        "events": len(opened.repository.events(id)),
        "milliseconds": {name: milliseconds(values) for name, values in seconds.items()},
    }
