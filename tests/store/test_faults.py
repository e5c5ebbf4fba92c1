"""Every way in which a database can fail us, for real: one clear sentence, nothing acknowledged, nothing torn."""

from __future__ import annotations

import contextlib
import os
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine
from sqlalchemy import event as sqlalchemy_event

from interviewer.domain import Event
from interviewer.errors import StoreUnavailable
from interviewer.store import FILE, Repository, Store
from interviewer.store.sqlite import Database

MakeEvent = Callable[..., Event]


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A folder below no closed one (pytest's own are closed to all but its user)."""
    folder = Path(tempfile.mkdtemp())
    yield folder
    shutil.rmtree(folder)


@contextlib.contextmanager
def _stepped_down(folder: Path) -> Iterator[None]:
    """Modes mean nothing to root: run as nobody, who is given the folder."""
    if os.geteuid() != 0:
        yield
        return
    for path in (folder, *folder.iterdir()):
        os.chown(path, 65534, -1)
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_a_database_that_another_program_writes_is_locked(mine: Repository, event: MakeEvent, tmp_path: Path) -> None:
    mine.create("one", "breadth", [event("opened")], "Breadth")
    writer = sqlite3.connect(tmp_path / FILE, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="is locked by another program"):
        mine.append("one", [event("act", 1)])
    assert mine.events("one") == (event("opened"),)
    writer.execute("ROLLBACK")
    writer.close()
    mine.append("one", [event("act", 1)])
    assert len(mine.events("one")) == 2


def test_a_full_disk_keeps_what_was_acknowledged_and_nothing_else(tmp_path: Path, event: MakeEvent) -> None:
    def fill(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA max_page_count = 60")

    sqlalchemy_event.listen(Engine, "connect", fill)
    try:
        store = Store.open(tmp_path)
        mine = store.repository(store.local_user())
        mine.create("one", "breadth", [event("opened")], "Breadth")
        acknowledged = 0
        with pytest.raises(StoreUnavailable, match="the disk is full: free some space"):
            for number in range(100):
                mine.append("one", [event("act", number, text="x" * 9000), event("spoken", number)])
                acknowledged += 1
        assert acknowledged and len(mine.events("one")) == 1 + 2 * acknowledged
        store.dispose()
    finally:
        sqlalchemy_event.remove(Engine, "connect", fill)


def test_an_error_of_the_disk_is_told(mine: Repository, event: MakeEvent) -> None:
    mine.create("one", "breadth", [event("opened")], "Breadth")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, before[1]))
    try:
        with pytest.raises(StoreUnavailable, match=r"the disk reports an error|the disk is full"):
            mine.append("one", [event("act", 1, text="x" * 2_000_000)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert mine.events("one") == (event("opened"),)
    mine.append("one", [event("act", 1, text="again")])


def test_a_file_that_may_not_be_written_is_told(reachable: Path, event: MakeEvent) -> None:
    store = Store.open(reachable, busy_timeout=0.2)
    mine = store.repository(store.local_user())
    mine.create("one", "breadth", [event("opened")], "Breadth")
    store.dispose()
    with _stepped_down(reachable):
        mine.append("one", [event("act", 1)])
        store.dispose()
        (reachable / FILE).chmod(0o400)
        reachable.chmod(0o500)
        with pytest.raises(StoreUnavailable, match="give this user the right"):
            Store.open(reachable)
        with pytest.raises(StoreUnavailable, match="give this user the right"):
            mine.append("one", [event("act", 2)])
        reachable.chmod(0o700)
        (reachable / FILE).chmod(0o600)
        assert mine.events("one") == (event("opened"), event("act", 1))
        store.dispose()


def test_a_folder_that_may_not_be_written_is_told(reachable: Path) -> None:
    with _stepped_down(reachable):
        reachable.chmod(0o500)
        with pytest.raises(StoreUnavailable, match="Permission denied"):
            Store.open(reachable)
        reachable.chmod(0o700)


def test_a_read_only_connection_is_told(tmp_path: Path, event: MakeEvent) -> None:
    def lock(connection: sqlite3.Connection, _record: object) -> None:
        connection.execute("PRAGMA query_only = ON")

    store = Store.open(tmp_path)
    mine = store.repository(store.local_user())
    mine.create("one", "breadth", [event("opened")], "Breadth")
    store.dispose()
    sqlalchemy_event.listen(Engine, "connect", lock)
    try:
        with pytest.raises(StoreUnavailable, match="is read-only: give this user the right"):
            mine.append("one", [event("act", 1)])
    finally:
        sqlalchemy_event.remove(Engine, "connect", lock)
    store.dispose()


def test_a_file_that_is_no_database_is_told_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"this is not a database at all " * 200)
    with pytest.raises(StoreUnavailable, match="damaged or not a database: restore a backup"):
        Store.open(tmp_path)
    assert (tmp_path / FILE).read_bytes().startswith(b"this is not")


def test_damage_inside_is_told_by_reading_and_by_check(mine: Repository, store: Store, event: MakeEvent) -> None:
    mine.create("one", "breadth", [event("opened")], "Breadth")
    for number in range(40):
        mine.append("one", [event("act", number, text="y" * 3000)])
    assert re.fullmatch(r"The database is whole: 1 interviews, \d\.\d MB, .*", store.check())
    store.dispose()
    path = store._database.path
    damaged = bytearray(path.read_bytes())
    for page in range(12, len(damaged) // 4096):
        damaged[page * 4096 : page * 4096 + 600] = b"\xa5" * 600
    path.write_bytes(damaged)
    with pytest.raises(StoreUnavailable, match="is damaged: restore a backup"):
        mine.events("one")
    with pytest.raises(StoreUnavailable, match="is damaged: restore a backup"):
        store.check()


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE events SET payload = '{\"text\": '",
        "UPDATE events SET at = 'yesterday'",
        "UPDATE events SET kind = 'danced'",
    ],
)
def test_a_row_that_cannot_be_read_is_damage(mine: Repository, event: MakeEvent, tmp_path: Path, damage: str) -> None:
    mine.create("one", "breadth", [event("opened")], "Breadth")
    connection = sqlite3.connect(tmp_path / FILE)
    connection.execute(damage)
    connection.commit()
    connection.close()
    with pytest.raises(StoreUnavailable, match="is damaged"):
        mine.events("one")


