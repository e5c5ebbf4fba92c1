"""Room: runs an interview. `Room.act` is the only way in; what an act does stands in `_answer`, one step after another.

    1 record   2 load   3 observe   4 decide   5 speak   6 record   7 grade in the background   8 close

From step 1 on the act cannot be lost: whatever kills the process, `resume` goes on at the step that was not recorded.
"""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from interviewer import testing
from interviewer.admission import Admission
from interviewer.agents.ahead import Ahead
from interviewer.agents.matcher import prepare
from interviewer.agents.observe import observe
from interviewer.agents.speak import Speech
from interviewer.agents.steps import Models
from interviewer.coding import Desk
from interviewer.content import Content
from interviewer.domain import Act, Board, Event, Landmark, Made, Move, Observation, Question, Round, Setup
from interviewer.errors import BadMessage, InterviewOver, OutOfStep
from interviewer.grading import Grader
from interviewer.journal import Journal, Tasks, event
from interviewer.rules.coded import as_debugging
from interviewer.rules.evidence import clean
from interviewer.rules.followups import Context
from interviewer.rules.moves import decide, tick_due
from interviewer.rules.problems import problem, with_company
from interviewer.rules.state import PAUSE_AFTER, State, apply, is_closing
from interviewer.store import Repository

SIGN_EVERY = 10.0
"""Seconds between two signs of the page that are written down."""


