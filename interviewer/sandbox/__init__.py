"""Runs a candidate's program so that it can harm nothing and learn nothing; Linux, with bubblewrap or with Landlock.

The expected answers never enter: the program gets arguments, and values come back, typed (`wire`), to be compared by
whoever asked. How it is confined is in `tiers`, which system calls it may make in `seccomp`, which files it may read in
`reach`. The tier is chosen by hostile programs that must get nowhere (`trial`); where nothing holds, nothing is run.
`python -m interviewer.sandbox.run` throws any program at it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from interviewer.sandbox import trial
from interviewer.sandbox.runner import judge, refusal
from interviewer.sandbox.tiers import parser_plan
from interviewer.sandbox.trial import ATTACKS, Trial, reason, tier, trials
from interviewer.sandbox.turns import TURNS
from interviewer.sandbox.verdicts import Limits, Outcome, Ran, Status, Tier, Value

__all__ = [
    "ATTACKS",
    "TURNS",
    "Limits",
    "Outcome",
    "Ran",
    "Status",
    "Tier",
    "Trial",
    "Value",
    "execute",
    "parser_plan",
    "reason",
    "tier",
    "trials",
]

_chosen = tier


def execute(
    source: str | bytes,
    entry: str,
    calls: Sequence[Sequence[Value]],
    *,
    limits: Limits = Limits(),  # noqa: B008 - frozen
    tier: Tier | None = None,
    waiting: Callable[[int], None] | None = None,
) -> Ran:
    """Load the program, call its function `entry` with each list of arguments in turn, and say what became of it.

    Blocks, for `limits.wall` seconds and half a second more at most, after its turn: `TURNS.places` run at once, and
    `waiting` is told the place in the queue (from 1) whenever it changes. All calls share one process and its limits.
    Without `tier` the strongest that holds here is taken. Raises Unsendable if an argument is no Value.
    """
    taken = tier or _chosen()
    if taken is Tier.none:
        return refusal(trial.reason() or "code is not run: no sandbox was asked for", calls, taken)
    return judge(source, entry, calls, limits, taken, waiting=waiting)
