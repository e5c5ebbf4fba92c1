"""The store: interviews, the library, tracker rows and spending in one SQLite file; the only user of SQLAlchemy.

    store = Store.open(home)
    repository = store.repository(store.local_user())

Everything here blocks: asynchronous code calls it through `asyncio.to_thread`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, Self

from sqlalchemy import func, select

from interviewer.errors import StoreUnavailable
from interviewer.store.repository import InterviewRow, Repository, Status
from interviewer.store.schema import upgrade
from interviewer.store.shelf import Shelf, Shelved
from interviewer.store.sqlite import Database
from interviewer.store.tables import interviews, users

__all__ = ["FILE", "InterviewRow", "Repository", "Shelf", "Shelved", "Status", "Store"]

FILE: Final = "interviewer.db"


class Store:
    """The database of one data folder. Thread-safe; every method may raise StoreUnavailable."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    def open(cls, home: Path, *, busy_timeout: float = 5.0) -> Self:
        """Open or create the database in `home` and bring it to this version's schema.

        `busy_timeout`: seconds to wait for another writer. Raises StoreUnavailable for a file that cannot be used.
        """
        database = Database(home / FILE, busy_timeout=busy_timeout)
        try:
            database.create_file()
            upgrade(database)
        except BaseException:
            database.dispose()
            raise
        return cls(database)

    def local_user(self) -> int:
        """The id of the one user of a local installation."""
        with self._database.reading() as connection:
            found = connection.scalar(select(users.c.id).where(users.c.name == "local"))
        if found is None:
            raise StoreUnavailable(
                f"The database {str(self._database.path)!r} has lost its user: restore a backup, or move it away."
            )
        return int(found)

    def repository(self, user_id: int) -> Repository:
        """Everything that this user has, and nothing else."""
        return Repository(self._database, user_id)

    def shelf(self, user_id: int) -> Shelf:
        """The documents of this user's library, and nothing else."""
        return Shelf(self._database, user_id)

    def check(self) -> str:
        """One sentence for `doctor` after reading the whole file; StoreUnavailable if anything is wrong with it."""
        self._database.check()
        with self._database.reading() as connection:
            count = connection.scalar(select(func.count()).select_from(interviews))
        try:
            size = self._database.path.stat().st_size / 1e6
        except OSError as error:
            raise StoreUnavailable(
                f"The database {str(self._database.path)!r} has been moved away: put it back and restart."
            ) from error
        return f"The database is whole: {count} interviews, {size:.1f} MB, every commit on the disk (WAL, FULL)."

    def dispose(self) -> None:
        """Close the connections; the store can still be used and opens new ones."""
        self._database.dispose()
