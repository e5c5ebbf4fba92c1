"""The correctness of code from its hidden tests and the hints it took: a fixed table, no judgement (domain.md §3.5)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from interviewer.domain import Mark
from interviewer.domain.tasks import Group

WRONG_BELOW: Final = 0.4
RIGHT_FROM: Final = 0.8
CORE: Final[frozenset[Group]] = frozenset(("basic", "edge"))
"""Groups whose failing keeps level 3 away, whatever the share: an answer that is wrong on the plain case or on an edge
that the statement names is not "mostly right"."""


@dataclass(frozen=True, slots=True)
class Checked:
    """How one hidden test ended."""

    name: str
    group: Group
    passed: bool


def pass_rate(checked: Sequence[Checked]) -> float:
    """Share of the tests passed, 0-1; 0 where there is none."""
    return sum(one.passed for one in checked) / len(checked) if checked else 0.0


def correctness(checked: Sequence[Checked], *, rungs: Mapping[str, int], hard_coded: bool) -> Mark:
    """The mark for correctness of the code that was submitted, or stood last.

    `rungs` are the highest hint rungs per key point (0-4). Level 1 below 40 % of the tests, and for code that holds
    the visible tests' answers; 2 below 80 %, or with H4; 3 from 80 % with the core right and at most one H3; 4 with
    all tests and no H3. Where nothing was tested the dimension is not observed.
    """
    if not checked:
        return Mark(dimension="correctness", reason="No code was there to test.")
    share, failed = pass_rate(checked), [one for one in checked if not one.passed]
    counted = f"{len(checked) - len(failed)} of {len(checked)} hidden tests pass"
    if hard_coded:
        return _mark(1, f"{counted}; the program holds the answers of the visible tests")
    high = [rung for rung in rungs.values() if rung >= 3]
    level = _level(share, core=not any(one.group in CORE for one in failed))
    ceiling, why = _ceiling(high)
    if level > ceiling:
        return _mark(ceiling, f"{counted}; {why}", ceiling=why)
    names = ", ".join(one.name for one in failed[:3])
    return _mark(level, f"{counted}; not: {names}" if failed else counted)


def _level(share: float, *, core: bool) -> int:
    if share < WRONG_BELOW:
        return 1
    if share < RIGHT_FROM or not core:
        return 2
    return 4 if share == 1 else 3


def _ceiling(high: Sequence[int]) -> tuple[int, str]:
    """The highest level that hints of rung 3 and 4 leave, and why."""
    if 4 in high or len(high) > 1:
        return 2, "hint H4" if 4 in high else "more than one hint H3"
    return (3, "hint H3") if high else (4, "")


def _mark(level: int, reason: str, *, ceiling: str = "") -> Mark:
    return Mark(dimension="correctness", level=level, value=float(level), reason=f"{reason}.", ceiling=ceiling)
