"""`play`: a whole interview from a file of answers."""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass
from pathlib import Path

from interviewer.cli import output
from interviewer.cli.reading import opened
from interviewer.content import Content
from interviewer.content.packs import pack_for
from interviewer.domain import Level, Setup, Strictness
from interviewer.errors import CandidateError
from interviewer.play import ANY, Played, Script, as_json, play, read_script
from interviewer.program import Program
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


def split(areas: str) -> tuple[str, ...]:
    """The ids in `B03, b08`."""
    return tuple(area.strip().upper() for area in areas.split(",") if area.strip())


def play_script(answers: Path, choice: Choice, *, model: str | None, as_json: bool) -> None:
    """Play the answers and print the interview. Raises CandidateError for a bad file or choice, and as `play` does."""
    script = read_script(answers)
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
    known = [area.id for area in round_.areas]
    for area in choice.areas:
        if area not in known:
            raise CandidateError(f"There is no area {area!r}; there are: {', '.join(known)}.")
    if choice.question is not None and content.question(choice.question).round != choice.round:
        raise CandidateError(f"The question {choice.question!r} belongs to another round.")
    company, pack = " ".join(choice.company.split()), None
    if company:
        asyncio.run(_written(program, company))
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
    )


async def _written(program: Program, company: str) -> None:
    """Have the questions about a company written; a script has no time for those that come later."""
    await program.authoring.prepare(company)
    await program.authoring.finished(company)


def _unknown(script: Script, content: Content) -> list[str]:
    if isinstance(script, tuple):
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
