"""Which question comes next."""

from collections import Counter

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
