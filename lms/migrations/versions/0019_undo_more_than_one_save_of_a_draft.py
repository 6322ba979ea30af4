"""Undo more than one save of a draft."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The step forward."""
    with op.batch_alter_table("draft_file", schema=None) as batch_op:
        batch_op.add_column(sa.Column("takes_back", sa.Integer(), nullable=True))


def downgrade() -> None:
    """The step back."""
    with op.batch_alter_table("draft_file", schema=None) as batch_op:
        batch_op.drop_column("takes_back")
