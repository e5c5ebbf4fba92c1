"""Which problem a long round is about, and what the company's own work adds to it."""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Sequence
from typing import TypeVar

from interviewer.domain import Brief, Dive, KeyPoint, Landmark, Phase, Question, Setup, Sum
from interviewer.rules.phases import TWIST

ABOUT_WORK = (
    "{company} has published {title}. Suppose somebody on this team proposes to do it that way. "
    "What would you want to know before you agree?"
)
"""The deep dive on a company's published work of which no document is there."""
_Placed = TypeVar("_Placed", KeyPoint, Sum, Dive)
LONG_WORD = 6
"""Letters from which a word says something about its subject."""
CITED = "tradeoffs"
"""The dimension that the company's key points speak for: what they know of one system is weighed against theirs."""


def problem(setup: Setup, bank: Sequence[Question], systems: Collection[str]) -> Question | None:
    """The problem to talk about: of the company's systems, else of the areas chosen, not lately heard; seeded."""
    among = [q for q in bank if q.round == setup.round]
    among = [q for q in among if q.area in setup.areas] or among
    among = [q for q in among if q.brief is not None and not set(systems).isdisjoint(q.brief.systems)] or among
    among = [q for q in among if q.id not in setup.heard] or among
    return random.Random(setup.seed).choice(sorted(among, key=lambda q: q.id)) if among else None


def placed(question: Question, phases: Sequence[Phase]) -> Question:
    """The problem with everything that belongs to a part which has joined another one moved there."""
    host = {id: phase.id for phase in phases for id in phase.includes}
    if not host or question.brief is None:
        return question

    def moved(found: Sequence[_Placed]) -> tuple[_Placed, ...]:
        return tuple(one.model_copy(update={"section": host.get(one.section, one.section)}) for one in found)

    brief = question.brief.model_copy(update={"sums": moved(question.brief.sums), "dives": moved(question.brief.dives)})
    return question.model_copy(update={"brief": brief, "key_points": moved(question.key_points)})


def with_company(
    question: Question, company: str, authored: Sequence[Question], landmarks: Sequence[Landmark]
) -> Question:
    """The problem with a deep dive from the company's own documents, or else from what its pack knows; or unchanged."""
    brief = question.brief
    if brief is None:
        return question
    about = set(question.topics) | set(brief.systems) | {question.area}
    if authored:
        said = _words(question)
        nearest = max(authored, key=lambda q: (len(about & {q.area, *q.topics}), len(said & _words(q)), q.id))
        return _with_question(question, brief, company, nearest)
    # What is about the system itself comes before what is about a method: a method's name can be half an answer.
    fitting = sorted(
        (one for one in landmarks if one.supports in about), key=lambda one: one.supports in question.topics
    )
    return _with_landmark(question, brief, company, fitting[0]) if fitting else question


def _words(question: Question) -> frozenset[str]:
    """The longer words of a question and of its points, to tell what is about the same thing."""
    text = " ".join((question.opener, *(point.text for point in question.key_points)))
    return frozenset(word for word in re.findall(r"[a-z]+", text.lower()) if len(word) >= LONG_WORD)


def _with_question(question: Question, brief: Brief, company: str, authored: Question) -> Question:
    points = tuple(
        point.model_copy(update={"id": f"own-{point.id}", "dimension": CITED, "section": TWIST, "importance": "should"})
        for point in authored.key_points
    )
    dive = Dive(
        id=f"own-{authored.id}",
        section=TWIST,
        ask=authored.opener,
        key_points=tuple(point.id for point in points),
        source=company,
    )
    return _extended(question, brief, dive, points)


def _with_landmark(question: Question, brief: Brief, company: str, landmark: Landmark) -> Question:
    asked = brief.twist.shows if brief.twist is not None else (question.key_points[0].id,)
    dive = Dive(
        id="own-work",
        section=TWIST,
        ask=ABOUT_WORK.format(company=company, title=f'"{landmark.title}"'),
        key_points=asked,
        source=f"{company}: {landmark.title}, {landmark.year}",
        address=landmark.link,
    )
    return _extended(question, brief, dive, ())


def _extended(question: Question, brief: Brief, dive: Dive, points: Sequence[KeyPoint]) -> Question:
    with_dive = brief.model_copy(update={"dives": (*brief.dives, dive)})
    return question.model_copy(update={"brief": with_dive, "key_points": (*question.key_points, *points)})
