"""Questions about a company from its documents: which there are, and when they are written.

A document's questions are written once, by the model that is set or by the built-in author, and kept in the library.
What the built-in author wrote while a model was away is written anew when a round with that company is opened next.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from interviewer.agents.author import with_model
from interviewer.agents.builtin_author import built_in_questions
from interviewer.agents.fallback import carried_on
from interviewer.agents.steps import Models
from interviewer.content import Content
from interviewer.domain import Authored, Document, Excerpt, Made, Question
from interviewer.errors import InterviewerError, NotFound
from interviewer.library import Library
from interviewer.llm import Model

log = logging.getLogger("interviewer.authoring")

PROMPT = ("library", "author")
"""Folder and name of the author's prompt."""
A_DOCUMENT = 5
"""Questions wanted from a document: enough for several rounds, few enough to be the best ones."""


@dataclass(frozen=True)
class Writing:
    """How far the writing of a company's questions is."""

    done: int
    total: int
    title: str = ""
    """Of the document that is being read now."""
    fell_back: str = ""
    """The sentence that says why the built-in author took over, if it did."""


class Authoring:
    """Writes and keeps the questions of one user's library.

    `ready`, `writing` and `start_soon` may be called from any thread, the others belong to one event loop.
    """

    def __init__(self, library: Callable[[], Library], content: Content, models: Models) -> None:
        self._library, self._content, self._models = library, content, models
        self._locks: dict[str, asyncio.Lock] = {}
        self._running: dict[str, asyncio.Task[None]] = {}
        self._writing: dict[str, Writing] = {}
        self._loop: asyncio.AbstractEventLoop | None = None

    def attach(self) -> None:
        """Make the running event loop the one in which `start_soon` writes."""
        self._loop = asyncio.get_running_loop()

    def start_soon(self, company: str) -> None:
        """`start` for other threads; without a loop nothing happens, and `prepare` does it before a round."""
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self.start, company)

    def ready(self, company: str) -> tuple[Question, ...]:
        """The questions there are about a company now. Blocking; raises StoreUnavailable."""
        if not company.strip():
            return ()
        return tuple(authored.question for authored in self._library().authored(company=company))

    def writing(self, company: str) -> Writing | None:
        """How far the writing is that goes on in the background; None if none does."""
        return self._writing.get(_key(company))

    async def prepare(self, company: str) -> None:
        """Before a round: if nothing is ready, the built-in author's questions at once; the model's in the background.

        Raises StoreUnavailable, OperatorError.
        """
        if not company.strip() or not await asyncio.to_thread(self._outdated, company):
            return
        if not await asyncio.to_thread(self.ready, company):
            await self._write(company, built_in=True)
        self.start(company)

    def start(self, company: str) -> None:
        """Write what is missing in the background; nothing happens if that goes on already."""
        key = _key(company)
        if key and key not in self._running:
            task = asyncio.get_running_loop().create_task(self._quietly(company))
            self._running[key] = task
            task.add_done_callback(lambda _: self._running.pop(key, None))

    async def questions(
        self, company: str, wanted: int, *, progress: Callable[[Writing], None] | None = None
    ) -> tuple[Authored, ...]:
        """At most `wanted` questions about a company, after writing what is missing.

        Raises NotFound if the library has nothing by that company; StoreUnavailable, OperatorError.
        """
        if not await asyncio.to_thread(partial(self._library().documents, company=company)):
            raise NotFound(f"There is no document of {company!r} in the library: add some first.")
        await self._write(company, progress=progress)
        found = await asyncio.to_thread(partial(self._library().authored, company=company))
        return tuple(found[:wanted])

    async def finished(self, company: str) -> None:
        """Wait for the writing in the background, if any goes on."""
        task = self._running.get(_key(company))
        if task is not None:
            await asyncio.wait([task])

    async def _quietly(self, company: str) -> None:
        try:
            await self._write(company)
        except InterviewerError as error:
            # Nobody waits for this: the next round with the company tries again.
            log.warning("writing questions ended early: %s", type(error).__name__)

    async def _write(
        self, company: str, *, built_in: bool = False, progress: Callable[[Writing], None] | None = None
    ) -> None:
        key = _key(company)
        async with self._locks.setdefault(key, asyncio.Lock()):
            todo = await asyncio.to_thread(self._outdated, company)
            fell_back = ""
            try:
                for number, document in enumerate(todo):
                    self._writing[key] = Writing(number, len(todo), document.title, fell_back)
                    if progress is not None:
                        progress(self._writing[key])
                    made = await self._of_document(document, None if built_in else self._models("author"))
                    fell_back = made.fell_back or fell_back
                if progress is not None and todo:
                    progress(Writing(len(todo), len(todo), "", fell_back))
            finally:
                self._writing.pop(key, None)

    def _outdated(self, company: str) -> tuple[Document, ...]:
        """The documents that nobody has written questions from, or only the built-in author though a model is set."""
        library = self._library()
        by = library.written_by(company=company)
        model = self._models("author")
        wanted = ("",) if model is None else ("", "built-in")
        return tuple(doc for doc in reversed(library.documents(company=company)) if by.get(doc.id, "") in wanted)

    async def _of_document(self, document: Document, model: Model | None) -> Made:
        library = self._library()
        material = await asyncio.to_thread(
            lambda: tuple(Excerpt(document=document, passage=passage) for passage in library.passages(document.id))
        )
        others = await asyncio.to_thread(partial(library.authored, company=document.company))
        known = [a.question for a in others if document.id not in a.documents]
        bank = (*self._content.bank("breadth"), *known)
        questions, made = await carried_on(
            partial(self._with_model, material, document.company, bank, model) if model is not None else None,
            partial(asyncio.to_thread, partial(_built_in, material, company=document.company, bank=bank)),
            step="author",
        )
        written = [_authored(question, document, made) for question in questions]
        await asyncio.to_thread(partial(library.save_questions, document.id, written, by=made.by))
        return made

    async def _with_model(
        self, material: Sequence[Excerpt], company: str, bank: Sequence[Question], model: Model
    ) -> tuple[tuple[Question, ...], Made]:
        folder, name = PROMPT
        prompt = self._content.prompts[folder][name]
        return await with_model(material, company=company, bank=bank, wanted=A_DOCUMENT, prompt=prompt, model=model)


def _built_in(material: Sequence[Excerpt], *, company: str, bank: Sequence[Question]) -> tuple[Question, ...]:
    return built_in_questions(material, company=company, bank=bank)[:A_DOCUMENT]


def _authored(question: Question, document: Document, made: Made) -> Authored:
    cited = tuple(dict.fromkeys(citation.document for citation in question.citations)) or (document.id,)
    return Authored(question=question, company=document.company, documents=cited, by=made.by, prompt=made.prompt)


def _key(company: str) -> str:
    return company.strip().casefold()
