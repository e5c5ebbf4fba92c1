"""How long a candidate waits for the first words with a model of 1 s to the first token and 60 tokens a second.

One room, through `Room`. What the model took is read from its own clock: the observation until the speaking request
came, and the speaking request until the first sentence was out. The bare model is one call of each kind after another.
"""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

from evals.bench.figures import machine, spread
from evals.bench.model import FIRST, RATE, Running, model
from evals.bench.seats import Seat, program
from interviewer.program import Program

ACTS, QUICK_ACTS = 30, 2


def run(*, quick: bool = False, first: float = FIRST, rate: float = RATE) -> dict[str, Any]:
    """Seconds to the first and to the last words, and what of them was the model's."""
    with model(first=first, rate=rate) as server, program(server.base_url) as opened:
        measured = asyncio.run(_measure(server, opened, QUICK_ACTS if quick else ACTS))
        return {"first_token": first, "rate": rate, **measured, **machine()}


async def _measure(server: Running, opened: Program, acts: int) -> dict[str, Any]:
    await opened.settle_in(quiet=0.0, pause=0.0)
    seat = Seat(opened.room, opened, Random(21))
    await seat.say()
    seat.turns.clear()
    tokens: dict[str, list[float]] = {}
    whole_observation, models, notices = [], [], 0
    for _ in range(acts):
        await asyncio.to_thread(server.records)
        turn = await seat.say()
        await seat.room.settled(seat.id)
        notices += len(turn.notices)
        records, _ = await asyncio.to_thread(server.records)
        for record in records:
            tokens.setdefault(record.purpose, []).append(record.tokens)
        observed = next((r for r in records if r.purpose == "observe"), None)
        # A request that was begun early and dropped has said no sentence.
        spoken = next((r for r in records if r.purpose == "speak" and r.sentence), None)
        if observed is not None and spoken is not None:
            whole_observation.append(observed.ended - observed.arrived)
            waited = min(observed.ended, spoken.arrived) - observed.arrived
            models.append(waited + spoken.sentence - spoken.arrived)
    return {
        "acts": acts,
        "fallbacks": notices,
        "first_words": spread([turn.first_words for turn in seat.turns]),
        "last_words": spread([turn.whole for turn in seat.turns]),
        "of_it_the_model": spread(models),
        "whole_observation": spread(whole_observation),
        "tokens": {purpose: spread(counts, digits=0) for purpose, counts in tokens.items()},
    }
