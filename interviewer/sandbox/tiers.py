"""The parts of the sandbox as data, and a tier's command line and plan made of them.

`Guards` is the whole of what confines a program. The tests take out one part after another and look for what then gets
through; so each part is here because something does.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from marshal import dumps
from pathlib import Path
from typing import Any, Final

from interviewer.sandbox import seccomp
from interviewer.sandbox.confine import landlock_version
from interviewer.sandbox.reach import DEVICES, SINGLE, Reach, reach
from interviewer.sandbox.verdicts import Limits, Tier

_FOR_DOCUMENTS: Final = (
    *("/usr/share/fonts", "/usr/local/share/fonts", "/etc/fonts", "/usr/share/zoneinfo", "/etc/localtime"),
    "/etc/mime.types",
)
_INSIDE: Final = ("wire", "confine", "inside")
_START: Final = """\
import sys, marshal, builtins
from types import ModuleType
own = dict(vars(builtins))
for name in ("interviewer", "interviewer.sandbox"):
    sys.modules[name] = ModuleType(name)
    sys.modules[name].__path__ = []
for name, code in marshal.loads(sys.stdin.buffer.read(int(sys.stdin.buffer.readline()))):
    module = sys.modules[name] = ModuleType(name)
    module.__dict__["__builtins__"] = own
    exec(code, module.__dict__)
module.main(sys.stdin.buffer, int(sys.argv[1]))
"""
"""The first program inside. It takes the rest from its standard input, so no file of ours has to be readable there."""

_BARE: Final = ("-s", "-S", "-B", "-P", "-c")
"""No packages, no .pyc files, and the program's text comes next."""

NAMESPACES: Final = (
    "--unshare-user --unshare-ipc --unshare-pid --as-pid-1 --unshare-net --unshare-uts "
    "--uid 65534 --gid 65534 --disable-userns --die-with-parent --new-session --clearenv --hostname sandbox"
)
DEVICE_FOLDER: Final = "--size 65536 --tmpfs /dev {devices} --remount-ro /dev --dir /tmp --remount-ro / --chdir /tmp"
"""No /proc: it shows the environment of bubblewrap, and cannot be mounted in many containers. Nothing is writable."""
ENVIRONMENT: Final[Mapping[str, str]] = {
    "PATH": "/usr/bin",
    "HOME": "/tmp",  # noqa: S108 - a name for programs that ask; nothing can be written there
    "LANG": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}


@dataclass(frozen=True, slots=True)
class Guards:
    """Every part that confines; see the module's text."""

    namespaces: tuple[str, ...] = tuple(NAMESPACES.split())
    files: tuple[str, ...] = tuple(DEVICE_FOLDER.split())
    environment: Mapping[str, str] = field(default_factory=lambda: dict(ENVIRONMENT))
    own_environment: bool = True
    """Start with `environment` and nothing of this process's."""
    drop: bool = True
    """As root, become a user who owns nothing."""
    session: bool = True
    """Away from the terminal and the signals of this process's group."""
    landlock: tuple[str, ...] = ("files", "network", "scope")
    calls: Mapping[str, seccomp.Call] | None = field(default_factory=lambda: seccomp.ALLOWED)
    """None: no filter."""
    limits: Mapping[str, int] = field(
        default_factory=lambda: {
            "RLIMIT_FSIZE": 0,
            "RLIMIT_NOFILE": 64,
            "RLIMIT_NPROC": 64,
            "RLIMIT_CORE": 0,
            "RLIMIT_STACK": 64 << 20,
            "RLIMIT_MEMLOCK": 0,
        }
    )
    """Beside processor time and memory, which are the run's."""
    parent: bool = True
    """End with the process that started it."""
    verify: bool = True
    """Try what must fail, before the program is loaded."""


GUARDS: Final = Guards()


@cache
def start() -> bytes:
    """What the first program inside reads: the modules of this package that run there."""
    here = Path(__file__).parent
    modules = [
        (f"interviewer.sandbox.{name}", compile((here / f"{name}.py").read_bytes(), "<sandbox>", "exec"))
        for name in _INSIDE
    ]
    data = dumps(modules)
    return b"%d\n" % len(data) + data


def plan(tier: Tier, limits: Limits, guards: Guards) -> dict[str, Any]:
    """What `inside.main` is told first."""
    found = reach()
    own = dict(guards.limits)
    if "RLIMIT_NPROC" in own and tier is Tier.landlock and os.geteuid() != 0:
        own["RLIMIT_NPROC"] += _tasks()
    return {
        "parent": os.getpid() if tier is Tier.landlock and guards.parent else 0,
        "landlock": [list(guards.landlock), _rules(found)] if tier is Tier.landlock and guards.landlock else None,
        "limits": {"RLIMIT_CPU": limits.cpu, "RLIMIT_AS": limits.memory, **own},
        "filter": "" if guards.calls is None else seccomp.program(platform.machine(), guards.calls).hex(),
        "verify": guards.verify,
        "numpy": found.inside(found.numpy) if tier is Tier.bwrap else found.numpy,
        "answer": limits.answer,
    }


