"""The logs of one user's interviews for asynchronous code: read, append, and what runs beside an answer."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from typing import Any, TypeVar

from interviewer.domain import Event, EventKind
from interviewer.errors import NotFound, OutOfStep
from interviewer.rules.state import State, apply, fold
from interviewer.store import Repository

log = logging.getLogger("interviewer.room")
T = TypeVar("T")


_POOL = ThreadPoolExecutor(max_workers=4, thread_name_prefix="store")

MOST_KEPT = 512
"""Interviews whose state is kept in memory, so that only what is new in a log has to be read and folded."""


@dataclass(frozen=True)
class _Folded:
    """A state and the number of events that it was folded from: a log only grows."""

    state: State
    count: int


class Journal:
    """What a room and its grader share: one repository, one clock."""

    def __init__(self, repository: Repository, now: Callable[[], datetime]) -> None:
        self.repository = repository
        self.now = now
        self._known: dict[str, _Folded] = {}

    async def state(self, id: str) -> State:
        """Where the interview stands. Raises NotFound, StoreUnavailable."""
        known = self._known.get(id)
        try:
            events = await self.store(lambda: self.repository.events(id, skip=known.count if known else 0))
        except NotFound:
            self._known.pop(id, None)
            raise
        state = fold(events, id=id) if known is None else reduce(apply, events, known.state)
        self._remember(id, _Folded(state, (known.count if known else 0) + len(events)))
        return state

    def _remember(self, id: str, folded: _Folded) -> None:
        before = self._known.pop(id, None)
        # Two readers at once: the one that saw more is right.
        self._known[id] = before if before is not None and before.count > folded.count else folded
        while len(self._known) > MOST_KEPT:
            del self._known[next(iter(self._known))]

    async def append(self, id: str, *events: Event) -> None:
        """Add events, all or none, on the disk when this returns. Raises OutOfStep, StoreUnavailable."""
        await self.store(lambda: self.repository.append(id, events))

    async def once(self, id: str, *events: Event) -> None:
        """Append events; if they are there already, that is as good."""
        try:
            await self.append(id, *events)
        except OutOfStep:
            log.info("interview %s: %s was recorded already", id, events[0].key)

    async def store(self, query: Callable[[], T]) -> T:
        """Run a blocking query of the repository in a thread that waits for nothing but the disk."""
        return await asyncio.get_running_loop().run_in_executor(_POOL, query)


def event(kind: EventKind, key: str, payload: dict[str, Any], at: datetime) -> Event:
    """An event of this release's version."""
    return Event(kind=kind, key=key, at=at, payload=payload)


class Tasks:
    """Background work that must not be forgotten: at most one of a name, its death is logged."""

    def __init__(self) -> None:
        self._running: dict[object, asyncio.Task[Any]] = {}

    def start(self, name: object, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run `work`, unless work of that name is running."""
        if name in self._running:
            return
        task = self._running[name] = asyncio.create_task(work())
        task.add_done_callback(lambda done: self._done(name, done))

    def named(self, wanted: Callable[[Any], bool]) -> list[asyncio.Task[Any]]:
        """The running tasks whose names are wanted."""
        return [task for name, task in self._running.items() if wanted(name)]

    def _done(self, name: object, task: asyncio.Task[Any]) -> None:
        self._running.pop(name, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("a background step failed: %s", type(error).__name__, exc_info=error)
