"""Bringing people and sites in line with a list: what is new is added, nothing is ever taken away."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Membership, Person, Role, Site
from lms.accounts.roster.rows import RosterError, Row
from lms.accounts.service import add_person, add_site, join
from lms.audit.actions import Action, Entry
from lms.content.problems import Problem

T = TypeVar("T")

AT_A_TIME = 500
"""Databases limit how many values one query may have."""


@dataclass
class Outcome:
    """How many people and sites an import added, changed and found as they should be."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    sites: int = 0
    entries: list[Entry] = field(default_factory=list)
    """For the audit log: who was added or changed, and how."""

    def count(self, person: Person, is_new: bool, what: list[str]) -> None:
        """One person is done; `what` says what is different now."""
        self.added += is_new
        self.changed += bool(what) and not is_new
        self.unchanged += not what and not is_new
        if is_new or what:
            self.entries.append(Entry(Action.ADDED if is_new else Action.CHANGED, person.uuid, {"what": what}))


def import_people(session: Session, file: str, rows: list[Row], problems: list[Problem], at: dt.datetime) -> Outcome:
    """Add the people, sites and places of a list, and give people the names that they have in it.

    A second time it changes nothing. Raises RosterError with every problem, those of the file too, before any change.
    """
    sites = {site.code: site for site in session.scalars(select(Site))}
    names = _first_names(rows) | {code: site.name for code, site in sites.items()}
    problems = problems + _site_problems(file, rows, names)
    if problems:
        raise RosterError(problems)
    outcome = Outcome()
    for code in dict.fromkeys(row.site for row in rows if row.site and row.site not in sites):
        sites[code] = add_site(session, code, names[code])
        outcome.sites += 1
    _import_rows(session, rows, sites, outcome, at)
    counts = {"added": outcome.added, "changed": outcome.changed, "sites": outcome.sites}
    outcome.entries.append(Entry(Action.IMPORTED, facts=counts))
    return outcome


def _first_names(rows: list[Row]) -> dict[str, str]:
    return {row.site: row.site_name for row in reversed(rows) if row.site and row.site_name}


def _site_problems(file: str, rows: list[Row], names: dict[str, str]) -> list[Problem]:
    problems = []
    for row in rows:
        if row.site and row.site not in names:
            what = f"there is no site {row.site!r}"
            remedy = f'add it with `lms people sites add {row.site} "its name"`, or give its name in a column site_name'
            problems.append(Problem(file, row.line, what, remedy))
        elif row.site and row.site_name and names[row.site] != row.site_name:
            what = f"the site {row.site!r} is {names[row.site]!r}, not {row.site_name!r}"
            problems.append(Problem(file, row.line, what, "use that name, or leave site_name empty"))
    return problems


def _import_rows(session: Session, rows: list[Row], sites: dict[str, Site], outcome: Outcome, at: dt.datetime) -> None:
    people = _known_people(session, {row.email for row in rows})
    held = _held_places(session, {person.id for person in people.values()})
    for email, own in _by_person(rows).items():
        person = people.get(email)
        is_new, what = person is None, list[str]()
        if person is None:
            person = add_person(session, email, own[0].name, at)
        elif person.name != own[0].name:
            person.name = own[0].name
            what.append("name")
        for code, role in [place for row in own for place in row.places]:
            site = sites[code] if code else None
            if (person.id, site.id if site else None, role) not in held and join(
                session, person, site, role, at.date()
            ):
                what.append(f"{role or 'works'} at {code or 'all sites'}")
        outcome.count(person, is_new, what)


def _by_person(rows: list[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row.email, []).append(row)
    return found


def _known_people(session: Session, emails: Collection[str]) -> dict[str, Person]:
    people = (
        person
        for some in _portions(sorted(emails))
        for person in session.scalars(select(Person).where(Person.email.in_(some)))
    )
    return {person.email: person for person in people}


def _held_places(session: Session, people: Collection[int]) -> set[tuple[int, int | None, Role | None]]:
    place = select(Membership.person_id, Membership.site_id, Membership.role)
    return {
        (person_id, site_id, role)
        for some in _portions(sorted(people))
        for person_id, site_id, role in session.execute(place.where(Membership.person_id.in_(some)))
    }


def _portions(values: list[T]) -> list[list[T]]:
    return [values[start : start + AT_A_TIME] for start in range(0, len(values), AT_A_TIME)]
