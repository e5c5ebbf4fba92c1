"""The rows of questions that were written from documents, within a transaction of the shelf."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, delete, func, insert, select

from interviewer.domain import Authored, Question
from interviewer.store.tables import authored, authored_documents, documents


def read(connection: Connection, user: int, key: str | None) -> tuple[Authored, ...]:
    """A user's questions, or those about the company with this key, oldest first."""
    query = select(authored).where(authored.c.user_id == user).order_by(authored.c.id)
    cited = select(authored_documents.c.authored_id, authored_documents.c.document_id).where(
        authored_documents.c.user_id == user
    )
    if key is not None:
        query = query.where(authored.c.company_key == key)
    of: dict[int, list[str]] = {}
    for row in connection.execute(cited):
        of.setdefault(row.authored_id, []).append(row.document_id)
    return tuple(
        Authored(
            question=Question.model_validate(row.question),
            company=row.company,
            documents=tuple(sorted(of.get(row.id, ()))),
            by=row.by,
            prompt=row.prompt,
        )
        for row in connection.execute(query)
    )


def write(connection: Connection, user: int, written: Authored, *, key: str) -> None:
    """Keep one question in place of one with the same id and company; nothing if a document of it is gone."""
    wanted = set(written.documents)
    there = select(func.count()).where(documents.c.user_id == user, documents.c.id.in_(wanted))
    if connection.scalar(there) != len(wanted):
        return
    same = (authored.c.user_id == user, authored.c.company_key == key, authored.c.question_id == written.question.id)
    connection.execute(delete(authored).where(*same))
    row = {
        "user_id": user,
        "company": written.company,
        "company_key": key,
        "question_id": written.question.id,
        "question": written.question.model_dump(mode="json"),
        "by": written.by,
        "prompt": written.prompt,
        "created_at": datetime.now(UTC),
    }
    id = connection.execute(insert(authored).values(row)).inserted_primary_key
    assert id is not None
    links = [{"authored_id": id[0], "document_id": document, "user_id": user} for document in sorted(wanted)]
    if links:
        connection.execute(insert(authored_documents), links)


def drop(connection: Connection, user: int, ids: Sequence[str]) -> None:
    """Remove the questions with these ids."""
    connection.execute(delete(authored).where(authored.c.user_id == user, authored.c.question_id.in_(ids)))


def drop_of(connection: Connection, user: int, document: str) -> None:
    """Remove the questions that cite a document."""
    cites = select(authored_documents.c.authored_id).where(
        authored_documents.c.user_id == user, authored_documents.c.document_id == document
    )
    connection.execute(delete(authored).where(authored.c.user_id == user, authored.c.id.in_(cites)))
