"""A pulse as a sheet for the wall: what it is, who sees what, and the way to it."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path

import segno

from lms.paper.typesetting import pdf
from lms.pulse.team.models import TeamPulse

TEMPLATE = Path(__file__).parent / "papers" / "poster.typ"
Day = Callable[[dt.date], str]


def poster(found: TeamPulse, manager: str, organisation: str, address: str, accent: str, day: Day) -> bytes:
    """The sheet as a tagged PDF. `address` is where the team answers."""
    return pdf(
        TEMPLATE,
        {
            "title": f"Team pulse: {found.team}",
            "team": found.team,
            "manager": manager,
            "organisation": organisation,
            "closes": day(found.closes_on),
            "statements": [text for _, text in found.statements],
            "address": address,
            "shown": address.partition("://")[2],
            "code": code(address),
            "accent": accent,
        },
        dt.datetime.combine(found.opened_on, dt.time(12), dt.UTC),
    )


def code(address: str) -> str:
    """The QR code of an address as SVG, with the quiet margin that cameras want."""
    drawn = io.BytesIO()
    made = segno.make(address, error="m")
    made.save(drawn, kind="svg", xmldecl=False, svgns=True, border=3, dark="#1f272b", light="#ffffff", omitsize=True)
    return drawn.getvalue().decode()
