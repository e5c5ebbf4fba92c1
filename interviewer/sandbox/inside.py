"""Run inside: loads the candidate's program and makes the calls that the host asks for, one at a time.

The host sends a call's arguments only when the call before is answered, says when to begin, takes the first answer that
carries the call's own secret, and keeps the time itself; so a program can lie about its own values, which it may return
anyway, and about little else. What is used here is bound before the program is loaded, and this module's builtins are
its own copy: a program that replaces `len` or `os.write` replaces it for itself.
"""

from __future__ import annotations

import builtins
import gc
import os
import sys
from _frozen_importlib_external import spec_from_file_location
from os import pread as _pread
from os import write as _write
from resource import RUSAGE_SELF
from resource import getrusage as _usage
from sys import setprofile as _set_profile
from sys import settrace as _set_trace
from time import perf_counter as _now
from types import FunctionType, ModuleType

from interviewer.sandbox.confine import Unconfined, confine
from interviewer.sandbox.wire import Unsendable, decode, encode

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, BinaryIO

NAME = "solution.py"
"""How the candidate's file is called in tracebacks."""
_OURS = "<sandbox>"
_MOST_TEXT = 4000
"""Characters of a message or a traceback."""
_MOST_FRAMES = 12
_held: list[int] = []
"""The descriptor of this process's own figures, if there is a /proc; opened before files are closed to it."""


def main(job: BinaryIO, results: int) -> None:
    """Confine this process, then answer what comes over `job` on the descriptor `results`; returns at its end."""
    plan = _request(job.readline)
    null = os.open(os.devnull, os.O_RDONLY)
    # The program's own standard input is empty; what the host sends stays with this function.
    requests = os.fdopen(os.dup(job.fileno()), "rb", buffering=1 << 16)
    os.dup2(null, 0)
    os.close(null)
    sys.stdin = open(0, encoding="utf-8", closefd=False)
    _hold_figures()
    try:
        _find_numpy(plan["numpy"])
        confine(plan)
    except (Unconfined, OSError, ValueError) as error:
        _say(results, "unconfined", str(error))
        return
    _forget()
    _say(results, "ready")
    _answer(requests.readline, results, plan["answer"])


def _answer(readline: Callable[[], bytes], results: int, most: int) -> None:
    secret, source, entry = _request(readline)
    out, errors = sys.stdout, sys.stderr
    loaded, function, names = _load(source, entry)
    _flush(out, errors)
    _say(results, secret, *loaded, names, _peak())
    while True:
        secret, arguments = _request(readline)
        before = encode(arguments)
        _say(results, secret, _peak())
        (secret,) = _request(readline)
        status, text, error, trace, seconds = _call(function, arguments, most)
        changed = _differs(arguments, before)
        del arguments
        _flush(out, errors)
        head = encode([secret, status, error, trace, seconds, changed, _peak()])
        _send(results, f"[{head},{text}]")


def _request(readline: Callable[[], bytes]) -> Any:
    """What the host wants next; ends the process when the host is gone, also if that was in the middle of a line."""
    line = readline()
    if not line.endswith(b"\n"):
        os._exit(0)
    return decode(line[:-1].decode("ascii"))


def _load(source: str, entry: str) -> tuple[tuple[str, str, str], Callable[..., object] | None, list[str]]:
    """What became of the program (kind, error, trace), the function, and the functions that there are."""
    module = ModuleType("solution")
    sys.modules["solution"] = module
    try:
        exec(compile(source, NAME, "exec", dont_inherit=True), module.__dict__)  # noqa: S102
    except SyntaxError as error:
        # Of the program's own text, not raised by it: no frame of the program is on the way.
        if error.__traceback__ is not None and error.__traceback__.tb_next is None:
            shown = (error.text or "").rstrip()
            where = f'  File "{NAME}", line {error.lineno}\n    {shown.strip()}\n' if shown else ""
            return ("syntax", f"line {error.lineno}: {error.msg}"[:_MOST_TEXT], where[:_MOST_TEXT]), None, []
        return ("raised", *_told(error)), None, []
    except BaseException as error:
        return ("raised", *_told(error)), None, []
    finally:
        _untraced()
    function = module.__dict__.get(entry)
    if callable(function):
        return ("loaded", "", ""), function, []
    there = list(module.__dict__.items())
    names = [name[:60] for name, value in there if type(name) is str and _own(value)]
    return ("absent", "", ""), None, names[:8]


