"""A program with a data folder of its own, and candidates who sit in its rooms and note how long they wait."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from evals.bench.candidate import message
from interviewer import settings
from interviewer.domain import Act, Setup
from interviewer.errors import InterviewerError
from interviewer.program import Program
from interviewer.room import Room, Said, Update
from interviewer.rules.state import State


@contextmanager
def own_environment() -> Iterator[None]:
    """Without the settings of whoever runs the bench; they are back at the end of the block."""
    mine = {name: value for name, value in os.environ.items() if name.startswith(("INTERVIEWER_", "OPENAI_"))}
    for name in mine:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(mine)


@contextmanager
def home(base_url: str = "") -> Iterator[Path]:
    """An empty data folder, with settings that point at a model if one is given; gone at the end of the block."""
    with tempfile.TemporaryDirectory(prefix="interviewer-bench-") as folder, own_environment():
        if base_url:
            settings.save(Path(folder), {"model": "bench", "base_url": base_url})
        yield Path(folder)


@contextmanager
def program(base_url: str = "") -> Iterator[Program]:
    """A program in a data folder of its own; without an address it is the built-in interviewer."""
    with home(base_url) as folder:
        opened = Program(folder)
        try:
            yield opened
        finally:
            opened.store.dispose()


@dataclass(frozen=True)
class Turn:
    """One act and its answer; times in seconds of the monotonic clock."""

    at: float
    first: float
    last: float
    words: str
    cpu: float = 0.0
    """Processor seconds of this process meanwhile, whatever it was doing; hardly touched by who else is busy."""
    notices: tuple[str, ...] = ()
    error: str = ""
    """The sentence, if it was not answered."""

    @property
    def first_words(self) -> float:
        """Seconds until the first words."""
        return self.first - self.at

    @property
    def whole(self) -> float:
        """Seconds until the last words."""
        return self.last - self.at


@dataclass
class Seat:
    """A candidate in a room; begins another interview when one has ended."""

    room: Room
    opened: Program
    dice: Random
    minutes: int = 40
    id: str = ""
    acts: int = 0
    turns: list[Turn] = field(default_factory=list)

    async def begin(self) -> Turn:
        """Open an interview and wait for the opening."""
        model = self.opened.settings.model
        setup = Setup(round="breadth", minutes=self.minutes, seed=self.dice.randrange(2**31), model=model)
        at = time.monotonic()
        self.id = await self.room.open(setup)
        turn = await self._heard(at, self.room.resume(self.id))
        self.acts = 1
        return turn

    async def say(self) -> Turn:
        """One answer to the question that stands, and what comes back; kept in `turns`."""
        state = await self._state()
        thread = state.threads[-1]
        act = Act(kind="said", text=message(thread.question, self.dice, content=self.opened.content))
        at = time.monotonic()
        turn = await self._heard(at, self.room.act(self.id, state.acts, act))
        self.turns.append(turn)
        return turn

    async def _state(self) -> State:
        if self.id:
            state = await self.room.look(self.id)
            if not state.over and not (state.last_move is not None and state.last_move.kind == "close"):
                return state
            await self.room.settled(self.id)
        await self.begin()
        return await self.room.look(self.id)

    async def _heard(self, at: float, stream: AsyncIterator[Update]) -> Turn:
        first, last, error, own = 0.0, 0.0, "", time.process_time()
        words: list[str] = []
        notices: list[str] = []
        try:
            async for update in stream:
                last = time.monotonic()
                if isinstance(update, Said):
                    first = first or last
                    words.append(update.text)
                else:
                    notices.append(update.text)
        except InterviewerError as failed:
            error = str(failed)
        ended, used = time.monotonic(), time.process_time() - own
        return Turn(at, first or ended, last or ended, " ".join(words), used, tuple(notices), error)
