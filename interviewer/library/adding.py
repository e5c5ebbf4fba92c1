"""Adding documents: get, read, cut, embed, store, index. The next one is read while this one is embedded."""

from __future__ import annotations

import hashlib
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Final, TypeVar

from interviewer.domain import Document, Parsed
from interviewer.errors import CandidateError, DocumentRefused, InterviewerError, OutOfStep, StoreUnavailable
from interviewer.library import reading
from interviewer.library.passages import passages, text_of, words_of
from interviewer.library.progress import Progress, vectors_of
from interviewer.library.sources import Failure, Source, fetched, is_address

if TYPE_CHECKING:
    from interviewer.llm.embedding import Embedding
    from interviewer.store import Shelf

MOST_DOCUMENTS: Final = 1000
"""Documents of a user."""
MOST_STORED: Final = 1_000_000_000
"""Bytes of a user's originals."""

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class _Read:
    """A document that was read and waits to be embedded."""

    source: Source
    sha256: str
    parsed: Parsed


class Adding:
    """One call of `Library.add`."""

    def __init__(
        self,
        shelf: Shelf,
        embedding: Callable[[], Embedding],
        *,
        company: str,
        newest: int,
        progress: Callable[[Progress], None] | None,
    ) -> None:
        self._shelf, self._embedding = shelf, embedding
        self._company, self._newest = company, newest
        self._progress = progress
        self._telling = threading.Lock()

    def run(self, items: Iterable[str | Path | Source], *, replaced: Callable[[], None]) -> tuple[Progress, ...]:
        """Add everything; how it ended for each document.

        Args:
            items: as `Library.add` takes them.
            replaced: called after a document was replaced, whose old passages must leave the indexes.
        """
        ended = []
        with ThreadPoolExecutor(1, thread_name_prefix="library-reading") as pool:
            for found in _ahead(self._read_all(items), pool):
                final = found if isinstance(found, Progress) else self._keep(found)
                if final.step == "replaced":
                    replaced()
                self._tell(final)
                ended.append(final)
        return tuple(ended)

    def _tell(self, progress: Progress) -> None:
        if self._progress is not None:
            with self._telling:
                self._progress(progress)

    def _read_all(self, items: Iterable[str | Path | Source]) -> Iterator[_Read | Progress]:
        for item in items:
            for source in self._sources(item):
                if isinstance(source, Failure):
                    yield Progress(source.name, "failed", sentence=source.sentence)
                else:
                    yield from self._read_source(source)

    def _sources(self, item: str | Path | Source) -> Iterator[Source | Failure]:
        if isinstance(item, Source):
            yield item
        elif isinstance(item, str) and is_address(item):
            self._tell(Progress(item.strip(), "fetching"))
            yield from fetched(item, newest=self._newest)
        else:
            yield _file(Path(item))

    def _read_source(self, source: Source) -> Iterator[_Read | Progress]:
        """The document, or those in the zip."""
        try:
            inside = reading.unpacked(source.data, name=source.name)
        except DocumentRefused as error:
            yield Progress(source.name, "failed", sentence=str(error))
            return
        for name, data in inside:
            # The archive's name stands before its documents', as two archives may have one of the same name.
            one = source if data is source.data else Source(f"{source.name}/{name}", data)
            sha256 = hashlib.sha256(data).hexdigest()
            if (known := self._known(one, sha256)) is not None:
                yield known
                continue
            self._tell(Progress(one.name, "reading"))
            try:
                parsed = reading.parse(data, name=one.name, media_type=one.media_type)
            except DocumentRefused as error:
                yield Progress(one.name, "failed", sentence=str(error))
            else:
                yield _Read(one, sha256, parsed)

    def _known(self, source: Source, sha256: str) -> Progress | None:
        same = self._shelf.same(sha256, company=self._company)
        return None if same is None else Progress(source.name, "unchanged", document=same.id)

    def _keep(self, read: _Read) -> Progress:
        """Embed and store one document; raises StoreUnavailable only."""
        try:
            return self._stored(read)
        except StoreUnavailable:
            raise
        except OutOfStep:
            # Another thread or process was first with this document: then it is there, and may be the same.
            try:
                return self._stored(read)
            except CandidateError as error:
                return Progress(read.source.name, "failed", sentence=str(error))
        except InterviewerError as error:
            return Progress(read.source.name, "failed", sentence=str(error))

    def _stored(self, read: _Read) -> Progress:
        from interviewer.store import Shelved

        name = read.source.name
        # Asked again: it may have come in meanwhile, also from another place in these same items.
        if (known := self._known(read.source, read.sha256)) is not None:
            return known
        before = self._shelf.find(_place(read.source), company=self._company)
        self._check_room(read, before)
        document = _document(read, id=before.id if before else uuid.uuid4().hex, company=self._company)
        cut = passages(read.parsed, document=document.id)
        if not cut:
            raise DocumentRefused(f"{name!r} has no text that could be asked about: choose another file.")
        embedding = self._embedding()
        made = vectors_of(cut, document, embedding=embedding, tell=self._tell, name=name)
        self._tell(Progress(name, "indexing", done=len(cut), total=len(cut)))
        shelved = Shelved(
            document=document.model_copy(update={"passages": len(cut)}),
            original=read.source.data,
            text=text_of(read.parsed),
            passages=cut,
            vectors=made,
            model=embedding.name,
            media_type=read.source.media_type,
        )
        self._shelf.put(shelved)
        return Progress(name, "replaced" if before else "added", len(cut), len(cut), document=document.id)

    def _check_room(self, read: _Read, before: Document | None) -> None:
        count, size = self._shelf.size()
        if before is None and count >= MOST_DOCUMENTS:
            raise DocumentRefused(f"The library is full: {MOST_DOCUMENTS:,} documents are the most. Remove some first.")
        if size + len(read.source.data) > MOST_STORED:
            most = f"{MOST_STORED // 1_000_000:,} MB"
            raise DocumentRefused(f"The library is full: its files would take more than {most}. Remove some first.")


