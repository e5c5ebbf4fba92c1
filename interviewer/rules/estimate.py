"""What an interview will cost, from its minutes and the prices: plain arithmetic over measured sizes of the calls."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

Step = Literal["observe", "speak", "grade"]

SECONDS_PER_ACT = 75
PASSES = 2
"""Independent gradings of a thread."""


@dataclass(frozen=True)
class Sizes:
    """Tokens in and out of one call of each step, on the mean of a round, and how long a thread of it takes."""

    observe: tuple[int, int]
    speak: tuple[int, int]
    grade: tuple[int, int]
    minutes_per_thread: float


BREADTH = Sizes(observe=(1_800, 90), speak=(1_500, 60), grade=(2_600, 450), minutes_per_thread=4.5)
ROUNDS: Mapping[str, Sizes] = {
    "breadth": BREADTH,
    "depth": Sizes(observe=(3_100, 90), speak=(2_400, 60), grade=(4_600, 450), minutes_per_thread=15),
    "design": Sizes(observe=(5_500, 90), speak=(3_900, 60), grade=(9_000, 700), minutes_per_thread=math.inf),
    "coding": Sizes(observe=(3_000, 90), speak=(2_750, 60), grade=(4_400, 600), minutes_per_thread=math.inf),
}
"""Round → sizes. In: measured at four characters a token (tests/room/test_cost.py); a conversation about one problem is
sent whole each time. A round that nobody has measured counts as breadth."""


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
    round: str = "breadth",
    price_in: float | None,
    price_out: float | None,
    steps: Collection[Step] = ("observe", "speak", "grade"),
) -> Estimate:
    """What `minutes` of a round need; prices are for a million tokens, `steps` are those that the model does."""
    sizes = ROUNDS.get(round, BREADTH)
    acts = math.ceil(minutes * 60 / SECONDS_PER_ACT)
    threads = max(1, math.ceil(minutes / sizes.minutes_per_thread))
    calls: dict[Step, tuple[int, tuple[int, int]]] = {
        "observe": (acts, sizes.observe),
        "speak": (acts, sizes.speak),
        "grade": (PASSES * threads, sizes.grade),
    }
    asked = [calls[step] for step in calls if step in steps]
    tokens_in = sum(times * size[0] for times, size in asked)
    tokens_out = sum(times * size[1] for times, size in asked)
    cost = None
    if price_in is not None and price_out is not None:
        cost = (tokens_in * price_in + tokens_out * price_out) / 1_000_000
    return Estimate(tokens_in, tokens_out, cost)
