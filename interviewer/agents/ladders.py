"""Ladders of the depth round that are written for one interview: what a model is asked for, and what becomes of it.

Both who write them (agents/project.py, agents/paper.py) ask once, let code refuse what is wrong, and ask once more for
that, with the reasons.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, Literal, TypeVar

from pydantic import ValidationError

from interviewer.agents.drafts import (
    Draft,
    LadderDraft,
    PointDraft,
    ProbeDraft,
    TrapDraft,
    kept_cues,
    kept_trap,
    point_ids,
    tidy,
    without_leads,
)
from interviewer.agents.made import counted
from interviewer.agents.matcher import similarity
from interviewer.agents.tally import Tally
from interviewer.content.packs import topics
from interviewer.domain import Citation, Importance, Made, Prompt, Question
from interviewer.errors import BudgetExhausted, ModelError, ModelNonsense
from interviewer.llm import Deadlines, Message, Model
from interviewer.rules.authored import duplicates, identity
from interviewer.rules.laddered import FEWEST_PROBES, STEPS, reasons

log = logging.getLogger("interviewer.agents")

MOST: Final = 2
"""Ladders of one interview: more do not fit into an hour."""
MAX_TOKENS: Final = 4_500 * MOST
"""A ladder takes some 3,000 tokens."""
DEADLINES: Final = Deadlines(total=420, first_token=90, idle=30)
"""Somebody waits for this, but once, before a talk of half an hour or more."""
MINUTES: Final = 20.0
REFUSED: Final = (
    "What the model wrote for this round did not hold up to the checks, even after one correction. Try again, choose a "
    "stronger model in Settings, or take a case, which needs no model."
)

Dim = Literal["depth", "decisions", "evaluation", "failure", "literature"]


class StepPoint(Draft):
    """A key point at one step."""

    level: Literal[1, 2, 3, 4]
    dimension: Dim
    importance: Importance
    text: str
    cues: list[str]


class CitedPoint(PointDraft):
    """A key point at one step, with the words of a passage that carry it."""

    level: Literal[1, 2, 3, 4]
    dimension: Dim


P = TypeVar("P", StepPoint, CitedPoint)


class Rungs(Draft, Generic[P]):
    """A ladder as the model writes it: short names and numbers instead of ids."""

    topics: list[str]
    l1: str
    l2: str
    l3: str
    l4: str
    points: list[P]
    probes: list[ProbeDraft]
    hints: list[LadderDraft]
    traps: list[TrapDraft]
    red_flags: list[str]
    junior: str
    mid: str
    senior: str
    staff: str
    drill: str


def question_of(draft: Rungs[P], *, cited: Sequence[Citation | None], more: Mapping[str, Any], silent: str) -> Question:
    """The question that a draft makes. Raises ValidationError if it is not a whole one.

    Args:
        cited: the citation of each key point.
        more: the fields that depend on what it was written from: area, company, source, anchors.
        silent: the interviewer's words to a question that nothing answers.
    """
    asks = tuple(map(tidy, (draft.l1, draft.l2, draft.l3, draft.l4)))
    names = dict(enumerate(point_ids([point.text for point in draft.points]), 1))
    brief = {
        "kind": "ladder",
        "silent": silent,
        "rungs": [{"level": step, "ask": ask} for step, ask in zip(STEPS, asks, strict=True)],
        "red_flags": [*filter(None, map(tidy, draft.red_flags))],
        "signals": {level: tidy(getattr(draft, level)) for level in ("junior", "mid", "senior", "staff")},
    }
    values = {
        "id": identity(str(more.get("company", "")), asks[0], kind=str(more["area"]).lower()),
        "round": "depth",
        "topics": known_topics(draft),
        "tier": "A",
        "opener": asks[0],
        "minutes": MINUTES,
        "key_points": [
            _point(id, point, citation, opener=asks[0])
            for id, point, citation in zip(names.values(), draft.points, cited, strict=True)
        ],
        "traps": _traps(draft, opener=asks[0]),
        "probes": [
            {"key_point": names.get(probe.point, "none"), "angle": probe.angle, "text": tidy(probe.text)}
            for probe in draft.probes
        ],
        "ladders": [{"key_point": names.get(hint.point, "none"), "rungs": _rungs(hint)} for hint in draft.hints],
        "outline": [_line(step, draft.points) for step in STEPS],
        "drill": tidy(draft.drill),
        "brief": brief,
        **more,
    }
    return without_leads(Question.model_validate(values), fewest=FEWEST_PROBES)


def known_topics(draft: Rungs[P]) -> list[str]:
    """The topics of a draft that there are."""
    return [slug for slug in (topic.strip().lower() for topic in draft.topics) if topics().area_of(slug)]


def _point(id: str, point: StepPoint | CitedPoint, citation: Citation | None, *, opener: str) -> dict[str, Any]:
    return {
        "id": id,
        "importance": point.importance,
        "text": tidy(point.text),
        "cues": kept_cues(point.cues, opener=opener) or [tidy(point.text)],
        "citation": citation,
        "dimension": point.dimension,
        "section": f"l{point.level}",
        "level": point.level,
    }


def _rungs(hint: LadderDraft) -> list[str]:
    return [tidy(rung) for rung in (hint.h1, hint.h2, hint.h3, hint.h4)]


def _traps(draft: Rungs[P], *, opener: str) -> list[dict[str, Any]]:
    right = [point.text for point in draft.points]
    return [one for trap in draft.traps for one in kept_trap(trap, opener=opener, right=right)]


def _line(step: int, points: Sequence[StepPoint | CitedPoint]) -> str:
    return f"L{step}: {'; '.join(tidy(point.text).rstrip('.') for point in points if point.level == step)}."


# ---------------------------------------------------------------- asking for them


@dataclass(frozen=True)
class Judged:
    """What a draft makes, None if it cannot even be put together, and what is wrong with it."""

    question: Question | None
    codes: tuple[str, ...]
    points: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """Of faults that single key points have: in which (numbers from 1)."""


def judged(make: Callable[[], Question], codes: Callable[[Question], tuple[str, ...]]) -> Judged:
    """A draft put together and looked at."""
    try:
        question = make()
    except ValidationError:
        return Judged(None, ("malformed",))
    return Judged(question, codes(question))


T = TypeVar("T", bound=Draft)
Judge = Callable[[T], Sequence[Judged]]
"""The ladders of an answer, looked at one by one. Blocking: it embeds."""


class Asking(Generic[T]):
    """Asks a model for ladders, and once more for those that do not hold."""

    def __init__(self, schema: type[T], prompt: Prompt, model: Model, judge: Judge[T], tally: Tally | None) -> None:
        self._schema, self._model, self._judge, self._tally = schema, model, judge, tally or Tally()
        self.kept: tuple[Question, ...] = ()
        self.made = Made(by=model.name, prompt=prompt.version)

    async def ask(self, messages: Sequence[Message]) -> T:
        """The first answer; `kept` has the ladders that hold, at most `MOST`, `made` what they took.

        Raises:
            ModelNonsense: there were ladders, and none of them held, twice.
            ModelError, BudgetExhausted: there was no answer, and no ladder that holds.
        """
        first = await self._answer(messages)
        refused = await self._keep(first)
        if refused:
            try:
                again = await self._answer((*messages, *_again(first, refused)))
                await self._keep(again)
            except (ModelError, BudgetExhausted) as error:
                if not self.kept:
                    raise
                log.warning("the correction of a ladder failed: %s", type(error).__name__)
            if not self.kept:
                raise ModelNonsense(REFUSED)
        return first

    async def _answer(self, messages: Sequence[Message]) -> T:
        answer, usage = await self._model.ask(
            self._schema, messages, purpose="author", max_tokens=MAX_TOKENS, deadlines=DEADLINES
        )
        self.made = counted(self.made, usage)
        return answer

    async def _keep(self, answer: T) -> dict[int, Judged]:
        """Keep what holds; the others by their number in the answer, from 1."""
        refused: dict[int, Judged] = {}
        for number, one in enumerate(await asyncio.to_thread(self._judge, answer), 1):
            if len(self.kept) == MOST:
                break
            codes = one.codes or await asyncio.to_thread(self._repeated, one.question)
            self._tally.note(codes)
            if one.question is not None and not codes:
                self.kept = (*self.kept, one.question)
            else:
                log.info("a ladder was refused: %s", ", ".join(codes))
                refused[number] = Judged(one.question, codes, one.points)
        return refused

    def _repeated(self, question: Question | None) -> tuple[str, ...]:
        if question is None or not self.kept:
            return ()
        return ("duplicate",) if duplicates([question], self.kept, similarity=similarity)[0] else ()


def _again(first: Draft, refused: Mapping[int, Judged]) -> tuple[Message, ...]:
    """The model's answer, and what is wrong with which of its ladders."""
    lines = [f"Ladder {number}: {reasons(one.codes, one.points)}." for number, one in refused.items()]
    words = (
        "These were refused:\n"
        + "\n".join(lines)
        + "\nWrite each of them again, whole, without the fault, or another one in its place. Only these."
    )
    return (Message(role="assistant", text=first.model_dump_json()), Message(role="user", text=words))
