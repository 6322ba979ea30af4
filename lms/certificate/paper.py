"""A certificate as a sheet of paper."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path

import segno

from lms.certificate.models import Certificate
from lms.paper.typesetting import pdf

TEMPLATE = Path(__file__).parent / "papers" / "certificate.typ"
Day = Callable[[dt.date], str]


def paper(found: Certificate, organisation: str, address: str, accent: str, day: Day) -> bytes:
    """The certificate as a tagged PDF, the same bytes each time. `address` is where anybody sees that it is real."""
    return pdf(
        TEMPLATE,
        {
            "title": f"Certificate: {found.title}",
            "course": found.title,
            "holder": found.holder,
            "organisation": organisation,
            "completed": day(found.completed_on),
            "until": day(found.valid_until) if found.valid_until else "",
            "address": address,
            "code": _code(address),
            "accent": accent,
        },
        found.issued_at,
    )


def _code(address: str) -> str:
    drawn = io.BytesIO()
    segno.make(address, error="m").save(drawn, kind="svg", xmldecl=False, svgns=True, border=0, dark="#1f272b")
    return drawn.getvalue().decode()
