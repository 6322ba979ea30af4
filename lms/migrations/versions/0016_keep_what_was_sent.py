"""Keep a module that was sent until it is taken over or left."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The step forward."""
    op.create_table(
        "sent_module",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("files", sa.LargeBinary(), nullable=False),
        sa.Column("sent_by", sa.Uuid(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sent_module")),
        sa.UniqueConstraint("sent_by", "subject", name=op.f("uq_sent_module_sent_by_subject")),
        sa.UniqueConstraint("uuid", name=op.f("uq_sent_module_uuid")),
    )
    with op.batch_alter_table("sent_module", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sent_module_sent_at"), ["sent_at"], unique=False)


def downgrade() -> None:
    """The step back."""
    with op.batch_alter_table("sent_module", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_sent_module_sent_at"))

    op.drop_table("sent_module")
