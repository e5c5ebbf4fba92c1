"""Weak areas: what a closed interview leaves to work on, and what is due. Pure projections of graded threads."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime

from interviewer.domain import Weakness
from interviewer.rules.scoring import BAR
from interviewer.rules.state import State, Thread

MOST_PER_THREAD = 3
"""Rows a thread can leave, so that one bad topic does not bury the others."""


def weaknesses(state: State, at: datetime) -> tuple[Weakness, ...]:
    """The rows that a graded interview leaves: traps with the sentence they were said in, and musts that never came.

    The same interview always gives the same ids, so that a row is never there twice.
    """
    rows: list[Weakness] = []
    for thread in state.threads:
        if thread.grade is not None and (thread.grade.score is not None or thread.closes == "gave_up"):
            rows += _of_thread(state, thread, at)[:MOST_PER_THREAD]
    return tuple(rows)


def due(rows: Iterable[Weakness]) -> tuple[str, ...]:
    """Topics to practise next, the ones with most open rows first."""
    counts: dict[str, int] = {}
    for row in rows:
        counts[row.topic] = counts.get(row.topic, 0) + 1
    return tuple(sorted(counts, key=lambda topic: (-counts[topic], topic)))


def _of_thread(state: State, thread: Thread, at: datetime) -> list[Weakness]:
    grade = thread.grade
    assert grade is not None
    rows = [_row(state, thread, at, slip.code, slip.sentences) for slip in grade.slips]
    if grade.score is None or grade.score < BAR:
        said = {f.key_point for f in grade.findings if f.result in ("hit", "partial")}
        wrong = {f.key_point: f.sentences for f in grade.findings if f.result == "wrong"}
        rows += [
            _row(state, thread, at, f"missed:{point.id}", wrong.get(point.id, ()))
            for point in thread.question.key_points
            if point.importance == "must" and point.id not in said
        ]
    return rows


def _row(state: State, thread: Thread, at: datetime, code: str, numbers: Sequence[int]) -> Weakness:
    number = numbers[0] if numbers else 0
    turn = next((turn.act for turn in thread.turns if number in turn.numbers), None)
    if turn is None:
        turn = max((turn.act for turn in thread.turns if turn.speaker == "candidate"), default=0)
    key = f"{state.id}:{thread.index}:{code}"
    return Weakness(
        id=hashlib.blake2s(key.encode(), digest_size=12).hexdigest(),
        interview=state.id,
        thread=thread.index,
        area=thread.question.area,
        topic=thread.question.topics[0],
        code=code,
        sentence=thread.sentences[number - 1] if 1 <= number <= len(thread.sentences) else "",
        turn=turn,
        seen_at=at,
    )
