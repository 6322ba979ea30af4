"""A release after this one: this one, with a column and a table more, and a step of migration that makes them."""

from __future__ import annotations

import shutil
from pathlib import Path

from alembic.script import ScriptDirectory

from lms.migrations.state import FOLDER
from tests.faults.processes import REPOSITORY

STEP = '''"""What the next release needs."""

import time
from pathlib import Path

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("registration", sa.Column("noted", sa.String(20), nullable=True))
    op.create_index("ix_visit_of_next", "visit", ["id"])
    marker = Path(__file__).with_name("halfway")
    if marker.exists():
        marker.unlink()
        time.sleep(1.5)  # long enough for whoever wants to kill it here
    op.create_table("of_next", sa.Column("id", sa.Integer, primary_key=True))


def downgrade() -> None:
    pass
'''
MODEL = """

Registration.noted = mapped_column(String(20), default="by the next release")
"""


def make(folder: Path) -> Path:
    """Write it into a folder; the step stops in its middle for a moment, once for each time that `halt` is called."""
    for part in ("lms", "courses", "quizzes"):
        shutil.copytree(REPOSITORY / part, folder / part)  # with what is compiled already: it takes seconds
    before = ScriptDirectory(str(FOLDER)).get_current_head()
    assert before
    revision = f"{int(before) + 1:04}"
    (folder / "lms/migrations/versions" / f"{revision}_next.py").write_text(
        STEP.format(revision=revision, before=before), encoding="utf-8"
    )
    with (folder / "lms/enrolment/models.py").open("a", encoding="utf-8") as models:
        models.write(MODEL)
    return folder


def halt(folder: Path) -> Path:
    """The next run of the step stops in its middle; this mark is gone when it has got there."""
    mark = folder / "lms/migrations/versions/halfway"
    mark.touch()
    return mark
