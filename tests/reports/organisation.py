"""Small organisations, made by chance, to be counted a second way."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy.orm import Session

from lms.accounts.models import EVER, JobGroup, Person, Placement, Site, SiteParent
from lms.enrolment.assignments.models import Assignment, Exemption, Obligation
from lms.enrolment.models import Registration, State

FIRST, DAYS = dt.date(2025, 1, 1), 500
MODULES = ("one", "two", "three")


@dataclass(frozen=True)
class Made:
    """Everything that is in the database, as plain rows."""

    tree: list[tuple[int, int | None, dt.date, dt.date | None]]
    """Each site with what was above it, from which day on, up to which."""
    placements: list[Placement]
    registrations: list[Registration]
    assignments: list[Assignment]
    obligations: list[Obligation]
    exemptions: list[Exemption]

    def sites(self, on: dt.date) -> dict[int, int | None]:
        """Each site with what was above it on a day."""
        return {site: above for site, above, first, end in self.tree if first <= on and (end is None or end > on)}


def day(chance: random.Random) -> dt.date:
    return FIRST + dt.timedelta(days=chance.randrange(DAYS))


def make(session: Session, seed: int, people: int = 60) -> Made:
    """A tree of sites with people who come, move, leave, begin and complete."""
    chance = random.Random(seed)
    groups = [JobGroup(code=f"g{number}", name=f"Group {number}") for number in range(3)]
    session.add_all(groups)
    sites: list[Site] = []
    for number in range(9):
        above = chance.choice([None, *sites]) if number else None
        site = Site(code=f"s{number}", name=f"Site {number}", parent_id=above.id if above else None)
        session.add(site)
        session.flush()
        sites.append(site)
    tree = list(_tree(chance, sites))
    session.add_all(
        SiteParent(site_id=site, parent_id=above, from_on=first, until_on=end)
        for site, above, first, end in tree
        if end or first != EVER  # of one that was never moved nothing has to be noted
    )
    placements: list[Placement] = []
    registrations: list[Registration] = []
    for number in range(people):
        person = Person(
            uuid=UUID(int=seed * 1000 + number + 1), email=f"p{number}@example.org", name=f"Person {number:03}",
            created_at=at(FIRST),
        )  # fmt: skip
        session.add(person)
        session.flush()
        placements += _placements(chance, person, sites, groups)
        registrations += _registrations(chance, person)
    session.add_all([*placements, *registrations])
    session.flush()
    whose = sorted({one.person_id for one in placements})
    asked, obligations = _assignments(session, chance, whose)
    exemptions = list(_exemptions(chance, whose))
    session.add_all([*obligations, *exemptions])
    session.flush()
    return Made(tree, placements, registrations, asked, obligations, exemptions)


def _tree(chance: random.Random, sites: list[Site]) -> Iterator[tuple[int, int | None, dt.date, dt.date | None]]:
    """What each site was a part of; some were moved once or twice, and none ever stood below itself."""
    for place, site in enumerate(sites):
        days = sorted({day(chance) for _ in range(chance.choice((0, 0, 1, 2)))})
        for first, end in zip([EVER, *days], [*days, None], strict=True):
            above = chance.choice([None, *sites[:place]]) if end else None
            yield site.id, above.id if above else None if end else site.parent_id, first, end


def _assignments(
    session: Session, chance: random.Random, whose: list[int]
) -> tuple[list[Assignment], list[Obligation]]:
    asked = [
        Assignment(
            uuid=uuid4(), module_id=module, reason="Why.", is_mandatory=chance.random() < 0.7, is_rule=True,
            managers_only=False, from_on=FIRST, created_at=at(FIRST), created_by=uuid4(),
        )
        for module in (None, *MODULES)
    ]  # fmt: skip
    session.add_all(asked)
    session.flush()
    obligations = []
    for one in asked:
        for person_id in chance.sample(whose, len(whose) // 2):
            since = day(chance)
            obligations.append(
                Obligation(
                    assignment_id=one.id, person_id=person_id, number=1, since_on=since,
                    due_on=since + dt.timedelta(days=chance.randrange(90)) if chance.random() < 0.9 else None,
                    met_at=at(day(chance)) if chance.random() < 0.4 else None,
                    day_set_on=since + dt.timedelta(days=chance.randrange(200)) if chance.random() < 0.3 else None,
                    ended_on=day(chance) if chance.random() < 0.3 else None,
                )
            )  # fmt: skip
    return asked, obligations


def _exemptions(chance: random.Random, whose: list[int]) -> Iterator[Exemption]:
    for person_id in chance.sample(whose, len(whose) // 3):
        begin = day(chance)
        yield Exemption(
            uuid=uuid4(), person_id=person_id, module_id=chance.choice([None, *MODULES]), reason="Away.",
            from_on=begin, until_on=begin + dt.timedelta(days=200) if chance.random() < 0.5 else None, given_by=uuid4(),
        )  # fmt: skip


def at(on: dt.date, hour: int = 9) -> dt.datetime:
    return dt.datetime.combine(on, dt.time(hour), dt.UTC)


def _placements(
    chance: random.Random, person: Person, sites: list[Site], groups: list[JobGroup]
) -> Iterator[Placement]:
    days = sorted({day(chance) for _ in range(chance.randint(1, 3))})
    ends = [*days[1:], day(chance) if chance.random() < 0.3 else None]
    for begin, end in zip(days, ends, strict=True):
        until = end if end is None or end >= begin else begin
        group = chance.choice([None, *groups])
        yield Placement(
            person_id=person.id, site_id=chance.choice(sites).id, job_group_id=group.id if group else None,
            is_manager=chance.random() < 0.6, from_on=begin, until_on=until,
        )  # fmt: skip


def _registrations(chance: random.Random, person: Person) -> Iterator[Registration]:
    for module in MODULES:
        if chance.random() < 0.75:
            begun = day(chance) if chance.random() < 0.9 else None
            done = begun + dt.timedelta(days=chance.randrange(120)) if begun and chance.random() < 0.7 else None
            yield Registration(
                person_id=person.id, module_id=module, registered_at=at(begun or FIRST),
                state=State.COMPLETED if done else State.STARTED if begun else State.REGISTERED,
                started_at=at(begun) if begun else None,
                completed_at=at(done, chance.choice((0, 12, 23))) if done else None,
            )  # fmt: skip
