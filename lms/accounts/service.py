"""What can be done about people: adding them, their roles and passwords, and letting them in."""

from __future__ import annotations

import datetime as dt
from typing import Protocol
from uuid import UUID, uuid4

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from lms import vault
from lms.accounts import throttle
from lms.accounts.email_address import is_email, normal
from lms.accounts.models import (
    NOWHERE,
    ErasureRequest,
    Membership,
    PasswordLink,
    Person,
    Placement,
    Role,
    SignIn,
    Site,
    Tries,
)
from lms.accounts.organisation.service import begin_work, end_work, keep_only_counts, resume_work
from lms.accounts.tokens import fingerprint, new_token
from lms.db import insert

LINK_HOURS = 24
VAULT = "vault"
"""Key of the session's `info` under which the installation's key for private writing is found."""


def add_person(session: Session, email: str, name: str, at: dt.datetime) -> Person:
    """Someone new, who cannot sign in before a password is set. Raises ValueError for a bad address or name."""
    email, name = normal(email), " ".join(name.split())
    if not is_email(email):
        raise ValueError(f"{email!r} is not an e-mail address")
    if not name:
        raise ValueError("a person needs a name")
    person = Person(email=email, name=name, created_at=at)
    session.add(person)
    session.flush()
    return person


def add_site(session: Session, code: str, name: str) -> Site:
    """A new place where people work."""
    site = Site(code=code, name=name)
    session.add(site)
    session.flush()
    return site


def join(session: Session, person: Person, site: Site | None, role: Role | None, on: dt.date | None = None) -> bool:
    """Someone works at a site, or has a role there (for all sites: without one); whether that is new.

    `on` is their first day there; None: the day on which they were added. A new role ends all sign-ins of that person.
    """
    site_id = site.id if site else None
    if session.scalar(select(Membership.id).filter_by(person_id=person.id, site_id=site_id, role=role)):
        return False
    session.add(Membership(person_id=person.id, site_id=site_id, role=role))
    session.flush()
    if site_id and person.is_active:
        begin_work(session, person.id, site_id, on or person.created_at.date())
    if role:
        end_all_sign_ins(session, person.id)
    return True


class LastAdminError(Exception):
    """Without this person nobody could manage the installation."""


def take_role(session: Session, person: Person, site: Site | None, role: Role) -> bool:
    """Someone no longer has a role at a site (for all sites: without one); whether they had it.

    It ends all sign-ins of that person. Where they work stays. Raises LastAdminError.
    """
    held = session.scalar(
        select(Membership).filter_by(person_id=person.id, site_id=site.id if site else None, role=role)
    )
    if held is None:
        return False
    if role is Role.ADMIN and person.is_active:
        _leave_an_admin(session, person.id)
    session.delete(held)
    session.flush()
    if site and session.scalar(select(Placement.id).filter_by(person_id=person.id, site_id=site.id, until_on=None)):
        join(session, person, site, None)
    end_all_sign_ins(session, person.id)
    return True


def _leave_an_admin(session: Session, but_for: int) -> None:
    # The rows are locked: two admins who take the role from each other at once would both find the other one left.
    query = select(Person.id, Person.is_active).join(Membership, Membership.person_id == Person.id)
    found = session.execute(query.where(Membership.role == Role.ADMIN).with_for_update(of=Membership)).all()
    if not any(active for id_, active in found if id_ != but_for):
        raise LastAdminError


class TakenError(Exception):
    """Somebody else has this address."""


def change_address(session: Session, person: Person, email: str) -> None:
    """Give someone another address to sign in with. It ends all sign-ins, and links in the old mailbox open nothing.

    Raises ValueError for what is no address, and TakenError.
    """
    email = normal(email)
    if not is_email(email):
        raise ValueError(f"{email!r} is not an e-mail address")
    if email == person.email:
        return
    if session.scalar(select(Person.id).filter_by(email=email)):
        raise TakenError
    forget_tries(session, person.email)
    person.email = email
    session.flush()
    forget_links(session, person.id)
    end_all_sign_ins(session, person.id)


def set_active(session: Session, person: Person, is_active: bool, at: dt.datetime) -> None:
    """Let someone in, or no longer."""
    if person.is_active != is_active:
        person.is_active, person.disabled_at, person.has_left = is_active, None if is_active else at, False
        (resume_work if is_active else end_work)(session, person.id, at.date())
        forget_links(session, person.id)
        end_all_sign_ins(session, person.id)


