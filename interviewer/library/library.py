"""The library of one user: add documents, look at them, search them, remove them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from interviewer.domain import Authored, Document, Passage
from interviewer.errors import NotFound
from interviewer.library import reading
from interviewer.library.progress import Progress, vectors_of
from interviewer.library.search import Hit, Mode, Search

if TYPE_CHECKING:
    from interviewer.library.sources import Source
    from interviewer.llm.embedding import Embedding
    from interviewer.store import Shelf


class Library:
    """One user's documents and the indexes over them. Threads may share it; everything blocks.

    Companies are compared trimmed and without regard to case. Every method may raise StoreUnavailable.
    """

    def __init__(self, shelf: Shelf, home: Path, embedding: Callable[[], Embedding]) -> None:
        """Nothing is opened yet.

        Args:
            shelf: the user's documents in the store.
            home: the data folder; the caches go into its folder `library`.
            embedding: gives the embedding model that is set now.
        """
        self._shelf, self._embedding = shelf, embedding
        self._search = Search(shelf, home / "library", embedding)

    def add(
        self,
        items: Iterable[str | Path | Source],
        *,
        company: str = "",
        newest: int = 10,
        progress: Callable[[Progress], None] | None = None,
    ) -> tuple[Progress, ...]:
        """Add documents, each by itself: one that fails is said to have failed, and the others go on.

        The same bytes again change nothing; other bytes from the same place replace the document, whose questions go.

        Args:
            items: paths, addresses, or documents with their bytes; a zip and a feed are several documents.
            company: whose documents they are; empty for nobody's.
            newest: how many posts to take of a feed.
            progress: told every step; called from two threads, one call at a time.

        Returns:
            How it ended for every document.
        """
        # Brings the client for web addresses with it, which only adding needs.
        from interviewer.library.adding import Adding

        adding = Adding(self._shelf, self._embedding, company=company.strip(), newest=newest, progress=progress)
        ended = adding.run(items, replaced=self._search.forget)
        if any(final.step in ("added", "replaced") for final in ended):
            self._search.bring_up()
        return ended

    def documents(self, *, company: str | None = None) -> tuple[Document, ...]:
        """All documents, or those of a company, newest first."""
        self._search.follow()
        return self._shelf.documents(company=company)

    def companies(self) -> tuple[str, ...]:
        """The companies that have documents, as they were written last, in alphabetical order."""
        newest: dict[str, str] = {}
        for document in self._shelf.documents():
            newest.setdefault(document.company.casefold(), document.company)
        return tuple(newest[key] for key in sorted(newest) if key)

    def document(self, id: str) -> Document:
        """The document with this id, or the only one whose id begins so. Raises NotFound."""
        return self._shelf.document(id)

    def passages(self, document: str) -> tuple[Passage, ...]:
        """The passages of a document in their order. Raises NotFound."""
        return self._shelf.passages(self._shelf.document(document).id)

    def passage(self, id: str) -> Passage:
        """One passage. Raises NotFound."""
        return self._shelf.passage(id)

    def search(
        self, query: str, *, company: str | None = None, limit: int = 10, mode: Mode = "hybrid"
    ) -> tuple[Hit, ...]:
        """The passages that answer a query best, best first, of a company or of all.

        Where a search by meaning is not possible it is by words, and `notice` says why.
        """
        return self._search.hits(query, company=company, limit=limit, mode=mode)

    def remove(self, document: str) -> Document:
        """Remove every trace of a document, and give what it was. Raises NotFound."""
        found = self._shelf.document(document)
        try:
            self._shelf.remove(found.id)
        finally:
            # Also if the log file could not be emptied: the rows are gone then.
            self._search.forget()
        return found

    def page_image(self, document: str, page: int) -> bytes:
        """A page of a PDF as a PNG image. Raises NotFound without such a page, DocumentRefused if it is not drawn."""
        found = self._shelf.document(document)
        if found.kind != "pdf" or not 1 <= page <= found.pages:
            raise NotFound(f"{found.title!r} has no page {page} that could be shown.")
        data, _ = self._shelf.original(found.id)
        return reading.page_image(data, page)

    def rebuild(self, *, progress: Callable[[Progress], None] | None = None) -> int:
        """Embed everything again with the model that is set now, and build both indexes anew; how many passages.

        Broken off, it leaves some documents with the old vectors, `notice` says so, and it can be done again.
        Raises ModelError, OperatorError.
        """
        embedding, count = self._embedding(), 0
        tell = progress or (lambda _: None)
        for document in self._shelf.documents():
            passages = self._shelf.passages(document.id)
            made = vectors_of(passages, document, embedding=embedding, tell=tell)
            found = {passage.id: vector for passage, vector in zip(passages, made, strict=True)}
            self._shelf.put_vectors(found, model=embedding.name)
            count += len(passages)
        self._search.forget()
        tell(Progress(name="", step="indexing", done=count, total=count))
        self._search.bring_up()
        return count

    def notice(self) -> str:
        """Empty, or the sentence that says why searches are by words only, such as another embedding model."""
        return self._search.notice()

    def authored(self, *, company: str | None = None) -> tuple[Authored, ...]:
        """The questions written from the documents, of a company or of all, oldest first."""
        return self._shelf.authored(company=company)

    def written_by(self, *, company: str | None = None) -> dict[str, str]:
        """Document id → who wrote its questions: a model's name, `built-in`, or empty for nobody yet."""
        return self._shelf.written_by(company=company)

    def save_authored(self, questions: Sequence[Authored]) -> None:
        """Keep questions; one with the same id and company is replaced, one of a removed document is left out."""
        self._shelf.save_authored(questions)

    def save_questions(self, document: str, questions: Sequence[Authored], *, by: str) -> None:
        """Replace all questions written from a document, and note who wrote them; nothing if it was removed."""
        self._shelf.save_questions(document, questions, by=by)

    def forget_authored(self, ids: Sequence[str]) -> None:
        """Remove the questions with these ids."""
        self._shelf.forget_authored(ids)

    def settled(self) -> None:
        """Wait until nothing is built in the background."""
        self._search.settled()

    def close(self) -> None:
        """Let the files of the indexes go; whatever comes next opens them again."""
        self._search.close()
