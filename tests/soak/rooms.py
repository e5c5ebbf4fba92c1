"""A process that runs several rooms at once and notes what is on the disk. Made to be killed.

    python -m tests.soak.rooms work HOME NOTES SEED      takes interviews without end
    python -m tests.soak.rooms finish HOME NOTES SEED    ends those that are open, and leaves
    python -m tests.soak.rooms kill                      kills many, one after another

`kill` reads lines "HOME NOTES SEED EVENTS SECONDS" from standard input: for each it starts `work`, kills it so many
seconds after it has noted so many events, and prints its status.

`kill` starts its children by forking, which spares each of them the imports; it has one thread, no database and no
model when it does, which it checks. The vectors of texts that come again and again it has from a first child.

NOTES is a file to which every line is written whole, past all buffers of the process: "start", then "ready" when the
program is open, "on ID" when a room was resumed, "kept ID KEY" for an event that the store has acknowledged, and
"fault WHAT" for a warning in the log; before each stands the time on the machine's monotonic clock.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import pickle
import random
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from interviewer.content import shipped
from interviewer.domain import Act, Event, Setup
from interviewer.llm.embed import embedder
from interviewer.program import Program
from interviewer.room import Room
from interviewer.store import Repository

ROOMS = 4
SEEDS = 3
"""Few, so that the same questions come again."""
REHEARSAL = 8.0
"""Seconds of interviews from which the vectors of texts are kept."""
ANSWERS = (
    "Accuracy says nothing at half a percent positives. I look at precision at the review capacity.",
    "I'd start by balancing the whole dataset with oversampling, then split it into train and test.",
    "The labels come weeks late, so the newest month looks cleaner than it is.",
)
KINDS: tuple[Literal["said", "hint", "skip", "gave_up"], ...] = ("said", "said", "hint", "skip", "gave_up", "skip")


class Notes:
    """The file of notes."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def write(self, *words: str) -> None:
        """Add a line."""
        os.write(self._file, f"{time.monotonic():.3f} {' '.join(words)}\n".encode())


class Warnings(logging.Handler):
    """Notes what the program logs as a fault."""

    def __init__(self, notes: Notes) -> None:
        super().__init__(logging.WARNING)
        self._notes = notes

    def emit(self, record: logging.LogRecord) -> None:
        """Note one."""
        self._notes.write("fault", " ".join(f"{record.name}: {record.getMessage()} {record.exc_info or ''}".split()))


class Telling(Repository):
    """The real repository; it notes which events are committed."""

    def __init__(self, real: Repository, notes: Notes) -> None:
        self.__dict__.update(real.__dict__)
        self._notes = notes

    def append(self, interview_id: str, events: Sequence[Event]) -> None:
        """As the real one."""
        super().append(interview_id, events)
        self._note(interview_id, events)

    def create(self, interview_id: str, round: str, events: Sequence[Event], title: str) -> None:
        """As the real one."""
        super().create(interview_id, round, events, title)
        self._note(interview_id, events)

    def close(self, interview_id: str, events: Sequence[Event], **results: Any) -> None:
        """As the real one."""
        super().close(interview_id, events, **results)
        self._note(interview_id, events)

    def _note(self, interview_id: str, events: Sequence[Event]) -> None:
        for event in events:
            self._notes.write("kept", interview_id, event.key)


class Rooms:
    """Several rooms in one process."""

    def __init__(self, home: Path, notes: Notes, seed: int) -> None:
        notes.write("start")
        logging.getLogger().addHandler(Warnings(notes))
        self.program = Program(home, model="none")
        self.room = Room(Telling(self.program.repository, notes), self.program.content, self.program.model)
        self.notes = notes
        self.draw = random.Random(seed)
        notes.write("ready")

    async def work(self) -> None:
        """Go on with what is open, then take others, without end."""
        left = [row.id for row in self.program.repository.unfinished()]
        await asyncio.gather(*(self._candidate(left[place::ROOMS]) for place in range(ROOMS)))

    async def finish(self) -> None:
        """End what is open."""
        await asyncio.gather(*(self._finish(row.id) for row in self.program.repository.unfinished()))
        self.program.store.dispose()

    async def _candidate(self, left: list[str]) -> None:
        for id in left:
            await self._interview(id)
        while True:
            setup = Setup(round="breadth", minutes=20, seed=self.draw.randrange(SEEDS))
            await self._interview(await self.room.open(setup))

    async def _interview(self, id: str) -> None:
        await self._resume(id)
        while not over(state := await self.room.look(id)):
            kind = self.draw.choice(KINDS)
            act = Act(kind=kind, text=self.draw.choice(ANSWERS) if kind == "said" else "")
            if state.acts > self.draw.randrange(3, 30):
                act = Act(kind="ended")
            async for _ in self.room.act(id, state.acts, act):
                pass
        await self.room.settled(id)

    async def _finish(self, id: str) -> None:
        await self._resume(id)
        state = await self.room.look(id)
        if not over(state):
            async for _ in self.room.act(id, state.acts, Act(kind="ended")):
                pass
        await self.room.settled(id)

    async def _resume(self, id: str) -> None:
        async for _ in self.room.resume(id):
            pass
        self.notes.write("on", id)


def over(state: Any) -> bool:
    """Whether an interview takes no more acts."""
    return state.over or (state.last_move is not None and state.last_move.kind == "close")


def rehearse(folder: Path) -> None:
    """Run rooms in a child for a while, and take over the vectors that it computed."""
    child = os.fork()
    if not child:
        try:
            rooms = Rooms(folder, Notes(folder / "notes"), 0)
            with contextlib.suppress(TimeoutError):
                asyncio.run(asyncio.wait_for(rooms.work(), REHEARSAL))
            (folder / "vectors").write_bytes(pickle.dumps(embedder()._cache))
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    embedder()._cache.update(pickle.loads((folder / "vectors").read_bytes()))


def events_in(notes: Path) -> int:
    """How many events are noted."""
    return notes.read_text().count(" kept ") if notes.exists() else 0


def wait_for(notes: Path, events: int) -> None:
    """Wait until so many events are noted; for ten seconds at most, since a busy machine is no fault."""
    limit = time.monotonic() + 10
    while events_in(notes) < events and time.monotonic() < limit:
        time.sleep(0.005)


def kill_children() -> None:
    """The third command above."""
    # What a child needs, imported once. The rest is imported by the child: loading the model starts threads.
    import alembic.command
    import alembic.config  # noqa: F401

    shipped()
    with tempfile.TemporaryDirectory() as folder:
        rehearse(Path(folder))
    for line in sys.stdin:
        home, notes, seed, events, seconds = line.split()
        if Path("/proc/self/task").exists():
            assert len(list(Path("/proc/self/task").iterdir())) == 1, "forking needs a process with one thread"
        before = events_in(Path(notes))
        child = os.fork()
        if not child:
            try:
                asyncio.run(Rooms(Path(home), Notes(Path(notes)), int(seed)).work())
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(1)
        wait_for(Path(notes), before + int(events))
        time.sleep(float(seconds))
        os.kill(child, signal.SIGKILL)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    if sys.argv[1] == "kill":
        kill_children()
    else:
        rooms = Rooms(Path(sys.argv[2]), Notes(Path(sys.argv[3])), int(sys.argv[4]))
        asyncio.run(rooms.work() if sys.argv[1] == "work" else rooms.finish())
