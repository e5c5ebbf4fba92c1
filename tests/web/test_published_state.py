"""The room's card of a company: what it shows, and that it leads nowhere while a topic is open."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from interviewer.domain import Citation, Document, Landmark, Pack
from interviewer.rules.state import State, fold
from interviewer.web.published_state import MOST, card, left_behind
from tests.web.interviews import log_of

PAPER, POST = "d" * 32, "e" * 32
FIRST = Citation(document=PAPER, passage="1" * 32, title="Ranking & you", page=4, quote="split by <time>")
SECOND = FIRST.model_copy(update={"passage": "2" * 32, "page": 7})
OTHER = Citation(document=POST, passage="3" * 32, title="A post", quote="we log it")
PACK = Pack(
    id="larkfield",
    company="Larkfield",
    also=("LF Inc",),
    blog="https://larkfield.example/blog",
    landmarks=tuple(
        Landmark(title=f"On <b>ranking</b> {n}", year=2024, arxiv=f"2401.0000{n}", supports="SD05", summary="A hint.")
        for n in (1, 2)
    ),
    systems=("search ranking",),
    areas=("B08",),
    topics=("ranking-metrics",),
    as_of="2026-11",
)


def document(id: str, title: str) -> Document:
    return Document(id=id, source=title, sha256="0" * 64, kind="pdf", title=title, added_at=datetime.now(UTC))


def state_of(*citations: Citation, closed: bool) -> State:
    return fold(log_of(closed=closed, citations=citations), id="abc")


def in_turn(closed: Sequence[Citation], still_open: Sequence[Citation]) -> State:
    """A state with a closed thread that cites the first, then an open one that cites the second."""
    before, now = state_of(*closed, closed=True), state_of(*still_open, closed=False)
    return replace(now, threads=(*before.threads, *now.threads))


def test_only_documents_of_closed_topics_are_left_behind() -> None:
    assert left_behind(state_of(FIRST, OTHER, closed=False)) == {}
    assert left_behind(state_of(FIRST, SECOND, OTHER, closed=True)) == {PAPER: FIRST, POST: OTHER}
    assert left_behind(in_turn([FIRST, OTHER], [])) == {PAPER: FIRST, POST: OTHER}


def test_a_document_that_the_open_topic_is_about_stays_shut() -> None:
    assert left_behind(in_turn([FIRST, OTHER], [SECOND])) == {POST: OTHER}


def test_documents_are_titles_and_only_those_left_behind_are_links() -> None:
    documents = [document(PAPER, "Ranking & you"), document(POST, "A <i>post</i>")]
    shut = card("Acme", documents, {}, PACK)
    assert "What Acme has published" in shut
    assert "Ranking &amp; you" in shut and "A &lt;i&gt;post&lt;/i&gt;" in shut
    assert "<a " not in shut and PAPER not in shut and "ranking</b>" not in shut
    opened = card("Acme", documents, {PAPER: FIRST}, None)
    (link,) = re.findall(r"<a [^>]*>.*?</a>", opened)
    assert f'href="/library?passage={FIRST.passage}&amp;quote=split%20by%20%3Ctime%3E" target="_blank"' in link
    assert ">Ranking &amp; you<" in link


def test_a_long_shelf_is_cut_but_a_link_stays() -> None:
    documents = [document(f"{n:032x}", f"Title {n:02}.") for n in range(MOST + 5)]
    last = documents[-1]
    assert card("Acme", documents[:MOST], {}, None).count("<li") == MOST
    assert "more in your library" not in card("Acme", documents[:MOST], {}, None)
    shown = card("Acme", documents, {last.id: FIRST}, None)
    assert shown.count("<li") == MOST and "And 5 more in your library." in shown
    assert last.title in shown and documents[MOST - 1].title not in shown
    assert shown.index("Title 00.") < shown.index(last.title), "newest first, as everywhere"


def test_without_documents_the_pack_is_linked_and_says_what_it_is() -> None:
    shown = card("lf inc", [], {}, PACK)
    assert "What Larkfield has published" in shown
    assert "Unofficial, from public posts. As of 2026-11." in shown
    assert 'href="https://arxiv.org/abs/2401.00002" target="_blank" rel="noreferrer noopener"' in shown
    assert "On &lt;b&gt;ranking&lt;/b&gt; 1" in shown and "(2024)" in shown
    assert "A hint." not in shown, "a summary can say what an answer should"
    assert 'href="/library?company=lf%20inc" target="_blank">' in shown


def test_of_an_unknown_company_one_sentence_says_where_to_add_documents() -> None:
    shown = card("A <b> & C", [], {}, None)
    assert "Nothing by A &lt;b&gt; &amp; C is known here" in shown
    assert 'href="/library?company=A%20%3Cb%3E%20%26%20C" target="_blank"' in shown


def test_a_round_without_a_company_has_no_card() -> None:
    assert card("", [], {}, PACK) == ""
