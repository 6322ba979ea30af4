"""Who they are, and how far they have come. All of them, and the places where they work, are invented."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lms.accounts.models import Role, SiteKind


@dataclass(frozen=True)
class Place:
    """An invented place; `above` is the code of what it is a part of."""

    name: str
    above: str = ""
    kind: SiteKind = SiteKind.SITE


SITES = {
    "hospitals": Place("Hospitals", kind=SiteKind.DIVISION),
    "community": Place("Community care", kind=SiteKind.DIVISION),
    "north-hill": Place("North Hill Hospital", "hospitals"),
    "north-hill-wards": Place("North Hill, wards", "north-hill", SiteKind.DEPARTMENT),
    "riverside": Place("Riverside Hospital", "hospitals"),
    "elm-court": Place("Elm Court Care Centre", "community"),
}
"""From the top of the tree down."""
JOB_GROUPS = {
    "executives": ("Executives", True),
    "ward-managers": ("Ward managers", True),
    "team-leaders": ("Team leaders", False),
}
"""Names, and whether they count as managers."""


class Stage(StrEnum):
    """How far someone is in the first module."""

    NEW = "has not begun"
    FIRST_PAGES = "on the first pages"
    SECOND_SECTION = "in the middle of section 2"
    LATE = "past the middle"
    READ = "has read all pages, the quiz is left"
    FAILED = "has tried the quiz once"
    COMPLETED = "has completed the module"


@dataclass(frozen=True)
class Someone:
    """An invented person."""

    name: str
    site: str
    stage: Stage
    role: Role | None = None
    days_ago: int = 1
    """When the person was last here."""

    @property
    def email(self) -> str:
        """`first.last@example.org`: no mail ever arrives there."""
        return f"{self.name.lower().replace(' ', '.')}@example.org"


PEOPLE = (
    Someone("Amara Lampwick", "north-hill", Stage.READ, Role.PROGRAMME_LEAD, days_ago=2),
    Someone("Bela Thimblewood", "riverside", Stage.COMPLETED, Role.SITE_LEAD, days_ago=9),
    Someone("Chidi Rainbarrel", "north-hill", Stage.COMPLETED, Role.TRAINER, days_ago=20),
    Someone("Dora Kettlewright", "north-hill-wards", Stage.NEW),
    Someone("Emil Quillfeather", "north-hill-wards", Stage.SECOND_SECTION),
    Someone("Farah Mossbridge", "north-hill-wards", Stage.COMPLETED, days_ago=5),
    Someone("Goran Pennyloaf", "riverside", Stage.NEW),
    Someone("Hana Saltcellar", "riverside", Stage.FIRST_PAGES, days_ago=4),
    Someone("Ivo Candlemere", "riverside", Stage.FAILED, days_ago=3),
    Someone("Jun Applecart", "elm-court", Stage.LATE, Role.SITE_LEAD, days_ago=6),
    Someone("Kofi Windowbox", "elm-court", Stage.READ),
    Someone("Lea Butterfield-Dray", "elm-court", Stage.NEW),
)

WORK = {
    "Amara Lampwick": ("executives", ""),
    "Bela Thimblewood": ("ward-managers", "Amara Lampwick"),
    "Dora Kettlewright": ("ward-managers", "Amara Lampwick"),
    "Emil Quillfeather": ("ward-managers", "Amara Lampwick"),
    "Farah Mossbridge": ("team-leaders", "Dora Kettlewright"),
    "Goran Pennyloaf": ("ward-managers", "Bela Thimblewood"),
    "Hana Saltcellar": ("team-leaders", "Goran Pennyloaf"),
    "Ivo Candlemere": ("team-leaders", "Goran Pennyloaf"),
    "Jun Applecart": ("ward-managers", "Amara Lampwick"),
    "Kofi Windowbox": ("team-leaders", "Jun Applecart"),
    "Lea Butterfield-Dray": ("team-leaders", "Jun Applecart"),
}
"""By name: job group, and the name of the line manager, who is further up; who is not here is in none."""
ASKS_TEAM = "Farah Mossbridge"
"""Whose team has answered a pulse before the programme, and answers one after it now."""
