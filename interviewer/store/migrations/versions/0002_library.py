"""The library: documents with their originals, passages and vectors, and the questions written from them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of the library, empty."""
    _documents()
    _originals()
    _passages()
    _vectors()
    _authored()
    op.create_table(
        "library_versions",
        _owner("library_versions"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_library_versions"),
    )


def _owner(table: str) -> sa.Column[int]:
    key = sa.ForeignKey("users.id", name=f"fk_{table}_user_id", ondelete="CASCADE")
    return sa.Column("user_id", sa.Integer(), key, nullable=False)


def _document(table: str) -> sa.Column[str]:
    key = sa.ForeignKey("documents.id", name=f"fk_{table}_document_id", ondelete="CASCADE")
    return sa.Column("document_id", sa.String(32), key, nullable=False)


def _documents() -> None:
    op.create_table(
        "documents",
        sa.Column("id", sa.String(32), nullable=False),
        _owner("documents"),
        sa.Column("company", sa.String(200), nullable=False),
        sa.Column("company_key", sa.String(200), nullable=False),
        sa.Column("source", sa.String(2000), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("authors", sa.Text(), nullable=False),
        sa.Column("date", sa.String(10), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("pages", sa.Integer(), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("passages", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("written_by", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_documents"),
        sa.UniqueConstraint("user_id", "company_key", "source", name="uq_documents_user_id"),
    )


def _originals() -> None:
    op.create_table(
        "originals",
        _document("originals"),
        _owner("originals"),
        sa.Column("media_type", sa.String(200), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("document_id", name="pk_originals"),
    )
    op.create_index("ix_originals_user_id", "originals", ["user_id"])


def _passages() -> None:
    op.create_table(
        "passages",
        sa.Column("id", sa.String(32), nullable=False),
        _document("passages"),
        _owner("passages"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("sections", sa.Text(), nullable=False),
        sa.Column("page", sa.Integer()),
        sa.Column("start", sa.Integer(), nullable=False),
        sa.Column("end", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_passages"),
    )
    op.create_index("ix_passages_document_id_user_id", "passages", ["document_id", "user_id"])
    op.create_index("ix_passages_user_id_id", "passages", ["user_id", "id"])


def _vectors() -> None:
    passage = sa.ForeignKey("passages.id", name="fk_vectors_passage_id", ondelete="CASCADE")
    op.create_table(
        "vectors",
        sa.Column("passage_id", sa.String(32), passage, nullable=False),
        _owner("vectors"),
        sa.Column("model", sa.String(200), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("passage_id", name="pk_vectors"),
    )
    op.create_index("ix_vectors_user_id_model_passage_id", "vectors", ["user_id", "model", "passage_id"])


def _authored() -> None:
    op.create_table(
        "authored",
        sa.Column("id", sa.Integer(), nullable=False),
        _owner("authored"),
        sa.Column("company", sa.String(200), nullable=False),
        sa.Column("company_key", sa.String(200), nullable=False),
        sa.Column("question_id", sa.String(200), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("by", sa.String(200), nullable=False),
        sa.Column("prompt", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_authored"),
        sa.UniqueConstraint("user_id", "company_key", "question_id", name="uq_authored_user_id"),
    )
    written = sa.ForeignKey("authored.id", name="fk_authored_documents_authored_id", ondelete="CASCADE")
    op.create_table(
        "authored_documents",
        sa.Column("authored_id", sa.Integer(), written, nullable=False),
        _document("authored_documents"),
        _owner("authored_documents"),
        sa.PrimaryKeyConstraint("authored_id", "document_id", name="pk_authored_documents"),
    )
    op.create_index("ix_authored_documents_document_id", "authored_documents", ["document_id"])
    op.create_index("ix_authored_documents_user_id", "authored_documents", ["user_id"])
