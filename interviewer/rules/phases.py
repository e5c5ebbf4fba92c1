"""The parts of a long round and their time. Pure: clocks come in as seconds of interview time.

Budgets are shares of the round's length. A part that ran over is paid for by the next one as far as a fifth of its
budget goes, and when more is missing by all that follow.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from interviewer.domain import Level, Phase, Question, Rubric

TWIST = "twist"
"""The part that the twist opens."""
LED: frozenset[Level] = frozenset({"junior"})
"""Levels at which the interviewer leads from part to part; above, the candidate may go on by themselves."""
OWN_PACE = 0.6
"""Share of a part's time from which a candidate who leads may leave it; what they say before only looks ahead."""
SWING = 0.2
"""How far, as a share of its budget, a part may be shorter or longer so that those after it begin in time."""


@dataclass(frozen=True)
class Visit:
    """A part of a long round that was begun."""

    section: str
    at: float
    """Interview clock in seconds."""
    since: int = 0
    """Of a part that the candidate went on to: how many turns there were before; what those asked is no longer open."""


@dataclass(frozen=True)
class Part:
    """One part as it went, for the bar above the talk and for the debrief. Times in seconds of interview clock."""

    phase: Phase
    budget: float
    spent: float
    """Over all its visits."""
    begun: float | None
    """None: not yet."""
    now: bool


def phases_of(rubric: Rubric, question: Question) -> tuple[Phase, ...]:
    """The parts of a round about this question, the candidate's own questions last; empty if it has none."""
    return rubric.phases.get(question.brief.kind, ()) if question.brief is not None else ()


def allowed(phases: Sequence[Phase], visits: Sequence[Visit], *, total: float) -> float:
    """Seconds that the part under way may take, of a round of `total` seconds.

    What is left to the moment when all parts begun so far should be done, within a fifth of its budget either way; but
    no more than its share of the time when that has run short.
    """
    now, begun = visits[-1], {visit.section for visit in visits}
    whole = sum(phase.minutes for phase in phases)
    own = sum(phase.minutes for phase in phases if phase.id == now.section)
    if not own:
        return 0.0
    done = sum(phase.minutes for phase in phases if phase.id in begun)
    budget, left = total * own / whole, max(0.0, total - now.at)
    share = left * own / (own + whole - done)
    return max(min((1 - SWING) * budget, share), min((1 + SWING) * budget, total * done / whole - now.at))


def following(phases: Sequence[Phase], visits: Sequence[Visit], *, onward: bool = False) -> Phase | None:
    """The part that comes next: the first in order that was not begun; `onward`: none before the one under way."""
    begun = {visit.section for visit in visits}
    if onward and visits:
        ids = [phase.id for phase in phases]
        phases = phases[ids.index(visits[-1].section) :]
    return next((phase for phase in phases if phase.id not in begun), None)


def parts(phases: Sequence[Phase], visits: Sequence[Visit], *, total: float, clock: float) -> tuple[Part, ...]:
    """Every part with its budget and the time it took until `clock`, in the order of the phases."""
    whole = sum(phase.minutes for phase in phases)
    ends = [visit.at for visit in visits[1:]] + [max(clock, visits[-1].at)] if visits else []
    spans = [(visit.section, visit.at, end) for visit, end in zip(visits, ends, strict=True)]
    return tuple(
        Part(
            phase=phase,
            budget=total * phase.minutes / whole,
            spent=sum(end - start for section, start, end in spans if section == phase.id),
            begun=next((start for section, start, _ in spans if section == phase.id), None),
            now=bool(visits) and visits[-1].section == phase.id,
        )
        for phase in phases
    )
