"""Run inside, before any line of the candidate's: gives up everything that a computation does not need.

Like the rest of what runs inside, standard library only; `ctypes` makes the calls for which Python has no function.
Once done it tries what must no longer work, in every run: a sandbox that has silently lost a part runs nothing.
"""

from __future__ import annotations

import ctypes
import os
import resource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_SIGKILL = 9
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_SECCOMP, _PR_SET_NO_NEW_PRIVS = 1, 4, 22, 38
_LANDLOCK_CREATE, _LANDLOCK_ADD, _LANDLOCK_RESTRICT = 444, 445, 446
# By version of Landlock: rights on files that exist, kinds of network use, and what reaches out of the domain.
_FILE_RIGHTS = (0, 0x1FFF, 0x3FFF, 0x7FFF, 0x7FFF, 0xFFFF)
_READ_FILE, _READ_DIRECTORY = 1 << 2, 1 << 3

_libc = ctypes.CDLL(None, use_errno=True)


class Unconfined(Exception):
    """A part of the sandbox cannot be had; `str()` says which."""


def confine(plan: dict[str, Any]) -> None:
    """Give up what the plan names (see `tiers.plan`); raises Unconfined, after which nothing may be run."""
    if plan["parent"]:
        _die_with(plan["parent"])
    _prctl(_PR_SET_DUMPABLE, 0)
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)
    if plan["landlock"] is not None:
        _landlock(*plan["landlock"])
    for name, most in plan["limits"].items():
        what = getattr(resource, name)
        ceiling = resource.getrlimit(what)[1]
        value = most if ceiling == resource.RLIM_INFINITY else min(most, ceiling)
        resource.setrlimit(what, (value, value))
    if plan["filter"]:
        _seccomp(bytes.fromhex(plan["filter"]))
    if plan["verify"]:
        _verify()


def _die_with(parent: int) -> None:
    """End with the process that started this one, also if that was killed."""
    _prctl(_PR_SET_PDEATHSIG, _SIGKILL)
    if os.getppid() != parent:
        raise Unconfined("the program that wanted the answer is gone")


def _prctl(option: int, value: Any, more: Any = 0) -> None:
    if _libc.prctl(option, ctypes.c_ulong(value), more, 0, 0):
        raise Unconfined(f"prctl {option} failed: {os.strerror(ctypes.get_errno())}")


def landlock_version() -> int:
    """Of this kernel's Landlock; 0 if it has none."""
    return max(0, int(_libc.syscall(_LANDLOCK_CREATE, None, 0, 1)))


def _landlock(kinds: list[str], paths: list[list[Any]]) -> None:
    """Files: read below the paths (`[path, whether files too, or only lists of folders]`), nothing else anywhere.

    No TCP, where the kernel's Landlock knows of it (version 4), and no abstract sockets of others, nor signals to them
    (version 6); the list of system calls has none of these either.
    """
    version = landlock_version()
    if version < 1:
        raise Unconfined("this kernel has no Landlock")
    rights = _FILE_RIGHTS[min(version, len(_FILE_RIGHTS) - 1)]
    wanted = (("files", rights, 1), ("network", 3, 4), ("scope", 3, 6))
    attributes = (ctypes.c_uint64 * 3)(
        *(bits if kind in kinds and version >= first else 0 for kind, bits, first in wanted)
    )
    size = 8 if version < 4 else 16 if version < 6 else 24
    rules = _libc.syscall(_LANDLOCK_CREATE, attributes, ctypes.c_size_t(size), 0)
    if rules < 0:
        raise Unconfined(f"Landlock refused its rules: {os.strerror(ctypes.get_errno())}")
    for path, whole in paths if "files" in kinds else ():
        _allow(rules, path, whole=whole)
    if _libc.syscall(_LANDLOCK_RESTRICT, rules, 0):
        raise Unconfined(f"Landlock could not be entered: {os.strerror(ctypes.get_errno())}")
    os.close(rules)


def _allow(rules: int, path: str, *, whole: bool) -> None:
    try:
        at = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    folder = os.path.isdir(path)
    rights = (_READ_FILE if whole else 0) | (_READ_DIRECTORY if folder else 0)
    rule = rights.to_bytes(8, "little") + at.to_bytes(4, "little", signed=True)
    failed = _libc.syscall(_LANDLOCK_ADD, rules, 1, ctypes.c_char_p(rule), 0)
    os.close(at)
    if failed:
        raise Unconfined(f"Landlock refused a rule for {path}: {os.strerror(ctypes.get_errno())}")


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))


def _seccomp(code: bytes) -> None:
    kept = ctypes.create_string_buffer(code, len(code))
    program = _Program(len(code) // 8, ctypes.addressof(kept))
    _prctl(_PR_SET_SECCOMP, 2, ctypes.byref(program))


def _verify() -> None:
    """Try what must fail now."""
    try:
        if os.fork() == 0:
            os._exit(0)
    except OSError:
        pass
    else:
        raise Unconfined("a process could still be started")
    if _libc.socket(2, 1, 0) >= 0:
        raise Unconfined("a socket could still be made")
    for path, flags in (("/etc/passwd", os.O_RDONLY), ("/tmp/candidate", os.O_WRONLY | os.O_CREAT)):  # noqa: S108
        try:
            os.close(os.open(path, flags))
        except OSError:
            continue
        raise Unconfined(f"{path} could still be opened")
