"""A large organisation to try reports on: all of it invented, and the same for the same seed.

Values out; nothing here touches a database.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from lms.accounts.models import SiteKind
from lms.enrolment.models import State

YEARS = 2
"""Of history."""
MOVED, LEFT = 0.12, 0.10
JOB_GROUPS = (
    ("executives", "Executives", True, 0.004),
    ("service-managers", "Service managers", True, 0.02),
    ("ward-managers", "Ward managers", True, 0.05),
    ("team-leaders", "Team leaders", True, 0.08),
    ("nursing", "Nursing", False, 0.45),
    ("therapies", "Therapies", False, 0.12),
    ("administration", "Administration", False, 0.15),
    ("estates", "Estates and catering", False, 0.126),
)
"""Code, name, whether they count as managers, and their share."""
# fmt: off
GIVEN = (
    "Ada", "Amir", "Bea", "Callum", "Chen", "Dina", "Ewan", "Farah", "Grace",
    "Hamid", "Iris", "Jonas", "Kofi", "Leila", "Mei", "Niamh", "Omar", "Priya",
    "Rosa", "Sean", "Tariq", "Una", "Viktor", "Wanda", "Yusuf", "Zoe",
)
FAMILY = (
    "Abara", "Bell", "Costa", "Dunn", "Eze", "Frost", "Grant", "Hale", "Ibrahim",
    "Jones", "Khan", "Lowe", "Mbeki", "Nowak", "Ortiz", "Patel", "Quinn", "Reed",
    "Silva", "Tran", "Usman", "Vance", "Wood", "Young",
)
# fmt: on


@dataclass(frozen=True)
class Unit:
    """A place; `above` is its place in the list, or None at the top."""

    code: str
    name: str
    kind: SiteKind
    above: int | None
    begins: dt.date
    """When the programme came there: sites begin one after the other."""


@dataclass(frozen=True)
class Stay:
    """Where someone worked, from one day up to another; `site` and `group` are places in their lists."""

    site: int
    group: int
    from_on: dt.date
    until_on: dt.date | None


@dataclass(frozen=True)
class Run:
    """How far someone came in a module."""

    module_id: str
    uuid: UUID
    state: State
    registered_at: dt.datetime
    started_at: dt.datetime | None
    completed_at: dt.datetime | None


@dataclass(frozen=True)
class Member:
    """Someone who never was."""

    uuid: UUID
    email: str
    name: str
    is_active: bool
    stays: tuple[Stay, ...]
    runs: tuple[Run, ...]


def units(count: int, today: dt.date, seed: int) -> list[Unit]:
    """Divisions, sites and departments: about one in ten of each stands above the next."""
    chance = random.Random(f"units {seed}")  # invented, guards nothing  # noqa: S311  # nosec B311
    begin = today - dt.timedelta(days=365 * YEARS)
    divisions, sites = max(1, count // 100), max(1, count // 10)
    made: list[Unit] = []
    for number in range(count):
        starts = begin + dt.timedelta(days=chance.randrange(365))
        if number < divisions:
            made.append(Unit(f"d{number}", f"Division {number + 1}", SiteKind.DIVISION, None, starts))
        elif number < divisions + sites:
            above = number % divisions
            made.append(Unit(f"s{number}", f"Hospital {number + 1 - divisions}", SiteKind.SITE, above, starts))
        else:
            above = divisions + number % sites
            name = f"{made[above].name}, department {number // sites}"
            made.append(Unit(f"p{number}", name, SiteKind.DEPARTMENT, above, made[above].begins))
    return made


def members(count: int, places: Sequence[Unit], modules: Sequence[str], today: dt.date, seed: int) -> Iterator[Member]:
    """Everyone, one after the other."""
    chance = random.Random(f"members {seed}")  # noqa: S311  # nosec B311
    weights = [1.0 / (1 + place % 17) for place in range(len(places))]
    shares = [share for *_, share in JOB_GROUPS]
    for number in range(count):
        home = chance.choices(range(len(places)), weights)[0]
        group = chance.choices(range(len(JOB_GROUPS)), shares)[0]
        stays = tuple(_stays(chance, home, group, len(places), today))
        runs = tuple(_runs(chance, stays, places[home], group, modules, today))
        name = f"{chance.choice(GIVEN)} {chance.choice(FAMILY)}"
        yield Member(
            UUID(int=chance.getrandbits(128), version=4),
            f"crowd-{number}@example.org",
            name,
            stays[-1].until_on is None,
            stays,
            runs,
        )


def _stays(chance: random.Random, home: int, group: int, places: int, today: dt.date) -> Iterator[Stay]:
    joined = today - dt.timedelta(days=chance.randrange(30, 365 * 6))
    left = today - dt.timedelta(days=chance.randrange(1, 365)) if chance.random() < LEFT else None
    if left is not None and left <= joined:
        left = None
    if chance.random() < MOVED:
        moved = joined + (((left or today) - joined) * chance.uniform(0.2, 0.9))
        if joined < moved < (left or today):
            yield Stay(chance.randrange(places), group, joined, moved)
            joined = moved
    yield Stay(home, group, joined, left)


def _runs(
    chance: random.Random, stays: Sequence[Stay], place: Unit, group: int, modules: Sequence[str], today: dt.date
) -> Iterator[Run]:
    """Managers go first, and most who begin one module go on to the next."""
    is_manager = JOB_GROUPS[group][2]
    eager = chance.random() < (0.82 if is_manager else 0.45)
    day = max(stays[0].from_on, place.begins) + dt.timedelta(days=int(chance.expovariate(1 / 60)))
    end = stays[-1].until_on or today
    for module_id in modules:
        begun = day if eager and day < end else None
        done = begun + dt.timedelta(days=chance.randrange(3, 40)) if begun and chance.random() < 0.9 else None
        done = done if done and done < end else None
        state = State.COMPLETED if done else State.STARTED if begun else State.REGISTERED
        moments = [_at(one, chance) if one else None for one in (begun, done)]
        uuid = UUID(int=chance.getrandbits(128), version=4)
        registered = moments[0] or _at(min(max(stays[0].from_on, place.begins), end), chance)
        yield Run(module_id, uuid, state, registered, moments[0], moments[1])
        eager = done is not None
        day = done + dt.timedelta(days=7 + int(chance.expovariate(1 / 20))) if done else end


def _at(day: dt.date, chance: random.Random) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(chance.randrange(7, 20), chance.randrange(60)), dt.UTC)
