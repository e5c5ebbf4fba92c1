"""The filter, run by an interpreter of BPF of our own, for both machines and for every call that there is."""

from __future__ import annotations

import errno
import struct
from collections.abc import Sequence

import pytest

from interviewer.sandbox.seccomp import ALLOW, ALLOWED, ARCHITECTURES, CLONE_THREAD, KILL, REFUSE, X32, program

MACHINES = sorted(ARCHITECTURES)


def verdict(machine: str, number: int, arguments: Sequence[int] = (), *, architecture: int | None = None) -> int:
    """What the filter says of a call; arguments are 64-bit."""
    called = ARCHITECTURES[machine] if architecture is None else architecture
    data = struct.pack("<iIQ6Q", number, called, 0, *arguments, *[0] * (6 - len(arguments)))
    code = list(struct.iter_unpack("=HBBI", program(machine)))
    at = held = 0
    while True:
        operation, yes, no, value = code[at]
        at += 1
        if operation == 0x20:
            held = int(struct.unpack_from("<I", data, value)[0])
        elif operation == 0x06:
            return int(value)
        else:
            truth = {0x15: held == value, 0x35: held >= value, 0x45: bool(held & value)}[operation]
            at += yes if truth else no


def number_of(machine: str, name: str) -> int:
    return ALLOWED[name].arm if machine == "aarch64" else ALLOWED[name].x86


@pytest.mark.parametrize("machine", MACHINES)
def test_what_is_not_named_is_refused(machine: str) -> None:
    named = {number_of(machine, name) for name in ALLOWED} - {-1}
    for number in range(600):
        said = verdict(machine, number)
        if number not in named:
            assert said in {REFUSE | errno.EPERM, REFUSE | errno.ENOSYS}, number
        elif not any(ALLOWED[name].words for name in ALLOWED if number_of(machine, name) == number):
            assert said == ALLOW, number


def test_no_number_is_there_twice_and_none_of_the_dangerous() -> None:
    for numbers, dangerous in (
        # fork, vfork, execve, kill, tkill, tgkill, socket, socketpair, connect, pipe, pipe2, ptrace, shmget,
        # memfd_create, unshare, setns, mount, chmod, fchmodat, unlink, rename, setrlimit, io_uring_setup, bpf,
        # execveat, seccomp, keyctl
        (
            [call.x86 for call in ALLOWED.values()],
            [57, 58, 59, 62, 200, 234, 41, 53, 42, 22, 293, 101, 29, 319, 272, 308, 165, 90, 268, 87, 82, 160, 425, 321,
             322, 317, 250],
        ),
        (
            [call.arm for call in ALLOWED.values()],
            [221, 129, 130, 131, 198, 199, 203, 59, 117, 194, 279, 97, 268, 40, 53, 35, 38, 164, 425, 280, 281, 277,
             219],
        ),
    ):  # fmt: skip
        there = [number for number in numbers if number >= 0]
        assert len(there) == len(set(there)) and not set(there) & set(dangerous)


@pytest.mark.parametrize("machine", MACHINES)
def test_arguments_that_change_what_a_call_is(machine: str) -> None:
    refused, terminal = REFUSE | errno.EPERM, REFUSE | errno.ENOTTY
    cases: list[tuple[str, list[int], int]] = [
        ("clone", [0x3D0F00], ALLOW),
        ("clone", [17], refused),
        ("clone", [CLONE_THREAD << 32 | 17], refused),
        ("ioctl", [1, 0x5401], ALLOW),
        ("ioctl", [1, 0x5412], terminal),
        ("ioctl", [1, 0x5421], terminal),
        ("fcntl", [1, 3], ALLOW),
        ("fcntl", [1, 1031, 1 << 20], refused),
        ("fcntl", [1, 8, 1], refused),
        ("prlimit64", [0, 7, 0, 1 << 40], ALLOW),
        ("prlimit64", [0, 7, 1, 0], refused),
        ("prlimit64", [0, 7, 1 << 32, 0], refused),
        ("prlimit64", [1, 7, 0, 1], refused),
        ("prctl", [15, 1], ALLOW),
        ("prctl", [1, 0], refused),
        ("prctl", [22, 2], refused),
        ("prctl", [4, 1], refused),
    ]
    for name, arguments, expected in cases:
        assert verdict(machine, number_of(machine, name), arguments) == expected, (name, arguments)


@pytest.mark.parametrize("machine", MACHINES)
def test_other_tables_of_calls_end_the_process(machine: str) -> None:
    assert verdict(machine, number_of(machine, "read"), architecture=0x40000003) == KILL
    if machine == "x86_64":
        assert verdict(machine, X32) == KILL and verdict(machine, X32 + 520) == KILL


@pytest.mark.parametrize("machine", MACHINES)
def test_libraries_are_told_to_take_the_older_call(machine: str) -> None:
    for number in (435, 437, 463, 511, 5000):
        assert verdict(machine, number) == REFUSE | errno.ENOSYS
    assert verdict(machine, 462) == REFUSE | errno.EPERM


def test_a_machine_whose_numbers_are_not_known() -> None:
    with pytest.raises(KeyError):
        program("riscv64")
