"""Where something comes from, as HTML: "from: Title, p. 4", and the links that open the passage."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from interviewer.domain import Citation
from interviewer.rules.state import Thread, Turn
from interviewer.web.safe import html

PATH: Final = "/library"
LONGEST_QUOTE: Final = 600
"""Characters of a quote that go into an address; of a longer one the passage shows the beginning marked."""


def passage_link(passage: str, *, words: str = "", marks: Sequence[tuple[int, int]] = ()) -> str:
    """The address of a passage; with `words` or character spans of it, they are marked there."""
    marked = f"&quote={quote(words[:LONGEST_QUOTE], safe='')}" if words else ""
    spans = f"&marks={','.join(f'{start}-{end}' for start, end in marks)}" if marks else ""
    return f"{PATH}?passage={quote(passage, safe='')}{marked}{spans}"


def asked_from(thread: Thread, turn: Turn, *, tab: bool = False) -> str:
    """The line under the turn that asks a question from the library; empty under any other.

    While the thread is open it is no link: the passage holds the answer. `tab` opens links in a tab of their own.
    """
    asked = turn.move.question if turn.move is not None else None
    if asked is None or asked.id != thread.question.id or not asked.citations:
        return ""
    return f'<p class="from small quiet">from: {_documents(asked.citations, linked=bool(thread.closes), tab=tab)}</p>'


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
