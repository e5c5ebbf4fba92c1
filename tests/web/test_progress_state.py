"""The list of weak areas and the plot, from real logs in a real store."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from interviewer.content import shipped
from interviewer.domain import Weakness
from interviewer.program import Program
from interviewer.web import progress_state as state
from interviewer.web.practice_state import asked_for
from interviewer.web.safe import html
from tests.web.interviews import BEGUN, log_of, put

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)


def weakness(**more: object) -> Weakness:
    values: dict[str, object] = {
        "id": "w",
        "interview": "i",
        "thread": 0,
        "area": "B03",
        "topic": "leakage",
        "code": "cv_rules_out_leakage",
        "sentence": "It is <b>real</b>.",
        "turn": 3,
        "seen_at": BEGUN,
    }
    return Weakness.model_validate({**values, **more})


def test_traps_and_points_are_in_words() -> None:
    content = shipped()
    kind, text = state.what(weakness(), content)
    assert (kind, text) == ("Sounded like", content.question("leakage").traps[0].says)
    kind, text = state.what(weakness(code="missed:split-like-deployment", sentence=""), content)
    assert kind == "Did not mention"
    assert text == content.question("leakage").key_point("split-like-deployment").text
    assert state.what(weakness(code="missed:split-like-deployment"), content)[0] == "Said the wrong way round"


def test_what_left_the_bank_is_named_by_its_code() -> None:
    content = shipped()
    assert state.what(weakness(topic="gone"), content)[1] == "cv rules out leakage"
    assert state.what(weakness(topic="gone", code="missed:some-point", sentence=""), content)[1] == "some point"
    assert state.area_name(content, "Z99") == "Z99"


def test_areas_and_points_of_all_rounds_have_readable_names() -> None:
    content = shipped()
    for question in (content.question("video-home"), content.question("llm-ladder-kv-cache")):
        point = question.key_points[0]
        row = weakness(area=question.area, topic=question.topics[0], code=f"missed:{point.id}", sentence="")
        group = state.groups([row], content, NOW)[0]
        assert group.name == content.round(question.round).area_name(question.area) != question.area
        assert state.what(row, content) == ("Did not mention", point.text)
        assert asked_for({"area": question.area}, content=content, earlier=None).round == question.round


def test_a_question_of_a_document_is_told_in_its_own_words(program: Program) -> None:
    banked = shipped().question("leakage")
    must = next(point for point in banked.key_points if point.importance == "must")
    own = must.model_copy(update={"id": "own-first", "text": "Acme splits its log by user and never by row."})
    trap = banked.traps[0].model_copy(update={"code": "own_trap", "says": "A split by row shows the same."})
    asked = banked.model_copy(update={"id": "acme-1", "key_points": (own, *banked.key_points), "traps": (trap,)})
    put(program.repository, "one", log_of(question=asked))
    shown = "".join(item.html for group in state.read(program, NOW).groups for item in group.items)
    assert html(own.text) in shown and html(trap.says) in shown
    assert "own first" not in shown and "own trap" not in shown
    assert '<p class="small quiet">Leakage · ' in shown


def test_rows_stand_by_area_with_quote_and_links() -> None:
    rows = [weakness(id="1"), weakness(id="2", area="B01"), weakness(id="3", area="B01")]
    first, second = state.groups(rows, shipped(), NOW)
    assert (first.area, first.name, len(first.items)) == ("B01", "Probability and statistics", 2)
    assert second.practise == "/?area=B03"
    shown = second.items[0].html
    assert "<blockquote" in shown
    assert "<b>" not in shown
    assert 'href="/transcripts?interview=i&amp;turn=3"' in shown
    assert "<blockquote" not in state.groups([weakness(sentence="")], shipped(), NOW)[0].items[0].html


def test_the_page_as_a_whole(program: Program) -> None:
    empty = state.read(program, NOW)
    assert (empty.groups, empty.plot, empty.count) == ((), "", 0)
    put(program.repository, "one", log_of())
    one = state.read(program, NOW)
    assert one.count == 3
    assert one.plot == "", "one round is no line"
    put(program.repository, "two", log_of(at=BEGUN + timedelta(days=1), level=3))
    plot = state.read(program, NOW).plot
    assert plot.count("<circle") == 2
    assert "1 to 4: 2.0, 3.0" in plot
    assert plot.index("interview=one") < plot.index("interview=two"), "oldest first"
    assert "1 Mar 2026" in plot


def test_the_plot_shows_the_newest_rounds(program: Program) -> None:
    for number in range(3):
        put(program.repository, f"r{number}", log_of(at=BEGUN + timedelta(days=number)))
    rows = program.repository.interviews() * 20
    assert state.plot(rows).count("<circle") == state.MOST_ROUNDS
