"""What a candidate is told first."""

from dataclasses import replace

from interviewer.content import shipped
from interviewer.domain import Finding, Grade, Mark
from interviewer.rules import feedback
from interviewer.rules.state import State
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
    assert (found.thread.index, found.dimension.id) == (1, "judgement")
    assert found.quote == "Weak words."
    assert found.bar == "Two."
    assert found.missed == "The key point m2 is said in a sentence."
    assert found.drill == "Do it again."
    assert found.retest_after == 3


def test_the_thing_to_keep_is_the_strongest_mark_with_a_sentence() -> None:
    found = feedback.keep(played().state)
    assert found is not None
    assert (found.thread.index, found.dimension.id, found.quote) == (0, "correctness", "Good words here.")


def with_marks(state: State, thread: int, **values: float) -> State:
    """The state with these values of marks in a thread."""
    grade = state.threads[thread].grade
    assert grade is not None
    marks = tuple(
        mark.model_copy(update={"value": values.get(mark.dimension, mark.value), "sentences": (1,)})
        for mark in grade.marks
    )
    threads = list(state.threads)
    threads[thread] = replace(threads[thread], grade=grade.model_copy(update={"marks": marks}))
    return replace(state, threads=tuple(threads))


def test_what_is_to_be_kept_is_not_what_is_to_be_worked_on() -> None:
    # The heaviest dimension has the largest gap and the strongest mark at once.
    log = Log()
    log.begin()
    log.turn("Good words here.")
    log.turn(kind="ended")
    log.grade(0, 3, 3, 3)
    kept, first = feedback.keep(log.state), feedback.priority(log.state)
    assert kept is not None and first is not None
    assert (kept.dimension.id, first.dimension.id) == ("correctness", "understanding")


def test_the_dimension_to_keep_is_worked_on_where_nothing_else_has_a_gap_and_only_in_another_thread() -> None:
    full = {"correctness": 4.0, "understanding": 4.0, "judgement": 4.0}
    state = with_marks(with_marks(played().state, 0, **full), 1, **{**full, "correctness": 2.0})
    kept, first = feedback.keep(state), feedback.priority(state)
    assert kept is not None and first is not None
    assert (kept.thread.index, kept.dimension.id) == (0, "correctness")
    assert (first.thread.index, first.dimension.id) == (1, "correctness")
    assert feedback.priority(with_marks(state, 1, **{**full, "correctness": 4.0})) is None


def test_of_equal_gaps_the_lower_mark_comes_first() -> None:
    weights = {dim.id: dim.weight for dim in played().state.round.dimensions}
    heavy, light = (
        ("understanding", "judgement")
        if weights["understanding"] > weights["judgement"]
        else (
            "judgement",
            "understanding",
        )
    )
    gap = 3 * weights[light] / weights[heavy]
    state = with_marks(played().state, 1, **{"correctness": 4.0, light: 1.0, heavy: 4 - gap})
    state = with_marks(state, 0, **{"correctness": 4.0, light: 4.0, heavy: 4.0})
    first = feedback.priority(state)
    assert first is not None and first.dimension.id == light


def test_what_did_not_come_up_speaks_for_the_dimension() -> None:
    state = played().state
    thread = state.threads[1]
    named = tuple(
        point.model_copy(update={"dimension": {"m2": "correctness", "s1": "judgement"}.get(point.id, "understanding")})
        for point in thread.question.key_points
    )
    thread = replace(thread, question=thread.question.model_copy(update={"key_points": named}))
    found = feedback.priority(replace(state, threads=(state.threads[0], thread)))
    assert found is not None and found.dimension.id == "judgement"
    assert found.missed == "The key point s1 is said in a sentence."


def resting_on_all(state: State) -> Grade:
    """The grade of the first thread with all marks resting on its three sentences."""
    grade = state.threads[0].grade
    assert grade is not None
    marks = tuple(mark.model_copy(update={"sentences": (1, 2, 3)}) for mark in grade.marks)
    return grade.model_copy(update={"marks": marks})


def test_the_quote_says_something_about_its_dimension() -> None:
    log = Log()
    log.begin()
    log.turn("How large is a batch? It is large. The index is built every night.")
    log.turn(kind="ended")
    found = Finding(key_point="m2", result="hit", sentences=(3,))
    log.grade(0, 2, 2, 2, findings=(found,))
    thread, grade = log.state.threads[0], resting_on_all(log.state)
    plain = replace(log.state, threads=(replace(thread, grade=grade),))
    first = feedback.priority(plain)
    assert first is not None and first.quote == "It is large."
    named = tuple(p.model_copy(update={"dimension": "correctness"}) for p in thread.question.key_points)
    asked = thread.question.model_copy(update={"key_points": named})
    first = feedback.priority(replace(plain, threads=(replace(thread, grade=grade, question=asked),)))
    assert first is not None and first.quote == "The index is built every night."
    praised = with_marks(log.state, 0, correctness=4.0)
    both = replace(praised, threads=(replace(praised.threads[0], grade=resting_on_all(praised)),))
    kept, first = feedback.keep(both), feedback.priority(both)
    assert kept is not None and kept.quote == "It is large."
    assert first is not None and first.quote == "The index is built every night."


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


def test_a_mark_between_two_levels_shows_the_one_reached_and_what_the_next_asks_for() -> None:
    round_ = shipped().round("breadth").rubric()
    first = round_.dimensions[0]
    mark = Mark(dimension=first.id, level=2, value=2.5)
    assert feedback.level_words(round_, mark) == f"{first.anchors[1]} A 3 asks for more: {first.anchors[2]}"
    assert feedback.level_words(round_, mark.model_copy(update={"value": 2.2})) == first.anchors[1]
    above = mark.model_copy(update={"level": 3, "value": 2.6})
    assert feedback.level_words(round_, above).startswith(first.anchors[1])


def test_quotes_leave_out_numbers_that_do_not_exist() -> None:
    assert feedback.quotes(played().state.threads[0], (0, 1, 9)) == ("Good words here.",)
