"""For developers: writes the migration that leads from the steps so far to the tables as the models have them.

python -m lms.operate.drafting "Keep the language of a person"
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from lms.db import engine_options
from lms.migrations.stepping import configuration
from lms.migrations.tables import tables


def draft(message: str) -> None:
    """Add a step to `lms/migrations/versions`; it must be read, and often mended, before it is committed."""
    with tempfile.TemporaryDirectory() as folder:
        engine = create_engine(**engine_options(f"sqlite:///{Path(folder) / 'draft.db'}"))
        with engine.connect() as connection:
            config = configuration(connection)
            command.upgrade(config, "head")
            steps = len(list(ScriptDirectory.from_config(config).walk_revisions()))
            config.attributes.update(metadata=tables(), alters=steps > 0)
            _tidy_up(config)
            made = command.revision(config, message, autogenerate=True, rev_id=f"{steps + 1:04}")
            _drop_remarks(made)
        engine.dispose()


def _tidy_up(config: Config) -> None:
    ruff = Path(sys.executable).with_name("ruff")
    for name, options in {"mend": "check --fix --quiet", "format": "format --quiet"}.items():
        config.set_section_option("post_write_hooks", f"{name}.type", "exec")
        config.set_section_option("post_write_hooks", f"{name}.executable", str(ruff))
        config.set_section_option("post_write_hooks", f"{name}.options", f"{options} REVISION_SCRIPT_FILENAME")
    config.set_section_option("post_write_hooks", "hooks", "mend, format")


def _drop_remarks(made: Any) -> None:
    """Alembic's own remarks stand where each step was read and mended."""
    path = Path(made.path)
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.strip().startswith("# ###")), encoding="utf-8")


if __name__ == "__main__":
    draft(sys.argv[1])
