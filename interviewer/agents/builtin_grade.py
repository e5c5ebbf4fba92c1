"""The built-in grade: a formula over key points found by matching, how they were raised, and traps.

It matches words and meaning and cannot tell a reversed claim from a right one, so its confidence is always low.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import fmean

from interviewer.agents.builtin_problem import LONG_HIT, LONG_PARTIAL, problem_marks
from interviewer.agents.matcher import Matches, match, relevance
from interviewer.agents.matching.credit import credit
from interviewer.domain import Board, Dimension, Finding, Grade, Importance, Mark, Slip
from interviewer.rules.evidence import flagged
from interviewer.rules.scoring import RAISED_CREDIT, round_half_down, thread_grade
from interviewer.rules.state import Thread

HIT, PARTIAL = 0.5, 0.3
"""Probabilities from which a key point counts as said, or as said in part."""
ON_TOPIC = 0.3
"""Relevance below which a sentence is left out: many sentences about nothing match something by chance."""
SLIPPED = 0.5
SLIP_COST = 0.5
"""What a trap takes off correctness, in levels."""

PARTS: dict[str, dict[Importance, float]] = {
    "correctness": {"must": 1.6, "should": 0.9, "exceptional": 0.5},
    "understanding": {"must": 1.1, "should": 1.1, "exceptional": 0.8},
    "judgement": {"must": 1.1, "should": 1.1, "exceptional": 0.8},
}
"""How many of the three levels above 1 each importance can earn: all musts and a should or two make about a 3."""
OTHER: dict[Importance, float] = {"must": 1.3, "should": 1.0, "exceptional": 0.7}
"""The same for a dimension that is not named."""


def built_in(thread: Thread, dims: Sequence[Dimension], board: Board | None = None) -> Grade:
    """The grade of a thread by formula. Blocking: it embeds the sentences."""
    banned = flagged(thread.sentences)
    weight = relevance(thread.question, thread.sentences)
    kept = [n for n in range(1, len(thread.sentences) + 1) if n not in banned and weight[n - 1] >= ON_TOPIC]
    found = match(thread.question, [thread.sentences[n - 1] for n in kept])
    slips = tuple(
        Slip(code=trap.code, sentences=tuple(kept[n - 1] for n in trap.sentences))
        for trap in found.traps
        if trap.probability >= SLIPPED and trap.sentences
    )
    cut = (LONG_HIT, LONG_PARTIAL) if thread.visits else (HIT, PARTIAL)
    findings = tuple(_findings(found, thread, kept, *cut))
    judged = [dim for dim in dims if dim.scope == "thread" and dim.judged]
    if thread.question.brief is not None:
        marks = problem_marks(judged, found, findings, thread, board or Board())
    else:
        marks = [_mark(dim, found, findings, slips, thread) for dim in judged]
    grade = Grade(slips=slips, flagged=banned, confidence="low")
    return thread_grade(marks, thread=thread, dimensions=judged, findings=findings, grade=grade)


def _findings(found: Matches, thread: Thread, kept: Sequence[int], hit: float, partial: float) -> Iterable[Finding]:
    for point in found.points:
        said = tuple(kept[n - 1] for n in point.sentences)
        if point.probability >= hit and said:
            raised = thread.raised.get(point.key_point, "unprompted")
            yield Finding(key_point=point.key_point, result="hit", raised=raised, sentences=said)
        elif point.probability >= partial and said:
            yield Finding(key_point=point.key_point, result="partial", raised=None, sentences=said)
        else:
            yield Finding(key_point=point.key_point, result="miss")


def _mark(dim: Dimension, found: Matches, findings: Sequence[Finding], slips: Sequence[Slip], thread: Thread) -> Mark:
    earned: dict[Importance, list[float]] = {}
    for point in found.points:
        share = credit(point.probability) * RAISED_CREDIT[thread.raised.get(point.key_point, "unprompted")]
        earned.setdefault(thread.question.key_point(point.key_point).importance, []).append(share)
    parts = {kind: part for kind, part in PARTS.get(dim.id, OTHER).items() if kind in earned}
    value = 1 + 3 * sum(part * fmean(earned[kind]) for kind, part in parts.items()) / sum(parts.values())
    if dim.id == "correctness":
        value = max(1.0, value - SLIP_COST * len(slips))
    shown = [f for f in findings if f.result in ("hit", "partial")]
    cited = tuple(sorted({n for f in shown for n in f.sentences}))[:6]
    hits = sum(f.result == "hit" for f in findings)
    reason = f"{hits} of {len(findings)} expected points were recognised"
    reason += f", and {len(slips)} misconception{'s' if len(slips) > 1 else ''}." if slips else "."
    return Mark(dimension=dim.id, level=round_half_down(value), value=value, sentences=cited, reason=reason)
