"""The one place where a step moves from the model to the built-in one."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from interviewer.domain import Made
from interviewer.errors import BudgetExhausted, ModelError, ModelRateLimited, ModelTimeout, ModelUnavailable

T = TypeVar("T")
log = logging.getLogger("interviewer.agents")

PASSING = (ModelUnavailable, ModelTimeout, ModelRateLimited)
"""Faults that time mends."""


async def carried_on(
    with_model: Callable[[], Awaitable[tuple[T, Made]]] | None, built_in: Callable[[], Awaitable[T]], *, step: str
) -> tuple[T, Made]:
    """The step's value and what made it: the model's if there is one and it answers, else the built-in one's.

    Only faults of the model and of the budget are carried over; a fault of ours is not hidden.
    """
    if with_model is None:
        return await built_in(), Made()
    try:
        return await with_model()
    except (ModelError, BudgetExhausted) as error:
        log.warning("%s fell back to the built-in step: %s", step, type(error).__name__)
        return await built_in(), Made(fell_back=str(error), passing=isinstance(error, PASSING))
