"""What Alembic runs for every step: it is handed a connection whose transaction is open already."""

from __future__ import annotations

from alembic import context

from lms.migrations.rendering import render

_given = context.config.attributes

context.configure(
    connection=_given["connection"],
    target_metadata=_given.get("metadata"),
    transactional_ddl=True,
    compare_server_default=True,
    render_item=render,
    # SQLite can alter little: a table is copied instead, which PostgreSQL does not need but bears.
    render_as_batch=_given.get("alters", True),
)
with context.begin_transaction():
    context.run_migrations()
