"""How the time of the part under way stands: what it has taken, what it may take, how long a turn of theirs is."""

from __future__ import annotations

from typing import Final

from interviewer.rules.followups import Context
from interviewer.rules.phases import SWING, allowed, phases_of
from interviewer.rules.state import State, Thread

TURN: Final = (20.0, 180.0)
"""Shortest and longest turn, in seconds, that the plan reckons with."""


def time(context: Context) -> tuple[float, float]:
    """Seconds that this part has taken, and that it may take."""
    return spent(context.state, context.thread, context.clock)


def spent(state: State, thread: Thread, clock: float) -> tuple[float, float]:
    """The same at `clock`, without an act."""
    phases = phases_of(state.round, thread.question)
    given = allowed(phases, thread.visits, total=state.setup.minutes * 60)
    return clock - thread.visits[-1].at, given


def is_over(context: Context) -> bool:
    """Whether the time of this part is used up, reckoned at the middle of the turn that would follow."""
    spent, given = time(context)
    return spent + _turn(context) / 2 >= given


def may_run_over(context: Context) -> bool:
    """Whether one more turn here would still be within what a part may be longer."""
    spent, given = time(context)
    return spent < (1 + SWING) * given


def far_in(context: Context, share: float) -> bool:
    """Whether this part has had such a share of its time."""
    spent, given = time(context)
    return spent >= share * given


def _turn(context: Context) -> float:
    """How long a turn of this candidate takes on average."""
    thread = context.thread
    mean = (context.clock - thread.opened) / max(1, sum(turn.speaker == "candidate" for turn in thread.turns))
    return min(max(mean, TURN[0]), TURN[1])


def answers_here(thread: Thread) -> int:
    """Messages since this part began."""
    answers = 0
    for turn in reversed(thread.turns[thread.visits[-1].since :]):
        if turn.move is not None and turn.move.section:
            break
        answers += turn.speaker == "candidate" and turn.kind == "said"
    return answers
