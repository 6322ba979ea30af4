"""Look back at plans, ask questions again, count ratings, open modules early, tell of statements that wait."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The step forward."""
    op.create_table(
        "alarm",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_alarm")),
    )
    op.create_table(
        "rating_count",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.String(length=64), nullable=False),
        sa.Column("block_id", sa.String(length=64), nullable=False),
        sa.Column("statement_id", sa.String(length=80), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_count")),
        sa.UniqueConstraint(
            "module_id",
            "block_id",
            "statement_id",
            "place",
            name=op.f("uq_rating_count_module_id_block_id_statement_id_place"),
        ),
    )
    op.create_table(
        "rating_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.String(length=64), nullable=False),
        sa.Column("block_id", sa.String(length=64), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rating_group")),
        sa.UniqueConstraint("module_id", "block_id", name=op.f("uq_rating_group_module_id_block_id")),
    )
    op.create_table(
        "opened_early",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("module_id", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_opened_early_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_opened_early")),
        sa.UniqueConstraint("person_id", "module_id", name=op.f("uq_opened_early_person_id_module_id")),
    )
    with op.batch_alter_table("check_answer", schema=None) as batch_op:
        batch_op.add_column(sa.Column("occasion", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("source_id", sa.String(length=64), nullable=True))

    with op.batch_alter_table("follow_up", schema=None) as batch_op:
        batch_op.add_column(sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("happened", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("did", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("decision", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("sealed", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("version", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("mails", sa.Integer(), server_default="0", nullable=False))
        batch_op.add_column(sa.Column("mailed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "ix_follow_up_to_announce",
            ["due_at"],
            unique=False,
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        )

    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_registration_completed_at"), ["completed_at"], unique=False)

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("mails_off_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """The step back."""
    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_column("mails_off_at")

    with op.batch_alter_table("registration", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_registration_completed_at"))

    with op.batch_alter_table("follow_up", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_follow_up_to_announce",
            sqlite_where=sa.text("answered_at IS NULL"),
            postgresql_where=sa.text("answered_at IS NULL"),
        )
        batch_op.drop_column("mailed_at")
        batch_op.drop_column("mails")
        batch_op.drop_column("version")
        batch_op.drop_column("sealed")
        batch_op.drop_column("decision")
        batch_op.drop_column("did")
        batch_op.drop_column("happened")
        batch_op.drop_column("answered_at")

    with op.batch_alter_table("check_answer", schema=None) as batch_op:
        batch_op.drop_column("source_id")
        batch_op.drop_column("occasion")

    op.drop_table("opened_early")
    op.drop_table("rating_group")
    op.drop_table("rating_count")
    op.drop_table("alarm")
