"""Numbers in words: their values, their units, and what is no number."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.rules.quantities import quantities
from interviewer.rules.units import DAY, MINUTE, SECOND, Unit, unit_of


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("10^5", 1e5), ("10⁵", 1e5), ("10**5", 1e5), ("2.3e5", 2.3e5), ("2.3 x 10^5", 2.3e5), ("8.4 · 10²³", 8.4e23),
        ("1,200", 1200), ("1'200'000", 1.2e6), ("1 200 000", 1.2e6), ("1.200.000", 1.2e6), ("18,5 million", 18.5e6),
        (".05", 0.05), ("1.2k", 1200), ("5M", 5e6), ("70b", 7e10), ("2 trillion", 2e12), ("3 hundred thousand", 3e5),
        ("three hundred", 300), ("a hundred million", 1e8), ("two and a half million", 2.5e6), ("half a million", 5e5),
        ("three quarters of a million", 7.5e5), ("a million and a half", 1.5e6), ("twenty-five", 25),
        ("eight thousand three hundred", 8300), ("one hundred and forty thousand", 1.4e5), ("one point four", 1.4),
        ("one point two million", 1.2e6), ("a couple of thousand", 2000), ("a dozen", 12), ("5 lakh", 5e5),
        ("1 in 20", 0.05), ("five out of a hundred", 0.05), ("one in twenty", 0.05),
    ],
)  # fmt: skip
def test_values(said: str, value: float) -> None:
    for text in (said, f"It is about {said}.", f"So {said}, I think"):
        (found,) = quantities(text)
        assert found.value == found.low == found.high == pytest.approx(value)


@pytest.mark.parametrize(
    ("said", "low", "high"),
    [
        ("between 200 and 300", 200, 300), ("2-3k", 2000, 3000), ("2 to 3 thousand", 2000, 3000),
        ("200–300 GB", 200, 300), ("12 or 13 machines", 12, 13), ("$20k-$30k a day", 2e4, 3e4),
    ],
)  # fmt: skip
def test_ranges(said: str, low: float, high: float) -> None:
    (found,) = quantities(said)
    assert (found.low, found.high, found.value) == (low, high, (low + high) / 2)


@pytest.mark.parametrize(
    ("said", "unit"),
    [
        ("230 per second", Unit(per=SECOND)), ("230/s", Unit(per=SECOND)), ("1.2k QPS", Unit(per=SECOND)),
        ("QPS of 1200", Unit(per=SECOND)), ("500k a minute", Unit(per=MINUTE)), ("5 million a day", Unit(per=DAY)),
        ("70 orders every second", Unit(per=SECOND, things=frozenset({"order"}))),
        ("12 GB", Unit("bytes", 1e9)), ("8 TB", Unit("bytes", 1e12)), ("3 kilobytes", Unit("bytes", 1e3)),
        ("50 GB a second", Unit("bytes", 1e9, SECOND)), ("40 %", Unit("share", 0.01)),
        ("five per cent", Unit("share", 0.01)), ("$832 a day", Unit("money", 1.0, DAY)),
        ("832 USD/day", Unit("money", 1.0, DAY)), ("30 cents", Unit("money", 0.01)), ("20 ms", Unit("time", 1e-3)),
        ("two days", Unit("time", DAY)), ("8.4e23 FLOPs", Unit("flops")), ("4 petaflops", Unit("flops", 1e15)),
        ("3x", Unit("times")), ("3 times the average", Unit("times")),
        ("280 GPUs", Unit(things=frozenset({"gpu"}))),
        ("3 million people per arm", Unit(things=frozenset({"person"}), each=frozenset({"arm"}))),
    ],
)  # fmt: skip
def test_units(said: str, unit: Unit) -> None:
    (found,) = quantities(said)
    assert found.unit == unit


def test_what_is_part_of_a_name_is_no_number() -> None:
    assert quantities("the p99 on H100s and GPT-4 in 16-bit, the 99th percentile, fp16, a 2-D grid") == ()


def test_a_plural_alone_is_no_amount() -> None:
    assert quantities("verdicts change a policy for thousands of payments, some millions, hundreds of thousands") == ()
    assert quantities("ten thousands")[0].value == 10_000


def test_metres_and_millions() -> None:
    assert quantities("23m")[0].value == 23e6
    (found,) = quantities("23m", metres=True)
    assert (found.value, found.unit) == (23, Unit("length"))


def test_the_unit_of_a_sum() -> None:
    assert unit_of("home screens a second") == Unit(per=SECOND, things=frozenset({"home", "screen"}))
    assert unit_of("members an arm") == Unit(things=frozenset({"member"}), each=frozenset({"arm"}))
    assert unit_of("dollars a day") == Unit("money", 1.0, DAY)


@given(st.text(st.sampled_from("0123456789 .,-^*x/%kmone twhudrdisc$≈=²"), max_size=60))
def test_any_text_gives_finite_numbers_in_their_places(text: str) -> None:
    end = 0
    for one in quantities(text):
        assert math.isfinite(one.value) and one.low <= one.value <= one.high
        assert end <= one.start < one.end
        end = one.end


@given(
    st.integers(1, 10**12), st.sampled_from(["{:,} a second", "{}/s", "QPS is {}", "about {:,} requests per second"])
)
def test_a_figure_is_read_as_it_is_written(number: int, form: str) -> None:
    (found,) = quantities(form.format(number))
    assert found.value == number and found.unit.per == SECOND


@pytest.mark.parametrize("text", ["1" + " " * 8000, "1 " * 4000, "2 x " * 2000, "a million and " * 500, "9" * 8000])
def test_a_long_message_of_odd_text_takes_no_long_time(text: str) -> None:
    start = time.process_time()
    quantities(text)
    assert time.process_time() - start < 3.0
