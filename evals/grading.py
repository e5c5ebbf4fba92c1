"""How well the product's own grades agree with human ones: `python -m evals.grading DATA.jsonl [--model NAME]`.

Each row becomes a question by rule (graded_rows.py) and a thread with one answer, and goes through the product's
observe and grade. The last line of the output is one JSON object with the agreement; see `figures`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from evals import statistics
from evals.graded_rows import Row, question, rows
from interviewer.agents.grade import grade
from interviewer.agents.observe import observe
from interviewer.content import Content, shipped
from interviewer.domain import Act, Question, Setup
from interviewer.errors import InterviewerError
from interviewer.llm import Budget, Model, open_model
from interviewer.rules.evidence import clean, sentences
from interviewer.rules.state import State, Thread, Turn

AT_ONCE = 4
"""Rows that a model grades at the same time; the built-in grader takes one after the other."""

_DIGITS = 4


@dataclass(frozen=True)
class Scored:
    """A row and what the product made of it: 0–1, or None when it was not graded."""

    row: Row
    score: float | None


async def score(asked: Question, answer: str, *, content: Content, model: Model | None) -> float | None:
    """The product's score of one answer on 0–1; None if it was not graded."""
    prompts = content.prompts["breadth"]
    try:
        text = clean(answer)
    except InterviewerError:
        return None
    said = sentences(text)
    numbers = tuple(range(1, len(said) + 1))
    turn = Turn(act=1, speaker="candidate", text=text, at=datetime.now(UTC), kind="said", numbers=numbers)
    thread = Thread(index=0, question=asked, opened=0.0, turns=(turn,), sentences=said, answers=1)
    state = State(
        id=f"eval-{asked.id}",
        setup=Setup(round="breadth"),
        round=content.round("breadth"),
        threads=(thread,),
        acts=1,
        pending=Act(kind="said", text=text),
    )
    seen, _ = await observe(state, prompts["observe"], model)
    raised = replace(
        thread,
        raised={touch.key_point: "unprompted" for touch in seen.touched},
        slips={slip.code: slip.sentences for slip in seen.slips},
        closes="covered",
    )
    graded, _ = await grade(replace(state, threads=(raised,), pending=None), raised, prompts["grade"], model)
    return None if graded.score is None else (graded.score - 1.0) / 3.0


async def scored(data: Sequence[Row], *, content: Content, model: Model | None) -> list[Scored]:
    """Every row with its score, in order."""
    gate = asyncio.Semaphore(AT_ONCE if model is not None else 1)

    async def one(row: Row) -> Scored:
        async with gate:
            return Scored(row, await score(question(row), row.answer, content=content, model=model))

    return list(await asyncio.gather(*(one(row) for row in data)))


def figures(results: Sequence[Scored], *, seconds: float) -> dict[str, float | int | None]:
    """The agreement of graded rows with the human scores.

    `r` with its interval by bootstrap over questions, `rmse` on 0–1, `qwk` on five bins, `r_within_question`, and
    `r_length`: what the number of words alone reaches on the same rows. None where a figure has no meaning.
    """
    kept = [(one.row, one.score) for one in results if one.score is not None]
    ours = [value for _, value in kept]
    human = [row.score for row, _ in kept]
    questions = [row.question_id for row, _ in kept]
    low, high = statistics.interval(ours, human, questions)
    values: dict[str, float | None] = {
        "r": statistics.pearson(ours, human),
        "r_low": low,
        "r_high": high,
        "rmse": statistics.rmse(ours, human),
        "qwk": statistics.quadratic_kappa(ours, human),
        "r_within_question": statistics.within(ours, human, questions),
        "r_length": statistics.pearson([float(row.words) for row, _ in kept], human),
    }
    rounded = {name: None if value is None else round(value, _DIGITS) for name, value in values.items()}
    return {"n": len(results), **rounded, "not_graded": len(results) - len(kept), "seconds": round(seconds, 1)}


def chosen_model(name: str) -> Model | None:
    """The model called NAME at the address and with the key of the settings; None for `none`."""
    if name == "none":
        return None
    from interviewer.program import endpoint
    from interviewer.settings import home, load

    settings = load(home()).settings.model_copy(update={"model": name})
    return open_model(endpoint(settings), budget=Budget(cap=settings.cap))


def located(name: str) -> Path:
    """The data file: as given, or under $INTERVIEWER_DATA (default ../shared/data) and its folder grading/."""
    data = Path(os.environ.get("INTERVIEWER_DATA") or "../shared/data")
    places = [Path(name), data / name, data / "grading" / name]
    return next((place for place in places if place.is_file()), places[0])


def main(arguments: Sequence[str] | None = None) -> int:
    """The command; returns the exit code: 2 for data or settings that cannot be used."""
    options = _parser().parse_args(arguments)
    started = time.perf_counter()
    try:
        data = rows(located(options.data), split=options.split, min_words=options.min_words, limit=options.limit)
        model = chosen_model(options.model)
        results = asyncio.run(scored(data, content=shipped(), model=model))
        if options.scores:
            _write(Path(options.scores), results)
    except (InterviewerError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    found = figures(results, seconds=time.perf_counter() - started)
    if not options.json:
        for name, value in found.items():
            print(f"{name:<18} {'–' if value is None else value}")
    print(json.dumps(found))
    return 0


def _write(path: Path, results: Sequence[Scored]) -> None:
    lines = (
        json.dumps({"id": one.row.id, "question_id": one.row.question_id, "score": one.score, "gold": one.row.score})
        for one in results
    )
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m evals.grading", description=__doc__.splitlines()[0])
    parser.add_argument("data", help="JSONL file; looked for here, then under $INTERVIEWER_DATA")
    parser.add_argument("--model", default="none", help="none (built-in), or a model's name at the settings' address")
    parser.add_argument("--limit", type=int, default=0, help="only the first N rows that pass the filters")
    parser.add_argument("--min-words", type=int, default=0, help="leave out answers with fewer words")
    parser.add_argument("--split", default="", help="only rows of this split")
    parser.add_argument("--scores", default="", help="write each row's score to this JSONL file")
    parser.add_argument("--json", action="store_true", help="print nothing but the JSON object")
    return parser


if __name__ == "__main__":
    sys.exit(main())
