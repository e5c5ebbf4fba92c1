"""Rules of a round of ladders: one thread, step by step deeper, until a step does not hold (domain.md §2.2)."""

from __future__ import annotations

from typing import Final

from interviewer.domain import Level, Move, Question
from interviewer.rules.followups import Context
from interviewer.rules.state import Thread

PASSED: Final = 0.5
"""Share of a step's key points, one must among them, with which it counts as passed."""
PASS_LINE: Final[dict[Level, int]] = {"junior": 2, "mid": 2, "senior": 3, "staff": 4}
"""The step that somebody at this level is expected to pass."""
TRIES: Final = 3
"""Answers on one step after which the next is asked all the same, if something of it came or the one before holds."""


def climb(context: Context) -> Move | None:
    """The next step, once this one holds."""
    thread = context.thread
    rungs = thread.question.brief.rungs if thread.question.brief is not None else ()
    if not thread.level or thread.level >= len(rungs) or thread.challenged < thread.slips.keys():
        return None
    something = held(thread, thread.level) > 0 or (thread.level > 1 and passed(thread, thread.level - 1))
    if not passed(thread, thread.level) and not (_tries(thread) >= TRIES and something):
        return None
    return Move(kind="probe", text=rungs[thread.level].ask, level=thread.level + 1)


def _tries(thread: Thread) -> int:
    """Answers since this step was asked."""
    answers = 0
    for turn in reversed(thread.turns):
        if turn.move is not None and turn.move.level == thread.level:
            break
        answers += turn.speaker == "candidate" and turn.kind == "said"
    return answers


def held(thread: Thread, level: int) -> float:
    """The share (0–1) of a step's key points that came up."""
    points = [point for point in thread.question.key_points if point.level == level]
    return sum(point.id in thread.raised for point in points) / len(points) if points else 0.0


def passed(thread: Thread, level: int) -> bool:
    """Whether a step holds: half of its key points, a must among them where it has one."""
    musts = [p.id for p in thread.question.key_points if p.level == level and p.importance == "must"]
    return held(thread, level) >= PASSED and (not musts or any(id in thread.raised for id in musts))


def reached(thread: Thread) -> int:
    """The highest step that holds with at most one below it that does not, 0–4; 0 for a question without steps."""
    held_steps = [level for level in range(1, steps(thread.question) + 1) if passed(thread, level)]
    # Somebody who answers the third step but put the first in words of their own has reached the third.
    return max((level for n, level in enumerate(held_steps, 1) if n >= level - 1), default=0)


def steps(question: Question) -> int:
    """How many steps a question's ladder has."""
    return len(question.brief.rungs) if question.brief is not None else 0


RULES = (climb,)
