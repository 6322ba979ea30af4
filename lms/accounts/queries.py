"""Looking people and sign-ins up."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from lms.accounts.email_address import is_email, normal
from lms.accounts.models import NOWHERE, ErasureRequest, Membership, PasswordLink, Person, Role, SignIn, Site
from lms.accounts.organisation.queries import own_placements
from lms.accounts.tokens import fingerprint
from lms.db import as_facts


@dataclass(frozen=True)
class SignedIn:
    """Who came with a request, and since when."""

    id: int
    """Of the sign-in."""
    person: Person
    """With memberships; detached, so that neither a rollback nor a lost database takes it from an error page."""
    created_at: dt.datetime
    seen_at: dt.datetime


# Made once: every request asks it.
_SIGNED_IN = (
    select(Person, SignIn.id, SignIn.created_at, SignIn.seen_at)
    .join(SignIn, SignIn.person_id == Person.id)
    .outerjoin(Person.memberships)
    .where(SignIn.token_hash == bindparam("token_hash"), Person.is_active)
    .options(contains_eager(Person.memberships))
)


def signed_in(session: Session, key: str) -> SignedIn | None:
    """The sign-in known by this key, and its active person with all memberships, in one query."""
    row = session.execute(_SIGNED_IN, {"token_hash": fingerprint(key)}).unique().one_or_none()
    if row is None:
        return None
    person, id_, created_at, seen_at = row
    session.expunge(person)
    return SignedIn(id_, person, created_at, seen_at)


def person_by_email(session: Session, email: str) -> Person | None:
    """The person with this e-mail address, however it is written."""
    # What is no address may hold what a database refuses, such as a NUL.
    return session.scalar(select(Person).filter_by(email=normal(email))) if is_email(normal(email)) else None


def people_by_email(session: Session, emails: Collection[str]) -> Sequence[Person]:
    """The people with these e-mail addresses, however they are written; whatever is no address is nobody's."""
    wanted = {normal(email) for email in emails if is_email(normal(email))}
    return session.scalars(select(Person).where(Person.email.in_(wanted)).order_by(Person.id)).all() if wanted else []


def email_of(session: Session, uuid: UUID) -> str | None:
    """The address of the person with this opaque name."""
    return session.scalar(select(Person.email).filter_by(uuid=uuid))


def people_called(session: Session, name: str) -> Sequence[Person]:
    """The people of this name, whatever letters are large; none of those who were erased."""
    wanted = _plain(name)
    # Databases differ in what they know of letters beyond a to z, so the names are compared here.
    rows = session.execute(select(Person.id, Person.name).where(~Person.email.endswith(NOWHERE)))
    ids = [id_ for id_, known in rows if _plain(known) == wanted]
    return session.scalars(select(Person).where(Person.id.in_(ids)).order_by(Person.id)).all() if ids else []


def person_by_link(session: Session, token: str, at: dt.datetime) -> Person | None:
    """Whose password a link sets; None if it was used, is too old or never was."""
    query = (
        select(Person)
        .join(PasswordLink, PasswordLink.person_id == Person.id)
        .where(PasswordLink.token_hash == fingerprint(token), PasswordLink.expires_at > at, Person.is_active)
    )
    return session.scalar(query)


def admins(session: Session) -> Sequence[Person]:
    """Everyone who manages this installation and may sign in."""
    query = select(Person).join(Membership, Membership.person_id == Person.id)
    return session.scalars(query.where(Membership.role == Role.ADMIN, Person.is_active).distinct()).all()


def first_admin(session: Session) -> Person | None:
    """The active admin who was added first; None if nobody can let others in."""
    query = select(Person).join(Person.memberships).where(Membership.role == Role.ADMIN, Person.is_active)
    return session.scalar(query.order_by(Person.id).limit(1))


def any_data_key(session: Session) -> tuple[UUID, bytes] | None:
    """Someone who has written in private, with the wrapped key of it; None if nobody has."""
    query = select(Person.uuid, Person.data_key).where(Person.data_key.is_not(None)).limit(1)
    return next(((uuid, key) for uuid, key in session.execute(query) if key), None)


def site_by_code(session: Session, code: str) -> Site | None:
    """The site with this short name."""
    return session.scalar(select(Site).filter_by(code=code))


def count_signed_in(session: Session) -> int:
    """Browsers in which someone is signed in."""
    return session.scalar(select(func.count()).select_from(SignIn)) or 0


def own_sign_ins(session: Session, person_id: int) -> Sequence[SignIn]:
    """Where a person is signed in, the latest first."""
    return session.scalars(select(SignIn).filter_by(person_id=person_id).order_by(SignIn.seen_at.desc())).all()


def own_memberships(session: Session, person_id: int) -> Sequence[Membership]:
    """Where a person works and has roles, with the sites."""
    query = (
        select(Membership).filter_by(person_id=person_id).options(joinedload(Membership.site)).order_by(Membership.id)
    )
    return session.scalars(query).all()


def held_roles(session: Session, person_id: int) -> list[tuple[Role, Site | None]]:
    """The roles of a person with where they hold them; without a site: for all sites."""
    return [(one.role, one.site) for one in own_memberships(session, person_id) if one.role]


def own_record(session: Session, person_id: int) -> dict[str, Any]:
    """What is kept here of a person: account, places, where they are signed in, links, whether they asked to go."""
    person = session.scalar(select(Person).filter_by(id=person_id))
    asked = session.scalar(select(ErasureRequest).filter_by(person_id=person_id))
    links = session.scalars(select(PasswordLink).filter_by(person_id=person_id))
    return {
        "account": as_facts(person, but={"password_hash"}) if person else {},
        "places": [
            {"site": one.site.code if one.site else None, "site_name": one.site.name if one.site else None}
            | as_facts(one)
            for one in own_memberships(session, person_id)
        ],
        "placements": own_placements(session, person_id),
        "sign_ins": [as_facts(one, but={"token_hash"}) for one in own_sign_ins(session, person_id)],
        "password_links": [as_facts(one, but={"token_hash"}) for one in links],
        "erasure_requests": [as_facts(asked)] if asked else [],
    }


def erasure_requests(session: Session) -> Sequence[tuple[Person, dt.datetime]]:
    """Who asked to be erased, and since when, the oldest first."""
    query = select(Person, ErasureRequest.asked_at).join(ErasureRequest).order_by(ErasureRequest.asked_at)
    return [(person, asked_at) for person, asked_at in session.execute(query)]


def erasure_asked_at(session: Session, person_id: int) -> dt.datetime | None:
    """Since when a person asks to be erased; None if they do not."""
    return session.scalar(select(ErasureRequest.asked_at).filter_by(person_id=person_id))


def people_by_uuid(session: Session, uuids: Collection[UUID]) -> Sequence[Person]:
    """The people with these names outside."""
    return session.scalars(select(Person).where(Person.uuid.in_(uuids)).order_by(Person.id)).all()


def leavers(session: Session, before: dt.datetime, limit: int) -> Sequence[Person]:
    """People who were disabled before a moment, and are still somebody."""
    query = select(Person).where(Person.disabled_at < before, ~Person.is_active, ~Person.email.endswith(NOWHERE))
    return session.scalars(query.order_by(Person.id).limit(limit)).all()


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())
