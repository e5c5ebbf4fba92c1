"""What the authoring model is asked for, and how a draft becomes a question or a list of faults."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from interviewer.agents.matcher import similarity
from interviewer.agents.matching.words import content_stems, shows_cue, stems, words
from interviewer.content.packs import topics
from interviewer.domain import Angle, Citation, Excerpt, Importance, Question, Tier
from interviewer.rules.authored import FEWEST_PROBES, faults, gives_away, identity, located
from interviewer.rules.cues import LIGHT

MINUTES = 5.0
MOST_CUES = 8


class Draft(BaseModel):
    """A closed object, as strict servers want it."""

    model_config = ConfigDict(extra="forbid")


class PointDraft(Draft):
    """A key point with the words that carry it."""

    text: str
    importance: Importance
    passage: str
    quote: str
    cues: list[str]


class ProbeDraft(Draft):
    """A follow-up towards the key point with this number, from 1."""

    point: int
    angle: Angle
    text: str


class LadderDraft(Draft):
    """Hints towards the key point with this number, from 1."""

    point: int
    h1: str
    h2: str
    h3: str
    h4: str


class TrapDraft(Draft):
    """A misconception."""

    code: str
    says: str
    cues: list[str]
    probe: str


class QuestionDraft(Draft):
    """A question as the model writes it: short names and numbers instead of ids."""

    opener: str
    topic: str
    tier: Tier
    points: list[PointDraft]
    probes: list[ProbeDraft]
    ladder: LadderDraft
    trap: TrapDraft | None
    level2: str
    level3: str
    level4: str
    drill: str


class Drafts(Draft):
    """What the model is asked for."""

    questions: list[QuestionDraft]


Checked = tuple[Question | None, tuple[str, ...]]
"""The question, None if it cannot even be put together, and what is wrong with it."""


def checked(draft: QuestionDraft, excerpts: Mapping[str, Excerpt], *, company: str) -> Checked:
    """The question that a draft makes, with its faults.

    Args:
        excerpts: by the names that the model was given ("P1").
    """
    slug = draft.topic.strip().lower()
    cited = [cited_in(point, excerpts) for point in draft.points]
    try:
        question = Question.model_validate(_parts(draft, slug, cited, company=company))
    except ValidationError:
        return None, ("malformed",)
    question = without_leads(question)
    found = faults(question, excerpts.values(), stems=content_stems, similarity=similarity)
    return question, found if topics().area_of(slug) else (*found, "unknown_topic")


def without_leads(question: Question, *, fewest: int = FEWEST_PROBES) -> Question:
    """The question without probes that give their key point away, as long as `fewest` are left."""
    known = {point.id for point in question.key_points}
    kept = tuple(
        probe
        for probe in question.probes
        if probe.key_point in known and not gives_away(question, probe.key_point, probe.text, stems=content_stems)
    )
    return question.model_copy(update={"probes": kept}) if len(kept) >= fewest else question


def cited_in(point: PointDraft, excerpts: Mapping[str, Excerpt]) -> Citation | None:
    """The citation of a point: in the passage it names, else in whichever has the words."""
    named = excerpts.get(point.passage.strip().strip("[]").upper())
    for excerpt in ([named] if named is not None else []) + list(excerpts.values()):
        quote = located(point.quote, excerpt.passage.text)
        if quote:
            return excerpt.cite(quote)
    return None


def _parts(draft: QuestionDraft, slug: str, cited: Sequence[Citation | None], *, company: str) -> dict[str, Any]:
    opener = tidy(draft.opener)
    ids = point_ids([point.text for point in draft.points])
    names = dict(enumerate(ids, 1))
    ladder = draft.ladder
    titles = dict.fromkeys(citation.title for citation in cited if citation is not None)
    return {
        "id": identity(company, opener),
        "round": "breadth",
        "area": topics().area_of(slug) or "B14",
        "topics": [slug],
        "tier": draft.tier,
        "opener": opener,
        "minutes": MINUTES,
        "key_points": [
            {
                "id": id,
                "importance": point.importance,
                "text": tidy(point.text),
                "cues": kept_cues(point.cues, opener=opener) or [tidy(point.text)],
                "citation": citation,
            }
            for id, point, citation in zip(ids, draft.points, cited, strict=True)
        ],
        "traps": kept_trap(
            draft.trap, opener=opener, right=[*(p.text for p in draft.points), draft.level3, draft.level4]
        ),
        "probes": [
            {"key_point": names.get(probe.point, "none"), "angle": probe.angle, "text": tidy(probe.text)}
            for probe in draft.probes
        ],
        "ladders": [
            {
                "key_point": names.get(ladder.point, "none"),
                "rungs": [tidy(rung) for rung in (ladder.h1, ladder.h2, ladder.h3, ladder.h4)],
            }
        ],
        "anchors": {"2": tidy(draft.level2), "3": tidy(draft.level3), "4": tidy(draft.level4)},
        "drill": tidy(draft.drill),
        "source": "; ".join(titles),
        "company": company.strip(),
    }


def kept_trap(trap: TrapDraft | None, *, opener: str, right: Sequence[str]) -> list[dict[str, Any]]:
    """The trap without cues that a right answer (`right`: its sentences) would set off; none if no cue is left."""
    if trap is None:
        return []
    cues = [
        cue for cue in kept_cues(trap.cues, opener=opener) if not any(shows_cue(cue, sentence) for sentence in right)
    ]
    code = "_".join(re.findall(r"[a-z0-9]+", trap.code.lower()))
    says, probe = tidy(trap.says), tidy(trap.probe)
    return [{"code": code, "says": says, "cues": cues, "probe": probe}] if cues and code else []


def kept_cues(given: Sequence[str], *, opener: str) -> list[str]:
    """The cues that say something: two words beside the light ones, or one alone, and not just the opener's."""
    asked = stems(opener)
    kept: list[str] = []
    for cue in (tidy(cue).rstrip(".") for cue in given):
        found = words(cue)
        heavy = {word.stem for word in found if word.text not in LIGHT}
        if heavy - asked and (len(found) == 1 or len(heavy) > 1):
            kept.append(cue)
    return list(dict.fromkeys(kept))[:MOST_CUES]


def point_ids(texts: Sequence[str]) -> list[str]:
    """A readable name for each key point, from its first words of content; its number makes it the only one."""
    return [
        "-".join([f"k{number}", *(w for word in words(text) if word.is_content for w in _ascii(word.text))][:4])
        for number, text in enumerate(texts, 1)
    ]


def _ascii(word: str) -> list[str]:
    return [word] if re.fullmatch(r"[a-z0-9]+", word) else []


def tidy(text: str) -> str:
    return " ".join(text.split())