def data_key(session: Session, person: Person) -> bytes:
    """The key of a person's private writing; made at first need, which takes a transaction that writes.

    Whoever was erased meanwhile gets one that is kept nowhere: what is sealed with it opens for nobody.
    """
    wrapped = session.scalar(select(Person.data_key).filter_by(id=person.id, uuid=person.uuid))
    if wrapped is None:
        # Two tabs may write first at the same moment: the second waits here and finds what the first made.
        same = select(Person.data_key).filter_by(id=person.id, uuid=person.uuid)
        wrapped = session.scalar(same.with_for_update())
    if wrapped is None:
        wrapped = vault.wrap(session.info[VAULT], vault.new_data_key(), str(person.uuid))
        session.execute(update(Person).filter_by(id=person.id, uuid=person.uuid).values(data_key=wrapped))
    return vault.unwrap(session.info[VAULT], wrapped, str(person.uuid))


class Writer(Protocol):
    """Whose private writing it is."""

    @property
    def uuid(self) -> UUID: ...
    @property
    def data_key(self) -> bytes | None: ...


def known_data_key(session: Session, person: Writer) -> bytes:
    """The key of a person's private writing, to read with. Raises vault.SealBrokenError if there is none."""
    if person.data_key is None:
        raise vault.SealBrokenError("this person has no key")
    return vault.unwrap(session.info[VAULT], person.data_key, str(person.uuid))


def set_password(session: Session, person: Person, password_hash: str, is_temporary: bool = False) -> None:
    """A new password: whoever is signed in with the old one is out, links and failed tries are forgotten.

    A temporary one lets its owner do nothing but set another.
    """
    person.is_password_temporary = is_temporary
    keep_hash(session, person, password_hash)
    forget_links(session, person.id)
    end_all_sign_ins(session, person.id)
    forget_tries(session, person.email)


def keep_hash(session: Session, person: Person, password_hash: str) -> None:
    """The hash of a person's password; also of the same one, made with other parameters."""
    person.password_hash = password_hash
    session.add(person)
    session.flush()


def make_link(session: Session, person_id: int, at: dt.datetime) -> str:
    """A token with which a person can set a password once, within a day."""
    token = new_token()
    session.execute(delete(PasswordLink).where(PasswordLink.expires_at <= at))
    session.add(
        PasswordLink(token_hash=fingerprint(token), person_id=person_id, expires_at=at + dt.timedelta(hours=LINK_HOURS))
    )
    return token


def use_link(session: Session, token: str, at: dt.datetime) -> Person | None:
    """Whose password a link sets, used up by this; None if it was used, is too old or never was."""
    found = (PasswordLink.token_hash == fingerprint(token), PasswordLink.expires_at > at)
    whose = select(PasswordLink.person_id).where(*found)
    # The owner is locked before any link is: else two links used at once would wait for each other.
    owner = session.scalar(select(Person).where(Person.id.in_(whose), Person.is_active).with_for_update())
    used = session.scalar(delete(PasswordLink).where(*found).returning(PasswordLink.person_id))
    return owner if used else None


def forget_links(session: Session, person_id: int) -> None:
    """No mailed link of this person works any more."""
    session.execute(delete(PasswordLink).filter_by(person_id=person_id))


def begin_sign_in(
    session: Session, person_id: int, password_hash: str | None, device: str, at: dt.datetime
) -> str | None:
    """Let someone in whose password was right: the key for the browser's cookie.

    None if the password or the right to come in changed since that hash was looked at.
    """
    current = select(Person.id).filter_by(id=person_id, password_hash=password_hash, is_active=True)
    if session.scalar(current.with_for_update()) is None:
        return None
    key = new_token()
    session.add(SignIn(token_hash=fingerprint(key), person_id=person_id, created_at=at, seen_at=at, device=device))
    session.flush()
    return key


def note_sign_of_life(session: Session, sign_in_id: int, at: dt.datetime) -> None:
    """The owner of a sign-in is there."""
    session.execute(update(SignIn).where(SignIn.id == sign_in_id, SignIn.seen_at < at).values(seen_at=at))


def end_sign_in(session: Session, key: str) -> None:
    """Its owner signs out."""
    session.execute(delete(SignIn).filter_by(token_hash=fingerprint(key)))


def end_all_sign_ins(session: Session, person_id: int) -> None:
    """A person is signed in nowhere any more."""
    session.execute(delete(SignIn).filter_by(person_id=person_id))


