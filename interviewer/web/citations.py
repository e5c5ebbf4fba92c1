"""Where something comes from, as HTML: "from: Title, p. 4", and the links that open the passage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from interviewer.domain import Citation, Dive, Question
from interviewer.rules.state import Thread, Turn
from interviewer.web.safe import html

PATH: Final = "/library"
OWN: Final = "own-"
"""What the ids of a company's deep dive and of its key points begin with (rules.problems)."""
LONGEST_QUOTE: Final = 600
"""Characters of a quote that go into an address; of a longer one the passage shows the beginning marked."""


def passage_link(passage: str, *, words: str = "", marks: Sequence[tuple[int, int]] = ()) -> str:
    """The address of a passage; with `words` or character spans of it, they are marked there."""
    marked = f"&quote={quote(words[:LONGEST_QUOTE], safe='')}" if words else ""
    spans = f"&marks={','.join(f'{start}-{end}' for start, end in marks)}" if marks else ""
    return f"{PATH}?passage={quote(passage, safe='')}{marked}{spans}"


def asked_from(thread: Thread, turn: Turn, *, tab: bool = False) -> str:
    """The line under the turn that asks a question from the library, or a deep dive from somebody's work; else empty.

    While the thread is open it is no link: the passage holds the answer. `tab` opens links in a tab of their own.
    """
    move, linked = turn.move, bool(thread.closes)
    if move is None:
        return ""
    if move.question is not None and move.question.id == thread.question.id:
        # What a company's work adds to a problem is asked later, under a turn of its own.
        return _line(_documents(_cited(thread.question, dives=False), linked=linked, tab=tab))
    dive = _dive(thread.question, move.dive)
    if dive is None:
        return ""
    if cited := _cited(thread.question, dives=True, among=dive.key_points):
        return _line(_documents(cited, linked=linked, tab=tab))
    if not dive.address or not linked:
        return _line(html(dive.source))
    new = ' target="_blank"' if tab else ""
    return _line(f'<a href="{html(dive.address)}" rel="noreferrer noopener"{new}>{html(dive.source)}</a>')


def _line(where: str) -> str:
    """`where` is HTML of ours."""
    return f'<p class="from small quiet">from: {where}</p>' if where else ""


def _dive(question: Question, id: str) -> Dive | None:
    dives = question.brief.dives if question.brief is not None and id else ()
    return next((dive for dive in dives if dive.id == id), None)


def _cited(question: Question, *, dives: bool, among: Sequence[str] | None = None) -> tuple[Citation, ...]:
    """The passages that the question's own key points cite, or those that a company's work has added; each once."""
    points = [
        point
        for point in question.key_points
        if point.id.startswith(OWN) == dives and (among is None or point.id in among)
    ]
    return tuple({p.citation.passage: p.citation for p in points if p.citation is not None}.values())


def source(citation: Citation) -> str:
    """Under a key point: the words that say it, and a link to where they stand."""
    return (
        f'<p class="from small quiet">{_link(citation, _place(citation), tab=False)}: '
        f'<span class="quoted">“{html(citation.quote)}”</span></p>'
    )


def _documents(citations: Sequence[Citation], *, linked: bool, tab: bool) -> str:
    """Each document once, with all its pages that are cited."""
    found: dict[str, dict[int | None, Citation]] = {}
    for citation in citations:
        found.setdefault(citation.document, {}).setdefault(citation.page, citation)
    parts = []
    for pages in found.values():
        first, *others = pages.values()
        shown = [(first, _place(first)), *((other, f"p. {other.page}") for other in others if other.page)]
        parts.append(", ".join(_link(at, words, tab=tab) if linked else words for at, words in shown))
    return "; ".join(parts)


def _place(citation: Citation) -> str:
    return html(citation.title) + (f", p. {citation.page}" if citation.page else "")


def _link(citation: Citation, words: str, *, tab: bool) -> str:
    """`words` is HTML of ours."""
    new = ' target="_blank"' if tab else ""
    return f'<a href="{html(passage_link(citation.passage, words=citation.quote))}"{new}>{words}</a>'
