"""Everything that is SQLite's own: the file, the pragmas, transactions, the faults of the driver in our words.

The rest of the package is portable SQLAlchemy; another database needs another file like this one.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, QueuePool, create_engine, event
from sqlalchemy.exc import DBAPIError

from interviewer.errors import StoreUnavailable
from interviewer.store.turns import Turns

_WRITES = "interviewer_writes"

_FAULTS = {
    sqlite3.SQLITE_BUSY: "is locked by another program: close it and try again",
    sqlite3.SQLITE_LOCKED: "is locked by another program: close it and try again",
    sqlite3.SQLITE_FULL: "cannot grow, the disk is full: free some space and try again",
    sqlite3.SQLITE_READONLY: "is read-only: give this user the right to write it and its folder",
    sqlite3.SQLITE_PERM: "may not be opened: give this user the right to write it and its folder",
    sqlite3.SQLITE_CANTOPEN: "cannot be opened: give this user the right to write it and its folder",
    sqlite3.SQLITE_CORRUPT: "is damaged: restore a backup, or move it away to start anew",
    sqlite3.SQLITE_NOTADB: "is damaged or not a database: restore a backup, or move it away to start anew",
    sqlite3.SQLITE_IOERR: "cannot be read or written, the disk reports an error: check the disk and its free space",
}


class Database:
    """One SQLite file: connections with checked pragmas, transactions, and faults as StoreUnavailable."""

    def __init__(self, path: Path, *, busy_timeout: float) -> None:
        """`busy_timeout`: seconds to wait for another writer. Nothing is opened yet."""
        self.path = path
        self._busy_timeout = busy_timeout
        self._turns = Turns()
        self._pragmas = _pragmas(busy_timeout)
        # Threads decide how many connections there are; errors must not repeat what a candidate wrote.
        self._engine: Engine = create_engine(
            URL.create("sqlite", database=str(path)),
            connect_args={"check_same_thread": False, "timeout": busy_timeout},
            hide_parameters=True,
            poolclass=QueuePool,
            max_overflow=-1,
        )
        event.listen(self._engine, "connect", self._on_connect)
        event.listen(self._engine, "begin", _on_begin)

    def create_file(self) -> None:
        """Create the file readable by its owner only (SQLite gives its log files the same mode)."""
        with self._faults():
            with contextlib.suppress(FileExistsError):
                os.close(os.open(self.path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
            if self.path.stat().st_mode & 0o077:
                # Some file systems know no modes; not being able to tighten is no reason not to start.
                with contextlib.suppress(OSError):
                    self.path.chmod(0o600)

    @contextlib.contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that sees one moment; a stored value that cannot be decoded is StoreUnavailable."""
        with self._faults():
            try:
                with self._engine.connect() as connection, connection.begin():
                    yield connection
            except ValueError as error:
                raise StoreUnavailable(self._sentence(sqlite3.SQLITE_CORRUPT)) from error

    @contextlib.contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that holds the write lock from its start; on the disk when the block ends without error."""
        with self._writer(), self._faults(), self._engine.connect() as connection:
            connection.execution_options(**{_WRITES: True})
            with connection.begin():
                yield connection

    def empty_log(self) -> None:
        """Write the log file into the database and cut it to nothing, so that deleted text is in neither."""
        with self._writer(), self._faults(), contextlib.closing(self._engine.raw_connection()) as connection:
            cursor = connection.cursor()
            busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            cursor.close()
        if busy:
            raise StoreUnavailable(
                f"It is deleted, but traces stay in the log file of {str(self.path)!r} while another program reads "
                "the database: close that program and restart."
            )

    def check(self) -> None:
        """Read the whole file and verify the pragmas; StoreUnavailable if anything is wrong."""
        with self._faults(), contextlib.closing(self._engine.raw_connection()) as connection:
            cursor = connection.cursor()
            self._verify(cursor)
            found = cursor.execute("PRAGMA integrity_check(1)").fetchone()[0]
            orphans = cursor.execute("PRAGMA foreign_key_check").fetchone()
            cursor.close()
        if found != "ok" or orphans is not None:
            raise StoreUnavailable(self._sentence(sqlite3.SQLITE_CORRUPT))

    def dispose(self) -> None:
        """Close the connections that nobody uses; the last one to close empties the log file."""
        self._engine.dispose()

    def _on_connect(self, connection: sqlite3.Connection, _record: Any) -> None:
        try:
            # Transactions are begun by `_on_begin`: the driver's own would begin too late and without the lock.
            connection.isolation_level = None
            cursor = connection.cursor()
            for name, (value, _) in self._pragmas.items():
                cursor.execute(f"PRAGMA {name}={value}")
            self._verify(cursor)
            cursor.close()
        except BaseException:
            connection.close()
            raise

    def _verify(self, cursor: Any) -> None:
        for name, (_, wanted) in self._pragmas.items():
            if cursor.execute(f"PRAGMA {name}").fetchone()[0] != wanted:
                raise StoreUnavailable(
                    f"The database {str(self.path)!r} cannot be kept safely ({name} did not take): put the data folder "
                    "on a local disk."
                )

    def _sentence(self, code: int | None) -> str:
        fault = _FAULTS.get((code or 0) & 0xFF, "gave an unexpected error: run `interviewer doctor`")
        return f"The database {str(self.path)!r} {fault}."

    @contextlib.contextmanager
    def _writer(self) -> Iterator[None]:
        """One writer of this process at a time; StoreUnavailable after the busy timeout."""
        # SQLite lets writers try again after a sleep, in no order: among many threads one can wait for ever.
        with contextlib.ExitStack() as held:
            try:
                held.enter_context(self._turns.mine(self._busy_timeout))
            except TimeoutError as error:
                raise StoreUnavailable(self._sentence(sqlite3.SQLITE_BUSY)) from error
            yield

    @contextlib.contextmanager
    def _faults(self) -> Iterator[None]:
        try:
            yield
        except DBAPIError as error:
            raise StoreUnavailable(self._sentence(getattr(error.orig, "sqlite_errorcode", None))) from error
        except sqlite3.Error as error:
            raise StoreUnavailable(self._sentence(getattr(error, "sqlite_errorcode", None))) from error
        except OSError as error:
            reason = error.strerror or "unknown error"
            raise StoreUnavailable(
                f"The database {str(self.path)!r} cannot be opened ({reason}): check the data folder and who owns it."
            ) from error


def _pragmas(busy_timeout: float) -> dict[str, tuple[str, object]]:
    """Name → (what to set, what must then be read). The timeout comes first, since WAL may have to wait for a lock."""
    wait = round(busy_timeout * 1000)
    return {
        "busy_timeout": (str(wait), wait),
        "journal_mode": ("WAL", "wal"),
        "synchronous": ("FULL", 2),
        "foreign_keys": ("ON", 1),
        "secure_delete": ("ON", 1),
    }


def _on_begin(connection: Connection) -> None:
    # A reader that turns writer fails at once if somebody wrote in between; a writer that asks first waits its turn.
    writes = connection.get_execution_options().get(_WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
