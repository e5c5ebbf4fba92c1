"""Values as text, for both sides of the sandbox: typed, so that what comes out is exactly what went in.

JSON, in which None, bool, int, float, str and list stand for themselves and every object has one key that says what it
is: `t` a tuple, `d` a dict as pairs, `a` an array (dtype, shape, base64), `s` a NumPy scalar (dtype, base64). NaN and
infinities are JSON's usual extension. What comes back is checked as a stranger's: it was written by a process that the
candidate's program may have taken over.

This module is also run inside, with nothing but the standard library: it takes NumPy when somebody else has, and calls
nothing that a program could have replaced (C functions, bound when the module is loaded; methods of exact types). Hence
no import inside a function but that of NumPy, and no `typing` at run time.
"""

from __future__ import annotations

import sys
from _json import encode_basestring_ascii as _quoted
from _json import make_scanner
from binascii import a2b_base64, b2a_base64

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Final

DEEPEST: Final = 60
"""Levels of lists in lists that are sent."""
MOST_DIGITS: Final = 4300
"""Of an integer: what Python turns into text by default."""
_DTYPES: Final = frozenset(
    "|b1 |i1 |u1 <i2 <u2 <i4 <u4 <i8 <u8 <f2 <f4 <f8 <c8 <c16".split()  # noqa: SIM905 - a table reads better
)


class _Plainly:
    """How the scanner of the `json` module reads, without that module, which takes 15 ms to load (for `re`)."""

    strict = True
    object_hook = object_pairs_hook = None
    parse_float, parse_int = float, int
    parse_constant = {"NaN": float("nan"), "Infinity": float("inf"), "-Infinity": float("-inf")}.__getitem__
    memo: dict[str, str] = {}  # noqa: RUF012 - the scanner's own


_scan: Final = make_scanner(_Plainly())  # type: ignore[arg-type]
_modules: Final = sys.modules


class Unsendable(ValueError):
    """The value is of no kind that can be compared, or too large; `str()` follows "returned "."""


class Malformed(ValueError):
    """The text is none that `encode` writes."""


def encode(value: object, most: int = 1 << 62) -> str:
    """A value as one line of ASCII text; raises Unsendable, also if the text is longer than `most`."""
    pieces: list[str] = []
    left = [most]

    def add(text: str) -> None:
        left[0] -= len(text)
        if left[0] < 0:
            raise Unsendable(f"more than {most / 1e6:.1f} MB, which is more than can be compared")
        pieces.append(text)

    _write(value, add, 0)
    return "".join(pieces)


def _write(value: object, add: Callable[[str], None], depth: int) -> None:
    if depth > DEEPEST:
        raise Unsendable(f"more than {DEEPEST} levels of lists in lists, which cannot be compared")
    if value is None or value is True or value is False:
        add("null" if value is None else "true" if value else "false")
        return
    kind = type(value)
    if (written := _number(value, kind)) is not None:
        add(written)
    elif kind is str:
        add(_quoted(value))  # type: ignore[arg-type]
    elif kind is list:
        _row(value, "[", "]", add, depth)
    elif kind is tuple:
        _row(value, '{"t":[', "]}", add, depth)
    elif kind is dict:
        add('{"d":[')
        pairs: Any = dict.items(value)  # type: ignore[arg-type]
        for at, pair in enumerate(pairs):
            _row(pair, "," * (at > 0) + "[", "]", add, depth)
        add("]}")
    elif (written := _of_numpy(value, kind)) is not None:
        add(written)
    else:
        _write(_plain(value, kind), add, depth)


def _row(values: Any, start: str, end: str, add: Callable[[str], None], depth: int) -> None:
    add(start)
    for at, item in enumerate(values):
        if at:
            add(",")
        _write(item, add, depth + 1)
    add(end)


def _number(value: Any, kind: type) -> str | None:
    if kind is int:
        if int.bit_length(value) > MOST_DIGITS * 10 // 3:
            raise Unsendable(f"an integer of more than {MOST_DIGITS} digits, which cannot be compared")
        return int.__repr__(value)
    if kind is float:
        text = float.__repr__(value)
        return {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(text, text)
    return None


def _of_numpy(value: Any, kind: type) -> str | None:
    """An array or a scalar as text, None if it is neither; by the methods of the class, never of the value."""
    numpy = _modules.get("numpy")
    if numpy is None or not (kind is numpy.ndarray or (issubclass(kind, numpy.generic) and kind is not numpy.str_)):
        return None
    array = numpy.asarray(value)
    code = array.dtype.newbyteorder("<").str
    if code not in _DTYPES:
        raise Unsendable(f"an array of {array.dtype}, which cannot be compared")
    content = b2a_base64(array.astype(code, order="C", copy=False).tobytes(), newline=False).decode("ascii")
    if kind is not numpy.ndarray:
        return f'{{"s":["{code}","{content}"]}}'
    shape = ",".join(int.__repr__(int(size)) for size in array.shape)
    return f'{{"a":["{code}",[{shape}],"{content}"]}}'


def _plain(value: Any, kind: type) -> object:
    """The built-in value under an instance of a subclass (a Counter, a named tuple); its own methods have no say."""
    for parent, taken in _PARENTS:
        if issubclass(kind, parent):
            return taken(value)
    raise Unsendable(f"{_article(kind.__name__)}, which cannot be compared")


_PARENTS: Final[tuple[tuple[type, Callable[[Any], object]], ...]] = (
    (int, lambda value: int.__add__(value, 0)),
    (float, lambda value: float.__add__(value, 0.0)),
    (str, lambda value: str.__getitem__(value, slice(None)) if type(value) is str else "".join(str.__iter__(value))),
    (list, lambda value: list.__getitem__(value, slice(None))),
    (tuple, lambda value: tuple(tuple.__iter__(value))),
    (dict, lambda value: dict(dict.items(value))),
)


def _article(name: str) -> str:
    return f"{'an' if name[:1].lower() in 'aeiou' else 'a'} {name[:60]}"


def decode(text: str) -> Any:
    """The value that was encoded; raises Malformed for anything that `encode` does not write."""
    try:
        found, end = _scan(text, 0)
        if end != len(text):
            raise Malformed("there is text after the value")
        return _read(found)
    except (StopIteration, ValueError, TypeError, RecursionError, OverflowError, MemoryError) as error:
        raise Malformed(str(error)[:200]) from None


def _read(found: Any) -> Any:
    if type(found) is list:
        return [_read(item) for item in found]
    if type(found) is not dict:
        return found
    ((kind, content),) = found.items()
    if kind == "t":
        return tuple([_read(item) for item in content])
    if kind == "d":
        return {_read(key): _read(value) for key, value in content}
    if kind == "a":
        code, shape, data = content
        return _array(code, shape, data)
    if kind == "s":
        code, data = content
        return _array(code, [], data)[()]
    raise Malformed("there is no such kind of value")


def _array(code: Any, shape: Any, data: Any) -> Any:
    import numpy as np

    if code not in _DTYPES or type(shape) is not list or any(type(size) is not int or size < 0 for size in shape):
        raise Malformed("there is no such array")
    content = bytearray(a2b_base64(data))
    count = 1
    for size in shape:
        count *= size
    if len(content) != count * np.dtype(code).itemsize:
        raise Malformed("an array's content does not fit its shape")
    return np.ndarray(tuple(shape), code, content).copy()
