"""A child process for one document, so that no file can hang, fill or kill the program.

It gets the bytes on standard input and answers on standard output, both pipes; it may not write files, start processes
or use more than its time and memory, and its environment is empty. Where the system has what the sandbox needs, it is
confined like a candidate's program (`parser_plan`): whoever takes over a parser can read the libraries' files and
nothing of this user's, and reaches nobody. Elsewhere (macOS) such code could still read what this user can read.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from interviewer.library.parsing.limits import MEMORY, SECONDS, TOO_MUCH_MEMORY
from interviewer.sandbox import parser_plan

AT_ONCE: Final = 2
"""Children that run at the same time; others wait for their turn, which does not count as their time."""

_START: Final = """\
import sys, types
folder, *sys.path = sys.argv[1:]
sys.dont_write_bytecode = True
for name in ("library", "sandbox"):
    bare = sys.modules["interviewer." + name] = types.ModuleType("interviewer." + name)
    bare.__path__ = [folder + "/" + name]
from interviewer.library.parsing.__main__ import main
main()
"""
"""The child's program. It finds what this process finds, and gets the packages without their `__init__`, which loads
the indexes: there is no time for them, and no room under the memory limit."""

_MOST_ANSWER: Final = 110_000_000
"""Bytes: an unpacked archive is the longest honest answer."""
_PIECE: Final = 1 << 16
_GRACE: Final = 0.5
"""Seconds in which a child that has closed its output may end by itself, for its exit code says why it did."""
_turns = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a child said, or why it said nothing.

    `head` is the first line, decoded, None without a whole answer; `parts` are the bytes after it, cut as it says.
    `fault` follows the document's name in a sentence; empty when there is an answer. `peak` is its resident memory in
    bytes at most, and at least this process's at the start; `seconds` is how long it ran.
    """

    head: dict[str, Any] | None
    parts: tuple[bytes, ...]
    fault: str
    peak: int
    seconds: float


def ask(task: str, data: bytes, *, seconds: float = SECONDS, memory: int = MEMORY, **request: object) -> Answer:
    """Have one task of `parsing.__main__` done in a child of its own; blocks, `seconds` after its turn at most."""
    found = [str(Path(path).resolve()) for path in sys.path if path]
    bounds = {"parent": os.getpid(), "seconds": seconds, "memory": memory, "plan": parser_plan(found)}
    head = {**request, "task": task, **bounds, "size": len(data)}
    with _turns:
        started = time.monotonic()
        process = subprocess.Popen(  # noqa: S603 - the program and its arguments are this process's own
            [sys.executable, "-I", "-X", "utf8", "-c", _START, str(Path(__file__).parents[1]), *found],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={},
            cwd=os.sep,
            start_new_session=True,
        )
        said: bytes | None = None
        try:
            said = _talk(process, json.dumps(head).encode() + b"\n", data, deadline=started + seconds)
        finally:
            status, peak = _ended(process, grace=0.0 if said is None else _GRACE)
    seconds_used = time.monotonic() - started
    answer = None if said is None else _understood(said)
    if answer is not None:
        return Answer(*answer, fault="", peak=peak, seconds=seconds_used)
    fault = _fault(status, late=said is None or seconds_used >= seconds, seconds=seconds, memory=memory)
    return Answer(None, (), fault, peak, seconds_used)


def _talk(process: subprocess.Popen[bytes], head: bytes, data: bytes, *, deadline: float) -> bytes | None:
    """Write the request and read to the end of the answer; None if the deadline passes or the answer is too long.

    Standard input stays open: the child takes its end for the end of this program.
    """
    assert process.stdin is not None and process.stdout is not None
    os.set_blocking(process.stdin.fileno(), False)
    pending = [memoryview(head), memoryview(data)]
    said = bytearray()
    with selectors.DefaultSelector() as ready:
        ready.register(process.stdin, selectors.EVENT_WRITE)
        ready.register(process.stdout, selectors.EVENT_READ)
        while (left := deadline - time.monotonic()) > 0:
            for key, _ in ready.select(left):
                if key.fileobj is process.stdout:
                    piece = os.read(key.fd, _PIECE)
                    if not piece:
                        return bytes(said)
                    said += piece
                    if len(said) > _MOST_ANSWER:
                        return bytes(said)
                elif not _written(key.fd, pending):
                    ready.unregister(process.stdin)
    return None


def _written(descriptor: int, pending: list[memoryview]) -> bool:
    """Write a piece of what is pending; whether anything is left that the other side would take."""
    while pending and not pending[0]:
        pending.pop(0)
    if not pending:
        return False
    try:
        pending[0] = pending[0][os.write(descriptor, pending[0][:_PIECE]) :]
    except BlockingIOError:
        return True
    except BrokenPipeError:
        return False
    return True


def _ended(process: subprocess.Popen[bytes], *, grace: float) -> tuple[int, int]:
    """End the child with all that it started; its exit code and its peak memory in bytes."""
    assert process.stdin is not None and process.stdout is not None
    process.stdout.close()
    until = time.monotonic() + grace
    found, status, usage = os.wait4(process.pid, os.WNOHANG)
    while not found and time.monotonic() < until:
        time.sleep(0.005)
        found, status, usage = os.wait4(process.pid, os.WNOHANG)
    if not found:
        os.killpg(process.pid, signal.SIGKILL)
        _, status, usage = os.wait4(process.pid, 0)
    process.stdin.close()
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _understood(said: bytes) -> tuple[dict[str, Any], tuple[bytes, ...]] | None:
    """The answer's head and parts; None if it is not a whole answer."""
    line, found, rest = said.partition(b"\n")
    try:
        head = json.loads(line)
        sizes = [] if "refused" in head else head["sizes"]
        if not found or len(rest) != sum(sizes):
            return None
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    parts, start = [], 0
    for size in sizes:
        parts.append(rest[start : start + size])
        start += size
    return head, tuple(parts)


def _fault(status: int, *, late: bool, seconds: float, memory: int) -> str:
    if late or status == -signal.SIGXCPU:
        return f"takes more than {seconds:g} seconds to read: split it, or save it anew and add that"
    # What this program did not end itself, the system ended for lack of memory.
    if status in (TOO_MUCH_MEMORY, -signal.SIGKILL):
        return f"needs more than {memory >> 20:,} MB of memory to read: split it, or save it anew and add that"
    return "breaks its reader: it is damaged or made to do so; save it anew (print it to a PDF) and add that"
