"""A candidate's program, its function called with given arguments, and what became of it."""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from interviewer.sandbox import tiers, wire
from interviewer.sandbox.session import Session, Stopped, _too_much
from interviewer.sandbox.tiers import GUARDS, Guards
from interviewer.sandbox.turns import TURNS
from interviewer.sandbox.verdicts import Limits, Outcome, Ran, Status, Tier, Value

_LATE: Final = 0.5
"""Seconds that a call's own time may lack of what the host saw (its result takes a while to carry): with more missing,
the host's counts."""
_START: Final = 0.5
"""Seconds of the start that are not the program's."""


def judge(
    source: str | bytes,
    entry: str,
    calls: Sequence[Sequence[Value]],
    limits: Limits,
    tier: Tier,
    *,
    guards: Guards = GUARDS,
    waiting: Callable[[int], None] | None = None,
) -> Ran:
    """Run it on this tier, whatever the self-test says of it; `guards` is for tests, which take parts of it away."""
    text, fault = _checked(source, limits)
    if fault:
        return refusal(fault, calls, tier)
    with TURNS.turn(waiting) as slot:
        began = time.monotonic()
        try:
            session = _start(limits, tier, slot, guards)
        except (OSError, KeyError) as error:
            return refusal(f"the sandbox cannot be started: {error}", calls, tier)
        talk = _Talk(session, limits)
        try:
            talk.all(text, entry, calls)
        finally:
            session.close()
        return talk.result(tier, calls, time.monotonic() - began)


def refusal(sentence: str, calls: Sequence[object], tier: Tier) -> Ran:
    """What is said of a program of which nothing was run."""
    return Ran(Status.refused, (Outcome("missing"),) * len(calls), "", "", sentence, tier, 0.0, 0)


def _checked(source: str | bytes, limits: Limits) -> tuple[str, str]:
    """The program as text, or why there is none."""
    try:
        data = source.encode() if isinstance(source, str) else source
        text = data.decode("utf-8-sig")
    except UnicodeError:
        return "", "the code is not valid UTF-8"
    if len(data) > limits.source:
        return "", f"the code is longer than {limits.source // 1000} kB"
    return text, ""


def _start(limits: Limits, tier: Tier, slot: int, guards: Guards) -> Session:
    plan = tiers.plan(tier, limits, guards)
    ours, theirs = os.pipe()
    try:
        argv, environment = tiers.command(tier, theirs, slot, guards)
    except BaseException:
        os.close(ours)
        os.close(theirs)
        raise
    session = Session(argv, environment, (ours, theirs), limits, apart=guards.session)
    session.send(tiers.start() + _line(plan))
    return session


def _line(value: object) -> bytes:
    return wire.encode(value).encode("ascii") + b"\n"


class _Talk:
    """The conversation with one process, and what it has come to."""

    def __init__(self, session: Session, limits: Limits) -> None:
        self._session = session
        self._limits = limits
        self._outcomes: list[Outcome] = []
        self._status = Status.ok
        self._sentence = ""
        self._trace = ""
        self._peak = 0

    def all(self, source: str, entry: str, calls: Sequence[Sequence[Value]]) -> None:
        """Load the program and make the calls, up to whatever stops it."""
        try:
            self._begin()
            if self._load(source, entry):
                for arguments in calls:
                    self._call(arguments)
        except Stopped as stopped:
            self._status = stopped.status
            self._sentence = stopped.sentence
            if self._status is not Status.refused and 0 < len(self._outcomes) < len(calls):
                self._sentence += f" (in call {len(self._outcomes) + 1} of {len(calls)})"

    def _begin(self) -> None:
        try:
            found = self._session.receive()
        except Stopped as stopped:
            said = self._session.errors.strip().splitlines()
            raise Stopped(Status.refused, f"the sandbox does not start: {said[-1] if said else stopped}") from None
        if found[0] != "ready":
            raise Stopped(Status.refused, f"the sandbox does not hold: {found[-1]}")
        now = time.monotonic()
        self._session.deadline = min(now, self._session.began + _START) + self._limits.wall

    def _ask(self, *values: object, size: int) -> tuple[list[Any], float]:
        """What is answered under a new secret, without it, and the seconds it took."""
        secret = secrets.token_hex(16)
        line = _line([secret, *values])
        began = time.monotonic()
        self._session.send(line)
        found = self._session.receive()
        seconds = time.monotonic() - began
        head = found[0] if found and type(found[0]) is list else found
        if (len(found) > 2 and head is not found) or len(head) != size or head[0] != secret:
            raise Stopped(Status.error, "stopped: the program wrote on the channel of the results")
        if type(head[-1]) is int:
            self._peak = max(self._peak, head[-1])
        return [*head[1:], *(found[1:] if head is not found else ())], seconds

    def _load(self, source: str, entry: str) -> bool:
        (kind, error, trace, names, _), _ = self._ask(source, entry, size=6)
        if kind == "loaded":
            return True
        self._trace = str(trace)
        self._status = Status.error
        if kind == "syntax":
            self._sentence = f"syntax error in {error}"
        elif kind == "absent":
            there = f": there is {', '.join(f'`{name}`' for name in names)}" if names else ""
            self._sentence = f"no function `{entry}` found{there}"
        elif str(error).partition(":")[0] in _MEMORY:
            self._status, self._sentence = Status.memory, _too_much(self._limits)
        elif str(error).startswith("SystemExit"):
            self._sentence = "the program left with sys.exit while it was loaded"
        else:
            self._sentence = f"the program cannot be loaded: {error}"
        return False

    def _call(self, arguments: Sequence[Value]) -> None:
        before = len(self._session.printed)
        self._ask(list(arguments), size=2)
        (status, error, trace, own, changed, _, value), seen = self._ask(size=7)
        if status not in {"returned", "raised"}:
            raise Stopped(Status.error, "stopped: the program wrote on the channel of the results")
        seconds = own if type(own) is float and own >= seen - _LATE else seen
        printed = self._session.printed[before:]
        if str(error).startswith("SystemExit"):
            error = f"{error} (the function left with sys.exit)"
        returned = status == "returned"
        self._outcomes.append(
            Outcome(
                "returned" if returned else "raised",
                value if returned else None,
                str(error),
                str(trace),
                seconds,
                changed is True,
                printed,
            )
        )
        if not returned and str(error).partition(":")[0] in _MEMORY:
            self._status, self._sentence = Status.memory, _too_much(self._limits)

    def result(self, tier: Tier, calls: Sequence[object], seconds: float) -> Ran:
        """All of it, with an outcome for each call."""
        missing = [Outcome("missing")] * (len(calls) - len(self._outcomes))
        errors = self._trace + self._session.errors
        outcomes = (*self._outcomes, *missing)
        printed = self._session.printed
        return Ran(self._status, outcomes, printed, errors, self._sentence, tier, seconds, self._peak)


_MEMORY: Final = frozenset({"MemoryError", "_ArrayMemoryError"})
