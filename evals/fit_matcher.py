"""Fits the built-in matcher's coefficients: `python -m evals.fit_matcher [--check]`.

Data: the training splits of scientsbank, beetle and saf only. A row's score is the mean over its key points, linear in
the features; coefficients minimise the squared error against the human score. Three restraints make them carry over to
questions that were not seen (without them every added feature made held-out figures worse): each coefficient may only
count in its own direction (`LIMITS`), a ridge, and each question's own mean taken out, so that only differences between
answers to the same question teach anything. Each data set weighs the same.

Nobody in these sets answers another question, so answers of other questions are added with the score 0 (`STRANGE`):
without them an answer that has nothing to do with the question is given a third of its key points.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import lsq_linear, minimize

from evals import statistics
from evals.graded_rows import Row, question, rows
from interviewer.agents import matching
from interviewer.agents.matcher import point_features, question_texts
from interviewer.agents.matching.coefficients import LEAST, MOST
from interviewer.agents.matching.features import LIMITS, NAMES
from interviewer.errors import InterviewerError
from interviewer.llm.embed import embedder
from interviewer.rules.evidence import sentences

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

TRAINING = ("scientsbank", "beetle", "saf")
FOLDS = 6
RIDGE = 1e-3
STRANGE = 3
"""Every how many rows an answer to another question of the same set is added with the score 0."""
STRANGE_WEIGHT = 0.25
"""Their share in the loss of a set."""
RELEVANT_SCORE = 0.5
OUT = Path(matching.__file__).parent.parent / "matcher.json"


@dataclass(frozen=True)
class Sample:
    """An answer to a row's question with the score it should get; `strange`: it answers another question."""

    set: str
    row: Row
    answer: str
    gold: float
    strange: bool = False


@dataclass(frozen=True)
class Prepared:
    """The training rows as numbers; `features` has one line for each pair of key point and row."""

    sets: tuple[str, ...]
    questions: Ints
    gold: Floats
    strange: NDArray[np.bool_]
    features: Floats
    row_of: Ints
    points: Floats
    """How many key points each row's question has."""


def samples(folder: Path) -> list[Sample]:
    """The training rows of all sets, and answers to other questions of the same set."""
    found: list[Sample] = []
    for name in TRAINING:
        data = rows(folder / f"{name}.jsonl", split="training")
        found += (Sample(name, row, row.answer, row.score) for row in data)
        others = np.random.default_rng(1).permutation(len(data))
        for number in range(0, len(data), STRANGE):
            row, other = data[number], data[int(others[number])]
            if row.question_id != other.question_id:
                found.append(Sample(name, row, other.answer, 0.0, strange=True))
    return found


def prepared(data: Sequence[Sample]) -> Prepared:
    """Features of all samples; a few minutes on one core."""
    features: list[tuple[float, ...]] = []
    row_of: list[int] = []
    points = np.zeros(len(data))
    for number, sample in enumerate(data):
        lines = point_features(question(sample.row), sentences(sample.answer))
        points[number] = len(lines)
        features += lines
        row_of += [number] * len(lines)
    names = [f"{sample.set}/{sample.row.question_id}" for sample in data]
    known = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return Prepared(
        sets=tuple(sample.set for sample in data),
        questions=np.array([known[name] for name in names]),
        gold=np.array([sample.gold for sample in data]),
        strange=np.array([sample.strange for sample in data]),
        features=np.array(features),
        row_of=np.array(row_of),
        points=points,
    )


def fit(data: Prepared, mask: NDArray[np.bool_]) -> tuple[float, Floats]:
    """Intercept and coefficients over the raw features, fitted on the samples in the mask."""
    share = _row_weights(data, mask)
    x, y = _row_features(data), data.gold
    centre_x, centre_y = np.average(x, axis=0, weights=share), float(np.average(y, weights=share))
    own_x, own_y = x - centre_x, y - centre_y
    for number in np.unique(data.questions[mask]):
        of = mask & (data.questions == number)
        own_x[of] = x[of] - np.average(x[of], axis=0, weights=share[of])
        own_y[of] = y[of] - np.average(y[of], weights=share[of])
    root = np.sqrt(share[mask])[:, None]
    lines = np.vstack([own_x[mask] * root, np.eye(len(NAMES)) * RIDGE**0.5])
    wanted = np.r_[own_y[mask] * root[:, 0], np.zeros(len(NAMES))]
    low, high = zip(*(LIMITS[name] for name in NAMES), strict=True)
    weights = np.asarray(lsq_linear(lines, wanted, bounds=(low, high)).x)
    return centre_y - float(weights @ centre_x), weights


