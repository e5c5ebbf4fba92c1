"""200 times kill -9 at random moments, among rooms that answer, grade and close: what was acknowledged is there, once.

After each kill the files are copied. On the copy everything is checked and every room goes on to its end; on the files
themselves the next process starts. Two databases are worked on at a time, each through a row of kills.
"""

from __future__ import annotations

import asyncio
import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from interviewer.content import shipped
from interviewer.domain import Act
from interviewer.room import Room
from interviewer.rules.state import State, fold
from interviewer.store import FILE, Repository, Store
from tests.soak.rooms import over

KILLS = 200
KILLS_IN_A_ROW = 20
LONGEST_RESTART = 5.0
"""Seconds from the start of a process to the moment from which it takes acts."""


class Database:
    """A data folder that goes through a row of kills, and what its processes noted."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.seed, self.draw = folder, seed, random.Random(seed)
        self.home, self.notes = folder / "home", folder / "notes"
        self.home.mkdir(parents=True)
        self.seen: Counter[str] = Counter()

    def moment(self) -> tuple[int, float]:
        """When to kill: so many seconds after so many events. Some die while they start, migrate or recover."""
        if self.draw.random() < 0.2:
            return 0, self.draw.uniform(0, 0.3)
        return self.draw.randrange(1, 40), self.draw.uniform(0, 0.03)

    def noted(self, word: str) -> list[tuple[float, list[str]]]:
        """The notes of one kind: the moment, and what follows the word."""
        text = self.notes.read_text() if self.notes.exists() else ""
        lines = [line.split() for line in text.split("\n")[:-1]]
        return [(float(line[0]), line[2:]) for line in lines if line[1] == word]

    def check(self) -> None:
        """Look at a copy of the files as they are now, and go on with it."""
        copy = self.folder / "copy"
        copy.mkdir()
        for path in self.home.glob(f"{FILE}*"):
            if not path.name.endswith("-shm"):
                shutil.copy(path, copy)
        store = Store.open(copy)
        try:
            assert "whole" in store.check()
            repository = store.repository(store.local_user())
            self._compare(repository)
            asyncio.run(asyncio.wait_for(self._go_on(repository), 60))
        finally:
            store.dispose()
            shutil.rmtree(copy)

    def _compare(self, repository: Repository) -> None:
        kept: list[tuple[str, str]] = []
        for row in repository.interviews():
            events = repository.events(row.id)
            state = fold(events, id=row.id)
            kept += [(row.id, event.key) for event in events]
            assert [event.key for event in events if event.kind == "act"] == [f"act:{n}" for n in range(state.acts)]
            assert (row.status == "closed") == state.over
            self._count(state)
        assert len(kept) == len(set(kept))
        assert {(id, key) for _, (id, key) in self.noted("kept")} - set(kept) == set()

    def _count(self, state: State) -> None:
        """What a kill has hit, to see that they hit everything."""
        self.seen["an act that waits"] += state.pending is not None
        self.seen["an end without its grades"] += over(state) and not state.over
        ungraded = any(thread.closes and thread.grade is None for thread in state.threads)
        self.seen["grading beside the talk"] += ungraded and not over(state)

    async def _go_on(self, repository: Repository) -> None:
        room = Room(repository, shipped(), lambda _: None)
        for row in repository.unfinished():
            async for _ in room.resume(row.id):
                pass
            state = await room.look(row.id)
            assert state.pending is None
            if not over(state):
                async for _ in room.act(row.id, state.acts, Act(kind="ended")):
                    pass
            state = await room.settled(row.id)
            assert state.over
            assert all(thread.grade is not None for thread in state.threads)

    def finish(self) -> float:
        """Start a whole process on the files themselves, which closes every room; seconds until it took acts."""
        begun = time.monotonic()
        command = [sys.executable, "-m", "tests.soak.rooms", "finish", str(self.home), str(self.notes), "0"]
        subprocess.run(command, check=True, timeout=120)
        store = Store.open(self.home)
        rows = store.repository(store.local_user()).interviews()
        store.dispose()
        assert rows and {row.status for row in rows} == {"closed"}
        return self.noted("ready")[-1][0] - begun


@contextmanager
def killer() -> Iterator[subprocess.Popen[str]]:
    """The process that starts others and kills them."""
    command = [sys.executable, "-m", "tests.soak.rooms", "kill"]
    # numpy's library of linear algebra would start threads when it is imported, and only one thread survives a fork.
    alone = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=alone) as process:
        try:
            yield process
        finally:
            assert process.stdin is not None
            process.stdin.close()


def go_through(databases: Sequence[Database]) -> None:
    """Take databases through their kills, one after another."""
    with killer() as process:
        assert process.stdin is not None and process.stdout is not None
        for database in databases:
            for number in range(KILLS_IN_A_ROW):
                values = (database.home, database.notes, number, *database.moment())
                process.stdin.write(" ".join(map(str, values)) + "\n")
                process.stdin.flush()
                assert process.stdout.readline() == "-9\n", "the process ended by itself"
                database.check()


@pytest.mark.soak
@pytest.mark.alone
def test_nothing_acknowledged_is_lost_and_nothing_is_doubled(tmp_path: Path) -> None:
    databases = [Database(tmp_path / str(number), number) for number in range(KILLS // KILLS_IN_A_ROW)]
    with ThreadPoolExecutor(2) as lanes:
        for lane in [lanes.submit(go_through, databases[place::2]) for place in range(2)]:
            lane.result()
    restarts = [database.finish() for database in databases]
    for database in databases:
        assert database.noted("fault") == []
        starts, ready = database.noted("start"), database.noted("ready")
        restarts += [min(at for at, _ in ready if at >= begun) - begun for begun, _ in starts if begun <= ready[-1][0]]
    assert max(restarts) <= LONGEST_RESTART
    seen = sum((database.seen for database in databases), Counter[str]())
    assert min(seen.values()) > KILLS // 20, seen
    assert sum(len(database.noted("kept")) for database in databases) > 5 * KILLS
