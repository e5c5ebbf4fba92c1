"""What the classifier sees of one statement and an answer: a few numbers, each with one meaning and one direction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from interviewer.agents.matching import words as lexical
from interviewer.agents.matching.alignment import Alignment, Floats, Statement

NAMES = ("whole", "negation", "opposite")
"""The features in the order of the coefficients.

whole      alignment of the statement with the whole answer
negation   share of the words that statement and best sentence have in common and only one of them negates
opposite   share of the directions (higher/lower, before/after, …) given to the same word that point opposite ways

Overlap of stems, sentence cosine, alignment with neighbouring sentences only, shared numbers and lengths were tried:
fitted, they got no weight, or made the figures on sets that were left out worse.
"""

LIMITS: Mapping[str, tuple[float, float]] = {
    "whole": (0.0, float("inf")),
    "negation": (float("-inf"), 0.0),
    "opposite": (float("-inf"), -0.15),
}
"""Least and most that each coefficient may be. Without limits a fit learns the quirks of a few questions.

`opposite` is kept from vanishing by hand: the graded sets hold too few reversed claims to fit it (free, it comes out
between 0 and −0.16, and held-out r moves by less than 0.01 either way), and a claim turned
round is what a grader must not let pass.
"""


@dataclass(frozen=True)
class Evidence:
    """The features of one statement, and the number (from 0) of the sentence that shows it best; None without any."""

    values: tuple[float, ...]
    best: int | None


def evidence(wanted: Statement, *, row: int, alignment: Alignment, sentences: Sequence[str]) -> Evidence:
    """The features of the statement in row `row` of an alignment with these sentences."""
    if not sentences or not wanted.words:
        return Evidence(values=(0.0,) * len(NAMES), best=None)
    best = int(np.argmax(strength(alignment, row)))
    values = {
        "whole": float(alignment.whole[row]),
        "negation": lexical.turned(wanted.text, sentences[best]),
        "opposite": lexical.opposed(wanted.text, sentences[best]),
    }
    return Evidence(values=tuple(values[name] for name in NAMES), best=best)


def strength(alignment: Alignment, row: int) -> Floats:
    """How well each sentence alone shows the statement in this row, for choosing what to cite; no probability."""
    return np.asarray(alignment.single[row] + 0.5 * alignment.cosines[row], np.float32)
