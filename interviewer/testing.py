"""Runs a candidate's code against the tests of its task: the visible ones and their own, or the hidden ones.

The program runs in the sandbox; arguments go in, values come back, and what was expected stays here. All of it blocks.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np

from interviewer import sandbox
from interviewer.content.cases import Ready, calls, ready, reasons
from interviewer.domain import Case, Run, Task, Tested
from interviewer.rules.coded import definitions, does_something, own_tests, parameters
from interviewer.rules.comparing import shown
from interviewer.sandbox import Limits, Outcome, Ran, Status, Tier

LIMITS: Final = Limits(answer=16 << 20)
"""A test of size may want a large array back."""
MOST_ITEMS: Final = 30
"""Numbers of an array that is written out in the table."""
MOST_VALUE: Final = 240
"""Characters of a value in the table."""
MOST_TEXT: Final = 600
"""Characters of what a test printed or of its traceback that are kept."""
MOST_PRINTED: Final = 4000
"""Characters of what the program printed by itself."""
MOST_OWN: Final = 20
"""Test functions of the candidate's own that are run."""
CALLER: Final = "_run_own_test"
_CALLER_CODE: Final = f"\n\ndef {CALLER}(name):\n    globals()[name]()\n"

Waiting = Callable[[int], None]


def unavailable() -> str:
    """Why code cannot be run here, in a sentence; empty where it can. Finds out at the first call, in a second."""
    return "" if sandbox.tier() is not Tier.none else sandbox.reason()


def visible(task: Task, code: str, *, waiting: Waiting | None = None) -> Run:
    """A run as the candidate asks for it: the visible tests, their own, and what their program prints."""
    tests, names = _ready(task.visible, task.oracle), own_tests(code)[:MOST_OWN]
    ran = sandbox.execute(definitions(code), task.entry, calls(tests), limits=LIMITS, waiting=waiting)
    shown_tests = _tested(tests, ran, parameters(task.signature))
    if ran.status is Status.refused or not (names or does_something(code)):
        return _run(code, ran, shown_tests)
    own = sandbox.execute(code + _CALLER_CODE, CALLER, [[name] for name in names])
    results = tuple(_own(name, outcome) for name, outcome in zip(names, own.outcomes, strict=True))
    run = _run(code, ran, (*shown_tests, *results))
    # The calls come after the loading, so what they printed stands behind what the program printed by itself.
    alone = own.printed[: len(own.printed) - sum(len(outcome.printed) for outcome in own.outcomes)]
    printed = (alone + own.errors)[:MOST_PRINTED]
    sentence = run.sentence or (f"outside of functions: {own.sentence}" if own.sentence else "")
    return run.model_copy(update={"printed": printed, "sentence": sentence})


def hidden(task: Task, code: str, *, waiting: Waiting | None = None) -> Run:
    """The hidden tests. Nothing of what the program writes is kept: it has seen their arguments."""
    tests = _ready(task.hidden, task.oracle)
    ran = sandbox.execute(definitions(code), task.entry, calls(tests), limits=LIMITS, waiting=waiting)
    return _run(code, ran, _tested(tests, ran, None)).model_copy(update={"hidden": True, "printed": ""})


def text(value: Any) -> str:
    """A value as the table shows it: as Python writes it if it is short, else what it is and how large."""
    if isinstance(value, np.ndarray) and value.size > MOST_ITEMS:
        return shown(value)
    found = repr(_plain(value))
    return found if len(found) <= MOST_VALUE else shown(value)


def _plain(value: Any) -> Any:
    """The value with lists for arrays and at most six digits of a float, as one would write it on a board."""
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    if isinstance(value, float):
        return float(f"{value:.6g}")
    if isinstance(value, list | tuple):
        return type(value)(map(_plain, value))
    return {key: _plain(one) for key, one in value.items()} if isinstance(value, dict) else value


@lru_cache(maxsize=64)
def _ready(cases: tuple[Case, ...], oracle: str) -> tuple[Ready, ...]:
    return tuple(ready(case, oracle) for case in cases)


def _run(code: str, ran: Ran, tests: tuple[Tested, ...]) -> Run:
    return Run(
        code=code,
        tests=tests,
        printed=ran.errors[:MOST_PRINTED],
        ended=ran.status.value,
        sentence=ran.sentence,
        tier=ran.tier.value,
        seconds=ran.seconds,
    )


def _tested(tests: Sequence[Ready], ran: Ran, names: Sequence[str] | None) -> tuple[Tested, ...]:
    """Each test with how it ended; with the parameters' names also what went in, was wanted and came out."""
    rest = iter(ran.outcomes)
    firsts = [[next(rest) for _ in calls([test])] for test in tests]
    found = reasons(tests, ran.outcomes)
    return tuple(
        _one(test, outcomes[0], reason, names) for test, outcomes, reason in zip(tests, firsts, found, strict=True)
    )


def _one(test: Ready, outcome: Outcome, reason: str, names: Sequence[str] | None) -> Tested:
    case = test.case
    short = Tested(name=case.name, group=case.group, passed=not reason, reason=reason, seconds=outcome.seconds)
    if names is None:
        return short
    return short.model_copy(
        update={
            "given": "; ".join(f"{name} = {text(value)}" for name, value in zip(names, test.args, strict=False)),
            "expected": f"raises {case.raises}" if case.raises else text(test.expected) if case.expect else case.name,
            "got": _got(outcome),
            "printed": outcome.printed[:MOST_TEXT],
            "trace": outcome.trace[-MOST_TEXT:],
        }
    )


def _got(outcome: Outcome) -> str:
    if outcome.status == "missing":
        return "not run"
    return text(outcome.value) if outcome.status == "returned" else outcome.error


def _own(name: str, outcome: Outcome) -> Tested:
    """A test function of the candidate's: it passes if it returns."""
    passed = outcome.status == "returned"
    reason = "" if passed else outcome.error or "not run"
    return Tested(
        name=name,
        group="own",
        passed=passed,
        reason=reason,
        seconds=outcome.seconds,
        printed=outcome.printed[:MOST_TEXT],
        trace=outcome.trace[-MOST_TEXT:],
    )
