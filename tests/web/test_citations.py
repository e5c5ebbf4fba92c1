"""Where a question and a key point come from: text while the answer is still to be given, a link afterwards."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

from interviewer.content import shipped
from interviewer.domain import Citation, Landmark, Move
from interviewer.rules.problems import with_company
from interviewer.rules.state import State, fold
from interviewer.web.citations import passage_link
from interviewer.web.conversation import conversation
from interviewer.web.debrief import debrief
from interviewer.web.transcripts_state import Transcript, page
from tests.web.interviews import DESIGN, Talk, log_of, of_documents

PAPER = Citation(document="d" * 32, passage="1" * 32, title="Ranking & you", page=4, quote="split by <time>")
LATER = PAPER.model_copy(update={"passage": "2" * 32, "page": 7})
POST = Citation(document="e" * 32, passage="3" * 32, title="A post", quote="we log it")


def state_of(*citations: Citation, closed: bool) -> State:
    return fold(log_of(closed=closed, citations=citations), id="abc")


def transcript(state: State) -> str:
    return page(Transcript(state, "ML breadth, mid, 20 minutes", {}), datetime.now(UTC))


def test_while_the_thread_is_open_the_source_is_text_only() -> None:
    state = state_of(PAPER, LATER, POST, closed=False)
    for shown in (conversation(state), transcript(state)):
        assert "from: Ranking &amp; you, p. 4, p. 7; A post</p>" in shown
        assert "/library" not in shown and PAPER.passage not in shown
        assert "split by" not in shown, "the quote is the answer"


def test_once_it_is_closed_the_source_opens_the_passage() -> None:
    state = state_of(PAPER, LATER, POST, closed=True)
    live, kept = conversation(state), transcript(state)
    for shown in (live, kept):
        line = shown.split("from: ")[1].split("</p>")[0]
        assert line.count("<a ") == 3
        assert 'href="/library?passage=' + PAPER.passage in line
        assert ">Ranking &amp; you, p. 4</a>" in line and ">p. 7</a>" in line and ">A post</a>" in line
    assert 'target="_blank"' in live, "the interview stays where it is"
    assert 'target="_blank"' not in kept


def test_only_the_turn_that_asks_carries_it() -> None:
    for closed in (True, False):
        shown = conversation(state_of(PAPER, closed=closed))
        assert shown.count('class="from') == 1
        assert shown.index('class="from') < shown.index('id="answer-1"')
    assert "from:" not in conversation(fold(log_of(), id="abc"))


def test_a_debrief_cites_the_page_and_the_words() -> None:
    shown = debrief(state_of(PAPER, POST, closed=True))
    points = shown.split("What a good answer says")[1].split("</table>")[0]
    assert ">Ranking &amp; you, p. 4</a>" in points and "“split by &lt;time&gt;”" in points
    assert ">A post</a>" in points and "“we log it”" in points
    assert points.count('class="from') == 2, "only the points that cite something"
    assert 'class="from' not in debrief(fold(log_of(), id="abc"))


def test_an_address_carries_the_words_and_nothing_else_of_them() -> None:
    link = passage_link("1" * 32, words='a&b="c" <d>#e?', marks=[(1, 4), (9, 12)])
    assert not set(link) & set(' "<>#')
    query = parse_qs(urlsplit(link).query)
    assert query == {"passage": ["1" * 32], "quote": ['a&b="c" <d>#e?'], "marks": ["1-4,9-12"]}
    assert len(passage_link("1" * 32, words="é" * 5000)) < 8000


def own_dive(closed: bool, *, authored: bool) -> State:
    """A design round whose problem has something of a company, which is asked as a deep dive."""
    question = shipped().question(DESIGN)
    if authored:
        written = of_documents(shipped().question("leakage"), (PAPER, POST))
        question, dive = with_company(question, "Acme", (written,), ()), f"own-{written.id}"
    else:
        mark = Landmark(title="On <rows>", year=2024, arxiv="2401.00001", supports="SD01", summary="Why.")
        question, dive = with_company(question, "Acme", (), (mark,)), "own-work"
    talk = Talk(question, question=question.id, company="Acme").said("First.")
    talk.answered(Move(kind="probe", text="What of theirs?", dive=dive)).said("That.")
    move = Move(kind="close", text="Bye.", closes="ended") if closed else Move(kind="continue", text="Go on.")
    return talk.answered(move).state()


def test_what_a_company_adds_to_a_problem_is_named_under_its_dive_and_not_under_the_opener() -> None:
    state = own_dive(True, authored=True)
    for shown in (conversation(state), transcript(state)):
        assert shown.count('class="from') == 1
        assert shown.index("What of theirs?") < shown.index("from: ") < shown.index("That.")
        assert 'href="/library?passage=' + PAPER.passage in shown and ">A post</a>" in shown
    assert "<a " not in conversation(own_dive(False, authored=True))


def test_published_work_is_named_and_linked_once_the_thread_is_closed() -> None:
    closed, still = conversation(own_dive(True, authored=False)), conversation(own_dive(False, authored=False))
    link = 'href="https://arxiv.org/abs/2401.00001" rel="noreferrer noopener" target="_blank"'
    assert f"{link}>Acme: On &lt;rows&gt;, 2024</a>" in closed
    assert "from: Acme: On &lt;rows&gt;, 2024</p>" in still and "<a " not in still
