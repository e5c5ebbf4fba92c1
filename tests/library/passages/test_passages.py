"""Passages: exact spans, whole sentences, every paragraph, no heading alone."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from interviewer.domain.library import Block, Document, Excerpt, Parsed
from interviewer.library.passages import MOST_WORDS, _spans, embedded_text, passages, text_of, words_of

SAMPLE = "towers items users etc. e.g. we Dr. is 3.5 fast? slow! so-called x The A (and) “yes.” 数据 模型。"
WORDS = st.sampled_from(SAMPLE.split())
TEXTS = st.lists(WORDS, min_size=1, max_size=120).map(" ".join)


def block(text: str, level: int, page: int, at: int) -> Block:
    """A heading, or a paragraph; one that is longer than `at` characters goes on on the next page there."""
    if level:
        return Block(kind="heading", text=text[:100].strip(), level=level, page=page)
    return Block(kind="text", text=text, page=page, breaks=((at, page + 1),) if at < len(text) else ())


def unpaged(parsed: Parsed) -> Parsed:
    """The same where there are no pages."""
    blocks = tuple(block.model_copy(update={"page": None, "breaks": ()}) for block in parsed.blocks)
    return Parsed(kind="text", blocks=blocks)


BLOCKS = st.builds(block, TEXTS, st.sampled_from([0, 0, 0, 1, 2, 3]), st.integers(1, 9), st.integers(1, 400))
DOCUMENTS = st.lists(BLOCKS, max_size=25).map(lambda blocks: Parsed(kind="pdf", blocks=tuple(blocks)))


def sentence(number: int, *, words: int = 20) -> str:
    return f"Sentence {number} " + "word " * (words - 3) + "ends."


def document(*parts: str | tuple[int, str], page: int = 1) -> Parsed:
    """Headings are pairs of level and text."""
    blocks = [
        Block(kind="text", text=part, page=page)
        if isinstance(part, str)
        else Block(kind="heading", text=part[1], level=part[0], page=page)
        for part in parts
    ]
    return Parsed(kind="pdf", title="T", pages=9, blocks=tuple(blocks))


def paragraph(count: int, *, first: int = 0) -> str:
    return " ".join(sentence(first + number) for number in range(count))


@given(DOCUMENTS)
def test_spans_are_exact_and_all_paragraphs_are_covered(parsed: Parsed) -> None:
    text = text_of(parsed)
    found = passages(parsed, document="d" * 32)
    assert [passage.number for passage in found] == list(range(1, len(found) + 1))
    assert len({passage.id for passage in found}) == len(found)
    covered = bytearray(len(text))
    for passage in found:
        assert text[passage.start : passage.end] == passage.text == passage.text.strip() != ""
        covered[passage.start : passage.end] = b"x" * (passage.end - passage.start)
    place = 0
    for block in parsed.blocks:
        if block.kind == "text":
            missed = "".join(text[i] for i in range(place, place + len(block.text)) if not covered[i])
            assert not missed.strip()
        place += len(block.text) + 2


@given(DOCUMENTS)
def test_none_is_too_long_and_none_is_only_headings(parsed: Parsed) -> None:
    headings = {block.text for block in parsed.blocks if block.kind == "heading"}
    for passage in passages(parsed, document="d"):
        parts = passage.text.split("\n\n")
        of_headings = sum(words_of(part) for part in parts if part in headings)
        assert words_of(passage.text) - of_headings <= MOST_WORDS + 10


@given(DOCUMENTS)
def test_every_character_of_a_passage_is_on_its_page(parsed: Parsed) -> None:
    pages: list[int | None] = []
    for each in parsed.blocks:
        first, second = each.breaks[0] if each.breaks else (len(each.text), None)
        pages += [each.page] * first + [second] * (len(each.text) - first)
        pages += pages[-1:] * 2
    for passage in passages(parsed, document="d"):
        found = [passage.page_at(place) for place in range(len(passage.text))]
        assert found == pages[passage.start : passage.end]
        assert passage.page == found[0]


@given(DOCUMENTS)
def test_pages_change_nothing_else_and_there_may_be_none(parsed: Parsed) -> None:
    for passage in passages(unpaged(parsed), document="d"):
        assert passage.page is None and passage.breaks == () and passage.page_at(9) is None


def test_a_quote_is_cited_with_the_page_it_stands_on() -> None:
    text = paragraph(9)
    parsed = Parsed(
        kind="pdf", pages=9, blocks=(Block(kind="text", text=text, page=3, breaks=((text.index("Sentence 5"), 4),)),)
    )
    found = passages(parsed, document="d" * 32)
    about = Document(
        id="d" * 32, source="a", sha256="", kind="pdf", title="T", added_at=datetime(2026, 3, 1, tzinfo=UTC)
    )
    pages = [Excerpt(document=about, passage=found[0]).cite(f"Sentence {n} word").page for n in (0, 4, 5, 8)]
    assert (len(found), found[0].page, pages) == (1, 3, [3, 3, 4, 4])


@given(TEXTS)
def test_spans_of_sentences_follow_each_other(text: str) -> None:
    spans = list(_spans(text))
    rebuilt = "".join(text[start:end] for start, end in spans)
    assert rebuilt.replace(" ", "") == text.replace(" ", "")
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_sentences_do_not_end_at_abbreviations_and_numbers() -> None:
    text = (
        "Smith et al. (2018) used 3.5 times as many, e.g. Adam. See Fig. 2 for J. Doe's result. "
        "It cost $4.20! “Was it worth it?” Yes. 2019 was different."
    )
    assert [text[start:end] for start, end in _spans(text)] == [
        "Smith et al. (2018) used 3.5 times as many, e.g. Adam.",
        "See Fig. 2 for J. Doe's result.",
        "It cost $4.20!",
        "“Was it worth it?”",
        "Yes.",
        "2019 was different.",
    ]


def test_a_long_section_is_cut_between_sentences_with_one_sentence_twice() -> None:
    found = passages(document((1, "Results"), paragraph(30)), document="d")
    assert len(found) >= 3
    for passage in found:
        assert 120 <= words_of(passage.text) <= MOST_WORDS
        assert passage.text.startswith("Sentence") and passage.text.endswith("ends.")
        assert passage.sections == ("Results",)
    for before, after in pairwise(found):
        repeated = re.findall(r"Sentence \d+", before.text)[-1]
        assert after.text.startswith(repeated + " ")


def test_paragraphs_end_passages_where_they_can() -> None:
    found = passages(document((1, "R"), paragraph(8), paragraph(8, first=8), paragraph(8, first=16)), document="d")
    assert [passage.text.split("\n\n")[-1].count("Sentence") for passage in found] == [8, 8, 8]


def test_short_sections_go_with_the_next_under_the_same_heading() -> None:
    parsed = document(
        (1, "Method"), (2, "Data"), paragraph(4), (2, "Model"), paragraph(4, first=4), (1, "Results"), paragraph(8)
    )
    found = passages(parsed, document="d")
    assert [(passage.sections, passage.text.count("Sentence")) for passage in found] == [
        (("Method", "Data"), 8),
        (("Results",), 8),
    ]
    assert "\n\nModel\n\n" in found[0].text
    assert not found[0].text.startswith("Data")


def test_short_sections_under_different_headings_stay_apart() -> None:
    parsed = document((1, "Method"), (2, "Data"), paragraph(4), (1, "Results"), paragraph(4, first=4))
    assert [passage.sections for passage in passages(parsed, document="d")] == [("Method", "Data"), ("Results",)]


def test_headings_without_text_make_no_passage() -> None:
    assert passages(document((1, "Only"), (2, "Headings")), document="d") == ()


def test_a_sentence_without_end_is_cut() -> None:
    found = passages(document("word " * 999 + "word"), document="d")
    assert all(words_of(passage.text) <= MOST_WORDS for passage in found)
    assert sum(words_of(passage.text) for passage in found) >= 1_000


def test_the_page_and_the_id() -> None:
    blocks = (*document(paragraph(9), page=2).blocks, *document(paragraph(9, first=9), page=3).blocks)
    parsed = Parsed(kind="pdf", blocks=blocks)
    found = passages(parsed, document="d")
    assert [passage.page for passage in found] == [2, 3]
    again = passages(parsed, document="d")
    assert [passage.id for passage in again] == [passage.id for passage in found]
    assert all(re.fullmatch("[0-9a-f]{32}", passage.id) for passage in found)
    other = passages(parsed, document="e")
    assert not {passage.id for passage in other} & {passage.id for passage in found}


def test_what_is_embedded() -> None:
    (passage,) = passages(document((1, "Method"), (2, "Data"), "We used what we had."), document="d")
    assert embedded_text("Towers", passage) == "Towers > Method > Data\nWe used what we had."
    (bare,) = passages(document("We used what we had."), document="d")
    assert embedded_text("", bare) == "We used what we had."
