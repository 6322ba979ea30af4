"""The word lists of the checker (words.toml)."""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources
from typing import Any


@cache
def word_lists() -> dict[str, Any]:
    """Every list by its name."""
    return tomllib.loads(resources.files("lms.content.checker").joinpath("words.toml").read_text("utf-8"))
