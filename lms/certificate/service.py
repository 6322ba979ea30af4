"""Making certificates, once for each completion and name."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

from sqlalchemy import delete
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.certificate.models import Certificate
from lms.certificate.queries import Earned, missing, valid_months
from lms.certificate.validity import valid_until
from lms.db import UNSEEN, insert


def issue(session: Session, person: Person, at: dt.datetime) -> int:
    """Make the certificates that a person has earned and has none of, under the name that they have now; how many."""
    months = valid_months(session)
    return sum(_issue(session, person, one, months, at) for one in missing(session, person))


def _issue(session: Session, person: Person, one: Earned, months: int | None, at: dt.datetime) -> bool:
    row = {
        "uuid": uuid4(),
        "person_id": person.id,
        "about": one.about,
        "title": one.title,
        "holder": person.name,
        "completed_on": one.completed_on,
        "valid_until": valid_until(one.completed_on, months),
        "issued_at": at,
        "modules": list(one.modules),
    }
    new = insert(session, Certificate).values(**row).on_conflict_do_nothing().returning(Certificate.id)
    return session.execute(new).scalar() is not None


def forget(session: Session, person_id: int) -> None:
    """Nothing is left of a person's certificates; whoever looks one up finds none."""
    session.execute(delete(Certificate).where(Certificate.person_id == person_id), execution_options=UNSEEN)
