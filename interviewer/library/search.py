"""One search over the passages, by meaning and by words, and what keeps the two indexes up with the database."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from interviewer.domain import Document, Passage
from interviewer.errors import InterviewerError
from interviewer.library.caches import Alone, Ids
from interviewer.library.passages import embedded_text
from interviewer.library.vectors import Vectors
from interviewer.library.words import Words, stems
from interviewer.rules.fusion import fused

if TYPE_CHECKING:
    from interviewer.llm.embedding import Embedding, Floats
    from interviewer.store import Shelf

Mode = Literal["dense", "words", "hybrid"]

CANDIDATES: Final = 200
"""How many of the best of each kind are fused."""


@dataclass(frozen=True)
class Hit:
    """A passage that a search found."""

    document: Document
    passage: Passage
    score: float
    """Comparable within one search only."""
    highlights: tuple[tuple[int, int], ...]
    """Character spans in the passage's text of words that the query has, in any form."""

    @property
    def page(self) -> int | None:
        """The page of the first of these words; without any, that on which the passage begins."""
        return self.passage.page_at(self.highlights[0][0] if self.highlights else 0)


@dataclass(frozen=True, eq=False)
class _Moment:
    """The library at one version."""

    version: int
    models: tuple[str, ...]
    dimensions: int
    """Of the vectors; 0 if there is none, or more than one model."""
    everything: Ids
    companies: dict[str, Ids] = field(default_factory=dict)


class Search:
    """Searches one user's library. Threads may share it; methods raise StoreUnavailable."""

    def __init__(self, shelf: Shelf, folder: Path, embedding: Callable[[], Embedding]) -> None:
        """Nothing is opened yet.

        Args:
            shelf: the user's documents.
            folder: for the two caches.
            embedding: the model that is set now.
        """
        self._shelf, self._embedding = shelf, embedding
        self._alone = Alone(folder / "lock")
        self._vectors = Vectors(shelf, folder / "chroma", self._alone)
        self._words = Words(folder / "words", self._alone)
        self._lock = threading.Lock()
        self._moment: _Moment | None = None
        self._trouble = ""

    def hits(self, query: str, *, company: str | None, limit: int, mode: Mode) -> tuple[Hit, ...]:
        """The best passages of a company or of all, best first; by words alone if the query cannot be embedded."""
        moment = self._now()
        within = self._within(moment, company)
        if not within.ids or not query.strip() or limit < 1:
            return ()
        wanted = max(CANDIDATES, limit)
        vector = None if mode == "words" else self._vector(query, moment)
        dense = {} if vector is None else self._by_meaning(vector, wanted, moment, within)
        if vector is not None and mode == "dense":
            return self._shown(query, list(dense.items())[:limit])
        words = self._by_words(query, wanted, moment, within, also=dense)
        if vector is None:
            return self._shown(query, list(words.items())[:limit])
        # With both scores of every candidate, it hardly matters how far down either list is read.
        model = moment.models[0]
        dense |= self._vectors.cosines(vector, [id for id in words if id not in dense], model=model)
        return self._shown(query, fused(dense, words)[:limit])

    def notice(self) -> str:
        """Why searches are by words only, in a sentence; empty if they are not."""
        try:
            name = self._embedding().name
        except InterviewerError as error:
            return str(error)
        others = [model for model in self._now().models if model != name]
        if others:
            made_by = " and ".join(others)
            return f"These documents were embedded with {made_by}; the settings now say {name}: press Rebuild."
        return self._trouble

    def bring_up(self) -> None:
        """Put into both indexes what they have not seen, so that the next search need not."""
        moment = self._now()
        if len(moment.models) == 1:
            self._vectors.bring_up(moment.everything, version=moment.version, model=moment.models[0])
        self._words.bring_up(moment.version, lambda: moment.everything.ids, self._texts)

    def follow(self) -> None:
        """Leave no trace of what another process has removed since the last look."""
        if self._moment is not None:
            self._now()

    def forget(self) -> None:
        """Drop both indexes, here and on the disk, so that nothing removed is left in them; built anew when needed."""
        with self._lock:
            self._moment = None
        self._empty()

    def settled(self) -> None:
        """Wait until nothing is built in the background."""
        self._vectors.settled()

    def close(self) -> None:
        """Let the files go."""
        self._vectors.close()
        self._alone.release()

    def _empty(self) -> None:
        self._vectors.forget()
        self._words.forget()

    def _now(self) -> _Moment:
        version = self._shelf.version()
        with self._lock:
            if (before := self._moment) is None or before.version != version:
                # The version is read first: what is read after it is of that version or a later one.
                ids = Ids(frozenset(self._shelf.ids()))
                models = self._shelf.models()
                dimensions = self._shelf.dimensions(models[0]) if len(models) == 1 else 0
                self._moment = _Moment(version, models, dimensions, ids)
                if before is not None and before.everything.ids - ids.ids:
                    self._empty()
            assert self._moment is not None
            return self._moment

    def _within(self, moment: _Moment, company: str | None) -> Ids:
        if company is None:
            return moment.everything
        key = company.strip().casefold()
        if key not in moment.companies:
            moment.companies[key] = Ids(frozenset(self._shelf.ids(company=company)) & moment.everything.ids)
        return moment.companies[key]

    def _vector(self, query: str, moment: _Moment) -> Floats | None:
        """The query's vector; None if there is none, or it cannot be compared with those of the passages."""
        try:
            embedding = self._embedding()
            if moment.models != (embedding.name,):
                return None
            vector = embedding.query(query)
        except InterviewerError as error:
            self._trouble = f"This was searched by words only, because the query could not be embedded: {error}"
            return None
        if len(vector) != moment.dimensions:
            self._trouble = (
                f"The embedding model now gives vectors of {len(vector)} numbers, and the library's have "
                f"{moment.dimensions}: press Rebuild."
            )
            return None
        self._trouble = ""
        return vector

    def _by_meaning(self, vector: Floats, limit: int, moment: _Moment, within: Ids) -> dict[str, float]:
        everything = within is moment.everything
        model = moment.models[0]
        return self._vectors.search(vector, limit, within=within, all=everything, version=moment.version, model=model)

    def _by_words(
        self, query: str, limit: int, moment: _Moment, within: Ids, *, also: Iterable[str]
    ) -> dict[str, float]:
        self._words.bring_up(moment.version, lambda: moment.everything.ids, self._texts)
        only = None if within is moment.everything else within
        return self._words.search(query, limit, only=only, also=also)

    def _texts(self, ids: Sequence[str]) -> dict[str, str]:
        found = self._shelf.excerpts(ids)
        return {id: embedded_text(excerpt.document.title, excerpt.passage) for id, excerpt in found.items()}

    def _shown(self, query: str, best: Sequence[tuple[str, float]]) -> tuple[Hit, ...]:
        found = self._shelf.excerpts([id for id, _ in best])
        wanted = {stem for stem, _, _ in stems(query)}
        return tuple(
            Hit(found[id].document, found[id].passage, score, _highlights(found[id].passage.text, wanted))
            for id, score in best
            if id in found
        )


def _highlights(text: str, wanted: set[str]) -> tuple[tuple[int, int], ...]:
    return tuple((start, end) for stem, start, end in stems(text) if stem in wanted)
