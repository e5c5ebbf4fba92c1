"""Real SQLite files in temporary folders, and events to put into them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from interviewer.domain import Event, EventKind, Weakness
from interviewer.store import Repository, Store

START = datetime(2026, 3, 1, 9, 30, 0, 250, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """An empty store with a short wait for locks."""
    opened = Store.open(tmp_path, busy_timeout=0.2)
    yield opened
    opened.dispose()


@pytest.fixture
def mine(store: Store) -> Repository:
    """The local user's repository."""
    return store.repository(store.local_user())


@pytest.fixture
def event() -> Callable[..., Event]:
    """Builds an event: kind, number, payload fields."""

    def build(kind: EventKind, number: int = 0, **payload: object) -> Event:
        return Event(kind=kind, key=f"{kind}:{number}", at=START + timedelta(seconds=number), payload=payload)

    return build


@pytest.fixture
def weakness() -> Callable[..., Weakness]:
    """Builds a tracker row of an interview."""

    def build(interview: str, code: str = "preprocess_before_split", sentence: str = "I scale first.") -> Weakness:
        return Weakness(
            id=f"{interview}:{code}",
            interview=interview,
            thread=1,
            area="Data",
            topic="leakage",
            code=code,
            sentence=sentence,
            turn=3,
            seen_at=START,
        )

    return build
