"""Every piece of HTML that a page shows, made of hostile words: only elements of ours in it, and nothing to do."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from html.parser import HTMLParser
from typing import Final

import pytest

from interviewer.content import shipped
from interviewer.domain import Citation, Document, Move, Passage, Weakness
from interviewer.domain.board import LONGEST, Board, Box, Edge, one_line
from interviewer.errors import SettingsError
from interviewer.library import Hit, Progress
from interviewer.program import Program
from interviewer.rules.state import fold
from interviewer.store import InterviewRow
from interviewer.store.repository import Status
from interviewer.web import (
    conversation,
    layout,
    library_page,
    library_state,
    practice_state,
    progress_state,
    settings_state,
    transcripts_state,
)
from interviewer.web.debrief import debrief
from interviewer.web.library_jobs import Result, Row
from interviewer.web.library_rows import rows as library_rows
from interviewer.web.settings_state import Form
from interviewer.web.status import status
from tests.web.interviews import BEGUN, DESIGN, Talk, grade, log_of
from tests.web.payloads import marked, payloads, poisoned

EVIL: Final = "https://evil.example"
PAYLOADS: Final = payloads(EVIL)
STATUSES: Final[tuple[Status, ...]] = ("closed", "paused", "open", "closed")
VOID: Final = frozenset(("line", "circle", "img", "path", "rect"))
ELEMENTS: Final = frozenset(
    (
        *("a", "article", "b", "blockquote", "code", "details", "div", "figcaption", "figure", "header", "i", "li"),
        *("h1", "h2", "h3", "h4", "nav", "ol", "p", "pre", "section", "span", "strong", "summary", "time", "ul"),
        *("table", "tbody", "td", "th", "thead", "tr", "circle", "line", "svg", "text", "title"),
        *("img", "mark", "caption", "g", "path", "rect"),
    )
)
IMAGE: Final = re.compile(r"/library/pages/[\w.%~-]+/[0-9]+\.png")
STYLE: Final = re.compile(r"(?:(?:left|right|width):[\d.]+%;?)+")


class _Checked(HTMLParser):
    """Fails at the first element or attribute that is not ours, and at an element that is not closed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ELEMENTS, tag
        self.open += [] if tag == "img" else [tag]
        for name, value in attrs:
            assert not name.startswith("on"), name
            if name == "src":
                assert tag == "img" and IMAGE.fullmatch(value or ""), value
            assert name not in ("srcset", "srcdoc", "action", "ping", "background", "poster"), name
            if name in ("href", "xlink:href"):
                assert re.match(r"/(?!/)|#", value or ""), value
            if name == "style":
                assert STYLE.fullmatch(value or ""), value

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in VOID
        self.handle_starttag(tag, attrs)
        self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(decl)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)


def inert(html: str) -> str:
    """Check a piece of HTML; what it says."""
    assert "\n" not in layout.wrapped(html), "an empty line would end a block of HTML in Markdown"
    checked = _Checked()
    checked.feed(html)
    checked.close()
    assert checked.open == []
    return checked.text


def test_there_are_enough_of_them() -> None:
    assert len(PAYLOADS) >= 36


@pytest.mark.parametrize("text", PAYLOADS, ids=range(len(PAYLOADS)))
def test_in_talks_debriefs_and_transcripts(text: str) -> None:
    said = [f"It is real: {text}"]
    for closed in (True, False):
        log = poisoned(log_of(said=said, spoken=text, cited=range(1, 40), closed=closed), text)
        state = fold(log, id=text)
        transcript = transcripts_state.Transcript(state, text, transcripts_state._observers(log))
        assert "It is real" in inert(conversation.conversation(state))
        assert "It is real" in inert(transcripts_state.page(transcript, datetime.now(UTC), turn=1))
        inert(status(state))
        if closed:
            inert(debrief(state, own=2, transcript=f"/transcripts?interview={text}"))
    for html in (conversation.said(text), conversation.speaking(text), conversation.did(text)):
        inert(html)


@pytest.mark.parametrize("text", PAYLOADS, ids=range(len(PAYLOADS)))
def test_in_a_design_round_with_a_diagram(text: str) -> None:
    question, name = shipped().question(DESIGN), one_line(text)[:LONGEST].strip() or "x"
    board = Board(
        boxes=(Box(id="b1", name=name), Box(id="b2", name="ranker", kind="store")),
        edges=(Edge(id="e1", source="b1", target="b2", label=name),),
    )
    talk = Talk(question, question=DESIGN).drew(board).said(f"Look: {text}")
    open_ = talk.answered(Move(kind="steer", text=text, section="data")).state()
    inert(status(open_))
    talk.said("8,300").answered(Move(kind="close", text=text, closes="ended"))
    closed = talk.graded(0, grade(question, elements=(text,))).closed().state()
    for state in (open_, closed):
        assert "Look" in inert(conversation.conversation(state, areas=False))
        assert "Look" in inert(transcripts_state.page(transcripts_state.Transcript(state, text, {}), BEGUN, turn=1))
    assert "The diagram at the end" in inert(debrief(closed))