def predicted(data: Prepared, intercept: float, weights: Floats) -> Floats:
    """Each sample's score with these coefficients, cut off for each key point as the matcher does it."""
    p = np.clip(intercept + data.features @ weights, LEAST, MOST)
    return np.asarray(np.bincount(data.row_of, p, len(data.gold)) / np.maximum(data.points, 1))


def held_out(data: Prepared) -> dict[str, dict[str, float]]:
    """Pearson's r and r within question for each set, in two ways: questions left out, and whole sets left out."""
    every = np.ones(len(data.gold), bool)
    fold = np.random.default_rng(0).permutation(int(data.questions.max()) + 1)[data.questions] % FOLDS
    sets = np.array(data.sets)
    by_question, by_set = np.zeros(len(data.gold)), np.zeros(len(data.gold))
    for number in range(FOLDS):
        left = fold == number
        by_question[left] = predicted(data, *fit(data, every & ~left))[left]
    for name in TRAINING:
        by_set[sets == name] = predicted(data, *fit(data, sets != name))[sets == name]
    found: dict[str, dict[str, float]] = {}
    for name in TRAINING:
        of = (sets == name) & ~data.strange
        groups = [str(number) for number in data.questions[of]]
        found[name] = {
            "n": int(of.sum()),
            "r": _rounded(statistics.pearson(by_question[of], data.gold[of])),
            "r_within_question": _rounded(statistics.within(list(by_question[of]), list(data.gold[of]), groups)),
            "r_set_left_out": _rounded(statistics.pearson(by_set[of], data.gold[of])),
            "r_alignment_alone": _rounded(
                statistics.pearson(_row_features(data)[of, NAMES.index("whole")], data.gold[of])
            ),
        }
    return found


def relevance_line(data: Sequence[Sample]) -> dict[str, float]:
    """A logistic curve over the best cosine of an answer's sentence with its question's texts.

    Positives are the sentences of answers that people scored at least half, negatives those of strange answers.
    """
    cosines: list[float] = []
    right: list[float] = []
    for sample in data[::2]:
        if sample.strange or sample.gold >= RELEVANT_SCORE:
            known = np.stack([one.pooled for one in embedder().tokens(question_texts(question(sample.row)))])
            best = [float((known @ one.pooled).max()) for one in embedder().tokens(sentences(sample.answer))]
            cosines += best
            right += [0.0 if sample.strange else 1.0] * len(best)
    x, y = np.array(cosines), np.array(right)

    def loss(theta: Floats) -> float:
        z = theta[0] + theta[1] * x
        return float(np.mean(np.logaddexp(0.0, z) - y * z))

    intercept, slope = minimize(loss, np.zeros(2), method="L-BFGS-B").x
    return {"intercept": round(float(intercept), 4), "slope": round(float(slope), 4)}


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns the exit code: 2 for data that cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m evals.fit_matcher", description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="print the figures and write nothing")
    options = parser.parse_args(arguments)
    folder = Path(os.environ.get("INTERVIEWER_DATA") or "../shared/data") / "grading"
    try:
        data = samples(folder)
        numbers = prepared(data)
    except InterviewerError as error:
        print(error, file=sys.stderr)
        return 2
    intercept, weights = fit(numbers, np.ones(len(numbers.gold), bool))
    result = {
        "features": list(NAMES),
        "weights": [round(float(weight), 4) for weight in weights],
        "intercept": round(intercept, 4),
        "relevance": relevance_line(data),
        "fitted": datetime.now(UTC).date().isoformat(),
        "figures": held_out(numbers),
    }
    text = json.dumps(result, indent=2) + "\n"
    if not options.check:
        OUT.write_text(text, encoding="utf-8")
    print(text, end="")
    return 0


def _row_features(data: Prepared) -> Floats:
    sums = [np.bincount(data.row_of, column, len(data.gold)) for column in data.features.T]
    return np.asarray(np.stack(sums, axis=1) / np.maximum(data.points, 1)[:, None])


def _row_weights(data: Prepared, mask: NDArray[np.bool_]) -> Floats:
    sets = np.array(data.sets)
    present = sorted(set(sets[mask]))
    weights = np.zeros(len(sets))
    for name in present:
        for strange, share in ((False, 1.0 - STRANGE_WEIGHT), (True, STRANGE_WEIGHT)):
            of = mask & (sets == name) & (data.strange == strange)
            weights[of] = share / max(1, of.sum()) / len(present)
    return weights


def _rounded(value: float | None) -> float:
    return round(value or 0.0, 3)


if __name__ == "__main__":
    sys.exit(main())
