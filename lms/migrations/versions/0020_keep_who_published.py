"""Keep who published."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The step forward."""
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.add_column(sa.Column("published_by", sa.Uuid(), nullable=True))


def downgrade() -> None:
    """The step back."""
    with op.batch_alter_table("revision", schema=None) as batch_op:
        batch_op.drop_column("published_by")
