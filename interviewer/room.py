"""Room: runs an interview. `Room.act` is the only way in; what an act does stands in `_answer`, one step after another.

    1 record   2 load   3 observe   4 decide   5 speak   6 record   7 grade in the background   8 close

From step 1 on the act cannot be lost: whatever kills the process, `resume` goes on at the step that was not recorded.
"""

from __future__ import annotations

import asyncio
import logging
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Literal, Protocol, TypeVar

from interviewer import tracker
from interviewer.agents.grade import grade, grade_round
from interviewer.agents.observe import observe
from interviewer.agents.speak import Speech
from interviewer.content import Content
from interviewer.domain import Act, Event, EventKind, Made, Question, Setup
from interviewer.errors import BadMessage, InterviewOver, OutOfStep
from interviewer.llm import Model
from interviewer.rules.evidence import clean
from interviewer.rules.followups import Context
from interviewer.rules.moves import decide, tick_due
from interviewer.rules.scoring import result
from interviewer.rules.state import PAUSE_AFTER, State, apply, fold
from interviewer.store import Repository

log = logging.getLogger("interviewer.room")
T = TypeVar("T")
K = TypeVar("K")

Step = Literal["observe", "speak", "grade"]

SIGN_EVERY = 10.0
"""Seconds between two signs of the page that are written down."""
WHILE_GRADING = timedelta(seconds=180)
"""How long the end of an interview waits for its grades before it closes with what there is."""


class Models(Protocol):
    """Which model does a step now; None: the built-in one. Asked anew for every step, so settings count at once."""

    def __call__(self, step: Step) -> Model | None: ...


@dataclass(frozen=True)
class Said:
    """A piece of the interviewer's turn: one or more whole sentences, never taken back."""

    text: str


@dataclass(frozen=True)
class Notice:
    """Something that the interviewer does not say, such as that the built-in step took over."""

    text: str


Update = Said | Notice


