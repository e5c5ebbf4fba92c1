"""Resident memory of the running program: as started, with the page loaded once, and after one built-in round."""

from __future__ import annotations

import asyncio
import time
import urllib.request
from random import Random
from typing import Any

from evals.bench.candidate import message
from evals.bench.figures import machine
from evals.bench.pages import Tab, read_form
from evals.bench.seats import home
from evals.bench.serving import served
from interviewer.content import shipped

ACTS, QUICK_ACTS = 16, 1


def run(*, quick: bool = False) -> dict[str, Any]:
    """Megabytes."""
    with home() as folder, served(folder) as program:
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(program.address, timeout=60) as page:
            page.read()
        form = read_form(program.address)
        time.sleep(0.5 if quick else 3)
        loaded = program.memory
        errors = asyncio.run(_round(Tab(form, "memory"), QUICK_ACTS if quick else ACTS))
        return {"page_loaded_mb": round(loaded), "after_round_mb": round(program.memory), "errors": errors, **machine()}


async def _round(tab: Tab, acts: int) -> int:
    dice = Random(5)
    errors = [(await tab.begin()).error]
    for _ in range(acts):
        if tab.over:
            break
        errors.append((await tab.say(message(dice.choice(shipped().bank("breadth")), dice))).error)
    return sum(map(bool, errors))
