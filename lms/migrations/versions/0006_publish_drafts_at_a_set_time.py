"""Publish drafts at a set time."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The step forward."""
    op.create_table(
        "timed_publication",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("draft_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("files", sa.LargeBinary(), nullable=False),
        sa.Column("on_top_of_id", sa.Integer(), nullable=True),
        sa.Column("agreed", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Uuid(), nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision_id", sa.Integer(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["draft_id"], ["draft.id"], name=op.f("fk_timed_publication_draft_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["on_top_of_id"], ["revision.id"], name=op.f("fk_timed_publication_on_top_of_id")),
        sa.ForeignKeyConstraint(["revision_id"], ["revision.id"], name=op.f("fk_timed_publication_revision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_timed_publication")),
    )
    with op.batch_alter_table("timed_publication", schema=None) as batch_op:
        batch_op.create_index(
            "uq_timed_publication_waiting",
            ["draft_id"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )


def downgrade() -> None:
    """The step back."""
    with op.batch_alter_table("timed_publication", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_timed_publication_waiting",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.drop_table("timed_publication")