class Room:
    """Runs the interviews of one user."""

    def __init__(
        self,
        repository: Repository,
        content: Content,
        models: Models,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._repository = repository
        self._content = content
        self._models = models
        self._now = now
        self._locks: dict[str, asyncio.Lock] = {}
        self._running: set[asyncio.Task[Any]] = set()
        self._grading: dict[tuple[str, int], asyncio.Task[None]] = {}
        self._closing: dict[str, asyncio.Task[None]] = {}
        self._signs: dict[str, datetime] = {}

    # ------------------------------------------------------------ the way in

    async def open(self, setup: Setup) -> str:
        """Begin an interview; its id. Nothing is said yet: `resume` brings the first words."""
        round_ = self._content.round(setup.round)
        if setup.question is not None:
            self._content.question(setup.question)
        id, at = uuid.uuid4().hex, self._now()
        opened = {"setup": setup.model_dump(mode="json"), "round": round_.rubric().model_dump(mode="json")}
        events = (self._event("opened", "opened", opened, at), self._act_event(0, Act(kind="begin"), at))
        title = self._content.question(setup.question).topics[0] if setup.question else f"{setup.minutes} minutes"
        await self._store(
            lambda: self._repository.create(id, setup.round, events, f"{round_.name}, {setup.level}, {title}")
        )
        return id

    async def act(self, id: str, seq: int, act: Act) -> AsyncIterator[Update]:
        """Take act number `seq` and answer it.

        Raises BadMessage, InterviewOver, NotFound, StoreUnavailable, or OutOfStep when another tab was first; then
        nothing was taken. What comes out may be dropped half-way: the answer is finished and recorded all the same.
        """
        act = self._checked(act)
        state = await self.look(id)
        if state.over or self._is_closing(state):
            raise InterviewOver("This interview has ended; its debrief and transcript are under Transcripts.")
        if seq != state.acts or state.pending is not None:
            raise OutOfStep("Another window was faster, or the interviewer is still answering. Reload the page.")
        await self._wake(state)
        event = self._act_event(seq, act, self._now())
        await self._store(lambda: self._repository.append(id, (event,)))
        async for update in self._stream(id):
            yield update

    async def resume(self, id: str) -> AsyncIterator[Update]:
        """Go on where the interview stands: answer what is unanswered, finish grading and closing."""
        state = await self.look(id)
        await self._wake(state)
        self._grade_closed(state)
        if state.pending is not None:
            async for update in self._stream(id):
                yield update
        elif self._is_closing(state):
            self._close_soon(id)

    async def sign(self, id: str) -> bool:
        """A sign that the page is open. True if time alone now calls for a `tick`."""
        state = await self.look(id)
        now = self._now()
        if state.over:
            return False
        await self._wake(state)
        last = state.last_move is not None and state.running_since is not None
        silent = (now - state.running_since).total_seconds() if last and state.running_since else 0.0
        return tick_due(state, state.clock_at(now), silent)

    async def look(self, id: str) -> State:
        """Where the interview stands. Raises NotFound."""
        events = await self._store(lambda: self._repository.events(id))
        return fold(events, id=id)

    async def settled(self, id: str) -> State:
        """Wait until nothing runs for this interview any more; where it stands then."""
        while tasks := [t for (i, _), t in self._grading.items() if i == id] + [
            t for i, t in self._closing.items() if i == id
        ]:
            await asyncio.gather(*tasks, return_exceptions=True)
        return await self.look(id)

    # ------------------------------------------------------------ the eight steps

    async def _answer(self, id: str, emit: Callable[[Update], None]) -> None:
        """Steps 2 to 8 for the act that waits; nothing if somebody else has answered it meanwhile."""
        state = await self.look(id)
        if state.pending is None:
            return
        number, now = state.acts - 1, self._now()
        prompts = self._content.prompts[state.round.id]

        observation, seen_by = await observe(state, prompts["observe"], self._models("observe"))
        self._notice(seen_by, "listening", emit)
        observed = self._event(
            "observed",
            f"observed:{number}",
            {"observation": observation.model_dump(mode="json"), "made": seen_by.model_dump(mode="json")},
            now,
        )
        state = apply(state, observed)

        round_ = self._content.round(state.round.id)
        act = state.pending or Act(kind="tick")
        context = Context(state, act, observation, round_, self._bank(state), state.clock_at(now))
        move = decide(context)
        decided = self._event("decided", f"decided:{number}", {"move": move.model_dump(mode="json")}, now)
        state = apply(state, decided)

        speech = Speech(state, move, round_.wording, prompts["speak"], self._models("speak"))
        async for piece in speech.pieces():
            emit(Said(piece))
        self._notice(speech.made, "speaking", emit)
        words = {"text": speech.text, "made": speech.made.model_dump(mode="json")}
        spoken = self._event("spoken", f"spoken:{number}", words, self._now())
        await self._store(lambda: self._repository.append(id, (observed, decided, spoken)))

        state = apply(state, spoken)
        self._grade_closed(state)
        if move.kind == "close":
            self._close_soon(id)

    async def _grade(self, id: str, index: int) -> None:
        """Step 7: the grade of a closed thread, recorded once."""
        state = await self.look(id)
        thread = state.threads[index]
        if thread.grade is not None:
            return
        prompt = self._content.prompts[state.round.id]["grade"]
        value, made = await grade(state, thread, prompt, self._models("grade"))
        payload = {"thread": index, "grade": value.model_dump(mode="json"), "made": made.model_dump(mode="json")}
        await self._once(id, self._event("graded", f"graded:{index}:0", payload, self._now()))

    async def _close(self, id: str) -> None:
        """Step 8: remaining grades, marks of the round, then the end, the score and the tracker in one transaction."""
        state = await self.look(id)
        waiting = [task for (interview, _), task in self._grading.items() if interview == id]
        if waiting:
            await asyncio.wait(waiting, timeout=WHILE_GRADING.total_seconds())
        state = await self.look(id)
        if state.over:
            return
        marks, made = await grade_round(state, self._content.prompts[state.round.id]["close"], self._models("grade"))
        now = self._now()
        because = state.last_move.closes if state.last_move is not None else ""
        payload = {
            "marks": [mark.model_dump(mode="json") for mark in marks],
            "made": made.model_dump(mode="json"),
            "because": because,
        }
        closed = self._event("closed", "closed", payload, now)
        final = apply(state, closed)
        outcome = result(final)
        try:
            await self._store(
                lambda: self._repository.close(
                    id,
                    (closed,),
                    score=outcome.score,
                    verdict=outcome.verdict,
                    threads=len(final.threads),
                    weaknesses=tracker.weaknesses(final, now),
                )
            )
        except OutOfStep:
            log.info("interview %s was closed by somebody else", id)

    # ------------------------------------------------------------ what keeps them going

    def _stream(self, id: str) -> AsyncIterator[Update]:
        """Answer in a task of its own, so that a page that goes away half-way loses nothing."""
        queue: asyncio.Queue[Update | BaseException | None] = asyncio.Queue()

        async def run() -> None:
            try:
                async with self._locks.setdefault(id, asyncio.Lock()):
                    await self._answer(id, queue.put_nowait)
            except Exception as error:  # noqa: BLE001 - handed to whoever reads the stream, with its traceback
                queue.put_nowait(error)
            else:
                queue.put_nowait(None)

        self._keep(asyncio.create_task(run()))

        async def read() -> AsyncIterator[Update]:
            while (item := await queue.get()) is not None:
                if isinstance(item, BaseException):
                    raise item
                yield item

        return read()

    def _grade_closed(self, state: State) -> None:
        for thread in state.threads:
            key = (state.id, thread.index)
            if thread.closes and thread.grade is None and key not in self._grading:
                task = self._keep(asyncio.create_task(self._grade(state.id, thread.index)))
                self._grading[key] = task
                task.add_done_callback(partial(_forget, self._grading, key))

    def _close_soon(self, id: str) -> None:
        if id not in self._closing:
            task = self._keep(asyncio.create_task(self._close(id)))
            self._closing[id] = task
            task.add_done_callback(partial(_forget, self._closing, id))

    def _keep(self, task: asyncio.Task[T]) -> asyncio.Task[T]:
        """Hold a task until it is done (the loop keeps only weak references) and log what it dies of."""
        self._running.add(task)

        def done(finished: asyncio.Task[T]) -> None:
            self._running.discard(finished)
            if not finished.cancelled() and (error := finished.exception()) is not None:
                log.error("a background step failed: %s", type(error).__name__, exc_info=error)

        task.add_done_callback(done)
        return task

    async def _wake(self, state: State) -> None:
        """Note that the page is there; if it was away for long, the interview was paused from its last sign on."""
        now, id = self._now(), state.id
        last = self._signs.get(id)
        if last is None:
            last = await self._store(lambda: self._repository.seen_at(id)) or state.updated or now
        if not state.over and (now - last).total_seconds() > PAUSE_AFTER:
            stamp = now.isoformat()
            since = max(last, state.updated or last)
            await self._once(
                id,
                self._event("paused", f"paused:{stamp}", {}, since),
                self._event("resumed", f"resumed:{stamp}", {}, now),
            )
        if id not in self._signs or (now - self._signs[id]).total_seconds() >= SIGN_EVERY:
            await self._store(lambda: self._repository.seen(id, now))
            self._signs[id] = now

    async def _once(self, id: str, *events: Event) -> None:
        """Append events; if they are there already, that is as good."""
        try:
            await self._store(lambda: self._repository.append(id, events))
        except OutOfStep:
            log.info("interview %s: %s was recorded already", id, events[0].key)

    async def _store(self, query: Callable[[], T]) -> T:
        return await asyncio.to_thread(query)

    def _bank(self, state: State) -> tuple[Question, ...]:
        return self._content.bank(state.round.id)

    def _checked(self, act: Act) -> Act:
        if act.kind == "begin":
            raise BadMessage("An interview begins once, by itself.")
        return act.model_copy(update={"text": clean(act.text)}) if act.kind == "said" else act

    def _is_closing(self, state: State) -> bool:
        return not state.over and state.last_move is not None and state.last_move.kind == "close"

    def _event(self, kind: EventKind, key: str, payload: dict[str, Any], at: datetime) -> Event:
        return Event(kind=kind, key=key, at=at, payload=payload)

    def _act_event(self, seq: int, act: Act, at: datetime) -> Event:
        return self._event("act", f"act:{seq}", act.model_dump(mode="json"), at)

    def _notice(self, made: Made, doing: str, emit: Callable[[Update], None]) -> None:
        if made.fell_back:
            emit(Notice(f"The built-in interviewer took over {doing} for this step. {made.fell_back}"))


def _forget(tasks: dict[K, asyncio.Task[None]], key: K, _: asyncio.Task[None]) -> None:
    tasks.pop(key, None)
