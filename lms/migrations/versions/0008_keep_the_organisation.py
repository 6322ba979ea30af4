"""Keep the organisation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


# Where someone works comes before where they only have a role; the oldest of several stands for all.
PLACE = """
INSERT INTO placement (person_id, site_id, is_manager, from_on, until_on)
SELECT person_id, site_id, FALSE, from_on,
    CASE WHEN is_active THEN NULL WHEN left_on > from_on THEN left_on ELSE from_on END
FROM (
    SELECT membership.person_id, membership.site_id, person.is_active,
        {created_at} AS from_on, {disabled_at} AS left_on,
        row_number() OVER (
            PARTITION BY membership.person_id
            ORDER BY CASE WHEN membership.role IS NULL THEN 0 ELSE 1 END, membership.id
        ) AS place
    FROM membership JOIN person ON person.id = membership.person_id
    WHERE membership.site_id IS NOT NULL
) AS places
WHERE place = 1
"""


def upgrade() -> None:
    """The step forward."""
    op.create_table(
        "job_group",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("counts_as_manager", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job_group")),
        sa.UniqueConstraint("code", name=op.f("uq_job_group_code")),
    )
    op.create_table(
        "roster_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("uuid", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("origin", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("by", sa.Uuid(), nullable=True),
        sa.Column("file", sa.String(length=200), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("counts", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("problems", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_roster_run")),
        sa.UniqueConstraint("uuid", name=op.f("uq_roster_run_uuid")),
    )
    with op.batch_alter_table("roster_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_roster_run_at"), ["at"], unique=False)

    op.create_table(
        "placement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("job_group_id", sa.Integer(), nullable=True),
        sa.Column("line_manager_id", sa.Integer(), nullable=True),
        sa.Column("is_manager", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date(), nullable=True),
        sa.CheckConstraint("until_on >= from_on", name=op.f("ck_placement_in_order")),
        sa.ForeignKeyConstraint(["job_group_id"], ["job_group.id"], name=op.f("fk_placement_job_group_id")),
        sa.ForeignKeyConstraint(
            ["line_manager_id"], ["person.id"], name=op.f("fk_placement_line_manager_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_placement_person_id"), ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_placement_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placement")),
    )
    with op.batch_alter_table("placement", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_placement_from_on"), ["from_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_placement_job_group_id"), ["job_group_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_placement_line_manager_id"), ["line_manager_id"], unique=False)
        batch_op.create_index("ix_placement_person_id_from_on", ["person_id", "from_on"], unique=False)
        batch_op.create_index("ix_placement_site_id_from_on", ["site_id", "from_on"], unique=False)
        batch_op.create_index(batch_op.f("ix_placement_until_on"), ["until_on"], unique=False)
        batch_op.create_index(
            "uq_placement_open",
            ["person_id"],
            unique=True,
            sqlite_where=sa.text("until_on IS NULL"),
            postgresql_where=sa.text("until_on IS NULL"),
        )

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.add_column(sa.Column("staff_number", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("is_from_roster", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.add_column(sa.Column("has_left", sa.Boolean(), server_default=sa.false(), nullable=False))
        batch_op.create_index("uq_person_staff_number", ["staff_number"], unique=True)

    with op.batch_alter_table("site", schema=None) as batch_op:
        batch_op.add_column(sa.Column("parent_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("kind", sa.String(length=20), server_default="site", nullable=False))
        batch_op.create_index(batch_op.f("ix_site_parent_id"), ["parent_id"], unique=False)
        batch_op.create_foreign_key(batch_op.f("fk_site_parent_id"), "site", ["parent_id"], ["id"])

    _place_everyone()


def _place_everyone() -> None:
    """Everyone has worked at their site since they were added: nothing earlier is known."""
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    day = "date({})" if is_sqlite else "CAST({} AT TIME ZONE 'UTC' AS date)"
    days = {name: day.format(f"person.{name}") for name in ("created_at", "disabled_at")}
    op.execute(PLACE.format(**days))


def downgrade() -> None:
    """The step back."""
    with op.batch_alter_table("site", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_site_parent_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_site_parent_id"))
        batch_op.drop_column("kind")
        batch_op.drop_column("parent_id")

    with op.batch_alter_table("person", schema=None) as batch_op:
        batch_op.drop_index("uq_person_staff_number")
        batch_op.drop_column("has_left")
        batch_op.drop_column("is_from_roster")
        batch_op.drop_column("staff_number")

    with op.batch_alter_table("placement", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_placement_open", sqlite_where=sa.text("until_on IS NULL"), postgresql_where=sa.text("until_on IS NULL")
        )
        batch_op.drop_index(batch_op.f("ix_placement_until_on"))
        batch_op.drop_index("ix_placement_site_id_from_on")
        batch_op.drop_index("ix_placement_person_id_from_on")
        batch_op.drop_index(batch_op.f("ix_placement_line_manager_id"))
        batch_op.drop_index(batch_op.f("ix_placement_job_group_id"))
        batch_op.drop_index(batch_op.f("ix_placement_from_on"))

    op.drop_table("placement")
    with op.batch_alter_table("roster_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_roster_run_at"))

    op.drop_table("roster_run")
    op.drop_table("job_group")
