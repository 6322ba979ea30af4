"""docs/settings.md says of every setting what it is, and of nothing else."""

from __future__ import annotations

import re
from pathlib import Path

from lms.config import PREFIX, Settings

DOCUMENT = Path(__file__).parents[2] / "docs" / "settings.md"


def test_every_setting_is_documented_as_it_is() -> None:
    rows = re.findall(r"^\| `(?!name).*$", DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [_row(name) for name in Settings.model_fields]


def _row(name: str) -> str:
    field = Settings.model_fields[name]
    default = "" if field.default in ("", None) else f"`{field.default}`"
    return f"| `{name}` | `{PREFIX}{name.upper()}` | {default} | {field.description} |"
