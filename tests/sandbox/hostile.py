"""Programs that try to get out, to learn something, to take too much, or to pass without computing.

They are in hostile_programs/, a file for each class: `=== name | what may become of the run, if not ok | tight`, then
the program. Each defines `attack(world)`, where `world` names what there is to attack: `file` (a secret file), `port`
(a listener on this machine), `pid` (the process that asked), `folder` (one that anybody may write to), `package` (a
file of this package). It returns a text that starts with THROUGH if it got through; the cheats want `attack` to count
as returning `ANSWER`. `tried` and `system` come from the prelude.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from interviewer.sandbox import Limits, Status

ANSWER: Final = 6227020800
CLASSES: Final = ("resources", "information", "network", "files", "privilege", "cheats")
PRELUDE: Final = """\
import os, sys
def tried(*actions):
    for at, action in enumerate(actions):
        try:
            value = action()
        except (OSError, MemoryError, ValueError, TypeError, ImportError, ArithmeticError):
            continue
        return f"THROUGH {at}: {value!r:.80}"
    return "held"
def system(number, *arguments):
    import ctypes, platform
    if platform.machine() != "x86_64":
        raise OSError("numbers of another machine")
    libc = ctypes.CDLL(None, use_errno=True)
    found = libc.syscall(number, *arguments)
    if found < 0:
        raise OSError(ctypes.get_errno(), "refused")
    return found
"""
TIGHT: Final = Limits(cpu=1, wall=2.0)
USUAL: Final = Limits(cpu=2, wall=4.0)


@dataclass(frozen=True)
class Hostile:
    """One program, and what may become of a run of it."""

    name: str
    code: str
    may: tuple[Status, ...] = (Status.ok,)
    limits: Limits = USUAL

    @property
    def source(self) -> str:
        """With what they share."""
        return PRELUDE + self.code


def _programs() -> list[Hostile]:
    folder = Path(__file__).with_name("hostile_programs")
    sections = [
        section for name in CLASSES for section in ("\n" + (folder / f"{name}.txt").read_text()).split("\n=== ")[1:]
    ]
    return [_program(section) for section in sections]


def _program(section: str) -> Hostile:
    head, _, code = section.partition("\n")
    name, *rest = (part.strip() for part in head.split("|"))
    may = tuple(Status(word) for word in rest[0].split()) if rest else (Status.ok,)
    return Hostile(name, code, may, TIGHT if "tight" in rest else USUAL)


HOSTILE: Final = _programs()
NAMED: Final = {program.name: program for program in HOSTILE}
