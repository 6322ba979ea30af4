"""Ask a team without names."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """The step forward."""
    op.create_table(
        "team_pulse",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(length=20), nullable=False),
        sa.Column("team", sa.String(length=80), nullable=False),
        sa.Column("occasion", sa.String(length=20), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("scale", JSON, nullable=False),
        sa.Column("statements", JSON, nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("is_closed", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("answers", sa.Integer(), server_default="0", nullable=False),
        sa.Column("forms_used", JSON, nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_team_pulse_person_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_pulse")),
        sa.UniqueConstraint("key", name=op.f("uq_team_pulse_key")),
        sa.UniqueConstraint("uuid", name=op.f("uq_team_pulse_uuid")),
    )
    op.create_index(op.f("ix_team_pulse_closes_on"), "team_pulse", ["closes_on"])
    op.create_index(op.f("ix_team_pulse_person_id"), "team_pulse", ["person_id"])
    op.create_table(
        "team_pulse_count",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pulse_id", sa.Integer(), nullable=False),
        sa.Column("statement_id", sa.String(length=64), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["pulse_id"], ["team_pulse.id"], name=op.f("fk_team_pulse_count_pulse_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_team_pulse_count")),
        sa.UniqueConstraint(
            "pulse_id", "statement_id", "place", name=op.f("uq_team_pulse_count_pulse_id_statement_id_place")
        ),
    )


def downgrade() -> None:
    """The step back."""
    op.drop_table("team_pulse_count")
    op.drop_index(op.f("ix_team_pulse_person_id"), table_name="team_pulse")
    op.drop_index(op.f("ix_team_pulse_closes_on"), table_name="team_pulse")
    op.drop_table("team_pulse")
