"""What can be set up before an interview, in words, and what was chosen as a Setup. No gradio here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from pydantic import ValidationError

from interviewer.content import Content
from interviewer.domain import Level, Pack, Question, Setup, Strictness
from interviewer.errors import BadMessage
from interviewer.rules.estimate import estimate
from interviewer.settings import Settings
from interviewer.web.practice_rounds import (
    MIX,
    NEEDS_MODEL,
    OFFERS,
    ONE,
    PAPER,
    PAPER_AREA,
    PROJECT,
    PROJECT_AREA,
    offer,
)

ROUND: Final = OFFERS[0].id

LEVELS: Final[tuple[tuple[str, Level], ...]] = (
    ("Junior", "junior"),
    ("Mid", "mid"),
    ("Senior", "senior"),
    ("Staff", "staff"),
)
STRICTNESS: Final[tuple[tuple[str, Strictness], ...]] = (
    ("Friendly: offers a hint as soon as you get stuck", "friendly"),
    ("Standard: lets you try twice before it offers a hint", "standard"),
    ("Strict: presses further and gives hints only when you ask", "strict"),
)
OPENER: Final = 64
"""Characters of an opener in the list of questions."""
LONGEST_COMPANY: Final = 100
"""Characters of a company's name."""


@dataclass(frozen=True)
class Choices:
    """What the form holds."""

    level: str = "mid"
    strictness: str = "standard"
    minutes: int = 20
    what: str = MIX
    areas: tuple[str, ...] = ()
    question: str | None = None
    company: str = ""
    round: str = ROUND
    project: str = ""
    """A summary of the candidate's own project."""
    document: str | None = None
    """Id of a document of the library."""
    debugging: bool = False
    """In a coding round: code with bugs in it instead of an empty function."""

    @property
    def written(self) -> bool:
        """Whether the questions have to be written for this interview."""
        return self.what in (PROJECT, PAPER)


def fresh(round: str) -> Choices:
    """A form that nobody has touched, for this round."""
    return Choices(round=round, minutes=offer(round).minutes)


def lengths(content: Content, round: str) -> list[tuple[str, int]]:
    """The lengths of a round, as (words, minutes)."""
    return [(f"{minutes} minutes", minutes) for minutes in content.round(round).minutes]


def areas(content: Content, round: str = ROUND) -> list[tuple[str, str]]:
    """The areas that have questions, as (name, id)."""
    asked = {question.area for question in content.bank(round)}
    return [(area.name, area.id) for area in content.round(round).areas if area.id in asked]


def questions(content: Content, round: str = ROUND) -> list[tuple[str, str]]:
    """All questions by area, as (area: the opener's beginning, id)."""
    round_ = content.round(round)
    return [
        (f"{round_.area_name(question.area)}{_kind(question)}: {_beginning(question)}", question.id)
        for question in content.bank(round)
    ]


def _kind(question: Question) -> str:
    if question.task is not None and question.task.debug is not None:
        return ", also to debug"
    return ", a failure" if question.brief is not None and question.brief.kind == "failure" else ""


def companies(in_library: Sequence[str], packs: Sequence[Pack]) -> list[str]:
    """The companies to choose from: those with documents first, then those that a pack knows."""
    known = {name.casefold() for name in in_library}
    return [*in_library, *(pack.company for pack in packs if pack.company.casefold() not in known)]


def setup(choices: Choices, *, seed: int, model: str, due: Sequence[str], pack: Pack | None = None) -> Setup:
    """What was chosen, as the room takes it. Raises BadMessage for what cannot be.

    Args:
        choices: what the form holds.
        seed: of the draws of questions.
        model: the model's name; empty for built-in.
        due: topics that the tracker wants practised.
        pack: what is publicly known about the company, for want of questions from its own documents.
    """
    company = " ".join(choices.company.split())
    if len(company) > LONGEST_COMPANY:
        raise BadMessage(f"The company's name is too long: {LONGEST_COMPANY} characters are the most.")
    _complete(choices, model)
    one, mix = choices.what == ONE, choices.what == MIX
    try:
        return Setup.model_validate(
            {
                "round": choices.round,
                "level": choices.level,
                "strictness": choices.strictness,
                "minutes": choices.minutes,
                "areas": tuple(choices.areas) if mix else (),
                "question": choices.question if one else None,
                "seed": seed,
                "model": model,
                "due": tuple(due) if mix else (),
                "company": company,
                "leanings": (*pack.areas, *pack.topics) if pack is not None else (),
                "systems": pack.systems if pack is not None else (),
                "debugging": choices.debugging and bool(offer(choices.round).debugging),
            }
        )
    except ValidationError as error:
        field = error.errors(include_input=False)[0]["loc"][0]
        raise BadMessage(f"Something about {field!r} cannot be used: choose it again.") from error


def _complete(choices: Choices, model: str) -> None:
    """Raises BadMessage if what is to be practised is not said, or cannot be without a model."""
    about = offer(choices.round)
    if choices.what == ONE and not choices.question:
        instead = about.what[0][0]
        raise BadMessage(
            f"Choose the {about.one.lower()} that you want to practise, or take {instead[0].lower()}{instead[1:]}."
        )
    if choices.written and not model:
        raise BadMessage(NEEDS_MODEL[choices.what])
    if choices.what == PROJECT and not choices.project.strip():
        raise BadMessage("Describe your project first: what it was for, what you did, and what came of it.")
    if choices.what == PAPER and not choices.document:
        raise BadMessage("Choose the document that you want to be asked about.")


