"""kill -9 at a chosen point while a document is replaced: there is the old one or the new one, and never half."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from interviewer.library import Source
from tests.library.index.hashed import Hashed
from tests.library.index.killed import FILES, NAME, STATEMENTS, check, version_of
from tests.library.index.material import opened

OLD = ("embedding", "indexing", *STATEMENTS)


def _kill_at(point: str, home: Path) -> None:
    command = [sys.executable, "-m", "tests.library.index.killed", str(home), "once", point]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (-9, ""), f"{point} was not reached"


def _with(home: Path, version: int) -> None:
    store, library = opened(home, Hashed())
    (final,) = library.add([Source(NAME, version_of(NAME, version))])
    assert final.step in {"added", "replaced", "unchanged"}
    library.search("Version")
    library.close()
    store.dispose()


@pytest.mark.parametrize("point", ["embedding", "INSERT INTO vectors", "COMMIT", "replaced", *FILES])
def test_a_replacement_that_is_killed(tmp_path: Path, point: str) -> None:
    _with(tmp_path, 0)
    _kill_at(point, tmp_path)
    assert check(tmp_path) == {NAME: 0 if point in OLD else 1}
    _with(tmp_path, 1)
    assert check(tmp_path) == {NAME: 1}


@pytest.mark.parametrize("point", ["reading", "INSERT INTO passages", "added"])
def test_an_addition_that_is_killed(tmp_path: Path, point: str) -> None:
    _kill_at(point, tmp_path)
    assert check(tmp_path) == ({NAME: 1} if point == "added" else {})
    _with(tmp_path, 1)
    assert check(tmp_path) == {NAME: 1}
