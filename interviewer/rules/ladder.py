"""How far somebody has come on a ladder (domain.md §2.2): what of it holds, was tried, was left."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from interviewer.domain import Level, Move, Question
from interviewer.rules.state import Thread, Turn

PASSED: Final = 0.5
"""Share of a step's key points, one must among them, with which it counts as passed."""
PASS_LINE: Final[dict[Level, int]] = {"junior": 2, "mid": 2, "senior": 3, "staff": 4}
"""The step that somebody at this level is expected to pass."""
TRIES: Final = 3
"""Answers on one step after which the next is asked all the same, if something of it came or the one before holds."""
LATELY: Final = 6
SPENT: Final = 4
"""Replies to giving up among the last `LATELY` turns of the interviewer with which the subject is over."""
NO_TRY: Final = ("answer", "continue", "correct", "steer")
"""Kinds of turn that reply to a message which was no attempt at the question."""


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


def here(thread: Thread) -> int:
    """The step that was asked about last, which may be one below the highest; 0 for a question without steps."""
    return next(filter(None, (_asks_about(thread, move) for _, move in _moves(thread.turns[::-1]))), thread.level)


def _asks_about(thread: Thread, move: Move) -> int:
    return (thread.question.key_point(move.key_point).level if move.key_point else 0) or move.level


def _moves(turns: tuple[Turn, ...]) -> Iterator[tuple[int, Move]]:
    return ((n, turn.move) for n, turn in enumerate(turns) if turn.move is not None)


def _let_go(thread: Thread) -> Iterator[tuple[int, int]]:
    """For each time that they gave up or passed: the step that was asked about, and the one that was asked then."""
    step = min(thread.level, 1)
    for _, move in _moves(thread.turns):
        then = _asks_about(thread, move)
        if move.rule in ("let_go", "skip_step"):
            yield step, then
        step = then or step


def helped(thread: Thread) -> frozenset[int]:
    """The steps that they gave up on and were helped with."""
    return frozenset(step for step, then in _let_go(thread) if then == step)


def left(thread: Thread) -> frozenset[int]:
    """The steps that were left because they gave up on them: these are not asked about again."""
    return frozenset(step for step, then in _let_go(thread) if then != step)


def is_spent(thread: Thread) -> bool:
    """Whether they gave up so often of late that more questions would only trouble them."""
    moves = [move.rule for _, move in _moves(thread.turns)]
    return moves[-LATELY:].count("let_go") >= SPENT


def since_step(thread: Thread) -> tuple[Turn, ...]:
    """What was said since a step was asked last, or a part was begun; before the second one, everything."""
    asked = max((n for n, move in _moves(thread.turns) if move.level or move.section), default=-1)
    return thread.turns[max(asked + 1, thread.visits[-1].since if thread.visits else 0) :]


def tries(thread: Thread) -> int:
    """Attempts at the step under way: no questions of theirs, and no answers to something beside it."""
    answers, beside = 0, False
    turns = since_step(thread)
    for turn, reply in zip(turns, (*turns[1:], None), strict=True):
        if turn.move is not None and turn.kind not in NO_TRY:
            beside = turn.move.rule == "contradiction" or bool(turn.move.sum)
        elif turn.kind == "said" and not beside and (reply is None or reply.kind not in NO_TRY):
            answers += 1
    return answers
