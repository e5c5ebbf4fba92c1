"""Users, interviews, their events, weaknesses and spending; and the local user."""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create all tables and the one user of a local installation."""
    users = op.create_table(
        "users",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_users"),
        sa.UniqueConstraint("name", name="uq_users_name"),
    )
    _interviews()
    _events()
    _weaknesses()
    op.create_table(
        "spending",
        _owner("spending"),
        sa.Column("month", sa.String(7), nullable=False),
        sa.Column("amount", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "month", name="pk_spending"),
    )
    op.bulk_insert(users, [{"name": "local", "created_at": datetime.now(UTC)}])


def _owner(table: str) -> sa.Column[int]:
    key = sa.ForeignKey("users.id", name=f"fk_{table}_user_id", ondelete="CASCADE")
    return sa.Column("user_id", sa.Integer(), key, nullable=False)


def _interview(table: str) -> sa.Column[str]:
    key = sa.ForeignKey("interviews.id", name=f"fk_{table}_interview_id", ondelete="CASCADE")
    return sa.Column("interview_id", sa.String(64), key, nullable=False)


def _interviews() -> None:
    op.create_table(
        "interviews",
        sa.Column("id", sa.String(64), nullable=False),
        _owner("interviews"),
        sa.Column("round", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True)),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("score", sa.Float()),
        sa.Column("verdict", sa.String(32)),
        sa.Column("threads", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_interviews"),
    )
    op.create_index("ix_interviews_user_id_created_at", "interviews", ["user_id", "created_at"])


def _events() -> None:
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        _interview("events"),
        _owner("events"),
        sa.Column("key", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_events"),
        sa.UniqueConstraint("interview_id", "key", name="uq_events_interview_id"),
        sqlite_autoincrement=True,
    )


def _weaknesses() -> None:
    op.create_table(
        "weaknesses",
        sa.Column("id", sa.String(200), nullable=False),
        _owner("weaknesses"),
        _interview("weaknesses"),
        sa.Column("thread", sa.Integer(), nullable=False),
        sa.Column("area", sa.String(200), nullable=False),
        sa.Column("topic", sa.String(200), nullable=False),
        sa.Column("code", sa.String(200), nullable=False),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("dismissed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_weaknesses"),
    )
    op.create_index("ix_weaknesses_user_id", "weaknesses", ["user_id"])
    op.create_index("ix_weaknesses_interview_id", "weaknesses", ["interview_id"])