def _own(value: object) -> bool:
    """Whether it is a function that the program itself defines."""
    return type(value) is FunctionType and value.__code__.co_filename == NAME


def _call(function: Callable[..., object] | None, arguments: list[Any], most: int) -> tuple[str, str, str, str, float]:
    """Status, value as text, error, trace, seconds."""
    assert function is not None
    began = _now()
    try:
        value = function(*arguments)
        seconds = _now() - began
        _untraced()
        return "returned", encode(value, most), "", "", seconds
    except Unsendable as error:
        return "raised", "null", f"returned {error}", "", _now() - began
    except BaseException as error:
        seconds = _now() - began
        return "raised", "null", *_told(error), seconds
    finally:
        _untraced()


def _untraced() -> None:
    _set_trace(None)
    _set_profile(None)


def _differs(arguments: list[Any], before: str) -> bool:
    try:
        return encode(arguments) != before
    except BaseException:
        return True


def _told(error: BaseException) -> tuple[str, str]:
    """The error in one line, and the traceback without frames of ours."""
    try:
        said = str(error)
    except BaseException:
        said = ""
    name = type.__getattribute__(type(error), "__name__")
    line = f"{name}: {said}" if said else name
    shown: list[str] = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename != _OURS:
            file = code.co_filename.rpartition("/")[2]
            shown.append(f'  File "{file}", line {trace.tb_lineno}, in {code.co_name}\n')
        trace = trace.tb_next
    if len(shown) > _MOST_FRAMES:
        left_out = len(shown) - _MOST_FRAMES
        half = _MOST_FRAMES // 2
        shown = [*shown[:half], f"  … {left_out} more …\n", *shown[-half:]]
    text = "Traceback (most recent call last):\n" + "".join(shown) if shown else ""
    return line[:_MOST_TEXT], (text + line)[:_MOST_TEXT]


def _hold_figures() -> None:
    try:
        _held.append(os.open("/proc/self/status", os.O_RDONLY | os.O_CLOEXEC))
    except OSError:
        pass


def _peak() -> int:
    """Bytes that were resident at most.

    The system's other count takes over the size of the process that started this one, unless a namespace lies between.
    """
    for at in _held:
        found = _pread(at, 4096, 0).partition(b"VmHWM:")[2].split(None, 1)
        return int(found[0]) * 1024 if found else 0
    return _usage(RUSAGE_SELF).ru_maxrss * 1024


def _flush(*streams: Any) -> None:
    for stream in streams:
        try:
            stream.flush()
        except BaseException:
            pass


def _say(results: int, *values: object) -> None:
    _send(results, encode(list(values)))


def _send(results: int, text: str) -> None:
    rest = memoryview(text.encode("ascii") + b"\n")
    while rest:
        rest = rest[_write(results, rest) :]


def _find_numpy(folder: str) -> None:
    """Let `import numpy` find that one package, wherever it is installed, and nothing beside it."""
    if not folder:
        return

    class Finder:
        @staticmethod
        def find_spec(name: str, _path: object = None, _target: object = None) -> Any:
            if name != "numpy":
                return None
            return spec_from_file_location(name, f"{folder}/__init__.py", submodule_search_locations=[folder])

    sys.meta_path.append(Finder)


def _forget() -> None:
    """Leave nothing of ours where a program would come upon it by name."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "interviewer"]:
        del sys.modules[name]
    sys.path[:] = [path for path in sys.path if path]
    sys.argv[:] = [NAME]
    sys.orig_argv[:] = []
    vars(sys.modules["__main__"]).clear()
    vars(sys.modules["__main__"]).update(__name__="__main__", __builtins__=builtins)
    gc.freeze()
