"""Parts of statements as the model of the standard writes them. Most come again and again: each is made once."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from lms.xapi.activities import Json

Model = Callable[[Json], Any]
"""A class of the model."""
VERSION = "1.0.3"
"""Of xAPI, as statements are written."""


def part(model: Model, raw: Json) -> Json:
    """What a class of the model makes of a part. Others are given the same dictionary: it is not to be changed."""
    return _made(model, json.dumps(raw))


@lru_cache(maxsize=4096)
def _made(model: Model, text: str) -> Json:
    written: Json = model(json.loads(text)).as_version(VERSION)
    return written
