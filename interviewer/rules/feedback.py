"""What to tell a candidate after a round: one priority, one thing to keep, how points were raised (domain.md §3.8)."""

from __future__ import annotations

from dataclasses import dataclass

from interviewer.domain import Dimension, Finding, Mark, Rubric
from interviewer.rules.scoring import BAR, between
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
    """The most important key point that speaks for the dimension and did not come; empty if none is missing."""
    drill: str
    retest_after: int = RETEST_AFTER


@dataclass(frozen=True)
class Keep:
    """The one thing to keep doing."""

    thread: Thread
    dimension: Dimension
    quote: str


def priority(state: State) -> Priority | None:
    """The thread and dimension with the largest weighted gap to 4, of equal ones the lower mark; None without a gap.

    The dimension to keep is passed over while another one has a gap: praise and blame of one thing help nobody.
    """
    gaps = [
        ((round(dim.weight * (4 - mark.value), 9), -mark.value, -thread.index), dim, mark, thread)
        for thread, mark, dim in _graded_marks(state)
        if mark.value is not None and mark.value < 4
    ]
    strong = keep(state)
    kept = strong.dimension.id if strong is not None else ""
    others = [gap for gap in gaps if gap[1].id != kept]
    if strong is not None and not others:
        # The same dimension in another thread is something else to work on.
        others = [gap for gap in gaps if gap[3].index != strong.thread.index]
    if not others:
        return None
    _, dim, mark, thread = max(others, key=lambda gap: gap[0])
    return Priority(
        thread=thread,
        dimension=dim,
        mark=mark,
        quote=_quote(thread, mark, without=strong.quote if strong is not None else ""),
        bar=_bar(thread, dim, mark),
        missed=_missed(thread, dim),
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
    return Keep(thread=thread, dimension=dim, quote=_quote(thread, mark))


def next_level(thread: Thread, value: float) -> str:
    """The anchor answer one level above `value`; empty if the question has none."""
    anchors = thread.question.anchors
    return "" if anchors is None else (anchors.two, anchors.three, anchors.four)[next_of(value) - 1]


def next_of(value: float) -> int:
    """The place, from 0, of the level above a value among the four: 2 above less than 1.5, 3 up to the bar, else 4."""
    return 1 if value < 1.5 else 2 if value < BAR else 3


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


def _bar(thread: Thread, dimension: Dimension, mark: Mark) -> str:
    """What a level up would have been: of a question about many things only what the dimension asks for."""
    if thread.question.brief is None:
        return next_level(thread, mark.value or 1)
    return dimension.anchors[between(mark) or next_of(mark.value or 1)]


def _quote(thread: Thread, mark: Mark, *, without: str = "") -> str:
    """The first sentence of a mark that says a key point of its dimension; else the first that is no question.

    The sentence `without` is taken only if there is no other: it is quoted elsewhere.
    """
    of = {point.id for point in thread.question.key_points if point.dimension == mark.dimension}
    saying = {
        n for found in _findings(thread) if found.key_point in of and found.result == "hit" for n in found.sentences
    }
    cited = [n for n in mark.sentences if 1 <= n <= len(thread.sentences)]
    told = [n for n in cited if not thread.sentences[n - 1].rstrip().endswith("?")]
    best = [n for n in told if n in saying] or told or cited
    said = [thread.sentences[n - 1] for n in (*best, *told, *cited)]
    return next((sentence for sentence in said if sentence != without), said[0] if said else "")


def _missed(thread: Thread, dimension: Dimension) -> str:
    said = {finding.key_point for finding in _findings(thread) if finding.result in ("hit", "partial")}
    for importance in ("must", "should"):
        for point in thread.question.key_points:
            speaks = point.dimension in ("", dimension.id)
            if speaks and point.importance == importance and point.id not in said:
                return point.text
    return ""


def _findings(thread: Thread) -> tuple[Finding, ...]:
    return thread.grade.findings if thread.grade is not None else ()


def level_words(round_: Rubric, mark: Mark) -> str:
    """The anchor text of a mark's level, of one between two levels both; or why there is none."""
    if mark.level is None:
        return mark.reason
    anchors = next(dim for dim in round_.dimensions if dim.id == mark.dimension).anchors
    lower = between(mark)
    if not lower:
        return anchors[mark.level - 1]
    return f"{anchors[lower - 1]} A {lower + 1} asks for more: {anchors[lower]}"
