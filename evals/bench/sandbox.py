"""How long the verdict on an honest program takes, on each tier that holds here, beside a bare start of Python.

A run starts a process, confines it, loads the program, makes six calls and waits until all of it is gone. `bare` is
`python -c pass`, taken in turn with the runs: what this machine, as busy as it is now, needs for a start alone.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from evals.bench.figures import machine, milliseconds, percentile
from interviewer.sandbox import TURNS, Limits, Status, Tier, tier, trials
from interviewer.sandbox.runner import judge

PLAIN: Final = """\
def levenshtein(a, b):
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        last, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            last, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, last + (x != y))
    return row[-1]
"""
NUMPY: Final = """\
import numpy as np

def softmax(x):
    e = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)
"""
PROGRAMS: Final[dict[str, tuple[str, str, list[list[Any]]]]] = {
    "plain": (PLAIN, "levenshtein", [["kitten", "sitting"]] * 6),
    "numpy": (NUMPY, "softmax", [[[[1.0, 2.0], [3.0, 1000.0]]]] * 6),
}
RUNS, QUICK_RUNS = 40, 2
SECONDS, QUICK_SECONDS = 6.0, 0.1


def run(*, quick: bool = False) -> dict[str, Any]:
    """Milliseconds of a verdict by tier and program, of a bare start beside it; runs a second with all places taken."""
    chosen = tier()
    tiers = [Tier.landlock] if chosen is Tier.landlock else [Tier.bwrap, Tier.landlock] if chosen is Tier.bwrap else []
    runs, seconds = (QUICK_RUNS, QUICK_SECONDS) if quick else (RUNS, SECONDS)
    return {
        "self_test": {each.tier: each.reason or "holds" for each in trials()},
        **{each: {name: _beside(each, name, runs, seconds) for name in PROGRAMS} for each in tiers},
        **machine(),
    }


def _beside(each: Tier, name: str, runs: int, seconds: float) -> dict[str, Any]:
    verdicts, bare = [], []
    for _ in range(runs):
        bare.append(_bare())
        verdicts.append(_verdict(each, name))
    ratio = percentile(verdicts, 0.5) / percentile(bare, 0.5)
    return {
        "verdict": milliseconds(verdicts),
        "bare": milliseconds(bare),
        "bare_starts": round(ratio, 1),
        **_throughput(each, name, seconds),
    }


def _bare() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return time.perf_counter() - began


def _verdict(each: Tier, name: str) -> float:
    source, entry, calls = PROGRAMS[name]
    began = time.perf_counter()
    ran = judge(source, entry, calls, Limits(), each)
    if ran.status is not Status.ok or any(outcome.status != "returned" for outcome in ran.outcomes):
        raise RuntimeError(f"an honest program was not run: {ran}")
    return time.perf_counter() - began


def _throughput(each: Tier, name: str, seconds: float) -> dict[str, float]:
    """Runs a second, and milliseconds of a processor that a run takes with all its processes."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()

    def work(_: int) -> int:
        count = 0
        while time.perf_counter() - began < seconds:
            _verdict(each, name)
            count += 1
        return count

    with ThreadPoolExecutor(TURNS.places) as pool:
        count = sum(pool.map(work, range(TURNS.places)))
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"runs_per_second": round(count / wall, 1), "cpu_milliseconds_per_run": round(1000 * used / count, 1)}
