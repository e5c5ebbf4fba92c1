"""Whether what a program returned is what was expected, and if not, how it differs in a few words.

Values are None, bool, int, float, complex, str, list, tuple, dict, NumPy arrays and NumPy scalars. A scalar counts as
the Python number of its kind, an array of shape () does not. Ints, bools and strings are compared exactly, floats and
complex numbers within `tolerance`, both absolute and relative to the expected value; NaN equals NaN, and an infinity
itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

TOLERANCE = 1e-6
LONGEST = 40
"""Characters of a value in a reason."""
DTYPES = {"b": "bool", "i": "int", "u": "int", "f": "float", "c": "complex"}
NUMBERS = ("bool", "int", "float", "complex")
NONE = "None"


def difference(got: Any, expected: Any, tolerance: float = TOLERANCE) -> str:
    """How `got` differs from `expected`, as "0.7 instead of 0.75"; empty if it does not."""
    return _difference(got, expected, tolerance, "")


def kind(value: Any) -> str:
    """The kind of a value: "None", "bool", "int", "float", "complex", "str", "list", "tuple", "dict" or "array"."""
    if isinstance(value, np.generic):
        return DTYPES.get(value.dtype.kind, value.dtype.name)
    if isinstance(value, np.ndarray):
        return "array"
    return NONE if value is None else type(value).__name__


def shown(value: Any) -> str:
    """A value in at most LONGEST characters, a long one by its kind and size."""
    if isinstance(value, np.ndarray):
        return f"{_article(_dtype(value))} array of shape {value.shape}"
    if isinstance(value, np.generic):
        value = value.item()
    text = f"{value:.6g}" if isinstance(value, float) else repr(value)
    if len(text) <= LONGEST:
        return text
    if isinstance(value, (list, tuple, dict)):
        return f"{_article(kind(value))} of {len(value)}"
    return f"{text[: LONGEST - 1]}…"


def _difference(got: Any, expected: Any, tolerance: float, place: str) -> str:
    at = f"at {place}: " if place else ""
    kinds = kind(got), kind(expected)
    if kinds[0] != kinds[1]:
        return f"{at}{_named(got)} instead of {_named(expected)}"
    match kinds[0]:
        case "array":
            return _arrays(got, expected, tolerance, place)
        case "list" | "tuple":
            return _sequences(got, expected, tolerance, place)
        case "dict":
            return _mappings(got, expected, tolerance, place)
        case "float" | "complex":
            same = bool(_close(np.asarray(got), np.asarray(expected), tolerance))
        case _:
            same = bool(got == expected)
    return "" if same else f"{at}{_pair(got, expected)}"


def _arrays(got: np.ndarray, expected: np.ndarray, tolerance: float, place: str) -> str:
    at = f"at {place}: " if place else ""
    if got.shape != expected.shape:
        return f"{at}shape {got.shape} instead of {expected.shape}"
    if _dtype(got) != _dtype(expected):
        return f"{at}{_article(_dtype(got))} array instead of {_article(_dtype(expected))} array"
    exact = expected.dtype.kind not in "fc"
    same = np.asarray(got == expected) if exact else _close(got, expected, tolerance)
    wrong = np.argwhere(~same)
    if not len(wrong):
        return ""
    first = tuple(int(i) for i in wrong[0])
    pair = _pair(got[first], expected[first])
    if got.ndim == 0:
        return f"{at}{pair}"
    index = ", ".join(map(str, first))
    return f"at {place}[{index}]: {pair}" + (f"; {len(wrong)} of {got.size} differ" if len(wrong) > 1 else "")


def _sequences(got: Sequence[Any], expected: Sequence[Any], tolerance: float, place: str) -> str:
    at = f"at {place}: " if place else ""
    if len(got) != len(expected):
        return f"{at}{_items(len(got))} instead of {len(expected)}"
    found = (_difference(g, e, tolerance, f"{place}[{n}]") for n, (g, e) in enumerate(zip(got, expected, strict=True)))
    return next(filter(None, found), "")


def _mappings(got: Mapping[Any, Any], expected: Mapping[Any, Any], tolerance: float, place: str) -> str:
    at = f"at {place}: " if place else ""
    for key in expected:
        if key not in got:
            return f"{at}no key {shown(key)}"
    for key in got:
        if key not in expected:
            return f"{at}a key {shown(key)} too many"
    found = (_difference(got[key], expected[key], tolerance, f"{place}[{shown(key)}]") for key in expected)
    return next(filter(None, found), "")


def _close(got: np.ndarray, expected: np.ndarray, tolerance: float) -> np.ndarray:
    with np.errstate(all="ignore"):
        return np.asarray(np.isclose(got, expected, rtol=tolerance, atol=tolerance, equal_nan=True))


def _pair(got: Any, expected: Any) -> str:
    """Both values, with as many digits as it takes to tell them apart."""
    short = shown(got), shown(expected)
    if short[0] == short[1]:
        short = repr(_plain(got)), repr(_plain(expected))
    return f"{short[0]} instead of {short[1]}"


def _named(value: Any) -> str:
    """A value by its kind, and a number with its value: "the int 1"."""
    name = kind(value)
    if name in NUMBERS:
        return f"the {name} {shown(value)}"
    return name if name == NONE else _article("string" if name == "str" else name)


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _dtype(array: np.ndarray) -> str:
    return DTYPES.get(array.dtype.kind, array.dtype.name)


def _article(name: str) -> str:
    return f"{'an' if name[0] in 'aeiou' else 'a'} {name}"


def _items(count: int) -> str:
    return "1 item" if count == 1 else f"{count} items"
