"""Every table of the house, whether or not the application uses its room already."""

from __future__ import annotations

import importlib
from pathlib import Path

from sqlalchemy import MetaData

from lms.db import Base

ROOMS = Path(__file__).parent.parent


def tables() -> MetaData:
    """The tables as the models describe them."""
    for path in sorted(ROOMS.glob("*/models.py")):
        importlib.import_module(f"lms.{path.parent.name}.models")
    return Base.metadata
