"""Runs the migrations on the connection, and inside the transaction, that `interviewer.store.schema` gives."""

from __future__ import annotations

from alembic import context

from interviewer.store.tables import metadata

# Our connections begin their transactions themselves, so that SQLite too undoes a migration that stops half-way.
context.configure(connection=context.config.attributes["connection"], target_metadata=metadata, transactional_ddl=True)
with context.begin_transaction():
    context.run_migrations()
