"""One page to hand to a board."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lms.paper.typesetting import pdf
from lms.reports.coverage.counting import SMALLEST, Compared, Point
from lms.reports.coverage.showing import Report

TEMPLATE = Path(__file__).parent / "papers" / "board.typ"
MOST_ROWS = 24
"""Places on the page: more would be a second one."""
Day = Callable[[Any], str]


def board(found: Report, organisation: str, maker: str, accent: str, day: Day, at: dt.datetime) -> bytes:
    """The report as a tagged PDF."""
    return pdf(TEMPLATE, contents(found, organisation, maker, day, at) | {"accent": accent}, at)


def contents(found: Report, organisation: str, maker: str, day: Day, at: dt.datetime) -> dict[str, Any]:
    """What the template sets. Whoever hands it on does not know who reads it: of too few people it says no figures."""
    is_small = found.is_small
    return {
        "title": f"Who has completed {found.title}",
        "organisation": organisation,
        "percent": None if is_small else found.percent,
        "sentence": few(found, day) if is_small else sentence(found, day),
        "target": "" if is_small else target(found),
        "overdue": "" if is_small else overdue(found),
        "sites": [_row(one) for one in found.sites[:MOST_ROWS]],
        "left_out": max(0, len(found.sites) - MOST_ROWS),
        "months": [_month(point) for point in found.points],
        "smallest": SMALLEST,
        "made": f"Made on {day(at)} by {maker}.",
        "who": found.people,
    }


def sentence(found: Report, day: Day) -> str:
    """The headline in words."""
    if found.percent is None:
        return f"There were no {found.people} at {found.place} on {day(found.asked.on)}."
    return (
        f"{found.count.completed:,} of {found.count.people:,} {found.people} at {found.place} "
        f"had completed {found.title} on {day(found.asked.on)}: {found.percent}%."
    )


def few(found: Report, day: Day) -> str:
    """That there are too few people to say more."""
    return f"There were fewer than {SMALLEST} {found.people} at {found.place} on {day(found.asked.on)}."


def target(found: Report) -> str:
    """How far it is to the target; empty without one."""
    if not found.target or found.percent is None:
        return ""
    if found.missing:
        return f"The target is {found.target}%: {found.missing:,} more people have to complete it."
    return f"The target of {found.target}% is reached."


def overdue(found: Report) -> str:
    """How many are late; empty where nobody is."""
    late = found.count.overdue
    return f"{late:,} {'is' if late == 1 else 'are'} overdue with what they must complete." if late else ""


def _month(point: Point) -> dict[str, Any]:
    is_small = point.is_small
    return {
        "month": f"{point.on:%B %Y}",
        "people": None if is_small else f"{point.people:,}",
        "completed": None if is_small else f"{point.completed:,}",
        "share": 0 if is_small else point.share,
    }


def _row(one: Compared) -> dict[str, Any]:
    count = one.line.count
    band = one.band
    return {
        "name": one.line.name,
        "people": None if one.is_hidden else f"{count.people:,}",
        "band": None if band is None else f"{band[0]}%" if band[0] == band[1] else f"{band[0]} to {band[1]}%",
        "from": band[0] if band else 0,
    }
