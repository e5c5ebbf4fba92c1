"""Ladders about the candidate's own project: a model finds the claims in a summary and writes what to ask about them.

The summary is written by somebody who gains by good marks: sentences that speak to a program are gone before the model
sees it (rules/summary.py), and what the model writes is held to the summary by code (rules/laddered.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from secrets import token_hex
from typing import Any, Final, Literal

from interviewer.agents import prompting
from interviewer.agents.drafts import Draft
from interviewer.agents.ladders import Asking, Judged, Rungs, StepPoint, judged, known_topics, question_of
from interviewer.agents.matcher import similarity
from interviewer.agents.matching.words import content_stems
from interviewer.agents.material import topic_list
from interviewer.agents.tally import Tally
from interviewer.domain import Made, Prompt, Question
from interviewer.errors import BadMessage
from interviewer.llm import Model
from interviewer.rules.authored import located
from interviewer.rules.laddered import of_project
from interviewer.rules.summary import readable

AREA: Final = "D-PROJECT"
SILENT: Final = "You were there and I was not: say what you remember, and what you assume where you do not."
SOURCE: Final = "the candidate's own summary"

Missing = Literal["nothing", "english", "machine_learning", "own_work", "substance"]
NOTHING_TO_ASK: Final[dict[Missing, str]] = {
    "nothing": (
        "The model found nothing to ask about in this summary: add what you decided, how it worked, how you measured "
        "it, and what failed."
    ),
    "english": "I hold interviews in English only: paste the summary in English.",
    "machine_learning": (
        "This is not about machine learning, statistics or the systems around them: paste a project that is, or take a "
        "case."
    ),
    "own_work": (
        "This says what you know or where you worked, and not what you did: describe one project, with what you "
        "decided and what came of it."
    ),
    "substance": (
        "This says too little to dig into: add what you decided yourself, how it worked, how you measured it, and what "
        "did not work."
    ),
}
"""What is missing, by what the model reports; in our words, since the model's may be the summary's."""


class ClaimDraft(Draft):
    """Something that the summary claims, in its words."""

    kind: Literal["decision", "number", "result", "method", "role"]
    quote: str


class ProjectLadder(Rungs[StepPoint]):
    """A ladder with the numbers, from 1, of the claims that it is about."""

    claims: list[int]


class ProjectDraft(Draft):
    """What the model is asked for."""

    claims: list[ClaimDraft]
    missing: Missing
    ladders: list[ProjectLadder]


@dataclass(frozen=True)
class Claim:
    """A claim, as it stands in the summary."""

    kind: str
    start: int
    end: int
    """Character span in the summary that the model saw."""
    quote: str


async def from_project(
    text: str, *, prompt: Prompt, model: Model, tally: Tally | None = None
) -> tuple[tuple[Question, ...], tuple[Claim, ...], Made]:
    """One or two ladders about a project, strongest first, and the claims that were found in the summary.

    Raises:
        BadMessage: there is too little in it; the sentence says what is missing. Where code can tell, nobody is asked.
        ModelNonsense: what the model wrote did not hold up, twice.
        ModelError, BudgetExhausted: the model did not answer.
    """
    summary = readable(text)
    asking = Asking(ProjectDraft, prompt, model, partial(judge, summary=summary), tally)
    answer = await asking.ask(prompting.render(prompt, _values(summary)))
    if not asking.kept:
        raise BadMessage(NOTHING_TO_ASK[answer.missing])
    return asking.kept, tuple(claims_in(answer.claims, summary)), asking.made


def claims_in(drafts: Sequence[ClaimDraft], summary: str) -> list[Claim]:
    """The claims that stand in the summary, in its order."""
    found = [(draft.kind, located(draft.quote, summary)) for draft in drafts]
    claims = {
        Claim(kind, summary.index(quote), summary.index(quote) + len(quote), quote) for kind, quote in found if quote
    }
    return sorted(claims, key=lambda claim: (claim.start, claim.end))


def judge(answer: ProjectDraft, *, summary: str) -> list[Judged]:
    """Each ladder of an answer with what is wrong with it. Blocking: it embeds."""
    return [_judged(draft, answer.claims, summary) for draft in answer.ladders]


def _judged(draft: ProjectLadder, claims: Sequence[ClaimDraft], summary: str) -> Judged:
    rests_on = [
        located(claims[number - 1].quote, summary) if 0 < number <= len(claims) else "" for number in draft.claims
    ]
    if not known_topics(draft):
        return Judged(None, ("unknown_topic",))
    more: dict[str, Any] = {"area": AREA, "source": SOURCE}
    return judged(
        lambda: question_of(draft, cited=[None] * len(draft.points), more=more, silent=SILENT),
        lambda question: of_project(question, rests_on, summary, stems=content_stems, similarity=similarity),
    )


def _values(summary: str) -> dict[str, str]:
    # Drawn anew: a marker made from words of theirs could be known to them.
    mark = prompting.marker(token_hex(8))
    return {"marker": mark, "topics": topic_list(), "project": prompting.fenced(summary, mark)}
