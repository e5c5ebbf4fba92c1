"""What a candidate does in the editor: the code is kept as it is typed, run when they ask for it, and handed in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

from interviewer import testing
from interviewer.domain import Act, Event, Run
from interviewer.errors import BadMessage, InterviewOver
from interviewer.journal import Journal, event
from interviewer.rules.coded import judged, starter
from interviewer.rules.state import State, apply, is_closing

MOST_CODE: Final = 100_000
"""Characters of a program: far more than a round's time lets anybody type."""


class Desk:
    """The editors of one user's interviews."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.edited: dict[str, datetime] = {}
        """When the code of an interview was last changed, as far as this process has seen."""

    async def write(self, id: str, revision: int, code: str) -> int:
        """Keep the code as it is being typed; the number that the next change must carry.

        Nobody answers it: the interviewer sees it with the next message or run. Raises InterviewOver, NotFound,
        StoreUnavailable, BadMessage for more than MOST_CODE characters, or OutOfStep when another window has saved.
        """
        if len(code) > MOST_CODE:
            raise BadMessage(f"The code is longer than {MOST_CODE:,} characters: shorten it.")
        _open(await self._journal.state(id))
        code = code.replace("\r\n", "\n").replace("\r", "\n")
        saved = await self._journal.store(lambda: self._journal.repository.keep_draft(id, revision, code))
        self.edited[id] = self._journal.now()
        return saved

    async def code(self, id: str) -> tuple[int, str]:
        """The number that the next change must carry, and the code as it was last saved; the starter before that.

        Raises NotFound, StoreUnavailable.
        """
        revision, draft = await self._journal.store(lambda: self._journal.repository.draft(id))
        return revision, draft if revision else (await self._journal.state(id)).code

    async def run(self, id: str, *, waiting: Callable[[int], None] = lambda _: None) -> Run:
        """Run what was last saved, with the tests that the candidate sees and their own; it is recorded.

        `waiting` is told the place in the queue. Raises InterviewOver, NotFound, StoreUnavailable.
        """
        state = await self._journal.state(id)
        _open(state)
        _, code = await self.code(id)
        task = state.threads[-1].question.task
        assert task is not None
        run = await asyncio.to_thread(testing.visible, task, code, waiting=waiting)
        await self._record(await self._journal.state(id), run)
        return run

    async def seen(self, state: State, act: Act) -> Act:
        """The act with the code as it stands, if that has changed since the interviewer last saw it."""
        if not state.round.code or not state.threads:
            return act
        _, code = await self.code(state.id)
        return act.model_copy(update={"code": code}) if code != state.code else act

    async def judged(self, state: State) -> State:
        """The state with the hidden tests run on the code as it stands, unless they were, or nothing was written."""
        thread = state.threads[-1] if state.threads else None
        if thread is None or thread.question.task is None:
            return state
        if state.code == starter(thread.question) or judged(thread.runs, state.code) is not None:
            return state
        run = await asyncio.to_thread(testing.hidden, thread.question.task, state.code)
        return apply(state, await self._record(state, run))

    async def _record(self, state: State, run: Run) -> Event:
        number = sum(len(thread.runs) for thread in state.threads)
        new = event("ran", f"ran:{number}", {"run": run.model_dump(mode="json")}, self._journal.now())
        await self._journal.append(state.id, new)
        return new


def _open(state: State) -> None:
    if state.over or is_closing(state):
        raise InterviewOver("This interview has ended; its debrief and transcript are under Transcripts.")
    if state.thread is None or state.thread.question.task is None:
        raise InterviewOver("There is no task to write code for just now.")
