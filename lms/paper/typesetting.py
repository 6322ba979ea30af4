"""Sets a page by a Typst template.

What is set travels as data, never as markup: `sys.inputs.data` is JSON that the template reads, so nothing that a
person wrote can become an instruction.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import typst

STANDARD: Literal["ua-1"] = "ua-1"
"""PDF/UA-1 (ISO 14289-1): the compiler refuses what a screen reader could not read."""
COMMON = Path(__file__).parent
"""Holds what templates share; they import it as `/common.typ`."""
_compile: Any = typst.compile  # its types want the source and the root to be of one type; it does not


def pdf(template: Path, data: Mapping[str, Any], at: dt.datetime | None = None) -> bytes:
    """A document as PDF, dated `at` or now. Raises typst.TypstError for a faulty template."""
    sent = json.dumps(data, ensure_ascii=False)
    try:
        # Fonts that are inside the compiler: every machine sets the same lines.
        return _set(template, sent, at, STANDARD, ignore_system_fonts=True)
    except typst.TypstError:
        # An emoji or a script that those fonts do not have: the machine's fonts may; if not, a box stands for it, and
        # the document no longer claims the standard. It is tagged all the same.
        return _set(template, sent, at, None, ignore_system_fonts=False)


def _set(
    template: Path, data: str, at: dt.datetime | None, standard: Literal["ua-1"] | None, ignore_system_fonts: bool
) -> bytes:
    compiled: bytes = _compile(
        template.read_bytes(),
        root=COMMON,
        format="pdf",
        ignore_system_fonts=ignore_system_fonts,
        sys_inputs={"data": data},
        pdf_standards=standard,
        timestamp=at.replace(microsecond=0) if at else None,
    )
    return compiled
