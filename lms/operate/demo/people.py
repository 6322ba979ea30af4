"""Who they are, and how far they have come. All of them, and the places where they work, are invented."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from lms.accounts.models import Role

SITES = {
    "north-hill": "North Hill Hospital",
    "riverside": "Riverside Hospital",
    "elm-court": "Elm Court Care Centre",
}


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
    Someone("Dora Kettlewright", "north-hill", Stage.NEW),
    Someone("Emil Quillfeather", "north-hill", Stage.SECOND_SECTION),
    Someone("Farah Mossbridge", "north-hill", Stage.COMPLETED, days_ago=5),
    Someone("Goran Pennyloaf", "riverside", Stage.NEW),
    Someone("Hana Saltcellar", "riverside", Stage.FIRST_PAGES, days_ago=4),
    Someone("Ivo Candlemere", "riverside", Stage.FAILED, days_ago=3),
    Someone("Jun Applecart", "elm-court", Stage.LATE, Role.SITE_LEAD, days_ago=6),
    Someone("Kofi Windowbox", "elm-court", Stage.READ),
    Someone("Lea Butterfield-Dray", "elm-court", Stage.NEW),
)