def parser_plan(folders: Sequence[str]) -> dict[str, Any] | None:
    """What `confine` is told for a parser of documents: code of ours that may be taken over by what it reads.

    It reads `folders`, Python's own files, and fonts and time zones; it calls what a candidate's program may call; it
    has limits of its own. None where this system has no such thing; without files where its kernel has no Landlock.
    """
    if system():
        return None
    found = reach()
    paths = [*_rules(found), *([path, True] for path in (*folders, *found.folders, *_FOR_DOCUMENTS))]
    rules = [list(GUARDS.landlock), paths] if landlock_version() else None
    code = seccomp.program(platform.machine())
    return {"parent": 0, "landlock": rules, "limits": {}, "filter": code.hex(), "verify": rules is not None}


def _tasks() -> int:
    """Threads that this user has: the limit on processes counts them all, outside a namespace."""
    user, count = os.geteuid(), 0
    for entry in os.scandir("/proc"):
        try:
            if entry.name.isdecimal() and entry.stat().st_uid == user:
                count += sum(1 for _ in os.scandir(f"{entry.path}/task"))
        except OSError:
            continue
    return count


@cache
def _rules(found: Reach) -> list[list[Any]]:
    single = [(path, True) for path in (*SINGLE, *DEVICES)]
    return [[path, whole] for path, whole in (*found.readable(), *single)]


def command(tier: Tier, result: int, slot: int, guards: Guards) -> tuple[list[str], dict[str, str]]:
    """The arguments and the environment with which a tier is started; `result` is the descriptor that is passed on."""
    found = reach()
    environment = dict(guards.environment) if guards.own_environment else {**os.environ, **guards.environment}
    argv = [found.python, *_BARE, _START, str(result)]
    if tier is Tier.bwrap:
        argv = [*_bubblewrap(found, guards), "--", found.inside(found.python), *argv[1:]]
        environment = {"PATH": "/usr/bin:/bin"} if guards.own_environment else dict(os.environ)
    if os.geteuid() == 0 and guards.drop:
        errand = {"argv": argv, "user": free_user(slot), "reveal": found.closed()}
        text = Path(__file__).with_name("launch.py").read_text(encoding="utf-8")
        argv = [found.python, *_BARE, text, dumps(errand).hex()]
    return argv, environment


def _bubblewrap(found: Reach, guards: Guards) -> Sequence[str]:
    program = shutil.which("bwrap")
    if program is None:
        raise FileNotFoundError("bubblewrap is not installed (apt-get install bubblewrap)")
    argv = [program, *guards.namespaces]
    for path in (*found.folders, found.python):
        argv += ["--ro-bind", path, found.inside(path)]
    for path, target in found.links:
        argv += ["--symlink", target, path]
    for path in SINGLE:
        argv += ["--ro-bind-try", path, path]
    for path in found.hidden:
        argv += ["--size", "65536", "--tmpfs", found.inside(path), "--remount-ro", found.inside(path)]
    for path in found.beside:
        argv += ["--ro-bind", path, found.inside(path)]
    devices = [word for path in DEVICES for word in ("--dev-bind", path, path)]
    for word in guards.files:
        argv += devices if word == "{devices}" else [word]
    libraries = found.inside(f"{found.base}/lib")
    more = {} if libraries.startswith("/usr") else {"LD_LIBRARY_PATH": libraries}
    for name, value in {**guards.environment, **more}.items():
        argv += ["--setenv", name, value]
    return argv


def free_user(slot: int, uid_map: str | None = None) -> int:
    """A uid that owns nothing and that no other run has now: limits on processes count by user.

    From the range that no allocation of Linux uses (systemd's table of uids ends at 0x6FFFFFFF), made of this process's
    id and the run's place; in a container that maps fewer, one of the last that it has below "nobody". `uid_map` is the
    text of /proc/self/uid_map.
    """
    uid_map = uid_map or Path("/proc/self/uid_map").read_text()
    wanted = 0x70000000 + (os.getpid() % (1 << 22)) * 64 + slot % 64
    ranges = [tuple(map(int, line.split())) for line in uid_map.splitlines()]
    if any(first <= wanted < first + count for first, _, count in ranges):
        return wanted
    last = max(first + count for first, _, count in ranges) - 1
    return min(last, 65533) - slot % 64


def system() -> str:
    """Why no tier can work on this system; empty if one may."""
    if sys.platform != "linux":
        return f"programs can be run safely on Linux only, and this is {platform.system()}"
    if platform.machine() not in seccomp.ARCHITECTURES:
        return f"the system calls of {platform.machine()} are not known"
    return ""
