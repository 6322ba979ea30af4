"""Keep what was marked again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The step forward."""
    op.create_table(
        "quiz_regrade",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("attempt_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("revision_id", sa.Integer(), nullable=False),
        sa.Column("items", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("old_raw", sa.Double(), nullable=False),
        sa.Column("old_scaled", sa.Double(), nullable=False),
        sa.Column("old_passed", sa.Boolean(), nullable=False),
        sa.Column("new_raw", sa.Double(), nullable=False),
        sa.Column("new_scaled", sa.Double(), nullable=False),
        sa.Column("new_passed", sa.Boolean(), nullable=False),
        sa.Column("old_passed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("old_completed_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["quiz_attempt.id"], name=op.f("fk_quiz_regrade_attempt_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["revision_id"], ["revision.id"], name=op.f("fk_quiz_regrade_revision_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_regrade")),
        sa.UniqueConstraint("attempt_id", "number", name=op.f("uq_quiz_regrade_attempt_id_number")),
    )


def downgrade() -> None:
    """The step back."""
    op.drop_table("quiz_regrade")