LATELY = 20
"""Interviews that a restart looks through for what is left to do."""
DRAWN_ELSEWHERE = "Another window has changed the diagram since. Reload the page to see it."
RECENT = 5
"""Interviews whose questions are not asked again if there are others."""


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
        authored: Callable[[str], Sequence[Question]] = lambda _: (),
        landmarks: Callable[[str], Sequence[Landmark]] = lambda _: (),
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        admission: Admission | None = None,
    ) -> None:
        """`authored` gives the questions that the library has about a company, and may block; `landmarks` what its
        pack knows of its published work.
        """
        self._authored = authored
        self._landmarks = landmarks
        self._repository = repository
        self._content = content
        self._models = models
        self._now = now
        self._admission = admission or Admission(now)
        self._journal = Journal(repository, now)
        self.desk = Desk(self._journal)
        """What a candidate does in the editor of a round with code."""
        self._grader = Grader(self._journal, content, models, self.desk)
        self._locks: dict[str, asyncio.Lock] = {}
        self._tasks = Tasks()
        self._signs: dict[str, datetime] = {}

    # ------------------------------------------------------------ the way in

    async def open(self, setup: Setup) -> str:
        """Begin an interview; its id. Nothing is said yet: `resume` brings the first words."""
        round_ = self._content.round(setup.round)
        chosen = await self._chosen(setup)
        if chosen is not None and setup.question is None:
            setup = setup.model_copy(update={"question": chosen.id})
        if round_.code:
            setup = setup.model_copy(update={"cannot_run": await asyncio.to_thread(testing.unavailable)})
        id, at = uuid.uuid4().hex, self._now()
        self._admission.enter(id)
        kind = chosen.brief.kind if chosen is not None and chosen.brief is not None else ""
        rubric = round_.rubric(kind, setup.minutes)
        opened = {"setup": setup.model_dump(mode="json"), "round": rubric.model_dump(mode="json")}
        events = (event("opened", "opened", opened, at), self._act_event(0, Act(kind="begin"), at))
        title = _title(round_, chosen, setup)
        try:
            await self._journal.store(lambda: self._repository.create(id, setup.round, events, title))
        except BaseException:
            self._admission.leave(id)
            raise
        return id

    async def act(self, id: str, seq: int, act: Act) -> AsyncIterator[Update]:
        """Take act number `seq` and answer it.

        Raises BadMessage, InterviewOver, NotFound, Busy, StoreUnavailable, or OutOfStep when another tab was first;
        nothing was taken then. What comes out may be dropped half-way: the answer is finished and recorded anyway.
        """
        act = self._checked(act)
        state = await self.look(id)
        if state.over or is_closing(state):
            raise InterviewOver("This interview has ended; its debrief and transcript are under Transcripts.")
        if seq != state.acts or state.pending is not None:
            raise OutOfStep("Another window was faster, or the interviewer is still answering. Reload the page.")
        self._admission.enter(id)
        await self._wake(state)
        act = await self.desk.seen(state, act)
        await self._journal.append(id, self._act_event(seq, act, self._now()))
        async for update in self._stream(id):
            yield update

    async def draw(self, id: str, revision: int, board: Board) -> int:
        """Keep the diagram as the candidate has changed it; the number that the next change must carry.

        Nobody answers it: the interviewer sees it with the next message. Raises InterviewOver, NotFound, Busy,
        StoreUnavailable, or OutOfStep when another window has changed it since.
        """
        state = await self.look(id)
        if state.over or is_closing(state):
            raise InterviewOver("This interview has ended; its debrief and transcript are under Transcripts.")
        if revision != state.revision:
            raise OutOfStep(DRAWN_ELSEWHERE)
        drawn = {"board": board.model_dump(mode="json")}
        try:
            await self._journal.append(id, event("drew", f"drew:{revision}", drawn, self._now()))
        except OutOfStep:
            raise OutOfStep(DRAWN_ELSEWHERE) from None
        return revision + 1

    async def resume(self, id: str) -> AsyncIterator[Update]:
        """Go on where the interview stands: answer what is unanswered, finish grading and closing. Raises as `act`."""
        state = await self.look(id)
        if not (state.over or is_closing(state)):
            self._admission.enter(id)
        await self._wake(state)
        self._grader.take_up(state)
        if state.pending is not None:
            async for update in self._stream(id):
                yield update

    async def sign(self, id: str) -> bool:
        """A sign that the page is open. True if time alone now calls for a `tick`."""
        state = await self.look(id)
        now = self._now()
        if state.over:
            return False
        self._admission.enter(id)
        await self._wake(state)
        since = state.running_since if state.last_move is not None else None
        since = max(since, self.desk.edited.get(id, since)) if since is not None else now
        silent = (now - since).total_seconds()
        return tick_due(state, state.clock_at(now), silent)

    async def look(self, id: str) -> State:
        """Where the interview stands. Raises NotFound."""
        return await self._journal.state(id)

    async def take_up(self) -> None:
        """Go on with what a restart interrupted after the goodbye, and with grades that the model still owes."""
        for row in (await self._journal.store(self._repository.interviews))[:LATELY]:
            state = await self.look(row.id)
            if state.over or is_closing(state):
                self._grader.take_up(state)

    async def heard(self) -> tuple[str, ...]:
        """Ids of the questions that came up in the last interviews, for `Setup.heard`."""
        rows = await self._journal.store(self._repository.interviews)
        states = [await self.look(row.id) for row in rows[:RECENT]]
        return tuple(dict.fromkeys(thread.question.id for state in states for thread in state.threads))

    async def settled(self, id: str) -> State:
        """Wait until every closed thread is graded and the end, if it has come, is recorded; where it stands then."""
        await self._grader.settled(id)
        return await self.look(id)

    # ------------------------------------------------------------ the eight steps

    async def _answer(self, id: str, emit: Callable[[Update], None]) -> None:
        """Steps 2 to 8 for the act that waits; nothing if somebody else has answered it meanwhile."""
        state = await self.look(id)
        if state.pending is None:
            return
        act = state.pending
        if act.kind == "submitted":
            state = await self.desk.judged(state)
        turn = _Turn(state, act, self._content, await self._bank(state), self._models, self._now())
        async with Ahead(state.thread.question if state.thread else None, turn.context, turn.worded) as ahead:
            prompt = self._content.prompts[state.round.id]["observe"]
            observation, seen_by = await observe(state, prompt, self._models("observe"), early=ahead.begin)
            self._notice(seen_by, "listening", emit)
            context = turn.context(observation)
            move = decide(context)
            speech = await ahead.speech(context.state, move)
            async for piece in speech.pieces():
                emit(Said(piece))
            self._notice(speech.made, "speaking", emit)
        words = {"text": speech.text, "made": speech.made.model_dump(mode="json")}
        spoken = event("spoken", f"spoken:{turn.number}", words, self._now())
        await self._journal.append(id, turn.observed(observation, seen_by), turn.decided(move), spoken)
        state = apply(speech.state, spoken)
        if state.phase == "over" or is_closing(state):
            self._admission.leave(id)
        self._grader.take_up(state)
        if move.question is not None:
            # The guard, or the built-in observer, needs it at the next message.
            self._tasks.start(("prepare", id), partial(asyncio.to_thread, prepare, move.question))

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

        self._tasks.start(object(), run)

        async def read() -> AsyncIterator[Update]:
            while (item := await queue.get()) is not None:
                if isinstance(item, BaseException):
                    raise item
                yield item

        return read()

    async def _wake(self, state: State) -> None:
        """Note that the page is there; if it was away for long, the interview was paused from its last sign on."""
        now, id = self._now(), state.id
        last = self._signs.get(id)
        if last is None:
            last = await self._journal.store(lambda: self._repository.seen_at(id)) or state.updated or now
        if not state.over and (now - last).total_seconds() > PAUSE_AFTER:
            stamp = now.isoformat()
            since = max(last, state.updated or last)
            paused = event("paused", f"paused:{stamp}", {}, since)
            await self._journal.once(id, paused, event("resumed", f"resumed:{stamp}", {}, now))
        if id not in self._signs or (now - self._signs[id]).total_seconds() >= SIGN_EVERY:
            await self._journal.store(lambda: self._repository.seen(id, now))
            self._signs[id] = now

    async def _bank(self, state: State) -> tuple[Question, ...]:
        setup = state.setup
        bank = self._written(setup)
        if setup.written:
            return setup.written
        if not state.round.phases:
            return bank + await self._of_company(setup)
        if state.threads or not setup.company:
            return bank
        authored = await self._journal.store(lambda: self._authored(setup.company))
        landmarks = self._landmarks(setup.company)
        return tuple(with_company(q, setup.company, authored, landmarks) if q.id == setup.question else q for q in bank)

    def _written(self, setup: Setup) -> tuple[Question, ...]:
        """The bank of a round; for an exercise in debugging the tasks of which there is code with bugs."""
        bank = self._content.bank(setup.round)
        if not setup.debugging:
            return bank
        return tuple(as_debugging(q) for q in bank if q.task is not None and q.task.debug is not None) or bank

    async def _of_company(self, setup: Setup) -> tuple[Question, ...]:
        """The library's questions for this setup; asked anew for each act, since they may be written meanwhile."""
        if not setup.company:
            return ()
        found = await self._journal.store(lambda: self._authored(setup.company))
        return tuple(question for question in found if question.round == setup.round)

    async def _chosen(self, setup: Setup) -> Question | None:
        """The one question that the interview is to be about, if it is about one. Raises NotFound."""
        if setup.question is None:
            if not self._content.round(setup.round).phases:
                return None
            systems = {landmark.supports for landmark in self._landmarks(setup.company)}
            return problem(setup, self._written(setup), systems)
        written = {question.id: question for question in await self._of_company(setup)}
        return written.get(setup.question) or self._content.question(setup.question)

    def _checked(self, act: Act) -> Act:
        if act.kind == "begin":
            raise BadMessage("An interview begins once, by itself.")
        return act.model_copy(update={"text": clean(act.text)}) if act.kind == "said" else act

    def _act_event(self, seq: int, act: Act, at: datetime) -> Event:
        return event("act", f"act:{seq}", act.model_dump(mode="json"), at)

    def _notice(self, made: Made, doing: str, emit: Callable[[Update], None]) -> None:
        if made.fell_back:
            emit(Notice(f"The built-in interviewer took over {doing} for this step. {made.fell_back}"))


