"""Keep sessions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The step forward."""
    op.create_table(
        "calendar_feed",
        sa.Column("person_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("token_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_calendar_feed_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_calendar_feed")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_calendar_feed_token_hash")),
    )
    op.create_table(
        "workshop",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("module_id", sa.String(length=64), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("link", sa.String(length=500), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("places", sa.Integer(), nullable=False),
        sa.Column("facilitator", sa.Uuid(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("replaces", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.CheckConstraint("ends_at > starts_at", name=op.f("ck_workshop_in_order")),
        sa.CheckConstraint("places > 0", name=op.f("ck_workshop_has_places")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_workshop_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workshop")),
        sa.UniqueConstraint("uuid", name=op.f("uq_workshop_uuid")),
    )
    with op.batch_alter_table("workshop", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_workshop_facilitator"), ["facilitator"], unique=False)
        batch_op.create_index(batch_op.f("ix_workshop_site_id"), ["site_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_workshop_starts_at"), ["starts_at"], unique=False)

    op.create_table(
        "booking",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workshop_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("attended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attended_by", sa.String(length=20), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("news", sa.String(length=20), nullable=True),
        sa.Column("news_from", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_booking_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["workshop_id"], ["workshop.id"], name=op.f("fk_booking_workshop_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
        sa.UniqueConstraint("workshop_id", "person_id", name=op.f("uq_booking_workshop_id_person_id")),
    )
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_booking_news"), ["news"], unique=False)
        batch_op.create_index(batch_op.f("ix_booking_person_id"), ["person_id"], unique=False)

    op.create_table(
        "shared_reflection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.Column("block_id", sa.String(length=64), nullable=False),
        sa.Column("reader", sa.Uuid(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("shared_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["booking_id"], ["booking.id"], name=op.f("fk_shared_reflection_booking_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["entry_version.id"], name=op.f("fk_shared_reflection_version_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_shared_reflection")),
        sa.UniqueConstraint("booking_id", name=op.f("uq_shared_reflection_booking_id")),
        sa.UniqueConstraint("uuid", name=op.f("uq_shared_reflection_uuid")),
    )
    with op.batch_alter_table("shared_reflection", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_shared_reflection_version_id"), ["version_id"], unique=False)


def downgrade() -> None:
    """The step back."""
    with op.batch_alter_table("shared_reflection", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_shared_reflection_version_id"))

    op.drop_table("shared_reflection")
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_booking_person_id"))
        batch_op.drop_index(batch_op.f("ix_booking_news"))

    op.drop_table("booking")
    with op.batch_alter_table("workshop", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_workshop_starts_at"))
        batch_op.drop_index(batch_op.f("ix_workshop_site_id"))
        batch_op.drop_index(batch_op.f("ix_workshop_facilitator"))

    op.drop_table("workshop")
    op.drop_table("calendar_feed")
