"""The spend cap: asked before each call, told after it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from interviewer.errors import BudgetExhausted
from interviewer.llm.endpoint import Usage

log = logging.getLogger("interviewer.llm")


class Budget:
    """What has been spent this month, and what may be; safe to share between tasks and threads.

    Args:
        spent: month-to-date when the program starts, in the currency of the prices. Make a new budget when the month
            turns.
        cap: what may be spent; None: no limit.
        on_spend: told the cost of each call, so that the store can add it to its row. If it fails, the answer that was
            paid for is still given, and the failure is logged.
    """

    def __init__(
        self, *, spent: float = 0.0, cap: float | None = None, on_spend: Callable[[float], None] | None = None
    ) -> None:
        self._spent = spent
        self._cap = cap
        self._on_spend = on_spend
        self._held = 0.0
        self._lock = threading.Lock()

    @property
    def spent(self) -> float:
        """Month-to-date."""
        return self._spent

    @property
    def cap(self) -> float | None:
        """What may be spent; None: no limit."""
        return self._cap

    def check(self, estimate: float) -> None:
        """Raise BudgetExhausted if a call that may cost `estimate` could pass the cap, counting calls under way."""
        with self._lock:
            self._check(estimate)

    @contextmanager
    def holding(self, estimate: float | None) -> Iterator[None]:
        """Set `estimate` aside while a call runs, so that calls side by side cannot pass the cap together."""
        amount = estimate or 0.0
        with self._lock:
            self._check(amount)
            self._held += amount
        try:
            yield
        finally:
            with self._lock:
                self._held -= amount

    def add(self, usage: Usage) -> None:
        """Count what a call used; nothing happens if its cost is unknown."""
        if not usage.cost:
            return
        with self._lock:
            self._spent += usage.cost
        if self._on_spend is not None:
            try:
                self._on_spend(usage.cost)
            except Exception as error:
                log.error("spend of %.6f was not stored: %s", usage.cost, type(error).__name__)

    def _check(self, estimate: float) -> None:
        if self._cap is not None and self._spent + self._held + estimate > self._cap:
            raise BudgetExhausted(
                f"The spend cap of {self._cap:g} for this month would be passed ({self._spent:.2f} is spent), "
                "so the model was not called. Raise the cap in Settings, or go on with the built-in steps."
            )
