"""How types of ours are written into a migration: as what they are in a database, free of code that may change."""

from __future__ import annotations

from typing import Any, Literal

from alembic.autogenerate.api import AutogenContext
from sqlalchemy import JSON, DefaultClause, Enum, False_, True_

from lms.db import UTCDateTime


def render(kind: str, item: Any, context: AutogenContext) -> str | Literal[False]:
    """Python source of a column type or default; False for what Alembic renders well itself."""
    if kind == "server_default" and isinstance(item, DefaultClause) and isinstance(item.arg, True_ | False_):
        return f"sa.{item.arg}()"  # each database writes them its own way
    if kind != "type":
        return False
    if isinstance(item, UTCDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, Enum) and not item.native_enum:
        return f"sa.String(length={item.length})"
    if isinstance(item, JSON):
        context.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False
