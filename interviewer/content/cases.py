"""The tests of a coding task: from expressions to arguments and expected values, and from outcomes to verdicts.

The expressions are shipped content, trusted like a module of ours. They are evaluated here and never where a
candidate's program runs, so no expected value gets there.
"""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from interviewer.domain import Case
from interviewer.errors import ContentError
from interviewer.rules.comparing import difference, shown

SEED = 7
"""Of `rng`, which starts anew for each test."""


class Outcome(Protocol):
    """What came of one call, as whatever ran it reports."""

    @property
    def status(self) -> str:
        """`returned`, `raised`, or `missing` if the run ended before it."""

    @property
    def value(self) -> Any:
        """What was returned."""

    @property
    def error(self) -> str:
        """What was raised: `ValueError: …`."""

    @property
    def seconds(self) -> float:
        """How long the call took."""

    @property
    def changed(self) -> bool:
        """Whether its arguments were not the same afterwards."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A test whose expressions have values."""

    case: Case
    args: list[Any]
    expected: Any
    """None unless the case has `expect`."""
    names: dict[str, Any]
    """What its `check` may refer to."""


def ready(case: Case, oracle: str = "") -> Ready:
    """The test with its values. Raises ContentError if an expression or the oracle has none."""
    names: dict[str, Any] = {"np": np, "rng": np.random.default_rng(SEED)}
    _valued(lambda: exec(compile(oracle, "<oracle>", "exec"), names), case, "the oracle")  # noqa: S102 - our content
    args = _valued(lambda: eval(case.args, names), case, "args")  # noqa: S307 - our content
    if not isinstance(args, list):
        raise ContentError((f"{case.name}: args is no list",))
    # The oracle may change what it is given.
    names["args"] = deepcopy(args)
    expected = _valued(lambda: eval(case.expect, names), case, "expect") if case.expect else None  # noqa: S307
    return Ready(case, args, expected, names | {"args": args})


def calls(tests: Sequence[Ready]) -> list[list[Any]]:
    """The argument lists of all calls, in order: one for each test, two for those of the group *seed*."""
    return [test.args for test in tests for _ in range(_times(test))]


def reasons(tests: Sequence[Ready], outcomes: Sequence[Outcome]) -> tuple[str, ...]:
    """For each test why it failed, in a few words for the candidate's table, or nothing if it passed.

    `outcomes` are those of `calls(tests)`, in that order.
    """
    rest: Iterator[Outcome] = iter(outcomes)
    return tuple(_reason(test, [next(rest) for _ in range(_times(test))]) for test in tests)


def _times(test: Ready) -> int:
    return 2 if test.case.group == "seed" else 1


def _reason(test: Ready, outcomes: Sequence[Outcome]) -> str:
    case, first, last = test.case, outcomes[0], outcomes[-1]
    if any(outcome.status == "missing" for outcome in outcomes):
        return "not run"
    if found := _fault(test, first):
        return found
    if last.error != first.error or (found := difference(last.value, first.value, 0)):
        return f"called again: {last.error or found}"
    if case.group == "mutation" and first.changed:
        return "the arguments were changed"
    if case.seconds is not None and first.seconds > case.seconds:
        return f"{first.seconds:.1f} s; at most {case.seconds:g} s"
    return ""


def _fault(test: Ready, outcome: Outcome) -> str:
    """What is wrong with the value or the exception."""
    case = test.case
    if case.raises:
        if outcome.status == "returned":
            return f"returned {shown(outcome.value)} instead of raising {case.raises}"
        return "" if _is_a(outcome.error, case.raises) else f"{outcome.error or 'raised'}; not {case.raises}"
    if outcome.status == "raised":
        return outcome.error or "raised"
    if case.check:
        return "" if _holds(test, outcome.value) else f"returned {shown(outcome.value)}"
    return difference(outcome.value, test.expected, case.tolerance)


def _is_a(error: str, wanted: str) -> bool:
    name = error.partition(":")[0].strip().rpartition(".")[2]
    raised = getattr(builtins, name, np.linalg.LinAlgError if name == "LinAlgError" else None)
    return isinstance(raised, type) and issubclass(raised, getattr(builtins, wanted))


def _holds(test: Ready, got: Any) -> bool:
    """Whether the check is true; of a value that it cannot even be asked of, it is not."""
    try:
        with np.errstate(all="ignore"):
            return bool(eval(test.case.check, test.names | {"got": got}))  # noqa: S307 - our content
    except Exception:  # noqa: BLE001 - a candidate's value may be anything
        return False


def _valued(evaluate: Callable[[], Any], case: Case, what: str) -> Any:
    try:
        with np.errstate(all="ignore"):
            return evaluate()
    except Exception as error:
        raise ContentError((f"{case.name}: {what}: {type(error).__name__}: {error}",)) from error
