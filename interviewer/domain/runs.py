"""What became of a candidate's code: one run of it, and each test in that run, as it is kept and shown."""

from __future__ import annotations

from typing import ClassVar, Literal

from pydantic import Field

from interviewer.domain.tasks import Group
from interviewer.domain.value import Value

Ended = Literal["ok", "time", "memory", "output", "error", "refused"]
"""How a program ended: `ok`: every call was answered; `refused`: nothing of it was run."""


class Tested(Value):
    """One test. Values are texts cut short for a table; nothing is computed from them."""

    __test__: ClassVar = False
    """By its name pytest would take it for a class of tests."""

    name: str
    group: Group | Literal["own"] = "basic"
    passed: bool
    reason: str = ""
    """Why it failed, in a few words; empty if it passed."""
    given: str = ""
    """The arguments; empty for hidden tests, as are the next two."""
    expected: str = ""
    got: str = ""
    seconds: float = 0.0
    printed: str = ""
    trace: str = ""
    """The traceback in the candidate's own line numbers."""


class Run(Value):
    """One run of the code: by the candidate with what they see, or by us with the hidden tests."""

    code: str
    hidden: bool = False
    tests: tuple[Tested, ...] = ()
    """The visible tests and those of their own (group `own`); or the hidden ones."""
    printed: str = ""
    """What their own lines outside of functions wrote."""
    ended: Ended = "ok"
    sentence: str = ""
    """What stopped it, for the candidate ("stopped after 4 s"); empty when all is well."""
    tier: str = ""
    """How it was confined."""
    seconds: float = Field(default=0.0, ge=0)

    @property
    def failed(self) -> tuple[Tested, ...]:
        """The tests that did not pass."""
        return tuple(test for test in self.tests if not test.passed)
