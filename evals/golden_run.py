"""Whether written answers of three levels come out in order: `python -m evals.golden_run [--model NAME] [--json]`.

evals/golden/breadth.yaml holds, for each question, what a strong, a middling and a weak candidate would say, written by
somebody who had not read the key points. Each is played as an interview of that one question, through the same path
as the page. The last line of the output is one JSON object; see `figures`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from typing import Final

import yaml

from interviewer import settings
from interviewer.domain import Setup
from interviewer.errors import InterviewerError
from interviewer.play import play
from interviewer.program import Program
from interviewer.store import Store

GOLDEN: Final = Path(__file__).parent / "golden" / "breadth.yaml"
LEVELS: Final = ("strong", "middling", "weak")
EDGE_QUESTION: Final = "class-imbalance"
"""What the edge answers are given to; one of them repeats its opener."""
AT_ONCE: Final = 4
"""Interviews that a model holds at the same time; the built-in interviewer takes one after the other."""

Scores = Mapping[str, float | None]


@dataclass(frozen=True)
class Golden:
    """The file: question id → level → messages, and edge answers by name."""

    answers: dict[str, dict[str, tuple[str, ...]]]
    edge: dict[str, tuple[str, ...]]


def read(path: Path) -> Golden:
    """The golden answers in a file. Raises InterviewerError, one sentence, if it cannot be used."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        answers = {row["question"]: {level: tuple(row[level]) for level in LEVELS} for row in data["answers"]}
        edge = {row["name"]: tuple(row["messages"]) for row in data.get("edge", ())}
    except (OSError, yaml.YAMLError, KeyError, TypeError, AttributeError) as error:
        raise InterviewerError(f"The golden answers in {str(path)!r} cannot be used ({error}).") from error
    return Golden(answers, edge)


async def scores(program: Program, scripts: Sequence[tuple[str, tuple[str, ...]]]) -> list[float | None]:
    """The score of each (question id, messages), in order; None for one that was not graded."""
    gate = asyncio.Semaphore(AT_ONCE if program.settings.model else 1)

    async def one(question: str, messages: tuple[str, ...]) -> float | None:
        setup = Setup(round="breadth", question=question, model=program.settings.model)
        async with gate:
            # Nobody says the same thing twice, so the candidate ends when everything is said.
            played = await play(program, setup, (*messages, "/end"))
        grade = played.state.threads[0].grade
        return grade.score if grade is not None else None

    return list(await asyncio.gather(*(one(question, messages) for question, messages in scripts)))


def figures(by_question: Mapping[str, Scores], edge: Scores, *, seconds: float) -> dict[str, object]:
    """What the scores (1–4) show; an answer that was not graded counts as 1, and is counted in `not_graded`.

    `gap_strong_middling` and `gap_middling_weak`: mean differences over the questions; `mean_gap`: the mean of both.
    `in_order`: the share (0–1) of neighbouring pairs, two a question, in which the better answer has the higher score.
    `weak_above_strong`: questions whose weak answer scores above its strong one. `edge`: as scored, None if not graded.
    """
    rows = [tuple(row[level] or 1.0 for level in LEVELS) for row in by_question.values()]
    upper = [strong - middling for strong, middling, _ in rows]
    lower = [middling - weak for _, middling, weak in rows]
    gaps = {
        "gap_strong_middling": fmean(upper),
        "gap_middling_weak": fmean(lower),
        "mean_gap": fmean(upper + lower),
        "in_order": fmean(gap > 0 for gap in upper + lower),
    }
    return {
        "questions": len(rows),
        **{name: round(value, 3) for name, value in gaps.items()},
        "weak_above_strong": sum(weak > strong for strong, _, weak in rows),
        "not_graded": sum(score is None for row in by_question.values() for score in row.values()),
        "edge": {name: None if score is None else round(score, 2) for name, score in edge.items()},
        "seconds": round(seconds, 1),
    }


@contextmanager
def installation(model: str) -> Iterator[Program]:
    """A program whose interviews are gone afterwards. What a model costs counts towards the cap of the user's own."""
    month = datetime.now(UTC).strftime("%Y-%m")
    with tempfile.TemporaryDirectory() as folder:
        if model == "none":
            program = Program(Path(folder), model=model)
            try:
                yield program
            finally:
                program.store.dispose()
            return
        home = settings.home()
        if (home / settings.FILE).exists():
            shutil.copy2(home / settings.FILE, folder)
        own = Store.open(home)
        program = Program(Path(folder), model=model)
        try:
            account = own.repository(own.local_user())
            before = account.spent(month)
            program.repository.add_spending(month, before)
            try:
                yield program
            finally:
                account.add_spending(month, max(0.0, program.repository.spent(month) - before))
        finally:
            program.store.dispose()
            own.dispose()


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns the exit code: 2 for a file or settings that cannot be used."""
    options = _parser().parse_args(arguments)
    started = time.perf_counter()
    try:
        golden = read(Path(options.golden))
        order = [(question, level) for question in golden.answers for level in LEVELS]
        scripts = [(question, golden.answers[question][level]) for question, level in order]
        scripts += [(EDGE_QUESTION, messages) for messages in golden.edge.values()]
        with installation(options.model) as program:
            found = asyncio.run(scores(program, scripts))
    except (InterviewerError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    by_question: dict[str, dict[str, float | None]] = {question: {} for question in golden.answers}
    for (question, level), score in zip(order, found, strict=False):
        by_question[question][level] = score
    edge = dict(zip(golden.edge, found[len(order) :], strict=True))
    if not options.json:
        _print(by_question, edge)
    print(json.dumps(figures(by_question, edge, seconds=time.perf_counter() - started)))
    return 0


def _print(by_question: Mapping[str, Scores], edge: Scores) -> None:
    print(f"{'':<22}{''.join(f'{level:>10}' for level in LEVELS)}")
    for question, row in by_question.items():
        print(f"{question:<22}{''.join(f'{_number(row[level]):>10}' for level in LEVELS)}")
    for name, score in edge.items():
        print(f"{name:<22}{_number(score):>10}")


def _number(score: float | None) -> str:
    return "–" if score is None else f"{score:.2f}"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals.golden_run", description=(__doc__ or "").partition(":")[0])
    parser.add_argument("--model", default="none", metavar="NAME", help="a model of the settings' address, or none")
    parser.add_argument("--golden", default=GOLDEN, metavar="FILE", help="another file of answers")
    parser.add_argument("--json", action="store_true", help="only the JSON object")
    return parser


if __name__ == "__main__":
    sys.exit(main())
