"""Nothing gets through: a dozen in `make test`, all in `make soak`, on every tier, as this user and as a plain one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from marshal import dumps
from pathlib import Path

import pytest

from interviewer.sandbox import Tier
from interviewer.sandbox.reach import Reach, reach
from tests.sandbox.hostile import CLASSES, HOSTILE, NAMED
from tests.sandbox.throw import faults

DOZEN = (
    "fork",
    "heap hog",
    "endless output",
    "endless loop",
    "secret file",
    "environment",
    "TCP",
    "write outside",
    "signals",
    "an int that equals",
    "a verdict of the right form",
    "replaces builtins",
    "os._exit",
)


def test_a_dozen(tier: Tier) -> None:
    assert faults(tier, [NAMED[name] for name in DOZEN]) == []


def test_there_are_enough_and_no_name_twice() -> None:
    assert len(HOSTILE) >= 60 and len(NAMED) == len(HOSTILE) and len(CLASSES) == 6


@pytest.mark.soak
@pytest.mark.alone
def test_all(tier: Tier) -> None:
    assert faults(tier) == []


@pytest.mark.soak
@pytest.mark.alone
def test_all_as_a_plain_user(tier: Tier) -> None:
    said = as_plain_user([sys.executable, "-m", "tests.sandbox.throw", str(tier)])
    found = json.loads(said.splitlines()[-1])
    assert found["user"] != 0 and found["faults"] == []


def as_plain_user(argv: list[str]) -> str:
    """What a command prints that a user runs who is not root: this one, or one who owns nothing."""
    root = Path(__file__).parents[2]
    if os.geteuid() == 0:
        text = (root / "interviewer" / "sandbox" / "launch.py").read_text()
        errand = {"argv": argv, "user": 0x7FFFFFF0, "reveal": _closed_to_others(root)}
        argv = [sys.executable, "-c", text, dumps(errand).hex()]
    ran = subprocess.run(argv, cwd=root, capture_output=True, text=True, check=False, timeout=300)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def _closed_to_others(root: Path) -> list[tuple[str, list[str]]]:
    """What of Python and of this checkout only root can reach."""
    found = reach()
    wanted = Reach(found.python, (found.base, str(root), sys.prefix), (), "", (), (), found.base)
    return wanted.closed()
