"""Each part of the sandbox stops something: taken out, it gets through. Parts that back each other are shown alone."""

from __future__ import annotations

import ctypes
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from interviewer.sandbox import Limits, Ran, Status, Tier, tiers
from interviewer.sandbox.reach import _hidden, reach
from interviewer.sandbox.runner import judge
from interviewer.sandbox.seccomp import ALLOWED, Call
from interviewer.sandbox.tiers import GUARDS, Guards
from tests.sandbox.conftest import possible
from tests.sandbox.hostile import NAMED, PRELUDE
from tests.sandbox.throw import world

BWRAP = pytest.mark.parametrize("each", [tier for tier in possible() if tier is Tier.bwrap])
LANDLOCK = pytest.mark.parametrize("each", [tier for tier in possible() if tier is Tier.landlock])
ALONE = replace(GUARDS, calls=None, verify=False)
"""Without the list of calls, which would hide what the other parts do."""
WORLD: dict[str, Any] = {"file": "", "port": 0, "pid": os.getpid(), "folder": "", "package": ""}


def answer(code: str, tier: Tier, guards: Guards, place: Mapping[str, Any] = WORLD) -> Any:
    """What `attack` returns; the whole run if it returns nothing."""
    ran = judge(PRELUDE + code, "attack", [[dict(place)]], Limits(cpu=2, wall=4.0), tier, guards=guards)
    return ran.outcomes[0].value if ran.outcomes[0].status == "returned" else ran


def without(guards: Guards, *words: str) -> Guards:
    """Without one option of bubblewrap and its values."""
    listed = list(guards.namespaces)
    at = next(at for at in range(len(listed)) if tuple(listed[at : at + len(words)]) == words)
    return replace(guards, namespaces=(*listed[:at], *listed[at + len(words) :]))


# bubblewrap's options: what a program sees with it and, if the run starts at all, without it
SEES = {
    "--unshare-pid": ("os.getpid() == 1", True),
    "--as-pid-1": ("os.getpid() == 1", True),
    "--hostname sandbox": ("os.uname().nodename", "sandbox"),
    "--uid 65534": ("os.getuid()", 65534),
    "--gid 65534": ("os.getgid()", 65534),
    "--unshare-net": ("__import__('socket').socket().connect_ex(('127.0.0.1', world['port'])) == 0", False),
    "--unshare-ipc": ("__import__('ctypes').CDLL(None).shmget(0x1D7F, 0, 0) >= 0", False),
    "--disable-userns": ("__import__('ctypes').CDLL(None).unshare(0x10000000) == 0", False),
}


@contextmanager
def shared_memory() -> Iterator[None]:
    libc = ctypes.CDLL(None)
    identity = libc.shmget(0x1D7F, 4096, 0o1666)
    assert identity >= 0
    try:
        yield
    finally:
        libc.shmctl(identity, 0, None)


@BWRAP
@pytest.mark.parametrize("option", SEES)
def test_an_option_of_bubblewrap(each: Tier, option: str) -> None:
    expression, expected = SEES[option]
    code = f"def attack(world):\n    return {expression}\n"
    with shared_memory(), socket.create_server(("127.0.0.1", 0)) as listener:
        place = {**WORLD, "port": listener.getsockname()[1]}
        assert answer(code, each, ALONE, place) == expected
        assert answer(code, each, without(ALONE, *option.split()), place) != expected


@BWRAP
@pytest.mark.parametrize("option", ["--unshare-user", "--unshare-uts"])
def test_options_without_which_bubblewrap_does_not_start(each: Tier, option: str) -> None:
    assert answer("def attack(world): return 1", each, without(GUARDS, option)).status is Status.refused


