"""What counts as the expected value, and how a difference is put."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from interviewer.rules.comparing import difference, kind, shown

NAN, INF = float("nan"), float("inf")


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (None, None),
        (True, True),
        (3, 3),
        (3, np.int64(3)),
        (np.bool_(True), True),
        (np.float64(0.75), 0.75),
        (0.75 + 1e-7, np.float32(0.75)),
        (NAN, NAN),
        (-INF, -INF),
        (1e12 * (1 + 1e-7), 1e12),
        (1 + 1e-8j, 1 + 0j),
        ("a", "a"),
        ([], []),
        ((1, [2.0, "x"]), (1, [2.0, "x"])),
        ({"b": 1, 2: [3.0]}, {2: [3.0], "b": 1}),
        (np.zeros((0, 3)), np.zeros((0, 3))),
        (np.array([1.0, NAN, INF]), np.array([1.0 + 1e-9, NAN, INF])),
        (np.array([1, 2], dtype=np.int32), np.array([1, 2], dtype=np.uint8)),
        (np.array([1.0], dtype=np.float32), np.array([1.0])),
        (np.array([True]), np.array([True])),
    ],
)
def test_the_same(got: Any, expected: Any) -> None:
    assert difference(got, expected) == "" and difference(expected, got) == ""


@pytest.mark.parametrize(
    ("got", "expected", "says"),
    [
        (0.7, 0.75, "0.7 instead of 0.75"),
        (0.12345678, 0.1234599, "0.123457 instead of 0.12346"),
        (0.12345678, 0.1234592, "0.123457 instead of 0.123459"),
        (1.000002001, 1.0000000001, "1.000002001 instead of 1.0000000001"),
        (1.0, NAN, "1 instead of nan"),
        (INF, -INF, "inf instead of -inf"),
        (0.0, INF, "0 instead of inf"),
        (1, 1.0, "the int 1 instead of the float 1"),
        (True, 1, "the bool True instead of the int 1"),
        (np.float64(2.0), 2, "the float 2 instead of the int 2"),
        (None, 0.5, "None instead of the float 0.5"),
        (0.5, None, "the float 0.5 instead of None"),
        (np.array(0.5), 0.5, "an array instead of the float 0.5"),
        ([1, 2], (1, 2), "a list instead of a tuple"),
        ([1.0], np.array([1.0]), "a list instead of an array"),
        ("1", 1, "a string instead of the int 1"),
        (10**20 + 1, 10**20, "100000000000000000001 instead of 100000000000000000000"),
        ("ab", "ac", "'ab' instead of 'ac'"),
        ("x" * 90, "y", f"'{'x' * 38}… instead of 'y'"),
        (1e308, -1e308, "1e+308 instead of -1e+308"),
        ([1], [1, 2], "1 item instead of 2"),
        ([[1, 2], [3, 5]], [[1, 2], [3, 4]], "at [1][1]: 5 instead of 4"),
        ([[1, 2, 3]], [[1, 2]], "at [0]: 3 items instead of 2"),
        ([1, None], [1, "a"], "at [1]: None instead of a string"),
        ({"a": 1}, {"a": 1, "b": 2}, "no key 'b'"),
        ({"a": 1, 3: 2}, {"a": 1}, "a key 3 too many"),
        ({"a": [1.0, 2.0]}, {"a": [1.0, 2.5]}, "at ['a'][1]: 2 instead of 2.5"),
        (np.zeros(3), np.zeros((3, 1)), "shape (3,) instead of (3, 1)"),
        (np.zeros(2, dtype=int), np.zeros(2), "an int array instead of a float array"),
        (np.zeros(2, dtype=bool), np.zeros(2, dtype=int), "a bool array instead of an int array"),
        (np.array([1.0, 2.0]), np.array([1.0, 3.0]), "at [1]: 2 instead of 3"),
        (np.array([[1, 2], [3, 4]]), np.array([[1, 9], [9, 4]]), "at [0, 1]: 2 instead of 9; 2 of 4 differ"),
        (np.array([NAN]), np.array([0.0]), "at [0]: nan instead of 0"),
        (np.array(1.0), np.array(2.0), "1 instead of 2"),
        ((np.zeros(2), np.ones(2)), (np.zeros(2), np.zeros(2)), "at [1][0]: 1 instead of 0; 2 of 2 differ"),
    ],
)
def test_a_difference_in_a_few_words(got: Any, expected: Any, says: str) -> None:
    assert difference(got, expected) == says


def test_the_tolerance_is_both_absolute_and_relative_to_what_was_expected() -> None:
    assert difference(1e-7, 0.0) == "" and difference(1e-5, 0.0) != ""
    assert difference(1e9 + 500, 1e9) == "" and difference(1e9 + 5000, 1e9) != ""
    assert difference(0.75, 0.7, tolerance=0.1) == "" and difference(1, 2, tolerance=0.9) != ""


@pytest.mark.parametrize(
    ("value", "as_shown", "as_kind"),
    [
        (np.float32(0.5), "0.5", "float"),
        (np.arange(6).reshape(2, 3), "an int array of shape (2, 3)", "array"),
        (list(range(50)), "a list of 50", "list"),
        (None, "None", "None"),
        (np.complex64(1j), "1j", "complex"),
    ],
)
def test_a_value_in_short(value: Any, as_shown: str, as_kind: str) -> None:
    assert (shown(value), kind(value)) == (as_shown, as_kind)
