"""Ladders: a step is left for the next one when it holds, and a question of a later step never comes early."""

from interviewer.content import shipped
from interviewer.rules.ladder import held, passed, reached
from tests.build import Log

LADDER = shipped().question("llm-ladder-kv-cache")
BY_LEVEL = {n: [p.id for p in LADDER.key_points if p.level == n] for n in range(1, 5)}


def begun(**setup: object) -> Log:
    log = Log((LADDER,), **{"round": "depth", "question": LADDER.id, "minutes": 45, "level": "junior", **setup})
    log.begin()
    return log


def test_it_begins_on_the_first_step() -> None:
    log = begun()
    assert log.state.thread is not None
    assert log.state.thread.level == 1 and reached(log.state.thread) == 0


def test_a_step_that_holds_leads_to_the_next_one() -> None:
    log = begun()
    move = log.turn(touched=BY_LEVEL[1])
    assert move.rule == "climb" and move.level == 2
    assert LADDER.brief is not None and move.text == LADDER.brief.rungs[1].ask
    assert log.state.thread is not None
    assert (log.state.thread.level, reached(log.state.thread)) == (2, 1)


def test_a_step_that_does_not_hold_is_asked_about_further_and_only_about_itself() -> None:
    log = begun()
    move = log.turn()
    assert move.rule == "follow" and move.level == 0
    assert move.key_point in BY_LEVEL[1]


def test_a_misconception_is_put_to_them_before_the_next_step() -> None:
    log = begun()
    move = log.turn(touched=BY_LEVEL[1], slips=[LADDER.traps[0].code])
    assert move.kind == "challenge"
    assert log.turn().rule == "climb"


def test_after_two_steps_with_nothing_no_third_is_asked() -> None:
    log = begun(strictness="strict")
    for _ in range(16):
        move = log.turn()
        assert move.level <= 2
        if move.kind in ("take_question", "close"):
            return
    raise AssertionError("the ladder went on for nothing")


def test_how_much_of_a_step_holds() -> None:
    log = begun()
    log.turn(touched=BY_LEVEL[1][:1])
    thread = log.state.thread
    assert thread is not None
    assert held(thread, 1) == 1 / len(BY_LEVEL[1]) and held(thread, 2) == 0
    assert not passed(thread, 2)


def test_two_ladders_of_one_domain_and_then_its_failure() -> None:
    bank = shipped().bank("depth")
    log = Log(bank, round="depth", minutes=60, areas=("D-CV",), seed=4)
    move = log.begin()
    kinds = []
    for _ in range(60):
        if move.question is not None:
            assert move.question.area == "D-CV" and move.question.brief is not None
            kinds.append(move.question.brief.kind)
        if move.kind in ("take_question", "close"):
            break
        move = log.turn(kind="skip", seconds=20)
    assert kinds == ["ladder", "ladder", "failure"]


def test_a_case_of_failure_asks_its_arithmetic_after_the_first_words() -> None:
    case = shipped().question("cv-failure-dusk-recall")
    log = Log((case,), round="depth", question=case.id, minutes=45)
    log.begin()
    assert not log.turn().sum
    moves = [log.turn() for _ in range(3)]
    assert case.brief is not None and any(move.sum == case.brief.sums[0].id for move in moves)
