"""How many rooms one process carries: 150 tabs over HTTP against a model of 1 s to the first token and 60 tokens/s.

Candidates think for 10–30 s, and the page gives its sign of life meanwhile. Before the crowd comes one room alone, in
the same process, which is what the crowd is compared with; then the crowd, then everybody within one second. With more
tabs than there are places the surplus has to be refused at once. The client, the model and the program are three
processes on the same processors; the processor time of each is reported.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import time
from collections.abc import Callable, Sequence
from random import Random
from typing import Any

from evals.bench.candidate import message
from evals.bench.figures import machine, spread
from evals.bench.model import FIRST, RATE, Running, model
from evals.bench.pages import Broken, Tab, read_form
from evals.bench.seats import Turn, home
from evals.bench.serving import Served, cpu, served
from interviewer.content import shipped

THINK = (10.0, 30.0)
BEATS = 15.0
ALONE, ROOMS, CROWD = 8, 150, 400
SECONDS = 75.0
REFUSED = "places are taken"


def run(*, quick: bool = False) -> dict[str, Any]:
    """One room, `ROOMS` rooms thinking, `ROOMS` within a second."""
    scale = (2, 3, 4.0, (0.5, 1.5)) if quick else (ALONE, ROOMS, SECONDS, THINK)
    return asyncio.run(hold(*scale))


async def hold(
    alone: int, rooms: int, seconds: float, think: tuple[float, float], *, first: float = FIRST, rate: float = RATE
) -> dict[str, Any]:
    """Run the three parts in one process of the program."""
    with model(first=first, rate=rate) as server, home(server.base_url) as folder, served(folder) as program:
        form = await asyncio.to_thread(read_form, program.address)
        dice = Random(3)
        single = Tab(form, "alone")
        await single.begin()
        await _held(single, Random(1), time.monotonic() + 600, (0.3, 1.0), most=2)
        single.turns.clear()
        await _held(single, Random(2), time.monotonic() + 600, (0.3, 1.0), most=alone)
        tabs = [Tab(form, f"tab-{number}") for number in range(rooms)]
        openings, opening_use = await _used(program, server, lambda: _begun(tabs, dice, within=rooms / 10))
        admitted = [tab for tab, turn in zip(tabs, openings, strict=True) if not turn.error]
        ends = time.monotonic() + seconds
        _, use = await _used(program, server, lambda: _crowd(admitted, dice, ends, think))
        thinking = [turn for tab in admitted for turn in tab.turns]
        for tab in admitted:
            tab.turns.clear()
        _, burst_use = await _used(program, server, lambda: _burst(admitted, dice))
        burst = [turn for tab in admitted for turn in tab.turns]
        one = spread([turn.first_words for turn in single.turns])
        return {
            "rooms": rooms,
            "one_room": one,
            "opening": {**_summary(openings), **_refusals(openings), "use": opening_use},
            "thinking": {**_summary(thinking), **_beside(thinking, one), **_each(thinking, use)},
            "burst": {**_summary(burst), **_beside(burst, one), **_each(burst, burst_use)},
            "memory_mb": round(program.memory),
            **machine(),
        }


def _summary(turns: Sequence[Turn]) -> dict[str, Any]:
    good = [turn for turn in turns if not turn.error]
    return {
        "first_words": spread([turn.first_words for turn in good]),
        "last_words": spread([turn.whole for turn in good]),
        "errors": sum(bool(turn.error) and REFUSED not in turn.error for turn in turns),
        "error": next((turn.error for turn in turns if turn.error and REFUSED not in turn.error), ""),
        "fallbacks": sum(any("built-in" in notice for notice in turn.notices) for turn in good),
    }


def _refusals(turns: Sequence[Turn]) -> dict[str, Any]:
    refused = [turn for turn in turns if REFUSED in turn.error]
    return {"refused": len(refused), "refused_within": spread([turn.first_words for turn in refused])}


def _beside(turns: Sequence[Turn], one: dict[str, float | int]) -> dict[str, float]:
    """How much later the first words come at p95 than in one room alone."""
    crowd = spread([turn.first_words for turn in turns if not turn.error])
    return {"later_p95": round(crowd["p95"] - one["p95"], 3)} if "p95" in crowd and "p95" in one else {}


def _each(turns: Sequence[Turn], use: dict[str, float]) -> dict[str, Any]:
    """The use of processors, and of it the program's for each act: signs of the page and grading are in it."""
    return {"use": use, "cpu_per_act": round(use["program_seconds"] / max(1, len(turns)), 4)}


async def _used(program: Served, server: Running, work: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """The work, and the processors that each process used meanwhile (1.0: one of them all the time)."""
    before = program.cpu, cpu(server.pid), cpu(os.getpid())
    began = time.monotonic()
    value = await work()
    took = max(1e-3, time.monotonic() - began)
    after = program.cpu, cpu(server.pid), cpu(os.getpid())
    names = ("program", "model", "client")
    shares = {name: round((b - a) / took, 2) for name, a, b in zip(names, before, after, strict=True)}
    return value, {**shares, "program_seconds": round(after[0] - before[0], 2)}


async def _begun(tabs: Sequence[Tab], dice: Random, *, within: float) -> list[Turn]:
    async def one(tab: Tab, wait: float) -> Turn:
        await asyncio.sleep(wait)
        at = time.monotonic()
        try:
            return await tab.begin()
        except (Broken, OSError) as error:
            return _failed(at, error)

    return list(await asyncio.gather(*(one(tab, dice.uniform(0, within)) for tab in tabs)))


async def _crowd(tabs: Sequence[Tab], dice: Random, ends: float, think: tuple[float, float]) -> None:
    await asyncio.gather(*(_held(tab, Random(dice.random()), ends, think, arrive=think[1]) for tab in tabs))


async def _burst(tabs: Sequence[Tab], dice: Random) -> None:
    async def one(tab: Tab, own: Random) -> None:
        await asyncio.sleep(own.uniform(0, 1))
        await _said(tab, own)

    await asyncio.gather(*(one(tab, Random(dice.random())) for tab in tabs))


async def _held(
    tab: Tab, dice: Random, ends: float, think: tuple[float, float], *, most: int = 10**6, arrive: float = 0.0
) -> None:
    """Answer after a while of thinking, again and again; nobody begins to answer after `ends`."""
    wait = dice.uniform(0, arrive) if arrive else dice.uniform(*think)
    for _ in range(most):
        await _thought(tab, min(wait, max(0.0, ends - time.monotonic())))
        if time.monotonic() >= ends:
            return
        await _said(tab, dice)
        wait = dice.uniform(*think)


async def _thought(tab: Tab, seconds: float) -> None:
    """Wait, with a sign of the page every `BEATS` seconds."""
    ends = time.monotonic() + seconds
    while (left := ends - time.monotonic()) > BEATS:
        await asyncio.sleep(BEATS)
        left -= BEATS
        with contextlib.suppress(Broken, OSError):
            await tab.beat()
    await asyncio.sleep(max(0.0, left))


async def _said(tab: Tab, dice: Random) -> None:
    at = time.monotonic()
    try:
        if tab.over:
            await tab.begin()
        await tab.say(message(dice.choice(shipped().bank("breadth")), dice))
    except (Broken, OSError, ValueError) as error:
        tab.turns.append(_failed(at, error))


def _failed(at: float, error: Exception) -> Turn:
    now = time.monotonic()
    return Turn(at, now, now, "", error=f"{type(error).__name__}: {error}")
