"""A coding task: what to write, the tests that decide, and solutions that show what the tests are worth.

Expressions (`args`, `expect`, `check`) and the oracle are Python of ours and run on our side only, where expected
values stay; programs (`reference`, `wrong`, `debug`) run where a candidate's do.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from interviewer.domain.value import Slug, Value

Group = Literal["basic", "edge", "numerics", "dtype", "mutation", "seed", "size"]
"""What a test is about. Three groups ask more than the right value: in *mutation* the arguments must be unchanged
afterwards, in *seed* a second call with the same arguments must return the same, in *size* the call has `seconds`."""

Code = Annotated[str, Field(min_length=20)]
"""A whole program, with its imports."""


class Case(Value):
    """One test: a call of the entry, and what has to come of it (one of `expect`, `raises`, `check`)."""

    name: str = Field(min_length=4, max_length=60)
    """What it tests, as the candidate reads it when it fails; gives no more away than the behaviour."""
    args: str
    """Expression for the list of arguments, over `np`, `rng` and what the oracle's text defines."""
    group: Group = "basic"
    expect: str = ""
    """Expression for the returned value, over the same names and `args`."""
    raises: str = ""
    """Name of the built-in exception; a subclass of it will do."""
    check: str = ""
    """Expression that is true of the returned value `got`."""
    tolerance: float = Field(default=1e-6, ge=0, lt=1)
    """Absolute and relative, for floats; what is no float is compared exactly."""
    seconds: float | None = Field(default=None, gt=0, le=10)
    """The most that the call may take; of the group *size* alone."""

    @model_validator(mode="after")
    def _one_outcome(self) -> Case:
        if sum(map(bool, (self.expect, self.raises, self.check))) != 1:
            raise ValueError("one of expect, raises and check is wanted, and no more")
        if (self.seconds is not None) is not (self.group == "size"):
            raise ValueError("a test of the group size has seconds, and no other has")
        return self


class Wrong(Value):
    """A plausible wrong solution: it passes the visible tests, and hidden ones catch it."""

    name: str
    fault: str = Field(min_length=15)
    """What is wrong with it, in one sentence."""
    code: Code


class Bug(Value):
    """One planted bug."""

    line: int = Field(ge=1)
    """In the given code, from 1."""
    says: str = Field(min_length=15)
    """What is wrong there, in one sentence."""


class Debug(Value):
    """The task as a debugging exercise: code is given that fails some of the task's tests."""

    opener: str = Field(min_length=20)
    code: Code
    bugs: tuple[Bug, ...] = Field(min_length=1, max_length=3)


class FollowUp(Value):
    """A question about the candidate's own solution."""

    ask: str = Field(min_length=15)
    key_points: tuple[Slug, ...] = Field(min_length=1)
    """Ids of the key points that a good answer raises."""


class Task(Value):
    """What a coding question has beyond a question's parts."""

    entry: str = Field(pattern=r"^[a-z_][a-z0-9_]*$")
    """Name of the function that the tests call."""
    signature: str
    """`def entry(...) -> ...`, as it stands in the starter."""
    statement: str = Field(min_length=100)
    """Markdown: all that the hidden tests demand follows from it."""
    starter: Code
    """What the editor holds at the start."""
    reference: Code
    """A good solution."""
    oracle: str = ""
    """A slow and obviously right `oracle(...)` for expected values; helpers of the expressions may stand beside it."""
    visible: tuple[Case, ...] = Field(min_length=2, max_length=4)
    hidden: tuple[Case, ...] = Field(min_length=8, max_length=14)
    wrong: tuple[Wrong, ...] = Field(min_length=2)
    debug: Debug | None = None
    complexity: FollowUp
    numerics: FollowUp
    extension: FollowUp
    """What could be built on it, to talk about or to write."""
