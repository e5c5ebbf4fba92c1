"""From the expressions of a test to values, and from what a call did to a verdict in a few words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from interviewer.content.cases import calls, ready, reasons
from interviewer.domain import Case
from interviewer.errors import ContentError

DOUBLE = "def oracle(x):\n    x[0] = 9\n    return 2 * x\n"


@dataclass(frozen=True)
class Did:
    status: str = "returned"
    value: Any = None
    error: str = ""
    seconds: float = 0.0
    changed: bool = False


def case(**fields: Any) -> Case:
    return Case.model_validate({"name": "some test", "args": "[1]", **fields})


def verdict(made: Case, *did: Did) -> str:
    (reason,) = reasons([ready(made)], did)
    return reason


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"expect": "1", "raises": "ValueError"},
        {"expect": "1", "check": "got"},
        {"expect": "1", "seconds": 1.0},
        {"expect": "1", "group": "size"},
        {"expect": "1", "group": "speed"},
        {"expect": "1", "tolerance": -1},
    ],
)
def test_a_test_has_one_outcome_and_seconds_only_for_size(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        case(**fields)


def test_chance_starts_anew_for_each_test_and_is_the_same_each_time() -> None:
    one = ready(case(args="[rng.normal(size=3)]", check="True"))
    other = ready(case(args="[rng.normal(size=3)]", check="True"))
    assert np.array_equal(one.args[0], other.args[0])
    assert np.array_equal(one.args[0], np.random.default_rng(7).normal(size=3))


def test_an_oracle_that_changes_its_arguments_changes_only_its_own() -> None:
    made = ready(case(args="[np.array([1, 2])]", expect="oracle(*args)"), DOUBLE)
    assert made.args[0].tolist() == [1, 2] and made.expected.tolist() == [18, 4]


@pytest.mark.parametrize(
    ("fields", "oracle", "says"),
    [
        ({"args": "[nowhere]", "expect": "1"}, "", "some test: args: NameError"),
        ({"args": "(1, 2)", "expect": "1"}, "", "args is no list"),
        ({"expect": "1 / 0"}, "", "expect: ZeroDivisionError"),
        ({"expect": "1"}, "def oracle(:", "the oracle: SyntaxError"),
    ],
)
def test_an_expression_without_a_value_is_named(fields: dict[str, Any], oracle: str, says: str) -> None:
    with pytest.raises(ContentError) as caught:
        ready(case(**fields), oracle)
    assert says in str(caught.value)


def test_a_test_of_the_seed_is_called_twice_and_the_others_once() -> None:
    tests = [ready(case(args=f"[{n}]", expect="1.0", group=group)) for n, group in enumerate(["basic", "seed", "edge"])]
    assert calls(tests) == [[0], [1], [1], [2]]
    did = [Did(value=1.0), Did(value=1.0), Did(value=1.0), Did(value=3.0)]
    assert reasons(tests, did) == ("", "", "3 instead of 1")


@pytest.mark.parametrize(
    ("made", "did", "says"),
    [
        (case(expect="0.75"), Did(value=0.75 + 1e-8), ""),
        (case(expect="0.75"), Did(value=0.7), "0.7 instead of 0.75"),
        (case(expect="0.75", tolerance=0.1), Did(value=0.7), ""),
        (case(expect="0.75"), Did("raised", error="KeyError: 1"), "KeyError: 1"),
        (case(expect="None"), Did("missing"), "not run"),
        (case(raises="ValueError"), Did("raised", error="ValueError: no"), ""),
        (case(raises="ValueError"), Did("raised", error="ValueError"), ""),
        (case(raises="ValueError"), Did("raised", error="UnicodeError: no"), ""),
        (case(raises="ValueError"), Did("raised", error="numpy.linalg.LinAlgError: singular"), ""),
        (case(raises="ValueError"), Did("raised", error="IndexError: far"), "IndexError: far; not ValueError"),
        (case(raises="ValueError"), Did("raised", error="Own: x"), "Own: x; not ValueError"),
        (case(raises="ValueError"), Did(value=0.5), "returned 0.5 instead of raising ValueError"),
        (case(check="got > args[0]"), Did(value=2), ""),
        (case(check="got > args[0]"), Did(value=1), "returned 1"),
        (case(check="got.sum() > 0"), Did(value=[1]), "returned [1]"),
        (case(check="got > 0"), Did("raised", error="TypeError: no"), "TypeError: no"),
        (case(expect="1", group="mutation"), Did(value=1, changed=True), "the arguments were changed"),
        (case(expect="1", group="mutation"), Did(value=1), ""),
        (case(expect="1"), Did(value=1, changed=True), ""),
        (case(expect="1", group="size", seconds=0.5), Did(value=1, seconds=0.61), "0.6 s; at most 0.5 s"),
        (case(expect="1", group="size", seconds=0.5), Did(value=1, seconds=0.4), ""),
    ],
)
def test_a_verdict_in_a_few_words(made: Case, did: Did, says: str) -> None:
    assert verdict(made, did) == says


def test_the_second_call_must_give_exactly_the_first_result() -> None:
    made = case(check="got > 0", group="seed")
    assert verdict(made, Did(value=1.0), Did(value=1.0)) == ""
    assert verdict(made, Did(value=1.0), Did(value=1.5)) == "called again: 1.5 instead of 1"
    assert verdict(made, Did(value=1.0), Did("missing")) == "not run"
    nothing = case(expect="None", group="seed")
    assert verdict(nothing, Did(), Did("raised", error="ValueError: x")) == "called again: ValueError: x"
    assert verdict(made, Did(value=1.0), Did("raised", error="ValueError: x")) == "called again: ValueError: x"
