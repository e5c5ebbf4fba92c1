"""The tables, in portable SQLAlchemy, and the types that keep their values honest. Migrations create them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name, because a later migration can only change what it can name."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC: a naive one is refused on the way in, and what comes out is always aware."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy passes it
        """The moment in UTC; ValueError if it does not say its zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy passes it
        """The moment with its zone, which SQLite does not keep."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class JsonText(TypeDecorator[Any]):
    """A JSON value as text; ValueError on the way in for NaN and infinities, which JSON does not have."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy passes it
        """The value as text that can be searched, or as ASCII if half a surrogate pair would not encode."""
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        try:
            text.encode()
        except UnicodeEncodeError:
            return json.dumps(value, allow_nan=False, separators=(",", ":"))
        return text

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002 - SQLAlchemy passes it
        """The value; ValueError for text that is not JSON."""
        return json.loads(value or "")


metadata = MetaData(naming_convention=NAMING)

users = Table(
    "users",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
)

interviews = Table(
    "interviews",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("round", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("seen_at", UtcDateTime),
    Column("closed_at", UtcDateTime),
    Column("title", Text, nullable=False),
    Column("score", Float),
    Column("verdict", String(32)),
    Column("threads", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    # The code that is being typed, and how often it was saved.
    Column("draft", Text, nullable=False, server_default=""),
    Column("drafted", Integer, nullable=False, server_default="0"),
    Index("ix_interviews_user_id_created_at", "user_id", "created_at"),
)

events = Table(
    "events",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("interview_id", ForeignKey("interviews.id", ondelete="CASCADE"), nullable=False),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("key", String(200), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("payload", JsonText, nullable=False),
    UniqueConstraint("interview_id", "key"),
    # A row number that is never given twice, so that the order of a log outlives deletions.
    sqlite_autoincrement=True,
)

weaknesses = Table(
    "weaknesses",
    metadata,
    Column("id", String(200), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("interview_id", ForeignKey("interviews.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("thread", Integer, nullable=False),
    Column("area", String(200), nullable=False),
    Column("topic", String(200), nullable=False),
    Column("code", String(200), nullable=False),
    Column("sentence", Text, nullable=False),
    Column("turn", Integer, nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
    Column("dismissed", Boolean, nullable=False),
)

spending = Table(
    "spending",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Column("month", String(7), primary_key=True),
    Column("amount", Float, nullable=False),
)

documents = Table(
    "documents",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("company", String(200), nullable=False),
    # Names of companies are compared without regard to case, which databases know for ASCII only.
    Column("company_key", String(200), nullable=False),
    Column("source", String(2000), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("title", Text, nullable=False),
    Column("authors", JsonText, nullable=False),
    Column("date", String(10), nullable=False),
    Column("url", Text, nullable=False),
    Column("licence", Text, nullable=False),
    Column("pages", Integer, nullable=False),
    Column("words", Integer, nullable=False),
    Column("passages", Integer, nullable=False),
    Column("added_at", UtcDateTime, nullable=False),
    # Who wrote the questions that it has: a model's name, "built-in", or empty for nobody yet.
    Column("written_by", String(200), nullable=False),
    # The last column, because a list of documents should not read through all the text.
    Column("text", Text, nullable=False),
    UniqueConstraint("user_id", "company_key", "source"),
)

originals = Table(
    "originals",
    metadata,
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("media_type", String(200), nullable=False),
    Column("size", Integer, nullable=False),
    Column("data", LargeBinary, nullable=False),
)

passages = Table(
    "passages",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), nullable=False),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("sections", JsonText, nullable=False),
    Column("page", Integer),
    Column("start", Integer, nullable=False),
    Column("end", Integer, nullable=False),
    Column("text", Text, nullable=False),
    # Where the text goes on on another page; empty for what was added before this was kept.
    Column("breaks", JsonText, nullable=False),
    # An index of users alone would be taken by a planner that knows no sizes, and lead to all that a user has.
    Index("ix_passages_user_id_id", "user_id", "id"),
    Index("ix_passages_document_id_user_id", "document_id", "user_id"),
)

vectors = Table(
    "vectors",
    metadata,
    Column("passage_id", ForeignKey("passages.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("model", String(200), nullable=False),
    # Normalised, float32, little-endian.
    Column("data", LargeBinary, nullable=False),
    Index("ix_vectors_user_id_model_passage_id", "user_id", "model", "passage_id"),
)

authored = Table(
    "authored",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("company", String(200), nullable=False),
    Column("company_key", String(200), nullable=False),
    Column("question_id", String(200), nullable=False),
    Column("question", JsonText, nullable=False),
    Column("by", String(200), nullable=False),
    Column("prompt", String(64), nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    UniqueConstraint("user_id", "company_key", "question_id"),
)

authored_documents = Table(
    "authored_documents",
    metadata,
    Column("authored_id", ForeignKey("authored.id", ondelete="CASCADE"), primary_key=True),
    Column("document_id", ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), nullable=False, index=True),
)

library_versions = Table(
    "library_versions",
    metadata,
    Column("user_id", ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    # Grows with every change of passages or vectors, so that a cache knows when it is behind.
    Column("version", Integer, nullable=False),
)
