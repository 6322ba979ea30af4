"""Note when statements were queued again, and tell stores of some verbs what is taken back."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

_VOIDED = "http://adlnet.gov/expapi/verbs/voided"

# As lms/outbox/rules_in_sql.py had them.
_INSERT = (
    "INSERT INTO forwarding (statement_id, store_id, delivery, queued_at, answer) "
    "SELECT statement.id, store.id, CASE WHEN statement.delivery = 'parked' THEN 'parked' ELSE 'queued' END, "
    "statement.written_at, statement.answer"
)
_IS_OPEN = "store.closed_at IS NULL AND ("
_IS_NEW = "(store.since IS NULL OR statement.written_at >= store.since) AND (store.verbs = '[]' OR "
_IS_TOLD = (
    "EXISTS (SELECT 1 FROM statement AS voided JOIN forwarding ON forwarding.statement_id = voided.id "
    "AND forwarding.store_id = store.id WHERE voided.uuid = "
)
_TAKEN_BACK = {
    "sqlite": (
        f"CASE WHEN json_extract(statement.body, '$.verb.id') = '{_VOIDED}' "
        "THEN replace(json_extract(statement.body, '$.object.id'), '-', '') END)"
    ),
    "postgresql": (
        f"CASE WHEN CAST(statement.body AS jsonb) #>> '{{verb,id}}' = '{_VOIDED}' "
        "THEN CAST(CAST(statement.body AS jsonb) #>> '{object,id}' AS uuid) END)"
    ),
}
_VERB = {
    "sqlite": "EXISTS (SELECT 1 FROM json_each(store.verbs) WHERE value = json_extract(statement.body, '$.verb.id'))",
    "postgresql": "jsonb_exists(store.verbs, CAST(statement.body AS jsonb) #>> '{verb,id}')",
}


def upgrade() -> None:
    """The step forward."""
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.add_column(sa.Column("queued_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "ix_statement_queued_again",
            ["delivery", "queued_at"],
            unique=False,
            sqlite_where=sa.text("queued_at IS NOT NULL"),
            postgresql_where=sa.text("queued_at IS NOT NULL"),
        )
    dialect = op.get_bind().dialect.name
    _tell_by(f"{_IS_OPEN}{_IS_NEW}{_VERB[dialect]}) OR {_IS_TOLD}{_TAKEN_BACK[dialect]})")
    # What stores of some verbs were not told so far; without a text it cannot be sent.
    missing = sa.text(
        f"{_INSERT.replace('statement.written_at', ':at')} FROM statement, store WHERE "  # nosec B608
        f"{_IS_OPEN}store.verbs <> '[]' AND statement.digest IS NULL AND {_IS_TOLD}{_TAKEN_BACK[dialect]})"
        " ON CONFLICT DO NOTHING"
    )
    op.get_bind().execute(missing.bindparams(sa.bindparam("at", dt.datetime.now(dt.UTC), sa.DateTime(timezone=True))))


def downgrade() -> None:
    """The step back."""
    dialect = op.get_bind().dialect.name
    if dialect == "sqlite":
        op.execute("DROP TRIGGER statement_is_forwarded")
    with op.batch_alter_table("statement", schema=None) as batch_op:
        batch_op.drop_index("ix_statement_queued_again")
        batch_op.drop_column("queued_at")
    _tell_by(f"{_IS_OPEN[:-1]}{_IS_NEW}{_VERB[dialect]})", is_there=False)


def _tell_by(concerns: str, *, is_there: bool = True) -> None:
    """Tell stores of what concerns them by another rule."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE OR REPLACE FUNCTION forward_statements() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"{_INSERT} FROM written AS statement, store WHERE {concerns}; RETURN NULL; END $$"
        )
        return
    if is_there:
        op.execute("DROP TRIGGER statement_is_forwarded")
    op.execute(
        "CREATE TRIGGER statement_is_forwarded AFTER INSERT ON statement "  # noqa: S608  # nosec B608
        f"WHEN EXISTS (SELECT 1 FROM store) BEGIN {_INSERT} "
        f"FROM statement, store WHERE statement.id = NEW.id AND {concerns}; END"
    )
