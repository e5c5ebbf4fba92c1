"""Fits what tells a misconception from its rejection: `python -m evals.fit_traps [--check]`.

Data: golden/breadth_paraphrases.yaml and the anchor answers of level 3 and 4. Positive are sentences of people in the
trap; negative are sentences that reject it, right sentences about the question's key points, and sentences of the
anchors. Logistic regression with a ridge on standardised features. Figures are for questions left out of the fit, six
folds by question; the threshold is the matcher's, 0.5.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evals.paraphrases import kept_back, paraphrases
from interviewer.agents import matching
from interviewer.agents.matcher import trap_rows
from interviewer.agents.matching.traps import DENIED_AT_MOST, TRAP_NAMES
from interviewer.content import shipped
from interviewer.domain import Question
from interviewer.rules.evidence import sentences

Floats = NDArray[np.float64]

FOLDS = 6
RIDGE = 1.0
OUT = Path(matching.__file__).parent.parent / "traps.json"


@dataclass(frozen=True)
class Sample:
    """One sentence for one trap."""

    question: str
    trap: str
    kind: str
    features: tuple[float, ...]


def samples() -> list[Sample]:
    """Every sentence with every trap of its question."""
    bank = {question.id: question for question in shipped().bank("breadth")}
    return [sample for id, given in paraphrases().items() for sample in _of(bank[id], given)]


def _of(question: Question, given: dict[str, Any]) -> Iterator[Sample]:
    right = [sentence for said in given["key_points"].values() for sentence in said]
    anchors = question.anchors
    answers = [*sentences(anchors.three), *sentences(anchors.four)] if anchors is not None else []
    for kind, said in (("right", right), ("anchor", answers)):
        for code, rows in trap_rows(question, said).items():
            yield from (Sample(question.id, code, kind, tuple(map(float, row))) for row in rows)
    for code, by_kind in given["traps"].items():
        for kind in ("held", "rejected"):
            said = kept_back(question, code, list(by_kind[kind]))
            rows = trap_rows(question, said)[code]
            yield from (Sample(question.id, code, kind, tuple(map(float, row))) for row in rows)


def fit(x: Floats, y: Floats) -> tuple[Floats, float]:
    """Weights (features,) and intercept of a ridge logistic regression; `denied` may count no more than its limit."""
    free = _newton(x, y, np.zeros(len(x)))
    denied = TRAP_NAMES.index("denied")
    if free[denied] <= DENIED_AT_MOST:
        return free[:-1], float(free[-1])
    others = [n for n in range(x.shape[1]) if n != denied]
    held = _newton(x[:, others], y, DENIED_AT_MOST * x[:, denied])
    return np.insert(held[:-1], denied, DENIED_AT_MOST), float(held[-1])


def _newton(x: Floats, y: Floats, offset: Floats) -> Floats:
    """Weights and, last, the intercept, over a given part of the log odds."""
    centre, scale = x.mean(axis=0), x.std(axis=0) + 1e-9
    z = np.column_stack([(x - centre) / scale, np.ones(len(x))])
    ridge = np.diag([RIDGE] * x.shape[1] + [0.0])
    beta = np.zeros(z.shape[1])
    for _ in range(50):
        p = 1.0 / (1.0 + np.exp(-(z @ beta + offset)))
        gradient = z.T @ (p - y) + ridge @ beta
        beta -= np.linalg.solve((z * (p * (1 - p))[:, None]).T @ z + ridge, gradient)
    weights = beta[:-1] / scale
    return np.append(weights, beta[-1] - weights @ centre)


def left_out(data: list[Sample], x: Floats, y: Floats) -> dict[str, float]:
    """Shares that fire at 0.5, each question judged by a fit without it."""
    ids = sorted({sample.question for sample in data})
    np.random.default_rng(0).shuffle(ids)
    fold = np.array([ids.index(sample.question) % FOLDS for sample in data])
    fires = np.zeros(len(data), bool)
    for number in range(FOLDS):
        weights, intercept = fit(x[fold != number], y[fold != number])
        fires[fold == number] = x[fold == number] @ weights + intercept >= 0.0
    kinds = np.array([sample.kind for sample in data])
    figures = {kind: round(float(fires[kinds == kind].mean()), 4) for kind in ("held", "rejected", "right", "anchor")}
    traps = {(s.question, s.trap): False for s in data}
    for sample, fired in zip(data, fires, strict=True):
        if sample.kind == "held":
            traps[sample.question, sample.trap] |= bool(fired)
    return figures | {"traps_noticed": round(sum(traps.values()) / len(traps), 4), "n": float(len(data))}


def main(arguments: list[str]) -> int:
    """Fit and write traps.json; with --check only print what would be written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(arguments)
    data = samples()
    x = np.array([sample.features for sample in data])
    y = np.array([float(sample.kind == "held") for sample in data])
    weights, intercept = fit(x, y)
    result = {
        "features": list(TRAP_NAMES),
        "weights": [round(float(weight), 4) for weight in weights],
        "intercept": round(intercept, 4),
        "fitted": datetime.now(UTC).date().isoformat(),
        "figures": left_out(data, x, y),
    }
    text = json.dumps(result, indent=2) + "\n"
    print(text, end="")
    if not options.check:
        OUT.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
