"""What the Library page shows."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interviewer.domain import Document, Passage
from interviewer.library import Hit, Progress
from interviewer.web import library_state as state
from interviewer.web.library_jobs import REBUILD, Result, Row
from interviewer.web.library_rows import rows
from interviewer.web.safe import html

ADDED = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
SENTENCE = "We split the log by user, because a random split lets one user stand on both sides. "


def document(id: str = "d", **more: object) -> Document:
    values = {
        "id": id * 32,
        "source": "paper.pdf",
        "sha256": "0" * 64,
        "kind": "pdf",
        "title": f"Paper {id}",
        "company": "Acme",
        "pages": 12,
        "passages": 3,
        "added_at": ADDED,
    }
    return Document.model_validate({**values, **more})


def turned(of: Document) -> Passage:
    """A passage that goes on on the next page with its second sentence."""
    first = passages(of)[0]
    text = SENTENCE + "It is dearer. " + SENTENCE
    return first.model_copy(update={"text": text, "end": len(text), "breaks": ((len(SENTENCE), 3),)})


def passages(of: Document, count: int = 3) -> tuple[Passage, ...]:
    return tuple(
        Passage(
            id=f"{number:032x}",
            document=of.id,
            number=number,
            sections=("3 Method", "3.1 Features" if number < 3 else "3.2 Training"),
            page=number + 1 if of.pages else None,
            start=0,
            end=len(SENTENCE),
            text=SENTENCE,
        )
        for number in range(1, count + 1)
    )


def board(*documents: Document) -> state.Board:
    companies = tuple(dict.fromkeys(found.company for found in documents if found.company))
    return state.Board(documents, companies, dict.fromkeys(companies, "2 questions ready"), "")


def text_of(shown: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", shown))


# ---------------------------------------------------------------- marks and excerpts


@given(st.text(max_size=80), st.lists(st.tuples(st.integers(-5, 90), st.integers(-5, 90)), max_size=8))
def test_marking_changes_no_word(text: str, spans: list[tuple[int, int]]) -> None:
    shown = state.marked(text, spans)
    assert shown.replace("<mark>", "").replace("</mark>", "") == "".join(map(html, text))
    assert shown.count("<mark>") == shown.count("</mark>")


def test_marks_stand_where_the_spans_are() -> None:
    assert state.marked("a <b> c", [(2, 5), (6, 7)]) == "a <mark>&lt;b&gt;</mark> <mark>c</mark>"
    assert state.marked("abcdef", [(1, 4), (2, 5)]) == "a<mark>bcd</mark><mark>e</mark>f"


@given(st.integers(0, 60), st.integers(1, 3))
def test_an_excerpt_is_around_its_first_mark_and_marks_the_same_words(first: int, count: int) -> None:
    text = SENTENCE * 12
    found = [match.span() for match in re.finditer("user", text)][first % 20 :][:count]
    shown, spans = state.excerpt(text, found)
    assert len(shown) <= state.LONGEST_EXCERPT + 4
    assert spans and {shown[start:end] for start, end in spans} == {"user"}
    assert shown.strip("… ") in text


def test_marks_far_away_from_the_excerpt_are_left_out() -> None:
    shown, spans = state.excerpt(SENTENCE * 12, [(3, 8), (20, 24), (900, 904)])
    assert [shown[start:end] for start, end in spans] == ["split", "user"]


def test_a_short_passage_is_shown_whole_and_one_without_marks_from_its_beginning() -> None:
    assert state.excerpt(SENTENCE, [(3, 8)]) == (SENTENCE, ((3, 8),))
    shown, spans = state.excerpt(SENTENCE * 12, [])
    assert shown.startswith("We split the log") and shown.endswith(" …") and spans == ()
    unbroken, spans = state.excerpt("x" * 1500 + "y" * 500, [(1500, 1510)])
    assert 0 < len(unbroken) <= state.LONGEST_EXCERPT + 4
    assert [unbroken[start:end] for start, end in spans] == ["y" * 10]


@pytest.mark.parametrize(
    ("text", "spans"),
    [("1-4,9-12", ((1, 4), (9, 12))), ("", ()), ("x-4,5,-3,1-2-3,٣-٤", ()), ("1-99999999", ()), ("7-3", ((7, 3),))],
)
def test_spans_in_an_address(text: str, spans: tuple[tuple[int, int], ...]) -> None:
    found = state.spans_of(text)
    assert all(start < 10**7 and end < 10**7 for start, end in found)
    if "٣" not in text:
        assert found == spans


# ---------------------------------------------------------------- the list


def test_the_list_says_what_each_document_is_and_leads_to_it() -> None:
    post = document("e", kind="html", pages=0, passages=1, url="https://acme.example/post", date="2024-05")
    shown = state.listing(board(post, document()), ADDED)
    assert shown.index("Paper e") < shown.index("Paper d"), "in the order of the library: newest first"
    words = text_of(shown)
    assert "Acme · PDF · 12 pages · 3 passages · added 1 March, 09:30 UTC" in words
    assert "Acme · Web page · 1 passage · 2024-05" in words and "https://acme.example/post" in words
    assert f'href="/library?document={"d" * 32}"' in shown
    assert f'href="/library?document={"d" * 32}&amp;delete=1" aria-label="Delete Paper d"' in shown


def test_the_list_of_one_company_only() -> None:
    both = board(document(), document("e", company="Brio"))
    shown = state.listing(both, ADDED, company=" acme ")
    assert "Paper d" in shown and "Paper e" not in shown
    assert state.listing(both, ADDED, company="Nobody") == ""


def test_each_company_with_its_questions_and_the_way_to_a_round() -> None:
    shown = state.companies(board(document(), document("e"), document("f", company="A & B/C")))
    assert "2 documents · 2 questions ready" in text_of(shown)
    assert 'href="/?company=A%20%26%20B%2FC" aria-label="Practise with A &amp; B/C"' in shown
    assert 'href="/library?company=A%20%26%20B%2FC"' in shown
    assert state.companies(board(document(company=""))) == ""


def test_companies_of_the_library_come_before_those_of_packs() -> None:
    names = state.offered(("Zeta", "netflix"))
    assert names[:2] == ["Zeta", "netflix"]
    assert "Netflix" not in names, "the same company is offered once, as the user wrote it"
    assert len(names) > 5


# ---------------------------------------------------------------- hits, documents, passages


def test_hits_show_where_they_stand_and_open_the_passage_with_the_same_marks() -> None:
    found = document()
    passage = passages(found)[1]
    shown = state.hits([Hit(found, passage, 1.0, ((3, 8), (20, 24)))], query="split & <user>", company="Acme")
    assert "Acme · 3 Method › 3.1 Features · p. 3" in text_of(shown)
    assert "We <mark>split</mark> the log by <mark>user</mark>, because" in shown
    assert f"/library?passage={passage.id}&amp;marks=3-8,20-24" in shown
    assert 'data-here="/library?search=split%20%26%20%3Cuser%3E&amp;company=Acme"' in shown


def test_nothing_found_is_a_sentence() -> None:
    shown = text_of(state.hits([], query="zebra <x>", company="Acme"))
    assert shown == "Nothing in the documents of Acme fits “zebra <x>”. Try other words."


def test_a_document_lists_its_sections_each_with_its_first_passage() -> None:
    found = document(authors=("Ada A.", "Bob B."), licence="CC BY 4.0")
    shown = state.document_page(found, passages(found), ADDED)
    assert shown.count('<li><a href="/library?passage=') == 2
    words = text_of(shown)
    assert "3 Method › 3.1 Features p. 2 · 2 passages" in words and "3.2 Training p. 4 · 1 passage" in words
    assert "Ada A., Bob B." in words and "CC BY 4.0" in words and "From paper.pdf" in words


def test_a_passage_has_its_headings_its_neighbours_and_its_page() -> None:
    found = document()
    inside = passages(found)
    shown = state.passage_page(found, inside, inside[1].id, words="by user")
    words = text_of(shown)
    assert "3 Method › 3.1 Features" in words and "page 3 of 12 · passage 2 of 3" in words
    assert "<mark>by user</mark>" in shown
    assert f'href="/library?passage={inside[0].id}">Previous passage' in shown
    assert f'href="/library?passage={inside[2].id}">Next passage' in shown
    assert f'src="/library/pages/{found.id}/3.png" alt="Page 3 of Paper d, as an image"' in shown
    assert f'href="/library?document={found.id}">Back to the document' in shown
    first = state.passage_page(found, inside, inside[0].id, words="not there", spans=((0, 2),))
    assert "Previous passage" not in first
    assert "<mark>We</mark>" in first, "words that do not stand in the passage mark nothing"


def test_only_a_pdf_has_pages_to_draw() -> None:
    post = document(kind="html", pages=0)
    inside = passages(post)
    assert "<img" not in state.passage_page(post, inside, inside[0].id)


# ---------------------------------------------------------------- what is being added


def test_rows_say_how_far_each_is() -> None:
    now = Progress("a.pdf", "embedding", done=40, total=112)
    shown = rows(
        [
            Row(1, "a.pdf", "working", now=now),
            Row(2, "https://b.example", "working", now=Progress("https://b.example", "fetching")),
            Row(3, "c.md", "waiting", size=1_234_567),
            Row(4, "d.md", "queued"),
        ]
    )
    words = text_of(shown)
    assert "a.pdfEmbedding 40 of 112" in words and "https://b.example Fetching…" in words
    assert "c.md1.2 MB, ready to add" in words and "d.mdWaits for its turn" in words
    assert 'aria-valuemax="112" aria-valuenow="40"><i style="width:36%">' in shown
    assert rows([]) == ""


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("added", "Added: 3 passages, 12 pages. Paper d"),
        ("replaced", "Replaced the earlier version: 3 passages, 12 pages. Paper d"),
        ("unchanged", "Already there, unchanged: 3 passages, 12 pages. Paper d"),
    ],
)
def test_rows_say_how_it_ended(step: str, words: str) -> None:
    final = Progress("a.pdf", step, document="d" * 32)  # type: ignore[arg-type]
    assert words in text_of(rows([Row(1, "a.pdf", "done", results=(Result(final, document()),))]))


def test_what_failed_says_why_and_is_announced() -> None:
    failed = Result(Progress("b.pdf", "failed", sentence="'b.pdf' is encrypted: add one without a password."))
    done = Result(Progress("a.pdf", "added", document="d" * 32), document())
    shown = rows([Row(1, "both.zip", "done", results=(done, failed)), Row(2, "c.md", "queued")])
    words = text_of(shown)
    assert "b.pdf'b.pdf' is encrypted: add one without a password." in words and "a.pdfAdded" in words
    assert '<p class="unseen" role="status">1 done, 1 failed, 1 to go</p>' in shown


def test_a_zip_shows_what_has_ended_while_the_rest_goes_on() -> None:
    done = Result(Progress("a.pdf", "added", document="d" * 32), document())
    now = Progress("b.pdf", "embedding", done=1, total=4)
    words = text_of(rows([Row(1, "both.zip", "working", now=now, results=(done,))]))
    assert "both.zipb.pdf: Embedding 1 of 4a.pdfAdded: 3 passages" in words
    between = text_of(rows([Row(1, "both.zip", "working", results=(done,))]))
    assert "both.zipWorking…a.pdfAdded" in between


def test_a_zip_with_nothing_in_it_and_a_rebuild() -> None:
    assert "There was nothing in it to add." in text_of(rows([Row(1, "empty.zip", "done")]))
    rebuilt = Row(1, REBUILD, "done", results=(Result(Progress(REBUILD, "added")),))
    assert "Embedded anew with the current model." in text_of(rows([rebuilt]))


def test_a_document_that_is_gone_already_is_still_said_to_be_added() -> None:
    assert "Added." in text_of(rows([Row(1, "a.md", "done", results=(Result(Progress("a.md", "added")),))]))


def test_a_year_ago_is_said_with_its_year() -> None:
    assert "1 March 2026" in state.listing(board(document()), ADDED + timedelta(days=400))


def test_the_page_is_that_of_the_words_and_not_that_on_which_their_passage_begins() -> None:
    of = document()
    one = turned(of)
    assert "page 2 of 12" in state.passage_page(of, (one,), one.id)
    for shown in (
        state.passage_page(of, (one,), one.id, words="It is dearer."),
        state.passage_page(of, (one,), one.id, spans=((len(SENTENCE) + 6, len(SENTENCE) + 12),)),
    ):
        assert f'src="/library/pages/{of.id}/3.png"' in shown and "page 3 of 12" in shown and "Page 2" not in shown
    early, late = (Hit(of, one, 1.0, ((place, place + 2),)) for place in (3, len(SENTENCE) + 3))
    assert "p. 2" in state.hits([early], query="x", company="")
    assert "p. 3" in state.hits([late], query="x", company="")
    assert Hit(of, one, 1.0, ()).page == 2