@BWRAP
def test_the_environment_is_emptied_twice(each: Tier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERVIEWER_CANARY", "canary")
    code = "def attack(world): return 'INTERVIEWER_CANARY' in os.environ"
    full = replace(ALONE, own_environment=False)
    assert answer(code, each, full) is False and answer(code, each, without(full, "--clearenv")) is True
    assert answer(code, each, without(ALONE, "--clearenv")) is False


@BWRAP
def test_a_session_of_its_own_in_bubblewrap(each: Tier) -> None:
    code = "def attack(world): return os.getsid(0) != 0"
    assert answer(code, each, ALONE) is True and answer(code, each, without(ALONE, "--new-session")) is False


@BWRAP
def test_no_capability_is_left(each: Tier) -> None:
    code = """
def attack(world):
    import ctypes
    head, data = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
    assert ctypes.CDLL(None).syscall(125 if os.uname().machine == "x86_64" else 90, head, data) == 0
    return any(data)
"""
    assert answer(code, each, ALONE) is False


WRITES = "def attack(world):\n    return tried(lambda: open('{path}', 'wb').write(b'x' * 200_000))\n"
ROOMY = replace(ALONE, limits={})


@BWRAP
@pytest.mark.parametrize(("option", "path"), [(("--remount-ro", "/dev"), "/dev/x"), (("--remount-ro", "/"), "/tmp/x")])
def test_nothing_is_writable(each: Tier, option: tuple[str, str], path: str) -> None:
    code = WRITES.format(path=path).replace("200_000", "1")
    assert answer(code, each, ROOMY) == "held"
    listed = " ".join(ROOMY.files).replace(" ".join(option) + " ", "", 1).split()
    assert str(answer(code, each, replace(ROOMY, files=tuple(listed)))).startswith("THROUGH")


@BWRAP
def test_a_writable_folder_would_be_small(each: Tier) -> None:
    listed = " ".join(ROOMY.files).replace("--remount-ro /dev ", "")
    code = WRITES.format(path="/dev/x")
    assert answer(code, each, replace(ROOMY, files=tuple(listed.split()))) == "held"
    unlimited = listed.replace("--size 65536 ", "")
    assert str(answer(code, each, replace(ROOMY, files=tuple(unlimited.split())))).startswith("THROUGH")


LANDLOCKED = {
    "files": ("open(world['file']).read()", {}),
    "network": (
        "1 / (__import__('socket').socket().connect_ex(('127.0.0.1', world['port'])) == 0)",
        {"socket": Call(41, 198), "connect": Call(42, 203)},
    ),
    "scope": ("os.kill(world['pid'], 0)", {"kill": Call(62, 129)}),
}


@LANDLOCK
@pytest.mark.parametrize("kind", LANDLOCKED)
def test_a_part_of_landlock(each: Tier, kind: str, tmp_path: Path) -> None:
    if kind != "files" and ctypes.CDLL(None).syscall(444, None, 0, 1) < 6:
        return  # an older kernel's Landlock knows files only; there the list of calls stands alone
    expression, calls = LANDLOCKED[kind]
    code = f"def attack(world):\n    return tried(lambda: {expression})\n"
    # As whoever asks: root's own process is out of reach for the other user anyway.
    guards = replace(GUARDS, calls={**ALLOWED, **calls}, verify=False, drop=False)
    rest = tuple(part for part in guards.landlock if part != kind)
    (tmp_path / "secret").write_text("x")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        place = {**WORLD, "port": listener.getsockname()[1], "file": str(tmp_path / "secret")}
        assert answer(code, each, guards, place) == "held"
        assert str(answer(code, each, replace(guards, landlock=rest), place)).startswith("THROUGH")


FORKS = {
    # The new process leaves at once: it would answer too.
    "clone": "def attack(world):\n    return tried(lambda: os.fork() or os._exit(0))\n",
}
# What a program gets when one call is added to the list, or an argument is no longer looked at.
ADDED = {
    "clone": {"clone": replace(ALLOWED["clone"], words=())},
    "pipes": {"pipe2": Call(293, 59)},
    "pipe size": {"fcntl": replace(ALLOWED["fcntl"], words=())},
    "memfd": {"memfd_create": Call(319, 279)},
    "SysV memory": {"shmget": Call(29, 194)},
    "namespaces": {"unshare": Call(272, 97)},
    "abstract socket": {"socketpair": Call(53, 199)},
    "UDP": {"socket": Call(41, 198), "sendto": Call(44, 206)},
    "outlives its parent": {"prctl": replace(ALLOWED["prctl"], words=())},
    "trace the parent": {"ptrace": Call(101, 117)},
    "priorities": {"setpriority": Call(141, 140), "sched_setaffinity": Call(203, 122)},
    "change folder": {"chdir": Call(80, 49), "fchdir": Call(81, 50)},
}


@LANDLOCK
@pytest.mark.parametrize("name", ADDED)
def test_a_call_that_is_not_on_the_list(each: Tier, name: str) -> None:
    code = FORKS.get(name) or NAMED[name].code
    guards = replace(GUARDS, verify=False)
    with world() as place:
        assert answer(code, each, guards, place) == "held"
        opened = replace(guards, calls={**ALLOWED, **ADDED[name]})
        assert str(answer(code, each, opened, place)).startswith("THROUGH")


def test_limits_are_set_and_each_by_its_own_line(tier: Tier) -> None:
    code = "import resource as r\ndef attack(world):\n    return [r.getrlimit(getattr(r, n)) for n in world]\n"
    names = ["RLIMIT_CPU", "RLIMIT_AS", *GUARDS.limits]
    found = dict(zip(names, answer(code, tier, GUARDS, dict.fromkeys(names)), strict=True))
    assert found["RLIMIT_CPU"] == (2, 2) and found["RLIMIT_AS"] == (1 << 30, 1 << 30)
    for name, most in GUARDS.limits.items():
        assert found[name][0] == found[name][1] and (found[name][0] <= most or name == "RLIMIT_NPROC")
    other = {name: most // 2 for name, most in GUARDS.limits.items()}
    changed = dict(zip(names, answer(code, tier, replace(GUARDS, limits=other), dict.fromkeys(names)), strict=True))
    for name, most in GUARDS.limits.items():
        assert most == 0 or changed[name] != found[name], name


def test_threads_are_counted(tier: Tier) -> None:
    code = NAMED["thread bomb"].code
    assert answer(code, tier, GUARDS) == "held"
    unlimited = {name: most for name, most in GUARDS.limits.items() if name != "RLIMIT_NPROC"}
    assert str(answer(code, tier, replace(GUARDS, limits=unlimited))).startswith("THROUGH")


def test_root_is_given_up(tier: Tier) -> None:
    code = NAMED["thread bomb"].code
    if os.geteuid() == 0:
        assert str(answer(code, tier, replace(GUARDS, drop=False))).startswith("THROUGH")
    if tier is Tier.landlock:
        assert answer("def attack(world): return os.getuid()", tier, GUARDS) not in {0, 65534}


@LANDLOCK
def test_the_environment_is_empty(each: Tier, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INTERVIEWER_CANARY", "canary")
    code = "def attack(world): return sorted(os.environ)"
    assert set(answer(code, each, GUARDS)) <= {*GUARDS.environment, "LC_CTYPE"}
    assert "INTERVIEWER_CANARY" in answer(code, each, replace(GUARDS, own_environment=False))


@LANDLOCK
def test_a_session_of_its_own(each: Tier) -> None:
    code = "def attack(world): return os.getsid(0) == os.getpid()"
    assert answer(code, each, ALONE) is True and answer(code, each, replace(ALONE, session=False)) is False


def test_packages_beside_the_library_are_hidden(tier: Tier, monkeypatch: pytest.MonkeyPatch) -> None:
    standard = os.__file__.rpartition("/")[0]
    path = "os.path.dirname(os.__file__) + '/wsgiref/util.py'"
    code = f"def attack(world):\n    return tried(lambda: open({path}).read(9))\n"
    full = reach()
    assert str(answer(code, tier, GUARDS)).startswith("THROUGH")
    monkeypatch.setattr(tiers, "reach", lambda: replace(full, hidden=(*full.hidden, f"{standard}/wsgiref")))
    assert answer(code, tier, GUARDS) == "held"


def test_this_package_is_hidden_wherever_it_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "lib" / "anywhere" / "interviewer"
    package.mkdir(parents=True)
    monkeypatch.setattr("interviewer.__file__", str(package / "__init__.py"))
    assert str(package) in _hidden((str(tmp_path / "lib"),)) and str(package) not in _hidden(("/usr/lib",))


def test_a_lost_part_is_noticed_before_the_program_is_loaded(tier: Tier) -> None:
    open_wide = replace(GUARDS, calls=None)
    refused = answer("def attack(world): return 1", tier, open_wide)
    assert (
        isinstance(refused, Ran) and refused.status is Status.refused and "could still be started" in refused.sentence
    )
    assert answer("def attack(world): return 1", tier, replace(open_wide, verify=False)) == 1
