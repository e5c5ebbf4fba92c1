"""From the probability of a match to what it earns."""

from __future__ import annotations

NOISE, SURE = 0.15, 0.85
"""Probabilities that earn nothing and everything: an answer to something else still matches at 0.1 to 0.2."""


def credit(probability: float, noise: float = NOISE, sure: float = SURE) -> float:
    """What a point earns, 0–1: nothing up to `noise`, all from `sure` on, even steps between."""
    return min(1.0, max(0.0, (probability - noise) / (sure - noise)))
