"""How many interviews run at once: beyond the limit a new one is refused politely, so that those inside stay quick."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from interviewer.errors import Busy

MOST_ROOMS = 150
"""Interviews at once in one process on two cores (`python -m evals.bench rooms`)."""
LEFT_AFTER = 180.0
"""Seconds without an act or a sign of the page after which a place is free again."""


class Admission:
    """The places of one process. Not for threads: all calls come from one event loop."""

    def __init__(self, now: Callable[[], datetime], most: int = MOST_ROOMS) -> None:
        self._now = now
        self._most = most
        self._seen: dict[str, datetime] = {}

    def enter(self, id: str) -> None:
        """Take or keep the place of an interview. Raises Busy if all are taken by others."""
        now = self._now()
        if id not in self._seen and len(self._seen) >= self._most:
            self._seen = {other: at for other, at in self._seen.items() if (now - at).total_seconds() < LEFT_AFTER}
            if len(self._seen) >= self._most:
                raise Busy(
                    f"All {self._most} places are taken just now. Nothing is lost: please try again in a few minutes."
                )
        self._seen[id] = now

    def leave(self, id: str) -> None:
        """Free the place of an interview that has ended or was never begun."""
        self._seen.pop(id, None)
