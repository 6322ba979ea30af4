"""Carry statements to several stores."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# As lms/outbox/rules_in_sql.py had them.
_CONCERNS = "store.closed_at IS NULL AND (store.since IS NULL OR statement.written_at >= store.since)"
_INSERT = (
    "INSERT INTO forwarding (statement_id, store_id, delivery, queued_at, answer) "
    "SELECT statement.id, store.id, CASE WHEN statement.delivery = 'parked' THEN 'parked' ELSE 'queued' END, "
    "statement.written_at, statement.answer"
)
_SQLITE = (
    "CREATE TRIGGER statement_is_forwarded AFTER INSERT ON statement "  # noqa: S608  # nosec B608
    f"WHEN EXISTS (SELECT 1 FROM store) BEGIN {_INSERT} "
    f"FROM statement, store WHERE statement.id = NEW.id AND {_CONCERNS} AND (store.verbs = '[]' OR EXISTS ("
    "SELECT 1 FROM json_each(store.verbs) WHERE value = json_extract(statement.body, '$.verb.id'))); END",
)
_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION forward_statements() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"{_INSERT} FROM written AS statement, store WHERE {_CONCERNS} AND (store.verbs = '[]' OR "
    "jsonb_exists(store.verbs, CAST(statement.body AS jsonb) #>> '{verb,id}')); RETURN NULL; END $$",
    "CREATE TRIGGER statement_is_forwarded AFTER INSERT ON statement REFERENCING NEW TABLE AS written "
    "FOR EACH STATEMENT EXECUTE FUNCTION forward_statements()",
)


def upgrade() -> None:
    """The step forward."""
    op.create_table(
        "store",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("endpoint", sa.String(length=500), nullable=False),
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("verbs", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rate", sa.Integer(), nullable=True),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_store")),
        sa.UniqueConstraint("name", name=op.f("uq_store_name")),
    )
    op.create_table(
        "forwarding",
        sa.Column("statement_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("store_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("delivery", sa.String(length=20), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.String(length=2000), nullable=True),
        sa.ForeignKeyConstraint(
            ["statement_id"], ["statement.id"], name=op.f("fk_forwarding_statement_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["store_id"], ["store.id"], name=op.f("fk_forwarding_store_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("statement_id", "store_id", name=op.f("pk_forwarding")),
    )
    with op.batch_alter_table("forwarding", schema=None) as batch_op:
        batch_op.create_index(
            "ix_forwarding_queue",
            ["store_id", "delivery", "statement_id"],
            unique=False,
        )

    with op.batch_alter_table("relay", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("troubles", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True)
        )

    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("digest", sa.LargeBinary(length=32), nullable=True))
        batch_op.create_index(
            "ix_statement_to_thin",
            ["delivered_at"],
            unique=False,
            sqlite_where=sa.text("digest IS NULL AND delivered_at IS NOT NULL"),
            postgresql_where=sa.text("digest IS NULL AND delivered_at IS NOT NULL"),
        )
    for rule in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(rule)


def downgrade() -> None:
    """The step back."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER statement_is_forwarded ON statement")
        op.execute("DROP FUNCTION forward_statements")
    else:
        op.execute("DROP TRIGGER statement_is_forwarded")
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.drop_index("ix_statement_to_thin")
        batch_op.drop_column("digest")

    with op.batch_alter_table("relay", schema=None) as batch_op:
        batch_op.drop_column("troubles")

    with op.batch_alter_table("forwarding", schema=None) as batch_op:
        batch_op.drop_index("ix_forwarding_queue")

    op.drop_table("forwarding")
    op.drop_table("store")
