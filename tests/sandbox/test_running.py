"""What comes back of honest, wrong and broken programs; and one clear sentence for each way to fail."""

from __future__ import annotations

import math
import threading
import time
from typing import Any

import numpy as np
import pytest

from interviewer.sandbox import Limits, Status, Tier, execute
from interviewer.sandbox.wire import Unsendable

ADD = "def add(a, b):\n    return a + b\n"


def test_values_come_back_as_they_were(tier: Tier) -> None:
    values: list[Any] = [
        None, True, 0, -(10**30), 1.5, -0.0, math.inf, math.nan, "ünï\ud800\n\0", [1, [True]], (1, ()),
        {1: "a", "b": 2.0},
        np.float32(1.5), np.int64(3), np.bool_(True), np.arange(6, dtype=np.int8).reshape(2, 3), np.zeros((0, 3)),
        np.array(2.5), np.array([1 + 2j]), np.array([[math.nan]]), np.asfortranarray(np.arange(4.0).reshape(2, 2)),
    ]  # fmt: skip
    ran = execute("def same(x):\n    return x\n", "same", [[value] for value in values], tier=tier)
    assert (ran.status, ran.sentence, ran.tier) == (Status.ok, "", tier)
    for sent, outcome in zip(values, ran.outcomes, strict=True):
        assert outcome.status == "returned" and type(outcome.value) is type(sent)
        if isinstance(sent, np.ndarray | np.generic):
            assert outcome.value.dtype == sent.dtype and outcome.value.shape == sent.shape
            np.testing.assert_array_equal(outcome.value, sent)
        else:
            assert repr(outcome.value) == repr(sent)


def test_what_a_call_did_is_told(tier: Tier) -> None:
    source = """
import time
print("loading")
def work(x, how):
    print("call", how)
    if how == "changes":
        x.append(1)
    if how == "in place":
        x *= 2
    if how == "sleeps":
        time.sleep(0.2)
    return None
"""
    calls: list[list[Any]] = [[[1], "reads"], [[1], "changes"], [np.ones(3), "in place"], [[1], "sleeps"]]
    ran = execute(source, "work", calls, tier=tier)
    assert [outcome.changed for outcome in ran.outcomes] == [False, True, True, False]
    assert [outcome.printed for outcome in ran.outcomes] == [f"call {call[1]}\n" for call in calls]
    assert ran.printed == "loading\n" + "".join(outcome.printed for outcome in ran.outcomes)
    assert calls[1][0] == [1] and calls[2][0].sum() == 3
    assert 0.2 <= ran.outcomes[3].seconds < 2 and ran.outcomes[0].seconds < 0.1
    assert 5 << 20 < ran.peak < 200 << 20 and ran.seconds < 6


FORGES = """
import os, sys, time
def slow():
    frame = sys._getframe()
    while "secret" not in frame.f_locals:
        frame = frame.f_back
    time.sleep(0.8)
    line = f'[["{frame.f_locals["secret"]}","returned","","",0.0,false,1],1]\\n'
    os.write(frame.f_locals["results"], line.encode() MORE)
    os._exit(0)
"""


def test_time_is_kept_outside(tier: Tier) -> None:
    """A program that finds the secret of its own call can answer for itself, but not be quicker than it was."""
    ran = execute(FORGES.replace("MORE", ""), "slow", [[]], tier=tier)
    assert ran.outcomes[0].value == 1 and ran.outcomes[0].seconds >= 0.8
    patched = "import time\nreal = time.sleep\ntime.perf_counter = lambda: 0.0\ndef slow():\n    real(0.3)\n"
    assert execute(patched, "slow", [[]], tier=tier).outcomes[0].seconds >= 0.3


def test_more_than_one_answer_is_none(tier: Tier) -> None:
    ran = execute(FORGES.replace("MORE", "* 2"), "slow", [[], []], tier=tier)
    assert ran.status is Status.error and ran.outcomes[0].status == "missing"
    assert ran.sentence.startswith("stopped: the program wrote on the channel of the results")


def test_the_program_is_compiled_as_it_stands() -> None:
    source = "def f(x: 1):\n    return f.__annotations__\n"
    assert execute(source, "f", [[0]]).outcomes[0].value == {"x": 1}


