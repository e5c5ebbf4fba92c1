"""kill -9 at random moments: what was acknowledged is there, nothing is there twice, and each room goes on."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from interviewer.rules.state import fold
from interviewer.store import Store

KILLS = 40


def run_and_kill(home: Path, after: float) -> list[tuple[str, str]]:
    """Run the process, kill it `after` seconds from its first acknowledgement, and return all that it acknowledged."""
    process = subprocess.Popen([sys.executable, "-m", "tests.soak.rooms", str(home)], stdout=subprocess.PIPE, text=True)
    told: list[str] = []
    assert process.stdout is not None
    stream = process.stdout
    reader = threading.Thread(target=lambda: told.extend(stream))
    reader.start()
    limit = time.monotonic() + 60
    while not told and time.monotonic() < limit:
        time.sleep(0.01)
    time.sleep(after)
    process.kill()
    process.wait()
    reader.join()
    stream.close()
    whole = [line for line in told if line.endswith("\n")]
    return [(line.split()[0], line.split()[1]) for line in whole]


@pytest.mark.soak
def test_nothing_acknowledged_is_lost_and_nothing_is_doubled(tmp_path: Path) -> None:
    draw = random.Random(20261122)
    acknowledged: set[tuple[str, str]] = set()
    for _ in range(KILLS):
        acknowledged |= set(run_and_kill(tmp_path, draw.uniform(0, 1.5)))
    store = Store.open(tmp_path)
    repository = store.repository(store.local_user())
    kept: list[tuple[str, str]] = []
    closed = 0
    for row in repository.interviews():
        events = repository.events(row.id)
        state = fold(events, id=row.id)
        kept += [(row.id, event.key) for event in events]
        closed += state.over
        assert [e.key for e in events if e.kind == "act"] == [f"act:{n}" for n in range(state.acts)]
        if state.over:
            assert all(thread.grade is not None for thread in state.threads)
    assert "whole" in store.check()
    store.dispose()
    assert acknowledged - set(kept) == set()
    assert len(kept) == len(set(kept))
    assert closed >= 1
    assert len(acknowledged) > KILLS
