"""One process inside the sandbox, as the host sees it: what is written to it, what comes back, and its end.

Everything that comes back is a stranger's: capped, timed, and parsed with care. No file is shared with it, and it is
never asked to end: it is killed, and its end is waited for.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from interviewer.sandbox import wire
from interviewer.sandbox.verdicts import Limits, Status

_PIECE: Final = 1 << 16
_LAST_WORDS: Final = 1.0
"""Seconds for a process that was killed to be gone from the kernel's lists, with all that it held."""
_CRASHES: Final = {
    signal.SIGSEGV: "it reached memory that is not its own, or recursed without end",
    signal.SIGBUS: "it reached memory that is not its own",
    signal.SIGABRT: "the interpreter gave up",
    signal.SIGILL: "the interpreter gave up",
    signal.SIGFPE: "an impossible operation on numbers",
}


class Stopped(Exception):
    """The run is over before all was answered: `status`, and a sentence for the candidate."""

    def __init__(self, status: Status, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status
        self.sentence = sentence


class Session:
    """A started process; `close` must be called. Not for use by two threads."""

    def __init__(
        self,
        argv: Sequence[str],
        environment: Mapping[str, str],
        result: tuple[int, int],
        limits: Limits,
        *,
        apart: bool = True,
    ) -> None:
        """`result` are the two ends of the result pipe, of which the second goes to the process; raises OSError.

        `apart` gives it a session of its own.
        """
        self.limits = limits
        self.began = time.monotonic()
        self.deadline = self.began + limits.wall
        self._result, theirs = result
        self._ready = selectors.DefaultSelector()
        self._code: int | None = None
        self.cpu = 0.0
        try:
            self._process = subprocess.Popen(  # noqa: S603 - argv is this package's own
                argv,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=environment,
                cwd=os.sep,
                pass_fds=(theirs,),
                start_new_session=apart,
                bufsize=0,
            )
        except OSError:
            os.close(self._result)
            self._ready.close()
            raise
        finally:
            os.close(theirs)
        streams = (self._process.stdin, self._process.stdout, self._process.stderr)
        self._in, self._out, self._errors = (stream.fileno() for stream in streams if stream is not None)
        self._streams = streams
        for descriptor in (self._in, self._out, self._errors, self._result):
            os.set_blocking(descriptor, False)
        self._texts = {self._out: bytearray(), self._errors: bytearray(), self._result: bytearray()}
        for descriptor in self._texts:
            self._ready.register(descriptor, selectors.EVENT_READ)
        self._pending = memoryview(b"")

    @property
    def printed(self) -> str:
        """What it wrote on standard output up to now."""
        return _text(self._texts[self._out], self.limits.printed)

    @property
    def errors(self) -> str:
        """What it wrote on standard error up to now."""
        return _text(self._texts[self._errors], self.limits.printed)

    def send(self, data: bytes) -> None:
        """Let it have these bytes; they are written while its answer is waited for."""
        self._pending = memoryview(bytes(self._pending) + data)
        self._ready.register(self._in, selectors.EVENT_WRITE)

    def receive(self) -> list[Any]:
        """Its next line, decoded; raises Stopped if there is none."""
        said = self._texts[self._result]
        seen = 0
        while said.find(b"\n", seen) < 0:
            seen = len(said)
            self._step()
        line, _, rest = bytes(said).partition(b"\n")
        self._texts[self._result] = bytearray(rest)
        try:
            found = wire.decode(line.decode("ascii"))
        except ValueError:
            found = None
        if rest or type(found) is not list:
            raise Stopped(Status.error, "stopped: the program wrote on the channel of the results")
        self._drain()
        return found

    def _step(self) -> None:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise Stopped(Status.time, f"stopped after {round(self.limits.wall, 1):g} s")
        for key, _ in self._ready.select(left):
            if key.fd == self._in:
                self._write()
            elif not self._read(key.fd):
                self._ready.unregister(key.fd)
                if key.fd == self._result:
                    raise self._ended()

    def _write(self) -> None:
        try:
            self._pending = self._pending[os.write(self._in, self._pending[: 1 << 20]) :]
        except BlockingIOError:
            return
        except BrokenPipeError:
            self._pending = memoryview(b"")
        if not self._pending:
            self._ready.unregister(self._in)

    def _read(self, descriptor: int) -> bool:
        """Take what is there; False at the end. Raises Stopped if it is too much."""
        try:
            piece = os.read(descriptor, _PIECE)
        except BlockingIOError:
            return True
        text = self._texts[descriptor]
        text += piece
        if descriptor == self._result:
            # The head of an answer is short, but for a message and a traceback.
            if len(text) > self.limits.answer + _PIECE:
                raise Stopped(Status.output, "stopped: the results are too long")
        elif len(text) > self.limits.printed:
            raise Stopped(Status.output, f"stopped: it printed more than {self.limits.printed >> 10} kB")
        return bool(piece)

    def _drain(self) -> None:
        """What was printed before an answer is in the pipe when the answer is."""
        for descriptor in (self._out, self._errors):
            before = -1
            while before != len(self._texts[descriptor]):
                before = len(self._texts[descriptor])
                self._read(descriptor)

    def _ended(self) -> Stopped:
        """Why it is gone, after the end of its results."""
        try:
            self._drain()
        except Stopped as stopped:
            return stopped
        if not self._wait(0.5):
            return Stopped(Status.error, "stopped: the program closed the channel of the results")
        code = self._code or 0
        number = -code if code < 0 else code - 128 if code > 128 else 0
        if number in (signal.SIGKILL, signal.SIGXCPU) and self.cpu >= self.limits.cpu - 0.2:
            return Stopped(Status.time, f"stopped after {self.limits.cpu} s")
        if number and "MemoryError" in self.errors:
            return Stopped(Status.memory, _too_much(self.limits))
        if number in _CRASHES:
            return Stopped(Status.error, f"the program crashed: {_CRASHES[signal.Signals(number)]}")
        if number == signal.SIGSYS:
            return Stopped(Status.error, "stopped: the program made a system call that is not allowed")
        if number == signal.SIGKILL:
            return Stopped(Status.memory, "the system ended the program, most likely for lack of memory")
        return Stopped(Status.error, "the program ended itself before it had answered")

    def _wait(self, seconds: float) -> bool:
        """Whether it has ended by then; its exit code and processor time are taken with it."""
        until = time.monotonic() + seconds
        while self._code is None:
            found, status, usage = os.wait4(self._process.pid, os.WNOHANG)
            if found:
                self._code = self._process.returncode = os.waitstatus_to_exitcode(status)
                self.cpu = usage.ru_utime + usage.ru_stime
            elif time.monotonic() >= until:
                return False
            else:
                time.sleep(0.001)
        return True

    def close(self) -> None:
        """Kill it, wait until all of it is gone, and close every descriptor."""
        if self._code is None:
            # bubblewrap's child first, while there is somebody to take note of its death: where this program is the
            # first process of a container, nobody else would.
            below = _children(self._process.pid)
            for child in below:
                with contextlib.suppress(OSError):
                    os.kill(child, signal.SIGKILL)
            if not below or not self._wait(_LAST_WORDS):
                os.kill(self._process.pid, signal.SIGKILL)
                self._wait(60.0)
        # The last process of a namespace dies after the first; its end of the pipe is closed when it does.
        until = time.monotonic() + _LAST_WORDS
        os.set_blocking(self._result, False)
        while time.monotonic() < until:
            try:
                if not os.read(self._result, _PIECE):
                    break
            except BlockingIOError:
                time.sleep(0.0005)
        self._ready.close()
        os.close(self._result)
        for stream in self._streams:
            if stream is not None:
                stream.close()


def _children(pid: int) -> list[int]:
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except OSError:
        return []


def _text(data: bytearray, most: int) -> str:
    return bytes(data[:most]).decode("utf-8", "replace")


def _too_much(limits: Limits) -> str:
    return f"it needed more than {_size(limits.memory)} of memory"


def _size(count: int) -> str:
    return f"{count / (1 << 30):g} GB" if count >= 1 << 30 else f"{count >> 20} MB"
