"""Whether a sentence is said by somebody in a trap, or by somebody who names the misconception to reject it.

A trap is put in the words of the right answer, so that it resembles the trap says little: what counts is that it
resembles the trap more than any key point, and that no word of distance ("tempting", "but", "not") stands in it. Each
sentence is judged alone. Fitted by `python -m evals.fit_traps` on sentences of people who had not seen the cues.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np

from interviewer.agents.matching import words as lexical
from interviewer.agents.matching.alignment import Alignment, Floats
from interviewer.agents.matching.coefficients import Fitted, fitted, logistic

TRAP_NAMES = ("similar", "beyond_points", "nearer_than_points", "cue", "distance", "denied")
"""What the classifier sees of one sentence, in the order of the coefficients.

similar             cosine of the trap's nearest wording with the sentence
beyond_points       alignment of the trap's best wording with the sentence, less the best of any key point
nearer_than_points  similar, less the best cosine of any key point
cue                 1 if a cue of the trap stands in it
distance            words of distance in it, 2 at most
denied              share of the words in common with a wording of the trap that only one of the two negates, the least
                    over the wordings that the sentence is near to; 0 if it is near to none
"""

NEAR = 0.6
"""Cosine from which a sentence is near a trap: it says the same, or the same with a "not"."""
DENIED_AT_MOST = -8.0
"""Most that the coefficient of `denied` may be. Set by hand: the sentences it is fitted on hold hardly any that plainly
deny the misconception ("it is not invariant to scale"), and somebody who does must not be told to be in it."""

_DISTANCE = re.compile(
    r"\b(?:tempt(?:ing|ed)|wrong|mistaken?|misleading|fallacy|myth|naive|trap|common|but|however|yet|though|although|"
    r"\w+n't|not|never|no|rather than|instead|except|in fact|merely|resist|refuse|avoid|"
    r"(?:people|some(?:one|body)?|many|they) (?:would |will |might )?(?:say|think|"
    r"believe|assume|claim)|(?:one|you|many|some|people) (?:might|could|may|would|can|argue)|one is|"
    r"(?:sound|look|seem|feel)s?)\b",
    re.IGNORECASE,
)


class TrapCoefficients(Fitted):
    """A logistic curve over the features, with what it reached on questions that were left out of the fit."""

    figures: dict[str, float]

    def probability(self, values: Sequence[float]) -> float:
        """The probability, 0–1, that a sentence with these features is said by somebody in the trap."""
        return logistic(self.intercept + sum(w * value for w, value in zip(self.weights, values, strict=True)))


@lru_cache(maxsize=1)
def trap_coefficients() -> TrapCoefficients:
    """The coefficients in traps.json. Raises OperatorError if the file does not belong to these features."""
    return fitted(TrapCoefficients, "traps.json", TRAP_NAMES, by="evals.fit_traps")


def trap_features(
    alignment: Alignment,
    sentences: Sequence[str],
    *,
    wordings: Mapping[int, str],
    points: Sequence[int],
    cues: Sequence[str],
) -> Floats:
    """The features of each sentence, (sentences, features), for the trap with these wordings, by row.

    `points` are the rows of all key points' wordings.
    """
    if not sentences:
        return np.zeros((0, len(TRAP_NAMES)), np.float32)
    rows = list(wordings)
    aligned, similar = alignment.single[rows].max(axis=0), alignment.cosines[rows].max(axis=0)
    cued = [any(lexical.shows_cue(cue, said) for cue in cues) for said in sentences]
    columns = (
        similar,
        aligned - alignment.single[list(points)].max(axis=0),
        similar - alignment.cosines[list(points)].max(axis=0),
        np.array(cued, np.float32),
        np.array([min(2, len(_DISTANCE.findall(said.replace("’", "'")))) for said in sentences], np.float32),
        np.array([_denied(said, wordings, alignment.cosines[:, n]) for n, said in enumerate(sentences)], np.float32),
    )
    return np.asarray(np.stack(columns, axis=1), np.float32)


def _denied(said: str, wordings: Mapping[int, str], cosines: Floats) -> float:
    # The least: whoever says what one wording says is in the trap, however another one is negated.
    return min((lexical.turned(own, said) for row, own in wordings.items() if cosines[row] >= NEAR), default=0.0)
