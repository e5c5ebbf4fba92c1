"""Many threads of one process that write at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from interviewer.domain import Event
from interviewer.errors import StoreUnavailable
from interviewer.store import Store

MakeEvent = Callable[..., Event]


def test_writers_wait_their_turn(tmp_path: Path, event: MakeEvent) -> None:
    """SQLite alone lets some of them sleep past the busy timeout, in no order."""
    store = Store.open(tmp_path, busy_timeout=0.5)
    mine = store.repository(store.local_user())
    failed: list[StoreUnavailable] = []

    def write(name: str) -> None:
        try:
            mine.create(name, "breadth", [event("opened")], "Breadth")
            for number in range(60):
                mine.append(name, [event("act", number)])
        except StoreUnavailable as error:
            failed.append(error)

    threads = [threading.Thread(target=write, args=(f"room-{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert [len(mine.events(row.id)) for row in mine.interviews()] == [61] * 8
    store.dispose()


def test_a_writer_that_never_gets_its_turn_is_told(tmp_path: Path, event: MakeEvent) -> None:
    store = Store.open(tmp_path, busy_timeout=0.2)
    mine = store.repository(store.local_user())
    mine.create("one", "breadth", [event("opened")], "Breadth")
    with store._database.writing(), pytest.raises(StoreUnavailable, match="is locked by another program"):
        mine.append("one", [event("act", 1)])
    mine.append("one", [event("act", 1)])
    assert mine.events("one") == (event("opened"), event("act", 1))
    store.dispose()
