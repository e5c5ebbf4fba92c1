"""Questions from passages of documents, written by a model and held to them by code.

The model is given passages, never whole documents, and writes drafts; code finds each quote, refuses what is wrong
(rules/authored.py), and asks once more, with the reasons, for what is missing.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from interviewer.agents import compared, prompting
from interviewer.agents.drafts import Checked, Drafts, QuestionDraft, checked
from interviewer.agents.made import counted
from interviewer.agents.matcher import similarity
from interviewer.agents.matching.words import content_stems
from interviewer.agents.material import portions, shown, topic_list
from interviewer.agents.subject import WORTH_ASKING, coherent, nearness
from interviewer.agents.tally import Tally
from interviewer.domain import Excerpt, Made, Prompt, Question
from interviewer.errors import BudgetExhausted, ModelError
from interviewer.llm import Deadlines, Message, Model
from interviewer.rules.authored import REASONS, duplicates, point_faults
from interviewer.rules.evidence import fence

log = logging.getLogger("interviewer.agents")

A_CALL = 3
"""Questions asked for at once: some 3,500 tokens, which a usual model writes within a minute."""
MAX_TOKENS = 2_000 * A_CALL
DEADLINES = Deadlines(total=600, first_token=120, idle=30)
"""Nobody waits for this, and an answer of this length takes a slow model minutes."""
NO_COMPANY = "not known: name the system or the method instead"


async def with_model(
    material: Sequence[Excerpt],
    *,
    company: str,
    bank: Sequence[Question],
    wanted: int,
    prompt: Prompt,
    model: Model,
    tally: Tally | None = None,
) -> tuple[tuple[Question, ...], Made]:
    """At most `wanted` questions about the material; none if nothing in it is worth asking about.

    Args:
        company: whose documents they are; empty if that is not known.
        bank: questions that are not to be asked again.
        tally: is told what was drafted and refused.

    Raises:
        ModelError, BudgetExhausted: before there was any question; afterwards what there is, is returned.
    """
    work = _Work(company=company, bank=tuple(bank), prompt=prompt, model=model, tally=tally or Tally())
    groups = await asyncio.to_thread(portions, material, most=-(-wanted // A_CALL))
    for number, excerpts in enumerate(groups):
        left = wanted - len(work.questions)
        share = min(A_CALL, -(-left // (len(groups) - number)))
        if share <= 0:
            break
        try:
            await work.write(excerpts, share)
        except (ModelError, BudgetExhausted) as error:
            if not work.questions:
                raise
            log.warning("authoring ended early: %s", type(error).__name__)
            break
    return tuple(work.questions[:wanted]), work.made


@dataclass(frozen=True)
class Refused:
    """A draft with what is wrong with it, and in which of its key points."""

    draft: QuestionDraft
    codes: tuple[str, ...]
    points: Mapping[int, tuple[str, ...]]

    def reasons(self) -> str:
        """What is wrong, for the model."""
        places = {code: [str(n) for n, codes in self.points.items() if code in codes] for code in self.codes}
        return "; ".join(
            REASONS[code] + (f" (key point {', '.join(places[code])})" if places[code] else "") for code in self.codes
        )


class _Work:
    """What has been written so far, and with what it goes on."""

    def __init__(self, *, company: str, bank: tuple[Question, ...], prompt: Prompt, model: Model, tally: Tally) -> None:
        self._company, self._bank, self._prompt, self._model = company, bank, prompt, model
        self._tally = tally
        self.questions: list[Question] = []
        self.made = Made(by=model.name, prompt=prompt.version)

    async def write(self, excerpts: Sequence[Excerpt], wanted: int) -> None:
        """Ask for `wanted` questions from these passages, and once more for those that were refused."""
        named = {f"P{number}": excerpt for number, excerpt in enumerate(excerpts, 1)}
        messages = prompting.render(self._prompt, self._values(named, wanted))
        refused = await self._ask(messages, named, wanted)
        missing = min(len(refused), wanted)
        if missing:
            await self._ask((*messages, *_again(refused)), named, missing)

    async def _ask(self, messages: Sequence[Message], named: Mapping[str, Excerpt], wanted: int) -> list[Refused]:
        """Keep what is good among the answer's drafts, at most `wanted`; the others with what is wrong with them."""
        answer, usage = await self._model.ask(
            Drafts, messages, purpose="author", max_tokens=MAX_TOKENS, deadlines=DEADLINES
        )
        self.made = counted(self.made, usage)
        refused: list[Refused] = []
        for draft in answer.questions[:wanted]:
            question, found = await asyncio.to_thread(self._checked, draft, named)
            self._tally.note(found)
            if question is not None and not found:
                self.questions.append(question)
            else:
                where = await asyncio.to_thread(_where, question, named) if question is not None else {}
                refused.append(Refused(draft, found, where))
        return refused

    def _checked(self, draft: QuestionDraft, named: Mapping[str, Excerpt]) -> Checked:
        question, found = checked(draft, named, company=self._company)
        if question is None or found:
            return question, found
        return question, unwanted(question, (*self._bank, *self.questions))

    def _values(self, named: Mapping[str, Excerpt], wanted: int) -> dict[str, str]:
        # Ids of documents are drawn at random, so nobody who writes one can know the marker.
        mark = prompting.marker("".join(excerpt.passage.id for excerpt in named.values()))
        asked = [question.opener for question in (*self._bank, *self.questions) if question.company]
        return {
            "marker": mark,
            "company": fence(self._company.strip(), marker=mark) or NO_COMPANY,
            "topics": topic_list(),
            "asked": "\n".join(f"- {opener}" for opener in asked) or "none",
            "passages": prompting.fenced("\n\n".join(shown(name, excerpt) for name, excerpt in named.items()), mark),
            "wanted": str(wanted),
        }


def unwanted(question: Question, others: Sequence[Question]) -> tuple[str, ...]:
    """What only a comparison shows: it is off our field, in pieces, or asked already. Blocking: it embeds."""
    if nearness([" ".join((question.opener, *(point.text for point in question.key_points)))])[0] < WORTH_ASKING:
        return ("off_topic",)
    if not coherent(question):
        return ("incoherent",)
    return ("duplicate",) if duplicates([question], others, similarity=compared.similarity)[0] else ()


def _where(question: Question, named: Mapping[str, Excerpt]) -> Mapping[int, tuple[str, ...]]:
    return point_faults(question, named.values(), stems=content_stems, similarity=similarity)


def _again(refused: Sequence[Refused]) -> tuple[Message, ...]:
    """The refused drafts as the model's answer, and what is wrong with each."""
    drafts = Drafts(questions=[one.draft for one in refused])
    lines = [f"Question {number}: {one.reasons()}." for number, one in enumerate(refused, 1)]
    words = (
        "These were refused:\n"
        + "\n".join(lines)
        + "\nWrite each of them again without the fault, or another one in its place, or leave it out. Only these."
    )
    return (Message(role="assistant", text=drafts.model_dump_json()), Message(role="user", text=words))