def test_errors_are_told_in_the_candidates_lines(tier: Tier) -> None:
    source = "import heapq\ndef outer(x):\n    return inner(x)\ndef inner(x):\n    return heapq.nsmallest(1, x)\n"
    (outcome,) = execute(source, "outer", [[5]], tier=tier).outcomes
    assert outcome.status == "raised" and outcome.error == "TypeError: 'int' object is not iterable"
    lines = outcome.trace.splitlines()
    assert lines[0] == "Traceback (most recent call last):" and lines[-1] == outcome.error
    assert lines[1:3] == ['  File "solution.py", line 3, in outer', '  File "solution.py", line 5, in inner']
    assert 'File "heapq.py"' in lines[3] and "sandbox" not in outcome.trace and "/" not in outcome.trace


def test_a_deep_traceback_is_shortened(tier: Tier) -> None:
    (outcome,) = execute("def f(n):\n    return f(n + 1)\n", "f", [[0]], tier=tier).outcomes
    assert outcome.error.startswith("RecursionError") and "more …" in outcome.trace and len(outcome.trace) < 1500


LOADING = [
    ("def add(a, b:\n    pass\n", "syntax error in line 1: '(' was never closed"),
    ("x = 1\n\ny = = 2\n", "syntax error in line 3: invalid syntax"),
    ("def add(a, b):\nreturn 1\n", "syntax error in line 2: expected an indented block after function definition"),
    ("def plus(a, b):\n    return a + b\ndef helper(): pass\n", "no function `add` found: there is `plus`, `helper`"),
    ("", "no function `add` found"),
    ("add = 5\n", "no function `add` found"),
    ("import sys\nsys.exit(0)\n", "the program left with sys.exit while it was loaded"),
    ("raise KeyError('x')\n", "the program cannot be loaded: KeyError: 'x'"),
    ("import torch\n", "the program cannot be loaded: ModuleNotFoundError: No module named 'torch'"),
    ("x = 1\0\n", "syntax error in line 1: source code string cannot contain null bytes"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "sentence"), LOADING)
def test_what_cannot_be_loaded(source: str, sentence: str) -> None:
    ran = execute(source, "add", [[1, 2], [3, 4]])
    assert (ran.status, [outcome.status for outcome in ran.outcomes]) == (Status.error, ["missing"] * 2)
    assert ran.sentence.startswith(sentence) or "null bytes" in ran.sentence


REFUSED = [
    (b"def add(a, b):\n    return '\xff'\n", "the code is not valid UTF-8"),
    ("def add(): return '\ud800'", "the code is not valid UTF-8"),
    ("#" * 1_000_000, "the code is longer than 200 kB"),
]


@pytest.mark.parametrize(("source", "sentence"), REFUSED, ids=["bytes", "surrogate", "long"])
def test_what_is_not_even_started(source: str | bytes, sentence: str) -> None:
    ran = execute(source, "add", [[1, 2]])
    assert (ran.status, ran.sentence, ran.peak) == (Status.refused, sentence, 0)


def test_bytes_with_a_mark_at_their_start_are_text() -> None:
    assert execute(b"\xef\xbb\xbf" + ADD.encode(), "add", [[1, 2]]).outcomes[0].value == 3


QUICK = Limits(cpu=1, wall=1.5)
STOPPED = [
    ("def f(x):\n    while x: pass\n    return x\n", Status.time, "stopped after 1"),
    ("import time\ndef f(x):\n    time.sleep(9 * x)\n    return x\n", Status.time, "stopped after 1.5 s"),
    ("def f(x):\n    return len(bytearray(x << 30))\n", Status.memory, "it needed more than 1 GB of memory"),
    ("def f(x):\n    print('x' * (100_000_000 * x))\n    return x\n", Status.output, "stopped: it printed"),
    ("import os\ndef f(x):\n    return os._exit(0) if x else 0\n", Status.error, "the program ended itself"),
    ("import ctypes\ndef f(x):\n    return ctypes.string_at(0) if x else 0\n", Status.error, "the program crashed"),
]  # fmt: skip


@pytest.mark.parametrize(("source", "status", "sentence"), STOPPED, ids=[row[2] for row in STOPPED])
def test_what_is_stopped_keeps_the_calls_before(source: str, status: Status, sentence: str) -> None:
    ran = execute(source, "f", [[0], [1], [0]], limits=QUICK)
    assert ran.status is status and ran.sentence.startswith(sentence) and ran.seconds < QUICK.wall + 1
    assert ran.outcomes[0].value == 0 and ran.outcomes[1].status != "returned"
    if status is not Status.memory:
        assert ran.sentence.endswith("(in call 2 of 3)") and ran.outcomes[2].status == "missing"


