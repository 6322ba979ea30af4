"""Make long files beside the web."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

_NOT_DONE = sa.text("finished_at IS NULL")


def upgrade() -> None:
    """The step forward."""
    op.create_table(
        "export",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("asked", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("rows_done", sa.Integer(), nullable=False),
        sa.Column("rows_total", sa.Integer(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("why", sa.String(length=200), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_export_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export")),
        sa.UniqueConstraint("uuid", name=op.f("uq_export_uuid")),
    )
    where = {"sqlite_where": _NOT_DONE, "postgresql_where": _NOT_DONE}
    with op.batch_alter_table("export", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_export_asked_at"), ["asked_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_export_person_id"), ["person_id"], unique=False)
        batch_op.create_index("ix_export_not_done", ["id"], unique=False, **where)
        batch_op.create_index("uq_export_not_done", ["person_id", "key"], unique=True, **where)
    op.create_table(
        "export_part",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("export_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["export_id"], ["export.id"], name=op.f("fk_export_part_export_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_part")),
        sa.UniqueConstraint("export_id", "place", name=op.f("uq_export_part_export_id_place")),
    )


def downgrade() -> None:
    """The step back."""
    op.drop_table("export_part")
    with op.batch_alter_table("export", schema=None) as batch_op:
        batch_op.drop_index("uq_export_not_done")
        batch_op.drop_index("ix_export_not_done")
        batch_op.drop_index(batch_op.f("ix_export_person_id"))
        batch_op.drop_index(batch_op.f("ix_export_asked_at"))

    op.drop_table("export")
