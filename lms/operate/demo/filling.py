"""Putting a large invented organisation into an empty database, many rows at a time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from itertools import islice
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from lms.accounts.models import JobGroup, Person, Placement, Site
from lms.content.library import library
from lms.db import count_anew
from lms.enrolment.assignments import service as assignments
from lms.enrolment.assignments.service import Wanted
from lms.enrolment.models import Registration, State
from lms.operate.demo.crowd import JOB_GROUPS, Member, members, units

AT_A_TIME = 2000
ASKED_AGO = dt.timedelta(days=90)
WHY = "The board wants everyone to have taken it."


class NotEmptyError(Exception):
    """There are people already: invented ones must not be mixed with them."""


def fill(
    session: Session, people: int, sites: int, seed: int, at: dt.datetime, tell: Callable[[int], None] = lambda _: None
) -> int:
    """Add so many people at so many sites; how many runs through modules they have. `tell` hears how many are done.

    Raises NotEmptyError if there is anybody but one admin.
    """
    if (session.scalar(select(func.count()).select_from(Person)) or 0) > 1:
        raise NotEmptyError
    programme = library.programme(session)
    modules = [one.id for one in programme.modules] if programme else []
    places = units(sites, at.date(), seed)
    site_ids = _sites(session, sites, at, seed)
    groups = [JobGroup(code=code, name=name, counts_as_manager=leads) for code, name, leads, _ in JOB_GROUPS]
    session.add_all(groups)
    session.flush()
    group_ids = [group.id for group in groups]
    crowd = members(people, places, modules, at.date(), seed)
    first, runs, done = (session.scalar(select(func.max(Person.id))) or 0) + 1, 0, 0
    while part := list(islice(crowd, AT_A_TIME)):
        numbered = list(enumerate(part, first))
        session.execute(insert(Person), [_person(id_, one, at) for id_, one in numbered])
        session.execute(insert(Placement), list(_placements(numbered, site_ids, group_ids)))
        rows = list(_registrations(numbered))
        if rows:
            session.execute(insert(Registration), rows)
        first, runs, done = first + len(part), runs + len(rows), done + len(part)
        tell(done)
    _go_on_counting(session)
    count_anew(session, Person, Placement, Registration)
    _ask(session, modules, seed, at)
    return runs


def _ask(session: Session, modules: list[str], seed: int, at: dt.datetime) -> None:
    """Of everyone the first module, of managers the programme; for many it was due a few days ago."""
    begun, chance = at - ASKED_AGO, Random(seed)  # noqa: S311  # nosec B311
    for module_id, managers_only, days in ((modules[0] if modules else None, False, -10), (None, True, 80)):
        due_on = (at + dt.timedelta(days=days)).date()
        rule = Wanted(module_id, WHY, is_mandatory=True, is_rule=True, managers_only=managers_only, due_on=due_on)
        key, by = (UUID(int=chance.getrandbits(128), version=4) for _ in range(2))
        made = assignments.assign(session, rule, (), key, by, begun, begun.date())
        assignments.settle(session, modules, begun.date(), only=made.id)


def _sites(session: Session, count: int, at: dt.datetime, seed: int) -> list[int]:
    ids: list[int] = []
    for unit in units(count, at.date(), seed):
        above = None if unit.above is None else ids[unit.above]
        site = Site(code=f"crowd-{unit.code}", name=unit.name, kind=unit.kind, parent_id=above)
        session.add(site)
        session.flush()
        ids.append(site.id)
    return ids


def _person(id_: int, one: Member, at: dt.datetime) -> dict[str, Any]:
    return {
        "id": id_,
        "uuid": one.uuid,
        "email": one.email,
        "name": one.name,
        "is_active": one.is_active,
        "created_at": at,
        "disabled_at": None if one.is_active else at,
    }


def _placements(numbered: list[tuple[int, Member]], sites: list[int], groups: list[int]) -> Iterator[dict[str, Any]]:
    for id_, one in numbered:
        for stay in one.stays:
            yield {
                "person_id": id_,
                "site_id": sites[stay.site],
                "job_group_id": groups[stay.group],
                "is_manager": JOB_GROUPS[stay.group][2],
                "from_on": stay.from_on,
                "until_on": stay.until_on,
            }


def _registrations(numbered: list[tuple[int, Member]]) -> Iterator[dict[str, Any]]:
    for id_, one in numbered:
        for run in one.runs:
            yield {
                "uuid": run.uuid,
                "person_id": id_,
                "module_id": run.module_id,
                "state": run.state,
                "registered_at": run.registered_at,
                "started_at": run.started_at,
                "passed_at": run.completed_at if run.state is State.COMPLETED else None,
                "completed_at": run.completed_at,
            }


def _go_on_counting(session: Session) -> None:
    """People were given their numbers here: PostgreSQL's own count goes on behind them."""
    if session.get_bind().dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence("person", "id")
        session.execute(select(func.setval(sequence, select(func.max(Person.id)).scalar_subquery())))
