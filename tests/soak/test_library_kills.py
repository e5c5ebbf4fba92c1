"""60 times kill -9 at random moments of a process that adds, replaces, removes and searches: old or new, never half."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.library.index.killed import NAMES, check

KILLS = 60


@pytest.mark.soak
def test_a_library_is_whole_after_every_kill(tmp_path: Path) -> None:
    home, notes = tmp_path / "home", tmp_path / "notes"
    home.mkdir()
    notes.touch()
    draw = random.Random(5)
    kept, known = dict.fromkeys(NAMES, -1), 0
    cut_off = 0
    for number in range(KILLS):
        command = [sys.executable, "-m", "tests.library.index.killed", str(home), "on", str(number), str(notes)]
        wanted = draw.randrange(1, 9)
        with subprocess.Popen(command) as process:
            while len(notes.read_text().splitlines()) < known + wanted:
                assert process.poll() is None, "the process ended by itself"
                time.sleep(0.005)
            time.sleep(draw.uniform(0, 0.5))
            process.kill()
        lines = [line.split() for line in notes.read_text().split("\n")[:-1]]
        begun = None
        for word, name, version in lines[known:]:
            begun = (name, int(version)) if word == "begun" else None
            if word == "kept":
                kept[name] = int(version)
        known = len(lines)
        found = dict.fromkeys(NAMES, -1) | check(home)
        if begun is not None and found[begun[0]] == begun[1]:
            kept[begun[0]] = begun[1]
        cut_off += begun is not None
        assert found == kept
    assert cut_off > KILLS // 3
