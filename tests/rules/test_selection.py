"""Which question comes next."""

from collections import Counter
from typing import Any

import pytest

from interviewer.domain import Question
from interviewer.rules.selection import next_question, target_tier
from tests.build import Log, question

BANK = tuple(
    question(f"{area.lower()}-{tier.lower()}", area=area, tier=tier, topic=f"topic-{area.lower()}")
    for area in ("B01", "B02", "B03", "B04", "B05", "B06")
    for tier in ("F", "C", "A")
)


def well(log: Log) -> None:
    log.turn(touched=["m1", "m2", "s1"])


def badly(log: Log) -> None:
    log.turn(kind="skip")


def test_two_good_threads_step_up_and_a_poor_one_steps_down() -> None:
    log = Log(bank=BANK, minutes=60)
    log.begin()
    tiers = [target_tier(log.state)]
    for step in (well, well, badly, well, well, well, well):
        step(log)
        tiers.append(target_tier(_closed(log)))
    assert tiers == [0, 0, 1, 0, 0, 1, 1, 2]


def _closed(log: Log):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    return replace(log.state, threads=tuple(t for t in log.state.threads if t.closes))


def test_a_senior_begins_with_a_warm_up_one_step_below() -> None:
    log = Log(bank=BANK, level="senior")
    move = log.begin()
    assert move.question is not None
    assert move.question.tier == "F"
    well(log)
    assert log.state.threads[1].question.tier == "C"


def test_a_poor_thread_is_followed_by_an_easier_angle_on_the_same_area_once() -> None:
    log = Log(bank=BANK, level="senior", minutes=60)
    log.begin()
    well(log)
    second = log.state.threads[1].question
    badly(log)
    third = log.state.threads[2].question
    assert third.area == second.area
    assert third.tier in ("F", "C")
    badly(log)
    assert log.state.threads[3].question.area != second.area


def test_no_question_is_asked_twice_and_the_bank_ends() -> None:
    log = Log(bank=BANK, minutes=120)
    log.begin()
    while log.state.thread is not None:
        well(log)
    asked = [thread.question.id for thread in log.state.threads]
    assert len(asked) == len(set(asked)) == len(BANK)


def test_the_same_seed_draws_the_same_way_and_another_one_differently() -> None:
    def asked(seed: int) -> list[str]:
        log = Log(bank=BANK, seed=seed, minutes=60)
        log.begin()
        for _ in range(5):
            well(log)
        return [thread.question.id for thread in log.state.threads]

    assert asked(3) == asked(3)
    assert len({tuple(asked(seed)) for seed in range(8)}) > 4


def test_chosen_areas_come_first_and_only() -> None:
    log = Log(bank=BANK, areas=("B02", "B05"), minutes=60)
    log.begin()
    for _ in range(3):
        well(log)
    assert {thread.question.area for thread in log.state.threads} == {"B02", "B05"}


def test_topics_that_are_due_come_in_about_three_of_ten() -> None:
    counts: Counter[str] = Counter()
    for seed in range(300):
        state = Log(bank=BANK, seed=seed, due=("topic-b06",)).state
        found = next_question(state, BANK)
        assert found is not None
        counts[found.area] += 1
    # Nothing is focused, so its share passes on: 0.7 are drawn from what is due.
    assert 0.6 < counts["B06"] / 300 < 0.85


def test_other_rounds_questions_are_not_asked() -> None:
    other = BANK[0].model_copy(update={"round": "depth"})
    assert next_question(Log(bank=(other,)).state, (other,)) is None


def test_what_came_up_lately_comes_again_only_where_there_is_nothing_else() -> None:
    heard = tuple(q.id for q in BANK if q.tier != "A")
    log = Log(bank=BANK, heard=heard)
    move = log.begin()
    assert move.question is not None
    assert move.question.tier == "A"
    everything = Log(bank=BANK, heard=tuple(q.id for q in BANK))
    assert everything.begin().question is not None


def _round_with(company: str, bank: tuple[Question, ...], threads: int, **setup: Any) -> list[Question]:
    log = Log(bank=bank, minutes=120, company=company, **setup)
    log.begin()
    for _ in range(threads - 1):
        well(log)
    return [thread.question for thread in log.state.threads]


WRITTEN = tuple(
    question(f"lib-{n}", area="B08", tier=tier, topic="ranking").model_copy(update={"company": "Larkfield"})
    for n, tier in enumerate(("F", "F", "C", "C", "C", "A", "A"))
)


@pytest.mark.parametrize("threads", range(2, 15))
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_with_a_company_three_to_five_of_ten_threads_come_from_the_library(threads: int, seed: int) -> None:
    asked = _round_with("Larkfield", (*BANK, *WRITTEN), threads, seed=seed)
    assert 0.3 <= sum(bool(q.company) for q in asked) / threads <= 0.5
    assert not asked[0].company, "the warm-up is a question of the bank"


def test_the_companys_questions_are_of_areas_that_have_not_been_asked_about() -> None:
    bank = tuple(question(f"bank-{n}", area="B08", tier="C") for n in range(4))
    other = question("lib-other", area="B12", tier="A").model_copy(update={"company": "Larkfield"})
    asked = _round_with("Larkfield", (*bank, *WRITTEN, other), 4)
    assert next(q.id for q in asked if q.company) == "lib-other"
    assert sum(bool(q.company) for q in asked) == 2, "and of others where no new area is left"


def test_without_a_company_nothing_changes() -> None:
    assert [q.id for q in _round_with("", BANK, 6, seed=4)] == [q.id for q in _round_with("Other", BANK, 6, seed=4)]


def test_a_poor_thread_does_not_take_the_companys_turn() -> None:
    log = Log(bank=(*BANK, *WRITTEN), minutes=120, company="Larkfield")
    log.begin()
    for _ in range(9):
        badly(log)
    assert sum(bool(thread.question.company) for thread in log.state.threads) == 4


def test_with_a_pack_alone_its_areas_and_topics_get_that_share() -> None:
    asked = _round_with("Larkfield", BANK, 10, leanings=("B05", "topic-b06"), seed=3)
    assert sum(q.area in ("B05", "B06") for q in asked) in (3, 4, 5)
    assert sum(q.area in ("B05", "B06") for q in asked[:3]) >= 1


def test_the_round_goes_on_when_the_librarys_questions_or_the_banks_are_used_up() -> None:
    few = _round_with("Larkfield", (*BANK, *WRITTEN[:1]), 10)
    assert sum(bool(q.company) for q in few) == 1
    only = _round_with("Larkfield", WRITTEN, 3)
    assert len(only) == 3
