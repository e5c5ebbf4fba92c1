"""One ranking out of two: by meaning (cosines of vectors) and by words (BM25). Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

WEIGHT: Final = 0.5
"""The share of the meaning; the rest is that of the words."""


def fused(dense: Mapping[str, float], words: Mapping[str, float], *, weight: float = WEIGHT) -> list[tuple[str, float]]:
    """Ids with their fused scores, best first; equal scores by id.

    A convex combination of the two scores, each brought to 0–1 by the least and the greatest there is; what a ranking
    does not have counts 0 there, so give both scores of every id where they are known. (S. Bruch, S. Gai, A. Ingber,
    "An analysis of fusion functions for hybrid retrieval", ACM TOIS 42, 2023, where this beats reciprocal rank fusion
    with hardly any tuning; so it does here, see docs/models.md.)

    Not by the least that is possible, 0 or −1: with some embedding models strangers too have a cosine of 0.7.

    Args:
        dense: id → cosine, of the best by meaning.
        words: id → BM25 score, of the best by words.
        weight: 0–1, the share of `dense`.
    """
    meaning, wording = _scaled(dense), _scaled(words)
    scores = {
        id: weight * meaning.get(id, 0.0) + (1 - weight) * wording.get(id, 0.0)
        for id in meaning.keys() | wording.keys()
    }
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def _scaled(scores: Mapping[str, float]) -> dict[str, float]:
    """Scores between 0 (the least) and 1 (the greatest); all 1 if they are equal."""
    if not scores:
        return {}
    least, greatest = min(scores.values()), max(scores.values())
    if greatest == least:
        return dict.fromkeys(scores, 1.0)
    return {id: (score - least) / (greatest - least) for id, score in scores.items()}
