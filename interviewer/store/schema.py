"""Brings a database to the schema of this version; Alembic is imported only when there is something to do."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

from interviewer.errors import StoreUnavailable
from interviewer.store.sqlite import Database

REVISIONS: Final = ("0001", "0002", "0003", "0004")
"""Every schema revision, oldest first; the last one is this version's."""

MIGRATIONS: Final = Path(__file__).parent / "migrations"


def upgrade(database: Database) -> None:
    """Create or upgrade the tables, all of it or nothing.

    Raises StoreUnavailable for a database of a newer version and for one that is not this program's.
    """
    with database.reading() as connection:
        if _stored(connection, path=database.path) == REVISIONS[-1]:
            return
    with database.writing() as connection:
        # Asked again under the write lock: another process may have done the work meanwhile.
        if _stored(connection, path=database.path) != REVISIONS[-1]:
            _migrate(connection)


def _stored(connection: Connection, *, path: Path) -> str | None:
    """The revision in the database; None for an empty one."""
    tables = inspect(connection).get_table_names()
    if not tables:
        return None
    found = connection.scalar(text("SELECT version_num FROM alembic_version")) if "alembic_version" in tables else None
    if found is None:
        raise StoreUnavailable(
            f"The file {str(path)!r} is not a database of this program: move it away, or set INTERVIEWER_HOME to "
            "another folder."
        )
    if found not in REVISIONS:
        raise StoreUnavailable(
            f"The database {str(path)!r} is of a newer version (schema {found!r}): install that version, or "
            "set INTERVIEWER_HOME to another folder."
        )
    return str(found)


def _migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    # The configuration is an ini file inside, where a per cent sign in a folder's name has a meaning.
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, REVISIONS[-1])
