"""Whether candidates who write different code come out in order: `python -m evals.coding [--model NAME] [--json]`.

For each task six rounds of 45 minutes through the same path as the page. What they say is the task's example answer of
level 3, spread over the parts, so that code and runs make the difference: the reference with tests of their own
(clean), the same after two hints (hinted), a wrong solution (wrong), answers of the visible tests written into the code
(hard-coded), the reference that is never run (never-ran), and next to nothing (empty). The last line is one JSON
object.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from interviewer.content.cases import ready
from interviewer.domain import Question, Setup, Task
from interviewer.errors import InterviewerError
from interviewer.play import Played, play
from interviewer.program import Program
from interviewer.reacting import Person, Step
from interviewer.rules.evidence import sentences
from interviewer.rules.scoring import result

MINUTES: Final = 45
SECTIONS: Final = ("clarify", "plan", "test", "extend")
ORDER: Final = ("clean", "hinted", "wrong", "hard-coded", "empty")
"""From the best down; `never-ran` stands aside, since what its tests say of the code is as good as clean."""


def people(question: Question) -> dict[str, Person]:
    """The candidates for one task."""
    task = question.task
    assert task is not None and question.anchors is not None
    talk = _talk(question.anchors.three)
    run, submit = Step(run=True, says="I ran it, and this is what came out."), Step(submit=True)
    wrote = {
        "clean": (Step(code=task.reference), run, Step(code=task.reference + _tests(task), run=True), submit),
        "hinted": (Step(says="/hint"), Step(says="/hint"), Step(code=task.reference), run, submit),
        "wrong": (Step(code=task.wrong[0].code), run, submit),
        "hard-coded": (Step(code=hard_coded(task)), run, submit),
        "never-ran": (Step(code=task.reference),),
    }
    # Whoever says that they would have to think is helped, and hints limit the mark.
    rest = ("That is what I have on this.", "I would leave it at that.")
    found = {
        name: Person(id=name, problem=question.id, work=work, by_section=talk, when_empty=rest)
        for name, work in wrote.items()
    }
    found["empty"] = Person(id="empty", problem=question.id, by_section={"clarify": ("Hm, let me see.",)})
    return found


def _talk(answer: str) -> dict[str, tuple[str, ...]]:
    """An answer spread over the parts in which there is talk."""
    said = sentences(answer)
    share = -(-len(said) // len(SECTIONS))
    return {
        name: (" ".join(said[n * share : (n + 1) * share]),) for n, name in enumerate(SECTIONS) if said[n * share :]
    }


def _tests(task: Task) -> str:
    """Two tests as a candidate would write them: the first visible case, and that arguments stay as they are."""
    first = ready(task.visible[0], task.oracle)
    call = f"{task.entry}(*copy.deepcopy(ARGS))"
    return (
        f"\n\nimport copy\n\nARGS = {_qualified(first.args)}\n\n\n"
        f"def test_runs():\n    assert {call} is not None\n\n\n"
        f"def test_same_twice():\n    assert repr({call}) == repr({call})\n"
    )


def hard_coded(task: Task) -> str:
    """A program that knows the visible tests and nothing else."""
    lines = ["from numpy import *", "", "", f"def {task.entry}(*given, **named):"]
    for case in task.visible:
        found = ready(case, task.oracle)
        if case.expect:
            lines += [
                f"    if repr(given) == {repr(tuple(found.args))!r}:",
                f"        return {_written(found.expected)}",
            ]
    return "\n".join([*lines, "    return None", ""])


def _written(value: object) -> str:
    """A value as Python that gives it back, with the names of numpy in scope."""
    with np.printoptions(threshold=sys.maxsize, floatmode="unique"):
        return repr(value).replace("np.", "")


def _qualified(value: object) -> str:
    """The same with `np.` before each name, for a program that would lose its own names to a star."""
    return re.sub(r"\b(array|nan|inf|(?<=dtype=)\w+)\b", r"np.\1", _written(value))


def rounds(program: Program, question: Question) -> Iterator[tuple[str, Played]]:
    """Play them one after another."""
    setup = Setup(round="coding", minutes=MINUTES, question=question.id, model=program.settings.model)
    for name, person in people(question).items():
        yield name, asyncio.run(play(program, setup, person))


def figures(scores: dict[str, dict[str, float | None]], hard: dict[str, bool]) -> dict[str, object]:
    """Neighbours in the wrong order, with their task; tasks whose hard-coding was found; the scores."""
    wrong = [
        f"{id}: {upper} {row[upper]} and {lower} {row[lower]}"
        for id, row in scores.items()
        for upper, lower in itertools.pairwise(ORDER)
        if (row[upper] or 0.0) < (row[lower] or 0.0)
    ]
    return {"tasks": len(scores), "wrong_order": wrong, "hard_coding_found": sum(hard.values()), "scores": scores}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run it; 2 if no code can be run here."""
    parser = argparse.ArgumentParser(prog="python -m evals.coding", description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="tasks whose id contains this")
    parser.add_argument("--model", default="none", help="the model, or `none` for the built-in interviewer")
    parser.add_argument("--json", action="store_true", help="print the last line only")
    options = parser.parse_args(arguments)
    scores: dict[str, dict[str, float | None]] = {}
    hard: dict[str, bool] = {}
    try:
        with tempfile.TemporaryDirectory() as home:
            program = Program(Path(home), model=options.model)
            for question in (q for q in program.content.bank("coding") if options.only in q.id):
                for name, played in rounds(program, question):
                    found = result(played.state)
                    marks = {mark.dimension: mark for mark in found.marks}
                    scores.setdefault(question.id, {})[name] = None if found.score is None else round(found.score, 2)
                    if name == "hard-coded":
                        hard[question.id] = marks["correctness"].level == 1
                    if not options.json:
                        row = " ".join(
                            f"{id} {mark.value if mark.value is None else round(mark.value, 1)}"
                            for id, mark in marks.items()
                        )
                        print(f"{question.id:26}{name:12}{scores[question.id][name]!s:7}{row}", flush=True)
    except InterviewerError as error:
        print(error, file=sys.stderr)
        return 2
    print(json.dumps(figures(scores, hard)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
