"""Agreement of scores with human ones: correlation, error, weighted kappa, intervals by question. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BINS = 5
RESAMPLES = 1000


def pearson(first: Sequence[float] | Floats, second: Sequence[float] | Floats) -> float | None:
    """Pearson's r; None for fewer than two pairs or when one side never changes."""
    x, y = np.asarray(first, float), np.asarray(second, float)
    if len(x) < 2 or np.ptp(x) < 1e-12 or np.ptp(y) < 1e-12:
        return None
    return float(np.corrcoef(x, y)[0, 1])


def within(first: Sequence[float], second: Sequence[float], groups: Sequence[str]) -> float | None:
    """Pearson's r after each group's own mean is taken out of both sides: agreement among answers to one question."""
    return pearson(_centred(first, groups), _centred(second, groups))


def rmse(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Root of the mean squared difference; None for nothing."""
    difference = np.asarray(first, float) - np.asarray(second, float)
    return float(np.sqrt(np.mean(difference**2))) if len(difference) else None


def quadratic_kappa(first: Sequence[float], second: Sequence[float], *, bins: int = BINS) -> float | None:
    """Cohen's kappa with quadratic weights, both sides (0–1) cut into equal bins around 0, 1/(bins−1), …, 1."""
    if not len(first):
        return None
    x, y = _binned(first, bins), _binned(second, bins)
    observed = np.zeros((bins, bins))
    np.add.at(observed, (x, y), 1.0)
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0)) / len(x)
    weights = np.subtract.outer(np.arange(bins), np.arange(bins)) ** 2.0
    disagreement = float((weights * expected).sum())
    return 1.0 - float((weights * observed).sum()) / disagreement if disagreement else None


def interval(
    first: Sequence[float], second: Sequence[float], groups: Sequence[str], *, resamples: int = RESAMPLES, seed: int = 0
) -> tuple[float | None, float | None]:
    """A 95 % bootstrap interval of r. Groups (questions) are drawn; rows if there is only one."""
    x, y = np.asarray(first, float), np.asarray(second, float)
    names = list(dict.fromkeys(groups))
    members = [np.flatnonzero(np.asarray(groups) == name) for name in names]
    if len(members) == 1:
        members = [np.array([row]) for row in range(len(x))]
    random = np.random.default_rng(seed)
    values: list[float] = []
    for _ in range(resamples if members else 0):
        rows = np.concatenate([members[n] for n in random.integers(0, len(members), len(members))])
        r = pearson(x[rows], y[rows])
        if r is not None:
            values.append(r)
    if not values:
        return None, None
    low, high = np.quantile(values, (0.025, 0.975))
    return float(low), float(high)


def paired_interval(
    first: Sequence[float], second: Sequence[float], *, resamples: int = 10_000, seed: int = 0
) -> tuple[float, float, float]:
    """Mean of first minus second over the same cases, and its 95 % bootstrap interval (percentiles)."""
    differences = np.asarray(first, float) - np.asarray(second, float)
    random = np.random.default_rng(seed)
    means = [random.choice(differences, len(differences)).mean() for _ in range(resamples if len(differences) else 0)]
    low, high = np.quantile(means, (0.025, 0.975)) if means else (0.0, 0.0)
    return float(differences.mean()) if means else 0.0, float(low), float(high)


def _centred(values: Sequence[float], groups: Sequence[str]) -> Floats:
    result = np.asarray(values, float).copy()
    names = np.asarray(groups)
    for name in set(groups):
        result[names == name] -= result[names == name].mean()
    return result


def _binned(values: Sequence[float], bins: int) -> NDArray[np.int64]:
    return np.asarray(np.clip(np.rint(np.asarray(values, float) * (bins - 1)), 0, bins - 1), np.int64)
