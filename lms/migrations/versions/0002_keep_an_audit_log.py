"""Keep an audit log, and when people leave or ask to be erased."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

# As lms/audit/rules_in_sql.py had them.
_REFUSAL = "the audit log only grows"
_LEAST_DAYS = 90

_IS_OVER = "SELECT 1 FROM audit_cut WHERE up_to >= OLD.id"

_SQLITE = (
    f"CREATE TRIGGER audit_event_stays BEFORE UPDATE ON audit_event BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
    "CREATE TRIGGER audit_event_is_kept BEFORE DELETE ON audit_event "
    f"WHEN OLD.at > datetime('now', '-{_LEAST_DAYS} days') OR NOT EXISTS ({_IS_OVER}) "
    f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
    # INSERT OR REPLACE removes without asking the rule above.
    "CREATE TRIGGER audit_event_is_new BEFORE INSERT ON audit_event "  # noqa: S608  # nosec B608
    "WHEN EXISTS (SELECT 1 FROM audit_event "
    "WHERE id = NEW.id OR previous = NEW.previous OR digest = NEW.digest) "
    f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
    f"CREATE TRIGGER audit_cut_stays BEFORE UPDATE ON audit_cut BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
    f"CREATE TRIGGER audit_cut_is_kept BEFORE DELETE ON audit_cut BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
    "CREATE TRIGGER audit_cut_is_new BEFORE INSERT ON audit_cut "  # noqa: S608  # nosec B608
    "WHEN EXISTS (SELECT 1 FROM audit_cut WHERE id = NEW.id) "
    f"BEGIN SELECT RAISE(ABORT, '{_REFUSAL}'); END",
)
_POSTGRESQL = (
    "CREATE OR REPLACE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "IF TG_OP = 'DELETE' AND TG_TABLE_NAME = 'audit_event' THEN "
    f"IF OLD.at < now() - interval '{_LEAST_DAYS} days' AND EXISTS ({_IS_OVER}) THEN RETURN OLD; END IF; "
    f"END IF; RAISE EXCEPTION '{_REFUSAL}'; END $$",
    "CREATE TRIGGER audit_event_stays BEFORE UPDATE OR DELETE ON audit_event "
    "FOR EACH ROW EXECUTE FUNCTION audit_only_grows()",
    "CREATE TRIGGER audit_event_is_kept BEFORE TRUNCATE ON audit_event "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()",
    "CREATE TRIGGER audit_cut_stays BEFORE UPDATE OR DELETE ON audit_cut "
    "FOR EACH ROW EXECUTE FUNCTION audit_only_grows()",
    "CREATE TRIGGER audit_cut_is_kept BEFORE TRUNCATE ON audit_cut "
    "FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()",
)


def upgrade() -> None:
    """The step forward."""
    op.create_table(
        "audit_cut",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("up_to", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_cut")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "audit_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_kind", sa.String(length=20), nullable=False),
        sa.Column("actor_uuid", sa.Uuid(), nullable=True),
        sa.Column("actor_was", sa.String(length=120), nullable=False),
        sa.Column("came_from", sa.String(length=20), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("about", sa.Uuid(), nullable=True),
        sa.Column("facts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_event")),
        sa.UniqueConstraint("digest", name=op.f("uq_audit_event_digest")),
        sa.UniqueConstraint("previous", name=op.f("uq_audit_event_previous")),
        sqlite_autoincrement=True,
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_event_about_audit_event_id"), ["about", "id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_audit_event_actor_uuid_audit_event_id"), ["actor_uuid", "id"], unique=False
        )

    op.create_table(
        "erasure_request",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_erasure_request_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_erasure_request")),
    )
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True))
    for rule in _SQLITE if op.get_bind().dialect.name == "sqlite" else _POSTGRESQL:
        op.execute(rule)


def downgrade() -> None:
    """The step back."""
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("disabled_at")

    op.drop_table("erasure_request")
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_event_actor_uuid_audit_event_id"))
        batch_op.drop_index(batch_op.f("ix_audit_event_about_audit_event_id"))

    op.drop_table("audit_event")
    op.drop_table("audit_cut")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_only_grows")
