"""Values go over and come back the same; what was not written by `encode` is refused, whatever it is."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interviewer.sandbox.wire import DEEPEST, Malformed, Unsendable, decode, encode

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
values: st.SearchStrategy[Any] = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(st.integers() | st.text(), inner)
        | st.dictionaries(st.tuples(st.integers()), inner)
    ),
    max_leaves=20,
)


@settings(max_examples=50)
@given(values)
def test_any_value_comes_back(value: Any) -> None:
    text = encode(value)
    assert text.isascii() and "\n" not in text and repr(decode(text)) == repr(value)


@pytest.mark.parametrize("kind", "?bBhHiIlLefdFD")
def test_arrays_and_scalars_come_back(kind: str) -> None:
    for array in (np.arange(6).astype(kind).reshape(2, 3), np.zeros((2, 0), kind), np.ones((), kind)):
        found = decode(encode(array))
        assert found.dtype == array.dtype and found.shape == array.shape and (found == array).all()
        assert found.flags.writeable and found.flags.owndata
    scalar = np.ones((), kind)[()]
    assert type(decode(encode(scalar))) is type(scalar) and decode(encode(scalar)) == scalar


def test_order_of_bytes_and_of_axes_is_no_part_of_a_value() -> None:
    array = np.arange(6, dtype=">i4").reshape(2, 3).T
    found = decode(encode(array))
    assert found.dtype == np.dtype("<i4") and (found == array).all()


def test_what_is_not_a_number_comes_back() -> None:
    assert math.isnan(decode(encode(math.nan))) and decode(encode([math.inf, -math.inf])) == [math.inf, -math.inf]
    assert str(decode(encode(-0.0))) == "-0.0"


UNSENDABLE = [
    ({1, 2}, "a set, which cannot be compared"),
    (object(), "an object, which cannot be compared"),
    (1j, "a complex, which cannot be compared"),
    (np.array(["a"]), "an array of <U1, which cannot be compared"),
    (np.array([None]), "an array of object, which cannot be compared"),
    (np.ma.array([1]), "a MaskedArray, which cannot be compared"),
    (7**6000, "an integer of more than 4300 digits, which cannot be compared"),
]


@pytest.mark.parametrize(("value", "text"), UNSENDABLE, ids=[text for _, text in UNSENDABLE])
def test_what_cannot_be_compared(value: Any, text: str) -> None:
    with pytest.raises(Unsendable) as raised:
        encode([value])
    assert str(raised.value) == text


def test_what_is_too_long_or_too_deep() -> None:
    assert len(encode("x" * 98, most=100)) == 100
    for value in ("x" * 99, [1] * 60, np.zeros(20)):
        with pytest.raises(Unsendable, match="MB"):
            encode(value, most=100)
    nest: list[Any] = []
    for _ in range(DEEPEST):
        nest = [nest]
    assert decode(encode(nest)) == nest
    with pytest.raises(Unsendable, match="levels"):
        encode([nest])


MALFORMED = [
    "", "[", "1 2", "{}", '{"x": 1}', '{"t": 1, "d": 2}', '{"d": [[[1], 2]]}', '{"d": [1]}', '{"t": 5}', "nul", "[1,]",
    '{"a": ["|O", [1], "AAAAAAAAAAA="]}', '{"a": ["<f8", [2], "AAAAAAAAAAA="]}', '{"a": ["<f8", [-1], ""]}',
    '{"a": ["<f8", [true], "AAAAAAAAAAA="]}', '{"a": ["<f8", 1, "AAAAAAAAAAA="]}', '{"a": ["<f8", [1], "A"]}',
    '{"a": [["<f8"], [1], ""]}', '{"a": ["<f8", [0, 9999999999999999999999], ""]}', '{"s": ["<M8", "AAAAAAAAAAA="]}',
    "[" * 100_000, "1" * 5000, '{"a": 1}', '"\x01"', '{"a": ["<f8", [1], 5]}',
    '{"a": ["|b1", [' + "1," * 70 + '1], "AA=="]}',
]  # fmt: skip


@pytest.mark.parametrize("text", MALFORMED, ids=[text[:30] for text in MALFORMED])
def test_what_was_not_written_by_encode(text: str) -> None:
    with pytest.raises(Malformed):
        decode(text)


pieces: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from("tdas"), inner, max_size=2),
)


@settings(max_examples=50)
@given(st.text() | pieces.map(json.dumps))
def test_any_text_is_a_value_or_malformed(text: str) -> None:
    try:
        decode(text)
    except Malformed:
        return
