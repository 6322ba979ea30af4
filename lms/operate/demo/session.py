"""A session to come, led by the trainer, with a few people in it."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

from sqlalchemy.orm import Session

from lms.accounts import queries
from lms.accounts.models import Role
from lms.content.module import Module
from lms.operate.demo.people import PEOPLE
from lms.workshop import service
from lms.workshop.service import Plan

AHEAD = dt.timedelta(weeks=3)
BEGINS, LASTS = dt.time(14, tzinfo=dt.UTC), dt.timedelta(hours=2)
PLACES = 3
FRIDAY = 4


def plan_session(session: Session, module: Module, at: dt.datetime) -> None:
    """Plan it on a working day, for the site of the trainer; its places are nearly all taken."""
    teacher = next(one for one in PEOPLE if one.role is Role.TRAINER)
    trainer, site = queries.person_by_email(session, teacher.email), queries.site_by_code(session, teacher.site)
    if trainer is None or site is None:
        return
    day = (at + AHEAD).date()
    day += dt.timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > FRIDAY else 0)
    begins = dt.datetime.combine(day, BEGINS)
    replaces = (module.sections[1].id,) if len(module.sections) > 1 else ()
    room = "Education centre, room 2"
    wanted = Plan(module.title, room, "", begins, begins + LASTS, PLACES, trainer.uuid, site.id, replaces)
    name = uuid4()
    service.plan(session, name, module.id, wanted, at)
    guests = [one for one in PEOPLE if one.site.startswith(teacher.site) and one.role is None]
    for someone in guests[: PLACES - 1]:
        person = queries.person_by_email(session, someone.email)
        if person:
            service.book(session, person, name, at)
