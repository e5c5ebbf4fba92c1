"""A turn of the built-in interviewer, from `Room.act` to its last piece, with messages that no cache has seen."""

from __future__ import annotations

import asyncio
import time
from random import Random
from typing import Any

from evals.bench.candidate import message
from evals.bench.figures import machine, milliseconds
from evals.bench.seats import Seat, program
from interviewer.llm.embed import embedder
from interviewer.program import Program
from interviewer.rules.evidence import sentences

ACTS, QUICK_ACTS = 120, 4
WARMING = 5


def run(*, quick: bool = False) -> dict[str, Any]:
    """Milliseconds of a turn, altogether and for each kind of answer; and of the bare embedding of such a message."""
    with program() as opened:
        return {**asyncio.run(_measure(opened, QUICK_ACTS if quick else ACTS)), **machine()}


async def _measure(opened: Program, acts: int) -> dict[str, Any]:
    await opened.settle_in(quiet=0.0, pause=0.0)
    seat = Seat(opened.room, opened, Random(11))
    for _ in range(WARMING):
        await seat.say()
    seat.turns.clear()
    kinds: dict[str, list[float]] = {"turn": []}
    for _ in range(acts):
        turn = await seat.say()
        state = await seat.room.settled(seat.id)
        kinds["turn"].append(turn.whole)
        kinds.setdefault(state.last_move.kind if state.last_move else "none", []).append(turn.whole)
    bare = await asyncio.to_thread(_embedding, seat, min(acts, 30))
    return {
        "milliseconds": {name: milliseconds(values) for name, values in kinds.items()},
        "cpu_per_turn": milliseconds([turn.cpu for turn in seat.turns]),
        "bare_embedding": milliseconds(bare),
        "errors": sum(bool(turn.error) for turn in seat.turns),
    }


def _embedding(seat: Seat, messages: int) -> list[float]:
    """Seconds that the embedding model alone takes for a message as long."""
    seconds = []
    questions = seat.opened.content.questions
    for _ in range(messages):
        said = list(sentences(message(seat.dice.choice(questions), seat.dice)))
        began = time.perf_counter()
        embedder().tokens(said)
        seconds.append(time.perf_counter() - began)
    return seconds
