"""Steps 7 and 8 of an act: grades in the background, the end, and grades that the model still owes after a fault."""

from __future__ import annotations

import asyncio
import logging
from functools import partial

from interviewer import tracker
from interviewer.agents.grade import grade, grade_round
from interviewer.agents.steps import Models
from interviewer.coding import Desk
from interviewer.content import Content
from interviewer.domain import Event, Made, Mark
from interviewer.errors import OutOfStep
from interviewer.journal import Journal, Tasks, event
from interviewer.rules.scoring import result
from interviewer.rules.state import State, Thread, apply, is_closing

log = logging.getLogger("interviewer.room")

WHILE_GRADING = 180.0
"""Seconds that the end of an interview waits for its grades before it closes with what there is."""
AGAIN_AFTER = 30.0
"""Seconds between two tries at a grade that the model owes; an open circuit refuses most of them without a call."""
MOST_TRIES = 120
"""Tries in one go, an hour; after that the next visit to the interview begins anew."""

Owed = int | None
"""What a grade is for: a thread's index, or None for the marks of the round."""


class Grader:
    """Grades and closes the interviews of one user. Nothing here raises for a fault of the model."""

    def __init__(self, journal: Journal, content: Content, models: Models, desk: Desk) -> None:
        self._journal = journal
        self._desk = desk
        self._content = content
        self._models = models
        self._tasks = Tasks()
        self._writing: dict[str, asyncio.Lock] = {}
        self._hopeless: set[tuple[str, Owed]] = set()
        """Grades that failed for a reason that waiting does not mend; tried once in the life of the process."""

    def take_up(self, state: State) -> None:
        """Start whatever is to do: grades of closed threads, grades that the model owes, the end."""
        for thread in state.threads:
            if thread.closes and thread.grade is None:
                self._tasks.start(("grade", state.id, thread.index), partial(self._grade, state.id, thread.index))
        for owed in owed_by_model(state):
            self._try_again_later(state.id, owed, at_once=True)
        if is_closing(state):
            self._tasks.start(("close", state.id), lambda: self._close(state.id))

    async def settled(self, id: str) -> None:
        """Wait until all threads are graded once and the end, if it has come, is recorded."""
        while tasks := self._tasks.named(lambda name: name[0] in ("grade", "close") and name[1] == id):
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _grade(self, id: str, index: int) -> None:
        """Step 7: the first grade of a closed thread."""
        state = await self._journal.state(id)
        if state.threads[index].grade is not None:
            return
        # Whoever never handed their code in is graded by what stood there last.
        state = await self._desk.judged(state)
        thread = state.threads[index]
        made = await self._grade_thread(state, thread)
        self._note(id, index, made)

    async def _grade_thread(self, state: State, thread: Thread) -> Made:
        prompt = self._content.prompts[state.round.id]["grade"]
        value, made = await grade(state, thread, prompt, self._models("grade"))
        if thread.grade is None or not made.fell_back:
            payload = {"thread": thread.index, "grade": value.model_dump(mode="json"), "made": _dump(made)}
            key = f"graded:{thread.index}:{thread.graded_times}"
            await self._record(state.id, event("graded", key, payload, self._journal.now()))
        return made

    async def _close(self, id: str) -> None:
        """Step 8: remaining grades, marks of the round, then the end, the score and the tracker in one transaction."""
        waiting = self._tasks.named(lambda name: name[:2] == ("grade", id))
        if waiting:
            await asyncio.wait(waiting, timeout=WHILE_GRADING)
        state = await self._journal.state(id)
        if state.over:
            return
        marks, made = await self._mark_round(state)
        because = state.last_move.closes if state.last_move is not None else ""
        payload = {"marks": _dumped(marks), "made": _dump(made), "because": because}
        await self._record(id, event("closed", "closed", payload, self._journal.now()))
        self._note(id, None, made)

    async def _mark_round(self, state: State) -> tuple[tuple[Mark, ...], Made]:
        return await grade_round(state, self._content.prompts[state.round.id].get("close"), self._models("grade"))

    # ------------------------------------------------------------ what the model owes

    def _note(self, id: str, owed: Owed, made: Made) -> None:
        if made.fell_back and made.passing:
            self._try_again_later(id, owed)
        elif made.fell_back:
            self._hopeless.add((id, owed))

    def _try_again_later(self, id: str, owed: Owed, *, at_once: bool = False) -> None:
        if (id, owed) not in self._hopeless and self._models("grade") is not None:
            self._tasks.start(("again", id, owed), lambda: self._try_again(id, owed, at_once=at_once))

    async def _try_again(self, id: str, owed: Owed, *, at_once: bool) -> None:
        """Ask for a grade until the model gives it; meanwhile the built-in one stands."""
        for number in range(MOST_TRIES):
            if number or not at_once:
                await asyncio.sleep(AGAIN_AFTER)
            state = await self._journal.state(id)
            if owed not in owed_by_model(state) or self._models("grade") is None:
                return
            if owed is None:
                marks, made = await self._mark_round(state)
                if not made.fell_back:
                    payload = {"thread": None, "marks": _dumped(marks), "made": _dump(made)}
                    await self._record(id, event("graded", "graded:round:1", payload, self._journal.now()))
            else:
                made = await self._grade_thread(state, state.threads[owed])
            if not made.fell_back:
                return
            if not made.passing:
                self._hopeless.add((id, owed))
                return

    async def _record(self, id: str, new: Event) -> None:
        """Append a grade or the end; from the end on, with all that is computed from the log, in one transaction."""
        journal, now = self._journal, self._journal.now()
        try:
            async with self._writing.setdefault(id, asyncio.Lock()):
                final = apply(await journal.state(id), new)
                if not final.over:
                    await journal.append(id, new)
                    return
                outcome = result(final)
                await journal.store(
                    lambda: journal.repository.close(
                        id,
                        (new,),
                        score=outcome.score,
                        verdict=outcome.verdict,
                        threads=len(final.threads),
                        weaknesses=tracker.weaknesses(final, now),
                    )
                )
        except OutOfStep:
            log.info("interview %s: %s was recorded already", id, new.key)


def owed_by_model(state: State) -> tuple[Owed, ...]:
    """The grades that the built-in grader gave because the model failed; None stands for the marks of the round."""
    threads: list[Owed] = [t.index for t in state.threads if t.graded_by is not None and t.graded_by.fell_back]
    return (*threads, None) if state.marked_by is not None and state.marked_by.fell_back else tuple(threads)


def _dump(made: Made) -> dict[str, object]:
    return made.model_dump(mode="json")


def _dumped(marks: tuple[Mark, ...]) -> list[dict[str, object]]:
    return [mark.model_dump(mode="json") for mark in marks]
