"""What trainers write is stored by a few functions, tried on both databases in `test_writing`; all else on one."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def ready_url(tmp_path: Path, sqlite_pattern: Path) -> str:
    """A SQLite database with all tables and no rows."""
    path = tmp_path / "cares.db"
    shutil.copy(sqlite_pattern, path)
    return f"sqlite:///{path}"
