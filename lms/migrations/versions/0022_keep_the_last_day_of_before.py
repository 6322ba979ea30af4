"""Keep the last day that somebody had before."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The step forward."""
    with op.batch_alter_table("obligation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("day_set_on", sa.Date(), nullable=True))


def downgrade() -> None:
    """The step back."""
    with op.batch_alter_table("obligation", schema=None) as batch_op:
        batch_op.drop_column("day_set_on")
