"""The self-test, run at first use: hostile programs must get nowhere, an honest one must get its result.

The first tier that stands it is taken.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import interviewer
from interviewer.sandbox import tiers
from interviewer.sandbox.reach import reach
from interviewer.sandbox.runner import judge
from interviewer.sandbox.tiers import GUARDS, Guards
from interviewer.sandbox.verdicts import Limits, Status, Tier

ATTACKS: Final = {
    "process": "started a process",
    "network": "opened a socket",
    "file": "read a file of this machine",
    "write": "wrote a file",
    "environment": "saw a variable of this machine",
    "memory": "took more memory than it may",
    "signal": "could send a signal to another process",
}
"""What a program tries, and what is said if it succeeds."""
_HOSTILE: Final = """\
import os, mmap, signal, _socket

def process(own):
    if os.fork() == 0:
        os._exit(0)

def network(own):
    _socket.socket()

def file(own):
    tried = 0
    for path in ("/etc/passwd", "/etc/hostname", "/proc/1/environ", own):
        try:
            os.close(os.open(path, os.O_RDONLY))
            return
        except OSError:
            tried += 1
    raise OSError(tried)

def write(own):
    tried = 0
    for folder in (".", "/tmp", "/dev/shm", "/var/tmp", os.path.dirname(os.__file__)):
        try:
            os.close(os.open(folder + "/interviewer-trial", os.O_CREAT | os.O_WRONLY))
            return
        except OSError:
            tried += 1
    raise OSError(tried)

def environment(own):
    if not set(os.environ) - set("PATH HOME LANG LC_CTYPE PYTHONHASHSEED PYTHONUTF8 PWD LD_LIBRARY_PATH "
                                 "OPENBLAS_NUM_THREADS OMP_NUM_THREADS".split()):
        raise OSError("nothing")

def memory(own):
    mmap.mmap(-1, 3 << 30, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)

def signal_(own):
    os.kill(os.getppid() or 1, 0)

def honest(own):
    import numpy
    return float(numpy.ones((3, 3)).dot(numpy.ones(3)).sum())

def attack(name, own):
    if name == "honest":
        return honest(own)
    try:
        {"signal": signal_}.get(name, globals().get(name))(own)
    except (OSError, MemoryError):
        return "held"
    return "through"
"""
_ENDLESS: Final = "def attack(name, own):\n    while True:\n        pass\n"
_QUICK: Final = Limits(wall=0.4)


@dataclass(frozen=True, slots=True)
class Trial:
    """Whether a tier holds here; `reason` is a clause that says why not, empty if it does."""

    tier: Tier
    holds: bool
    reason: str


def trial(tier: Tier, guards: Guards = GUARDS) -> Trial:
    """Try one tier now: about half a second."""
    if reason := tiers.system():
        return Trial(tier, False, reason)
    own = str(Path(interviewer.__file__).resolve())
    tries = [*ATTACKS, "honest"] if reach().numpy else [*ATTACKS]
    ran = judge(_HOSTILE, "attack", [[name, own] for name in tries], Limits(), tier, guards=guards)
    if ran.status is not Status.ok:
        return Trial(tier, False, ran.sentence)
    for name, outcome in zip(ATTACKS, ran.outcomes, strict=False):
        if outcome.value != "held":
            return Trial(tier, False, f"a hostile program {ATTACKS[name]} ({outcome.error or 'it says so'})")
    if reach().numpy and ran.outcomes[-1].value != 9.0:
        return Trial(tier, False, f"NumPy cannot be used in it ({ran.outcomes[-1].error})")
    ran = judge(_ENDLESS, "attack", [["endless", own]], _QUICK, tier, guards=guards)
    if ran.status is not Status.time or ran.seconds > _QUICK.wall + 1.0:
        return Trial(tier, False, f"an endless program was not stopped in time ({ran.sentence})")
    return Trial(tier, True, "")


_trials: Final[dict[Tier, Trial]] = {}
_lock: Final = threading.Lock()


def trials() -> tuple[Trial, ...]:
    """Of the tiers from the strongest on, up to the one that holds; made once in this process."""
    with _lock:
        for each in (Tier.bwrap, Tier.landlock):
            if each not in _trials:
                _trials[each] = trial(each)
            if _trials[each].holds:
                break
        return tuple(_trials.values())


def tier() -> Tier:
    """The strongest tier that holds here; blocks for the self-test the first time."""
    return next((found.tier for found in trials() if found.holds), Tier.none)


def reason() -> str:
    """Why nothing can be run here, in one sentence; empty if something can."""
    found = trials()
    if any(each.holds for each in found):
        return ""
    if system := tiers.system():
        return f"Code cannot be run here: {system}."
    return "Code cannot be run here: " + "; ".join(f"{each.tier}: {each.reason}" for each in found) + "."
