"""Every table of the house, whether or not the application uses its room already."""

from __future__ import annotations

import importlib
from pathlib import Path

from sqlalchemy import MetaData

from lms.db import Base

ROOMS = Path(__file__).parent.parent


def tables() -> MetaData:
    """The tables as the models describe them."""
    for path in sorted(ROOMS.rglob("models.py")):
        importlib.import_module(".".join(("lms", *path.relative_to(ROOMS).with_suffix("").parts)))
    return Base.metadata