def _title(round_: Round, chosen: Question | None, setup: Setup) -> str:
    """How the interview is called in lists."""
    about = f"{setup.minutes} minutes"
    if chosen is not None:
        about = round_.area_name(chosen.area) if chosen.brief is not None else chosen.topics[0]
    for_company = f", {setup.company}" if setup.company else ""
    return f"{round_.name}{for_company}, {setup.level}, {about}"


@dataclass(frozen=True)
class _Turn:
    """One act under way: what its observation and its move make of the state."""

    state: State
    act: Act
    content: Content
    bank: tuple[Question, ...]
    models: Models
    now: datetime

    @property
    def number(self) -> int:
        return self.state.acts - 1

    def observed(self, observation: Observation, made: Made) -> Event:
        payload = {"observation": observation.model_dump(mode="json"), "made": made.model_dump(mode="json")}
        return event("observed", f"observed:{self.number}", payload, self.now)

    def decided(self, move: Move) -> Event:
        return event("decided", f"decided:{self.number}", {"move": move.model_dump(mode="json")}, self.now)

    def context(self, observation: Observation) -> Context:
        """What the rules look at after this observation."""
        state = apply(self.state, self.observed(observation, Made()))
        round_ = self.content.round(state.round.id)
        return Context(state, self.act, observation, round_, self.bank, self.state.clock_at(self.now))

    def worded(self, state: State, move: Move) -> Speech:
        """The words of a move that is decided in this state."""
        round_ = state.round.id
        prompt, wording = self.content.prompts[round_]["speak"], self.content.round(round_).wording
        return Speech(apply(state, self.decided(move)), move, wording, prompt, self.models("speak"))