def asked_for(query: Mapping[str, str], *, content: Content, earlier: Setup | None) -> Choices:
    """The form as a link asks for it: `?question=ID`, `?area=ID`, `?company=NAME`, `?round=ID`; or as in an `earlier`
    interview. The round follows from the question or the area.

    What the content does not know is left out.
    """
    if earlier is not None and earlier.round in content.rounds:
        return _again(earlier, content)
    round = query.get("round", ROUND)
    choices = fresh(round if round in content.rounds else ROUND)
    if company := query.get("company", "")[:LONGEST_COMPANY].strip():
        return replace(choices, company=company)
    if asked := next((q for q in content.questions if q.id == query.get("question")), None):
        return replace(fresh(asked.round), what=ONE, question=asked.id)
    area = query.get("area", "")
    if area in (PROJECT_AREA, PAPER_AREA):
        return replace(fresh("depth"), what=PROJECT if area == PROJECT_AREA else PAPER)
    if found := next((q.round for q in content.questions if q.area == area), None):
        return replace(fresh(found), areas=(area,))
    return choices


def _again(earlier: Setup, content: Content) -> Choices:
    """The same set-up with other questions."""
    bank = {question.id: question for question in content.bank(earlier.round)}
    known = {question.area for question in bank.values()}
    asked = bank.get(earlier.question or "")
    what, one = MIX, None
    if earlier.written:
        return _written_again(earlier)
    if asked is not None and not content.round(earlier.round).phases:
        what, one = ONE, another_surface(content, asked.id)
    return Choices(
        level=earlier.level,
        strictness=earlier.strictness,
        minutes=earlier.minutes,
        what=what,
        areas=tuple(area for area in earlier.areas if area in known),
        question=one,
        company=earlier.company,
        round=earlier.round,
        debugging=earlier.debugging,
    )


def _written_again(earlier: Setup) -> Choices:
    """A round about the same project or document, for which questions are written anew."""
    cited = earlier.written[0].citations
    return Choices(
        level=earlier.level,
        strictness=earlier.strictness,
        minutes=earlier.minutes,
        what=PAPER if cited else PROJECT,
        round=earlier.round,
        project="" if cited else earlier.written_from,
        document=cited[0].document if cited else None,
    )


def another_surface(content: Content, question: str) -> str:
    """Another question of the same area and kind, if there is one; else the same."""
    asked = content.question(question)
    others = [
        other.id
        for other in content.bank(asked.round)
        if other.area == asked.area and other.id != question and _kind(other) == _kind(asked)
    ]
    return others[0] if others else question


def cost(settings: Settings, kind: str, minutes: int) -> str:
    """The sentence about what an interview of this kind of round will cost; empty for the built-in interviewer."""
    if not settings.model:
        return ""
    steps: Any = [step for step in ("observe", "speak", "grade") if step not in settings.builtin_steps]
    value = estimate(minutes, round=kind, price_in=settings.price_in, price_out=settings.price_out, steps=steps)
    tokens = f"{round(value.tokens_in, -3):,} tokens in, {round(value.tokens_out, -2):,} out"
    if value.cost is None:
        return f"About {tokens}. Set prices under Settings to see what that costs."
    amount = f"{value.cost:.2f}" if value.cost >= 0.095 else f"{value.cost:.3f}"
    return f"About {amount} {settings.currency} ({tokens})."


@dataclass(frozen=True)
class Company:
    """What is there about the company that is chosen."""

    name: str = ""
    documents: int = 0
    questions: int = 0
    writing: bool = False
    """Whether questions are being written now."""
    pack: Pack | None = None
    round: str = ROUND

    def sentence(self) -> str:
        """What the round will ask about it; empty without a company."""
        if not self.name or not offer(self.round).company:
            return ""
        if self.questions:
            counted = _count(self.questions, "question")
            more = ", and more are being written" if self.writing else ""
            if self.round != ROUND:
                papers = _count(self.documents, "document")
                return f"One of {counted} from {papers} by {self.name} comes up in the deep dive{more}."
            return (
                f"{counted} from {_count(self.documents, 'document')} by {self.name}{more}. "
                "Up to half of the topics come from there."
            )
        if self.writing:
            return f"Questions from {_count(self.documents, 'document')} by {self.name} are being written now."
        why = (
            f"Nothing worth asking was found in {_count(self.documents, 'document')} by {self.name}."
            if self.documents
            else f"There is no document by {self.name} in your library."
        )
        if self.pack is None:
            return f"{why} The round will be a general one."
        if self.round != ROUND:
            return f"{why} The problem will be near what it is publicly known for."
        return f"{why} Some topics will follow what it is publicly known for."


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def when(moment: datetime | None, now: datetime) -> str:
    """How long ago, in words."""
    if moment is None:
        return "some time ago"
    minutes = int((now - moment).total_seconds() // 60)
    if minutes < 1:
        return "just now"
    if minutes < 60:
        return f"{minutes} minute{'s' if minutes > 1 else ''} ago"
    if minutes < 24 * 60:
        hours = minutes // 60
        return f"{hours} hour{'s' if hours > 1 else ''} ago"
    days = minutes // (24 * 60)
    return f"{days} day{'s' if days > 1 else ''} ago"


def _beginning(question: Question) -> str:
    text = " ".join(question.opener.split())
    if question.task is not None:
        # All of them ask to please write something.
        text = text.removeprefix("Please write ").removeprefix("Please ")
    if len(text) <= OPENER:
        return text
    return f"{text[:OPENER].rsplit(' ', 1)[0].rstrip(',;:.')}…"
