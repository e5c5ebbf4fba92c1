"""What a candidate is told first."""

from interviewer.domain import Finding
from interviewer.rules import feedback
from tests.build import Log


def played() -> Log:
    log = Log()
    log.begin()
    log.turn("Good words here.", touched=["m1", "m2", "s1"])
    log.turn(kind="hint")
    log.turn("Weak words.", touched=["m1"])
    log.turn(kind="skip")
    log.grade(0, 4, 3, 3)
    finding = Finding(key_point="m1", result="hit", sentences=(1,))
    log.grade(1, 2, 2, 1, findings=(finding,))
    return log


def test_the_priority_is_the_largest_weighted_gap_with_its_sentence_and_a_drill() -> None:
    found = feedback.priority(played().state)
    assert found is not None
    assert (found.thread.index, found.dimension.id) == (1, "correctness")
    assert found.quote == "Weak words."
    assert found.bar == "Three."
    assert found.missed == "The key point m2 is said in a sentence."
    assert found.drill == "Do it again."
    assert found.retest_after == 3


def test_the_thing_to_keep_is_the_strongest_mark_with_a_sentence() -> None:
    found = feedback.keep(played().state)
    assert found is not None
    assert (found.thread.index, found.dimension.id, found.quote) == (0, "correctness", "Good words here.")


def test_an_ungraded_round_has_neither() -> None:
    assert feedback.priority(Log().state) is None
    assert feedback.keep(Log().state) is None


def test_the_ledger_names_each_hint_and_whether_it_helped() -> None:
    assert feedback.hint_ledger(played().state.threads[1]) == ((1, "m1 H1", True),)


def test_a_level_up_is_the_next_anchor() -> None:
    thread = played().state.threads[0]
    assert [feedback.next_level(thread, value) for value in (1.2, 2.0, 3.0)] == ["Two.", "Three.", "Four."]


def test_level_words_are_the_anchor_or_the_reason() -> None:
    state = played().state
    assert state.threads[0].grade is not None
    top = state.threads[0].grade.marks[0]
    assert feedback.level_words(state.round, top).startswith("Everything central is right")
    assert feedback.level_words(state.round, top.model_copy(update={"level": None, "reason": "why"})) == "why"


def test_quotes_leave_out_numbers_that_do_not_exist() -> None:
    assert feedback.quotes(played().state.threads[0], (0, 1, 9)) == ("Good words here.",)
