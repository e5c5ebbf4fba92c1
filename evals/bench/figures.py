"""Medians, percentiles, and what is said about the machine."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from statistics import fmean
from typing import Any


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0–1) of `values` lie, between two of them in proportion; ValueError if empty."""
    if not values:
        raise ValueError("there is no percentile of nothing")
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (place - below) * (ordered[above] - ordered[below])


def spread(values: Sequence[float], *, digits: int = 4) -> dict[str, float | int]:
    """Count, median, 95th percentile, mean and largest of some measurements; only the count if there are none."""
    if not values:
        return {"count": 0}
    return {
        "count": len(values),
        "median": round(percentile(values, 0.5), digits),
        "p95": round(percentile(values, 0.95), digits),
        "mean": round(fmean(values), digits),
        "max": round(max(values), digits),
    }


def milliseconds(values: Sequence[float]) -> dict[str, float | int]:
    """`spread` of seconds, in milliseconds."""
    return spread([1000 * value for value in values], digits=2)


def machine() -> dict[str, Any]:
    """How many processors there are, how busy they were in the last minute and five, and what of one we get now."""
    one, five, _ = os.getloadavg()
    load = {"load_1": round(one, 2), "load_5": round(five, 2)}
    return {"nproc": len(os.sched_getaffinity(0)), **load, "core_share": round(_share(), 2)}


def _share() -> float:
    """The share (0–1) of a processor that a thread gets that wants one: 1 on a machine with nothing else to do."""
    wall, own = time.perf_counter(), time.process_time()
    while time.perf_counter() - wall < 0.3:
        pass
    return (time.process_time() - own) / (time.perf_counter() - wall)


def slope(xs: Sequence[float], ys: Sequence[float]) -> tuple[float, float, float]:
    """Least squares: slope, intercept and the share of the variance that the line explains."""
    mean_x, mean_y = fmean(xs), fmean(ys)
    across = sum((x - mean_x) ** 2 for x in xs)
    total = sum((y - mean_y) ** 2 for y in ys)
    rise = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / across
    start = mean_y - rise * mean_x
    left = sum((y - start - rise * x) ** 2 for x, y in zip(xs, ys, strict=True))
    return rise, start, 1 - left / total if total else 1.0
