"""What to tell a candidate after a round: one priority, one thing to keep, how points were raised (domain.md §3.8)."""

from __future__ import annotations

from dataclasses import dataclass

from interviewer.domain import Dimension, Finding, Mark, Rubric
from interviewer.rules.state import State, Thread

RETEST_AFTER = 3
"""Days until the same thing is worth asking again."""


@dataclass(frozen=True)
class Priority:
    """The one thing to work on first."""

    thread: Thread
    dimension: Dimension
    mark: Mark
    quote: str
    """The candidate's sentence it starts from; empty if the point was never said."""
    bar: str
    """What a level up would have sounded like."""
    missed: str
    """The most important key point that did not come; empty if all musts came."""
    drill: str
    retest_after: int = RETEST_AFTER


@dataclass(frozen=True)
class Keep:
    """The one thing to keep doing."""

    thread: Thread
    dimension: Dimension
    quote: str


def priority(state: State) -> Priority | None:
    """The thread and dimension with the largest weighted gap to the bar; None if nothing graded is below 4."""
    gaps = [
        (dim.weight * (4 - mark.value), -thread.index, dim, mark, thread)
        for thread, mark, dim in _graded_marks(state)
        if mark.value is not None and mark.value < 4
    ]
    if not gaps:
        return None
    _, _, dim, mark, thread = max(gaps, key=lambda gap: gap[:2])
    return Priority(
        thread=thread,
        dimension=dim,
        mark=mark,
        quote=_quote(thread, mark.sentences),
        bar=next_level(thread, mark.value or 1),
        missed=_missed(thread),
        drill=thread.question.drill,
    )


def keep(state: State) -> Keep | None:
    """The strongest mark that has a sentence to show for it; None if none reaches 3."""
    best = [
        (mark.value * dim.weight, -thread.index, thread, dim, mark)
        for thread, mark, dim in _graded_marks(state)
        if mark.value is not None and mark.value >= 3 and mark.sentences
    ]
    if not best:
        return None
    _, _, thread, dim, mark = max(best, key=lambda b: b[:2])
    return Keep(thread=thread, dimension=dim, quote=_quote(thread, mark.sentences))


def next_level(thread: Thread, value: float) -> str:
    """The anchor answer one level above `value`; empty if the question has none."""
    anchors = thread.question.anchors
    if anchors is None:
        return ""
    return anchors.two if value < 1.5 else anchors.three if value < 2.6 else anchors.four


def hint_ledger(thread: Thread) -> tuple[tuple[int, str, bool], ...]:
    """Each hint given in a thread: rung, its words, and whether the point came up after it."""
    return tuple(
        (turn.move.rung, turn.move.text, turn.move.key_point in thread.raised)
        for turn in thread.turns
        if turn.move is not None and turn.move.kind == "hint"
    )


def quotes(thread: Thread, numbers: tuple[int, ...]) -> tuple[str, ...]:
    """The candidate's sentences with these numbers."""
    return tuple(thread.sentences[n - 1] for n in numbers if 1 <= n <= len(thread.sentences))


def _graded_marks(state: State) -> list[tuple[Thread, Mark, Dimension]]:
    dims = {dim.id: dim for dim in state.round.dimensions}
    return [
        (thread, mark, dims[mark.dimension])
        for thread in state.threads
        if thread.grade is not None and thread.grade.score is not None
        for mark in thread.grade.marks
        if mark.dimension in dims
    ]


def _quote(thread: Thread, numbers: tuple[int, ...]) -> str:
    found = quotes(thread, numbers)
    return found[0] if found else ""


def _missed(thread: Thread) -> str:
    said = {finding.key_point for finding in _findings(thread) if finding.result in ("hit", "partial")}
    for importance in ("must", "should"):
        for point in thread.question.key_points:
            if point.importance == importance and point.id not in said:
                return point.text
    return ""


def _findings(thread: Thread) -> tuple[Finding, ...]:
    return thread.grade.findings if thread.grade is not None else ()


def level_words(round_: Rubric, mark: Mark) -> str:
    """The anchor text of a mark's level, or why there is none."""
    if mark.level is None:
        return mark.reason
    dim = next(dim for dim in round_.dimensions if dim.id == mark.dimension)
    return dim.anchors[mark.level - 1]
