"""Opening: creating, upgrading, refusing; and that migrations and tables say the same."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from interviewer.errors import StoreUnavailable
from interviewer.store import FILE, Store
from interviewer.store.schema import MIGRATIONS, REVISIONS
from interviewer.store.sqlite import Database
from interviewer.store.tables import metadata


def test_files_are_for_their_owner_only_even_with_an_open_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store = Store.open(tmp_path)
        store.repository(store.local_user()).add_spending("2026-03", 1.0)
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    finally:
        os.umask(before)
    assert modes == {FILE: 0o600, f"{FILE}-wal": 0o600, f"{FILE}-shm": 0o600}
    store.dispose()


def test_an_open_file_is_closed_to_others(tmp_path: Path) -> None:
    Store.open(tmp_path).dispose()
    (tmp_path / FILE).chmod(0o644)
    Store.open(tmp_path).dispose()
    assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_migrations_make_the_tables_of_this_version(store: Store) -> None:
    with store._database.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_list_of_revisions_is_that_of_the_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    script = ScriptDirectory.from_config(config)
    assert tuple(found.revision for found in script.walk_revisions())[::-1] == REVISIONS


def test_a_database_of_a_newer_version_is_refused_untouched(tmp_path: Path) -> None:
    Store.open(tmp_path).dispose()
    _run(tmp_path, "UPDATE alembic_version SET version_num = '9999'")
    before = (tmp_path / FILE).read_bytes()
    with pytest.raises(StoreUnavailable, match=r"newer version \(schema '9999'\): install that version"):
        Store.open(tmp_path)
    assert (tmp_path / FILE).read_bytes() == before


@pytest.mark.parametrize("emptied", [True, False])
def test_a_database_of_another_program_is_refused(tmp_path: Path, emptied: bool) -> None:
    _run(tmp_path, "CREATE TABLE cookies (id INTEGER)")
    if emptied:
        _run(tmp_path, "CREATE TABLE alembic_version (version_num TEXT)")
    with pytest.raises(StoreUnavailable, match="not a database of this program"):
        Store.open(tmp_path)


@pytest.mark.parametrize("last", ["weaknesses", "library_versions"])
def test_a_migration_that_fails_leaves_nothing(tmp_path: Path, last: str) -> None:
    Store.open(tmp_path).dispose()
    tables = [table.name for table in reversed(metadata.sorted_tables)]
    _run(tmp_path, *(f"DROP TABLE {name}" for name in ("alembic_version", *tables)))
    _run(tmp_path, f"CREATE VIEW {last} AS SELECT 1")
    with pytest.raises(StoreUnavailable):
        Store.open(tmp_path)
    assert _names(tmp_path) == [last]


def test_a_database_of_the_first_version_keeps_what_it_has_and_gets_a_library(old: Path) -> None:
    _run(old, "INSERT INTO spending VALUES (1, '2026-03', 1.5)")
    assert "documents" not in _names(old)
    store = Store.open(old)
    assert store.repository(store.local_user()).spent("2026-03") == 1.5
    assert store.shelf(store.local_user()).documents() == ()
    store.dispose()


def test_passages_of_the_second_version_cite_the_page_they_begin_on(tmp_path: Path) -> None:
    of_version(tmp_path, "0002")
    now = "'2026-03-01 09:30:00.000000'"
    _run(
        tmp_path,
        "INSERT INTO documents VALUES ('d', 1, '', '', 'a.pdf', '', 'pdf', 'T', '[]', '', '', '', 2, 9, 1, "
        f"{now}, '', 'The words.')",
        "INSERT INTO passages VALUES ('p', 'd', 1, 1, '[\"Design\"]', 3, 0, 10, 'The words.')",
    )
    store = Store.open(tmp_path)
    (passage,) = store.shelf(store.local_user()).passages("d")
    assert (passage.text, passage.sections, passage.breaks) == ("The words.", ("Design",), ())
    assert passage.page_at(8) == 3
    store.dispose()


def test_many_may_open_a_new_folder_at_once(tmp_path: Path) -> None:
    users: list[int] = []

    def first() -> None:
        store = Store.open(tmp_path)
        users.append(store.local_user())
        store.dispose()

    threads = [threading.Thread(target=first) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert users == [1] * 6


def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    odd = tmp_path / "50% of? #my files"
    odd.mkdir()
    Store.open(odd).dispose()
    assert (odd / FILE).exists()


def test_alembic_is_imported_only_for_a_migration(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from interviewer.store import Store; "
        f"Store.open(Path({str(tmp_path)!r})).dispose(); print('alembic' in sys.modules)"
    )
    answers = [subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True) for _ in "ab"]
    assert [answer.stdout.strip() for answer in answers] == ["True", "False"]


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A folder with a database of the first revision."""
    of_version(tmp_path, "0001")
    return tmp_path


def of_version(home: Path, revision: str) -> None:
    """Make the database that a program of this revision would have made, empty."""
    database = Database(home / FILE, busy_timeout=1)
    database.create_file()
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    with database.writing() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    database.dispose()


def _names(home: Path) -> list[str]:
    connection = sqlite3.connect(home / FILE)
    left = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite%'")]
    connection.close()
    return left


def _run(home: Path, *statements: str) -> None:
    connection = sqlite3.connect(home / FILE)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
