"""The documents of one user's library, with their passages, vectors and questions.

Everything of a document is written in one transaction, so that there is the old document or the new one and never half
of either. Every transaction that changes passages or vectors raises the library's version by one.

All of it blocks and may be called from many threads. Any method raises StoreUnavailable when the database cannot be
read or written; then nothing of that call is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from interviewer.domain import Authored, Document, Excerpt, Passage
from interviewer.errors import NotFound, OutOfStep
from interviewer.store import questions
from interviewer.store.sqlite import Database
from interviewer.store.tables import documents, library_versions, originals, passages, users, vectors

_AT_ONCE = 5_000
"""Ids in one query; SQLite takes 32,766."""

_DOCUMENT = [documents.c[name] for name in Document.model_fields]
_PASSAGE = [passages.c[name] for name in Passage.model_fields if name != "document"]


def company_key(company: str) -> str:
    """What a company's name is compared by: trimmed, without regard to case."""
    return company.strip().casefold()


@dataclass(frozen=True, eq=False)
class Shelved:
    """Everything that is kept of a document."""

    document: Document
    original: bytes
    """As it was added, for the images of its pages."""
    text: str
    """What the passages' spans point into."""
    passages: tuple[Passage, ...]
    vectors: tuple[bytes, ...]
    """One for each passage, in that order: normalised, float32, little-endian."""
    model: str
    """Name of the embedding model that made the vectors."""
    media_type: str = ""