@pytest.mark.parametrize("text", PAYLOADS, ids=range(len(PAYLOADS)))
def test_in_lists_and_progress(text: str) -> None:
    rows = tuple(
        InterviewRow(
            id=text,
            round="breadth",
            title=text,
            created_at=BEGUN,
            closed_at=None,
            score=2.5,
            verdict="Hire",
            threads=2,
            status=status,
        )
        for status in STATUSES
    )
    inert(transcripts_state.listing(rows, BEGUN))
    inert(progress_state.plot(rows))
    weak = Weakness(
        id=text, interview=text, thread=0, area=text, topic=text, code=text, sentence=text, turn=1, seen_at=BEGUN
    )
    missed = weak.model_copy(update={"code": f"missed:{text}", "area": "B03"})
    for group in progress_state.groups((weak, missed), shipped(), BEGUN):
        for item in group.items:
            inert(item.html)


@pytest.mark.parametrize("text", PAYLOADS, ids=range(len(PAYLOADS)))
def test_in_notices_and_settings(text: str, program: Program) -> None:
    inert(layout.notice(text, problem=True))
    for form in (Form(base_url=text, model="m"), Form(model=text), Form(base_url=f"{EVIL}/{text}", model=text)):
        inert(layout.notice(settings_state.leaves(program, form)))
    name = " ".join(re.sub(r"[\x00-\x1f\x7f-\x9f]", "", text).split())[:150]
    asked = practice_state.asked_for({"area": text, "question": text}, content=program.content, earlier=None)
    assert asked == practice_state.Choices()
    try:
        program.save({"model": f"openai:{name}", "currency": text[:12]})
    except SettingsError as error:
        inert(layout.notice(layout.told(error)))
    inert(layout.answering(program))


@pytest.mark.parametrize("text", PAYLOADS, ids=range(len(PAYLOADS)))
def test_in_a_library_of_hostile_documents(text: str) -> None:
    document = Document(
        **dict.fromkeys(("id", "source", "sha256", "title", "company", "date", "url", "licence"), text),
        kind="pdf",
        authors=(text, text),
        pages=3,
        passages=2,
        added_at=BEGUN,
    )
    inside = tuple(
        Passage(
            id=f"{number}{text}",
            document=text,
            number=number,
            sections=(text, f"{number} {text}"),
            page=number,
            start=0,
            end=9,
            text=text,
        )
        for number in (1, 2)
    )
    board = library_state.Board((document,), (text,), {text: text}, text)
    spans = ((0, 3), (5, 40), (30, 10**6))
    hits = [Hit(document, passage, 1.0, spans) for passage in inside]
    for shown in (
        library_state.listing(board, BEGUN),
        library_state.listing(board, BEGUN, company=text),
        library_state.companies(board),
        library_state.hits(hits, query=text, company=text),
        library_state.hits([], query=text, company=text),
        library_state.document_page(document, inside, BEGUN),
        library_state.passage_page(document, inside, inside[0].id, words=text, spans=spans),
        library_page._sure(text),
    ):
        assert inert(shown).strip()
    failed = Result(Progress(text, "failed", sentence=text))
    added = Result(Progress(text, "added", document=text), document)
    going = [Row(n, text, "working", now=Progress(text + "x", "embedding", total=n)) for n in (0, 9)]
    inert(library_rows([*going, Row(3, text, "waiting", size=9), Row(4, text, "done", results=(failed, added))]))


@pytest.mark.parametrize("text", PAYLOADS, ids=range(len(PAYLOADS)))
def test_in_the_sources_of_a_question(text: str) -> None:
    citation = Citation(document=text, passage=text, title=text, page=4, quote=text)
    for closed in (False, True):
        state = fold(log_of(closed=closed, citations=[citation]), id="abc")
        transcript = transcripts_state.Transcript(state, "", {})
        for shown in (conversation.conversation(state), transcripts_state.page(transcript, BEGUN)):
            assert "from: " in inert(shown)
    inert(debrief(state))


def test_marked_texts_can_be_told_apart() -> None:
    assert [text.split(" ")[0] for text in marked(("a", "b"))] == ["marker0", "marker1"]
