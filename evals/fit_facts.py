"""Fits which fact of a sheet a question asks for: `python -m evals.fit_facts [--check]`.

Data: each wording in `asked` of the design problems, left out of its own fact while it is the question; the questions
of golden/facts_fit.yaml, on which the sheets are silent; and those of golden/facts_fit_wordings.yaml, as candidates put
them, some for the fit and some only to be measured. A multinomial logistic regression, with a ridge, in which a
problem's facts and silence compete. Figures are for problems left out of the fit, one at a time.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

import numpy as np
import yaml
from numpy.typing import NDArray

from interviewer import agents
from interviewer.agents.facts import chosen
from interviewer.agents.matching.questions import asks
from interviewer.agents.matching.sheet import FEATURES, RIVAL_FEATURES, features, sheet
from interviewer.content.load import root
from interviewer.domain import Question

Floats = NDArray[np.float64]

RIDGE = 0.002
SILENCE_COUNTS = 3.0
"""Weight of a question on which the sheet is silent, against a wording's: telling too much is the worse mistake."""
LONGEST_STEP = 0.5
OUT = Path(agents.__file__).parent / "facts.json"
SILENT = Path(__file__).parent / "golden" / "facts_fit.yaml"
PUT = Path(__file__).parent / "golden" / "facts_fit_wordings.yaml"
PUT_COUNTS = 2.0
"""Weight of a question as candidates put it, against a wording's in `asked`."""


Source = Literal["asked", "fit", "held_out"]
PARTS: Final[tuple[Source, ...]] = ("fit", "held_out")


@dataclass(frozen=True)
class Sample:
    """One question to one sheet."""

    problem: str
    text: str
    fact: int
    """Place of the fact; −1 where the sheet is silent."""
    rows: Floats
    rivals: Floats
    source: Source = "asked"

    @property
    def counts(self) -> float:
        """Its weight in the fit."""
        if self.source == "held_out":
            return 0.0
        return (SILENCE_COUNTS if self.fact < 0 else 1.0) * (PUT_COUNTS if self.source == "fit" else 1.0)


@dataclass(frozen=True)
class Fit:
    """Weights of the facts' features, then silence's intercept, then the rivals' weights."""

    weights: Floats

    def probabilities(self, sample: Sample) -> Floats:
        """Of each fact, then of silence."""
        return _softmax(_design(sample) @ self.weights)


def problems() -> dict[str, Question]:
    """The design problems of the bank by the names of their files."""
    files = sorted((root() / "design" / "bank").glob("*.yaml"))
    return {path.stem: Question.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))) for path in files}


def samples() -> list[Sample]:
    """Every wording and every silent question with its features."""
    silent = yaml.safe_load(SILENT.read_text(encoding="utf-8"))
    put = yaml.safe_load(PUT.read_text(encoding="utf-8"))
    found: list[Sample] = []
    for question in problems().values():
        assert question.brief is not None
        facts = question.brief.facts
        places = {fact.id: place for place, fact in enumerate(facts)} | {"silent": -1}
        given: list[tuple[str, int, Source]] = [
            (text, place, "asked") for place, fact in enumerate(facts) for text in fact.asked
        ]
        given += [(text, -1, "asked") for text in silent.get(question.id, ())]
        for source in PARTS:
            texts = put[source].get(question.id, {})
            given += [(text, places[id], source) for id in texts for text in texts[id]]
        for text, place, source in given:
            asked = next((ask.whole for ask in asks(text)), text)
            rows, rivals = features(sheet(facts), asked, without=text)
            found.append(Sample(question.id, text, place, rows.astype(float), rivals.astype(float), source))
    return found


