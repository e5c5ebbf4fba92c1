"""The room's card "What COMPANY has published", as HTML. No gradio here.

It leads to no answer: a document is its title alone, and a link only once the talk has left the topic that cites it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote

from interviewer.domain import Citation, Document, Pack
from interviewer.rules.state import State
from interviewer.web.citations import PATH, passage_link
from interviewer.web.company import landmarks
from interviewer.web.safe import html

MOST: Final = 8
"""Titles on the card; the library has the rest."""


def left_behind(state: State) -> dict[str, Citation]:
    """Document → the first passage of it that a closed thread cites; not one that the open thread is about."""
    cited: dict[str, Citation] = {}
    for thread in state.threads:
        for citation in thread.question.citations if thread.closes else ():
            cited.setdefault(citation.document, citation)
    still = state.thread.question.citations if state.thread is not None else ()
    return {id: citation for id, citation in cited.items() if id not in {now.document for now in still}}


def card(company: str, documents: Sequence[Document], opened: Mapping[str, Citation], pack: Pack | None) -> str:
    """What the library has of a company, or else what its pack knows, or else where to add some; empty for no company.

    Args:
        company: the round's company; empty for none.
        documents: what the library has of it, newest first.
        opened: what `left_behind` says: those documents are links.
        pack: what is publicly known about the company.
    """
    if not company:
        return ""
    if documents:
        body = _titles(company, documents, opened)
    elif pack is not None:
        body = f"{landmarks(pack, summaries=False)}<p>{_add(company, 'Add documents')} to be asked about them.</p>"
    else:
        body = f"<p>Nothing by {html(company)} is known here: {_add(company, 'add documents')} for the next round.</p>"
    name = pack.company if pack is not None and not documents else company
    return (
        f'<details class="shelf" data-room><summary>What {html(name)} has published</summary>'
        f'<div class="small">{body}</div></details>'
    )


def _titles(company: str, documents: Sequence[Document], opened: Mapping[str, Citation]) -> str:
    # A link that is to be found counts for more than a newer title.
    first = sorted(documents, key=lambda document: document.id not in opened)[:MOST]
    shown = "".join(f'<li dir="auto">{_title(document, opened)}</li>' for document in documents if document in first)
    more = len(documents) - len(first)
    rest = f'<p class="quiet">And {more} more in your library.</p>' if more else ""
    return (
        f'<ul class="plain" aria-label="Documents by {html(company)}">{shown}</ul>{rest}'
        '<p class="quiet">In your library. A title opens when its topic is closed.</p>'
    )


def _title(document: Document, opened: Mapping[str, Citation]) -> str:
    citation = opened.get(document.id)
    if citation is None:
        return html(document.title)
    link = html(passage_link(citation.passage, words=citation.quote))
    return f'<a href="{link}" target="_blank">{html(document.title)}</a>'


def _add(company: str, words: str) -> str:
    return f'<a href="{PATH}?company={quote(company, safe="")}" target="_blank">{words}</a>'
