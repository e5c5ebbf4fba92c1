"""From a theme and what a document says on it to a question."""

from __future__ import annotations

from collections.abc import Sequence

from interviewer.agents.builtin_author.support import Support
from interviewer.agents.matching.words import content_stems, stems, words
from interviewer.content.themes import LEAD, Theme, ThemePoint
from interviewer.domain import KeyPoint, Ladder, Probe, Question
from interviewer.rules.authored import FEWEST_STEMS, GIVEN_AWAY, MOST_POINTS, identity

ROUND = "breadth"
MINUTES = 5.0
MOST_PROBES = 3
CUE_WORDS = 3
"""Content words of a cue: two are too few to tell a claim from its topic."""
MOST_CUES = 4
_ORDER = {"must": 0, "should": 1, "exceptional": 2}


def is_asked(wording: str, *, theme: Theme, lead: str) -> bool:
    """Whether most of a claim stands in the opener already, mostly because the document's subject is the theme's."""
    content = content_stems(wording)
    shared = content & content_stems(theme.opener.replace(LEAD, lead))
    return len(content) >= FEWEST_STEMS and len(shared) >= GIVEN_AWAY * len(content)


def question(theme: Theme, supports: Sequence[Support], *, lead: str, company: str) -> Question:
    """The question of a theme with the points that the document supports, at most six, the surest of them."""
    opener = theme.opener.replace(LEAD, lead)
    kept = sorted(supports, key=lambda one: -one.strength)[:MOST_POINTS]
    kept.sort(key=lambda one: one.point)
    points = [theme.points[one.point] for one in kept]
    document = kept[0].sentence.excerpt.document
    return Question(
        id=identity(company, opener),
        round=ROUND,
        area=theme.area,
        topics=theme.topics,
        tier=theme.tier,
        opener=opener,
        minutes=MINUTES,
        key_points=tuple(_key_point(theme, one, opener) for one in kept),
        probes=_probes(points),
        ladders=_ladders(theme, points),
        as_of=document.date,
        source=document.title,
        company=company,
    )


def _key_point(theme: Theme, support: Support, opener: str) -> KeyPoint:
    point = theme.points[support.point]
    others = [wording for wording in point.says if wording != support.wording]
    return KeyPoint(
        id=point.id,
        importance=point.importance,
        text=support.wording,
        cues=(*others, *cues(support.wording, opener=opener)),
        citation=support.sentence.excerpt.cite(support.sentence.quote),
    )


def _probes(points: Sequence[ThemePoint]) -> tuple[Probe, ...]:
    """At most three, musts first."""
    chosen = sorted(points, key=lambda one: _ORDER[one.importance])[:MOST_PROBES]
    return tuple(Probe(key_point=one.id, angle=one.angle, text=one.ask) for one in chosen)


def _ladders(theme: Theme, points: Sequence[ThemePoint]) -> tuple[Ladder, ...]:
    """One for each must; its second rung is the question that would probe for it, which is not asked twice."""
    musts = [point for point in points if point.importance == "must"]
    return tuple(Ladder(key_point=one.id, rungs=(theme.turn, one.ask, one.part, one.step)) for one in musts)


def cues(wording: str, *, opener: str) -> tuple[str, ...]:
    """Runs of three content words of a claim, of which the opener holds one at most; the claim's end if there is none.

    A cue counts when all its stems stand in one sentence, so what the opener says must not be enough for one.
    """
    asked = stems(opener)
    content = [word for word in words(wording) if word.is_content]
    found = []
    for start in range(len(content) - CUE_WORDS + 1):
        run = content[start : start + CUE_WORDS]
        if len({word.stem for word in run} - asked) >= CUE_WORDS - 1:
            found.append(" ".join(word.text for word in run))
    return tuple(found[:MOST_CUES]) or (" ".join(word.text for word in content[-CUE_WORDS:]),)
