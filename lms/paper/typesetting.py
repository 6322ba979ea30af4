"""Sets a page by a Typst template.

What is set travels as data, never as markup: `sys.inputs.data` is JSON that the template reads, so nothing that a
person wrote can become an instruction.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    import typst

STANDARD: Literal["ua-1"] = "ua-1"
"""PDF/UA-1 (ISO 14289-1): the compiler refuses what a screen reader could not read."""
COMMON = Path(__file__).parent
"""Holds what templates share; they import it as `/common.typ`."""


class TypesettingError(Exception):
    """A faulty template. What was to be set is not told: it may be someone's private words."""


class _Way(NamedTuple):
    """How a document is tried to be set."""

    standard: Literal["ua-1"] | None
    with_own_fonts: bool
    """With the machine's fonts beside those that are inside the compiler."""


# The compiler's own fonts are the same on every machine. An emoji or a script that they do not have, the machine's may;
# if not, a box stands for it, and the document no longer claims the standard. It is tagged all the same.
_WAYS = (_Way(STANDARD, False), _Way(STANDARD, True), _Way(None, True))


def pdf(template: Path, data: Mapping[str, Any], at: dt.datetime | None = None) -> bytes:
    """A document as PDF, dated `at` or now. Raises TypesettingError for a faulty template.

    The template is told as `data.is_whole` whether there is a font for every letter.
    """
    import typst  # noqa: PLC0415 - large, and seldom asked for

    for way in _WAYS:
        try:
            return _set(template, {**data, "is_whole": way.standard is not None}, at, way)
        except typst.TypstError as error:
            reason = error.message.partition("`")[0]  # what follows is a quotation
    raise TypesettingError(f"{template.name}: {reason}") from None


def _set(template: Path, data: Mapping[str, Any], at: dt.datetime | None, way: _Way) -> bytes:
    import typst  # noqa: PLC0415

    compile_: Any = typst.compile  # its types want the source and the root to be of one type; it does not
    compiled: bytes = compile_(
        template.read_bytes(),
        root=COMMON,
        format="pdf",
        font_paths=_fonts(way.with_own_fonts),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        pdf_standards=way.standard,
        timestamp=at.replace(microsecond=0) if at else None,
    )
    return compiled


@cache
def _fonts(with_own: bool) -> typst.Fonts:
    """Looked for once: it takes longer than to set a page."""
    import typst  # noqa: PLC0415

    return typst.Fonts(include_system_fonts=with_own)
