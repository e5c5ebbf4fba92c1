"""The debrief: what it says, and that it says it safely."""

from __future__ import annotations

from dataclasses import replace
from html.parser import HTMLParser

import pytest

from interviewer.domain import Finding, Grade, Made, Mark, Move
from interviewer.rules.state import State, Turn, fold
from interviewer.web.debrief import HONEST, WORDS, debrief
from interviewer.web.safe import html
from tests.web.interviews import BEGUN, log_of


def closed(level: int = 2, said: str = "I would cross-validate. Then I ship it.") -> State:
    return fold(log_of(said=(said,), level=level), id="abc")


def with_grade(state: State, grade: Grade, **more: object) -> State:
    return replace(state, threads=(replace(state.threads[0], grade=grade, **more),))  # type: ignore[arg-type]


class _Balanced(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_it_is_whole_html_and_quotes_the_candidate_escaped() -> None:
    shown = debrief(closed(said="I say <script>alert(1)</script> & go. Then I ship it."), transcript="/transcripts")
    reader = _Balanced()
    reader.feed(shown)
    assert reader.open == []
    assert "<script>" not in shown
    assert '<blockquote dir="auto"><p>I say &lt;script&gt;alert(1)&lt;/script&gt; &amp; go.</p></blockquote>' in shown


@pytest.mark.parametrize("level", [1, 2, 3, 4])
def test_levels_are_words_and_dots(level: int) -> None:
    shown = debrief(closed(level))
    assert f'aria-label="{level} of 4"' in shown
    assert f"<span>{WORDS[level]}</span>" in shown
    anchors = closed(level).round.dimensions[0].anchors
    assert html(anchors[level - 1]) in shown


def test_a_mark_between_two_levels_is_shown_as_that() -> None:
    marks = tuple(
        Mark(dimension=name, level=2, value=2.5, sentences=(1,))
        for name in ("correctness", "understanding", "judgement")
    )
    state = with_grade(closed(), Grade(marks=marks, score=2.5))
    shown, anchors = debrief(state), state.round.dimensions[0].anchors
    assert shown.count("<span>between 2 and 3</span>") == 6
    assert 'aria-label="2 and a half of 4"' in shown and '<i class="half"></i>' in shown
    assert shown.count(f"{html(anchors[1])} A 3 asks for more: {html(anchors[2])}") == 2
    assert "<p>Correctness in <a" in shown and ": between 2 and 3 of 4.</p>" in shown


def test_one_priority_with_quote_gap_drill_and_retest() -> None:
    state = closed(2)
    shown = debrief(state)
    assert shown.count("Work on this first") == 1
    part = shown.split("Work on this first")[1].split("</section>")[0]
    assert "I would cross-validate." in part
    assert "below the bar (2.0 of 4)" in part
    assert html(state.threads[0].question.drill) in part
    assert "Try it again in 3 days." in part
    assert "Keep doing this" not in shown
    assert "Keep doing this" in debrief(closed(4))


def test_the_score_stands_with_what_it_rests_on() -> None:
    shown = debrief(closed(3))
    assert "<strong>3.0</strong>" in shown and "from 1 graded topic." in shown and "first impression" in shown


@pytest.mark.parametrize(("own", "words"), [(2, "That is how we read it too."), (4, "lower"), (1, "higher")])
def test_the_own_rating_is_compared(own: int, words: str) -> None:
    assert words in debrief(closed(2), own=own)
    assert "You rated it" not in debrief(closed(2))


def test_a_score_that_rounds_up_to_the_bar_has_not_met_it() -> None:
    state = closed(2)
    marks = tuple(
        Mark(dimension=name, level=3, value=2.57, sentences=(1,))
        for name in ("correctness", "understanding", "judgement")
    )
    shown = debrief(with_grade(state, Grade(marks=marks, score=2.57)), own=3)
    assert "just below the bar" in shown and "Overall meets the bar" not in shown and "We read it lower." in shown


def test_key_points_by_how_they_came_up() -> None:
    state = closed(2)
    points = state.threads[0].question.key_points
    findings = (
        Finding(key_point=points[0].id, result="hit", raised="unprompted", sentences=(1,)),
        Finding(key_point=points[1].id, result="hit", raised="probe", sentences=(1,)),
        Finding(key_point=points[2].id, result="hit", raised="hint", sentences=(2,)),
        Finding(key_point=points[3].id, result="wrong", sentences=(2,)),
    )
    grade = state.threads[0].grade
    assert grade is not None
    shown = debrief(with_grade(state, grade.model_copy(update={"findings": findings})))
    for words in ("unprompted", "after a follow-up", "after a hint", "said the wrong way round", "not said"):
        assert words in shown


def test_hints_and_what_held_a_mark_down() -> None:
    state = closed(3)
    point = state.threads[0].question.key_points[0].id
    hint = Move(kind="hint", text="Look at the split.", key_point=point, rung=3)
    turn = Turn(act=1, speaker="interviewer", text=hint.text, at=BEGUN, kind="hint", made=Made(), move=hint)
    mark = Mark(dimension="correctness", level=3, value=3.0, sentences=(1,), reason="Fine.", ceiling="hint H3")
    grade = Grade(marks=(mark,), score=3.0)
    shown = debrief(with_grade(state, grade, turns=(*state.threads[0].turns, turn)))
    assert "Hint 3: Look at the split." in shown and "The point did not come up." in shown
    assert "Held at this level by hint H3." in shown


def test_a_level_up_and_the_folded_outline() -> None:
    state = closed(2)
    question = state.threads[0].question
    assert question.anchors is not None
    shown = debrief(state)
    assert html(question.anchors.three) in shown
    assert "Outline of a full answer" in shown and html(question.outline[0]) in shown


def test_what_made_the_grades_and_what_that_is_worth() -> None:
    assert HONEST in debrief(closed())
    model = replace(closed(), marked_by=Made(by="large-model"))
    model = replace(model, threads=(replace(model.threads[0], graded_by=Made(by="large-model")),))
    assert HONEST not in debrief(model) and "large-model" in debrief(model)
    fell = replace(model, marked_by=Made(fell_back="The model <b>timed out</b>."))
    assert "It took over from the model: The model &lt;b&gt;timed out&lt;/b&gt;." in debrief(fell)


def test_what_was_not_graded_and_why() -> None:
    state = with_grade(closed(), Grade(not_graded="There is no answer.", flagged=(1,)), graded_by=Made())
    shown = debrief(state)
    assert "<h2>Not graded</h2>" in shown
    assert "Topic 1: There is no answer." in shown
    assert "speak to the grader" in shown
    late = replace(state, threads=(replace(state.threads[0], grade=None),))
    assert "its grade did not arrive in time" in debrief(late)


def test_links_to_the_talk_and_to_the_same_again() -> None:
    shown = debrief(closed(), transcript="/transcripts?interview=abc")
    assert 'href="/transcripts?interview=abc"' in shown and 'href="/?again=abc"' in shown
    assert "Read the transcript" not in debrief(closed())


def test_an_interview_without_topics_still_has_a_debrief() -> None:
    assert "Not graded" in debrief(replace(closed(), threads=()))
