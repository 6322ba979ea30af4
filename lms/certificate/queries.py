"""Looking certificates up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.certificate.badge import Subject
from lms.certificate.models import Certificate
from lms.certificate.validity import Validity, standing
from lms.content.library import library
from lms.db import as_facts
from lms.enrolment.models import Registration
from lms.enrolment.queries import own_registrations


@dataclass(frozen=True)
class Earned:
    """Something that somebody completed."""

    about: str
    title: str
    completed_on: dt.date
    modules: tuple[str, ...]
    """What had to be completed for it."""


def earned(session: Session, person_id: int) -> list[Earned]:
    """What a person has completed: modules in the order of the programme, and the programme after the last of them."""
    programme = library.programme(session)
    taken = own_registrations(session, person_id)
    found: list[Earned] = []
    if programme is None:
        return found
    published = [(one.id, module) for one in programme.modules if (module := library.module(session, one.id))]
    for module_id, module in published:
        registration = taken.get(module_id)
        if registration and registration.completed_at:
            done_at = registration.refreshed_at or registration.completed_at
            found.append(Earned(module_id, module.title, done_at.date(), (module_id,)))
    if found and len(found) == len(published):
        ids = tuple(module_id for module_id, _ in published)
        found.append(Earned(programme.id, programme.title, _programme_day([taken[id_] for id_ in ids]), ids))
    return found


def _programme_day(taken: Sequence[Registration]) -> dt.date:
    """When the last module was completed; it is refreshed on the day from which on every module has been."""
    completed = max(one.completed_at.date() for one in taken if one.completed_at)
    again = [one.refreshed_at.date() for one in taken if one.refreshed_at]
    return max(completed, min(again)) if len(again) == len(taken) else completed


def own_certificates(session: Session, person_id: int) -> Sequence[Certificate]:
    """All that were made for a person, the latest first."""
    query = select(Certificate).filter_by(person_id=person_id)
    return session.scalars(query.order_by(Certificate.completed_on.desc(), Certificate.id.desc())).all()


def own_certificate(session: Session, person_id: int, uuid: UUID) -> Certificate | None:
    """A person's own certificate; another's looks like none."""
    return session.scalar(select(Certificate).filter_by(person_id=person_id, uuid=uuid))


def certificate(session: Session, uuid: UUID) -> Certificate | None:
    """The certificate of this name, whoever asks."""
    return session.scalar(select(Certificate).filter_by(uuid=uuid))


def stands(session: Session, found: Certificate, today: dt.date) -> Validity:
    """How a certificate stands: it holds as long as what it says is so, and its time is not over."""
    taken = own_registrations(session, found.person_id)
    moments = [taken[module_id].completed_at if module_id in taken else None for module_id in found.modules]
    is_so = all(moment is not None and moment.date() <= found.completed_on for moment in moments)
    return standing(found.valid_until, not is_so, today)


def subject(session: Session, about: str) -> Subject | None:
    """What is completed under this id, in the words of today; None where it is taught no more."""
    programme = library.programme(session)
    if programme and programme.id == about:
        modules = [module.title for one in programme.modules if (module := library.module(session, one.id))]
        return Subject(about, programme.title, programme.summary.strip(), modules)
    if programme and about in {one.id for one in programme.modules} and (module := library.module(session, about)):
        return Subject(about, module.title, module.summary.strip())
    return None


def own_record(session: Session, person_id: int) -> dict[str, Any]:
    """What is kept here of a person: their certificates."""
    return {"certificates": [as_facts(one) for one in own_certificates(session, person_id)]}
