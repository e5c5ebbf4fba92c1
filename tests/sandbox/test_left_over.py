"""A run leaves no process, no file and no descriptor behind; nor does the end of whoever asked for it."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from interviewer.sandbox import Limits, Status, Tier, execute
from interviewer.sandbox.runner import judge
from interviewer.sandbox.tiers import GUARDS
from tests.sandbox.hostile import NAMED

ROOT = Path(__file__).parents[2]
SLEEPS = "import time\ndef f():\n    time.sleep(60)\n"


def descriptors() -> list[str]:
    return sorted(path.name for path in Path("/proc/self/fd").iterdir())


def children() -> list[int]:
    """Of this process, dead ones that nobody waited for included."""
    return [
        pid for task in Path("/proc/self/task").iterdir() for pid in map(int, (task / "children").read_text().split())
    ]


@pytest.fixture
def orphans_come_here() -> Iterator[None]:
    """A process whose parent has gone becomes this one's child, so that `children` sees it."""
    libc = ctypes.CDLL(None)
    assert libc.prctl(36, 1, 0, 0, 0) == 0
    yield
    libc.prctl(36, 0, 0, 0, 0)


PROGRAMS = [
    ("def f(): return 1\n", Status.ok),
    ("def f(: return\n", Status.error),
    ("import os\ndef f(): os._exit(3)\n", Status.error),
    ("def f():\n    while True: print('x' * 1000)\n", Status.output),
    ("import os\ndef f():\n    os.closerange(0, 64)\n", Status.error),
]


@pytest.mark.usefixtures("orphans_come_here")
def test_a_few_runs_leave_nothing(tier: Tier) -> None:
    before, alive = descriptors(), children()
    for source, status in PROGRAMS:
        assert execute(source, "f", [[]], tier=tier).status is status
    assert execute(SLEEPS, "f", [[]], tier=tier, limits=Limits(wall=0.3)).status is Status.time
    assert descriptors() == before and children() == alive


@pytest.mark.soak
@pytest.mark.usefixtures("orphans_come_here")
def test_500_runs_leave_nothing(tier: Tier, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before, alive = descriptors(), children()
    for count in range(500):
        source, status = PROGRAMS[count % len(PROGRAMS)]
        assert execute(source, "f", [[]], tier=tier).status is status
    assert descriptors() == before and children() == alive
    assert list(tmp_path.iterdir()) == []


def test_a_sandbox_that_does_not_start_leaves_nothing(tier: Tier) -> None:
    before, alive = descriptors(), children()
    broken = replace(GUARDS, namespaces=("--no-such-option",), environment={"PYTHONHOME": "/nowhere"})
    ran = judge("def f(): return 1", "f", [[]], Limits(), tier, guards=broken)
    assert ran.status is Status.refused and ran.sentence.startswith("the sandbox does not start: ")
    assert descriptors() == before and children() == alive


ASKS = """
import sys
from dataclasses import replace
from interviewer.sandbox import Limits, Tier
from interviewer.sandbox.runner import judge
from interviewer.sandbox.tiers import GUARDS
guards = eval(sys.argv[2])
judge({source!r}, "f", [[]], Limits(wall=30.0), Tier(sys.argv[1]), guards=guards)
"""


def left_over(tier: Tier, guards: str, *, seconds: float = 3.0) -> set[int]:
    """Processes of a sandbox that live on after a kill -9 of the process that asked for it."""
    asker = subprocess.Popen([sys.executable, "-c", ASKS.format(source=SLEEPS), tier, guards], cwd=ROOT)
    found: set[int] = set()
    until = time.monotonic() + 20
    while time.monotonic() < until:
        found = below(asker.pid)
        if any(name(pid).startswith("python") for pid in found) and steady(asker.pid, found):
            break
        time.sleep(0.02)
    assert found, "the sandbox did not start"
    os.kill(asker.pid, signal.SIGKILL)
    asker.wait()
    until = time.monotonic() + seconds
    while time.monotonic() < until and any(alive(pid) for pid in found):
        time.sleep(0.02)
    return {pid for pid in found if alive(pid)}


def below(pid: int) -> set[int]:
    """All descendants of a process."""
    found: set[int] = set()
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, task.read_text().split()):
            found |= {child} | below(child)
    return found


def name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text().strip()
    except OSError:
        return ""


def sleeping(pid: int) -> bool:
    """In the call in which the program sleeps, or bubblewrap waits."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "S"
    except OSError:
        return False


def steady(pid: int, found: set[int]) -> bool:
    """Whether nothing more is started, and all wait."""
    time.sleep(0.4)
    return below(pid) == found and all(sleeping(each) for each in found)


def alive(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def test_killing_whoever_asked_leaves_nothing(tier: Tier) -> None:
    assert left_over(tier, "GUARDS") == set()


def test_without_that_part_something_is_left(tier: Tier) -> None:
    words = "tuple(word for word in GUARDS.namespaces if word != '--die-with-parent')"
    found = left_over(tier, f"replace(GUARDS, parent=False, namespaces={words})", seconds=0.5)
    for pid in found:
        os.kill(pid, signal.SIGKILL)
    assert found


def test_a_program_cannot_make_itself_outlive_its_parent(tier: Tier) -> None:
    ran = execute(NAMED["outlives its parent"].source, "attack", [[{}]], tier=tier)
    assert ran.outcomes[0].value == "held"
