"""What an interview leaves to work on."""

from interviewer.domain import Finding, Slip
from interviewer.tracker import due, weaknesses
from tests.build import START, Log


def played() -> Log:
    log = Log()
    log.begin()
    log.turn("I fell in. Then more.", slips=["t1"])
    log.turn(kind="skip")
    log.turn("All of it.", touched=["m1", "m2", "s1"])
    log.turn(kind="skip")
    findings = (
        Finding(key_point="m1", result="hit", sentences=(1,)),
        Finding(key_point="m2", result="wrong", sentences=(2,)),
    )
    log.grade(0, 2, 2, 2, slips=(Slip(code="t1", sentences=(1,)),), findings=findings)
    log.grade(1, 3, 3, 3)
    return log


def test_a_trap_keeps_its_sentence_and_a_wrong_must_too() -> None:
    rows = weaknesses(played().state, START)
    assert [(row.code, row.sentence, row.turn, row.thread) for row in rows] == [
        ("t1", "I fell in.", 1, 0),
        ("missed:m2", "Then more.", 1, 0),
    ]
    assert {row.topic for row in rows} == {"topic"}


def test_rows_have_the_same_ids_every_time() -> None:
    assert weaknesses(played().state, START) == weaknesses(played().state, START)
    assert len({row.id for row in weaknesses(played().state, START)}) == 2


def test_a_topic_given_up_leaves_what_was_never_said() -> None:
    log = Log()
    log.begin()
    log.turn(kind="gave_up")
    log.turn(kind="gave_up")
    log.grade(0, None, None, None, not_graded="You did not know.")
    rows = weaknesses(log.state, START)
    assert [row.code for row in rows] == ["missed:m1", "missed:m2"]
    assert all(row.sentence == "" and row.turn == 2 for row in rows)


def test_an_ungraded_thread_leaves_nothing() -> None:
    log = Log()
    log.begin()
    log.turn(kind="skip")
    log.grade(0, None, None, None, not_graded="Skipped.")
    assert weaknesses(log.state, START) == ()


def test_what_is_due_is_ordered_by_how_often_it_went_wrong() -> None:
    rows = weaknesses(played().state, START)
    other = rows[0].model_copy(update={"topic": "another"})
    assert due((*rows, other)) == ("topic", "another")
