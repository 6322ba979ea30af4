"""What can be done about a person's data: asking for an end to it, and ending it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts import service as accounts
from lms.accounts.email_address import mailto
from lms.accounts.models import Person
from lms.audit.actions import Action, Actor, Entry
from lms.audit.service import record
from lms.certificate import service as certificate
from lms.commitment import service as commitment
from lms.enrolment import service as enrolment
from lms.enrolment.assignments import service as assignments
from lms.export import service as export
from lms.outbox import queries as outbox_queries
from lms.outbox import service as outbox
from lms.outbox.models import Delivery
from lms.outbox.queries import all_queues
from lms.outbox.queue import MAIN, ON_THEIR_WAY
from lms.privacy.queries import registration_uuids
from lms.progress import service as progress
from lms.pulse import service as pulse
from lms.quiz import service as quiz
from lms.reflection import service as reflection
from lms.scenario import service as scenario
from lms.workshop import service as workshop


@dataclass(frozen=True)
class Erased:
    """What an erasure leaves outside of the database."""

    uuid: UUID
    """By which the Learning Record Store knows the person; here it leads to nobody any more."""
    delivered: Mapping[str, int]
    """How many statements are there, by the names of the stores."""
    withdrawn: int
    """Statements that were not sent yet to some store, and never will be but for those that were on their way."""
    on_their_way: Mapping[str, int]
    """How many of these may still arrive, at most, by the names of the stores."""
    actors: Collection[str]
    """As whom the statements name the person there, as JSON."""
    unknown: int
    """Of so many statements the actor is not known any more: the opaque account, or an e-mail address."""


def ask_for_erasure(session: Session, person_id: int, actor: Actor, at: dt.datetime) -> None:
    """A person wants to be erased; an operator carries it out."""
    accounts.ask_for_erasure(session, person_id, at)
    record(session, actor, at, Entry(Action.ERASURE_ASKED, actor.uuid))


def take_erasure_back(session: Session, person_id: int, actor: Actor, at: dt.datetime) -> None:
    """A person wants to stay after all."""
    accounts.take_erasure_back(session, person_id)
    record(session, actor, at, Entry(Action.ERASURE_TAKEN_BACK, actor.uuid))


def erase(session: Session, person: Person, actor: Actor, at: dt.datetime) -> Erased:
    """Nothing is left here that leads to a person; that somebody took which modules is still counted.

    The rows of a person are locked first: whatever they still do waits, and then finds nobody.
    """
    session.execute(select(Person.id).filter_by(id=person.id).with_for_update())
    registrations = registration_uuids(session, person.id)
    erased = _told(session, person, registrations)
    outbox.forget(session, registrations)
    for room in (quiz, scenario, commitment, pulse, reflection, progress, certificate, assignments, export):
        room.forget(session, person.id)
    workshop.forget(session, person, at)
    enrolment.become_nobodys(session, person.id)
    accounts.become_nobody(session, person, at)
    facts = {"delivered": erased.delivered[MAIN.name], "withdrawn": erased.withdrawn}
    record(session, actor, at, Entry(Action.ERASED, erased.uuid, facts))
    return erased


def _told(session: Session, person: Person, registrations: Collection[UUID]) -> Erased:
    """What was told of them, before that is forgotten here."""
    counts = {queue.name: outbox_queries.count_of(session, registrations, queue) for queue in all_queues(session)}
    delivered = {name: count.pop(Delivery.DELIVERED, 0) for name, count in counts.items()}
    withdrawn = sum(sum(count.values()) for count in counts.values())
    on_their_way = {name: min(count.get(Delivery.QUEUED, 0), ON_THEIR_WAY) for name, count in counts.items()}
    names, unknown = outbox_queries.actors_of(session, registrations)
    if unknown:
        names.add(json.dumps({"mbox": mailto(person.email)}))
    return Erased(person.uuid, delivered, withdrawn, on_their_way, sorted(names), unknown)
