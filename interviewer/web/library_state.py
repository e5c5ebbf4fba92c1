"""What the Library page shows: what is being added, the list, hits, one document, one passage, as HTML. No gradio."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

from interviewer.content.packs import packs
from interviewer.domain import Document, Passage
from interviewer.library import Hit
from interviewer.program import Program
from interviewer.web.citations import PATH, passage_link
from interviewer.web.safe import html
from interviewer.web.transcripts_state import stamp

LONGEST_EXCERPT: Final = 420
"""Characters of a passage that a hit shows, around its first marked word."""
LEAD_IN: Final = 100
"""Characters before that word."""
MOST_MARKS: Final = 20
"""Marked words that go along when a hit is opened."""
KINDS: Final = {"pdf": "PDF", "html": "Web page", "markdown": "Markdown", "text": "Text"}
INTRO: Final = (
    "<p>Papers and posts of the companies that you prepare for. A round with such a company asks about what they say, "
    "and the debrief cites the page.</p>"
)
EMPTY: Final = (
    '<div class="empty"><p>There is nothing in the library yet. Add papers or posts of the company that invited you, '
    "and a breadth round with that company takes a good part of its questions from them.</p><p>To see it at once, add "
    "the sample documents of a made-up company.</p></div>"
)


# ---------------------------------------------------------------- reading


@dataclass(frozen=True)
class Board:
    """What stands in the library."""

    documents: tuple[Document, ...]
    """Newest first."""
    companies: tuple[str, ...]
    questions: Mapping[str, str]
    """Company → how many questions there are about it, in words."""
    notice: str
    """What to do about the index; empty for nothing."""


def read(program: Program) -> Board:
    """Everything the list needs. Blocking; raises StoreUnavailable."""
    library = program.library
    companies = library.companies()
    return Board(
        documents=library.documents(),
        companies=companies,
        questions={company: _questions(program, company) for company in companies},
        notice=library.notice(),
    )


def _questions(program: Program, company: str) -> str:
    if (writing := program.authoring.writing(company)) is not None:
        return f"writing questions, document {writing.done + 1} of {writing.total}"
    ready = len(program.authoring.ready(company))
    if not ready:
        return "questions are written when you begin a round"
    return "1 question ready" if ready == 1 else f"{ready} questions ready"


def offered(companies: Sequence[str]) -> list[str]:
    """The companies that can be chosen: those of the library, then those that a pack knows."""
    known = {company.casefold() for company in companies}
    return [*companies, *(pack.company for pack in packs() if pack.company.casefold() not in known)]


def same(one: str, other: str) -> bool:
    """Whether two names mean the same company."""
    return " ".join(one.split()).casefold() == " ".join(other.split()).casefold()


# ---------------------------------------------------------------- the list


def document_link(document: str) -> str:
    """The address of a document."""
    return f"{PATH}?document={quote(document, safe='')}"


def companies(board: Board) -> str:
    """Each company with what there is of it and the way to a round with it."""
    lines = []
    for company in board.companies:
        count = sum(same(document.company, company) for document in board.documents)
        lines.append(
            f'<li><a class="row" href="{PATH}?company={quote(company, safe="")}"><span class="name" dir="auto">'
            f'{html(company)}</span><span class="quiet small">{_many(count, "document")} · '
            f"{html(board.questions.get(company, ''))}</span></a>"
            f'<a class="button" href="/?company={quote(company, safe="")}" '
            f'aria-label="Practise with {html(company)}">Practise</a></li>'
        )
    if not lines:
        return ""
    return f'<h2>Companies</h2><ul class="list transcripts" aria-label="Companies">{"".join(lines)}</ul>'


def listing(board: Board, now: datetime, *, company: str = "") -> str:
    """The documents, newest first; with `company` only those of it."""
    shown = [document for document in board.documents if not company or same(document.company, company)]
    lines = "".join(_line(document, now) for document in shown)
    if not lines:
        return ""
    return f'<ul class="list transcripts documents" aria-label="Documents, newest first">{lines}</ul>'


def _line(document: Document, now: datetime) -> str:
    link = html(document_link(document.id))
    return (
        f'<li><a class="row" href="{link}"><span class="name" dir="auto">{html(document.title)}</span>'
        f'<span class="quiet small">{_facts(document)} · added {stamp(document.added_at, now)}</span>'
        f'<span class="quiet small where" dir="auto">{html(_where(document))}</span></a>'
        f'<a class="small delete" href="{link}&amp;delete=1" aria-label="Delete {html(document.title)}">Delete…</a>'
        "</li>"
    )


def _facts(document: Document) -> str:
    facts = [document.company, KINDS[document.kind]]
    if document.pages:
        facts.append(_many(document.pages, "page"))
    facts.append(_many(document.passages, "passage"))
    facts.append(document.date)
    return " · ".join(html(fact) for fact in facts if fact)


def _where(document: Document) -> str:
    return document.url or document.source


def _many(count: int, word: str) -> str:
    return f"1 {word}" if count == 1 else f"{count:,} {word}s"


# ---------------------------------------------------------------- search


def hits(found: Sequence[Hit], *, query: str, company: str) -> str:
    """What a search found, best first. The element that names the address lets a reload find the same."""
    here = f"{PATH}?search={quote(query, safe='')}" + (f"&company={quote(company, safe='')}" if company else "")
    place = f'<div data-here="{html(here)}"></div>'
    if not found:
        where = f" in the documents of {html(company)}" if company else ""
        return f'{place}<p role="status">Nothing{where} fits “{html(query)}”. Try other words.</p>'
    items = "".join(_hit(hit) for hit in found)
    return (
        f'{place}<p class="quiet small" role="status">{_many(len(found), "passage")}, best first.</p>'
        f'<ol class="hits" aria-label="Passages found">{items}</ol>'
    )


def _hit(hit: Hit) -> str:
    text, spans = excerpt(hit.passage.text, hit.highlights)
    marks = hit.highlights[:MOST_MARKS]
    return (
        f'<li class="hit"><a href="{html(passage_link(hit.passage.id, marks=marks))}" dir="auto">'
        f'{html(hit.document.title)}</a><p class="quiet small" dir="auto">{_place(hit)}</p>'
        f'<p class="passage" dir="auto">{marked(text, spans)}</p></li>'
    )


def _place(hit: Hit) -> str:
    facts = [hit.document.company, " › ".join(hit.passage.sections)]
    facts.append(f"p. {hit.page}" if hit.page else "")
    return " · ".join(html(fact) for fact in facts if fact)


def excerpt(text: str, spans: Sequence[tuple[int, int]]) -> tuple[str, tuple[tuple[int, int], ...]]:
    """The part of a passage around its first span, between whole words, with the spans that lie in it."""
    if len(text) <= LONGEST_EXCERPT:
        return text, tuple(spans)
    first = min((start for start, _ in spans), default=0)
    begin = max(0, min(first - LEAD_IN, len(text) - LONGEST_EXCERPT))
    if begin and (space := text.find(" ", begin, first)) >= 0:
        begin = space + 1
    end = min(len(text), begin + LONGEST_EXCERPT)
    if end < len(text) and (space := text.rfind(" ", begin, end)) > begin:
        end = space
    before, after = "… " if begin else "", " …" if end < len(text) else ""
    moved = len(before) - begin
    inside = tuple((start + moved, stop + moved) for start, stop in spans if start >= begin and stop <= end)
    return f"{before}{text[begin:end]}{after}", inside


def marked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """The text as HTML with these character spans marked; spans that overlap or lie outside are cut to what is left."""
    pieces, last = [], 0
    for begin, stop in sorted(spans):
        start, end = max(last, begin), min(len(text), stop)
        if start < end:
            pieces += [html(text[last:start]), f"<mark>{html(text[start:end])}</mark>"]
            last = end
    return "".join((*pieces, html(text[last:])))


# ---------------------------------------------------------------- one document, one passage


def document_page(document: Document, passages: Sequence[Passage], now: datetime) -> str:
    """A document: what it is, where it is from, and its sections, each leading to its first passage."""
    authors = f'<p class="quiet small" dir="auto">{html(", ".join(document.authors))}</p>' if document.authors else ""
    licence = f" · {html(document.licence)}" if document.licence else ""
    groups = itertools.groupby(passages, key=lambda passage: passage.sections)
    sections = "".join(_section(path, list(group)) for path, group in groups)
    return (
        f'{_back("All documents", PATH)}<header><h1 dir="auto">{html(document.title)}</h1>{authors}'
        f'<p class="quiet small">{_facts(document)} · added {stamp(document.added_at, now)}{licence}</p>'
        f'<p class="quiet small where" dir="auto">From {html(_where(document))}</p></header>'
        f'<h2>Sections</h2><ol class="list sections" aria-label="Sections">{sections}</ol>'
    )


def _section(path: Sequence[str], passages: Sequence[Passage]) -> str:
    above = "".join(f'<span class="quiet">{html(name)} › </span>' for name in path[:-1])
    name = html(path[-1]) if path else "Beginning"
    page = f"p. {passages[0].page} · " if passages[0].page else ""
    return (
        f'<li><a href="{html(passage_link(passages[0].id))}" dir="auto">{above}{name}</a> '
        f'<span class="quiet small">{page}{_many(len(passages), "passage")}</span></li>'
    )


def passage_page(
    document: Document, passages: Sequence[Passage], id: str, *, words: str = "", spans: Sequence[tuple[int, int]] = ()
) -> str:
    """A passage: its headings, its text, its neighbours; beside it the page of a PDF as an image.

    `words` that stand in the passage and `spans` of its characters are marked, and the page is that of the first.
    """
    place = next(number for number, passage in enumerate(passages) if passage.id == id)
    passage = passages[place]
    at = passage.text.find(words) if words else -1
    wanted = [(at, at + len(words))] if at >= 0 else spans
    shown, leaf = marked(passage.text, wanted), passage.page_at(min((start for start, _ in wanted), default=0))
    before = _neighbour(passages[place - 1], "Previous passage") if place else ""
    after = _neighbour(passages[place + 1], "Next passage") if place + 1 < len(passages) else ""
    path = f'<p class="path" dir="auto">{html(" › ".join(passage.sections))}</p>' if passage.sections else ""
    page = f"page {leaf} of {document.pages} · " if leaf else ""
    return (
        f"{_back('Back to the document', document_link(document.id))}"
        f'<header><h1 dir="auto">{html(document.title)}</h1>{path}'
        f'<p class="quiet small">{page}passage {passage.number} of {len(passages)}</p></header>'
        f'<div class="leaf"><div class="reading"><p class="passage" dir="auto">{shown}</p>'
        f'<nav class="links" aria-label="Neighbours">{before}{after}</nav></div>{_sheet(document, leaf)}</div>'
    )


def _sheet(document: Document, page: int | None) -> str:
    """The page as an image; library.js says when it has come, or that it could not be drawn."""
    if document.kind != "pdf" or not page:
        return ""
    address = f"{PATH}/pages/{quote(document.id, safe='')}/{page}.png"
    return (
        f'<figure class="sheet"><p class="wait" role="status"><span class="spin" aria-hidden="true"></span>'
        f'Drawing page {page}…</p><p class="fault">Page {page} could not be drawn. The text of the '
        f'passage is complete without it.</p><img src="{html(address)}" '
        f'alt="Page {page} of {html(document.title)}, as an image" width="900" height="1165">'
        f'<figcaption>Page {page} of {document.pages} · <a href="{html(address)}" target="_blank">'
        "Open it larger</a></figcaption></figure>"
    )


def _neighbour(passage: Passage, words: str) -> str:
    return f'<a class="button" href="{html(passage_link(passage.id))}">{words}</a>'


def _back(words: str, address: str) -> str:
    return f'<p class="small"><a href="{html(address)}">{words}</a></p>'


def spans_of(text: str) -> tuple[tuple[int, int], ...]:
    """The character spans in an address (`12-18,30-34`); what is none is left out."""
    found = []
    for part in text.split(",")[:MOST_MARKS]:
        start, _, end = part.partition("-")
        if start.isdecimal() and end.isdecimal() and len(start) < 8 and len(end) < 8:
            found.append((int(start), int(end)))
    return tuple(found)