def fit(data: list[Sample]) -> Fit:
    """Newton's method with bounded steps, on standardised features."""
    scale = np.concatenate([
        np.vstack([one.rows for one in data]).std(axis=0), [1.0], np.vstack([one.rivals for one in data]).std(axis=0)
    ])  # fmt: skip
    data = [one for one in data if one.counts]
    designs = [_design(one) / np.maximum(scale, 1e-6) for one in data]
    counts = np.array([one.counts for one in data])
    counts /= counts.sum()
    weights = np.zeros(len(scale))
    for _ in range(60):
        gradient, curve = RIDGE * weights, RIDGE * np.eye(len(weights))
        for design, one, count in zip(designs, data, counts, strict=True):
            odds = _softmax(design @ weights)
            mean = odds @ design
            gradient += count * (mean - design[one.fact])
            curve += count * ((design * odds[:, None]).T @ design - np.outer(mean, mean))
        step = np.linalg.solve(curve, gradient)
        step *= min(1.0, LONGEST_STEP / max(float(np.abs(step).max()), 1e-9))
        weights -= step
        if np.abs(step).max() < 1e-5:
            break
    return Fit(weights / np.maximum(scale, 1e-6))


def _design(sample: Sample) -> Floats:
    """One row for each fact and, last, one for silence."""
    facts, count = sample.rows.shape
    design = np.zeros((facts + 1, count + 1 + len(sample.rivals)))
    design[:facts, :count] = sample.rows
    design[facts, count] = 1.0
    design[facts, count + 1 :] = sample.rivals
    return design


def _softmax(scores: Floats) -> Floats:
    odds = np.exp(scores - scores.max())
    return np.asarray(odds / odds.sum())


def left_out(data: list[Sample]) -> list[Floats]:
    """The probabilities of each sample by a fit without its problem."""
    by_problem = {id: fit([one for one in data if one.problem != id]) for id in {one.problem for one in data}}
    return [by_problem[one.problem].probabilities(one) for one in data]


def figures(data: list[Sample], found: list[Floats], threshold: float) -> dict[str, float]:
    """Shares of wordings with the right fact told, offered, another one told, none; of silent ones that got no fact."""
    given = [chosen(p, threshold) for p in found]
    pairs = [(one.fact, got) for one, got in zip(data, given, strict=True)]
    wordings = [(want, got) for want, got in pairs if want >= 0]
    silent = [got for want, got in pairs if want < 0]
    told = [want == got.told for want, got in wordings if got.told is not None]
    return {
        "right": round(sum(told) / len(wordings), 4),
        "offered": round(sum(want in got.offered for want, got in wordings) / len(wordings), 4),
        "other": round((len(told) - sum(told)) / len(wordings), 4),
        "missed": round(sum(got.told is None and want not in got.offered for want, got in wordings) / len(wordings), 4),
        "silent": round(sum(got.told is None for got in silent) / len(silent), 4),
        "wordings": float(len(wordings)),
        "silent_questions": float(len(silent)),
    }


def _reached(pairs: list[tuple[Sample, Floats]], threshold: float) -> dict[str, float]:
    return figures([one for one, _ in pairs], [p for _, p in pairs], threshold)


def _worth(reached: dict[str, float]) -> float:
    """To ask back is half as good as to tell at once; on one question in five the sheet is silent."""
    return reached["right"] + reached["offered"] / 2 - reached["other"] + reached["silent"] / 4


def main(arguments: list[str]) -> int:
    """Fit and write facts.json; with --check only print what would be written."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args(arguments)
    data = samples()
    found = left_out(data)
    steps = [step / 100 for step in range(40, 76, 2)]
    fitted = [(one, p) for one, p in zip(data, found, strict=True) if one.source != "held_out"]
    rest = [(one, p) for one, p in zip(data, found, strict=True) if one.source == "held_out"]
    threshold = max(steps, key=lambda t: _worth(_reached(fitted, t)))
    weights = fit(data).weights
    count = len(FEATURES)
    result = {
        "features": [*FEATURES, *RIVAL_FEATURES],
        "weights": [round(float(weight), 4) for weight in weights[:count]],
        "intercept": round(float(weights[count]), 4),
        "rivals": [round(float(weight), 4) for weight in weights[count + 1 :]],
        "threshold": threshold,
        "fitted": datetime.now(UTC).date().isoformat(),
        "figures": _reached(fitted, threshold),
        "held_out": _reached(rest, threshold),
    }
    text = json.dumps(result, indent=2) + "\n"
    print(text, end="")
    if not options.check:
        OUT.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