def test_rows_without_their_owner_are_damage(mine: Repository, store: Store, event: MakeEvent, tmp_path: Path) -> None:
    mine.create("one", "breadth", [event("opened")], "Breadth")
    connection = sqlite3.connect(tmp_path / FILE)
    connection.execute("DELETE FROM interviews")
    connection.commit()
    connection.close()
    with pytest.raises(StoreUnavailable, match="is damaged"):
        store.check()


def test_a_lost_table_a_lost_user_and_a_lost_file_are_told(store: Store, mine: Repository, tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / FILE)
    connection.execute("DROP TABLE spending")
    connection.execute("DELETE FROM users")
    connection.commit()
    connection.close()
    with pytest.raises(StoreUnavailable, match="unexpected error: run `interviewer doctor`"):
        mine.spent("2026-03")
    with pytest.raises(StoreUnavailable, match="lost its user"):
        store.local_user()
    (tmp_path / FILE).rename(tmp_path / "elsewhere.db")
    with pytest.raises(StoreUnavailable, match="moved away"):
        store.check()


def test_a_folder_that_does_not_exist_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreUnavailable, match="No such file or directory"):
        Store.open(tmp_path / "nowhere")


def test_a_pragma_that_does_not_take_is_told() -> None:
    database = Database(Path(":memory:"), busy_timeout=1.0)
    with pytest.raises(StoreUnavailable, match="journal_mode did not take"), database.reading():
        pass


def test_pragmas_hold_on_every_connection(store: Store) -> None:
    for _ in range(2):
        with store._database.reading() as one, store._database.writing() as two:
            for connection in (one, two):
                names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")
                found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names]
                assert found == ["wal", 2, 1, 200, 1]
        store.dispose()


def test_an_error_never_repeats_what_was_written(mine: Repository, event: MakeEvent, tmp_path: Path) -> None:
    mine.create("one", "breadth", [event("opened")], "Breadth")
    connection = sqlite3.connect(tmp_path / FILE)
    connection.execute("ALTER TABLE events DROP COLUMN version")
    connection.commit()
    connection.close()
    with pytest.raises(StoreUnavailable) as caught:
        mine.append("one", [event("act", 1, text="canary-answer")])
    assert "canary-answer" not in f"{caught.value} {caught.value.__cause__}"


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from interviewer.domain import Event
from interviewer.store import Store
store = Store.open(Path(sys.argv[1]))
mine = store.repository(store.local_user())
run = sys.argv[2]
mine.create(run, "breadth", [Event(kind="opened", key="opened", at=datetime.now(UTC))], "Breadth")
for number in range(100_000):
    event = Event(kind="act", key=f"act:{number}", at=datetime.now(UTC), payload={"text": "word " * 50})
    mine.append(run, [event])
    print(number, flush=True)
"""


@pytest.mark.parametrize("lines", [1, 7, 40])
def test_what_was_acknowledged_outlives_a_kill(tmp_path: Path, lines: int) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path), "run"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        seen = [int(process.stdout.readline()) for _ in range(lines)]
        process.send_signal(signal.SIGKILL)
        # What it printed before the signal arrived was acknowledged too.
        seen += [int(line) for line in process.stdout.read().split("\n")[:-1]]
    assert process.returncode == -signal.SIGKILL
    store = Store.open(tmp_path)
    mine = store.repository(store.local_user())
    keys = [found.key for found in mine.events("run")]
    assert keys[: len(seen) + 1] == ["opened", *(f"act:{number}" for number in seen)]
    assert len(keys) <= len(seen) + 2 and "whole" in store.check()
    store.dispose()
