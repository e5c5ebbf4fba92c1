"""What an interview will cost, from its minutes and the prices: plain arithmetic over measured sizes of the calls."""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

Step = Literal["observe", "speak", "grade"]

SECONDS_PER_ACT = 75
MINUTES_PER_THREAD = 4.5
PASSES = 2
"""Independent gradings of a thread."""
OBSERVE = (1_800, 90)
"""Tokens in and out of one observation; the same pair for the other steps."""
SPEAK = (1_300, 60)
GRADE = (2_600, 450)


@dataclass(frozen=True)
class Estimate:
    """About how much an interview of some length asks of the model."""

    tokens_in: int
    tokens_out: int
    cost: float | None
    """In the currency of the prices; None if a price is not known."""


def estimate(
    minutes: float,
    *,
    price_in: float | None,
    price_out: float | None,
    steps: Collection[Step] = ("observe", "speak", "grade"),
) -> Estimate:
    """What `minutes` of interview need; prices are for a million tokens, `steps` are those that the model does."""
    acts = math.ceil(minutes * 60 / SECONDS_PER_ACT)
    threads = math.ceil(minutes / MINUTES_PER_THREAD)
    calls: dict[Step, tuple[int, tuple[int, int]]] = {
        "observe": (acts, OBSERVE),
        "speak": (acts, SPEAK),
        "grade": (PASSES * threads, GRADE),
    }
    asked = [calls[step] for step in calls if step in steps]
    tokens_in = sum(times * size[0] for times, size in asked)
    tokens_out = sum(times * size[1] for times, size in asked)
    cost = None
    if price_in is not None and price_out is not None:
        cost = (tokens_in * price_in + tokens_out * price_out) / 1_000_000
    return Estimate(tokens_in, tokens_out, cost)
