"""From marks to a score and a verdict: fixed formulas, no feeling (domain.md §3.1, 3.2, 3.6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

from interviewer.domain import Dimension, Finding, Grade, Mark, Raised, Verdict
from interviewer.rules.state import State, Thread

BAR = 2.6
"""Score from which a thread counts as "at the bar" (domain.md §7.4's ready line)."""

ACCEPTED = 2 / 3
"""Share of the weights that must carry an accepted mark; below it there is no score."""

RUNG_CEILING: Mapping[int, float] = {3: 3.0, 4: 2.0}
"""Hint rung → highest value of the dimension that it unlocked (domain.md §2.0)."""

RAISED_CREDIT: Mapping[Raised, float] = {"unprompted": 1.0, "probe": 0.9, "hint": 0.7}

COVERAGE_STEPS = (0.4, 0.6, 0.8)
"""Shares of areas at the bar that separate levels 1, 2, 3 and 4."""

FEWEST_THREADS = 3
"""With fewer threads coverage says nothing."""


def weighted(marks: Iterable[Mark], dimensions: Iterable[Dimension]) -> tuple[float | None, float]:
    """The weighted mean (1–4) over observed marks, and the share of the weights (0–1) that they carry."""
    values = {mark.dimension: mark.value for mark in marks if mark.value is not None}
    dims = list(dimensions)
    total = sum(dim.weight for dim in dims)
    seen = [(dim.weight, values[dim.id]) for dim in dims if dim.id in values]
    if not seen or not total:
        return None, 0.0
    weight = sum(w for w, _ in seen)
    return sum(w * value for w, value in seen) / weight, weight / total


def settle(passes: Sequence[Mark]) -> Mark:
    """One mark from independent passes over one dimension: the median; citations of those that agree with it.

    A dimension that half of the passes or more did not observe is not observed.
    """
    values = [float(mark.level) for mark in passes if mark.level is not None]
    if len(values) * 2 <= len(passes):
        return Mark(dimension=passes[0].dimension, reason=passes[0].reason)
    value = median(values)
    nearest = min((mark for mark in passes if mark.level is not None), key=lambda mark: abs(mark.level - value))  # type: ignore[operator]
    cited = {n for mark in passes if mark.level is not None and abs(mark.level - value) <= 1 for n in mark.sentences}
    return nearest.model_copy(
        update={"value": value, "level": round_half_down(value), "sentences": tuple(sorted(cited))}
    )


def round_half_down(value: float) -> int:
    """The nearest level; a half goes down, so that a doubt is never rounded in the candidate's favour."""
    return max(1, min(4, int(-(-(value - 0.5) // 1))))


def between(mark: Mark) -> int:
    """The lower level of a mark that is nearer to the middle of two levels than to either; 0 for any other."""
    if mark.value is None or abs(mark.value % 1 - 0.5) >= 0.25:
        return 0
    return int(mark.value)


def differ(first: Sequence[Mark], second: Sequence[Mark], dimensions: Sequence[Dimension]) -> bool:
    """Whether two passes call for a third: some level differs by two or more, or the verdict does."""
    other = {mark.dimension: mark.level for mark in second}
    for mark in first:
        level = other.get(mark.dimension)
        if (mark.level is None) != (level is None):
            return True
        if mark.level is not None and level is not None and abs(mark.level - level) >= 2:
            return True
    return verdict_of(first, dimensions) != verdict_of(second, dimensions)


def verdict_of(marks: Sequence[Mark], dimensions: Sequence[Dimension]) -> Verdict | None:
    """The verdict of a set of marks; None if too little was observed."""
    valued = [mark.model_copy(update={"value": mark.value or mark.level}) for mark in marks]
    score, share = weighted(valued, dimensions)
    return verdict(score, valued, dimensions) if score is not None and share >= ACCEPTED else None


def capped(mark: Mark, *, rung: int) -> Mark:
    """The mark under the ceiling that the highest hint rung of the thread sets."""
    ceiling = RUNG_CEILING.get(rung)
    if ceiling is None or mark.value is None or mark.value <= ceiling:
        return mark
    return mark.model_copy(update={"value": ceiling, "level": int(ceiling), "ceiling": f"hint H{rung}"})


def _rung(thread: Thread, dimension: str) -> int:
    """The highest hint rung that helped with a dimension: the one that a key point speaks for, else correctness."""
    return max(
        (
            rung
            for id, rung in thread.rungs.items()
            if (thread.question.key_point(id).dimension or "correctness") == dimension
        ),
        default=0,
    )


def thread_grade(
    marks: Sequence[Mark], *, thread: Thread, dimensions: Sequence[Dimension], findings: Sequence[Finding], grade: Grade
) -> Grade:
    """`grade` completed: ceilings applied, score computed, or the reason why there is none."""
    capped_marks = tuple(capped(mark, rung=_rung(thread, mark.dimension)) for mark in marks)
    score, share = weighted(capped_marks, dimensions)
    reason = "" if share >= ACCEPTED else "Too little could be supported by your own sentences to grade this thread."
    return grade.model_copy(
        update={
            "marks": capped_marks,
            "findings": tuple(findings),
            "score": None if reason else score,
            "not_graded": reason,
        }
    )


def coverage(state: State) -> Mark:
    """The coverage mark: the share of the areas asked whose best thread is at the bar.

    A thread that was skipped or given up is below it.
    """
    best: dict[str, float] = {}
    counted = [
        t
        for t in state.threads
        if t.grade is not None and (t.grade.score is not None or t.closes in ("skipped", "gave_up"))
    ]
    if len(counted) < FEWEST_THREADS:
        return Mark(dimension="coverage", reason=f"Fewer than {FEWEST_THREADS} topics were graded.")
    for thread in counted:
        score = thread.grade.score if thread.grade and thread.grade.score is not None else 1.0
        best[thread.question.area] = max(best.get(thread.question.area, 1.0), score)
    share = sum(score >= BAR for score in best.values()) / len(best)
    level = 1 + sum(share > step if step == COVERAGE_STEPS[-1] else share >= step for step in COVERAGE_STEPS)
    met = sum(score >= BAR for score in best.values())
    return Mark(
        dimension="coverage", level=level, value=float(level), reason=f"{met} of {len(best)} areas were at the bar."
    )


@dataclass(frozen=True)
class Result:
    """What a round comes to."""

    marks: tuple[Mark, ...]
    """One per dimension of the round, in its order; the value of a thread dimension is the mean over threads."""
    score: float | None
    verdict: Verdict | None
    not_graded: str = ""
    graded: int = 0
    """How many threads the score rests on."""


def result(state: State) -> Result:
    """Score and verdict of a round from its graded threads and its marks of round scope."""
    dims = state.round.dimensions
    marks = tuple(_round_mark(dim, state) for dim in dims)
    graded = [t for t in state.threads if t.grade is not None and t.grade.score is not None]
    answered = [t for t in state.threads if t.answers or t.closes == "gave_up"]
    if not graded:
        return Result(marks=marks, score=None, verdict=None, not_graded="There is no graded answer in this round.")
    if len(graded) * 2 < len(answered):
        return Result(marks, None, None, "Fewer than half of the topics could be graded.", len(graded))
    score, share = weighted(marks, dims)
    if score is None or share < ACCEPTED:
        return Result(marks, None, None, "Too little could be observed to give a score.", len(graded))
    return Result(marks, score, verdict(score, marks, dims), "", len(graded))


def _round_mark(dim: Dimension, state: State) -> Mark:
    if dim.id == "coverage":
        return coverage(state)
    if dim.scope == "round":
        found = [mark for mark in state.marks if mark.dimension == dim.id]
        return found[0] if found else Mark(dimension=dim.id, reason="Not judged in this round.")
    found = [
        mark
        for thread in state.threads
        if thread.grade is not None and thread.grade.score is not None
        for mark in thread.grade.marks
        if mark.dimension == dim.id and mark.value is not None
    ]
    values = [mark.value for mark in found if mark.value is not None]
    if not values:
        return Mark(dimension=dim.id, reason="Nothing said bears on this.")
    if len(state.threads) == 1:
        return found[0]
    value = fmean(values)
    return Mark(dimension=dim.id, level=round_half_down(value), value=value)


def verdict(score: float, marks: Iterable[Mark], dimensions: Iterable[Dimension], *, veto: bool = False) -> Verdict:
    """The verdict of a round score (domain.md §3.6); `veto` is one of its rare, quoted ones."""
    values = {mark.dimension: mark.value for mark in marks if mark.value is not None}
    core = [values[dim.id] for dim in dimensions if dim.core and dim.id in values]
    if veto or score < 2.2:
        return "No hire"
    if score < 2.6:
        return "Lean no"
    if score >= 3.5 and all(value >= 3 for value in values.values()):
        return "Strong hire"
    if score >= 2.9 and all(value >= 1.5 for value in core) and sum(value < 2.5 for value in core) <= 1:
        return "Hire"
    return "Lean hire"
