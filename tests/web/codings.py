"""Interviews of the coding round for tests: one task, its runs, and their results."""

from __future__ import annotations

from typing import Any, Final

from interviewer.content import shipped
from interviewer.domain import Act, Case, Grade, Mark, Move, Question, Run, Task, Tested
from interviewer.domain.tasks import Group
from tests.web.interviews import Talk

TASK: Final = "c15-roc-auc"
SECRET: Final = "label 4711"
"""Stands in values that only the hidden tests know."""
FIRST: Final = (
    "import numpy as np\n\n\ndef auc(labels, scores):\n    for row in labels:\n        print(row)\n    return 0.5\n"
)
SECOND: Final = FIRST.replace("0.5", "1.0")


def task() -> Question:
    return shipped().question(TASK)


def the_task() -> Task:
    found = task().task
    assert found is not None
    return found


def outcome(case: Case, *, reason: str = "", **more: Any) -> Tested:
    return Tested(name=case.name, group=case.group, passed=not reason, reason=reason, **more)


def seen(code: str = FIRST, **more: Any) -> Run:
    """A run of the candidate's own: the first visible test fails with a traceback, the others pass."""
    first, *others = the_task().visible
    failed = outcome(
        first,
        reason="0.5 instead of 0.75",
        given="labels = [0, 1, 0, 1]",
        expected="0.75",
        got="0.5",
        seconds=0.0123,
        printed="0\n1",
        trace='Traceback:\n  File "solution.py", line 7, in auc',
    )
    tests = (failed, *(outcome(case, given="x = 1", expected="1", got="1") for case in others))
    return Run(code=code, tests=tests, **more)


def judged(code: str = SECOND, *, failing: int = 3, **more: Any) -> Run:
    """A run with the hidden tests, of which the first ones fail."""
    tests = tuple(
        outcome(case, reason=f"{SECRET} instead of 1" if number < failing else "")
        for number, case in enumerate(the_task().hidden)
    )
    return Run(code=code, hidden=True, tests=tests, **more)


def own(name: str = "test_ties", *, reason: str = "", group: Group | Any = "own", **more: Any) -> Tested:
    return Tested(name=name, group=group, passed=not reason, reason=reason, **more)


class Coding(Talk):
    """A coding round that goes on as a test says."""

    def __init__(self, question: Question | None = None, **setup: Any) -> None:
        super().__init__(question or task(), **setup)
        self.ran_so_far = 0

    def ran(self, run: Run) -> Coding:
        """The code was run."""
        self._add("ran", f"ran:{self.ran_so_far}", {"run": run.model_dump(mode="json")})
        self.ran_so_far += 1
        return self

    def typed(self, text: str, code: str) -> Coding:
        """A message, after the code has changed."""
        self._act(Act(kind="said", text=text, code=code))
        return self


def whole(**setup: Any) -> Coding:
    """A round up to its end, not closed: a run that fails, a message, a run, and the code submitted."""
    talk = Coding(**setup)
    talk.ran(seen(FIRST))
    talk.typed("It sorts.", SECOND).answered(Move(kind="continue", text="Go on."))
    talk.said("", kind="submitted")
    talk.ran(judged(SECOND))
    talk.answered(Move(kind="steer", text="Three of mine fail."))
    return talk


def ended(**setup: Any) -> Coding:
    """The same, graded and closed."""
    talk = whole(**setup)
    talk.said("", kind="ended").answered(Move(kind="close", text="Thank you.", closes="ended"))
    mark = Mark(dimension="quality", level=2, value=2.0, reason="A loop.", elements=("line 5: for row in labels:",))
    talk.graded(0, Grade(marks=(mark,), score=2.0))
    talk.closed()
    return talk
