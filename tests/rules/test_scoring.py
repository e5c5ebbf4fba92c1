"""Scores and verdicts by formula."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.domain import Dimension, Grade, Mark
from interviewer.rules.scoring import (
    capped,
    coverage,
    differ,
    result,
    round_half_down,
    settle,
    thread_grade,
    verdict,
    weighted,
)
from tests.build import Log, breadth

DIMS = breadth().dimensions
THREAD_DIMS = [dim for dim in DIMS if dim.scope == "thread"]
levels = st.one_of(st.none(), st.integers(1, 4))


def mark(dim: str, level: int | None, *sentences: int) -> Mark:
    return Mark(dimension=dim, level=level, value=level, sentences=sentences)


def marks(*given: int | None) -> list[Mark]:
    return [mark(dim.id, level, 1) for dim, level in zip(THREAD_DIMS, given, strict=True)]


def test_the_score_is_the_weighted_mean_of_what_was_observed() -> None:
    score, share = weighted(marks(4, 2, None), THREAD_DIMS)
    assert score == pytest.approx((4 * 30 + 2 * 25) / 55)
    assert share == pytest.approx(55 / 75)
    assert weighted(marks(None, None, None), THREAD_DIMS) == (None, 0.0)


@pytest.mark.parametrize(
    ("score", "given", "expected"),
    [
        (3.6, (4, 4, 3), "Strong hire"),
        (3.6, (4, 4, 2), "Hire"),
        (2.9, (3, 3, 3), "Hire"),
        (3.0, (3, 2, 4), "Hire"),
        (3.0, (2, 2, 4), "Lean hire"),
        (3.0, (4, 1, 4), "Lean hire"),
        (2.7, (3, 3, 2), "Lean hire"),
        (2.59, (3, 2, 3), "Lean no"),
        (2.2, (2, 2, 3), "Lean no"),
        (2.19, (2, 2, 2), "No hire"),
    ],
)
def test_verdicts(score: float, given: tuple[int, ...], expected: str) -> None:
    assert verdict(score, marks(*given), DIMS) == expected
    assert verdict(score, marks(*given), DIMS, veto=True) == "No hire"


def test_the_median_settles_passes_and_a_doubt_goes_down() -> None:
    assert settle([mark("d", 2, 1), mark("d", 3, 2)]).value == 2.5
    assert settle([mark("d", 2, 1), mark("d", 3, 2)]).level == 2
    third = settle([mark("d", 1, 1), mark("d", 4, 2), mark("d", 3, 3)])
    assert (third.level, third.sentences) == (3, (2, 3))


def test_a_dimension_that_half_the_passes_did_not_see_is_not_observed() -> None:
    assert settle([mark("d", 4, 1), mark("d", None)]).level is None
    assert settle([mark("d", 4, 1), mark("d", None), mark("d", 3, 1)]).value == 3.5


def test_passes_differ_by_two_levels_or_by_verdict_or_by_what_they_saw() -> None:
    assert not differ(marks(3, 3, 3), marks(3, 3, 3), THREAD_DIMS)
    assert differ(marks(4, 3, 3), marks(2, 3, 3), THREAD_DIMS)
    assert differ(marks(3, 3, 3), marks(2, 3, 2), THREAD_DIMS)
    assert differ(marks(3, 3, None), marks(3, 3, 3), THREAD_DIMS)


@pytest.mark.parametrize(("rung", "expected"), [(0, 4), (2, 4), (3, 3), (4, 2)])
def test_a_hint_sets_a_ceiling(rung: int, expected: int) -> None:
    held = capped(mark("correctness", 4, 1, 2), rung=rung)
    assert held.level == expected
    assert bool(held.ceiling) == (expected < 4)
    assert capped(mark("correctness", 1, 1), rung=rung).level == 1


@given(st.lists(st.tuples(levels, levels, levels), min_size=1, max_size=3), st.integers(0, 2), st.integers(1, 4))
def test_a_better_level_never_lowers_a_score(passes: list[tuple[int | None, ...]], which: int, better: int) -> None:
    settled = [settle([marks(*p)[n] for p in passes]) for n in range(3)]
    score, _ = weighted(settled, THREAD_DIMS)
    value = settled[which].value
    if score is None or value is None or better < value:
        return
    raised = [m if n != which else m.model_copy(update={"value": float(better)}) for n, m in enumerate(settled)]
    after, _ = weighted(raised, THREAD_DIMS)
    assert after is not None
    assert after >= score - 1e-9


@given(st.floats(1, 4))
def test_rounding_never_favours(value: float) -> None:
    assert round_half_down(value) <= value + 0.5
    assert 1 <= round_half_down(value) <= 4
    assert abs(round_half_down(value) - value) <= 0.5 + 1e-9


def test_a_thread_with_too_little_support_is_not_graded() -> None:
    log = Log()
    log.begin()
    graded = thread_grade(
        marks(3, None, None), thread=log.state.threads[0], dimensions=THREAD_DIMS, findings=(), grade=Grade()
    )
    assert graded.score is None
    assert "Too little" in graded.not_graded


def played(*rows: tuple[int | None, int | None, int | None] | str) -> Log:
    log = Log(bank=None, minutes=120)
    log.bank = tuple(q.model_copy(update={"id": f"q{n}", "area": f"B{n:02d}"}) for n, q in enumerate(log.bank * 4, 1))
    log.begin()
    for n, row in enumerate(rows):
        if isinstance(row, str):
            log.turn(kind=row)
            while log.state.threads[n].closes == "":
                log.turn(kind=row)
            log.grade(n, None, None, None, not_graded="nothing")
        else:
            log.turn("An answer.", touched=["m1", "m2", "s1"])
            log.grade(n, *row)
    return log


def test_a_round_as_numbers() -> None:
    outcome = result(played((3, 3, 3), (4, 4, 4), (2, 2, 2)).state)
    by_dim = {m.dimension: m.value for m in outcome.marks}
    assert by_dim["correctness"] == 3.0
    assert by_dim["coverage"] == 3.0
    assert by_dim["communication"] is None
    assert outcome.score == pytest.approx(3.0)
    assert outcome.verdict == "Hire"
    assert outcome.graded == 3


@pytest.mark.parametrize(
    ("rows", "level"),
    [
        ([(3, 3, 3)] * 2, None),
        ([(3, 3, 3)] * 3, 4),
        ([(3, 3, 3)] * 4 + [(1, 1, 1)], 3),
        ([(3, 3, 3)] * 3 + [(1, 1, 1)] * 2, 3),
        ([(3, 3, 3)] * 2 + [(1, 1, 1)] * 3, 2),
        ([(3, 3, 3)] + [(1, 1, 1)] * 3, 1),
        ([(3, 3, 3)] * 2 + ["skip"], 3),
        ([(3, 3, 3)] * 2 + ["gave_up"], 3),
    ],
)
def test_coverage_counts_areas_at_the_bar(rows: list[tuple[int, int, int] | str], level: int | None) -> None:
    assert coverage(played(*rows).state).level == level


def test_answering_one_topic_and_leaving_the_rest_gives_no_score() -> None:
    outcome = result(played((4, 4, 4), "gave_up", "gave_up").state)
    assert outcome.score is None
    assert "Fewer than half" in outcome.not_graded


def test_nothing_graded_is_said() -> None:
    assert "no graded answer" in result(Log().state).not_graded


def test_a_round_with_too_few_dimensions_is_not_scored() -> None:
    log = played((3, 3, 3))
    heavy = Dimension(id="extra", name="Extra", weight=900, scope="round", anchors=("a", "b", "c", "d"))
    from dataclasses import replace

    state = replace(log.state, round=log.state.round.model_copy(update={"dimensions": (*DIMS, heavy)}))
    assert "Too little" in result(state).not_graded
