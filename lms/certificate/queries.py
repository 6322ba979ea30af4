"""Looking certificates up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.certificate.badge import Subject
from lms.certificate.models import Certificate
from lms.certificate.validity import Renewal, Validity, renewal, standing, valid_until
from lms.content.library import library
from lms.days import local_day, start_of_day
from lms.db import as_facts, zone_of
from lms.enrolment.models import Registration
from lms.enrolment.queries import own_registrations

Days = tuple[dt.date, dt.date]
"""The day of a moment here, and that of UTC, which certificates bore that were made when no other was known."""


@dataclass(frozen=True)
class Earned:
    """Something that somebody completed."""

    about: str
    title: str
    days: Days
    modules: tuple[str, ...]
    """What had to be completed for it."""

    @property
    def completed_on(self) -> dt.date:
        """As a new certificate says it."""
        return self.days[0]

    def is_on(self, made: Certificate) -> bool:
        """Whether a certificate says this."""
        return made.about == self.about and made.completed_on in self.days


def earned(session: Session, person_id: int) -> list[Earned]:
    """What a person has completed: modules in the order of the programme, and the programme after the last of them."""
    programme = library.programme(session)
    taken, zone = own_registrations(session, person_id), zone_of(session)
    found: list[Earned] = []
    if programme is None:
        return found
    published = [(one.id, module) for one in programme.modules if (module := library.module(session, one.id))]
    for module_id, module in published:
        registration = taken.get(module_id)
        if registration and registration.completed_at:
            done_at = registration.refreshed_at or registration.completed_at
            found.append(Earned(module_id, module.title, _days(done_at, zone), (module_id,)))
    if found and len(found) == len(published):
        ids = tuple(module_id for module_id, _ in published)
        done_at = _programme_done_at([taken[id_] for id_ in ids])
        found.append(Earned(programme.id, programme.title, _days(done_at, zone), ids))
    return found


def missing(session: Session, person: Person) -> list[Earned]:
    """What a person has earned and has no certificate of under the name that they have now."""
    own = [one for one in own_certificates(session, person.id) if one.holder == person.name]
    return [one for one in earned(session, person.id) if not any(one.is_on(made) for made in own)]


def renewals(session: Session, person_id: int, today: dt.date) -> dict[int, Renewal]:
    """How a person's certificates can be renewed, by their number: the latest of each, if it has an end."""
    made, found = own_certificates(session, person_id), dict[int, Renewal]()
    for one in earned(session, person_id):
        for certificate_ in made:
            if one.is_on(certificate_) and (how := renewal(certificate_.completed_on, certificate_.valid_until, today)):
                found[certificate_.id] = how
    return found


def renewal_of(session: Session, registration: Registration, today: dt.date) -> Renewal | None:
    """How the certificate of a module that was completed can be renewed; None: it has no end.

    The end is what stands on the certificate; where none was made, what would stand on it.
    """
    done_at = registration.refreshed_at or registration.completed_at
    if done_at is None:
        return None
    days = _days(done_at, zone_of(session))
    query = select(Certificate.completed_on, Certificate.valid_until).where(
        Certificate.person_id == registration.person_id,
        Certificate.about == registration.module_id,
        Certificate.completed_on.in_(days),
    )
    made = session.execute(query.order_by(Certificate.id.desc()).limit(1)).first()
    if made:
        return renewal(made.completed_on, made.valid_until, today)
    return renewal(days[0], valid_until(days[0], valid_months(session)), today)


def renewed_since(session: Session, registration: Registration, at: dt.datetime) -> dt.datetime | None:
    """From when on the quiz of a module must be passed to renew its certificate; None: it is too early."""
    zone = zone_of(session)
    how = renewal_of(session, registration, local_day(at, zone))
    return start_of_day(how.opens_on, zone) if how and how.is_open else None


def valid_months(session: Session) -> int | None:
    """How many months a certificate holds that is made now; None: for good."""
    programme = library.programme(session)
    return programme.certificate.valid_months if programme and programme.certificate else None


def _days(moment: dt.datetime, zone: str) -> Days:
    return local_day(moment, zone), moment.date()


def _programme_done_at(taken: Sequence[Registration]) -> dt.datetime:
    """When the last module was completed; it is refreshed at the moment from which on every module has been."""
    completed = max(one.completed_at for one in taken if one.completed_at)
    again = [one.refreshed_at for one in taken if one.refreshed_at]
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
    zone = zone_of(session)
    is_so = all(moment is not None and min(_days(moment, zone)) <= found.completed_on for moment in moments)
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
