"""Which question comes next: the company's share, the topics' by purpose, a staircase over tiers (domain.md §2.1)."""

from __future__ import annotations

import random
from collections.abc import Sequence

from interviewer.domain import Level, Question, Tier
from interviewer.rules.state import State, Thread

TIERS: tuple[Tier, ...] = ("F", "C", "A")

START: dict[Level, int] = {"junior": 0, "mid": 0, "senior": 1, "staff": 1}
"""Index into TIERS at which the staircase begins; the first thread is a warm-up one step below."""

SHARES = (("focus", 0.4), ("due", 0.3), ("unseen", 0.2), ("any", 0.1))
"""How often each purpose is drawn; a purpose with no question left passes to the next."""

COMPANY_SHARE = 0.4
"""Share of a round's threads that are about the chosen company; rounded, it is 30–50 % of any number from 2 on."""

LADDERS = 2
"""Ladders of a depth round, before its case of failure."""

GOOD = 2 / 3
"""Share of a thread's must points, raised without a third rung, from which it counts as good."""

POOR = 1 / 3
"""Share of a thread's must points below which it counts as poor."""


def went_well(thread: Thread) -> bool:
    """Whether the thread went well enough to ask something harder."""
    return thread.share("must") >= GOOD and thread.rung < 3


def went_badly(thread: Thread) -> bool:
    """Whether the thread calls for an easier angle."""
    return thread.share("must") < POOR


def target_tier(state: State) -> int:
    """Index into TIERS for the next thread: two good in a row step up, a poor one steps down."""
    tier = START[state.setup.level]
    run = 0
    for thread in state.threads:
        run = run + 1 if went_well(thread) else 0
        if went_badly(thread):
            tier, run = max(tier - 1, 0), 0
        elif run == 2:
            tier, run = min(tier + 1, len(TIERS) - 1), 0
    return tier if state.threads else max(tier - 1, 0)


def next_question(state: State, bank: Sequence[Question]) -> Question | None:
    """The next question, or None if there is none left. Seeded: the same interview draws the same way again."""
    if state.setup.question is not None:
        chosen = [q for q in bank if q.id == state.setup.question]
        return chosen[0] if chosen and not state.threads else None
    asked = {thread.question.id for thread in state.threads}
    left = [q for q in bank if q.id not in asked and q.round == state.round.id]
    if not left:
        return None
    if state.setup.written:
        # Written for this interview, the strongest first.
        return left[0]
    draw = random.Random(f"{state.setup.seed}:{len(state.threads)}")
    if all(q.brief is not None for q in left):
        return _of_domain(state, left, draw)
    among = _purpose(state, *_company_apart(state, left), draw)
    # A second round is another one, even if its tier then fits a little less well.
    fresh = [q for q in among if q.id not in state.setup.heard] or among
    return _nearest(fresh, target_tier(state), draw)


def _of_domain(state: State, left: list[Question], draw: random.Random) -> Question | None:
    """Of one domain, two ladders and then a case of failure (domain.md §2.2); None after those."""
    if state.threads:
        left = [q for q in left if q.area == state.threads[0].question.area]
    else:
        chosen = [q for q in left if q.area in state.setup.areas] or [q for q in left if _about(state, q)] or left
        # The area is drawn before the question: a domain with more questions is no likelier.
        area = draw.choice(sorted({q.area for q in chosen}))
        left = [q for q in chosen if q.area == area]
    kind = "ladder" if len(state.threads) < LADDERS else "failure"
    left = [q for q in left if q.brief is not None and q.brief.kind == kind]
    fresh = [q for q in left if q.id not in state.setup.heard] or left
    return draw.choice(sorted(fresh, key=lambda q: q.id)) if fresh and len(state.threads) <= LADDERS else None


def _about(state: State, question: Question) -> bool:
    """Whether a question is about the chosen company: from its documents, or of the topics that it is known for."""
    return bool(question.company) or not {question.area, *question.topics}.isdisjoint(state.setup.leanings)


def _company_apart(state: State, left: list[Question]) -> tuple[list[Question], list[Question]]:
    """The questions about the company if one of them is due now, else none; and all others."""
    written = [q for q in left if q.company]
    others = [q for q in left if not q.company]
    so_far = sum(_about(state, thread.question) for thread in state.threads)
    if others and so_far >= int(COMPANY_SHARE * (len(state.threads) + 1) + 0.5):
        return [], others
    return written or [q for q in others if _about(state, q)], others


def _purpose(state: State, company: list[Question], left: list[Question], draw: random.Random) -> list[Question]:
    before = {thread.question.area for thread in state.threads}
    if company:
        # Two topics of one area tell less about somebody than topics of two.
        return [q for q in company if q.area not in before] or company
    last = state.threads[-1] if state.threads else None
    if last is not None:
        badly = went_badly(last)
        again = [q for q in left if q.area == last.question.area]
        easier = [q for q in again if TIERS.index(q.tier) <= TIERS.index(last.question.tier)]
        earlier = state.threads[-2] if len(state.threads) > 1 else None
        twice = earlier is not None and earlier.question.area == last.question.area
        if badly and not twice and easier:
            return easier
        left = [q for q in left if q not in again] or left
    sets = {
        "focus": [q for q in left if q.area in state.setup.areas],
        "due": [q for q in left if set(q.topics) & set(state.setup.due)],
        "unseen": [q for q in left if q.area not in before],
        "any": left,
    }
    # Somebody who chose areas wants those, so the other purposes draw from them too.
    if sets["focus"]:
        sets = {name: [q for q in chosen if q in sets["focus"]] or sets["focus"] for name, chosen in sets.items()}
    point, total = draw.random(), 0.0
    order = []
    for name, share in SHARES:
        total += share
        if point < total:
            order.append(name)
    return next((sets[name] for name in order if sets[name]), left)


def _nearest(among: list[Question], tier: int, draw: random.Random) -> Question:
    gap = min(abs(TIERS.index(q.tier) - tier) for q in among)
    return draw.choice(sorted((q for q in among if abs(TIERS.index(q.tier) - tier) == gap), key=lambda q: q.id))
