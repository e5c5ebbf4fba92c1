"""The built-in mark of depth: each step that holds is a level, and one that does not is missed wherever it is."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from interviewer.agents.builtin_problem import problem_marks
from interviewer.agents.matcher import Matches, PointMatch
from interviewer.content import shipped
from interviewer.domain import Board
from tests.build import Log

LADDER = shipped().question("rec-ladder-negatives")
STEPS = {n: [point.id for point in LADDER.key_points if point.level == n] for n in range(1, 5)}


def depth(raised: Collection[str] = (), sure: Collection[str] = (), *, elsewhere: float = 0.2) -> float | None:
    """The mark of a ladder on which these points came up, and these are sure in the whole talk."""
    log = Log((LADDER,), round="depth", question=LADDER.id, minutes=45)
    log.begin()
    log.turn("One thing. Another thing. And a third thing.", touched=raised)
    points = [
        PointMatch(key_point=point.id, probability=0.9 if point.id in sure else elsewhere, sentences=(1,))
        for point in LADDER.key_points
    ]
    found = Matches(points=tuple(points), traps=())
    marks = problem_marks(log.round.dimensions, found, (), log.state.threads[0], Board())
    return next(mark.value for mark in marks if mark.dimension == "depth")


@pytest.mark.parametrize(
    ("steps", "value"), [((), 1.0), ((1,), 1.0), ((1, 2), 2.0), ((1, 2, 4), 3.0), ((2, 3, 4), 3.0), ((1, 2, 3, 4), 4.0)]
)
def test_a_step_that_does_not_hold_is_missed_wherever_it_is(steps: tuple[int, ...], value: float) -> None:
    assert depth([id for step in steps for id in STEPS[step]]) == value


def test_a_step_of_which_something_came_counts_for_at_most_half() -> None:
    whole = STEPS[1] + STEPS[2]
    assert depth([*whole, "offline-exposure"]) == 2.25
    assert depth([*whole, "fresh-bound", "one-version"]) == pytest.approx(2.4)


def test_what_is_sure_in_the_whole_talk_counts_too_and_what_only_comes_near_does_not() -> None:
    assert depth(STEPS[1], STEPS[2]) == 2.0
    assert depth(STEPS[1], elsewhere=0.6) == 1.0
