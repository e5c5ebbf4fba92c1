"""The candidate's arithmetic against the fact sheet."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from interviewer.content.load import root
from interviewer.domain import Brief, Fact, Question, Sum
from interviewer.rules.arithmetic import check, expected
from interviewer.rules.evidence import sentences
from interviewer.rules.formula import FormulaError

PEAK = Sum(
    id="peak",
    section="serving",
    ask="How many orders arrive in a second of the busiest hour?",
    formula="orders / 86400 * peak",
    unit="orders a second",
    works_out="2,000,000 / 86,400 = 23, times 3 is 70.",
)
MEMORY = PEAK.model_copy(update={"id": "memory", "formula": "orders * 23040 / 10**9", "unit": "GB"})
SHEET = tuple(
    Fact(id=id, name=id, asked=("one", "two", "three"), says="It is as it is.", value=value, unit=unit)
    for id, value, unit in (("orders", 2e6, "orders a day"), ("peak", 3.0, "times the average"))
)


SAID = yaml.safe_load(Path(__file__).with_name("said_sums.yaml").read_text(encoding="utf-8"))


@cache
def briefs() -> dict[str, Brief]:
    files: list[Path] = [path for round in ("design", "depth") for path in (root() / round / "bank").glob("*.yaml")]
    questions = [Question.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))) for path in files]
    return {question.id: question.brief for question in questions if question.brief is not None}


@pytest.mark.parametrize("part", ["first", "second", "third"])
def test_what_people_say_is_read_right(part: str) -> None:
    wrong: list[tuple[str, str]] = []
    count = 0
    for key, by_result in SAID[part].items():
        problem, id = key.split("/")
        sum = next(one for one in briefs()[problem].sums if one.id == id)
        for result, text in [(result, text) for result, texts in by_result.items() for text in texts]:
            count += 1
            found = check(sum, briefs()[problem].facts, sentences(text))
            if found.result != result:
                wrong.append((text, found.result))
    assert count >= 60 and len(wrong) <= 0.02 * count, wrong


def test_every_sum_of_the_bank_has_phrasings() -> None:
    assert {f"{id}/{sum.id}" for id, brief in briefs().items() for sum in brief.sums} <= set(SAID["first"])


def test_range_and_factor_by_hand() -> None:
    right = expected(PEAK, SHEET)
    assert (right.value, right.low, right.high) == pytest.approx((69.444, 45.139, 93.75), rel=1e-4)
    found = check(PEAK, SHEET, ("Let me think.", "That is 69,444 orders a second."))
    assert (found.result, found.value, found.sentence) == ("off", 69_444, 2)
    assert found.factor == pytest.approx(1000, rel=1e-4)


def test_a_step_on_the_way_is_not_taken_for_the_result() -> None:
    for text in (
        "23 a second on average, 70 at the peak.",
        "At the peak 70 a second, on average it is 23 a second.",
        "It is 2 million / 86,400 = 23/s, times 3 = 69.",
    ):
        assert check(PEAK, SHEET, sentences(text)).result == "right", text
    only_step = check(PEAK, SHEET, ("So 23 a second.",))
    assert only_step.result == "off" and only_step.factor == pytest.approx(0.3312)


def test_a_correction_replaces_what_was_said_before() -> None:
    assert check(PEAK, SHEET, ("It is 70 a second, no wait, 700 a second.",)).result == "off"
    assert check(PEAK, SHEET, ("It is 700 a second.", "Actually, 70 a second.")).sentence == 2


def test_the_number_goes_into_the_unit_of_the_sum() -> None:
    assert check(PEAK, SHEET, ("About 4,200 a minute.",)).value == pytest.approx(70)
    assert check(MEMORY, SHEET, ("It needs 46,080 MB.",)).value == pytest.approx(46.08)
    assert check(MEMORY, SHEET, ("It needs 46 machines.",)).result == "none"
    assert check(MEMORY, SHEET, ("It takes 46 ms.",)).result == "none"


def test_a_range_counts_by_its_middle_and_a_wide_one_not_at_all() -> None:
    assert check(PEAK, SHEET, ("Between 60 and 80 a second.",)).result == "right"
    assert check(PEAK, SHEET, ("Between 2 and 138 a second.",)).result == "off"


@pytest.mark.parametrize(
    "text", ["", "No idea.", "2 million orders a day and 3 times that.", "2,000,000 / 86,400 * 3", "p99"]
)
def test_without_a_result_there_is_none(text: str) -> None:
    found = check(PEAK, SHEET, (text,) if text else ())
    assert (found.result, found.value, found.sentence, found.factor) == ("none", None, None, None)


def test_cards_count_as_machines_where_a_fact_says_how_many_are_in_one() -> None:
    brief = briefs()["llm-serving"]
    sum = next(one for one in brief.sums if one.unit == "machines")
    assert check(sum, brief.facts, ("We need 96 GPUs.",)).value == pytest.approx(12)
    without = [fact for fact in brief.facts if fact.id != "machine_flops"]
    with pytest.raises(FormulaError, match="machine_flops"):
        check(sum, without, ("We need 96 GPUs.",))


@given(
    st.floats(1.5, 1e9).map(lambda value: float(f"{value:.3g}")),
    st.sampled_from(["About {} a second.", "I get {}/s", "So {} orders per second at peak", "= {} QPS"]),
)
def test_any_number_is_judged_by_the_range_alone(value: float, form: str) -> None:
    right = expected(PEAK, SHEET)
    found = check(PEAK, SHEET, (form.format(f"{value:,.10g}"),))
    assert found.result == ("right" if right.holds(value) else "off")
    assert found.factor == pytest.approx(value / right.value, rel=1e-4)


@given(st.lists(st.text(max_size=60), max_size=4))
def test_any_answer_has_a_result_of_one_of_its_sentences(said: list[str]) -> None:
    found = check(PEAK, SHEET, said)
    assert (found.result == "none") == (found.sentence is None)
    assert found.sentence is None or 1 <= found.sentence <= len(said)
