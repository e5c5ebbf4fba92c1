"""`transcripts` and `tracker`: what is kept, for reading and for deleting."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

import typer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from interviewer import tracker
from interviewer.cli import output
from interviewer.domain import Mark
from interviewer.errors import CandidateError, NotFound
from interviewer.play import as_json as interview_as_json
from interviewer.program import Program
from interviewer.rules.feedback import quotes
from interviewer.rules.scoring import result
from interviewer.rules.state import State, Thread, fold
from interviewer.settings import home
from interviewer.store import InterviewRow, Repository

SHORT = 8
"""Characters of an id in the table; as many as tell interviews apart are enough to name one."""
SHORTEST = 4


@contextmanager
def opened(*, model: str | None = None) -> Iterator[Program]:
    """The program on the user's data folder, closed afterwards."""
    program = Program(home(), model=model)
    try:
        yield program
    finally:
        program.store.dispose()


def list_interviews(*, as_json: bool) -> None:
    """Print the interviews, newest first."""
    with opened() as program:
        rows = program.repository.interviews()
    if as_json:
        output.print_json([_row(row) for row in rows])
    elif not rows:
        sys.stdout.write("There is no interview yet: `interviewer serve` opens the page to begin one.\n")
    else:
        output.print_table(
            ("Id", "Begun", "Topics", "Score", "Verdict", "Interview"),
            [
                (
                    row.id[:SHORT],
                    output.when(row.created_at),
                    str(row.threads) if row.status == "closed" else "-",
                    output.number(row.score) if row.status == "closed" else row.status,
                    row.verdict or "-",
                    row.title,
                )
                for row in rows
            ],
        )


def show(id: str, *, as_json: bool) -> None:
    """Print one interview. Raises NotFound, and CandidateError if the beginning of an id fits several."""
    with opened() as program:
        row = _found(program.repository, id)
        events = program.repository.events(row.id)
    state = fold(events, id=row.id)
    if as_json:
        output.print_json({**_row(row), **interview_as_json(state, events)})
    else:
        _print_interview(output.console(), state, row.title)


def delete(id: str, *, yes: bool, as_json: bool) -> None:
    """Delete one interview, after asking. Raises as `show` does, and CandidateError if the answer is no."""
    with opened() as program:
        row = _found(program.repository, id)
        if not yes and not _confirmed(row):
            raise CandidateError("Nothing was deleted: answer y, or give --yes.")
        program.repository.delete(row.id)
    if as_json:
        output.print_json({"deleted": row.id})
    else:
        sys.stdout.write("Deleted.\n")


def list_weaknesses(*, as_json: bool) -> None:
    """Print the tracker's rows and the topics to practise next."""
    with opened() as program:
        rows = program.repository.weaknesses()
        rounds = program.content.rounds.values()
    areas = {area.id: area.name for round_ in rounds for area in round_.areas}
    if as_json:
        output.print_json([row.model_dump(mode="json") for row in rows])
        return
    if not rows:
        sys.stdout.write("Nothing yet: weak areas are noted when an interview ends.\n")
        return
    output.print_table(
        ("Interview", "Seen", "Area", "Topic", "What", "Your words"),
        [
            (
                row.interview[:SHORT],
                output.when(row.seen_at),
                areas.get(row.area, row.area),
                row.topic,
                _what(row.code),
                row.sentence or "(never said)",
            )
            for row in rows
        ],
    )
    sys.stdout.write(f"\nPractise next: {', '.join(tracker.due(rows)[:3])}\n")


def _what(code: str) -> str:
    kind, _, point = code.partition(":")
    return f"missed: {point.replace('-', ' ')}" if kind == "missed" else kind.replace("_", " ")


def _found(repository: Repository, id: str) -> InterviewRow:
    """The one interview whose id is or begins with `id`. Raises NotFound, and CandidateError if there are several."""
    rows = repository.interviews()
    exact = [row for row in rows if row.id == id]
    found = exact or [row for row in rows if row.id.startswith(id) and len(id) >= SHORTEST]
    if not found:
        raise NotFound(f"There is no interview {id[:64]!r} here: `interviewer transcripts list` shows those there are.")
    if len(found) > 1:
        raise CandidateError(f"{len(found)} interviews begin with {id!r}: give more of the id.")
    return found[0]


def _confirmed(row: InterviewRow) -> bool:
    question = f"Delete {row.title!r} of {output.when(row.created_at)} and its weak areas for good?"
    try:
        return typer.confirm(question, err=True)
    except typer.Abort:
        # Standard input has ended, and the cursor still stands behind the question.
        sys.stderr.write("\n")
        return False


def _row(row: InterviewRow) -> dict[str, object]:
    times = {"created_at": row.created_at.isoformat(), "closed_at": row.closed_at and row.closed_at.isoformat()}
    return {**asdict(row), **times}


def _print_interview(console: Console, state: State, title: str) -> None:
    outcome = result(state)
    begun = output.when(state.started) if state.started else ""
    console.print(Text(f"{output.plain(title)}, {begun}", style="bold"))
    if not state.over:
        console.print("Not finished yet.")
    elif outcome.score is None:
        console.print(f"Not graded: {outcome.not_graded}")
    else:
        console.print(f"Score {outcome.score:.1f} of 4: {outcome.verdict}")
    names = {dim.id: dim.name for dim in state.round.dimensions}
    for mark in outcome.marks if state.over else ():
        console.print(f"  {names[mark.dimension]}: {output.dots(mark)} {mark.reason}")
    for thread in state.threads:
        _print_thread(console, thread, names)
    for turn in state.asides:
        _print_turn(console, turn.speaker, turn.text, turn.kind)


def _print_thread(console: Console, thread: Thread, names: dict[str, str]) -> None:
    console.print()
    console.print(Text(f"{thread.index + 1}. {thread.question.id} ({thread.question.area})", style="bold"))
    for turn in thread.turns:
        _print_turn(console, turn.speaker, turn.text, turn.kind)
    if thread.grade is None:
        return
    reason = f": {thread.grade.not_graded}" if thread.grade.not_graded else ""
    console.print(f"  Grade: {output.number(thread.grade.score)}{reason}")
    for mark in thread.grade.marks:
        _print_mark(console, thread, mark, names)


def _print_turn(console: Console, speaker: str, text: str, kind: str) -> None:
    who = "You" if speaker == "candidate" else "Interviewer"
    console.print(Padding(Text(output.plain(f"{who}: {text or f'[{kind}]'}")), (0, 0, 0, 2)))


def _print_mark(console: Console, thread: Thread, mark: Mark, names: dict[str, str]) -> None:
    ceiling = f" (at most this after {mark.ceiling})" if mark.ceiling else ""
    line = f"{names.get(mark.dimension, mark.dimension)}: {output.dots(mark)} {mark.reason}{ceiling}"
    console.print(Padding(Text(output.plain(line)), (0, 0, 0, 4)))
    for quote in quotes(thread, mark.sentences):
        console.print(Padding(Text(output.plain(f'"{quote}"'), style="italic"), (0, 0, 0, 6)))
