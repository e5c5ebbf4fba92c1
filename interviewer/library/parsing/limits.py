"""Limits of the child process, set before any parser is imported."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import select
import signal
import sys
import threading
from typing import Any, Final

from interviewer.sandbox.confine import confine

SECONDS: Final = 20.0
"""Of wall-clock time for one document; the program ends the child then, and it may not use more processor time."""
MEMORY: Final = 1 << 30
"""Bytes of address space (where the system holds to that) and of resident memory."""
TOO_MUCH_MEMORY: Final = 71
"""Exit code of a child that needed more."""

_NICE: Final = 10
_PR_SET_PDEATHSIG: Final = 1
_LOOK: Final = 0.1
"""Seconds between two looks at the memory in use."""


def apply(*, parent: int, seconds: float, memory: int, plan: dict[str, Any] | None = None) -> None:
    """Bind this process: time, memory, no files, no processes, no core, low priority; it ends when `parent` does.

    `plan` is the sandbox's (`parser_plan`), None where there is no such thing. To be called when all input is read:
    from then on its end means that the parent is gone.
    """
    os.nice(_NICE)
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    # The parent may have died before the line above took effect.
    if os.getppid() != parent:
        os._exit(1)
    if plan is None:
        threading.Thread(target=_watch, args=(memory,), daemon=True).start()
    whole = int(seconds) + 1
    for name, soft, hard in (
        ("RLIMIT_AS", memory, memory),
        ("RLIMIT_CPU", whole, whole + 1),  # the first sends a signal that tells what it was, the second kills
        ("RLIMIT_FSIZE", 0, 0),
        ("RLIMIT_CORE", 0, 0),
        ("RLIMIT_NPROC", 0, 0),
    ):
        # Not every system knows every limit, and a hard limit that is lower already stays.
        with contextlib.suppress(OSError, ValueError, AttributeError):
            resource.setrlimit(getattr(resource, name), (soft, hard))
    # Last, for it allows no new limits; and it binds one thread only, so there is no other: the signal above does.
    if plan is not None:
        confine(plan)


def _watch(memory: int) -> None:
    """End the process when its input closes, or when it passes its memory.

    macOS needs both: it does not keep to RLIMIT_AS and has no signal at a parent's death. On Linux the peak would count
    what the parent had at the fork, and the limit holds anyway.
    """
    looks = sys.platform == "darwin"
    while not select.select([0], [], [], _LOOK if looks else None)[0]:
        if resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > memory:
            os._exit(TOO_MUCH_MEMORY)
    os._exit(1)
