"""Setting a time, taking it back, and publishing when it has come."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from lms.accounts.models import Person
from lms.accounts.queries import people_by_uuid
from lms.authoring import service
from lms.authoring.models import Draft, TimedPublication
from lms.authoring.publishing.queries import threats_to
from lms.authoring.telling import briefly
from lms.authoring.timing import queries
from lms.content import service as content
from lms.content.bundle import Bundle, from_zip
from lms.content.library import library
from lms.content.loader import load_module
from lms.content.problems import ContentError
from lms.mail import PostOffice

OVERTAKEN = "Something else was published since the time was set. Look at the draft again, and publish it then."


@dataclass(frozen=True)
class Outcome:
    """What became of something that was to be published."""

    subject: str
    title: str
    at: dt.datetime
    number: int | None
    """Of the revision; None if it could not be published."""
    why: str
    """Why it could not be; empty if it was."""
    set_by: Person | None


def set_time(
    session: Session,
    draft: Draft,
    bundle: Bundle,
    when: dt.datetime,
    agreed: Collection[str],
    who: UUID,
    at: dt.datetime,
) -> TimedPublication:
    """Publish a draft as it stands now at a later moment. A time that was set before is taken back."""
    take_back(session, draft, at)
    current = library.revision_id(session, draft.subject)
    made = TimedPublication(
        draft_id=draft.id,
        version=draft.version,
        files=bundle.to_zip(),
        on_top_of_id=current,
        agreed=sorted(agreed),
        at=when,
        set_by=who,
        set_at=at,
    )
    session.add(made)
    return made


def take_back(session: Session, draft: Draft, at: dt.datetime) -> bool:
    """Nothing of a draft is published at a set time any more; whether something was to be."""
    waiting = queries.waiting(session, draft)
    if waiting is None:
        return False
    waiting.ended_at = at
    session.flush()
    return True


def publish_due(session: Session, at: dt.datetime) -> Outcome | None:
    """Publish one thing whose time has come, or note why it cannot be; None if nothing is due.

    Of several processes that look at the same moment one does it.
    """
    timed = queries.due(session, at)
    if timed is None:
        return None
    draft = session.scalars(select(Draft).filter_by(id=timed.draft_id).with_for_update()).one()
    timed.ended_at, timed.why = at, ""
    bundle, title, number = from_zip(timed.files), draft.subject, None
    try:
        timed.why, title = _objection(session, draft, timed, bundle)
        if not timed.why:
            number = _publish(session, draft, timed, bundle, at)
    except ContentError as error:
        timed.why = f"It has to be mended first: {briefly(error)}"
    set_by = next(iter(people_by_uuid(session, [timed.set_by])), None)
    return Outcome(draft.subject, title, timed.at, number, timed.why, set_by)


def tell(office: PostOffice, url: str, outcome: Outcome) -> None:
    """Mail whoever set the time."""
    if outcome.set_by and outcome.set_by.is_active:
        office.send(
            "authoring/mail/timed.txt", outcome.set_by, outcome=outcome, address=f"{url}/authoring/{outcome.subject}"
        )


def _objection(session: Session, draft: Draft, timed: TimedPublication, bundle: Bundle) -> tuple[str, str]:
    """Why it must not be published, or nothing; and its title."""
    module = load_module(bundle, draft.subject)
    if content.published_id(session, draft.subject) != timed.on_top_of_id:
        return OVERTAKEN, module.title
    old = library.revision(session, timed.on_top_of_id) if timed.on_top_of_id else None
    found = [threat for threat in threats_to(session, old, module) if str(threat.key) not in timed.agreed]
    said = " ".join(threat.said for threat in found)
    return (f"People have worked on something since that would go. {said}" if found else ""), module.title


def _publish(session: Session, draft: Draft, timed: TimedPublication, bundle: Bundle, at: dt.datetime) -> int:
    """Whatever was written in the draft since stays there."""
    if draft.closed_at is None and draft.version == timed.version:
        done = service.publish(session, draft, bundle, timed.set_by, at)
    else:
        done = content.publish(session, draft.subject, bundle, at, timed.set_by)
        draft.based_on_id = done.revision_id
    timed.revision_id = done.revision_id
    return done.number
