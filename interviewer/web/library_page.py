"""The Library page: add documents, search them, and read one at `?document=ID` or `?passage=ID`; delete in two steps.

What is being added is kept by `Jobs`, so that it goes on when the page is left, and is there when it is opened again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final

import gradio as gr

from interviewer.content.packs import SAMPLE_COMPANY, sample_files
from interviewer.errors import NotFound
from interviewer.library.reading import MOST_BYTES, SUFFIXES
from interviewer.program import Program
from interviewer.web import library_state as state
from interviewer.web.layout import PRIVATE, block, notice, on_load, told, wrapped
from interviewer.web.library_jobs import jobs_of
from interviewer.web.library_rows import rows
from interviewer.web.records import style
from interviewer.web.safe import html

Updates = dict[Any, Any]

BEAT: Final = 0.5
"""Seconds between two looks at what is being added."""
ALL: Final = ""
"""The filter's value for every company."""
LONGEST_QUERY: Final = 400
"""Characters of a search that count."""


def build(program: Program) -> None:
    """Build the page inside the current Blocks."""
    with gr.Column(elem_classes=["page", "library"], elem_id="main"):
        _Library(program)
        # Last, because an empty element at the top would push the heading down.
        block(style("library.css"))


class _Library:
    """The page's parts and what happens in them."""

    def __init__(self, program: Program) -> None:
        self._program, self._jobs = program, jobs_of(program, told=told)
        self.said = block()
        self._build_reader()
        with gr.Column(visible=False) as self.shelf:
            self.head = block(elem_classes=["narrow"])
            self.sample = gr.Button(
                "Add the sample documents", variant="secondary", visible=False, elem_classes=["small-button"]
            )
            self._build_stale()
            self._build_adding()
            with gr.Column(visible=False) as self.stock:
                self._build_search()
                self.companies = block(elem_classes=["narrow"])
            self._build_list()
        self.timer = gr.Timer(BEAT, active=False)
        # The number of finished rows that this tab shows: when there are more, the list is read again.
        self.seen = gr.Textbox(visible="hidden", label="Seen")
        self.refresh = gr.Button("Refresh", elem_id="library-refresh")
        self._wire()

    # ------------------------------------------------------------ what is on the page

    def _build_reader(self) -> None:
        """One document or passage, and its deletion."""
        self.shown = block()
        self.ask = gr.Button("Delete this document…", size="sm", visible=False, elem_classes=["small-button"])
        with gr.Column(visible=False, elem_classes=["card", "confirm", "narrow"]) as self.confirm:
            self.sure = block()
            with gr.Row(elem_classes=["actions"]):
                self.delete = gr.Button("Delete for good", variant="stop")
                self.keep = gr.Button("Keep it", variant="secondary")

    def _build_stale(self) -> None:
        with gr.Column(visible=False, elem_classes=["narrow"]) as self.stale:
            self.why_stale = block()
            with gr.Row(elem_classes=["actions"]):
                self.rebuild = gr.Button("Rebuild", variant="secondary", min_width=120)

    def _build_adding(self) -> None:
        with gr.Column(elem_classes=["card", "form", "narrow"]):
            block(_DROP)
            self.addresses = gr.Textbox(
                label="Web addresses or arXiv ids",
                info="One a line. A feed gives its newest posts.",
                lines=2,
                max_lines=10,
                elem_id="addresses",
            )
            self.company = gr.Dropdown(
                [],
                value=None,
                label="Company",
                info="Whose documents these are. Choose one, or type a name.",
                allow_custom_value=True,
            )
            self.adding = block()
            with gr.Row(elem_classes=["actions"]):
                self.add = gr.Button("Add", variant="primary", min_width=120)
            self.rows = block(elem_id="rows")
            self.clear = gr.Button("Clear this list", size="sm", visible=False, elem_classes=["small-button"])

    def _build_search(self) -> None:
        block("<h2>Search</h2>")
        with gr.Row(elem_classes=["find", "narrow"]):
            self.query = gr.Textbox(label="Search the documents", show_label=False, elem_id="query", scale=1)
            self.find = gr.Button("Search", variant="secondary", min_width=96)
        self.hits = block(elem_id="hits")

    def _build_list(self) -> None:
        with gr.Column(elem_classes=["narrow"]):
            with gr.Column(visible=False) as self.titled:
                block("<h2>Documents</h2>")
                self.only = gr.Dropdown([("All companies", ALL)], value=ALL, label="Show", visible=False)
            self.list = block(elem_id="documents")

    def _wire(self) -> None:
        reading = [self.said, self.shown, self.ask, self.confirm, self.sure, self.shelf, self.hits, self.query]
        work = [self.rows, self.clear, self.timer, self.seen]
        stock = [self.head, self.list, self.companies, self.stock, self.titled, self.only, self.company, self.sample]
        stale = [self.stale, self.why_stale, self.rebuild]
        every = [*reading, *work, *stock, *stale, self.adding, self.addresses]
        on_load(self._arrive, None, every)
        gr.on([self.timer.tick, self.refresh.click], self._beat, [self.seen, self.only], every, **PRIVATE)
        self.add.click(self._add, [self.addresses, self.company], every, **PRIVATE)
        self.sample.click(self._sample, None, every, **PRIVATE)
        self.rebuild.click(self._rebuild, None, every, **PRIVATE)
        self.clear.click(self._clear, None, every, **PRIVATE)
        gr.on([self.query.submit, self.find.click], self._search, [self.query, self.only], [self.hits], **PRIVATE)
        self.only.input(self._filter, [self.query, self.only], [self.head, self.list, self.hits], **PRIVATE)
        self.ask.click(self._ask, None, [self.ask, self.confirm], **PRIVATE)
        self.keep.click(self._keep, None, [self.ask, self.confirm], **PRIVATE)
        self.delete.click(self._delete, None, every, **PRIVATE)

    # ------------------------------------------------------------ arriving, reading

    async def _arrive(self, request: gr.Request) -> Updates:
        """What the address asks for: a passage, a document, or the list."""
        query = dict(request.query_params)
        try:
            if query.get("passage") or query.get("document"):
                return await asyncio.to_thread(self._reader, query)
        except NotFound as error:
            gone = "That passage is no longer in the library." if query.get("passage") else str(error)
            return await self._front(notice(gone, problem=True), company="")
        except Exception as error:  # noqa: BLE001 - every error becomes a sentence
            return await self._front(notice(told(error), problem=True), company="")
        company, words = query.get("company", "")[:100].strip(), query.get("search", "")[:LONGEST_QUERY].strip()
        found = {self.hits: await self._found(words, company), self.query: words} if words else {}
        return {**await self._front("", company=company, wanted="" if words else company), **found}

    def _reader(self, query: Mapping[str, str]) -> Updates:
        library = self._program.library
        asked = query.get("passage", "")
        if asked:
            passage = library.passage(asked)
            document = library.document(passage.document)
            spans = state.spans_of(query.get("marks", ""))
            inside = library.passages(document.id)
            page = state.passage_page(document, inside, passage.id, words=query.get("quote", ""), spans=spans)
        else:
            document = library.document(query["document"])
            page = state.document_page(document, library.passages(document.id), datetime.now(UTC))
        sure = not asked and query.get("delete") == "1"
        return {
            self.shown: wrapped(page),
            self.ask: gr.update(visible=not asked and not sure),
            self.sure: wrapped(_sure(document.title)),
            self.confirm: gr.update(visible=sure),
        }

    async def _front(self, said: str, *, company: str, wanted: str = "") -> Updates:
        """The list and everything above it. `wanted` goes into the field of the company; empty leaves that alone."""
        return {
            self.said: wrapped(said),
            self.shown: "",
            self.ask: gr.update(visible=False),
            self.confirm: gr.update(visible=False),
            self.shelf: gr.update(visible=True),
            **await self._stock(company, wanted=wanted),
            **self._work(),
        }

    async def _stock(self, company: str, *, wanted: str = "") -> Updates:
        """What stands in the library, as far as the filter lets it through."""
        try:
            board = await asyncio.to_thread(state.read, self._program)
        except Exception as error:  # noqa: BLE001 - every error becomes a sentence
            return {self.head: wrapped(f"<h1>Library</h1>{notice(told(error), problem=True)}")}
        known = next((name for name in board.companies if state.same(name, company)), ALL)
        field: dict[str, Any] = {"value": known or wanted} if wanted else {}
        return {
            self.head: wrapped(f"<h1>Library</h1>{state.INTRO if board.documents else state.EMPTY}"),
            self.list: wrapped(state.listing(board, datetime.now(UTC), company=known)),
            self.companies: wrapped(state.companies(board)),
            self.stock: gr.update(visible=bool(board.documents)),
            self.titled: gr.update(visible=bool(board.documents)),
            self.only: gr.update(
                choices=[("All companies", ALL), *((name, name) for name in board.companies)],
                value=known,
                visible=len(board.companies) > 1,
            ),
            self.company: gr.update(choices=state.offered(board.companies), **field),
            self.sample: gr.update(visible=not board.documents and not self._jobs.busy),
            self.stale: gr.update(visible=bool(board.notice)),
            self.why_stale: wrapped(notice(board.notice, problem=True)),
        }

    # ------------------------------------------------------------ adding

    def _work(self) -> Updates:
        """What is being added, and whether to look again."""
        busy, found = self._jobs.busy, self._jobs.rows()
        return {
            self.rows: wrapped(rows(found)),
            self.clear: gr.update(visible=any(row.stage in ("waiting", "done") for row in found)),
            self.timer: gr.Timer(active=busy),
            self.seen: str(self._jobs.finished()),
            self.rebuild: gr.update(interactive=not busy),
        }

    async def _beat(self, seen: str, only: object) -> Updates:
        work = self._work()
        return {**work, **(await self._stock(_text(only)) if work[self.seen] != seen else {})}

    async def _add(self, addresses: object, company: object) -> Updates:
        try:
            begun = self._jobs.add(_text(addresses), company=_text(company))
        except Exception as error:  # noqa: BLE001 - every error becomes a sentence
            return {self.adding: wrapped(notice(told(error), problem=True))}
        if not begun:
            return {self.adding: wrapped(notice("Choose a file or paste an address first.", problem=True))}
        return {self.adding: "", self.addresses: "", **self._work()}

    async def _sample(self) -> Updates:
        try:
            self._jobs.add_files(await asyncio.to_thread(sample_files), company=SAMPLE_COMPANY)
        except Exception as error:  # noqa: BLE001 - every error becomes a sentence
            return {self.adding: wrapped(notice(told(error), problem=True))}
        return {self.adding: "", self.sample: gr.update(visible=False), **self._work()}

    async def _rebuild(self) -> Updates:
        self._jobs.rebuild()
        return self._work()

    async def _clear(self) -> Updates:
        self._jobs.clear()
        return {self.adding: "", **self._work()}

    # ------------------------------------------------------------ searching, deleting

    async def _search(self, query: object, only: object) -> Updates:
        return {self.hits: await self._found(_text(query)[:LONGEST_QUERY].strip(), _text(only))}

    async def _found(self, query: str, company: str) -> str:
        if not query:
            return ""
        try:
            search = partial(self._program.library.search, query, company=company or None)
            return wrapped(state.hits(await asyncio.to_thread(search), query=query, company=company))
        except Exception as error:  # noqa: BLE001 - every error becomes a sentence
            return wrapped(notice(told(error), problem=True))

    async def _filter(self, query: object, only: object) -> Updates:
        shown = await self._stock(_text(only))
        return {part: shown[part] for part in (self.head, self.list) if part in shown} | await self._search(query, only)

    async def _ask(self) -> Updates:
        return {self.ask: gr.update(visible=False), self.confirm: gr.update(visible=True)}

    async def _keep(self) -> Updates:
        return {self.ask: gr.update(visible=True), self.confirm: gr.update(visible=False)}

    async def _delete(self, request: gr.Request) -> Updates:
        asked = str(request.query_params.get("document") or "")
        if not asked:
            # To the library the beginning of an id is enough, and nothing is the beginning of every id.
            return {self.said: ""}
        try:
            removed = await asyncio.to_thread(self._program.library.remove, asked)
            done = f"“{removed.title}” is deleted, with its passages and the questions that were written from it."
        except NotFound:
            # Gone already, in another tab: what was wanted has happened.
            done = "The document is not there any more."
        except Exception as error:  # noqa: BLE001 - every error becomes a sentence
            return {self.said: wrapped(notice(told(error), problem=True))}
        return await self._front(notice(done), company="")


def _text(value: object) -> str:
    """What came from a field: a list that takes other values takes anything, and an empty one sends nothing."""
    return value if isinstance(value, str) else ""


def _sure(title: str) -> str:
    return (
        f'<p id="sure"><strong>Delete “{html(title)}” for good?</strong> Its text, its passages and the questions that '
        "were written from it are removed from this machine. Debriefs that cite it keep the words that they quote.</p>"
    )


_DROP: Final = (
    f'<label class="drop" id="drop" data-most="{MOST_BYTES}"><input class="unseen" type="file" multiple '
    f'accept="{",".join(SUFFIXES)}"><span>Drop files here or <strong>choose them</strong></span>'
    f'<span class="quiet small">PDF, HTML, Markdown, text, or a zip of those; {MOST_BYTES // 1_000_000} MB each</span>'
    '</label><div id="drop-said" role="alert"></div>'
)
