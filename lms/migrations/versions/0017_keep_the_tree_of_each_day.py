"""Keep the tree of each day."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# What was before is not known: the tree of today has to stand for all of it.
TREE = "INSERT INTO site_parent (site_id, parent_id, from_on) SELECT id, parent_id, '1900-01-01' FROM site"


def upgrade() -> None:
    """The step forward."""
    op.create_table(
        "site_parent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Integer(), nullable=True),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_site_parent_in_order")),
        sa.ForeignKeyConstraint(["parent_id"], ["site.id"], name=op.f("fk_site_parent_parent_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_site_parent_site_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site_parent")),
    )
    with op.batch_alter_table("site_parent", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_site_parent_parent_id"), ["parent_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_site_parent_site_id"), ["site_id"], unique=False)
        batch_op.create_index(
            "uq_site_parent_open",
            ["site_id"],
            unique=True,
            sqlite_where=sa.text("until_on IS NULL"),
            postgresql_where=sa.text("until_on IS NULL"),
        )
    op.execute(TREE)

    with op.batch_alter_table("roster_run", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("untold", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=True)
        )


def downgrade() -> None:
    """The step back."""
    with op.batch_alter_table("roster_run", schema=None) as batch_op:
        batch_op.drop_column("untold")

    with op.batch_alter_table("site_parent", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_site_parent_open",
            sqlite_where=sa.text("until_on IS NULL"),
            postgresql_where=sa.text("until_on IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_site_parent_site_id"))
        batch_op.drop_index(batch_op.f("ix_site_parent_parent_id"))

    op.drop_table("site_parent")
