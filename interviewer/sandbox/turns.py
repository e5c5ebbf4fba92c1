"""Who may run now: a few at once, the others in the order in which they came, each knowing its place."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final


class Turns:
    """`places` runs at once; thread-safe."""

    def __init__(self, places: int) -> None:
        self.places = places
        self._changed = threading.Condition()
        self._waiting: list[object] = []
        self._free = list(range(places))

    @contextmanager
    def turn(self, waiting: Callable[[int], None] | None = None) -> Iterator[int]:
        """Hold one of the places, numbered from 0; blocks until there is one.

        `waiting` is told the place in the queue, 1 being the next, whenever it changes; it is not called by a run that
        need not wait.
        """
        ticket = object()
        with self._changed:
            self._waiting.append(ticket)
            told = 0
            while not (place := self._waiting.index(ticket) + 1) <= len(self._free):
                if place != told and waiting is not None:
                    told = place
                    self._tell(waiting, ticket, place)
                    continue
                self._changed.wait()
            self._waiting.remove(ticket)
            slot = self._free.pop()
        try:
            yield slot
        finally:
            with self._changed:
                self._free.append(slot)
                self._changed.notify_all()

    def _tell(self, waiting: Callable[[int], None], ticket: object, place: int) -> None:
        """Outside the lock, which whoever is told may need; a listener that raises gives its place up."""
        self._changed.release()
        try:
            waiting(place)
        except BaseException:
            with self._changed:
                self._waiting.remove(ticket)
                self._changed.notify_all()
            self._changed.acquire()
            raise
        self._changed.acquire()


TURNS: Final = Turns(2 * (len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1))
"""Of this process: twice its processors, for a run that waits for its own start leaves one idle."""
