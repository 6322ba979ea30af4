"""Keep a file of questions that was sent until they are taken or left."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The step forward."""
    op.create_table(
        "sent_questions",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sent_by", sa.Uuid(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_questions")),
        sa.UniqueConstraint("sent_by", "subject", name=op.f("uq_sent_questions_sent_by_subject")),
        sa.UniqueConstraint("uuid", name=op.f("uq_sent_questions_uuid")),
    )
    with op.batch_alter_table("sent_questions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sent_questions_sent_at"), ["sent_at"], unique=False)


def downgrade() -> None:
    """The step back."""
    with op.batch_alter_table("sent_questions", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sent_questions_sent_at"))

    op.drop_table("sent_questions")
