"""The list of system calls that a confined program may make, as a BPF program; everything else is refused.

An allow-list: what is not named cannot be used, so a call that the kernel learns tomorrow is refused too. It holds what
Python and NumPy need to compute, to read their own modules and to use threads. Not on it: processes and programs (fork,
execve), sockets, pipes, signals to anybody, anything that writes to a file system, shared memory outside the address
space (SysV, memfd), namespaces, tracing, keys, io_uring, bpf.

The numbers are those of Linux's tables for x86-64 (arch/x86/entry/syscalls/syscall_64.tbl) and for arm64
(include/uapi/asm-generic/unistd.h); the encoding of the filter is that of linux/filter.h and linux/seccomp.h.
"""

from __future__ import annotations

import errno
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

ALLOW: Final = 0x7FFF0000
KILL: Final = 0x80000000
REFUSE: Final = 0x00050000
"""With the error number in the low bits."""
ARCHITECTURES: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
X32: Final = 0x40000000
"""The bit of x86-64's second table of calls, which would pass a list of numbers of the first."""
NEWEST: Final = 463
"""Above it there is no call that was known here: "not implemented" lets libraries take the older one."""

_Word = tuple[int, Literal["in", "has"], tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class Call:
    """A system call, its number on x86-64 and on arm64 (-1: there is none), and what its arguments must be.

    `words` are (32-bit word of the arguments, test, values): the word is one of the values, or has one of the bits.
    """

    x86: int
    arm: int
    words: tuple[_Word, ...] = ()
    refusal: int = errno.EPERM


CLONE_THREAD: Final = 0x10000

ALLOWED: Final[Mapping[str, Call]] = {
    # files, read-only by what is bound or allowed
    "read": Call(0, 63),
    "pread64": Call(17, 67),
    "readv": Call(19, 65),
    "write": Call(1, 64),
    "writev": Call(20, 66),
    "close": Call(3, 57),
    "lseek": Call(8, 62),
    "open": Call(2, -1),
    "openat": Call(257, 56),
    "stat": Call(4, -1),
    "lstat": Call(6, -1),
    "fstat": Call(5, 80),
    "newfstatat": Call(262, 79),
    "statx": Call(332, 291),
    "access": Call(21, -1),
    "faccessat": Call(269, 48),
    "faccessat2": Call(439, 439),
    "readlink": Call(89, -1),
    "readlinkat": Call(267, 78),
    "getdents64": Call(217, 61),
    "getcwd": Call(79, 17),
    "ioctl": Call(16, 29, ((2, "in", (0x5401, 0x5450, 0x5451, 0x541B)),), errno.ENOTTY),  # is it a terminal
    "fcntl": Call(72, 25, ((2, "in", (1, 2, 3, 1030)),)),  # descriptor flags, F_GETFL, F_DUPFD_CLOEXEC
    # memory
    "mmap": Call(9, 222),
    "munmap": Call(11, 215),
    "mprotect": Call(10, 226),
    "mremap": Call(25, 216),
    "madvise": Call(28, 233),
    "brk": Call(12, 214),
    # threads, time, waiting
    "clone": Call(56, 220, ((0, "has", (CLONE_THREAD,)),)),
    "futex": Call(202, 98),
    "set_robust_list": Call(273, 99),
    "rseq": Call(334, 293),
    "gettid": Call(186, 178),
    "sched_yield": Call(24, 124),
    "sched_getaffinity": Call(204, 123),
    "getcpu": Call(309, 168),
    "nanosleep": Call(35, 101),
    "clock_nanosleep": Call(230, 115),
    "clock_gettime": Call(228, 113),
    "clock_getres": Call(229, 114),
    "gettimeofday": Call(96, 169),
    "time": Call(201, -1),
    "poll": Call(7, -1),
    "ppoll": Call(271, 73),
    "select": Call(23, -1),
    "pselect6": Call(270, 72),
    "restart_syscall": Call(219, 128),
    # its own signals, its own end, itself
    "rt_sigaction": Call(13, 134),
    "rt_sigprocmask": Call(14, 135),
    "rt_sigreturn": Call(15, 139),
    "sigaltstack": Call(131, 132),
    "exit": Call(60, 93),
    "exit_group": Call(231, 94),
    "getpid": Call(39, 172),
    "getppid": Call(110, 173),
    "getuid": Call(102, 174),
    "geteuid": Call(107, 175),
    "getgid": Call(104, 176),
    "getegid": Call(108, 177),
    "getrusage": Call(98, 165),
    "times": Call(100, 153),
    "getrlimit": Call(97, 163),
    "prlimit64": Call(302, 261, ((0, "in", (0,)), (4, "in", (0,)), (5, "in", (0,)))),  # own limits, read only
    "prctl": Call(157, 167, ((0, "in", (15, 16, 0x53564D41)),)),  # names of threads and of memory
    "getrandom": Call(318, 278),
    "uname": Call(63, 160),
    "sysinfo": Call(99, 179),
}
"""By name, what may be called."""

ABSENT: Final = (435, 437)
"""clone3 and openat2: their arguments lie in memory, where a filter cannot look; libraries take the old call then."""

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06


def program(machine: str, allowed: Mapping[str, Call] = ALLOWED) -> bytes:
    """The filter for `platform.machine()`; KeyError for a machine whose numbers are not known."""
    arm = machine == "aarch64"
    code = [
        _step(_LOAD, 4),
        _step(_EQUAL, ARCHITECTURES[machine], 1, 0),
        _step(_RETURN, KILL),
        _step(_LOAD, 0),
    ]
    if not arm:
        code += [_step(_AT_LEAST, X32, 0, 1), _step(_RETURN, KILL)]
    for call in allowed.values():
        number = call.arm if arm else call.x86
        if number >= 0:
            body = [step for word in call.words for step in _checked(word, call.refusal)]
            body.append(_step(_RETURN, ALLOW))
            code += [_step(_EQUAL, number, 0, len(body)), *body]
    for number in ABSENT:
        code += [_step(_EQUAL, number, 0, 1), _step(_RETURN, REFUSE | errno.ENOSYS)]
    code += [_step(_AT_LEAST, NEWEST, 0, 1), _step(_RETURN, REFUSE | errno.ENOSYS)]
    code.append(_step(_RETURN, REFUSE | errno.EPERM))
    return b"".join(code)


def _checked(word: _Word, refusal: int) -> Sequence[bytes]:
    """Go on after these steps if the argument passes; else refuse. The little end of an argument comes first."""
    at, test, values = word
    kind = _EQUAL if test == "in" else _ANY_BIT
    jumps = [_step(kind, value, len(values) - place, 0) for place, value in enumerate(values)]
    return [_step(_LOAD, 16 + 4 * at), *jumps, _step(_RETURN, REFUSE | refusal)]


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("=HBBI", code, yes, no, value)
