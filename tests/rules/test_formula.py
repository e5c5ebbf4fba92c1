"""Formulas of sums are worked out, and anything else in one is refused."""

from __future__ import annotations

import contextlib
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.rules.formula import FormulaError, constants, evaluate, names, steps


def test_a_formula_by_hand() -> None:
    formula = "orders / 86400 * peak ** 2 - (1 - 0.5)"
    assert evaluate(formula, {"orders": 172_800.0, "peak": 3.0}) == pytest.approx(17.5)
    assert steps(formula, {"orders": 172_800.0, "peak": 3.0}) == pytest.approx((2.0, 9.0, 18.0, 0.5, 17.5))
    assert set(constants(formula)) == {86_400.0, 2.0, 1.0, 0.5}
    assert names(formula) == ("orders", "peak")
    assert evaluate("-2 ** 2", {}) == -4.0


@pytest.mark.parametrize(
    ("formula", "says"),
    [
        ("orders * 2", "needs 'orders'"),
        ("__import__('os').getcwd()", "may hold only"),
        ("abs(1)", "may hold only"),
        ("'a' * 3", "may hold only"),
        ("True + 1", "may hold only"),
        ("1 if 2 else 3", "may hold only"),
        ("1 // 2", "may hold only"),
        ("1 / (2 - 2)", "has no value"),
        ("10 ** 1000000", "has no value"),
        ("(0 - 8) ** 0.5", "has no value"),
        ("9" * 400, "too large"),
        ("1 +", "is no formula"),
        ("", "is no formula"),
        ("1\n2", "is no formula"),
        ("(" * 500 + ")" * 500, "is no formula"),
    ],
)
def test_what_is_no_formula_says_why(formula: str, says: str) -> None:
    with pytest.raises(FormulaError, match=says):
        evaluate(formula, {})


@given(st.text(max_size=40))
def test_any_text_has_a_finite_value_or_an_error(text: str) -> None:
    with contextlib.suppress(FormulaError):
        assert math.isfinite(evaluate(text, {"a": 1.0}))


@given(st.floats(-1e6, 1e6), st.floats(0.001, 1e6))
def test_it_computes_as_written(a: float, b: float) -> None:
    assert evaluate("a + b * (a - b) / b", {"a": a, "b": b}) == a + b * (a - b) / b
