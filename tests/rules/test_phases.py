"""The parts of a long round: what each may take, which comes next, and how they went."""

from hypothesis import given
from hypothesis import strategies as st

from interviewer.domain import Phase
from interviewer.rules.phases import Visit, allowed, following, parts

PHASES = (
    Phase(id="framing", name="Goal", minutes=6),
    Phase(id="data", name="Data", minutes=9),
    Phase(id="questions", name="Your questions", minutes=5),
)


def test_a_part_may_take_its_share_of_what_was_left_when_it_began() -> None:
    assert allowed(PHASES, (Visit("framing", 0.0),), total=1200) == 360
    assert allowed(PHASES, (Visit("framing", 0.0), Visit("data", 360.0)), total=1200) == 540
    # Five minutes too long: the two that follow share the loss.
    late = allowed(PHASES, (Visit("framing", 0.0), Visit("data", 660.0)), total=1200)
    assert round(late) == round(540 * 9 / 14)


def test_a_longer_round_gives_each_part_more() -> None:
    assert allowed(PHASES, (Visit("framing", 0.0),), total=2400) == 720


def test_nothing_is_left_after_the_end() -> None:
    assert allowed(PHASES, (Visit("framing", 0.0), Visit("data", 1500.0)), total=1200) == 0


def test_the_next_part_is_the_first_that_was_not_begun() -> None:
    visits = (Visit("framing", 0.0), Visit("questions", 100.0))
    found = following(PHASES, visits)
    assert found is not None and found.id == "data"
    assert following(PHASES, (*visits, Visit("data", 200.0))) is None


def test_the_parts_as_they_went() -> None:
    visits = (Visit("framing", 0.0), Visit("data", 300.0), Visit("framing", 500.0))
    first, second, last = parts(PHASES, visits, total=1200, clock=620.0)
    assert (first.spent, first.begun, first.now, first.budget) == (420.0, 0.0, True, 360.0)
    assert (second.spent, second.begun, second.now) == (200.0, 300.0, False)
    assert (last.spent, last.begun) == (0, None)


@given(st.lists(st.floats(min_value=1, max_value=400), min_size=3, max_size=3))
def test_all_time_belongs_to_some_part(lengths: list[float]) -> None:
    at, visits = 0.0, []
    for phase, length in zip(PHASES, lengths, strict=True):
        visits.append(Visit(phase.id, at))
        at += length
    assert abs(sum(part.spent for part in parts(PHASES, visits, total=1200, clock=at)) - sum(lengths)) < 1e-6