def _ahead(made: Iterator[T], pool: ThreadPoolExecutor) -> Iterator[T]:
    """The same, with the next one made in the pool while this one is used."""
    end = object()
    waiting = pool.submit(next, made, end)
    while (found := waiting.result()) is not end:
        waiting = pool.submit(next, made, end)
        yield found  # type: ignore[misc]  # `end` is the only other thing that comes


def _file(path: Path) -> Source | Failure:
    try:
        if path.is_dir():
            return Failure(path.name, f"{path.name!r} is a folder: give the files in it.")
        size = path.stat().st_size
        if size > reading.MOST_BYTES:
            most = f"{reading.MOST_BYTES // 1_000_000} MB"
            return Failure(path.name, f"{path.name!r} has {size / 1e6:,.0f} MB: {most} are the most.")
        return Source(path.name, path.read_bytes())
    except OSError as error:
        reason = error.strerror or "unknown error"
        return Failure(path.name, f"{path.name!r} cannot be read ({reason}): check its name and rights.")


def _place(source: Source) -> str:
    """What a document is known by: its address without the fragment, or its name."""
    return (source.url or source.name).partition("#")[0][:2000]


def _document(read: _Read, *, id: str, company: str) -> Document:
    source, parsed = read.source, read.parsed
    return Document(
        id=id,
        source=_place(source),
        sha256=read.sha256,
        kind=parsed.kind,
        title=source.title or parsed.title or PurePath(source.name).stem or source.name,
        company=company,
        authors=source.authors or parsed.authors,
        date=source.date or parsed.date,
        url=source.url or parsed.url,
        licence=parsed.licence,
        pages=parsed.pages,
        words=sum(words_of(block.text) for block in parsed.blocks),
        added_at=datetime.now(UTC),
    )
