"""Where a passage goes on on another page.

Passages that are there already have none, and cite the page on which they begin.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("passages", sa.Column("breaks", sa.Text(), nullable=False, server_default="[]"))
