"""`play`: a whole interview from a file of answers."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from interviewer.cli import output
from interviewer.cli.reading import opened
from interviewer.content import Content
from interviewer.content.packs import pack_for
from interviewer.depth import ROUND as DEPTH
from interviewer.domain import Level, Question, Setup, Strictness
from interviewer.errors import CandidateError
from interviewer.play import ANY, Played, Script, as_json, play, read_script
from interviewer.program import Program
from interviewer.reacting import Person
from interviewer.rules.evidence import MAX_CHARACTERS
from interviewer.rules.scoring import result


@dataclass(frozen=True)
class Choice:
    """What the options say about the interview."""

    round: str
    level: Level
    strictness: Strictness
    minutes: int
    areas: tuple[str, ...]
    question: str | None
    seed: int
    company: str = ""
    project: Path | None = None
    """A file with a project summary that the depth round is to be about."""
    document: str | None = None
    """The document of the library that it is to be about, by its id or how that begins."""


def split(areas: str) -> tuple[str, ...]:
    """The ids in `B03, b08`."""
    return tuple(area.strip().upper() for area in areas.split(",") if area.strip())


def play_script(answers: Path, choice: Choice, *, model: str | None, as_json: bool) -> None:
    """Play the answers and print the interview. Raises CandidateError for a bad file or choice, and as `play` does."""
    script = read_script(answers)
    if isinstance(script, Person) and choice.question is None:
        choice = replace(choice, question=script.problem or None)
    with opened(model=model) as program:
        setup = _setup(choice, program)
        # Left over from a typing slip, most likely: said aloud, because the interview runs all the same.
        unknown = _unknown(script, program.content)
        if unknown:
            output.complain(f"The answers name questions that are not in this round: {', '.join(unknown)}.", 0)
        played = asyncio.run(play(program, setup, script))
    if as_json:
        output.print_json(_as_json(played, unknown))
    else:
        _print(played)


def _setup(choice: Choice, program: Program) -> Setup:
    content = program.content
    round_ = content.round(choice.round)
    known = sorted({question.area for question in content.bank(round_.id)})
    for area in choice.areas:
        if area not in known:
            raise CandidateError(f"There is no area {area!r}; there are: {', '.join(known)}.")
    if choice.question is not None and content.question(choice.question).round != choice.round:
        raise CandidateError(f"The question {choice.question!r} belongs to another round.")
    written = _written_for(choice, program)
    company, pack = written[0].company if written else " ".join(choice.company.split()), None
    if company and not written:
        asyncio.run(_of_company(program, company))
        pack = None if program.authoring.ready(company) else pack_for(company)
    return Setup(
        company=company,
        leanings=(*pack.areas, *pack.topics) if pack is not None else (),
        systems=pack.systems if pack is not None else (),
        round=choice.round,
        level=choice.level,
        strictness=choice.strictness,
        minutes=choice.minutes,
        areas=choice.areas,
        question=choice.question,
        seed=choice.seed,
        model=program.settings.model,
        written=written,
    )


def _written_for(choice: Choice, program: Program) -> tuple[Question, ...]:
    """The questions that a model writes for this interview alone; none if nothing was given to write them from."""
    if choice.project is None and choice.document is None:
        return ()
    if choice.round != DEPTH:
        raise CandidateError("Only a depth round is about a project or a document: play depth.")
    if None not in (choice.project, choice.document) or choice.question is not None or choice.areas or choice.company:
        raise CandidateError(
            "A project or a document says by itself what the round is about: give nothing else for that."
        )
    if choice.document is not None:
        return asyncio.run(program.depth.from_document(choice.document))
    assert choice.project is not None
    return asyncio.run(program.depth.from_project(_text(choice.project)))


def _text(path: Path) -> str:
    """The text of a file, as far as it is looked at. Raises CandidateError."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            return file.read(MAX_CHARACTERS + 1)
    except OSError as error:
        raise CandidateError(f"The project cannot be read from {str(path)!r}: {error.strerror}.") from error
    except ValueError as error:
        raise CandidateError(f"{str(path)!r} is not a text file in UTF-8: mend it.") from error


async def _of_company(program: Program, company: str) -> None:
    """Have the questions about a company written; a script has no time for those that come later."""
    await program.authoring.prepare(company)
    await program.authoring.finished(company)


def _unknown(script: Script | Person, content: Content) -> list[str]:
    if not isinstance(script, Mapping):
        return []
    return sorted(script.keys() - {question.id for question in content.questions} - {ANY})


def _as_json(played: Played, unknown: list[str]) -> dict[str, object]:
    refused = [asdict(refusal) for refusal in played.refused]
    return {**as_json(played.state, played.events), "refused": refused, "unknown_questions": unknown}


def _print(played: Played) -> None:
    state, outcome, console = played.state, result(played.state), output.console()
    rows = [
        (
            thread.question.id,
            output.number(thread.grade.score if thread.grade else None),
            str(thread.answers),
            f"H{thread.rung}" if thread.rung else "-",
            thread.grade.not_graded if thread.grade else "",
        )
        for thread in state.threads
    ]
    output.print_table(("Question", "Score", "Answers", "Hints", ""), rows)
    for refusal in played.refused:
        console.print(f"Refused (message {refusal.message} for {refusal.question!r}): {refusal.sentence}")
    if outcome.score is None:
        console.print(f"\nNot graded: {outcome.not_graded}")
    else:
        console.print(f"\nScore {outcome.score:.1f} of 4: {outcome.verdict}")
    console.print(f"Kept as {state.id[:8]}: interviewer transcripts show {state.id[:8]}")
