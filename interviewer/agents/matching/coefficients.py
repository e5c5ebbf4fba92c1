"""The fitted numbers of the matcher, as `python -m evals.fit_matcher` wrote them."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from functools import lru_cache
from importlib import resources
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from interviewer.agents.matching.features import NAMES
from interviewer.errors import OperatorError

LEAST, MOST = 0.02, 0.98
"""Ends of the probability: words alone never settle it."""


class Line(BaseModel):
    """A logistic curve over one number."""

    model_config = ConfigDict(frozen=True)

    intercept: float
    slope: float

    def at(self, value: float) -> float:
        """The probability at this value, 0–1."""
        return logistic(self.intercept + self.slope * value)


class Fitted(BaseModel):
    """What every file of coefficients says."""

    model_config = ConfigDict(frozen=True)

    features: tuple[str, ...]
    weights: tuple[float, ...]
    intercept: float
    fitted: str
    """The day of the fit."""


F = TypeVar("F", bound=Fitted)


class Coefficients(Fitted):
    """A linear probability over the features, with the figures it reached when it was fitted.

    Linear and cut off at both ends, not logistic: a logistic curve steep enough for answers to another question
    flattens among the good ones, and lost r on sets that were held out.
    """

    relevance: Line
    """Probability that a sentence is about the question at all, over its best cosine with the question's texts."""
    figures: dict[str, dict[str, float]]
    """What it reached on questions it was not fitted on, by data set."""

    def probability(self, values: Sequence[float]) -> float:
        """The probability that a statement with these features is expressed, LEAST to MOST."""
        raw = self.intercept + sum(weight * value for weight, value in zip(self.weights, values, strict=True))
        return max(LEAST, min(MOST, raw))


def logistic(log_odds: float) -> float:
    """1 / (1 + e^−x), safe at both ends."""
    return 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, log_odds))))


@lru_cache(maxsize=1)
def coefficients() -> Coefficients:
    """The coefficients in matcher.json. Raises OperatorError if the file does not belong to these features."""
    return fitted(Coefficients, "matcher.json", NAMES, by="evals.fit_matcher")


def fitted(kind: type[F], file: str, features: tuple[str, ...], *, by: str) -> F:
    """The coefficients in a file beside the agents; OperatorError if they were fitted on other features."""
    text = resources.files("interviewer.agents").joinpath(file).read_text(encoding="utf-8")
    loaded = kind.model_validate(json.loads(text))
    if loaded.features != features:
        raise OperatorError(f"{file} was fitted on other features; run `python -m {by}`.")
    return loaded
