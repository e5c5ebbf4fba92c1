# ruff: noqa: INP001 - a script beside a document, not a package
"""The experiment of `late-labels.pdf`: fraud models trained while most complaints are still on their way.

    python late_labels.py            # the paper's numbers, as JSON
    python late_labels.py --seeds 1  # a quick look

Everything is made up: payments, frauds and delays are drawn here. Needs numpy only.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DAYS, TEST_DAYS = 180, 30
A_DAY = 3_000
LONGEST = 120
"""Days after which a complaint is no longer accepted."""
ATTACK_FROM = 130
SLOW_FROM = 120
BASE = -5.6
WEIGHTS = np.array([0.8, -0.6, 0.5, 0.4, -0.3, 0.2, 0.1, 0.0])
"""Of the eight numeric inputs; the last one matters only under attack."""
ATTACK_WEIGHT, ATTACK_BASE = 0.9, 0.3
DIGITAL_SHARE, DIGITAL_WEIGHT = 0.3, 0.5
MEDIAN, SPREAD = 32.0, 0.6
"""Of the log-normal delay, in days."""
WORLDS = ("stable", "attack", "segments", "slowdown")
METHODS = (
    *("as seen", "wait 60", "wait 120", "naive curve", "corrected", "by segment", "all labels"),
    *("recent, as seen", "recent, corrected", "recent, by segment", "recent, all labels"),
)
WINDOW = 60
"""Days of training data of the methods that are called recent."""
RIDGE = 1.0


@dataclass(frozen=True)
class Payments:
    """Payments in the order of their days; the first column of `x` is 1, the last marks digital goods."""

    x: Floats
    day: Ints
    chance: Floats
    fraud: NDArray[np.bool_]
    delay: Ints
    """Days until the complaint, if there is fraud."""


def drawn(rng: np.random.Generator, world: str, first: int, days: int) -> Payments:
    """Payments of `days` days from day `first` on, in one of the four worlds."""
    day = np.repeat(np.arange(first, first + days), A_DAY)
    n = len(day)
    digital = (rng.random(n) < DIGITAL_SHARE).astype(float)
    x = np.column_stack([np.ones(n), rng.standard_normal((n, len(WEIGHTS))), digital])
    score = BASE + x[:, 1:-1] @ WEIGHTS + DIGITAL_WEIGHT * digital
    if world == "attack":
        score += (day >= ATTACK_FROM) * (ATTACK_BASE + ATTACK_WEIGHT * x[:, -2])
    chance = 1 / (1 + np.exp(-score))
    median = np.full(n, MEDIAN)
    if world == "segments":
        median = np.where(digital > 0, 48.0, 26.0)
    elif world == "slowdown":
        median = np.where(day >= SLOW_FROM, 1.4 * MEDIAN, MEDIAN)
    return Payments(x, day, chance, rng.random(n) < chance, delays(rng, median))


def delays(rng: np.random.Generator, median: Floats) -> Ints:
    """Whole days, log-normal around each median; what would come after LONGEST is drawn again."""
    drawn = np.full(len(median), np.inf)
    late = np.flatnonzero(drawn > LONGEST)
    while len(late):
        drawn[late] = np.ceil(np.exp(np.log(median[late]) + SPREAD * rng.standard_normal(len(late))))
        late = late[drawn[late] > LONGEST]
    return drawn.astype(np.int64)


def truncated_curve(delay: Ints, age: Ints) -> Floats:
    """P(delay <= d) for d = 0 … LONGEST from frauds that are only seen when delay <= age (reverse hazards).

    The product over u > d of 1 - n(u) / R(u): n(u) delays of exactly u, R(u) frauds with delay <= u <= age.
    """
    curve = np.ones(LONGEST + 1)
    for u in range(LONGEST, 0, -1):
        at_risk = np.count_nonzero((delay <= u) & (age >= u))
        hazard = np.count_nonzero(delay == u) / at_risk if at_risk else 0.0
        curve[u - 1] = curve[u] * (1 - hazard)
    return curve


def naive_curve(delay: Ints) -> Floats:
    """The share of the delays seen so far that are at most d, as if none were missing."""
    return np.array([np.mean(delay <= d) for d in range(LONGEST + 1)])


def fitted(x: Floats, seen: NDArray[np.bool_], arrived: Floats) -> Floats:
    """Coefficients that maximise the likelihood of `seen` ~ Bernoulli(arrived * sigmoid(x b)), by Fisher scoring.

    Args:
        arrived: probability that a complaint about a payment of this age is already in; 1 for plain regression.
    """
    b = np.zeros(x.shape[1])
    b[0] = np.log(max(seen.mean(), 1e-6))
    ridge = RIDGE * np.eye(x.shape[1])
    ridge[0, 0] = 0.0
    for _ in range(30):
        p = 1 / (1 + np.exp(-(x @ b)))
        shown = arrived * p
        pull = (seen - shown) * (1 - p) / (1 - shown)
        weight = arrived * p * (1 - p) ** 2 / (1 - shown)
        step = np.linalg.solve(x.T @ (x * weight[:, None]) + ridge, x.T @ pull - ridge @ b)
        b += step
        if np.abs(step).max() < 1e-8:
            break
    return b


def models(train: Payments) -> dict[str, Floats]:
    """Each method's coefficients from what is known on the last evening of training."""
    age = DAYS - train.day
    seen = train.fraud & (train.delay <= age)
    one = np.ones(len(age))
    known, limit = train.delay[seen], age[seen]
    digital = train.x[:, -1] > 0
    naive, curve = naive_curve(known), truncated_curve(known, limit)
    apart = np.ones(len(age))
    for group in (digital, ~digital):
        own = truncated_curve(train.delay[seen & group], age[seen & group])
        apart[group] = own[np.minimum(age, LONGEST)][group]
    arrived = curve[np.minimum(age, LONGEST)]
    old60, old120, recent = age >= 60, age >= LONGEST, age <= WINDOW
    return {
        "as seen": fitted(train.x, seen, one),
        "wait 60": fitted(train.x[old60], seen[old60], one[old60]),
        "wait 120": fitted(train.x[old120], seen[old120], one[old120]),
        "naive curve": fitted(train.x, seen, naive[np.minimum(age, LONGEST)]),
        "corrected": fitted(train.x, seen, arrived),
        "by segment": fitted(train.x, seen, apart),
        "all labels": fitted(train.x, train.fraud, one),
        "recent, as seen": fitted(train.x[recent], seen[recent], one[recent]),
        "recent, corrected": fitted(train.x[recent], seen[recent], arrived[recent]),
        "recent, by segment": fitted(train.x[recent], seen[recent], apart[recent]),
        "recent, all labels": fitted(train.x[recent], train.fraud[recent], one[recent]),
    }


