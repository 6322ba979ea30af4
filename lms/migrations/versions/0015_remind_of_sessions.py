"""Remind of sessions the day before, and let the code for attendance change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The step forward."""
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.add_column(sa.Column("notice", sa.String(length=20), nullable=True))
        batch_op.add_column(sa.Column("told_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(batch_op.f("ix_booking_notice"), ["notice"], unique=False)

    with op.batch_alter_table("workshop", schema=None) as batch_op:
        batch_op.add_column(sa.Column("code_stays", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """The step back."""
    with op.batch_alter_table("workshop", schema=None) as batch_op:
        batch_op.drop_column("code_stays")

    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_booking_notice"))
        batch_op.drop_column("told_at")
        batch_op.drop_column("notice")
