"""The table of domain.md §3.5, cell by cell."""

from __future__ import annotations

import pytest

from interviewer.rules.correctness import Checked, correctness, pass_rate


def ended(passed: int, failed: int, *, core: bool = True) -> list[Checked]:
    """Hidden tests of which the failed ones are of numerics, or with `core=False` edges."""
    return [
        *(Checked(f"right {n}", "edge", True) for n in range(passed)),
        *(Checked(f"wrong {n}", "numerics" if core else "edge", False) for n in range(failed)),
    ]


@pytest.mark.parametrize(
    ("passed", "failed", "core", "rungs", "level", "ceiling"),
    [
        (10, 0, True, {}, 4, ""),
        (10, 0, True, {"a": 2, "b": 2}, 4, ""),
        (10, 0, True, {"a": 3}, 3, "hint H3"),
        (10, 0, True, {"a": 3, "b": 3}, 2, "more than one hint H3"),
        (10, 0, True, {"a": 4}, 2, "hint H4"),
        (9, 1, True, {}, 3, ""),
        (8, 2, True, {"a": 3}, 3, ""),
        (9, 1, False, {}, 2, ""),
        (7, 3, True, {}, 2, ""),
        (4, 6, True, {"a": 4}, 2, ""),
        (3, 7, True, {}, 1, ""),
        (0, 10, False, {"a": 4}, 1, ""),
    ],
)
def test_the_table(passed: int, failed: int, core: bool, rungs: dict[str, int], level: int, ceiling: str) -> None:
    mark = correctness(ended(passed, failed, core=core), rungs=rungs, hard_coded=False)
    assert (mark.level, mark.value, mark.ceiling) == (level, float(level), ceiling)
    assert mark.reason.startswith(f"{passed} of {passed + failed} hidden tests pass")


def test_what_fails_is_named_and_no_more_than_three() -> None:
    assert correctness(ended(6, 4), rungs={}, hard_coded=False).reason == (
        "6 of 10 hidden tests pass; not: wrong 0, wrong 1, wrong 2."
    )


def test_answers_of_the_visible_tests_are_level_one() -> None:
    mark = correctness(ended(9, 1), rungs={}, hard_coded=True)
    assert mark.level == 1 and "visible tests" in mark.reason


def test_nothing_tested_is_not_observed() -> None:
    mark = correctness([], rungs={}, hard_coded=False)
    assert mark.level is None and mark.value is None and mark.reason
    assert pass_rate([]) == 0.0
