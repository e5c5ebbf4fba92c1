"""Whether scripted candidates of four levels come out in order: `python -m evals.design [--model NAME] [--json]`.

evals/golden/design_candidates.yaml holds, for each of three problems, what a junior, a mid, a senior and a staff
candidate would say, written by somebody who had seen of the problems only what an interviewer says; `odd` ones are put
before each problem. Each is played as a whole round of 45 minutes at one target level, through the same path as the
page. With `--round depth` it is the candidates and ladders of depth_candidates.yaml. The last line is one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, get_args

import yaml

from interviewer.domain import Level, Setup
from interviewer.errors import InterviewerError
from interviewer.play import Played, play
from interviewer.program import Program
from interviewer.reacting import Person
from interviewer.rules.scoring import result

GOLDEN: Final = Path(__file__).parent / "golden"
LEVELS: Final[tuple[Level, ...]] = get_args(Level)
MINUTES: Final = 45
ODD: Final = "odd"


@dataclass(frozen=True)
class Outcome:
    """What a candidate's round came to."""

    person: Person
    score: float | None
    verdict: str
    marks: dict[str, float | None]
    minutes: float


def read(path: Path) -> tuple[Person, ...]:
    """The candidates, the odd ones once for every problem. Raises InterviewerError, one sentence."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
        people = [Person.model_validate(row) for row in data["candidates"]]
        odd = [Person.model_validate(row) for row in data.get(ODD, ())]
    except (OSError, yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise InterviewerError(f"The candidates in {str(path)!r} cannot be used ({error}).") from error
    problems = dict.fromkeys(person.problem for person in people)
    both = (one.model_copy(update={"problem": problem}) for problem in problems for one in odd)
    return (*people, *both)


def run(program: Program, people: Sequence[Person], *, round: str, level: Level) -> Iterator[tuple[Outcome, Played]]:
    """Play them one after another."""
    for person in people:
        setup = Setup(round=round, level=level, minutes=MINUTES, question=person.problem, model=program.settings.model)
        played = asyncio.run(play(program, setup, person))
        found = result(played.state)
        marks = {mark.dimension: mark.value for mark in found.marks}
        yield Outcome(person, found.score, found.verdict or found.not_graded, marks, played.state.clock / 60), played


def figures(outcomes: Sequence[Outcome]) -> dict[str, object]:
    """Pairs of levels in the wrong order, and by how many levels at most; what the odd ones score beside mid."""
    scores = table(outcomes)
    wrong, furthest = 0, 0
    for row in scores.values():
        known = [(LEVELS.index(name), row[name]) for name in LEVELS if row.get(name) is not None]
        for n, (lower, low) in enumerate(known):
            for upper, high in known[n + 1 :]:
                if low is not None and high is not None and low >= high:
                    wrong, furthest = wrong + 1, max(furthest, upper - lower)
    return {"scores": scores, "pairs_in_the_wrong_order": wrong, "furthest_apart": furthest}


def table(outcomes: Sequence[Outcome]) -> dict[str, dict[str, float | None]]:
    """Problem → level, or the odd one's id → score."""
    scores: dict[str, dict[str, float | None]] = {}
    for one in outcomes:
        own = one.person.id.startswith(one.person.problem)
        name = one.person.level if own and one.person.level else one.person.id
        scores.setdefault(one.person.problem, {})[name] = one.score
    return scores


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; 2 for a file that cannot be used."""
    parser = argparse.ArgumentParser(prog="python -m evals.design", description=__doc__.splitlines()[0])
    parser.add_argument("--round", choices=("design", "depth"), default="design")
    parser.add_argument("--only", default="", help="candidates whose id contains this")
    parser.add_argument("--level", choices=LEVELS, default="senior", help="the target level of every round")
    parser.add_argument("--model", default="none", help="the model, or `none` for the built-in interviewer")
    parser.add_argument("--transcripts", type=Path, help="a folder to write the talks to")
    parser.add_argument("--json", action="store_true", help="print the last line only")
    options = parser.parse_args(arguments)
    try:
        people = [p for p in read(GOLDEN / f"{options.round}_candidates.yaml") if options.only in p.id]
        with tempfile.TemporaryDirectory() as home:
            program = Program(Path(home), model=options.model)
            outcomes = []
            for outcome, played in run(program, people, round=options.round, level=options.level):
                outcomes.append(outcome)
                if not options.json:
                    print(_line(outcome), flush=True)
                if options.transcripts:
                    _write(options.transcripts, outcome.person, played)
    except InterviewerError as error:
        print(error, file=sys.stderr)
        return 2
    print(json.dumps(figures(outcomes)))
    return 0


def _line(one: Outcome) -> str:
    marks = "  ".join(f"{id} {'-' if value is None else f'{value:.1f}'}" for id, value in one.marks.items())
    score = "not graded" if one.score is None else f"{one.score:.2f}"
    return f"{one.person.problem:24}{one.person.id[-12:]:14}{score:11}{one.minutes:5.1f} min  {marks}"


def _write(folder: Path, person: Person, played: Played) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for thread in played.state.threads:
        for turn in thread.turns:
            how = f" [{turn.move.rule}: {turn.kind}]" if turn.move is not None else ""
            lines.append(f"**{turn.speaker.capitalize()}**{how} {turn.text or f'({turn.kind})'}")
    (folder / f"{person.problem}-{person.id}.md").write_text("\n\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