ANSWERS = [
    ("open('/etc/passwd').read()", ("FileNotFoundError", "PermissionError")),
    ("open('x', 'w')", ("OSError: [Errno 30] Read-only", "PermissionError")),
    ("__import__('socket').create_connection(('127.0.0.1', 80))", ("PermissionError",)),
    ("__import__('os').fork()", ("PermissionError",)),
    ("__import__('sys').exit(3)", ("SystemExit: 3 (the function left with sys.exit)",)),
    ("{1, 2}", ("returned a set, which cannot be compared",)),
    ("object()", ("returned an object, which cannot be compared",)),
    ("(x for x in 'ab')", ("returned a generator, which cannot be compared",)),
    ("[1] * 2_000_000", ("returned more than 1.0 MB",)),
    ("input()", ("EOFError",)),
    ("add(1)", ("TypeError: add() missing 1 required positional argument",)),
]


def test_what_a_call_may_not_do(tier: Tier) -> None:
    lines = "\n".join(f"    if a == {at}: return {code}" for at, (code, _) in enumerate(ANSWERS))
    ran = execute(
        f"def add(a, b):\n{lines}\n    return a + b\n", "add", [[at, 0] for at in range(len(ANSWERS) + 1)], tier=tier
    )
    assert ran.status is Status.ok and ran.outcomes[-1].value == len(ANSWERS)
    for (_, starts), outcome in zip(ANSWERS, ran.outcomes, strict=False):
        assert outcome.status == "raised" and outcome.error.startswith(starts), outcome


def test_printing_what_the_grader_expects_is_printing(tier: Tier) -> None:
    source = 'def add(a, b):\n    print(\'{"status": "ok", "results": [3]}\')\n    return 4\n'
    (outcome,) = execute(source, "add", [[1, 2]], tier=tier).outcomes
    assert outcome.value == 4 and outcome.printed.startswith('{"status"')


def test_subclasses_are_taken_apart() -> None:
    source = """
import collections, enum
def made(kind):
    return {"counter": lambda: collections.Counter("aab"), "pair": lambda: collections.namedtuple("P", "x y")(1, 2),
            "default": lambda: collections.defaultdict(list, {"k": [1]}),
            "enum": lambda: enum.IntEnum("E", "a b").b}[kind]()
"""
    ran = execute(source, "made", [["counter"], ["pair"], ["default"], ["enum"]])
    assert [outcome.value for outcome in ran.outcomes] == [{"a": 2, "b": 1}, (1, 2), {"k": [1]}, 2]
    assert [type(outcome.value) for outcome in ran.outcomes] == [dict, tuple, dict, int]


def test_numpy_is_there_and_nothing_beside_it(tier: Tier) -> None:
    source = """
import numpy as np
def f(n):
    x = np.random.default_rng(1).normal(size=(n, n))
    return np.linalg.svd(x)[1].shape, (x @ x).sum()
"""
    (outcome,) = execute(source, "f", [[200]], tier=tier).outcomes
    assert outcome.value[0] == (200,)
    expected = np.random.default_rng(1).normal(size=(200, 200))
    assert type(outcome.value[1]) is np.float64 and np.isclose(outcome.value[1], (expected @ expected).sum())
    for name in ("pydantic", "interviewer", "pytest"):
        assert f"No module named '{name}'" in execute(f"import {name}", "f", [[1]], tier=tier).sentence


def test_threads_and_the_library_work(tier: Tier) -> None:
    source = """
import bisect, collections, dataclasses, decimal, fractions, functools, itertools, json, random, re, statistics, typing
from concurrent.futures import ThreadPoolExecutor
@dataclasses.dataclass
class Point:
    x: int
def f(n):
    with ThreadPoolExecutor(4) as pool:
        return sum(pool.map(lambda i: Point(i).x, range(n))), random.Random(3).random(), json.dumps([1]), hash("a")
"""
    first, again = (execute(source, "f", [[100]], tier=tier).outcomes[0].value for _ in range(2))
    assert first[0] == 4950 and first[2] == "[1]" and first == again


def test_a_million_numbers_go_in_and_a_sum_comes_out(tier: Tier) -> None:
    numbers = np.arange(1_000_000, dtype=np.float64)
    (outcome,) = execute("def f(x):\n    return float(x.sum())\n", "f", [[numbers]], tier=tier).outcomes
    assert outcome.value == numbers.sum() and outcome.changed is False and outcome.seconds < 0.5


def test_an_argument_that_is_no_value_is_our_own_fault() -> None:
    with pytest.raises(Unsendable):
        execute(ADD, "add", [[object(), 1]])


def test_a_run_can_be_in_any_thread() -> None:
    found: list[object] = []
    threads = [
        threading.Thread(target=lambda: found.append(execute(ADD, "add", [[1, 2]]).outcomes[0].value)) for _ in "abc"
    ]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [3, 3, 3] and time.monotonic() - began < 10
