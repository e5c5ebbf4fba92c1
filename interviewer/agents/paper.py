"""Ladders about one document of the library, each key point tied to words of a passage."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

from interviewer.agents import prompting
from interviewer.agents.drafts import Draft, cited_in, tidy
from interviewer.agents.ladders import Asking, CitedPoint, Judged, Rungs, judged, known_topics, question_of
from interviewer.agents.matcher import similarity
from interviewer.agents.matching.words import content_stems
from interviewer.agents.material import portions, shown, topic_list
from interviewer.agents.tally import Tally
from interviewer.domain import Document, Excerpt, Made, Prompt, Question
from interviewer.errors import BadMessage
from interviewer.llm import Model
from interviewer.rules.authored import point_faults
from interviewer.rules.laddered import of_document

AREA: Final = "D-PAPER"
SILENT: Final = "Take what seems likely to you, say that you do, and go on from there."
FEWEST_WORDS: Final = 250
"""Words worth asking about that a ladder takes: eight key points, each on words of its own."""
NO_COMPANY: Final = "not known: name the system or the method instead"


class PaperLadder(Rungs[CitedPoint]):
    """A ladder with one example answer at each level."""

    level2: str
    level3: str
    level4: str


class PaperDraft(Draft):
    """What the model is asked for."""

    ladders: list[PaperLadder]


async def from_document(
    document: Document, material: Sequence[Excerpt], *, prompt: Prompt, model: Model, tally: Tally | None = None
) -> tuple[tuple[Question, ...], Made]:
    """One or two ladders about a document, the best subject first.

    Raises:
        BadMessage: there is too little in it to ask about; where code can tell, nobody is asked.
        ModelNonsense: what the model wrote did not hold up, twice.
        ModelError, BudgetExhausted: the model did not answer.
    """
    groups = await asyncio.to_thread(portions, material, most=1)
    excerpts = groups[0] if groups else ()
    if sum(len(excerpt.passage.text.split()) for excerpt in excerpts) < FEWEST_WORDS:
        raise BadMessage(_too_little(document, material))
    named = {f"P{number}": excerpt for number, excerpt in enumerate(excerpts, 1)}
    asking = Asking(PaperDraft, prompt, model, partial(_judge, named=named, company=document.company.strip()), tally)
    await asking.ask(prompting.render(prompt, _values(document, named)))
    if not asking.kept:
        raise BadMessage(
            f"The model found no subject in “{document.title}” that goes four steps down: choose another document, "
            "or take a case."
        )
    return asking.kept, asking.made


def _too_little(document: Document, material: Sequence[Excerpt]) -> str:
    if not any(excerpt.passage.text.strip() for excerpt in material):
        return f"There is no text in “{document.title}” (a scan, perhaps): choose another document."
    return (
        f"There is too little in “{document.title}” about machine learning, statistics or their systems for a depth "
        "round: choose another document."
    )


def _judge(answer: PaperDraft, *, named: Mapping[str, Excerpt], company: str) -> list[Judged]:
    return [_judged(draft, named, company) for draft in answer.ladders]


def _judged(draft: PaperLadder, named: Mapping[str, Excerpt], company: str) -> Judged:
    if not known_topics(draft):
        return Judged(None, ("unknown_topic",))
    cited = [cited_in(point, named) for point in draft.points]
    titles = dict.fromkeys(citation.title for citation in cited if citation is not None)
    more: dict[str, Any] = {
        "area": AREA,
        "source": "; ".join(titles),
        "company": company,
        "anchors": {"2": tidy(draft.level2), "3": tidy(draft.level3), "4": tidy(draft.level4)},
    }
    found = judged(
        lambda: question_of(draft, cited=cited, more=more, silent=SILENT),
        lambda question: of_document(question, named.values(), stems=content_stems, similarity=similarity),
    )
    if found.question is None or not found.codes:
        return found
    where = point_faults(found.question, named.values(), stems=content_stems, similarity=similarity)
    return Judged(found.question, found.codes, where)


def _values(document: Document, named: Mapping[str, Excerpt]) -> dict[str, str]:
    # Ids of documents are drawn at random, so nobody who writes one can know the marker.
    mark = prompting.marker("".join(excerpt.passage.id for excerpt in named.values()))
    return {
        "marker": mark,
        "company": prompting.fenced(document.company.strip(), mark) if document.company.strip() else NO_COMPANY,
        "topics": topic_list(),
        "passages": prompting.fenced("\n\n".join(shown(name, excerpt) for name, excerpt in named.items()), mark),
    }
