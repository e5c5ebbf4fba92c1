"""What a candidate is typing in a round with code: the last state of the editor, and how often it was saved."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns."""
    op.add_column("interviews", sa.Column("draft", sa.Text(), nullable=False, server_default=""))
    op.add_column("interviews", sa.Column("drafted", sa.Integer(), nullable=False, server_default="0"))
