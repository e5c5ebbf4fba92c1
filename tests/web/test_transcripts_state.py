"""The list of transcripts and one in full, from real logs in a real store."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from interviewer.content import shipped
from interviewer.domain import Board, Move, Verdict
from interviewer.errors import NotFound
from interviewer.program import Program
from interviewer.rules.outline import drawn
from interviewer.store import InterviewRow
from interviewer.web import transcripts_state as state
from tests.web.interviews import BEGUN, DESIGN, FELL_BACK, SAID, Talk, log_of, put

NOW = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)


def shown(program: Program, id: str, **more: int) -> str:
    return state.page(asyncio.run(state.read(program, id)), NOW, **more)


def row(status: str = "closed", score: float | None = 2.5, verdict: Verdict | None = "Lean no") -> InterviewRow:
    return InterviewRow(
        id="x",
        round="breadth",
        title="ML breadth, senior, 40 minutes",
        created_at=BEGUN,
        closed_at=None,
        score=score,
        verdict=verdict,
        threads=4 if status == "closed" else 0,
        status=status,  # type: ignore[arg-type]
    )


def test_an_empty_list_says_what_to_do() -> None:
    assert 'href="/"' in state.listing((), NOW)
    assert "no transcript yet" in state.listing((), NOW)


def test_a_line_says_all_there_is() -> None:
    line = state.listing((row(),), NOW)
    for words in ("ML breadth", "Senior", "40 minutes", "4 topics", "2.5", "Lean no", "1 March, 09:30 UTC"):
        assert words in line
    assert 'href="/transcripts?interview=x"' in line
    assert "Go on" not in line


def test_open_paused_and_not_graded() -> None:
    assert "Open" in state.listing((row("open", None, None),), NOW)
    assert 'href="/?interview=x"' in state.listing((row("open", None, None),), NOW)
    assert "Paused" in state.listing((row("paused", None, None),), NOW)
    assert "Not graded" in state.listing((row(score=None, verdict=None),), NOW)


@pytest.mark.parametrize(
    ("title", "parts"),
    [
        ("ML breadth, mid, 20 minutes", ("ML breadth", "mid", "20 minutes")),
        ("ML breadth, mid, bayes-rule", ("ML breadth", "mid", "one question: bayes rule")),
        ("A, B, mid, 20 minutes", ("A, B", "mid", "20 minutes")),
        ("ML system design, Acme, senior, Video home feed", ("ML system design, Acme", "senior", "Video home feed")),
        ("old title", ("old title", "", "")),
    ],
)
def test_titles(title: str, parts: tuple[str, str, str]) -> None:
    assert state.title_parts(title) == parts


def test_the_year_stands_only_where_it_differs() -> None:
    assert "2026," not in state.stamp(BEGUN, NOW)
    assert "1 March 2026, 09:30 UTC" in state.stamp(BEGUN, NOW + timedelta(days=400))


def test_a_closed_interview_in_full(program: Program) -> None:
    put(program.repository, "mine", log_of())
    html = shown(program, "mine", turn=1)
    assert SAID.split(",", maxsplit=1)[0] in html
    assert "Debrief" in html
    assert "Spoken by some-model, prompt 0123456789ab" in html
    assert f"Observed by the built-in interviewer: {FELL_BACK}" in html
    assert 'id="answer-1" tabindex="-1" autofocus' in html
    assert html.count("autofocus") == 1
    assert "0:40" not in html.split("Conversation</h2>")[0]
    assert "1:20" in html, "the time since the beginning"


def test_a_problem_has_no_count_of_topics_and_ladders_are_subjects() -> None:
    design = replace(row(), round="design", title="ML system design, mid, Video home feed", threads=1)
    assert "Mid · Video home feed<" in state.listing((design,), NOW)
    assert "3 subjects" in state.listing((replace(row(), round="depth", threads=3),), NOW)


def test_a_design_round_shows_its_parts_and_the_diagram_where_it_had_changed(program: Program) -> None:
    question = shipped().question(DESIGN)
    talk = Talk(question, question=DESIGN).said("Before anything is drawn.")
    talk.answered(Move(kind="steer", text="The whole picture?", section="architecture"))
    talk.drew(drawn("client -> ranker: top 500")).said("As I have drawn it.")
    talk.answered(Move(kind="hint", text="Think.", key_point="stages", rung=1)).said("Nothing new is drawn.")
    talk.answered(Move(kind="continue", text="Go on.")).drew(Board()).said("", kind="hint")
    program.repository.create("d", "design", talk.events[:2], "ML system design, mid, Video home feed")
    program.repository.append("d", talk.events[2:])
    html = shown(program, "d")
    assert html.count('class="board-svg"') == 1
    assert html.index("As I have drawn it.") < html.index('class="board-svg"') < html.index("Think.")
    assert html.count("The diagram was empty then.") == 1
    assert "<h4>Goal and scope</h4>" in html and html.index("<h4>The whole picture</h4>") < html.index(
        "The whole picture?"
    )
    assert '<h3 class="topic" id="topic-1">Video home feed</h3>' in html


def test_an_unfinished_one_links_to_where_it_goes_on(program: Program) -> None:
    put(program.repository, "mine", log_of(closed=False))
    html = shown(program, "mine")
    assert 'href="/?interview=mine"' in html
    assert "not finished" in html
    assert "<h1>Debrief" not in html
    assert "autofocus" not in html


def test_an_interview_that_has_just_begun(program: Program) -> None:
    program.repository.create("new", "breadth", log_of()[:2], "ML breadth, mid, 20 minutes")
    assert "Nothing was said yet" in shown(program, "new")


def test_words_said_on_another_day_carry_their_day(program: Program) -> None:
    events = log_of(said=["one", "two"], closed=False)
    late = [event.model_copy(update={"at": event.at + timedelta(days=2)}) for event in events[-4:]]
    put(program.repository, "long", [*events[:-4], *late])
    assert "3 March, 09:3" in shown(program, "long")


def test_text_is_only_text(program: Program) -> None:
    put(
        program.repository,
        "bad",
        log_of(said=['<img src=x onerror="alert(1)"><script>alert(2)</script> [a](http://b)']),
    )
    html = shown(program, "bad")
    assert "<img" not in html
    assert "<script" not in html
    assert "http://b" not in html.replace("[a](http://b)", "")


@pytest.mark.parametrize("id", ["unknown", "", "../../etc/passwd", "x" * 10_000])
def test_unknown_ids_are_one_sentence(program: Program, id: str) -> None:
    with pytest.raises(NotFound, match="no interview") as raised:
        asyncio.run(state.read(program, id))
    assert len(str(raised.value)) < 200


def test_deleting_removes_it_and_its_weak_areas(program: Program) -> None:
    put(program.repository, "mine", log_of())
    assert program.repository.weaknesses()
    assert "deleted" in asyncio.run(state.delete(program, "mine"))
    assert not program.repository.weaknesses()
    with pytest.raises(NotFound):
        asyncio.run(state.read(program, "mine"))
    with pytest.raises(NotFound):
        asyncio.run(state.delete(program, "mine"))
