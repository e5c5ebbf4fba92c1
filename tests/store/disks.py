"""Faults of a disk that begin and end while the program runs, made so that they bind root as well."""

from __future__ import annotations

import contextlib
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from interviewer.store import FILE, Store

ANSWER = "Accuracy says nothing at half a percent positives, so I look at precision at the review capacity. " * 50
"""Longer than a page of the database."""
HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("held", flush=True)
sys.stdin.read()
"""


@dataclass(frozen=True)
class Trouble:
    """A fault and the sentence that tells of it."""

    name: str
    sentence: str
    on: Callable[[Store], AbstractContextManager[None]]


@contextlib.contextmanager
def locked(store: Store) -> Iterator[None]:
    """Another process holds the write lock for as long as this lasts."""
    command = [sys.executable, "-c", HOLDER, str(store._database.path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == "held\n"
        try:
            yield
        finally:
            holder.communicate("")


def full(store: Store) -> AbstractContextManager[None]:
    """The database cannot grow by a page: SQLite says the same as for a disk without space."""
    pages = store._database.path.stat().st_size // 4096
    return _with_pragma(store, f"max_page_count = {pages}")


def read_only(store: Store) -> AbstractContextManager[None]:
    """Nothing may be written: SQLite says the same as for a file that it may only read."""
    return _with_pragma(store, "query_only = ON")


@contextlib.contextmanager
def _with_pragma(store: Store, pragma: str) -> Iterator[None]:
    """Every connection that is made from now on has the pragma, and every one that there was is closed."""

    def impose(connection: Any, _record: object) -> None:
        connection.execute(f"PRAGMA {pragma}")

    store.dispose()
    event.listen(Engine, "connect", impose)
    try:
        yield
    finally:
        event.remove(Engine, "connect", impose)
        store.dispose()


TROUBLES = (
    Trouble("locked", "is locked by another program: close it and try again.", locked),
    Trouble("full", "cannot grow, the disk is full: free some space and try again.", full),
    Trouble("read-only", "is read-only: give this user the right to write it and its folder.", read_only),
)


def sentence(home: Path, trouble: Trouble) -> str:
    """All that a user reads of it."""
    return f"The database {str(home / FILE)!r} {trouble.sentence}"
