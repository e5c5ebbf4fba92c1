"""A DB-API driver over apsw, as much of one as SQLAlchemy's SQLite dialect and our store use.

It stands in for `sqlite3`, which cannot be given a file system in Python. Errors are those of `sqlite3`.
"""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import apsw

apilevel = "2.0"
threadsafety = 1
paramstyle = "qmark"
sqlite_version = apsw.sqlite_lib_version()
sqlite_version_info = tuple(int(part) for part in sqlite_version.split("."))
PARSE_DECLTYPES = PARSE_COLNAMES = 0
Binary = memoryview

Warning = sqlite3.Warning
Error = sqlite3.Error
InterfaceError = sqlite3.InterfaceError
DatabaseError = sqlite3.DatabaseError
DataError = sqlite3.DataError
OperationalError = sqlite3.OperationalError
IntegrityError = sqlite3.IntegrityError
InternalError = sqlite3.InternalError
ProgrammingError = sqlite3.ProgrammingError
NotSupportedError = sqlite3.NotSupportedError

disks: dict[Path, str] = {}
"""Folder → the file system that databases in it are opened with. Anything else cannot be opened."""


def connect(database: str, *, timeout: float = 5.0, check_same_thread: bool = True, **_: Any) -> Connection:
    """A connection through the file system of the database's folder."""
    with _errors():
        real = apsw.Connection(database, vfs=disks[Path(database).parent])
        real.set_busy_timeout(round(timeout * 1000))
    return Connection(real)


class Connection:
    """What `sqlite3.Connection` is with `isolation_level=None`."""

    def __init__(self, real: apsw.Connection) -> None:
        self.real = real
        self.isolation_level: str | None = None

    def cursor(self, *_: Any) -> Cursor:
        """A cursor."""
        return Cursor(self.real)

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Cursor:
        """A cursor that has run a statement."""
        return self.cursor().execute(sql, parameters)

    def create_function(self, name: str, narg: int, func: Callable[..., Any], *, deterministic: bool = False) -> None:
        """A function for SQL."""
        self.real.create_scalar_function(name, func, narg, deterministic=deterministic)

    def commit(self) -> None:
        """End a transaction, if there is one."""
        if not self.real.get_autocommit():
            self.execute("COMMIT")

    def rollback(self) -> None:
        """Undo a transaction, if there is one."""
        if not self.real.get_autocommit():
            self.execute("ROLLBACK")

    def close(self) -> None:
        """Close it; like `sqlite3`, without a word about a log file that could not be written back."""
        with contextlib.suppress(apsw.Error):
            self.real.close()


class Cursor:
    """Reads all rows at once, which keeps it simple; no result of ours is large."""

    arraysize = 1

    def __init__(self, real: apsw.Connection) -> None:
        self._real = real
        self._rows: list[tuple[Any, ...]] = []
        self.description: tuple[Any, ...] | None = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    def execute(self, sql: str, parameters: Sequence[Any] = ()) -> Cursor:
        """Run a statement."""
        self.description = None
        cursor = self._real.cursor()
        cursor.exec_trace = self._describe
        before = self._real.total_changes()
        try:
            with _errors():
                self._rows = list(cursor.execute(sql, tuple(parameters)))[::-1]
        finally:
            # Left to the garbage collector, a statement that failed would report its fault once more.
            with contextlib.suppress(apsw.Error):
                cursor.close(True)
        self.rowcount = -1 if self.description else self._real.total_changes() - before
        self.lastrowid = self._real.last_insert_rowid()
        return self

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> Cursor:
        """Run a statement for each row of parameters."""
        before = self._real.total_changes()
        for row in rows:
            self.execute(sql, row)
        self.rowcount = self._real.total_changes() - before
        return self

    def fetchone(self) -> tuple[Any, ...] | None:
        """The next row; None after the last."""
        return self._rows.pop() if self._rows else None

    def fetchall(self) -> list[tuple[Any, ...]]:
        """All rows that are left."""
        rows, self._rows = self._rows[::-1], []
        return rows

    def fetchmany(self, size: int = 1) -> list[tuple[Any, ...]]:
        """So many rows, or all that are left."""
        return [self._rows.pop() for _ in range(min(size, len(self._rows)))]

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return iter(self.fetchall())

    def close(self) -> None:
        """Drop the rows."""
        self._rows = []

    def _describe(self, cursor: apsw.Cursor, _sql: str, _bindings: Any) -> bool:
        # The one moment at which apsw can tell the columns of a result without rows.
        columns = cursor.get_description()
        self.description = tuple((name, *[None] * 6) for name, *_ in columns) or None
        return True


@contextlib.contextmanager
def _errors() -> Iterator[None]:
    try:
        yield
    except apsw.Error as error:
        kind = sqlite3.IntegrityError if isinstance(error, apsw.ConstraintError) else sqlite3.OperationalError
        told = kind(str(error))
        told.sqlite_errorcode = getattr(error, "result", apsw.SQLITE_IOERR)
        raise told from error
