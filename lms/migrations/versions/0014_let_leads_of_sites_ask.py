"""Let leads of sites ask."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The step forward."""
    for table in ("assignment", "exemption"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.add_column(sa.Column("is_local", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    """The step back."""
    for table in ("exemption", "assignment"):
        with op.batch_alter_table(table, schema=None) as batch_op:
            batch_op.drop_column("is_local")
