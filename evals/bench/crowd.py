"""More tabs than there are places: the surplus is refused politely and at once, and those inside stay quick."""

from __future__ import annotations

import asyncio
from typing import Any

from evals.bench.rooms import CROWD, SECONDS, THINK, hold


def run(*, quick: bool = False) -> dict[str, Any]:
    """`rooms`, with `CROWD` tabs."""
    return asyncio.run(hold(1, 5, 2.0, (0.5, 1.0)) if quick else hold(4, CROWD, SECONDS, THINK))
