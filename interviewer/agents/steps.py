"""The steps that a model or the built-in interviewer can do."""

from __future__ import annotations

from typing import Literal, Protocol

from interviewer.llm import Model

Step = Literal["observe", "speak", "grade", "author"]


class Models(Protocol):
    """Which model does a step now; None: the built-in one. Asked anew for every step, so settings count at once."""

    def __call__(self, step: Step) -> Model | None: ...
