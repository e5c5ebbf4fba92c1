"""The built-in marks of a round about one problem: each dimension from the key points that speak for it.

Depth follows the ladder and drive how much came unasked, since those are counted and not matched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean
from types import MappingProxyType

from interviewer.agents.matcher import Matches
from interviewer.agents.matching.credit import NOISE, SURE, credit
from interviewer.domain import Board, Dimension, Finding, Importance, Mark, Raised
from interviewer.rules.ladder import held, passed, steps
from interviewer.rules.long_round import asked_for
from interviewer.rules.scoring import RAISED_CREDIT, round_half_down
from interviewer.rules.state import Thread

PARTS: dict[Importance, float] = {"must": 1.0, "should": 0.9, "exceptional": 1.1}
"""How many of the three levels above 1 each importance can earn: what is beyond the bar tells upper levels apart."""
LONG_HIT, LONG_PARTIAL = 0.68, 0.55
"""Probabilities from which a key point counts as said, or in part. Among eighty sentences something always comes near:
a recited recipe with nothing of the problem in it still meets the points at 0.5 (`python -m evals.design`)."""
LONG_NOISE, LONG_SURE = 0.45, 0.85
"""Probabilities that earn nothing and everything, for the same reason. A ladder is short: the usual ones hold there."""
NEEDED = ("hint_asked", "gave_up_here", "gave_up")
"""Rules whose hints somebody asked for or was stuck without."""
FACTS, FEWEST = 4, 3
"""Facts asked for that show a candidate who finds out first; points raised below which drive is not judged."""


def problem_marks(
    dims: Sequence[Dimension], found: Matches, findings: Sequence[Finding], thread: Thread, board: Board
) -> list[Mark]:
    """One mark for each dimension; not observed where nothing was said and nothing asked."""
    marks = [_mark(dim, found, findings, thread) for dim in dims]
    return [_driven(mark, thread, board) if mark.dimension == "drive" else _deep(mark, thread, found) for mark in marks]


def _mark(dim: Dimension, found: Matches, findings: Sequence[Finding], thread: Thread) -> Mark:
    own = {point.id: point for point in thread.question.key_points if point.dimension == dim.id}
    if not own:
        return Mark(dimension=dim.id, reason="Nothing in this problem speaks for it.")
    shown = [f for f in findings if f.key_point in own and f.result in ("hit", "partial")]
    if not shown and not _occasion(thread, {point.section for point in own.values()}):
        return Mark(dimension=dim.id, reason="It did not come up.")
    earned: dict[Importance, list[float]] = {}
    bounds = (LONG_NOISE, LONG_SURE) if thread.visits else (NOISE, SURE)
    for point in found.points:
        if point.key_point in own:
            share = credit(point.probability, *bounds) * RAISED_CREDIT[thread.raised.get(point.key_point, "unprompted")]
            earned.setdefault(own[point.key_point].importance, []).append(share)
    parts = {kind: part for kind, part in PARTS.items() if kind in earned}
    share = sum(part * fmean(earned[kind]) for kind, part in parts.items()) / sum(parts.values())
    value = 1 + 3 * share
    cited = tuple(sorted({n for f in shown for n in f.sentences}))[:6]
    hits = sum(f.result == "hit" for f in shown)
    reason = f"{hits} of {len(own)} expected points were recognised."
    return Mark(dimension=dim.id, level=round_half_down(value), value=value, sentences=cited, reason=reason)


def _occasion(thread: Thread, sections: set[str]) -> bool:
    """Whether there was a moment to say something about these parts, and something was said at all."""
    visited = {visit.section for visit in thread.visits[:-1]} | {f"l{n}" for n in range(1, thread.level + 1)}
    here = not thread.visits and not thread.level
    return len(thread.sentences) >= FEWEST and (here or bool(sections & visited))


def _deep(mark: Mark, thread: Thread, found: Matches) -> Mark:
    """Each step that holds is a level, one that does not at most half of one, wherever on the ladder it is."""
    count = steps(thread.question)
    if mark.dimension != "depth" or not count or mark.level is None:
        return mark
    # What one message only touches may be sure in the whole talk.
    sure: dict[str, Raised] = {point.key_point: "unprompted" for point in found.points if point.probability >= LONG_HIT}
    whole = replace(thread, raised=MappingProxyType({**sure, **thread.raised}))
    holding = [passed(whole, step) for step in range(1, count + 1)]
    shares = [1.0 if holds else min(0.5, held(whole, step)) for step, holds in enumerate(holding, 1)]
    value = min(4.0, max(1.0, sum(shares)))
    reason = f"{sum(holding)} of the {count} steps hold."
    return mark.model_copy(update={"value": value, "level": round_half_down(value), "reason": reason})


def _driven(mark: Mark, thread: Thread, board: Board) -> Mark:
    if len(thread.raised) < FEWEST:
        return mark
    unasked = sum(raised == "unprompted" for raised in thread.raised.values()) / len(thread.raised)
    labelled = sum(bool(edge.label) for edge in board.edges)
    drawn = 0.0 if not board.edges else 0.5 if not labelled else 1.0
    asked = len(asked_for(thread))
    # Hints that nobody needed tell of the interviewer: without a model it does not see every new thought.
    helped = sum(turn.kind == "hint" and turn.move is not None and turn.move.rule in NEEDED for turn in thread.turns)
    led = 1 + 1.4 * unasked + 0.9 * min(1.0, asked / FACTS) + 0.7 * drawn - 0.3 * helped
    value = min(4.0, max(1.0, led if mark.value is None else (led + mark.value) / 2))
    reason = f"{unasked:.0%} of what came up came unasked, {asked} facts were asked for, "
    reason += f"and the diagram has {len(board.edges)} arrows." if board.boxes else "and nothing was drawn."
    return mark.model_copy(update={"value": value, "level": round_half_down(value), "reason": reason})