def judged(b: Floats, test: Payments) -> dict[str, float]:
    """Predicted over expected frauds (all, digital, other), excess log loss in 1e-4 nats a payment, and AUC.

    The truth is known here, so losses and ratios are taken against the true chances and not against drawn labels.
    """
    p = 1 / (1 + np.exp(-(test.x @ b)))
    c, digital = test.chance, test.x[:, -1] > 0
    excess = c * np.log(c / p) + (1 - c) * np.log((1 - c) / (1 - p))
    order = np.argsort(p, kind="stable")
    ranks = np.empty(len(p))
    ranks[order] = np.arange(1, len(p) + 1)
    frauds = int(test.fraud.sum())
    auc = (ranks[test.fraud].sum() - frauds * (frauds + 1) / 2) / (frauds * (len(p) - frauds))
    return {
        "ratio": float(p.sum() / c.sum()),
        "ratio_digital": float(p[digital].sum() / c[digital].sum()),
        "ratio_other": float(p[~digital].sum() / c[~digital].sum()),
        "excess": float(1e4 * excess.mean()),
        "auc": float(auc),
    }


def one_run(seed: int, world: str) -> dict[str, dict[str, float]]:
    """Every method in one world with one draw."""
    rng = np.random.default_rng([seed, WORLDS.index(world)])
    train, test = drawn(rng, world, 0, DAYS), drawn(rng, world, DAYS, TEST_DAYS)
    return {name: judged(b, test) for name, b in models(train).items()}


def curves(seed: int) -> dict[str, list[float]]:
    """The delay curves of the figure: the true one and both estimates, under attack."""
    rng = np.random.default_rng([seed, WORLDS.index("attack")])
    train = drawn(rng, "attack", 0, DAYS)
    age = DAYS - train.day
    seen = train.fraud & (train.delay <= age)
    many = delays(rng, np.full(1_000_000, MEDIAN))
    found = {
        "true": naive_curve(many),
        "naive": naive_curve(train.delay[seen]),
        "corrected": truncated_curve(train.delay[seen], age[seen]),
    }
    return {name: [round(float(value), 4) for value in curve[::5]] for name, curve in found.items()}


def table(seeds: int) -> dict[str, dict[str, dict[str, list[float]]]]:
    """World, method, measure: mean over the draws and twice its standard error."""
    found: dict[str, dict[str, dict[str, list[float]]]] = {}
    for world in WORLDS:
        runs = [one_run(seed, world) for seed in range(seeds)]
        found[world] = {
            method: {measure: _mean([run[method][measure] for run in runs]) for measure in runs[0][method]}
            for method in METHODS
        }
    return found


def _mean(values: list[float]) -> list[float]:
    error = 2 * float(np.std(values, ddof=1)) / len(values) ** 0.5 if len(values) > 1 else 0.0
    return [round(float(np.mean(values)), 4), round(error, 4)]


def main() -> None:
    """Print the numbers of the paper."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", type=int, default=20)
    seeds = parser.parse_args().seeds
    json.dump({"seeds": seeds, "table": table(seeds), "curves": curves(0)}, sys.stdout, indent=1)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