def drop_old(session: Session, longest: dt.timedelta, at: dt.datetime) -> None:
    """Forget sign-ins that have ended for certain, tries that count no more, and links whose time is over."""
    session.execute(delete(SignIn).where(SignIn.created_at < at - longest))
    session.execute(delete(Tries).where(Tries.last_at < at - dt.timedelta(days=1)))
    session.execute(delete(PasswordLink).where(PasswordLink.expires_at <= at))


def take_try(session: Session, email: str, address: str | None, at: dt.datetime) -> dt.timedelta:
    """Count one try to sign in, before the password is looked at; how long to wait instead, zero if not at all.

    Counted by e-mail address whether it is known or not, and by network address; the rows stay locked until the end
    of the transaction, so that tries side by side in several workers are all counted.
    """
    limits = {_account(email): throttle.ACCOUNT, _network(address): throttle.ADDRESS}
    return _take(session, limits, at)


def take_link_try(session: Session, email: str, address: str | None, at: dt.datetime) -> dt.timedelta:
    """Count one mail asked for; how long to wait instead, zero if not at all."""
    limits = {_links(email): throttle.LINKS, _network(address): throttle.ADDRESS}
    return _take(session, limits, at)


def return_try(session: Session, email: str, address: str | None) -> None:
    """It was the right password: nothing is counted against the account, nor this try against the network address."""
    forget_tries(session, email)
    row = session.scalar(select(Tries).filter_by(subject=_network(address)).with_for_update())
    if row:
        row.times = row.times[:-1]


def forget_tries(session: Session, email: str) -> None:
    """Nothing is counted against this account."""
    session.execute(delete(Tries).filter_by(subject=_account(email)))


def _take(session: Session, limits: dict[str, throttle.Limit], at: dt.datetime) -> dt.timedelta:
    rows = {subject: _locked_tries(session, subject, at) for subject in limits}
    wait = max(throttle.wait(rows[subject].times, at, limit) for subject, limit in limits.items())
    if not wait:
        for subject, limit in limits.items():
            rows[subject].times = [*throttle.recent(rows[subject].times, at, limit), at.timestamp()]
    return wait


def _locked_tries(session: Session, subject: str, at: dt.datetime) -> Tries:
    new = insert(session, Tries).values(subject=subject, times=[], last_at=at)
    # Updating is what locks a row that is there already.
    locked = new.on_conflict_do_update(index_elements=[Tries.subject], set_={"last_at": at}).returning(Tries)
    return session.scalars(locked, execution_options={"populate_existing": True}).one()


def _account(email: str) -> str:
    return fingerprint(f"account {normal(email)}")


def _links(email: str) -> str:
    return fingerprint(f"link {normal(email)}")


def _network(address: str | None) -> str:
    return fingerprint(f"network {throttle.network(address)}")


def set_mails(session: Session, person_id: int, are_wanted: bool, at: dt.datetime) -> None:
    """Whether someone wants mails that remind them."""
    person = session.get_one(Person, person_id)
    if are_wanted or person.mails_off_at is None:
        person.mails_off_at = None if are_wanted else at


def ask_for_erasure(session: Session, person_id: int, at: dt.datetime) -> None:
    """A person wants to be erased; asking twice is asking once."""
    new = insert(session, ErasureRequest).values(person_id=person_id, asked_at=at)
    session.execute(new.on_conflict_do_nothing())


def take_erasure_back(session: Session, person_id: int) -> None:
    """A person wants to stay after all."""
    session.execute(delete(ErasureRequest).filter_by(person_id=person_id))


def become_nobody(session: Session, person: Person, at: dt.datetime) -> None:
    """Nothing is left of who it was: no name, address, key, password, role or name outside; where they worked stays.

    The key of the private writing goes with it: what was sealed with it opens nowhere any more but in copies of before.
    """
    for subject in (_account(person.email), _links(person.email)):
        session.execute(delete(Tries).filter_by(subject=subject))
    for table in (SignIn, PasswordLink, ErasureRequest):
        session.execute(delete(table).where(table.person_id == person.id))
    session.execute(delete(Membership).where(Membership.person_id == person.id, Membership.role.is_not(None)))
    person.uuid = uuid4()
    person.name, person.email = "Erased person", f"{person.uuid.hex}{NOWHERE}"
    person.password_hash = person.data_key = None
    person.is_password_temporary = person.is_active = False
    person.created_at = person.disabled_at = at.replace(hour=0, minute=0, second=0, microsecond=0)
    keep_only_counts(session, person, at.date())
    session.flush()
