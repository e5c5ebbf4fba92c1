"""A disk that is really full and one that is really read-only, for root and for everybody: bubblewrap mounts them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from interviewer.store import FILE

pytestmark = pytest.mark.skipif(
    shutil.which("bwrap") is None and "CI" not in os.environ, reason="bubblewrap is not installed"
)


def on_disk(*mounts: object, what: str, home: Path) -> Any:
    """What `filling` prints, run where the folder is mounted in some way."""
    command = ["bwrap", "--dev-bind", "/", "/", *map(str, mounts)] if mounts else []
    command += [sys.executable, "-m", "tests.store.filling", what, str(home)]
    return json.loads(subprocess.run(command, capture_output=True, text=True, check=True, timeout=100).stdout)


@pytest.mark.soak
def test_a_full_disk_takes_nothing_more_until_there_is_room(tmp_path: Path) -> None:
    found = on_disk("--size", 1_200_000, "--tmpfs", tmp_path, what="full", home=tmp_path)
    said = f"The database {str(tmp_path / FILE)!r} cannot grow, the disk is full: free some space and try again."
    assert found["first"]["told"] == found["second"]["told"] == said
    # An act that was taken before the disk was full is answered first, afterwards.
    assert found["second"]["acts"] == found["first"]["acts"]
    assert found["third"] == {"told": "", "acts": found["second"]["acts"] + 1, "twice": 0}
    assert "is whole" in found["check"]


@pytest.mark.soak
def test_a_read_only_disk_takes_nothing(tmp_path: Path) -> None:
    before = on_disk(what="act", home=tmp_path)
    refused = on_disk("--ro-bind", tmp_path, tmp_path, what="act", home=tmp_path)
    assert refused["told"].startswith(f"The database {str(tmp_path / FILE)!r} ")
    assert "read-only" in refused["told"].lower() or "give this user the right" in refused["told"]
    after = on_disk(what="act", home=tmp_path)
    assert (before["acts"], after["acts"], after["twice"]) == (2, 3, 0)