class Shelf:
    """What one user has in the library."""

    def __init__(self, database: Database, user_id: int) -> None:
        self._database = database
        self._user = user_id

    def version(self) -> int:
        """A number that grows with every change of passages or vectors; 0 for a library that never had any."""
        query = select(library_versions.c.version).where(library_versions.c.user_id == self._user)
        with self._database.reading() as connection:
            return int(connection.scalar(query) or 0)

    def put(self, shelved: Shelved) -> None:
        """Add a document, or replace the one with its id; questions written from the old one are dropped.

        Raises OutOfStep if another document has its company and source, NotFound if there is no such user, ValueError
        if vectors are missing.
        """
        if len(shelved.passages) != len(shelved.vectors):
            raise ValueError("every passage has one vector")
        document = shelved.document
        row = document.model_dump(exclude={"authors"}) | {
            "user_id": self._user,
            "company_key": company_key(document.company),
            "authors": list(document.authors),
            "passages": len(shelved.passages),
            "written_by": "",
            "text": shelved.text,
        }
        with self._database.writing() as connection:
            if connection.scalar(select(users.c.id).where(users.c.id == self._user)) is None:
                raise NotFound("There is no such user here.")
            self._drop(connection, document.id)
            try:
                connection.execute(insert(documents).values(row))
            except IntegrityError as error:
                raise OutOfStep(f"{document.source[:120]!r} was added meanwhile: try again.") from error
            self._fill(connection, shelved)
            self._changed(connection)

    def find(self, source: str, *, company: str) -> Document | None:
        """The document that was added from this source for this company."""
        return self._first(documents.c.source == source, documents.c.company_key == company_key(company))

    def same(self, sha256: str, *, company: str) -> Document | None:
        """A document of this company that has these bytes, whatever it is called."""
        return self._first(documents.c.sha256 == sha256, documents.c.company_key == company_key(company))

    def documents(self, *, company: str | None = None) -> tuple[Document, ...]:
        """All documents, or those of a company (empty: of none), newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(self._documents(*_of_company(documents, company))).mappings()
            return tuple(Document.model_validate(dict(row)) for row in rows)

    def document(self, id: str) -> Document:
        """The document with this id, or the only one whose id begins so. Raises NotFound."""
        begins = documents.c.id.startswith(id[:33].lower(), autoescape=True)
        with self._database.reading() as connection:
            rows = connection.execute(self._documents(begins).limit(2)).mappings().all()
        if not id or not rows:
            raise _missing(id)
        if len(rows) > 1:
            raise NotFound(f"More than one document's id begins with {id!r}: give more of it.")
        return Document.model_validate(dict(rows[0]))

    def size(self) -> tuple[int, int]:
        """How many documents there are, and the bytes of their originals."""
        query = select(func.count(), func.coalesce(func.sum(originals.c.size), 0)).where(
            originals.c.user_id == self._user
        )
        with self._database.reading() as connection:
            count, size = connection.execute(query).one()
            return int(count), int(size)

    def original(self, document: str) -> tuple[bytes, str]:
        """A document's bytes as they were added, and their media type if it was known. Raises NotFound."""
        query = select(originals.c.data, originals.c.media_type).where(
            originals.c.user_id == self._user, originals.c.document_id == document
        )
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise _missing(document)
        return bytes(row.data), str(row.media_type)

    def remove(self, document: str) -> None:
        """Remove every trace of a document: passages, vectors, questions, original, and their bytes in the files.

        Raises NotFound; StoreUnavailable also if another program's reading keeps bytes in the log file for now.
        """
        with self._database.writing() as connection:
            if not self._drop(connection, document):
                raise _missing(document)
            self._changed(connection)
        self._database.empty_log()

    def passages(self, document: str) -> tuple[Passage, ...]:
        """The passages of a document, in their order; none if there is no such document."""
        query = (
            select(*_PASSAGE, passages.c.document_id.label("document"))
            .where(passages.c.user_id == self._user, passages.c.document_id == document)
            .order_by(passages.c.number)
        )
        with self._database.reading() as connection:
            return tuple(Passage.model_validate(dict(row)) for row in connection.execute(query).mappings())

    def passage(self, id: str) -> Passage:
        """One passage. Raises NotFound."""
        found = self.excerpts([id]).get(id)
        if found is None:
            raise NotFound(f"There is no passage {id[:64]!r} in the library: its document was changed or removed.")
        return found.passage

    def ids(self, *, company: str | None = None) -> tuple[str, ...]:
        """The ids of all passages, or of a company's, in no special order."""
        query = select(passages.c.id).where(passages.c.user_id == self._user)
        if company is not None:
            query = query.join(documents).where(documents.c.company_key == company_key(company))
        with self._database.reading() as connection:
            return tuple(connection.scalars(query))

    def excerpts(self, ids: Sequence[str]) -> dict[str, Excerpt]:
        """The passages with these ids and the documents that they stand in; without those that there are not."""
        found: dict[str, Excerpt] = {}
        known: dict[str, Document] = {}
        query = select(*_PASSAGE, passages.c.document_id.label("document")).where(passages.c.user_id == self._user)
        with self._database.reading() as connection:
            for some in _parts(ids):
                rows = connection.execute(query.where(passages.c.id.in_(some))).mappings().all()
                missing = {row["document"] for row in rows} - known.keys()
                about = connection.execute(self._documents(documents.c.id.in_(missing))).mappings()
                known |= {row["id"]: Document.model_validate(dict(row)) for row in about}
                for row in rows:
                    passage = Passage.model_validate(dict(row))
                    found[passage.id] = Excerpt(document=known[passage.document], passage=passage)
        return found

    def vectors(self, ids: Sequence[str], *, model: str) -> dict[str, bytes]:
        """Passage id → its vector of this model (normalised, float32, little-endian); without those that have none."""
        mine = (vectors.c.user_id == self._user, vectors.c.model == model)
        query = select(vectors.c.passage_id, vectors.c.data).where(*mine)
        found: dict[str, bytes] = {}
        with self._database.reading() as connection:
            for some in _parts(ids):
                rows = connection.execute(query.where(vectors.c.passage_id.in_(some)))
                found.update((row.passage_id, bytes(row.data)) for row in rows)
        return found

    def models(self) -> tuple[str, ...]:
        """The names of the models that made the vectors: one, unless a rebuild was broken off."""
        query = select(vectors.c.model).where(vectors.c.user_id == self._user).distinct().order_by(vectors.c.model)
        with self._database.reading() as connection:
            return tuple(connection.scalars(query))

    def dimensions(self, model: str) -> int:
        """How many numbers a vector of this model has; 0 if there is none."""
        mine = (vectors.c.user_id == self._user, vectors.c.model == model)
        with self._database.reading() as connection:
            return int(connection.scalar(select(func.length(vectors.c.data)).where(*mine).limit(1)) or 0) // 4

    def put_vectors(self, found: Mapping[str, bytes], *, model: str) -> None:
        """Replace the vectors of these passages, all or none; passages that are gone meanwhile are left out."""
        rows = [{"of": id, "made_by": model, "made": data} for id, data in found.items()]
        change = (
            update(vectors)
            .where(vectors.c.user_id == self._user, vectors.c.passage_id == bindparam("of"))
            .values(model=bindparam("made_by"), data=bindparam("made"))
        )
        with self._database.writing() as connection:
            if rows:
                connection.execute(change, rows)
            self._changed(connection)

    def authored(self, *, company: str | None = None) -> tuple[Authored, ...]:
        """The questions that were written from documents, or those about a company, oldest first."""
        with self._database.reading() as connection:
            return questions.read(connection, self._user, None if company is None else company_key(company))

    def written_by(self, *, company: str | None = None) -> dict[str, str]:
        """Document id → who wrote its questions: a model's name, `built-in`, or empty for nobody yet."""
        query = select(documents.c.id, documents.c.written_by).where(
            documents.c.user_id == self._user, *_of_company(documents, company)
        )
        with self._database.reading() as connection:
            return {row.id: row.written_by for row in connection.execute(query)}

    def save_authored(self, written: Sequence[Authored]) -> None:
        """Keep questions; one with the same id and company is replaced, one of a document that is gone is left out."""
        with self._database.writing() as connection:
            for question in written:
                questions.write(connection, self._user, question, key=company_key(question.company))

    def save_questions(self, document: str, written: Sequence[Authored], *, by: str) -> None:
        """Replace all questions written from a document and note who wrote them; nothing if it is gone meanwhile."""
        mine = (documents.c.user_id == self._user, documents.c.id == document)
        with self._database.writing() as connection:
            if connection.execute(update(documents).where(*mine).values(written_by=by)).rowcount:
                questions.drop_of(connection, self._user, document)
                for question in written:
                    questions.write(connection, self._user, question, key=company_key(question.company))

    def forget_authored(self, ids: Sequence[str]) -> None:
        """Remove the questions with these ids, whatever their company."""
        with self._database.writing() as connection:
            for some in _parts(ids):
                questions.drop(connection, self._user, some)

    def _documents(self, *conditions: ColumnElement[bool]) -> Select[Any]:
        mine = select(*_DOCUMENT).where(documents.c.user_id == self._user, *conditions)
        return mine.order_by(documents.c.added_at.desc(), documents.c.id)

    def _first(self, *conditions: ColumnElement[bool]) -> Document | None:
        with self._database.reading() as connection:
            row = connection.execute(self._documents(*conditions).limit(1)).mappings().first()
        return None if row is None else Document.model_validate(dict(row))

    def _fill(self, connection: Connection, shelved: Shelved) -> None:
        """The rows that belong to a document."""
        owner = {"document_id": shelved.document.id, "user_id": self._user}
        original = {"media_type": shelved.media_type, "size": len(shelved.original), "data": shelved.original}
        connection.execute(insert(originals).values(owner | original))
        if not shelved.passages:
            return
        rows = [owner | passage.model_dump(exclude={"document"}) for passage in shelved.passages]
        connection.execute(insert(passages), rows)
        made = [
            {"passage_id": passage.id, "user_id": self._user, "model": shelved.model, "data": vector}
            for passage, vector in zip(shelved.passages, shelved.vectors, strict=True)
        ]
        connection.execute(insert(vectors), made)

    def _drop(self, connection: Connection, document: str) -> bool:
        """Remove a document with everything that hangs on it; whether it was there."""
        questions.drop_of(connection, self._user, document)
        mine = (documents.c.user_id == self._user, documents.c.id == document)
        return bool(connection.execute(delete(documents).where(*mine)).rowcount)

    def _changed(self, connection: Connection) -> None:
        mine = library_versions.c.user_id == self._user
        more = update(library_versions).where(mine).values(version=library_versions.c.version + 1)
        if not connection.execute(more).rowcount:
            connection.execute(insert(library_versions).values(user_id=self._user, version=1))


def _of_company(table: Table, company: str | None) -> tuple[ColumnElement[bool], ...]:
    return () if company is None else (table.c.company_key == company_key(company),)


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))


def _missing(id: str) -> NotFound:
    return NotFound(f"There is no document {id[:64]!r} in the library: look in its list.")
