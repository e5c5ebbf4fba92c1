"""What an interview will cost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.rules.estimate import estimate


def test_twenty_minutes_by_hand() -> None:
    value = estimate(20, price_in=2.0, price_out=8.0)
    # 16 acts of (1,800 + 1,500) in and (90 + 60) out; 5 threads graded twice at 2,600 in and 450 out.
    assert (value.tokens_in, value.tokens_out) == (78_800, 6_900)
    assert value.cost == pytest.approx(78_800 * 2e-6 + 6_900 * 8e-6)


def test_long_rounds_by_hand() -> None:
    design = estimate(45, round="design", price_in=2.0, price_out=8.0)
    # 36 acts of (5,500 + 3,900) in and (90 + 60) out; one problem graded twice at 9,000 in and 700 out.
    assert (design.tokens_in, design.tokens_out) == (356_400, 6_800)
    depth = estimate(45, round="depth", price_in=2.0, price_out=8.0)
    # 36 acts of (3,100 + 2,400) in; three subjects graded twice at 4,600 in and 450 out.
    assert (depth.tokens_in, depth.tokens_out) == (225_600, 8_100)
    assert estimate(45, round="new", price_in=2.0, price_out=8.0) == estimate(45, price_in=2.0, price_out=8.0)


def test_steps_that_the_built_in_does_cost_nothing() -> None:
    assert estimate(20, price_in=2.0, price_out=8.0, steps=["grade"]).tokens_in == 26_000
    assert estimate(20, price_in=2.0, price_out=8.0, steps=()).cost == 0


@pytest.mark.parametrize(("price_in", "price_out"), [(None, 1.0), (1.0, None), (None, None)])
def test_without_both_prices_there_is_no_amount(price_in: float | None, price_out: float | None) -> None:
    value = estimate(10, price_in=price_in, price_out=price_out)
    assert value.cost is None
    assert value.tokens_in > 0


@given(st.integers(5, 119), st.floats(0, 100), st.floats(0, 100))
def test_a_longer_interview_never_costs_less(minutes: int, price_in: float, price_out: float) -> None:
    shorter = estimate(minutes, price_in=price_in, price_out=price_out).cost
    longer = estimate(minutes + 1, price_in=price_in, price_out=price_out).cost
    assert shorter is not None and longer is not None and shorter <= longer
