"""A tool on one sheet, to print, fold and keep."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from lms.content.module import Tool
from lms.content.tree import tree
from lms.paper.typesetting import pdf

TEMPLATE = Path(__file__).parent / "papers" / "tool.typ"


@lru_cache(maxsize=64)
def tool_sheet(tool: Tool, module_title: str, organisation: str, accent: str) -> bytes:
    """The PDF of a tool. It takes a tenth of a second to set, and stays the same until the tool changes."""
    return pdf(
        TEMPLATE,
        {
            "title": tool.title,
            "summary": tool.summary,
            "module": module_title,
            "organisation": organisation,
            "accent": accent,
            "body": tree(tool.source),
        },
    )
