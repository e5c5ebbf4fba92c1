"""What goes into a run and what comes out: limits, tiers, and what became of the program and of each call."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Literal, TypeAlias

Value: TypeAlias = Any
"""None, bool, int, float, str, list, tuple, dict, or a NumPy array or scalar (bool, int, float, complex)."""

MOST_SOURCE: Final = 200_000
"""Bytes of a program."""


class Status(StrEnum):
    """What became of a program: `ok` says that every call was answered, by a value or by an error."""

    ok = "ok"
    time = "time"
    memory = "memory"
    output = "output"
    error = "error"
    """It cannot be loaded, has no such function, or ended in the middle."""
    refused = "refused"
    """Nothing of it was run."""


class Tier(StrEnum):
    """How a program is confined, the strongest first."""

    bwrap = "bwrap"
    """Namespaces of bubblewrap (own file tree, no network, no other process), a list of system calls, limits."""
    landlock = "landlock"
    """Landlock (reads Python's own files), a list of system calls, limits; for where user namespaces are closed."""
    none = "none"
    """Nothing holds here, so nothing is run."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Of one run. `cpu` is whole seconds of processor time, `wall` seconds from its start; the rest is bytes."""

    cpu: int = 4
    wall: float = 6.0
    memory: int = 1 << 30
    printed: int = 1 << 16
    """On standard output, and as much on standard error."""
    answer: int = 1 << 20
    """Of one call, as text; a longer one is an error of that call."""
    source: int = MOST_SOURCE


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one call.

    `missing`: the run ended before it. `value` is None unless returned; `error` is "ValueError: …", `trace` the
    traceback in the candidate's own line numbers. `changed`: whether the call changed its arguments. `printed` is what
    it wrote on standard output.
    """

    status: Literal["returned", "raised", "missing"]
    value: Value = None
    error: str = ""
    trace: str = ""
    seconds: float = 0.0
    changed: bool = False
    printed: str = ""


@dataclass(frozen=True, slots=True)
class Ran:
    """Of one program: an outcome for each call, and one sentence for the candidate, empty when all is well.

    `printed` and `errors` are all that it wrote on standard output and standard error; `errors` starts with the
    traceback if it could not be loaded. `peak` is bytes of resident memory at most, 0 if it did not come so far.
    """

    status: Status
    outcomes: tuple[Outcome, ...]
    printed: str
    errors: str
    sentence: str
    tier: Tier
    seconds: float
    peak: int
