"""A tool's page as a sheet of paper: where its author wrote `___`, there is a line to write on."""

from __future__ import annotations

import re

from markupsafe import Markup

_RULE = re.compile(r"<hr ?/?>")
_BLANK = re.compile(r"_{3,}")
_LINE = '<span class="write-line">&nbsp;</span>'


def with_lines(html: str) -> Markup:
    """Clean HTML of a tool with its lines to write on."""
    ruled = _RULE.sub(f"<p>{_LINE}</p>", html)
    return Markup(_BLANK.sub(_LINE, ruled))  # rendered and cleaned when the module was read  # noqa: S704  # nosec B704
